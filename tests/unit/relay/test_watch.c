/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "leaks.h"
#include "relay-private.h"

TestSuite(watch, .fini = ub_leak_check);

static const struct {
	const char *start, *fields;
	enum ub_write write;
	bool overridden, hold;
} requests[] = {
	{ "PUT /c/e.ics", "", UB_WRITE_PUT, false, true },
	{ "PUT /c/e.ICS?x=1", "Content-Type: image/png\r\n", UB_WRITE_PUT, false, true },
	{ "PUT /c/e", "", UB_WRITE_PUT, false, true },
	{ "PUT /c/e", "Content-Type: text/calendar; charset=utf-8\r\n", UB_WRITE_PUT, false, true },
	{ "PUT /c/e", "Content-Type: application/calendar+json\r\n", UB_WRITE_PUT, false, true },
	{ "PUT /c/e", "Content-Type: application/octet-stream\r\n", UB_WRITE_PUT, false, true },
	{ "PUT /c/e", "Content-Type: text/vcard\r\n", UB_WRITE_NONE, false, false },
	{ "PUT /c/e.png", "Content-Type: image/png\r\n", UB_WRITE_NONE, false, false },
	{ "PUT /c/e.vcf", "", UB_WRITE_NONE, false, false },
	{ "PUT /c/e.vcf", "Content-Type: text/calendar\r\n", UB_WRITE_PUT, false, true },
	{ "DELETE /c/e.ics", "", UB_WRITE_DELETE, false, false },
	{ "DELETE /c/", "", UB_WRITE_DELETE, false, false },
	{ "DELETE /c/e.vcf", "", UB_WRITE_NONE, false, false },
	{ "MOVE /c/e.ics", "Destination: /d/e.ics\r\n", UB_WRITE_MOVE, false, false },
	{ "COPY /c/e.ics", "Destination: /d/e.ics\r\n", UB_WRITE_COPY, false, false },
	{ "POST /c/?add-member", "", UB_WRITE_ADD_MEMBER, false, true },
	{ "POST /c/?action=add-member", "Content-Type: text/plain\r\n", UB_WRITE_ADD_MEMBER, false, true },
	{ "POST /c/?add_member", "Content-Type: text/vcard\r\n", UB_WRITE_NONE, false, false },
	{ "POST /c/", "Content-Type: text/calendar\r\n", UB_WRITE_ADD_MEMBER, false, true },
	{ "POST /c/add-member", "", UB_WRITE_NONE, false, false },
	{ "POST /login", "Content-Type: application/x-www-form-urlencoded\r\n", UB_WRITE_NONE, false, false },
	{ "POST /c/e.ics", "x-http-method-override: DELETE\r\n", UB_WRITE_DELETE, true, false },
	{ "POST /c/e.ics", "X-HTTP-Method-Override: put\r\n", UB_WRITE_PUT, true, true },
	{ "POST /c/e.ics", "X-HTTP-Method-Override: MOVE\r\n", UB_WRITE_MOVE, true, false },
	{ "POST /c/e.ics", "X-HTTP-Method: DELETE\r\n", UB_WRITE_DELETE, true, false },
	{ "POST /c/e.ics", "X_Method_Override: COPY\r\n", UB_WRITE_COPY, true, false },
	{ "POST /c/?add-member", "X-HTTP-Method-Override: REPORT\r\n", UB_WRITE_ADD_MEMBER, false, true },
	{ "GET /c/e.ics", "X-HTTP-Method-Override: DELETE\r\n", UB_WRITE_DELETE, true, false },
	{ "PUT /c/e.ics", "X-HTTP-Method-Override: PATCH\r\n", UB_WRITE_PUT, false, true },
	{ "PROPFIND /c/", "", UB_WRITE_NONE, false, false },
	{ "put /c/e.ics", "", UB_WRITE_NONE, false, false }, /* method names have a case */
	{ "MKCALENDAR /c/", "", UB_WRITE_NONE, false, false },
	{ "PROPPATCH /c/", "", UB_WRITE_NONE, false, false },
};

