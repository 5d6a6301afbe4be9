/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "upbeat/wire.h"

/* What the file holds. */
struct ub_wire_memory {
	_Atomic uint32_t complete; /* every object was added */
	_Atomic uint64_t bits[UB_WIRE_OBJECT_BITS / 64];
	_Atomic uint32_t waiting[UB_UPSTREAMS_MAX];
	_Atomic uint64_t refused[UB_UPSTREAMS_MAX];
};

int ub_wire_memory_new(void)
{
	int low = memfd_create("upbeat-shared", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (low < 0)
		return -1;
	int fd = fcntl(low, F_DUPFD_CLOEXEC, UB_FD_MIN), error = errno;
	close(low);
	if (fd >= 0 && ftruncate(fd, sizeof(struct ub_wire_memory)) == 0 &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
		return fd;
	error = fd >= 0 ? errno : error;
	if (fd >= 0)
		close(fd);
	errno = error;
	return -1;
}

struct ub_wire_memory *ub_wire_memory_open(int fd)
{
	struct stat found;
	if (fstat(fd, &found) != 0 || !S_ISREG(found.st_mode) ||
	    found.st_size != sizeof(struct ub_wire_memory))
		return NULL;
	void *memory = mmap(NULL, sizeof(struct ub_wire_memory), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

void ub_wire_memory_close(struct ub_wire_memory **memory)
{
	if (*memory)
		munmap(*memory, sizeof(**memory));
	*memory = NULL;
}

/* ---- the objects of which something is remembered ---- */

/* Two bits stand for a name. */
static void places_of(struct ub_text name, size_t places[2])
{
	uint64_t hash = ub_text_hash(name);
	hash = (hash ^ hash >> 32) * 0x9e3779b97f4a7c15u; /* texts that differ at their end alone lie close */
	places[0] = hash % UB_WIRE_OBJECT_BITS;
	places[1] = (hash >> 32) % UB_WIRE_OBJECT_BITS;
}

void ub_wire_objects_clear(struct ub_wire_memory *memory)
{
	atomic_store(&memory->complete, 0);
	for (size_t i = 0; i < UB_COUNT(memory->bits); i++)
		if (atomic_load_explicit(&memory->bits[i], memory_order_relaxed))
			atomic_store_explicit(&memory->bits[i], 0, memory_order_relaxed);
}

void ub_wire_objects_add(struct ub_wire_memory *memory, struct ub_text name)
{
	size_t places[2];
	places_of(name, places);
	for (size_t i = 0; i < 2; i++)
		atomic_fetch_or_explicit(
		    &memory->bits[places[i] / 64], UINT64_C(1) << places[i] % 64, memory_order_release);
}

void ub_wire_objects_complete(struct ub_wire_memory *memory)
{
	atomic_store(&memory->complete, 1);
}

bool ub_wire_objects_have(const struct ub_wire_memory *memory, struct ub_text name)
{
	size_t places[2];
	if (!atomic_load_explicit(&memory->complete, memory_order_acquire))
		return true;
	places_of(name, places);
	for (size_t i = 0; i < 2; i++)
		if (!(atomic_load_explicit(&memory->bits[places[i] / 64], memory_order_acquire) &
			UINT64_C(1) << places[i] % 64))
			return false;
	return true;
}

/* ---- how crowded servers are ---- */

void ub_wire_crowd_set_waiting(struct ub_wire_memory *memory, size_t upstream, uint32_t waiting)
{
	atomic_store(&memory->waiting[upstream], waiting);
}

void ub_wire_crowd_count_refused(struct ub_wire_memory *memory, size_t upstream)
{
	atomic_fetch_add(&memory->refused[upstream], 1);
}

struct ub_wire_crowd ub_wire_crowd_at(const struct ub_wire_memory *memory, size_t upstream)
{
	return (struct ub_wire_crowd){ memory->waiting[upstream], memory->refused[upstream] };
}
