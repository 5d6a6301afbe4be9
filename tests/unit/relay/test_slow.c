/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "relay-private.h"

TestSuite(slow, .fini = ub_leak_check);

/* A request that has just begun, at the time 5000. */
static struct conn *begin(struct loop *loop)
{
	static struct conn conn;
	static struct exchange exchange;
	const struct ub_relay_limits given = { .rate = 50 };
	*loop = (struct loop){ .now = 5000, .limits = relay_limits(&given) };
	exchange = (struct exchange){ .began = loop->now, .request.come = 300 /* its head */ };
	conn = (struct conn){ .loop = loop, .exchange = &exchange };
	relay_slow_begin(&conn);
	return &conn;
}

Test(slow, is_a_body_of_a_few_bytes_after_a_while)
{
	struct loop loop;
	struct conn *conn = begin(&loop);
	loop.now += UB_RELAY_GRACE_MS;
	cr_assert_null(relay_slow(conn), "nobody is slow within the first minute");
	loop.now += 10000;
	cr_assert_str_eq(relay_slow(conn), "the body came too slowly");
	conn->exchange->request.come += 499;
	cr_assert_not_null(relay_slow(conn));
	conn->exchange->request.come++;
	cr_assert_null(relay_slow(conn));
}

Test(slow, is_nobody_while_an_answer_is_awaited)
{
	struct loop loop;
	struct conn *conn = begin(&loop);
	conn->exchange->request.complete = true;
	loop.now += 10 * UB_RELAY_GRACE_MS;
	cr_assert_null(relay_slow(conn));
	conn->exchange->answered = true;
	relay_slow_begin(conn);
	loop.now += UB_RELAY_GRACE_MS;
	cr_assert_null(relay_slow(conn), "the answer has its own minute");
	loop.now += 10000;
	cr_assert_not_null(relay_slow(conn));
	conn->exchange->response.come += 500;
	cr_assert_null(relay_slow(conn));
}

Test(slow, is_whatever_takes_longer_than_all_may_take)
{
	struct loop loop;
	struct conn *conn = begin(&loop);
	conn->exchange->request.complete = true;
	loop.now += UB_RELAY_TOTAL_MS;
	cr_assert_null(relay_slow(conn));
	loop.now++;
	cr_assert_str_eq(relay_slow(conn), "it took too long in all");
}
