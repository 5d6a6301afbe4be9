/* SPDX-License-Identifier: Apache-2.0 */
#include "cal-private.h"

#define PATTERN_HELP                                                                                         \
	"known are %Y %m %d %e %j %H %I %M %S %p %A %a %B %b %u %V %G %F %T %R %z %:z %Z %%, and `-` after " \
	"the percent sign for no padding, as in %-d"

/* What a moment has to offer to the fields of a pattern. */
struct moment {
	struct ub_civil civil;
	ub_day day;
	struct ub_zone_period period;
	enum ub_language language;
	bool unpadded;
};

static void padded(struct ub_buf *out, const struct moment *m, int value, size_t width, char pad)
{
	char digits[12];
	size_t n = 0;
	do
		digits[n++] = (char)('0' + value % 10);
	while ((value /= 10) > 0);
	if (!m->unpadded && n < width)
		ub_buf_pad(out, pad, width - n);
	while (n > 0)
		ub_buf_char(out, digits[--n]);
}

static int iso_year(ub_day day)
{
	int year;
	ub_cal_week(day, &year);
	return year;
}

static int hour12(int hour)
{
	return hour % 12 ? hour % 12 : 12;
}

/* A field that is a number: its letter, its width and how to get the number. */
static bool number_field(struct ub_buf *out, const struct moment *m, char letter)
{
	const struct ub_civil *c = &m->civil;
	switch (letter) {
	case 'Y':
		return padded(out, m, c->year, 4, '0'), true;
	case 'm':
		return padded(out, m, c->month, 2, '0'), true;
	case 'd':
		return padded(out, m, c->day, 2, '0'), true;
	case 'e':
		return padded(out, m, c->day, 2, ' '), true;
	case 'j':
		return padded(out, m, ub_cal_day_of_year(m->day), 3, '0'), true;
	case 'H':
		return padded(out, m, c->hour, 2, '0'), true;
	case 'I':
		return padded(out, m, hour12(c->hour), 2, '0'), true;
	case 'M':
		return padded(out, m, c->minute, 2, '0'), true;
	case 'S':
		return padded(out, m, c->second, 2, '0'), true;
	case 'u':
		return padded(out, m, (int)ub_cal_weekday(m->day), 1, '0'), true;
	case 'V':
		return padded(out, m, ub_cal_week(m->day, NULL), 2, '0'), true;
	case 'G':
		return padded(out, m, iso_year(m->day), 4, '0'), true;
	}
	return false;
}

/* The first n characters (code points). */
static struct ub_text shortened(struct ub_text name, size_t n)
{
	size_t at = 0;
	for (; at < name.len; at++)
		if (((unsigned char)name.ptr[at] & 0xC0) != 0x80 && n-- == 0)
			break;
	return ub_text_sub(name, 0, at);
}

static bool text_field(struct ub_buf *out, const struct moment *m, char letter)
{
	struct ub_text weekday = ub_cal_weekday_name(ub_cal_weekday(m->day), m->language);
	struct ub_text month = ub_cal_month_name(m->civil.month, m->language);
	switch (letter) {
	case 'A':
		return ub_buf_add(out, weekday), true;
	case 'a':
		return ub_buf_add(out, shortened(weekday, m->language == UB_GERMAN ? 2 : 3)), true;
	case 'B':
		return ub_buf_add(out, month), true;
	case 'b':
		/* In French, three letters of June and July are the same. */
		return ub_buf_add(out, shortened(month, m->language == UB_FRENCH ? 4 : 3)), true;
	case 'p':
		return ub_buf_str(out, m->civil.hour < 12 ? "AM" : "PM"), true;
	case 'Z':
		return ub_buf_add(out, m->period.abbreviation), true;
	case 'z':
		return cal_print_offset(out, m->period.offset, false), true;
	case '%':
		return ub_buf_char(out, '%'), true;
	}
	return false;
}

static bool compound_field(struct ub_buf *out, const struct moment *m, char letter)
{
	const struct ub_civil *c = &m->civil;
	switch (letter) {
	case 'F':
		return ub_buf_printf(out, "%04d-%02d-%02d", c->year, c->month, c->day), true;
	case 'T':
		return ub_buf_printf(out, "%02d:%02d:%02d", c->hour, c->minute, c->second), true;
	case 'R':
		return ub_buf_printf(out, "%02d:%02d", c->hour, c->minute), true;
	}
	return false;
}

/* Prints the field whose percent sign stands at `at`. Returns how many bytes of the pattern the field takes;
 * 0: the field is unknown. */
static size_t field(struct ub_buf *out, struct moment *m, struct ub_text rest)
{
	m->unpadded = rest.len > 1 && rest.ptr[0] == '-';
	if (rest.len > 1 && rest.ptr[0] == ':' && rest.ptr[1] == 'z') {
		cal_print_offset(out, m->period.offset, true);
		return 2;
	}
	size_t at = m->unpadded ? 1 : 0;
	if (rest.len <= at)
		return 0;
	char letter = rest.ptr[at];
	bool known = number_field(out, m, letter) ||
		     (!m->unpadded && (text_field(out, m, letter) || compound_field(out, m, letter)));
	return known ? at + 1 : 0;
}

/* Prints the moment. Returns the place of the first field that is unknown, else pattern.len. */
static size_t format(struct ub_buf *out, struct ub_text pattern, struct moment *m, bool stop)
{
	size_t at = 0;
	while (at < pattern.len) {
		size_t percent = ub_text_find(pattern, UB_TEXT("%"), at);
		if (percent == SIZE_MAX)
			percent = pattern.len;
		ub_buf_add(out, ub_text_sub(pattern, at, percent));
		at = percent;
		if (at == pattern.len)
			break;
		size_t taken = field(out, m, ub_text_sub(pattern, at + 1, pattern.len));
		if (taken == 0 && stop)
			return at;
		if (taken == 0)
			ub_buf_char(out, '%');
		at += 1 + taken;
	}
	return pattern.len;
}

static struct moment moment(const struct ub_zone *zone, ub_instant instant, enum ub_language language)
{
	struct moment m = { .period = ub_cal_zone_at(zone, instant), .language = language };
	m.civil = cal_wall_civil(instant + m.period.offset);
	m.day = ub_cal_day(m.civil.year, m.civil.month, m.civil.day);
	return m;
}

bool ub_cal_check_pattern(struct ub_arena *arena, struct ub_text pattern, struct ub_time_error *error)
{
	struct moment m = moment(ub_cal_utc(), 0, UB_ENGLISH);
	struct ub_buf out = UB_BUF(arena);
	size_t at = format(&out, pattern, &m, true);
	if (at == pattern.len)
		return true;
	struct ub_text what = shortened(ub_text_sub(pattern, at, pattern.len), 2);
	*error = (struct ub_time_error){ at, what.len,
		ub_textf(arena, "`%.*s` is no part of a date", UB_ARGS(what)), UB_TEXT(PATTERN_HELP) };
	return false;
}

void ub_cal_format(struct ub_buf *out, struct ub_text pattern, const struct ub_zone *zone, ub_instant instant,
    enum ub_language language)
{
	struct moment m = moment(zone, instant, language);
	format(out, pattern, &m, false);
}
