/* SPDX-License-Identifier: Apache-2.0 */
#include "cli-private.h"

#include <string.h>
#include <unistd.h>

#include "json-value.h"
#include "upbeat/cal.h"
#include "upbeat/cel.h"
#include "upbeat/sys.h"

enum { BINDINGS };

static const struct ub_cli_option options[] = {
	[BINDINGS] = { "bindings", 'b', "FILE", "a JSON object: variables and their values" },
};

/* ---- variables from JSON ---- */

static const char *type_of(const json_t *json)
{
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		return "map(string, dyn)";
	case JSON_ARRAY:
		return "list(dyn)";
	case JSON_STRING:
		return "string";
	case JSON_INTEGER:
		return "int";
	case JSON_REAL:
		return "double";
	case JSON_TRUE:
	case JSON_FALSE:
		return "bool";
	default:
		return "dyn"; /* null: of any type */
	}
}

static void release_json(void *json)
{
	json_decref(json);
}

/* The object in a file, which lasts as long as the arena. Without a file: an empty object. NULL: a mistake
 * has been reported. */
static json_t *read_bindings(struct ub_cli *cli, const char *path)
{
	json_error_t error;
	json_t *json = path ? json_load_file(path, JSON_REJECT_DUPLICATES, &error) : json_object();
	if (!json) {
		if (error.line > 0)
			cli_complain("%s:%d:%d: %s", path, error.line, error.column, error.text);
		else
			cli_complain("%s", error.text);
		return NULL;
	}
	ub_arena_defer(cli->arena, release_json, json);
	if (json_is_object(json))
		return json;
	cli_complain("%s: this must be a JSON object, names with values", path);
	return NULL;
}

/* ---- the expression ---- */

static bool read_expression(struct ub_cli *cli, struct ub_source *source)
{
	const char *argument = cli->arguments[0];
	*source = (struct ub_source){ UB_TEXT("<expression>"), ub_text(argument) };
	if (strcmp(argument, "-") != 0)
		return true;
	source->name = UB_TEXT("<stdin>");
	enum ub_file_result result =
	    ub_sys_read_fd(cli->arena, STDIN_FILENO, UB_CLI_INPUT_MAX, &source->text);
	if (result != UB_FILE_OK)
		cli_complain("standard input: %s", ub_file_result_text(result));
	while (source->text.len && source->text.ptr[source->text.len - 1] == '\n')
		source->text.len--;
	return result == UB_FILE_OK;
}

static void report_issues(
    struct ub_diags *diags, const struct ub_source *source, const struct ub_cel_issues *issues)
{
	for (size_t i = 0; i < issues->n; i++) {
		const struct ub_cel_issue *issue = &issues->items[i];
		struct ub_place place = { source, issue->at, issue->len };
		struct ub_diag *diag = ub_error(diags, issue->code, place, "%.*s", UB_ARGS(issue->message));
		if (issue->help.len)
			ub_diag_set_help(diags, diag, "%.*s", UB_ARGS(issue->help));
	}
}

static void report_failure(struct ub_diags *diags, const struct ub_source *source,
    const struct ub_cel_program *program, const struct ub_cel_error *error)
{
	struct ub_place place = { source, 0, source->text.len };
	if (error->program == program)
		place = (struct ub_place){ source, error->at, error->len };
	ub_error(diags, error->code, place, "%.*s", UB_ARGS(error->message));
}

static const void *find_zone(void *zones, struct ub_text name)
{
	return ub_cal_zone_find(zones, name);
}

static int32_t zone_offset(const void *zone, int64_t instant)
{
	return ub_cal_offset(zone, instant);
}

static int evaluate(
    struct ub_cli *cli, const struct ub_source *source, json_t *bindings, struct ub_zones *known_zones)
{
	struct ub_arena *arena = cli->arena;
	const struct ub_cel_zones zones = { known_zones, find_zone, zone_offset };
	struct ub_cel_env *env = ub_cel_env_new(arena, &(struct ub_cel_config){ .zones = &zones });
	const char *name;
	json_t *value;
	json_object_foreach(bindings, name, value)
	    ub_cel_declare(env, &(struct ub_cel_decl){ .name = name, .type = type_of(value) });

	struct ub_diags diags = UB_DIAGS(arena);
	struct ub_cel_issues issues = { 0 };
	const struct ub_cel_program *program = ub_cel_compile(env, arena, source->text, NULL, &issues);
	if (!program) {
		report_issues(&diags, source, &issues);
		cli_print_diags(&diags);
		return UB_EXIT_FINDINGS;
	}
	struct ub_cel_activation *activation = ub_cel_activation_new(arena, env);
	json_object_foreach(bindings, name, value)
	    ub_cel_bind_name(activation, ub_text(name), cli_json_value(arena, value));
	struct ub_cel_value result = ub_cel_eval(program, activation, arena, NULL);
	if (result.kind == UB_CEL_ERROR) {
		report_failure(&diags, source, program, result.error);
		cli_print_diags(&diags);
		return UB_EXIT_FINDINGS;
	}
	struct ub_buf out = UB_BUF(arena);
	/* Of a few lists that hold each other, the text may be longer than any disk. */
	bool scalar = result.kind == UB_CEL_STRING || result.kind == UB_CEL_BYTES;
	ub_cel_print_literal(&out, result, scalar ? 0 : UB_CEL_SHOWN_MAX);
	ub_buf_char(&out, '\n');
	return cli_write(STDOUT_FILENO, &out) ? UB_EXIT_OK : UB_EXIT_FINDINGS;
}

static int run(struct ub_cli *cli)
{
	struct ub_source source;
	if (!read_expression(cli, &source))
		return UB_EXIT_FINDINGS;
	json_t *bindings = read_bindings(cli, cli_value(cli, BINDINGS));
	if (!bindings)
		return UB_EXIT_FINDINGS;
	struct ub_zones *zones = ub_cal_zones_new(ub_sys_zone_source(NULL));
	int status = evaluate(cli, &source, bindings, zones);
	ub_cal_zones_free(&zones);
	return status;
}

const struct ub_cli_command cli_eval = {
	.name = "eval",
	.synopsis = "[--bindings FILE] -- EXPRESSION",
	.summary = "check and evaluate one expression of the rule language",
	.help = "Type-checks a CEL expression, evaluates it and prints its value as CEL writes it.\n"
		"`-` reads the expression from standard input.\n",
	UB_CLI_OPTIONS(options),
	.min_arguments = 1,
	.max_arguments = 1,
	.run = run,
};