Test(watch, knows_which_requests_concern_the_engine)
{
	struct ub_arena *arena = ub_arena_new();
	for (size_t i = 0; i < UB_COUNT(requests); i++) {
		struct ub_http_scan scan = { 0 };
		struct ub_http_head head;
		struct ub_text text = ub_textf(
		    arena, "%s HTTP/1.1\r\nHost: h\r\n%s\r\n", requests[i].start, requests[i].fields);
		cr_assert_eq(ub_http_scan_request(&scan, text, &head), UB_HTTP_DONE);
		struct watch watch = relay_watch(&head);
		cr_expect_eq(watch.write, requests[i].write, "%.*s: %u", UB_ARGS(text), watch.write);
		cr_expect_eq(watch.overridden, requests[i].overridden, "%.*s", UB_ARGS(text));
		cr_expect_eq(watch.hold, requests[i].hold, "%.*s", UB_ARGS(text));
	}
	ub_arena_free(&arena);
}

/* What watching says of a request by its method and fields. */
static struct watch watch(const char *method, const char *fields)
{
	char text[256];
	struct ub_http_scan scan = { 0 };
	static struct ub_http_head head;
	int n = snprintf(text, sizeof(text), "%s /c/e HTTP/1.1\r\nHost: h\r\n%s\r\n", method, fields);
	cr_assert_eq(ub_http_scan_request(&scan, ub_text_n(text, (size_t)n), &head), UB_HTTP_DONE);
	return relay_watch(&head);
}

Test(watch, knows_which_methods_may_be_sent_twice)
{
	cr_expect(watch("PROPFIND", "").safe);
	cr_expect(watch("REPORT", "").safe);
	cr_expect_not(watch("PUT", "").safe);
	cr_expect_not(watch("POST", "").safe);
	cr_expect_not(watch("get", "").safe);
	cr_expect_not(watch("X-UNKNOWN", "").safe);
	cr_expect_not(watch("GET", "X-HTTP-Method: PATCH\r\n").safe);
}

/* Methods in fields that are not passed on, because servers differ in whether they go by them. */
static const struct {
	const char *method, *fields;
	bool refused;
} hidden[] = {
	{ "POST", "X-HTTP-Method-Override: TRACE\r\n", true },
	{ "GET", "x_http_method_override: track\r\n", true },
	{ "POST", "X-HTTP-Method: CONNECT\r\n", true },
	{ "POST", "X-Method-Override: connect\r\n", true },
	{ "GET", "X-HTTP-Method-Override: HEAD\r\n", true },
	{ "HEAD", "X-HTTP-Method-Override: GET\r\n", true },
	{ "HEAD", "X-HTTP-Method-Override: head\r\n", false },
	{ "POST", "X-HTTP-Method-Override: PUT, TRACE\r\n", true },
	{ "POST", "X-HTTP-Method-Override: REPORT\r\nX-HTTP-Method: PUT\r\n", true },
	{ "POST", "X-HTTP-Method-Override: PUT\r\nX-HTTP-Method-Override: DELETE\r\n", true },
	{ "POST", "X-HTTP-Method-Override: PUT\r\nX-HTTP-Method: put\r\n", false },
	{ "POST", "X-HTTP-Method-Override: PROPFIND\r\n", false },
	{ "POST", "X-HTTP-Method-Override:\r\n", false },
	{ "POST", "X-HTTP-Methods: TRACE\r\n", false },
};

Test(watch, refuses_methods_in_fields_by_which_servers_would_differ)
{
	for (size_t i = 0; i < UB_COUNT(hidden); i++)
		cr_expect_eq(watch(hidden[i].method, hidden[i].fields).problem != NULL, hidden[i].refused,
		    "%s %s", hidden[i].method, hidden[i].fields);
}
