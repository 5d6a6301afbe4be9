/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "objects.h"

TestSuite(limits, .fini = ub_leak_check);

static struct ub_text sized(struct desk *desk, size_t size)
{
	struct ub_buf out = UB_BUF(desk->arena);
	struct ub_text const rest = UB_TEXT("\nEND:VEVENT\nEND:VCALENDAR\n");
	ub_buf_str(&out, "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\nDESCRIPTION:");
	ub_buf_pad(&out, 'x', size - out.len - rest.len);
	ub_buf_add(&out, rest);
	return ub_buf_text(&out);
}

Test(limits, hold_for_the_size)
{
	struct desk desk = desk_open();
	cr_assert_str_eq(refused(&desk, sized(&desk, UB_ICAL_SIZE_MAX)), "");
	cr_assert_str_eq(refused(&desk, sized(&desk, UB_ICAL_SIZE_MAX + 1)), "too-large");
	desk_close(&desk);
}

Test(limits, hold_for_nul_bytes)
{
	struct desk desk = desk_open();
	struct ub_text text = object_of(&desk, "SUMMARY:a#b");
	((char *)(uintptr_t)text.ptr)[ub_text_find(text, UB_TEXT("#"), 0)] = '\0';
	cr_assert_str_eq(refused(&desk, text), "nul-byte");
	desk_close(&desk);
}

static struct ub_text of_lines(struct desk *desk, size_t lines)
{
	struct ub_buf out = UB_BUF(desk->arena);
	ub_buf_str(&out, "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\n");
	for (size_t i = 5; i < lines; i++)
		ub_buf_str(&out, "X:\n");
	ub_buf_str(&out, "END:VEVENT\nEND:VCALENDAR\n");
	return ub_buf_text(&out);
}

Test(limits, hold_for_the_number_of_lines)
{
	struct desk desk = desk_open();
	cr_assert_str_eq(refused(&desk, of_lines(&desk, UB_ICAL_LINES_MAX)), "");
	cr_assert_str_eq(refused(&desk, of_lines(&desk, UB_ICAL_LINES_MAX + 1)), "too-many-lines");
	desk_close(&desk);
}

static struct ub_text nested(struct desk *desk, int depth)
{
	struct ub_buf out = UB_BUF(desk->arena);
	ub_buf_str(&out, "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\n");
	for (int i = 2; i < depth; i++)
		ub_buf_str(&out, "BEGIN:X\n");
	for (int i = 2; i < depth; i++)
		ub_buf_str(&out, "END:X\n");
	ub_buf_str(&out, "END:VEVENT\nEND:VCALENDAR\n");
	return ub_buf_text(&out);
}

Test(limits, hold_for_the_nesting)
{
	struct desk desk = desk_open();
	cr_assert_str_eq(refused(&desk, nested(&desk, UB_ICAL_NESTING_MAX)), "");
	cr_assert_str_eq(refused(&desk, nested(&desk, UB_ICAL_NESTING_MAX + 1)), "too-deep");
	desk_close(&desk);
}

static const char *ruled(struct desk *desk, size_t length)
{
	struct ub_buf out = UB_BUF(desk->arena);
	ub_buf_str(&out, "RRULE:FREQ=DAILY;X=");
	ub_buf_pad(&out, '1', length - strlen("FREQ=DAILY;X="));
	return refused(desk, object_of(desk, ub_buf_cstr(&out)));
}

Test(limits, hold_for_recurrence_rules)
{
	struct desk desk = desk_open();
	cr_assert_str_eq(ruled(&desk, UB_ICAL_RULE_MAX), "");
	cr_assert_str_eq(ruled(&desk, UB_ICAL_RULE_MAX + 1), "rule-too-long");
	desk_close(&desk);
}

Test(limits, hold_for_the_number_of_people)
{
	struct desk desk = desk_open();
	struct ub_buf out = UB_BUF(desk.arena);
	for (int i = 0; i <= UB_ICAL_PEOPLE_MAX; i++)
		ub_buf_printf(&out, "ATTENDEE:mailto:p%d@acme.example\n", i);
	cr_assert_eq(event_of(&desk, ub_buf_cstr(&out))->n_attendees, UB_ICAL_PEOPLE_MAX);
	desk_close(&desk);
}

