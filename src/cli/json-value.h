/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CLI_JSON_VALUE_H
#define UPBEAT_CLI_JSON_VALUE_H

#include <jansson.h>

#include "upbeat/cel.h"

/* What JSON says, as a value of the expression language: an object is a map by strings. Texts stay the
 * JSON's. */
struct ub_cel_value cli_json_value(struct ub_arena *arena, const json_t *json);

#endif
