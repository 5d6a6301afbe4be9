/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CLIENTS_PRIVATE_H
#define UPBEAT_CLIENTS_PRIVATE_H

#include "upbeat/clients.h"

/* All families, in the order in which they are looked for. */
extern const struct ub_client_family clients_families[];
extern const size_t clients_n_families;

#endif
