/* SPDX-License-Identifier: Apache-2.0 */
#include "rules-private.h"

/*
 * `change`: a directory changes rules of an earlier directory key by key. The new values take the places of
 * the old ones in the rule's tree before the rule is read. So the rule is read and checked once and as a
 * whole, and every message points to the file with the mistake.
 */

struct change {
	struct loader *loader;
	const struct rule_file *file;    /* the file with the `change` */
	const struct ub_yaml_node *node; /* a map with `rule` */
	struct ub_text rule;
};

/* ---- trees ---- */

/* The map with this value for the key, added or replaced. */
static const struct ub_yaml_node *with(struct ub_arena *arena, const struct ub_yaml_node *map,
    const struct ub_yaml_node *key, const struct ub_yaml_node *value)
{
	struct ub_yaml_node *copy = UB_NEW(arena, struct ub_yaml_node);
	struct ub_yaml_entry *entries = UB_NEW_ARRAY(arena, struct ub_yaml_entry, map->n + 1);
	size_t at = 0;
	*copy = *map;
	for (size_t i = 0; i < map->n; i++) {
		entries[i] = map->entries[i];
		at += at == i && !ub_text_eq(map->entries[i].key->text, key->text);
	}
	entries[at] = (struct ub_yaml_entry){ key, value };
	copy->entries = entries;
	copy->n = at == map->n ? map->n + 1 : map->n;
	copy->index = NULL;
	return copy;
}

static const struct ub_yaml_node *without(
    struct ub_arena *arena, const struct ub_yaml_node *map, const char *key)
{
	struct ub_yaml_node *copy = UB_NEW(arena, struct ub_yaml_node);
	struct ub_yaml_entry *entries = UB_NEW_ARRAY(arena, struct ub_yaml_entry, map->n);
	*copy = *map;
	copy->n = 0;
	for (size_t i = 0; i < map->n; i++)
		if (!ub_text_is(map->entries[i].key->text, key))
			entries[copy->n++] = map->entries[i];
	copy->entries = entries;
	copy->index = NULL;
	return copy;
}

/* The list with another node at this place. NULL: the list without this place. */
static const struct ub_yaml_node *with_item(
    struct ub_arena *arena, const struct ub_yaml_node *list, size_t at, const struct ub_yaml_node *item)
{
	struct ub_yaml_node *copy = UB_NEW(arena, struct ub_yaml_node);
	const struct ub_yaml_node **items = UB_NEW_ARRAY(arena, const struct ub_yaml_node *, list->n);
	*copy = *list;
	copy->n = 0;
	for (size_t i = 0; i < list->n; i++)
		if (i != at || item)
			items[copy->n++] = i == at ? item : list->items[i];
	copy->items = items;
	return copy;
}

/* ---- once a directory ---- */

/* The keys that add to a condition, and the keys of what they add to. */
static const struct added_key {
	const char *key, *to;
} added_keys[] = { { "and_when", "when" }, { "and_unless", "unless" } };

static const char *added_to(struct ub_text key)
{
	for (size_t i = 0; i < UB_COUNT(added_keys); i++)
		if (ub_text_is(key, added_keys[i].key))
			return added_keys[i].to;
	return NULL;
}

/* A directory may change a key only once: with two changes, the order of the files' names would decide. */
static bool is_first(const struct change *change, struct ub_text item, const struct ub_yaml_node *key)
{
	struct loader *loader = change->loader;
	const char *condition = added_to(key->text);
	struct ub_text name = condition ? ub_text(condition) : key->text;
	struct ub_text path = ub_textf(loader->arena, "%zu/%.*s/%.*s/%.*s", change->file->layer,
	    UB_ARGS(change->rule), UB_ARGS(item), UB_ARGS(name));
	const struct ub_yaml_node *first = ub_map_get(loader->changed, path);
	if (!first) {
		ub_map_put(loader->changed, path, (void *)key);
		return true;
	}
	struct ub_diag *diag = ub_error(loader->diags, "conflict", key->place,
	    "`%.*s` of rule `%.*s` is changed twice", UB_ARGS(key->text), UB_ARGS(change->rule));
	diag->related = first->place;
	diag->related_message = UB_TEXT("first changed here");
	return false;
}

