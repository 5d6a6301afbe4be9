/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "upbeat/settings.h"

/* ---- the periods in which accounts were to be met ---- */

/* A period that is not over when the rhythm changes does not count: the one of the new rhythm does. */
static void book_account(const struct world *world, struct book *book, size_t i)
{
	const struct customer *customer = &world->customers[i];
	struct due_period *open = &book->open[i];
	if (open->until && open->until <= world->now)
		*ub_push(world->arena, &book->over) = *open;
	const struct period present = period_of(world, customer->rhythm, world->day);
	*open = (struct due_period){ .customer = i,
		.owner = customer->owner,
		.health = customer->health,
		.from = present.from,
		.until = customer->gone ? 0 : present.until };
}

void book_day(const struct world *world, struct book *book)
{
	for (size_t i = 0; i < ACCOUNTS && !is_outage(world); i++)
		book_account(world, book, i);
}

/* ---- counting ---- */

struct sum {
	struct ub_text key;
	struct ub_counts counts;
	size_t executives[ACCOUNTS][CFO + 1]; /* meetings to which each has come */
};

struct view {
	const struct desks *desks;
	const struct world *world;
	const struct diary *diary;
	const struct book *book;
	enum ub_report_by by;
	ub_instant since, now, known; /* known: since when accounts are */
	struct sum all;
	UB_VEC(struct sum *) groups;
	struct ub_map *by_key;
	struct ub_map *preps; /* by meeting: size_t *, the part */
	struct ub_arena *arena;
};

static struct ub_text key_of(const struct view *view, size_t customer, int owner, ub_instant at)
{
	const struct world *world = view->world;
	struct ub_civil c = ub_cal_civil(world->zone, at);
	if (view->by == UB_REPORT_BY_ACCOUNT)
		return world->customers[customer].account.id;
	if (view->by == UB_REPORT_BY_OWNER)
		return world->owners[owner];
	return ub_textf(view->arena, "%d-Q%d", c.year, (c.month - 1) / 3 + 1);
}

static struct sum *group_of(struct view *view, size_t customer, int owner, ub_instant at)
{
	struct ub_text key = key_of(view, customer, owner, at);
	struct sum *sum = ub_map_get(view->by_key, key);
	if (!sum) {
		sum = UB_NEW(view->arena, struct sum);
		sum->key = key;
		ub_map_put(view->by_key, key, sum);
		*ub_push(view->arena, &view->groups) = sum;
	}
	return sum;
}

static void add(
    struct view *view, size_t customer, int owner, ub_instant at, enum ub_figure figure, size_t part)
{
	view->all.counts.parts[figure][part]++;
	group_of(view, customer, owner, at)->counts.parts[figure][part]++;
}

static bool is_within(const struct view *view, ub_instant at)
{
	return at >= view->since && at <= view->now;
}

/* ---- items ---- */

/* The day that is so many business days before. */
static ub_day days_before(const struct world *world, ub_day day, int n)
{
	while (n > 0) {
		day--;
		n -= working_day(world, day) == day;
	}
	return day;
}

static size_t part_of_prep(const struct view *view, const struct errand *errand, ub_instant start)
{
	const struct world *world = view->world;
	ub_day last = days_before(world, ub_cal_local_day(world->zone, errand->meeting), 2);
	return errand->deleted                                ? UB_PREP_DELETED
	       : start >= errand->meeting                     ? UB_PREP_BEHIND
	       : ub_cal_local_day(world->zone, start) <= last ? UB_PREP_AHEAD
							      : UB_PREP_LATE;
}

static struct ub_text name_of(const struct view *view, size_t customer, size_t occasion, ub_instant at)
{
	return ub_textf(view->arena, "%zu-%zu-%lld", customer, occasion, (long long)at);
}

/* Of several preps of one meeting the best counts; the parts are in that order. */
static void note_prep(struct view *view, const struct errand *errand, size_t part)
{
	struct ub_text name = name_of(view, errand->customer, errand->occasion, errand->meeting);
	size_t *best = ub_map_get(view->preps, name);
	if (!best) {
		best = UB_NEW(view->arena, size_t);
		*best = part;
		ub_map_put(view->preps, name, best);
	}
	*best = part < *best ? part : *best;
}

static void count_agenda(struct view *view, const struct errand *errand, int owner, ub_instant due)
{
	size_t part = errand->deleted            ? UB_AGENDA_UNTOLD
		      : !errand->completed       ? UB_AGENDA_OPEN
		      : errand->completed <= due ? UB_AGENDA_IN_TIME
						 : UB_AGENDA_LATE;
	if (is_within(view, due))
		add(view, errand->customer, owner, due, UB_FIGURE_AGENDA, part);
}

