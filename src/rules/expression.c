/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules-private.h"

/* The key of a program in a map: the pointer itself. */
static struct ub_text program_key(const struct ub_cel_program *const *program)
{
	return ub_text_n((const char *)program, sizeof(*program));
}

static void remember_place(
    struct loader *loader, const struct ub_cel_program *program, const struct ub_yaml_node *node)
{
	const struct ub_cel_program **key = UB_NEW(loader->arena, const struct ub_cel_program *);
	*key = program;
	ub_map_put(loader->places, program_key(key), (void *)node);
}

struct ub_place program_place(
    const struct loader *loader, const struct ub_cel_program *program, size_t at, size_t len)
{
	const struct ub_yaml_node *node = ub_map_get(loader->places, program_key(&program));
	return node ? ub_yaml_place(node, at, at + len) : (struct ub_place){ 0 };
}

/* A name that is defined further down is no misspelling. The help tells to move the definition. */
static bool help_with_definition(struct loader *loader, struct ub_diag *diag, struct ub_text name)
{
	const struct definition *definition = ub_map_get(loader->definitions, name);
	if (!definition || definition->program)
		return false;
	ub_diag_set_help(loader->diags, diag, "a definition can only use those before it");
	diag->related = definition->key->place;
	diag->related_message = ub_textf(loader->arena, "`%.*s` is defined here", UB_ARGS(name));
	return true;
}

/* Whether the name is the beginning of a refused one, as `very` of `very-big`. */
static bool is_misnamed(const struct loader *loader, const char *code, struct ub_text part)
{
	struct ub_text rest, piece;
	for (size_t i = 0; strcmp(code, "unknown-name") == 0 && i < loader->misnamed.n; i++)
		for (rest = loader->misnamed.items[i]; ub_text_split(&rest, '-', &piece);)
			if (ub_text_eq(piece, part))
				return true;
	return false;
}

static void report_issue(
    struct loader *loader, const struct ub_yaml_node *node, const struct ub_cel_issue *issue)
{
	struct ub_place place = ub_yaml_place(node, issue->at, issue->at + issue->len);
	if (is_misnamed(loader, issue->code, ub_text_sub(node->text, issue->at, issue->at + issue->len)))
		return;
	struct ub_diag *diag = ub_error(loader->diags, issue->code, place, "%.*s", UB_ARGS(issue->message));
	struct ub_text named = ub_text_sub(node->text, issue->at, issue->at + issue->len);
	if (!help_with_definition(loader, diag, named) && issue->help.len)
		ub_diag_set_help(loader->diags, diag, "%.*s", UB_ARGS(issue->help));
}

const struct ub_cel_program *compile_expression(
    struct loader *loader, const struct ub_yaml_node *node, const struct ub_cel_type *expected)
{
	if (node->broken)
		return NULL;
	if (node->kind != UB_YAML_SCALAR || ub_text_trim(node->text).len == 0) {
		size_t before = loader->diags->list.n;
		ub_yaml_expected(&loader->reader, node, "an expression");
		if (node->kind == UB_YAML_LIST && loader->diags->list.n > before)
			ub_diag_set_help(loader->diags, &loader->diags->list.items[before],
			    "write it in one, with `&&` or `||` between its parts; over several lines, as a "
			    "`|` block");
		return NULL;
	}
	if (!ub_yaml_check_expression(node, loader->diags))
		return NULL;
	struct ub_cel_issues issues = { NULL, 0, 0 };
	const struct ub_cel_program *program =
	    ub_cel_compile(loader->env, loader->arena, node->text, expected, &issues);
	for (size_t i = 0; i < issues.n; i++)
		report_issue(loader, node, &issues.items[i]);
	if (program)
		remember_place(loader, program, node);
	return program;
}

static bool read_condition(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	(void)type;
	struct expression *expression = out;
	expression->node = node;
	expression->program = compile_expression(reader->context, node, &ub_cel_type_bool);
	return expression->program != NULL;
}

/* A missing value is warned of only once. */
static bool was_read_before(const struct ub_cel_read *reads, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ub_text_eq(reads[i].path, reads[n].path))
			return true;
	return false;
}

static void warn_read(struct loader *loader, const struct ub_cel_program *program,
    const struct ub_cel_read *read, const char *consequence)
{
	struct ub_place place = program_place(loader, program, read->outer_at, read->outer_len);
	struct ub_diag *diag =
	    ub_warning(loader->diags, "unguarded", place, "`%.*s` may be missing: %s %s", UB_ARGS(read->path),
		ub_text_is(read->guard, "has_account") ? "for meetings without an account," : "then",
		consequence);
	if (read->program != program) {
		diag->related = program_place(loader, read->program, read->at, read->len);
		diag->related_message = UB_TEXT("it is read here");
	}
	bool condition = ub_cel_program_type(program)->kind == UB_CEL_BOOL;
	const char *then = condition ? "&& ..." : "? ... : ...";
	if (read->guard.len)
		ub_diag_set_help(loader->diags, diag, "ask first: `%.*s %s`, or `has(%.*s) %s`",
		    UB_ARGS(read->guard), then, UB_ARGS(read->path), then);
	else
		ub_diag_set_help(loader->diags, diag, "ask first: `has(%.*s) %s`", UB_ARGS(read->path), then);
}

void warn_unguarded(struct loader *loader, const struct ub_cel_program *program, const char *consequence)
{
	const struct ub_cel_read *reads;
	size_t n = program ? ub_cel_program_unguarded(program, &reads) : 0;
	for (size_t i = 0; i < n; i++)
		if (!was_read_before(reads, i))
			warn_read(loader, program, &reads[i], consequence);
}

const struct ub_yaml_type condition_type = {
	.shape = UB_YAML_CUSTOM, .noun = "a condition", .read = read_condition
};
