/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "upbeat/plan.h"
#include "world.h"

/* One meeting stands in alice's calendar under several UIDs. The items of each are counted by the UID that
 * they name as their meeting. */

TestSuite(doubles, .init = world_set_up, .fini = world_tear_down);

#define FIRST  "/alice/meetings/first.ics"
#define SECOND "/alice/meetings/second.ics"
#define OTHERS "/alice/second/copy.ics"

#define WEEKLY "RRULE:FREQ=WEEKLY;COUNT=4\r\n"

static const char *length = "PT1H";

/* Stores a meeting that begins at that time, to which alice and these guests come. */
static void store_as(
    const char *path, const char *uid, const char *begin, const char *guests, const char *more)
{
	struct ub_text text = ub_textf(arena,
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test//EN\r\nBEGIN:VEVENT\r\nUID:%s\r\n"
	    "DTSTAMP:20261101T000000Z\r\nDTSTART:%s\r\nDURATION:%s\r\nSUMMARY:Of %s\r\n"
	    "ORGANIZER:mailto:alice@ours.example\r\nATTENDEE:mailto:alice@ours.example\r\n%s%s"
	    "END:VEVENT\r\nEND:VCALENDAR\r\n",
	    uid, begin, length, uid, guests, more);
	upstream_store(up, path, text.ptr);
}

static void put(const char *href)
{
	const struct ub_key key = { UB_KEY_OBJECT, UB_TEXT("up"), ub_text(href), UB_TEXT("alice"),
		UB_TEXT_NONE };
	cr_assert_eq(ub_store_put(store, &key, 1, now * 1000, now * 1000), UB_STORE_OK);
}

/* Looks at the object and at whatever comes of that. */
static void look_at(const char *href)
{
	put(href);
	work_on_all();
}

static const char cto[] = "ATTENDEE:mailto:cto@acme.example\r\n";
static const char both[] = "ATTENDEE:mailto:cto@acme.example\r\nATTENDEE:mailto:buyer@acme.example\r\n";
static const char cto_alone[] = "ATTENDEE:mailto:cto@acme.example\r\nATTENDEE;PARTSTAT=DECLINED:"
				"mailto:buyer@acme.example\r\n";

static const char noon[] = "20261112T120000Z", next_week[] = "20261119T120000Z";

static void meet(const char *path, const char *uid, const char *begin, const char *guests, const char *more)
{
	store_as(path, uid, begin, guests, more);
	look_at(path);
}

/* How many items of the meeting stand. */
static size_t items(const char *uid)
{
	struct ub_store_items known = { 0 };
	size_t n = 0;
	cr_assert_eq(ub_store_items(store, ub_organization, ub_text(uid), arena, &known), UB_STORE_OK);
	for (size_t i = 0; i < known.n; i++) {
		bool stands = upstream_object(up, ub_text_cstr(arena, known.items[i].href));
		cr_expect_eq(stands, known.items[i].state == UB_ITEM_EXISTS, "%s", uid);
		n += stands;
	}
	return n;
}

#define EXPECT_ITEMS(first, second)                                                                          \
	do {                                                                                                 \
		cr_expect_eq(items("first"), (size_t)(first), "%zu of the first", items("first"));           \
		cr_expect_eq(items("second"), (size_t)(second), "%zu of the second", items("second"));       \
	} while (0)

Test(doubles, get_one_set_of_items)
{
	meet(FIRST, "first", noon, cto, "");
	EXPECT_ITEMS(2, 0);
	store_as(SECOND, "second", noon, cto, "");
	cr_expect_eq(run_on(SECOND), UB_PASS_SETTLED);
	cr_expect(strstr(why, "0 created") && strstr(why, "under another UID"), "%s", why);
	meet(OTHERS, "third", noon, cto, "");
	EXPECT_ITEMS(2, 0);
	cr_expect_eq(items("third"), 0);
	look_at(FIRST);
	EXPECT_ITEMS(2, 0);
}

Test(doubles, are_none_with_other_guests_or_at_another_time)
{
	meet(FIRST, "first", noon, both, "");
	meet(SECOND, "second", noon, cto, "");
	EXPECT_ITEMS(2, 2);
	length = "PT30M";
	meet(SECOND, "second", noon, both, "");
	length = "PT1H";
	EXPECT_ITEMS(2, 2);
	meet(SECOND, "second", "20261112T123000Z", both, "");
	EXPECT_ITEMS(2, 2);
}

