/* SPDX-License-Identifier: Apache-2.0 */
#include "rules-private.h"

/*
 * Customers must not see internal data. They see an item whose attendees may include somebody from outside,
 * and they see a text for the customer. The type of every expression tells whether its data is internal. This
 * file only tells where internal data must not arrive.
 */

/* The flow of the data in one line: "`is_urgent` depends on it, `account.health` is internal". */
static struct ub_text flow_text(struct loader *loader, const struct ub_cel_flow *flow)
{
	struct ub_buf out = UB_BUF(loader->arena);
	for (size_t i = 0; i < flow->n; i++) {
		bool last = i + 1 == flow->n;
		if (i == UB_RULE_FLOW_MAX - 1 && !last)
			ub_buf_str(&out, ", ...");
		if (i < UB_RULE_FLOW_MAX - 1 || last)
			ub_buf_printf(&out, "%s%.*s", i ? ", " : "", UB_ARGS(flow->items[i].text));
	}
	return ub_buf_text(&out);
}

/* Points to a definition that the flow passes. */
static void relate_definition(struct loader *loader, struct ub_diag *diag, const struct ub_cel_flow *flow,
    const struct ub_cel_program *program)
{
	for (size_t i = 0; i < flow->n; i++) {
		const struct ub_cel_flow_step *step = &flow->items[i];
		if (step->program == program)
			continue;
		diag->related = rules_program_place(loader, step->program, step->at, step->len);
		diag->related_message = UB_TEXT("the internal data is read here");
		return;
	}
}

static void report_flow(struct loader *loader, const struct ub_cel_program *program, const char *what)
{
	struct ub_cel_flow flow = ub_cel_program_flow(program, loader->arena);
	size_t at = flow.n && flow.items[0].program == program ? flow.items[0].at : 0;
	size_t len =
	    flow.n && flow.items[0].program == program ? flow.items[0].len : ub_cel_program_text(program).len;
	struct ub_diag *diag =
	    ub_error(loader->diags, "internal-data", rules_program_place(loader, program, at, len),
		"%s, so it may not depend on internal data: %.*s", what, UB_ARGS(flow_text(loader, &flow)));
	relate_definition(loader, diag, &flow, program);
}

static void check_program(struct loader *loader, const struct ub_cel_program *program, const char *what)
{
	if (program && ub_cel_program_audience(program) == UB_CEL_INTERNAL)
		report_flow(loader, program, what);
}

static void check_title(struct loader *loader, const struct ub_template *title, const char *what)
{
	struct ub_place place;
	struct ub_text why;
	if (title && ub_template_why_internal(title, &place, &why))
		ub_error(loader->diags, "internal-data", place,
		    "%s, so its title may not depend on internal data: %.*s", what, UB_ARGS(why));
}

static void check_body(
    struct loader *loader, const struct ub_case *from, const struct ub_template *body, const char *what)
{
	if (!body || ub_template_audience(body) == UB_AUDIENCE_CUSTOMER)
		return;
	struct ub_text name = ub_template_name(body);
	struct ub_diag *diag = ub_error(loader->diags, "internal-data", from->place,
	    "%s, but the template `%.*s` is internal", what, UB_ARGS(name));
	ub_diag_set_help(loader->diags, diag,
	    "say `audience: customer` in the front matter of the template, which is then checked for "
	    "internal data");
}

static void check_mail(struct loader *loader, const struct ub_rule_item *item)
{
	static const char what[] = "this is a text for the customer";
	for (size_t i = 0; i < item->mail.n; i++) {
		check_program(loader, item->mail.items[i].when, what);
		check_body(loader, &item->mail.items[i], item->mail.items[i].use.body, what);
	}
}

static bool are_outside(const struct loader *loader, struct ub_cases attendees)
{
	for (size_t i = 0; i < attendees.n; i++) {
		const struct ub_cel_program *people = attendees.items[i].use.people;
		if (people && !ub_cel_type_known(loader->colleagues, ub_cel_program_type(people)))
			return true;
	}
	return false;
}

/* Whether somebody from outside may be invited, by the item itself or by a contribution of another rule. */
static bool may_invite_outside(
    const struct loader *loader, const struct loaded_rule *rule, const struct ub_rule_item *item)
{
	bool outside = are_outside(loader, item->attendees);
	for (size_t i = 0; i < loader->rules.n && !outside; i++)
		outside = rules_adds_to(loader->rules.items[i], rule, item->name) &&
			  are_outside(loader, loader->rules.items[i]->rule.addition->attendees);
	return outside;
}

static void check_conditions(struct loader *loader, const struct ub_rule *rule, const char *what)
{
	for (size_t i = 0; i < rule->when.n; i++)
		check_program(loader, rule->when.items[i].program, what);
	for (size_t i = 0; i < rule->unless.n; i++)
		check_program(loader, rule->unless.items[i].program, what);
}

/* The first rule of a group that matches wins. So the match of this rule also tells that earlier rules of its
 * group did not match. */
static void check_group(struct loader *loader, const struct loaded_rule *rule, const char *what)
{
	for (size_t i = 0; rule->rule.group.len && i < loader->rules.n; i++) {
		const struct loaded_rule *other = loader->rules.items[i];
		bool before =
		    other->layer > rule->layer || (other->layer == rule->layer && other->at < rule->at);
		if (before && rules_is_tried(other) && ub_text_eq(other->rule.group, rule->rule.group))
			check_conditions(loader, &other->rule, what);
	}
}