static void count_follow_up(struct view *view, const struct errand *errand, int owner, ub_instant end)
{
	const struct world *world = view->world;
	ub_day day = working_day(world, ub_cal_local_day(world->zone, end));
	ub_instant last = at_hour(world, day + 1, 0);
	size_t part = errand->deleted            ? UB_FOLLOW_UP_UNTOLD
		      : !errand->completed       ? UB_FOLLOW_UP_OPEN
		      : errand->completed < last ? UB_FOLLOW_UP_SAME_DAY
						 : UB_FOLLOW_UP_LATER;
	if (is_within(view, end) && (errand->completed || last <= view->now))
		add(view, errand->customer, owner, end, UB_FIGURE_FOLLOW_UP, part);
}

static void count_errand(struct view *view, const struct errand *errand)
{
	const struct occasion *occasion =
	    &view->world->customers[errand->customer].occasions.items[errand->occasion];
	struct ub_text text = errand->deleted ? errand->last : server_at(errand->object)->text;
	if (text.len == 0 || occasion->called_off)
		return;
	switch (errand->kind) {
	case ERRAND_PREP:
		note_prep(view, errand, part_of_prep(view, errand, time_of(view->world, text, "DTSTART")));
		break;
	case ERRAND_AGENDA:
		count_agenda(view, errand, occasion->owner, time_of(view->world, text, "DUE"));
		break;
	case ERRAND_FOLLOW_UP:
		count_follow_up(view, errand, occasion->owner, errand->meeting + occasion->length);
		break;
	}
}

/* ---- meetings ---- */

/* Whether at that time another meeting with the customer was to come. */
static bool has_next(const struct customer *customer, ub_instant at)
{
	for (size_t i = 0; i < customer->occasions.n; i++) {
		const struct occasion *other = &customer->occasions.items[i];
		bool stood = other->booked <= at && (!other->called_off || other->off > at);
		for (size_t k = 0; k < other->times.n && stood; k++)
			if (other->times.items[k] >= at)
				return true;
	}
	return false;
}

static void count_meeting(struct view *view, size_t c, size_t o, ub_instant start)
{
	const struct customer *customer = &view->world->customers[c];
	const struct occasion *occasion = &customer->occasions.items[o];
	ub_instant end = start + occasion->length;
	if (occasion->called_off || !is_within(view, end))
		return;
	struct sum *sums[] = { &view->all, group_of(view, c, occasion->owner, end) };
	const size_t *prep = ub_map_get(view->preps, name_of(view, c, o, start));
	add(view, c, occasion->owner, end, UB_FIGURE_PREP, prep ? *prep : UB_PREP_NONE);
	add(view, c, occasion->owner, end, UB_FIGURE_NEXT_STEP,
	    occasion->booked > end    ? UB_NEXT_UNTOLD
	    : has_next(customer, end) ? UB_NEXT_BOOKED
				      : UB_NEXT_NOT_BOOKED);
	for (size_t i = 0; i < UB_COUNT(sums); i++) {
		sums[i]->counts.meetings++;
		for (unsigned who = CEO; who <= CFO; who++)
			sums[i]->executives[c][who] += (occasion->executives & who) != 0;
	}
}

static void count_executives(struct sum *sum)
{
	for (size_t c = 0; c < ACCOUNTS; c++)
		for (unsigned who = CEO; who <= CFO; who++)
			if (sum->executives[c][who])
				sum->counts.parts[UB_FIGURE_EXECUTIVES][sum->executives[c][who] > 1
									    ? UB_EXECUTIVE_AGAIN
									    : UB_EXECUTIVE_ONCE]++;
}

/* ---- periods ---- */

/*
 * Whether another item was made with the review's identity, though the review stands. A review may go over to
 * a period of another rhythm, and the period that its mark names gets one of its own. The store knows one
 * item of an identity, so that the review that was held is forgotten: a fault of the product, which the
 * year's table tells.
 */
static bool is_forgotten(const struct desk *desk, const struct ub_existing *review)
{
	for (size_t i = 0; i < desk->items.n; i++)
		if (desk->items.items[i].generation > review->generation &&
		    ub_text_eq(desk->items.items[i].item_mark, review->item_mark))
			return true;
	return false;
}

/* When the account was last met in that time, by a meeting that was held or a review that stood to its end.
 * UB_INSTANT_NONE: it was not. */
static ub_instant last_met(const struct view *view, size_t c, ub_instant from, ub_instant until)
{
	const struct customer *customer = &view->world->customers[c];
	ub_instant last = UB_INSTANT_NONE;
	for (size_t i = 0; i < customer->occasions.n; i++) {
		const struct occasion *occasion = &customer->occasions.items[i];
		for (size_t k = 0; k < occasion->times.n && !occasion->called_off; k++) {
			ub_instant at = occasion->times.items[k];
			if (at >= from && at < until && at + occasion->length <= view->now && at > last)
				last = at;
		}
	}
	for (size_t i = 0; i < view->desks->list.n; i++) {
		const struct desk *desk = &view->desks->list.items[i];
		for (size_t k = 0; k < desk->items.n && desk->customer == c && is_cadence(desk); k++) {
			const struct ub_existing *review = &desk->items.items[k];
			if (is_review(review) && review->start >= from && review->start < until &&
			    review->end <= view->now && review->start > last && !is_forgotten(desk, review))
				last = review->start;
		}
	}
	return last;
}

