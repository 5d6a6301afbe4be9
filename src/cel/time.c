/* SPDX-License-Identifier: Apache-2.0 */
#include "cel-private.h"

/* Proleptic Gregorian calendar, no leap seconds, as in POSIX and RFC 3339. */

#define NANOS 1000000000

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Days since 1970-01-01 of a civil date. Years count from March here, so that the leap day is the last. */
static int64_t days_from_civil(int64_t year, int month, int day)
{
	year -= month <= 2;
	int64_t era = floor_div(year, 400);
	int64_t of_era = year - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

struct clock cel_time_clock(int64_t seconds)
{
	int64_t days = floor_div(seconds, 86400);
	int second = (int)(seconds - days * 86400);
	int64_t shifted = days + 719468;
	int64_t era = floor_div(shifted, 146097);
	int64_t of_era = shifted - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t march = (5 * of_year + 2) / 153;
	struct clock clock = {
		.day = (int)(of_year - (153 * march + 2) / 5 + 1),
		.month = (int)(march < 10 ? march + 3 : march - 9),
		.hour = second / 3600,
		.minute = second / 60 % 60,
		.second = second % 60,
		.weekday = (int)(days + 4 - floor_div(days + 4, 7) * 7),
	};
	clock.year = year + era * 400 + (clock.month <= 2);
	clock.year_day = (int)(days - days_from_civil(clock.year, 1, 1));
	return clock;
}

/* Takes n decimal digits at *at. */
static bool take_digits(struct ub_text text, size_t *at, size_t n, int *out)
{
	*out = 0;
	for (; n; n--, ++*at) {
		if (*at >= text.len || text.ptr[*at] < '0' || text.ptr[*at] > '9')
			return false;
		*out = *out * 10 + (text.ptr[*at] - '0');
	}
	return true;
}

static bool take_char(struct ub_text text, size_t *at, const char *any_of)
{
	if (*at >= text.len || !strchr(any_of, text.ptr[*at]) || !text.ptr[*at])
		return false;
	++*at;
	return true;
}

/* Takes .ddd. Digits beyond nanoseconds are dropped. */
static bool take_fraction(struct ub_text text, size_t *at, int *nanos)
{
	int scale = NANOS / 10, digit;
	size_t from = *at;
	*nanos = 0;
	while (take_digits(text, at, 1, &digit)) {
		*nanos += digit * scale;
		scale /= 10;
	}
	return *at > from;
}

static int month_days(int64_t year, int month)
{
	static const signed char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

static bool take_offset(struct ub_text text, size_t *at, int32_t *offset)
{
	int hours, minutes;
	bool west = *at < text.len && text.ptr[*at] == '-';
	if (!take_char(text, at, "+-") || !take_digits(text, at, 2, &hours) || !take_char(text, at, ":") ||
	    !take_digits(text, at, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*offset = (hours * 60 + minutes) * (west ? -60 : 60);
	return true;
}

bool cel_time_parse_timestamp(struct ub_text text, struct ub_cel_value *out)
{
	size_t at = 0;
	int year, month, day, hour, minute, second, nanos = 0;
	int32_t offset = 0;
	if (!take_digits(text, &at, 4, &year) || !take_char(text, &at, "-") ||
	    !take_digits(text, &at, 2, &month) || !take_char(text, &at, "-") ||
	    !take_digits(text, &at, 2, &day) || !take_char(text, &at, "Tt") ||
	    !take_digits(text, &at, 2, &hour) || !take_char(text, &at, ":") ||
	    !take_digits(text, &at, 2, &minute) || !take_char(text, &at, ":") ||
	    !take_digits(text, &at, 2, &second))
		return false;
	if (take_char(text, &at, ".") && !take_fraction(text, &at, &nanos))
		return false;
	if (!take_char(text, &at, "Zz") && !take_offset(text, &at, &offset))
		return false;
	if (at != text.len || month < 1 || month > 12 || day < 1 || day > month_days(year, month) ||
	    hour > 23 || minute > 59 || second > 59)
		return false;
	int64_t seconds =
	    days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset;
	if (seconds < TIMESTAMP_MIN || seconds > TIMESTAMP_MAX)
		return false;
	*out = ub_cel_timestamp(seconds, nanos);
	return true;
}

/* Prints a fraction with its point and without trailing zeros. 0 prints nothing. */
static void print_fraction(struct ub_buf *out, uint32_t nanos)
{
	if (nanos == 0)
		return;
	int digits = 9;
	for (; nanos % 10 == 0; digits--)
		nanos /= 10;
	struct ub_text all = ub_textf(out->arena, "%09u", nanos);
	ub_buf_char(out, '.');
	ub_buf_add(out, ub_text_sub(all, 9 - (size_t)digits, 9));
}

void cel_time_print_timestamp(struct ub_buf *out, struct ub_cel_value timestamp)
{
	struct clock c = cel_time_clock(timestamp.i);
	ub_buf_printf(
	    out, "%04d-%02d-%02dT%02d:%02d:%02d", (int)c.year, c.month, c.day, c.hour, c.minute, c.second);
	print_fraction(out, timestamp.aux);
	ub_buf_char(out, 'Z');
}

void cel_time_print_duration(struct ub_buf *out, struct ub_cel_value duration)
{
	int32_t nanos = ub_cel_nanos(duration);
	uint64_t seconds = (uint64_t)duration.i;
	if (duration.i < 0 || nanos < 0) {
		ub_buf_char(out, '-');
		seconds = 0 - seconds;
		nanos = -nanos;
	}
	ub_buf_printf(out, "%llu", (unsigned long long)seconds);
	print_fraction(out, (uint32_t)nanos);
	ub_buf_char(out, 's');
}

/* The unit at *at in nanoseconds; 0: none. */
static int64_t take_unit(struct ub_text text, size_t *at)
{
	static const struct {
		const char *name;
		int64_t nanos;
	} units[] = { { "ns", 1 }, { "us", 1000 }, { "\xc2\xb5s", 1000 }, { "\xce\xbcs", 1000 },
		{ "ms", 1000000 }, { "s", NANOS }, { "m", INT64_C(60) * NANOS },
		{ "h", INT64_C(3600) * NANOS } };
	struct ub_text rest = ub_text_sub(text, *at, text.len);
	for (size_t i = 0; i < UB_COUNT(units); i++) {
		if (ub_text_starts(rest, ub_text(units[i].name))) {
			*at += strlen(units[i].name);
			return units[i].nanos;
		}
	}
	return 0;
}

/* Takes one span such as "1.5h", and adds it to *seconds and *nanos. *nanos stays below a second. */
static bool take_span(struct ub_text text, size_t *at, int64_t *seconds, int64_t *nanos)
{
	int64_t whole = 0;
	int digit, fraction = 0;
	size_t from = *at;
	while (take_digits(text, at, 1, &digit))
		if (__builtin_mul_overflow(whole, 10, &whole) || __builtin_add_overflow(whole, digit, &whole))
			return false;
	bool any = *at > from;
	if (take_char(text, at, ".") && !take_fraction(text, at, &fraction) && !any)
		return false;
	if (*at == from)
		return false;
	int64_t unit = take_unit(text, at);
	if (unit == 0)
		return false;
	int64_t whole_seconds, per_second = unit < NANOS ? NANOS / unit : 1;
	*nanos += whole % per_second * unit % NANOS;
	/* No overflow: the fraction is below 10^9, and the unit is at most an hour. */
	*nanos += unit < NANOS ? (int64_t)fraction * unit / NANOS : (int64_t)fraction * (unit / NANOS);
	if (__builtin_mul_overflow(whole / per_second, unit < NANOS ? 1 : unit / NANOS, &whole_seconds) ||
	    __builtin_add_overflow(*seconds, whole_seconds, seconds) ||
	    __builtin_add_overflow(*seconds, *nanos / NANOS, seconds))
		return false;
	*nanos %= NANOS;
	return true;
}

bool cel_time_duration_fits(int64_t seconds, int64_t nanos)
{
	int64_t total;
	return !__builtin_mul_overflow(seconds, NANOS, &total) &&
	       !__builtin_add_overflow(total, nanos, &total);
}

bool cel_time_parse_duration(struct ub_text text, struct ub_cel_value *out)
{
	size_t at = 0;
	int64_t seconds = 0, nanos = 0;
	bool negative = text.len && text.ptr[0] == '-';
	take_char(text, &at, "+-");
	if (ub_text_is(ub_text_sub(text, at, text.len), "0")) {
		*out = ub_cel_duration(0, 0);
		return true;
	}
	do {
		if (!take_span(text, &at, &seconds, &nanos))
			return false;
	} while (at < text.len);
	if (!cel_time_duration_fits(seconds, nanos))
		return false;
	*out =
	    negative ? ub_cel_duration(-seconds, (int32_t)-nanos) : ub_cel_duration(seconds, (int32_t)nanos);
	return true;
}

bool cel_time_parse_offset(struct ub_text text, int32_t *out)
{
	size_t at = 0;
	*out = 0;
	if (ub_text_is(text, "UTC") || ub_text_is(text, "Z") || ub_text_is(text, ""))
		return true;
	if (text.len == 5 && text.ptr[2] == ':') {
		int hours, minutes;
		at = 3;
		if (!take_digits(text, &at, 2, &minutes))
			return false;
		at = 0;
		if (!take_digits(text, &at, 2, &hours) || hours > 23 || minutes > 59)
			return false;
		*out = (hours * 60 + minutes) * 60;
		return true;
	}
	return take_offset(text, &at, out) && at == text.len;
}
