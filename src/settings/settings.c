/* SPDX-License-Identifier: Apache-2.0 */
#include "settings-private.h"

struct store {
	enum ub_store_kind kind;
	struct ub_text path;
};

/* The settings as the file has them. */
struct written {
	int64_t deletion_grace, sync_every;
	UB_VEC(struct ub_settings_listen) listens;
	const struct ub_networks *forwarded_from;
	struct upstream upstream;
	struct upstreams others;
	UB_VEC(struct ub_settings_tls) tls;
	struct ub_settings_clients clients;
	struct ub_text user;
	struct ub_settings_limits limits;
	UB_VEC(struct ub_settings_path) rules;
	struct store store;
	struct ub_settings_path control;
	int tasks; /* enum ub_settings_tasks */
	struct {
		struct ub_text level, format;
	} log;
	struct service service;
	int doubles; /* enum ub_doubles */
	int deliver; /* enum ub_deliver */
	struct mail mail;
	struct organization organization;
	struct sources sources;
	struct sinks sinks;
};

static bool is_store(struct ub_text text, struct ub_text scheme)
{
	return ub_text_starts(text, scheme) && text.len > scheme.len;
}

static bool read_store(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct ub_text sqlite = UB_TEXT("sqlite:");
	const struct reading *reading = reader->context;
	struct store *store = out;
	if (node->kind != UB_YAML_SCALAR)
		return ub_yaml_expected(reader, node, type->noun);
	if (ub_text_is(node->text, "memory"))
		return true;
	if (is_store(node->text, sqlite)) {
		struct ub_text path = ub_text_sub(node->text, sqlite.len, node->text.len);
		store->kind = UB_STORE_SQLITE;
		store->path = settings_path_from(reader->arena, reading->directory, path);
		return true;
	}
	if (!is_store(node->text, UB_TEXT("postgresql://")))
		return ub_yaml_expected(reader, node, type->noun);
	struct ub_diag *diag =
	    ub_error(reader->diags, "not-supported", node->place, "this version has no PostgreSQL store");
	ub_diag_set_help(reader->diags, diag, "use `sqlite:PATH` or `memory`");
	return false;
}

static const struct ub_yaml_type type_store = { .shape = UB_YAML_CUSTOM,
	.noun = "`memory` or a store like `sqlite:/var/lib/upbeat/upbeat.db`",
	.read = read_store };

static const struct ub_yaml_word tasks[] = {
	{ "auto", UB_TASKS_AUTO, "as the clients of the calendar's owner show them" },
	{ "todos", UB_TASKS_TODOS, "as to-dos, where the calendar takes them" },
	{ "events", UB_TASKS_EVENTS, "as all-day events that are free" },
};
static const struct ub_yaml_type type_tasks = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(tasks) };

static const struct ub_yaml_word doubles[] = {
	{ "once", UB_DOUBLES_ONCE, "the one that was seen first has the items" },
	{ "each", UB_DOUBLES_EACH, "each has items of its own" },
};
static const struct ub_yaml_type type_doubles = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(doubles) };

static const struct ub_yaml_word deliver[] = {
	{ "auto", UB_DELIVER_AUTO,
	    "by the server's invitations, or else by copies of a service account's, or else by mail" },
	{ "schedule", UB_DELIVER_SCHEDULE, "by the server's invitations" },
	{ "copies", UB_DELIVER_COPIES, "by copies that the service account writes" },
	{ "mail", UB_DELIVER_MAIL, "by mail to each" },
	{ "owner", UB_DELIVER_OWNER, "not at all: an item stands in its owner's calendar alone" },
};
static const struct ub_yaml_type type_deliver = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(deliver) };

static const struct ub_yaml_word levels[] = {
	{ "error", 0, NULL },
	{ "warning", 0, NULL },
	{ "info", 0, NULL },
	{ "debug", 0, NULL },
};
static const struct ub_yaml_word formats[] = {
	{ "text", 0, "for people" },
	{ "json", 0, "an object a line" },
};
static const struct ub_yaml_type type_level = { .shape = UB_YAML_TEXT, UB_YAML_WORDS(levels) };
static const struct ub_yaml_type type_format = { .shape = UB_YAML_TEXT, UB_YAML_WORDS(formats) };
static const struct ub_yaml_field log_fields[] = {
	{ "level", &type_level, offsetof(struct written, log.level) - offsetof(struct written, log), false,
	    "how much is said; info if not said" },
	{ "format", &type_format, offsetof(struct written, log.format) - offsetof(struct written, log), false,
	    "how it is said; text if not said" },
};
static const struct ub_yaml_type type_log = FIELDS(log_fields);

