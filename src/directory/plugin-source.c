/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A source that a plugin reads, in a thread of its own.
 */
#include "directory-private.h"

#include <stdlib.h>

#include "upbeat/yaml.h"

/* What one look at the source comes to. */
struct answer {
	enum look look;
	struct part *part;
	struct ub_accounts_reading reading;
	struct ub_diags diags; /* in the part's arena */
	struct tree *tree;
};

struct plugin_source {
	struct ub_plugin_host host; /* the first member, so that the plugin's calls lead here */
	const struct ub_plugin *plugin;
	struct ub_plugin_settings read;
	struct ub_arena *arena; /* of these settings */
	struct ub_text name;    /* in that arena */
	int64_t timeout;        /* milliseconds */
	struct ub_plugin_worker *worker;
	void *opened; /* the plugin's state; the thread's own, as is: */
	bool opened_once, read_once;
	bool rejected; /* what the plugin gave last could not be used, though the plugin thinks it was */
	/* Until the worker is closed: */
	const struct ub_settings_source *settings;
	const struct ub_zone *zone;
	struct answer *making; /* the one that the thread is at work on */
};

/* ---- what the plugin calls ---- */

/* The source, locked. NULL: it was closed, and nobody wants to know. */
static struct plugin_source *enter(struct ub_plugin_host *host)
{
	struct plugin_source *source = (struct plugin_source *)(void *)host;
	return ub_plugins_enter(source->worker) ? source : NULL;
}

static size_t add_document(struct ub_plugin_host *host, const char *name, const char *bytes, size_t len)
{
	struct plugin_source *source = enter(host);
	size_t number = 0;
	if (!source)
		return 0;
	number = tree_document(source->making->tree, ub_text(name), ub_text_n(bytes, len));
	ub_plugins_leave(source->worker);
	return number;
}

static void begin_node(struct ub_plugin_host *host, bool map, struct ub_plugin_place place)
{
	struct plugin_source *source = enter(host);
	if (!source)
		return;
	tree_begin(source->making->tree, map, place);
	ub_plugins_leave(source->worker);
}

static void end_node(struct ub_plugin_host *host, bool map)
{
	struct plugin_source *source = enter(host);
	if (!source)
		return;
	tree_end(source->making->tree, map);
	ub_plugins_leave(source->worker);
}

static void begin_map(struct ub_plugin_host *host, struct ub_plugin_place place)
{
	begin_node(host, true, place);
}

static void end_map(struct ub_plugin_host *host)
{
	end_node(host, true);
}

static void begin_list(struct ub_plugin_host *host, struct ub_plugin_place place)
{
	begin_node(host, false, place);
}

static void end_list(struct ub_plugin_host *host)
{
	end_node(host, false);
}

static void add_scalar(
    struct ub_plugin_host *host, bool key, const char *text, size_t len, struct ub_plugin_place place)
{
	struct plugin_source *source = enter(host);
	if (!source)
		return;
	tree_scalar(source->making->tree, key, ub_text_n(text, len), place);
	ub_plugins_leave(source->worker);
}

static void add_key(struct ub_plugin_host *host, const char *name, size_t len, struct ub_plugin_place place)
{
	add_scalar(host, true, name, len, place);
}

static void add_text(struct ub_plugin_host *host, const char *text, size_t len, struct ub_plugin_place place)
{
	add_scalar(host, false, text, len, place);
}

static void report(struct ub_plugin_host *host, enum ub_severity severity, struct ub_plugin_place at,
    const char *message, const char *help)
{
	struct plugin_source *source = enter(host);
	if (!source)
		return;
	ub_plugins_report(&source->making->diags, severity,
	    severity == UB_ERROR ? "source-failed" : "source-odd", tree_place(source->making->tree, at),
	    message, help);
	ub_plugins_leave(source->worker);
}

static void report_error(
    struct ub_plugin_host *host, struct ub_plugin_place place, const char *message, const char *help)
{
	report(host, UB_ERROR, place, message, help);
}

static void report_warning(
    struct ub_plugin_host *host, struct ub_plugin_place place, const char *message, const char *help)
{
	report(host, UB_WARNING, place, message, help);
}

