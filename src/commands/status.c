/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `upbeat status`: how the daemon is doing.
 */
#include "status.h"

#include <unistd.h>

#include "upbeat/json.h"
#include "upbeat/settings.h"

static void add_to_group(struct status *status, const struct ub_job *job)
{
	struct group *group = ub_map_get(status->groups, job->key.principal);
	if (!group) {
		group = UB_NEW(status->arena, struct group);
		*group = (struct group){ job->key.principal, job->reason, 0, job->put };
		ub_map_put(status->groups, job->key.principal, group);
	}
	group->n++;
	if (job->put < group->since)
		group->since = job->put;
}

static void add_order(struct status *status, const struct ub_job *job)
{
	size_t *left = ub_map_get(status->orders, job->key.href);
	if (!left) {
		left = UB_NEW(status->arena, size_t);
		ub_map_put(status->orders, job->key.href, left);
	}
	++*left;
}

/* Sorts the keys. Anybody can make keys under any name: strangers' keys are only counted, or they would hide
 * the others. */
static void look(struct status *status)
{
	struct ub_known_jobs all = ub_queue_jobs(status->telling->daemon->queue, status->arena);
	for (size_t i = 0; i < all.n; i++) {
		const struct ub_known_job *known = &all.items[i];
		if (known->job.key.doubt == UB_DOUBT_CALLER) {
			status->strangers++;
			continue;
		}
		*ub_push(status->arena, &status->jobs) = *known;
		status->counts[known->job.state]++;
		status->sheltered += known->sheltered;
		if (known->job.key.kind == UB_KEY_ORDER)
			add_order(status, &known->job);
		if (known->job.state == UB_JOB_WAITING)
			add_to_group(status, &known->job);
	}
}

/* ---- for people ---- */

static const char bold[] = "\033[1m", red[] = "\033[31m", yellow[] = "\033[33m", plain[] = "\033[0m";

static void paint(const struct status *status, const char *style, const char *text)
{
	const struct ub_telling *telling = status->telling;
	ub_buf_printf(
	    telling->out, "%s%s%s", telling->colour ? style : "", text, telling->colour ? plain : "");
}

static void label(const struct status *status, const char *text)
{
	paint(status, bold, text);
	ub_buf_pad(status->telling->out, ' ', 10 - ub_text(text).len);
}

static void print_time(const struct status *status, ub_instant instant)
{
	ub_cal_format(status->telling->out, UB_TEXT("%F %T %Z"), status->zone, instant, UB_ENGLISH);
}

static void print_principal(const struct status *status, struct ub_text principal)
{
	ub_buf_shown(status->telling->out, principal.len ? principal : UB_TEXT("(the service account)"));
}

static void print_processes(const struct status *status)
{
	const struct ub_telling *telling = status->telling;
	const struct ub_queue_relay relay = ub_queue_relay(telling->daemon->queue);
	uint32_t before = relay.predecessors;
	ub_buf_str(telling->out, "upbeat " PACKAGE_VERSION " is running.\n\n");
	label(status, "Relay");
	ub_buf_printf(telling->out, "process %d", (int)getppid());
	if (relay.started != 0) { /* the relay has said hello */
		ub_buf_str(telling->out, ", since ");
		print_time(status, relay.started);
	}
	ub_buf_char(telling->out, '\n');
	label(status, "Engine");
	ub_buf_printf(telling->out, "process %d, since ", (int)getpid());
	print_time(status, telling->daemon->started);
	if (before)
		ub_buf_printf(telling->out, "; it was started again %u time%s", (unsigned)before,
		    before == 1 ? "" : "s");
	ub_buf_char(telling->out, '\n');
	label(status, "Settings");
	ub_buf_shown(telling->out, ub_text(telling->daemon->settings_path));
	ub_buf_char(telling->out, '\n');
}

static void print_rules(const struct status *status)
{
	const struct ub_snapshot *snapshot = status->telling->snapshot;
	struct ub_buf *out = status->telling->out;
	size_t n = ub_rules_number(snapshot->rules);
	label(status, "Rules");
	if (snapshot->without_rules)
		paint(status, red, "none, and all keys wait until their mistakes are mended");
	else
		ub_buf_printf(out, "%zu rule%s", n, n == 1 ? "" : "s");
	ub_buf_str(out, ", read ");
	print_time(status, snapshot->loaded);
	for (size_t i = 0; i < snapshot->n_layers; i++) {
		ub_buf_str(out, i ? ", " : ", of ");
		ub_buf_shown(out, snapshot->layers[i].directory);
	}
	ub_buf_char(out, '\n');
}

