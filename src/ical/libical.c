/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

#include <libical/ical.h>
#include <stdlib.h>
#include <string.h>

/*
 * The only file that includes libical. libical gets what the index has cut out and bounded: lines of a
 * component, single values, a rule that was found possible. Nothing of libical leaves this file, and no
 * component of libical crosses a thread.
 */

void ub_ical_init(void)
{
	icalerror_set_errors_are_fatal(0);
	(void)icaltimezone_get_utc_timezone();
#if ICAL_CHECK_VERSION(4, 0, 0)
	/* Our bounds come first, and these are for what gets past them. */
	icallimit_set(ICAL_LIMIT_VALUE_CHARS, UB_ICAL_TEXT_MAX + 1);
	icallimit_set(ICAL_LIMIT_PROPERTIES, UB_ICAL_LINES_MAX);
	icallimit_set(ICAL_LIMIT_PARSE_FAILURES, UB_ICAL_LINES_MAX);
	icallimit_set(ICAL_LIMIT_RECURRENCE_SEARCH, UB_SERIES_STEPS_MAX);
#endif
}

/* ---- single values ---- */

/* A short value as a C string. False: it is too long for what is wanted. */
static bool c_string(struct ub_text value, char *out, size_t size)
{
	if (value.len >= size)
		return false;
	if (value.len)
		memcpy(out, value.ptr, value.len);
	out[value.len] = '\0';
	return true;
}

static bool take_time(struct icaltimetype time, struct ub_civil *civil, bool *date, bool *utc)
{
	*civil = (struct ub_civil){ time.year, time.month, time.day, time.hour, time.minute, time.second };
	*date = time.is_date;
	*utc = icaltime_is_utc(time);
	if (civil->second == 60)
		civil->second = 59; /* a leap second (RFC 5545 3.3.12) */
	return !icaltime_is_null_time(time) && ub_cal_civil_valid(*civil);
}

static const char time_form[] = "00000000T000000Z";

/* libical takes blanks and signs for digits, and is content with fewer. It wants what is as long as a time.
 */
static bool has_time_form(struct ub_text value)
{
	for (size_t i = 0; i < value.len && i < sizeof time_form; i++) {
		bool digit = value.ptr[i] >= '0' && value.ptr[i] <= '9';
		if (time_form[i] == '0' ? !digit : value.ptr[i] != time_form[i])
			return false;
	}
	return true;
}

bool ub_libical_time(struct ub_text value, struct ub_civil *civil, bool *date, bool *utc)
{
	char text[sizeof time_form];
	value = ub_text_trim(value);
	*civil = (struct ub_civil){ 0 };
	*date = *utc = false;
	if (!has_time_form(value) || !c_string(value, text, sizeof text))
		return false;
	return take_time(icaltime_from_string(text), civil, date, utc);
}

static bool take_duration(struct icaldurationtype duration, int64_t *days, int64_t *seconds)
{
	int sign = duration.is_neg ? -1 : 1;
	*days = sign * (INT64_C(7) * duration.weeks + duration.days);
	*seconds =
	    sign * (INT64_C(3600) * duration.hours + INT64_C(60) * duration.minutes + duration.seconds);
	/* No event is longer than a century. */
	return !icaldurationtype_is_bad_duration(duration) && llabs(*days) < 36525 &&
	       llabs(*seconds) < 36525 * INT64_C(86400);
}

/* Whether libical neither overflows at the text, nor takes half a duration for a whole one. */
static bool is_whole_duration(const char *text, size_t len)
{
	size_t run = 0;
	for (size_t i = 0; i < len; i++) {
		run = text[i] >= '0' && text[i] <= '9' ? run + 1 : 0;
		if (run > 8)
			return false;
	}
	return len && strchr("WDHMS", text[len - 1]);
}

bool ub_libical_duration(struct ub_text value, int64_t *days, int64_t *seconds)
{
	char text[64];
	value = ub_text_trim(value);
	*days = *seconds = 0;
	return c_string(value, text, sizeof text) && is_whole_duration(text, value.len) &&
	       take_duration(icaldurationtype_from_string(text), days, seconds);
}

