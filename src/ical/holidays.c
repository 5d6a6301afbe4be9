/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

/* The event of a holiday while its days are laid out. */
struct layout {
	struct ub_arena *arena;
	struct ub_holidays *holidays;
	struct ub_text name;
	int length; /* days */
	const struct ub_ical *ical;
	size_t component;
};

static ub_day day_of(struct ub_civil civil)
{
	return ub_cal_day(civil.year, civil.month, civil.day);
}

static bool excepted(const struct layout *layout, ub_day day)
{
	const struct line *line = NULL;
	while ((line = ub_ical_line(layout->ical, layout->component, "EXDATE", line))) {
		struct ub_text rest = line->value, piece;
		struct ub_civil civil;
		bool date, utc;
		while (ub_ical_list_next(&rest, &piece))
			if (ub_libical_time(piece, &civil, &date, &utc) && day_of(civil) == day)
				return true;
	}
	return false;
}

static bool add(void *context, struct ub_civil first)
{
	struct layout *layout = context;
	ub_day day = day_of(first);
	if (excepted(layout, day))
		return true;
	for (int i = 0; i < layout->length && layout->holidays->n < UB_HOLIDAYS_MAX; i++)
		ub_cal_holiday_add(layout->arena, layout->holidays, day + i, layout->name);
	return layout->holidays->n < UB_HOLIDAYS_MAX;
}

static bool dates(struct layout *layout)
{
	const struct line *line = NULL;
	while ((line = ub_ical_line(layout->ical, layout->component, "RDATE", line))) {
		struct ub_text rest = line->value, piece;
		struct ub_civil civil;
		bool date, utc;
		while (ub_ical_list_next(&rest, &piece))
			if (!ub_libical_time(piece, &civil, &date, &utc) || !date || !add(layout, civil))
				return false;
	}
	return true;
}

/* Lays the event out. False: such an event makes no holidays. */
static bool lay_out(struct reader *reader, size_t component, struct layout *layout)
{
	const struct ub_ical *ical = reader->ical;
	struct ub_event event = { .component = UB_COMPONENT_EVENT };
	const struct property *status = ub_ical_property(ical, component, "STATUS", NULL);
	const struct property *summary = ub_ical_property(ical, component, "SUMMARY", NULL);
	const struct line *rule = ub_ical_line(ical, component, "RRULE", NULL);
	if (!ub_ical_times(reader, component, &event) || !event.start.given || !event.start.date ||
	    (status && ub_text_eq_nocase(ub_text_trim(status->text), UB_TEXT("CANCELLED"))))
		return false;
	layout->component = component;
	layout->name = summary ? ub_text_trim(summary->text) : UB_TEXT_NONE;
	layout->length = day_of(event.end.civil) - day_of(event.start.civil);
	if (layout->length > 366)
		return false;
	bool sound = rule
			 ? ub_ical_yearly(rule->value, event.start.civil, 0, UB_HOLIDAY_YEAR_MAX, add, layout)
			 : (add(layout, event.start.civil), true);
	return dates(layout) && sound;
}

bool ub_ical_read_holidays(struct ub_text text, struct ub_arena *arena, struct ub_holidays *holidays,
    size_t *passed, struct ub_ical_refusal *refusal)
{
	const struct ub_ical *ical = ub_ical_index(arena, text, refusal);
	struct ub_ical_refusal of_event;
	struct reader reader = { .ical = ical, .arena = arena, .refusal = &of_event };
	struct layout layout = { .arena = arena, .holidays = holidays, .ical = ical };
	if (passed)
		*passed = 0;
	if (!ical)
		return false;
	for (size_t i = 1; i < ical->components.n; i++)
		if (ub_ical_is(ical, i, "VEVENT") && !lay_out(&reader, i, &layout) && passed)
			++*passed;
	return true;
}
