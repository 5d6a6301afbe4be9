/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_REPORT_PAGE_H
#define UPBEAT_REPORT_PAGE_H

/* What the files of the HTML page share. */

#include "report-private.h"

extern const char page_style[];

/* ---- escape.c ---- */

/* Adds a text of any origin, for an element or between quotes. */
void page_text(struct ub_buf *out, struct ub_text text);
/* As page_text(), in an element of its own: it has its own direction of writing. Of a long name, the
 * beginning is shown, and all of it on demand. */
void page_name(struct ub_buf *out, struct ub_text text);

/* The groups of which a figure counts anything, as the plot and the table have them. */
struct page_rows {
	const struct ub_report_group **items;
	size_t n, cap;
};

/* ---- plot.c ---- */

/* A bar without words, of the figure's parts. */
void page_bar(struct ub_buf *out, const struct ub_counts *counts, enum ub_figure figure);
/* The plot of a figure: a bar for each group, those with the lowest shares if there are too many; and the key
 * to the colours. */
void page_plot(
    struct ub_buf *out, const struct ub_report *report, enum ub_figure figure, const struct page_rows *rows);

#endif
