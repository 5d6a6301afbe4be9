/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel DIR: runs the cases of DIR's *.json files through the expression language. Cases that reference
 * implementations skip ("contested") are counted apart.
 *
 * Strict: a case must parse and check in its environment; one that expects an error must fail in evaluation.
 * Values must be of the same type at any depth.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "driver.h"
#include "system-zones.h"
#include "upbeat/cel.h"

/* ---- values ---- */

static struct ub_text text_of(json_t *json)
{
	return json_is_string(json) ? ub_text_n(json_string_value(json), json_string_length(json))
				    : UB_TEXT_NONE;
}

static struct ub_cel_value value_of(const struct ub_cel_env *env, struct ub_arena *arena, json_t *json);

/* What a text stands for, by the language's own conversions: the value of "int(text)" and the like. */
static struct ub_cel_value converted(struct ub_arena *arena, const char *expression, struct ub_text text)
{
	struct ub_cel_issues issues = { 0 };
	struct ub_cel_env *env = ub_cel_env_new(arena, NULL);
	size_t x = ub_cel_declare(env, &(struct ub_cel_decl){ .name = "x", .type = "string" });
	const struct ub_cel_program *program = ub_cel_compile(env, arena, ub_text(expression), NULL, &issues);
	struct ub_cel_activation *activation = ub_cel_activation_new(arena, env);
	ub_cel_bind(activation, x, ub_cel_string(text));
	return ub_cel_eval(program, activation, arena, NULL);
}

static struct ub_cel_value list_of(const struct ub_cel_env *env, struct ub_arena *arena, json_t *json)
{
	size_t n = json_array_size(json);
	struct ub_cel_value *items = UB_NEW_ARRAY(arena, struct ub_cel_value, n);
	for (size_t i = 0; i < n; i++)
		items[i] = value_of(env, arena, json_array_get(json, i));
	return ub_cel_list(arena, items, n);
}

static struct ub_cel_value map_of(const struct ub_cel_env *env, struct ub_arena *arena, json_t *json)
{
	size_t n = json_array_size(json);
	struct ub_cel_entry *entries = UB_NEW_ARRAY(arena, struct ub_cel_entry, n);
	for (size_t i = 0; i < n; i++) {
		json_t *pair = json_array_get(json, i);
		entries[i].key = value_of(env, arena, json_array_get(pair, 0));
		entries[i].value = value_of(env, arena, json_array_get(pair, 1));
	}
	return ub_cel_map(arena, entries, n);
}

static struct ub_cel_value value_of(const struct ub_cel_env *env, struct ub_arena *arena, json_t *json)
{
	static const struct {
		const char *key, *conversion;
	} conversions[] = { { "int", "int(x)" }, { "uint", "uint(x)" }, { "double", "double(x)" },
		{ "string", "x" }, { "bytes", "base64.decode(x)" }, { "duration", "duration(x)" },
		{ "timestamp", "timestamp(x)" } };
	const char *kind = json_object_iter_key(json_object_iter(json));
	json_t *inner = json_object_iter_value(json_object_iter(json));
	for (size_t i = 0; i < sizeof(conversions) / sizeof(conversions[0]); i++)
		if (strcmp(kind, conversions[i].key) == 0)
			return converted(arena, conversions[i].conversion, text_of(inner));
	if (strcmp(kind, "bool") == 0)
		return ub_cel_bool(json_is_true(inner));
	if (strcmp(kind, "list") == 0)
		return list_of(env, arena, inner);
	if (strcmp(kind, "map") == 0)
		return map_of(env, arena, inner);
	if (strcmp(kind, "type") == 0) {
		const struct ub_cel_type *type = ub_cel_type_parse(env, arena, text_of(inner));
		return type ? ub_cel_type_value(type) : ub_cel_error(arena, "type", "unknown type");
	}
	return ub_cel_null();
}

/* Stricter than `==`: 1 is not 1.0, NaN is NaN. */
static bool same(struct ub_cel_value a, struct ub_cel_value b)
{
	if (a.kind != b.kind)
		return false;
	if (a.kind == UB_CEL_DOUBLE)
		return isnan(a.d) ? isnan(b.d) : a.d == b.d && !signbit(a.d) == !signbit(b.d);
	if (a.kind == UB_CEL_LIST) {
		bool all = a.list->n == b.list->n;
		for (size_t i = 0; all && i < a.list->n; i++)
			all = same(a.list->items[i], b.list->items[i]);
		return all;
	}
	if (a.kind != UB_CEL_MAP)
		return ub_cel_equal(a, b);
	bool all = ub_cel_map_size(a) == ub_cel_map_size(b);
	for (size_t i = 0; all && i < ub_cel_map_size(a); i++) {
		struct ub_cel_entry entry = ub_cel_map_at(a, i);
		bool found = false;
		for (size_t j = 0; j < ub_cel_map_size(b); j++)
			found |= same(entry.key, ub_cel_map_at(b, j).key) &&
				 same(entry.value, ub_cel_map_at(b, j).value);
		all = found;
	}
	return all;
}

/* ---- environments ---- */

