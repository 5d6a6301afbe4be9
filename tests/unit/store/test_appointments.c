/* SPDX-License-Identifier: Apache-2.0 */
#include "story.h"

/* When people are taken, as every store keeps it. */

static struct ub_store_appointment event(const char *uid, const char *href, int64_t start, int64_t end)
{
	return (struct ub_store_appointment){ .organization = ORG,
		.uid = ub_text(uid),
		.person = UB_TEXT("anna@ours.example"),
		.meeting_uid = ub_text(uid),
		.upstream = UB_TEXT("http://up"),
		.href = ub_text(href),
		.start = start,
		.end = end };
}

static const struct ub_text both[] = { { "anna@ours.example", 17 }, { "ben@ours.example", 16 } };

/* Stores the event; whether it was told to take somebody at another time than before. */
static bool told(struct story *s, struct ub_store_appointment event, size_t n, bool whole)
{
	bool changed;
	OK(ub_store_put_appointment(s->store, &event, both, n, whole, s->arena, &changed));
	return changed;
}

/* The UIDs of what takes a person between two times. */
static const char *taken(struct story *s, const char *person, int64_t from, int64_t to)
{
	struct ub_store_appointments found;
	struct ub_buf uids = UB_BUF(s->arena);
	OK(ub_store_appointments(s->store, ORG, ub_text(person), from, to, s->arena, &found));
	for (size_t i = 0; i < found.n; i++)
		ub_buf_printf(&uids, "%s%.*s", i ? " " : "", UB_ARGS(found.items[i].uid));
	return ub_buf_cstr(&uids);
}

#define ANNA "anna@ours.example"
#define BEN  "ben@ours.example"

STORY(tells_when_a_person_is_taken_by_what_ends_first)
{
	told(s, event("later", "/c/b", 300, 400), 2, false);
	told(s, event("long", "/c/c", 0, 500), 1, false);
	told(s, event("first", "/c/a", 100, 200), 2, false);
	cr_expect_str_eq(taken(s, ANNA, 0, 1000), "first later long");
	cr_expect_str_eq(taken(s, BEN, 0, 1000), "first later");
	cr_expect_str_eq(taken(s, BEN, 200, 300), "", "the ends are not of it");
	cr_expect_str_eq(taken(s, BEN, 199, 301), "first later");
	cr_expect_str_eq(taken(s, "carol@ours.example", 0, 1000), "");
	struct ub_store_appointments none;
	OK(ub_store_appointments(s->store, UB_TEXT("theirs"), UB_TEXT(ANNA), 0, 1000, s->arena, &none));
	cr_expect_eq(none.n, 0);
}

STORY(gives_an_appointment_back_as_it_was_stored)
{
	struct ub_store_appointment item = event("item", "/c/item", 100, 200);
	struct ub_store_appointments found;
	item.meeting_uid = UB_TEXT("m1");
	item.item = true;
	told(s, item, 1, false);
	OK(ub_store_appointments(s->store, ORG, UB_TEXT(ANNA), 0, 1000, s->arena, &found));
	cr_assert_eq(found.n, 1);
	IS(found.items[0].organization, "ours");
	IS(found.items[0].uid, "item");
	IS(found.items[0].person, ANNA);
	IS(found.items[0].meeting_uid, "m1");
	IS(found.items[0].upstream, "http://up");
	IS(found.items[0].href, "/c/item");
	cr_expect(found.items[0].item && found.items[0].start == 100 && found.items[0].end == 200);
}

STORY(replaces_what_an_event_has_said)
{
	cr_expect(told(s, event("m1", "/c/a", 100, 200), 2, true));
	cr_expect(!told(s, event("m1", "/c/a", 100, 200), 2, true), "nothing is new");
	cr_expect(told(s, event("m1", "/c/a", 300, 400), 2, true));
	cr_expect_str_eq(taken(s, BEN, 0, 250), "");
	cr_expect(!told(s, event("m1", "/c/a", 300, 400), 1, true), "ben has declined");
	cr_expect_str_eq(taken(s, BEN, 0, 1000), "");
	cr_expect_str_eq(taken(s, ANNA, 0, 1000), "m1");
	cr_expect(!told(s, event("m1", "/c/a", 300, 400), 0, true), "it was called off");
	cr_expect_str_eq(taken(s, ANNA, 0, 1000), "");
}

