/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A source that a plugin reads, in a thread of its own. Nobody waits for that thread without end: not the
 * directory, which takes the answer when there is one, and not the one who closes the source, who leaves the
 * thread behind if it is inside the plugin.
 */
#include "directory-private.h"

#include <pthread.h>
#include <stdlib.h>

#include "upbeat/sys.h"

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
	struct plugin_settings read;
	struct ub_arena *arena; /* of these settings */
	struct ub_text name;    /* in that arena */
	int64_t timeout;        /* milliseconds */
	const char *mark;       /* the path of the mark that the plugin is at work; NULL: there is none */
	unsigned ended;         /* processes that it has ended in a row */
	void *opened;           /* the plugin's state; the thread's own, as is: */
	bool opened_once, read_once;
	pthread_mutex_t lock;          /* over all that follows */
	pthread_cond_t told, answered; /* the thread; the directory */
	unsigned holders;              /* the directory and the thread */
	pthread_t thread;
	/* Until the source is closed: */
	const struct ub_settings_source *settings;
	const struct ub_zone *zone;
	bool closed;
	bool wanted, busy;     /* a look is to begin; one has begun, and its answer was not taken */
	bool late;             /* busy for longer than allowed, which was reported */
	int64_t begun;         /* when it began, by the monotonic clock */
	struct answer *answer; /* NULL: there is none yet */
	struct answer *making; /* the one that the thread is at work on */
};

/* ---- what the plugin calls ---- */

/* The source, locked. NULL: it was closed, and nobody wants to know. */
static struct plugin_source *enter(struct ub_plugin_host *host)
{
	struct plugin_source *source = (struct plugin_source *)(void *)host;
	pthread_mutex_lock(&source->lock);
	if (!source->closed)
		return source;
	pthread_mutex_unlock(&source->lock);
	return NULL;
}

static size_t add_document(struct ub_plugin_host *host, const char *name, const char *bytes, size_t len)
{
	struct plugin_source *source = enter(host);
	size_t number = 0;
	if (!source)
		return 0;
	number = tree_document(source->making->tree, ub_text(name), ub_text_n(bytes, len));
	pthread_mutex_unlock(&source->lock);
	return number;
}

static void begin_node(struct ub_plugin_host *host, bool map, struct ub_plugin_place place)
{
	struct plugin_source *source = enter(host);
	if (!source)
		return;
	tree_begin(source->making->tree, map, place);
	pthread_mutex_unlock(&source->lock);
}

static void end_node(struct ub_plugin_host *host, bool map)
{
	struct plugin_source *source = enter(host);
	if (!source)
		return;
	tree_end(source->making->tree, map);
	pthread_mutex_unlock(&source->lock);
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
	pthread_mutex_unlock(&source->lock);
}

static void add_key(struct ub_plugin_host *host, const char *name, size_t len, struct ub_plugin_place place)
{
	add_scalar(host, true, name, len, place);
}

static void add_text(struct ub_plugin_host *host, const char *text, size_t len, struct ub_plugin_place place)
{
	add_scalar(host, false, text, len, place);
}

/* Other people's words, which may hold anything. */
static struct ub_text shown(struct ub_arena *arena, const char *text)
{
	struct ub_buf buf = UB_BUF(arena);
	ub_buf_shown(&buf, ub_text(text));
	return ub_buf_text(&buf);
}

static void report(
    struct ub_plugin_host *host, bool error, struct ub_plugin_place at, const char *message, const char *help)
{
	struct plugin_source *source = enter(host);
	if (!source)
		return;
	struct ub_diags *diags = &source->making->diags;
	struct ub_place place = tree_place(source->making->tree, at);
	struct ub_text said = shown(diags->arena, message);
	struct ub_diag *diag = error ? ub_error(diags, "source-failed", place, "%.*s", UB_ARGS(said))
				     : ub_warning(diags, "source-odd", place, "%.*s", UB_ARGS(said));
	if (help)
		ub_diag_set_help(diags, diag, "%.*s", UB_ARGS(shown(diags->arena, help)));
	pthread_mutex_unlock(&source->lock);
}

static void report_error(
    struct ub_plugin_host *host, struct ub_plugin_place place, const char *message, const char *help)
{
	report(host, true, place, message, help);
}

