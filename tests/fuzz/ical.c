/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdio.h>

#include "agreement.h"
#include "fuzz.h"
#include "upbeat/ical.h"
#include "upbeat/sys.h"

static void check_event(const struct ub_event *event)
{
	const struct ub_text texts[] = { event->uid, event->summary, event->description, event->location,
		event->conference, event->url, event->marks.item, event->related_to };
	for (size_t i = 0; i < UB_COUNT(texts); i++)
		assert(texts[i].ptr && ub_text_utf8_valid(texts[i]));
	for (size_t i = 0; i < event->n_attendees; i++)
		assert(ub_text_utf8_valid(event->attendees[i].name));
	assert(!event->start.given || ub_cal_civil_valid(event->start.civil));
}

#define T(literal)                                                                                           \
	{                                                                                                    \
		literal, sizeof(literal) - 1                                                                 \
	}

/* Additions are inserted once, and removed to the byte. Marks that the input has are removed first. */
static void check_amend(struct ub_text text, struct ub_arena *arena)
{
	static struct ub_amendment every[] = {
		{ UB_AMEND_ATTENDEE, T("r/a"), T("mark-1"), T("rule"), T("notes@recorder.example"), 0, NULL,
		    { 0 } },
		{ UB_AMEND_CATEGORY, T("r/c"), T("mark-2"), T("rule"), T("Customer, \xC3\xA4"), 0, NULL,
		    { 0 } },
		{ UB_AMEND_AGENDA, T("r/t"), T("mark-3"), T("rule"), T("14:00 Welcome\n14:05 \xC3\xA4"), 0,
		    NULL, { 0 } },
		{ UB_AMEND_REMINDER, T("r/r"), T("mark-4"), T("rule"), T(""), 600, NULL, { 0 } },
	};
	const struct ub_amendments all = { every, UB_COUNT(every), 0 };
	struct ub_ical_refusal refusal;
	const struct ub_ical *ical = ub_ical_parse(arena, text, &refusal);
	ical = ical ? ub_ical_parse(arena, ub_ical_restore(ical, UB_TEXT_NONE, arena).text, &refusal) : NULL;
	if (!ical)
		return;
	const struct ub_ical_amended bare = ub_ical_restore(ical, UB_TEXT_NONE, arena);
	assert(bare.n == 0);
	const struct ub_ical_amended more = ub_ical_amend(ical, &all, arena);
	assert(!more.overlap);
	const struct ub_ical *amended = ub_ical_parse(arena, more.text, &refusal);
	if (!amended)
		return; /* the text has become too large */
	const struct ub_ical_amended again = ub_ical_amend(amended, &all, arena);
	assert(ub_text_eq(again.text, more.text) && again.n == 0);
	const struct ub_ical_amended back = ub_ical_restore(amended, UB_TEXT_NONE, arena);
	assert(ub_text_eq(back.text, bare.text) && back.n == more.n && !back.overlap);
}

