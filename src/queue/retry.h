/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_QUEUE_RETRY_H
#define UPBEAT_QUEUE_RETRY_H

/*
 * How long to wait before a key is tried again. All times are in milliseconds.
 */

#include "upbeat/base.h"

/* The pause after a try at which the server could not be reached or was busy: 1 s, 2 s, 4 s ... up to
 * UB_RETRY_MAX_MS, so that a server that is back is asked soon. After UB_RETRY_PATIENT attempts the pauses
 * grow on, up to UB_RETRY_LATE_MS. `attempts`: how many were made, at least 1. */
int64_t queue_retry_after(unsigned attempts);

/* The pause after a try that the server did not take as things stand: 1 s, 2 s, 4 s ... so that
 * UB_FAILURES_MAX tries fill about an hour. `failures`: how many were made, at least 1. */
int64_t queue_retry_after_conflict(unsigned failures);

#endif
