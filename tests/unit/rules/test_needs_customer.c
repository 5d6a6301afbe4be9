/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "rules/trial.h"

/* Whether rules match no meeting to which nobody from outside comes. */

TestSuite(needs_customer, .fini = ub_leak_check);

#define RULE(name, when)                                                                                     \
	"  - name: " name "\n    when: " when "\n    create: [{task: t, title: T, due: start}]\n"

static bool needs(const char *rules)
{
	struct trial *trial = trial_of(rules);
	cr_assert(trial->rules, "%s", trial_printed(trial));
	bool needs = trial->rules->needs_customer;
	trial_free(&trial);
	return needs;
}

Test(needs_customer, if_each_rule_for_meetings_asks_for_one)
{
	cr_expect(needs("rules:\n" RULE("a", "meeting.customer")
		RULE("b", "'meeting.title != \"\" && meeting.customer'")));
	cr_expect(needs("define:\n  ours: meeting.customer && !meeting.private\nrules:\n" RULE("a", "ours")));
}

Test(needs_customer, unless_one_may_do_without)
{
	cr_expect_not(needs("rules:\n" RULE("a", "meeting.customer") RULE("b", "'meeting.title != \"\"'")));
	cr_expect_not(needs("rules:\n  - name: a\n    create: [{task: t, title: T, due: start}]\n"));
	cr_expect_not(needs("rules:\n" RULE("a", "'meeting.customer || size(meeting.internal) > 2'")));
	cr_expect_not(needs("rules:\n  - name: a\n    unless: meeting.customer\n    create: [{task: t, "
			    "title: T, due: start}]\n"));
}

Test(needs_customer, whatever_a_rule_asks_for_that_is_off)
{
	cr_expect(needs("rules:\n" RULE("a", "meeting.customer") RULE("b", "true") "    enabled: no\n"));
}
