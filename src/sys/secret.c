/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The smallest piece of locked memory. */
#define PIECE_MIN 64

void ub_sys_lock_secrets(void)
{
	/* Where memory cannot be locked, secrets are in memory like any other. */
	(void)CRYPTO_secure_malloc_init(UB_SECRETS_LOCKED, PIECE_MIN);
}

void *ub_sys_secret_new(size_t n)
{
	void *secret = CRYPTO_secure_malloc_initialized() ? OPENSSL_secure_zalloc(n) : NULL;
	secret = secret ? secret : calloc(1, n);
	if (!secret)
		abort();
	return secret;
}

void ub_sys_secret_free(void *secret, size_t n)
{
	if (secret && CRYPTO_secure_allocated(secret)) {
		OPENSSL_secure_clear_free(secret, n);
	} else if (secret) {
		explicit_bzero(secret, n);
		free(secret);
	}
}

/* What keeps the bytes from being a secret in one line; NULL: nothing. */
static const char *what_is_wrong(const char *bytes, size_t len)
{
	if (len == 0)
		return "it is empty";
	if (len > UB_SECRET_MAX)
		return "it is too large";
	if (bytes[len - 1] == '\r')
		return "its line ends in a carriage return, as editors on Windows write it";
	if (memchr(bytes, '\n', len))
		return "it has more than one line";
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)bytes[i] < ' ' || bytes[i] == 0x7F)
			return "it has a control character in it";
	return NULL;
}

static const char *read_line(int fd, struct ub_secret *secret)
{
	/* one byte for the end of the line, and one to see that there is more than is taken */
	ssize_t got = read(fd, secret->bytes, UB_SECRET_MAX + 2);
	if (got < 0)
		return strerror(errno);
	secret->len = (size_t)got;
	if (got > 0 && secret->bytes[got - 1] == '\n')
		secret->len--;
	return what_is_wrong(secret->bytes, secret->len);
}

static const char *read_file(int fd, struct ub_secret *secret)
{
	struct stat status;
	if (fstat(fd, &status) < 0)
		return strerror(errno);
	if (!S_ISREG(status.st_mode))
		return ub_file_result_text(UB_FILE_ODD);
	secret->exposed = status.st_mode & (S_IRWXG | S_IRWXO);
	secret->bytes = ub_sys_secret_new(UB_SECRET_MAX + 2);
	return read_line(fd, secret);
}

const char *ub_sys_read_secret(const char *path, struct ub_secret *secret)
{
	*secret = (struct ub_secret){ NULL, 0, false };
	/* With O_NONBLOCK, opening a pipe does not wait for the other end. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return errno == ENOENT ? ub_file_result_text(UB_FILE_MISSING) : strerror(errno);
	const char *wrong = read_file(fd, secret);
	close(fd);
	if (wrong)
		ub_sys_forget_secret(secret);
	return wrong;
}

void ub_sys_forget_secret(struct ub_secret *secret)
{
	ub_sys_secret_free(secret->bytes, UB_SECRET_MAX + 2);
	*secret = (struct ub_secret){ NULL, 0, secret->exposed };
}
