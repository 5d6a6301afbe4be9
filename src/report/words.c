/* SPDX-License-Identifier: Apache-2.0 */
#include "report-private.h"

struct ub_text report_share_text(
    const struct ub_counts *counts, enum ub_figure figure, struct ub_arena *arena)
{
	unsigned percent;
	return ub_counts_share(counts, figure, &percent) ? ub_textf(arena, "%u %%", percent)
							 : UB_TEXT("cannot be told");
}

struct ub_text report_date_text(const struct ub_zone *zone, ub_instant at, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	if (at == UB_INSTANT_NONE)
		return UB_TEXT("never");
	ub_cal_print_date(&out, ub_cal_local_day(zone, at));
	return ub_buf_text(&out);
}

struct ub_text report_group_text(const struct ub_report *report, const struct ub_report_group *group)
{
	if (group->name.len)
		return group->name;
	return report->by == UB_REPORT_BY_ACCOUNT ? UB_TEXT("no account") : UB_TEXT("nobody");
}

struct ub_text report_account_text(struct ub_text id, struct ub_text name)
{
	return name.len ? name : id.len ? id : UB_TEXT("no account");
}

struct ub_text report_beginning_of(struct ub_text name, size_t most)
{
	size_t at = 0;
	for (size_t n = 0; at < name.len && n < most; n++)
		do
			at++;
		while (at < name.len && ((unsigned char)name.ptr[at] & 0xC0) == 0x80);
	return ub_text_sub(name, 0, at);
}

int64_t report_rhythm_days(const struct ub_report_unmet *unmet)
{
	return (unmet->rhythm + 43200) / 86400; /* clocks change by an hour */
}
