/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "fixture.h"
#include "leaks.h"

TestSuite(limits, .fini = ub_leak_check, .timeout = 60);

/* `before` n times, then `middle`, then `after` n times. */
static const char *nested(
    struct fixture *f, const char *before, const char *middle, const char *after, size_t n)
{
	struct ub_buf out = UB_BUF(f->arena);
	for (size_t i = 0; i < n; i++)
		ub_buf_str(&out, before);
	ub_buf_str(&out, middle);
	for (size_t i = 0; i < n; i++)
		ub_buf_str(&out, after);
	return ub_buf_cstr(&out);
}

static bool is_refused_as(struct fixture *f, const char *text, const char *code)
{
	return !compile(f, text) && f->issues.n == 1 && strcmp(f->issues.items[0].code, code) == 0;
}

Test(limits, depth)
{
	struct fixture f = fixture_new(NULL);
	cr_expect(compile(&f, nested(&f, "(", "1", ")", UB_CEL_DEPTH_MAX - 1)));
	cr_expect(is_refused_as(&f, nested(&f, "(", "1", ")", UB_CEL_DEPTH_MAX), "too-deep"));
	cr_expect(is_refused_as(&f, nested(&f, "(", "1", ")", 10000), "too-deep"));
	cr_expect(is_refused_as(&f, nested(&f, "[", "", "]", 10000), "too-deep"));
	cr_expect(is_refused_as(&f, nested(&f, "{1:", "1", "}", 10000), "too-deep"));
	cr_expect(is_refused_as(&f, nested(&f, "!", "true", "", 10000), "too-deep"));
	cr_expect(is_refused_as(&f, nested(&f, "- ", "n", "", 10000), "too-deep"));
	cr_expect(is_refused_as(&f, nested(&f, "true ? 1 : ", "1", "", 5000), "too-deep"));
	cr_expect(compile(&f, nested(&f, "1 + ", "1", "", UB_CEL_DEPTH_MAX)));
	cr_expect(is_refused_as(&f, nested(&f, "1 + ", "1", "", UB_CEL_DEPTH_MAX + 1), "too-deep"));
	cr_expect(is_refused_as(&f, nested(&f, "", "any", ".a", UB_CEL_DEPTH_MAX + 1), "too-deep"));
	fixture_free(&f);
}

Test(limits, a_long_chain_of_and_is_no_deep_one)
{
	struct fixture f = fixture_new(NULL);
	cr_expect_str_eq(result(&f, nested(&f, "n > 1 && ", "false", "", 5000)), "false");
	cr_expect_str_eq(result(&f, nested(&f, "n < 1 || ", "true", "", 5000)), "true");
	fixture_free(&f);
}

Test(limits, length)
{
	struct fixture f = fixture_new(NULL);
	cr_expect(compile(&f, nested(&f, " ", "1", "", UB_CEL_TEXT_MAX - 1)));
	cr_expect(is_refused_as(&f, nested(&f, " ", "1", "", UB_CEL_TEXT_MAX), "too-long"));
	cr_expect(is_refused_as(&f, nested(&f, "n + ", "1", "", 250000), "too-long"));
	fixture_free(&f);
}

Test(limits, issues_are_counted_out)
{
	struct fixture f = fixture_new(NULL);
	cr_expect_null(compile(&f, nested(&f, "x || ", "x", "", UB_CEL_ISSUE_MAX + 50)));
	cr_expect_eq(f.issues.n, UB_CEL_ISSUE_MAX);
	fixture_free(&f);
}

Test(limits, bytes_that_are_no_text_are_refused)
{
	struct fixture f = fixture_new(NULL);
	cr_expect(is_refused_as(&f, "\"\xff\"", "syntax"));
	cr_expect(is_refused_as(&f, "\xc3", "syntax"));
	cr_expect(is_refused_as(&f, "n \xf0\x9f\x98\x80 n", "syntax"));
	f.issues = (struct ub_cel_issues){ 0 };
	cr_expect_null(ub_cel_compile(f.env, f.arena, ub_text_n("n\0n", 3), NULL, &f.issues));
	cr_expect_eq(f.issues.items[0].at, 1);
	fixture_free(&f);
}

