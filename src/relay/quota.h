/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_RELAY_QUOTA_H
#define UPBEAT_RELAY_QUOTA_H

/* How many clients are connected, in all and from each address. All loops share it. */

#include <pthread.h>
#include <stdatomic.h>

#include "upbeat/base.h"

struct quota_address {
	uint64_t address; /* by ub_net_subscriber() */
	uint32_t n;       /* of its connections; 0: the place in the table is free */
};

struct quota {
	uint32_t most, most_of_address;
	_Atomic uint32_t open;
	pthread_mutex_t lock; /* for what follows */
	struct quota_address *addresses;
	size_t n, cap;
	uint64_t seed;
};

/* `most_of_address` 0: half of all. */
void relay_quota_init(struct quota *quota, uint32_t most, uint32_t most_of_address);
void relay_quota_free(struct quota *quota);
/* True: there is a place for another client, which is taken until it goes. */
UB_MUST_USE bool relay_quota_come(struct quota *quota);
void relay_quota_go(struct quota *quota);
/* True: it is one of its address, until it is given back. False: there are as many as there may be. */
UB_MUST_USE bool relay_quota_take(struct quota *quota, uint64_t address);
void relay_quota_give(struct quota *quota, uint64_t address);

#endif
