/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "objects.h"

/* That what is read alone is read as libical reads it is held over the corpus and by the fuzzer. */

TestSuite(lone, .fini = ub_leak_check);

#define TIMES "DTSTART;TZID=Europe/Berlin:20261112T140000\nDTEND;TZID=Europe/Berlin:20261112T150000\n"

static const struct ub_event *lone(struct desk *desk, struct ub_text text)
{
	cr_assert_not_null(ub_ical_parse(desk->arena, text, &desk->refusal), "%s", desk->refusal.code);
	return ub_ical_lone(text, desk->zones, desk->arena);
}

static const struct ub_event *lone_of(struct desk *desk, const char *lines)
{
	return lone(desk, object_of(desk, lines));
}

Test(lone, events_have_their_facts)
{
	struct desk desk = desk_open();
	const struct ub_event *event = lone_of(&desk, TIMES
	    "SUMMARY:Dentist\nTRANSP:TRANSPARENT\nSTATUS:TENTATIVE\nCLASS:PRIVATE\nDESCRIPTION:a\\nb\n"
	    "BEGIN:VALARM\nACTION:EMAIL\nATTENDEE:mailto:anna@ours.example\nTRIGGER:-PT5M\nEND:VALARM\n");
	cr_assert_not_null(event);
	cr_expect(ub_text_is(event->uid, "u") && ub_text_is(event->summary, "Dentist"));
	cr_expect(ub_text_starts(event->prodid, UB_TEXT("-//Test//")));
	cr_expect_str_eq(shown(&desk, &event->start), "2026-11-12T14:00:00+01:00 Europe/Berlin");
	cr_expect_str_eq(shown(&desk, &event->end), "2026-11-12T15:00:00+01:00 Europe/Berlin");
	cr_expect(
	    event->transparent && event->status == UB_STATUS_TENTATIVE && event->class == UB_CLASS_PRIVATE);
	event = lone_of(&desk, "DTSTART:20261112T140000Z\nDTEND:20261112T150000Z\n");
	cr_assert_not_null(event);
	cr_expect_str_eq(shown(&desk, &event->start), "2026-11-12T14:00:00Z UTC");
	event = lone_of(&desk, "DTSTART;VALUE=DATE:20261112\nDTEND;VALUE=DATE:20261113\n");
	cr_assert_not_null(event);
	cr_expect(event->start.date && event->end.date);
	desk_close(&desk);
}

Test(lone, objects_are_not_those_that_concern_others_or_are_unusual)
{
	static const char *const lines[] = { "ATTENDEE:mailto:ben@ours.example\n",
		"organizer:mailto:anna@ours.example\n", "ATTEN\n DEE:mailto:cto@acme.example\n",
		"RRULE:FREQ=DAILY\n", "RDATE:20261113T140000Z\n", "RECURRENCE-ID:20261112T130000Z\n",
		"RELATED-TO:m\n", "X-UPBEAT-ITEM:aa\n", "x-upbeat-base:aa\n", "DURATION:PT1H\n",
		"UID:other\n", "SUMMARY:a\nSUMMARY:b\n", "SUMMARY:a\\, b\n", "SUMMARY;ENCODING=BASE64:YQ==\n",
		"BEGIN:VALARM\nX-UPBEAT-ALARM:a\nEND:VALARM\n", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE\n" };
	static const char *const times[] = { "", "DTSTART:20261112T140000Z\n",
		"DTSTART:20261112T140000\nDTEND:20261112T150000\n",
		"DTSTART;TZID=Nowhere:20261112T140000\nDTEND;TZID=Nowhere:20261112T150000\n",
		"DTSTART:20261112T140000Z\nDTEND:20261112T130000Z\n",
		"DTSTART;VALUE=DATE:20261112\nDTEND:20261112T130000Z\n",
		"DTSTART:tomorrow\nDTEND:20261112T130000Z\n" };
	struct desk desk = desk_open();
	for (size_t i = 0; i < UB_COUNT(lines); i++)
		cr_expect_null(
		    lone_of(&desk, ub_textf(desk.arena, TIMES "%s", lines[i]).ptr), "%s", lines[i]);
	for (size_t i = 0; i < UB_COUNT(times); i++)
		cr_expect_null(lone_of(&desk, times[i]), "%s", times[i]);
	struct ub_text one = object_of(&desk, TIMES);
	cr_expect_not_null(lone(&desk, one));
	cr_expect_null(lone(&desk, replaced(&desk, one, "BEGIN:VEVENT", "METHOD:CANCEL\r\nBEGIN:VEVENT")));
	cr_expect_null(lone(&desk, replaced(&desk, one, "VEVENT", "VJOURNAL")));
	cr_expect_null(lone(
	    &desk, replaced(&desk, one, "END:VEVENT", "END:VEVENT\r\nBEGIN:VEVENT\r\nUID:u\r\nEND:VEVENT")));
	desk_close(&desk);
}
