/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "leaks.h"
#include "relay-private.h"

TestSuite(conn, .fini = ub_leak_check);

static const struct ub_relay_listen place;
/* connect() to a broadcast address fails at once. */
static const struct ub_relay_server server = { .host = { "255.255.255.255", 15 }, .port = 1 };
static const struct ub_relay_upstream upstream = { .servers = &server, .n_servers = 1, .path = { "", 0 } };
static const struct ub_relay_options options = {
	.listens = &place, .n_listens = 1, .upstreams = &upstream, .n_upstreams = 1
};

/* A loop that does not run, with one client. */
struct desk {
	struct shared shared;
	struct loop *loop;
	struct conn *conn;
	int theirs; /* the client's end */
};

static void open_desk(struct desk *desk)
{
	int pair[2], listener = socket(AF_INET, SOCK_STREAM, 0);
	*desk = (struct desk){ .shared = { .options = &options } };
	relay_quota_init(&desk->shared.quota, 2, 2);
	struct ub_text why;
	cr_assert(relay_sites_open(&desk->shared, &why, NULL));
	relay_sites_resolve(&desk->shared);
	desk->loop = relay_loop_new(&desk->shared, 0, &listener);
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	const struct sockaddr_storage from = { .ss_family = AF_UNIX };
	relay_conn_accept(desk->loop, &desk->loop->listeners[0], pair[0], &from);
	desk->conn = relay_conn_at(desk->loop, 0);
	desk->conn->client.readable = desk->conn->client.writable = true;
	desk->theirs = pair[1];
}

static void close_desk(struct desk *desk)
{
	relay_loop_free(&desk->loop);
	relay_quota_free(&desk->shared.quota);
	relay_sites_close(&desk->shared);
	close(desk->theirs);
}

/* The number of answers so far. */
static unsigned answers(const struct desk *desk)
{
	static char got[256 * 1024];
	ssize_t len = read(desk->theirs, got, sizeof(got));
	unsigned n = 0;
	struct ub_text text = ub_text_n(got, len > 0 ? (size_t)len : 0);
	for (size_t at = 0; (at = ub_text_find(text, UB_TEXT("HTTP/1.1 502"), at)) != SIZE_MAX; at++)
		n++;
	return n;
}

Test(conn, that_waits_is_small)
{
	cr_assert_leq(sizeof(struct conn), 112, "%zu", sizeof(struct conn));
}

Test(conn, that_pipelines_what_is_refused_at_once_lets_others_have_their_turn)
{
	enum { REQUESTS = 1000 };
	static const struct ub_text request = { "GET / HTTP/1.1\r\nHost: h\r\n\r\n", 27 };
	static char all[REQUESTS * 27];
	struct desk desk;
	unsigned turns = 0, answered = 0;
	open_desk(&desk);
	for (size_t i = 0; i < REQUESTS; i++)
		memcpy(all + i * request.len, request.ptr, request.len);
	cr_assert_eq(write(desk.theirs, all, sizeof(all)), (ssize_t)sizeof(all));
	do {
		(void)relay_later_take(&desk.loop->later);
		relay_conn_run(desk.conn);
		unsigned n = answers(&desk);
		cr_assert_leq(n, UB_RELAY_TURNS_MAX, "%u requests refused in one turn", n);
		answered += n;
		turns++;
	} while (desk.loop->later.first == desk.conn && turns <= REQUESTS);
	cr_assert_eq(answered, REQUESTS, "%u answers after %u turns", answered, turns);
	cr_assert_eq(desk.conn->phase, PHASE_HEAD, "it waits for the next request");
	cr_assert_null(desk.conn->exchange, "for which it keeps nothing");
	desk.conn->client.readable = true;
	relay_conn_run(desk.conn);
	cr_assert_null(desk.conn->exchange, "nor after a read that finds nothing");
	close_desk(&desk);
}

/* Whatever the client sends meanwhile, and whatever becomes of other writes. */
Test(conn, that_awaits_the_engine_has_the_time_that_it_was_given_at_first)
{
	struct desk desk;
	open_desk(&desk);
	desk.conn->phase = PHASE_PARK;
	relay_timer_stop(&desk.conn->timer);
	relay_conn_run(desk.conn);
	cr_expect_eq(desk.conn->timer.due, UB_RELAY_COMMIT_MS);
	desk.loop->now = UB_RELAY_COMMIT_MS - 1;
	desk.shared.engine_late = true;
	relay_conn_run(desk.conn);
	cr_expect_eq(desk.conn->timer.due, UB_RELAY_COMMIT_MS);
	cr_expect_eq(desk.conn->timer.kind, TIMER_COMMIT);
	close_desk(&desk);
}
