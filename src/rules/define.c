/* SPDX-License-Identifier: Apache-2.0 */
#include "rules-private.h"

static bool is_name_char(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (!first && c >= '0' && c <= '9');
}

static bool is_identifier(struct ub_text name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!is_name_char(name.ptr[i], i == 0))
			return false;
	return name.len != 0 && name.len <= UB_RULE_NAME_MAX;
}

static bool check_definition_name(struct loader *loader, const struct ub_yaml_node *key)
{
	struct ub_diag *diag = NULL;
	if (!is_identifier(key->text))
		*ub_push(loader->arena, &loader->misnamed) = key->text;
	if (!is_identifier(key->text))
		diag = ub_error(loader->diags, "bad-name", ub_yaml_first_line(key),
		    "`%.*s` cannot be the name of a definition", UB_ARGS(key->text));
	else if (ub_cel_is_reserved(key->text))
		diag = ub_error(loader->diags, "bad-name", key->place,
		    "`%.*s` is a word of the expression language", UB_ARGS(key->text));
	if (diag) {
		ub_diag_set_help(loader->diags, diag,
		    "take letters, digits and `_`, at most %d, not beginning with a digit", UB_RULE_NAME_MAX);
	} else if (ub_cel_variable(loader->env, key->text) != SIZE_MAX) {
		diag = ub_error(loader->diags, "name-taken", key->place,
		    "`%.*s` is known already: it is one of the facts", UB_ARGS(key->text));
		ub_diag_set_help(loader->diags, diag, "take another name");
	}
	return diag == NULL;
}

static void report_duplicate(
    struct loader *loader, const struct definition *first, const struct ub_yaml_node *key)
{
	struct ub_diag *diag = ub_error(loader->diags, "duplicate-definition", key->place,
	    "`%.*s` is defined twice in this directory", UB_ARGS(key->text));
	diag->related = first->key->place;
	diag->related_message = UB_TEXT("first defined here");
}

static void add_definition(struct loader *loader, const struct ub_yaml_entry *entry, size_t layer)
{
	struct definition *known = ub_map_get(loader->definitions, entry->key->text);
	if (known && known->layer == layer) {
		report_duplicate(loader, known, entry->key);
		return;
	}
	if (!check_definition_name(loader, entry->key))
		return;
	if (known) {
		struct ub_diag *diag = ub_warning(loader->diags, "replaced", entry->key->place,
		    "this replaces the definition of `%.*s`, for all rules", UB_ARGS(entry->key->text));
		diag->related = known->key->place;
		diag->related_message = UB_TEXT("first defined here");
	} else {
		known = UB_NEW(loader->arena, struct definition);
		ub_map_put(loader->definitions, entry->key->text, known);
	}
	*known = (struct definition){
		.name = entry->key->text, .key = entry->key, .value = entry->value, .layer = layer
	};
}

/* Declares the name in spite of the mistake, so that the mistake is reported once, and not at each use of the
 * name. */
static void declare_broken(struct loader *loader, struct ub_text name)
{
	struct ub_cel_decl decl = { .name = ub_text_cstr(loader->arena, name), .type = "dyn" };
	if (is_identifier(name) && ub_cel_variable(loader->env, name) == SIZE_MAX)
		ub_cel_declare(loader->env, &decl);
}

/* `- big: ...` below `define` */
static void declare_listed(struct loader *loader, const struct ub_yaml_node *list)
{
	for (size_t i = 0; list->kind == UB_YAML_LIST && i < list->n; i++)
		for (size_t k = 0; list->items[i]->kind == UB_YAML_MAP && k < list->items[i]->n; k++)
			declare_broken(loader, list->items[i]->entries[k].key->text);
}

static void add_definitions(struct loader *loader, const struct rule_file *file)
{
	const struct ub_yaml_node *map = file->define;
	if (!map || map->broken)
		return;
	if (map->kind != UB_YAML_MAP) {
		ub_yaml_expected_kind(&loader->reader, map, UB_YAML_MAP, "a map of `name: expression`");
		declare_listed(loader, map);
		return;
	}
	for (size_t i = 0; i < map->n; i++) {
		if (ub_map_size(loader->definitions) == UB_DEFINITIONS_MAX) {
			ub_error(loader->diags, "too-many", ub_yaml_first_line(map->entries[i].key),
			    "more than %d definitions", UB_DEFINITIONS_MAX);
			return;
		}
		add_definition(loader, &map->entries[i], file->layer);
	}
}

/* Those that it uses come first, in whatever order they stand. One that is used by way of itself is an
 * unknown name there. */
static void compile_definition(struct loader *loader, struct definition *definition)
{
	const struct ub_yaml_node *value = definition->value;
	struct ub_texts names = { 0 };
	if (value->kind == UB_YAML_SCALAR && !value->broken)
		names = ub_cel_names(value->text, loader->arena);
	definition->state = DEFINED_SOON;
	for (size_t i = 0; i < names.n; i++) {
		struct definition *used = ub_map_get(loader->definitions, names.items[i]);
		if (used && used->state == DEFINED_NOT_YET)
			compile_definition(loader, used);
		if (used && used->depth > definition->depth)
			definition->depth = used->depth;
	}
	/* It is told once, and not of all those that build upon this one. */
	if (++definition->depth == UB_CEL_LAZY_MAX + 1)
		ub_error(loader->diags, "too-deep", definition->key->place,
		    "more than %d definitions build upon each other", UB_CEL_LAZY_MAX);
	definition->program = rules_compile_expression(loader, value, NULL);
	definition->state = DEFINED;
	if (definition->program)
		ub_cel_declare_lazy(loader->env, definition->name, definition->program);
	else
		declare_broken(loader, definition->name);
}

void rules_load_definitions(struct loader *loader)
{
	for (size_t i = 0; i < loader->files.n; i++)
		add_definitions(loader, &loader->files.items[i]);
	for (size_t i = 0; i < ub_map_size(loader->definitions); i++) {
		struct definition *definition = ub_map_at(loader->definitions, i, NULL);
		if (definition->state == DEFINED_NOT_YET)
			compile_definition(loader, definition);
	}
}
