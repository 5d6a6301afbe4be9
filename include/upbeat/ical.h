/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_ICAL_H
#define UPBEAT_ICAL_H

/*
 * ical: calendar object resources (RFC 5545, RFC 4791 4.1): their text to facts, new items to text, holiday
 * calendars, and what a user changed in an item.
 *
 * An index of the content lines comes first. It points into the original bytes, refuses what is out of
 * bounds, and has the places for changes: a text of others is never written anew, as libical gives back 4 of
 * 419 real files unchanged. libical reads the values, from a reduced copy that is written from the index, and
 * prints new items. Only libical.c includes it. The copy is what makes libical safe: it has the properties
 * that are read, in one form and with bounds. libical takes the product of values and parameters in time, and
 * reads lists with escaped commas, a zone's name before a colon, numbers of many digits and more otherwise
 * than they are meant. The tests hold the index and libical to one answer.
 *
 * libical also finds the instances of a series, from the parsed rule alone, where days are known to meet it:
 * it iterates a rule that never matches for seconds in one call. Time zones are not libical's: its own cost
 * half a second a process, and a VTIMEZONE of 10 KB took it 7.7 s.
 */

#include "upbeat/base.h"
#include "upbeat/cal.h"
#include "upbeat/facts.h"
#include "upbeat/plan.h"

/*
 * Why a text cannot be read. The code is one of these:
 *   too-large, nul-byte, too-many-lines, too-deep   limits, found before anything is made of it
 *   not-a-calendar     the text does not begin with BEGIN:VCALENDAR, or is a vCalendar 1.0
 *   unbalanced         a BEGIN without its END, an END without its BEGIN: the text may be cut off
 *   no-component       nothing in the text can be an event, a task or the like
 *   several-objects    more than one UID or VCALENDAR: an export, not one calendar object
 *   bad-time           a DTSTART, DTEND, DUE or DURATION that is none
 *   unknown-zone       a time in a zone that neither the database nor a sound VTIMEZONE defines
 *   rule-too-long      a recurrence rule longer than the limit
 *   no-answer          a question, where busy times are expected
 */
struct ub_ical_refusal {
	const char *code;
	size_t line; /* line of the text, from 1; 0: the whole text */
	struct ub_text message;
};

/* To be called once, before there is another thread: libical reads the names of all zones when it first has a
 * time in UTC. */
void ub_ical_init(void);

/* A text, and the index of its lines. */
struct ub_ical;

/* Makes the index, in the arena. `text` must outlive it. NULL: *refusal says why. */
UB_MUST_USE const struct ub_ical *ub_ical_parse(
    struct ub_arena *arena, struct ub_text text, struct ub_ical_refusal *refusal);
/* The facts of the object's master component. Zones that a VTIMEZONE defines live in the arena. */
UB_MUST_USE const struct ub_event *ub_ical_event(const struct ub_ical *ical, const struct ub_zones *zones,
    struct ub_arena *arena, struct ub_ical_refusal *refusal);
/* What can be told of an object whose event cannot be read: the texts and words of its master component, and
 * the times as they are written, without a zone where nobody knows it. NULL: it has no component. */
UB_MUST_USE const struct ub_event *ub_ical_outline(
    const struct ub_ical *ical, const struct ub_zones *zones, struct ub_arena *arena);
/* Whom the object's lines invite, in all its components: the value of each ATTENDEE as it stands there, and
 * " EMAIL=..." after it where the line has that (RFC 7986 6.2). */
struct ub_texts ub_ical_invitations(const struct ub_ical *ical, struct ub_arena *arena);
/* Does ub_ical_parse() and ub_ical_event() in one. */
UB_MUST_USE const struct ub_event *ub_ical_read(struct ub_text text, const struct ub_zones *zones,
    struct ub_arena *arena, struct ub_ical_refusal *refusal);

/*
 * The same in a fraction of the time for a lone object (ub_glance_is_lone()), which is most of what calendars
 * get, if it is written as usual. Set are the component, UID, PRODID, SUMMARY, times, status, class and
 * transparency. NULL: the object may be another one, and ub_ical_event() tells.
 */
UB_MUST_USE const struct ub_event *ub_ical_lone(
    struct ub_text object, const struct ub_zones *zones, struct ub_arena *arena);

/* ---- series ---- */

struct ub_instances {
	/* By start. Start and end are the instance's own, `repeats` stays the master's. */
	const struct ub_event **items;
	size_t n, cap;
	UB_VEC(ub_instant) left_out; /* where EXDATEs leave an instance out */
	bool more;                   /* there are further ones past `until` or `most` */
};

/* Which instances are asked for. */
struct ub_series_window {
	const struct ub_zone *floating; /* the zone of times without one */
	ub_instant from, until;         /* those that end after `from` and start before `until` */
	size_t most;                    /* the first ones of these; UB_SERIES_MAX at most */
};

