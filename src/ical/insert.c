/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

/* Insertion of rules' additions into the user's own meeting. ical-private.h describes the marks. */

struct amending {
	struct ub_arena *arena;
	const struct ub_ical *ical;
	size_t component; /* the VEVENT that is being changed */
	struct splice splice;
};

/* ---- marks ---- */

const char *const ub_ical_added_kinds[UB_ICAL_ADDED_KINDS] = {
	[UB_AMEND_ATTENDEE] = "attendee",
	[UB_AMEND_CATEGORY] = "category",
	[UB_AMEND_AGENDA] = "agenda",
	[UB_AMEND_REMINDER] = "reminder",
};

struct added ub_ical_added(const struct line *line)
{
	struct ub_text rest = ub_text_trim(line->value);
	struct added added = { 0 };
	(void)(ub_text_split(&rest, '.', &added.kind) && ub_text_split(&rest, '.', &added.mark) &&
	       ub_text_split(&rest, '.', &added.rule) && ub_text_split(&rest, '.', &added.value));
	return added;
}

static struct ub_text digest(struct ub_arena *arena, struct ub_text value)
{
	return ub_digest(arena, value, 9);
}

struct ub_text ub_ical_added_attendee(const struct line *line, struct ub_arena *arena)
{
	return digest(arena, ub_ical_address(line, arena));
}

static struct ub_text category(struct ub_text piece, struct ub_arena *arena)
{
	return ub_ical_text(ub_text_trim(piece), arena);
}

struct ub_text ub_ical_added_category(struct ub_text piece, struct ub_arena *arena)
{
	return digest(arena, category(piece, arena));
}

static struct ub_text reminder_value(int64_t seconds, struct ub_arena *arena)
{
	return digest(arena, ub_textf(arena, "%lld", (long long)seconds));
}

struct ub_text ub_ical_added_reminder(
    const struct ub_ical *ical, size_t alarm, size_t of, struct ub_arena *arena)
{
	const struct property *trigger =
	    ub_ical_reminds(ical, alarm, of) ? ub_ical_property(ical, alarm, "TRIGGER", NULL) : NULL;
	if (!trigger || trigger->kind != VALUE_DURATION ||
	    ub_text_eq_nocase(ub_ical_property_param(trigger, "RELATED"), UB_TEXT("END")))
		return UB_TEXT_NONE;
	return reminder_value(-(trigger->days * 86400 + trigger->seconds), arena);
}

/* The value tells whether the event had a description before. */
static struct ub_text agenda_value(const struct ub_ical *ical, size_t component)
{
	return ub_text(
	    ub_ical_line(ical, component, "DESCRIPTION", NULL) ? UB_ICAL_ADDED_BELOW : UB_ICAL_ADDED_ALONE);
}

static struct ub_text value_of(const struct ub_ical *ical, size_t component,
    const struct ub_amendment *amendment, struct ub_arena *arena)
{
	if (amendment->kind == UB_AMEND_AGENDA)
		return agenda_value(ical, component);
	return amendment->kind == UB_AMEND_REMINDER ? reminder_value(amendment->seconds, arena)
						    : digest(arena, amendment->text);
}

/* An event has room for one agenda, whatever its text. */
static bool is_same(const struct added *added, const struct ub_amendment *amendment, struct ub_text value)
{
	return ub_text_eq(added->mark, amendment->mark) ||
	       (ub_text_is(added->kind, ub_ical_added_kinds[amendment->kind]) &&
		   (amendment->kind == UB_AMEND_AGENDA || ub_text_eq(added->value, value)));
}

static bool bears(
    const struct ub_ical *ical, size_t component, const struct ub_amendment *amendment, struct ub_text value)
{
	for (const struct line *line = NULL; (line = ub_ical_line(ical, component, UB_ICAL_ADDED, line));) {
		struct added added = ub_ical_added(line);
		if (is_same(&added, amendment, value))
			return true;
	}
	return false;
}

bool ub_ical_bears(const struct ub_ical *ical, const struct ub_amendment *amendment, struct ub_arena *arena)
{
	size_t master = ub_ical_master(ical);
	return master != NO_COMPONENT &&
	       bears(ical, master, amendment, value_of(ical, master, amendment, arena));
}

/* The end of the properties, which stand before the components inside (RFC 5545 3.6). The first of these is
 * the next component. */
