/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CAL_H
#define UPBEAT_CAL_H

/*
 * cal: civil dates, time zones, working hours and business days, intervals, and the grammar of time in which
 * rules are written. The folder is pure: the clock and the bytes of the time zone database are arguments.
 *
 * The calendar is the proleptic Gregorian one, years 1-9999 (RFC 3339). Leap seconds do not exist, as in
 * POSIX.
 */

#include "upbeat/base.h"

/* ---- instants, days, civil times ---- */

/* Seconds since 1970-01-01T00:00:00Z. */
typedef int64_t ub_instant;
/* A civil date: days since 1970-01-01. */
typedef int32_t ub_day;

#define UB_INSTANT_MIN  INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */
#define UB_INSTANT_MAX  INT64_C(253402300799) /* 9999-12-31T23:59:59Z */
#define UB_INSTANT_NONE INT64_MIN
#define UB_DAY_MIN      (-719162) /* 0001-01-01 */
#define UB_DAY_MAX      2932896   /* 9999-12-31 */

/* The numbers are those of ISO 8601. */
enum ub_weekday { UB_MONDAY = 1, UB_TUESDAY, UB_WEDNESDAY, UB_THURSDAY, UB_FRIDAY, UB_SATURDAY, UB_SUNDAY };

/* What a wall clock and a wall calendar show: month 1-12, day 1-31, second 0-59. */
struct ub_civil {
	int year, month, day, hour, minute, second;
};

/* Whether there is such a day and time, in the years 1 to 9999. */
bool ub_cal_civil_valid(struct ub_civil civil);
int ub_cal_month_days(int year, int month);
/* The fields may lie outside of their ranges by any small amount: month 14 is February of the next year. */
ub_day ub_cal_day(int year, int month, int day);
struct ub_civil ub_cal_day_civil(ub_day day); /* midnight of the day */
enum ub_weekday ub_cal_weekday(ub_day day);
int ub_cal_day_of_year(ub_day day); /* 1-366 */
/* The ISO 8601 week, 1-53. *year is the year that the week belongs to; `year` may be NULL. */
int ub_cal_week(ub_day day, int *year);

/* ---- time zones ---- */

struct ub_zone;
struct ub_zones;

/* A stretch of time with one UTC offset. */
struct ub_zone_period {
	ub_instant from, until; /* [from, until); UB_INSTANT_MIN and UB_INSTANT_MAX + 1 at the ends */
	int32_t offset;         /* seconds east of UTC */
	bool dst;
	struct ub_text abbreviation; /* "CEST"; lives as long as the zone */
};

/* UTC itself, which is static. */
const struct ub_zone *ub_cal_utc(void);
struct ub_text ub_cal_zone_name(const struct ub_zone *zone);
struct ub_zone_period ub_cal_zone_at(const struct ub_zone *zone, ub_instant instant);
int32_t ub_cal_offset(const struct ub_zone *zone, ub_instant instant);
struct ub_civil ub_cal_civil(const struct ub_zone *zone, ub_instant instant);
ub_day ub_cal_local_day(const struct ub_zone *zone, ub_instant instant);
/*
 * The instant at which the zone's clocks show `civil`. In a fold, where clocks show `civil` twice, the first
 * instant counts. In a gap, where clocks never show `civil`, the offset before the gap holds: 02:30 becomes
 * 03:30 (RFC 5545 3.3.5).
 */
ub_instant ub_cal_instant(const struct ub_zone *zone, struct ub_civil civil);
/* The day's first instant: 00:00, or the end of the gap when clocks are put forward at midnight. */
ub_instant ub_cal_day_start(const struct ub_zone *zone, ub_day day);

/* A zone from the bytes of a TZif file, versions 1-4 (RFC 8536, RFC 9636). NULL: the bytes are no such
 * file, are damaged, exceed the limits or count leap seconds. The zone lives in the arena and does not
 * point into `bytes`. */
const struct ub_zone *ub_cal_zone_from_tzif(
    struct ub_arena *arena, struct ub_text name, struct ub_text bytes) UB_MUST_USE;

/* A change of the offset, as a VTIMEZONE lists them. */
struct ub_zone_change {
	ub_instant at;
	int32_t offset; /* from then on; seconds east of UTC */
	bool dst;
	struct ub_text abbreviation;
};
/*
 * A zone of somebody's own making. `before` holds until the first of n changes, which are ordered by time.
 * After the last change the POSIX TZ string `rule` holds ("CET-1CEST,M3.5.0,M10.5.0/3"); with an empty `rule`
 * the last change holds for ever. NULL: the changes are out of order or too many, an offset is a day or more,
 * or the rule is no TZ string.
 */