/* The value without backslashes that escape nothing (RFC 5545 3.3.11), as in "https\://". libical makes a
 * blank or a control character of such an escape. */
static struct ub_text without_needless(struct ub_text value, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < value.len; i++) {
		bool escape = value.ptr[i] == '\\' && i + 1 < value.len;
		bool needed = escape && memchr("nN,;\\\"", value.ptr[i + 1], 6);
		if (!escape || needed)
			ub_buf_char(&out, value.ptr[i]);
		if (escape)
			ub_buf_char(&out, value.ptr[++i]);
	}
	return ub_buf_text(&out);
}

struct ub_text ub_libical_unescaped(struct ub_text value, struct ub_arena *arena)
{
	if (value.len == 0 || !memchr(value.ptr, '\\', value.len))
		return value;
	struct ub_text needed = without_needless(value, arena);
	icalvalue *read = icalvalue_new_from_string(ICAL_TEXT_VALUE, ub_text_cstr(arena, needed));
	const char *text = read ? icalvalue_get_text(read) : NULL;
	struct ub_text copy = text ? ub_text_copy(arena, ub_text(text)) : value;
	if (read)
		icalvalue_free(read);
	return copy;
}

/* ---- components ---- */

/* The index of a line in the list that was given, which the line bears along. */
#define TAG "X-UPBEAT-LINE"

/* Copies a string of libical's, which the caller has to free, and frees it. */
static struct ub_text taken(char *string, struct ub_arena *arena)
{
	struct ub_text copy = ub_text_copy(arena, ub_text(string));
	free(string);
	return copy;
}

/* The value of a parameter, without its name, quotes, and the carets of RFC 6868. libical keeps it as it is,
 * but for words and lists of words that it knows, and makes blanks and carets of what it prints. */
static struct ub_text param_value(icalparameter *param, struct ub_arena *arena)
{
	const char *kept = icalparameter_get_xvalue(param);
	if (kept)
		return ub_text_copy(arena, ub_text(kept));
	struct ub_text text = taken(icalparameter_as_ical_string_r(param), arena);
	size_t equals = ub_text_find(text, UB_TEXT("="), 0);
	struct ub_text value = ub_text_sub(text, equals == SIZE_MAX ? text.len : equals + 1, text.len);
	bool quoted = value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"';
	return quoted ? ub_text_sub(value, 1, value.len - 1) : value;
}

/* Which of the lines the property comes from. SIZE_MAX: none. */
static size_t tag_of(icalproperty *property)
{
	icalparameter *first = icalproperty_get_first_parameter(property, ICAL_X_PARAMETER);
	const char *tag = first ? icalparameter_get_xvalue(first) : NULL;
	int64_t number;
	return tag && ub_text_to_int(ub_text(tag), &number) && number >= 0 ? (size_t)number : SIZE_MAX;
}

/* Times and durations pass the same gates as single values. */
static void read_value(
    const icalproperty *from, struct ub_text written, struct property *to, struct ub_arena *arena)
{
	icalvalue *value = icalproperty_get_value(from);
	switch (value ? icalvalue_isa(value) : ICAL_NO_VALUE) {
	case ICAL_NO_VALUE:
		return;
	case ICAL_DURATION_VALUE:
		if (ub_libical_duration(written, &to->days, &to->seconds))
			to->kind = VALUE_DURATION;
		return;
	case ICAL_DATE_VALUE:
	case ICAL_DATETIME_VALUE:
		if (ub_libical_time(written, &to->civil, &to->date, &to->utc))
			to->kind = VALUE_TIME;
		return;
	case ICAL_TEXT_VALUE:
		to->text = ub_text_copy(arena, ub_text(icalvalue_get_text(value)));
		break;
	case ICAL_X_VALUE:
		to->text = ub_text_copy(arena, ub_text(icalvalue_get_x(value)));
		break;
	default:
		to->text = taken(icalvalue_as_ical_string_r(value), arena);
	}
	to->kind = VALUE_TEXT;
}

