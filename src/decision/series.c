/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The decision about a series: each of its next instances is decided as a meeting of its own, and the plans
 * become one.
 */
#include "decision-private.h"

/* Whether some item was made for an instance: then the event is or was a series. */
static bool has_instance_items(const struct ub_decide_input *input)
{
	for (size_t i = 0; i < input->n_existing; i++)
		if (ub_plan_mark_instance(input->existing[i].item_mark).len)
			return true;
	return false;
}

bool decision_is_series(const struct ub_decide_input *input, const struct ub_event *event)
{
	return event->repeats != UB_REPEATS_NOT || event->override_only || has_instance_items(input);
}

static bool takes_place(const struct series *series, size_t i)
{
	return series_is_ahead(series, i) && series->instances.items[i]->status != UB_STATUS_CANCELLED;
}

/* Whether guests come to the instance, and the event does not call it off. */
static bool has_guests(const struct series *series, size_t i)
{
	const struct ub_event *event = series->instances.items[i];
	const struct ub_org *org = series->input->snapshot->org;
	return !ub_facts_not_eligible(event, org, series_start(series, i) - 1) &&
	       ub_facts_guests(event, org, series->arena).n;
}

/* The first instance to which guests come is the first one for the rules, whatever ours did before. */
static const struct ub_event *with_first(struct series *series, size_t i)
{
	const struct ub_event *event = series->instances.items[i];
	size_t before = i;
	if (i == 0 || event->first_instance || !has_guests(series, i))
		return event;
	while (before > 0 && !has_guests(series, before - 1))
		before--;
	if (before > 0)
		return event;
	struct ub_event *first = UB_NEW(series->arena, struct ub_event);
	*first = *event;
	first->first_instance = true;
	return first;
}

const struct ub_facts *series_facts(struct series *series, size_t i)
{
	if (!series->facts[i])
		series->facts[i] = decision_find_facts(series->input, with_first(series, i), series->arena);
	return series->facts[i];
}

/* ---- the plans ---- */

static bool takes_time(const struct series *series, size_t i)
{
	const struct ub_event *event = series->instances.items[i];
	return takes_place(series, i) && !event->start.date && !event->transparent;
}

/* Whether the owner, who has every item, comes to the instance. */
static bool owner_comes(struct series *series, size_t i)
{
	const struct ub_person *owner = series_facts(series, i)->meeting.owner;
	return !owner || ub_facts_comes(owner);
}

/* An instance that the owner has declined takes those who go there without him. */
static void add_busy(struct series *series)
{
	const struct ub_decide_input *input = series->input;
	struct ub_map *alone = ub_map_new(series->arena);
	for (size_t i = 0; i < input->n_busy; i++)
		*ub_push(series->arena, &series->busy) = input->busy[i];
	for (size_t i = 0; i < series->instances.n; i++) {
		struct ub_people people = { 0 };
		if (takes_time(series, i) && !owner_comes(series, i))
			people = series_facts(series, i)->meeting.internal;
		for (size_t k = 0; k < people.n; k++) {
			struct ub_intervals *times = ub_map_get(alone, people.items[k]->email);
			if (!times)
				times = UB_NEW(series->arena, struct ub_intervals);
			*ub_push(series->arena, times) =
			    (struct ub_interval){ series_start(series, i), series_end(series, i) };
			ub_map_put(alone, people.items[k]->email, times);
		}
	}
	for (size_t i = 0; i < ub_map_size(alone); i++) {
		struct ub_busy *busy = ub_push(series->arena, &series->busy);
		const struct ub_intervals *times = ub_map_at(alone, i, &busy->address);
		busy->times = ub_cal_intervals_normal(series->arena, *times);
	}
}

/* When people are taken by the other instances, and by what is planned for them. */
static struct ub_intervals taken_by_others(struct series *series, size_t instance)
{
	struct ub_intervals taken = { 0 };
	for (size_t i = 0; i < series->instances.n; i++)
		if (i != instance && takes_time(series, i) && owner_comes(series, i))
			*ub_push(series->arena, &taken) =
			    (struct ub_interval){ series_start(series, i), series_end(series, i) };
	for (size_t i = 0; i < series->plan->items.n; i++) {
		const struct ub_item *item = &series->plan->items.items[i];
		if (item->kind == UB_ITEM_EVENT && item->busy && !item->all_day)
			*ub_push(series->arena, &taken) = (struct ub_interval){ item->start, item->end };
	}
	return ub_cal_intervals_normal(series->arena, taken);
}

static struct ub_plan_input input_of(struct series *series, const struct ub_facts *facts, size_t instance)
{
	struct ub_plan_input input = decision_plan_input(series->input, facts);
	input.rules = series->rules;
	input.serves = series->serves;
	input.instance = instance;
	input.before = series->before;
	input.taken = taken_by_others(series, instance);
	input.busy = series->busy.items;
	input.n_busy = series->busy.n;
	input.reviews = series->reviews.items;
	input.n_reviews = series->reviews.n;
	return input;
}

