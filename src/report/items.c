/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What became of items: preps, agendas and follow-ups.
 */
#include "report-private.h"

#include "upbeat/plan.h"

static struct belonging belonging_of(const struct ub_store_item *item)
{
	return (struct belonging){ item->outcome.account, item->owner, item->outcome.occasion_end };
}

/* Whether the item counts: its meeting was not called off, and Upbeat did not take the item back. */
static bool is_wanted(struct making *making, const struct ub_store_item *item)
{
	const struct ub_store_meeting *meeting = report_meeting_of(making, item);
	return (item->state == UB_ITEM_EXISTS || item->state == UB_ITEM_DELETED) &&
	       !(meeting && meeting->called_off);
}

static ub_day day_of(const struct ub_work_calendar *calendar, int64_t at)
{
	return ub_cal_local_day(calendar->zone, at / 1000);
}

/* ---- preps: the best one of each meeting counts ---- */

struct prep {
	size_t part;
	const struct ub_store_item *item;
};

static size_t prep_part(const struct making *making, const struct ub_store_item *item)
{
	const struct ub_store_outcome *outcome = &item->outcome;
	const struct ub_work_calendar calendar = report_calendar_of(making, item->owner);
	int64_t at = outcome->kind == UB_OUTCOME_EVENT ? outcome->start : outcome->completed;
	ub_day last;
	if (item->state == UB_ITEM_DELETED)
		return UB_PREP_DELETED;
	if (at == 0 || at >= outcome->occasion_start)
		return UB_PREP_BEHIND;
	bool ahead = ub_cal_business_day(&calendar, day_of(&calendar, outcome->occasion_start), -2, &last) &&
		     day_of(&calendar, at) <= last;
	return ahead ? UB_PREP_AHEAD : UB_PREP_LATE;
}

static struct ub_text occasion_key(struct making *making, const struct ub_store_item *item)
{
	return ub_textf(making->arena, "%.*s\n%.*s", UB_ARGS(item->meeting_uid),
	    UB_ARGS(ub_plan_mark_instance(item->identity)));
}

static void find_preps(struct making *making, struct ub_map *preps)
{
	const struct ub_store_items *all = &making->input->items;
	for (size_t i = 0; i < all->n; i++) {
		const struct ub_store_item *item = &all->items[i];
		if (!ub_text_is(item->outcome.counts_as, "prep") || !is_wanted(making, item))
			continue;
		struct ub_text key = occasion_key(making, item);
		struct prep *prep = ub_map_get(preps, key);
		size_t part = prep_part(making, item);
		if (prep && prep->part <= part)
			continue;
		if (!prep) {
			prep = UB_NEW(making->arena, struct prep);
			ub_map_put(preps, key, prep);
		}
		*prep = (struct prep){ part, item };
	}
}

static void list_unprepared(struct making *making, const struct ub_store_item *item)
{
	const struct ub_store_outcome *outcome = &item->outcome;
	*ub_push(making->arena, &making->report->unprepared) =
	    (struct ub_report_unprepared){ .account = outcome->account,
		    .name = outcome->account.len ? report_account_of(making, outcome->account)->name
						 : UB_TEXT_NONE,
		    .owner = item->owner,
		    .start = outcome->occasion_start / 1000 };
}

static void count_preps(struct making *making)
{
	const struct ub_store_meetings *all = &making->input->meetings;
	struct ub_map *preps = ub_map_new(making->arena);
	find_preps(making, preps);
	for (size_t i = 0; i < ub_map_size(preps); i++) {
		struct ub_text key;
		const struct prep *prep = ub_map_at(preps, i, &key);
		const struct belonging belonging = belonging_of(prep->item);
		if (report_is_within(making, prep->item->outcome.occasion_end))
			report_count(making, &belonging, UB_FIGURE_PREP, prep->part);
		else if (prep->part == UB_PREP_DELETED && prep->item->outcome.occasion_start > making->now)
			list_unprepared(making, prep->item);
	}
	for (size_t i = 0; i < all->n; i++) {
		const struct ub_store_meeting *meeting = &all->items[i];
		const struct belonging belonging = { meeting->account, meeting->owner, meeting->end };
		struct ub_text key = ub_textf(
		    making->arena, "%.*s\n%.*s", UB_ARGS(meeting->meeting_uid), UB_ARGS(meeting->instance));
		if (report_is_held(making, meeting) && report_is_within(making, meeting->end) &&
		    !ub_map_get(preps, key))
			report_count(making, &belonging, UB_FIGURE_PREP, UB_PREP_NONE);
	}
}

/* ---- to-dos ---- */

/* Whether nobody can tell when the to-do was done. */
static bool is_untold(const struct ub_store_item *item)
{
	return item->state == UB_ITEM_DELETED || item->outcome.kind != UB_OUTCOME_TASK;
}

static void count_agenda(struct making *making, const struct ub_store_item *item)
{
	const struct ub_store_outcome *outcome = &item->outcome;
	const struct belonging belonging = { outcome->account, item->owner, outcome->end };
	if (!report_is_within(making, outcome->end))
		return;
	report_count(making, &belonging, UB_FIGURE_AGENDA,
	    is_untold(item)                      ? UB_AGENDA_UNTOLD
	    : !outcome->completed                ? UB_AGENDA_OPEN
	    : outcome->completed <= outcome->end ? UB_AGENDA_IN_TIME
						 : UB_AGENDA_LATE);
}

/* The end of the day by which a meeting that ended at `end` is to be followed up. */
static int64_t last_moment(const struct making *making, const struct ub_store_item *item)
{
	const struct ub_work_calendar calendar = report_calendar_of(making, item->owner);
	ub_day day = day_of(&calendar, item->outcome.occasion_end);
	if (!ub_cal_is_business_day(&calendar, day))
		(void)ub_cal_business_day(&calendar, day, 1, &day);
	return ub_cal_day_interval(calendar.zone, day).end * 1000;
}

static void count_follow_up(struct making *making, const struct ub_store_item *item)
{
	const struct ub_store_outcome *outcome = &item->outcome;
	const struct belonging belonging = belonging_of(item);
	int64_t last = last_moment(making, item);
	bool done = outcome->completed != 0;
	if (!report_is_within(making, outcome->occasion_end) || (!done && last > making->now))
		return;
	report_count(making, &belonging, UB_FIGURE_FOLLOW_UP,
	    is_untold(item)             ? UB_FOLLOW_UP_UNTOLD
	    : !done                     ? UB_FOLLOW_UP_OPEN
	    : outcome->completed < last ? UB_FOLLOW_UP_SAME_DAY
					: UB_FOLLOW_UP_LATER);
}

void report_count_items(struct making *making)
{
	const struct ub_store_items *all = &making->input->items;
	count_preps(making);
	for (size_t i = 0; i < all->n; i++) {
		const struct ub_store_item *item = &all->items[i];
		if (!is_wanted(making, item))
			continue;
		if (ub_text_is(item->outcome.counts_as, "agenda"))
			count_agenda(making, item);
		if (ub_text_is(item->outcome.counts_as, "follow-up"))
			count_follow_up(making, item);
	}
}
