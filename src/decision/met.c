/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The meetings with an account, as a decision about it counts them: a series counts by its instances.
 */
#include "decision-private.h"

#include "upbeat/sys.h"

/* Whether a line begins with the property, so that what stands alone need not be read. */
static bool has_property(struct ub_text text, const char *name)
{
	struct ub_text line, word = ub_text(name);
	while (ub_text_split(&text, '\n', &line))
		if (ub_text_eq_nocase(ub_text_sub(line, 0, word.len), word))
			return true;
	return false;
}

static bool may_be_series(struct ub_text text)
{
	return has_property(text, "RRULE") || has_property(text, "RDATE") ||
	       has_property(text, "RECURRENCE-ID");
}

/* NULL: the text cannot be read, or there is none. */
static const struct ub_ical *read(
    const struct ub_met *met, struct ub_watched *watched, struct ub_arena *arena)
{
	struct ub_ical_refusal refusal;
	ub_sys_reading_begin(watched);
	const struct ub_ical *ical = met->text.len ? ub_ical_parse(arena, met->text, &refusal) : NULL;
	ub_sys_reading_end(watched);
	return ical;
}

/* Whether guests were invited, or told of it, and none of them comes. */
static bool is_without_guests(const struct ub_event *event, const struct ub_org *org)
{
	size_t guests = 0, away = 0;
	for (size_t i = 0; i < event->n_attendees; i++) {
		const struct ub_party *party = &event->attendees[i];
		bool guest = ub_org_is_guest(org, party->address);
		guests += guest;
		away += guest && (party->partstat == UB_PARTSTAT_DECLINED || party->role == UB_ROLE_NONE);
	}
	return guests && away == guests;
}

static bool takes_place(const struct ub_event *event, const struct ub_org *org, ub_instant now)
{
	const char *why_not = ub_facts_not_eligible(event, org, now);
	return !is_without_guests(event, org) && (!why_not || ub_text_is(ub_text(why_not), "past"));
}

/* False: the text is of no series, or of one whose instances cannot be told. */
static bool add_instances(const struct ub_cadence_input *input, const struct ub_met *met,
    const struct ub_zone *floating, struct meetings_met *list, struct ub_arena *arena)
{
	const struct ub_snapshot *snapshot = input->snapshot;
	struct ub_instances instances = { 0 };
	struct ub_text why;
	const struct ub_series_window window = { .floating = floating,
		.from = input->now - UB_CADENCE_REACH,
		.until = input->now + UB_CADENCE_REACH,
		.most = UB_SERIES_MAX };
	const struct ub_ical *ical = may_be_series(met->text) ? read(met, input->watched, arena) : NULL;
	ub_sys_reading_begin(input->watched);
	bool told = ical && ub_ical_instances(ical, snapshot->zones, &window, arena, &instances, &why);
	ub_sys_reading_end(input->watched);
	for (size_t i = 0; told && i < instances.n; i++) {
		const struct ub_event *event = instances.items[i];
		ub_instant start = decision_instant_in(&event->start, floating);
		if (takes_place(event, snapshot->org, input->now))
			*ub_push(arena, list) = (struct meeting_met){ start,
				event->end.given ? decision_instant_in(&event->end, floating) : start, met,
				event };
	}
	return told;
}

struct meetings_met decision_list_met(
    const struct ub_cadence_input *input, const struct ub_zone *floating, struct ub_arena *arena)
{
	struct meetings_met list = { 0 };
	for (size_t i = 0; i < input->n_met; i++) {
		const struct ub_met *met = &input->met[i];
		if (!add_instances(input, met, floating, &list, arena))
			*ub_push(arena, &list) = (struct meeting_met){ met->start, met->end, met, NULL };
	}
	return list;
}

enum ub_verdict decision_ask_of_met(const struct ub_decide_input *asked, const struct ub_conditions *parts,
    const struct meeting_met *met, struct ub_arena *arena)
{
	const struct ub_snapshot *snapshot = asked->snapshot;
	const struct ub_event *event = met->instance;
	struct ub_ical_refusal refusal;
	if (parts->n == 0)
		return UB_YES;
	const struct ub_ical *ical = event ? NULL : read(met->met, asked->watched, arena);
	if (ical)
		event = ub_ical_event(ical, snapshot->zones, arena, &refusal);
	if (!event || event->component != UB_COMPONENT_EVENT || !event->start.given)
		return UB_CANNOT_TELL;
	const struct ub_facts *facts = decision_find_facts(asked, event, arena);
	return ub_rules_ask(parts, ub_rules_activation(snapshot->rules, facts, arena), arena);
}

const struct ub_account_history *decision_history_of_met(const struct ub_account *account,
    const struct meetings_met *meetings, ub_instant now, struct ub_arena *arena)
{
	struct ub_met *all = UB_NEW_ARRAY(arena, struct ub_met, meetings->n);
	for (size_t i = 0; i < meetings->n; i++)
		all[i] = (struct ub_met){ .start = meetings->items[i].start,
			.end = meetings->items[i].end,
			.guests = meetings->items[i].met->guests,
			.ours = meetings->items[i].met->ours };
	return decision_history_of(account, all, meetings->n, now, arena);
}
