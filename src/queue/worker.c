/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The workers: each takes keys that are due, first from the store, then from memory, puts each key through a
 * pass, and gives it back by what the pass came to.
 */
#include "queue-private.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "retry.h"
#include "upbeat/http.h"
#include "upbeat/settings.h"

struct worker {
	struct ub_queue *queue;
	struct ub_client *client;
	struct ub_watched *watched;
	/* What the worker works on. */
	struct ub_store *store;
	const struct ub_job *job;
	pthread_t thread;
};

struct ub_workers {
	struct worker workers[UB_ENGINE_WORKERS];
};

static void say(struct ub_queue *queue, struct ub_store *store, enum ub_store_result result)
{
	if (result != UB_STORE_OK && result != UB_STORE_NONE && result != UB_STORE_STALE)
		ub_log_paced(queue->input.log, &queue->store_pace, UB_LOG_ERROR, "the store: %s",
		    ub_store_problem(store));
}

static int64_t next_try(const struct ub_job *job)
{
	return queue_now() + ub_retry_after(job->attempts);
}

static void settle(struct ub_queue *queue, struct ub_store *store, const struct ub_job *job)
{
	say(queue, store, ub_store_settle(store, job, queue_now()));
}

static void retry(struct ub_queue *queue, struct ub_store *store, const struct ub_job *job, int64_t again,
    struct ub_text why)
{
	say(queue, store, ub_store_retry(store, job, queue_now(), again, why));
}

/* Wakes the principal's keys if credentials of his are kept by now: those that came after the worker had
 * looked for them have woken only the keys that waited already. */
static void wake_if_heard(struct ub_queue *queue, struct ub_store *store, struct ub_text principal)
{
	struct ub_credential *credential =
	    ub_credentials_take(queue->credentials, principal, ub_sys_monotonic_ms());
	if (credential)
		say(queue, store, ub_store_heard(store, queue->input.upstream, principal, queue_now(), NULL));
	ub_credential_free(&credential);
}

static void wait_for_principal(
    struct ub_queue *queue, struct ub_store *store, const struct ub_job *job, struct ub_text why)
{
	say(queue, store, ub_store_wait(store, job, queue_now(), why));
	wake_if_heard(queue, store, job->key.principal);
}

static void set_aside(
    struct ub_queue *queue, struct ub_store *store, const struct ub_job *job, struct ub_text why)
{
	const char *when = job->key.kind == UB_KEY_ACCOUNT ? "it is tried again on the next day"
							   : "store it again to have it tried again";
	ub_log(queue->input.log, UB_LOG_WARNING, "%.*s: set aside: %.*s; %s", UB_ARGS(job->key.href),
	    UB_ARGS(why), when);
	say(queue, store, ub_store_set_aside(store, job, queue_now(), why));
}

/* Gives back a key after the server has said no. A key that the server refuses again and again is set aside:
 * neither a pause nor the user's next request would change that. */
static void fail(struct ub_queue *queue, struct ub_store *store, const struct ub_job *job,
    enum ub_pass_end end, struct ub_text why)
{
	struct ub_job failed = *job;
	failed.failures++;
	if (failed.failures >= UB_FAILURES_MAX)
		set_aside(queue, store, &failed, why);
	else if (end == UB_PASS_CONFLICT)
		retry(queue, store, &failed, queue_now() + ub_retry_after_conflict(failed.failures), why);
	else
		wait_for_principal(queue, store, &failed, why);
}

/* Hands a key over to the calendar's owner, who logs in as `owner`. Empty: nobody knows who that is. */
static void give_to_owner(struct ub_queue *queue, struct ub_store *store, const struct ub_job *job,
    struct ub_text owner, struct ub_text why)
{
	if (owner.len == 0) {
		set_aside(queue, store, job, why);
		return;
	}
	say(queue, store, ub_store_hand_over(store, job, queue_now(), owner, why));
	wake_if_heard(queue, store, owner);
}

/* ---- orders ---- */

struct carrying {
	struct ub_queue *queue;
	struct ub_store *store;
	const struct ub_job *job;
	int64_t held; /* when the lease was last taken or extended */
};

static bool is_stopping(struct ub_queue *queue)
{
	pthread_mutex_lock(&queue->mutex);
	bool stopping = queue->stopping;
	pthread_mutex_unlock(&queue->mutex);
	return stopping;
}

static bool goes_on(void *context)
{
	struct carrying *carrying = context;
	int64_t now = queue_now();
	if (is_stopping(carrying->queue))
		return false;
	if (now - carrying->held < UB_LEASE_MS / 4)
		return true;
	carrying->held = now;
	return ub_store_extend(carrying->store, carrying->job, now, UB_LEASE_MS) != UB_STORE_STALE;
}

