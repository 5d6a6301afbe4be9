/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `upbeat backfill`: finds the events in a user's calendars that may miss something, for the daemon to look
 * at; in a dry run, tells what the daemon would make, also for the user's accounts.
 */
#include "calendar-walk.h"
#include "upbeat/directory.h"

struct backfill {
	const struct ub_backfill_input *input;
	struct ub_backfill_result *result;
	struct ub_buf *out;
	struct ub_walk walk;
	const struct ub_walk_calendar *calendar;
	const struct ub_map *names; /* the names of what is in the calendar */
};

/* The last segments of the hrefs of what is in a calendar. */
static const struct ub_map *names_of(const struct ub_dav_members *members, struct ub_arena *arena)
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

/* Tells of the items that would be made and are not in the calendars. *told: the heading was printed. */
static void tell_items(
    struct backfill *backfill, const struct ub_plan *plan, struct ub_text heading, bool *told)
{
	for (size_t i = 0; i < plan->steps.n; i++) {
		const struct ub_item *item = plan->steps.items[i].item;
		if (plan->steps.items[i].action != UB_ACTION_CREATE ||
		    ub_map_get(backfill->names, item->name))
			continue;
		if (!*told)
			ub_buf_printf(backfill->out, "%.*s\n", UB_ARGS(heading));
		*told = true;
		ub_plan_print_change(
		    &(struct ub_change){ .kind = UB_CHANGE_CREATED, .after = item }, backfill->out, false);
		backfill->result->items++;
	}
}

static void tell(struct backfill *backfill, const struct ub_decision *decision)
{
	struct ub_buf heading = UB_BUF(backfill->walk.arena);
	bool told = false;
	ub_buf_shown(&heading, decision->facts->meeting.title);
	ub_buf_char(&heading, ' ');
	ub_cal_format(&heading, UB_TEXT(" %a %F %R"), decision->facts->org->standard.zone,
	    decision->facts->meeting.start, UB_ENGLISH);
	tell_items(backfill, decision->plan, ub_buf_text(&heading), &told);
	backfill->result->meetings += told;
}

static void fail(void *context, struct ub_text href, struct ub_text why)
{
	struct backfill *backfill = context;
	backfill->result->failed++;
	ub_buf_str(backfill->out, "failed    ");
	ub_buf_shown(backfill->out, href);
	ub_buf_str(backfill->out, ": ");
	ub_buf_shown(backfill->out, why);
	ub_buf_char(backfill->out, '\n');
}

/* Whether the event may miss something. What is over gets nothing; nor do tasks and Upbeat's own items. */
static bool may_miss_something(const struct ub_decision *decision)
{
	const char *not_eligible = decision->plan->not_eligible;
	return decision->facts && decision->event->marks.item.len == 0 &&
	       !(not_eligible && (ub_text_is(ub_text(not_eligible), "past") ||
				     ub_text_is(ub_text(not_eligible), "no-instance")));
}

static void decide(struct backfill *backfill, struct ub_text href, struct ub_text text)
{
	struct ub_decision decision;
	struct ub_decide_input input = { .snapshot = backfill->input->snapshot,
		.text = text,
		.watched = backfill->input->watched,
		.owner = backfill->calendar->identity.owner,
		.calendar = backfill->calendar->identity.calendar_name,
		.now = ub_sys_now() };
	ub_decide(&input, &decision, backfill->walk.arena);
	/* Only an object with marks is told of: other programs write much that nobody can read. */
	if (decision.refused && ub_text_find(text, UB_TEXT("X-UPBEAT-"), 0) != SIZE_MAX)
		fail(backfill, href,
		    ub_textf(backfill->walk.arena, "it bears marks and cannot be read: %.*s",
			UB_ARGS(decision.refused_text)));
	if (!may_miss_something(&decision))
		return;
	*ub_push(backfill->out->arena, &backfill->result->hrefs) = href;
	if (backfill->input->dry_run)
		tell(backfill, &decision);
}

