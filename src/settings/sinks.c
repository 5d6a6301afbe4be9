/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `events`: the sinks that are told of items.
 */
#include "settings-private.h"

static const struct ub_yaml_type type_sink_name = { .shape = UB_YAML_CUSTOM,
	.noun = "the name of a sink like `webhook` or `log`",
	.read = settings_read_plugin_name,
	.pattern = "^[a-z0-9][a-z0-9-]*$" };
static const struct ub_yaml_type type_own_name = { .shape = UB_YAML_CUSTOM,
	.noun = "a name of small letters, digits and hyphens",
	.read = settings_read_plugin_name,
	.pattern = "^[a-z0-9][a-z0-9-]*$" };

struct sink {
	struct ub_text sink, name;
	int64_t timeout;
};

static const struct ub_yaml_field sink_fields[] = {
	{ "sink", &type_sink_name, offsetof(struct sink, sink), true, "the plugin" },
	{ "name", &type_own_name, offsetof(struct sink, name), false,
	    "what it is called, where a plugin is used twice; the plugin's name if not said" },
	{ "timeout", &settings_type_seconds, offsetof(struct sink, timeout), false,
	    "how long it may take; 60s if not said" },
};
static const struct ub_yaml_type type_sink_map = {
	.shape = UB_YAML_FIELDS, UB_YAML_TABLE(sink_fields), .open = true
};

const char *ub_settings_sink_key(size_t i)
{
	return i < UB_COUNT(sink_fields) ? sink_fields[i].name : NULL;
}

static bool read_sink(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct sink raw = { .timeout = UB_SINK_TIMEOUT_SECONDS };
	(void)type;
	if (!ub_yaml_read(reader, &type_sink_map, node, &raw))
		return false;
	*(struct ub_settings_sink *)out = (struct ub_settings_sink){
		.sink = raw.sink,
		.sink_place = ub_yaml_get(node, "sink")->place,
		.name = raw.name.len ? raw.name : raw.sink,
		.timeout = raw.timeout,
		.node = node,
		.place = node->place,
	};
	return true;
}

static const struct ub_yaml_type *const sink_forms[] = { &type_sink_map };
static const struct ub_yaml_type type_sink = { .shape = UB_YAML_CUSTOM,
	.noun = "an event sink",
	.read = read_sink,
	.any_of = sink_forms,
	.n_any_of = UB_COUNT(sink_forms) };

/* How far a sink is goes by its name. */
static bool is_distinct(const struct ub_yaml_reader *reader, const struct ub_settings_sink *sink,
    const struct ub_settings_sink *first)
{
	if (!ub_text_eq(sink->name, first->name))
		return true;
	struct ub_diag *diag = ub_error(reader->diags, "sink-twice", sink->place,
	    "another sink is called `%.*s`, too", UB_ARGS(sink->name));
	ub_diag_set_help(reader->diags, diag, "give one of them a `name` of its own");
	diag->related = first->place;
	diag->related_message = UB_TEXT("the other one");
	return false;
}

static bool check_sinks(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct sinks *sinks = out;
	bool good = true;
	(void)type, (void)node;
	for (size_t i = 1; i < sinks->n; i++)
		for (size_t j = 0; j < i && good; j++)
			good = is_distinct(reader, &sinks->items[i], &sinks->items[j]);
	return good;
}

const struct ub_yaml_type settings_type_sinks = { .shape = UB_YAML_LIST_OF,
	.item = &type_sink,
	.item_size = sizeof(struct ub_settings_sink),
	.check = check_sinks };
