/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <sys/stat.h>

#include "calendar.h"
#include "folder.h"
#include "leaks.h"

struct ub_arena *arena;

void calendar_set_up(void)
{
	arena = ub_arena_new();
	enter_folder();
	cr_assert_eq(mkdir("rules", 0700), 0);
}

void calendar_tear_down(void)
{
	ub_arena_free(&arena);
	ub_leak_check();
}

void put_rules(const char *const *rules, size_t n)
{
	FILE *file = fopen("rules/a.yaml", "w");
	cr_assert(file && fputs("format: 1\nrules:\n", file) >= 0);
	for (size_t i = 0; i < n; i++)
		cr_assert(fputs(rules[i], file) >= 0);
	cr_assert_eq(fclose(file), 0);
}

static void load(struct calendar *calendar, const char *const *rules, size_t n, struct ub_diags *diags)
{
	static const char *const domains[] = { "ours.example" };
	struct ub_snapshot_input input = { .rules_path = "rules", .domains = domains, .n_domains = 1 };
	put_rules(rules, n);
	*calendar = (struct calendar){ .snapshot = ub_snapshot_load(&input, diags) };
}

bool calendar_loads(struct calendar *calendar, const char *const *rules, size_t n)
{
	struct ub_diags diags = UB_DIAGS(arena);
	load(calendar, rules, n, &diags);
	return calendar->snapshot;
}

struct calendar calendar_with(const char *const *rules, size_t n)
{
	struct ub_diags diags = UB_DIAGS(arena);
	struct ub_buf said = UB_BUF(arena);
	struct calendar calendar;
	load(&calendar, rules, n, &diags);
	ub_diags_print(&diags, &said, false);
	cr_assert(calendar.snapshot, "%s", ub_buf_cstr(&said));
	return calendar;
}

struct calendar calendar_open(void)
{
	static const char *const rules[] = { RULE("first", "        instances: 2\n") };
	return calendar_with(rules, 1);
}

void calendar_close(struct calendar *calendar)
{
	ub_snapshot_release(&calendar->snapshot);
}

struct ub_decision decide_object(const struct calendar *calendar, struct ub_text object, int64_t now)
{
	struct ub_decide_input input = { .snapshot = calendar->snapshot,
		.text = object,
		.existing = calendar->existing,
		.n_existing = calendar->n_existing,
		.only_instance = calendar->only_instance,
		.now = now };
	struct ub_decision decision;
	ub_decide(&input, &decision, arena);
	return decision;
}

struct ub_decision decide_next(
    const struct calendar *calendar, const char *lines, const char *more, int64_t now)
{
	struct ub_text object = ub_textf(arena,
	    "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:u\nDTSTAMP:20260101T000000Z\n" INVITED
	    "%sEND:VEVENT\n%sEND:VCALENDAR\n",
	    lines, more);
	struct ub_decision decision = decide_object(calendar, object, now);
	cr_assert_null(decision.refused, "%s", decision.refused);
	return decision;
}

const char *steps(const struct ub_decision *decision)
{
	static const char *const words[] = { "create", "keep", "remove", "hide" };
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < decision->plan->steps.n; i++) {
		const struct ub_step *step = &decision->plan->steps.items[i];
		struct ub_civil c =
		    ub_cal_civil(ub_cal_utc(), step->item ? step->item->start : step->existing->start);
		ub_buf_printf(&out, "%s%s %02dT%02d", i ? " " : "", words[step->action], c.day, c.hour);
	}
	return ub_buf_cstr(&out);
}

static const char *carry_out(struct calendar *calendar, struct ub_decision decision, int64_t now)
{
	const char *said = decision.refused ? decision.refused : steps(&decision);
	calendar->existing =
	    ub_existing_after(calendar->snapshot, decision.plan, now, &calendar->n_existing, arena);
	return said;
}

const char *store_series(struct calendar *calendar, const char *lines, const char *more, int64_t now)
{
	return carry_out(calendar, decide_next(calendar, lines, more, now), now);
}

const char *store_object(struct calendar *calendar, struct ub_text object, int64_t now)
{
	return carry_out(calendar, decide_object(calendar, object, now), now);
}
