/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_ENGINE_ACCOUNTS_H
#define UPBEAT_ENGINE_ACCOUNTS_H

/*
 * The thread that looks every UB_ACCOUNTS_REFRESH_MS whether the account sources have something new, so that
 * no pass waits for a source. What is wrong with them goes to the log.
 */

#include "worker.h"

struct ub_refresher;
struct ub_refresher *ub_refresher_start(struct ub_engine *engine);
/* After engine->stopping was set and told. */
void ub_refresher_join(struct ub_refresher **refresher);

#endif
