/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiles expressions over declared variables with and without constant folding. Both must give the same
 * value. Compiled expressions are also traced, and asked for their labels and guards.
 */
#include <stdlib.h>

#include "fuzz.h"
#include "upbeat/cel.h"

static const struct ub_cel_decl person_fields[] = {
	{ "name", "string" },
	{ "persona", "string", UB_CEL_INTERNAL, .may_be_absent = true },
	{ "friends", "list(person)" },
};

static const struct ub_cel_decl variables[] = {
	{ "n", "int" },
	{ "u", "uint" },
	{ "x", "double" },
	{ "s", "string" },
	{ "b", "bool" },
	{ "t", "timestamp" },
	{ "d", "duration" },
	{ "l", "list(int)" },
	{ "m", "map(string, int)" },
	{ "p", "person" },
	{ "any", "dyn" },
};

/* The same for all inputs. */
struct world {
	struct ub_cel_env *env;
	struct ub_cel_activation *values;
};

static void bind(struct world *world, struct ub_arena *arena, const struct ub_cel_type *person)
{
	struct ub_cel_value *items = UB_NEW_ARRAY(arena, struct ub_cel_value, 3);
	struct ub_cel_value *fields = UB_NEW_ARRAY(arena, struct ub_cel_value, 3);
	struct ub_cel_entry entry = { ub_cel_string(UB_TEXT("k")), ub_cel_int(7) };
	for (int i = 0; i < 3; i++)
		items[i] = ub_cel_int(i);
	fields[0] = ub_cel_string(UB_TEXT("Zo\xc3\xab"));
	fields[1] = ub_cel_absent();
	fields[2] = ub_cel_list(arena, NULL, 0);
	const struct ub_cel_value values[] = { ub_cel_int(42), ub_cel_uint(3), ub_cel_double(1.5),
		ub_cel_string(UB_TEXT("weekly")), ub_cel_bool(true), ub_cel_timestamp(1795262400, 5),
		ub_cel_duration(90, 0), ub_cel_list(arena, items, 3), ub_cel_map(arena, &entry, 1),
		ub_cel_object(arena, person, fields), ub_cel_list(arena, items, 2) };
	world->values = ub_cel_activation_new(arena, world->env);
	for (size_t i = 0; i < UB_COUNT(values); i++)
		ub_cel_bind(world->values, i, values[i]);
}

static struct world new_world(const struct ub_cel_config *config)
{
	struct ub_arena *arena = ub_arena_new();
	struct world world = { .env = ub_cel_env_new(arena, config) };
	const struct ub_cel_type *person = ub_cel_declare_object(world.env, "person", NULL, "name");
	ub_cel_declare_fields(world.env, person, person_fields, UB_COUNT(person_fields));
	for (size_t i = 0; i < UB_COUNT(variables); i++)
		ub_cel_declare(world.env, &variables[i]);
	bind(&world, arena, person);
	return world;
}

static struct ub_text result(
    struct world *world, const struct ub_cel_program *program, struct ub_arena *arena, bool *too_costly)
{
	struct ub_buf out = UB_BUF(arena);
	struct ub_cel_value value =
	    ub_cel_eval(program, world->values, arena, &(struct ub_cel_limits){ 20000 });
	*too_costly |= value.kind == UB_CEL_ERROR && ub_text_is(ub_text(value.error->code), "cost-limit");
	ub_cel_print_literal(&out, value, 2000);
	return ub_buf_text(&out);
}

static void check_trace(const struct ub_cel_trace *trace)
{
	if (trace->at + trace->len > ub_cel_program_text(trace->program).len)
		abort();
	for (size_t i = 0; i < trace->n_parts; i++)
		check_trace(&trace->parts[i]);
}

static void ask(struct world *world, const struct ub_cel_program *program, struct ub_arena *arena)
{
	const struct ub_cel_read *reads;
	ub_cel_program_unguarded(program, &reads);
	struct ub_cel_flow flow = ub_cel_program_flow(program, arena);
	if ((flow.n > 0) != (ub_cel_program_shown_audience(program) == UB_CEL_INTERNAL))
		abort();
	check_trace(ub_cel_explain(program, world->values, arena, &(struct ub_cel_limits){ 20000 }));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct world folding, plain;
	if (!folding.env) {
		folding = new_world(NULL);
		plain = new_world(&(struct ub_cel_config){ .no_folding = true });
	}
	bool too_costly = false;
	struct ub_cel_issues issues = { 0 };
	struct ub_arena *arena = ub_arena_new();
	struct ub_text text = ub_text_n((const char *)bytes, size);
	const struct ub_cel_program *folded = ub_cel_compile(folding.env, arena, text, NULL, &issues);
	const struct ub_cel_program *unfolded = ub_cel_compile(plain.env, arena, text, NULL, &issues);
	if ((folded == NULL) != (unfolded == NULL))
		abort();
	if (folded) {
		struct ub_text one = result(&folding, folded, arena, &too_costly);
		struct ub_text other = result(&plain, unfolded, arena, &too_costly);
		if (!too_costly && !ub_text_eq(one, other))
			abort();
		ask(&folding, folded, arena);
	}
	ub_arena_free(&arena);
	return 0;
}
