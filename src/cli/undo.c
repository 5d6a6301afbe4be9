/* SPDX-License-Identifier: Apache-2.0 */
#include "cli-private.h"

#include <unistd.h>

#include "upbeat/commands.h"
#include "upbeat/dav.h"
#include "upbeat/engine.h"
#include "upbeat/json.h"
#include "upbeat/settings.h"
#include "upbeat/store.h"

enum { CONFIG, RULE, ALL, USER, EVERYBODY, PASSWORD, CALENDAR, FORCE, DRY_RUN, JSON };

static const struct ub_cli_option options[] = {
	[CONFIG] = { "config", 'c', "FILE", "the settings: the server, and the store; required" },
	[RULE] = { "rule", 0, "NAME", "what this rule or group has made; may be repeated" },
	[ALL] = { "all", 0, NULL, "what all rules have made" },
	[USER] = { "user", 'u', "NAME", "in this user's calendars" },
	[EVERYBODY] = { "everybody", 0, NULL, "in all users' calendars, at their next request" },
	[PASSWORD] = { "password-file", 0, "FILE", "his password, its first line" },
	[CALENDAR] = { "calendar", 0, "HREF", "in one of them only" },
	[FORCE] = { "force", 0, NULL, "also what its user has changed" },
	[DRY_RUN] = { "dry-run", 'n', NULL, "only tell what would be done" },
	[JSON] = { "json", 0, NULL, "for programs" },
};

/* The memory of items: the running daemon, or else the store. */
struct memory {
	struct ub_cli *cli;
	const char *control;    /* NULL: no daemon runs */
	struct ub_store *store; /* NULL: no memory, or lost */
	bool lost;
};

static struct ub_text item_json(struct ub_arena *arena, const struct ub_store_item *item)
{
	const struct {
		const char *name;
		struct ub_text value;
	} members[] = {
		{ "meeting", item->meeting_uid },
		{ "identity", item->identity },
		{ "rule", item->rule },
		{ "owner", item->owner },
		{ "uid", item->uid },
		{ "href", item->href },
	};
	json_t *object = ub_json_object();
	for (size_t i = 0; i < UB_COUNT(members); i++)
		ub_json_set(object, members[i].name, ub_json_text(members[i].value));
	ub_json_set(object, "generation", ub_json_number(item->generation));
	ub_json_set(object, "state", ub_json_number(item->state));
	return ub_json_line(object, arena);
}

/* After one failure the daemon is asked no more: each further item would wait in vain. */
static bool remember(void *context, const struct ub_store_item *item)
{
	struct memory *memory = context;
	struct ub_text answer;
	bool good = true;
	if (memory->lost)
		return false;
	if (memory->control) {
		const struct ub_wire_ask ask = { .ask = UB_ASK_REMOVAL,
			.subject = item_json(memory->cli->arena, item),
			.authorization = UB_TEXT_NONE };
		good = cli_tell(memory->cli, memory->control, &ask, &answer);
	} else if (memory->store) {
		good = ub_undo_remember(memory->store, item);
		if (!good)
			cli_complain("the store: %s", ub_store_problem(memory->store));
	}
	memory->lost = !good;
	return good;
}

static void find_memory(struct memory *memory, const struct ub_settings *settings)
{
	struct ub_text why;
	const char *control = ub_text_cstr(memory->cli->arena, settings->control);
	int fd = ub_wire_control_connect(control, memory->cli->arena, &why);
	if (fd >= 0) {
		close(fd);
		memory->control = control;
		return;
	}
	if (settings->store != UB_STORE_SQLITE)
		return; /* no memory of items */
	memory->store = ub_engine_store_open(settings, memory->cli->arena, &why);
	memory->lost = !memory->store;
	if (memory->lost)
		cli_complain("the store: %.*s; items are removed by their marks all the same", UB_ARGS(why));
}

/* Warns that the rule will make the removed items anew, or that there is no rule of that name. */
static void warn_of_rules(const struct ub_snapshot *snapshot, struct ub_text name)
{
	const struct ub_ruleset *rules = snapshot->rules;
	bool known = false;
	for (size_t i = 0; i < ub_rules_number(rules); i++) {
		const struct ub_rule *rule = ub_rules_at(rules, i);
		bool named = ub_text_eq(rule->name, name) || ub_text_eq(rule->group, name);
		known |= named;
		if (!named || !rule->enabled || rule->mode != UB_MODE_ENFORCE)
			continue;
		cli_complain(
		    "the rule %.*s is still in force: what it made comes back when a meeting is stored "
		    "again; `enabled: false` switches it off",
		    UB_ARGS(rule->name));
		return;
	}
	if (!known)
		cli_complain("there is no rule or group %.*s; what one of this name has made is looked "
			     "for all the same",
		    UB_ARGS(name));
}

static struct ub_texts rule_marks(struct ub_cli *cli, const struct ub_snapshot *snapshot)
{
	const struct ub_cli_values *names = &cli->values[RULE];
	struct ub_texts marks = { 0 };
	for (size_t i = 0; i < names->n; i++) {
		struct ub_texts more =
		    ub_plan_marks_of(snapshot->rules, ub_text(names->items[i]), cli->arena);
		warn_of_rules(snapshot, ub_text(names->items[i]));
		for (size_t k = 0; k < more.n; k++)
			*ub_push(cli->arena, &marks) = more.items[k];
	}
	return marks;
}

