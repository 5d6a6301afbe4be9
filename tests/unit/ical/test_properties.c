/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include "ical-private.h"
#include "leaks.h"
#include "objects.h"

TestSuite(properties, .fini = ub_leak_check);

/* What the event's properties are read as: "NAME kind <text>{PARAM=value}", a line each. */
static const char *read_as(struct desk *desk, const char *lines)
{
	static const char *const kinds[] = { "unread", "text", "time", "duration" };
	const struct ub_ical *ical = ub_ical_parse(desk->arena, object_of(desk, lines), &desk->refusal);
	const struct properties *properties = ub_ical_properties(ical, 1);
	struct ub_buf out = UB_BUF(desk->arena);
	for (size_t i = 1; i < properties->n; i++) { /* the first one is the UID */
		const struct property *property = &properties->items[i];
		ub_buf_printf(&out, "%.*s %s <%.*s>", UB_ARGS(property->line->name), kinds[property->kind],
		    UB_ARGS(property->text));
		for (size_t p = 0; p < property->params.n; p++)
			ub_buf_printf(&out, "{%.*s=%.*s}", UB_ARGS(property->params.items[p].name),
			    UB_ARGS(property->params.items[p].value));
		ub_buf_char(&out, '\n');
	}
	return ub_buf_cstr(&out);
}

Test(properties, are_read_with_their_escapes_types_and_parameters)
{
	static const struct {
		const char *lines, *read;
	} cases[] = {
		{ "SUMMARY:a\\nb\\N\\,c\\;d\\\\e", "SUMMARY text <a\nb\n,c;d\\e>\n" },
		{ "SUMMARY:Demo\\: C:\\temp\\", "SUMMARY text <Demo: C:temp>\n" },
		{ "LOCATION:https\\://x.example\\\\:\\\xC3\xBC",
		    "LOCATION text <https://x.example\\:\xC3\xBC>\n" },
		{ "URL:https\\://x.example", "URL text <https://x.example>\n" },
		{ "DTSTART:2026\\0101", "DTSTART unread <2026\\0101>\n" },
		{ "SUMMARY:\"quoted\", comma", "SUMMARY text <\"quoted\", comma>\n" },
		{ "summary;language=de:x", "summary text <x>\n" },
		{ "URL:https://x.example/a\\,b,c;d", "URL text <https://x.example/a\\,b,c;d>\n" },
		{ "DTSTART;TZID=Europe/Berlin:20260101T090000",
		    "DTSTART time <20260101T090000>{TZID=Europe/Berlin}\n" },
		{ "DTSTART;TZID=\"(UTC+01:00) Berlin, Rome; Bern\":20260101T090000",
		    "DTSTART time <20260101T090000>{TZID=(UTC+01:00) Berlin, Rome; Bern}\n" },
		{ "DURATION:PT1H30M", "DURATION duration <PT1H30M>\n" },
		{ "DURATION:P99999999999D", "DURATION unread <P99999999999D>\n" },
		{ "DURATION:PT", "DURATION unread <PT>\n" },
		{ "DTSTART:2026 1 1", "DTSTART unread <2026 1 1>\n" },
		{ "DTSTART:20260231", "DTSTART unread <20260231>\n" },
		{ "DTSTART:2026062T0200020Z", "DTSTART unread <2026062T0200020Z>\n" },
		{ "DTSTART:2026062T020002Z", "DTSTART unread <2026062T020002Z>\n" },
		{ "DTSTART:202606020T20002", "DTSTART unread <202606020T20002>\n" },
		{ "SEQUENCE:x", "SEQUENCE unread <x>\n" },
		{ "SEQUENCE:99999999999999", "SEQUENCE unread <99999999999999>\n" },
		{ "CATEGORIES:a\\,b,c,,d",
		    "CATEGORIES text <a,b>\nCATEGORIES text <c>\nCATEGORIES text <d>\n" },
		{ "CATEGORIES:a\\\\,b", "CATEGORIES text <a\\>\nCATEGORIES text <b>\n" },
		{ "SUMMARY:\nLOCATION: ", "" },
		{ "ATTENDEE;CN=\"a;b:c\";PARTSTAT=\"ACCEPTED\":mailto:x@y.example",
		    "ATTENDEE text <mailto:x@y.example>{CN=a;b:c}{PARTSTAT=ACCEPTED}\n" },
		{ "ATTENDEE;CN=^'Bob^' B:mailto:x@y.example",
		    "ATTENDEE text <mailto:x@y.example>{CN=\"Bob\" B}\n" },
		{ "ATTENDEE;CN=one;CN=two;;ROLE:mailto:x@y.example",
		    "ATTENDEE text <mailto:x@y.example>{CN=one}\n" },
		{ "ATTENDEE;PARTSTAT=DECLINED;:mailto:x@y.example",
		    "ATTENDEE text <mailto:x@y.example>{PARTSTAT=DECLINED}\n" },
		{ "LOCATION;CN=a\\:b", "LOCATION text <b>{CN=a\\ }\n" },
		{ "LOCATION;CN=\\;ROLE=\\:b", "LOCATION text <b>{CN=\\ }{ROLE=\\ }\n" },
		{ "RECURRENCE-ID;RANGE=\"T,^\x02\x7FH\":20260101",
		    "RECURRENCE-ID time <20260101>{RANGE=T,^\x02\x7FH}\n" },
		{ "ATTENDEE;CN=nobody:", "ATTENDEE text <mailto:>{CN=nobody}\n" },
		{ "X-ALT-DESC:<b>\nATTACH:x\nCOMMENT:y\nX-FOO:z\nRRULE:FREQ=DAILY\nREQUEST-STATUS:2.0", "" },
		{ "LOCATION;CHARSET=ISO-8859-1:M\xFCnchen\\, Tal",
		    "LOCATION text <M\xC3\xBCnchen, Tal>{CHARSET=ISO-8859-1}\n" },
		{ "LOCATION;CHARSET=ISO-8859-1:M\xC3\xBCnchen",
		    "LOCATION text <M\xC3\xBCnchen>{CHARSET=ISO-8859-1}\n" },
		{ "SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:M=FCnchen",
		    "SUMMARY text <M\xC3\xBCnchen>{ENCODING=QUOTED-PRINTABLE}{CHARSET=ISO-8859-1}\n" },
		{ "TRIGGER:-PT15M\nTRIGGER:20260101T090000Z\nTRIGGER:soon",
		    "TRIGGER duration <-PT15M>{VALUE=DURATION}\n"
		    "TRIGGER time <20260101T090000Z>{VALUE=DATE-TIME}\nTRIGGER unread <soon>\n" },
		{ "SUMMARY;ENCODING=BASE64:AGE=", "SUMMARY text <AGE=>{ENCODING=BASE64}\n" },
		{ "SUMMARY;ENCODING=QUOTED-PRINTABLE:a=00b",
		    "SUMMARY text <a=00b>{ENCODING=QUOTED-PRINTABLE}\n" },
		{ "SUMMARY;ENCODING=BASE64:SGFsbG8=", "SUMMARY text <Hallo>{ENCODING=BASE64}\n" },
		{ "SUMMARY:\xFF\xFE x", "SUMMARY text <\xEF\xBF\xBD\xEF\xBF\xBD x>\n" },
	};
	struct desk desk = desk_open();
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		cr_expect_str_eq(read_as(&desk, cases[i].lines), cases[i].read, "%s: %s", cases[i].lines,
		    read_as(&desk, cases[i].lines));
	desk_close(&desk);
}

