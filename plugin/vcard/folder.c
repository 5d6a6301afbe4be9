/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vcard.h"

#define FILE_MAX (64u * 1024 * 1024)

/* ---- which files there are ---- */

static bool is_card_file(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');
	return entry->d_name[0] != '.' && dot && strcasecmp(dot, ".vcf") == 0;
}

static int choose(const struct dirent *entry)
{
	return is_card_file(entry);
}

static char *path_in(const char *folder, const char *name)
{
	char *path = NULL;
	if (asprintf(&path, "%s/%s", folder, name) < 0)
		abort();
	return path;
}

/* FNV-1a. */
static uint64_t digest(uint64_t so_far, const void *bytes, size_t len)
{
	for (const unsigned char *byte = bytes; len > 0; len--, byte++)
		so_far = (so_far ^ *byte) * UINT64_C(0x100000001B3);
	return so_far;
}

static uint64_t digest_file(uint64_t so_far, const char *path)
{
	struct stat file;
	so_far = digest(so_far, path, strlen(path) + 1);
	if (stat(path, &file) < 0)
		return so_far;
	so_far = digest(so_far, &file.st_ino, sizeof(file.st_ino));
	so_far = digest(so_far, &file.st_size, sizeof(file.st_size));
	so_far = digest(so_far, &file.st_mtim, sizeof(file.st_mtim));
	return digest(so_far, &file.st_ctim, sizeof(file.st_ctim));
}

static void free_entries(struct dirent **entries, int n)
{
	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
}

uint64_t vcard_look(const struct vcard_source *source)
{
	struct dirent **entries = NULL;
	uint64_t seen = digest_file(UINT64_C(0xCBF29CE484222325), source->path);
	const int n = scandir(source->path, &entries, choose, alphasort);
	for (int i = 0; i < n; i++) {
		char *path = path_in(source->path, entries[i]->d_name);
		seen = digest_file(seen, path);
		free(path);
	}
	if (n >= 0)
		free_entries(entries, n);
	return seen ? seen : 1;
}

/* ---- reading one ---- */

/* What cannot be read of a folder leaves out one file; of a file, all. */
static bool fail(struct vcard_reading *reading, const char *path, const char *why)
{
	char message[PATH_MAX + 100];
	snprintf(message, sizeof(message), "cannot read the cards in %s: %s", path, why);
	reading->host->error(reading->host, reading->source->place, message,
	    "let this program read it; until then, what was read before stays");
	return false;
}

static bool read_open(struct vcard_reading *reading, const char *path, int fd)
{
	struct stat file;
	size_t done = 0;
	if (fstat(fd, &file) < 0)
		return fail(reading, path, strerror(errno));
	if (!S_ISREG(file.st_mode))
		return fail(reading, path, "it is no regular file");
	if (file.st_size > (off_t)FILE_MAX)
		return fail(reading, path, "it is longer than 64 MiB");
	const size_t size = (size_t)file.st_size;
	char *bytes = web_memory(size);
	for (ssize_t n = 1; done < size && n > 0; done += n > 0 ? (size_t)n : 0)
		n = read(fd, bytes + done, size - done);
	const bool good = done == size;
	if (good)
		vcard_give_text(reading, path, bytes, size);
	else
		fail(reading, path, "it is being written");
	free(bytes);
	return good;
}

static bool read_file(struct vcard_reading *reading, const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return fail(reading, path, errno == ENOENT ? "there is no such file" : strerror(errno));
	const bool good = read_open(reading, path, fd);
	close(fd);
	return good;
}

/* A folder is read whole or not at all: who is missing would look as if taken away. */
static bool read_folder(struct vcard_reading *reading, struct dirent **entries, int n)
{
	bool good = true;
	for (int i = 0; good && i < n && !reading->host->stopping(reading->host); i++) {
		char *path = path_in(reading->source->path, entries[i]->d_name);
		good = read_file(reading, path);
		free(path);
	}
	return good;
}

bool vcard_read_path(struct vcard_reading *reading)
{
	struct dirent **entries = NULL;
	const int n = scandir(reading->source->path, &entries, choose, alphasort);
	if (n < 0 && errno == ENOTDIR)
		return read_file(reading, reading->source->path);
	if (n < 0)
		return fail(reading, reading->source->path,
		    errno == ENOENT ? "there is no such folder" : strerror(errno));
	const bool good = read_folder(reading, entries, n);
	free_entries(entries, n);
	return good;
}
