/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "year.h"

/* What is checked at the end of each day. Periods are computed here anew, by the calendar alone. */

struct period period_of(const struct world *world, enum ub_health health, ub_day day)
{
	struct ub_civil c = ub_cal_day_civil(day);
	int month = health == UB_HEALTH_GREEN ? (c.month - 1) / 3 * 3 + 1 : c.month;
	struct period period = { .first = ub_cal_day(c.year, month, 1) };
	period.end = ub_cal_day(c.year, month + (health == UB_HEALTH_GREEN ? 3 : 1), 1);
	if (health == UB_HEALTH_RED) {
		period.first = day - (ub_day)(ub_cal_weekday(day) - UB_MONDAY);
		period.end = period.first + 7;
	}
	period.from = at_hour(world, period.first, 0);
	period.until = at_hour(world, period.end, 0);
	return period;
}

static bool is_in(const struct period *period, ub_instant at)
{
	return at >= period->from && at < period->until;
}

static bool is_met(const struct customer *customer, const struct period *period)
{
	for (size_t i = 0; i < customer->occasions.n; i++) {
		const struct occasion *occasion = &customer->occasions.items[i];
		for (size_t k = 0; k < occasion->times.n && !occasion->called_off; k++)
			if (is_in(period, occasion->times.items[k]))
				return true;
	}
	return false;
}

/* What stands on a desk in a period. */
struct stock {
	size_t held, ahead,
	    moved; /* reviews: over, ahead as they were made, ahead and moved by their users */
	bool left; /* one that was made for it stands elsewhere, as its user has moved it */
	bool deleted;
};

static struct stock stock_of(const struct desks *desks, const struct desk *desk, const struct period *period)
{
	struct stock stock = { 0 };
	for (size_t i = 0; i < desk->items.n; i++) {
		const struct ub_existing *existing = &desk->items.items[i];
		ub_instant named;
		bool mine = ub_plan_mark_instant(existing->item_mark, &named) && named == period->from;
		stock.deleted |= mine && existing->state == UB_EXISTING_DELETED;
		if (!is_review(existing))
			continue;
		bool inside = is_in(period, existing->start), ahead = existing->end > desks->world->now;
		bool changed = existing->user_changed & UB_PROPERTY_TIME;
		stock.held += inside && !ahead;
		stock.ahead += inside && ahead && !changed;
		stock.moved += inside && ahead && changed;
		stock.left |= mine && !inside && changed;
	}
	return stock;
}

static bool is_told(const struct desk *desk, const struct period *period)
{
	for (size_t i = 0; i < desk->without.n; i++)
		if (desk->without.items[i] == period->from)
			return true;
	return false;
}

/* ---- what is planned ---- */

static void check_period(struct desks *desks, const struct desk *desk, const struct period *period)
{
	const struct world *world = desks->world;
	const struct customer *customer = &world->customers[desk->customer];
	struct stock stock = stock_of(desks, desk, period);
	bool met = is_met(customer, period), present = period->from <= world->now;
	struct ub_civil c = ub_cal_day_civil(period->first);
	if (stock.ahead > 1)
		fault(desks, desk, "%zu reviews in the period from %d-%02d-%02d", stock.ahead, c.year,
		    c.month, c.day);
	if (met && stock.ahead)
		fault(desks, desk, "a review is piled on a meeting in the period from %d-%02d-%02d", c.year,
		    c.month, c.day);
	if (stock.moved && stock.ahead)
		fault(desks, desk,
		    "a review is piled on one that was moved into the period from %d-%02d-%02d", c.year,
		    c.month, c.day);
	bool has = met || stock.ahead || stock.moved || (present && stock.held);
	if (!has && !stock.left && !stock.deleted && !is_told(desk, period))
		fault(desks, desk, "nothing in the period from %d-%02d-%02d, and no reason", c.year, c.month,
		    c.day);
}

/* All periods that begin within sixty days. */
static void check_rhythm(struct desks *desks, const struct desk *desk)
{
	const struct world *world = desks->world;
	const struct customer *customer = &world->customers[desk->customer];
	struct period period = period_of(world, customer->rhythm, ub_cal_local_day(world->zone, world->now));
	size_t ahead = 0, standing = 0;
	for (; period.from <= world->now + UB_SERIES_HORIZON;
	     period = period_of(world, customer->rhythm, period.end)) {
		check_period(desks, desk, &period);
		ahead += stock_of(desks, desk, &period).ahead;
	}
	for (size_t i = 0; i < desk->items.n; i++)
		standing += is_review(&desk->items.items[i]) && !desk->items.items[i].user_changed &&
			    desk->items.items[i].start > world->now &&
			    desk->items.items[i].start < world->now + 40 * DAY;
	if (standing > ahead)
		fault(desks, desk, "%zu reviews that no period asks for", standing - ahead);
}

/* ---- what has been ---- */

static void note_reason(
    struct tally *tally, const struct stock *stock, const struct period *period, const struct desk *desk)
{
	bool told = false;
	for (size_t i = 0; i < desk->told.n; i++)
		told |= desk->told.items[i] == period->from;
	if (stock->deleted)
		tally->deleted++;
	else if (stock->left)
		tally->moved++;
	else
		tally->no_time += told;
}

