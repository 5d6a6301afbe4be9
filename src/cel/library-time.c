/* SPDX-License-Identifier: Apache-2.0 */
#include "library-private.h"

/* getHours() and the like, in UTC, in a zone, and of durations. */

typedef const struct ub_cel_value *args_t;

enum part {
	PART_YEAR,
	PART_MONTH,
	PART_DATE,
	PART_DAY_OF_MONTH,
	PART_DAY_OF_WEEK,
	PART_DAY_OF_YEAR,
	PART_HOURS,
	PART_MINUTES,
	PART_SECONDS,
	PART_MILLISECONDS
};

const struct zone *cel_zone_find(
    struct ub_arena *arena, const struct ub_cel_zones *zones, struct ub_text name)
{
	struct zone found = { 0 };
	if (!cel_time_parse_offset(name, &found.offset)) {
		found.zones = zones;
		found.handle = zones ? zones->find(zones->user, name) : NULL;
		if (!found.handle)
			return NULL;
	}
	struct zone *zone = UB_NEW(arena, struct zone);
	*zone = found;
	return zone;
}

int32_t cel_zone_offset(const struct zone *zone, int64_t instant)
{
	return zone->zones ? zone->zones->offset(zone->handle, instant) : zone->offset;
}

struct ub_cel_value cel_clock_part(struct ub_cel_value timestamp, uint32_t part, int32_t offset)
{
	int64_t seconds = timestamp.i + offset, of_day = ((seconds % 86400) + 86400) % 86400;
	/* Parts that need no date. */
	switch (part) {
	case PART_HOURS:
		return ub_cel_int(of_day / 3600);
	case PART_MINUTES:
		return ub_cel_int(of_day / 60 % 60);
	case PART_SECONDS:
		return ub_cel_int(of_day % 60);
	case PART_MILLISECONDS:
		return ub_cel_int(ub_cel_nanos(timestamp) / 1000000);
	default:
		break;
	}
	struct clock clock = cel_time_clock(seconds);
	switch (part) {
	case PART_YEAR:
		return ub_cel_int(clock.year);
	case PART_MONTH:
		return ub_cel_int(clock.month - 1);
	case PART_DATE:
		return ub_cel_int(clock.day);
	case PART_DAY_OF_MONTH:
		return ub_cel_int(clock.day - 1);
	case PART_DAY_OF_WEEK:
		return ub_cel_int(clock.weekday);
	default:
		return ub_cel_int(clock.year_day);
	}
}

static uint32_t part_of(const struct ub_cel_call *call)
{
	return (uint32_t)(uintptr_t)call->user;
}

static struct ub_cel_value clock_in_utc(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	return cel_clock_part(args[0], part_of(call), 0);
}

struct ub_cel_value cel_clock_in_zone(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	const struct ub_cel_zones *zones = call->eval->program->env->config.zones;
	const struct zone *zone = cel_zone_find(call->arena, zones, ub_cel_text(args[1]));
	if (!zone)
		return ub_cel_fail(
		    call, "unknown-zone", "there is no time zone `%.*s`", UB_ARGS(ub_cel_text(args[1])));
	return cel_clock_part(args[0], part_of(call), cel_zone_offset(zone, args[0].i));
}

/* The whole duration in that unit. Milliseconds are only those beside the whole seconds. */
static struct ub_cel_value duration_part(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	switch (part_of(call)) {
	case PART_HOURS:
		return ub_cel_int(args[0].i / 3600);
	case PART_MINUTES:
		return ub_cel_int(args[0].i / 60);
	case PART_SECONDS:
		return ub_cel_int(args[0].i);
	default:
		return ub_cel_int(ub_cel_nanos(args[0]) / 1000000);
	}
}

#define PART(part) ((void *)(uintptr_t)(part))
#define CLOCK(name, part)                                                                                    \
	{ name, "timestamp.() -> int", clock_in_utc, PART(part) },                                           \
	{                                                                                                    \
		name, "timestamp.(string) -> int", cel_clock_in_zone, PART(part)                             \
	}

static const struct ub_cel_function table[] = {
	CLOCK("getFullYear", PART_YEAR),
	CLOCK("getMonth", PART_MONTH),
	CLOCK("getDate", PART_DATE),
	CLOCK("getDayOfMonth", PART_DAY_OF_MONTH),
	CLOCK("getDayOfWeek", PART_DAY_OF_WEEK),
	CLOCK("getDayOfYear", PART_DAY_OF_YEAR),
	CLOCK("getHours", PART_HOURS),
	CLOCK("getMinutes", PART_MINUTES),
	CLOCK("getSeconds", PART_SECONDS),
	CLOCK("getMilliseconds", PART_MILLISECONDS),
	{ "getHours", "duration.() -> int", duration_part, PART(PART_HOURS) },
	{ "getMinutes", "duration.() -> int", duration_part, PART(PART_MINUTES) },
	{ "getSeconds", "duration.() -> int", duration_part, PART(PART_SECONDS) },
	{ "getMilliseconds", "duration.() -> int", duration_part, PART(PART_MILLISECONDS) },
};

const struct library cel_library_time = { table, UB_COUNT(table) };
