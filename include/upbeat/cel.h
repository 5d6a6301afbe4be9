/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CEL_H
#define UPBEAT_CEL_H

/*
 * cel: the Common Expression Language (https://github.com/google/cel-spec, doc/langdef.md) with the strings,
 * encoders, bindings, math, two-variable-macro and optional-type extensions. The folder knows nothing of
 * calendars.
 *
 *   env         what an expression may name: variables, object types, functions. Built once, then read only.
 *   program     a checked and compiled expression. Read only: any number of threads may evaluate it.
 *   activation  the variables' values for one unit of work. One thread uses it.
 *
 *	struct ub_cel_env *env = ub_cel_env_new(arena, &(struct ub_cel_config){ 0 });
 *	size_t n = ub_cel_declare(env, &(struct ub_cel_decl){ .name = "n", .type = "int" });
 *	const struct ub_cel_program *program = ub_cel_compile(env, arena, text, &ub_cel_type_bool, &issues);
 *	struct ub_cel_activation *activation = ub_cel_activation_new(arena, env);
 *	ub_cel_bind(activation, n, ub_cel_int(42));
 *	struct ub_cel_value verdict = ub_cel_eval(program, activation, arena, NULL);
 *
 * Evaluation never fails half-way: it always gives a value. An error is a value too ("cannot tell"), which
 * exists(), all(), `&&` and `||` absorb as the language says.
 *
 * Every expression has an audience besides its type. Declared variables and fields have labels. The label of
 * an expression is the join of the labels that it depends on, those of conditions included. See "audience"
 * below.
 */

#include <string.h>

#include "upbeat/base.h"

struct ub_cel_env;
struct ub_cel_program;
struct ub_cel_activation;

/* ---- types ---- */

enum ub_cel_kind {
	UB_CEL_NULL,
	UB_CEL_BOOL,
	UB_CEL_INT,
	UB_CEL_UINT,
	UB_CEL_DOUBLE,
	UB_CEL_STRING, /* UTF-8 */
	UB_CEL_BYTES,
	UB_CEL_DURATION,
	UB_CEL_TIMESTAMP,
	UB_CEL_LIST,
	UB_CEL_MAP, /* in order of insertion */
	UB_CEL_OBJECT,
	UB_CEL_OPTIONAL,
	UB_CEL_TYPE,
	UB_CEL_ERROR, /* values: tells why there is no value; types: none */
	/* values only */
	UB_CEL_ABSENT, /* a field without a value; never the result of an evaluation */
	/* types only */
	UB_CEL_DYN,
	UB_CEL_PARAM,   /* a type parameter */
	UB_CEL_ABSTRACT /* a declared name with parameters: tuple(int, bool) */
};

/* Who may see a value that depends on another. The order counts: the join of two is the greater. */
enum ub_cel_audience { UB_CEL_PUBLIC, UB_CEL_INTERNAL };

struct ub_cel_type {
	enum ub_cel_kind kind;
	struct ub_text name; /* "int", "list", an object's or abstract type's name, a parameter's name */
	const struct ub_cel_type *const *params; /* list: element; map: key, value; optional and type: one */
	size_t n_params;
	const struct ub_cel_object_type *object; /* UB_CEL_OBJECT only */
	size_t variable;                         /* UB_CEL_PARAM: the checker's */
};

extern const struct ub_cel_type ub_cel_type_dyn, ub_cel_type_null, ub_cel_type_bool, ub_cel_type_int,
    ub_cel_type_uint, ub_cel_type_double, ub_cel_type_string, ub_cel_type_bytes, ub_cel_type_duration,
    ub_cel_type_timestamp;

/* The type for a text as CEL prints types: "int", "list(person)", "map(string, dyn)", "optional_type(int)",
 * "duration" or "google.protobuf.Duration", "timestamp", the name of an object declared in env, "$T" for a
 * type parameter. Any other NAME(...) is an abstract type. NULL: the text is no type. */
const struct ub_cel_type *ub_cel_type_parse(
    const struct ub_cel_env *env, struct ub_arena *arena, struct ub_text text);
