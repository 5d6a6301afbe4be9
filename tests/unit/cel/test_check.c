/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "fixture.h"
#include "leaks.h"

TestSuite(check, .fini = ub_leak_check);

/* Each refusal, word for word: what authors of rules read. */
Test(check, says_what_is_wrong_and_where)
{
	static const struct {
		const char *text, *refusal;
	} cases[] = {
		{ "", "0+0 syntax: the expression ends where a value should follow" },
		{ "n +", "3+0 syntax: the expression ends where a value should follow" },
		{ "(n", "2+0 syntax: the expression ends where `)` should follow (each `(` has its `)`)" },
		{ "n n", "2+1 syntax: expected an operator, found `n` (join conditions with `&&` or `||`)" },
		{ "n = 1", "2+1 syntax: unexpected character `=` (equality is written `==`)" },
		{ "n > 1 & true", "6+1 syntax: unexpected character `&` (`and` is written `&&`)" },
		{ "s == \"a",
		    "5+1 syntax: a string does not end (it ends with the quote it starts with, on the "
		    "same line)" },
		{ "s.matches(\"\\d\")", "11+2 syntax: unknown escape in a string (a backslash itself is "
					"written `\\\\`, or put `r` "
					"before the quotes: r\"\\d+\")" },
		{ "9223372036854775808",
		    "0+19 syntax: this number is too large (whole numbers go from -9223372036854775808 to "
		    "9223372036854775807)" },
		{ "12monkeys", "0+9 syntax: a number runs into a name (put an operator between them)" },
		{ "t - t > 45min",
		    "8+5 syntax: a number runs into a name (a length of time is written duration(\"45m\"))" },
		{ "t - t > 2h30m", "8+5 syntax: a number runs into a name (a length of time is written "
				   "duration(\"2h30m\"))" },
		{ "t - t > 2 Days",
		    "10+4 syntax: expected an operator, found `Days` (a length of time is written "
		    "duration(\"48h\"); whole days between two dates, days(from, to))" },
		{ "f(1 hour)", "4+4 syntax: expected `,` or `)`, found `hour` (a length of time is written "
			       "duration(\"1h\"))" },
		{ "n > 1 OR n < 5", "6+2 syntax: expected an operator, found `OR` (`or` is written `||`)" },
		{ "NOT n", "4+1 syntax: expected an operator, found `n` (`not` is written `!`)" },
		{ "s == \"a\" || \"b\"",
		    "12+3 wrong-type: what `||` joins must be a bool, this is of type string (each side is a "
		    "whole comparison; for one of several values: `... in [\"A\", \"B\"]`)" },
		{ "people.name == s && n > 1",
		    "7+4 no-such-field: a value of type list(person) has no fields (each element has it: for "
		    "any of them write `people.exists(p, p.name == s)`)" },
		{ "people.nam == s", "7+3 no-such-field: a value of type list(person) has no fields" },
		{ "if",
		    "0+2 syntax: `if` is a reserved word (a choice is written `condition ? this : that`)" },
		{ "n > 1 and n < 5",
		    "6+3 syntax: expected an operator, found `and` (`and` is written `&&`)" },
		{ "s == daily",
		    "5+5 unknown-name: there is no `daily` (a text stands in quotes: \"daily\")" },
		{ "t - t > 20", "6+1 no-overload: `>` cannot be applied to (duration, int) (a "
				"duration is written duration(\"20m\"))" },
		{ "t > s", "2+1 no-overload: `>` cannot be applied to (timestamp, string) (a time "
			   "is written timestamp(\"2026-11-21T09:00:00Z\"))" },
		{ "f(1,)", "4+1 syntax: expected an argument, found `)`" },
		{ "has(n)", "4+1 macro: has() asks for a field: has(x.field)" },
		{ "people.exists(p.x, true)", "14+3 macro: this must be the plain name of a variable" },
		{ "peopel.size()", "0+6 unknown-name: there is no `peopel` (did you mean `people`?)" },
		{ "people.exists(p, p.nam == s)",
		    "19+3 no-such-field: `person` has no field `nam` (did you mean `name`?)" },
		{ "n.name", "2+4 no-such-field: a value of type int has no fields" },
		{ "sise(s)", "0+4 unknown-function: there is no function `sise` (did you mean `size`?)" },
		{ "people.exists(true)", "7+6 unknown-function: there is no function `exists` (it takes "
					 "another number of arguments, "
					 "the first one a plain name)" },
		{ "s.contains(n)", "2+8 no-overload: `contains` cannot be applied to (string, int) (it takes "
				   "string.(string))" },
		{ "n + s",
		    "2+1 no-overload: `+` cannot be applied to (int, string) (it takes (int, int), (uint, "
		    "uint), (double, double), (string, string), (bytes, bytes) and others)" },
		{ "greet(account)",
		    "0+5 no-overload: `greet` cannot be applied to (account) (it takes (person))" },
	};
	struct fixture f = fixture_new(NULL);
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		cr_expect_str_eq(refusal(&f, cases[i].text), cases[i].refusal);
	fixture_free(&f);
}

