/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

#include <stddef.h>

/* Texts that are taken as written. Of several names, the first one with a value counts. */
static const struct {
	const char *name;
	size_t field;
} texts[] = {
	{ "UID", offsetof(struct ub_event, uid) },
	{ "SUMMARY", offsetof(struct ub_event, summary) },
	{ "DESCRIPTION", offsetof(struct ub_event, description) },
	{ "LOCATION", offsetof(struct ub_event, location) },
	{ "URL", offsetof(struct ub_event, url) },
	{ "X-GOOGLE-CONFERENCE", offsetof(struct ub_event, conference) },
	{ "X-MICROSOFT-SKYPETEAMSMEETINGURL", offsetof(struct ub_event, conference) },
	{ "X-MICROSOFT-ONLINEMEETINGCONFLINK", offsetof(struct ub_event, conference) },
	{ "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK", offsetof(struct ub_event, conference) },
	{ "X-UPBEAT-ITEM", offsetof(struct ub_event, marks.item) },
	{ "X-UPBEAT-RULE", offsetof(struct ub_event, marks.rule) },
	{ "X-UPBEAT-BASE", offsetof(struct ub_event, marks.base) },
};

static struct ub_text text_of(const struct ub_ical *ical, size_t component, const char *name)
{
	const struct property *property = ub_ical_property(ical, component, name, NULL);
	return property ? property->text : UB_TEXT_NONE;
}

/* How good a CONFERENCE is as the link to a meeting (RFC 7986 5.11 and 6.3): one with video, then any page,
 * then any address but a telephone's. */
static int conference_rank(const struct property *property)
{
	struct ub_text features = ub_ical_property_param(property, "FEATURE"), feature;
	struct ub_text value = ub_text_trim(property->text);
	bool page = ub_text_eq_nocase(ub_text_sub(value, 0, 4), UB_TEXT("http"));
	bool telephone = ub_text_eq_nocase(ub_text_sub(value, 0, 4), UB_TEXT("tel:"));
	while (features.len && ub_text_split(&features, ',', &feature))
		if (!telephone && ub_text_eq_nocase(ub_text_trim(feature), UB_TEXT("VIDEO")))
			return page ? 5 : 4;
	return value.len == 0 ? 0 : page ? 3 : telephone ? 1 : 2;
}

/* Of several as good ones the first. */
static void read_conference(struct reader *reader, size_t component, struct ub_event *event)
{
	int best = 0;
	for (const struct property *property = NULL;
	     (property = ub_ical_property(reader->ical, component, "CONFERENCE", property));) {
		int rank = conference_rank(property);
		if (rank <= best)
			continue;
		best = rank;
		event->conference = property->text;
	}
}

static void read_texts(struct reader *reader, size_t component, struct ub_event *event)
{
	read_conference(reader, component, event);
	for (size_t i = 0; i < UB_COUNT(texts); i++) {
		struct ub_text *field = (struct ub_text *)(void *)((char *)event + texts[i].field);
		if (field->len == 0)
			*field = text_of(reader->ical, component, texts[i].name);
	}
	event->uid = ub_text_trim(event->uid);
	event->method = ub_text_trim(text_of(reader->ical, 0, "METHOD"));
	event->prodid = text_of(reader->ical, 0, "PRODID");
}

/* The trimmed value of a property that is one word. */
static struct ub_text word_of(struct reader *reader, size_t component, const char *name)
{
	return ub_text_trim(text_of(reader->ical, component, name));
}

static int64_t number_of(struct reader *reader, size_t component, const char *name)
{
	int64_t value = 0;
	return ub_text_to_int(word_of(reader, component, name), &value) ? value : 0;
}

/* A time of UTC. 0: there is none. */
static int64_t utc_of(struct reader *reader, size_t component, const char *name)
{
	struct ub_civil civil;
	bool date, utc;
	return ub_libical_time(word_of(reader, component, name), &civil, &date, &utc) && utc
		   ? ub_cal_instant(ub_cal_utc(), civil)
		   : 0;
}

static void read_words(struct reader *reader, size_t component, struct ub_event *event)
{
	struct ub_text status = word_of(reader, component, "STATUS");
	struct ub_text transp = word_of(reader, component, "TRANSP");
	int64_t generation = number_of(reader, component, "X-UPBEAT-GENERATION");
	if (ub_text_eq_nocase(status, UB_TEXT("CANCELLED")))
		event->status = UB_STATUS_CANCELLED;
	else if (ub_text_eq_nocase(status, UB_TEXT("TENTATIVE")))
		event->status = UB_STATUS_TENTATIVE;
	else if (ub_text_eq_nocase(status, UB_TEXT("CONFIRMED")))
		event->status = UB_STATUS_CONFIRMED;
	event->completed = ub_text_eq_nocase(status, UB_TEXT("COMPLETED")) ||
			   number_of(reader, component, "PERCENT-COMPLETE") == 100;
	event->completed_at = utc_of(reader, component, "COMPLETED");
	event->class = ub_ical_class(word_of(reader, component, "CLASS"));
	event->transparent = ub_text_eq_nocase(transp, UB_TEXT("TRANSPARENT"));
	event->sequence = number_of(reader, component, "SEQUENCE");
	event->marks.due = utc_of(reader, component, "X-UPBEAT-DUE");
	event->marks.generation = generation > 0 && generation <= INT32_MAX ? (unsigned)generation : 0;
}

