/* SPDX-License-Identifier: Apache-2.0 */
#include "rules-private.h"

/* What a rule is tried on, `for`, and what goes with it: upbeat-rules(5), "Rules for accounts". */

static void misplace(
    struct loader *loader, struct ub_place place, const char *key, const char *of, const char *help)
{
	struct ub_diag *diag =
	    ub_error(loader->diags, "conflict", place, "a rule for %s has no `%s`", of, key);
	ub_diag_set_help(loader->diags, diag, "%s", help);
}

static void check_for_meetings(struct loader *loader, const struct ub_rule *rule)
{
	static const char help[] = "begin the rule with `for: account`, or take this out";
	if (rule->every.n)
		misplace(loader, rule->every.items[0].place, "every", "meetings", help);
	if (rule->satisfied_by.n)
		misplace(loader, rule->satisfied_by.items[0].place, "satisfied_by", "meetings", help);
}

/* Such a rule makes items of its own, once a period. It has no meeting to add something to. */
static void check_for_accounts(
    struct loader *loader, const struct loaded_rule *loaded, const struct ub_yaml_node *node)
{
	static const char *const keys[] = { "add_to", "amend" };
	for (size_t i = 0; i < UB_COUNT(keys); i++) {
		const struct ub_yaml_node *value = ub_yaml_get(node, keys[i]);
		if (value)
			misplace(loader, ub_yaml_first_line(value), keys[i], "accounts",
			    "put it into a rule of its own, without `for: account`");
	}
	if (ub_yaml_get(node, "every") || !loaded->rule.enabled)
		return;
	struct ub_diag *diag = ub_error(loader->diags, "missing-key", loaded->rule.place,
	    "this rule for accounts does not say how often: it has no `every`");
	ub_diag_set_help(loader->diags, diag, "add `every: quarter`, or cases of it by `account.health`");
}

void check_subject(struct loader *loader, const struct loaded_rule *rule, const struct ub_yaml_node *node)
{
	if (rule->rule.subject == UB_FOR_ACCOUNT)
		check_for_accounts(loader, rule, node);
	else
		check_for_meetings(loader, &rule->rule);
}

/* ---- reading of a meeting ---- */

static void help(struct loader *loader, struct ub_diag *diag)
{
	ub_diag_set_help(loader->diags, diag,
	    "it is tried on accounts, and knows `account`, `org` and `today`; only `satisfied_by` knows a "
	    "meeting");
}

static void check_program(struct loader *loader, const struct ub_cel_program *program)
{
	struct ub_text const meeting = UB_TEXT("meeting");
	if (!program || !ub_cel_program_uses(program, meeting))
		return;
	struct ub_text text = ub_cel_program_text(program);
	size_t at = ub_text_find(text, meeting, 0);
	bool named = at != SIZE_MAX;
	help(loader,
	    ub_error(loader->diags, "no-meeting",
		program_place(loader, program, named ? at : 0, named ? meeting.len : text.len),
		named ? "a rule for accounts has no `meeting`"
		      : "a rule for accounts has no `meeting`, which this reads by way of a definition"));
}

static void check_template(struct loader *loader, const struct ub_case *from, const struct ub_template *tmpl)
{
	struct ub_place place;
	if (!tmpl || !ub_template_reads(tmpl, UB_TEXT("meeting"), &place))
		return;
	struct ub_diag *diag = ub_error(loader->diags, "no-meeting", from->place,
	    "a rule for accounts has no `meeting`, which this text reads");
	help(loader, diag);
	diag->related = place;
	diag->related_message = UB_TEXT("it is read here");
}

static void check_bodies(struct loader *loader, struct ub_cases cases)
{
	for (size_t i = 0; i < cases.n; i++)
		check_template(loader, &cases.items[i], cases.items[i].use.body);
}

static void check_item(struct loader *loader, const struct ub_rule_item *item)
{
	const struct ub_cel_program *when;
	for (size_t at = 0; each_condition(item, &at, &when);)
		check_program(loader, when);
	for (size_t i = 0; i < item->attendees.n; i++)
		check_program(loader, item->attendees.items[i].use.people);
	for (size_t i = 0; i < item->title.n; i++)
		check_template(loader, &item->title.items[i], item->title.items[i].use.text);
	check_bodies(loader, item->agenda);
	check_bodies(loader, item->mail);
	for (size_t i = 0; i < item->sections.n; i++)
		for (size_t k = 0; k < item->sections.items[i].use.bodies.n; k++)
			check_template(
			    loader, &item->sections.items[i], item->sections.items[i].use.bodies.items[k]);
}

void check_reads(struct loader *loader, const struct loaded_rule *rule)
{
	if (rule->rule.subject != UB_FOR_ACCOUNT)
		return;
	for (size_t i = 0; i < rule->rule.when.n; i++)
		check_program(loader, rule->rule.when.items[i].program);
	for (size_t i = 0; i < rule->rule.unless.n; i++)
		check_program(loader, rule->rule.unless.items[i].program);
	for (size_t i = 0; i < rule->rule.every.n; i++)
		check_program(loader, rule->rule.every.items[i].when);
	for (size_t i = 0; i < rule->n_items; i++)
		check_item(loader, &rule->items[i].item);
}
