/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

/*
 * What rules add to the user's own meeting. An addition is a line (of the agenda: the end of a line; of a
 * reminder: a VALARM) and a mark of its own,
 *
 *	X-UPBEAT-ADDED:KIND.MARK.RULE.VALUE
 *
 * by which it is found and taken away again without anything else being known. VALUE is a digest of what was
 * added: servers drop parameters that they do not know, so that the line itself cannot be marked.
 */
#define MARK_NAME   "X-UPBEAT-ADDED"
#define VALUE_BYTES 9

struct amending {
	struct ub_arena *arena;
	const struct ub_ical *ical;
	size_t component; /* the VEVENT at hand */
	struct splice splice;
};

/* ---- marks ---- */

struct mark {
	struct ub_text kind, mark, rule, value;
};

static struct mark read_mark(const struct line *line)
{
	struct ub_text rest = ub_text_trim(line->value);
	struct mark mark = { 0 };
	(void)(ub_text_split(&rest, '.', &mark.kind) && ub_text_split(&rest, '.', &mark.mark) &&
	       ub_text_split(&rest, '.', &mark.rule) && ub_text_split(&rest, '.', &mark.value));
	return mark;
}

static bool bears(const struct ub_ical *ical, size_t component, struct ub_text mark)
{
	for (const struct line *line = NULL; (line = ub_ical_line(ical, component, MARK_NAME, line));)
		if (ub_text_eq(read_mark(line).mark, mark))
			return true;
	return false;
}

bool ub_ical_bears(const struct ub_ical *ical, struct ub_text mark)
{
	size_t master = ub_ical_master(ical);
	return master != NO_COMPONENT && bears(ical, master, mark);
}

static struct ub_text digest(const struct amending *amending, struct ub_text value)
{
	return ub_digest(amending->arena, value, VALUE_BYTES);
}

/* Properties stand before the components inside (RFC 5545 3.6). */
static const struct line *end_of_properties(const struct amending *amending)
{
	const struct ub_ical *ical = amending->ical;
	size_t end = ical->components.items[amending->component].end;
	for (size_t i = amending->component + 1; i < ical->components.n; i++)
		if (ical->components.items[i].parent == amending->component &&
		    ical->components.items[i].begin < end)
			end = ical->components.items[i].begin;
	return &ical->lines.items[end];
}

/* ---- attendees ---- */

static const struct line *find_attendee(const struct amending *amending, struct ub_text value)
{
	const struct line *line = NULL;
	while ((line = ub_ical_line(amending->ical, amending->component, "ATTENDEE", line)))
		if (ub_text_eq(digest(amending, ub_ical_address(line, amending->arena)), value))
			break;
	return line;
}

static bool attendee_is_there(const struct amending *amending, struct ub_text value)
{
	return find_attendee(amending, value) != NULL;
}

/* Nobody waits for his answer. */
static void put_attendee(
    const struct amending *amending, const struct ub_amendment *amendment, struct ub_buf *out)
{
	(void)amending;
	ub_ical_put(out, "ATTENDEE;ROLE=NON-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:%.*s",
	    UB_ARGS(amendment->text));
}

static void take_attendee(struct amending *amending, struct ub_text value)
{
	const struct line *line = find_attendee(amending, value);
	if (line)
		ub_ical_splice_line(&amending->splice, line, UB_TEXT_NONE);
}

/* ---- categories ---- */

static bool is_category(const struct amending *amending, struct ub_text piece, struct ub_text value)
{
	return ub_text_eq(
	    digest(amending, ub_ical_text(amending->ical, ub_text_trim(piece), amending->arena)), value);
}

static const struct line *find_category(const struct amending *amending, struct ub_text value)
{
	const struct line *line = NULL;
	struct ub_text piece;
	while ((line = ub_ical_line(amending->ical, amending->component, "CATEGORIES", line)))
		for (struct ub_text rest = line->value; ub_ical_list_next(&rest, &piece);)
			if (is_category(amending, piece, value))
				return line;
	return NULL;
}

