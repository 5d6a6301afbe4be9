/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Tokens and signatures.
 */
#include "webhook.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET_MAX 8192
#define PREFIX     "whsec_"

void webhook_forget(char *secret)
{
	if (!secret)
		return;
	explicit_bzero(secret, strlen(secret));
	free(secret);
}

char *webhook_read_secret(
    struct ub_plugin_host *host, const char *path, struct ub_plugin_place place, const char *what)
{
	char *text = web_memory(SECRET_MAX);
	if (web_read_secret(path, text, SECRET_MAX))
		return text;
	explicit_bzero(text, SECRET_MAX);
	free(text);
	web_fail(host, place, "the file has it alone, in one line", "there is no %s in %s", what, path);
	return NULL;
}

/* The key that the secret stands for. False: it is no Base64. */
static bool decode(const char *secret, unsigned char key[SECRET_MAX], size_t *len)
{
	const size_t n = strlen(secret);
	if (strncmp(secret, PREFIX, sizeof(PREFIX) - 1) != 0) {
		memcpy(key, secret, n);
		*len = n;
		return true;
	}
	const char *code = secret + sizeof(PREFIX) - 1;
	const size_t codes = n - (sizeof(PREFIX) - 1);
	int bytes = EVP_DecodeBlock(key, (const unsigned char *)code, (int)codes);
	if (bytes <= 0)
		return false;
	*len = (size_t)bytes - (code[codes - 1] == '=') - (codes > 1 && code[codes - 2] == '=');
	return *len > 0;
}

static char *signature(
    const unsigned char *key, size_t len, const struct ub_plugin_event *event, const char *timestamp)
{
	unsigned char digest[EVP_MAX_MD_SIZE], code[2 * EVP_MAX_MD_SIZE];
	unsigned n = 0;
	char *content = NULL, *value = NULL;
	if (asprintf(&content, "%s.%s.%s", event->id, timestamp, event->json) < 0 ||
	    !HMAC(EVP_sha256(), key, (int)len, (const unsigned char *)content, strlen(content), digest, &n))
		abort();
	free(content);
	EVP_EncodeBlock(code, digest, (int)n);
	if (asprintf(&value, "v1,%s", (const char *)code) < 0)
		abort();
	return value;
}

char *webhook_sign(const struct webhook_sink *sink, struct ub_plugin_host *host,
    const struct ub_plugin_event *event, const char *timestamp)
{
	unsigned char key[SECRET_MAX];
	size_t len = 0;
	char *value = NULL;
	char *secret = webhook_read_secret(host, sink->secret_file, sink->secret_place, "secret");
	if (!secret)
		return NULL;
	if (decode(secret, key, &len))
		value = signature(key, len, event, timestamp);
	else
		web_fail(host, sink->secret_place, "after `" PREFIX "` comes the key in Base64",
		    "the secret in %s cannot be decoded", sink->secret_file);
	explicit_bzero(key, sizeof(key));
	webhook_forget(secret);
	return value;
}
