/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "desk.h"

struct desk desk_with(const char *rule)
{
	struct desk desk = { .calendar = calendar_with(&rule, 1),
		.account = { .id = UB_TEXT("acme"),
		    .name = UB_TEXT("Acme"),
		    .health = UB_HEALTH_RED,
		    .renewal = UB_INSTANT_NONE } };
	return desk;
}

ub_instant at(const char *text)
{
	ub_instant instant;
	cr_assert(ub_cal_parse_rfc3339(ub_textf(arena, "%s:00Z", text), &instant, NULL), "%s", text);
	return instant;
}

static ub_instant time_of(const struct ub_step *step)
{
	const struct ub_existing *existing = step->existing;
	if (step->item)
		return step->item->kind == UB_ITEM_TASK ? step->item->due : step->item->start;
	return existing->event->component == UB_COMPONENT_TASK ? existing->due : existing->start;
}

/* What the steps do on which days: "create 12-01 keep 12-08". */
static const char *said(const struct ub_decision *decision)
{
	static const char *const words[] = { "create", "keep", "remove", "hide" };
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < decision->plan->steps.n; i++) {
		const struct ub_step *step = &decision->plan->steps.items[i];
		struct ub_civil c = ub_cal_civil(ub_cal_utc(), time_of(step));
		ub_buf_printf(
		    &out, "%s%s %02d-%02d", out.len ? " " : "", words[step->action], c.month, c.day);
	}
	return ub_buf_cstr(&out);
}

static const struct ub_step *step_of(const struct ub_plan *plan, const struct ub_existing *existing)
{
	for (size_t i = 0; i < plan->steps.n; i++)
		if (plan->steps.items[i].existing == existing)
			return &plan->steps.items[i];
	return NULL;
}

/* Carries the plan out: what is in no step stays as it is. */
static void carry_out(struct desk *desk, ub_instant now)
{
	const struct ub_plan *plan = desk->decision.plan;
	size_t n_after, n = 0, n_before = desk->input.n_existing;
	struct ub_existing *after = ub_existing_after(desk->calendar.snapshot, plan, now, &n_after, arena);
	struct ub_existing *all = UB_NEW_ARRAY(arena, struct ub_existing, n_before + plan->steps.n);
	for (size_t i = 0; i < n_before; i++) {
		const struct ub_existing *existing = &desk->input.existing[i];
		const struct ub_step *step = step_of(plan, existing);
		if (step && step->action == UB_ACTION_KEEP && !existing->user_changed)
			continue;
		all[n] = *existing;
		if (step && step->action == UB_ACTION_REMOVE)
			all[n].state = UB_EXISTING_REMOVED;
		n++;
	}
	for (size_t i = 0; i < n_after; i++) {
		const struct ub_existing *kept = NULL;
		for (size_t k = 0; k < n_before; k++)
			if (ub_text_eq(desk->input.existing[k].uid, after[i].uid) &&
			    desk->input.existing[k].user_changed)
				kept = &desk->input.existing[k];
		if (kept)
			continue;
		for (size_t k = 0; k < n_before; k++)
			if (ub_text_eq(desk->input.existing[k].uid, after[i].uid))
				after[i].item_mark =
				    desk->input.existing[k].item_mark; /* it is never written anew */
		all[n++] = after[i];
	}
	desk->input.existing = all;
	desk->input.n_existing = n;
}

const char *look(struct desk *desk, const char *now)
{
	desk->input.snapshot = desk->calendar.snapshot;
	desk->input.account = &desk->account;
	desk->input.rule = desk->calendar.snapshot->rules->account_rules[0];
	desk->input.owner = UB_TEXT("anna@ours.example");
	desk->input.now = at(now);
	ub_decide_cadence(&desk->input, &desk->decision, arena);
	const char *steps = said(&desk->decision);
	carry_out(desk, desk->input.now);
	return steps;
}

struct ub_existing *item_on(struct desk *desk, const char *day)
{
	for (size_t i = 0; i < desk->input.n_existing; i++) {
		struct ub_existing *existing = (struct ub_existing *)&desk->input.existing[i];
		struct ub_buf out = UB_BUF(arena);
		bool event = existing->event && existing->event->component == UB_COMPONENT_EVENT;
		if (event)
			ub_cal_format(&out, UB_TEXT("%m-%d"), ub_cal_utc(), existing->start, UB_ENGLISH);
		if (existing->state == UB_EXISTING_STANDS && ub_text_is(ub_buf_text(&out), day))
			return existing;
	}
	cr_assert(false, "there is no item on %s", day);
	return NULL;
}

void move_to(struct desk *desk, const char *day, const char *to)
{
	struct ub_existing *existing = item_on(desk, day);
	existing->end += at(to) - existing->start;
	existing->start = at(to);
	existing->user_changed = UB_PROPERTY_TIME;
}

/* The to-dos of the plan, by the day on which they are due. */
const char *due(const struct desk *desk)
{
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < desk->decision.plan->items.n; i++) {
		const struct ub_item *item = &desk->decision.plan->items.items[i];
		if (item->kind == UB_ITEM_TASK)
			ub_cal_format(&out, out.len ? UB_TEXT(" %m-%d") : UB_TEXT("%m-%d"), ub_cal_utc(),
			    item->due, UB_ENGLISH);
	}
	return ub_buf_cstr(&out);
}

bool is_told(const struct desk *desk, const char *words)
{
	const struct ub_plan *plan = desk->decision.plan;
	for (size_t i = 0; i < plan->notes.n; i++)
		if (ub_text_find(plan->notes.items[i].text, ub_text(words), 0) != SIZE_MAX)
			return true;
	return false;
}

/* Every day of the week of 9 November has its three, and more. */
