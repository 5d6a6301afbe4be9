/* SPDX-License-Identifier: Apache-2.0 */
/* Takes any bytes as an expression without declarations. The expression is compiled and evaluated, or refused
 * with issues that lie inside the text. */
#include <stdlib.h>

#include "fuzz.h"
#include "upbeat/cel.h"

/* Made once, and only read. */
static struct ub_cel_env *unchecked, *checked;

static void try_text(struct ub_arena *arena, const struct ub_cel_env *env, struct ub_text text)
{
	struct ub_cel_issues issues = { 0 };
	const struct ub_cel_program *program = ub_cel_compile(env, arena, text, NULL, &issues);
	if ((program == NULL) != (issues.n > 0))
		abort();
	for (size_t i = 0; i < issues.n; i++)
		if (issues.items[i].at > text.len || issues.items[i].len > text.len - issues.items[i].at)
			abort();
	if (program)
		ub_cel_eval(
		    program, ub_cel_activation_new(arena, env), arena, &(struct ub_cel_limits){ 10000 });
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	if (!checked) {
		unchecked = ub_cel_env_new(ub_arena_new(), &(struct ub_cel_config){ .unchecked = true });
		checked = ub_cel_env_new(
		    ub_arena_new(), &(struct ub_cel_config){ .strict = true, .container = UB_TEXT("a.b") });
	}
	struct ub_arena *arena = ub_arena_new();
	struct ub_text text = ub_text_n((const char *)bytes, size);
	try_text(arena, unchecked, text);
	try_text(arena, checked, text);
	ub_arena_free(&arena);
	return 0;
}
