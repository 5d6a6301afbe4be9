/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "rules-private.h"

/* Additions of a rule to the user's own meeting: upbeat-rules(5), "Amending the meeting". */

static bool read_address(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_text *address = out;
	if (node->kind != UB_YAML_SCALAR)
		return ub_yaml_expected(reader, node, type->noun);
	*address = ub_text_lower(reader->arena, ub_text_trim(node->text));
	if (ub_facts_is_address(*address))
		return true;
	ub_error(reader->diags, "bad-address", ub_yaml_first_line(node), "`%.*s` is no e-mail address",
	    UB_ARGS(node->text));
	return false;
}

static const struct ub_yaml_type address_type = {
	.shape = UB_YAML_CUSTOM, .noun = "an e-mail address", .read = read_address
};

static const struct ub_yaml_type address_cases_type = UB_CASES_OF(address_type);
static const struct ub_yaml_type word_cases_type = UB_CASES_OF(ub_yaml_type_text);
static const struct ub_yaml_type body_cases_type = UB_CASES_OF(rules_body_type);
static const struct ub_yaml_type span_cases_type = UB_CASES_OF(rules_span_type);

struct amend_text {
	struct ub_text attendee, category, agenda, reminder;
	struct ub_cases address, name, template, before;
};

#define PLACE(member) offsetof(struct amend_text, member)

static const struct ub_yaml_field amend_fields[] = {
	{ "attendee", &ub_yaml_type_text, PLACE(attendee), false, "the id of somebody who is invited too" },
	{ "category", &ub_yaml_type_text, PLACE(category), false, "the id of a category" },
	{ "agenda", &ub_yaml_type_text, PLACE(agenda), false, "the id of a text below the description" },
	{ "reminder", &ub_yaml_type_text, PLACE(reminder), false, "the id of a reminder" },
	{ "address", &address_cases_type, PLACE(address), false, "of the attendee" },
	{ "name", &word_cases_type, PLACE(name), false, "of the category" },
	{ "template", &body_cases_type, PLACE(template), false, "of the agenda: one for customers" },
	{ "before", &span_cases_type, PLACE(before), false, "how long before the start it reminds" },
};

const struct ub_yaml_type rules_amend_type = { .shape = UB_YAML_FIELDS,
	.noun = "an addition: `attendee: NAME`, `category: NAME`, `agenda: NAME` or `reminder: NAME`",
	UB_YAML_TABLE(amend_fields) };

/* For each kind of addition, the key that names the addition and the key that has the value. */
static const struct {
	const char *key, *value;
	size_t cases;
	const char *example;
} kinds[] = {
	[UB_AMEND_ATTENDEE] = { "attendee", "address", PLACE(address), "address: notes@recorder.example" },
	[UB_AMEND_CATEGORY] = { "category", "name", PLACE(name), "name: Customer" },
	[UB_AMEND_AGENDA] = { "agenda", "template", PLACE(template), "template: NAME" },
	[UB_AMEND_REMINDER] = { "reminder", "before", PLACE(before), "before: 10m" },
};

/* The one key of a kind that is given. NULL: none is, or several are, and that has been reported. */
static const struct ub_yaml_node *find_kind(
    struct loader *loader, const struct ub_yaml_node *node, enum ub_amend_kind *kind)
{
	const struct ub_yaml_node *found = NULL;
	size_t n = 0;
	for (size_t i = 0; i < UB_COUNT(kinds); i++) {
		const struct ub_yaml_node *value = ub_yaml_get(node, kinds[i].key);
		n += value != NULL;
		if (!value || found)
			continue;
		found = value;
		*kind = (enum ub_amend_kind)i;
	}
	if (n == 1)
		return rules_check_name(&loader->reader, found, true) ? found : NULL;
	struct ub_diag *diag = ub_error(loader->diags, n ? "conflict" : "missing-key",
	    ub_yaml_first_line(node), n ? "this is more than one addition" : "this addition has no id");
	ub_diag_set_help(loader->diags, diag,
	    "begin it with one of `attendee: NAME`, `category: NAME`, `agenda: NAME` and `reminder: NAME`");
	return NULL;
}

