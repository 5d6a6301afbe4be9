/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "upbeat/decision.h"

/* Who has declined an item, from one look to the next. */

static struct ub_arena *arena;

static void set_up(void)
{
	arena = ub_arena_new();
}

static void tear_down(void)
{
	ub_arena_free(&arena);
	ub_leak_check();
}

TestSuite(declines, .init = set_up, .fini = tear_down);

#define OWNER UB_TEXT("anna@ours.example")

/* What is remembered after a look at time 2 at an item with anna and ben, who has answered that. */
static const char *after(const char *remembered, enum ub_partstat answer)
{
	struct ub_party parties[] = { { .address = OWNER, .partstat = UB_PARTSTAT_DECLINED },
		{ .address = UB_TEXT("ben@ours.example"), .partstat = answer } };
	struct ub_event event = { .attendees = parties, .n_attendees = UB_COUNT(parties) };
	struct ub_declines declines = ub_existing_declines(&event, ub_text(remembered), OWNER, 2, arena);
	return ub_text_cstr(arena, ub_remember_declines(&declines, false, arena));
}

Test(declines, are_those_of_colleagues_alone)
{
	cr_expect_str_eq(after("", UB_PARTSTAT_DECLINED), "ben@ours.example 2");
	cr_expect_str_eq(after("", UB_PARTSTAT_NEEDS_ACTION), "");
	cr_expect_str_eq(after("", UB_PARTSTAT_ACCEPTED), "");
}

Test(declines, are_remembered_as_of_when_they_were_first_seen)
{
	cr_expect_str_eq(after("ben@ours.example 1", UB_PARTSTAT_DECLINED), "ben@ours.example 1");
	cr_expect_str_eq(after("ben@ours.example 1 off", UB_PARTSTAT_DECLINED), "ben@ours.example 1");
}

/* A client that moves an item asks all of its attendees again. */
Test(declines, hold_while_he_only_does_not_answer)
{
	cr_expect_str_eq(after("ben@ours.example 1", UB_PARTSTAT_NEEDS_ACTION), "ben@ours.example 1");
}

Test(declines, end_when_he_answers_otherwise)
{
	cr_expect_str_eq(after("ben@ours.example 1", UB_PARTSTAT_ACCEPTED), "");
	cr_expect_str_eq(after("ben@ours.example 1", UB_PARTSTAT_TENTATIVE), "");
	cr_expect_str_eq(after("ben@ours.example 1", UB_PARTSTAT_DELEGATED), "");
}

Test(declines, end_when_the_organizer_adds_him_again)
{
	cr_expect_str_eq(after("ben@ours.example 1 off", UB_PARTSTAT_NEEDS_ACTION), "");
}

Test(declines, of_somebody_who_is_not_there_any_more_are_of_one_left_off)
{
	cr_expect_str_eq(after("carl@ours.example 1", UB_PARTSTAT_DECLINED),
	    "carl@ours.example 1 off\nben@ours.example 2");
}

Test(declines, stay_as_they_are_where_the_item_is_not_read)
{
	static const char *const texts[] = { "", "ben@ours.example 1", "a@b 1 off\nben@ours.example 3" };
	for (size_t i = 0; i < UB_COUNT(texts); i++) {
		struct ub_declines declines = ub_existing_declines(NULL, ub_text(texts[i]), OWNER, 2, arena);
		cr_expect_str_eq(
		    ub_text_cstr(arena, ub_remember_declines(&declines, false, arena)), texts[i]);
	}
}

Test(declines, are_of_people_left_off_once_the_item_is_written)
{
	struct ub_declines declines =
	    ub_existing_declines(NULL, UB_TEXT("a@b 1\nc@d 2 off"), OWNER, 2, arena);
	cr_expect_str_eq(
	    ub_text_cstr(arena, ub_remember_declines(&declines, true, arena)), "a@b 1 off\nc@d 2 off");
}

Test(declines, pass_over_lines_that_say_something_else)
{
	struct ub_declines declines =
	    ub_existing_declines(NULL, UB_TEXT("a@b\n\na@b x\nc@d 2 on\n"), OWNER, 2, arena);
	cr_assert_eq(declines.n, 1);
	cr_expect(ub_text_is(declines.items[0].address, "c@d") && !declines.items[0].left_off);
}
