/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_RULES_PRIVATE_H
#define UPBEAT_RULES_PRIVATE_H

#include <stddef.h>

#include "upbeat/rules.h"

/* An expression and its place. */
struct expression {
	const struct ub_cel_program *program; /* NULL: not given, or broken (which has been reported) */
	const struct ub_yaml_node *node;      /* NULL: not given */
};

/* A name that a file defines in `define`. */
struct definition {
	struct ub_text name;
	const struct ub_yaml_node *key, *value;
	size_t layer;
	const struct ub_cel_program *program;
	unsigned depth; /* how many build upon each other, up to this one */
	enum { DEFINED_NOT_YET, DEFINED_SOON, DEFINED } state; /* soon: what it uses is compiled first */
};

/* The contents of a rule file that are read first. The rest waits until all files are known. */
struct rule_file {
	const struct ub_rule_file *file;
	size_t layer;
	const struct ub_yaml_node *define, *rules, *change;
};

/* A rule after reading. */
struct loaded_rule {
	struct ub_rule rule;
	const struct ub_yaml_node *name_node;
	const struct ub_yaml_node *group_node;
	struct loaded_item *items;
	size_t n_items;
	struct ub_rule_amend *amends;
	size_t n_amends;
	size_t layer, at; /* its place among all rules */
	bool replaced;    /* by a rule of a later layer */
};

struct loaded_item {
	struct ub_rule_item item;
	const struct ub_yaml_node *node, *name_node;
	enum { MARK_NEW, MARK_OPEN, MARK_DONE } mark; /* for finding circles */
	size_t chain; /* how many items in a row wait for each other, down from this one */
};

/* The state of the loading of a rule set. */
struct loader {
	bool unread; /* a file or directory could not be read: nobody knows all rules */
	struct ub_arena *arena;
	struct ub_diags *diags;
	const struct ub_rules_input *input;
	struct ub_yaml_reader reader; /* its context is the loader */
	struct ub_cel_env *env;
	struct ub_template_set *templates;
	const struct ub_cel_type *people, *colleagues; /* list(person), list(colleague) */
	struct ub_map *places;                         /* of programs: struct ub_yaml_node * */
	struct ub_map *definitions;                    /* struct definition * */
	struct ub_texts misnamed;                      /* refused names of definitions */
	struct ub_map *changed;                        /* keys of rules: struct ub_yaml_node * */
	UB_VEC(const struct ub_yaml_node *) joined;    /* lists of a condition's parts, made by `change` */
	UB_VEC(struct rule_file) files;
	UB_VEC(struct loaded_rule *) rules;
	struct loaded_rule *rule; /* the rule that is being read */
};

/* ---- file.c ---- */

/* By the name of the file: a template, rules, holidays. All other files are not read. */
bool rules_is_template(const struct ub_rule_file *file);
/* Warns of a file that is not read, but looks as if somebody meant it to be. */
void rules_warn_not_read(struct loader *loader, const struct ub_rule_file *file);

/* ---- name.c ---- */

/* Allows letters, digits, - and _, up to a length that fits into messages and names. */
bool rules_check_name(
    const struct ub_yaml_reader *reader, const struct ub_yaml_node *node, bool letter_first);
/* For tables: lists of at most UB_RULE_LIST_MAX entries. */
ub_yaml_read_fn rules_check_short_list;

/* ---- expression.c ---- */

/* Compiles a scalar. NULL: a mistake has been reported. `expected` as in ub_cel_compile(). */
const struct ub_cel_program *rules_compile_expression(
    struct loader *loader, const struct ub_yaml_node *node, const struct ub_cel_type *expected);
/* The place of some bytes of a program's text. */
struct ub_place rules_program_place(
    const struct loader *loader, const struct ub_cel_program *program, size_t at, size_t len);
/* Warns of values that the expression reads and that an account may lack, in a condition's parts unless
 * another part asks for them. `consequence`: "rule `prep` cannot be decided". */
void rules_warn_unguarded(
    struct loader *loader, const struct ub_cel_program *program, const char *consequence);
void rules_warn_unguarded_parts(
    struct loader *loader, const struct ub_conditions *parts, const char *sign, const char *consequence);
extern const struct ub_yaml_type rules_condition_type; /* struct expression */
/* Whether `change` has made this list of the parts of a condition. */
bool rules_is_joined(const struct loader *loader, const struct ub_yaml_node *node);
extern const struct ub_yaml_type rules_conditions_type; /* struct ub_conditions */
/* Whether the condition reads a definition, also by way of others. Cannot tell: the condition has a mistake,
 * which is left to others to report. */
enum ub_verdict rules_reads_definition(
    struct loader *loader, const struct ub_yaml_node *condition, struct ub_text name);

/* ---- define.c ---- */

/* Declares the definitions of all files. A definition replaces one of the same name in an earlier layer. */
void rules_load_definitions(struct loader *loader);

/* ---- rule.c ---- */

extern const struct ub_yaml_type rules_rule_type, rules_change_type;
void rules_load_file(struct loader *loader, const struct rule_file *file);

/* ---- item.c ---- */

extern const struct ub_yaml_type rules_item_type;
extern const struct ub_yaml_type rules_changed_item_type; /* the fields that `change` may give */
/* Reads the list `create` into the rule. */
bool rules_load_items(struct loader *loader, struct loaded_rule *rule, const struct ub_yaml_node *list);

extern const struct ub_yaml_type rules_sections_cases_type, rules_people_cases_type,
    rules_duration_cases_type, rules_rhythm_cases_type;

/* ---- change.c ---- */

/* Puts the changes of later files into the trees of earlier rules, before these are read. */
void rules_apply_changes(struct loader *loader);

