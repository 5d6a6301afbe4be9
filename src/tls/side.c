/* SPDX-License-Identifier: Apache-2.0 */
#include "tls-private.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

struct ub_text tls_problem(struct ub_arena *arena, const char *otherwise)
{
	unsigned long code = ERR_peek_last_error();
	const char *words = code ? ERR_reason_error_string(code) : NULL;
	struct ub_text text = ub_text_copy(arena, ub_text(words ? words : otherwise));
	ERR_clear_error();
	return text;
}

static bool refuse(struct ub_text *why, struct ub_arena *arena, const char *path, const char *what)
{
	struct ub_text problem = tls_problem(arena, "it cannot be read");
	*why = ub_textf(arena, "%s %s: %.*s", what, path, UB_ARGS(problem));
	return false;
}

static SSL_CTX *new_context(const SSL_METHOD *method)
{
	SSL_CTX *context = SSL_CTX_new(method);
	if (!context || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
		abort();
	/* Idle connections have no buffers. What is written may have moved in memory since the last try. */
	SSL_CTX_set_mode(context,
	    SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
					 SSL_OP_CLEANSE_PLAINTEXT | SSL_OP_CIPHER_SERVER_PREFERENCE |
					 SSL_OP_ENABLE_KTLS);
	return context;
}

/* ---- the side that is connected to ---- */

/* The contexts of the further certificates hang on the first one, and go with it. */
struct others {
	size_t n;
	SSL_CTX *contexts[];
};

static void free_others(void *parent, void *ptr, CRYPTO_EX_DATA *data, int index, long argl, void *argp)
{
	struct others *others = ptr;
	(void)parent, (void)data, (void)index, (void)argl, (void)argp;
	for (size_t i = 0; others && i < others->n; i++)
		SSL_CTX_free(others->contexts[i]);
	free(others);
}

static int others_index;

static void make_index(void)
{
	others_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, free_others);
}

/* Chooses the certificate for the host that the client names (RFC 6066 3). */
static int choose(SSL *ssl, int *alert, void *context)
{
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	const struct others *others = SSL_CTX_get_ex_data(context, others_index);
	(void)alert;
	if (!name || X509_check_host(SSL_CTX_get0_certificate(context), name, 0, 0, NULL) == 1)
		return SSL_TLSEXT_ERR_OK;
	for (size_t i = 0; others && i < others->n; i++) {
		if (X509_check_host(SSL_CTX_get0_certificate(others->contexts[i]), name, 0, 0, NULL) != 1)
			continue;
		SSL_set_SSL_CTX(ssl, others->contexts[i]);
		break;
	}
	return SSL_TLSEXT_ERR_OK;
}

/* A key with a passphrase cannot be used: nobody is there to be asked. */
static int no_passphrase(char *buffer, int size, int writes, void *context)
{
	(void)buffer, (void)size, (void)writes, (void)context;
	return 0;
}

static SSL_CTX *context_of(const struct ub_tls_pair *pair, struct ub_text *why, struct ub_arena *arena)
{
	static const unsigned char us[] = "upbeat";
	SSL_CTX *context = new_context(TLS_server_method());
	SSL_CTX_set_default_passwd_cb(context, no_passphrase);
	bool good = SSL_CTX_use_certificate_chain_file(context, pair->certificate) == 1 ||
		    refuse(why, arena, pair->certificate, "the certificate");
	good = good && (SSL_CTX_use_PrivateKey_file(context, pair->key, SSL_FILETYPE_PEM) == 1 ||
			   refuse(why, arena, pair->key, "the key"));
	good = good && (SSL_CTX_check_private_key(context) == 1 ||
			   refuse(why, arena, pair->key, "the certificate is for another key than"));
	if (good && SSL_CTX_set_session_id_context(context, us, sizeof(us) - 1) != 1)
		abort();
	if (!good)
		SSL_CTX_free(context);
	return good ? context : NULL;
}

static bool add_others(SSL_CTX *first, const struct ub_tls *tls, struct ub_text *why, struct ub_arena *arena)
{
	struct others *others = calloc(1, sizeof(*others) + tls->n * sizeof(*others->contexts));
	if (!others || SSL_CTX_set_ex_data(first, others_index, others) != 1)
		abort();
	for (size_t i = 1; i < tls->n; i++) {
		SSL_CTX *context = context_of(&tls->pairs[i], why, arena);
		if (!context)
			return false;
		others->contexts[others->n++] = context;
	}
	return true;
}

