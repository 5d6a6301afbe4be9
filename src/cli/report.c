/* SPDX-License-Identifier: Apache-2.0 */
#include "cli-private.h"

#include <string.h>
#include <unistd.h>

#include "upbeat/configuration.h"
#include "upbeat/engine.h"
#include "upbeat/report.h"

enum { CONFIG, SINCE, BY, FORMAT, AT };

static const struct ub_cli_option options[] = {
	[CONFIG] = { "config", 'c', "FILE", "the settings: store and organization; required" },
	[SINCE] = { "since", 0, "DATE", "what ended since then: 2026-10-01; default: a year ago" },
	[BY] = { "by", 0, "GROUP", "quarter (the default), account or owner" },
	[FORMAT] = { "format", 0, "FORMAT", "text (the default), html, csv or json" },
	[AT] = { "at", 0, "TIME", "as of that time: 2026-11-02 09:00, or RFC 3339" },
};

static const char *const groups[] = {
	[UB_REPORT_BY_QUARTER] = "quarter",
	[UB_REPORT_BY_ACCOUNT] = "account",
	[UB_REPORT_BY_OWNER] = "owner",
};

enum format { TEXT, HTML, CSV, JSON };
static const char *const formats[] = { [TEXT] = "text", [HTML] = "html", [CSV] = "csv", [JSON] = "json" };

/* The place of the option's value among the words; 0 if it was not given. False: it is none of them, which
 * has been reported. */
static bool read_word(
    const struct ub_cli *cli, size_t option, const char *const *words, size_t n, unsigned *found)
{
	const char *given = cli_value(cli, option);
	struct ub_buf known = UB_BUF(cli->arena);
	*found = 0;
	for (size_t i = 0; i < n; i++) {
		if (given && strcmp(given, words[i]) == 0) {
			*found = (unsigned)i;
			return true;
		}
		ub_buf_printf(&known, "%s%s", i == 0 ? "" : i + 1 < n ? ", " : " or ", words[i]);
	}
	if (given)
		cli_complain("--%s %s: it is one of %s", options[option].name, given, ub_buf_cstr(&known));
	return given == NULL;
}

/* Midnight of the day, in the organization's zone. */
static bool read_since(const struct ub_cli *cli, const struct ub_org *org, ub_instant now, ub_instant *since)
{
	const char *given = cli_value(cli, SINCE);
	const struct ub_zone *zone = org->standard.zone;
	ub_day day = ub_cal_local_day(zone, now) - UB_REPORT_DAYS;
	if (given && !ub_cal_parse_date(ub_text(given), &day)) {
		cli_complain("--since %s: this is no date such as 2026-10-01", given);
		return false;
	}
	*since = ub_cal_day_start(zone, day);
	if (*since <= now)
		return true;
	cli_complain("--since %s: that day is yet to come", given);
	return false;
}

static bool read_records(struct ub_cli *cli, struct ub_store *store, struct ub_report_input *input)
{
	struct ub_arena *arena = cli->arena;
	if (ub_store_all_meetings(store, ub_organization, arena, &input->meetings) == UB_STORE_OK &&
	    ub_store_items(store, ub_organization, UB_TEXT_NONE, arena, &input->items) == UB_STORE_OK &&
	    ub_store_periods(store, ub_organization, arena, &input->periods) == UB_STORE_OK)
		return true;
	cli_complain("the store: %s", ub_store_problem(store));
	return false;
}

static int write_report(struct ub_cli *cli, const struct ub_report_input *input, enum format format)
{
	const struct ub_report *report = ub_report_make(input, cli->arena);
	struct ub_buf out = UB_BUF(cli->arena);
	switch (format) {
	case TEXT:
		ub_report_text(report, &out, cli_colour(STDOUT_FILENO));
		break;
	case HTML:
		ub_report_html(report, &out);
		break;
	case CSV:
		ub_report_csv(report, &out);
		break;
	case JSON:
		ub_report_json(report, &out);
		break;
	}
	return cli_write(STDOUT_FILENO, &out) ? UB_EXIT_OK : UB_EXIT_FINDINGS;
}

static int report(struct ub_cli *cli, const struct ub_snapshot *snapshot)
{
	struct ub_report_input input = { .org = snapshot->org };
	unsigned by, format;
	struct ub_text why = UB_TEXT_NONE;
	if (!read_word(cli, BY, groups, UB_COUNT(groups), &by) ||
	    !read_word(cli, FORMAT, formats, UB_COUNT(formats), &format) ||
	    !cli_time(cli_value(cli, AT), snapshot->org, &input.now) ||
	    !read_since(cli, snapshot->org, input.now, &input.since))
		return UB_EXIT_USAGE;
	input.by = (enum ub_report_by)by;
	struct ub_store *store = ub_engine_store_read(snapshot->settings, cli->arena, &why);
	if (!store) {
		cli_complain("the store: %.*s", UB_ARGS(why));
		return UB_EXIT_FINDINGS;
	}
	int status = read_records(cli, store, &input) ? write_report(cli, &input, (enum format)format)
						      : UB_EXIT_FINDINGS;
	ub_store_close(&store);
	return status;
}

static int run(struct ub_cli *cli)
{
	const char *settings = cli_value(cli, CONFIG);
	if (!settings) {
		cli_complain("report: --config FILE is missing: the settings say where the store is");
		return UB_EXIT_USAGE;
	}
	struct ub_snapshot *snapshot = cli_snapshot(cli, settings, false);
	int status = snapshot ? report(cli, snapshot) : UB_EXIT_FINDINGS;
	ub_snapshot_release(&snapshot);
	return status;
}

const struct ub_cli_command cli_report = {
	.name = "report",
	.synopsis = "-c FILE [OPTIONS]",
	.summary = "show whether the practice of customer meetings is kept",
	.help =
	    "Counts what the daemon's store remembers: preps, agendas, next steps, executives, follow-ups,\n"
	    "and whether accounts are met at their rhythm. The store is only read, also while the daemon\n"
	    "runs. What cannot be told for lack of records is said to be so.\n",
	UB_CLI_OPTIONS(options),
	.max_arguments = 0,
	.run = run,
};
