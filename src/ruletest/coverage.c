/* SPDX-License-Identifier: Apache-2.0 */
#include "ruletest-private.h"

/* The coverage of tests: rules that applied, items that were planned, templates that were rendered. */

struct coverage {
	const struct ub_ruleset *rules;
	struct used_rule {
		bool applied;
		bool *planned;   /* for each item */
		bool *added;     /* for each addition to the meeting, ub_rule.amends */
	} * of;                  /* as ub_rules_at() counts the rules */
	struct ub_map *rendered; /* const struct ub_template *, by name */
};

struct coverage *ruletest_coverage_new(const struct ub_ruleset *rules, struct ub_arena *arena)
{
	struct coverage *coverage = UB_NEW(arena, struct coverage);
	coverage->rules = rules;
	coverage->of = UB_NEW_ARRAY(arena, struct used_rule, ub_rules_number(rules));
	for (size_t i = 0; i < ub_rules_number(rules); i++) {
		coverage->of[i].planned = UB_NEW_ARRAY(arena, bool, ub_rules_at(rules, i)->n_items);
		coverage->of[i].added = UB_NEW_ARRAY(arena, bool, ub_rules_at(rules, i)->n_amends);
	}
	coverage->rendered = ub_map_new(arena);
	return coverage;
}

static struct used_rule *use_of(struct coverage *coverage, const struct ub_rule *rule)
{
	size_t at = 0;
	while (ub_rules_at(coverage->rules, at) != rule)
		at++;
	return &coverage->of[at];
}

static void add_template(
    struct coverage *coverage, const struct ub_decision *decision, const struct ub_template *tmpl)
{
	const struct ub_facts *facts = decision->facts;
	struct ub_text owner = facts->meeting.owner ? facts->meeting.owner->email : UB_TEXT_NONE;
	bool customer = ub_template_audience(tmpl) == UB_AUDIENCE_CUSTOMER;
	tmpl = ub_template_in_language(
	    tmpl, customer ? facts->customer_language : ub_org_person(facts->org, owner)->language);
	ub_map_put(coverage->rendered, ub_template_name(tmpl), (void *)tmpl);
}

static const struct ub_case *choose(
    const struct ub_decision *decision, struct ub_cases cases, struct ub_arena *arena)
{
	struct ub_cel_activation *activation = decision->plan->matches[0].activation;
	const struct ub_case *chosen;
	struct ub_text why;
	return ub_rules_case(cases, activation, &chosen, &why, arena) == UB_YES ? chosen : NULL;
}

static void add_body(struct coverage *coverage, const struct ub_decision *decision, struct ub_cases cases,
    struct ub_arena *arena)
{
	const struct ub_case *chosen = choose(decision, cases, arena);
	if (chosen)
		add_template(coverage, decision, chosen->use.body);
}

static void add_sections(struct coverage *coverage, const struct ub_decision *decision, struct ub_cases cases,
    struct ub_arena *arena)
{
	const struct ub_case *chosen = choose(decision, cases, arena);
	for (size_t i = 0; chosen && i < chosen->use.bodies.n; i++)
		add_template(coverage, decision, chosen->use.bodies.items[i]);
}

static bool is_planned(const struct ub_plan *plan, const struct ub_addition *addition)
{
	for (size_t i = 0; i < plan->items.n; i++) {
		const struct ub_item *item = &plan->items.items[i];
		if (ub_text_eq(item->source->name, addition->item) &&
		    (ub_text_eq(item->rule->name, addition->family) ||
			ub_text_eq(item->rule->group, addition->family)))
			return true;
	}
	return false;
}

static void add_item(struct coverage *coverage, const struct ub_decision *decision,
    const struct ub_item *item, struct ub_arena *arena)
{
	const struct ub_rule_item *source = item->source;
	use_of(coverage, item->rule)->planned[source - item->rule->items] = true;
	add_body(coverage, decision, source->agenda, arena);
	add_body(coverage, decision, source->mail, arena);
	add_sections(coverage, decision, source->sections, arena);
}

static bool is_added(const struct ub_plan *plan, const struct ub_rule_amend *source)
{
	for (size_t i = 0; i < plan->amendments.n; i++)
		if (plan->amendments.items[i].source == source)
			return true;
	return false;
}

