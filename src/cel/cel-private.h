/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CEL_PRIVATE_H
#define UPBEAT_CEL_PRIVATE_H

/* Types, declarations and the insides of values, for all files of cel. The tree is in ast-private.h, the
 * compiled form in code-private.h. */

#include "upbeat/cel.h"

/* ---- declarations ---- */

struct variable {
	struct ub_text name;
	const struct ub_cel_type *type;
	enum ub_cel_audience audience;
	bool may_be_absent;
	struct ub_text guard;
	const struct ub_cel_program *lazy; /* NULL: the caller binds it */
	const struct ub_cel_env *env;      /* that declares it */
	size_t number;                     /* in that env's activation */
};

struct field {
	struct ub_text name;
	const struct ub_cel_type *type;
	enum ub_cel_audience audience;
	bool may_be_absent;
	struct ub_text guard;
	struct ub_text words; /* as in struct ub_cel_decl; empty: anything */
};

struct ub_cel_object_type {
	struct ub_cel_type type;
	/* the last type up the chain of refined types; the type itself if it refines none */
	const struct ub_cel_object_type *root;
	const struct ub_cel_object_type *base;
	UB_VEC(struct field) fields; /* the root's only */
	struct ub_map *by_name;      /* the root's only: name to index + 1 */
	struct ub_text shown;
	struct ub_text help; /* to somebody who asks for a field that is not there; empty: none */
};

/* One signature of a function. */
struct overload {
	struct ub_text name; /* the function's */
	const struct ub_cel_type **params;
	size_t n_params;
	const struct ub_cel_type *result;
	size_t n_type_params; /* PARAM types carry numbers below this */
	bool receiver;        /* params[0] is before the dot */
	ub_cel_function_fn *function;
	void *user;
	ub_cel_literal_fn *check;
	enum ub_cel_audience audience;
	bool shallow, not_constant;
};

struct function {
	struct ub_text name;
	UB_VEC(struct overload *) overloads;
};

struct ub_cel_env {
	struct ub_arena *arena;
	struct ub_cel_config config;
	const struct ub_cel_env *parent;
	size_t level; /* 0: no parent */
	UB_VEC(struct variable *) variables;
	struct ub_map *variables_by_name;
	/* struct function; for a name to which this env adds, first a copy of the parent's */
	struct ub_map *functions;
	struct ub_map *objects; /* struct ub_cel_object_type */
	UB_VEC(const struct variable *) opened;
};

/* An environment without any functions. `config` as for ub_cel_env_new(). */
struct ub_cel_env *cel_env_new(struct ub_arena *arena, const struct ub_cel_config *config);
const struct variable *cel_env_variable(
    const struct ub_cel_env *env, struct ub_text name); /* this env or outer ones */
const struct function *cel_env_function(const struct ub_cel_env *env, struct ub_text name);

/* ---- types ---- */

const struct ub_cel_type *cel_type_list(struct ub_arena *arena, const struct ub_cel_type *element);
const struct ub_cel_type *cel_type_map(
    struct ub_arena *arena, const struct ub_cel_type *key, const struct ub_cel_type *value);
const struct ub_cel_type *cel_type_optional(struct ub_arena *arena, const struct ub_cel_type *value);
const struct ub_cel_type *cel_type_of(struct ub_arena *arena, const struct ub_cel_type *type); /* type(T) */
const struct ub_cel_type *cel_type_param(struct ub_arena *arena, size_t number);
/* Whether the type is dyn, or the type of a failed check. */
bool cel_type_is_dyn(const struct ub_cel_type *type);
/* Whether the type is dyn, or contains dyn. */
bool cel_type_contains_dyn(const struct ub_cel_type *type);
const struct field *cel_type_field(const struct ub_cel_type *object, struct ub_text name, size_t *index);
/* Whether the object type `type` is `ancestor` or refines `ancestor`. */
bool cel_type_refines(const struct ub_cel_type *type, const struct ub_cel_type *ancestor);
/* The type of that name ("int", "google.protobuf.Duration", an object type). NULL: none. */
const struct ub_cel_type *cel_type_named(const struct ub_cel_env *env, struct ub_text name);
/* Names of type parameters that a signature has had so far, so that "$T" is the same type everywhere in the
 * signature. */
struct type_names {
	struct ub_text names[8];
	size_t n;
};
/* Parses a type at *at and moves *at behind it. NULL: no type is there. */
const struct ub_cel_type *cel_type_parse_at(const struct ub_cel_env *env, struct ub_arena *arena,
    struct ub_text text, size_t *at, struct type_names *params);
/* The result of type() for a value. list, map and optional_type have no parameters there. */
const struct ub_cel_type *cel_type_of_value(struct ub_cel_value value);
/* Puts the type in the words of messages: `duration` and `timestamp` have the names of the functions that
 * make them. */
void cel_type_show(struct ub_buf *out, const struct ub_cel_type *type);
struct ub_text cel_type_shown(struct ub_arena *arena, const struct ub_cel_type *type);
bool cel_type_same(const struct ub_cel_type *a, const struct ub_cel_type *b); /* exactly */

extern const struct ub_cel_type cel_type_type, cel_type_any_list, cel_type_any_map, cel_type_any_optional,
    cel_type_failed;