static int undo(struct ub_cli *cli, struct ub_snapshot *snapshot, const struct ub_login *login)
{
	const char *calendar = cli_value(cli, CALENDAR);
	struct memory memory = { .cli = cli };
	struct ub_buf out = UB_BUF(cli->arena);
	struct ub_undo_result result;
	struct ub_undo_input input = { .snapshot = snapshot,
		.login = *login,
		.watched = cli_watched(cli),
		.calendar = calendar ? ub_text(calendar) : UB_TEXT_NONE,
		.rule_marks = rule_marks(cli, snapshot),
		.force = cli_value(cli, FORCE) != NULL,
		.dry_run = cli_value(cli, DRY_RUN) != NULL,
		.json = cli_value(cli, JSON) != NULL,
		.progress = isatty(STDERR_FILENO) ? cli_progress : NULL,
		.remember = remember,
		.context = &memory };
	if (!input.dry_run)
		find_memory(&memory, snapshot->settings);
	bool good = ub_undo(&input, &result, &out);
	ub_store_close(&memory.store);
	if (memory.control && input.rule_marks.n == 0 && result.removed + result.restored > 0)
		cli_complain("the daemon runs: what rules in force have made comes back when a meeting is "
			     "stored again; `enabled: false` switches a rule off");
	if (!good)
		cli_complain("undo: %.*s", UB_ARGS(result.why));
	good = cli_write(STDOUT_FILENO, &out) && good;
	return good && result.failed + result.kept + result.unremembered == 0 ? UB_EXIT_OK : UB_EXIT_FINDINGS;
}

/* An empty name comes from a script's variable that is not set. Such a name must not widen what is
 * removed. */
static const char *what_is_wrong(const struct ub_cli *cli)
{
	const struct ub_cli_values *rules = &cli->values[RULE];
	const char *calendar = cli_value(cli, CALENDAR);
	bool all = cli_value(cli, ALL) != NULL;
	if (rules->n == 0 && !all)
		return "what? --rule NAME or --all tells";
	if (rules->n && all)
		return "either --rule or --all, not both";
	for (size_t i = 0; i < rules->n; i++)
		if (!*rules->items[i])
			return "--rule: the name is empty";
	if (calendar && !*calendar)
		return "--calendar: the path is empty";
	return cli_value(cli, CONFIG) ? NULL : "the settings are missing: -c FILE";
}

/* The daemon does it, for each user when he comes by or the service account can. */
static int order_undo(struct ub_cli *cli)
{
	static const size_t of_one[] = { USER, PASSWORD, CALENDAR, DRY_RUN, JSON };
	const struct ub_cli_values *rules = &cli->values[RULE];
	struct ub_buf words = UB_BUF(cli->arena);
	bool everybody = cli_value(cli, EVERYBODY) != NULL;
	if (everybody && cli_together(cli, EVERYBODY, of_one, UB_COUNT(of_one)))
		return UB_EXIT_USAGE;
	ub_buf_printf(&words, "undo%s%s", rules->n ? "" : " --all", cli_value(cli, FORCE) ? " --force" : "");
	for (size_t i = 0; i < rules->n; i++) {
		if (strchr(rules->items[i], ' ')) {
			cli_complain("undo: --rule: a rule's name has no blank: %s", rules->items[i]);
			return UB_EXIT_USAGE;
		}
		ub_buf_printf(&words, " --rule %s", rules->items[i]);
	}
	cli_complain("what rules in force have made comes back when a meeting is stored again; `enabled: "
		     "false` switches a rule off");
	return cli_order(
	    cli, cli_value(cli, CONFIG), everybody ? NULL : cli_value(cli, USER), ub_buf_text(&words));
}

/* Whether a user is named whose password is not given, and nothing that needs it. */
static bool is_for_daemon(const struct ub_cli *cli)
{
	const char *user = cli_value(cli, USER);
	return user && *user && !cli_value(cli, PASSWORD) && !cli_value(cli, CALENDAR) &&
	       !cli_value(cli, DRY_RUN) && !cli_value(cli, JSON);
}

static int run(struct ub_cli *cli)
{
	struct ub_login login;
	bool all = cli_value(cli, ALL) != NULL;
	const char *wrong = what_is_wrong(cli);
	if (wrong) {
		cli_complain("undo: %s", wrong);
		return UB_EXIT_USAGE;
	}
	if (cli_value(cli, EVERYBODY) || is_for_daemon(cli))
		return order_undo(cli);
	if (!cli_login(cli, cli_value(cli, USER), cli_value(cli, PASSWORD), &login))
		return UB_EXIT_USAGE;
	struct ub_snapshot *snapshot = cli_snapshot(cli, cli_value(cli, CONFIG), !all);
	if (!snapshot && !all)
		cli_complain("undo: --all does without the rules");
	if (!snapshot)
		return UB_EXIT_FINDINGS;
	ub_dav_init();
	int status = undo(cli, snapshot, &login);
	ub_dav_cleanup();
	ub_snapshot_release(&snapshot);
	return status;
}

const struct ub_cli_command cli_undo = {
	.name = "undo",
	.synopsis = "-c FILE --rule NAME | --all --user NAME [--password-file FILE] | --everybody [OPTIONS]",
	.summary = "take away what a rule has made",
	.help =
	    "Removes a rule's items from the user's calendars, and what it has added to meetings, by the "
	    "marks\n"
	    "that they bear; no memory of them is needed. What its user has changed stays unless --force.\n"
	    "Ends with 1 if something was kept or failed.\n",
	UB_CLI_OPTIONS(options),
	.run = run,
};
