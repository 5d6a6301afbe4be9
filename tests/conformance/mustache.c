/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mustache DIR: runs the cases of DIR's *.json files, in the format of mustache/spec, through the template
 * engine. DIR/cel-conflicts.json, if there is one, lists cases that meet the rule that a tag's name is a CEL
 * expression; those of kind "stop" cannot all hold and are counted apart.
 */
#include <stdio.h>
#include <string.h>

#include "driver.h"
#include "json-value.h"
#include "upbeat/tmpl.h"

static struct ub_text text_of(json_t *test, const char *key)
{
	return ub_text(json_string_value(json_object_get(test, key)));
}

static void add_template(struct ub_template_set *set, struct ub_text name, struct ub_text text,
    struct ub_arena *arena, struct ub_diags *diags)
{
	struct ub_source *source = UB_NEW(arena, struct ub_source);
	source->name = ub_textf(arena, "%.*s.html", UB_ARGS(name));
	source->text = text;
	ub_template_set_add(set, name, source, diags);
}

static void add_all(struct ub_template_set *set, json_t *test, struct ub_arena *arena, struct ub_diags *diags)
{
	const char *name;
	json_t *text;
	add_template(set, UB_TEXT("(template)"), text_of(test, "template"), arena, diags);
	json_object_foreach(json_object_get(test, "partials"), name, text)
	    add_template(set, ub_text(name), ub_text(json_string_value(text)), arena, diags);
}

/* The data are the outermost context, of unknown shape: what names mean is found out when they are read. */
static struct outcome run(void *context, struct ub_arena *arena, json_t *test)
{
	(void)context;
	struct outcome outcome = { false, UB_TEXT_NONE, UB_TEXT_NONE };
	struct ub_diags diags = UB_DIAGS(arena);
	struct ub_cel_env *env = ub_cel_env_new(arena, NULL);
	size_t data = ub_cel_declare(env, &(struct ub_cel_decl){ .name = UB_TEMPLATE_ITEM, .type = "dyn" });
	ub_cel_open_fields(env, data);
	struct ub_template_set *set = ub_template_set_new(env, arena);
	ub_template_set_open(set);
	add_all(set, test, arena, &diags);
	ub_template_set_check(set, &diags);
	const struct ub_template *tmpl =
	    ub_template_use(set, UB_TEXT("(template)"), (struct ub_place){ 0 }, &diags);
	if (!tmpl || diags.errors) {
		struct ub_buf messages = UB_BUF(arena);
		ub_diags_print(&diags, &messages, false);
		outcome.why = ub_buf_text(&messages);
		return outcome;
	}
	struct ub_cel_activation *activation = ub_cel_activation_new(arena, env);
	ub_cel_bind(activation, data, cli_json_value(arena, json_object_get(test, "data")));
	struct ub_buf out = UB_BUF(arena);
	if (ub_template_render(tmpl, NULL, 0, 0, activation, &out, &outcome.why))
		outcome.got = ub_buf_text(&out);
	outcome.passed = !outcome.why.len && ub_text_eq(outcome.got, text_of(test, "expected"));
	return outcome;
}

static bool is_text(json_t *entry, const char *key, const char *text)
{
	return ub_text_is(text_of(entry, key), text);
}

static bool is_listed(json_t *conflicts, const char *file, json_t *test)
{
	const char *name = json_string_value(json_object_get(test, "name"));
	bool listed = false;
	size_t i;
	json_t *entry;
	json_array_foreach(conflicts, i, entry) listed |=
	    is_text(entry, "kind", "stop") && is_text(entry, "file", file) && is_text(entry, "name", name);
	return listed;
}

static void print_got(const struct outcome *outcome)
{
	json_t *got = json_stringn(outcome->got.ptr, outcome->got.len);
	print_json("got", got);
	json_decref(got);
}

static void print_failure(const char *file, json_t *test, const struct outcome *outcome)
{
	printf("FAILED %s: %s\n", file, json_string_value(json_object_get(test, "name")));
	print_json("template", json_object_get(test, "template"));
	print_json("expected", json_object_get(test, "expected"));
	if (outcome->why.len)
		printf("  %-10s %.*s\n", "error", UB_ARGS(outcome->why));
	else
		print_got(outcome);
}

int main(int argc, char **argv)
{
	const struct suite suite = { .name = "mustache",
		.apart = "on the list of conflicts",
		.list = "cel-conflicts.json",
		.run = run,
		.is_apart = is_listed,
		.print_failure = print_failure };
	return run_suite(&suite, argc, argv);
}