static const struct line *end_of_properties(const struct amending *amending)
{
	const struct ub_ical *ical = amending->ical;
	size_t end = ical->components.items[amending->component].end, next = amending->component + 1;
	if (next < ical->components.n && ical->components.items[next].begin < end)
		end = ical->components.items[next].begin;
	return &ical->lines.items[end];
}

/* ---- attendees ---- */

static bool attendee_is_there(const struct amending *amending, const struct ub_amendment *amendment)
{
	const struct line *line = NULL;
	while ((line = ub_ical_line(amending->ical, amending->component, "ATTENDEE", line)))
		if (ub_text_eq(ub_ical_address(line, amending->arena), amendment->text))
			return true;
	return false;
}

/* The attendee need not answer. */
static void put_attendee(
    const struct amending *amending, const struct ub_amendment *amendment, struct ub_buf *out)
{
	(void)amending;
	ub_ical_put(out, "ATTENDEE;ROLE=NON-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:%.*s",
	    UB_ARGS(amendment->text));
}

/* ---- categories ---- */

static bool category_is_there(const struct amending *amending, const struct ub_amendment *amendment)
{
	const struct line *line = NULL;
	struct ub_text piece;
	while ((line = ub_ical_line(amending->ical, amending->component, "CATEGORIES", line)))
		for (struct ub_text rest = line->value; ub_ical_list_next(&rest, &piece);)
			if (ub_text_eq(category(piece, amending->arena), amendment->text))
				return true;
	return false;
}

static void put_category(
    const struct amending *amending, const struct ub_amendment *amendment, struct ub_buf *out)
{
	(void)amending;
	ub_ical_put_text(out, "CATEGORIES", amendment->text);
}

/* ---- reminders ---- */

static bool reminder_is_there(const struct amending *amending, const struct ub_amendment *amendment)
{
	struct ub_text value = reminder_value(amendment->seconds, amending->arena);
	const struct ub_ical *ical = amending->ical;
	size_t end = ical->components.items[amending->component].end;
	for (size_t i = amending->component + 1;
	     i < ical->components.n && ical->components.items[i].begin < end; i++)
		if (ub_text_eq(ub_ical_added_reminder(ical, i, amending->component, amending->arena), value))
			return true;
	return false;
}

static void put_reminder(
    const struct amending *amending, const struct ub_amendment *amendment, struct ub_buf *out)
{
	const struct property *title = ub_ical_property(amending->ical, amending->component, "SUMMARY", NULL);
	ub_ical_put_alarm(out, amendment->seconds, title ? title->text : UB_TEXT("Reminder"));
}

/* ---- the agenda ---- */

static const struct line *description(const struct amending *amending)
{
	return ub_ical_line(amending->ical, amending->component, "DESCRIPTION", NULL);
}

/* Whether an agenda is there, or can have no place. In an encoded value, as of vCalendar 1.0, readers would
 * misread an agenda. */
static bool agenda_is_there(const struct amending *amending, const struct ub_amendment *amendment)
{
	const struct line *line = description(amending);
	size_t from, to;
	(void)amendment;
	return line && (ub_ical_raw_param(line, "ENCODING").len ||
			   ub_ical_shared(line->value, amending->arena, &from, &to));
}

static struct ub_text agenda_text(const struct ub_amendment *amendment, bool first, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	struct ub_text text = ub_textf(arena, "%s" UB_PLAN_SHARED_BEGIN "\n%.*s\n" UB_PLAN_SHARED_END,
	    first ? "" : "\n\n", UB_ARGS(ub_text_trim(amendment->text)));
	ub_ical_escape(&out, text);
	return ub_buf_text(&out);
}

/* Puts a DESCRIPTION line, or the continuation of the existing one. */
static void put_agenda(
    const struct amending *amending, const struct ub_amendment *amendment, struct ub_buf *out)
{
	const struct line *line = description(amending);
	bool first = !line || ub_text_trim(line->value).len == 0;
	ub_ical_fold(out, ub_textf(amending->arena, "%s%.*s", line ? " " : "DESCRIPTION:",
			      UB_ARGS(agenda_text(amendment, first, amending->arena))));
}

/* ---- all kinds ---- */

