/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

#include <stdlib.h>

#define DAY 86400

/* An instance before it is known whether it is wanted. */
struct candidate {
	ub_instant of, start, end;
	const struct override *by; /* NULL: as the master */
	bool cancelled;
};

/* The instances of a series near a window. */
struct gathering {
	struct series *series;
	ub_instant from, until;
	size_t most;
	UB_VEC(const struct override *) futures; /* in order */
	int64_t reach; /* days between where a rule has an instance, and where that may begin or end */
	UB_VEC(struct candidate) candidates;
	size_t wanted; /* of the present rule, in the window */
	size_t steps;
	bool more;
	bool whole; /* nothing of the series is before the first candidate */
};

static ub_instant clamp(ub_instant instant)
{
	return instant < UB_INSTANT_MIN   ? UB_INSTANT_MIN
	       : instant > UB_INSTANT_MAX ? UB_INSTANT_MAX
					  : instant;
}

static bool is_wanted(const struct gathering *gathering, const struct candidate *candidate)
{
	return candidate->end > gathering->from && candidate->start < gathering->until;
}

/* ---- where instances are ---- */

static struct ub_civil at_midnight(struct ub_civil civil)
{
	return (struct ub_civil){ .year = civil.year, .month = civil.month, .day = civil.day };
}

/* By how much an override moves its instance, on the override's own clock. */
static int64_t shift_of(const struct series *series, const struct override *override)
{
	struct ub_civil of = ub_cal_civil(ub_ical_series_zone(series, &override->start), override->of);
	return ub_ical_wall(override->start.civil) -
	       ub_ical_wall(override->start.date ? at_midnight(of) : of);
}

static ub_instant start_by(const struct series *series, const struct override *override, ub_instant of)
{
	const struct ub_zone *zone = ub_ical_series_zone(series, &override->start);
	struct ub_civil civil = ub_cal_civil(zone, of);
	if (of == override->of)
		civil = override->start.civil;
	else
		civil = ub_ical_civil_add(
		    override->start.date ? at_midnight(civil) : civil, shift_of(series, override));
	return override->start.date ? ub_cal_day_start(zone, ub_cal_day(civil.year, civil.month, civil.day))
				    : ub_cal_instant(zone, civil);
}

static int by_of(const void *key, const void *item)
{
	const ub_instant *of = key;
	const struct override *override = item;
	return (*of > override->of) - (*of < override->of);
}

static bool is_overridden(const struct series *series, ub_instant of)
{
	return series->overrides.n && bsearch(&of, series->overrides.items, series->overrides.n,
					  sizeof *series->overrides.items, by_of);
}

static const struct override *future_of(const struct gathering *gathering, ub_instant of)
{
	const struct override *found = NULL;
	for (size_t i = 0; i < gathering->futures.n && gathering->futures.items[i]->of <= of; i++)
		found = gathering->futures.items[i];
	return found;
}

static struct candidate *add(struct gathering *gathering, ub_instant of, const struct override *by)
{
	const struct series *series = gathering->series;
	struct candidate *candidate = ub_push(series->reader->arena, &gathering->candidates);
	*candidate = (struct candidate){ .of = of, .start = of, .by = by };
	if (by)
		candidate->start = start_by(series, by, of);
	candidate->end = ub_ical_series_end(
	    series, by ? &by->start : &series->event->start, by ? by->span : series->span, candidate->start);
	candidate->cancelled = by ? by->cancelled : series->event->status == UB_STATUS_CANCELLED;
	return candidate;
}

/* Adds an instance that is not left out, and has no override of its own. NULL: it is or has. */
static struct candidate *add_plain(struct gathering *gathering, ub_instant of)
{
	if (ub_ical_series_leaves_out(gathering->series, of) || is_overridden(gathering->series, of))
		return NULL;
	return add(gathering, of, future_of(gathering, of));
}

/* ---- gathering ---- */

