/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "leaks.h"
#include "rules/trial.h"

/*
 * tests/golden/check/NAME is a rule directory, NAME.txt what is said of it. `UPBEAT_GOLDEN=write` in the
 * environment writes what is said now.
 */

TestSuite(golden, .fini = ub_leak_check);

static const char *read_file(struct ub_arena *arena, const char *path)
{
	struct ub_buf out = UB_BUF(arena);
	char bytes[4096];
	FILE *file = fopen(path, "r");
	cr_assert_not_null(file, "%s", path);
	for (size_t n; (n = fread(bytes, 1, sizeof(bytes), file)) > 0;)
		ub_buf_add(&out, ub_text_n(bytes, n));
	fclose(file);
	return ub_buf_cstr(&out);
}

static void compare(struct ub_arena *arena, const char *path, const char *printed)
{
	const char *mode = getenv("UPBEAT_GOLDEN");
	if (mode && strcmp(mode, "write") == 0) {
		FILE *file = fopen(path, "w");
		cr_assert(file && fputs(printed, file) >= 0);
		fclose(file);
		return;
	}
	cr_assert_str_eq(printed, read_file(arena, path));
}

static const struct {
	const char *name;
	const char *files[4];
	size_t errors;
} goldens[] = {
	{ "ten-mistakes", { "prep.yaml", "templates/prep-call.md" }, 10 },
};

Test(golden, diagnostics_have_their_exact_words)
{
	for (size_t i = 0; i < UB_COUNT(goldens); i++) {
		struct trial *trial = trial_new();
		struct ub_arena *arena = trial->arena;
		const char *top = ub_textf(arena, SRCDIR "/tests/golden/check/%s", goldens[i].name).ptr;
		for (size_t k = 0; goldens[i].files[k]; k++) {
			const char *path = ub_textf(arena, "%s/%s", top, goldens[i].files[k]).ptr;
			trial_file(trial, goldens[i].files[k], read_file(arena, path));
		}
		trial_load(trial);
		cr_expect_eq(trial->diags.errors, goldens[i].errors);
		compare(arena, ub_textf(arena, "%s.txt", top).ptr, trial_printed(trial));
		trial_free(&trial);
	}
}
