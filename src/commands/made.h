/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_COMMANDS_MADE_H
#define UPBEAT_COMMANDS_MADE_H

/*
 * What the store knows of the items that were made for a meeting or an account: for a decision, for people
 * and for programs.
 */

#include <jansson.h>

#include "upbeat/decision.h"
#include "upbeat/store.h"

/* The owner's items among these, as they exist. Where they stand now, only their server knows. In `arena`. */
struct ub_existing *made_existing(
    const struct ub_store_items *items, struct ub_text owner, size_t *n, struct ub_arena *arena);
/* What the store knows of what a rule has made of the account with that id, also under earlier names. */
UB_MUST_USE enum ub_store_result made_of_account(struct ub_store *store, const struct ub_ruleset *rules,
    const struct ub_rule *rule, struct ub_text id, struct ub_arena *arena, struct ub_store_items *items);
/* Whether the item stands, as far as the store knows. */
bool made_stands(const struct ub_store_item *item);
/* Whether a client has dropped the item's marks when nobody knew any more what the item was. */
bool made_is_users_own(const struct ub_store_item *item);
/* Prints the item on a line. `remark` comes at the end. */
void made_print(
    const struct ub_store_item *item, const struct ub_zone *zone, const char *remark, struct ub_buf *out);
/* A list of all of them. */
json_t *made_array(const struct ub_store_items *items);

#endif
