/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

#include <string.h>

/* Cuts off the parameter before the next semicolon outside of quotes. */
static bool next_param(struct ub_text *rest, struct ub_text *param)
{
	bool quoted = false;
	if (rest->len == 0)
		return false;
	size_t i = 0;
	for (; i < rest->len && (quoted || rest->ptr[i] != ';'); i++)
		if (rest->ptr[i] == '"')
			quoted = !quoted;
	*param = ub_text_sub(*rest, 0, i);
	*rest = ub_text_sub(*rest, i + 1, rest->len);
	return true;
}

/* Undoes RFC 6868: ^n, ^^ and ^' */
static struct ub_text uncaret(struct ub_text value, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	if (value.len == 0 || !memchr(value.ptr, '^', value.len))
		return value;
	for (size_t i = 0; i < value.len; i++) {
		char next = value.ptr[i] == '^' && i + 1 < value.len ? value.ptr[i + 1] : '\0';
		char meant = next == 'n' ? '\n' : next == '^' ? '^' : next == '\'' ? '"' : '\0';
		ub_buf_char(&out, meant ? meant : value.ptr[i]);
		i += meant != '\0';
	}
	return ub_buf_text(&out);
}

struct ub_text ub_ical_raw_param(const struct line *line, const char *name)
{
	struct ub_text rest = line->params, param, wanted = ub_text(name);
	while (next_param(&rest, &param)) {
		size_t equals = ub_text_find(param, UB_TEXT("="), 0);
		if (equals == SIZE_MAX || !ub_text_eq_nocase(ub_text_sub(param, 0, equals), wanted))
			continue;
		struct ub_text value = ub_text_sub(param, equals + 1, param.len);
		if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
			value = ub_text_sub(value, 1, value.len - 1);
		return value;
	}
	return UB_TEXT_NONE;
}

struct ub_text ub_ical_param(const struct line *line, const char *name, struct ub_arena *arena)
{
	return uncaret(ub_ical_raw_param(line, name), arena);
}

/* The length of the UTF-8 character at `at`. 0: no character is there. */
static size_t utf8_length(struct ub_text text, size_t at)
{
	for (size_t n = 1; n <= 4 && n <= text.len - at; n++)
		if (ub_text_utf8_valid(ub_text_sub(text, at, at + n)))
			return n;
	return 0;
}

static struct ub_text repaired(struct ub_text text, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	if (ub_text_utf8_valid(text))
		return text;
	for (size_t at = 0; at < text.len;) {
		size_t n = utf8_length(text, at);
		if (n)
			ub_buf_add(&out, ub_text_sub(text, at, at + n));
		else
			ub_buf_str(&out, "\xEF\xBF\xBD");
		at += n ? n : 1;
	}
	return ub_buf_text(&out);
}

struct ub_text ub_ical_unescaped(struct ub_text value, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	if (value.len == 0 || !memchr(value.ptr, '\\', value.len))
		return value;
	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];
		if (c == '\\' && i + 1 < value.len) {
			c = value.ptr[++i];
			if (c == 'n' || c == 'N')
				c = '\n';
		}
		ub_buf_char(&out, c);
	}
	return ub_buf_text(&out);
}

struct ub_text ub_ical_text(const struct ub_ical *ical, struct ub_text value, struct ub_arena *arena)
{
	value = ub_ical_unescaped(value, arena);
	return ical->utf8 ? value : repaired(value, arena);
}

bool ub_ical_list_next(struct ub_text *rest, struct ub_text *piece)
{
	if (!rest->ptr)
		return false;
	size_t i = 0;
	for (; i < rest->len && rest->ptr[i] != ','; i++)
		if (rest->ptr[i] == '\\')
			i++;
	bool last = i >= rest->len;
	*piece = ub_text_sub(*rest, 0, i);
	*rest = last ? (struct ub_text){ NULL, 0 } : ub_text_sub(*rest, i + 1, rest->len);
	return true;
}

