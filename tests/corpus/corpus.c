/* SPDX-License-Identifier: Apache-2.0 */

/*
 * corpus [DIR]: every calendar object of DIR/ics (else of $UPBEAT_CORPUS) through read, decide and print, as
 * it is and with CRLF line ends, in one process under the sanitizers. Speaks TAP; says what there was.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agreement.h"
#include "upbeat/decision.h"
#include "upbeat/ical.h"
#include "upbeat/sys.h"

#define OBJECT_MS 1000
#define FILE_MAX  (8u * 1024 * 1024)

struct tally {
	struct ub_arena *arena;
	struct ub_map *refused, *left; /* code to size_t */
	size_t objects, read, lone, meetings, customer, decided, items, instances, untold, failed;
	int64_t slowest;
};

struct corpus {
	struct ub_snapshot *snapshot;
	struct ub_arena *arena; /* of one object */
	struct tally *tally;
	const char *name; /* of the object */
};

static void fail(struct corpus *corpus, const char *what)
{
	printf("# %s: %s\n", corpus->name, what);
	corpus->tally->failed++;
}

static void count_code(struct tally *tally, struct ub_map *codes, const char *code)
{
	size_t *count = ub_map_get(codes, ub_text(code));
	if (!count) {
		count = UB_NEW(tally->arena, size_t);
		ub_map_put(codes, ub_text_copy(tally->arena, ub_text(code)), count);
	}
	++*count;
}

static void print_codes(const char *what, size_t n, const struct ub_map *codes)
{
	printf("# %s %zu:", what, n);
	for (size_t i = 0; i < ub_map_size(codes); i++) {
		struct ub_text code;
		const size_t *count = ub_map_at(codes, i, &code);
		printf(" %zu %.*s", *count, UB_ARGS(code));
	}
	printf("\n");
}

/* What is planned must be writable, and be found unchanged when it is read again. */
static void check_items(struct corpus *corpus, const struct ub_plan *plan, ub_instant now)
{
	for (size_t i = 0; i < plan->items.n; i++) {
		struct ub_ical_refusal refusal;
		struct ub_ical_writing writing = { .zones = corpus->snapshot->zones, .now = now };
		struct ub_text text = ub_ical_write(&plan->items.items[i], &writing, corpus->arena);
		const struct ub_ical *ical = ub_ical_parse(corpus->arena, text, &refusal);
		if (!ical)
			fail(corpus, "an item that was written cannot be read");
		else if (ub_ical_user_changes(ical, corpus->snapshot->zones, corpus->arena))
			fail(corpus, "an item reads as changed by the user when it was just written");
	}
	corpus->tally->items += plan->items.n;
}

/* The organization of whoever organizes the meeting. */
static struct ub_snapshot snapshot_for(
    struct corpus *corpus, const struct ub_event *event, struct ub_org *org)
{
	struct ub_text address = event && event->organizer ? event->organizer->address : UB_TEXT_NONE;
	size_t at = ub_text_find(address, UB_TEXT("@"), 0);
	*org = *corpus->snapshot->org;
	if (at != SIZE_MAX) {
		org->domains = (struct ub_texts){ 0 };
		*ub_push(corpus->arena, &org->domains) = ub_text_sub(address, at + 1, address.len);
	}
	return (struct ub_snapshot){ .settings = corpus->snapshot->settings,
		.org = org,
		.rules = corpus->snapshot->rules,
		.zones = corpus->snapshot->zones };
}

/* As a fortnight before the meeting, so that it is not over. */
static void decide(struct corpus *corpus, struct ub_text text, const struct ub_event *event, ub_instant now)
{
	struct ub_org org;
	struct ub_snapshot snapshot = snapshot_for(corpus, event, &org);
	struct ub_decide_input input = { .snapshot = &snapshot, .text = text, .now = now };
	struct ub_decision decision;
	struct ub_buf out = UB_BUF(corpus->arena);
	ub_decide(&input, &decision, corpus->arena);
	if (decision.facts)
		ub_facts_dump(decision.facts, &out);
	ub_plan_print(decision.plan, decision.facts, &out, false);
	corpus->tally->meetings += decision.facts != NULL;
	corpus->tally->customer += decision.facts && decision.facts->meeting.customer;
	if (decision.event && decision.plan->not_eligible)
		count_code(corpus->tally, corpus->tally->left, decision.plan->not_eligible);
	else
		corpus->tally->decided += decision.event != NULL;
	check_items(corpus, decision.plan, now);
}

/* The instances of the first two years, of whatever repeats. */
static void expand(struct corpus *corpus, struct ub_text text, ub_instant start)
{
	struct ub_ical_refusal refusal;
	struct ub_instances instances;
	struct ub_text why = UB_TEXT_NONE;
	const struct ub_ical *ical = ub_ical_parse(corpus->arena, text, &refusal);
	const struct ub_series_window window = { .floating = ub_cal_utc(),
		.from = start - 86400,
		.until = start + INT64_C(730) * 86400,
		.most = UB_SERIES_MAX };
	bool known = ical && ub_ical_instances(
				 ical, corpus->snapshot->zones, &window, corpus->arena, &instances, &why);
	corpus->tally->untold += ical && !known;
	corpus->tally->instances += known ? instances.n : 0;
}

static void compare(struct corpus *corpus, struct ub_text text)
{
	struct ub_ical_refusal refusal;
	const struct ub_ical *ical = ub_ical_parse(corpus->arena, text, &refusal);
	corpus->tally->lone += ub_ical_lone(text, corpus->snapshot->zones, corpus->arena) != NULL;
	const char *fault = ical ? disagreement(ical, corpus->snapshot->zones, corpus->arena) : NULL;
	if (fault)
		fail(corpus, fault);
}

