/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CEL_DOOR_H
#define UPBEAT_CEL_DOOR_H

/* Functions of re2.cc for the C files. */

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ub_cel_regex;

/* Compiles a pattern. NULL: RE2 refuses it, and `why` gets the reason, NUL-terminated and cut to `size`. */
struct ub_cel_regex *cel_door_regex_new(const char *pattern, size_t length, char *why, size_t size);
void cel_door_regex_free(void *regex); /* NULL: nothing is done */
/* Whether it was compiled of this pattern. */
bool cel_door_regex_is(const struct ub_cel_regex *regex, const char *pattern, size_t length);
bool cel_door_regex_search(const struct ub_cel_regex *regex, const char *text, size_t length);
/* How many groups in parentheses the pattern has. */
size_t cel_door_regex_groups(const struct ub_cel_regex *regex);
/* Finds the first match that begins at `from` or after. The match is span 0, group k is span k; a group that
 * takes no part in the match is empty. False: there is none. At most CEL_DOOR_SPANS are asked for. */
enum { CEL_DOOR_SPANS = 10 };
struct cel_door_span {
	size_t from, to;
};
bool cel_door_regex_find(const struct ub_cel_regex *regex, const char *text, size_t length, size_t from,
    struct cel_door_span *spans, size_t n);

/* Prints a finite number. Format 'f' or 'e': with that many digits after the point. Format 's': the shortest
 * text that reads back the same, in scientific form. Returns the length, or 0 if the text does not fit. */
size_t cel_door_print_double(double number, char format, int precision, char *out, size_t size);
/* Reads a number without sign or space around it. 0: read. 1: beyond the range of a double. -1: not a
 * number. */
int cel_door_read_double(const char *text, size_t length, double *out);

#ifdef __cplusplus
}
#endif

#endif
