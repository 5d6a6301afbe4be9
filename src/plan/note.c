/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

/* Notes of a plan on how it was made, above all on items that are not made. */

static void add_note(
    struct ub_making *making, enum ub_note_kind kind, struct ub_text item, const char *format, va_list args)
{
	struct ub_buf text = UB_BUF(making->arena);
	ub_buf_vprintf(&text, format, args);
	*ub_push(making->arena, &making->plan->notes) = (struct ub_note){ .kind = kind,
		.item = item,
		.instance = ub_plan_instance_name(making->input->facts->meeting.event, making->arena),
		.text = ub_buf_text(&text) };
}

void plan_note(struct ub_making *making, enum ub_note_kind kind, struct ub_text item, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add_note(making, kind, item, format, args);
	va_end(args);
}

bool plan_drop(
    struct ub_making *making, struct ub_draft *draft, enum ub_note_kind kind, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add_note(making, kind, draft->item.id, format, args);
	making->plan->notes.items[making->plan->notes.n - 1].considered = draft->item.considered;
	va_end(args);
	draft->state = kind == UB_NOTE_UNDECIDED ? UB_DRAFT_UNDECIDED : UB_DRAFT_DROPPED;
	if (draft->existing && kind != UB_NOTE_SKIPPED)
		*ub_push(making->arena, &making->left) = draft->existing->item_mark;
	return false;
}

enum ub_verdict plan_case(struct ub_making *making, struct ub_draft *draft, struct ub_cases cases,
    const char *field, const struct ub_case **chosen)
{
	struct ub_text why = UB_TEXT_NONE;
	enum ub_verdict verdict = ub_rules_case(cases, making->activation, chosen, &why, making->arena);
	if (verdict == UB_CANNOT_TELL)
		plan_drop(making, draft, UB_NOTE_UNDECIDED, "`%s` cannot tell: %.*s", field, UB_ARGS(why));
	return verdict;
}