Test(limits, a_pattern_may_be_so_long_and_no_longer)
{
	struct fixture f = fixture_new(&(struct ub_cel_config){ .strict = true });
	const char *good = nested(&f, "a", "", "", UB_CEL_PATTERN_MAX);
	const char *bad = nested(&f, "a", "", "", UB_CEL_PATTERN_MAX + 1);
	cr_expect(compile(&f, ub_textf(f.arena, "s.matches('%s')", good).ptr));
	cr_expect(is_refused_as(&f, ub_textf(f.arena, "s.matches('%s')", bad).ptr, "bad-pattern"));
	fixture_free(&f);
}

static struct ub_cel_value numbers(struct fixture *f, size_t n)
{
	struct ub_cel_value *items = UB_NEW_ARRAY(f->arena, struct ub_cel_value, n);
	for (size_t i = 0; i < n; i++)
		items[i] = ub_cel_int((int64_t)i);
	return ub_cel_list(f->arena, items, n);
}

static const char *error_code(struct fixture *f, const char *text, uint64_t cost)
{
	struct ub_cel_value value =
	    ub_cel_eval(compiled(f, text), activation(f), f->arena, &(struct ub_cel_limits){ .cost = cost });
	return value.kind == UB_CEL_ERROR ? value.error->code : "";
}

Test(limits, cost)
{
	struct fixture f = fixture_new(NULL);
	ub_cel_declare(f.env, &(struct ub_cel_decl){ "many", "list(int)" });
	ub_cel_bind_name(activation(&f), UB_TEXT("many"), numbers(&f, 1000000));
	cr_expect_str_eq(error_code(&f, "many.all(x, x >= 0)", 0), "cost-limit");
	/* five steps an element: the loop, its range, and `x >= 0` with its two operands */
	ub_cel_bind_name(activation(&f), UB_TEXT("many"), numbers(&f, 100));
	cr_expect_str_eq(error_code(&f, "many.all(x, x >= 0)", 500), "");
	cr_expect_str_eq(error_code(&f, "many.all(x, x >= 0)", 499), "cost-limit");
	/* what exceeds the limit is not absorbed */
	cr_expect_str_eq(error_code(&f, "many.all(x, x >= 0) || true", 499), "cost-limit");
	fixture_free(&f);
}

static bool is_dear(struct fixture *f, const struct ub_cel_program *program, uint64_t cost)
{
	return ub_cel_eval(program, activation(f), f->arena, &(struct ub_cel_limits){ .cost = cost }).kind ==
	       UB_CEL_ERROR;
}

/* The last pattern is kept, and costs as much as if it were not. */
Test(limits, a_pattern_costs_the_same_each_time)
{
	static const char *const texts[] = { "s.matches(s + '$')", "regex.replace(s, s + '$', '') == ''",
		"regex.extract(s, s + '$').hasValue()" };
	for (size_t i = 0; i < UB_COUNT(texts); i++) {
		struct fixture f = fixture_new(NULL);
		uint64_t cost = 1;
		while (is_dear(&f, compiled(&f, texts[i]), cost))
			cost++;
		const struct ub_cel_program *program = compiled(&f, texts[i]);
		for (int times = 0; times < 3; times++) {
			cr_expect(is_dear(&f, program, cost - 1), "%s", texts[i]);
			cr_expect(!is_dear(&f, program, cost), "%s", texts[i]);
		}
		fixture_free(&f);
	}
}