static bool digits(struct ub_text text, size_t at, size_t n, int *value)
{
	*value = 0;
	for (size_t i = at; i < at + n; i++) {
		int digit = i < text.len ? text.ptr[i] - '0' : -1;
		if (digit < 0 || digit > 9)
			return false;
		*value = *value * 10 + digit;
	}
	return true;
}

bool ub_ical_date_time(struct ub_text value, struct ub_civil *civil, bool *date, bool *utc)
{
	value = ub_text_trim(value);
	*civil = (struct ub_civil){ 0 };
	*date = value.len == 8;
	*utc = value.len == 16 && (value.ptr[15] == 'Z' || value.ptr[15] == 'z');
	if (!*date && !*utc && value.len != 15)
		return false;
	bool form = digits(value, 0, 4, &civil->year) && digits(value, 4, 2, &civil->month) &&
		    digits(value, 6, 2, &civil->day);
	if (!*date)
		form = form && (value.ptr[8] == 'T' || value.ptr[8] == 't') &&
		       digits(value, 9, 2, &civil->hour) && digits(value, 11, 2, &civil->minute) &&
		       digits(value, 13, 2, &civil->second);
	if (civil->second == 60)
		civil->second = 59; /* a leap second (RFC 5545 3.3.12) */
	return form && ub_cal_civil_valid(*civil);
}

bool ub_ical_duration(struct ub_text value, int64_t *days, int64_t *seconds)
{
	static const struct {
		char letter;
		bool time;
		int64_t days, seconds;
	} units[] = { { 'W', false, 7, 0 }, { 'D', false, 1, 0 }, { 'H', true, 0, 3600 },
		{ 'M', true, 0, 60 }, { 'S', true, 0, 1 } };
	value = ub_text_trim(value);
	int64_t sign = value.len && value.ptr[0] == '-' ? -1 : 1;
	size_t i = value.len && (value.ptr[0] == '-' || value.ptr[0] == '+');
	bool time = false, any = false;
	*days = *seconds = 0;
	if (i >= value.len || value.ptr[i++] != 'P')
		return false;
	while (i < value.len) {
		if (value.ptr[i] == 'T' && !time) {
			time = true;
			i++;
			continue;
		}
		int64_t n = 0;
		size_t start = i;
		for (; i < value.len && value.ptr[i] >= '0' && value.ptr[i] <= '9' && n < 100000000; i++)
			n = n * 10 + (value.ptr[i] - '0');
		size_t unit = 0;
		while (unit < UB_COUNT(units) &&
		       (i >= value.len || units[unit].letter != value.ptr[i] || units[unit].time != time))
			unit++;
		if (i == start || unit == UB_COUNT(units))
			return false;
		*days += sign * n * units[unit].days;
		*seconds += sign * n * units[unit].seconds;
		any = true;
		i++;
	}
	/* No event is longer than a century. */
	return any && *days > -36525 && *days < 36525 && *seconds > -36525 * INT64_C(86400) &&
	       *seconds < 36525 * INT64_C(86400);
}

bool ub_ical_offset(struct ub_text value, int32_t *seconds)
{
	int hours, minutes, rest = 0;
	value = ub_text_trim(value);
	if ((value.len != 5 && value.len != 7) || (value.ptr[0] != '+' && value.ptr[0] != '-') ||
	    !digits(value, 1, 2, &hours) || !digits(value, 3, 2, &minutes) ||
	    (value.len == 7 && !digits(value, 5, 2, &rest)) || hours > 23 || minutes > 59 || rest > 59)
		return false;
	*seconds = (hours * 3600 + minutes * 60 + rest) * (value.ptr[0] == '-' ? -1 : 1);
	return true;
}

struct ub_civil ub_ical_civil_add(struct ub_civil civil, int64_t seconds)
{
	return ub_cal_civil(ub_cal_utc(), ub_cal_instant(ub_cal_utc(), civil) + seconds);
}

int64_t ub_ical_wall(struct ub_civil civil)
{
	return ub_cal_instant(ub_cal_utc(), civil);
}
