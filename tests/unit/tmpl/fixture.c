/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

const char *fixture_codes(struct ub_diags *diags)
{
	struct ub_buf out = UB_BUF(diags->arena);
	ub_diags_sort(diags);
	for (size_t i = 0; i < diags->list.n; i++) {
		const struct ub_diag *diag = &diags->list.items[i];
		size_t line, column;
		ub_place_line_column(diag->place, &line, &column);
		ub_buf_printf(&out, "%s%zu:%zu %s", i ? ", " : "", line, column, diag->code);
	}
	return ub_buf_cstr(&out);
}

const char *fixture_messages(struct ub_diags *diags)
{
	struct ub_buf out = UB_BUF(diags->arena);
	ub_diags_sort(diags);
	ub_diags_print(diags, &out, false);
	return ub_buf_cstr(&out);
}

const struct ub_source *fixture_source(struct ub_arena *arena, const char *name, const char *text)
{
	struct ub_source *source = UB_NEW(arena, struct ub_source);
	source->name = ub_text(name);
	source->text = ub_text(text);
	return source;
}

const char *fixture_repeat(struct ub_arena *arena, const char *piece, size_t n)
{
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < n; i++)
		ub_buf_str(&out, piece);
	return ub_buf_cstr(&out);
}
