/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"

#include <stdio.h>
#include <stdlib.h>

#include "upbeat/sys.h"

/* What the writers write, byte for byte: tests/unit/report/expected.FORMAT. UPBEAT_GOLDEN_UPDATE=1 takes what
 * they write now for right. */

TestSuite(writers, .init = records_set_up, .fini = arena_tear_down);

static void a_year(void)
{
	meeting("a", "acme", "2026-03-02 10:00")->executives = UB_TEXT("ceo@acme.example");
	meeting("b", "acme", "2026-06-02 10:00")->executives = UB_TEXT("ceo@acme.example\ncfo@acme.example");
	meeting("c", "beta", "2026-11-12 14:00");
	meeting("d", "beta", "2027-01-12 14:00")->first_seen = at("2026-12-01");
	for (size_t i = 0; i < records.meetings.n; i++)
		records.meetings.items[i].name = ub_text_is(records.meetings.items[i].account, "acme")
						     ? UB_TEXT("=Acme & Söhne, \"GmbH\"\n<b>")
						     : UB_TEXT("@beta");
	event("a", "acme", "prep", "2026-03-02 10:00", "2026-02-26 10:00");
	event("b", "acme", "prep", "2026-06-02 10:00", "2026-06-02 09:00");
	event("c", "beta", "prep", "2026-11-12 14:00", "2026-11-09 10:00")->state = UB_ITEM_DELETED;
	event("d", "beta", "prep", "2027-01-12 14:00", "2027-01-08 10:00")->state = UB_ITEM_DELETED;
	task("a", "acme", "agenda", "2026-03-02 10:00", "2026-02-27 10:00", "2026-02-26 12:00");
	task("c", "beta", "agenda", "2026-11-12 14:00", "2026-11-10 16:00", "");
	task("a", "acme", "follow-up", "2026-03-02 10:00", "2026-03-02 13:00", "2026-03-02 12:00");
	task("b", "acme", "follow-up", "2026-06-02 10:00", "2026-06-02 13:00", "2026-06-04 12:00");
	period("acme", "red", "2026-03-02", "2026-03-09", "2026-03-02");
	period("acme", "red", "2026-03-09", "2026-03-16", "2026-03-09");
	period("acme", "green", "2026-10-01", "2027-01-01", "2026-10-01");
	period("beta", "green", "2026-10-01", "2027-01-01", "2026-10-01");
	for (size_t i = 0; i < records.periods.n; i++)
		records.periods.items[i].name = records.meetings.items[i < 3 ? 0 : 2].name;
}

static void is_as_expected(const char *format, const struct ub_buf *said)
{
	const char *top = getenv("srcdir");
	const char *path = ub_textf(arena, "%s/tests/unit/report/expected.%s", top ? top : ".", format).ptr;
	struct ub_text wanted = UB_TEXT_NONE;
	if (getenv("UPBEAT_GOLDEN_UPDATE")) {
		FILE *file = fopen(path, "wb");
		cr_assert(file && fwrite(said->ptr, 1, said->len, file) == said->len && fclose(file) == 0);
	}
	cr_assert_eq(ub_sys_read_file(arena, path, 1 << 20, &wanted), UB_FILE_OK, "%s", path);
	size_t same = 0;
	while (same < wanted.len && same < said->len && wanted.ptr[same] == said->ptr[same])
		same++;
	cr_expect(wanted.len == said->len && same == said->len, "%s differs from byte %zu on: %.*s", path,
	    same, 80, said->ptr + (same < said->len ? same : said->len));
}

Test(writers, text)
{
	struct ub_buf out = UB_BUF(arena);
	a_year();
	records.by = UB_REPORT_BY_QUARTER;
	ub_report_text(report_of("2026-01-01", "2026-12-31 12:00"), &out, false);
	is_as_expected("txt", &out);
}

Test(writers, text_in_colour)
{
	struct ub_buf out = UB_BUF(arena);
	a_year();
	records.by = UB_REPORT_BY_OWNER;
	ub_report_text(report_of("2026-01-01", "2026-12-31 12:00"), &out, true);
	is_as_expected("ansi", &out);
}

Test(writers, html)
{
	struct ub_buf out = UB_BUF(arena);
	a_year();
	records.by = UB_REPORT_BY_ACCOUNT;
	ub_report_html(report_of("2026-01-01", "2026-12-31 12:00"), &out);
	is_as_expected("html", &out);
}

Test(writers, csv)
{
	struct ub_buf out = UB_BUF(arena);
	a_year();
	records.by = UB_REPORT_BY_ACCOUNT;
	ub_report_csv(report_of("2026-01-01", "2026-12-31 12:00"), &out);
	is_as_expected("csv", &out);
}

Test(writers, json)
{
	struct ub_buf out = UB_BUF(arena);
	a_year();
	records.by = UB_REPORT_BY_ACCOUNT;
	ub_report_json(report_of("2026-01-01", "2026-12-31 12:00"), &out);
	is_as_expected("json", &out);
}

