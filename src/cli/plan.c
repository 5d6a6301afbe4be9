/* SPDX-License-Identifier: Apache-2.0 */
#include "cli-private.h"

#include <unistd.h>

#include "upbeat/commands.h"
#include "upbeat/engine.h"
#include "upbeat/ical.h"
#include "upbeat/settings.h"
#include "upbeat/store.h"
#include "upbeat/sys.h"

enum { CONFIG, RULES, INSTEAD, FROM, AT, JSON };

static const struct ub_cli_option options[] = {
	[CONFIG] = { "config", 'c', "FILE", "the settings: present rules, organization, accounts, store" },
	[RULES] = { "rules", 'r', "DIR", "the present rules, instead of the settings' or the shipped ones" },
	[INSTEAD] = { "instead", 0, NULL, "NEWDIR takes the place of the only present directory, too" },
	[FROM] = { "from", 0, "DIR", "the meetings: *.ics files, instead of what the store has seen" },
	[AT] = { "at", 0, "TIME", "as of that time: 2026-11-02 09:00, or RFC 3339" },
	[JSON] = { "json", 0, NULL, "for programs" },
};

struct meetings {
	UB_VEC(struct ub_replay_meeting) known;
	UB_VEC(struct ub_replay_deletion) deleted;
	struct ub_map *by_uid; /* of `known`: size_t *, the place in it */
	size_t unread;         /* files that could not be read, which has been reported */
};

/* ---- the meetings ---- */

/* Each who takes part has a copy of the meeting. Items stand beside one copy only, as the daemon sees to: the
 * one found first, unless another has them already. */
static void add_copy(
    struct ub_cli *cli, struct meetings *meetings, const struct ub_replay_meeting *meeting, bool has_items)
{
	size_t *at = meeting->uid.len ? ub_map_get(meetings->by_uid, meeting->uid) : NULL;
	if (at) {
		if (has_items)
			meetings->known.items[*at] = *meeting;
		return;
	}
	at = UB_NEW(cli->arena, size_t);
	*at = meetings->known.n;
	*ub_push(cli->arena, &meetings->known) = *meeting;
	if (meeting->uid.len)
		ub_map_put(meetings->by_uid, meeting->uid, at);
}

static struct ub_text uid_of(struct ub_cli *cli, const struct ub_snapshot *snapshot, struct ub_text text)
{
	struct ub_ical_refusal refusal;
	ub_sys_reading_begin(cli_watched(cli));
	const struct ub_event *event = ub_ical_read(text, snapshot->zones, cli->arena, &refusal);
	ub_sys_reading_end(cli->watched);
	return event ? event->uid : UB_TEXT_NONE;
}

static bool read_files(struct ub_cli *cli, const char *directory, const struct ub_snapshot *snapshot,
    ub_instant now, struct meetings *meetings)
{
	struct ub_text *names;
	size_t n;
	enum ub_file_result result =
	    ub_sys_list_directory(cli->arena, directory, UB_TEXT(".ics"), &names, &n);
	if (result != UB_FILE_OK)
		cli_complain("%s: %s", directory, ub_file_result_text(result));
	for (size_t i = 0; result == UB_FILE_OK && i < n; i++) {
		struct ub_text path = ub_textf(cli->arena, "%s/%.*s", directory, UB_ARGS(names[i]));
		struct ub_replay_meeting meeting = { .then = now, .where = path };
		enum ub_file_result read = ub_sys_read_file(
		    cli->arena, ub_text_cstr(cli->arena, path), UB_ICAL_SIZE_MAX, &meeting.text);
		if (read == UB_FILE_OK) {
			cli->reads = ub_text_cstr(cli->arena, path);
			meeting.uid = uid_of(cli, snapshot, meeting.text);
			add_copy(cli, meetings, &meeting, false);
			continue;
		}
		meetings->unread++;
		cli_complain("%.*s: %s", UB_ARGS(path), ub_file_result_text(read));
	}
	return result == UB_FILE_OK;
}

/* Names a calendar owner's items of a meeting. */
static struct ub_text holding(struct ub_cli *cli, struct ub_text meeting_uid, struct ub_text owner)
{
	return ub_textf(cli->arena, "%.*s\n%.*s", UB_ARGS(meeting_uid), UB_ARGS(owner));
}

static bool read_all(struct ub_cli *cli, struct ub_store *store, struct meetings *meetings)
{
	struct ub_store_seens seens = { 0 };
	struct ub_store_items items = { 0 };
	if (ub_store_seens(store, ub_organization, UB_TEXT_NONE, cli->arena, &seens) != UB_STORE_OK ||
	    ub_store_items(store, ub_organization, UB_TEXT_NONE, cli->arena, &items) != UB_STORE_OK)
		return false;
	struct ub_map *holders = ub_map_new(cli->arena);
	for (size_t i = 0; i < items.n; i++) {
		const struct ub_store_item *item = &items.items[i];
		if (item->state == UB_ITEM_EXISTS)
			ub_map_put(holders, holding(cli, item->meeting_uid, item->owner), meetings);
		if (item->state == UB_ITEM_DELETED)
			*ub_push(cli->arena, &meetings->deleted) =
			    (struct ub_replay_deletion){ item->meeting_uid, item->identity };
	}
	for (size_t i = 0; i < seens.n; i++) {
		const struct ub_store_seen *seen = &seens.items[i];
		struct ub_replay_meeting meeting = { seen->text, seen->owner, seen->meeting_uid,
			seen->changed / 1000, seen->href };
		bool has_items = ub_map_get(holders, holding(cli, seen->meeting_uid, seen->owner)) != NULL;
		add_copy(cli, meetings, &meeting, has_items);
	}
	return true;
}

