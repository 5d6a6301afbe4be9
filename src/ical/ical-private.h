/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_ICAL_PRIVATE_H
#define UPBEAT_ICAL_PRIVATE_H

#include "upbeat/ical.h"

/* ---- lines.c: the index ---- */

#define NO_COMPONENT SIZE_MAX

/* A content line (RFC 5545 3.1). */
struct line {
	size_t at, len; /* its bytes in the text, with folds and line end */
	size_t number;  /* of its first physical line, from 1 */
	size_t component;
	struct ub_text name, params, value; /* unfolded; params without the first semicolon */
};

struct component {
	struct ub_text name;
	size_t parent; /* NO_COMPONENT: the VCALENDAR */
	size_t begin,
	    end; /* its BEGIN and END among the lines; the lines between are its own or its children's */
};

struct ub_ical {
	struct ub_text text;
	bool utf8; /* all of the text is UTF-8 */
	UB_VEC(struct line) lines;
	UB_VEC(struct component) components; /* the first is the VCALENDAR */
};

/* Sets the refusal; always false. */
bool ub_ical_refuse(struct ub_ical_refusal *refusal, struct ub_arena *arena, const char *code, size_t line,
    const char *format, ...) UB_FORMAT(5, 6);
/* The component's next line of this name after `after` (NULL: the first), or NULL. */
const struct line *ub_ical_line(
    const struct ub_ical *ical, size_t component, const char *name, const struct line *after);
bool ub_ical_is(const struct ub_ical *ical, size_t component, const char *name);
/* A VEVENT of the object itself, not in another component. */
bool ub_ical_is_event(const struct ub_ical *ical, size_t component);
/* As ub_ical_parse, for texts that may hold many objects. */
const struct ub_ical *ub_ical_index(
    struct ub_arena *arena, struct ub_text text, struct ub_ical_refusal *refusal);

/* ---- value.c: the parts of a line ---- */

/* The parameter's value without quotes, a slice of the line; empty when there is none. */
struct ub_text ub_ical_raw_param(const struct line *line, const char *name);
/* The same, RFC 6868 carets undone. */
struct ub_text ub_ical_param(const struct line *line, const char *name, struct ub_arena *arena);
/* A TEXT value: escapes undone, each of which stands for one byte. */
struct ub_text ub_ical_unescaped(struct ub_text value, struct ub_arena *arena);
/* The same, what is not UTF-8 replaced by U+FFFD. */
struct ub_text ub_ical_text(const struct ub_ical *ical, struct ub_text value, struct ub_arena *arena);
/* Cuts the next piece before a comma that is not escaped; false at the end. */
bool ub_ical_list_next(struct ub_text *rest, struct ub_text *piece);
/* 19980118 (*date) or 19980118T230000, with Z (*utc). */
bool ub_ical_date_time(struct ub_text value, struct ub_civil *civil, bool *date, bool *utc);
/* P15DT5H0M20S, P7W, -PT15M (RFC 5545 3.3.6): whole days and the seconds besides. */
bool ub_ical_duration(struct ub_text value, int64_t *days, int64_t *seconds);
bool ub_ical_offset(struct ub_text value, int32_t *seconds); /* +0100, -043000 */
struct ub_civil ub_ical_civil_add(struct ub_civil civil, int64_t seconds);

/* ---- zone.c ---- */

/* What reading an object's times needs. */
struct reader {
	const struct ub_ical *ical;
	const struct ub_zones *zones; /* NULL: only what the object defines */
	struct ub_arena *arena;
	struct ub_ical_refusal *refusal;
	UB_VEC(struct own_zone {
		struct ub_text tzid;
		const struct ub_zone *zone; /* NULL: its definition was not sound */
	})
	own;
};

/* The zone that a TZID means in this object; NULL: nobody knows. */
const struct ub_zone *ub_ical_zone(struct reader *reader, struct ub_text tzid);

/* The first VTIMEZONE of this TZID, or NO_COMPONENT. */
size_t ub_ical_timezone(const struct ub_ical *ical, struct ub_text tzid, struct ub_arena *arena);

/* ---- when.c ---- */

/* DTSTART and the like; !given when the line is NULL. False: refused. */
bool ub_ical_when(struct reader *reader, const struct line *line, struct ub_when *when);
/* The start and end of an event, or the due time of a task (both, RFC 5545 3.6.1 and 3.6.2). */
bool ub_ical_times(struct reader *reader, size_t component, struct ub_event *event);
/* Floating times are taken as UTC: for comparing. */
ub_instant ub_ical_instant(const struct ub_when *when);

/* ---- read.c ---- */

/* The component that the facts are of; NO_COMPONENT: none. */
size_t ub_ical_master(const struct ub_ical *ical);

/* ---- party.c ---- */

/* The address of a mailto: or EMAIL=, or what can be one, in lower case; empty: none. */
struct ub_text ub_ical_address(const struct line *line, struct ub_arena *arena);
void ub_ical_people(struct reader *reader, size_t component, struct ub_event *event);

/* ---- base.c ---- */

/* The X-UPBEAT-BASE of the master component; NULL when there is none that can be read. */
const struct line *ub_ical_base_line(const struct ub_ical *ical);
/* The properties whose digests differ. */
unsigned ub_ical_base_differs(struct ub_text left, struct ub_text right);
/* `base` with the digests of these properties from `other`. */
struct ub_text ub_ical_base_merge(
    struct ub_text base, struct ub_text other, unsigned properties, struct ub_arena *arena);
