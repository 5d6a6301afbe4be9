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

static const struct ub_existing unread;

/* What is remembered after a look at time 2 at an item with anna and ben, who has answered that. */
static const char *after(const char *remembered, enum ub_partstat answer)
{
	struct ub_party parties[] = { { .address = OWNER, .partstat = UB_PARTSTAT_DECLINED },
		{ .address = UB_TEXT("ben@ours.example"), .partstat = answer } };
	struct ub_event event = { .attendees = parties, .n_attendees = UB_COUNT(parties) };
	struct ub_existing existing = { .event = &event };
	struct ub_declines declines = ub_existing_declines(&existing, ub_text(remembered), OWNER, 2, arena);
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
		struct ub_declines declines =
		    ub_existing_declines(&unread, ub_text(texts[i]), OWNER, 2, arena);
		cr_expect_str_eq(
		    ub_text_cstr(arena, ub_remember_declines(&declines, false, arena)), texts[i]);
	}
}

Test(declines, are_of_people_left_off_once_the_item_is_written)
{
	struct ub_declines declines =
	    ub_existing_declines(&unread, UB_TEXT("a@b 1\nc@d 2 off"), OWNER, 2, arena);
	cr_expect_str_eq(
	    ub_text_cstr(arena, ub_remember_declines(&declines, true, arena)), "a@b 1 off\nc@d 2 off");
}

Test(declines, pass_over_lines_that_say_something_else)
{
	struct ub_declines declines =
	    ub_existing_declines(&unread, UB_TEXT("a@b\n\na@b x\nc@d 2 on\n"), OWNER, 2, arena);
	cr_assert_eq(declines.n, 1);
	cr_expect(ub_text_is(declines.items[0].address, "c@d") && !declines.items[0].left_off);
}

/* ---- the owner's own ---- */

/* What is remembered after a look at time 9 at anna's own item, from 30 to 40. */
static const char *after_own(const char *remembered, enum ub_status status, enum ub_partstat answer)
{
	struct ub_party anna = { .address = OWNER, .partstat = answer };
	struct ub_event event = {
		.status = status, .organizer = &anna, .attendees = &anna, .n_attendees = 1
	};
	struct ub_existing existing = { .event = &event, .start = 30, .end = 40 };
	struct ub_declines declines = ub_existing_declines(&existing, ub_text(remembered), OWNER, 9, arena);
	return ub_text_cstr(arena, ub_remember_declines(&declines, false, arena));
}

Test(declines, of_the_owner_are_remembered_with_the_items_time)
{
	cr_expect_str_eq(after_own("", UB_STATUS_NONE, UB_PARTSTAT_DECLINED), "owner 9 30 40");
	cr_expect_str_eq(after_own("", UB_STATUS_CANCELLED, UB_PARTSTAT_ACCEPTED), "owner 9 30 40");
	cr_expect_str_eq(after_own("", UB_STATUS_CONFIRMED, UB_PARTSTAT_ACCEPTED), "");
	cr_expect_str_eq(after_own("ben@ours.example 1 off", UB_STATUS_CANCELLED, UB_PARTSTAT_ACCEPTED),
	    "ben@ours.example 1 off\nowner 9 30 40");
}

/* As long as the item has no other time, it is the same one that is declined. */
Test(declines, of_the_owner_are_seen_once)
{
	cr_expect_str_eq(after_own("owner 3 30 40", UB_STATUS_NONE, UB_PARTSTAT_DECLINED), "owner 3 30 40");
	cr_expect_str_eq(after_own("owner 3 10 20", UB_STATUS_NONE, UB_PARTSTAT_DECLINED), "owner 3 30 40");
	cr_expect_str_eq(after_own("owner 3 30 40", UB_STATUS_NONE, UB_PARTSTAT_ACCEPTED), "");
}

Test(declines, of_the_owner_are_final_the_second_time)
{
	cr_expect_str_eq(after_own("owner 3 10 20 answered", UB_STATUS_NONE, UB_PARTSTAT_ACCEPTED),
	    "owner 3 10 20 answered");
	cr_expect_str_eq(after_own("owner 3 10 20 answered", UB_STATUS_CANCELLED, UB_PARTSTAT_ACCEPTED),
	    "owner 3 10 20 again");
	cr_expect_str_eq(
	    after_own("owner 3 10 20 again", UB_STATUS_NONE, UB_PARTSTAT_DECLINED), "owner 3 10 20 again");
	cr_expect_str_eq(
	    after_own("owner 3 10 20 again", UB_STATUS_NONE, UB_PARTSTAT_ACCEPTED), "owner 3 10 20 answered");
}

Test(declines, of_the_owner_stay_as_they_are_where_the_item_is_not_read)
{
	static const char *const texts[] = { "owner 3 10 20", "owner 3 10 20 answered",
		"owner 3 10 20 again" };
	for (size_t i = 0; i < UB_COUNT(texts); i++) {
		struct ub_declines declines =
		    ub_existing_declines(&unread, ub_text(texts[i]), OWNER, 9, arena);
		cr_expect_str_eq(ub_text_cstr(arena, ub_remember_declines(&declines, true, arena)), texts[i]);
	}
}

Test(declines, of_the_owner_are_not_what_is_called_off_in_another_way)
{
	struct ub_party zoe = { .address = UB_TEXT("zoe@ours.example") };
	struct ub_party anna = { .address = OWNER, .partstat = UB_PARTSTAT_DECLINED };
	const struct ub_event events[] = {
		{ .organizer = &zoe, .attendees = &anna, .n_attendees = 1 },
		{ .attendees = &anna, .n_attendees = 1 },
		{ .status = UB_STATUS_CANCELLED, .component = UB_COMPONENT_TASK },
		{ .status = UB_STATUS_CANCELLED, .marks.due = 5 },
		{ .status = UB_STATUS_CANCELLED, .repeats = UB_REPEATS_WEEK },
	};
	for (size_t i = 0; i < UB_COUNT(events); i++) {
		struct ub_existing existing = { .event = &events[i], .start = 30, .end = 40 };
		cr_expect_eq(
		    ub_existing_declines(&existing, UB_TEXT_NONE, OWNER, 9, arena).own.at, 0, "%zu", i);
	}
}