static void read_params(icalproperty *from, struct property *to, struct ub_arena *arena)
{
	for (icalparameter *param = icalproperty_get_first_parameter(from, ICAL_ANY_PARAMETER); param;
	     param = icalproperty_get_next_parameter(from, ICAL_ANY_PARAMETER)) {
		icalparameter_kind kind = icalparameter_isa(param);
		if (kind != ICAL_X_PARAMETER)
			*ub_push(arena, &to->params) =
			    (struct param){ ub_text(icalparameter_kind_to_string(kind)),
				    param_value(param, arena) };
	}
}

/* No getter of the component is called in this loop, as those move the iterator. */
static void walk(icalcomponent *component, const struct reduced *lines, struct property *properties, size_t n,
    struct ub_arena *arena)
{
	for (icalproperty *property = icalcomponent_get_first_property(component, ICAL_ANY_PROPERTY);
	     property; property = icalcomponent_get_next_property(component, ICAL_ANY_PROPERTY)) {
		size_t at = tag_of(property);
		if (at >= n || icalproperty_isa(property) == ICAL_XLICERROR_PROPERTY ||
		    properties[at].kind != VALUE_UNREAD)
			continue;
		read_value(property, lines[at].value, &properties[at], arena);
		read_params(property, &properties[at], arena);
	}
}

/* The line as libical gets it: its tag comes first, so that no parameter can hide it. */
static icalcomponent *add_line(icalparser *parser, struct ub_arena *arena, struct ub_text line)
{
	/* icalparser_add_line() may write to the line. */
	return icalparser_add_line(parser, ub_text_cstr(arena, line));
}

/* The value as libical gets it. */
static struct ub_text value_for(const struct reduced *line, struct ub_arena *arena)
{
	if (!memchr(line->value.ptr, '\\', line->value.len))
		return line->value;
	icalproperty_kind property = icalproperty_string_to_kind(ub_text_cstr(arena, line->name));
	icalvalue_kind kind = icalproperty_kind_to_value_kind(property);
	bool has_escapes = kind == ICAL_TEXT_VALUE || kind == ICAL_X_VALUE || kind == ICAL_URI_VALUE;
	return has_escapes ? without_needless(line->value, arena) : line->value;
}

/* Lines that libical gets at once. To drop what it cannot read, it goes through all properties before. */
#define PORTION 200

/* The properties of all components are read alike. */
static void read_portion(icalparser *parser, const struct reduced *lines, struct property *properties,
    size_t from, size_t to, struct ub_arena *arena)
{
	add_line(parser, arena, UB_TEXT("BEGIN:VEVENT"));
	for (size_t i = from; i < to; i++)
		if (lines[i].value.len)
			add_line(parser, arena,
			    ub_textf(arena, "%.*s;" TAG "=%zu%.*s:%.*s", UB_ARGS(lines[i].name), i,
				UB_ARGS(lines[i].params), UB_ARGS(value_for(&lines[i], arena))));
	icalcomponent *component = add_line(parser, arena, UB_TEXT("END:VEVENT"));
	if (!component)
		return;
	walk(component, lines, properties, to, arena);
	icalcomponent_free(component);
}

void ub_libical_read(
    const struct reduced *lines, struct property *properties, size_t n, struct ub_arena *arena)
{
	icalparser *parser = icalparser_new();
	if (!parser)
		return;
	for (size_t i = 0; i < n; i += PORTION)
		read_portion(parser, lines, properties, i, n - i < PORTION ? n : i + PORTION, arena);
	icalparser_free(parser);
}

/* ---- rules ---- */

/* The numbers of a part of a rule, such as BYMONTH. */
struct part {
	const short *items;
	size_t n;
	bool full; /* libical has written past its end, into the part behind it */
};

#if ICAL_CHECK_VERSION(4, 0, 0)

