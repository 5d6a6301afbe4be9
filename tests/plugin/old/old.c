/* SPDX-License-Identifier: Apache-2.0 */
/* Made for another ABI. */
#include "upbeat/plugin.h"

const struct ub_plugin ub_plugin = { .abi = UB_PLUGIN_ABI + 1, .size = sizeof(struct ub_plugin) };