static bool category_is_there(const struct amending *amending, struct ub_text value)
{
	return find_category(amending, value) != NULL;
}

static void put_category(
    const struct amending *amending, const struct ub_amendment *amendment, struct ub_buf *out)
{
	(void)amending;
	ub_ical_put_text(out, "CATEGORIES", amendment->text);
}

/* Servers make one line of several: the others stay. */
static void take_category(struct amending *amending, struct ub_text value)
{
	const struct line *line = find_category(amending, value);
	struct ub_buf kept = UB_BUF(amending->arena), out = UB_BUF(amending->arena);
	struct ub_text piece;
	if (!line)
		return;
	for (struct ub_text rest = line->value; ub_ical_list_next(&rest, &piece);)
		if (!is_category(amending, piece, value))
			ub_buf_printf(&kept, "%s%.*s", kept.len ? "," : "", UB_ARGS(piece));
	if (kept.len)
		ub_ical_fold(&out, ub_textf(amending->arena, "CATEGORIES:%.*s", UB_ARGS(ub_buf_text(&kept))));
	ub_ical_splice_line(&amending->splice, line, ub_buf_text(&out));
}

/* ---- reminders ---- */

static struct ub_text reminder_value(const struct amending *amending, int64_t seconds)
{
	return ub_textf(amending->arena, "%lld", (long long)seconds);
}

static size_t find_reminder(const struct amending *amending, struct ub_text value)
{
	const struct ub_ical *ical = amending->ical;
	int64_t days, seconds;
	for (size_t i = amending->component + 1; i < ical->components.n; i++) {
		const struct line *trigger = ub_ical_reminds(ical, i, amending->component)
						 ? ub_ical_line(ical, i, "TRIGGER", NULL)
						 : NULL;
		if (!trigger || !ub_ical_duration(trigger->value, &days, &seconds) ||
		    ub_text_eq_nocase(ub_ical_raw_param(trigger, "RELATED"), UB_TEXT("END")))
			continue;
		struct ub_text before = reminder_value(amending, -(days * 86400 + seconds));
		if (ub_text_eq(digest(amending, before), value))
			return i;
	}
	return NO_COMPONENT;
}

static bool reminder_is_there(const struct amending *amending, struct ub_text value)
{
	return find_reminder(amending, value) != NO_COMPONENT;
}

static void put_reminder(
    const struct amending *amending, const struct ub_amendment *amendment, struct ub_buf *out)
{
	const struct line *title = ub_ical_line(amending->ical, amending->component, "SUMMARY", NULL);
	struct ub_text shown =
	    title ? ub_ical_text(amending->ical, title->value, amending->arena) : UB_TEXT_NONE;
	ub_ical_put_alarm(out, amendment->seconds, shown.len ? shown : UB_TEXT("Reminder"));
}

static void take_reminder(struct amending *amending, struct ub_text value)
{
	size_t alarm = find_reminder(amending, value);
	if (alarm != NO_COMPONENT)
		ub_ical_splice_component(&amending->splice, alarm, UB_TEXT_NONE);
}

/* ---- the agenda ---- */

/* What the agenda's mark says instead of a digest: whether there was a description before. */
static const struct ub_text alone = { "alone", 5 }, below = { "below", 5 };

static const struct line *description(const struct amending *amending)
{
	return ub_ical_line(amending->ical, amending->component, "DESCRIPTION", NULL);
}

static bool agenda_is_there(const struct amending *amending, struct ub_text value)
{
	const struct line *line = description(amending);
	size_t from, to;
	(void)value;
	return line && ub_ical_shared(line->value, amending->arena, &from, &to);
}

static struct ub_text agenda_text(const struct ub_amendment *amendment, bool first, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	struct ub_text text = ub_textf(arena, "%s" UB_PLAN_SHARED_BEGIN "\n%.*s\n" UB_PLAN_SHARED_END,
	    first ? "" : "\n\n", UB_ARGS(ub_text_trim(amendment->text)));
	ub_ical_escape(&out, text);
	return ub_buf_text(&out);
}

