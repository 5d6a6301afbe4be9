/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

struct word {
	const char *word;
	int value;
};

static const struct word cutypes[] = { { "INDIVIDUAL", UB_CUTYPE_INDIVIDUAL }, { "GROUP", UB_CUTYPE_GROUP },
	{ "RESOURCE", UB_CUTYPE_RESOURCE }, { "ROOM", UB_CUTYPE_ROOM }, { "", UB_CUTYPE_INDIVIDUAL }, { 0 } };
static const struct word roles[] = { { "REQ-PARTICIPANT", UB_ROLE_REQUIRED }, { "CHAIR", UB_ROLE_CHAIR },
	{ "OPT-PARTICIPANT", UB_ROLE_OPTIONAL }, { "NON-PARTICIPANT", UB_ROLE_NONE }, { 0 } };
static const struct word partstats[] = { { "NEEDS-ACTION", UB_PARTSTAT_NEEDS_ACTION },
	{ "ACCEPTED", UB_PARTSTAT_ACCEPTED }, { "DECLINED", UB_PARTSTAT_DECLINED },
	{ "TENTATIVE", UB_PARTSTAT_TENTATIVE }, { "DELEGATED", UB_PARTSTAT_DELEGATED }, { 0 } };

static int word_value(const struct word *words, struct ub_text text, int otherwise)
{
	for (; words->word; words++)
		if (ub_text_eq_nocase(text, ub_text(words->word)))
			return words->value;
	return otherwise;
}

struct ub_text ub_ical_address(const struct line *line, struct ub_arena *arena)
{
	struct ub_text const scheme = UB_TEXT("mailto:");
	struct ub_text value = ub_text_trim(line->value);
	bool mail = ub_text_eq_nocase(ub_text_sub(value, 0, scheme.len), scheme);
	struct ub_text email = ub_ical_param(line, "EMAIL", arena);
	if (mail)
		value = ub_text_sub(value, scheme.len, value.len);
	else if (email.len)
		value = email;
	else if (ub_text_find(value, UB_TEXT(":"), 0) != SIZE_MAX)
		value = UB_TEXT_NONE; /* another scheme */
	value = ub_text_sub(value, 0, ub_text_find(value, UB_TEXT("?"), 0));
	if (ub_text_find(value, UB_TEXT("@"), 0) == SIZE_MAX)
		return UB_TEXT_NONE;
	return ub_text_lower(arena, ub_text_trim(value));
}

/* DELEGATED-TO="mailto:a@b","mailto:c@d" */
static struct ub_texts delegates(const struct line *line, struct ub_arena *arena)
{
	struct ub_texts addresses = { 0 };
	struct ub_text rest = ub_ical_raw_param(line, "DELEGATED-TO"), piece;
	while (rest.len && ub_text_split(&rest, ',', &piece)) {
		struct line one = { .value = piece };
		struct ub_text address = ub_ical_address(&one, arena);
		if (address.len)
			*ub_push(arena, &addresses) = address;
	}
	return addresses;
}

static struct ub_party party(struct reader *reader, const struct line *line)
{
	struct ub_arena *arena = reader->arena;
	struct ub_text agent = ub_ical_param(line, "SCHEDULE-AGENT", arena);
	struct ub_party p = { .address = ub_ical_address(line, arena),
		.name = ub_ical_text(reader->ical, ub_ical_param(line, "CN", arena), arena),
		.schedule_status = ub_ical_param(line, "SCHEDULE-STATUS", arena) };
	struct ub_text partstat = ub_ical_param(line, "PARTSTAT", arena);
	p.cutype =
	    (enum ub_cutype)word_value(cutypes, ub_ical_param(line, "CUTYPE", arena), UB_CUTYPE_UNKNOWN);
	p.role = (enum ub_role)word_value(roles, ub_ical_param(line, "ROLE", arena), UB_ROLE_REQUIRED);
	p.partstat = (enum ub_partstat)word_value(partstats, partstat, UB_PARTSTAT_NEEDS_ACTION);
	p.delegates = delegates(line, arena);
	p.server_schedules =
	    p.schedule_status.len || agent.len == 0 || ub_text_eq_nocase(agent, UB_TEXT("SERVER"));
	return p;
}

void ub_ical_people(struct reader *reader, size_t component, struct ub_event *event)
{
	const struct ub_ical *ical = reader->ical;
	UB_VEC(struct ub_party) attendees = { 0 };
	const struct line *line = ub_ical_line(ical, component, "ORGANIZER", NULL);
	if (line) {
		struct ub_party *organizer = UB_NEW(reader->arena, struct ub_party);
		*organizer = party(reader, line);
		event->organizer = organizer;
	}
	for (line = NULL;
	     attendees.n < UB_ICAL_PEOPLE_MAX && (line = ub_ical_line(ical, component, "ATTENDEE", line));)
		*ub_push(reader->arena, &attendees) = party(reader, line);
	event->attendees = attendees.items;
	event->n_attendees = attendees.n;
}
