/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The queue from its beginning to its end: what is done from time to time, what others may ask, and the
 * threads.
 */
#include "queue-private.h"

#include <stdlib.h>
#include <string.h>

#include "amender.h"
#include "upbeat/http.h"

/* ---- from time to time ---- */

/* Tells the relay whether bodies are looked at: some rule amends meetings, or bodies tell what no rule wants,
 * and go on before that is looked at. */
static void tell_bodies(struct ub_queue *queue)
{
	struct ub_snapshot *snapshot = queue_snapshot(queue);
	struct ub_wire_frame frame = { .kind = UB_WIRE_BODIES,
		.bodies = { .wanted = snapshot->rules->amends || snapshot->rules->needs_customer,
		    .lone_go_ahead = snapshot->rules->needs_customer } };
	ub_snapshot_release(&snapshot);
	bool told = frame.bodies.wanted == queue->told_bodies.wanted &&
		    frame.bodies.lone_go_ahead == queue->told_bodies.lone_go_ahead;
	if (!told && ub_wire_send(queue->input.relay_fd, &frame, queue->out) == UB_WIRE_OK)
		queue->told_bodies = frame.bodies;
}

/* Once a second, not after each frame: a look at the store waits for whoever writes to it, and a look at all
 * keys in memory takes milliseconds while strangers flood us. */
static void sweep(struct ub_queue *queue, int64_t monotonic)
{
	int64_t now = queue_now();
	if (monotonic < queue->tend_stores)
		return;
	queue->tend_stores = monotonic + UB_SWEEP_MS;
	queue_writes_expire(queue->writes, monotonic);
	queue_credentials_expire(queue->credentials, monotonic);
	/* while all workers wait for a slow server */
	if (ub_store_unkept(queue->input.store) <= 0 && ub_store_keep(queue->input.store) != UB_STORE_OK)
		queue_complain(queue, queue->input.store);
	queue_upkeep_shelter(queue->input.store, queue->shelter, now);
	queue_upkeep(&queue->upkeep, now);
	queue_tend_accounts(queue, now);
	queue_tend_objects(queue);
	queue_feed_polls(queue);
	queue_upkeep_expire(&queue->upkeep, queue->input.store, now);
	queue_upkeep_expire(&queue->upkeep, queue->shelter, now);
	queue_upkeep_expire(&queue->upkeep, queue->polls, now);
}

int64_t ub_queue_tend(struct ub_queue *queue)
{
	int64_t monotonic = ub_sys_monotonic_ms();
	int64_t wait = queue_settle_lone(queue, monotonic, UB_SWEEP_MS);
	sweep(queue, monotonic);
	tell_bodies(queue);
	queue_tell_polls(queue);
	queue_tell_waiting(queue);
	return queue_amender_overdue(queue->amender, monotonic, wait);
}

/* ---- for those who ask ---- */

static void add_jobs(
    struct ub_store *store, bool sheltered, struct ub_arena *arena, struct ub_known_jobs *known)
{
	struct ub_jobs jobs = { 0 };
	if (ub_store_jobs(store, arena, &jobs) != UB_STORE_OK)
		return;
	for (size_t i = 0; i < jobs.n; i++)
		*ub_push(arena, known) = (struct ub_known_job){ jobs.items[i], sheltered };
}

struct ub_known_jobs ub_queue_jobs(struct ub_queue *queue, struct ub_arena *arena)
{
	struct ub_known_jobs known = { 0 };
	add_jobs(queue->input.store, false, arena, &known);
	add_jobs(queue->shelter, true, arena, &known);
	return known;
}

struct ub_queue_relay ub_queue_relay(struct ub_queue *queue)
{
	pthread_mutex_lock(&queue->mutex);
	struct ub_queue_relay relay = queue->relay;
	pthread_mutex_unlock(&queue->mutex);
	return relay;
}

struct ub_text ub_queue_tls_problem(struct ub_queue *queue, struct ub_arena *arena)
{
	pthread_mutex_lock(&queue->mutex);
	struct ub_text problem = ub_text_copy(arena, ub_text(queue->tls_problem ? queue->tls_problem : ""));
	pthread_mutex_unlock(&queue->mutex);
	return problem;
}

struct ub_wire_crowd ub_queue_crowd(const struct ub_queue *queue, size_t upstream)
{
	return queue->memory ? ub_wire_crowd_at(queue->memory, upstream) : (struct ub_wire_crowd){ 0 };
}

/* A user who only waits renews the credentials that are kept, and brings no others: those that the server has
 * refused meanwhile would be tried for ever. Returns whether he had some here. */
static bool keep_credentials(
    struct ub_queue *queue, struct ub_text principal, struct ub_text authorization, bool used)
{
	int64_t now = ub_sys_monotonic_ms();
	struct ub_credential *before = queue_credentials_take(queue->credentials, principal, now);
	bool had_some = before != NULL, same = had_some && ub_text_eq(before->authorization, authorization);
	queue_credential_free(&before);
	if (used || same)
		queue_credentials_keep(queue->credentials, principal, authorization, UB_TEXT_NONE, now);
	return had_some;
}

enum ub_store_result ub_queue_put(
    struct ub_queue *queue, const struct ub_key *keys, size_t n, struct ub_text authorization)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_text principal = ub_http_principal(authorization, arena);
	int64_t now = queue_now();
	bool had_some = keep_credentials(queue, principal, authorization, n > 0);
	enum ub_store_result result = n ? ub_store_put(queue->input.store, keys, n, now, now) : UB_STORE_OK;
	if (result == UB_STORE_OK && n && !had_some)
		result = ub_store_heard(queue->input.store, queue->input.upstream, principal, now, NULL);
	ub_arena_free(&arena);
	ub_queue_wake(queue);
	return result;
}

