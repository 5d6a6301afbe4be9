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

/* The last segments of the hrefs of what is in a calendar. */
static struct ub_map *names_of(const struct ub_dav_members *members, struct ub_arena *arena)
{
	struct ub_map *names = ub_map_new(arena);
	for (size_t i = 0; i < members->n; i++) {
		struct ub_text href = members->items[i].href;
		size_t from = href.len;
		while (from > 0 && href.ptr[from - 1] != '/')
			from--;
		ub_map_put(names, ub_text_sub(href, from, href.len), names);
	}
	return names;
}

static void tell(struct backfill *backfill, const struct ub_decision *decision, const struct ub_map *names)
{
	const struct ub_plan *plan = decision->plan;
	bool told = false;
	for (size_t i = 0; i < plan->steps.n; i++) {
		const struct ub_item *item = plan->steps.items[i].item;
		if (plan->steps.items[i].action != UB_ACTION_CREATE || ub_map_get(names, item->name))
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

static void fail(struct backfill *backfill, struct ub_text href, struct ub_text why)
{
	backfill->result->failed++;
	ub_buf_printf(backfill->out, "failed    %.*s: %.*s\n", UB_ARGS(href), UB_ARGS(why));
}

static void try_one(struct backfill *backfill, const struct ub_tour_calendar *calendar,
    const struct ub_map *names, struct ub_text href)
{
	struct ub_response response;
	struct ub_decision decision;
	enum ub_outcome outcome =
	    ub_tour_send(&backfill->tour, (struct ub_request){ .method = "GET", .target = href }, &response);
	if (outcome != UB_OUTCOME_OK) {
		if (outcome != UB_OUTCOME_GONE)
			fail(backfill, href,
			    response.error.len ? response.error : ub_text(ub_outcome_text(outcome)));
		return;
	}
	struct ub_decide_input input = { .snapshot = backfill->input->snapshot,
		.text = response.body,
		.owner = calendar->identity.owner,
		.calendar = calendar->identity.calendar_name,
		.now = ub_sys_now() };
	ub_decide(&input, &decision, backfill->tour.arena);
	tell(backfill, &decision, names);
}

static void try_all(
    struct backfill *backfill, const struct ub_tour_calendar *calendar, const struct ub_dav_members *members)
{
	struct ub_map *names = names_of(members, backfill->tour.arena);
	struct ub_arena *kept = backfill->tour.arena, *arena = ub_arena_new();
	backfill->tour.arena = arena;
	for (size_t i = 0; i < members->n; i++) {
		if (!members->items[i].collection)
			try_one(backfill, calendar, names, members->items[i].href);
		ub_arena_reset(arena);
		if (backfill->input->progress)
			backfill->input->progress(i + 1, members->n);
	}
	backfill->tour.arena = kept;
	ub_arena_free(&arena);
}

static void go_through(struct backfill *backfill, const struct ub_tour_calendar *calendar)
{
	struct ub_dav_members members;
	if (calendar->why.len) {
		fail(backfill, calendar->href, calendar->why);
		return;
	}
	if (!ub_tour_members(&backfill->tour, calendar->href, &members)) {
		fail(backfill, calendar->href, backfill->tour.why);
		return;
	}
	if (backfill->input->dry_run)
		try_all(backfill, calendar, &members);
	for (size_t k = 0; k < members.n; k++)
		if (!members.items[k].collection)
			*ub_push(backfill->out->arena, &backfill->result->hrefs) = members.items[k].href;
}

bool ub_backfill(const struct ub_backfill_input *input, struct ub_backfill_result *result, struct ub_buf *out)
{
	struct backfill backfill = { .input = input, .result = result, .out = out };
	struct ub_tour_calendars calendars;
	*result = (struct ub_backfill_result){ .why = UB_TEXT_NONE };
	ub_tour_begin(&backfill.tour, input->snapshot, &input->login, out->arena);
	bool good = ub_tour_calendars(&backfill.tour, input->calendar, &calendars);
	for (size_t i = 0; good && i < calendars.n; i++)
		go_through(&backfill, &calendars.items[i]);
	result->why = backfill.tour.why;
	if (good && input->dry_run)
		ub_buf_printf(out,
		    "%zu items would be made, for %zu meetings; %zu objects seen, %zu failed\n",
		    result->items, result->meetings, result->hrefs.n, result->failed);
	ub_tour_end(&backfill.tour);
	return good;
}
