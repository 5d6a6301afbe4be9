/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_REPORT_RECORDS_H
#define UPBEAT_TESTS_REPORT_RECORDS_H

/* Records as a store would have them, written by hand, and a report of them. */
#include <criterion/criterion.h>

#include "arena.h"
#include "upbeat/report.h"

/* What the report is made of. All clocks show UTC, work is from Monday to Friday, and 2026-11-11 is a
 * holiday. */
extern struct ub_report_input records;

void records_set_up(void);

/* "2026-11-12 14:00", in milliseconds. */
int64_t at(const char *time);
/* Reports what ended from one time to the other. */
struct ub_report *report_of(const char *since, const char *now);

/* An hour with the account. It was first seen on 2026-01-01, and anna is its owner. It is there for changes
 * until the next one is added. */
struct ub_store_meeting *meeting(const char *uid, const char *account, const char *start);
/* An item beside the meeting, of anna's, which stands. The same. */
struct ub_store_item *item(const char *uid, const char *account, const char *counts_as, const char *meeting);
struct ub_store_item *event(
    const char *uid, const char *account, const char *counts_as, const char *meeting, const char *start);
/* `completed`: "" if it is not. */
struct ub_store_item *task(const char *uid, const char *account, const char *counts_as, const char *meeting,
    const char *due, const char *completed);
struct ub_store_period *period(
    const char *account, const char *health, const char *start, const char *end, const char *first_seen);

/* The counts of a figure, as "1 0 2". */
const char *parts(const struct ub_counts *counts, enum ub_figure figure, size_t n);
/* The same of the group of that key. */
const char *parts_of(const struct ub_report *report, const char *key, enum ub_figure figure, size_t n);

#endif
