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
	struct pool *pool = upstream->pool;
	*(upstream->newer ? &upstream->newer->older : &pool->newest) = upstream->older;
	*(upstream->older ? &upstream->older->newer : &pool->oldest) = upstream->newer;
	upstream->newer = upstream->older = NULL;
	relay_timer_stop(&upstream->timer);
	loop->pooled--;
}

static void enter_pool(struct loop *loop, struct upstream *upstream)
{
	struct pool *pool = upstream->pool;
	upstream->older = pool->newest;
	*(pool->newest ? &pool->newest->newer : &pool->oldest) = upstream;
	pool->newest = upstream;
	loop->pooled++;
	relay_timer_start(&loop->timers, &upstream->timer, TIMER_POOL, loop->now);
}

/* For how many milliseconds the connection has been idle. */
static int64_t idle_for(const struct loop *loop, const struct upstream *upstream)
{
	return loop->now - (upstream->timer.due - loop->timers.durations[TIMER_POOL]);
}

/* Whether the server leaves connections open after an answer. Until one was seen that has stayed open for a
 * moment, nobody knows: some servers close them and do not say so. */
static bool is_persistent(const struct loop *loop, struct pool *pool)
{
	struct upstream *oldest = pool->oldest;
	if (!pool->persistent && loop->now >= pool->distrust_until && oldest &&
	    idle_for(loop, oldest) >= UB_RELAY_PERSISTENT_MS)
		pool->persistent = relay_link_is_quiet(&oldest->link);
	return pool->persistent;
}

void relay_upstream_distrust(struct loop *loop, struct pool *pool)
{
	pool->persistent = false;
	pool->distrust_until = loop->now + UB_RELAY_DISTRUST_MS;
}

struct upstream *relay_upstream_pooled(struct loop *loop, struct pool *pool, struct conn *conn)
{
	bool safe = conn->exchange->safe;
	if (!safe && !is_persistent(loop, pool))
		return NULL;
	for (struct upstream *upstream = pool->newest, *older; upstream; upstream = older) {
		older = upstream->older;
		if (!safe && idle_for(loop, upstream) > UB_RELAY_WARM_MS)
			return NULL;
		if (upstream->signed_in && !conn->exchange->signed_in)
			continue;
		leave_pool(loop, upstream);
		upstream->conn = conn;
		pool->busy++;
		if (relay_link_is_quiet(&upstream->link))
			return upstream;
		relay_upstream_close(loop, &upstream);
	}
	return NULL;
}

void relay_upstream_keep(struct loop *loop, struct upstream *upstream)
{
	upstream->conn = NULL;
	upstream->pool->busy--;
	upstream->used = true;
	enter_pool(loop, upstream);
	if (loop->pooled > UB_RELAY_POOL_MAX) {
		struct upstream *oldest = upstream->pool->oldest;
		relay_upstream_close(loop, &oldest);
	}
}

/* Events of this turn may still point to it, so its memory is freed only after the turn. */
void relay_upstream_close(struct loop *loop, struct upstream **upstream)
{
	struct upstream *self = *upstream;
	if (!self)
		return;
	if (self->conn)
		self->pool->busy--;
	else
		leave_pool(loop, self);
	relay_link_close(&self->link, loop->epoll_fd);
	self->older = loop->closed_upstreams;
	loop->closed_upstreams = self;
	*upstream = NULL;
}

/* ---- connecting ---- */

static int open_socket(int family)
{
	return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* Any idle connection; NULL: there is none. */
static struct upstream *spare(const struct loop *loop)
{
	for (unsigned i = 0; i < loop->shared->n_servers; i++)
		if (loop->pools[i].oldest)
			return loop->pools[i].oldest;
	return NULL;
}

static bool connect_to(struct loop *loop, struct upstream *upstream, unsigned address)
{
	const struct sockaddr *to = (const struct sockaddr *)&upstream->addresses.list[address];
	struct upstream *idle;
	const int on = 1;
	relay_link_close(&upstream->link, loop->epoll_fd);
	upstream->link.fd = open_socket(to->sa_family);
	if (upstream->link.fd < 0 && errno == EMFILE && (idle = spare(loop))) {
		relay_upstream_close(loop, &idle);
		upstream->link.fd = open_socket(to->sa_family);
	}
	if (upstream->link.fd < 0)
		return false;
	if (to->sa_family != AF_UNIX)
		(void)setsockopt(upstream->link.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(upstream->link.fd, to, upstream->addresses.lengths[address]) != 0 && errno != EINPROGRESS)
		return false;
	upstream->connecting = true;
	return relay_link_watch(&upstream->link, loop->epoll_fd);
}

/* The address that took the last connection is tried first. */
static bool try_next_address(struct loop *loop, struct upstream *upstream)
{
	if (upstream->addresses.n == 0)
		errno = EADDRNOTAVAIL;
	while (upstream->tried < upstream->addresses.n) {
		unsigned address =
		    (upstream->pool->preferred_address + upstream->tried) % upstream->addresses.n;
		upstream->tried++;
		if (connect_to(loop, upstream, address))
			return true;
	}
	return false;
}

/* No address of the server answers: its name is looked up again soon, and others have its requests. */
static void give_up(struct loop *loop, struct pool *pool)
{
	int saved = errno;
	relay_resolver_doubt(pool->server->resolver);
	pool->preferred_address = 0;
	pool->server->down_until = loop->now + UB_RELAY_DOWN_MS;
	errno = saved;
}

bool relay_upstream_retry(struct loop *loop, struct upstream *upstream)
{
	bool goes_on = try_next_address(loop, upstream);
	if (!goes_on)
		give_up(loop, upstream->pool);
	return goes_on;
}

struct upstream *relay_upstream_open(struct loop *loop, struct pool *pool, struct conn *conn)
{
	struct upstream *upstream = calloc(1, sizeof(*upstream));
	if (!upstream)
		abort();
	upstream->link = (struct link){ .fd = -1, .kind = LINK_UPSTREAM };
	upstream->conn = conn;
	upstream->pool = pool;
	pool->busy++;
	relay_resolver_get(pool->server->resolver, &upstream->addresses);
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

enum io relay_upstream_connect(struct upstream *upstream, const char **why)
{
	struct link *link = &upstream->link;
	if (!link->tls) {
		if (!link->writable)
			return IO_WAIT;
		int error = error_of(link);
		*why = strerror(error);
		if (error != 0)
			return IO_BROKEN;
		if (upstream->pool->server->tls)
			relay_link_secure(link, upstream->pool->server->tls);
	}
	enum io io = relay_link_shake(link);
	upstream->connecting = io != IO_SOME;
	if (io == IO_END || io == IO_BROKEN)
		*why = relay_link_problem(link);
	if (io == IO_SOME) {
		struct pool *pool = upstream->pool;
		pool->preferred_address =
		    (pool->preferred_address + upstream->tried - 1) % upstream->addresses.n;
		pool->server->down_until = 0;
	}
	return io == IO_END ? IO_BROKEN : io;
}
