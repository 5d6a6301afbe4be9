/* SPDX-License-Identifier: Apache-2.0 */
#include "code-private.h"

#include "library-private.h"

/* Evaluation of calls: choosing the overload, and operators with an instruction of their own. */

/* ---- any function ---- */

static inline bool param_fits(const struct ub_cel_type *param, struct ub_cel_value value)
{
	if (value.kind == (uint32_t)param->kind && value.kind != UB_CEL_OBJECT)
		return true;
	switch (param->kind) {
	case UB_CEL_DYN:
	case UB_CEL_PARAM:
		return true;
	case UB_CEL_OBJECT:
		return value.kind == UB_CEL_OBJECT && (value.object->type->root == param->object->root ||
							  cel_type_refines(&value.object->type->type, param));
	default:
		return false;
	}
}

static bool overload_fits(const struct overload *overload, const struct ub_cel_value *args, size_t n)
{
	if (overload->n_params != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!param_fits(overload->params[i], args[i]))
			return false;
	return true;
}

static struct ub_cel_value fail_call(
    const struct ub_cel_code *code, struct ub_cel_eval *eval, const struct ub_cel_value *args, size_t n)
{
	struct ub_buf types = UB_BUF(eval->arena);
	for (size_t i = 0; i < n; i++)
		ub_buf_printf(&types, "%s%s", i ? ", " : "", cel_value_kind_name(args[i]));
	return cel_fail(code, eval, "no-such-overload", "`%.*s` cannot be applied to (%.*s)",
	    UB_ARGS(code->node->name), UB_ARGS(ub_buf_text(&types)));
}

/* Calls the node's overload that fits the kinds of the arguments. */
static struct ub_cel_value apply(
    const struct ub_cel_code *code, struct ub_cel_eval *eval, const struct ub_cel_value *args, size_t n)
{
	const struct node *node = code->node;
	for (size_t i = 0; i < node->n_overloads; i++) {
		const struct overload *overload = node->overloads[i];
		if (!overload->function || !overload_fits(overload, args, n))
			continue;
		struct ub_cel_call call = {
			.arena = eval->arena,
			.user = overload->user,
			.context = eval->innermost ? eval->innermost->context : NULL,
			.eval = eval,
			.code = code,
		};
		return overload->function(&call, args, n);
	}
	return fail_call(code, eval, args, n);
}

#define ARGS_ON_STACK 4

static struct ub_cel_value eval_call(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct ub_cel_value few[ARGS_ON_STACK], *args = few;
	if (code->n_args > ARGS_ON_STACK)
		args = UB_NEW_ARRAY(eval->arena, struct ub_cel_value, code->n_args);
	for (uint32_t i = 0; i < code->n_args; i++) {
		args[i] = cel_run(code->args[i], eval);
		if (args[i].kind == UB_CEL_ERROR)
			return args[i];
	}
	return apply(code, eval, args, code->n_args);
}

/* Evaluates both operands. False: an error, in *left. */
static inline bool operands(const struct ub_cel_code *code, struct ub_cel_eval *eval,
    struct ub_cel_value *left, struct ub_cel_value *right)
{
	*left = cel_run(code->args[0], eval);
	if (left->kind == UB_CEL_ERROR)
		return false;
	*right = cel_run(code->args[1], eval);
	if (right->kind != UB_CEL_ERROR)
		return true;
	*left = *right;
	return false;
}

/* ---- equality ---- */

/* The number of pieces that `==` visits before it goes into them. */
static uint64_t breadth(struct ub_cel_value value)
{
	switch (value.kind) {
	case UB_CEL_LIST:
		return 1 + value.list->n;
	case UB_CEL_MAP:
		return 1 + value.map->n;
	case UB_CEL_STRING:
	case UB_CEL_BYTES:
		return value.aux / 16;
	default:
		return 0;
	}
}

