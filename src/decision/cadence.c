/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The decision about an account or a team: what its rules make of it in each period. A period is an instance
 * of a virtual series, all day from its first day to its last one, so that it takes nobody's time.
 */
#include "decision-private.h"

/* ---- names ---- */

static struct ub_text series_uid(struct ub_text family, struct ub_text id, struct ub_arena *arena)
{
	struct ub_text mark = ub_plan_rule_mark(family, arena);
	return ub_textf(arena, UB_CADENCE_PREFIX "%.*s/%.*s", UB_ARGS(mark), UB_ARGS(id));
}

struct ub_text ub_cadence_uid(const struct ub_rule *rule, struct ub_text id, struct ub_arena *arena)
{
	return series_uid(ub_plan_family(rule), id, arena);
}

bool ub_cadence_is_uid(struct ub_text uid)
{
	struct ub_text word, mark;
	return ub_text_split(&uid, '/', &word) && ub_text_is(word, "cadence") &&
	       ub_text_split(&uid, '/', &mark) && uid.ptr;
}

struct ub_text ub_cadence_id(struct ub_text uid)
{
	struct ub_text piece;
	if (!ub_cadence_is_uid(uid))
		return UB_TEXT_NONE;
	ub_text_split(&uid, '/', &piece);
	ub_text_split(&uid, '/', &piece);
	return uid;
}

struct ub_texts ub_cadence_former_uids(
    const struct ub_ruleset *rules, const struct ub_rule *rule, struct ub_text id, struct ub_arena *arena)
{
	struct ub_texts uids = { 0 };
	size_t n = 0;
	const struct ub_rule **all = rule ? ub_rules_of(rules, rule->subject, &n) : NULL;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; decision_is_akin(all[i], rule) && k < all[i]->was.n; k++)
			*ub_push(arena, &uids) = series_uid(all[i]->was.items[k], id, arena);
	return uids;
}

bool ub_cadence_makes(const struct ub_ruleset *rules, const struct ub_rule *rule, struct ub_text id,
    struct ub_text uid, struct ub_arena *arena)
{
	struct ub_texts former = ub_cadence_former_uids(rules, rule, id, arena);
	bool makes = ub_text_eq(ub_cadence_uid(rule, id, arena), uid);
	for (size_t i = 0; i < former.n && !makes; i++)
		makes = ub_text_eq(former.items[i], uid);
	return makes;
}

const struct ub_rule *ub_cadence_maker(
    const struct ub_ruleset *rules, struct ub_text uid, struct ub_arena *arena)
{
	struct ub_text id = ub_cadence_id(uid);
	for (size_t i = rules->n_rules; i < ub_rules_number(rules); i++)
		if (ub_cadence_makes(rules, ub_rules_at(rules, i), id, uid, arena))
			return ub_rules_at(rules, i);
	return NULL;
}

/* Whether the rule adds to an item of the other one's family. */
static bool adds_to_family(
    const struct ub_ruleset *rules, const struct ub_rule *rule, const struct ub_rule *of)
{
	size_t n;
	const struct ub_rule **all = ub_rules_of(rules, of->subject, &n);
	for (size_t i = 0; rule->addition && i < n; i++)
		if (decision_is_akin(all[i], of) && (ub_text_eq(rule->addition->family, all[i]->name) ||
							ub_text_eq(rule->addition->family, all[i]->group)))
			return true;
	return false;
}

const struct ub_ruleset *ub_cadence_rules(
    const struct ub_ruleset *rules, const struct ub_rule *rule, struct ub_arena *arena)
{
	size_t n;
	const struct ub_rule **all = ub_rules_of(rules, rule ? rule->subject : UB_FOR_ACCOUNT, &n);
	struct ub_ruleset *family = UB_NEW(arena, struct ub_ruleset);
	*family = *rules;
	family->rules = UB_NEW_ARRAY(arena, const struct ub_rule *, n);
	family->n_rules = family->n_account_rules = family->n_team_rules = 0;
	for (size_t i = 0; rule && i < n; i++)
		if (decision_is_akin(all[i], rule) || adds_to_family(rules, all[i], rule))
			family->rules[family->n_rules++] = all[i];
	return family;
}

