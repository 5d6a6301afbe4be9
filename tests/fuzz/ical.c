/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

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

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct ub_zones *zones; /* as a process has it: one for all objects */
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
	size_t passed = 0;
	if (ub_ical_read_holidays(text, arena, &holidays, &passed, &refusal))
		for (size_t i = 1; i < holidays.n; i++)
			assert(holidays.items[i - 1].day < holidays.items[i].day);
	ub_arena_free(&arena);
	return 0;
}
