/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "leaks.h"
#include "upbeat/dav.h"
#include "upbeat/engine.h"
#include "upbeat/store.h"
#include "upstream.h"

/* What no real server does when it is asked to: tests/e2e/undo.py has the rest. */

#define CALENDAR "/alice/meetings/"

static char folder[64];
static struct ub_arena *arena;
static struct ub_snapshot *snapshot;
static struct upstream *up;
static struct ub_undo_input input;
static struct ub_undo_result result;
static size_t announced;
static bool remembers;

static bool removing(void *context, const struct ub_store_item *item)
{
	(void)context;
	cr_assert(ub_text_is(item->meeting_uid, "m-1"));
	announced++;
	return remembers;
}

static void set_up(void)
{
	arena = ub_arena_new();
	ub_dav_init();
	up = upstream_start();
	strcpy(folder, "/tmp/upbeat-undo-XXXXXX");
	cr_assert(mkdtemp(folder));
	const char *path = ub_textf(arena, "%s/upbeat.conf", folder).ptr;
	FILE *file = fopen(path, "w");
	cr_assert(file);
	fprintf(file,
	    "listen: 127.0.0.1:0\nupstream: %s\nrules: .\norganization:\n  domains: [ours.example]\n",
	    upstream_base(up));
	cr_assert(fclose(file) == 0);
	struct ub_diags diags = UB_DIAGS(arena);
	snapshot = ub_snapshot_load(&(struct ub_snapshot_input){ .settings_path = path }, &diags);
	cr_assert(snapshot);
	input = (struct ub_undo_input){ .snapshot = snapshot,
		.login = { UB_TEXT("alice"), UB_TEXT("secret") },
		.calendar = UB_TEXT(CALENDAR),
		.force = true,
		.removing = removing };
	announced = 0;
	remembers = true;
}

static void tear_down(void)
{
	unlink(ub_textf(arena, "%s/upbeat.conf", folder).ptr);
	rmdir(folder);
	upstream_stop(&up);
	ub_snapshot_release(&snapshot);
	ub_dav_cleanup();
	ub_arena_free(&arena);
	ub_leak_check();
}

TestSuite(undo, .init = set_up, .fini = tear_down);

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
	cr_assert_eq(announced, 1);
	cr_assert_eq(result.removed, 1, "%s", said);
	cr_assert_eq(result.unremembered, 1, "%s", said);
	cr_assert(strstr(said, "1 of those removed will be taken for deleted by their user"), "%s", said);
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
