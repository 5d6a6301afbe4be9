/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CLIENTS_PRIVATE_H
#define UPBEAT_CLIENTS_PRIVATE_H

#include "upbeat/clients.h"

/* All families, in the order in which they are looked for. */
extern const struct ub_client_family ub_client_families[];
extern const size_t ub_client_families_n;

#endif