const struct ub_zone *ub_cal_zone_from_changes(struct ub_arena *arena, struct ub_text name,
    struct ub_zone_change before, const struct ub_zone_change *changes, size_t n,
    struct ub_text rule) UB_MUST_USE;

/* The yearly pair of changes that goes on for ever after the last listed change. */
struct ub_zone_switch {
	int month, week, weekday; /* week 1-5 (5: the last), weekday as enum ub_weekday */
	int32_t time;             /* seconds after local midnight; may be negative or past 24 h */
};
struct ub_zone_rule {
	int32_t standard, daylight; /* offsets, seconds east of UTC */
	struct ub_text standard_name, daylight_name;
	struct ub_zone_switch to_daylight, to_standard;
};
/* False: the zone ends in one offset, or in a rule that is not of the form "the second Sunday in March". */
bool ub_cal_zone_rule(const struct ub_zone *zone, struct ub_zone_rule *rule);

/* Where the bytes of the time zone database come from. */
struct ub_zone_source {
	/* The TZif bytes of the zone `name`, in the arena; ptr NULL: there is no such zone. The name
	 * is relative and plain: letters, digits, _ + - in parts between single slashes. Several
	 * threads may call this. */
	struct ub_text (*load)(void *context, struct ub_arena *arena, struct ub_text name);
	void *context;
};

/*
 * A set of zones. Each zone is loaded when first asked for, and kept until the set is freed. Any number of
 * threads may ask at once, without a lock: a zone that was given out never changes. The caller frees the set
 * after the last reader is gone.
 */
struct ub_zones *ub_cal_zones_new(struct ub_zone_source source);
/* Sets *zones to NULL; NULL is allowed. */
void ub_cal_zones_free(struct ub_zones **zones);
/*
 * The zone that a TZID means: a name of the database ("Europe/Berlin"), such a name behind a vendor's prefix
 * ("/mozilla.org/20070129_1/Europe/Berlin"), or a Windows name ("W. Europe Standard Time", by the CLDR
 * table). NULL: the TZID is none of these, and a VTIMEZONE may define the zone.
 */
const struct ub_zone *ub_cal_zone_find(const struct ub_zones *zones, struct ub_text tzid);
/* The zone of a TZID that names whole hours ahead of UTC or behind it, and no place: "GMT+0100", "UTC-5",
 * "+01:00". To be asked where no VTIMEZONE defines it. NULL: it does not, or of so many there is none. */
const struct ub_zone *ub_cal_zone_of_hours(const struct ub_zones *zones, struct ub_text tzid);
/* The database's name for a Windows name; NULL: there is none. */
const char *ub_cal_zone_of_windows(struct ub_text windows);

/* ---- intervals ---- */

/* The interval [start, end), which is empty when end <= start. */
struct ub_interval {
	ub_instant start, end;
};

/* A set of instants. A normal set is in order and has no empty, overlapping or touching intervals. These
 * functions return normal sets; the sets that they take need not be normal. */
struct ub_intervals {
	struct ub_interval *items;
	size_t n, cap;
};

/* Whether an instant is in both. */
bool ub_cal_overlap(struct ub_interval a, struct ub_interval b);
struct ub_intervals ub_cal_intervals_normal(struct ub_arena *arena, struct ub_intervals set);
struct ub_intervals ub_cal_union(struct ub_arena *arena, struct ub_intervals a, struct ub_intervals b);
struct ub_intervals ub_cal_subtract(struct ub_arena *arena, struct ub_intervals a, struct ub_intervals b);
struct ub_intervals ub_cal_intersect(struct ub_arena *arena, struct ub_intervals a, struct ub_intervals b);
/* Whether any interval of the set overlaps with this one. */
bool ub_cal_any_overlap(struct ub_intervals set, struct ub_interval interval);
/* Whether one interval of the normal set `set` holds all of `interval`. */
bool ub_cal_covers(struct ub_intervals set, struct ub_interval interval);

/* ---- working time ---- */

/* What a parser of this folder found wrong: bytes [at, at+len) of the text that the parser was given. */
struct ub_time_error {
	size_t at, len;
	struct ub_text message, help; /* as in struct ub_diag */
};

/* Working hours of the seven weekdays. Each day's are in order and disjoint, in minutes since
 * local midnight, 0-1440. */
struct ub_working_hours {
	struct ub_working_day {
		size_t n;
		struct {
			int16_t from, until;
		} spans[UB_HOURS_PER_DAY_MAX];
	} days[8]; /* by enum ub_weekday; 0 is not used */
};

