/* SPDX-License-Identifier: Apache-2.0 */
#include "rules-private.h"

/* What a rule is tried on, `for`, and what goes with it: upbeat-rules(5), "Rules for accounts", "Rules for
 * teams". */

/* A fact that not all rules have. */
struct absent {
	struct ub_text name;
	const char *code;
};

static const struct absent no_meeting = { { "meeting", 7 }, "no-meeting" };
static const struct absent no_account = { { "account", 7 }, "no-customer" };
static const struct absent no_accounts = { { "accounts", 8 }, "no-customer" };
static const struct absent no_has_account = { { "has_account", 11 }, "no-customer" };
static const struct absent no_team = { { "team", 4 }, "no-team" };

static const struct subject {
	const char *plural;
	const char *help; /* for whoever reads what is not there */
	const struct absent *absent[4];
} subjects[] = {
	[UB_FOR_MEETING] = { "meetings",
	    "it is tried on meetings; the function `team(\"NAME\")` gives the people of a team",
	    { &no_team } },
	[UB_FOR_ACCOUNT] = { "accounts",
	    "it is tried on accounts, and knows `account`, `org` and `today`; only `satisfied_by` knows a "
	    "meeting",
	    { &no_meeting, &no_team } },
	[UB_FOR_TEAM] = { "teams",
	    "it is tried on the teams of the settings, and knows `team`, `org` and `today`",
	    { &no_meeting, &no_account, &no_accounts, &no_has_account } },
};

static const struct subject *subject_of(const struct ub_rule *rule)
{
	return &subjects[rule->subject];
}

/* ---- keys ---- */

static void misplace(struct loader *loader, const struct ub_rule *rule, struct ub_place place,
    const char *key, const char *help)
{
	struct ub_diag *diag = ub_error(
	    loader->diags, "conflict", place, "a rule for %s has no `%s`", subject_of(rule)->plural, key);
	ub_diag_set_help(loader->diags, diag, "%s", help);
}

static void check_for_meetings(struct loader *loader, const struct ub_rule *rule)
{
	static const char help[] = "begin the rule with `for: account`, or take this out";
	if (rule->every.n)
		misplace(loader, rule, rule->every.items[0].place, "every", help);
	if (rule->satisfied_by.n)
		misplace(loader, rule, rule->satisfied_by.items[0].place, "satisfied_by", help);
}

/* What only adds to an item comes as often as that. */
static void refuse_rhythm(struct loader *loader, const struct ub_yaml_node *node)
{
	static const char *const keys[] = { "every", "satisfied_by" };
	for (size_t i = 0; i < UB_COUNT(keys); i++) {
		const struct ub_yaml_node *value = ub_yaml_get(node, keys[i]);
		if (!value)
			continue;
		struct ub_diag *diag = ub_error(loader->diags, "conflict", ub_yaml_first_line(value),
		    "`%s` stands beside `add_to`, without `create`", keys[i]);
		ub_diag_set_help(
		    loader->diags, diag, "take it out: the item's own rule says how often it comes");
	}
}

/* Such a rule makes its items once a period. There is nothing of a user's that it could amend. */
static void check_by_period(
    struct loader *loader, const struct ub_rule *rule, const struct ub_yaml_node *node)
{
	const struct ub_yaml_node *amend = ub_yaml_get(node, "amend");
	if (amend)
		misplace(loader, rule, ub_yaml_first_line(amend), "amend",
		    "put it into a rule of its own, without this `for`");
	if (rule->subject == UB_FOR_TEAM && rule->satisfied_by.n)
		misplace(loader, rule, rule->satisfied_by.items[0].place, "satisfied_by",
		    "take it out: no meeting is a team's");
	if (!ub_yaml_get(node, "create") && ub_yaml_get(node, "add_to")) {
		refuse_rhythm(loader, node);
		return;
	}
	if (ub_yaml_get(node, "every") || !rule->enabled)
		return;
	struct ub_diag *diag = ub_error(loader->diags, "missing-key", rule->place,
	    "this rule for %s does not say how often: it has no `every`", subject_of(rule)->plural);
	ub_diag_set_help(loader->diags, diag,
	    rule->subject == UB_FOR_TEAM ? "add `every: month`"
					 : "add `every: quarter`, or cases of it by `account.health`");
}

void rules_check_subject(
    struct loader *loader, const struct loaded_rule *rule, const struct ub_yaml_node *node)
{
	if (rule->rule.subject == UB_FOR_MEETING)
		check_for_meetings(loader, &rule->rule);
	else
		check_by_period(loader, &rule->rule, node);
}

/* ---- reading of what is not there ---- */

