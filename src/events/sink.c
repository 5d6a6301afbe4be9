/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A sink of the settings: its plugin, which is opened once and gets one batch of events after the other.
 */
#include "events-private.h"

#include <stdlib.h>

struct sink {
	struct ub_plugin_host host; /* the first member, so that the plugin's calls lead here */
	const struct ub_plugin_sink *plugin;
	struct ub_plugin_settings read;
	struct ub_arena *arena; /* of these settings */
	struct ub_plugin_worker *worker;
	void *opened; /* the plugin's state; the thread's own, as is: */
	bool opened_once;
	int64_t timeout; /* seconds */
	/* Until the worker is closed: */
	const struct ub_settings_sink *settings;
	struct sink_start start;
	struct batch *waiting; /* to be delivered next; NULL: none */
	struct batch *making;  /* the one that the thread is at work on */
};

/* ---- what the plugin calls ---- */

/* Places in the settings are known; a sink has no other documents. */
static struct ub_place place_of(const struct sink *sink, struct ub_plugin_place at)
{
	const struct ub_place whole = sink->settings->sink_place;
	const size_t size = whole.source ? whole.source->text.len : 0;
	if (at.document != 1 || at.at > size || at.len > size - at.at)
		return whole;
	return (struct ub_place){ whole.source, at.at, at.len };
}

