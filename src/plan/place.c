/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

/* ---- points ---- */

static struct ub_draft *draft_named(struct ub_drafts *drafts, struct ub_text name)
{
	for (size_t i = 0; i < drafts->n; i++)
		if (ub_text_eq(drafts->items[i].source->name, name))
			return &drafts->items[i];
	return NULL;
}

/* The instant from which the point counts. UB_NO: the point refers to an item that is not made.
 * UB_CANNOT_TELL: nobody can tell whether that item is made. */
static enum ub_verdict anchor_of(
    struct ub_making *making, struct ub_drafts *drafts, const struct ub_point *point, ub_instant *anchor)
{
	if (point->item.len == 0) {
		const struct ub_meeting *meeting = &making->input->facts->meeting;
		*anchor = point->anchor == UB_AT_END ? meeting->end : meeting->start;
		return UB_YES;
	}
	struct ub_draft *other = draft_named(drafts, point->item);
	if (other && other->state == UB_DRAFT_NEW)
		ub_plan_draft(making, drafts, other);
	if (!other || other->state != UB_DRAFT_MADE)
		return other && other->state == UB_DRAFT_UNDECIDED ? UB_CANNOT_TELL : UB_NO;
	const struct ub_item *item = &other->item;
	if (item->kind == UB_ITEM_TASK)
		*anchor = item->due;
	else
		*anchor = point->anchor == UB_AT_START ? item->start : item->end;
	return UB_YES;
}

static enum ub_verdict instant_of(
    struct ub_making *making, struct ub_drafts *drafts, const struct ub_point *point, ub_instant *instant)
{
	ub_instant anchor;
	enum ub_verdict verdict = anchor_of(making, drafts, point, &anchor);
	if (verdict == UB_YES && !ub_cal_shift(&making->calendar, anchor, point->span, point->after, instant))
		verdict = UB_NO;
	return verdict;
}

/* ---- events ---- */

/* Handles a point without an instant. `verdict` is the reason. */
static bool no_time(
    struct ub_making *making, struct ub_draft *draft, const struct ub_point *point, enum ub_verdict verdict)
{
	struct ub_buf words = UB_BUF(making->arena);
	ub_cal_print_point(&words, *point);
	struct ub_text text = ub_buf_text(&words);
	if (verdict == UB_CANNOT_TELL)
		return ub_plan_drop(making, draft, UB_NOTE_UNDECIDED, "%.*s cannot be told", UB_ARGS(text));
	return ub_plan_drop(making, draft, UB_NOTE_SKIPPED, "there is no such time as %.*s", UB_ARGS(text));
}

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
		if (item->kind == UB_ITEM_EVENT && item->busy)
			*ub_push(making->arena, &busy) = (struct ub_interval){ item->start, item->end };
	}
	for (size_t i = 0; i < input->n_busy; i++)
		if (ub_plan_counts_as_busy(making, draft, input->busy[i].address))
			busy = ub_cal_union(making->arena, busy, input->busy[i].times);
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
	enum ub_verdict verdict = anchor_of(making, drafts, *point, anchor);
	if (verdict == UB_YES && !ub_cal_point_interval(&making->calendar, **point, *anchor, found))
		verdict = UB_NO;
	return verdict == UB_YES || no_time(making, draft, *point, verdict);
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

/* Whether an existing event keeps its time. Passing time alone moves no event: a pinned one stays, and so
 * does one within its window and within working hours. */
static bool stays(struct ub_making *making, struct ub_draft *draft, const struct ub_slot_request *request)
{
	const struct ub_existing *existing = draft->existing;
	if (ub_plan_is_pinned(making, existing, request->useful_until))
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
		.busy = busy_times(making, draft) };
	request.people = calendars(making, &draft->item.attendees, &request.n_people);
	if (stays(making, draft, &request))
		return true;
	struct ub_slot slot = ub_plan_find_slot(&request, making->arena);
	ub_plan_consider(making, draft, &request, &slot);
	if (stays_late(draft, &request, &slot))
		return true;
	if (!slot.found)
		return ub_plan_drop(making, draft, UB_NOTE_SKIPPED, "%s", slot.remark);
	if (slot.remark)
		ub_plan_note(making, UB_NOTE_REMARK, draft->item.id, "%s", slot.remark);
	draft->item.start = slot.start;
	draft->item.end = slot.start + duration;
	draft->item.late = slot.late;
	return true;
}