bool ub_cadence_leads(const struct ub_ruleset *rules, const struct ub_rule *rule)
{
	size_t n;
	const struct ub_rule **all = ub_rules_of(rules, rule->subject, &n), *first = NULL;
	bool creates = false;
	for (size_t i = 0; i < n; i++)
		if (decision_is_akin(all[i], rule)) {
			first = first ? first : all[i];
			creates |= all[i]->n_items != 0;
		}
	return first == rule && creates;
}

/* ---- periods ---- */

static struct ub_when midnight(const struct cadence *cadence, ub_instant at)
{
	return (struct ub_when){
		.given = true, .date = true, .civil = ub_cal_civil(cadence->zone, at), .zone = cadence->zone
	};
}

static struct ub_text id_of(const struct ub_cadence_input *input)
{
	return input->team ? input->team->name : input->account->id;
}

static struct ub_text uid_of(const struct ub_cadence_input *input, struct ub_arena *arena)
{
	return input->uid.len ? input->uid : ub_cadence_uid(input->rule, id_of(input), arena);
}

static struct ub_event *event_of(const struct cadence *cadence, struct ub_interval period)
{
	struct ub_event *event = UB_NEW(cadence->arena, struct ub_event);
	event->component = UB_COMPONENT_EVENT;
	event->uid = uid_of(cadence->input, cadence->arena);
	event->start = midnight(cadence, period.start);
	event->end = midnight(cadence, period.end);
	event->transparent = true;
	event->is_instance = true;
	event->instance = period.start;
	event->previous = UB_INSTANT_NONE;
	return event;
}

static void add_period(struct cadence *cadence, struct ub_interval period)
{
	cadence->periods[cadence->series.instances.n].time = period;
	*ub_push(cadence->arena, &cadence->series.instances) = event_of(cadence, period);
}

/* The last instance that the mark of a standing item names. */
static ub_instant last_named(const struct cadence *cadence)
{
	ub_instant last = UB_INSTANT_MIN, at;
	for (size_t i = 0; i < cadence->input->n_existing; i++) {
		const struct ub_existing *existing = &cadence->input->existing[i];
		if (existing->state == UB_EXISTING_STANDS && ub_plan_mark_instant(existing->item_mark, &at) &&
		    at > last)
			last = at;
	}
	return last;
}

/* The present period, all that begin within the horizon, and some more: the next one that can have its item
 * may be among these, and items may stand in them. */
static void list_periods(struct cadence *cadence)
{
	ub_instant named = last_named(cadence);
	size_t beyond = 0;
	struct ub_interval period = ub_cal_period(cadence->zone, cadence->every, cadence->input->now);
	while (cadence->series.instances.n < UB_CADENCE_PERIODS) {
		add_period(cadence, period);
		beyond += !cadence_is_near(cadence, period.start);
		if (beyond >= UB_CADENCE_BEYOND && period.start > named)
			break;
		period = ub_cal_period(cadence->zone, cadence->every, period.end);
	}
}

/* ---- meetings that take an item's place ---- */

static void satisfy(struct cadence *cadence, const struct meeting_met *met)
{
	struct ub_decided_period *period = NULL;
	for (size_t i = 0; i < cadence->series.instances.n && !period; i++)
		if (met->start >= cadence->periods[i].time.start && met->start < cadence->periods[i].time.end)
			period = &cadence->periods[i];
	enum ub_verdict verdict =
	    period && period->state != UB_PERIOD_SATISFIED
		? decision_ask_of_met(&cadence->asked, &cadence->rule->satisfied_by, met, cadence->arena)
		: UB_NO;
	if (verdict == UB_NO)
		return;
	period->state = verdict == UB_YES ? UB_PERIOD_SATISFIED : UB_PERIOD_UNDECIDED;
	period->met = (struct ub_interval){ met->start, met->end };
}

/* ---- the plan ---- */

/* Each item of the rule is told of. */
static void note(struct cadence *cadence, enum ub_note_kind kind, size_t period, struct ub_text text)
{
	const struct ub_event *event =
	    period < cadence->series.instances.n ? cadence->series.instances.items[period] : NULL;
	for (size_t i = 0; i < cadence->rule->n_items; i++)
		*ub_push(cadence->arena, &cadence->series.plan->notes) = (struct ub_note){ .kind = kind,
			.item = ub_textf(cadence->arena, "%.*s/%.*s", UB_ARGS(cadence->rule->name),
			    UB_ARGS(cadence->rule->items[i].name)),
			.instance = event ? ub_plan_instance_name(event, cadence->arena) : UB_TEXT_NONE,
			.text = text };
}

