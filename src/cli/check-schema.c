/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include <unistd.h>

#include "upbeat/directory.h"
#include "upbeat/rules.h"
#include "upbeat/ruletest.h"
#include "upbeat/settings.h"

static const struct {
	const char *word, *title;
	const struct ub_yaml_type *type;
} kinds[] = {
	{ "rules", "Upbeat rules: upbeat-rules(5)", &ub_rules_file_type },
	{ "tests", "Upbeat rule tests: upbeat-rules(5)", &ub_ruletest_file_type },
	{ "settings", "Upbeat settings: upbeat.conf(5)", &ub_settings_type },
	{ "accounts", "Upbeat accounts: upbeat.conf(5)", &ub_accounts_file_type },
};

int cli_check_schema(struct ub_cli *cli)
{
	struct ub_text word = ub_text(cli->n_arguments ? cli->arguments[0] : kinds[0].word);
	struct ub_buf out = UB_BUF(cli->arena);
	for (size_t i = 0; i < UB_COUNT(kinds); i++)
		if (ub_text_is(word, kinds[i].word))
			ub_yaml_schema(kinds[i].type, kinds[i].title, &out);
	if (out.len)
		return cli_write(STDOUT_FILENO, &out) ? UB_EXIT_OK : UB_EXIT_FINDINGS;
	cli_complain(
	    "there is no schema `%.*s`; it can be `rules`, `tests`, `settings` or `accounts`", UB_ARGS(word));
	return UB_EXIT_USAGE;
}
