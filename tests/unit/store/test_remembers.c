/* SPDX-License-Identifier: Apache-2.0 */
#include "story.h"

#include <stdio.h>
#include <string.h>

#include "upbeat/copies.h"

/* Whether an object that is stored may change what is remembered, as every store tells. */

#define UP UB_TEXT("http://up")

static enum ub_store_result remembers(struct story *s, const char *href, const char *uid)
{
	const struct ub_store_object object = {
		.organization = ORG, .upstream = UP, .href = ub_text(href), .uid = ub_text(uid)
	};
	return ub_store_remembers(s->store, &object);
}

STORY(knows_nothing_of_an_object_that_only_takes_time)
{
	const struct ub_store_appointment lunch = { .organization = ORG,
		.uid = UB_TEXT("lunch"),
		.person = UB_TEXT("anna@ours.example"),
		.meeting_uid = UB_TEXT("lunch"),
		.upstream = UP,
		.href = UB_TEXT("/c/lunch"),
		.start = 100,
		.end = 200 };
	bool changed;
	OK(ub_store_put_appointment(s->store, &lunch, &lunch.person, 1, false, s->arena, &changed));
	GIVES(remembers(s, "/c/lunch", "lunch"), NONE);
}

STORY(knows_an_object_with_a_key)
{
	put(s, "/c/a", 0);
	OK(remembers(s, "/c/a", "x"));
	GIVES(remembers(s, "/c/b", "x"), NONE);
	GIVES(remembers(s, "/c/", "x"), NONE);
	take(s, 10);
	OK(remembers(s, "/c/a", "x"));
}

STORY(knows_a_meeting_by_its_place_and_its_uid)
{
	const struct ub_store_seen seen = { .organization = ORG,
		.meeting_uid = UB_TEXT("m1"),
		.upstream = UP,
		.href = UB_TEXT("/c/m1"),
		.collection = UB_TEXT("/c/"),
		.principal = UB_TEXT("anna"),
		.owner = UB_TEXT("anna@ours.example"),
		.text = UB_TEXT("BEGIN:VCALENDAR"),
		.end = 100,
		.changed = 5 };
	OK(ub_store_put_seen(s->store, &seen));
	OK(remembers(s, "/c/m1", "other"));
	OK(remembers(s, "/d/moved", "m1"));
	GIVES(remembers(s, "/d/moved", "m"), NONE);
	GIVES(remembers(s, "/d/moved", "m11"), NONE);
}

STORY(knows_an_item_by_its_place_and_its_meeting)
{
	const struct ub_store_item item = { .organization = ORG,
		.meeting_uid = UB_TEXT("m1"),
		.identity = UB_TEXT("a"),
		.owner = UB_TEXT("anna@ours.example"),
		.upstream = UP,
		.uid = UB_TEXT("prep"),
		.href = UB_TEXT("/c/prep"),
		.state = UB_ITEM_EXISTS,
		.changed = 5 };
	OK(ub_store_put_item(s->store, &item));
	OK(remembers(s, "/c/prep", "other"));
	OK(remembers(s, "/c/other", "m1"));
	GIVES(remembers(s, "/c/other", "other"), NONE);
}

STORY(knows_a_copy_by_its_place)
{
	const struct ub_store_copy copy = { .organization = ORG,
		.upstream = UP,
		.item = UB_TEXT("/c/prep"),
		.person = UB_TEXT("ben@ours.example"),
		.uid = UB_TEXT("prep"),
		.meeting_uid = UB_TEXT("m1"),
		.href = UB_TEXT("/ben/prep"),
		.state = UB_COPY_STANDS };
	OK(ub_store_put_copy(s->store, &copy));
	OK(remembers(s, "/ben/prep", "other"));
	GIVES(remembers(s, "/ben/other", "other"), NONE);
}

/* ---- who is told of such objects ---- */

static char heard[512];

static void hear(void *context, struct ub_text href, struct ub_text uid)
{
	size_t at = strlen(heard);
	cr_assert_str_eq(context, "context");
	snprintf(heard + at, sizeof(heard) - at, "%.*s %.*s;", UB_ARGS(href), UB_ARGS(uid));
}

static void put_one_of_each(struct story *s)
{
	const struct ub_store_seen seen = { .organization = ORG,
		.meeting_uid = UB_TEXT("m1"),
		.upstream = UP,
		.href = UB_TEXT("/c/m1"),
		.text = UB_TEXT("BEGIN:VCALENDAR") };
	const struct ub_store_item item = { .organization = ORG,
		.meeting_uid = UB_TEXT("m2"),
		.identity = UB_TEXT("a"),
		.upstream = UP,
		.href = UB_TEXT("/c/prep"),
		.state = UB_ITEM_EXISTS };
	const struct ub_store_copy copy = { .organization = ORG,
		.upstream = UP,
		.item = UB_TEXT("/c/prep"),
		.person = UB_TEXT("ben@ours.example"),
		.href = UB_TEXT("/ben/prep"),
		.state = UB_COPY_STANDS };
	const struct ub_key account = ub_store_account_key(UP, UB_TEXT("anna"), UB_TEXT_NONE, s->arena);
	put(s, "/c/a", 0);
	OK(ub_store_put(s->store, &account, 1, 0, 0));
	OK(ub_store_put_seen(s->store, &seen));
	OK(ub_store_put_item(s->store, &item));
	OK(ub_store_put_copy(s->store, &copy));
}

STORY(tells_of_each_object_that_it_comes_to_know)
{
	char context[] = "context";
	heard[0] = '\0';
	OK(ub_store_tell_objects(s->store, hear, context));
	cr_assert_str_eq(heard, "");
	put_one_of_each(s);
	cr_assert_str_eq(heard, "/c/a ;/c/m1 m1;/c/prep m2;/ben/prep ;");
}

STORY(tells_of_all_objects_that_it_knows)
{
	char context[] = "context";
	put_one_of_each(s);
	heard[0] = '\0';
	OK(ub_store_tell_objects(s->store, hear, context));
	cr_assert_eq(strlen(heard), strlen("/c/a ;/c/m1 m1;/c/prep m2;/ben/prep ;"), "%s", heard);
	cr_assert(strstr(heard, "/c/a ;") && strstr(heard, "/c/m1 m1;") && strstr(heard, "/c/prep m2;") &&
		      strstr(heard, "/ben/prep ;"),
	    "%s", heard);
}
