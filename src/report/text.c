/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The report for people at a terminal.
 */
#include "report-private.h"

#define BOLD  "\033[1m"
#define GOOD  "\033[32m"
#define BAD   "\033[31m"
#define FAINT "\033[2m"
#define PLAIN "\033[0m"

#define NAME_WIDTH 40

struct writing {
	const struct ub_report *report;
	struct ub_buf *out;
	bool colour;
};

static void colour(const struct writing *writing, const char *code)
{
	if (writing->colour)
		ub_buf_str(writing->out, code);
}

/* The text in a column of that width, or wider. */
static void put_column(const struct writing *writing, struct ub_text text, size_t width)
{
	size_t n = ub_text_code_points(text);
	ub_buf_shown(writing->out, text);
	ub_buf_pad(writing->out, ' ', n < width ? width - n : 0);
}

/* A name in a column of that width. Of a long one, the beginning stands there. */
static void put_name(const struct writing *writing, struct ub_text name, size_t width)
{
	if (ub_text_code_points(name) > NAME_WIDTH)
		name = ub_textf(
		    writing->out->arena, "%.*s…", UB_ARGS(report_beginning_of(name, NAME_WIDTH - 1)));
	put_column(writing, name, width);
}

static void heading(const struct writing *writing, const char *text)
{
	colour(writing, BOLD);
	ub_buf_printf(writing->out, "\n%s\n", text);
	colour(writing, PLAIN);
}

static void put_share(const struct writing *writing, const struct ub_counts *counts, enum ub_figure figure)
{
	const struct ub_figure_kind *kind = &ub_figure_kinds[figure];
	unsigned percent;
	bool told = ub_counts_share(counts, figure, &percent);
	struct ub_text share = report_share_text(counts, figure, writing->out->arena);
	colour(writing, !told ? FAINT : !kind->target ? BOLD : percent >= kind->target ? GOOD : BAD);
	ub_buf_pad(writing->out, ' ', share.len < 6 ? 6 - share.len : 0);
	ub_buf_add(writing->out, share);
	colour(writing, PLAIN);
}

static void put_figure(const struct writing *writing, const struct ub_counts *counts, enum ub_figure figure)
{
	const struct ub_figure_kind *kind = &ub_figure_kinds[figure];
	const char *before = "      ";
	ub_buf_str(writing->out, "  ");
	put_column(writing, ub_text(kind->title), NAME_WIDTH + 1);
	put_share(writing, counts, figure);
	if (kind->target)
		ub_buf_printf(writing->out, " (target %u %%)", kind->target);
	ub_buf_char(writing->out, '\n');
	for (size_t i = 0; i < UB_FIGURE_PARTS && kind->parts[i].name; i++) {
		if (!counts->parts[figure][i])
			continue;
		ub_buf_printf(
		    writing->out, "%s%zu %s", before, counts->parts[figure][i], kind->parts[i].title);
		before = "; ";
	}
	if (*before == ';')
		ub_buf_char(writing->out, '\n');
}

/* ---- the groups, a line each ---- */

/* Short heads of columns, by enum ub_figure. */
static const char *const heads[UB_FIGURES] = { "prep", "agenda", "next", "execs", "follow", "red", "yellow",
	"green", "unknown" };

static void put_cell(const struct writing *writing, const struct ub_counts *counts, enum ub_figure figure)
{
	unsigned percent;
	bool told = ub_counts_share(counts, figure, &percent);
	struct ub_text text = told ? ub_textf(writing->out->arena, "%u %%", percent) : UB_TEXT("-");
	ub_buf_pad(writing->out, ' ', text.len < 8 ? 8 - text.len : 1);
	colour(writing, told ? "" : FAINT);
	ub_buf_add(writing->out, text);
	colour(writing, told ? "" : PLAIN);
}

static size_t widest(const struct ub_report *report)
{
	size_t widest = 8;
	for (size_t i = 0; i < report->groups.n; i++) {
		size_t n = ub_text_code_points(report_group_text(report, &report->groups.items[i]));
		widest = n > widest ? n : widest;
	}
	return widest < NAME_WIDTH ? widest : NAME_WIDTH;
}

