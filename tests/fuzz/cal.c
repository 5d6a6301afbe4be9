/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "fuzz.h"
#include "upbeat/cal.h"

static void check_error(struct ub_text text, const struct ub_time_error *error)
{
	assert(error->at <= text.len && error->len <= text.len - error->at && error->message.len);
}

/* Reading the printed form of a point must give the same point. */
static void check_point(struct ub_arena *arena, struct ub_text text)
{
	struct ub_point point, again;
	struct ub_time_error error;
	struct ub_buf out = UB_BUF(arena);
	if (!ub_cal_parse_point(arena, text, &point, &error)) {
		check_error(text, &error);
		return;
	}
	ub_cal_print_point(&out, point);
	assert(ub_cal_parse_point(arena, ub_buf_text(&out), &again, &error));
	assert(again.span.n == point.span.n && (again.span.n == 0 || again.span.unit == point.span.unit));
	assert(again.anchor == point.anchor && ub_text_eq(again.item, point.item));
}

/* The stretches of a day's work are in order, and lie within the day. */
static void check_day(const struct ub_working_day *day)
{
	int last = 0;
	for (size_t i = 0; i < day->n; i++) {
		assert(last <= day->spans[i].from && day->spans[i].from < day->spans[i].until);
		last = day->spans[i].until;
	}
	assert(last <= 24 * 60);
}

static void check_hours(struct ub_arena *arena, struct ub_text text)
{
	struct ub_working_hours hours;
	struct ub_time_error error;
	if (!ub_cal_parse_hours(arena, text, &hours, &error)) {
		check_error(text, &error);
		return;
	}
	for (int day = UB_MONDAY; day <= UB_SUNDAY; day++)
		check_day(&hours.days[day]);
}

static void check_times(struct ub_arena *arena, struct ub_text text)
{
	struct ub_span span;
	struct ub_every every;
	struct ub_time_error error;
	struct ub_interval interval;
	struct ub_buf out = UB_BUF(arena);
	ub_instant instant;
	if (!ub_cal_parse_span(arena, text, &span, &error))
		check_error(text, &error);
	if (!ub_cal_parse_every(arena, text, &every, &error))
		check_error(text, &error);
	if (!ub_cal_check_pattern(arena, text, &error))
		check_error(text, &error);
	if (ub_cal_parse_time(text, ub_cal_utc(), &instant))
		ub_cal_print_rfc3339(&out, ub_cal_utc(), instant);
	if (ub_cal_parse_interval(text, ub_cal_utc(), &interval))
		assert(interval.start <= interval.end);
	ub_cal_format(&out, text, ub_cal_utc(), 0, UB_GERMAN);
}

static void check_zone(struct ub_arena *arena, struct ub_text bytes)
{
	const struct ub_zone *zone = ub_cal_zone_from_tzif(arena, UB_TEXT("x"), bytes);
	for (ub_instant at = -4000000000; zone && at < 8000000000; at += 77777777) {
		struct ub_zone_period period = ub_cal_zone_at(zone, at);
		assert(period.from <= at && at < period.until);
		ub_instant back = ub_cal_instant(zone, ub_cal_civil(zone, at));
		assert(back <= at);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_text text = ub_text_n((const char *)bytes, size);
	check_point(arena, text);
	check_hours(arena, text);
	check_times(arena, text);
	check_zone(arena, text);
	ub_arena_free(&arena);
	return 0;
}
