/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "leaks.h"
#include "ruletest-private.h"

TestSuite(compare, .fini = ub_leak_check);

static struct ub_text two[] = { { "anna", 4 }, { "ben", 3 } };
static struct ub_text turned[] = { { "ben", 3 }, { "anna", 4 } };
static struct ub_text agenda[] = { { "Purpose, goal", 13 } };
static struct ub_text goal[] = { { "goal", 4 } };

/* The number of failures when `wish` is held against an item with `values`. */
static size_t failures(struct wish wish, struct ub_texts values)
{
	struct ub_arena *arena = ub_arena_new();
	struct expectation expectation = { .item = UB_TEXT("prep/prep"), .wishes[PROPERTY_AGENDA] = wish };
	struct seen seen = { .id = UB_TEXT("prep/prep"), .values[PROPERTY_AGENDA] = values };
	struct step step = { .expect = { &expectation, 1, 1 } };
	struct ub_plan plan = { 0 };
	struct ub_decision decision = { .plan = &plan };
	struct ub_test_result result = { 0 };
	struct comparing comparing = { .arena = arena,
		.step = &step,
		.decision = &decision,
		.seen = { &seen, 1, 1 },
		.result = &result };
	ruletest_compare_step(&comparing);
	size_t n = result.failures.n;
	ub_arena_free(&arena);
	return n;
}

Test(compare, takes_a_list_in_any_order_and_whole)
{
	struct wish wish = { .how = WISH_IS, .values = { two, 2, 2 } };
	cr_assert(eq(sz, failures(wish, (struct ub_texts){ turned, 2, 2 }), 0));
	cr_assert(eq(sz, failures(wish, (struct ub_texts){ two, 1, 1 }), 1));
	cr_assert(eq(sz, failures(wish, (struct ub_texts){ 0 }), 1));
}

Test(compare, counts)
{
	struct wish wish = { .how = WISH_COUNT, .count = 2 };
	cr_assert(eq(sz, failures(wish, (struct ub_texts){ two, 2, 2 }), 0));
	cr_assert(eq(sz, failures(wish, (struct ub_texts){ two, 1, 1 }), 1));
}

Test(compare, looks_into_a_text)
{
	struct ub_texts seen = { agenda, 1, 1 };
	cr_assert(eq(sz, failures((struct wish){ .how = WISH_HOLDS, .values = { goal, 1, 1 } }, seen), 0));
	cr_assert(eq(sz, failures((struct wish){ .how = WISH_HOLDS, .lacks = { goal, 1, 1 } }, seen), 1));
	cr_assert(eq(sz, failures((struct wish){ .how = WISH_HOLDS, .values = { two, 1, 1 } }, seen), 1));
}

Test(compare, fits_patterns)
{
	cr_assert(ruletest_pattern_fits(UB_TEXT("*"), UB_TEXT("prep/prep")));
	cr_assert(ruletest_pattern_fits(UB_TEXT("prep/*"), UB_TEXT("prep/prep")));
	cr_assert(not(ruletest_pattern_fits(UB_TEXT("prep/*"), UB_TEXT("prepare/it"))));
	cr_assert(not(ruletest_pattern_fits(UB_TEXT("prep/prep"), UB_TEXT("prep/prep-2"))));
}
