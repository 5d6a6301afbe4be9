/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "fixture.h"
#include "leaks.h"
#include "revision.h"
#include "upbeat/sys.h"

TestSuite(amend, .fini = ub_leak_check);

#define MEETING                                                                                              \
	"DTSTART:20261112T130000Z\nDTEND:20261112T140000Z\nSUMMARY:Roadmap\nORGANIZER:mailto:anna@ours."     \
	"example\n"                                                                                          \
	"ATTENDEE:mailto:cto@acme.example"

#define T(literal)                                                                                           \
	{                                                                                                    \
		literal, sizeof(literal) - 1                                                                 \
	}
#define AGENDA "14:00 Welcome; why we meet\n14:05 Your plans, and what they need from us until summer"

static const struct ub_amendment every[] = {
	{ UB_AMEND_ATTENDEE, T("r/recorder"), T("mark-1"), T("rule-1"), T("notes@recorder.example"), 0, NULL,
	    { 0 } },
	{ UB_AMEND_CATEGORY, T("r/category"), T("mark-2"), T("rule-1"), T("Customer, big"), 0, NULL, { 0 } },
	{ UB_AMEND_AGENDA, T("s/agenda"), T("mark-3"), T("rule-2"), T(AGENDA "\n"), 0, NULL, { 0 } },
	{ UB_AMEND_REMINDER, T("s/reminder"), T("mark-4"), T("rule-2"), T(""), 600, NULL, { 0 } },
	/* The same once more, for another rule: left out. */
	{ UB_AMEND_ATTENDEE, T("t/recorder"), T("mark-5"), T("rule-3"), T("notes@recorder.example"), 0, NULL,
	    { 0 } },
	{ UB_AMEND_AGENDA, T("t/agenda"), T("mark-6"), T("rule-3"), T("14:00 Something else"), 0, NULL,
	    { 0 } },
};

static struct ub_amendments all(void)
{
	return (struct ub_amendments){ (struct ub_amendment *)every, UB_COUNT(every), 0 };
}

static struct ub_text amended(struct desk *desk, struct ub_text text, size_t expected)
{
	const struct ub_amendments amendments = all();
	const struct ub_ical_amended result = ub_ical_amend(parsed(desk, text), &amendments, desk->arena);
	cr_assert_not(result.overlap);
	cr_assert_eq(result.n, expected, "%zu added", result.n);
	return result.text;
}

static struct ub_text restored(struct desk *desk, struct ub_text text, const char *rule, size_t expected)
{
	const struct ub_ical_amended result = ub_ical_restore(parsed(desk, text), ub_text(rule), desk->arena);
	cr_assert_not(result.overlap);
	cr_assert_eq(result.n, expected, "%zu taken", result.n);
	return result.text;
}

static void same(struct ub_text got, struct ub_text expected)
{
	cr_assert(ub_text_eq(got, expected), "got:\n%.*s\nexpected:\n%.*s", UB_ARGS(got), UB_ARGS(expected));
}

/* Whether each line of `less` is one of `more`, in order. */
static bool lines_within(struct ub_text less, struct ub_text more)
{
	struct ub_text line, other;
	while (ub_text_split(&less, '\n', &line))
		do
			if (!ub_text_split(&more, '\n', &other))
				return false;
		while (!ub_text_eq(line, other));
	return true;
}

Test(amend, inserts_lines_and_leaves_all_others)
{
	struct desk desk = desk_open();
	struct ub_text text = object_of(&desk, MEETING "\nDESCRIPTION:Bring the plans\\, please");
	struct ub_text result = amended(&desk, text, 4);
	cr_assert(lines_within(text, result), "%.*s", UB_ARGS(result));
	const struct ub_event *event = ub_ical_read(result, desk.zones, desk.arena, &desk.refusal);
	cr_assert_not_null(event);
	cr_assert_eq(event->n_attendees, 2);
	cr_assert(ub_text_is(event->attendees[1].address, "notes@recorder.example"));
	cr_assert_eq(event->categories.n, 1);
	cr_assert(ub_text_is(event->categories.items[0], "Customer, big"));
	cr_assert(ub_text_is(event->description,
		      "Bring the plans, please\n\n" UB_PLAN_SHARED_BEGIN "\n" AGENDA "\n" UB_PLAN_SHARED_END),
	    "%.*s", UB_ARGS(event->description));
	cr_assert(has(result, "TRIGGER:-PT10M\nEND:VALARM\nEND:VEVENT"), "%.*s", UB_ARGS(result));
	cr_assert_eq(event->marks.item.len, 0, "a meeting is no item");
	desk_close(&desk);
}