/* A zone with this many observances, each of one onset. */
static const char *observed(struct desk *desk, int n)
{
	struct ub_buf out = UB_BUF(desk->arena);
	ub_buf_str(&out, "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Own\n");
	for (int i = 0; i < n; i++)
		ub_buf_printf(&out,
		    "BEGIN:STANDARD\nDTSTART:%d0101T000000\nTZOFFSETFROM:+0%d00\nTZOFFSETTO:+0%d00\nEND:"
		    "STANDARD\n",
		    1900 + i, i % 2, 1 - i % 2);
	ub_buf_str(&out, "END:VTIMEZONE\nBEGIN:VEVENT\nUID:u\nDTSTART;TZID=Own:20261112T140000\nEND:VEVENT\n"
			 "END:VCALENDAR\n");
	return refused(desk, ub_buf_text(&out));
}

Test(limits, hold_for_time_zones)
{
	struct desk desk = desk_open();
	cr_assert_str_eq(observed(&desk, UB_ICAL_OBSERVANCES), "");
	cr_assert_str_eq(observed(&desk, UB_ICAL_OBSERVANCES + 1), "unknown-zone");
	desk_close(&desk);
}

/* The instances of a yearly series until 2027, if the last of so many zones of the object's own is known. */
static size_t zoned(struct desk *desk, int n)
{
	struct ub_buf out = UB_BUF(desk->arena);
	struct ub_instances instances;
	struct ub_text why;
	ub_buf_str(&out, "BEGIN:VCALENDAR\n");
	for (int i = 0; i < n; i++)
		ub_buf_printf(&out,
		    "BEGIN:VTIMEZONE\nTZID:Own %d\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
		    "TZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n",
		    i);
	ub_buf_str(&out, "BEGIN:VEVENT\nUID:u\nDTSTART:20260101T090000Z\nRRULE:FREQ=YEARLY\n");
	for (int i = 0; i < n; i++)
		ub_buf_printf(&out, "EXDATE;TZID=Own %d:%d0101T100000\n", i, i < n - 1 ? 2030 : 2027);
	ub_buf_str(&out, "END:VEVENT\nEND:VCALENDAR\n");
	const struct ub_ical *ical = ub_ical_parse(desk->arena, ub_buf_text(&out), &desk->refusal);
	const struct ub_series_window window = { ub_cal_utc(), .until = INT64_C(1800000000), .most = 10 };
	cr_assert(ical && ub_ical_instances(ical, desk->zones, &window, desk->arena, &instances, &why));
	return instances.n;
}

Test(limits, hold_for_the_number_of_time_zones)
{
	struct desk desk = desk_open();
	cr_assert_eq(zoned(&desk, UB_ICAL_ZONES_MAX), 1);
	cr_assert_eq(zoned(&desk, UB_ICAL_ZONES_MAX + 1), 2);
	desk_close(&desk);
}

static size_t holidays(struct desk *desk, int events)
{
	struct ub_buf out = UB_BUF(desk->arena);
	struct ub_holidays found = { 0 };
	ub_buf_str(&out, "BEGIN:VCALENDAR\n");
	for (int i = 0; i < events; i++)
		ub_buf_printf(&out, "BEGIN:VEVENT\nUID:%d\nDTSTART:%04d0101\nDURATION:P%dD\nEND:VEVENT\n", i,
		    1000 + 2 * i, 200);
	ub_buf_str(&out, "END:VCALENDAR\n");
	cr_assert(ub_ical_read_holidays(ub_buf_text(&out), desk->arena, &found, NULL, &desk->refusal));
	return found.n;
}

Test(limits, hold_for_holidays)
{
	struct desk desk = desk_open();
	cr_assert_eq(holidays(&desk, UB_HOLIDAYS_MAX / 200 - 1), UB_HOLIDAYS_MAX - 200);
	cr_assert_eq(holidays(&desk, UB_HOLIDAYS_MAX / 200), UB_HOLIDAYS_MAX);
	cr_assert_eq(holidays(&desk, UB_HOLIDAYS_MAX / 200 + 1), UB_HOLIDAYS_MAX);
	desk_close(&desk);
}
