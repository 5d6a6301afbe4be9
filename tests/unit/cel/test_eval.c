/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <pthread.h>

#include "fixture.h"
#include "leaks.h"

TestSuite(eval, .fini = ub_leak_check);

Test(eval, reads_variables_and_fields)
{
	static const struct {
		const char *text, *result;
	} cases[] = {
		{ "n + 1", "43" },
		{ "people.map(p, p.name)", "[\"Ann\", \"Bob\"]" },
		{ "people[1]", "\"bob@acme.example\"" },
		{ "greet(people[1])", "\"Hello Bob\"" },
		{ "people[0] in ours && !(people[1] in ours)", "true" },
		{ "account.health", "\"green\"" },
		{ "account.owner.name", "\"Ann\"" },
		{ "any.a", "1" },
		{ "any.b", "cannot tell: no such key: b [no-such-key]" },
		{ "maybe", "cannot tell: `maybe` has no value [absent]" },
		{ "maybe > 1 || n == 42", "true" },
		{ "team(s)", "cannot tell: there is no team weekly sync [no-such-team]" },
		{ "team(s).size() > 0 || true", "true" },
		{ "dyn(n).size()", "cannot tell: `size` cannot be applied to (int) [no-such-overload]" },
		{ "type(people[0]) == type(people[1])", "true" },
		{ "has(people[0].persona)", "true" },
		{ "dyn(people[0]).nosuch",
		    "cannot tell: a value of type person has no field `nosuch` [no-such-field]" },
	};
	struct fixture f = fixture_new(NULL);
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		cr_expect_str_eq(result(&f, cases[i].text), cases[i].result);
	fixture_free(&f);
}

Test(eval, an_absent_field_is_an_error_and_absorbed_as_such)
{
	static const struct {
		const char *text, *result;
	} cases[] = {
		{ "account.health == \"red\"", "cannot tell: `account.health` has no value [absent]" },
		{ "has(account.health)", "false" },
		{ "has_account && account.health == \"red\"", "false" },
		{ "account.health == \"red\" || account.name == \"Acme\"", "true" },
		{ "account.?health.orValue(\"unknown\")", "\"unknown\"" },
		{ "has(account.owner.name)", "cannot tell: `account.owner` has no value [absent]" },
	};
	struct fixture f = fixture_new(NULL);
	without_account(&f);
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		cr_expect_str_eq(result(&f, cases[i].text), cases[i].result);
	fixture_free(&f);
}

Test(eval, an_error_names_the_sub_expression_that_failed)
{
	struct fixture f = fixture_new(NULL);
	const struct ub_cel_program *program = compiled(&f, "n > 1 && s == any.nothing.there");
	struct ub_cel_value value = ub_cel_eval(program, activation(&f), f.arena, NULL);
	cr_assert_eq(value.kind, UB_CEL_ERROR);
	cr_assert_eq(value.error->program, program);
	cr_assert(ub_text_is(
	    ub_text_sub(ub_cel_program_text(program), value.error->at, value.error->at + value.error->len),
	    "any.nothing"));
	fixture_free(&f);
}

static struct ub_cel_value count_call(struct ub_cel_call *call, const struct ub_cel_value *args, size_t n)
{
	(void)args, (void)n;
	return ub_cel_int(++*(int *)call->context);
}

Test(eval, a_lazy_variable_is_evaluated_once_and_only_when_read)
{
	int calls = 0;
	struct fixture f = fixture_new(NULL);
	ub_cel_declare_functions(
	    f.env, &(struct ub_cel_function){ "count", "() -> int", count_call, .not_constant = true }, 1);
	ub_cel_declare_lazy(f.env, UB_TEXT("counted"), compiled(&f, "count() * 10"));
	ub_cel_declare_lazy(f.env, UB_TEXT("twice"), compiled(&f, "counted + counted"));
	ub_cel_activation_set_context(activation(&f), &calls);
	cr_expect_str_eq(result(&f, "false && twice > 1"), "false");
	cr_expect_eq(calls, 0);
	cr_expect_str_eq(result(&f, "twice + counted"), "30");
	cr_expect_str_eq(result(&f, "twice"), "20");
	cr_expect_eq(calls, 1);
	fixture_free(&f);
}

