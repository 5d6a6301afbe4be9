/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_PLUGINS_PRIVATE_H
#define UPBEAT_PLUGINS_PRIVATE_H

#include "upbeat/plugins.h"

/* mark.c: notes that a plugin is at work, and that so many processes were ended by it before. NULL is
 * allowed. */
void mark_set(const char *path, unsigned ended);
/* Notes that the plugin is not at work any more. */
void mark_leave(const char *path, unsigned ended);

/*
 * Waits until the plugin may be called: while one is called alone, no other is. For mark_end_turn(). -1:
 * there is no mark, or another plugin stays at work for so long that this one does not wait for it. The end
 * of the process ends all turns.
 */
int mark_take_turn(const char *mark, bool alone);
void mark_end_turn(int turn);

#endif
