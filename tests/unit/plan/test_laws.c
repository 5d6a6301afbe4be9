/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include <stdlib.h>

#include "leaks.h"
#include "world.h"
#include "roll.h"

TestSuite(laws, .fini = ub_leak_check);

#define RULES                                                                                                \
	"  - name: prep\n"                                                                                   \
	"    for: meeting\n"                                                                                 \
	"    when: meeting.customer\n"                                                                       \
	"    create:\n"                                                                                      \
	"      - event: prep\n"                                                                              \
	"        title: \"Prep: {{ meeting.title }}\"\n"                                                     \
	"        between: [3 business days before start, 2 business days before start]\n"                    \
	"        duration:\n"                                                                                \
	"          - if: meeting.duration > duration(\"1h\")\n"                                              \
	"            use: 30m\n"                                                                             \
	"          - use: 15m\n"                                                                             \
	"        attendees: meeting.internal\n"                                                              \
	"      - task: mail\n"                                                                               \
	"        title: Mail\n"                                                                              \
	"        due: 1 business day after prep.end\n"                                                       \
	"        latest: 2 days before start\n"

/* A meeting at any quarter of an hour of two years, stored at any time of the thirty days before. */
static void shuffle(struct world *world, uint32_t *seed)
{
	ub_instant start = world_at(world, "2026-01-01 00:00") + (ub_instant)roll(seed, 730 * 96) * 900;
	world->event.start.civil = ub_cal_civil(world->berlin, start);
	world->event.start.zone = world->berlin;
	ub_instant end = start + 900 * (1 + (ub_instant)roll(seed, 12));
	world->event.end = world->event.start;
	world->event.end.civil = ub_cal_civil(world->berlin, end);
	world->now = start - 1 - (ub_instant)roll(seed, 30 * 24 * 3600);
	/* the owner in Berlin or in New York, with or without the others */
	bool abroad = roll(seed, 2);
	world->owner = world->parties[abroad ? 2 : 0].address;
	world->event.organizer = &world->parties[abroad ? 2 : 0];
	world->parties[0].partstat = roll(seed, 2) ? UB_PARTSTAT_ACCEPTED : UB_PARTSTAT_DECLINED;
	world->parties[1].partstat = roll(seed, 2) ? UB_PARTSTAT_ACCEPTED : UB_PARTSTAT_DECLINED;
	world->parties[2].partstat = roll(seed, 2) ? UB_PARTSTAT_ACCEPTED : UB_PARTSTAT_DECLINED;
	world->parties[abroad ? 2 : 0].partstat = UB_PARTSTAT_ACCEPTED;
}

/* Takes people's time on the days before the meeting. */
static void take(struct world *world, uint32_t *seed)
{
	ub_instant start = ub_cal_instant(world->berlin, world->event.start.civil);
	struct ub_busy *busy = UB_NEW_ARRAY(world->arena, struct ub_busy, 3);
	for (size_t i = 0; i < 3; i++) {
		busy[i].address = world->parties[i].address;
		for (uint32_t n = roll(seed, 12); n > 0; n--) {
			ub_instant from = start - (ub_instant)roll(seed, 8 * 1440) * 60;
			ub_instant until = from + (1 + (ub_instant)roll(seed, 240)) * 60;
			*ub_push(world->arena, &busy[i].times) = (struct ub_interval){ from, until };
		}
		busy[i].times = ub_cal_intervals_normal(world->arena, busy[i].times);
	}
	world->busy = busy;
	world->n_busy = 3;
}

static bool collides(const struct world *world, struct ub_text address, const struct ub_item *item)
{
	struct ub_interval time = { item->start, item->end };
	for (size_t i = 0; i < world->n_busy; i++)
		for (size_t k = 0; k < world->busy[i].times.n; k++)
			if (ub_text_eq(world->busy[i].address, address) &&
			    ub_cal_overlap(world->busy[i].times.items[k], time))
				return true;
	return false;
}

static bool at_work(struct world *world, struct ub_text address, const struct ub_item *item)
{
	const struct ub_org_person *person = ub_org_person(&world->org, address);
	struct ub_work_calendar calendar = { person->zone, person->hours, person->holidays };
	struct ub_interval interval = { item->start, item->end };
	return ub_cal_covers(ub_cal_working_time(world->arena, &calendar, interval), interval);
}

static void check_prep(struct world *world, const struct ub_plan *plan, const char *words)
{
	const struct ub_item *prep = world_item(plan, "prep/prep");
	ub_instant start = ub_cal_instant(world->berlin, world->event.start.civil);
	cr_assert(prep->start >= world->now, "%s", words);
	cr_assert(prep->end <= start, "%s", words);
	cr_assert(!collides(world, world->owner, prep), "%s", words);
	for (size_t i = 0; i < prep->attendees.n; i++) {
		cr_assert(prep->attendees.items[i]->internal, "%s", words);
		cr_assert(!collides(world, prep->attendees.items[i]->email, prep), "%s", words);
	}
	if (world_note(plan, "prep/prep"))
		return;
	cr_assert(!prep->late && at_work(world, world->owner, prep), "%s", words);
	for (size_t i = 0; i < prep->attendees.n; i++)
		cr_assert(at_work(world, prep->attendees.items[i]->email, prep), "%s", words);
	/* two or three business days: at least one whole day between */
	cr_assert(start - prep->end > 24 * 3600, "%s", words);
}

Test(laws, hold_for_any_meeting_around_the_changes_of_clocks)
{
	const char *given = getenv("UPBEAT_N");
	int64_t n = 300;
	if (given)
		cr_assert(ub_text_to_int(ub_text(given), &n));
	size_t made = 0, remarked = 0;
	for (uint32_t i = 1; i <= n; i++) {
		uint32_t seed = i * 2654435761u;
		struct world *world = world_new();
		world_rules(world, RULES);
		shuffle(world, &seed);
		take(world, &seed);
		struct ub_plan *plan = world_plan(world);
		const char *words = world_words(world, plan);
		cr_assert_str_eq(words, world_words(world, world_plan(world)), "same input, same plan");
		bool has_prep = plan->items.n && ub_text_is(plan->items.items[0].id, "prep/prep");
		if (has_prep)
			check_prep(world, plan, words);
		made += has_prep;
		remarked += has_prep && world_note(plan, "prep/prep");
		world_apply(world, plan);
		struct ub_plan *again = world_plan(world);
		cr_assert_eq(again->steps.n, plan->steps.n);
		for (size_t k = 0; k < again->steps.n; k++)
			cr_assert_eq(again->steps.items[k].action, UB_ACTION_KEEP, "%s", words);
		if (has_prep)
			cr_assert_eq(
			    world_item(again, "prep/prep")->start, plan->items.items[0].start, "%s", words);
		world_free(&world);
	}
	/* the cases that matter did occur */
	cr_assert(made > (size_t)n / 2 && remarked > 0 && remarked < made / 2, "%zu made, %zu remarked", made,
	    remarked);
}