static bool equal_within(
    struct ub_cel_eval *eval, struct ub_cel_value a, struct ub_cel_value b, unsigned depth)
{
	if (a.kind != b.kind || (a.kind != UB_CEL_LIST && a.kind != UB_CEL_MAP && a.kind != UB_CEL_OPTIONAL))
		return cel_spend(eval, breadth(a)) && ub_cel_equal(a, b);
	if (!cel_spend(eval, breadth(a)) || ++depth > UB_CEL_NESTING_MAX)
		return false;
	if (a.kind == UB_CEL_OPTIONAL)
		return a.aux == b.aux && (!a.aux || equal_within(eval, *a.optional, *b.optional, depth));
	size_t n = a.kind == UB_CEL_LIST ? a.list->n : a.map->n;
	if (n != (b.kind == UB_CEL_LIST ? b.list->n : b.map->n))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct ub_cel_value mine = a.kind == UB_CEL_LIST ? a.list->items[i] : a.map->entries[i].value;
		struct ub_cel_value other =
		    a.kind == UB_CEL_LIST ? b.list->items[i] : ub_cel_map_get(b, a.map->entries[i].key);
		if (other.kind == UB_CEL_ABSENT || !equal_within(eval, mine, other, depth))
			return false;
	}
	return true;
}

/* Like ub_cel_equal(), on the budget. False also if the budget is used up. */
static inline bool equal(struct ub_cel_eval *eval, struct ub_cel_value a, struct ub_cel_value b)
{
	if (a.kind == b.kind && (a.kind == UB_CEL_INT || a.kind == UB_CEL_UINT))
		return a.u == b.u;
	if (a.kind == UB_CEL_STRING && b.kind == UB_CEL_STRING)
		return a.aux == b.aux && memcmp(a.bytes, b.bytes, a.aux) == 0;
	return equal_within(eval, a, b, 0);
}

/* code->index: 1 for `==`, 0 for `!=`. */
static struct ub_cel_value eval_equal(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct ub_cel_value left, right;
	if (!operands(code, eval, &left, &right))
		return left;
	return ub_cel_bool(equal(eval, left, right) == code->index);
}

static struct ub_cel_value eval_equal_constant(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct ub_cel_value left = cel_run(code->args[0], eval);
	if (left.kind == UB_CEL_ERROR)
		return left;
	return ub_cel_bool(equal(eval, left, code->value) == code->index);
}

static bool list_has(struct ub_cel_eval *eval, const struct ub_cel_list *list, struct ub_cel_value value)
{
	for (size_t i = 0; i < list->n; i++)
		if (equal(eval, list->items[i], value))
			return true;
	return false;
}

static struct ub_cel_value eval_in(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct ub_cel_value left, right;
	if (!operands(code, eval, &left, &right))
		return left;
	if (right.kind == UB_CEL_LIST) {
		if (!cel_spend(eval, right.list->n))
			return cel_fail_cost(code, eval);
		return ub_cel_bool(list_has(eval, right.list, left));
	}
	if (right.kind == UB_CEL_MAP)
		return ub_cel_bool(ub_cel_map_get(right, left).kind != UB_CEL_ABSENT);
	return fail_call(code, eval, (struct ub_cel_value[]){ left, right }, 2);
}

/* ---- order ---- */

/* code->index has bit 0 for less, bit 1 for equal, bit 2 for greater. Bit 3 is unordered, and no operator has
 * it. */
enum { LESS = 1, EQUAL = 2, GREATER = 4 };

static inline struct ub_cel_value compare(const struct ub_cel_code *code, struct ub_cel_eval *eval,
    struct ub_cel_value left, struct ub_cel_value right)
{
	int order;
	if (left.kind == UB_CEL_INT && right.kind == UB_CEL_INT)
		order = (left.i > right.i) - (left.i < right.i);
	else if (!cel_value_compare(left, right, &order))
		return fail_call(code, eval, (struct ub_cel_value[]){ left, right }, 2);
	return ub_cel_bool(code->index >> (order + 1) & 1);
}

static struct ub_cel_value eval_compare(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct ub_cel_value left, right;
	if (!operands(code, eval, &left, &right))
		return left;
	return compare(code, eval, left, right);
}

static struct ub_cel_value eval_compare_constant(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct ub_cel_value left = cel_run(code->args[0], eval);
	if (left.kind == UB_CEL_ERROR)
		return left;
	return compare(code, eval, left, code->value);
}

/* ---- whole numbers ---- */

/* Evaluates both operands. True: both are ints. An error is in args[0]. */
static inline bool int_operands(
    const struct ub_cel_code *code, struct ub_cel_eval *eval, struct ub_cel_value args[2])
{
	return operands(code, eval, &args[0], &args[1]) && args[0].kind == UB_CEL_INT &&
	       args[1].kind == UB_CEL_INT;
}

