/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_BASE_H
#define UPBEAT_BASE_H

/*
 * base: memory, text, vectors and diagnostics. Every other folder stands on base.
 *
 * One arena belongs to one unit of work (a rule set, a pass, a request). What is allocated from an arena
 * lives until the arena is freed; nothing is freed one by one. Running out of memory ends the process
 * (abort). Untrusted input is limited before memory is asked for.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "upbeat/limits.h"

#define UB_MUST_USE          __attribute__((warn_unused_result))
#define UB_FORMAT(fmt, args) __attribute__((format(printf, fmt, args)))
#define UB_COUNT(array)      (sizeof(array) / sizeof((array)[0]))

/* ---- arena ---- */

struct ub_arena;

/* Never NULL. */
struct ub_arena *ub_arena_new(void);
/* Frees everything allocated from *arena and sets *arena to NULL. NULL is allowed. */
void ub_arena_free(struct ub_arena **arena);
/* Forgets everything allocated from the arena, but keeps the first chunk. */
void ub_arena_reset(struct ub_arena *arena);
/* The memory is zeroed and aligned for any type; size 0 gives a valid unique pointer. Never NULL. */
void *ub_arena_alloc(struct ub_arena *arena, size_t size);
/* The arena calls release(object) when the arena is freed or reset, for the object that came last first. This
 * is for the few things that own more than memory (a compiled regular expression). */
void ub_arena_defer(struct ub_arena *arena, void (*release)(void *object), void *object);
/* The bytes handed out since the arena was made or reset. */
size_t ub_arena_used(const struct ub_arena *arena);

#define UB_NEW(arena, type)          ((type *)ub_arena_alloc((arena), sizeof(type)))
#define UB_NEW_ARRAY(arena, type, n) ((type *)ub_arena_array((arena), (n), sizeof(type)))
/* Memory for n * size bytes. A product that overflows aborts. */
void *ub_arena_array(struct ub_arena *arena, size_t n, size_t size);

/* ---- text: a slice of bytes, not owned, not NUL-terminated ---- */

struct ub_text {
	const char *ptr;
	size_t len;
};

#define UB_TEXT(literal) ((struct ub_text){ ("" literal ""), sizeof(literal) - 1 })
#define UB_TEXT_NONE     ((struct ub_text){ "", 0 })
/* For printf's "%.*s". */
#define UB_ARGS(text) (int)(text).len, (text).ptr

struct ub_text ub_text(const char *cstring); /* NULL gives the empty text */
struct ub_text ub_text_n(const char *ptr, size_t len);
struct ub_text ub_text_copy(struct ub_arena *arena, struct ub_text text);
/* A NUL-terminated copy. NULs inside the text are kept: the caller checks for them where they matter. */
char *ub_text_cstr(struct ub_arena *arena, struct ub_text text);
bool ub_text_eq(struct ub_text a, struct ub_text b);
bool ub_text_is(struct ub_text a, const char *cstring);
/* The case of ASCII letters does not count, whatever the locale. */
bool ub_text_eq_nocase(struct ub_text a, struct ub_text b);
int ub_text_cmp(struct ub_text a, struct ub_text b); /* bytewise; -1, 0, 1 */
/* The same for bsearch() in a table of rows that begin with a name, a const char *, by which they are sorted:
 * `text` points to a struct ub_text, `row` to a row. */
int ub_text_cmp_name(const void *text, const void *row);
bool ub_text_starts(struct ub_text text, struct ub_text prefix);
bool ub_text_ends(struct ub_text text, struct ub_text suffix);
bool ub_text_ends_nocase(struct ub_text text, struct ub_text suffix);
/* The index of the first occurrence at or after `from`; SIZE_MAX: there is none. */
size_t ub_text_find(struct ub_text text, struct ub_text needle, size_t from);
struct ub_text ub_text_sub(struct ub_text text, size_t from, size_t to); /* clamped */
struct ub_text ub_text_trim(struct ub_text text);                        /* space, tab, CR, LF at both ends */
struct ub_text ub_text_lower(struct ub_arena *arena, struct ub_text text); /* ASCII */
/* Cuts the piece before the next `separator` off *rest into *piece. False: *rest is used up, and its ptr is
 * NULL then. "a," has two pieces, "a" and an empty one. The empty text has one piece, which is empty. */