static void add_overrides(struct gathering *gathering)
{
	const struct series *series = gathering->series;
	for (size_t i = 0; i < series->overrides.n; i++) {
		const struct override *override = &series->overrides.items[i];
		bool last = i + 1 == series->overrides.n || override[1].of != override->of;
		if (last && !ub_ical_series_leaves_out(series, override->of))
			add(gathering, override->of, override);
	}
}

static void add_dates(struct gathering *gathering)
{
	const struct series *series = gathering->series;
	if (series->event->override_only)
		return;
	add_plain(gathering, ub_ical_series_at(series, series->event->start.civil));
	for (size_t i = 0; i < series->added.n; i++) {
		struct candidate *candidate = add_plain(gathering, series->added.items[i].at);
		if (candidate && !candidate->by && series->added.items[i].end != UB_INSTANT_NONE)
			candidate->end = series->added.items[i].end;
	}
}

struct run {
	struct gathering *gathering;
	const struct rule *rule;
	int64_t left; /* of COUNT */
	const struct recur *recur;
	ub_instant last;
	bool over; /* the rule ends here */
};

/* Whether the rule has given enough, also if some are the same as DTSTART and RDATEs. */
static bool is_enough(const struct gathering *gathering)
{
	return gathering->wanted > gathering->most + gathering->series->added.n + 1;
}

/* DTSTART itself was added, and is the first one of COUNT. */
static bool note(void *context, struct ub_civil civil)
{
	struct run *run = context;
	struct gathering *gathering = run->gathering;
	int64_t at = ub_ical_wall(civil), left = run->left - run->recur->skipped;
	if (at <= gathering->series->first)
		return true;
	run->over = at > run->rule->last || left <= 0;
	if (run->over)
		return false;
	run->left--;
	const struct candidate *added = add_plain(gathering, ub_ical_series_at(gathering->series, civil));
	if (added && is_wanted(gathering, added) && added->of != run->last) {
		gathering->wanted++;
		run->last = added->of;
	}
	run->over = left == 1;
	return !run->over && !is_enough(gathering);
}

/* Whether the rule goes on after a day. */
static bool goes_on(const struct run *run, ub_day day)
{
	const struct series *series = run->gathering->series;
	ub_day until = ub_cal_day(UB_SERIES_YEAR_MAX, 12, 31), found = day;
	if (run->over)
		return false;
	while (ub_ical_rule_next(run->rule, found + 1, until, &found)) {
		struct ub_civil civil = series->event->start.civil, date = ub_cal_day_civil(found);
		civil.year = date.year;
		civil.month = date.month;
		civil.day = date.day;
		if (ub_ical_wall(civil) > run->rule->last)
			return false;
		if (!ub_ical_series_leaves_out(series, ub_ical_series_at(series, civil)))
			return true;
	}
	return false;
}

/* Adds what the rule has in the window, and up to `back` days before. NULL: done; else why not. */
static const char *add_rule(struct gathering *gathering, const struct rule *rule, int64_t back)
{
	struct series *series = gathering->series;
	ub_day early = ub_cal_day(UB_SERIES_YEAR_MIN, 1, 1), last = ub_cal_day(UB_SERIES_YEAR_MAX, 12, 31);
	int64_t from = ub_cal_local_day(series->zone, gathering->from) - gathering->reach - back;
	int64_t until = ub_cal_local_day(series->zone, gathering->until) + gathering->reach;
	struct recur recur = { .from = (ub_day)(from < early ? early : from),
		.until = (ub_day)(until > last ? last : until),
		.steps = gathering->steps,
		.each = note };
	struct run run = { gathering, rule, rule->count ? rule->count - 1 : INT64_MAX, &recur, INT64_MIN,
		rule->count == 1 };
	recur.context = &run;
	gathering->wanted = 0;
	if (run.over)
		return NULL;
	const char *fault = ub_ical_recur(rule, &recur, series->reader->arena);
	gathering->steps = recur.steps;
	gathering->whole = gathering->whole && recur.whole;
	run.over = run.over || run.left <= recur.skipped;
	gathering->more = gathering->more || is_enough(gathering) || goes_on(&run, recur.until);
	return fault;
}

