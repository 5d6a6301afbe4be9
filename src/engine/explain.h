/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_ENGINE_EXPLAIN_H
#define UPBEAT_ENGINE_EXPLAIN_H

#include "json.h"
#include "upbeat/engine.h"

/* A decision as a JSON object: upbeat(1), "JSON". */
json_t *ub_explain_object(const struct ub_decision *decision, struct ub_arena *arena);

/* What is added to a meeting itself, as a list. */
json_t *ub_explain_amendments(const struct ub_amendments *amendments);

#endif
