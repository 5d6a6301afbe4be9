/* SPDX-License-Identifier: Apache-2.0 */
#include "agreement.h"

#include <string.h>

#include "upbeat/glance.h"

/* Properties that are read wherever they have a value, and of which type that is. */
static const struct {
	const char *name;
	enum value_kind kind;
} wanted[] = { { "UID", VALUE_TEXT }, { "SUMMARY", VALUE_TEXT }, { "DESCRIPTION", VALUE_TEXT },
	{ "LOCATION", VALUE_TEXT }, { "X-UPBEAT-BASE", VALUE_TEXT }, { "RELATED-TO", VALUE_TEXT },
	{ "DTSTART", VALUE_TIME }, { "DTEND", VALUE_TIME }, { "DUE", VALUE_TIME },
	{ "RECURRENCE-ID", VALUE_TIME } };

static const char *complaint(
    const struct line *line, const char *what, struct ub_text read, struct ub_arena *arena)
{
	return ub_textf(arena, "line %zu, %.*s: %s `%.*s`", line->number, UB_ARGS(line->name), what,
	    UB_ARGS(ub_text_sub(read, 0, 200)))
	    .ptr;
}

/* RFC 5545 3.3.11. An escape that is none there is what stands behind the backslash. libical drops blanks at
 * the beginning. */
static struct ub_text plain(struct ub_text value, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];
		if (c == '\\' && i + 1 < value.len)
			c = strchr("nN", value.ptr[++i]) ? '\n' : value.ptr[i];
		else if (c == '\\')
			continue;
		ub_buf_char(&out, c);
	}
	return ub_buf_text(&out);
}

/* The text with any run of white space as one blank, so that the exceptions above do not count. */
static struct ub_text loose(struct ub_text text, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	text = ub_text_trim(text);
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		if (c > ' ')
			ub_buf_char(&out, (char)c);
		else if (out.len && out.ptr[out.len - 1] != ' ')
			ub_buf_char(&out, ' ');
	}
	return ub_text_trim(ub_buf_text(&out));
}

static bool is_same_text(const struct property *property, struct ub_arena *arena)
{
	struct ub_text own = ub_ical_repaired(plain(property->line->value, arena), arena);
	return property->cut || ub_ical_property_param(property, "ENCODING").len ||
	       ub_ical_property_param(property, "CHARSET").len ||
	       ub_text_eq(loose(property->text, arena), loose(own, arena));
}

static bool is_same_time(const struct property *property, struct ub_arena *arena)
{
	const struct ub_civil *c = &property->civil;
	struct ub_text day = ub_textf(arena, "%04d%02d%02d", c->year, c->month, c->day);
	struct ub_text value = ub_text_trim(property->line->value);
	if (!property->date)
		day = ub_textf(arena, "%.*sT%02d%02d%02d%s", UB_ARGS(day), c->hour, c->minute, c->second,
		    property->utc ? "Z" : "");
	bool leap = value.len >= 15 && ub_text_eq(ub_text_sub(value, 13, 15), UB_TEXT("60"));
	return leap || ub_text_eq(day, value);
}

/* Quotes within a value, carets and blanks aside, and the case, as libical gives words that it knows in upper
 * case. */
static bool is_same_param(const struct property *property, const struct param *param, struct ub_arena *arena)
{
	struct ub_text written = ub_ical_raw_param(property->line, ub_text_cstr(arena, param->name));
	if (ub_text_find(written, UB_TEXT("^"), 0) != SIZE_MAX ||
	    ub_text_find(written, UB_TEXT("\""), 0) != SIZE_MAX ||
	    ub_text_is(property->line->name, "TRIGGER"))
		return true;
	return ub_text_eq_nocase(loose(param->value, arena), loose(written, arena));
}