static SSL_CTX *server_context(const struct ub_tls *tls, struct ub_text *why, struct ub_arena *arena)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, make_index);
	SSL_CTX *context = context_of(&tls->pairs[0], why, arena);
	if (context && !add_others(context, tls, why, arena)) {
		SSL_CTX_free(context);
		return NULL;
	}
	if (context) {
		SSL_CTX_set_tlsext_servername_callback(context, choose);
		SSL_CTX_set_tlsext_servername_arg(context, context);
	}
	return context;
}

/* ---- the side that connects ---- */

static bool is_number(const char *name)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	return inet_pton(AF_INET, name, bytes) == 1 || inet_pton(AF_INET6, name, bytes) == 1;
}

static bool set_name(SSL_CTX *context, const char *name, bool number)
{
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(context);
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return number ? X509_VERIFY_PARAM_set1_ip_asc(param, name) == 1
		      : X509_VERIFY_PARAM_set1_host(param, name, 0) == 1;
}

/* The newest session is kept: the tickets of TLS 1.3 come after the handshake (RFC 8446 4.6.1). */
static int keep_session(SSL *ssl, SSL_SESSION *session)
{
	struct ub_tls *tls = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	pthread_mutex_lock(&tls->lock);
	SSL_SESSION *former = tls->session;
	tls->session = session;
	pthread_mutex_unlock(&tls->lock);
	SSL_SESSION_free(former);
	return 1; /* the session is ours now */
}

static SSL_CTX *client_context(struct ub_tls *tls, struct ub_text *why, struct ub_arena *arena)
{
	SSL_CTX *context = new_context(TLS_client_method());
	bool good = tls->ca ? SSL_CTX_load_verify_file(context, tls->ca) == 1 ||
				  refuse(why, arena, tls->ca, "the authorities in")
			    : SSL_CTX_set_default_verify_paths(context) == 1 ||
				  refuse(why, arena, "system", "the authorities of the");
	good = good && (set_name(context, tls->name, tls->number) ||
			   refuse(why, arena, tls->name, "no certificate can be for"));
	if (!good) {
		SSL_CTX_free(context);
		return NULL;
	}
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_set_app_data(context, tls);
	SSL_CTX_sess_set_new_cb(context, keep_session);
	return context;
}

/* ---- both ---- */

static SSL_CTX *make_context(struct ub_tls *tls, struct ub_text *why, struct ub_arena *arena)
{
	ERR_clear_error();
	return tls->pairs ? server_context(tls, why, arena) : client_context(tls, why, arena);
}

static struct ub_tls *make(const struct ub_tls *like, struct ub_text *why, struct ub_arena *arena)
{
	struct ub_tls *tls = malloc(sizeof(*tls));
	if (!tls)
		abort();
	*tls = *like;
	if (pthread_mutex_init(&tls->lock, NULL) != 0)
		abort();
	tls->context = make_context(tls, why, arena);
	if (!tls->context)
		ub_tls_free(&tls);
	return tls;
}

struct ub_tls *ub_tls_server(
    const struct ub_tls_pair *pairs, size_t n, struct ub_text *why, struct ub_arena *arena)
{
	return make(&(struct ub_tls){ .pairs = pairs, .n = n }, why, arena);
}

struct ub_tls *ub_tls_client(const char *ca, const char *name, struct ub_text *why, struct ub_arena *arena)
{
	return make(&(struct ub_tls){ .ca = ca, .name = name, .number = is_number(name) }, why, arena);
}

bool ub_tls_reload(struct ub_tls *tls, struct ub_text *why, struct ub_arena *arena)
{
	SSL_CTX *context = make_context(tls, why, arena);
	if (!context)
		return false;
	pthread_mutex_lock(&tls->lock);
	SSL_CTX *former = tls->context;
	SSL_SESSION *session = tls->session;
	tls->context = context;
	tls->session = NULL;
	pthread_mutex_unlock(&tls->lock);
	SSL_CTX_free(former);
	SSL_SESSION_free(session);
	return true;
}

void ub_tls_free(struct ub_tls **tls)
{
	struct ub_tls *self = *tls;
	*tls = NULL;
	if (!self)
		return;
	SSL_CTX_free(self->context);
	SSL_SESSION_free(self->session);
	pthread_mutex_destroy(&self->lock);
	free(self);
}