/* The same instance of several sources stands together, a PERIOD first. */
static int by_start(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->of != b->of)
		return a->of < b->of ? -1 : 1;
	return (a->end < b->end) - (a->end > b->end);
}

static void put_in_order(struct gathering *gathering)
{
	struct candidate *items = gathering->candidates.items;
	size_t kept = 0;
	if (gathering->candidates.n)
		qsort(items, gathering->candidates.n, sizeof *items, by_start);
	for (size_t i = 0; i < gathering->candidates.n; i++)
		if (kept == 0 || items[kept - 1].of != items[i].of || items[kept - 1].start != items[i].start)
			items[kept++] = items[i];
	gathering->candidates.n = kept;
}

/* Whether an instance that takes place is known before the first wanted one, or nothing is wanted. */
static bool knows_one_before(const struct gathering *gathering)
{
	for (size_t i = 0; i < gathering->candidates.n; i++) {
		const struct candidate *candidate = &gathering->candidates.items[i];
		if (is_wanted(gathering, candidate))
			return false;
		if (!candidate->cancelled)
			return true;
	}
	return true;
}

static const char *gather(struct gathering *gathering, int64_t back)
{
	const char *fault = NULL;
	const struct series *series = gathering->series;
	gathering->candidates.n = 0;
	gathering->whole = true;
	gathering->more = false;
	add_overrides(gathering);
	add_dates(gathering);
	for (size_t i = 0; i < series->n_rules && !fault; i++)
		fault = add_rule(gathering, &series->rules[i], back);
	put_in_order(gathering);
	return fault;
}

/* Rare instances lie far apart, and the one before the window is wanted, too. */
static const char *gather_all(struct gathering *gathering)
{
	const char *fault = gather(gathering, 32);
	for (int64_t back = 512; back < UB_DAY_MAX && !fault; back *= 16) {
		if (gathering->whole || knows_one_before(gathering))
			break;
		fault = gather(gathering, back);
	}
	return fault;
}

static void look_at_overrides(struct gathering *gathering)
{
	const struct series *series = gathering->series;
	int64_t longest = series->span.days * DAY + series->span.seconds, furthest = 0;
	for (size_t i = 0; i < series->overrides.n; i++) {
		const struct override *override = &series->overrides.items[i];
		if (!override->future)
			continue;
		int64_t shift = shift_of(series, override);
		int64_t length = override->span.days * DAY + override->span.seconds;
		*ub_push(series->reader->arena, &gathering->futures) = override;
		longest = length > longest ? length : longest;
		furthest = llabs(shift) > furthest ? llabs(shift) : furthest;
	}
	gathering->reach = (longest + furthest) / DAY + 2;
}

/* ---- as events ---- */

static struct ub_when when_at(const struct series *series, const struct ub_when *like, ub_instant instant)
{
	struct ub_when when = *like;
	when.civil = ub_cal_civil(ub_ical_series_zone(series, like), instant);
	if (when.date)
		when.civil = at_midnight(when.civil);
	return when;
}

/* What an override says, but for its times. */
static const struct ub_event *event_by(struct series *series, const struct override *by)
{
	struct override *override = &series->overrides.items[by - series->overrides.items];
	if (!override->event) {
		struct ub_event *event = ub_ical_component_event(series->reader, override->component);
		event->repeats = series->event->repeats;
		event->override_only = series->event->override_only;
		event->overrides = series->event->overrides;
		event->start = override->start;
		event->end = override->end;
		override->event = event;
	}
	return override->event;
}

static struct ub_event *event_of(struct series *series, const struct candidate *candidate)
{
	struct ub_event *event = UB_NEW(series->reader->arena, struct ub_event);
	*event = candidate->by ? *event_by(series, candidate->by) : *series->event;
	event->is_instance = true;
	event->instance = candidate->of;
	event->start = when_at(series, &event->start, candidate->start);
	if (event->end.given)
		event->end = when_at(series, &event->end, candidate->end);
	return event;
}