static struct ub_text without_line_end(struct ub_text line)
{
	while (line.len && (line.ptr[line.len - 1] == '\n' || line.ptr[line.len - 1] == '\r'))
		line.len--;
	return line;
}

/* The description's own bytes stay; what is added comes in folded lines behind them. */
static void put_agenda(
    const struct amending *amending, const struct ub_amendment *amendment, struct ub_buf *out)
{
	const struct line *line = description(amending);
	if (!line) {
		ub_ical_fold(out, ub_textf(amending->arena, "DESCRIPTION:%.*s",
				      UB_ARGS(agenda_text(amendment, true, amending->arena))));
		return;
	}
	struct ub_text before = ub_text_sub(amending->ical->text, line->at, line->at + line->len);
	bool first = ub_text_trim(line->value).len == 0;
	ub_buf_printf(out, "%.*s\r\n", UB_ARGS(without_line_end(before)));
	ub_ical_fold(
	    out, ub_textf(amending->arena, " %.*s", UB_ARGS(agenda_text(amendment, first, amending->arena))));
}

/* Where in the line's own bytes that byte of its unfolded content stands; a fold before it goes with it. */
static size_t folded_at(struct ub_text raw, size_t unfolded)
{
	size_t at = 0;
	for (size_t n = 0; at < raw.len; n++) {
		size_t fold = at;
		while (fold < raw.len && (raw.ptr[fold] == '\r' || raw.ptr[fold] == '\n'))
			fold++;
		if (n == unfolded)
			break;
		at = fold > at ? fold + 1 : at;
		at++;
	}
	return at;
}

/* The other bytes of the line stay, also where it is folded. */
static void take_agenda(struct amending *amending, struct ub_text value)
{
	const struct line *line = description(amending);
	size_t from, to;
	if (!line || !ub_ical_shared(line->value, amending->arena, &from, &to))
		return;
	struct ub_text raw = ub_text_sub(amending->ical->text, line->at, line->at + line->len);
	size_t head = (size_t)(line->value.ptr - line->name.ptr);
	struct ub_text rest =
	    ub_textf(amending->arena, "%.*s%.*s", UB_ARGS(ub_text_sub(raw, 0, folded_at(raw, head + from))),
		UB_ARGS(ub_text_sub(raw, folded_at(raw, head + to), raw.len)));
	bool gone = ub_text_eq(value, alone) && to - from == line->value.len;
	ub_ical_splice_line(&amending->splice, line, gone ? UB_TEXT_NONE : rest);
}

/* ---- all kinds ---- */

static const struct kind {
	const char *name;
	bool component; /* it is a component of its own and comes last */
	bool (*is_there)(const struct amending *amending, struct ub_text value);
	void (*put)(
	    const struct amending *amending, const struct ub_amendment *amendment, struct ub_buf *out);
	void (*take)(struct amending *amending, struct ub_text value);
} kinds[] = {
	[UB_AMEND_ATTENDEE] = { "attendee", false, attendee_is_there, put_attendee, take_attendee },
	[UB_AMEND_CATEGORY] = { "category", false, category_is_there, put_category, take_category },
	[UB_AMEND_AGENDA] = { "agenda", false, agenda_is_there, put_agenda, take_agenda },
	[UB_AMEND_REMINDER] = { "reminder", true, reminder_is_there, put_reminder, take_reminder },
};

static struct ub_text value_of(const struct amending *amending, const struct ub_amendment *amendment)
{
	if (amendment->kind == UB_AMEND_AGENDA)
		return description(amending) ? below : alone;
	return digest(amending, amendment->kind == UB_AMEND_REMINDER
				    ? reminder_value(amending, amendment->seconds)
				    : amendment->text);
}

