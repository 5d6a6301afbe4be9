/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-private.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

struct resolver {
	char *host;
	char port[8];
	struct ub_log *log;
	struct ub_log_pace pace;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t thread;
	bool threaded, looked, doubted, stopping;
	struct addresses addresses;
};

/* Returns 0, or why the name is not known: a code for gai_strerror(). */
static int look_up(const struct resolver *resolver, int flags, struct addresses *found)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = flags }, *list;
	int failure = getaddrinfo(resolver->host, resolver->port, &hints, &list);
	if (failure != 0)
		return failure;
	*found = (struct addresses){ 0 };
	for (struct addrinfo *at = list; at && found->n < UB_RELAY_ADDRESSES_MAX; at = at->ai_next) {
		memcpy(&found->list[found->n], at->ai_addr, at->ai_addrlen);
		found->lengths[found->n++] = at->ai_addrlen;
	}
	freeaddrinfo(list);
	return 0;
}

/* The lock is held. The log may be gone once it is time to stop. */
static void conclude(struct resolver *resolver, int failure, const struct addresses *found)
{
	if (failure == 0)
		resolver->addresses = *found;
	else if (!resolver->stopping)
		ub_log_paced(resolver->log, &resolver->pace, UB_LOG_WARNING,
		    "the upstream's name %s is not known: %s", resolver->host, gai_strerror(failure));
	resolver->looked = true;
	resolver->doubted |= failure != 0;
	pthread_cond_broadcast(&resolver->wake);
}

/* The name is looked up every UB_RELAY_RESOLVE_MS, and when in doubt at most once a second. */
static void wait_for_doubt(struct resolver *resolver)
{
	struct timespec until = ub_sys_deadline(UB_RELAY_RESOLVE_MS);
	while (!resolver->doubted && !resolver->stopping)
		if (pthread_cond_timedwait(&resolver->wake, &resolver->lock, &until) != 0)
			break;
	if (!resolver->doubted || resolver->stopping)
		return;
	until = ub_sys_deadline(1000);
	while (!resolver->stopping && pthread_cond_timedwait(&resolver->wake, &resolver->lock, &until) == 0)
		;
	resolver->doubted = false;
}

static void free_all(struct resolver *resolver)
{
	pthread_cond_destroy(&resolver->wake);
	pthread_mutex_destroy(&resolver->lock);
	free(resolver->host);
	free(resolver);
}

static void *keep_looking(void *argument)
{
	struct resolver *resolver = argument;
	struct addresses found;
	pthread_mutex_lock(&resolver->lock);
	while (!resolver->stopping) {
		pthread_mutex_unlock(&resolver->lock);
		int failure = look_up(resolver, 0, &found);
		pthread_mutex_lock(&resolver->lock);
		conclude(resolver, failure, &found);
		wait_for_doubt(resolver);
	}
	pthread_mutex_unlock(&resolver->lock);
	free_all(resolver);
	return NULL;
}

/* The first answer usually comes at once. If not, the relay starts without it. */
static void await_first(struct resolver *resolver)
{
	const struct timespec until = ub_sys_deadline(UB_RELAY_NAME_MS);
	pthread_mutex_lock(&resolver->lock);
	while (!resolver->looked && pthread_cond_timedwait(&resolver->wake, &resolver->lock, &until) == 0)
		;
	pthread_mutex_unlock(&resolver->lock);
}

static void init_locks(struct resolver *resolver)
{
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&resolver->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_init(&resolver->lock, NULL);
}

/* A unix socket has one address for ever. */
static void take_socket(const char *path, struct addresses *addresses)
{
	struct sockaddr_un *address = (struct sockaddr_un *)&addresses->list[0];
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	(void)snprintf(address->sun_path, sizeof(address->sun_path), "%s", path);
	addresses->lengths[0] = sizeof(*address);
	addresses->n = 1;
}

struct resolver *relay_resolver_new(const struct ub_relay_server *server, struct ub_log *log)
{
	struct resolver *resolver = calloc(1, sizeof(*resolver));
	if (!resolver ||
	    !(resolver->host = strndup(server->host.len ? server->host.ptr : "", server->host.len)))
		abort();
	snprintf(resolver->port, sizeof(resolver->port), "%u", (unsigned)server->port);
	resolver->log = log;
	init_locks(resolver);
	if (server->socket)
		take_socket(server->socket, &resolver->addresses);
	if (server->socket || look_up(resolver, AI_NUMERICHOST, &resolver->addresses) == 0)
		return resolver;
	resolver->threaded = pthread_create(&resolver->thread, NULL, keep_looking, resolver) == 0;
	if (resolver->threaded)
		await_first(resolver);
	return resolver;
}

/* A look-up may take long and cannot be called off: the thread frees what it uses when it comes to its end.
 */
void relay_resolver_free(struct resolver **resolver)
{
	struct resolver *self = *resolver;
	*resolver = NULL;
	if (!self->threaded) {
		free_all(self);
		return;
	}
	pthread_detach(self->thread);
	pthread_mutex_lock(&self->lock);
	self->stopping = true;
	pthread_cond_broadcast(&self->wake);
	pthread_mutex_unlock(&self->lock);
}

void relay_resolver_get(struct resolver *resolver, struct addresses *addresses)
{
	pthread_mutex_lock(&resolver->lock);
	*addresses = resolver->addresses;
	pthread_mutex_unlock(&resolver->lock);
}

void relay_resolver_doubt(struct resolver *resolver)
{
	pthread_mutex_lock(&resolver->lock);
	resolver->doubted = true;
	pthread_cond_broadcast(&resolver->wake);
	pthread_mutex_unlock(&resolver->lock);
}
