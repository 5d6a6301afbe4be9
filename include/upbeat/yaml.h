/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_YAML_H
#define UPBEAT_YAML_H

/*
 * yaml: a file becomes a tree in which every node knows its place, and a tree is read against tables of
 * fields. YAML's traps are refused with the hint that usually helps: tags, anchors, aliases, merge keys,
 * duplicate keys, tabs, several documents. A scalar has no type of its own: the field that a scalar stands in
 * says what `no` or `1e3` means.
 */

#include "upbeat/base.h"

/* ---- the tree ---- */

enum ub_yaml_kind { UB_YAML_SCALAR, UB_YAML_LIST, UB_YAML_MAP };

enum ub_yaml_style {
	UB_YAML_PLAIN,
	UB_YAML_SINGLE_QUOTED,
	UB_YAML_DOUBLE_QUOTED,
	UB_YAML_LITERAL, /* | */
	UB_YAML_FOLDED,  /* > */
};

struct ub_yaml_entry {
	const struct ub_yaml_node *key; /* a scalar */
	const struct ub_yaml_node *value;
};

struct ub_yaml_node {
	enum ub_yaml_kind kind;
	enum ub_yaml_style style; /* scalar */
	/* The node's problem has been reported, and its value is unknown: readers pass over it in silence, as
	 * ub_yaml_read does. */
	bool broken;
	struct ub_place place;                   /* scalar: with its quotes, or from the `|` of a block */
	struct ub_text text;                     /* scalar: decoded */
	const struct ub_yaml_node *const *items; /* list: n of them */
	const struct ub_yaml_entry *entries;     /* map: n of them, in the order of the file, keys distinct */
	size_t n;
	struct ub_map *index; /* map: key to entry, where a search would take long; else NULL */
};

/*
 * The tree of a file. The arena holds the tree, and `source` must outlive it. All problems go to `diags`. A
 * value with a problem becomes a broken node, and the rest is still read, so that one call reports as much as
 * can be known. NULL: the file holds nothing, or too little could be read to go on; either is reported.
 * Limits: UB_YAML_BYTES_MAX, UB_YAML_DEPTH_MAX, UB_YAML_NODES_MAX.
 */
const struct ub_yaml_node *ub_yaml_parse(
    struct ub_arena *arena, const struct ub_source *source, struct ub_diags *diags);

/* The value of a map's key. NULL: the map has no such key. */
const struct ub_yaml_node *ub_yaml_get(const struct ub_yaml_node *map, const char *key);

/* The first line of a node, which a row of carets can underline. */
struct ub_place ub_yaml_first_line(const struct ub_yaml_node *node);

/* Whether the node is that of `key:` with nothing after it. */
bool ub_yaml_is_empty(const struct ub_yaml_node *node);

/*
 * Where bytes [from, to) of a scalar's decoded text stand in the file. The scalar may have any style: the
 * place is found through escapes, doubled quotes, folded lines and the indentation of blocks. The place ends
 * on the line where it begins. from <= to; an offset past the end of the text means the end.
 */
struct ub_place ub_yaml_place(const struct ub_yaml_node *scalar, size_t from, size_t to);

/*
 * For scalars that hold an expression, before the expression is compiled. A `//` or `#` comment inside a
 * folded text would swallow the lines after it, and is reported. False: such a comment was reported.
 */
bool ub_yaml_check_expression(const struct ub_yaml_node *scalar, struct ub_diags *diags);

/* ---- a tree against a table ---- */

/* What every reader gets. `context` is the caller's own, for callbacks. */
struct ub_yaml_reader {
	struct ub_arena *arena;
	struct ub_diags *diags;
	void *context;
};

enum ub_yaml_shape {
	UB_YAML_TEXT,           /* out: struct ub_text */
	UB_YAML_BOOL,           /* out: bool; true, false, yes, no */
	UB_YAML_INT,            /* out: int64_t, between min and max */
	UB_YAML_CHOICE,         /* out: int, the value of the chosen word */
	UB_YAML_FIELDS,         /* a map with the keys of a table; out: the caller's struct */
	UB_YAML_LIST_OF,        /* out: UB_VEC of the caller's elements */
	UB_YAML_ONE_OR_LIST_OF, /* the same; one element alone is a list of one */
	UB_YAML_MAP_OF,         /* a map with free keys; out: UB_VEC of structs with a key and a value */
	UB_YAML_NODE,           /* read later, as one of `any_of`; out: const struct ub_yaml_node * */
	UB_YAML_CUSTOM,         /* what the function `read` reads */
};

struct ub_yaml_word {
	const char *name;
	int value;
	const char *doc;
};

struct ub_yaml_type;

