/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_SETTINGS_PRIVATE_H
#define UPBEAT_SETTINGS_PRIVATE_H

#include "upbeat/settings.h"
#include "upbeat/yaml.h"

/* The context that all readers of the settings get. */
struct reading {
	/* Where relative paths start, with its slash; empty: the working directory. */
	struct ub_text directory;
	const struct ub_zones *zones;
};

/* A map with the keys of a table. */
#define FIELDS(table)                                                                                        \
	{                                                                                                    \
		.shape = UB_YAML_FIELDS, UB_YAML_TABLE(table)                                                \
	}
/* A list of structs `element`, each read by `item_type`. */
#define LIST_OF(item_type, element)                                                                          \
	{                                                                                                    \
		.shape = UB_YAML_LIST_OF, .item = &(item_type), .item_size = sizeof(element)                 \
	}

/* ---- values.c: types of single values ---- */

struct authority {
	struct ub_text host;
	uint16_t port;
	bool tls;
};

/* The names that `holidays:` gives: files to take days off from. */
struct holiday_names {
	struct holiday_name {
		struct ub_text name;
		bool is_path;
		struct ub_place place;
	} * items;
	size_t n, cap;
};

/* Reads "host:port" or "[::1]:port". The port may be missing if *authority has one. */
bool settings_parse_authority(struct ub_text text, struct authority *authority);
extern const struct ub_yaml_type settings_type_smtp; /* struct authority */
/* Whether the text may name a host: a name, or an address without brackets. */
bool settings_is_host(struct ub_text host);
extern const struct ub_yaml_type settings_type_path;      /* struct ub_settings_path */
extern const struct ub_yaml_type settings_type_paths;     /* UB_VEC(struct ub_settings_path), one or a list */
extern const struct ub_yaml_type settings_type_domains;   /* struct ub_texts, lower case */
extern const struct ub_yaml_type settings_type_addresses; /* struct ub_texts, lower case */
extern const struct ub_yaml_type settings_type_pattern;   /* struct ub_text: address or pattern, lower case */
extern const struct ub_yaml_type
    settings_type_not_customers;                      /* struct ub_texts: domains and patterns, lower case */
extern const struct ub_yaml_type settings_type_users; /* struct ub_text with {user} */
extern const struct ub_yaml_type settings_type_zone;  /* const struct ub_zone * */
extern const struct ub_yaml_type settings_type_hours; /* const struct ub_working_hours * */
extern const struct ub_yaml_type settings_type_seconds;  /* int64_t: a span that has a length */
extern const struct ub_yaml_type settings_type_holidays; /* struct holiday_names */
extern const struct ub_yaml_type settings_type_language; /* struct ub_text */

/* Reads the name of a plugin, a struct ub_text, for a type of its own. The names of plugins are names of
 * files, too. */
bool settings_read_plugin_name(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out);

/* `path` as it is opened when it stands in a file of the directory. */
struct ub_text settings_path_from(struct ub_arena *arena, struct ub_text directory, struct ub_text path);

/* ---- organization.c ---- */

struct work { /* what `people` may say differently */
	const struct ub_zone *zone;
	const struct ub_working_hours *hours;
	struct holiday_names holidays;
	struct ub_text language;
};

struct person {
	struct ub_text match;
	struct work work;
};

struct organization {
	struct work work;
	struct ub_texts domains, not_customers;
	struct ub_text users, customer_language;
	int customers, profile; /* enum ub_customers, enum ub_profile */
	int64_t reviews_a_day, rhythm_hold_days, gap;
	UB_VEC(struct person) people;
	UB_VEC(struct ub_team) teams;
	struct ub_place lacks_holidays; /* where they could stand; no source: they do */
};

/* Puts what was read, over the defaults, into settings->org and settings->holidays. */
void settings_fill_org(struct ub_arena *arena, struct ub_settings *settings, const struct organization *from,
    const struct ub_zones *zones);

