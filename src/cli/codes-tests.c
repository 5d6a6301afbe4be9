/* SPDX-License-Identifier: Apache-2.0 */
#include "codes.h"
#include "upbeat/base.h"

/* Codes about tests of rules. */
const struct ub_code cli_codes_tests[] = {
	{ "bad-event", "a test's file is no calendar object",
	    "`event` names a file beside the test. The file has one VEVENT, as a calendar client stores it.",
	    NULL, NULL },
	{ "duplicate-test", "two tests of one file have one name",
	    "A test is known by its name, also in the output of `upbeat test`. Rename one.", NULL, NULL },
	{ "ends-too-early", "a meeting ends before it begins", "Mend `start` or `end`.",
	    "meeting: {start: 2026-11-12 14:00, end: 2026-11-12 13:00}",
	    "meeting: {start: 2026-11-12 14:00, duration: 1h}" },
	{ "no-account", "a test has no such account",
	    "`like` names an account by its id. The account stands under `accounts` of the same file.",
	    "account: {like: acne}", "account: {like: acme}" },
	{ "no-such-team", "a test has no such team",
	    "`team` names a team by its name under `organization: {teams: ...}`, of the same file or of the "
	    "settings.",
	    "team: sale", "team: sales" },
	{ "no-tests", "a rule directory has no tests",
	    "Tests are files NAME.yaml in the folder tests/ of a rule directory.", NULL, NULL },
	{ "switched-off", "a test rejects what a switched-off rule would make",
	    "A switched-off rule makes nothing, whatever the meeting is, and so the test could not fail. "
	    "Switch the rule on, or take it out of `reject`.",
	    NULL, NULL },
	{ "unknown-rule", "there is no such rule",
	    "A test, a `change`, an `add_to` or a `needs` names a rule that is not there. A `change` is for "
	    "a rule of "
	    "an earlier directory. The rule may also be one that another rule has replaced.",
	    "reject: [prpe/*]", "reject: [prep/*]" },
	{ "wrong-side", "a person stands in the wrong list",
	    "A person with an address in one of the organization's domains is one of ours. Everybody else is "
	    "a guest.",
	    "internal: [cto@acme.example]", "external: [cto@acme.example]" },
	{ "untested-rule", "no test names an item of a rule",
	    "The directory has tests, but no test says when the items of this rule are there and when not. "
	    "Name an item in `expect`, `reject` or `undecided`.",
	    NULL, "expect: [prep/call]" },
};

const size_t cli_n_codes_tests = UB_COUNT(cli_codes_tests);
