/* SPDX-License-Identifier: Apache-2.0 */
#include "explain.h"

#include <string.h>
#include <unistd.h>

#include "upbeat/ical.h"
#include "upbeat/json.h"

enum { CONFIG, RULES, ACCOUNT, AT, OWNER, INSTANCE, ON, DOMAIN, ZONE, CONTROL, JSON };

static const struct ub_cli_option options[] = {
	[CONFIG] = { "config", 'c', "FILE", "the settings: the organization, its rules and accounts" },
	[RULES] = { "rules", 'r', "DIR", "a rule directory instead of the settings' or the shipped one" },
	[ACCOUNT] = { "account", 0, "ID", "an account of the settings' sources instead of a meeting" },
	[AT] = { "at", 0, "TIME", "decide as at that time: 2026-11-02 09:00, or RFC 3339" },
	[OWNER] = { "owner", 0, "ADDRESS", "whose calendar it is (the organizer's, if one of ours)" },
	[INSTANCE] = { "instance", 0, "DATE", "of a series, the instance on that day alone" },
	[ON] = { "on", 0, "DATE", "of the meetings that the daemon knows, those of that day: 2026-12-09" },
	[DOMAIN] = { "domain", 0, "DOMAIN", "one of ours, without settings (the owner's or organizer's)" },
	[ZONE] = { "time-zone", 0, "ZONE", "ours, without settings (the event's)" },
	[CONTROL] = { "control", 0, "SOCKET", "of the running daemon, to ask it about a UID" },
	[JSON] = { "json", 0, NULL, "for programs" },
};

static bool reads_like_a_path(const char *argument)
{
	return strchr(argument, '/') || ub_text_ends(ub_text(argument), UB_TEXT(".ics"));
}

static bool read_event(struct ub_cli *cli, struct ub_text *text)
{
	const char *path = cli->arguments[0];
	enum ub_file_result result = strcmp(path, "-") == 0
					 ? ub_sys_read_fd(cli->arena, STDIN_FILENO, UB_CLI_INPUT_MAX, text)
					 : ub_sys_read_file(cli->arena, path, UB_CLI_INPUT_MAX, text);
	if (result != UB_FILE_OK)
		cli_complain("%s: %s%s", path, ub_file_result_text(result),
		    result != UB_FILE_MISSING || reads_like_a_path(path)
			? ""
			: "; a UID or title is asked of the daemon that -c FILE names");
	return result == UB_FILE_OK;
}

static struct ub_text domain_of(struct ub_text address)
{
	if (!ub_facts_is_address(address))
		return UB_TEXT_NONE;
	return ub_text_sub(address, ub_text_find(address, UB_TEXT("@"), 0) + 1, address.len);
}

/* Without settings, the organization comes from the domains that were named, else from the owner, else from
 * the organizer. */
static void derive_organization(struct ub_cli *cli, const struct ub_event *event,
    const struct ub_zones *zones, struct ub_snapshot_input *input)
{
	const struct ub_cli_values *given = &cli->values[DOMAIN];
	input->domains = given->items;
	input->n_domains = given->n;
	input->time_zone = cli_value(cli, ZONE);
	struct ub_text zone = event && event->start.zone ? ub_cal_zone_name(event->start.zone) : UB_TEXT_NONE;
	if (!input->time_zone && zone.len && ub_cal_zone_find(zones, zone)) /* else the file made it up */
		input->time_zone = ub_text_cstr(cli->arena, zone);
	if (given->n)
		return;
	struct ub_text domain = domain_of(ub_text(cli_value(cli, OWNER)));
	const char *whose = "owner";
	if (!domain.len && event && event->organizer) {
		domain = domain_of(event->organizer->address);
		whose = "organizer";
	}
	if (!domain.len)
		return;
	const char **domains = UB_NEW_ARRAY(cli->arena, const char *, 1);
	domains[0] = ub_text_cstr(cli->arena, domain);
	input->domains = domains;
	input->n_domains = 1;
	cli_complain("no settings were given: taking the %s's domain %s for ours (-c FILE or --domain says "
		     "otherwise)",
	    whose, domains[0]);
}

static int print(struct ub_cli *cli, const struct ub_decision *decision)
{
	struct ub_buf out = UB_BUF(cli->arena);
	if (cli_value(cli, JSON))
		ub_decision_json(decision, &out);
	else
		ub_decision_print(decision, &out, cli_colour(STDOUT_FILENO));
	return cli_write(STDOUT_FILENO, &out) && !decision->refused ? UB_EXIT_OK : UB_EXIT_FINDINGS;
}

