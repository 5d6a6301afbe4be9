/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "rules/trial.h"

TestSuite(audience, .fini = ub_leak_check);

#define ITEM "event: a\n        at: start\n        duration: 1m\n        "

/* What an item may say to whom. */
static const struct {
	const char *lines;
	bool refused;
} items[] = {
	/* ours only: anything goes */
	{ ITEM "title: '{{ account.?tier.orValue(\"\") }}'\n        attendees: meeting.internal\n"
	       "        agenda: prep-call\n",
	    false },
	{ ITEM "title: t\n        attendees: team('x') + meeting.internal\n        agenda: prep-call\n",
	    false },
	{ ITEM "title: t\n        attendees: ours(meeting.attendees)\n        agenda: prep-call\n", false },
	{ ITEM
	    "title: t\n        attendees: \"has_account ? account.team : []\"\n        agenda: prep-call\n",
	    false },
	{ ITEM "title: t\n        attendees: none\n        agenda: prep-call\n", false },
	/* guests may come */
	{ ITEM "title: t\n        attendees: meeting.attendees\n", false },
	{ ITEM "title: '{{ account.name }}'\n        attendees: meeting.attendees\n        agenda: fact\n",
	    false },
	{ ITEM "title: t\n        attendees: meeting.attendees\n        agenda: prep-call\n", true },
	{ ITEM "title: '{{ account.?tier.orValue(\"\") }}'\n        attendees: meeting.attendees\n", true },
	{ ITEM
	    "title: t\n        attendees: meeting.internal + meeting.external\n        agenda: prep-call\n",
	    true },
	{ ITEM "title: t\n        attendees: meeting.external.filter(p, p.executive)\n", true },
	{ ITEM "title: t\n        attendees:\n          - {if: has_account && account.health == 'red', use: "
	       "meeting.attendees}\n          - use: meeting.internal\n",
	    true },
	{ ITEM
	    "title:\n          - {if: has_account && account.health == 'red', use: Hm}\n          - use: t\n"
	    "        attendees: meeting.attendees\n",
	    true },
	/* each section of each case */
	{ ITEM "title: t\n        attendees: meeting.attendees\n        sections: [fact, fact]\n", false },
	{ ITEM "title: t\n        attendees: meeting.attendees\n        sections: [fact, prep-call]\n",
	    true },
	{ ITEM "title: t\n        attendees: meeting.attendees\n        sections:\n"
	       "          - {if: has_account, use: fact}\n          - use: [fact, prep-call]\n",
	    true },
	/* texts for the customer */
	{ "task: a\n        title: t\n        due: start\n        mail: fact\n", false },
	{ "task: a\n        title: t\n        due: start\n        mail: prep-call\n", true },
	{ "task: a\n        title: '{{ account.?tier.orValue(\"\") }}'\n        due: start\n        mail: "
	  "fact\n",
	    false },
	{ "task: a\n        title: t\n        due: start\n        mail:\n"
	  "          - {if: has_account && account.health == 'red', use: fact}\n",
	    true },
};

Test(audience, what_guests_may_see_is_free_of_internal_data)
{
	for (size_t i = 0; i < UB_COUNT(items); i++) {
		struct trial *trial = trial_of_item(items[i].lines);
		cr_expect_str_eq(trial_codes(trial), items[i].refused ? "internal-data" : "", "%s\n%s",
		    items[i].lines, trial_printed(trial));
		trial_free(&trial);
	}
}

Test(audience, conditions_of_the_rule_count_for_what_guests_are_invited_to)
{
	struct trial *trial = trial_of(
	    "rules:\n"
	    "  - name: r\n"
	    "    when: has_account && account.health == 'red'\n"
	    "    create: [{event: a, title: t, at: start, duration: 1m, attendees: meeting.attendees}]\n");
	cr_expect_str_eq(trial_codes(trial), "internal-data");
	trial_free(&trial);
	trial = trial_of("rules:\n"
			 "  - name: r\n"
			 "    when: has_account && account.health == 'red'\n"
			 "    create: [{task: a, title: t, due: start, mail: fact}]\n");
	cr_expect_str_empty(trial_printed(trial));
	trial_free(&trial);
}

Test(audience, conditions_of_rules_that_go_first_in_the_group_count_too)
{
	static const char first[] =
	    "  - {name: one, group: g, when: has_account && account.health == 'red', create: "
	    "[{event: a, title: t, at: start, duration: 1m}]}\n";
	static const char second[] =
	    "  - {name: two, group: g, create: [{event: a, title: t, at: start, duration: "
	    "1m, attendees: meeting.attendees}]}\n";
	struct ub_arena *arena = ub_arena_new();
	struct trial *trial = trial_of(ub_textf(arena, "rules:\n%s%s", first, second).ptr);
	cr_expect_str_eq(trial_codes(trial), "internal-data", "%s", trial_printed(trial));
	trial_free(&trial);
	trial = trial_of(ub_textf(arena, "rules:\n%s%s", second, first).ptr);
	cr_expect_str_empty(trial_printed(trial));
	trial_free(&trial);
	ub_arena_free(&arena);
}

