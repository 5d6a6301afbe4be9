/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The report for programs: upbeat(1), "JSON".
 */
#include "report-private.h"

#include "upbeat/json.h"

static json_t *figure_of(const struct ub_counts *counts, enum ub_figure figure)
{
	const struct ub_figure_kind *kind = &ub_figure_kinds[figure];
	json_t *object = ub_json_object(), *parts = ub_json_object();
	unsigned percent;
	bool told = ub_counts_share(counts, figure, &percent);
	for (size_t i = 0; i < UB_FIGURE_PARTS && kind->parts[i].name; i++)
		ub_json_set(parts, kind->parts[i].name, ub_json_number(counts->parts[figure][i]));
	ub_json_set(object, "percent", told ? ub_json_number(percent) : ub_json_null());
	if (kind->target)
		ub_json_set(object, "target", ub_json_number(kind->target));
	ub_json_set(object, "counts", parts);
	return object;
}

static void set_figures(json_t *object, const struct ub_counts *counts)
{
	json_t *figures = ub_json_object();
	ub_json_set(object, "meetings", ub_json_number(counts->meetings));
	for (int i = 0; i < UB_FIGURES; i++)
		ub_json_set(figures, ub_figure_kinds[i].name, figure_of(counts, (enum ub_figure)i));
	ub_json_set(object, "figures", figures);
}

static json_t *groups_of(const struct ub_report *report)
{
	json_t *list = ub_json_array();
	for (size_t i = 0; i < report->groups.n; i++) {
		const struct ub_report_group *group = &report->groups.items[i];
		json_t *object = ub_json_object();
		ub_json_set(object, "key", ub_json_text(group->key));
		ub_json_set(object, "name", ub_json_text(report_group_text(report, group)));
		set_figures(object, &group->counts);
		ub_json_add(list, object);
	}
	return list;
}

static json_t *unprepared_of(const struct ub_report *report, struct ub_arena *arena)
{
	json_t *list = ub_json_array();
	for (size_t i = 0; i < report->unprepared.n; i++) {
		const struct ub_report_unprepared *one = &report->unprepared.items[i];
		json_t *object = ub_json_object();
		ub_json_set(object, "account", ub_json_text(one->account));
		ub_json_set(object, "name", ub_json_text(report_account_text(one->account, one->name)));
		ub_json_set(object, "owner", ub_json_text(one->owner));
		ub_json_set(object, "start", ub_json_instant(arena, report->zone, one->start));
		ub_json_add(list, object);
	}
	return list;
}

static json_t *unmet_of(const struct ub_report *report, struct ub_arena *arena)
{
	json_t *list = ub_json_array();
	for (size_t i = 0; i < report->unmet.n; i++) {
		const struct ub_report_unmet *one = &report->unmet.items[i];
		json_t *object = ub_json_object();
		ub_json_set(object, "account", ub_json_text(one->account));
		ub_json_set(object, "name", ub_json_text(report_account_text(one->account, one->name)));
		ub_json_set(object, "owner", ub_json_text(one->owner));
		ub_json_set(object, "health", one->health.len ? ub_json_text(one->health) : ub_json_null());
		ub_json_set(object, "last_met",
		    one->last == UB_INSTANT_NONE ? ub_json_null()
						 : ub_json_instant(arena, report->zone, one->last));
		ub_json_set(object, "rhythm_seconds", ub_json_number(one->rhythm));
		ub_json_add(list, object);
	}
	return list;
}

void ub_report_json(const struct ub_report *report, struct ub_buf *out)
{
	json_t *object = ub_json_object();
	const char *by = ub_report_by_words(report->by);
	ub_json_set(object, "since", ub_json_instant(out->arena, report->zone, report->since));
	ub_json_set(object, "until", ub_json_instant(out->arena, report->zone, report->now));
	ub_json_set(object, "by", ub_json_word(by + sizeof("by ") - 1));
	set_figures(object, &report->total);
	ub_json_set(object, "groups", groups_of(report));
	ub_json_set(object, "unprepared", unprepared_of(report, out->arena));
	ub_json_set(object, "unmet", unmet_of(report, out->arena));
	ub_json_print(object, out);
}