/* Whether the question is for the daemon: no file is named, and the call tells which daemon may know the
 * meeting. A mistyped path still counts as a path, unless the call names the daemon's socket. */
static bool asks_daemon(const struct ub_cli *cli)
{
	const char *argument = cli->n_arguments ? cli->arguments[0] : NULL;
	bool perhaps =
	    cli_value(cli, CONTROL) || (cli_value(cli, CONFIG) && !(argument && reads_like_a_path(argument)));
	return perhaps && (!argument || (strcmp(argument, "-") != 0 && access(argument, F_OK) != 0));
}

static bool is_date(const char *text)
{
	static const char form[] = "0000-00-00";
	for (size_t i = 0; i < sizeof(form); i++)
		if (form[i] == '0' ? !(text[i] >= '0' && text[i] <= '9') : text[i] != form[i])
			return false;
	return true;
}

/* What the daemon is asked for: UB_ASK_EXPLAIN. */
static struct ub_text question(struct ub_cli *cli)
{
	const struct {
		const char *name, *value;
	} parts[] = { { "text", cli->n_arguments ? cli->arguments[0] : NULL },
		{ "owner", cli_value(cli, OWNER) }, { "on", cli_value(cli, ON) },
		{ "instance", cli_value(cli, INSTANCE) } };
	json_t *object = ub_json_object();
	struct ub_buf out = UB_BUF(cli->arena);
	for (size_t i = 0; i < UB_COUNT(parts); i++)
		if (parts[i].value)
			ub_json_set(object, parts[i].name, ub_json_text(ub_text(parts[i].value)));
	ub_json_print(object, &out);
	return ub_buf_text(&out);
}

/* The daemon decides with its own rules and its own clock, and for the owner that it found. */
static int explain_known(struct ub_cli *cli)
{
	static const size_t of_files[] = { RULES, AT, DOMAIN, ZONE };
	const char *on = cli_value(cli, ON), *instance = cli_value(cli, INSTANCE);
	for (size_t i = 0; i < UB_COUNT(of_files); i++) {
		if (!cli_value(cli, of_files[i]))
			continue;
		cli_complain("explain: --%s is for files, and there is no file %s", options[of_files[i]].name,
		    cli->n_arguments ? cli->arguments[0] : "here");
		return UB_EXIT_USAGE;
	}
	if (on && !is_date(on)) {
		cli_complain("explain: --on wants a date like 2026-12-09, not %s", on);
		return UB_EXIT_USAGE;
	}
	ub_day day;
	if (instance && !ub_cal_parse_date(ub_text(instance), &day)) {
		cli_complain("explain: --instance wants a date like 2026-12-09, not %s", instance);
		return UB_EXIT_USAGE;
	}
	const char *control = cli_control(cli, cli_value(cli, CONFIG), cli_value(cli, CONTROL));
	const struct ub_wire_ask ask = { .ask = UB_ASK_EXPLAIN,
		.json = cli_value(cli, JSON) != NULL,
		.colour = cli_colour(STDOUT_FILENO),
		.subject = question(cli) };
	return control ? cli_ask(cli, control, &ask) : UB_EXIT_FINDINGS;
}

/* False: the call makes no sense, which has been reported. */
static bool makes_sense(struct ub_cli *cli)
{
	bool asks = asks_daemon(cli);
	if (cli->n_arguments == 0 && !(asks && (cli_value(cli, OWNER) || cli_value(cli, ON)))) {
		cli_complain(
		    "explain: a file, or a meeting of a daemon's, is missing: upbeat explain --help");
		return false;
	}
	if (!asks && cli_value(cli, ON)) {
		cli_complain("explain: --on is for the meetings of the daemon that -c FILE names");
		return false;
	}
	return true;
}

/* Noon of the day that --instance names, which is in that day for everybody near. */
static bool read_instance(struct ub_cli *cli, const struct ub_org *org, ub_instant *noon)
{
	const char *given = cli_value(cli, INSTANCE);
	ub_day day;
	if (!given)
		return true;
	if (!ub_cal_parse_date(ub_text(given), &day)) {
		cli_complain("explain: --instance wants a date like 2026-12-09, not %s", given);
		return false;
	}
	*noon = ub_cal_day_start(org->standard.zone, day) + INT64_C(12) * 3600;
	return true;
}

