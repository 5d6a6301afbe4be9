/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "world.h"
#include "leaks.h"
#include "upbeat/sys.h"

TestSuite(plugin, .fini = ub_leak_check);
TestSuite(csv, .fini = ub_leak_check);

/* ---- loading ---- */

static const struct {
	const char *source, *words;
} faults[] = {
	{ "source: cvs, path: data", "error[no-plugin]: there is no account source `cvs`" },
	{ "source: cvs, path: data", "did you mean `csv`?" },
	{ "source: nothing-like-it", "its plugin would be " },
	{ "source: old", "it was made for the plugin ABI 2, and this is ABI 1" },
	{ "source: bare", "it does not define `ub_plugin`, and so is no account source" },
	{ "source: hollow", "its `ub_plugin` lacks functions" },
	{ "source: mute", "the source failed, and did not say why" },
	{ "source: liar, fault: silent", "the source failed, and did not say why" },
	{ "source: liar, fault: open", "a value has no key" },
	{ "source: liar, fault: end", "a list or map ends that was not begun so" },
	{ "source: liar, fault: cross", "a list or map ends that was not begun so" },
	{ "source: liar, fault: value", "a value has no key" },
	{ "source: liar, fault: key-twice", "a key stands outside of a map, or twice" },
	{ "source: liar, fault: deep", "lists and maps are nested too deeply" },
	{ "source: liar, fault: bytes", "a text is not UTF-8" },
	{ "source: liar, fault: place", "u.yaml:4:21: error[source-failed]: in no document?[31m" },
	{ "source: liar, fault: beyond", "error[source-failed]: beyond the end" },
	{ "source: liar, fault: beyond", "help: a remedy" },
	{ "source: liar", "`fault` is missing" },
	{ "source: liar, falt: end", "did you mean `fault`?" },
	{ "source: liar, fault: [end]", "expected a text, found a list" },
};

Test(plugin, that_cannot_be_used_is_told_with_a_remedy)
{
	for (size_t i = 0; i < UB_COUNT(faults); i++) {
		struct world *w = open_world(faults[i].source, NULL, NULL);
		SAYS(w, faults[i].words);
		cr_assert(report_of(w, 0).failed || strstr(faults[i].source, "fault: place") ||
			      strstr(faults[i].source, "fault: beyond"),
		    "%s", faults[i].source);
		close_world(w);
	}
}

Test(plugin, that_takes_too_long_is_given_up_and_its_answer_is_taken_when_it_comes)
{
	struct world *w = open_world("source: slow, path: data, timeout: 1s", "0", NULL);
	IS(ub_accounts_at(w->accounts, 0)->name, "Fast");
	write_data(w->data, "4");
	int64_t begin = ub_sys_monotonic_ms();
	cr_assert_not(look(w, UB_REFRESH_ALL));
	cr_assert(ub_sys_monotonic_ms() - begin < 3500, "nobody waits for it");
	SAYS(w, "error[source-late]: the source gave no answer within 1 s");
	IS(ub_accounts_at(w->accounts, 0)->name, "Fast");
	cr_assert(report_of(w, 0).failed && report_of(w, 0).accounts == 1);
	write_data(w->data, "0");
	while (!look(w, UB_REFRESH_ALL) && ub_sys_monotonic_ms() - begin < 20000)
		cr_assert_eq(w->diags.list.n, 0, "it is told once: %s", said(w));
	IS(ub_accounts_at(w->accounts, 0)->name, "Slow");
	cr_assert_not(report_of(w, 0).failed);
	close_world(w);
}

Test(plugin, that_hangs_does_not_keep_the_directory_from_closing)
{
	struct world *w = open_world("source: slow, path: data, timeout: 1s", "0", NULL);
	write_data(w->data, "5");
	look(w, UB_REFRESH_ALL);
	int64_t begin = ub_sys_monotonic_ms();
	ub_accounts_release(&w->accounts);
	ub_directory_close(&w->directory);
	cr_assert(ub_sys_monotonic_ms() - begin < 2500);
	sleep(5); /* so that nothing is left behind when leaks are looked for */
	close_world(w);
}

/* ---- csv ---- */

#define CSV "source: csv, path: data"