Test(amend, is_undone_to_the_byte)
{
	struct desk desk = desk_open();
	static const char *const descriptions[] = { "", "\nDESCRIPTION:", "\nDESCRIPTION:Short",
		"\nDESCRIPTION;LANGUAGE=en:Ends in a line\\n", "\nDESCRIPTION:\nCATEGORIES:Blue,Green",
		"\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT5M\nDESCRIPTION:x\nEND:VALARM" };
	for (size_t i = 0; i < UB_COUNT(descriptions); i++) {
		struct ub_text text = object_of(
		    &desk, ub_text_cstr(desk.arena, ub_textf(desk.arena, MEETING "%s", descriptions[i])));
		struct ub_text crlf = replaced(&desk, text, "\n", "\r\n");
		same(restored(&desk, amended(&desk, text, 4), "", 4), text);
		same(restored(&desk, amended(&desk, crlf, 4), "", 4), crlf);
	}
	desk_close(&desk);
}

Test(amend, is_undone_rule_by_rule)
{
	struct desk desk = desk_open();
	struct ub_text text = object_of(&desk, MEETING);
	struct ub_text result = restored(&desk, amended(&desk, text, 4), "rule-2", 2);
	cr_assert(has(result, "RSVP=FALSE") && !has(result, "VALARM") && !has(result, "DESCRIPTION"));
	same(restored(&desk, result, "rule-1", 2), text);
	same(restored(&desk, result, "rule-3", 0), result);
	desk_close(&desk);
}

Test(amend, adds_nothing_twice)
{
	struct desk desk = desk_open();
	struct ub_text result = amended(&desk, object_of(&desk, MEETING), 4);
	same(amended(&desk, result, 0), result);
	/* Nor is an agenda that somebody else has put there, or that a server has left without its mark. */
	struct ub_text theirs = object_of(&desk,
	    MEETING "\nATTENDEE;CN=Recorder:MAILTO:Notes@Recorder.example\nCATEGORIES:Blue,Customer\\, big\n"
		    "DESCRIPTION:" UB_PLAN_SHARED_BEGIN "\\n14:00 other\\n" UB_PLAN_SHARED_END
		    "\nBEGIN:VALARM\nACTION:AUDIO\nTRIGGER:-PT600S\nEND:VALARM");
	same(amended(&desk, theirs, 0), theirs);
	desk_close(&desk);
}

/* An addition that is gone while its mark stands was removed by the user. */
Test(amend, repeats_nothing_that_the_user_took_away)
{
	struct desk desk = desk_open();
	struct ub_text result = amended(&desk, object_of(&desk, MEETING), 4);
	struct ub_text line = UB_TEXT("ATTENDEE;ROLE=NON-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:"
				      "notes\n @recorder.example\n");
	struct ub_text without = replaced(&desk, result, ub_text_cstr(desk.arena, line), "");
	same(amended(&desk, without, 0), without);
	struct ub_amendment other = every[0];
	other.mark = UB_TEXT("mark-9");
	cr_assert(ub_ical_bears(parsed(&desk, without), &every[0], desk.arena));
	cr_assert(ub_ical_bears(parsed(&desk, without), &other, desk.arena), "the same of another rule");
	other.text = UB_TEXT("others@recorder.example");
	cr_assert_not(ub_ical_bears(parsed(&desk, without), &other, desk.arena));
	cr_assert_not(has(restored(&desk, without, "", 4), "X-UPBEAT"));
	desk_close(&desk);
}

Test(amend, is_undone_where_a_server_has_written_it_anew)
{
	struct desk desk = desk_open();
	struct ub_text text = amended(&desk, object_of(&desk, MEETING "\nCATEGORIES:Blue"), 4);
	text = replaced(&desk, text, "CATEGORIES:Blue\n", "");
	text = replaced(&desk, text, "CATEGORIES:Customer", "CATEGORIES:Blue,Customer");
	text = replaced(&desk, text, "RSVP=FALSE", "SCHEDULE-STATUS=1.2");
	text = replaced(&desk, text, "TRIGGER:-PT10M", "TRIGGER;RELATED=START:-P0DT0H10M0S");
	struct ub_text result = restored(&desk, text, "", 4);
	cr_assert(has(result, "CATEGORIES:Blue\n"), "%.*s", UB_ARGS(result));
	cr_assert_not(has(result, "recorder"));
	cr_assert_not(has(result, "VALARM"));
	desk_close(&desk);
}

