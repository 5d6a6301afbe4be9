/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Where no front is before it, Upbeat is the server that clients know: the upstream is told by which name and
 * by whom it was asked, and what it says of itself is put into the clients' words.
 */
#include "relay-private.h"

#include <stdlib.h>
#include <string.h>

/* ---- who the client is by its certificate ---- */

static struct identity *new_identity(struct ub_text fields, struct ub_text user)
{
	struct identity *identity = calloc(1, sizeof(*identity) + fields.len + user.len + 2);
	if (!identity)
		abort();
	memcpy(identity->fields, fields.ptr, fields.len);
	identity->user = memcpy(identity->fields + fields.len + 1, user.ptr, user.len);
	return identity;
}

/* The bytes of the certificate are a byte sequence of RFC 8941 3.3.5. */
static void take_certificate(struct conn *conn, struct ub_text der)
{
	struct loop *loop = conn->loop;
	struct ub_text name = ub_tls_common_name(conn->client.tls, loop->arena);
	struct ub_text field = loop->shared->options->user_field, code = ub_base64(loop->arena, der);
	char shown[UB_NET_SHOWN];
	if (code.len > UB_RELAY_CERTIFICATE_MAX) {
		ub_log_paced(loop->shared->log, &loop->tls_pace, UB_LOG_WARNING,
		    "the certificate of a client at %s is too large, and the server is not told of it",
		    relay_peer_show(conn, shown));
		return;
	}
	struct ub_text fields = ub_textf(loop->arena, "Client-Cert: :%.*s:\r\n", UB_ARGS(code));
	if (field.len && name.len)
		fields = ub_textf(
		    loop->arena, "%.*s%.*s: %.*s\r\n", UB_ARGS(fields), UB_ARGS(field), UB_ARGS(name));
	conn->identity = new_identity(fields, name);
}

void relay_edge_identify(struct conn *conn)
{
	struct loop *loop = conn->loop;
	if (conn->front || conn->identity || !conn->client.tls || !loop->shared->options->clients.ca)
		return;
	ub_arena_reset(loop->arena);
	struct ub_text der = ub_tls_certificate(conn->client.tls, loop->arena);
	if (der.len)
		take_certificate(conn, der);
}

void relay_edge_closed(struct conn *conn)
{
	free(conn->identity);
	conn->identity = NULL;
}

/* ---- both ways ---- */

void relay_edge_request(struct conn *conn, struct rewrite *rewrite, struct ub_text host)
{
	struct exchange *exchange = conn->exchange;
	rewrite->secure = conn->client.tls;
	rewrite->plain = !exchange->site->secure;
	if (conn->front)
		return;
	rewrite->edge = true;
	rewrite->user_field = conn->loop->shared->options->user_field;
	rewrite->certificate = ub_text(conn->identity ? conn->identity->fields : "");
	(void)ub_net_show(&conn->peer, rewrite->peer);
	if (!exchange->host && !(exchange->host = strndup(host.len ? host.ptr : "", host.len)))
		abort();
}

void relay_edge_answer(const struct conn *conn, struct rewrite *rewrite)
{
	if (!conn->exchange->host)
		return;
	rewrite->edge = true;
	rewrite->secure = conn->client.tls;
	rewrite->plain = !conn->exchange->site->secure;
	rewrite->host = ub_text(conn->exchange->host);
	rewrite->upstream = ub_text(conn->upstream->pool->server->authority);
}

void relay_edge_forget(struct exchange *exchange)
{
	free(exchange->host);
	exchange->host = NULL;
}