/* The code of the refusal, "" when it was read. */
static const char *check(struct corpus *corpus, struct ub_text text)
{
	struct ub_ical_refusal refusal = { .code = "" };
	int64_t began = ub_sys_monotonic_ms();
	/* Of its exact size, so that a read past the end is seen. */
	char *exact = malloc(text.len + 1);
	memcpy(exact, text.ptr, text.len);
	text.ptr = realloc(exact, text.len ? text.len : 1);
	const struct ub_event *event = ub_ical_read(text, corpus->snapshot->zones, corpus->arena, &refusal);
	const struct ub_when *start = event ? &event->start : NULL;
	ub_instant now = 0;
	if (start && start->given)
		now = ub_cal_instant(start->zone ? start->zone : ub_cal_utc(), start->civil) - 14 * 86400;
	if (event && event->repeats != UB_REPEATS_NOT)
		expand(corpus, text, now + 14 * 86400);
	decide(corpus, text, event, now < UB_INSTANT_MIN ? UB_INSTANT_MIN : now);
	compare(corpus, text);
	free((char *)(uintptr_t)text.ptr);
	int64_t took = ub_sys_monotonic_ms() - began;
	if (took > OBJECT_MS)
		fail(corpus, "takes longer than a second");
	if (took > corpus->tally->slowest)
		corpus->tally->slowest = took;
	corpus->tally->objects++;
	corpus->tally->read += event != NULL;
	if (!event)
		count_code(corpus->tally, corpus->tally->refused, refusal.code);
	return refusal.code;
}

static struct ub_text with_crlf(struct ub_arena *arena, struct ub_text text)
{
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\n' && (i == 0 || text.ptr[i - 1] != '\r'))
			ub_buf_char(&out, '\r');
		ub_buf_char(&out, text.ptr[i]);
	}
	return ub_buf_text(&out);
}

static void report(const struct tally *tally, int number, const char *form)
{
	printf("%s %d - every object %s\n", tally->failed ? "not ok" : "ok", number, form);
	printf("# %zu objects %s: %zu read, %zu of them lone ones, %zu meetings, %zu with customers; %zu "
	       "decided on,"
	       " %zu items planned; %zu instances, %zu series not expanded; slowest %lld ms\n",
	    tally->objects, form, tally->read, tally->lone, tally->meetings, tally->customer, tally->decided,
	    tally->items, tally->instances, tally->untold, (long long)tally->slowest);
	print_codes("refused", tally->objects - tally->read, tally->refused);
	print_codes("left alone", tally->read - tally->decided, tally->left);
}

static struct tally tally_new(struct ub_arena *arena)
{
	return (struct tally){ .arena = arena, .refused = ub_map_new(arena), .left = ub_map_new(arena) };
}

static int run(struct ub_arena *arena, struct ub_snapshot *snapshot, const char *directory)
{
	struct tally plain = tally_new(arena), crlf = tally_new(arena);
	struct corpus corpus = { .snapshot = snapshot, .arena = ub_arena_new() };
	struct ub_text *names;
	size_t n;
	if (ub_sys_list_directory(arena, directory, UB_TEXT(".ics"), &names, &n) != UB_FILE_OK) {
		printf("1..0 # SKIP there is no corpus in %s\n", directory);
		n = 0;
	} else {
		printf("1..2\n");
	}
	for (size_t i = 0; i < n; i++) {
		struct ub_text text, path = ub_textf(arena, "%s/%.*s", directory, UB_ARGS(names[i]));
		corpus.name = names[i].ptr;
		corpus.tally = &plain;
		if (ub_sys_read_file(corpus.arena, path.ptr, FILE_MAX, &text) != UB_FILE_OK) {
			fail(&corpus, "cannot be read from the disk");
			continue;
		}
		const char *code = check(&corpus, text);
		corpus.tally = &crlf;
		const char *again = check(&corpus, with_crlf(corpus.arena, text));
		if (strcmp(code, again) != 0 && strcmp(again, "too-large") != 0)
			fail(&corpus, "is read in another way with CRLF");
		ub_arena_reset(corpus.arena);
	}
	ub_arena_free(&corpus.arena);
	if (n) {
		report(&plain, 1, "as it is");
		report(&crlf, 2, "with CRLF");
	}
	return plain.failed || crlf.failed;
}

int main(int argc, char **argv)
{
	static const char *const domains[] = { "example.com" };
	struct ub_snapshot_input input = { .rules_path = SRCDIR "/rules",
		.domains = domains,
		.n_domains = UB_COUNT(domains),
		.time_zone = "Europe/Berlin" };
	struct ub_arena *arena = ub_arena_new();
	struct ub_diags diags = UB_DIAGS(arena);
	const char *corpus = argc > 1 ? argv[1] : getenv("UPBEAT_CORPUS");
	struct ub_snapshot *snapshot = ub_snapshot_load(&input, &diags);
	int status = 1;
	if (!snapshot) {
		struct ub_buf out = UB_BUF(arena);
		ub_diags_print(&diags, &out, false);
		printf("Bail out! the shipped rules do not load\n%s", ub_buf_cstr(&out));
	} else if (!corpus) {
		printf("1..0 # SKIP UPBEAT_CORPUS is not set\n");
		status = 0;
	} else {
		status = run(arena, snapshot, ub_textf(arena, "%s/ics", corpus).ptr);
	}
	ub_snapshot_release(&snapshot);
	ub_arena_free(&arena);
	return status;
}
