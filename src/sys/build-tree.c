/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <unistd.h>

#include "upbeat/sys.h"

/* Programs of the build lie at most so many folders below its top: tests/unit/NAME/NAME does. */
#define FOLDERS_MAX 4

const char *ub_sys_build_tree(struct ub_arena *arena, const char *holds)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe));
	struct ub_text path = ub_text_n(exe, n > 0 ? (size_t)n : 0);
	for (int up = 0; up < FOLDERS_MAX; up++) {
		while (path.len && path.ptr[--path.len] != '/')
			continue;
		if (access(ub_textf(arena, "%.*s/config.status", UB_ARGS(path)).ptr, F_OK) == 0 &&
		    access(ub_textf(arena, "%.*s/%s", UB_ARGS(path), holds).ptr, F_OK) == 0)
			return ub_text_cstr(arena, path);
	}
	return NULL;
}
