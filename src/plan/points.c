/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

/* Points in time, which count from the meeting or from another item of the rule. */

static struct ub_draft *draft_named(struct ub_drafts *drafts, struct ub_text name)
{
	for (size_t i = 0; i < drafts->n; i++)
		if (ub_text_eq(drafts->items[i].source->name, name))
			return &drafts->items[i];
	return NULL;
}

enum ub_verdict plan_anchor(
    struct ub_making *making, const struct ub_draft *draft, const struct ub_point *point, ub_instant *anchor)
{
	if (point->item.len == 0) {
		const struct ub_meeting *meeting = &making->input->facts->meeting;
		*anchor = point->anchor == UB_AT_END ? meeting->end : meeting->start;
		return UB_YES;
	}
	struct ub_draft *other = draft_named(draft->of_rule, point->item);
	if (other && other->state == UB_DRAFT_NEW)
		plan_draft(making, other);
	if (!other || other->state != UB_DRAFT_MADE)
		return other && other->state == UB_DRAFT_UNDECIDED ? UB_CANNOT_TELL : UB_NO;
	const struct ub_item *item = &other->item;
	if (item->kind == UB_ITEM_TASK)
		*anchor = item->due;
	else
		*anchor = point->anchor == UB_AT_START ? item->start : item->end;
	return UB_YES;
}

enum ub_verdict plan_instant(
    struct ub_making *making, const struct ub_draft *draft, const struct ub_point *point, ub_instant *instant)
{
	ub_instant anchor;
	enum ub_verdict verdict = plan_anchor(making, draft, point, &anchor);
	if (verdict == UB_YES && !ub_cal_shift(&making->calendar, anchor, point->span, point->after, instant))
		verdict = UB_NO;
	return verdict;
}

bool plan_no_time(
    struct ub_making *making, struct ub_draft *draft, const struct ub_point *point, enum ub_verdict verdict)
{
	struct ub_buf words = UB_BUF(making->arena);
	ub_cal_print_point(&words, *point);
	struct ub_text text = ub_buf_text(&words);
	if (verdict == UB_CANNOT_TELL)
		return plan_drop(making, draft, UB_NOTE_UNDECIDED, "%.*s cannot be told", UB_ARGS(text));
	return plan_drop(making, draft, UB_NOTE_SKIPPED, "there is no such time as %.*s", UB_ARGS(text));
}
