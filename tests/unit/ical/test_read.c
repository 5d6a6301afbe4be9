/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "objects.h"

TestSuite(read, .fini = ub_leak_check);

Test(read, tells_all_facts_of_a_meeting)
{
	struct desk desk = desk_open();
	struct ub_text text = ub_text(
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n"
	    "UID:meeting-1\r\nDTSTART;TZID=Europe/Berlin:20261112T140000\r\nDTEND;TZID=Europe/"
	    "Berlin:20261112T150000\r\n"
	    "SUMMARY:Roadmap\\, part 1\\; with Acme\r\nDESCRIPTION:First line\\nsecond \r\n line\\\\ end\r\n"
	    "LOCATION:\r\nCONFERENCE;VALUE=URI;FEATURE=VIDEO:https://meet.example/abc\r\n"
	    "X-GOOGLE-CONFERENCE:https://other.example/\r\nURL:https://ours.example/m/1\r\n"
	    "STATUS:CONFIRMED\r\nCLASS:PRIVATE\r\nTRANSP:OPAQUE\r\nSEQUENCE:3\r\n"
	    "CATEGORIES:Sales,Big\\, bold\r\nCATEGORIES:Prep\r\n"
	    "ORGANIZER;CN=\"Anna, A.\":mailto:Anna@Ours.Example\r\n"
	    "ATTENDEE;CN=Ben ^'B^';PARTSTAT=ACCEPTED;ROLE=OPT-PARTICIPANT:MAILTO:ben@ours.example\r\n"
	    "ATTENDEE;CUTYPE=ROOM;EMAIL=room@ours.example;SCHEDULE-AGENT=NONE:urn:uuid:1\r\n"
	    "ATTENDEE;PARTSTAT=DECLINED;SCHEDULE-STATUS=\"2.0\":mailto:cto@acme.example?subject=x\r\n"
	    "RELATED-TO;RELTYPE=SIBLING:no\r\nRELATED-TO;RELTYPE=PARENT:yes\r\n"
	    "X-UPBEAT-ITEM:aa\r\nX-UPBEAT-RULE:bb\r\nX-UPBEAT-GENERATION:2\r\nX-UPBEAT-BASE:cc\r\n"
	    "END:VEVENT\r\nEND:VCALENDAR\r\n");
	const struct ub_event *event = ub_ical_read(text, desk.zones, desk.arena, &desk.refusal);
	cr_assert_not_null(event);
	cr_assert_eq(event->component, UB_COMPONENT_EVENT);
	cr_assert(ub_text_is(event->uid, "meeting-1") && ub_text_is(event->method, "REQUEST"));
	cr_assert(ub_text_is(event->summary, "Roadmap, part 1; with Acme"));
	cr_assert(ub_text_is(event->description, "First line\nsecond line\\ end"));
	cr_assert(ub_text_is(event->location, ""));
	cr_assert(ub_text_is(event->conference, "https://meet.example/abc"));
	cr_assert_str_eq(shown(&desk, &event->start), "2026-11-12T14:00:00+01:00 Europe/Berlin");
	cr_assert_str_eq(shown(&desk, &event->end), "2026-11-12T15:00:00+01:00 Europe/Berlin");
	cr_assert(event->status == UB_STATUS_CONFIRMED && event->class == UB_CLASS_PRIVATE);
	cr_assert(event->sequence == 3 && !event->transparent && event->repeats == UB_REPEATS_NOT);
	cr_assert_eq(event->categories.n, 3);
	cr_assert(ub_text_is(event->categories.items[1], "Big, bold"));
	cr_assert(ub_text_is(event->organizer->address, "anna@ours.example"));
	cr_assert(ub_text_is(event->organizer->name, "Anna, A."));
	cr_assert_eq(event->n_attendees, 3);
	cr_assert(ub_text_is(event->attendees[0].name, "Ben \"B\""));
	cr_assert_eq(event->attendees[0].partstat, UB_PARTSTAT_ACCEPTED);
	cr_assert_eq(event->attendees[0].role, UB_ROLE_OPTIONAL);
	cr_assert(ub_text_is(event->attendees[1].address, "room@ours.example"));
	cr_assert_eq(event->attendees[1].cutype, UB_CUTYPE_ROOM);
	cr_assert(ub_text_is(event->attendees[2].address, "cto@acme.example"));
	cr_assert(ub_text_is(event->related_to, "yes"));
	cr_assert(ub_text_is(event->marks.item, "aa") && ub_text_is(event->marks.rule, "bb") &&
		  ub_text_is(event->marks.base, "cc") && event->marks.generation == 2);
	desk_close(&desk);
}

