/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

/*
 * The trace of a slot search: the times that the search passed over, and the reasons. The search itself only
 * keeps its tries and their results. The trace goes through each try again, time by time, for those who ask.
 * Times that follow each other and have the same reason are one entry.
 */

/* Times that were ruled out for the same reason. */
struct stretch {
	const char *what; /* format for a name; NULL: nothing ruled these times out */
	const struct ub_seeker *who;
	const struct ub_holiday *holiday;
	bool whole_day;
	bool untold;         /* not shown: everybody knows that nobody meets at night */
	ub_instant from, to; /* beginnings that the slot could have had */
	ub_day day;
};

struct telling {
	struct ub_arena *arena;
	const struct ub_slot_request *request;
	const struct ub_slot *slot;
	const struct ub_seeker *seekers;
	struct ub_intervals *works; /* times at which each seeker works, within `searched` */
	struct ub_intervals near;   /* busy times with the gap; empty: the try goes without */
	size_t n_seekers;
	struct ub_considered told;
};

static struct stretch out_of_work(const struct telling *telling, size_t i, struct ub_interval slot)
{
	const struct ub_seeker *seeker = &telling->seekers[i];
	ub_day day = ub_cal_local_day(seeker->calendar.zone, slot.start);
	const struct ub_holiday *holiday =
	    seeker->calendar.holidays ? ub_cal_holiday(seeker->calendar.holidays, day) : NULL;
	if (holiday)
		return (struct stretch){
			.what = "%.*s has a day off", .who = seeker, .holiday = holiday, .whole_day = true
		};
	if (!ub_cal_is_business_day(&seeker->calendar, day))
		return (struct stretch){ .what = "no working day of %.*s", .who = seeker, .whole_day = true };
	return (struct stretch){
		.what = "outside of the working hours of %.*s", .who = seeker, .untold = i == 0
	};
}

/* The first reason why the slot cannot begin at `start`, with the first `n_at_work` seekers at work. */
static struct stretch reason(const struct telling *telling, struct ub_interval slot, size_t n_at_work)
{
	const struct ub_slot_request *request = telling->request;
	for (size_t i = 0; i < n_at_work; i++)
		if (!ub_cal_covers(telling->works[i], slot))
			return out_of_work(telling, i, slot);
	if (slot.start < request->now)
		return (struct stretch){ .what = "already past" };
	if (slot.end > request->useful_until)
		return (struct stretch){ .what = "too late to be of use" };
	if (ub_cal_any_overlap(request->declined, slot))
		return (struct stretch){ .what = "%.*s has declined that time", .who = &telling->seekers[0] };
	for (size_t i = 0; i < telling->n_seekers; i++)
		if (ub_cal_any_overlap(telling->seekers[i].busy, slot))
			return (struct stretch){ .what = "%.*s is busy", .who = &telling->seekers[i] };
	if (ub_cal_any_overlap(request->full_days, slot))
		return (struct stretch){ .what = "%.*s has as many reviews as a day may have",
			.who = &telling->seekers[0],
			.whole_day = true };
	if (ub_cal_any_overlap(request->busy, slot))
		return (struct stretch){ .what = "something else of this meeting is then" };
	if (ub_cal_any_overlap(telling->near, slot))
		return (struct stretch){ .what = "too little time between this and something else" };
	return (struct stretch){ 0 };
}

static bool same(const struct stretch *a, const struct stretch *b)
{
	return a->what == b->what && a->who == b->who && a->holiday == b->holiday;
}

static void tell(struct telling *telling, const struct stretch *stretch)
{
	if (!stretch->what || stretch->untold || telling->told.n > UB_PLAN_CONSIDERED_MAX)
		return;
	struct ub_passed_over *passed = ub_push(telling->arena, &telling->told);
	*passed = (struct ub_passed_over){ UB_INSTANT_NONE, UB_INSTANT_NONE, false,
		UB_TEXT("further times, for reasons like these") };
	if (telling->told.n > UB_PLAN_CONSIDERED_MAX)
		return;
	struct ub_buf why = UB_BUF(telling->arena);
	struct ub_text name = stretch->who ? stretch->who->name : UB_TEXT_NONE;
	ub_buf_printf(&why, stretch->what, UB_ARGS(name));
	if (stretch->holiday && stretch->holiday->name.len)
		ub_buf_printf(&why, " (%.*s)", UB_ARGS(stretch->holiday->name));
	*passed =
	    (struct ub_passed_over){ stretch->from, stretch->to, stretch->whole_day, ub_buf_text(&why) };
}

/* The window of a try, with the part of the request's window that had passed. */
static struct ub_interval looked_at(const struct telling *telling, const struct ub_slot_try *try)
{
	struct ub_interval left = plan_left_of_window(telling->request);
	bool in_time = try->window.start == left.start && try->window.end == left.end;
	return in_time ? telling->request->window : try->window;
}

static bool is_by_everybody(const struct telling *telling, const struct ub_slot_try *try)
{
	return try->n_people == telling->request->n_people;
}

/* Whether an earlier try with the same people had this time, too. */
static bool was_told(const struct telling *telling, const struct ub_slot_try *try, struct ub_interval slot)
{
	for (const struct ub_slot_try *other = telling->slot->tries; other < try; other++) {
		struct ub_interval window = looked_at(telling, other);
		if (other->n_people == try->n_people && other->prefer != UB_PREFER_SAME_TIME &&
		    slot.start >= window.start && slot.end <= window.end)
			return true;
	}
	return false;
}

