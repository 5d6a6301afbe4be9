/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TLS_PRIVATE_H
#define UPBEAT_TLS_PRIVATE_H

#include <openssl/ssl.h>
#include <pthread.h>

#include "upbeat/tls.h"

/* What was read at one time. It goes with the last of its users: the side, until it reads again, and each
 * channel that was opened meanwhile, whose handshake may still choose among the certificates. */
struct tls_contexts {
	_Atomic size_t users;
	size_t n;
	SSL_CTX *items[]; /* one for each certificate, or the one of the side that connects */
};

struct ub_tls {
	const struct ub_tls_pair *pairs; /* NULL: the side that connects */
	size_t n;
	const struct ub_tls_clients *clients; /* NULL: they are not asked who they are */
	const char *ca, *name;
	bool number;          /* the name is an IP address */
	pthread_mutex_t lock; /* over what follows */
	struct tls_contexts *contexts;
	SSL_SESSION *session; /* of the last connection, to be resumed; NULL: none */
};

/* There is one user less. NULL is allowed. */
void tls_contexts_release(struct tls_contexts *contexts);
/* The other side's certificate; NULL: it has shown none. It goes with the channel. */
const X509 *tls_certificate(const struct ub_tls_channel *channel);

#endif
