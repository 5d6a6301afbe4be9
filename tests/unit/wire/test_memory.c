/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <unistd.h>

#include "upbeat/wire.h"

Test(memory, all_is_found_until_all_is_there_and_then_what_was_added)
{
	struct ub_arena *arena = ub_arena_new();
	int fd = ub_wire_memory_new(), found = 0;
	struct ub_wire_memory *engine = ub_wire_memory_open(fd), *relay = ub_wire_memory_open(fd);
	cr_assert(engine && relay);
	cr_assert(ub_wire_objects_have(relay, UB_TEXT("anything")));
	for (int i = 0; i < 1000; i++)
		ub_wire_objects_add(engine, ub_textf(arena, "/alice/cal/%d.ics", i));
	ub_wire_objects_complete(engine);
	for (int i = 0; i < 1000; i++)
		cr_assert(ub_wire_objects_have(relay, ub_textf(arena, "/alice/cal/%d.ics", i)));
	for (int i = 1000; i < 101000; i++)
		found += ub_wire_objects_have(relay, ub_textf(arena, "/alice/cal/%d.ics", i));
	cr_assert_lt(found, 10, "%d of 100,000 others are found", found);
	ub_wire_objects_clear(engine);
	cr_assert(ub_wire_objects_have(relay, UB_TEXT("anything")));
	ub_wire_objects_complete(engine);
	cr_assert_not(ub_wire_objects_have(relay, UB_TEXT("/alice/cal/1.ics")));
	ub_wire_memory_close(&relay);
	ub_wire_memory_close(&engine);
	close(fd);
	ub_arena_free(&arena);
}

Test(memory, the_engine_sees_how_crowded_servers_are_whatever_it_knows)
{
	int fd = ub_wire_memory_new();
	struct ub_wire_memory *engine = ub_wire_memory_open(fd), *relay = ub_wire_memory_open(fd);
	cr_assert(engine && relay);
	ub_wire_crowd_set_waiting(relay, UB_UPSTREAMS_MAX - 1, 7);
	ub_wire_crowd_count_refused(relay, UB_UPSTREAMS_MAX - 1);
	ub_wire_crowd_count_refused(relay, UB_UPSTREAMS_MAX - 1);
	ub_wire_objects_clear(engine);
	struct ub_wire_crowd crowd = ub_wire_crowd_at(engine, UB_UPSTREAMS_MAX - 1);
	cr_expect(crowd.waiting == 7 && crowd.refused == 2);
	crowd = ub_wire_crowd_at(engine, 0);
	cr_expect(crowd.waiting == 0 && crowd.refused == 0);
	ub_wire_memory_close(&relay);
	ub_wire_memory_close(&engine);
	close(fd);
}

Test(memory, the_file_keeps_its_size_and_another_file_is_none)
{
	int fd = ub_wire_memory_new();
	cr_assert_gt(fd, UB_WIRE_MEMORY_FD);
	cr_assert_lt(ftruncate(fd, 0), 0);
	close(fd);
	cr_assert_null(ub_wire_memory_open(fd));
	cr_assert_null(ub_wire_memory_open(STDIN_FILENO));
	cr_assert_null(ub_wire_memory_open(-1));
}