static void check_sections(struct loader *loader, struct ub_cases sections, const char *what)
{
	for (size_t i = 0; i < sections.n; i++)
		for (size_t k = 0; k < sections.items[i].use.bodies.n; k++)
			check_body(loader, &sections.items[i], sections.items[i].use.bodies.items[k], what);
}

static void check_cases(struct loader *loader, struct ub_cases cases, const char *what)
{
	for (size_t i = 0; i < cases.n; i++)
		check_program(loader, cases.items[i].when, what);
}

/* Contributions of other rules to an item that may have guests. */
static void check_additions(struct loader *loader, const struct loaded_rule *target,
    const struct ub_rule_item *item, const char *what)
{
	for (size_t i = 0; i < loader->rules.n; i++) {
		const struct loaded_rule *rule = loader->rules.items[i];
		if (!rules_adds_to(rule, target, item->name))
			continue;
		const struct ub_addition *addition = rule->rule.addition;
		check_conditions(loader, &rule->rule, what);
		check_group(loader, rule, what);
		check_cases(loader, addition->sections, what);
		check_cases(loader, addition->attendees, what);
		check_cases(loader, addition->longer, what);
		check_sections(loader, addition->sections, what);
		for (size_t k = 0; k < addition->attendees.n; k++)
			check_program(loader, addition->attendees.items[k].use.people, what);
	}
}

static void check_item_cases(struct loader *loader, const struct ub_rule_item *item, const char *what)
{
	const struct ub_cel_program *when;
	for (size_t at = 0; rules_each_condition(item, &at, &when);)
		check_program(loader, when, what);
}

static void check_match(struct loader *loader, const struct loaded_rule *rule, const char *what)
{
	check_conditions(loader, &rule->rule, what);
	check_group(loader, rule, what);
}

/* That an item is there tells that all it needs is there, too, and so why. `seen`: the items that were looked
 * at. The rule itself was, too. */
static void check_needed(struct loader *loader, const struct loaded_rule *rule,
    const struct ub_rule_item *item, struct ub_map *seen, const char *what)
{
	for (size_t n = 0; n < item->needs.n; n++)
		for (size_t i = 0; i < loader->rules.n; i++) {
			const struct ub_need *need = &item->needs.items[n];
			const struct loaded_rule *other = loader->rules.items[i];
			bool meant = need->family.len ? rules_is_of(other, need->family) : other == rule;
			const struct loaded_item *needed = meant ? rules_item_named(other, need->item) : NULL;
			/* Of a row that is too long an error tells already. */
			if (!needed || needed->chain > UB_RULE_CHAIN_MAX)
				continue;
			struct ub_text name = ub_textf(loader->arena, "%.*s/%.*s", UB_ARGS(other->rule.name),
			    UB_ARGS(needed->item.name));
			if (ub_map_put(seen, name, seen))
				continue;
			if (other != rule)
				check_match(loader, other, what);
			check_item_cases(loader, &needed->item, what);
			check_needed(loader, other, &needed->item, seen, what);
		}
}

static void check_invitation(
    struct loader *loader, const struct loaded_rule *rule, const struct ub_rule_item *item)
{
	struct ub_text text = ub_textf(loader->arena, "guests may be invited to `%.*s`", UB_ARGS(item->name));
	const char *what = text.ptr;
	check_match(loader, rule, what);
	check_item_cases(loader, item, what);
	check_needed(loader, rule, item, ub_map_new(loader->arena), what);
	for (size_t i = 0; i < item->attendees.n; i++)
		check_program(loader, item->attendees.items[i].use.people, what);
	for (size_t i = 0; i < item->title.n; i++)
		check_title(loader, item->title.items[i].use.text, what);
	for (size_t i = 0; i < item->agenda.n; i++)
		check_body(loader, &item->agenda.items[i], item->agenda.items[i].use.body, what);
	check_sections(loader, item->sections, what);
	check_additions(loader, rule, item, what);
}

/* Everybody who is invited sees the addition. So they also see that the rule has matched. */
static void check_amends(struct loader *loader, const struct loaded_rule *rule)
{
	static const char what[] = "customers see what is added to the meeting";
	if (rule->n_amends == 0)
		return;
	check_conditions(loader, &rule->rule, what);
	check_group(loader, rule, what);
	for (size_t i = 0; i < rule->n_amends; i++) {
		const struct ub_rule_amend *amend = &rule->amends[i];
		for (size_t k = 0; k < amend->value.n; k++) {
			check_program(loader, amend->value.items[k].when, what);
			if (amend->kind == UB_AMEND_AGENDA)
				check_body(
				    loader, &amend->value.items[k], amend->value.items[k].use.body, what);
		}
	}
}

void rules_check_audience(struct loader *loader, const struct loaded_rule *rule)
{
	check_amends(loader, rule);
	for (size_t i = 0; i < rule->n_items; i++) {
		const struct ub_rule_item *item = &rule->items[i].item;
		check_mail(loader, item);
		if (may_invite_outside(loader, rule, item))
			check_invitation(loader, rule, item);
	}
}
