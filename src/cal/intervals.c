/* SPDX-License-Identifier: Apache-2.0 */
#include "cal-private.h"

#include <stdlib.h>

static bool empty(struct ub_interval interval)
{
	return interval.end <= interval.start;
}

bool ub_cal_overlap(struct ub_interval a, struct ub_interval b)
{
	return !empty(a) && !empty(b) && a.start < b.end && b.start < a.end;
}

static int by_start(const void *left, const void *right)
{
	const struct ub_interval *a = left, *b = right;
	return (a->start > b->start) - (a->start < b->start);
}

static bool is_normal(struct ub_intervals set)
{
	for (size_t i = 0; i < set.n; i++)
		if (empty(set.items[i]) || (i && set.items[i].start <= set.items[i - 1].end))
			return false;
	return true;
}

/* Sorts the set and merges its intervals, in place. */
static void normalize(struct ub_intervals *set)
{
	if (set->n)
		qsort(set->items, set->n, sizeof *set->items, by_start);
	size_t kept = 0;
	for (size_t i = 0; i < set->n; i++) {
		struct ub_interval next = set->items[i];
		if (empty(next))
			continue;
		struct ub_interval *last = kept ? &set->items[kept - 1] : NULL;
		if (!last || next.start > last->end)
			set->items[kept++] = next;
		else if (next.end > last->end)
			last->end = next.end;
	}
	set->n = kept;
}

struct ub_intervals ub_cal_intervals_normal(struct ub_arena *arena, struct ub_intervals set)
{
	return is_normal(set) ? set : ub_cal_union(arena, set, (struct ub_intervals){ 0 });
}

struct ub_intervals ub_cal_union(struct ub_arena *arena, struct ub_intervals a, struct ub_intervals b)
{
	struct ub_intervals all = { .cap = a.n + b.n };
	all.items = UB_NEW_ARRAY(arena, struct ub_interval, all.cap);
	for (size_t i = 0; i < a.n; i++)
		all.items[all.n++] = a.items[i];
	for (size_t i = 0; i < b.n; i++)
		all.items[all.n++] = b.items[i];
	normalize(&all);
	return all;
}

static void add(struct ub_arena *arena, struct ub_intervals *set, ub_instant start, ub_instant end)
{
	if (start < end)
		*ub_push(arena, set) = (struct ub_interval){ start, end };
}

struct ub_intervals ub_cal_subtract(struct ub_arena *arena, struct ub_intervals a, struct ub_intervals b)
{
	struct ub_intervals rest = { 0 };
	size_t first = 0;
	a = ub_cal_intervals_normal(arena, a);
	b = ub_cal_intervals_normal(arena, b);
	for (size_t i = 0; i < a.n; i++) {
		ub_instant from = a.items[i].start, end = a.items[i].end;
		while (first < b.n && b.items[first].end <= from)
			first++;
		for (size_t k = first; k < b.n && b.items[k].start < end; k++) {
			add(arena, &rest, from, b.items[k].start);
			from = b.items[k].end;
		}
		add(arena, &rest, from, end);
	}
	return rest;
}

struct ub_intervals ub_cal_intersect(struct ub_arena *arena, struct ub_intervals a, struct ub_intervals b)
{
	struct ub_intervals both = { 0 };
	a = ub_cal_intervals_normal(arena, a);
	b = ub_cal_intervals_normal(arena, b);
	for (size_t i = 0, k = 0; i < a.n && k < b.n;) {
		struct ub_interval x = a.items[i], y = b.items[k];
		add(arena, &both, x.start > y.start ? x.start : y.start, x.end < y.end ? x.end : y.end);
		if (x.end < y.end)
			i++;
		else
			k++;
	}
	return both;
}

bool ub_cal_any_overlap(struct ub_intervals set, struct ub_interval interval)
{
	for (size_t i = 0; i < set.n; i++)
		if (ub_cal_overlap(set.items[i], interval))
			return true;
	return false;
}

bool ub_cal_covers(struct ub_intervals set, struct ub_interval interval)
{
	for (size_t i = 0; i < set.n; i++)
		if (set.items[i].start <= interval.start && interval.end <= set.items[i].end)
			return true;
	return false;
}
