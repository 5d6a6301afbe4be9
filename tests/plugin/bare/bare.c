/* SPDX-License-Identifier: Apache-2.0 */
/* No plugin: it lacks the symbol. */
#include "upbeat/plugin.h"

extern const int upbeat_plugin;
const int upbeat_plugin = 1;
