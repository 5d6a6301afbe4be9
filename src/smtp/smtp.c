/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The door to libcurl's SMTP. What its result leaves open, the dialogue tells: how far it came, and what the
 * server said last.
 */
#include "upbeat/smtp.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "upbeat/sys.h"

struct ub_smtp {
	CURL *curl;
	char *url, *ca, *user, *password;
	bool starttls;
	bool (*stopping)(void *context);
	void *context;
};

/* One mail on its way. */
struct dialogue {
	const struct ub_smtp *smtp;
	struct ub_text mail;
	size_t at;          /* how much of the mail was read */
	bool for_this_mail; /* the last command was about this mail and whom it is for */
	bool secret;        /* the last command may have had a password in it */
	bool whole;         /* all of the mail was read */
	bool over;          /* curl has taken its leave */
	char reply[256];    /* the last line of the server's since the last command */
	size_t reply_len;
	char error[CURL_ERROR_SIZE];
};

static char *copy_of(const char *text)
{
	char *copy = text ? strdup(text) : NULL;
	if (text && !copy)
		abort();
	return copy;
}

static char *secret_copy(struct ub_text secret)
{
	char *copy = ub_sys_secret_new(secret.len + 1);
	memcpy(copy, secret.ptr, secret.len);
	return copy;
}

struct ub_smtp *ub_smtp_new(const struct ub_smtp_server *server)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_smtp *smtp = calloc(1, sizeof(*smtp));
	bool bare = !strchr(server->host, ':');
	if (!smtp || !(smtp->curl = curl_easy_init()))
		abort();
	smtp->url = copy_of(ub_textf(arena, bare ? "%s://%s:%u" : "%s://[%s]:%u",
	    server->tls ? "smtps" : "smtp", server->host, server->port)
				.ptr);
	smtp->ca = copy_of(server->ca);
	smtp->user = copy_of(server->user);
	smtp->password = server->user ? secret_copy(server->password) : NULL;
	smtp->starttls = server->starttls;
	smtp->stopping = server->stopping;
	smtp->context = server->context;
	ub_arena_free(&arena);
	return smtp;
}

void ub_smtp_free(struct ub_smtp **smtp)
{
	struct ub_smtp *mine = *smtp;
	*smtp = NULL;
	if (!mine)
		return;
	curl_easy_cleanup(mine->curl);
	ub_sys_secret_free(mine->password, mine->password ? strlen(mine->password) + 1 : 0);
	free(mine->user);
	free(mine->ca);
	free(mine->url);
	free(mine);
}

/* ---- what libcurl calls ---- */

static size_t give_mail(char *bytes, size_t size, size_t n, void *data)
{
	struct dialogue *dialogue = data;
	struct ub_text piece = ub_text_sub(dialogue->mail, dialogue->at, dialogue->at + size * n);
	memcpy(bytes, piece.ptr, piece.len);
	dialogue->at += piece.len;
	if (dialogue->at == dialogue->mail.len) {
		dialogue->whole = true;
		dialogue->reply_len = 0;
	}
	return piece.len;
}

static size_t drop(char *bytes, size_t size, size_t n, void *data)
{
	(void)bytes, (void)data;
	return size * n;
}

/* Whether a command is none of those in which somebody signs in. The answer to one of these is no secret,
 * either, although some servers repeat what they do not understand. */
static bool is_open(struct ub_text command)
{
	static const char *const open[] = { "EHLO", "HELO", "STARTTLS", "MAIL", "RCPT", "DATA", "NOOP",
		"RSET" };
	struct ub_text verb;
	(void)ub_text_split(&command, ' ', &verb);
	for (size_t i = 0; i < UB_COUNT(open); i++)
		if (ub_text_is(verb, open[i]))
			return true;
	return false;
}

/* Commands may have a password in them: nothing of them is kept. */
static int listen_to(CURL *curl, curl_infotype what, char *bytes, size_t n, void *data)
{
	struct dialogue *dialogue = data;
	struct ub_text said = ub_text_trim(ub_text_n(bytes, n));
	(void)curl;
	dialogue->over |= what == CURLINFO_HEADER_OUT && ub_text_is(said, "QUIT");
	if (dialogue->over)
		return 0;
	if (what == CURLINFO_HEADER_OUT) {
		dialogue->for_this_mail =
		    ub_text_starts(said, UB_TEXT("RCPT TO:")) || ub_text_is(said, "DATA");
		dialogue->secret = !is_open(said);
		dialogue->reply_len = 0;
	} else if (what == CURLINFO_HEADER_IN && said.len) {
		dialogue->reply_len = said.len < sizeof(dialogue->reply) ? said.len : sizeof(dialogue->reply);
		memcpy(dialogue->reply, said.ptr, dialogue->reply_len);
	}
	return 0;
}

static int go_on(void *data, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct dialogue *dialogue = data;
	const struct ub_smtp *smtp = dialogue->smtp;
	(void)a, (void)b, (void)c, (void)d;
	return smtp->stopping && smtp->stopping(smtp->context);
}

/* ---- the dialogue ---- */

