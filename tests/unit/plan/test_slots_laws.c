/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "leaks.h"
#include "plan-private.h"
#include "upbeat/sys.h"
#include "roll.h"

/*
 * Random meetings, people, holidays and busy times: each slot is held against what is found by trying every
 * quarter of an hour. Who works when is laid out once, from what the clocks of his zone show.
 */

#define CASES   100000
#define DAYS    70
#define QUARTER ((ub_instant)900)
#define N       ((size_t)DAYS * 96)
#define PEOPLE  5

static struct ub_arena *arena; /* of one case */
static struct ub_arena *lasting;
static struct ub_zones *zones;
static ub_instant base; /* midnight of UTC: the first quarter */
static struct ub_work_calendar people[PEOPLE];
static bool works[PEOPLE][N]; /* in each quarter */

static const struct {
	const char *zone, *hours;
	int from, until; /* the same hours in minutes of the day */
	bool saturday;
	int off[2]; /* days after the first one that are holidays; -1: none */
} staff[PEOPLE] = {
	{ "Europe/Berlin", "Mon-Fri 09:00-17:30", 540, 1050, false, { 24, 31 } },
	{ "America/New_York", "Mon-Fri 09:00-17:30", 540, 1050, false, { 25, -1 } },
	{ "Asia/Kolkata", "Mon-Sat 08:15-16:45", 495, 1005, true, { -1, -1 } },
	{ "Europe/Lisbon", "Mon-Fri 10:00-12:30", 600, 750, false, { 23, 26 } },
	{ "America/Los_Angeles", "Mon-Fri 07:00-20:00", 420, 1200, false, { -1, -1 } },
};

static bool is_off(size_t who, ub_day day)
{
	ub_day first = ub_cal_local_day(ub_cal_utc(), base);
	for (size_t i = 0; i < UB_COUNT(staff[who].off); i++)
		if (staff[who].off[i] >= 0 && day == first + staff[who].off[i])
			return true;
	enum ub_weekday weekday = ub_cal_weekday(day);
	return weekday == UB_SUNDAY || (weekday == UB_SATURDAY && !staff[who].saturday);
}

static void hire(size_t who)
{
	struct ub_time_error error;
	struct ub_working_hours *hours = UB_NEW(lasting, struct ub_working_hours);
	struct ub_holidays *holidays = UB_NEW(lasting, struct ub_holidays);
	const struct ub_zone *zone = ub_cal_zone_find(zones, ub_text(staff[who].zone));
	cr_assert(zone && ub_cal_parse_hours(lasting, ub_text(staff[who].hours), hours, &error));
	for (size_t i = 0; i < UB_COUNT(staff[who].off); i++)
		if (staff[who].off[i] >= 0)
			ub_cal_holiday_add(lasting, holidays,
			    ub_cal_local_day(ub_cal_utc(), base) + staff[who].off[i], UB_TEXT("off"));
	people[who] = (struct ub_work_calendar){ zone, hours, holidays };
	for (size_t q = 0; q < N; q++) {
		struct ub_civil civil = ub_cal_civil(zone, base + (ub_instant)q * QUARTER);
		int minute = civil.hour * 60 + civil.minute;
		works[who][q] = minute >= staff[who].from && minute < staff[who].until &&
				!is_off(who, ub_cal_day(civil.year, civil.month, civil.day));
	}
}

static void set_up(void)
{
	arena = ub_arena_new();
	lasting = ub_arena_new();
	zones = ub_cal_zones_new(ub_sys_zone_source(NULL));
	/* The clocks of Europe and America change within these days, on different ones. */
	base = ub_cal_day_start(ub_cal_utc(), ub_cal_day(2026, 2, 23));
	for (size_t i = 0; i < PEOPLE; i++)
		hire(i);
}

static void tear_down(void)
{
	ub_cal_zones_free(&zones);
	ub_arena_free(&arena);
	ub_arena_free(&lasting);
	ub_leak_check();
}

TestSuite(slot_laws, .init = set_up, .fini = tear_down);

/* ---- one case ---- */

struct trial {
	struct ub_slot_request request;
	struct ub_work_calendar who[3];
	size_t staff[3];
	size_t first, last;  /* the quarters that are looked at */
	size_t run[N + 1];   /* quarters from each on in which all are at work and free */
	size_t apart[N + 1]; /* the same, and as far from busy times as is asked for */
};

static ub_instant at(size_t quarter)
{
	return base + (ub_instant)quarter * QUARTER;
}

static void block(struct trial *trial, uint32_t *seed, bool whole_days)
{
	ub_instant from = trial->request.window.start + ((ub_instant)roll(seed, 10 * 1440) - 3 * 1440) * 60;
	ub_instant length = (1 + (ub_instant)roll(seed, whole_days ? 3 * 1440 : 180)) * 60;
	*ub_push(arena, &trial->request.busy) = (struct ub_interval){ from, from + length };
}

