/* SPDX-License-Identifier: Apache-2.0 */

/*
 * 1,000, 10,000 and 100,000 accounts with five stakeholders each, from a CSV file: how long it takes to load
 * them, to find the account of a guest, to read them again while others look up, and to plan all reviews by
 * the shipped rules; and how each grows, beside the smallest.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "upbeat/decision.h"
#include "upbeat/directory.h"
#include "upbeat/sys.h"

enum { STAKEHOLDERS = 5, LOOKS = 200000, PLANNED_MAX = 2000 };
#define NOW INT64_C(1793606400) /* 2026-11-02T08:00:00Z */

struct measured {
	double load, address, domain, refresh, wait, plan; /* seconds */
	double bytes;                                      /* of memory, by what is resident */
};

static double seconds_of(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double seconds(void)
{
	return seconds_of(CLOCK_MONOTONIC);
}

/* Of processor time, so that other work on the machine counts less. */
static double worked(void)
{
	return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

static double resident(void)
{
	long all = 0, pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");
	if (!file || fscanf(file, "%ld %ld", &all, &pages) != 2)
		pages = 0;
	if (file)
		fclose(file);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

/* ---- the accounts ---- */

static void write_accounts(const char *path, size_t n, const char *first_health)
{
	static const char *const health[] = { "green", "green", "yellow", "red" };
	FILE *file = fopen(path, "w");
	if (!file)
		abort();
	fputs("id,name,domains,health,owner,team,stakeholders\n", file);
	for (size_t i = 0; i < n; i++) {
		fprintf(file,
		    "a%zu,Account %zu,a%zu.example,%s,owner%zu@ours.example,owner%zu@ours.example,\"", i, i,
		    i, i ? health[i % 4] : first_health, i % 1000, i % 1000);
		for (size_t k = 0; k < STAKEHOLDERS; k++)
			fprintf(file, "%sPerson %zu (CTO) <p%zu@a%zu.example>", k ? "; " : "", k, k, i);
		fputs("\"\n", file);
	}
	fclose(file);
}

static struct ub_snapshot *load(const char *directory, struct ub_arena *arena)
{
	struct ub_text path = ub_textf(arena, "%s/upbeat.conf", directory);
	struct ub_diags diags = UB_DIAGS(arena);
	struct ub_snapshot_input input = { .settings_path = path.ptr, .rules_path = "rules" };
	FILE *file = fopen(path.ptr, "w");
	if (!file)
		abort();
	fputs("listen: 127.0.0.1:0\nupstream: http://127.0.0.1:1\norganization: {domains: [ours.example], "
	      "time_zone: "
	      "Europe/Berlin}\naccounts: [{source: csv, path: accounts.csv}]\n",
	    file);
	fclose(file);
	struct ub_snapshot *snapshot = ub_snapshot_load(&input, &diags);
	struct ub_buf out = UB_BUF(arena);
	ub_diags_print(&diags, &out, false);
	if (!snapshot || diags.errors) {
		fputs(ub_buf_cstr(&out), stderr);
		exit(1);
	}
	return snapshot;
}

/* ---- look-ups ---- */

/* Finds the accounts of guests, each time another one. `person`: as in the file, or one whom no account
 * lists. Returns the seconds of one look-up. */
static double look_up(const struct ub_accounts *accounts, const char *person, size_t n)
{
	struct ub_arena *arena = ub_arena_new(), *scratch = ub_arena_new();
	struct ub_text *guests = UB_NEW_ARRAY(arena, struct ub_text, LOOKS);
	for (size_t i = 0; i < LOOKS; i++)
		guests[i] = ub_textf(arena, "%s@a%zu.example", person, i * 7919 % n);
	double start = worked();
	for (size_t i = 0; i < LOOKS; i++) {
		struct ub_texts one = { &guests[i], 1, 1 };
		if (!ub_accounts_match(accounts, one, scratch).account)
			abort();
		if (i % 1000 == 0)
			ub_arena_reset(scratch);
	}
	double took = (worked() - start) / LOOKS;
	ub_arena_free(&scratch);
	ub_arena_free(&arena);
	return took;
}

struct looking {
	struct ub_directory *directory;
	_Atomic bool over;
	double longest; /* seconds that one look-up has taken */
};

/* Looks up without end, as passes do. */
static void *keep_looking(void *data)
{
	struct looking *looking = data;
	struct ub_arena *arena = ub_arena_new();
	struct ub_text guest = UB_TEXT("p1@a1.example");
	while (!looking->over) {
		double start = seconds();
		struct ub_accounts *accounts = ub_directory_accounts(looking->directory);
		ub_accounts_match(accounts, (struct ub_texts){ &guest, 1, 1 }, arena);
		double took = seconds() - start;
		ub_accounts_release(&accounts);
		if (took > looking->longest)
			looking->longest = took;
		ub_arena_reset(arena);
	}
	ub_arena_free(&arena);
	return NULL;
}

static void refresh(struct ub_snapshot *snapshot, const char *path, size_t n, struct measured *measured)
{
	struct looking looking = { .directory = snapshot->directory };
	struct ub_arena *arena = ub_arena_new();
	struct ub_diags diags = UB_DIAGS(arena);
	pthread_t thread;
	write_accounts(path, n, "red");
	if (pthread_create(&thread, NULL, keep_looking, &looking) != 0)
		abort();
	double start = seconds();
	bool news = false;
	while (!news && seconds() - start < 120)
		news = ub_directory_refresh(snapshot->directory, UB_REFRESH_ALL, &diags);
	measured->refresh = seconds() - start;
	looking.over = true;
	pthread_join(thread, NULL);
	measured->wait = looking.longest;
	if (!news)
		abort();
	ub_arena_free(&arena);
}

/* ---- reviews ---- */

/* Plans for every account, or for as many as give a figure, and returns the seconds for all. */
static double plan(const struct ub_snapshot *snapshot, const struct ub_accounts *accounts)
{
	size_t n = ub_accounts_count(accounts), step = n > PLANNED_MAX ? n / PLANNED_MAX : 1, done = 0;
	struct ub_arena *arena = ub_arena_new();
	double start = worked();
	for (size_t i = 0; i < n; i += step, done++) {
		const struct ub_account *account = ub_accounts_at(accounts, i);
		for (size_t k = 0; k < snapshot->rules->n_account_rules; k++) {
			const struct ub_cadence_input input = { .snapshot = snapshot,
				.account = account,
				.rule = snapshot->rules->account_rules[k],
				.owner = account->owner,
				.now = NOW };
			struct ub_decision decision;
			ub_decide_cadence(&input, &decision, arena);
		}
		ub_arena_reset(arena);
	}
	ub_arena_free(&arena);
	return (worked() - start) / (double)done * (double)n;
}

static struct measured measure(size_t n)
{
	struct measured measured = { 0 };
	struct ub_arena *arena = ub_arena_new();
	char directory[] = "/tmp/upbeat-bench-XXXXXX";
	if (!mkdtemp(directory))
		abort();
	const char *path = ub_textf(arena, "%s/accounts.csv", directory).ptr;
	write_accounts(path, n, "green");
	double before = resident(), start = seconds(), busy = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
	struct ub_snapshot *snapshot = load(directory, arena);
	struct ub_accounts *accounts = ub_directory_accounts(snapshot->directory);
	while (ub_accounts_count(accounts) < n && seconds() - start < 120) { /* large files take their time */
		struct ub_diags diags = UB_DIAGS(arena);
		ub_accounts_release(&accounts);
		ub_directory_refresh(snapshot->directory, UB_REFRESH_DUE, &diags);
		accounts = ub_directory_accounts(snapshot->directory);
	}
	measured.load = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - busy;
	measured.bytes = resident() - before;
	if (ub_accounts_count(accounts) != n)
		abort();
	measured.address = look_up(accounts, "p3", n);
	measured.domain = look_up(accounts, "somebody.else", n);
	measured.plan = plan(snapshot, accounts);
	ub_accounts_release(&accounts);
	refresh(snapshot, path, n, &measured);
	ub_snapshot_release(&snapshot);
	unlink(path);
	unlink(ub_textf(arena, "%s/upbeat.conf", directory).ptr);
	rmdir(directory);
	ub_arena_free(&arena);
	return measured;
}

int main(void)
{
	static const size_t sizes[] = { 1000, 10000, 100000 };
	struct measured first = { 0 };
	printf(
	    "accounts  load      memory   find by address  by domain  read again  longest wait  plan all\n");
	for (size_t i = 0; i < UB_COUNT(sizes); i++) {
		struct measured m = measure(sizes[i]);
		double times = (double)sizes[i] / (double)sizes[0];
		if (i == 0)
			first = m;
		printf("%8zu  %6.3f s  %4.0f MB  %10.2f us  %10.2f us  %8.3f s  %9.3f ms  %6.2f s\n",
		    sizes[i], m.load, m.bytes / 1e6, m.address * 1e6, m.domain * 1e6, m.refresh, m.wait * 1e3,
		    m.plan);
		if (i > 0)
			printf("          an account beside that of %zu: load %.2f, read again %.2f, plan "
			       "%.2f\n",
			    sizes[0], m.load / first.load / times, m.refresh / first.refresh / times,
			    m.plan / first.plan / times);
	}
	return 0;
}
