/* SPDX-License-Identifier: Apache-2.0 */
#include "items.h"

#include "fixture.h"

static const struct ub_person anna = { .email = { "anna@ours.example", 17 },
	.name = { "Anna \"die\" M\xc3\xbcller, Dr.", 24 } };
static const struct ub_person ben = { .email = { "ben@ours.example", 16 }, .name = { "Ben", 3 } };

struct ub_item item_of(struct desk *desk)
{
	const struct ub_person **people = UB_NEW_ARRAY(desk->arena, const struct ub_person *, 1);
	struct ub_text *categories = UB_NEW_ARRAY(desk->arena, struct ub_text, 2);
	int64_t *reminders = UB_NEW_ARRAY(desk->arena, int64_t, 1);
	people[0] = &ben;
	categories[0] = UB_TEXT("Prep");
	categories[1] = UB_TEXT("Sales, big");
	reminders[0] = 600;
	return (struct ub_item){ .kind = UB_ITEM_EVENT,
		.uid = UB_TEXT("8d0b7f1e-0000-8000-8000-000000000001"),
		.generation = 1,
		.marks = { .item = UB_TEXT("aXRlbQ"), .rule = UB_TEXT("cnVsZQ"), .generation = 1 },
		.title = UB_TEXT("Prep: Roadmap; M\xc3\xa4rz, \\ and a title that is long enough to be "
				 "folded \xf0\x9f\x98\x80\xf0\x9f\x98\x80"),
		.description = UB_TEXT("Purpose, goal; agenda\n\n- one\n" UB_PLAN_TEXT_END "\n"),
		.start = fixture_instant("2026-11-09T09:00:00+01:00"),
		.end = fixture_instant("2026-11-09T09:30:00+01:00"),
		.due = fixture_instant("2026-11-10T17:00:00+01:00"),
		.zone = fixture_zone(desk->zones, "Europe/Berlin"),
		.organizer = &anna,
		.attendees = { people, 1, 1 },
		.busy = true,
		.reminders = reminders,
		.n_reminders = 1,
		.categories = { categories, 2, 2 },
		.parent_uid = UB_TEXT("meeting;1") };
}