struct ub_text ub_cel_type_text(struct ub_arena *arena, const struct ub_cel_type *type);
/* Whether every value of type `from` is one of type `to`; everything is of type dyn. A `from` of dyn does not
 * get the benefit of the doubt: this serves to ask whether a value is known to be a list(colleague). */
bool ub_cel_type_known(const struct ub_cel_type *to, const struct ub_cel_type *from);
/* The join of all labels that can be reached through the type's fields. A text made of a whole object depends
 * on all of these. (Where a value becomes dyn, the checker joins this into the expression's own label.) */
enum ub_cel_audience ub_cel_type_audience(const struct ub_cel_type *type);

/* ---- values: 16 bytes, passed by value; scalars need no memory ---- */

struct ub_cel_value {
	uint32_t kind; /* enum ub_cel_kind */
	uint32_t aux;  /* length of a string or bytes; nanoseconds; 1 for an optional that has a value */
	union {
		bool b;
		int64_t i; /* int; whole seconds of a duration, or since 1970 of a timestamp */
		uint64_t u;
		double d;
		const char *bytes;
		const struct ub_cel_list *list;
		const struct ub_cel_map *map;
		const struct ub_cel_object *object;
		const struct ub_cel_value *optional;
		const struct ub_cel_type *type;
		const struct ub_cel_error *error;
	};
};

struct ub_cel_list {
	size_t n;
	const struct ub_cel_value *items;
};

/* An instance of a declared object type: one value per field, by index. A field without a value
 * has UB_CEL_ABSENT. */
struct ub_cel_object {
	const struct ub_cel_object_type *type;
	const struct ub_cel_value *fields;
};

struct ub_cel_entry {
	struct ub_cel_value key, value;
};

/* Why an evaluation cannot tell its value. */
struct ub_cel_error {
	const char *code; /* stable, kebab-case: "no-such-key", "divide-by-zero", "absent", "cost-limit" */
	struct ub_text message; /* one plain sentence, no full stop */
	/* The program that failed, which may be a lazy variable's. NULL: the caller made the error. */
	const struct ub_cel_program *program;
	size_t at, len; /* the sub-expression that failed, as bytes of that program's text */
};

static inline struct ub_cel_value ub_cel_null(void)
{
	return (struct ub_cel_value){ .kind = UB_CEL_NULL };
}

static inline struct ub_cel_value ub_cel_bool(bool b)
{
	return (struct ub_cel_value){ .kind = UB_CEL_BOOL, .b = b };
}

static inline struct ub_cel_value ub_cel_int(int64_t i)
{
	return (struct ub_cel_value){ .kind = UB_CEL_INT, .i = i };
}

static inline struct ub_cel_value ub_cel_uint(uint64_t u)
{
	return (struct ub_cel_value){ .kind = UB_CEL_UINT, .u = u };
}

static inline struct ub_cel_value ub_cel_double(double d)
{
	return (struct ub_cel_value){ .kind = UB_CEL_DOUBLE, .d = d };
}

/* The text is not copied. It must be valid UTF-8 and shorter than 4 GiB. */
static inline struct ub_cel_value ub_cel_string(struct ub_text text)
{
	return (struct ub_cel_value){ .kind = UB_CEL_STRING, .aux = (uint32_t)text.len, .bytes = text.ptr };
}

static inline struct ub_cel_value ub_cel_bytes(struct ub_text bytes)
{
	return (struct ub_cel_value){ .kind = UB_CEL_BYTES, .aux = (uint32_t)bytes.len, .bytes = bytes.ptr };
}

/* Seconds and nanoseconds of the same sign (or 0), |nanos| < 10^9. */
static inline struct ub_cel_value ub_cel_duration(int64_t seconds, int32_t nanos)
{
	return (struct ub_cel_value){ .kind = UB_CEL_DURATION, .aux = (uint32_t)nanos, .i = seconds };
}

/* Seconds since 1970-01-01T00:00:00Z, nanos 0 to 10^9-1; years 1-9999. */
static inline struct ub_cel_value ub_cel_timestamp(int64_t seconds, int32_t nanos)
{
	return (struct ub_cel_value){ .kind = UB_CEL_TIMESTAMP, .aux = (uint32_t)nanos, .i = seconds };
}