static const struct kind {
	bool component; /* the addition is a component, which comes last */
	bool (*is_there)(const struct amending *amending, const struct ub_amendment *amendment);
	void (*put)(
	    const struct amending *amending, const struct ub_amendment *amendment, struct ub_buf *out);
} kinds[] = {
	[UB_AMEND_ATTENDEE] = { false, attendee_is_there, put_attendee },
	[UB_AMEND_CATEGORY] = { false, category_is_there, put_category },
	[UB_AMEND_AGENDA] = { false, agenda_is_there, put_agenda },
	[UB_AMEND_REMINDER] = { true, reminder_is_there, put_reminder },
};

static bool add(struct amending *amending, const struct ub_amendment *amendment)
{
	const struct kind *kind = &kinds[amendment->kind];
	const struct ub_ical *ical = amending->ical;
	struct ub_text value = value_of(ical, amending->component, amendment, amending->arena);
	struct ub_buf out = UB_BUF(amending->arena), mark = UB_BUF(amending->arena);
	if (bears(ical, amending->component, amendment, value) || kind->is_there(amending, amendment))
		return false;
	const struct line *at = end_of_properties(amending);
	kind->put(amending, amendment, &out);
	ub_ical_put(&mark, UB_ICAL_ADDED ":%s.%.*s.%.*s.%.*s", ub_ical_added_kinds[amendment->kind],
	    UB_ARGS(amendment->mark), UB_ARGS(amendment->rule_mark), UB_ARGS(value));
	ub_ical_splice_before(&amending->splice, at, ub_buf_text(&mark));
	if (amendment->kind == UB_AMEND_AGENDA && description(amending))
		ub_ical_splice_onto(&amending->splice, description(amending), ub_buf_text(&out));
	else if (kind->component)
		ub_ical_splice_before(&amending->splice,
		    &ical->lines.items[ical->components.items[amending->component].end], ub_buf_text(&out));
	else
		ub_ical_splice_before(&amending->splice, at, ub_buf_text(&out));
	return true;
}

/* Whether an earlier amendment is the same, as two rules may ask for the same. Any two agendas are the same,
 * as there is room for one. */
static bool is_repeated(const struct ub_amendments *amendments, size_t at)
{
	const struct ub_amendment *this = &amendments->items[at];
	for (size_t i = 0; i < at; i++) {
		const struct ub_amendment *earlier = &amendments->items[i];
		if (earlier->kind == this->kind && earlier->seconds == this->seconds &&
		    (this->kind == UB_AMEND_AGENDA || ub_text_eq(earlier->text, this->text)))
			return true;
	}
	return false;
}

static size_t add_to_all(struct amending *amending, const struct ub_amendment *amendment)
{
	size_t master = ub_ical_master(amending->ical), added = 0;
	for (size_t i = 1; i < amending->ical->components.n; i++) {
		amending->component = i;
		/* The times in an agenda are the master's. */
		if (ub_ical_is_event(amending->ical, i) &&
		    (i == master || amendment->kind != UB_AMEND_AGENDA))
			added += add(amending, amendment);
	}
	return added;
}

/* Whether the unfolded lines are UTF-8. A fold may stand within a character (RFC 5545 3.1). */
static bool is_utf8(const struct ub_ical *ical)
{
	for (size_t i = 0; !ical->utf8 && i < ical->lines.n; i++) {
		const struct line *line = &ical->lines.items[i];
		size_t len = (size_t)(line->value.ptr - line->name.ptr) + line->value.len;
		if (!ub_text_utf8_valid(ub_text_n(line->name.ptr, len)))
			return false;
	}
	return true;
}

struct ub_ical_amended ub_ical_amend(
    const struct ub_ical *ical, const struct ub_amendments *amendments, struct ub_arena *arena)
{
	struct ub_ical_amended amended = { .text = ical->text };
	struct amending amending = { .arena = arena, .ical = ical };
	amending.splice = (struct splice){ .ical = ical, .arena = arena };
	/* Nothing is added to a text in another encoding, which RFC 5545 6 does not allow. */
	if (!is_utf8(ical))
		return amended;
	/* By kind, as components come after properties. */
	for (size_t kind = 0; kind < UB_COUNT(kinds); kind++)
		for (size_t a = 0; a < amendments->n; a++)
			if (amendments->items[a].kind == kind && !is_repeated(amendments, a))
				amended.n += add_to_all(&amending, &amendments->items[a]);
	if (amended.n && !ub_ical_spliced(&amending.splice, &ical->lines.items[0], &amended.text))
		return (struct ub_ical_amended){ .text = ical->text, .overlap = true };
	return amended;
}
