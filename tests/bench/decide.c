/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The time and the allocations to read, decide on and plan a meeting of 2 KB by the shipped rules, beside
 * libical's bare parse of the same text in the same run; the same of a series of 520 instances with 30
 * overrides; and the time to read each object of a corpus (UPBEAT_CORPUS), likewise.
 */
#include <dlfcn.h>
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "upbeat/decision.h"
#include "upbeat/ical.h"
#include "upbeat/sys.h"

enum { ROUNDS = 2000, SERIES_ROUNDS = 200, OBJECT_ROUNDS = 5, OBJECT_MAX = 200 * 1024, OBJECTS_MAX = 1000 };
#define NOW INT64_C(1793606400) /* 2026-11-02T08:00:00Z */

/* ---- allocations, of this thread's malloc and calloc ---- */

static size_t allocations;

void *malloc(size_t size)
{
	static void *(*real)(size_t);
	if (!real)
		real = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
	allocations++;
	return real(size);
}

/* ---- measuring ---- */

static double microseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int by_size(const void *left, const void *right)
{
	const double *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof *values, by_size);
	return values[n / 2];
}

struct measured {
	double microseconds; /* median */
	size_t allocations;
};

static struct measured measure(void (*work)(void *context), void *context, int rounds)
{
	double *times = calloc((size_t)rounds, sizeof *times);
	struct measured measured = { 0 };
	work(context);
	for (int i = 0; i < rounds; i++) {
		size_t before = allocations;
		double began = microseconds();
		work(context);
		times[i] = microseconds() - began;
		measured.allocations = allocations - before;
	}
	measured.microseconds = median(times, (size_t)rounds);
	free(times);
	return measured;
}

/* ---- the work ---- */

struct job {
	const struct ub_snapshot *snapshot;
	struct ub_arena *arena;
	struct ub_text text;
	size_t items;
	bool read;
};

static void parse(void *context)
{
	struct job *job = context;
	icalcomponent *component = icalparser_parse_string(job->text.ptr);
	if (component)
		icalcomponent_free(component);
}

static void read_event(void *context)
{
	struct job *job = context;
	struct ub_ical_refusal refusal;
	job->read = ub_ical_read(job->text, job->snapshot->zones, job->arena, &refusal) != NULL;
	ub_arena_reset(job->arena);
}

static void decide(void *context)
{
	struct job *job = context;
	struct ub_decide_input input = { .snapshot = job->snapshot, .text = job->text, .now = NOW };
	struct ub_decision decision;
	ub_decide(&input, &decision, job->arena);
	job->items = decision.plan->items.n;
	ub_arena_reset(job->arena);
}

static void report(const char *what, struct job *job, int rounds)
{
	struct measured bare = measure(parse, job, rounds), reading = measure(read_event, job, rounds);
	struct measured all = measure(decide, job, rounds);
	printf("%s, %zu bytes, %zu items: libical's bare parse %.0f us and %zu allocations; reading %.0f us "
	       "and %zu (%.2f times); reading, deciding and planning %.0f us and %zu (%.2f times)\n",
	    what, job->text.len, job->items, bare.microseconds, bare.allocations, reading.microseconds,
	    reading.allocations, reading.microseconds / bare.microseconds, all.microseconds, all.allocations,
	    all.microseconds / bare.microseconds);
}

/* ---- texts ---- */

#define ZONE                                                                                                 \
	"BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:DAYLIGHT\r\nTZOFFSETFROM:+0100\r\n"                  \
	"TZOFFSETTO:+0200\r\nTZNAME:CEST\r\nDTSTART:19700329T020000\r\n"                                     \
	"RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\nBEGIN:STANDARD\r\n"                       \
	"TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\nDTSTART:19701025T030000\r\n"                \
	"RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"

static void put_event(struct ub_buf *out, const char *times)
{
	ub_buf_printf(out,
	    "BEGIN:VEVENT\r\nUID:0f5d8f0a-6c5e-4c39-9ff5-9c1d2b7f4a11\r\nDTSTAMP:20261101T081500Z\r\n%s"
	    "CREATED:20261030T101500Z\r\nLAST-MODIFIED:20261101T081500Z\r\nSEQUENCE:2\r\n"
	    "SUMMARY:Roadmap with Acme\r\nLOCATION:https://meet.example/abc-defg-hij\r\n"
	    "DESCRIPTION:Dear all\\,\\n\\nplease find below what we would like to talk about\\;\\n\r\n"
	    "  - the plan for the next two quarters\\n - what your teams need from us\\n - open ti\r\n"
	    " ckets and when they will be solved\\n\\nBest regards\\,\\nAlice\r\n"
	    "ORGANIZER;CN=\"Alice Muster\":mailto:alice@ours.example\r\n"
	    "ATTENDEE;CN=\"Alice Muster\";ROLE=CHAIR;PARTSTAT=ACCEPTED:mailto:alice@ours.example\r\n"
	    "ATTENDEE;CN=\"Bob Beispiel\";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:m\r\n"
	    " ailto:bob@ours.example\r\n"
	    "ATTENDEE;CN=\"Clara Chief, CTO\";ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=TRUE:ma\r\n"
	    " ilto:cto@acme.example\r\n"
	    "ATTENDEE;CN=\"Dora Dev\";ROLE=OPT-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mail\r\n"
	    " to:dora@acme.example\r\n"
	    "CATEGORIES:Customer,Roadmap\r\nSTATUS:CONFIRMED\r\nTRANSP:OPAQUE\r\nCLASS:PUBLIC\r\n"
	    "X-MOZ-GENERATION:4\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Reminder\r\n"
	    "TRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VEVENT\r\n",
	    times);
}