static void report_warning(
    struct ub_plugin_host *host, struct ub_plugin_place place, const char *message, const char *help)
{
	report(host, false, place, message, help);
}

static void date_accounts(struct ub_plugin_host *host, int64_t seconds)
{
	struct plugin_source *source = enter(host);
	if (!source)
		return;
	source->making->part->as_of = seconds;
	pthread_mutex_unlock(&source->lock);
}

static bool is_stopping(struct ub_plugin_host *host)
{
	struct plugin_source *source = enter(host);
	if (source)
		pthread_mutex_unlock(&source->lock);
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

static struct answer *new_answer(struct plugin_source *source)
{
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
	return answer;
}

static void free_answer(struct answer **answer)
{
	struct answer *mine = *answer;
	*answer = NULL;
	if (!mine)
		return;
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
	return result == UB_PLUGIN_DONE        ? LOOK_NEW
	       : result == UB_PLUGIN_UNCHANGED ? LOOK_CONFIRMED
					       : LOOK_FAILED;
}

/* A plugin that fails has to say why, and people are told something in any case. */
static void finish(struct plugin_source *source, struct answer *answer)
{
	if (answer->look == LOOK_NEW && !tree_finish(answer->tree))
		answer->look = LOOK_FAILED;
	if (answer->look != LOOK_FAILED || answer->diags.errors > 0)
		return;
	struct ub_diag *diag = ub_error(&answer->diags, "source-failed", source->settings->source_place,
	    "the source failed, and did not say why");
	ub_diag_set_help(&answer->diags, diag, "this is a fault of the plugin `%.*s`", UB_ARGS(source->name));
}

static void release(struct plugin_source *source)
{
	pthread_mutex_lock(&source->lock);
	bool last = --source->holders == 0;
	pthread_cond_signal(&source->answered);
	pthread_mutex_unlock(&source->lock);
	if (!last)
		return;
	free_answer(&source->answer);
	pthread_cond_destroy(&source->answered);
	pthread_cond_destroy(&source->told);
	pthread_mutex_destroy(&source->lock);
	ub_arena_free(&source->arena);
	free(source);
}

/* Waits for the next look, and makes its answer. NULL: the source was closed. */
static struct answer *begin_answer(struct plugin_source *source)
{
	struct answer *answer = NULL;
	pthread_mutex_lock(&source->lock);
	while (!source->wanted && !source->closed)
		pthread_cond_wait(&source->told, &source->lock);
	source->wanted = false;
	if (!source->closed)
		answer = source->making = new_answer(source);
	pthread_mutex_unlock(&source->lock);
	return answer;
}

static void give_answer(struct plugin_source *source, struct answer *answer)
{
	pthread_mutex_lock(&source->lock);
	if (!source->closed)
		finish(source, answer);
	source->making = NULL;
	source->answer = answer;
	pthread_cond_signal(&source->answered);
	pthread_mutex_unlock(&source->lock);
}

static void *run(void *context)
{
	struct plugin_source *source = context;
	struct answer *answer;
	while ((answer = begin_answer(source)) != NULL) {
		mark_set(source->mark, source->ended);
		answer->look = look_at(source);
		mark_clear(source->mark);
		source->ended = 0;
		give_answer(source, answer);
	}
	if (source->opened)
		source->plugin->close(source->opened);
	release(source);
	return NULL;
}

/* ---- for the directory ---- */

static void start_thread(struct plugin_source *source)
{
	pthread_condattr_t monotonic;
	if (pthread_condattr_init(&monotonic) != 0 ||
	    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) != 0 ||
	    pthread_cond_init(&source->told, NULL) != 0 ||
	    pthread_cond_init(&source->answered, &monotonic) != 0 ||
	    pthread_mutex_init(&source->lock, NULL) != 0)
		abort();
	pthread_condattr_destroy(&monotonic);
	source->holders = 2;
	if (pthread_create(&source->thread, NULL, run, source) != 0)
		abort();
}