/* The period that ended with yesterday, if the account had this rhythm through all of it: it has had its
 * review or a meeting. */
static void check_past(struct desks *desks, const struct desk *desk, struct tally *tally)
{
	const struct world *world = desks->world;
	const struct customer *customer = &world->customers[desk->customer];
	struct period period = period_of(world, customer->rhythm, world->day - 1);
	if (period.end != world->day || period.first < FIRST_DAY)
		return;
	if (customer->replanned >= period.first) {
		tally->changed++;
		return;
	}
	struct stock stock = stock_of(desks, desk, &period);
	bool met = is_met(customer, &period), kept = met || stock.held;
	size_t rhythm = (size_t)customer->rhythm - UB_HEALTH_GREEN;
	tally->periods++;
	tally->met += met;
	tally->reviewed += !met && stock.held;
	tally->by_rhythm[rhythm][0]++;
	tally->by_rhythm[rhythm][1] += kept;
	if (!kept)
		note_reason(tally, &stock, &period, desk);
}

/* ---- where reviews stand ---- */

/* Whether the time is within Mon-Fri 09:00-17:30 on no holiday. */
static bool is_worked(const struct world *world, const struct ub_existing *existing)
{
	ub_day day = ub_cal_local_day(world->zone, existing->start);
	struct ub_civil from = ub_cal_civil(world->zone, existing->start),
			until = ub_cal_civil(world->zone, existing->end);
	return working_day(world, day) == day && from.hour >= 9 && from.day == until.day &&
	       until.hour * 60 + until.minute <= 17 * 60 + 30;
}

static void check_place(struct desks *desks, const struct desk *desk, const struct ub_existing *existing)
{
	struct world *world = desks->world;
	const struct customer *customer = &world->customers[desk->customer];
	struct ub_interval time = { existing->start, existing->end };
	struct ub_civil c = ub_cal_civil(world->zone, existing->start);
	if (!is_worked(world, existing))
		fault(desks, desk, "a review at %d-%02d-%02d %02d:%02d, when nobody works", c.year, c.month,
		    c.day, c.hour, c.minute);
	bool taken = is_taken(world, world->owners[desk->owner], time, false);
	for (size_t i = 0; i < customer->account.team.n; i++)
		taken |= is_taken(world, customer->account.team.items[i], time, false);
	if (taken)
		fault(desks, desk, "a review at %d-%02d-%02d %02d:%02d on top of something else", c.year,
		    c.month, c.day, c.hour, c.minute);
}

/* How many reviews each owner has on each day to come, and of these how many were moved there. */
static void check_places(struct desks *desks, struct tally *tally)
{
	static size_t counts[OWNERS][DAYS * 2], moved[OWNERS][DAYS * 2];
	const struct world *world = desks->world;
	bool crowded[OWNERS] = { false };
	memset(counts, 0, sizeof(counts));
	memset(moved, 0, sizeof(moved));
	for (size_t i = 0; i < desks->list.n; i++) {
		const struct desk *desk = &desks->list.items[i];
		crowded[desk->owner] |= desk->crowded;
		for (size_t k = 0; k < desk->items.n; k++) {
			const struct ub_existing *existing = &desk->items.items[k];
			if (!is_review(existing) || existing->start <= world->now)
				continue;
			size_t day = (size_t)(ub_cal_local_day(world->zone, existing->start) - FIRST_DAY);
			bool changed = existing->user_changed & UB_PROPERTY_TIME;
			if (!changed && !is_outage(world)) /* nothing moves then */
				check_place(desks, desk, existing);
			counts[desk->owner][day]++;
			moved[desk->owner][day] += changed;
		}
	}
	for (size_t i = 0; i < OWNERS; i++)
		for (size_t day = 0; day < DAYS * 2; day++) {
			size_t n = counts[i][day];
			tally->most_a_day = n > tally->most_a_day ? n : tally->most_a_day;
			if (n <= A_DAY)
				continue;
			tally->user_crowded_days += moved[i][day] > 0;
			tally->crowded_days += moved[i][day] == 0;
			if (!moved[i][day] && !crowded[i] && desks->faults++ < 30)
				printf("# u%zu has %zu reviews on the day %zu, and nothing says so\n", i, n,
				    day);
		}
}

void check_day(struct desks *desks, struct tally *tally)
{
	const struct world *world = desks->world;
	for (size_t i = 0; i < desks->list.n; i++) {
		const struct desk *desk = &desks->list.items[i];
		const struct customer *customer = &world->customers[desk->customer];
		if (!is_cadence(desk) || is_outage(world) || customer->owner != desk->owner)
			continue;
		if (customer->gone) {
			for (size_t k = 0; k < desk->items.n; k++)
				if (is_review(&desk->items.items[k]) &&
				    desk->items.items[k].start > world->now)
					fault(desks, desk, "a review of an account that is gone");
			continue;
		}
		tally->answered += customer->replanned == world->day;
		check_rhythm(desks, desk);
		check_past(desks, desk, tally);
	}
	check_places(desks, tally);
}
