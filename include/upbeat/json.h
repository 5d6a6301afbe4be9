/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_JSON_H
#define UPBEAT_JSON_H

/*
 * json: how Upbeat writes JSON (upbeat(1), "JSON"). Running out of memory ends the process, as everywhere.
 */

#include <jansson.h>

#include "upbeat/base.h"
#include "upbeat/cal.h"

/* What is made here is the caller's. */
json_t *ub_json_object(void);
json_t *ub_json_array(void);
json_t *ub_json_null(void);
json_t *ub_json_copy(json_t *json); /* all of it, with what it holds */
/* A string of ours, in UTF-8. */
json_t *ub_json_word(const char *word);
/* A string. Bytes that are no UTF-8, which only other people's texts have, are shown as such. An empty text
 * may point nowhere. */
json_t *ub_json_text(struct ub_text value);
json_t *ub_json_number(int64_t value);
json_t *ub_json_flag(bool value);
/* `value` (seconds since 1970) as a string with its offset in `zone`. `arena`: for the text meanwhile. */
json_t *ub_json_instant(struct ub_arena *arena, const struct ub_zone *zone, ub_instant value);
/* Both take over `value`, which becomes a part of the object or array. */
void ub_json_set(json_t *object, const char *name, json_t *value);
void ub_json_add(json_t *array, json_t *value);
/* Diagnostics as a list, as upbeat(1), "JSON", has them. The caller owns the list. */
json_t *ub_json_findings(const struct ub_diags *diags);
/* Prints `json` and a line end, and frees it. */
void ub_json_print(json_t *json, struct ub_buf *out);
/* `json` in one line, without a line end and NUL-terminated, in the arena. Frees `json`. */
struct ub_text ub_json_line(json_t *json, struct ub_arena *arena);
/* Prints diagnostics as one object, with a line end. */
void ub_json_print_findings(const struct ub_diags *diags, struct ub_buf *out);

#endif
