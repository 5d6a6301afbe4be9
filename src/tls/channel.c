/* SPDX-License-Identifier: Apache-2.0 */
#include "tls-private.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

struct ub_tls_channel {
	SSL *ssl;
	struct tls_contexts *contexts;
	bool shaken; /* the handshake was done, whatever came after it */
	bool broken;
	bool deaf;           /* the other side takes no more; what it has said before can still be read */
	bool drained;        /* the last read of the socket gave less than was asked for */
	const char *problem; /* a text of OpenSSL's or of the C library's, which stays */
};

/* A kernel that decrypts gives one record at a time, however much there is. */
static long note_read(
    BIO *bio, int operation, const char *bytes, size_t size, int number, long argument, int done, size_t *n)
{
	struct ub_tls_channel *channel = (struct ub_tls_channel *)(void *)BIO_get_callback_arg(bio);
	(void)bytes, (void)number, (void)argument;
	if (operation == (BIO_CB_READ | BIO_CB_RETURN))
		channel->drained = done > 0 && *n < size && !BIO_get_ktls_recv(bio);
	return done;
}

struct ub_tls_channel *ub_tls_open(struct ub_tls *tls, int fd)
{
	struct ub_tls_channel *channel = calloc(1, sizeof(*channel));
	pthread_mutex_lock(&tls->lock);
	SSL *ssl = channel ? SSL_new(tls->contexts->items[0]) : NULL;
	if (!ssl || SSL_set_fd(ssl, fd) != 1)
		abort();
	BIO_set_callback_arg(SSL_get_rbio(ssl), (char *)channel);
	BIO_set_callback_ex(SSL_get_rbio(ssl), note_read);
	if (tls->pairs)
		SSL_set_accept_state(ssl);
	else
		SSL_set_connect_state(ssl);
	if (!tls->pairs && !tls->number && SSL_set_tlsext_host_name(ssl, tls->name) != 1)
		abort();
	if (tls->session)
		(void)SSL_set_session(ssl, tls->session);
	channel->contexts = tls->contexts;
	channel->contexts->users++;
	pthread_mutex_unlock(&tls->lock);
	channel->ssl = ssl;
	return channel;
}

static const char *problem_of(const SSL *ssl, int error)
{
	long verified = SSL_get_verify_result(ssl);
	unsigned long code = ERR_peek_last_error();
	const char *words = code ? ERR_reason_error_string(code) : NULL;
	if (verified != X509_V_OK)
		return X509_verify_cert_error_string(verified);
	return words ? words : error ? strerrordesc_np(error) : "the connection ended";
}

/* Somebody has only looked whether anybody listens. */
static bool is_probe(const struct ub_tls_channel *channel)
{
	return !channel->shaken && BIO_number_read(SSL_get_rbio(channel->ssl)) == 0;
}

/* `done`: what the call returned. The queue of errors is the thread's, and was empty before the call. */
static enum ub_tls_result result_of(struct ub_tls_channel *channel, int done)
{
	int error = errno, result = SSL_get_error(channel->ssl, done);
	/* A connection that breaks begins anew, in OpenSSL's words. */
	channel->shaken |= SSL_is_init_finished(channel->ssl);
	switch (result) {
	case SSL_ERROR_NONE:
		return UB_TLS_DONE;
	case SSL_ERROR_WANT_READ:
		return UB_TLS_READS;
	case SSL_ERROR_WANT_WRITE:
		return UB_TLS_WRITES;
	case SSL_ERROR_ZERO_RETURN:
		return UB_TLS_END;
	case SSL_ERROR_SYSCALL:
		break;
	default:
		error = 0;
		break;
	}
	channel->broken = true;
	if (error == 0 && is_probe(channel)) {
		ERR_clear_error();
		return UB_TLS_END;
	}
	channel->problem = problem_of(channel->ssl, error);
	ERR_clear_error();
	return UB_TLS_BROKEN;
}