static void refuse_key(const struct change *change, const struct ub_yaml_node *key, const char *help)
{
	struct ub_diag *diag = ub_error(
	    change->loader->diags, "unknown-key", key->place, "`%.*s` cannot be changed", UB_ARGS(key->text));
	ub_diag_set_help(change->loader->diags, diag, "%s", help);
}

/* ---- items ---- */

static struct ub_text name_of(const struct ub_yaml_node *item)
{
	const struct ub_yaml_node *event = ub_yaml_get(item, "event"), *task = ub_yaml_get(item, "task");
	const struct ub_yaml_node *name = event ? event : task;
	return name && name->kind == UB_YAML_SCALAR ? name->text : UB_TEXT_NONE;
}

/* The index of the item with that name. SIZE_MAX: none, which has been reported. */
static size_t find_item(
    const struct change *change, const struct ub_yaml_node *create, const struct ub_yaml_node *name)
{
	struct loader *loader = change->loader;
	struct ub_texts names = { 0 };
	for (size_t i = 0; create && create->kind == UB_YAML_LIST && i < create->n; i++) {
		if (create->items[i]->kind != UB_YAML_MAP)
			continue;
		if (ub_text_eq(name_of(create->items[i]), name->text))
			return i;
		*ub_push(loader->arena, &names) = name_of(create->items[i]);
	}
	struct ub_diag *diag = ub_error(loader->diags, "unknown-item", name->place,
	    "rule `%.*s` has no item `%.*s`", UB_ARGS(change->rule), UB_ARGS(name->text));
	struct ub_text near = ub_suggest(name->text, names.items, names.n);
	if (near.len)
		ub_diag_set_help(loader->diags, diag, "did you mean `%.*s`?", UB_ARGS(near));
	return SIZE_MAX;
}

static const struct ub_yaml_node *changed_item(
    const struct change *change, const struct ub_yaml_node *item, const struct ub_yaml_entry *entry)
{
	/* Both keys of a pair say when. The new key replaces the other one. */
	static const char *const either[][2] = { { "at", "between" }, { "between", "at" } };
	struct ub_arena *arena = change->loader->arena;
	const struct ub_yaml_node *values = entry->value;
	if (values->kind != UB_YAML_MAP) {
		ub_yaml_expected(
		    &change->loader->reader, values, "the keys to change, or `none` to leave the item out");
		return item;
	}
	for (size_t i = 0; i < values->n; i++) {
		const struct ub_yaml_entry *value = &values->entries[i];
		if (ub_text_is(value->key->text, "event") || ub_text_is(value->key->text, "task")) {
			refuse_key(change, value->key,
			    "an item keeps its id, by which what was made of it is found again");
			continue;
		}
		if (!is_first(change, entry->key->text, value->key))
			continue;
		for (size_t k = 0; k < UB_COUNT(either); k++)
			if (ub_text_is(value->key->text, either[k][0]) && !ub_yaml_get(values, either[k][1]))
				item = without(arena, item, either[k][1]);
		item = with(arena, item, value->key, value->value);
	}
	return item;
}

static const struct ub_yaml_node *change_items(
    const struct change *change, const struct ub_yaml_node *rule, const struct ub_yaml_node *items)
{
	struct ub_arena *arena = change->loader->arena;
	const struct ub_yaml_node *create = ub_yaml_get(rule, "create");
	if (items->kind != UB_YAML_MAP) {
		ub_yaml_expected_kind(
		    &change->loader->reader, items, UB_YAML_MAP, "a map of the rule's items, by their ids");
		return rule;
	}
	for (size_t i = 0; i < items->n; i++) {
		const struct ub_yaml_entry *entry = &items->entries[i];
		size_t at = find_item(change, create, entry->key);
		if (at == SIZE_MAX)
			continue;
		bool none = entry->value->kind == UB_YAML_SCALAR && ub_text_is(entry->value->text, "none");
		const struct ub_yaml_node *item =
		    none ? NULL : changed_item(change, create->items[at], entry);
		if (!none || is_first(change, UB_TEXT_NONE, entry->key))
			create = with_item(arena, create, at, item);
	}
	for (size_t i = 0; create && i < rule->n; i++)
		if (rule->entries[i].value == ub_yaml_get(rule, "create"))
			return with(arena, rule, rule->entries[i].key, create);
	return rule;
}

