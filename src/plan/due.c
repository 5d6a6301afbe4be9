/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

/*
 * When a task is due: by the rule's point, but within its owner's working time, after the item that it
 * follows, and, if the rule wants it before the meeting, not after the meeting's start.
 */

/* Somebody who begins to work finds nothing that is due at that very moment. */
#define TIME_TO_DO 3600

/* The result of `due` or of `latest`. */
struct deadline {
	enum ub_verdict verdict; /* UB_NO: not given, or relative to an item that is not made */
	ub_instant at;
	ub_instant not_before; /* what the task follows; UB_INSTANT_MIN: it follows nothing */
	bool of_meeting;       /* counted from the meeting itself */
};

/* Whether the task comes after what the point counts from. A task that is due at the meeting's start comes
 * before the meeting. */
static bool follows(const struct ub_point *point)
{
	return point->after || (point->span.n == 0 && (point->item.len || point->anchor == UB_AT_END));
}

static struct deadline find_deadline(
    struct ub_making *making, struct ub_draft *draft, struct ub_cases cases, const char *field)
{
	const struct ub_case *chosen;
	struct deadline found = { .not_before = UB_INSTANT_MIN };
	found.verdict = plan_case(making, draft, cases, field, &chosen);
	if (found.verdict != UB_YES)
		return found;
	const struct ub_point *point = &chosen->use.point;
	found.of_meeting = point->item.len == 0;
	found.verdict = plan_instant(making, draft, point, &found.at);
	if (found.verdict == UB_CANNOT_TELL)
		plan_no_time(making, draft, point, found.verdict);
	else if (found.verdict == UB_YES && follows(point))
		plan_anchor(making, draft, point, &found.not_before);
	return found;
}

static ub_instant earlier(ub_instant a, ub_instant b)
{
	return a < b ? a : b;
}

/* An hour after the owner's work begins or goes on, from the moment `from` on. */
static ub_instant after_opening(struct ub_making *making, ub_instant from)
{
	struct ub_interval work;
	if (!ub_cal_next_working(making->arena, &making->calendar, from, UB_PLAN_SEARCH, &work))
		return from;
	return earlier(work.start + TIME_TO_DO, work.end);
}

/* Whether the owner works at any time in between. */
static bool has_time(struct ub_making *making, ub_instant from, ub_instant to)
{
	return ub_cal_working_time(making->arena, &making->calendar, (struct ub_interval){ from, to }).n != 0;
}

/* The last working moment. If the owner does not work between the end of what the task follows and that
 * moment, there would be no time for the task, so that it is due when he works again. */
static ub_instant in_working_time(struct ub_making *making, ub_instant at, ub_instant not_before)
{
	ub_instant last;
	if (!ub_cal_last_working(making->arena, &making->calendar, at, UB_PLAN_SEARCH, &last))
		return at;
	bool bound = not_before != UB_INSTANT_MIN && !(last == at && at == not_before);
	return bound && !has_time(making, not_before, at) ? after_opening(making, at) : last;
}

/* Whether the instant lies within the meeting. A meeting of a whole day or of several is no time to do a
 * thing in. */
static bool is_in_meeting(const struct ub_making *making, ub_instant at)
{
	const struct ub_meeting *meeting = &making->input->facts->meeting;
	const struct ub_zone *zone = making->calendar.zone;
	return !meeting->event->start.date && at > meeting->start && at < meeting->end &&
	       ub_cal_local_day(zone, meeting->start) == ub_cal_local_day(zone, meeting->end - 1);
}

/* The due time by the rule, made fit. While there is time before the meeting, the task is due by then; what
 * is due after the meeting comes after the meeting's end. */
static ub_instant fitted(struct ub_making *making, const struct ub_draft *draft, struct deadline *wanted)
{
	struct ub_interval meeting = plan_occasion(making, draft);
	ub_instant start = meeting.start, at = wanted->at;
	bool ahead = at <= start;
	if (wanted->of_meeting && is_in_meeting(making, at))
		return at;
	if (at >= meeting.end && wanted->not_before < meeting.end)
		wanted->not_before = meeting.end;
	if (at < wanted->not_before)
		at = wanted->not_before + TIME_TO_DO;
	at = in_working_time(making, at, wanted->not_before);
	return ahead && wanted->not_before <= start ? earlier(at, start) : at;
}

