/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <time.h>

#include "fuzz.h"
#include "upbeat/ical.h"
#include "upbeat/sys.h"

#define MOST    100
#define FROM    INT64_C(1767225600) /* 2026-01-01 */
#define MIDDLE  (FROM + 90 * 86400)
#define UNTIL   (FROM + 400 * 86400)
#define SECONDS 5 /* of CPU for one input, under the sanitizers */

struct asked {
	const struct ub_ical *ical;
	const struct ub_zones *zones;
	struct ub_arena *arena;
};

static ub_instant instant_of(const struct asked *asked, const struct ub_when *when)
{
	const struct ub_zone *zone =
	    when->zone && !when->date ? when->zone : ub_cal_zone_find(asked->zones, UB_TEXT("Europe/Berlin"));
	return when->date
		   ? ub_cal_day_start(zone, ub_cal_day(when->civil.year, when->civil.month, when->civil.day))
		   : ub_cal_instant(zone, when->civil);
}

static bool ask(const struct asked *asked, ub_instant from, struct ub_instances *instances)
{
	const struct ub_series_window window = { .floating =
						     ub_cal_zone_find(asked->zones, UB_TEXT("Europe/Berlin")),
		.from = from,
		.until = UNTIL,
		.most = MOST };
	struct ub_text why = UB_TEXT_NONE;
	bool known = ub_ical_instances(asked->ical, asked->zones, &window, asked->arena, instances, &why);
	assert(known || (why.len && instances->n == 0));
	return known;
}

static void check(const struct asked *asked, const struct ub_instances *instances)
{
	size_t first = 0;
	assert(instances->n <= MOST);
	for (size_t i = 0; i < instances->n; i++) {
		const struct ub_event *event = instances->items[i];
		first += event->first_instance;
		if (!event->is_instance)
			continue;
		ub_instant start = instant_of(asked, &event->start);
		assert(ub_cal_civil_valid(event->start.civil) && start < UNTIL);
		assert(event->previous <= start && !(event->first_instance && event->previous != INT64_MIN));
		assert(i == 0 || instant_of(asked, &instances->items[i - 1]->start) <= start);
	}
	assert(first <= 1);
}

/* A later window of the same series has the same instances, from its beginning on. */
static void check_later(
    const struct asked *asked, const struct ub_instances *all, const struct ub_instances *later)
{
	for (size_t i = 1; i <= later->n; i++) {
		const struct ub_event *a = all->items[all->n - i], *b = later->items[later->n - i];
		assert(i <= all->n && a->instance == b->instance && a->first_instance == b->first_instance);
		assert(instant_of(asked, &a->start) == instant_of(asked, &b->start));
		assert(a->previous == b->previous);
	}
}

/* The input is what stands in an event besides its UID; it may end it, and begin another. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct ub_zones *zones; /* one for all objects, as in a process */
	struct ub_arena *arena = ub_arena_new();
	struct ub_ical_refusal refusal;
	struct ub_instances all, later;
	struct timespec begun, ended;
	if (!zones)
		zones = ub_cal_zones_new(ub_sys_zone_source(NULL));
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begun);
	struct ub_text text =
	    ub_textf(arena, "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\n%.*s\nEND:VEVENT\nEND:VCALENDAR\n",
		(int)size, (const char *)bytes);
	struct asked asked = { ub_ical_parse(arena, text, &refusal), zones, arena };
	if (asked.ical && ask(&asked, FROM, &all)) {
		check(&asked, &all);
		if (ask(&asked, MIDDLE, &later)) {
			check(&asked, &later);
			if (all.n < MOST)
				check_later(&asked, &all, &later);
		}
	}
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ended);
	assert(ended.tv_sec - begun.tv_sec < SECONDS);
	ub_arena_free(&arena);
	return 0;
}
