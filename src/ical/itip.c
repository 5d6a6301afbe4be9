/* SPDX-License-Identifier: Apache-2.0 */

/*
 * An object as others are sent it (RFC 5546): what is the sender's own is left out, as a server that
 * schedules would do.
 */
#include "ical-private.h"

struct messaging {
	const struct ub_ical_message *message;
	struct splice splice;
};

static bool takes_back(const struct ub_ical_message *message)
{
	return message->method == UB_ICAL_CANCEL;
}

/* The line without parameters that only servers may see (RFC 6638 7.1 to 7.3). */
static struct ub_text without_scheduling(const struct line *line, struct ub_arena *arena)
{
	struct ub_buf whole = UB_BUF(arena), out = UB_BUF(arena);
	struct ub_text rest = line->params, before = rest;
	struct param param;
	ub_buf_add(&whole, line->name);
	for (; ub_ical_next_param(&rest, &param); before = rest)
		if (!ub_text_eq_nocase(ub_text_sub(param.name, 0, 9), UB_TEXT("SCHEDULE-")))
			ub_buf_printf(&whole, ";%.*s",
			    UB_ARGS(ub_text_sub(before, 0, before.len - rest.len - (rest.len ? 1 : 0))));
	ub_buf_printf(&whole, ":%.*s", UB_ARGS(line->value));
	ub_ical_fold(&out, ub_buf_text(&whole));
	return ub_buf_text(&out);
}

static bool is(const struct line *line, const char *name)
{
	return ub_text_eq_nocase(line->name, ub_text(name));
}

/* Lines that are not sent on: Upbeat's marks, and what is written anew. */
static bool is_left_out(const struct messaging *messaging, const struct line *line)
{
	const struct ub_ical_message *message = messaging->message;
	bool marked = ub_text_eq_nocase(ub_text_sub(line->name, 0, 9), UB_TEXT("X-UPBEAT-"));
	bool other = is(line, "ATTENDEE") && takes_back(message) &&
		     !ub_text_eq(ub_ical_address(line, messaging->splice.arena), message->attendee);
	return marked || other || is(line, "DTSTAMP") || is(line, "SEQUENCE") || is(line, "REQUEST-STATUS") ||
	       (is(line, "STATUS") && takes_back(message));
}

static void change_line(struct messaging *messaging, const struct line *line)
{
	struct splice *splice = &messaging->splice;
	if (is_left_out(messaging, line))
		ub_ical_splice_line(splice, line, UB_TEXT_NONE);
	else if ((is(line, "ORGANIZER") || is(line, "ATTENDEE")) &&
		 ub_text_find(line->params, UB_TEXT("SCHEDULE-"), 0) != SIZE_MAX)
		ub_ical_splice_line(splice, line, without_scheduling(line, splice->arena));
}

/* Whom a whole event is taken back from is told so, and who alone is left off is not (RFC 5546 3.2.5). */
static void add_lines(struct messaging *messaging, const struct line *at)
{
	const struct ub_ical_message *message = messaging->message;
	struct ub_arena *arena = messaging->splice.arena;
	struct ub_civil c = ub_cal_civil(ub_cal_utc(), message->stamp);
	bool whole = takes_back(message) && message->whole;
	ub_ical_splice_before(&messaging->splice, at,
	    ub_textf(arena, "DTSTAMP:%04d%02d%02dT%02d%02d%02dZ\r\nSEQUENCE:%lld\r\n%s", c.year, c.month,
		c.day, c.hour, c.minute, c.second, (long long)message->sequence,
		whole ? "STATUS:CANCELLED\r\n" : ""));
}

static void change_component(struct messaging *messaging, size_t component)
{
	const struct ub_ical *ical = messaging->splice.ical;
	const struct component *of = &ical->components.items[component];
	for (size_t i = of->begin + 1; i < of->end; i++)
		if (ical->lines.items[i].component == component)
			change_line(messaging, &ical->lines.items[i]);
	add_lines(messaging, &ical->lines.items[of->begin + 1]);
}

/* The method is the first line of the object, and no other one stays. */
static void put_method(struct messaging *messaging)
{
	const struct ub_ical *ical = messaging->splice.ical;
	for (const struct line *line = NULL; (line = ub_ical_line(ical, 0, "METHOD", line));)
		ub_ical_splice_line(&messaging->splice, line, UB_TEXT_NONE);
	ub_ical_splice_before(&messaging->splice, &ical->lines.items[ical->components.items[0].begin + 1],
	    ub_textf(
		messaging->splice.arena, "METHOD:%s\r\n", ub_ical_method_word(messaging->message->method)));
}

const char *ub_ical_method_word(enum ub_ical_method method)
{
	return method == UB_ICAL_CANCEL ? "CANCEL" : "REQUEST";
}

struct ub_text ub_ical_message(
    const struct ub_ical *ical, const struct ub_ical_message *message, struct ub_arena *arena)
{
	struct messaging messaging = { .message = message, .splice = { .ical = ical, .arena = arena } };
	struct ub_text text;
	put_method(&messaging);
	for (size_t i = 1; i < ical->components.n; i++) {
		size_t parent = ical->components.items[i].parent;
		if (ub_ical_is_event(ical, i))
			change_component(&messaging, i);
		else if (ub_ical_is(ical, i, "VALARM") && ub_ical_is_event(ical, parent))
			ub_ical_splice_component(&messaging.splice, i, UB_TEXT_NONE);
	}
	return ub_ical_spliced(&messaging.splice, &ical->lines.items[0], &text) ? text : UB_TEXT_NONE;
}
