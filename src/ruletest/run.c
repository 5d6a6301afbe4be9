/* SPDX-License-Identifier: Apache-2.0 */
#include "ruletest-private.h"

/* Keeps the items of earlier steps in the user's calendar, and forgets those that would only have existed.
 * `before`: the step before; NULL: this is the first one. */
static void begin_step(
    struct calendar *calendar, const struct step *before, const struct step *step, struct coverage *coverage)
{
	ub_instant now = calendar->now;
	ub_cal_parse_time(step->at, ruletest_zone(calendar->file), &now);
	if (before && ruletest_is_by_period(before) && ruletest_is_by_period(step))
		ruletest_live_on(calendar, before, now, coverage);
	ruletest_calendar_forget_audit(calendar);
	calendar->now = now;
	ruletest_calendar_apply_hand(calendar, &step->user);
}

static void decide(const struct calendar *calendar, const struct step *step, struct ub_decision *decision)
{
	struct ub_arena *arena = calendar->arena;
	const struct test_file *file = calendar->file;
	size_t n;
	struct ub_existing *existing = ruletest_calendar_existing(calendar, UB_TEXT_NONE, &n);
	struct ub_busy *busy = UB_NEW_ARRAY(arena, struct ub_busy, step->busy.n);
	for (size_t i = 0; i < step->busy.n; i++)
		busy[i] = (struct ub_busy){ step->busy.items[i].address, step->busy.items[i].times };
	struct ub_decide_input input = { .snapshot = &file->snapshot,
		.text = step->event.len ? step->event
					: ruletest_meeting_text(&step->meeting, ruletest_zone(file), arena),
		.watched = file->watched,
		.owner = step->meeting.owner,
		.calendar = step->meeting.calendar,
		.existing = existing,
		.n_existing = n,
		.gone = step->gone,
		.now = calendar->now,
		.accounts = step->no_account ? NULL : file->accounts,
		.account = step->account,
		.busy = busy,
		.n_busy = step->busy.n };
	ub_decide(&input, decision, arena);
}

static struct ub_test_result run_test(
    const struct test *test, struct coverage *coverage, struct ub_arena *arena)
{
	struct ub_test_result result = { .name = test->name, .place = test->place };
	struct ub_arena *work = ub_arena_new();
	struct calendar calendar = { .arena = work, .file = test->file };
	for (size_t i = 0; i < test->steps.n; i++) {
		const struct step *step = &test->steps.items[i];
		struct ub_decision decision;
		begin_step(&calendar, i ? step - 1 : NULL, step, coverage);
		if (ruletest_is_by_period(step)) {
			ruletest_decide_by_period(&calendar, step, coverage, &decision);
		} else {
			decide(&calendar, step, &decision);
			ruletest_calendar_apply_plan(&calendar, decision.plan);
			ruletest_coverage_add(coverage, &decision, work);
		}
		struct comparing comparing = { .arena = arena,
			.step = step,
			.decision = &decision,
			.seen = ruletest_calendar_seen(&calendar, decision.plan),
			.base = { .step = test->numbered ? i + 1 : 0, .at = step->at },
			.result = &result };
		ruletest_compare_step(&comparing);
	}
	ub_arena_free(&work);
	return result;
}

static bool is_picked(const struct test *test, const char *pattern)
{
	return !pattern || ub_text_find(test->name, ub_text(pattern), 0) != SIZE_MAX ||
	       ub_text_find(test->file->source->name, ub_text(pattern), 0) != SIZE_MAX;
}

bool ub_ruletest_run(const struct ub_ruletest_input *input, struct ub_diags *diags,
    struct ub_test_report *report, struct ub_arena *arena)
{
	struct loading loading = { .arena = arena, .diags = diags, .input = input };
	*report = (struct ub_test_report){ 0 };
	if (!ruletest_load_tests(&loading))
		return false;
	struct coverage *coverage = ruletest_coverage_new(input->snapshot->rules, arena);
	for (size_t i = 0; i < loading.tests.n; i++) {
		const struct test *test = loading.tests.items[i];
		if (!is_picked(test, input->pattern))
			continue;
		struct ub_test_result result = run_test(test, coverage, arena);
		*ub_push(arena, &report->results) = result;
		report->passed += result.failures.n == 0;
		report->failed += result.failures.n > 0;
	}
	ruletest_coverage_report(coverage, input, report, arena);
	return true;
}
