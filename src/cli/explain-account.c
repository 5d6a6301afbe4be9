/* SPDX-License-Identifier: Apache-2.0 */
#include "explain.h"

#include <unistd.h>

#include "upbeat/directory.h"
#include "upbeat/json.h"

/* `explain --account`: what the rules for accounts make of one, as its source has it now. */

struct explaining {
	struct ub_cli *cli;
	const struct ub_snapshot *snapshot;
	const struct ub_account *account;
	struct ub_text owner;
	ub_instant now;
	bool as_json;
};

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
		ub_cli_complain(
		    "explain: no source has an account %.*s; did you mean %.*s?", UB_ARGS(id), UB_ARGS(near));
	else
		ub_cli_complain("explain: no source has an account %.*s", UB_ARGS(id));
	return NULL;
}

static void decide(
    const struct explaining *explaining, const struct ub_rule *rule, struct ub_decision *decision)
{
	const struct ub_cadence_input input = { .snapshot = explaining->snapshot,
		.account = explaining->account,
		.rule = rule,
		.owner = explaining->owner,
		.now = explaining->now,
		.explain = true };
	ub_decide_cadence(&input, decision, explaining->cli->arena);
}

static void print_all(const struct explaining *explaining, struct ub_buf *out)
{
	const struct ub_ruleset *rules = explaining->snapshot->rules;
	bool colour = ub_cli_colour(STDOUT_FILENO);
	ub_cadence_print_account(explaining->account, explaining->owner, out, colour);
	for (size_t i = 0; i < rules->n_account_rules; i++) {
		struct ub_decision decision;
		decide(explaining, rules->account_rules[i], &decision);
		if (i > 0)
			ub_buf_char(out, '\n');
		ub_cadence_print(rules->account_rules[i], &decision, out, colour);
	}
	if (rules->n_account_rules == 0)
		ub_buf_str(out, "There are no rules for accounts.\n");
}

static void print_json(const struct explaining *explaining, struct ub_buf *out)
{
	struct ub_arena *arena = explaining->cli->arena;
	const struct ub_ruleset *rules = explaining->snapshot->rules;
	json_t *object = ub_json_must(json_object()), *cadences = ub_json_must(json_array());
	ub_json_set(object, "account", ub_cadence_account(explaining->account, explaining->owner));
	for (size_t i = 0; i < rules->n_account_rules; i++) {
		struct ub_decision decision;
		decide(explaining, rules->account_rules[i], &decision);
		ub_json_add(cadences, ub_cadence_object(rules->account_rules[i], &decision, arena));
	}
	ub_json_set(object, "cadences", cadences);
	ub_json_print(object, out);
}

int explain_account(
    struct ub_cli *cli, const struct ub_snapshot *snapshot, const struct account_question *asked)
{
	struct explaining explaining = { .cli = cli, .snapshot = snapshot, .now = asked->now };
	struct ub_buf out = UB_BUF(cli->arena);
	struct ub_accounts *accounts =
	    snapshot->directory ? ub_directory_accounts(snapshot->directory) : NULL;
	if (!accounts)
		ub_cli_complain("explain: the settings name no source of accounts");
	else
		explaining.account = find(cli, accounts, asked->id);
	if (explaining.account) {
		explaining.owner = asked->owner.len ? asked->owner : explaining.account->owner;
		if (asked->json)
			print_json(&explaining, &out);
		else
			print_all(&explaining, &out);
	}
	bool done = explaining.account && ub_cli_write(STDOUT_FILENO, &out);
	ub_accounts_release(&accounts);
	return done ? UB_EXIT_OK : UB_EXIT_FINDINGS;
}