static void report(struct ub_plugin_host *host, enum ub_severity severity, struct ub_plugin_place at,
    const char *message, const char *help)
{
	struct sink *sink = (struct sink *)(void *)host;
	if (!ub_plugins_enter(sink->worker))
		return;
	ub_plugins_report(&sink->making->diags, severity, severity == UB_ERROR ? "sink-failed" : "sink-odd",
	    place_of(sink, at), message, help);
	ub_plugins_leave(sink->worker);
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

static bool is_stopping(struct ub_plugin_host *host)
{
	const struct sink *sink = (struct sink *)(void *)host;
	bool open = ub_plugins_enter(sink->worker);
	if (open)
		ub_plugins_leave(sink->worker);
	return !open;
}

/* What only sources have use for. */

static size_t add_document(struct ub_plugin_host *host, const char *name, const char *bytes, size_t len)
{
	(void)host, (void)name, (void)bytes, (void)len;
	return 0;
}

static void begin_node(struct ub_plugin_host *host, struct ub_plugin_place place)
{
	(void)host, (void)place;
}

static void end_node(struct ub_plugin_host *host)
{
	(void)host;
}

static void add_text(struct ub_plugin_host *host, const char *text, size_t len, struct ub_plugin_place place)
{
	(void)host, (void)text, (void)len, (void)place;
}

static void set_date(struct ub_plugin_host *host, int64_t seconds)
{
	(void)host, (void)seconds;
}

static const struct ub_plugin_host host_functions = {
	.size = sizeof(struct ub_plugin_host),
	.document = add_document,
	.map_begin = begin_node,
	.map_end = end_node,
	.list_begin = begin_node,
	.list_end = end_node,
	.key = add_text,
	.text = add_text,
	.error = report_error,
	.warning = report_warning,
	.stopping = is_stopping,
	.as_of = set_date,
};

/* ---- the thread ---- */

static void *prepare(void *state)
{
	struct sink *sink = state;
	sink->making = sink->waiting;
	sink->waiting = NULL;
	return sink->making;
}

static bool call(void *state, void *answer)
{
	struct sink *sink = state;
	struct batch *batch = answer;
	const struct ub_plugin_sink *plugin = sink->plugin;
	if (!sink->opened_once)
		sink->opened = plugin->open(&sink->host, sink->read.items, sink->read.n);
	sink->opened_once = true;
	batch->opened = sink->opened != NULL;
	if (batch->opened && batch->n > 0)
		batch->answer = plugin->deliver(sink->opened, &sink->host, batch->events, batch->n);
	return batch->n > 0;
}

/* A plugin that fails has to say why, and people are told something in any case. */
static void finish(void *state, void *answer)
{
	const struct sink *sink = state;
	struct batch *batch = answer;
	size_t refused, done = batch_done(batch, &refused);
	bool well = batch->opened && refused == 0 && (batch->n == 0 || done > 0) &&
		    batch->answer.result == UB_PLUGIN_DELIVERED;
	if (!well && batch->diags.errors == 0) {
		struct ub_diag *diag = ub_error(&batch->diags, "sink-failed", sink->settings->sink_place,
		    "the sink failed, and did not say why");
		ub_diag_set_help(&batch->diags, diag, "this is a fault of the plugin `%.*s`",
		    UB_ARGS(sink->settings->sink));
	}
	if (sink->start.done)
		sink->start.done(sink->start.context);
}

static void close_plugin(void *state)
{
	const struct sink *sink = state;
	if (sink->opened)
		sink->plugin->close(sink->opened);
}

static void free_sink(void *state)
{
	struct sink *sink = state;
	if (sink->waiting)
		batch_free(sink->waiting);
	ub_arena_free(&sink->arena);
	free(sink);
}

static const struct ub_plugin_work work = { prepare, call, finish, batch_free, close_plugin, free_sink };

/* ---- for the dispatcher ---- */

static struct sink *start_sink(
    const struct ub_plugin_sink *plugin, const struct ub_settings_sink *settings, struct ub_diags *diags)
{
	const struct ub_plugin_keys keys = { "sink", plugin->options, plugin->n_options,
		ub_settings_sink_key };
	struct sink *sink = calloc(1, sizeof(*sink));
	if (!sink)
		abort();
	sink->arena = ub_arena_new();
	sink->host = host_functions;
	sink->plugin = plugin;
	sink->settings = settings;
	sink->timeout = settings->timeout;
	if (!ub_plugins_read_settings(&keys, settings->node, sink->arena, &sink->read, diags)) {
		free_sink(sink);
		return NULL;
	}
	*ub_push(sink->arena, &sink->read) = (struct ub_plugin_setting){ .name = "timeout",
		.value = ub_textf(sink->arena, "%lld", (long long)sink->timeout).ptr,
		.place = ub_plugins_place(settings->node) };
	return sink;
}

struct sink *sink_open(
    const struct ub_settings_sink *settings, const struct sink_start *start, struct ub_diags *diags)
{
	if (ub_plugins_ended(start->mark, !start->minds_mark) >= UB_STORE_CRASHES_MAX) {
		ub_plugins_tell_of_crashes(settings->sink, settings->sink_place, diags);
		return NULL;
	}
	const struct ub_plugin_sink *plugin = ub_plugins_sink(settings->sink, settings->sink_place, diags);
	struct sink *sink = plugin ? start_sink(plugin, settings, diags) : NULL;
	if (!sink)
		return NULL;
	sink->start = *start;
	const struct ub_plugin_worker_input input = { &work, sink, start->mark, sink->timeout * 1000 };
	sink->worker = ub_plugins_start(&input);
	return sink;
}

void sink_close(struct sink **sink)
{
	struct sink *mine = *sink;
	*sink = NULL;
	if (mine)
		ub_plugins_close(mine->worker);
}

void sink_deliver(struct sink *sink, struct batch *batch)
{
	sink->waiting = batch; /* the thread looks at it after it is told to begin */
	ub_plugins_begin(sink->worker);
}

enum ub_plugin_call sink_take(
    struct sink *sink, int64_t deadline, struct batch **batch, struct ub_diags *diags)
{
	void *answer;
	enum ub_plugin_call call = ub_plugins_take(sink->worker, deadline, &answer);
	if (call == UB_PLUGIN_ANSWERED)
		*batch = answer;
	if (call != UB_PLUGIN_LATE)
		return call;
	struct ub_diag *diag = ub_error(diags, "sink-late", sink->settings->sink_place,
	    "the sink gave no answer within %lld s", (long long)sink->timeout);
	ub_diag_set_help(diags, diag, "its events wait; `timeout` says how long it may take");
	return call;
}