static inline struct ub_cel_value ub_cel_absent(void)
{
	return (struct ub_cel_value){ .kind = UB_CEL_ABSENT };
}

/* The text of a string or of bytes. */
static inline struct ub_text ub_cel_text(struct ub_cel_value value)
{
	return (struct ub_text){ value.bytes, value.aux };
}

static inline int32_t ub_cel_nanos(struct ub_cel_value value)
{
	return (int32_t)value.aux;
}

static inline bool ub_cel_is_true(struct ub_cel_value value)
{
	return value.kind == UB_CEL_BOOL && value.b;
}

/* The items and entries are not copied. */
struct ub_cel_value ub_cel_list(struct ub_arena *arena, const struct ub_cel_value *items, size_t n);
/* Keys are int, uint, bool or string. Of two equal keys (1 and 1u are equal) the later one wins. */
struct ub_cel_value ub_cel_map(struct ub_arena *arena, const struct ub_cel_entry *entries, size_t n);
/* `fields` has as many values as the type has fields, and is not copied. */
struct ub_cel_value ub_cel_object(
    struct ub_arena *arena, const struct ub_cel_type *type, const struct ub_cel_value *fields);
struct ub_cel_value ub_cel_optional(struct ub_arena *arena, struct ub_cel_value value);
struct ub_cel_value ub_cel_optional_none(void);
struct ub_cel_value ub_cel_type_value(const struct ub_cel_type *type);
/* An error value of the caller's making, for a variable whose value could not be had. */
struct ub_cel_value ub_cel_error(struct ub_arena *arena, const char *code, const char *format, ...)
    UB_FORMAT(3, 4);

/* Of values that are maps. */
size_t ub_cel_map_size(struct ub_cel_value map);
struct ub_cel_entry ub_cel_map_at(struct ub_cel_value map, size_t i); /* in order of insertion */
/* UB_CEL_ABSENT: the key is not there. */
struct ub_cel_value ub_cel_map_get(struct ub_cel_value map, struct ub_cel_value key);

/* CEL's `==`. Numbers compare across types, lists and maps compare by their contents,
 * objects by their fields. */
bool ub_cel_equal(struct ub_cel_value a, struct ub_cel_value b);

/* Prints the value as a template shows it: strings bare, null and absent as nothing, times in RFC 3339 (UTC),
 * durations "5400s", doubles shortest, lists "[a, b]", maps "{k: v}", an object by its `shown` field. Of a
 * list or map at most about UB_CEL_PRINT_MAX bytes are printed. */
void ub_cel_print(struct ub_buf *out, struct ub_cel_value value);
/* Prints the value as a trace shows it and CEL reads it: strings quoted, duration("5400s"). At most about
 * `most` bytes are printed, and cut with "..." (0: all). */
void ub_cel_print_literal(struct ub_buf *out, struct ub_cel_value value, size_t most);

/* ---- environment ---- */

/* The caller brings the time zones. */
struct ub_cel_zones {
	void *user;
	/* The zone with this name ("Europe/Berlin"), which is kept as long as the programs.
	 * NULL: there is none. */
	const void *(*find)(void *user, struct ub_text name);
	/* Seconds east of UTC at an instant (seconds since 1970-01-01T00:00:00Z). */
	int32_t (*offset)(const void *zone, int64_t instant);
};

struct ub_cel_config {
	struct ub_text container; /* names are looked up in the container first; empty: there is none */
	/* The zones must outlive the env. NULL: "UTC" and offsets like "+02:00" only. */
	const struct ub_cel_zones *zones;
	/* A constant sub-expression that can only fail (matches("("), duration("20 m"), 1/0) is an issue. */
	bool strict;
	/* Names are missing, as what declares them could not be read: an unknown one is no issue. What uses
	 * it does not compile. */
	bool lacks_names;
	bool unchecked;  /* no type checker: what it would refuse fails when evaluated */
	bool no_macros;  /* has(), exists() and so on are functions like others */
	bool no_folding; /* constants are evaluated each time; for tests */
};

/* The env, and what is declared in it, live in the arena. With a NULL config all defaults hold. */
struct ub_cel_env *ub_cel_env_new(struct ub_arena *arena, const struct ub_cel_config *config);
/* A scope inside `parent` (a template's section). The scope sees the parent's declarations, and may hide
 * them. The parent may not be changed any more. */
