/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_SETTINGS_H
#define UPBEAT_SETTINGS_H

/*
 * settings: the settings file, upbeat.conf(5), as plain data. Reading the file opens no other: the settings
 * name the holidays and account sources that are wanted, and the shell brings them.
 */

#include "upbeat/base.h"
#include "upbeat/cal.h"
#include "upbeat/facts.h"
#include "upbeat/net.h"

/* A path as it is to be opened: absolute, or relative to the same place as the settings file's own path. */
struct ub_settings_path {
	struct ub_text path;
	struct ub_place place; /* where the settings name the path */
};

enum ub_store_kind { UB_STORE_MEMORY, UB_STORE_SQLITE, UB_STORE_POSTGRESQL };

/* Days off that are wanted. Whoever reads the file adds its days to `into`. */
struct ub_settings_holidays {
	/* NAME of a file `holidays/NAME.ics` in a rule directory, or with is_path the path of a file. */
	struct ub_text name;
	bool is_path;
	struct ub_place place;
	struct ub_holidays *into;
};

struct ub_yaml_node;

/* An account source: `source:`, and what that source needs. */
struct ub_settings_source {
	struct ub_text source;        /* "yaml", else the name of a plugin */
	struct ub_place source_place; /* where it is named */
	struct ub_settings_path file; /* of "yaml" */
	/* Seconds between looks at the source, and the time that one look may take; 0: not said. */
	int64_t refresh, timeout;
	int64_t max_age;  /* seconds after which it cannot be told how customers do; 0: it always can */
	int64_t max_loss; /* of a hundred accounts, how many may go from one reading to the next */
	int64_t priority; /* of what sources say of one account, that of the highest holds */
	/* Of a plugin: the source's whole map. Keys that ub_settings_source_key() does not know are the
	 * plugin's own. */
	const struct ub_yaml_node *node;
	const struct ub_account_field_decl *fields;
	size_t n_fields;
	struct ub_place place;
};

/* An event sink: `sink:`, and what that sink needs. */
struct ub_settings_sink {
	struct ub_text sink; /* the name of a plugin */
	struct ub_place sink_place;
	struct ub_text name;             /* distinct: how far a sink is goes by its name */
	int64_t timeout;                 /* seconds that one delivery may take */
	const struct ub_yaml_node *node; /* as of a source, by ub_settings_sink_key() */
	struct ub_place place;
};

/* The account that Upbeat has on the server itself. */
struct ub_settings_service {
	struct ub_text user;            /* empty: it signs in with a token */
	struct ub_settings_path secret; /* the file of its password or token; no path: there is no account */
	bool token;                     /* the file has a bearer token */
	struct ub_text principal;       /* the path of a user's principal, with {user}; empty: not said */
	struct ub_texts poll;           /* calendars to be looked at for changes */
	struct ub_place place;
};

/* A place that clients come to. */
struct ub_settings_listen {
	enum ub_listen_kind {
		UB_LISTEN_ADDRESS,
		UB_LISTEN_LOCAL,  /* a unix socket */
		UB_LISTEN_PASSED, /* what systemd passes */
	} kind;
	struct ub_text host;               /* no brackets */
	uint16_t port;                     /* 0: any free port */
	struct ub_text path;               /* of a unix socket, as it is to be opened */
	unsigned mode;                     /* of a unix socket */
	struct ub_text name;               /* of what systemd passes; empty: all of it */
	bool tls;                          /* clients speak TLS, if there are certificates */
	const struct ub_networks *proxies; /* whose connections begin with a PROXY header; NULL: nobody's */
	struct ub_place place;
};

/* The mail server by which colleagues are invited. */
struct ub_settings_mail {
	struct ub_text host; /* no brackets; empty: there is none */
	uint16_t port;
	bool tls;            /* from the first byte on (RFC 8314 3.3) */
	bool starttls;       /* the server has to offer STARTTLS (RFC 3207), and it is used */
	struct ub_text from; /* whom mails are from: an address */
	struct ub_text user; /* empty: nobody signs in */
	struct ub_settings_path password, ca; /* the file of his password; as of `upstream` */
	struct ub_place place;
};

/* A certificate that clients see, and its key: PEM files. */
struct ub_settings_tls {
	struct ub_settings_path certificate, key;
};

/* What clients and the CalDAV server may take; 0: not said. Times are in seconds. */
struct ub_settings_limits {
	int64_t connections, of_address; /* clients in all, and those from one address */
	int64_t requests, waiting;       /* at one server at once, and those that wait for a place there */
	int64_t head, pause, connect, answer, total, idle;
	int64_t rate; /* bytes a second */
};

/* Certificates by which clients say who they are. */
struct ub_settings_clients {
	struct ub_settings_path ca;  /* of those who may vouch for them; no path: clients are not asked */
	struct ub_settings_path crl; /* of what those have revoked; no path: nothing */
	bool required;
	struct ub_text user_field; /* the field that tells the upstream the user; empty: none does */
};

/* How colleagues get the items that they are invited to. */
enum ub_deliver {
	UB_DELIVER_AUTO,     /* by the best way that there is */
	UB_DELIVER_SCHEDULE, /* the server sends invitations to those who are named in an event */
	UB_DELIVER_COPIES,   /* the service account writes a copy into the calendar of each */
	UB_DELIVER_MAIL,     /* each is invited by mail (RFC 6047) */
	UB_DELIVER_OWNER,    /* not at all */
};