static void tell_left_out(const struct series *series, struct ub_instances *instances)
{
	struct ub_arena *arena = series->reader->arena;
	for (size_t i = 0; i < series->left_out.n; i++)
		*ub_push(arena, &instances->left_out) = series->left_out.items[i];
	for (size_t i = 0; i < series->days_left_out.n; i++) {
		struct ub_civil civil = series->event->start.civil;
		struct ub_civil day = ub_cal_day_civil(series->days_left_out.items[i]);
		civil.year = day.year;
		civil.month = day.month;
		civil.day = day.day;
		*ub_push(arena, &instances->left_out) = ub_ical_series_at(series, civil);
	}
}

static void give(struct gathering *gathering, struct ub_instances *instances)
{
	struct series *series = gathering->series;
	int64_t previous = INT64_MIN;
	instances->more = gathering->more;
	for (size_t i = 0; i < gathering->candidates.n; i++) {
		const struct candidate *candidate = &gathering->candidates.items[i];
		bool later = candidate->start >= gathering->until;
		if (later || (is_wanted(gathering, candidate) && instances->n == gathering->most)) {
			instances->more = true;
			return;
		}
		if (is_wanted(gathering, candidate)) {
			struct ub_event *event = event_of(series, candidate);
			event->previous = previous;
			event->first_instance =
			    !candidate->cancelled && gathering->whole && previous == INT64_MIN;
			*ub_push(series->reader->arena, instances) = event;
		}
		if (!candidate->cancelled)
			previous = candidate->start;
	}
}

/* ---- all of it ---- */

static void give_itself(struct gathering *gathering, const struct ub_event *event,
    struct ub_instances *instances, struct ub_arena *arena)
{
	struct series *series = gathering->series;
	*series = (struct series){ .event = event, .floating = series->floating };
	const struct ub_when *start = &event->start, *end = event->end.given ? &event->end : start;
	struct candidate candidate = { 0 };
	series->zone = ub_ical_series_zone(series, start);
	candidate.start = ub_ical_series_at(series, start->civil);
	candidate.end = end->date ? ub_cal_day_start(ub_ical_series_zone(series, end),
					ub_cal_day(end->civil.year, end->civil.month, end->civil.day))
				  : ub_cal_instant(ub_ical_series_zone(series, end), end->civil);
	instances->more = start->given && candidate.start >= gathering->until;
	if ((!start->given || is_wanted(gathering, &candidate)) && gathering->most)
		*ub_push(arena, instances) = event;
}

bool ub_ical_instances(const struct ub_ical *ical, const struct ub_zones *zones,
    const struct ub_series_window *window, struct ub_arena *arena, struct ub_instances *instances,
    struct ub_text *why)
{
	struct ub_ical_refusal refusal = { 0 };
	struct reader reader = { .ical = ical, .zones = zones, .arena = arena, .refusal = &refusal };
	struct series series = { .floating = window->floating };
	struct gathering gathering = { .series = &series,
		.from = clamp(window->from),
		.until = clamp(window->until),
		.most = window->most < UB_SERIES_MAX ? window->most : UB_SERIES_MAX,
		.steps = UB_SERIES_STEPS_MAX };
	*instances = (struct ub_instances){ 0 };
	const struct ub_event *event = ub_ical_event(ical, zones, arena, &refusal);
	if (!event) {
		*why = ub_textf(arena, "cannot tell: %.*s", UB_ARGS(refusal.message));
		return false;
	}
	if (event->repeats == UB_REPEATS_NOT && !event->override_only && !event->overrides) {
		give_itself(&gathering, event, instances, arena);
		return true;
	}
	const char *fault = ub_ical_series(&series, &reader, event, window->floating);
	if (!fault) {
		look_at_overrides(&gathering);
		fault = gather_all(&gathering);
	}
	if (fault) {
		*why = ub_textf(arena, "cannot tell: %s", fault);
		return false;
	}
	tell_left_out(&series, instances);
	give(&gathering, instances);
	return true;
}
