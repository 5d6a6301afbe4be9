/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CLI_CHECK_H
#define UPBEAT_CLI_CHECK_H

#include "cli-private.h"

/* What the code of a finding means, or a list of all codes; the exit status. */
int ub_check_explain(struct ub_cli *cli);

/* The schema of a kind of file, for editors; the exit status. */
int ub_check_schema(struct ub_cli *cli);

#endif