/* ---- nobody.c ---- */

/* Warns of patterns and addresses in `people` and `teams` of the organization's map by which none of ours can
 * be meant. */
void settings_warn_of_nobody(const struct ub_yaml_reader *reader, const struct organization *organization,
    const struct ub_yaml_node *node);

/* ---- listen.c ---- */

extern const struct ub_yaml_type settings_type_networks; /* const struct ub_networks * */
extern const struct ub_yaml_type settings_type_listens; /* UB_VEC(struct ub_settings_listen), one or a list */
/* Reports what is wrong with `listen` and other keys together. */
void settings_check_listens(
    const struct ub_yaml_reader *reader, const struct ub_yaml_node *root, const struct ub_settings *settings);

/* ---- limits.c ---- */

extern const struct ub_yaml_type settings_type_limits; /* struct ub_settings_limits */

/* ---- tls.c ---- */

/* Whom the upstream's certificate has to be of, and who may vouch for it. */
struct trust {
	struct ub_settings_path ca;
	struct ub_text name;
};

/* Whether what is sent to the host stays on this machine. */
bool settings_is_this_machine(struct ub_text host);
extern const struct ub_yaml_type settings_type_tls;   /* UB_VEC(struct ub_settings_tls), one or a list */
extern const struct ub_yaml_type settings_type_trust; /* struct trust */
extern const struct ub_yaml_type settings_type_client_certificates; /* struct ub_settings_clients */
/* Certificates of clients, where no client speaks TLS. */
void settings_check_clients(
    const struct ub_yaml_reader *reader, const struct ub_yaml_node *root, const struct ub_settings *settings);

/* ---- upstream.c ---- */

/* One URL of an upstream. */
struct endpoint {
	struct ub_settings_server server;
	struct ub_text path; /* without a slash at its end */
	bool tls;
};

struct upstream {
	UB_VEC(struct endpoint) urls;
	struct ub_texts hosts; /* lower case */
	struct trust trust;
	bool plain;
	const struct ub_yaml_node *node; /* NULL: it is not there */
};

struct upstreams {
	struct upstream *items;
	size_t n, cap;
};

extern const struct ub_yaml_type settings_type_upstream;  /* struct upstream */
extern const struct ub_yaml_type settings_type_upstreams; /* struct upstreams */
/* Reports what is wrong with upstreams by themselves and together. */
void settings_check_upstreams(const struct ub_yaml_reader *reader, const struct ub_yaml_node *root,
    const struct upstream *first, const struct upstreams *others);
void settings_fill_upstream(
    struct ub_arena *arena, struct ub_settings_upstream *to, const struct upstream *from);

/* ---- service.c ---- */

struct service {
	struct ub_text user, principal;
	struct ub_settings_path password, token;
	struct ub_texts poll;
	struct ub_place place;
};

extern const struct ub_yaml_type settings_type_service; /* struct service */

void settings_fill_service(struct ub_settings *settings, const struct service *from);

/* ---- mail.c ---- */

struct mail {
	struct authority server;
	bool plain;
	struct ub_text from, user;
	struct ub_settings_path password, ca;
	struct ub_place place;
};

extern const struct ub_yaml_type settings_type_mail; /* struct mail */

void settings_fill_mail(struct ub_settings *settings, const struct mail *from);

/* ---- sources.c ---- */

struct sources {
	struct ub_settings_source *items;
	size_t n, cap;
};

extern const struct ub_yaml_type settings_type_sources; /* struct sources */

/* Puts the sources, and the fields that they declare, into the settings. */
void settings_fill_sources(struct ub_arena *arena, struct ub_settings *settings, const struct sources *from);

/* ---- sinks.c ---- */

struct sinks {
	struct ub_settings_sink *items;
	size_t n, cap;
};

extern const struct ub_yaml_type settings_type_sinks; /* struct sinks */

#endif
