/* SPDX-License-Identifier: Apache-2.0 */
#include "http-private.h"

static bool ends_authority(char c)
{
	return c == '/' || c == '?' || c == '#';
}

/* The path of `href`, if that is an absolute URI or an absolute path; else empty. */
static struct ub_text path_of(struct ub_text href)
{
	static const struct ub_text schemes[] = { { "http://", 7 }, { "https://", 8 } };
	size_t from = 0, to;
	for (size_t i = 0; i < UB_COUNT(schemes) && from == 0; i++)
		if (ub_text_eq_nocase(ub_text_sub(href, 0, schemes[i].len), schemes[i]))
			from = schemes[i].len;
	bool absolute = from > 0;
	while (absolute && from < href.len && !ends_authority(href.ptr[from]))
		from++;
	for (to = from; to < href.len && href.ptr[to] != '?' && href.ptr[to] != '#'; to++)
		;
	if (to == from)
		return absolute ? UB_TEXT("/") : UB_TEXT_NONE;
	return href.ptr[from] == '/' ? ub_text_sub(href, from, to) : UB_TEXT_NONE;
}

/* Reads the first byte of a segment and returns how many bytes it is written with. A percent sign that begins
 * no escape stands for itself. */
static size_t decode(struct ub_text segment, char *byte)
{
	*byte = segment.ptr[0];
	if (*byte != '%' || segment.len < 3 || !http_all(ub_text_sub(segment, 1, 3), HTTP_HEX))
		return 1;
	*byte = (char)(http_hex_value(segment.ptr[1]) << 4 | http_hex_value(segment.ptr[2]));
	return 3;
}

struct ub_text ub_http_href_collection(struct ub_text href)
{
	while (href.len > 1 && href.ptr[href.len - 1] != '/')
		href.len--;
	return href;
}

struct ub_text ub_http_segment_decode(struct ub_arena *arena, struct ub_text segment)
{
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < segment.len;) {
		char byte;
		i += decode(ub_text_sub(segment, i, segment.len), &byte);
		ub_buf_char(&out, byte);
	}
	return ub_buf_text(&out);
}

static void add_segment(struct ub_buf *out, struct ub_text segment)
{
	ub_buf_char(out, '/');
	for (size_t i = 0; i < segment.len;) {
		char byte;
		i += decode(ub_text_sub(segment, i, segment.len), &byte);
		if (http_is(byte, HTTP_PCHAR)) {
			ub_buf_char(out, byte);
		} else {
			ub_buf_char(out, '%');
			ub_buf_char(out, "0123456789ABCDEF"[(unsigned char)byte >> 4]);
			ub_buf_char(out, "0123456789ABCDEF"[(unsigned char)byte & 15]);
		}
	}
}

/* Cuts off the last slash of `out` and all that follows. */
static void drop_segment(struct ub_buf *out)
{
	while (out->len > 0 && out->ptr[--out->len] != '/')
		;
}

struct ub_text ub_http_href_canonical(struct ub_arena *arena, struct ub_text href)
{
	struct ub_buf out = UB_BUF(arena);
	struct ub_text path = path_of(href), segment;
	if (path.len == 0 || href.len > UB_HREF_MAX)
		return UB_TEXT_NONE;
	while (ub_text_split(&path, '/', &segment)) {
		size_t before = out.len;
		if (segment.len == 0)
			continue;
		add_segment(&out, segment);
		struct ub_text written = ub_text_n(out.ptr + before, out.len - before);
		bool up = ub_text_is(written, "/..");
		if (up || ub_text_is(written, "/."))
			out.len = before;
		if (up)
			drop_segment(&out);
	}
	return out.len > 0 ? ub_buf_text(&out) : UB_TEXT("/");
}