static void carry_out(struct worker *worker, struct ub_store *store, const struct ub_job *job,
    const struct ub_credential *credential, struct ub_arena *arena)
{
	struct ub_queue *queue = worker->queue;
	struct carrying carrying = { queue, store, job, queue_now() };
	struct ub_order order = { .key = &job->key,
		.snapshot = queue_snapshot(queue),
		.store = queue->input.store,
		.authorization = credential->authorization,
		.host = credential->host,
		.watched = worker->watched,
		.goes_on = goes_on,
		.context = &carrying,
		.arena = arena };
	struct ub_text why = UB_TEXT_NONE;
	bool done = !queue->input.carry_out || queue->input.carry_out(&order, &why);
	ub_log(queue->input.log, done ? UB_LOG_INFO : UB_LOG_WARNING, "%.*s, for %.*s: %s%.*s",
	    UB_ARGS(job->key.href), UB_ARGS(job->key.principal), done ? "" : "not done: ", UB_ARGS(why));
	if (done)
		settle(queue, store, job);
	else if (is_stopping(queue))
		retry(queue, store, job, queue_now(), UB_TEXT("the engine ended meanwhile"));
	else
		fail(queue, store, job, UB_PASS_CONFLICT, why);
	ub_snapshot_release(&order.snapshot);
}

/* ---- passes ---- */

static void keep_passed(struct ub_queue *queue, const struct ub_pass *run, struct ub_text why)
{
	const struct ub_meeting *meeting = &run->passed_over->meeting;
	const struct ub_passed_meeting passed = { .uid = meeting->event->uid,
		.owner = run->identity.owner,
		.title = meeting->event->class == UB_CLASS_PUBLIC ? meeting->title : UB_TEXT_NONE,
		.start = meeting->start,
		.end = meeting->end,
		.why = why };
	ub_passed_keep(queue->passed, &passed);
}

