/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "upbeat/wire.h"

#define FD_MIN 32 /* above the numbers that an engine inherits */

/* What the file holds. */
struct shared {
	_Atomic uint32_t complete;
	_Atomic uint64_t bits[UB_WIRE_KNOWN_BITS / 64];
};

struct ub_wire_known {
	struct shared *shared;
};

int ub_wire_known_new(void)
{
	int low = memfd_create("upbeat-known", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (low < 0)
		return -1;
	int fd = fcntl(low, F_DUPFD_CLOEXEC, FD_MIN), error = errno;
	close(low);
	if (fd >= 0 && ftruncate(fd, sizeof(struct shared)) == 0 &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
		return fd;
	error = fd >= 0 ? errno : error;
	if (fd >= 0)
		close(fd);
	errno = error;
	return -1;
}

struct ub_wire_known *ub_wire_known_open(int fd, bool adds)
{
	struct stat found;
	if (fstat(fd, &found) != 0 || !S_ISREG(found.st_mode) || found.st_size != sizeof(struct shared))
		return NULL;
	void *shared =
	    mmap(NULL, sizeof(struct shared), adds ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, 0);
	if (shared == MAP_FAILED)
		return NULL;
	struct ub_wire_known *known = malloc(sizeof(*known));
	if (!known)
		abort();
	known->shared = shared;
	return known;
}

void ub_wire_known_close(struct ub_wire_known **known)
{
	if (*known)
		munmap((*known)->shared, sizeof(struct shared));
	free(*known);
	*known = NULL;
}

/* Two bits stand for a name. */
static void places_of(struct ub_text name, size_t places[2])
{
	uint64_t hash = ub_text_hash(name);
	hash = (hash ^ hash >> 32) * 0x9e3779b97f4a7c15u; /* texts that differ at their end alone lie close */
	places[0] = hash % UB_WIRE_KNOWN_BITS;
	places[1] = (hash >> 32) % UB_WIRE_KNOWN_BITS;
}

void ub_wire_known_clear(struct ub_wire_known *known)
{
	atomic_store(&known->shared->complete, 0);
	for (size_t i = 0; i < UB_COUNT(known->shared->bits); i++)
		if (atomic_load_explicit(&known->shared->bits[i], memory_order_relaxed))
			atomic_store_explicit(&known->shared->bits[i], 0, memory_order_relaxed);
}

void ub_wire_known_add(struct ub_wire_known *known, struct ub_text name)
{
	size_t places[2];
	places_of(name, places);
	for (size_t i = 0; i < 2; i++)
		atomic_fetch_or_explicit(&known->shared->bits[places[i] / 64], UINT64_C(1) << places[i] % 64,
		    memory_order_release);
}

void ub_wire_known_complete(struct ub_wire_known *known)
{
	atomic_store(&known->shared->complete, 1);
}

bool ub_wire_known_has(const struct ub_wire_known *known, struct ub_text name)
{
	size_t places[2];
	if (!atomic_load_explicit(&known->shared->complete, memory_order_acquire))
		return true;
	places_of(name, places);
	for (size_t i = 0; i < 2; i++)
		if (!(atomic_load_explicit(&known->shared->bits[places[i] / 64], memory_order_acquire) &
			UINT64_C(1) << places[i] % 64))
			return false;
	return true;
}
