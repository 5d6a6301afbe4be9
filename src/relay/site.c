/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The upstreams, and which of them has a request: of those that have its host and a path above it, the one
 * with the longest path, and of two with one path the one that names the host. Requests are compared in their
 * canonical form: what a target means to a server, and not how it is written, says where it goes.
 */
#include "relay-private.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- beginning and end ---- */

static char *authority_of(const struct ub_relay_server *server)
{
	bool six = ub_text_find(server->host, UB_TEXT(":"), 0) != SIZE_MAX;
	bool usual = server->socket || server->port == (server->name ? 443 : 80);
	char *authority, port[8] = "";
	if (!usual)
		snprintf(port, sizeof(port), ":%u", (unsigned)server->port);
	if (asprintf(&authority, six ? "[%.*s]%s" : "%.*s%s", UB_ARGS(server->host), port) < 0)
		abort();
	return authority;
}

const char *relay_server_name(const struct server *server)
{
	return server->options->socket ? server->options->socket : server->authority;
}

static struct line *new_line(const struct ub_relay_limits *given, size_t servers)
{
	const struct ub_relay_limits limits = relay_limits(given);
	struct line *line = malloc(sizeof(*line));
	if (!line)
		abort();
	*line = (struct line){ .most = limits.requests,
		.most_waiting = limits.waiting * (uint32_t)servers,
		.lock = PTHREAD_MUTEX_INITIALIZER };
	return line;
}

static void add_site(struct shared *shared, const struct ub_relay_upstream *options)
{
	struct site *site = &shared->sites[shared->n_sites++];
	*site = (struct site){ .options = options,
		.servers = &shared->servers[shared->n_servers],
		.line = new_line(&shared->options->limits, options->n_servers),
		.n = (unsigned)options->n_servers,
		.first = shared->n_servers,
		.secure = options->servers[0].name,
		.engine = site == shared->sites };
	for (unsigned i = 0; i < site->n; i++) {
		struct server *server = &site->servers[i];
		server->options = &options->servers[i];
		server->site = site;
		server->authority = authority_of(server->options);
	}
	shared->n_servers += site->n;
}

static size_t count_servers(const struct ub_relay_options *options)
{
	size_t n = 0;
	for (size_t i = 0; i < options->n_upstreams; i++)
		n += options->upstreams[i].n_servers;
	return n;
}

bool relay_sites_open(struct shared *shared, struct ub_text *why, struct ub_arena *arena)
{
	const struct ub_relay_options *options = shared->options;
	shared->sites = calloc(options->n_upstreams, sizeof(*shared->sites));
	shared->servers = calloc(count_servers(options), sizeof(*shared->servers));
	if (!shared->sites || !shared->servers)
		abort();
	for (size_t i = 0; i < options->n_upstreams; i++)
		add_site(shared, &options->upstreams[i]);
	const struct site *only = shared->sites;
	shared->one_for_all =
	    shared->n_sites == 1 && only->options->n_hosts == 0 && only->options->path.len == 0;
	for (unsigned i = 0; i < shared->n_servers; i++) {
		struct server *server = &shared->servers[i];
		const char *name = server->options->name;
		if (name && !(server->tls = ub_tls_client(server->site->options->ca, name, why, arena)))
			return false;
	}
	return true;
}

void relay_sites_resolve(struct shared *shared)
{
	for (unsigned i = 0; i < shared->n_servers; i++)
		shared->servers[i].resolver = relay_resolver_new(shared->servers[i].options, shared->log);
}

void relay_sites_close(struct shared *shared)
{
	for (unsigned i = 0; i < shared->n_servers; i++) {
		struct server *server = &shared->servers[i];
		ub_tls_free(&server->tls);
		if (server->resolver)
			relay_resolver_free(&server->resolver);
		free(server->authority);
	}
	for (unsigned i = 0; i < shared->n_sites; i++)
		free(shared->sites[i].line);
	free(shared->servers);
	free(shared->sites);
}

/* ---- which one ---- */

