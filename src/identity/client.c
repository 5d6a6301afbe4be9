/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/identity.h"

#include "upbeat/settings.h"

struct ub_client *ub_identity_client(const struct ub_settings_upstream *upstream, struct ub_arena *arena)
{
	struct ub_client *client = ub_client_new(ub_text_cstr(arena, upstream->base));
	for (size_t i = 1; i < upstream->n_servers; i++)
		ub_client_add(client, ub_text_cstr(arena, upstream->servers[i].base));
	if (upstream->tls)
		ub_client_trust(client, upstream->name.len ? ub_text_cstr(arena, upstream->name) : NULL,
		    upstream->ca.path.len ? ub_text_cstr(arena, upstream->ca.path) : NULL);
	ub_client_under(client, upstream->path);
	return client;
}

struct ub_client *ub_identity_client_of(
    const struct ub_settings_upstream *upstream, size_t server, struct ub_arena *arena)
{
	struct ub_settings_upstream one = *upstream;
	one.servers = &upstream->servers[server];
	one.n_servers = 1;
	one.base = one.servers->base;
	return ub_identity_client(&one, arena);
}
