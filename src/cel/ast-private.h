/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CEL_AST_PRIVATE_H
#define UPBEAT_CEL_AST_PRIVATE_H

/* The syntax tree. The parser makes it with macros expanded, the checker annotates it, and the compiler turns
 * it into code. */

#include "cel-private.h"

enum node_kind {
	NODE_LITERAL,
	NODE_NAME,
	NODE_SELECT,  /* operand */
	NODE_INDEX,   /* operand, index */
	NODE_CALL,    /* the arguments, a receiver first */
	NODE_AND,     /* two or more */
	NODE_OR,      /* two or more */
	NODE_COND,    /* condition, then, else */
	NODE_LIST,    /* elements */
	NODE_MAP,     /* key, value, key, value, ... */
	NODE_STRUCT,  /* values; the checker refuses it: the types of this language have no literals */
	NODE_LOOP,    /* range, [filter,] body */
	NODE_BIND,    /* value, body: cel.bind() */
	NODE_OPT_MAP, /* optional, body: optMap() and optFlatMap() */
	NODE_OPENED   /* made by the checker: selections in the order of trial, perhaps a name at last */
};

enum loop_kind {
	LOOP_ALL,
	LOOP_EXISTS,
	LOOP_EXISTS_ONE,
	LOOP_FILTER,
	LOOP_MAP, /* also transformList */
	LOOP_TRANSFORM_MAP,
	LOOP_TRANSFORM_MAP_ENTRY
};

enum name_kind { NAME_UNKNOWN, NAME_VARIABLE, NAME_LOCAL, NAME_TYPE };

struct node {
	enum node_kind kind;
	uint32_t at, len;           /* of the whole expression */
	uint32_t name_at, name_len; /* of the name or operator in the text */
	uint32_t depth;
	struct ub_text name; /* a name, field or function; operators as "_+_" */
	struct node **args;
	size_t n_args;
	bool *optional_items;      /* list, map: `?` before the element or key; NULL: none has it */
	struct ub_cel_value value; /* of a literal */
	bool rooted;               /* a name written as ".x" */
	bool closed;               /* in parentheses: no part of a dotted name */
	bool optional;             /* `.?` or `[?` ; optFlatMap */
	bool test;                 /* the selection in has() */
	bool receiver;             /* a call written x.f() */
	bool macro;                /* written as a call like size(): traces show its operands */
	enum loop_kind loop;
	bool has_filter;
	struct ub_text vars[2]; /* of a loop, bind or optional map */
	size_t n_vars;

	/* set by the checker */
	const struct ub_cel_type *type;
	enum ub_cel_audience audience;
	const struct node *blame; /* the part that makes it internal; the node itself: it has the label */
	enum name_kind name_kind;
	const struct variable *variable;
	size_t local; /* NAME_LOCAL: the index in the frame; of a loop: of its first variable */
	size_t field; /* SELECT: the index in an object of known type; else SIZE_MAX */
	const struct node *definition; /* NAME_LOCAL: the loop, bind or optional map of the variable */
	const struct overload **overloads;
	size_t n_overloads;
	const char *failure; /* unchecked: the code of the error that its evaluation gives */
	struct ub_text failure_message;

	/* set by the compiler */
	const struct ub_cel_code *code;
	bool varies;         /* depends on more than constants and local variables */
	size_t lowest_local; /* the outermost local variable that it reads; SIZE_MAX: none */
};

/* Tokens. */
enum token_kind {
	TOKEN_END,
	TOKEN_BAD, /* an issue was added */
	TOKEN_INT,
	TOKEN_UINT,
	TOKEN_DOUBLE,
	TOKEN_STRING,
	TOKEN_BYTES,
	TOKEN_NAME,
	TOKEN_QUOTED_NAME, /* `a-b` */
	TOKEN_OPERATOR
};

struct token {
	enum token_kind kind;
	size_t at, len;
	struct ub_text text; /* of a name or an operator */
	struct ub_cel_value value;
};

struct lexer {
	struct ub_text text;
	size_t at;
	struct ub_arena *arena;
	struct ub_cel_issues *issues;
};

/* The next token. The sign of a number is an operator of its own. So 9223372036854775808 is a TOKEN_INT with
 * the value INT64_MIN and the text of the digits, from which the parser makes -9223372036854775808. */
struct token cel_lex(struct lexer *lexer);
/* The beginning of a string or bytes literal. */
struct quotation {
	size_t from;  /* where its prefix begins */
	size_t quote; /* where its first quote is */
	bool raw;     /* with an r: it has no escapes */
	bool bytes;   /* with a b */
};
/* Takes the literal. TOKEN_BAD: an issue has been added. */
struct token cel_lex_string(struct lexer *lexer, const struct quotation *begun);
/* Adds an issue and returns TOKEN_BAD. */
struct token cel_lex_fail(
    struct lexer *lexer, size_t at, size_t len, struct ub_text message, const char *help);
