/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_RULES_PRIVATE_H
#define UPBEAT_RULES_PRIVATE_H

#include <stddef.h>

#include "upbeat/rules.h"

/* An expression and where it stands. */
struct expression {
	const struct ub_cel_program *program; /* NULL: not given, or broken (and reported) */
	const struct ub_yaml_node *node;      /* NULL: not given */
};

/* A name that a file defines. */
struct definition {
	struct ub_text name;
	const struct ub_yaml_node *key, *value;
	size_t layer;
	const struct ub_cel_program *program;
};

/* What a rule file holds, apart from what is read later, with all files known. */
struct rule_file {
	const struct ub_rule_file *file;
	size_t layer;
	const struct ub_yaml_node *define, *rules, *change;
};

/* A rule as it was read. */
struct loaded_rule {
	struct ub_rule rule;
	struct expression when, unless;
	const struct ub_yaml_node *name_node;
	const struct ub_yaml_node *group_node;
	struct loaded_item *items;
	size_t n_items;
	struct ub_rule_amend *amends;
	size_t n_amends;
	size_t layer, at; /* its place among all rules */
	bool left_out;    /* not supported yet, and said so */
	bool replaced;    /* by a rule of a later layer */
};

struct loaded_item {
	struct ub_rule_item item;
	const struct ub_yaml_node *node, *name_node;
	enum { MARK_NEW, MARK_OPEN, MARK_DONE } mark; /* for finding circles */
};

/* All that is known while a set of rules is loaded. */
struct loader {
	bool unread; /* some file or directory is not: which rules there are is not known */
	struct ub_arena *arena;
	struct ub_diags *diags;
	const struct ub_rules_input *input;
	struct ub_yaml_reader reader; /* its context is the loader */
	struct ub_cel_env *env;
	struct ub_template_set *templates;
	const struct ub_cel_type *people, *colleagues; /* list(person), list(colleague) */
	struct ub_map *places;                         /* of programs: struct ub_yaml_node * */
	struct ub_map *definitions;                    /* struct definition * */
	struct ub_texts misnamed;                      /* definitions that are none, for their names */
	struct ub_map *changed;                        /* keys of rules: struct ub_yaml_node * */
	UB_VEC(struct rule_file) files;
	UB_VEC(struct loaded_rule *) rules;
	struct loaded_rule *rule; /* the one being read */
};

/* ---- file.c ---- */

/* By its name; else rules, holidays, or nothing that is read. */
bool is_template(const struct ub_rule_file *file);
/* Of one that looks as if it were meant to be read. */
void warn_not_read(struct loader *loader, const struct ub_rule_file *file);

/* ---- name.c ---- */

/* Letters, digits, - and _, of a length that fits into messages and names. */
bool check_name(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node, bool letter_first);
/* For tables: at most UB_RULE_LIST_MAX entries. */
ub_yaml_read_fn check_short_list;

/* ---- expression.c ---- */

/* Compiles a scalar; NULL after a report. `expected` as in ub_cel_compile(). */
const struct ub_cel_program *compile_expression(
    struct loader *loader, const struct ub_yaml_node *node, const struct ub_cel_type *expected);
/* Where bytes of a program's text stand. */
struct ub_place program_place(
    const struct loader *loader, const struct ub_cel_program *program, size_t at, size_t len);
/* Warns where the expression reads what an account may lack; `consequence`: "rule `prep` cannot be decided".
 */
void warn_unguarded(struct loader *loader, const struct ub_cel_program *program, const char *consequence);
extern const struct ub_yaml_type condition_type; /* struct expression */

/* ---- define.c ---- */

/* Declares the definitions of all files; those of a later layer take the place of earlier ones. */
void load_definitions(struct loader *loader);

/* ---- rule.c ---- */

extern const struct ub_yaml_type rule_type, change_type;
void load_rules(struct loader *loader, const struct rule_file *file);

/* ---- item.c ---- */

extern const struct ub_yaml_type item_type;
extern const struct ub_yaml_type changed_item_type; /* what `change` may say of one */
/* Reads the list `create` into the rule. */
bool load_items(struct loader *loader, struct loaded_rule *rule, const struct ub_yaml_node *list);

