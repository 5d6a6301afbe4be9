/* SPDX-License-Identifier: Apache-2.0 */
#include "print-private.h"

void plan_print_styled(const struct ub_printer *printer, const char *style, struct ub_text text)
{
	if (printer->colour)
		ub_buf_str(printer->out, style);
	ub_buf_add(printer->out, text);
	if (printer->colour)
		ub_buf_str(printer->out, "\033[0m");
}

/* Prints the lines of a text, each after `indent`. */
static void print_indented(const struct ub_printer *printer, struct ub_text text, const char *indent)
{
	struct ub_text rest = ub_text_trim(text), line;
	while (ub_text_split(&rest, '\n', &line)) {
		struct ub_text margin = ub_text(indent);
		if (line.len == 0)
			margin = ub_text_sub(margin, 0, margin.len - 1); /* no blank at the end of a line */
		plan_print_styled(printer, UB_STYLE_DIM, margin);
		ub_buf_add(printer->out, line);
		ub_buf_char(printer->out, '\n');
	}
}

static const struct {
	const char *word, *style;
} verdicts[] = {
	[UB_NO] = { "no", UB_STYLE_DIM },
	[UB_YES] = { "yes", UB_STYLE_GREEN },
	[UB_CANNOT_TELL] = { "cannot tell", UB_STYLE_YELLOW },
};

static void print_rules(const struct ub_printer *printer, const struct ub_plan *plan)
{
	size_t width = 0;
	for (size_t i = 0; i < plan->n_matches; i++)
		if (plan->matches[i].rule->name.len > width)
			width = plan->matches[i].rule->name.len;
	plan_print_styled(printer, UB_STYLE_BOLD, UB_TEXT("Rules\n"));
	for (size_t i = 0; i < plan->n_matches; i++) {
		const struct ub_match *match = &plan->matches[i];
		struct ub_text word = ub_text(verdicts[match->verdict].word);
		ub_buf_str(printer->out, "  ");
		plan_print_styled(printer, verdicts[match->verdict].style, word);
		ub_buf_pad(printer->out, ' ', 13 - word.len);
		ub_buf_printf(printer->out, "%.*s", UB_ARGS(match->rule->name));
		ub_buf_pad(printer->out, ' ', width - match->rule->name.len + 2);
		struct ub_text rest = ub_text_trim(ub_rules_why(match)), line;
		for (bool first = true; ub_text_split(&rest, '\n', &line); first = false) {
			if (!first)
				ub_buf_pad(printer->out, ' ', 15 + width + 2);
			ub_buf_printf(printer->out, "%.*s\n", UB_ARGS(line));
		}
	}
}

static void print_when(const struct ub_printer *printer, const struct ub_item *item)
{
	ub_instant from = item->kind == UB_ITEM_TASK ? item->due : item->start;
	ub_buf_str(printer->out, item->kind == UB_ITEM_TASK ? "    due " : "    ");
	ub_cal_format(printer->out, item->all_day ? UB_TEXT("%a %F, all day") : UB_TEXT("%a %F %R"),
	    item->zone, from, UB_ENGLISH);
	if (item->kind == UB_ITEM_EVENT && !item->all_day) {
		bool same_day = ub_cal_local_day(item->zone, from) == ub_cal_local_day(item->zone, item->end);
		ub_buf_char(printer->out, '-');
		ub_cal_format(printer->out, same_day ? UB_TEXT("%R") : UB_TEXT("%a %F %R"), item->zone,
		    item->end, UB_ENGLISH);
	}
	ub_buf_printf(printer->out, " (%.*s)", UB_ARGS(ub_cal_zone_name(item->zone)));
	if (item->late)
		plan_print_styled(printer, UB_STYLE_YELLOW, UB_TEXT(", late"));
	if (item->kind == UB_ITEM_EVENT && !item->busy)
		ub_buf_str(printer->out, ", shown as free");
	if (item->class != UB_CLASS_PUBLIC)
		ub_buf_printf(printer->out, ", %s", ub_facts_class_word(item->class));
	ub_buf_char(printer->out, '\n');
}

