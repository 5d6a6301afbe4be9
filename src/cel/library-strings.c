/* SPDX-License-Identifier: Apache-2.0 */
#include "library-private.h"

/* The standard functions of strings, and the encoders extension. */

typedef const struct ub_cel_value *args_t;

static struct ub_cel_value contains(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)n;
	if (!ub_cel_charge(call, args[0].aux / 16))
		return ub_cel_fail_cost(call);
	return ub_cel_bool(cel_text_find(ub_cel_text(args[0]), ub_cel_text(args[1]), 0) != SIZE_MAX);
}

static struct ub_cel_value starts_with(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_bool(ub_text_starts(ub_cel_text(args[0]), ub_cel_text(args[1])));
}

static struct ub_cel_value ends_with(struct ub_cel_call *call, args_t args, size_t n)
{
	(void)call, (void)n;
	return ub_cel_bool(ub_text_ends(ub_cel_text(args[0]), ub_cel_text(args[1])));
}

static const struct ub_cel_function strings[] = {
	{ "contains", "string.(string) -> bool", contains },
	{ "startsWith", "string.(string) -> bool", starts_with },
	{ "endsWith", "string.(string) -> bool", ends_with },
	{ "matches", "string.(string) -> bool", cel_string_matches },
	{ "matches", "(string, string) -> bool", cel_string_matches },
};

const struct library cel_library_strings = { strings, UB_COUNT(strings) };

/* ---- encoders: RFC 4648 section 4 ---- */

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static struct ub_cel_value base64_encode(struct ub_cel_call *call, args_t args, size_t n)
{
	struct ub_buf out = UB_BUF(call->arena);
	const unsigned char *in = (const unsigned char *)args[0].bytes;
	(void)n;
	if (!ub_cel_charge(call, args[0].aux / 16))
		return ub_cel_fail_cost(call);
	for (size_t i = 0; i < args[0].aux; i += 3) {
		size_t left = args[0].aux - i;
		uint32_t group = (uint32_t)in[i] << 16 | (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) |
				 (left > 2 ? in[i + 2] : 0);
		ub_buf_char(&out, base64[group >> 18]);
		ub_buf_char(&out, base64[group >> 12 & 63]);
		ub_buf_char(&out, left > 1 ? base64[group >> 6 & 63] : '=');
		ub_buf_char(&out, left > 2 ? base64[group & 63] : '=');
	}
	return cel_new_string(call, ub_buf_text(&out));
}

/* The padding may be missing, but no bits may be. */
static bool decode(struct ub_text text, struct ub_buf *out)
{
	uint32_t bits = 0;
	unsigned n_bits = 0;
	size_t padding = 0;
	while (padding < 2 && text.len && text.ptr[text.len - 1] == '=') {
		text.len--;
		padding++;
	}
	if (text.len % 4 == 1 || (padding && (text.len + padding) % 4 != 0))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		const char *found = text.ptr[i] ? strchr(base64, text.ptr[i]) : NULL;
		if (!found)
			return false;
		bits = bits << 6 | (uint32_t)(found - base64);
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			ub_buf_char(out, (char)(bits >> n_bits & 0xff));
		}
	}
	return true;
}

static struct ub_cel_value base64_decode(struct ub_cel_call *call, args_t args, size_t n)
{
	struct ub_buf out = UB_BUF(call->arena);
	(void)n;
	if (!ub_cel_charge(call, args[0].aux / 16))
		return ub_cel_fail_cost(call);
	if (!decode(ub_cel_text(args[0]), &out))
		return ub_cel_fail(call, "bad-conversion", "the text is not base64");
	return cel_new_bytes(call, ub_buf_text(&out));
}

static const struct ub_cel_function encoders[] = {
	{ "base64.encode", "(bytes) -> string", base64_encode },
	{ "base64.decode", "(string) -> bytes", base64_decode },
};

const struct library cel_library_encoders = { encoders, UB_COUNT(encoders) };
