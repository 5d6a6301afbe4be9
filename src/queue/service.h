/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_QUEUE_SERVICE_H
#define UPBEAT_QUEUE_SERVICE_H

/*
 * The service account: Upbeat's own credentials on the server, from a file that the settings name. They are
 * in memory only, and wiped when they are let go of. They are used once the server has accepted them. When
 * the server refuses them, that is told once; the file is looked at again and again, and the same secret is
 * tried after pauses that grow.
 */

#include "credentials.h"
#include "upbeat/dav.h"
#include "upbeat/queue.h"
#include "upbeat/sys.h"

struct ub_settings_service;

struct ub_service;

/* Never NULL. Any number of threads may use one. */
struct ub_service *queue_service_new(struct ub_log *log);
/* Wipes the credentials. Sets *service to NULL; NULL is allowed. */
void queue_service_free(struct ub_service **service);

/*
 * Takes the settings that are in force, reads the file if there is need, and asks the server about
 * credentials that it has not judged; one thread at a time asks. `loaded`: when the settings were read.
 * `now`: milliseconds on the monotonic clock. True: what waits is to be woken, as the server has come to
 * accept the account, or has refused it for a moment. Blocks while the server is asked.
 */
UB_MUST_USE bool queue_service_tend(struct ub_service *service, const struct ub_settings_service *settings,
    ub_instant loaded, struct ub_client *client, int64_t now, struct ub_arena *arena);

/* A copy of the credentials for one pass, for queue_credential_free(). NULL: there are none that the server
 * accepts. */
UB_MUST_USE struct ub_credential *queue_service_take(struct ub_service *service);
/* Whether the settings name an account. */
bool queue_service_named(struct ub_service *service);
/* Whether there are credentials that the server accepts. */
bool queue_service_accepted(struct ub_service *service);
/* The server has not accepted `refused` (401): it is asked again before others are taken. `now`: on the
 * monotonic clock. */
void queue_service_doubt(struct ub_service *service, const struct ub_credential *refused, int64_t now);

/* How the account is doing; the texts are in `arena`. */
struct ub_queue_service queue_service_state(struct ub_service *service, struct ub_arena *arena);

#endif
