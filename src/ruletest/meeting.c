/* SPDX-License-Identifier: Apache-2.0 */
#include "ruletest-private.h"

/* A meeting in a few words becomes a calendar object, which is read like any other object. */

enum { DEFAULT_LENGTH = 3600 };

static const struct ub_yaml_word repeats[] = {
	{ "no", UB_REPEATS_NOT, "once" },
	{ "day", UB_REPEATS_DAY, "every day" },
	{ "week", UB_REPEATS_WEEK, "every week" },
	{ "month", UB_REPEATS_MONTH, "every month" },
	{ "year", UB_REPEATS_YEAR, "every year" },
};
static const struct ub_yaml_word statuses[] = {
	{ "confirmed", UB_STATUS_CONFIRMED, "it takes place" },
	{ "tentative", UB_STATUS_TENTATIVE, "it may take place" },
	{ "cancelled", UB_STATUS_CANCELLED, "it does not take place" },
};
static const struct ub_yaml_type type_repeats = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(repeats) };
static const struct ub_yaml_type type_status = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(statuses) };

#define MEETING(member) offsetof(struct meeting, member)
/* What an instance may have for itself. */
#define SHARED_FIELDS                                                                                        \
	{ "title", &ub_yaml_type_any_text, MEETING(title), false, "its title" },                             \
	    { "start", &ruletest_type_time, MEETING(start), false,                                           \
		    "when it begins; a date alone: all day" },                                               \
	    { "end", &ruletest_type_time, MEETING(end), false, "when it ends" },                             \
	    { "duration", &ruletest_type_length, MEETING(length), false,                                     \
		    "how long it is; an hour if not said" },                                                 \
	    { "time_zone", &ruletest_type_zone, MEETING(zone), false, "the clock that it was made on" },     \
	    { "internal", &ruletest_type_ours, MEETING(internal), false,                                     \
		    "who of us is invited; the first one invites" },                                         \
	    { "external", &ruletest_type_guests, MEETING(external), false, "who else is invited" },          \
	    { "organizer", &ruletest_type_guest, MEETING(organizer), false, "who invites" },                 \
	    { "description", &ub_yaml_type_any_text, MEETING(description), false, "its description" },       \
	    { "location", &ub_yaml_type_any_text, MEETING(location), false, "where it is" },                 \
	    { "conference", &ub_yaml_type_any_text, MEETING(conference), false,                              \
		    "the address of its video call" },                                                       \
	    { "url", &ub_yaml_type_any_text, MEETING(url), false, "a page about it" },                       \
	    { "all_day", &ub_yaml_type_bool, MEETING(all_day), false, "whether it is for whole days" },      \
	    { "private", &ub_yaml_type_bool, MEETING(private), false, "whether it is private" },             \
	    { "status", &type_status, MEETING(status), false, "whether it takes place" },                    \
	{                                                                                                    \
		"categories", &ub_yaml_type_text_or_list, MEETING(categories), false, "its categories"       \
	}

static const struct ub_yaml_type type_days = {
	.shape = UB_YAML_ONE_OR_LIST_OF, .item = &ruletest_type_day, .item_size = sizeof(ub_day)
};

/* The meeting comes first, so that the offsets in SHARED_FIELDS fit. */
struct written_instance {
	struct meeting meeting;
	ub_day on;
};

static const struct ub_yaml_field instance_fields[] = {
	{ "on", &ruletest_type_day, offsetof(struct written_instance, on), true,
	    "the day on which the series has it" },
	SHARED_FIELDS,
};
static const struct ub_yaml_type type_instance = { .shape = UB_YAML_FIELDS,
	.noun = "an instance like `{on: 2026-11-19, start: 2026-11-20 10:00}`",
	UB_YAML_TABLE(instance_fields) };
static const struct ub_yaml_type type_instances = UB_YAML_LATER(UB_YAML_LIST_OF, type_instance);

static const struct ub_yaml_field fields[] = {
	SHARED_FIELDS,
	{ "owner", &ruletest_type_address, MEETING(owner), false,
	    "whose calendar it is in; ours who invites if not said" },
	{ "calendar", &ub_yaml_type_text, MEETING(calendar), false, "the name of that calendar" },
	{ "repeats", &type_repeats, MEETING(repeats), false, "how often it repeats" },
	{ "uid", &ub_yaml_type_text, MEETING(uid), false, "its UID" },
	{ "except", &type_days, MEETING(except), false, "days of instances that are left out" },
	{ "instances", &type_instances, MEETING(instances), false, "what is different in some instances" },
};
static const struct ub_yaml_type type_fields = { .shape = UB_YAML_FIELDS, UB_YAML_TABLE(fields) };

