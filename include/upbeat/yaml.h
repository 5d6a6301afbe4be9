/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_YAML_H
#define UPBEAT_YAML_H

/*
 * yaml: a file becomes a tree in which everything knows its place, and a tree is read against tables of
 * fields. YAML's traps are refused with the hint that usually helps: tags, anchors, aliases, merge keys,
 * duplicate keys, tabs, several documents. A scalar has no type of its own: what `no` or `1e3` means is said
 * by the field it stands in.
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
	/* What stood here has been reported and is unknown: pass over it in silence. `ub_yaml_read` does. */
	bool broken;
	struct ub_place place;                   /* scalar: with its quotes, or from the `|` of a block */
	struct ub_text text;                     /* scalar: decoded */
	const struct ub_yaml_node *const *items; /* list: n of them */
	const struct ub_yaml_entry *entries;     /* map: n of them, in the order of the file, keys distinct */
	size_t n;
	struct ub_map *index; /* map: key to entry, where a search would take long; else NULL */
};

/*
 * The tree of a file, allocated from the arena; `source` must outlive it. All problems go to `diags`. After a
 * problem in one value the rest is still read (the value is a broken node), so that one call reports as much
 * as can be known. NULL: too little could be read to go on (reported), or the file holds nothing (reported).
 * Limits: UB_YAML_BYTES_MAX, UB_YAML_DEPTH_MAX, UB_YAML_NODES_MAX.
 */
const struct ub_yaml_node *ub_yaml_parse(
    struct ub_arena *arena, const struct ub_source *source, struct ub_diags *diags);

/* The value of a map's key; NULL when the map has no such key. */
const struct ub_yaml_node *ub_yaml_get(const struct ub_yaml_node *map, const char *key);

/* The first line of a node: what a caret row can underline. */
struct ub_place ub_yaml_first_line(const struct ub_yaml_node *node);

/* `key:` with nothing after it. */
bool ub_yaml_is_empty(const struct ub_yaml_node *node);

/*
 * Where bytes [from, to) of a scalar's decoded text stand in the file, whatever its style: through escapes,
 * doubled quotes, folded lines and the indentation of blocks. The place ends on the line where it begins.
 * from <= to; past the end of the text means its end.
 */
struct ub_place ub_yaml_place(const struct ub_yaml_node *scalar, size_t from, size_t to);

/*
 * For scalars that hold an expression, before it is compiled: reports a `//` or `#` comment inside a folded
 * text, which would swallow the lines after it. False: reported.
 */
bool ub_yaml_check_expression(const struct ub_yaml_node *scalar, struct ub_diags *diags);

/* ---- a tree against a table ---- */

/* What is passed down to readers. `context` is the caller's own, for callbacks. */
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
	UB_YAML_ONE_OR_LIST_OF, /* the same; one alone is a list of one */
	UB_YAML_MAP_OF,         /* a map with free keys; out: UB_VEC of structs with a key and a value */
	UB_YAML_NODE,           /* read later, as one of `any_of`; out: const struct ub_yaml_node * */
	UB_YAML_CUSTOM,         /* `read` says */
};

struct ub_yaml_word {
	const char *name;
	int value;
	const char *doc;
};

struct ub_yaml_type;

/* One key of a map. Tables of these are what the loader, the messages, the manual and the schema hang on. */
struct ub_yaml_field {
	const char *name;
	const struct ub_yaml_type *type;
	size_t offset; /* of the member in the caller's struct */
	bool required;
	const char *doc; /* one line, no full stop */
};

/* Reads `node` into *out, or looks at what was read there; false: something was reported. */
typedef bool ub_yaml_read_fn(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out);

struct ub_yaml_type {
	enum ub_yaml_shape shape;
	/* In messages, with its article: "a span of time like `30m`"; NULL: a word for the shape. */
	const char *noun;
	/* Shape FIELDS: */
	const struct ub_yaml_field *fields;
	size_t n_fields;
	/* Shape CHOICE, and TEXT where it is limited to some words: */
	const struct ub_yaml_word *words;
	size_t n_words;
	/* Shape INT, both ends included; shape LIST_OF, for the schema: how many, if it says a max. */
	int64_t min, max;
	/* Shapes LIST_OF, ONE_OR_LIST_OF, MAP_OF: what is listed, and where it goes in the element. */
	const struct ub_yaml_type *item;
	size_t item_size;   /* of an element of the UB_VEC */
	size_t item_offset; /* of the value in the element */
	size_t key_offset;  /* MAP_OF: of the key, a struct ub_text, in the element */
	/* Any shape: called with what was read into *out when nothing had to be reported before. */
	ub_yaml_read_fn *check;
	/* Shape CUSTOM: */
	ub_yaml_read_fn *read;
	const char
	    *pattern; /* for the schema: all texts that it takes match this (ECMA 262); NULL: nothing said */
	/* Shapes CUSTOM and NODE: what it may be, for the schema; none: a scalar, of a NODE anything. */
	const struct ub_yaml_type *const *any_of;
	size_t n_any_of;
};

#define UB_YAML_TABLE(table) .fields = (table), .n_fields = UB_COUNT(table)
#define UB_YAML_WORDS(table) .words = (table), .n_words = UB_COUNT(table)
/* Outside of functions: the addresses of types. */
#define UB_YAML_ANY_OF(...)                                                                                  \
	.any_of = (const struct ub_yaml_type *const[]){ __VA_ARGS__ },                                       \
	.n_any_of = UB_COUNT(((const struct ub_yaml_type *const[]){ __VA_ARGS__ }))
/* What is read later, as a list or as a map with free keys. */
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
 * Reads a node into *out, of the type's shape: unknown keys (with a suggestion), missing required ones, wrong
 * kinds and values are all reported. What is sound is set even so; what is not said keeps the value it had in
 * *out (a default, or zero). False: something was reported here. A broken node gives false and no further
 * report.
 */
bool ub_yaml_read(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out);

/*
 * JSON Schema (draft 2020-12) of what a type reads, for editors. It refuses what the tables refuse, and takes
 * some that the types' readers refuse: texts that are no dates, names of nothing.
 */
void ub_yaml_schema(const struct ub_yaml_type *type, const char *title, struct ub_buf *out);

/* "expected a text, found a list", in the words all readers use; returns false. */
bool ub_yaml_expected(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node, const char *noun);
/* The same where a list or map is expected, with what helps. */
bool ub_yaml_expected_kind(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node,
    enum ub_yaml_kind kind, const char *noun);

#endif
