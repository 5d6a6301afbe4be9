/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "upbeat/glance.h"

/* That libical finds nothing else in a lone object is held over the corpus and by the fuzzer of ical. */

TestSuite(glance, .fini = ub_leak_check);

#define ZONE                                                                                                 \
	"BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\nDTSTART:19961027T030000\r\n"             \
	"RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n"              \
	"END:STANDARD\r\nEND:VTIMEZONE\r\n"

static bool is_lone(const char *text)
{
	struct ub_glance glance;
	return ub_glance_is_lone(ub_text(text), &glance);
}

/* An event with these lines. */
static const char *event(const char *lines, struct ub_arena *arena)
{
	return ub_textf(arena,
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" ZONE
	    "BEGIN:VEVENT\r\nUID:u1\r\n%sEND:VEVENT\r\nEND:VCALENDAR\r\n",
	    lines)
	    .ptr;
}

Test(glance, a_lone_event_has_its_lines)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_glance glance;
	const char *text = event(
	    "SUMMARY;LANGUAGE=en:a long\r\n  title\r\ndtstart:20261112T140000Z\r\n"
	    "BEGIN:VALARM\r\nUID:other\r\nATTENDEE:mailto:a@ours.example\r\nDURATION:PT5M\r\nEND:VALARM\r\n",
	    arena);
	cr_assert(ub_glance_is_lone(ub_text(text), &glance));
	cr_assert(ub_text_is(glance.uid, "u1") && !glance.task);
	cr_assert(ub_text_is(glance.lines[UB_GLANCE_SUMMARY], "SUMMARY;LANGUAGE=en:a long\r\n  title"));
	cr_assert(ub_text_is(glance.lines[UB_GLANCE_DTSTART], "dtstart:20261112T140000Z"));
	cr_assert_eq(glance.lines[UB_GLANCE_DTEND].len, 0);
	ub_arena_free(&arena);
}

Test(glance, a_task_without_a_last_line_end_is_lone)
{
	struct ub_glance glance;
	struct ub_text text = UB_TEXT("BEGIN:VCALENDAR\nPRODID:p\nBEGIN:VTODO\nUID: u "
				      "\nDUE:20261112T140000Z\nEND:VTODO\nEND:VCALENDAR");
	cr_assert(ub_glance_is_lone(text, &glance));
	cr_assert(glance.task && ub_text_is(glance.uid, "u"));
	cr_assert(ub_text_is(glance.lines[UB_GLANCE_PRODID], "PRODID:p"));
	cr_assert(ub_text_is(glance.lines[UB_GLANCE_DUE], "DUE:20261112T140000Z"));
}

Test(glance, a_lone_object_in_brief_has_the_same_lines)
{
	static const char *const texts[] = { "BEGIN:VCALENDAR\nPRODID:p\nVERSION:2.0\nBEGIN:VTODO\nUID: u \n"
					     "DUE:20261112T140000Z\nEND:VTODO\nEND:VCALENDAR",
		"BEGIN:VCALENDAR\r\n" ZONE "BEGIN:VEVENT\r\nDESCRIPTION:long\r\nSUMMARY:a long\r\n  title\r\n"
		"UID:u\r\nDTSTART:20261112T140000Z\r\nDTEND:20261112T150000Z\r\nSTATUS:TENTATIVE\r\n"
		"TRANSP:OPAQUE\r\nclass:PRIVATE\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n" };
	struct ub_arena *arena = ub_arena_new();
	for (size_t i = 0; i < UB_COUNT(texts); i++) {
		struct ub_glance whole, brief;
		cr_assert(ub_glance_is_lone(ub_text(texts[i]), &whole));
		struct ub_text text = ub_glance_brief(&whole, arena);
		cr_expect_eq(ub_text_find(text, UB_TEXT("DESCRIPTION"), 0), SIZE_MAX);
		cr_assert(ub_glance_is_lone(text, &brief), "%.*s", UB_ARGS(text));
		cr_expect(brief.task == whole.task && ub_text_eq(brief.uid, whole.uid));
		for (size_t j = 0; j < UB_GLANCE_LINES; j++)
			cr_expect(
			    ub_text_eq(brief.lines[j], whole.lines[j]), "%.*s", UB_ARGS(whole.lines[j]));
	}
	ub_arena_free(&arena);
}

