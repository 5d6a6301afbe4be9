/* SPDX-License-Identifier: Apache-2.0 */
#include "cal-private.h"

#define SPAN_HELP                                                                                            \
	"write for example `15m`, `2h`, `3 business days`; units are s, m, h, d, or minutes, hours, days, "  \
	"weeks, business days"
#define POINT_HELP                                                                                           \
	"write for example `3 business days before start`, `8m before end`, `1 business day after prep.end`"
#define EVERY_HELP "write `day`, `week`, `2 weeks`, `month`, `3 months`, `quarter`, `half-year` or `year`"

static const struct {
	const char *word;
	enum ub_unit unit;
} units[] = {
	{ "s", UB_SECONDS },
	{ "m", UB_MINUTES },
	{ "h", UB_HOURS },
	{ "d", UB_DAYS },
	{ "seconds", UB_SECONDS },
	{ "second", UB_SECONDS },
	{ "minutes", UB_MINUTES },
	{ "minute", UB_MINUTES },
	{ "hours", UB_HOURS },
	{ "hour", UB_HOURS },
	{ "days", UB_DAYS },
	{ "day", UB_DAYS },
	{ "weeks", UB_WEEKS },
	{ "week", UB_WEEKS },
};

/* Periods with the words for one and for several. */
static const struct period {
	const char *one, *several;
	struct ub_every every;
} periods[] = {
	{ "year", "years", { 12, UB_EVERY_MONTH } },
	{ "half-year", "half-years", { 6, UB_EVERY_MONTH } },
	{ "quarter", "quarters", { 3, UB_EVERY_MONTH } },
	{ "month", "months", { 1, UB_EVERY_MONTH } },
	{ "week", "weeks", { 1, UB_EVERY_WEEK } },
	{ "day", "days", { 1, UB_EVERY_DAY } },
};

static struct ub_text from(const struct scan *in, size_t start)
{
	return ub_text_sub(in->text, start, in->at);
}

/* Sets the error over an unknown word, and names the word that was perhaps meant. */
static bool unknown(struct scan *in, struct ub_text word, const struct ub_text *known, size_t n,
    const char *help, const char *what)
{
	struct ub_text near = ub_suggest(word, known, n);
	if (near.len)
		help = ub_textf(in->arena, "did you mean `%.*s`?", UB_ARGS(near)).ptr;
	return cal_scan_fail(in, word, help, "`%.*s` is no %s", UB_ARGS(word), what);
}

static bool number(struct scan *in, const char *help, int32_t *n)
{
	size_t start = in->at;
	struct ub_text digits = cal_scan_digits(in);
	int64_t value = 0;
	if (digits.len == 0) {
		struct ub_text word = cal_scan_word(in);
		if (ub_text_starts(word, UB_TEXT("-")))
			return cal_scan_fail(in, word, "leave the `-` out", "a length of time has no sign");
		return word.len
			   ? cal_scan_fail(in, word, help, "a number is expected, not `%.*s`", UB_ARGS(word))
			   : cal_scan_fail(in, word, help, "a number is expected");
	}
	if (cal_scan_char(in, '.') || cal_scan_char(in, ',')) {
		cal_scan_digits(in);
		return cal_scan_fail(in, from(in, start), "use a smaller unit: `90m` instead of 1.5h",
		    "numbers are whole ones");
	}
	if (!ub_text_to_int(digits, &value) || value > UB_SPAN_MAX)
		return cal_scan_fail(in, digits, "", "the number is larger than %d", UB_SPAN_MAX);
	*n = (int32_t)value;
	return true;
}

static bool business_day(struct scan *in, size_t start)
{
	cal_scan_blanks(in);
	struct ub_text word = cal_scan_letters(in);
	if (ub_text_is(word, "day") || ub_text_is(word, "days"))
		return true;
	return cal_scan_fail(
	    in, ub_text_trim(from(in, start)), SPAN_HELP, "`business` is followed by `day` or `days`");
}

/* Moves over `working days` and other words for business days. */
static bool is_working_day(struct scan *in, struct ub_text word)
{
	static const char *const firsts[] = { "working", "work", "week" };
	static const char *const words[] = { "workdays", "workday", "weekdays", "weekday", "bd", "bds" };
	for (size_t i = 0; i < UB_COUNT(words); i++)
		if (ub_text_is(word, words[i]))
			return true;
	for (size_t i = 0; i < UB_COUNT(firsts); i++) {
		size_t at = in->at;
		if (!ub_text_is(word, firsts[i]))
			continue;
		cal_scan_blanks(in);
		struct ub_text next = cal_scan_letters(in);
		if (ub_text_is(next, "day") || ub_text_is(next, "days"))
			return true;
		in->at = at;
	}
	return false;
}