Test(read, prefers_video_to_a_telephone)
{
	static const struct {
		const char *lines, *conference;
	} cases[] = {
		{ "CONFERENCE;VALUE=URI;FEATURE=PHONE:tel:+4930\r\n"
		  "CONFERENCE;VALUE=URI;FEATURE=\"AUDIO\",VIDEO:https://v.example/1\r\n",
		    "https://v.example/1" },
		{ "CONFERENCE;FEATURE=AUDIO:https://a.example/\r\nCONFERENCE;FEATURE=video:https://v.example/"
		  "\r\n",
		    "https://v.example/" },
		{ "CONFERENCE;FEATURE=CHAT:xmpp:a@b.example\r\nCONFERENCE:https://v.example/\r\n",
		    "https://v.example/" },
		{ "CONFERENCE:https://a.example/\r\nCONFERENCE:https://b.example/\r\n",
		    "https://a.example/" },
		{ "CONFERENCE:tel:+4930\r\n", "tel:+4930" },
		{ "CONFERENCE:\r\nX-GOOGLE-CONFERENCE:https://meet.example/\r\n", "https://meet.example/" },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct desk desk = desk_open();
		struct ub_text text = ub_textf(desk.arena,
		    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261112T140000Z\r\n"
		    "%sEND:VEVENT\r\nEND:VCALENDAR\r\n",
		    cases[i].lines);
		const struct ub_event *event = ub_ical_read(text, desk.zones, desk.arena, &desk.refusal);
		cr_assert(event && ub_text_is(event->conference, cases[i].conference), "%s", cases[i].lines);
		desk_close(&desk);
	}
}

/* The first is what is expected, the others are how clients write it. */
Test(read, understands_the_addresses_that_clients_write)
{
	static const struct {
		const char *line, *address;
	} cases[] = {
		{ ":mailto:'clara@customer.example'", "clara@customer.example" },
		{ ":mailto:\"clara@customer.example\"", "clara@customer.example" },
		{ ":'mailto:clara@customer.example'", "clara@customer.example" },
		{ ":MAILTO:mailto:Clara@Customer.Example", "clara@customer.example" },
		{ ":mailto:Mailto:mailto: clara@customer.example ", "clara@customer.example" },
		{ ":mailto:<clara@customer.example>", "clara@customer.example" },
		{ ":mailto:Clara Kund <clara@customer.example>", "clara@customer.example" },
		{ ":<mailto:clara@customer.example>", "clara@customer.example" },
		{ ":mailto:clara%40customer.example", "clara@customer.example" },
		{ ":mailto:%27clara%40customer.example%27", "clara@customer.example" },
		{ ":mailto:clara_k_customer.example#EXT#@ours.onmicrosoft.com", "clara_k@customer.example" },
		{ ":mailto:clara_customer.example%23EXT%23@ours.onmicrosoft.com", "clara@customer.example" },
		{ ":mailto:clara#EXT#@ours.onmicrosoft.com", "clara#ext#@ours.onmicrosoft.com" },
		{ ":mailto:clara%2Bdemo@customer.example", "clara+demo@customer.example" },
		{ ":mailto:%20clara@customer.example", "clara@customer.example" },
		{ ":mailto://clara@customer.example", "clara@customer.example" },
		{ ":SMTP:clara@customer.example", "clara@customer.example" },
		{ ":clara@customer.example", "clara@customer.example" },
		{ ":mailto:\xE2\x80\x98"
		  "clara@customer.example\xE2\x80\x99",
		    "clara@customer.example" },
		{ ":mailto:'<\"clara@customer.example\">'", "clara@customer.example" },
		{ ":mailto:o'neill@customer.example", "o'neill@customer.example" },
		{ ":mailto:100%zz@customer.example", "100%zz@customer.example" },
		{ ";EMAIL=clara@customer.example:mailto:Clara", "clara@customer.example" },
		{ ";EMAIL=\"'clara@customer.example'\":/principals/clara/", "clara@customer.example" },
		{ ";CN=\"'clara@customer.example'\":invalid:nomail", "clara@customer.example" },
		{ ";CN=Clara:invalid:nomail", "" },
		{ ";CN=Clara:mailto:clara at customer.example", "" },
		{ ":mailto:''", "" },
		{ ":mailto:<>", "" },
		{ ":mailto:clara@customer.example\\, finn@customer.example", "" },
		{ ":mailto:clara%0D%0A@customer.example", "clara%0d%0a@customer.example" },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct desk desk = desk_open();
		struct ub_text text = ub_textf(desk.arena,
		    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261112T140000Z\r\n"
		    "ATTENDEE%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
		    cases[i].line);
		const struct ub_event *event = ub_ical_read(text, desk.zones, desk.arena, &desk.refusal);
		cr_assert(event && event->n_attendees == 1, "%s", cases[i].line);
		cr_assert(ub_text_is(event->attendees[0].address, cases[i].address), "%s: %.*s",
		    cases[i].line, UB_ARGS(event->attendees[0].address));
		cr_assert_eq(event->attendees[0].unread.len > 0, cases[i].address[0] == '\0');
		cr_assert_eq(event->attendees[0].line, 5);
		desk_close(&desk);
	}
}

