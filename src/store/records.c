/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Structs with texts that are copied whole, and sorted sets of pointers to them.
 */
#include "store-private.h"

#include <stdlib.h>
#include <string.h>

static const size_t key_texts[] = {
	offsetof(struct ub_key, upstream),
	offsetof(struct ub_key, href),
	offsetof(struct ub_key, principal),
	offsetof(struct ub_key, collection),
};
static const size_t item_texts[] = {
	offsetof(struct ub_store_item, organization),
	offsetof(struct ub_store_item, meeting_uid),
	offsetof(struct ub_store_item, identity),
	offsetof(struct ub_store_item, rule),
	offsetof(struct ub_store_item, id),
	offsetof(struct ub_store_item, owner),
	offsetof(struct ub_store_item, upstream),
	offsetof(struct ub_store_item, uid),
	offsetof(struct ub_store_item, href),
	offsetof(struct ub_store_item, etag),
	offsetof(struct ub_store_item, base),
	offsetof(struct ub_store_item, outcome.counts_as),
	offsetof(struct ub_store_item, outcome.account),
	offsetof(struct ub_store_item, outcome.declined),
};
static const size_t seen_texts[] = {
	offsetof(struct ub_store_seen, organization),
	offsetof(struct ub_store_seen, meeting_uid),
	offsetof(struct ub_store_seen, upstream),
	offsetof(struct ub_store_seen, href),
	offsetof(struct ub_store_seen, collection),
	offsetof(struct ub_store_seen, principal),
	offsetof(struct ub_store_seen, owner),
	offsetof(struct ub_store_seen, etag),
	offsetof(struct ub_store_seen, schedule_tag),
	offsetof(struct ub_store_seen, text),
	offsetof(struct ub_store_seen, account),
};

static const size_t meeting_texts[] = {
	offsetof(struct ub_store_meeting, organization),
	offsetof(struct ub_store_meeting, meeting_uid),
	offsetof(struct ub_store_meeting, instance),
	offsetof(struct ub_store_meeting, account),
	offsetof(struct ub_store_meeting, name),
	offsetof(struct ub_store_meeting, owner),
	offsetof(struct ub_store_meeting, guests),
	offsetof(struct ub_store_meeting, executives),
	offsetof(struct ub_store_meeting, ours),
};

static const size_t period_texts[] = {
	offsetof(struct ub_store_period, organization),
	offsetof(struct ub_store_period, uid),
	offsetof(struct ub_store_period, account),
	offsetof(struct ub_store_period, name),
	offsetof(struct ub_store_period, owner),
	offsetof(struct ub_store_period, health),
};

static const size_t rhythm_texts[] = {
	offsetof(struct ub_store_rhythm, organization),
	offsetof(struct ub_store_rhythm, uid),
	offsetof(struct ub_store_rhythm, every),
	offsetof(struct ub_store_rhythm, former),
	offsetof(struct ub_store_rhythm, wording),
};

static const size_t appointment_texts[] = {
	offsetof(struct ub_store_appointment, organization),
	offsetof(struct ub_store_appointment, uid),
	offsetof(struct ub_store_appointment, person),
	offsetof(struct ub_store_appointment, meeting_uid),
	offsetof(struct ub_store_appointment, upstream),
	offsetof(struct ub_store_appointment, href),
};

const struct shape record_key_shape = { sizeof(struct ub_key), key_texts, UB_COUNT(key_texts) };
const struct shape record_item_shape = { sizeof(struct ub_store_item), item_texts, UB_COUNT(item_texts) };
const struct shape record_seen_shape = { sizeof(struct ub_store_seen), seen_texts, UB_COUNT(seen_texts) };
const struct shape record_meeting_shape = { sizeof(struct ub_store_meeting), meeting_texts,
	UB_COUNT(meeting_texts) };
const struct shape record_period_shape = { sizeof(struct ub_store_period), period_texts,
	UB_COUNT(period_texts) };
const struct shape record_rhythm_shape = { sizeof(struct ub_store_rhythm), rhythm_texts,
	UB_COUNT(rhythm_texts) };
const struct shape record_appointment_shape = { sizeof(struct ub_store_appointment), appointment_texts,
	UB_COUNT(appointment_texts) };

static struct ub_text *text_at(const struct shape *shape, void *record, size_t i)
{
	return (struct ub_text *)(void *)((char *)record + shape->texts[i]);
}

void *record_new(const struct shape *shape, const void *from, size_t extra)
{
	size_t size = shape->size + extra, total = size;
	for (size_t i = 0; i < shape->n; i++)
		total += text_at(shape, (void *)from, i)->len;
	char *record = calloc(1, total), *end = record + size;
	if (!record)
		abort();
	memcpy(record, from, shape->size);
	for (size_t i = 0; i < shape->n; i++) {
		struct ub_text *text = text_at(shape, record, i);
		if (text->len)
			memcpy(end, text->ptr, text->len);
		text->ptr = end;
		end += text->len;
	}
	return record;
}

void record_out(const struct shape *shape, const void *from, struct ub_arena *arena, void *out)
{
	memcpy(out, from, shape->size);
	for (size_t i = 0; i < shape->n; i++) {
		struct ub_text *text = text_at(shape, out, i);
		*text = ub_text_copy(arena, *text);
	}
}

size_t record_set_find(const struct set *set, const void *like, bool *found)
{
	size_t from = 0, to = set->n;
	int order = 1;
	while (from < to && order != 0) {
		size_t middle = from + (to - from) / 2;
		order = set->compare(set->items[middle], like);
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	if (found)
		*found = order == 0;
	return order == 0 ? to : from;
}

void *record_set_get(const struct set *set, const void *like)
{
	bool found;
	size_t at = record_set_find(set, like, &found);
	return found ? set->items[at] : NULL;
}

void record_set_add(struct set *set, void *item)
{
	if (set->n == set->cap) {
		set->cap = set->cap ? set->cap * 2 : 16;
		set->items = realloc(set->items, set->cap * sizeof(*set->items));
		if (!set->items)
			abort();
	}
	size_t at = record_set_find(set, item, NULL);
	memmove(set->items + at + 1, set->items + at, (set->n - at) * sizeof(*set->items));
	set->items[at] = item;
	set->n++;
}

bool record_set_remove(struct set *set, const void *like)
{
	bool found;
	size_t at = record_set_find(set, like, &found);
	if (!found)
		return false;
	set->n--;
	memmove(set->items + at, set->items + at + 1, (set->n - at) * sizeof(*set->items));
	return true;
}

void record_set_remove_first(struct set *set, size_t n)
{
	if (n == 0)
		return;
	set->n -= n;
	memmove(set->items, set->items + n, set->n * sizeof(*set->items));
}

void record_set_free(struct set *set)
{
	for (size_t i = 0; i < set->n; i++)
		free(set->items[i]);
	free(set->items);
	*set = (struct set){ .compare = set->compare };
}

bool record_is_among(const struct ub_text *texts, size_t n, struct ub_text text)
{
	for (size_t i = 0; i < n; i++)
		if (ub_text_eq(texts[i], text))
			return true;
	return false;
}

int record_compare_texts(const struct ub_text *const *a, const struct ub_text *const *b, size_t n)
{
	int order = 0;
	for (size_t i = 0; i < n && order == 0; i++)
		order = ub_text_cmp(*a[i], *b[i]);
	return order;
}
