/* SPDX-License-Identifier: Apache-2.0 */
#include "upkeep.h"

static bool may_go_back(const struct ub_job *job)
{
	return job->state != UB_JOB_LEASED && job->key.doubt != UB_DOUBT_CALLER;
}

/* A key that waited for a time or for its user does so again in the other store. */
void queue_upkeep_shelter(struct ub_store *store, struct ub_store *shelter, int64_t now)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_jobs jobs = { 0 };
	UB_VEC(struct ub_key) keys = { 0 };
	enum ub_store_result result = ub_store_jobs(shelter, arena, &jobs);
	for (size_t i = 0; i < jobs.n; i++)
		if (may_go_back(&jobs.items[i]))
			*ub_push(arena, &keys) = jobs.items[i].key;
	if (result == UB_STORE_OK && keys.n &&
	    ub_store_put(store, keys.items, keys.n, now, now) == UB_STORE_OK)
		for (size_t i = 0; i < jobs.n; i++)
			if (may_go_back(&jobs.items[i])) /* otherwise the key is worked on twice */
				result = ub_store_forget(shelter, &jobs.items[i]);
	ub_arena_free(&arena);
}

static void complain(struct ub_upkeep *upkeep)
{
	ub_log_paced(
	    upkeep->log, upkeep->pace, UB_LOG_ERROR, "the store: %s", ub_store_problem(upkeep->store));
}

void queue_upkeep_expire(struct ub_upkeep *upkeep, struct ub_store *store, int64_t now)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_jobs gone;
	size_t strangers = 0;
	if (ub_store_expire(store, now, arena, &gone) != UB_STORE_OK) {
		complain(upkeep);
		gone.n = 0; /* they are still there */
	}
	for (size_t i = 0; i < gone.n; i++) {
		const struct ub_job *job = &gone.items[i];
		strangers += job->key.doubt == UB_DOUBT_CALLER;
		if (job->key.doubt != UB_DOUBT_CALLER)
			ub_log(upkeep->log, UB_LOG_WARNING, "%.*s: not done within %d days: given up",
			    UB_ARGS(job->key.href), (int)(UB_WAIT_MS / UB_UPKEEP_MS));
	}
	if (strangers)
		ub_log_paced(upkeep->log, &upkeep->stranger_pace, UB_LOG_INFO,
		    "%zu keys are forgotten: the server knows nobody of the names that they came with",
		    strangers);
	ub_arena_free(&arena);
}

/* A pass may begin at once, and says anew when to look: that time stays. */
static void look_again(struct ub_upkeep *upkeep, const struct ub_store_seen *seen, int64_t now)
{
	struct ub_key const key = { .kind = UB_KEY_OBJECT,
		.upstream = seen->upstream,
		.href = seen->href,
		.principal = seen->principal,
		.collection = seen->collection };
	if (ub_store_put(upkeep->store, &key, 1, now, now) != UB_STORE_OK ||
	    ub_store_seen_looked(upkeep->store, seen) == UB_STORE_FAILED)
		complain(upkeep);
}

/* Puts the keys of series of which an instance has come near since they were last looked at. */
static void look_at_series(struct ub_upkeep *upkeep, int64_t now)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_store_seens due;
	if (ub_store_seens_due(upkeep->store, now, arena, &due) != UB_STORE_OK)
		complain(upkeep);
	for (size_t i = 0; i < due.n; i++)
		look_again(upkeep, &due.items[i], now);
	ub_arena_free(&arena);
}

/* After the clock was set, or at the start, when it may be about to be: series are looked at by it at once,
 * and nothing is forgotten for a while, as a wrong clock would have everything forgotten. */
static void note_clock(struct ub_upkeep *upkeep, int64_t now)
{
	int64_t gone = now - upkeep->looked;
	bool set = upkeep->looked == 0 || gone > UB_CLOCK_TRUSTED_MS || gone < -UB_CLOCK_TRUSTED_MS;
	upkeep->looked = now;
	if (!set)
		return;
	upkeep->next_looks = now;
	upkeep->next = now + UB_CLOCK_TRUSTED_MS;
}

void queue_upkeep(struct ub_upkeep *upkeep, int64_t now)
{
	note_clock(upkeep, now);
	bool lost = ub_store_is_lost(upkeep->store);
	if (lost && !upkeep->lost)
		ub_log(upkeep->log, UB_LOG_ERROR,
		    "the store: its file was deleted or moved away; all that is remembered ends with this "
		    "process");
	upkeep->lost = lost;
	if (now >= upkeep->next_looks) {
		upkeep->next_looks = now + UB_LOOKS_MS;
		look_at_series(upkeep, now);
	}
	if (now < upkeep->next)
		return;
	upkeep->next = now + UB_UPKEEP_MS;
	if (ub_store_prune(upkeep->store, now, now - UB_REMEMBER_MS, now - UB_HISTORY_MS) != UB_STORE_OK)
		complain(upkeep);
}
