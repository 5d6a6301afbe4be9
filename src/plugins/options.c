/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settings of a plugin, read against the options that the plugin says it takes.
 */
#include "plugins-private.h"

#include "upbeat/settings.h"
#include "upbeat/yaml.h"

struct reading {
	struct ub_yaml_reader yaml;
	const struct ub_plugin_keys *keys;
	struct ub_plugin_settings *read;
	bool good;
};

/* ---- one option ---- */

struct ub_plugin_place ub_plugins_place(const struct ub_yaml_node *node)
{
	return (struct ub_plugin_place){ 1, node->place.at, node->place.len };
}

static void add(struct reading *reading, const struct ub_plugin_option *option,
    const struct ub_yaml_node *key, const struct ub_yaml_node *node)
{
	struct ub_arena *arena = reading->yaml.arena;
	struct ub_text value = node->text;
	if (node->kind != UB_YAML_SCALAR || value.len == 0) {
		reading->good = ub_yaml_expected(&reading->yaml, node, "a text");
		return;
	}
	if (option->kind == UB_PLUGIN_OPTION_PATH)
		value = ub_settings_path_from(arena, node->place.source, value);
	*ub_push(arena, reading->read) = (struct ub_plugin_setting){ .name = option->name,
		.key = key ? ub_text_cstr(arena, key->text) : NULL,
		.value = ub_text_cstr(arena, value),
		.place = ub_plugins_place(node) };
}

static void read_list(
    struct reading *reading, const struct ub_plugin_option *option, const struct ub_yaml_node *node)
{
	if (node->kind != UB_YAML_LIST)
		add(reading, option, NULL, node);
	for (size_t i = 0; node->kind == UB_YAML_LIST && i < node->n; i++)
		add(reading, option, NULL, node->items[i]);
}

static void read_map(
    struct reading *reading, const struct ub_plugin_option *option, const struct ub_yaml_node *node)
{
	if (node->kind != UB_YAML_MAP)
		reading->good =
		    ub_yaml_expected_kind(&reading->yaml, node, UB_YAML_MAP, "a map of `name: text`");
	for (size_t i = 0; node->kind == UB_YAML_MAP && i < node->n; i++)
		add(reading, option, node->entries[i].key, node->entries[i].value);
}

static void read_option(
    struct reading *reading, const struct ub_plugin_option *option, const struct ub_yaml_node *node)
{
	if (node->broken)
		reading->good = false;
	else if (option->kind == UB_PLUGIN_OPTION_MAP)
		read_map(reading, option, node);
	else if (option->kind == UB_PLUGIN_OPTION_LIST)
		read_list(reading, option, node);
	else
		add(reading, option, NULL, node);
}

/* ---- all of them ---- */

static const struct ub_plugin_option *find_option(const struct ub_plugin_keys *keys, struct ub_text name)
{
	for (size_t i = 0; i < keys->n_options; i++)
		if (ub_text_is(name, keys->options[i].name))
			return &keys->options[i];
	return NULL;
}

/* Whether the key is read elsewhere. */
static bool is_common(const struct ub_plugin_keys *keys, struct ub_text key)
{
	for (size_t i = 0; keys->common(i); i++)
		if (ub_text_is(key, keys->common(i)))
			return true;
	return false;
}

static void report_unknown(struct reading *reading, const struct ub_yaml_node *key)
{
	const struct ub_plugin_keys *keys = reading->keys;
	struct ub_diags *diags = reading->yaml.diags;
	struct ub_buf own = UB_BUF(diags->arena);
	UB_VEC(struct ub_text) names = { 0 };
	for (size_t i = 0; i < reading->keys->n_options; i++) {
		const char *name = reading->keys->options[i].name;
		*ub_push(diags->arena, &names) = ub_text(name);
		ub_buf_printf(&own, "%s`%s`", i ? ", " : "", name);
	}
	for (size_t i = 0; keys->common(i); i++)
		*ub_push(diags->arena, &names) = ub_text(keys->common(i));
	struct ub_diag *diag =
	    ub_error(diags, "unknown-key", ub_yaml_first_line(key), "unknown key `%.*s`", UB_ARGS(key->text));
	struct ub_text meant = ub_suggest(key->text, names.items, names.n);
	if (meant.len)
		ub_diag_set_help(diags, diag, "did you mean `%.*s`?", UB_ARGS(meant));
	else
		ub_diag_set_help(
		    diags, diag, "this %s has %.*s of its own", keys->owner, UB_ARGS(ub_buf_text(&own)));
	reading->good = false;
}

/* Whether an unknown key of the map is this option misspelt: one mistake gets one report. */
static bool is_misspelt(
    struct reading *reading, const struct ub_yaml_node *node, const struct ub_plugin_option *option)
{
	const struct ub_text name = ub_text(option->name);
	for (size_t i = 0; i < node->n; i++) {
		struct ub_text key = node->entries[i].key->text;
		if (!find_option(reading->keys, key) && !is_common(reading->keys, key) &&
		    ub_suggest(key, &name, 1).len)
			return true;
	}
	return false;
}

static void report_missing(struct reading *reading, const struct ub_yaml_node *node)
{
	for (size_t i = 0; i < reading->keys->n_options; i++) {
		const struct ub_plugin_option *option = &reading->keys->options[i];
		if (!option->required || ub_yaml_get(node, option->name))
			continue;
		reading->good = false;
		if (is_misspelt(reading, node, option))
			continue;
		struct ub_diag *diag = ub_error(reading->yaml.diags, "missing-key", ub_yaml_first_line(node),
		    "`%s` is missing", option->name);
		ub_diag_set_help(reading->yaml.diags, diag, "%s: %s", option->name, option->doc);
	}
}

bool ub_plugins_read_settings(const struct ub_plugin_keys *keys, const struct ub_yaml_node *map,
    struct ub_arena *arena, struct ub_plugin_settings *read, struct ub_diags *diags)
{
	struct reading reading = {
		.yaml = { .arena = arena, .diags = diags }, .keys = keys, .read = read, .good = true
	};
	report_missing(&reading, map);
	for (size_t i = 0; i < map->n; i++) {
		const struct ub_yaml_entry *entry = &map->entries[i];
		const struct ub_plugin_option *option = find_option(keys, entry->key->text);
		if (option)
			read_option(&reading, option, entry->value);
		else if (!is_common(keys, entry->key->text))
			report_unknown(&reading, entry->key);
	}
	return reading.good;
}
