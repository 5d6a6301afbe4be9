/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Who was met, and how often: next steps, executives, and the rhythm of accounts.
 */
#include "report-private.h"

/* ---- next steps ---- */

/* Of the account's meetings that stand, from each one on: when the first of them was known; 0: of one nobody
 * knows since when. */
struct known_since {
	int64_t *first;
	bool *uncertain;
};

static struct known_since known_since(const struct account *account, struct ub_arena *arena)
{
	size_t n = account->standing.n;
	struct known_since known = { UB_NEW_ARRAY(arena, int64_t, n + 1), UB_NEW_ARRAY(arena, bool, n + 1) };
	known.first[n] = INT64_MAX;
	for (size_t i = n; i-- > 0;) {
		int64_t seen = account->standing.items[i]->first_seen;
		known.first[i] = seen && seen < known.first[i + 1] ? seen : known.first[i + 1];
		known.uncertain[i] = known.uncertain[i + 1] || seen == 0;
	}
	return known;
}

/* The first of the meetings that stand that begins at or after `at`. */
static size_t first_after(const struct account *account, int64_t at)
{
	size_t from = 0, to = account->standing.n;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (account->standing.items[middle]->start < at)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* Whether something that was called off later stood at that time as a next step. */
static bool stood_then(const struct account *account, int64_t at)
{
	for (size_t i = 0; i < account->called_off.n; i++) {
		const struct ub_store_meeting *other = account->called_off.items[i];
		if (other->start >= at && other->called_off > at && other->first_seen &&
		    other->first_seen <= at)
			return true;
	}
	return false;
}

static size_t next_part(
    const struct account *account, const struct known_since *known, const struct ub_store_meeting *meeting)
{
	size_t after = first_after(account, meeting->end);
	/* A meeting that has no length is not its own next step. */
	while (after < account->standing.n && meeting->start == meeting->end &&
	       account->standing.items[after]->start == meeting->end)
		after++;
	if (meeting->first_seen == 0 || meeting->first_seen > meeting->end)
		return UB_NEXT_UNTOLD;
	if (known->first[after] <= meeting->end || stood_then(account, meeting->end))
		return UB_NEXT_BOOKED;
	return known->uncertain[after] ? UB_NEXT_UNTOLD : UB_NEXT_NOT_BOOKED;
}

void report_count_next_steps(struct making *making)
{
	for (size_t i = 0; i < ub_map_size(making->accounts); i++) {
		struct ub_text id;
		const struct account *account = ub_map_at(making->accounts, i, &id);
		const struct known_since known = known_since(account, making->arena);
		for (size_t k = 0; k < account->standing.n; k++) {
			const struct ub_store_meeting *meeting = account->standing.items[k];
			const struct belonging belonging = { meeting->account, meeting->owner, meeting->end };
			if (report_is_held(making, meeting) && report_is_within(making, meeting->end))
				report_count(making, &belonging, UB_FIGURE_NEXT_STEP,
				    next_part(account, &known, meeting));
		}
	}
}

/* ---- executives ---- */

#define IN_ALL SIZE_MAX

/* An executive of an account, within a group or in all. */
struct executive {
	size_t group; /* or IN_ALL */
	size_t meetings;
};

static void note_executive(
    struct making *making, struct ub_map *met, struct ub_text account, struct ub_text address, size_t group)
{
	struct ub_text key =
	    ub_textf(making->arena, "%zu\n%.*s\n%.*s", group, UB_ARGS(account), UB_ARGS(address));
	struct executive *executive = ub_map_get(met, key);
	if (!executive) {
		executive = UB_NEW(making->arena, struct executive);
		executive->group = group;
		ub_map_put(met, key, executive);
	}
	executive->meetings++;
}

static void note_executives(struct making *making, struct ub_map *met, const struct ub_store_meeting *meeting)
{
	const struct belonging belonging = { meeting->account, meeting->owner, meeting->end };
	struct ub_text rest = meeting->executives, address;
	while (ub_text_split(&rest, '\n', &address)) {
		if (address.len == 0)
			continue;
		note_executive(making, met, meeting->account, address, IN_ALL);
		note_executive(making, met, meeting->account, address, report_group_of(making, &belonging));
	}
}

void report_count_executives(struct making *making)
{
	const struct ub_store_meetings *all = &making->input->meetings;
	struct ub_map *met = ub_map_new(making->arena);
	for (size_t i = 0; i < all->n; i++)
		if (report_is_held(making, &all->items[i]) && report_is_within(making, all->items[i].end))
			note_executives(making, met, &all->items[i]);
	for (size_t i = 0; i < ub_map_size(met); i++) {
		struct ub_text key;
		const struct executive *executive = ub_map_at(met, i, &key);
		struct ub_counts *counts = executive->group == IN_ALL
					       ? &making->report->total
					       : &making->report->groups.items[executive->group].counts;
		counts->parts[UB_FIGURE_EXECUTIVES]
			     [executive->meetings > 1 ? UB_EXECUTIVE_AGAIN : UB_EXECUTIVE_ONCE]++;
	}
}

/* ---- the rhythm of accounts ---- */

/* When the account was last met before a time; INT64_MIN: never. */
static int64_t met_before(const struct account *account, int64_t before)
{
	size_t from = 0, to = account->met.n;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (account->met.items[middle] < before)
			from = middle + 1;
		else
			to = middle;
	}
	return from ? account->met.items[from - 1] : INT64_MIN;
}