/* The help for a length of time that is written as people do: the number 45 and the word `minutes`, or
 * `2h30m`. Empty: the word is no unit. */
struct ub_text cel_help_with_length(struct ub_arena *arena, struct ub_text number, struct ub_text unit);

struct parser {
	struct lexer lexer;
	struct token token;
	size_t end; /* of the token before this one */
	unsigned depth;
	bool failed;
	bool macros;
	struct ub_arena *arena;
	struct ub_cel_issues *issues;
};

/* Parses an expression. NULL: the text is no expression, and an issue has been added. */
struct node *cel_parse(
    struct ub_arena *arena, struct ub_text text, bool macros, struct ub_cel_issues *issues);
struct node *cel_node(
    struct parser *parser, enum node_kind kind, size_t at, struct node *const *args, size_t n);
struct node *cel_parse_fail(
    struct parser *parser, size_t at, size_t len, const char *code, struct ub_text message, const char *help);
/* Adds an issue: the expression is nested deeper than UB_CEL_DEPTH_MAX. */
struct node *cel_parse_fail_deep(struct parser *parser, size_t at, size_t len);
/* The node that replaces a macro call. Not a macro: the call itself. NULL: the macro is misused, and an issue
 * has been added. */
struct node *cel_expand_macro(struct parser *parser, struct node *call);

struct ub_cel_issue *cel_issue(struct ub_arena *arena, struct ub_cel_issues *issues, size_t at, size_t len,
    const char *code, struct ub_text message);

/* The state of the checker of types, names and labels. A check is false if there are issues. */
struct check {
	const struct ub_cel_env *env;
	struct ub_arena *arena;
	struct ub_cel_issues *issues;
	struct ub_text text;
	bool unchecked;
	bool lacks_name; /* one that is no issue, see `lacks_names` of the config */
	struct local {
		struct ub_text name;
		const struct ub_cel_type *type;
		enum ub_cel_audience audience;
		const struct node *definition, *blame;
	} * locals;
	size_t n_locals, cap_locals, max_locals;
	const struct ub_cel_type **bound; /* of the type variables; NULL: free */
	size_t n_bound, cap_bound;
	UB_VEC(struct binding {
		size_t variable;
		const struct ub_cel_type *before;
	})
	trail;        /* of bindings, so that an attempt can be undone */
	size_t steps; /* work done on types, limited */
};

bool cel_check(struct check *check, struct node *root, const struct ub_cel_type *expected);
/* Each of these checks one kind of node. */
void cel_check_node(struct check *check, struct node *node);
void cel_check_name(struct check *check, struct node *node);
/* Checks a selection that is one declared name, or the name of a type: "google.protobuf.Duration". False: it
 * is neither. */
bool cel_check_qualified(struct check *check, struct node *node);
/* Checks a selection after its operand. */
void cel_check_field(struct check *check, struct node *node);
void cel_check_call(struct check *check, struct node *node);
void cel_check_loop(struct check *check, struct node *node);

struct ub_cel_issue *cel_check_fail(
    struct check *check, struct node *node, size_t at, size_t len, const char *code, struct ub_text message);
/* The type in the words of messages. */
struct ub_text cel_check_shown(struct check *check, const struct ub_cel_type *type);
/* The CEL function that has this name in other languages. NULL: none. */
const char *cel_check_alias(struct ub_text name);
/* Joins the label of a part into the label of the node. */
void cel_check_join(struct node *node, const struct node *part);
void cel_check_label(struct node *node, enum ub_cel_audience audience);

/* The dotted name of a chain of selections. False: the chain is no name, or begins with a local variable. */
bool cel_check_dotted(const struct check *check, const struct node *node, struct ub_buf *out, bool *rooted);
/* The next name to try, from the innermost container outwards: a.b.x, a.x, x. False: x itself was the last
 * one. */
bool cel_check_candidate(struct check *check, struct ub_text *container, bool *last, struct ub_text name,
    struct ub_text *candidate);

const struct ub_cel_type *cel_unify_fresh(struct check *check);
const struct ub_cel_type *cel_unify_instance(
    struct check *check, const struct ub_cel_type *type, size_t first_variable);
bool cel_unify_fits(struct check *check, const struct ub_cel_type *to, const struct ub_cel_type *from);
bool cel_unify_list(
    struct check *check, const struct ub_cel_type *const *to, const struct node *const *from, size_t n);
const struct ub_cel_type *cel_unify_join(
    struct check *check, const struct ub_cel_type *a, const struct ub_cel_type *b);
const struct ub_cel_type *cel_unify_resolve(struct check *check, const struct ub_cel_type *type);
/* Whether the resolved type is dyn. A free variable is bound to dyn. */
bool cel_unify_as_dyn(struct check *check, const struct ub_cel_type *type);
/* The type with dyn in the place of free variables. */
const struct ub_cel_type *cel_unify_final(struct check *check, const struct ub_cel_type *type);

#endif
