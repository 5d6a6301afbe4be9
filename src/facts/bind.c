/* SPDX-License-Identifier: Apache-2.0 */
#include "cel-private.h"

static void set_times(struct ub_cel_value *fields, const struct ub_meeting *meeting)
{
	fields[MEETING_START] = ub_cel_timestamp(meeting->start, 0);
	fields[MEETING_END] = ub_cel_timestamp(meeting->end, 0);
	fields[MEETING_DURATION] = ub_cel_duration(meeting->end - meeting->start, 0);
	fields[MEETING_ALL_DAY] = ub_cel_bool(meeting->event->start.date);
	fields[MEETING_TIME_ZONE] = ub_cel_string(ub_cal_zone_name(meeting->zone));
	fields[MEETING_REPEATS] = ub_cel_string(ub_text(facts_repeats_word(meeting->event->repeats)));
	fields[MEETING_OCCURRENCE] = ub_cel_timestamp(meeting->start, 0);
	const struct ub_event *event = meeting->event;
	fields[MEETING_SERIES] = ub_cel_bool(event->is_instance);
	fields[MEETING_INSTANCE] = ub_cel_timestamp(event->is_instance ? event->instance : meeting->start, 0);
	fields[MEETING_FIRST] = ub_cel_bool(!event->is_instance || event->first_instance);
	fields[MEETING_PREVIOUS] = event->is_instance && event->previous != UB_INSTANT_NONE
				       ? ub_cel_timestamp(event->previous, 0)
				       : ub_cel_absent();
}

static void set_people(struct ub_cel_value *fields, struct binding *binding)
{
	const struct ub_meeting *meeting = &binding->facts->meeting;
	fields[MEETING_ORGANIZER] = meeting->organizer ? facts_person_value(binding, meeting->organizer)
						       : facts_nobody_value(binding);
	fields[MEETING_ATTENDEES] = facts_people_value(binding, meeting->attendees);
	fields[MEETING_INTERNAL] = facts_people_value(binding, meeting->internal);
	fields[MEETING_EXTERNAL] = facts_people_value(binding, meeting->external);
	fields[MEETING_CUSTOMER] = ub_cel_bool(meeting->customer);
	fields[MEETING_ORGANIZED_BY_US] = ub_cel_bool(meeting->organized_by_us);
}

static struct ub_cel_value meeting_value(struct binding *binding)
{
	struct ub_arena *arena = binding->arena;
	const struct ub_meeting *meeting = &binding->facts->meeting;
	const struct ub_event *event = meeting->event;
	struct ub_cel_value *fields = UB_NEW_ARRAY(arena, struct ub_cel_value, MEETING_FIELDS);
	fields[MEETING_UID] = ub_cel_string(facts_clean_line(event->uid, arena));
	fields[MEETING_TITLE] = ub_cel_string(meeting->title);
	fields[MEETING_DESCRIPTION] = ub_cel_string(meeting->description);
	fields[MEETING_OWN_TEXT] = ub_cel_string(meeting->own_text);
	fields[MEETING_LOCATION] = ub_cel_string(meeting->location);
	fields[MEETING_CONFERENCE] = ub_cel_string(meeting->conference);
	fields[MEETING_STATUS] = ub_cel_string(ub_text(facts_event_status_word(event->status)));
	fields[MEETING_PRIVATE] = ub_cel_bool(event->class != UB_CLASS_PUBLIC);
	fields[MEETING_CLASS] = ub_cel_string(ub_text(ub_facts_class_word(event->class)));
	fields[MEETING_CATEGORIES] = facts_text_list_value(meeting->categories, arena);
	fields[MEETING_CALENDAR] = ub_cel_string(meeting->calendar);
	fields[MEETING_URL] = ub_cel_string(meeting->url);
	set_times(fields, meeting);
	set_people(fields, binding);
	return ub_cel_object(arena, ub_cel_find_object(binding->env, UB_TEXT("meeting")), fields);
}

