/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "fixture.h"
#include "leaks.h"

TestSuite(value, .fini = ub_leak_check);

static const char *shown(struct fixture *f, struct ub_cel_value value)
{
	struct ub_buf out = UB_BUF(f->arena);
	ub_cel_print(&out, value);
	return ub_buf_cstr(&out);
}

Test(value, prints_as_templates_show_it)
{
	struct fixture f = fixture_new(NULL);
	struct ub_cel_activation *a = activation(&f);
	static const struct {
		const char *text, *shown;
	} cases[] = {
		{ "s", "weekly sync" },
		{ "null", "" },
		{ "[1, 2.5, \"x\"]", "[1, 2.5, x]" },
		{ "{\"a\": true}", "{a: true}" },
		{ "duration(\"90m\")", "5400s" },
		{ "t", "2026-11-21T12:00:00Z" },
		{ "people", "[ann@ours.example, bob@acme.example]" },
		{ "optional.of(1)", "1" },
		{ "optional.none()", "" },
		{ "int", "int" },
		{ "1e21", "1e+21" },
		{ "1e20", "100000000000000000000" },
		{ "0.0001", "0.0001" },
		{ "0.00001", "1e-05" },
		{ "-0.0", "-0" },
		{ "123456.75", "123456.75" },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		cr_expect_str_eq(
		    shown(&f, ub_cel_eval(compiled(&f, cases[i].text), a, f.arena, NULL)), cases[i].shown);
	fixture_free(&f);
}

Test(value, a_literal_is_cut_where_it_gets_too_long)
{
	struct fixture f = fixture_new(NULL);
	struct ub_buf out = UB_BUF(f.arena);
	ub_cel_print_literal(&out, ub_cel_string(UB_TEXT("a rather long text")), 8);
	cr_expect_str_eq(ub_buf_cstr(&out), "\"a rather\"...");
	fixture_free(&f);
}

Test(value, maps_find_keys_across_number_types)
{
	struct fixture f = fixture_new(NULL);
	struct ub_cel_entry entries[100];
	for (int i = 0; i < 100; i++)
		entries[i] = (struct ub_cel_entry){ i % 2 ? ub_cel_int(i) : ub_cel_uint((uint64_t)i),
			ub_cel_int(i * i) };
	for (size_t n = 0; n <= 100; n += 4) {
		struct ub_cel_value map = ub_cel_map(f.arena, entries, n);
		cr_assert_eq(ub_cel_map_size(map), n);
		for (int i = 0; i < 100; i++) {
			struct ub_cel_value as_double = ub_cel_map_get(map, ub_cel_double(i));
			struct ub_cel_value as_int = ub_cel_map_get(map, ub_cel_int(i));
			cr_assert_eq(as_int.kind, (size_t)i < n ? UB_CEL_INT : UB_CEL_ABSENT);
			cr_assert_eq(as_double.kind, as_int.kind);
			cr_assert_eq(as_double.i, as_int.i);
		}
		cr_assert_eq(ub_cel_map_get(map, ub_cel_double(1.5)).kind, UB_CEL_ABSENT);
		cr_assert_eq(ub_cel_map_get(map, ub_cel_bool(true)).kind, UB_CEL_ABSENT);
	}
	fixture_free(&f);
}

Test(value, of_equal_keys_the_later_one_wins)
{
	struct fixture f = fixture_new(NULL);
	struct ub_cel_entry entries[] = { { ub_cel_int(1), ub_cel_int(10) },
		{ ub_cel_uint(1), ub_cel_int(20) } };
	struct ub_cel_value map = ub_cel_map(f.arena, entries, 2);
	cr_expect_eq(ub_cel_map_size(map), 1);
	cr_expect_eq(ub_cel_map_get(map, ub_cel_int(1)).i, 20);
	fixture_free(&f);
}