static const struct ub_yaml_field fields[] = {
	{ "listen", &settings_type_listens, offsetof(struct written, listens), true,
	    "the address and port for clients, like `127.0.0.1:8642`, or several; also `unix:PATH`, "
	    "`systemd`" },
	{ "forwarded_from", &settings_type_networks, offsetof(struct written, forwarded_from), false,
	    "networks of fronts, whose word on their clients is passed on (`Forwarded` and the like)" },
	{ "tls", &settings_type_tls, offsetof(struct written, tls), false,
	    "certificates for clients, which speak TLS then; one, or one for each name" },
	{ "client_certificates", &settings_type_client_certificates, offsetof(struct written, clients), false,
	    "certificates by which clients say who they are" },
	{ "upstream", &settings_type_upstream, offsetof(struct written, upstream), true,
	    "the CalDAV server, like `https://dav.ours.example`; a list for several that are equal" },
	{ "upstream_tls", &settings_type_trust, offsetof(struct written, upstream.trust), false,
	    "how the CalDAV server's certificate is checked" },
	{ "upstream_plain", &ub_yaml_type_bool, offsetof(struct written, upstream.plain), false,
	    "whether `http://` may lead to another machine, so that the network sees all passwords" },
	{ "limits", &settings_type_limits, offsetof(struct written, limits), false,
	    "how many clients there may be, and how long they and the CalDAV server may take" },
	{ "other_upstreams", &settings_type_upstreams, offsetof(struct written, others), false,
	    "servers beside the CalDAV server, to which requests are passed by host and path" },
	{ "user", &ub_yaml_type_text, offsetof(struct written, user), false,
	    "as whom the daemon runs, if root has started it" },
	{ "rules", &settings_type_paths, offsetof(struct written, rules), false,
	    "rule directories, later ones over earlier ones; the shipped one if not said" },
	{ "store", &type_store, offsetof(struct written, store), false,
	    "where things are remembered: `memory`, or `sqlite:` with a path" },
	{ "control", &settings_type_path, offsetof(struct written, control), false,
	    "the socket for `upbeat status`; `control` beside this file if not said" },
	{ "tasks", &type_tasks, offsetof(struct written, tasks), false,
	    "how to-dos are written: `todos` if not said, or `events`" },
	{ "deletion_grace", &settings_type_seconds, offsetof(struct written, deletion_grace), false,
	    "how long after a meeting was deleted it may turn up elsewhere with its items; 30s if not said" },
	{ "sync_every", &settings_type_seconds, offsetof(struct written, sync_every), false,
	    "how often a calendar that its user's client polls is looked at for changes that have not gone "
	    "through Upbeat, at most; 30s if not said, 0s: never" },
	{ "doubles", &type_doubles, offsetof(struct written, doubles), false,
	    "what a meeting gets that stands in calendars under two UIDs: its items `once` if not said, or "
	    "`each`" },
	{ "service", &settings_type_service, offsetof(struct written, service), false,
	    "an account of Upbeat's own on the server, for users who are not there" },
	{ "deliver", &type_deliver, offsetof(struct written, deliver), false,
	    "how colleagues get the items that they are invited to; auto if not said" },
	{ "mail", &settings_type_mail, offsetof(struct written, mail), false,
	    "the mail server by which colleagues are invited, where there is no better way" },
	{ "log", &type_log, offsetof(struct written, log), false, "the log on standard error" },
	{ "organization", &ub_settings_organization_type, offsetof(struct written, organization), false,
	    "who is one of us, and when we work" },
	{ "accounts", &settings_type_sources, offsetof(struct written, sources), false,
	    "where data on customers comes from" },
	{ "events", &settings_type_sinks, offsetof(struct written, sinks), false,
	    "who is told what Upbeat has made, changed and removed" },
};
const struct ub_yaml_type ub_settings_type = FIELDS(fields);

static struct ub_text directory_of(struct ub_text path)
{
	size_t end = path.len;
	while (end > 0 && path.ptr[end - 1] != '/')
		end--;
	return ub_text_sub(path, 0, end);
}

struct ub_text ub_settings_path_from(
    struct ub_arena *arena, const struct ub_source *settings, struct ub_text path)
{
	return settings_path_from(arena, directory_of(settings->name), path);
}

static void fill_upstreams(
    struct ub_arena *arena, struct ub_settings *settings, const struct written *written)
{
	settings_fill_upstream(arena, &settings->upstream, &written->upstream);
	settings->others = UB_NEW_ARRAY(arena, struct ub_settings_upstream, written->others.n);
	settings->n_others = written->others.n;
	for (size_t i = 0; i < written->others.n; i++)
		settings_fill_upstream(arena, &settings->others[i], &written->others.items[i]);
}