/* Whether there is something ahead that the period is for. */
static bool has_item(const struct cadence *cadence, const struct ub_plan *plan)
{
	bool events = decision_makes_events(cadence->series.rules);
	for (size_t i = 0; i < plan->items.n; i++) {
		const struct ub_item *item = &plan->items.items[i];
		bool event = item->kind == UB_ITEM_EVENT;
		if (event == events && (event ? item->end : item->due) > cadence->input->now)
			return true;
	}
	return false;
}

/* Of each rule of the family, how many periods have an item so far: `instances` goes by that. */
static void tell_before(struct cadence *cadence)
{
	size_t n;
	ub_rules_of(cadence->input->snapshot->rules, cadence->rule->subject, &n);
	cadence->series.before = UB_NEW_ARRAY(cadence->arena, size_t, n);
	for (size_t i = 0; i < n; i++)
		cadence->series.before[i] = cadence->open;
}

/* What is planned for one period counts in the days of the others. */
static void count_reviews(struct cadence *cadence, const struct ub_plan *plan)
{
	for (size_t i = 0; i < plan->items.n; i++) {
		const struct ub_item *item = &plan->items.items[i];
		if (item->kind == UB_ITEM_EVENT && item->busy && !item->all_day)
			*ub_push(cadence->arena, &cadence->series.reviews) = item->start;
	}
}

/* False: the period has nothing ahead, as its item is over or deleted, or no time was found, or its turn has
 * not come. */
static bool plan_period(struct cadence *cadence, size_t i)
{
	struct series *series = &cadence->series;
	tell_before(cadence);
	struct ub_plan *plan = series_plan(series, series_facts(series, i), i, NULL);
	bool has = has_item(cadence, plan);
	series_join(series, plan);
	count_reviews(cadence, plan);
	if (has && !cadence->decision->facts)
		cadence->decision->facts = series_facts(series, i);
	cadence->open += has;
	cadence->periods[i].state = has                  ? UB_PERIOD_PLANNED
				    : plan->notes.n == 0 ? UB_PERIOD_LATER
							 : UB_PERIOD_EMPTY;
	*ub_push(cadence->arena, &cadence->decision->turns) =
	    (struct ub_turn){ ub_plan_instance_name(series->instances.items[i], cadence->arena), NULL };
	return has;
}

static void plan_all(struct cadence *cadence)
{
	struct series *series = &cadence->series;
	bool has = false;
	for (size_t i = 0; i < series->instances.n; i++) {
		struct ub_decided_period *period = &cadence->periods[i];
		if (has && !cadence_is_near(cadence, period->time.start) && !series_has_items(series, i))
			continue;
		if (period->state == UB_PERIOD_SATISFIED && series_has_items(series, i))
			series_join(series, series_plan(series, series_facts(series, i), i,
						"a meeting with the account in its period takes its place"));
		else if (period->state == UB_PERIOD_EMPTY)
			note(cadence, UB_NOTE_SKIPPED, i,
			    UB_TEXT("its user has moved it to another period, and it counts there"));
		else if (period->state == UB_PERIOD_UNDECIDED)
			note(cadence, UB_NOTE_UNDECIDED, i,
			    UB_TEXT(
				"nobody can tell whether a meeting in its period counts (`satisfied_by`)"));
		else if (period->state == UB_PERIOD_PLANNED)
			has = plan_period(cadence, i) || has;
		*ub_push(cadence->arena, &cadence->decision->periods) = *period;
	}
}

/* When time alone may change the plan: the present period ends, a rhythm has waited for long enough, or
 * another period comes into the horizon. */
static ub_instant look_again(const struct cadence *cadence)
{
	const struct ub_decision *decision = cadence->decision;
	ub_instant next = cadence->periods[0].time.end;
	if (decision->waiting.n && decision->waits_until < next)
		next = decision->waits_until;
	for (size_t i = 0; i < cadence->series.instances.n; i++) {
		ub_instant start = cadence->periods[i].time.start;
		if (!cadence_is_near(cadence, start))
			return start - UB_SERIES_HORIZON < next ? start - UB_SERIES_HORIZON : next;
	}
	return next;
}

