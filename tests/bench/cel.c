/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times the expression language: our own expressions, the ones of cel-bench.json in the conformance data (if
 * UPBEAT_CONFORMANCE has it), and a thousand rules on one meeting. Each line has the nanoseconds of an
 * evaluation, the same as a multiple of the floor (evaluating `true` in the same run), and the microseconds
 * of compiling.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../conformance/system-zones.h"
#include "upbeat/cel.h"

static const char own[] =
    "{\"type_env\": ["
    "{\"name\": \"title\", \"type\": \"string\"}, {\"name\": \"minutes\", \"type\": \"int\"},"
    "{\"name\": \"guests\", \"type\": \"list(string)\"}, {\"name\": \"start\", \"type\": \"timestamp\"},"
    "{\"name\": \"data\", \"type\": \"map(string, dyn)\"}],"
    "\"bindings\": {\"title\": {\"string\": \"Quarterly review with Acme\"}, \"minutes\": {\"int\": \"45\"},"
    "\"guests\": {\"list\": [{\"string\": \"cto@acme.example\"}, {\"string\": \"ciso@acme.example\"}]},"
    "\"start\": {\"timestamp\": \"2026-11-21T14:00:00Z\"},"
    "\"data\": {\"map\": [[{\"string\": \"health\"}, {\"string\": \"green\"}]]}},"
    "\"exprs\": ["
    "\"minutes >= 20\", \"title == 'Standup' || minutes < 15\","
    "\"title.matches('(?i)review|qbr') && size(guests) > 1\","
    "\"guests.exists(g, g.startsWith('ciso'))\", \"data.health == 'red' ? 45 : 15\","
    "\"start.getHours('Europe/Berlin') >= 8 && start.getDayOfWeek('Europe/Berlin') < 6\","
    "\"guests.map(g, g.substring(0, g.indexOf('@'))).join(', ')\","
    "\"has(data.renewal) && data.renewal - start < duration('2160h')\"]}";

/* ---- the clock ---- */

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* ---- values ---- */

static struct ub_cel_value value_of(struct ub_arena *arena, json_t *json)
{
	const char *kind = json_object_iter_key(json_object_iter(json));
	json_t *inner = json_object_iter_value(json_object_iter(json));
	size_t n = json_array_size(inner);
	if (strcmp(kind, "list") == 0) {
		struct ub_cel_value *items = UB_NEW_ARRAY(arena, struct ub_cel_value, n);
		for (size_t i = 0; i < n; i++)
			items[i] = value_of(arena, json_array_get(inner, i));
		return ub_cel_list(arena, items, n);
	}
	if (strcmp(kind, "map") == 0) {
		struct ub_cel_entry *entries = UB_NEW_ARRAY(arena, struct ub_cel_entry, n);
		for (size_t i = 0; i < n; i++) {
			json_t *pair = json_array_get(inner, i);
			entries[i].key = value_of(arena, json_array_get(pair, 0));
			entries[i].value = value_of(arena, json_array_get(pair, 1));
		}
		return ub_cel_map(arena, entries, n);
	}
	if (strcmp(kind, "int") == 0)
		return ub_cel_int(strtoll(json_string_value(inner), NULL, 10));
	if (strcmp(kind, "string") == 0)
		return ub_cel_string(ub_text(json_string_value(inner)));
	/* The timestamps of the file and ours are these. */
	return ub_cel_timestamp(
	    strncmp(json_string_value(inner), "2023", 4) == 0 ? 1700000000 : 1795269600, 0);
}

/* ---- measuring ---- */

struct bench {
	struct ub_arena *arena;
	struct ub_cel_env *env;
	struct ub_cel_activation *activation;
	double floor;
};

/* The best of several rounds, as other programs disturb the rest. */
static double time_eval(struct bench *bench, const struct ub_cel_program *program)
{
	struct ub_arena *scratch = ub_arena_new();
	double best = 1e18;
	for (int round = 0; round < 7; round++) {
		int n = 20000;
		double start = now();
		for (int i = 0; i < n; i++) {
			if (ub_cel_eval(program, bench->activation, scratch, NULL).kind == UB_CEL_ERROR)
				abort();
			if ((i & 15) == 15)
				ub_arena_reset(scratch);
		}
		double each = (now() - start) / n;
		best = each < best ? each : best;
	}
	ub_arena_free(&scratch);
	return best;
}

static const struct ub_cel_program *compile(struct bench *bench, struct ub_arena *arena, const char *text)
{
	struct ub_cel_issues issues = { 0 };
	const struct ub_cel_program *program =
	    ub_cel_compile(bench->env, arena, ub_text(text), NULL, &issues);
	if (program)
		return program;
	fprintf(stderr, "%s: %.*s\n", text, UB_ARGS(issues.items[0].message));
	exit(1);
}

static double time_compile(struct bench *bench, const char *text)
{
	struct ub_arena *scratch = ub_arena_new();
	double best = 1e18;
	for (int round = 0; round < 50; round++) {
		double start = now();
		compile(bench, scratch, text);
		double each = now() - start;
		best = each < best ? each : best;
		ub_arena_reset(scratch);
	}
	ub_arena_free(&scratch);
	return best;
}

