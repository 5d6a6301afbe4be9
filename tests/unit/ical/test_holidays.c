/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "objects.h"

TestSuite(holidays, .fini = ub_leak_check);

static const char calendar[] =
    "BEGIN:VCALENDAR\nVERSION:2.0\n"
    "BEGIN:VEVENT\nUID:1\nSUMMARY:New Year\nDTSTART;VALUE=DATE:20200101\nRRULE:FREQ=YEARLY\n"
    "EXDATE;VALUE=DATE:20270101\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:2\nSUMMARY:Bridge\\, "
    "closed\nDTSTART;VALUE=DATE:20261228\nDTEND;VALUE=DATE:20261231\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:3\nSUMMARY:Thanksgiving\nDTSTART;VALUE=DATE:20201126\n"
    "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;UNTIL=20261231\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:4\nSUMMARY:Easter "
    "Monday\nDTSTART;VALUE=DATE:20260406\nRDATE;VALUE=DATE:20270329,20280417\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:5\nSUMMARY:Party\nDTSTART;TZID=Europe/Berlin:20260501T180000\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:6\nSUMMARY:Off\nSTATUS:CANCELLED\nDTSTART;VALUE=DATE:20260502\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:7\nSUMMARY:Fridays\nRRULE:FREQ=WEEKLY\nDTSTART;VALUE=DATE:20260501\nEND:VEVENT\n"
    "END:VCALENDAR\n";

Test(holidays, are_laid_out_from_a_calendar)
{
	static const struct {
		int year, month, day;
		const char *name; /* NULL: a working day */
	} cases[] = {
		{ 2020, 1, 1, "New Year" },
		{ 2019, 1, 1, NULL },
		{ 2026, 1, 1, "New Year" },
		{ 2027, 1, 1, NULL },
		{ 2100, 1, 1, "New Year" },
		{ 2101, 1, 1, NULL },
		{ 2026, 12, 27, NULL },
		{ 2026, 12, 28, "Bridge, closed" },
		{ 2026, 12, 30, "Bridge, closed" },
		{ 2026, 12, 31, NULL },
		{ 2020, 11, 26, "Thanksgiving" },
		{ 2026, 11, 26, "Thanksgiving" },
		{ 2027, 11, 25, NULL },
		{ 2026, 4, 6, "Easter Monday" },
		{ 2027, 3, 29, "Easter Monday" },
		{ 2028, 4, 17, "Easter Monday" },
		{ 2026, 5, 1, NULL },
		{ 2026, 5, 2, NULL },
	};
	struct desk desk = desk_open();
	struct ub_holidays holidays = { 0 };
	size_t passed;
	cr_assert(ub_ical_read_holidays(ub_text(calendar), desk.arena, &holidays, &passed, &desk.refusal));
	cr_assert_eq(passed, 3);
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		const struct ub_holiday *found =
		    ub_cal_holiday(&holidays, ub_cal_day(cases[i].year, cases[i].month, cases[i].day));
		cr_assert(ub_text_is(found ? found->name : UB_TEXT_NONE, cases[i].name ? cases[i].name : ""),
		    "case %zu", i);
	}
	cr_assert(!ub_ical_read_holidays(UB_TEXT("rubbish"), desk.arena, &holidays, NULL, &desk.refusal));
	cr_assert_str_eq(desk.refusal.code, "not-a-calendar");
	desk_close(&desk);
}
