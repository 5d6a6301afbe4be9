/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "leaks.h"
#include "upbeat/sys.h"

TestSuite(files, .init = enter_folder, .fini = ub_leak_check);

Test(files, that_are_none_are_refused_without_waiting_for_them)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_text text;
	write_file("a", "12345");
	cr_assert_eq(ub_sys_read_regular_file(arena, "a", 5, &text), UB_FILE_OK);
	cr_assert(ub_text_is(text, "12345"));
	cr_assert_eq(ub_sys_read_regular_file(arena, "pipe", 5, &text), UB_FILE_MISSING);
	cr_assert_eq(mkfifo("pipe", 0600), 0);
	cr_assert_eq(ub_sys_read_regular_file(arena, "pipe", 5, &text), UB_FILE_ODD);
	cr_assert_str_eq(ub_file_result_text(UB_FILE_ODD), "it is no regular file");
	cr_assert_eq(ub_sys_read_regular_file(arena, ".", 5, &text), UB_FILE_ODD);
	cr_assert_eq(ub_sys_read_regular_file(arena, "/dev/zero", 5, &text), UB_FILE_ODD);
	ub_arena_free(&arena);
}

Test(files, are_read_whole_up_to_the_limit)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_text text;
	write_file("a", "12345");
	write_file("empty", "");
	cr_assert_eq(ub_sys_read_file(arena, "a", 5, &text), UB_FILE_OK);
	cr_assert(ub_text_is(text, "12345"));
	cr_assert_eq(ub_sys_read_file(arena, "a", 4, &text), UB_FILE_TOO_LARGE);
	cr_assert_eq(ub_sys_read_file(arena, "empty", 0, &text), UB_FILE_OK);
	cr_assert_eq(text.len, 0);
	cr_assert_eq(ub_sys_read_file(arena, "none", 5, &text), UB_FILE_MISSING);
	cr_assert_eq(ub_sys_read_file(arena, "a/b", 5, &text), UB_FILE_MISSING);
	cr_assert_eq(ub_sys_read_file(arena, ".", 5, &text), UB_FILE_FAILED);
	cr_assert_str_eq(ub_file_result_text(UB_FILE_FAILED), strerror(EISDIR));
	cr_assert_str_eq(ub_file_result_text(UB_FILE_MISSING), "there is no such file");
	ub_arena_free(&arena);
}

Test(files, that_are_pipes_or_have_no_size_are_read_too)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_text text;
	int fds[2];
	static char much[10000];
	memset(much, 'x', sizeof(much));
	cr_assert_eq(pipe(fds), 0);
	cr_assert_eq(write(fds[1], much, sizeof(much)), (ssize_t)sizeof(much));
	close(fds[1]);
	cr_assert_eq(ub_sys_read_fd(arena, fds[0], sizeof(much), &text), UB_FILE_OK);
	cr_assert_eq(text.len, sizeof(much));
	close(fds[0]);
	cr_assert_eq(ub_sys_read_file(arena, "/proc/self/status", 100000, &text), UB_FILE_OK);
	cr_assert_gt(text.len, 100);
	cr_assert_eq(ub_sys_read_file(arena, "/dev/zero", 5000, &text), UB_FILE_TOO_LARGE);
	ub_arena_free(&arena);
}

Test(files, of_a_directory_are_listed_by_name)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_text *names;
	size_t n;
	write_file("b.yaml", "");
	write_file("a.yaml", "");
	write_file("B.yaml", "");
	write_file(".hidden.yaml", "");
	write_file("a.yaml~", "");
	cr_assert_eq(ub_sys_list_directory(arena, ".", UB_TEXT(".yaml"), &names, &n), UB_FILE_OK);
	cr_assert_eq(n, 3);
	cr_assert(ub_text_is(names[0], "B.yaml") && ub_text_is(names[1], "a.yaml") &&
		  ub_text_is(names[2], "b.yaml"));
	cr_assert_eq(ub_sys_list_directory(arena, ".", UB_TEXT_NONE, &names, &n), UB_FILE_OK);
	cr_assert_eq(n, 4);
	cr_assert_eq(ub_sys_list_directory(arena, "/nonexistent", UB_TEXT_NONE, &names, &n), UB_FILE_MISSING);
	cr_assert(ub_sys_is_directory("."));
	cr_assert_not(ub_sys_is_directory("a.yaml"));
	cr_assert_not(ub_sys_is_directory("none"));
	ub_arena_free(&arena);
}

Test(files, of_zones_are_found_by_plain_names_only)
{
	struct ub_arena *arena = ub_arena_new();
	write_file("secret", "no");
	cr_assert_eq(mkdir("zones", 0700), 0);
	write_file("zones/Etc_GMT+1", "TZif");
	struct ub_zone_source source = ub_sys_zone_source("zones");
	cr_assert(ub_text_is(source.load(source.context, arena, UB_TEXT("Etc_GMT+1")), "TZif"));
	static const char *const names[] = { "", "/", "../secret", "x/../../secret", "/etc/passwd", "a//b",
		"a/", ".", "Etc_GMT+1/", "a\nb" };
	for (size_t i = 0; i < UB_COUNT(names); i++)
		cr_expect_null(source.load(source.context, arena, ub_text(names[i])).ptr, "%s", names[i]);
	cr_expect_null(
	    source.load(source.context, arena, ub_text_n("Etc_GMT+1\0x", 11)).ptr, "a NUL is not plain");
	ub_arena_free(&arena);
}

Test(files, of_the_systems_zones_are_there)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_zone_source source = ub_sys_zone_source(NULL);
	struct ub_text bytes = source.load(source.context, arena, UB_TEXT("Europe/Berlin"));
	cr_assert(ub_text_starts(bytes, UB_TEXT("TZif")));
	ub_arena_free(&arena);
}
