/* SPDX-License-Identifier: Apache-2.0 */
#include "mail-private.h"

#include "upbeat/facts.h"

enum { CODE_LINE = 76 }; /* RFC 2045 6.8 */

bool ub_mail_can_go_to(struct ub_text address)
{
	for (size_t i = 0; i < address.len; i++)
		if ((unsigned char)address.ptr[i] >= 0x80)
			return false;
	return ub_facts_is_address(address);
}

/* The text with CRLF at the end of each line, as base64 expects it (RFC 2046 4.1.1). */
static struct ub_text with_line_ends(struct ub_arena *arena, struct ub_text text)
{
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\n' && (i == 0 || text.ptr[i - 1] != '\r'))
			ub_buf_char(&out, '\r');
		ub_buf_char(&out, text.ptr[i]);
	}
	return ub_buf_text(&out);
}

static void put_code(struct ub_buf *out, struct ub_text text)
{
	struct ub_text code = ub_base64(out->arena, with_line_ends(out->arena, text));
	for (size_t at = 0; at < code.len; at += CODE_LINE) {
		ub_buf_add(out, ub_text_sub(code, at, at + CODE_LINE));
		ub_buf_str(out, "\r\n");
	}
}

/* All is base64: no server on the way changes a line of it, however long the lines are. */
static void put_part(struct ub_buf *out, struct ub_text id, struct ub_text text, const char *method)
{
	ub_buf_printf(out, "--=_%.*s\r\n", UB_ARGS(id));
	if (method)
		ub_buf_printf(out,
		    "Content-Type: text/calendar; charset=utf-8; method=%s; component=VEVENT\r\n", method);
	else
		ub_buf_str(out, "Content-Type: text/plain; charset=utf-8\r\n");
	ub_buf_str(out, "Content-Transfer-Encoding: base64\r\n\r\n");
	put_code(out, text);
}

static void put_header(struct ub_buf *out, const struct ub_mail *mail)
{
	struct ub_text domain =
	    ub_text_sub(mail->from, ub_text_find(mail->from, UB_TEXT("@"), 0) + 1, mail->from.len);
	ub_cal_format(out, UB_TEXT("Date: %a, %d %b %Y %H:%M:%S %z"), ub_cal_utc(), mail->date, UB_ENGLISH);
	ub_buf_str(out, "\r\n");
	mail_put_mailbox(out, "From", mail->from_name, mail->from);
	mail_put_mailbox(out, "To", UB_TEXT_NONE, mail->to);
	mail_put_mailbox(out, "Reply-To", UB_TEXT_NONE, mail->reply_to);
	mail_put_text(out, "Subject", mail->subject);
	ub_buf_printf(out, "Message-ID: <%.*s@%.*s>\r\n", UB_ARGS(mail->id), UB_ARGS(domain));
	/* No answers from those who are on holiday (RFC 3834 5). */
	ub_buf_str(out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
	ub_buf_printf(
	    out, "Content-Type: multipart/alternative; boundary=\"=_%.*s\"\r\n\r\n", UB_ARGS(mail->id));
}

struct ub_text ub_mail_write(const struct ub_mail *mail, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	if (!ub_mail_can_go_to(mail->from) || !ub_mail_can_go_to(mail->to) ||
	    !ub_mail_can_go_to(mail->reply_to))
		return UB_TEXT_NONE;
	put_header(&out, mail);
	put_part(&out, mail->id, mail->text, NULL);
	/* The last alternative is the best one (RFC 2046 5.1.4). */
	put_part(&out, mail->id, mail->calendar, mail->method);
	ub_buf_printf(&out, "--=_%.*s--\r\n", UB_ARGS(mail->id));
	return ub_buf_text(&out);
}
