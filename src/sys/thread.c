/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/sys.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct ub_thread {
	pthread_t thread;
	int stop_fd; /* an eventfd */
	void (*run)(void *context, int stop_fd);
	void *context;
};

static void *run(void *data)
{
	struct ub_thread *thread = data;
	thread->run(thread->context, thread->stop_fd);
	return NULL;
}

struct ub_thread *ub_sys_thread_start(void (*run_it)(void *context, int stop_fd), void *context)
{
	struct ub_thread *thread = calloc(1, sizeof(*thread));
	if (!thread)
		abort();
	*thread = (struct ub_thread){
		.stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), .run = run_it, .context = context
	};
	if (thread->stop_fd < 0 || pthread_create(&thread->thread, NULL, run, thread) != 0)
		abort();
	return thread;
}

void ub_sys_thread_stop(struct ub_thread **thread)
{
	struct ub_thread *mine = *thread;
	const uint64_t one = 1;
	*thread = NULL;
	if (!mine)
		return;
	if (write(mine->stop_fd, &one, sizeof(one)) < 0)
		abort();
	pthread_join(mine->thread, NULL);
	close(mine->stop_fd);
	free(mine);
}
