/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "upbeat/directory.h"

/*
 * The desks: the product decides as a pass does, by pass_choose_review_times() on a store in memory, and what
 * it plans is carried out on a calendar in memory.
 */

void fault(struct desks *desks, const struct desk *desk, const char *format, ...)
{
	va_list values;
	struct ub_civil c = ub_cal_day_civil(desks->world->day);
	if (desks->faults++ < 30) {
		printf("# %04d-%02d-%02d a%zu (u%d, %.*s): ", c.year, c.month, c.day, desk->customer,
		    desk->owner, UB_ARGS(desk->rule->name));
		va_start(values, format);
		vprintf(format, values);
		va_end(values);
		printf("\n");
	}
}

bool is_review(const struct ub_existing *existing)
{
	return existing->state == UB_EXISTING_STANDS && existing->event &&
	       existing->event->component == UB_COMPONENT_EVENT && !existing->event->marks.due;
}

bool is_cadence(const struct desk *desk)
{
	return ub_text_is(desk->rule->name, "cadence");
}

/* ---- carrying out ---- */

/* The item as it stands once it is written. */
static struct ub_existing write_item(struct world *world, const struct ub_step *step, struct ub_arena *arena)
{
	struct ub_plan plan = { .steps = { .items = (struct ub_step *)step, .n = 1 } };
	size_t n;
	struct ub_existing *written = ub_existing_after(world->snapshot, &plan, world->now, &n, arena);
	written->uid = ub_text_copy(arena, written->uid);
	written->name = ub_text_copy(arena, written->name);
	written->item_mark = ub_text_copy(arena, written->item_mark);
	return *written;
}

static void create(struct desks *desks, struct desk *desk, const struct ub_step *step, struct ub_text href)
{
	struct card card = { .arena = ub_arena_new() };
	card.href = ub_text_copy(card.arena, href);
	*ub_push(desks->world->arena, &desk->items) = write_item(desks->world, step, card.arena);
	*ub_push(desks->world->arena, &desk->cards) = card;
	note_made(desks->world, desk, step->item, href);
	desks->created++;
	if (ub_map_get(desks->deleted, step->item->uid))
		fault(desks, desk, "an item that was deleted is back");
}

static bool differs(const struct ub_step *step, const struct ub_existing *existing)
{
	const struct ub_item *item = step->item;
	return item->kind == UB_ITEM_TASK ? item->due != existing->due
					  : item->start != existing->start || item->end != existing->end;
}

static void keep(struct desks *desks, struct desk *desk, const struct ub_step *step, size_t i)
{
	struct ub_existing *existing = &desk->items.items[i];
	struct card *card = &desk->cards.items[i];
	if (!differs(step, existing))
		return;
	if (!(step->may_write & UB_PROPERTY_TIME)) {
		fault(desks, desk, "an item moves that is not to be written");
		return;
	}
	struct ub_arena *arena = ub_arena_new();
	struct ub_existing written = write_item(desks->world, step, arena);
	written.item_mark = ub_text_copy(arena, existing->item_mark); /* it is never written anew */
	written.generation = existing->generation;
	card->href = ub_text_copy(arena, card->href);
	ub_arena_free(&card->arena);
	card->arena = arena;
	*existing = written;
	note_standing(desks->world, existing, card->href);
	desks->moved++;
}

static void take_away(struct desks *desks, struct desk *desk, struct ub_pass *pass, size_t i)
{
	desk->items.items[i].state = UB_EXISTING_REMOVED;
	pass_forget_appointments(pass, desk->cards.items[i].href);
	note_removed(desks->world, desk->cards.items[i].href);
	desks->removed++;
}

