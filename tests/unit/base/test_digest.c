/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "upbeat/base.h"

TestSuite(digest, .fini = ub_leak_check);

static struct ub_text hex(struct ub_arena *arena, struct ub_text text)
{
	unsigned char digest[UB_SHA256_SIZE];
	ub_sha256(text, digest);
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < sizeof(digest); i++)
		ub_buf_printf(&out, "%02x", digest[i]);
	return ub_buf_text(&out);
}

Test(digest, is_sha256_at_every_padding)
{
	struct ub_arena *arena = ub_arena_new();
	/* values of `sha256sum` for n times the letter a: around the ends of a block and of its padding */
	static const struct {
		size_t n;
		const char *hex;
	} cases[] = {
		{ 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ 1, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb" },
		{ 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318" },
		{ 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a" },
		{ 63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34" },
		{ 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb" },
		{ 65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0" },
		{ 119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb" },
		{ 120, "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c" },
		{ 128, "6836cf13bac400e9105071cd6af47084dfacad4e5e302c94bfed24e013afb73e" },
		{ 1000, "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3" },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_buf text = UB_BUF(arena);
		ub_buf_pad(&text, 'a', cases[i].n);
		cr_assert(
		    ub_text_is(hex(arena, ub_buf_text(&text)), cases[i].hex), "%zu letters", cases[i].n);
	}
	ub_arena_free(&arena);
}

Test(digest, reads_padded_base64_and_nothing_else)
{
	struct ub_arena *arena = ub_arena_new();
	static const struct {
		const char *code;
		bool good;
		const char *plain;
	} cases[] = {
		{ "", true, "" },
		{ "Zg==", true, "f" },
		{ "Zm8=", true, "fo" },
		{ "Zm9v", true, "foo" },
		{ "Zm9vYmFy", true, "foobar" },
		{ "+/+/", true, "\xfb\xff\xbf" },
		{ "Zg=", false, "" },
		{ "Z===", false, "" },
		{ "====", false, "" },
		{ "Zg==Zg==", false, "" },
		{ "Zm9-", false, "" },
		{ "Zm9v\n", false, "" },
		{ "Zm 9", false, "" },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_text plain = UB_TEXT_NONE;
		bool good = ub_base64_decode(arena, ub_text(cases[i].code), &plain);
		cr_assert_eq(good, cases[i].good, "\"%s\"", cases[i].code);
		cr_assert(ub_text_is(plain, cases[i].plain), "\"%s\"", cases[i].code);
	}
	ub_arena_free(&arena);
}

Test(digest, writes_base64url_without_padding)
{
	struct ub_arena *arena = ub_arena_new();
	static const unsigned char bytes[] = { 0xfb, 0xff, 0xbf, 0x00 };
	static const char *const expected[] = { "", "-w", "-_8", "-_-_", "-_-_AA" };
	for (size_t n = 0; n <= sizeof(bytes); n++)
		cr_assert(ub_text_is(ub_base64url(arena, bytes, n), expected[n]), "%zu bytes", n);
	cr_assert(ub_text_is(ub_digest(arena, UB_TEXT("abc"), 6), "ungWv48B"));
	ub_arena_free(&arena);
}

/* RFC 4648 10. */
Test(digest, base64_is_padded)
{
	static const char *const pairs[][2] = { { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" },
		{ "foo", "Zm9v" }, { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
		{ "\xfb\xff", "+/8=" } };
	struct ub_arena *arena = ub_arena_new();
	for (size_t i = 0; i < UB_COUNT(pairs); i++) {
		struct ub_text code = ub_base64(arena, ub_text(pairs[i][0])), back;
		cr_expect(ub_text_is(code, pairs[i][1]), "%.*s", UB_ARGS(code));
		cr_expect(ub_base64_decode(arena, code, &back) && ub_text_is(back, pairs[i][0]));
	}
	ub_arena_free(&arena);
}
