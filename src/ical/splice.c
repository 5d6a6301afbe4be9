/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

#include <stdlib.h>

static struct edit *add(struct splice *splice, size_t at, size_t len, struct ub_text text)
{
	size_t order = splice->edits.n;
	struct edit *edit = ub_push(splice->arena, &splice->edits);
	*edit = (struct edit){ at, len, false, order, text };
	return edit;
}

void ub_ical_splice_line(struct splice *splice, const struct line *line, struct ub_text text)
{
	add(splice, line->at, line->len, text);
}

void ub_ical_splice_before(struct splice *splice, const struct line *line, struct ub_text text)
{
	add(splice, line->at, 0, text);
}

void ub_ical_splice_onto(struct splice *splice, const struct line *line, struct ub_text text)
{
	add(splice, line->at + line->len, 0, text)->onto = true;
}

void ub_ical_splice_bytes(struct splice *splice, size_t at, size_t len)
{
	add(splice, at, len, UB_TEXT_NONE);
}

struct ub_text ub_ical_component_text(const struct ub_ical *ical, size_t component)
{
	const struct component *of = &ical->components.items[component];
	const struct line *first = &ical->lines.items[of->begin], *last = &ical->lines.items[of->end];
	return ub_text_sub(ical->text, first->at, last->at + last->len);
}

void ub_ical_splice_component(struct splice *splice, size_t component, struct ub_text text)
{
	const struct ub_ical *ical = splice->ical;
	size_t at = ical->lines.items[ical->components.items[component].begin].at;
	add(splice, at, ub_ical_component_text(ical, component).len, text);
}

/* At the same place, insertions come before replacements. */
static int by_place(const void *left, const void *right)
{
	const struct edit *a = left, *b = right;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	if (a->onto != b->onto)
		return a->onto ? -1 : 1;
	if (!a->len != !b->len)
		return a->len ? 1 : -1;
	return (a->order > b->order) - (a->order < b->order);
}

static void put_lines(struct ub_buf *out, struct ub_text text, bool crlf)
{
	struct ub_text line;
	if (crlf) {
		ub_buf_add(out, text);
		return;
	}
	while (text.len && ub_text_split(&text, '\n', &line)) {
		if (ub_text_ends(line, UB_TEXT("\r")))
			line.len--;
		ub_buf_add(out, line);
		ub_buf_char(out, '\n');
	}
}

bool ub_ical_spliced(struct splice *splice, const struct line *like, struct ub_text *result)
{
	struct ub_text text = splice->ical->text;
	bool crlf = ub_text_ends(ub_text_sub(text, like->at, like->at + like->len), UB_TEXT("\r\n"));
	struct ub_buf out = UB_BUF(splice->arena);
	size_t done = 0;
	*result = text;
	if (splice->edits.n)
		qsort(splice->edits.items, splice->edits.n, sizeof *splice->edits.items, by_place);
	for (size_t i = 0; i < splice->edits.n; i++) {
		const struct edit *edit = &splice->edits.items[i];
		if (edit->at < done)
			return false;
		ub_buf_add(&out, ub_text_sub(text, done, edit->at));
		put_lines(&out, edit->text, crlf);
		done = edit->at + edit->len;
	}
	ub_buf_add(&out, ub_text_sub(text, done, text.len));
	*result = ub_buf_text(&out);
	return true;
}
