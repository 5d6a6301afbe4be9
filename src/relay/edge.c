/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Where no front is before it, Upbeat is the server that clients know: the upstream is told by which name and
 * by whom it was asked, and what it says of itself is put into the clients' words.
 */
#include "relay-private.h"

#include <stdlib.h>
#include <string.h>

void relay_edge_request(struct conn *conn, struct rewrite *rewrite, struct ub_text host)
{
	struct exchange *exchange = &conn->exchange;
	rewrite->secure = conn->client.tls;
	rewrite->plain = !exchange->site->secure;
	if (conn->front)
		return;
	rewrite->edge = true;
	(void)ub_net_show(&conn->peer, rewrite->peer);
	if (!exchange->host && !(exchange->host = strndup(host.len ? host.ptr : "", host.len)))
		abort();
}

void relay_edge_answer(const struct conn *conn, struct rewrite *rewrite)
{
	if (!conn->exchange.host)
		return;
	rewrite->edge = true;
	rewrite->secure = conn->client.tls;
	rewrite->plain = !conn->exchange.site->secure;
	rewrite->host = ub_text(conn->exchange.host);
	rewrite->upstream = ub_text(conn->upstream->pool->server->authority);
}

void relay_edge_forget(struct exchange *exchange)
{
	free(exchange->host);
	exchange->host = NULL;
}
