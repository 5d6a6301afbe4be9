/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_ICAL_PRIVATE_H
#define UPBEAT_ICAL_PRIVATE_H

#include "upbeat/ical.h"

/* A text in a table of constants. */
#define WORD(word)                                                                                           \
	{                                                                                                    \
		word, sizeof(word) - 1                                                                       \
	}

/* ---- lines.c: the index ---- */

#define NO_COMPONENT SIZE_MAX

/* A content line (RFC 5545 3.1). */
struct line {
	size_t at, len; /* the bytes in the text, with folds and the line end */
	size_t number;  /* of its first physical line, from 1 */
	size_t component;
	struct ub_text name, params, value; /* unfolded; params without the first semicolon */
};

struct component {
	struct ub_text name;
	size_t parent;     /* NO_COMPONENT: the VCALENDAR */
	size_t begin, end; /* the lines of BEGIN and END; between are its own and its children's */
	struct properties *properties; /* NULL: not read yet */
};

struct ub_ical {
	struct ub_arena *arena;
	struct ub_text text;
	bool utf8; /* the whole text is UTF-8 */
	UB_VEC(struct line) lines;
	UB_VEC(struct component) components; /* the first is the VCALENDAR */
};

/* Sets the refusal and returns false. */
bool ub_ical_refuse(struct ub_ical_refusal *refusal, struct ub_arena *arena, const char *code, size_t line,
    const char *format, ...) UB_FORMAT(5, 6);
/* The next line of this name after `after` (NULL: from the beginning) in the component; or NULL. */
const struct line *ub_ical_line(
    const struct ub_ical *ical, size_t component, const char *name, const struct line *after);
bool ub_ical_is(const struct ub_ical *ical, size_t component, const char *name);
/* Whether the component is a VEVENT of the object itself, and not within another component. */
bool ub_ical_is_event(const struct ub_ical *ical, size_t component);
/* Like ub_ical_parse, for a text with any number of objects. */
const struct ub_ical *ub_ical_index(
    struct ub_arena *arena, struct ub_text text, struct ub_ical_refusal *refusal);
/* The same for objects of other names, like "VCARD" (RFC 6350). */
const struct ub_ical *ub_ical_index_as(
    struct ub_arena *arena, const char *object, struct ub_text text, struct ub_ical_refusal *refusal);
/* Reads one line, which may be folded. Without a name it is no content line. */
void ub_ical_read_line(struct ub_text text, struct line *line, struct ub_arena *arena);

struct param {
	struct ub_text name, value;
};

/* Cuts off the parameter before the next semicolon outside of quotes. False: the end. */
bool ub_ical_next_param(struct ub_text *rest, struct param *param);
/* The parameter's value without quotes, as a slice of the line. Empty: the line has none. */
struct ub_text ub_ical_raw_param(const struct line *line, const char *name);

/* ---- properties.c: what lines mean ---- */

enum value_kind {
	VALUE_UNREAD, /* libical says that the value is none of the property's type */
	VALUE_TEXT,   /* TEXT with its escapes undone, and what else is no time and no duration, as written */
	VALUE_TIME,   /* DATE or DATE-TIME */
	VALUE_DURATION
};

/* A property as libical reads it, or one value of a list. */
struct property {
	const struct line *line;
	enum value_kind kind;
	bool cut;            /* the value was too long; only its beginning is read */
	struct ub_text text; /* UTF-8; of VALUE_UNREAD as written */
	struct ub_civil civil;
	bool date, utc;
	int64_t days, seconds;
	UB_VEC(struct param) params; /* names in upper case, values without quotes */
};

struct properties {
	struct property *items; /* in the order of the lines */
	size_t n, cap;
};

/* The properties of a component that have a value, and that facts are made of. They are read once, and live
 * in the arena of the index. */
const struct properties *ub_ical_properties(const struct ub_ical *ical, size_t component);
/* The next one of this name after `after` (NULL: from the beginning); or NULL. */
const struct property *ub_ical_property(
    const struct ub_ical *ical, size_t component, const char *name, const struct property *after);
