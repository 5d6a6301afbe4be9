/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_LIMITS_H
#define UPBEAT_LIMITS_H

/*
 * Every limit of the program: sizes in bytes, times in milliseconds unless the name says otherwise.
 * Each is tested at the limit and one past it.
 */

/* base */
#define UB_ARENA_CHUNK (16u * 1024)
#define UB_DIAG_MAX    1000 /* further diagnostics of one list are counted, not kept */

#endif
