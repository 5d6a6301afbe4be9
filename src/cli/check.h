/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CLI_CHECK_H
#define UPBEAT_CLI_CHECK_H

#include "cli-private.h"

/* The findings as one JSON object: upbeat(1), "JSON". Ends its line. */
void ub_check_json(const struct ub_diags *diags, struct ub_buf *out);
/* What the code of a finding means, or a list of all codes; the exit status. */
int ub_check_explain(struct ub_cli *cli);

#endif
