/* SPDX-License-Identifier: Apache-2.0 */
#include "system-zones.h"

#include <stdio.h>

#include "upbeat/cal.h"

static struct ub_text load_zone(void *context, struct ub_arena *arena, struct ub_text name)
{
	struct ub_buf bytes = UB_BUF(arena);
	char buffer[4096];
	(void)context;
	FILE *file = fopen(ub_textf(arena, "/usr/share/zoneinfo/%.*s", UB_ARGS(name)).ptr, "rb");
	if (!file)
		return (struct ub_text){ NULL, 0 };
	for (size_t n; (n = fread(buffer, 1, sizeof(buffer), file)) > 0;)
		ub_buf_add(&bytes, ub_text_n(buffer, n));
	fclose(file);
	return ub_buf_text(&bytes);
}

static const void *find_zone(void *user, struct ub_text name)
{
	return ub_cal_zone_find(user, name);
}

static int32_t zone_offset(const void *zone, int64_t instant)
{
	return ub_cal_offset(zone, instant);
}

struct ub_cel_zones system_zones_new(void)
{
	struct ub_zones *database = ub_cal_zones_new((struct ub_zone_source){ .load = load_zone });
	return (struct ub_cel_zones){ .user = database, .find = find_zone, .offset = zone_offset };
}

void system_zones_free(struct ub_cel_zones *zones)
{
	struct ub_zones *database = zones->user;
	ub_cal_zones_free(&database);
}
