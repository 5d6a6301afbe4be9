/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "world.h"
#include "leaks.h"
#include "upbeat/sys.h"

TestSuite(kept, .fini = ub_leak_check);

#define CSV  "source: csv, path: data"
#define YAML "source: yaml, path: data"

static const struct {
	const char *source, *good, *bad;
} kinds[] = {
	{ CSV, "id,name,health,tickets\na,\"A\n \"\"B\"\"\",red,Slow [2026-10-01];Fast\nb,B,,\n", NULL },
	{ CSV ", fields: {seats: int}", "id,name,health,seats\na,\"A\n \"\"B\"\"\",red,7\nb,B,,\n",
	    "key\na\n" },
	{ YAML, "accounts: [{id: a, name: \"A\\n \\\"B\\\"\", health: red}, {id: b, name: B}]",
	    "accounts: [" },
};

Test(kept, a_start_while_the_source_fails_goes_by_what_was_read_before)
{
	for (size_t i = 0; i < UB_COUNT(kinds); i++) {
		struct world *w = open_world(kinds[i].source, kinds[i].good, NULL);
		struct stat file;
		restart(w, NULL);
		cr_assert_eq(w->diags.list.n, 0, "%s", said(w));
		ub_instant as_of = report_of(w, 0).as_of;
		cr_assert(stat(kept_file(w, 0), &file) == 0 && (file.st_mode & 0777) == 0600);
		write_data(w->data, kinds[i].bad);
		restart(w, NULL);
		SAYS(w, "warning[source-kept]: the accounts of the source are those of 20");
		cr_assert_eq(w->diags.errors, 1, "%s", said(w));
		cr_assert(report_of(w, 0).kept && report_of(w, 0).failed);
		cr_assert(report_of(w, 0).accounts == 2 && report_of(w, 0).as_of == as_of);
		IS(account_of(w, "a")->name, "A\n \"B\"");
		cr_assert(account_of(w, "a")->health == UB_HEALTH_RED && ub_accounts_whole(w->accounts));
		write_data(w->data, kinds[i].good);
		look(w, UB_REFRESH_ALL);
		cr_assert(!report_of(w, 0).kept && !report_of(w, 0).failed);
		close_world(w);
	}
}

Test(kept, a_later_reading_takes_its_place_and_one_that_fails_does_not)
{
	struct world *w = open_world(CSV, "id,name\na,A\n", NULL);
	restart(w, NULL);
	write_data(w->data, "id,name\nb,B\nc,C\n");
	cr_assert(look(w, UB_REFRESH_ALL));
	write_data(w->data, "id\n");
	look(w, UB_REFRESH_ALL);
	restart(w, NULL);
	cr_assert(ub_accounts_count(w->accounts) == 2 && account_of(w, "c"), "%s", said(w));
	open_again(w);
	cr_assert(report_of(w, 0).kept && report_of(w, 0).accounts == 2, "a reload does not change that");
	close_world(w);
}

Test(kept, a_start_with_half_of_the_accounts_is_mistrusted)
{
	struct world *w = open_world(CSV, "id,name\na,A\nb,B\nc,C\nd,D\n", NULL);
	restart(w, NULL);
	write_data(w->data, "id,name\na,A\nb,B\n");
	restart(w, NULL);
	SAYS(w, "error[accounts-lost]: 2 of 4 accounts are gone, so what was read before stays");
	cr_assert_eq(ub_accounts_count(w->accounts), 4);
	look(w, UB_REFRESH_FORCED);
	restart(w, NULL);
	cr_assert(ub_accounts_count(w->accounts) == 2 && w->diags.list.n == 0, "%s", said(w));
	close_world(w);
}

Test(kept, age_goes_on_over_a_restart)
{
	struct world *w = open_world(CSV ", max_age: 1 day", "id,name,health\na,A,red\n", NULL);
	const struct timespec old[] = { { .tv_sec = 1790812800 }, { .tv_sec = 1790812800 } };
	cr_assert_eq(utimensat(AT_FDCWD, w->data, old, 0), 0);
	restart(w, NULL);
	write_data(w->data, NULL);
	restart(w, NULL);
	cr_assert(report_of(w, 0).kept && report_of(w, 0).stale && report_of(w, 0).as_of == 1790812800);
	cr_assert(account_of(w, "a")->health_stale && account_of(w, "a")->health == UB_HEALTH_UNKNOWN);
	close_world(w);
}

Test(kept, what_other_settings_have_read_is_not_used)
{
	struct world *w = open_world(CSV, "id,name\na,A\n", NULL);
	restart(w, NULL);
	write_data(w->data, NULL);
	restart(w, CSV ", priority: 1");
	cr_assert(ub_accounts_count(w->accounts) == 0 && !report_of(w, 0).kept);
	cr_assert_null(strstr(said(w), "kept"), "%s", said(w));
	close_world(w);
}

Test(kept, what_belongs_to_no_source_any_more_is_removed)
{
	struct world *w = open_world(CSV "}, {" CSV, "id,name\na,A\n", NULL);
	restart(w, NULL);
	cr_assert(access(kept_file(w, 0), F_OK) == 0 && access(kept_file(w, 1), F_OK) == 0);
	restart(w, CSV);
	cr_assert(access(kept_file(w, 0), F_OK) == 0 && access(kept_file(w, 1), F_OK) != 0);
	close_world(w);
}

/* Each byte of a file in turn is another one, and then each end comes too early. */
static void damage(struct world *w, struct ub_text file, size_t i)
{
	char *text = ub_text_cstr(w->arena, file);
	struct ub_text damaged = { text, i < file.len ? file.len : i - file.len };
	if (i < file.len)
		text[i] ^= 1;
	cr_assert_eq(ub_sys_replace_file(kept_file(w, 0), &damaged, 1), UB_FILE_OK);
}

Test(kept, damage_is_told_and_nothing_of_it_used)
{
	struct world *w = open_world(CSV, "id,name\na,A\n", NULL);
	struct ub_text file;
	restart(w, NULL);
	write_data(w->data, NULL);
	cr_assert_eq(ub_sys_read_file(w->arena, kept_file(w, 0), 10000, &file), UB_FILE_OK);
	for (size_t i = 0; i < 2 * file.len; i++) {
		bool in_time = i >= 18 && i < 38, in_words = i >= 39 && i < 71;
		damage(w, file, i);
		restart(w, NULL);
		cr_assert_eq(strstr(said(w), "warning[kept-broken]") != NULL || in_time, !in_words, "%zu: %s",
		    i, said(w));
		cr_assert(ub_accounts_count(w->accounts) == 0 || in_time, "%zu", i);
	}
	close_world(w);
}

Test(kept, that_it_cannot_be_written_is_told)
{
	struct world *w = open_world(CSV, "id,name\na,A\n", NULL);
	cr_assert_eq(mkdir(kept_file(w, 0), 0700), 0);
	restart(w, NULL);
	SAYS(w, "warning[kept-broken]: what an earlier process has kept of the source in ");
	SAYS(w, "warning[cannot-keep]: what was read cannot be kept in ");
	cr_assert_eq(ub_accounts_count(w->accounts), 1);
	cr_assert_eq(rmdir(kept_file(w, 0)), 0);
	close_world(w);
}