static enum ub_figure figure_of(struct ub_text health)
{
	return ub_text_is(health, "red")      ? UB_FIGURE_CADENCE_RED
	       : ub_text_is(health, "yellow") ? UB_FIGURE_CADENCE_YELLOW
	       : ub_text_is(health, "green")  ? UB_FIGURE_CADENCE_GREEN
					      : UB_FIGURE_CADENCE_UNKNOWN;
}

static void count_period(struct making *making, const struct ub_store_period *period, int64_t known)
{
	const struct belonging belonging = { period->account, period->owner, period->end - 1 };
	const struct account *account = report_account_of(making, period->account);
	bool kept = met_before(account, period->end) >= period->start;
	if (report_is_within(making, period->end))
		report_count(making, &belonging, figure_of(period->health),
		    kept                    ? UB_CADENCE_KEPT
		    : known > period->start ? UB_CADENCE_UNTOLD
					    : UB_CADENCE_NOT_KEPT);
}

/* Lists the account of a period that is open, if nobody has met with it for longer than the period is. */
static void look_for_unmet(
    struct making *making, const struct ub_store_period *period, int64_t known, struct ub_map *listed)
{
	int64_t rhythm = period->end - period->start;
	int64_t last = met_before(report_account_of(making, period->account), making->now);
	if (period->end <= making->now || making->now - (last == INT64_MIN ? known : last) <= rhythm ||
	    ub_map_put(listed, period->account, making))
		return;
	*ub_push(making->arena, &making->report->unmet) =
	    (struct ub_report_unmet){ .account = period->account,
		    .name = period->name,
		    .owner = period->owner,
		    .health = period->health,
		    .last = last == INT64_MIN ? UB_INSTANT_NONE : last / 1000,
		    .rhythm = rhythm / 1000 };
}

/* Since when any period is known of the UID that begins here. */
static int64_t rhythm_known_since(const struct ub_store_periods *all, size_t first)
{
	int64_t known = INT64_MAX;
	for (size_t i = first; i < all->n && ub_text_eq(all->items[i].uid, all->items[first].uid); i++)
		known = all->items[i].first_seen < known ? all->items[i].first_seen : known;
	return known;
}

/* The periods of a UID follow each other. What was before any of them was known, nobody can tell. */
void report_count_periods(struct making *making)
{
	const struct ub_store_periods *all = &making->input->periods;
	struct ub_map *listed = ub_map_new(making->arena);
	int64_t known = INT64_MAX;
	for (size_t i = 0; i < all->n; i++) {
		const struct ub_store_period *period = &all->items[i];
		if (i == 0 || !ub_text_eq(period->uid, period[-1].uid))
			known = rhythm_known_since(all, i);
		count_period(making, period, known);
		look_for_unmet(making, period, known, listed);
	}
}
