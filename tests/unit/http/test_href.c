/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "leaks.h"
#include "upbeat/http.h"

TestSuite(href, .fini = ub_leak_check);

static const struct {
	const char *href, *canonical;
} hrefs[] = {
	{ "/", "/" },
	{ "//", "/" },
	{ "/.", "/" },
	{ "/..", "/" },
	{ "/../../a", "/a" },
	{ "/alice/calendar/event.ics", "/alice/calendar/event.ics" },
	{ "/alice/calendar/", "/alice/calendar" },
	{ "/alice//calendar///event.ics/", "/alice/calendar/event.ics" },
	{ "/alice/./calendar/x/../event.ics", "/alice/calendar/event.ics" },
	{ "/alice/x/..", "/alice" },
	{ "/alice/x/%2e%2E/y", "/alice/y" },
	{ "/alice/.../..a", "/alice/.../..a" },
	{ "/calendar/%67%7E%2D%5f.ics", "/calendar/g~-_.ics" },
	{ "/a%2Fb", "/a%2Fb" },
	{ "/a%2fb", "/a%2Fb" },
	{ "/alice%40example.org/", "/alice@example.org" },
	{ "/alice@example.org", "/alice@example.org" },
	{ "/a%20b c", "/a%20b%20c" },
	{ "/%c3%a4", "/%C3%A4" },
	{ "/\xc3\xa4", "/%C3%A4" },
	{ "/100%", "/100%25" },
	{ "/100%25", "/100%25" },
	{ "/%zz%2", "/%25zz%252" },
	{ "/%00", "/%00" },
	{ "/a?x=/../b", "/a" },
	{ "/a#b", "/a" },
	{ "/a/?", "/a" },
	{ "http://example.org/a/", "/a" },
	{ "HTTPS://example.org:8443/a", "/a" },
	{ "http://example.org", "/" },
	{ "http://example.org?x", "/" },
	{ "//alice/calendar/", "/alice/calendar" }, /* Xandikos' Location: a path, not a host */
	{ "", "" },
	{ "*", "" },
	{ "?x", "" },
	{ "event.ics", "" },
	{ "ftp://example.org/a", "" },
	{ "mailto:alice@example.org", "" },
};

Test(href, has_one_form_however_it_is_written)
{
	struct ub_arena *arena = ub_arena_new();
	for (size_t i = 0; i < UB_COUNT(hrefs); i++) {
		struct ub_text canonical = ub_http_href_canonical(arena, ub_text(hrefs[i].href));
		cr_expect(
		    ub_text_is(canonical, hrefs[i].canonical), "%s: %.*s", hrefs[i].href, UB_ARGS(canonical));
	}
	ub_arena_free(&arena);
}

Test(href, in_its_form_stays_as_it_is)
{
	struct ub_arena *arena = ub_arena_new();
	for (size_t i = 0; i < UB_COUNT(hrefs); i++) {
		struct ub_text once = ub_http_href_canonical(arena, ub_text(hrefs[i].href));
		struct ub_text twice = ub_http_href_canonical(arena, once);
		cr_expect(ub_text_eq(once, twice), "%.*s", UB_ARGS(once));
	}
	ub_arena_free(&arena);
}

Test(href, may_be_as_long_as_the_limit_and_no_longer)
{
	static char text[UB_HREF_MAX + 1];
	struct ub_arena *arena = ub_arena_new();
	memset(text, 'a', sizeof(text));
	text[0] = '/';
	cr_expect_eq(ub_http_href_canonical(arena, ub_text_n(text, UB_HREF_MAX)).len, UB_HREF_MAX);
	cr_expect_eq(ub_http_href_canonical(arena, ub_text_n(text, UB_HREF_MAX + 1)).len, 0);
	ub_arena_free(&arena);
}

/* RFC 3986 3.3: what may stand in a segment is written as itself, all else as an escape. */
Test(href, writes_each_byte_in_the_one_way_that_it_has)
{
	static const char plain[] = "!$&'()*+,-.:;=@_~0123456789"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	struct ub_arena *arena = ub_arena_new();
	for (unsigned b = 0; b < 256; b++) {
		char wanted[8];
		bool plainly = b && strchr(plain, (int)b);
		snprintf(wanted, sizeof(wanted), plainly ? "/x%c" : "/x%%%02X", b);
		struct ub_text canonical = ub_http_href_canonical(arena, ub_textf(arena, "/x%%%02x", b));
		cr_expect(ub_text_is(canonical, wanted), "%02x: %.*s", b, UB_ARGS(canonical));
	}
	ub_arena_free(&arena);
}

Test(href, takes_for_an_escape_what_is_hexadecimal)
{
	static const char digits[] = "0123456789ABCDEFabcdef";
	struct ub_arena *arena = ub_arena_new();
	for (unsigned b = 1; b < 256; b++) {
		bool hex = strchr(digits, (int)b) != NULL;
		struct ub_text href = ub_textf(arena, "/x%%C%c", (int)b);
		struct ub_text canonical = ub_http_href_canonical(arena, href);
		cr_expect_eq(canonical.len == 5, hex, "%02x: %.*s", b, UB_ARGS(canonical));
	}
	ub_arena_free(&arena);
}
