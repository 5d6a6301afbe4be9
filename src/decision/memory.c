/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What is remembered of a decision for rules and reports: the meetings with an account, what became of items,
 * in which periods an account was to be met, and how often.
 */
#include "decision-private.h"
#include "upbeat/history.h"

/* ---- meetings ---- */

static struct ub_text one_a_line(struct ub_people people, bool executives, struct ub_arena *arena)
{
	struct ub_buf lines = UB_BUF(arena);
	for (size_t i = 0; i < people.n; i++) {
		const struct ub_person *person = people.items[i];
		if (!executives || (person->stakeholder && person->stakeholder->executive))
			ub_buf_printf(&lines, "%s%.*s", lines.len ? "\n" : "", UB_ARGS(person->email));
	}
	return ub_buf_text(&lines);
}

static struct ub_store_meeting meeting_of(
    const struct ub_facts *facts, struct ub_text calendar_owner, struct ub_arena *arena)
{
	const struct ub_meeting *meeting = &facts->meeting;
	bool ours = meeting->organizer && meeting->organizer->internal;
	return (struct ub_store_meeting){ .organization = ub_organization,
		.meeting_uid = meeting->event->uid,
		.instance = ub_plan_instance_name(meeting->event, arena),
		.account = facts->account->id,
		.name = facts->account_name,
		.owner = ours ? meeting->organizer->email : calendar_owner,
		.guests = one_a_line(meeting->external, false, arena),
		.executives = one_a_line(meeting->external, true, arena),
		.ours = one_a_line(meeting->internal, false, arena),
		.start = meeting->start * 1000,
		.end = meeting->end * 1000 };
}

size_t ub_remember_meetings(const struct ub_decision *decision, struct ub_text account,
    struct ub_text calendar_owner, struct ub_store_meeting **meetings, struct ub_arena *arena)
{
	const struct ub_facts *only[] = { decision->facts };
	const struct ub_event *event = decision->facts->meeting.event;
	bool series = decision->ahead.n > 0;
	bool over = !series && (event->repeats != UB_REPEATS_NOT || event->override_only);
	const struct ub_facts **all = series ? decision->ahead.items : only;
	size_t n = 0, most = account.len == 0 || over ? 0 : series ? decision->ahead.n : 1;
	*meetings = UB_NEW_ARRAY(arena, struct ub_store_meeting, most);
	for (size_t i = 0; i < most; i++)
		if (all[i]->account && ub_text_eq(all[i]->account->id, account) && all[i]->meeting.customer)
			(*meetings)[n++] = meeting_of(all[i], calendar_owner, arena);
	return n;
}

/* ---- items ---- */

struct ub_store_outcome ub_remember_item(const struct ub_item *item, bool day, struct ub_arena *arena)
{
	bool task = item->kind == UB_ITEM_TASK;
	return (struct ub_store_outcome){ .kind = !task ? UB_OUTCOME_EVENT
						  : day ? UB_OUTCOME_DAY
							: UB_OUTCOME_TASK,
		.counts_as = ub_text(item->counts_as),
		.account = item->account,
		.occasion_start = item->occasion.start * 1000,
		.occasion_end = item->occasion.end * 1000,
		.start = task ? 0 : item->start * 1000,
		.end = (task ? item->due : item->end) * 1000,
		.declined = ub_remember_declines(&item->declines, true, arena) };
}

static int64_t in_ms(ub_instant at)
{
	return at == UB_INSTANT_NONE ? 0 : at * 1000;
}

/* A client's clock may be wrong, or it may not say when: then the time of the look counts. */
static int64_t completed_at(const struct ub_event *event, ub_instant now, int64_t known)
{
	if (!event->completed)
		return 0;
	if (event->completed_at > 0 && event->completed_at <= now)
		return event->completed_at * 1000;
	return known ? known : now * 1000;
}

