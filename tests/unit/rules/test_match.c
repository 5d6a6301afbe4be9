/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "facts/world.h"
#include "leaks.h"
#include "rules/trial.h"

TestSuite(match, .fini = ub_leak_check);
TestSuite(groups, .fini = ub_leak_check);
TestSuite(cases, .fini = ub_leak_check);

#define CREATE ", create: [{event: a, title: t, at: start, duration: 1m}]}\n"
#define GUESTS "by anna@ours.example, ben@ours.example, cto@acme.example"

static const char *verdict(enum ub_verdict verdict)
{
	static const char *const words[] = {
		[UB_NO] = "no", [UB_YES] = "yes", [UB_CANNOT_TELL] = "cannot tell"
	};
	return words[verdict];
}

/* `text`: of one rule, behind its name. */
static struct trial *trial_of_rule(const char *define, const char *rule)
{
	struct ub_arena *arena = ub_arena_new();
	struct trial *trial = trial_of(ub_textf(arena, "%srules:\n  - {name: r%s" CREATE, define, rule).ptr);
	cr_assert_not_null(trial->rules, "%s", trial_printed(trial));
	ub_arena_free(&arena);
	return trial;
}

/* A rule by the last of n definitions, each of which reads the one before. */
static struct trial *trial_of_chain(unsigned n)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_buf text = UB_BUF(arena);
	ub_buf_str(&text, "define:\n  d1: meeting.customer\n");
	for (unsigned i = 2; i <= n; i++)
		ub_buf_printf(&text, "  d%u: d%u\n", i, i - 1);
	ub_buf_printf(&text, "rules:\n  - {name: r, when: d%u" CREATE, n);
	struct trial *trial = trial_of(ub_buf_cstr(&text));
	ub_arena_free(&arena);
	return trial;
}

Test(match, reads_definitions_as_far_as_they_may_build_upon_each_other)
{
	struct trial *trial = trial_of_chain(UB_CEL_LAZY_MAX);
	cr_assert_not_null(trial->rules, "%s", trial_printed(trial));
	cr_expect_str_eq(verdict(trial_match(trial, GUESTS, NULL)->verdict), "yes");
	trial_free(&trial);
	trial = trial_of_chain(2 * UB_CEL_LAZY_MAX);
	cr_expect_str_eq(trial_codes(trial), "too-deep", "%s", trial_printed(trial));
	trial_free(&trial);
}

#define STANDUP                                                                                              \
	"define:\n  is_standup: meeting.title == 'Roadmap'\n  is_tiny: meeting.duration < duration('5m')\n"

static const struct {
	const char *define, *rule;
	bool account;
	const char *verdict, *why;
} rules[] = {
	{ "", "", false, "yes", "it applies to every meeting" },
	{ "", ", when: meeting.customer", false, "yes", "`meeting.customer` is true" },
	{ "", ", when: '!meeting.customer'", false, "no", "`meeting.customer` is true" },
	{ "", ", when: meeting.customer && meeting.duration < duration('20m')", false, "no",
	    "`meeting.duration < duration('20m')` is false (`meeting.duration` is 1 hour)" },
	{ "", ", when: meeting.customer && size(meeting.external) > 0", false, "yes",
	    "`meeting.customer` is true, `size(meeting.external) > 0` is true (`meeting.external` is "
	    "[\"Cto\"])" },
	{ STANDUP, ", when: meeting.customer, unless: is_standup", false, "no",
	    "unless `is_standup` is true (`meeting.title` is \"Roadmap\")" },
	{ STANDUP, ", when: is_tiny", false, "no", "`is_tiny` is false (`meeting.duration` is 1 hour)" },
	{ STANDUP, ", unless: is_tiny", false, "yes", "it applies to every meeting" },
	{ "", ", when: account.health == 'red'", true, "yes",
	    "`account.health == 'red'` is true (`account.health` is \"red\")" },
	{ "", ", when: account.health == 'red'", false, "cannot tell", "`account.health` has no value" },
	{ "", ", unless: account.health == 'red'", false, "cannot tell",
	    "`unless` cannot tell: `account.health` has no value" },
	{ "", ", when: \"team('nobody') == []\"", false, "cannot tell",
	    "`team('nobody')`: there is no team `nobody`" },
	{ "", ", when: has_account && account.health == 'red'", false, "no", "`has_account` is false" },
	{ "", ", when: has(account.health) && account.health == 'red'", false, "no",
	    "`has(account.health)` is false" },
	/* what is certain goes before what cannot be told */
	{ "", ", when: account.health == 'red' && meeting.all_day", false, "no",
	    "`meeting.all_day` is false" },
	{ "", ", when: account.health == 'red', unless: meeting.customer", false, "no",
	    "unless `meeting.customer` is true" },
	{ "", ", when: meeting.all_day, unless: account.health == 'red'", false, "no",
	    "`meeting.all_day` is false" },
	{ "", ", enabled: false", false, "no", "it is switched off (`enabled: false`)" },
};