/* ---- conditions ---- */

/* The rule with one more part of its condition. */
static const struct ub_yaml_node *with_part(
    const struct change *change, const struct ub_yaml_node *rule, const struct ub_yaml_entry *entry)
{
	struct loader *loader = change->loader;
	const char *name = added_to(entry->key->text);
	const struct ub_yaml_node *old = ub_yaml_get(rule, name);
	struct ub_yaml_node *key = UB_NEW(loader->arena, struct ub_yaml_node);
	*key = *entry->key;
	key->text = ub_text(name);
	if (!old || old->broken)
		return old ? rule : with(loader->arena, rule, key, entry->value);
	bool joined = rules_is_joined(loader, old);
	struct ub_yaml_node *list = UB_NEW(loader->arena, struct ub_yaml_node);
	size_t n = joined ? old->n : 1;
	const struct ub_yaml_node **parts = UB_NEW_ARRAY(loader->arena, const struct ub_yaml_node *, n + 1);
	for (size_t i = 0; i < n; i++)
		parts[i] = joined ? old->items[i] : old;
	parts[n] = entry->value;
	*list = (struct ub_yaml_node){
		.kind = UB_YAML_LIST, .place = entry->value->place, .items = parts, .n = n + 1
	};
	*ub_push(loader->arena, &loader->joined) = list;
	return with(loader->arena, rule, key, list);
}

/* Warns of a new `when` without the question that the old one asked, which keeps rules from private meetings
 * and from those that are none with a customer. */
static void warn_forgotten(
    const struct change *change, const struct ub_yaml_node *rule, const struct ub_yaml_entry *entry)
{
	const struct ub_text customer = UB_TEXT("is_customer_meeting");
	struct loader *loader = change->loader;
	const struct ub_yaml_node *old = ub_yaml_get(rule, "when");
	if (!ub_text_is(entry->key->text, "when") || !old ||
	    rules_reads_definition(loader, old, customer) != UB_YES ||
	    rules_reads_definition(loader, entry->value, customer) != UB_NO)
		return;
	struct ub_diag *diag = ub_warning(loader->diags, "forgets-customer", ub_yaml_first_line(entry->value),
	    "rule `%.*s` asked for `%.*s`, and does so no more", UB_ARGS(change->rule), UB_ARGS(customer));
	ub_diag_set_help(loader->diags, diag,
	    "write `and_when:` to add to the old condition, or begin this one with `%.*s &&`",
	    UB_ARGS(customer));
	diag->related = ub_yaml_first_line(rules_is_joined(loader, old) ? old->items[0] : old);
	diag->related_message = UB_TEXT("the old condition is here");
}

/* ---- rules ---- */

static const struct ub_yaml_node *with_key(
    const struct change *change, const struct ub_yaml_node *rule, const struct ub_yaml_entry *entry)
{
	if (added_to(entry->key->text))
		return with_part(change, rule, entry);
	warn_forgotten(change, rule, entry);
	return with(change->loader->arena, rule, entry->key, entry->value);
}

static const struct ub_yaml_node *changed_rule(const struct change *change, const struct ub_yaml_node *rule)
{
	for (size_t i = 0; i < change->node->n; i++) {
		const struct ub_yaml_entry *entry = &change->node->entries[i];
		struct ub_text key = entry->key->text;
		if (ub_text_is(key, "rule"))
			continue;
		if (ub_text_is(key, "items"))
			rule = change_items(change, rule, entry->value);
		else if (ub_text_is(key, "name"))
			refuse_key(change, entry->key,
			    "give the whole rule under its new name, with `was: [OLD-NAME]`, and switch this "
			    "one off");
		else if (ub_text_is(key, "create"))
			refuse_key(change, entry->key, "name what is to be changed below `items:`");
		else if (is_first(change, UB_TEXT_NONE, entry->key))
			rule = with_key(change, rule, entry);
	}
	return rule;
}

