/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "leaks.h"
#include "relay-private.h"

TestSuite(polls, .fini = ub_leak_check);

static struct shared shared;
static struct loop loop = { .shared = &shared };

static struct poll poll_by(const char *user, const char *start, struct ub_text *collection)
{
	static char text[256];
	static struct ub_http_head head; /* has the text of the collection */
	struct ub_http_scan scan = { 0 };
	snprintf(
	    text, sizeof(text), "%s HTTP/1.1\r\nHost: h\r\nAuthorization: Basic %s\r\n\r\n", start, user);
	cr_assert_eq(ub_http_scan_request(&scan, ub_text(text), &head), UB_HTTP_DONE);
	return relay_poll(&loop, &head, collection);
}

/* Whether the engine is told of the request, when it is answered well. */
static bool is_told(const char *user, const char *start)
{
	struct ub_text collection;
	struct poll poll = poll_by(user, start, &collection);
	return relay_poll_take(&shared, &poll);
}

static const struct {
	const char *start, *collection; /* empty: the request is no poll */
} requests[] = {
	{ "PROPFIND /a/c/", "/a/c/" },
	{ "PROPFIND /a/c", "/a/c" },
	{ "REPORT /a/c/?x=1", "/a/c/" },
	{ "PROPFIND /a/c/1.ics", "/a/c/" },
	{ "GET /a/c/1.ICS?x", "/a/c/" },
	{ "HEAD /a/c/1.ics", "/a/c/" },
	{ "GET /a/c/", "/a/c/" },
	{ "GET /logo.png", "" },
	{ "OPTIONS /a/c/", "" },
	{ "PUT /a/c/1.ics", "" },
	{ "POST /a/c/", "" },
	{ "MKCALENDAR /a/d/", "" },
	{ "PROPPATCH /a/c/", "" },
};

Test(polls, are_requests_that_look_at_a_collection)
{
	struct ub_text collection;
	shared.poll_every = 30;
	for (size_t i = 0; i < UB_COUNT(requests); i++) {
		struct poll poll = poll_by("x", requests[i].start, &collection);
		cr_expect(ub_text_is(collection, requests[i].collection), "%s: %.*s", requests[i].start,
		    UB_ARGS(collection));
		cr_expect_eq(poll.due, requests[i].collection[0] != '\0', "%s", requests[i].start);
	}
}

Test(polls, are_told_once_in_so_many_seconds_for_a_user_and_a_collection)
{
	shared.poll_every = 30;
	loop.now = 1000000;
	cr_expect(is_told("anna", "PROPFIND /a/c/"));
	cr_expect_not(is_told("anna", "PROPFIND /a/c/"));
	cr_expect_not(is_told("anna", "GET /a/c/1.ics"));
	cr_expect(is_told("ben", "PROPFIND /a/c/"));
	cr_expect(is_told("anna", "PROPFIND /a/d/"));
	loop.now += 29000;
	cr_expect_not(is_told("anna", "PROPFIND /a/c/"));
	loop.now += 1000;
	cr_expect(is_told("anna", "PROPFIND /a/c/"));
}

Test(polls, are_told_by_one_of_several_loops)
{
	struct ub_text collection;
	shared.poll_every = 30;
	loop.now = 1000000;
	struct poll one = poll_by("anna", "PROPFIND /a/c/", &collection);
	struct poll other = poll_by("anna", "PROPFIND /a/c/", &collection);
	cr_expect(one.due && other.due);
	cr_expect(relay_poll_take(&shared, &one));
	cr_expect_not(relay_poll_take(&shared, &other));
}

Test(polls, are_not_told_to_an_engine_that_does_not_want_them)
{
	shared.poll_every = 0;
	cr_expect_not(is_told("anna", "PROPFIND /a/c/"));
}
