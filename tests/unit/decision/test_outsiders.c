/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include <string.h>

#include "calendar.h"

/* Nobody from outside is invited to an item of ours, whatever rules, texts and invitations have in them. */

TestSuite(outsiders, .init = calendar_set_up, .fini = calendar_tear_down);

/* ---- the bytes ---- */

#define ITEM(lines)                                                                                          \
	"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:u\r\nDTSTAMP:"                    \
	"20260101T000000Z\r\n"                                                                               \
	"DTSTART:20261112T130000Z\r\n" lines "END:VEVENT\r\nEND:VCALENDAR\r\n"
#define OURS "ATTENDEE;CN=Ben:mailto:ben@ours.example\r\n"
#define CTO  "ATTENDEE:mailto:cto@acme.example\r\n"

static const struct {
	const char *before, *text, *outsider;
} texts[] = {
	{ NULL, ITEM(OURS), "" },
	{ NULL, ITEM(OURS "ATTENDEE:mailto:nora@us.ours.example\r\n"), "" },
	{ NULL, ITEM(OURS "DESCRIPTION:ATTENDEE:mailto:cto@acme.example\r\n"), "" },
	{ NULL, ITEM(OURS CTO), "mailto:cto@acme.example" },
	{ NULL, ITEM("attendee:mailto:cto@acme.example\r\n"), "mailto:cto@acme.example" },
	{ NULL, ITEM("ATT\r\n ENDEE:mailto:ct\r\n o@acme.example\r\n"), "mailto:cto@acme.example" },
	{ NULL, ITEM("ATTENDEE;CN=\"a:mailto:ben@ours.example\":mailto:cto@acme.example\r\n"),
	    "mailto:cto@acme.example" },
	{ NULL, ITEM("ATTENDEE;EMAIL=cto@acme.example:mailto:ben@ours.example\r\n"),
	    "mailto:ben@ours.example EMAIL=cto@acme.example" },
	{ NULL, ITEM("BEGIN:VALARM\r\nACTION:EMAIL\r\n" CTO "END:VALARM\r\n"), "mailto:cto@acme.example" },
	/* What servers and mail programs may read otherwise. */
	{ NULL, ITEM("ATTENDEE:mailto:cto@acme.example\\,ben@ours.example\r\n"),
	    "mailto:cto@acme.example\\,ben@ours.example" },
	{ NULL, ITEM("ATTENDEE:mailto:cto@acme.example@ours.example\r\n"),
	    "mailto:cto@acme.example@ours.example" },
	{ NULL, ITEM("ATTENDEE:mailto:ben@ours.example?cc=cto@acme.example\r\n"),
	    "mailto:ben@ours.example?cc=cto@acme.example" },
	{ NULL, ITEM("ATTENDEE:mailto:cto%40acme.example@ours.example\r\n"),
	    "mailto:cto%40acme.example@ours.example" },
	{ NULL, ITEM("ATTENDEE:mailto:ben@evilours.example\r\n"), "mailto:ben@evilours.example" },
	{ NULL, ITEM("ATTENDEE:mailto:ben@ours.example.acme.example\r\n"),
	    "mailto:ben@ours.example.acme.example" },
	{ NULL, ITEM("ATTENDEE:mailto:ben@ours.example.\r\n"), "mailto:ben@ours.example." },
	{ NULL, ITEM("ATTENDEE:urn:uuid:1\r\n"), "urn:uuid:1" },
	{ NULL, ITEM("ATTENDEE:ben@ours.example\r\n"), "ben@ours.example" },
	{ NULL, ITEM("ATTENDEE:\r\n"), "" },
	{ NULL, "no calendar", "nobody knows who" },
	/* Whom the user has invited stands there already; nobody else comes with him. */
	{ ITEM(OURS CTO), ITEM(OURS CTO), "" },
	{ ITEM(OURS CTO), ITEM("ATTENDEE;PARTSTAT=ACCEPTED:mailto:cto@acme.example\r\n"), "" },
	{ ITEM(OURS CTO), ITEM(CTO "ATTENDEE:mailto:buyer@acme.example\r\n"), "mailto:buyer@acme.example" },
	{ ITEM(OURS), ITEM(OURS CTO), "mailto:cto@acme.example" },
};

