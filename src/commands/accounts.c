/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What there is to tell of account sources: for `upbeat status`, and for `upbeat refresh`, which has all of
 * them looked at.
 */
#include "control-private.h"

#include "upbeat/directory.h"
#include "upbeat/json.h"

static const char red[] = "\033[31m", yellow[] = "\033[33m", plain[] = "\033[0m";

static void paint(const struct ub_telling *telling, const char *style, const char *text)
{
	ub_buf_printf(
	    telling->out, "%s%s%s", telling->colour ? style : "", text, telling->colour ? plain : "");
}

static void print_time(const struct ub_telling *telling, ub_instant instant)
{
	const struct ub_zone *zone = telling->snapshot->org->standard.zone;
	ub_cal_format(telling->out, UB_TEXT("%F %T %Z"), zone, instant, UB_ENGLISH);
}

static size_t reports_of(const struct ub_telling *telling, struct ub_source_report **reports)
{
	struct ub_directory *directory = telling->snapshot->directory;
	return directory ? ub_directory_reports(directory, telling->out->arena, reports) : 0;
}

static void print_source(const struct ub_telling *telling, const struct ub_source_report *report)
{
	struct ub_buf *out = telling->out;
	if (report->people > 0 && report->accounts == 0)
		ub_buf_printf(out, "%.*s: %zu people", UB_ARGS(report->source), report->people);
	else
		ub_buf_printf(out, "%.*s: %zu account%s", UB_ARGS(report->source), report->accounts,
		    report->accounts == 1 ? "" : "s");
	if (report->as_of != UB_INSTANT_NONE) {
		ub_buf_str(out, " as of ");
		print_time(telling, report->as_of);
	}
	if (report->kept)
		paint(telling, yellow, ", from before the start");
	if (report->stale)
		paint(telling, yellow, ", which is too old to say how they are doing");
	if (report->failed) {
		paint(telling, red, "; it fails since ");
		print_time(telling, report->failed_since);
		ub_buf_str(out, ": ");
		ub_buf_shown(out, report->problem);
	}
	ub_buf_char(out, '\n');
}

void control_print_accounts(const struct ub_telling *telling, const char *label)
{
	struct ub_source_report *reports;
	size_t n = reports_of(telling, &reports);
	for (size_t i = 0; i < n; i++) {
		ub_buf_str(telling->out, i ? "          " : label);
		print_source(telling, &reports[i]);
	}
}

static json_t *source_object(const struct ub_telling *telling, const struct ub_source_report *report)
{
	struct ub_arena *arena = telling->out->arena;
	const struct ub_zone *zone = telling->snapshot->org->standard.zone;
	json_t *object = ub_json_object();
	ub_json_set(object, "source", ub_json_text(report->source));
	ub_json_set(object, "accounts", ub_json_number(report->accounts));
	if (report->people > 0)
		ub_json_set(object, "people", ub_json_number(report->people));
	if (report->as_of != UB_INSTANT_NONE)
		ub_json_set(object, "as_of", ub_json_instant(arena, zone, report->as_of));
	ub_json_set(object, "kept", ub_json_flag(report->kept));
	ub_json_set(object, "stale", ub_json_flag(report->stale));
	ub_json_set(object, "failed", ub_json_flag(report->failed));
	if (report->failed) {
		ub_json_set(object, "failed_since", ub_json_instant(arena, zone, report->failed_since));
		ub_json_set(object, "why", ub_json_text(report->problem));
	}
	return object;
}

json_t *control_accounts(const struct ub_telling *telling)
{
	struct ub_source_report *reports;
	size_t n = reports_of(telling, &reports);
	json_t *array = ub_json_array();
	for (size_t i = 0; i < n; i++)
		ub_json_add(array, source_object(telling, &reports[i]));
	return array;
}

/* ---- refresh ---- */

/* Whether all sources are well. */
static bool tell(const struct ub_telling *telling, bool done)
{
	struct ub_source_report *reports;
	size_t n = reports_of(telling, &reports);
	bool well = done;
	for (size_t i = 0; i < n; i++)
		well &= !reports[i].failed;
	if (telling->json) {
		json_t *object = ub_json_object();
		ub_json_set(object, "done", ub_json_flag(done));
		ub_json_set(object, "accounts", control_accounts(telling));
		ub_json_print(object, telling->out);
		return well;
	}
	for (size_t i = 0; i < n; i++)
		print_source(telling, &reports[i]);
	if (!done)
		ub_buf_str(
		    telling->out, "Not all sources have answered yet; upbeat status tells when they have.\n");
	return well;
}

int control_refresh(const struct ub_telling *telling, struct ub_text subject)
{
	if (!telling->snapshot->directory) {
		ub_buf_str(telling->out, "The settings name no account source.\n");
		return 1;
	}
	bool done = ub_configuration_refresh(
	    telling->daemon->configuration, ub_text_is(subject, "force"), UB_CONTROL_REFRESH_MS);
	return tell(telling, done) ? 0 : 1;
}