Test(eval, a_lazy_error_is_one_of_its_own_program)
{
	struct fixture f = fixture_new(NULL);
	const struct ub_cel_program *inner = compiled(&f, "n / (n - 42)");
	ub_cel_declare_lazy(f.env, UB_TEXT("broken"), inner);
	struct ub_cel_value value = ub_cel_eval(compiled(&f, "broken > 1"), activation(&f), f.arena, NULL);
	cr_assert_eq(value.kind, UB_CEL_ERROR);
	cr_assert_eq(value.error->program, inner);
	cr_assert_str_eq(value.error->code, "divide-by-zero");
	fixture_free(&f);
}

Test(eval, a_child_environment_sees_hides_and_adds)
{
	struct fixture f = fixture_new(NULL);
	ub_cel_declare_lazy(f.env, UB_TEXT("double_n"), compiled(&f, "n * 2"));
	struct ub_cel_activation *outer = activation(&f);
	struct ub_cel_env *child = ub_cel_env_child(f.arena, f.env);
	size_t p = ub_cel_declare(child, &(struct ub_cel_decl){ "p", "person" });
	size_t s = ub_cel_declare(child, &(struct ub_cel_decl){ "s", "int" });
	struct ub_cel_activation *inner = ub_cel_activation_child(f.arena, outer, child);
	ub_cel_bind(inner, s, ub_cel_int(1));
	ub_cel_bind(inner, p, ub_cel_eval(compiled(&f, "people[1]"), outer, f.arena, NULL));
	f.env = child;
	f.activation = inner;
	cr_expect_str_eq(result(&f, "\"%s %d %d\".format([p.name, s + n, double_n])"), "\"Bob 43 84\"");
	fixture_free(&f);
}

Test(eval, opened_fields_are_named_without_their_variable)
{
	struct fixture f = fixture_new(NULL);
	struct ub_cel_activation *outer = activation(&f);
	struct ub_cel_env *child = ub_cel_env_child(f.arena, f.env);
	size_t item = ub_cel_declare(child, &(struct ub_cel_decl){ "item", "person" });
	ub_cel_open_fields(child, item);
	struct ub_cel_activation *inner = ub_cel_activation_child(f.arena, outer, child);
	ub_cel_bind(inner, item, ub_cel_eval(compiled(&f, "people[1]"), outer, f.arena, NULL));
	f.env = child;
	f.activation = inner;
	cr_expect_str_eq(result(&f, "name + \" \" + s"), "\"Bob weekly sync\"");
	cr_expect_eq(ub_cel_program_audience(compiled(&f, "persona")), UB_CEL_INTERNAL);
	cr_expect_str_eq(refusal(&f, "nme"), "0+3 unknown-name: there is no `nme` (did you mean `name`?)");
	fixture_free(&f);
}

Test(eval, opened_maps_are_looked_into_when_evaluated)
{
	struct fixture f = fixture_new(NULL);
	struct ub_cel_activation *outer = activation(&f);
	struct ub_cel_env *child = ub_cel_env_child(f.arena, f.env);
	size_t item = ub_cel_declare(child, &(struct ub_cel_decl){ "item", "dyn" });
	ub_cel_open_fields(child, item);
	struct ub_cel_activation *inner = ub_cel_activation_child(f.arena, outer, child);
	ub_cel_bind(inner, item, ub_cel_eval(compiled(&f, "any"), outer, f.arena, NULL));
	f.env = child;
	f.activation = inner;
	cr_expect_str_eq(result(&f, "a + n"), "43");
	cr_expect_str_eq(
	    result(&f, "a.b"), "cannot tell: a value of type int has no field `b` [no-such-overload]");
	cr_expect_str_eq(result(&f, "nowhere"), "cannot tell: there is no `nowhere` [no-such-key]");
	fixture_free(&f);
}

