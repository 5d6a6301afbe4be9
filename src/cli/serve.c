/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-options.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "upbeat/dav.h"
#include "upbeat/engine.h"
#include "upbeat/settings.h"
#include "upbeat/store.h"
#include "upbeat/sys.h"
#include "upbeat/wire.h"

enum { CONFIG, UPSTREAM, AFTER_CRASH };

static const struct ub_cli_option serve_options[] = {
	[CONFIG] = { "config", 'c', "FILE", "the settings, see upbeat.conf(5); required" },
};

/* The relay tells the engine with which upstream the relay itself goes on. */
static const struct ub_cli_option engine_options[] = {
	[CONFIG] = { "config", 'c', "FILE", "the settings; required" },
	[UPSTREAM] = { "upstream", 0, "URL", "the server, whatever the settings say by now" },
	[AFTER_CRASH] = { "after-crash", 0, NULL, "in the place of one that died at its work" },
};

/* The common beginning of both processes. Callers' credentials pass through both, and must never reach a
 * disk, not even in a core dump. Signals come first, before any call that might start a thread. The settings
 * are read as a whole, so that every mistake is reported at once. NULL: the reason has been reported. */
static struct ub_snapshot *begin(
    struct ub_cli *cli, const struct ub_snapshot_input *input, int *signals, struct ub_diags *diags)
{
	if (!input->settings_path) {
		cli_complain("%s: the settings are missing: -c FILE", cli->command->name);
		return NULL;
	}
	ub_sys_forbid_core_dumps();
	ub_sys_lock_secrets();
	*signals = ub_sys_signals_open();
	if (*signals < 0) {
		cli_complain("cannot take signals: %s", strerror(errno));
		return NULL;
	}
	struct ub_snapshot *snapshot = ub_snapshot_load(input, diags);
	/* Only `check` prints warnings. The engine does not repeat the mistakes that the relay has
	 * printed. */
	if (!snapshot || (diags->errors && cli->command == &cli_serve))
		cli_print_diags(diags);
	return snapshot;
}

static struct ub_log *open_log(const struct ub_settings *settings, const char *process)
{
	enum ub_log_level level = UB_LOG_INFO;
	enum ub_log_format format = UB_LOG_TEXT;
	ub_log_level_parse(settings->log_level, &level);
	ub_log_format_parse(settings->log_format, &format);
	return ub_log_new(STDERR_FILENO, level, format, process);
}

/* Whether the engine will be able to open its store. If not, the reason is reported before anything starts.
 * A disk that is full may have room again. */
static bool store_opens(struct ub_cli *cli, const struct ub_settings *settings)
{
	struct ub_text why = UB_TEXT_NONE;
	struct ub_store *store = ub_engine_store_open(settings, cli->arena, &why);
	bool waits = !store && errno == ENOSPC;
	if (!store)
		cli_complain("the store: %.*s%s", UB_ARGS(why),
		    waits ? "; calendars pass, and nothing else is done until there is room" : "");
	bool opens = store || waits;
	ub_store_close(&store);
	return opens;
}

/* The relay takes only the level of its log from new settings. The rest is for the engine. */
struct hangup {
	const char *path;
	struct ub_log *log;
};

static void take_log_level(void *context)
{
	struct hangup *hangup = context;
	struct ub_arena *arena = ub_arena_new();
	struct ub_zones *zones = ub_cal_zones_new(ub_sys_zone_source(NULL));
	struct ub_diags diags = UB_DIAGS(arena);
	const struct ub_settings *settings = cli_settings(arena, hangup->path, zones, &diags);
	enum ub_log_level level;
	if (settings && diags.errors == 0 && ub_log_level_parse(settings->log_level, &level))
		ub_log_set_level(hangup->log, level);
	ub_cal_zones_free(&zones);
	ub_arena_free(&arena);
}

/* ---- how the relay starts the engine ---- */

/* The program that runs, also when its file has been replaced since. */
static const char own_program[] = "/proc/self/exe";

/* An argument vector, which a NULL ends. */
struct words {
	char **items;
	size_t n, cap;
};

static void add(struct ub_arena *arena, struct words *words, struct ub_text word)
{
	*ub_push(arena, words) = ub_text_cstr(arena, word);
}

static struct ub_text own_path(struct ub_arena *arena)
{
	char path[PATH_MAX];
	ssize_t n = readlink(own_program, path, sizeof(path));
	return ub_text_copy(arena, ub_text_n(path, n > 0 ? (size_t)n : 0));
}

/* The words up to the program's name, and what is executed for them. A wrapper, such as valgrind, gets the
 * program's path: /proc/self/exe would be its own. Where the program has more rights than its caller there is
 * no wrapper. */
