/* SPDX-License-Identifier: Apache-2.0 */
#include "worker.h"

#include <stdlib.h>
#include <time.h>

#include "pass.h"
#include "retry.h"
#include "upbeat/http.h"
#include "upbeat/settings.h"

struct worker {
	struct ub_engine *engine;
	struct ub_client *client;
	pthread_t thread;
};

struct ub_workers {
	struct worker workers[UB_ENGINE_WORKERS];
};

static int64_t wall_ms(void)
{
	return ub_sys_now() * 1000;
}

void ub_engine_wake(struct ub_engine *engine)
{
	pthread_mutex_lock(&engine->mutex);
	engine->wakeups++;
	pthread_cond_broadcast(&engine->changed);
	pthread_mutex_unlock(&engine->mutex);
}

struct ub_snapshot *ub_engine_snapshot(struct ub_engine *engine)
{
	pthread_mutex_lock(&engine->mutex);
	struct ub_snapshot *snapshot = ub_snapshot_hold(engine->snapshot);
	pthread_mutex_unlock(&engine->mutex);
	return snapshot;
}

static void say(struct ub_engine *engine, struct ub_store *store, enum ub_store_result result)
{
	if (result != UB_STORE_OK && result != UB_STORE_NONE && result != UB_STORE_STALE)
		ub_log_paced(
		    engine->log, &engine->store_pace, UB_LOG_ERROR, "the store: %s", ub_store_problem(store));
}

static int64_t next_try(const struct ub_job *job)
{
	return wall_ms() + ub_retry_after(job->attempts);
}

static void settle(struct ub_engine *engine, struct ub_store *store, const struct ub_job *job)
{
	say(engine, store, ub_store_settle(store, job, wall_ms()));
}

static void retry(struct ub_engine *engine, struct ub_store *store, const struct ub_job *job, int64_t again,
    struct ub_text why)
{
	say(engine, store, ub_store_retry(store, job, wall_ms(), again, why));
}

/* Credentials that came after they were looked for have woken what waited then, and not this. */
static void wake_if_heard(struct ub_engine *engine, struct ub_store *store, struct ub_text principal)
{
	struct ub_credential *credential =
	    ub_credentials_take(engine->credentials, principal, ub_sys_monotonic_ms());
	if (credential)
		say(engine, store, ub_store_heard(store, engine->upstream, principal, wall_ms(), NULL));
	ub_credential_free(&credential);
}

static void wait_for_principal(
    struct ub_engine *engine, struct ub_store *store, const struct ub_job *job, struct ub_text why)
{
	say(engine, store, ub_store_wait(store, job, wall_ms(), why));
	wake_if_heard(engine, store, job->key.principal);
}

static void set_aside(
    struct ub_engine *engine, struct ub_store *store, const struct ub_job *job, struct ub_text why)
{
	ub_log(engine->log, UB_LOG_WARNING, "%.*s: set aside: %.*s; store it again to have it tried again",
	    UB_ARGS(job->key.href), UB_ARGS(why));
	say(engine, store, ub_store_set_aside(store, job, wall_ms(), why));
}

/* The server has said no. What it says again and again is set aside: neither a wait nor its user's next
 * request would change that. */
static void fail(struct ub_engine *engine, struct ub_store *store, const struct ub_job *job,
    enum ub_pass_end end, struct ub_text why)
{
	struct ub_job failed = *job;
	failed.failures++;
	if (failed.failures >= UB_FAILURES_MAX)
		set_aside(engine, store, &failed, why);
	else if (end == UB_PASS_CONFLICT)
		retry(engine, store, &failed, wall_ms() + ub_retry_after_conflict(failed.failures), why);
	else
		wait_for_principal(engine, store, &failed, why);
}

static void give_to_owner(struct ub_engine *engine, struct ub_store *store, const struct ub_job *job,
    struct ub_text owner, struct ub_text why)
{
	if (owner.len == 0) {
		set_aside(engine, store, job, why);
		return;
	}
	say(engine, store, ub_store_hand_over(store, job, wall_ms(), owner, why));
	wake_if_heard(engine, store, owner);
}

static void pass(struct worker *worker, struct ub_store *store, const struct ub_job *job,
    const struct ub_credential *credential, struct ub_arena *arena)
{
	struct ub_engine *engine = worker->engine;
	struct ub_snapshot *snapshot = ub_engine_snapshot(engine);
	struct ub_caller caller = { .client = worker->client,
		.user = ub_http_user(credential->authorization, arena),
		.principal = job->key.principal,
		.authorization = credential->authorization,
		.host = credential->host };
	struct ub_pass run = { .snapshot = snapshot,
		.store = engine->store,
		.queue = store,
		.job = job,
		.caller = &caller,
		.log = engine->log,
		.store_pace = &engine->store_pace,
		.now = ub_sys_now(),
		.monotonic = ub_sys_monotonic_ms(),
		.clock = wall_ms,
		.arena = arena };
	struct ub_text why = UB_TEXT_NONE;
	enum ub_pass_end end = ub_pass_run(&run, &why);
	ub_log(engine->log, end == UB_PASS_SETTLED ? UB_LOG_DEBUG : UB_LOG_INFO, "%.*s: %.*s",
	    UB_ARGS(job->key.href), UB_ARGS(why));
	if (end == UB_PASS_DENIED)
		ub_credentials_drop(engine->credentials, job->key.principal, credential);
	if (end == UB_PASS_SETTLED)
		settle(engine, store, job);
	else if (end == UB_PASS_AGAIN)
		retry(engine, store, job, run.again ? run.again : next_try(job), why);
	else if (end == UB_PASS_NOT_OWNER)
		give_to_owner(engine, store, job, run.owner_login, why);
	else
		fail(engine, store, job, end, why);
	ub_snapshot_release(&snapshot);
}

