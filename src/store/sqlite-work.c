/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which keys are being worked on, in a file beside the store's own. It outlives the process, which is all
 * that is asked of it: the next process has to know at which keys this one has died. A write to the file
 * costs less than a transaction.
 */
#include "sqlite-private.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct work {
	int fd;
	uint64_t keys[WORK_MAX]; /* as in the file; 0: nothing is worked on here */
};

static bool write_all(const struct work *work)
{
	return pwrite(work->fd, work->keys, sizeof(work->keys), 0) == (ssize_t)sizeof(work->keys);
}

/* Reads what the process before has left. The file has its full size from now on. */
static bool load(struct work *work)
{
	uint64_t keys[WORK_MAX] = { 0 };
	if (pread(work->fd, keys, sizeof(keys), 0) == (ssize_t)sizeof(keys))
		for (size_t i = 0; i < WORK_MAX; i++)
			work->keys[i] = keys[i];
	return write_all(work);
}

struct work *sqlite_work_open(const char *path)
{
	char name[4096];
	struct work *work = calloc(1, sizeof(*work));
	if (!work)
		abort();
	int n = snprintf(name, sizeof(name), "%s-work", path);
	work->fd = n > 0 && (size_t)n < sizeof(name) ? open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
	if (work->fd < 0 || !load(work))
		sqlite_work_close(&work);
	return work;
}

void sqlite_work_close(struct work **work)
{
	if (*work && (*work)->fd >= 0)
		close((*work)->fd);
	free(*work);
	*work = NULL;
}

/* Puts one number in the place of another. */
static bool replace(struct work *work, uint64_t former, uint64_t key)
{
	size_t i = 0;
	while (work && i < WORK_MAX && work->keys[i] != former)
		i++;
	if (!work || i == WORK_MAX)
		return false;
	work->keys[i] = key;
	return pwrite(work->fd, &key, sizeof(key), (off_t)(i * sizeof(key))) == (ssize_t)sizeof(key);
}

bool sqlite_work_begins(struct work *work, uint64_t key)
{
	return replace(work, 0, key);
}

void sqlite_work_ends(struct work *work, uint64_t key)
{
	(void)replace(work, key, 0);
}

size_t sqlite_work_list(const struct work *work, uint64_t keys[WORK_MAX])
{
	size_t n = 0;
	for (size_t i = 0; work && i < WORK_MAX; i++)
		if (work->keys[i])
			keys[n++] = work->keys[i];
	return n;
}