Test(glance, what_concerns_others_or_is_not_plain_is_not_lone)
{
	static const char *const lines[] = { "ATTENDEE:mailto:b@acme.example\r\n",
		"attendee;CN=\"x\":mailto:b@acme.example\r\n", "ATTEN\r\n DEE:mailto:b@acme.example\r\n",
		"ATTENDEE\r\n :mailto:b@acme.example\r\n", "ORGANIZER:mailto:a@ours.example\r\n",
		"RRULE:FREQ=DAILY\r\n", "RECURRENCE-ID:20261112T130000Z\r\n", "RELATED-TO:m\r\n",
		"X-UPBEAT-ITEM:a\r\n", "x-upbeat-rule:a\r\n", "UID:u2\r\n", "DTSTART:a\r\nDTSTART:b\r\n",
		"SUMMARY:a\rATTENDEE:mailto:b@acme.example\r\n", "SUMMARY:a\r\r\n", "no line\r\n",
		"\r\n ATTENDEE:mailto:b@acme.example\r\n", "ATTENDEE :mailto:b@acme.example\r\n",
		"BEGIN:VALARM\r\nX-UPBEAT-ALARM:a\r\nEND:VALARM\r\n",
		"END:VEVENT\r\nBEGIN:VEVENT\r\nUID:u1\r\n", "BEGIN:VALARM\r\n", "END:VALARM\r\n",
		"BEGIN:VALARM\r\nBEGIN:VEVENT\r\nATTENDEE:mailto:b@acme.example\r\nEND:VEVENT\r\nEND:"
		"VALARM\r\n",
		"BEGIN:VALARM\r\nEND:VEVENT\r\nATTENDEE:mailto:b@acme.example\r\nBEGIN:VALARM\r\n",
		"END:VEVENT\r\nBEGIN:VFREEBUSY\r\nATTENDEE:mailto:b@acme.example\r\nEND:VFREEBUSY\r\nBEGIN:"
		"VEVENT\r\n",
		"END:VEVENT\r\nMETHOD:CANCEL\r\nBEGIN:VEVENT\r\n" };
	struct ub_arena *arena = ub_arena_new();
	cr_assert(is_lone(event("", arena)) && is_lone(event("\r\n\n", arena)));
	for (size_t i = 0; i < UB_COUNT(lines); i++)
		cr_expect_not(is_lone(event(lines[i], arena)), "%s", lines[i]);
	ub_arena_free(&arena);
}

Test(glance, what_is_no_whole_object_is_not_lone)
{
	static const char *const texts[] = { "", "BEGIN:VCALENDAR\n", "BEGIN:VCALENDAR\nEND:VCALENDAR\n",
		"BEGIN:VEVENT\nUID:u\nEND:VEVENT\n", "UID:u\n",
		"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR\n",
		"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:\nEND:VEVENT\nEND:VCALENDAR\n",
		"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\\,b\nEND:VEVENT\nEND:VCALENDAR\n",
		"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\xBD\nEND:VEVENT\nEND:VCALENDAR\n",
		"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\n b\nEND:VEVENT\nEND:VCALENDAR\n",
		"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID;X=y:a\nEND:VEVENT\nEND:VCALENDAR\n",
		"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nEND:VCALENDAR\nEND:VEVENT\n",
		"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nEND:VEVENT\nEND:VCALENDAR\nATTENDEE:mailto:b@acme."
		"example\n",
		"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nEND:VEVENT\nEND:VCALENDAR\nBEGIN:VCALENDAR\nEND:"
		"VCALENDAR\n" };
	for (size_t i = 0; i < UB_COUNT(texts); i++)
		cr_expect_not(is_lone(texts[i]), "%s", texts[i]);
}

Test(glance, a_nul_byte_is_not_plain)
{
	struct ub_glance glance;
	struct ub_text text =
	    UB_TEXT("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nSUMMARY:a\0b\nEND:VEVENT\nEND:VCALENDAR\n");
	cr_assert_not(ub_glance_is_lone(text, &glance));
}
