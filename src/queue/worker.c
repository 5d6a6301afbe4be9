/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The workers: each takes keys that are due, first from the store, then from memory, puts each key through a
 * pass, and gives it back by what the pass came to.
 */
#include "worker.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "retry.h"
#include "upbeat/settings.h"

struct ub_workers {
	struct worker workers[UB_ENGINE_WORKERS];
};

/* Logs what kept the store that the key is in from doing what it was to do, if anything did. */
static void note(struct worker *worker, enum ub_store_result result)
{
	queue_note_result(worker->queue, worker->store, result);
}

/* ---- giving back a key ---- */

static int64_t next_try(const struct ub_job *job)
{
	return queue_now() + queue_retry_after(job->attempts);
}

static void settle(struct worker *worker)
{
	note(worker, ub_store_settle(worker->store, &worker->job, queue_now()));
}

static void retry(struct worker *worker, int64_t again, struct ub_text why)
{
	note(worker, ub_store_retry(worker->store, &worker->job, queue_now(), again, why));
}

/* Wakes the principal's keys if credentials of his are kept by now: those that came after the worker had
 * looked for them have woken only the keys that waited already. */
static void wake_if_heard(struct worker *worker, struct ub_text principal)
{
	struct ub_queue *queue = worker->queue;
	struct ub_credential *credential =
	    queue_credentials_take(queue->credentials, principal, ub_sys_monotonic_ms());
	if (credential)
		note(worker,
		    ub_store_heard(worker->store, queue->input.upstream, principal, queue_now(), NULL));
	queue_credential_free(&credential);
}

static void wait_for_principal(struct worker *worker, struct ub_text why)
{
	note(worker, ub_store_wait(worker->store, &worker->job, queue_now(), why));
	wake_if_heard(worker, worker->job.key.principal);
}

static void set_aside(struct worker *worker, struct ub_text why)
{
	const struct ub_job *job = &worker->job;
	const char *when = job->key.kind == UB_KEY_ACCOUNT ? "it is tried again on the next day"
			   : job->key.kind == UB_KEY_COPY  ? "the copy is tried again when the item changes"
							   : "store it again to have it tried again";
	ub_log(worker->queue->input.log, UB_LOG_WARNING, "%.*s: set aside: %.*s; %s", UB_ARGS(job->key.href),
	    UB_ARGS(why), when);
	note(worker, ub_store_set_aside(worker->store, job, queue_now(), why));
}

/* Puts the key again if the service account can be used by now: when the server accepted it, those keys alone
 * were woken that waited already. */
static void wake_if_served(struct worker *worker)
{
	int64_t now = queue_now();
	if (queue_service_accepted(worker->queue->service))
		note(worker, ub_store_put(worker->store, &worker->job.key, 1, now, now));
}

/* Gives back a key after the server has said no. A key that the server refuses again and again is set aside:
 * neither a pause nor the user's next request would change that. */
static void fail(struct worker *worker, enum ub_pass_end end, struct ub_text why)
{
	unsigned failures = ++worker->job.failures;
	if (failures >= UB_FAILURES_MAX)
		set_aside(worker, why);
	else if (end == UB_PASS_CONFLICT)
		retry(worker, queue_now() + queue_retry_after_conflict(failures), why);
	else
		wait_for_principal(worker, why);
}

/* Hands a key over to the calendar's owner, who logs in as `owner`. Empty: nobody knows who that is. */
static void give_to_owner(struct worker *worker, struct ub_text owner, struct ub_text why)
{
	if (owner.len == 0) {
		set_aside(worker, why);
		return;
	}
	note(worker, ub_store_hand_over(worker->store, &worker->job, queue_now(), owner, why));
	wake_if_heard(worker, owner);
}

/* ---- what comes of it ---- */

/* What could not be looked at for changes is at the next poll. */
static void finish_look(struct worker *worker, const struct tried *tried)
{
	const struct ub_key *key = &worker->job.key;
	settle(worker);
	if (key->principal.len)
		return;
	queue_served_poll(worker->queue, key->href,
	    tried->never                    ? UB_TEXT("the server does not accept the service account")
	    : tried->end == UB_PASS_SETTLED ? UB_TEXT_NONE
					    : tried->why);
	queue_feed_polls(worker->queue);
}