Test(csv, gives_accounts_with_all_that_a_row_can_say)
{
	struct world *w = open_world(CSV ", fields: {seats: int, pilot: bool}",
	    "\xEF\xBB\xBFID,Name,domains,Health,score,stakeholders,tickets,feature "
	    "requests,seats,pilot,team\r\n"
	    "a,\"A \"\"B\"\"\n C\",a.example;b.example,RED,7.5,"
	    "\"Ada (CFO) <ADA@a.example>; bob@a.example;\",Slow [2026-10-01];Fast,,40,TRUE,x@ours.example\r\n"
	    "\r\n"
	    "b,B,,,,,,,,,",
	    NULL);
	cr_assert_eq(w->diags.list.n, 0, "%s", said(w));
	const struct ub_account *a = ub_accounts_find(w->accounts, UB_TEXT("a"));
	IS(a->name, "A \"B\"\n C");
	IS(a->domains.items[1], "b.example");
	IS(a->stakeholders[0].email, "ada@a.example");
	IS(a->stakeholders[0].title, "CFO");
	IS(a->stakeholders[0].name, "Ada");
	IS(a->stakeholders[1].email, "bob@a.example");
	IS(a->tickets.items[0].title, "Slow");
	IS(a->tickets.items[1].title, "Fast");
	cr_assert(a->health == UB_HEALTH_RED && a->score == 7.5 && a->n_stakeholders == 2);
	cr_assert(a->tickets.items[0].date == 1790812800 && a->tickets.items[1].date == UB_INSTANT_NONE);
	cr_assert(a->fields[0].integer == 40 && a->fields[1].integer == 1 && a->team.n == 1);
	const struct ub_account *b = ub_accounts_find(w->accounts, UB_TEXT("b"));
	cr_assert(b && b->health == UB_HEALTH_UNKNOWN && b->domains.n == 0 && !b->fields[0].given);
	close_world(w);
}

Test(csv, says_of_stakeholders_what_stands_in_brackets)
{
	struct world *w = open_world("source: csv, path: data",
	    "id,stakeholders\n"
	    "a,\"Carla Otto (CTO) <cto@acme.example> [Champion, persona: blunt, concern: lock-in, "
	    "concern: missed dates, champion, persona: kind]; cfo@acme.example [executive,, economic buyer]; "
	    "dev@acme.example\"\n",
	    NULL);
	const struct ub_account *a = account_of(w, "a");
	cr_assert_eq(w->diags.list.n, 0, "%s", said(w));
	cr_assert_eq(a->n_stakeholders, 3);
	const struct ub_stakeholder *cto = &a->stakeholders[0], *cfo = &a->stakeholders[1];
	IS(cto->email, "cto@acme.example");
	IS(cto->title, "CTO");
	IS(cto->persona, "blunt");
	cr_assert(cto->champion && !cto->executive && !cto->economic_buyer && cto->concerns.n == 2);
	IS(cto->concerns.items[1], "missed dates");
	cr_assert(!cfo->champion && cfo->executive && cfo->economic_buyer && cfo->concerns.n == 0);
	cr_assert(!a->stakeholders[2].champion && !a->stakeholders[2].executive);
	close_world(w);
}

Test(csv, warns_of_what_says_nothing_of_a_stakeholder)
{
	struct world *w =
	    open_world("source: csv, path: data", "id,stakeholders\na,cto@acme.example [sponsor]\n", NULL);
	SAYS(w, "warning");
	SAYS(w, "this says nothing of a stakeholder");
	cr_assert_eq(account_of(w, "a")->n_stakeholders, 1);
	close_world(w);
}

Test(csv, that_is_written_anew_and_says_the_same_is_no_news)
{
	struct world *w = open_world(CSV, "id,name\na,A\nb,B\n", NULL);
	write_data(w->data, "id,name\r\na,\"A\"\r\nb,B\r\n");
	cr_assert_not(look(w, UB_REFRESH_ALL));
	cr_assert_not(report_of(w, 0).failed);
	write_data(w->data, "key\n");
	cr_assert_not(look(w, UB_REFRESH_ALL));
	cr_assert(report_of(w, 0).failed);
	write_data(w->data, "id,name\na,A\nb,B\n");
	cr_assert_not(look(w, UB_REFRESH_ALL));
	cr_assert_not(report_of(w, 0).failed, "it is well again");
	write_data(w->data, "id,name\nb,B\na,A\n");
	cr_assert(look(w, UB_REFRESH_ALL), "of accounts that are alike the first one counts");
	close_world(w);
}