static ub_instant instant_of(struct ub_text time, const struct ub_zone *zone)
{
	ub_instant instant = 0;
	return ub_cal_parse_time(time, zone, &instant) ? instant : 0;
}

static const struct ub_zone *zone_of(const struct meeting *meeting, const struct ub_zone *otherwise)
{
	return meeting->zone ? meeting->zone : otherwise;
}

int64_t ruletest_meeting_length(const struct meeting *meeting, const struct ub_zone *zone)
{
	zone = zone_of(meeting, zone);
	if (meeting->end.len)
		return instant_of(meeting->end, zone) - instant_of(meeting->start, zone);
	return meeting->length ? meeting->length : DEFAULT_LENGTH;
}

static bool is_all_day(const struct meeting *meeting)
{
	struct ub_civil civil;
	bool has_time = true;
	bool date = ub_cal_parse_civil(meeting->start, &civil, &has_time) && !has_time;
	return date || meeting->all_day;
}

/* When the meeting begins that day. */
static ub_instant start_on(const struct meeting *meeting, ub_day day, const struct ub_zone *zone)
{
	struct ub_civil date = ub_cal_day_civil(day),
			civil = ub_cal_civil(zone, instant_of(meeting->start, zone));
	civil.year = date.year;
	civil.month = date.month;
	civil.day = date.day;
	return ub_cal_instant(zone, civil);
}

static bool read_instance(
    const struct ub_yaml_reader *reader, const struct ub_yaml_node *node, struct meeting *meeting)
{
	const struct loading *loading = reader->context;
	struct written_instance *written = UB_NEW(reader->arena, struct written_instance);
	const struct ub_zone *zone = zone_of(meeting, ruletest_zone(loading->file));
	written->meeting = *meeting;
	written->meeting.start = written->meeting.end = UB_TEXT_NONE;
	written->meeting.length = ruletest_meeting_length(meeting, zone);
	if (!ub_yaml_read(reader, &type_instance, node, written))
		return false;
	struct meeting *one = &written->meeting;
	if (one->start.len == 0) {
		one->start = ruletest_shown_time(reader->arena, zone, start_on(meeting, written->on, zone));
		one->all_day |= is_all_day(meeting);
	}
	if (ruletest_meeting_length(one, zone) < 0) {
		ub_error(reader->diags, "ends-too-early", ub_yaml_first_line(node),
		    "the instance ends before it begins");
		return false;
	}
	*ub_push(reader->arena, &meeting->changed) = (struct instance){ written->on, one };
	return true;
}

/* Instances that were written in an earlier step are read anew, as they are like the meeting as it is now. */
static bool read_instances(const struct ub_yaml_reader *reader, struct meeting *meeting)
{
	const struct ub_yaml_node *list = meeting->instances;
	meeting->changed.n = meeting->changed.cap = 0;
	meeting->changed.items = NULL;
	if (list && list->kind != UB_YAML_LIST)
		return ub_yaml_expected_kind(reader, list, UB_YAML_LIST, "a list of instances");
	bool good = true;
	for (size_t i = 0; list && i < list->n; i++)
		good &= read_instance(reader, list->items[i], meeting);
	return good;
}

/* A meeting that is moved keeps its length. */
static bool read_meeting(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct loading *loading = reader->context;
	const struct ub_zone *zone = ruletest_zone(loading->file);
	struct meeting *meeting = out;
	(void)type;
	if (node->kind == UB_YAML_MAP && meeting->end.len && !ub_yaml_get(node, "end")) {
		meeting->length = ruletest_meeting_length(meeting, zone);
		meeting->end = UB_TEXT_NONE;
	}
	if (!ub_yaml_read(reader, &type_fields, node, meeting)) {
		if (meeting->start.len) /* its mistakes are told at once, too */
			read_instances(reader, meeting);
		return false;
	}
	if (meeting->start.len == 0) {
		ub_error(reader->diags, "missing-key", ub_yaml_first_line(node), "`start` is missing");
		return false;
	}
	const struct ub_yaml_node *end = ub_yaml_get(node, "end"), *length = ub_yaml_get(node, "duration");
	if (end && length) {
		struct ub_diag *diag = ub_error(reader->diags, "conflict", ub_yaml_first_line(length),
		    "`duration` and `end` say the same");
		ub_diag_set_help(reader->diags, diag, "leave one of them out");
		return false;
	}
	if (ruletest_meeting_length(meeting, zone) >= 0)
		return read_instances(reader, meeting);
	ub_error(reader->diags, "ends-too-early", ub_yaml_first_line(end ? end : node),
	    "the meeting ends before it begins");
	return false;
}