static void *open_source(const struct ub_settings_source *settings, const struct ub_zone *zone,
    const char *mark, struct ub_diags *diags)
{
	const struct ub_plugin *plugin = load_plugin(settings->source, settings->source_place, diags);
	if (!plugin)
		return NULL;
	struct plugin_source *source = calloc(1, sizeof(*source));
	if (!source)
		abort();
	source->arena = ub_arena_new();
	if (!read_plugin_settings(plugin, settings, source->arena, &source->read, diags)) {
		ub_arena_free(&source->arena);
		free(source);
		return NULL;
	}
	source->host = host_functions;
	source->plugin = plugin;
	source->name = ub_text_copy(source->arena, settings->source);
	source->ended = mark_read(mark, false);
	source->mark = mark ? ub_text_cstr(source->arena, ub_text(mark)) : NULL;
	source->timeout = (settings->timeout ? settings->timeout : UB_SOURCE_TIMEOUT_SECONDS) * 1000;
	source->settings = settings;
	source->zone = zone;
	start_thread(source);
	return source;
}

static void begin(void *state)
{
	struct plugin_source *source = state;
	pthread_mutex_lock(&source->lock);
	if (!source->busy) {
		source->busy = source->wanted = true;
		source->begun = ub_sys_monotonic_ms();
		pthread_cond_signal(&source->told);
	}
	pthread_mutex_unlock(&source->lock);
}

/* Says once that the source takes too long. */
static enum look miss(struct plugin_source *source, struct ub_diags *diags)
{
	if (source->late || ub_sys_monotonic_ms() - source->begun < source->timeout)
		return LOOK_PENDING;
	source->late = true;
	struct ub_diag *diag = ub_error(diags, "source-late", source->settings->source_place,
	    "the source gave no answer within %lld s", (long long)source->timeout / 1000);
	ub_diag_set_help(
	    diags, diag, "what was read before stays; `timeout` says how long the source may take");
	return LOOK_FAILED;
}

static void copy_diags(const struct ub_diags *from, struct ub_diags *to)
{
	for (size_t i = 0; i < from->list.n; i++) {
		const struct ub_diag *diag = &from->list.items[i];
		struct ub_diag *copy =
		    ub_diag_add(to, diag->severity, diag->code, diag->place, "%.*s", UB_ARGS(diag->message));
		if (diag->help.len)
			ub_diag_set_help(to, copy, "%.*s", UB_ARGS(diag->help));
		copy->related = diag->related;
		copy->related_message = diag->related_message;
	}
}

static enum look take(struct plugin_source *source, struct part **part, struct ub_diags *diags)
{
	struct answer *answer = source->answer;
	enum look look = answer->look;
	source->answer = NULL;
	source->busy = source->late = false;
	copy_diags(&answer->diags, diags);
	*part = part_hold(answer->part);
	free_answer(&answer);
	return look;
}

static enum look end(void *state, int64_t deadline, struct part **part, struct ub_diags *diags)
{
	struct plugin_source *source = state;
	enum look look = LOOK_NONE;
	*part = NULL;
	int64_t wait = deadline - ub_sys_monotonic_ms();
	struct timespec until = ub_sys_deadline(wait > 0 ? wait : 0);
	pthread_mutex_lock(&source->lock);
	while (source->busy && !source->answer &&
	       pthread_cond_timedwait(&source->answered, &source->lock, &until) == 0)
		;
	if (source->answer)
		look = take(source, part, diags);
	else if (source->busy)
		look = miss(source, diags);
	pthread_mutex_unlock(&source->lock);
	return look;
}

static void close_source(void *state)
{
	struct plugin_source *source = state;
	pthread_mutex_lock(&source->lock);
	struct timespec until = ub_sys_deadline(UB_SOURCE_CLOSE_MS);
	source->closed = true;
	pthread_cond_signal(&source->told);
	while (source->holders > 1 && pthread_cond_timedwait(&source->answered, &source->lock, &until) == 0)
		;
	bool ended = source->holders == 1;
	pthread_mutex_unlock(&source->lock);
	/* A thread that has let go does nothing more, but libraries clean up when it ends. */
	if (ended ? pthread_join(source->thread, NULL) : pthread_detach(source->thread))
		abort();
	release(source);
}

static int64_t refresh(const void *state)
{
	const struct plugin_source *source = state;
	return source->plugin->refresh;
}

const struct source_ops plugin_source = { open_source, begin, end, close_source, refresh };
