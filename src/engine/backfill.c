/* SPDX-License-Identifier: Apache-2.0 */
#include "tour.h"
#include "upbeat/http.h"

/* What is in a user's calendars, for the daemon to look at; or, told only, what it would make. */

struct backfill {
	const struct ub_backfill_input *input;
	struct ub_backfill_result *result;
	struct ub_buf *out;
	struct ub_tour tour;
};

static bool is_there(const struct ub_dav_members *members, struct ub_text name)
{
	for (size_t i = 0; i < members->n; i++)
		if (ub_text_ends(members->items[i].href, name))
			return true;
	return false;
}

static void tell(
    struct backfill *backfill, const struct ub_decision *decision, const struct ub_dav_members *members)
{
	const struct ub_plan *plan = decision->plan;
	bool told = false;
	for (size_t i = 0; i < plan->steps.n; i++) {
		const struct ub_item *item = plan->steps.items[i].item;
		if (plan->steps.items[i].action != UB_ACTION_CREATE || is_there(members, item->name))
			continue;
		if (!told) {
			ub_buf_shown(backfill->out, decision->facts->meeting.title);
			ub_buf_char(backfill->out, ' ');
			ub_cal_format(backfill->out, UB_TEXT(" %a %F %R\n"),
			    decision->facts->org->standard.zone, decision->facts->meeting.start, UB_ENGLISH);
		}
		told = true;
		ub_change_print(
		    &(struct ub_change){ .kind = UB_CHANGE_CREATED, .after = item }, backfill->out, false);
		backfill->result->items++;
	}
	backfill->result->meetings += told;
}

static void try_one(struct backfill *backfill, const struct ub_tour_calendar *calendar,
    const struct ub_dav_members *members, struct ub_text href)
{
	struct ub_response response;
	struct ub_decision decision;
	if (ub_tour_send(&backfill->tour, (struct ub_request){ .method = "GET", .target = href },
		&response) != UB_OUTCOME_OK)
		return;
	struct ub_decide_input input = { .snapshot = backfill->input->snapshot,
		.text = response.body,
		.owner = calendar->identity.owner,
		.calendar = calendar->identity.calendar_name,
		.now = ub_sys_now() };
	ub_decide(&input, &decision, backfill->tour.arena);
	tell(backfill, &decision, members);
}

static void try_all(
    struct backfill *backfill, const struct ub_tour_calendar *calendar, const struct ub_dav_members *members)
{
	struct ub_arena *kept = backfill->tour.arena, *arena = ub_arena_new();
	backfill->tour.arena = arena;
	for (size_t i = 0; i < members->n; i++) {
		if (!members->items[i].collection)
			try_one(backfill, calendar, members, members->items[i].href);
		ub_arena_reset(arena);
		if (backfill->input->progress)
			backfill->input->progress(i + 1, members->n);
	}
	backfill->tour.arena = kept;
	ub_arena_free(&arena);
}

static bool go_through(struct backfill *backfill, const struct ub_tour_calendars *calendars)
{
	struct ub_dav_members members;
	for (size_t i = 0; i < calendars->n; i++) {
		if (!ub_tour_members(&backfill->tour, calendars->items[i].href, &members))
			return false;
		if (backfill->input->dry_run)
			try_all(backfill, &calendars->items[i], &members);
		for (size_t k = 0; k < members.n; k++)
			if (!members.items[k].collection)
				*ub_push(backfill->out->arena, &backfill->result->hrefs) =
				    members.items[k].href;
	}
	return true;
}

bool ub_backfill(const struct ub_backfill_input *input, struct ub_backfill_result *result, struct ub_buf *out)
{
	struct backfill backfill = { .input = input, .result = result, .out = out };
	struct ub_tour_calendars calendars;
	*result = (struct ub_backfill_result){ .why = UB_TEXT_NONE };
	ub_tour_begin(&backfill.tour, input->snapshot, &input->login, out->arena);
	bool good = ub_tour_calendars(&backfill.tour, input->calendar, &calendars) &&
		    go_through(&backfill, &calendars);
	result->why = backfill.tour.why;
	if (good && input->dry_run)
		ub_buf_printf(out, "%zu items would be made, for %zu meetings; %zu objects seen\n",
		    result->items, result->meetings, result->hrefs.n);
	ub_tour_end(&backfill.tour);
	return good;
}
