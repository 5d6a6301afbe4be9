/* SPDX-License-Identifier: Apache-2.0 */
#include "settings-private.h"

static const struct ub_yaml_type type_clients = {
	.shape = UB_YAML_INT, .min = 1, .max = UB_LIMIT_CLIENTS_MAX
};
static const struct ub_yaml_type type_requests = {
	.shape = UB_YAML_INT, .min = 1, .max = UB_LIMIT_REQUESTS_MAX
};
static const struct ub_yaml_type type_rate = { .shape = UB_YAML_INT, .min = 1, .max = UB_LIMIT_RATE_MAX };

static bool read_time(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	(void)type;
	return settings_type_seconds.read(reader, &settings_type_seconds, node, out);
}

static bool check_time(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const int64_t *seconds = out;
	(void)type;
	if (*seconds > 0)
		return true;
	struct ub_diag *diag =
	    ub_error(reader->diags, "out-of-range", node->place, "nothing can be done within no time at all");
	ub_diag_set_help(reader->diags, diag, "write a long time like `1 day` for what need not end");
	return false;
}

static const struct ub_yaml_type type_time = {
	.shape = UB_YAML_CUSTOM, .noun = "a span of time like `30s`", .read = read_time, .check = check_time
};

#define LIMIT(member) offsetof(struct ub_settings_limits, member)

static const struct ub_yaml_field fields[] = {
	{ "connections", &type_clients, LIMIT(connections), false,
	    "how many clients may be connected; as many as files may be open for if not said" },
	{ "connections_per_address", &type_clients, LIMIT(of_address), false,
	    "how many of them from one address, but for fronts; half of all if not said" },
	{ "requests_per_server", &type_requests, LIMIT(requests), false,
	    "how many requests may be at one server at once; 1024 if not said" },
	{ "waiting_per_server", &type_requests, LIMIT(waiting), false,
	    "how many more may wait for a place there; 1024 if not said" },
	{ "head", &type_time, LIMIT(head), false,
	    "how long the head of a request may take; 30s if not said" },
	{ "pause", &type_time, LIMIT(pause), false,
	    "how long no byte of a body need come, or be taken; 60s if not said" },
	{ "rate", &type_rate, LIMIT(rate), false,
	    "bytes a second at which a body has to come after a minute; 100 if not said" },
	{ "connect", &type_time, LIMIT(connect), false,
	    "how long an address of the CalDAV server may take to answer a connection, "
	    "and a request may wait for a place before; 5s if not said" },
	{ "answer", &type_time, LIMIT(answer), false,
	    "how long the CalDAV server may take until it begins to answer; 2m if not said" },
	{ "total", &type_time, LIMIT(total), false,
	    "how long a request may take with its answer; 1h if not said" },
	{ "idle", &type_time, LIMIT(idle), false,
	    "how long a client may stay connected without a request; 75s if not said" },
};
const struct ub_yaml_type settings_type_limits = FIELDS(fields);
