/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

static void put_offset(struct ub_buf *out, const char *name, int32_t offset)
{
	int32_t all = offset < 0 ? -offset : offset;
	struct ub_buf line = UB_BUF(out->arena);
	ub_buf_printf(&line, "%s:%c%02d%02d", name, offset < 0 ? '-' : '+', all / 3600, all / 60 % 60);
	if (all % 60)
		ub_buf_printf(&line, "%02d", all % 60);
	ub_ical_fold(out, ub_buf_text(&line));
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

static void put_rule(struct ub_buf *out, const struct ub_zone_switch *yearly)
{
	static const char *const days[] = { "", "MO", "TU", "WE", "TH", "FR", "SA", "SU" };
	ub_ical_put(out, "RRULE:FREQ=YEARLY;BYMONTH=%d;BYDAY=%d%s", yearly->month,
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
static void put_observance(struct ub_buf *out, const struct ub_zone *zone, struct ub_zone_period period,
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
	ub_ical_put(out, "BEGIN:%s", name);
	ub_ical_put(out, "DTSTART:%04d%02d%02dT%02d%02d%02d", onset.year, onset.month, onset.day, onset.hour,
	    onset.minute, onset.second);
	put_offset(out, "TZOFFSETFROM", before);
	put_offset(out, "TZOFFSETTO", period.offset);
	ub_ical_put_text(out, "TZNAME", period.abbreviation);
	if (yearly)
		put_rule(out, yearly);
	ub_ical_put(out, "END:%s", name);
}

static void put_yearly(struct ub_buf *out, const struct ub_zone *zone, struct ub_zone_period period,
    struct ub_zone_period next, const struct ub_zone_rule *rule)
{
	struct ub_zone_period previous = ub_cal_zone_at(zone, period.from - 1);
	put_observance(out, zone, switch_into(zone, rule, previous) ? previous : next, rule);
	put_observance(out, zone, period, rule);
}

void ub_ical_put_zone(struct ub_buf *out, const struct ub_zone *zone, ub_instant start, ub_instant end)
{
	struct ub_zone_rule yearly;
	const struct ub_zone_rule *rule = ub_cal_zone_rule(zone, &yearly) ? &yearly : NULL;
	struct ub_zone_period period = ub_cal_zone_at(zone, start);
	struct ub_zone_period next = ub_cal_zone_at(zone, period.until);
	ub_ical_put(out, "BEGIN:VTIMEZONE");
	ub_ical_put_text(out, "TZID", ub_cal_zone_name(zone));
	if (switch_into(zone, rule, period) && switch_into(zone, rule, next)) {
		put_yearly(out, zone, period, next, rule);
	} else {
		put_observance(out, zone, period, NULL);
		for (int n = 1; period.until <= end && n < UB_ICAL_OBSERVANCES; n++) {
			period = ub_cal_zone_at(zone, period.until);
			put_observance(out, zone, period, NULL);
		}
	}
	ub_ical_put(out, "END:VTIMEZONE");
}