/* The value of a parameter. Empty: the property has none. */
struct ub_text ub_ical_property_param(const struct property *property, const char *name);

/* ---- value.c: the parts of a value ---- */

/* The text, with U+FFFD for bytes that are not UTF-8. */
struct ub_text ub_ical_repaired(struct ub_text text, struct ub_arena *arena);
/* A TEXT value with its escapes undone, which each become one byte, and repaired. */
struct ub_text ub_ical_text(struct ub_text value, struct ub_arena *arena);
/* The byte that two hexadecimal digits name. -1: there are no such digits. */
int ub_ical_hex(struct ub_text text, size_t at);
/* Cuts off the piece before the next comma that is not escaped. False: the end. */
bool ub_ical_list_next(struct ub_text *rest, struct ub_text *piece);
struct ub_civil ub_ical_civil_add(struct ub_civil civil, int64_t seconds);
int64_t ub_ical_wall(struct ub_civil civil); /* what a clock shows, in seconds as if UTC */

/* ---- zone.c ---- */

/* The state of reading the times of an object. */
struct reader {
	const struct ub_ical *ical;
	const struct ub_zones *zones; /* NULL: only zones that the object defines */
	struct ub_arena *arena;
	struct ub_ical_refusal *refusal;
	UB_VEC(struct own_zone {
		struct ub_text tzid;
		const struct ub_zone *zone; /* NULL: the definition is unsound */
	})
	own;
};

/* The zone of a TZID in this object. NULL: unknown. */
const struct ub_zone *ub_ical_zone(struct reader *reader, struct ub_text tzid);

/* The first VTIMEZONE of this TZID, or NO_COMPONENT. */
size_t ub_ical_timezone(const struct ub_ical *ical, struct ub_text tzid);

/* ---- when.c ---- */

/* Reads an event's start and end, or a task's due time (RFC 5545 3.6.1 and 3.6.2). */
bool ub_ical_times(struct reader *reader, size_t component, struct ub_event *event);
/* Reads start and end as they are written: what is no time is not given, and a zone that nobody knows is left
 * out. */
void ub_ical_written_times(struct reader *reader, size_t component, struct ub_event *event);
/* The instant for comparisons. Floating times count as UTC. */
ub_instant ub_ical_instant(const struct ub_when *when);

/* ---- class.c ---- */

/* What a value of CLASS means; an empty one is that of a component without CLASS. */
enum ub_class ub_ical_class(struct ub_text word);
/* The value of CLASS. NULL for what is public, as that is what its absence means. */
const char *ub_ical_class_word(enum ub_class class);

/* ---- read.c ---- */

/* The component from which the facts come. NO_COMPONENT: none. */
size_t ub_ical_master(const struct ub_ical *ical);
/* Whether the component is of the master's kind. */
bool ub_ical_is_like(const struct ub_ical *ical, size_t component, size_t master);
/* What the component says, but for its times and for how it repeats. */
struct ub_event *ub_ical_component_event(struct reader *reader, size_t component);

/* ---- party.c ---- */

/* The address that the line means, in lower case: in its value, in EMAIL=, or, where neither has one, in CN=.
 * Empty: none. */
struct ub_text ub_ical_address(const struct line *line, struct ub_arena *arena);
void ub_ical_people(struct reader *reader, size_t component, struct ub_event *event);
/* The value of PARTSTAT. A literal. */
const char *ub_ical_partstat_word(enum ub_partstat partstat);

/* ---- base.c ---- */

/* The X-UPBEAT-BASE line of the master component. NULL: there is none, or an unreadable one. */
const struct line *ub_ical_base_line(const struct ub_ical *ical);
/* As ub_ical_base(), as if those who have declined were not among the people. */
struct ub_text ub_ical_base_but(const struct ub_ical *ical, const struct ub_declines *but,
    const struct ub_zones *zones, struct ub_arena *arena);
/* How much of a description is the user's own, above Upbeat's text: that is known by its digest, and has not
 * changed since. 0: nothing, or nobody can tell. */
