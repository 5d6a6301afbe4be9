/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "rules-private.h"

/* A rule: upbeat-rules(5), "Rules". */

static const struct ub_yaml_word for_words[] = {
	{ "meeting", UB_FOR_MEETING, "tried on every meeting" },
	{ "account", UB_FOR_ACCOUNT, "tried on every account" },
	{ "team", UB_FOR_TEAM, "tried on every team of the settings" },
};

static const struct ub_yaml_word mode_words[] = {
	{ "enforce", UB_MODE_ENFORCE, "the items are made" },
	{ "audit", UB_MODE_AUDIT, "what would be made is recorded, nothing changes" },
};

static bool read_name(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	(void)type;
	*(const struct ub_yaml_node **)out = node;
	return rules_check_name(reader, node, false);
}

static bool check_name_text(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	(void)type, (void)out;
	return rules_check_name(reader, node, false);
}

/* Whoever reads of it may well think that it is the rule's. */
static bool refuse_instances(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	(void)type, (void)out;
	struct ub_diag *diag = ub_error(reader->diags, "conflict", ub_yaml_first_line(node),
	    "`instances` is a key of an item, not of a rule");
	ub_diag_set_help(reader->diags, diag, "put it into each item of `create` that it is for");
	return false;
}

static const struct ub_yaml_type name_type = { .shape = UB_YAML_CUSTOM, .noun = "a name", .read = read_name };
static const struct ub_yaml_type was_name_type = { .shape = UB_YAML_TEXT, .check = check_name_text };
static const struct ub_yaml_type was_type = { .shape = UB_YAML_ONE_OR_LIST_OF,
	.item = &was_name_type,
	.item_size = sizeof(struct ub_text),
	.check = rules_check_short_list };
static const struct ub_yaml_type for_type = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(for_words) };
static const struct ub_yaml_type mode_type = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(mode_words) };
static const struct ub_yaml_type create_type = UB_YAML_LATER(UB_YAML_LIST_OF, rules_item_type);
static const struct ub_yaml_type amends_type = UB_YAML_LATER(UB_YAML_LIST_OF, rules_amend_type);
static const struct ub_yaml_type misplaced_instances_type = {
	.shape = UB_YAML_CUSTOM, .read = refuse_instances, .refused = true, UB_YAML_ANY_OF(&ub_yaml_type_node)
};
static const struct ub_yaml_type target_type = { .shape = UB_YAML_NODE, UB_YAML_ANY_OF(&ub_yaml_type_text) };

/* The values that the table reads. */
struct rule_text {
	const struct ub_yaml_node *name, *group;
	struct ub_text description;
	struct ub_texts was;
	int what, mode;
	bool enabled;
	struct ub_conditions when, unless, satisfied_by;
	struct ub_cases every;
	const struct ub_yaml_node *create, *add_to, *amend, *ignored;
	struct ub_addition addition;
};

#define PLACE(member) offsetof(struct rule_text, member)

/* Fields that `change` may give, too. */
#define CHANGEABLE_FIELDS                                                                                    \
	{ "was", &was_type, PLACE(was), false, "earlier names; items made under them stay this rule's" },    \
	    { "description", &ub_yaml_type_text, PLACE(description), false,                                  \
		    "what it is for, in a sentence" },                                                       \
	    { "for", &for_type, PLACE(what), false, "what it is tried on" },                                 \
	    { "mode", &mode_type, PLACE(mode), false, "whether it acts or only records" },                   \
	    { "enabled", &ub_yaml_type_bool, PLACE(enabled), false, "false switches it off" },               \
	    { "group", &name_type, PLACE(group), false,                                                      \
		    "of the rules of a group the first that matches wins" },                                 \
	    { "when", &rules_conditions_type, PLACE(when), false, "the rule applies when this is true" },    \
	    { "unless", &rules_conditions_type, PLACE(unless), false, "but not when this is true" },         \
	    { "every", &rules_rhythm_cases_type, PLACE(every), false,                                        \
		    "with `for: account` or `for: team`: how often its items come" },                        \
	    { "satisfied_by", &rules_conditions_type, PLACE(satisfied_by), false,                            \
		    "with `for: account`: the meetings that make them needless" },                           \
	    { "add_to", &target_type, PLACE(add_to), false, "an item of another rule to contribute to" },    \
	    { "sections", &rules_sections_cases_type, PLACE(addition.sections), false,                       \
		    "with `add_to`: templates appended" },                                                   \
	    { "attendees", &rules_people_cases_type, PLACE(addition.attendees), false,                       \
		    "with `add_to`: people invited too" },                                                   \
	    { "longer", &rules_duration_cases_type, PLACE(addition.longer), false,                           \
		    "with `add_to`: how much longer" },                                                      \
	    { "instances", &misplaced_instances_type, PLACE(ignored), false,                                 \
		    "stands in an item of `create`" },                                                       \
	{                                                                                                    \
		"amend", &amends_type, PLACE(amend), false, "what it adds to the meeting itself"             \
	}

static const struct ub_yaml_field rule_fields[] = {
	{ "name", &name_type, PLACE(name), true, "what the rule is called in messages, reports and marks" },
	{ "create", &create_type, PLACE(create), false, "the items it makes" },
	CHANGEABLE_FIELDS,
};

