/* SPDX-License-Identifier: Apache-2.0 */
#include "rules-private.h"

/*
 * The reason for a condition's value, in one line for people: the operands of `&&` and `||` that decided,
 * each with the values from which the operand was computed. Names that rules define stay names.
 */

enum ub_verdict rules_ask_condition(const struct ub_cel_program *condition, enum ub_verdict without,
    struct ub_cel_activation *activation, struct ub_arena *arena)
{
	if (!condition)
		return without;
	struct ub_cel_value value = ub_cel_eval(condition, activation, arena, NULL);
	if (value.kind != UB_CEL_BOOL)
		return UB_CANNOT_TELL;
	return value.b ? UB_YES : UB_NO;
}

static struct ub_text trace_text(const struct ub_cel_trace *trace)
{
	return ub_text_sub(ub_cel_program_text(trace->program), trace->at, trace->at + trace->len);
}

/* Puts the text into one line, as expressions may be written over several. */
static void put_text(struct ub_buf *out, struct ub_text text)
{
	bool gap = false;
	ub_buf_char(out, '`');
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
		if (!blank || !gap)
			ub_buf_char(out, blank ? ' ' : c);
		gap = blank;
	}
	ub_buf_char(out, '`');
}

/* Puts a length of time as people say it, and all other values as CEL writes them. */
static void put_value(struct ub_buf *out, struct ub_cel_value value)
{
	if (value.kind == UB_CEL_DURATION && ub_cel_nanos(value) == 0)
		ub_cal_print_seconds(out, value.i);
	else if (value.kind == UB_CEL_ERROR)
		ub_buf_str(out, "not known");
	else
		ub_cel_print_literal(out, value, UB_RULE_VALUE_MAX);
}

static void put_fact(struct ub_buf *out, const struct ub_cel_trace *trace)
{
	put_text(out, trace_text(trace));
	ub_buf_str(out, " is ");
	put_value(out, trace->value);
}

/* Whether conditions of the same expression decided. Then these conditions are the reason. */
static bool is_made_of_conditions(const struct ub_cel_trace *trace)
{
	for (size_t i = 0; i < trace->n_parts; i++)
		if (trace->parts[i].value.kind != UB_CEL_BOOL || trace->parts[i].program != trace->program)
			return false;
	return trace->n_parts != 0;
}

/* Puts the values from which the result was computed: the traces without parts of their own. What stands in
 * the line already is not said again. */
static void put_values(struct ub_buf *out, const struct ub_cel_trace *trace, bool *first)
{
	for (size_t i = 0; i < trace->n_parts && out->len < UB_RULE_WHY_MAX; i++) {
		const struct ub_cel_trace *part = &trace->parts[i];
		if (part->n_parts) {
			put_values(out, part, first);
			continue;
		}
		struct ub_buf fact = UB_BUF(out->arena);
		put_fact(&fact, part);
		if (ub_text_find(ub_buf_text(out), ub_buf_text(&fact), 0) != SIZE_MAX)
			continue;
		ub_buf_str(out, *first ? " (" : ", ");
		*first = false;
		ub_buf_add(out, ub_buf_text(&fact));
	}
}

static void put_reason(struct ub_buf *out, const struct ub_cel_trace *trace)
{
	if (out->len > UB_RULE_WHY_MAX)
		return;
	if (is_made_of_conditions(trace)) {
		for (size_t i = 0; i < trace->n_parts; i++)
			put_reason(out, &trace->parts[i]);
		return;
	}
	bool first = true;
	if (out->len)
		ub_buf_str(out, ", ");
	put_fact(out, trace);
	put_values(out, trace, &first);
	if (!first)
		ub_buf_char(out, ')');
}

