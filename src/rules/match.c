/* SPDX-License-Identifier: Apache-2.0 */
#include "rules-private.h"

struct ub_cel_activation *ub_rules_activation(
    const struct ub_ruleset *rules, const struct ub_facts *facts, struct ub_arena *arena)
{
	struct ub_cel_activation *activation = ub_cel_activation_new(arena, rules->env);
	ub_facts_bind(activation, facts);
	return activation;
}

/* What a condition comes to, kept for the reason. */
struct answer {
	enum ub_verdict verdict;
	struct ub_cel_value value;
};

static struct answer ask(const struct ub_cel_program *condition, bool without,
    struct ub_cel_activation *activation, struct ub_arena *arena)
{
	if (!condition)
		return (struct answer){ .verdict = without ? UB_YES : UB_NO };
	struct ub_cel_value value = ub_cel_eval(condition, activation, arena, NULL);
	enum ub_verdict verdict = UB_CANNOT_TELL;
	if (value.kind == UB_CEL_BOOL)
		verdict = value.b ? UB_YES : UB_NO;
	return (struct answer){ verdict, value };
}

static struct ub_text cannot_tell(const struct answer *answer, struct ub_arena *arena)
{
	if (answer->value.kind == UB_CEL_ERROR)
		return why_error(answer->value.error, arena);
	return UB_TEXT("the condition is neither true nor false");
}

/* `when` must hold and `unless` must not; what decides is looked for as CEL's `&&` does it, so that a rule
 * that is ruled out by the one is not kept open by the other. */
static struct ub_match match_conditions(
    const struct ub_rule *rule, struct ub_cel_activation *activation, struct ub_arena *arena)
{
	struct ub_match match = { .rule = rule, .verdict = UB_NO };
	struct answer when = ask(rule->when, true, activation, arena);
	struct answer unless = { .verdict = UB_NO };
	if (when.verdict != UB_NO)
		unless = ask(rule->unless, false, activation, arena);
	if (when.verdict == UB_NO) {
		match.why = why_line(rule->when, activation, arena);
	} else if (unless.verdict == UB_YES) {
		match.why =
		    ub_textf(arena, "unless %.*s", UB_ARGS(why_line(rule->unless, activation, arena)));
	} else if (when.verdict == UB_CANNOT_TELL || unless.verdict == UB_CANNOT_TELL) {
		match.verdict = UB_CANNOT_TELL;
		match.why = cannot_tell(when.verdict == UB_CANNOT_TELL ? &when : &unless, arena);
	} else {
		match.verdict = UB_YES;
		match.why = rule->when ? why_line(rule->when, activation, arena)
				       : UB_TEXT("it applies to every meeting");
	}
	return match;
}

/* Within a group the first that matches wins; one that cannot tell stops the rest. */
static bool held_back(const struct ub_map *groups, struct ub_match *match, struct ub_arena *arena)
{
	const struct ub_match *first = ub_map_get(groups, match->rule->group);
	if (!first)
		return false;
	struct ub_text name = first->rule->name, group = match->rule->group;
	match->verdict = first->verdict == UB_YES ? UB_NO : UB_CANNOT_TELL;
	match->why =
	    first->verdict == UB_YES
		? ub_textf(arena, "rule `%.*s` goes first in group `%.*s`", UB_ARGS(name), UB_ARGS(group))
		: ub_textf(arena, "rule `%.*s` goes first in group `%.*s` and cannot tell", UB_ARGS(name),
		      UB_ARGS(group));
	return true;
}

struct ub_match *ub_rules_match(
    const struct ub_ruleset *rules, struct ub_cel_activation *activation, struct ub_arena *arena)
{
	struct ub_match *matches = UB_NEW_ARRAY(arena, struct ub_match, rules->n_rules);
	struct ub_map *groups = ub_map_new(arena);
	for (size_t i = 0; i < rules->n_rules; i++) {
		struct ub_match *match = &matches[i];
		*match = (struct ub_match){ .rule = rules->rules[i], .verdict = UB_NO };
		if (!match->rule->enabled) {
			match->why = UB_TEXT("it is switched off (`enabled: false`)");
			continue;
		}
		bool grouped = match->rule->group.len != 0;
		if (grouped && held_back(groups, match, arena))
			continue;
		*match = match_conditions(match->rule, activation, arena);
		if (grouped && match->verdict != UB_NO)
			ub_map_put(groups, match->rule->group, match);
	}
	return matches;
}

enum ub_verdict ub_rules_case(struct ub_cases cases, struct ub_cel_activation *activation,
    const struct ub_case **chosen, struct ub_text *why, struct ub_arena *arena)
{
	*chosen = NULL;
	*why = UB_TEXT_NONE;
	for (size_t i = 0; i < cases.n; i++) {
		struct answer answer = ask(cases.items[i].when, true, activation, arena);
		if (answer.verdict == UB_NO)
			continue;
		if (answer.verdict == UB_CANNOT_TELL)
			*why = cannot_tell(&answer, arena);
		else
			*chosen = &cases.items[i];
		return answer.verdict;
	}
	return UB_NO;
}