static void report_program(struct loader *loader, const struct subject *subject, const struct absent *absent,
    const struct ub_cel_program *program)
{
	struct ub_text text = ub_cel_program_text(program);
	size_t at = ub_text_find(text, absent->name, 0);
	bool named = at != SIZE_MAX;
	struct ub_diag *diag = ub_error(loader->diags, absent->code,
	    rules_program_place(loader, program, named ? at : 0, named ? absent->name.len : text.len),
	    named ? "a rule for %s has no `%.*s`"
		  : "a rule for %s has no `%.*s`, which this reads by way of a definition",
	    subject->plural, UB_ARGS(absent->name));
	ub_diag_set_help(loader->diags, diag, "%s", subject->help);
}

static void check_program(
    struct loader *loader, const struct subject *subject, const struct ub_cel_program *program)
{
	for (size_t i = 0; program && i < UB_COUNT(subject->absent) && subject->absent[i]; i++)
		if (ub_cel_program_uses(program, subject->absent[i]->name)) {
			report_program(loader, subject, subject->absent[i], program);
			return;
		}
}

static void check_template(struct loader *loader, const struct subject *subject, const struct ub_case *from,
    const struct ub_template *tmpl)
{
	struct ub_place place;
	for (size_t i = 0; tmpl && i < UB_COUNT(subject->absent) && subject->absent[i]; i++) {
		const struct absent *absent = subject->absent[i];
		if (!ub_template_reads(tmpl, absent->name, &place))
			continue;
		struct ub_diag *diag = ub_error(loader->diags, absent->code, from->place,
		    "a rule for %s has no `%.*s`, which this text reads", subject->plural,
		    UB_ARGS(absent->name));
		ub_diag_set_help(loader->diags, diag, "%s", subject->help);
		diag->related = place;
		diag->related_message = UB_TEXT("it is read here");
		return;
	}
}

static void check_conditions(
    struct loader *loader, const struct subject *subject, const struct ub_conditions *parts)
{
	for (size_t i = 0; i < parts->n; i++)
		check_program(loader, subject, parts->items[i].program);
}

static void check_cases(struct loader *loader, const struct subject *subject, struct ub_cases cases)
{
	for (size_t i = 0; i < cases.n; i++)
		check_program(loader, subject, cases.items[i].when);
}

static void check_people(struct loader *loader, const struct subject *subject, struct ub_cases people)
{
	for (size_t i = 0; i < people.n; i++)
		check_program(loader, subject, people.items[i].use.people);
}

static void check_bodies(struct loader *loader, const struct subject *subject, struct ub_cases cases)
{
	for (size_t i = 0; i < cases.n; i++)
		check_template(loader, subject, &cases.items[i], cases.items[i].use.body);
}

static void check_sections(struct loader *loader, const struct subject *subject, struct ub_cases sections)
{
	for (size_t i = 0; i < sections.n; i++)
		for (size_t k = 0; k < sections.items[i].use.bodies.n; k++)
			check_template(
			    loader, subject, &sections.items[i], sections.items[i].use.bodies.items[k]);
}

static void check_item(struct loader *loader, const struct subject *subject, const struct ub_rule_item *item)
{
	const struct ub_cel_program *when;
	for (size_t at = 0; rules_each_condition(item, &at, &when);)
		check_program(loader, subject, when);
	check_people(loader, subject, item->attendees);
	for (size_t i = 0; i < item->title.n; i++)
		check_template(loader, subject, &item->title.items[i], item->title.items[i].use.text);
	check_bodies(loader, subject, item->agenda);
	check_bodies(loader, subject, item->mail);
	check_sections(loader, subject, item->sections);
}

static void check_contribution(
    struct loader *loader, const struct subject *subject, const struct ub_addition *addition)
{
	check_cases(loader, subject, addition->sections);
	check_cases(loader, subject, addition->attendees);
	check_cases(loader, subject, addition->longer);
	check_people(loader, subject, addition->attendees);
	check_sections(loader, subject, addition->sections);
}

void rules_check_reads(struct loader *loader, const struct loaded_rule *rule)
{
	const struct subject *subject = subject_of(&rule->rule);
	check_conditions(loader, subject, &rule->rule.when);
	check_conditions(loader, subject, &rule->rule.unless);
	check_cases(loader, subject, rule->rule.every);
	check_conditions(loader, &subjects[UB_FOR_MEETING], &rule->rule.satisfied_by);
	for (size_t i = 0; i < rule->n_items; i++)
		check_item(loader, subject, &rule->items[i].item);
	if (rule->rule.addition)
		check_contribution(loader, subject, rule->rule.addition);
}
