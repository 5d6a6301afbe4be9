/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_ENGINE_REFRESH_H
#define UPBEAT_ENGINE_REFRESH_H

/*
 * The thread that keeps what is configured fresh: it reads all of it again when told to, and looks every
 * UB_ACCOUNTS_REFRESH_MS whether the account sources have something new, so that no pass and no write waits
 * for any of this. What is wrong goes to the log, and of a reload to engine->reload.
 */

#include "worker.h"

struct ub_refresher;
struct ub_refresher *ub_refresher_start(struct ub_engine *engine);
/* Settings, rules, holidays, zones and accounts are to be read again, soon: a new snapshot, or, with any
 * mistake in it, the present one as it is. */
void ub_refresher_reload(struct ub_engine *engine);
/* After engine->stopping was set and told. */
void ub_refresher_join(struct ub_refresher **refresher);

#endif
