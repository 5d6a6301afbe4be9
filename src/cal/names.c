/* SPDX-License-Identifier: Apache-2.0 */
#include "cal-private.h"

#include <assert.h>

static const char *const weekdays[][7] = {
	[UB_ENGLISH] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday" },
	[UB_GERMAN] = { "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag" },
	[UB_FRENCH] = { "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche" },
};

static const char *const months[][12] = {
	[UB_ENGLISH] = { "January", "February", "March", "April", "May", "June", "July", "August",
	    "September", "October", "November", "December" },
	[UB_GERMAN] = { "Januar", "Februar", "M\xc3\xa4rz", "April", "Mai", "Juni", "Juli", "August",
	    "September", "Oktober", "November", "Dezember" },
	[UB_FRENCH] = { "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
	    "octobre", "novembre", "décembre" },
};

enum ub_language ub_cal_language(struct ub_text tag)
{
	struct ub_text primary = ub_text_sub(tag, 0, 2);
	bool ends = tag.len == 2 || (tag.len > 2 && (tag.ptr[2] == '-' || tag.ptr[2] == '_'));
	return ends && ub_text_eq_nocase(primary, UB_TEXT("de"))   ? UB_GERMAN
	       : ends && ub_text_eq_nocase(primary, UB_TEXT("fr")) ? UB_FRENCH
								   : UB_ENGLISH;
}

struct ub_text ub_cal_weekday_name(enum ub_weekday weekday, enum ub_language language)
{
	assert(weekday >= UB_MONDAY && weekday <= UB_SUNDAY);
	return ub_text(weekdays[language][weekday - UB_MONDAY]);
}

struct ub_text ub_cal_month_name(int month, enum ub_language language)
{
	assert(month >= 1 && month <= 12);
	return ub_text(months[language][month - 1]);
}