static void read_categories(struct reader *reader, size_t component, struct ub_event *event)
{
	for (const struct property *property = NULL;
	     (property = ub_ical_property(reader->ical, component, "CATEGORIES", property));)
		*ub_push(reader->arena, &event->categories) = ub_text_trim(property->text);
}

static void read_parent(struct reader *reader, size_t component, struct ub_event *event)
{
	for (const struct property *property = NULL;
	     (property = ub_ical_property(reader->ical, component, "RELATED-TO", property));) {
		struct ub_text type = ub_ical_property_param(property, "RELTYPE");
		if (type.len && !ub_text_eq_nocase(type, UB_TEXT("PARENT")))
			continue;
		event->related_to = ub_text_trim(property->text);
		return;
	}
}

/* Whether the rule means each such weekday: "FREQ=MONTHLY;BYDAY=MO". */
static bool has_each_weekday(const struct rule *rule)
{
	return rule->weekdays.n && !ub_ical_rule_has_ordinal(&rule->weekdays) && !rule->positions.n &&
	       !rule->weeks.n && !rule->year_days.n && !rule->days && !rule->days_from_end;
}

/* Whether the one instance of a series is written by itself, or may be left out. */
static bool has_exceptions(const struct reader *reader, size_t component, const struct ub_event *event)
{
	return event->overrides || ub_ical_line(reader->ical, component, "EXDATE", NULL) ||
	       ub_ical_line(reader->ical, component, "EXRULE", NULL);
}

/* How often people meet. Every four weeks is monthly for them, and three days of each week are daily. What
 * comes once does not repeat. */
static enum ub_repeats frequency(struct ub_text text, bool exceptions)
{
	struct rule rule;
	if (ub_ical_rule_read(text, &rule))
		return UB_REPEATS_OTHER;
	if (rule.count == 1 && !exceptions)
		return UB_REPEATS_NOT;
	if (rule.every == UB_REPEATS_WEEK && rule.interval == 1 && rule.weekdays.n > 2)
		return UB_REPEATS_DAY;
	int days = rule.every == UB_REPEATS_DAY    ? rule.interval
		   : rule.every == UB_REPEATS_WEEK ? 7 * rule.interval
						   : 0;
	if (days >= 28)
		return UB_REPEATS_MONTH;
	return days >= 7 || (days == 0 && has_each_weekday(&rule)) ? UB_REPEATS_WEEK : rule.every;
}

static bool read_repeats(struct reader *reader, size_t component, struct ub_event *event)
{
	static const char *const names[] = { "RRULE", "EXRULE" };
	for (size_t i = 0; i < UB_COUNT(names); i++)
		for (const struct line *line = NULL;
		     (line = ub_ical_line(reader->ical, component, names[i], line));) {
			if (line->value.len > UB_ICAL_RULE_MAX)
				return ub_ical_refuse(reader->refusal, reader->arena, "rule-too-long",
				    line->number, "the recurrence rule is longer than %d bytes",
				    UB_ICAL_RULE_MAX);
			if (i == 0 && event->repeats == UB_REPEATS_NOT)
				event->repeats =
				    frequency(line->value, has_exceptions(reader, component, event));
		}
	if (event->repeats == UB_REPEATS_NOT && ub_ical_line(reader->ical, component, "RDATE", NULL))
		event->repeats = UB_REPEATS_OTHER;
	return true;
}

/* What is not read as it should be. */
static void read_faults(struct reader *reader, size_t component, struct ub_event *event)
{
	const struct properties *properties = ub_ical_properties(reader->ical, component);
	for (size_t i = 0; i < properties->n; i++) {
		const struct property *property = &properties->items[i];
		const char *what = property->cut ? "is too long: only its beginning is read"
				   : property->kind == VALUE_UNREAD
				       ? "has a value of another type: it is read as it is written"
				       : NULL;
		if (what && event->faults.n < UB_ICAL_FAULTS_MAX)
			*ub_push(reader->arena, &event->faults) =
			    ub_textf(reader->arena, "%.*s in line %zu %s", UB_ARGS(property->line->name),
				property->line->number, what);
	}
}

