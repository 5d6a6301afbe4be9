/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CEL_AST_PRIVATE_H
#define UPBEAT_CEL_AST_PRIVATE_H

/* The syntax tree: made by the parser with macros expanded, annotated by the checker, compiled into code. */

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
	NODE_STRUCT,  /* values; only refused by the checker: the types of this language have no literals */
	NODE_LOOP,    /* range, [filter,] body */
	NODE_BIND,    /* value, body: cel.bind() */
	NODE_OPT_MAP, /* optional, body: optMap() and optFlatMap() */
	NODE_OPENED   /* made by the checker: selections to try in turn, a name at last */
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
	bool rooted;               /* a name written ".x" */
	bool closed;               /* in parentheses: no part of a dotted name */
	bool optional;             /* `.?` or `[?` ; optFlatMap */
	bool test;                 /* a selection inside has() */
	bool receiver;             /* a call written x.f() */
	bool macro; /* stands in the text as a call like size(); its operands are shown by traces */
	enum loop_kind loop;
	bool has_filter;
	struct ub_text vars[2]; /* of a loop, bind or optional map */
	size_t n_vars;

	/* set by the checker */
	const struct ub_cel_type *type;
	enum ub_cel_audience audience;
	const struct node *blame; /* which part makes it internal; itself: the label is here */
	enum name_kind name_kind;
	const struct variable *variable;
	size_t local;                  /* NAME_LOCAL: its place in the frame; the first of a loop's */
	size_t field;                  /* SELECT of an object whose type is known; SIZE_MAX else */
	bool item_variable;            /* NAME_LOCAL: stands for an element or key of the range */
	const struct node *definition; /* NAME_LOCAL: the loop, bind or map it belongs to */
	const struct overload **overloads;
	size_t n_overloads;
	const char *failure; /* unchecked: what this node fails with when evaluated, a code */
	struct ub_text failure_message;

	/* set by the compiler */
	const struct ub_cel_code *code;
	bool varies;         /* depends on more than constants and local variables */
	size_t lowest_local; /* the outermost local variable it reads; SIZE_MAX: none */
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
	struct ub_text text; /* a name's, an operator's */
	struct ub_cel_value value;
};

struct lexer {
	struct ub_text text;
	size_t at;
	struct ub_arena *arena;
	struct ub_cel_issues *issues;
};

/* The next token; a number's sign is an operator of its own (-9223372036854775808 is put together by the
 * parser, to which 9223372036854775808 comes as TOKEN_INT with the value INT64_MIN and the text of the
 * digits). */
struct token cel_lex(struct lexer *lexer);
bool cel_is_reserved(struct ub_text name);
/* The value of a string or bytes literal in its quotes and prefix; TOKEN_BAD with an issue. */
struct token cel_lex_string(struct lexer *lexer, size_t from, size_t quote_at, bool raw, bool bytes);
/* TOKEN_BAD, and the issue that says why. */
struct token cel_lex_fail(
    struct lexer *lexer, size_t at, size_t len, struct ub_text message, const char *help);

struct parser {
	struct lexer lexer;
	struct token token;
	size_t end; /* of the token before */
	unsigned depth;
	bool failed;
	bool macros;
	struct ub_arena *arena;
	struct ub_cel_issues *issues;
};

/* NULL with an issue when the text is no expression. */
struct node *cel_parse(
    struct ub_arena *arena, struct ub_text text, bool macros, struct ub_cel_issues *issues);
struct node *cel_node(
    struct parser *parser, enum node_kind kind, size_t at, struct node *const *args, size_t n);
struct node *cel_parse_fail(
    struct parser *parser, size_t at, size_t len, const char *code, struct ub_text message, const char *help);
/* The expression is nested deeper than UB_CEL_DEPTH_MAX. */
struct node *cel_parse_fail_deep(struct parser *parser, size_t at, size_t len);
/* The node that a macro call becomes, the call itself when it is none, NULL with an issue when it is misused.
 */
struct node *cel_expand_macro(struct parser *parser, struct node *call);

struct ub_cel_issue *cel_issue(struct ub_arena *arena, struct ub_cel_issues *issues, size_t at, size_t len,
    const char *code, struct ub_text message);

/* The checker: types, names, labels. False when there are issues. */
struct check {
	const struct ub_cel_env *env;
	struct ub_arena *arena;
	struct ub_cel_issues *issues;
	struct ub_text text;
	bool unchecked;
	struct local {
		struct ub_text name;
		const struct ub_cel_type *type;
		enum ub_cel_audience audience;
		const struct node *definition, *blame;
		bool item;
	} * locals;
	size_t n_locals, cap_locals, max_locals;
	const struct ub_cel_type **bound; /* of the type variables; NULL: free */
	size_t n_bound, cap_bound;
	UB_VEC(struct binding {
		size_t variable;
		const struct ub_cel_type *before;
	})
	trail;        /* of bindings, so that an attempt can be taken back */
	size_t steps; /* work done on types, limited */
};

bool cel_check(struct check *check, struct node *root, const struct ub_cel_type *expected);
/* Of one kind of node each. */
void cel_check_node(struct check *check, struct node *node);
void cel_check_name(struct check *check, struct node *node);
/* A selection that is one declared name, or a type's: "google.protobuf.Duration"; false when it is none. */
bool cel_check_qualified(struct check *check, struct node *node);
/* A selection whose operand has been checked. */
void cel_check_field(struct check *check, struct node *node);
void cel_check_call(struct check *check, struct node *node);
void cel_check_loop(struct check *check, struct node *node);

struct ub_cel_issue *cel_check_fail(
    struct check *check, struct node *node, size_t at, size_t len, const char *code, struct ub_text message);
/* A type as messages name it. */
struct ub_text cel_check_shown(struct check *check, const struct ub_cel_type *type);
/* The function that other languages call so; NULL: none. */
const char *cel_check_alias(struct ub_text name);
/* Joins a part's label into the node's. */
void cel_check_join(struct node *node, const struct node *part);
void cel_check_label(struct node *node, enum ub_cel_audience audience);

/* The dotted name that a chain of selections is; false when it is none, or begins with a local variable. */
bool cel_check_dotted(const struct check *check, const struct node *node, struct ub_buf *out, bool *rooted);
/* The next name to try, from the innermost container outwards: a.b.x, a.x, x. False when x itself was tried.
 */
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
/* Whether the resolved type is dyn; a free variable becomes it. */
bool cel_unify_as_dyn(struct check *check, const struct ub_cel_type *type);
/* With free variables as dyn. */
const struct ub_cel_type *cel_unify_final(struct check *check, const struct ub_cel_type *type);

#endif
