/* SPDX-License-Identifier: Apache-2.0 */
#include "library-private.h"

/* The strings extension. Indexes count code points. */

typedef const struct ub_cel_value *args_t;

static struct ub_cel_value out_of_range(struct ub_cel_call *call, int64_t index)
{
	return ub_cel_fail(call, "index-out-of-range", "index out of range: %lld", (long long)index);
}

/* The byte offset of code point `index`. SIZE_MAX: it is negative or past the end. */
static size_t offset_of(struct ub_text text, int64_t index)
{
	return index < 0 || (uint64_t)index > text.len ? SIZE_MAX : cel_utf8_offset(text, (size_t)index);
}

static struct ub_cel_value char_at(struct ub_cel_call *call, args_t args, size_t n)
{
	struct ub_text text = ub_cel_text(args[0]);
	size_t from = offset_of(text, args[1].i), to = from;
	(void)n;
	if (from == SIZE_MAX)
		return out_of_range(call, args[1].i);
	if (from < text.len)
		cel_utf8_next(text, &to);
	return ub_cel_string(ub_text_sub(text, from, to));
}

static struct ub_cel_value index_from(struct ub_cel_call *call, args_t args, size_t from_byte)
{
	struct ub_text text = ub_cel_text(args[0]);
	if (!ub_cel_charge(call, text.len / 16))
		return ub_cel_fail_cost(call);
	size_t found = cel_text_find(text, ub_cel_text(args[1]), from_byte);
	if (found == SIZE_MAX)
		return ub_cel_int(-1);
	return ub_cel_int((int64_t)ub_text_code_points(ub_text_sub(text, 0, found)));
}

static struct ub_cel_value index_of(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	return index_from(call, args, 0);
}

static struct ub_cel_value index_of_from(struct ub_cel_call *call, args_t args, size_t n)
{
	size_t from = offset_of(ub_cel_text(args[0]), args[2].i);
	(void)n;
	return from == SIZE_MAX ? out_of_range(call, args[2].i) : index_from(call, args, from);
}

/* The last occurrence that begins at `from_byte` or before. */
static struct ub_cel_value last_index_from(struct ub_cel_call *call, args_t args, size_t from_byte)
{
	struct ub_text text = ub_cel_text(args[0]), needle = ub_cel_text(args[1]);
	if (!ub_cel_charge(call, text.len / 4))
		return ub_cel_fail_cost(call);
	if (needle.len > text.len)
		return ub_cel_int(-1);
	if (from_byte > text.len - needle.len)
		from_byte = text.len - needle.len;
	for (size_t i = from_byte + 1; i-- > 0;)
		if (memcmp(text.ptr + i, needle.ptr, needle.len) == 0 &&
		    (i == text.len || ((unsigned char)text.ptr[i] & 0xc0) != 0x80))
			return ub_cel_int((int64_t)ub_text_code_points(ub_text_sub(text, 0, i)));
	return ub_cel_int(-1);
}

static struct ub_cel_value last_index_of(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	return last_index_from(call, args, args[0].aux);
}

static struct ub_cel_value last_index_of_from(struct ub_cel_call *call, args_t args, size_t n)
{
	size_t from = offset_of(ub_cel_text(args[0]), args[2].i);
	(void)n;
	return from == SIZE_MAX ? out_of_range(call, args[2].i) : last_index_from(call, args, from);
}

static struct ub_cel_value substring_to(struct ub_cel_call *call, args_t args, size_t n)
{
	struct ub_text text = ub_cel_text(args[0]);
	size_t from = offset_of(text, args[1].i), to = offset_of(text, args[2].i);
	(void)n;
	if (from == SIZE_MAX)
		return out_of_range(call, args[1].i);
	if (to == SIZE_MAX)
		return out_of_range(call, args[2].i);
	if (from > to)
		return ub_cel_fail(call, "index-out-of-range",
		    "the substring ends before it begins: %lld to %lld", (long long)args[1].i,
		    (long long)args[2].i);
	return ub_cel_string(ub_text_sub(text, from, to));
}