size_t ub_ical_notes_above(const struct ub_ical *ical, struct ub_text description, struct ub_arena *arena);
/* The properties with different digests. */
unsigned ub_ical_base_differs(struct ub_text left, struct ub_text right);
/* `base`, with these properties' digests from `other`. */
struct ub_text ub_ical_base_merge(
    struct ub_text base, struct ub_text other, unsigned properties, struct ub_arena *arena);
/* Whether the component is an alarm of `of`. Alarms that a client added to snooze another alarm do not
 * count. */
bool ub_ical_reminds(const struct ub_ical *ical, size_t component, size_t of);

/* ---- agenda.c ---- */

/* Finds the part of a description between the delimiters. *from is before the first delimiter, *to is before
 * the second. False: delimiters are missing, or not at the beginning of a line. */
bool ub_ical_agenda(struct ub_text description, size_t *from, size_t *to);
/* What stands below the closing line. */
struct ub_text ub_ical_notes_below(struct ub_text description);
/*
 * The escaped value of a DESCRIPTION, with the part of `wanted` (and both delimiters) in place of its own,
 * which begins after the notes above (ub_ical_notes_above()). An empty value becomes all of `wanted`. A value
 * without delimiters is the user's, and stays.
 */
struct ub_text ub_ical_agenda_replaced(
    struct ub_text value, size_t above, struct ub_text wanted, struct ub_arena *arena);
/* Finds a rule's addition in the value of a meeting's DESCRIPTION. *from is before the blank line above the
 * addition, *to is after its last delimiter. False: there is no addition. */
bool ub_ical_shared(struct ub_text value, struct ub_arena *arena, size_t *from, size_t *to);

/* ---- insert.c: what rules add to a meeting ---- */

/*
 * An addition is a line, and a mark of its own. An agenda is a continuation of DESCRIPTION, a reminder is a
 * VALARM. The mark is
 *
 *	X-UPBEAT-ADDED:KIND.MARK.RULE.VALUE
 *
 * The mark alone is enough to find and remove the addition. VALUE is a digest of the addition. A parameter of
 * the line itself could not be the mark, as servers drop parameters that they do not know. For an agenda,
 * VALUE tells whether there was a description before.
 */
#define UB_ICAL_ADDED       "X-UPBEAT-ADDED"
#define UB_ICAL_ADDED_ALONE "alone"
#define UB_ICAL_ADDED_BELOW "below"
#define UB_ICAL_ADDED_KINDS (UB_AMEND_REMINDER + 1)

struct added {
	struct ub_text kind, mark, rule, value;
};

extern const char *const ub_ical_added_kinds[UB_ICAL_ADDED_KINDS];
/* The parts of a mark. Parts that a forged mark lacks are empty. */
struct added ub_ical_added(const struct line *line);
/* The VALUE of an ATTENDEE line, of a piece of a CATEGORIES line, and of a component. Empty for a component
 * that is no reminder of `of`. */
struct ub_text ub_ical_added_attendee(const struct line *line, struct ub_arena *arena);
struct ub_text ub_ical_added_category(struct ub_text piece, struct ub_arena *arena);
struct ub_text ub_ical_added_reminder(
    const struct ub_ical *ical, size_t alarm, size_t of, struct ub_arena *arena);

/* ---- splice.c: a text, changed in places ---- */

struct edit {
	size_t at, len; /* the bytes to remove; len 0: none */
	bool onto;      /* continues the line before, so nothing may come between */
	size_t order;
	struct ub_text text; /* whole lines to insert */
};

struct splice {
	const struct ub_ical *ical;
	struct ub_arena *arena;
	UB_VEC(struct edit) edits;
};