static const struct ub_yaml_type *const forms[] = { &type_fields };
const struct ub_yaml_type ruletest_type_meeting = {
	.shape = UB_YAML_CUSTOM, .read = read_meeting, .any_of = forms, .n_any_of = UB_COUNT(forms)
};

/* ---- the calendar object (RFC 5545) ---- */

static void put(struct ub_buf *out, const char *name, struct ub_text value)
{
	if (value.len == 0)
		return;
	ub_buf_printf(out, "%s:", name);
	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];
		if (c == '\n') {
			ub_buf_str(out, "\\n");
			continue;
		}
		if (c == '\\' || c == ',' || c == ';')
			ub_buf_char(out, '\\');
		ub_buf_char(out, c);
	}
	ub_buf_str(out, "\r\n");
}

/* The value is a URI and so not escaped (RFC 5545 3.3.13). It ends at the end of its line. */
static void put_link(struct ub_buf *out, const char *name, struct ub_text link)
{
	struct ub_text line = UB_TEXT_NONE;
	if (link.len && ub_text_split(&link, '\n', &line) && line.len)
		ub_buf_printf(out, "%s:%.*s\r\n", name, UB_ARGS(line));
}

static void put_time(struct ub_buf *out, const char *name, const struct ub_zone *zone, ub_instant instant)
{
	struct ub_civil c = ub_cal_civil(zone, instant);
	ub_buf_printf(out, "%s", name);
	if (zone != ub_cal_utc())
		ub_buf_printf(out, ";TZID=%.*s", UB_ARGS(ub_cal_zone_name(zone)));
	ub_buf_printf(out, ":%04d%02d%02dT%02d%02d%02d%s\r\n", c.year, c.month, c.day, c.hour, c.minute,
	    c.second, zone == ub_cal_utc() ? "Z" : "");
}

static void put_date(struct ub_buf *out, const char *name, const struct ub_zone *zone, ub_instant instant)
{
	struct ub_civil c = ub_cal_civil(zone, instant);
	ub_buf_printf(out, "%s;VALUE=DATE:%04d%02d%02d\r\n", name, c.year, c.month, c.day);
}

static void put_times(struct ub_buf *out, const struct meeting *meeting, const struct ub_zone *zone)
{
	zone = zone_of(meeting, zone);
	ub_instant start = instant_of(meeting->start, zone);
	ub_instant end = start + ruletest_meeting_length(meeting, zone);
	if (is_all_day(meeting)) {
		put_date(out, "DTSTART", zone, start);
		put_date(out, "DTEND", zone, end > start + 86400 ? end : start + 93600);
		return;
	}
	put_time(out, "DTSTART", zone, start);
	put_time(out, "DTEND", zone, end);
}

static void put_guest(struct ub_buf *out, const char *property, const struct guest *guest)
{
	static const char *const kinds[] = { [UB_CUTYPE_ROOM] = ";CUTYPE=ROOM",
		[UB_CUTYPE_RESOURCE] = ";CUTYPE=RESOURCE",
		[UB_CUTYPE_GROUP] = ";CUTYPE=GROUP",
		[UB_CUTYPE_INDIVIDUAL] = "" };
	static const char *const roles[] = { [UB_ROLE_REQUIRED] = "",
		[UB_ROLE_CHAIR] = ";ROLE=CHAIR",
		[UB_ROLE_OPTIONAL] = ";ROLE=OPT-PARTICIPANT",
		[UB_ROLE_NONE] = ";ROLE=NON-PARTICIPANT" };
	static const char *const states[] = { [UB_PARTSTAT_NEEDS_ACTION] = "",
		[UB_PARTSTAT_ACCEPTED] = ";PARTSTAT=ACCEPTED",
		[UB_PARTSTAT_DECLINED] = ";PARTSTAT=DECLINED",
		[UB_PARTSTAT_TENTATIVE] = ";PARTSTAT=TENTATIVE",
		[UB_PARTSTAT_DELEGATED] = ";PARTSTAT=DELEGATED" };
	ub_buf_str(out, property);
	if (guest->name.len && ub_text_find(guest->name, UB_TEXT("\""), 0) == SIZE_MAX)
		ub_buf_printf(out, ";CN=\"%.*s\"", UB_ARGS(guest->name));
	ub_buf_printf(out, "%s%s%s:mailto:%.*s\r\n", kinds[guest->kind], roles[guest->role],
	    states[guest->status], UB_ARGS(guest->address));
}

