/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_COMMANDS_EXPLAIN_MAILS_H
#define UPBEAT_COMMANDS_EXPLAIN_MAILS_H

/*
 * What colleagues were told of a meeting's items by mail, for `explain`.
 */

#include <jansson.h>

#include "upbeat/cal.h"
#include "upbeat/mails.h"

/* Those that the store knows. In `arena`. */
struct ub_store_mails explain_mails(
    struct ub_store *store, struct ub_text meeting_uid, struct ub_arena *arena);
/* Prints a line for each. */
void explain_mails_print(const struct ub_store_mails *mails, const struct ub_zone *zone, struct ub_buf *out);
json_t *explain_mails_array(
    const struct ub_store_mails *mails, const struct ub_zone *zone, struct ub_arena *arena);

#endif
