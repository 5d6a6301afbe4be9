/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The orders in which the memory store keeps its keys.
 */
#include "memory-private.h"

int memory_compare_keys(const void *left, const void *right)
{
	const struct ub_key *a = left, *b = right;
	const struct ub_text *const of_a[] = { &a->upstream, &a->href, &a->principal };
	const struct ub_text *const of_b[] = { &b->upstream, &b->href, &b->principal };
	int order = (a->kind > b->kind) - (a->kind < b->kind);
	return order ? order : record_compare_texts(of_a, of_b, UB_COUNT(of_a));
}

int memory_compare_queue(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = (a->due > b->due) - (a->due < b->due);
	return order ? order : (a->id > b->id) - (a->id < b->id);
}

static int compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int compare_ids(const struct entry *a, const struct entry *b)
{
	return (a->id > b->id) - (a->id < b->id);
}

static int compare_owners(const struct entry *a, const struct entry *b)
{
	const struct ub_text *const of_a[] = { &a->key.upstream, &a->key.principal };
	const struct ub_text *const of_b[] = { &b->key.upstream, &b->key.principal };
	return record_compare_texts(of_a, of_b, UB_COUNT(of_a));
}

int memory_compare_owned(const void *left, const void *right)
{
	int order = compare_owners(left, right);
	return order ? order : compare_ids(left, right);
}

int memory_compare_expiring(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = compare_numbers(a->expires, b->expires);
	return order ? order : compare_ids(a, b);
}

int memory_compare_doubtful(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = compare_numbers(b->key.doubt, a->key.doubt);
	order = order ? order : compare_numbers(a->put, b->put);
	return order ? order : compare_ids(a, b);
}

int memory_compare_doubtful_of(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = compare_owners(a, b);
	order = order ? order : compare_numbers(a->put, b->put);
	return order ? order : compare_ids(a, b);
}

/* ---- entering and leaving them ---- */

void memory_queue_leave(struct memory *memory, struct entry *entry)
{
	record_set_remove(&memory->queue, entry);
	if (entry->state == UB_JOB_LEASED)
		record_set_remove(&memory->leases, entry);
}

/* Moves an entry into another state. The queue is ordered by `due`, so that nothing else may set it. */
void memory_queue_move(struct memory *memory, struct entry *entry, enum ub_job_state state, int64_t due)
{
	memory_queue_leave(memory, entry);
	entry->state = state;
	entry->due = due;
	record_set_add(&memory->queue, entry);
	if (state == UB_JOB_LEASED)
		record_set_add(&memory->leases, entry);
}

/* A put changes what these orders go by. So an entry leaves them before, and joins them after. */
void memory_queue_leave_orders(struct memory *memory, struct entry *entry)
{
	record_set_remove(&memory->expiring, entry);
	if (entry->key.doubt == UB_DOUBT_NONE)
		return;
	record_set_remove(&memory->doubtful, entry);
	record_set_remove(&memory->doubtful_of, entry);
}

void memory_queue_join_orders(struct memory *memory, struct entry *entry)
{
	record_set_add(&memory->expiring, entry);
	if (entry->key.doubt == UB_DOUBT_NONE)
		return;
	record_set_add(&memory->doubtful, entry);
	record_set_add(&memory->doubtful_of, entry);
}

/* Where the principal's entries begin in an order by principal. */
size_t memory_queue_first_of(const struct set *set, struct ub_text upstream, struct ub_text principal)
{
	const struct entry first = { .key = { .upstream = upstream, .principal = principal },
		.put = INT64_MIN };
	return record_set_find(set, &first, NULL);
}

bool memory_queue_is_of(const struct set *set, size_t i, struct ub_text upstream, struct ub_text principal)
{
	const struct entry *entry = i < set->n ? set->items[i] : NULL;
	return entry && ub_text_eq(entry->key.upstream, upstream) &&
	       ub_text_eq(entry->key.principal, principal);
}
