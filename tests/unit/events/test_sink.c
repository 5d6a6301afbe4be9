/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "events-private.h"
#include "folder.h"
#include "leaks.h"
#include "upbeat/sys.h"

TestSuite(sink, .fini = ub_leak_check);

#define PATIENCE_MS (20000 * UB_SLOWNESS)

/* A sink of the settings. */
struct world {
	struct ub_arena *arena;
	struct ub_zones *zones;
	struct ub_source *text;
	struct ub_settings *settings;
	struct ub_diags diags;
	struct sink *sink;
};

/* `words` is what stands in the braces. */
static struct world open_world(const char *words, const char *mark, bool minds_mark)
{
	struct world w = { .arena = ub_arena_new() };
	const struct sink_start start = { .mark = mark, .minds_mark = minds_mark };
	w.diags = UB_DIAGS(w.arena);
	w.zones = ub_cal_zones_new(ub_sys_zone_source(NULL));
	w.text = UB_NEW(w.arena, struct ub_source);
	*w.text = (struct ub_source){ UB_TEXT("u.yaml"),
		ub_textf(w.arena,
		    "listen: 127.0.0.1:1\nupstream: http://127.0.0.1:2\n"
		    "organization: {domains: [ours.example]}\nevents: [{%s}]\n",
		    words) };
	w.settings = ub_settings_read(w.arena, w.text, w.zones, &w.diags);
	cr_assert_eq(w.settings->n_sinks, 1);
	w.sink = sink_open(&w.settings->sinks[0], &start, &w.diags);
	return w;
}

static void close_world(struct world *w)
{
	sink_close(&w->sink);
	ub_cal_zones_free(&w->zones);
	ub_arena_free(&w->arena);
}

static const char *said(struct world *w)
{
	struct ub_buf out = UB_BUF(w->arena);
	ub_diags_print(&w->diags, &out, false);
	return ub_text_cstr(w->arena, ub_buf_text(&out));
}

#define SAYS(w, words) cr_assert(strstr(said(w), (words)), "said:\n%s", said(w))

static struct batch *batch_of(size_t n)
{
	struct batch *batch = batch_empty();
	batch->events = UB_NEW_ARRAY(batch->arena, struct ub_plugin_event, n + 1);
	batch->n = n;
	for (size_t i = 0; i < n; i++)
		batch->events[i] = (struct ub_plugin_event){ "id", "{}", 2 };
	return batch;
}

/* How many of n events the sink is done with. What it says goes to w->diags. */
static size_t done_with(struct world *w, size_t n, size_t *refused)
{
	struct batch *batch = NULL;
	sink_deliver(w->sink, batch_of(n));
	enum ub_plugin_call call = sink_take(w->sink, ub_sys_monotonic_ms() + PATIENCE_MS, &batch, &w->diags);
	cr_assert_eq(call, UB_PLUGIN_ANSWERED);
	ub_diags_add_all(&w->diags, &batch->diags);
	size_t done = batch_done(batch, refused);
	batch_free(batch);
	return done;
}

static const struct {
	const char *sink;
	size_t done, refused; /* of three events */
	const char *words;    /* NULL: nothing is said */
} sinks[] = {
	{ "sink: faulty", 3, 0, NULL },
	{ "sink: faulty, fault: source", 3, 0, NULL },
	{ "sink: faulty, fault: shut", 0, 0,
	    "u.yaml:4:17: error[sink-failed]: the sink failed, and did not say why" },
	{ "sink: faulty, fault: closed", 0, 0, "u.yaml:4:32: error[sink-failed]: it is closed today" },
	{ "sink: faulty, fault: closed", 0, 0, "help: come back tomorrow" },
	{ "sink: faulty, fault: place", 3, 0, "u.yaml:4:17: error[sink-failed]: somewhere?[31m" },
	{ "sink: faulty, fault: mute", 0, 0, "this is a fault of the plugin `faulty`" },
	{ "sink: faulty, fault: idle", 0, 0, "the sink failed, and did not say why" },
	{ "sink: faulty, fault: eager", 3, 0, NULL },
	{ "sink: faulty, fault: refuse", 3, 1, "never that one" },
};

Test(sink, is_done_with_no_more_than_it_was_given_and_says_why_it_fails)
{
	for (size_t i = 0; i < UB_COUNT(sinks); i++) {
		struct world w = open_world(sinks[i].sink, NULL, false);
		size_t refused, done = done_with(&w, 3, &refused);
		cr_assert(done == sinks[i].done && refused == sinks[i].refused, "%s: %zu %zu", sinks[i].sink,
		    done, refused);
		if (sinks[i].words)
			SAYS(&w, sinks[i].words);
		else
			cr_assert_eq(w.diags.list.n, 0, "%s", said(&w));
		close_world(&w);
	}
}

