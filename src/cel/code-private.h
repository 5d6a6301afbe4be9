/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CEL_CODE_PRIVATE_H
#define UPBEAT_CEL_CODE_PRIVATE_H

/* The compiled form: a tree of small instructions, each with the function that evaluates it. An instruction
 * holds everything that is known before evaluation: slots, field numbers, overloads, constants, regular
 * expressions, zones. */

#include "ast-private.h"

struct ub_cel_code;
typedef struct ub_cel_value eval_fn(const struct ub_cel_code *code, struct ub_cel_eval *eval);

struct ub_cel_code {
	eval_fn *eval;
	uint32_t at, len;
	const struct ub_cel_code *const *args;
	uint32_t n_args;
	uint32_t index;            /* the number of a variable, local, field or operator */
	uint32_t second;           /* the field of a fused variable; the number of a loop's variables */
	uint32_t hops;             /* the number of environments between this one and the variable's */
	uint32_t weight;           /* the cost of one evaluation: the nodes in it */
	struct ub_cel_value value; /* a constant, a key, the right operand of a fused comparison */
	const struct node *node;
	const void *prepared;    /* a regular expression, a zone */
	struct kept_regex *kept; /* of a call with a pattern that varies; NULL: of another one */
};

struct ub_cel_program {
	struct ub_text text;
	const struct ub_cel_env *env;
	struct node *root;
	const struct ub_cel_code *code;
	const struct ub_cel_type *expected; /* compared at evaluation; NULL: nothing to compare */
	size_t n_locals;
	struct ub_cel_read *unguarded;
	size_t n_unguarded;
	const struct variable *const *used; /* by itself or through lazy variables */
	size_t n_used;
};

struct ub_cel_activation {
	const struct ub_cel_env *env;
	struct ub_cel_activation *parent;
	struct ub_arena *arena;
	void *context;
	struct ub_cel_value *values;
	size_t n;
};

struct ub_cel_eval {
	struct ub_arena *arena;
	struct ub_cel_activation *activation; /* of the program's own env */
	struct ub_cel_activation *innermost;  /* the one that the caller gave */
	struct ub_cel_value *locals;
	const struct ub_cel_program *program;
	uint64_t budget;
	bool exhausted;
	unsigned depth; /* of lazy variables that wait for lazy variables */
};

struct compile {
	const struct ub_cel_program *program;
	struct ub_arena *arena;
	struct ub_cel_issues *issues;
	bool strict, folding; /* strict: constants that can only fail are issues */
};

/* Chooses the evaluation of a call, eval-op.c. */
void cel_compile_call(struct compile *compile, struct node *node, struct ub_cel_code *code);

struct ub_cel_value cel_fail(const struct ub_cel_code *code, struct ub_cel_eval *eval, const char *why,
    const char *format, ...) UB_FORMAT(4, 5);
struct ub_cel_value cel_fail_cost(const struct ub_cel_code *code, struct ub_cel_eval *eval);
/* Takes steps off the budget. False: the budget is used up. */
static inline bool cel_spend(struct ub_cel_eval *eval, uint64_t steps)
{
	if (eval->budget < steps) {
		eval->exhausted = true;
		return false;
	}
	eval->budget -= steps;
	return true;
}

static inline struct ub_cel_value cel_run(const struct ub_cel_code *code, struct ub_cel_eval *eval)
{
	return code->eval(code, eval);
}

eval_fn cel_eval_constant, cel_eval_variable, cel_eval_outer_variable, cel_eval_local, cel_eval_failure,
    cel_eval_field, cel_eval_variable_field, cel_eval_select, cel_eval_select_optional, cel_eval_has,
    cel_eval_index, cel_eval_index_optional, cel_eval_and, cel_eval_or, cel_eval_condition, cel_eval_list,
    cel_eval_map, cel_eval_bind, cel_eval_optional_map, cel_eval_opened, cel_eval_all, cel_eval_exists,
    cel_eval_exists_one, cel_eval_filter, cel_eval_map_list, cel_eval_transform;

/* The error for a value that must be a bool and is none. An error stays itself. */
struct ub_cel_value cel_not_bool(
    const struct ub_cel_code *code, struct ub_cel_eval *eval, struct ub_cel_value value);

/* Runs code of the program as a separate evaluation. */
struct ub_cel_value cel_start(const struct ub_cel_program *program, const struct ub_cel_code *code,
    struct ub_cel_activation *activation, struct ub_arena *arena, uint64_t budget);

/* Finds reads of values that may be absent and are not guarded. */
void cel_find_unguarded(struct ub_cel_program *program, struct ub_arena *arena);

#endif