/* For operands other than ints, and for results that are no int. */
static struct ub_cel_value call_overload(
    const struct ub_cel_code *code, struct ub_cel_eval *eval, const struct ub_cel_value args[2])
{
	return args[0].kind == UB_CEL_ERROR ? args[0] : apply(code, eval, args, 2);
}

static struct ub_cel_value eval_add(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct ub_cel_value args[2];
	int64_t sum;
	if (int_operands(code, eval, args) && !__builtin_add_overflow(args[0].i, args[1].i, &sum))
		return ub_cel_int(sum);
	return call_overload(code, eval, args);
}

static struct ub_cel_value eval_subtract(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct ub_cel_value args[2];
	int64_t difference;
	if (int_operands(code, eval, args) && !__builtin_sub_overflow(args[0].i, args[1].i, &difference))
		return ub_cel_int(difference);
	return call_overload(code, eval, args);
}

static struct ub_cel_value eval_multiply(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct ub_cel_value args[2];
	int64_t product;
	if (int_operands(code, eval, args) && !__builtin_mul_overflow(args[0].i, args[1].i, &product))
		return ub_cel_int(product);
	return call_overload(code, eval, args);
}

/* For 0 and -1 the function gives the error. */
static struct ub_cel_value eval_remainder(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct ub_cel_value args[2];
	if (int_operands(code, eval, args) && args[1].i != 0 && args[1].i != -1)
		return ub_cel_int(args[0].i % args[1].i);
	return call_overload(code, eval, args);
}

/* ---- not, or, orValue ---- */

static struct ub_cel_value eval_not(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct ub_cel_value value = cel_run(code->args[0], eval);
	return value.kind == UB_CEL_BOOL ? ub_cel_bool(!value.b) : cel_not_bool(code->args[0], eval, value);
}

/* An optional's alternative is evaluated only if it is needed. */
static struct ub_cel_value eval_alternative(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct ub_cel_value args[2] = { cel_run(code->args[0], eval) };
	if (args[0].kind == UB_CEL_ERROR)
		return args[0];
	if (args[0].kind == UB_CEL_OPTIONAL && args[0].aux)
		return code->index ? *args[0].optional : args[0];
	args[1] = cel_run(code->args[1], eval);
	if (args[1].kind == UB_CEL_ERROR)
		return args[1];
	return apply(code, eval, args, 2);
}

/* ---- regular expressions and zones known beforehand ---- */

static struct ub_cel_value eval_matches_prepared(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct ub_cel_value value = cel_run(code->args[0], eval);
	if (value.kind != UB_CEL_STRING)
		return value.kind == UB_CEL_ERROR
			   ? value
			   : fail_call(code, eval, (struct ub_cel_value[]){ value, code->value }, 2);
	if (!cel_spend(eval, value.aux / 16))
		return cel_fail_cost(code, eval);
	return ub_cel_bool(cel_regex_search(code->prepared, ub_cel_text(value)));
}

static struct ub_cel_value eval_clock_prepared(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	struct ub_cel_value value = cel_run(code->args[0], eval);
	if (value.kind != UB_CEL_TIMESTAMP)
		return value.kind == UB_CEL_ERROR
			   ? value
			   : fail_call(code, eval, (struct ub_cel_value[]){ value, code->value }, 2);
	return cel_clock_part(value, code->index, cel_zone_offset(code->prepared, value.i));
}

static void refuse_pattern(
    struct compile *compile, const struct node *pattern, struct ub_text message, struct ub_text help)
{
	if (compile->strict)
		cel_issue(compile->arena, compile->issues, pattern->at, pattern->len, "bad-pattern", message)
		    ->help = help;
}

/* What a pattern that stands nowhere as it is comes from: the mistake may be in another file. */
static void add_definitions(const struct node *node, struct ub_buf *names)
{
	if (node->kind == NODE_NAME && node->name_kind == NAME_VARIABLE)
		ub_buf_printf(names, "%s`%.*s`", names->len ? " and " : "", UB_ARGS(node->variable->name));
	for (size_t i = 0; i < node->n_args; i++)
		add_definitions(node->args[i], names);
}

