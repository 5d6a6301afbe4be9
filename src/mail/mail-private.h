/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_MAIL_PRIVATE_H
#define UPBEAT_MAIL_PRIVATE_H

#include "upbeat/mail.h"

/* ---- field.c: fields of the header, each with its CRLF ---- */

/* A field of free text (RFC 5322 3.6.5), as encoded words (RFC 2047) where it needs them. */
void mail_put_text(struct ub_buf *out, const char *name, struct ub_text text);
/* A field with an address, and the name before it; the name may be empty. */
void mail_put_mailbox(struct ub_buf *out, const char *name, struct ub_text shown, struct ub_text address);

#endif
