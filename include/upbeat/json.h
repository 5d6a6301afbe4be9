/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_JSON_H
#define UPBEAT_JSON_H

/*
 * json: how Upbeat writes JSON (upbeat(1), "JSON"). Running out of memory ends the process, as everywhere.
 */

#include <jansson.h>

#include "upbeat/base.h"
#include "upbeat/cal.h"

json_t *ub_json_must(json_t *json);
/* All texts of ours are valid UTF-8; what is not is shown as such. An empty one may point nowhere. */
json_t *ub_json_text(struct ub_text value);
json_t *ub_json_instant(struct ub_arena *arena, const struct ub_zone *zone, ub_instant value);
/* Both take `value` over. */
void ub_json_set(json_t *object, const char *name, json_t *value);
void ub_json_add(json_t *array, json_t *value);
/* Diagnostics, as upbeat(1), "JSON", has them. */
json_t *ub_json_findings(const struct ub_diags *diags);
/* Prints it with a line end, and frees it. */
void ub_json_print(json_t *json, struct ub_buf *out);
/* Diagnostics as one object, with a line end. */
void ub_json_print_findings(const struct ub_diags *diags, struct ub_buf *out);

#endif
