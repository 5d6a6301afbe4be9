/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "leaks.h"
#include "relay-private.h"

TestSuite(pool, .fini = ub_leak_check);

static const struct ub_relay_limits limits;

static struct pool pool;

/* An idle connection; *theirs is the upstream's end. */
static void keep_one(struct loop *loop, int *theirs)
{
	struct upstream *upstream = calloc(1, sizeof(*upstream));
	int pair[2];
	cr_assert_not_null(upstream);
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	upstream->link = (struct link){ .fd = pair[0], .kind = LINK_UPSTREAM };
	upstream->pool = &pool;
	pool.busy++;
	relay_upstream_keep(loop, upstream);
	*theirs = pair[1];
}

static void free_closed(struct loop *loop)
{
	for (struct upstream *upstream = loop->closed_upstreams, *next; upstream; upstream = next) {
		next = upstream->older;
		free(upstream);
	}
}

Test(pool, gives_no_connection_on_which_something_has_come_before_any_event_tells)
{
	struct loop loop = { 0 };
	struct exchange safe = { .safe = true };
	struct conn conn = { .loop = &loop, .exchange = &safe };
	int quiet, stray, ended;
	relay_timers_init(&loop.timers, &limits);
	keep_one(&loop, &quiet);
	keep_one(&loop, &stray);
	keep_one(&loop, &ended);
	cr_assert_eq(write(stray, "x", 1), 1);
	close(ended);

	struct upstream *upstream = relay_upstream_pooled(&loop, &pool, &conn);
	cr_assert_not_null(upstream);
	cr_assert_eq(write(quiet, "x", 1), 1);
	cr_assert_not(relay_link_is_quiet(&upstream->link), "it is the quiet one");
	cr_assert_eq(upstream->conn, &conn);
	cr_assert_eq(loop.pooled, 0, "the others are closed");
	cr_assert_eq(pool.busy, 1, "and no exchange has them");
	cr_assert_null(relay_upstream_pooled(&loop, &pool, &conn));

	relay_upstream_close(&loop, &upstream);
	free_closed(&loop);
	close(quiet);
	close(stray);
}

Test(pool, gives_a_write_only_what_was_in_use_a_moment_ago)
{
	struct loop loop = { .now = 1000 };
	struct exchange safe = { .safe = true }, other = { .safe = false };
	struct conn write = { .loop = &loop, .exchange = &other };
	struct conn read = { .loop = &loop, .exchange = &safe };
	int first, second;
	relay_timers_init(&loop.timers, &limits);
	keep_one(&loop, &first);
	cr_assert_null(
	    relay_upstream_pooled(&loop, &pool, &write), "nobody knows whether the upstream closes it");
	loop.now += UB_RELAY_PERSISTENT_MS;
	keep_one(&loop, &second);
	struct upstream *newest = relay_upstream_pooled(&loop, &pool, &write);
	cr_assert_not_null(newest, "one has stayed open");
	relay_upstream_close(&loop, &newest);
	struct upstream *oldest = relay_upstream_pooled(&loop, &pool, &write);
	cr_assert_not_null(oldest);
	relay_upstream_keep(&loop, oldest);
	loop.now += UB_RELAY_WARM_MS + 1;
	cr_assert_null(relay_upstream_pooled(&loop, &pool, &write), "the upstream may be closing it");
	oldest = relay_upstream_pooled(&loop, &pool, &read);
	cr_assert_not_null(oldest, "a read may be sent once more");
	relay_upstream_keep(&loop, oldest);
	relay_upstream_distrust(&loop, &pool);
	loop.now += UB_RELAY_PERSISTENT_MS;
	cr_assert_null(relay_upstream_pooled(&loop, &pool, &write), "the upstream has closed one");
	loop.now += UB_RELAY_DISTRUST_MS;
	oldest = relay_upstream_pooled(&loop, &pool, &read);
	cr_assert_not_null(oldest);
	relay_upstream_close(&loop, &oldest);
	free_closed(&loop);
	close(first);
	close(second);
}

Test(pool, asks_whether_a_link_is_quiet_without_reading_from_it)
{
	struct loop loop = { 0 };
	struct upstream *upstream;
	char byte = 0;
	size_t n = 0;
	int theirs;
	relay_timers_init(&loop.timers, &limits);
	keep_one(&loop, &theirs);
	upstream = pool.newest;
	cr_assert(relay_link_is_quiet(&upstream->link));
	cr_assert_not(upstream->link.readable);
	cr_assert_eq(write(theirs, "x", 1), 1);
	cr_assert_not(relay_link_is_quiet(&upstream->link));
	cr_assert_eq(relay_link_read(&upstream->link, &byte, 1, &n), IO_SOME);
	cr_assert_eq(byte, 'x');
	cr_assert(relay_link_is_quiet(&upstream->link));
	upstream->link.ended = true;
	cr_assert_not(relay_link_is_quiet(&upstream->link), "an event has told of its end");
	relay_upstream_close(&loop, &upstream);
	free_closed(&loop);
	close(theirs);
}
