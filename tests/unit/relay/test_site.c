/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "leaks.h"
#include "relay-private.h"

TestSuite(site, .fini = ub_leak_check);

static const struct ub_relay_server server = { .host = { "127.0.0.1", 9 }, .port = 1 };
static const struct ub_text cal[] = { { "cal.example", 11 }, { "::1", 3 } },
			    wiki[] = { { "wiki.example", 12 } };

static const struct ub_relay_upstream upstreams[] = {
	{ .servers = &server, .n_servers = 1, .hosts = cal, .n_hosts = 2, .path = { "/dav", 4 } },
	{ .servers = &server, .n_servers = 1, .hosts = cal, .n_hosts = 2, .path = { "/dav/books", 10 } },
	{ .servers = &server, .n_servers = 1, .hosts = wiki, .n_hosts = 1, .path = { "", 0 } },
	{ .servers = &server, .n_servers = 1, .path = { "/any", 4 } },
	{ .servers = &server, .n_servers = 1, .path = { "/one", 4 } },
	{ .servers = &server, .n_servers = 1, .hosts = wiki, .n_hosts = 1, .path = { "/one", 4 } },
};

struct asked {
	struct ub_http_head head;
	char bytes[1024];
};

static void ask(struct asked *asked, const char *target, const char *fields)
{
	struct ub_http_scan scan = { 0 };
	int n =
	    snprintf(asked->bytes, sizeof(asked->bytes), "OPTIONS %s HTTP/1.1\r\n%s\r\n\r\n", target, fields);
	cr_assert_eq(ub_http_scan_request(&scan, ub_text_n(asked->bytes, (size_t)n), &asked->head),
	    UB_HTTP_DONE, "%s", asked->bytes);
}

/* Where a request goes: the number of the upstream, or minus how it is led away. */
static int led(const struct ub_relay_upstream *to, size_t n, const char *target, const char *fields)
{
	const struct ub_relay_options options = { .upstreams = to, .n_upstreams = n };
	struct shared shared = { .options = &options };
	struct loop loop = { .shared = &shared, .arena = ub_arena_new() };
	static struct asked asked;
	const struct site *site;
	struct ub_text why;
	ask(&asked, target, fields);
	cr_assert(relay_sites_open(&shared, &why, loop.arena));
	enum lead lead = relay_site_find(&loop, &asked.head, &site);
	int found = lead == LEAD_ON ? (int)(site - shared.sites) : -(int)lead;
	relay_sites_close(&shared);
	ub_arena_free(&loop.arena);
	return found;
}

static const struct {
	const char *target, *fields;
	int led;
} table[] = {
	{ "/dav", "Host: cal.example", 0 },
	{ "/dav/a", "Host: CAL.example:8443", 0 },
	{ "/dav/a?/x", "Host: cal.example.", 0 },
	{ "/dav/a", "Host: [::1]:80", 0 },
	{ "/dav/books/", "Host: cal.example", 1 },
	{ "/dav/bookshop", "Host: cal.example", 0 },
	{ "/%64av/a", "Host: cal.example", 0 },
	{ "//dav/./a", "Host: cal.example", 0 },
	{ "http://cal.example/dav/x", "Host: cal.example", 0 },
	{ "/dav/../secret", "Host: cal.example", -LEAD_NOWHERE },
	{ "/dav/%2e%2e/secret", "Host: cal.example", -LEAD_NOWHERE },
	{ "/dav/a/../books/b", "Host: cal.example", 1 },
	{ "/davx", "Host: cal.example", -LEAD_NOWHERE },
	{ "/DAV/", "Host: cal.example", -LEAD_NOWHERE },
	{ "/", "Host: cal.example", -LEAD_NOWHERE },
	{ "*", "Host: cal.example", -LEAD_NOWHERE },
	{ "/any/a", "Host: cal.example", 3 },
	{ "/any/a", "Host: wiki.example", 3 },
	{ "/one/a", "Host: wiki.example", 5 },
	{ "/one/a", "Host: x.example", 4 },
	{ "/anyway", "Host: wiki.example", 2 },
	{ "*", "Host: wiki.example", 2 },
	{ "/any", "Host: other.example", 3 },
	{ "/dav", "Host: other.example", -LEAD_NOWHERE },
	{ "/.well-known/caldav", "Host: cal.example", -LEAD_WELL_KNOWN },
	{ "/.well-known/caldav/?x", "Host: cal.example", -LEAD_WELL_KNOWN },
	{ "/.well-known/carddav", "Host: cal.example", -LEAD_NOWHERE },
	{ "/.well-known/caldav", "Host: wiki.example", 2 },
	{ "/dav/a", "Host: cal.example\r\nDestination: /dav/b", 0 },
	{ "/dav/a", "Host: cal.example\r\nDestination: https://cal.example:1/dav/b", 0 },
	{ "/dav/a", "Host: cal.example\r\nDestination: /dav/books/b", -LEAD_ELSEWHERE },
	{ "/dav/a", "Host: cal.example\r\nDestination: /dav/../x", -LEAD_ELSEWHERE },
	{ "/dav/a", "Host: cal.example\r\nDestination: http://wiki.example/dav/b", -LEAD_ELSEWHERE },
	{ "/dav/a", "Host: cal.example\r\nDestination: nonsense", -LEAD_ELSEWHERE },
};

Test(site, has_what_lies_under_its_path_at_its_host)
{
	for (size_t i = 0; i < UB_COUNT(table); i++) {
		int to = led(upstreams, UB_COUNT(upstreams), table[i].target, table[i].fields);
		cr_expect_eq(to, table[i].led, "%s, %s: %d", table[i].target, table[i].fields, to);
	}
}

Test(site, is_not_there_for_a_host_that_nobody_has)
{
	cr_expect_eq(led(upstreams, 3, "/dav", "Host: other.example"), -LEAD_NO_HOST);
	cr_expect_eq(led(upstreams, 3, "/dav", "Host: evil.cal.example"), -LEAD_NO_HOST);
}

Test(site, that_is_alone_without_path_and_hosts_has_everything)
{
	static const struct ub_relay_upstream alone = {
		.servers = &server, .n_servers = 1, .path = { "", 0 }
	};
	static const char *const targets[] = { "*", "/", "/../x", "/.well-known/caldav" };
	for (size_t i = 0; i < UB_COUNT(targets); i++)
		cr_expect_eq(
		    led(&alone, 1, targets[i], "Host: x\r\nDestination: http://y/"), 0, "%s", targets[i]);
}
