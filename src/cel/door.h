/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CEL_DOOR_H
#define UPBEAT_CEL_DOOR_H

/* What re2.cc offers to the C files. */

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ub_cel_regex;

/* NULL when RE2 refuses the pattern; `why` gets its reason, NUL-terminated, cut to `size`. */
struct ub_cel_regex *cel_door_regex_new(const char *pattern, size_t length, char *why, size_t size);
void cel_door_regex_free(void *regex);
bool cel_door_regex_search(const struct ub_cel_regex *regex, const char *text, size_t length);

/* format 'f' or 'e' with that many digits after the point, or 's': the shortest that reads back, in
 * scientific form. Returns the length, 0 when it does not fit. Finite numbers only. */
size_t cel_door_print_double(double number, char format, int precision, char *out, size_t size);
/* A number without sign or space around it. 0: read; 1: beyond the range of a double; -1: not a number. */
int cel_door_read_double(const char *text, size_t length, double *out);

#ifdef __cplusplus
}
#endif

#endif