static void put_people(struct ub_buf *out, const struct meeting *meeting)
{
	const struct guest *organizer = meeting->organizer.address.len ? &meeting->organizer
					: meeting->internal.n          ? &meeting->internal.items[0]
								       : NULL;
	if (organizer)
		put_guest(out, "ORGANIZER", &(struct guest){ organizer->address, organizer->name, 0, 0, 0 });
	for (size_t i = 0; i < meeting->internal.n; i++)
		put_guest(out, "ATTENDEE", &meeting->internal.items[i]);
	for (size_t i = 0; i < meeting->external.n; i++)
		put_guest(out, "ATTENDEE", &meeting->external.items[i]);
}

static void put_words(struct ub_buf *out, const struct meeting *meeting)
{
	static const char *const states[] = { [UB_STATUS_CONFIRMED] = "CONFIRMED",
		[UB_STATUS_TENTATIVE] = "TENTATIVE",
		[UB_STATUS_CANCELLED] = "CANCELLED" };
	if (meeting->status != UB_STATUS_NONE)
		ub_buf_printf(out, "STATUS:%s\r\n", states[meeting->status]);
	if (meeting->private)
		ub_buf_str(out, "CLASS:PRIVATE\r\n");
	for (size_t i = 0; i < meeting->categories.n; i++)
		put(out, "CATEGORIES", meeting->categories.items[i]);
}

/* The start of the instance of that day, as the series has it. */
static void put_day(struct ub_buf *out, const char *name, const struct meeting *series, ub_day day,
    const struct ub_zone *zone)
{
	zone = zone_of(series, zone);
	if (is_all_day(series))
		put_date(out, name, zone, start_on(series, day, zone));
	else
		put_time(out, name, zone, start_on(series, day, zone));
}

static void put_series(struct ub_buf *out, const struct meeting *meeting, const struct ub_zone *zone)
{
	static const char *const rules[] = { [UB_REPEATS_DAY] = "DAILY",
		[UB_REPEATS_WEEK] = "WEEKLY",
		[UB_REPEATS_MONTH] = "MONTHLY",
		[UB_REPEATS_YEAR] = "YEARLY" };
	if (meeting->repeats != UB_REPEATS_NOT)
		ub_buf_printf(out, "RRULE:FREQ=%s\r\n", rules[meeting->repeats]);
	for (size_t i = 0; i < meeting->except.n; i++)
		put_day(out, "EXDATE", meeting, meeting->except.items[i], zone);
}

/* `of`: the day of the instance; NULL: the series itself, or a single meeting. */
static void put_event(
    struct ub_buf *out, const struct meeting *series, const struct instance *of, const struct ub_zone *zone)
{
	const struct meeting *meeting = of ? of->meeting : series;
	ub_buf_str(out, "BEGIN:VEVENT\r\nDTSTAMP:20260101T000000Z\r\n");
	put(out, "UID", series->uid.len ? series->uid : UB_TEXT("meeting"));
	put(out, "SUMMARY", meeting->title.len ? meeting->title : UB_TEXT("Meeting"));
	put(out, "DESCRIPTION", meeting->description);
	put(out, "LOCATION", meeting->location);
	put_times(out, meeting, zone);
	if (of)
		put_day(out, "RECURRENCE-ID", series, of->on, zone);
	else
		put_series(out, series, zone);
	put_link(out, "URL", meeting->url);
	put_link(out, "CONFERENCE;VALUE=URI", meeting->conference);
	put_people(out, meeting);
	put_words(out, meeting);
	ub_buf_str(out, "END:VEVENT\r\n");
}

struct ub_text ruletest_meeting_text(
    const struct meeting *meeting, const struct ub_zone *zone, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	ub_buf_str(&out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Upbeat//rule test//EN\r\n");
	put_event(&out, meeting, NULL, zone);
	for (size_t i = 0; i < meeting->changed.n; i++)
		put_event(&out, meeting, &meeting->changed.items[i], zone);
	ub_buf_str(&out, "END:VCALENDAR\r\n");
	return ub_buf_text(&out);
}

static const struct ub_yaml_type list_of_meetings = {
	.shape = UB_YAML_LIST_OF, .item = &ruletest_type_meeting, .item_size = sizeof(struct meeting)
};
static bool read_met(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	/* A step's list takes the place of the one of the step before. */
	struct step *step = (struct step *)((char *)out - offsetof(struct step, met));
	(void)type;
	step->met.n = step->met.cap = 0;
	step->met.items = NULL;
	return ub_yaml_read(reader, &list_of_meetings, node, out);
}
static const struct ub_yaml_type *const met_forms[] = { &list_of_meetings };
const struct ub_yaml_type ruletest_type_met = {
	.shape = UB_YAML_CUSTOM, .read = read_met, .any_of = met_forms, .n_any_of = 1
};
