/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CLI_TEST_PRIVATE_H
#define UPBEAT_CLI_TEST_PRIVATE_H

#include "upbeat/ruletest.h"

/* Writes the report as one JSON object and a line end. */
void cli_test_json(const struct ub_test_report *report, struct ub_buf *out);

#endif
