/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/base.h"

#include <string.h>

/* SHA-256 (FIPS 180-4, 6.2) without a library, so that the core can name things after their contents. */

#define BLOCK 64

static const uint32_t round_constants[64] = { 0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b,
	0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74,
	0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3,
	0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354,
	0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
	0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3,
	0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa,
	0xa4506ceb, 0xbef9a3f7, 0xc67178f2 };

static uint32_t rotate(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

static void expand(const unsigned char block[BLOCK], uint32_t w[64])
{
	for (size_t i = 0; i < 16; i++)
		w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
		       (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (size_t i = 16; i < 64; i++) {
		uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
		uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
		w[i] = w[i - 16] + s0 + w[i - 7] + s1;
	}
}

static void compress(uint32_t hash[8], const unsigned char block[BLOCK])
{
	uint32_t w[64], s[8];
	expand(block, w);
	memcpy(s, hash, sizeof(s));
	for (size_t i = 0; i < 64; i++) {
		uint32_t sum1 = rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25);
		uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
		uint32_t t1 = s[7] + sum1 + choice + round_constants[i] + w[i];
		uint32_t sum0 = rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22);
		uint32_t majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
		memmove(s + 1, s, 7 * sizeof(*s));
		s[4] += t1;
		s[0] = t1 + sum0 + majority;
	}
	for (size_t i = 0; i < 8; i++)
		hash[i] += s[i];
}

void ub_sha256(struct ub_text text, unsigned char digest[UB_SHA256_SIZE])
{
	uint32_t hash[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
		0x1f83d9ab, 0x5be0cd19 };
	size_t whole = text.len / BLOCK * BLOCK, rest = text.len - whole;
	for (size_t at = 0; at < whole; at += BLOCK)
		compress(hash, (const unsigned char *)text.ptr + at);

	/* The tail is the rest, a one bit, zeros, and the length in bits at the end of one block or two. */
	unsigned char tail[2 * BLOCK] = { 0 };
	size_t tail_size = rest + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
	if (rest)
		memcpy(tail, text.ptr + whole, rest);
	tail[rest] = 0x80;
	for (size_t i = 0; i < 8; i++)
		tail[tail_size - 1 - i] = (unsigned char)((uint64_t)text.len * 8 >> 8 * i);
	for (size_t at = 0; at < tail_size; at += BLOCK)
		compress(hash, tail + at);

	for (size_t i = 0; i < UB_SHA256_SIZE; i++)
		digest[i] = (unsigned char)(hash[i / 4] >> (24 - 8 * (i % 4)));
}

static void encode(struct ub_buf *out, const char *alphabet, const unsigned char *bytes, size_t n)
{
	uint32_t bits = 0;
	unsigned have = 0;
	for (size_t i = 0; i < n; i++) {
		bits = bits << 8 | bytes[i];
		for (have += 8; have >= 6; have -= 6)
			ub_buf_char(out, alphabet[bits >> (have - 6) & 63]);
	}
	if (have)
		ub_buf_char(out, alphabet[bits << (6 - have) & 63]);
}

struct ub_text ub_base64url(struct ub_arena *arena, const unsigned char *bytes, size_t n)
{
	struct ub_buf out = UB_BUF(arena);
	encode(&out, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", bytes, n);
	return ub_buf_text(&out);
}

struct ub_text ub_base64(struct ub_arena *arena, struct ub_text bytes)
{
	struct ub_buf out = UB_BUF(arena);
	encode(&out, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
	    (const unsigned char *)bytes.ptr, bytes.len);
	while (out.len % 4)
		ub_buf_char(&out, '=');
	return ub_buf_text(&out);
}

/* The six bits that a letter of the standard alphabet stands for, or -1. */
static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool ub_base64_decode(struct ub_arena *arena, struct ub_text code, struct ub_text *bytes)
{
	if (code.len % 4 != 0)
		return false;
	for (int pad = 0; pad < 2 && code.len && code.ptr[code.len - 1] == '='; pad++)
		code.len--;
	char *out = ub_arena_alloc(arena, code.len);
	size_t n = 0;
	uint32_t bits = 0;
	for (size_t i = 0; i < code.len; i++) {
		int value = base64_value(code.ptr[i]);
		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		if (i % 4)
			out[n++] = (char)(bits >> (6 - 2 * (i % 4)));
	}
	*bytes = ub_text_n(out, n);
	return true;
}

struct ub_text ub_digest(struct ub_arena *arena, struct ub_text text, size_t bytes)
{
	unsigned char digest[UB_SHA256_SIZE];
	ub_sha256(text, digest);
	return ub_base64url(arena, digest, bytes < sizeof(digest) ? bytes : sizeof(digest));
}