/* *store stays open: it knows when people are taken. */
static bool read_store(struct ub_cli *cli, const struct ub_settings *settings, struct meetings *meetings,
    struct ub_store **store)
{
	struct ub_text why = UB_TEXT_NONE;
	*store = ub_engine_store_read(settings, cli->arena, &why);
	if (!*store) {
		cli_complain("the store: %.*s; --from DIR reads meetings from files", UB_ARGS(why));
		return false;
	}
	bool good = read_all(cli, *store, meetings);
	if (!good)
		cli_complain("the store: %s", ub_store_problem(*store));
	return good;
}

/* ---- the answer ---- */

static struct ub_snapshot *load_present(struct ub_cli *cli)
{
	struct ub_snapshot_input input = { .settings_path = cli_value(cli, CONFIG),
		.rules_path = cli_value(cli, RULES) };
	return cli_load(cli, &input);
}

/* With the new directory as the organization's own one, which is the last of several. Where there is but one,
 * the shipped one say, the organization has none of its own yet. */
static struct ub_snapshot *load_changed(struct ub_cli *cli, const struct ub_snapshot *present)
{
	const char *directory = cli->arguments[0];
	bool above = present->n_layers == 1 && !cli_value(cli, INSTEAD);
	struct ub_snapshot_input input = { .settings_path = cli_value(cli, CONFIG),
		.rules_path = cli_value(cli, RULES),
		.last_rules_path = above ? NULL : directory,
		.above_rules_path = above ? directory : NULL };
	return cli_load(cli, &input);
}

static bool has_account_rules(const struct ub_snapshot *present, const struct ub_snapshot *changed)
{
	return present->directory && present->rules->n_account_rules + changed->rules->n_account_rules;
}

static int replay(
    struct ub_cli *cli, struct ub_snapshot *present, struct ub_snapshot *changed, struct ub_store **store)
{
	const char *from = cli_value(cli, FROM);
	struct meetings meetings = { .by_uid = ub_map_new(cli->arena) };
	struct ub_replay_result result;
	struct ub_buf out = UB_BUF(cli->arena);
	struct ub_replay_input input = { .present = present,
		.changed = changed,
		.json = cli_value(cli, JSON) != NULL,
		.colour = cli_colour(STDOUT_FILENO),
		.progress = isatty(STDERR_FILENO) ? cli_progress : NULL };
	if (!cli_time(cli_value(cli, AT), present->org, &input.now))
		return UB_EXIT_USAGE;
	if (!(from ? read_files(cli, from, present, input.now, &meetings)
		   : read_store(cli, present->settings, &meetings, store)))
		return UB_EXIT_FINDINGS;
	if (meetings.known.n + meetings.unread == 0 && !has_account_rules(present, changed))
		cli_complain("plan: there are no meetings: %s%s",
		    from ? from : "the daemon with these settings has not seen any yet",
		    from ? " has no *.ics files" : "");
	input.meetings = meetings.known.items;
	input.n_meetings = meetings.known.n;
	input.deleted = meetings.deleted.items;
	input.n_deleted = meetings.deleted.n;
	input.store = *store;
	ub_replay(&input, &result, &out);
	if (!cli_write(STDOUT_FILENO, &out) || result.refused + meetings.unread)
		return UB_EXIT_FINDINGS;
	return result.meetings_touched + result.accounts_touched ? UB_EXIT_DIFFERENCES : UB_EXIT_OK;
}

static int run(struct ub_cli *cli)
{
	struct ub_snapshot *present = load_present(cli);
	struct ub_snapshot *changed = present ? load_changed(cli, present) : NULL;
	struct ub_store *store = NULL;
	int status = changed ? replay(cli, present, changed, &store) : UB_EXIT_FINDINGS;
	ub_store_close(&store);
	ub_snapshot_release(&changed);
	ub_snapshot_release(&present);
	return status;
}

const struct ub_cli_command cli_plan = {
	.name = "plan",
	.synopsis = "[-c FILE] [OPTIONS] NEWDIR",
	.summary = "show what changed rules would do to the meetings and accounts that are known",
	.help =
	    "Replays the meetings that the store has seen (or those of --from) and the accounts of the\n"
	    "settings through the present rules and through those with NEWDIR, and prints each item that "
	    "would be created, moved, changed or\n"
	    "removed. NEWDIR is laid over the present rules if they are one directory, as the shipped ones;\n"
	    "else it takes the place of the last directory. Nothing is written anywhere.\n"
	    "Ends with 2 if something would change, 0 if not, 1 if it could not be found out.\n",
	UB_CLI_OPTIONS(options),
	.min_arguments = 1,
	.max_arguments = 1,
	.run = run,
};
