/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The report for spreadsheets (RFC 4180).
 */
#include "report-private.h"

#include <string.h>

/* What spreadsheets take for the beginning of a formula. */
static bool is_formula(struct ub_text text)
{
	return text.len && strchr("=+-@\t\r\n", text.ptr[0]) != NULL;
}

static void put(struct ub_buf *out, struct ub_text text)
{
	ub_buf_char(out, '"');
	if (is_formula(text))
		ub_buf_char(out, '\'');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"')
			ub_buf_char(out, '"');
		ub_buf_char(out, text.ptr[i]);
	}
	ub_buf_char(out, '"');
}

static void put_parts(
    struct ub_buf *out, struct ub_text key, struct ub_text name, const struct ub_counts *counts)
{
	for (int f = 0; f < UB_FIGURES; f++) {
		const struct ub_figure_kind *kind = &ub_figure_kinds[f];
		for (size_t i = 0; i < UB_FIGURE_PARTS && kind->parts[i].name; i++) {
			unsigned percent;
			bool told = ub_counts_share(counts, (enum ub_figure)f, &percent);
			put(out, key);
			ub_buf_char(out, ',');
			put(out, name);
			ub_buf_printf(
			    out, ",%s,%s,%zu,", kind->name, kind->parts[i].name, counts->parts[f][i]);
			if (told && i == 0)
				ub_buf_printf(out, "%u", percent);
			ub_buf_str(out, "\r\n");
		}
	}
}

static void put_held(
    struct ub_buf *out, struct ub_text key, struct ub_text name, const struct ub_counts *counts)
{
	put(out, key);
	ub_buf_char(out, ',');
	put(out, name);
	ub_buf_printf(out, ",meetings,held,%zu,\r\n", counts->meetings);
	put_parts(out, key, name, counts);
}

static void put_lists(const struct ub_report *report, struct ub_buf *out)
{
	for (size_t i = 0; i < report->unprepared.n; i++) {
		put(out, report->unprepared.items[i].account);
		ub_buf_char(out, ',');
		put(out, report_account_text(
			     report->unprepared.items[i].account, report->unprepared.items[i].name));
		ub_buf_str(out, ",unprepared,");
		ub_cal_print_rfc3339(out, report->zone, report->unprepared.items[i].start);
		ub_buf_str(out, ",1,\r\n");
	}
	for (size_t i = 0; i < report->unmet.n; i++) {
		const struct ub_report_unmet *one = &report->unmet.items[i];
		put(out, one->account);
		ub_buf_char(out, ',');
		put(out, report_account_text(one->account, one->name));
		ub_buf_printf(out, ",unmet,%.*s,1,\r\n",
		    UB_ARGS(report_date_text(report->zone, one->last, out->arena)));
	}
}

void ub_report_csv(const struct ub_report *report, struct ub_buf *out)
{
	ub_buf_str(out, "group,name,figure,part,count,percent\r\n");
	put_held(out, UB_TEXT("all"), UB_TEXT("all"), &report->total);
	for (size_t i = 0; i < report->groups.n; i++)
		put_held(out, report->groups.items[i].key,
		    report_group_text(report, &report->groups.items[i]), &report->groups.items[i].counts);
	put_lists(report, out);
}
