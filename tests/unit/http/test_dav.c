/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "upbeat/dav.h"

static struct ub_arena *arena;

static void setup(void)
{
	arena = ub_arena_new();
	ub_dav_init();
}

static void teardown(void)
{
	ub_dav_cleanup();
	ub_arena_free(&arena);
	ub_leak_check();
}

TestSuite(dav, .init = setup, .fini = teardown);

#define OPEN                                                                                                 \
	"<?xml version='1.0'?><multistatus xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'>"            \
	"<response><href>/alice/calendar/</href>"
#define FOUND(props)   "<propstat><prop>" props "</prop><status>HTTP/1.1 200 OK</status></propstat>"
#define MISSING(props) "<propstat><prop>" props "</prop><status>HTTP/1.1 404 Not Found</status></propstat>"
#define CLOSE          "</response></multistatus>"

Test(dav, reads_who_asks_and_whose_a_collection_is)
{
	struct ub_dav_collection c;
	cr_assert(ub_dav_read_collection(
	    UB_TEXT(OPEN FOUND(
		"<current-user-principal><href>/alice/</href></current-user-principal>"
		"<owner><href>http://cal.example/bob/</href></owner>"
		"<displayname> Work </displayname><resourcetype><collection/><C:calendar/></resourcetype>"
		"<C:supported-calendar-component-set><C:comp "
		"name='VEVENT'/></C:supported-calendar-component-set>") CLOSE),
	    &c, arena));
	cr_assert(ub_text_is(c.principal, "/alice/"));
	cr_assert(ub_text_is(c.owner, "/bob/"), "a whole URI becomes its path");
	cr_assert(ub_text_is(c.display_name, "Work"));
	cr_assert(c.calendar && !c.groupdav);
	cr_assert(!c.takes_tasks);
}

/* As SOGo's calendars are. */
Test(dav, tells_a_calendar_that_is_one_of_groupdav_too)
{
	struct ub_dav_collection c;
	cr_assert(ub_dav_read_collection(
	    UB_TEXT(OPEN FOUND("<resourcetype><collection/><C:calendar/>"
			       "<vevent-collection xmlns='http://groupdav.org/'/></resourcetype>") CLOSE),
	    &c, arena));
	cr_assert(c.calendar && c.groupdav);
}

Test(dav, takes_nothing_from_what_was_not_found)
{
	struct ub_dav_collection c;
	cr_assert(ub_dav_read_collection(UB_TEXT(OPEN MISSING("<owner><href>/mallory/</href></owner>")
						 FOUND("<displayname>Work</displayname>") CLOSE),
	    &c, arena));
	cr_assert_eq(c.owner.len, 0);
	cr_assert(ub_text_is(c.display_name, "Work"));
	cr_assert(c.takes_tasks, "no component set means that every component is taken (RFC 4791 5.2.3)");
}

Test(dav, asks_for_any_uid)
{
	struct ub_text query = ub_dav_uid_query(UB_TEXT("<a&b>\"@x"), arena);
	cr_assert_neq(ub_text_find(query, UB_TEXT(">&lt;a&amp;b&gt;&quot;@x</C:text-match>"), 0), SIZE_MAX,
	    "%.*s", UB_ARGS(query));
}

/* RFC 4791 5.2.3 */
Test(dav, tells_whether_a_collection_takes_tasks)
{
	static const struct {
		const char *components;
		bool tasks;
	} cases[] = {
		{ "<C:comp name='VTODO'/>", true },
		{ "<C:comp name='VEVENT'/> <C:comp name='VTODO'/>", true },
		{ "<C:comp name='VEVENT'/>", false },
		{ "<C:comp/>", false },
		{ "<comp name='VTODO'/>", false },
		{ "VTODO", false },
		{ "", false },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_dav_collection c;
		struct ub_text body = ub_textf(arena,
		    OPEN FOUND("<C:supported-calendar-component-set>%s"
			       "</C:supported-calendar-component-set>") CLOSE,
		    cases[i].components);
		cr_assert(ub_dav_read_collection(body, &c, arena), "%s", cases[i].components);
		cr_expect_eq(c.takes_tasks, cases[i].tasks, "%s", cases[i].components);
	}
}

