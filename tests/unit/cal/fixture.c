/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "fixture.h"

struct ub_text fixture_read(struct ub_arena *arena, const char *name)
{
	FILE *file = fopen(ub_textf(arena, SRCDIR "/tests/unit/cal/%s", name).ptr, "rb");
	if (!file)
		return (struct ub_text){ NULL, 0 };
	char *bytes = ub_arena_alloc(arena, 1 << 20);
	size_t n = fread(bytes, 1, 1 << 20, file);
	fclose(file);
	return ub_text_n(bytes, n);
}

static struct ub_text load(void *context, struct ub_arena *arena, struct ub_text name)
{
	(void)context;
	return fixture_read(arena, ub_textf(arena, "zoneinfo/%.*s", UB_ARGS(name)).ptr);
}

struct ub_zones *fixture_zones(void)
{
	return ub_cal_zones_new((struct ub_zone_source){ load, NULL });
}

const struct ub_zone *fixture_zone(struct ub_zones *zones, const char *name)
{
	const struct ub_zone *zone = ub_cal_zone_find(zones, ub_text(name));
	cr_assert_not_null(zone, "%s", name);
	return zone;
}

ub_instant fixture_instant(const char *rfc3339)
{
	ub_instant instant;
	cr_assert(ub_cal_parse_rfc3339(ub_text(rfc3339), &instant, NULL), "%s", rfc3339);
	return instant;
}

struct ub_working_hours fixture_hours(struct ub_arena *arena, const char *text)
{
	struct ub_working_hours hours;
	struct ub_time_error error;
	cr_assert(ub_cal_parse_hours(arena, ub_text(text), &hours, &error), "%s", text);
	return hours;
}