/* What goes, goes first: the same may be made anew. */
static void carry_out(struct desks *desks, struct desk *desk, struct ub_pass *pass,
    const struct ub_plan *plan, const struct ub_findings *findings)
{
	for (size_t i = 0; i < plan->steps.n; i++)
		if (plan->steps.items[i].action == UB_ACTION_REMOVE)
			take_away(
			    desks, desk, pass, (size_t)(plan->steps.items[i].existing - findings->existing));
	for (size_t i = 0; i < plan->steps.n; i++) {
		const struct ub_step *step = &plan->steps.items[i];
		size_t at = step->existing ? (size_t)(step->existing - findings->existing) : SIZE_MAX;
		if (is_outage(desks->world) &&
		    (step->action != UB_ACTION_KEEP || differs(step, &desk->items.items[at])))
			fault(desks, desk, "something moves in the outage");
		if (step->action == UB_ACTION_CREATE)
			create(desks, desk, step, pass_href_of(pass, step->item));
		else if (step->action == UB_ACTION_KEEP)
			keep(desks, desk, step, at);
	}
}

/* ---- deciding ---- */

static int64_t no_clock(void)
{
	return 0;
}

struct asked {
	struct ub_pass pass;
	struct ub_job job;
	struct ub_cadence_input input;
	struct ub_findings findings;
	struct ub_decision decision;
};

static struct ub_findings findings_of(const struct desk *desk, struct ub_arena *arena)
{
	struct ub_findings findings = { .existing = UB_NEW_ARRAY(arena, struct ub_existing, desk->items.n),
		.found = UB_NEW_ARRAY(arena, struct ub_found, desk->items.n),
		.n = desk->items.n };
	for (size_t i = 0; i < desk->items.n; i++) {
		findings.existing[i] = desk->items.items[i];
		findings.found[i].href = desk->cards.items[i].href;
	}
	return findings;
}

/* Of an account that is gone, nobody knows anything. */
static const struct ub_account *account_of(const struct customer *customer, struct ub_arena *arena)
{
	struct ub_account *unknown = UB_NEW(arena, struct ub_account);
	*unknown = ub_account_unknown();
	unknown->id = customer->account.id;
	return customer->gone ? unknown : &customer->account;
}

static void ask(struct desks *desks, struct desk *desk, struct asked *asked, struct ub_arena *arena)
{
	static pthread_mutex_t times = PTHREAD_MUTEX_INITIALIZER;
	struct world *world = desks->world;
	const struct customer *customer = &world->customers[desk->customer];
	*asked = (struct asked){
		.job = { .key = { .upstream = UB_TEXT("up") } },
		.pass = { .snapshot = world->snapshot,
		    .store = world->store,
		    .queue = world->store,
		    .times = &times,
		    .now = world->now,
		    .clock = no_clock,
		    .arena = arena,
		    .identity = { .owner = world->owners[desk->owner] },
		    .collection = ub_textf(arena, COLLECTION, (size_t)desk->owner) },
		.input = { .snapshot = world->snapshot,
		    .account = account_of(customer, arena),
		    .rule = desk->rule,
		    .uid = ub_cadence_uid(desk->rule, customer->account.id, arena),
		    .owner = world->owners[desk->owner],
		    .now = world->now,
		    .gone = customer->gone || customer->owner != desk->owner },
	};
	asked->pass.job = &asked->job;
	asked->findings = findings_of(desk, arena);
	asked->input.existing = asked->findings.existing;
	asked->input.n_existing = asked->findings.n;
	if (!pass_choose_review_times(&asked->pass, &asked->input, &asked->decision, &asked->findings, NULL))
		abort();
	pass_note_rhythm(&asked->pass, &asked->input, &asked->decision);
	desks->decisions++;
}

static void keep_what_was_said(
    struct desks *desks, struct desk *desk, const struct ub_decision *decision, struct ub_arena *arena)
{
	ub_arena_free(&desk->arena);
	desk->arena = arena;
	desk->look_again = decision->look_again;
	desk->crowded = false;
	memset(&desk->without, 0, sizeof(desk->without));
	for (size_t i = 0; i < decision->plan->notes.n; i++) {
		const struct ub_note *note = &decision->plan->notes.items[i];
		ub_instant at;
		desk->crowded |= ub_text_find(note->text, UB_TEXT("as many reviews"), 0) != SIZE_MAX;
		if (note->kind != UB_NOTE_SKIPPED ||
		    !ub_plan_mark_instant(ub_textf(arena, "x.%.*s", UB_ARGS(note->instance)), &at))
			continue;
		*ub_push(arena, &desk->without) = at;
		*ub_push(desks->world->arena, &desk->told) = at;
	}
}

