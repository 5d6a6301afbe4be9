/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "yaml_test.h"

struct reading *read_text(const char *text, size_t len)
{
	struct ub_arena *arena = ub_arena_new();
	struct reading *reading = UB_NEW(arena, struct reading);
	reading->arena = arena;
	reading->source = (struct ub_source){ UB_TEXT("a.yaml"), { text, len } };
	reading->diags = UB_DIAGS(arena);
	reading->root = ub_yaml_parse(arena, &reading->source, &reading->diags);
	return reading;
}

void finish(struct reading **reading)
{
	struct ub_arena *arena = (*reading)->arena;
	*reading = NULL;
	ub_arena_free(&arena);
}

size_t count(const struct reading *reading, const char *code)
{
	size_t n = 0;
	for (size_t i = 0; i < reading->diags.list.n; i++)
		n += strcmp(reading->diags.list.items[i].code, code) == 0;
	return n;
}

const char *printed(struct reading *reading)
{
	struct ub_buf out = UB_BUF(reading->arena);
	ub_diags_sort(&reading->diags);
	ub_diags_print(&reading->diags, &out, false);
	return ub_buf_cstr(&out);
}

const char *only_help(struct reading *reading)
{
	cr_assert_eq(reading->diags.list.n, 1, "%s", printed(reading));
	return ub_text_cstr(reading->arena, reading->diags.list.items[0].help);
}