/* Whether the component is an alarm of `of`, and none that a client added to snooze another. */
bool ub_ical_reminds(const struct ub_ical *ical, size_t component, size_t of);

/* ---- agenda.c ---- */

/* Where a description's part between the delimiters begins (with the first one) and ends (at the second one);
 * false: they are not there, or not at the beginning of their lines. */
bool ub_ical_agenda(struct ub_text description, size_t *from, size_t *to);
/*
 * A DESCRIPTION's value, escaped, in which that part, with both delimiters, is the one of `wanted`. All of
 * `wanted` where there was nothing; `value` as it is where its delimiters are gone, for then it is the
 * user's.
 */
struct ub_text ub_ical_agenda_replaced(struct ub_text value, struct ub_text wanted, struct ub_arena *arena);
/* Where, in a DESCRIPTION's value, what a rule added to a meeting's description begins (with the blank line
 * before it) and ends (behind its last delimiter); false: it is not there. */
bool ub_ical_shared(struct ub_text value, struct ub_arena *arena, size_t *from, size_t *to);

/* ---- insert.c: what rules add to a meeting ---- */

/*
 * An addition is a line (of the agenda: lines by which DESCRIPTION goes on; of a reminder: a VALARM) and a
 * mark of its own,
 *
 *	X-UPBEAT-ADDED:KIND.MARK.RULE.VALUE
 *
 * by which it is found and taken away again without anything else being known. VALUE is a digest of what was
 * added: servers drop parameters that they do not know, so that the line itself cannot be marked. Of an
 * agenda it says instead whether there was a description before.
 */
#define UB_ICAL_ADDED       "X-UPBEAT-ADDED"
#define UB_ICAL_ADDED_ALONE "alone"
#define UB_ICAL_ADDED_BELOW "below"
#define UB_ICAL_ADDED_KINDS (UB_AMEND_REMINDER + 1)

struct added {
	struct ub_text kind, mark, rule, value;
};

extern const char *const ub_ical_added_kinds[UB_ICAL_ADDED_KINDS];
/* What a mark says; what is missing in one that somebody forged is empty. */
struct added ub_ical_added(const struct line *line);
/* The VALUE of an ATTENDEE line, a piece of a CATEGORIES line, and a component, which may be no reminder of
 * `of` (then it is empty). */
struct ub_text ub_ical_added_attendee(const struct line *line, struct ub_arena *arena);
struct ub_text ub_ical_added_category(
    const struct ub_ical *ical, struct ub_text piece, struct ub_arena *arena);
struct ub_text ub_ical_added_reminder(
    const struct ub_ical *ical, size_t alarm, size_t of, struct ub_arena *arena);

/* ---- splice.c: a text, changed in places ---- */

struct edit {
	size_t at, len; /* the bytes that go; len 0: nothing goes */
	bool onto;      /* the line before goes on with it: nothing may come between */
	size_t order;
	struct ub_text text; /* whole lines that come instead */
};

struct splice {
	const struct ub_ical *ical;
	struct ub_arena *arena;
	UB_VEC(struct edit) edits;
};

/* Replaces a line, or inserts before it. The text is whole lines, or nothing. */
void ub_ical_splice_line(struct splice *splice, const struct line *line, struct ub_text text);
void ub_ical_splice_before(struct splice *splice, const struct line *line, struct ub_text text);
/* Lines that begin with a blank, by which this line goes on. */
void ub_ical_splice_onto(struct splice *splice, const struct line *line, struct ub_text text);
/* Takes bytes away. */
void ub_ical_splice_bytes(struct splice *splice, size_t at, size_t len);
/* Replaces a component from its BEGIN to its END. */
void ub_ical_splice_component(struct splice *splice, size_t component, struct ub_text text);
/* The lines of a component as they are, from its BEGIN to its END. */
struct ub_text ub_ical_component_text(const struct ub_ical *ical, size_t component);
/* The text with its edits; new lines end as `like` does. False: two edits are of the same bytes, and *result
 * is the text as it came. */
UB_MUST_USE bool ub_ical_spliced(struct splice *splice, const struct line *like, struct ub_text *result);

/* ---- yearly.c ---- */

/*
 * Calls `each` for the instances of a yearly rule in order, from `start` on, on one clock, until it returns
 * false, `last_year` is over or a limit is reached. An UNTIL in UTC is moved by `offset` seconds to that
 * clock. False: the rule is none, or not a yearly one.
 */
bool ub_ical_yearly(struct ub_text rule, struct ub_civil start, int32_t offset, int last_year,
    bool (*each)(void *context, struct ub_civil instance), void *context);

/* ---- vtimezone.c, fold.c, write.c ---- */

/* A TEXT value's escapes (RFC 5545 3.3.11). */
void ub_ical_escape(struct ub_buf *out, struct ub_text value);
/* One content line, folded. */
void ub_ical_fold(struct ub_buf *out, struct ub_text line);
/* `name` and a TEXT value, escaped; nothing when the value is empty. */
void ub_ical_put_text(struct ub_buf *out, const char *name, struct ub_text value);
void ub_ical_put(struct ub_buf *out, const char *format, ...) UB_FORMAT(2, 3);
/* A VALARM so many seconds before the start. */
void ub_ical_put_alarm(struct ub_buf *out, int64_t seconds, struct ub_text shown);
/* A VTIMEZONE that is right for [start, end], and beyond as far as the zone's yearly rule holds. */
void ub_ical_put_zone(struct ub_buf *out, const struct ub_zone *zone, ub_instant start, ub_instant end);

#endif