static void show_reload(void *context, const struct ub_reload *reload)
{
	const struct status *status = context;
	struct ub_buf *out = status->telling->out;
	if (!reload->arena) {
		ub_buf_str(out, "none since the start\n");
		return;
	}
	paint(status, reload->failed ? red : "", reload->failed ? "failed" : "done");
	ub_buf_char(out, ' ');
	print_time(status, reload->when);
	if (reload->failed && !status->telling->snapshot->without_rules)
		ub_buf_str(out, "; what was read before goes on");
	ub_buf_str(out, reload->plain.len ? ":\n\n" : "\n");
	ub_buf_add(out, status->telling->colour ? reload->coloured : reload->plain);
	if (reload->plain.len)
		ub_buf_char(out, '\n');
}

static void print_reload(struct status *status)
{
	label(status, "Reload");
	ub_configuration_show_reload(status->telling->daemon->configuration, show_reload, status);
}

static void print_tls(const struct status *status)
{
	struct ub_buf *out = status->telling->out;
	struct ub_text problem = ub_queue_tls_problem(status->telling->daemon->queue, status->arena);
	if (problem.len == 0)
		return;
	label(status, "TLS");
	paint(status, red, "as before the last reload");
	ub_buf_str(out, ": ");
	ub_buf_shown(out, problem);
	ub_buf_char(out, '\n');
}

static void print_store(const struct status *status)
{
	const struct ub_settings *settings = status->telling->snapshot->settings;
	struct ub_buf *out = status->telling->out;
	label(status, "Store");
	ub_buf_str(out, status->store_kind);
	if (settings->store == UB_STORE_SQLITE) {
		ub_buf_char(out, ' ');
		ub_buf_shown(out, settings->store_path);
	}
	if (ub_store_is_lost(status->telling->daemon->store))
		paint(
		    status, red, ", which was deleted or moved away: all is forgotten when the engine ends");
	ub_buf_char(out, '\n');
	label(status, "Keys");
	ub_buf_printf(out, "%zu queued, %zu being worked on, %zu waiting, %zu set aside",
	    status->counts[UB_JOB_QUEUED], status->counts[UB_JOB_LEASED], status->counts[UB_JOB_WAITING],
	    status->counts[UB_JOB_ASIDE]);
	if (status->sheltered)
		ub_buf_printf(
		    out, "; %zu of them in memory only, for the store did not take them", status->sheltered);
	if (status->strangers)
		ub_buf_printf(
		    out, "; besides %zu under names that the server has not accepted yet", status->strangers);
	ub_buf_char(out, '\n');
}

static void print_keys(const struct status *status, enum ub_job_state state)
{
	struct ub_buf *out = status->telling->out;
	size_t shown = 0;
	for (size_t i = 0; i < status->jobs.n; i++) {
		const struct ub_job *job = &status->jobs.items[i].job;
		if (job->state != state || shown++ >= UB_STATUS_KEYS_SHOWN)
			continue;
		ub_buf_str(out, "    ");
		ub_buf_shown(out, job->key.href);
		if (job->reason.len) {
			ub_buf_str(out, ": ");
			ub_buf_shown(out, job->reason);
		}
		ub_buf_char(out, '\n');
	}
	if (shown > UB_STATUS_KEYS_SHOWN)
		ub_buf_printf(out, "    and %zu more (--json tells of up to %d)\n",
		    shown - UB_STATUS_KEYS_SHOWN, UB_STATUS_KEYS_MAX);
}

static void print_delivery(const struct status *status)
{
	const struct ub_delivery *now = &status->delivery;
	label(status, "Delivery");
	paint(status, now->way == UB_WAY_OWNER ? yellow : "", ub_way_word(now->way));
	ub_buf_printf(status->telling->out, ": %s (%s)\n", ub_way_text(now->way), now->why);
}

