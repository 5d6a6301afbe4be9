/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "fixture.h"
#include "leaks.h"
#include "objects.h"

TestSuite(recur, .fini = ub_leak_check);

/* The instances as "20260101T0900", on the clock of their start; with "+" where there are further ones. */
static const char *instances_in(struct desk *desk, struct ub_text text, const char *from, const char *until)
{
	struct ub_buf out = UB_BUF(desk->arena);
	struct ub_instances instances;
	struct ub_text why = UB_TEXT_NONE;
	const struct ub_zone *berlin = fixture_zone(desk->zones, "Europe/Berlin");
	const struct ub_ical *ical = ub_ical_parse(desk->arena, text, &desk->refusal);
	cr_assert_not_null(ical, "%.*s", UB_ARGS(desk->refusal.message));
	if (!ub_ical_instances(ical, desk->zones, berlin, fixture_instant(from), fixture_instant(until), 10,
		desk->arena, &instances, &why))
		return ub_text_cstr(desk->arena, why);
	for (size_t i = 0; i < instances.n; i++) {
		const struct ub_when *start = &instances.items[i]->start;
		ub_buf_printf(&out, "%s%04d%02d%02d", i ? " " : "", start->civil.year, start->civil.month,
		    start->civil.day);
		if (!start->date)
			ub_buf_printf(&out, "T%02d%02d", start->civil.hour, start->civil.minute);
		if (instances.items[i]->status == UB_STATUS_CANCELLED)
			ub_buf_str(&out, "x");
		if (instances.items[i]->first_instance)
			ub_buf_str(&out, "!");
	}
	if (instances.more)
		ub_buf_str(&out, "+");
	return ub_buf_cstr(&out);
}

#define FROM  "2026-03-16T00:00:00Z"
#define UNTIL "2026-04-20T00:00:00Z"

Test(recur, gives_the_instances_of_a_window)
{
	static const struct {
		const char *lines, *instances;
	} cases[] = {
		{ "DTSTART;TZID=Europe/Berlin:20260101T090000\nRRULE:FREQ=WEEKLY",
		    "20260319T0900 20260326T0900 20260402T0900 20260409T0900 20260416T0900+" },
		{ "DTSTART;TZID=Europe/Berlin:20260319T090000\nRRULE:FREQ=WEEKLY;COUNT=3",
		    "20260319T0900! 20260326T0900 20260402T0900" },
		{ "DTSTART;TZID=Europe/Berlin:20260319T090000\nRRULE:FREQ=WEEKLY;COUNT=3;BYDAY=FR",
		    "20260319T0900! 20260320T0900 20260327T0900" },
	};
	struct desk desk = desk_open();
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		cr_expect_str_eq(instances_in(&desk, object_of(&desk, cases[i].lines), FROM, UNTIL),
		    cases[i].instances, "%s: %s", cases[i].lines,
		    instances_in(&desk, object_of(&desk, cases[i].lines), FROM, UNTIL));
	desk_close(&desk);
}