Test(dav, reads_a_principals_addresses_with_the_preferred_one_first)
{
	struct ub_dav_principal p;
	cr_assert(ub_dav_read_principal(
	    UB_TEXT(OPEN FOUND(
		"<C:calendar-user-address-set><href>/alice/</href><href>mailto:Alice@Example.com</href>"
		"<href preferred='1'>mailto:a@example.com</href></C:calendar-user-address-set>"
		"<C:calendar-home-set><href>/alice/calendars/</href></C:calendar-home-set>") CLOSE),
	    &p, arena));
	cr_assert_eq(p.n_addresses, 2);
	cr_assert(ub_text_is(p.addresses[0], "a@example.com"));
	cr_assert(ub_text_is(p.addresses[1], "alice@example.com"));
	cr_assert_eq(p.n_homes, 1);
}

Test(dav, refuses_document_types_and_what_is_not_a_multistatus)
{
	struct ub_dav_collection c;
	const char *const bad[] = {
		"",
		"hello",
		"<multistatus xmlns='DAV:'/>",
		"<error xmlns='DAV:'/>",
		"<!DOCTYPE x [<!ENTITY e 'boo'>]><multistatus "
		"xmlns='DAV:'><response><href>&e;</href></response></multistatus>",
		OPEN FOUND("<displayname>cut off"),
	};
	for (size_t i = 0; i < UB_COUNT(bad); i++)
		cr_assert(!ub_dav_read_collection(ub_text(bad[i]), &c, arena), "case %zu", i);
}

Test(dav, members_of_a_collection_are_told_apart)
{
	struct ub_dav_members members;
	struct ub_text body = UB_TEXT(
	    "<multistatus xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'>"
	    "<response><href>/alice/</href><propstat><prop><resourcetype><collection/></resourcetype></prop>"
	    "<status>HTTP/1.1 200 OK</status></propstat></response>"
	    "<response><href>http://h/alice/cal/</href><propstat><prop><resourcetype><collection/"
	    "><C:calendar/>"
	    "</resourcetype></prop><status>HTTP/1.1 200 OK</status></propstat></response>"
	    "<response><href>/alice/cal/a%20b.ics</href><propstat><prop><getetag>\"e\"</"
	    "getetag><resourcetype/>"
	    "</prop><status>HTTP/1.1 200 OK</status></propstat></response>"
	    "<response><href>/alice/gone.ics</href><status>HTTP/1.1 404 Not Found</status></response>"
	    "</multistatus>");
	cr_assert(ub_dav_read_members(body, &members, arena));
	cr_assert_eq(members.n, 4);
	cr_expect(members.items[0].collection && !members.items[0].calendar);
	cr_expect(members.items[1].calendar && ub_text_is(members.items[1].href, "/alice/cal/"));
	cr_expect(!members.items[2].collection && ub_text_is(members.items[2].etag, "\"e\""));
	cr_expect(ub_text_is(members.items[2].href, "/alice/cal/a%20b.ics"));
	cr_expect_eq(members.items[3].etag.len, 0);
	cr_expect_not(ub_dav_read_members(UB_TEXT("<html/>"), &members, arena));
}

Test(dav, an_inbox_names_the_calendar_for_invitations)
{
	struct ub_text calendar;
	struct ub_text body = UB_TEXT(
	    "<multistatus xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'><response><href>/in/</href>"
	    "<propstat><prop><C:schedule-default-calendar-URL><href>http://h/cal/</href>"
	    "</C:schedule-default-calendar-URL></prop><status>HTTP/1.1 200 OK</status></propstat>"
	    "</response></multistatus>");
	cr_assert(ub_dav_read_inbox(body, &calendar, arena));
	cr_expect(ub_text_is(calendar, "/cal/"));
	cr_expect_not(ub_dav_read_inbox(UB_TEXT("<html/>"), &calendar, arena));
	cr_expect_eq(calendar.len, 0);
}

Test(dav, members_tell_whether_they_take_events)
{
	static const struct {
		const char *says;
		bool takes_events;
	} cases[] = {
		{ "", true },
		{ "<C:supported-calendar-component-set><C:comp "
		  "name='VTODO'/></C:supported-calendar-component-set>",
		    false },
		{ "<C:supported-calendar-component-set><C:comp "
		  "name='VEVENT'/></C:supported-calendar-component-set>",
		    true },
		{ "<current-user-privilege-set><privilege><read/></privilege></current-user-privilege-set>",
		    false },
		{ "<current-user-privilege-set><privilege><read/></privilege><privilege><bind/></privilege>"
		  "</current-user-privilege-set>",
		    true },
		{ "<current-user-privilege-set/>", true },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_dav_members members;
		struct ub_text body = ub_textf(arena,
		    "<multistatus xmlns='DAV:' "
		    "xmlns:C='urn:ietf:params:xml:ns:caldav'><response><href>/a/</href>"
		    "<propstat><prop><owner><href>/bob/</href></owner>%s</prop><status>HTTP/1.1 200 "
		    "OK</status>"
		    "</propstat></response></multistatus>",
		    cases[i].says);
		cr_assert(ub_dav_read_members(body, &members, arena));
		cr_expect_eq(members.items[0].takes_events, cases[i].takes_events, "case %zu", i);
		cr_expect(ub_text_is(members.items[0].owner, "/bob/"));
	}
}