struct ub_plan *series_plan(
    struct series *series, const struct ub_facts *facts, size_t instance, const char *unwanted)
{
	struct ub_plan_input input = input_of(series, facts, instance);
	input.unwanted = unwanted;
	input.gone = instance == SERVES_NOTHING && !unwanted;
	return ub_plan_make(&input, series->arena);
}

/* The same for an instance, of which is also told what is not made yet. */
static struct ub_plan *plan_with_turns(struct series *series, size_t instance)
{
	struct ub_plan_input input = input_of(series, series_facts(series, instance), instance);
	input.tell_turns = true;
	return ub_plan_make(&input, series->arena);
}

void series_join(struct series *series, const struct ub_plan *plan)
{
	if (series->planned)
		ub_plan_join(series->plan, plan, series->arena);
	else
		*series->plan = *plan;
	series->planned = true;
}

static size_t n_rules(const struct series *series)
{
	return series->rules->n_rules;
}

/* Counts for each rule that an instance has got something. */
static void count(struct series *series, const struct ub_plan *plan)
{
	for (size_t r = 0; plan->gets && r < n_rules(series); r++)
		series->before[r] += plan->gets[r];
}

/* Lists the instance with what items it may have. The items of a rule that does not apply may stand for the
 * next ones, as if all had got something. */
static void list_turn(struct series *series, const struct ub_plan *plan, size_t instance, size_t at)
{
	const struct ub_ruleset *rules = series->rules;
	size_t *before = UB_NEW_ARRAY(series->arena, size_t, rules->n_rules);
	for (size_t r = 0; r < rules->n_rules; r++) {
		bool applies = r < plan->n_matches && plan->matches[r].verdict != UB_NO;
		before[r] = applies || series->before[r] > at ? series->before[r] : at;
	}
	if (ub_plan_is_a_turn(rules, before))
		*ub_push(series->arena, &series->decision->turns) =
		    (struct ub_turn){ ub_plan_instance_name(series->instances.items[instance], series->arena),
			    before };
}

/* Plans for the instance with the number `at` of those that take place. */
static void plan_next(struct series *series, size_t i, size_t at)
{
	const struct ub_facts *facts = series_facts(series, i);
	struct ub_plan *plan = series_plan(series, facts, i, NULL);
	series->any = true;
	if (!series->decision->facts)
		series->decision->facts = facts;
	list_turn(series, plan, i, at);
	count(series, plan);
	series_join(series, plan);
}

static bool is_asked_for(const struct series *series, size_t i)
{
	return ub_cal_local_day(series->floating, series_start(series, i)) ==
	       ub_cal_local_day(series->floating, series->input->only_instance);
}

static void look_again(struct series *series, size_t i)
{
	struct ub_decision *decision = series->decision;
	if (decision->look_again == UB_INSTANT_NONE && series->instances.items[i]->is_instance)
		decision->look_again = series_end(series, i);
}

/* The next instances whose turn it is; and, of the rest, those for which something stands. One that is called
 * off has items to lose, and is not what the meeting is like. */
static void plan_ahead(struct series *series)
{
	const struct ub_ruleset *rules = series->rules;
	size_t at = 0;
	for (size_t i = 0; i < series->instances.n; i++) {
		if (!series_is_ahead(series, i))
			continue;
		look_again(series, i);
		if (takes_place(series, i) && at < UB_SERIES_TRIES &&
		    (at == 0 || ub_plan_is_a_turn(rules, series->before)))
			plan_next(series, i, at++);
		else if (series_has_items(series, i))
			series_join(series, series_plan(series, series_facts(series, i), i, NULL));
	}
	if (series->decision->look_again == UB_INSTANT_NONE && series->instances.more)
		series->decision->look_again = series->input->now + UB_SERIES_HORIZON / 2;
}

/* The instances before the one that is asked for count, and are not told of. */
static void plan_one(struct series *series)
{
	for (size_t i = 0; i < series->instances.n; i++) {
		if (is_asked_for(series, i)) {
			series->any = true;
			series->decision->facts = series_facts(series, i);
			series_join(series, plan_with_turns(series, i));
		} else if (takes_place(series, i)) {
			count(series, series_plan(series, series_facts(series, i), i, NULL));
		}
	}
}

/* What serves nothing any more goes. */
static void plan_rest(struct series *series)
{
	size_t n = series->instances.n;
	if (series_has_items(series, SERVES_NOTHING))
		series_join(series,
		    series_plan(series,
			n ? series_facts(series, n - 1)
			  : decision_find_facts(series->input, series->decision->event, series->arena),
			SERVES_NOTHING, NULL));
}

static void tell_ahead(struct series *series)
{
	struct ub_decision *decision = series->decision;
	for (size_t i = 0; i < series->instances.n && decision->ahead.n < UB_SERIES_TAKEN; i++)
		if (takes_place(series, i) && series->instances.items[i]->is_instance)
			*ub_push(series->arena, &decision->ahead) = series_facts(series, i);
}

