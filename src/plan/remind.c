/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

/*
 * When an item reminds. A length of time counts back from the item itself, and anything else is a point. The
 * reminders are computed after all items of the rule are made, as a point may name any of them.
 */

/* A reminder that comes so near to a start or an end belongs to what happens then, at whatever hour. */
#define CLOSE_BY 3600

static bool is_close_by(const struct ub_point *point)
{
	int64_t seconds;
	return point->anchor != UB_AT_DUE && ub_cal_span_seconds(point->span, &seconds) && seconds < CLOSE_BY;
}

static ub_instant own_time(const struct ub_item *item)
{
	return item->kind == UB_ITEM_TASK ? item->due : item->start;
}

/* "8 minutes before the meeting's end" */
static void print_point(struct ub_buf *out, struct ub_point point)
{
	static const char *const names[] = {
		[UB_AT_START] = "start", [UB_AT_END] = "end", [UB_AT_DUE] = "due"
	};
	if (point.item.len) {
		ub_cal_print_point(out, point);
		return;
	}
	if (point.span.n) {
		ub_cal_print_span(out, point.span);
		ub_buf_str(out, point.after ? " after " : " before ");
	}
	ub_buf_printf(out, "the meeting's %s", names[point.anchor]);
}

/* A reminder that would come when its owner does not work comes at the last working moment before. The
 * reminders of an event before its own start are exact: clients show them so. */
static ub_instant when_read(
    struct ub_making *making, const struct ub_item *item, const struct ub_reminder *reminder, ub_instant at)
{
	bool exact = reminder->by_point ? is_close_by(&reminder->point)
					: item->kind == UB_ITEM_EVENT || at == item->due;
	ub_instant working;
	return !exact && ub_cal_last_working(making->arena, &making->calendar, at, UB_PLAN_SEARCH, &working)
		   ? working
		   : at;
}

static struct ub_text words_of(struct ub_making *making, const struct ub_reminder *reminder, bool moved)
{
	struct ub_buf words = UB_BUF(making->arena);
	if (!reminder->by_point && !moved)
		return UB_TEXT_NONE;
	if (reminder->by_point) {
		print_point(&words, reminder->point);
	} else {
		ub_cal_print_span(&words, reminder->before);
		ub_buf_str(&words, " before");
	}
	if (moved)
		ub_buf_str(&words, ", moved into working time");
	return ub_buf_text(&words);
}

static bool is_there(const struct ub_item *item, int64_t seconds)
{
	for (size_t i = 0; i < item->n_reminders; i++)
		if (item->reminders[i] == seconds)
			return true;
	return false;
}

static void add(
    struct ub_making *making, struct ub_item *item, const struct ub_reminder *reminder, ub_instant wanted)
{
	ub_instant at = when_read(making, item, reminder, wanted);
	int64_t seconds = own_time(item) - at;
	struct ub_text words = words_of(making, reminder, at != wanted);
	if (seconds > UB_RULE_REMINDER_MAX || seconds < -UB_RULE_REMINDER_MAX) {
		plan_note(making, UB_NOTE_REMARK, item->id,
		    "it does not remind %.*s: that is more than %d days away from it", UB_ARGS(words),
		    UB_RULE_REMINDER_MAX / 86400);
	} else if (!is_there(item, seconds)) {
		item->reminders[item->n_reminders++] = seconds;
		*ub_push(making->arena, &item->reminder_words) = words;
	}
}

/* The instant at which the rule wants the reminder. UB_NO: it wants none then. */
static enum ub_verdict wanted_at(struct ub_making *making, const struct ub_draft *draft,
    const struct ub_reminder *reminder, ub_instant *at)
{
	int64_t seconds;
	if (reminder->by_point)
		return plan_instant(making, draft, &reminder->point, at);
	if (!ub_cal_span_seconds(reminder->before, &seconds))
		return UB_NO;
	*at = own_time(&draft->item) - seconds;
	return UB_YES;
}

static void remind(struct ub_making *making, struct ub_draft *draft)
{
	struct ub_item *item = &draft->item;
	item->reminders = UB_NEW_ARRAY(making->arena, int64_t, draft->reminders.n);
	for (size_t i = 0; i < draft->reminders.n; i++) {
		const struct ub_reminder *reminder = &draft->reminders.items[i];
		ub_instant at;
		enum ub_verdict verdict = wanted_at(making, draft, reminder, &at);
		if (verdict == UB_YES) {
			add(making, item, reminder, at);
			continue;
		}
		plan_note(making, UB_NOTE_REMARK, item->id,
		    verdict == UB_NO ? "it does not remind %.*s: there is no such time"
				     : "it cannot be told whether it reminds %.*s",
		    UB_ARGS(words_of(making, reminder, false)));
		if (verdict == UB_CANNOT_TELL)
			draft->undecided |= UB_PROPERTY_REMINDERS;
	}
}

/* Puts the reminders into the item of the plan, which was copied, and into the step. */
static void hand_on(struct ub_making *making, const struct ub_draft *draft)
{
	struct ub_plan *plan = making->plan;
	for (size_t i = 0; i < plan->items.n; i++) {
		struct ub_item *item = &plan->items.items[i];
		if (!ub_text_eq(item->uid, draft->item.uid))
			continue;
		item->reminders = draft->item.reminders;
		item->n_reminders = draft->item.n_reminders;
		item->reminder_words = draft->item.reminder_words;
	}
	for (size_t i = 0; i < plan->steps.n; i++)
		if (plan->steps.items[i].item == &draft->item && draft->existing)
			plan->steps.items[i].may_write &= ~draft->undecided;
}

void plan_remind(struct ub_making *making, struct ub_drafts *drafts)
{
	for (size_t i = 0; i < drafts->n; i++) {
		struct ub_draft *draft = &drafts->items[i];
		if (draft->state != UB_DRAFT_MADE || draft->reminders.n == 0)
			continue;
		remind(making, draft);
		hand_on(making, draft);
	}
}