Test(read, understands_the_times_that_clients_write)
{
	static const struct {
		const char *lines, *start, *end;
	} cases[] = {
		{ "DTSTART:20261112T130000Z\nDTEND:20261112T140000Z", "2026-11-12T13:00:00Z UTC",
		    "2026-11-12T14:00:00Z UTC" },
		{ "DTSTART;TZID=W. Europe Standard Time:20261112T140000\nDURATION:PT90M",
		    "2026-11-12T14:00:00+01:00 Europe/Berlin", "2026-11-12T15:30:00+01:00 Europe/Berlin" },
		{ "DTSTART;TZID=\"Eastern Standard Time\":20260701T140000",
		    "2026-07-01T14:00:00-04:00 America/New_York",
		    "2026-07-01T14:00:00-04:00 America/New_York" },
		{ "DTSTART;TZID=tzone://Microsoft/Utc:20261112T140000\nDTEND;tzid=(UTC+01:00) W. "
		  "Europe;VALUE=DATE-TIME:20261112T150000Z",
		    "2026-11-12T14:00:00Z UTC", "2026-11-12T15:00:00Z UTC" },
		{ "DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Berlin:20260329T023000",
		    "2026-03-29T03:30:00+02:00 Europe/Berlin", "2026-03-29T03:30:00+02:00 Europe/Berlin" },
		{ "DTSTART;TZID=Europe/Berlin:20260328T120000\nDURATION:P1D",
		    "2026-03-28T12:00:00+01:00 Europe/Berlin", "2026-03-29T12:00:00+02:00 Europe/Berlin" },
		{ "DTSTART;TZID=Europe/Berlin:20260328T120000\nDURATION:PT24H",
		    "2026-03-28T12:00:00+01:00 Europe/Berlin", "2026-03-29T13:00:00+02:00 Europe/Berlin" },
		{ "DTSTART:20261112T140000\nDTEND:20261112T150000", "2026-11-12 14:00 floating",
		    "2026-11-12 15:00 floating" },
		{ "DTSTART;VALUE=DATE:20261112", "2026-11-12 date", "2026-11-13 date" },
		{ "DTSTART:20261112\nDTEND:20261112", "2026-11-12 date", "2026-11-13 date" },
		{ "DTSTART;VALUE=DATE:20261112\nDTEND;VALUE=DATE:20261114", "2026-11-12 date",
		    "2026-11-14 date" },
		{ "DTSTART:20261112T130000Z\nDTEND:20261112T120000Z", "2026-11-12T13:00:00Z UTC",
		    "2026-11-12T13:00:00Z UTC" },
		{ "DTSTART:20261112T130000Z\nDTEND;VALUE=DATE:20261113", "2026-11-12T13:00:00Z UTC",
		    "2026-11-12T13:00:00Z UTC" },
		{ "DTSTART;;TZID=Europe/Berlin:20261112T140000", "2026-11-12T14:00:00+01:00 Europe/Berlin",
		    "2026-11-12T14:00:00+01:00 Europe/Berlin" },
		{ "DTSTART:20161231T235960Z", "2016-12-31T23:59:59Z UTC", "2016-12-31T23:59:59Z UTC" },
		{ "DTSTART;TZID=Europe/Berlin:20261112T000000\nDTEND;TZID=Europe/Berlin:20261113T000000\n"
		  "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
		    "2026-11-12 date", "2026-11-13 date" },
		{ "DTSTART:20261112T080000\nDTEND:20261113T000000\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
		    "2026-11-12 08:00 floating", "2026-11-13 00:00 floating" },
		{ "SUMMARY:no times", "none", "none" },
	};
	struct desk desk = desk_open();
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		const struct ub_event *event = event_of(&desk, cases[i].lines);
		cr_assert_str_eq(shown(&desk, &event->start), cases[i].start, "%s", cases[i].lines);
		cr_assert_str_eq(shown(&desk, &event->end), cases[i].end, "%s", cases[i].lines);
	}
	desk_close(&desk);
}

