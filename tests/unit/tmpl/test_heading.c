/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "fixture.h"
#include "leaks.h"

TestSuite(share, .fini = ub_leak_check);

static void check(int64_t total, size_t n, const unsigned *weights, const int64_t *expected)
{
	int64_t minutes[8];
	ub_template_share(total, weights, minutes, n);
	for (size_t i = 0; i < n; i++)
		cr_expect_eq(minutes[i], expected[i], "%lld minutes, section %zu: %lld, expected %lld",
		    (long long)total, i, (long long)minutes[i], (long long)expected[i]);
}

Test(share, gives_each_its_part)
{
	const unsigned weights[] = { 2, 3, 5, 4, 1 };
	check(15, 5, weights, (int64_t[]){ 2, 3, 5, 4, 1 });
	check(30, 5, weights, (int64_t[]){ 4, 6, 10, 8, 2 });
}

Test(share, gives_what_is_left_to_the_largest_remainder)
{
	check(10, 3, (unsigned[]){ 1, 1, 1 }, (int64_t[]){ 4, 3, 3 });
	check(20, 5, (unsigned[]){ 2, 3, 5, 4, 1 }, (int64_t[]){ 3, 4, 7, 5, 1 });
}

Test(share, leaves_no_section_without_a_minute_while_there_are_enough)
{
	check(5, 3, (unsigned[]){ 100, 1, 1 }, (int64_t[]){ 3, 1, 1 });
	check(3, 3, (unsigned[]){ 100, 1, 1 }, (int64_t[]){ 1, 1, 1 });
	check(2, 3, (unsigned[]){ 1, 100, 1 }, (int64_t[]){ 0, 2, 0 });
	check(0, 2, (unsigned[]){ 1, 1 }, (int64_t[]){ 0, 0 });
}

/* A small generator of our own, so that a failure can be repeated. */
static unsigned next(uint64_t *state, unsigned below)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(*state >> 33) % below;
}

Test(share, adds_up_always_and_is_never_more_than_a_minute_unfair)
{
	uint64_t state = 1;
	for (int round = 0; round < 20000; round++) {
		unsigned weights[UB_TEMPLATE_TIMED_MAX];
		int64_t minutes[UB_TEMPLATE_TIMED_MAX], sum = 0;
		size_t n = 1 + next(&state, UB_TEMPLATE_TIMED_MAX);
		int64_t total = next(&state, 500);
		for (size_t i = 0; i < n; i++)
			weights[i] = 1 + next(&state, UB_TEMPLATE_WEIGHT_MAX);
		ub_template_share(total, weights, minutes, n);
		for (size_t i = 0; i < n; i++) {
			sum += minutes[i];
			cr_assert(minutes[i] >= (total >= (int64_t)n), "round %d", round);
		}
		cr_assert_eq(sum, total, "round %d", round);
	}
}
