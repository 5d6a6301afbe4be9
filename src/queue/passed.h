/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_QUEUE_PASSED_H
#define UPBEAT_QUEUE_PASSED_H

/*
 * The meetings that passes have looked at last and that get nothing, such as internal ones: in memory only,
 * for those who ask why there is nothing. Any thread.
 */

#include "upbeat/queue.h"

struct ub_passed;

/* Never NULL. */
struct ub_passed *queue_passed_new(void);
/* Sets *passed to NULL. No other thread may use it any more. */
void queue_passed_free(struct ub_passed **passed);
/* Keeps a copy. An earlier one of the same owner and UID goes (without a UID: of the same href), and so does
 * the oldest of more than UB_PASSED_MAX. */
void queue_passed_keep(struct ub_passed *passed, const struct ub_passed_meeting *meeting);
/* Copies of all, in `arena`, in any order. */
struct ub_passed_meetings queue_passed_list(struct ub_passed *passed, struct ub_arena *arena);

#endif