static void declare_overload(
    struct ub_cel_env *env, struct ub_arena *arena, struct ub_text name, json_t *overload)
{
	struct ub_buf signature = UB_BUF(arena);
	json_t *params = json_object_get(overload, "params");
	size_t receiver = json_is_true(json_object_get(overload, "receiver"));
	if (receiver)
		ub_buf_printf(&signature, "%s.", json_string_value(json_array_get(params, 0)));
	ub_buf_char(&signature, '(');
	for (size_t i = receiver; i < json_array_size(params); i++)
		ub_buf_printf(&signature, "%s%s", i > receiver ? ", " : "",
		    json_string_value(json_array_get(params, i)));
	ub_buf_printf(&signature, ") -> %s", json_string_value(json_object_get(overload, "result")));
	ub_cel_declare_functions(env,
	    &(struct ub_cel_function){
		.name = ub_text_cstr(arena, name), .signature = ub_buf_cstr(&signature) },
	    1);
}

static void declare(struct ub_cel_env *env, struct ub_arena *arena, json_t *test)
{
	size_t i, j;
	json_t *decl, *overload, *value;
	const char *name;
	json_array_foreach(json_object_get(test, "type_env"), i, decl)
	{
		struct ub_text called = text_of(json_object_get(decl, "name"));
		json_array_foreach(json_object_get(decl, "overloads"), j, overload)
		    declare_overload(env, arena, called, overload);
		if (json_object_get(decl, "type"))
			ub_cel_declare(env, &(struct ub_cel_decl){ .name = called.ptr,
						.type = json_string_value(json_object_get(decl, "type")) });
	}
	json_object_foreach(json_object_get(test, "bindings"), name, value)
	{
		if (ub_cel_variable(env, ub_text(name)) == SIZE_MAX &&
		    json_is_true(json_object_get(test, "disable_check")))
			ub_cel_declare(env, &(struct ub_cel_decl){ .name = name, .type = "dyn" });
	}
}

/* ---- cases ---- */

static struct outcome with_text(bool passed, struct ub_buf *got)
{
	return (struct outcome){ .passed = passed, .got = ub_buf_text(got) };
}

static struct outcome evaluate(
    const struct ub_cel_program *program, const struct ub_cel_env *env, struct ub_arena *arena, json_t *test)
{
	struct ub_buf got = UB_BUF(arena);
	struct ub_cel_activation *activation = ub_cel_activation_new(arena, env);
	const char *name;
	json_t *value, *expected = json_object_get(test, "expect");
	json_object_foreach(json_object_get(test, "bindings"), name, value)
	    ub_cel_bind_name(activation, ub_text(name), value_of(env, arena, value));
	struct ub_cel_value result = ub_cel_eval(program, activation, arena, NULL);
	ub_cel_print_literal(&got, result, 0);
	if (json_object_get(expected, "error"))
		return with_text(result.kind == UB_CEL_ERROR, &got);
	return with_text(same(result, value_of(env, arena, json_object_get(expected, "value"))), &got);
}

static struct outcome run(void *zones, struct ub_arena *arena, json_t *test)
{
	struct ub_buf got = UB_BUF(arena);
	struct ub_cel_issues issues = { 0 };
	json_t *type = json_object_get(json_object_get(test, "expect"), "type");
	bool unchecked = json_is_true(json_object_get(test, "disable_check"));
	struct ub_cel_env *env = ub_cel_env_new(
	    arena, &(struct ub_cel_config){ .container = text_of(json_object_get(test, "container")),
		       .zones = zones,
		       .unchecked = unchecked,
		       .no_macros = json_is_true(json_object_get(test, "disable_macros")) });
	declare(env, arena, test);
	const struct ub_cel_program *program =
	    ub_cel_compile(env, arena, text_of(json_object_get(test, "expr")), NULL, &issues);
	if (!program) {
		ub_buf_printf(&got, "refused: %.*s", UB_ARGS(issues.items[0].message));
		return with_text(false, &got);
	}
	ub_buf_add(&got, ub_cel_type_text(arena, ub_cel_program_type(program)));
	if (type && !unchecked && !ub_text_eq(ub_buf_text(&got), text_of(type)))
		return with_text(false, &got);
	if (json_is_true(json_object_get(test, "check_only")))
		return with_text(type != NULL, &got);
	return evaluate(program, env, arena, test);
}

static bool is_contested(json_t *list, const char *file, json_t *test)
{
	(void)list, (void)file;
	return json_object_get(test, "contested");
}

static void print_failure(const char *file, json_t *test, const struct outcome *outcome)
{
	printf("FAILED %s: %s/%s\n", file, json_string_value(json_object_get(test, "section")),
	    json_string_value(json_object_get(test, "name")));
	print_json("expression", json_object_get(test, "expr"));
	print_json("expected", json_object_get(test, "expect"));
	printf("  %-10s %.*s\n", "got", UB_ARGS(outcome->got));
}

int main(int argc, char **argv)
{
	struct ub_cel_zones zones = system_zones_new();
	const struct suite suite = { .name = "cel",
		.apart = "contested",
		.context = &zones,
		.run = run,
		.is_apart = is_contested,
		.print_failure = print_failure };
	int status = run_suite(&suite, argc, argv);
	system_zones_free(&zones);
	return status;
}