static void count_period(struct view *view, const struct due_period *period)
{
	enum ub_figure figure = period->health == UB_HEALTH_GREEN    ? UB_FIGURE_CADENCE_GREEN
				: period->health == UB_HEALTH_YELLOW ? UB_FIGURE_CADENCE_YELLOW
								     : UB_FIGURE_CADENCE_RED;
	bool kept = last_met(view, period->customer, period->from, period->until) != UB_INSTANT_NONE;
	if (is_within(view, period->until))
		add(view, period->customer, period->owner, period->until - 1, figure,
		    kept                         ? UB_CADENCE_KEPT
		    : period->from < view->known ? UB_CADENCE_UNTOLD
						 : UB_CADENCE_NOT_KEPT);
}

static void count_all(struct view *view)
{
	const struct world *world = view->world;
	for (size_t i = 0; i < view->diary->errands.n; i++)
		count_errand(view, &view->diary->errands.items[i]);
	for (size_t c = 0; c < ACCOUNTS; c++) {
		const struct customer *customer = &world->customers[c];
		for (size_t o = 0; o < customer->occasions.n; o++)
			for (size_t k = 0; k < customer->occasions.items[o].times.n; k++)
				count_meeting(view, c, o, customer->occasions.items[o].times.items[k]);
	}
	count_executives(&view->all);
	for (size_t i = 0; i < view->groups.n; i++)
		count_executives(view->groups.items[i]);
	for (size_t i = 0; i < view->book->over.n; i++)
		count_period(view, &view->book->over.items[i]);
}

/* ---- comparing ---- */

struct comparing {
	struct desks *desks;
	struct book *book;
	const struct view *view;
	const struct ub_report *report;
};

static void compare(const struct comparing *comparing, struct ub_text group, const char *figure,
    const char *part, size_t reported, size_t counted)
{
	comparing->book->compared++;
	if (reported == counted || comparing->desks->faults++ >= 60)
		return;
	struct ub_civil since = ub_cal_civil(comparing->view->world->zone, comparing->view->since),
			now = ub_cal_civil(comparing->view->world->zone, comparing->view->now);
	printf("# report of %04d-%02d-%02d since %04d-%02d-%02d, %.*s: %s, %s: the report says %zu, the "
	       "count %zu\n",
	    now.year, now.month, now.day, since.year, since.month, since.day, UB_ARGS(group), figure, part,
	    reported, counted);
}

static void compare_counts(const struct comparing *comparing, struct ub_text group,
    const struct ub_counts *reported, const struct ub_counts *counted)
{
	compare(comparing, group, "meetings", "held", reported->meetings, counted->meetings);
	for (size_t f = 0; f < UB_FIGURES; f++)
		for (size_t p = 0; p < UB_FIGURE_PARTS && ub_figure_kinds[f].parts[p].name; p++)
			compare(comparing, group, ub_figure_kinds[f].name, ub_figure_kinds[f].parts[p].name,
			    reported->parts[f][p], counted->parts[f][p]);
}

static void compare_groups(const struct comparing *comparing)
{
	static const struct ub_counts nothing;
	const struct ub_report *report = comparing->report;
	struct ub_map *reported = ub_map_new(comparing->view->arena);
	for (size_t i = 0; i < report->groups.n; i++) {
		const struct ub_report_group *group = &report->groups.items[i];
		const struct sum *sum = ub_map_get(comparing->view->by_key, group->key);
		ub_map_put(reported, group->key, (void *)group);
		compare_counts(comparing, group->key, &group->counts, sum ? &sum->counts : &nothing);
	}
	for (size_t i = 0; i < comparing->view->groups.n; i++) {
		const struct sum *sum = comparing->view->groups.items[i];
		if (!ub_map_get(reported, sum->key))
			compare_counts(comparing, sum->key, &nothing, &sum->counts);
	}
}

/* Whether the report lists the account as one that nobody has met for longer than its rhythm. */
static bool lists(const struct ub_report *report, struct ub_text account)
{
	for (size_t i = 0; i < report->unmet.n; i++)
		if (ub_text_eq(report->unmet.items[i].account, account))
			return true;
	return false;
}