static const char *of_length(struct desk *desk, const char *begin, size_t n, const char *end)
{
	struct ub_buf out = UB_BUF(desk->arena);
	ub_buf_str(&out, begin);
	ub_buf_pad(&out, 'x', n);
	ub_buf_str(&out, end);
	return ub_buf_cstr(&out);
}

Test(properties, of_great_length_are_read_to_their_bound_and_that_is_said)
{
	struct desk desk = desk_open();
	const struct ub_event *event =
	    event_of(&desk, of_length(&desk, "DESCRIPTION:", UB_ICAL_TEXT_MAX - 1, "\\n\xC3\xA4"));
	cr_expect_eq(event->description.len, UB_ICAL_TEXT_MAX - 1, "not half an escape");
	cr_assert_eq(event->faults.n, 1);
	cr_expect(ub_text_is(
	    event->faults.items[0], "DESCRIPTION in line 6 is too long: only its beginning is read"));
	event = event_of(&desk, of_length(&desk, "LOCATION:", UB_ICAL_VALUE_MAX - 1, "\xC3\xA4"));
	cr_expect_eq(event->location.len, UB_ICAL_VALUE_MAX - 1, "not half a character");
	event = event_of(&desk, of_length(&desk, "LOCATION:", UB_ICAL_VALUE_MAX, ""));
	cr_expect_eq(event->location.len, UB_ICAL_VALUE_MAX);
	cr_expect_eq(event->faults.n, 0);
	event = event_of(&desk, "SEQUENCE:soon");
	cr_expect(ub_text_is(event->faults.items[0],
	    "SEQUENCE in line 6 has a value of another type: it is read as it is written"));
	cr_expect_eq(event->sequence, 0);
	desk_close(&desk);
}

