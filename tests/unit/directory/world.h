/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_DIRECTORY_WORLD_H
#define UPBEAT_TESTS_DIRECTORY_WORLD_H

#include <string.h>

#include "directory_test.h"

/* Sources as the settings have them, and two files `data` and `more` beside the settings. */
struct world {
	struct ub_arena *arena;
	struct ub_zones *zones;
	char folder[FOLDER_PATH];
	const char *data, *more;
	struct ub_source text;
	struct ub_settings *settings;
	struct ub_diags diags; /* of the last look */
	struct ub_directory *directory;
	struct ub_accounts *accounts; /* held */
};

/* `sources` is what stands in the braces of the sources; NULL for a file that is not there. */
struct world *open_world(const char *sources, const char *data, const char *more);
void close_world(struct world *world);
void write_data(const char *path, const char *text);
/* Looks again, with diagnostics of its own. True: there is a new snapshot. */
bool look(struct world *world, enum ub_refresh refresh);
/* As after a reload of the settings. */
void open_again(struct world *world);
/* As after a restart that keeps readings in the folder's files `kept-0` and so on, which close_world removes.
 * `sources`: what the settings have now; NULL: the same. */
void restart(struct world *world, const char *sources);
const char *kept_file(struct world *world, size_t source);
const char *said(struct world *world);
struct ub_source_report report_of(struct world *world, size_t source);
const struct ub_account *account_of(struct world *world, const char *id);

#define SAYS(world, words) cr_assert(strstr(said(world), (words)), "said:\n%s", said(world))

#endif
