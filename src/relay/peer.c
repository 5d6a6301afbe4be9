/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Who the client is: whoever has connected, or whom a proxy names that speaks the PROXY protocol. And whether
 * it is a front, whose word on its own clients is believed.
 */
#include "relay-private.h"

#include <netinet/in.h>
#include <string.h>

static const struct ub_relay_listen *place_of(const struct conn *conn)
{
	return conn->loop->listeners[conn->listener].place;
}

const char *relay_peer_shed(const struct conn *conn)
{
	return conn->placed ? "too many connections from one address" : "too many clients are connected";
}

static bool is_among(const struct conn *conn, const struct ub_networks *networks)
{
	return conn->local ? networks->local : ub_net_among(networks, &conn->peer);
}

const char *relay_peer_show(const struct conn *conn, char out[UB_NET_SHOWN])
{
	return conn->peer.known ? ub_net_show(&conn->peer, out)
	       : conn->local    ? "a unix socket"
				: "an unknown address";
}

/* What ends TLS on this machine is a front, unless the settings say who is. Where clients have certificates,
 * the upstream believes who they are said to be: then only the settings say who is a front. */
static bool is_front(const struct conn *conn, bool secure)
{
	const struct ub_relay_options *options = conn->loop->shared->options;
	if (options->forwarded_from)
		return is_among(conn, options->forwarded_from);
	return !secure && !options->clients.ca && !place_of(conn)->proxies &&
	       (conn->local || ub_net_is_loopback(&conn->peer));
}

static void secure(struct conn *conn)
{
	struct ub_tls *tls = conn->loop->shared->tls;
	bool secure = tls && !place_of(conn)->plain;
	conn->front = is_front(conn, secure);
	if (secure && conn->phase != PHASE_PROXY)
		relay_link_secure(&conn->client, tls);
}

/* A front speaks for many, and sees to how many it lets in. */
static void count(struct conn *conn)
{
	if (conn->front || !conn->peer.known)
		return;
	conn->counted = relay_quota_take(&conn->loop->shared->quota, ub_net_subscriber(&conn->peer));
	if (!conn->counted)
		conn->shed = true;
}

void relay_peer_accept(struct conn *conn, const struct sockaddr_storage *from)
{
	conn->local = from->ss_family == AF_UNIX;
	conn->peer = (struct ub_net_address){ 0 };
	if (from->ss_family == AF_INET) {
		const struct sockaddr_in *four = (const struct sockaddr_in *)from;
		conn->peer = ub_net_address_of((const unsigned char *)&four->sin_addr, 4);
	} else if (from->ss_family == AF_INET6) {
		const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)from;
		conn->peer = ub_net_address_of((const unsigned char *)&six->sin6_addr, 16);
	}
	const struct ub_networks *proxies = place_of(conn)->proxies;
	conn->phase = proxies && is_among(conn, proxies) ? PHASE_PROXY : PHASE_HEAD;
	conn->counted = false;
	conn->placed = relay_quota_come(&conn->loop->shared->quota);
	conn->shed = !conn->placed;
	secure(conn);
	if (conn->phase == PHASE_HEAD)
		count(conn);
}

void relay_peer_leave(struct conn *conn)
{
	struct quota *quota = &conn->loop->shared->quota;
	if (conn->placed)
		relay_quota_go(quota);
	if (conn->counted)
		relay_quota_give(quota, ub_net_subscriber(&conn->peer));
}

static enum step refuse_proxy(struct conn *conn, const char *problem)
{
	struct loop *loop = conn->loop;
	char shown[UB_NET_SHOWN];
	ub_log_paced(loop->shared->log, &loop->proxy_pace, UB_LOG_WARNING, "the proxy at %s was refused: %s",
	    relay_peer_show(conn, shown), problem);
	return STEP_CLOSE;
}

/* The header is taken off the connection. From now on, the client is who it says; a proxy that speaks for
 * itself stays the client. */
static enum step take_header(struct conn *conn, const struct ub_net_proxied *proxied)
{
	size_t n;
	if (relay_link_read(&conn->client, conn->loop->wire, proxied->len, &n) != IO_SOME ||
	    n != proxied->len)
		return STEP_CLOSE;
	conn->client.readable = true;
	conn->phase = PHASE_HEAD;
	secure(conn);
	if (proxied->client.known) {
		conn->peer = proxied->client;
		conn->local = false;
	}
	count(conn);
	return STEP_AGAIN;
}

enum step relay_peer_read_proxy(struct conn *conn)
{
	struct loop *loop = conn->loop;
	struct ub_net_proxied proxied;
	size_t n;
	enum io io = relay_link_peek(&conn->client, loop->wire, UB_NET_PROXY_MAX, &n);
	if (io == IO_WAIT)
		return loop->draining ? STEP_CLOSE : STEP_WAIT;
	if (io != IO_SOME)
		return STEP_CLOSE;
	enum ub_net_result result = ub_net_read_proxy(ub_text_n((const char *)loop->wire, n), &proxied);
	explicit_bzero(loop->wire, n); /* what follows may be a request with credentials */
	if (result == UB_NET_DONE)
		return take_header(conn, &proxied);
	if (result == UB_NET_BAD)
		return refuse_proxy(conn, proxied.problem);
	if (conn->client.ended)
		return STEP_CLOSE;
	conn->client.readable = false; /* until more has come */
	return STEP_WAIT;
}