/* RFC 6638 9.1 */
Test(dav, members_tell_whether_they_hold_events_that_take_time)
{
	static const struct {
		const char *says;
		bool holds_events, transparent;
	} cases[] = {
		{ "", true, false },
		{ "<C:supported-calendar-component-set><C:comp name='VTODO'/>"
		  "</C:supported-calendar-component-set>",
		    false, false },
		{ "<current-user-privilege-set><privilege><read/></privilege></current-user-privilege-set>",
		    true, false },
		{ "<C:schedule-calendar-transp><C:transparent/></C:schedule-calendar-transp>", true, true },
		{ "<C:schedule-calendar-transp><C:opaque/></C:schedule-calendar-transp>", true, false },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_dav_members members;
		struct ub_text body = ub_textf(arena, OPEN FOUND("%s") CLOSE, cases[i].says);
		cr_assert(ub_dav_read_members(body, &members, arena));
		cr_expect_eq(members.items[0].holds_events, cases[i].holds_events, "case %zu", i);
		cr_expect_eq(members.items[0].transparent, cases[i].transparent, "case %zu", i);
	}
}

Test(dav, objects_come_with_their_text_or_without)
{
	struct ub_dav_objects objects;
	struct ub_text body =
	    UB_TEXT("<multistatus xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'>"
		    "<response><href>http://h/a.ics</href><propstat><prop><getetag>\"1\"</getetag>"
		    "<C:calendar-data>BEGIN:VCALENDAR&#13;\n</C:calendar-data></prop><status>HTTP/1.1 200 "
		    "OK</status></propstat></response>"
		    "<response><href>/b.ics</href><status>HTTP/1.1 404 Not Found</status></response>"
		    "<response><href>/c.ics</href><propstat><prop><C:calendar-data/></prop>"
		    "<status>HTTP/1.1 403 Forbidden</status></propstat></response></multistatus>");
	cr_assert(ub_dav_read_objects(body, &objects, arena));
	cr_assert_eq(objects.n, 3);
	cr_expect(ub_text_is(objects.items[0].href, "/a.ics"));
	cr_expect(ub_text_is(objects.items[0].data, "BEGIN:VCALENDAR"));
	cr_expect(ub_text_is(objects.items[0].etag, "\"1\""));
	cr_expect_not(objects.items[0].gone);
	cr_expect_eq(objects.items[1].data.len, 0);
	cr_expect(objects.items[1].gone);
	cr_expect_eq(objects.items[2].data.len, 0);
	cr_expect_not(objects.items[2].gone);
	cr_assert(ub_dav_read_objects(UB_TEXT("<multistatus xmlns='DAV:'/>"), &objects, arena));
	cr_expect_eq(objects.n, 0);
	cr_expect_not(ub_dav_read_objects(UB_TEXT("<html/>"), &objects, arena));
}

/* RFC 6638 5.4 */
Test(dav, an_outbox_tells_of_each_recipient)
{
	struct ub_dav_recipients recipients;
	struct ub_text body =
	    UB_TEXT("<C:schedule-response xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'>"
		    "<C:response><C:recipient><href>mailto:Bob@Ours.example</href></C:recipient>"
		    "<C:request-status>2.0;Success</C:request-status><C:calendar-data><![CDATA[BEGIN:]]></"
		    "C:calendar-data>"
		    "</C:response>"
		    "<C:response><C:recipient> mailto:carol@ours.example </C:recipient>"
		    "<C:request-status>3.7;Invalid calendar user</C:request-status></C:response>"
		    "<C:response><C:recipient><href>/principals/dora/</href></C:recipient></C:response>"
		    "</C:schedule-response>");
	cr_assert(ub_dav_read_recipients(body, &recipients, arena));
	cr_assert_eq(recipients.n, 2);
	cr_expect(ub_text_is(recipients.items[0].address, "bob@ours.example"));
	cr_expect(ub_text_is(recipients.items[0].status, "2.0;Success"));
	cr_expect(ub_text_is(recipients.items[0].data, "BEGIN:"));
	cr_expect(ub_text_is(recipients.items[1].address, "carol@ours.example"));
	cr_expect(ub_text_is(recipients.items[1].status, "3.7;Invalid calendar user"));
	cr_expect_eq(recipients.items[1].data.len, 0);
	cr_expect_not(ub_dav_read_recipients(UB_TEXT(OPEN FOUND("<href/>") CLOSE), &recipients, arena));
}

