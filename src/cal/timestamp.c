/* SPDX-License-Identifier: Apache-2.0 */
#include "cal-private.h"

/* Takes exactly n digits off the front of *rest. */
static bool digits(struct ub_text *rest, size_t n, int *value)
{
	if (rest->len < n)
		return false;
	*value = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned digit = (unsigned char)rest->ptr[i] - '0';
		if (digit > 9)
			return false;
		*value = *value * 10 + (int)digit;
	}
	*rest = ub_text_sub(*rest, n, rest->len);
	return true;
}

static bool one_of(struct ub_text *rest, const char *chars)
{
	for (; rest->len && *chars; chars++)
		if (rest->ptr[0] == *chars) {
			*rest = ub_text_sub(*rest, 1, rest->len);
			return true;
		}
	return false;
}

static bool full_date(struct ub_text *rest, struct ub_civil *civil)
{
	return digits(rest, 4, &civil->year) && one_of(rest, "-") && digits(rest, 2, &civil->month) &&
	       one_of(rest, "-") && digits(rest, 2, &civil->day);
}

static bool hour_minute(struct ub_text *rest, struct ub_civil *civil)
{
	return digits(rest, 2, &civil->hour) && one_of(rest, ":") && digits(rest, 2, &civil->minute);
}

static bool fraction(struct ub_text *rest, int32_t *nanoseconds)
{
	int32_t unit = 100000000;
	int digit;
	*nanoseconds = 0;
	if (!one_of(rest, "."))
		return true;
	size_t before = rest->len;
	while (unit && digits(rest, 1, &digit)) {
		*nanoseconds += digit * unit;
		unit /= 10;
	}
	return rest->len < before;
}

static bool zone_offset(struct ub_text *rest, int *seconds)
{
	int hours, minutes;
	*seconds = 0;
	if (one_of(rest, "Zz"))
		return true;
	bool west = rest->len && rest->ptr[0] == '-';
	if (!one_of(rest, "+-") || !digits(rest, 2, &hours) || !one_of(rest, ":") ||
	    !digits(rest, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*seconds = (hours * 60 + minutes) * (west ? -60 : 60);
	return true;
}

bool ub_cal_parse_rfc3339(struct ub_text text, ub_instant *instant, int32_t *nanoseconds)
{
	struct ub_civil civil = { 0 };
	int offset;
	int32_t nano;
	bool form = full_date(&text, &civil) && one_of(&text, "Tt ") && hour_minute(&text, &civil) &&
		    one_of(&text, ":") && digits(&text, 2, &civil.second) && fraction(&text, &nano) &&
		    zone_offset(&text, &offset) && text.len == 0;
	if (!form || !ub_cal_civil_valid(civil))
		return false;
	*instant = cal_wall_seconds(civil) - offset;
	if (nanoseconds)
		*nanoseconds = nano;
	return *instant >= UB_INSTANT_MIN && *instant <= UB_INSTANT_MAX;
}

bool ub_cal_parse_civil(struct ub_text text, struct ub_civil *civil, bool *has_time)
{
	text = ub_text_trim(text);
	*civil = (struct ub_civil){ 0 };
	if (!full_date(&text, civil))
		return false;
	bool time = text.len > 0;
	if (time && (!one_of(&text, "Tt ") || !hour_minute(&text, civil)))
		return false;
	if (text.len && (!one_of(&text, ":") || !digits(&text, 2, &civil->second)))
		return false;
	if (has_time)
		*has_time = time;
	return text.len == 0 && ub_cal_civil_valid(*civil);
}

bool ub_cal_parse_date(struct ub_text text, ub_day *day)
{
	struct ub_civil civil;
	bool has_time;
	if (!ub_cal_parse_civil(text, &civil, &has_time) || has_time)
		return false;
	*day = ub_cal_day(civil.year, civil.month, civil.day);
	return true;
}

bool ub_cal_parse_time(struct ub_text text, const struct ub_zone *zone, ub_instant *instant)
{
	struct ub_civil civil;
	if (ub_cal_parse_rfc3339(ub_text_trim(text), instant, NULL))
		return true;
	if (!ub_cal_parse_civil(text, &civil, NULL))
		return false;
	*instant = ub_cal_instant(zone, civil);
	return true;
}

/* Reads the end of "2026-11-09 09:00-10:00", whose date is that of the start. */
static bool same_day_end(struct ub_text text, struct ub_civil start, struct ub_civil *end)
{
	*end = start;
	end->second = 0;
	return hour_minute(&text, end) && text.len == 0 && ub_cal_civil_valid(*end);
}

bool ub_cal_parse_interval(struct ub_text text, const struct ub_zone *zone, struct ub_interval *interval)
{
	text = ub_text_trim(text);
	size_t slash = ub_text_find(text, UB_TEXT("/"), 0);
	if (slash != SIZE_MAX)
		return ub_cal_parse_time(ub_text_sub(text, 0, slash), zone, &interval->start) &&
		       ub_cal_parse_time(ub_text_sub(text, slash + 1, text.len), zone, &interval->end) &&
		       interval->start <= interval->end;
	size_t dash = text.len;
	while (dash > 0 && text.ptr[dash - 1] != '-')
		dash--;
	struct ub_civil start, end;
	bool has_time;
	if (dash == 0 || !ub_cal_parse_civil(ub_text_sub(text, 0, dash - 1), &start, &has_time) ||
	    !has_time || !same_day_end(ub_text_sub(text, dash, text.len), start, &end))
		return false;
	interval->start = ub_cal_instant(zone, start);
	interval->end = ub_cal_instant(zone, end);
	return interval->start <= interval->end;
}

void cal_print_offset(struct ub_buf *out, int32_t offset, bool colon)
{
	int minutes = (offset < 0 ? -offset : offset) / 60;
	ub_buf_printf(
	    out, "%c%02d%s%02d", offset < 0 ? '-' : '+', minutes / 60, colon ? ":" : "", minutes % 60);
}

void ub_cal_print_rfc3339(struct ub_buf *out, const struct ub_zone *zone, ub_instant instant)
{
	int32_t offset = ub_cal_offset(zone, instant);
	bool utc = offset % 60 != 0; /* local mean time has an offset that cannot be written */
	struct ub_civil c = cal_wall_civil(instant + (utc ? 0 : offset));
	if (c.year < 1 || c.year > 9999) {
		utc = true;
		c = cal_wall_civil(instant);
	}
	ub_buf_printf(
	    out, "%04d-%02d-%02dT%02d:%02d:%02d", c.year, c.month, c.day, c.hour, c.minute, c.second);
	if (utc || zone == ub_cal_utc())
		ub_buf_char(out, 'Z');
	else
		cal_print_offset(out, offset, true);
}

void ub_cal_print_date(struct ub_buf *out, ub_day day)
{
	struct ub_civil c = ub_cal_day_civil(day);
	ub_buf_printf(out, "%04d-%02d-%02d", c.year, c.month, c.day);
}