/* What a request or a Destination asks for. */
struct wanted {
	struct ub_text host; /* without a port */
	struct ub_text path; /* canonical */
};

/* RFC 3986 3.2: without the port, the brackets, and the dot that ends an absolute name. */
static struct ub_text name_of(struct ub_text authority)
{
	size_t close = ub_text_find(authority, UB_TEXT("]"), 0);
	if (ub_text_starts(authority, UB_TEXT("[")) && close != SIZE_MAX)
		return ub_text_sub(authority, 1, close);
	struct ub_text name = ub_text_sub(authority, 0, ub_text_find(authority, UB_TEXT(":"), 0));
	return ub_text_sub(name, 0, name.len - ub_text_ends(name, UB_TEXT(".")));
}

static bool names(const struct ub_relay_upstream *options, struct ub_text host)
{
	for (size_t i = 0; i < options->n_hosts; i++)
		if (ub_text_eq_nocase(options->hosts[i], host))
			return true;
	return false;
}

static bool is_under(struct ub_text path, struct ub_text above)
{
	return ub_text_starts(path, above) && (path.len == above.len || path.ptr[above.len] == '/');
}

static bool is_better(const struct site *one, const struct site *other)
{
	const struct ub_relay_upstream *a = one->options, *b = other->options;
	return a->path.len > b->path.len || (a->path.len == b->path.len && a->n_hosts > 0);
}

/* NULL: no upstream has it; *known: but some have the host. */
static const struct site *find(const struct shared *shared, const struct wanted *wanted, bool *known)
{
	const struct site *best = NULL;
	*known = false;
	for (unsigned i = 0; i < shared->n_sites; i++) {
		const struct site *site = &shared->sites[i];
		if (site->options->n_hosts > 0 && !names(site->options, wanted->host))
			continue;
		*known = true;
		if (is_under(wanted->path, site->options->path) && (!best || is_better(site, best)))
			best = site;
	}
	return best;
}

/* RFC 4918 9.8.5: a destination elsewhere is not reached. */
static bool leads_elsewhere(
    struct loop *loop, const struct ub_http_head *head, const struct site *site, const struct wanted *wanted)
{
	struct ub_text url = ub_http_value(head, "Destination");
	size_t scheme = ub_text_find(url, UB_TEXT("://"), 0);
	bool known;
	if (url.len == 0)
		return false;
	struct wanted there = { wanted->host, ub_http_href_canonical(loop->arena, url) };
	if (scheme != SIZE_MAX && !ub_text_starts(url, UB_TEXT("/"))) {
		struct ub_text rest = ub_text_sub(url, scheme + 3, url.len), authority;
		(void)ub_text_split(&rest, '/', &authority);
		there.host = name_of(authority);
	}
	return find(loop->shared, &there, &known) != site;
}

/* The calendar server is found at the host's well-known place (RFC 6764 5), wherever its path begins. */
static bool is_well_known(const struct shared *shared, const struct wanted *wanted)
{
	const struct ub_relay_upstream *options = shared->sites[0].options;
	return options->path.len > 0 && ub_text_is(wanted->path, "/.well-known/caldav") &&
	       (options->n_hosts == 0 || names(options, wanted->host));
}

enum lead relay_site_find(struct loop *loop, const struct ub_http_head *head, const struct site **site)
{
	const struct shared *shared = loop->shared;
	bool known;
	*site = shared->sites;
	if (shared->one_for_all)
		return LEAD_ON;
	ub_arena_reset(loop->arena);
	const struct wanted wanted = { name_of(head->host),
		ub_http_href_canonical(loop->arena, head->target) };
	if (is_well_known(shared, &wanted))
		return LEAD_WELL_KNOWN;
	const struct site *found = find(shared, &wanted, &known);
	if (!found)
		return known ? LEAD_NOWHERE : LEAD_NO_HOST;
	*site = found;
	return leads_elsewhere(loop, head, found, &wanted) ? LEAD_ELSEWHERE : LEAD_ON;
}