/* Replaces a line, or inserts before it. The text is whole lines, or empty. */
void ub_ical_splice_line(struct splice *splice, const struct line *line, struct ub_text text);
void ub_ical_splice_before(struct splice *splice, const struct line *line, struct ub_text text);
/* Inserts lines that begin with a blank, which continue this line. */
void ub_ical_splice_onto(struct splice *splice, const struct line *line, struct ub_text text);
/* Removes bytes. */
void ub_ical_splice_bytes(struct splice *splice, size_t at, size_t len);
/* Replaces a component from its BEGIN to its END. */
void ub_ical_splice_component(struct splice *splice, size_t component, struct ub_text text);
/* The lines of a component as written, from its BEGIN to its END. */
struct ub_text ub_ical_component_text(const struct ub_ical *ical, size_t component);
/* Makes the text with its edits. New lines end like `like`. False: two edits change the same bytes, and
 * *result is the unchanged text. */
UB_MUST_USE bool ub_ical_spliced(struct splice *splice, const struct line *like, struct ub_text *result);

/* ---- yearly.c ---- */

/*
 * Calls `each` for the instances of a yearly rule in order, from `start` on, on one clock. The calls end when
 * `each` returns false, after `last_year`, or at a limit. `offset` (seconds) moves an UNTIL in UTC to that
 * clock. False: the text is no rule, or not a yearly one.
 */
bool ub_ical_yearly(struct ub_text rule, struct ub_civil start, int32_t offset, int last_year,
    bool (*each)(void *context, struct ub_civil instance), void *context);

/* ---- numbers.c ---- */

/* The numbers of a part of a rule. */
struct numbers {
	int16_t items[UB_ICAL_RULE_MAX];
	size_t n;
};

bool ub_ical_numbers_have(const struct numbers *numbers, int number);
/* Adds the number, if it is not there yet. False: there is no room. */
bool ub_ical_numbers_add(struct numbers *numbers, int64_t number);

/* ---- rule.c: recurrence rules ---- */

struct rule {
	enum ub_repeats every; /* day, week, month or year */
	int interval;
	int64_t count; /* 0: without one */
	bool ends;     /* by UNTIL */
	bool until_date, until_utc;
	struct ub_civil until;
	enum ub_weekday week_start;
	uint64_t months, days, days_from_end, hours, minutes, seconds; /* bit n: n is in the list */
	struct numbers year_days, weeks, positions;
	struct numbers weekdays; /* ordinal * 8 + weekday */
	/* What ub_ical_rule_complete() knows. */
	ub_day start;
	bool own_time; /* the time of the day is that of the start */
	bool in_month; /* weekdays count within months, not within the year */
	int64_t last;  /* UNTIL on the start's clock, seconds as if UTC; set by series.c */
};

/* Reads the text of a RRULE. NULL: read; else why not, in a few words: "its rule has no FREQ". */
UB_MUST_USE const char *ub_ical_rule_read(struct ub_text text, struct rule *rule);
/* Whether one of the weekdays has a number: "1MO". */
bool ub_ical_rule_has_ordinal(const struct numbers *weekdays);
/* Puts in what the rule leaves out, from DTSTART. */
void ub_ical_rule_complete(struct rule *rule, struct ub_civil start, bool date);
/* The instances that a day of a complete rule has, but for BYSETPOS. */
size_t ub_ical_rule_times(const struct rule *rule);
/* The day, week, month or year that a day is in, counted from some beginning, and the first day of one. */
int64_t ub_ical_rule_period(const struct rule *rule, ub_day day);
ub_day ub_ical_rule_first_day(const struct rule *rule, int64_t period);
/* Whether the first n periods can be passed over: the rule has no COUNT, or the number of their instances,
 * which goes to *skipped without the start, is plain. */
bool ub_ical_rule_skips(const struct rule *rule, int64_t n, int64_t *skipped);
/* Whether a day meets a complete rule, but for BYSETPOS, COUNT and UNTIL, and for being before the start. */
bool ub_ical_rule_meets(const struct rule *rule, ub_day day);
/* The first such day in [from, until], and of the next 60 years. */
bool ub_ical_rule_next(const struct rule *rule, ub_day from, ub_day until, ub_day *found);
/* Whether BYDAY has the day's weekday. */
bool ub_ical_rule_has_weekday(const struct rule *rule, ub_day day);
/* Whether BYSETPOS, if any, is such that libical is right: not among several times of a day, nor among days
 * that libical finds otherwise. */