Test(doubles, are_so_whatever_guests_answer_and_if_shown_as_free)
{
	meet(FIRST, "first", noon, both, "");
	meet(SECOND, "second", noon, cto_alone, "TRANSP:TRANSPARENT\r\n");
	EXPECT_ITEMS(2, 0);
}

Test(doubles, take_over_when_the_first_is_deleted_and_leave_it_alone_when_they_are)
{
	meet(FIRST, "first", noon, cto, "");
	meet(SECOND, "second", noon, cto, "");
	meet(OTHERS, "third", noon, cto, "");
	upstream_delete(up, OTHERS, "");
	look_at(OTHERS);
	EXPECT_ITEMS(2, 0);
	upstream_delete(up, FIRST, "");
	look_at(FIRST);
	EXPECT_ITEMS(0, 2);
}

Test(doubles, take_over_when_the_first_is_called_off)
{
	meet(FIRST, "first", noon, cto, "");
	meet(SECOND, "second", noon, cto, "");
	meet(FIRST, "first", noon, cto, "STATUS:CANCELLED\r\n");
	EXPECT_ITEMS(0, 2);
}

Test(doubles, take_over_when_the_first_is_to_have_nothing)
{
	meet(FIRST, "first", noon, cto, "");
	meet(SECOND, "second", noon, cto, "");
	meet(FIRST, "first", noon, cto, "CATEGORIES:no-upbeat\r\n");
	EXPECT_ITEMS(0, 2);
}

Test(doubles, have_items_of_their_own_when_the_first_has_other_guests_or_another_time)
{
	meet(FIRST, "first", noon, cto, "");
	meet(SECOND, "second", noon, cto, "");
	meet(FIRST, "first", noon, both, "");
	EXPECT_ITEMS(2, 2);
	meet(FIRST, "first", noon, cto, "");
	EXPECT_ITEMS(2, 0);
	meet(FIRST, "first", next_week, cto, "");
	EXPECT_ITEMS(2, 2);
}

Test(doubles, have_items_of_their_own_while_they_are_moved_away)
{
	meet(FIRST, "first", noon, cto, "");
	meet(SECOND, "second", noon, cto, "");
	meet(SECOND, "second", next_week, cto, "");
	EXPECT_ITEMS(2, 2);
	meet(SECOND, "second", noon, cto, "");
	EXPECT_ITEMS(2, 0);
}

Test(doubles, do_not_bring_back_what_the_user_has_deleted)
{
	meet(FIRST, "first", noon, cto, "");
	upstream_delete(up, "/alice/meetings/", "X-UPBEAT-ITEM");
	look_at(FIRST);
	EXPECT_ITEMS(0, 0);
	meet(SECOND, "second", noon, cto, "");
	EXPECT_ITEMS(0, 0);
}

Test(doubles, of_a_series_get_nothing_at_any_time_of_it)
{
	meet(FIRST, "first", noon, cto, WEEKLY);
	size_t whole = items("first");
	cr_assert_gt(whole, 0);
	meet(SECOND, "second", noon, cto, WEEKLY);
	EXPECT_ITEMS(whole, 0);
	meet(SECOND, "second", "20261126T120000Z", cto, ""); /* its turn has not come */
	EXPECT_ITEMS(whole, 0);
	meet(SECOND, "second", "20261204T120000Z", cto, "");
	EXPECT_ITEMS(whole, 2);
}

Test(doubles, that_were_there_before_their_series_take_the_place_of_its_instance)
{
	meet(FIRST, "first", next_week, cto, "");
	meet(SECOND, "second", noon, cto, WEEKLY);
	size_t rest = items("second");
	EXPECT_ITEMS(2, rest);
	upstream_delete(up, FIRST, "");
	look_at(FIRST);
	EXPECT_ITEMS(0, rest + 2);
}

Test(doubles, wait_for_each_other)
{
	struct ub_job first, second;
	store_as(FIRST, "first", noon, cto, "");
	store_as(SECOND, "second", noon, cto, "");
	put(FIRST);
	put(SECOND);
	cr_assert_eq(ub_store_take(store, now * 1000, UB_LEASE_MS, arena, &first), UB_STORE_OK);
	cr_assert_eq(ub_store_take(store, now * 1000, UB_LEASE_MS, arena, &second), UB_STORE_OK);
	cr_expect_eq(pass_of(&first), UB_PASS_SETTLED);
	cr_expect_eq(pass_of(&second), UB_PASS_AGAIN);
	cr_expect_str_eq(why, "a double of the meeting is being worked on");
	cr_assert_eq(ub_store_settle(store, &first, now * 1000), UB_STORE_OK);
	cr_expect_eq(pass_of(&second), UB_PASS_SETTLED);
	cr_expect_eq(items("first") + items("second"), 2);
}

