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
			   : job->key.kind == UB_KEY_COPY  ? "the copy is tried again when the item changes"
							   : "store it again to have it tried again";
	ub_log(queue->input.log, UB_LOG_WARNING, "%.*s: set aside: %.*s; %s", UB_ARGS(job->key.href),
	    UB_ARGS(why), when);
	say(queue, store, ub_store_set_aside(store, job, queue_now(), why));
}

/* Puts the key again if the service account can be used by now: when the server accepted it, those keys alone
 * were woken that waited already. */
static void wake_if_served(struct ub_queue *queue, struct ub_store *store, const struct ub_job *job)
{
	int64_t now = queue_now();
	if (ub_service_accepted(queue->service))
		say(queue, store, ub_store_put(store, &job->key, 1, now, now));
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

/* What came of one try at a key. */
struct tried {
	enum ub_pass_end end;
	struct ub_text why;
	int64_t again;              /* with UB_PASS_AGAIN, as in struct ub_pass */
	struct ub_text owner_login; /* with UB_PASS_NOT_OWNER, likewise */
	bool never;                 /* nobody's credentials were at hand */
};

static const struct tried not_kept = { .end = UB_PASS_AGAIN,
	.why = { "what was done could not be kept", sizeof("what was done could not be kept") - 1 } };

static struct tried carry_out(struct worker *worker, struct ub_store *store, const struct ub_job *job,
    const struct ub_caller *caller, struct ub_arena *arena)
{
	struct ub_queue *queue = worker->queue;
	struct carrying carrying = { queue, store, job, queue_now() };
	struct ub_order order = { .key = &job->key,
		.snapshot = queue_snapshot(queue),
		.store = queue->input.store,
		.caller = caller,
		.watched = worker->watched,
		.goes_on = goes_on,
		.context = &carrying,
		.arena = arena };
	struct tried tried = { .end = UB_PASS_SETTLED, .why = UB_TEXT_NONE };
	bool done = !queue->input.carry_out || queue->input.carry_out(&order, &tried.why);
	ub_log(queue->input.log, done ? UB_LOG_INFO : UB_LOG_WARNING, "%.*s, for %.*s: %s%.*s",
	    UB_ARGS(job->key.href), UB_ARGS(job->key.principal),
	    done ? "" : "not done: ", UB_ARGS(tried.why));
	if (!done && is_stopping(queue))
		tried = (struct tried){ .end = UB_PASS_AGAIN,
			.why = UB_TEXT("the engine ended meanwhile"),
			.again = queue_now() };
	else if (!done)
		tried.end = caller->service ? UB_PASS_FORBIDDEN : UB_PASS_CONFLICT;
	ub_snapshot_release(&order.snapshot);
	return tried;
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

static enum ub_pass_end run_pass(struct ub_pass *run, struct ub_text *why)
{
	switch (run->job->key.kind) {
	case UB_KEY_SYNC:
		return ub_pass_sync(run, why);
	case UB_KEY_COPY:
		return ub_pass_copy(run, why);
	case UB_KEY_ACCOUNT:
		return ub_pass_account(run, why);
	default:
		return ub_pass_run(run, why);
	}
}

/* Nobody's name: what came from callers whose sign-in cannot be used again. */
static struct ub_text name_of(struct ub_text principal)
{
	return principal.len ? principal : UB_TEXT("somebody");
}

static struct tried pass(struct worker *worker, struct ub_store *store, const struct ub_job *job,
    const struct ub_caller *caller, struct ub_arena *arena)
{
	struct ub_queue *queue = worker->queue;
	struct ub_snapshot *snapshot = queue_snapshot(queue);
	struct ub_pass run = { .snapshot = snapshot,
		.store = queue->input.store,
		.looks = queue->looks,
		.queue = store,
		.shelter = queue->shelter,
		.job = job,
		.caller = caller,
		.log = queue->input.log,
		.times = &queue->times,
		.watched = worker->watched,
		.store_pace = &queue->store_pace,
		.now = ub_sys_now(),
		.monotonic = ub_sys_monotonic_ms(),
		.clock = queue_now,
		.arena = arena };
	struct tried tried = { .why = UB_TEXT_NONE };
	tried.end = run_pass(&run, &tried.why);
	tried.again = run.again;
	tried.owner_login = run.owner_login;
	if (tried.end == UB_PASS_SETTLED && run.forbidden)
		tried.end = UB_PASS_FORBIDDEN;
	if (tried.end == UB_PASS_SETTLED && run.unkept)
		tried = not_kept;
	ub_log(queue->input.log, tried.end == UB_PASS_SETTLED ? UB_LOG_DEBUG : UB_LOG_INFO, "%.*s: %.*s",
	    UB_ARGS(job->key.href), UB_ARGS(tried.why));
	/* The likeliest mistake in new settings: nobody would get anything. */
	if (run.identity.calendar && run.identity.owner.len == 0)
		ub_log_paced(queue->input.log, &queue->owner_pace, UB_LOG_WARNING, "%.*s gets nothing: %.*s",
		    UB_ARGS(name_of(job->key.principal)), UB_ARGS(tried.why));
	if (run.passed_over)
		keep_passed(queue, &run, tried.why);
	ub_snapshot_release(&snapshot);
	return tried;
}

/* ---- with whose credentials ---- */

static struct tried try_with(struct worker *worker, struct ub_store *store, const struct ub_job *job,
    const struct ub_caller *caller, struct ub_arena *arena)
{
	return job->key.kind == UB_KEY_ORDER ? carry_out(worker, store, job, caller, arena)
					     : pass(worker, store, job, caller, arena);
}

static struct tried try_as_user(
    struct worker *worker, struct ub_store *store, const struct ub_job *job, struct ub_arena *arena)
{
	struct ub_queue *queue = worker->queue;
	struct ub_credential *own =
	    ub_credentials_take(queue->credentials, job->key.principal, ub_sys_monotonic_ms());
	if (!own)
		return (struct tried){ .end = UB_PASS_DENIED,
			.why = UB_TEXT("waits for the next request of its user"),
			.never = true };
	const struct ub_caller caller = { .client = worker->client,
		.user = ub_http_user(own->authorization, arena),
		.principal = job->key.principal,
		.authorization = own->authorization,
		.host = own->host };
	struct tried tried = try_with(worker, store, job, &caller, arena);
	if (tried.end == UB_PASS_DENIED)
		ub_credentials_drop(queue->credentials, job->key.principal, own);
	ub_credential_free(&own);
	return tried;
}

/* Finds whom the service account acts for, and has it act. */
static struct tried act_for(struct worker *worker, struct ub_store *store, const struct ub_job *job,
    struct ub_caller *caller, struct ub_arena *arena)
{
	struct tried tried = { .end = UB_PASS_SETTLED, .why = UB_TEXT_NONE };
	/* What stands somewhere is whoever's the calendar is; a colleague's copy is his, wherever the item
	 * stands. */
	bool of_object = job->key.kind == UB_KEY_OBJECT || job->key.kind == UB_KEY_COLLECTION ||
			 job->key.kind == UB_KEY_SYNC;
	if (!of_object) {
		struct ub_snapshot *snapshot = queue_snapshot(worker->queue);
		const struct ub_behalf search = { snapshot, worker->queue->input.store, &job->key,
			ub_sys_monotonic_ms() };
		tried.end = ub_pass_find_behalf(&search, caller, &tried.why, arena);
		ub_snapshot_release(&snapshot);
	}
	bool needs_nobody = of_object || job->key.principal.len == 0;
	if (tried.end != UB_PASS_SETTLED || !(needs_nobody || caller->behalf.len))
		return tried;
	return try_with(worker, store, job, caller, arena);
}

/* A stranger's key is for nobody but himself: anybody may send a write under any name. Who polls his own
 * calendar was just there. */
static bool may_be_served(const struct ub_job *job, const struct tried *tried)
{
	bool denied =
	    tried->end == UB_PASS_DENIED && (job->key.kind != UB_KEY_SYNC || job->key.principal.len == 0);
	return job->key.doubt != UB_DOUBT_CALLER && (denied || tried->end == UB_PASS_NOT_OWNER);
}

/* Tries by the service account what the user's own credentials are not there or not good for. What the
 * service account may not do either is left as it was. */
static struct tried try_as_service(struct worker *worker, struct ub_store *store, const struct ub_job *job,
    const struct tried *before, struct ub_arena *arena)
{
	struct ub_queue *queue = worker->queue;
	struct ub_credential *credential = ub_service_take(queue->service);
	if (!credential)
		return *before;
	struct ub_caller caller = { .client = worker->client,
		.principal = job->key.principal,
		.authorization = credential->authorization,
		.service = true };
	ub_client_follow(worker->client, true);
	struct tried tried = act_for(worker, store, job, &caller, arena);
	ub_client_follow(worker->client, false);
	if (tried.end == UB_PASS_DENIED)
		ub_service_doubt(queue->service, credential, ub_sys_monotonic_ms());
	ub_credential_free(&credential);
	bool in_vain = tried.end == UB_PASS_DENIED || tried.end == UB_PASS_FORBIDDEN;
	if (!in_vain || job->key.kind == UB_KEY_SYNC)
		return tried;
	if (before->end == UB_PASS_NOT_OWNER)
		return *before;
	return (struct tried){ .end = UB_PASS_DENIED,
		.why = ub_textf(arena, "waits for the next request of its user; the service account: %.*s",
		    UB_ARGS(tried.why)),
		.never = true };
}

/* ---- what comes of it ---- */

/* What could not be looked at for changes is at the next poll. */
static void finish_look(
    struct ub_queue *queue, struct ub_store *store, const struct ub_job *job, const struct tried *tried)
{
	settle(queue, store, job);
	if (job->key.principal.len)
		return;
	queue_served_poll(queue, job->key.href,
	    tried->never                    ? UB_TEXT("the server does not accept the service account")
	    : tried->end == UB_PASS_SETTLED ? UB_TEXT_NONE
					    : tried->why);
	queue_feed_polls(queue);
}

static void finish(
    struct ub_queue *queue, struct ub_store *store, const struct ub_job *job, const struct tried *tried)
{
	if (job->key.kind == UB_KEY_SYNC)
		finish_look(queue, store, job, tried);
	else if (tried->never)
		wait_for_principal(queue, store, job, tried->why);
	else if (tried->end == UB_PASS_SETTLED)
		settle(queue, store, job);
	else if (tried->end == UB_PASS_AGAIN)
		retry(queue, store, job, tried->again ? tried->again : next_try(job), tried->why);
	else if (tried->end == UB_PASS_FATAL)
		set_aside(queue, store, job, tried->why);
	else if (tried->end == UB_PASS_NOT_OWNER)
		give_to_owner(queue, store, job, tried->owner_login, tried->why);
	else
		fail(queue, store, job, tried->end, tried->why);
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

/* Whether the store has lost nothing since it had lost so much. What is done for a key in memory is kept
 * before the key goes, and so is a meeting before memory forgets it. */
static bool is_kept(struct ub_queue *queue, struct ub_store *store, const struct ub_key *key, uint64_t losses,
    struct ub_arena *arena)
{
	struct ub_store_seen seen;
	bool sheltered = ub_store_seen(queue->shelter, ub_organization, key->upstream, key->href, arena,
			     &seen) == UB_STORE_OK;
	if (store != queue->input.store || sheltered)
		say(queue, queue->input.store, ub_store_keep(queue->input.store));
	bool kept = ub_store_losses(queue->input.store) == losses;
	if (kept && sheltered)
		say(queue, queue->shelter,
		    ub_store_forget_seen(queue->shelter, ub_organization, key->upstream, key->href));
	return kept;
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
	uint64_t losses = ub_store_losses(queue->input.store);
	bool served = ub_service_accepted(queue->service);
	struct tried tried = try_as_user(worker, store, job, arena);
	if (may_be_served(job, &tried))
		tried = try_as_service(worker, store, job, &tried, arena);
	if (tried.end == UB_PASS_SETTLED && job->key.kind != UB_KEY_SYNC &&
	    !is_kept(queue, store, &job->key, losses, arena))
		tried = not_kept;
	finish(queue, store, job, &tried);
	if (!served && may_be_served(job, &tried))
		wake_if_served(queue, store, job);
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
static void tend_service(struct worker *worker, struct ub_arena *arena)
{
	struct ub_queue *queue = worker->queue;
	struct ub_store *const stores[] = { queue->input.store, queue->shelter };
	struct ub_snapshot *snapshot = queue_snapshot(queue);
	bool woken = ub_service_tend(queue->service, &snapshot->settings->service, snapshot->loaded,
	    worker->client, ub_sys_monotonic_ms(), arena);
	ub_snapshot_release(&snapshot);
	ub_arena_reset(arena);
	for (size_t i = 0; woken && i < UB_COUNT(stores); i++)
		say(queue, stores[i], ub_store_wake(stores[i], queue->input.upstream, queue_now()));
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
		say(queue, queue->input.store, ub_store_keep(queue->input.store));
	return go_on;
}

static void count_busy(struct ub_queue *queue, int more)
{
	pthread_mutex_lock(&queue->mutex);
	queue->busy += (unsigned)more;
	pthread_mutex_unlock(&queue->mutex);
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
		count_busy(queue, 1);
		work_on(worker, store, &job, arena);
		count_busy(queue, -1);
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
	(void)pthread_setname_np(pthread_self(), "worker"); /* for top -H, and for the race of tests/bench */
	worker->watched = ub_sys_watch_join(queue->input.watch, &limit);
	do {
		tend_service(worker, arena);
		work_off(worker, queue->input.store, arena);
		work_off(worker, queue->shelter, arena);
		work_off(worker, queue->polls, arena);
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

void ub_workers_join(struct ub_workers **workers)
{
	for (size_t i = 0; i < UB_COUNT((*workers)->workers); i++) {
		pthread_join((*workers)->workers[i].thread, NULL);
		ub_client_free(&(*workers)->workers[i].client);
	}
	free(*workers);
	*workers = NULL;
}