static struct ub_text repeated(struct desk *desk, const char *begin, const char *each, size_t n)
{
	struct ub_buf out = UB_BUF(desk->arena);
	ub_buf_str(&out, begin);
	for (size_t i = 0; i < n; i++)
		ub_buf_str(&out, each);
	return ub_buf_text(&out);
}

/* What costs libical the product of values and parameters, or more. */
Test(properties, have_bounds_where_libical_has_none)
{
	struct desk desk = desk_open();
	struct ub_text many = repeated(&desk, "CATEGORIES:a", ",b", 20000);
	cr_expect_eq(event_of(&desk, many.ptr)->categories.n, UB_ICAL_VALUES_MAX);
	many = repeated(&desk, "", "ATTENDEE:mailto:a@b.example\n", UB_ICAL_PEOPLE_MAX + 1);
	cr_expect_eq(event_of(&desk, many.ptr)->n_attendees, UB_ICAL_PEOPLE_MAX);
	cr_expect_eq(event_of(&desk, ub_textf(desk.arena, "%.*sDUE:x", UB_ARGS(many)).ptr)
			 ->attendees[UB_ICAL_PEOPLE_MAX - 1]
			 .address.len,
	    strlen("a@b.example"), "each portion is read");
	many = repeated(&desk, "", "DUE:x\n", 40000); /* libical looks for each among all */
	cr_expect_eq(strlen(read_as(&desk, many.ptr)), UB_ICAL_SAME_MAX * strlen("DUE unread <x>\n"));
	many = repeated(&desk, "", "SUMMARY:\n", UB_ICAL_SAME_MAX);
	cr_expect_str_eq(
	    read_as(&desk, ub_textf(desk.arena, "%.*sSUMMARY:a", UB_ARGS(many)).ptr), "SUMMARY text <a>\n");
	many = repeated(&desk, "CATEGORIES;ENCODING=", "x", 300);
	cr_expect_str_eq(read_as(&desk, ub_textf(desk.arena, "%.*s:a,b", UB_ARGS(many)).ptr),
	    "CATEGORIES text <a>\nCATEGORIES text <b>\n", "each value would have them");
	many = repeated(&desk, "ATTENDEE", ";X-P=1", 20000);
	const char *line = ub_textf(desk.arena, "%.*s;CN=Cara:mailto:a@b.example", UB_ARGS(many)).ptr;
	const struct ub_event *event = event_of(&desk, line);
	cr_assert_eq(event->n_attendees, 1);
	cr_expect(ub_text_is(event->attendees[0].address, "a@b.example"));
	cr_expect_eq(event->attendees[0].name.len, 0, "parameters of such a length are not read");
	desk_close(&desk);
}

/* What is cut from an address, bit by bit, is not looked at in a long text. */
Test(properties, of_people_have_bounds)
{
	struct desk desk = desk_open();
	struct ub_text quotes = repeated(&desk, "", "'", 400000);
	const struct ub_event *event = event_of(&desk,
	    ub_textf(desk.arena, "ATTENDEE;DELEGATED-TO=%.*s:mailto:a@b.example", UB_ARGS(quotes)).ptr);
	cr_expect_eq(event->attendees[0].delegates.n, 0);
	event = event_of(&desk, ub_textf(desk.arena, "ATTENDEE:%.*s", UB_ARGS(quotes)).ptr);
	cr_expect_eq(event->attendees[0].address.len, 0);
	struct ub_text many = repeated(&desk, "ATTENDEE;DELEGATED-TO=c@d.example", ",c@d.example", 60);
	event = event_of(&desk, ub_textf(desk.arena, "%.*s:mailto:a@b.example", UB_ARGS(many)).ptr);
	cr_expect_eq(event->attendees[0].delegates.n, UB_ICAL_DELEGATES);
	event = event_of(&desk, "ATTENDEE:\"Anna >\" <<a@b.example>>\nATTENDEE:mailto:a>");
	cr_expect(ub_text_is(event->attendees[0].address, "a@b.example"));
	cr_expect_eq(event->attendees[1].address.len, 0);
	desk_close(&desk);
}

/* libical has its own opinion of what is an error, and of where to say so. */
Test(properties, that_are_wrong_write_nothing_to_the_terminal, .init = cr_redirect_stderr)
{
	struct desk desk = desk_open();
	(void)read_as(&desk, "DTSTART:x\nDURATION:y\nSEQUENCE:z\nPERCENT-COMPLETE:\\\nATTENDEE;=;;:\n"
			     "TRIGGER:\"\nX-UPBEAT-ITEM:\\,\nCLASS:\x01\nSTATUS:;\nCONFERENCE:,,");
	fflush(stderr);
	cr_expect_stderr_eq_str("");
	desk_close(&desk);
}