bool ub_ical_rule_has_plain_positions(const struct rule *rule);
/* Whether there is an instance in the 60 years after the start. */
bool ub_ical_rule_possible(const struct rule *rule);
/* The rule of days anew: without times, COUNT and UNTIL. */
void ub_ical_rule_write(const struct rule *rule, struct ub_buf *out);

/* ---- recur.c: the days of a rule ---- */

struct recur {
	ub_day from, until;                                    /* the first one may be before `from` */
	size_t steps;                                          /* calls that are left */
	bool (*each)(void *context, struct ub_civil instance); /* false: enough */
	void *context;
	/* Set by ub_ical_recur(). */
	bool whole;      /* it began with the rule's start, not later */
	int64_t skipped; /* instances after the start that it passed over */
};

/*
 * Calls `each` for the instances of a complete and possible rule in order, on one clock. The first ones may
 * be before the start or before `from`. COUNT and UNTIL do not count. NULL: done; else why not.
 */
UB_MUST_USE const char *ub_ical_recur(const struct rule *rule, struct recur *recur, struct ub_arena *arena);

/* ---- html.c ---- */

#define UB_ICAL_DATA_HTML "data:text/html,"

/* The text as HTML: the value of ALTREP (RFC 5545 3.2.1), and of X-ALT-DESC. Empty: `html` (enum ub_html)
 * does not ask for it, or it is longer than UB_ICAL_HTML_MAX. */
struct ub_text ub_ical_altrep(struct ub_text text, unsigned html, struct ub_arena *arena);
struct ub_text ub_ical_x_alt_desc(struct ub_text text, unsigned html, struct ub_arena *arena);
/* The lines of a description with this value, as escaped, with all the HTML that is asked for. Empty: the
 * value is. */
struct ub_text ub_ical_described(struct ub_text value, unsigned html, struct ub_arena *arena);
/* The ways in which the master's description stands as HTML (enum ub_html). */
unsigned ub_ical_html(const struct ub_ical *ical);

/* ---- draft.c: components that are to be written ---- */

struct draft_line {
	const char *name;
	bool is_text;         /* a TEXT, which is to be escaped; else the value is as it is to be written */
	struct ub_text value; /* a text that is empty is not written */
	UB_VEC(struct param) params;
};

struct draft {
	struct ub_arena *arena;
	const char *name; /* "VEVENT" */
	UB_VEC(struct draft_line) lines;
	UB_VEC(struct draft *) parts; /* components in it, which come after the lines */
};

struct draft *ub_ical_draft(struct ub_arena *arena, const char *name);
/* Adds a component to the draft. */
struct draft *ub_ical_draft_part(struct draft *draft, const char *name);
/* Both add a line, which is valid until the next one is added. */
struct draft_line *ub_ical_draft_text(struct draft *draft, const char *name, struct ub_text value);
struct draft_line *ub_ical_draft_value(struct draft *draft, const char *name, const char *format, ...)
    UB_FORMAT(3, 4);
/* An empty value adds nothing. */
void ub_ical_draft_param(
    struct draft *draft, struct draft_line *line, const char *name, struct ub_text value);

/* ---- libical.c: the door to libical ---- */

/* A line of the reduced copy. */
struct reduced {
	struct ub_text name;
	struct ub_text params; /* ";CN=\"Clara\"", or empty */
	struct ub_text value;  /* empty: one that libical would misread */
};

/* Reads the lines of one component. properties[i] is that of lines[i], and comes as VALUE_UNREAD, which it
 * stays where libical finds a fault. */
void ub_libical_read(
    const struct reduced *lines, struct property *properties, size_t n, struct ub_arena *arena);
