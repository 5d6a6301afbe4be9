/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CLI_EXPLAIN_H
#define UPBEAT_CLI_EXPLAIN_H

#include "cli-private.h"

#include "upbeat/decision.h"

/* ---- explain-account.c ---- */

struct account_question {
	struct ub_text id, owner; /* owner empty: the account's */
	ub_instant now;
	bool json;
};

/* Prints what the rules for accounts make of the account. The exit status. */
int cli_explain_account(
    struct ub_cli *cli, const struct ub_snapshot *snapshot, const struct account_question *asked);

#endif
