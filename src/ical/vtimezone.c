/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

static void draft_offset(struct draft *draft, const char *name, int32_t offset)
{
	int32_t all = offset < 0 ? -offset : offset;
	struct ub_buf value = UB_BUF(draft->arena);
	ub_buf_printf(&value, "%c%02d%02d", offset < 0 ? '-' : '+', all / 3600, all / 60 % 60);
	if (all % 60)
		ub_buf_printf(&value, "%02d", all % 60);
	ub_ical_draft_value(draft, name, "%.*s", UB_ARGS(ub_buf_text(&value)));
}

/* Whether the yearly change happened at `onset`, on the clock before the change. */
static bool is_switch(const struct ub_zone_switch *yearly, struct ub_civil onset)
{
	ub_day day = ub_cal_day(onset.year, onset.month, onset.day);
	bool last = onset.day + 7 > ub_cal_month_days(onset.year, onset.month);
	bool nth = yearly->week == 5 ? last : yearly->week == (onset.day - 1) / 7 + 1;
	return yearly->month == onset.month && nth && yearly->weekday == (int)ub_cal_weekday(day) &&
	       yearly->time == onset.hour * 3600 + onset.minute * 60 + onset.second;
}

static void draft_rule(struct draft *draft, const struct ub_zone_switch *yearly)
{
	static const char *const days[] = { "", "MO", "TU", "WE", "TH", "FR", "SA", "SU" };
	ub_ical_draft_value(draft, "RRULE", "FREQ=YEARLY;BYMONTH=%d;BYDAY=%d%s", yearly->month,
	    yearly->week == 5 ? -1 : yearly->week, days[yearly->weekday]);
}

/* The yearly change with which this period began. NULL: it began with another change. */
static const struct ub_zone_switch *switch_into(
    const struct ub_zone *zone, const struct ub_zone_rule *rule, struct ub_zone_period period)
{
	if (!rule || period.from <= UB_INSTANT_MIN)
		return NULL;
	struct ub_civil onset =
	    ub_cal_civil(ub_cal_utc(), period.from + ub_cal_offset(zone, period.from - 1));
	if (is_switch(&rule->to_daylight, onset))
		return &rule->to_daylight;
	return is_switch(&rule->to_standard, onset) ? &rule->to_standard : NULL;
}

/* `rule`: the zone's rule, if it holds from this period on; else NULL. */
static void draft_observance(struct draft *timezone, const struct ub_zone *zone, struct ub_zone_period period,
    const struct ub_zone_rule *rule)
{
	bool first = period.from <= UB_INSTANT_MIN;
	int32_t before = first ? period.offset : ub_cal_offset(zone, period.from - 1);
	ub_instant from = first ? 0 : period.from; /* without an onset: a time long past */
	struct ub_civil onset = ub_cal_civil(ub_cal_utc(), from + before);
	const struct ub_zone_switch *yearly = switch_into(zone, rule, period);
	/* The later clock is daylight saving here, as clients expect, even though Ireland has it the other
	 * way round. */
	const char *name = !first && period.offset > before ? "DAYLIGHT" : "STANDARD";
	struct draft *draft = ub_ical_draft_part(timezone, name);
	ub_ical_draft_value(draft, "DTSTART", "%04d%02d%02dT%02d%02d%02d", onset.year, onset.month, onset.day,
	    onset.hour, onset.minute, onset.second);
	draft_offset(draft, "TZOFFSETFROM", before);
	draft_offset(draft, "TZOFFSETTO", period.offset);
	ub_ical_draft_text(draft, "TZNAME", period.abbreviation);
	if (yearly)
		draft_rule(draft, yearly);
}

static void draft_yearly(struct draft *timezone, const struct ub_zone *zone, struct ub_zone_period period,
    struct ub_zone_period next, const struct ub_zone_rule *rule)
{
	struct ub_zone_period previous = ub_cal_zone_at(zone, period.from - 1);
	draft_observance(timezone, zone, switch_into(zone, rule, previous) ? previous : next, rule);
	draft_observance(timezone, zone, period, rule);
}

void ub_ical_draft_zone(struct draft *calendar, const struct ub_zone *zone, ub_instant start, ub_instant end)
{
	struct ub_zone_rule yearly;
	const struct ub_zone_rule *rule = ub_cal_zone_rule(zone, &yearly) ? &yearly : NULL;
	struct ub_zone_period period = ub_cal_zone_at(zone, start);
	struct ub_zone_period next = ub_cal_zone_at(zone, period.until);
	struct draft *timezone = ub_ical_draft_part(calendar, "VTIMEZONE");
	ub_ical_draft_text(timezone, "TZID", ub_cal_zone_name(zone));
	if (switch_into(zone, rule, period) && switch_into(zone, rule, next)) {
		draft_yearly(timezone, zone, period, next, rule);
	} else {
		draft_observance(timezone, zone, period, NULL);
		for (int n = 1; period.until <= end && n < UB_ICAL_OBSERVANCES; n++) {
			period = ub_cal_zone_at(zone, period.until);
			draft_observance(timezone, zone, period, NULL);
		}
	}
}