static const char *check(const struct property *property, enum value_kind kind, struct ub_arena *arena)
{
	if (property->kind == VALUE_TEXT && kind == VALUE_TEXT && !is_same_text(property, arena))
		return complaint(property->line, "its text is read as", property->text, arena);
	if (property->kind == VALUE_TIME && !is_same_time(property, arena))
		return complaint(
		    property->line, "its time is read otherwise than", property->line->value, arena);
	for (size_t i = 0; i < property->params.n; i++)
		if (!is_same_param(property, &property->params.items[i], arena))
			return complaint(
			    property->line, "a parameter is read as", property->params.items[i].value, arena);
	return NULL;
}

static const char *check_component(const struct ub_ical *ical, size_t component, struct ub_arena *arena)
{
	const struct properties *properties = ub_ical_properties(ical, component);
	for (size_t i = 1; i < properties->n; i++)
		if (properties->items[i].line < properties->items[i - 1].line)
			return complaint(properties->items[i].line, "is out of order", UB_TEXT_NONE, arena);
	for (size_t i = 0; i < UB_COUNT(wanted); i++) {
		const struct property *property = NULL;
		size_t n = 0;
		for (const struct line *line = NULL;
		     n < UB_ICAL_SAME_MAX && (line = ub_ical_line(ical, component, wanted[i].name, line));) {
			if (ub_text_trim(line->value).len == 0)
				continue;
			n++;
			property = ub_ical_property(ical, component, wanted[i].name, property);
			if (!property || property->line != line)
				return complaint(line, "is missing", line->value, arena);
			const char *fault = check(property, wanted[i].kind, arena);
			if (fault)
				return fault;
		}
		if (ub_ical_property(ical, component, wanted[i].name, property))
			return complaint(&ical->lines.items[ical->components.items[component].begin],
			    "has more of", ub_text(wanted[i].name), arena);
	}
	return NULL;
}

static bool is_same_when(const struct ub_when *a, const struct ub_when *b)
{
	return a->given == b->given && (!a->given || (a->date == b->date && a->zone == b->zone &&
							 ub_ical_instant(a) == ub_ical_instant(b)));
}

/* What a glance, and a reading of what it has found, says of a lone object. */
static const char *check_lone(
    const struct ub_ical *ical, const struct ub_zones *zones, struct ub_arena *arena)
{
	struct ub_ical_refusal refusal = { .code = "" };
	struct ub_glance glance;
	bool is_lone = ub_glance_is_lone(ical->text, &glance);
	struct ub_text brief = is_lone ? ub_glance_brief(&glance, arena) : ical->text;
	const struct ub_event *lone = ub_ical_lone(brief, zones, arena);
	const struct ub_event *event = is_lone ? ub_ical_event(ical, zones, arena, &refusal) : NULL;
	if (lone && !is_lone)
		return "an object is read as a lone one that is none at a glance";
	if (!lone && ub_ical_lone(ical->text, zones, arena))
		return "a lone object is none in brief";
	if (lone && !event)
		return ub_textf(arena, "a lone object is refused: %s", refusal.code).ptr;
	if (event && (event->organizer || event->n_attendees || event->repeats != UB_REPEATS_NOT ||
			 event->overrides || event->related_to.len || event->marks.item.len ||
			 event->method.len || !ub_text_eq(event->uid, glance.uid)))
		return "an object that is not alone is taken for a lone one";
	bool same = !lone || (lone->component == event->component && ub_text_eq(lone->uid, event->uid) &&
				 ub_text_eq(loose(lone->summary, arena), loose(event->summary, arena)) &&
				 is_same_when(&lone->start, &event->start) &&
				 is_same_when(&lone->end, &event->end) && lone->status == event->status &&
				 lone->class == event->class && lone->transparent == event->transparent);
	return same ? NULL : "a lone object is read otherwise";
}

const char *disagreement(const struct ub_ical *ical, const struct ub_zones *zones, struct ub_arena *arena)
{
	const char *fault = check_lone(ical, zones, arena);
	for (size_t i = 0; i < ical->components.n && !fault; i++)
		fault = check_component(ical, i, arena);
	return fault;
}