/* "Mon-Fri 09:00-17:30", "Mon-Thu 09:00-12:00, 13:00-17:30, Fri 09:00-14:00", "Sun-Thu 08:00-16:00". Day
 * names are English, of three letters or in full. A part without days means the days of the part before. */
bool ub_cal_parse_hours(
    struct ub_arena *arena, struct ub_text text, struct ub_working_hours *hours, struct ub_time_error *error);

/* The days off, ordered by day. */
struct ub_holiday {
	ub_day day;
	struct ub_text name;
};
struct ub_holidays {
	struct ub_holiday *items;
	size_t n, cap;
};
/* A day that is there already keeps the name that it had. */
void ub_cal_holiday_add(
    struct ub_arena *arena, struct ub_holidays *holidays, ub_day day, struct ub_text name);
const struct ub_holiday *ub_cal_holiday(const struct ub_holidays *holidays, ub_day day); /* or NULL */

/* When somebody works. */
struct ub_work_calendar {
	const struct ub_zone *zone;
	const struct ub_working_hours *hours;
	const struct ub_holidays *holidays; /* NULL: none */
};

/* Whether the day has working hours and is no holiday. */
bool ub_cal_is_business_day(const struct ub_work_calendar *calendar, ub_day day);
/* The n-th business day after (n > 0) or before (n < 0) `day`, which need not be a business day; n = 0 gives
 * `day`. False: there is none within UB_BUSINESS_SEARCH_DAYS. */
bool ub_cal_business_day(const struct ub_work_calendar *calendar, ub_day day, int n, ub_day *found);
/* The whole civil day from midnight to midnight: 23, 24 or 25 hours. */
struct ub_interval ub_cal_day_interval(const struct ub_zone *zone, ub_day day);
/* Somebody's working time inside a window. Of a window longer than UB_WINDOW_DAYS_MAX,
 * the beginning counts. */
struct ub_intervals ub_cal_working_time(
    struct ub_arena *arena, const struct ub_work_calendar *calendar, struct ub_interval window);
/* The last working moment at or before `at`, at most `reach` seconds back. A moment at which work begins or
 * ends is one. False: there is none. */
bool ub_cal_last_working(struct ub_arena *arena, const struct ub_work_calendar *calendar, ub_instant at,
    int64_t reach, ub_instant *moment);
/* The next stretch of working time at or after `at`, without what of it is before; it begins at most `reach`
 * seconds later. False: there is none. */
bool ub_cal_next_working(struct ub_arena *arena, const struct ub_work_calendar *calendar, ub_instant at,
    int64_t reach, struct ub_interval *stretch);
/* The time inside a window in which all n people work; n = 0 gives the whole window. */
struct ub_intervals ub_cal_common_time(
    struct ub_arena *arena, const struct ub_work_calendar *people, size_t n, struct ub_interval window);

struct ub_slot_search {
	struct ub_interval window; /* the whole slot lies within the window */
	int64_t duration;          /* seconds */
	/* The start is on a full step of the first one's clock, in seconds (900: quarters of an hour; 1: any
	 * second). */
	int64_t step;
	bool latest; /* false: earliest */
	/* Everybody's working hours. None: the clock is UTC's. */
	const struct ub_work_calendar *people;
	size_t n_people;
	struct ub_intervals busy; /* to be avoided */
};
/* The earliest or latest start at which `duration` lies whole in the time that ub_cal_common_time gives, and
 * in none of `busy`. False: there is none. */
bool ub_cal_find_slot(struct ub_arena *arena, const struct ub_slot_search *search, ub_instant *start);

/* ---- the grammar of time (upbeat-rules(5)) ---- */

enum ub_unit { UB_SECONDS, UB_MINUTES, UB_HOURS, UB_DAYS, UB_WEEKS, UB_BUSINESS_DAYS };

/* "15m", "3 business days": a number 0-UB_SPAN_MAX of one unit. */
struct ub_span {
	int32_t n;
	enum ub_unit unit;
};

enum ub_anchor { UB_AT_START, UB_AT_END, UB_AT_DUE };

/* "8m before end", "1 business day after prep.end", "start". */
struct ub_point {
	struct ub_span span; /* n = 0: the anchor itself */
	bool after;          /* false: before */
	enum ub_anchor anchor;
	/* Another item of the rule, a slice of the text parsed; empty: the meeting or period. */
	struct ub_text item;
};

/* "day", "2 weeks", "quarter": every n units, and a unit is days, weeks or months. */
enum ub_every_unit { UB_EVERY_DAY, UB_EVERY_WEEK, UB_EVERY_MONTH };
struct ub_every {
	int32_t n;
	enum ub_every_unit unit;
};

/* The whole text must be a span; blanks around it are allowed. On false *error says what
 * is wrong, and where. */
