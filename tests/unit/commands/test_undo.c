/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "folder.h"
#include "leaks.h"
#include "upbeat/dav.h"
#include "upbeat/commands.h"
#include "upbeat/store.h"
#include "upstream.h"

/* Answers of a server that no real one gives on request. tests/e2e/undo.py has the rest. */

#define CALENDAR "/alice/meetings/"

static struct ub_arena *arena;
static struct ub_snapshot *snapshot;
static struct upstream *up;
static struct ub_undo_input input;
static struct ub_undo_result result;
static size_t announced;
static enum ub_item_state remembered_as;
static bool remembers;

static bool remember(void *context, const struct ub_store_item *item)
{
	(void)context;
	cr_assert(ub_text_is(item->meeting_uid, "m-1"));
	cr_assert(announced++ > 0 || item->state == UB_ITEM_REMOVING, "it is told before it is done");
	remembered_as = item->state;
	return remembers;
}

static void set_up(void)
{
	arena = ub_arena_new();
	ub_dav_init();
	up = upstream_start();
	enter_folder();
	const char *path = "upbeat.conf";
	write_file(path,
	    ub_textf(arena,
		"listen: 127.0.0.1:0\nupstream: %s\nrules: .\norganization:\n  domains: [ours.example]\n",
		upstream_base(up))
		.ptr);
	struct ub_diags diags = UB_DIAGS(arena);
	snapshot = ub_snapshot_load(&(struct ub_snapshot_input){ .settings_path = path }, &diags);
	cr_assert(snapshot);
	input = (struct ub_undo_input){ .snapshot = snapshot,
		.login = { UB_TEXT("alice"), UB_TEXT("secret") },
		.calendar = UB_TEXT(CALENDAR),
		.force = true,
		.remember = remember };
	announced = 0;
	remembers = true;
}

static void tear_down(void)
{
	upstream_stop(&up);
	ub_snapshot_release(&snapshot);
	ub_dav_cleanup();
	ub_arena_free(&arena);
	ub_leak_check();
}

TestSuite(undo, .init = set_up, .fini = tear_down);
TestSuite(backfill, .init = set_up, .fini = tear_down);

static void store(const char *name, const char *lines)
{
	upstream_store(up, ub_textf(arena, CALENDAR "%s", name).ptr,
	    ub_textf(arena,
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test//EN\r\nBEGIN:VEVENT\r\nUID:%s\r\n"
		"DTSTAMP:20261101T000000Z\r\n%sEND:VEVENT\r\nEND:VCALENDAR\r\n",
		name, lines)
		.ptr);
}

static void store_item(const char *name)
{
	store(name, "DTSTART:20261112T130000Z\r\nSUMMARY:Prep\r\nRELATED-TO:m-1\r\nX-UPBEAT-ITEM:i\r\n"
		    "X-UPBEAT-RULE:r\r\nX-UPBEAT-GENERATION:1\r\n");
}

static const char *undo(void)
{
	struct ub_buf out = UB_BUF(arena);
	bool good = ub_undo(&input, &result, &out);
	cr_assert_eq(good, result.why.len == 0);
	return ub_buf_cstr(&out);
}

Test(undo, looks_at_the_other_objects_when_one_cannot_be_had)
{
	store_item("one");
	store_item("two");
	upstream_fail(up, "GET", 1, 500);
	const char *said = undo();
	cr_assert_eq(result.failed, 1, "%s", said);
	cr_assert_eq(result.removed, 1, "%s", said);
	cr_assert_eq(result.seen, 2);
	cr_assert(strstr(said, "failed    " CALENDAR), "%s", said);
	cr_assert_eq(upstream_count(up, CALENDAR), 1);
}

Test(undo, minds_no_object_that_has_gone_meanwhile)
{
	store_item("one");
	upstream_fail(up, "GET", 1, 404);
	const char *said = undo();
	cr_assert_eq(result.failed + result.removed, 0, "%s", said);
}