/* What becomes of a meeting that stands under two UIDs: struct ub_double. */
enum ub_doubles {
	UB_DOUBLES_ONCE, /* it gets its items once */
	UB_DOUBLES_EACH, /* each of the two has items of its own */
};

/* One server of an upstream. */
struct ub_settings_server {
	struct ub_text host; /* no brackets; empty: there is a unix socket in its place */
	uint16_t port;
	struct ub_text socket; /* the socket's path as it is to be opened; empty: there is a host */
	struct ub_text base;   /* "http://127.0.0.1:5232", "http://unix:/run/dav.sock" */
	struct ub_place place;
};

/* Where requests go on to: a server, or several that are equal. */
struct ub_settings_upstream {
	struct ub_settings_server *servers; /* all with TLS, or all without */
	size_t n_servers;
	struct ub_text base;   /* the first server's: what the upstream is known by */
	struct ub_texts hosts; /* the names by which clients ask for it, lower case; none: any name */
	struct ub_text path;   /* "/dav": it has what lies under that; empty: everything */
	bool tls;
	struct ub_text name; /* with TLS: whom certificates have to be of; empty: of each server's host */
	struct ub_settings_path ca; /* of those who may vouch for them; no path: the system's */
};

struct ub_settings {
	struct ub_settings_listen *listens;
	size_t n_listens;
	/* Whose word on its own clients is believed; NULL: not said. */
	const struct ub_networks *forwarded_from;
	struct ub_settings_tls *tls; /* the first is for clients that name no host; none: no TLS */
	size_t n_tls;
	struct ub_settings_clients clients;
	struct ub_settings_upstream upstream; /* the CalDAV server; no servers: not said */
	struct ub_settings_upstream *others;  /* beside it: requests are passed to them, and no more */
	size_t n_others;
	struct ub_settings_limits limits;
	struct ub_text user;            /* as whom the daemon runs; empty: as who has started it */
	struct ub_settings_path *rules; /* directories, later ones over earlier ones; none: the shipped one */
	size_t n_rules;
	enum ub_store_kind store;
	struct ub_text store_path; /* sqlite */
	struct ub_text control;
	/* how the tasks of rules are written: as the owner's clients show them, or all in one way */
	enum ub_settings_tasks { UB_TASKS_AUTO, UB_TASKS_TODOS, UB_TASKS_EVENTS } tasks;
	int64_t deletion_grace; /* seconds after a DELETE in which the meeting may turn up elsewhere */
	int64_t sync_every;     /* seconds between two looks for changes in a calendar; 0: nobody looks */
	enum ub_doubles doubles;
	struct ub_settings_service service;
	enum ub_deliver deliver;
	struct ub_settings_mail mail;
	struct ub_text log_level, log_format; /* words that ub_log_level_parse and ub_log_format_parse know */
	struct ub_org *org;                   /* never NULL */
	struct ub_settings_holidays *holidays;
	size_t n_holidays;
	struct ub_place lacks_holidays; /* the organization, where it has no such key */
	struct ub_settings_source *sources;
	size_t n_sources;
	struct ub_settings_sink *sinks;
	size_t n_sinks;
	const struct ub_account_field_decl *fields; /* of all sources, each name once */
	size_t n_fields;
};

/* The settings that hold without a file: nobody is internal, UTC, Mon-Fri 09:00-17:30, English. */
struct ub_settings *ub_settings_default(struct ub_arena *arena, const struct ub_zones *zones);

/*
 * The settings of a file. Relative paths start at the file's name in `source`. All problems go to `diags`. A
 * setting with an error has its default, so that whatever hangs on the settings can be checked too. Never
 * NULL. The arena holds all of the settings; source and zones must outlive them.
 */
struct ub_settings *ub_settings_read(struct ub_arena *arena, const struct ub_source *source,
    const struct ub_zones *zones, struct ub_diags *diags);

/* The bases of the upstream's servers, one a line: for a process that is to go on with these. */
struct ub_text ub_settings_bases(const struct ub_settings_upstream *upstream, struct ub_arena *arena);
/* From now on the upstream has the servers of such bases, which have nothing but these. */
void ub_settings_set_bases(
    struct ub_settings_upstream *upstream, struct ub_text bases, struct ub_arena *arena);

struct ub_yaml_type;

/* Key i of those that every plugin's source may have; NULL: there are no more. */
const char *ub_settings_source_key(size_t i);
/* The same of sinks. */
const char *ub_settings_sink_key(size_t i);
/* A path of the settings as it is to be opened, in the arena: what is relative begins at the settings. */
struct ub_text ub_settings_path_from(
    struct ub_arena *arena, const struct ub_source *settings, struct ub_text path);

/* The type of the file, and the type of its `organization`, for their schemas. */
extern const struct ub_yaml_type ub_settings_type, ub_settings_organization_type;

/*
 * The settings that a map like the one under `organization:` makes, over the defaults. The caller brings the
 * holidays, as those of a settings file. Paths start at the file that the map stands in. Never NULL.
 */
struct ub_settings *ub_settings_organization(struct ub_arena *arena, const struct ub_yaml_node *organization,
    const struct ub_zones *zones, struct ub_diags *diags);

#endif
