/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "fixture.h"
#include "objects.h"

struct desk desk_open(void)
{
	return (struct desk){ .arena = ub_arena_new(), .zones = fixture_zones() };
}

void desk_close(struct desk *desk)
{
	ub_cal_zones_free(&desk->zones);
	ub_arena_free(&desk->arena);
}

struct ub_text object_of(struct desk *desk, const char *lines)
{
	return ub_textf(desk->arena,
	    "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Test//"
	    "EN\nBEGIN:VEVENT\nUID:u\n%s\nEND:VEVENT\nEND:VCALENDAR\n",
	    lines);
}

const struct ub_event *event_of(struct desk *desk, const char *lines)
{
	const struct ub_event *event =
	    ub_ical_read(object_of(desk, lines), desk->zones, desk->arena, &desk->refusal);
	cr_assert_not_null(event, "%s: %.*s", lines, UB_ARGS(desk->refusal.message));
	return event;
}

const char *refused(struct desk *desk, struct ub_text text)
{
	desk->refusal = (struct ub_ical_refusal){ .code = "" };
	const struct ub_event *event = ub_ical_read(text, desk->zones, desk->arena, &desk->refusal);
	cr_assert_eq(event == NULL, desk->refusal.code[0] != '\0');
	return desk->refusal.code;
}

const char *shown(struct desk *desk, const struct ub_when *when)
{
	struct ub_buf out = UB_BUF(desk->arena);
	struct ub_text const pattern = when->date ? UB_TEXT("%F date") : UB_TEXT("%F %R floating");
	if (!when->given)
		return "none";
	if (when->zone && !when->date) {
		ub_cal_print_rfc3339(&out, when->zone, ub_cal_instant(when->zone, when->civil));
		ub_buf_printf(&out, " %.*s", UB_ARGS(ub_cal_zone_name(when->zone)));
	} else {
		ub_cal_format(
		    &out, pattern, ub_cal_utc(), ub_cal_instant(ub_cal_utc(), when->civil), UB_ENGLISH);
	}
	return ub_buf_cstr(&out);
}

struct ub_text replaced(struct desk *desk, struct ub_text text, const char *from, const char *to)
{
	struct ub_buf out = UB_BUF(desk->arena);
	struct ub_text wanted = ub_text(from);
	size_t at = 0, found = ub_text_find(text, wanted, 0);
	cr_assert_neq(found, SIZE_MAX, "%s", from);
	for (; found != SIZE_MAX; found = ub_text_find(text, wanted, at)) {
		ub_buf_add(&out, ub_text_sub(text, at, found));
		ub_buf_str(&out, to);
		at = found + wanted.len;
	}
	ub_buf_add(&out, ub_text_sub(text, at, text.len));
	return ub_buf_text(&out);
}
