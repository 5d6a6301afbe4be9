/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The last good reading of a source in a file, so that a process which starts while the source fails begins
 * with it. The file's first line has a time that is written anew in its place, and digests of the source's
 * settings and of all that follows.
 */
#include "directory-private.h"

#include <fcntl.h>
#include <unistd.h>

#include "upbeat/sys.h"

#define BEGIN        "upbeat-accounts 1 "
#define TIME_LEN     20
#define DIGEST_BYTES 24
#define DIGEST_LEN   32 /* of so many bytes in base64url */
#define HEAD_LEN     (sizeof(BEGIN) - 1 + TIME_LEN + 1 + DIGEST_LEN + 1 + DIGEST_LEN + 1)

/* The first line. A time before 1970 is as old as any. */
static struct ub_text head_of(struct ub_text words, const struct kept *kept, struct ub_arena *arena)
{
	return ub_textf(arena, BEGIN "%020lld %.*s %.*s\n", (long long)(kept->as_of > 0 ? kept->as_of : 0),
	    UB_ARGS(ub_digest(arena, words, DIGEST_BYTES)),
	    UB_ARGS(ub_digest(arena, kept->said, DIGEST_BYTES)));
}

static bool is_of(struct ub_text head, struct ub_text words, struct ub_arena *arena)
{
	size_t at = sizeof(BEGIN) - 1 + TIME_LEN + 1;
	return ub_text_eq(ub_text_sub(head, at, at + DIGEST_LEN), ub_digest(arena, words, DIGEST_BYTES));
}

enum kept_found kept_read(const char *path, struct ub_text words, struct ub_arena *arena, struct kept *kept)
{
	struct ub_text file;
	enum ub_file_result result = ub_sys_read_regular_file(arena, path, UB_KEPT_BYTES_MAX, &file);
	if (result != UB_FILE_OK)
		return result == UB_FILE_MISSING ? KEPT_NONE : KEPT_BROKEN;
	struct ub_text head = ub_text_sub(file, 0, HEAD_LEN);
	if (head.len < HEAD_LEN || !ub_text_starts(head, UB_TEXT(BEGIN)))
		return KEPT_BROKEN;
	if (!is_of(head, words, arena))
		return KEPT_NONE;
	struct ub_text time = ub_text_sub(head, sizeof(BEGIN) - 1, sizeof(BEGIN) - 1 + TIME_LEN);
	kept->said = ub_text_sub(file, HEAD_LEN, file.len);
	bool sound = ub_text_to_int(time, &kept->as_of) && ub_text_eq(head, head_of(words, kept, arena));
	return sound ? KEPT_FOUND : KEPT_BROKEN;
}

enum ub_file_result kept_write(const char *path, struct ub_text words, const struct kept *kept)
{
	struct ub_arena *arena = ub_arena_new();
	const struct ub_text pieces[] = { head_of(words, kept, arena), kept->said };
	enum ub_file_result result = UB_FILE_TOO_LARGE;
	if (HEAD_LEN + kept->said.len <= UB_KEPT_BYTES_MAX)
		result = ub_sys_replace_file(path, pieces, UB_COUNT(pieces));
	ub_arena_free(&arena);
	return result;
}

void kept_confirm(const char *path, ub_instant as_of)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_text time = ub_textf(arena, "%020lld", (long long)as_of);
	int fd = as_of > 0 ? open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
	/* If this fails, what was kept looks older than it is. */
	if (fd >= 0 && pwrite(fd, time.ptr, time.len, sizeof(BEGIN) - 1) != (ssize_t)time.len)
		unlink(path);
	if (fd >= 0)
		close(fd);
	ub_arena_free(&arena);
}

void kept_forget(const char *prefix, size_t from)
{
	struct ub_arena *arena = ub_arena_new();
	while (unlink(ub_textf(arena, "%s-%zu", prefix, from).ptr) == 0)
		from++;
	ub_arena_free(&arena);
}