static void finish(struct worker *worker, const struct tried *tried)
{
	if (worker->job.key.kind == UB_KEY_SYNC)
		finish_look(worker, tried);
	else if (tried->never)
		wait_for_principal(worker, tried->why);
	else if (tried->end == UB_PASS_SETTLED)
		settle(worker);
	else if (tried->end == UB_PASS_AGAIN)
		retry(worker, tried->again ? tried->again : next_try(&worker->job), tried->why);
	else if (tried->end == UB_PASS_FATAL)
		set_aside(worker, tried->why);
	else if (tried->end == UB_PASS_NOT_OWNER)
		give_to_owner(worker, tried->owner_login, tried->why);
	else
		fail(worker, tried->end, tried->why);
}

/* Whether nothing is left to do for the key. A refused write leaves nothing, unless something waited under
 * the same key before: the key was tried then, or another write under it was answered well. Of a collection
 * only its new member counts, which has its own key. */
static bool is_over(enum ub_write_state state, const struct ub_job *job)
{
	bool object = job->key.kind == UB_KEY_OBJECT;
	bool waited = job->attempts > 1 || (object && job->key.doubt == UB_DOUBT_NONE);
	return (state == UB_WRITE_VOID && !waited) || (state == UB_WRITE_DONE && !object);
}

static bool is_of_a_write(const struct ub_job *job)
{
	return job->key.kind == UB_KEY_OBJECT || job->key.kind == UB_KEY_COLLECTION;
}

static void work_on(struct worker *worker)
{
	struct ub_queue *queue = worker->queue;
	const struct ub_job *job = &worker->job;
	enum ub_write_state state = queue_writes_of_key(queue->writes, &job->key);
	if (is_of_a_write(job) && is_over(state, job)) {
		settle(worker);
		return;
	}
	if (state == UB_WRITE_OPEN) {
		retry(worker, next_try(job), UB_TEXT("the server has not answered yet"));
		return;
	}
	bool served = queue_service_accepted(queue->service);
	struct tried tried = queue_try(worker);
	finish(worker, &tried);
	if (!served && queue_may_be_served(job, &tried))
		wake_if_served(worker);
}

/* Without rules nobody works on keys: a plan without rules would remove all items that stand. */
static bool has_rules(struct ub_queue *queue)
{
	struct ub_snapshot *snapshot = queue_snapshot(queue);
	bool has = !snapshot->without_rules;
	ub_snapshot_release(&snapshot);
	return has;
}

/* Keeps the service account up to date, and wakes what waits when the server accepts it. */
static void tend_service(struct worker *worker)
{
	struct ub_queue *queue = worker->queue;
	struct ub_store *const stores[] = { queue->input.store, queue->shelter };
	struct ub_snapshot *snapshot = queue_snapshot(queue);
	bool woken = queue_service_tend(queue->service, &snapshot->settings->service, snapshot->loaded,
	    worker->client, ub_sys_monotonic_ms(), worker->arena);
	ub_snapshot_release(&snapshot);
	ub_arena_reset(worker->arena);
	for (size_t i = 0; woken && i < UB_COUNT(stores); i++)
		queue_note_result(
		    queue, stores[i], ub_store_wake(stores[i], queue->input.upstream, queue_now()));
	if (woken)
		ub_queue_wake(queue);
}

/* For how many milliseconds there is nothing to do. */
static int64_t idle_time(struct ub_queue *queue)
{
	struct ub_store *const stores[] = { queue->input.store, queue->shelter, queue->polls };
	int64_t due = INT64_MAX, now = queue_now();
	for (size_t i = 0; i < UB_COUNT(stores) && has_rules(queue); i++) {
		int64_t next;
		if (ub_store_next_due(stores[i], &next) == UB_STORE_OK && next < due)
			due = next;
	}
	int64_t unkept = ub_store_unkept(queue->input.store);
	int64_t most = unkept < UB_UNKEPT_MS ? UB_UNKEPT_MS : unkept < UB_IDLE_MS ? unkept : UB_IDLE_MS;
	return due > now + most ? most : due > now ? due - now : 10;
}

/* Waits until keys may have become due, UB_IDLE_MS at most. *seen: the count of wakeups at the last look.
 * What the store has not kept by then is kept, if nobody is at work: a pass has that kept with what it does
 * itself, and queue.c does so each second. False: it is time to stop. */