Test(undo, tells_of_what_bears_marks_and_cannot_be_read)
{
	upstream_store(up, CALENDAR "broken", "BEGIN:VCALENDAR\r\nX-UPBEAT-ITEM:i\r\n");
	upstream_store(up, CALENDAR "foreign", "BEGIN:VCALENDAR\r\nnobody's business\r\n");
	const char *said = undo();
	cr_assert_eq(result.failed, 1, "%s", said);
	cr_assert(strstr(said, CALENDAR "broken: it bears marks and cannot be read: line"), "%s", said);
	cr_assert_eq(upstream_count(up, CALENDAR), 2);
}

Test(undo, tells_what_nobody_will_remember)
{
	store_item("one");
	remembers = false;
	const char *said = undo();
	cr_assert_eq(announced, 2);
	cr_assert_eq(result.removed, 1, "%s", said);
	cr_assert_eq(result.unremembered, 1, "%s", said);
	cr_assert(strstr(said, "1 of those removed will be taken for deleted by their user"), "%s", said);
}

Test(undo, remembers_what_became_of_an_item)
{
	store_item("one");
	undo();
	cr_assert_eq(remembered_as, UB_ITEM_REMOVED);
	store_item("two");
	upstream_fail(up, "DELETE", 1, 412);
	const char *said = undo();
	cr_assert_eq(remembered_as, UB_ITEM_EXISTS);
	cr_assert_eq(result.failed, 1, "%s", said);
	cr_assert_eq(result.unremembered, 0, "%s", said);
	upstream_fail(up, "DELETE", 1, 500);
	undo();
	cr_assert_eq(remembered_as, UB_ITEM_REMOVING, "it may be gone");
}

Test(undo, does_not_count_as_unremembered_what_was_not_removed)
{
	store_item("one");
	remembers = false;
	upstream_fail(up, "DELETE", 1, 412);
	const char *said = undo();
	cr_assert_eq(result.failed, 1, "%s", said);
	cr_assert_eq(result.unremembered, 0, "%s", said);
}

Test(undo, ends_when_the_password_is_good_no_more_and_tells_what_it_did)
{
	store_item("one");
	store_item("two");
	upstream_fail(up, "GET", 2, 401);
	const char *said = undo();
	cr_assert_eq(result.removed, 1, "%s", said);
	cr_assert_eq(result.failed, 1, "%s", said);
	cr_assert(result.why.len > 0);
	cr_assert(strstr(said, "1 item removed"), "%s", said);
}

Test(undo, says_that_a_calendar_cannot_be_listed)
{
	store_item("one");
	upstream_fail(up, "PROPFIND", 3, 500);
	const char *said = undo();
	cr_assert_eq(result.failed, 1, "%s", said);
	cr_assert(strstr(said, "failed    " CALENDAR ": "), "%s", said);
	cr_assert_eq(upstream_count(up, CALENDAR), 1);
}

/* ---- which calendars ---- */

Test(undo, goes_on_when_one_of_several_calendars_cannot_be_looked_at)
{
	input.calendar = UB_TEXT_NONE;
	upstream_store(up, "/alice/broken/", "");
	upstream_store(up, CALENDAR, "");
	store_item("one");
	/* Who is asking, his calendars, what they are; then the first one's owner. */
	upstream_fail(up, "PROPFIND", 4, 500);
	const char *said = undo();
	cr_assert_eq(result.failed, 1, "%s", said);
	cr_assert_eq(result.removed, 1, "%s", said);
	cr_assert(strstr(said, "failed    /alice/broken/: "), "%s", said);
}

Test(undo, says_that_the_home_cannot_be_listed)
{
	input.calendar = UB_TEXT_NONE;
	upstream_fail(up, "PROPFIND", 3, 403);
	const char *said = undo();
	cr_assert_eq(result.failed, 1, "%s", said);
	cr_assert(strstr(said, "failed    /alice: refused (HTTP status 403)\n"), "%s", said);
}

Test(undo, needs_the_path_of_a_calendar)
{
	input.calendar = UB_TEXT("meetings");
	undo();
	cr_assert(ub_text_is(result.why, "meetings is no path of a calendar: it begins with a slash"));
	input.calendar = ub_textf(arena, "%s" CALENDAR "?x", upstream_base(up));
	store_item("one");
	cr_assert(strstr(undo(), "1 item removed"), "a URL will do");
}

