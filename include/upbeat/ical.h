/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_ICAL_H
#define UPBEAT_ICAL_H

/*
 * ical: calendar object resources (RFC 5545, RFC 4791 4.1): their text to facts, new items to text, holiday
 * calendars, and what a user changed in an item.
 *
 * The text is read by an index of its content lines that points into the original bytes, so that a later
 * change can be a splice at a line's place and a reader and a splicer can never see two different objects.
 * All of it is our own: libical takes 60-3000 us per KB to parse (this index: 4), damages objects in a round
 * trip, writes to stderr, and iterates a rule that never matches for seconds in one call. The tests hold it
 * up as a mirror.
 */

#include "upbeat/base.h"
#include "upbeat/cal.h"
#include "upbeat/facts.h"
#include "upbeat/plan.h"

/*
 * Why a text cannot be read. The code is one of
 *   too-large, nul-byte, too-many-lines, too-deep   limits, found before anything is made of it
 *   not-a-calendar     it does not begin with BEGIN:VCALENDAR, or is a vCalendar 1.0
 *   unbalanced         a BEGIN without its END, an END without its BEGIN: it may be cut off
 *   no-component       nothing that can be an event, a task or the like is in it
 *   several-objects    more than one UID or VCALENDAR: an export, not one calendar object
 *   bad-time           a DTSTART, DTEND, DUE or DURATION that is none
 *   unknown-zone       a time in a zone that neither the database nor a sound VTIMEZONE defines
 *   rule-too-long      a recurrence rule longer than the limit
 */
struct ub_ical_refusal {
	const char *code;
	size_t line; /* of the text, from 1; 0: the whole */
	struct ub_text message;
};

/* A text and the index of its lines. */
struct ub_ical;

/* NULL: *refusal says why. `text` must outlive the result, which is made in the arena. */
UB_MUST_USE const struct ub_ical *ub_ical_parse(
    struct ub_arena *arena, struct ub_text text, struct ub_ical_refusal *refusal);
/* The object's facts: those of its master component. Zones that a VTIMEZONE defines live in the arena. */
UB_MUST_USE const struct ub_event *ub_ical_event(const struct ub_ical *ical, const struct ub_zones *zones,
    struct ub_arena *arena, struct ub_ical_refusal *refusal);
/* Both in one. */
UB_MUST_USE const struct ub_event *ub_ical_read(struct ub_text text, const struct ub_zones *zones,
    struct ub_arena *arena, struct ub_ical_refusal *refusal);

/* ---- new items ---- */

struct ub_ical_writing {
	const struct ub_zones *zones;
	ub_instant now;
	bool task_as_event; /* for a collection that takes no VTODO: a transparent all-day event on the due
			       day */
};

/*
 * A calendar object resource for an item: CRLF, folded at 75 octets between characters, with marks and BASE.
 * Times are in the item's zone, with its VTIMEZONE, when that is one of the database, else in UTC.
 */
struct ub_text ub_ical_write(
    const struct ub_item *item, const struct ub_ical_writing *writing, struct ub_arena *arena);

/*
 * Three functions below change a text in places. *overlap: two of the changes were of the same bytes. That is
 * a fault of ours; nothing is changed then, and the text is the one that was parsed.
 */

/* ---- the user's hand ---- */

/*
 * What has changed in a marked item since Upbeat last wrote it, by the digests in X-UPBEAT-BASE: a set of
 * enum ub_property. What servers change by themselves (architecture, "The user's hand wins") is no
 * change. All of them when the item has no BASE that can be read.
 */
UB_MUST_USE unsigned ub_ical_user_changes(
    const struct ub_ical *ical, const struct ub_zones *zones, struct ub_arena *arena);
/* The digests of the object as it stands: what X-UPBEAT-BASE would be. */
struct ub_text ub_ical_base(const struct ub_ical *ical, const struct ub_zones *zones, struct ub_arena *arena);

/*
 * The text of a marked item as it stands, changed in place to what `item` says: of the properties in
 * `may_write` those that Upbeat would now write otherwise than it last did (by the digests in X-UPBEAT-BASE),
 * and only their lines, so that everything else is as the user, the client and the server left it. *written:
 * which; 0: nothing is to be changed, and the text is the one that was parsed. The agenda is replaced between
 * its delimiter lines, attendees are added and dropped and never rendered anew; a new time raises SEQUENCE
 * and asks all but the organizer again (RFC 6638 3.2.8).
 *
 * A property is left alone where the result would not read as wanted: the time of an item that was made to
 * repeat, the people of one that somebody else organizes, an agenda whose delimiters are gone, the state of
 * one that was cancelled; and the reminders of a task (points in time) where its time is left. So is all of
 * an object of another kind (VTODO, VEVENT) than is wanted, or without a BASE that can be read.
 */
struct ub_text ub_ical_revise(const struct ub_ical *ical, const struct ub_item *item, unsigned may_write,
    const struct ub_ical_writing *writing, unsigned *written, bool *overlap, struct ub_arena *arena);

/* ---- the user's own meeting ---- */

/*
 * The text of a meeting with the additions spliced in: lines are inserted, nothing else of it changes. The
 * agenda goes to the end of the master's description, the rest into each component of the series. What is
 * there already, by its mark or because somebody else put the same there, is left out; *added says how many
 * were not (0: the text is the one that was parsed).
 */
UB_MUST_USE struct ub_text ub_ical_amend(const struct ub_ical *ical, const struct ub_amendments *amendments,
    size_t *added, bool *overlap, struct ub_arena *arena);
/* Whether the master bears the mark of an addition, or of the same one asked for by another rule or under
 * another name (of an agenda: of any); what was added may be gone. */
UB_MUST_USE bool ub_ical_bears(
    const struct ub_ical *ical, const struct ub_amendment *amendment, struct ub_arena *arena);
/*
 * The text without the additions of a rule (by struct ub_amendment.rule_mark; empty: of all rules) and
 * without their marks, by what the text itself says. *taken: how many were there.
 */
UB_MUST_USE struct ub_text ub_ical_restore(const struct ub_ical *ical, struct ub_text rule_mark,
    size_t *taken, bool *overlap, struct ub_arena *arena);

/* ---- holidays ---- */

/*
 * The all-day events of a calendar as days off; each day of an event of several, each year of a yearly one up
 * to UB_HOLIDAY_YEAR_MAX. Events with a time of day, cancelled ones and other recurrences are passed over and
 * counted in *passed (which may be NULL). An export of many objects is what is expected here.
 */
UB_MUST_USE bool ub_ical_read_holidays(struct ub_text text, struct ub_arena *arena,
    struct ub_holidays *holidays, size_t *passed, struct ub_ical_refusal *refusal);

#endif