Test(read, sees_how_a_meeting_repeats)
{
	static const struct {
		const char *lines;
		enum ub_repeats repeats;
	} cases[] = { { "RRULE:FREQ=DAILY", UB_REPEATS_DAY },
		{ "RRULE:INTERVAL=2;FREQ=WEEKLY", UB_REPEATS_WEEK },
		{ "RRULE:FREQ=DAILY;INTERVAL=6", UB_REPEATS_DAY },
		{ "RRULE:FREQ=DAILY;INTERVAL=7", UB_REPEATS_WEEK },
		{ "RRULE:FREQ=DAILY;INTERVAL=28", UB_REPEATS_MONTH },
		{ "RRULE:FREQ=WEEKLY;INTERVAL=3", UB_REPEATS_WEEK },
		{ "RRULE:FREQ=WEEKLY;INTERVAL=4", UB_REPEATS_MONTH },
		{ "RRULE:FREQ=MONTHLY;BYDAY=MO,TU", UB_REPEATS_WEEK },
		{ "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE;BYSETPOS=-1", UB_REPEATS_MONTH },
		{ "RRULE:FREQ=MONTHLY;BYDAY=-1FR", UB_REPEATS_MONTH },
		{ "RRULE:FREQ=YEARLY;BYDAY=TU", UB_REPEATS_WEEK },
		{ "RRULE:freq=monthly;BYDAY=1MO", UB_REPEATS_MONTH },
		{ "RRULE:FREQ=YEARLY", UB_REPEATS_YEAR }, { "RRULE:FREQ=HOURLY", UB_REPEATS_OTHER },
		{ "RDATE:20261112T130000Z", UB_REPEATS_OTHER }, { "RRULE:nonsense", UB_REPEATS_OTHER },
		/* "Every weekday", as clients write it. */
		{ "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", UB_REPEATS_DAY },
		{ "RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR", UB_REPEATS_DAY },
		{ "RRULE:FREQ=WEEKLY;BYDAY=TU,TH", UB_REPEATS_WEEK },
		{ "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR", UB_REPEATS_WEEK },
		/* One of one is none. */
		{ "RRULE:FREQ=WEEKLY;COUNT=1", UB_REPEATS_NOT },
		{ "RRULE:FREQ=WEEKLY;COUNT=1\nEXDATE:20261105T130000Z", UB_REPEATS_WEEK },
		{ "RRULE:FREQ=WEEKLY;COUNT=2", UB_REPEATS_WEEK },
		{ "RRULE:FREQ=WEEKLY;COUNT=1\nRDATE:20261112T130000Z", UB_REPEATS_OTHER },
		{ "SUMMARY:once", UB_REPEATS_NOT } };
	struct desk desk = desk_open();
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		cr_assert_eq(
		    event_of(&desk, cases[i].lines)->repeats, cases[i].repeats, "%s", cases[i].lines);
	desk_close(&desk);
}

Test(read, takes_the_master_among_overrides)
{
	struct desk desk = desk_open();
	struct ub_text both =
	    ub_text("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\nRECURRENCE-ID:20261112T130000Z\n"
		    "SUMMARY:one\nEND:VEVENT\nBEGIN:VEVENT\nUID:u\nSUMMARY:all\nRRULE:FREQ=DAILY\n"
		    "END:VEVENT\nEND:VCALENDAR\n");
	const struct ub_event *event = ub_ical_read(both, desk.zones, desk.arena, &desk.refusal);
	cr_assert(
	    event && ub_text_is(event->summary, "all") && event->overrides == 1 && !event->override_only);
	event = event_of(&desk, "RECURRENCE-ID:20261112T130000Z\nSUMMARY:one");
	cr_assert(event->override_only && event->overrides == 1);
	desk_close(&desk);
}

