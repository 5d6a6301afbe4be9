/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Texts of any origin in the page.
 */
#include "page.h"

enum { NAME_MAX_SHOWN = 80 }; /* characters */

void page_text(struct ub_buf *out, struct ub_text text)
{
	struct ub_buf shown = UB_BUF(out->arena);
	ub_buf_shown(&shown, text);
	for (size_t i = 0; i < shown.len; i++) {
		char c = shown.ptr[i];
		switch (c) {
		case '&':
			ub_buf_str(out, "&amp;");
			break;
		case '<':
			ub_buf_str(out, "&lt;");
			break;
		case '>':
			ub_buf_str(out, "&gt;");
			break;
		case '"':
			ub_buf_str(out, "&quot;");
			break;
		case '\'':
			ub_buf_str(out, "&#39;");
			break;
		default:
			ub_buf_char(out, c);
		}
	}
}

void page_name(struct ub_buf *out, struct ub_text text)
{
	struct ub_text beginning = report_beginning_of(text, NAME_MAX_SHOWN);
	bool whole = beginning.len == text.len;
	ub_buf_str(out, whole ? "<bdi" : "<bdi title=\"");
	if (!whole) {
		page_text(out, text);
		ub_buf_char(out, '"');
	}
	ub_buf_char(out, '>');
	page_text(out, beginning);
	ub_buf_str(out, whole ? "</bdi>" : "…</bdi>");
}
