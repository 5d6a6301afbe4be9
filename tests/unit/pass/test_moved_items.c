/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#define OTHER "/alice/other/"

TestSuite(pass_moved_items, .init = world_set_up, .fini = world_tear_down);

/* The store's item of that id. */
static struct ub_store_item *item_of(const char *id)
{
	struct ub_store_items items = { 0 };
	cr_assert_eq(ub_store_items(store, ub_organization, UB_TEXT("m-1"), arena, &items), UB_STORE_OK);
	for (size_t i = 0; i < items.n; i++)
		if (ub_text_is(items.items[i].id, id))
			return &items.items[i];
	cr_assert_fail("no item %s", id);
	return NULL;
}

/* The meeting has its items, and the user has another calendar. */
static void begin(void)
{
	day = "20261112";
	upstream_store(up, "/alice/meetings/", "");
	upstream_store(up, OTHER, "");
	store_and_run();
	cr_assert_eq(upstream_containing(up, "X-UPBEAT-ITEM:"), 2, "%s", why);
}

/* What the user puts into the other calendar: the item as it is. */
static void put_there(const struct ub_store_item *item, const char *name)
{
	upstream_store(
	    up, name, ub_text_cstr(arena, ub_text(upstream_object(up, ub_text_cstr(arena, item->href)))));
}

static void take_from_here(const struct ub_store_item *item)
{
	upstream_delete(up, ub_text_cstr(arena, item->href), "");
}

/* The item goes along with the meeting, and goes when the meeting is gone. */
static void expect_in_step(const char *id, const char *name)
{
	const char *before = ub_text_cstr(arena, ub_text(upstream_object(up, name)));
	day = "20261119";
	store_meeting(MEETING, guest, "");
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_containing(up, "X-UPBEAT-ITEM:"), 2, "%s", why);
	cr_assert(ub_text_is(item_of(id)->href, name), "%.*s", UB_ARGS(item_of(id)->href));
	cr_assert_str_neq(upstream_object(up, name), before, "%s", why);
	upstream_delete(up, MEETING, "");
	now += UB_DELETION_GRACE_SECONDS;
	cr_assert_eq(run_from(MEETING, NOW), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(upstream_containing(up, "X-UPBEAT-ITEM:"), 0, "%s", why);
}

static const struct {
	const char *id, *name;
} items[] = { { "prep/prep", OTHER "prep.ics" }, { "prep/agenda", OTHER "agenda.ics" } };

Test(pass_moved_items, follow_the_meeting_after_a_move)
{
	for (size_t i = 0; i < UB_COUNT(items); i++) {
		begin();
		struct ub_store_item *item = item_of(items[i].id);
		put_there(item, items[i].name);
		take_from_here(item);
		cr_assert_eq(run_on(ub_text_cstr(arena, item->href)), UB_PASS_SETTLED, "%s", why);
		cr_assert(ub_text_is(item_of(items[i].id)->href, items[i].name), "%s", why);
		expect_in_step(items[i].id, items[i].name);
		world_tear_down();
		world_set_up();
	}
}

Test(pass_moved_items, follow_the_meeting_if_it_is_looked_at_first)
{
	begin();
	struct ub_store_item *item = item_of("prep/prep");
	put_there(item, OTHER "prep.ics");
	take_from_here(item);
	expect_in_step("prep/prep", OTHER "prep.ics");
}

Test(pass_moved_items, follow_the_meeting_though_they_were_gone_for_a_while)
{
	for (size_t i = 0; i < UB_COUNT(items); i++) {
		begin();
		struct ub_store_item *item = item_of(items[i].id);
		const char *text =
		    ub_text_cstr(arena, ub_text(upstream_object(up, ub_text_cstr(arena, item->href))));
		take_from_here(item);
		cr_assert_eq(run_on(ub_text_cstr(arena, item->href)), UB_PASS_SETTLED, "%s", why);
		cr_assert_eq(item_of(items[i].id)->state, UB_ITEM_DELETED);
		upstream_store(up, items[i].name, text);
		cr_assert_eq(run_on(items[i].name), UB_PASS_SETTLED, "%s", why);
		cr_assert_eq(item_of(items[i].id)->state, UB_ITEM_EXISTS);
		expect_in_step(items[i].id, items[i].name);
		world_tear_down();
		world_set_up();
	}
}

Test(pass_moved_items, are_looked_for_again_after_a_search_that_fails)
{
	static const int statuses[] = { 503, 0 };
	for (size_t i = 0; i < UB_COUNT(statuses) * 2; i++) {
		bool first = i % 2 == 0; /* the item is looked at before its meeting */
		begin();
		struct ub_store_item *item = item_of("prep/prep");
		put_there(item, OTHER "prep.ics");
		take_from_here(item);
		const char *looked_at = first ? ub_text_cstr(arena, item->href) : MEETING;
		upstream_fail(up, "REPORT", 2, statuses[i / 2]); /* the second calendar is the other one */
		cr_assert_eq(run_on(looked_at), UB_PASS_AGAIN, "%s", why);
		cr_assert_eq(item_of("prep/prep")->state, UB_ITEM_EXISTS, "%s", why);
		cr_assert_eq(run_on(looked_at), UB_PASS_SETTLED, "%s", why);
		expect_in_step("prep/prep", OTHER "prep.ics");
		world_tear_down();
		world_set_up();
	}
}