static struct ub_text why_line(
    const struct ub_cel_program *program, struct ub_cel_activation *activation, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	const struct ub_cel_trace *trace = ub_cel_explain(program, activation, arena, NULL);
	put_reason(&out, trace);
	if (out.len <= UB_RULE_WHY_MAX)
		return ub_buf_text(&out);
	size_t end = UB_RULE_WHY_MAX;
	while (end > 0 && ((unsigned char)out.ptr[end] & 0xC0) == 0x80)
		end--;
	return ub_textf(arena, "%.*s...", (int)end, out.ptr);
}

struct ub_text rules_why_not_told(
    const struct ub_cel_program *program, struct ub_cel_activation *activation, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	struct ub_cel_value value = ub_cel_eval(program, activation, arena, NULL);
	if (value.kind != UB_CEL_ERROR)
		return UB_TEXT("the condition is neither true nor false");
	const struct ub_cel_error *error = value.error;
	if (error->program)
		put_text(&out,
		    ub_text_sub(ub_cel_program_text(error->program), error->at, error->at + error->len));
	/* A message that begins with the sub-expression needs no second copy of it. */
	if (ub_text_starts(error->message, ub_buf_text(&out)))
		return error->message;
	if (out.len)
		ub_buf_str(&out, ": ");
	ub_buf_add(&out, error->message);
	return ub_buf_text(&out);
}

static struct ub_text why_group(const struct ub_match *match, struct ub_arena *arena)
{
	return ub_textf(arena, "rule `%.*s` goes first in group `%.*s`%s", UB_ARGS(match->first->rule->name),
	    UB_ARGS(match->rule->group), match->verdict == UB_NO ? "" : " and cannot tell");
}

/* Where a part stands, as the parts of one condition may come from different files. */
static struct ub_text place_text(struct ub_place place, struct ub_arena *arena)
{
	size_t line, column;
	ub_place_line_column(place, &line, &column);
	return ub_textf(arena, " [%.*s:%zu]", UB_ARGS(place.source->name), line);
}

/* The reasons of the parts that came to the verdict, all of them or, where nobody can tell, the first. */
static struct ub_text why_parts(const struct ub_conditions *parts, enum ub_verdict verdict,
    struct ub_cel_activation *activation, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < parts->n; i++) {
		const struct ub_cel_program *program = parts->items[i].program;
		if (parts->n > 1 && rules_ask_condition(program, UB_YES, activation, arena) != verdict)
			continue;
		ub_buf_str(&out, out.len ? ", " : "");
		ub_buf_add(&out, verdict == UB_CANNOT_TELL ? rules_why_not_told(program, activation, arena)
							   : why_line(program, activation, arena));
		if (parts->n > 1)
			ub_buf_add(&out, place_text(parts->items[i].place, arena));
		if (verdict == UB_CANNOT_TELL)
			break;
	}
	return ub_buf_text(&out);
}

static struct ub_text every_one(enum ub_rule_subject subject)
{
	return subject == UB_FOR_ACCOUNT ? UB_TEXT("it applies to every account")
	       : subject == UB_FOR_TEAM  ? UB_TEXT("it applies to every team")
					 : UB_TEXT("it applies to every meeting");
}

struct ub_text ub_rules_why(const struct ub_match *match)
{
	struct ub_arena *arena = ub_cel_activation_arena(match->activation);
	const struct ub_rule *rule = match->rule;
	if (match->reason == UB_BY_ENABLED)
		return UB_TEXT("it is switched off (`enabled: false`)");
	if (match->reason == UB_BY_GROUP)
		return why_group(match, arena);
	if (match->reason == UB_BY_WHEN && rule->when.n == 0)
		return every_one(rule->subject);
	if (match->reason == UB_BY_WHEN)
		return why_parts(&rule->when, match->verdict, match->activation, arena);
	bool told = match->verdict != UB_CANNOT_TELL;
	struct ub_text line =
	    why_parts(&rule->unless, told ? UB_YES : UB_CANNOT_TELL, match->activation, arena);
	return ub_textf(arena, told ? "unless %.*s" : "`unless` cannot tell: %.*s", UB_ARGS(line));
}
