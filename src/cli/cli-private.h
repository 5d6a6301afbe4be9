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

/* The values of one option, in their order. A flag's value is "". */
struct ub_cli_values {
	const char **items;
	size_t n, cap;
};

/* One call of one command. */
struct ub_cli {
	const struct ub_cli_command *command;
	const struct ub_cli_command *const *commands; /* all that the help lists */
	size_t n_commands;
	struct ub_arena *arena;
	struct ub_cli_values *values; /* one for each option of the command, in the order of its options */
	char **arguments;
	size_t n_arguments;
	/* Once cli_watched() was called: */
	struct ub_watch *watch;
	struct ub_watched *watched;
	const char *reads; /* what is being read, a file's name; NULL: a calendar object */
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

extern const struct ub_cli_command cli_undo, cli_backfill, cli_serve, cli_check, cli_test, cli_explain,
    cli_plan, cli_status, cli_report, cli_refresh, cli_doctor, cli_init, cli_eval, cli_completion, cli_engine;

/* The time that was given ("2026-11-02 09:00" in the organization's zone, or RFC 3339). Without one: now.
 * False: the text is no time, which has been reported. */
bool cli_time(const char *given, const struct ub_org *org, ub_instant *time);
/* The last value of an option, or NULL. */
const char *cli_value(const struct ub_cli *cli, size_t option);

/* Reads the options and arguments after the command's name. False: *status is the exit status, as the user
 * has asked for help, or has used the command wrongly (which has been reported). */
bool cli_read(struct ub_cli *cli, int argc, char **argv, int *status);

/* Becomes the program that shows the manual on the topic. Returns an exit status where there is no such
 * manual or program, which has been reported. */
int cli_manual(struct ub_arena *arena, const char *topic);

/* Adds the topics of `upbeat help` that are no commands, a space after each. */
void cli_topics(struct ub_buf *out);

/* The whole program, except for the set-up of the process. */
int cli_main(int argc, char **argv);

/* ---- the running daemon ---- */

struct ub_settings;
struct ub_zones;
/* The settings alone, even with mistakes. NULL: the file cannot be read, which has been reported. */
struct ub_settings *cli_settings(
    struct ub_arena *arena, const char *path, const struct ub_zones *zones, struct ub_diags *diags);
/* The path of the daemon's control socket: `control`, else the path in the settings. NULL: there is none,
 * which has been reported. */
const char *cli_control(struct ub_cli *cli, const char *settings, const char *control);
/* Asks the daemon and prints its answer. Returns the exit status. */
int cli_ask(struct ub_cli *cli, const char *control, const struct ub_wire_ask *ask);

/* Like cli_ask(), but keeps the answer and does not print it. False: the reason has been reported. */
bool cli_tell(struct ub_cli *cli, const char *control, const struct ub_wire_ask *ask, struct ub_text *answer);
/* Whether `option` was given together with one of the others, which has been reported then. */
bool cli_together(struct ub_cli *cli, size_t option, const size_t *others, size_t n);
/* Orders something of the daemon for a user, or for everybody (NULL), and prints its answer. Returns the exit
 * status. */
int cli_order(struct ub_cli *cli, const char *settings, const char *user, struct ub_text words);
struct ub_snapshot_input;
/* Loads the snapshot and prints mistakes (only `check` prints warnings). Where the input allows mistakes in
 * rules, those are not printed. NULL: the snapshot cannot be used. */
struct ub_snapshot *cli_load(struct ub_cli *cli, const struct ub_snapshot_input *input);
/* The same of everything that the settings name. Without `asks_rules`, mistakes in rules do not count. */
struct ub_snapshot *cli_snapshot(struct ub_cli *cli, const char *settings, bool asks_rules);
/* A user, and the password in the first line of a file. False: the reason has been reported. */
struct ub_login;
bool cli_login(struct ub_cli *cli, const char *user, const char *password_file, struct ub_login *login);

/* ---- reading ---- */

/* From now on the process ends with a message when one reading of a calendar object takes too long. By the
 * main thread. */
struct ub_watched *cli_watched(struct ub_cli *cli);
/* Nobody watches any more. */
void cli_unwatched(struct ub_cli *cli);

/* ---- output ---- */

/* Whether to colour output to `fd`: yes for a terminal, with neither NO_COLOR (https://no-color.org) nor
 * TERM=dumb. */
bool cli_colour(int fd);
/* Writes the buffer to standard output or standard error (1, 2). False: the write failed, which has been
 * reported if possible. */
bool cli_write(int fd, const struct ub_buf *buf);
/* Writes "upbeat: TEXT" to standard error. */
void cli_complain(const char *format, ...) UB_FORMAT(1, 2);
/* Shows a bar on standard error, which is a terminal. The bar goes at the end. */
void cli_progress_show(size_t done, size_t all);
/* The same for a caller who counts one by one. Only some calls show the bar. */
void cli_progress(size_t done, size_t all);
/* Prints all diagnostics, sorted, to standard error. */
void cli_print_diags(struct ub_diags *diags);

#endif