static bool unit(struct scan *in, enum ub_unit *found)
{
	struct ub_text words[UB_COUNT(units)];
	cal_scan_blanks(in);
	size_t start = in->at;
	struct ub_text word = cal_scan_letters(in);
	if (ub_text_is(word, "business")) {
		*found = UB_BUSINESS_DAYS;
		return business_day(in, start);
	}
	for (size_t i = 0; i < UB_COUNT(units); i++) {
		words[i] = ub_text(units[i].word);
		if (ub_text_eq(word, words[i])) {
			*found = units[i].unit;
			return true;
		}
	}
	if (word.len == 0)
		return cal_scan_fail(in, cal_scan_word(in), SPAN_HELP, "a unit is missing after the number");
	if (is_working_day(in, word))
		return cal_scan_fail(in, from(in, start),
		    "write `3 business days`: the days of the owner's working hours that are no holidays",
		    "`%.*s` is no unit of time", UB_ARGS(from(in, start)));
	return unknown(in, word, words, UB_COUNT(units), SPAN_HELP, "unit of time");
}

static bool span_of(struct scan *in, struct ub_span *span)
{
	cal_scan_blanks(in);
	size_t start = in->at;
	if (!number(in, SPAN_HELP, &span->n) || !unit(in, &span->unit))
		return false;
	if (!cal_scan_at_digit(in))
		return true;
	cal_scan_word(in);
	return cal_scan_fail(
	    in, from(in, start), "use the smaller unit alone: `90m` instead of 1h30m", "a span has one unit");
}

bool ub_cal_parse_span(
    struct ub_arena *arena, struct ub_text text, struct ub_span *span, struct ub_time_error *error)
{
	struct scan in = { .text = text, .arena = arena, .error = error };
	return span_of(&in, span) && cal_scan_end(&in, SPAN_HELP);
}

static bool anchor_name(struct ub_text word, enum ub_anchor *anchor)
{
	static const char *const names[] = { "start", "end", "due" };
	for (size_t i = 0; i < UB_COUNT(names); i++)
		if (ub_text_is(word, names[i])) {
			*anchor = (enum ub_anchor)i;
			return true;
		}
	return false;
}

static bool anchor(struct scan *in, struct ub_point *point)
{
	static const struct ub_text known[] = { { "start", 5 }, { "end", 3 }, { "due", 3 } };
	cal_scan_blanks(in);
	struct ub_text word = cal_scan_word(in);
	size_t dot = word.len;
	while (dot > 0 && word.ptr[dot - 1] != '.')
		dot--;
	struct ub_text name = ub_text_sub(word, dot, word.len);
	point->item = dot ? ub_text_sub(word, 0, dot - 1) : UB_TEXT_NONE;
	if (word.len == 0)
		return cal_scan_fail(in, word, POINT_HELP, "`start` or `end` is missing");
	if (dot == 1)
		return cal_scan_fail(in, word, POINT_HELP, "the name of an item is missing before the dot");
	if (!anchor_name(name, &point->anchor))
		return unknown(in, name.len ? name : word, known, 3, POINT_HELP, "time of a meeting or item");
	if (!dot && point->anchor == UB_AT_DUE)
		return cal_scan_fail(
		    in, word, "name the task: `send-agenda.due`", "only a task has a due time");
	return true;
}

