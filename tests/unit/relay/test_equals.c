/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "leaks.h"
#include "relay-private.h"

TestSuite(equals, .fini = ub_leak_check);

enum { SERVERS = 3 };

/* A loop that does not run, before servers on unix sockets that nobody listens at. */
struct desk {
	struct ub_relay_server servers[SERVERS];
	struct ub_relay_upstream upstream;
	struct ub_relay_options options;
	struct shared shared;
	struct loop loop;
	struct pool pools[SERVERS];
	struct exchange exchange;
	struct conn conn;
};

static void open_desk(struct desk *desk)
{
	struct ub_text why;
	*desk = (struct desk){ .loop.now = 1000 };
	for (unsigned i = 0; i < SERVERS; i++)
		desk->servers[i].socket = "/nonexistent/socket";
	desk->upstream = (struct ub_relay_upstream){
		.servers = desk->servers, .n_servers = SERVERS, .path = UB_TEXT_NONE
	};
	desk->options = (struct ub_relay_options){ .upstreams = &desk->upstream, .n_upstreams = 1 };
	desk->shared = (struct shared){ .options = &desk->options };
	cr_assert(relay_sites_open(&desk->shared, &why, NULL));
	relay_sites_resolve(&desk->shared);
	for (unsigned i = 0; i < SERVERS; i++)
		desk->pools[i].server = &desk->shared.servers[i];
	desk->loop.shared = &desk->shared;
	desk->loop.pools = desk->pools;
	desk->exchange = (struct exchange){ .site = desk->shared.sites };
	desk->conn = (struct conn){ .loop = &desk->loop, .exchange = &desk->exchange };
}

static void close_desk(struct desk *desk)
{
	while (desk->loop.closed_upstreams) {
		struct upstream *closed = desk->loop.closed_upstreams;
		desk->loop.closed_upstreams = closed->older;
		free(closed);
	}
	relay_sites_close(&desk->shared);
}

static long chosen(struct desk *desk)
{
	return relay_pool_of(&desk->conn) - desk->pools;
}

/* What another client's first request goes to. */
static long chosen_anew(struct desk *desk)
{
	desk->conn.pool = 0;
	return chosen(desk);
}

Test(equals, share_the_clients_and_keep_each)
{
	struct desk desk;
	unsigned seen[SERVERS] = { 0 };
	open_desk(&desk);
	for (unsigned i = 0; i < SERVERS; i++) {
		long first = chosen_anew(&desk);
		seen[first]++;
		cr_expect_eq(chosen(&desk), first, "a client stays with its server");
	}
	for (unsigned i = 0; i < SERVERS; i++)
		cr_expect_eq(seen[i], 1, "each server had its turn");
	desk.pools[0].busy = 2;
	desk.pools[1].busy = 1;
	desk.pools[2].busy = 2;
	cr_expect_eq(chosen_anew(&desk), 1, "the one with the least to do");
	close_desk(&desk);
}

Test(equals, that_are_down_come_last)
{
	struct desk desk;
	open_desk(&desk);
	desk.pools[1].busy = 9;
	desk.shared.servers[0].down_until = INT64_MAX;
	desk.shared.servers[2].down_until = 2000;
	cr_expect_eq(chosen_anew(&desk), 1);
	desk.shared.servers[1].down_until = 3000;
	cr_expect_eq(chosen(&desk), 2, "of those that are down, the one whose time is over first");
	desk.loop.now = 3000;
	desk.pools[2].busy = 10;
	cr_expect_eq(chosen_anew(&desk), 1, "that time is over");
	close_desk(&desk);
}

Test(equals, that_are_full_come_before_those_that_are_down_alone)
{
	struct desk desk;
	open_desk(&desk);
	desk.shared.sites->line->most = 5;
	desk.shared.servers[0].requests = desk.shared.servers[1].requests = 4;
	desk.shared.servers[2].down_until = INT64_MAX;
	desk.pools[1].busy = 4;
	cr_expect_eq(chosen_anew(&desk), 0);
	desk.shared.servers[0].requests = 5;
	cr_expect_eq(chosen(&desk), 1, "a client goes where there is a place");
	desk.shared.servers[1].requests = 5;
	cr_expect_eq(chosen(&desk), 0, "the one with the least to do, though there is none at either");
	close_desk(&desk);
}

Test(equals, are_tried_once_each)
{
	struct desk desk;
	open_desk(&desk);
	for (unsigned i = 1; i <= SERVERS; i++) {
		cr_assert(relay_admit_at_once(&desk.conn));
		struct pool *pool = desk.exchange.admission.pool;
		cr_expect_eq(pool->server->requests, 1);
		cr_assert_null(relay_upstream_open(&desk.loop, pool, &desk.conn));
		cr_expect_eq(errno, ENOENT, "the reason is the last one's");
		cr_expect_eq(relay_admit_elsewhere(&desk.conn), i < SERVERS, "%u", i);
	}
	for (unsigned i = 0; i < SERVERS; i++) {
		cr_expect_eq(desk.shared.servers[i].down_until, 1000 + UB_RELAY_DOWN_MS);
		cr_expect_eq(desk.shared.servers[i].requests, 0);
		cr_expect_eq(desk.pools[i].busy, 0);
	}
	close_desk(&desk);
}
