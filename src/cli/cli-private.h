/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CLI_PRIVATE_H
#define UPBEAT_CLI_PRIVATE_H

#include "upbeat/base.h"
#include "upbeat/facts.h"
#include "upbeat/wire.h"

/* Exit statuses; never 64 or above. */
enum ub_exit {
	UB_EXIT_OK = 0, /* warnings too */
	UB_EXIT_FINDINGS = 1,
	UB_EXIT_DIFFERENCES = 2,
	UB_EXIT_USAGE = 3,
};

struct ub_cli_option {
	const char *name;     /* "rules" for --rules */
	char letter;          /* 'c' for -c; 0: none */
	const char *argument; /* "DIR"; NULL: a flag */
	const char *help;
};

/* The values given for one option, in order; a flag's is "". */
struct ub_cli_values {
	const char **items;
	size_t n, cap;
};

/* One invocation of one command. */
struct ub_cli {
	const struct ub_cli_command *command;
	struct ub_arena *arena;
	struct ub_cli_values *values; /* one for each option of the command, in its order */
	char **arguments;
	size_t n_arguments;
};

struct ub_cli_command {
	const char *name;
	const char *synopsis; /* behind the name: "[-c FILE] [DIR]" */
	const char *summary;  /* one line, for the list of commands */
	const char *help;     /* paragraphs, each line ended */
	const struct ub_cli_option *options;
	size_t n_options;
	size_t min_arguments, max_arguments;
	int (*run)(struct ub_cli *cli);
};

#define UB_CLI_OPTIONS(table) .options = (table), .n_options = UB_COUNT(table)

extern const struct ub_cli_command ub_cli_undo, ub_cli_backfill, ub_cli_serve, ub_cli_check, ub_cli_test,
    ub_cli_explain, ub_cli_plan, ub_cli_status, ub_cli_eval, ub_cli_engine;

/* The time that was given ("2026-11-02 09:00" in the organisation's zone, or RFC 3339), or now where none
 * was. False: it is none, which has been said. */
bool ub_cli_time(const char *given, const struct ub_org *org, ub_instant *time);
/* The last value given for an option, or NULL. */
const char *ub_cli_value(const struct ub_cli *cli, size_t option);

/* Reads the options and arguments behind the command's name. False: *status is the exit status (help was
 * asked for, or the usage is wrong and has been said). */
bool ub_cli_read(struct ub_cli *cli, int argc, char **argv, int *status);

/* The whole program but for process-wide set-up. */
int ub_cli_main(int argc, char **argv);

/* ---- the running daemon ---- */

struct ub_settings;
struct ub_zones;
/* The settings alone, mistakes or not; NULL: the file cannot be read, which has been said. */
struct ub_settings *ub_cli_settings(
    struct ub_arena *arena, const char *path, const struct ub_zones *zones, struct ub_diags *diags);
/* The path of its control socket: `control`, else as the settings say; NULL: said. */
const char *ub_cli_control(struct ub_cli *cli, const char *settings, const char *control);
/* Asks it and prints what it tells; the exit status. */
int ub_cli_ask(struct ub_cli *cli, const char *control, const struct ub_wire_ask *ask);

/* What ub_cli_ask() does, the answer kept instead of written; false: said why not. */
bool ub_cli_tell(
    struct ub_cli *cli, const char *control, const struct ub_wire_ask *ask, struct ub_text *answer);
/* All that the settings name, or NULL after its mistakes were printed (warnings are for `check`). For what
 * does not ask the rules, mistakes in them are no mistakes. */
struct ub_snapshot *ub_cli_snapshot(struct ub_cli *cli, const char *settings, bool asks_rules);
/* A user and the first line of a password file; false: said why not. */
struct ub_login;
bool ub_cli_login(struct ub_cli *cli, const char *user, const char *password_file, struct ub_login *login);

/* ---- output ---- */

/* Whether to colour what goes to `fd`: a terminal, and neither NO_COLOR (https://no-color.org) nor
 * TERM=dumb. */
bool ub_cli_colour(int fd);
/* Writes the buffer to standard output or standard error (1, 2). False: it could not be written, which has
 * been said if possible. */
bool ub_cli_write(int fd, const struct ub_buf *buf);
/* "upbeat: TEXT" on standard error. */
void ub_cli_complain(const char *format, ...) UB_FORMAT(1, 2);
/* A bar on standard error, which is a terminal; gone at the end. */
void ub_cli_progress_show(size_t done, size_t all);
/* The same for who counts one by one: now and then. */
void ub_cli_progress(size_t done, size_t all);
/* All diagnostics, sorted, on standard error. */
void ub_cli_print_diags(struct ub_diags *diags);

#endif
