/* SPDX-License-Identifier: Apache-2.0 */
#include "print-private.h"

/* A change of an item, like a line of a diff. */

#define LINES_MAX 6 /* that are shown of a text, each way */

static const struct {
	const char *sign, *style;
} kinds[] = {
	[UB_CHANGE_CREATED] = { "+", UB_STYLE_GREEN },
	[UB_CHANGE_MOVED] = { "~", UB_STYLE_YELLOW },
	[UB_CHANGE_CHANGED] = { "~", UB_STYLE_YELLOW },
	[UB_CHANGE_REMOVED] = { "-", UB_STYLE_RED },
	[UB_CHANGE_LEFT] = { "!", UB_STYLE_YELLOW },
};

static void print_time(struct ub_printer *printer, const struct ub_item *item)
{
	bool task = item->kind == UB_ITEM_TASK;
	ub_buf_str(printer->out, task ? "due " : "");
	ub_cal_format(
	    printer->out, UB_TEXT("%a %F %R"), item->zone, task ? item->due : item->start, UB_ENGLISH);
	if (!task)
		ub_cal_format(printer->out, UB_TEXT("-%R"), item->zone, item->end, UB_ENGLISH);
}

static bool has(const struct ub_people *people, const struct ub_person *person)
{
	for (size_t i = 0; i < people->n; i++)
		if (ub_text_eq(people->items[i]->email, person->email))
			return true;
	return false;
}

static void print_missing(
    struct ub_printer *printer, const struct ub_people *from, const struct ub_people *in, char sign)
{
	for (size_t i = 0; i < from->n; i++)
		if (!has(in, from->items[i]))
			ub_buf_printf(printer->out, " %c%.*s", sign, UB_ARGS(from->items[i]->email));
}

static bool has_line(struct ub_text text, struct ub_text wanted)
{
	struct ub_text line;
	while (ub_text_split(&text, '\n', &line))
		if (ub_text_eq(line, wanted))
			return true;
	return false;
}

/* Prints the lines of one text that the other text does not have. */
static void print_lines(struct ub_printer *printer, struct ub_text text, struct ub_text other,
    const char *sign, const char *style)
{
	struct ub_text line;
	size_t n = 0;
	while (ub_text_split(&text, '\n', &line)) {
		if (ub_text_trim(line).len == 0 || has_line(other, line) || ++n > LINES_MAX)
			continue;
		ub_buf_str(printer->out, "        ");
		plan_print_styled(
		    printer, style, ub_textf(printer->out->arena, "%s %.*s", sign, UB_ARGS(line)));
		ub_buf_char(printer->out, '\n');
	}
	if (n > LINES_MAX)
		ub_buf_printf(printer->out, "        %s ... %zu more\n", sign, n - LINES_MAX);
}

static void print_differences(struct ub_printer *printer, const struct ub_change *change)
{
	const struct ub_item *before = change->before, *after = change->after;
	if (change->differ & UB_PROPERTY_TIME) {
		ub_buf_str(printer->out, "      time: ");
		print_time(printer, before);
		ub_buf_str(printer->out, " -> ");
		print_time(printer, after);
		ub_buf_char(printer->out, '\n');
	}
	if (change->differ & UB_PROPERTY_TITLE)
		ub_buf_printf(printer->out, "      title: %.*s -> %.*s\n", UB_ARGS(before->title),
		    UB_ARGS(after->title));
	if (change->differ & UB_PROPERTY_PEOPLE) {
		ub_buf_str(printer->out, "      people:");
		print_missing(printer, &after->attendees, &before->attendees, '+');
		print_missing(printer, &before->attendees, &after->attendees, '-');
		ub_buf_char(printer->out, '\n');
	}
	if (change->differ & UB_PROPERTY_REMINDERS)
		ub_buf_str(printer->out, "      reminders\n");
	if (change->differ & UB_PROPERTY_CATEGORIES)
		ub_buf_str(printer->out, "      categories\n");
	if (before->class != after->class)
		ub_buf_printf(printer->out, "      %s\n", ub_facts_class_word(after->class));
	if ((change->differ & UB_PROPERTY_STATE) && before->busy != after->busy)
		ub_buf_str(printer->out, after->busy ? "      shown as busy\n" : "      shown as free\n");
	if (change->differ & UB_PROPERTY_AGENDA) {
		ub_buf_str(printer->out, "      text:\n");
		print_lines(printer, before->description, after->description, "-", UB_STYLE_RED);
		print_lines(printer, after->description, before->description, "+", UB_STYLE_GREEN);
	}
}

void ub_plan_print_change(const struct ub_change *change, struct ub_buf *out, bool colour)
{
	struct ub_printer printer = { out, colour };
	const struct ub_item *item = change->after ? change->after : change->before;
	ub_buf_str(out, "  ");
	plan_print_styled(&printer, kinds[change->kind].style, ub_text(kinds[change->kind].sign));
	ub_buf_printf(out, " %s ", item->kind == UB_ITEM_TASK ? "task " : "event");
	plan_print_styled(&printer, UB_STYLE_BOLD, item->title);
	ub_buf_str(out, "  ");
	print_time(&printer, item);
	if (item->attendees.n)
		ub_buf_printf(out, ", %zu people", item->attendees.n + 1);
	plan_print_styled(&printer, UB_STYLE_DIM, ub_textf(out->arena, "  [%.*s]\n", UB_ARGS(item->id)));
	if (change->kind == UB_CHANGE_LEFT)
		ub_buf_str(out,
		    "      stays as it is: its rule is gone, or cannot tell (`upbeat undo` removes it)\n");
	else if (change->before && change->after)
		print_differences(&printer, change);
}

void ub_plan_print_addition(const struct ub_amendment *amendment, struct ub_buf *out, bool colour)
{
	struct ub_printer printer = { out, colour };
	ub_buf_str(out, "  ");
	plan_print_styled(&printer, UB_STYLE_GREEN, UB_TEXT("+"));
	ub_buf_str(out, " in the meeting itself, when it is stored next: ");
	plan_print_amendment(&printer, amendment, "        + ");
}
