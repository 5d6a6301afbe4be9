/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

/* Handles a missing value that the item needs. */
static bool required(struct ub_making *making, struct ub_draft *draft, struct ub_cases cases,
    const char *field, const struct ub_case **chosen)
{
	enum ub_verdict verdict = ub_plan_case(making, draft, cases, field, chosen);
	if (verdict == UB_NO)
		ub_plan_drop(making, draft, UB_NOTE_SKIPPED, "no case of `%s` holds", field);
	return verdict == UB_YES;
}

static bool duration_of(struct ub_making *making, struct ub_draft *draft, int64_t *duration)
{
	const struct ub_case *chosen;
	if (!required(making, draft, draft->source->duration, "duration", &chosen))
		return false;
	if (ub_cal_span_seconds(chosen->use.span, duration) && *duration > 0) {
		*duration += draft->longer < *duration ? draft->longer : *duration;
		return true;
	}
	return ub_plan_drop(making, draft, UB_NOTE_SKIPPED, "its duration is no length of time");
}

/* The work calendars of all people, the owner's first, each person once. */
static struct ub_work_calendar *calendars(
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
static struct ub_intervals busy_times(struct ub_making *making, const struct ub_draft *draft)
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
		if (ub_plan_counts_as_busy(making, draft, input->busy[i].address))
			busy = ub_cal_union(making->arena, busy, input->busy[i].times);
	busy = ub_cal_union(making->arena, busy, input->taken);
	return ub_cal_intervals_normal(making->arena, busy);
}

static int32_t time_of_day(const struct ub_zone *zone, ub_instant instant)
{
	struct ub_civil civil = ub_cal_civil(zone, instant);
	return civil.hour * 3600 + civil.minute * 60;
}

/* Computes one end of `between`. *anchor becomes the instant from which that end counts. */
static bool border(struct ub_making *making, struct ub_drafts *drafts, struct ub_draft *draft,
    struct ub_cases cases, struct ub_interval *found, ub_instant *anchor, const struct ub_point **point)
{
	const struct ub_case *chosen;
	if (!required(making, draft, cases, "between", &chosen))
		return false;
	*point = &chosen->use.point;
	enum ub_verdict verdict = ub_plan_anchor(making, drafts, *point, anchor);
	if (verdict == UB_YES && !ub_cal_point_interval(&making->calendar, **point, *anchor, found))
		verdict = UB_NO;
	return verdict == UB_YES || ub_plan_no_time(making, draft, *point, verdict);
}

static bool stand(struct ub_draft *draft, ub_instant start, ub_instant end)
{
	draft->item.start = start;
	draft->item.end = end;
	return true;
}

/* Whether everybody has time then. */
static bool fits(struct ub_making *making, const struct ub_slot_request *request, ub_instant start)
{
	struct ub_slot_request same = *request;
	same.window = (struct ub_interval){ start, start + request->duration };
	same.now = start;
	same.prefer = UB_PREFER_EARLIEST;
	same.late = UB_LATE_SKIP;
	same.full = UB_FULL_SKIP;
	struct ub_slot slot = ub_plan_find_slot(&same, making->arena);
	return slot.found && slot.start == start;
}

/* Whether the slot is the one that a decision before the beginning of the window would have chosen. */
static bool is_first_choice(struct ub_making *making, const struct ub_slot_request *request, ub_instant start)
{
	struct ub_slot_request before = *request;
	if (before.now > start)
		before.now = start;
	struct ub_slot slot = ub_plan_find_slot(&before, making->arena);
	return slot.found && !slot.late && slot.start == start;
}

/* Until when an event of the rule is of use. What users have made of a period is theirs. */
static ub_instant useful_until(const struct ub_draft *draft, ub_instant until)
{
	return draft->rule->subject == UB_FOR_ACCOUNT ? UB_INSTANT_MAX : until;
}

/* Whether an existing event keeps its time. Passing time alone moves no event: a pinned one stays, and so
 * does one within its window and within working hours. */
static bool stays(struct ub_making *making, struct ub_draft *draft, const struct ub_slot_request *request)
{
	const struct ub_existing *existing = draft->existing;
	if (ub_plan_is_pinned(making, existing, useful_until(draft, request->useful_until)))
		return stand(draft, existing->start, existing->end);
	if (!existing || !existing->event)
		return false;
	ub_instant start = existing->start, end = start + request->duration;
	bool inside = start >= request->window.start && end <= request->window.end;
	return ((inside && fits(making, request, start)) || is_first_choice(making, request, start)) &&
	       stand(draft, start, end);
}

/* Whether something else stands then, which the item is not to overlap with. */
static bool collides(const struct ub_slot_request *request, ub_instant start)
{
	return request->full != UB_FULL_OVERLAP && ub_plan_is_busy(request, start);
}

/* Whether an event that came late, or right before the meeting, keeps its time. Otherwise each pass would put
 * the event off once more. */