static void print_orders(const struct status *status)
{
	struct ub_buf *out = status->telling->out;
	for (size_t i = 0; i < ub_map_size(status->orders); i++) {
		struct ub_text words;
		const size_t *left = ub_map_at(status->orders, i, &words);
		label(status, i ? "" : "Ordered");
		ub_buf_shown(out, words);
		ub_buf_printf(out, " --everybody: %zu user%s left\n", *left, *left == 1 ? "" : "s");
	}
}

static void print_owners(const struct status *status)
{
	struct ub_buf *out = status->telling->out;
	size_t n = status->owners.n;
	if (!status->knows_owners) {
		label(status, "Owners");
		ub_buf_printf(out, "nobody can tell: %s\n", ub_store_problem(status->telling->daemon->store));
	}
	for (size_t i = 0; i < n && i < UB_OWNERS_SHOWN; i++) {
		label(status, i ? "" : "Owners");
		ub_buf_shown(out, status->owners.items[i].text);
		ub_buf_char(out, '\n');
	}
	if (n > UB_OWNERS_SHOWN)
		ub_buf_printf(
		    out, "          and %zu more (--json tells of all of them)\n", n - UB_OWNERS_SHOWN);
}

static void print_waiting(const struct status *status)
{
	struct ub_buf *out = status->telling->out;
	if (status->counts[UB_JOB_WAITING] == 0)
		return;
	ub_buf_char(out, '\n');
	paint(status, bold, "Waiting for the next request of");
	ub_buf_char(out, '\n');
	for (size_t i = 0; i < ub_map_size(status->groups); i++) {
		const struct group *group = ub_map_at(status->groups, i, NULL);
		ub_buf_str(out, "  ");
		print_principal(status, group->principal);
		ub_buf_printf(out, ": %zu key%s, since ", group->n, group->n == 1 ? "" : "s");
		print_time(status, group->since / 1000);
		ub_buf_char(out, '\n');
	}
	print_keys(status, UB_JOB_WAITING);
}

static void print_aside(const struct status *status)
{
	if (status->counts[UB_JOB_ASIDE] == 0)
		return;
	ub_buf_char(status->telling->out, '\n');
	paint(status, yellow, "Set aside; store it again to have it tried again");
	ub_buf_char(status->telling->out, '\n');
	print_keys(status, UB_JOB_ASIDE);
}

/* The label of lines that are printed elsewhere; `text` has its blanks. */
static const char *label_of(const struct status *status, const char *text)
{
	return status->telling->colour ? ub_textf(status->arena, "%s%s%s", bold, text, plain).ptr : text;
}

static void print_status(struct status *status)
{
	print_processes(status);
	print_rules(status);
	print_reload(status);
	print_tls(status);
	control_print_servers(status->telling, label_of(status, "Servers   "));
	control_print_requests(status->telling, label_of(status, "Requests  "));
	control_print_accounts(status->telling, label_of(status, "Accounts  "));
	print_owners(status);
	control_print_sinks(status->telling, label_of(status, "Events    "));
	print_store(status);
	control_print_service(
	    status->telling, label_of(status, "Service   "), label_of(status, "Sign-ins  "));
	print_delivery(status);
	control_print_mail(status->telling, label_of(status, "Mail      "));
	print_orders(status);
	print_waiting(status);
	print_aside(status);
}

int control_tell_status(const struct ub_telling *telling)
{
	struct ub_arena *arena = telling->out->arena;
	const struct ub_settings *settings = telling->snapshot->settings;
	struct status status = { .telling = telling,
		.arena = arena,
		.zone = telling->snapshot->org->standard.zone,
		.store_kind = settings->store == UB_STORE_SQLITE ? "sqlite" : "memory",
		.delivery = ub_deliver_by(settings, ub_freebusy_invites(telling->snapshot->freebusy, NULL)),
		.groups = ub_map_new(arena),
		.orders = ub_map_new(arena) };
	look(&status);
	status.knows_owners = ub_owners_look(telling->snapshot, telling->daemon->store,
	    telling->daemon->upstream, ub_sys_now() * 1000, &status.owners, arena);
	if (telling->json)
		ub_json_print(control_status_object(&status), telling->out);
	else
		print_status(&status);
	return 0;
}
