/* SPDX-License-Identifier: Apache-2.0 */
#include "cel-private.h"

/* The standard environment: the standard functions and those of the extensions. */

static const struct library *const libraries[] = { &cel_library_operators, &cel_library_conversions,
	&cel_library_strings, &cel_library_strings_ext, &cel_library_regex, &cel_library_format,
	&cel_library_time, &cel_library_math, &cel_library_encoders, &cel_library_optional,
	&cel_library_lists };

struct ub_cel_env *ub_cel_env_new(struct ub_arena *arena, const struct ub_cel_config *config)
{
	struct ub_cel_env *env = cel_env_new(arena, config);
	for (size_t i = 0; i < UB_COUNT(libraries); i++)
		ub_cel_declare_functions(env, libraries[i]->functions, libraries[i]->n);
	return env;
}
