/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_MAIL_H
#define UPBEAT_MAIL_H

/*
 * mail: a mail that carries a calendar object (RFC 6047), as it is handed to a mail server (RFC 5322, RFC
 * 2045 to 2047). What a title or a name has in it never becomes a field of the header.
 */

#include "upbeat/base.h"
#include "upbeat/cal.h"

struct ub_mail {
	struct ub_text from; /* address, without anything beyond ASCII; so are the next two */
	struct ub_text to, reply_to;
	struct ub_text from_name; /* who is shown as its sender; may be empty */
	struct ub_text subject;
	struct ub_text text;     /* for people; UTF-8 */
	struct ub_text calendar; /* the object; UTF-8 */
	const char *method;      /* as the object has it: "REQUEST" */
	struct ub_text id; /* of the characters of base64url; with the domain of `from` the Message-ID */
	ub_instant date;
};

/* Whether mails can go to the address: it is one, without anything beyond ASCII, which few servers take (RFC
 * 6531). */
bool ub_mail_can_go_to(struct ub_text address);
/* The mail with CRLF, in the arena. Empty: one of its addresses is none to which mails can go. */
struct ub_text ub_mail_write(const struct ub_mail *mail, struct ub_arena *arena);

#endif
