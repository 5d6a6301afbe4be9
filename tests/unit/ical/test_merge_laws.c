/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "fixture.h"
#include "leaks.h"
#include "revision.h"
#include "roll.h"

/* Whatever users change in an item, and whatever the rules then want of it: the user's change stays, and the
 * second merge writes nothing. */

TestSuite(merge_laws, .fini = ub_leak_check);

/* What a user may do to the text, unfolded, and by what it is known afterwards. */
static const struct hand {
	const char *from, *to, *stays;
	unsigned property; /* enum ub_property; 0: it is no change of what Upbeat writes */
} hands[] = {
	{ "SUMMARY:Prep: Roadmap", "SUMMARY:My own title", "SUMMARY:My own title", UB_PROPERTY_TITLE },
	{ "DTSTART;TZID=Europe/Berlin:20261109T090000", "DTSTART;TZID=Europe/Berlin:20261108T160000",
	    "DTSTART;TZID=Europe/Berlin:20261108T160000", UB_PROPERTY_TIME },
	{ "DTEND;TZID=Europe/Berlin:20261109T093000", "DTEND;TZID=Europe/Berlin:20261109T100000",
	    "DTEND;TZID=Europe/Berlin:20261109T100000", UB_PROPERTY_TIME },
	{ "SEQUENCE:0", "SEQUENCE:0\r\nLOCATION:Room 5", "LOCATION:Room 5", UB_PROPERTY_PLACE },
	{ "SEQUENCE:0", "SEQUENCE:0\r\nATTENDEE;CN=Dora:mailto:dora@ours.example",
	    "ATTENDEE;CN=Dora:mailto:dora@ours.example", UB_PROPERTY_PEOPLE },
	{ "mailto:ben@ours.example", "mailto:emil@ours.example", "mailto:emil@ours.example",
	    UB_PROPERTY_PEOPLE },
	{ "DESCRIPTION:Purpose", "DESCRIPTION:Call Ben first!\\nPurpose", "Call Ben first!\\n", 0 },
	{ "- one", "- one and a half", "- one and a half", UB_PROPERTY_AGENDA },
	{ "own notes below ---", "own notes below ---\\nMy notes\\, and more", "\\nMy notes\\, and more", 0 },
	{ "TRIGGER:-PT10M", "TRIGGER:-PT45M", "TRIGGER:-PT45M", UB_PROPERTY_REMINDERS },
	{ "BEGIN:VALARM",
	    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Mine\r\nTRIGGER:-P1D\r\nEND:VALARM\r\nBEGIN:"
	    "VALARM",
	    "DESCRIPTION:Mine\r\nTRIGGER:-P1D", UB_PROPERTY_REMINDERS },
	{ "CATEGORIES:Prep", "CATEGORIES:Mine", "CATEGORIES:Mine", UB_PROPERTY_CATEGORIES },
	{ "CREATED", "TRANSP:TRANSPARENT\r\nCREATED", "TRANSP:TRANSPARENT", UB_PROPERTY_STATE },
	{ "SEQUENCE:0", "SEQUENCE:0\r\nX-CLIENT;X-P=1:its own", "X-CLIENT;X-P=1:its own", 0 },
	{ "SEQUENCE:0", "SEQUENCE:0\r\nATTACH:https://files.example/a.pdf",
	    "ATTACH:https://files.example/a.pdf", 0 },
};

/* The item as the rules want it next. */
static struct ub_item wanted_next(struct desk *desk, struct ub_item item, uint32_t *seed)
{
	static struct ub_decline ben = { .address = { "ben@ours.example", 16 } };
	if (roll(seed, 2))
		item.title = UB_TEXT("Another title");
	if (roll(seed, 2))
		move(&item, (int64_t)(1 + roll(seed, 300)) * 86400);
	if (roll(seed, 2))
		item.description = UB_TEXT(NEW_AGENDA);
	if (roll(seed, 3) == 0)
		item.n_reminders = 0;
	if (roll(seed, 3) == 0)
		item.categories.n = 1;
	if (roll(seed, 3) == 0)
		item.busy = false;
	if (roll(seed, 3) == 0)
		item.attendees = people_of(desk, &carl, NULL);
	if (roll(seed, 4) == 0) {
		item.attendees = people_of(desk, &carl, NULL);
		item.declines = (struct ub_declines){ .items = &ben, .n = 1, .cap = 1 };
	}
	return item;
}

static struct ub_text merged(
    struct desk *desk, struct ub_text text, const struct ub_item *item, unsigned *written)
{
	struct ub_ical_writing writing = writing_at(desk, "2026-11-05T09:00:00Z");
	const struct ub_ical *ical = parsed(desk, text);
	unsigned may_write = UB_PROPERTY_ALL & ~ub_ical_user_changes(ical, desk->zones, desk->arena);
	const struct ub_ical_revision result = ub_ical_revise(ical, item, may_write, &writing, desk->arena);
	cr_assert_not(result.overlap, "%.*s", UB_ARGS(text));
	*written = result.written;
	return result.text;
}

/* Edits some of the text. Each edit finds its place only if no other one has taken it. */
static struct ub_text edited(struct desk *desk, struct ub_text text, const bool *chosen, bool *done)
{
	for (size_t i = 0; i < UB_COUNT(hands); i++) {
		done[i] = chosen[i] && has(text, hands[i].from);
		if (done[i])
			text = replaced(desk, text, hands[i].from, hands[i].to);
	}
	return text;
}

enum { CASES_A_DESK = 50 };

static void check_merge(struct desk *desk, uint32_t seed)
{
	struct ub_item item = item_of(desk);
	bool chosen[UB_COUNT(hands)], done[UB_COUNT(hands)];
	unsigned written, again;
	for (size_t i = 0; i < UB_COUNT(hands); i++)
		chosen[i] = roll(&seed, 4) == 0;
	struct ub_text text = replaced(desk, written_as(desk, &item, false), "\r\n ", "");
	text = edited(desk, text, chosen, done);
	unsigned before = ub_ical_user_changes(parsed(desk, text), desk->zones, desk->arena);
	item = wanted_next(desk, item, &seed);
	struct ub_text result = merged(desk, text, &item, &written);
	struct ub_text plain = has(result, "\r\n ") ? replaced(desk, result, "\r\n ", "") : result;
	for (size_t i = 0; i < UB_COUNT(hands); i++) {
		cr_assert(!done[i] || !hands[i].property || (before & hands[i].property), "%zu unseen", i);
		cr_assert(!done[i] || has(plain, hands[i].stays), "%s is lost:\n%.*s\n%.*s", hands[i].stays,
		    UB_ARGS(text), UB_ARGS(result));
	}
	cr_assert_eq(written & before, 0);
	cr_assert_eq(ub_ical_user_changes(parsed(desk, result), desk->zones, desk->arena), before);
	struct ub_text twice = merged(desk, result, &item, &again);
	cr_assert(again == 0 && ub_text_eq(twice, result), "%x:\n%.*s", again, UB_ARGS(twice));
}

Test(merge_laws, hold_for_any_change_of_the_users_and_of_the_rules)
{
	const char *given = getenv("UPBEAT_N");
	int64_t n = 300;
	if (given)
		cr_assert(ub_text_to_int(ub_text(given), &n));
	struct desk desk = desk_open();
	for (uint32_t i = 1; i <= n; i++) {
		check_merge(&desk, i * 2654435761u);
		if (i % CASES_A_DESK == 0) {
			desk_close(&desk);
			desk = desk_open();
		}
	}
	desk_close(&desk);
}