static void print_people(const struct ub_printer *printer, const struct ub_item *item)
{
	if (!item->organizer)
		return;
	ub_buf_printf(printer->out, "    %.*s invites", UB_ARGS(item->organizer->email));
	for (size_t i = 0; i < item->attendees.n; i++)
		ub_buf_printf(
		    printer->out, "%s %.*s", i ? "," : "", UB_ARGS(item->attendees.items[i]->email));
	ub_buf_char(printer->out, '\n');
}

/* A plain length of time is told as such, and anything else by the clock. */
static void print_reminder(struct ub_buf *out, const struct ub_item *item, size_t i)
{
	int64_t seconds = item->reminders[i];
	struct ub_text words = i < item->reminder_words.n ? item->reminder_words.items[i] : UB_TEXT_NONE;
	ub_instant own = item->kind == UB_ITEM_TASK ? item->due : item->start;
	if (words.len) {
		ub_cal_format(out, UB_TEXT("%a %F %R: "), item->zone, own - seconds, UB_ENGLISH);
		ub_buf_add(out, words);
	} else if (seconds) {
		ub_cal_print_seconds(out, seconds < 0 ? -seconds : seconds);
		ub_buf_str(out, seconds < 0 ? " after" : " before");
	} else {
		ub_buf_str(out, "at that time");
	}
}

static void print_details(const struct ub_printer *printer, const struct ub_item *item)
{
	for (size_t i = 0; i < item->n_reminders; i++) {
		ub_buf_str(printer->out, "    reminder ");
		print_reminder(printer->out, item, i);
		ub_buf_char(printer->out, '\n');
	}
	if (item->categories.n)
		ub_buf_str(printer->out, "    categories");
	for (size_t i = 0; i < item->categories.n; i++)
		ub_buf_printf(printer->out, "%s %.*s", i ? "," : "", UB_ARGS(item->categories.items[i]));
	if (item->categories.n)
		ub_buf_char(printer->out, '\n');
}

static const struct {
	const char *word, *style;
} notes[] = {
	[UB_NOTE_REMARK] = { "note", UB_STYLE_YELLOW },
	[UB_NOTE_SKIPPED] = { "not made", UB_STYLE_DIM },
	[UB_NOTE_UNDECIDED] = { "cannot tell", UB_STYLE_YELLOW },
	[UB_NOTE_REFUSED] = { "refused", UB_STYLE_RED },
};

static void print_note(const struct ub_printer *printer, const struct ub_note *note)
{
	plan_print_styled(printer, notes[note->kind].style, ub_text(notes[note->kind].word));
	ub_buf_printf(printer->out, ": %.*s\n", UB_ARGS(note->text));
}

static void print_passed_over(
    struct ub_buf *line, const struct ub_passed_over *passed, const struct ub_zone *zone)
{
	if (passed->from != UB_INSTANT_NONE)
		ub_cal_format(line, passed->whole_day ? UB_TEXT("%a %F: ") : UB_TEXT("%a %F %R"), zone,
		    passed->from, UB_ENGLISH);
	if (passed->to > passed->from && !passed->whole_day)
		ub_cal_format(line, UB_TEXT(" to %R"), zone, passed->to, UB_ENGLISH);
	if (passed->from != UB_INSTANT_NONE && !passed->whole_day)
		ub_buf_str(line, ": ");
	ub_buf_printf(line, "%.*s\n", UB_ARGS(passed->why));
}

static void print_considered(const struct ub_printer *printer, const struct ub_considered *considered)
{
	for (size_t i = 0; i < considered->n; i++) {
		struct ub_buf line = UB_BUF(printer->out->arena);
		ub_buf_str(&line, "    not on ");
		print_passed_over(&line, &considered->items[i], considered->zone);
		plan_print_styled(printer, UB_STYLE_DIM, ub_buf_text(&line));
	}
}

static bool is_about(const struct ub_note *note, const struct ub_item *item)
{
	return ub_text_eq(note->item, item->id) && ub_text_eq(note->instance, item->instance);
}

