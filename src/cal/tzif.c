/* SPDX-License-Identifier: Apache-2.0 */
#include "cal-private.h"

#include <string.h>

/* RFC 8536 3.1: a header has 44 bytes, and ends in six counts of four bytes. */
#define HEADER_SIZE 44
#define TYPE_SIZE   6

struct header {
	char version;
	uint32_t isut, isstd, leap, time, type, chars;
};

/* Where the parts of one data block begin. */
struct block {
	struct header count;
	size_t time_size; /* bytes of one time: 4 in the first block, 8 in the second */
	struct ub_text times, indices, types, chars;
	size_t end;
};

static int64_t big_endian(const char *bytes, size_t n)
{
	uint64_t value = (unsigned char)bytes[0] & 0x80 ? UINT64_MAX : 0;
	for (size_t i = 0; i < n; i++)
		value = value << 8 | (unsigned char)bytes[i];
	return (int64_t)value;
}

static bool read_header(struct ub_text bytes, size_t at, struct header *header)
{
	if (at > bytes.len || bytes.len - at < HEADER_SIZE || memcmp(bytes.ptr + at, "TZif", 4) != 0)
		return false;
	header->version = bytes.ptr[at + 4];
	uint32_t *counts[] = { &header->isut, &header->isstd, &header->leap, &header->time, &header->type,
		&header->chars };
	for (size_t i = 0; i < UB_COUNT(counts); i++)
		*counts[i] = (uint32_t)big_endian(bytes.ptr + at + 20 + i * 4, 4);
	/* No count can be larger than the file: the sums below cannot overflow. */
	for (size_t i = 0; i < UB_COUNT(counts); i++)
		if (*counts[i] > UB_TZIF_MAX)
			return false;
	return true;
}

static struct ub_text part(struct ub_text bytes, size_t *at, size_t size)
{
	struct ub_text piece = ub_text_sub(bytes, *at, *at + size);
	*at += size;
	return piece;
}

static bool read_block(struct ub_text bytes, size_t at, size_t time_size, struct block *block)
{
	if (!read_header(bytes, at, &block->count))
		return false;
	const struct header *n = &block->count;
	at += HEADER_SIZE;
	block->time_size = time_size;
	block->times = part(bytes, &at, n->time * time_size);
	block->indices = part(bytes, &at, n->time);
	block->types = part(bytes, &at, n->type * (size_t)TYPE_SIZE);
	block->chars = part(bytes, &at, n->chars);
	block->end = at + n->leap * (time_size + 4) + n->isstd + n->isut;
	return block->end <= bytes.len;
}

static bool read_type(const struct block *block, size_t index, struct ub_zone_change *change)
{
	if (index >= block->count.type)
		return false;
	const char *type = block->types.ptr + index * TYPE_SIZE;
	size_t name = (unsigned char)type[5];
	const char *end =
	    name < block->chars.len ? memchr(block->chars.ptr + name, '\0', block->chars.len - name) : NULL;
	if (!end || (unsigned char)type[4] > 1)
		return false;
	change->offset = (int32_t)big_endian(type, 4);
	change->dst = type[4] == 1;
	change->abbreviation = ub_text_n(block->chars.ptr + name, (size_t)(end - block->chars.ptr) - name);
	return true;
}

/* Reads the TZ string between the two newlines after the second block. */
static bool read_footer(struct ub_text bytes, size_t at, struct ub_text *rule)
{
	size_t end = ub_text_find(bytes, UB_TEXT("\n"), at + 1);
	if (at >= bytes.len || bytes.ptr[at] != '\n' || end == SIZE_MAX)
		return false;
	*rule = ub_text_sub(bytes, at + 1, end);
	return true;
}

const struct ub_zone *ub_cal_zone_from_tzif(struct ub_arena *arena, struct ub_text name, struct ub_text bytes)
{
	struct block block;
	struct ub_text rule = UB_TEXT_NONE;
	if (bytes.len > UB_TZIF_MAX || !read_block(bytes, 0, 4, &block))
		return NULL;
	if (block.count.version >= '2') {
		if (!read_block(bytes, block.end, 8, &block) || !read_footer(bytes, block.end, &rule))
			return NULL;
	}
	struct ub_zone_change before = { 0 };
	size_t n = block.count.time;
	if (block.count.leap || n > UB_ZONE_CHANGES_MAX || !read_type(&block, 0, &before))
		return NULL;
	struct ub_zone_change *changes = UB_NEW_ARRAY(arena, struct ub_zone_change, n);
	for (size_t i = 0; i < n; i++) {
		changes[i].at = big_endian(block.times.ptr + i * block.time_size, block.time_size);
		if (!read_type(&block, (unsigned char)block.indices.ptr[i], &changes[i]))
			return NULL;
	}
	return ub_cal_zone_from_changes(arena, name, before, changes, n, rule);
}
