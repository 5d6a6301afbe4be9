/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TMPL_PRIVATE_H
#define UPBEAT_TMPL_PRIVATE_H

/*
 * A template goes from text to output in four steps: scan (text to tokens), parse (tokens to a tree of
 * nodes), compile (nodes to operations with checked programs, with partials and blocks put in their places),
 * render.
 */

#include "upbeat/tmpl.h"

/* A template's text, and where the text stands: in a source of its own, or in a rule
 * file that `map` knows. */
struct tmpl_origin {
	struct ub_text text;
	const struct ub_source *source; /* NULL: `map` tells places */
	struct ub_place (*map)(void *data, size_t at, size_t len);
	void *data;
};

struct ub_place tmpl_place(const struct tmpl_origin *origin, size_t at, size_t len);

/* ---- scan ---- */

enum tmpl_token_kind {
	TOKEN_TEXT, /* without line ends */
	TOKEN_NEWLINE,
	TOKEN_VALUE,    /* {{x}} */
	TOKEN_RAW,      /* {{{x}}} {{&x}} */
	TOKEN_SECTION,  /* {{#x}} */
	TOKEN_INVERTED, /* {{^x}} */
	TOKEN_CLOSE,    /* {{/x}} */
	TOKEN_PARTIAL,  /* {{>x}} */
	TOKEN_PARENT,   /* {{<x}} */
	TOKEN_BLOCK,    /* {{$x}} */
	TOKEN_COMMENT,  /* {{!x}} */
	TOKEN_DELIMITERS
};

struct tmpl_token {
	enum tmpl_token_kind kind;
	size_t at, len;           /* the whole token */
	size_t name_at, name_len; /* the text between the delimiters and the sign, trimmed */
};

struct tmpl_tokens {
	struct tmpl_token *items;
	size_t n, cap;
};

void tmpl_scan(const struct tmpl_origin *origin, size_t from, struct tmpl_tokens *tokens,
    struct ub_diags *diags, struct ub_arena *arena);

/* ---- parse ---- */

enum tmpl_node_kind {
	NODE_TEXT,
	NODE_LINE, /* the beginning of a line of the template: `text` is its leading blanks */
	NODE_VALUE,
	NODE_SECTION,
	NODE_INVERTED,
	NODE_PARTIAL,
	NODE_PARENT,
	NODE_BLOCK,
	NODE_HEADING
};

struct tmpl_nodes {
	struct tmpl_node **items;
	size_t n, cap;
};

struct tmpl_node {
	enum tmpl_node_kind kind;
	bool raw;             /* value: not escaped */
	bool computed;        /* partial, parent: the name is an expression's value */
	bool standalone;      /* the tag had a line (or lines) for itself; they are dropped */
	struct ub_text text;  /* text, line: as written; tags: the expression or name */
	size_t at, len;       /* of the expression, name or heading, in the origin's text */
	struct ub_text blank; /* partial, parent, block: what stands before the tag, if only blanks do */
	unsigned weight;      /* heading: 0 when there is none */
	struct tmpl_nodes kids;
};

/* With `headings`, lines with `#` open sections. False: mistakes were reported, by which it is not sure what
 * is in which section. */
bool tmpl_parse(const struct tmpl_origin *origin, size_t from, bool headings, struct tmpl_nodes *nodes,
    struct ub_diags *diags, struct ub_arena *arena);

/* Takes the weight mark `{weight=N}` off the heading's text, and sets the weight. */
void tmpl_parse_weight(const struct tmpl_origin *origin, struct tmpl_node *heading, struct ub_diags *diags);

struct tmpl_front {
	enum ub_template_audience audience;
	enum ub_template_format format;
	struct ub_text language;
	size_t language_at;
	size_t end; /* where the template's text begins */
};

/* Whether the value is a language tag (RFC 5646), as far as that matters here: two or three letters, then
 * letters, digits and hyphens. */
bool tmpl_is_language(struct ub_text value);

void tmpl_parse_front(const struct tmpl_origin *origin, struct tmpl_front *front, struct ub_diags *diags);

/* ---- templates ---- */

struct tmpl_ops {
	struct tmpl_op **items;
	size_t n, cap;
};

struct ub_template {
	struct ub_template_set *set;
	struct ub_text name; /* empty: a one-line template */
	struct tmpl_origin origin;
	struct tmpl_front front;
	struct tmpl_nodes nodes;
	struct tmpl_ops ops; /* compiled for itself */
	bool internal;       /* one-line: depends on internal data, at internal_place and by internal_why */
	struct ub_place internal_place;
	struct ub_text internal_why;
	bool broken;   /* its text or its tags have errors */
	bool readable; /* but its sections are known, so that mistakes in its names can be told, too */
	bool included; /* by another template, so that this one need not stand on its own */
	bool reached;  /* was checked where another template includes it */
	bool compiled; /* was compiled on its own */
	bool usable;   /* compiled without an error */
	bool named;    /* a rule names it */
	bool circular; /* includes itself, which was reported */
};