static const char *begin_words(struct ub_arena *arena, struct words *words)
{
	const char *wrapper = secure_getenv("UPBEAT_ENGINE_WRAPPER");
	struct ub_text rest = ub_text(wrapper ? wrapper : ""), word;
	while (ub_text_split(&rest, ' ', &word))
		if (word.len > 0)
			add(arena, words, word);
	bool wrapped = words->n > 0;
	add(arena, words, wrapped ? own_path(arena) : UB_TEXT("upbeat"));
	return wrapped ? words->items[0] : own_program;
}

static char *const *engine_words(
    struct ub_cli *cli, const struct ub_settings *settings, bool after_crash, const char **program)
{
	struct words words = { 0 };
	*program = begin_words(cli->arena, &words);
	add(cli->arena, &words, ub_text(cli_engine.name));
	add(cli->arena, &words, UB_TEXT("-c"));
	add(cli->arena, &words, ub_text(cli_value(cli, CONFIG)));
	add(cli->arena, &words, UB_TEXT("--upstream"));
	add(cli->arena, &words, ub_settings_bases(&settings->upstream, cli->arena));
	if (after_crash)
		add(cli->arena, &words, UB_TEXT("--after-crash"));
	*ub_push(cli->arena, &words) = NULL;
	return words.items;
}

/* ---- a daemon after another ---- */

/* The control socket, which one daemon has at a time; with it the store goes. */
struct control {
	const char *path;
	int fd; /* 0: another daemon has it */
};

static bool claim(void *context, int *control_fd)
{
	struct control *control = context;
	struct ub_arena *arena = ub_arena_new();
	struct ub_text why;
	int fd = ub_wire_control_listen(control->path, UB_STORE_LOCK_MS, arena, &why);
	if (fd < 0)
		cli_complain("the control socket: %.*s", UB_ARGS(why));
	ub_arena_free(&arena);
	if (fd >= 0)
		*control_fd = control->fd = fd;
	return fd >= 0;
}

static void release(void *context)
{
	struct control *control = context;
	struct ub_arena *arena = ub_arena_new();
	if (control->fd)
		ub_wire_control_close(control->fd, control->path, arena);
	control->fd = 0;
	ub_arena_free(&arena);
}

/* The socket to the daemon before; 0: there is none. It gets a number that no program inherits. */
static int predecessor(void)
{
	int64_t number;
	bool named =
	    ub_text_to_int(ub_text(getenv(UB_RELAY_PREDECESSOR)), &number) && number > 2 && number < INT_MAX;
	int fd = named ? fcntl((int)number, F_DUPFD_CLOEXEC, UB_FD_MIN) : -1;
	if (fd >= 0)
		close((int)number);
	(void)unsetenv(UB_RELAY_PREDECESSOR);
	return fd >= 0 ? fd : 0;
}

static char *const *successor_words(struct ub_cli *cli)
{
	struct words words = { 0 };
	add(cli->arena, &words, UB_TEXT("upbeat"));
	add(cli->arena, &words, ub_text(cli_serve.name));
	add(cli->arena, &words, UB_TEXT("-c"));
	add(cli->arena, &words, ub_text(cli_value(cli, CONFIG)));
	*ub_push(cli->arena, &words) = NULL;
	return words.items;
}

static int run_relay(
    struct ub_cli *cli, const struct ub_settings *settings, int signals, int before, struct control *control)
{
	struct ub_relay_options relay;
	if (!cli_relay_options(cli, settings, &relay))
		return UB_EXIT_FINDINGS;
	struct hangup hangup = { cli_value(cli, CONFIG), open_log(settings, "relay") };
	relay.engine_argv = engine_words(cli, settings, false, &relay.engine_path);
	relay.engine_argv_after_crash = engine_words(cli, settings, true, &relay.engine_path);
	relay.control_fd = control->fd;
	relay.successor_path = ub_text_cstr(cli->arena, own_path(cli->arena));
	relay.successor_argv = successor_words(cli);
	relay.predecessor_fd = before;
	relay.claim = claim;
	relay.release = release;
	relay.claim_context = control;
	relay.confined = true;
	relay.hangup = take_log_level;
	relay.hangup_context = &hangup;
	int status = ub_relay_run(&relay, signals, hangup.log);
	ub_log_free(&hangup.log);
	return status;
}

/* Takes the control socket first. A daemon that already runs has the socket, and so has the store, too. The
 * one after it waits for both until it lets go. */
static int claim_and_run(struct ub_cli *cli, const struct ub_settings *settings, int signals)
{
	struct control control = { ub_text_cstr(cli->arena, settings->control), 0 };
	int before = predecessor();
	if (!before && !claim(&control, &control.fd))
		return UB_EXIT_FINDINGS;
	int status = before || store_opens(cli, settings)
			 ? run_relay(cli, settings, signals, before, &control)
			 : UB_EXIT_FINDINGS;
	release(&control);
	return status;
}

/* The daemon becomes the user of the settings, and reads all once more as him: what he may not read is told
 * before anything starts. NULL: the reason has been reported. */
