/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Whether the CalDAV servers that are equal answer, for `upbeat status`: they are asked now. And how many
 * requests find no place at an upstream's servers, which the relay has counted.
 */
#include <inttypes.h>

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
	json_t *array = ub_json_array();
	for (size_t i = 0; upstream->n_servers > 1 && i < upstream->n_servers; i++) {
		struct ub_text why = why_not(telling, i);
		json_t *object = ub_json_object();
		ub_json_set(object, "url", ub_json_text(upstream->servers[i].base));
		ub_json_set(object, "answers", ub_json_flag(why.len == 0));
		ub_json_set(object, "why", ub_json_text(why));
		ub_json_add(array, object);
	}
	return array;
}

/* ---- requests ---- */

/* NULL: there are no more. */
static const struct ub_settings_upstream *upstream_at(const struct ub_settings *settings, size_t i)
{
	return i == 0 ? &settings->upstream : i <= settings->n_others ? &settings->others[i - 1] : NULL;
}

void control_print_requests(const struct ub_telling *telling, const char *label)
{
	const struct ub_settings_upstream *upstream;
	bool first = true;
	for (size_t i = 0; (upstream = upstream_at(telling->snapshot->settings, i)); i++) {
		struct ub_wire_crowd crowd = ub_queue_crowd(telling->daemon->queue, i);
		if (crowd.waiting == 0 && crowd.refused == 0)
			continue;
		ub_buf_str(telling->out, first ? label : "          ");
		ub_buf_printf(telling->out, "%u wait for a place at ", (unsigned)crowd.waiting);
		ub_buf_shown(telling->out, upstream->base);
		ub_buf_printf(telling->out, "; %" PRIu64 " have found none\n", crowd.refused);
		first = false;
	}
}

json_t *control_requests(const struct ub_telling *telling)
{
	const struct ub_settings_upstream *upstream;
	json_t *array = ub_json_array();
	for (size_t i = 0; (upstream = upstream_at(telling->snapshot->settings, i)); i++) {
		struct ub_wire_crowd crowd = ub_queue_crowd(telling->daemon->queue, i);
		json_t *object = ub_json_object();
		ub_json_set(object, "upstream", ub_json_text(upstream->base));
		ub_json_set(object, "waiting", ub_json_number(crowd.waiting));
		ub_json_set(object, "refused", ub_json_number(crowd.refused));
		ub_json_add(array, object);
	}
	return array;
}