static struct ub_settings *finish(struct ub_arena *arena, const struct written *written,
    struct ub_text directory, const struct ub_zones *zones)
{
	struct ub_settings *settings = UB_NEW(arena, struct ub_settings);
	settings->listens = written->listens.items;
	settings->n_listens = written->listens.n;
	settings->forwarded_from = written->forwarded_from;
	fill_upstreams(arena, settings, written);
	settings->tls = written->tls.items;
	settings->n_tls = written->tls.n;
	settings->clients = written->clients;
	settings->limits = written->limits;
	settings->user = written->user;
	settings->rules = written->rules.items;
	settings->n_rules = written->rules.n;
	settings->store = written->store.kind;
	settings->store_path = written->store.path;
	settings->control = written->control.path.len
				? written->control.path
				: settings_path_from(arena, directory, UB_TEXT("control"));
	settings->deletion_grace = written->deletion_grace;
	settings->sync_every = written->sync_every;
	settings->tasks = (enum ub_settings_tasks)written->tasks;
	settings->doubles = (enum ub_doubles)written->doubles;
	settings_fill_service(settings, &written->service);
	settings->deliver = (enum ub_deliver)written->deliver;
	settings_fill_mail(settings, &written->mail);
	settings->log_level = written->log.level;
	settings->log_format = written->log.format;
	settings_fill_sources(arena, settings, &written->sources);
	settings->sinks = written->sinks.items;
	settings->n_sinks = written->sinks.n;
	settings_fill_org(arena, settings, &written->organization, zones);
	return settings;
}

static struct written unwritten(void)
{
	return (struct written){ .deletion_grace = UB_DELETION_GRACE_SECONDS,
		.sync_every = UB_SYNC_SECONDS,
		.organization = { .reviews_a_day = UB_REVIEWS_A_DAY,
		    .rhythm_hold_days = UB_RHYTHM_HOLD_DAYS },
		.log = { UB_TEXT("info"), UB_TEXT("text") } };
}

struct ub_settings *ub_settings_default(struct ub_arena *arena, const struct ub_zones *zones)
{
	struct written written = unwritten();
	return finish(arena, &written, UB_TEXT_NONE, zones);
}

static void refuse_way(const struct ub_yaml_reader *reader, const struct ub_yaml_node *way, const char *code,
    const char *message, const char *help)
{
	struct ub_diag *diag = ub_error(reader->diags, code, way->place, "%s", message);
	ub_diag_set_help(reader->diags, diag, "%s, or leave `deliver` to `auto`", help);
}

/* A way that cannot be gone is no way. */
static void check_deliver(
    const struct ub_yaml_reader *reader, const struct ub_yaml_node *root, const struct written *written)
{
	const struct ub_yaml_node *way = ub_yaml_get(root, "deliver");
	if (written->deliver == UB_DELIVER_COPIES && !ub_yaml_get(root, "service"))
		refuse_way(reader, way, "deliver-without-service", "only a service account can write copies",
		    "name the account under `service`");
	if (written->deliver == UB_DELIVER_MAIL && !ub_yaml_get(root, "mail"))
		refuse_way(reader, way, "deliver-without-mail", "nobody knows by which server to send mails",
		    "name the mail server under `mail`");
}

struct ub_settings *ub_settings_read(struct ub_arena *arena, const struct ub_source *source,
    const struct ub_zones *zones, struct ub_diags *diags)
{
	struct reading reading = { directory_of(source->name), zones };
	struct ub_yaml_reader reader = { arena, diags, &reading };
	struct written written = unwritten();
	const struct ub_yaml_node *root = ub_yaml_parse(arena, source, diags);
	bool read = root && ub_yaml_read(&reader, &ub_settings_type, root, &written);
	if (read)
		check_deliver(&reader, root, &written);
	if (root && root->kind == UB_YAML_MAP)
		settings_check_upstreams(&reader, root, &written.upstream, &written.others);
	if (read && !ub_yaml_get(root, "organization")) {
		struct ub_place place = { source, root->place.at, 0 };
		struct ub_diag *diag = ub_warning(
		    diags, "no-domains", place, "no meeting is a customer's without `organization: domains`");
		ub_diag_set_help(diags, diag, "name the domains of your own mail addresses");
	}
	struct ub_settings *settings = finish(arena, &written, reading.directory, zones);
	if (root && root->kind == UB_YAML_MAP) {
		settings_check_listens(&reader, root, settings);
		settings_check_clients(&reader, root, settings);
	}
	return settings;
}

struct ub_settings *ub_settings_organization(struct ub_arena *arena, const struct ub_yaml_node *organization,
    const struct ub_zones *zones, struct ub_diags *diags)
{
	struct reading reading = { directory_of(organization->place.source->name), zones };
	struct ub_yaml_reader reader = { arena, diags, &reading };
	struct written written = unwritten();
	ub_yaml_read(&reader, &ub_settings_organization_type, organization, &written.organization);
	return finish(arena, &written, reading.directory, zones);
}
