/* SPDX-License-Identifier: Apache-2.0 */
#include "cli-private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "upbeat/configuration.h"

/* Init: the first settings, a rule directory for the site's own rules, and a table of accounts. What is
 * written passes `check`, or nothing is. */

enum { UPSTREAM, DOMAIN, TIME_ZONE, HOLIDAYS, LISTEN, USERS, STATE, ANSWERS };

static const struct ub_cli_option options[] = {
	[UPSTREAM] = { "upstream", 'u', "URL", "the CalDAV server, like https://dav.ours.example" },
	[DOMAIN] = { "domain", 'd', "NAME", "the domain of our own mail addresses" },
	[TIME_ZONE] = { "time-zone", 'z', "NAME",
	    "where we work, like Europe/Berlin; this machine's if not said" },
	[HOLIDAYS] = { "holidays", 0, "NAME", "a shipped calendar of holidays, like de; none if not said" },
	[LISTEN] = { "listen", 'l', "ADDRESS",
	    "the address and port for clients; 127.0.0.1:8642 if not said" },
	[USERS] = { "users", 0, "PATTERN",
	    "how addresses are made of users' names; {user}@DOMAIN if not said" },
	[STATE] = { "state", 0, "DIR",
	    "where store and control socket are; beside the settings, for /etc in /var/lib/upbeat" },
};

struct answers {
	struct ub_text texts[ANSWERS];
};

/* ---- what to write ---- */

static const char settings_text[] =
    "# The settings of upbeat(1). Every key is in upbeat.conf(5): upbeat help settings\n"
    "# After a change: upbeat check -c FILE, then send SIGHUP to the daemon.\n"
    "\n"
    "# Where clients connect, and the CalDAV server behind.\n"
    "listen: %.*s\n"
    "upstream: %.*s\n"
    "# With a certificate, clients speak TLS:\n"
    "#tls: {certificate: cal.pem, key: cal.key}\n"
    "\n"
    "# The rules that came with upbeat, and over them this site's own.\n"
    "rules: [%.*s, rules]\n"
    "\n"
    "# What is remembered, and the socket for `upbeat status` and others.\n"
    "store: %.*s\n"
    "control: %.*s\n"
    "\n"
    "# Who is one of us, and when we work.\n"
    "organization:\n"
    "  domains: [%.*s]\n"
    "  users: %.*s\n"
    "  time_zone: %.*s\n"
    "  working_hours: Mon-Fri 09:00-17:30\n"
    "  holidays: [%.*s]\n"
    "  # Fewer items at first: profile: light\n"
    "\n"
    "# An account of upbeat's own on the server, for users who are not there:\n"
    "#service: {user: upbeat, password_file: service.password}\n"
    "# Without it, and where the server sends no invitations, colleagues can be invited by mail:\n"
    "#mail: {server: \"smtp://127.0.0.1\", from: upbeat@ours.example}\n"
    "\n"
    "# Where data on customers comes from. It may also come from a database or a CRM.\n"
    "accounts:\n"
    "  - {source: csv, path: accounts.csv, refresh: 1m}\n";

static const char rules_text[] =
    "# This site's own rules, and changes to the shipped ones. The language: upbeat help rules\n"
    "# Try them: upbeat check -c FILE; upbeat plan -c FILE rules; upbeat explain -c FILE UID\n"
    "format: 1\n"
    "# A shipped rule that is not wanted:\n"
    "#change:\n"
    "#  - {rule: cadence, enabled: no}\n"
    "#rules:\n"
    "#  - name: thanks\n"
    "#    when: meeting.customer\n"
    "#    create:\n"
    "#      - task: thanks\n"
    "#        title: \"Thank the guests of {{ meeting.title }}\"\n"
    "#        due: 1 business day after end\n";

static const char accounts_text[] = "id,name,domains,health,owner,team\n";

/* A scalar of YAML, whatever the text has in it. */
static struct ub_text quoted(struct ub_arena *arena, struct ub_text text)
{
	struct ub_buf out = UB_BUF(arena);
	ub_buf_char(&out, '\'');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\'')
			ub_buf_char(&out, '\'');
		ub_buf_char(&out, text.ptr[i]);
	}
	ub_buf_char(&out, '\'');
	return ub_buf_text(&out);
}

