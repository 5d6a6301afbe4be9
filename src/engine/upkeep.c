/* SPDX-License-Identifier: Apache-2.0 */
#include "upkeep.h"

/* What waited for a time or for its user does so again in the other store. */
void ub_upkeep_shelter(struct ub_store *store, struct ub_store *shelter, int64_t now)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_jobs jobs = { 0 };
	UB_VEC(struct ub_key) keys = { 0 };
	enum ub_store_result result = ub_store_jobs(shelter, arena, &jobs);
	for (size_t i = 0; i < jobs.n; i++)
		if (jobs.items[i].state != UB_JOB_LEASED)
			*ub_push(arena, &keys) = jobs.items[i].key;
	if (result == UB_STORE_OK && keys.n &&
	    ub_store_put(store, keys.items, keys.n, now, now) == UB_STORE_OK)
		for (size_t i = 0; i < jobs.n; i++)
			result = ub_store_forget(shelter, &jobs.items[i]); /* or it is worked on twice */
	ub_arena_free(&arena);
}

static void complain(struct ub_upkeep *upkeep)
{
	ub_log_paced(
	    upkeep->log, upkeep->pace, UB_LOG_ERROR, "the store: %s", ub_store_problem(upkeep->store));
}

static void give_up_waiting(struct ub_upkeep *upkeep, int64_t before)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_jobs jobs;
	if (ub_store_jobs(upkeep->store, arena, &jobs) != UB_STORE_OK)
		complain(upkeep);
	for (size_t i = 0; i < jobs.n; i++) {
		const struct ub_job *job = &jobs.items[i];
		if (job->state != UB_JOB_WAITING || job->put >= before)
			continue;
		if (ub_store_forget(upkeep->store, job) == UB_STORE_OK)
			ub_log(upkeep->log, UB_LOG_WARNING,
			    "%.*s: its user was not heard of for %d days: given up", UB_ARGS(job->key.href),
			    (int)(UB_WAIT_MS / UB_UPKEEP_MS));
	}
	ub_arena_free(&arena);
}

void ub_upkeep(struct ub_upkeep *upkeep, int64_t now)
{
	bool lost = ub_store_is_lost(upkeep->store);
	if (lost && !upkeep->lost)
		ub_log(upkeep->log, UB_LOG_ERROR,
		    "the store: its file was deleted or moved away; all that is remembered ends with this "
		    "process");
	upkeep->lost = lost;
	if (now < upkeep->next)
		return;
	upkeep->next = now + UB_UPKEEP_MS;
	if (ub_store_prune(upkeep->store, now - UB_REMEMBER_MS) != UB_STORE_OK)
		complain(upkeep);
	give_up_waiting(upkeep, now - UB_WAIT_MS);
}
