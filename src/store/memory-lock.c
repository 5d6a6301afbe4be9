/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The memory store's lock.
 */
#include "memory-private.h"

#include <assert.h>

struct memory *memory_lock(struct ub_store *store)
{
	struct memory *memory = (struct memory *)store;
	int failed = pthread_mutex_lock(&memory->lock);
	assert(!failed);
	return memory;
}

void memory_unlock(struct memory *memory)
{
	int failed = pthread_mutex_unlock(&memory->lock);
	assert(!failed);
}