static void time_expression(struct bench *bench, const char *text)
{
	double eval = time_eval(bench, compile(bench, bench->arena, text));
	printf("  %7.1f ns %6.1f floors %7.1f us to compile  %s\n", eval, eval / bench->floor,
	    time_compile(bench, text) / 1000, text);
}

static void time_file(struct ub_cel_zones *zones, json_t *json)
{
	struct bench bench = { .arena = ub_arena_new() };
	size_t i;
	const char *name;
	json_t *decl, *value, *text;
	bench.env = ub_cel_env_new(bench.arena, &(struct ub_cel_config){ .zones = zones });
	json_array_foreach(json_object_get(json, "type_env"), i, decl) ub_cel_declare(
	    bench.env, &(struct ub_cel_decl){ .name = json_string_value(json_object_get(decl, "name")),
			   .type = json_string_value(json_object_get(decl, "type")) });
	bench.activation = ub_cel_activation_new(bench.arena, bench.env);
	json_object_foreach(json_object_get(json, "bindings"), name, value)
	    ub_cel_bind_name(bench.activation, ub_text(name), value_of(bench.arena, value));
	bench.floor = time_eval(&bench, compile(&bench, bench.arena, "true"));
	printf("  %7.1f ns    the floor\n", bench.floor);
	json_array_foreach(json_object_get(json, "exprs"), i, text)
	    time_expression(&bench, json_string_value(text));
	ub_arena_free(&bench.arena);
}

/* ---- a thousand rules ---- */

#define RULES 1000

/* Ordinary conditions, each different. */
static const char *const conditions[] = {
	"has_guests && minutes >= %d",
	"title.matches('(?i)review|qbr|rule%d') && size(guests) > 1",
	"guests.exists(g, g.endsWith('@acme%d.example')) && minutes > 20",
	"title != 'Standup %d' && !title.startsWith('Office hours') && minutes < 120",
	"start.getDayOfWeek('Europe/Berlin') < 6 && minutes != %d",
};

static void time_rules(struct ub_cel_zones *zones)
{
	static const struct ub_cel_decl decls[] = { { "title", "string" }, { "minutes", "int" },
		{ "guests", "list(string)" }, { "start", "timestamp" }, { "has_guests", "bool" } };
	static const struct ub_cel_program *programs[RULES];
	struct bench bench = { .arena = ub_arena_new() };
	bench.env = ub_cel_env_new(bench.arena, &(struct ub_cel_config){ .zones = zones, .strict = true });
	for (size_t i = 0; i < UB_COUNT(decls); i++)
		ub_cel_declare(bench.env, &decls[i]);
	double start = now();
	for (int i = 0; i < 20; i++) {
		struct ub_arena *scratch = ub_arena_new();
		ub_cel_env_new(scratch, NULL);
		ub_arena_free(&scratch);
	}
	printf("  %7.1f us    to make an environment\n", (now() - start) / 20 / 1000);
	start = now();
	for (int i = 0; i < RULES; i++)
		programs[i] = compile(
		    &bench, bench.arena, ub_textf(bench.arena, conditions[i % UB_COUNT(conditions)], i).ptr);
	printf("  %7.1f us    to compile each of %d rules\n", (now() - start) / RULES / 1000, RULES);
	struct ub_cel_value guests[] = { ub_cel_string(UB_TEXT("cto@acme.example")),
		ub_cel_string(UB_TEXT("ciso@acme.example")), ub_cel_string(UB_TEXT("ann@ours.example")) };
	double best = 1e18;
	for (int round = 0; round < 50; round++) {
		struct ub_arena *arena = ub_arena_new();
		start = now();
		bench.activation = ub_cel_activation_new(arena, bench.env);
		ub_cel_bind(bench.activation, 0, ub_cel_string(UB_TEXT("Quarterly planning with Acme")));
		ub_cel_bind(bench.activation, 1, ub_cel_int(45));
		ub_cel_bind(bench.activation, 2, ub_cel_list(arena, guests, 3));
		ub_cel_bind(bench.activation, 3, ub_cel_timestamp(1795269600, 0));
		ub_cel_bind(bench.activation, 4, ub_cel_bool(true));
		for (int i = 0; i < RULES; i++)
			if (ub_cel_eval(programs[i], bench.activation, arena, NULL).kind != UB_CEL_BOOL)
				abort();
		double all = now() - start;
		best = all < best ? all : best;
		ub_arena_free(&arena);
	}
	printf("  %7.1f us    to evaluate all of them over one meeting\n", best / 1000);
	ub_arena_free(&bench.arena);
}

int main(void)
{
	const char *conformance = getenv("UPBEAT_CONFORMANCE");
	char path[4096];
	struct ub_cel_zones zones = system_zones_new();
	json_t *json = json_loads(own, 0, NULL);
	puts(" our own expressions");
	time_file(&zones, json);
	json_decref(json);
	snprintf(path, sizeof(path), "%s/cel-bench.json", conformance ? conformance : ".");
	json = json_load_file(path, 0, NULL);
	if (json) {
		printf(" %s\n", path);
		time_file(&zones, json);
		json_decref(json);
	} else {
		printf(" %s is not there: skipped\n", path);
	}
	puts(" rules");
	time_rules(&zones);
	system_zones_free(&zones);
	return 0;
}
