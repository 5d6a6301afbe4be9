/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SETTINGS_READING_H
#define TESTS_SETTINGS_READING_H

#include <criterion/criterion.h>

#include "upbeat/settings.h"

/* Settings, and what was said of them. */
struct reading {
	struct ub_arena *arena;
	struct ub_zones *zones;
	struct ub_source source;
	struct ub_diags diags;
	struct ub_settings *settings;
};

struct reading *read_settings(const char *path, const char *text);
void finish(struct reading **r);
/* The diagnostics, as people see them. */
const char *printed(struct reading *r);

#define SAME(a, b) cr_assert(ub_text_is((a), (b)), "got: %.*s", UB_ARGS(a))
#define REQUIRED   "listen: 127.0.0.1:8642\nupstream: http://127.0.0.1:5232\n"
#define ORG        "organization: {domains: [ours.example]}\n"

#endif