/* Of companies that no source knows items are remembered, and no meetings. */
Test(writers, text_counts_no_meetings_without_an_account)
{
	struct ub_buf out = UB_BUF(arena);
	event("a", "", "prep", "2026-03-02 10:00", "2026-02-26 10:00");
	records.by = UB_REPORT_BY_ACCOUNT;
	ub_report_text(report_of("2026-01-01", "2026-12-31 12:00"), &out, false);
	cr_expect(strstr(ub_buf_cstr(&out), "\n  no account       -   100 %"), "%s", ub_buf_cstr(&out));
}

/* Of nothing, no writer says 0 % or 100 %. */
Test(writers, of_nothing_tell_no_share)
{
	const struct ub_report *report = report_of("2026-01-01", "2026-12-31 12:00");
	struct ub_buf text = UB_BUF(arena), page = UB_BUF(arena), table = UB_BUF(arena);
	ub_report_text(report, &text, false);
	ub_report_html(report, &page);
	ub_report_csv(report, &table);
	cr_expect_eq(ub_text_find(ub_buf_text(&text), UB_TEXT(" 0 %"), 0), SIZE_MAX);
	cr_expect_eq(ub_text_find(ub_buf_text(&text), UB_TEXT("100 %"), 0), SIZE_MAX);
	cr_expect_eq(ub_text_find(ub_buf_text(&page), UB_TEXT(">0 %"), 0), SIZE_MAX);
	cr_expect_eq(ub_text_find(ub_buf_text(&page), UB_TEXT("100 %"), 0), SIZE_MAX);
	cr_expect_neq(ub_text_find(ub_buf_text(&table), UB_TEXT("prep,ahead,0,\r\n"), 0), SIZE_MAX);
}

Test(writers, show_so_many_bars_and_rows_and_no_more)
{
	struct ub_buf page = UB_BUF(arena);
	for (int i = 0; i <= UB_REPORT_ROWS_MAX; i++)
		meeting(ub_textf(arena, "m%d", i).ptr, ub_textf(arena, "account-%03d", i).ptr,
		    "2026-03-02 10:00");
	records.by = UB_REPORT_BY_ACCOUNT;
	ub_report_html(report_of("2026-01-01", "2026-12-31 12:00"), &page);
	struct ub_text text = ub_buf_text(&page);
	cr_expect_neq(ub_text_find(text, UB_TEXT("The 12 with the lowest shares, of 501."), 0), SIZE_MAX);
	cr_expect_neq(ub_text_find(text, UB_TEXT("The first 500 of 501"), 0), SIZE_MAX);
	cr_expect_neq(ub_text_find(text, UB_TEXT("<bdi>account-499"), 0), SIZE_MAX);
	cr_expect_eq(ub_text_find(text, UB_TEXT("<bdi>account-500"), 0), SIZE_MAX);
}

/* ---- long names ---- */

enum { LONG = 10000 };

static struct ub_text long_name(void)
{
	struct ub_buf name = UB_BUF(arena);
	ub_buf_pad(&name, 'x', LONG);
	return ub_buf_text(&name);
}

static bool has(const struct ub_buf *out, const char *before, size_t n, const char *after)
{
	struct ub_buf wanted = UB_BUF(arena);
	ub_buf_str(&wanted, before);
	ub_buf_pad(&wanted, 'x', n);
	ub_buf_str(&wanted, after);
	return ub_text_find(ub_text_n(out->ptr, out->len), ub_buf_text(&wanted), 0) != SIZE_MAX;
}

static const struct ub_report *report_with_a_long_name(void)
{
	period("acme", "red", "2026-12-28", "2027-01-04", "2026-11-28")->name = long_name();
	meeting("a", "acme", "2026-03-02 10:00")->name = long_name();
	records.by = UB_REPORT_BY_ACCOUNT;
	return report_of("2026-01-01", "2026-12-31 12:00");
}

Test(writers, show_people_the_beginning_of_a_long_name)
{
	struct ub_buf text = UB_BUF(arena), html = UB_BUF(arena);
	const struct ub_report *report = report_with_a_long_name();
	ub_report_text(report, &text, false);
	cr_expect(has(&text, "  ", 39, "…       1"), "in the table");
	cr_expect(has(&text, "  ", 39, "… last met"), "in the list");
	ub_report_html(report, &html);
	cr_expect(has(&html, "<bdi title=\"", LONG, "\">"));
	cr_expect(has(&html, "\">", 80, "…</bdi>"));
}

Test(writers, give_programs_all_of_a_long_name)
{
	struct ub_buf csv = UB_BUF(arena), json = UB_BUF(arena);
	const struct ub_report *report = report_with_a_long_name();
	ub_report_csv(report, &csv);
	ub_report_json(report, &json);
	cr_expect(has(&csv, "\"", LONG, "\""));
	cr_expect(has(&json, "\"", LONG, "\""));
}
