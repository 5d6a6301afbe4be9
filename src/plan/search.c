/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the search for an event's time goes by: who has to be there, when they are taken, and how many reviews
 * there may be in a day.
 */
#include "plan-private.h"

#include <stdlib.h>

/* The work calendars of all people, the owner's first, each person once. */
struct ub_work_calendar *plan_calendars(
    struct ub_making *making, const struct ub_people *attendees, size_t *n)
{
	const struct ub_org_person **seen =
	    UB_NEW_ARRAY(making->arena, const struct ub_org_person *, attendees->n + 1);
	struct ub_work_calendar *list =
	    UB_NEW_ARRAY(making->arena, struct ub_work_calendar, attendees->n + 1);
	seen[0] = making->owner_settings;
	list[0] = making->calendar;
	*n = 1;
	for (size_t i = 0; i < attendees->n; i++) {
		const struct ub_org_person *person =
		    ub_org_person(making->input->facts->org, attendees->items[i]->email);
		size_t known = 0;
		while (known < *n && seen[known] != person)
			known++;
		if (known < *n)
			continue;
		seen[*n] = person;
		list[(*n)++] = (struct ub_work_calendar){ person->zone, person->hours, person->holidays };
	}
	return list;
}

/* Busy times: the meeting itself, the items that this plan has placed already, and the times that `free`
 * names. */
struct ub_intervals plan_busy_times(struct ub_making *making, const struct ub_draft *draft)
{
	const struct ub_plan_input *input = making->input;
	struct ub_intervals busy = { 0 };
	const struct ub_meeting *meeting = &input->facts->meeting;
	if (!meeting->event->start.date)
		*ub_push(making->arena, &busy) = (struct ub_interval){ meeting->start, meeting->end };
	for (size_t i = 0; i < making->plan->items.n; i++) {
		const struct ub_item *item = &making->plan->items.items[i];
		if (item->kind == UB_ITEM_EVENT && item->busy && !item->all_day)
			*ub_push(making->arena, &busy) = (struct ub_interval){ item->start, item->end };
	}
	for (size_t i = 0; i < input->n_busy; i++)
		if (plan_counts_as_busy(making, draft, input->busy[i].address))
			busy = ub_cal_union(making->arena, busy, input->busy[i].times);
	busy = ub_cal_union(making->arena, busy, input->taken);
	return ub_cal_intervals_normal(making->arena, busy);
}

struct ub_intervals plan_declined_times(const struct ub_making *making, const struct ub_draft *draft)
{
	const struct ub_own_decline *own = &draft->item.declines.own;
	struct ub_intervals declined = { 0 };
	if (own->at)
		*ub_push(making->arena, &declined) = own->time;
	return declined;
}

static void note_unknown(
    struct ub_making *making, const struct ub_draft *draft, const struct ub_person *person)
{
	const struct ub_plan_input *input = making->input;
	for (size_t i = 0; i < input->n_busy; i++)
		if (input->busy[i].unknown.len && ub_text_eq_nocase(input->busy[i].address, person->email))
			plan_note(making, UB_NOTE_REMARK, draft->item.id,
			    "the busy times of %.*s are not known: %.*s", UB_ARGS(person->email),
			    UB_ARGS(input->busy[i].unknown));
}

void plan_seek(struct ub_making *making, struct ub_draft *draft, const struct ub_slot_request *request)
{
	const struct ub_people *attendees = &draft->item.attendees;
	ub_instant before = request->window.start - UB_PLAN_SEARCH;
	draft->item.search =
	    (struct ub_interval){ before > request->now ? before : request->now, request->useful_until };
	if (plan_counts_as_busy(making, draft, making->owner->email))
		*ub_push(making->arena, &draft->item.free) = making->owner;
	for (size_t i = 0; i < attendees->n; i++)
		if (plan_counts_as_busy(making, draft, attendees->items[i]->email))
			*ub_push(making->arena, &draft->item.free) = attendees->items[i];
	for (size_t i = 0; i < draft->item.free.n; i++)
		note_unknown(making, draft, draft->item.free.items[i]);
}

int32_t plan_time_of_day(const struct ub_zone *zone, ub_instant instant)
{
	struct ub_civil civil = ub_cal_civil(zone, instant);
	return civil.hour * 3600 + civil.minute * 60;
}

bool plan_stand(struct ub_draft *draft, ub_instant start, ub_instant end)
{
	draft->item.start = start;
	draft->item.end = end;
	return true;
}

/* Whether everybody has time then. */
bool plan_fits(struct ub_making *making, const struct ub_slot_request *request, ub_instant start)
{
	struct ub_slot_request same = *request;
	same.window = (struct ub_interval){ start, start + request->duration };
	same.now = start;
	same.prefer = UB_PREFER_EARLIEST;
	same.late = UB_LATE_SKIP;
	same.full = UB_FULL_SKIP;
	struct ub_slot slot = plan_find_slot(&same, making->arena);
	return slot.found && slot.start == start;
}

/* Whether an event that came late, or right before the meeting, keeps its time. Otherwise each pass would put
 * the event off once more. */
