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

struct ub_place rules_program_place(
    const struct loader *loader, const struct ub_cel_program *program, size_t at, size_t len)
{
	const struct ub_yaml_node *node = ub_map_get(loader->places, program_key(&program));
	return node ? ub_yaml_place(node, at, at + len) : (struct ub_place){ 0 };
}

/* A definition that is used while those are compiled which it uses: no misspelling, but a circle. */
static bool report_circle(struct loader *loader, struct ub_place place, struct ub_text name)
{
	const struct definition *definition = ub_map_get(loader->definitions, name);
	if (!definition || definition->state != DEFINED_SOON)
		return false;
	struct ub_diag *diag = ub_error(
	    loader->diags, "circular-definition", place, "`%.*s` is defined by way of itself", UB_ARGS(name));
	diag->related = definition->key->place;
	diag->related_message = UB_TEXT("it is defined here");
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
	struct ub_text named = ub_text_sub(node->text, issue->at, issue->at + issue->len);
	if (strcmp(issue->code, "unknown-name") == 0 && report_circle(loader, place, named))
		return;
	struct ub_diag *diag = ub_error(loader->diags, issue->code, place, "%.*s", UB_ARGS(issue->message));
	if (issue->help.len)
		ub_diag_set_help(loader->diags, diag, "%.*s", UB_ARGS(issue->help));
}

const struct ub_cel_program *rules_compile_expression(
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
	expression->program = rules_compile_expression(reader->context, node, &ub_cel_type_bool);
	return expression->program != NULL;
}

/* ---- the parts of a rule's condition ---- */

static void add_part(struct loader *loader, const struct ub_yaml_node *node, struct ub_conditions *out)
{
	const struct ub_cel_program *program = rules_compile_expression(loader, node, &ub_cel_type_bool);
	if (program)
		*ub_push(loader->arena, out) = (struct ub_condition){ program, ub_yaml_first_line(node) };
}

bool rules_is_joined(const struct loader *loader, const struct ub_yaml_node *node)
{
	for (size_t i = 0; i < loader->joined.n; i++)
		if (loader->joined.items[i] == node)
			return true;
	return false;
}

static bool read_conditions(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	(void)type;
	struct loader *loader = reader->context;
	struct ub_conditions *parts = out;
	if (!rules_is_joined(loader, node)) {
		add_part(loader, node, parts);
		return parts->n == 1;
	}
	for (size_t i = 0; i < node->n; i++)
		add_part(loader, node->items[i], parts);
	return parts->n == node->n;
}

enum ub_verdict rules_reads_definition(
    struct loader *loader, const struct ub_yaml_node *condition, struct ub_text name)
{
	enum ub_verdict verdict = UB_NO;
	for (size_t i = 0; rules_is_joined(loader, condition) && i < condition->n && verdict != UB_YES; i++)
		verdict = rules_reads_definition(loader, condition->items[i], name);
	if (rules_is_joined(loader, condition))
		return verdict;
	struct ub_cel_issues issues = { NULL, 0, 0 };
	const struct ub_cel_program *program =
	    condition->kind == UB_YAML_SCALAR && !condition->broken
		? ub_cel_compile(loader->env, loader->arena, condition->text, &ub_cel_type_bool, &issues)
		: NULL;
	if (!program)
		return UB_CANNOT_TELL;
	return ub_cel_program_uses(program, name) ? UB_YES : UB_NO;
}

/* ---- values that may be missing ---- */

/* A missing value is warned of only once. */
static bool was_read_before(const struct ub_cel_read *reads, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ub_text_eq(reads[i].path, reads[n].path))
			return true;
	return false;
}

static bool is_for_accounts(const struct loader *loader)
{
	return loader->rule && loader->rule->rule.subject == UB_FOR_ACCOUNT;
}

