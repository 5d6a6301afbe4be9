/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "leaks.h"
#include "upbeat/sys.h"

TestSuite(files, .fini = ub_leak_check);

static const char *make_folder(char *folder)
{
	strcpy(folder, "/tmp/upbeat-files-XXXXXX");
	cr_assert_not_null(mkdtemp(folder));
	return folder;
}

static void write_file(const char *folder, const char *name, const char *text)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	cr_assert_not_null(file);
	fputs(text, file);
	fclose(file);
}

static void remove_folder(const char *folder)
{
	char command[64];
	snprintf(command, sizeof(command), "rm -r %s", folder);
	cr_assert_eq(system(command), 0);
}

static enum ub_file_result read_in(
    struct ub_arena *arena, const char *folder, const char *name, size_t limit, struct ub_text *text)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return ub_sys_read_file(arena, path, limit, text);
}

Test(files, that_are_none_are_refused_without_waiting_for_them)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_text text;
	char folder[32], path[64];
	make_folder(folder);
	write_file(folder, "a", "12345");
	snprintf(path, sizeof(path), "%s/a", folder);
	cr_assert_eq(ub_sys_read_regular_file(arena, path, 5, &text), UB_FILE_OK);
	cr_assert(ub_text_is(text, "12345"));
	snprintf(path, sizeof(path), "%s/pipe", folder);
	cr_assert_eq(ub_sys_read_regular_file(arena, path, 5, &text), UB_FILE_MISSING);
	cr_assert_eq(mkfifo(path, 0600), 0);
	cr_assert_eq(ub_sys_read_regular_file(arena, path, 5, &text), UB_FILE_ODD);
	cr_assert_str_eq(ub_file_result_text(UB_FILE_ODD), "it is no regular file");
	cr_assert_eq(ub_sys_read_regular_file(arena, folder, 5, &text), UB_FILE_ODD);
	cr_assert_eq(ub_sys_read_regular_file(arena, "/dev/zero", 5, &text), UB_FILE_ODD);
	remove_folder(folder);
	ub_arena_free(&arena);
}

Test(files, are_read_whole_up_to_the_limit)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_text text;
	char folder[32];
	make_folder(folder);
	write_file(folder, "a", "12345");
	write_file(folder, "empty", "");
	cr_assert_eq(read_in(arena, folder, "a", 5, &text), UB_FILE_OK);
	cr_assert(ub_text_is(text, "12345"));
	cr_assert_eq(read_in(arena, folder, "a", 4, &text), UB_FILE_TOO_LARGE);
	cr_assert_eq(read_in(arena, folder, "empty", 0, &text), UB_FILE_OK);
	cr_assert_eq(text.len, 0);
	cr_assert_eq(read_in(arena, folder, "none", 5, &text), UB_FILE_MISSING);
	cr_assert_eq(read_in(arena, folder, "a/b", 5, &text), UB_FILE_MISSING);
	cr_assert_eq(read_in(arena, folder, "", 5, &text), UB_FILE_FAILED);
	cr_assert_str_eq(ub_file_result_text(UB_FILE_FAILED), strerror(EISDIR));
	cr_assert_str_eq(ub_file_result_text(UB_FILE_MISSING), "there is no such file");
	remove_folder(folder);
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
	char folder[32];
	make_folder(folder);
	write_file(folder, "b.yaml", "");
	write_file(folder, "a.yaml", "");
	write_file(folder, "B.yaml", "");
	write_file(folder, ".hidden.yaml", "");
	write_file(folder, "a.yaml~", "");
	cr_assert_eq(ub_sys_list_directory(arena, folder, UB_TEXT(".yaml"), &names, &n), UB_FILE_OK);
	cr_assert_eq(n, 3);
	cr_assert(ub_text_is(names[0], "B.yaml") && ub_text_is(names[1], "a.yaml") &&
		  ub_text_is(names[2], "b.yaml"));
	cr_assert_eq(ub_sys_list_directory(arena, folder, UB_TEXT_NONE, &names, &n), UB_FILE_OK);
	cr_assert_eq(n, 4);
	cr_assert_eq(ub_sys_list_directory(arena, "/nonexistent", UB_TEXT_NONE, &names, &n), UB_FILE_MISSING);
	cr_assert(ub_sys_is_directory(folder));
	remove_folder(folder);
	cr_assert_not(ub_sys_is_directory(folder));
	ub_arena_free(&arena);
}

Test(files, of_zones_are_found_by_plain_names_only)
{
	struct ub_arena *arena = ub_arena_new();
	char folder[32];
	make_folder(folder);
	write_file(folder, "secret", "no");
	char inner[64];
	snprintf(inner, sizeof(inner), "%s/zones", folder);
	cr_assert_eq(mkdir(inner, 0700), 0);
	write_file(folder, "zones/Etc_GMT+1", "TZif");
	struct ub_zone_source source = ub_sys_zone_source(inner);
	cr_assert(ub_text_is(source.load(source.context, arena, UB_TEXT("Etc_GMT+1")), "TZif"));
	static const char *const names[] = { "", "/", "../secret", "x/../../secret", "/etc/passwd", "a//b",
		"a/", ".", "Etc_GMT+1/", "a\nb" };
	for (size_t i = 0; i < UB_COUNT(names); i++)
		cr_expect_null(source.load(source.context, arena, ub_text(names[i])).ptr, "%s", names[i]);
	cr_expect_null(
	    source.load(source.context, arena, ub_text_n("Etc_GMT+1\0x", 11)).ptr, "a NUL is not plain");
	remove_folder(folder);
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