static bool stays_late(
    struct ub_draft *draft, const struct ub_slot_request *request, const struct ub_slot *slot)
{
	const struct ub_existing *existing = draft->existing;
	if (!existing || !existing->event || (slot->found && !slot->late) ||
	    existing->start + request->duration > request->useful_until ||
	    existing->start < request->window.start || collides(request, existing->start))
		return false;
	draft->item.late = true;
	return stand(draft, existing->start, existing->start + request->duration);
}

/* Finds a time for the event. */
static bool search(struct ub_making *making, struct ub_draft *draft, const struct ub_slot_request *request)
{
	struct ub_slot slot = ub_plan_find_slot(request, making->arena);
	ub_plan_consider(making, draft, request, &slot);
	if (stays_late(draft, request, &slot))
		return true;
	if (!slot.found)
		return ub_plan_drop(making, draft, UB_NOTE_SKIPPED, "%s", slot.remark);
	if (slot.remark)
		ub_plan_note(making, UB_NOTE_REMARK, draft->item.id, "%s", slot.remark);
	draft->item.start = slot.start;
	draft->item.end = slot.start + request->duration;
	draft->item.late = slot.late;
	return true;
}

static bool place_between(
    struct ub_making *making, struct ub_drafts *drafts, struct ub_draft *draft, int64_t duration)
{
	const struct ub_rule_item *source = draft->source;
	struct ub_interval from, to;
	ub_instant anchor;
	const struct ub_point *point;
	if (!border(making, drafts, draft, source->between_from, &from, &anchor, &point) ||
	    !border(making, drafts, draft, source->between_to, &to, &anchor, &point))
		return false;

	struct ub_slot_request request = { .window = { from.start, to.end },
		.now = making->input->facts->now,
		.before = !point->after,
		.useful_until = point->after ? to.end + UB_PLAN_SEARCH : anchor,
		.duration = duration,
		.prefer = (enum ub_prefer)draft->wishes.prefer,
		.late = (enum ub_late)draft->wishes.late,
		.full = (enum ub_full)draft->wishes.full,
		.same_time = time_of_day(making->calendar.zone, making->input->facts->meeting.start),
		.all_day = making->input->facts->meeting.event->start.date,
		.busy = busy_times(making, draft) };
	request.people = calendars(making, &draft->item.attendees, &request.n_people);
	return stays(making, draft, &request) || search(making, draft, &request);
}

/* ---- somewhere in the period of a rule for accounts ---- */

/* The account's own day: the same part of each period, another one for each account, so that the items of all
 * accounts do not pile up on a period's first day. */
static ub_day own_day(const struct ub_making *making, struct ub_interval period)
{
	const struct ub_work_calendar *owner = &making->calendar;
	ub_day first = ub_cal_local_day(owner->zone, period.start),
	       last = ub_cal_local_day(owner->zone, period.end - 1);
	unsigned char digest[UB_SHA256_SIZE];
	uint64_t n = 0;
	ub_sha256(making->input->facts->account->id, digest);
	for (ub_day day = first; day <= last; day++)
		n += ub_cal_is_business_day(owner, day);
	uint64_t part = (uint64_t)digest[0] << 16 | (uint64_t)digest[1] << 8 | digest[2],
		 skip = part * n >> 24;
	for (ub_day day = first; day <= last; day++)
		if (ub_cal_is_business_day(owner, day) && skip-- == 0)
			return day;
	return first;
}

/* The time of day of the last item that stands from before the period, for `prefer: same-time`. Without one,
 * or if it was all day, the time at which the owner's work begins will do. */
static bool last_time(
    const struct ub_making *making, const struct ub_draft *draft, ub_instant before, int32_t *time)
{
	ub_instant last = UB_INSTANT_MIN;
	for (size_t i = 0; i < making->input->n_existing; i++) {
		const struct ub_existing *existing = &making->input->existing[i];
		if (existing->state == UB_EXISTING_STANDS && existing->event &&
		    !existing->event->start.date && existing->start < before && existing->start > last &&
		    ub_plan_same_item(existing->item_mark, draft->item.marks.item))
			last = existing->start;
	}
	if (last != UB_INSTANT_MIN)
		*time = time_of_day(making->calendar.zone, last);
	return last != UB_INSTANT_MIN;
}

/* Whether the existing event may stay where it is: passing time and a new rhythm move none that fits. */
static bool stays_in(struct ub_making *making, struct ub_draft *draft, const struct ub_slot_request *request,
    struct ub_interval period)
{
	const struct ub_existing *existing = draft->existing;
	if (ub_plan_is_pinned(making, existing, UB_INSTANT_MAX))
		return stand(draft, existing->start, existing->end);
	if (!existing || !existing->event)
		return false;
	ub_instant start = existing->start, end = start + request->duration;
	return start >= period.start && end <= period.end && fits(making, request, start) &&
	       stand(draft, start, end);
}

/* When the search begins: on the account's own day, or, where that has passed, on as good a one of the rest.
 */