static void date_accounts(struct ub_plugin_host *host, int64_t seconds)
{
	struct plugin_source *source = enter(host);
	if (!source)
		return;
	source->making->part->as_of = seconds;
	ub_plugins_leave(source->worker);
}

static bool is_stopping(struct ub_plugin_host *host)
{
	struct plugin_source *source = enter(host);
	if (source)
		ub_plugins_leave(source->worker);
	return !source;
}

static const struct ub_plugin_host host_functions = {
	.size = sizeof(struct ub_plugin_host),
	.document = add_document,
	.map_begin = begin_map,
	.map_end = end_map,
	.list_begin = begin_list,
	.list_end = end_list,
	.key = add_key,
	.text = add_text,
	.error = report_error,
	.warning = report_warning,
	.stopping = is_stopping,
	.as_of = date_accounts,
};

/* ---- the thread ---- */

static void *prepare(void *state)
{
	struct plugin_source *source = state;
	struct part *part = part_new();
	struct answer *answer = UB_NEW(part->arena, struct answer);
	const struct ub_settings_source *settings = part_settings(part, source->settings);
	answer->part = part;
	answer->diags = UB_DIAGS(part->arena);
	answer->reading = (struct ub_accounts_reading){ part->arena, &answer->diags, source->zone,
		settings->fields, settings->n_fields };
	const struct tree_input input = { &answer->reading, part, settings->place.source,
		settings->source_place };
	answer->tree = tree_new(&input);
	source->making = answer;
	return answer;
}

static void free_answer(void *answer)
{
	struct answer *mine = answer;
	if (mine->tree)
		tree_free(&mine->tree);
	struct part *part = mine->part; /* the answer itself is in its arena */
	part_release(&part);
}

/* Calls the plugin. */
static enum look look_at(struct plugin_source *source)
{
	const struct ub_plugin *plugin = source->plugin;
	if (!source->opened_once)
		source->opened = plugin->open(&source->host, source->read.items, source->read.n);
	source->opened_once = true;
	if (!source->opened)
		return LOOK_FAILED;
	if (source->read_once && plugin->changed && !plugin->changed(source->opened))
		return LOOK_SAME;
	enum ub_plugin_result result = plugin->read(source->opened, &source->host);
	source->read_once = true;
	if (result == UB_PLUGIN_UNCHANGED)
		return source->rejected ? LOOK_SAME : LOOK_CONFIRMED;
	return result == UB_PLUGIN_DONE ? LOOK_NEW : LOOK_FAILED;
}

static bool call(void *state, void *answer)
{
	struct answer *mine = answer;
	mine->look = look_at(state);
	return true;
}

/* A plugin that fails has to say why, and people are told something in any case. */
static void finish(void *state, void *given)
{
	struct plugin_source *source = state;
	struct answer *answer = given;
	source->making = NULL;
	if (answer->look == LOOK_NEW) {
		source->rejected = !tree_finish(answer->tree);
		answer->look = source->rejected ? LOOK_FAILED : LOOK_NEW;
	}
	if (answer->look != LOOK_FAILED || answer->diags.errors > 0)
		return;
	struct ub_diag *diag = ub_error(&answer->diags, "source-failed", source->settings->source_place,
	    "the source failed, and did not say why");
	ub_diag_set_help(&answer->diags, diag, "this is a fault of the plugin `%.*s`", UB_ARGS(source->name));
}

static void close_plugin(void *state)
{
	struct plugin_source *source = state;
	if (source->opened)
		source->plugin->close(source->opened);
}

static void free_source(void *state)
{
	struct plugin_source *source = state;
	ub_arena_free(&source->arena);
	free(source);
}

static const struct ub_plugin_work work = { prepare, call, finish, free_answer, close_plugin, free_source };

/* ---- for the directory ---- */

static const char *const type_words[] = {
	[UB_FIELD_STRING] = "string",
	[UB_FIELD_INT] = "int",
	[UB_FIELD_DOUBLE] = "double",
	[UB_FIELD_BOOL] = "bool",
	[UB_FIELD_DATE] = "date",
};

/* Gives the plugin the fields that the settings declare. */
static void add_fields(struct plugin_source *source, const struct ub_settings_source *settings)
{
	const struct ub_yaml_node *declared = ub_yaml_get(settings->node, "fields");
	for (size_t i = 0; i < settings->n_fields; i++)
		*ub_push(source->arena, &source->read) = (struct ub_plugin_setting){ .name = "fields",
			.key = ub_text_cstr(source->arena, settings->fields[i].name),
			.value = type_words[settings->fields[i].type],
			.place = ub_plugins_place(declared) };
}

