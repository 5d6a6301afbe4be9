/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which server has a request, and when: so many requests are at one server at once, and so many more wait for
 * a place, the first to come being the first to go. Servers that are equal have one queue, whose first has
 * the place that becomes free first at any of them.
 *
 * The requests of all loops are counted together. If each loop had its share of the places, requests that
 * last long would fill the share of one loop while another's is free, and fewer places than loops could not
 * be shared at all. As long as nobody waits, this costs a request two atomic operations and takes no lock.
 *
 * A place that becomes free goes to the first who waits under the lock, whichever loop he belongs to, and his
 * loop is called if it is another one: it may be asleep. Only his own loop touches anything but his
 * admission.
 */
#include "relay-private.h"

/* ---- servers that are equal ---- */

static uint32_t bit_of(const struct server *server)
{
	return UINT32_C(1) << (server - server->site->servers);
}

static bool is_down(const struct loop *loop, const struct server *server)
{
	return server->down_until > loop->now;
}

static bool is_full(const struct server *server)
{
	return server->requests >= server->site->line->most;
}

/* Whether the server of `one` is the better one. */
static bool is_better(const struct loop *loop, const struct pool *one, const struct pool *other)
{
	bool down = is_down(loop, one->server), full = is_full(one->server);
	if (down != is_down(loop, other->server))
		return !down;
	if (down)
		return one->server->down_until < other->server->down_until;
	return full != is_full(other->server) ? !full : one->busy < other->busy;
}

/* The best of these servers of the site; those that are equally good have their turns. */
static struct pool *best_of(struct loop *loop, const struct site *site, uint32_t servers)
{
	struct pool *best = NULL;
	unsigned start = loop->turns++;
	for (unsigned i = 0; i < site->n; i++) {
		struct pool *pool = &loop->pools[site->first + (start + i) % site->n];
		if ((servers & bit_of(pool->server)) && (!best || is_better(loop, pool, best)))
			best = pool;
	}
	return best;
}

static void remember(struct conn *conn, const struct pool *pool)
{
	conn->pool = (uint16_t)(pool - conn->loop->pools + 1);
}

/* The servers that the request may go to. A connection that authenticates itself stays with its own. */
static uint32_t servers_for(const struct conn *conn)
{
	const struct exchange *exchange = conn->exchange;
	const struct server *own = conn->upstream ? conn->upstream->pool->server : NULL;
	return own && own->site == exchange->site ? bit_of(own) : ~exchange->admission.tried;
}

struct pool *relay_pool_of(struct conn *conn)
{
	struct loop *loop = conn->loop;
	const struct site *site = conn->exchange->site;
	struct pool *pool = conn->pool ? &loop->pools[conn->pool - 1] : NULL;
	if (site->n == 1) {
		pool = &loop->pools[site->first];
	} else {
		uint32_t servers = servers_for(conn);
		bool stays = pool && pool->server->site == site && (servers & bit_of(pool->server)) &&
			     !is_down(loop, pool->server) && !is_full(pool->server);
		if (!stays)
			pool = best_of(loop, site, servers);
	}
	remember(conn, pool);
	return pool;
}

/* ---- places ---- */

static bool take(struct server *server)
{
	uint32_t most = server->site->line->most, n = server->requests;
	while (n < most)
		if (atomic_compare_exchange_weak(&server->requests, &n, n + 1))
			return true;
	return false;
}

static void append(struct waiters *waiters, struct admission *admission)
{
	admission->next = NULL;
	*(waiters->last ? &waiters->last->next : &waiters->first) = admission;
	waiters->last = admission;
}

static void take_out(struct waiters *waiters, struct admission *admission)
{
	struct admission *before = NULL;
	for (struct admission *at = waiters->first; at != admission; at = at->next)
		before = at;
	*(before ? &before->next : &waiters->first) = admission->next;
	if (!admission->next)
		waiters->last = before;
}

/* The first who waits for a place at the server. */
static struct admission *first_for(const struct line *line, const struct server *server)
{
	struct admission *admission = line->waiters.first;
	while (admission && !(admission->servers & bit_of(server)))
		admission = admission->next;
	return admission;
}

static void call(struct loop *loop, const struct loop *caller)
{
	static const struct note note = { .kind = NOTE_ADMITTED };
	if (!atomic_exchange(&loop->called, true) && loop != caller)
		relay_loop_tell(loop, &note);
}

/* The lock is held. The server's place, which is taken, is the first one's. */
static void admit(struct loop *loop, const struct server *server, struct admission *first)
{
	const struct site *site = server->site;
	take_out(&site->line->waiters, first);
	site->line->waiting--;
	first->pool = &first->loop->pools[site->first + (server - site->servers)];
	append(&first->pool->admitted, first);
	call(first->loop, loop);
}