static void add_amends(struct coverage *coverage, const struct ub_decision *decision,
    const struct ub_rule *rule, struct ub_arena *arena)
{
	for (size_t i = 0; i < rule->n_amends; i++) {
		const struct ub_rule_amend *source = &rule->amends[i];
		if (!is_added(decision->plan, source))
			continue;
		use_of(coverage, rule)->added[i] = true;
		if (source->kind == UB_AMEND_AGENDA)
			add_body(coverage, decision, source->value, arena);
	}
}

void ruletest_coverage_add(
    struct coverage *coverage, const struct ub_decision *decision, struct ub_arena *arena)
{
	const struct ub_plan *plan = decision->plan;
	for (size_t i = 0; i < plan->n_matches; i++) {
		const struct ub_rule *rule = plan->matches[i].rule;
		if (plan->matches[i].verdict != UB_YES)
			continue;
		use_of(coverage, rule)->applied = true;
		add_amends(coverage, decision, rule, arena);
		if (rule->addition && is_planned(plan, rule->addition))
			add_sections(coverage, decision, rule->addition->sections, arena);
	}
	for (size_t i = 0; i < plan->items.n; i++)
		add_item(coverage, decision, &plan->items.items[i], arena);
}

/* ---- what is left ---- */

struct reporting {
	const struct ub_ruletest_input *input;
	struct ub_test_report *report;
	struct ub_arena *arena;
};

/* Rules and templates of an earlier layer are for the tests of that layer. */
static bool is_of_directories(const struct reporting *reporting, const struct ub_source *source)
{
	for (size_t i = 0; i < reporting->input->n_directories; i++) {
		struct ub_text directory =
		    ub_textf(reporting->arena, "%s/", reporting->input->directories[i]);
		if (ub_text_starts(source->name, directory))
			return true;
	}
	return false;
}

static void add_unused(
    struct reporting *reporting, const char *what, struct ub_text name, struct ub_place place)
{
	if (is_of_directories(reporting, place.source))
		*ub_push(reporting->arena, &reporting->report->unused) =
		    (struct ub_test_unused){ what, name, place };
}

static bool is_rendered(const struct coverage *coverage, const struct ub_template *tmpl)
{
	struct ub_text name;
	for (size_t i = 0; i < ub_map_size(coverage->rendered); i++) {
		const struct ub_template *rendered = ub_map_at(coverage->rendered, i, &name);
		if (rendered == tmpl || ub_template_includes(rendered, tmpl))
			return true;
	}
	return false;
}

static struct ub_text id_in(
    const struct reporting *reporting, const struct ub_rule *rule, struct ub_text name)
{
	return ub_textf(reporting->arena, "%.*s/%.*s", UB_ARGS(rule->name), UB_ARGS(name));
}

static void report_rule(struct reporting *reporting, const struct ub_rule *rule, const struct used_rule *used)
{
	if (!rule->enabled)
		return;
	if (!used->applied) {
		add_unused(reporting, "rule", rule->name, rule->place);
		return;
	}
	for (size_t i = 0; i < rule->n_items; i++)
		if (!used->planned[i])
			add_unused(reporting, "item", id_in(reporting, rule, rule->items[i].name),
			    rule->items[i].place);
	for (size_t i = 0; i < rule->n_amends; i++)
		if (!used->added[i])
			add_unused(reporting, "addition", id_in(reporting, rule, rule->amends[i].name),
			    rule->amends[i].place);
}

void ruletest_coverage_report(const struct coverage *coverage, const struct ub_ruletest_input *input,
    struct ub_test_report *report, struct ub_arena *arena)
{
	struct reporting reporting = { input, report, arena };
	const struct ub_template *tmpl;
	for (size_t i = 0; i < ub_rules_number(coverage->rules); i++)
		report_rule(&reporting, ub_rules_at(coverage->rules, i), &coverage->of[i]);
	for (size_t i = 0; (tmpl = ub_template_at(coverage->rules->templates, i)); i++)
		if (!is_rendered(coverage, tmpl))
			add_unused(&reporting, "template", ub_template_name(tmpl),
			    (struct ub_place){ ub_template_source(tmpl), 0, 0 });
}