Test(match, says_yes_no_or_cannot_tell_and_why)
{
	for (size_t i = 0; i < UB_COUNT(rules); i++) {
		struct trial *trial = trial_of_rule(rules[i].define, rules[i].rule);
		const struct ub_account *account = rules[i].account ? world_account(trial->arena) : NULL;
		struct ub_match *match = trial_match(trial, GUESTS, account);
		struct ub_text why = ub_rules_why(match);
		cr_expect_str_eq(verdict(match->verdict), rules[i].verdict, "%s", rules[i].rule);
		cr_expect(ub_text_is(why, rules[i].why), "%s: %.*s", rules[i].rule, UB_ARGS(why));
		trial_free(&trial);
	}
}

Test(match, reasons_stay_on_one_short_line)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_buf rule = UB_BUF(arena);
	ub_buf_str(&rule, ", when: \"true");
	for (int i = 0; i < 100; i++)
		ub_buf_printf(&rule, "\n   && meeting.title != 'a rather long title, number %d'\n", i);
	ub_buf_str(&rule, "\"");
	struct trial *trial = trial_of_rule("", ub_buf_cstr(&rule));
	struct ub_text why = ub_rules_why(trial_match(trial, GUESTS, NULL));
	cr_expect_leq(why.len, UB_RULE_WHY_MAX + 3);
	cr_expect(ub_text_ends(why, UB_TEXT("...")));
	cr_expect_eq(ub_text_find(why, UB_TEXT("\n"), 0), SIZE_MAX);
	trial_free(&trial);
	ub_arena_free(&arena);
}

Test(match, a_definition_that_no_rule_reaches_does_not_matter)
{
	struct trial *trial = trial_of_rule(
	    "define:\n  bad: 1 / size(meeting.categories) > 0\n", ", when: meeting.customer || bad");
	cr_expect_eq(trial_match(trial, GUESTS, NULL)->verdict, UB_YES);
	trial_free(&trial);
	trial = trial_of_rule(
	    "define:\n  bad: 1 / size(meeting.categories) > 0\n", ", when: meeting.customer && bad");
	cr_expect_eq(trial_match(trial, GUESTS, NULL)->verdict, UB_CANNOT_TELL);
	trial_free(&trial);
}

/* ---- groups ---- */

static const struct {
	const char *when[3];
	const char *verdicts;
} group_cases[] = {
	{ { "true", "true", "true" }, "yes no no" },
	{ { "false", "true", "true" }, "no yes no" },
	{ { "false", "false", "false" }, "no no no" },
	{ { "account.health == 'red'", "true", "false" }, "cannot tell cannot tell cannot tell" },
	{ { "false", "account.health == 'red'", "true" }, "no cannot tell cannot tell" },
	{ { "true", "account.health == 'red'", "true" }, "yes no no" },
};

Test(groups, the_first_that_matches_wins_and_one_that_cannot_tell_stops_the_rest)
{
	for (size_t i = 0; i < UB_COUNT(group_cases); i++) {
		struct ub_arena *arena = ub_arena_new();
		struct ub_buf text = UB_BUF(arena), verdicts = UB_BUF(arena);
		ub_buf_str(&text, "rules:\n");
		for (int k = 0; k < 3; k++)
			ub_buf_printf(&text, "  - {name: r%d, group: g, when: \"%s\"" CREATE, k,
			    group_cases[i].when[k]);
		struct trial *trial = trial_of(ub_buf_cstr(&text));
		cr_assert_not_null(trial->rules, "%s", trial_printed(trial));
		struct ub_match *matches = trial_match(trial, GUESTS, NULL);
		for (int k = 0; k < 3; k++)
			ub_buf_printf(&verdicts, "%s%s", k ? " " : "", verdict(matches[k].verdict));
		cr_expect_str_eq(ub_buf_cstr(&verdicts), group_cases[i].verdicts, "%zu", i);
		trial_free(&trial);
		ub_arena_free(&arena);
	}
}

Test(groups, say_who_went_first)
{
	struct trial *trial = trial_of("rules:\n"
				       "  - {name: one, group: g" CREATE "  - {name: two, group: g" CREATE);
	struct ub_match *matches = trial_match(trial, GUESTS, NULL);
	cr_expect(ub_text_is(ub_rules_why(&matches[1]), "rule `one` goes first in group `g`"));
	trial_free(&trial);
}

Test(groups, a_rule_that_is_switched_off_does_not_count)
{
	struct trial *trial =
	    trial_of("rules:\n"
		     "  - {name: one, group: g, enabled: false" CREATE "  - {name: two, group: g" CREATE);
	struct ub_match *matches = trial_match(trial, GUESTS, NULL);
	cr_expect_eq(matches[1].verdict, UB_YES);
	trial_free(&trial);
}

Test(groups, a_rule_that_is_only_watched_takes_nothing_away)
{
	struct trial *trial =
	    trial_of("rules:\n"
		     "  - {name: one, group: g, mode: audit" CREATE "  - {name: two, group: g" CREATE
		     "  - {name: three, group: g, mode: audit" CREATE);
	struct ub_match *matches = trial_match(trial, GUESTS, NULL);
	cr_expect_eq(matches[0].verdict, UB_YES);
	cr_expect_eq(matches[1].verdict, UB_YES);
	cr_expect_eq(matches[2].verdict, UB_NO);
	trial_free(&trial);
}

