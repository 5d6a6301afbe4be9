/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The report as a whole.
 */
#include "report-private.h"

#include <stdlib.h>

static void count_meetings(struct making *making)
{
	const struct ub_store_meetings *all = &making->input->meetings;
	for (size_t i = 0; i < all->n; i++) {
		const struct ub_store_meeting *meeting = &all->items[i];
		const struct belonging belonging = { meeting->account, meeting->owner, meeting->end };
		if (!report_is_held(making, meeting) || !report_is_within(making, meeting->end))
			continue;
		making->report->total.meetings++;
		size_t group = report_group_of(making, &belonging);
		making->report->groups.items[group].counts.meetings++;
	}
}

static int compare_groups(const void *left, const void *right)
{
	const struct ub_report_group *a = left, *b = right;
	int order = ub_text_cmp(a->name, b->name);
	return order ? order : ub_text_cmp(a->key, b->key);
}

static int compare_unprepared(const void *left, const void *right)
{
	const struct ub_report_unprepared *a = left, *b = right;
	int order = (a->start > b->start) - (a->start < b->start);
	return order ? order : ub_text_cmp(a->account, b->account);
}

/* Never is longest. */
static int compare_unmet(const void *left, const void *right)
{
	const struct ub_report_unmet *a = left, *b = right;
	int order = (a->last > b->last) - (a->last < b->last);
	return order ? order : ub_text_cmp(a->account, b->account);
}

static void sort(struct ub_report *report)
{
	if (report->groups.n)
		qsort(report->groups.items, report->groups.n, sizeof(*report->groups.items), compare_groups);
	if (report->unprepared.n)
		qsort(report->unprepared.items, report->unprepared.n, sizeof(*report->unprepared.items),
		    compare_unprepared);
	if (report->unmet.n)
		qsort(report->unmet.items, report->unmet.n, sizeof(*report->unmet.items), compare_unmet);
}

struct ub_report *ub_report_make(const struct ub_report_input *input, struct ub_arena *arena)
{
	struct ub_report *report = UB_NEW(arena, struct ub_report);
	struct making making = { .input = input,
		.report = report,
		.since = input->since * 1000,
		.now = input->now * 1000,
		.groups = ub_map_new(arena),
		.accounts = ub_map_new(arena),
		.meetings = ub_map_new(arena),
		.arena = arena };
	report->since = input->since;
	report->now = input->now;
	report->zone = input->org->standard.zone;
	report->by = input->by;
	report_learn(&making);
	count_meetings(&making);
	report_count_items(&making);
	report_count_next_steps(&making);
	report_count_executives(&making);
	report_count_periods(&making);
	sort(report);
	return report;
}
