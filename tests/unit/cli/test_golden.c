/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli-private.h"
#include "leaks.h"
#include "upbeat/sys.h"

/*
 * What the commands print, word for word: golden/NAME holds it, followed by the exit status. After a change
 * that is meant, UPBEAT_GOLDEN=write writes the files anew; look at the difference before it is committed.
 */

#define FOLDER SRCDIR "/tests/unit/cli/golden"

TestSuite(golden, .fini = ub_leak_check);

static struct ub_text read_back(struct ub_arena *arena, FILE *file)
{
	struct ub_text text;
	rewind(file);
	cr_assert_eq(ub_sys_read_fd(arena, fileno(file), 1 << 20, &text), UB_FILE_OK);
	return text;
}

/* Runs the program with both outputs in one file. */
static struct ub_text output_of(struct ub_arena *arena, int argc, char **argv)
{
	FILE *file = tmpfile();
	int saved[2] = { dup(1), dup(2) };
	cr_assert(file && saved[0] >= 0 && saved[1] >= 0);
	fflush(stdout);
	fflush(stderr);
	dup2(fileno(file), 1);
	dup2(fileno(file), 2);
	int status = ub_cli_main(argc, argv);
	dup2(saved[0], 1);
	dup2(saved[1], 2);
	close(saved[0]);
	close(saved[1]);
	fprintf(file, "(status %d)\n", status);
	fflush(file);
	struct ub_text text = read_back(arena, file);
	fclose(file);
	return text;
}

static void write_golden(const char *path, struct ub_text text)
{
	FILE *file = fopen(path, "w");
	cr_assert(file && fwrite(text.ptr, 1, text.len, file) == text.len && fclose(file) == 0, "%s", path);
}

/* `line`: the words of a command line, in the folder of the golden files. */
static void golden(const char *name, const char *line)
{
	struct ub_arena *arena = ub_arena_new();
	char *argv[20] = { NULL };
	int argc = 0;
	struct ub_text rest = ub_text(line), word;
	cr_assert_eq(chdir(FOLDER), 0);
	while (ub_text_split(&rest, ' ', &word)) {
		cr_assert(argc < 19);
		argv[argc++] = ub_text_cstr(arena, word);
	}
	struct ub_text text = output_of(arena, argc, argv);
	const char *path = ub_textf(arena, FOLDER "/%s", name).ptr;
	const char *mode = getenv("UPBEAT_GOLDEN");
	if (mode && strcmp(mode, "write") == 0)
		write_golden(path, text);
	struct ub_text expected;
	cr_assert_eq(ub_sys_read_file(arena, path, 1 << 20, &expected), UB_FILE_OK, "%s", path);
	cr_assert_str_eq(ub_text_cstr(arena, text), ub_text_cstr(arena, expected), "upbeat %s", line);
	ub_arena_free(&arena);
}

#define EXPLAIN "upbeat explain --rules rules --domain ours.example "

Test(golden, explains_a_customer_meeting)
{
	golden("meeting.txt", EXPLAIN "--at 2026-11-02T09:00:00Z meeting.ics");
}

Test(golden, explains_a_customer_meeting_to_programs)
{
	golden("meeting.json", EXPLAIN "--at 2026-11-02T09:00:00Z --json meeting.ics");
}

Test(golden, explains_what_comes_late_across_the_change_of_clocks)
{
	golden("outlook.txt", EXPLAIN "--at 2026-10-26T13:05:00Z outlook.ics");
}

/* The holiday moves the prep call; the account's data make it longer and let the other rule tell. */
Test(golden, explains_with_settings_holidays_and_accounts)
{
	golden("settings.txt", "upbeat explain -c settings.yaml --at 2026-11-02T09:00:00Z meeting.ics");
}

Test(golden, takes_the_organizers_domain_for_ours_and_says_so)
{
	golden("derived.txt", "upbeat explain --rules rules --at 2026-11-02T09:00:00Z meeting.ics");
}

Test(golden, explains_why_nothing_matched)
{
	golden("internal.txt", EXPLAIN "--at 2026-11-02T09:00:00Z internal.ics");
}

Test(golden, explains_what_is_no_business_of_the_rules)
{
	golden("weekly.txt", EXPLAIN "--at 2026-11-02T09:00:00Z weekly.ics");
	golden("weekly.json", EXPLAIN "--at 2026-11-02T09:00:00Z --json weekly.ics");
}

Test(golden, says_what_cannot_be_read)
{
	golden("broken.txt", EXPLAIN "broken.ics");
	golden("broken.json", EXPLAIN "--json broken.ics");
}

Test(golden, reads_input_up_to_its_limit)
{
	struct ub_arena *arena = ub_arena_new();
	char path[] = "/tmp/upbeat-input-XXXXXX";
	int fd = mkstemp(path);
	char words[4][20] = { "upbeat", "explain", "--json", "--rules=rules" };
	char *argv[] = { words[0], words[1], words[2], words[3], path, NULL };
	cr_assert(chdir(FOLDER) == 0 && fd >= 0 && ftruncate(fd, UB_CLI_INPUT_MAX) == 0);
	struct ub_text text = output_of(arena, 5, argv);
	cr_expect_neq(
	    ub_text_find(text, UB_TEXT("\"code\": \"too-large\""), 0), SIZE_MAX, "%.*s", UB_ARGS(text));
	cr_assert_eq(ftruncate(fd, UB_CLI_INPUT_MAX + 1), 0);
	text = output_of(arena, 5, argv);
	cr_expect(ub_text_starts(text, ub_textf(arena, "upbeat: %s: ", path)), "%.*s", UB_ARGS(text));
	close(fd);
	unlink(path);
	ub_arena_free(&arena);
}

Test(golden, refuses_a_time_that_is_none)
{
	golden("no-time.txt", EXPLAIN "--at yesterday meeting.ics");
}

Test(golden, checks_settings_and_rules_at_once)
{
	golden("check-broken.txt", "upbeat check -c broken.yaml");
	golden("check-good.txt", "upbeat check rules");
	golden("check-accounts.txt", "upbeat check -c broken-accounts-settings.yaml");
	golden("check-missing.txt", "upbeat check no-such-directory");
}

Test(golden, starts_nothing_with_broken_settings)
{
	golden("serve-broken.txt", "upbeat serve -c broken.yaml");
	golden("serve-nothing.txt", "upbeat serve");
}

Test(golden, evaluates_expressions)
{
	golden(
	    "eval-value.txt", "upbeat eval --bindings bindings.json -- people.filter(p,p.size()>3)[0]+\"!\"");
	golden("eval-type.txt", "upbeat eval --bindings bindings.json -- n+\"a\"||peopel==[]");
	golden("eval-error.txt", "upbeat eval --bindings bindings.json -- 1+n/0");
	golden("eval-bindings.txt", "upbeat eval --bindings meeting.ics -- 1");
}

Test(golden, says_how_it_is_called)
{
	golden("help.txt", "upbeat --help");
	golden("help-explain.txt", "upbeat explain --help");
	golden("usage.txt", "upbeat chekc");
}
