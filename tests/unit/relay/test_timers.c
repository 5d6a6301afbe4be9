/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "relay-private.h"

TestSuite(timers, .fini = ub_leak_check);

Test(timers, expire_in_order_and_not_before)
{
	const struct ub_relay_limits given = { .answer_ms = 1000, .idle_ms = 300 },
				     limits = relay_limits(&given);
	struct timers timers;
	struct timer a = { 0 }, b = { 0 }, c = { 0 };
	relay_timers_init(&timers, &limits);
	cr_assert_eq(relay_timers_wait(&timers, 0), -1);
	relay_timer_start(&timers, &a, TIMER_ANSWER, 0);
	relay_timer_start(&timers, &b, TIMER_ANSWER, 10);
	relay_timer_start(&timers, &c, TIMER_IDLE, 20);
	cr_assert_eq(relay_timers_wait(&timers, 20), 300);
	cr_assert_null(relay_timers_expired(&timers, 319));
	cr_assert_eq(relay_timers_expired(&timers, 320), &c);
	cr_assert_eq(relay_timers_wait(&timers, 320), 680);
	cr_assert_eq(relay_timers_expired(&timers, 5000), &a);
	cr_assert_eq(relay_timers_expired(&timers, 5000), &b);
	cr_assert_null(relay_timers_expired(&timers, 5000));
	cr_assert_eq(relay_timers_wait(&timers, 5000), -1);
}

Test(timers, have_a_duration_each)
{
	const struct ub_relay_limits given = { 0 }, limits = relay_limits(&given);
	struct timers timers;
	relay_timers_init(&timers, &limits);
	for (unsigned kind = 0; kind < TIMER_KINDS; kind++)
		cr_expect_gt(timers.durations[kind], 0, "%u", kind);
}

Test(timers, start_anew_at_the_end_of_their_list)
{
	const struct ub_relay_limits given = { .answer_ms = 1000 }, limits = relay_limits(&given);
	struct timers timers;
	struct timer a = { 0 }, b = { 0 };
	relay_timers_init(&timers, &limits);
	relay_timer_start(&timers, &a, TIMER_ANSWER, 0);
	relay_timer_start(&timers, &b, TIMER_ANSWER, 10);
	relay_timer_start(&timers, &a, TIMER_ANSWER, 20);
	cr_assert_eq(relay_timers_expired(&timers, 1010), &b);
	relay_timer_ensure(&timers, &a, TIMER_ANSWER, 500); /* it runs: as it was */
	cr_assert_eq(relay_timers_expired(&timers, 1020), &a);
	relay_timer_start(&timers, &a, TIMER_ANSWER, 2000);
	relay_timer_ensure(&timers, &a, TIMER_COMMIT, 2000); /* for something else: anew */
	cr_assert_eq(relay_timers_wait(&timers, 2000), UB_RELAY_COMMIT_MS);
	relay_timer_stop(&a);
	relay_timer_stop(&a);
	cr_assert_eq(relay_timers_wait(&timers, 2000), -1);
}
