/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "leaks.h"
#include "mail-private.h"

/* A mail as it is handed to a mail server. */

TestSuite(mail, .fini = ub_leak_check);

#define SUBJECT  "Subject: "
#define LONGEST  76 /* of a line that has encoded words (RFC 2047 2), or base64 (RFC 2045 6.8) */
#define UMLAUT_A "\xc3\xa4"

static struct ub_mail plain(void)
{
	return (struct ub_mail){ .from = UB_TEXT("upbeat@ours.example"),
		.to = UB_TEXT("ben@ours.example"),
		.reply_to = UB_TEXT("anna@ours.example"),
		.from_name = UB_TEXT("Anna"),
		.subject = UB_TEXT("Acme: prep"),
		.text = UB_TEXT("Hello\nBen"),
		.calendar = UB_TEXT("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
		.method = "REQUEST",
		.id = UB_TEXT("an-id_1"),
		.date = 1796000000 };
}

/* The field of the header with its folds, without its name and CRLF. Every mail has it once. */
static struct ub_text field(struct ub_text mail, const char *name, struct ub_arena *arena)
{
	struct ub_text head = ub_text_sub(mail, 0, ub_text_find(mail, UB_TEXT("\r\n\r\n"), 0) + 2);
	struct ub_text start = ub_textf(arena, "%s: ", name), found = UB_TEXT_NONE;
	size_t n = 0;
	for (size_t at = 0; at < head.len;) {
		size_t end = ub_text_find(head, UB_TEXT("\r\n"), at);
		while (end + 2 < head.len && head.ptr[end + 2] == ' ')
			end = ub_text_find(head, UB_TEXT("\r\n"), end + 2);
		struct ub_text line = ub_text_sub(head, at, end);
		n += ub_text_starts(line, start);
		if (ub_text_starts(line, start))
			found = ub_text_sub(line, start.len, line.len);
		at = end + 2;
	}
	cr_assert_eq(n, 1, "%zu fields %s in\n%.*s", n, name, UB_ARGS(head));
	return found;
}

/* What encoded words say (RFC 2047 6.1). Each of them has to fit, and to have whole characters. */
static struct ub_text decoded(struct ub_text value, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	struct ub_text rest = value, line, bytes;
	while (ub_text_split(&rest, '\n', &line)) {
		struct ub_text word = ub_text_trim(line);
		cr_assert(ub_text_starts(word, UB_TEXT("=?UTF-8?B?")) && ub_text_ends(word, UB_TEXT("?=")),
		    "%.*s", UB_ARGS(word));
		cr_assert(ub_base64_decode(arena, ub_text_sub(word, 10, word.len - 2), &bytes));
		cr_assert(ub_text_utf8_valid(bytes) && word.len <= 75);
		ub_buf_add(&out, bytes);
	}
	return ub_buf_text(&out);
}

static void check_lines(struct ub_text mail)
{
	for (size_t at = 0; at < mail.len;) {
		size_t end = ub_text_find(mail, UB_TEXT("\n"), at);
		cr_assert(end != SIZE_MAX && end > at && mail.ptr[end - 1] == '\r');
		bool address = ub_text_find(ub_text_sub(mail, at, end), UB_TEXT("@"), 0) != SIZE_MAX;
		cr_assert_leq(end - 1 - at, address ? UB_ADDRESS_MAX + LONGEST : LONGEST, "%.*s",
		    (int)(end - at), mail.ptr + at);
		at = end + 1;
	}
	for (size_t i = 0; i < mail.len; i++)
		cr_assert((unsigned char)mail.ptr[i] < 0x7F);
}

static struct ub_text written(const struct ub_mail *mail, struct ub_arena *arena)
{
	struct ub_text text = ub_mail_write(mail, arena);
	cr_assert(text.len);
	check_lines(text);
	return text;
}

Test(mail, has_a_header_two_alternatives_and_the_method)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_mail mail = plain();
	struct ub_text text = written(&mail, arena);
	static const char expected[] =
	    "Date: Mon, 30 Nov 2026 00:53:20 +0000\r\n"
	    "From: \"Anna\" <upbeat@ours.example>\r\n"
	    "To: <ben@ours.example>\r\n"
	    "Reply-To: <anna@ours.example>\r\n"
	    "Subject: Acme: prep\r\n"
	    "Message-ID: <an-id_1@ours.example>\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/alternative; boundary=\"=_an-id_1\"\r\n"
	    "\r\n"
	    "--=_an-id_1\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "\r\n"
	    "SGVsbG8NCkJlbg==\r\n"
	    "--=_an-id_1\r\n"
	    "Content-Type: text/calendar; charset=utf-8; method=REQUEST; component=VEVENT\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "\r\n"
	    "QkVHSU46VkNBTEVOREFSDQpFTkQ6VkNBTEVOREFSDQo=\r\n"
	    "--=_an-id_1--\r\n";
	cr_assert(ub_text_is(text, expected), "%.*s", UB_ARGS(text));
	ub_arena_free(&arena);
}

Test(mail, encodes_titles_beyond_ascii_in_words_of_whole_characters)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_mail mail = plain();
	for (size_t n = 2; n < 120; n++) {
		struct ub_buf title = UB_BUF(arena);
		for (size_t i = 0; i < n; i++)
			ub_buf_str(&title, i % 3 ? UMLAUT_A : "x");
		mail.subject = ub_buf_text(&title);
		mail.from_name = ub_text_sub(mail.subject, 0, 1 + n / 3 * 2);
		struct ub_text text = written(&mail, arena);
		cr_assert(ub_text_eq(decoded(field(text, "Subject", arena), arena), mail.subject), "%zu", n);
	}
	ub_arena_free(&arena);
}