static bool is_named(const struct ub_yaml_node *rule, struct ub_text name)
{
	const struct ub_yaml_node *given = rule->kind == UB_YAML_MAP ? ub_yaml_get(rule, "name") : NULL;
	return given && given->kind == UB_YAML_SCALAR && ub_text_eq(given->text, name);
}

/* The rule of that name in the last directory before this one, or in this one. *at becomes the rule's
 * index. */
static struct rule_file *find_rule(const struct change *change, size_t *at)
{
	struct loader *loader = change->loader;
	struct rule_file *found = NULL;
	for (size_t f = 0; f < loader->files.n; f++) {
		struct rule_file *file = &loader->files.items[f];
		if (!file->rules || file->rules->kind != UB_YAML_LIST || file->layer > change->file->layer)
			continue;
		for (size_t i = 0; i < file->rules->n; i++)
			if (is_named(file->rules->items[i], change->rule)) {
				found = file;
				*at = i;
			}
	}
	return found;
}

static void report_unknown_rule(const struct change *change, const struct ub_yaml_node *name)
{
	struct loader *loader = change->loader;
	struct ub_texts names = { 0 };
	for (size_t f = 0; f < loader->files.n; f++) {
		const struct ub_yaml_node *rules = loader->files.items[f].rules;
		for (size_t i = 0; rules && rules->kind == UB_YAML_LIST && i < rules->n; i++) {
			const struct ub_yaml_node *given = rules->items[i]->kind == UB_YAML_MAP
							       ? ub_yaml_get(rules->items[i], "name")
							       : NULL;
			if (given && loader->files.items[f].layer < change->file->layer)
				*ub_push(loader->arena, &names) = given->text;
		}
	}
	if (loader->unread)
		return;
	struct ub_diag *diag = ub_error(loader->diags, "unknown-rule", name->place,
	    "no earlier directory has a rule `%.*s`", UB_ARGS(name->text));
	struct ub_text near = ub_suggest(name->text, names.items, names.n);
	if (near.len)
		ub_diag_set_help(loader->diags, diag, "did you mean `%.*s`?", UB_ARGS(near));
	else if (names.n == 0)
		ub_diag_set_help(loader->diags, diag,
		    "rules of this directory are changed where they stand; `check -c FILE` reads all "
		    "directories");
}

static void apply(struct loader *loader, const struct rule_file *file, const struct ub_yaml_node *node)
{
	const struct ub_yaml_node *name = node->kind == UB_YAML_MAP ? ub_yaml_get(node, "rule") : NULL;
	struct change change = { .loader = loader, .file = file, .node = node };
	size_t at;
	if (node->broken || (name && name->broken))
		return;
	if (!name || name->kind != UB_YAML_SCALAR) {
		ub_yaml_expected(&loader->reader, node, "a change: `rule: NAME` and what is new");
		return;
	}
	change.rule = name->text;
	struct rule_file *target = find_rule(&change, &at);
	if (!target || target->layer == file->layer) {
		if (target) {
			struct ub_diag *diag = ub_error(loader->diags, "conflict", name->place,
			    "the rule `%.*s` is one of this directory", UB_ARGS(name->text));
			ub_diag_set_help(loader->diags, diag, "change it where it stands");
		} else {
			report_unknown_rule(&change, name);
		}
		return;
	}
	target->rules =
	    with_item(loader->arena, target->rules, at, changed_rule(&change, target->rules->items[at]));
}

void rules_apply_changes(struct loader *loader)
{
	for (size_t f = 0; f < loader->files.n; f++) {
		const struct rule_file *file = &loader->files.items[f];
		const struct ub_yaml_node *list = file->change;
		if (!list || list->broken)
			continue;
		if (list->kind != UB_YAML_LIST)
			ub_yaml_expected_kind(&loader->reader, list, UB_YAML_LIST, "a list of changes");
		for (size_t i = 0; list->kind == UB_YAML_LIST && i < list->n; i++)
			apply(loader, file, list->items[i]);
	}
}
