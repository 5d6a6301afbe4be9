/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char default_zoneinfo[] = "/usr/share/zoneinfo";

const char *ub_file_result_text(enum ub_file_result result)
{
	switch (result) {
	case UB_FILE_OK:
		return "no error";
	case UB_FILE_MISSING:
		return "there is no such file";
	case UB_FILE_TOO_LARGE:
		return "it is too large";
	case UB_FILE_ODD:
		return "it is no regular file";
	case UB_FILE_FAILED:
		break;
	}
	return strerror(errno);
}

static enum ub_file_result failure(int number)
{
	return number == ENOENT || number == ENOTDIR ? UB_FILE_MISSING : UB_FILE_FAILED;
}

/* The loop asks for one byte more than the limit, to see whether there is one. */
enum ub_file_result ub_sys_read_fd(struct ub_arena *arena, int fd, size_t limit, struct ub_text *text)
{
	struct stat status;
	size_t cap = 4096, len = 0;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0)
		cap = (uint64_t)status.st_size < limit ? (size_t)status.st_size + 1 : limit + 1;
	if (cap > limit + 1)
		cap = limit + 1;
	char *bytes = ub_arena_alloc(arena, cap);
	while (len <= limit) {
		if (len == cap) {
			size_t wider = cap > limit / 2 ? limit + 1 : cap * 2;
			char *grown = ub_arena_alloc(arena, wider);
			memcpy(grown, bytes, len);
			bytes = grown;
			cap = wider;
		}
		ssize_t got = read(fd, bytes + len, cap - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return UB_FILE_FAILED;
		if (got == 0) {
			*text = (struct ub_text){ bytes, len };
			return UB_FILE_OK;
		}
		len += (size_t)got;
	}
	return UB_FILE_TOO_LARGE;
}

static enum ub_file_result read_and_close(struct ub_arena *arena, int fd, size_t limit, struct ub_text *text)
{
	enum ub_file_result result = ub_sys_read_fd(arena, fd, limit, text);
	int saved = errno;
	close(fd);
	errno = saved;
	return result;
}

enum ub_file_result ub_sys_read_file(
    struct ub_arena *arena, const char *path, size_t limit, struct ub_text *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? failure(errno) : read_and_close(arena, fd, limit, text);
}

enum ub_file_result ub_sys_read_regular_file(
    struct ub_arena *arena, const char *path, size_t limit, struct ub_text *text)
{
	struct stat status;
	/* With O_NONBLOCK, opening a pipe does not wait for the other end. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return failure(errno);
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
		return read_and_close(arena, fd, limit, text);
	close(fd);
	return UB_FILE_ODD;
}

static bool write_all(int fd, struct ub_text text)
{
	while (text.len > 0) {
		ssize_t done = write(fd, text.ptr, text.len);
		if (done < 0 && errno != EINTR)
			return false;
		text = done < 0 ? text : ub_text_sub(text, (size_t)done, text.len);
	}
	return true;
}

static bool write_new(const char *path, const struct ub_text *pieces, size_t n)
{
	unlink(path); /* of a process that did not come to the end */
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
	bool good = fd >= 0;
	for (size_t i = 0; good && i < n; i++)
		good = write_all(fd, pieces[i]);
	good = good && fsync(fd) == 0;
	int saved = errno;
	if (fd >= 0 && close(fd) < 0 && good)
		return false;
	errno = saved;
	return good;
}

enum ub_file_result ub_sys_replace_file(const char *path, const struct ub_text *pieces, size_t n)
{
	struct ub_arena *arena = ub_arena_new();
	const char *new_path = ub_textf(arena, "%s.new", path).ptr;
	bool good = write_new(new_path, pieces, n) && rename(new_path, path) == 0;
	int saved = errno;
	if (!good)
		unlink(new_path);
	ub_arena_free(&arena);
	errno = saved;
	return good ? UB_FILE_OK : failure(saved);
}

bool ub_sys_is_directory(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static int by_bytes(const void *a, const void *b)
{
	return ub_text_cmp(*(const struct ub_text *)a, *(const struct ub_text *)b);
}

enum ub_file_result ub_sys_list_directory(
    struct ub_arena *arena, const char *path, struct ub_text suffix, struct ub_text **names, size_t *n)
{
	DIR *directory = opendir(path);
	if (!directory)
		return failure(errno);
	UB_VEC(struct ub_text) list = { 0 };
	enum ub_file_result result = UB_FILE_OK;
	errno = 0;
	for (struct dirent *entry; (entry = readdir(directory)); errno = 0) {
		struct ub_text name = ub_text(entry->d_name);
		if (name.ptr[0] == '.' || !ub_text_ends(name, suffix))
			continue;
		if (list.n == UB_DIRECTORY_MAX) {
			result = UB_FILE_TOO_LARGE;
			break;
		}
		*ub_push(arena, &list) = ub_text_copy(arena, name);
	}
	int saved = errno;
	if (saved != 0)
		result = UB_FILE_FAILED;
	closedir(directory);
	errno = saved;
	if (list.n > 0)
		qsort(list.items, list.n, sizeof(*list.items), by_bytes);
	*names = list.items;
	*n = list.n;
	return result;
}

/* Letters, digits, _ + - in parts between single slashes: such a name does not leave the directory. */
static bool plain_zone_name(struct ub_text name)
{
	if (name.len == 0 || name.len > UB_ZONE_NAME_MAX)
		return false;
	bool part = false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			     c == '_' || c == '+' || c == '-';
		if (!plain && !(c == '/' && part))
			return false;
		part = plain;
	}
	return part;
}

static struct ub_text load_zone(void *context, struct ub_arena *arena, struct ub_text name)
{
	struct ub_text bytes = { 0 };
	if (!plain_zone_name(name))
		return bytes;
	struct ub_buf path = UB_BUF(arena);
	ub_buf_printf(&path, "%s/%.*s", (const char *)context, UB_ARGS(name));
	if (ub_sys_read_file(arena, ub_buf_cstr(&path), UB_TZIF_MAX, &bytes) != UB_FILE_OK)
		return (struct ub_text){ 0 };
	return bytes;
}

struct ub_zone_source ub_sys_zone_source(const char *directory)
{
	return (struct ub_zone_source){ load_zone, (void *)(directory ? directory : default_zoneinfo) };
}
