/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_PLAN_PRINT_PRIVATE_H
#define UPBEAT_PLAN_PRINT_PRIVATE_H

#include "upbeat/plan.h"

/* Prints plans for people at a terminal. */

struct ub_printer {
	struct ub_buf *out;
	bool colour;
};

#define UB_STYLE_BOLD   "\033[1m"
#define UB_STYLE_DIM    "\033[2m"
#define UB_STYLE_RED    "\033[31m"
#define UB_STYLE_GREEN  "\033[32m"
#define UB_STYLE_YELLOW "\033[33m"

void plan_print_styled(const struct ub_printer *printer, const char *style, struct ub_text text);
/* Prints the addition's kind and value, to the end of the line. The text of an agenda follows below, each
 * line after `margin`. */
void plan_print_amendment(
    const struct ub_printer *printer, const struct ub_amendment *amendment, const char *margin);

#endif
