/* SPDX-License-Identifier: Apache-2.0 */

#include "quota.h"

#include <stdlib.h>

#include "upbeat/sys.h"

enum { CAP_FIRST = 64 }; /* a power of two, as every further one */

/* ---- how many connections each address has: a table with open addressing, half full at most ---- */

static size_t next(const struct quota *quota, size_t at)
{
	return (at + 1) & (quota->cap - 1);
}

/* The seed keeps clients from choosing addresses that stand at one place. */
static size_t home(const struct quota *quota, uint64_t address)
{
	uint64_t mixed = (address ^ quota->seed) * UINT64_C(0x9E3779B97F4A7C15);
	return (size_t)(mixed >> 32) & (quota->cap - 1);
}

/* Where the address stands, or where it would. */
static struct quota_address *place_of(const struct quota *quota, uint64_t address)
{
	size_t at = home(quota, address);
	while (quota->addresses[at].n > 0 && quota->addresses[at].address != address)
		at = next(quota, at);
	return &quota->addresses[at];
}

static void grow(struct quota *quota)
{
	struct quota_address *old = quota->addresses;
	size_t cap = quota->cap;
	quota->cap = cap ? cap * 2 : CAP_FIRST;
	quota->addresses = calloc(quota->cap, sizeof(*old));
	if (!quota->addresses)
		abort();
	for (size_t i = 0; i < cap; i++)
		if (old[i].n > 0)
			*place_of(quota, old[i].address) = old[i];
	free(old);
}

/* Those behind the gap move up, as far as they are not at home there. */
static void close_gap(struct quota *quota, size_t gap)
{
	for (size_t at = next(quota, gap); quota->addresses[at].n > 0; at = next(quota, at)) {
		size_t from_home = (at - home(quota, quota->addresses[at].address)) & (quota->cap - 1);
		if (from_home < ((at - gap) & (quota->cap - 1)))
			continue;
		quota->addresses[gap] = quota->addresses[at];
		gap = at;
	}
	quota->addresses[gap] = (struct quota_address){ 0 };
	quota->n--;
}

/* ---- clients ---- */

void relay_quota_init(struct quota *quota, uint32_t most, uint32_t most_of_address)
{
	*quota = (struct quota){ .lock = PTHREAD_MUTEX_INITIALIZER };
	quota->most = most;
	quota->most_of_address = most_of_address ? most_of_address : most > 1 ? most / 2 : 1;
	ub_sys_random(&quota->seed, sizeof(quota->seed));
}

void relay_quota_free(struct quota *quota)
{
	free(quota->addresses);
	quota->addresses = NULL;
}

void relay_quota_go(struct quota *quota)
{
	atomic_fetch_sub(&quota->open, 1);
}

bool relay_quota_come(struct quota *quota)
{
	bool placed = atomic_fetch_add(&quota->open, 1) < quota->most;
	if (!placed)
		relay_quota_go(quota);
	return placed;
}

bool relay_quota_take(struct quota *quota, uint64_t address)
{
	pthread_mutex_lock(&quota->lock);
	if (quota->n * 2 >= quota->cap)
		grow(quota);
	struct quota_address *place = place_of(quota, address);
	bool taken = place->n < quota->most_of_address;
	if (taken && place->n == 0)
		quota->n++;
	if (taken)
		*place = (struct quota_address){ address, place->n + 1 };
	pthread_mutex_unlock(&quota->lock);
	return taken;
}

void relay_quota_give(struct quota *quota, uint64_t address)
{
	pthread_mutex_lock(&quota->lock);
	struct quota_address *place = place_of(quota, address);
	if (--place->n == 0)
		close_gap(quota, (size_t)(place - quota->addresses));
	pthread_mutex_unlock(&quota->lock);
}
