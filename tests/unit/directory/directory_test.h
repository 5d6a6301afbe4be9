/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_DIRECTORY_H
#define UPBEAT_TESTS_DIRECTORY_H

#include "folder.h"
#include "upbeat/directory.h"
#include "upbeat/settings.h"

/* A directory of one or two account files. */
struct files {
	struct ub_arena *arena;
	struct ub_zones *zones;
	char folder[FOLDER_PATH];
	const char *paths[2];
	struct ub_settings settings;
	struct ub_diags diags;
	struct ub_directory *directory;
	struct ub_accounts *accounts; /* held */
};

struct files *start(const char *first, const char *second);
void finish(struct files **files);
/* Reads again. The held snapshot is the new one, if there is one. */
bool refresh(struct files *files);
const char *printed(struct files *files);

#define IS(a, b) cr_assert(ub_text_is((a), (b)), "got: %.*s", UB_ARGS(a))

#endif
