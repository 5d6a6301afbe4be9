/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_QUEUE_CREDENTIALS_H
#define UPBEAT_QUEUE_CREDENTIALS_H

/*
 * The callers' own credentials, in memory only, for as long as there is something to do with them and at most
 * UB_CREDENTIAL_MS: Upbeat can do nothing that the user could not. What is let go of is wiped.
 */

#include "upbeat/base.h"

struct ub_credentials;

struct ub_credentials *ub_credentials_new(void);
void ub_credentials_free(struct ub_credentials **credentials);

/*
 * Remembers credentials that the server has just accepted: ub_http_proves_identity(). Others that are kept
 * for the principal stay until the server refuses them or their time is up, so that nobody displaces good
 * ones: some servers answer well to anybody here or there. `now`: milliseconds on the monotonic clock. Past
 * UB_CREDENTIALS_MAX principals they are not kept: the keys wait.
 */
void ub_credentials_keep(struct ub_credentials *credentials, struct ub_text principal,
    struct ub_text authorization, struct ub_text host, int64_t now);

struct ub_credential {
	struct ub_text authorization, host;
	size_t size; /* of the whole, to wipe it */
};
/* A copy of both. Never NULL. */
struct ub_credential *ub_credential_new(struct ub_text authorization, struct ub_text host);
/* A copy for one pass, or NULL. Any thread. */
UB_MUST_USE struct ub_credential *ub_credentials_take(
    struct ub_credentials *credentials, struct ub_text principal, int64_t now);
/* Wipes and frees; sets *credential to NULL. */
void ub_credential_free(struct ub_credential **credential);

/* Upstream did not accept this one: it goes, unless the principal has given another one meanwhile. */
void ub_credentials_drop(
    struct ub_credentials *credentials, struct ub_text principal, const struct ub_credential *refused);
void ub_credentials_expire(struct ub_credentials *credentials, int64_t now);

#endif