/* A tag's program, and the template that reads it. */
struct tmpl_reading {
	const struct ub_cel_program *program;
	const struct ub_template *root;
	struct ub_place place;
};

struct ub_template_set {
	struct ub_arena *arena;
	const struct ub_cel_env *env;   /* the names that expressions may use */
	const struct tmpl_scope *scope; /* the scope outside of sections, made when first needed */
	size_t minutes;                 /* the variable of that scope */
	bool open;                      /* by ub_template_set_open() */
	struct ub_map *templates;
	UB_VEC(struct tmpl_reading) readings; /* of all tags */
};

struct ub_template *tmpl_at(const struct ub_template_set *set, size_t i);
/* What helps where no template has the name. */
void tmpl_help_with_name(
    const struct ub_template_set *set, struct ub_diags *diags, struct ub_diag *diag, struct ub_text name);

/* The template of that name, or its variant for the language. NULL: there is none. */
struct ub_template *tmpl_find(
    const struct ub_template_set *set, struct ub_text name, struct ub_text language);

/* ---- compile ---- */

/* What names mean at a place: outside of sections, or inside a section that iterates or opens a value. */
struct tmpl_scope {
	const struct tmpl_scope *outer; /* NULL: outside of sections */
	const struct ub_cel_env *env;
	size_t item; /* the variable of the current item in env; SIZE_MAX: none */
};

/* A template whose text is being put into another's, and the expansion that it is put into. */
struct tmpl_expansion {
	const struct tmpl_expansion *outer;
	const struct ub_template *tmpl;
	size_t depth;
};

/* The blocks that a parent is given. Those of the outermost parent win. */
struct tmpl_overrides {
	const struct tmpl_overrides *outer;
	const struct tmpl_nodes *blocks;
	const struct tmpl_expansion *from;
};

/* Where in the tree the compiler stands. */
struct tmpl_spot {
	const struct tmpl_scope *scope;
	const struct tmpl_expansion *from;
	const struct tmpl_overrides *overrides;
	const struct tmpl_guard *guards; /* the conditions of the sections around the place */
	size_t dedent; /* the blanks that lines lose, as the block that they stand in was indented */
};

enum tmpl_op_kind {
	OP_TEXT,
	OP_LINE, /* the indentation in force, then `text` */
	OP_VALUE,
	OP_SECTION,
	OP_INVERTED,
	OP_INDENT, /* kids, whose lines are indented by `text` */
	OP_CALL,   /* open sets: a partial that is found and compiled when rendered */
	OP_HEADING
};

struct tmpl_op {
	enum tmpl_op_kind kind;
	bool raw;
	struct ub_text text;
	const struct ub_cel_program *program; /* value, section, inverted; call: NULL unless computed */
	const struct tmpl_scope *scope;       /* section: the scope of the kids; NULL: none of their own */
	const struct tmpl_origin *origin;     /* of the expression, for messages */
	const struct tmpl_node *node;
	struct tmpl_spot spot; /* call */
	struct tmpl_ops kids;
};

struct tmpl_compiler {
	struct ub_template_set *set;
	struct ub_template *root; /* the template whose audience counts */
	struct ub_arena *arena;
	struct ub_diags *diags;
	size_t nodes;
};

/* Compiles a template by itself. */
void tmpl_compile_root(struct ub_template *tmpl, struct ub_diags *diags);
/* Compiles a partial or parent whose name is known, at the node's place. */
void tmpl_compile_call(struct tmpl_compiler *c, const struct tmpl_node *node, const struct ub_template *tmpl,
    const struct tmpl_spot *spot, struct tmpl_ops *ops);

/* ---- tag: the expression of a tag ---- */

/* A condition that encloses the place. A value that the condition asks for may be read there. */
struct tmpl_guard {
	const struct tmpl_guard *outer;
	struct ub_text condition;
};

/* The checked program of a tag's expression. NULL: there are problems, which are reported. `shown`: the
 * value becomes text. */
const struct ub_cel_program *tmpl_compile_tag(
    struct tmpl_compiler *c, const struct tmpl_node *node, const struct tmpl_spot *spot, bool shown);
/* The scope inside a section over the program's value. NULL: the section opens none. */
const struct tmpl_scope *tmpl_open_scope(
    struct tmpl_compiler *c, const struct ub_cel_program *program, const struct tmpl_scope *outer);
/* Whether a section may be over the program's value. If not, this is reported. */
bool tmpl_check_section(struct tmpl_compiler *c, const struct tmpl_node *node,
    const struct ub_cel_program *program, const struct tmpl_spot *spot);

#endif