static void note_shift(struct ub_making *making, const struct ub_draft *draft, const struct deadline *wanted)
{
	const struct ub_zone *zone = draft->item.zone;
	struct ub_buf by_rule = UB_BUF(making->arena), now = UB_BUF(making->arena);
	if (draft->item.due == wanted->at)
		return;
	ub_cal_format(&by_rule, UB_TEXT("%a %F %R"), zone, wanted->at, UB_ENGLISH);
	ub_cal_format(&now, UB_TEXT("%a %F %R"), zone, draft->item.due, UB_ENGLISH);
	plan_note(making, UB_NOTE_REMARK, draft->item.id, "by the rule it is due %.*s, %s; so it is due %.*s",
	    UB_ARGS(ub_buf_text(&by_rule)),
	    wanted->at < wanted->not_before ? "before what it follows" : "when its owner does not work",
	    UB_ARGS(ub_buf_text(&now)));
}

/* Whether the task was due before a meeting that has begun. It is of no use any more. A meeting of whole days
 * has no beginning that anybody would notice. */
static bool is_overtaken(const struct ub_making *making, const struct ub_draft *draft, ub_instant start)
{
	return draft->rule->subject == UB_FOR_MEETING && !making->input->facts->meeting.event->start.date &&
	       draft->item.due <= start && start <= making->input->facts->now;
}

/* The time has passed, so the task is due as early as is still useful: at the owner's next working moment, an
 * hour later if he only begins to work then, but not before the end of the item that the task follows. While
 * the meeting is ahead, the task is due before the meeting's beginning. */
static bool make_late(struct ub_making *making, struct ub_draft *draft, ub_instant not_before)
{
	ub_instant from = making->input->facts->now, start = plan_occasion(making, draft).start, last;
	if (draft->wishes.late == UB_LATE_SKIP || is_overtaken(making, draft, start))
		return plan_drop(making, draft, UB_NOTE_SKIPPED, "its time has passed");
	bool ahead = start > from;
	if (not_before > from)
		from = not_before;
	ub_instant due = plan_working_moment(&making->calendar, from, making->arena);
	/* There is no work right before the moment at which it begins. */
	bool works = due == from ||
		     (ub_cal_last_working(making->arena, &making->calendar, due - 1, UB_PLAN_SEARCH, &last) &&
			 last == due - 1);
	if (!works)
		due = after_opening(making, due);
	draft->item.due = ahead && start < due ? start : due;
	draft->item.late = true;
	plan_note(making, UB_NOTE_REMARK, draft->item.id,
	    "its time had passed, so it is due as early as still useful");
	return true;
}

/* Whether a task keeps its time. A task that the user has done or put off keeps it. So does a task that came
 * late: otherwise each pass would put the task off once more. A task that is due after the meeting's start is
 * of use whenever it is due. */
static bool task_stays(struct ub_making *making, struct ub_draft *draft)
{
	const struct ub_existing *existing = draft->existing;
	ub_instant now = making->input->facts->now, start = plan_occasion(making, draft).start;
	ub_instant useful_until = draft->item.due > start ? UB_INSTANT_MAX : start;
	if (!existing || !existing->event)
		return false;
	if (plan_task_goes_along(making, draft, useful_until))
		return true;
	bool late =
	    draft->item.due <= now && existing->due >= draft->item.due && existing->due <= useful_until;
	if (!late && !plan_is_pinned(making, existing, useful_until))
		return false;
	draft->item.late = late && existing->due > draft->item.due;
	draft->item.due = existing->due;
	return true;
}

bool plan_place_task(struct ub_making *making, struct ub_draft *draft)
{
	const struct ub_rule_item *source = draft->source;
	struct deadline due = find_deadline(making, draft, source->due, "due");
	if (due.verdict == UB_CANNOT_TELL)
		return false;
	struct deadline latest = find_deadline(making, draft, source->latest, "latest");
	if (latest.verdict == UB_CANNOT_TELL)
		return false;
	if (due.verdict == UB_NO && latest.verdict == UB_NO)
		return plan_drop(making, draft, UB_NOTE_SKIPPED, "nothing says when it is due");
	if (due.verdict == UB_NO)
		due = latest;
	else if (latest.verdict == UB_YES && latest.at < due.at)
		due.at = latest.at;
	draft->item.due = fitted(making, draft, &due);
	if (task_stays(making, draft))
		return true;
	if (draft->item.due <= making->input->facts->now)
		return make_late(making, draft, due.not_before);
	note_shift(making, draft, &due);
	return true;
}