Test(limits, nothing_blows_up)
{
	/* each would take longer than the universe, or more memory than there is */
	static const char *const bombs[] = {
		"many.all(a, many.all(b, many.all(c, many.all(d, a + b + c + d >= 0))))",
		"many.map(a, many.map(b, many))",
		"many.map(a, many.map(b, many.map(c, s)))",
		"many.all(a, \"%s\".format([many]) != \"\")",
		"many.exists(a, many == many.map(x, x) && false)",
		"many.exists(a, s.matches(s + string(a) + \"(a|b){1,100}\"))",
		"many.exists(a, regex.replace(s, s + string(a) + \"(a|b){1,100}\", s) == \"\")",
		"many.exists(a, regex.extract(s, s + string(a) + \"(a|b){1,100}\").hasValue())",
		"regex.extractAll(many.map(a, s).join(), \"\") == []",
		"regex.replace(many.map(a, s).join(), \"\", many.map(a, s).join()) == \"\"",
	};
	struct fixture f = fixture_new(NULL);
	ub_cel_declare(f.env, &(struct ub_cel_decl){ "many", "list(int)" });
	ub_cel_bind_name(activation(&f), UB_TEXT("many"), numbers(&f, 3000));
	for (size_t i = 0; i < UB_COUNT(bombs); i++)
		cr_expect_str_eq(error_code(&f, bombs[i], 0), "cost-limit", "%s", bombs[i]);
	fixture_free(&f);
}

Test(limits, values_that_double_with_each_step_do_not_blow_up)
{
	struct fixture f = fixture_new(NULL);
	struct ub_buf text = UB_BUF(f.arena);
	ub_buf_str(&text, "cel.bind(x0, [n], ");
	for (int i = 1; i < 60; i++)
		ub_buf_printf(&text, "cel.bind(x%d, [x%d, x%d], ", i, i - 1, i - 1);
	struct ub_buf equal = UB_BUF(f.arena), shown = UB_BUF(f.arena), joined = UB_BUF(f.arena);
	ub_buf_printf(&equal, "%sx59 == [x58, x58]", ub_buf_cstr(&text));
	ub_buf_printf(&shown, "%s\"%%s\".format([x59]) != \"\"", ub_buf_cstr(&text));
	ub_buf_str(&joined, "cel.bind(x0, s, ");
	for (int i = 1; i < 60; i++)
		ub_buf_printf(&joined, "cel.bind(x%d, x%d + x%d, ", i, i - 1, i - 1);
	ub_buf_str(&joined, "x59 != \"\"");
	ub_buf_pad(&equal, ')', 60);
	ub_buf_pad(&shown, ')', 60);
	ub_buf_pad(&joined, ')', 60);
	cr_expect_str_eq(error_code(&f, ub_buf_cstr(&equal), 0), "cost-limit");
	cr_expect_str_eq(error_code(&f, ub_buf_cstr(&shown), 0), "cost-limit");
	cr_expect_str_eq(error_code(&f, ub_buf_cstr(&joined), 0), "cost-limit");
	fixture_free(&f);
}

Test(limits, definitions_upon_definitions)
{
	struct fixture f = fixture_new(NULL);
	ub_cel_declare_lazy(f.env, UB_TEXT("d0"), compiled(&f, "n"));
	for (int i = 1; i < 200; i++) {
		const char *text = ub_textf(f.arena, "d%d + 1", i - 1).ptr;
		ub_cel_declare_lazy(f.env, ub_textf(f.arena, "d%d", i), compiled(&f, text));
	}
	cr_expect_str_eq(result(&f, "d63"), "105");
	f.activation = NULL;
	cr_expect_str_eq(
	    result(&f, "d64"), "cannot tell: more than 64 definitions build upon each other [too-deep]");
	fixture_free(&f);
}

Test(limits, definitions_that_double_with_each_step_do_not_blow_up)
{
	const struct ub_cel_read *reads;
	struct fixture f = fixture_new(NULL);
	ub_cel_declare_lazy(f.env, UB_TEXT("d0"), compiled(&f, "account.health != \"red\""));
	for (int i = 1; i < 60; i++) {
		const char *text = ub_textf(f.arena, "d%d && d%d", i - 1, i - 1).ptr;
		ub_cel_declare_lazy(f.env, ub_textf(f.arena, "d%d", i), compiled(&f, text));
	}
	const struct ub_cel_program *program = compiled(&f, "d59 || n < 1");
	cr_expect_eq(ub_cel_program_unguarded(program, &reads), 1);
	cr_expect(ub_cel_program_uses(program, UB_TEXT("account")));
	cr_expect_eq(ub_cel_program_flow(program, f.arena).n, 61);
	const struct ub_cel_trace *trace = ub_cel_explain(program, activation(&f), f.arena, NULL);
	cr_expect(ub_cel_is_true(trace->value));
	fixture_free(&f);
}

