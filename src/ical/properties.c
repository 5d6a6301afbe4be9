/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"
#include "upbeat/sys.h"

#include <string.h>

/*
 * What the lines of a component mean. libical never gets the text: it gets a reduced copy, written here from
 * the index. The copy has the properties and parameters that are read, in one form, and has bounds. So one
 * line of thousands of values or parameters, or what libical takes for something else than the index does,
 * never comes to libical.
 */

/* Lists of times and recurrence rules are not among these: they are read value by value where they count. */
static const struct ub_text names[] = { WORD("UID"), WORD("SUMMARY"), WORD("DESCRIPTION"), WORD("LOCATION"),
	WORD("URL"), WORD("CONFERENCE"), WORD("X-GOOGLE-CONFERENCE"),
	WORD("X-MICROSOFT-SKYPETEAMSMEETINGURL"), WORD("X-MICROSOFT-ONLINEMEETINGCONFLINK"),
	WORD("X-MICROSOFT-ONLINEMEETINGEXTERNALLINK"), WORD("X-MICROSOFT-CDO-ALLDAYEVENT"),
	WORD("X-UPBEAT-ITEM"), WORD("X-UPBEAT-RULE"), WORD("X-UPBEAT-BASE"), WORD("X-UPBEAT-DUE"),
	WORD("X-UPBEAT-GENERATION"), WORD("METHOD"), WORD("PRODID"), WORD("STATUS"), WORD("TRANSP"),
	WORD("CLASS"), WORD("SEQUENCE"), WORD("PERCENT-COMPLETE"), WORD("COMPLETED"), WORD("CATEGORIES"),
	WORD("RELATED-TO"), WORD("ORGANIZER"), WORD("ATTENDEE"), WORD("RECURRENCE-ID"), WORD("DTSTART"),
	WORD("DTEND"), WORD("DUE"), WORD("DURATION"), WORD("TRIGGER"), WORD("TZID") };
/* DELEGATED-TO is not among these, as libical keeps only the first of its addresses. */
static const struct ub_text parameters[] = { WORD("CN"), WORD("PARTSTAT"), WORD("ROLE"), WORD("CUTYPE"),
	WORD("EMAIL"), WORD("TZID"), WORD("RELTYPE"), WORD("FEATURE"), WORD("RELATED"), WORD("RANGE"),
	WORD("ENCODING"), WORD("CHARSET") };

/* The word's place in the list. n: it is not there. */
static size_t among(struct ub_text word, const struct ub_text *list, size_t n)
{
	size_t i = 0;
	while (i < n && !ub_text_eq_nocase(word, list[i]))
		i++;
	return i;
}

/* ---- the reduced copy ---- */

struct copy {
	const struct ub_ical *ical;
	struct properties *properties;
	UB_VEC(struct reduced) lines;    /* as many as there are properties */
	size_t values;                   /* of lists, with empty ones */
	size_t of_name[UB_COUNT(names)]; /* properties of each */
};

static void put_param(struct ub_text name, struct ub_text value, struct ub_buf *out)
{
	ub_buf_printf(out, ";%.*s=\"", UB_ARGS(name));
	for (size_t i = 0; i < value.len; i++)
		ub_buf_char(out, value.ptr[i] == '"' ? '\'' : value.ptr[i]);
	/* libical overlooks a quote behind a backslash, and reads on. */
	ub_buf_str(out, ub_text_ends(value, UB_TEXT("\\")) ? " \"" : "\"");
}

/* Of several parameters of one name the first counts. */
static void put_params(const struct line *line, struct ub_buf *out)
{
	struct ub_text rest = line->params;
	struct param param;
	unsigned seen = 0;
	/* libical lets a zone's name go on to the last colon of the line. */
	bool has_colon = rest.len && ub_text_find(line->value, UB_TEXT(":"), 0) != SIZE_MAX;
	while (ub_ical_next_param(&rest, &param)) {
		size_t which = among(param.name, parameters, UB_COUNT(parameters));
		bool is_zone = ub_text_eq_nocase(param.name, UB_TEXT("TZID"));
		if (which == UB_COUNT(parameters) || seen & 1u << which)
			continue;
		seen |= 1u << which;
		if (param.value.len && !(is_zone && has_colon))
			put_param(parameters[which], param.value, out);
	}
}

/* Whether a trigger is a duration or a point in time. If libical has to find out, it changes a state that all
 * threads share. */
static const char *trigger_type(const struct line *line)
{
	struct ub_text value = ub_text_trim(line->value);
	bool absolute = value.len && value.ptr[0] >= '0' && value.ptr[0] <= '9';
	return absolute ? ";VALUE=DATE-TIME" : ";VALUE=DURATION";
}

/* The parameters that are read, each once and quoted. */
static struct ub_text params_of(const struct line *line, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	if (ub_text_eq_nocase(line->name, UB_TEXT("TRIGGER")))
		ub_buf_str(&out, trigger_type(line));
	if (line->params.len <= UB_ICAL_VALUE_MAX)
		put_params(line, &out);
	return ub_buf_text(&out);
}

/* The beginning of a long value, which ends neither within a character nor within an escape. */
static struct ub_text bounded(struct ub_text value, size_t most)
{
	if (value.len <= most)
		return value;
	while (most > 0 && ((unsigned char)value.ptr[most] & 0xC0) == 0x80)
		most--;
	size_t escapes = 0;
	while (escapes < most && value.ptr[most - 1 - escapes] == '\\')
		escapes++;
	return ub_text_sub(value, 0, most - escapes % 2);
}