static void prepare(struct dialogue *dialogue)
{
	const struct ub_smtp *smtp = dialogue->smtp;
	CURL *curl = smtp->curl;
	curl_easy_reset(curl); /* the connection stays open */
	curl_easy_setopt(curl, CURLOPT_URL, smtp->url);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)UB_MAIL_CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)UB_MAIL_TIMEOUT_MS);
	curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)UB_MAIL_TIMEOUT_MS / 1000);
	curl_easy_setopt(
	    curl, CURLOPT_USE_SSL, smtp->starttls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
	if (smtp->ca) {
		curl_easy_setopt(curl, CURLOPT_CAINFO, smtp->ca);
		curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(curl, CURLOPT_USERNAME, smtp->user);
	curl_easy_setopt(curl, CURLOPT_PASSWORD, smtp->password);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, drop);
	curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, listen_to);
	curl_easy_setopt(curl, CURLOPT_DEBUGDATA, dialogue);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, go_on);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, dialogue);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, dialogue->error);
}

/* Curl may name the dialogue until it is told of another one. */
static CURLcode perform(struct dialogue *dialogue)
{
	CURL *curl = dialogue->smtp->curl;
	CURLcode code = curl_easy_perform(curl);
	curl_easy_setopt(curl, CURLOPT_VERBOSE, 0L);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 1L);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
	return code;
}

/* The code of the server's last reply (RFC 5321 4.2), if it says no. 0: it does not. */
static int refusal_of(const struct dialogue *dialogue)
{
	int64_t code;
	if (!ub_text_to_int(ub_text_sub(ub_text_n(dialogue->reply, dialogue->reply_len), 0, 3), &code))
		return 0;
	return code >= 400 && code < 600 ? (int)code : 0;
}

/* The server's last reply, as far as it may be told: what follows the codes of one to a secret may repeat it.
 */
static struct ub_text telling_of(const struct dialogue *dialogue)
{
	struct ub_text reply = ub_text_n(dialogue->reply, dialogue->reply_len);
	size_t n = 0;
	while (n < reply.len && strchr("0123456789. -", reply.ptr[n]))
		n++;
	return dialogue->secret ? ub_text_trim(ub_text_sub(reply, 0, n)) : reply;
}

static struct ub_text why_not(const struct dialogue *dialogue, CURLcode code, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	struct ub_text error = ub_text(dialogue->error[0] ? dialogue->error : curl_easy_strerror(code));
	if (refusal_of(dialogue)) {
		ub_buf_str(&out, dialogue->secret ? "the mail server refuses the user or the password: "
						  : "the mail server says: ");
		ub_buf_shown(&out, telling_of(dialogue));
	} else if (dialogue->whole) {
		ub_buf_str(
		    &out, "the mail server does not say whether it has taken the mail, which is sent again");
	} else {
		ub_buf_shown(&out, ub_text_sub(error, 0, error.len - ub_text_ends(error, UB_TEXT("."))));
	}
	return ub_buf_text(&out);
}

/* RFC 5321 3.8: with 421 the server closes the connection; RFC 4954 6: with 530 it wants somebody to sign in.
 */
static enum ub_smtp_result result_of(const struct dialogue *dialogue, CURLcode code)
{
	int refusal = refusal_of(dialogue);
	if (code == CURLE_OK)
		return UB_SMTP_SENT;
	if (dialogue->whole && !refusal)
		return UB_SMTP_UNCERTAIN;
	if (refusal == 0 || refusal == 421 || refusal == 530 || !(dialogue->for_this_mail || dialogue->whole))
		return UB_SMTP_DOWN;
	return refusal < 500 ? UB_SMTP_LATER : UB_SMTP_REFUSED;
}

enum ub_smtp_result ub_smtp_send(struct ub_smtp *smtp, struct ub_text from, struct ub_text to,
    struct ub_text mail, struct ub_text *why, struct ub_arena *arena)
{
	struct dialogue dialogue = { .smtp = smtp, .mail = mail };
	struct curl_slist *recipients = curl_slist_append(NULL, ub_textf(arena, "<%.*s>", UB_ARGS(to)).ptr);
	if (!recipients)
		abort();
	prepare(&dialogue);
	curl_easy_setopt(smtp->curl, CURLOPT_MAIL_FROM, ub_textf(arena, "<%.*s>", UB_ARGS(from)).ptr);
	curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, recipients);
	curl_easy_setopt(smtp->curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(smtp->curl, CURLOPT_READFUNCTION, give_mail);
	curl_easy_setopt(smtp->curl, CURLOPT_READDATA, &dialogue);
	curl_easy_setopt(smtp->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)mail.len);
	CURLcode code = perform(&dialogue);
	curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, NULL);
	curl_slist_free_all(recipients);
	*why = code == CURLE_OK ? UB_TEXT_NONE : why_not(&dialogue, code, arena);
	return result_of(&dialogue, code);
}

bool ub_smtp_greet(struct ub_smtp *smtp, struct ub_text *why, struct ub_arena *arena)
{
	struct dialogue dialogue = { .smtp = smtp };
	prepare(&dialogue);
	curl_easy_setopt(smtp->curl, CURLOPT_CUSTOMREQUEST, "NOOP");
	curl_easy_setopt(smtp->curl, CURLOPT_NOBODY, 1L);
	CURLcode code = perform(&dialogue);
	*why = code == CURLE_OK ? UB_TEXT_NONE : why_not(&dialogue, code, arena);
	return code == CURLE_OK;
}
