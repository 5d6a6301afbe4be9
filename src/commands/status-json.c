/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `upbeat status --json`: the same for programs.
 */
#include "status.h"

#include <unistd.h>

#include "upbeat/json.h"
#include "upbeat/settings.h"

static json_t *instant(const struct status *status, ub_instant value)
{
	return ub_json_instant(status->arena, status->zone, value);
}

static json_t *rules_object(const struct status *status)
{
	const struct ub_snapshot *snapshot = status->telling->snapshot;
	json_t *object = ub_json_object(), *directories = ub_json_array();
	for (size_t i = 0; i < snapshot->n_layers; i++)
		ub_json_add(directories, ub_json_text(snapshot->layers[i].directory));
	ub_json_set(object, "directories", directories);
	ub_json_set(object, "count", ub_json_number(ub_rules_number(snapshot->rules)));
	ub_json_set(object, "in_force", ub_json_flag(!snapshot->without_rules));
	ub_json_set(object, "read", instant(status, snapshot->loaded));
	return object;
}

struct reload_object {
	const struct status *status;
	json_t *object; /* NULL: there was no reload */
};

static void copy_reload(void *context, const struct ub_reload *reload)
{
	struct reload_object *copy = context;
	if (!reload->arena)
		return;
	copy->object = ub_json_copy(reload->findings);
	ub_json_set(copy->object, "when", instant(copy->status, reload->when));
	ub_json_set(copy->object, "done", ub_json_flag(!reload->failed));
}

static json_t *reload_object(const struct status *status)
{
	struct reload_object copy = { status, NULL };
	ub_configuration_show_reload(status->telling->daemon->configuration, copy_reload, &copy);
	return copy.object ? copy.object : ub_json_null();
}

static json_t *store_object(const struct status *status)
{
	const struct ub_telling *telling = status->telling;
	const struct ub_settings *settings = telling->snapshot->settings;
	json_t *object = ub_json_object();
	ub_json_set(object, "kind", ub_json_word(status->store_kind));
	if (settings->store == UB_STORE_SQLITE)
		ub_json_set(object, "path", ub_json_text(settings->store_path));
	ub_json_set(object, "lost", ub_json_flag(ub_store_is_lost(telling->daemon->store)));
	return object;
}

static json_t *counts_object(const struct status *status)
{
	json_t *object = ub_json_object();
	for (size_t i = 0; i < UB_COUNT(status->counts); i++)
		ub_json_set(
		    object, ub_store_job_state_word((enum ub_job_state)i), ub_json_number(status->counts[i]));
	ub_json_set(object, "in_memory_only", ub_json_number(status->sheltered));
	ub_json_set(object, "strangers", ub_json_number(status->strangers));
	return object;
}

static json_t *waiting_array(const struct status *status)
{
	json_t *array = ub_json_array();
	for (size_t i = 0; i < ub_map_size(status->groups); i++) {
		const struct group *group = ub_map_at(status->groups, i, NULL);
		json_t *object = ub_json_object();
		ub_json_set(object, "principal", ub_json_text(group->principal));
		ub_json_set(object, "keys", ub_json_number(group->n));
		ub_json_set(object, "since", instant(status, group->since / 1000));
		ub_json_set(object, "why", ub_json_text(group->why));
		ub_json_add(array, object);
	}
	return array;
}

static json_t *orders_array(const struct status *status)
{
	json_t *array = ub_json_array();
	for (size_t i = 0; i < ub_map_size(status->orders); i++) {
		struct ub_text words;
		const size_t *left = ub_map_at(status->orders, i, &words);
		json_t *object = ub_json_object();
		ub_json_set(object, "order", ub_json_text(words));
		ub_json_set(object, "users_left", ub_json_number(*left));
		ub_json_add(array, object);
	}
	return array;
}

static json_t *key_object(const struct status *status, const struct ub_known_job *known)
{
	const struct ub_job *job = &known->job;
	json_t *object = ub_json_object();
	ub_json_set(object, "href", ub_json_text(job->key.href));
	ub_json_set(object, "principal", ub_json_text(job->key.principal));
	ub_json_set(object, "state", ub_json_word(ub_store_job_state_word(job->state)));
	ub_json_set(object, "since", instant(status, job->put / 1000));
	if (job->due != INT64_MAX)
		ub_json_set(object, "due", instant(status, job->due / 1000));
	ub_json_set(object, "attempts", ub_json_number(job->attempts));
	ub_json_set(object, "why", ub_json_text(job->reason));
	ub_json_set(object, "in_memory_only", ub_json_flag(known->sheltered));
	return object;
}

