/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_DELIVER_H
#define UPBEAT_DELIVER_H

/*
 * deliver: how colleagues get the items that they are invited to.
 */

#include "upbeat/freebusy.h"
#include "upbeat/settings.h"

enum ub_way {
	UB_WAY_UNKNOWN,  /* nobody knows yet whether the server sends invitations */
	UB_WAY_SCHEDULE, /* as in enum ub_deliver: */
	UB_WAY_COPIES,
	UB_WAY_OWNER,
};

struct ub_delivery {
	enum ub_way way;
	const char *why; /* in words, without a full stop */
};

/* The way by the settings, and by what was found out about the server. */
struct ub_delivery ub_deliver_by(const struct ub_settings *settings, enum ub_invites invites);
/* "schedule", "copies" and the like: for programs, and as the settings have them. A literal. */
const char *ub_way_word(enum ub_way way);
/* What colleagues get by it, in words without a full stop: for people. A literal. */
const char *ub_way_text(enum ub_way way);

#endif