static void pass(struct worker *worker, struct ub_store *store, const struct ub_job *job,
    const struct ub_credential *credential, struct ub_arena *arena)
{
	struct ub_queue *queue = worker->queue;
	struct ub_snapshot *snapshot = queue_snapshot(queue);
	struct ub_caller caller = { .client = worker->client,
		.user = ub_http_user(credential->authorization, arena),
		.principal = job->key.principal,
		.authorization = credential->authorization,
		.host = credential->host };
	struct ub_pass run = { .snapshot = snapshot,
		.store = queue->input.store,
		.queue = store,
		.job = job,
		.caller = &caller,
		.log = queue->input.log,
		.times = &queue->times,
		.watched = worker->watched,
		.store_pace = &queue->store_pace,
		.now = ub_sys_now(),
		.monotonic = ub_sys_monotonic_ms(),
		.clock = queue_now,
		.arena = arena };
	struct ub_text why = UB_TEXT_NONE;
	bool account = job->key.kind == UB_KEY_ACCOUNT;
	enum ub_pass_end end = account ? ub_pass_account(&run, &why) : ub_pass_run(&run, &why);
	ub_log(queue->input.log, end == UB_PASS_SETTLED ? UB_LOG_DEBUG : UB_LOG_INFO, "%.*s: %.*s",
	    UB_ARGS(job->key.href), UB_ARGS(why));
	/* The likeliest mistake in new settings: nobody would get anything. */
	if (run.identity.calendar && run.identity.owner.len == 0)
		ub_log_paced(queue->input.log, &queue->owner_pace, UB_LOG_WARNING, "%.*s gets nothing: %.*s",
		    UB_ARGS(job->key.principal), UB_ARGS(why));
	if (run.passed_over)
		keep_passed(queue, &run, why);
	if (end == UB_PASS_DENIED)
		ub_credentials_drop(queue->credentials, job->key.principal, credential);
	if (end == UB_PASS_SETTLED)
		settle(queue, store, job);
	else if (end == UB_PASS_AGAIN)
		retry(queue, store, job, run.again ? run.again : next_try(job), why);
	else if (end == UB_PASS_NOT_OWNER)
		give_to_owner(queue, store, job, run.owner_login, why);
	else
		fail(queue, store, job, end, why);
	ub_snapshot_release(&snapshot);
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

static void work_on(
    struct worker *worker, struct ub_store *store, const struct ub_job *job, struct ub_arena *arena)
{
	struct ub_queue *queue = worker->queue;
	enum ub_write_state state = ub_writes_of_key(queue->writes, &job->key);
	if (is_of_a_write(job) && is_over(state, job)) {
		settle(queue, store, job);
		return;
	}
	if (state == UB_WRITE_OPEN) {
		retry(queue, store, job, next_try(job), UB_TEXT("the server has not answered yet"));
		return;
	}
	struct ub_credential *credential =
	    ub_credentials_take(queue->credentials, job->key.principal, ub_sys_monotonic_ms());
	if (credential && job->key.kind == UB_KEY_ORDER)
		carry_out(worker, store, job, credential, arena);
	else if (credential)
		pass(worker, store, job, credential, arena);
	else
		wait_for_principal(queue, store, job, UB_TEXT("waits for the next request of its user"));
	ub_credential_free(&credential);
}

/* Without rules nobody works on keys: a plan without rules would remove all items that stand. */
static bool has_rules(struct ub_queue *queue)
{
	struct ub_snapshot *snapshot = queue_snapshot(queue);
	bool has = !snapshot->without_rules;
	ub_snapshot_release(&snapshot);
	return has;
}

/* Waits until keys may have become due, UB_IDLE_MS at most. *seen: the count of wakeups at the last look.
 * False: it is time to stop. */
static bool wait_for_work(struct ub_queue *queue, uint64_t *seen)
{
	struct ub_store *const stores[] = { queue->input.store, queue->shelter };
	int64_t due = INT64_MAX;
	for (size_t i = 0; i < UB_COUNT(stores) && has_rules(queue); i++) {
		int64_t next;
		if (ub_store_next_due(stores[i], &next) == UB_STORE_OK && next < due)
			due = next;
	}
	int64_t now = queue_now();
	int64_t wait = due > now + UB_IDLE_MS ? UB_IDLE_MS : due > now ? due - now : 10;
	struct timespec until = ub_sys_deadline(wait);
	pthread_mutex_lock(&queue->mutex);
	while (!queue->stopping && queue->wakeups == *seen &&
	       pthread_cond_timedwait(&queue->changed, &queue->mutex, &until) == 0)
		;
	*seen = queue->wakeups;
	bool go_on = !queue->stopping;
	pthread_mutex_unlock(&queue->mutex);
	return go_on;
}

/* Works on all keys of a store that are due now. */
static void work_off(struct worker *worker, struct ub_store *store, struct ub_arena *arena)
{
	struct ub_queue *queue = worker->queue;
	enum ub_store_result result = UB_STORE_OK;
	struct ub_job job;
	while (!is_stopping(queue) && has_rules(queue) &&
	       (result = ub_store_take(store, queue_now(), UB_LEASE_MS, arena, &job)) == UB_STORE_OK) {
		worker->store = store;
		worker->job = &job;
		work_on(worker, store, &job, arena);
		if (job.crashes)
			/* the key was worked on alone: other workers have waited */
			ub_queue_wake(queue);
		ub_arena_reset(arena);
	}
	say(queue, store, result);
}

/* A reading of a worker takes too long, by the watch's thread. What works on a key beside this one is not to
 * blame, and the exit status says so, unless the store has not taken down which key is. */
static void overrun(void *context)
{
	static const char why[] = "reading a calendar object took more than a second of processor time";
	const struct worker *worker = context;
	struct ub_queue *queue = worker->queue;
	ub_log(queue->input.log, UB_LOG_ERROR,
	    "%.*s: %s; the engine ends, and the key is set aside when that happens %d times",
	    UB_ARGS(worker->job->key.href), why, UB_STORE_CRASHES_MAX);
	enum ub_store_result result = ub_store_blame(worker->store, worker->job, queue_now(), ub_text(why));
	say(queue, worker->store, result);
	_exit(result == UB_STORE_OK || result == UB_STORE_STALE ? UB_WIRE_EXIT_OVERRUN : EXIT_FAILURE);
}

static void *run(void *data)
{
	struct worker *worker = data;
	struct ub_queue *queue = worker->queue;
	const struct ub_watch_limit limit = { UB_READING_MS, overrun, worker };
	struct ub_arena *arena = ub_arena_new();
	uint64_t seen = 0;
	worker->watched = ub_sys_watch_join(queue->input.watch, &limit);
	do {
		work_off(worker, queue->input.store, arena);
		work_off(worker, queue->shelter, arena);
	} while (wait_for_work(queue, &seen));
	ub_sys_watch_leave(&worker->watched);
	ub_arena_free(&arena);
	return NULL;
}

struct ub_workers *ub_workers_start(struct ub_queue *queue)
{
	struct ub_workers *workers = calloc(1, sizeof(*workers));
	if (!workers)
		abort();
	for (size_t i = 0; i < UB_COUNT(workers->workers); i++) {
		struct worker *worker = &workers->workers[i];
		worker->queue = queue;
		worker->client = ub_client_new(queue->input.upstream.ptr);
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
