/* SPDX-License-Identifier: Apache-2.0 */
#include "cal-private.h"

/* The rest of the string. Every reader below takes its piece off the front. */
struct reader {
	const char *at, *end;
};

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool take(struct reader *in, char c)
{
	if (in->at == in->end || *in->at != c)
		return false;
	in->at++;
	return true;
}

static bool number(struct reader *in, int max, int *value)
{
	const char *start = in->at;
	for (*value = 0; in->at < in->end && *in->at >= '0' && *in->at <= '9'; in->at++) {
		*value = *value * 10 + (*in->at - '0');
		if (*value > max)
			return false;
	}
	return in->at > start;
}

/* Reads "CET" or "<+0330>". */
static bool name(struct reader *in, struct ub_text *text)
{
	bool quoted = take(in, '<');
	const char *start = in->at;
	while (in->at < in->end && (quoted ? *in->at != '>' : letter(*in->at)))
		in->at++;
	*text = ub_text_n(start, (size_t)(in->at - start));
	return text->len >= 3 && (!quoted || take(in, '>'));
}

/* [+-]hh[:mm[:ss]] */
static bool clock(struct reader *in, int max_hours, int32_t *seconds)
{
	bool negative = take(in, '-');
	if (!negative)
		take(in, '+');
	int hours, minutes = 0, rest = 0;
	if (!number(in, max_hours, &hours))
		return false;
	if (take(in, ':') && (!number(in, 59, &minutes) || (take(in, ':') && !number(in, 59, &rest))))
		return false;
	*seconds = hours * 3600 + minutes * 60 + rest;
	if (negative)
		*seconds = -*seconds;
	return true;
}

static bool month_week(struct reader *in, struct tz_day *day)
{
	day->kind = TZ_MONTH_WEEK;
	return number(in, 12, &day->month) && day->month > 0 && take(in, '.') && number(in, 5, &day->week) &&
	       day->week > 0 && take(in, '.') && number(in, 6, &day->weekday);
}

static bool rule_day(struct reader *in, struct tz_day *day)
{
	if (!take(in, ','))
		return false;
	day->time = 2 * 3600;
	if (take(in, 'M')) {
		if (!month_week(in, day))
			return false;
	} else {
		day->kind = take(in, 'J') ? TZ_JULIAN : TZ_ZERO_BASED;
		if (!number(in, 365, &day->day) || (day->kind == TZ_JULIAN && day->day == 0))
			return false;
	}
	return !take(in, '/') || clock(in, 167, &day->time);
}

bool cal_tz_rule_parse(struct ub_text text, struct tz_rule *rule)
{
	struct reader in = { text.ptr, text.ptr + text.len };
	int32_t west;
	*rule = (struct tz_rule){ 0 };
	if (!name(&in, &rule->standard_name) || !clock(&in, 24, &west))
		return false;
	rule->standard = -west;
	if (in.at == in.end)
		return true;
	rule->has_daylight = true;
	if (!name(&in, &rule->daylight_name))
		return false;
	rule->daylight = rule->standard + 3600;
	if (in.at < in.end && *in.at != ',') {
		if (!clock(&in, 24, &west))
			return false;
		rule->daylight = -west;
	}
	return rule_day(&in, &rule->to_daylight) && rule_day(&in, &rule->to_standard) && in.at == in.end;
}

static ub_day day_in_year(const struct tz_day *day, int year)
{
	ub_day new_year = ub_cal_day(year, 1, 1);
	if (day->kind == TZ_ZERO_BASED)
		return new_year + day->day;
	if (day->kind == TZ_JULIAN)
		return new_year + day->day - 1 + (day->day >= 60 && ub_cal_month_days(year, 2) == 29);
	ub_day first = ub_cal_day(year, day->month, 1);
	int to_weekday = (day->weekday - (int)ub_cal_weekday(first) + 7) % 7;
	int of_month = 1 + to_weekday + (day->week - 1) * 7;
	if (of_month > ub_cal_month_days(year, day->month))
		of_month -= 7;
	return first + of_month - 1;
}

static ub_instant switch_in_year(const struct tz_day *day, int year, int32_t offset_before)
{
	return (ub_instant)day_in_year(day, year) * DAY_SECONDS + day->time - offset_before;
}

struct ub_zone_period cal_tz_rule_period(const struct tz_rule *rule, ub_instant instant)
{
	int year = cal_wall_civil(instant + rule->standard).year;
	struct ub_zone_period period = { UB_INSTANT_MIN, UB_INSTANT_MAX + 1, rule->standard, false,
		rule->standard_name };
	bool found = false;
	for (int y = year - 1; y <= year + 1; y++) {
		ub_instant to_daylight = switch_in_year(&rule->to_daylight, y, rule->standard);
		ub_instant to_standard = switch_in_year(&rule->to_standard, y, rule->daylight);
		bool north = to_daylight < to_standard;
		for (int i = 0; i < 2; i++) {
			bool dst = north ? i == 0 : i == 1;
			ub_instant at = dst ? to_daylight : to_standard;
			/* Where two changes meet (daylight time all year long), the later one
			 * in this order holds. */
			if (at > instant) {
				if (at < period.until)
					period.until = at;
			} else if (!found || at >= period.from) {
				found = true;
				period.from = at;
				period.dst = dst;
			}
		}
	}
	if (period.from < UB_INSTANT_MIN)
		period.from = UB_INSTANT_MIN;
	if (period.until > UB_INSTANT_MAX + 1)
		period.until = UB_INSTANT_MAX + 1;
	if (period.dst) {
		period.offset = rule->daylight;
		period.abbreviation = rule->daylight_name;
	}
	return period;
}
