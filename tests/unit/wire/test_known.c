/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <unistd.h>

#include "upbeat/wire.h"

Test(known, all_is_found_until_all_is_there_and_then_what_was_added)
{
	struct ub_arena *arena = ub_arena_new();
	int fd = ub_wire_known_new(), found = 0;
	struct ub_wire_known *engine = ub_wire_known_open(fd), *relay = ub_wire_known_open(fd);
	cr_assert(engine && relay);
	cr_assert(ub_wire_known_has(relay, UB_TEXT("anything")));
	for (int i = 0; i < 1000; i++)
		ub_wire_known_add(engine, ub_textf(arena, "/alice/cal/%d.ics", i));
	ub_wire_known_complete(engine);
	for (int i = 0; i < 1000; i++)
		cr_assert(ub_wire_known_has(relay, ub_textf(arena, "/alice/cal/%d.ics", i)));
	for (int i = 1000; i < 101000; i++)
		found += ub_wire_known_has(relay, ub_textf(arena, "/alice/cal/%d.ics", i));
	cr_assert_lt(found, 10, "%d of 100,000 others are found", found);
	ub_wire_known_clear(engine);
	cr_assert(ub_wire_known_has(relay, UB_TEXT("anything")));
	ub_wire_known_complete(engine);
	cr_assert_not(ub_wire_known_has(relay, UB_TEXT("/alice/cal/1.ics")));
	ub_wire_known_close(&relay);
	ub_wire_known_close(&engine);
	close(fd);
	ub_arena_free(&arena);
}

Test(known, the_engine_sees_how_crowded_servers_are_whatever_it_knows)
{
	int fd = ub_wire_known_new();
	struct ub_wire_known *engine = ub_wire_known_open(fd), *relay = ub_wire_known_open(fd);
	cr_assert(engine && relay);
	ub_wire_known_set_waiting(relay, UB_UPSTREAMS_MAX - 1, 7);
	ub_wire_known_count_refused(relay, UB_UPSTREAMS_MAX - 1);
	ub_wire_known_count_refused(relay, UB_UPSTREAMS_MAX - 1);
	ub_wire_known_clear(engine);
	struct ub_wire_crowd crowd = ub_wire_known_crowd(engine, UB_UPSTREAMS_MAX - 1);
	cr_expect(crowd.waiting == 7 && crowd.refused == 2);
	crowd = ub_wire_known_crowd(engine, 0);
	cr_expect(crowd.waiting == 0 && crowd.refused == 0);
	ub_wire_known_close(&relay);
	ub_wire_known_close(&engine);
	close(fd);
}

Test(known, the_file_keeps_its_size_and_another_file_is_none)
{
	int fd = ub_wire_known_new();
	cr_assert_gt(fd, UB_WIRE_KNOWN_FD);
	cr_assert_lt(ftruncate(fd, 0), 0);
	close(fd);
	cr_assert_null(ub_wire_known_open(fd));
	cr_assert_null(ub_wire_known_open(STDIN_FILENO));
	cr_assert_null(ub_wire_known_open(-1));
}
