/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CAL_PRIVATE_H
#define UPBEAT_CAL_PRIVATE_H

#include "upbeat/cal.h"

#define DAY_SECONDS INT64_C(86400)

/* ---- civil.c ---- */

int64_t cal_floor_div(int64_t a, int64_t b); /* b > 0 */
/* The reading of a wall clock as seconds, as if the clock showed UTC, so that readings can be
 * added and compared. */
int64_t cal_wall_seconds(struct ub_civil civil);
struct ub_civil cal_wall_civil(int64_t seconds);

/* ---- zones ---- */

/* The day of a POSIX TZ rule: Mm.w.d, Jn (1-365, never 29 February) or n (0-365). */
struct tz_day {
	enum { TZ_MONTH_WEEK, TZ_JULIAN, TZ_ZERO_BASED } kind;
	int month, week, weekday; /* weekday 0-6 from Sunday, as in the string */
	int day;
	int32_t time; /* seconds after local midnight */
};

/* A POSIX TZ string (POSIX 8.3, with the wider hours of RFC 9636 3.3.2). */
struct tz_rule {
	int32_t standard, daylight; /* seconds east of UTC */
	struct ub_text standard_name, daylight_name;
	bool has_daylight;
	struct tz_day to_daylight, to_standard;
};

struct ub_zone {
	struct ub_text name;
	struct ub_zone_change before; /* holds until changes[0]; .at is not used */
	struct ub_zone_change *changes;
	size_t n;
	bool has_rule; /* after the last change `rule` holds, which has daylight time */
	struct tz_rule rule;
};

/* An offset further from UTC than this is damage (RFC 9636 3.2: -25 h to +26 h). */
#define OFFSET_LIMIT (26 * 3600)

/* The zone's names in *rule are slices of `text`. */
bool cal_tz_rule_parse(struct ub_text text, struct tz_rule *rule);
/* The stretch of time around an instant in which the rule keeps one offset. The first begins
 * at UB_INSTANT_MIN. */
struct ub_zone_period cal_tz_rule_period(const struct tz_rule *rule, ub_instant instant);

/* ---- scan.c: reading the small languages of this module ---- */

struct scan {
	struct ub_text text;
	size_t at;
	struct ub_arena *arena; /* for messages */
	struct ub_time_error *error;
};

bool cal_scan_at_letter(const struct scan *in);
bool cal_scan_at_digit(const struct scan *in);
void cal_scan_blanks(struct scan *in);
bool cal_scan_char(struct scan *in, char c); /* takes c if c is next */
/* Each takes the longest run that is next; empty: there is none. */
struct ub_text cal_scan_letters(struct scan *in);
struct ub_text cal_scan_digits(struct scan *in);
struct ub_text cal_scan_word(struct scan *in);  /* up to a blank */
struct ub_text cal_scan_piece(struct scan *in); /* up to a blank or comma */
/* Sets the error at `where`, a slice of the text; with an empty `where`, where reading
 * stopped. Always false. */
bool cal_scan_fail(struct scan *in, struct ub_text where, const char *help, const char *format, ...)
    UB_FORMAT(4, 5);
/* Whether all of the text was read. If not, sets the error. */
bool cal_scan_end(struct scan *in, const char *help);

/* ---- timestamp.c ---- */

/* Prints "+01:00" or "-0430". The seconds of an offset are left out. */
void cal_print_offset(struct ub_buf *out, int32_t offset, bool colon);

/* ---- windows-zones.c ---- */

struct windows_zone {
	const char *windows, *name;
};
extern const struct windows_zone cal_windows_zones[]; /* by .windows, bytewise */
extern const size_t cal_n_windows_zones;

#endif
