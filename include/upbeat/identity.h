/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_IDENTITY_H
#define UPBEAT_IDENTITY_H

/*
 * Who is asking, and whose the calendar is. ORGANIZER of a generated item must be an address of the
 * collection's owner: an item stored by an assistant or a colleague is accepted by servers and nobody is
 * invited.
 */

#include "upbeat/dav.h"
#include "upbeat/facts.h"

/* Whose credentials and how to reach the server with them: what a pass acts with. */
struct ub_caller {
	struct ub_client *client;
	struct ub_text user;          /* the name that the credentials carry; empty when they carry none */
	struct ub_text principal;     /* ub_http_principal() */
	struct ub_text authorization; /* as the client sent it */
	struct ub_text host;          /* the public Host of the client's request */
};

struct ub_identity {
	bool calendar;    /* the collection is a calendar */
	bool takes_tasks; /* it takes VTODO */
	bool caller_is_owner;
	struct ub_text owner; /* the owner's address, lower case; empty: could not be found out */
	/* Principals' hrefs, canonical; empty: the server does not say. */
	struct ub_text owner_href, caller_href;
	struct ub_text calendar_name;
};

/* Found out once and remembered for a while; any thread. */
struct ub_identities;

struct ub_identities *ub_identities_new(void);
void ub_identities_free(struct ub_identities **identities);

/*
 * Of the collection at `href`: DAV:owner, else the principal whose calendar-home-set holds the collection;
 * the address from calendar-user-address-set (one of the organisation's where there are several), else by the
 * pattern of the settings. `now`: seconds on a monotonic clock. The texts are in `arena`.
 */
UB_MUST_USE enum ub_outcome ub_identity_of(struct ub_identities *identities, const struct ub_caller *caller,
    struct ub_text href, const struct ub_org *org, int64_t now, struct ub_identity *out,
    struct ub_arena *arena);

/* What was once found out, without asking: it may be out of date. False: nothing was. */
UB_MUST_USE bool ub_identity_known(struct ub_identities *identities, struct ub_text principal,
    struct ub_text host, struct ub_text href, struct ub_identity *out, struct ub_arena *arena);

/* The name by which a principal most likely logs in, for whoever has not been heard of: the last segment of
 * its href, in plain bytes. */
struct ub_text ub_identity_login_of(struct ub_text href, struct ub_arena *arena);

#endif