static bool add(struct amending *amending, const struct ub_amendment *amendment)
{
	const struct kind *kind = &kinds[amendment->kind];
	const struct ub_ical *ical = amending->ical;
	struct ub_text value = value_of(amending, amendment);
	struct ub_buf out = UB_BUF(amending->arena), mark = UB_BUF(amending->arena);
	if (bears(ical, amending->component, amendment->mark) || kind->is_there(amending, value))
		return false;
	const struct line *at = end_of_properties(amending);
	kind->put(amending, amendment, &out);
	ub_ical_put(&mark, MARK_NAME ":%s.%.*s.%.*s.%.*s", kind->name, UB_ARGS(amendment->mark),
	    UB_ARGS(amendment->rule_mark), UB_ARGS(value));
	ub_ical_splice_before(&amending->splice, at, ub_buf_text(&mark));
	if (amendment->kind == UB_AMEND_AGENDA && description(amending))
		ub_ical_splice_line(&amending->splice, description(amending), ub_buf_text(&out));
	else if (kind->component)
		ub_ical_splice_before(&amending->splice,
		    &ical->lines.items[ical->components.items[amending->component].end], ub_buf_text(&out));
	else
		ub_ical_splice_before(&amending->splice, at, ub_buf_text(&out));
	return true;
}

/* A component of the object itself. */
static bool is_event(const struct ub_ical *ical, size_t component)
{
	return ical->components.items[component].parent == 0 && ub_ical_is(ical, component, "VEVENT");
}

/* Two rules may ask for the same; and there is one place for an agenda. */
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
		/* The times in an agenda are those of the master. */
		if (is_event(amending->ical, i) && (i == master || amendment->kind != UB_AMEND_AGENDA))
			added += add(amending, amendment);
	}
	return added;
}

struct ub_text ub_ical_amend(
    const struct ub_ical *ical, const struct ub_amendments *amendments, size_t *added, struct ub_arena *arena)
{
	struct amending amending = { .arena = arena, .ical = ical };
	amending.splice = (struct splice){ .ical = ical, .arena = arena };
	*added = 0;
	/* By kind: components come behind properties. */
	for (size_t kind = 0; kind < UB_COUNT(kinds); kind++)
		for (size_t a = 0; a < amendments->n; a++)
			if (amendments->items[a].kind == kind && !is_repeated(amendments, a))
				*added += add_to_all(&amending, &amendments->items[a]);
	return *added ? ub_ical_spliced(&amending.splice, &ical->lines.items[0]) : ical->text;
}

/* ---- back ---- */

/* The first mark of the rule's, or of any, with what it stands for. False: there is none. */
static bool take(struct amending *amending, struct ub_text rule)
{
	const struct line *line = NULL;
	while ((line = ub_ical_line(amending->ical, amending->component, MARK_NAME, line))) {
		struct mark mark = read_mark(line);
		if (rule.len && !ub_text_eq(mark.rule, rule))
			continue;
		for (size_t i = 0; i < UB_COUNT(kinds); i++)
			if (ub_text_is(mark.kind, kinds[i].name))
				kinds[i].take(amending, mark.value);
		ub_ical_splice_line(&amending->splice, line, UB_TEXT_NONE);
		return true;
	}
	return false;
}

/* One after the other, each from a text that was read anew: two may be in one line. */
static bool take_one(
    const struct ub_ical **ical, size_t component, struct ub_text rule, struct ub_arena *arena)
{
	struct amending amending = { .arena = arena, .ical = *ical, .component = component };
	struct ub_ical_refusal refusal;
	amending.splice = (struct splice){ .ical = *ical, .arena = arena };
	if (!is_event(*ical, component) || !take(&amending, rule))
		return false;
	const struct ub_ical *next =
	    ub_ical_parse(arena, ub_ical_spliced(&amending.splice, &(*ical)->lines.items[0]), &refusal);
	if (next)
		*ical = next;
	return next != NULL;
}

struct ub_text ub_ical_restore(
    const struct ub_ical *ical, struct ub_text rule_mark, size_t *taken, struct ub_arena *arena)
{
	*taken = 0;
	/* From the end: what goes may be a component, inside of the one at hand. */
	for (size_t i = ical->components.n; i-- > 1;)
		while (*taken < UB_ICAL_ADDED_MAX && take_one(&ical, i, rule_mark, arena))
			++*taken;
	return ical->text;
}
