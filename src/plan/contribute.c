/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

/*
 * Additions of other rules to an item (`add_to`), and the item's own `sections`. An undecided contribution
 * leaves its part of an existing item as it is: nothing is created and nothing is undone.
 */

static bool adds_to(const struct ub_rule *rule, const struct ub_draft *draft)
{
	const struct ub_addition *addition = rule->addition;
	return addition && ub_text_eq(addition->item, draft->source->name) &&
	       (ub_text_eq(addition->family, draft->rule->name) ||
		   ub_text_eq(addition->family, draft->rule->group));
}

/* The properties (enum ub_property) that each part of a contribution changes. */
static unsigned of_sections(const struct ub_addition *addition)
{
	return addition->sections.items ? UB_PROPERTY_AGENDA : 0;
}

static unsigned of_attendees(const struct ub_addition *addition)
{
	return addition->attendees.items ? UB_PROPERTY_PEOPLE : 0;
}

/* A longer item also has another agenda: the minutes there are shares of the whole length. */
static unsigned of_longer(const struct ub_addition *addition)
{
	return addition->longer.items ? UB_PROPERTY_TIME | UB_PROPERTY_AGENDA : 0;
}

/* The case that holds, or NULL. Cannot tell: a note says so, and the properties `concerns` of an existing
 * item stay as they are. */
static const struct ub_case *choose(struct ub_making *making, struct ub_draft *draft, struct ub_cases cases,
    const char *field, unsigned concerns)
{
	const struct ub_case *chosen;
	struct ub_text why = UB_TEXT_NONE;
	enum ub_verdict verdict = ub_rules_case(cases, making->activation, &chosen, &why, making->arena);
	if (verdict == UB_CANNOT_TELL) {
		plan_note(
		    making, UB_NOTE_REMARK, draft->item.id, "`%s` cannot tell: %.*s", field, UB_ARGS(why));
		draft->undecided |= concerns;
	}
	return verdict == UB_YES ? chosen : NULL;
}

static void add_sections(struct ub_making *making, struct ub_draft *draft, struct ub_cases sections)
{
	const struct ub_case *chosen = choose(making, draft, sections, "sections", UB_PROPERTY_AGENDA);
	for (size_t i = 0; chosen && i < chosen->use.bodies.n; i++)
		*ub_push(making->arena, &draft->sections) =
		    plan_translated(making, chosen->use.bodies.items[i]);
}

static void contribute(struct ub_making *making, struct ub_draft *draft, const struct ub_rule *rule)
{
	const struct ub_addition *addition = rule->addition;
	int64_t seconds = 0;
	size_t sections = draft->sections.n;
	add_sections(making, draft, addition->sections);
	const struct ub_case *people =
	    choose(making, draft, addition->attendees, "attendees", UB_PROPERTY_PEOPLE);
	const struct ub_case *longer = choose(making, draft, addition->longer, "longer", of_longer(addition));
	if (people && people->use.people)
		*ub_push(making->arena, &draft->invites) = people->use.people;
	if (longer && ub_cal_span_seconds(longer->use.span, &seconds))
		draft->longer += seconds;
	struct ub_buf text = UB_BUF(making->arena);
	for (size_t i = sections; i < draft->sections.n; i++)
		ub_buf_printf(&text, "%s%.*s", text.len ? ", " : "",
		    UB_ARGS(ub_template_name(draft->sections.items[i])));
	if (seconds) {
		ub_buf_str(&text, text.len ? ", " : "");
		ub_cal_print_seconds(&text, seconds);
	}
	if (people && people->use.people)
		ub_buf_str(&text, text.len ? ", people" : "people");
	plan_note(making, UB_NOTE_REMARK, draft->item.id, "rule `%.*s` adds: %.*s", UB_ARGS(rule->name),
	    UB_ARGS(ub_buf_text(&text)));
}

void plan_contributions(struct ub_making *making, struct ub_draft *draft)
{
	const struct ub_plan *plan = making->plan;
	add_sections(making, draft, draft->source->sections);
	for (size_t i = 0; i < plan->n_matches; i++) {
		const struct ub_match *match = &plan->matches[i];
		if (!adds_to(match->rule, draft) || match->verdict == UB_NO)
			continue;
		if (match->verdict == UB_CANNOT_TELL) {
			const struct ub_addition *addition = match->rule->addition;
			draft->undecided |=
			    of_sections(addition) | of_attendees(addition) | of_longer(addition);
			plan_note(making, UB_NOTE_REMARK, draft->item.id,
			    "rule `%.*s` cannot tell whether it adds to this", UB_ARGS(match->rule->name));
		} else if (match->rule->mode == UB_MODE_AUDIT) {
			plan_note(making, UB_NOTE_REMARK, draft->item.id,
			    "rule `%.*s` would add to this, and is only watched (mode: audit)",
			    UB_ARGS(match->rule->name));
		} else {
			contribute(making, draft, match->rule);
		}
	}
}