struct ub_cel_env *ub_cel_env_child(struct ub_arena *arena, const struct ub_cel_env *parent);

/* A variable or a field. */
struct ub_cel_decl {
	const char *name;
	const char *type; /* as for ub_cel_type_parse */
	enum ub_cel_audience audience;
	/* There may be no value. Reading it is an error then, and has() is false. */
	bool may_be_absent;
	/* The name of a bool variable that promises a value when it is true ("has_account"). NULL: there is
	 * none, has() tells. */
	const char *guard;
	/* Of a field of type string: all texts that the field can have besides the empty one, separated by
	 * blanks. NULL: any text. To compare the field with another text is a mistake. */
	const char *words;
};

/* Declares a variable, and gives the number to bind the variable by. A type that does not parse is a fault of
 * ours. A declaration replaces one of the same name in the same env. */
size_t ub_cel_declare(struct ub_cel_env *env, const struct ub_cel_decl *variable);
/* Declares a variable that is another program of the same env, or of one of its parents. The variable is
 * evaluated at most once per activation, when first read. Its type, audience and possible absences are the
 * program's. The name is not copied. */
size_t ub_cel_declare_lazy(struct ub_cel_env *env, struct ub_text name, const struct ub_cel_program *program);
/* The fields of the variable, which is an object, a map or dyn, may be named without the variable. They are
 * found before what the parent env declares. Of a map or dyn, the key must be there when evaluated; else the
 * name is looked up further out. */
void ub_cel_open_fields(struct ub_cel_env *env, size_t variable);
/* The number of a declared variable. SIZE_MAX: there is none. */
size_t ub_cel_variable(const struct ub_cel_env *env, struct ub_text name);

/*
 * Declares an object type. `shown` is the name of a field that stands for the object where an object is
 * printed, or NULL. Fields come afterwards, so that types may refer to each other. `base` is NULL, or the
 * type that this one refines. A refined type has the base's fields and none of its own. Its values may stand
 * wherever those of the base may (a list(colleague) is a list(person)), so that the checker can know more of
 * some values than of others.
 */
const struct ub_cel_type *ub_cel_declare_object(
    struct ub_cel_env *env, const char *name, const struct ub_cel_type *base, const char *shown);
/* Adds fields. The index of a field is its place among all that were added. A refined type gets no fields. */
void ub_cel_declare_fields(
    struct ub_cel_env *env, const struct ub_cel_type *object, const struct ub_cel_decl *fields, size_t n);
/* What to tell, besides the fields that there are, whoever asks for one that is not there. The text is kept.
 */
void ub_cel_help_with_fields(struct ub_cel_env *env, const struct ub_cel_type *object, struct ub_text help);
const struct ub_cel_type *ub_cel_find_object(const struct ub_cel_env *env, struct ub_text name);
size_t ub_cel_field_count(const struct ub_cel_type *object);
/* The index of the field. SIZE_MAX: there is no such field. */
size_t ub_cel_field_index(const struct ub_cel_type *object, struct ub_text name);
/* Name and type of field i. The name's bytes stay as long as the env. */
struct ub_text ub_cel_field(const struct ub_cel_type *object, size_t i, const struct ub_cel_type **type,
    enum ub_cel_audience *audience);

/* What a function gets when it is called. */
struct ub_cel_call {
	struct ub_arena *arena;   /* for results */
	void *user;               /* that of the declaration */
	void *context;            /* that of the activation */
	struct ub_cel_eval *eval; /* the evaluation's own, as is `code` */
	const struct ub_cel_code *code;
};

/* Arguments have the declared types. None is an error value, and objects may be of a refined type. A function
 * is pure: the same arguments in the same activation give the same result. */
typedef struct ub_cel_value ub_cel_function_fn(
    struct ub_cel_call *call, const struct ub_cel_value *args, size_t n);

/* What is wrong with an argument. NULL code: nothing is. */
struct ub_cel_complaint {
	const char *code;
	struct ub_text message, help;
};