enum ub_tls_result ub_tls_shake(struct ub_tls_channel *channel)
{
	return channel->broken ? UB_TLS_BROKEN : result_of(channel, SSL_do_handshake(channel->ssl));
}

bool ub_tls_is_shaken(const struct ub_tls_channel *channel)
{
	return channel->shaken;
}

enum ub_tls_result ub_tls_read(struct ub_tls_channel *channel, void *out, size_t size, size_t *n)
{
	*n = 0;
	return channel->broken ? UB_TLS_BROKEN : result_of(channel, SSL_read_ex(channel->ssl, out, size, n));
}

bool ub_tls_is_drained(const struct ub_tls_channel *channel)
{
	return channel->drained && !SSL_has_pending(channel->ssl);
}

enum ub_tls_result ub_tls_write(struct ub_tls_channel *channel, const void *bytes, size_t size, size_t *n)
{
	*n = 0;
	if (channel->broken || channel->deaf)
		return UB_TLS_BROKEN;
	enum ub_tls_result result = result_of(channel, SSL_write_ex(channel->ssl, bytes, size, n));
	/* After a mistake in TLS itself the handshake is not finished any more, in OpenSSL's words. */
	channel->deaf = result == UB_TLS_BROKEN && SSL_is_init_finished(channel->ssl);
	channel->broken &= !channel->deaf;
	return result;
}

enum ub_tls_result ub_tls_peek(struct ub_tls_channel *channel)
{
	char byte;
	size_t n;
	return channel->broken ? UB_TLS_BROKEN : result_of(channel, SSL_peek_ex(channel->ssl, &byte, 1, &n));
}

void ub_tls_end(struct ub_tls_channel *channel)
{
	bool open = !channel->broken && !channel->deaf && SSL_is_init_finished(channel->ssl);
	if (open && SSL_shutdown(channel->ssl) < 0)
		ERR_clear_error();
}

const X509 *tls_certificate(const struct ub_tls_channel *channel)
{
	return SSL_get0_peer_certificate(channel->ssl);
}

struct ub_text ub_tls_certificate(const struct ub_tls_channel *channel, struct ub_arena *arena)
{
	unsigned char *bytes = NULL;
	const X509 *certificate = tls_certificate(channel);
	int n = certificate ? i2d_X509(certificate, &bytes) : 0;
	if (n < 0)
		abort();
	struct ub_text der = ub_text_copy(arena, ub_text_n((const char *)bytes, (size_t)n));
	OPENSSL_free(bytes);
	return der;
}

/* The only common name of a subject; NULL: there is none, or another one. */
static const ASN1_STRING *common_name(const X509 *certificate)
{
	const X509_NAME *subject = X509_get_subject_name(certificate);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0)
		return NULL;
	return X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
}

static bool is_plain(struct ub_text name)
{
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)name.ptr[i] < ' ' || name.ptr[i] == 0x7f)
			return false;
	return true;
}

struct ub_text ub_tls_common_name(const struct ub_tls_channel *channel, struct ub_arena *arena)
{
	unsigned char *bytes = NULL;
	const X509 *certificate = tls_certificate(channel);
	const ASN1_STRING *string = certificate ? common_name(certificate) : NULL;
	int n = string ? ASN1_STRING_to_UTF8(&bytes, string) : 0;
	ERR_clear_error();
	struct ub_text name = n > 0 ? ub_text_n((const char *)bytes, (size_t)n) : UB_TEXT_NONE;
	name = is_plain(name) ? ub_text_copy(arena, ub_text_trim(name)) : UB_TEXT_NONE;
	OPENSSL_free(bytes);
	return name;
}

const char *ub_tls_problem(const struct ub_tls_channel *channel)
{
	return channel->problem ? channel->problem : "the connection ended";
}

void ub_tls_close(struct ub_tls_channel **channel)
{
	struct ub_tls_channel *self = *channel;
	*channel = NULL;
	if (!self)
		return;
	SSL_free(self->ssl);
	tls_contexts_release(self->contexts);
	free(self);
}
