/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What commands tell the daemon over the control socket: what becomes of items that `undo` removes, and what
 * `backfill` wants looked at.
 */
#include "control-private.h"

#include <string.h>

#include "upbeat/http.h"
#include "upbeat/wire.h"

static struct ub_text member(const json_t *object, const char *name, struct ub_arena *arena)
{
	const json_t *value = json_object_get(object, name);
	return json_is_string(value)
		   ? ub_text_copy(arena, ub_text_n(json_string_value(value), json_string_length(value)))
		   : UB_TEXT_NONE;
}

static int refuse(const struct ub_telling *telling, const char *why)
{
	ub_buf_printf(telling->out, "%s\n", why);
	return 1;
}

/* The states that `undo` may tell of; others are none of its business. */
static bool is_of_removal(json_int_t state)
{
	return state == UB_ITEM_REMOVING || state == UB_ITEM_REMOVED || state == UB_ITEM_EXISTS;
}

int control_take_removal(const struct ub_telling *telling, struct ub_text subject)
{
	const struct ub_control_input *daemon = telling->daemon;
	struct ub_arena *arena = telling->out->arena;
	json_t *object = json_loadb(subject.ptr, subject.len, 0, NULL);
	const json_t *word = json_object_get(object, "state");
	json_int_t state = json_is_integer(word) ? json_integer_value(word) : -1;
	struct ub_store_item item = { .organization = ub_organization,
		.meeting_uid = member(object, "meeting", arena),
		.identity = member(object, "identity", arena),
		.rule = member(object, "rule", arena),
		.owner = member(object, "owner", arena),
		.generation = (unsigned)json_integer_value(json_object_get(object, "generation")),
		.upstream = daemon->upstream,
		.uid = member(object, "uid", arena),
		.href = member(object, "href", arena),
		.state = (enum ub_item_state)state,
		.changed = ub_sys_now() * 1000 };
	json_decref(object);
	if (item.identity.len == 0 || item.meeting_uid.len + item.uid.len == 0 || !is_of_removal(state))
		return refuse(telling, "this names no item");
	if (!ub_undo_remember(daemon->store, &item))
		return refuse(telling, ub_store_problem(daemon->store));
	return 0;
}

/* ---- backfill ---- */

static struct ub_key *keys_of(
    const struct ub_telling *telling, struct ub_text subject, struct ub_text principal, size_t *n)
{
	struct ub_arena *arena = telling->out->arena;
	json_t *object = json_loadb(subject.ptr, subject.len, 0, NULL);
	const json_t *list = json_object_get(object, "objects");
	struct ub_key *keys = UB_NEW_ARRAY(arena, struct ub_key, json_array_size(list) + 1);
	*n = 0;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *value = json_array_get(list, i);
		struct ub_text href = json_is_string(value)
					  ? ub_http_href_canonical(arena, ub_text_n(json_string_value(value),
									      json_string_length(value)))
					  : UB_TEXT_NONE;
		if (href.len)
			keys[(*n)++] = (struct ub_key){ .kind = UB_KEY_OBJECT,
				.upstream = telling->daemon->upstream,
				.href = ub_text_copy(arena, href),
				.principal = principal,
				.collection = UB_TEXT_NONE };
	}
	if (json_is_true(json_object_get(object, "accounts")))
		keys[(*n)++] =
		    ub_store_account_key(telling->daemon->upstream, principal, UB_TEXT_NONE, arena);
	json_decref(object);
	return keys;
}

/* Prints how many keys of the user are still to be worked on, and how many wait, as his credentials were of
 * no use for them. */
static void print_left(const struct ub_telling *telling, struct ub_text principal)
{
	struct ub_known_jobs jobs = ub_queue_jobs(telling->daemon->queue, telling->out->arena);
	size_t left = 0, waiting = 0;
	for (size_t i = 0; i < jobs.n; i++) {
		const struct ub_job *job = &jobs.items[i].job;
		if (!ub_text_eq(job->key.principal, principal))
			continue;
		left += job->state == UB_JOB_QUEUED || job->state == UB_JOB_LEASED;
		waiting += job->state == UB_JOB_WAITING;
	}
	ub_buf_printf(telling->out, "%zu %zu\n", left, waiting);
}

int control_take_backfill(const struct ub_telling *telling, const struct ub_wire_ask *ask)
{
	const struct ub_control_input *daemon = telling->daemon;
	struct ub_arena *arena = telling->out->arena;
	struct ub_text principal = ub_http_principal(ask->authorization, arena);
	size_t n;
	if (principal.len == 0)
		return refuse(telling, "there are no credentials to act with");
	if (telling->snapshot->without_rules)
		return refuse(telling, "there are no rules until their mistakes are mended: upbeat status");
	struct ub_key *keys = keys_of(telling, ask->subject, principal, &n);
	if (ub_queue_put(daemon->queue, keys, n, ask->authorization) != UB_STORE_OK)
		return refuse(telling, ub_store_problem(daemon->store));
	print_left(telling, principal);
	return 0;
}