static void invent(struct trial *trial, uint32_t *seed)
{
	struct ub_slot_request *request = &trial->request;
	*request = (struct ub_slot_request){ .before = roll(seed, 2),
		.duration = QUARTER * (1 + (ub_instant)roll(seed, 8)),
		.prefer = (enum ub_prefer)roll(seed, 3),
		.late = (enum ub_late)roll(seed, 2),
		.full = (enum ub_full)roll(seed, 4),
		.people = trial->who,
		.n_people = 1 + roll(seed, 3) };
	size_t first = roll(seed, PEOPLE);
	for (size_t i = 0; i < request->n_people; i++) {
		trial->staff[i] = (first + i) % PEOPLE;
		trial->who[i] = people[trial->staff[i]];
	}
	size_t start = 20 * 96 + roll(seed, 14 * 96);
	size_t length = roll(seed, 4) ? 96 * (1 + roll(seed, 4)) : roll(seed, 40);
	request->window = (struct ub_interval){ at(start), at(start + length) };
	request->useful_until = request->window.end + ((ub_instant)roll(seed, 6 * 1440) - 360) * 60;
	request->now = request->window.start + ((ub_instant)roll(seed, 10 * 1440) - 7 * 1440) * 60;
	request->same_time = (int32_t)roll(seed, 96) * 900;
	bool crowded = roll(seed, 4) == 0;
	for (uint32_t n = roll(seed, crowded ? 20 : 8); n > 0; n--)
		block(trial, seed, crowded);
	request->busy = ub_cal_intervals_normal(arena, request->busy);
	request->gap = roll(seed, 3) ? 0 : (1 + (ub_instant)roll(seed, 240)) * 60;
	if (roll(seed, 8) == 0) {
		ub_instant from = request->window.start + (ub_instant)roll(seed, 1440) * 60;
		*ub_push(arena, &request->declined) =
		    (struct ub_interval){ from, from + (1 + (ub_instant)roll(seed, 120)) * 60 };
	}
}

/* Whether the first n people are at work all the time. */
static bool at_work(const struct trial *trial, size_t n, ub_instant start)
{
	for (ub_instant time = start; time < start + trial->request.duration; time += QUARTER)
		for (size_t i = 0; i < n; i++)
			if (!works[trial->staff[i]][(time - base) / QUARTER])
				return false;
	return true;
}

static void take(bool *free, struct ub_interval busy)
{
	for (ub_instant time = busy.start; time < busy.end + QUARTER; time += QUARTER) {
		size_t q = (size_t)((time - base) / QUARTER);
		if (q < N && ub_cal_overlap(busy, (struct ub_interval){ at(q), at(q + 1) }))
			free[q] = false;
	}
}

static void lay_out(struct trial *trial, ub_instant gap, size_t *run)
{
	const struct ub_slot_request *request = &trial->request;
	bool free[N];
	trial->first = (size_t)((request->window.start - UB_PLAN_SEARCH - base) / QUARTER);
	trial->last = (size_t)((request->window.end + UB_PLAN_SEARCH - base) / QUARTER) + 1;
	memcpy(free, works[trial->staff[0]], sizeof(free));
	for (size_t i = 1; i < request->n_people; i++)
		for (size_t q = trial->first; q < trial->last; q++)
			free[q] &= works[trial->staff[i]][q];
	for (size_t i = 0; i < request->busy.n; i++)
		take(free, (struct ub_interval){
			       request->busy.items[i].start - gap, request->busy.items[i].end + gap });
	for (size_t i = 0; i < request->declined.n; i++)
		take(free, request->declined.items[i]);
	run[trial->last] = 0;
	for (size_t q = trial->last; q-- > trial->first;)
		run[q] = free[q] ? run[q + 1] + 1 : 0;
}

/* The first or the last free slot that lies in the window. UB_INSTANT_NONE: there is none. */
static ub_instant best(const struct trial *trial, const size_t *run, struct ub_interval window, bool latest)
{
	size_t need = (size_t)(trial->request.duration / QUARTER);
	ub_instant found = UB_INSTANT_NONE;
	for (size_t q = trial->first; q < trial->last; q++)
		if (run[q] >= need && at(q) >= window.start &&
		    at(q) + trial->request.duration <= window.end) {
			found = at(q);
			if (!latest)
				return found;
		}
	return found;
}

/* The first such slot at the meeting's time of day, by the owner's clock. */
static ub_instant best_at_same_time(const struct trial *trial, const size_t *run, struct ub_interval window)
{
	size_t need = (size_t)(trial->request.duration / QUARTER);
	for (size_t q = trial->first; q < trial->last; q++) {
		if (run[q] < need || at(q) < window.start || at(q) + trial->request.duration > window.end)
			continue;
		struct ub_civil civil = ub_cal_civil(trial->who[0].zone, at(q));
		if (civil.hour * 3600 + civil.minute * 60 == trial->request.same_time)
			return at(q);
	}
	return UB_INSTANT_NONE;
}

static ub_instant later(ub_instant a, ub_instant b)
{
	return a > b ? a : b;
}

