/* SPDX-License-Identifier: Apache-2.0 */
#include "explain.h"

#include <unistd.h>

#include "upbeat/commands.h"
#include "upbeat/directory.h"
#include "upbeat/engine.h"
#include "upbeat/settings.h"
#include "upbeat/store.h"

/* `explain --account`: what the rules for accounts make of one, as its source has it now. */

static const struct ub_account *find(
    struct ub_cli *cli, const struct ub_accounts *accounts, struct ub_text id)
{
	const struct ub_account *found = ub_accounts_find(accounts, id);
	struct ub_texts ids = { 0 };
	for (size_t i = 0; !found && i < ub_accounts_count(accounts); i++)
		*ub_push(cli->arena, &ids) = ub_accounts_at(accounts, i)->id;
	if (found)
		return found;
	struct ub_text near = ub_suggest(id, ids.items, ids.n);
	if (near.len)
		cli_complain(
		    "explain: no source has an account %.*s; did you mean %.*s?", UB_ARGS(id), UB_ARGS(near));
	else
		cli_complain("explain: no source has an account %.*s", UB_ARGS(id));
	return NULL;
}

/* Without a store all is told but what was made. */
static struct ub_store *open_store(struct ub_cli *cli, const struct ub_settings *settings)
{
	struct ub_text why = UB_TEXT_NONE;
	struct ub_store *store =
	    settings->store == UB_STORE_MEMORY ? NULL : ub_engine_store_read(settings, cli->arena, &why);
	if (!store && why.len)
		cli_complain("explain: goes without the store: %.*s", UB_ARGS(why));
	return store;
}

int cli_explain_account(
    struct ub_cli *cli, const struct ub_snapshot *snapshot, const struct account_question *asked)
{
	struct ub_buf out = UB_BUF(cli->arena);
	struct ub_accounts *accounts =
	    snapshot->directory ? ub_directory_accounts(snapshot->directory) : NULL;
	struct ub_account_question question = { .snapshot = snapshot,
		.now = asked->now,
		.json = asked->json,
		.colour = cli_colour(STDOUT_FILENO) };
	bool done = false;
	if (!accounts)
		cli_complain("explain: the settings name no source of accounts");
	else
		question.account = find(cli, accounts, asked->id);
	if (question.account) {
		question.owner = asked->owner.len ? asked->owner : question.account->owner;
		question.store = open_store(cli, snapshot->settings);
		done = ub_explain_account(&question, &out);
		if (!done)
			cli_complain("the store: %s", ub_store_problem(question.store));
		done = done && cli_write(STDOUT_FILENO, &out);
		ub_store_close(&question.store);
	}
	ub_accounts_release(&accounts);
	return done ? UB_EXIT_OK : UB_EXIT_FINDINGS;
}