static bool place_at(
    struct ub_making *making, struct ub_drafts *drafts, struct ub_draft *draft, int64_t duration)
{
	const struct ub_case *chosen;
	if (!required(making, draft, draft->source->at, "at", &chosen))
		return false;
	enum ub_verdict verdict = instant_of(making, drafts, &chosen->use.point, &draft->item.start);
	if (verdict != UB_YES)
		return no_time(making, draft, &chosen->use.point, verdict);
	draft->item.end = draft->item.start + duration;
	if (ub_plan_is_pinned(making, draft->existing, making->input->facts->meeting.end))
		return stand(draft, draft->existing->start, draft->existing->end);
	if (draft->item.end <= making->input->facts->now)
		return ub_plan_drop(making, draft, UB_NOTE_SKIPPED, "its time has passed");
	return true;
}

/* ---- tasks ---- */

/* The result of `due` or of `latest`. */
struct deadline {
	enum ub_verdict verdict; /* UB_NO: not given, or relative to an item that is not made */
	ub_instant at;
	ub_instant not_before; /* end of the item before the task; UB_INSTANT_MIN: no such item */
};

static struct deadline find_deadline(struct ub_making *making, struct ub_drafts *drafts,
    struct ub_draft *draft, struct ub_cases cases, const char *field)
{
	const struct ub_case *chosen;
	struct deadline found = { .not_before = UB_INSTANT_MIN };
	found.verdict = ub_plan_case(making, draft, cases, field, &chosen);
	if (found.verdict != UB_YES)
		return found;
	const struct ub_point *point = &chosen->use.point;
	found.verdict = instant_of(making, drafts, point, &found.at);
	if (found.verdict == UB_CANNOT_TELL)
		no_time(making, draft, point, found.verdict);
	else if (found.verdict == UB_YES && point->after)
		anchor_of(making, drafts, point, &found.not_before);
	return found;
}

/* The time has passed, so the task is due as early as is still useful: at the owner's next working moment,
 * but not before the end of the item that the task follows. While the meeting is ahead, the task is due
 * before the meeting's beginning. */
static bool make_late(struct ub_making *making, struct ub_draft *draft, ub_instant not_before)
{
	ub_instant from = making->input->facts->now, start = making->input->facts->meeting.start;
	if (draft->wishes.late == UB_LATE_SKIP)
		return ub_plan_drop(making, draft, UB_NOTE_SKIPPED, "its time has passed");
	bool ahead = start > from;
	if (not_before > from)
		from = not_before;
	ub_instant due = ub_plan_working_moment(&making->calendar, from, making->arena);
	draft->item.due = ahead && start < due ? start : due;
	draft->item.late = true;
	ub_plan_note(making, UB_NOTE_REMARK, draft->item.id,
	    "its time had passed, so it is due as early as still useful");
	return true;
}

/* Whether a task keeps its time. A task that the user has done or put off keeps it. So does a task that came
 * late: otherwise each pass would put the task off once more. */
static bool task_stays(struct ub_making *making, struct ub_draft *draft)
{
	const struct ub_existing *existing = draft->existing;
	ub_instant now = making->input->facts->now, start = making->input->facts->meeting.start;
	if (!existing || !existing->event)
		return false;
	bool late = draft->item.due <= now && existing->due >= draft->item.due && existing->due <= start;
	if (!late && !ub_plan_is_pinned(making, existing, start))
		return false;
	draft->item.due = existing->due;
	draft->item.late = late;
	return true;
}

static bool place_task(struct ub_making *making, struct ub_drafts *drafts, struct ub_draft *draft)
{
	const struct ub_rule_item *source = draft->source;
	struct deadline due = find_deadline(making, drafts, draft, source->due, "due");
	if (due.verdict == UB_CANNOT_TELL)
		return false;
	struct deadline latest = find_deadline(making, drafts, draft, source->latest, "latest");
	if (latest.verdict == UB_CANNOT_TELL)
		return false;
	if (due.verdict == UB_NO && latest.verdict == UB_NO)
		return ub_plan_drop(making, draft, UB_NOTE_SKIPPED, "nothing says when it is due");
	bool take_latest = due.verdict == UB_NO || (latest.verdict == UB_YES && latest.at < due.at);
	draft->item.due = take_latest ? latest.at : due.at;
	if (task_stays(making, draft))
		return true;
	return draft->item.due > making->input->facts->now || make_late(making, draft, due.not_before);
}

bool ub_plan_place(struct ub_making *making, struct ub_drafts *drafts, struct ub_draft *draft)
{
	int64_t duration;
	draft->item.zone = making->calendar.zone;
	if (draft->source->task)
		return place_task(making, drafts, draft);
	if (!duration_of(making, draft, &duration))
		return false;
	return draft->source->at.items ? place_at(making, drafts, draft, duration)
				       : place_between(making, drafts, draft, duration);
}
