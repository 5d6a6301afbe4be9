/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

/* ---- passes, as a worker runs them ---- */

static int64_t time_of_pass;

static int64_t clock_of_pass(void)
{
	return time_of_pass;
}

/* Accounts are looked at on their desks. */
static void work_on(struct world *world, const struct ub_job *job, struct ub_arena *arena)
{
	static pthread_mutex_t times = PTHREAD_MUTEX_INITIALIZER;
	const struct ub_caller caller = { .user = job->key.principal, .principal = job->key.principal };
	struct ub_text why = UB_TEXT_NONE;
	struct ub_pass pass = { .snapshot = world->snapshot,
		.store = world->store,
		.queue = world->store,
		.job = job,
		.caller = &caller,
		.times = &times,
		.now = world->now,
		.clock = clock_of_pass,
		.arena = arena };
	time_of_pass = world->now * 1000;
	if (job->key.kind == UB_KEY_OBJECT && ub_pass_run(&pass, &why) != UB_PASS_SETTLED) {
		printf("Bail out! %.*s: %.*s\n", UB_ARGS(job->key.href), UB_ARGS(why));
		exit(1);
	}
	if (ub_store_settle(world->store, job, world->now * 1000) != UB_STORE_OK)
		abort();
}

static void work_off(struct world *world)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_job job;
	while (ub_store_take(world->store, world->now * 1000, UB_LEASE_MS, arena, &job) == UB_STORE_OK) {
		work_on(world, &job, arena);
		ub_arena_reset(arena);
	}
	ub_arena_free(&arena);
}

/* What is deleted may turn up elsewhere for a while. That while is over. */
static void put_key(struct world *world, struct ub_text principal, struct ub_text href)
{
	const struct ub_key key = {
		.kind = UB_KEY_OBJECT, .upstream = UB_TEXT("up"), .href = href, .principal = principal
	};
	int64_t before = (world->now - 2 * UB_DELETION_GRACE_SECONDS) * 1000;
	if (ub_store_put(world->store, &key, 1, before, before) != UB_STORE_OK)
		abort();
}

void look_at(struct world *world, int owner, struct ub_text href)
{
	char user[16];
	snprintf(user, sizeof(user), "u%d", owner);
	put_key(world, ub_text(user), href);
	work_off(world);
}

void diary_morning(struct world *world)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_store_seens due;
	do {
		if (ub_store_seens_due(world->store, world->now * 1000, arena, &due) != UB_STORE_OK)
			abort();
		for (size_t i = 0; i < due.n; i++) {
			put_key(world, due.items[i].principal, due.items[i].href);
			if (ub_store_seen_looked(world->store, &due.items[i]) != UB_STORE_OK)
				abort();
		}
		work_off(world);
	} while (due.n);
	ub_arena_free(&arena);
}

/* ---- what users make of items ---- */

static bool kind_of(const struct object *object, bool theirs, enum errand_kind *kind)
{
	bool task = ub_text_find(object->text, UB_TEXT("BEGIN:VTODO"), 0) != SIZE_MAX;
	*kind = ub_text_find(object->text, UB_TEXT(": prep for "), 0) != SIZE_MAX    ? ERRAND_PREP
		: ub_text_find(object->text, UB_TEXT(": follow up "), 0) != SIZE_MAX ? ERRAND_FOLLOW_UP
										     : ERRAND_AGENDA;
	if (*kind != ERRAND_AGENDA)
		return task == (*kind == ERRAND_FOLLOW_UP);
	/* Whoever invites sends the agenda. */
	return task && !theirs && ub_text_find(object->text, UB_TEXT(": before "), 0) != SIZE_MAX;
}

/* The moment at which the user carries it out is an evening's: 20:00 UTC is the same day in Berlin. */
static void plan_prep(struct world *world, struct errand *errand, int64_t length)
{
	size_t fate = aside(world, 20);
	ub_day meeting = ub_cal_local_day(world->zone, errand->meeting);
	if (fate > 4)
		return;
	errand->when = world->day + (ub_day)aside(world, 3);
	errand->deletes = fate < 2;
	errand->moved_to = fate == 2   ? errand->meeting + length + 3600
			   : fate == 3 ? at_hour(world, meeting - 1, 12)
				       : errand->meeting - 1800;
}

static void plan_to_do(struct world *world, struct errand *errand, ub_instant due)
{
	size_t fate = aside(world, 20);
	ub_day day = ub_cal_local_day(world->zone, due);
	errand->deletes = fate == 0;
	if (fate < 3 && !errand->deletes)
		return;
	bool soon = fate < 14;
	errand->when =
	    errand->kind == ERRAND_AGENDA ? day - soon : day + (soon ? 0 : (ub_day)aside(world, 4));
	if (errand->when < world->day)
		errand->when = world->day;
}

