/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CLI_CHECK_H
#define UPBEAT_CLI_CHECK_H

#include "cli-private.h"

/* Explains the code of a finding, or lists all codes. Returns the exit status. */
int cli_check_explain(struct ub_cli *cli);

/* Prints the schema of a kind of file, for editors. Returns the exit status. */
int cli_check_schema(struct ub_cli *cli);

#endif
