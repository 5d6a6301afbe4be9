/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_FUZZ_PLUGIN_H
#define UPBEAT_TESTS_FUZZ_PLUGIN_H

#include "upbeat/plugin.h"

/* A host for fuzzers of account sources. It aborts if what it is given is no sound tree, has text that is not
 * UTF-8, or a place outside of its document, and if a source fails and does not say why. */
struct ub_plugin_host *fuzz_host(void);
/* Of the reading that just ended. */
void fuzz_check(enum ub_plugin_result result);

#endif
