/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-private.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

/* ---- the pool: the newest is taken first, so that those too many end by TIMER_POOL ---- */

static void leave_pool(struct loop *loop, struct upstream *upstream)
{
	*(upstream->newer ? &upstream->newer->older : &loop->pool_newest) = upstream->older;
	*(upstream->older ? &upstream->older->newer : &loop->pool_oldest) = upstream->newer;
	upstream->newer = upstream->older = NULL;
	relay_timer_stop(&upstream->timer);
	loop->pooled--;
}

static void enter_pool(struct loop *loop, struct upstream *upstream)
{
	upstream->older = loop->pool_newest;
	*(loop->pool_newest ? &loop->pool_newest->newer : &loop->pool_oldest) = upstream;
	loop->pool_newest = upstream;
	loop->pooled++;
	relay_timer_start(&loop->timers, &upstream->timer, TIMER_POOL, loop->now);
}

/* For how many milliseconds the connection has been idle. */
static int64_t idle_for(const struct loop *loop, const struct upstream *upstream)
{
	return loop->now - (upstream->timer.due - loop->timers.durations[TIMER_POOL]);
}

/* Whether the upstream leaves connections open after an answer. Until one was seen that has stayed open for a
 * moment, nobody knows: some servers close them and do not say so. */
static bool is_persistent(struct loop *loop)
{
	struct upstream *oldest = loop->pool_oldest;
	if (!loop->persistent && loop->now >= loop->distrust_until && oldest &&
	    idle_for(loop, oldest) >= UB_RELAY_PERSISTENT_MS)
		loop->persistent = relay_link_is_quiet(&oldest->link);
	return loop->persistent;
}

void relay_upstream_distrust(struct loop *loop)
{
	loop->persistent = false;
	loop->distrust_until = loop->now + UB_RELAY_DISTRUST_MS;
}

struct upstream *relay_upstream_pooled(struct loop *loop, struct conn *conn)
{
	bool safe = conn->exchange.safe;
	if (!safe && !is_persistent(loop))
		return NULL;
	for (struct upstream *upstream = loop->pool_newest, *older; upstream; upstream = older) {
		older = upstream->older;
		if (!safe && idle_for(loop, upstream) > UB_RELAY_WARM_MS)
			return NULL;
		if (upstream->signed_in && !conn->exchange.signed_in)
			continue;
		leave_pool(loop, upstream);
		upstream->conn = conn;
		if (relay_link_is_quiet(&upstream->link))
			return upstream;
		relay_upstream_close(loop, &upstream);
	}
	return NULL;
}

void relay_upstream_keep(struct loop *loop, struct upstream *upstream)
{
	upstream->conn = NULL;
	upstream->used = true;
	enter_pool(loop, upstream);
	if (loop->pooled > UB_RELAY_POOL_MAX) {
		struct upstream *oldest = loop->pool_oldest;
		relay_upstream_close(loop, &oldest);
	}
}

/* Events of this turn may still point to it, so its memory is freed only after the turn. */
void relay_upstream_close(struct loop *loop, struct upstream **upstream)
{
	struct upstream *self = *upstream;
	if (!self)
		return;
	if (!self->conn)
		leave_pool(loop, self);
	relay_link_close(&self->link);
	self->older = loop->closed_upstreams;
	loop->closed_upstreams = self;
	*upstream = NULL;
}

/* ---- connecting ---- */

static int open_socket(int family)
{
	return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static bool connect_to(struct loop *loop, struct upstream *upstream, unsigned address)
{
	const struct sockaddr *to = (const struct sockaddr *)&upstream->addresses.list[address];
	const int on = 1;
	relay_link_close(&upstream->link);
	upstream->link.fd = open_socket(to->sa_family);
	if (upstream->link.fd < 0 && errno == EMFILE && loop->pool_oldest) {
		struct upstream *oldest = loop->pool_oldest;
		relay_upstream_close(loop, &oldest);
		upstream->link.fd = open_socket(to->sa_family);
	}
	if (upstream->link.fd < 0)
		return false;
	(void)setsockopt(upstream->link.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(upstream->link.fd, to, upstream->addresses.lengths[address]) != 0 && errno != EINPROGRESS)
		return false;
	upstream->connecting = true;
	return relay_link_watch(&upstream->link, loop->epoll_fd);
}

/* The address that took the last connection is tried first. */
bool relay_upstream_retry(struct loop *loop, struct upstream *upstream)
{
	while (upstream->tried < upstream->addresses.n) {
		unsigned address = (loop->preferred_address + upstream->tried) % upstream->addresses.n;
		upstream->tried++;
		if (connect_to(loop, upstream, address))
			return true;
	}
	int saved = errno;
	relay_resolver_doubt(loop->shared->resolver);
	loop->preferred_address = 0;
	errno = saved;
	return false;
}

struct upstream *relay_upstream_open(struct loop *loop, struct conn *conn)
{
	struct upstream *upstream = calloc(1, sizeof(*upstream));
	if (!upstream)
		abort();
	upstream->link = (struct link){ .fd = -1, .kind = LINK_UPSTREAM };
	upstream->timer.owner = upstream;
	upstream->conn = conn;
	relay_resolver_get(loop->shared->resolver, &upstream->addresses);
	if (upstream->addresses.n == 0)
		errno = EADDRNOTAVAIL;
	if (!relay_upstream_retry(loop, upstream))
		relay_upstream_close(loop, &upstream);
	return upstream;
}

static int error_of(const struct link *link)
{
	int error = 0;
	socklen_t size = sizeof(error);
	return getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

enum io relay_upstream_connect(struct loop *loop, struct upstream *upstream, const char **why)
{
	struct link *link = &upstream->link;
	if (!link->tls) {
		if (!link->writable)
			return IO_WAIT;
		int error = error_of(link);
		*why = strerror(error);
		if (error != 0)
			return IO_BROKEN;
		if (loop->shared->upstream_tls)
			relay_link_secure(link, loop->shared->upstream_tls);
	}
	enum io io = relay_link_shake(link);
	upstream->connecting = io != IO_SOME;
	if (io == IO_END || io == IO_BROKEN)
		*why = relay_link_problem(link);
	return io == IO_END ? IO_BROKEN : io;
}
