/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_SMTP_H
#define UPBEAT_SMTP_H

/*
 * smtp: hands mails to a mail server (RFC 5321). ub_dav_init() comes before.
 */

#include "upbeat/base.h"

struct ub_smtp_server {
	const char *host; /* no brackets */
	unsigned port;
	bool tls, starttls;              /* as in struct ub_settings_mail */
	const char *ca;                  /* a PEM file; NULL: the system's */
	const char *user;                /* NULL: nobody signs in */
	struct ub_text password;         /* is copied, and wiped in the end */
	bool (*stopping)(void *context); /* whether to give up now; NULL: never */
	void *context;
};

/* A connection, which is opened with the first mail and stays open. */
struct ub_smtp;

/* The texts of `server` are copied. Never NULL. */
struct ub_smtp *ub_smtp_new(const struct ub_smtp_server *server);
/* Sets *smtp to NULL; NULL is allowed. */
void ub_smtp_free(struct ub_smtp **smtp);

enum ub_smtp_result {
	UB_SMTP_SENT,
	UB_SMTP_REFUSED,   /* this mail is not taken, now or later */
	UB_SMTP_LATER,     /* this mail is not taken now */
	UB_SMTP_DOWN,      /* no mail is taken now, whomever it is for */
	UB_SMTP_UNCERTAIN, /* all of the mail was sent, and no answer came */
};

/* Sends a mail from one address to another. *why: in the arena, what went wrong, in words; empty with SENT.
 * Blocks for UB_MAIL_TIMEOUT_MS at most. */
UB_MUST_USE enum ub_smtp_result ub_smtp_send(struct ub_smtp *smtp, struct ub_text from, struct ub_text to,
    struct ub_text mail, struct ub_text *why, struct ub_arena *arena);
/* Greets the server, signs in, and sends nothing. False: *why says what went wrong. */
UB_MUST_USE bool ub_smtp_greet(struct ub_smtp *smtp, struct ub_text *why, struct ub_arena *arena);

#endif
