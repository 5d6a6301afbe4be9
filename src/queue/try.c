/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A try at a key: an order or a pass, with whose credentials there are.
 */
#include "worker.h"

#include "upbeat/http.h"

static const struct tried not_kept = { .end = UB_PASS_AGAIN,
	.why = { "what was done could not be kept", sizeof("what was done could not be kept") - 1 } };

/* ---- orders ---- */

struct carrying {
	const struct worker *worker;
	int64_t held; /* when the lease was last taken or extended */
};

static bool goes_on(void *context)
{
	struct carrying *carrying = context;
	int64_t now = queue_now();
	if (queue_is_stopping(carrying->worker->queue))
		return false;
	if (now - carrying->held < UB_LEASE_MS / 4)
		return true;
	carrying->held = now;
	return ub_store_extend(carrying->worker->store, &carrying->worker->job, now, UB_LEASE_MS) !=
	       UB_STORE_STALE;
}

static struct tried carry_out(struct worker *worker, const struct ub_caller *caller)
{
	struct ub_queue *queue = worker->queue;
	const struct ub_job *job = &worker->job;
	struct carrying carrying = { worker, queue_now() };
	struct ub_order order = { .key = &job->key,
		.snapshot = queue_snapshot(queue),
		.store = queue->input.store,
		.caller = caller,
		.watched = worker->watched,
		.goes_on = goes_on,
		.context = &carrying,
		.arena = worker->arena };
	struct tried tried = { .end = UB_PASS_SETTLED, .why = UB_TEXT_NONE };
	bool done = !queue->input.carry_out || queue->input.carry_out(&order, &tried.why);
	ub_log(queue->input.log, done ? UB_LOG_INFO : UB_LOG_WARNING, "%.*s, for %.*s: %s%.*s",
	    UB_ARGS(job->key.href), UB_ARGS(job->key.principal),
	    done ? "" : "not done: ", UB_ARGS(tried.why));
	if (!done && queue_is_stopping(queue))
		tried = (struct tried){ .end = UB_PASS_AGAIN,
			.why = UB_TEXT("the engine ended meanwhile"),
			.again = queue_now() };
	else if (!done)
		tried.end = caller->service ? UB_PASS_FORBIDDEN : UB_PASS_CONFLICT;
	ub_snapshot_release(&order.snapshot);
	return tried;
}

/* ---- passes ---- */

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

static struct tried pass(struct worker *worker, const struct ub_caller *caller)
{
	struct ub_queue *queue = worker->queue;
	const struct ub_job *job = &worker->job;
	struct ub_snapshot *snapshot = queue_snapshot(queue);
	struct ub_pass run = { .snapshot = snapshot,
		.store = queue->input.store,
		.looks = queue->looks,
		.queue = worker->store,
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
		.arena = worker->arena };
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
	/* The likeliest mistakes in new settings: nobody would get anything. */
	if (run.unsaid || (run.identity.calendar && run.identity.owner.len == 0))
		ub_log_paced(queue->input.log, &queue->owner_pace, UB_LOG_WARNING, "%.*s gets nothing: %.*s",
		    UB_ARGS(name_of(job->key.principal)), UB_ARGS(tried.why));
	if (run.passed)
		queue_passed_keep(queue->passed, run.passed);
	ub_snapshot_release(&snapshot);
	return tried;
}

/* ---- with whose credentials ---- */

static struct tried try_with(struct worker *worker, const struct ub_caller *caller)
{
	return worker->job.key.kind == UB_KEY_ORDER ? carry_out(worker, caller) : pass(worker, caller);
}

static struct tried try_as_user(struct worker *worker)
{
	struct ub_credentials *credentials = worker->queue->credentials;
	struct ub_text principal = worker->job.key.principal;
	struct ub_credential *own = queue_credentials_take(credentials, principal, ub_sys_monotonic_ms());
	if (!own)
		return (struct tried){ .end = UB_PASS_DENIED,
			.why = UB_TEXT("waits for the next request of its user"),
			.never = true };
	const struct ub_caller caller = { .client = worker->client,
		.user = ub_http_user(own->authorization, worker->arena),
		.principal = principal,
		.authorization = own->authorization,
		.host = own->host };
	struct tried tried = try_with(worker, &caller);
	if (tried.end == UB_PASS_DENIED)
		queue_credentials_drop(credentials, principal, own);
	queue_credential_free(&own);
	return tried;
}