static bool all_down(const struct loop *loop, const struct site *site)
{
	for (unsigned i = 0; i < site->n; i++)
		if (!is_down(loop, &site->servers[i]))
			return false;
	return true;
}

/* The lock is held, and no more is done under it. Tells the engine how many wait. */
static void unlock(const struct loop *loop, const struct site *site)
{
	struct ub_wire_memory *memory = loop->shared->memory;
	if (memory)
		ub_wire_crowd_set_waiting(memory, (size_t)(site - loop->shared->sites), site->line->waiting);
	pthread_mutex_unlock(&site->line->lock);
}

/* The lock is held. Those who wait have whatever places are free. */
static void hand_out(struct loop *loop, const struct site *site)
{
	bool any = all_down(loop, site);
	for (unsigned i = 0; i < site->n; i++) {
		struct server *server = &site->servers[i];
		struct admission *first;
		if (is_down(loop, server) && !any)
			continue;
		while ((first = first_for(site->line, server)) && take(server))
			admit(loop, server, first);
	}
}

/* False: as many wait as may. Whoever gives a place back looks whether somebody waits, and whoever begins to
 * wait looks for a free place: one of them sees the other. */
static bool join(struct conn *conn)
{
	struct admission *admission = &conn->exchange->admission;
	const struct site *site = conn->exchange->site;
	struct line *line = site->line;
	pthread_mutex_lock(&line->lock);
	bool room = line->waiting < line->most_waiting;
	if (room) {
		admission->loop = conn->loop;
		admission->servers = servers_for(conn);
		admission->waits = true;
		append(&line->waiters, admission);
		line->waiting++;
		hand_out(conn->loop, site);
	}
	unlock(conn->loop, site);
	return room;
}

/* It was called meanwhile, or was not. */
static void stop_waiting(const struct loop *loop, const struct site *site, struct admission *admission)
{
	struct line *line = site->line;
	pthread_mutex_lock(&line->lock);
	if (!admission->pool)
		line->waiting--;
	take_out(admission->pool ? &admission->pool->admitted : &line->waiters, admission);
	unlock(loop, site);
	admission->waits = false;
}

void relay_admit_leave(struct loop *loop, struct exchange *exchange)
{
	struct admission *admission = &exchange->admission;
	const struct site *site = exchange->site;
	if (admission->waits)
		stop_waiting(loop, site, admission);
	struct pool *pool = admission->pool;
	admission->pool = NULL;
	if (!pool)
		return;
	pool->server->requests--;
	if (site->line->waiting == 0)
		return;
	pthread_mutex_lock(&site->line->lock);
	hand_out(loop, site);
	unlock(loop, site);
}

/* ---- in, now or later ---- */

static void enter(struct conn *conn, struct pool *pool)
{
	conn->exchange->admission.pool = pool;
	remember(conn, pool);
	conn->phase = PHASE_CONNECT;
}

bool relay_admit_at_once(struct conn *conn)
{
	struct pool *pool = relay_pool_of(conn);
	bool in = conn->exchange->site->line->waiting == 0 && take(pool->server);
	if (in)
		enter(conn, pool);
	return in;
}

bool relay_admit_later(struct conn *conn)
{
	struct loop *loop = conn->loop;
	bool waits = join(conn);
	if (waits)
		relay_timer_start(&loop->timers, &conn->timer, TIMER_CONNECT, loop->now);
	return waits;
}

static struct admission *take_admitted(struct pool *pool)
{
	pthread_mutex_t *lock = &pool->server->site->line->lock;
	pthread_mutex_lock(lock);
	struct admission *first = pool->admitted.first;
	if (first)
		take_out(&pool->admitted, first);
	pthread_mutex_unlock(lock);
	return first;
}

/* The time for which a client had to wait is not his: his body is not too slow for that. */
struct conn *relay_admit_next(struct pool *pool)
{
	struct admission *admission = take_admitted(pool);
	if (!admission)
		return NULL;
	struct conn *conn = OWNER(admission, struct exchange, admission)->conn;
	admission->waits = false;
	relay_timer_stop(&conn->timer);
	relay_slow_begin(conn);
	enter(conn, pool);
	return conn;
}

bool relay_admit_elsewhere(struct conn *conn)
{
	struct exchange *exchange = conn->exchange;
	struct admission *admission = &exchange->admission;
	uint32_t all = (UINT32_C(2) << (exchange->site->n - 1)) - 1;
	admission->tried |= bit_of(admission->pool->server);
	relay_admit_leave(conn->loop, exchange);
	if (admission->tried == all)
		return false;
	relay_upstream_close(conn->loop, &conn->upstream);
	conn->phase = PHASE_ADMIT;
	return true;
}