/* Looks at argument i, where it is written as a literal text, when an expression is compiled. */
typedef struct ub_cel_complaint ub_cel_literal_fn(
    struct ub_arena *arena, const struct ub_cel_zones *zones, size_t i, struct ub_text literal);

struct ub_cel_function {
	const char *name; /* may have dots: "math.abs" */
	/* "(int, string) -> bool"; a receiver stands before a dot: "string.(string) -> bool". "$T"
	 * are parameters. Functions of one name are overloads. With a NULL function the signature is
	 * for the checker only. */
	const char *signature;
	ub_cel_function_fn *function;
	void *user;
	/* The result's label is this one, joined with those of the arguments and of all that can be reached
	 * through them. With `shallow` the function does not look into objects (it filters or counts them),
	 * and what can be reached does not count. */
	enum ub_cel_audience audience;
	bool shallow;
	ub_cel_literal_fn *check; /* NULL: any text will do */
	/* The function depends on more than its arguments (on the activation's context),
	 * and is not folded. */
	bool not_constant;
};

/* Adds overloads to the env; the texts of `functions` must outlive it. A signature that is none aborts. */
void ub_cel_declare_functions(struct ub_cel_env *env, const struct ub_cel_function *functions, size_t n);

/* Makes the error that a function returns. */
struct ub_cel_value ub_cel_fail(struct ub_cel_call *call, const char *code, const char *format, ...)
    UB_FORMAT(3, 4);
/* Counts steps against the evaluation's limit: one for each item, or about 16 bytes, that are touched. False:
 * the limit is reached, and the function returns ub_cel_fail_cost(). */
bool ub_cel_charge(struct ub_cel_call *call, size_t steps) UB_MUST_USE;
struct ub_cel_value ub_cel_fail_cost(struct ub_cel_call *call);

/* ---- compiling ---- */

/* What is wrong with an expression. Offsets are bytes of the expression's text. */
struct ub_cel_issue {
	size_t at, len;
	const char *code; /* "syntax", "unknown-name", "no-such-field", "no-overload", "wrong-type", ... */
	struct ub_text message;
	struct ub_text help; /* empty: nothing to add */
};

struct ub_cel_issues {
	struct ub_cel_issue *items;
	size_t n, cap;
};

/* Whether the name is a word of the language (langdef, "Syntax"), and so cannot be a variable. */
bool ub_cel_is_reserved(struct ub_text name);
/*
 * Parses, checks and compiles. NULL: there are issues, and all that were found are added, in the arena; or a
 * name is missing that is no issue (lacks_names). The text and the env must outlive the program. The result
 * must be assignable to the type `expected`; NULL: any type. A dyn result is looked at when evaluated.
 */
const struct ub_cel_program *ub_cel_compile(const struct ub_cel_env *env, struct ub_arena *arena,
    struct ub_text text, const struct ub_cel_type *expected, struct ub_cel_issues *issues);

/* The text that was compiled, and the type of its result. */
struct ub_text ub_cel_program_text(const struct ub_cel_program *program);
const struct ub_cel_type *ub_cel_program_type(const struct ub_cel_program *program);
/* Whether the whole program is one constant, a literal or a folded one. *value is the constant. */
bool ub_cel_program_constant(const struct ub_cel_program *program, struct ub_cel_value *value);

/* ---- audience ---- */

/* The label of the result: which value it is, and which elements a list holds. */
enum ub_cel_audience ub_cel_program_audience(const struct ub_cel_program *program);
/* The label of a text that shows the result: the result's label joined with
 * ub_cel_type_audience() of its type. */
enum ub_cel_audience ub_cel_program_shown_audience(const struct ub_cel_program *program);

/* One step of the way that internal data takes into a result, from the whole expression to the source. */
struct ub_cel_flow_step {
	const struct ub_cel_program *program; /* changes where a lazy variable is entered */
	size_t at, len;                       /* of that program's text */
	struct ub_text text;                  /* "`p.persona` is internal", "`executives` depends on it" */
};

struct ub_cel_flow {
	struct ub_cel_flow_step *items;
	size_t n, cap;
};

/* The way, in the arena. Empty: the shown result is public. */
struct ub_cel_flow ub_cel_program_flow(const struct ub_cel_program *program, struct ub_arena *arena);