bool ub_text_split(struct ub_text *rest, char separator, struct ub_text *piece);
/* Reads a decimal number with an optional sign. False: the text is no number, or the number overflows. */
bool ub_text_to_int(struct ub_text text, int64_t *out);
uint64_t ub_text_hash(struct ub_text text); /* FNV-1a, 64 bits */
/* Whether the text is valid UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool ub_text_utf8_valid(struct ub_text text);
size_t ub_text_code_points(struct ub_text text); /* how many there are in a text of valid UTF-8 */

/* ---- buffer: a growing text in an arena ---- */

struct ub_buf {
	struct ub_arena *arena;
	char *ptr;
	size_t len, cap;
};

#define UB_BUF(a) ((struct ub_buf){ .arena = (a) })
void ub_buf_add(struct ub_buf *buf, struct ub_text text);
void ub_buf_str(struct ub_buf *buf, const char *cstring);
void ub_buf_char(struct ub_buf *buf, char c);
void ub_buf_pad(struct ub_buf *buf, char c, size_t n);
/* A small printf without locale. The conversions are %s %.*s %c %d %i %u %ld %lu %lld %llu %zu %zd %x %llx,
 * "%02d" and the like, "%-20s", %%. Floating point is missing. Any other conversion aborts, since formats are
 * the program's own. */
void ub_buf_printf(struct ub_buf *buf, const char *format, ...) UB_FORMAT(2, 3);
void ub_buf_vprintf(struct ub_buf *buf, const char *format, va_list args) UB_FORMAT(2, 0);
struct ub_text ub_buf_text(const struct ub_buf *buf); /* valid until the buffer grows */
/* The view is NUL-terminated, and valid until the buffer grows. */
const char *ub_buf_cstr(struct ub_buf *buf);
struct ub_text ub_textf(struct ub_arena *arena, const char *format, ...) UB_FORMAT(2, 3);

/* ---- digests: names that follow from contents ---- */

#define UB_SHA256_SIZE 32
void ub_sha256(struct ub_text text, unsigned char digest[UB_SHA256_SIZE]); /* FIPS 180-4 */
/* The alphabet of RFC 4648 5, without padding. */
struct ub_text ub_base64url(struct ub_arena *arena, const unsigned char *bytes, size_t n);
/* The alphabet of RFC 4648 4, with padding. */
struct ub_text ub_base64(struct ub_arena *arena, struct ub_text bytes);
/* Decodes what ub_base64 made. False: `code` is something else. */
UB_MUST_USE bool ub_base64_decode(struct ub_arena *arena, struct ub_text code, struct ub_text *bytes);
/* The first `bytes` of the text's SHA-256 in base64url. */
struct ub_text ub_digest(struct ub_arena *arena, struct ub_text text, size_t bytes);

/* ---- vector: UB_VEC(struct x) { struct x *items; size_t n, cap; }, memory from an arena ---- */

#define UB_VEC(type)                                                                                         \
	struct {                                                                                             \
		type *items;                                                                                 \
		size_t n, cap;                                                                               \
	}

struct ub_texts {
	struct ub_text *items;
	size_t n, cap;
};
bool ub_texts_have(struct ub_texts texts, struct ub_text text);
/* Copies of the texts, in `arena`. */
struct ub_texts ub_texts_copy(struct ub_arena *arena, struct ub_texts texts);
/* Adds a zeroed element to the end of the vector and gives its address: *ub_push(...) is an lvalue. */
#define ub_push(arena, vec)                                                                                  \
	((vec)->items = ub_vec_grow((arena), (vec)->items, &(vec)->cap, (vec)->n, sizeof(*(vec)->items)),    \
	    &(vec)->items[(vec)->n++])
void *ub_vec_grow(struct ub_arena *arena, void *items, size_t *cap, size_t n, size_t item_size);