void ub_remember_standing(const struct ub_existing *existing, ub_instant now,
    struct ub_store_outcome *outcome, struct ub_arena *arena)
{
	const struct ub_event *event = existing->event;
	bool task = event->component == UB_COMPONENT_TASK;
	outcome->kind = task ? UB_OUTCOME_TASK : event->marks.due ? UB_OUTCOME_DAY : UB_OUTCOME_EVENT;
	outcome->start = outcome->kind == UB_OUTCOME_EVENT ? in_ms(existing->start) : 0;
	outcome->end = in_ms(outcome->kind == UB_OUTCOME_EVENT ? existing->end : existing->due);
	outcome->completed = task ? completed_at(event, now, outcome->completed) : 0;
	outcome->gone = 0;
	outcome->declined = ub_remember_declines(&existing->declines, false, arena);
}

/* ---- periods ---- */

static bool counts_as_review(const struct ub_rule_item *item)
{
	for (size_t i = 0; i < item->counts_as.n; i++)
		if (item->counts_as.items[i].use.choice == UB_COUNTS_REVIEW)
			return true;
	return false;
}

static bool has_review(const struct ub_cadence_input *input, struct ub_arena *arena)
{
	const struct ub_ruleset *family = ub_cadence_rules(input->snapshot->rules, input->rule, arena);
	for (size_t r = 0; r < family->n_rules; r++)
		for (size_t i = 0; i < family->rules[r]->n_items; i++)
			if (counts_as_review(&family->rules[r]->items[i]))
				return true;
	return false;
}

enum ub_remember ub_remember_period(const struct ub_cadence_input *input, const struct ub_decision *decision,
    struct ub_store_period *period, struct ub_arena *arena)
{
	const struct ub_account *account = input->account;
	if (!account) /* a team has no rhythm to keep with anybody */
		return UB_REMEMBER_LEAVE;
	/* Whoever owns the account now says how often it is to be met. */
	if (input->gone)
		return account->owner.len && input->rule ? UB_REMEMBER_LEAVE : UB_REMEMBER_NONE;
	if (!has_review(input, arena))
		return UB_REMEMBER_LEAVE;
	if (decision->recurs == UB_NO)
		return UB_REMEMBER_NONE;
	if (decision->recurs == UB_CANNOT_TELL || decision->periods.n == 0)
		return UB_REMEMBER_LEAVE;
	const struct ub_interval present = decision->periods.items[0].time;
	*period = (struct ub_store_period){ .organization = ub_organization,
		.uid = decision->event->uid,
		.start = present.start * 1000,
		.end = present.end * 1000,
		.account = account->id,
		.name = account->name,
		.owner = input->owner,
		.health = ub_text(ub_facts_health_word(account->health)) };
	return UB_REMEMBER_THIS;
}

/* ---- rhythms ---- */

static struct ub_text every_text(struct ub_every every, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	if (every.n == 0)
		return UB_TEXT_NONE;
	ub_cal_print_every(&out, every);
	return ub_text_sub(ub_buf_text(&out), sizeof("every ") - 1, out.len);
}

enum ub_remember ub_remember_rhythm(const struct ub_cadence_input *input, const struct ub_decision *decision,
    struct ub_store_rhythm *rhythm, struct ub_arena *arena)
{
	/* Who has it now says how often. Nobody is left who could say it of a team that is gone. */
	if (input->gone)
		return input->account && input->account->owner.len == 0 ? UB_REMEMBER_NONE
									: UB_REMEMBER_LEAVE;
	if (decision->recurs != UB_YES)
		return decision->recurs == UB_NO ? UB_REMEMBER_NONE : UB_REMEMBER_LEAVE;
	*rhythm = (struct ub_store_rhythm){ .organization = ub_organization,
		.uid = decision->event->uid,
		.every = every_text(decision->rhythm.every, arena),
		.former = every_text(decision->rhythm.former, arena),
		.wording = decision->rhythm.wording,
		.since = decision->rhythm.since * 1000 };
	return UB_REMEMBER_THIS;
}

bool ub_recall_rhythm(
    const struct ub_store_rhythm *remembered, struct ub_rhythm *rhythm, struct ub_arena *arena)
{
	struct ub_time_error error;
	*rhythm = (struct ub_rhythm){ .since = remembered->since / 1000, .wording = remembered->wording };
	return ub_cal_parse_every(arena, remembered->every, &rhythm->every, &error) &&
	       (remembered->former.len == 0 ||
		   ub_cal_parse_every(arena, remembered->former, &rhythm->former, &error));
}
