/* SPDX-License-Identifier: Apache-2.0 */
#include <iconv.h>

#include "upbeat/sys.h"

/* iconv loads a module for what it does not know. Texts of strangers name only these. */
static bool is_western(struct ub_text charset)
{
	static const char *const families[] = { "iso-8859-", "windows-125", "us-ascii" };
	for (size_t i = 0; i < UB_COUNT(families); i++) {
		size_t n = ub_text(families[i]).len;
		if (charset.len <= n + 2 &&
		    ub_text_eq_nocase(ub_text_sub(charset, 0, n), ub_text(families[i])))
			return true;
	}
	return false;
}

struct ub_text ub_sys_utf8(struct ub_text charset, struct ub_text text, struct ub_arena *arena)
{
	if (!is_western(charset))
		return text;
	iconv_t conversion = iconv_open("UTF-8", ub_text_cstr(arena, charset));
	if (conversion == (iconv_t)-1)
		return text;
	size_t room = 4 * text.len, left = text.len;
	char *out = ub_arena_alloc(arena, room + 1), *at = out, *from = ub_text_cstr(arena, text);
	bool whole = iconv(conversion, &from, &left, &at, &room) != (size_t)-1;
	iconv_close(conversion);
	return whole ? ub_text_n(out, (size_t)(at - out)) : text;
}
