/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "leaks.h"
#include "world.h"

TestSuite(merging, .fini = ub_leak_check);
TestSuite(guard, .fini = ub_leak_check);
TestSuite(age, .fini = ub_leak_check);
TestSuite(parents, .fini = ub_leak_check);

#define TWO "source: csv, path: data, %s}, {source: csv, path: more, fields: {seats: int, plan: string}, %s"

static const char crm[] = "id,name,domains,team,tier,health\n"
			  "a,Acme,acme.example,x@ours.example;y@ours.example,gold,\n"
			  "b,Beta,beta.example,,,red\n";
static const char usage[] = "id,name,health,team,seats,stakeholders\n"
			    "a,,green,z@ours.example,40,cto@acme.example\n"
			    "b,Other,green,,7,\n"
			    "c,,yellow,,,\n";

static struct world *open_two(const char *first, const char *second)
{
	struct ub_arena *arena = ub_arena_new();
	struct world *world = open_world(ub_textf(arena, TWO, first, second).ptr, crm, usage);
	ub_arena_free(&arena);
	return world;
}

Test(merging, takes_each_field_from_the_first_source_that_says_it)
{
	struct world *w = open_two("refresh: 1m", "refresh: 1m");
	const struct ub_account *a = account_of(w, "a"), *b = account_of(w, "b"), *c = account_of(w, "c");
	cr_assert_eq(w->diags.list.n, 0, "%s", said(w));
	IS(a->name, "Acme");
	cr_assert(a->health == UB_HEALTH_GREEN && a->n_stakeholders == 1 && a->domains.n == 1);
	cr_assert_eq(a->team.n, 2, "a list is taken whole");
	cr_assert(a->n_fields == 2 && a->fields[0].given && a->fields[0].integer == 40);
	cr_assert_eq(b->health, UB_HEALTH_RED);
	IS(b->name, "Beta");
	IS(c->name, "c");
	cr_assert_eq(ub_accounts_count(w->accounts), 3);
	close_world(w);
}

Test(merging, counts_the_accounts_of_each_owner)
{
	struct world *w = open_world("source: csv, path: data",
	    "id,owner\na,anna@ours.example\nb,ben@ours.example\nc,anna@ours.example\nd,\n", NULL);
	cr_assert_eq(account_of(w, "a")->load, 2);
	cr_assert_eq(account_of(w, "b")->load, 1);
	cr_assert_eq(account_of(w, "c")->load, 2);
	cr_assert_eq(account_of(w, "d")->load, 0);
	close_world(w);
}

Test(merging, asks_the_source_of_the_highest_priority_first)
{
	struct world *w = open_two("priority: -1", "priority: 5");
	const struct ub_account *a = account_of(w, "a"), *b = account_of(w, "b");
	IS(a->name, "Acme");
	cr_assert(a->team.n == 1 && b->health == UB_HEALTH_GREEN);
	IS(b->name, "Other");
	close_world(w);
}

Test(merging, goes_on_with_the_other_source_when_one_fails)
{
	struct world *w = open_two("refresh: 1m", "refresh: 1m");
	write_data(w->more, NULL);
	write_data(w->data, "id,name,health\na,Acme,red\nb,Beta,red\n");
	cr_assert(look(w, UB_REFRESH_ALL));
	cr_assert(!report_of(w, 0).failed && report_of(w, 1).failed);
	cr_assert_eq(account_of(w, "a")->health, UB_HEALTH_RED);
	cr_assert_eq(account_of(w, "a")->fields[0].integer, 40);
	close_world(w);
}

Test(merging, keeps_what_was_read_over_a_reload_that_finds_the_file_gone)
{
	struct world *w = open_two("refresh: 1m", "refresh: 1m");
	write_data(w->data, NULL);
	open_again(w);
	SAYS(w, "there is no such file");
	IS(account_of(w, "a")->name, "Acme");
	cr_assert(account_of(w, "a")->n_fields == 2);
	cr_assert(report_of(w, 0).failed && report_of(w, 0).accounts == 2);
	close_world(w);
}

/* ---- accounts that are gone ---- */

static void write_rows(const struct world *world, int from, int to)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_buf rows = UB_BUF(arena);
	ub_buf_str(&rows, "id,name\n");
	for (int i = from; i < to; i++)
		ub_buf_printf(&rows, "n%d,N\n", i);
	write_data(world->data, ub_buf_cstr(&rows));
	ub_arena_free(&arena);
}

static struct world *open_rows(const char *source, int n)
{
	struct world *w = open_world(source, "id,name\nn0,N\n", NULL);
	write_rows(w, 0, n);
	cr_assert(look(w, UB_REFRESH_ALL));
	cr_assert_eq(ub_accounts_count(w->accounts), (size_t)n);
	return w;
}

Test(guard, keeps_what_was_read_when_more_are_gone_than_may_go)
{
	struct world *w = open_rows("source: csv, path: data", 20);
	write_rows(w, 5, 20);
	cr_assert(look(w, UB_REFRESH_ALL), "a quarter may go");
	write_rows(w, 9, 20);
	cr_assert_not(look(w, UB_REFRESH_ALL));
	SAYS(w, "error[accounts-lost]: 4 of 15 accounts are gone, so what was read before stays");
	SAYS(w, "upbeat refresh --force");
	cr_assert_not(look(w, UB_REFRESH_ALL));
	cr_assert_eq(w->diags.errors, 0, "it is told once");
	cr_assert(report_of(w, 0).failed && ub_accounts_count(w->accounts) == 15);
	cr_assert(look(w, UB_REFRESH_FORCED));
	cr_assert(!report_of(w, 0).failed && ub_accounts_count(w->accounts) == 11);
	close_world(w);
}

