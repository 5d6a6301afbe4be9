/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "leaks.h"
#include "relay-private.h"

TestSuite(admit, .fini = ub_leak_check);

enum { LOOPS = 2, CLIENTS = 3 };

static const struct ub_relay_listen place;
/* connect() to a broadcast address fails at once. */
static const struct ub_relay_server servers[] = {
	{ .host = { "255.255.255.255", 15 }, .port = 1 },
	{ .host = { "255.255.255.255", 15 }, .port = 2 },
};
static const struct ub_relay_upstream alone = { .servers = servers, .n_servers = 1, .path = { "", 0 } };
static const struct ub_relay_upstream equal = { .servers = servers, .n_servers = 2, .path = { "", 0 } };

/* Loops that do not run, with clients whose requests seek a place. */
struct desk {
	struct ub_relay_options options;
	struct shared shared;
	struct loop *loops[LOOPS];
	struct conn *conns[LOOPS][CLIENTS];
	int theirs[LOOPS][CLIENTS]; /* the clients' ends */
};

static void open_client(struct desk *desk, unsigned i, unsigned k)
{
	const struct sockaddr_storage from = { .ss_family = AF_UNIX };
	int pair[2];
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	relay_conn_accept(desk->loops[i], &desk->loops[i]->listeners[0], pair[0], &from);
	struct conn *conn = desk->conns[i][k] = relay_conn_at(desk->loops[i], k);
	conn->client.writable = true;
	desk->theirs[i][k] = pair[1];
	struct exchange *exchange = relay_exchange_of(conn);
	exchange->site = desk->shared.sites;
	exchange->minor = 1;
	exchange->keep_alive = exchange->request.complete = true;
	relay_slow_watch(conn);
	conn->phase = PHASE_ADMIT;
}

static void open_desk(struct desk *desk, const struct ub_relay_upstream *upstream)
{
	struct ub_text why;
	*desk = (struct desk){ .options = { .listens = &place,
				   .n_listens = 1,
				   .upstreams = upstream,
				   .n_upstreams = 1,
				   .limits = { .requests = 1, .waiting = 2 } } };
	desk->shared = (struct shared){ .options = &desk->options };
	relay_quota_init(&desk->shared.quota, 100, 100);
	cr_assert(relay_sites_open(&desk->shared, &why, NULL));
	relay_sites_resolve(&desk->shared);
	for (unsigned i = 0; i < LOOPS; i++) {
		int listener = socket(AF_INET, SOCK_STREAM, 0);
		desk->loops[i] = relay_loop_new(&desk->shared, i, &listener);
		for (unsigned k = 0; k < CLIENTS; k++)
			open_client(desk, i, k);
	}
}

static void close_desk(struct desk *desk)
{
	for (unsigned i = 0; i < LOOPS; i++)
		relay_loop_free(&desk->loops[i]);
	for (unsigned i = 0; i < desk->shared.n_servers; i++)
		cr_expect_eq(desk->shared.servers[i].requests, 0, "all places are free in the end");
	cr_expect_eq(desk->shared.sites->line->waiting, 0);
	for (unsigned i = 0; i < LOOPS; i++)
		for (unsigned k = 0; k < CLIENTS; k++)
			close(desk->theirs[i][k]);
	relay_quota_free(&desk->shared.quota);
	relay_sites_close(&desk->shared);
}

static void leave(struct conn *conn)
{
	relay_admit_leave(conn->loop, conn->exchange);
}

static bool has_place(const struct conn *conn)
{
	return conn->exchange && conn->exchange->admission.pool;
}

static bool is_told(const struct loop *loop)
{
	struct pollfd notes = { .fd = loop->notes.fd, .events = POLLIN };
	return poll(&notes, 1, 0) > 0;
}

static struct ub_text answer(const struct desk *desk, unsigned i, unsigned k)
{
	static char got[1000];
	ssize_t n = read(desk->theirs[i][k], got, sizeof(got));
	return ub_text_n(got, n > 0 ? (size_t)n : 0);
}