extern const struct ub_yaml_type sections_cases_type, people_cases_type, duration_cases_type;

/* ---- change.c ---- */

/* Puts what later files change into the trees of earlier rules, before these are read. */
void apply_changes(struct loader *loader);

/* ---- addition.c ---- */

/* `values`: what the rule's other keys say. */
void load_addition(struct loader *loader, struct loaded_rule *rule, const struct ub_yaml_node *target,
    const struct ub_addition *values);
/* That there is such an item, and it can have such additions. */
void check_addition(struct loader *loader, const struct loaded_rule *rule);
bool adds_to(const struct loaded_rule *rule, const struct loaded_rule *target, struct ub_text item);

/* ---- amend.c ---- */

extern const struct ub_yaml_type amend_type;
/* Reads the list `amend` into the rule. */
void load_amends(struct loader *loader, struct loaded_rule *rule, const struct ub_yaml_node *list);

/* ---- value.c: what the fields of an item hold; CUSTOM types for tables ---- */

extern const struct ub_yaml_type span_type, duration_type, point_type, title_type, body_type, people_type;

/* Reads a struct ub_cases: one literal of type->item, or a list of cases with such. */
ub_yaml_read_fn read_cases;
#define UB_CASES_OF(literal)                                                                                 \
	{                                                                                                    \
		.shape = UB_YAML_CUSTOM, .read = read_cases, .item = &(literal), UB_OR_CASES(literal)        \
	}

/* A case as it is written; what it uses is read when it is known for what. */
struct case_text {
	struct expression when;
	const struct ub_yaml_node *use;
};
#define UB_CASE_FIELDS(use_type)                                                                             \
	{ "if", &condition_type, offsetof(struct case_text, when), false,                                    \
		"the case holds when this is true; without it always" },                                     \
	{                                                                                                    \
		"use", &(use_type), offsetof(struct case_text, use), true, "the value then"                  \
	}
/* For the schema. */
#define UB_OR_CASES(literal)                                                                                 \
	UB_YAML_ANY_OF(                                                                                      \
	    &(literal), &(const struct ub_yaml_type){ .shape = UB_YAML_LIST_OF,                              \
			    .item = &(const struct ub_yaml_type){ .shape = UB_YAML_FIELDS,                   \
				.fields = (const struct ub_yaml_field[]){ UB_CASE_FIELDS(literal) },         \
				.n_fields = 2 } })

/* `between`: two points, or cases of such pairs. */
struct window_cases {
	struct ub_cases from, to;
};
extern const struct ub_yaml_type window_cases_type;

/* ---- loaded.c ---- */

/* Neither left out nor replaced. */
bool is_tried(const struct loaded_rule *rule);
/* Walks the conditions of all cases of an item; *at starts at 0. */
bool each_condition(const struct ub_rule_item *item, size_t *at, const struct ub_cel_program **when);

/* ---- points.c ---- */

/* That the item which a point names is one of the rule being read, and has that time. */
bool check_point(struct loader *loader, const struct ub_yaml_node *node, const struct ub_point *point);
/* That items do not wait for each other. */
void check_circles(struct loader *loader, struct loaded_rule *rule);

/* ---- check.c ---- */

/* That names of rules and groups do not meet; marks the rules that others replace. */
void check_names(struct loader *loader);
/* What can be said of a whole rule. */
void check_rule(struct loader *loader, struct loaded_rule *rule);

/* ---- idle.c ---- */

/* What a sound rule set has that is without effect: rules that never match, texts that nothing uses. */
void warn_about_idle(struct loader *loader, const struct ub_ruleset *set);

/* ---- audience.c ---- */

/* That what customers can see is free of internal data. */
void check_audience(struct loader *loader, const struct loaded_rule *rule);

/* ---- why.c ---- */

/* What makes a condition neither true nor false, as one line. */
struct ub_text why_not_told(
    const struct ub_cel_program *program, struct ub_cel_activation *activation, struct ub_arena *arena);

#endif