Test(mail, folds_or_cuts_what_is_long)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_mail mail = plain();
	struct ub_buf title = UB_BUF(arena);
	ub_buf_pad(&title, 'a', 200);
	mail.subject = ub_buf_text(&title);
	cr_assert(ub_text_eq(decoded(field(written(&mail, arena), "Subject", arena), arena), mail.subject));
	ub_buf_pad(&title, 'a', UB_MAIL_SUBJECT_MAX);
	mail.subject = mail.from_name = ub_buf_text(&title);
	struct ub_text cut = decoded(field(written(&mail, arena), "Subject", arena), arena);
	cr_assert(cut.len == UB_MAIL_SUBJECT_MAX && ub_text_ends(cut, UB_TEXT("a...")));
	mail.from = ub_textf(arena, "%.*s@ours.example", 64, title.ptr);
	written(&mail, arena);
	ub_arena_free(&arena);
}

Test(mail, keeps_a_title_on_the_edge_of_the_line_plain)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_mail mail = plain();
	struct ub_buf title = UB_BUF(arena);
	ub_buf_pad(&title, 'a', LONGEST - strlen(SUBJECT));
	mail.subject = ub_buf_text(&title);
	cr_assert(ub_text_eq(field(written(&mail, arena), "Subject", arena), mail.subject));
	ub_buf_char(&title, 'a');
	mail.subject = ub_buf_text(&title);
	cr_assert(ub_text_eq(decoded(field(written(&mail, arena), "Subject", arena), arena), mail.subject));
	ub_arena_free(&arena);
}

/* Line ends of all kinds, and what looks like an encoded word. */
static const char *const hostile[] = { "a\r\nBcc: eve@evil.example", "a\nBcc: eve@evil.example",
	"a\rBcc: eve@evil.example", "\r\n\r\nbody",
	"a\xc2\x85"
	"Bcc: x",
	"=?UTF-8?B?DQpCY2M6IGV2ZUBldmlsLmV4YW1wbGU=?=", "\" <eve@evil.example>, \"", "x\\", "a\0b",
	UMLAUT_A "\r\nBcc: eve@evil.example", "\xff\xfe" };

Test(mail, lets_no_title_and_no_name_become_a_field)
{
	struct ub_arena *arena = ub_arena_new();
	static const char *const fields[] = { "Date", "From", "To", "Reply-To", "Subject", "Message-ID",
		"Auto-Submitted", "MIME-Version", "Content-Type" };
	for (size_t i = 0; i < UB_COUNT(hostile); i++) {
		struct ub_mail mail = plain();
		mail.subject = mail.from_name = ub_text(hostile[i]);
		struct ub_text text = written(&mail, arena);
		size_t lines = 0;
		for (size_t k = 0; k < UB_COUNT(fields); k++)
			field(text, fields[k], arena);
		for (size_t at = 0; at < ub_text_find(text, UB_TEXT("\r\n\r\n"), 0);
		     at = ub_text_find(text, UB_TEXT("\r\n"), at) + 2)
			lines += text.ptr[at] != ' ';
		cr_assert_eq(lines, UB_COUNT(fields), "%.*s", UB_ARGS(text));
		cr_assert(ub_text_ends(field(text, "From", arena), UB_TEXT("<upbeat@ours.example>")));
	}
	ub_arena_free(&arena);
}

Test(mail, quotes_names)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_mail mail = plain();
	mail.from_name = UB_TEXT("Anna \"A\\B\" O'Neill");
	struct ub_text from = field(written(&mail, arena), "From", arena);
	cr_assert(
	    ub_text_is(from, "\"Anna \\\"A\\\\B\\\" O'Neill\" <upbeat@ours.example>"), "%.*s", UB_ARGS(from));
	mail.from_name = UB_TEXT_NONE;
	from = field(written(&mail, arena), "From", arena);
	cr_assert(ub_text_is(from, "<upbeat@ours.example>"), "%.*s", UB_ARGS(from));
	ub_arena_free(&arena);
}

Test(mail, goes_to_plain_addresses_alone)
{
	struct ub_arena *arena = ub_arena_new();
	static const char *const bad[] = { "", "ben", "ben@ours.example>",
		"ben@ours.example\r\nBcc: x@y.example", "<ben@ours.example>",
		"ben@ours.example, eve@evil.example", "b en@ours.example", "\"ben\"@ours.example",
		"b" UMLAUT_A "n@ours.example", "ben@b" UMLAUT_A "r.example" };
	for (size_t i = 0; i < UB_COUNT(bad); i++) {
		struct ub_mail mail = plain();
		struct ub_text *const addresses[] = { &mail.from, &mail.to, &mail.reply_to };
		cr_assert_not(ub_mail_can_go_to(ub_text(bad[i])), "%s", bad[i]);
		for (size_t k = 0; k < UB_COUNT(addresses); k++) {
			mail = plain();
			*addresses[k] = ub_text(bad[i]);
			cr_assert_eq(ub_mail_write(&mail, arena).len, 0, "%s", bad[i]);
		}
	}
	cr_assert(ub_mail_can_go_to(UB_TEXT("o'neill+x@a-b.ours.example")));
	ub_arena_free(&arena);
}

Test(mail, has_line_ends_as_mails_have_them)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_mail mail = plain();
	struct ub_text code = ub_base64(arena, UB_TEXT("a\r\nb\r\n\r\nc"));
	mail.text = UB_TEXT("a\nb\r\n\nc");
	cr_assert_neq(ub_text_find(written(&mail, arena), code, 0), SIZE_MAX);
	ub_arena_free(&arena);
}