Test(undo, leaves_alone_what_somebody_else_organizes)
{
	store("theirs", "DTSTART:20261112T130000Z\r\nORGANIZER:mailto:bob@ours.example\r\n"
			"ATTENDEE:mailto:alice@ours.example\r\nRELATED-TO:m-1\r\nX-UPBEAT-ITEM:i\r\n"
			"X-UPBEAT-RULE:r\r\n");
	store("amended", "DTSTART:20261112T130000Z\r\nORGANIZER:mailto:bob@ours.example\r\n"
			 "ATTENDEE:mailto:alice@ours.example\r\nCATEGORIES;X-UPBEAT-ADDED=a.b:Customer\r\n");
	const char *said = undo();
	cr_assert_eq(result.foreign, 2, "%s", said);
	cr_assert_eq(result.removed + result.restored + result.failed, 0, "%s", said);
	cr_assert(strstr(said, "; 2 bear marks and are organized by somebody else: left alone"), "%s", said);
	cr_assert_eq(upstream_requests(up, "PUT") + upstream_requests(up, "DELETE"), 0);
	store("hers", "DTSTART:20261112T130000Z\r\nORGANIZER:MAILTO:Alice@Ours.example\r\n"
		      "RELATED-TO:m-1\r\nX-UPBEAT-ITEM:i\r\nX-UPBEAT-RULE:r\r\n");
	said = undo();
	cr_assert_eq(result.removed, 1, "%s", said);
}

/* ---- backfill goes the same way ---- */

static struct ub_backfill_result filled;

static const char *backfill(void)
{
	struct ub_backfill_input what = {
		.snapshot = snapshot, .login = input.login, .calendar = input.calendar
	};
	struct ub_buf out = UB_BUF(arena);
	bool good = ub_backfill(&what, &filled, &out);
	cr_assert_eq(good, filled.why.len == 0);
	return ub_buf_cstr(&out);
}

Test(backfill, hands_over_only_events_that_are_not_over)
{
	store("over", "DTSTART:20201112T130000Z\r\nDTEND:20201112T140000Z\r\n");
	store("to-come", "DTSTART:29261112T130000Z\r\nDTEND:29261112T140000Z\r\n");
	store("weekly", "DTSTART:20201112T130000Z\r\nDTEND:20201112T140000Z\r\nRRULE:FREQ=WEEKLY\r\n");
	store("item", "DTSTART:29261112T130000Z\r\nX-UPBEAT-ITEM:i\r\nX-UPBEAT-RULE:r\r\n");
	upstream_store(up, CALENDAR "foreign", "nobody's business\r\n");
	const char *said = backfill();
	cr_assert_str_empty(said);
	cr_assert_eq(filled.seen, 5);
	cr_assert_eq(filled.failed, 0);
	cr_assert_eq(filled.hrefs.n, 2);
	for (size_t i = 0; i < filled.hrefs.n; i++)
		cr_assert(ub_text_is(filled.hrefs.items[i], CALENDAR "to-come") ||
			  ub_text_is(filled.hrefs.items[i], CALENDAR "weekly"));
}

Test(backfill, tells_what_it_cannot_look_at_and_goes_on)
{
	store("one", "DTSTART:29261112T130000Z\r\n");
	store("two", "DTSTART:29261112T130000Z\r\n");
	upstream_store(up, CALENDAR "broken", "BEGIN:VCALENDAR\r\nX-UPBEAT-ITEM:i\r\n");
	upstream_fail(up, "GET", 1, 500);
	const char *said = backfill();
	cr_assert_eq(filled.failed, 2, "%s", said);
	cr_assert_eq(filled.hrefs.n, 1, "%s", said);
	cr_assert(strstr(said, CALENDAR "broken: it bears marks and cannot be read: "), "%s", said);
}

Test(backfill, ends_when_the_password_is_good_no_more)
{
	store("one", "DTSTART:29261112T130000Z\r\n");
	store("two", "DTSTART:29261112T130000Z\r\n");
	upstream_fail(up, "GET", 1, 401);
	backfill();
	cr_assert(ub_text_is(filled.why, "the server does not accept the password any more"));
	cr_assert_eq(filled.seen, 1);
}
