/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

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
	found.verdict = ub_plan_instant(making, drafts, point, &found.at);
	if (found.verdict == UB_CANNOT_TELL)
		ub_plan_no_time(making, draft, point, found.verdict);
	else if (found.verdict == UB_YES && point->after)
		ub_plan_anchor(making, drafts, point, &found.not_before);
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

bool ub_plan_place_task(struct ub_making *making, struct ub_drafts *drafts, struct ub_draft *draft)
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
