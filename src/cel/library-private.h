/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CEL_LIBRARY_PRIVATE_H
#define UPBEAT_CEL_LIBRARY_PRIVATE_H

/* Functions that the files of the library share with each other and with the compiler. */

#include "code-private.h"

/* Functions that the compiler knows. */
ub_cel_function_fn cel_string_matches, cel_regex_extract, cel_regex_extract_all, cel_regex_replace,
    cel_clock_in_zone, cel_optional_or, cel_optional_or_value;

/* A time zone: a fixed offset, or one of the caller's. */
struct zone {
	const struct ub_cel_zones *zones; /* NULL: `offset` holds */
	const void *handle;
	int32_t offset;
};

/* The zone of that name. NULL: none. */
const struct zone *cel_zone_find(
    struct ub_arena *arena, const struct ub_cel_zones *zones, struct ub_text name);
int32_t cel_zone_offset(const struct zone *zone, int64_t instant);
/* A part of the time on a clock at that offset (an enum of library-time.c). */
struct ub_cel_value cel_clock_part(struct ub_cel_value timestamp, uint32_t part, int32_t offset);

/* Like ub_text_find(), but in time linear in both texts, whatever they contain. */
size_t cel_text_find(struct ub_text text, struct ub_text needle, size_t from);

/* The error of a library function about an element of a list that the function cannot take. */
struct ub_cel_value cel_fail_overload(struct ub_cel_call *call);
/* The text as a value, which counts against the limit. */
struct ub_cel_value cel_new_string(struct ub_cel_call *call, struct ub_text text);
struct ub_cel_value cel_new_bytes(struct ub_cel_call *call, struct ub_text bytes);
/* A duration of any seconds and nanoseconds. An error: it is out of range. */
struct ub_cel_value cel_new_duration(struct ub_cel_call *call, int64_t seconds, int64_t nanos);
struct ub_cel_value cel_new_timestamp(struct ub_cel_call *call, int64_t seconds, int64_t nanos);

#endif