/* A second decision on the same day changes nothing. */
static void ask_again(struct desks *desks, struct desk *desk)
{
	struct ub_arena *arena = ub_arena_new();
	struct asked asked;
	ask(desks, desk, &asked, arena);
	const struct ub_plan *plan = asked.decision.plan;
	for (size_t i = 0; i < plan->steps.n; i++) {
		const struct ub_step *step = &plan->steps.items[i];
		if (step->action != UB_ACTION_KEEP || differs(step, step->existing)) {
			fault(desks, desk, "a second decision changes something (%.*s)", UB_ARGS(step->why));
			break;
		}
	}
	desks->again++;
	ub_arena_free(&arena);
}

static bool wants_nothing(const struct desk *desk, const struct customer *customer)
{
	if (!customer->gone && customer->owner == desk->owner)
		return false;
	for (size_t i = 0; i < desk->items.n; i++)
		if (desk->items.items[i].state == UB_EXISTING_STANDS)
			return false;
	return true;
}

static void decide(struct desks *desks, struct desk *desk)
{
	struct ub_arena *arena = ub_arena_new();
	struct asked asked;
	ask(desks, desk, &asked, arena);
	pass_note_period(&asked.pass, &asked.input, &asked.decision);
	carry_out(desks, desk, &asked.pass, asked.decision.plan, &asked.findings);
	keep_what_was_said(desks, desk, &asked.decision, arena);
	ask_again(desks, desk);
	desk->look = false;
}

static bool has_begun_review(const struct desks *desks, const struct desk *desk)
{
	for (size_t i = 0; i < desk->items.n; i++)
		if (is_review(&desk->items.items[i]) && desk->items.items[i].end <= desks->world->now &&
		    desk->items.items[i].end > desks->world->now - DAY)
			return true;
	return false;
}

/* What a meeting or another appointment stands on is looked at anew. */
static bool is_in_the_way(const struct desks *desks, const struct desk *desk)
{
	for (size_t i = 0; i < desk->items.n; i++) {
		const struct ub_existing *existing = &desk->items.items[i];
		if (is_review(existing) && existing->end > desks->world->now &&
		    is_taken(desks->world, desks->world->owners[desk->owner],
			(struct ub_interval){ existing->start, existing->end }, false))
			return true;
	}
	return false;
}

/* As the daemon does each day and at each change; of what nothing has changed about, a seventh each day is
 * enough here, and then nothing may come of it. */
void desks_decide(struct desks *desks)
{
	struct world *world = desks->world;
	for (size_t i = 0; i < desks->list.n; i++) {
		struct desk *desk = &desks->list.items[i];
		const struct customer *customer = &world->customers[desk->customer];
		bool turn = (ub_day)(i % 7) == world->day % 7;
		desk->look |= customer->met || customer->changed == world->day ||
			      (is_cadence(desk) && desk->look_again <= world->now) ||
			      has_begun_review(desks, desk) || is_in_the_way(desks, desk) ||
			      world->day - FIRST_DAY == OUTAGE || world->day - FIRST_DAY == OUTAGE_ENDS ||
			      world->day - FIRST_DAY == GONE;
		if ((desk->look || turn) && !wants_nothing(desk, customer))
			decide(desks, desk);
	}
	for (size_t i = 0; i < ACCOUNTS; i++)
		world->customers[i].met = false;
}