/* ---- possible absences ---- */

/* A place where a variable or field that may be absent is read, so that the result may be "cannot tell". */
struct ub_cel_read {
	const struct ub_cel_program *program; /* the lazy variable's program, if the place is in there */
	size_t at, len;                       /* of that program's text */
	size_t outer_at, outer_len;           /* in the program that was asked about */
	struct ub_text path;                  /* "account.health" */
	struct ub_text guard;                 /* the declared guard variable; empty: there is none */
	const void *key;                      /* for cel itself, to tell when the same reading is met again */
};

/* The unguarded readings. A reading is guarded behind has(), behind the guard variable, behind a
 * condition that holds only with the value (through `&&`, `||`, `!`, `?:` and lazy variables), and
 * when read by `.?`. */
size_t ub_cel_program_unguarded(const struct ub_cel_program *program, const struct ub_cel_read **reads);

/* The names that an expression reads and does not bind itself, each once: variables, and what a qualified
 * name begins with. None: the text is no expression. They are parts of `text`. */
struct ub_texts ub_cel_names(struct ub_text text, struct ub_arena *arena);

/* Whether the program reads the variable of that name, itself or through lazy variables. */
bool ub_cel_program_uses(const struct ub_cel_program *program, struct ub_text variable);

/* Whether the program, which gives a bool, is false wherever that field of the variable is false, whatever
 * else holds. False: that cannot be told. */
bool ub_cel_program_needs(
    const struct ub_cel_program *program, struct ub_text variable, struct ub_text field);

/* ---- evaluating ---- */

/* A new activation. All variables are unbound, and the lazy ones are not evaluated. Lazy results
 * live in the arena. */
struct ub_cel_activation *ub_cel_activation_new(struct ub_arena *arena, const struct ub_cel_env *env);
/* An activation for a child env. It sees the parent's values and shares the parent's lazy variables; its own
 * variables are unbound. The parent must have been made for the child env's parent. */
struct ub_cel_activation *ub_cel_activation_child(
    struct ub_arena *arena, struct ub_cel_activation *parent, const struct ub_cel_env *env);
/* Gives a variable its value. Error values and UB_CEL_ABSENT are allowed. Contents are not copied. */
void ub_cel_bind(struct ub_cel_activation *activation, size_t variable, struct ub_cel_value value);
/* The same by name. False: there is no such variable. */
bool ub_cel_bind_name(struct ub_cel_activation *activation, struct ub_text name, struct ub_cel_value value);
/* Functions get the context as call->context. */
void ub_cel_activation_set_context(struct ub_cel_activation *activation, void *context);
struct ub_arena *ub_cel_activation_arena(const struct ub_cel_activation *activation);
const struct ub_cel_env *ub_cel_activation_env(const struct ub_cel_activation *activation);

struct ub_cel_limits {
	/* In steps: one for each node evaluated in a loop, item copied, or 16 bytes; 0: the default. */
	uint64_t cost;
};

/*
 * The value, which is of kind UB_CEL_ERROR where there is none. Results may point into the arena, the
 * activation's values and the program. With NULL `limits` the defaults of limits.h hold. Past the cost limit
 * the whole evaluation is an error.
 */
struct ub_cel_value ub_cel_eval(const struct ub_cel_program *program, struct ub_cel_activation *activation,
    struct ub_arena *arena, const struct ub_cel_limits *limits);

/* ---- tracing ---- */

/* A sub-expression that decided the result, with the value that it had. */
struct ub_cel_trace {
	const struct ub_cel_program *program; /* changes where a lazy variable is entered */
	size_t at, len;                       /* of that program's text */
	struct ub_cel_value value;
	const struct ub_cel_trace *parts; /* what decided this one in turn: operands of a comparison, ... */
	size_t n_parts;
};

/*
 * Why the program came to its value: of a false `&&` the part that is false, of a comparison the operands
 * that are not constants, of exists() and all() the element that decided, and so on down to the variables.
 */
const struct ub_cel_trace *ub_cel_explain(const struct ub_cel_program *program,
    struct ub_cel_activation *activation, struct ub_arena *arena, const struct ub_cel_limits *limits);

#endif
