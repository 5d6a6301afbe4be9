/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_EXPLAIN_PRIVATE_H
#define UPBEAT_EXPLAIN_PRIVATE_H

#include "upbeat/engine.h"

/* The decision as one JSON object and a line end: upbeat(1), "JSON". */
void ub_cli_explain_json(const struct ub_decision *decision, struct ub_buf *out);

#endif