/* The pass after the last try. */
static enum ub_pass_end give_up_on(const char *href)
{
	struct ub_job job;
	const struct ub_key key = { UB_KEY_OBJECT, UB_TEXT("up"), ub_text(href), UB_TEXT("alice"),
		UB_TEXT_NONE };
	cr_assert_eq(ub_store_put(store, &key, 1, now * 1000, 0), UB_STORE_OK);
	do
		cr_assert_eq(ub_store_take(store, now * 1000, UB_LEASE_MS, arena, &job), UB_STORE_OK);
	while (!ub_text_is(job.key.href, href));
	job.attempts = UB_UID_SEARCHES_MAX + 1;
	enum ub_pass_end end = pass_of(&job);
	cr_assert_eq(ub_store_settle(store, &job, now * 1000), UB_STORE_OK);
	return end;
}

static bool is_missing(const struct ub_store_item *item)
{
	return item->state == UB_ITEM_EXISTS && item->outcome.gone != 0;
}

Test(pass_moved_items, are_missing_when_no_search_succeeds_and_found_when_one_does)
{
	for (int first = 0; first < 2; first++) { /* the item is looked at before its meeting */
		begin();
		struct ub_store_item *item = item_of("prep/prep");
		put_there(item, OTHER "prep.ics");
		take_from_here(item);
		upstream_fail(up, "REPORT", 2, 503); /* the second calendar is the other one */
		cr_assert_eq(give_up_on(first ? ub_text_cstr(arena, item->href) : MEETING), UB_PASS_SETTLED,
		    "%s", why);
		cr_expect(is_missing(item_of("prep/prep")), "%s", why);
		upstream_fail(up, "REPORT", 2, 503);
		cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "it is not waited for again: %s", why);
		cr_expect(is_missing(item_of("prep/prep")), "%s", why);
		cr_expect_eq(upstream_containing(up, "X-UPBEAT-ITEM:"), 2, "nothing is made in its place");
		expect_in_step("prep/prep", OTHER "prep.ics");
		world_tear_down();
		world_set_up();
	}
}

Test(pass_moved_items, count_as_deleted_when_a_later_search_finds_nothing)
{
	begin();
	struct ub_store_item *item = item_of("prep/prep");
	take_from_here(item);
	upstream_fail(up, "REPORT", 1, 503);
	cr_assert_eq(give_up_on(ub_text_cstr(arena, item->href)), UB_PASS_SETTLED, "%s", why);
	cr_expect(is_missing(item_of("prep/prep")), "%s", why);
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_expect_eq(item_of("prep/prep")->state, UB_ITEM_DELETED, "%s", why);
}

Test(pass_moved_items, are_missing_when_the_service_account_may_not_search_and_found_by_their_user)
{
	begin();
	struct ub_store_item *item = item_of("prep/prep");
	put_there(item, OTHER "prep.ics");
	take_from_here(item);
	served = true;
	upstream_fail(up, "REPORT", 2, 403);
	cr_assert_eq(run_on(ub_text_cstr(arena, item->href)), UB_PASS_SETTLED, "%s", why);
	served = false;
	cr_expect(forbidden, "its key waits for its user: %s", why);
	cr_expect(is_missing(item_of("prep/prep")), "%s", why);
	expect_in_step("prep/prep", OTHER "prep.ics");
}

/* What a user may not search, he has put nothing into. */
Test(pass_moved_items, count_as_deleted_though_their_user_may_not_search_a_calendar)
{
	begin();
	struct ub_store_item *item = item_of("prep/prep");
	take_from_here(item);
	upstream_fail(up, "REPORT", 2, 403);
	cr_assert_eq(run_on(ub_text_cstr(arena, item->href)), UB_PASS_SETTLED, "%s", why);
	cr_expect_eq(item_of("prep/prep")->state, UB_ITEM_DELETED, "%s", why);
}

Test(pass_moved_items, stay_where_they_are_if_their_user_has_copied_them)
{
	begin();
	struct ub_store_item *item = item_of("prep/prep");
	put_there(item, OTHER "prep.ics");
	cr_assert_eq(run_on(OTHER "prep.ics"), UB_PASS_SETTLED, "%s", why);
	cr_assert(ub_text_eq(item_of("prep/prep")->href, item->href));
}

Test(pass_moved_items, are_not_looked_for_in_what_a_colleague_shares)
{
	begin();
	upstream_store(up, "/alice" UPSTREAM_BOBS, "");
	struct ub_store_item *item = item_of("prep/prep");
	put_there(item, "/alice" UPSTREAM_BOBS "prep.ics");
	take_from_here(item);
	cr_assert_eq(run_on(ub_text_cstr(arena, item->href)), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(item_of("prep/prep")->state, UB_ITEM_DELETED);
	run_on("/alice" UPSTREAM_BOBS "prep.ics");
	cr_assert_eq(item_of("prep/prep")->state, UB_ITEM_DELETED);
}

Test(pass_moved_items, are_no_others_whose_uid_has_theirs_in_it)
{
	begin();
	struct ub_store_item *item = item_of("prep/prep");
	upstream_store(up, OTHER "a.ics",
	    ub_textf(arena,
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test//EN\r\nBEGIN:VEVENT\r\nUID:x-%.*s\r\n"
		"DTSTAMP:20261101T000000Z\r\nDTSTART:20261112T130000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
		UB_ARGS(item->uid))
		.ptr);
	take_from_here(item);
	run_on(ub_text_cstr(arena, item->href));
	cr_assert_eq(item_of("prep/prep")->state, UB_ITEM_DELETED);
}
