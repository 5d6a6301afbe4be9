/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What there is to tell of event sinks, for `upbeat status`.
 */
#include "control-private.h"

#include "upbeat/events.h"
#include "upbeat/json.h"

static size_t reports_of(const struct ub_telling *telling, struct ub_sink_report **reports)
{
	struct ub_events *events = telling->daemon->events;
	return events ? ub_events_reports(events, telling->out->arena, reports) : 0;
}

/* ---- for people ---- */

static void print_count(struct ub_buf *out, uint64_t n, const char *what)
{
	if (n)
		ub_buf_printf(out, ", %llu %s", (unsigned long long)n, what);
}

static void print_problem(const struct ub_telling *telling, const struct ub_sink_report *report)
{
	static const char red[] = "\033[31m", plain[] = "\033[0m";
	struct ub_buf *out = telling->out;
	if (report->problem.len == 0)
		return;
	ub_buf_str(out, report->failed && telling->colour ? red : "");
	if (report->failed) {
		ub_buf_str(out, "; it fails since ");
		ub_cal_format(out, UB_TEXT("%F %T %Z"), telling->snapshot->org->standard.zone,
		    report->failed_since, UB_ENGLISH);
		ub_buf_str(out, ": ");
	} else {
		ub_buf_str(out, "; last problem: ");
	}
	ub_buf_str(out, report->failed && telling->colour ? plain : "");
	ub_buf_shown(out, report->problem);
}

static void print_sink(const struct ub_telling *telling, const struct ub_sink_report *report)
{
	struct ub_buf *out = telling->out;
	const struct ub_store_sink *counts = &report->counts;
	ub_buf_add(out, report->name);
	if (!ub_text_eq(report->name, report->sink))
		ub_buf_printf(out, " (%.*s)", UB_ARGS(report->sink));
	ub_buf_printf(out, ": %llu delivered, %llu waiting", (unsigned long long)counts->delivered,
	    (unsigned long long)counts->waiting);
	print_count(out, counts->refused, "refused");
	print_count(out, counts->dropped, "lost, as too many waited");
	print_problem(telling, report);
	ub_buf_char(out, '\n');
}

void control_print_sinks(const struct ub_telling *telling, const char *label)
{
	struct ub_sink_report *reports;
	size_t n = reports_of(telling, &reports);
	for (size_t i = 0; i < n; i++) {
		ub_buf_str(telling->out, i ? "          " : label);
		print_sink(telling, &reports[i]);
	}
}

/* ---- for programs ---- */

static json_t *sink_object(const struct ub_telling *telling, const struct ub_sink_report *report)
{
	const struct ub_zone *zone = telling->snapshot->org->standard.zone;
	json_t *object = ub_json_object();
	ub_json_set(object, "name", ub_json_text(report->name));
	ub_json_set(object, "sink", ub_json_text(report->sink));
	ub_json_set(object, "delivered", ub_json_number(report->counts.delivered));
	ub_json_set(object, "waiting", ub_json_number(report->counts.waiting));
	ub_json_set(object, "refused", ub_json_number(report->counts.refused));
	ub_json_set(object, "dropped", ub_json_number(report->counts.dropped));
	ub_json_set(object, "failed", ub_json_flag(report->failed));
	if (report->failed)
		ub_json_set(
		    object, "failed_since", ub_json_instant(telling->out->arena, zone, report->failed_since));
	if (report->problem.len)
		ub_json_set(object, "why", ub_json_text(report->problem));
	return object;
}

json_t *control_sinks(const struct ub_telling *telling)
{
	struct ub_sink_report *reports;
	size_t n = reports_of(telling, &reports);
	json_t *array = ub_json_array();
	for (size_t i = 0; i < n; i++)
		ub_json_add(array, sink_object(telling, &reports[i]));
	return array;
}