Test(limits, lists_in_lists)
{
	struct fixture f = fixture_new(NULL);
	struct ub_buf out = UB_BUF(f.arena);
	struct ub_cel_value value = ub_cel_int(1);
	for (unsigned i = 1; i <= 100000; i++) {
		struct ub_cel_value *item = UB_NEW(f.arena, struct ub_cel_value);
		*item = value;
		value = ub_cel_list(f.arena, item, 1);
		if (i == UB_CEL_NESTING_MAX || i == UB_CEL_NESTING_MAX + 1)
			cr_expect_eq(ub_cel_equal(value, value), i == UB_CEL_NESTING_MAX);
	}
	ub_cel_print(&out, value);
	cr_expect_eq(out.len, 2 * (UB_CEL_NESTING_MAX + 1) + 3);
	ub_cel_bind_name(activation(&f), UB_TEXT("any"), value);
	cr_expect_str_eq(result(&f, "any == any"), "false");
	cr_expect_eq(strncmp(result(&f, "\"%s\".format([any])"), "cannot tell: %s takes lists", 27), 0);
	fixture_free(&f);
}

/* Lists that hold one list many times: few bytes, and a text longer than any disk. */
Test(limits, showing_nested_lists)
{
	struct fixture f = fixture_new(NULL);
	struct ub_buf out = UB_BUF(f.arena);
	struct ub_cel_value value = ub_cel_int(1);
	for (size_t depth = 0; depth < 20; depth++) {
		struct ub_cel_value *items = UB_NEW_ARRAY(f.arena, struct ub_cel_value, 10);
		for (size_t i = 0; i < 10; i++)
			items[i] = value;
		value = ub_cel_list(f.arena, items, 10);
	}
	ub_cel_print_literal(&out, value, UB_CEL_SHOWN_MAX);
	cr_expect(out.len >= UB_CEL_SHOWN_MAX && out.len < UB_CEL_SHOWN_MAX + 20 * strlen(", ...]") + 32);
	cr_expect(ub_text_ends(ub_buf_text(&out), UB_TEXT("...], ...]")));
	fixture_free(&f);
}

/* At the limit a list is shown whole, and with one more element cut. */
Test(limits, showing_a_list)
{
	struct fixture f = fixture_new(NULL);
	struct ub_cel_value *items = UB_NEW_ARRAY(f.arena, struct ub_cel_value, UB_CEL_SHOWN_MAX);
	for (size_t i = 0; i < UB_CEL_SHOWN_MAX; i++)
		items[i] = ub_cel_int(1);
	/* The last of n elements begins at byte 3 * n - 2. */
	for (size_t n = UB_CEL_SHOWN_MAX / 3; n < UB_CEL_SHOWN_MAX / 3 + 3; n++) {
		struct ub_buf out = UB_BUF(f.arena);
		ub_cel_print_literal(&out, ub_cel_list(f.arena, items, n), UB_CEL_SHOWN_MAX);
		cr_expect_eq(ub_text_ends(ub_buf_text(&out), UB_TEXT("...]")), 3 * n - 2 >= UB_CEL_SHOWN_MAX);
	}
	fixture_free(&f);
}

Test(limits, printing)
{
	struct fixture f = fixture_new(NULL);
	struct ub_buf out = UB_BUF(f.arena);
	ub_cel_print(&out, numbers(&f, 1000000));
	cr_expect(out.len >= UB_CEL_PRINT_MAX && out.len < UB_CEL_PRINT_MAX + 32);
	fixture_free(&f);
}