static void add_timeout(struct plugin_source *source, const struct ub_settings_source *settings)
{
	const struct ub_yaml_node *node = ub_yaml_get(settings->node, "timeout");
	*ub_push(source->arena, &source->read) = (struct ub_plugin_setting){ .name = "timeout",
		.value = ub_textf(source->arena, "%lld", (long long)source->timeout / 1000).ptr,
		.place = ub_plugins_place(node ? node : settings->node) };
}

static bool read_settings(
    struct plugin_source *source, const struct ub_settings_source *settings, struct ub_diags *diags)
{
	const struct ub_plugin_keys keys = { "source", source->plugin->options, source->plugin->n_options,
		ub_settings_source_key };
	return ub_plugins_read_settings(&keys, settings->node, source->arena, &source->read, diags);
}

static void *open_source(const struct ub_settings_source *settings, const struct ub_zone *zone,
    const char *mark, struct ub_diags *diags)
{
	const struct ub_plugin *plugin = ub_plugins_source(settings->source, settings->source_place, diags);
	if (!plugin)
		return NULL;
	struct plugin_source *source = calloc(1, sizeof(*source));
	if (!source)
		abort();
	source->arena = ub_arena_new();
	source->host = host_functions;
	source->plugin = plugin;
	if (!read_settings(source, settings, diags)) {
		free_source(source);
		return NULL;
	}
	source->timeout = (settings->timeout ? settings->timeout : UB_SOURCE_TIMEOUT_SECONDS) * 1000;
	add_fields(source, settings);
	add_timeout(source, settings);
	source->name = ub_text_copy(source->arena, settings->source);
	source->settings = settings;
	source->zone = zone;
	const struct ub_plugin_worker_input input = { &work, source, mark, source->timeout };
	source->worker = ub_plugins_start(&input);
	return source;
}

static void begin(void *state)
{
	struct plugin_source *source = state;
	ub_plugins_begin(source->worker);
}

static enum look miss(const struct plugin_source *source, struct ub_diags *diags)
{
	struct ub_diag *diag = ub_error(diags, "source-late", source->settings->source_place,
	    "the source gave no answer within %lld s", (long long)source->timeout / 1000);
	ub_diag_set_help(
	    diags, diag, "what was read before stays; `timeout` says how long the source may take");
	return LOOK_FAILED;
}

static enum look take(struct answer *answer, struct part **part, struct ub_diags *diags)
{
	enum look look = answer->look;
	ub_diags_add_all(diags, &answer->diags);
	*part = part_hold(answer->part);
	free_answer(answer);
	return look;
}

static enum look end(void *state, int64_t deadline, struct part **part, struct ub_diags *diags)
{
	const struct plugin_source *source = state;
	void *answer;
	*part = NULL;
	switch (ub_plugins_take(source->worker, deadline, &answer)) {
	case UB_PLUGIN_ANSWERED:
		return take(answer, part, diags);
	case UB_PLUGIN_LATE:
		return miss(source, diags);
	case UB_PLUGIN_PENDING:
		return LOOK_PENDING;
	default:
		return LOOK_NONE;
	}
}

static void close_source(void *state)
{
	const struct plugin_source *source = state;
	ub_plugins_close(source->worker);
}

static int64_t refresh(const void *state)
{
	const struct plugin_source *source = state;
	return source->plugin->refresh;
}

static bool recall(const struct ub_settings_source *given, const struct ub_zone *zone, struct ub_text said,
    struct part *part, struct ub_diags *diags)
{
	const struct ub_settings_source *settings = part_settings(part, given);
	const struct ub_accounts_reading reading = { part->arena, diags, zone, settings->fields,
		settings->n_fields };
	const struct tree_input input = { &reading, part, settings->place.source, settings->source_place };
	struct tree *tree = tree_new(&input);
	bool whole = tree_replay(tree, said) && tree_finish(tree);
	tree_free(&tree);
	return whole;
}

const struct source_ops directory_plugin_source = { open_source, begin, end, close_source, refresh, recall };