Test(admit, the_first_who_waits_whichever_loop_he_belongs_to)
{
	struct desk desk;
	open_desk(&desk, &alone);
	cr_assert_eq(relay_exchange_admit(desk.conns[0][0]), STEP_AGAIN);
	cr_expect_eq(desk.conns[0][0]->phase, PHASE_CONNECT);
	cr_assert_eq(relay_exchange_admit(desk.conns[1][0]), STEP_WAIT);
	cr_assert_eq(relay_exchange_admit(desk.conns[0][1]), STEP_WAIT);
	cr_expect_eq(relay_exchange_admit(desk.conns[0][1]), STEP_WAIT, "an event changes nothing");
	cr_assert(!is_told(desk.loops[0]) && !is_told(desk.loops[1]));
	leave(desk.conns[0][0]);
	cr_expect(has_place(desk.conns[1][0]) && is_told(desk.loops[1]) && !is_told(desk.loops[0]));
	cr_expect_eq(desk.conns[1][0]->phase, PHASE_ADMIT, "its own loop has it go on");
	leave(desk.conns[1][0]);
	cr_expect(has_place(desk.conns[0][1]), "one that leaves before that gives its place on");
	cr_expect(desk.loops[0]->called && is_told(desk.loops[0]));
	cr_assert_eq(relay_admit_next(&desk.loops[0]->pools[0]), desk.conns[0][1]);
	cr_expect_null(relay_admit_next(&desk.loops[0]->pools[0]));
	relay_conn_run(desk.conns[0][1]);
	cr_expect(ub_text_starts(answer(&desk, 0, 1), UB_TEXT("HTTP/1.1 502")), "it went on");
	cr_expect_eq(desk.shared.servers->requests, 0);
	close_desk(&desk);
}

Test(admit, no_more_than_may_wait_and_no_longer_than_they_may)
{
	struct desk desk;
	open_desk(&desk, &alone);
	cr_assert_eq(relay_exchange_admit(desk.conns[0][0]), STEP_AGAIN);
	relay_conn_run(desk.conns[0][1]);
	relay_conn_run(desk.conns[0][2]);
	relay_conn_run(desk.conns[1][0]);
	struct ub_text refused = answer(&desk, 1, 0);
	cr_expect(ub_text_starts(refused, UB_TEXT("HTTP/1.1 503")));
	cr_expect(ub_text_find(refused, UB_TEXT("\r\nRetry-After: 10\r\n"), 0) != SIZE_MAX);
	cr_expect_eq(ub_text_find(refused, UB_TEXT("Connection:"), 0), SIZE_MAX, "the connection goes on");
	cr_expect_eq(answer(&desk, 0, 1).len, 0);
	relay_conn_expired(desk.conns[0][1], TIMER_CONNECT);
	cr_expect(ub_text_starts(answer(&desk, 0, 1), UB_TEXT("HTTP/1.1 503")));
	relay_conn_run(desk.conns[1][1]);
	cr_expect_eq(answer(&desk, 1, 1).len, 0, "there is room again");
	close_desk(&desk);
}

Test(admit, nobody_who_is_gone)
{
	struct desk desk;
	open_desk(&desk, &alone);
	cr_assert_eq(relay_exchange_admit(desk.conns[0][0]), STEP_AGAIN);
	relay_conn_run(desk.conns[0][1]);
	relay_conn_run(desk.conns[1][0]);
	desk.conns[0][1]->client.ended = true;
	relay_conn_run(desk.conns[0][1]);
	cr_expect_eq(desk.shared.sites->line->waiting, 1);
	relay_conn_close(desk.conns[0][0]);
	cr_expect(has_place(desk.conns[1][0]));
	relay_conn_close(desk.conns[1][0]);
	cr_expect_eq(desk.shared.servers->requests, 0);
	close_desk(&desk);
}

Test(admit, to_whichever_equal_server_has_a_place_first)
{
	struct desk desk;
	open_desk(&desk, &equal);
	for (unsigned k = 0; k < 2; k++)
		cr_assert_eq(relay_exchange_admit(desk.conns[0][k]), STEP_AGAIN);
	cr_expect(desk.shared.servers[0].requests == 1 && desk.shared.servers[1].requests == 1);
	for (unsigned k = 0; k < 2; k++)
		cr_assert_eq(relay_exchange_admit(desk.conns[1][k]), STEP_WAIT);
	for (unsigned k = 0; k < 2; k++) {
		long server = desk.conns[0][k]->exchange->admission.pool - desk.loops[0]->pools;
		leave(desk.conns[0][k]);
		cr_assert(has_place(desk.conns[1][k]));
		cr_expect_eq(desk.conns[1][k]->exchange->admission.pool - desk.loops[1]->pools, server);
	}
	desk.shared.servers[0].down_until = INT64_MAX;
	cr_assert_eq(relay_exchange_admit(desk.conns[0][0]), STEP_WAIT);
	leave(desk.conns[1][0]);
	leave(desk.conns[1][1]);
	cr_assert(has_place(desk.conns[0][0]));
	cr_expect_eq(
	    desk.conns[0][0]->exchange->admission.pool, &desk.loops[0]->pools[1], "not to one that is down");
	close_desk(&desk);
}
