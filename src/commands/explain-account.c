/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `upbeat explain --account`: what the rules for accounts make of an account, as its source has it now and
 * with what the store knows.
 */
#include "made.h"
#include "upbeat/commands.h"
#include "upbeat/json.h"

/* What one rule makes of the account. */
struct explained {
	const struct ub_rule *rule;
	struct ub_store_items made;
	struct ub_decision decision;
};

/* False: the store cannot tell. */
static bool explain(const struct ub_account_question *question, const struct ub_rule *rule,
    struct explained *explained, struct ub_arena *arena)
{
	const struct ub_taken taken = { .store = question->store };
	struct ub_cadence_input input = { .snapshot = question->snapshot,
		.account = question->account,
		.rule = rule,
		.uid = ub_cadence_uid(rule, question->account->id, arena),
		.owner = question->owner,
		.now = question->now,
		.explain = true };
	*explained = (struct explained){ .rule = rule };
	if (!question->store) {
		ub_decide_cadence(&input, &explained->decision, arena);
		return true;
	}
	if (made_of_account(question->store, question->snapshot->rules, rule, question->account->id, arena,
		&explained->made) != UB_STORE_OK)
		return false;
	input.existing = made_existing(&explained->made, question->owner, &input.n_existing, arena);
	return ub_decide_cadence_as_known(&taken, UB_TEXT_NONE, &input, &explained->decision, arena);
}

static void print_made(
    const struct ub_account_question *question, const struct explained *explained, struct ub_buf *out)
{
	ub_buf_str(out, question->colour ? "\n\033[1mWhat was made\033[0m\n" : "\nWhat was made\n");
	for (size_t i = 0; i < explained->made.n; i++)
		made_print(&explained->made.items[i], question->snapshot->org->standard.zone, "", out);
	if (explained->made.n)
		return;
	ub_buf_str(out, "  nothing");
	if (explained->decision.plan->steps.n && question->owner.len) {
		ub_buf_str(out, " yet: it is made when a client of ");
		ub_buf_shown(out, question->owner);
		ub_buf_str(out,
		    "\n  next asks for something through Upbeat. If it has, the server knows the owner by "
		    "another\n  address, or not at all: compare organization.users (upbeat.conf(5))");
	}
	ub_buf_char(out, '\n');
}

static void print(
    const struct ub_account_question *question, const struct explained *all, size_t n, struct ub_buf *out)
{
	ub_cadence_print_account(question->account, question->owner, out, question->colour);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			ub_buf_char(out, '\n');
		ub_cadence_print(all[i].rule, &all[i].decision, out, question->colour);
		if (question->store)
			print_made(question, &all[i], out);
	}
	if (n == 0 && question->owner.len == 0)
		ub_buf_str(out, "Nothing is planned. Name the owner's address in the source of the account, "
				"as `owner`; or "
				"see\nwith --owner ADDRESS what somebody would get.\n");
	else if (n == 0)
		ub_buf_str(out, "There are no rules for accounts.\n");
}

static void print_json(
    const struct ub_account_question *question, const struct explained *all, size_t n, struct ub_buf *out)
{
	json_t *object = ub_json_object(), *cadences = ub_json_array();
	ub_json_set(object, "account", ub_cadence_account(question->account, question->owner));
	for (size_t i = 0; i < n; i++) {
		json_t *cadence = ub_cadence_object(all[i].rule, &all[i].decision, out->arena);
		if (question->store)
			ub_json_set(cadence, "made", made_array(&all[i].made));
		ub_json_add(cadences, cadence);
	}
	ub_json_set(object, "cadences", cadences);
	ub_json_print(object, out);
}

/* Without an owner there is no calendar to plan in. */
bool ub_explain_account(const struct ub_account_question *question, struct ub_buf *out)
{
	const struct ub_ruleset *rules = question->snapshot->rules;
	struct explained *all = UB_NEW_ARRAY(out->arena, struct explained, rules->n_account_rules);
	size_t n = 0;
	for (size_t i = 0; i < rules->n_account_rules && question->owner.len; i++) {
		const struct ub_rule *rule = rules->account_rules[i];
		if (rule->n_items && !explain(question, rule, &all[n++], out->arena))
			return false;
	}
	if (question->json)
		print_json(question, all, n, out);
	else
		print(question, all, n, out);
	return true;
}
