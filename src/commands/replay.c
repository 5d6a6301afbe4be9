/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What other rules would change. Each meeting is decided as it once was, which gives the items that stand;
 * then by the present rules and by the changed ones, as of now. The answer is what the changed ones do
 * otherwise.
 */
#include "replay-private.h"

#include <stdlib.h>
#include <unistd.h>

#include "upbeat/directory.h"

static void *run(void *data)
{
	struct replay *replay = data;
	const struct ub_replay_input *input = replay->input;
	struct ub_arena *arena = ub_arena_new();
	for (size_t i = replay->from; i < replay->to; i++) {
		if (i < input->n_meetings)
			replay_meeting(replay, &input->meetings[i], arena);
		else
			replay_account(replay, replay->owned.items[i - input->n_meetings], arena);
		ub_arena_reset(arena);
		size_t done = ++*replay->done;
		if (input->progress)
			input->progress(done, input->n_meetings + replay->owned.n);
	}
	ub_arena_free(&arena);
	return NULL;
}

/* ---- all ---- */

#define THREADS 8

static struct ub_map *deletions(const struct ub_replay_input *input, struct ub_arena *arena)
{
	struct ub_map *map = ub_map_new(arena);
	for (size_t i = 0; i < input->n_deleted; i++)
		ub_map_put(map,
		    ub_textf(arena, "%.*s\n%.*s", UB_ARGS(input->deleted[i].uid),
			UB_ARGS(input->deleted[i].item_mark)),
		    map);
	return map;
}

static void start(struct replay *part, const struct replay *whole, _Atomic size_t *done)
{
	const struct ub_replay_input *input = whole->input;
	struct ub_arena *arena = ub_arena_new();
	*part = (struct replay){ .input = input,
		.deleted = whole->deleted,
		.owned = whole->owned,
		.from = part->from,
		.to = part->to,
		.out = UB_BUF(arena),
		.list = input->json ? ub_json_array() : NULL,
		.accounts = input->json ? ub_json_array() : NULL,
		.people = ub_map_new(arena),
		.arena = arena,
		.taken = { .store = input->store, .known = ub_map_new(arena), .arena = arena },
		.done = done };
	if (pthread_create(&part->thread, NULL, run, part) != 0)
		abort();
}

/* Joins the parts in their order, so that nobody sees how many threads there were. */
static void join(struct replay *part, struct replay *whole)
{
	pthread_join(part->thread, NULL);
	for (size_t i = 0; i < UB_COUNT(whole->result.counts); i++)
		whole->result.counts[i] += part->result.counts[i];
	whole->result.added += part->result.added;
	whole->result.refused += part->result.refused;
	whole->result.meetings_touched += part->result.meetings_touched;
	whole->result.accounts_touched += part->result.accounts_touched;
	struct ub_text address;
	for (size_t i = 0; i < ub_map_size(part->people); i++) {
		ub_map_at(part->people, i, &address);
		replay_touch(whole, address);
	}
	ub_buf_add(&whole->out, ub_buf_text(&part->out));
	if (part->list && (json_array_extend(whole->list, part->list) != 0 ||
			      json_array_extend(whole->accounts, part->accounts) != 0))
		abort();
	json_decref(part->list);
	json_decref(part->accounts);
	ub_arena_free(&part->arena);
}

static size_t count_threads(size_t all)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t n = processors > 0 && processors < THREADS ? (size_t)processors : processors > 0 ? THREADS : 1;
	return all < n ? (all ? all : 1) : n;
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void summarize(struct replay *whole)
{
	const struct ub_replay_result *result = &whole->result;
	struct ub_buf *out = &whole->out;
	size_t meetings = whole->input->n_meetings, accounts = whole->owned.n;
	if (result->meetings_touched + result->accounts_touched + result->refused == 0) {
		ub_buf_printf(out, "Nothing would change in %zu meeting%s", meetings, plural(meetings));
		if (accounts)
			ub_buf_printf(out, " and %zu account%s", accounts, plural(accounts));
		ub_buf_str(out, ".\n");
		return;
	}
	ub_buf_char(out, '\n');
	for (size_t i = 0; i < UB_COUNT(replay_words); i++)
		if (result->counts[replay_words[i].kind] || replay_words[i].kind != UB_CHANGE_LEFT)
			ub_buf_printf(out, "%s%zu %s", i ? ", " : "", result->counts[replay_words[i].kind],
			    replay_words[i].word);
	if (result->added)
		ub_buf_printf(out, ", %zu to be added to meetings", result->added);
	ub_buf_printf(out, "; in %zu of %zu meetings", result->meetings_touched, meetings);
	if (accounts)
		ub_buf_printf(out, " and %zu of %zu accounts", result->accounts_touched, accounts);
	ub_buf_printf(out, ", in the calendars of %zu %s\n", result->people_touched,
	    result->people_touched == 1 ? "person" : "people");
	if (result->refused)
		ub_buf_printf(out, "%zu cannot be read\n", result->refused);
}

static void print_json(struct replay *whole)
{
	const struct ub_replay_result *result = &whole->result;
	json_t *summary = ub_json_object(), *object = ub_json_object();
	for (size_t i = 0; i < UB_COUNT(replay_words); i++)
		ub_json_set(
		    summary, replay_words[i].code, ub_json_number(result->counts[replay_words[i].kind]));
	ub_json_set(summary, "added", ub_json_number(result->added));
	ub_json_set(summary, "meetings", ub_json_number(whole->input->n_meetings));
	ub_json_set(summary, "meetings_touched", ub_json_number(result->meetings_touched));
	ub_json_set(summary, "accounts", ub_json_number(whole->owned.n));
	ub_json_set(summary, "accounts_touched", ub_json_number(result->accounts_touched));
	ub_json_set(summary, "people_touched", ub_json_number(result->people_touched));
	ub_json_set(summary, "refused", ub_json_number(result->refused));
	ub_json_set(object, "summary", summary);
	ub_json_set(object, "meetings", whole->list);
	ub_json_set(object, "accounts", whole->accounts);
	ub_json_print(object, &whole->out);
}

void ub_replay(const struct ub_replay_input *input, struct ub_replay_result *result, struct ub_buf *out)
{
	struct replay parts[THREADS] = { 0 };
	_Atomic size_t done = 0;
	struct ub_directory *directory = input->present->directory;
	struct ub_accounts *accounts = directory ? ub_directory_accounts(directory) : NULL;
	struct replay whole = { .input = input,
		.deleted = deletions(input, out->arena),
		.owned = replay_owned(input, accounts, out->arena),
		.out = *out,
		.people = ub_map_new(out->arena),
		.arena = out->arena,
		.list = input->json ? ub_json_array() : NULL,
		.accounts = input->json ? ub_json_array() : NULL };
	size_t all = input->n_meetings + whole.owned.n, n = count_threads(all);
	json_object_seed(0); /* must be done before there are threads */
	for (size_t i = 0; i < n; i++) {
		parts[i].from = all * i / n;
		parts[i].to = all * (i + 1) / n;
		start(&parts[i], &whole, &done);
	}
	for (size_t i = 0; i < n; i++)
		join(&parts[i], &whole);
	ub_accounts_release(&accounts);
	whole.result.people_touched = ub_map_size(whole.people);
	if (whole.list)
		print_json(&whole);
	else
		summarize(&whole);
	*result = whole.result;
	*out = whole.out;
}