Test(eval, functions_get_the_activation_s_context)
{
	int number = 5;
	struct fixture f = fixture_new(NULL);
	ub_cel_activation_set_context(activation(&f), &number);
	cr_expect_str_eq(result(&f, "context() + n"), "47");
	fixture_free(&f);
}

Test(eval, a_variable_without_a_value_is_an_error)
{
	struct fixture f = fixture_new(NULL);
	f.activation = ub_cel_activation_new(f.arena, f.env);
	cr_expect_str_eq(result(&f, "n > 1"), "cannot tell: `n` was given no value [no-value]");
	fixture_free(&f);
}

Test(eval, constants_are_known_without_evaluation)
{
	struct ub_cel_value value;
	struct fixture f = fixture_new(NULL);
	cr_assert(ub_cel_program_constant(compiled(&f, "[1, 2].map(x, x * 2)[1] + size(\"ab\")"), &value));
	cr_assert_eq(value.i, 6);
	cr_assert(!ub_cel_program_constant(compiled(&f, "n + 1"), &value));
	fixture_free(&f);
}

/* ---- patterns that vary ---- */

Test(eval, searches_by_the_pattern_that_it_is_given_each_time)
{
	static const struct {
		const char *text, *result;
	} cases[] = {
		{ "['k', 'z', 'k', 'ks', 'k', ''].map(p, s.matches(p))",
		    "[true, false, true, false, true, true]" },
		{ "['w', 'ee', 'w', 'w'].map(p, regex.replace(s, p, '_'))",
		    "[\"_eekly sync\", \"w_kly sync\", \"_eekly sync\", \"_eekly sync\"]" },
		{ "['w', 'z', 'w'].map(p, regex.extract(s, p).orValue('-'))", "[\"w\", \"-\", \"w\"]" },
		{ "['w', 's'].map(p, ['w', 's'].map(q, s.matches(p + q + '?.*' + q)))",
		    "[[false, true], [false, false]]" },
		{ "['k', '(', 'k'].exists(p, p == '(' && s.matches(p))",
		    "cannot tell: this is not a regular expression: missing ): ( [bad-pattern]" },
	};
	struct fixture f = fixture_new(NULL);
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		cr_expect_str_eq(result(&f, cases[i].text), cases[i].result);
	fixture_free(&f);
}

struct searcher {
	pthread_t thread;
	struct fixture *fixture;
	const struct ub_cel_program *program;
	int number, found;
};

/* Its pattern is every other time the same as that of other threads. */
static void *search(void *data)
{
	struct searcher *searcher = data;
	struct ub_arena *arena = ub_arena_new();
	for (int i = 0; i < 100; i++) {
		struct ub_cel_activation *values = ub_cel_activation_new(arena, searcher->fixture->env);
		ub_cel_bind_name(values, UB_TEXT("s"), ub_cel_string(UB_TEXT("2")));
		ub_cel_bind_name(values, UB_TEXT("n"), ub_cel_int(i % 2 ? searcher->number : 2));
		searcher->found += ub_cel_is_true(ub_cel_eval(searcher->program, values, arena, NULL));
		ub_arena_reset(arena);
	}
	ub_arena_free(&arena);
	return NULL;
}

Test(eval, searches_in_several_threads_at_once)
{
	struct fixture f = fixture_new(NULL);
	struct searcher searchers[4];
	for (int i = 0; i < 4; i++) {
		searchers[i] = (struct searcher){ .fixture = &f, .number = i };
		searchers[i].program = i ? searchers[0].program : compiled(&f, "s.matches(string(n))");
	}
	for (int i = 0; i < 4; i++)
		cr_assert_eq(pthread_create(&searchers[i].thread, NULL, search, &searchers[i]), 0);
	for (int i = 0; i < 4; i++) {
		pthread_join(searchers[i].thread, NULL);
		cr_expect_eq(searchers[i].found, i == 2 ? 100 : 50);
	}
	fixture_free(&f);
}
