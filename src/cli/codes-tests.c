/* SPDX-License-Identifier: Apache-2.0 */
#include "codes.h"
#include "upbeat/base.h"

/* Of the tests of rules. */
const struct ub_code ub_codes_tests[] = {
	{ "bad-event", "a test's file is no calendar object",
	    "`event` names a file beside the test that has one VEVENT, as a calendar client stores it.", NULL,
	    NULL },
	{ "duplicate-test", "two tests of one file have one name",
	    "A test is known by its name, in what `upbeat test` prints, too. Rename one.", NULL, NULL },
	{ "ends-too-early", "a meeting ends before it begins", "Mend `start` or `end`.",
	    "meeting: {start: 2026-11-12 14:00, end: 2026-11-12 13:00}",
	    "meeting: {start: 2026-11-12 14:00, duration: 1h}" },
	{ "no-account", "a test has no such account",
	    "`like` names an account by its id, of those under `accounts` of the same file.",
	    "account: {like: acne}", "account: {like: acme}" },
	{ "no-tests", "a rule directory has no tests", "They are files NAME.yaml in its folder tests/.", NULL,
	    NULL },
	{ "switched-off", "a test rejects what a rule makes that is switched off",
	    "It makes nothing, whatever the meeting, so the test could not fail. Switch the rule on, or "
	    "leave "
	    "it "
	    "out of `reject`.",
	    NULL, NULL },
	{ "unknown-rule", "there is no such rule",
	    "A test names a rule that no directory has, or that another rule has taken the place of.",
	    "reject: [prpe/*]", "reject: [prep/*]" },
	{ "wrong-side", "somebody stands in the other's list",
	    "Whose address is in a domain of the organization is one of ours, everybody else is a guest.",
	    "internal: [cto@acme.example]", "external: [cto@acme.example]" },
	{ "untested-rule", "no test names an item of a rule",
	    "The directory has tests, but none says when this rule's items are there and when not. Name one "
	    "in "
	    "`expect`, `reject` or `undecided`.",
	    NULL, "expect: [prep/call]" },
};

const size_t ub_n_codes_tests = UB_COUNT(ub_codes_tests);
