/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "leaks.h"
#include "upbeat/sys.h"

TestSuite(watch, .fini = ub_leak_check);

enum { LIMIT = 300, OVERRUN = 7 };

/* Uses so much processor time of this thread. */
static void toil(int64_t milliseconds)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	int64_t end = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + milliseconds;
	while ((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 < end)
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
}

static void end(void *context)
{
	_exit(context ? *(int *)context : OVERRUN);
}

static struct ub_watched *join(struct ub_watch *watch, int *status)
{
	return ub_sys_watch_join(watch, &(struct ub_watch_limit){ LIMIT, end, status });
}

Test(watch, ends_a_process_that_reads_without_end, .exit_code = OVERRUN, .timeout = 20)
{
	struct ub_watch *watch = ub_sys_watch_start();
	struct ub_watched *watched = join(watch, NULL);
	ub_sys_reading_begin(watched);
	for (;;)
		toil(LIMIT);
}

Test(watch, counts_each_reading_by_itself_and_nothing_between)
{
	struct ub_watch *watch = ub_sys_watch_start();
	struct ub_watched *watched = join(watch, NULL);
	for (int i = 0; i < 3; i++) {
		ub_sys_reading_begin(watched);
		toil(LIMIT / 2);
		ub_sys_reading_end(watched);
		toil(LIMIT / 2);
	}
	toil(2 * LIMIT);
	ub_sys_watch_leave(&watched);
	ub_sys_watch_stop(&watch);
	cr_assert(!watch && !watched);
}

Test(watch, does_not_count_sleep)
{
	struct ub_watch *watch = ub_sys_watch_start();
	struct ub_watched *watched = join(watch, NULL);
	ub_sys_reading_begin(watched);
	usleep(3 * LIMIT * 1000);
	ub_sys_reading_end(watched);
	ub_sys_watch_leave(&watched);
	ub_sys_watch_stop(&watch);
}

struct reader {
	struct ub_watch *watch;
	int64_t toil;
	int status; /* with which the process ends if it is this thread's reading */
};

static void *read_once(void *data)
{
	struct reader *reader = data;
	struct ub_watched *watched = join(reader->watch, &reader->status);
	ub_sys_reading_begin(watched);
	toil(reader->toil);
	ub_sys_reading_end(watched);
	ub_sys_watch_leave(&watched);
	return NULL;
}

/* Runs four threads that read; one of them so long. */
static void read_together(int64_t longest)
{
	struct ub_watch *watch = ub_sys_watch_start();
	struct reader readers[4];
	pthread_t threads[4];
	for (int i = 0; i < 4; i++) {
		readers[i] = (struct reader){ watch, i == 2 ? longest : LIMIT / 2, OVERRUN + i };
		cr_assert_eq(pthread_create(&threads[i], NULL, read_once, &readers[i]), 0);
	}
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	ub_sys_watch_stop(&watch);
}

Test(watch, measures_each_thread_by_itself)
{
	read_together(LIMIT / 2);
}

Test(watch, tells_which_thread_it_is, .exit_code = OVERRUN + 2, .timeout = 20)
{
	read_together(100 * LIMIT);
}

Test(watch, sees_a_reading_that_begins_after_a_long_rest, .exit_code = OVERRUN, .timeout = 20)
{
	struct ub_watch *watch = ub_sys_watch_start();
	struct ub_watched *watched = join(watch, NULL);
	ub_sys_reading_begin(watched);
	ub_sys_reading_end(watched);
	usleep(3 * UB_READING_LOOK_MS * 1000);
	ub_sys_reading_begin(watched);
	toil(100 * LIMIT);
}

Test(watch, leaves_threads_alone_that_nobody_watches)
{
	struct ub_watch *none = NULL;
	struct ub_watched *watched = join(none, NULL);
	cr_assert_null(watched);
	ub_sys_reading_begin(watched);
	toil(2 * LIMIT);
	ub_sys_reading_end(watched);
	ub_sys_watch_leave(&watched);
	ub_sys_watch_stop(&none);
}