struct ub_queue_service ub_queue_service(struct ub_queue *queue, struct ub_arena *arena)
{
	return queue_service_state(queue->service, arena);
}

struct ub_queue_polled ub_queue_polled(struct ub_queue *queue, struct ub_arena *arena)
{
	return queue_poller_state(queue->poller, arena);
}

struct ub_queue_unusable ub_queue_unusable(struct ub_queue *queue, struct ub_arena *arena)
{
	return queue_unusable_list(queue->unusable, arena);
}

struct ub_passed_meetings ub_queue_passed(struct ub_queue *queue, struct ub_arena *arena)
{
	return queue_passed_list(queue->passed, arena);
}

/* ---- from beginning to end ---- */

static void init_waking(struct ub_queue *queue)
{
	pthread_condattr_t monotonic;
	if (pthread_condattr_init(&monotonic) != 0 ||
	    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) != 0 ||
	    pthread_cond_init(&queue->changed, &monotonic) != 0 ||
	    pthread_mutex_init(&queue->mutex, NULL) != 0 || pthread_mutex_init(&queue->times, NULL) != 0)
		abort();
	pthread_condattr_destroy(&monotonic);
}

struct ub_queue *ub_queue_new(const struct ub_queue_input *input)
{
	struct ub_queue *queue = calloc(1, sizeof(*queue));
	if (!queue || !(queue->in = malloc(UB_WIRE_FRAME_MAX)) || !(queue->out = malloc(UB_WIRE_FRAME_MAX)))
		abort();
	queue->input = *input;
	queue->sockets[queue->n_sockets++] = (struct queue_socket){ .fd = input->relay_fd };
	queue->shelter = ub_store_memory_open();
	queue->polls = ub_store_memory_open();
	queue->looks = ub_looks_new();
	queue->writes = queue_writes_new();
	queue->memory = ub_wire_memory_open(input->memory_fd);
	queue->credentials = queue_credentials_new();
	queue->service = queue_service_new(input->log);
	queue->poller = queue_poller_new(input->log);
	queue->unusable = queue_unusable_new();
	queue->additions = ub_open_additions_new();
	queue->passed = queue_passed_new();
	queue->redirects = queue_redirects_new();
	queue->arena = ub_arena_new();
	queue->tended = queue_tended_new();
	queue->known_arena = ub_arena_new();
	queue->known = ub_map_new(queue->known_arena);
	queue->polled_arena = ub_arena_new();
	queue->polled = ub_map_new(queue->polled_arena);
	queue->clients_arena = ub_arena_new();
	queue->clients = ub_map_new(queue->clients_arena);
	queue->upkeep =
	    (struct ub_upkeep){ .store = input->store, .log = input->log, .pace = &queue->store_pace };
	init_waking(queue);
	return queue;
}

void ub_queue_start(struct ub_queue *queue)
{
	queue_show_objects(queue);
	queue->workers = queue_workers_start(queue);
	queue->amender = queue_amender_start(queue);
}

static void end_threads(struct ub_queue *queue)
{
	if (queue->amender)
		queue_amender_join(&queue->amender);
	pthread_mutex_lock(&queue->mutex);
	queue->stopping = true;
	pthread_mutex_unlock(&queue->mutex);
	ub_queue_wake(queue);
	if (queue->workers)
		queue_workers_join(&queue->workers);
}

/* Logs which keys the store does not take at the end, either. */
static void report_lost(struct ub_queue *queue)
{
	struct ub_jobs jobs = { 0 };
	queue_upkeep_shelter(queue->input.store, queue->shelter, queue_now());
	if (queue->input.store->ops == queue->shelter->ops ||
	    ub_store_jobs(queue->shelter, queue->arena, &jobs) != UB_STORE_OK)
		return;
	for (size_t i = 0; i < jobs.n; i++)
		if (jobs.items[i].state == UB_JOB_QUEUED && jobs.items[i].key.doubt != UB_DOUBT_CALLER)
			ub_log(queue->input.log, UB_LOG_WARNING, "%.*s: was kept in memory only and is lost",
			    UB_ARGS(jobs.items[i].key.href));
}

void ub_queue_stop(struct ub_queue **queue)
{
	struct ub_queue *mine = *queue;
	*queue = NULL;
	end_threads(mine);
	queue_settle_last_lone(mine);
	report_lost(mine);
	queue_close_sockets(mine);
	queue_credentials_free(&mine->credentials);
	queue_service_free(&mine->service);
	queue_poller_free(&mine->poller);
	queue_unusable_free(&mine->unusable);
	queue_writes_free(&mine->writes);
	ub_wire_memory_close(&mine->memory);
	ub_open_additions_free(&mine->additions);
	queue_passed_free(&mine->passed);
	queue_redirects_free(&mine->redirects);
	ub_store_close(&mine->shelter);
	ub_store_close(&mine->polls);
	ub_looks_free(&mine->looks);
	ub_arena_free(&mine->arena);
	queue_tended_free(&mine->tended);
	ub_arena_free(&mine->known_arena);
	ub_arena_free(&mine->polled_arena);
	ub_arena_free(&mine->clients_arena);
	pthread_cond_destroy(&mine->changed);
	pthread_mutex_destroy(&mine->times);
	pthread_mutex_destroy(&mine->mutex);
	explicit_bzero(mine->in, UB_WIRE_FRAME_MAX);
	free(mine->tls_problem);
	free(mine->in);
	free(mine->out);
	free(mine);
}
