/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "upbeat/cal.h"

TestSuite(civil, .fini = ub_leak_check);

Test(civil, counts_every_day_of_ten_thousand_years)
{
	struct ub_civil date = { .year = 1, .month = 1, .day = 1 };
	int weekday = UB_MONDAY;
	for (ub_day day = UB_DAY_MIN; day <= UB_DAY_MAX; day++) {
		struct ub_civil found = ub_cal_day_civil(day);
		cr_assert(ub_cal_day(date.year, date.month, date.day) == day);
		cr_assert(found.year == date.year && found.month == date.month && found.day == date.day);
		cr_assert((int)ub_cal_weekday(day) == weekday);
		weekday = weekday % 7 + 1;
		if (++date.day > ub_cal_month_days(date.year, date.month)) {
			date.day = 1;
			date.year += date.month == 12;
			date.month = date.month % 12 + 1;
		}
	}
	cr_assert_eq(date.year, 10000);
}

Test(civil, knows_iso_weeks_around_new_year)
{
	static const struct {
		int year, month, day, week, week_year;
	} cases[] = { { 2026, 1, 1, 1, 2026 }, { 2027, 1, 1, 53, 2026 }, { 2024, 12, 30, 1, 2025 },
		{ 2021, 1, 3, 53, 2020 }, { 2021, 1, 4, 1, 2021 }, { 2016, 1, 3, 53, 2015 } };
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		int year;
		ub_day day = ub_cal_day(cases[i].year, cases[i].month, cases[i].day);
		cr_assert_eq(ub_cal_week(day, &year), cases[i].week);
		cr_assert_eq(year, cases[i].week_year);
	}
	cr_assert_eq(ub_cal_day_of_year(ub_cal_day(2024, 12, 31)), 366);
}

Test(civil, refuses_dates_that_do_not_exist)
{
	static const struct {
		struct ub_civil civil;
		bool valid;
	} cases[] = { { { 2024, 2, 29, 0, 0, 0 }, true }, { { 2026, 2, 29, 0, 0, 0 }, false },
		{ { 1900, 2, 29, 0, 0, 0 }, false }, { { 9999, 12, 31, 23, 59, 59 }, true },
		{ { 10000, 1, 1, 0, 0, 0 }, false }, { { 1, 1, 1, 0, 0, 0 }, true },
		{ { 0, 12, 31, 0, 0, 0 }, false }, { { 2026, 1, 1, 24, 0, 0 }, false },
		{ { 2026, 1, 1, 0, 0, 60 }, false }, { { 2026, 13, 1, 0, 0, 0 }, false } };
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		cr_assert_eq(ub_cal_civil_valid(cases[i].civil), cases[i].valid, "case %zu", i);
}
