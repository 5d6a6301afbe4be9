/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Makes the canonical form of a resource's address, and once more by a slow way that keeps each byte apart
 * from how it was written (RFC 3986 3.3, 5.2.4). Both must agree, and other ways to write the same address
 * must give the same form.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "upbeat/http.h"
#include "upbeat/limits.h"

enum { SLASH = 256 }; /* one that separates; one that was escaped is a byte like others */

struct path {
	unsigned symbols[UB_HREF_MAX];
	size_t n;
};

static void require(bool so)
{
	if (!so)
		abort();
}

static int hex(char c)
{
	const char *digits = "0123456789abcdef", *found = c ? strchr(digits, c | 0x20) : NULL;
	return c >= '0' && found ? (int)(found - digits) : -1;
}

static bool is_any(char c, const char *set)
{
	return c != 0 && strchr(set, c);
}

/* Where the path begins; SIZE_MAX: nowhere, as that is no address. */
static size_t find_path(struct ub_text href)
{
	bool secure = ub_text_eq_nocase(ub_text_sub(href, 0, 8), UB_TEXT("https://"));
	if (!secure && !ub_text_eq_nocase(ub_text_sub(href, 0, 7), UB_TEXT("http://")))
		return href.len > 0 && href.ptr[0] == '/' ? 0 : SIZE_MAX;
	size_t at = secure ? 8 : 7;
	while (at < href.len && !is_any(href.ptr[at], "/?#"))
		at++;
	return at;
}

static void read_symbols(struct ub_text href, size_t at, struct path *path)
{
	for (path->n = 0; at < href.len && !is_any(href.ptr[at], "?#"); at++) {
		unsigned symbol = (unsigned char)href.ptr[at];
		bool escaped = symbol == '%' && at + 2 < href.len && hex(href.ptr[at + 1]) >= 0 &&
			       hex(href.ptr[at + 2]) >= 0;
		if (escaped) {
			symbol = (unsigned)(hex(href.ptr[at + 1]) * 16 + hex(href.ptr[at + 2]));
			at += 2;
		}
		path->symbols[path->n++] = symbol == '/' && !escaped ? SLASH : symbol;
	}
}

static bool segment_is(const struct path *path, size_t from, size_t to, const char *text)
{
	size_t n = strlen(text);
	for (size_t i = 0; to - from == n && i < n; i++)
		if (path->symbols[from + i] != (unsigned char)text[i])
			return false;
	return to - from == n;
}

/* Takes the segments from the left to the right, each time with all that is left of those before. */
static void resolve(const struct path *path, struct path *out)
{
	out->n = 0;
	for (size_t from = 0, to; from < path->n; from = to + 1) {
		for (to = from; to < path->n && path->symbols[to] != SLASH; to++)
			;
		if (segment_is(path, from, to, "..")) {
			while (out->n > 0 && out->symbols[--out->n] != SLASH)
				;
		} else if (to > from && !segment_is(path, from, to, ".")) {
			out->symbols[out->n++] = SLASH;
			memcpy(out->symbols + out->n, path->symbols + from, (to - from) * sizeof(unsigned));
			out->n += to - from;
		}
	}
}

static struct ub_text write_symbols(const struct path *path, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < path->n; i++) {
		unsigned symbol = path->symbols[i];
		char c = (char)symbol;
		bool plain = symbol < 128 && is_any(c, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
						       "0123456789-._~!$&'()*+,;=:@");
		if (symbol == SLASH)
			ub_buf_char(&out, '/');
		else if (plain)
			ub_buf_char(&out, c);
		else
			ub_buf_printf(
			    &out, "%%%c%c", "0123456789ABCDEF"[symbol / 16], "0123456789ABCDEF"[symbol % 16]);
	}
	return path->n ? ub_buf_text(&out) : UB_TEXT("/");
}

static struct ub_text slowly(struct ub_text href, struct ub_arena *arena)
{
	static struct path written, path;
	size_t at = find_path(href);
	if (at == SIZE_MAX || href.len > UB_HREF_MAX)
		return UB_TEXT_NONE;
	read_symbols(href, at, &written);
	resolve(&written, &path);
	return write_symbols(&path, arena);
}

/* The same address in other words. */
static void check_others(struct ub_text href, struct ub_text wanted, struct ub_arena *arena)
{
	static const char *const others[] = { "%.*s?a/../b", "%.*s#c", "http://h:8%.*s", "HTTPS://u@h%.*s",
		"/.%.*s", "/x/..%.*s", "//%.*s" };
	bool open = ub_text_find(href, UB_TEXT("?"), 0) == SIZE_MAX &&
		    ub_text_find(href, UB_TEXT("#"), 0) == SIZE_MAX;
	for (size_t i = 0; i < UB_COUNT(others); i++) {
		struct ub_text other = ub_textf(arena, others[i], UB_ARGS(href));
		if (other.len <= UB_HREF_MAX)
			require(ub_text_eq(ub_http_href_canonical(arena, other), wanted));
	}
	struct ub_text collection = ub_textf(arena, "%.*s/", UB_ARGS(href));
	if (open && collection.len <= UB_HREF_MAX)
		require(ub_text_eq(ub_http_href_canonical(arena, collection), wanted));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_text href = ub_text_n((const char *)bytes, size);
	struct ub_text canonical = ub_http_href_canonical(arena, href);
	require(ub_text_eq(canonical, slowly(href, arena)));
	if (canonical.len > 0 && canonical.len <= UB_HREF_MAX)
		require(ub_text_eq(ub_http_href_canonical(arena, canonical), canonical));
	if (href.len > 0 && href.ptr[0] == '/' && !memchr(href.ptr, 0, href.len))
		check_others(href, canonical, arena);
	ub_arena_free(&arena);
	return 0;
}
