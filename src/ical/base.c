/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

#include <stdlib.h>

/*
 * X-UPBEAT-BASE: "1" and six characters for each property in order, in base64url (Cyrus unescapes commas in
 * X- values). 36 bits are enough, as they need not keep out an attacker, but only show a change.
 */
#define BASE_VERSION '1'
#define DIGEST_CHARS 6
#define N_PARTS      8 /* in the order of enum ub_property's bits */
#define PART_AGENDA  4
#define BASE_CHARS   (1 + DIGEST_CHARS * N_PARTS)

/* The sources of the digests. */
struct subject {
	struct reader reader;
	size_t component;
	struct ub_event event;
	const struct ub_declines *but; /* people who do not count */
};

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Puts the text without white space at the ends, and with single blanks elsewhere. */
static void put_words(struct ub_buf *out, struct ub_text text)
{
	text = ub_text_trim(text);
	for (size_t i = 0; i < text.len; i++)
		if (!blank(text.ptr[i]))
			ub_buf_char(out, text.ptr[i]);
		else if (!blank(text.ptr[i - 1]))
			ub_buf_char(out, ' ');
}

static void put_title(struct ub_buf *out, struct subject *subject)
{
	put_words(out, subject->event.summary);
}

static void put_place(struct ub_buf *out, struct subject *subject)
{
	put_words(out, subject->event.location);
}

static void put_when(struct ub_buf *out, const struct ub_when *when)
{
	if (when->given)
		ub_buf_printf(out, "%lld%s ", (long long)ub_ical_instant(when), when->date ? "d" : "");
}

static void put_time(struct ub_buf *out, struct subject *subject)
{
	static const char *const names[] = { "RRULE", "RDATE", "RECURRENCE-ID" };
	if (subject->event.component == UB_COMPONENT_EVENT)
		put_when(out, &subject->event.start);
	put_when(out, &subject->event.end);
	if (subject->event.marks.due)
		ub_buf_printf(out, "due %lld ", (long long)subject->event.marks.due);
	for (size_t i = 0; i < UB_COUNT(names); i++)
		if (ub_ical_line(subject->reader.ical, subject->component, names[i], NULL))
			ub_buf_str(out, names[i]);
}

static int by_text(const void *left, const void *right)
{
	return ub_text_cmp(*(const struct ub_text *)left, *(const struct ub_text *)right);
}

/* Puts the values sorted, each once. */
static void put_set(struct ub_buf *out, struct ub_texts set)
{
	if (set.n)
		qsort(set.items, set.n, sizeof *set.items, by_text);
	for (size_t i = 0; i < set.n; i++)
		if (i == 0 || !ub_text_eq(set.items[i], set.items[i - 1]))
			ub_buf_printf(out, "%.*s\n", UB_ARGS(set.items[i]));
}

static void put_people(struct ub_buf *out, struct subject *subject)
{
	const struct ub_event *event = &subject->event;
	struct ub_text organizer = event->organizer ? event->organizer->address : UB_TEXT_NONE;
	struct ub_texts addresses = { 0 };
	for (size_t i = 0; i < event->n_attendees; i++)
		if (!ub_text_eq(event->attendees[i].address, organizer) &&
		    !ub_plan_has_declined(subject->but, event->attendees[i].address))
			*ub_push(subject->reader.arena, &addresses) = event->attendees[i].address;
	put_set(out, addresses);
}

static void put_digest(struct ub_buf *out, struct ub_text text)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint64_t hash = ub_text_hash(text);
	hash ^= hash >> 28;
	for (int i = 0; i < DIGEST_CHARS; i++, hash >>= 6)
		ub_buf_char(out, alphabet[hash & 63]);
}

static struct ub_text digest(struct ub_text base, size_t i)
{
	return ub_text_sub(base, 1 + i * DIGEST_CHARS, 1 + (i + 1) * DIGEST_CHARS);
}

const struct line *ub_ical_base_line(const struct ub_ical *ical)
{
	size_t master = ub_ical_master(ical);
	const struct line *line =
	    master == NO_COMPONENT ? NULL : ub_ical_line(ical, master, "X-UPBEAT-BASE", NULL);
	struct ub_text base = line ? ub_text_trim(line->value) : UB_TEXT_NONE;
	return base.len == BASE_CHARS && base.ptr[0] == BASE_VERSION ? line : NULL;
}

static size_t next_line(struct ub_text text, size_t at)
{
	while (at < text.len && text.ptr[at] != '\n')
		at++;
	while (at < text.len && blank(text.ptr[at]))
		at++;
	return at;
}

size_t ub_ical_notes_above(const struct ub_ical *ical, struct ub_text description, struct ub_arena *arena)
{
	const struct line *base = ub_ical_base_line(ical);
	struct ub_buf words = UB_BUF(arena), now = UB_BUF(arena);
	size_t from, to, at = 0;
	if (!base || !ub_ical_agenda(description, &from, &to) || from != 0)
		return 0;
	struct ub_text text = ub_text_sub(description, 0, to);
	for (int i = 0; i <= UB_ICAL_ABOVE_MAX && at < to; i++, at = next_line(text, at)) {
		words.len = now.len = 0;
		put_words(&words, ub_text_sub(text, at, to));
		put_digest(&now, ub_buf_text(&words));
		if (ub_text_eq(ub_buf_text(&now), digest(ub_text_trim(base->value), PART_AGENDA)))
			return at;
	}
	return 0;
}

