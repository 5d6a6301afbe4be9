/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

/*
 * The slot search, told: which times it passed over, and why. Found by going once more through the windows
 * that it tried, as only those who ask want to know; a line for what follows each other for one reason.
 */

struct seeker {
	const struct ub_person *person;
	struct ub_work_calendar calendar;
	struct ub_intervals works, busy; /* within what was searched */
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
	const struct ub_slot *slot;
	struct ub_interval searched; /* all of it */
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
	seeker->works = ub_cal_working_time(making->arena, &seeker->calendar, telling->searched);
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
		*ub_push(making->arena, telling->lines) = UB_TEXT("further times, for reasons like these");
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

/* Whether an earlier try had it; the first one's window is gone through whole, with what was past. */
static bool was_told(const struct telling *telling, size_t n, struct ub_interval slot)
{
	for (size_t i = 0; i < n; i++) {
		struct ub_interval window = i ? telling->slot->tries[i - 1].window : telling->request->window;
		if (slot.start >= window.start && slot.end <= window.end)
			return true;
	}
	return false;
}

/* What would have been taken before `chosen` (UB_INSTANT_NONE: nothing was, so all); n windows were before.
 */
static void walk(
    struct telling *telling, size_t n, struct ub_interval window, enum ub_prefer prefer, ub_instant chosen)
{
	const struct ub_zone *zone = telling->making->calendar.zone;
	struct stretch open = { 0 };
	ub_instant first = window.start + (UB_PLAN_STEP - window.start % UB_PLAN_STEP) % UB_PLAN_STEP;
	for (ub_instant at = first; at + telling->request->duration <= window.end; at += UB_PLAN_STEP) {
		struct ub_interval slot = { at, at + telling->request->duration };
		bool before = prefer == UB_PREFER_LATEST ? at > chosen : at < chosen;
		if ((chosen != UB_INSTANT_NONE && !before) || was_told(telling, n, slot))
			continue;
		struct stretch this = reason(telling, slot);
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

static struct ub_interval around(struct ub_interval a, struct ub_interval b)
{
	return (struct ub_interval){ a.start < b.start ? a.start : b.start, a.end > b.end ? a.end : b.end };
}

/* The tries after the first, but for those by the owner's hours alone, which found what others had passed
 * over. */
static void walk_tries(struct telling *telling)
{
	const struct ub_slot *slot = telling->slot;
	for (size_t i = 0; i < slot->n_tries; i++) {
		const struct ub_slot_try *try = &slot->tries[i];
		bool hit = slot->found && i + 1 == slot->n_tries;
		if (!try->ignore_busy && try->n_people == telling->request->n_people)
			walk(telling, i + 1, try->window, try->prefer, hit ? slot->start : UB_INSTANT_NONE);
	}
}

void ub_plan_consider(struct ub_making *making, struct ub_draft *draft, const struct ub_slot_request *request,
    const struct ub_slot *slot)
{
	struct telling telling = { .making = making,
		.request = request,
		.slot = slot,
		.searched = request->window,
		.lines = &draft->item.considered };
	bool inside = slot->found && slot->start >= request->window.start &&
		      slot->start + request->duration <= request->window.end;
	if (!making->input->explain)
		return;
	for (size_t i = 0; i < slot->n_tries; i++)
		telling.searched = around(telling.searched, slot->tries[i].window);
	telling.seekers = UB_NEW_ARRAY(making->arena, struct seeker, draft->item.attendees.n + 1);
	add_seeker(&telling, draft, making->owner);
	for (size_t i = 0; i < draft->item.attendees.n; i++)
		add_seeker(&telling, draft, draft->item.attendees.items[i]);
	walk(&telling, 0, request->window, request->prefer, inside ? slot->start : UB_INSTANT_NONE);
	walk_tries(&telling);
}