static struct ub_text calendar(struct ub_arena *arena, struct ub_text events)
{
	return ub_textf(arena,
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Example//EN\r\n" ZONE
	    "%.*sEND:VCALENDAR\r\n",
	    UB_ARGS(events));
}

static struct ub_text one(struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	put_event(&out, "DTSTART;TZID=Europe/Berlin:20261112T140000\r\nDTEND;TZID=Europe/Berlin:"
			"20261112T150000\r\n");
	return calendar(arena, ub_buf_text(&out));
}

/* Ten years of weeks; each override moves its instance by an hour. */
static struct ub_text series(struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	put_event(&out, "DTSTART;TZID=Europe/Berlin:20180104T140000\r\nDTEND;TZID=Europe/Berlin:"
			"20180104T143000\r\nRRULE:FREQ=WEEKLY;COUNT=520\r\n");
	for (int week = 440; week < 470; week++) {
		struct ub_civil day = ub_cal_day_civil(ub_cal_day(2018, 1, 4) + week * 7);
		struct ub_text date = ub_textf(arena, "%04d%02d%02d", day.year, day.month, day.day);
		put_event(&out, ub_textf(arena,
				    "RECURRENCE-ID;TZID=Europe/Berlin:%.*sT140000\r\nDTSTART;TZID="
				    "Europe/Berlin:%.*sT150000\r\nDTEND;TZID=Europe/Berlin:%.*sT153000\r\n",
				    UB_ARGS(date), UB_ARGS(date), UB_ARGS(date))
				    .ptr);
	}
	return calendar(arena, ub_buf_text(&out));
}

/* ---- the corpus ---- */

static double best(void (*work)(void *context), struct job *job)
{
	double least = 1e12;
	for (int i = 0; i < OBJECT_ROUNDS; i++) {
		double began = microseconds();
		work(job);
		double took = microseconds() - began;
		least = took < least ? took : least;
	}
	return least;
}

static void report_corpus(struct job *job, struct ub_arena *arena, const char *directory)
{
	static double reading[OBJECTS_MAX], ratios[OBJECTS_MAX];
	struct ub_text *names;
	size_t n, kept = 0;
	if (ub_sys_list_directory(arena, directory, UB_TEXT(".ics"), &names, &n) != UB_FILE_OK) {
		printf("objects of a corpus: there is none in %s\n", directory);
		return;
	}
	for (size_t i = 0; i < n && kept < OBJECTS_MAX; i++) {
		const char *path = ub_textf(arena, "%s/%.*s", directory, UB_ARGS(names[i])).ptr;
		if (ub_sys_read_file(arena, path, OBJECT_MAX, &job->text) != UB_FILE_OK)
			continue;
		job->text = ub_text_n(ub_text_cstr(arena, job->text), job->text.len);
		double took = best(read_event, job);
		if (!job->read)
			continue;
		reading[kept] = took;
		ratios[kept++] = took / best(parse, job);
	}
	if (kept == 0)
		return;
	double middle = median(reading, kept);
	printf(
	    "%zu objects of a corpus that are accepted: reading takes %.0f us in the median, %.0f at most; "
	    "%.2f times libical's bare parse in the median\n",
	    kept, middle, reading[kept - 1], median(ratios, kept));
}

int main(void)
{
	static const char *const domains[] = { "ours.example" };
	struct ub_snapshot_input input = {
		.rules_path = "rules", .domains = domains, .n_domains = 1, .time_zone = "Europe/Berlin"
	};
	struct ub_arena *arena = ub_arena_new();
	struct ub_diags diags = UB_DIAGS(arena);
	struct ub_snapshot *snapshot = ub_snapshot_load(&input, &diags);
	const char *corpus = getenv("UPBEAT_CORPUS");
	if (!snapshot) {
		fputs("the shipped rules do not load\n", stderr);
		return 1;
	}
	struct job job = { .snapshot = snapshot, .arena = ub_arena_new() };
	job.text = one(arena);
	report("a meeting", &job, ROUNDS);
	job.text = series(arena);
	report("a series of 520 instances with 30 overrides", &job, SERIES_ROUNDS);
	if (corpus)
		report_corpus(&job, arena, ub_textf(arena, "%s/ics", corpus).ptr);
	else
		printf("objects of a corpus: UPBEAT_CORPUS is not set\n");
	ub_arena_free(&job.arena);
	ub_snapshot_release(&snapshot);
	ub_arena_free(&arena);
	return 0;
}