Test(check, says_which_type_is_wrong)
{
	static const struct {
		const char *text, *refusal;
	} cases[] = {
		{ "n && true", "0+1 wrong-type: what `&&` joins must be a bool, this is of type int" },
		{ "n ? 1 : 2", "0+1 wrong-type: what stands before `?` must be a bool, this is of type int" },
		{ "true ? 1 : s",
		    "0+12 wrong-type: the two outcomes are of different types, int and string" },
		{ "people[s]", "7+1 wrong-type: the index is of type string, not int" },
		{ "n[0]", "0+1 wrong-type: a value of type int cannot be indexed" },
		{ "n.all(x, true)",
		    "0+1 wrong-type: all() goes through a list or a map, this is of type int" },
		{ "people.filter(p, p.name)",
		    "17+6 wrong-type: the condition of filter() must be a bool, this is of type string" },
		{ "{1.5: 2}", "1+3 wrong-type: a map's key must be an int, uint, bool or string" },
		{ "person{name: s}",
		    "0+6 unknown-name: values of a type `person` cannot be written in an expression" },
		/* all of them at once, each once */
		{ "nn > 1 && tt > t || n == s", "0+2 unknown-name: there is no `nn` (did you mean `n`?)\n"
						"10+2 unknown-name: there is no `tt` (did you mean `t`?)\n"
						"22+2 no-overload: `==` cannot be applied to (int, string) "
						"(both sides must be of one type)" },
	};
	struct fixture f = fixture_new(NULL);
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		cr_expect_str_eq(refusal(&f, cases[i].text), cases[i].refusal);
	fixture_free(&f);
}

Test(check, a_strict_environment_refuses_constants_that_can_only_fail)
{
	static const struct {
		const char *text, *refusal;
	} cases[] = {
		{ "duration(\"20 m\") < duration(\"1h\")", "0+16 constant-error: this can only fail: \"20 "
							   "m\" is not a duration like 90s, 20m or 1h30m" },
		{ "s.matches(\"(\")", "10+3 bad-pattern: this is not a regular expression: missing ): ( (the "
				      "syntax is RE2's; it has no look-around and no back-references)" },
		{ "regex.replace(s, \"(\", s)",
		    "17+3 bad-pattern: this is not a regular expression: missing ): ( (the syntax is RE2's; "
		    "it has no look-around and no back-references)" },
		{ "regex.extract(s, \"(a)(b)\").hasValue()",
		    "17+8 bad-pattern: of more than one group nobody can say which to extract (`(?:` begins "
		    "a "
		    "group that does not count)" },
		{ "regex.extractAll(s, \"(a(b))\") == []", "20+8 bad-pattern: of more than one group nobody "
							   "can say which to extract (`(?:` begins a "
							   "group that does not count)" },
		{ "regex.replace(\"a\", \"a\", r\"\\1\")",
		    "0+30 constant-error: this can only fail: this is not a replacement: behind a backslash "
		    "stands another one, or the number of a group that the pattern has" },
		{ "t.getHours(\"Mars/Olympus\") > 1",
		    "11+14 unknown-zone: there is no time zone `Mars/Olympus` (zones are named as in the tz "
		    "database (\"Europe/Berlin\"), or by offset (\"+02:00\"))" },
		{ "n > 1 / 0", "4+5 constant-error: this can only fail: divide by zero" },
	};
	struct fixture f = fixture_new(&(struct ub_cel_config){ .strict = true });
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		cr_expect_str_eq(refusal(&f, cases[i].text), cases[i].refusal);
	fixture_free(&f);
}