STORY(counts_the_copies_of_a_meeting_once_and_believes_the_last_one)
{
	struct ub_store_appointment bens = event("m1", "/d/a", 100, 200);
	bens.person = UB_TEXT(BEN);
	told(s, event("m1", "/c/a", 100, 200), 2, true);
	cr_expect(!told(s, bens, 2, false), "the same in another calendar");
	cr_expect_str_eq(taken(s, ANNA, 0, 1000), "m1");
	cr_expect_str_eq(taken(s, BEN, 0, 1000), "m1");
	/* Each person's row goes with his own copy. */
	OK(ub_store_forget_appointments(s->store, ORG, UB_TEXT("http://up"), UB_TEXT("/d/a")));
	cr_expect_str_eq(taken(s, ANNA, 0, 1000), "m1");
	cr_expect_str_eq(taken(s, BEN, 0, 1000), "");
	/* Who declines in his own copy does not take the others away. */
	told(s, event("m1", "/c/a", 100, 200), 2, true);
	told(s, bens, 0, false);
	cr_expect_str_eq(taken(s, ANNA, 0, 1000), "m1");
	cr_expect_str_eq(taken(s, BEN, 0, 1000), "");
	/* The organizer's copy speaks for all. */
	told(s, bens, 2, false);
	told(s, event("m1", "/c/a", 100, 200), 0, true);
	cr_expect_str_eq(taken(s, BEN, 0, 1000), "");
}

STORY(keeps_apart_what_two_people_have_imported_from_the_same_place)
{
	struct ub_store_appointment bens = event("fair", "/d/fair", 500, 600);
	bool changed;
	bens.person = both[1];
	told(s, event("fair", "/c/fair", 100, 200), 1, false);
	OK(ub_store_put_appointment(s->store, &bens, &both[1], 1, false, s->arena, &changed));
	cr_expect_str_eq(taken(s, ANNA, 0, 300), "fair");
	cr_expect_str_eq(taken(s, BEN, 400, 700), "fair");
	OK(ub_store_forget_appointments(s->store, ORG, UB_TEXT("http://up"), UB_TEXT("/c/fair")));
	cr_expect_str_eq(taken(s, ANNA, 0, 1000), "");
	cr_expect_str_eq(taken(s, BEN, 0, 1000), "fair");
}

static size_t of_copy(struct story *s, const char *organization, const char *upstream, const char *href)
{
	struct ub_store_appointments found;
	OK(ub_store_copy_appointments(
	    s->store, ub_text(organization), ub_text(upstream), ub_text(href), s->arena, &found));
	return found.n;
}

STORY(tells_what_a_copy_has_said)
{
	told(s, event("m1", "/c/a", 100, 200), 2, true);
	told(s, event("m2", "/c/a", 300, 400), 1, true);
	told(s, event("m3", "/c/b", 300, 400), 1, true);
	cr_expect_eq(of_copy(s, "ours", "http://up", "/c/a"), 3);
	cr_expect_eq(of_copy(s, "ours", "http://up", "/c/b"), 1);
	cr_expect_eq(of_copy(s, "ours", "http://other", "/c/a"), 0);
	cr_expect_eq(of_copy(s, "theirs", "http://up", "/c/a"), 0);
}

STORY(forgets_what_nobody_has_said_without_harm)
{
	told(s, event("m1", "/c/a", 100, 200), 2, true);
	OK(ub_store_forget_appointments(s->store, ORG, UB_TEXT("http://up"), UB_TEXT("/c/other")));
	OK(ub_store_forget_appointments(s->store, ORG, UB_TEXT("http://other"), UB_TEXT("/c/a")));
	OK(ub_store_forget_appointments(s->store, UB_TEXT("theirs"), UB_TEXT("http://up"), UB_TEXT("/c/a")));
	cr_expect_str_eq(taken(s, BEN, 0, 1000), "m1");
}

STORY(forgets_appointments_that_are_over)
{
	told(s, event("past", "/c/a", 0, 99), 1, true);
	told(s, event("now", "/c/b", 50, 100), 1, true);
	OK(ub_store_prune(s->store, 100, 0, 0));
	cr_expect_str_eq(taken(s, ANNA, 0, 1000), "now");
}

STORY(tells_whether_an_item_takes_a_person)
{
	struct ub_store_appointment item = event("item", "/c/item", 100, 200);
	item.item = true;
	told(s, event("meeting", "/c/m", 300, 400), 1, false);
	told(s, item, 1, false);
	OK(ub_store_item_stands(s->store, ORG, UB_TEXT(ANNA), 0, 101));
	OK(ub_store_item_stands(s->store, ORG, UB_TEXT(ANNA), 199, 300));
	GIVES(ub_store_item_stands(s->store, ORG, UB_TEXT(ANNA), 0, 100), NONE);
	GIVES(ub_store_item_stands(s->store, ORG, UB_TEXT(ANNA), 200, 400), NONE);
	GIVES(ub_store_item_stands(s->store, ORG, UB_TEXT(BEN), 0, 1000), NONE);
	GIVES(ub_store_item_stands(s->store, UB_TEXT("theirs"), UB_TEXT(ANNA), 0, 1000), NONE);
}
