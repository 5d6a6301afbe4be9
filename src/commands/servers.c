/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Whether the CalDAV servers that are equal answer, for `upbeat status`: they are asked now.
 */
#include "control-private.h"

#include "upbeat/configuration.h"
#include "upbeat/identity.h"
#include "upbeat/json.h"
#include "upbeat/settings.h"

enum { PATIENCE_MS = 1000 };

/* How the server is; empty: it answers. In the answer's arena. */
static struct ub_text why_not(const struct ub_telling *telling, size_t i)
{
	struct ub_arena *arena = telling->out->arena;
	struct ub_client *client = ub_identity_client_of(&telling->snapshot->settings->upstream, i, arena);
	const struct ub_request request = {
		.method = "OPTIONS", .target = ub_client_root(client), .timeout_ms = PATIENCE_MS
	};
	struct ub_response response;
	enum ub_outcome outcome = ub_client_send(client, &request, &response, arena);
	ub_client_free(&client);
	return outcome == UB_OUTCOME_AGAIN && response.status == 0 ? response.error : UB_TEXT_NONE;
}

void control_print_servers(const struct ub_telling *telling, const char *label)
{
	const struct ub_settings_upstream *upstream = &telling->snapshot->settings->upstream;
	for (size_t i = 0; upstream->n_servers > 1 && i < upstream->n_servers; i++) {
		struct ub_text why = why_not(telling, i);
		ub_buf_str(telling->out, i ? "          " : label);
		ub_buf_shown(telling->out, upstream->servers[i].base);
		ub_buf_str(telling->out, why.len ? " is not reached: " : " answers");
		ub_buf_shown(telling->out, why);
		ub_buf_char(telling->out, '\n');
	}
}

json_t *control_servers(const struct ub_telling *telling)
{
	const struct ub_settings_upstream *upstream = &telling->snapshot->settings->upstream;
	json_t *array = ub_json_must(json_array());
	for (size_t i = 0; upstream->n_servers > 1 && i < upstream->n_servers; i++) {
		struct ub_text why = why_not(telling, i);
		json_t *object = ub_json_must(json_object());
		ub_json_set(object, "url", ub_json_text(upstream->servers[i].base));
		ub_json_set(object, "answers", ub_json_must(json_boolean(why.len == 0)));
		ub_json_set(object, "why", ub_json_text(why));
		ub_json_add(array, object);
	}
	return array;
}