Test(check, knows_types)
{
	static const struct {
		const char *text, *type;
	} cases[] = {
		{ "people.filter(p, p.name != \"\")", "list(person)" },
		{ "ours", "list(colleague)" },
		{ "ours.filter(p, true)", "list(colleague)" },
		{ "ours + ours", "list(colleague)" },
		{ "ours + people", "list(person)" },
		{ "people + ours", "list(person)" },
		{ "true ? ours : people", "list(person)" },
		{ "[ours[0], people[0]]", "list(person)" },
		{ "only_ours(people)", "list(colleague)" },
		{ "people.map(p, p.name)", "list(string)" },
		{ "any.x.y", "dyn" },
		{ "account.?owner.?name", "optional_type(string)" },
		{ "{s: people}", "map(string, list(person))" },
	};
	struct fixture f = fixture_new(NULL);
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		cr_expect_str_eq(type_name(&f, cases[i].text), cases[i].type, "%s: %s", cases[i].text,
		    type_name(&f, cases[i].text));
	fixture_free(&f);
}

Test(check, a_refined_type_is_known_only_where_all_are_of_it)
{
	struct fixture f = fixture_new(NULL);
	const struct ub_cel_type *ours = ub_cel_type_parse(f.env, f.arena, UB_TEXT("list(colleague)"));
	cr_expect(ub_cel_type_known(ours, ub_cel_program_type(compiled(&f, "ours + only_ours(people)"))));
	cr_expect(!ub_cel_type_known(ours, ub_cel_program_type(compiled(&f, "ours + people"))));
	cr_expect(!ub_cel_type_known(ours, ub_cel_program_type(compiled(&f, "any"))));
	fixture_free(&f);
}

Test(check, an_expected_type_is_checked_at_once_and_a_dyn_result_when_evaluated)
{
	struct fixture f = fixture_new(NULL);
	cr_assert_null(ub_cel_compile(f.env, f.arena, UB_TEXT("n + 1"), &ub_cel_type_bool, &f.issues));
	cr_assert(ub_text_is(f.issues.items[0].message, "this must be of type bool, it is of type int"));
	const struct ub_cel_program *program =
	    ub_cel_compile(f.env, f.arena, UB_TEXT("any.a"), &ub_cel_type_bool, &f.issues);
	struct ub_cel_value value = ub_cel_eval(program, activation(&f), f.arena, NULL);
	cr_assert_eq(value.kind, UB_CEL_ERROR);
	cr_assert_str_eq(value.error->code, "wrong-type");
	fixture_free(&f);
}

Test(check, reads_types_as_they_are_written)
{
	static const char *const good[] = { "int", "list(int)", "map(string, list(person))",
		"optional_type(google.protobuf.Timestamp)", "tuple(int, bool)", "type(int)" };
	static const char *const bad[] = { "", "list(", "list(int", "map(int)", "nosuch", "list(int) x",
		"list()" };
	struct fixture f = fixture_new(NULL);
	for (size_t i = 0; i < UB_COUNT(good); i++) {
		const struct ub_cel_type *type = ub_cel_type_parse(f.env, f.arena, ub_text(good[i]));
		cr_expect(type && ub_text_is(ub_cel_type_text(f.arena, type), good[i]), "%s", good[i]);
	}
	for (size_t i = 0; i < UB_COUNT(bad); i++)
		cr_expect_null(ub_cel_type_parse(f.env, f.arena, ub_text(bad[i])), "%s", bad[i]);
	fixture_free(&f);
}

Test(check, tells_the_names_that_an_expression_does_not_bind)
{
	static const struct {
		const char *text, *names;
	} cases[] = {
		{ "a + b.c * a", "a b" },
		{ "list.all(p, p.x == q && p in [r])", "list q r" },
		{ "p.exists(p, p > p)", "p" },
		{ "a.map(x, b.filter(y, x > y && z)) + [x]", "a b z x" },
		{ "cel.bind(v, w, v + v)", "w" },
		{ "o.?f.optMap(v, v + n).orValue(m)", "o n m" },
		{ "\"a\" + 'b' + d[\"e\"]", "d" },
		{ "has(a.b) ? {k: v} : f(g)", "a k v g" },
		{ "1 +", "" },
	};
	struct ub_arena *arena = ub_arena_new();
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_texts names = ub_cel_names(ub_text(cases[i].text), arena);
		struct ub_buf out = UB_BUF(arena);
		for (size_t k = 0; k < names.n; k++)
			ub_buf_printf(&out, "%s%.*s", k ? " " : "", UB_ARGS(names.items[k]));
		cr_expect(ub_text_is(ub_buf_text(&out), cases[i].names), "%s: %.*s", cases[i].text,
		    UB_ARGS(ub_buf_text(&out)));
	}
	ub_arena_free(&arena);
}
