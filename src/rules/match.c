/* SPDX-License-Identifier: Apache-2.0 */
#include "rules-private.h"

const struct ub_rule **ub_rules_of(const struct ub_ruleset *rules, enum ub_rule_subject subject, size_t *n)
{
	switch (subject) {
	case UB_FOR_ACCOUNT:
		*n = rules->n_account_rules;
		return rules->account_rules;
	case UB_FOR_TEAM:
		*n = rules->n_team_rules;
		return rules->team_rules;
	case UB_FOR_MEETING:
		break;
	}
	*n = rules->n_rules;
	return rules->rules;
}

size_t ub_rules_number(const struct ub_ruleset *rules)
{
	return rules->n_rules + rules->n_account_rules + rules->n_team_rules;
}

const struct ub_rule *ub_rules_at(const struct ub_ruleset *rules, size_t at)
{
	if (at < rules->n_rules)
		return rules->rules[at];
	at -= rules->n_rules;
	return at < rules->n_account_rules ? rules->account_rules[at]
					   : rules->team_rules[at - rules->n_account_rules];
}

struct ub_cel_activation *ub_rules_activation(
    const struct ub_ruleset *rules, const struct ub_facts *facts, struct ub_arena *arena)
{
	struct ub_cel_activation *activation = ub_cel_activation_new(arena, rules->env);
	ub_facts_bind(activation, facts);
	return activation;
}

/* The verdict of all parts together, as CEL's `&&` and `||` have it: a part that decides does so, even if
 * others cannot tell. */
static enum ub_verdict ask_parts(const struct ub_conditions *parts, enum ub_verdict decides,
    struct ub_cel_activation *activation, struct ub_arena *arena)
{
	enum ub_verdict verdict = decides == UB_NO ? UB_YES : UB_NO;
	for (size_t i = 0; i < parts->n && verdict != decides; i++) {
		enum ub_verdict one = rules_ask_condition(parts->items[i].program, UB_YES, activation, arena);
		if (one == decides || one == UB_CANNOT_TELL)
			verdict = one;
	}
	return verdict;
}

enum ub_verdict ub_rules_ask(
    const struct ub_conditions *parts, struct ub_cel_activation *activation, struct ub_arena *arena)
{
	return ask_parts(parts, UB_NO, activation, arena);
}

/* The rule matches if `when` holds and `unless` does not. The verdict follows CEL's `&&`: a NO of one side
 * decides, even if the other side cannot tell. */
static void match_conditions(struct ub_match *match, struct ub_arena *arena)
{
	const struct ub_rule *rule = match->rule;
	enum ub_verdict when = ask_parts(&rule->when, UB_NO, match->activation, arena);
	enum ub_verdict unless =
	    when == UB_NO ? UB_NO : ask_parts(&rule->unless, UB_YES, match->activation, arena);
	match->verdict = when;
	match->reason = UB_BY_WHEN;
	if (unless == UB_YES || (unless == UB_CANNOT_TELL && when == UB_YES)) {
		match->verdict = unless == UB_YES ? UB_NO : UB_CANNOT_TELL;
		match->reason = UB_BY_UNLESS;
	}
}

/* The first rule of a group that matches wins. A rule that cannot tell stops the rest of its group. */
static bool held_back(const struct ub_map *groups, struct ub_match *match)
{
	match->first = match->rule->group.len ? ub_map_get(groups, match->rule->group) : NULL;
	if (!match->first)
		return false;
	match->verdict = match->first->verdict == UB_YES ? UB_NO : UB_CANNOT_TELL;
	match->reason = UB_BY_GROUP;
	return true;
}

struct ub_match *ub_rules_match(
    const struct ub_ruleset *rules, struct ub_cel_activation *activation, struct ub_arena *arena)
{
	struct ub_match *matches = UB_NEW_ARRAY(arena, struct ub_match, rules->n_rules);
	struct ub_map *groups = ub_map_new(arena);
	for (size_t i = 0; i < rules->n_rules; i++) {
		struct ub_match *match = &matches[i];
		const struct ub_rule *rule = rules->rules[i];
		*match = (struct ub_match){
			.rule = rule, .verdict = UB_NO, .reason = UB_BY_ENABLED, .activation = activation
		};
		if (!rule->enabled || held_back(groups, match))
			continue;
		match_conditions(match, arena);
		/* A rule in audit mode does not keep other rules from matching. */
		if (rule->group.len && match->verdict != UB_NO && rule->mode == UB_MODE_ENFORCE)
			ub_map_put(groups, rule->group, match);
	}
	return matches;
}

enum ub_verdict ub_rules_case(struct ub_cases cases, struct ub_cel_activation *activation,
    const struct ub_case **chosen, struct ub_text *why, struct ub_arena *arena)
{
	*chosen = NULL;
	*why = UB_TEXT_NONE;
	for (size_t i = 0; i < cases.n; i++) {
		const struct ub_cel_program *when = cases.items[i].when;
		enum ub_verdict verdict = rules_ask_condition(when, UB_YES, activation, arena);
		if (verdict == UB_CANNOT_TELL)
			*why = rules_why_not_told(when, activation, arena);
		if (verdict == UB_YES)
			*chosen = &cases.items[i];
		if (verdict != UB_NO)
			return verdict;
	}
	return UB_NO;
}