/* ---- addition.c ---- */

/* `values`: the values of the rule's other keys. */
void rules_load_addition(struct loader *loader, struct loaded_rule *rule, const struct ub_yaml_node *target,
    const struct ub_addition *values);
/* Checks that the target exists and can have these contributions. */
void rules_check_addition(struct loader *loader, const struct loaded_rule *rule);
bool rules_adds_to(const struct loaded_rule *rule, const struct loaded_rule *target, struct ub_text item);

/* ---- instances.c ---- */

/* Sets how many instances of a series get each of the rule's items, once all rules are loaded. */
void rules_settle_instances(const struct loader *loader, struct loaded_rule *rule);

/* ---- amend.c ---- */

extern const struct ub_yaml_type rules_amend_type;
/* Reads the list `amend` into the rule. */
void rules_load_amends(struct loader *loader, struct loaded_rule *rule, const struct ub_yaml_node *list);

/* ---- value.c: what the fields of an item hold; CUSTOM types for tables ---- */

extern const struct ub_yaml_type rules_span_type, rules_duration_type, rules_point_type, rules_reminder_type;
extern const struct ub_yaml_type rules_title_type, rules_body_type, rules_people_type, rules_instances_type,
    rules_rhythm_type;

/* Reads a struct ub_cases: one literal of type->item, or a list of cases with such literals. */
ub_yaml_read_fn rules_read_cases;
#define UB_CASES_OF(literal)                                                                                 \
	{                                                                                                    \
		.shape = UB_YAML_CUSTOM, .read = rules_read_cases, .item = &(literal), UB_OR_CASES(literal)  \
	}

/* A case as written. `use` is read later, as a literal of the field's type. */
struct case_text {
	struct expression when;
	const struct ub_yaml_node *use;
};
#define UB_CASE_FIELDS(use_type)                                                                             \
	{ "if", &rules_condition_type, offsetof(struct case_text, when), false,                              \
		"the case holds when this is true; without it always" },                                     \
	{                                                                                                    \
		"use", &(use_type), offsetof(struct case_text, use), true, "the value then"                  \
	}
/* The part for the schema. */
#define UB_OR_CASES(literal)                                                                                 \
	UB_YAML_ANY_OF(                                                                                      \
	    &(literal), &(const struct ub_yaml_type){ .shape = UB_YAML_LIST_OF,                              \
			    .item = &(const struct ub_yaml_type){ .shape = UB_YAML_FIELDS,                   \
				.fields = (const struct ub_yaml_field[]){ UB_CASE_FIELDS(literal) },         \
				.n_fields = 2 } })

/* `between`: two points, or cases with such pairs. */
struct window_cases {
	struct ub_cases from, to;
};
extern const struct ub_yaml_type rules_window_cases_type;

/* ---- loaded.c ---- */

/* Whether no rule of a later layer has replaced the rule. */
bool rules_is_tried(const struct loaded_rule *rule);
/* The rule's item of that name, or NULL. */
struct loaded_item *rules_item_named(const struct loaded_rule *rule, struct ub_text name);
/* Whether the rule is tried, and has this name or is of this group. */
bool rules_is_of(const struct loaded_rule *rule, struct ub_text family);
/* Reports that no tried rule has the item FAMILY/ITEM, and suggests another one. */
void rules_report_no_item(
    struct loader *loader, struct ub_place place, struct ub_text family, struct ub_text item);
/* Walks the conditions of all cases of an item. *at starts at 0. */
bool rules_each_condition(const struct ub_rule_item *item, size_t *at, const struct ub_cel_program **when);

/* ---- subject.c ---- */

/* Checks that the rule has the keys that go with what it is tried on, and no others. */
void rules_check_subject(
    struct loader *loader, const struct loaded_rule *rule, const struct ub_yaml_node *node);
/* Checks that nothing of a rule reads what there is none of, such as the meeting of a rule for accounts. */
void rules_check_reads(struct loader *loader, const struct loaded_rule *rule);

/* ---- points.c ---- */

/* Checks that the point refers to an item of the rule that is being read, and that the item has that time. */
bool rules_check_point(struct loader *loader, const struct ub_yaml_node *node, const struct ub_point *point);

/* ---- needs.c ---- */

extern const struct ub_yaml_type rules_needs_type;
/* Checks that all that the rule's items need is there. */
void rules_check_needs(struct loader *loader, const struct loaded_rule *rule);

/* ---- circles.c ---- */

/* Checks that no items wait for each other, in this rule or by way of other rules. */
void rules_check_circles(struct loader *loader, struct loaded_rule *rule);

/* ---- check.c ---- */

/* Checks that names of rules and groups do not clash, and marks the rules that others replace. */
void rules_check_names(struct loader *loader);
/* Checks a rule as a whole. */
void rules_check_rule(struct loader *loader, struct loaded_rule *rule);

/* ---- idle.c ---- */

/* Warns of rules and texts without effect in a sound rule set: rules that never match, and texts that nothing
 * uses. */
void rules_warn_about_idle(struct loader *loader, const struct ub_ruleset *set);

/* ---- audience.c ---- */

/* Checks that customers see no internal data. */
void rules_check_audience(struct loader *loader, const struct loaded_rule *rule);

/* ---- why.c ---- */

/* `without`: the verdict of no condition. */
enum ub_verdict rules_ask_condition(const struct ub_cel_program *condition, enum ub_verdict without,
    struct ub_cel_activation *activation, struct ub_arena *arena);
/* The reason why a condition is neither true nor false, in one line. */
struct ub_text rules_why_not_told(
    const struct ub_cel_program *program, struct ub_cel_activation *activation, struct ub_arena *arena);

#endif
