/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The plots of the page: bars of SVG. The table beside a plot has the same numbers, for those who cannot see
 * it.
 */
#include "page.h"

#include <stdlib.h>

enum { WIDTH = 380, ROW = 44, BAR_AT = 20, BAR = 14, LABEL_MAX = 36 };

static void put_rect(struct ub_buf *out, const char *class, size_t x, size_t y, size_t width, size_t height)
{
	ub_buf_printf(out, "<rect class=\"%s\" x=\"%zu\" y=\"%zu\" width=\"%zu\" height=\"%zu\"/>", class, x,
	    y, width, height);
}

/* The parts of which the share is taken, side by side over the whole width. */
static void put_parts(struct ub_buf *out, const struct ub_counts *counts, enum ub_figure figure, size_t width,
    size_t y, size_t bar)
{
	static const char *const classes[UB_FIGURE_PARTS] = { "p0", "p1", "p2", "p3", "p4" };
	const struct ub_figure_kind *kind = &ub_figure_kinds[figure];
	size_t told = ub_counts_told(counts, figure), sum = 0;
	put_rect(out, "track", 0, y, width, bar);
	for (size_t i = 0; i < UB_FIGURE_PARTS && told; i++) {
		size_t n = kind->parts[i].untold ? 0 : counts->parts[figure][i];
		size_t from = sum * width / told, to = (sum + n) * width / told;
		if (n)
			put_rect(out, classes[i], from, y, to - from, bar);
		sum += n;
	}
}

void page_bar(struct ub_buf *out, const struct ub_counts *counts, enum ub_figure figure)
{
	ub_buf_str(out,
	    "<svg viewBox=\"0 0 200 8\" preserveAspectRatio=\"none\" height=\"8\" aria-hidden=\"true\""
	    " style=\"height:8px\">");
	put_parts(out, counts, figure, 200, 0, 8);
	ub_buf_str(out, "</svg>");
}

/* The beginning of a long name; the table has all of it. */
static void put_label(struct ub_buf *out, struct ub_text name)
{
	struct ub_text beginning = report_beginning_of(name, LABEL_MAX);
	page_text(out, beginning);
	if (beginning.len < name.len)
		ub_buf_str(out, "…");
}

static void put_row(struct ub_buf *out, const struct ub_report *report, enum ub_figure figure,
    const struct ub_report_group *group, size_t y)
{
	unsigned target = ub_figure_kinds[figure].target;
	ub_buf_printf(out, "<text x=\"0\" y=\"%zu\">", y + BAR_AT - 6);
	put_label(out, report_group_text(report, group));
	ub_buf_printf(out, "</text><text x=\"%d\" y=\"%zu\" text-anchor=\"end\"%s>", WIDTH, y + BAR_AT - 6,
	    ub_counts_told(&group->counts, figure) ? "" : " class=\"soft\"");
	ub_buf_add(out, report_share_text(&group->counts, figure, out->arena));
	ub_buf_str(out, "</text>");
	put_parts(out, &group->counts, figure, WIDTH, y + BAR_AT, BAR);
	if (target)
		ub_buf_printf(out, "<line class=\"target\" x1=\"%u\" x2=\"%u\" y1=\"%zu\" y2=\"%zu\"/>",
		    WIDTH * target / 100, WIDTH * target / 100, y + BAR_AT - 3, y + BAR_AT + BAR + 3);
}

/* ---- which bars ---- */

struct bar {
	const struct ub_report_group *group;
	unsigned share; /* 101: cannot be told */
	size_t at;      /* the place in the table */
};

static int compare_shares(const void *left, const void *right)
{
	const struct bar *a = left, *b = right;
	int order = (a->share > b->share) - (a->share < b->share);
	return order ? order : (a->at > b->at) - (a->at < b->at);
}

static int compare_places(const void *left, const void *right)
{
	const struct bar *a = left, *b = right;
	return (a->at > b->at) - (a->at < b->at);
}

static struct bar *choose_bars(
    const struct page_rows *rows, enum ub_figure figure, size_t *n, struct ub_arena *arena)
{
	struct bar *bars = UB_NEW_ARRAY(arena, struct bar, rows->n);
	*n = rows->n < UB_REPORT_BARS_MAX ? rows->n : UB_REPORT_BARS_MAX;
	for (size_t i = 0; i < rows->n; i++) {
		bars[i] = (struct bar){ .group = rows->items[i], .at = i };
		if (!ub_counts_share(&rows->items[i]->counts, figure, &bars[i].share))
			bars[i].share = 101;
	}
	if (rows->n > *n) {
		qsort(bars, rows->n, sizeof(*bars), compare_shares);
		qsort(bars, *n, sizeof(*bars), compare_places);
	}
	return bars;
}

static void put_key(struct ub_buf *out, enum ub_figure figure)
{
	const struct ub_figure_kind *kind = &ub_figure_kinds[figure];
	ub_buf_str(out, "<ul class=\"key\">");
	for (size_t i = 0; i < UB_FIGURE_PARTS && kind->parts[i].name; i++)
		if (!kind->parts[i].untold)
			ub_buf_printf(out, "<li><i class=\"p%zu\"></i>%s</li>", i, kind->parts[i].title);
	if (kind->target)
		ub_buf_printf(out, "<li>dashed: the target, %u %%</li>", kind->target);
	ub_buf_str(out, "</ul>");
}

void page_plot(
    struct ub_buf *out, const struct ub_report *report, enum ub_figure figure, const struct page_rows *rows)
{
	const struct ub_figure_kind *kind = &ub_figure_kinds[figure];
	size_t n;
	const struct bar *bars = choose_bars(rows, figure, &n, out->arena);
	ub_buf_printf(out, "<figure><svg viewBox=\"0 0 %d %zu\" role=\"img\" aria-labelledby=\"%s-plot\">",
	    WIDTH, n * ROW, kind->name);
	ub_buf_printf(out, "<title id=\"%s-plot\">%s, %s: a bar for each; the table has the numbers</title>",
	    kind->name, kind->title, ub_report_by_words(report->by));
	for (size_t i = 0; i < n; i++)
		put_row(out, report, figure, bars[i].group, i * ROW);
	ub_buf_str(out, "</svg>");
	put_key(out, figure);
	if (n < rows->n)
		ub_buf_printf(
		    out, "<p class=\"note\">The %zu with the lowest shares, of %zu.</p>", n, rows->n);
	ub_buf_str(out, "</figure>");
}
