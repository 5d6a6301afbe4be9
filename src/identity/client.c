/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/identity.h"

#include "upbeat/settings.h"

struct ub_client *ub_identity_client(const struct ub_settings *settings, struct ub_arena *arena)
{
	struct ub_client *client = ub_client_new(ub_text_cstr(arena, settings->upstream.base));
	if (settings->upstream.tls)
		ub_client_trust(client, ub_text_cstr(arena, settings->upstream.name),
		    settings->upstream.ca.path.len ? ub_text_cstr(arena, settings->upstream.ca.path) : NULL);
	return client;
}