/* Whether the addition has the value of its own kind, and no value of another kind. */
static bool check_value(struct loader *loader, const struct ub_yaml_node *node, enum ub_amend_kind kind)
{
	bool good = true;
	for (size_t i = 0; i < UB_COUNT(kinds); i++) {
		const struct ub_yaml_node *value = ub_yaml_get(node, kinds[i].value);
		if (i == kind && !value) {
			struct ub_diag *diag = ub_error(loader->diags, "missing-key",
			    ub_yaml_first_line(node), "this %s has no `%s`", kinds[i].key, kinds[i].value);
			ub_diag_set_help(loader->diags, diag, "add `%s`", kinds[i].example);
			good = false;
		} else if (i != kind && value) {
			ub_error(loader->diags, "wrong-kind", ub_yaml_first_line(value), "`%s` is for `%s`",
			    kinds[i].value, kinds[i].key);
			good = false;
		}
	}
	return good;
}

static bool is_taken(
    struct loader *loader, const struct ub_rule_amend *amend, struct ub_text name, struct ub_place place)
{
	if (!ub_text_eq(name, amend->name))
		return false;
	struct ub_diag *diag = ub_error(loader->diags, "duplicate-item", amend->place,
	    "this rule has an item or addition `%.*s` already", UB_ARGS(amend->name));
	ub_diag_set_help(loader->diags, diag, "give one of the two another id");
	diag->related = place;
	diag->related_message = UB_TEXT("first given here");
	return true;
}

/* Items and additions may not share a name, as tests and `explain` name both alike. */
static bool is_new(struct loader *loader, const struct loaded_rule *rule, const struct ub_rule_amend *amend)
{
	for (size_t i = 0; i < rule->n_amends; i++)
		if (is_taken(loader, amend, rule->amends[i].name, rule->amends[i].place))
			return false;
	for (size_t i = 0; i < rule->n_items; i++)
		if (is_taken(loader, amend, rule->items[i].item.name, rule->items[i].item.place))
			return false;
	return true;
}

static void load_amend(struct loader *loader, struct loaded_rule *rule, const struct ub_yaml_node *node)
{
	struct amend_text text = { 0 };
	struct ub_rule_amend amend = { 0 };
	if (node->kind != UB_YAML_MAP || node->broken) {
		ub_yaml_expected(&loader->reader, node, rules_amend_type.noun);
		return;
	}
	const struct ub_yaml_node *name = find_kind(loader, node, &amend.kind);
	if (!ub_yaml_read(&loader->reader, &rules_amend_type, node, &text) || !name ||
	    !check_value(loader, node, amend.kind))
		return;
	amend.place = name->place;
	amend.name = name->text;
	amend.value = *(const struct ub_cases *)(const void *)((const char *)&text + kinds[amend.kind].cases);
	if (is_new(loader, rule, &amend))
		rule->amends[rule->n_amends++] = amend;
}

void rules_load_amends(struct loader *loader, struct loaded_rule *rule, const struct ub_yaml_node *list)
{
	if (list->broken)
		return;
	if (list->kind != UB_YAML_LIST) {
		ub_yaml_expected_kind(&loader->reader, list, UB_YAML_LIST, "a list of additions");
		return;
	}
	if (list->n == 0)
		ub_error(
		    loader->diags, "missing-key", ub_yaml_first_line(list), "this list has no additions");
	if (list->n > UB_RULE_ITEMS_MAX) {
		ub_error(loader->diags, "too-many", ub_yaml_first_line(list),
		    "more than %d additions in a rule", UB_RULE_ITEMS_MAX);
		return;
	}
	rule->amends = UB_NEW_ARRAY(loader->arena, struct ub_rule_amend, list->n);
	loader->rule = rule;
	for (size_t i = 0; i < list->n; i++)
		load_amend(loader, rule, list->items[i]);
}
