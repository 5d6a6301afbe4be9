/* SPDX-License-Identifier: Apache-2.0 */
#include "cal-private.h"

#define HOURS_HELP                                                                                           \
	"write for example `Mon-Fri 09:00-17:30`, or `Mon-Thu 09:00-12:00, 13:00-17:30, Fri 09:00-14:00`"

static bool digit(struct scan *in, int *value)
{
	if (in->at >= in->text.len || in->text.ptr[in->at] < '0' || in->text.ptr[in->at] > '9')
		return false;
	*value = *value * 10 + (in->text.ptr[in->at++] - '0');
	return true;
}

/* Reads "9:00", "09:00", "24:00" as minutes. */
static bool clock(struct scan *in, int *minutes)
{
	size_t start = in->at;
	int hour = 0, minute = 0;
	bool form = digit(in, &hour) && (digit(in, &hour), cal_scan_char(in, ':')) && digit(in, &minute) &&
		    digit(in, &minute);
	*minutes = hour * 60 + minute;
	if (form && minute < 60 && *minutes <= 24 * 60)
		return true;
	in->at = start;
	struct ub_text word = cal_scan_piece(in);
	return cal_scan_fail(in, word, HOURS_HELP, "`%.*s` is not a time of day", UB_ARGS(word));
}

static int weekday_of(struct ub_text word)
{
	for (int day = UB_MONDAY; day <= UB_SUNDAY; day++) {
		struct ub_text name = ub_cal_weekday_name((enum ub_weekday)day, UB_ENGLISH);
		if (ub_text_eq_nocase(word, name) || ub_text_eq_nocase(word, ub_text_sub(name, 0, 3)))
			return day;
	}
	return 0;
}

static bool weekday(struct scan *in, int *day)
{
	struct ub_text word = cal_scan_letters(in);
	*day = weekday_of(word);
	if (*day)
		return true;
	if (word.len == 0)
		word = cal_scan_piece(in);
	return cal_scan_fail(in, word, "days are Mon, Tue, Wed, Thu, Fri, Sat, Sun, in English",
	    "`%.*s` is not a day of the week", UB_ARGS(word));
}

/* Reads the days that a part names, as bits by enum ub_weekday. */
static bool day_range(struct scan *in, unsigned *days)
{
	int from, until;
	if (!weekday(in, &from))
		return false;
	until = from;
	if (cal_scan_char(in, '-') && !weekday(in, &until))
		return false;
	*days = 1u << from;
	while (from != until) {
		from = from % 7 + 1;
		*days |= 1u << from;
	}
	return true;
}

static bool add(struct scan *in, struct ub_text piece, struct ub_working_day *day, int from, int until)
{
	size_t place = 0;
	while (place < day->n && day->spans[place].from < from)
		place++;
	bool before = place > 0 && day->spans[place - 1].until > from;
	bool after = place < day->n && day->spans[place].from < until;
	if (before || after)
		return cal_scan_fail(in, piece, "each time of a day can be given once",
		    "these hours overlap others of the same day");
	if (day->n == UB_HOURS_PER_DAY_MAX)
		return cal_scan_fail(
		    in, piece, "", "a day has at most %d stretches of work", UB_HOURS_PER_DAY_MAX);
	for (size_t i = day->n++; i > place; i--)
		day->spans[i] = day->spans[i - 1];
	day->spans[place].from = (int16_t)from;
	day->spans[place].until = (int16_t)until;
	return true;
}

static bool part(struct scan *in, unsigned *days, struct ub_working_hours *hours)
{
	int from, until;
	cal_scan_blanks(in);
	if (cal_scan_at_letter(in) && !day_range(in, days))
		return false;
	cal_scan_blanks(in);
	size_t start = in->at;
	if (*days == 0) {
		struct ub_text word = cal_scan_piece(in);
		return cal_scan_fail(in, word, HOURS_HELP, "the days are missing");
	}
	if (!clock(in, &from))
		return false;
	if (!cal_scan_char(in, '-')) {
		struct ub_text word = cal_scan_piece(in);
		return cal_scan_fail(
		    in, word, HOURS_HELP, "a dash and the end of the working hours are missing");
	}
	if (!clock(in, &until))
		return false;
	struct ub_text times = ub_text_sub(in->text, start, in->at);
	if (until <= from)
		return cal_scan_fail(in, times,
		    "split hours over midnight: `Mon 22:00-24:00, Tue 00:00-06:00`",
		    "the hours end before they begin");
	for (int day = UB_MONDAY; day <= UB_SUNDAY; day++)
		if (*days & 1u << day && !add(in, times, &hours->days[day], from, until))
			return false;
	return true;
}

bool ub_cal_parse_hours(
    struct ub_arena *arena, struct ub_text text, struct ub_working_hours *hours, struct ub_time_error *error)
{
	struct scan in = { .text = text, .arena = arena, .error = error };
	unsigned days = 0;
	*hours = (struct ub_working_hours){ 0 };
	do {
		if (!part(&in, &days, hours))
			return false;
		cal_scan_blanks(&in);
	} while (cal_scan_char(&in, ','));
	return cal_scan_end(&in, HOURS_HELP);
}