/* ---- values ---- */

/* Kinds of values that only variables of an activation have. */
enum { KIND_UNBOUND = 64, KIND_LAZY, KIND_BUSY };

struct ub_cel_map {
	size_t n;
	const struct ub_cel_entry *entries;
	uint32_t *slots; /* open addressing, entry number + 1; NULL: few entries, searched one by one */
	size_t mask;
};

/* Compares values. NULL: they cannot be compared. Else *order is <0, 0, >0, or 2 for unordered (NaN). */
bool cel_value_compare(struct ub_cel_value a, struct ub_cel_value b, int *order);
/* Whether a map may have keys of this kind. A double may be looked up, but not stored. */
bool cel_value_is_key(struct ub_cel_value value);
bool cel_value_is_number(struct ub_cel_value value);
struct ub_cel_value cel_value_select(struct ub_cel_value object, struct ub_text name); /* ABSENT: has none */
bool cel_value_is_zero(
    struct ub_cel_value value); /* false, 0, "", [], null, ...: optional.ofNonZeroValue() */
const char *cel_value_kind_name(struct ub_cel_value value); /* as type() prints it */

/* ---- numbers and text ---- */

/* Parses a decimal or 0x number, which is the whole text. */
bool cel_number_parse_int(struct ub_text text, int64_t *out);
bool cel_number_parse_uint(struct ub_text text, uint64_t *out);
/* Parses a number as CEL's double() does: decimal, exponent, also NaN and Infinity. The number is the whole
 * text. */
bool cel_number_parse_double(struct ub_text text, double *out);
/* Prints the shortest text that gives the same double when read: also "NaN", "Infinity", "-Infinity". */
void cel_number_print_double(struct ub_buf *out, double number);
/* Truncates toward zero. False: the number is out of range. */
bool cel_number_double_to_int(double number, int64_t *out);
bool cel_number_double_to_uint(double number, uint64_t *out);

/* The code point at *at in valid UTF-8. *at moves behind it. */
uint32_t cel_utf8_next(struct ub_text text, size_t *at);
void cel_utf8_add(struct ub_buf *out, uint32_t code_point);
/* The byte offset of code point `index`, which may be the end. SIZE_MAX: past the end. */
size_t cel_utf8_offset(struct ub_text text, size_t index);
bool cel_utf8_is_space(uint32_t code_point); /* White_Space of Unicode */

/* ---- time ---- */

#define TIMESTAMP_MIN INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */
#define TIMESTAMP_MAX INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

/* The time and date on a clock: month 1-12, day 1-31, weekday 0 (Sunday) to 6, year_day 0-365. */
struct clock {
	int64_t year;
	int month, day, hour, minute, second, weekday, year_day;
};

struct clock cel_time_clock(int64_t seconds);
/* Parses RFC 3339, years 1-9999. */
bool cel_time_parse_timestamp(struct ub_text text, struct ub_cel_value *out);
void cel_time_print_timestamp(struct ub_buf *out, struct ub_cel_value timestamp);
/* Parses decimal numbers with the units h, m, s, ms, us, ns, after an optional sign. */
bool cel_time_parse_duration(struct ub_text text, struct ub_cel_value *out);
/* Whether the duration fits into 64 bits of nanoseconds, about 292 years. */
bool cel_time_duration_fits(int64_t seconds, int64_t nanos);
void cel_time_print_duration(struct ub_buf *out, struct ub_cel_value duration);
/* Turns "+02:00", "-09:30", "02:00", "UTC", "Z" into seconds east. False: the text is the name of a zone. */
bool cel_time_parse_offset(struct ub_text text, int32_t *out);

/* ---- regular expressions and doubles: the one door to C++ (re2.cc) ---- */

struct ub_cel_regex;
/* Compiles a pattern, which the arena releases. NULL: RE2 refuses the pattern, and *why (in the arena) tells
 * the reason. */
const struct ub_cel_regex *cel_regex_new(struct ub_arena *arena, struct ub_text pattern, struct ub_text *why);
bool cel_regex_search(const struct ub_cel_regex *regex, struct ub_text text);
/* How many groups that count the pattern has. */
size_t cel_regex_groups(const struct ub_cel_regex *regex);
/* For patterns that only the evaluation knows: keeps the one that was last used. It lives in the arena, and
 * any number of threads may use it at once. */
struct kept_regex;
struct kept_regex *cel_regex_keeper(struct ub_arena *arena);
/* Compiles a pattern unless it is the kept one; `kept` may be NULL. NULL: as above. The result is the
 * caller's alone until he gives it to cel_regex_keep(). */
struct ub_cel_regex *cel_regex_take(
    struct kept_regex *kept, struct ub_arena *arena, struct ub_text pattern, struct ub_text *why);
void cel_regex_keep(struct kept_regex *kept, struct ub_cel_regex *regex);

/* ---- the library's tables ---- */

struct library {
	const struct ub_cel_function *functions;
	size_t n;
};

extern const struct library cel_library_operators, cel_library_conversions, cel_library_strings,
    cel_library_strings_ext, cel_library_regex, cel_library_format, cel_library_time, cel_library_math,
    cel_library_encoders, cel_library_optional, cel_library_lists;

#endif
