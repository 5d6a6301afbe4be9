/* SPDX-License-Identifier: Apache-2.0 */
#include "ruletest-private.h"

enum { LINES_MAX = 40 }; /* of a text in the report */

static const char bold[] = "\033[1m", red[] = "\033[31m", green[] = "\033[32m", plain[] = "\033[0m";

struct printer {
	struct ub_buf *out;
	bool colour;
};

static void paint(const struct printer *printer, const char *style, struct ub_text text)
{
	if (printer->colour)
		ub_buf_str(printer->out, style);
	ub_buf_shown(printer->out, text);
	if (printer->colour)
		ub_buf_str(printer->out, plain);
}

static void print_place(const struct printer *printer, struct ub_place place)
{
	size_t line, column;
	ub_place_line_column(place, &line, &column);
	ub_buf_printf(printer->out, "%.*s:%zu:%zu: ", UB_ARGS(place.source->name), line, column);
}

/* Prints "  - start: 2026-11-16 10:00", with further lines of a text below the first. */
static void print_side(const struct printer *printer, const char *sign, const char *style,
    struct ub_text property, struct ub_text value)
{
	struct ub_text rest = value.len ? value : UB_TEXT("none"), line;
	for (int n = 0; ub_text_split(&rest, '\n', &line); n++) {
		struct ub_buf shown = UB_BUF(printer->out->arena);
		ub_buf_printf(&shown, "%s ", sign);
		if (n == 0)
			ub_buf_printf(&shown, "%.*s: ", UB_ARGS(property));
		else
			ub_buf_pad(&shown, ' ', property.len + 2);
		ub_buf_add(&shown, n < LINES_MAX ? line : UB_TEXT("..."));
		ub_buf_str(printer->out, "  ");
		paint(printer, style, ub_text_trim(ub_buf_text(&shown)));
		ub_buf_char(printer->out, '\n');
		if (n == LINES_MAX)
			return;
	}
}

static void print_failure(
    const struct printer *printer, const struct ub_test_result *result, const struct ub_test_failure *failure)
{
	print_place(printer, failure->place);
	paint(printer, red, UB_TEXT("failed: "));
	paint(printer, bold, result->name);
	if (failure->step)
		ub_buf_printf(printer->out, " (step %zu, at %.*s)", failure->step, UB_ARGS(failure->at));
	ub_buf_printf(printer->out, "\n  %.*s", UB_ARGS(failure->item));
	if (failure->text.len) {
		ub_buf_str(printer->out, ": ");
		ub_buf_shown(printer->out, failure->text);
	} else {
		ub_buf_str(printer->out, ": expected (-), and found (+):");
	}
	ub_buf_char(printer->out, '\n');
	for (size_t i = 0; i < failure->differences.n; i++) {
		const struct ub_test_difference *difference = &failure->differences.items[i];
		print_side(printer, "-", red, difference->property, difference->expected);
		print_side(printer, "+", green, difference->property, difference->got);
	}
	if (failure->why.len) {
		ub_buf_str(printer->out, "  ");
		ub_buf_shown(printer->out, failure->why);
		ub_buf_char(printer->out, '\n');
	}
}

void ub_ruletest_print(const struct ub_test_report *report, bool passed, struct ub_buf *out, bool colour)
{
	struct printer printer = { out, colour };
	for (size_t i = 0; i < report->results.n; i++) {
		const struct ub_test_result *result = &report->results.items[i];
		for (size_t f = 0; f < result->failures.n; f++)
			print_failure(&printer, result, &result->failures.items[f]);
		if (!passed || result->failures.n)
			continue;
		print_place(&printer, result->place);
		paint(&printer, green, UB_TEXT("passed: "));
		ub_buf_shown(out, result->name);
		ub_buf_char(out, '\n');
	}
}

void ub_ruletest_print_unused(const struct ub_test_report *report, struct ub_buf *out)
{
	struct printer printer = { out, false };
	for (size_t i = 0; i < report->unused.n; i++) {
		const struct ub_test_unused *unused = &report->unused.items[i];
		print_place(&printer, unused->place);
		ub_buf_printf(out, "not used by any test: %s %.*s\n", unused->what, UB_ARGS(unused->name));
	}
}