static const char *const bad[] = {
	"key,name\nx,X\n",       /* a missing column */
	"id,name\na,A,more\n",   /* a row too long */
	"id,name\na\n",          /* and too short */
	"id,name\na,\xC4\n",     /* Latin-1 */
	"id,name\na,A\na,B\n",   /* two rows of one id */
	"id,name\na,\"A\nb,B\n", /* an unclosed quote */
	"id,name\na,\"A\" B\n",  /* text behind a quote */
	"id,name,id\na,A,a\n",   /* a column twice */
	"id;name\na;A\n",        /* another delimiter */
	"\xFF\xFEi\0d",          /* UTF-16 */
	"",                      /* nothing */
	"\xEF\xBB\xBF\r\n\r\n",  /* next to nothing */
	"<!DOCTYPE html><html>", /* a page for people */
	NULL,                    /* no file */
};

static void make_pipe(const char *path)
{
	cr_assert_eq(mkfifo(path, 0600), 0);
}

static void make_directory(const char *path)
{
	cr_assert_eq(mkdir(path, 0700), 0);
}

static void make_hole(const char *path)
{
	write_data(path, "");
	cr_assert_eq(truncate(path, (off_t)2 << 30), 0);
}

static void make_endless(const char *path)
{
	cr_assert_eq(symlink("/dev/zero", path), 0);
}

static void make_circle(const char *path)
{
	cr_assert_eq(symlink(path, path), 0);
}

static const struct {
	void (*make)(const char *path);
	const char *words;
} odd[] = {
	{ make_pipe, "it is no regular file" },
	{ make_directory, "it is no regular file" },
	{ make_hole, "it is longer than 256 MiB" },
	{ make_endless, "it is no regular file" },
	{ make_circle, "Too many levels of symbolic links" },
};

Test(csv, waits_for_nothing_that_is_no_file)
{
	struct world *w = open_world(CSV, "id,name,health\na,A,green\n", NULL);
	for (size_t i = 0; i < UB_COUNT(odd); i++) {
		remove(w->data);
		odd[i].make(w->data);
		cr_assert_not(look(w, UB_REFRESH_ALL), "case %zu", i);
		SAYS(w, odd[i].words);
		cr_assert(
		    w->diags.errors == 1 && w->diags.list.items[0].help.len, "case %zu: %s", i, said(w));
		IS(ub_accounts_at(w->accounts, 0)->name, "A");
	}
	remove(w->data);
	close_world(w);
}

Test(csv, keeps_what_was_read_before_whatever_becomes_of_the_file)
{
	struct world *w = open_world(CSV, "id,name,health\na,A,green\n", NULL);
	for (size_t i = 0; i < UB_COUNT(bad); i++) {
		write_data(w->data, bad[i]);
		cr_assert_not(look(w, UB_REFRESH_ALL), "case %zu", i);
		cr_assert_eq(w->diags.errors, 1, "case %zu: %s", i, said(w));
		cr_assert(w->diags.list.items[0].help.len > 0, "case %zu: %s", i, said(w));
		cr_assert_eq(ub_accounts_count(w->accounts), 1);
		IS(ub_accounts_at(w->accounts, 0)->name, "A");
		cr_assert(report_of(w, 0).failed && report_of(w, 0).problem.len);
		cr_assert_not(look(w, UB_REFRESH_ALL));
		cr_assert_eq(w->diags.errors, 0, "it is told once");
		cr_assert(report_of(w, 0).failed, "but not forgotten");
	}
	write_data(w->data, "id,name,health\na,A,red\nb,B,\n");
	cr_assert(look(w, UB_REFRESH_ALL));
	cr_assert(ub_accounts_count(w->accounts) == 2 && !report_of(w, 0).failed);
	cr_assert_eq(ub_accounts_at(w->accounts, 0)->health, UB_HEALTH_RED);
	close_world(w);
}

Test(csv, is_not_read_again_while_the_file_is_the_same)
{
	struct world *w = open_world(CSV, "id,name\na,A\n", NULL);
	cr_assert_not(look(w, UB_REFRESH_ALL));
	write_data(w->data, "id,name\na,B\n");
	cr_assert(look(w, UB_REFRESH_ALL));
	IS(ub_accounts_at(w->accounts, 0)->name, "B");
	close_world(w);
}
