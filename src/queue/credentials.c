/* SPDX-License-Identifier: Apache-2.0 */
#include "credentials.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "upbeat/sys.h"

struct kept {
	struct kept *next;
	struct ub_credential *credential;
	int64_t until;
	size_t principal_len;
	char principal[];
};

struct ub_credentials {
	pthread_mutex_t mutex;
	struct kept *buckets[1024];
	size_t n;
};

struct ub_credentials *queue_credentials_new(void)
{
	struct ub_credentials *credentials = calloc(1, sizeof(*credentials));
	if (!credentials || pthread_mutex_init(&credentials->mutex, NULL) != 0)
		abort();
	return credentials;
}

static void let_go(struct ub_credentials *credentials, struct kept **at)
{
	struct kept *kept = *at;
	*at = kept->next;
	queue_credential_free(&kept->credential);
	free(kept);
	credentials->n--;
}

void queue_credentials_free(struct ub_credentials **credentials)
{
	if (!*credentials)
		return;
	for (size_t i = 0; i < UB_COUNT((*credentials)->buckets); i++)
		while ((*credentials)->buckets[i])
			let_go(*credentials, &(*credentials)->buckets[i]);
	pthread_mutex_destroy(&(*credentials)->mutex);
	free(*credentials);
	*credentials = NULL;
}

static struct kept **find(struct ub_credentials *credentials, struct ub_text principal)
{
	struct kept **at = &credentials->buckets[ub_text_hash(principal) % UB_COUNT(credentials->buckets)];
	while (*at && !ub_text_eq(ub_text_n((*at)->principal, (*at)->principal_len), principal))
		at = &(*at)->next;
	return at;
}

struct ub_credential *queue_credential_new(struct ub_text authorization, struct ub_text host)
{
	size_t size = sizeof(struct ub_credential) + authorization.len + host.len;
	struct ub_credential *credential = ub_sys_secret_new(size);
	char *bytes = (char *)(credential + 1);
	memcpy(bytes, authorization.ptr, authorization.len);
	memcpy(bytes + authorization.len, host.ptr, host.len);
	*credential = (struct ub_credential){ .authorization = { bytes, authorization.len },
		.host = { bytes + authorization.len, host.len },
		.size = size };
	return credential;
}

void queue_credential_free(struct ub_credential **credential)
{
	if (!*credential)
		return;
	ub_sys_secret_free(*credential, (*credential)->size);
	*credential = NULL;
}

static struct kept *kept_new(struct ub_text principal)
{
	struct kept *kept = calloc(1, sizeof(*kept) + principal.len);
	if (!kept)
		abort();
	kept->principal_len = principal.len;
	memcpy(kept->principal, principal.ptr, principal.len);
	return kept;
}

void queue_credentials_keep(struct ub_credentials *credentials, struct ub_text principal,
    struct ub_text authorization, struct ub_text host, int64_t now)
{
	if (principal.len == 0 || authorization.len > UB_AUTHORIZATION_MAX)
		return;
	pthread_mutex_lock(&credentials->mutex);
	struct kept **at = find(credentials, principal);
	if (!*at && credentials->n < UB_CREDENTIALS_MAX) {
		*at = kept_new(principal);
		credentials->n++;
	}
	struct kept *kept = *at;
	bool others = kept && kept->credential && now < kept->until &&
		      !ub_text_eq(kept->credential->authorization, authorization);
	if (kept && !others) {
		queue_credential_free(&kept->credential);
		kept->credential = queue_credential_new(authorization, host);
		kept->until = now + UB_CREDENTIAL_MS;
	}
	pthread_mutex_unlock(&credentials->mutex);
}

struct ub_credential *queue_credentials_take(
    struct ub_credentials *credentials, struct ub_text principal, int64_t now)
{
	struct ub_credential *copy = NULL;
	pthread_mutex_lock(&credentials->mutex);
	struct kept *kept = *find(credentials, principal);
	if (kept && now < kept->until)
		copy = queue_credential_new(kept->credential->authorization, kept->credential->host);
	pthread_mutex_unlock(&credentials->mutex);
	return copy;
}

void queue_credentials_drop(
    struct ub_credentials *credentials, struct ub_text principal, const struct ub_credential *refused)
{
	pthread_mutex_lock(&credentials->mutex);
	struct kept **at = find(credentials, principal);
	if (*at && ub_text_eq((*at)->credential->authorization, refused->authorization))
		let_go(credentials, at);
	pthread_mutex_unlock(&credentials->mutex);
}

void queue_credentials_expire(struct ub_credentials *credentials, int64_t now)
{
	pthread_mutex_lock(&credentials->mutex);
	for (size_t i = 0; credentials->n && i < UB_COUNT(credentials->buckets); i++)
		for (struct kept **at = &credentials->buckets[i]; *at;) {
			if (now >= (*at)->until)
				let_go(credentials, at);
			else
				at = &(*at)->next;
		}
	pthread_mutex_unlock(&credentials->mutex);
}
