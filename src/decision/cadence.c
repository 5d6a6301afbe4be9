/* SPDX-License-Identifier: Apache-2.0 */
#include "decision-private.h"

struct ub_text ub_cadence_uid(const struct ub_rule *rule, struct ub_text account_id, struct ub_arena *arena)
{
	struct ub_text mark = ub_plan_rule_mark(ub_plan_family(rule), arena);
	return ub_textf(arena, "cadence/%.*s/%.*s", UB_ARGS(mark), UB_ARGS(account_id));
}

const struct ub_ruleset *ub_cadence_rules(
    const struct ub_ruleset *rules, const struct ub_rule *rule, struct ub_arena *arena)
{
	struct ub_ruleset *family = UB_NEW(arena, struct ub_ruleset);
	*family = *rules;
	family->rules = UB_NEW_ARRAY(arena, const struct ub_rule *, rules->n_account_rules);
	family->n_rules = family->n_account_rules = 0;
	for (size_t i = 0; i < rules->n_account_rules; i++)
		if (ub_text_eq(ub_plan_family(rules->account_rules[i]), ub_plan_family(rule)))
			family->rules[family->n_rules++] = rules->account_rules[i];
	return family;
}

void ub_decide_cadence(
    const struct ub_cadence_input *input, struct ub_decision *decision, struct ub_arena *arena)
{
	struct ub_event *event = UB_NEW(arena, struct ub_event);
	event->component = UB_COMPONENT_EVENT;
	event->uid = ub_cadence_uid(input->rule, input->account->id, arena);
	*decision = (struct ub_decision){
		.event = event, .plan = UB_NEW(arena, struct ub_plan), .look_again = UB_INSTANT_NONE
	};
}