/* ---- map: text to pointer, insertion only, iteration in insertion order ---- */

struct ub_map;
struct ub_map *ub_map_new(struct ub_arena *arena);
/* The key is not copied. Returns the value that the key had before, or NULL. */
void *ub_map_put(struct ub_map *map, struct ub_text key, void *value);
void *ub_map_get(const struct ub_map *map, struct ub_text key);
size_t ub_map_size(const struct ub_map *map);
/* Entry i in the order of insertion; i < ub_map_size(). */
void *ub_map_at(const struct ub_map *map, size_t i, struct ub_text *key);

/* ---- sources, places, diagnostics ---- */

/* A file as it was read, or "<expression>", "<stdin>". A source outlives the diagnostics
 * that point into it. */
struct ub_source {
	struct ub_text name; /* as shown to the user */
	struct ub_text text;
};

/* Bytes [at, at+len) of a source. With source NULL the place is in no file. */
struct ub_place {
	const struct ub_source *source;
	size_t at, len;
};

enum ub_severity { UB_WARNING, UB_ERROR };

struct ub_diag {
	enum ub_severity severity;
	const char *code; /* stable, kebab-case: "unknown-key" */
	struct ub_place place;
	struct ub_text message;  /* one plain sentence, no full stop */
	struct ub_text help;     /* what to do; empty: nothing to add */
	struct ub_place related; /* "first defined here"; source NULL: none */
	struct ub_text related_message;
};

struct ub_diags {
	struct ub_arena *arena;
	UB_VEC(struct ub_diag) list;
	size_t errors, warnings; /* counted also past UB_DIAG_MAX */
};

#define UB_DIAGS(a) ((struct ub_diags){ .arena = (a) })
/* Adds a diagnostic. The caller sets help and related on the result, which is never NULL and valid until the
 * next one is added. Past UB_DIAG_MAX the result is a scratch one, and is not kept. */
struct ub_diag *ub_diag_add(struct ub_diags *diags, enum ub_severity severity, const char *code,
    struct ub_place place, const char *format, ...) UB_FORMAT(5, 6);
#define ub_error(diags, code, place, ...)   ub_diag_add((diags), UB_ERROR, (code), (place), __VA_ARGS__)
#define ub_warning(diags, code, place, ...) ub_diag_add((diags), UB_WARNING, (code), (place), __VA_ARGS__)
void ub_diag_set_help(struct ub_diags *diags, struct ub_diag *diag, const char *format, ...) UB_FORMAT(3, 4);
/* Adds copies of all of `from`; what their places point to must last. */
void ub_diags_add_all(struct ub_diags *diags, const struct ub_diags *from);
/* The order is stable: by source name, place and severity. */
void ub_diags_sort(struct ub_diags *diags);
/* Line and column count from 1. Columns count code points, and a tab is one. */
void ub_place_line_column(struct ub_place place, size_t *line, size_t *column);
/*
 * FILE:LINE:COL: error[CODE]: text
 *     12 | title: "Prep: {{ meeting.titel }}"
 *        |                  ^^^^^^^^^^^^^
 *   help: did you mean `meeting.title`?
 */
void ub_diag_print(const struct ub_diag *diag, struct ub_buf *out, bool colour);
/* The same in one line, as for a log: FILE:LINE:COL: text; help. In the arena. */
struct ub_text ub_diag_line(const struct ub_diag *diag, struct ub_arena *arena);
void ub_diags_print(const struct ub_diags *diags, struct ub_buf *out, bool colour);
/* Adds a text of any origin so that it may safely stand on a terminal, in one line. A tab becomes one
 * blank, so that carets meet their place. Other control characters, and bytes that are no UTF-8,
 * become question marks. */
void ub_buf_shown(struct ub_buf *buf, struct ub_text text);

/* The candidate nearest to `word` by edit distance, if it is near enough to be meant: the distance is at most
 * a third of the word's length, and a transposition counts one. Empty: no candidate is near enough. */
struct ub_text ub_suggest(struct ub_text word, const struct ub_text *candidates, size_t n);

#endif