Test(amend, reaches_each_instance_of_a_series_but_for_the_agenda)
{
	struct desk desk = desk_open();
	struct ub_text text = object_of(&desk,
	    MEETING "\nRRULE:FREQ=WEEKLY\nEND:VEVENT\nBEGIN:VEVENT\nUID:u\nRECURRENCE-ID:20261119T130000Z\n"
		    "DTSTART:20261119T150000Z\nDTEND:20261119T160000Z\nSUMMARY:Roadmap, later\n"
		    "ORGANIZER:mailto:anna@ours.example\nATTENDEE:mailto:cto@acme.example");
	struct ub_text result = amended(&desk, text, 7);
	size_t first = ub_text_find(result, UB_TEXT("RSVP=FALSE"), 0);
	cr_assert_neq(ub_text_find(result, UB_TEXT("RSVP=FALSE"), first + 1), SIZE_MAX);
	size_t agenda = ub_text_find(result, UB_TEXT(UB_PLAN_SHARED_BEGIN), 0);
	cr_assert_eq(ub_text_find(result, UB_TEXT(UB_PLAN_SHARED_BEGIN), agenda + 1), SIZE_MAX);
	same(restored(&desk, result, "", 7), text);
	desk_close(&desk);
}

/* The ways in which clients write, and some in which none should. */
static const char *const odd_texts[] = {
	/* mixed line ends, folds with a tab, within a character, empty ones */
	"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\nUID:u\r\nDESCRIPTION:a\n b\r\n\tc\xC3\n \xA4\r\n "
	"\r\n d\r\r\n"
	"END:VEVENT\nEND:VCALENDAR",
	"BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\r\nUID:u\nDESCRIPTION:a\r\n "
	"b\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
	/* a byte order mark, lower case, no end of the last line, the zone behind */
	"\xEF\xBB\xBF"
	"begin:vcalendar\nversion:2.0\nbegin:vevent\nuid:u\ndescription;language=de:x\\N\nend:vevent\n"
	"begin:vtimezone\ntzid:x\nend:vtimezone\nend:vcalendar",
	"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\nDESCRIPTION:x\n \n \n\t\r\nEND:VEVENT\nEND:VCALENDAR\n",
	/* a carriage return is no line end */
	"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\nDESCRIPTION:a\rb\r\r c\nEND:VEVENT\nEND:VCALENDAR\n",
	/* an alarm before the properties, which go on behind it; lines that are none */
	"BEGIN:VCALENDAR\nBEGIN:VEVENT\nBEGIN:VALARM\nTRIGGER:-PT5M\nDESCRIPTION:x\nEND:VALARM\nUID:"
	"u\n\nrubbish\n"
	"DESCRIPTION;ALTREP=\"cid:1:2\":Short\n\nmore\nCATEGORIES;LANGUAGE=en:Blue\nEND:VEVENT\nEND:"
	"VCALENDAR\n",
	/* headings and ends like ours, an escape without anything behind it */
	"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\nDESCRIPTION:" UB_PLAN_SHARED_END "\\n" UB_PLAN_SHARED_BEGIN
	"\\nmine\\n\\n\nEND:VEVENT\nEND:VCALENDAR\n",
	"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\nDESCRIPTION:" UB_PLAN_SHARED_BEGIN
	"\\\nEND:VEVENT\nEND:VCALENDAR\n",
	"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\nDESCRIPTION: "
	"\nX-ALT-DESC;FMTTYPE=text/html:<b>x</b>\nEND:VEVENT\n"
	"END:VCALENDAR\n",
	"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\nDESCRIPTION:\n  \nEND:VEVENT\nEND:VCALENDAR\n",
};

Test(amend, is_undone_to_the_byte_in_odd_texts)
{
	struct desk desk = desk_open();
	for (size_t i = 0; i < UB_COUNT(odd_texts); i++) {
		struct ub_text text = ub_text(odd_texts[i]), result = amended(&desk, text, 4);
		cr_assert(lines_within(text, result), "%zu:\n%.*s", i, UB_ARGS(result));
		same(amended(&desk, result, 0), result);
		same(restored(&desk, result, "", 4), text);
	}
	desk_close(&desk);
}

Test(amend, leaves_what_cannot_go_on_in_utf8)
{
	struct desk desk = desk_open();
	struct ub_text latin = object_of(&desk, MEETING "\nDESCRIPTION:f\xFCr");
	same(amended(&desk, latin, 0), latin);
	struct ub_text quoted = object_of(&desk, MEETING "\nDESCRIPTION;ENCODING=QUOTED-PRINTABLE:f=C3=BCr");
	cr_assert_not(has(amended(&desk, quoted, 3), UB_PLAN_SHARED_BEGIN));
	desk_close(&desk);
}

