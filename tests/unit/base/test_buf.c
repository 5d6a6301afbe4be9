/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>

#include "leaks.h"
#include "upbeat/base.h"

TestSuite(buf, .fini = ub_leak_check);

/* What ub_textf makes of a format is what the C library makes of it. */
#define SAME(...)                                                                                            \
	do {                                                                                                 \
		char expected[128];                                                                          \
		snprintf(expected, sizeof(expected), __VA_ARGS__);                                           \
		cr_assert_str_eq(ub_textf(arena, __VA_ARGS__).ptr, expected);                                \
	} while (0)

Test(buf, prints_numbers_as_printf_does)
{
	struct ub_arena *arena = ub_arena_new();
	static const int numbers[] = { 0, 1, -1, 9, 10, -10, 12345, INT_MAX, INT_MIN };
	for (size_t i = 0; i < UB_COUNT(numbers); i++) {
		SAME("%d|%i|%u|%x", numbers[i], numbers[i], (unsigned)numbers[i], (unsigned)numbers[i]);
		SAME("%04d|%-4d|%4d|%2d", numbers[i], numbers[i], numbers[i], numbers[i]);
		SAME("%08x|%-12u|%12u", (unsigned)numbers[i], (unsigned)numbers[i], (unsigned)numbers[i]);
		SAME("%*d|%0*d|%-*d|", 6, numbers[i], 6, numbers[i], 6, numbers[i]);
	}
	SAME("%ld %lu %lx", LONG_MIN, ULONG_MAX, ULONG_MAX);
	SAME("%lld %llu %llx", LLONG_MIN, ULLONG_MAX, ULLONG_MAX);
	SAME("%zu %zd %zx", SIZE_MAX, (ssize_t)-1, SIZE_MAX);
	SAME("100%% %c%c", 'o', 'k');
	ub_arena_free(&arena);
}

Test(buf, prints_strings_as_printf_does)
{
	struct ub_arena *arena = ub_arena_new();
	SAME("%s|%4s|%-4s|%2s|", "abc", "abc", "abc", "abc");
	SAME("%.*s|%.2s|%6.2s|%-6.2s|", 2, "abc", "abc", "abc", "abc");
	SAME("%s%s", "", "");
	SAME("%s", "100%");
	cr_assert_str_eq(ub_textf(arena, "%s", "").ptr, "");
	ub_arena_free(&arena);
}

Test(buf, prints_slices_past_a_nul_and_without_one)
{
	struct ub_arena *arena = ub_arena_new();
	const char raw[] = { 'a', '\0', 'b' };
	cr_assert(ub_text_eq(ub_textf(arena, "<%.*s>", UB_ARGS(ub_text_n(raw, 3))), UB_TEXT("<a\0b>")));
	cr_assert(ub_text_is(ub_textf(arena, "<%.*s>", UB_ARGS(UB_TEXT_NONE)), "<>"));
	ub_arena_free(&arena);
}

Test(buf, refuses_a_conversion_that_it_does_not_know, .signal = SIGABRT)
{
	struct ub_arena *arena = ub_arena_new();
	ub_textf(arena, "%f", 1.0);
}

Test(buf, refuses_a_format_that_ends_in_a_percent_sign, .signal = SIGABRT)
{
	struct ub_arena *arena = ub_arena_new();
	const char *volatile format = "50%";
	ub_textf(arena, format, 1);
}

Test(buf, grows_and_keeps_what_it_holds)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_buf buf = UB_BUF(arena);
	cr_assert(ub_text_eq(ub_buf_text(&buf), UB_TEXT_NONE));
	cr_assert_not_null(ub_buf_text(&buf).ptr);
	for (int i = 0; i < 10000; i++)
		ub_buf_printf(&buf, "%04d", i);
	cr_assert_eq(buf.len, 40000);
	for (int i = 0; i < 10000; i += 777)
		cr_assert(ub_text_eq(ub_text_sub(ub_buf_text(&buf), (size_t)i * 4, (size_t)i * 4 + 4),
		    ub_textf(arena, "%04d", i)));
	ub_arena_free(&arena);
}

Test(buf, adds_a_piece_of_itself)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_buf buf = UB_BUF(arena);
	ub_buf_str(&buf, "0123456789");
	for (int i = 0; i < 6; i++)
		ub_buf_add(&buf, ub_buf_text(&buf));
	cr_assert_eq(buf.len, 640);
	cr_assert(ub_text_is(ub_text_sub(ub_buf_text(&buf), 628, 640), "890123456789"));
	ub_arena_free(&arena);
}

Test(buf, ends_in_nul_when_asked_and_goes_on_after)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_buf buf = UB_BUF(arena);
	cr_assert_str_eq(ub_buf_cstr(&buf), "");
	ub_buf_pad(&buf, '-', 63);
	ub_buf_pad(&buf, 'x', 0);
	cr_assert_eq(ub_buf_cstr(&buf)[63], '\0');
	ub_buf_char(&buf, '>');
	ub_buf_char(&buf, '\0');
	ub_buf_str(&buf, "end");
	cr_assert_eq(buf.len, 68);
	cr_assert_str_eq(ub_buf_cstr(&buf) + 63, ">");
	cr_assert_str_eq(ub_buf_cstr(&buf) + 65, "end");
	ub_arena_free(&arena);
}

Test(buf, ends_the_process_when_padded_beyond_all_memory, .signal = SIGABRT)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_buf buf = UB_BUF(arena);
	ub_buf_pad(&buf, ' ', SIZE_MAX / 2);
}