static struct ub_text syntax_help(struct compile *compile, const struct node *pattern)
{
	static const char syntax[] = "the syntax is RE2's; it has no look-around and no back-references";
	struct ub_buf names = UB_BUF(compile->arena);
	add_definitions(pattern, &names);
	return names.len
		   ? ub_textf(compile->arena, "it is made of %.*s; %s", UB_ARGS(ub_buf_text(&names)), syntax)
		   : ub_text(syntax);
}

static void prepare_regex(struct compile *compile, struct node *node, struct ub_cel_code *code, bool extracts)
{
	struct ub_text why;
	const struct ub_cel_regex *regex =
	    cel_regex_new(compile->arena, ub_cel_text(code->args[1]->value), &why);
	code->prepared = regex;
	if (!regex)
		refuse_pattern(compile, node->args[1],
		    ub_textf(compile->arena, "this is not a regular expression: %.*s", UB_ARGS(why)),
		    syntax_help(compile, node->args[1]));
	else if (extracts && cel_regex_groups(regex) > 1)
		refuse_pattern(compile, node->args[1],
		    UB_TEXT("of more than one group nobody can say which to extract"),
		    UB_TEXT("`(?:` begins a group that does not count"));
}

static void prepare_clock(struct compile *compile, struct node *node, struct ub_cel_code *code)
{
	const struct zone *zone =
	    cel_zone_find(compile->arena, compile->program->env->config.zones, ub_cel_text(code->value));
	if (zone) {
		code->eval = eval_clock_prepared;
		code->prepared = zone;
		code->index = (uint32_t)(uintptr_t)node->overloads[0]->user;
	} else if (compile->strict) {
		const struct node *name = node->args[1];
		cel_issue(compile->arena, compile->issues, name->at, name->len, "unknown-zone",
		    ub_textf(
			compile->arena, "there is no time zone `%.*s`", UB_ARGS(ub_cel_text(code->value))))
		    ->help = UB_TEXT(
		    "zones are named as in the tz database (\"Europe/Berlin\"), or by offset (\"+02:00\")");
	}
}

/* ---- choosing ---- */

static const struct {
	const char *name;
	eval_fn *eval, *with_constant; /* NULL: the same */
	uint32_t index;
} operators[] = {
	{ "_==_", eval_equal, eval_equal_constant, 1 },
	{ "_!=_", eval_equal, eval_equal_constant, 0 },
	{ "_<_", eval_compare, eval_compare_constant, LESS },
	{ "_<=_", eval_compare, eval_compare_constant, LESS | EQUAL },
	{ "_>_", eval_compare, eval_compare_constant, GREATER },
	{ "_>=_", eval_compare, eval_compare_constant, GREATER | EQUAL },
	{ "@in", eval_in, NULL, 0 },
	{ "_+_", eval_add, NULL, 0 },
	{ "_-_", eval_subtract, NULL, 0 },
	{ "_*_", eval_multiply, NULL, 0 },
	{ "_%_", eval_remainder, NULL, 0 },
	{ "!_", eval_not, NULL, 0 },
};

void cel_compile_call(struct compile *compile, struct node *node, struct ub_cel_code *code)
{
	code->eval = eval_call;
	bool constant = code->n_args == 2 && code->args[1]->eval == cel_eval_constant;
	if (constant)
		code->value = code->args[1]->value;
	for (size_t i = 0; i < UB_COUNT(operators); i++) {
		if (!ub_text_is(node->name, operators[i].name))
			continue;
		code->eval =
		    constant && operators[i].with_constant ? operators[i].with_constant : operators[i].eval;
		code->index = operators[i].index;
		return;
	}
	if (node->n_overloads == 0)
		return;
	ub_cel_function_fn *function = node->overloads[0]->function;
	if (function == cel_optional_or || function == cel_optional_or_value) {
		code->eval = eval_alternative;
		code->index = function == cel_optional_or_value;
	}
	bool extracts = function == cel_regex_extract || function == cel_regex_extract_all;
	bool searches = extracts || function == cel_string_matches || function == cel_regex_replace;
	if (code->n_args < 2 || code->args[1]->eval != cel_eval_constant ||
	    code->args[1]->value.kind != UB_CEL_STRING) {
		code->kept = searches ? cel_regex_keeper(compile->arena) : NULL;
		return;
	}
	if (searches)
		prepare_regex(compile, node, code, extracts);
	if (function == cel_string_matches && code->prepared)
		code->eval = eval_matches_prepared;
	else if (function == cel_clock_in_zone)
		prepare_clock(compile, node, code);
}