Test(dav, reads_what_has_changed_in_a_collection)
{
	struct ub_dav_changes changes;
	struct ub_text body = UB_TEXT(
	    "<multistatus xmlns='DAV:'>"
	    "<response><href>/a/c/1.ics</href><propstat><prop><getetag>\"1\"</getetag></prop>"
	    "<status>HTTP/1.1 200 OK</status></propstat></response>"
	    "<response><href>http://cal.example/a/c/2.ics</href><status>HTTP/1.1 404 Not Found</status>"
	    "</response>"
	    "<response><href>/a/c/3.ics</href><propstat><prop><getetag/></prop>"
	    "<status>HTTP/1.1 404 Not Found</status></propstat></response>"
	    "<response><href>/a/c/sub/</href><propstat><prop><getetag>\"4\"</getetag>"
	    "<resourcetype><collection/></resourcetype></prop><status>HTTP/1.1 200 OK</status></propstat>"
	    "</response>"
	    "<response><href>/a/c/</href><status>HTTP/1.1 507 Insufficient Storage</status>"
	    "<error><number-of-matches-within-limits/></error></response>"
	    "<sync-token> data:,2 </sync-token></multistatus>");
	cr_assert(ub_dav_read_changes(body, &changes, arena));
	cr_assert_eq(changes.n, 2);
	cr_assert(ub_text_is(changes.items[0].href, "/a/c/1.ics") && !changes.items[0].gone);
	cr_assert(ub_text_is(changes.items[0].etag, "\"1\""));
	cr_assert(ub_text_is(changes.items[1].href, "/a/c/2.ics") && changes.items[1].gone);
	cr_assert(ub_text_is(changes.token, "data:,2"));
	cr_assert(changes.more);
	cr_assert_not(ub_dav_read_changes(UB_TEXT("<html><body/></html>"), &changes, arena));
	cr_assert_not(ub_dav_read_changes(UB_TEXT(""), &changes, arena));
	cr_assert_eq(changes.n, 0);
}

Test(dav, reads_in_which_state_a_collection_is)
{
	struct ub_dav_state state;
	cr_assert(ub_dav_read_state(UB_TEXT(OPEN FOUND("<sync-token>t</sync-token>"
						       "<getctag xmlns='http://calendarserver.org/ns/'>7"
						       "</getctag>") CLOSE),
	    &state, arena));
	cr_assert(ub_text_is(state.token, "t") && ub_text_is(state.tag, "7"));
	cr_assert(
	    ub_dav_read_state(UB_TEXT(OPEN MISSING("<sync-token>t</sync-token>") CLOSE), &state, arena));
	cr_assert(state.token.len == 0 && state.tag.len == 0);
}

Test(dav, asks_for_changes_with_any_token)
{
	const struct ub_text hrefs[] = { UB_TEXT("/a/&.ics"), UB_TEXT("/b.ics") };
	struct ub_text sync = ub_dav_sync_query(UB_TEXT("<t>"), 500, arena);
	struct ub_text multiget = ub_dav_multiget_query(hrefs, 2, false, arena);
	cr_assert_neq(ub_text_find(sync, UB_TEXT("<sync-token>&lt;t&gt;</sync-token>"), 0), SIZE_MAX, "%.*s",
	    UB_ARGS(sync));
	cr_assert_neq(ub_text_find(sync, UB_TEXT("<nresults>500</nresults>"), 0), SIZE_MAX);
	cr_assert_eq(ub_text_find(multiget, UB_TEXT("calendar-data"), 0), SIZE_MAX);
	multiget = ub_dav_multiget_query(hrefs, 2, true, arena);
	cr_assert_neq(ub_text_find(multiget, UB_TEXT("<C:calendar-data/></prop>"), 0), SIZE_MAX);
	cr_assert_neq(ub_text_find(multiget, UB_TEXT("<href>/a/&amp;.ics</href><href>/b.ics</href>"), 0),
	    SIZE_MAX, "%.*s", UB_ARGS(multiget));
}
