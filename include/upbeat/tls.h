/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TLS_H
#define UPBEAT_TLS_H

/*
 * tls: TLS 1.2 and 1.3 on non-blocking sockets, by OpenSSL. A side is what all connections of one kind share:
 * certificates, or whom to trust. A channel is one connection.
 */

#include <stdint.h>

#include "upbeat/base.h"

/* ---- sides ---- */

/* The paths of PEM files: a certificate with those that vouch for it, and its private key. */
struct ub_tls_pair {
	const char *certificate, *key;
};

/* Whether clients have to say who they are, by a certificate that is good for clients (RFC 5280 4.2.1.12). */
struct ub_tls_clients {
	const char *ca;  /* the path of a PEM file with who may vouch for them; NULL: they are not asked */
	const char *crl; /* the path of a PEM file with what those have revoked; NULL: nothing */
	bool required;   /* a client without a certificate is refused, as one with a bad certificate is */
};

/* What to do about files that cannot be used. */
#define UB_TLS_PAIR_HELP "all are PEM files, and the key is that of the certificate, without a passphrase"
#define UB_TLS_CA_HELP   "it is a PEM file"

/* Any thread may use a side. */
struct ub_tls;

/* The side that is connected to. The first pair is for clients that name no host, or one that no certificate
 * is for (RFC 6066 3). `clients`: NULL: they are not asked who they are. All of these must outlive it. NULL:
 * *why, in the arena. */
UB_MUST_USE struct ub_tls *ub_tls_server(const struct ub_tls_pair *pairs, size_t n,
    const struct ub_tls_clients *clients, struct ub_text *why, struct ub_arena *arena);
/*
 * The side that connects. `ca`: the path of a PEM file with the authorities that are trusted; NULL: the
 * system's. `name`: for whom the other side's certificate has to be, a host's name or an IP address without
 * brackets. Both must outlive it. NULL: *why, in the arena.
 */
UB_MUST_USE struct ub_tls *ub_tls_client(
    const char *ca, const char *name, struct ub_text *why, struct ub_arena *arena);
/* Reads the files again, for the channels that begin from now on. False: *why, and all stays as it was. */
UB_MUST_USE bool ub_tls_reload(struct ub_tls *tls, struct ub_text *why, struct ub_arena *arena);
/* Until when the first certificate of a server's side is good, in seconds since 1970. False: it has none. */
UB_MUST_USE bool ub_tls_until(struct ub_tls *tls, int64_t *until);

enum ub_tls_look {
	UB_TLS_ACCEPTED,  /* *until */
	UB_TLS_REFUSED,   /* *why, in the arena */
	UB_TLS_UNREACHED, /* nobody is connected to */
};
/* The same of whom a client's side would connect to. Blocks for UB_TLS_LOOK_MS at most for each address. */
UB_MUST_USE enum ub_tls_look ub_tls_other_until(struct ub_tls *tls, const char *host, uint16_t port,
    int64_t *until, struct ub_text *why, struct ub_arena *arena);
/* Sets *tls to NULL; NULL is allowed. */
void ub_tls_free(struct ub_tls **tls);

/* ---- channels ---- */

enum ub_tls_result {
	UB_TLS_DONE,
	UB_TLS_READS,  /* waits until the socket is readable */
	UB_TLS_WRITES, /* waits until the socket is writable */
	UB_TLS_END,    /* the other side has said that nothing more comes */
	UB_TLS_BROKEN, /* see ub_tls_problem() */
};

/* One thread at a time may use a channel. */
struct ub_tls_channel;

/* A channel over a connected socket, which stays the caller's. The side must outlive the channel. Never NULL.
 */
struct ub_tls_channel *ub_tls_open(struct ub_tls *tls, int fd);
/* Takes the handshake further. Reading and writing do that, too. */
enum ub_tls_result ub_tls_shake(struct ub_tls_channel *channel);
bool ub_tls_is_shaken(const struct ub_tls_channel *channel);
/* Reads at most `size` bytes, at least one. */
enum ub_tls_result ub_tls_read(struct ub_tls_channel *channel, void *out, size_t size, size_t *n);
/* Whether all that has come was read, as far as is known. If so, there is nothing to be read until the socket
 * is readable again. */
bool ub_tls_is_drained(const struct ub_tls_channel *channel);
/* Writes a part of the bytes, which are at least one. What was not written must be given again, at the
 * beginning of the next call's bytes. UB_TLS_BROKEN: nothing can be written any more; but what the other side
 * has said before it went can still be read. */
enum ub_tls_result ub_tls_write(struct ub_tls_channel *channel, const void *bytes, size_t size, size_t *n);
/* Whether bytes can be read: UB_TLS_DONE, or UB_TLS_READS if none has come. */
enum ub_tls_result ub_tls_peek(struct ub_tls_channel *channel);
/* The certificate that the other side has shown, and that is good: its bytes (DER), in the arena. Empty: it
 * has shown none. */
struct ub_text ub_tls_certificate(const struct ub_tls_channel *channel, struct ub_arena *arena);
/* The common name of that certificate's subject, in UTF-8, in the arena. Empty: it has none, several, or one
 * with characters that control something. */
struct ub_text ub_tls_common_name(const struct ub_tls_channel *channel, struct ub_arena *arena);
/* Says that nothing more comes, if that can be said without waiting. */
void ub_tls_end(struct ub_tls_channel *channel);
/* Why the channel broke, in a few words; valid until the channel is closed. */
const char *ub_tls_problem(const struct ub_tls_channel *channel);
/* Sets *channel to NULL; NULL is allowed. */
void ub_tls_close(struct ub_tls_channel **channel);

#endif
