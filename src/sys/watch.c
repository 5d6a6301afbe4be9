/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The watch over readings. It is a thread, not a timer's signal, so that whoever ends the process may log and
 * may write to the store first; and so that nothing is interrupted while all is well.
 */
#include "upbeat/sys.h"

#include <pthread.h>
#include <stdlib.h>

struct ub_watched {
	struct ub_watch *watch;
	struct ub_watch_limit limit;
	clockid_t clock; /* the thread's processor time */
	struct ub_watched *next;
	bool reading;
	bool seen;     /* the watch has looked at this reading before, */
	int64_t since; /* when the clock stood there, in milliseconds */
};

struct ub_watch {
	pthread_t thread;
	pthread_mutex_t mutex; /* guards all members below, and those of the threads that are watched */
	pthread_cond_t begun; /* signals an idle watch that a reading has begun, or that it is time to stop */
	pthread_cond_t told;  /* signals that it is time to stop */
	struct ub_watched *first;
	size_t readings; /* that are under way */
	bool idle, stopping;
};

/* ---- the watch's thread ---- */

static int64_t used(const struct ub_watched *watched)
{
	struct timespec now;
	if (clock_gettime(watched->clock, &now) != 0)
		abort();
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Counts from the first look, so that a reading costs its thread no system call. */
static void look_at(struct ub_watched *watched)
{
	int64_t now = used(watched);
	if (!watched->seen)
		watched->since = now;
	watched->seen = true;
	if (now - watched->since <= watched->limit.milliseconds)
		return;
	watched->limit.overrun(watched->limit.context);
	abort();
}

/* Waits while nobody reads: an idle process is not woken. Most readings are over before the first look. */
static void *run(void *data)
{
	struct ub_watch *watch = data;
	pthread_mutex_lock(&watch->mutex);
	while (!watch->stopping) {
		watch->idle = watch->readings == 0;
		if (watch->idle) {
			pthread_cond_wait(&watch->begun, &watch->mutex);
			continue;
		}
		struct timespec until = ub_sys_deadline(UB_READING_LOOK_MS);
		while (!watch->stopping && pthread_cond_timedwait(&watch->told, &watch->mutex, &until) == 0)
			;
		for (struct ub_watched *each = watch->first; each; each = each->next)
			if (each->reading)
				look_at(each);
	}
	pthread_mutex_unlock(&watch->mutex);
	return NULL;
}

struct ub_watch *ub_sys_watch_start(void)
{
	struct ub_watch *watch = calloc(1, sizeof(*watch));
	pthread_condattr_t monotonic;
	if (!watch || pthread_condattr_init(&monotonic) != 0 ||
	    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) != 0 ||
	    pthread_cond_init(&watch->told, &monotonic) != 0 || pthread_cond_init(&watch->begun, NULL) != 0 ||
	    pthread_mutex_init(&watch->mutex, NULL) != 0 ||
	    pthread_create(&watch->thread, NULL, run, watch) != 0)
		abort();
	pthread_condattr_destroy(&monotonic);
	return watch;
}

void ub_sys_watch_stop(struct ub_watch **watch)
{
	struct ub_watch *mine = *watch;
	*watch = NULL;
	if (!mine)
		return;
	pthread_mutex_lock(&mine->mutex);
	if (mine->first)
		abort();
	mine->stopping = true;
	pthread_cond_signal(&mine->begun);
	pthread_cond_signal(&mine->told);
	pthread_mutex_unlock(&mine->mutex);
	pthread_join(mine->thread, NULL);
	pthread_cond_destroy(&mine->begun);
	pthread_cond_destroy(&mine->told);
	pthread_mutex_destroy(&mine->mutex);
	free(mine);
}

/* ---- the threads that are watched ---- */

struct ub_watched *ub_sys_watch_join(struct ub_watch *watch, const struct ub_watch_limit *limit)
{
	if (!watch)
		return NULL;
	struct ub_watched *watched = calloc(1, sizeof(*watched));
	if (!watched)
		abort();
	*watched = (struct ub_watched){ .watch = watch, .limit = *limit };
	if (pthread_getcpuclockid(pthread_self(), &watched->clock) != 0)
		abort();
	pthread_mutex_lock(&watch->mutex);
	watched->next = watch->first;
	watch->first = watched;
	pthread_mutex_unlock(&watch->mutex);
	return watched;
}

void ub_sys_watch_leave(struct ub_watched **watched)
{
	struct ub_watched *mine = *watched;
	*watched = NULL;
	if (!mine)
		return;
	struct ub_watch *watch = mine->watch;
	pthread_mutex_lock(&watch->mutex);
	struct ub_watched **at = &watch->first;
	while (*at != mine)
		at = &(*at)->next;
	*at = mine->next;
	pthread_mutex_unlock(&watch->mutex);
	free(mine);
}

void ub_sys_reading_begin(struct ub_watched *watched)
{
	if (!watched)
		return;
	struct ub_watch *watch = watched->watch;
	pthread_mutex_lock(&watch->mutex);
	watched->reading = true;
	watched->seen = false;
	watch->readings++;
	if (watch->idle)
		pthread_cond_signal(&watch->begun);
	watch->idle = false;
	pthread_mutex_unlock(&watch->mutex);
}

void ub_sys_reading_end(struct ub_watched *watched)
{
	if (!watched)
		return;
	pthread_mutex_lock(&watched->watch->mutex);
	watched->reading = false;
	watched->watch->readings--;
	pthread_mutex_unlock(&watched->watch->mutex);
}