static ub_instant first_day(const struct ub_making *making, struct ub_interval period, ub_instant earliest)
{
	const struct ub_zone *zone = making->calendar.zone;
	ub_instant own = ub_cal_day_start(zone, own_day(making, period));
	if (own >= earliest || earliest >= period.end)
		return own;
	return ub_cal_day_start(zone, own_day(making, (struct ub_interval){ earliest, period.end }));
}

static void note_day(struct ub_making *making, const struct ub_draft *draft, ub_instant day)
{
	struct ub_buf text = UB_BUF(making->arena);
	ub_cal_format(&text, UB_TEXT("%a %F"), making->calendar.zone, day, UB_ENGLISH);
	ub_plan_note(making, UB_NOTE_REMARK, draft->item.id,
	    "the search begins on %.*s, the account's own day: each has another, so that not all fall on one",
	    UB_ARGS(ub_buf_text(&text)));
}

/* From the account's own day on, then before it. Nobody is called to anything on the day of the decision. */
static bool place_in_period(struct ub_making *making, struct ub_draft *draft, int64_t duration)
{
	const struct ub_meeting *meeting = &making->input->facts->meeting;
	const struct ub_zone *zone = making->calendar.zone;
	struct ub_interval period = { meeting->start, meeting->end };
	ub_instant tomorrow = ub_cal_day_start(zone, ub_cal_local_day(zone, making->input->facts->now) + 1);
	ub_instant earliest = tomorrow > period.start ? tomorrow : period.start;
	struct ub_slot_request request = { .window = { first_day(making, period, earliest), period.end },
		.now = earliest,
		.useful_until = period.end,
		.duration = duration,
		.prefer = (enum ub_prefer)draft->wishes.prefer,
		.late = UB_LATE_SKIP,
		.full = (enum ub_full)draft->wishes.full,
		.all_day = true,
		.busy = busy_times(making, draft) };
	if (request.prefer == UB_PREFER_SAME_TIME &&
	    !last_time(making, draft, period.start, &request.same_time))
		request.prefer = UB_PREFER_EARLIEST;
	request.people = calendars(making, &draft->item.attendees, &request.n_people);
	if (stays_in(making, draft, &request, period))
		return true;
	if (making->input->explain)
		note_day(making, draft, request.window.start);
	return search(making, draft, &request);
}

/* The whole day, in the owner's zone, on which the point falls. */
static bool place_day(struct ub_making *making, struct ub_drafts *drafts, struct ub_draft *draft)
{
	const struct ub_case *chosen;
	const struct ub_zone *zone = making->calendar.zone;
	ub_instant at;
	if (!required(making, draft, draft->source->at, "at", &chosen))
		return false;
	enum ub_verdict verdict = ub_plan_instant(making, drafts, &chosen->use.point, &at);
	if (verdict != UB_YES)
		return ub_plan_no_time(making, draft, &chosen->use.point, verdict);
	ub_day day = ub_cal_local_day(zone, at);
	draft->item.all_day = true;
	stand(draft, ub_cal_day_start(zone, day), ub_cal_day_start(zone, day + 1));
	if (ub_plan_is_pinned(
		making, draft->existing, useful_until(draft, making->input->facts->meeting.end)))
		return stand(draft, draft->existing->start, draft->existing->end);
	return draft->item.end > making->input->facts->now ||
	       ub_plan_drop(making, draft, UB_NOTE_SKIPPED, "its day has passed");
}

static bool place_at(
    struct ub_making *making, struct ub_drafts *drafts, struct ub_draft *draft, int64_t duration)
{
	const struct ub_case *chosen;
	if (!required(making, draft, draft->source->at, "at", &chosen))
		return false;
	enum ub_verdict verdict = ub_plan_instant(making, drafts, &chosen->use.point, &draft->item.start);
	if (verdict != UB_YES)
		return ub_plan_no_time(making, draft, &chosen->use.point, verdict);
	draft->item.end = draft->item.start + duration;
	if (ub_plan_is_pinned(
		making, draft->existing, useful_until(draft, making->input->facts->meeting.end)))
		return stand(draft, draft->existing->start, draft->existing->end);
	if (draft->item.end <= making->input->facts->now)
		return ub_plan_drop(making, draft, UB_NOTE_SKIPPED, "its time has passed");
	return true;
}

bool ub_plan_place(struct ub_making *making, struct ub_drafts *drafts, struct ub_draft *draft)
{
	int64_t duration;
	draft->item.zone = making->calendar.zone;
	if (draft->source->task)
		return ub_plan_place_task(making, drafts, draft);
	if (draft->source->all_day)
		return place_day(making, drafts, draft);
	if (!duration_of(making, draft, &duration))
		return false;
	if (draft->source->at.items)
		return place_at(making, drafts, draft, duration);
	return draft->source->between_from.items ? place_between(making, drafts, draft, duration)
						 : place_in_period(making, draft, duration);
}
