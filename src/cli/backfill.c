/* SPDX-License-Identifier: Apache-2.0 */
#include "cli-private.h"

#include <stdlib.h>
#include <unistd.h>

#include "upbeat/commands.h"
#include "upbeat/dav.h"
#include "upbeat/http.h"
#include "upbeat/json.h"
#include "upbeat/settings.h"

/* Backfill: meetings that are older than Upbeat, or older than a rule, get the items that they miss. The
 * daemon looks at each of them as if somebody had just stored it. The daemon's keys are durable, so an
 * interrupted backfill goes on. */

enum { CONFIG, USER, EVERYBODY, PASSWORD, CALENDAR, DRY_RUN };

static const struct ub_cli_option options[] = {
	[CONFIG] = { "config", 'c', "FILE", "the settings of the running daemon; required" },
	[USER] = { "user", 'u', "NAME", "the user whose calendars are gone through" },
	[EVERYBODY] = { "everybody", 0, NULL, "all users, each at the next request; needs no password" },
	[PASSWORD] = { "password-file", 0, "FILE", "his password, its first line" },
	[CALENDAR] = { "calendar", 0, "HREF", "one of them only" },
	[DRY_RUN] = { "dry-run", 'n', NULL, "only tell what would be made" },
};

enum { POLL_MS = 500 };

/* What the daemon is asked to look at: as many objects as one frame takes, from *at on, and perhaps the
 * user's accounts. *at moves behind them. One byte becomes at most six in JSON. */
static struct ub_text next_request(
    struct ub_arena *arena, const struct ub_texts *hrefs, bool accounts, size_t *at)
{
	json_t *list = ub_json_array(), *object = ub_json_object();
	struct ub_buf out = UB_BUF(arena);
	size_t room = UB_WIRE_FRAME_MAX / 2;
	for (; *at < hrefs->n; ++*at) {
		struct ub_text href = hrefs->items[*at];
		size_t len = 6 * href.len + 3;
		if (len > room && json_array_size(list) > 0)
			break;
		room -= len < room ? len : room;
		ub_json_add(list, ub_json_text(href));
	}
	ub_json_set(object, "objects", list);
	ub_json_set(object, "accounts", ub_json_flag(accounts));
	ub_json_print(object, &out);
	return ub_buf_text(&out);
}

/* The meetings of the user that the daemon has not looked at yet (keys), and those at which it cannot look
 * (waiting). */
struct left {
	int64_t keys, waiting;
};

/* Asks for no object and no account. */
static const struct ub_text nothing = { "{}", 2 };

/* Hands a request to the daemon, and learns the rest of its work. */
static bool hand_over(struct ub_cli *cli, const char *control, struct ub_text authorization,
    struct ub_text request, struct left *left)
{
	struct ub_text answer, keys;
	const struct ub_wire_ask ask = {
		.ask = UB_ASK_BACKFILL, .subject = request, .authorization = authorization
	};
	if (!cli_tell(cli, control, &ask, &answer))
		return false;
	answer = ub_text_trim(answer);
	return ub_text_split(&answer, ' ', &keys) && ub_text_to_int(keys, &left->keys) &&
	       ub_text_to_int(answer, &left->waiting);
}

static bool wait_for_all(
    struct ub_cli *cli, const char *control, struct ub_text authorization, size_t all, struct left *left)
{
	bool terminal = isatty(STDERR_FILENO);
	while (left->keys > 0) {
		size_t done = (size_t)left->keys < all ? all - (size_t)left->keys : 0;
		if (terminal)
			cli_progress_show(done, all);
		usleep(POLL_MS * 1000);
		/* The call also renews the credentials, unless they were refused. */
		if (!hand_over(cli, control, authorization, nothing, left))
			return false;
	}
	if (terminal)
		cli_progress_show(all, all);
	return true;
}

static int hand_all_over(
    struct ub_cli *cli, const char *control, struct ub_text authorization, struct ub_backfill_result *result)
{
	struct ub_buf out = UB_BUF(cli->arena);
	struct left left = { 0, 0 };
	size_t at = 0;
	do {
		bool accounts = at == 0 && result->accounts;
		struct ub_text request = next_request(cli->arena, &result->hrefs, accounts, &at);
		if (!hand_over(cli, control, authorization, request, &left))
			return UB_EXIT_FINDINGS;
	} while (at < result->hrefs.n);
	if (!wait_for_all(cli, control, authorization, result->hrefs.n, &left))
		return UB_EXIT_FINDINGS;
	ub_buf_printf(&out,
	    "%zu of %zu objects looked at, the others are no events to come; %zu failed; the log of the "
	    "daemon tells what was made%s\n",
	    result->hrefs.n, result->seen, result->failed,
	    result->accounts ? ", also for the user's accounts" : "");
	if (left.waiting)
		ub_buf_printf(&out, "%lld wait; upbeat status tells for what\n", (long long)left.waiting);
	return cli_write(STDOUT_FILENO, &out) && left.waiting == 0 ? UB_EXIT_OK : UB_EXIT_FINDINGS;
}