Test(read, tells_tasks_from_events)
{
	struct desk desk = desk_open();
	struct ub_text task = ub_text("BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:t\nDTSTART:20261112T130000Z\n"
				      "DUE:20261113T130000Z\nSTATUS:COMPLETED\nEND:VTODO\nEND:VCALENDAR\n");
	const struct ub_event *event = ub_ical_read(task, desk.zones, desk.arena, &desk.refusal);
	cr_assert(event && event->component == UB_COMPONENT_TASK && event->completed);
	cr_assert_str_eq(shown(&desk, &event->end), "2026-11-13T13:00:00Z UTC");
	struct ub_text other =
	    ub_text("BEGIN:VCALENDAR\nBEGIN:VJOURNAL\nUID:j\nEND:VJOURNAL\nEND:VCALENDAR\n");
	event = ub_ical_read(other, desk.zones, desk.arena, &desk.refusal);
	cr_assert(event && event->component == UB_COMPONENT_OTHER);
	desk_close(&desk);
}

Test(read, does_not_mind_what_clients_do_to_lines)
{
	static const char *const cases[] = {
		"summary:Plan",                                           /* names in lower case */
		"SUMMARY;X-A=\"a:b;c\":Plan",                             /* colon and semicolon in quotes */
		"SUMMARY;X-A=\"a:Plan",                                   /* a quote that stays open */
		"SUMMARY:Pl\n an", "SUMMARY:Pl\n\tan", "SUM\n MARY:Plan", /* folds of all kinds */
		"SUMMARY:Plan\r",                                         /* an odd CR */
		"rubbish without a colon\nSUMMARY:Plan", "\n\nSUMMARY:Plan", /* lines that are none */
		"SUMMARY:Plan\nSUMMARY:Second",                              /* the first one counts */
		"BEGIN:VALARM\nSUMMARY:Alarm\nEND:VALARM\nSUMMARY:Plan",     /* not the alarm's */
	};
	struct desk desk = desk_open();
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		cr_assert(ub_text_is(event_of(&desk, cases[i])->summary, "Plan"), "%s", cases[i]);
	struct ub_text bom = ub_textf(desk.arena, "\xEF\xBB\xBF%s", object_of(&desk, "SUMMARY:Plan").ptr);
	cr_assert_str_eq(refused(&desk, bom), "");
	desk_close(&desk);
}

/* RFC 5545 3.3.3: a calendar user is told by a URI, which is seldom another than a mailto:. */
Test(read, takes_for_a_persons_address_what_can_be_one)
{
	static const struct {
		const char *line, *address;
	} cases[] = {
		{ "ATTENDEE:mailto:Ben@ours.example", "ben@ours.example" },
		{ "ATTENDEE: MAILTO: ben@ours.example ", "ben@ours.example" },
		{ "ATTENDEE:mailto:ben@ours.example?subject=a@b", "ben@ours.example" },
		{ "ATTENDEE:ben@ours.example", "ben@ours.example" },
		{ "ATTENDEE;EMAIL=ben@ours.example:urn:uuid:1", "ben@ours.example" },
		{ "ATTENDEE;EMAIL=other@ours.example:mailto:ben@ours.example", "ben@ours.example" },
		{ "ATTENDEE:sip:ben@ours.example", "" },
		{ "ATTENDEE::ben@ours.example", "" },
		{ "ATTENDEE:/principals/ben/", "" },
		{ "ATTENDEE:mailto:?to=ben@ours.example", "" },
	};
	struct desk desk = desk_open();
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		const struct ub_event *event = event_of(&desk, cases[i].line);
		cr_assert_eq(event->n_attendees, 1);
		cr_assert(ub_text_is(event->attendees[0].address, cases[i].address), "%s: %.*s",
		    cases[i].line, UB_ARGS(event->attendees[0].address));
	}
	desk_close(&desk);
}