static struct ub_cel_value substring(struct ub_cel_call *call, args_t args, size_t n)
{
	struct ub_text text = ub_cel_text(args[0]);
	size_t from = offset_of(text, args[1].i);
	(void)n;
	return from == SIZE_MAX ? out_of_range(call, args[1].i)
				: ub_cel_string(ub_text_sub(text, from, text.len));
}

/* ---- joining and splitting ---- */

static struct ub_cel_value join_with(
    struct ub_cel_call *call, const struct ub_cel_list *list, struct ub_text separator)
{
	struct ub_buf out = UB_BUF(call->arena);
	for (size_t i = 0; i < list->n; i++) {
		if (list->items[i].kind != UB_CEL_STRING)
			return cel_fail_overload(call);
		if (!ub_cel_charge(call, 1 + (list->items[i].aux + separator.len) / 16))
			return ub_cel_fail_cost(call);
		if (i)
			ub_buf_add(&out, separator);
		ub_buf_add(&out, ub_cel_text(list->items[i]));
	}
	return ub_cel_string(ub_buf_text(&out));
}

static struct ub_cel_value join(struct ub_cel_call *call, args_t args, size_t n)
{
	return join_with(call, args[0].list, n > 1 ? ub_cel_text(args[1]) : UB_TEXT_NONE);
}

struct pieces {
	struct ub_cel_value *items;
	size_t n, cap;
};

/* Splits into at most `limit` pieces, of which the last has all the rest. An empty separator stands between
 * every two code points. */
static struct ub_cel_value split_into(
    struct ub_cel_call *call, struct ub_text text, struct ub_text separator, uint64_t limit)
{
	struct pieces pieces = { 0 };
	size_t at = 0;
	if (!ub_cel_charge(call, text.len / 16))
		return ub_cel_fail_cost(call);
	while (pieces.n + 1 < limit) {
		size_t end = at;
		if (separator.len == 0 && at < text.len)
			cel_utf8_next(text, &end);
		else
			end = cel_text_find(text, separator, at);
		if (end == SIZE_MAX || (separator.len == 0 && end >= text.len))
			break;
		if (!ub_cel_charge(call, 1))
			return ub_cel_fail_cost(call);
		*ub_push(call->arena, &pieces) = ub_cel_string(ub_text_sub(text, at, end));
		at = end + separator.len;
	}
	if (limit > 0 && (separator.len > 0 || text.len > 0))
		*ub_push(call->arena, &pieces) = ub_cel_string(ub_text_sub(text, at, text.len));
	return ub_cel_list(call->arena, pieces.items, pieces.n);
}

static struct ub_cel_value split(struct ub_cel_call *call, args_t args, size_t n)
{
	uint64_t limit = n > 2 && args[2].i >= 0 ? (uint64_t)args[2].i : UINT64_MAX;
	return split_into(call, ub_cel_text(args[0]), ub_cel_text(args[1]), limit);
}

/* An empty text occurs before each code point and at the end. */
static struct ub_cel_value replace(struct ub_cel_call *call, args_t args, size_t n)
{
	struct ub_text text = ub_cel_text(args[0]), old = ub_cel_text(args[1]), new = ub_cel_text(args[2]);
	uint64_t left = n > 3 && args[3].i >= 0 ? (uint64_t)args[3].i : UINT64_MAX;
	struct ub_buf out = UB_BUF(call->arena);
	size_t at = 0;
	if (!ub_cel_charge(call, text.len / 16))
		return ub_cel_fail_cost(call);
	for (; left > 0; left--) {
		size_t found = cel_text_find(text, old, at);
		if (found == SIZE_MAX)
			break;
		if (!ub_cel_charge(call, 1 + new.len / 16))
			return ub_cel_fail_cost(call);
		ub_buf_add(&out, ub_text_sub(text, at, found));
		ub_buf_add(&out, new);
		at = found + old.len;
		if (old.len > 0)
			continue;
		if (at >= text.len)
			break;
		cel_utf8_next(text, &at);
		ub_buf_add(&out, ub_text_sub(text, found, at));
	}
	ub_buf_add(&out, ub_text_sub(text, at, text.len));
	return cel_new_string(call, ub_buf_text(&out));
}