Test(groups, of_the_site_go_before_those_that_were_shipped)
{
	struct trial *trial = trial_new();
	trial_file(trial, "a.yaml", "format: 1\nrules:\n  - {name: shipped, group: g" CREATE);
	trial_directory(trial);
	trial_file(trial, "a.yaml", "format: 1\nrules:\n  - {name: site, group: g" CREATE);
	trial_load(trial);
	struct ub_match *matches = trial_match(trial, GUESTS, NULL);
	cr_expect(ub_text_is(matches[0].rule->name, "site") && matches[0].verdict == UB_YES);
	cr_expect(ub_text_is(matches[1].rule->name, "shipped") && matches[1].verdict == UB_NO);
	trial_free(&trial);
}

/* ---- cases ---- */

static const struct {
	const char *first, *second;
	bool account;
	int minutes; /* 0: none, -1: cannot tell */
} durations[] = {
	{ "true", "true", false, 1 },
	{ "false", "true", false, 2 },
	{ "false", "false", false, 0 },
	{ "account.health == 'red'", "true", true, 1 },
	{ "account.health == 'red'", "true", false, -1 },
	{ "has_account && account.health == 'red'", "true", false, 2 },
};

Test(cases, the_first_that_holds_is_taken)
{
	for (size_t i = 0; i < UB_COUNT(durations); i++) {
		struct ub_arena *arena = ub_arena_new();
		const char *text = ub_textf(arena,
		    "event: a\n        title: t\n        at: start\n        duration:\n"
		    "          - {if: \"%s\", use: 1m}\n          - {if: \"%s\", use: 2m}\n",
		    durations[i].first, durations[i].second)
				       .ptr;
		struct trial *trial = trial_of_item(text);
		cr_assert_not_null(trial->rules, "%s", trial_printed(trial));
		const struct ub_facts *facts =
		    world_facts(trial->arena, world_meeting(trial->arena, "Roadmap", GUESTS),
			durations[i].account ? world_account(trial->arena) : NULL);
		struct ub_cel_activation *activation = ub_rules_activation(trial->rules, facts, trial->arena);
		const struct ub_case *chosen;
		struct ub_text why;
		enum ub_verdict found = ub_rules_case(
		    trial->rules->rules[0]->items[0].duration, activation, &chosen, &why, trial->arena);
		int minutes = found == UB_YES ? chosen->use.span.n : found == UB_NO ? 0 : -1;
		cr_expect_eq(minutes, durations[i].minutes, "%zu: %d", i, minutes);
		cr_expect_eq(why.len != 0, found == UB_CANNOT_TELL);
		trial_free(&trial);
		ub_arena_free(&arena);
	}
}

/* ---- laws ---- */

static uint32_t next(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* Random rules of conditions that may hold, fail, or not be told. */
static void put_rules(struct ub_buf *out, uint32_t *state)
{
	static const char *const conditions[] = { "meeting.customer", "!meeting.customer", "is_long",
		"account.health == 'red'", "size(meeting.internal) > 1", "has_account",
		"team('nobody') == []" };
	ub_buf_str(out, "define: {is_long: \"meeting.duration > duration('45m')\"}\nrules:\n");
	for (int i = 0; i < 8; i++) {
		ub_buf_printf(out, "  - {name: r%d, when: \"%s %s %s\", unless: \"%s\"", i,
		    conditions[next(state) % UB_COUNT(conditions)], next(state) % 2 ? "&&" : "||",
		    conditions[next(state) % UB_COUNT(conditions)],
		    conditions[next(state) % UB_COUNT(conditions)]);
		if (next(state) % 2)
			ub_buf_printf(out, ", group: g%u", next(state) % 2);
		ub_buf_str(out, CREATE);
	}
}

Test(match, the_same_input_gives_the_same_matches)
{
	const char *given = getenv("UPBEAT_N");
	uint32_t seed = 0, n = given ? (uint32_t)atoi(given) : 50;
	for (; seed < n; seed++) {
		struct ub_arena *arena = ub_arena_new();
		struct ub_buf text = UB_BUF(arena);
		uint32_t state = seed;
		put_rules(&text, &state);
		struct trial *one = trial_of(ub_buf_cstr(&text)), *two = trial_of(ub_buf_cstr(&text));
		cr_assert(one->rules && two->rules, "%s", trial_printed(one));
		struct ub_account *account = next(&state) % 2 ? world_account(arena) : NULL;
		struct ub_match *a = trial_match(one, GUESTS, account),
				*b = trial_match(two, GUESTS, account);
		for (size_t i = 0; i < one->rules->n_rules; i++) {
			cr_expect_eq(a[i].verdict, b[i].verdict, "seed %u", seed);
			cr_expect(ub_text_eq(ub_rules_why(&a[i]), ub_rules_why(&b[i])), "seed %u", seed);
			cr_expect(ub_rules_why(&a[i]).len != 0, "seed %u", seed);
		}
		trial_free(&one);
		trial_free(&two);
		ub_arena_free(&arena);
	}
}