bool ub_ical_has_notes(const struct ub_ical *ical, struct ub_text description, struct ub_arena *arena)
{
	return ub_ical_notes_below(description).len > 0 || ub_ical_notes_above(ical, description, arena) > 0;
}

/* Puts the text between the delimiter lines. A description without them is the user's. */
static void put_agenda(struct ub_buf *out, struct subject *subject)
{
	struct ub_text text = subject->event.description;
	size_t from, to;
	if (ub_ical_agenda(text, &from, &to))
		put_words(out,
		    ub_text_sub(text,
			from + ub_ical_notes_above(subject->reader.ical, text, subject->reader.arena), to));
	else
		ub_buf_str(out, text.len ? "without delimiters" : "");
}

bool ub_ical_reminds(const struct ub_ical *ical, size_t component, size_t of)
{
	return ical->components.items[component].parent == of && ub_ical_is(ical, component, "VALARM") &&
	       !ub_ical_line(ical, component, "RELATED-TO", NULL);
}

/* Puts the triggers of alarms as written. */
static void put_reminders(struct ub_buf *out, struct subject *subject)
{
	const struct ub_ical *ical = subject->reader.ical;
	struct ub_texts triggers = { 0 };
	for (size_t i = subject->component + 1; i < ical->components.n; i++) {
		if (!ub_ical_reminds(ical, i, subject->component))
			continue;
		const struct property *trigger = ub_ical_property(ical, i, "TRIGGER", NULL);
		if (!trigger)
			continue;
		*ub_push(subject->reader.arena, &triggers) =
		    trigger->kind == VALUE_DURATION
			? ub_textf(subject->reader.arena, "%lld",
			      (long long)(trigger->days * 86400 + trigger->seconds))
			: ub_text_trim(trigger->text);
	}
	put_set(out, triggers);
}

static void put_categories(struct ub_buf *out, struct subject *subject)
{
	put_set(out, subject->event.categories);
}

static void put_state(struct ub_buf *out, struct subject *subject)
{
	const struct ub_event *event = &subject->event;
	ub_buf_printf(
	    out, "%d %d %d", event->status == UB_STATUS_CANCELLED, event->transparent, event->class);
}

/* In the order of enum ub_property's bits. */
static void (*const parts[N_PARTS])(struct ub_buf *out, struct subject *subject) = { put_title, put_time,
	put_place, put_people, put_agenda, put_reminders, put_categories, put_state };

struct ub_text ub_ical_base_but(const struct ub_ical *ical, const struct ub_declines *but,
    const struct ub_zones *zones, struct ub_arena *arena)
{
	struct ub_ical_refusal refusal;
	const struct ub_event *event = ub_ical_event(ical, zones, arena, &refusal);
	struct ub_buf base = UB_BUF(arena);
	if (!event)
		return UB_TEXT_NONE;
	struct subject subject = { { .ical = ical, .zones = zones, .arena = arena, .refusal = &refusal },
		ub_ical_master(ical), *event, but };
	ub_buf_char(&base, BASE_VERSION);
	for (size_t i = 0; i < N_PARTS; i++) {
		struct ub_buf text = UB_BUF(arena);
		parts[i](&text, &subject);
		put_digest(&base, ub_buf_text(&text));
	}
	return ub_buf_text(&base);
}

struct ub_text ub_ical_base(const struct ub_ical *ical, const struct ub_zones *zones, struct ub_arena *arena)
{
	const struct ub_declines nobody = { 0 };
	return ub_ical_base_but(ical, &nobody, zones, arena);
}

unsigned ub_ical_base_differs(struct ub_text left, struct ub_text right)
{
	unsigned differ = 0;
	for (size_t i = 0; i < N_PARTS; i++)
		if (!ub_text_eq(digest(left, i), digest(right, i)))
			differ |= 1u << i;
	return differ;
}

struct ub_text ub_ical_base_merge(
    struct ub_text base, struct ub_text other, unsigned properties, struct ub_arena *arena)
{
	struct ub_buf merged = UB_BUF(arena);
	ub_buf_char(&merged, BASE_VERSION);
	for (size_t i = 0; i < N_PARTS; i++)
		ub_buf_add(&merged, digest(properties & 1u << i ? other : base, i));
	return ub_buf_text(&merged);
}

unsigned ub_ical_user_changes(
    const struct ub_ical *ical, const struct ub_zones *zones, struct ub_arena *arena)
{
	struct ub_text now = ub_ical_base(ical, zones, arena);
	const struct line *then = ub_ical_base_line(ical);
	return now.len && then ? ub_ical_base_differs(now, ub_text_trim(then->value)) : UB_PROPERTY_ALL;
}