/* Bob has a meeting of these at noon, and items of it. */
static void bob_meets(const char *people)
{
	const struct ub_store_appointment appointment = { .organization = ub_organization,
		.uid = UB_TEXT("first"),
		.person = UB_TEXT("bob@ours.example"),
		.meeting_uid = UB_TEXT("first"),
		.upstream = UB_TEXT("up"),
		.href = UB_TEXT("/bob/meetings/first.ics"),
		.start = (NOW + 864000 + 14400) * 1000,
		.end = (NOW + 864000 + 18000) * 1000 };
	const struct ub_store_seen seen = { .organization = ub_organization,
		.meeting_uid = UB_TEXT("first"),
		.upstream = UB_TEXT("up"),
		.href = appointment.href,
		.owner = appointment.person,
		.text = ub_textf(arena,
		    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test//"
		    "EN\r\nBEGIN:VEVENT\r\nUID:first\r\n"
		    "DTSTAMP:20261101T000000Z\r\nDTSTART:%s\r\nDURATION:PT1H\r\n%sEND:VEVENT\r\n"
		    "END:VCALENDAR\r\n",
		    noon, people),
		.end = appointment.end,
		.changed = NOW * 1000 };
	const struct ub_store_item item = { .organization = ub_organization,
		.meeting_uid = UB_TEXT("first"),
		.identity = UB_TEXT("bobs-mark"),
		.rule = ub_plan_rule_mark(UB_TEXT("prep"), arena),
		.owner = appointment.person,
		.uid = UB_TEXT("bobs-uid"),
		.changed = NOW * 1000 };
	bool changed;
	cr_assert_eq(
	    ub_store_put_appointment(store, &appointment, &appointment.person, 1, true, arena, &changed),
	    UB_STORE_OK);
	cr_assert_eq(ub_store_put_seen(store, &seen), UB_STORE_OK);
	cr_assert_eq(ub_store_put_item(store, &item), UB_STORE_OK);
}

static const char bob_and_cto[] = "ATTENDEE:mailto:bob@ours.example\r\nATTENDEE:mailto:cto@acme.example\r\n";

Test(doubles, get_nothing_beside_the_items_of_a_colleague_who_invites_their_owner)
{
	bob_meets("ATTENDEE:mailto:alice@ours.example\r\nATTENDEE:mailto:cto@acme.example\r\n");
	store_as(SECOND, "second", noon, bob_and_cto, "");
	cr_expect_eq(run_on(SECOND), UB_PASS_SETTLED);
	cr_expect_eq(items("second"), 0);
}

Test(doubles, have_items_of_their_own_where_a_colleagues_reach_their_owner_not)
{
	bob_meets(cto);
	store_as(SECOND, "second", noon, bob_and_cto, "");
	cr_expect_eq(run_on(SECOND), UB_PASS_SETTLED);
	cr_expect_eq(items("second"), 2);
}

static void set_up_titles(void)
{
	world_set_up_with("format: 1\n"
			  "rules:\n"
			  "  - name: prep\n"
			  "    for: meeting\n"
			  "    when: meeting.customer\n"
			  "    create: [{task: agenda, title: Send the agenda, due: 2 days before start}]\n"
			  "  - name: second\n"
			  "    for: meeting\n"
			  "    when: meeting.customer && meeting.title == 'Of second'\n"
			  "    create: [{task: slides, title: Make slides, due: 2 days before start}]\n",
	    "");
}

TestSuite(doubles_by_titles, .init = set_up_titles, .fini = world_tear_down);

Test(doubles_by_titles, have_what_those_rules_make_that_apply_to_them_alone)
{
	meet(FIRST, "first", noon, cto, "");
	meet(SECOND, "second", noon, cto, "");
	EXPECT_ITEMS(1, 1);
	cr_expect_eq(upstream_containing(up, "SUMMARY:Make slides"), 1);
}

static void set_up_each(void)
{
	world_set_up_with(world_rules, "doubles: each\n");
}

TestSuite(doubles_each, .init = set_up_each, .fini = world_tear_down);

Test(doubles_each, have_items_where_the_settings_say_so)
{
	meet(FIRST, "first", noon, cto, "");
	meet(SECOND, "second", noon, cto, "");
	EXPECT_ITEMS(2, 2);
}
