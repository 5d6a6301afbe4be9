/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What belongs to which group, and which account was met when.
 */
#include "report-private.h"

#include <stdlib.h>

#include "upbeat/plan.h"

/* ---- groups ---- */

static struct ub_text quarter_of(const struct making *making, int64_t at)
{
	struct ub_civil civil = ub_cal_civil(making->report->zone, at / 1000);
	return ub_textf(making->arena, "%d-Q%d", civil.year, (civil.month + 2) / 3);
}

static struct ub_text key_of(struct making *making, const struct belonging *belonging)
{
	switch (making->input->by) {
	case UB_REPORT_BY_ACCOUNT:
		return belonging->account;
	case UB_REPORT_BY_OWNER:
		return belonging->owner;
	case UB_REPORT_BY_QUARTER:
		break;
	}
	return quarter_of(making, belonging->at);
}

size_t report_group_of(struct making *making, const struct belonging *belonging)
{
	struct ub_report *report = making->report;
	struct ub_text key = key_of(making, belonging);
	size_t *at = ub_map_get(making->groups, key);
	if (!at) {
		at = UB_NEW(making->arena, size_t);
		*at = report->groups.n;
		ub_map_put(making->groups, key, at);
		struct ub_report_group *group = ub_push(making->arena, &report->groups);
		group->key = group->name = key;
		if (making->input->by == UB_REPORT_BY_ACCOUNT && report_account_of(making, key)->name.len)
			group->name = report_account_of(making, key)->name;
	}
	return *at;
}

void report_count(
    struct making *making, const struct belonging *belonging, enum ub_figure figure, size_t part)
{
	making->report->total.parts[figure][part]++;
	size_t group = report_group_of(making, belonging);
	making->report->groups.items[group].counts.parts[figure][part]++;
}

/* ---- what is known ---- */

struct account *report_account_of(struct making *making, struct ub_text id)
{
	struct account *account = ub_map_get(making->accounts, id);
	if (!account) {
		account = UB_NEW(making->arena, struct account);
		ub_map_put(making->accounts, id, account);
	}
	return account;
}

static struct ub_text meeting_key(struct making *making, struct ub_text uid, struct ub_text instance)
{
	return instance.len ? ub_textf(making->arena, "%.*s\n%.*s", UB_ARGS(uid), UB_ARGS(instance)) : uid;
}

const struct ub_store_meeting *report_meeting_of(struct making *making, const struct ub_store_item *item)
{
	return ub_map_get(
	    making->meetings, meeting_key(making, item->meeting_uid, ub_plan_mark_instance(item->identity)));
}

bool report_is_held(const struct making *making, const struct ub_store_meeting *meeting)
{
	return !meeting->called_off && meeting->end <= making->now;
}

bool report_is_within(const struct making *making, int64_t at)
{
	return at >= making->since && at <= making->now;
}

struct ub_work_calendar report_calendar_of(const struct making *making, struct ub_text owner)
{
	const struct ub_org_person *person = ub_org_person(making->input->org, owner);
	return (struct ub_work_calendar){ person->zone, person->hours, person->holidays };
}

static void name_account(struct account *account, struct ub_text name, int64_t at)
{
	if (name.len == 0 || at < account->named)
		return;
	account->name = name;
	account->named = at;
}

static void learn_meetings(struct making *making)
{
	const struct ub_store_meetings *all = &making->input->meetings;
	for (size_t i = 0; i < all->n; i++) {
		const struct ub_store_meeting *meeting = &all->items[i];
		struct account *account = report_account_of(making, meeting->account);
		ub_map_put(making->meetings, meeting_key(making, meeting->meeting_uid, meeting->instance),
		    (void *)meeting);
		name_account(account, meeting->name, meeting->start);
		if (meeting->called_off)
			*ub_push(making->arena, &account->called_off) = meeting;
		else
			*ub_push(making->arena, &account->standing) = meeting;
		if (report_is_held(making, meeting))
			*ub_push(making->arena, &account->met) = meeting->start;
	}
}

/* A review that stood until its end was held, whoever came. */
static void learn_reviews(struct making *making)
{
	const struct ub_store_items *all = &making->input->items;
	for (size_t i = 0; i < all->n; i++) {
		const struct ub_store_outcome *outcome = &all->items[i].outcome;
		if (all->items[i].state == UB_ITEM_EXISTS && ub_text_is(outcome->counts_as, "review") &&
		    outcome->kind == UB_OUTCOME_EVENT && outcome->end <= making->now && outcome->account.len)
			*ub_push(making->arena, &report_account_of(making, outcome->account)->met) =
			    outcome->start;
	}
}

static int compare_times(const void *left, const void *right)
{
	const int64_t *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

static int compare_starts(const void *left, const void *right)
{
	const struct ub_store_meeting *const *a = left, *const *b = right;
	return ((*a)->start > (*b)->start) - ((*a)->start < (*b)->start);
}

void report_learn(struct making *making)
{
	const struct ub_store_periods *periods = &making->input->periods;
	learn_meetings(making);
	learn_reviews(making);
	for (size_t i = 0; i < periods->n; i++)
		name_account(report_account_of(making, periods->items[i].account), periods->items[i].name,
		    periods->items[i].start);
	for (size_t i = 0; i < ub_map_size(making->accounts); i++) {
		struct ub_text id;
		struct account *account = ub_map_at(making->accounts, i, &id);
		if (account->met.n)
			qsort(account->met.items, account->met.n, sizeof(*account->met.items), compare_times);
		if (account->standing.n)
			qsort(account->standing.items, account->standing.n, sizeof(*account->standing.items),
			    compare_starts);
	}
}
