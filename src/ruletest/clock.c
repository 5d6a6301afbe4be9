/* SPDX-License-Identifier: Apache-2.0 */
#include "ruletest-private.h"

/* The time of a step, told from the step before, and the team that takes the place of a meeting. */

static bool complain(
    const struct ub_yaml_reader *reader, const struct ub_yaml_node *node, const char *what, const char *help)
{
	struct ub_diag *diag = ub_error(reader->diags, "conflict", ub_yaml_first_line(node), "%s", what);
	ub_diag_set_help(reader->diags, diag, "%s", help);
	return false;
}

/* The time of the step before, of which the step is a copy. */
static bool time_before(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node,
    const struct step *step, ub_instant *at)
{
	const struct loading *loading = reader->context;
	if (ub_cal_parse_time(step->at, ruletest_zone(loading->file), at))
		return true;
	return complain(reader, node, "there is no step before to count from",
	    "say `at: 2026-11-02 09:00` beside `steps`, or in the first of them");
}

static void set_time(const struct ub_yaml_reader *reader, struct step *step, ub_instant at)
{
	const struct loading *loading = reader->context;
	step->at = ruletest_shown_time(reader->arena, ruletest_zone(loading->file), at);
}

static bool read_on(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct loading *loading = reader->context;
	const struct ub_zone *zone = ruletest_zone(loading->file);
	struct step *step = out;
	ub_instant before;
	ub_day day;
	(void)type;
	if (!ub_yaml_read(reader, &ruletest_type_day, node, &day) ||
	    !time_before(reader, node, step, &before))
		return false;
	set_time(reader, step,
	    ub_cal_day_start(zone, day) + before - ub_cal_day_start(zone, ub_cal_local_day(zone, before)));
	return true;
}

static bool read_after(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct loading *loading = reader->context;
	const struct ub_org_person *standard = &loading->file->snapshot.org->standard;
	const struct ub_work_calendar clock = { standard->zone, standard->hours, standard->holidays };
	struct step *step = out;
	struct ub_time_error error;
	struct ub_span span;
	ub_instant at;
	if (node->kind != UB_YAML_SCALAR || !ub_cal_parse_span(reader->arena, node->text, &span, &error))
		return ub_yaml_expected(reader, node, type->noun);
	if (!time_before(reader, node, step, &at) || !ub_cal_shift(&clock, at, span, true, &at))
		return false;
	set_time(reader, step, at);
	return true;
}

static const struct ub_yaml_type *const on_forms[] = { &ruletest_type_day };
const struct ub_yaml_type ruletest_type_on = {
	.shape = UB_YAML_CUSTOM, .read = read_on, .any_of = on_forms, .n_any_of = 1
};
const struct ub_yaml_type ruletest_type_after = {
	.shape = UB_YAML_CUSTOM, .noun = "a span like `1 week`", .read = read_after
};

bool ruletest_check_clock(struct loading *loading, const struct step *before, const struct step *step)
{
	const struct ub_zone *zone = ruletest_zone(loading->file);
	ub_instant from, to;
	if (!ruletest_is_by_period(before) || !ruletest_is_by_period(step) ||
	    !ub_cal_parse_time(before->at, zone, &from) || !ub_cal_parse_time(step->at, zone, &to))
		return true;
	if (to >= from && to - from <= UB_RULETEST_DAYS_MAX * INT64_C(86400))
		return true;
	struct ub_diag *diag =
	    to < from ? ub_error(loading->diags, "wrong-value", step->place,
			    "this step is before the one before it")
		      : ub_error(loading->diags, "too-many", step->place,
			    "this step is more than %d days after the one before it", UB_RULETEST_DAYS_MAX);
	ub_diag_set_help(loading->diags, diag, "the rules are asked once a day from step to step");
	return false;
}

/* ---- team: sales ---- */

static bool read_team(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct loading *loading = reader->context;
	const struct ub_org *org = loading->file->snapshot.org;
	struct step *step = out;
	struct ub_texts names = { 0 };
	struct ub_text name;
	(void)type;
	if (!ub_yaml_read(reader, &ub_yaml_type_text, node, &name))
		return false;
	step->team = ub_org_team(org, name);
	if (step->team)
		return true;
	for (size_t i = 0; i < org->n_teams; i++)
		*ub_push(reader->arena, &names) = org->teams[i].name;
	struct ub_diag *diag = ub_error(reader->diags, "no-such-team", ub_yaml_first_line(node),
	    "there is no team `%.*s`", UB_ARGS(name));
	struct ub_text meant = ub_suggest(name, names.items, names.n);
	if (meant.len)
		ub_diag_set_help(reader->diags, diag, "did you mean `%.*s`?", UB_ARGS(meant));
	else
		ub_diag_set_help(reader->diags, diag,
		    "name it under `organization` of this file, or of the settings: `teams: {%.*s: "
		    "[anna@...]}`",
		    UB_ARGS(name));
	return false;
}

static const struct ub_yaml_type *const team_forms[] = { &ub_yaml_type_text };
const struct ub_yaml_type ruletest_type_team = {
	.shape = UB_YAML_CUSTOM, .read = read_team, .any_of = team_forms, .n_any_of = 1
};