bool ub_cal_parse_span(
    struct ub_arena *arena, struct ub_text text, struct ub_span *span, struct ub_time_error *error);
bool ub_cal_parse_point(
    struct ub_arena *arena, struct ub_text text, struct ub_point *point, struct ub_time_error *error);
bool ub_cal_parse_every(
    struct ub_arena *arena, struct ub_text text, struct ub_every *every, struct ub_time_error *error);
/* Prints in words: "15 minutes", "3 business days before start", "every 2 weeks". */
void ub_cal_print_span(struct ub_buf *out, struct ub_span span);
void ub_cal_print_point(struct ub_buf *out, struct ub_point point);
void ub_cal_print_every(struct ub_buf *out, struct ub_every every);
/* Prints seconds in words: "1 hour 30 minutes", "45 minutes", "2 days". Negative ones follow "minus ". */
void ub_cal_print_seconds(struct ub_buf *out, int64_t seconds);

/* The seconds of a span as a length of time, in which a day has 24 hours. False: business
 * days have no length. */
bool ub_cal_span_seconds(struct ub_span span, int64_t *seconds);
/*
 * The instant that lies a span before or after another. Seconds, minutes and hours are exact. Days, weeks and
 * business days keep the time of day that the calendar's clock shows. False: the result lies outside of years
 * 1-9999, or there is no such business day.
 */
bool ub_cal_shift(const struct ub_work_calendar *calendar, ub_instant from, struct ub_span span, bool after,
    ub_instant *result);
/* What a point means as the border of a window: "N business days before" is that whole day, any other point
 * is one instant (start = end). */
bool ub_cal_point_interval(const struct ub_work_calendar *calendar, struct ub_point point, ub_instant anchor,
    struct ub_interval *result);
/* The period that an instant lies in. Weeks begin on Monday. Periods of n weeks count from Monday 1970-01-05,
 * those of n months and days from 1970-01-01, so that quarters and years are those of the calendar. */
struct ub_interval ub_cal_period(const struct ub_zone *zone, struct ub_every every, ub_instant instant);

/* ---- text ---- */

/* Reads RFC 3339. Fractions of a second have 1-9 digits and go to *nanoseconds; `nanoseconds` may be NULL.
 * False: the text is no such time, lies outside of years 1-9999, or has a second of 60. */
bool ub_cal_parse_rfc3339(struct ub_text text, ub_instant *instant, int32_t *nanoseconds);
/* Reads "2026-11-12", "2026-11-12 14:00", "2026-11-12T14:00:05". `has_time` may be NULL. */
bool ub_cal_parse_civil(struct ub_text text, struct ub_civil *civil, bool *has_time);
bool ub_cal_parse_date(struct ub_text text, ub_day *day); /* "2026-11-12" only */
/* Reads RFC 3339 with an offset, or a civil time on the zone's clock. */
bool ub_cal_parse_time(struct ub_text text, const struct ub_zone *zone, ub_instant *instant);
/* Reads "2026-11-09 09:00-10:00", or two times as above with a slash between them. */
bool ub_cal_parse_interval(struct ub_text text, const struct ub_zone *zone, struct ub_interval *interval);

/* By the zone's clock: 2026-11-12T14:00:00+01:00, or with a Z. */
void ub_cal_print_rfc3339(struct ub_buf *out, const struct ub_zone *zone, ub_instant instant);
void ub_cal_print_date(struct ub_buf *out, ub_day day); /* 2026-11-12 */

enum ub_language { UB_ENGLISH, UB_GERMAN, UB_FRENCH };
/* The language of a tag such as "de-AT" (RFC 5646). English: the program does not speak
 * the tag's language. */
enum ub_language ub_cal_language(struct ub_text tag);
struct ub_text ub_cal_weekday_name(enum ub_weekday weekday, enum ub_language language);
struct ub_text ub_cal_month_name(int month, enum ub_language language);

/*
 * Patterns are those of strftime(3), with these fields: %Y %m %d %e %j %H %I %M %S %p, %A %a %B %b (names in
 * the language), %u (1-7), %V %G (ISO week and its year), %F %T %R, %z (+0100), %:z (+01:00), %Z (CET), %%. A
 * `-` after the percent sign leaves padding out: "%-d %B".
 */
bool ub_cal_check_pattern(struct ub_arena *arena, struct ub_text pattern, struct ub_time_error *error);
/* Fields that are unknown, in a pattern that was not checked, are shown as they stand. */
void ub_cal_format(struct ub_buf *out, struct ub_text pattern, const struct ub_zone *zone, ub_instant instant,
    enum ub_language language);

#endif
