/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The time of `upbeat plan` over 10,000 meetings in a store, after a change of one item's duration beside the
 * shipped rules. The floor, in the same run, is deciding each of them once. `plan` decides each of them three
 * times, on all processors, so processor times are compared. Run this where src/upbeat was built.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "net.h"
#include "upbeat/commands.h"
#include "upbeat/settings.h"
#include "upbeat/store.h"

enum { MEETINGS = 10000, DECISIONS = 3 };
#define NOW INT64_C(1793606400) /* 2026-11-02T08:00:00Z */

static char folder[] = "/tmp/upbeat-bench-XXXXXX";

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double processor_seconds(int whose)
{
	struct rusage usage;
	getrusage(whose, &usage);
	return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6;
}

static const char *in_folder(struct ub_arena *arena, const char *name)
{
	return ub_textf(arena, "%s/%s", folder, name).ptr;
}

static void write_file(struct ub_arena *arena, const char *name, const char *text)
{
	FILE *file = fopen(in_folder(arena, name), "w");
	require(file && fputs(text, file) >= 0 && fclose(file) == 0, name);
}

/* Three quarters of the meetings are with customers. They spread over two months and differ in length. */
static struct ub_text meeting(struct ub_arena *arena, int n)
{
	static const char *const titles[] = { "Roadmap", "Quarterly review", "Kick-off", "Deep dive",
		"Support" };
	int minutes = 30 + n % 4 * 30, day = 9 + n % 20, month = 11 + n / 20 % 2, hour = 8 + n % 7;
	return ub_textf(arena,
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//EN\r\nBEGIN:VEVENT\r\nUID:meeting-%d\r\n"
	    "DTSTAMP:20261101T000000Z\r\nDTSTART:2026%02d%02dT%02d0000Z\r\nDURATION:PT%dM\r\nSUMMARY:%s "
	    "%d\r\n"
	    "ORGANIZER:mailto:alice@ours.example\r\nATTENDEE:mailto:alice@ours.example\r\n"
	    "ATTENDEE:mailto:bob@ours.example\r\nATTENDEE:mailto:%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
	    n, month, day, hour, minutes, titles[n % 5], n,
	    n % 4 ? "cto@acme.example" : "carol@ours.example");
}

static void fill(struct ub_arena *arena)
{
	struct ub_text why;
	struct ub_store *store = ub_store_sqlite_open(in_folder(arena, "store.db"), 0, arena, &why);
	require(store != NULL, "the store");
	for (int n = 0; n < MEETINGS; n++) {
		struct ub_text uid = ub_textf(arena, "meeting-%d", n);
		struct ub_store_seen seen = { .organization = ub_organization,
			.meeting_uid = uid,
			.upstream = UB_TEXT("http://127.0.0.1:1"),
			.href = ub_textf(arena, "/alice/calendar/%d.ics", n),
			.collection = UB_TEXT("/alice/calendar/"),
			.principal = UB_TEXT("alice"),
			.owner = UB_TEXT("alice@ours.example"),
			.text = meeting(arena, n),
			.end = INT64_MAX,
			.changed = NOW * 1000 };
		require(ub_store_put_seen(store, &seen) == UB_STORE_OK, "a meeting");
	}
	ub_store_close(&store);
}

static double decide_each(struct ub_arena *arena)
{
	struct ub_diags diags = UB_DIAGS(arena);
	const struct ub_snapshot_input input = { .settings_path = in_folder(arena, "upbeat.yaml") };
	struct ub_snapshot *snapshot = ub_snapshot_load(&input, &diags);
	require(snapshot != NULL, "the settings");
	struct ub_arena *work = ub_arena_new();
	double begun = processor_seconds(RUSAGE_SELF);
	for (int n = 0; n < MEETINGS; n++) {
		struct ub_decide_input decide = { .snapshot = snapshot,
			.text = meeting(work, n),
			.owner = UB_TEXT("alice@ours.example"),
			.now = NOW };
		struct ub_decision decision;
		ub_decide(&decide, &decision, work);
		ub_arena_reset(work);
	}
	double took = processor_seconds(RUSAGE_SELF) - begun;
	ub_arena_free(&work);
	ub_snapshot_release(&snapshot);
	return took;
}

static double plan(struct ub_arena *arena)
{
	const char *command =
	    ub_textf(arena, "src/upbeat plan -c %s/upbeat.yaml --at '2026-11-02 09:00' %s/changed >%s/out",
		folder, folder, folder)
		.ptr;
	double begun = seconds();
	int status = system(command);
	double took = seconds() - begun;
	require(WIFEXITED(status) && WEXITSTATUS(status) == 2, command);
	return took;
}

static void print_last_line(struct ub_arena *arena)
{
	char line[256] = "", next[256];
	FILE *file = fopen(in_folder(arena, "out"), "r");
	require(file != NULL, "the plan");
	while (fgets(next, sizeof(next), file))
		memcpy(line, next, sizeof(line));
	fclose(file);
	printf("  %s", line);
}

int main(void)
{
	struct ub_arena *arena = ub_arena_new();
	char top[4096];
	const char *source = getenv("srcdir");
	require(mkdtemp(folder) != NULL, folder);
	require(realpath(source ? source : ".", top) != NULL, "the source");
	require(mkdir(in_folder(arena, "site"), 0700) == 0, "a directory");
	require(mkdir(in_folder(arena, "changed"), 0700) == 0, "a directory");
	write_file(arena, "site/site.yaml", "format: 1\nrules: []\n");
	write_file(arena, "changed/site.yaml",
	    "format: 1\nchange:\n  - {rule: prep, items: {prep: {duration: 20m}}}\n");
	write_file(arena, "upbeat.yaml",
	    ub_textf(arena,
		"listen: 127.0.0.1:0\nupstream: http://127.0.0.1:1\nrules: [%s/rules, site]\n"
		"store: sqlite:store.db\norganization: {domains: [ours.example], time_zone: Europe/Berlin}\n",
		top)
		.ptr);
	fill(arena);
	double once = decide_each(arena), took = plan(arena);
	double processors = processor_seconds(RUSAGE_CHILDREN);
	print_last_line(arena);
	printf("  %d meetings on %ld processors: %.2f s, %.2f s of processors; deciding each once: %.2f s, "
	       "and the plan "
	       "takes %.2f times what %d decisions do\n",
	    MEETINGS, sysconf(_SC_NPROCESSORS_ONLN), took, processors, once, processors / (DECISIONS * once),
	    DECISIONS);
	require(system(ub_textf(arena, "rm -r %s", folder).ptr) == 0, "cleaning up");
	ub_arena_free(&arena);
	return 0;
}