static void print_item(
    const struct ub_printer *printer, const struct ub_plan *plan, const struct ub_item *item)
{
	ub_buf_printf(printer->out, "  %s ", item->kind == UB_ITEM_TASK ? "task " : "event");
	plan_print_styled(printer, UB_STYLE_BOLD, item->title);
	plan_print_styled(
	    printer, UB_STYLE_DIM, ub_textf(printer->out->arena, "  [%.*s]\n", UB_ARGS(item->id)));
	print_when(printer, item);
	print_considered(printer, &item->considered);
	print_people(printer, item);
	print_details(printer, item);
	for (size_t i = 0; i < plan->notes.n; i++) {
		if (!is_about(&plan->notes.items[i], item))
			continue;
		ub_buf_str(printer->out, "    ");
		print_note(printer, &plan->notes.items[i]);
	}
	print_indented(printer, item->description, "    | ");
}

void plan_print_amendment(
    const struct ub_printer *printer, const struct ub_amendment *amendment, const char *margin)
{
	static const char *const words[] = { "attendee", "category", "agenda", "reminder" };
	ub_buf_str(printer->out, words[amendment->kind]);
	ub_buf_str(printer->out, amendment->kind == UB_AMEND_AGENDA ? "" : " ");
	if (amendment->kind == UB_AMEND_REMINDER) {
		ub_cal_print_seconds(printer->out, amendment->seconds);
		ub_buf_str(printer->out, " before");
	} else if (amendment->kind != UB_AMEND_AGENDA) {
		plan_print_styled(printer, UB_STYLE_BOLD, amendment->text);
	}
	plan_print_styled(
	    printer, UB_STYLE_DIM, ub_textf(printer->out->arena, "  [%.*s]\n", UB_ARGS(amendment->id)));
	if (amendment->kind == UB_AMEND_AGENDA)
		print_indented(printer, amendment->text, margin);
}

static void print_amendments(const struct ub_printer *printer, const struct ub_plan *plan)
{
	if (plan->amendments.n)
		plan_print_styled(printer, UB_STYLE_BOLD, UB_TEXT("\nAdded to the meeting itself\n"));
	for (size_t i = 0; i < plan->amendments.n; i++) {
		ub_buf_str(printer->out, "  ");
		plan_print_amendment(printer, &plan->amendments.items[i], "    | ");
	}
}

/* Prints notes about items that were not made, and about the whole plan. */
static void print_notes(const struct ub_printer *printer, const struct ub_plan *plan)
{
	bool any = false;
	for (size_t i = 0; i < plan->notes.n; i++) {
		const struct ub_note *note = &plan->notes.items[i];
		bool made = false;
		for (size_t k = 0; k < plan->items.n; k++)
			made |= is_about(note, &plan->items.items[k]);
		if (made)
			continue;
		if (!any)
			plan_print_styled(printer, UB_STYLE_BOLD, UB_TEXT("\nNotes\n"));
		any = true;
		ub_buf_printf(printer->out, "  %.*s%s", UB_ARGS(note->item), note->item.len ? " " : "");
		print_note(printer, note);
		print_considered(printer, &note->considered);
	}
}

void ub_plan_print(const struct ub_plan *plan, const struct ub_facts *facts, struct ub_buf *out, bool colour)
{
	struct ub_printer printer = { out, colour };
	if (facts) {
		struct ub_buf dump = UB_BUF(out->arena);
		ub_facts_dump(facts, &dump);
		plan_print_styled(&printer, UB_STYLE_BOLD, UB_TEXT("Facts\n"));
		print_indented(&printer, ub_buf_text(&dump), "  ");
		ub_buf_char(out, '\n');
	}
	if (plan->not_eligible) {
		ub_buf_printf(
		    out, "Nothing is planned: %s.\n", ub_facts_not_eligible_text(plan->not_eligible));
		print_notes(&printer, plan);
		return;
	}
	print_rules(&printer, plan);
	plan_print_styled(&printer, UB_STYLE_BOLD, UB_TEXT("\nItems\n"));
	for (size_t i = 0; i < plan->items.n; i++)
		print_item(&printer, plan, &plan->items.items[i]);
	if (plan->items.n == 0)
		ub_buf_str(out, "  none\n");
	print_amendments(&printer, plan);
	print_notes(&printer, plan);
}