/* One key of a map. Tables of fields are what the loader, the messages, the manual and the schema hang on. */
struct ub_yaml_field {
	const char *name;
	const struct ub_yaml_type *type;
	size_t offset; /* of the member in the caller's struct */
	bool required;
	const char *doc; /* one line, no full stop */
};

/* Reads `node` into *out, or looks at the value that was read there. False: something was reported. */
typedef bool ub_yaml_read_fn(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out);

struct ub_yaml_type {
	enum ub_yaml_shape shape;
	/* For messages, with its article: "a span of time like `30m`"; NULL: a word for the shape. */
	const char *noun;
	/* Shape FIELDS: */
	const struct ub_yaml_field *fields;
	size_t n_fields;
	bool open; /* keys that are not in the table are left to the caller */
	/* Shape CHOICE, and shape TEXT where the text is limited to some words: */
	const struct ub_yaml_word *words;
	size_t n_words;
	/* Shape INT: the least and the largest number. Shape LIST_OF, for the schema: how many elements,
	 * where a max is given. */
	int64_t min, max;
	/* Shapes LIST_OF, ONE_OR_LIST_OF, MAP_OF: the type of an element's value, and
	 * where the value goes. */
	const struct ub_yaml_type *item;
	size_t item_size;   /* of an element of the UB_VEC */
	size_t item_offset; /* of the value in the element */
	size_t key_offset;  /* MAP_OF: of the key, a struct ub_text, in the element */
	/* Every value is refused, so that messages do not name the key. */
	bool refused;
	/* Any shape: called with the value in *out, when nothing had to be reported before. */
	ub_yaml_read_fn *check;
	/* Shape CUSTOM: */
	ub_yaml_read_fn *read;
	/* For the schema: an ECMA 262 pattern that matches all texts which `read` takes; NULL: none. */
	const char *pattern;
	/* Shapes CUSTOM and NODE, for the schema: what the node may be. None: a scalar; with
	 * shape NODE anything. */
	const struct ub_yaml_type *const *any_of;
	size_t n_any_of;
};

#define UB_YAML_TABLE(table) .fields = (table), .n_fields = UB_COUNT(table)
#define UB_YAML_WORDS(table) .words = (table), .n_words = UB_COUNT(table)
/* The list holds the addresses of types. To be used outside of functions. */
#define UB_YAML_ANY_OF(...)                                                                                  \
	.any_of = (const struct ub_yaml_type *const[]){ __VA_ARGS__ },                                       \
	.n_any_of = UB_COUNT(((const struct ub_yaml_type *const[]){ __VA_ARGS__ }))
/* The type of a node that is read later, as a list or as a map with free keys. */
#define UB_YAML_LATER(later_shape, item_type)                                                                \
	{                                                                                                    \
		.shape = UB_YAML_NODE,                                                                       \
		UB_YAML_ANY_OF(&(const struct ub_yaml_type){ .shape = (later_shape), .item = &(item_type) }) \
	}

extern const struct ub_yaml_type ub_yaml_type_text;     /* not empty */
extern const struct ub_yaml_type ub_yaml_type_any_text; /* may be "" */
extern const struct ub_yaml_type ub_yaml_type_bool;
extern const struct ub_yaml_type ub_yaml_type_texts;        /* a list of texts; UB_VEC(struct ub_text) */
extern const struct ub_yaml_type ub_yaml_type_text_or_list; /* the same; one text is a list of one */
extern const struct ub_yaml_type ub_yaml_type_node;         /* const struct ub_yaml_node * */

/*
 * Reads a node into *out, by the type's shape. Unknown keys (with a suggestion), missing required keys, wrong
 * kinds and wrong values are all reported. Sound values are set even so; a key that is not given keeps the
 * value that it had in *out (a default, or zero). False: something was reported here. A broken node gives
 * false and no further report.
 */
bool ub_yaml_read(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out);

/*
 * The JSON Schema (draft 2020-12) of what a type reads, for editors. The schema refuses what the tables
 * refuse. It takes some texts that the types' readers refuse: texts that are no dates, names of nothing.
 */
void ub_yaml_schema(const struct ub_yaml_type *type, const char *title, struct ub_buf *out);

/* Whether the text has quotes as they are set in print. What is copied from a page may have them in the place
 * of YAML's. */
bool ub_yaml_has_printed_quotes(struct ub_text text);
/* Reports "expected a text, found a list", in the words that all readers use; returns false. */
bool ub_yaml_expected(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node, const char *noun);
/* The same where a list or map is expected, with a hint that helps. */
bool ub_yaml_expected_kind(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node,
    enum ub_yaml_kind kind, const char *noun);

#endif