/* The user removed the addition, and the client kept the mark. Another rule must not add it again. */
Test(amend, is_not_repeated_by_another_rule)
{
	struct desk desk = desk_open();
	struct ub_text result = amended(&desk, object_of(&desk, MEETING), 4);
	struct ub_text marks = UB_TEXT_NONE, rest = result, line;
	while (ub_text_split(&rest, '\n', &line))
		if (ub_text_starts(line, UB_TEXT("X-UPBEAT-ADDED")) || ub_text_starts(line, UB_TEXT(" ")))
			marks = ub_textf(desk.arena, "%.*s\n%.*s", UB_ARGS(marks), UB_ARGS(line));
	struct ub_text bare =
	    object_of(&desk, ub_text_cstr(desk.arena, ub_textf(desk.arena, MEETING "%.*s", UB_ARGS(marks))));
	same(amended(&desk, bare, 0), bare);
	desk_close(&desk);
}

Test(amend, is_undone_in_a_line_with_parameters)
{
	struct desk desk = desk_open();
	struct ub_text text = amended(&desk, object_of(&desk, MEETING), 4);
	text = replaced(&desk, text, "CATEGORIES:Customer", "categories;LANGUAGE=en:Blue,Customer");
	cr_assert(has(restored(&desk, text, "", 4), "\ncategories;LANGUAGE=en:Blue\n"));
	desk_close(&desk);
}

/* A second one like the addition is the user's. */
Test(amend, takes_back_no_more_than_was_added)
{
	struct desk desk = desk_open();
	struct ub_text text = amended(&desk, object_of(&desk, MEETING), 4);
	text = replaced(&desk, text, "END:VEVENT",
	    "CATEGORIES:Customer\\, big\nATTENDEE;CN=R:mailto:notes@recorder.example\nEND:VEVENT");
	struct ub_text result = restored(&desk, text, "", 4);
	cr_assert(has(result, "CATEGORIES:Customer\\, big") && has(result, "CN=R"), "%.*s", UB_ARGS(result));
	desk_close(&desk);
}

/* A stranger may send forged marks, as many as fit. */
Test(amend, survives_forged_marks)
{
	struct desk desk = desk_open();
	struct ub_buf lines = UB_BUF(desk.arena);
	ub_buf_str(&lines, MEETING);
	for (int i = 0; i < 4000; i++)
		ub_buf_printf(&lines,
		    "\nX-UPBEAT-ADDED:category.m.r.%d\nX-UPBEAT-ADDED:...\nX-UPBEAT-ADDED:\nCATEGORIES:c%d,d%"
		    "d",
		    i, i, i);
	ub_buf_str(&lines, "\nX-UPBEAT-ADDED;X=y:agenda.alone\nX-UPBEAT-ADDED:nonsense.a.b.c.d.e.f"
			   "\nX-UPBEAT-ADDED:reminder.m.r.\nBEGIN:VLOCATION\nNAME:x\nEND:VLOCATION");
	struct ub_text text = object_of(&desk, ub_buf_cstr(&lines));
	cr_assert(has(restored(&desk, text, "", 12003), "VLOCATION"));
	(void)restored(&desk, text, "r", 4001);
	desk_close(&desk);
}

/* Real objects: only the insertions differ, and they can be removed again. */
Test(amend, holds_on_the_corpus)
{
	const char *corpus = getenv("UPBEAT_CORPUS");
	struct desk desk = desk_open();
	struct ub_text directory = ub_textf(desk.arena, "%s/ics", corpus ? corpus : ""), *names;
	size_t n, tried = 0;
	if (ub_sys_list_directory(
		desk.arena, ub_text_cstr(desk.arena, directory), UB_TEXT(".ics"), &names, &n) != UB_FILE_OK)
		cr_skip_test("there is no corpus of calendar objects");
	for (size_t i = 0; i < n; i++) {
		struct ub_text path =
				   ub_textf(desk.arena, "%.*s/%.*s", UB_ARGS(directory), UB_ARGS(names[i])),
			       text;
		struct ub_amendments amendments = all();
		if (ub_sys_read_file(desk.arena, ub_text_cstr(desk.arena, path), UB_ICAL_SIZE_MAX, &text) !=
		    UB_FILE_OK)
			continue;
		const struct ub_ical *ical = ub_ical_parse(desk.arena, text, &desk.refusal);
		if (!ical)
			continue;
		const struct ub_ical_amended result = ub_ical_amend(ical, &amendments, desk.arena);
		const struct ub_ical_amended back =
		    ub_ical_restore(parsed(&desk, result.text), UB_TEXT_NONE, desk.arena);
		cr_assert_not(result.overlap || back.overlap);
		cr_assert_eq(result.n, back.n, "%.*s", UB_ARGS(names[i]));
		cr_assert(ub_text_eq(back.text, text), "%.*s", UB_ARGS(names[i]));
		same(amended(&desk, result.text, 0), result.text);
		tried += result.n > 0;
	}
	cr_assert_gt(tried, 200, "%zu were amended", tried);
	desk_close(&desk);
}