static void add_desks(struct desks *desks, size_t customer)
{
	const struct world *world = desks->world;
	const struct ub_ruleset *rules = world->snapshot->rules;
	for (size_t i = 0; i < rules->n_account_rules; i++)
		*ub_push(world->arena, &desks->list) = (struct desk){ .customer = customer,
			.owner = world->customers[customer].owner,
			.rule = rules->account_rules[i],
			.look = true };
}

void desks_begin(struct desks *desks, struct world *world)
{
	*desks = (struct desks){ .world = world, .deleted = ub_map_new(world->arena) };
	for (size_t i = 0; i < ACCOUNTS; i++)
		add_desks(desks, i);
}

void desks_end(struct desks *desks)
{
	for (size_t i = 0; i < desks->list.n; i++) {
		struct desk *desk = &desks->list.items[i];
		ub_arena_free(&desk->arena);
		for (size_t k = 0; k < desk->cards.n; k++)
			ub_arena_free(&desk->cards.items[k].arena);
	}
}

struct ub_text desks_digest(const struct desks *desks, struct ub_arena *arena)
{
	struct ub_buf all = UB_BUF(arena);
	for (size_t i = 0; i < desks->list.n; i++) {
		const struct desk *desk = &desks->list.items[i];
		for (size_t k = 0; k < desk->items.n; k++) {
			const struct ub_existing *existing = &desk->items.items[k];
			if (existing->state == UB_EXISTING_STANDS)
				ub_buf_printf(&all, "%.*s %lld %lld %lld\n", UB_ARGS(existing->uid),
				    (long long)existing->start, (long long)existing->end,
				    (long long)existing->due);
		}
	}
	return ub_digest(arena, ub_buf_text(&all), 15);
}

/* ---- users ---- */

/* The moment that a user would move an appointment to, without looking what else is there. */
static void move_one(struct desks *desks, struct desk *desk, size_t i)
{
	struct world *world = desks->world;
	struct ub_existing *existing = &desk->items.items[i];
	ub_day day = ub_cal_local_day(world->zone, existing->start) - 6 + (ub_day)chance(world, 13);
	day = working_day(world, day > world->day ? day : world->day + 1);
	ub_instant start = at_hour(world, day, 10 + (int)chance(world, 6));
	existing->end += start - existing->start;
	existing->start = start;
	existing->user_changed |= UB_PROPERTY_TIME;
	note_standing(world, existing, desk->cards.items[i].href);
	desk->look = true;
	world->moved++;
}

static void delete_one(struct desks *desks, struct desk *desk, size_t i)
{
	struct ub_existing *existing = &desk->items.items[i];
	existing->state = UB_EXISTING_DELETED;
	existing->event = NULL;
	ub_map_put(desks->deleted, existing->uid, desks);
	note_deleted(desks->world, desk->cards.items[i].href);
	desk->look = true;
	desks->world->deleted++;
}

/* One of the reviews that stand on the desk and are ahead. SIZE_MAX: there is none. */
static size_t some_review(struct desks *desks, const struct desk *desk)
{
	size_t n = 0, found = SIZE_MAX;
	for (size_t i = 0; i < desk->items.n; i++)
		if (is_review(&desk->items.items[i]) && !desk->items.items[i].user_changed &&
		    desk->items.items[i].start > desks->world->now && chance(desks->world, ++n) == 0)
			found = i;
	return found;
}

void users_turn(struct desks *desks)
{
	struct world *world = desks->world;
	size_t n = desks->list.n;
	for (size_t i = 0; i < ACCOUNTS; i++)
		if (world->customers[i].changed == world->day && world->day - FIRST_DAY == OWNER_CHANGES &&
		    i % 50 == 7)
			add_desks(desks, i);
	for (size_t i = 0; i < n && !is_outage(world); i++) {
		struct desk *desk = &desks->list.items[i];
		size_t fate = chance(world, 600), review = fate < 3 ? some_review(desks, desk) : SIZE_MAX;
		if (review == SIZE_MAX || !is_cadence(desk))
			continue;
		if (fate < 2)
			move_one(desks, desk, review);
		else
			delete_one(desks, desk, review);
	}
}