const struct ub_yaml_type rules_rule_type = {
	.shape = UB_YAML_FIELDS, .noun = "a rule", UB_YAML_TABLE(rule_fields)
};

/* ---- the schema of `change`, whose values change.c reads as trees ---- */

static const struct ub_yaml_word none_words[] = { { "none", 0, "leaves the item out" } };
static const struct ub_yaml_type none_type = { .shape = UB_YAML_TEXT, UB_YAML_WORDS(none_words) };
static const struct ub_yaml_type item_change_type = { .shape = UB_YAML_NODE,
	UB_YAML_ANY_OF(&rules_changed_item_type, &none_type) };
static const struct ub_yaml_type item_changes_type = UB_YAML_LATER(UB_YAML_MAP_OF, item_change_type);
static const struct ub_yaml_field change_fields[] = {
	{ "rule", &name_type, PLACE(name), true, "the name of a rule of an earlier directory" },
	{ "items", &item_changes_type, PLACE(create), false, "what is new in its items, by their ids" },
	{ "and_when", &rules_conditions_type, PLACE(when), false, "what has to be true besides its `when`" },
	{ "and_unless", &rules_conditions_type, PLACE(unless), false,
	    "where it does not apply, besides its `unless`" },
	CHANGEABLE_FIELDS,
};
const struct ub_yaml_type rules_change_type = { .shape = UB_YAML_FIELDS, UB_YAML_TABLE(change_fields) };

/* ---- reading ---- */

/* An unknown key has been reported already. It may be the missing one, misspelt. */
static bool has_unknown_key(const struct ub_yaml_node *node)
{
	for (size_t i = 0; i < node->n; i++) {
		bool known = false;
		for (size_t f = 0; f < rules_rule_type.n_fields; f++)
			known |= ub_text_is(node->entries[i].key->text, rules_rule_type.fields[f].name);
		if (!known)
			return true;
	}
	return false;
}

static void check_keys(struct loader *loader, const struct ub_yaml_node *node, const struct rule_text *text)
{
	static const char *const only[] = { "sections", "attendees", "longer" };
	for (size_t i = 0; !text->add_to && i < UB_COUNT(only); i++) {
		const struct ub_yaml_node *value = ub_yaml_get(node, only[i]);
		if (value)
			ub_error(loader->diags, "conflict", ub_yaml_first_line(value),
			    "`%s` stands in an item of `create`, or beside `add_to`", only[i]);
	}
	/* A rule that is switched off needs nothing else, as such a rule replaces one of an earlier
	 * directory. */
	if (text->create || text->add_to || text->amend || !text->enabled || has_unknown_key(node))
		return;
	struct ub_diag *diag = ub_error(loader->diags, "missing-key", ub_yaml_first_line(node),
	    "this rule does nothing: it has no `create`");
	ub_diag_set_help(loader->diags, diag, "add `create:` with a list of items");
}

static void take_text(struct loaded_rule *out, const struct rule_text *text, const struct ub_yaml_node *node)
{
	struct ub_rule *rule = &out->rule;
	bool named = text->name && text->name->kind == UB_YAML_SCALAR;
	bool grouped = text->group && text->group->kind == UB_YAML_SCALAR;
	out->name_node = named ? text->name : node;
	out->group_node = text->group;
	rule->place = ub_yaml_first_line(out->name_node);
	rule->name = named ? text->name->text : UB_TEXT_NONE;
	rule->group = grouped ? text->group->text : UB_TEXT_NONE;
	rule->description = text->description;
	rule->was = text->was;
	rule->mode = (enum ub_rule_mode)text->mode;
	rule->enabled = text->enabled;
	rule->when = text->when;
	rule->unless = text->unless;
	rule->subject = (enum ub_rule_subject)text->what;
	rule->every = text->every;
	rule->satisfied_by = text->satisfied_by;
}

static void load_rule(struct loader *loader, const struct ub_yaml_node *node, size_t layer)
{
	struct rule_text text = { .enabled = true };
	struct loaded_rule *rule = UB_NEW(loader->arena, struct loaded_rule);
	if (node->broken)
		return;
	ub_yaml_read(&loader->reader, &rules_rule_type, node, &text);
	if (node->kind != UB_YAML_MAP)
		return;
	take_text(rule, &text, node);
	rule->layer = layer;
	rule->at = loader->rules.n;
	check_keys(loader, node, &text);
	if (text.create)
		rules_load_items(loader, rule, text.create);
	if (text.add_to)
		rules_load_addition(loader, rule, text.add_to, &text.addition);
	if (text.amend)
		rules_load_amends(loader, rule, text.amend);
	rules_check_subject(loader, rule, node);
	*ub_push(loader->arena, &loader->rules) = rule;
}

void rules_load_file(struct loader *loader, const struct rule_file *file)
{
	const struct ub_yaml_node *list = file->rules;
	if (!list || list->broken)
		return;
	if (list->kind != UB_YAML_LIST) {
		ub_yaml_expected_kind(&loader->reader, list, UB_YAML_LIST, "a list of rules");
		return;
	}
	for (size_t i = 0; i < list->n; i++) {
		if (loader->rules.n == UB_RULES_MAX) {
			ub_error(loader->diags, "too-many", ub_yaml_first_line(list->items[i]),
			    "more than %d rules", UB_RULES_MAX);
			return;
		}
		load_rule(loader, list->items[i], file->layer);
	}
}
