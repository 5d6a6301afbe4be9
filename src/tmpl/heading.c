/* SPDX-License-Identifier: Apache-2.0 */
#include "tmpl-private.h"

/* The last text node of the heading, where a weight mark would be. */
static struct tmpl_node *last_text(struct tmpl_node *heading)
{
	struct tmpl_nodes *kids = &heading->kids;
	return kids->n && kids->items[kids->n - 1]->kind == NODE_TEXT ? kids->items[kids->n - 1] : NULL;
}

static void report(const struct tmpl_origin *origin, size_t at, size_t len, struct ub_diags *diags)
{
	struct ub_diag *diag = ub_error(diags, "bad-weight", tmpl_place(origin, at, len),
	    "a heading's mark is `{weight=N}`, N from 1 to %d", UB_TEMPLATE_WEIGHT_MAX);
	ub_diag_set_help(
	    diags, diag, "a section without the mark is not timed; other braces do not end a heading");
}

void tmpl_parse_weight(const struct tmpl_origin *origin, struct tmpl_node *heading, struct ub_diags *diags)
{
	struct tmpl_node *node = last_text(heading);
	if (!node)
		return;
	size_t end = node->text.len;
	while (end > 0 && (node->text.ptr[end - 1] == ' ' || node->text.ptr[end - 1] == '\t'))
		end--;
	node->text.len = end;
	if (!end || node->text.ptr[end - 1] != '}')
		return;
	size_t open = end;
	while (open > 0 && node->text.ptr[open - 1] != '{')
		open--;
	struct ub_text mark = ub_text_sub(node->text, open, end - 1), key;
	struct ub_text rest = ub_text_trim(mark);
	int64_t weight;
	ub_text_split(&rest, '=', &key);
	if (!open || !rest.ptr || !ub_text_is(ub_text_trim(key), "weight") ||
	    !ub_text_to_int(ub_text_trim(rest), &weight) || weight < 1 || weight > UB_TEMPLATE_WEIGHT_MAX) {
		report(origin, node->at + (open ? open - 1 : 0), end - (open ? open - 1 : 0), diags);
		return;
	}
	heading->weight = (unsigned)weight;
	node->text = ub_text_sub(node->text, 0, open - 1);
	while (node->text.len && node->text.ptr[node->text.len - 1] == ' ')
		node->text.len--;
}

/* Adds `step`, one minute more or less, to the section that is furthest from its due. */
static void adjust(int64_t total, const unsigned *weights, uint64_t sum, int64_t *minutes, size_t n, int step)
{
	size_t best = SIZE_MAX;
	int64_t furthest = 0;
	for (size_t i = 0; i < n; i++) {
		/* the gap is the due less the minutes given, in parts of a minute; a section
		 * keeps its last minute */
		int64_t gap = (int64_t)weights[i] * total - minutes[i] * (int64_t)sum;
		gap = step > 0 ? gap : -gap;
		if ((step < 0 && minutes[i] <= 1) || (best != SIZE_MAX && gap <= furthest))
			continue;
		best = i;
		furthest = gap;
	}
	minutes[best] += step;
}

void ub_template_share(int64_t total, const unsigned *weights, int64_t *minutes, size_t n)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += weights[i];
	int64_t left = total;
	for (size_t i = 0; i < n; i++) {
		minutes[i] = (int64_t)weights[i] * total / (int64_t)sum;
		if (minutes[i] == 0 && total >= (int64_t)n)
			minutes[i] = 1;
		left -= minutes[i];
	}
	for (; left > 0; left--)
		adjust(total, weights, sum, minutes, n, 1);
	for (; left < 0; left++)
		adjust(total, weights, sum, minutes, n, -1);
}
