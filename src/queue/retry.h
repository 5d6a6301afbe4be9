/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_QUEUE_RETRY_H
#define UPBEAT_QUEUE_RETRY_H

/*
 * How long to wait before a key is tried again, in milliseconds.
 */

#include "upbeat/base.h"

/* The server could not be reached or was busy. It is not asked without pause, and asked soon when it is back:
 * 1 s, 2 s, 4 s ... up to UB_RETRY_MAX_MS; after UB_RETRY_PATIENT attempts ever more rarely, up to
 * UB_RETRY_LATE_MS. `attempts`: so far, at least 1. */
int64_t ub_retry_after(unsigned attempts);

/* The server did not take it as things stand: 1 s, 2 s, 4 s ... so that UB_FAILURES_MAX of them fill about an
 * hour. `failures`: so far, at least 1. */
int64_t ub_retry_after_conflict(unsigned failures);

#endif