/*
 * The instances of a series that are in the window. An override (RFC 5545 3.8.4.4, also one for this and the
 * following instances) takes the place of its instance with all its properties, and what it lacks it does not
 * have from the master. EXDATEs are left out, RDATEs are in. DTSTART is an instance also if the rule does not
 * have it. Cancelled instances are given, with that status. An object of overrides alone gives these. An
 * event that does not repeat gives itself, and is_instance is false.
 *
 * False: the series cannot be expanded, and *why says so in one plain sentence. A rule that comes more often
 * than daily is not expanded, nor is one that has no instance in 60 years.
 */
UB_MUST_USE bool ub_ical_instances(const struct ub_ical *ical, const struct ub_zones *zones,
    const struct ub_series_window *window, struct ub_arena *arena, struct ub_instances *instances,
    struct ub_text *why);

/* ---- new items ---- */

struct ub_ical_writing {
	const struct ub_zones *zones;
	ub_instant now;
	/* For a collection that takes no VTODO, and for clients that show none: a task becomes a transparent
	 * all-day event on the due day. X-UPBEAT-DUE has the due time. */
	bool task_as_event;
};

/*
 * The calendar object resource for an item: CRLF, folded at 75 octets between characters, with marks and
 * BASE. Times are in the item's zone, with its VTIMEZONE, if the zone is one of the database, else in UTC.
 */
struct ub_text ub_ical_write(
    const struct ub_item *item, const struct ub_ical_writing *writing, struct ub_arena *arena);

/* What has become of an item's text. If nothing was written, the text is the one that was parsed. */
struct ub_ical_revision {
	struct ub_text text;
	unsigned written; /* enum ub_property of what has changed */
	/* Two of the changes were of the same bytes. That is a fault of ours; nothing is written then. */
	bool overlap;
};

/* ---- the user's hand ---- */

/* Whether the description of the item has a text of its user's above Upbeat's, or below the closing line. */
bool ub_ical_has_notes(const struct ub_ical *ical, struct ub_text description, struct ub_arena *arena);
/*
 * What has changed in a marked item since Upbeat last wrote it, as a set of enum ub_property. The digests in
 * X-UPBEAT-BASE tell. Changes that servers make by themselves do not count. All properties count as changed
 * when the item has no BASE that can be read.
 */
UB_MUST_USE unsigned ub_ical_user_changes(
    const struct ub_ical *ical, const struct ub_zones *zones, struct ub_arena *arena);
/* The digests of the object as it stands, which X-UPBEAT-BASE would be. */
struct ub_text ub_ical_base(const struct ub_ical *ical, const struct ub_zones *zones, struct ub_arena *arena);

/*
 * The text of a marked item as it stands, changed in place to what `item` says. Changed are those of the
 * properties in `may_write` that Upbeat would now write otherwise than it last did, by the digests in
 * X-UPBEAT-BASE. Only their lines change, so that everything else is as the user, the client and the server
 * left it. The agenda is replaced between its delimiter lines. Attendees are added and dropped, and never
 * rendered anew. Who has declined is dropped when anything is written, also from people of the user's. A new
 * time raises SEQUENCE and asks all but the organizer again (RFC 6638 3.2.8). The time of an item that is
 * moved along counts as the user's change before and after.
 *
 * A property is left alone where the result would not read as wanted: the time of an item that was made to
 * repeat, the people of an item that somebody else organizes, an agenda whose delimiters are gone, the state
 * of an item that was cancelled, and the reminders of a task that stands as an event (points in time) where
 * its time is left. An object of another kind (VTODO, VEVENT) than is wanted, or without a BASE that can be
 * read, is left alone as a whole. What of all this is left alone still hides no less than the meeting does:
 * ub_ical_hide().
 */
struct ub_ical_revision ub_ical_revise(const struct ub_ical *ical, const struct ub_item *item,
    unsigned may_write, const struct ub_ical_writing *writing, struct ub_arena *arena);

/* The text of an item with those of its marks that are missing, as a client may have dropped them. */
struct ub_text ub_ical_remark(
    const struct ub_ical *ical, const struct ub_marks *marks, struct ub_arena *arena);

/*
 * The text of a task's object that stands as the other kind (VTODO, VEVENT) than `writing` asks for, made
 * anew as that kind. What the user changed is taken over, and still counts as his change. The recurrence of a
 * task that was made to repeat is lost. False: the object cannot be converted.
 */
UB_MUST_USE bool ub_ical_convert(const struct ub_ical *ical, const struct ub_item *item,
    const struct ub_ical_writing *writing, struct ub_text *text, struct ub_arena *arena);

/*
 * The text of an item, each component of which has a CLASS that hides no less than `class` does. The hand of
 * its user does not count here. *hidden: something had to be changed.
 */
struct ub_text ub_ical_hide(const struct ub_ical *ical, enum ub_class class, const struct ub_zones *zones,
    bool *hidden, struct ub_arena *arena);

