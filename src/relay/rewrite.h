/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_RELAY_REWRITE_H
#define UPBEAT_RELAY_REWRITE_H

/* Heads as they go on: without what concerns one connection only, and with what the other side is to know. */

#include "stream.h"
#include "upbeat/http.h"
#include "upbeat/net.h"

struct rewrite {
	bool response;
	/* Upbeat is what clients know, as no front is before it. What a client says of fronts is dropped, and
	 * the upstream is told of the client. */
	bool edge;
	char peer[UB_NET_SHOWN]; /* at the edge: the client's address; empty: not known */
	bool secure;             /* of a request, or at the edge: the client speaks TLS */
	bool plain;              /* the same: the upstream is spoken to without TLS, and names itself by it */
	/* At the edge: the fields that tell who the client is by its certificate, and the name of the one
	 * that names its user. */
	struct ub_text certificate, user_field;
	struct ub_text host;     /* at the edge, of a response: the request's host */
	struct ub_text upstream; /* the authority by which the upstream is reached */
	bool drop_expect;        /* the relay itself has said 100 Continue */
	bool drop_coding; /* no body follows, so that Transfer-Encoding has no meaning (RFC 9112 6.1) */
	bool drop_length; /* nor has Content-Length (RFC 9110 8.6) */
	bool give_length; /* Content-Length replaces the field that told the length; no trailers follow */
	uint64_t length;
	bool drop_validators;   /* another text was stored than was sent (RFC 4791 5.3.4, RFC 9110 9.3.4) */
	const char *connection; /* the value of a Connection field to be added, or NULL */
};

/* How many bytes the rewritten head has at most. */
size_t relay_rewritten(const struct ub_http_head *head, const struct rewrite *rewrite);
void relay_rewrite(const struct ub_http_head *head, const struct rewrite *rewrite, struct buffer *out);

#endif