Test(read, replaces_what_is_not_utf8)
{
	struct desk desk = desk_open();
	const struct ub_event *event =
	    event_of(&desk, "SUMMARY:M\xfcller \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80\xf0\x9f");
	cr_assert(ub_text_is(event->summary, "M\xEF\xBF\xBDller \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"
					     "\xEF\xBF\xBD\xEF\xBF\xBD"));
	desk_close(&desk);
}

Test(read, refuses_with_a_stable_code_and_a_line)
{
	static const struct {
		const char *text, *code;
		size_t line;
	} cases[] = {
		{ "", "not-a-calendar", 0 },
		{ "Hello\n", "not-a-calendar", 0 },
		{ "BEGIN:VEVENT\nEND:VEVENT\n", "not-a-calendar", 1 },
		{ "BEGIN:VCALENDAR\nVERSION:1.0\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR\n", "not-a-calendar",
		    2 },
		{ "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\n", "unbalanced", 2 },
		{ "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VTODO\nEND:VCALENDAR\n", "unbalanced", 3 },
		{ "BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VCALENDAR\n", "unbalanced", 3 },
		{ "BEGIN:VCALENDAR\nEND:VCALENDAR\n", "no-component", 0 },
		{ "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:x\nEND:VTIMEZONE\nEND:VCALENDAR\n", "no-component",
		    0 },
		{ "BEGIN:VCALENDAR\nEND:VCALENDAR\nBEGIN:VCALENDAR\nEND:VCALENDAR\n", "several-objects", 3 },
		{ "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nEND:VEVENT\nBEGIN:VEVENT\nUID:2\nEND:VEVENT\nEND:"
		  "VCALENDAR\n",
		    "several-objects", 5 },
		{ "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:2026-11-12\nEND:VEVENT\nEND:VCALENDAR\n",
		    "bad-time", 3 },
		{ "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260229T000000Z\nEND:VEVENT\nEND:VCALENDAR\n",
		    "bad-time", 3 },
		{ "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261112\nDURATION:1h\nEND:VEVENT\nEND:VCALENDAR\n",
		    "bad-time", 4 },
		{ "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;TZID=Mars/"
		  "Base:20261112T140000\nEND:VEVENT\nEND:VCALENDAR\n",
		    "unknown-zone", 3 },
	};
	struct desk desk = desk_open();
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		cr_assert_str_eq(refused(&desk, ub_text(cases[i].text)), cases[i].code, "%s", cases[i].text);
		cr_assert_eq(desk.refusal.line, cases[i].line, "%s: %zu", cases[i].text, desk.refusal.line);
		cr_assert_gt(desk.refusal.message.len, 0);
	}
	desk_close(&desk);
}

/* RFC 5545 3.3.4 and 3.3.5: digits and the two letters, nothing in between and nothing else. */
Test(read, refuses_a_time_with_anything_else_in_any_place)
{
	static const char *const times[] = { "20261112", "20261112T140000", "20261112T140000Z" };
	static const char wrong[] = { '/', ':', 'x', '.', '-', '+', '\xc3' };
	struct desk desk = desk_open();
	for (size_t i = 0; i < UB_COUNT(times); i++)
		for (size_t at = 0; at < strlen(times[i]); at++)
			for (size_t k = 0; k < UB_COUNT(wrong); k++) {
				struct ub_text line = ub_textf(desk.arena, "DTSTART:%s", times[i]);
				((char *)(uintptr_t)line.ptr)[strlen("DTSTART:") + at] = wrong[k];
				cr_expect_str_eq(
				    refused(&desk, object_of(&desk, line.ptr)), "bad-time", "%s", line.ptr);
			}
	desk_close(&desk);
}

Test(read, quotes_what_it_refuses_as_plain_text)
{
	struct desk desk = desk_open();
	cr_assert_str_eq(refused(&desk, object_of(&desk, "DTSTART:2026\xff\x1b[31m\t1")), "bad-time");
	cr_assert(ub_text_is(desk.refusal.message, "`2026??[31m 1` is no time"), "%.*s",
	    UB_ARGS(desk.refusal.message));
	desk_close(&desk);
}

