/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "leaks.h"
#include "relay-private.h"

TestSuite(rewrite, .fini = ub_leak_check);

static void expect(const char *text, struct rewrite rewrite, const char *wanted)
{
	struct ub_http_scan scan = { 0 };
	struct ub_http_head head;
	struct blocks blocks = { 0 };
	struct buffer out = { 0 };
	enum ub_http_result result = rewrite.response
					 ? ub_http_scan_response(&scan, ub_text(text), false, &head)
					 : ub_http_scan_request(&scan, ub_text(text), &head);
	cr_assert_eq(result, UB_HTTP_DONE, "%s", text);
	relay_buffer_more(&blocks, &out, relay_rewritten(&head, &rewrite));
	relay_rewrite(&head, &rewrite, &out);
	struct ub_text got = relay_buffer_text(&out);
	cr_expect(ub_text_is(got, wanted), "%.*s", UB_ARGS(got));
	relay_buffer_release(&blocks, &out);
	relay_blocks_free(&blocks);
}

Test(rewrite, keeps_order_case_repetition_and_white_space)
{
	static const char text[] = "PUT /A/%7e//b?x HTTP/1.1\r\nhOST:  h\r\nX-b:1\r\nX-A: \t2  \r\nx-B: 3\r\n"
				   "Content-Length: 4\r\nExpect: 100-continue\r\nEmpty:\r\n\r\n";
	expect(text, (struct rewrite){ 0 }, text);
}

