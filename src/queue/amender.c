/* SPDX-License-Identifier: Apache-2.0 */
#include "amender.h"

#include <stdlib.h>
#include <unistd.h>

#include "queue-private.h"

struct task {
	struct task *next;
	struct ub_arena *arena; /* of the write's texts and of what is made of them */
	struct ub_amender_write write;
	bool told; /* the relay has been told how the write goes on */
};

struct ub_amender {
	struct ub_queue *queue;
	pthread_t thread;
	/* only for the thread */
	struct ub_watched *watched;
	pthread_mutex_t mutex; /* guards all members below, and telling the relay */
	pthread_cond_t given;  /* signals that there is a task, or that it is time to stop */
	struct task *first, **last;
	struct task *current; /* the task that the thread works on; NULL: none */
	size_t n;
	bool stopping;
	unsigned char *scratch;
};

/* ---- tasks ---- */

static struct task *task_new(const struct ub_amender_write *write)
{
	struct task *task = calloc(1, sizeof(*task));
	if (!task)
		abort();
	task->arena = ub_arena_new();
	task->write = *write;
	struct ub_text *const texts[] = { &task->write.href, &task->write.body, &task->write.if_match,
		&task->write.principal, &task->write.user, &task->write.host };
	for (size_t i = 0; i < UB_COUNT(texts); i++)
		*texts[i] = ub_text_copy(task->arena, *texts[i]);
	return task;
}

static void task_free(struct task *task)
{
	ub_arena_free(&task->arena);
	free(task);
}

/* Takes the first task out of the queue, which has one. */
static struct task *shift(struct ub_amender *amender)
{
	struct task *task = amender->first;
	amender->first = task->next;
	if (!amender->first)
		amender->last = &amender->first;
	task->next = NULL;
	amender->n--;
	return task;
}

/* Tells the relay once how the write goes on. Under the mutex. */
static void tell(struct ub_amender *amender, struct task *task, struct ub_text body)
{
	if (!task->told)
		queue_let_go(amender->queue, task->write.fd, task->write.id, body, amender->scratch);
	task->told = true;
}

/* ---- the thread ---- */

static struct ub_text amend(
    const struct ub_amender *amender, const struct task *task, struct ub_additions *made)
{
	struct ub_queue *queue = amender->queue;
	const struct ub_amender_write *write = &task->write;
	struct ub_snapshot *snapshot = queue_snapshot(queue);
	struct ub_meeting_put put = { .snapshot = snapshot,
		.store = queue->input.store,
		.log = queue->input.log,
		.pace = &queue->store_pace,
		.watched = amender->watched,
		.now = ub_sys_now(),
		.until = write->until,
		.href = write->href,
		.body = write->body,
		.if_match = write->if_match,
		.principal = write->principal,
		.user = write->user,
		.host = write->host,
		.earlier = queue->additions };
	struct ub_text text = ub_pass_add_to_meeting(&put, made, task->arena);
	ub_snapshot_release(&snapshot);
	return text;
}

/* Waits for a task. NULL: it is time to stop. */
static struct task *next_task(struct ub_amender *amender)
{
	pthread_mutex_lock(&amender->mutex);
	while (!amender->first && !amender->stopping)
		pthread_cond_wait(&amender->given, &amender->mutex);
	amender->current = amender->stopping ? NULL : shift(amender);
	struct task *task = amender->current;
	pthread_mutex_unlock(&amender->mutex);
	return task;
}

/* Additions that came too late are not noted: the write went on without them. */
static void finish(
    struct ub_amender *amender, struct task *task, struct ub_text body, const struct ub_additions *made)
{
	pthread_mutex_lock(&amender->mutex);
	if (!task->told && (made->additions.n || made->taken.n))
		ub_open_additions_note(amender->queue->additions, task->write.id, made);
	tell(amender, task, body);
	amender->current = NULL;
	pthread_mutex_unlock(&amender->mutex);
	task_free(task);
}

/*
 * The reading takes too long, by the watch's thread. Its write has long gone on. Anybody may send a body
 * under any name, so that the key is not to blame; and the engine ends only after a minute, so that nobody
 * can have it end all the time. Until then nothing is added to meetings. If the server took the body, a pass
 * reads it as well, and ends the engine sooner.
 */
static void overrun(void *context)
{
	const struct ub_amender *amender = context;
	ub_log(amender->queue->input.log, UB_LOG_ERROR,
	    "%.*s: reading what a client stores there took more than a minute of processor time; the engine "
	    "ends",
	    UB_ARGS(amender->current->write.href));
	_exit(UB_WIRE_EXIT_OVERRUN);
}

static void *run(void *data)
{
	struct ub_amender *amender = data;
	const struct ub_watch_limit limit = { UB_READING_KEYLESS_MS, overrun, amender };
	amender->watched = ub_sys_watch_join(amender->queue->input.watch, &limit);
	for (struct task *task; (task = next_task(amender)) != NULL;) {
		struct ub_additions made;
		struct ub_text body = amend(amender, task, &made);
		finish(amender, task, body, &made);
	}
	ub_sys_watch_leave(&amender->watched);
	return NULL;
}

struct ub_amender *queue_amender_start(struct ub_queue *queue)
{
	struct ub_amender *amender = calloc(1, sizeof(*amender));
	if (!amender || !(amender->scratch = malloc(UB_WIRE_FRAME_MAX)) ||
	    pthread_mutex_init(&amender->mutex, NULL) != 0 || pthread_cond_init(&amender->given, NULL) != 0)
		abort();
	amender->queue = queue;
	amender->last = &amender->first;
	if (pthread_create(&amender->thread, NULL, run, amender) != 0)
		abort();
	return amender;
}

void queue_amender_join(struct ub_amender **amender)
{
	struct ub_amender *mine = *amender;
	*amender = NULL;
	pthread_mutex_lock(&mine->mutex);
	mine->stopping = true;
	pthread_cond_signal(&mine->given);
	pthread_mutex_unlock(&mine->mutex);
	pthread_join(mine->thread, NULL);
	while (mine->first) {
		struct task *task = shift(mine);
		tell(mine, task, UB_TEXT_NONE);
		task_free(task);
	}
	pthread_cond_destroy(&mine->given);
	pthread_mutex_destroy(&mine->mutex);
	free(mine->scratch);
	free(mine);
}

/* ---- the thread that gives ---- */

void queue_amender_give(struct ub_amender *amender, const struct ub_amender_write *write)
{
	struct task *task = task_new(write);
	pthread_mutex_lock(&amender->mutex);
	if (amender->n < UB_AMENDED_OPEN) {
		*amender->last = task;
		amender->last = &task->next;
		amender->n++;
		task = NULL;
		pthread_cond_signal(&amender->given);
	} else {
		tell(amender, task, UB_TEXT_NONE);
	}
	pthread_mutex_unlock(&amender->mutex);
	if (task)
		task_free(task);
}

int64_t queue_amender_overdue(struct ub_amender *amender, int64_t now, int64_t longest)
{
	pthread_mutex_lock(&amender->mutex);
	struct task *current = amender->current;
	if (current && now >= current->write.until)
		tell(amender, current, UB_TEXT_NONE);
	/* The tasks stand in the order in which their time is up. */
	while (amender->first && now >= amender->first->write.until) {
		struct task *task = shift(amender);
		tell(amender, task, UB_TEXT_NONE);
		task_free(task);
	}
	const struct task *next = current && !current->told ? current : amender->first;
	int64_t wait = next ? next->write.until - now : longest;
	pthread_mutex_unlock(&amender->mutex);
	return wait < longest ? wait : longest;
}
