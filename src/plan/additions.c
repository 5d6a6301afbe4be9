/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

/* Additions of a rule to the meeting itself. */

/* Upbeat may not change a meeting that somebody else has organized. A server would not take the change,
 * either. */
static bool is_owners(const struct ub_making *making)
{
	const struct ub_meeting *meeting = &making->input->facts->meeting;
	/* The name does not tell who an organizer without an address is. */
	return meeting->event->organizer ? meeting->organizer == making->owner : true;
}

static struct ub_text mark_of(
    const struct ub_making *making, struct ub_text family, const struct ub_rule_amend *amend)
{
	struct ub_item_key key = { making->input->facts->meeting.event->uid, making->owner->email, family,
		amend->name };
	return plan_amend_mark(&key, making->arena);
}

static bool fill_agenda(struct ub_making *making, const struct ub_template *body, struct ub_amendment *out)
{
	const struct ub_meeting *meeting = &making->input->facts->meeting;
	struct ub_buf text = UB_BUF(making->arena);
	struct ub_text why = UB_TEXT_NONE;
	const struct ub_template *variant = plan_translated(making, body);
	if (!ub_template_render(variant, NULL, 0, (meeting->end - meeting->start) / 60,
		plan_activation_for(making, variant), &text, &why)) {
		plan_note(making, UB_NOTE_UNDECIDED, out->id, "`template` cannot tell: %.*s", UB_ARGS(why));
		return false;
	}
	out->text = plan_tidy(ub_buf_text(&text), making->arena);
	return out->text.len != 0;
}

/* No rule ever invites a customer. */
static bool fill_attendee(struct ub_making *making, struct ub_text address, struct ub_amendment *out)
{
	out->text = address;
	if (!making->input->facts->meeting.organizer) {
		plan_note(making, UB_NOTE_SKIPPED, out->id,
		    "nobody is invited to a meeting without an organizer (RFC 5545 3.8.4.3)");
		return false;
	}
	if (!ub_org_is_guest(making->input->facts->org, address))
		return true;
	plan_note(making, UB_NOTE_REFUSED, out->id,
	    "%.*s is neither one of ours nor listed in organization.not_customers", UB_ARGS(address));
	return false;
}

static bool fill(struct ub_making *making, const struct ub_case *chosen, struct ub_amendment *out)
{
	switch (out->kind) {
	case UB_AMEND_ATTENDEE:
		return fill_attendee(making, chosen->use.word, out);
	case UB_AMEND_AGENDA:
		return fill_agenda(making, chosen->use.body, out);
	case UB_AMEND_REMINDER:
		return ub_cal_span_seconds(chosen->use.span, &out->seconds);
	default:
		out->text = ub_text_trim(chosen->use.word);
		return out->text.len != 0;
	}
}

static void amend(struct ub_making *making, const struct ub_rule *rule, const struct ub_rule_amend *source)
{
	const struct ub_case *chosen;
	struct ub_text why = UB_TEXT_NONE;
	struct ub_amendment amendment = { .source = source,
		.kind = source->kind,
		.id = ub_textf(making->arena, "%.*s/%.*s", UB_ARGS(rule->name), UB_ARGS(source->name)),
		.mark = mark_of(making, ub_plan_family(rule), source),
		.rule_mark = ub_plan_rule_mark(ub_plan_family(rule), making->arena) };
	for (size_t i = 0; i < rule->was.n; i++)
		*ub_push(making->arena, &amendment.was) = mark_of(making, rule->was.items[i], source);
	enum ub_verdict verdict =
	    ub_rules_case(source->value, making->activation, &chosen, &why, making->arena);
	if (verdict == UB_CANNOT_TELL)
		plan_note(making, UB_NOTE_UNDECIDED, amendment.id, "it cannot tell: %.*s", UB_ARGS(why));
	if (verdict != UB_YES || !fill(making, chosen, &amendment))
		return;
	if (rule->mode == UB_MODE_AUDIT)
		plan_note(making, UB_NOTE_REMARK, amendment.id, "its rule is only watched (mode: audit)");
	else
		*ub_push(making->arena, &making->plan->amendments) = amendment;
}

void plan_amend(struct ub_making *making, const struct ub_rule *rule)
{
	/* What is added to a series would stand in all of it, whatever the instance. */
	if (rule->n_amends == 0 || making->input->facts->meeting.event->is_instance)
		return;
	if (!is_owners(making)) {
		plan_note(making, UB_NOTE_SKIPPED, rule->name,
		    "the meeting stays as it is: it is organized by somebody else than the calendar's owner");
		return;
	}
	for (size_t i = 0; i < rule->n_amends; i++)
		amend(making, rule, &rule->amends[i]);
}
