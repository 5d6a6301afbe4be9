/* SPDX-License-Identifier: Apache-2.0 */

/*
 * year [SEED...]: a year of reviews with the shipped rules, over the functions that the daemon uses. Speaks
 * TAP and prints what the year was like. UPBEAT_YEAR_SEEDS has further seeds, separated by blanks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"

/* What a year comes to: a line that two runs of the same seed have in common. */
struct outcome {
	size_t faults;
	char digest[64];
};

static void print_table(const struct world *world, const struct desks *desks, const struct tally *tally)
{
	static const char *const words[] = { "green, by quarter", "yellow, by month", "red, by week" };
	printf("# %d accounts, %d owners, %d days: %zu meetings (%zu series, %zu called off), %zu other "
	       "appointments\n",
	    ACCOUNTS, OWNERS, DAYS, world->meetings, world->series, world->called_off, world->busy);
	printf("# %zu changes of health, %zu reviews moved by users, %zu deleted\n", world->health_changes,
	    world->moved, world->deleted);
	printf("# %zu decisions and as many again; %zu items made, %zu moved, %zu removed\n",
	    desks->decisions - desks->again, desks->created, desks->moved, desks->removed);
	printf("#\n# rhythm              periods   kept\n");
	for (size_t i = 0; i < UB_COUNT(words); i++)
		printf("# %-18s %8zu %6zu\n", words[i], tally->by_rhythm[i][0], tally->by_rhythm[i][1]);
	printf("# %zu kept by a review, %zu by a meeting\n", tally->reviewed, tally->met);
	printf("# not kept: %zu deleted by the user, %zu moved out of it, %zu without a free time\n",
	    tally->deleted, tally->moved, tally->no_time);
	printf("# %zu periods in which the rhythm changed; %zu changes answered on their day\n",
	    tally->changed, tally->answered);
	printf("# %zu returns to a slower rhythm had to wait; %zu of these never came\n", world->held,
	    world->spared);
	printf("# at most %zu reviews of an owner on a day; over %d: %zu days looked at that users have "
	       "filled, %zu others\n",
	    tally->most_a_day, A_DAY, tally->user_crowded_days, tally->crowded_days);
}

static size_t unexplained(const struct tally *tally)
{
	return tally->periods - tally->reviewed - tally->met - tally->deleted - tally->moved - tally->no_time;
}

/* The last day, and two on the way there. */
static bool is_report_day(int day)
{
	return day == DAYS - 1 || day == 110 || day == 230;
}

static struct outcome live(uint64_t seed, bool print)
{
	struct world *world = calloc(1, sizeof(*world));
	struct outcome outcome = { 0 };
	struct tally tally = { 0 };
	struct diary diary = { .looked = 0 };
	struct book *book = calloc(1, sizeof(*book));
	struct desks desks;
	if (!world || !book)
		abort();
	world_begin(world, seed);
	desks_begin(&desks, world);
	for (int day = 0; day < DAYS; day++) {
		world_turn(world);
		users_turn(&desks);
		desks_decide(&desks);
		check_day(&desks, &tally);
		book_day(world, book);
		if (is_report_day(day))
			book_compare(&desks, &diary, book, print && day == DAYS - 1);
		diary_evening(world, &diary);
	}
	struct ub_text digest = desks_digest(&desks, world->arena);
	snprintf(outcome.digest, sizeof(outcome.digest), "%.*s", UB_ARGS(digest));
	outcome.faults = desks.faults + unexplained(&tally);
	if (print)
		print_table(world, &desks, &tally);
	if (unexplained(&tally))
		printf("# %zu periods were not kept, and nobody knows why\n", unexplained(&tally));
	desks_end(&desks);
	world_end(world);
	free(book);
	free(world);
	return outcome;
}

/* The same year in another process, beside this one. */
static pid_t live_beside(uint64_t seed, int *from)
{
	int ends[2];
	fflush(stdout);
	if (pipe(ends))
		abort();
	pid_t child = fork();
	if (child < 0)
		abort();
	if (child == 0) {
		if (!freopen("/dev/null", "w", stdout))
			_exit(1);
		struct outcome outcome = live(seed, false);
		_exit(write(ends[1], &outcome, sizeof(outcome)) != sizeof(outcome));
	}
	close(ends[1]);
	*from = ends[0];
	return child;
}

static void try_seed(uint64_t seed, int number)
{
	struct outcome beside = { 0 };
	int from = -1, status;
	pid_t child = live_beside(seed, &from);
	printf("# seed %llu\n", (unsigned long long)seed);
	struct outcome here = live(seed, true);
	bool told =
	    read(from, &beside, sizeof(beside)) == sizeof(beside) && waitpid(child, &status, 0) == child;
	close(from);
	printf("%s %d - seed %llu: a year of reviews goes as it should\n", here.faults ? "not ok" : "ok",
	    number, (unsigned long long)seed);
	printf("%s %d - seed %llu: the same again gives the same calendars\n",
	    told && strcmp(here.digest, beside.digest) == 0 ? "ok" : "not ok", number + 1,
	    (unsigned long long)seed);
}

int main(void)
{
	const char *more = getenv("UPBEAT_YEAR_SEEDS");
	char *end = (char *)(more ? more : "");
	int number = 1;
	try_seed(14, number);
	for (uint64_t seed = strtoull(end, &end, 10); seed; seed = strtoull(end, &end, 10))
		try_seed(seed, number += 2);
	printf("1..%d\n", number + 1);
	return 0;
}