/* Whether the text has a time of day (9:00, 9am) or a day by its name: a point has neither. */
static bool has_clock_time(struct ub_arena *arena, struct ub_text text)
{
	static const char *const names[] = { "today", "tomorrow", "yesterday", "tonight", "noon", "midnight",
		"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "am", "pm" };
	struct ub_text rest = ub_text_lower(arena, text), word;
	for (size_t i = 1; i + 1 < text.len; i++)
		if (text.ptr[i] == ':' && text.ptr[i - 1] >= '0' && text.ptr[i - 1] <= '9' &&
		    text.ptr[i + 1] >= '0' && text.ptr[i + 1] <= '9')
			return true;
	while (ub_text_split(&rest, ' ', &word)) {
		while (word.len && word.ptr[0] >= '0' && word.ptr[0] <= '9')
			word = ub_text_sub(word, 1, word.len);
		for (size_t i = 0; i < UB_COUNT(names); i++)
			if (ub_text_is(word, names[i]))
				return true;
	}
	return false;
}

static bool parse_point(
    struct ub_arena *arena, struct ub_text text, struct ub_point *point, struct ub_time_error *error)
{
	static const struct ub_text sides[] = { { "before", 6 }, { "after", 5 } };
	struct scan in = { .text = text, .arena = arena, .error = error };
	*point = (struct ub_point){ .item = UB_TEXT_NONE };
	cal_scan_blanks(&in);
	if (in.at < text.len && !cal_scan_at_letter(&in)) {
		if (!span_of(&in, &point->span))
			return false;
		cal_scan_blanks(&in);
		struct ub_text word = cal_scan_word(&in);
		point->after = ub_text_is(word, "after");
		if (word.len == 0)
			return cal_scan_fail(&in, word, POINT_HELP, "`before` or `after` is missing");
		if (!point->after && !ub_text_is(word, "before"))
			return unknown(&in, word, sides, 2, POINT_HELP, "`before` or `after`");
	}
	return anchor(&in, point) && cal_scan_end(&in, POINT_HELP);
}

bool ub_cal_parse_point(
    struct ub_arena *arena, struct ub_text text, struct ub_point *point, struct ub_time_error *error)
{
	if (parse_point(arena, text, point, error))
		return true;
	if (has_clock_time(arena, text))
		*error = (struct ub_time_error){ 0, text.len,
			UB_TEXT("a time of day or a date cannot be given: items move with their meeting"),
			UB_TEXT(
			    "count from the meeting or another item, like `1 business day before start`, "
			    "`10m after end`; a window `between: [3 business days before start, 1 business "
			    "day "
			    "before start]` finds a slot in working hours, with `prefer: same-time` at the "
			    "meeting's time of day") };
	return false;
}

static struct ub_text period_word(struct scan *in)
{
	size_t start = in->at;
	cal_scan_letters(in);
	if (cal_scan_char(in, '-'))
		cal_scan_letters(in);
	return from(in, start);
}

bool ub_cal_parse_every(
    struct ub_arena *arena, struct ub_text text, struct ub_every *every, struct ub_time_error *error)
{
	struct scan in = { .text = text, .arena = arena, .error = error };
	struct ub_text words[UB_COUNT(periods) * 2];
	int32_t n = 1;
	cal_scan_blanks(&in);
	size_t start = in.at;
	if (cal_scan_at_digit(&in) && !number(&in, EVERY_HELP, &n))
		return false;
	if (n == 0)
		return cal_scan_fail(&in, from(&in, start), EVERY_HELP, "a period cannot be empty");
	cal_scan_blanks(&in);
	struct ub_text word = period_word(&in);
	if (word.len == 0)
		return cal_scan_fail(&in, cal_scan_word(&in), EVERY_HELP, "a period is missing");
	for (size_t i = 0; i < UB_COUNT(periods); i++) {
		words[2 * i] = ub_text(periods[i].one);
		words[2 * i + 1] = ub_text(periods[i].several);
		if (!ub_text_eq(word, words[2 * i]) && !ub_text_eq(word, words[2 * i + 1]))
			continue;
		*every = (struct ub_every){ n * periods[i].every.n, periods[i].every.unit };
		return cal_scan_end(&in, EVERY_HELP);
	}
	return unknown(&in, word, words, UB_COUNT(words), EVERY_HELP, "period");
}

void ub_cal_print_span(struct ub_buf *out, struct ub_span span)
{
	static const char *const names[] = { [UB_SECONDS] = "second",
		[UB_MINUTES] = "minute",
		[UB_HOURS] = "hour",
		[UB_DAYS] = "day",
		[UB_WEEKS] = "week",
		[UB_BUSINESS_DAYS] = "business day" };
	ub_buf_printf(out, "%d %s%s", span.n, names[span.unit], span.n == 1 ? "" : "s");
}

void ub_cal_print_point(struct ub_buf *out, struct ub_point point)
{
	static const char *const names[] = {
		[UB_AT_START] = "start", [UB_AT_END] = "end", [UB_AT_DUE] = "due"
	};
	if (point.span.n) {
		ub_cal_print_span(out, point.span);
		ub_buf_str(out, point.after ? " after " : " before ");
	}
	if (point.item.len)
		ub_buf_printf(out, "%.*s.", UB_ARGS(point.item));
	ub_buf_str(out, names[point.anchor]);
}

void ub_cal_print_every(struct ub_buf *out, struct ub_every every)
{
	const struct period *found = &periods[0];
	for (size_t i = 0; i < UB_COUNT(periods); i++) {
		const struct ub_every *one = &periods[i].every;
		found = &periods[i];
		/* A number of months is told in months unless it is exactly a quarter,
		 * half a year or years. */
		bool exact = i == 1 || i == 2 ? every.n == one->n : every.n % one->n == 0;
		if (every.unit == one->unit && exact)
			break;
	}
	int n = every.n / found->every.n;
	if (n == 1)
		ub_buf_printf(out, "every %s", found->one);
	else
		ub_buf_printf(out, "every %d %s", n, found->several);
}

void ub_cal_print_seconds(struct ub_buf *out, int64_t seconds)
{
	static const struct {
		int64_t size;
		const char *name;
	} parts[] = { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" }, { 1, "second" } };
	uint64_t rest = seconds < 0 ? 0 - (uint64_t)seconds : (uint64_t)seconds;
	const char *between = "";
	if (seconds < 0)
		ub_buf_str(out, "minus ");
	for (size_t i = 0; i < UB_COUNT(parts); i++) {
		uint64_t n = rest / (uint64_t)parts[i].size;
		bool only = i + 1 == UB_COUNT(parts) && !*between;
		if (n == 0 && !only)
			continue;
		ub_buf_printf(
		    out, "%s%llu %s%s", between, (unsigned long long)n, parts[i].name, n == 1 ? "" : "s");
		rest -= n * (uint64_t)parts[i].size;
		between = " ";
	}
}