static const struct {
	const char *sink, *words;
} mistakes[] = {
	{ "sink: webhok, url: x", "error[no-plugin]: there is no event sink `webhok`" },
	{ "sink: webhok, url: x", "did you mean `webhook`?" },
	{ "sink: nothing-like-it", "there are `faulty`, `log`, `webhook`; its plugin would be " },
	{ "sink: csv, path: x", "it does not define `ub_plugin_sink`, and so is no event sink" },
	{ "sink: webhook", "`url` is missing" },
	{ "sink: webhook, url: https://x.example, token_fil: x", "did you mean `token_file`?" },
	{ "sink: log, url: x", "this sink has `path` of its own" },
	{ "sink: log, path: [a]", "expected a text, found a list" },
};

Test(sink, that_cannot_be_used_is_told_with_a_remedy)
{
	for (size_t i = 0; i < UB_COUNT(mistakes); i++) {
		struct world w = open_world(mistakes[i].sink, NULL, false);
		cr_assert_null(w.sink, "%s", mistakes[i].sink);
		SAYS(&w, mistakes[i].words);
		close_world(&w);
	}
}

static const struct {
	const char *url, *words;
} addresses[] = {
	{ "ftp://x.example", "there is no address to send to" },
	{ "http://x.example/", "events would be sent for everybody to read" },
	{ "http://127.0.0.1.x.example/", "events would be sent for everybody to read" },
	{ "http://localhost@x.example/", "a name or a password stands in" },
	{ "http://127.0.0.1:x@x.example/", "a name or a password stands in" },
};

Test(sink, webhook_takes_no_address_where_others_read_along)
{
	for (size_t i = 0; i < UB_COUNT(addresses); i++) {
		struct ub_arena *arena = ub_arena_new();
		struct world w = open_world(
		    ub_textf(arena, "sink: webhook, url: \"%s\"", addresses[i].url).ptr, NULL, false);
		size_t refused;
		cr_assert_eq(done_with(&w, 1, &refused), 0);
		SAYS(&w, addresses[i].words);
		close_world(&w);
		ub_arena_free(&arena);
	}
}

Test(sink, that_takes_too_long_is_told_once_and_its_answer_is_taken_when_it_comes)
{
	struct world w = open_world("sink: faulty, fault: slow, timeout: 1s", NULL, false);
	struct batch *batch = NULL;
	size_t refused;
	sink_deliver(w.sink, batch_of(2));
	int64_t begin = ub_sys_monotonic_ms();
	while (sink_take(w.sink, ub_sys_monotonic_ms() + 100, &batch, &w.diags) != UB_PLUGIN_ANSWERED)
		cr_assert(ub_sys_monotonic_ms() - begin < PATIENCE_MS);
	SAYS(&w, "u.yaml:4:17: error[sink-late]: the sink gave no answer within 1 s");
	cr_assert_eq(w.diags.list.n, 1, "%s", said(&w));
	cr_assert_eq(batch_done(batch, &refused), 2);
	batch_free(batch);
	close_world(&w);
}

Test(sink, that_hangs_does_not_keep_anybody_from_closing_it)
{
	struct world w = open_world("sink: faulty, fault: slow", NULL, false);
	sink_deliver(w.sink, batch_of(1));
	usleep(100000);
	int64_t begin = ub_sys_monotonic_ms();
	close_world(&w);
	cr_assert(ub_sys_monotonic_ms() - begin < 2500);
	sleep(4); /* so that nothing is left behind when leaks are looked for */
}

Test(sink, at_which_two_processes_have_ended_is_left_out)
{
	static const char path[] = "mark";
	enter_folder();
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	cr_assert(fd >= 0 && write(fd, "2", 1) == 1);
	close(fd);
	struct world w = open_world("sink: faulty", path, true);
	cr_assert_null(w.sink);
	SAYS(&w, "error[plugin-crashed]: the engine has ended 2 times while the plugin `faulty` was at work");
	close_world(&w);
	w = open_world("sink: faulty", path, false);
	size_t refused;
	cr_assert_eq(done_with(&w, 1, &refused), 1);
	close_world(&w);
	cr_assert_eq(access(path, F_OK), -1, "it has done its work");
}