/* When what stands was written (DTSTAMP, RFC 5545 3.8.7.2). UB_INSTANT_NONE: the object does not say. */
ub_instant ub_ical_stamp(const struct ub_ical *ical);
/* Whether the object is a message that invites somebody (METHOD:REQUEST, RFC 5546 3.2.2). */
UB_MUST_USE bool ub_ical_invites(const struct ub_ical *ical);

/* Leaves of each component's lines of this name only the last one. False: no component has two, and *once is
 * the text. */
UB_MUST_USE bool ub_ical_untwice(
    struct ub_text text, const char *name, struct ub_text *once, struct ub_arena *arena);

/* ---- colleagues' copies ---- */

/*
 * The text of a colleague's copy of an item: the item's own, marked as a copy. `former`: the copy as it
 * stands (NULL: there is none), of which the new one keeps what the colleague has of his own. What belongs to
 * the organizer (RFC 6638 3.2.2.1) is as in the item. Empty: it cannot be made.
 */
UB_MUST_USE struct ub_text ub_ical_copy(const struct ub_ical *item, const struct ub_ical *former,
    const struct ub_zones *zones, struct ub_arena *arena);
/* Whether the object is a copy that Upbeat has written. */
bool ub_ical_is_copy(const struct ub_ical *ical);
/* The text with an attendee's answer changed, and nothing else. Empty: he is not invited, or it is his answer
 * already. */
UB_MUST_USE struct ub_text ub_ical_answer(
    const struct ub_ical *ical, struct ub_text address, enum ub_partstat partstat, struct ub_arena *arena);

/* ---- messages ---- */

enum ub_ical_method { UB_ICAL_REQUEST, UB_ICAL_CANCEL };

struct ub_ical_message {
	enum ub_ical_method method;
	ub_instant stamp;        /* when it is sent: DTSTAMP */
	int64_t sequence;        /* SEQUENCE */
	struct ub_text attendee; /* whom it is for: an address */
	bool whole;              /* CANCEL: of the whole event, not of this attendee's part in it alone */
};

/* "REQUEST", "CANCEL". A literal. */
const char *ub_ical_method_word(enum ub_ical_method method);
/*
 * The text of an event as it is sent to somebody who is invited to it (RFC 5546 3.2.2, 3.2.5): with its
 * METHOD, and without alarms and X-UPBEAT properties. A CANCEL names no other attendee. Empty: it cannot be
 * made.
 */
UB_MUST_USE struct ub_text ub_ical_message(
    const struct ub_ical *ical, const struct ub_ical_message *message, struct ub_arena *arena);

/* ---- the user's own meeting ---- */

/* What has become of a meeting's text. If n is 0, the text is the one that was parsed. */
struct ub_ical_amended {
	struct ub_text text;
	size_t n;     /* how many additions were made, or taken out */
	bool overlap; /* as in struct ub_ical_revision; n is 0 then */
};

/*
 * The text of a meeting with the additions spliced in: lines are inserted, and nothing else changes. The
 * agenda goes to the end of the master's description, the other additions into each component of the series.
 * An addition is left out if it is there already, by its mark or because somebody else put the same there.
 */
UB_MUST_USE struct ub_ical_amended ub_ical_amend(
    const struct ub_ical *ical, const struct ub_amendments *amendments, struct ub_arena *arena);
/* Whether the master bears the mark of an addition, or of the same one asked for by another rule or under
 * another name (of an agenda: of any); what was added may be gone. */
UB_MUST_USE bool ub_ical_bears(
    const struct ub_ical *ical, const struct ub_amendment *amendment, struct ub_arena *arena);
/*
 * The text without the additions of a rule and without their marks, by what the text itself says. The rule is
 * that of struct ub_amendment.rule_mark; with an empty rule_mark all rules are meant.
 */
UB_MUST_USE struct ub_ical_amended ub_ical_restore(
    const struct ub_ical *ical, struct ub_text rule_mark, struct ub_arena *arena);

/* ---- busy times ---- */

/* What VFREEBUSY components say (RFC 5545 3.6.4). */
struct ub_ical_busy {
	struct ub_intervals times; /* busy, or may be; in no order */
	struct ub_interval covers; /* nothing is said of other times */
	struct ub_texts attendees; /* addresses of those whose times they are; none: not said */
};

/* Reads an answer that has them. False: the text is none, or a part of it is not as it should be: a time that
 * is not of UTC, or a component that does not say what it covers. */
UB_MUST_USE bool ub_ical_read_busy(
    struct ub_text text, struct ub_arena *arena, struct ub_ical_busy *busy, struct ub_ical_refusal *refusal);

/* ---- holidays ---- */

/*
 * The all-day events of a calendar as days off: each day of an event of several days, each year of a yearly
 * event up to UB_HOLIDAY_YEAR_MAX. Events with a time of day, cancelled ones and other recurrences are passed
 * over and counted in *passed; `passed` may be NULL. The text is expected to be an export of many objects.
 */
UB_MUST_USE bool ub_ical_read_holidays(struct ub_text text, struct ub_arena *arena,
    struct ub_holidays *holidays, size_t *passed, struct ub_ical_refusal *refusal);

#endif
