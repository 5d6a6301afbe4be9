/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What is counted: names, words and definitions of all figures.
 */
#include "upbeat/report.h"

#define UNTOLD true
#define CADENCE(key, words)                                                                                  \
	{                                                                                                    \
		.name = "cadence_" key, .title = "Cadence kept, " words, .things = "periods",                \
		.definition = "Of the periods in which an account of that health was to be met (a week, a "  \
			      "month, a quarter, as the rules say), those in which a meeting with the "      \
			      "customer or a review took place. The health is the one that the account had " \
			      "when the period was last looked at.",                                         \
		.parts = { { "kept", "kept" }, { "not_kept", "not kept" },                                   \
			{ "untold", "cannot tell: began before the account was known", UNTOLD } },           \
	}

const struct ub_figure_kind ub_figure_kinds[UB_FIGURES] = {
	[UB_FIGURE_PREP] = { .name = "prep",
	    .title = "Prepared two business days ahead",
	    .things = "meetings",
	    .definition =
		"Of the meetings that are over and for which a rule asked for a prep, those whose prep stood "
		"on a day at least two business days before the meeting, by the work calendar of its owner. "
		"Of several preps of one meeting the best one counts.",
	    .parts = { { "ahead", "two business days ahead" }, { "late", "later, but before the meeting" },
		{ "deleted", "unprepared: the prep was deleted" },
		{ "behind", "unprepared: the prep was not before the meeting" },
		{ "none", "no prep was asked for", UNTOLD } } },
	[UB_FIGURE_AGENDA] = { .name = "agenda",
	    .title = "Agenda sent in time",
	    .things = "to-dos",
	    .definition =
		"Of the to-dos to send an agenda whose due time has come, those that were completed by then.",
	    .parts = { { "in_time", "completed in time" }, { "late", "completed late" },
		{ "open", "not completed" },
		{ "untold", "cannot tell: the to-do was deleted, or stands as an all-day event", UNTOLD } } },
	[UB_FIGURE_NEXT_STEP] = { .name = "next_step",
	    .title = "Next step booked",
	    .things = "meetings",
	    .target = 80,
	    .definition =
		"Of the meetings with known accounts that are over, those at whose end another meeting with "
		"the account was to come and known. A later instance of a series is one.",
	    .parts = { { "booked", "booked by the end" }, { "not_booked", "not booked" },
		{ "untold", "cannot tell: learnt of too late", UNTOLD } } },
	[UB_FIGURE_EXECUTIVES] = { .name = "executives",
	    .title = "Executives who came again",
	    .things = "executives",
	    .definition =
		"Of the customers' executives (by the account's data) who came to a meeting, those who came "
		"to two or more, within the group that is counted.",
	    .parts = { { "again", "in two or more meetings" }, { "once", "in one" } } },
	[UB_FIGURE_FOLLOW_UP] = { .name = "follow_up",
	    .title = "Followed up the same business day",
	    .things = "to-dos",
	    .definition =
		"Of the to-dos to follow a meeting up whose day is over, those that were completed on the "
		"day of the meeting's end, or, where that is no business day, on the next one that is.",
	    .parts = { { "same_day", "the same business day" }, { "later", "later" },
		{ "open", "not completed" },
		{ "untold", "cannot tell: the to-do was deleted, or stands as an all-day event", UNTOLD } } },
	[UB_FIGURE_CADENCE_RED] = CADENCE("red", "red accounts"),
	[UB_FIGURE_CADENCE_YELLOW] = CADENCE("yellow", "yellow accounts"),
	[UB_FIGURE_CADENCE_GREEN] = CADENCE("green", "green accounts"),
	[UB_FIGURE_CADENCE_UNKNOWN] = CADENCE("unknown", "accounts of unknown health"),
};

size_t ub_counts_told(const struct ub_counts *counts, enum ub_figure figure)
{
	size_t n = 0;
	for (size_t i = 0; i < UB_FIGURE_PARTS; i++)
		n += ub_figure_kinds[figure].parts[i].untold ? 0 : counts->parts[figure][i];
	return n;
}

bool ub_counts_share(const struct ub_counts *counts, enum ub_figure figure, unsigned *percent)
{
	size_t told = ub_counts_told(counts, figure);
	*percent = told ? (unsigned)(counts->parts[figure][0] * 100 / told) : 0;
	return told != 0;
}

const char *ub_report_by_words(enum ub_report_by by)
{
	static const char *const words[] = {
		[UB_REPORT_BY_QUARTER] = "by quarter",
		[UB_REPORT_BY_ACCOUNT] = "by account",
		[UB_REPORT_BY_OWNER] = "by owner",
	};
	return words[by];
}