static struct ub_cel_value org_value(struct binding *binding)
{
	struct ub_arena *arena = binding->arena;
	const struct ub_org *org = binding->facts->org;
	struct ub_texts teams = { NULL, 0, 0 };
	for (size_t i = 0; i < org->n_teams; i++)
		*ub_push(arena, &teams) = org->teams[i].name;
	struct ub_cel_value *fields = UB_NEW_ARRAY(arena, struct ub_cel_value, ORG_FIELDS);
	fields[ORG_DOMAINS] = facts_text_list_value(org->domains, arena);
	fields[ORG_TIME_ZONE] = ub_cel_string(ub_cal_zone_name(org->standard.zone));
	fields[ORG_LANGUAGE] = ub_cel_string(org->language);
	fields[ORG_TEAMS] = facts_text_list_value(teams, arena);
	fields[ORG_CUSTOMERS] = ub_cel_string(ub_text(facts_customers_word(org->customers)));
	fields[ORG_PROFILE] = ub_cel_string(ub_text(facts_profile_word(org->profile)));
	return ub_cel_object(arena, ub_cel_find_object(binding->env, UB_TEXT("organization")), fields);
}

static struct ub_cel_value team_value(struct binding *binding)
{
	const struct ub_facts *facts = binding->facts;
	if (!facts->team)
		return ub_cel_absent();
	struct ub_cel_value *fields = UB_NEW_ARRAY(binding->arena, struct ub_cel_value, TEAM_FIELDS);
	fields[TEAM_NAME] = ub_cel_string(facts->team->name);
	fields[TEAM_MEMBERS] = facts_colleagues_value(binding, facts->team->members);
	fields[TEAM_LEAD] = facts_colleague_value(binding, ub_org_lead(facts->org, facts->team));
	return ub_cel_object(binding->arena, ub_cel_find_object(binding->env, UB_TEXT("team")), fields);
}

static void bind(struct ub_cel_activation *activation, const char *name, struct ub_cel_value value)
{
	ub_cel_bind_name(activation, ub_text(name), value);
}

void ub_facts_bind(struct ub_cel_activation *activation, const struct ub_facts *facts)
{
	struct ub_arena *arena = ub_cel_activation_arena(activation);
	struct binding *binding = UB_NEW(arena, struct binding);
	binding->facts = facts;
	binding->arena = arena;
	binding->env = ub_cel_activation_env(activation);
	binding->person = ub_cel_find_object(binding->env, UB_TEXT("person"));
	binding->colleague = ub_cel_find_object(binding->env, UB_TEXT("colleague"));
	binding->values = ub_map_new(arena);
	ub_cel_activation_set_context(activation, binding);
	bind(activation, "meeting", meeting_value(binding));
	bind(activation, "account", facts_account_value(binding));
	bind(activation, "accounts", facts_accounts_value(binding));
	bind(activation, "has_account", ub_cel_bool(facts->account != NULL));
	bind(activation, "today", ub_cel_timestamp(facts_same_date(facts, facts->today), 0));
	bind(activation, "org", org_value(binding));
	bind(activation, "team", team_value(binding));
}

struct ub_people ub_facts_people(
    const struct ub_facts *facts, struct ub_cel_value list, struct ub_arena *arena)
{
	struct ub_people people = { NULL, 0, 0 };
	struct ub_map *seen = ub_map_new(arena);
	for (size_t i = 0; list.kind == UB_CEL_LIST && i < list.list->n; i++) {
		struct ub_cel_value item = list.list->items[i];
		if (item.kind != UB_CEL_OBJECT)
			continue;
		struct ub_text email = ub_cel_text(item.object->fields[PERSON_EMAIL]);
		const struct ub_person *person = facts_find_person(facts, email, arena);
		if (person && !ub_map_put(seen, person->email, (void *)person))
			*ub_push(arena, &people) = person;
	}
	return people;
}