/* Whether the try would have taken this time before the one that was found. */
static bool comes_before(const struct ub_slot_try *try, ub_instant start)
{
	if (try->start == UB_INSTANT_NONE)
		return true;
	return try->prefer == UB_PREFER_LATEST ? start > try->start : start < try->start;
}

/* The reason why the try did not take the time. Empty: nobody knows. */
static struct stretch passed_over(
    const struct telling *telling, const struct ub_slot_try *try, struct ub_interval slot)
{
	if (!comes_before(try, slot.start) || was_told(telling, try, slot))
		return (struct stretch){ 0 };
	struct stretch everybody = reason(telling, slot, telling->n_seekers);
	if (is_by_everybody(telling, try))
		return everybody;
	struct stretch alone = reason(telling, slot, 1);
	return same(&alone, &everybody) ? (struct stretch){ 0 } : alone;
}

/* The first time after `at` that the try could have taken. UB_INSTANT_MIN gives the first time of all. */
static ub_instant next_time(const struct telling *telling, const struct ub_slot_try *try, ub_instant at)
{
	const struct ub_slot_request *request = telling->request;
	struct ub_interval window = looked_at(telling, try);
	ub_instant first = window.start + (UB_PLAN_STEP - window.start % UB_PLAN_STEP) % UB_PLAN_STEP;
	if (try->prefer != UB_PREFER_SAME_TIME)
		return at == UB_INSTANT_MIN ? first : at + UB_PLAN_STEP;
	const struct ub_zone *zone = request->people[0].zone;
	ub_day day = ub_cal_local_day(zone, at == UB_INSTANT_MIN ? window.start : at);
	ub_instant time = plan_same_time(request, at == UB_INSTANT_MIN ? day : day + 1);
	return time < window.start ? plan_same_time(request, day + 1) : time;
}

static void tell_try(struct telling *telling, const struct ub_slot_try *try)
{
	const struct ub_slot_request *request = telling->request;
	struct ub_interval window = looked_at(telling, try);
	struct stretch open = { 0 };
	telling->near = try->apart ? plan_busy_and_gap(request, telling->arena) : (struct ub_intervals){ 0 };
	for (ub_instant at = next_time(telling, try, UB_INSTANT_MIN); at + request->duration <= window.end;
	     at = next_time(telling, try, at)) {
		struct ub_interval slot = { at, at + request->duration };
		struct stretch this = passed_over(telling, try, slot);
		this.day = ub_cal_local_day(request->people[0].zone, at);
		if (!same(&this, &open) || this.day != open.day) {
			tell(telling, &open);
			open = this;
			open.from = at;
		}
		open.to = at;
	}
	tell(telling, &open);
}

static void lay_out_work(struct telling *telling)
{
	struct ub_interval searched = telling->request->window;
	for (size_t i = 0; i < telling->slot->n_tries; i++) {
		struct ub_interval window = telling->slot->tries[i].window;
		searched.start = window.start < searched.start ? window.start : searched.start;
		searched.end = window.end > searched.end ? window.end : searched.end;
	}
	telling->works = UB_NEW_ARRAY(telling->arena, struct ub_intervals, telling->n_seekers);
	for (size_t i = 0; i < telling->n_seekers; i++)
		telling->works[i] =
		    ub_cal_working_time(telling->arena, &telling->seekers[i].calendar, searched);
}

struct ub_considered plan_tell_search(const struct ub_slot_request *request, const struct ub_slot *slot,
    const struct ub_seeker *seekers, size_t n_seekers, struct ub_arena *arena)
{
	struct telling telling = { .arena = arena,
		.request = request,
		.slot = slot,
		.seekers = seekers,
		.n_seekers = n_seekers,
		.told = { .zone = request->people[0].zone } };
	lay_out_work(&telling);
	for (size_t i = 0; i < slot->n_tries; i++)
		if (!slot->tries[i].ignore_busy) /* that try passes over the same times as others */
			tell_try(&telling, &slot->tries[i]);
	return telling.told;
}

static struct ub_seeker seeker(
    struct ub_making *making, const struct ub_draft *draft, const struct ub_person *person)
{
	const struct ub_plan_input *input = making->input;
	const struct ub_org_person *settings = ub_org_person(input->facts->org, person->email);
	struct ub_seeker seeker = { person->name.len ? person->name : person->email,
		{ settings->zone, settings->hours, settings->holidays }, { 0 } };
	for (size_t i = 0; i < input->n_busy; i++)
		if (ub_text_eq_nocase(input->busy[i].address, person->email) &&
		    plan_counts_as_busy(making, draft, person->email))
			seeker.busy = ub_cal_union(making->arena, seeker.busy, input->busy[i].times);
	return seeker;
}

void plan_consider(struct ub_making *making, struct ub_draft *draft, const struct ub_slot_request *request,
    const struct ub_slot *slot)
{
	const struct ub_people *attendees = &draft->item.attendees;
	if (!making->input->explain)
		return;
	struct ub_seeker *seekers = UB_NEW_ARRAY(making->arena, struct ub_seeker, attendees->n + 1);
	seekers[0] = seeker(making, draft, making->owner);
	for (size_t i = 0; i < attendees->n; i++)
		seekers[i + 1] = seeker(making, draft, attendees->items[i]);
	draft->item.considered = plan_tell_search(request, slot, seekers, attendees->n + 1, making->arena);
}
