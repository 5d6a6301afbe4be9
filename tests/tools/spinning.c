/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The whole program with a planted fault: it reads for ever in a calendar object that has X-SPIN in it. The
 * linker puts this function in the place of the reader's (--wrap).
 */
#include "upbeat/ical.h"

const struct ub_ical *__real_ub_ical_parse(
    struct ub_arena *arena, struct ub_text text, struct ub_ical_refusal *refusal);
const struct ub_ical *__wrap_ub_ical_parse(
    struct ub_arena *arena, struct ub_text text, struct ub_ical_refusal *refusal);

const struct ub_ical *__wrap_ub_ical_parse(
    struct ub_arena *arena, struct ub_text text, struct ub_ical_refusal *refusal)
{
	volatile bool spins = ub_text_find(text, UB_TEXT("X-SPIN"), 0) != SIZE_MAX;
	while (spins)
		;
	return __real_ub_ical_parse(arena, text, refusal);
}
