/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_QUEUE_CREDENTIALS_H
#define UPBEAT_QUEUE_CREDENTIALS_H

/*
 * The callers' own credentials. They are kept in memory only, for as long as there is something to do with
 * them and for UB_CREDENTIAL_MS at most, so that Upbeat can do nothing that the user could not. Credentials
 * are wiped when they are let go of.
 */

#include "upbeat/base.h"

struct ub_credentials;

/* Never NULL. Any number of threads may use one. */
struct ub_credentials *queue_credentials_new(void);
/* Wipes all. Sets *credentials to NULL; NULL is allowed. */
void queue_credentials_free(struct ub_credentials **credentials);

/*
 * Keeps a copy of credentials that the server has just accepted: ub_http_proves_identity(). Other credentials
 * of the same principal stay until the server refuses them or their time is up, so that nobody displaces good
 * ones: some servers answer some requests well, whoever asks. `now`: milliseconds on the monotonic clock.
 * Nothing is kept past UB_CREDENTIALS_MAX principals, nor credentials longer than UB_AUTHORIZATION_MAX: the
 * keys then wait.
 */
void queue_credentials_keep(struct ub_credentials *credentials, struct ub_text principal,
    struct ub_text authorization, struct ub_text host, int64_t now);

struct ub_credential {
	struct ub_text authorization, host;
	size_t size; /* bytes of the struct and its texts, to be wiped */
};
/* A copy of both texts, for queue_credential_free(). Never NULL. */
struct ub_credential *queue_credential_new(struct ub_text authorization, struct ub_text host);
/* A copy of the principal's credentials for one pass, for queue_credential_free(). NULL: none are kept. Any
 * thread. */
UB_MUST_USE struct ub_credential *queue_credentials_take(
    struct ub_credentials *credentials, struct ub_text principal, int64_t now);
/* Wipes and frees; sets *credential to NULL. NULL is allowed. */
void queue_credential_free(struct ub_credential **credential);

/* The server has not accepted `refused`. The principal's credentials go, unless he has given others
 * meanwhile. */
void queue_credentials_drop(
    struct ub_credentials *credentials, struct ub_text principal, const struct ub_credential *refused);
/* Lets go of all credentials whose time is up. */
void queue_credentials_expire(struct ub_credentials *credentials, int64_t now);

#endif
