/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-options.h"

#include "upbeat/settings.h"
#include "upbeat/sys.h"

/* ---- certificates ---- */

/* NULL: no path. */
static const char *path_of(struct ub_cli *cli, const struct ub_settings_path *path)
{
	return path->path.len ? ub_text_cstr(cli->arena, path->path) : NULL;
}

static const struct ub_tls_pair *pairs_of(struct ub_cli *cli, const struct ub_settings *settings)
{
	struct ub_tls_pair *pairs = UB_NEW_ARRAY(cli->arena, struct ub_tls_pair, settings->n_tls);
	for (size_t i = 0; i < settings->n_tls; i++) {
		pairs[i].certificate = path_of(cli, &settings->tls[i].certificate);
		pairs[i].key = path_of(cli, &settings->tls[i].key);
	}
	return pairs;
}

static struct ub_tls_clients clients_of(struct ub_cli *cli, const struct ub_settings *settings)
{
	return (struct ub_tls_clients){ path_of(cli, &settings->clients.ca),
		path_of(cli, &settings->clients.crl), settings->clients.required };
}

/* ---- where requests go on to ---- */

static struct ub_relay_server server_of(
    struct ub_cli *cli, const struct ub_settings_upstream *upstream, const struct ub_settings_server *server)
{
	struct ub_text name = upstream->name.len ? upstream->name : server->host;
	return (struct ub_relay_server){
		.host = server->host,
		.port = server->port,
		.socket = server->socket.len ? ub_text_cstr(cli->arena, server->socket) : NULL,
		.name = upstream->tls ? ub_text_cstr(cli->arena, name) : NULL,
	};
}

static struct ub_relay_upstream upstream_of(struct ub_cli *cli, const struct ub_settings_upstream *upstream)
{
	struct ub_relay_server *servers =
	    UB_NEW_ARRAY(cli->arena, struct ub_relay_server, upstream->n_servers);
	for (size_t i = 0; i < upstream->n_servers; i++)
		servers[i] = server_of(cli, upstream, &upstream->servers[i]);
	return (struct ub_relay_upstream){
		.servers = servers,
		.n_servers = upstream->n_servers,
		.ca = path_of(cli, &upstream->ca),
		.hosts = upstream->hosts.items,
		.n_hosts = upstream->hosts.n,
		.path = upstream->path,
	};
}

static const struct ub_relay_upstream *upstreams_of(struct ub_cli *cli, const struct ub_settings *settings)
{
	struct ub_relay_upstream *upstreams =
	    UB_NEW_ARRAY(cli->arena, struct ub_relay_upstream, 1 + settings->n_others);
	upstreams[0] = upstream_of(cli, &settings->upstream);
	for (size_t i = 0; i < settings->n_others; i++)
		upstreams[1 + i] = upstream_of(cli, &settings->others[i]);
	return upstreams;
}

/* ---- where clients come to ---- */

/* The places of the settings, with the sockets that were passed in their places. */
struct places {
	struct ub_relay_listen *items;
	size_t n, cap;
};

static void add_passed(struct ub_cli *cli, struct places *places, const struct ub_settings_listen *listen,
    const struct ub_passed_socket *sockets, bool *taken, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (taken[i] || (listen->name.len && !ub_text_eq(listen->name, sockets[i].name)))
			continue;
		*ub_push(cli->arena, places) = (struct ub_relay_listen){
			.fd = sockets[i].fd, .plain = !listen->tls, .proxies = listen->proxies
		};
		taken[i] = true;
	}
}

static bool complain_of_sockets(const char *what, struct ub_text name, const char *help)
{
	cli_complain("%s%s%.*s%s", what, name.len ? " with the name " : "", UB_ARGS(name), help);
	return false;
}

/* Each socket that was passed belongs to one place, and each place that waits for sockets has one. */
static bool find_places(struct ub_cli *cli, const struct ub_settings *settings, struct places *places)
{
	struct ub_passed_socket sockets[UB_LISTENS_MAX];
	bool taken[UB_LISTENS_MAX] = { false };
	size_t n = ub_sys_passed_sockets(sockets, UB_LISTENS_MAX, cli->arena);
	for (size_t i = 0; i < settings->n_listens; i++) {
		const struct ub_settings_listen *listen = &settings->listens[i];
		size_t before = places->n;
		if (listen->kind == UB_LISTEN_PASSED)
			add_passed(cli, places, listen, sockets, taken, n);
		else
			*ub_push(cli->arena, places) = (struct ub_relay_listen){
				.host = listen->host,
				.port = listen->port,
				.path = listen->path.len ? ub_text_cstr(cli->arena, listen->path) : NULL,
				.mode = listen->mode,
				.plain = !listen->tls,
				.proxies = listen->proxies,
			};
		if (places->n == before)
			return complain_of_sockets(
			    "listen: systemd has passed no socket that is left for this place", listen->name,
			    "; a socket unit that is not started passes none: `systemctl start "
			    "upbeat.socket`");
	}
	for (size_t i = 0; i < n; i++)
		if (!taken[i])
			return complain_of_sockets(
			    "listen: systemd has passed a socket that the settings do not name",
			    sockets[i].name, "");
	if (places->n > UB_LISTENS_MAX)
		return complain_of_sockets("listen: systemd has passed too many sockets", UB_TEXT_NONE, "");
	return true;
}

static struct ub_relay_limits limits_of(const struct ub_settings_limits *limits)
{
	return (struct ub_relay_limits){ .idle_ms = limits->idle * 1000,
		.head_ms = limits->head * 1000,
		.pause_ms = limits->pause * 1000,
		.connect_ms = limits->connect * 1000,
		.answer_ms = limits->answer * 1000,
		.total_ms = limits->total * 1000,
		.rate = limits->rate,
		.clients = (uint32_t)limits->connections,
		.of_address = (uint32_t)limits->of_address,
		.requests = (uint32_t)limits->requests,
		.waiting = (uint32_t)limits->waiting };
}

bool cli_relay_options(
    struct ub_cli *cli, const struct ub_settings *settings, struct ub_relay_options *options)
{
	struct places places = { 0 };
	if (!find_places(cli, settings, &places))
		return false;
	*options = (struct ub_relay_options){ .listens = places.items,
		.n_listens = places.n,
		.forwarded_from = settings->forwarded_from,
		.limits = limits_of(&settings->limits),
		.upstreams = upstreams_of(cli, settings),
		.n_upstreams = 1 + settings->n_others,
		.tls = pairs_of(cli, settings),
		.n_tls = settings->n_tls,
		.clients = clients_of(cli, settings),
		.user_field = settings->clients.user_field };
	return true;
}
