/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"

struct ub_report_input records;

void records_set_up(void)
{
	static struct ub_working_hours hours;
	static struct ub_holiday holiday;
	static struct ub_holidays holidays;
	struct ub_org *org;
	struct ub_time_error error;
	arena_set_up();
	org = UB_NEW(arena, struct ub_org);
	cr_assert(ub_cal_parse_hours(arena, UB_TEXT("Mon-Fri 09:00-17:30"), &hours, &error));
	cr_assert(ub_cal_parse_date(UB_TEXT("2026-11-11"), &holiday.day));
	holiday.name = UB_TEXT("Day off");
	holidays = (struct ub_holidays){ &holiday, 1, 1 };
	org->standard =
	    (struct ub_org_person){ UB_TEXT("*"), ub_cal_utc(), &hours, &holidays, UB_TEXT("en") };
	records = (struct ub_report_input){ .org = org };
}

int64_t at(const char *time)
{
	ub_instant instant;
	cr_assert(ub_cal_parse_time(ub_text(time), ub_cal_utc(), &instant), "%s", time);
	return instant * 1000;
}

struct ub_report *report_of(const char *since, const char *now)
{
	records.since = at(since) / 1000;
	records.now = at(now) / 1000;
	return ub_report_make(&records, arena);
}

struct ub_store_meeting *meeting(const char *uid, const char *account, const char *start)
{
	struct ub_store_meeting *new = ub_push(arena, &records.meetings);
	*new = (struct ub_store_meeting){ .meeting_uid = ub_text(uid),
		.account = ub_text(account),
		.name = ub_text(account),
		.owner = UB_TEXT("anna@ours.example"),
		.start = at(start),
		.end = at(start) + 3600000,
		.first_seen = at("2026-01-01") };
	return new;
}

struct ub_store_item *item(const char *uid, const char *account, const char *counts_as, const char *occasion)
{
	struct ub_store_item *new = ub_push(arena, &records.items);
	*new = (struct ub_store_item){ .meeting_uid = ub_text(uid),
		.identity = ub_textf(arena, "mark-%zu", records.items.n),
		.owner = UB_TEXT("anna@ours.example"),
		.state = UB_ITEM_EXISTS,
		.outcome = { .counts_as = ub_text(counts_as),
		    .account = ub_text(account),
		    .occasion_start = at(occasion),
		    .occasion_end = at(occasion) + 3600000 } };
	return new;
}

struct ub_store_item *event(
    const char *uid, const char *account, const char *counts_as, const char *occasion, const char *start)
{
	struct ub_store_item *new = item(uid, account, counts_as, occasion);
	new->outcome.kind = UB_OUTCOME_EVENT;
	new->outcome.start = at(start);
	new->outcome.end = at(start) + 900000;
	return new;
}

struct ub_store_item *task(const char *uid, const char *account, const char *counts_as, const char *occasion,
    const char *due, const char *completed)
{
	struct ub_store_item *new = item(uid, account, counts_as, occasion);
	new->outcome.kind = UB_OUTCOME_TASK;
	new->outcome.end = at(due);
	new->outcome.completed = *completed ? at(completed) : 0;
	return new;
}

struct ub_store_period *period(
    const char *account, const char *health, const char *start, const char *end, const char *first_seen)
{
	struct ub_store_period *new = ub_push(arena, &records.periods);
	*new = (struct ub_store_period){ .uid = ub_textf(arena, "cadence/x/%s", account),
		.start = at(start),
		.end = at(end),
		.account = ub_text(account),
		.name = ub_text(account),
		.owner = UB_TEXT("anna@ours.example"),
		.health = ub_text(health),
		.first_seen = at(first_seen) };
	return new;
}

const char *parts(const struct ub_counts *counts, enum ub_figure figure, size_t n)
{
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < n; i++)
		ub_buf_printf(&out, "%s%zu", i ? " " : "", counts->parts[figure][i]);
	return ub_buf_cstr(&out);
}

const char *parts_of(const struct ub_report *report, const char *key, enum ub_figure figure, size_t n)
{
	for (size_t i = 0; i < report->groups.n; i++)
		if (ub_text_is(report->groups.items[i].key, key))
			return parts(&report->groups.items[i].counts, figure, n);
	return "no such group";
}