Test(outsiders, are_found_in_the_bytes)
{
	struct calendar calendar = calendar_open();
	struct ub_ical_refusal refusal;
	for (size_t i = 0; i < UB_COUNT(texts); i++) {
		const struct ub_ical *before =
		    texts[i].before ? ub_ical_parse(arena, ub_text(texts[i].before), &refusal) : NULL;
		struct ub_text who =
		    ub_decide_outsider(ub_text(texts[i].text), before, calendar.snapshot->org, arena);
		cr_expect(ub_text_is(who, texts[i].outsider), "%s: %.*s, not %s", texts[i].text, UB_ARGS(who),
		    texts[i].outsider);
	}
	calendar_close(&calendar);
}

/* ---- rules, texts and invitations made to break it ---- */

static const char *const attendees[] = { "meeting.attendees", "meeting.external", "meeting.internal",
	"meeting.internal + meeting.external", "meeting.attendees.filter(p, true)",
	"meeting.external.map(p, p)", "'[meeting.organizer] + meeting.attendees'",
	"meeting.customer ? meeting.external : meeting.internal",
	"meeting.attendees.filter(p, p.email.endsWith(\"ours.example\"))",
	"meeting.attendees.filter(p, p.email.contains(\"@ours.example\"))",
	"meeting.attendees.filter(p, meeting.internal.exists(q, p.name == q.name))",
	"meeting.internal + meeting.attendees.filter(p, p.name.contains(\"ATTENDEE\"))" };

/* Each stands in place of every text of the invitation: %s. */
#define BREAK "x\\nATTENDEE:mailto:cto@acme.example\\nx"
static const char *const words[] = { BREAK, "x\\\\nATTENDEE:mailto:cto@acme.example", "cto@acme.example",
	"x\r\n \r\n ATTENDEE:mailto:cto@acme.example",
	"x\xE2\x80\xA8"
	"ATTENDEE:mailto:cto@acme.example",
	"x\xC2\x85"
	"ATTENDEE:mailto:cto@acme.example",
	"x\rATTENDEE:mailto:cto@acme.example", "x^nATTENDEE:mailto:cto@acme.example",
	"\";CN=x:mailto:cto@acme.example" };

/* Each is a line of somebody who claims to be one of ours, or nobody. */
static const char *const guests[] = { "ATTENDEE:mailto:ben@ours.example",
	"ATTENDEE:mailto:cto@acme.example,ben@ours.example",
	"ATTENDEE:mailto:cto@acme.example%2Cben@ours.example",
	"ATTENDEE:mailto:cto@acme.example%0D%0AATTENDEE:mailto:ben@ours.example",
	"ATTENDEE:mailto:\"cto@acme.example\"@ours.example",
	"ATTENDEE:mailto:<cto@acme.example> ben@ours.example",
	"ATTENDEE:mailto:ben@ours.example?cc=cto@acme.example",
	"ATTENDEE:MAILTO:ben@ours.example@acme.example",
	"ATTENDEE;EMAIL=ben@ours.example:mailto:cto@acme.example",
	"ATTENDEE;EMAIL=cto@acme.example:mailto:ben@ours.example",
	"ATTENDEE;CN=\"Ben^nATTENDEE:mailto:cto@acme.example\":mailto:ben@ours.example",
	"ATTENDEE;CN=ben@ours.example:urn:uuid:1", "ATTENDEE:mailto:ben@ours.example.acme.example",
	"ATTENDEE;SENT-BY=\"mailto:cto@acme.example\":mailto:ben@ours.example",
	"ATTENDEE;DELEGATED-TO=\"mailto:cto@acme.example\":mailto:ben@ours.example" };

#define EVIL_RULE                                                                                            \
	"  - name: evil\n    for: meeting\n    when: meeting.customer\n    create:\n"                        \
	"      - event: it\n        title: \"{{{ meeting.title }}} {{{ meeting.location }}}\"\n"             \
	"        at: 1 hour before start\n        duration: 15m\n        attendees: %s\n"

