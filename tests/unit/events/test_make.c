/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "upbeat/events.h"

static struct ub_arena *arena;

static void begin(void)
{
	arena = ub_arena_new();
}

static void end(void)
{
	ub_arena_free(&arena);
	ub_leak_check();
}

TestSuite(event, .init = begin, .fini = end);

static struct ub_happening happening(void)
{
	return (struct ub_happening){ .what = UB_EVENT_CREATED,
		.now = 1764500000,
		.zone = ub_cal_utc(),
		.item = UB_TEXT("prep/call"),
		.known = true,
		.start = 1764583200,
		.end = 1764585000,
		.due = UB_INSTANT_NONE,
		.title = UB_TEXT("Prep \"Acme\"\n"),
		.owner = UB_TEXT("anna@ours.example"),
		.uid = UB_TEXT("u-1"),
		.href = UB_TEXT("/anna/c/u-1.ics"),
		.meeting = UB_TEXT("m-1"),
		.account = UB_TEXT("acme"),
		.why = UB_TEXT("a customer comes") };
}

#define IS_JSON(event, words) cr_assert(ub_text_is((event).text, (words)), "got: %.*s", UB_ARGS((event).text))

Test(event, is_one_line_with_all_that_is_known)
{
	struct ub_happening told = happening();
	struct ub_store_event event = ub_events_make(&told, arena);
	struct ub_text expected = ub_textf(arena,
	    "{\"id\":\"%.*s\",\"time\":\"2025-11-30T10:53:20Z\",\"what\":\"created\",\"rule\":\"prep\","
	    "\"item\":\"call\",\"kind\":\"event\",\"title\":\"Prep \\\"Acme\\\"\\n\","
	    "\"start\":\"2025-12-01T10:00:00Z\",\"end\":\"2025-12-01T10:30:00Z\",\"all_day\":false,"
	    "\"owner\":\"anna@ours.example\",\"uid\":\"u-1\",\"href\":\"/anna/c/"
	    "u-1.ics\",\"meeting\":\"m-1\","
	    "\"account\":\"acme\",\"why\":\"a customer comes\"}",
	    UB_ARGS(event.id));
	IS_JSON(event, expected.ptr);
}

Test(event, of_a_task_has_its_due_time_alone)
{
	struct ub_happening told = happening();
	told.task = true;
	told.due = told.start;
	struct ub_text text = ub_events_make(&told, arena).text;
	cr_assert_neq(ub_text_find(text, UB_TEXT("\"kind\":\"task\""), 0), SIZE_MAX);
	cr_assert_neq(ub_text_find(text, UB_TEXT("\"due\":\"2025-12-01T10:00:00Z\""), 0), SIZE_MAX);
	cr_assert_eq(ub_text_find(text, UB_TEXT("\"start\""), 0), SIZE_MAX);
}

Test(event, leaves_out_what_is_not_known)
{
	const struct ub_happening told = { .what = UB_EVENT_REMOVED,
		.now = 1764500000,
		.zone = ub_cal_utc(),
		.item = UB_TEXT("odd"),
		.start = UB_INSTANT_NONE,
		.end = UB_INSTANT_NONE,
		.due = UB_INSTANT_NONE,
		.uid = UB_TEXT("u-1") };
	struct ub_store_event event = ub_events_make(&told, arena);
	struct ub_text expected = ub_textf(arena,
	    "{\"id\":\"%.*s\",\"time\":\"2025-11-30T10:53:20Z\",\"what\":\"removed\",\"uid\":\"u-1\"}",
	    UB_ARGS(event.id));
	IS_JSON(event, expected.ptr);
}

Test(event, shows_bytes_that_are_no_text_as_such)
{
	struct ub_happening told = happening();
	told.title = UB_TEXT("\xFFx");
	cr_assert(ub_text_utf8_valid(ub_events_make(&told, arena).text));
}

static struct ub_text id_of(struct ub_happening told)
{
	return ub_events_make(&told, arena).id;
}

Test(event, has_an_id_that_tells_it_from_all_others_and_is_the_same_when_it_is_made_again)
{
	struct ub_happening told = happening(), later = told, other = told, gone = told;
	later.now += 3600;
	other.uid = UB_TEXT("u-2");
	gone.what = UB_EVENT_REMOVED;
	cr_assert(ub_text_eq(id_of(told), id_of(later)), "an item is created once");
	cr_assert_not(ub_text_eq(id_of(told), id_of(other)));
	cr_assert_not(ub_text_eq(id_of(told), id_of(gone)));
	told.what = later.what = UB_EVENT_CHANGED;
	other = told;
	other.version = UB_TEXT("another");
	cr_assert_not(ub_text_eq(id_of(told), id_of(later)), "an item may be changed back and forth");
	cr_assert_not(ub_text_eq(id_of(told), id_of(other)), "and twice in a second");
	cr_assert(ub_text_eq(id_of(told), id_of(told)));
}