static bool stays_late(
    struct ub_draft *draft, const struct ub_slot_request *request, const struct ub_slot *slot)
{
	const struct ub_existing *existing = draft->existing;
	if (!existing || !existing->event || (slot->found && !slot->late) ||
	    existing->start + request->duration > request->useful_until ||
	    existing->start < request->window.start || plan_collides(request, existing->start))
		return false;
	draft->item.late = true;
	return plan_stand(draft, existing->start, existing->start + request->duration);
}

static bool settle(struct ub_making *making, struct ub_draft *draft, const struct ub_slot_request *request,
    const struct ub_slot *slot)
{
	plan_consider(making, draft, request, slot);
	if (stays_late(draft, request, slot))
		return true;
	if (!slot->found)
		return plan_drop(making, draft, UB_NOTE_SKIPPED, "%s", slot->remark);
	if (slot->remark)
		plan_note(making, UB_NOTE_REMARK, draft->item.id, "%s", slot->remark);
	draft->item.late = slot->late;
	return plan_stand(draft, slot->start, slot->start + request->duration);
}

/* ---- how many reviews a day ---- */

static int compare_days(const void *left, const void *right)
{
	ub_day a = *(const ub_day *)left, b = *(const ub_day *)right;
	return (a > b) - (a < b);
}

/* The day of each review of the owner's, in order: those of other accounts and periods, and of this plan. */
static ub_day *review_days(const struct ub_making *making, size_t *n)
{
	const struct ub_plan *plan = making->plan;
	const struct ub_zone *zone = making->calendar.zone;
	ub_day *days = UB_NEW_ARRAY(making->arena, ub_day, making->input->n_reviews + plan->items.n);
	*n = 0;
	for (size_t i = 0; i < making->input->n_reviews; i++)
		days[(*n)++] = ub_cal_local_day(zone, making->input->reviews[i]);
	for (size_t i = 0; i < plan->items.n; i++) {
		const struct ub_item *item = &plan->items.items[i];
		if (item->kind == UB_ITEM_EVENT && item->busy && !item->all_day)
			days[(*n)++] = ub_cal_local_day(zone, item->start);
	}
	if (*n)
		qsort(days, *n, sizeof(*days), compare_days);
	return days;
}

/* The days on which the owner has so many reviews, or more. */
static struct ub_intervals days_with(const struct ub_making *making, int64_t most)
{
	const struct ub_zone *zone = making->calendar.zone;
	struct ub_intervals full = { 0 };
	size_t n;
	const ub_day *days = review_days(making, &n);
	for (size_t i = 0, same = 0; i < n; i++) {
		same = i && days[i] == days[i - 1] ? same + 1 : 1;
		if ((int64_t)same == most)
			*ub_push(making->arena, &full) =
			    (struct ub_interval){ ub_cal_day_start(zone, days[i]),
				    ub_cal_day_start(zone, days[i] + 1) };
	}
	return full;
}

struct ub_intervals plan_full_days(const struct ub_making *making, const struct ub_draft *draft)
{
	int64_t most = making->input->facts->org->reviews_a_day;
	bool counts = draft->rule->subject == UB_FOR_ACCOUNT && draft->item.busy && most > 0;
	return counts ? days_with(making, most) : (struct ub_intervals){ 0 };
}

/* Whether the existing event may stay on one of the least full days. */
static bool stays_on(struct ub_making *making, struct ub_draft *draft, const struct ub_slot_request *request)
{
	const struct ub_existing *existing = draft->existing;
	if (!existing || !existing->event)
		return false;
	ub_instant start = existing->start, end = start + request->duration;
	return start >= request->window.start && end <= request->window.end &&
	       plan_fits(making, request, start) && plan_stand(draft, start, end);
}

/* Fills the days up one by one, the least full ones first. False: there is no time on any day. */
static bool search_full_days(
    struct ub_making *making, struct ub_draft *draft, struct ub_slot_request *request, struct ub_slot *slot)
{
	static const char remark[] =
	    "each day that it could be on has as many reviews as a day may have, so it is on one of those "
	    "that have least";
	for (int64_t most = making->input->facts->org->reviews_a_day + 1; request->full_days.n; most++) {
		request->full_days = days_with(making, most);
		bool stays = stays_on(making, draft, request);
		if (!stays)
			*slot = plan_find_slot(request, making->arena);
		if (!stays && !slot->found)
			continue;
		slot->remark = remark;
		if (stays)
			plan_note(making, UB_NOTE_REMARK, draft->item.id, "%s", remark);
		return stays;
	}
	return false;
}

bool plan_search(struct ub_making *making, struct ub_draft *draft, const struct ub_slot_request *request,
    struct ub_interval all)
{
	struct ub_slot_request wider = *request;
	struct ub_slot slot = plan_find_slot(request, making->arena);
	if (slot.found || request->full_days.n == 0)
		return settle(making, draft, request, &slot);
	if (request->full == UB_FULL_EARLIER || request->full == UB_FULL_LATER) {
		wider.window = all;
		slot = plan_find_slot(&wider, making->arena);
	}
	return (!slot.found && search_full_days(making, draft, &wider, &slot)) ||
	       settle(making, draft, &wider, &slot);
}