static ub_instant earlier(ub_instant a, ub_instant b)
{
	return a < b ? a : b;
}

/* The best slot of the window that is left. */
static ub_instant best_in_window(const struct trial *trial, const size_t *run)
{
	const struct ub_slot_request *request = &trial->request;
	struct ub_interval left = { later(request->window.start, request->now),
		earlier(request->window.end, request->useful_until) };
	ub_instant same =
	    request->prefer == UB_PREFER_SAME_TIME ? best_at_same_time(trial, run, left) : UB_INSTANT_NONE;
	return same != UB_INSTANT_NONE ? same : best(trial, run, left, request->prefer == UB_PREFER_LATEST);
}

/* The best one outside of the window, where the rule asks for that. */
static ub_instant best_elsewhere(const struct trial *trial, const size_t *run)
{
	const struct ub_slot_request *request = &trial->request;
	ub_instant left = later(request->window.start, request->now);
	struct ub_interval before = { later(request->window.start - UB_PLAN_SEARCH, request->now), left };
	struct ub_interval after = { later(request->window.end, request->now),
		earlier(request->window.end + UB_PLAN_SEARCH, request->useful_until) };
	if (request->full == UB_FULL_EARLIER)
		return best(trial, run, before, true);
	return request->full == UB_FULL_LATER ? best(trial, run, after, false) : UB_INSTANT_NONE;
}

static bool says(const struct ub_slot *slot, const char *words)
{
	return slot->remark && strstr(slot->remark, words);
}

/* What holds of any slot that is found. */
static void check_slot(const struct trial *trial, const struct ub_slot *slot, uint32_t round)
{
	const struct ub_slot_request *request = &trial->request;
	struct ub_interval time = { slot->start, slot->start + request->duration };
	bool odd = says(slot, "own time of day") || says(slot, "right before");
	size_t n = says(slot, "owner's alone") ? 1 : request->n_people;
	cr_assert(time.start >= request->now && time.end <= later(request->useful_until, request->window.end),
	    "round %u", round);
	cr_assert(says(slot, "overlaps") ||
		      (says(slot, "right before") && request->full == UB_FULL_OVERLAP) ||
		      !ub_cal_any_overlap(request->busy, time),
	    "round %u: it collides, and does not say so: %s", round, slot->remark);
	cr_assert(!ub_cal_any_overlap(request->declined, time), "round %u: that time was declined", round);
	cr_assert(odd || time.start % QUARTER == 0, "round %u: it is not on a quarter", round);
	cr_assert(odd || at_work(trial, n, time.start), "round %u: somebody is not at work", round);
	cr_assert(slot->remark || (time.start >= request->window.start && time.end <= request->window.end),
	    "round %u: it lies outside of its window, and does not say so", round);
}

static void check(const struct trial *trial, const struct ub_slot *slot, uint32_t round)
{
	ub_instant in_window = best_in_window(trial, trial->apart);
	bool apart = in_window != UB_INSTANT_NONE;
	if (!apart)
		in_window = best_in_window(trial, trial->run);
	ub_instant elsewhere = best_elsewhere(trial, trial->apart);
	if (elsewhere == UB_INSTANT_NONE)
		elsewhere = best_elsewhere(trial, trial->run);
	if (slot->found)
		check_slot(trial, slot, round);
	if (in_window != UB_INSTANT_NONE)
		cr_assert(slot->found && !slot->late && slot->start == in_window &&
			      (apart ? !slot->remark : says(slot, "keeps the gap")),
		    "round %u: it is not the best one of its window", round);
	else if (elsewhere != UB_INSTANT_NONE)
		cr_assert(slot->found && slot->remark && slot->start == elsewhere,
		    "round %u: it is not the nearest one outside of its window", round);
	else
		cr_assert(!slot->found || slot->remark, "round %u: it does not say what is odd", round);
}

Test(slot_laws, hold_for_any_people_and_busy_times)
{
	struct trial trial;
	uint32_t seed = 20261129;
	size_t found = 0, remarked = 0, tight = 0;
	for (uint32_t round = 0; round < CASES; round++) {
		invent(&trial, &seed);
		lay_out(&trial, 0, trial.run);
		if (trial.request.gap)
			lay_out(&trial, trial.request.gap, trial.apart);
		else
			memcpy(trial.apart, trial.run, sizeof(trial.apart));
		struct ub_slot slot = plan_find_slot(&trial.request, arena);
		struct ub_slot again = plan_find_slot(&trial.request, arena);
		check(&trial, &slot, round);
		cr_assert(slot.found == again.found && slot.start == again.start && slot.late == again.late);
		found += slot.found;
		remarked += slot.found && slot.remark;
		tight += says(&slot, "keeps the gap");
		ub_arena_reset(arena);
	}
	/* The cases are of all kinds. */
	cr_assert(found > CASES / 2 && found < CASES && remarked > CASES / 20 && tight > CASES / 500,
	    "%zu found, %zu with remarks, %zu without the gap", found, remarked, tight);
}
