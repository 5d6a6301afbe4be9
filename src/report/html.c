/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The report as a page: tiles, then a plot and a table for each figure, then the lists.
 */
#include "page.h"

static bool counts_any(const struct ub_counts *counts, enum ub_figure figure)
{
	for (size_t i = 0; i < UB_FIGURE_PARTS; i++)
		if (counts->parts[figure][i])
			return true;
	return false;
}

/* Where all accounts have a health, nobody asks for those without. */
static bool is_shown(const struct ub_report *report, enum ub_figure figure)
{
	return figure != UB_FIGURE_CADENCE_UNKNOWN || counts_any(&report->total, figure);
}

/* ---- the head and the tiles ---- */

static void put_head(struct ub_buf *out, const struct ub_report *report)
{
	struct ub_text since = report_date_text(report->zone, report->since, out->arena);
	struct ub_text now = report_date_text(report->zone, report->now, out->arena);
	ub_buf_str(out, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
			"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
			"style-src 'unsafe-inline'\">"
			"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
			"<meta name=\"color-scheme\" content=\"light dark\">");
	ub_buf_printf(out,
	    "<title>Customer meetings from %.*s to %.*s</title><style>%s</style></head>\n<body>",
	    UB_ARGS(since), UB_ARGS(now), page_style);
	ub_buf_printf(out,
	    "<header><h1>Customer meetings: is the practice kept?</h1><p>From <strong>%.*s</strong> to "
	    "<strong>%.*s</strong>, %s. <strong>%zu</strong> meetings with known accounts were held.</p>"
	    "</header>\n<main>\n",
	    UB_ARGS(since), UB_ARGS(now), ub_report_by_words(report->by), report->total.meetings);
}

static void put_big(struct ub_buf *out, const struct ub_counts *counts, enum ub_figure figure)
{
	unsigned percent, target = ub_figure_kinds[figure].target;
	bool told = ub_counts_share(counts, figure, &percent);
	const char *class = !told ? " untold" : !target ? "" : percent >= target ? " good" : " bad";
	ub_buf_printf(out, "<span class=\"big%s\">%.*s</span>", class,
	    UB_ARGS(report_share_text(counts, figure, out->arena)));
}

static void put_tile(struct ub_buf *out, const struct ub_counts *counts, enum ub_figure figure)
{
	const struct ub_figure_kind *kind = &ub_figure_kinds[figure];
	ub_buf_printf(out, "<li><a href=\"#%s\"><span class=\"name\">%s</span>", kind->name, kind->title);
	put_big(out, counts, figure);
	page_bar(out, counts, figure);
	size_t told = ub_counts_told(counts, figure);
	if (told)
		ub_buf_printf(out, "<small>%zu of %zu %s", counts->parts[figure][0], told, kind->things);
	else
		ub_buf_printf(out, "<small>no %s to count", kind->things);
	if (kind->target)
		ub_buf_printf(out, "; target %u %%", kind->target);
	ub_buf_str(out, "</small></a></li>\n");
}

static void put_tiles(struct ub_buf *out, const struct ub_report *report)
{
	ub_buf_str(out, "<ul class=\"tiles\">\n");
	for (int i = 0; i < UB_FIGURES; i++)
		if (is_shown(report, (enum ub_figure)i))
			put_tile(out, &report->total, (enum ub_figure)i);
	ub_buf_str(out, "</ul>\n");
}

/* ---- a figure ---- */

static void put_cells(struct ub_buf *out, const struct ub_counts *counts, enum ub_figure figure)
{
	const struct ub_figure_kind *kind = &ub_figure_kinds[figure];
	for (size_t i = 0; i < UB_FIGURE_PARTS && kind->parts[i].name; i++)
		ub_buf_printf(out, "<td>%zu</td>", counts->parts[figure][i]);
	ub_buf_printf(out, "<td>%.*s</td></tr>\n", UB_ARGS(report_share_text(counts, figure, out->arena)));
}

static void put_table(
    struct ub_buf *out, const struct ub_report *report, enum ub_figure figure, const struct page_rows *rows)
{
	static const char *const heads[] = { "Quarter", "Account", "Owner" };
	const struct ub_figure_kind *kind = &ub_figure_kinds[figure];
	size_t n = rows->n < UB_REPORT_ROWS_MAX ? rows->n : UB_REPORT_ROWS_MAX;
	ub_buf_printf(out,
	    "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"%s: table\"><table>"
	    "<caption>Number of %s</caption><thead><tr><th scope=\"col\">%s</th>",
	    kind->title, kind->things, heads[report->by]);
	for (size_t i = 0; i < UB_FIGURE_PARTS && kind->parts[i].name; i++)
		ub_buf_printf(out, "<th scope=\"col\">%s</th>", kind->parts[i].title);
	ub_buf_str(out, "<th scope=\"col\">share</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < n; i++) {
		ub_buf_str(out, "<tr><th scope=\"row\">");
		page_name(out, report_group_text(report, rows->items[i]));
		ub_buf_str(out, "</th>");
		put_cells(out, &rows->items[i]->counts, figure);
	}
	ub_buf_str(out, "</tbody>\n<tfoot><tr><th scope=\"row\">All</th>");
	put_cells(out, &report->total, figure);
	ub_buf_str(out, "</tfoot></table>");
	if (n < rows->n)
		ub_buf_printf(
		    out, "<p class=\"note\">The first %zu of %zu; the CSV format has all.</p>", n, rows->n);
	ub_buf_str(out, "</div>\n");
}

