/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

/*
 * The slot search, told: which times of its window an item could not have, and why. Found by going through
 * the window once more, as only those who ask want to know; a line for what follows each other for one
 * reason.
 */

struct seeker {
	const struct ub_person *person;
	struct ub_work_calendar calendar;
	struct ub_intervals works, busy; /* within the window */
};

/* Times that could not be for one reason. */
struct stretch {
	const char *what; /* printf-like, of a name; NULL: it could have been */
	const struct seeker *who;
	const struct ub_holiday *holiday;
	bool whole_day;
	ub_instant from, to; /* at which it could have begun */
	ub_day day;
};

struct telling {
	struct ub_making *making;
	const struct ub_slot_request *request;
	struct seeker *seekers;
	size_t n_seekers;
	struct ub_texts *lines;
};

static void add_seeker(struct telling *telling, const struct ub_draft *draft, const struct ub_person *person)
{
	struct ub_making *making = telling->making;
	const struct ub_plan_input *input = making->input;
	const struct ub_org_person *settings = ub_org_person(input->facts->org, person->email);
	struct seeker *seeker = &telling->seekers[telling->n_seekers++];
	seeker->person = person;
	seeker->calendar = (struct ub_work_calendar){ settings->zone, settings->hours, settings->holidays };
	seeker->works = ub_cal_working_time(making->arena, &seeker->calendar, telling->request->window);
	for (size_t i = 0; i < input->n_busy; i++)
		if (ub_text_eq_nocase(input->busy[i].address, person->email) &&
		    ub_plan_counts_as_busy(making, draft, person->email))
			seeker->busy = ub_cal_union(making->arena, seeker->busy, input->busy[i].times);
}

static bool overlaps(struct ub_intervals set, struct ub_interval slot)
{
	for (size_t i = 0; i < set.n; i++)
		if (ub_cal_overlap(set.items[i], slot))
			return true;
	return false;
}

static struct stretch out_of_work(const struct seeker *seeker, struct ub_interval slot)
{
	ub_day day = ub_cal_local_day(seeker->calendar.zone, slot.start);
	const struct ub_holiday *holiday =
	    seeker->calendar.holidays ? ub_cal_holiday(seeker->calendar.holidays, day) : NULL;
	if (holiday)
		return (struct stretch){ "%.*s has a day off", seeker, holiday, true };
	if (!ub_cal_is_business_day(&seeker->calendar, day))
		return (struct stretch){ "no working day of %.*s", seeker, NULL, true };
	return (struct stretch){ "outside of the working hours of %.*s", seeker, NULL, false };
}

/* Why it cannot be then: the first reason there is. */
static struct stretch reason(const struct telling *telling, struct ub_interval slot)
{
	const struct ub_slot_request *request = telling->request;
	for (size_t i = 0; i < telling->n_seekers; i++)
		if (!ub_cal_covers(telling->seekers[i].works, slot))
			return out_of_work(&telling->seekers[i], slot);
	if (slot.start < request->now)
		return (struct stretch){ "already past", NULL, NULL, false };
	if (slot.end > request->useful_until)
		return (struct stretch){ "too late to be of use", NULL, NULL, false };
	for (size_t i = 0; i < telling->n_seekers; i++)
		if (overlaps(telling->seekers[i].busy, slot))
			return (struct stretch){ "%.*s is busy", &telling->seekers[i], NULL, false };
	if (overlaps(request->busy, slot))
		return (struct stretch){ "something else of this meeting is then", NULL, NULL, false };
	return (struct stretch){ 0 };
}

/* That nobody meets at night needs no line. */
static bool goes_without_saying(const struct telling *telling, const struct stretch *stretch)
{
	return !stretch->what || (stretch->who == &telling->seekers[0] && !stretch->whole_day);
}

static void tell(struct telling *telling, const struct stretch *stretch)
{
	struct ub_making *making = telling->making;
	const struct ub_zone *zone = making->calendar.zone;
	struct ub_buf line = UB_BUF(making->arena);
	if (goes_without_saying(telling, stretch) || telling->lines->n > UB_PLAN_CONSIDERED_MAX)
		return;
	if (telling->lines->n == UB_PLAN_CONSIDERED_MAX) {
		*ub_push(making->arena, telling->lines) = UB_TEXT("and more");
		return;
	}
	ub_cal_format(&line, UB_TEXT("%a %F"), zone, stretch->from, UB_ENGLISH);
	if (!stretch->whole_day) {
		ub_cal_format(&line, UB_TEXT(" %R"), zone, stretch->from, UB_ENGLISH);
		if (stretch->to > stretch->from)
			ub_cal_format(&line, UB_TEXT(" to %R"), zone, stretch->to, UB_ENGLISH);
	}
	ub_buf_str(&line, ": ");
	struct ub_text name = stretch->who ? stretch->who->person->name : UB_TEXT_NONE;
	if (stretch->who && name.len == 0)
		name = stretch->who->person->email;
	ub_buf_printf(&line, stretch->what, UB_ARGS(name));
	if (stretch->holiday && stretch->holiday->name.len)
		ub_buf_printf(&line, " (%.*s)", UB_ARGS(stretch->holiday->name));
	*ub_push(making->arena, telling->lines) = ub_buf_text(&line);
}

static bool same(const struct stretch *a, const struct stretch *b)
{
	return a->what == b->what && a->who == b->who && a->holiday == b->holiday && a->day == b->day;
}

/* Of the window, what would have been taken before `chosen` (UB_INSTANT_NONE: nothing was, so all of it). */
static void walk(struct telling *telling, ub_instant chosen)
{
	const struct ub_slot_request *request = telling->request;
	const struct ub_zone *zone = telling->making->calendar.zone;
	bool latest = request->prefer == UB_PREFER_LATEST;
	struct stretch open = { 0 };
	ub_instant first =
	    request->window.start + (UB_PLAN_STEP - request->window.start % UB_PLAN_STEP) % UB_PLAN_STEP;
	for (ub_instant at = first; at + request->duration <= request->window.end; at += UB_PLAN_STEP) {
		if (chosen != UB_INSTANT_NONE && (latest ? at <= chosen : at >= chosen))
			continue;
		struct stretch this = reason(telling, (struct ub_interval){ at, at + request->duration });
		this.day = ub_cal_local_day(zone, at);
		if (!same(&this, &open)) {
			tell(telling, &open);
			open = this;
			open.from = at;
		}
		open.to = at;
	}
	tell(telling, &open);
}

void ub_plan_consider(struct ub_making *making, struct ub_draft *draft, const struct ub_slot_request *request,
    const struct ub_slot *slot)
{
	struct telling telling = { .making = making, .request = request, .lines = &draft->item.considered };
	struct ub_interval chosen = { slot->start, slot->start + request->duration };
	bool inside =
	    slot->found && chosen.start >= request->window.start && chosen.end <= request->window.end;
	if (!making->input->explain)
		return;
	telling.seekers = UB_NEW_ARRAY(making->arena, struct seeker, draft->item.attendees.n + 1);
	add_seeker(&telling, draft, making->owner);
	for (size_t i = 0; i < draft->item.attendees.n; i++)
		add_seeker(&telling, draft, draft->item.attendees.items[i]);
	walk(&telling, inside ? slot->start : UB_INSTANT_NONE);
}
