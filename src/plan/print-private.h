/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_PLAN_PRINT_PRIVATE_H
#define UPBEAT_PLAN_PRINT_PRIVATE_H

#include "upbeat/plan.h"

/* Plans in words, for a terminal. */

struct ub_printer {
	struct ub_buf *out;
	bool colour;
};

#define UB_STYLE_BOLD   "\033[1m"
#define UB_STYLE_DIM    "\033[2m"
#define UB_STYLE_RED    "\033[31m"
#define UB_STYLE_GREEN  "\033[32m"
#define UB_STYLE_YELLOW "\033[33m"

void ub_print_styled(const struct ub_printer *printer, const char *style, struct ub_text text);
/* Its kind and what it adds, to the end of the line; an agenda's text below, each line behind `margin`. */
void ub_print_amendment(
    const struct ub_printer *printer, const struct ub_amendment *amendment, const char *margin);

#endif