Test(rewrite, tells_no_validators_of_what_was_not_stored_as_it_was_sent)
{
	expect("HTTP/1.1 201 Created\r\netag: \"a\"\r\nSchedule-Tag: \"b\"\r\nLast-Modified: x\r\n"
	       "Content-Length: 0\r\n\r\n",
	    (struct rewrite){ .response = true, .drop_validators = true },
	    "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
}

Test(rewrite, tells_of_no_body_where_none_follows)
{
	const struct rewrite without = { .response = true, .drop_coding = true, .drop_length = true };
	expect("HTTP/1.1 204 No Content\r\nContent-Length: 42\r\nA: b\r\n\r\n", without,
	    "HTTP/1.1 204 No Content\r\nA: b\r\n\r\n");
	expect("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", without,
	    "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n");
	expect("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\nETag: a\r\n\r\n",
	    (struct rewrite){ .response = true, .drop_coding = true },
	    "HTTP/1.1 304 Not Modified\r\nETag: a\r\n\r\n");
	expect("HTTP/1.1 304 Not Modified\r\nContent-Length: 42\r\n\r\n",
	    (struct rewrite){ .response = true, .drop_coding = true },
	    "HTTP/1.1 304 Not Modified\r\nContent-Length: 42\r\n\r\n");
}

Test(rewrite, drops_what_belongs_to_one_connection)
{
	expect("GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, X-Hop\r\nKeep-Alive: 5\r\nX-Hop: 1\r\n"
	       "connection: tE\r\nTE: trailers\r\nUpgrade: h2c\r\nHTTP2-Settings: A\r\nx-hop: 2\r\n"
	       "Proxy-Connection: close\r\nX-End: 3\r\n\r\n",
	    (struct rewrite){ 0 }, "GET / HTTP/1.1\r\nHost: h\r\nX-End: 3\r\n\r\n");
}

Test(rewrite, lets_nobody_drop_what_the_request_means)
{
	expect("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nIf-Match: x\r\nAuthorization: y\r\n"
	       "Connection: host, content-length, if-match, authorization\r\n\r\n",
	    (struct rewrite){ 0 },
	    "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nIf-Match: x\r\nAuthorization: y\r\n\r\n");
}

Test(rewrite, gives_a_held_body_its_length_in_the_place_of_its_coding)
{
	expect("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n"
	       "Expect: 100-continue\r\nETag: a\r\n\r\n",
	    (struct rewrite){ .drop_expect = true, .give_length = true, .length = UINT64_MAX },
	    "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551615\r\nETag: a\r\n\r\n");
	expect("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n",
	    (struct rewrite){ .give_length = true, .length = 0 },
	    "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
	expect("PUT / HTTP/1.1\r\ncontent-length: 4\r\nHost: h\r\n\r\n",
	    (struct rewrite){ .give_length = true, .length = 50 },
	    "PUT / HTTP/1.1\r\nContent-Length: 50\r\nHost: h\r\n\r\n");
}

Test(rewrite, speaks_its_own_version_to_the_client)
{
	expect("HTTP/1.0 200 Fine, thanks\r\nContent-Length: 0\r\nServer: s\r\n\r\n",
	    (struct rewrite){ .response = true },
	    "HTTP/1.1 200 Fine, thanks\r\nContent-Length: 0\r\nServer: s\r\n\r\n");
	expect("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", (struct rewrite){ .response = true },
	    "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n");
}

Test(rewrite, keeps_the_client_here)
{
	expect("HTTP/1.1 200 OK\r\nDAV: 1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nAlt-Svc: h3=\":443\"\r\n"
	       "DAV: 2\r\nContent-Length: 0\r\n\r\n",
	    (struct rewrite){ .response = true },
	    "HTTP/1.1 200 OK\r\nDAV: 1\r\nDAV: 2\r\nContent-Length: 0\r\n\r\n");
}

Test(rewrite, says_itself_whether_the_connection_goes_on)
{
	expect("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
	    (struct rewrite){ .response = true, .connection = "close" },
	    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

Test(rewrite, fits_into_the_room_that_is_promised)
{
	expect("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:chunked\r\n\r\n",
	    (struct rewrite){ .give_length = true, .length = UINT64_MAX, .connection = "keep-alive" },
	    "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551615\r\n"
	    "Connection: keep-alive\r\n\r\n");
}

/* The client says how long its host is, and the server how often it names itself. */
Test(rewrite, has_room_for_each_url_that_names_the_other_side)
{
	enum { URLS = 100 };
	static char host[1000];
	struct ub_arena *arena = ub_arena_new();
	struct ub_buf text = UB_BUF(arena), wanted = UB_BUF(arena);
	memset(host, 'h', sizeof(host) - 1);
	ub_buf_add(&text, UB_TEXT("HTTP/1.1 301 x\r\n"));
	ub_buf_add(&wanted, UB_TEXT("HTTP/1.1 301 x\r\n"));
	for (int i = 0; i < URLS; i++) {
		ub_buf_add(&text, UB_TEXT("Location: http://u\r\n"));
		ub_buf_add(&wanted, ub_textf(arena, "Location: https://%s\r\n", host));
	}
	ub_buf_add(&text, UB_TEXT("\r\n"));
	ub_buf_add(&wanted, UB_TEXT("\r\n"));
	const struct rewrite answer = { .response = true,
		.edge = true,
		.secure = true,
		.plain = true,
		.host = ub_text(host),
		.upstream = UB_TEXT("u") };
	expect(ub_text_cstr(arena, ub_buf_text(&text)), answer, ub_text_cstr(arena, ub_buf_text(&wanted)));
	ub_arena_free(&arena);
}

Test(rewrite, tells_the_upstream_of_the_client_where_no_front_does)
{
	struct rewrite edge = { .edge = true, .secure = true, .peer = "2001:db8::1" };
	expect("GET / HTTP/1.1\r\nHost: h:8\r\nx-forwarded-for: 1.2.3.4\r\nForwarded: for=me\r\n"
	       "X-Real-IP: 1\r\nX-Forwarded-Proto: http\r\nX-Remote-User: root\r\n"
	       "x-forwarded-user: root\r\nX-End: 3\r\n\r\n",
	    edge,
	    "GET / HTTP/1.1\r\nHost: h:8\r\nX-End: 3\r\n"
	    "Forwarded: for=\"[2001:db8::1]\";host=\"h:8\";proto=https\r\n"
	    "X-Forwarded-For: 2001:db8::1\r\nX-Forwarded-Host: h:8\r\nX-Forwarded-Proto: https\r\n\r\n");
	edge = (struct rewrite){ .edge = true, .peer = "192.0.2.1" };
	expect("GET / HTTP/1.0\r\nX-Forwarded-Proto: https\r\n\r\n", edge,
	    "GET / HTTP/1.0\r\nForwarded: for=\"192.0.2.1\";proto=http\r\n"
	    "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\n\r\n");
	expect("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n", (struct rewrite){ 0 },
	    "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n");
}

/* Servers turn names into variables, in which both are an underscore. */
Test(rewrite, believes_no_client_that_writes_a_fronts_field_with_underscores)
{
	struct rewrite edge = { .edge = true, .peer = "192.0.2.1" };
	expect("GET / HTTP/1.0\r\nX_Remote_User: root\r\nx-remote_user: root\r\nX_Forwarded_For: 1.2.3.4\r\n"
	       "X-Forwarded-Client-Cert: c\r\nX_Real_IP: 1\r\nx-webobjects-remote-user: root\r\n"
	       "X-Forwarded: 1\r\nX-Remote-Users: 2\r\nX-Real-I: 3\r\n\r\n",
	    edge,
	    "GET / HTTP/1.0\r\nX-Forwarded: 1\r\nX-Remote-Users: 2\r\nX-Real-I: 3\r\n"
	    "Forwarded: for=\"192.0.2.1\";proto=http\r\n"
	    "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\n\r\n");
}

Test(rewrite, tells_who_the_client_is_by_its_certificate_and_lets_nobody_say_so_himself)
{
	struct rewrite edge = { .edge = true,
		.secure = true,
		.certificate = UB_TEXT("Client-Cert: :AAAA:\r\nRemote-User: alice\r\n"),
		.user_field = UB_TEXT("Remote-User") };
	expect("GET / HTTP/1.1\r\nHost: h\r\nclient-cert: :BBBB:\r\nClient_Cert_Chain: :BBBB:\r\n"
	       "REMOTE_USER: bob\r\nX_Remote_User: bob\r\nX-End: 3\r\n\r\n",
	    edge,
	    "GET / HTTP/1.1\r\nHost: h\r\nX-End: 3\r\nForwarded: for=unknown;host=\"h\";proto=https\r\n"
	    "X-Forwarded-Host: h\r\nX-Forwarded-Proto: https\r\n"
	    "Client-Cert: :AAAA:\r\nRemote-User: alice\r\n\r\n");
}

#define SAID(scheme)                                                                                         \
	"Forwarded: for=unknown;host=\"h\";proto=" scheme "\r\nX-Forwarded-Host: h\r\n"                      \
	"X-Forwarded-Proto: " scheme "\r\n\r\n"

Test(rewrite, gives_urls_of_the_same_host_the_scheme_of_the_other_side)
{
	static const struct {
		const char *destination, *wanted;
	} cases[] = {
		{ "https://h/a/b.ics", "http://h/a/b.ics" },
		{ "HTTPS://H", "http://h" },
		{ "https://h.evil/a", "https://h.evil/a" },
		{ "https://other/a", "https://other/a" },
		{ "http://h/a", "http://h/a" },
		{ "/a/b.ics", "/a/b.ics" },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_arena *arena = ub_arena_new();
		const char *format = "MOVE /a HTTP/1.1\r\nHost: h\r\nDestination: %s\r\n%s";
		const char *text = ub_textf(arena, format, cases[i].destination, "\r\n").ptr;
		expect(text, (struct rewrite){ .edge = true, .secure = true, .plain = true },
		    ub_textf(arena, format, cases[i].wanted, SAID("https")).ptr);
		expect(text, (struct rewrite){ .edge = true, .secure = true },
		    ub_textf(arena, format, cases[i].destination, SAID("https")).ptr);
		expect(text, (struct rewrite){ .edge = true, .plain = true },
		    ub_textf(arena, format, cases[i].destination, SAID("http")).ptr);
		ub_arena_free(&arena);
	}
	expect("MOVE /a HTTP/1.1\r\nHost: h\r\nDestination: http://h/b\r\n\r\n", (struct rewrite){ 0 },
	    "MOVE /a HTTP/1.1\r\nHost: h\r\nDestination: https://h/b\r\n\r\n");
	struct rewrite answer = { .response = true,
		.edge = true,
		.secure = true,
		.plain = true,
		.host = UB_TEXT("h"),
		.upstream = UB_TEXT("inner:5232") };
	expect("HTTP/1.1 301 x\r\nLocation: http://h/dav/\r\nContent-Length: 0\r\n\r\n", answer,
	    "HTTP/1.1 301 x\r\nLocation: https://h/dav/\r\nContent-Length: 0\r\n\r\n");
	expect("HTTP/1.1 301 x\r\nLocation: http://inner:5232/dav/\r\nContent-Length: 0\r\n\r\n", answer,
	    "HTTP/1.1 301 x\r\nLocation: https://h/dav/\r\nContent-Length: 0\r\n\r\n");
	expect("HTTP/1.1 301 x\r\nLocation: http://inner/dav/\r\nContent-Length: 0\r\n\r\n", answer,
	    "HTTP/1.1 301 x\r\nLocation: http://inner/dav/\r\nContent-Length: 0\r\n\r\n");
	answer.plain = false;
	expect("HTTP/1.1 301 x\r\nLocation: https://inner:5232/dav/\r\nContent-Length: 0\r\n\r\n", answer,
	    "HTTP/1.1 301 x\r\nLocation: https://h/dav/\r\nContent-Length: 0\r\n\r\n");
	answer.secure = false;
	expect("HTTP/1.1 301 x\r\nLocation: https://inner:5232/dav/\r\nContent-Length: 0\r\n\r\n", answer,
	    "HTTP/1.1 301 x\r\nLocation: http://h/dav/\r\nContent-Length: 0\r\n\r\n");
}