/* A name may have anything in quotes. */
static struct ub_text without_quoted(struct ub_text line)
{
	struct ub_buf out = UB_BUF(arena);
	bool quoted = false;
	for (size_t i = 0; i < line.len; i++) {
		quoted ^= line.ptr[i] == '"';
		if (!quoted)
			ub_buf_char(&out, line.ptr[i]);
	}
	return ub_buf_text(&out);
}

/* Does by hand what the product does with its index: unfolds, and looks at the beginning of each line. */
static void expect_ours_only(struct ub_text text, const char *how)
{
	struct ub_buf whole = UB_BUF(arena);
	struct ub_text line, rest;
	for (size_t i = 0; i < text.len; i++) {
		bool fold = text.len - i > 2 && memcmp(text.ptr + i, "\r\n ", 3) == 0;
		if (!fold)
			ub_buf_char(&whole, text.ptr[i]);
		i += fold ? 2 : 0;
	}
	rest = ub_buf_text(&whole);
	while (rest.len && ub_text_split(&rest, '\n', &line)) {
		if (!ub_text_eq_nocase(ub_text_sub(line, 0, 8), UB_TEXT("ATTENDEE")))
			continue;
		cr_expect(ub_text_ends(line, UB_TEXT(":mailto:ben@ours.example\r")) ||
			      ub_text_ends(line, UB_TEXT(":mailto:anna@ours.example\r")),
		    "%s: %.*s", how, UB_ARGS(line));
		cr_expect_eq(ub_text_find(without_quoted(line), UB_TEXT("acme.example"), 0), SIZE_MAX,
		    "%s: %.*s", how, UB_ARGS(line));
	}
}

/* Returns how many items are made of it. */
static size_t attack(const struct calendar *calendar, const char *who, const char *word, const char *guest)
{
	size_t made = 0;
	const struct ub_org *org = calendar->snapshot->org;
	const struct ub_ical_writing writing = { .zones = calendar->snapshot->zones, .now = NOW };
	struct ub_text how = ub_textf(arena, "%s, %s, %s", who, word, guest);
	struct ub_text object = ub_textf(arena,
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:u\r\nDTSTAMP:"
	    "20260101T000000Z\r\n"
	    "DTSTART:20261112T130000Z\r\nDURATION:PT1H\r\nORGANIZER:mailto:anna@ours.example\r\n" CTO
	    "%s\r\nSUMMARY:%s\r\nLOCATION:%s\r\nDESCRIPTION:%s\r\nCATEGORIES:%s\r\n"
	    "END:VEVENT\r\nEND:VCALENDAR\r\n",
	    guest, word, word, word, word);
	struct ub_decision decision = decide_object(calendar, object, NOW);
	for (size_t i = 0; !decision.refused && i < decision.plan->steps.n; i++) {
		struct ub_text text = ub_ical_write(decision.plan->steps.items[i].item, &writing, arena);
		struct ub_text outsider = ub_decide_outsider(text, NULL, org, arena);
		expect_ours_only(text, how.ptr);
		cr_expect_eq(outsider.len, 0, "%s: %.*s", how.ptr, UB_ARGS(outsider));
		made++;
	}
	return made;
}

Test(outsiders, are_invited_by_no_rule_text_or_invitation)
{
	size_t made = 0, loaded = 0;
	for (size_t a = 0; a < UB_COUNT(attendees); a++) {
		const char *rule = ub_textf(arena, EVIL_RULE, attendees[a]).ptr;
		struct calendar calendar;
		if (!calendar_loads(&calendar, &rule, 1))
			continue; /* it was refused when it was read */
		loaded++;
		for (size_t w = 0; w < UB_COUNT(words); w++)
			for (size_t g = 0; g < UB_COUNT(guests); g++)
				made += attack(&calendar, attendees[a], words[w], guests[g]);
		calendar_close(&calendar);
	}
	cr_log_info("%zu rules, %zu items", loaded, made);
	cr_expect_geq(loaded, 2);
	cr_expect_geq(made, UB_COUNT(words) * UB_COUNT(guests), "items were made at all");
}
