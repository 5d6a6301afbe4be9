/* SPDX-License-Identifier: Apache-2.0 */
#include "cal-private.h"

static const struct ub_zone utc = {
	.name = { "UTC", 3 },
	.before = { .abbreviation = { "UTC", 3 } },
};

const struct ub_zone *ub_cal_utc(void)
{
	return &utc;
}

struct ub_text ub_cal_zone_name(const struct ub_zone *zone)
{
	return zone->name;
}

/* The number of changes that lie at or before the instant. */
static size_t changes_until(const struct ub_zone *zone, ub_instant instant)
{
	size_t low = 0, high = zone->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (zone->changes[middle].at <= instant)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct ub_zone_period ub_cal_zone_at(const struct ub_zone *zone, ub_instant instant)
{
	size_t past = changes_until(zone, instant);
	ub_instant from = past ? zone->changes[past - 1].at : UB_INSTANT_MIN;
	if (past == zone->n && zone->has_rule) {
		struct ub_zone_period period = cal_tz_rule_period(&zone->rule, instant);
		if (period.from < from)
			period.from = from;
		return period;
	}
	const struct ub_zone_change *change = past ? &zone->changes[past - 1] : &zone->before;
	return (struct ub_zone_period){
		.from = from,
		.until = past < zone->n ? zone->changes[past].at : UB_INSTANT_MAX + 1,
		.offset = change->offset,
		.dst = change->dst,
		.abbreviation = change->abbreviation,
	};
}

int32_t ub_cal_offset(const struct ub_zone *zone, ub_instant instant)
{
	return ub_cal_zone_at(zone, instant).offset;
}

struct ub_civil ub_cal_civil(const struct ub_zone *zone, ub_instant instant)
{
	return cal_wall_civil(instant + ub_cal_offset(zone, instant));
}

ub_day ub_cal_local_day(const struct ub_zone *zone, ub_instant instant)
{
	return (ub_day)cal_floor_div(instant + ub_cal_offset(zone, instant), DAY_SECONDS);
}

ub_instant ub_cal_instant(const struct ub_zone *zone, struct ub_civil civil)
{
	/* The clock cannot show `civil` earlier than here: the first period that fits is
	 * the first there is. */
	int64_t wall = cal_wall_seconds(civil);
	struct ub_zone_period period = ub_cal_zone_at(zone, wall - OFFSET_LIMIT);
	for (;;) {
		ub_instant instant = wall - period.offset;
		if (instant < period.until || period.until > UB_INSTANT_MAX)
			return instant;
		struct ub_zone_period next = ub_cal_zone_at(zone, period.until);
		if (wall - next.offset < next.from)
			return instant;
		period = next;
	}
}

ub_instant ub_cal_day_start(const struct ub_zone *zone, ub_day day)
{
	ub_instant midnight = ub_cal_instant(zone, ub_cal_day_civil(day));
	struct ub_zone_period period = ub_cal_zone_at(zone, midnight);
	bool shown = midnight + period.offset == (int64_t)day * DAY_SECONDS;
	return shown ? midnight : period.from;
}

struct ub_interval ub_cal_day_interval(const struct ub_zone *zone, ub_day day)
{
	return (struct ub_interval){ ub_cal_day_start(zone, day), ub_cal_day_start(zone, day + 1) };
}

static bool changes_sound(const struct ub_zone_change *changes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i && changes[i].at <= changes[i - 1].at)
			return false;
		if (changes[i].offset < -OFFSET_LIMIT || changes[i].offset > OFFSET_LIMIT)
			return false;
	}
	return n <= UB_ZONE_CHANGES_MAX;
}

static bool same(const struct ub_zone_change *a, const struct ub_zone_change *b)
{
	return a->offset == b->offset && a->dst == b->dst && ub_text_eq(a->abbreviation, b->abbreviation);
}

const struct ub_zone *ub_cal_zone_from_changes(struct ub_arena *arena, struct ub_text name,
    struct ub_zone_change before, const struct ub_zone_change *changes, size_t n, struct ub_text rule)
{
	struct ub_zone *zone = UB_NEW(arena, struct ub_zone);
	if (!changes_sound(changes, n) || before.offset < -OFFSET_LIMIT || before.offset > OFFSET_LIMIT)
		return NULL;
	if (rule.len && !cal_tz_rule_parse(ub_text_copy(arena, rule), &zone->rule))
		return NULL;
	zone->name = ub_text_copy(arena, name);
	zone->before = before;
	zone->before.abbreviation = ub_text_copy(arena, before.abbreviation);
	zone->has_rule = rule.len && zone->rule.has_daylight;
	zone->changes = UB_NEW_ARRAY(arena, struct ub_zone_change, n);
	const struct ub_zone_change *last = &zone->before;
	for (size_t i = 0; i < n; i++) {
		struct ub_zone_change change = changes[i];
		/* The rule begins at the last change, even if nothing changes there. */
		if (same(&change, last) && !(zone->has_rule && i + 1 == n))
			continue;
		bool known = ub_text_eq(change.abbreviation, last->abbreviation);
		change.abbreviation = known ? last->abbreviation : ub_text_copy(arena, change.abbreviation);
		zone->changes[zone->n] = change;
		last = &zone->changes[zone->n++];
	}
	return zone;
}

bool ub_cal_zone_rule(const struct ub_zone *zone, struct ub_zone_rule *rule)
{
	const struct tz_rule *tz = &zone->rule;
	if (!zone->has_rule || tz->to_daylight.kind != TZ_MONTH_WEEK || tz->to_standard.kind != TZ_MONTH_WEEK)
		return false;
	const struct tz_day *days[] = { &tz->to_daylight, &tz->to_standard };
	struct ub_zone_switch *switches[] = { &rule->to_daylight, &rule->to_standard };
	for (size_t i = 0; i < UB_COUNT(days); i++) {
		int weekday = days[i]->weekday ? days[i]->weekday : UB_SUNDAY;
		*switches[i] =
		    (struct ub_zone_switch){ days[i]->month, days[i]->week, weekday, days[i]->time };
	}
	rule->standard = tz->standard;
	rule->daylight = tz->daylight;
	rule->standard_name = tz->standard_name;
	rule->daylight_name = tz->daylight_name;
	return true;
}
