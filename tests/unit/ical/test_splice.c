/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "revision.h"

TestSuite(splice, .fini = ub_leak_check);

#define TEXT                                                                                                 \
	"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u\r\nSUMMARY:Roadmap\r\nLOCATION:Here\r\nBEGIN:VALARM\r\n"   \
	"ACTION:DISPLAY\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
enum { EVENT = 1, ALARM = 2 };

static struct splice splice_of(struct desk *desk)
{
	return (struct splice){ .ical = parsed(desk, UB_TEXT(TEXT)), .arena = desk->arena };
}

static const struct line *line_of(const struct splice *splice, size_t component, const char *name)
{
	const struct line *line = ub_ical_line(splice->ical, component, name, NULL);
	cr_assert_not_null(line, "%s", name);
	return line;
}

static void gives(struct splice *splice, bool whole, struct ub_text expected)
{
	struct ub_text text;
	bool good = ub_ical_spliced(splice, &splice->ical->lines.items[0], &text);
	cr_assert_eq(good, whole);
	cr_assert(ub_text_eq(text, expected), "%.*s", UB_ARGS(text));
}

Test(splice, puts_edits_that_touch_in_the_order_of_their_places)
{
	struct desk desk = desk_open();
	struct splice splice = splice_of(&desk);
	const struct line *title = line_of(&splice, EVENT, "SUMMARY"),
			  *place = line_of(&splice, EVENT, "LOCATION");
	ub_ical_splice_line(&splice, place, UB_TEXT_NONE);
	ub_ical_splice_before(&splice, place, UB_TEXT("X-A:1\r\n"));
	ub_ical_splice_line(&splice, title, UB_TEXT("SUMMARY:Plan\r\n"));
	ub_ical_splice_component(&splice, ALARM, UB_TEXT("X-B:2\r\n"));
	gives(&splice, true,
	    UB_TEXT("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u\r\nSUMMARY:Plan\r\nX-A:1\r\nX-B:2\r\n"
		    "END:VEVENT\r\nEND:VCALENDAR\r\n"));
	desk_close(&desk);
}

/* Each of these edits the same bytes twice, in two ways. */
static void take_line(struct splice *splice)
{
	ub_ical_splice_line(splice, line_of(splice, EVENT, "SUMMARY"), UB_TEXT_NONE);
}

static void take_bytes(struct splice *splice)
{
	const struct line *line = line_of(splice, EVENT, "SUMMARY");
	ub_ical_splice_bytes(splice, line->at + line->len - 1, 3);
}

static void replace_event(struct splice *splice)
{
	ub_ical_splice_component(splice, EVENT, UB_TEXT("X-C:3\r\n"));
}

static void insert_into_alarm(struct splice *splice)
{
	ub_ical_splice_before(splice, line_of(splice, ALARM, "ACTION"), UB_TEXT("X-D:4\r\n"));
}

static void take_alarm(struct splice *splice)
{
	ub_ical_splice_component(splice, ALARM, UB_TEXT_NONE);
}

static void (*const overlapping[][2])(struct splice *splice) = {
	{ take_line, take_line },
	{ take_line, take_bytes },
	{ replace_event, take_line },
	{ take_alarm, insert_into_alarm },
	{ replace_event, take_alarm },
};

Test(splice, gives_the_text_as_it_came_when_edits_overlap)
{
	for (size_t i = 0; i < 2 * UB_COUNT(overlapping); i++) {
		struct desk desk = desk_open();
		struct splice splice = splice_of(&desk);
		ub_ical_splice_before(&splice, line_of(&splice, EVENT, "UID"), UB_TEXT("X-E:5\r\n"));
		overlapping[i / 2][i % 2](&splice);
		overlapping[i / 2][1 - i % 2](&splice);
		gives(&splice, false, UB_TEXT(TEXT));
		desk_close(&desk);
	}
}

Test(splice, leaves_the_last_of_the_lines_of_a_name_in_each_component)
{
	static const struct {
		const char *text, *once; /* NULL: as it came */
	} cases[] = {
		{ "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nTRANSP:TRANSPARENT\r\nUID:u\r\nTRANSP;X-A=1:\r\n "
		  "OPAQUE\r\n"
		  "END:VEVENT\r\nBEGIN:VEVENT\r\ntransp:OPAQUE\r\nTRANSP:OPAQUE\r\nTRANSP:TRANSPARENT\r\n"
		  "END:VEVENT\r\nEND:VCALENDAR\r\n",
		    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u\r\nTRANSP;X-A=1:\r\n OPAQUE\r\nEND:VEVENT\r\n"
		    "BEGIN:VEVENT\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n" },
		{ "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nTRANSP:OPAQUE\r\nBEGIN:VALARM\r\nTRANSP:OPAQUE\r\n"
		  "TRANSP:OPAQUE\r\nEND:VALARM\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nTRANSP:OPAQUE\r\nEND:"
		  "VEVENT\r\n"
		  "END:VCALENDAR\r\n",
		    NULL },
		{ "", NULL },
		{ "BEGIN:VEVENT\r\nTRANSP:OPAQUE\r\nTRANSP:OPAQUE\r\n", NULL },
	};
	struct desk desk = desk_open();
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_text once, wanted = ub_text(cases[i].once ? cases[i].once : cases[i].text);
		bool any = ub_ical_untwice(ub_text(cases[i].text), "TRANSP", &once, desk.arena);
		cr_expect_eq(any, cases[i].once != NULL, "%zu", i);
		cr_expect(ub_text_eq(once, wanted), "%zu: %.*s", i, UB_ARGS(once));
	}
	desk_close(&desk);
}