static struct ub_snapshot *become_user(
    const struct ub_snapshot_input *input, struct ub_snapshot *snapshot, struct ub_arena *arena)
{
	struct ub_text why, user = snapshot->settings->user;
	struct ub_diags diags = UB_DIAGS(arena);
	if (user.len == 0)
		return snapshot;
	bool became = ub_sys_become(ub_text_cstr(arena, user), &why);
	if (!became)
		cli_complain("user: %.*s: %.*s", UB_ARGS(user), UB_ARGS(why));
	ub_snapshot_release(&snapshot);
	snapshot = became ? ub_snapshot_load(input, &diags) : NULL;
	if (became && (!snapshot || diags.errors))
		cli_print_diags(&diags);
	return snapshot;
}

/* Reads everything and tells what is wrong, then forgets it: rules are the engine's, which reads them itself.
 * False: the relay cannot run, and the reason has been reported. */
static bool check(struct ub_cli *cli, const struct ub_snapshot_input *input, int *signals)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_diags diags = UB_DIAGS(arena);
	struct ub_snapshot *snapshot = begin(cli, input, signals, &diags);
	if (snapshot)
		snapshot = become_user(input, snapshot, arena);
	bool good = snapshot != NULL;
	if (good && snapshot->without_rules)
		cli_complain("serve: calendars pass, but there are no rules until this is mended");
	ub_snapshot_release(&snapshot);
	ub_arena_free(&arena);
	(void)malloc_trim(0);
	return good;
}

static int serve(struct ub_cli *cli)
{
	int signals;
	/* Calendars pass even if the rules have mistakes. */
	const struct ub_snapshot_input input = { .settings_path = cli_value(cli, CONFIG),
		.without_plugins = true,
		.marks_plugins = true,
		.looks_at_secrets = true,
		.may_lack_rules = true };
	if (!check(cli, &input, &signals))
		return input.settings_path ? UB_EXIT_FINDINGS : UB_EXIT_USAGE;
	struct ub_zones *zones = ub_cal_zones_new(ub_sys_zone_source(NULL));
	struct ub_diags diags = UB_DIAGS(cli->arena);
	const struct ub_settings *settings = cli_settings(cli->arena, input.settings_path, zones, &diags);
	if (diags.errors) /* the file has changed just now */
		cli_print_diags(&diags);
	int status = settings && !diags.errors ? claim_and_run(cli, settings, signals) : UB_EXIT_FINDINGS;
	ub_cal_zones_free(&zones);
	return status;
}

const struct ub_cli_command cli_serve = {
	.name = "serve",
	.synopsis = "-c FILE",
	.summary = "stand in front of a CalDAV server and act by the rules",
	.help = "Runs in the foreground until SIGTERM or SIGINT. All settings and rules are read first: if\n"
		"anything is wrong with the settings, all of it is told and nothing is started; if it is\n"
		"with the rules, calendars pass without them until they are mended.\n",
	UB_CLI_OPTIONS(serve_options),
	.run = serve,
};

static int engine(struct ub_cli *cli)
{
	int signals;
	const struct ub_snapshot_input input = { .settings_path = cli_value(cli, CONFIG),
		.upstream = cli_value(cli, UPSTREAM),
		.marks_plugins = true,
		.minds_marks = true,
		.looks_at_secrets = true,
		.may_lack_rules = true };
	struct ub_diags diags = UB_DIAGS(cli->arena);
	ub_sys_die_with_parent();
	struct ub_snapshot *snapshot = begin(cli, &input, &signals, &diags);
	if (!snapshot)
		return input.settings_path ? UB_EXIT_FINDINGS : UB_EXIT_USAGE;
	struct ub_log *log = open_log(snapshot->settings, "engine");
	struct ub_text why;
	if (!ub_sys_confine(true, &why))
		ub_log(log, UB_LOG_WARNING, "rights are kept that are not needed: %.*s", UB_ARGS(why));
	ub_dav_init();
	const struct ub_engine_options run = { .fd = UB_WIRE_ENGINE_FD,
		.control_fd = UB_WIRE_CONTROL_FD,
		.memory_fd = UB_WIRE_MEMORY_FD,
		.signals = signals,
		.after_crash = cli_value(cli, AFTER_CRASH) != NULL,
		.input = input,
		.diags = &diags };
	int status = ub_engine_run(&run, snapshot, log);
	ub_dav_cleanup();
	ub_log_free(&log);
	return status;
}

/* The relay starts this command. People do not. */
const struct ub_cli_command cli_engine = {
	.name = "engine",
	.synopsis = "-c FILE [--upstream URL] [--after-crash]",
	.summary = "the process beside the relay",
	.help = "Started by `upbeat serve`, with the relay's socket as its third file descriptor.\n",
	UB_CLI_OPTIONS(engine_options),
	.run = engine,
};
