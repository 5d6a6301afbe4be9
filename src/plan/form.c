/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

/*
 * The form in which an item is written: what its rule says, and else what the owner's clients show. What
 * stands keeps its form, unless rule or settings say another one: items do not change because somebody has
 * looked with another client once.
 */

static bool choose_kind(struct ub_making *making, struct ub_draft *draft)
{
	struct ub_form *form = &draft->item.form;
	const struct ub_case *chosen;
	enum ub_verdict verdict = plan_case(making, draft, draft->source->shown_as, "shown_as", &chosen);
	if (verdict == UB_YES) {
		form->task_as_event = chosen->use.choice == UB_SHOWN_AS_EVENT;
		form->kind_settled = true;
		form->no_todos = UB_TEXT_NONE;
	}
	return verdict != UB_CANNOT_TELL;
}

static bool choose_html(struct ub_making *making, struct ub_draft *draft)
{
	struct ub_form *form = &draft->item.form;
	const struct ub_case *chosen;
	enum ub_verdict verdict = plan_case(making, draft, draft->source->html, "html", &chosen);
	if (verdict == UB_YES) {
		form->html = chosen->use.flag ? UB_HTML_ALL : 0;
		form->html_settled = true;
		form->html_in = UB_TEXT_NONE;
	}
	return verdict != UB_CANNOT_TELL;
}

bool plan_choose_form(struct ub_making *making, struct ub_draft *draft)
{
	draft->item.form = making->input->form;
	return choose_kind(making, draft) && choose_html(making, draft);
}

/* What the items of the plan have to do with the owner's clients. */
struct touched {
	bool tasks;  /* some are to-dos that no rule has given a form */
	bool texts;  /* some have a text that no rule has given a form */
	bool alarms; /* some remind several times */
};

static void touch(struct touched *touched, const struct ub_item *item)
{
	touched->tasks |= item->kind == UB_ITEM_TASK && item->form.no_todos.len;
	touched->texts |= item->form.html_in.len > 0;
	touched->alarms |= item->n_reminders > 1;
}

void plan_note_form(struct ub_making *making)
{
	const struct ub_form *form = &making->input->form;
	struct touched touched = { 0 };
	for (size_t i = 0; i < making->plan->steps.n; i++)
		if (making->plan->steps.items[i].item)
			touch(&touched, making->plan->steps.items[i].item);
	if (touched.tasks)
		plan_note(making, UB_NOTE_REMARK, UB_TEXT_NONE,
		    "new to-dos are written as events of the day, as their owner has %.*s, which shows none; "
		    "what "
		    "stands keeps its form",
		    UB_ARGS(form->no_todos));
	if (touched.texts && form->html)
		plan_note(making, UB_NOTE_REMARK, UB_TEXT_NONE,
		    "new texts stand as HTML, too, which %.*s shows", UB_ARGS(form->html_in));
	else if (touched.texts)
		plan_note(making, UB_NOTE_REMARK, UB_TEXT_NONE,
		    "new texts stand without HTML, which %.*s shows, but not %.*s", UB_ARGS(form->html_in),
		    UB_ARGS(form->plain_in));
	if (touched.alarms && form->nearest_first)
		plan_note(making, UB_NOTE_REMARK, UB_TEXT_NONE,
		    "of several reminders the last one is written first, as %.*s reads one alone",
		    UB_ARGS(form->one_alarm));
}
