/* SPDX-License-Identifier: Apache-2.0 */
#include "tls-private.h"

#include <errno.h>
#include <netdb.h>
#include <openssl/x509.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "upbeat/limits.h"

/* Looking at certificates without passing anything. */

static bool until_of(const X509 *certificate, int64_t *until)
{
	struct tm end;
	if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1)
		return false;
	*until = timegm(&end);
	return true;
}

bool ub_tls_until(struct ub_tls *tls, int64_t *until)
{
	pthread_mutex_lock(&tls->lock);
	bool told = until_of(SSL_CTX_get0_certificate(tls->contexts->items[0]), until);
	pthread_mutex_unlock(&tls->lock);
	return told;
}

static bool await(int fd, short events)
{
	struct pollfd socket = { .fd = fd, .events = events };
	return poll(&socket, 1, UB_TLS_LOOK_MS) == 1;
}

static enum ub_tls_result shake(struct ub_tls_channel *channel, int fd)
{
	enum ub_tls_result result;
	do
		result = ub_tls_shake(channel);
	while (
	    (result == UB_TLS_READS && await(fd, POLLIN)) || (result == UB_TLS_WRITES && await(fd, POLLOUT)));
	return result;
}

/* -1: it is not reached. */
static int connect_to(const struct addrinfo *address)
{
	int error = 0;
	socklen_t size = sizeof(error);
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	bool begun = connect(fd, address->ai_addr, address->ai_addrlen) == 0 || errno == EINPROGRESS;
	if (begun && await(fd, POLLOUT) && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 &&
	    error == 0)
		return fd;
	close(fd);
	return -1;
}

static bool look(struct ub_tls *tls, int fd, int64_t *until, struct ub_text *why, struct ub_arena *arena)
{
	struct ub_tls_channel *channel = ub_tls_open(tls, fd);
	enum ub_tls_result result = shake(channel, fd);
	bool told = result == UB_TLS_DONE && until_of(tls_certificate(channel), until);
	if (!told)
		*why = ub_text_copy(arena,
		    ub_text(result == UB_TLS_BROKEN ? ub_tls_problem(channel) : "it says nothing in TLS"));
	ub_tls_close(&channel);
	return told;
}

enum ub_tls_look ub_tls_other_until(struct ub_tls *tls, const char *host, uint16_t port, int64_t *until,
    struct ub_text *why, struct ub_arena *arena)
{
	char service[8];
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list;
	snprintf(service, sizeof(service), "%u", (unsigned)port);
	if (getaddrinfo(host, service, &hints, &list) != 0)
		return UB_TLS_UNREACHED;
	int fd = -1;
	for (const struct addrinfo *at = list; at && fd < 0; at = at->ai_next)
		fd = connect_to(at);
	freeaddrinfo(list);
	if (fd < 0)
		return UB_TLS_UNREACHED;
	bool told = look(tls, fd, until, why, arena);
	close(fd);
	return told ? UB_TLS_ACCEPTED : UB_TLS_REFUSED;
}