/* Reads 19980118 (*date) or 19980118T230000, with Z (*utc). */
bool ub_libical_time(struct ub_text value, struct ub_civil *civil, bool *date, bool *utc);
/* Reads P15DT5H0M20S, P7W, -PT15M (RFC 5545 3.3.6) into whole days, and the remaining seconds. */
bool ub_libical_duration(struct ub_text value, int64_t *days, int64_t *seconds);
/* A TEXT value with its escapes undone, which each become one byte. */
struct ub_text ub_libical_unescaped(struct ub_text value, struct ub_arena *arena);
/* Reads a recurrence rule. False: it is none, or one of another calendar than Gregory's. */
bool ub_libical_rule(struct ub_text text, struct rule *rule);

/* The days of a rule, one after the other. One call goes on until it finds a day, for seconds if need be. */
struct days;
/* NULL: libical does not take the rule. The caller gives the rest to ub_libical_free_days(). */
struct days *ub_libical_days(const char *rule, ub_day first, struct ub_arena *arena);
void ub_libical_free_days(struct days *days);
/* False: there are no more. */
bool ub_libical_next_day(struct days *days, ub_day *day);

/* Puts the component as text: CRLF, folded at 75 octets between characters. */
void ub_libical_print(const struct draft *draft, struct ub_buf *out);

/* ---- series.c: what an object says of its series ---- */

/* How long an instance takes: days by the calendar, then seconds (RFC 5545 3.8.5.3). */
struct span {
	int64_t days, seconds;
};

/* A component with RECURRENCE-ID. */
struct override {
	size_t component;
	ub_instant of; /* the instance that it takes the place of */
	bool future;   /* and of those that follow */
	bool cancelled;
	int64_t sequence;
	struct ub_when start, end;
	struct span span;
	const struct ub_event *event; /* NULL: not read yet */
};

/* An RDATE. */
struct added_date {
	ub_instant at, end; /* end UB_INSTANT_NONE: as long as the others */
};

struct series {
	struct reader *reader;
	const struct ub_event *event; /* of the master; of an override where there is no master */
	const struct ub_zone *floating;
	const struct ub_zone *zone; /* whose clock the rules go by */
	int64_t first;              /* DTSTART on that clock, seconds as if UTC */
	struct span span;
	UB_VEC(ub_instant) left_out;  /* EXDATE, in order */
	UB_VEC(ub_day) days_left_out; /* in order */
	UB_VEC(struct added_date) added;
	UB_VEC(struct override) overrides; /* in order; of those of one instance the last one counts */
	struct rule rules[UB_SERIES_RULES_MAX];
	size_t n_rules;
};

/* Reads the series. NULL: read; else why not. */
UB_MUST_USE const char *ub_ical_series(struct series *series, struct reader *reader,
    const struct ub_event *event, const struct ub_zone *floating);
/* The zone of a time in the series. */
const struct ub_zone *ub_ical_series_zone(const struct series *series, const struct ub_when *when);
/* The instant of an instance, from the series' clock. */
ub_instant ub_ical_series_at(const struct series *series, struct ub_civil civil);
/* The end of what begins at `start` on the clock of `like`, and takes that span. */
ub_instant ub_ical_series_end(
    const struct series *series, const struct ub_when *like, struct span span, ub_instant start);
bool ub_ical_series_leaves_out(const struct series *series, ub_instant of);

/* ---- vtimezone.c, fold.c, write.c ---- */

/* Puts a TEXT value with its escapes (RFC 5545 3.3.11). */
void ub_ical_escape(struct ub_buf *out, struct ub_text value);
/* Puts one content line, folded. */
void ub_ical_fold(struct ub_buf *out, struct ub_text line);
/* Puts `name` and an escaped TEXT value. An empty value puts nothing. */
void ub_ical_put_text(struct ub_buf *out, const char *name, struct ub_text value);
void ub_ical_put(struct ub_buf *out, const char *format, ...) UB_FORMAT(2, 3);
/* Puts a VALARM at so many seconds before the start. */
void ub_ical_put_alarm(struct ub_buf *out, int64_t seconds, struct ub_text shown);
/* Adds a VTIMEZONE that is right for [start, end], and beyond as far as the zone's yearly rule holds. */
void ub_ical_draft_zone(struct draft *calendar, const struct ub_zone *zone, ub_instant start, ub_instant end);

#endif
