/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_YAML_H
#define UPBEAT_TESTS_YAML_H

#include "upbeat/yaml.h"

/* A text that was read as a file. `finish` frees it. */
struct reading {
	struct ub_arena *arena;
	struct ub_source source;
	struct ub_diags diags;
	const struct ub_yaml_node *root;
};

struct reading *read_text(const char *text, size_t len);
void finish(struct reading **reading);
/* The number of diagnostics with this code. */
size_t count(const struct reading *reading, const char *code);
/* The whole output for the user. */
const char *printed(struct reading *reading);
/* The help of the only diagnostic. */
const char *only_help(struct reading *reading);

#define READ(text)      read_text((text), sizeof(text) - 1)
#define SAME(a, b)      cr_assert(ub_text_is((a), (b)), "got: %.*s", UB_ARGS(a))
#define GET(node, key)  ub_yaml_get((node), (key))
#define TEXT_OF(r, key) GET((r)->root, key)->text

#endif
