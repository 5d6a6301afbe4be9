/* SPDX-License-Identifier: Apache-2.0 */

/*
 * series: the instances of the calendar objects on the standard input, for series.py. Before each object
 * stands a line "FROM UNTIL MOST", in seconds since 1970, and after it a line with a dot. One line is printed
 * for each: the microseconds that it took, the instances' starts in seconds since 1970, and "+" where there
 * are further ones; or why it cannot be told. Times without a zone are in UTC.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "upbeat/ical.h"
#include "upbeat/sys.h"

static long long microseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static ub_instant start_of(const struct ub_event *event)
{
	const struct ub_zone *zone = event->start.zone ? event->start.zone : ub_cal_utc();
	return ub_cal_instant(zone, event->start.civil);
}

static void answer(
    struct ub_text text, const long long window[3], const struct ub_zones *zones, struct ub_arena *arena)
{
	struct ub_ical_refusal refusal;
	struct ub_instances instances;
	struct ub_text why = UB_TEXT_NONE;
	const struct ub_ical *ical = ub_ical_parse(arena, text, &refusal);
	if (!ical) {
		printf("0 unreadable: %.*s\n", UB_ARGS(refusal.message));
		return;
	}
	long long before = microseconds();
	const struct ub_series_window asked = { ub_cal_utc(), window[0], window[1], (size_t)window[2] };
	bool known = ub_ical_instances(ical, zones, &asked, arena, &instances, &why);
	printf("%lld", microseconds() - before);
	if (!known)
		printf(" %.*s", UB_ARGS(why));
	for (size_t i = 0; known && i < instances.n; i++)
		printf(" %lld", (long long)start_of(instances.items[i]));
	printf("%s\n", known && instances.more ? " +" : "");
}

int main(void)
{
	struct ub_zones *zones = ub_cal_zones_new(ub_sys_zone_source(NULL));
	char *line = NULL;
	size_t size = 0;
	long long window[3];
	while (getline(&line, &size, stdin) > 0) {
		struct ub_arena *arena = ub_arena_new();
		struct ub_buf text = UB_BUF(arena);
		if (sscanf(line, "%lld %lld %lld", &window[0], &window[1], &window[2]) != 3)
			return 2;
		while (getline(&line, &size, stdin) > 0 && strcmp(line, ".\n") != 0)
			ub_buf_str(&text, line);
		answer(ub_buf_text(&text), window, zones, arena);
		ub_arena_free(&arena);
	}
	free(line);
	ub_cal_zones_free(&zones);
	return 0;
}