static void decide_periods(struct cadence *cadence)
{
	struct series *series = &cadence->series;
	list_periods(cadence);
	series->facts = UB_NEW_ARRAY(cadence->arena, const struct ub_facts *, series->instances.n);
	for (size_t i = 0; i < cadence->met.n; i++)
		satisfy(cadence, &cadence->met.items[i]);
	cadence_assign_periods(cadence);
	plan_all(cadence);
	if (series_has_items(series, SERVES_NOTHING))
		series_join(series, series_plan(series, series_facts(series, 0), SERVES_NOTHING,
					"the account has another rhythm now"));
	cadence->decision->look_again = look_again(cadence);
}

/* ---- whether and how often ---- */

/* The rule of the group that applies. NULL: none. */
static const struct ub_rule *applying(const struct cadence *cadence, const struct ub_match *matches)
{
	const struct ub_rule *found = NULL;
	for (size_t i = 0; i < cadence->series.rules->n_rules; i++)
		if (decision_is_akin(matches[i].rule, cadence->input->rule) && matches[i].verdict == UB_YES &&
		    (!found || found->mode == UB_MODE_AUDIT))
			found = matches[i].rule;
	return found;
}

/* Whether nobody can tell if a rule of the group applies. */
static bool may_recur(const struct cadence *cadence, const struct ub_match *matches)
{
	for (size_t i = 0; i < cadence->series.rules->n_rules; i++)
		if (decision_is_akin(matches[i].rule, cadence->input->rule) &&
		    matches[i].verdict == UB_CANNOT_TELL)
			return true;
	return false;
}

/* All that is ahead serves the present time, of which alone is decided. */
static void decide_whole(struct cadence *cadence, bool gone, const char *unwanted)
{
	struct series *series = &cadence->series;
	const struct ub_cadence_input *input = cadence->input;
	size_t serves = gone || unwanted ? SERVES_NOTHING : 0;
	series->serves = UB_NEW_ARRAY(cadence->arena, size_t, input->n_existing);
	for (size_t i = 0; i < input->n_existing; i++) {
		const struct ub_existing *existing = &input->existing[i];
		bool ahead = existing->state == UB_EXISTING_STANDS && existing->event &&
			     existing_own_time(existing) > input->now;
		series->serves[i] = ahead ? serves : SERVES_PAST;
	}
	series_join(series, series_plan(series, cadence->decision->facts, serves, unwanted));
}

static void decide_rhythm(struct cadence *cadence, struct ub_cel_activation *activation)
{
	const struct ub_case *chosen;
	struct ub_text why;
	enum ub_verdict verdict =
	    ub_rules_case(cadence->rule->every, activation, &chosen, &why, cadence->arena);
	cadence->decision->recurs = verdict;
	if (verdict == UB_CANNOT_TELL) {
		note(cadence, UB_NOTE_UNDECIDED, SIZE_MAX,
		    ub_textf(
			cadence->arena, "`every` cannot tell, so all stays as it is: %.*s", UB_ARGS(why)));
		return;
	}
	if (verdict == UB_NO) {
		decide_whole(cadence, false, "no case of `every` holds");
		return;
	}
	cadence_take_rhythm(cadence, chosen->use.rhythm);
	cadence->every = cadence->decision->rhythm.every;
	cadence->decision->facts = NULL;
	decide_periods(cadence);
}

static bool reads_today(const struct ub_cel_program *program)
{
	return program && ub_cel_program_uses(program, UB_TEXT("today"));
}

/* Whether it depends on the day whether and how often the rule applies. */
static bool goes_by_the_day(const struct ub_rule *rule)
{
	bool found = false;
	for (size_t i = 0; i < rule->when.n; i++)
		found |= reads_today(rule->when.items[i].program);
	for (size_t i = 0; i < rule->unless.n; i++)
		found |= reads_today(rule->unless.items[i].program);
	for (size_t i = 0; i < rule->every.n; i++)
		found |= reads_today(rule->every.items[i].when);
	return found;
}