static void warn_read(struct loader *loader, const struct ub_cel_program *program,
    const struct ub_cel_read *read, const char *consequence)
{
	struct ub_place place = rules_program_place(loader, program, read->outer_at, read->outer_len);
	bool by_account = ub_text_is(read->guard, "has_account") && !is_for_accounts(loader);
	struct ub_diag *diag = ub_warning(loader->diags, "unguarded", place, "`%.*s` may be missing: %s %s",
	    UB_ARGS(read->path), by_account ? "for meetings without an account," : "then", consequence);
	if (read->program != program) {
		diag->related = rules_program_place(loader, read->program, read->at, read->len);
		diag->related_message = UB_TEXT("it is read here");
	}
	bool condition = ub_cel_program_type(program)->kind == UB_CEL_BOOL;
	const char *then = condition ? "&& ..." : "? ... : ...";
	if (read->guard.len && (by_account || !is_for_accounts(loader)))
		ub_diag_set_help(loader->diags, diag, "ask first: `%.*s %s`, or `has(%.*s) %s`",
		    UB_ARGS(read->guard), then, UB_ARGS(read->path), then);
	else
		ub_diag_set_help(loader->diags, diag, "ask first: `has(%.*s) %s`", UB_ARGS(read->path), then);
}

static bool is_among(const struct ub_cel_read *reads, size_t n, struct ub_text path)
{
	for (size_t i = 0; i < n; i++)
		if (ub_text_eq(reads[i].path, path))
			return true;
	return false;
}

/* The parts in one, as they are evaluated: what one part reads may be guarded by another. */
static size_t reads_of_all(struct loader *loader, const struct ub_conditions *parts, const char *sign,
    const struct ub_cel_read **reads)
{
	struct ub_buf text = UB_BUF(loader->arena);
	struct ub_cel_issues issues = { NULL, 0, 0 };
	for (size_t i = 0; i < parts->n; i++)
		ub_buf_printf(&text, "%s(%.*s\n)", i ? sign : "",
		    UB_ARGS(ub_cel_program_text(parts->items[i].program)));
	const struct ub_cel_program *all =
	    ub_cel_compile(loader->env, loader->arena, ub_buf_text(&text), &ub_cel_type_bool, &issues);
	return all ? ub_cel_program_unguarded(all, reads) : 0;
}

/* A rule for accounts is only tried where there is one. */
static bool goes_without_asking(const struct loader *loader, const struct ub_cel_read *read)
{
	return is_for_accounts(loader) && ub_text_is(read->guard, "has_account") &&
	       !ub_facts_account_may_lack(read->path);
}

void rules_warn_unguarded_parts(
    struct loader *loader, const struct ub_conditions *parts, const char *sign, const char *consequence)
{
	const struct ub_cel_read *all, *reads;
	size_t n_all = parts->n > 1 ? reads_of_all(loader, parts, sign, &all) : 0;
	for (size_t p = 0; p < parts->n; p++) {
		const struct ub_cel_program *program = parts->items[p].program;
		size_t n = ub_cel_program_unguarded(program, &reads);
		for (size_t i = 0; i < n; i++)
			if (!was_read_before(reads, i) && !goes_without_asking(loader, &reads[i]) &&
			    (parts->n == 1 || is_among(all, n_all, reads[i].path)))
				warn_read(loader, program, &reads[i], consequence);
	}
}

void rules_warn_unguarded(
    struct loader *loader, const struct ub_cel_program *program, const char *consequence)
{
	const struct ub_cel_read *reads;
	size_t n = program ? ub_cel_program_unguarded(program, &reads) : 0;
	for (size_t i = 0; i < n; i++)
		if (!was_read_before(reads, i) && !goes_without_asking(loader, &reads[i]))
			warn_read(loader, program, &reads[i], consequence);
}

const struct ub_yaml_type rules_condition_type = {
	.shape = UB_YAML_CUSTOM, .noun = "a condition", .read = read_condition
};
const struct ub_yaml_type rules_conditions_type = {
	.shape = UB_YAML_CUSTOM, .noun = "a condition", .read = read_conditions
};
