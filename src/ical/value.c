/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

/* The length of the UTF-8 character at `at`. 0: no character is there. */
static size_t utf8_length(struct ub_text text, size_t at)
{
	for (size_t n = 1; n <= 4 && n <= text.len - at; n++)
		if (ub_text_utf8_valid(ub_text_sub(text, at, at + n)))
			return n;
	return 0;
}

struct ub_text ub_ical_repaired(struct ub_text text, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	if (ub_text_utf8_valid(text))
		return text;
	for (size_t at = 0; at < text.len;) {
		size_t n = utf8_length(text, at);
		if (n)
			ub_buf_add(&out, ub_text_sub(text, at, at + n));
		else
			ub_buf_str(&out, "\xEF\xBF\xBD");
		at += n ? n : 1;
	}
	return ub_buf_text(&out);
}

struct ub_text ub_ical_text(struct ub_text value, struct ub_arena *arena)
{
	return ub_ical_repaired(ub_libical_unescaped(value, arena), arena);
}

static int hex_digit(struct ub_text text, size_t at)
{
	char c = at < text.len ? text.ptr[at] : ' ';
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

int ub_ical_hex(struct ub_text text, size_t at)
{
	int high = hex_digit(text, at), low = hex_digit(text, at + 1);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

bool ub_ical_list_next(struct ub_text *rest, struct ub_text *piece)
{
	if (!rest->ptr)
		return false;
	size_t i = 0;
	for (; i < rest->len && rest->ptr[i] != ','; i++)
		if (rest->ptr[i] == '\\')
			i++;
	bool last = i >= rest->len;
	*piece = ub_text_sub(*rest, 0, i);
	*rest = last ? (struct ub_text){ NULL, 0 } : ub_text_sub(*rest, i + 1, rest->len);
	return true;
}

struct ub_civil ub_ical_civil_add(struct ub_civil civil, int64_t seconds)
{
	return ub_cal_civil(ub_cal_utc(), ub_cal_instant(ub_cal_utc(), civil) + seconds);
}

int64_t ub_ical_wall(struct ub_civil civil)
{
	return ub_cal_instant(ub_cal_utc(), civil);
}