/* libical overflows at a number of more digits, and takes what is none for 0. */
static bool is_odd_number(struct ub_text name, struct ub_text value)
{
	int64_t number;
	bool wanted = ub_text_is(name, "SEQUENCE") || ub_text_is(name, "PERCENT-COMPLETE");
	value = ub_text_trim(value);
	return wanted && (value.len > 9 || !ub_text_to_int(value, &number));
}

static bool is_party(struct ub_text name)
{
	return ub_text_is(name, "ATTENDEE") || ub_text_is(name, "ORGANIZER");
}

static void add(struct copy *copy, struct ub_text name, struct ub_text params, const struct line *line,
    struct ub_text value)
{
	struct ub_arena *arena = copy->ical->arena;
	size_t most = ub_text_is(name, "DESCRIPTION") ? UB_ICAL_TEXT_MAX : UB_ICAL_VALUE_MAX;
	struct ub_text shown = bounded(value, most);
	if (ub_text_trim(shown).len == 0 && is_party(name))
		shown = UB_TEXT("mailto:"); /* the parameters may say who is meant */
	else if (ub_text_trim(shown).len == 0)
		return; /* libical calls an empty value an error */
	*ub_push(arena, &copy->lines) =
	    (struct reduced){ name, params, is_odd_number(name, shown) ? UB_TEXT_NONE : shown };
	*ub_push(arena, copy->properties) = (struct property){
		.line = line, .text = ub_ical_repaired(shown, arena), .cut = shown.len < value.len
	};
}

#define LIST_PARAMS_MAX 200

/* libical does not see where a list goes on after an escaped comma. Each value has the parameters, if these
 * are not long. */
static void add_list(struct copy *copy, struct ub_text name, const struct line *line)
{
	struct ub_text rest = line->value, piece, params = params_of(line, copy->ical->arena);
	if (params.len > LIST_PARAMS_MAX)
		params = UB_TEXT_NONE;
	while (copy->values < UB_ICAL_VALUES_MAX && ub_ical_list_next(&rest, &piece)) {
		copy->values++;
		add(copy, name, params, line, piece);
	}
}

static void add_line(struct copy *copy, const struct line *line)
{
	size_t which = among(line->name, names, UB_COUNT(names));
	if (which == UB_COUNT(names))
		return;
	struct ub_text name = names[which];
	size_t before = copy->properties->n;
	size_t most = ub_text_is(name, "ATTENDEE") ? UB_ICAL_PEOPLE_MAX : UB_ICAL_SAME_MAX;
	if (ub_text_is(name, "CATEGORIES"))
		add_list(copy, name, line);
	else if (copy->of_name[which] < most)
		add(copy, name, params_of(line, copy->ical->arena), line, line->value);
	copy->of_name[which] += copy->properties->n - before;
}

/* ---- encodings, which iCalendar texts of old devices have like vCalendar's ---- */

/* RFC 2045 6.7. What is no such triple stays. */
static struct ub_text from_quoted_printable(struct ub_text text, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < text.len; i++) {
		int byte = text.ptr[i] == '=' ? ub_ical_hex(text, i + 1) : -1;
		ub_buf_char(&out, byte < 0 ? text.ptr[i] : (char)byte);
		i += byte < 0 ? 0 : 2;
	}
	return ub_buf_text(&out);
}

static void decode(struct property *property, struct ub_arena *arena)
{
	struct ub_text encoding = ub_ical_property_param(property, "ENCODING"), text = property->text;
	if (property->kind != VALUE_TEXT || (!encoding.len && ub_text_utf8_valid(text)))
		return;
	if (ub_text_eq_nocase(encoding, UB_TEXT("QUOTED-PRINTABLE")))
		text = from_quoted_printable(text, arena);
	else if (encoding.len &&
		 (!ub_text_eq_nocase(encoding, UB_TEXT("BASE64")) || !ub_base64_decode(arena, text, &text)))
		return;
	if (!text.len || !memchr(text.ptr, '\0', text.len)) /* no text has a NUL */
		property->text = ub_sys_utf8(ub_ical_property_param(property, "CHARSET"), text, arena);
}

static struct properties *read_component(const struct ub_ical *ical, size_t component)
{
	struct properties *properties = UB_NEW(ical->arena, struct properties);
	struct copy copy = { .ical = ical, .properties = properties };
	const struct component *of = &ical->components.items[component];
	for (size_t i = of->begin + 1; i < of->end; i++)
		if (ical->lines.items[i].component == component)
			add_line(&copy, &ical->lines.items[i]);
	ub_libical_read(copy.lines.items, properties->items, properties->n, ical->arena);
	for (size_t i = 0; i < properties->n; i++) {
		decode(&properties->items[i], ical->arena);
		properties->items[i].text = ub_ical_repaired(properties->items[i].text, ical->arena);
	}
	return properties;
}

const struct properties *ub_ical_properties(const struct ub_ical *ical, size_t component)
{
	struct component *of = &ical->components.items[component];
	if (!of->properties)
		of->properties = read_component(ical, component);
	return of->properties;
}

const struct property *ub_ical_property(
    const struct ub_ical *ical, size_t component, const char *name, const struct property *after)
{
	const struct properties *properties = ub_ical_properties(ical, component);
	struct ub_text wanted = ub_text(name);
	for (size_t i = after ? (size_t)(after - properties->items) + 1 : 0; i < properties->n; i++)
		if (ub_text_eq_nocase(properties->items[i].line->name, wanted))
			return &properties->items[i];
	return NULL;
}

struct ub_text ub_ical_property_param(const struct property *property, const char *name)
{
	for (size_t i = 0; i < property->params.n; i++)
		if (ub_text_is(property->params.items[i].name, name))
			return property->params.items[i].value;
	return UB_TEXT_NONE;
}
