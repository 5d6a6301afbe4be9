/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ICAL_REVISION_H
#define TESTS_ICAL_REVISION_H

#include "ical-private.h"
#include "items.h"

#define NEW_AGENDA                                                                                           \
	"Another agenda; with \\ and, commas\n\nWhy: \xc3\xa4\xc3\xb6\xc3\xbc that is "                      \
	"long enough to be folded somewhere in its middle\n" UB_PLAN_TEXT_END

extern const struct ub_person carl;

/* Writing at this time (RFC 3339). */
struct ub_ical_writing writing_at(struct desk *desk, const char *now);
/* The item as written on 2026-11-02. */
struct ub_text written_as(struct desk *desk, const struct ub_item *item, bool task_as_event);
/* Reads the text, which must be readable. */
const struct ub_ical *parsed(struct desk *desk, struct ub_text text);
/* The text that Upbeat writes, with each line unfolded. */
struct ub_text unfolded(struct desk *desk, const struct ub_item *item);
/* The text after a revision that may write those properties, which must be readable. */
struct ub_text revised(struct desk *desk, struct ub_text text, const struct ub_item *item, unsigned may_write,
    unsigned *written);
/* The unfolded text after a revision that may write everything. `expected` must be what is written. */
struct ub_text changed(struct desk *desk, struct ub_text text, const struct ub_item *item, unsigned expected);
bool has(struct ub_text text, const char *part);

#define check_has(text, part)   cr_assert(has(text, part), "no %s in\n%.*s", part, UB_ARGS(text))
#define check_lacks(text, part) cr_assert(!has(text, part), "%s in\n%.*s", part, UB_ARGS(text))
/* Moves all times of the item. */
void move(struct ub_item *item, int64_t seconds);
/* `b` may be NULL. */
struct ub_people people_of(struct desk *desk, const struct ub_person *a, const struct ub_person *b);

#endif