static bool wait_for_work(struct ub_queue *queue, uint64_t *seen)
{
	int64_t wait = idle_time(queue);
	struct timespec until = ub_sys_deadline(wait);
	pthread_mutex_lock(&queue->mutex);
	while (!queue->stopping && queue->wakeups == *seen &&
	       pthread_cond_timedwait(&queue->changed, &queue->mutex, &until) == 0)
		;
	bool idle = queue->wakeups == *seen && wait >= UB_UNKEPT_MS && queue->busy == 0;
	*seen = queue->wakeups;
	bool go_on = !queue->stopping;
	pthread_mutex_unlock(&queue->mutex);
	if (idle && ub_store_unkept(queue->input.store) <= 0)
		queue_note_result(queue, queue->input.store, ub_store_keep(queue->input.store));
	return go_on;
}

static void count_busy(struct ub_queue *queue, int more)
{
	pthread_mutex_lock(&queue->mutex);
	queue->busy += (unsigned)more;
	pthread_mutex_unlock(&queue->mutex);
}

/* Works on all keys of a store that are due now. */
static void work_off(struct worker *worker, struct ub_store *store)
{
	struct ub_queue *queue = worker->queue;
	enum ub_store_result result = UB_STORE_OK;
	worker->store = store;
	while (!queue_is_stopping(queue) && has_rules(queue) &&
	       (result = ub_store_take(store, queue_now(), UB_LEASE_MS, worker->arena, &worker->job)) ==
		   UB_STORE_OK) {
		count_busy(queue, 1);
		work_on(worker);
		count_busy(queue, -1);
		if (worker->job.crashes)
			/* the key was worked on alone: other workers have waited */
			ub_queue_wake(queue);
		ub_arena_reset(worker->arena);
	}
	note(worker, result);
}

/* A reading of a worker takes too long, by the watch's thread. What works on a key beside this one is not to
 * blame, and the exit status says so, unless the store has not taken down which key is. */
static void overrun(void *context)
{
	static const char why[] = "reading a calendar object took more than a second of processor time";
	struct worker *worker = context;
	ub_log(worker->queue->input.log, UB_LOG_ERROR,
	    "%.*s: %s; the engine ends, and the key is set aside when that happens %d times",
	    UB_ARGS(worker->job.key.href), why, UB_STORE_CRASHES_MAX);
	enum ub_store_result result = ub_store_blame(worker->store, &worker->job, queue_now(), ub_text(why));
	note(worker, result);
	_exit(result == UB_STORE_OK || result == UB_STORE_STALE ? UB_WIRE_EXIT_OVERRUN : EXIT_FAILURE);
}

static void *run(void *data)
{
	struct worker *worker = data;
	struct ub_queue *queue = worker->queue;
	const struct ub_watch_limit limit = { UB_READING_MS, overrun, worker };
	uint64_t seen = 0;
	worker->arena = ub_arena_new();
	(void)pthread_setname_np(pthread_self(), "worker"); /* for top -H, and for the race of tests/bench */
	worker->watched = ub_sys_watch_join(queue->input.watch, &limit);
	do {
		tend_service(worker);
		work_off(worker, queue->input.store);
		work_off(worker, queue->shelter);
		work_off(worker, queue->polls);
	} while (wait_for_work(queue, &seen));
	ub_sys_watch_leave(&worker->watched);
	ub_arena_free(&worker->arena);
	return NULL;
}

struct ub_workers *queue_workers_start(struct ub_queue *queue)
{
	struct ub_workers *workers = calloc(1, sizeof(*workers));
	if (!workers)
		abort();
	struct ub_arena *arena = ub_arena_new();
	struct ub_snapshot *snapshot = queue_snapshot(queue);
	for (size_t i = 0; i < UB_COUNT(workers->workers); i++) {
		struct worker *worker = &workers->workers[i];
		worker->queue = queue;
		worker->client = ub_identity_client(&snapshot->settings->upstream, arena);
		if (pthread_create(&worker->thread, NULL, run, worker) != 0)
			abort();
	}
	ub_snapshot_release(&snapshot);
	ub_arena_free(&arena);
	return workers;
}

void queue_workers_join(struct ub_workers **workers)
{
	for (size_t i = 0; i < UB_COUNT((*workers)->workers); i++) {
		pthread_join((*workers)->workers[i].thread, NULL);
		ub_client_free(&(*workers)->workers[i].client);
	}
	free(*workers);
	*workers = NULL;
}