/* UIDs of meetings are "m", the customer, "-" and the occasion. */
static bool find_occasion(const struct world *world, struct ub_text uid, struct errand *errand)
{
	char text[32];
	snprintf(text, sizeof(text), "%.*s", UB_ARGS(uid));
	return sscanf(text, "m%zu-%zu", &errand->customer, &errand->occasion) == 2 &&
	       errand->customer < ACCOUNTS &&
	       errand->occasion < world->customers[errand->customer].occasions.n;
}

/* Of a series, the mark names the instance after its first letters. */
static ub_instant instance_of(
    const struct world *world, struct ub_text object, const struct occasion *occasion)
{
	struct ub_text mark = value_of(object, "X-UPBEAT-ITEM"), hash;
	if (!occasion->is_series)
		return occasion->times.items[0];
	ub_text_split(&mark, '.', &hash);
	return time_of(world, ub_textf(world->arena, "\r\nBEGIN:VEVENT\r\nX:%.*s\r\n", UB_ARGS(mark)), "X");
}

static void learn_object(struct world *world, struct diary *diary, size_t i)
{
	const struct object *object = server_at(i);
	struct errand errand = { .object = i };
	if (object->text.len == 0 || !find_occasion(world, value_of(object->text, "RELATED-TO"), &errand))
		return;
	const struct occasion *occasion = &world->customers[errand.customer].occasions.items[errand.occasion];
	if (!kind_of(object, occasion->theirs, &errand.kind))
		return;
	errand.meeting = instance_of(world, object->text, occasion);
	if (errand.kind == ERRAND_PREP)
		plan_prep(world, &errand, occasion->length);
	else
		plan_to_do(world, &errand, time_of(world, object->text, "DUE"));
	*ub_push(world->arena, &diary->errands) = errand;
}

static void move_prep(struct world *world, struct errand *errand, const struct object *object)
{
	struct ub_arena *arena = world->arena;
	ub_instant to = errand->moved_to;
	struct ub_text text = with_line(
	    object->text, "DTSTART", ub_textf(arena, "DTSTART:%.*s", UB_ARGS(utc_text(to, arena))), arena);
	text = with_line(
	    text, "DTEND", ub_textf(arena, "DTEND:%.*s", UB_ARGS(utc_text(to + 900, arena))), arena);
	server_put(object->href, text);
}

/* Some clients do not say when. */
static void complete(struct world *world, struct errand *errand, const struct object *object)
{
	struct ub_arena *arena = world->arena;
	bool says = aside(world, 3) > 0;
	errand->completed = world->now - (says ? 1800 : 0);
	struct ub_text when = utc_text(errand->completed, arena);
	server_put(
	    object->href, with_line(object->text, "STATUS",
			      says ? ub_textf(arena, "STATUS:COMPLETED\r\nCOMPLETED:%.*s", UB_ARGS(when))
				   : UB_TEXT("STATUS:COMPLETED"),
			      arena));
}

static void run_errand(struct world *world, struct diary *diary, struct errand *errand)
{
	const struct object *object = server_at(errand->object);
	const struct occasion *occasion =
	    &world->customers[errand->customer].occasions.items[errand->occasion];
	errand->when = 0;
	if (object->text.len == 0 || (errand->kind == ERRAND_PREP && errand->meeting < world->now))
		return;
	if (errand->deletes) {
		errand->deleted = world->now;
		errand->last = object->text;
		server_put(object->href, UB_TEXT_NONE);
		diary->deleted++;
	} else if (errand->kind == ERRAND_PREP) {
		move_prep(world, errand, object);
		diary->moved++;
	} else {
		complete(world, errand, object);
		diary->completed++;
	}
	look_at(world, occasion->owner, object->href);
}

/* Some meetings come up when nothing of the day is left, or are put down only after they were held. */
static void book_late(struct world *world)
{
	for (size_t i = 0; i < ACCOUNTS; i++) {
		size_t fate = aside(world, 1000);
		if (world->customers[i].gone || fate > 6)
			continue;
		if (fate < 5)
			arrange(
			    world, i, working_day(world, world->day + 1 + (ub_day)aside(world, 20)), false);
		else if (working_day(world, world->day) == world->day)
			arrange(world, i, world->day, false);
	}
}

void diary_evening(struct world *world, struct diary *diary)
{
	ub_instant morning = world->now;
	world->now = morning + 14 * 3600;
	book_late(world);
	for (; diary->looked < server_count(); diary->looked++)
		learn_object(world, diary, diary->looked);
	for (size_t i = 0; i < diary->errands.n; i++) {
		struct errand *errand = &diary->errands.items[i];
		if (errand->when && errand->when <= world->day)
			run_errand(world, diary, errand);
	}
	world->now = morning;
}
