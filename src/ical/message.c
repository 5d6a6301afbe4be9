/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

ub_instant ub_ical_stamp(const struct ub_ical *ical)
{
	size_t master = ub_ical_master(ical);
	const struct line *stamp =
	    master == NO_COMPONENT ? NULL : ub_ical_line(ical, master, "DTSTAMP", NULL);
	struct ub_civil civil;
	bool date, utc;
	if (!stamp || !ub_libical_time(ub_text_trim(stamp->value), &civil, &date, &utc) || !utc)
		return UB_INSTANT_NONE;
	return ub_cal_instant(ub_cal_utc(), civil);
}

bool ub_ical_invites(const struct ub_ical *ical)
{
	const struct property *method = ub_ical_property(ical, 0, "METHOD", NULL);
	return method && ub_text_eq_nocase(ub_text_trim(method->text), UB_TEXT("REQUEST"));
}
