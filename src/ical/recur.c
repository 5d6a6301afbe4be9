/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

#include <libical/ical.h>

#include "upbeat/sys.h"

/*
 * The only file that knows libical. Nothing of its global state is touched: it gets no time zones, no files
 * and no callbacks; a rule and a civil time go in, civil times come out.
 */

static struct icaltimetype to_ical(struct ub_civil civil)
{
	return (struct icaltimetype){ .year = civil.year,
		.month = civil.month,
		.day = civil.day,
		.hour = civil.hour,
		.minute = civil.minute,
		.second = civil.second };
}

static struct ub_civil from_ical(struct icaltimetype time)
{
	return (struct ub_civil){ time.year, time.month, time.day, time.hour, time.minute, time.second };
}

/* Only characters of the grammar (RFC 5545 3.3.10), and no RSCALE, which would ask ICU. */
static bool plain(struct ub_text rule)
{
	for (size_t i = 0; i < rule.len; i++) {
		char c = rule.ptr[i];
		bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
		if (!letter && !(c >= '0' && c <= '9') && c != '=' && c != ';' && c != ',' && c != '+' &&
		    c != '-')
			return false;
	}
	return rule.len > 0 && rule.len <= UB_ICAL_RULE_MAX &&
	       ub_text_find(rule, UB_TEXT("RSCALE"), 0) == SIZE_MAX;
}

static bool parse(struct ub_text text, struct ub_arena *arena, struct icalrecurrencetype *rule)
{
	text = ub_text_trim(text);
	if (!plain(text))
		return false;
	*rule = icalrecurrencetype_from_string(ub_text_cstr(arena, text));
	return rule->freq == ICAL_YEARLY_RECURRENCE && !rule->rscale;
}

bool ub_ical_yearly_other(struct ub_text text, struct ub_civil start, int32_t offset, int last_year,
    bool (*each)(void *context, struct ub_civil instance), void *context, struct ub_arena *arena)
{
	struct icalrecurrencetype rule;
	if (!parse(text, arena, &rule))
		return false;
	if (rule.until.is_date) {
		rule.until.is_date = 0;
		rule.until.hour = 23;
		rule.until.minute = rule.until.second = 59;
	} else if (rule.until.year && icaltime_is_utc(rule.until)) {
		rule.until = to_ical(ub_ical_civil_add(from_ical(rule.until), offset));
	}
	icalrecur_iterator *iterator = icalrecur_iterator_new(rule, to_ical(start));
	if (!iterator)
		return false;
	int64_t deadline = ub_sys_monotonic_ms() + UB_ICAL_ITERATION_MS;
	for (int n = 0; n < UB_ICAL_ITERATIONS && ub_sys_monotonic_ms() < deadline; n++) {
		struct icaltimetype next = icalrecur_iterator_next(iterator);
		if (icaltime_is_null_time(next) || next.year > last_year || !each(context, from_ical(next)))
			break;
	}
	icalrecur_iterator_free(iterator);
	return true;
}
