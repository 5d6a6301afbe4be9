/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin without functions. */
#include "upbeat/plugin.h"

const struct ub_plugin ub_plugin = { .abi = UB_PLUGIN_ABI, .size = sizeof(struct ub_plugin) };
