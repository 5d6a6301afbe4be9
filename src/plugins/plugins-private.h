/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_PLUGINS_PRIVATE_H
#define UPBEAT_PLUGINS_PRIVATE_H

#include "upbeat/plugins.h"

/* mark.c: notes that a plugin is at work, and that so many processes were ended by it before. NULL is
 * allowed. */
void mark_set(const char *path, unsigned ended);
/* Notes that the plugin is not at work any more. */
void mark_leave(const char *path, unsigned ended);

#endif
