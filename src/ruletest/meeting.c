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
static const struct ub_yaml_field fields[] = {
	{ "title", &ub_yaml_type_any_text, MEETING(title), false, "its title" },
	{ "start", &test_type_time, MEETING(start), false, "when it begins; a date alone: all day" },
	{ "end", &test_type_time, MEETING(end), false, "when it ends" },
	{ "duration", &test_type_length, MEETING(length), false, "how long it is; an hour if not said" },
	{ "time_zone", &test_type_zone, MEETING(zone), false, "the clock that it was made on" },
	{ "internal", &test_type_ours, MEETING(internal), false,
	    "who of us is invited; the first one invites" },
	{ "external", &test_type_guests, MEETING(external), false, "who else is invited" },
	{ "organizer", &test_type_guest, MEETING(organizer), false, "who invites" },
	{ "owner", &test_type_address, MEETING(owner), false,
	    "whose calendar it is in; ours who invites if not said" },
	{ "calendar", &ub_yaml_type_text, MEETING(calendar), false, "the name of that calendar" },
	{ "description", &ub_yaml_type_any_text, MEETING(description), false, "its description" },
	{ "location", &ub_yaml_type_any_text, MEETING(location), false, "where it is" },
	{ "conference", &ub_yaml_type_any_text, MEETING(conference), false, "the address of its video call" },
	{ "url", &ub_yaml_type_any_text, MEETING(url), false, "a page about it" },
	{ "repeats", &type_repeats, MEETING(repeats), false, "how often it repeats" },
	{ "all_day", &ub_yaml_type_bool, MEETING(all_day), false, "whether it is for whole days" },
	{ "private", &ub_yaml_type_bool, MEETING(private), false, "whether it is private" },
	{ "status", &type_status, MEETING(status), false, "whether it takes place" },
	{ "categories", &ub_yaml_type_text_or_list, MEETING(categories), false, "its categories" },
	{ "uid", &ub_yaml_type_text, MEETING(uid), false, "its UID" },
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

int64_t meeting_length(const struct meeting *meeting, const struct ub_zone *zone)
{
	zone = zone_of(meeting, zone);
	if (meeting->end.len)
		return instant_of(meeting->end, zone) - instant_of(meeting->start, zone);
	return meeting->length ? meeting->length : DEFAULT_LENGTH;
}

/* A meeting that is moved keeps its length. */
static bool read_meeting(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct loading *loading = reader->context;
	const struct ub_zone *zone = test_zone(loading->file);
	struct meeting *meeting = out;
	(void)type;
	if (node->kind == UB_YAML_MAP && meeting->end.len && !ub_yaml_get(node, "end")) {
		meeting->length = meeting_length(meeting, zone);
		meeting->end = UB_TEXT_NONE;
	}
	if (!ub_yaml_read(reader, &type_fields, node, meeting))
		return false;
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
	if (meeting_length(meeting, zone) >= 0)
		return true;
	ub_error(reader->diags, "ends-too-early", ub_yaml_first_line(end ? end : node),
	    "the meeting ends before it begins");
	return false;
}

static const struct ub_yaml_type *const forms[] = { &type_fields };
const struct ub_yaml_type test_type_meeting = {
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
	struct ub_civil civil;
	bool has_time = true;
	ub_instant start = instant_of(meeting->start, zone);
	ub_instant end = start + meeting_length(meeting, zone);
	bool date = ub_cal_parse_civil(meeting->start, &civil, &has_time) && !has_time;
	if (date || meeting->all_day) {
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
	static const char *const rules[] = { [UB_REPEATS_DAY] = "DAILY",
		[UB_REPEATS_WEEK] = "WEEKLY",
		[UB_REPEATS_MONTH] = "MONTHLY",
		[UB_REPEATS_YEAR] = "YEARLY" };
	static const char *const states[] = { [UB_STATUS_CONFIRMED] = "CONFIRMED",
		[UB_STATUS_TENTATIVE] = "TENTATIVE",
		[UB_STATUS_CANCELLED] = "CANCELLED" };
	if (meeting->repeats != UB_REPEATS_NOT)
		ub_buf_printf(out, "RRULE:FREQ=%s\r\n", rules[meeting->repeats]);
	if (meeting->status != UB_STATUS_NONE)
		ub_buf_printf(out, "STATUS:%s\r\n", states[meeting->status]);
	if (meeting->private)
		ub_buf_str(out, "CLASS:PRIVATE\r\n");
	for (size_t i = 0; i < meeting->categories.n; i++)
		put(out, "CATEGORIES", meeting->categories.items[i]);
}

struct ub_text meeting_text(const struct meeting *meeting, const struct ub_zone *zone, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	ub_buf_str(&out,
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Upbeat//rule test//EN\r\nBEGIN:VEVENT\r\n"
	    "DTSTAMP:20260101T000000Z\r\n");
	put(&out, "UID", meeting->uid.len ? meeting->uid : UB_TEXT("meeting"));
	put(&out, "SUMMARY", meeting->title.len ? meeting->title : UB_TEXT("Meeting"));
	put(&out, "DESCRIPTION", meeting->description);
	put(&out, "LOCATION", meeting->location);
	put_times(&out, meeting, zone);
	put_link(&out, "URL", meeting->url);
	put_link(&out, "CONFERENCE;VALUE=URI", meeting->conference);
	put_people(&out, meeting);
	put_words(&out, meeting);
	ub_buf_str(&out, "END:VEVENT\r\nEND:VCALENDAR\r\n");
	return ub_buf_text(&out);
}