/* The reading that was refused is not what the source has, once its file is gone. */
Test(guard, is_not_forced_to_take_what_the_source_has_no_more)
{
	struct world *w = open_rows("source: csv, path: data", 20);
	write_rows(w, 15, 20);
	cr_assert_not(look(w, UB_REFRESH_ALL));
	write_data(w->data, NULL);
	for (int i = 0; i < 3; i++)
		cr_assert_not(look(w, i == 1 ? UB_REFRESH_ALL : UB_REFRESH_FORCED), "%d", i);
	cr_assert(report_of(w, 0).failed && ub_accounts_count(w->accounts) == 20);
	write_rows(w, 15, 20);
	cr_assert_not(look(w, UB_REFRESH_ALL));
	SAYS(w, "15 of 20 accounts are gone");
	cr_assert(look(w, UB_REFRESH_FORCED));
	cr_assert_eq(ub_accounts_count(w->accounts), 5);
	close_world(w);
}

Test(guard, lets_go_whom_the_settings_say_and_single_ones)
{
	struct world *w = open_rows("source: csv, path: data, max_loss: 100%", 20);
	write_rows(w, 0, 1);
	cr_assert(look(w, UB_REFRESH_ALL));
	close_world(w);
	w = open_rows("source: csv, path: data, max_loss: 0%", 2);
	write_rows(w, 0, 1);
	cr_assert(look(w, UB_REFRESH_ALL));
	close_world(w);
}

Test(guard, is_over_when_the_accounts_are_there_again)
{
	struct world *w = open_rows("source: csv, path: data", 10);
	write_rows(w, 0, 6);
	cr_assert_not(look(w, UB_REFRESH_ALL));
	write_rows(w, 0, 12);
	cr_assert(look(w, UB_REFRESH_ALL));
	cr_assert(!report_of(w, 0).failed && ub_accounts_count(w->accounts) == 12);
	close_world(w);
}

/* ---- age ---- */

static void date_file(const char *path, time_t seconds_ago)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	const struct timespec times[] = { { now.tv_sec - seconds_ago, 0 }, { now.tv_sec - seconds_ago, 0 } };
	cr_assert_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

#define DAY 86400

Test(age, of_a_file_counts_from_its_own_time_and_makes_health_unknown)
{
	struct world *w = open_world("source: csv, path: data, max_age: 2 days",
	    "id,name,health,score,tier\na,A,green,7,gold\n", NULL);
	const struct ub_account *a = account_of(w, "a");
	cr_assert(a->health == UB_HEALTH_GREEN && a->as_of != UB_INSTANT_NONE && !report_of(w, 0).stale);
	date_file(w->data, 3 * DAY);
	cr_assert(look(w, UB_REFRESH_ALL));
	a = account_of(w, "a");
	cr_assert(a->health == UB_HEALTH_UNKNOWN && !a->has_score && report_of(w, 0).stale);
	IS(a->tier, "gold");
	cr_assert(!report_of(w, 0).failed);
	date_file(w->data, 0);
	cr_assert(look(w, UB_REFRESH_ALL));
	cr_assert_eq(account_of(w, "a")->health, UB_HEALTH_GREEN);
	close_world(w);
}

Test(age, of_one_source_is_not_made_up_for_by_another_one)
{
	struct world *w = open_two("max_age: 2 days", "refresh: 1m");
	date_file(w->data, 3 * DAY);
	cr_assert(look(w, UB_REFRESH_ALL));
	cr_assert_eq(account_of(w, "b")->health, UB_HEALTH_UNKNOWN, "it was red");
	cr_assert_eq(account_of(w, "a")->health, UB_HEALTH_GREEN, "the first source says nothing of it");
	close_world(w);
}

/* ---- one domain ---- */

static struct ub_account_match match(struct world *world, const char *guest)
{
	struct ub_text address = ub_text(guest);
	return ub_accounts_match(world->accounts, (struct ub_texts){ &address, 1, 1 }, world->arena);
}

Test(parents, have_the_domains_that_their_parts_claim_too)
{
	struct world *w = open_world("source: csv, path: data",
	    "id,name,parent,domains\n"
	    "part,Part,middle,acme.example;part.acme.example\n"
	    "middle,Middle,group,\n"
	    "group,Group,,acme.example\n",
	    NULL);
	cr_assert_eq(w->diags.list.n, 0, "%s", said(w));
	IS(match(w, "x@acme.example").account->id, "group");
	IS(match(w, "x@part.acme.example").account->id, "part");
	IS(match(w, "x@other.acme.example").account->id, "group");
	close_world(w);
}

Test(parents, are_asked_for_in_no_circle_and_have_to_exist)
{
	struct world *w = open_world("source: csv, path: data",
	    "id,name,parent,domains\na,A,b,x.example\nb,B,a,\nc,C,d,x.example\n", NULL);
	SAYS(w, "error[domain-twice]: the domain `x.example` belongs to two accounts");
	SAYS(w, "warning[no-parent]: the parent `d` of `c` is no account");
	SAYS(w,
	    "warning[parent-circle]: the account `a` is a part of itself: its parent `b` leads back to it");
	SAYS(w,
	    "warning[parent-circle]: the account `b` is a part of itself: its parent `a` leads back to it");
	IS(match(w, "y@x.example").account->id, "a");
	write_data(w->data, "id,name,parent\na,A,a\nb,B,a\n");
	look(w, UB_REFRESH_ALL);
	SAYS(w, "warning[parent-circle]: the account `a` is a part of itself");
	cr_assert_eq(w->diags.list.n, 1, "%s", said(w));
	close_world(w);
}