static struct ub_text settings_of(struct ub_arena *arena, const struct answers *answers)
{
	struct ub_text q[ANSWERS], rules = quoted(arena, ub_text(ub_snapshot_shipped_rules(arena)));
	struct ub_text state = answers->texts[STATE];
	const char *slash = state.len ? "/" : "";
	struct ub_text store = ub_textf(arena, "sqlite:%.*s%supbeat.db", UB_ARGS(state), slash);
	struct ub_text control = ub_textf(arena, "%.*s%scontrol", UB_ARGS(state), slash);
	for (size_t i = 0; i < ANSWERS; i++)
		q[i] = quoted(arena, answers->texts[i]);
	if (answers->texts[HOLIDAYS].len == 0)
		q[HOLIDAYS] = UB_TEXT_NONE;
	return ub_textf(arena, settings_text, UB_ARGS(q[LISTEN]), UB_ARGS(q[UPSTREAM]), UB_ARGS(rules),
	    UB_ARGS(quoted(arena, store)), UB_ARGS(quoted(arena, control)), UB_ARGS(q[DOMAIN]),
	    UB_ARGS(q[USERS]), UB_ARGS(q[TIME_ZONE]), UB_ARGS(q[HOLIDAYS]));
}

/* ---- what is asked ---- */

/* The zone that /etc/localtime leads to. */
static struct ub_text own_zone(struct ub_arena *arena)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/etc/localtime", path, sizeof(path));
	struct ub_text text = ub_text_n(path, n > 0 ? (size_t)n : 0), mark = UB_TEXT("/zoneinfo/");
	size_t at = ub_text_find(text, mark, 0);
	return at == SIZE_MAX ? UB_TEXT("UTC")
			      : ub_text_copy(arena, ub_text_sub(text, at + mark.len, text.len));
}

static struct ub_text default_of(
    struct ub_arena *arena, const char *directory, const struct answers *answers, size_t i)
{
	if (i == TIME_ZONE)
		return own_zone(arena);
	if (i == LISTEN)
		return UB_TEXT("127.0.0.1:8642");
	if (i == USERS)
		return ub_textf(arena, "{user}@%.*s", UB_ARGS(answers->texts[DOMAIN]));
	/* What a service runs as may write nothing below /etc. */
	if (i == STATE && ub_text_starts(ub_text(directory), UB_TEXT("/etc/")))
		return UB_TEXT("/var/lib/upbeat");
	return UB_TEXT_NONE;
}

/* Asks on the terminal. An empty line is the default. False: the user has ended the input. */
static bool ask(struct ub_cli *cli, size_t i, struct ub_text otherwise, struct ub_text *answer)
{
	struct ub_buf out = UB_BUF(cli->arena);
	char line[1024];
	ub_buf_printf(&out, "%s", options[i].help);
	if (otherwise.len)
		ub_buf_printf(&out, " [%.*s]", UB_ARGS(otherwise));
	ub_buf_str(&out, "\n> ");
	if (!cli_write(STDERR_FILENO, &out) || !fgets(line, sizeof(line), stdin))
		return false;
	struct ub_text said = ub_text_trim(ub_text(line));
	*answer = said.len ? ub_text_copy(cli->arena, said) : otherwise;
	return true;
}

static bool take_answers(struct ub_cli *cli, const char *directory, struct answers *answers)
{
	bool terminal = isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
	for (size_t i = 0; i < ANSWERS; i++) {
		const char *given = cli_value(cli, i);
		struct ub_text otherwise = default_of(cli->arena, directory, answers, i);
		bool asked =
		    !given && terminal && (i == UPSTREAM || i == DOMAIN || i == TIME_ZONE || i == HOLIDAYS);
		answers->texts[i] = given ? ub_text(given) : otherwise;
		if (asked && !ask(cli, i, otherwise, &answers->texts[i]))
			return false;
		if (answers->texts[i].len == 0 && (i == UPSTREAM || i == DOMAIN)) {
			cli_complain("init: --%s is missing: %s", options[i].name, options[i].help);
			return false;
		}
	}
	return true;
}

