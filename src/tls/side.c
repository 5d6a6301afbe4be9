/* SPDX-License-Identifier: Apache-2.0 */
#include "tls-private.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

/* OpenSSL's own words for what went wrong in this thread. What has failed first says more where the system is
 * to blame, and what has failed last where the bytes are. */
static struct ub_text problem_of(struct ub_arena *arena)
{
	unsigned long first = ERR_peek_error(), last = ERR_peek_last_error();
	const char *words = ERR_SYSTEM_ERROR(first) ? strerror(ERR_GET_REASON(first))
			    : ERR_GET_REASON(last) == ERR_R_PEM_LIB
				? "nothing of that kind can be read there as PEM, without a passphrase"
			    : last ? ERR_reason_error_string(last)
				   : NULL;
	struct ub_text text = ub_text_copy(arena, ub_text(words ? words : "it cannot be read"));
	ERR_clear_error();
	return text;
}

static bool refuse(struct ub_text *why, struct ub_arena *arena, const char *path, const char *what)
{
	struct ub_text problem = problem_of(arena);
	*why = ub_textf(arena, "%s %s: %.*s", what, path, UB_ARGS(problem));
	return false;
}

static SSL_CTX *new_context(const SSL_METHOD *method)
{
	SSL_CTX *context = SSL_CTX_new(method);
	if (!context || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
		abort();
	/* One read takes all that has come, not the head of a record alone. */
	SSL_CTX_set_read_ahead(context, 1);
	/* Idle connections have no buffers. OpenSSL's own objects stay, with 14 KB each, of which SSL has 7.6
	 * KB in OpenSSL 3.0. What is written may have moved in memory since the last try. */
	SSL_CTX_set_mode(context,
	    SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
					 SSL_OP_CLEANSE_PLAINTEXT | SSL_OP_CIPHER_SERVER_PREFERENCE |
					 SSL_OP_ENABLE_KTLS);
	return context;
}

/* ---- the side that is connected to ---- */

/* Chooses the certificate for the host that the client names (RFC 6066 3). */
static int choose(SSL *ssl, int *alert, void *argument)
{
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	const struct tls_contexts *contexts = argument;
	(void)alert;
	for (size_t i = 0; name && i < contexts->n; i++)
		if (X509_check_host(SSL_CTX_get0_certificate(contexts->items[i]), name, 0, 0, NULL) == 1) {
			SSL_set_SSL_CTX(ssl, contexts->items[i]);
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

/* Who is revoked is asked of the one who has made the client's own certificate. */
static bool read_revoked(SSL_CTX *context, const char *path)
{
	X509_STORE *store = SSL_CTX_get_cert_store(context);
	return X509_STORE_load_file(store, path) == 1 &&
	       X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK) == 1;
}

/* Clients are told who may vouch for them: people have several certificates. */
static bool ask_clients(
    SSL_CTX *context, const struct ub_tls_clients *clients, struct ub_text *why, struct ub_arena *arena)
{
	if (!clients || !clients->ca)
		return true;
	STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(clients->ca);
	if (!names || SSL_CTX_load_verify_file(context, clients->ca) != 1) {
		sk_X509_NAME_pop_free(names, X509_NAME_free);
		return refuse(why, arena, clients->ca, "the authorities in");
	}
	SSL_CTX_set_client_CA_list(context, names);
	SSL_CTX_set_verify(
	    context, SSL_VERIFY_PEER | (clients->required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), NULL);
	return !clients->crl || read_revoked(context, clients->crl) ||
	       refuse(why, arena, clients->crl, "what is revoked in");
}

static SSL_CTX *context_of(
    const struct ub_tls *tls, const struct ub_tls_pair *pair, struct ub_text *why, struct ub_arena *arena)
{
	static const unsigned char us[] = "upbeat";
	/* Of TLS 1.2: those that keep what was said when the key is stolen later, and none that is padded. */
	static const char ciphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";
	SSL_CTX *context = new_context(TLS_server_method());
	if (SSL_CTX_set_cipher_list(context, ciphers) != 1)
		abort();
	SSL_CTX_set_default_passwd_cb(context, no_passphrase);
	bool good = SSL_CTX_use_certificate_chain_file(context, pair->certificate) == 1 ||
		    refuse(why, arena, pair->certificate, "the certificate");
	good = good && (SSL_CTX_use_PrivateKey_file(context, pair->key, SSL_FILETYPE_PEM) == 1 ||
			   refuse(why, arena, pair->key, "the key"));
	good = good && (SSL_CTX_check_private_key(context) == 1 ||
			   refuse(why, arena, pair->key, "the certificate is for another key than"));
	good = good && ask_clients(context, tls->clients, why, arena);
	if (good && SSL_CTX_set_session_id_context(context, us, sizeof(us) - 1) != 1)
		abort();
	if (!good)
		SSL_CTX_free(context);
	return good ? context : NULL;
}

static struct tls_contexts *new_contexts(size_t n)
{
	struct tls_contexts *contexts = calloc(1, sizeof(*contexts) + n * sizeof(*contexts->items));
	if (!contexts)
		abort();
	contexts->users = 1;
	return contexts;
}

void tls_contexts_release(struct tls_contexts *contexts)
{
	if (!contexts || --contexts->users > 0)
		return;
	for (size_t i = 0; i < contexts->n; i++)
		SSL_CTX_free(contexts->items[i]);
	free(contexts);
}

static struct tls_contexts *server_contexts(
    const struct ub_tls *tls, struct ub_text *why, struct ub_arena *arena)
{
	struct tls_contexts *contexts = new_contexts(tls->n);
	for (size_t i = 0; i < tls->n; i++) {
		SSL_CTX *context = context_of(tls, &tls->pairs[i], why, arena);
		if (!context) {
			tls_contexts_release(contexts);
			return NULL;
		}
		contexts->items[contexts->n++] = context;
	}
	SSL_CTX_set_tlsext_servername_callback(contexts->items[0], choose);
	SSL_CTX_set_tlsext_servername_arg(contexts->items[0], contexts);
	return contexts;
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

/* The newest session is kept: the tickets of TLS 1.3 come after the handshake (RFC 8446 4.6.1). By one from
 * before the last reload a server would go on that nobody trusts any more: who resumes shows no certificate.
 */
static int keep_session(SSL *ssl, SSL_SESSION *session)
{
	struct ub_tls *tls = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	pthread_mutex_lock(&tls->lock);
	SSL_SESSION *dropped = session;
	if (SSL_get_SSL_CTX(ssl) == tls->contexts->items[0]) {
		dropped = tls->session;
		tls->session = session;
	}
	pthread_mutex_unlock(&tls->lock);
	SSL_SESSION_free(dropped);
	return 1; /* the session is ours now */
}

static struct tls_contexts *client_contexts(struct ub_tls *tls, struct ub_text *why, struct ub_arena *arena)
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
	struct tls_contexts *contexts = new_contexts(1);
	contexts->items[contexts->n++] = context;
	return contexts;
}

/* ---- both ---- */

static struct tls_contexts *make_contexts(struct ub_tls *tls, struct ub_text *why, struct ub_arena *arena)
{
	ERR_clear_error();
	return tls->pairs ? server_contexts(tls, why, arena) : client_contexts(tls, why, arena);
}

static struct ub_tls *make(const struct ub_tls *like, struct ub_text *why, struct ub_arena *arena)
{
	struct ub_tls *tls = malloc(sizeof(*tls));
	if (!tls)
		abort();
	*tls = *like;
	if (pthread_mutex_init(&tls->lock, NULL) != 0)
		abort();
	tls->contexts = make_contexts(tls, why, arena);
	if (!tls->contexts)
		ub_tls_free(&tls);
	return tls;
}

struct ub_tls *ub_tls_server(const struct ub_tls_pair *pairs, size_t n, const struct ub_tls_clients *clients,
    struct ub_text *why, struct ub_arena *arena)
{
	return make(&(struct ub_tls){ .pairs = pairs, .n = n, .clients = clients }, why, arena);
}

struct ub_tls *ub_tls_client(const char *ca, const char *name, struct ub_text *why, struct ub_arena *arena)
{
	return make(&(struct ub_tls){ .ca = ca, .name = name, .number = is_number(name) }, why, arena);
}

bool ub_tls_reload(struct ub_tls *tls, struct ub_text *why, struct ub_arena *arena)
{
	struct tls_contexts *contexts = make_contexts(tls, why, arena);
	if (!contexts)
		return false;
	pthread_mutex_lock(&tls->lock);
	SSL_SESSION *session = tls->session;
	struct tls_contexts *former = tls->contexts;
	tls->contexts = contexts;
	tls->session = NULL;
	pthread_mutex_unlock(&tls->lock);
	SSL_SESSION_free(session);
	tls_contexts_release(former);
	return true;
}

void ub_tls_free(struct ub_tls **tls)
{
	struct ub_tls *self = *tls;
	*tls = NULL;
	if (!self)
		return;
	tls_contexts_release(self->contexts);
	SSL_SESSION_free(self->session);
	pthread_mutex_destroy(&self->lock);
	free(self);
}