/* A revision of any text changes everything at once, or nothing: a second one has nothing left to do. */
static void check_revise(const struct ub_ical *ical, const struct ub_zones *zones, struct ub_arena *arena)
{
	static const struct ub_person anna = { .email = T("anna@ours.example"), .name = T("Anna") };
	static const struct ub_person ben = { .email = T("ben@ours.example"), .name = T("Ben") };
	static const struct ub_person *people[] = { &ben };
	static int64_t reminders[] = { 600 };
	static struct ub_text categories[] = { T("Prep") };
	struct ub_item item = { .uid = T("u"),
		.generation = 1,
		.marks = { .item = T("aXRlbQ"), .rule = T("cnVsZQ"), .generation = 1 },
		.title = T("Prep"),
		.description = T("Agenda\n" UB_PLAN_TEXT_END),
		.start = 1783000800,
		.end = 1783002600,
		.due = 1783087200,
		.zone = ub_cal_zone_find(zones, UB_TEXT("Europe/Berlin")),
		.organizer = &anna,
		.attendees = { people, 1, 1 },
		.busy = true,
		.reminders = reminders,
		.n_reminders = 1,
		.categories = { categories, 1, 1 },
		.parent_uid = T("meeting") };
	const struct ub_ical_writing writing = { .zones = zones, .now = 1783000000 };
	const enum ub_item_kind kinds[] = { UB_ITEM_EVENT, UB_ITEM_TASK };
	struct ub_ical_refusal refusal;
	for (size_t i = 0; i < UB_COUNT(kinds); i++) {
		item.kind = kinds[i];
		const struct ub_ical_revision once =
		    ub_ical_revise(ical, &item, UB_PROPERTY_ALL, &writing, arena);
		const struct ub_ical *revised = ub_ical_parse(arena, once.text, &refusal);
		assert(revised && !once.overlap);
		const struct ub_ical_revision twice =
		    ub_ical_revise(revised, &item, UB_PROPERTY_ALL, &writing, arena);
		assert((once.written & twice.written) == 0);
	}
}

/* What others are sent of any text is an object, of which they would be sent the same. */
static void check_message(const struct ub_ical *ical, struct ub_arena *arena)
{
	struct ub_ical_message message = {
		.stamp = 1783000000, .sequence = 3, .attendee = T("ben@ours.example"), .whole = true
	};
	const enum ub_ical_method methods[] = { UB_ICAL_REQUEST, UB_ICAL_CANCEL };
	struct ub_ical_refusal refusal;
	for (size_t i = 0; i < UB_COUNT(methods); i++) {
		message.method = methods[i];
		struct ub_text text = ub_ical_message(ical, &message, arena);
		assert(text.len);
		const struct ub_ical *sent = ub_ical_parse(arena, text, &refusal);
		assert(!sent || ub_text_eq(ub_ical_message(sent, &message, arena), text));
		assert(sent || text.len > UB_ICAL_SIZE_MAX ||
		       ub_text_is(ub_text(refusal.code), "too-many-lines"));
	}
}

static void check_agreement(const struct ub_ical *ical, const struct ub_zones *zones, struct ub_arena *arena)
{
	const char *fault = disagreement(ical, zones, arena);
	if (fault)
		fprintf(stderr, "%s\n", fault);
	assert(!fault);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct ub_zones *zones; /* one for all objects, as in a process */
	struct ub_arena *arena = ub_arena_new();
	struct ub_text text = ub_text_n((const char *)bytes, size);
	struct ub_ical_refusal refusal = { 0 };
	struct ub_holidays holidays = { 0 };
	if (!zones)
		zones = ub_cal_zones_new(ub_sys_zone_source(NULL));
	const struct ub_ical *ical = ub_ical_parse(arena, text, &refusal);
	const struct ub_event *event = ical ? ub_ical_event(ical, zones, arena, &refusal) : NULL;
	if (event)
		check_event(event);
	else
		assert(refusal.code && refusal.message.len);
	if (ical && ub_ical_user_changes(ical, zones, arena) != UB_PROPERTY_ALL)
		assert(event && event->marks.base.len);
	check_amend(text, arena);
	if (ical)
		check_agreement(ical, zones, arena);
	if (ical)
		check_revise(ical, zones, arena);
	if (ical)
		check_message(ical, arena);
	struct ub_ical_busy busy;
	if (ub_ical_read_busy(text, arena, &busy, &refusal))
		for (size_t i = 0; i < busy.times.n; i++)
			assert(busy.times.items[i].start <= busy.times.items[i].end);
	size_t passed = 0;
	if (ub_ical_read_holidays(text, arena, &holidays, &passed, &refusal))
		for (size_t i = 1; i < holidays.n; i++)
			assert(holidays.items[i - 1].day < holidays.items[i].day);
	ub_arena_free(&arena);
	return 0;
}