/* The first one after the horizon, too, to which the customers come: whoever meets once a quarter has booked
 * the next meeting all the same. */
static void tell_beyond(struct series *series, const struct ub_ical *ical)
{
	const struct ub_decide_input *input = series->input;
	ub_instant from = input->now + UB_SERIES_HORIZON;
	struct ub_instances beyond;
	struct ub_text why;
	if (!series->instances.more || series->decision->ahead.n >= UB_SERIES_TAKEN)
		return;
	const struct ub_series_window window = { .floating = series->floating,
		.from = from,
		.until = from + UB_SERIES_BEYOND,
		.most = UB_SERIES_TAKEN };
	ub_sys_reading_begin(input->watched);
	bool told = ub_ical_instances(ical, input->snapshot->zones, &window, series->arena, &beyond, &why);
	ub_sys_reading_end(input->watched);
	bool customer = decision_find_facts(input, series->decision->event, series->arena)->meeting.customer;
	for (size_t i = 0; told && i < beyond.n; i++) {
		const struct ub_facts *facts = decision_find_facts(input, beyond.items[i], series->arena);
		if (facts->meeting.start < from || beyond.items[i]->status == UB_STATUS_CANCELLED)
			continue;
		*ub_push(series->arena, &series->decision->ahead) = facts;
		if (!customer || facts->meeting.customer)
			return;
	}
}

static bool is_in_a_step(const struct ub_plan *plan, const struct ub_existing *existing)
{
	for (size_t i = 0; i < plan->steps.n; i++)
		if (plan->steps.items[i].existing == existing)
			return true;
	return false;
}

/* What is left as it is, such as the items of instances that are over, hides as much as the series does. */
static void hide_rest(struct series *series)
{
	enum ub_class class = series->decision->event->class;
	for (size_t i = 0; i < series->input->n_existing; i++) {
		const struct ub_existing *existing = &series->input->existing[i];
		if (existing->state == UB_EXISTING_STANDS && existing->event &&
		    existing->event->class < class && !is_in_a_step(series->plan, existing))
			*ub_push(series->arena, &series->plan->steps) =
			    (struct ub_step){ .action = UB_ACTION_HIDE,
				    .existing = existing,
				    .class = class,
				    .why = UB_TEXT("the meeting is not public any more") };
	}
}

/* A rule that cannot be expanded: the first date is prepared as if it stood alone. */
static void decide_first(struct series *series, struct ub_text why)
{
	struct ub_event *alone = UB_NEW(series->arena, struct ub_event);
	*alone = *series->decision->event;
	alone->repeats = UB_REPEATS_NOT;
	alone->override_only = false;
	decide_meeting(series->input, alone, series->decision, series->arena);
	struct ub_plan *plan = (struct ub_plan *)series->decision->plan;
	plan->amendments.n = 0; /* nothing is added to a series */
	*ub_push(series->arena, &plan->notes) = (struct ub_note){ .kind = UB_NOTE_REMARK,
		.text = ub_textf(series->arena,
		    "it is not told which instances the series has (%.*s), so its first date counts alone",
		    UB_ARGS(why)) };
}

void decide_series(const struct ub_decide_input *input, const struct ub_ical *ical,
    struct ub_decision *decision, struct ub_arena *arena)
{
	struct series series = { .input = input,
		.rules = input->snapshot->rules,
		.decision = decision,
		.plan = UB_NEW(arena, struct ub_plan),
		.floating = decision_owner_zone(input, decision->event),
		.arena = arena };
	const struct ub_series_window window = { .floating = series.floating,
		.from = input->now - UB_SERIES_BACK,
		.until = input->now + UB_SERIES_HORIZON,
		.most = UB_SERIES_MAX };
	struct ub_text why;
	series.marks = series_present_marks(&series, decision->event->uid);
	ub_sys_reading_begin(input->watched);
	bool told = ub_ical_instances(ical, input->snapshot->zones, &window, arena, &series.instances, &why);
	ub_sys_reading_end(input->watched);
	if (!told) {
		decide_first(&series, why);
		return;
	}
	series.facts = UB_NEW_ARRAY(arena, const struct ub_facts *, series.instances.n);
	series.before = UB_NEW_ARRAY(arena, size_t, n_rules(&series));
	series_assign(&series);
	add_busy(&series);
	if (input->only_instance)
		plan_one(&series);
	else
		plan_ahead(&series);
	plan_rest(&series);
	hide_rest(&series);
	tell_ahead(&series);
	tell_beyond(&series, ical);
	if (!decision->facts)
		decision->facts = decision_find_facts(input, decision->event, arena);
	if (!series.any && series.plan->items.n == 0)
		series.plan->not_eligible = input->only_instance ? "no-such-instance" : "no-instance";
	decision->plan = series.plan;
}