/* Events come before tasks, and tasks before all other components but time zones. */
static int rank(const struct ub_ical *ical, size_t component)
{
	if (ical->components.items[component].parent != 0 || ub_ical_is(ical, component, "VTIMEZONE"))
		return 0;
	return ub_ical_is(ical, component, "VEVENT") ? 3 : ub_ical_is(ical, component, "VTODO") ? 2 : 1;
}

static bool is_override(const struct ub_ical *ical, size_t component)
{
	return ub_ical_line(ical, component, "RECURRENCE-ID", NULL) != NULL;
}

size_t ub_ical_master(const struct ub_ical *ical)
{
	size_t master = NO_COMPONENT;
	int best = 0;
	bool override = false; /* of the best one so far */
	for (size_t i = 1; i < ical->components.n; i++) {
		int mine = rank(ical, i);
		if (mine > best || (mine && mine == best && override && !is_override(ical, i))) {
			master = i;
			best = mine;
			override = is_override(ical, i);
		}
	}
	return master;
}

static const enum ub_component kinds[] = { UB_COMPONENT_OTHER, UB_COMPONENT_OTHER, UB_COMPONENT_TASK,
	UB_COMPONENT_EVENT };

/* An object has one UID (RFC 4791 4.1). */
static bool one_object(struct reader *reader, struct ub_event *event, size_t master)
{
	const struct ub_ical *ical = reader->ical;
	for (size_t i = 1; i < ical->components.n; i++) {
		if (rank(ical, i) != rank(ical, master))
			continue;
		event->overrides += is_override(ical, i);
		struct ub_text uid = word_of(reader, i, "UID");
		if (ub_text_eq(uid, event->uid))
			continue;
		return ub_ical_refuse(reader->refusal, reader->arena, "several-objects",
		    ical->lines.items[ical->components.items[i].begin].number,
		    "there are components with different UIDs");
	}
	return true;
}

bool ub_ical_is_like(const struct ub_ical *ical, size_t component, size_t master)
{
	return rank(ical, component) == rank(ical, master);
}

struct ub_event *ub_ical_component_event(struct reader *reader, size_t component)
{
	struct ub_event *event = UB_NEW(reader->arena, struct ub_event);
	event->component = kinds[rank(reader->ical, component)];
	event->related_to = UB_TEXT_NONE;
	read_texts(reader, component, event);
	read_words(reader, component, event);
	read_categories(reader, component, event);
	read_parent(reader, component, event);
	ub_ical_people(reader, component, event);
	read_faults(reader, component, event);
	return event;
}

const struct ub_event *ub_ical_event(const struct ub_ical *ical, const struct ub_zones *zones,
    struct ub_arena *arena, struct ub_ical_refusal *refusal)
{
	struct reader reader = { .ical = ical, .zones = zones, .arena = arena, .refusal = refusal };
	size_t master = ub_ical_master(ical);
	if (master == NO_COMPONENT) {
		ub_ical_refuse(refusal, arena, "no-component", 0, "there is no event or task in it");
		return NULL;
	}
	struct ub_event *event = ub_ical_component_event(&reader, master);
	event->override_only = is_override(ical, master);
	if (!one_object(&reader, event, master) || !read_repeats(&reader, master, event) ||
	    !ub_ical_times(&reader, master, event))
		return NULL;
	return event;
}

const struct ub_event *ub_ical_outline(
    const struct ub_ical *ical, const struct ub_zones *zones, struct ub_arena *arena)
{
	struct ub_ical_refusal refusal;
	struct reader reader = { .ical = ical, .zones = zones, .arena = arena, .refusal = &refusal };
	size_t master = ub_ical_master(ical);
	if (master == NO_COMPONENT)
		return NULL;
	struct ub_event *event = ub_ical_component_event(&reader, master);
	ub_ical_written_times(&reader, master, event);
	return event;
}

const struct ub_ical *ub_ical_parse(
    struct ub_arena *arena, struct ub_text text, struct ub_ical_refusal *refusal)
{
	const struct ub_ical *ical = ub_ical_index(arena, text, refusal);
	const struct line *version = ical ? ub_ical_line(ical, 0, "VERSION", NULL) : NULL;
	if (!version || !ub_text_is(ub_text_trim(version->value), "1.0"))
		return ical;
	ub_ical_refuse(
	    refusal, arena, "not-a-calendar", version->number, "it is a vCalendar 1.0, not iCalendar");
	return NULL;
}

const struct ub_event *ub_ical_read(struct ub_text text, const struct ub_zones *zones, struct ub_arena *arena,
    struct ub_ical_refusal *refusal)
{
	const struct ub_ical *ical = ub_ical_parse(arena, text, refusal);
	return ical ? ub_ical_event(ical, zones, arena, refusal) : NULL;
}