#define PART(rule, name, NAME)                                                                               \
	((struct part){ (rule)->by[ICAL_BY_##NAME].data, (size_t)(rule)->by[ICAL_BY_##NAME].size, false })

static struct icalrecurrencetype *parse_rule(const char *text)
{
	return icalrecurrencetype_new_from_string(text);
}

static void free_rule(struct icalrecurrencetype *rule)
{
	if (rule)
		icalrecurrencetype_unref(rule);
}

static icalrecur_iterator *begin_at(struct icalrecurrencetype *rule, struct icaltimetype start)
{
	return icalrecur_iterator_new(rule, start);
}

#else

#define PART(rule, name, NAME) part_of((rule)->by_##name, UB_COUNT((rule)->by_##name))

/* A part that is full has no mark at its end. */
static struct part part_of(const short *items, size_t most)
{
	size_t n = 0;
	while (n < most && items[n] != ICAL_RECURRENCE_ARRAY_MAX)
		n++;
	return (struct part){ items, n, n == most };
}

static struct icalrecurrencetype *parse_rule(const char *text)
{
	struct icalrecurrencetype *rule = malloc(sizeof *rule);
	if (rule)
		*rule = icalrecurrencetype_from_string(text);
	return rule;
}

static void free_rule(struct icalrecurrencetype *rule)
{
	if (rule)
		free(rule->rscale);
	free(rule);
}

static icalrecur_iterator *begin_at(struct icalrecurrencetype *rule, struct icaltimetype start)
{
	return icalrecur_iterator_new(*rule, start);
}

#endif

/* The numbers as bits; those below zero go to *from_end. False: one is out of range. */
static bool take_bits(struct part part, int low, int high, uint64_t *set, uint64_t *from_end)
{
	if (part.full)
		return false;
	for (size_t i = 0; i < part.n; i++) {
		int n = abs(part.items[i]);
		if (n < low || n > high || (part.items[i] < 0 && !from_end))
			return false;
		*(part.items[i] < 0 ? from_end : set) |= UINT64_C(1) << n;
	}
	return true;
}

static bool take_list(struct part part, int limit, struct numbers *numbers)
{
	if (part.full)
		return false;
	for (size_t i = 0; i < part.n; i++)
		if (part.items[i] == 0 || abs(part.items[i]) > limit ||
		    !ub_ical_numbers_add(numbers, part.items[i]))
			return false;
	return true;
}

/* libical's weeks begin with a Sunday, which is 1. */
static int weekday_of(icalrecurrencetype_weekday weekday)
{
	return ((int)weekday + 5) % 7 + UB_MONDAY;
}

static bool take_weekdays(struct part part, struct numbers *numbers)
{
	if (part.full)
		return false;
	for (size_t i = 0; i < part.n; i++) {
		int ordinal = icalrecurrencetype_day_position(part.items[i]);
		int weekday = weekday_of(icalrecurrencetype_day_day_of_week(part.items[i]));
		if (abs(ordinal) > 53 || !ub_ical_numbers_add(numbers, ordinal * 8 + weekday))
			return false;
	}
	return true;
}

static enum ub_repeats frequency(icalrecurrencetype_frequency frequency)
{
	switch (frequency) {
	case ICAL_DAILY_RECURRENCE:
		return UB_REPEATS_DAY;
	case ICAL_WEEKLY_RECURRENCE:
		return UB_REPEATS_WEEK;
	case ICAL_MONTHLY_RECURRENCE:
		return UB_REPEATS_MONTH;
	case ICAL_YEARLY_RECURRENCE:
		return UB_REPEATS_YEAR;
	default:
		return UB_REPEATS_OTHER;
	}
}

/* Puts a rule in our words. False: it has numbers out of range, or is one of another calendar (RFC 7529). */
static bool take_rule(const struct icalrecurrencetype *theirs, struct rule *rule)
{
	rule->every = frequency(theirs->freq);
	rule->interval = theirs->interval;
	rule->count = theirs->count;
	rule->week_start = (enum ub_weekday)weekday_of(theirs->week_start);
	rule->ends = !icaltime_is_null_time(theirs->until);
	if (theirs->rscale || theirs->skip == ICAL_SKIP_FORWARD || theirs->skip == ICAL_SKIP_BACKWARD ||
	    rule->interval < 1 || rule->count < 0 ||
	    (rule->ends && !take_time(theirs->until, &rule->until, &rule->until_date, &rule->until_utc)))
		return false;
	return take_bits(PART(theirs, month, MONTH), 1, 12, &rule->months, NULL) &&
	       take_bits(PART(theirs, month_day, MONTH_DAY), 1, 31, &rule->days, &rule->days_from_end) &&
	       take_bits(PART(theirs, hour, HOUR), 0, 23, &rule->hours, NULL) &&
	       take_bits(PART(theirs, minute, MINUTE), 0, 59, &rule->minutes, NULL) &&
	       take_bits(PART(theirs, second, SECOND), 0, 59, &rule->seconds, NULL) &&
	       take_list(PART(theirs, year_day, YEAR_DAY), 366, &rule->year_days) &&
	       take_list(PART(theirs, week_no, WEEK_NO), 53, &rule->weeks) &&
	       take_list(PART(theirs, set_pos, SET_POS), 366, &rule->positions) &&
	       take_weekdays(PART(theirs, day, DAY), &rule->weekdays);
}

/* Whether each of the list has something, and no number has more than three digits. */
static bool is_sound_list(struct ub_text list)
{
	struct ub_text piece;
	while (ub_text_split(&list, ',', &piece)) {
		size_t digits = 0;
		for (size_t i = 0; i < piece.len; i++)
			digits += piece.ptr[i] >= '0' && piece.ptr[i] <= '9';
		if (piece.len == 0 || digits > 3)
			return false;
	}
	return true;
}

/* Whether libical takes such a part as it is meant, if it takes it. It makes 0 of nothing, and something else
 * of numbers of many digits. */
static bool is_sound_part(struct ub_text part)
{
	size_t equals = ub_text_find(part, UB_TEXT("="), 0);
	struct ub_text name = ub_text_sub(part, 0, equals);
	struct ub_text value = equals == SIZE_MAX ? UB_TEXT_NONE : ub_text_sub(part, equals + 1, part.len);
	struct ub_civil until;
	bool date, utc;
	int64_t number;
	if (ub_text_eq_nocase(name, UB_TEXT("UNTIL")))
		return ub_libical_time(value, &until, &date, &utc);
	if (ub_text_eq_nocase(name, UB_TEXT("COUNT")))
		return ub_text_to_int(ub_text_trim(value), &number) && number <= INT32_MAX;
	if (ub_text_eq_nocase(name, UB_TEXT("INTERVAL")))
		return ub_text_to_int(ub_text_trim(value), &number) && number <= INT16_MAX;
	return equals == SIZE_MAX || is_sound_list(value);
}

bool ub_libical_rule(struct ub_text text, struct rule *rule)
{
	char buffer[UB_ICAL_RULE_MAX + 1];
	struct ub_text rest = text, part;
	*rule = (struct rule){ 0 };
	if (!c_string(text, buffer, sizeof buffer))
		return false;
	while (ub_text_split(&rest, ';', &part))
		if (!is_sound_part(part))
			return false;
	struct icalrecurrencetype *theirs = parse_rule(buffer);
	bool is_rule = theirs && theirs->freq != ICAL_NO_RECURRENCE && take_rule(theirs, rule);
	free_rule(theirs);
	return is_rule;
}

struct days {
	icalrecur_iterator *iterator;
};

struct days *ub_libical_days(const char *rule, ub_day first, struct ub_arena *arena)
{
	struct ub_civil civil = ub_cal_day_civil(first);
	struct icaltimetype start = {
		.year = civil.year, .month = civil.month, .day = civil.day, .is_date = 1
	};
	struct days *days = UB_NEW(arena, struct days);
	struct icalrecurrencetype *parsed = parse_rule(rule);
	days->iterator = parsed ? begin_at(parsed, start) : NULL;
	free_rule(parsed);
	return days->iterator ? days : NULL;
}

void ub_libical_free_days(struct days *days)
{
	icalrecur_iterator_free(days->iterator);
}

bool ub_libical_next_day(struct days *days, ub_day *day)
{
	struct icaltimetype next = icalrecur_iterator_next(days->iterator);
	if (icaltime_is_null_time(next))
		return false;
	*day = ub_cal_day(next.year, next.month, next.day);
	return true;
}

/* ---- writing ---- */

/* Stand in for an escaped comma or semicolon, as libical escapes neither in a property that may be a list. No
 * text has them. */
#define STANDS_FOR_BACKSLASH '\x1e'
#define STANDS_FOR_COMMA     '\x1f'
#define STANDS_FOR_SEMICOLON '\x1d'

/* The text without control characters, which RFC 5545 allows none of but line feed and tab. */
static const char *printable(const struct draft_line *line, struct ub_arena *arena)
{
	bool is_list = ub_text_is(ub_text(line->name), "CATEGORIES");
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < line->value.len; i++) {
		unsigned char c = (unsigned char)line->value.ptr[i];
		if (is_list && (c == ',' || c == ';')) {
			ub_buf_char(&out, STANDS_FOR_BACKSLASH);
			ub_buf_char(&out, c == ',' ? STANDS_FOR_COMMA : STANDS_FOR_SEMICOLON);
		} else if (c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7F)) {
			ub_buf_char(&out, (char)c);
		}
	}
	return ub_buf_cstr(&out);
}

/* NULL: there is nothing to write. */
static icalvalue *build_value(
    const struct draft_line *line, icalproperty_kind property, struct ub_arena *arena)
{
	const char *value = printable(line, arena);
	if (*value == '\0')
		return NULL;
	icalvalue_kind kind = icalproperty_kind_to_value_kind(property);
	if (line->is_text)
		return property == ICAL_X_PROPERTY ? icalvalue_new_x(value) : icalvalue_new_text(value);
	if (property == ICAL_TRIGGER_PROPERTY && *value >= '0' && *value <= '9')
		kind = ICAL_DATETIME_VALUE; /* libical takes a trigger for a duration */
	return property == ICAL_X_PROPERTY ? icalvalue_new_x(value) : icalvalue_new_from_string(kind, value);
}

static icalproperty *build_property(const struct draft_line *line, struct ub_arena *arena)
{
	icalproperty_kind kind = icalproperty_string_to_kind(line->name);
	icalvalue *value = build_value(line, kind, arena);
	if (!value)
		return NULL;
	icalproperty *property = icalproperty_new(kind);
	if (kind == ICAL_X_PROPERTY)
		icalproperty_set_x_name(property, line->name);
	icalproperty_set_value(property, value);
	for (size_t i = 0; i < line->params.n; i++) {
		const struct param *param = &line->params.items[i];
		icalparameter *made = icalparameter_new_from_value_string(
		    icalparameter_string_to_kind(ub_text_cstr(arena, param->name)),
		    ub_text_cstr(arena, param->value));
		if (made)
			icalproperty_add_parameter(property, made);
	}
	return property;
}

static icalcomponent *build(const struct draft *draft, struct ub_arena *arena)
{
	icalcomponent *component = icalcomponent_new(icalcomponent_string_to_kind(draft->name));
	for (size_t i = 0; i < draft->lines.n; i++) {
		icalproperty *property = build_property(&draft->lines.items[i], arena);
		if (property)
			icalcomponent_add_property(component, property);
	}
	for (size_t i = 0; i < draft->parts.n; i++)
		icalcomponent_add_component(component, build(draft->parts.items[i], arena));
	return component;
}

void ub_libical_print(const struct draft *draft, struct ub_buf *out)
{
	icalcomponent *component = build(draft, out->arena);
	char *text = icalcomponent_as_ical_string_r(component);
	for (char *c = text; *c; c++)
		*c = *c == STANDS_FOR_BACKSLASH   ? '\\'
		     : *c == STANDS_FOR_COMMA     ? ','
		     : *c == STANDS_FOR_SEMICOLON ? ';'
						  : *c;
	ub_buf_str(out, text);
	free(text);
	icalcomponent_free(component);
}
