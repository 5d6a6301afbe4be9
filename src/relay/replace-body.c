/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-private.h"

#include <string.h>

/* The engine may give a held body another form: which bodies it is shown, and what changes in the answer. */

/* Credentials of Digest with qop=auth-int cover the body, too (RFC 7616 3.4.3). */
static bool proves_body(const struct ub_http_head *head)
{
	struct ub_text value = ub_http_value(head, "Authorization"), scheme;
	(void)ub_text_split(&value, ' ', &scheme);
	return ub_text_eq_nocase(scheme, UB_TEXT("Digest")) &&
	       ub_text_find(value, UB_TEXT("auth-int"), 0) != SIZE_MAX;
}

/* The engine inserts UTF-8. A calendar object is UTF-8 unless its type says otherwise (RFC 5545 3.1.4). */
static bool is_utf8(const struct ub_http_head *head)
{
	struct ub_text type = ub_http_value(head, "Content-Type"), parameter;
	while (ub_text_split(&type, ';', &parameter)) {
		struct ub_text value = ub_text_trim(parameter), name;
		(void)ub_text_split(&value, '=', &name);
		if (!ub_text_eq_nocase(name, UB_TEXT("charset")))
			continue;
		value = ub_text_trim(value);
		if (!ub_text_eq_nocase(value, UB_TEXT("utf-8")) &&
		    !ub_text_eq_nocase(value, UB_TEXT("\"utf-8\"")))
			return false;
	}
	return true;
}

struct ub_text relay_amendable(const struct conn *conn, const struct ub_http_head *head)
{
	static const char *const of_bytes[] = { "Content-Encoding", "Content-Range", "Content-MD5", "Digest",
		"Content-Digest", "Repr-Digest", "Signature-Input" };
	const struct exchange *exchange = conn->exchange;
	size_t len = exchange->request.ready;
	if (!conn->loop->shared->bodies || !exchange->hold || !exchange->request.complete ||
	    exchange->watch.write != UB_WRITE_PUT || len > UB_WIRE_BODY_MAX || !is_utf8(head) ||
	    proves_body(head))
		return UB_TEXT_NONE;
	for (size_t i = 0; i < UB_COUNT(of_bytes); i++)
		if (ub_http_field(head, of_bytes[i]))
			return UB_TEXT_NONE;
	return ub_text_sub(relay_buffer_text(&exchange->request.raw), 0, len);
}

static void exchange_body(struct blocks *blocks, struct flow *request, struct ub_text body)
{
	struct buffer *raw = &request->raw;
	size_t rest = raw->end - raw->start - request->ready;
	relay_buffer_more(blocks, raw, body.len);
	char *at = raw->ptr + raw->start;
	memmove(at + body.len, at + request->ready, rest);
	memcpy(at, body.ptr, body.len);
	relay_buffer_touch(raw);
	raw->end = raw->start + body.len + rest;
	request->ready = body.len;
}

void relay_amend(struct conn *conn, struct ub_text body)
{
	struct exchange *exchange = conn->exchange;
	struct flow *request = &exchange->request;
	if (!exchange->held)
		return; /* the engine was shown no body */
	const struct ub_http_head *head = &exchange->held->head;
	/* The head is written once more, with another length. */
	struct rewrite rewrite = { .drop_expect = true, .give_length = true, .length = body.len };
	relay_edge_request(conn, &rewrite, head->host);
	relay_buffer_touch(&request->head);
	request->head.start = request->head.end = 0;
	relay_buffer_reserve(&conn->loop->blocks, &request->head, relay_rewritten(head, &rewrite));
	relay_rewrite(head, &rewrite, &request->head);
	exchange_body(&conn->loop->blocks, request, body);
	exchange->amended = true;
}

bool relay_amend_spoils(const struct exchange *exchange, const struct ub_http_head *head)
{
	bool represents = ub_http_field(head, "Content-Location") && head->framing != UB_HTTP_NO_BODY &&
			  (head->framing != UB_HTTP_LENGTH || head->content_length > 0);
	return exchange->amended && head->status / 100 == 2 && !represents;
}