static int backfill(struct ub_cli *cli, const struct ub_snapshot *snapshot, const struct ub_login *login)
{
	const char *only = cli_value(cli, CALENDAR);
	const char *control = ub_text_cstr(cli->arena, snapshot->settings->control);
	struct ub_text authorization = ub_http_basic(login->user, login->password, cli->arena);
	struct ub_buf out = UB_BUF(cli->arena);
	struct ub_backfill_input input = { .snapshot = snapshot,
		.login = *login,
		.watched = cli_watched(cli),
		.calendar = only ? ub_text(only) : UB_TEXT_NONE,
		.dry_run = cli_value(cli, DRY_RUN) != NULL,
		.progress = isatty(STDERR_FILENO) ? cli_progress : NULL };
	struct ub_backfill_result result;
	struct left left;
	/* If the daemon will not look at any meeting, the user learns that before the search. */
	if (!input.dry_run && !hand_over(cli, control, authorization, nothing, &left))
		return UB_EXIT_FINDINGS;
	bool good = ub_backfill(&input, &result, &out);
	if (good && input.dry_run)
		ub_buf_printf(&out,
		    "%zu items would be made, for %zu meetings and %zu accounts; %zu objects seen, %zu "
		    "failed\n",
		    result.items, result.meetings, result.accounts_missing, result.seen, result.failed);
	if (!good)
		cli_complain("backfill: %.*s", UB_ARGS(result.why));
	if (!cli_write(STDOUT_FILENO, &out) || !good)
		return UB_EXIT_FINDINGS;
	int status = input.dry_run ? UB_EXIT_OK : hand_all_over(cli, control, authorization, &result);
	return result.failed ? UB_EXIT_FINDINGS : status;
}

static int run(struct ub_cli *cli)
{
	struct ub_login login;
	const char *calendar = cli_value(cli, CALENDAR);
	if (!cli_value(cli, CONFIG) || (calendar && !*calendar)) {
		cli_complain("backfill: %s", calendar && !*calendar ? "--calendar: the path is empty"
								    : "the settings are missing: -c FILE");
		return UB_EXIT_USAGE;
	}
	if (cli_value(cli, EVERYBODY)) {
		static const size_t of_one[] = { USER, PASSWORD, CALENDAR, DRY_RUN };
		if (cli_together(cli, EVERYBODY, of_one, UB_COUNT(of_one)))
			return UB_EXIT_USAGE;
		return cli_order(cli, cli_value(cli, CONFIG), NULL, UB_TEXT("backfill"));
	}
	const char *user = cli_value(cli, USER);
	if (user && *user && !cli_value(cli, PASSWORD) && !calendar && !cli_value(cli, DRY_RUN))
		return cli_order(cli, cli_value(cli, CONFIG), user, UB_TEXT("backfill"));
	if (!cli_login(cli, cli_value(cli, USER), cli_value(cli, PASSWORD), &login))
		return UB_EXIT_USAGE;
	struct ub_snapshot *snapshot =
	    cli_snapshot(cli, cli_value(cli, CONFIG), cli_value(cli, DRY_RUN) != NULL);
	if (!snapshot)
		return UB_EXIT_FINDINGS;
	ub_dav_init();
	int status = backfill(cli, snapshot, &login);
	ub_dav_cleanup();
	ub_snapshot_release(&snapshot);
	return status;
}

const struct ub_cli_command cli_backfill = {
	.name = "backfill",
	.synopsis = "-c FILE --user NAME [--password-file FILE] | --everybody [OPTIONS]",
	.summary = "give existing meetings and accounts what they miss",
	.help = "Has the running daemon look at all that is in the user's calendars, as if it had just been\n"
		"stored, and at his accounts, and waits until that is done. What is interrupted goes on at "
		"the user's next request, or when\n"
		"this is called again; what has all its items already gets nothing new.\n",
	UB_CLI_OPTIONS(options),
	.run = run,
};
