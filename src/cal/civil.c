/* SPDX-License-Identifier: Apache-2.0 */
#include "cal-private.h"

/*
 * A year that begins on the first of March has its leap day last, and its months follow a pattern of 153 days
 * in five. So days and dates turn into one another without tables. 400 years are 146097 days.
 */
#define DAYS_400_YEARS      146097
#define DAYS_TO_1970        719468 /* from 0000-03-01 */
#define MONTHS_BEFORE_MARCH 2

int64_t cal_floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static bool leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int ub_cal_month_days(int year, int month)
{
	if (month == 2)
		return leap(year) ? 29 : 28;
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

bool ub_cal_civil_valid(struct ub_civil c)
{
	return c.year >= 1 && c.year <= 9999 && c.month >= 1 && c.month <= 12 && c.day >= 1 &&
	       c.day <= ub_cal_month_days(c.year, c.month) && c.hour >= 0 && c.hour <= 23 && c.minute >= 0 &&
	       c.minute <= 59 && c.second >= 0 && c.second <= 59;
}

ub_day ub_cal_day(int year, int month, int day)
{
	int64_t months = (int64_t)year * 12 + month - 1 - MONTHS_BEFORE_MARCH;
	int64_t from_march = cal_floor_div(months, 12);
	int64_t month_of_year = months - from_march * 12;
	int64_t era = cal_floor_div(from_march, 400);
	int64_t year_of_era = from_march - era * 400;
	int64_t day_of_year = (153 * month_of_year + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return (ub_day)(era * DAYS_400_YEARS + day_of_era - DAYS_TO_1970);
}

struct ub_civil ub_cal_day_civil(ub_day day)
{
	int64_t days = (int64_t)day + DAYS_TO_1970;
	int64_t era = cal_floor_div(days, DAYS_400_YEARS);
	int64_t day_of_era = days - era * DAYS_400_YEARS;
	/* Before dividing by 365, the leap days that lie before this day are taken out. */
	int64_t year_of_era =
	    (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / (DAYS_400_YEARS - 1)) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t from_march = (5 * day_of_year + 2) / 153;
	return (struct ub_civil){
		.year = (int)(era * 400 + year_of_era + (from_march >= 10)),
		.month = (int)(from_march < 10 ? from_march + 3 : from_march - 9),
		.day = (int)(day_of_year - (153 * from_march + 2) / 5 + 1),
	};
}

enum ub_weekday ub_cal_weekday(ub_day day)
{
	/* 1970-01-01 was a Thursday. */
	int64_t since_monday = (int64_t)day + UB_THURSDAY - UB_MONDAY;
	return (enum ub_weekday)(since_monday - cal_floor_div(since_monday, 7) * 7 + UB_MONDAY);
}

int ub_cal_day_of_year(ub_day day)
{
	return day - ub_cal_day(ub_cal_day_civil(day).year, 1, 1) + 1;
}

int ub_cal_week(ub_day day, int *year)
{
	/* A week belongs to the year that its Thursday lies in. */
	ub_day thursday = day + UB_THURSDAY - (ub_day)ub_cal_weekday(day);
	if (year)
		*year = ub_cal_day_civil(thursday).year;
	return (ub_cal_day_of_year(thursday) - 1) / 7 + 1;
}

int64_t cal_wall_seconds(struct ub_civil c)
{
	return (int64_t)ub_cal_day(c.year, c.month, c.day) * DAY_SECONDS + c.hour * 3600 + c.minute * 60 +
	       c.second;
}

struct ub_civil cal_wall_civil(int64_t seconds)
{
	int64_t day = cal_floor_div(seconds, DAY_SECONDS);
	int of_day = (int)(seconds - day * DAY_SECONDS);
	struct ub_civil civil = ub_cal_day_civil((ub_day)day);
	civil.hour = of_day / 3600;
	civil.minute = of_day / 60 % 60;
	civil.second = of_day % 60;
	return civil;
}