/* ---- writing ---- */

struct file {
	const char *name;
	struct ub_text text;
	const char *path;
	bool written;
};

enum { SETTINGS, RULES, ACCOUNTS, FILES };

static bool is_there(const struct file *file)
{
	if (access(file->path, F_OK) != 0)
		return false;
	cli_complain("init: %s is there already, and nothing is written", file->path);
	return true;
}

static bool write_file(struct file *file)
{
	int fd = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	file->written = fd >= 0;
	ssize_t n = fd >= 0 ? write(fd, file->text.ptr, file->text.len) : -1;
	bool good = n == (ssize_t)file->text.len;
	if (!good)
		cli_complain("init: %s: %s", file->path, n < 0 ? strerror(errno) : "no room is left");
	if (fd >= 0)
		close(fd);
	return good;
}

static void take_back(struct ub_cli *cli, const char *directory, struct file *files)
{
	for (size_t i = 0; i < FILES; i++)
		if (files[i].written)
			unlink(files[i].path);
	/* What has anything else in it stays. */
	(void)rmdir(ub_textf(cli->arena, "%s/rules", directory).ptr);
	(void)rmdir(directory);
}

static bool make_directory(const char *path)
{
	if (mkdir(path, 0755) == 0 || errno == EEXIST)
		return true;
	cli_complain("init: %s: %s", path, strerror(errno));
	return false;
}

static bool write_all(struct ub_cli *cli, const char *directory, struct file *files)
{
	for (size_t i = 0; i < FILES; i++) {
		files[i].path = ub_textf(cli->arena, "%s/%s", directory, files[i].name).ptr;
		if (is_there(&files[i]))
			return false;
	}
	if (!make_directory(directory) || !make_directory(ub_textf(cli->arena, "%s/rules", directory).ptr))
		return false;
	bool good = true;
	for (size_t i = 0; i < FILES && good; i++)
		good = write_file(&files[i]);
	if (!good)
		take_back(cli, directory, files);
	return good;
}

/* Whether what was written can be used; what is wrong with the answers is told as `check` does. */
static bool passes_check(struct ub_cli *cli, const char *settings)
{
	struct ub_snapshot *snapshot = cli_snapshot(cli, settings, true);
	bool good = snapshot != NULL;
	ub_snapshot_release(&snapshot);
	return good;
}

static int run(struct ub_cli *cli)
{
	struct answers answers = { 0 };
	struct ub_buf out = UB_BUF(cli->arena);
	const char *directory = cli->n_arguments ? cli->arguments[0] : ".";
	if (!take_answers(cli, directory, &answers))
		return UB_EXIT_USAGE;
	struct file files[FILES] = {
		[SETTINGS] = { .name = "upbeat.yaml", .text = settings_of(cli->arena, &answers) },
		[RULES] = { .name = "rules/site.yaml", .text = ub_text(rules_text) },
		[ACCOUNTS] = { .name = "accounts.csv", .text = ub_text(accounts_text) },
	};
	if (!write_all(cli, directory, files))
		return UB_EXIT_FINDINGS;
	if (!passes_check(cli, files[SETTINGS].path)) {
		take_back(cli, directory, files);
		return UB_EXIT_FINDINGS;
	}
	for (size_t i = 0; i < FILES; i++)
		ub_buf_printf(&out, "wrote %s\n", files[i].path);
	ub_buf_printf(&out, "next: upbeat doctor -c %s; upbeat serve -c %s\n", files[SETTINGS].path,
	    files[SETTINGS].path);
	return cli_write(STDOUT_FILENO, &out) ? UB_EXIT_OK : UB_EXIT_FINDINGS;
}

const struct ub_cli_command cli_init = {
	.name = "init",
	.synopsis = "[OPTIONS] [DIR]",
	.summary = "write the first settings, and places for own rules and accounts",
	.help =
	    "Writes upbeat.yaml, rules/site.yaml and accounts.csv into the directory, with comments, and\n"
	    "checks them. On a terminal, it asks for what was not said. Files that are there stay as they\n"
	    "are, and nothing is written then.\n",
	UB_CLI_OPTIONS(options),
	.max_arguments = 1,
	.run = run,
};