static void compare_lists(const struct comparing *comparing)
{
	const struct view *view = comparing->view;
	size_t unprepared = 0, unmet = 0;
	for (size_t i = 0; i < view->diary->errands.n; i++) {
		const struct errand *errand = &view->diary->errands.items[i];
		const struct customer *customer = &view->world->customers[errand->customer];
		unprepared += errand->kind == ERRAND_PREP && errand->deleted && errand->meeting > view->now &&
			      !customer->occasions.items[errand->occasion].called_off;
	}
	for (size_t i = 0; i < ACCOUNTS; i++) {
		const struct due_period *open = &view->book->open[i];
		ub_instant last = last_met(view, i, INT64_MIN, view->now);
		bool is_unmet = open->until && view->now - (last == UB_INSTANT_NONE ? view->known : last) >
						   open->until - open->from;
		struct ub_text id = view->world->customers[i].account.id;
		unmet += is_unmet;
		compare(comparing, id, "unmet", "listed", lists(comparing->report, id), is_unmet);
	}
	compare(
	    comparing, UB_TEXT("all"), "unprepared", "listed", comparing->report->unprepared.n, unprepared);
	compare(comparing, UB_TEXT("all"), "unmet", "listed", comparing->report->unmet.n, unmet);
}

static size_t count_forgotten(const struct desks *desks)
{
	size_t n = 0;
	for (size_t i = 0; i < desks->list.n; i++) {
		const struct desk *desk = &desks->list.items[i];
		for (size_t k = 0; k < desk->items.n && is_cadence(desk); k++)
			n += is_review(&desk->items.items[k]) && is_forgotten(desk, &desk->items.items[k]);
	}
	return n;
}

static void print_counts(const struct comparing *comparing)
{
	const struct ub_counts *reported = &comparing->report->total, *counted = &comparing->view->all.counts;
	printf("# %-68s %8s %8s\n", "what the report says of the year", "report", "count");
	printf("# %-68s %8zu %8zu\n", "meetings", reported->meetings, counted->meetings);
	for (size_t f = 0; f < UB_FIGURES; f++)
		for (size_t p = 0; p < UB_FIGURE_PARTS && ub_figure_kinds[f].parts[p].name; p++)
			printf("# %-34.34s %-33.33s %8zu %8zu\n", p ? "" : ub_figure_kinds[f].title,
			    ub_figure_kinds[f].parts[p].title, reported->parts[f][p], counted->parts[f][p]);
	printf("# nobody met for longer than the rhythm: %zu; preps to come that were deleted: %zu\n",
	    comparing->report->unmet.n, comparing->report->unprepared.n);
	printf("# known fault: %zu reviews are forgotten, as another item has their identity\n",
	    count_forgotten(comparing->desks));
}

static void read_store(const struct world *world, struct ub_report_input *input, struct ub_arena *arena)
{
	struct ub_store *store = world->store;
	if (ub_store_all_meetings(store, ub_organization, arena, &input->meetings) != UB_STORE_OK ||
	    ub_store_items(store, ub_organization, UB_TEXT_NONE, arena, &input->items) != UB_STORE_OK ||
	    ub_store_periods(store, ub_organization, arena, &input->periods) != UB_STORE_OK)
		abort();
}

static void compare_view(
    const struct comparing *like, struct ub_report_input *input, struct view *view, bool print)
{
	struct comparing comparing = *like;
	input->since = view->since;
	input->by = view->by;
	comparing.report = ub_report_make(input, view->arena);
	comparing.view = view;
	count_all(view);
	compare_counts(&comparing, UB_TEXT("all"), &comparing.report->total, &view->all.counts);
	compare_groups(&comparing);
	compare_lists(&comparing);
	if (print)
		print_counts(&comparing);
}

void book_compare(struct desks *desks, const struct diary *diary, struct book *book, bool print)
{
	const struct world *world = desks->world;
	const ub_instant since[] = { at_hour(world, FIRST_DAY - 30, 0), at_hour(world, world->day - 47, 0) };
	struct comparing comparing = { .desks = desks, .book = book };
	struct ub_arena *arena = ub_arena_new();
	struct ub_report_input input = { .org = world->snapshot->org, .now = world->now };
	read_store(world, &input, arena);
	for (size_t i = 0; i < UB_COUNT(since) * (UB_REPORT_BY_OWNER + 1); i++) {
		struct view *view = UB_NEW(arena, struct view);
		*view = (struct view){ .desks = desks,
			.world = world,
			.diary = diary,
			.book = book,
			.by = (enum ub_report_by)(i / UB_COUNT(since)),
			.since = since[i % UB_COUNT(since)],
			.now = world->now,
			.known = ub_cal_day_start(ub_cal_utc(), FIRST_DAY) + 6 * 3600,
			.by_key = ub_map_new(arena),
			.preps = ub_map_new(arena),
			.arena = arena };
		compare_view(&comparing, &input, view, print && i == 0);
	}
	ub_arena_free(&arena);
}