static void put_figure(struct ub_buf *out, const struct ub_report *report, enum ub_figure figure)
{
	const struct ub_figure_kind *kind = &ub_figure_kinds[figure];
	struct page_rows rows = { 0 };
	for (size_t i = 0; i < report->groups.n; i++)
		if (counts_any(&report->groups.items[i].counts, figure))
			*ub_push(out->arena, &rows) = &report->groups.items[i];
	ub_buf_printf(out,
	    "<section id=\"%s\" aria-labelledby=\"%s-name\"><div class=\"head\"><h2 id=\"%s-name\">%s</h2>"
	    "<b>%.*s</b></div><p class=\"definition\">%s</p>\n",
	    kind->name, kind->name, kind->name, kind->title,
	    UB_ARGS(report_share_text(&report->total, figure, out->arena)), kind->definition);
	if (rows.n) {
		ub_buf_str(out, "<div class=\"pair\">");
		page_plot(out, report, figure, &rows);
		put_table(out, report, figure, &rows);
		ub_buf_str(out, "</div>");
	} else {
		ub_buf_str(out, "<p class=\"note\">Nothing of the kind is recorded for this time.</p>");
	}
	ub_buf_str(out, "</section>\n");
}

/* ---- the lists ---- */

static void begin_list(struct ub_buf *out, const char *id, const char *title, const char *columns, size_t n)
{
	ub_buf_printf(out,
	    "<section id=\"%s\" aria-labelledby=\"%s-name\"><div class=\"head\"><h2 id=\"%s-name\">%s</h2>"
	    "<b>%zu</b></div>\n",
	    id, id, id, title, n);
	if (n)
		ub_buf_printf(out,
		    "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table "
		    "class=\"list\"><thead><tr>"
		    "%s</tr></thead>\n<tbody>\n",
		    title, columns);
}

static void end_list(struct ub_buf *out, size_t n)
{
	if (n)
		ub_buf_str(out, "</tbody></table></div>");
	else
		ub_buf_str(out, "<p class=\"note\">None.</p>");
	if (n > UB_REPORT_ROWS_MAX)
		ub_buf_printf(
		    out, "<p class=\"note\">The first %d; the CSV format has all.</p>", UB_REPORT_ROWS_MAX);
	ub_buf_str(out, "</section>\n");
}

static void put_account(struct ub_buf *out, struct ub_text id, struct ub_text name)
{
	ub_buf_str(out, "<tr><th scope=\"row\">");
	page_name(out, report_account_text(id, name));
	ub_buf_str(out, "</th><td>");
}

static void put_unprepared(struct ub_buf *out, const struct ub_report *report)
{
	begin_list(out, "unprepared", "Meetings to come that go unprepared, as their prep was deleted",
	    "<th scope=\"col\">Account</th><th scope=\"col\">Meeting</th><th scope=\"col\">Owner</th>",
	    report->unprepared.n);
	for (size_t i = 0; i < report->unprepared.n && i < UB_REPORT_ROWS_MAX; i++) {
		const struct ub_report_unprepared *one = &report->unprepared.items[i];
		put_account(out, one->account, one->name);
		ub_cal_format(out, UB_TEXT("%F %R"), report->zone, one->start, UB_ENGLISH);
		ub_buf_str(out, "</td><td>");
		page_name(out, one->owner);
		ub_buf_str(out, "</td></tr>\n");
	}
	end_list(out, report->unprepared.n);
}

static void put_unmet(struct ub_buf *out, const struct ub_report *report)
{
	begin_list(out, "unmet", "Accounts that nobody has met for longer than their rhythm",
	    "<th scope=\"col\">Account</th><th scope=\"col\">Health</th><th scope=\"col\">Last met</th>"
	    "<th scope=\"col\">Every</th><th scope=\"col\">Owner</th>",
	    report->unmet.n);
	for (size_t i = 0; i < report->unmet.n && i < UB_REPORT_ROWS_MAX; i++) {
		const struct ub_report_unmet *one = &report->unmet.items[i];
		put_account(out, one->account, one->name);
		page_text(out, one->health.len ? one->health : UB_TEXT("unknown"));
		ub_buf_printf(out, "</td><td>%.*s</td><td>%lld days</td><td>",
		    UB_ARGS(report_date_text(report->zone, one->last, out->arena)),
		    (long long)report_rhythm_days(one));
		page_name(out, one->owner);
		ub_buf_str(out, "</td></tr>\n");
	}
	end_list(out, report->unmet.n);
}

void ub_report_html(const struct ub_report *report, struct ub_buf *out)
{
	put_head(out, report);
	put_tiles(out, report);
	put_unprepared(out, report);
	put_unmet(out, report);
	for (int i = 0; i < UB_FIGURES; i++)
		if (is_shown(report, (enum ub_figure)i))
			put_figure(out, report, (enum ub_figure)i);
	ub_buf_str(out,
	    "</main>\n<footer><p>A share is rounded down. What cannot be told does not count in a share; "
	    "without anything to count, no share is told. Made by <code>upbeat report</code>.</p></footer>"
	    "</body></html>\n");
}