static bool look_at(
    void *context, const struct ub_walk_calendar *calendar, const struct ub_dav_member *member)
{
	struct backfill *backfill = context;
	struct ub_response response;
	struct ub_request request = { .method = "GET", .target = member->href };
	enum ub_outcome outcome = walk_send(&backfill->walk, request, &response);
	if (backfill->calendar != calendar)
		backfill->names = names_of(&calendar->members, backfill->out->arena);
	backfill->calendar = calendar;
	backfill->result->seen++;
	if (outcome == UB_OUTCOME_OK)
		decide(backfill, member->href, response.body);
	else if (outcome != UB_OUTCOME_GONE)
		fail(backfill, member->href, walk_why_not(&backfill->walk, outcome, &response));
	return outcome != UB_OUTCOME_DENIED;
}

/* ---- accounts ---- */

/* The names of what is in all calendars: what belongs to no meeting may have been made in any of them. */
static const struct ub_map *all_names(const struct ub_walk_calendars *calendars, struct ub_arena *arena)
{
	struct ub_dav_members all = { 0 };
	for (size_t i = 0; i < calendars->n; i++)
		for (size_t k = 0; k < calendars->items[i].members.n; k++)
			*ub_push(arena, &all) = calendars->items[i].members.items[k];
	return names_of(&all, arena);
}

static void tell_account(struct backfill *backfill, const struct ub_account *account)
{
	const struct ub_ruleset *rules = backfill->input->snapshot->rules;
	struct ub_buf heading = UB_BUF(backfill->walk.arena);
	bool told = false;
	ub_buf_shown(&heading, account->name);
	ub_buf_str(&heading, "  account ");
	ub_buf_shown(&heading, account->id);
	for (size_t i = 0; i < rules->n_account_rules; i++) {
		const struct ub_rule *rule = rules->account_rules[i];
		struct ub_cadence_input input = { .snapshot = backfill->input->snapshot,
			.account = account,
			.rule = rule,
			.uid = ub_cadence_uid(rule, account->id, backfill->walk.arena),
			.owner = account->owner,
			.now = ub_sys_now() };
		struct ub_decision decision;
		if (!ub_cadence_leads(rules, rule))
			continue;
		ub_decide_cadence(&input, &decision, backfill->walk.arena);
		tell_items(backfill, decision.plan, ub_buf_text(&heading), &told);
	}
	backfill->result->accounts_missing += told;
}

static void tell_accounts(struct backfill *backfill, const struct ub_walk_calendars *calendars)
{
	struct ub_text owner = UB_TEXT_NONE;
	struct ub_directory *directory = backfill->input->snapshot->directory;
	struct ub_accounts *accounts = directory ? ub_directory_accounts(directory) : NULL;
	for (size_t i = 0; i < calendars->n && owner.len == 0; i++)
		owner = calendars->items[i].identity.owner;
	backfill->names = all_names(calendars, backfill->walk.arena);
	for (size_t i = 0; accounts && owner.len && i < ub_accounts_count(accounts); i++)
		if (ub_text_eq_nocase(ub_accounts_at(accounts, i)->owner, owner))
			tell_account(backfill, ub_accounts_at(accounts, i));
	ub_accounts_release(&accounts);
}

bool ub_backfill(const struct ub_backfill_input *input, struct ub_backfill_result *result, struct ub_buf *out)
{
	struct backfill backfill = { .input = input, .result = result, .out = out };
	struct ub_walk_calendars calendars;
	const struct ub_walk_visit visit = {
		.look = look_at, .fail = fail, .progress = input->progress, .context = &backfill
	};
	*result = (struct ub_backfill_result){ .why = UB_TEXT_NONE };
	walk_begin(&backfill.walk, input->snapshot, &input->login, input->access, out->arena);
	bool good = walk_calendars(&backfill.walk, input->calendar, &calendars) &&
		    walk_through(&backfill.walk, &calendars, &visit);
	result->accounts = good && input->calendar.len == 0 && ub_snapshot_plans_ahead(input->snapshot);
	if (result->accounts && input->dry_run)
		tell_accounts(&backfill, &calendars);
	result->why = backfill.walk.why;
	walk_end(&backfill.walk);
	return good;
}
