/* SPDX-License-Identifier: Apache-2.0 */
#include "ruletest-private.h"

/* `account:` of a step: `none`, or values that replace those of the step before. */
static bool read_account(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct loading *loading = reader->context;
	const struct ub_settings *settings = loading->input->snapshot->settings;
	struct step *step = out;
	struct ub_accounts_reading reading = { reader->arena, reader->diags, ruletest_zone(loading->file),
		settings->fields, settings->n_fields };
	if (node->kind == UB_YAML_SCALAR && ub_text_is(node->text, "none")) {
		step->account = NULL;
		step->no_account = true;
		return true;
	}
	if (node->kind != UB_YAML_MAP)
		return ub_yaml_expected(reader, node, type->noun);
	struct ub_account *account = UB_NEW(reader->arena, struct ub_account);
	*account = step->account ? *step->account : ub_account_unknown();
	if (!ub_account_read(&reading, node, loading->file->accounts, account))
		return false;
	if (account->id.len == 0)
		account->id = UB_TEXT("account");
	if (account->name.len == 0)
		account->name = account->id;
	step->account = account;
	step->no_account = false;
	return true;
}

static const struct ub_yaml_word none_words[] = { { "none", 0, "the customer is unknown" } };
static const struct ub_yaml_type type_none = { .shape = UB_YAML_TEXT, UB_YAML_WORDS(none_words) };
const struct ub_yaml_type ruletest_type_account = { .shape = UB_YAML_CUSTOM,
	.noun = "an account like `{like: acme, health: red}`, or `none`",
	.read = read_account,
	UB_YAML_ANY_OF(&ub_account_type, &type_none) };
