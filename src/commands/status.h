/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_COMMANDS_STATUS_H
#define UPBEAT_COMMANDS_STATUS_H

/*
 * What `upbeat status` has to tell.
 */

#include "control-private.h"
#include "upbeat/deliver.h"

/* The keys that wait for one principal. */
struct group {
	struct ub_text principal, why;
	size_t n;
	int64_t since;
};

/* Everything that there is to tell, to people or to programs. */
struct status {
	const struct ub_telling *telling;
	struct ub_arena *arena;
	const struct ub_zone *zone;
	struct ub_known_jobs jobs;
	size_t counts[UB_JOB_ASIDE + 1], sheltered, strangers;
	const char *store_kind; /* "sqlite" */
	struct ub_delivery delivery;
	struct ub_owner_findings owners;
	bool knows_owners;     /* the store can tell of them */
	struct ub_map *groups; /* principal to struct group */
	struct ub_map *orders; /* the words of an order for everybody, to how many users are left: size_t */
};

/* status-json.c: all of it, as upbeat(1), "JSON", has it. */
struct json_t *control_status_object(const struct status *status);

#endif