/* Guests who see an item that needs another one know that the other is there, too. */
Test(audience, conditions_of_what_an_item_with_guests_needs_count_too)
{
	static const char *const rules[] = {
		"  - name: b\n    when: has_account && account.health == 'red'\n    create:\n"
		"      - {task: y, title: t, due: start}\n",
		"  - name: b\n    create:\n      - {task: y, title: t, due: start, needs: c/z}\n"
		"  - name: c\n    unless: has_account && account.health == 'red'\n    create:\n"
		"      - {task: z, title: t, due: start}\n",
		"  - name: b\n    create:\n      - {task: y, title: t, due: start}\n",
	};
	for (size_t i = 0; i < UB_COUNT(rules); i++) {
		struct ub_arena *arena = ub_arena_new();
		struct ub_text text = ub_textf(arena,
		    "rules:\n  - name: a\n    create:\n      - {event: x, title: t, at: start, duration: 1m, "
		    "attendees: meeting.attendees, needs: b/y}\n%s",
		    rules[i]);
		struct trial *trial = trial_of(ub_text_cstr(arena, text));
		cr_expect_str_eq(
		    trial_codes(trial), i < 2 ? "internal-data" : "", "%s", trial_printed(trial));
		trial_free(&trial);
		ub_arena_free(&arena);
	}
}

Test(audience, the_way_of_the_data_is_told)
{
	struct trial *trial = trial_of(
	    "define:\n"
	    "  urgent: has_account && account.health == 'red'\n"
	    "rules:\n"
	    "  - name: r\n"
	    "    when: urgent\n"
	    "    create: [{event: a, title: t, at: start, duration: 1m, attendees: meeting.attendees}]\n");
	cr_expect_str_eq(trial_printed(trial),
	    "a.yaml:6:11: error[internal-data]: guests may be invited to `a`, so it may not depend on "
	    "internal data: `urgent` depends on internal data, `account.health` is internal\n"
	    "     6 |     when: urgent\n"
	    "       |           ^^^^^^\n"
	    "a.yaml:3:26: the internal data is read here\n"
	    "     3 |   urgent: has_account && account.health == 'red'\n"
	    "       |                          ^^^^^^^^^^^^^^\n");
	trial_free(&trial);
}

Test(audience, a_long_way_is_told_by_its_ends)
{
	static const struct {
		const char *when, *way;
	} cases[] = {
		{ "c", "`c` depends on internal data, `b` depends on internal data, `a` depends on internal "
		       "data, "
		       "`account.health` is internal\n" },
		{ "d", "`d` depends on internal data, `c` depends on internal data, `b` depends on internal "
		       "data, ..., "
		       "`account.health` is internal\n" },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_arena *arena = ub_arena_new();
		const char *text = ub_textf(arena,
		    "define: {a: has_account && account.health == 'red', b: a || a, c: b || b, d: c || c}\n"
		    "rules:\n  - {name: r, when: %s, create: [{event: a, title: t, at: start, duration: 1m, "
		    "attendees: "
		    "meeting.attendees}]}\n",
		    cases[i].when)
				       .ptr;
		struct trial *trial = trial_of(text);
		cr_expect(strstr(trial_printed(trial), cases[i].way), "%s", trial_printed(trial));
		trial_free(&trial);
		ub_arena_free(&arena);
	}
}

Test(audience, fields_that_a_source_declares_for_customers_are_free)
{
	static const struct ub_account_field_decl fields[] = {
		{ .name = { "language", 8 }, .type = UB_FIELD_STRING, .customer = true },
		{ .name = { "seats", 5 }, .type = UB_FIELD_INT },
	};
	static const struct {
		const char *field, *codes;
	} cases[] = { { "language == 'de'", "" }, { "seats > 3", "internal-data" },
		{ "seets > 3", "no-such-field" } };
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct trial *trial = trial_new();
		trial->fields = fields;
		trial->n_fields = UB_COUNT(fields);
		trial_file(trial, "a.yaml",
		    ub_textf(trial->arena,
			"format: 1\nrules:\n  - {name: r, when: \"has_account && account.fields.%s\", "
			"create: "
			"[{event: a, title: t, at: start, duration: 1m, attendees: meeting.attendees}]}\n",
			cases[i].field)
			.ptr);
		trial_load(trial);
		cr_expect_str_eq(trial_codes(trial), cases[i].codes, "%s", trial_printed(trial));
		trial_free(&trial);
	}
}
