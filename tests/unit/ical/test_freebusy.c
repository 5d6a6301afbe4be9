/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "objects.h"

TestSuite(freebusy, .fini = ub_leak_check);

#define ANSWER(lines)                                                                                        \
	"BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:REPLY\nBEGIN:VFREEBUSY\nUID:1\n" lines                         \
	"END:VFREEBUSY\nEND:VCALENDAR\n"
#define COVERS "DTSTART:20261201T000000Z\nDTEND:20261208T000000Z\n"

static bool reads(struct desk *desk, const char *text, struct ub_ical_busy *busy)
{
	return ub_ical_read_busy(ub_text(text), desk->arena, busy, &desk->refusal);
}

Test(freebusy, an_answer_tells_when_somebody_is_busy)
{
	static const char text[] =
	    ANSWER(COVERS "ATTENDEE;CN=Bob:MAILTO:Bob@Ours.example\n"
			  "FREEBUSY;FBTYPE=BUSY:20261201T090000Z/20261201T100000Z,20261202T090000Z/PT1H30M\n"
			  "FREEBUSY;FBTYPE=FREE:20261203T090000Z/20261203T100000Z\n"
			  "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261204T090000Z/P1D\n"
			  "FREEBUSY;TZID=UTC:20261205T090000Z/20261205T090000Z\n");
	static const int64_t starts[] = { 1796115600, 1796202000, 1796374800, 1796461200 };
	static const int64_t lengths[] = { 3600, 5400, 86400, 0 };
	struct desk desk = desk_open();
	struct ub_ical_busy busy;
	cr_assert(reads(&desk, text, &busy));
	cr_assert_eq(busy.times.n, UB_COUNT(starts));
	for (size_t i = 0; i < UB_COUNT(starts); i++) {
		cr_expect_eq(busy.times.items[i].start, starts[i], "time %zu", i);
		cr_expect_eq(busy.times.items[i].end - busy.times.items[i].start, lengths[i], "time %zu", i);
	}
	cr_expect_eq(busy.covers.start, 1796083200);
	cr_expect_eq(busy.covers.end, 1796083200 + INT64_C(7) * 86400);
	cr_assert_eq(busy.attendees.n, 1);
	cr_expect(ub_text_is(busy.attendees.items[0], "bob@ours.example"));
	desk_close(&desk);
}

Test(freebusy, of_several_parts_what_all_cover_is_covered)
{
	static const char text[] =
	    "BEGIN:VCALENDAR\nBEGIN:VFREEBUSY\nDTSTART:20261201T000000Z\nDTEND:20261208T000000Z\n"
	    "FREEBUSY:20261201T090000Z/PT1H\nEND:VFREEBUSY\n"
	    "BEGIN:VFREEBUSY\nDTSTART:20261202T000000Z\nDTEND:20261209T000000Z\n"
	    "FREEBUSY:20261203T090000Z/PT1H\nEND:VFREEBUSY\nEND:VCALENDAR\n";
	struct desk desk = desk_open();
	struct ub_ical_busy busy;
	cr_assert(reads(&desk, text, &busy));
	cr_expect_eq(busy.times.n, 2);
	cr_expect_eq(busy.covers.start, 1796083200 + 86400);
	cr_expect_eq(busy.covers.end, 1796083200 + INT64_C(7) * 86400);
	desk_close(&desk);
}

Test(freebusy, what_is_not_as_it_should_be_is_refused_as_a_whole)
{
	static const struct {
		const char *text, *code;
	} cases[] = {
		{ "<html><body>Sign in</body></html>", "not-a-calendar" },
		{ "", "not-a-calendar" },
		{ "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261201T090000Z\nEND:VEVENT\nEND:VCALENDAR\n",
		    "no-component" },
		{ "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VFREEBUSY\n" COVERS
		  "END:VFREEBUSY\nEND:VCALENDAR\n",
		    "no-answer" },
		{ ANSWER("FREEBUSY:20261201T090000Z/PT1H\n"), "bad-time" },
		{ ANSWER("DTSTART:20261201T000000Z\n"), "bad-time" },
		{ ANSWER("DTSTART;TZID=Europe/Berlin:20261201T000000\nDTEND:20261208T000000Z\n"),
		    "bad-time" },
		{ ANSWER("DTSTART;VALUE=DATE:20261201\nDTEND;VALUE=DATE:20261208\n"), "bad-time" },
		{ ANSWER(COVERS "FREEBUSY:20261201T090000/20261201T100000\n"), "bad-time" },
		{ ANSWER(COVERS "FREEBUSY:20261201T090000Z/20261201T100000\n"), "bad-time" },
		{ ANSWER(COVERS "FREEBUSY:20261201T100000Z/20261201T090000Z\n"), "bad-time" },
		{ ANSWER(COVERS "FREEBUSY:20261201T100000Z/-PT1H\n"), "bad-time" },
		{ ANSWER(COVERS "FREEBUSY:20261201T090000Z\n"), "bad-time" },
		{ ANSWER(COVERS "FREEBUSY:20261201T090000Z/PT1H,\n"), "bad-time" },
		{ ANSWER(COVERS "FREEBUSY:busy all day\n"), "bad-time" },
		{ "BEGIN:VCALENDAR\nBEGIN:VFREEBUSY\n" COVERS "FREEBUSY:20261201T090000Z/PT1H\n",
		    "unbalanced" },
	};
	struct desk desk = desk_open();
	struct ub_ical_busy busy;
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		cr_assert(!reads(&desk, cases[i].text, &busy), "case %zu", i);
		cr_expect_str_eq(desk.refusal.code, cases[i].code, "case %zu", i);
	}
	desk_close(&desk);
}