static void put_groups(const struct writing *writing)
{
	const struct ub_report *report = writing->report;
	size_t width = widest(report);
	heading(writing,
	    ub_textf(writing->out->arena, "Figures %s (- cannot be told)", ub_report_by_words(report->by))
		.ptr);
	ub_buf_str(writing->out, "  ");
	ub_buf_pad(writing->out, ' ', width);
	ub_buf_str(writing->out, "    held");
	for (size_t i = 0; i < UB_FIGURES; i++) {
		ub_buf_pad(writing->out, ' ', 8 - ub_text(heads[i]).len);
		ub_buf_str(writing->out, heads[i]);
	}
	ub_buf_char(writing->out, '\n');
	for (size_t i = 0; i < report->groups.n; i++) {
		const struct ub_report_group *group = &report->groups.items[i];
		bool known = report->by != UB_REPORT_BY_ACCOUNT || group->key.len;
		struct ub_text held =
		    known ? ub_textf(writing->out->arena, "%zu", group->counts.meetings) : UB_TEXT("-");
		ub_buf_str(writing->out, "  ");
		put_name(writing, report_group_text(report, group), width);
		ub_buf_pad(writing->out, ' ', held.len < 8 ? 8 - held.len : 1);
		ub_buf_add(writing->out, held);
		for (int k = 0; k < UB_FIGURES; k++)
			put_cell(writing, &group->counts, (enum ub_figure)k);
		ub_buf_char(writing->out, '\n');
	}
}

/* ---- the lists ---- */

static void put_unprepared(const struct writing *writing)
{
	const struct ub_report *report = writing->report;
	heading(writing, "Meetings to come that go unprepared, as their prep was deleted");
	for (size_t i = 0; i < report->unprepared.n; i++) {
		const struct ub_report_unprepared *one = &report->unprepared.items[i];
		ub_buf_str(writing->out, "  ");
		ub_cal_format(writing->out, UB_TEXT("%F %R"), report->zone, one->start, UB_ENGLISH);
		ub_buf_str(writing->out, "  ");
		put_name(writing, report_account_text(one->account, one->name), NAME_WIDTH);
		ub_buf_char(writing->out, ' ');
		ub_buf_shown(writing->out, one->owner);
		ub_buf_char(writing->out, '\n');
	}
	if (report->unprepared.n == 0)
		ub_buf_str(writing->out, "  none\n");
}

static void put_unmet(const struct writing *writing)
{
	const struct ub_report *report = writing->report;
	heading(writing, "Accounts that nobody has met for longer than their rhythm");
	for (size_t i = 0; i < report->unmet.n; i++) {
		const struct ub_report_unmet *one = &report->unmet.items[i];
		ub_buf_str(writing->out, "  ");
		put_name(writing, report_account_text(one->account, one->name), NAME_WIDTH);
		ub_buf_str(writing->out, " last met ");
		put_column(writing, report_date_text(report->zone, one->last, writing->out->arena), 10);
		ub_buf_printf(writing->out, ", every %lld days", (long long)report_rhythm_days(one));
		ub_buf_str(writing->out, ", ");
		ub_buf_shown(writing->out, one->health.len ? one->health : UB_TEXT("health unknown"));
		ub_buf_str(writing->out, ", ");
		ub_buf_shown(writing->out, one->owner);
		ub_buf_char(writing->out, '\n');
	}
	if (report->unmet.n == 0)
		ub_buf_str(writing->out, "  none\n");
}

void ub_report_text(const struct ub_report *report, struct ub_buf *out, bool colour_it)
{
	const struct writing writing = { report, out, colour_it };
	colour(&writing, BOLD);
	ub_buf_printf(out, "Meetings with known accounts from %.*s to %.*s: %zu held\n",
	    UB_ARGS(report_date_text(report->zone, report->since, out->arena)),
	    UB_ARGS(report_date_text(report->zone, report->now, out->arena)), report->total.meetings);
	colour(&writing, PLAIN);
	ub_buf_char(out, '\n');
	for (int i = 0; i < UB_FIGURES; i++)
		put_figure(&writing, &report->total, (enum ub_figure)i);
	if (report->groups.n)
		put_groups(&writing);
	put_unprepared(&writing);
	put_unmet(&writing);
}