static json_t *keys_array(const struct status *status)
{
	json_t *array = ub_json_array();
	for (size_t i = 0; i < status->jobs.n && i < UB_STATUS_KEYS_MAX; i++)
		ub_json_add(array, key_object(status, &status->jobs.items[i]));
	return array;
}

static json_t *owners_array(const struct status *status)
{
	static const char *const words[] = {
		[UB_OWNER_UNSEEN] = "unseen", [UB_OWNER_MISSING] = "missing", [UB_OWNER_SHARED] = "shared"
	};
	json_t *array = ub_json_array();
	for (size_t i = 0; i < status->owners.n; i++) {
		const struct ub_owner_finding *finding = &status->owners.items[i];
		json_t *object = ub_json_object();
		ub_json_set(object, "finding", ub_json_word(words[finding->kind]));
		ub_json_set(object, "owner", ub_json_text(finding->owner));
		ub_json_set(object, "accounts", ub_json_number(finding->accounts));
		ub_json_set(object, "text", ub_json_text(finding->text));
		ub_json_add(array, object);
	}
	return array;
}

/* null: the certificates in use are those of the files. */
static json_t *tls_problem(const struct status *status)
{
	struct ub_text problem = ub_queue_tls_problem(status->telling->daemon->queue, status->arena);
	return problem.len ? ub_json_text(problem) : ub_json_null();
}

/* null: nobody knows. */
static json_t *invitations(const struct ub_telling *telling)
{
	enum ub_invites invites = ub_freebusy_invites(telling->snapshot->freebusy, NULL);
	return invites == UB_INVITES_UNKNOWN ? ub_json_null() : ub_json_flag(invites == UB_INVITES_SENT);
}

static json_t *delivery_object(const struct status *status)
{
	json_t *object = ub_json_object();
	ub_json_set(object, "way", ub_json_word(ub_way_word(status->delivery.way)));
	ub_json_set(object, "why", ub_json_word(status->delivery.why));
	return object;
}

json_t *control_status_object(const struct status *status)
{
	const struct ub_telling *telling = status->telling;
	struct ub_queue_relay relay = ub_queue_relay(telling->daemon->queue);
	json_t *object = ub_json_object();
	ub_json_set(object, "version", ub_json_word(PACKAGE_VERSION));
	ub_json_set(object, "relay_pid", ub_json_number(getppid()));
	if (relay.started != 0)
		ub_json_set(object, "relay_since", instant(status, relay.started));
	ub_json_set(object, "engine_pid", ub_json_number(getpid()));
	ub_json_set(object, "engine_since", instant(status, telling->daemon->started));
	ub_json_set(object, "engine_restarts", ub_json_number(relay.predecessors));
	ub_json_set(object, "settings", ub_json_text(ub_text(telling->daemon->settings_path)));
	ub_json_set(object, "rules", rules_object(status));
	ub_json_set(object, "reload", reload_object(status));
	ub_json_set(object, "tls_problem", tls_problem(status));
	ub_json_set(object, "servers", control_servers(telling));
	ub_json_set(object, "requests", control_requests(telling));
	ub_json_set(object, "accounts", control_accounts(telling));
	ub_json_set(object, "owners", owners_array(status));
	ub_json_set(object, "events", control_sinks(telling));
	ub_json_set(object, "store", store_object(status));
	ub_json_set(object, "service", control_service(telling));
	ub_json_set(object, "invitations", invitations(telling));
	ub_json_set(object, "delivery", delivery_object(status));
	ub_json_set(object, "mail", control_mail(telling));
	ub_json_set(object, "unusable_sign_ins", control_unusable(telling));
	ub_json_set(object, "counts", counts_object(status));
	ub_json_set(object, "orders", orders_array(status));
	ub_json_set(object, "waiting", waiting_array(status));
	ub_json_set(object, "keys", keys_array(status));
	return object;
}
