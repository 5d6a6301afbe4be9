/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct block {
	struct block *next;
};

/* Buffers have pages of their own, which go back at once: in the heap they would leave holes among what lives
 * longer. AddressSanitizer watches the bounds of what is in the heap. */
static char *new_pages(size_t cap)
{
#ifdef UB_ADDRESS_SANITIZER
	char *pages = malloc(cap);
	if (!pages)
		abort();
#else
	char *pages = mmap(NULL, cap, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED)
		abort();
#endif
	return pages;
}

static void free_pages(char *pages, size_t cap)
{
#ifdef UB_ADDRESS_SANITIZER
	(void)cap;
	free(pages);
#else
	munmap(pages, cap);
#endif
}

static char *take_block(struct blocks *blocks)
{
	struct block *block = blocks->free;
	blocks->free = block->next;
	blocks->n--;
	if (blocks->n < blocks->spare)
		blocks->spare = blocks->n;
	return (char *)block;
}

static char *take(struct blocks *blocks, size_t cap)
{
	if (cap == UB_RELAY_BUFFER && blocks->free)
		return take_block(blocks);
	if (cap > UB_RELAY_BUFFER)
		blocks->large += cap;
	return new_pages(cap);
}

static void give_back(struct blocks *blocks, char *ptr, size_t cap, size_t touched)
{
	explicit_bzero(ptr, touched);
	if (cap > UB_RELAY_BUFFER)
		blocks->large -= cap;
	if (cap != UB_RELAY_BUFFER || blocks->n == UB_RELAY_BUFFERS_KEPT) {
		free_pages(ptr, cap);
		return;
	}
	struct block *block = (struct block *)ptr;
	block->next = blocks->free;
	blocks->free = block;
	blocks->n++;
}

void relay_buffer_reserve(struct blocks *blocks, struct buffer *buffer, size_t cap)
{
	if (cap < UB_RELAY_BUFFER)
		cap = UB_RELAY_BUFFER;
	if (buffer->ptr && buffer->cap >= cap)
		return;
	char *ptr = take(blocks, cap);
	if (buffer->ptr) {
		relay_buffer_touch(buffer);
		memcpy(ptr, buffer->ptr, buffer->end);
		give_back(blocks, buffer->ptr, buffer->cap, buffer->touched);
	}
	buffer->ptr = ptr;
	buffer->cap = cap;
	buffer->touched = buffer->end;
}

void relay_buffer_release(struct blocks *blocks, struct buffer *buffer)
{
	relay_buffer_touch(buffer);
	if (buffer->ptr)
		give_back(blocks, buffer->ptr, buffer->cap, buffer->touched);
	*buffer = (struct buffer){ 0 };
}

void relay_buffer_touch(struct buffer *buffer)
{
	if (buffer->end > buffer->touched)
		buffer->touched = buffer->end;
}

bool relay_buffer_room(struct blocks *blocks, struct buffer *buffer)
{
	relay_buffer_reserve(blocks, buffer, UB_RELAY_BUFFER);
	relay_buffer_touch(buffer);
	if (buffer->start == buffer->end) {
		buffer->start = buffer->end = 0;
	} else if (buffer->end == buffer->cap && buffer->start > 0) {
		memmove(buffer->ptr, buffer->ptr + buffer->start, buffer->end - buffer->start);
		buffer->end -= buffer->start;
		buffer->start = 0;
	}
	return buffer->end < buffer->cap;
}

void relay_buffer_more(struct blocks *blocks, struct buffer *buffer, size_t n)
{
	relay_buffer_touch(buffer);
	if (buffer->start == buffer->end)
		buffer->start = buffer->end = 0;
	relay_buffer_reserve(blocks, buffer, buffer->end + n);
}

struct ub_text relay_buffer_text(const struct buffer *buffer)
{
	return buffer->ptr ? ub_text_n(buffer->ptr + buffer->start, buffer->end - buffer->start)
			   : UB_TEXT_NONE;
}

void relay_buffer_add(struct buffer *buffer, struct ub_text text)
{
	assert(text.len <= buffer->cap - buffer->end);
	if (text.len > 0)
		memcpy(buffer->ptr + buffer->end, text.ptr, text.len);
	buffer->end += text.len;
}

void relay_blocks_trim(struct blocks *blocks)
{
	for (unsigned n = blocks->spare; n > 0; n--)
		free_pages(take_block(blocks), UB_RELAY_BUFFER);
	blocks->spare = blocks->n;
}

/* As much as malloc() may keep there is taken in one piece, and joins the end again without its pages. */
void relay_arena_trim(void)
{
	const size_t size = UB_RELAY_ARENA_END - 64 * 1024;
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	char *end = malloc(size);
	if (!end)
		return;
	char *from = end + (page - (uintptr_t)end % page) % page;
	size_t behind = (uintptr_t)(end + size) % page;
	(void)madvise(from, (size_t)(end + size - from) - behind, MADV_DONTNEED);
	free(end);
}

void relay_blocks_free(struct blocks *blocks)
{
	while (blocks->free)
		free_pages(take_block(blocks), UB_RELAY_BUFFER);
	*blocks = (struct blocks){ 0 };
}