/* ---- changing ---- */

static struct ub_cel_value change_case(struct ub_cel_call *call, struct ub_text text, char first, char last)
{
	struct ub_buf out = UB_BUF(call->arena);
	for (size_t i = 0; i < text.len; i++)
		ub_buf_char(
		    &out, text.ptr[i] >= first && text.ptr[i] <= last ? text.ptr[i] ^ 0x20 : text.ptr[i]);
	return cel_new_string(call, ub_buf_text(&out));
}

static struct ub_cel_value lower_ascii(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	return change_case(call, ub_cel_text(args[0]), 'A', 'Z');
}

static struct ub_cel_value upper_ascii(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	return change_case(call, ub_cel_text(args[0]), 'a', 'z');
}

static struct ub_cel_value reverse(struct ub_cel_call *call, args_t args, size_t n)
{
	struct ub_text text = ub_cel_text(args[0]);
	char *out = ub_arena_alloc(call->arena, text.len + 1);
	size_t from = 0, left = text.len;
	(void)n;
	while (from < text.len) {
		size_t to = from;
		cel_utf8_next(text, &to);
		left -= to - from;
		memcpy(out + left, text.ptr + from, to - from);
		from = to;
	}
	return cel_new_string(call, ub_text_n(out, text.len));
}

static struct ub_cel_value trim(struct ub_cel_call *call, args_t args, size_t n)
{
	struct ub_text text = ub_cel_text(args[0]);
	size_t from = 0, to = 0, at = 0;
	bool inside = false;
	(void)n;
	if (!ub_cel_charge(call, text.len / 16))
		return ub_cel_fail_cost(call);
	while (at < text.len) {
		size_t start = at;
		if (cel_utf8_is_space(cel_utf8_next(text, &at)))
			continue;
		if (!inside)
			from = start;
		inside = true;
		to = at;
	}
	return ub_cel_string(ub_text_sub(text, from, to));
}

static struct ub_cel_value quote(struct ub_cel_call *call, args_t args, size_t n)
{
	static const char special[] = "\a\b\f\n\r\t\v\\\"", letters[] = "abfnrtv\\\"";
	struct ub_text text = ub_cel_text(args[0]);
	struct ub_buf out = UB_BUF(call->arena);
	(void)n;
	ub_buf_char(&out, '"');
	for (size_t i = 0; i < text.len; i++) {
		const char *found = text.ptr[i] ? strchr(special, text.ptr[i]) : NULL;
		if (found)
			ub_buf_char(&out, '\\');
		ub_buf_char(&out, found ? letters[found - special] : text.ptr[i]);
	}
	ub_buf_char(&out, '"');
	return cel_new_string(call, ub_buf_text(&out));
}

static const struct ub_cel_function table[] = {
	{ "charAt", "string.(int) -> string", char_at },
	{ "indexOf", "string.(string) -> int", index_of },
	{ "indexOf", "string.(string, int) -> int", index_of_from },
	{ "lastIndexOf", "string.(string) -> int", last_index_of },
	{ "lastIndexOf", "string.(string, int) -> int", last_index_of_from },
	{ "substring", "string.(int) -> string", substring },
	{ "substring", "string.(int, int) -> string", substring_to },
	{ "join", "list(string).() -> string", join },
	{ "join", "list(string).(string) -> string", join },
	{ "split", "string.(string) -> list(string)", split },
	{ "split", "string.(string, int) -> list(string)", split },
	{ "replace", "string.(string, string) -> string", replace },
	{ "replace", "string.(string, string, int) -> string", replace },
	{ "lowerAscii", "string.() -> string", lower_ascii },
	{ "upperAscii", "string.() -> string", upper_ascii },
	{ "reverse", "string.() -> string", reverse },
	{ "trim", "string.() -> string", trim },
	{ "strings.quote", "(string) -> string", quote },
};

const struct library cel_library_strings_ext = { table, UB_COUNT(table) };
