/* SPDX-License-Identifier: Apache-2.0 */
#include "facts-private.h"

struct question {
	const struct ub_event *event;
	const struct ub_org *org;
	int64_t now;
};

static bool is_task(const struct question *q)
{
	return q->event->component == UB_COMPONENT_TASK;
}

static bool is_no_event(const struct question *q)
{
	return q->event->component != UB_COMPONENT_EVENT;
}

static bool is_generated(const struct question *q)
{
	return q->event->marks.item.len != 0;
}

static bool has_no_uid(const struct question *q)
{
	return q->event->uid.len == 0;
}

static bool has_no_start(const struct question *q)
{
	return !q->event->start.given;
}

/* METHOD should not be in a calendar (RFC 4791 4.1), but some clients store messages as they came. */
static bool is_cancelled(const struct question *q)
{
	return q->event->status == UB_STATUS_CANCELLED ||
	       ub_text_eq_nocase(q->event->method, UB_TEXT("CANCEL")) ||
	       facts_title_says_cancelled(q->event->summary);
}

static bool is_single_instance(const struct question *q)
{
	return q->event->override_only && !q->event->is_instance;
}

static bool is_recurring(const struct question *q)
{
	return q->event->repeats != UB_REPEATS_NOT && !q->event->is_instance;
}

/* Nothing in an event says that it is gone: the plan is told so. */
static bool is_gone(const struct question *q)
{
	(void)q;
	return false;
}

static bool is_past(const struct question *q)
{
	const struct ub_zone *zone = q->org->standard.zone;
	int64_t start = facts_when_instant(&q->event->start, zone);
	int64_t end = q->event->end.given ? facts_when_instant(&q->event->end, zone) : start;
	return (end > start ? end : start) <= q->now;
}

static char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || (unsigned char)c >= 0x80;
}

/* Whether the text has `word`, in any case, and not as the beginning of a longer word. */
static bool has_word(struct ub_text text, struct ub_text word)
{
	for (size_t at = 0; at + word.len <= text.len; at++)
		if (ub_text_eq_nocase(ub_text_sub(text, at, at + word.len), word) &&
		    (at + word.len == text.len || !is_word_char(ascii_lower(text.ptr[at + word.len]))))
			return true;
	return false;
}

static bool is_opted_out(const struct question *q)
{
	static const struct ub_text word = { "#noprep", 7 };
	for (size_t i = 0; i < q->event->categories.n; i++) {
		struct ub_text category = ub_text_trim(q->event->categories.items[i]);
		if (ub_text_eq_nocase(category, UB_TEXT("no-upbeat")) ||
		    ub_text_eq_nocase(category, UB_TEXT("noprep")) || ub_text_eq_nocase(category, word))
			return true;
	}
	return has_word(q->event->summary, word) || has_word(q->event->description, word);
}

/* Only a decision about a whole series says so. */
static bool is_without_instance(const struct question *q)
{
	(void)q;
	return false;
}

/* The order counts: the first reason that holds is told. */
static const struct reason {
	const char *word, *sentence;
	bool (*holds)(const struct question *question);
} reasons[] = {
	{ "task", "it is a task, not a meeting", is_task },
	{ "not-an-event", "it is not an event", is_no_event },
	{ "generated", "it is one of Upbeat's own items", is_generated },
	{ "no-uid", "it has no UID", has_no_uid },
	{ "no-start", "it has no start", has_no_start },
	{ "cancelled", "the event is cancelled", is_cancelled },
	{ "opted-out",
	    "the event asks for no items (category no-upbeat or noprep, or #noprep in its title or "
	    "description)",
	    is_opted_out },
	{ "recurring", "the event is a series whose instances cannot be told", is_recurring },
	{ "no-instance", "the series has no instance in the next 60 days", is_without_instance },
	{ "no-such-instance",
	    "the series has no instance on that day, within 92 days before and 60 days from now",
	    is_without_instance },
	{ "past", "the event is over", is_past },
	{ "single-instance", "it is an invitation to instances of a series, none of them in the next 60 days",
	    is_single_instance },
	{ "gone", "the event was deleted", is_gone },
};

const char *ub_facts_not_eligible(const struct ub_event *event, const struct ub_org *org, int64_t now)
{
	struct question question = { event, org, now };
	for (size_t i = 0; i < UB_COUNT(reasons); i++)
		if (reasons[i].holds(&question))
			return reasons[i].word;
	return NULL;
}

const char *ub_facts_not_eligible_text(const char *reason)
{
	for (size_t i = 0; i < UB_COUNT(reasons); i++)
		if (ub_text_is(ub_text(reason), reasons[i].word))
			return reasons[i].sentence;
	return reason;
}
