/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The thread in which a plugin is called. Nobody waits for that thread without end: not who wants an answer,
 * and takes it when there is one, and not who closes the worker.
 *
 * A plugin under suspicion was at work when a process ended, maybe beside the one that has ended it. It is
 * called while no other plugin is at work, so that the next end tells which one it was.
 */
#include "plugins-private.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "upbeat/sys.h"

struct ub_plugin_worker {
	const struct ub_plugin_work *work;
	void *state;
	char *mark;
	unsigned ended;                /* processes that the plugin has ended in a row; the thread's own */
	int64_t timeout;               /* milliseconds */
	pthread_mutex_t lock;          /* over all that follows */
	pthread_cond_t told, answered; /* the thread; who takes answers */
	unsigned holders;              /* who has started the worker, and the thread */
	pthread_t thread;
	bool closed;
	bool wanted, busy; /* a call is to begin; one has begun, and its answer was not taken */
	bool late;         /* busy for longer than allowed, which was told */
	int64_t begun;     /* when it began, by the monotonic clock */
	bool done;         /* there is an answer */
	void *answer;
};

/* ---- the thread ---- */

static void release(struct ub_plugin_worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	bool last = --worker->holders == 0;
	pthread_cond_signal(&worker->answered);
	pthread_mutex_unlock(&worker->lock);
	if (!last)
		return;
	if (worker->done)
		worker->work->drop(worker->answer);
	pthread_cond_destroy(&worker->answered);
	pthread_cond_destroy(&worker->told);
	pthread_mutex_destroy(&worker->lock);
	worker->work->free(worker->state);
	free(worker->mark);
	free(worker);
}

/* Waits for the next call. False: the worker was closed. */
static bool wait_for_call(struct ub_plugin_worker *worker, void **answer)
{
	pthread_mutex_lock(&worker->lock);
	while (!worker->wanted && !worker->closed)
		pthread_cond_wait(&worker->told, &worker->lock);
	bool closed = worker->closed;
	worker->wanted = false;
	if (!closed)
		*answer = worker->work->prepare(worker->state);
	pthread_mutex_unlock(&worker->lock);
	return !closed;
}

static void give_answer(struct ub_plugin_worker *worker, void *answer)
{
	pthread_mutex_lock(&worker->lock);
	if (!worker->closed)
		worker->work->finish(worker->state, answer);
	worker->answer = answer;
	worker->done = true;
	pthread_cond_signal(&worker->answered);
	pthread_mutex_unlock(&worker->lock);
}

static void call(struct ub_plugin_worker *worker, void *answer)
{
	int turn = mark_take_turn(worker->mark, worker->ended > 0);
	mark_set(worker->mark, worker->ended);
	if (worker->work->call(worker->state, answer))
		worker->ended = 0;
	mark_leave(worker->mark, worker->ended);
	mark_end_turn(turn);
}

static void *run(void *context)
{
	struct ub_plugin_worker *worker = context;
	void *answer;
	while (wait_for_call(worker, &answer)) {
		call(worker, answer);
		give_answer(worker, answer);
	}
	worker->work->end(worker->state);
	release(worker);
	return NULL;
}

/* ---- for its owner ---- */

static void start_thread(struct ub_plugin_worker *worker)
{
	pthread_condattr_t monotonic;
	if (pthread_condattr_init(&monotonic) != 0 ||
	    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) != 0 ||
	    pthread_cond_init(&worker->told, NULL) != 0 ||
	    pthread_cond_init(&worker->answered, &monotonic) != 0 ||
	    pthread_mutex_init(&worker->lock, NULL) != 0)
		abort();
	pthread_condattr_destroy(&monotonic);
	worker->holders = 2;
	if (pthread_create(&worker->thread, NULL, run, worker) != 0)
		abort();
}

struct ub_plugin_worker *ub_plugins_start(const struct ub_plugin_worker_input *input)
{
	struct ub_plugin_worker *worker = calloc(1, sizeof(*worker));
	if (!worker)
		abort();
	worker->work = input->work;
	worker->state = input->state;
	worker->timeout = input->timeout;
	worker->ended = ub_plugins_ended(input->mark, false);
	worker->mark = input->mark ? strdup(input->mark) : NULL;
	if (input->mark && !worker->mark)
		abort();
	start_thread(worker);
	return worker;
}

void ub_plugins_begin(struct ub_plugin_worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	if (!worker->busy) {
		worker->busy = worker->wanted = true;
		worker->begun = ub_sys_monotonic_ms();
		pthread_cond_signal(&worker->told);
	}
	pthread_mutex_unlock(&worker->lock);
}

static enum ub_plugin_call answer_of(struct ub_plugin_worker *worker, void **answer)
{
	if (worker->done) {
		*answer = worker->answer;
		worker->done = worker->busy = worker->late = false;
		return UB_PLUGIN_ANSWERED;
	}
	if (!worker->busy)
		return UB_PLUGIN_IDLE;
	if (worker->late || ub_sys_monotonic_ms() - worker->begun < worker->timeout)
		return UB_PLUGIN_PENDING;
	worker->late = true;
	return UB_PLUGIN_LATE;
}

enum ub_plugin_call ub_plugins_take(struct ub_plugin_worker *worker, int64_t deadline, void **answer)
{
	int64_t wait = deadline - ub_sys_monotonic_ms();
	struct timespec until = ub_sys_deadline(wait > 0 ? wait : 0);
	pthread_mutex_lock(&worker->lock);
	while (worker->busy && !worker->done &&
	       pthread_cond_timedwait(&worker->answered, &worker->lock, &until) == 0)
		;
	enum ub_plugin_call call = answer_of(worker, answer);
	pthread_mutex_unlock(&worker->lock);
	return call;
}

bool ub_plugins_enter(struct ub_plugin_worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	if (!worker->closed)
		return true;
	pthread_mutex_unlock(&worker->lock);
	return false;
}

void ub_plugins_leave(struct ub_plugin_worker *worker)
{
	pthread_mutex_unlock(&worker->lock);
}

void ub_plugins_close(struct ub_plugin_worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	struct timespec until = ub_sys_deadline(UB_PLUGIN_CLOSE_MS);
	worker->closed = true;
	pthread_cond_signal(&worker->told);
	while (worker->holders > 1 && pthread_cond_timedwait(&worker->answered, &worker->lock, &until) == 0)
		;
	bool ended = worker->holders == 1;
	pthread_mutex_unlock(&worker->lock);
	if (!ended) /* who is closed while it hangs has ended no process */
		(void)ub_plugins_ended(worker->mark, true);
	/* A thread that has let go does nothing more, but libraries clean up when it ends. */
	if (ended ? pthread_join(worker->thread, NULL) : pthread_detach(worker->thread))
		abort();
	release(worker);
}