/* What cannot be read is told of later. */
static const struct ub_event *read_quietly(
    struct ub_cli *cli, struct ub_text text, const struct ub_zones *zones)
{
	struct ub_ical_refusal refusal;
	ub_sys_reading_begin(cli_watched(cli));
	const struct ub_event *event = ub_ical_read(text, zones, cli->arena, &refusal);
	ub_sys_reading_end(cli->watched);
	return event;
}

/* Of an account nobody but the settings' sources is asked: no meetings with it are known here. */
static int run_account(struct ub_cli *cli)
{
	static const size_t of_meetings[] = { INSTANCE, ON, DOMAIN, ZONE, CONTROL };
	struct ub_snapshot_input input = { .settings_path = cli_value(cli, CONFIG),
		.rules_path = cli_value(cli, RULES) };
	for (size_t i = 0; i < UB_COUNT(of_meetings); i++) {
		if (!cli_value(cli, of_meetings[i]))
			continue;
		cli_complain(
		    "explain: --%s is for meetings, not for --account", options[of_meetings[i]].name);
		return UB_EXIT_USAGE;
	}
	if (cli->n_arguments || !input.settings_path) {
		cli_complain(cli->n_arguments ? "explain: a meeting or --account, not both"
					      : "explain: --account needs -c FILE, which names the accounts");
		return UB_EXIT_USAGE;
	}
	struct ub_snapshot *snapshot = cli_load(cli, &input);
	struct account_question asked = { .id = ub_text(cli_value(cli, ACCOUNT)),
		.owner = ub_text_lower(cli->arena, ub_text(cli_value(cli, OWNER))),
		.json = cli_value(cli, JSON) };
	int status = snapshot ? UB_EXIT_USAGE : UB_EXIT_FINDINGS;
	if (snapshot && cli_time(cli_value(cli, AT), snapshot->org, &asked.now))
		status = cli_explain_account(cli, snapshot, &asked);
	ub_snapshot_release(&snapshot);
	return status;
}

static int run(struct ub_cli *cli)
{
	if (cli_value(cli, ACCOUNT))
		return run_account(cli);
	if (!makes_sense(cli))
		return UB_EXIT_USAGE;
	if (asks_daemon(cli))
		return explain_known(cli);
	struct ub_text text;
	if (!read_event(cli, &text))
		return UB_EXIT_FINDINGS;
	struct ub_snapshot_input input = { .settings_path = cli_value(cli, CONFIG),
		.rules_path = cli_value(cli, RULES) };
	struct ub_zones *zones = ub_cal_zones_new(ub_sys_zone_source(NULL));
	cli->reads = cli->arguments[0];
	if (!input.settings_path)
		derive_organization(cli, read_quietly(cli, text, zones), zones, &input);
	struct ub_snapshot *snapshot = cli_load(cli, &input);
	int status = snapshot ? UB_EXIT_USAGE : UB_EXIT_FINDINGS;
	struct ub_decide_input decide = { .snapshot = snapshot,
		.text = text,
		.watched = cli_watched(cli),
		.explain = true,
		.owner = ub_text_lower(cli->arena, ub_text(cli_value(cli, OWNER))) };
	if (snapshot && cli_time(cli_value(cli, AT), snapshot->org, &decide.now) &&
	    read_instance(cli, snapshot->org, &decide.only_instance)) {
		struct ub_decision decision;
		ub_decide(&decide, &decision, cli->arena);
		status = print(cli, &decision);
	}
	ub_snapshot_release(&snapshot);
	ub_cal_zones_free(&zones);
	return status;
}

const struct ub_cli_command cli_explain = {
	.name = "explain",
	.synopsis = "[-c FILE] [OPTIONS] EVENT.ics | UID | TITLE | --account ID",
	.summary = "show what the rules make of a calendar object, and why",
	.help =
	    "Prints what is known of a meeting, what each rule says of it and why, and the items that\n"
	    "would appear beside it. Nothing is written anywhere. `-` reads standard input. What is no file\n"
	    "is a UID or a part of a title: the daemon that runs with the settings tells what it knows of\n"
	    "that meeting. --owner and --on choose among several, also without a title. With --account,\n"
	    "what the rules for accounts plan of an account: the periods, and why an item is on that day.\n",
	UB_CLI_OPTIONS(options),
	.min_arguments = 0,
	.max_arguments = 1,
	.run = run,
};