static void look_daily(struct cadence *cadence)
{
	const struct ub_zone *zone = cadence->input->snapshot->org->standard.zone;
	ub_instant tomorrow = ub_cal_day_start(zone, ub_cal_local_day(zone, cadence->input->now) + 1);
	ub_instant *again = &cadence->decision->look_again;
	for (size_t i = 0; i < cadence->series.rules->n_rules; i++)
		if (goes_by_the_day(cadence->series.rules->rules[i]) &&
		    (*again == UB_INSTANT_NONE || tomorrow < *again))
			*again = tomorrow;
}

static struct ub_decide_input ask_for(const struct cadence *cadence)
{
	const struct ub_cadence_input *input = cadence->input;
	return (struct ub_decide_input){ .snapshot = input->snapshot,
		.owner = input->owner,
		.existing = input->existing,
		.n_existing = input->n_existing,
		.former_uids =
		    ub_cadence_former_uids(input->snapshot->rules, input->rule, id_of(input), cadence->arena),
		.now = input->now,
		.account = input->account,
		.team = input->team,
		.history =
		    input->account && input->account->history
			? input->account->history
			: decision_history_of_met(input->account, &cadence->met, input->now, cadence->arena),
		.busy = input->busy,
		.n_busy = input->n_busy,
		.form = input->form,
		.titles_ask_again = input->titles_ask_again,
		.explain = input->explain,
		.watched = input->watched };
}

static void begin(struct cadence *cadence)
{
	const struct ub_cadence_input *input = cadence->input;
	const struct ub_org *org = input->snapshot->org;
	struct series *series = &cadence->series;
	cadence->zone = input->owner.len ? ub_org_person(org, input->owner)->zone : org->standard.zone;
	cadence->met = decision_list_met(input, cadence->zone, cadence->arena);
	cadence->asked = ask_for(cadence);
	cadence->periods = UB_NEW_ARRAY(cadence->arena, struct ub_decided_period, UB_CADENCE_PERIODS);
	*series = (struct series){ .input = &cadence->asked,
		.rules = ub_cadence_rules(input->snapshot->rules, input->rule, cadence->arena),
		.decision = cadence->decision,
		.plan = UB_NEW(cadence->arena, struct ub_plan),
		.planned = true,
		.floating = cadence->zone,
		.arena = cadence->arena };
	series->marks = series_present_marks(series, uid_of(input, cadence->arena));
	for (size_t i = 0; i < input->n_busy; i++)
		*ub_push(cadence->arena, &series->busy) = input->busy[i];
	for (size_t i = 0; i < input->n_reviews; i++)
		*ub_push(cadence->arena, &series->reviews) = input->reviews[i];
}

void ub_decide_cadence(
    const struct ub_cadence_input *input, struct ub_decision *decision, struct ub_arena *arena)
{
	struct cadence cadence = {
		.input = input, .decision = decision, .rule = input->rule, .arena = arena
	};
	*decision = (struct ub_decision){ .look_again = UB_INSTANT_NONE };
	begin(&cadence);
	struct ub_every const day = { 1, UB_EVERY_DAY };
	struct ub_event *today = event_of(&cadence, ub_cal_period(cadence.zone, day, input->now));
	struct ub_plan *plan = cadence.series.plan;
	decision->event = today;
	decision->plan = plan;
	decision->facts = decision_find_facts(&cadence.asked, today, arena);
	struct ub_cel_activation *activation =
	    ub_rules_activation(cadence.series.rules, decision->facts, arena);
	plan->matches = ub_rules_match(cadence.series.rules, activation, arena);
	plan->n_matches = cadence.series.rules->n_rules;
	const struct ub_rule *rule = applying(&cadence, plan->matches);
	if (rule && !input->gone) {
		cadence.rule = rule;
		decide_rhythm(&cadence, activation);
	} else {
		decision->recurs = may_recur(&cadence, plan->matches) ? UB_CANNOT_TELL : UB_NO;
		decide_whole(&cadence, input->gone, NULL);
		plan->not_eligible = input->gone ? "gone" : NULL;
	}
	if (!input->gone)
		look_daily(&cadence);
	if (!decision->facts)
		decision->facts = decision_find_facts(&cadence.asked, today, arena);
}