Test(read, refuses_an_object_cut_off_anywhere)
{
	struct desk desk = desk_open();
	struct ub_text whole = object_of(&desk, "DTSTART:20261112T130000Z\nSUMMARY:Plan");
	size_t last = ub_text_find(whole, UB_TEXT("END:VCALENDAR"), 0) + strlen("END:VCALENDAR");
	for (size_t n = 0; n < last; n++)
		cr_assert_neq(refused(&desk, ub_text_sub(whole, 0, n))[0], '\0', "%zu", n);
	cr_assert_str_eq(refused(&desk, ub_text_sub(whole, 0, last)), "");
	desk_close(&desk);
}

Test(read, when_an_object_was_written_and_whether_it_invites)
{
	static const struct {
		const char *lines;
		ub_instant stamp;
	} cases[] = {
		{ "DTSTAMP:20261102T080000Z", INT64_C(1793606400) },
		{ "dtstamp;X-A=b: 20261102T080000Z \nDTSTAMP:20300101T000000Z", INT64_C(1793606400) },
		{ "BEGIN:VALARM\nDTSTAMP:20261102T080000Z\nEND:VALARM", UB_INSTANT_NONE },
		{ "DTSTAMP:20261102T080000", UB_INSTANT_NONE },
		{ "DTSTAMP:20261102", UB_INSTANT_NONE },
		{ "DTSTAMP:20261302T080000Z", UB_INSTANT_NONE },
		{ "SUMMARY:none", UB_INSTANT_NONE },
	};
	static const struct {
		const char *method;
		bool invites;
	} methods[] = {
		{ "VERSION:2.0\nMETHOD:REQUEST", true },
		{ "VERSION:2.0\nmethod: request ", true },
		{ "VERSION:2.0\nMETHOD:REPLY", false },
		{ "VERSION:2.0\nMETHOD:CANCEL", false },
		{ "VERSION:2.0", false },
	};
	struct desk desk = desk_open();
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		const struct ub_ical *ical =
		    ub_ical_parse(desk.arena, object_of(&desk, cases[i].lines), &desk.refusal);
		cr_assert_not_null(ical, "%s", cases[i].lines);
		cr_expect_eq(ub_ical_stamp(ical), cases[i].stamp, "%s", cases[i].lines);
	}
	for (size_t i = 0; i < UB_COUNT(methods); i++) {
		struct ub_text text =
		    replaced(&desk, object_of(&desk, "METHOD:REQUEST"), "VERSION:2.0", methods[i].method);
		const struct ub_ical *ical = ub_ical_parse(desk.arena, text, &desk.refusal);
		cr_assert_not_null(ical, "%s", methods[i].method);
		cr_expect_eq(ub_ical_invites(ical), methods[i].invites, "%s", methods[i].method);
	}
	desk_close(&desk);
}

/* What is told of an object that cannot be read: its UID, title, start and end. */
Test(read, an_outline_has_what_can_be_read)
{
	static const struct {
		const char *lines, *told;
	} cases[] = {
		{ "SUMMARY:Talk\nDTSTART;TZID=Mars/Base:20261112T140000\nDTEND:20261112T150000Z",
		    "u, Talk, 2026-11-12 14:00 floating, 2026-11-12T15:00:00Z UTC" },
		{ "DTSTART;TZID=Europe/Berlin:20261112T140000\nDTEND:soon",
		    "u, , 2026-11-12T14:00:00+01:00 Europe/Berlin, none" },
		{ "SUMMARY:Talk\nDTSTART:soon", "u, Talk, none, none" },
	};
	struct desk desk = desk_open();
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_text object = object_of(&desk, cases[i].lines);
		cr_assert_str_neq(refused(&desk, object), "");
		const struct ub_ical *ical = ub_ical_parse(desk.arena, object, &desk.refusal);
		const struct ub_event *event = ub_ical_outline(ical, desk.zones, desk.arena);
		const char *told = ub_textf(desk.arena, "%.*s, %.*s, %s, %s", UB_ARGS(event->uid),
		    UB_ARGS(event->summary), shown(&desk, &event->start), shown(&desk, &event->end))
				       .ptr;
		cr_expect_str_eq(told, cases[i].told, "%s", told);
	}
	struct ub_text empty = UB_TEXT("BEGIN:VCALENDAR\nEND:VCALENDAR\n");
	const struct ub_ical *ical = ub_ical_parse(desk.arena, empty, &desk.refusal);
	cr_expect_null(ub_ical_outline(ical, desk.zones, desk.arena));
	desk_close(&desk);
}