/* Finds whom the service account acts for, and has it act. */
static struct tried act_for(struct worker *worker, struct ub_caller *caller)
{
	const struct ub_key *key = &worker->job.key;
	struct tried tried = { .end = UB_PASS_SETTLED, .why = UB_TEXT_NONE };
	/* What stands somewhere is whoever's the calendar is; a colleague's copy is his, wherever the item
	 * stands. */
	bool of_object =
	    key->kind == UB_KEY_OBJECT || key->kind == UB_KEY_COLLECTION || key->kind == UB_KEY_SYNC;
	if (!of_object) {
		struct ub_snapshot *snapshot = queue_snapshot(worker->queue);
		const struct ub_behalf search = { snapshot, worker->queue->input.store, key,
			ub_sys_monotonic_ms() };
		tried.end = ub_pass_find_behalf(&search, caller, &tried.why, worker->arena);
		ub_snapshot_release(&snapshot);
	}
	bool needs_nobody = of_object || key->principal.len == 0;
	if (tried.end != UB_PASS_SETTLED || !(needs_nobody || caller->behalf.len))
		return tried;
	return try_with(worker, caller);
}

/* Tries by the service account what the user's own credentials are not there or not good for. What the
 * service account may not do either is left as it was. */
static struct tried try_as_service(struct worker *worker, const struct tried *before)
{
	struct ub_queue *queue = worker->queue;
	const struct ub_key *key = &worker->job.key;
	struct ub_credential *credential = queue_service_take(queue->service);
	if (!credential)
		return *before;
	struct ub_caller caller = { .client = worker->client,
		.principal = key->principal,
		.authorization = credential->authorization,
		.service = true };
	ub_client_follow(worker->client, true);
	struct tried tried = act_for(worker, &caller);
	ub_client_follow(worker->client, false);
	if (tried.end == UB_PASS_DENIED)
		queue_service_doubt(queue->service, credential, ub_sys_monotonic_ms());
	queue_credential_free(&credential);
	bool in_vain = tried.end == UB_PASS_DENIED || tried.end == UB_PASS_FORBIDDEN;
	if (!in_vain || key->kind == UB_KEY_SYNC)
		return tried;
	if (before->end == UB_PASS_NOT_OWNER)
		return *before;
	return (struct tried){ .end = UB_PASS_DENIED,
		.why = ub_textf(worker->arena,
		    "waits for the next request of its user; the service account: %.*s", UB_ARGS(tried.why)),
		.never = true };
}

bool queue_may_be_served(const struct ub_job *job, const struct tried *tried)
{
	bool denied =
	    tried->end == UB_PASS_DENIED && (job->key.kind != UB_KEY_SYNC || job->key.principal.len == 0);
	return job->key.doubt != UB_DOUBT_CALLER && (denied || tried->end == UB_PASS_NOT_OWNER);
}

/* Whether the store has lost nothing since it had lost so much. What is done for a key in memory is kept
 * before the key goes, and so is a meeting before memory forgets it. */
static bool is_kept(struct worker *worker, uint64_t losses)
{
	struct ub_queue *queue = worker->queue;
	const struct ub_key *key = &worker->job.key;
	struct ub_store_seen seen;
	bool sheltered = ub_store_seen(queue->shelter, ub_organization, key->upstream, key->href,
			     worker->arena, &seen) == UB_STORE_OK;
	if (worker->store != queue->input.store || sheltered)
		queue_note_result(queue, queue->input.store, ub_store_keep(queue->input.store));
	bool kept = ub_store_losses(queue->input.store) == losses;
	if (kept && sheltered)
		queue_note_result(queue, queue->shelter,
		    ub_store_forget_seen(queue->shelter, ub_organization, key->upstream, key->href));
	return kept;
}

struct tried queue_try(struct worker *worker)
{
	uint64_t losses = ub_store_losses(worker->queue->input.store);
	struct tried tried = try_as_user(worker);
	if (queue_may_be_served(&worker->job, &tried))
		tried = try_as_service(worker, &tried);
	if (tried.end == UB_PASS_SETTLED && worker->job.key.kind != UB_KEY_SYNC && !is_kept(worker, losses))
		return not_kept;
	return tried;
}