/* Whether a write that came to nothing leaves nothing to do: what waited under its key before still does. */
static bool is_over(enum ub_write_state state, const struct ub_job *job)
{
	return (state == UB_WRITE_VOID && job->attempts <= 1) ||
	       (state == UB_WRITE_DONE && job->key.kind != UB_KEY_OBJECT);
}

static void work_on(
    struct worker *worker, struct ub_store *store, const struct ub_job *job, struct ub_arena *arena)
{
	struct ub_engine *engine = worker->engine;
	enum ub_write_state state = ub_writes_of_key(engine->writes, &job->key);
	if (is_over(state, job)) {
		settle(engine, store, job);
		return;
	}
	if (state == UB_WRITE_OPEN) {
		retry(engine, store, job, next_try(job), UB_TEXT("the server has not answered yet"));
		return;
	}
	struct ub_credential *credential =
	    ub_credentials_take(engine->credentials, job->key.principal, ub_sys_monotonic_ms());
	if (credential)
		pass(worker, store, job, credential, arena);
	else
		wait_for_principal(engine, store, job, UB_TEXT("waits for the next request of its user"));
	ub_credential_free(&credential);
}

/* Without rules nothing is due: by none of them, all that stands would have to go. */
static bool has_rules(struct ub_engine *engine)
{
	struct ub_snapshot *snapshot = ub_engine_snapshot(engine);
	bool has = !snapshot->without_rules;
	ub_snapshot_release(&snapshot);
	return has;
}

/* Until something may have become due; false: stop. */
static bool wait_for_work(struct ub_engine *engine, uint64_t *seen)
{
	struct ub_store *const stores[] = { engine->store, engine->shelter };
	int64_t due = INT64_MAX;
	for (size_t i = 0; i < UB_COUNT(stores) && has_rules(engine); i++) {
		int64_t next;
		if (ub_store_next_due(stores[i], &next) == UB_STORE_OK && next < due)
			due = next;
	}
	int64_t now = wall_ms();
	int64_t wait = due > now + UB_IDLE_MS ? UB_IDLE_MS : due > now ? due - now : 10;
	struct timespec until = ub_sys_deadline(wait);
	pthread_mutex_lock(&engine->mutex);
	while (!engine->stopping && engine->wakeups == *seen &&
	       pthread_cond_timedwait(&engine->changed, &engine->mutex, &until) == 0)
		;
	*seen = engine->wakeups;
	bool go_on = !engine->stopping;
	pthread_mutex_unlock(&engine->mutex);
	return go_on;
}

static bool is_stopping(struct ub_engine *engine)
{
	pthread_mutex_lock(&engine->mutex);
	bool stopping = engine->stopping;
	pthread_mutex_unlock(&engine->mutex);
	return stopping;
}

/* All that is due now. */
static void work_off(struct worker *worker, struct ub_store *store, struct ub_arena *arena)
{
	struct ub_engine *engine = worker->engine;
	enum ub_store_result result = UB_STORE_OK;
	struct ub_job job;
	while (!is_stopping(engine) && has_rules(engine) &&
	       (result = ub_store_take(store, wall_ms(), UB_LEASE_MS, arena, &job)) == UB_STORE_OK) {
		work_on(worker, store, &job, arena);
		if (job.crashes)
			ub_engine_wake(engine); /* it was worked on alone: others have waited */
		ub_arena_reset(arena);
	}
	say(engine, store, result);
}

static void *run(void *data)
{
	struct worker *worker = data;
	struct ub_engine *engine = worker->engine;
	struct ub_arena *arena = ub_arena_new();
	uint64_t seen = 0;
	do {
		work_off(worker, engine->store, arena);
		work_off(worker, engine->shelter, arena);
	} while (wait_for_work(engine, &seen));
	ub_arena_free(&arena);
	return NULL;
}

struct ub_workers *ub_workers_start(struct ub_engine *engine)
{
	struct ub_workers *workers = calloc(1, sizeof(*workers));
	if (!workers)
		abort();
	for (size_t i = 0; i < UB_COUNT(workers->workers); i++) {
		struct worker *worker = &workers->workers[i];
		worker->engine = engine;
		worker->client = ub_client_new(engine->upstream.ptr);
		if (pthread_create(&worker->thread, NULL, run, worker) != 0)
			abort();
	}
	return workers;
}

void ub_workers_join(struct ub_workers **workers)
{
	for (size_t i = 0; i < UB_COUNT((*workers)->workers); i++) {
		pthread_join((*workers)->workers[i].thread, NULL);
		ub_client_free(&(*workers)->workers[i].client);
	}
	free(*workers);
	*workers = NULL;
}
