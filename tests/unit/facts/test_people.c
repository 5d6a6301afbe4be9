/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "arena.h"
#include "facts/world.h"

TestSuite(people, .init = arena_set_up, .fini = arena_tear_down);
TestSuite(addresses, .init = arena_set_up, .fini = arena_tear_down);

static const char *list(struct ub_people people)
{
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < people.n; i++)
		ub_buf_printf(&out, "%s%.*s", i ? " " : "", UB_ARGS(people.items[i]->email));
	return ub_buf_cstr(&out);
}

/* Who is ours, who is a guest, and is it a customer meeting? */
static const struct {
	const char *people, *internal, *external;
	bool customer;
} meetings[] = {
	{ "by anna@ours.example, cto@acme.example", "anna@ours.example", "cto@acme.example", true },
	{ "by anna@ours.example, ben@ours.example", "anna@ours.example ben@ours.example", "", false },
	/* below a domain of ours, in any case */
	{ "by Anna@US.Ours.Example, cto@acme.example", "anna@us.ours.example", "cto@acme.example", true },
	{ "by anna@notours.example, ben@ours.example", "ben@ours.example", "anna@notours.example", true },
	/* organized by them */
	{ "by cto@acme.example, anna@ours.example", "anna@ours.example", "cto@acme.example", true },
	/* rooms, resources, recorders and contractors do not make it one */
	{ "by anna@ours.example, r1@rooms.example room", "anna@ours.example", "", false },
	{ "by anna@ours.example, car@fleet.example resource", "anna@ours.example", "", false },
	{ "by anna@ours.example, a@recorder.example", "anna@ours.example", "", false },
	{ "by anna@ours.example, joe@contractor.example", "anna@ours.example", "", false },
	{ "by anna@ours.example, joe@it.contractor.example", "anna@ours.example", "", false },
	{ "by joe@contractor.example, cto@acme.example", "", "cto@acme.example", false },
	/* also where their kind is not told, but a person may be called so */
	{ "by anna@ours.example, raum-4@ours.example, Meetingroom2@acme.example", "anna@ours.example", "",
	    false },
	{ "by anna@ours.example, room12@ours.example, Room@acme.example, lisa.raum@acme.example",
	    "anna@ours.example", "lisa.raum@acme.example", true },
	{ "by anna@ours.example, raum.peter@acme.example, room-4b@acme.example", "anna@ours.example",
	    "raum.peter@acme.example room-4b@acme.example", true },
	{ "by anna@ours.example, roomy@acme.example", "anna@ours.example", "roomy@acme.example", true },
	{ "by anna@ours.example, conference-room-5@acme.example, Meeting_Room@acme.example",
	    "anna@ours.example", "", false },
	/* a machine of our own is not invited along */
	{ "by anna@ours.example, notes@ours.example, cto@acme.example", "anna@ours.example",
	    "cto@acme.example", true },
	{ "by notes@ours.example, cto@acme.example", "", "cto@acme.example", false },
	{ "by anna@ours.example, big-room@ours.example room, cto@acme.example", "anna@ours.example",
	    "cto@acme.example", true },
	/* groups, calendars and made-up addresses are no people */
	{ "by anna@ours.example, buyers@acme.example group", "anna@ours.example", "", false },
	{ "by c_1@group.calendar.google.com, anna@ours.example", "anna@ours.example", "", false },
	{ "by unknownorganizer@calendar.google.com, anna@ours.example", "anna@ours.example", "", false },
	{ "by anna@ours.example, r_1@resource.calendar.google.com", "anna@ours.example", "", false },
	{ "by anna@ours.example, teamred@group", "anna@ours.example", "", false },
	{ "by anna@ours.example, x@nobody.invalid", "anna@ours.example", "", false },
	{ "by no-reply@acme.example, anna@ours.example", "anna@ours.example", "", false },
	{ "by Do.Not.Reply+7@acme.example, anna@ours.example", "anna@ours.example", "", false },
	{ "by anna@ours.example, fred@fireflies.ai, Notetaker@meet.example", "anna@ours.example", "", false },
	{ "by anna@ours.example, 123@bcc.hubspot.com, x@a.eu9.le.salesforce.com, cto@acme.example",
	    "anna@ours.example", "cto@acme.example", true },
	{ "by notifications@booking.example, anna@ours.example, 1@bcc.eu1.hubspot.com", "anna@ours.example",
	    "", false },
	{ "by anna@ours.example, joe@hubspot.com, eve@fireflies.ai", "anna@ours.example",
	    "joe@hubspot.com eve@fireflies.ai", true },
	{ "by norah@acme.example, anna@ours.example", "anna@ours.example", "norah@acme.example", true },
	/* a private mailbox of one of ours is no guest, but somebody with a part of his name is one */
	{ "by anna.abel@ours.example, Anna.Abel@gmail.com", "anna.abel@ours.example", "", false },
	{ "by anna.abel@ours.example, anna_abel@gmx.de, cto@acme.example", "anna.abel@ours.example",
	    "cto@acme.example", true },
	{ "by anna.abel@ours.example, anna.abel@acme.example", "anna.abel@ours.example",
	    "anna.abel@acme.example", true },
	{ "by anna@ours.example, anna@gmail.com", "anna@ours.example", "anna@gmail.com", true },
	/* a part behind a plus makes nobody a second person */
	{ "by anna@ours.example, anna+calls@ours.example, cto+x@acme.example, cto@acme.example",
	    "anna@ours.example", "cto@acme.example", true },
	{ "by anna+calls@ours.example, cto+x@acme.example", "anna+calls@ours.example", "cto+x@acme.example",
	    true },
	{ "by anna@ours.example, ben+x@ours.example, ben@ours.example declined, cto@acme.example",
	    "anna@ours.example ben+x@ours.example", "cto@acme.example", true },
	/* who declined does not come; with no guest left there is no meeting with a customer */
	{ "by anna@ours.example, ben@ours.example declined, cto@acme.example declined", "anna@ours.example",
	    "", false },
	{ "by anna@ours.example, cto@acme.example declined, cfo@acme.example", "anna@ours.example",
	    "cfo@acme.example", true },
	/* who is only told of it does not come, but whoever invites does */
	{ "by anna@ours.example, ben@ours.example told, cto@acme.example told, cfo@acme.example",
	    "anna@ours.example", "cfo@acme.example", true },
	{ "by anna@ours.example, cto@acme.example told", "anna@ours.example", "", false },
	{ "by anna@ours.example, anna@ours.example told, cto@acme.example", "anna@ours.example",
	    "cto@acme.example", true },
	/* the delegate comes, with a line of his own or without */
	{ "by anna@ours.example, cto@acme.example delegated to=vp@acme.example", "anna@ours.example",
	    "vp@acme.example", true },
	{ "by anna@ours.example, vp@acme.example, cto@acme.example delegated to=vp@acme.example",
	    "anna@ours.example", "vp@acme.example", true },
	{ "by anna@ours.example, vp@acme.example declined, cto@acme.example delegated to=vp@acme.example",
	    "anna@ours.example", "", false },
	{ "by cto@acme.example, ben@ours.example delegated to=carl@ours.example", "carl@ours.example",
	    "cto@acme.example", true },
	{ "by anna@ours.example, cto@acme.example to=vp@acme.example", "anna@ours.example",
	    "cto@acme.example", true },
	{ "by anna@ours.example, cto@acme.example delegated to=rubbish", "anna@ours.example", "", false },
	{ "by cto@acme.example, anna@ours.example declined", "", "cto@acme.example", true },
	/* one person in two lines; the attendee's line tells the answer */
	{ "by anna@ours.example, ANNA@ours.example declined, ben@ours.example, cto@acme.example",
	    "ben@ours.example", "cto@acme.example", true },
	{ "by anna@ours.example, cto@acme.example, cto@acme.example", "anna@ours.example", "cto@acme.example",
	    true },
	/* what does not look like an address is nobody */
	{ "by anna@ours.example, not-an-address, @acme.example, x@, a@b@c.example", "anna@ours.example", "",
	    false },
	{ "", "", "", false },
};

Test(people, are_sorted_into_ours_and_guests)
{
	for (size_t i = 0; i < UB_COUNT(meetings); i++) {
		const struct ub_event *event = world_meeting(arena, "Roadmap", meetings[i].people);
		struct ub_facts_input input = { .event = event, .org = world_org(arena), .now = world_now() };
		const struct ub_meeting *meeting = &ub_facts_make(&input, arena)->meeting;
		cr_expect_str_eq(list(meeting->internal), meetings[i].internal, "ours of %s: %s",
		    meetings[i].people, list(meeting->internal));
		cr_expect_str_eq(list(meeting->external), meetings[i].external, "guests of %s: %s",
		    meetings[i].people, list(meeting->external));
		cr_expect_eq(meeting->customer, meetings[i].customer, "%s", meetings[i].people);
	}
}

Test(people, the_owner_of_the_calendar_counts_though_not_listed)
{
	const struct ub_event *event = world_meeting(arena, "Roadmap", "by cto@acme.example");
	struct ub_facts_input input = { .event = event,
		.org = world_org(arena),
		.owner = UB_TEXT("Anna@ours.example"),
		.now = world_now() };
	const struct ub_meeting *meeting = &ub_facts_make(&input, arena)->meeting;
	cr_expect(meeting->customer);
	cr_expect_str_eq(list(meeting->internal), "anna@ours.example");
	cr_expect_eq(meeting->attendees.n, 0);
	cr_expect(!meeting->organized_by_us);
}

Test(people, have_teams_and_what_the_account_knows_of_them)
{
	const struct ub_event *event =
	    world_meeting(arena, "Roadmap", "by sara@ours.example, CTO@acme.example, x@acme.example");
	const struct ub_facts *facts = world_facts(arena, event, world_account(arena));
	const struct ub_meeting *meeting = &facts->meeting;
	cr_assert_eq(meeting->organizer->teams.n, 1);
	cr_expect(ub_text_is(meeting->organizer->teams.items[0], "security-leads"));
	cr_assert_eq(meeting->external.n, 2);
	cr_expect(ub_text_is(meeting->external.items[0]->stakeholder->persona, "blunt"));
	cr_expect_null(meeting->external.items[1]->stakeholder);
}

Test(people, are_named_by_their_address_where_they_have_no_name)
{
	static const struct {
		const char *address, *name, *shown;
	} cases[] = {
		{ "anna.meyer@ours.example", "", "Anna Meyer" },
		{ "anna_maria.meyer-lang+cal@ours.example", "", "Anna Maria Meyer-Lang" },
		{ "anna@ours.example", "anna@ours.example", "Anna" },
		{ "anna@ours.example", "A. Meyer", "A. Meyer" },
		{ "anna@ours.example", "A.\r\nMeyer\x1b[31m", "A. Meyer[31m" },
		{ "...@ours.example", "", "...@ours.example" },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_event *event = world_event(arena, "x");
		struct ub_party party = { .address = ub_text(cases[i].address),
			.name = ub_text(cases[i].name) };
		event->attendees = &party;
		event->n_attendees = 1;
		const struct ub_facts *facts = world_facts(arena, event, NULL);
		struct ub_text name = facts->meeting.attendees.items[0]->name;
		cr_expect(ub_text_is(name, cases[i].shown), "%.*s", UB_ARGS(name));
	}
}

/* What directories write into a display name, and what of it is the name. */
static const struct {
	const char *given, *name, *position;
} display_names[] = {
	{ "Clara Kund", "Clara Kund", "" },
	{ "Kund, Clara", "Clara Kund", "" },
	{ "Kund, Clara (EXT)", "Clara Kund", "" },
	{ "KUND, Clara (IT-3) [EXTERNAL]", "Clara KUND", "" },
	{ "van der Berg, Jan Willem", "Jan Willem van der Berg", "" },
	{ "'Clara Kund'", "Clara Kund", "" },
	{ "\"Kund, Clara\"", "Clara Kund", "" },
	{ "'Kund, Clara' (EXT)", "Clara Kund", "" },
	{ "O'Neil", "O'Neil", "" },
	{ "Clara Kund, CFO", "Clara Kund", "CFO" },
	{ "Kund, Clara, VP Sales", "Clara Kund", "VP Sales" },
	{ "Kund, Clara (Head of IT)", "Clara Kund", "Head of IT" },
	{ "Clara Kund (Managing Director)", "Clara Kund", "Managing Director" },
	{ "CFO Clara Kund", "Clara Kund", "CFO" },
	{ "Karim Benali (DSI)", "Karim Benali", "DSI" },
	{ "Hr. Ing. Josef Pichler", "Ing. Josef Pichler", "" },
	{ "Mme Anne Girard, Directrice des soins", "Anne Girard", "Directrice des soins" },
	{ "Clara Kund - CTO", "Clara Kund", "CTO" },
	{ "Clara Kund | Acme", "Clara Kund", "" },
	{ "Kund-Meyer, Dr. Clara", "Dr. Clara Kund-Meyer", "" },
	{ "Dr. Kund, Clara", "Dr. Clara Kund", "" },
	{ "Prof. Dr. van der Berg, Jan", "Prof. Dr. Jan van der Berg", "" },
	{ "Dr., Clara", "Clara Dr.", "" },
	{ "Frau Clara Kund", "Clara Kund", "" },
	{ "Mr. Kund", "Mr. Kund", "" },
	{ "EXT Clara Kund", "Clara Kund", "" },
	{ "[EXT] Kund, Clara", "Clara Kund", "" },
	{ "\xF0\x9F\xA6\x84 Clara Kund", "Clara Kund", "" },
	{ "\xF0\x9F\xA6\x84", "X", "" },
	{ "Clara (she/her) Kund", "Clara Kund", "" },
	{ "Clara (CFO) Kund", "Clara Kund", "CFO" },
	{ "Clara Kund/ACME/DE", "Clara Kund", "" },
	{ "ACME/DE", "ACME/DE", "" },
	{ "Clara Kund @ Acme", "Clara Kund", "" },
	{ "Clara Kund <clara@acme.example>", "Clara Kund", "" },
	{ "(", "(", "" },
	{ "(a) (b", "(b", "" },
	{ "John Doe, Jr.", "John Doe", "" },
	{ "Clara Kund, Acme GmbH", "Clara Kund", "" },
	{ "Doe, John, somewhere", "Doe, John, somewhere", "" },
	{ "Max Leiter", "Max Leiter", "" },
	{ "CFO", "CFO", "CFO" },
	{ "Head of IT", "Head of IT", "Head of IT" },
	{ "(EXT)", "(EXT)", "" },
	{ "''", "X", "" },
	{ ",", "X", "" },
	{ "Kund,", "Kund", "" },
	{ "\xE2\x80\x8B", "X", "" },
	{ "x@acme.example", "X", "" },
	{ "'x@acme.example'", "X", "" },
};

Test(people, display_names_are_read)
{
	for (size_t i = 0; i < UB_COUNT(display_names); i++) {
		struct ub_event *event = world_event(arena, "x");
		struct ub_party party = { .address = UB_TEXT("x@acme.example"),
			.name = ub_text(display_names[i].given) };
		event->attendees = &party;
		event->n_attendees = 1;
		const struct ub_person *person = world_facts(arena, event, NULL)->meeting.attendees.items[0];
		cr_expect(ub_text_is(person->name, display_names[i].name), "%s: %.*s", display_names[i].given,
		    UB_ARGS(person->name));
		cr_expect(ub_text_is(person->position, display_names[i].position), "%s: %.*s",
		    display_names[i].given, UB_ARGS(person->position));
	}
}

Test(people, a_name_of_brackets_costs_few_copies)
{
	struct ub_buf name = UB_BUF(arena);
	for (int i = 0; i < 2000; i++)
		ub_buf_str(&name, "(a)");
	ub_buf_str(&name, "x");
	struct ub_event *event = world_event(arena, "x");
	struct ub_party party = { .address = UB_TEXT("x@acme.example"), .name = ub_buf_text(&name) };
	event->attendees = &party;
	event->n_attendees = 1;
	size_t before = ub_arena_used(arena);
	cr_assert_eq(world_facts(arena, event, NULL)->meeting.attendees.n, 1);
	cr_expect_lt(ub_arena_used(arena) - before, 200000);
}

Test(people, default_owner_is_the_organizer_if_ours_else_the_first_of_ours)
{
	static const struct {
		const char *people, *owner;
	} cases[] = {
		{ "by anna@ours.example, ben@ours.example", "anna@ours.example" },
		{ "by cto@acme.example, r@ours.example room, ben@ours.example, anna@ours.example",
		    "ben@ours.example" },
		{ "by cto@acme.example, notes@ours.example", "" },
		{ "", "" },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_text owner =
		    ub_facts_default_owner(world_meeting(arena, "x", cases[i].people), world_org(arena));
		cr_expect(ub_text_is(owner, cases[i].owner), "%s: %.*s", cases[i].people, UB_ARGS(owner));
	}
}

Test(people, the_account_is_named_after_most_guests_if_no_source_knows_it)
{
	static const struct {
		const char *people, *name, *domain;
	} cases[] = {
		{ "by anna@ours.example, cto@acme.example", "Acme", "acme.example" },
		{ "by anna@ours.example, cto@mail.acme.co.uk", "Acme", "mail.acme.co.uk" },
		{ "by anna@ours.example, cto@acme.onmicrosoft.com", "Acme", "acme.onmicrosoft.com" },
		{ "by anna@ours.example, a@one.example, b@two.example, c@two.example", "Two", "two.example" },
		{ "by anna@ours.example, a@one.example, b@two.example", "One", "one.example" },
		{ "by anna@ours.example, jane.doe@gmail.com, b@two.example", "Two", "two.example" },
		{ "by anna@ours.example, jane.doe@gmail.com", "Jane Doe", "" },
		{ "by anna@ours.example, jane.doe@hotmail.co.uk", "Jane Doe", "" },
		{ "by anna@ours.example, jane.doe@yahoo.co.jp", "Jane Doe", "" },
		{ "by anna@ours.example, jane.doe@tutanota.com", "Jane Doe", "" },
		{ "by anna@ours.example, jane.doe@privaterelay.appleid.com", "Jane Doe", "" },
		{ "by anna@ours.example, cto@xn--mller-kva.example", "M\xC3\xBCller",
		    "xn--mller-kva.example" },
		{ "by anna@ours.example, cto@mail.xn--fsqu00a.example", "\xE4\xBE\x8B\xE5\xAD\x90",
		    "mail.xn--fsqu00a.example" },
		{ "by anna@ours.example, cto@xn--bcher-kva.co.uk",
		    "B\xC3\xBC"
		    "cher",
		    "xn--bcher-kva.co.uk" },
		{ "by anna@ours.example, cto@xn--99999999.example", "Xn--99999999", "xn--99999999.example" },
		{ "by anna@ours.example, cto@xn--.example", "Xn--", "xn--.example" },
		{ "by anna@ours.example", "", "" },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		const struct ub_facts *facts =
		    world_facts(arena, world_meeting(arena, "x", cases[i].people), NULL);
		cr_expect(ub_text_is(facts->account_name, cases[i].name), "%s: %.*s", cases[i].people,
		    UB_ARGS(facts->account_name));
		cr_expect(facts->account_domains.n
			      ? ub_text_is(facts->account_domains.items[0], cases[i].domain)
			      : cases[i].domain[0] == '\0');
	}
}

Test(people, guests_can_be_listed_before_the_account_is_known)
{
	const struct ub_event *event = world_meeting(
	    arena, "x", "by anna@ours.example, cto@acme.example, r@rooms.example room, cto@acme.example");
	struct ub_texts guests = ub_facts_guests(event, world_org(arena), arena);
	cr_assert_eq(guests.n, 1);
	cr_expect(ub_text_is(guests.items[0], "cto@acme.example"));
}

Test(people, from_outside_are_there_whatever_they_answered)
{
	const struct ub_org *org = world_org(arena);
	struct ub_texts outsiders = ub_facts_outsiders(
	    world_meeting(arena, "x", "by anna@ours.example, cto@acme.example declined"), org, arena);
	cr_assert_eq(outsiders.n, 1);
	cr_expect(ub_text_is(outsiders.items[0], "cto@acme.example"));
	cr_expect_eq(ub_facts_outsiders(world_meeting(arena, "x", "by anna@ours.example"), org, arena).n, 0);
}

Test(addresses, look_like_addresses_or_are_none)
{
	static const char *const good[] = { "a@b", "a.b+c@d-e.example", "o'brien@acme.example",
		"j\xC3\xBCrgen@m\xC3\xBCller.example" };
	static const char *const bad[] = { "", "a", "a@", "@b", "a@b..c", "a@.b", "a@b.", "a b@c", "a@b c",
		"a@b@c", "a,b@c", "a@b\r\nATTENDEE:x", "<a@b>", "a@-b", "\"a\"@b", "a@[127.0.0.1]",
		"a\xff@b" };
	for (size_t i = 0; i < UB_COUNT(good); i++)
		cr_expect(ub_facts_is_address(ub_text(good[i])), "%s", good[i]);
	for (size_t i = 0; i < UB_COUNT(bad); i++)
		cr_expect(!ub_facts_is_address(ub_text(bad[i])), "%s", bad[i]);
}

Test(addresses, are_at_most_as_long_as_mail_allows)
{
	struct ub_buf address = UB_BUF(arena);
	ub_buf_str(&address, "a@");
	ub_buf_pad(&address, 'b', 252);
	cr_expect(ub_facts_is_address(ub_buf_text(&address)));
	ub_buf_char(&address, 'b');
	cr_expect(!ub_facts_is_address(ub_buf_text(&address)));
}

Test(addresses, match_patterns_and_domains)
{
	static const struct {
		const char *address, *pattern;
		bool matches;
	} cases[] = {
		{ "a@b.example", "a@b.example", true },
		{ "A@b.example", "a@B.example", true },
		{ "a@b.example", "*@b.example", true },
		{ "a@c.b.example", "*@b.example", false },
		{ "a@c.b.example", "*@*.example", true },
		{ "a@c.b.example", "b.example", true },
		{ "a@cb.example", "b.example", false },
		{ "a@b.example", "*", true },
		{ "a@b.example", "", false },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b", "*a*a*a*a*a*a*a*a*a*@c", false },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		cr_expect_eq(ub_facts_address_matches(ub_text(cases[i].address), ub_text(cases[i].pattern)),
		    cases[i].matches, "%s %s", cases[i].address, cases[i].pattern);
}

Test(addresses, have_the_work_calendar_of_the_first_pattern_that_matches)
{
	const struct ub_org *org = world_org(arena);
	cr_expect_eq(ub_org_person(org, UB_TEXT("joe@us.ours.example")), &org->people[0]);
	cr_expect_eq(ub_org_person(org, UB_TEXT("anna@ours.example")), &org->standard);
}

Test(addresses, follow_from_user_names_by_the_pattern)
{
	const struct ub_org *org = world_org(arena);
	cr_expect(ub_text_is(ub_org_user_address(org, UB_TEXT("Anna"), arena), "anna@ours.example"));
	cr_expect(ub_text_is(
	    ub_org_user_address(org, UB_TEXT("anna@us.ours.example"), arena), "anna@us.ours.example"));
	cr_expect_eq(ub_org_user_address(org, UB_TEXT("an na"), arena).len, 0);
	cr_expect_eq(ub_org_user_address(org, UB_TEXT(""), arena).len, 0);
	struct ub_org without = *org;
	without.users = UB_TEXT_NONE;
	cr_expect_eq(ub_org_user_address(&without, UB_TEXT("anna"), arena).len, 0);
}

Test(addresses, tell_user_names_by_the_pattern)
{
	const struct ub_org *org = world_org(arena);
	cr_expect(ub_text_is(ub_org_address_user(org, UB_TEXT("anna@ours.example")), "anna"));
	cr_expect(ub_text_is(ub_org_address_user(org, UB_TEXT("anna@OURS.example")), "anna"));
	cr_expect_eq(ub_org_address_user(org, UB_TEXT("anna@us.ours.example")).len, 0);
	cr_expect_eq(ub_org_address_user(org, UB_TEXT("@ours.example")).len, 0);
	cr_expect_eq(ub_org_address_user(org, UB_TEXT_NONE).len, 0);
	struct ub_org without = *org;
	without.users = UB_TEXT_NONE;
	cr_expect_eq(ub_org_address_user(&without, UB_TEXT("anna@ours.example")).len, 0);
}

/* ---- several accounts, and the customer's language ---- */

static const struct ub_facts *facts_titled(const char *title, const char *text, const char *people,
    const struct ub_account *account, const struct ub_account *other, const char *language)
{
	struct ub_org *org = UB_NEW(arena, struct ub_org);
	*org = *world_org(arena);
	org->customer_language = ub_text(language);
	struct ub_event *event = world_meeting(arena, title, people);
	event->description = ub_text(text);
	struct ub_facts_input input = { .event = event,
		.org = org,
		.account = account,
		.others = &other,
		.n_others = other ? 1 : 0,
		.owner = ub_facts_default_owner(event, org),
		.now = world_now() };
	return ub_facts_make(&input, arena);
}

static const struct ub_facts *facts_of(const char *people, const struct ub_account *account,
    const struct ub_account *other, const char *language)
{
	return facts_titled("Roadmap", "", people, account, other, language);
}

Test(people, of_several_accounts_one_gives_its_name_and_none_its_data)
{
	struct ub_account *acme = world_account(arena);
	struct ub_account beta = { .id = UB_TEXT("beta"), .name = UB_TEXT("Beta SE") };
	const struct ub_facts *facts =
	    facts_of("by anna@ours.example,cto@acme.example,x@beta.example", acme, &beta, "");
	cr_assert(facts->account == NULL);
	cr_assert_eq(facts->n_accounts, 2);
	cr_assert(facts->accounts[1] == &beta);
	cr_assert(ub_text_eq(facts->account_name, acme->name));
	for (size_t i = 0; i < facts->meeting.external.n; i++)
		cr_assert(facts->meeting.external.items[i]->stakeholder == NULL);
	facts = facts_of("by anna@ours.example,cto@acme.example", acme, NULL, "");
	cr_assert(facts->account == acme && facts->n_accounts == 1);
	cr_assert_not_null(facts->meeting.external.items[0]->stakeholder);
}

Test(people, customers_are_written_to_in_their_language)
{
	static const struct {
		const char *guests, *account, *setting, *language;
	} cases[] = {
		{ "x@acme.example", "", "", "en" },
		{ "x@acme.de", "", "", "de" },
		{ "x@acme.de,y@acme.at", "", "", "de" },
		{ "x@acme.de,y@acme.co.uk", "", "", "en" },
		{ "x@acme.de,y@acme.example", "", "", "en" },
		{ "x@acme.fr", "", "", "fr" },
		{ "x@acme.de", "", "en", "en" },
		{ "x@acme.co.uk", "de", "en", "de" },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_account *account = world_account(arena);
		account->language = ub_text(cases[i].account);
		const struct ub_facts *facts =
		    facts_of(ub_textf(arena, "by anna@ours.example,%s", cases[i].guests).ptr,
			cases[i].account[0] ? account : NULL, NULL, cases[i].setting);
		cr_expect(ub_text_is(facts->customer_language, cases[i].language), "%s: %.*s",
		    cases[i].guests, UB_ARGS(facts->customer_language));
	}
}

Test(people, a_customer_is_written_to_as_the_meeting_is_written)
{
	static const struct {
		const char *title, *text, *guest, *language;
	} cases[] = {
		{ "Erstgespr\xC3\xA4"
		  "ch Initech",
		    "", "x@initech.example", "de" },
		{ "Termin: Roadmap", "", "x@initech.example", "de" },
		{ "Roadmap", "Hallo Clara,\nwir sehen uns zum Fahrplan.", "x@initech.example", "de" },
		{ "Roadmap with Initech", "", "x@initech.de", "de" },
		{ "Roadmap with Initech", "See you there, your Anna", "x@initech.de", "en" },
		{ "Roadmap", "This is about the export.", "x@initech.de", "en" },
		{ "R\xC3\xA9union Initech", "", "x@initech.example", "fr" },
		{ "D\xC3\xA9mo Initech", "", "x@initech.example", "fr" },
		{ "Point hebdo", "", "x@initech.example", "fr" },
		{ "Demo", "Bonjour,\nOrdre du jour :\n- Prix\nCordialement", "x@initech.example", "fr" },
		{ "Reuni\xC3\xB3n con Initech", "", "x@initech.example", "es" },
		{ "Rinnovo Initech", "", "x@initech.example", "it" },
		{ "Overleg Initech", "", "x@initech.example", "nl" },
		/* too little, or two languages at once */
		{ "Demo Initech", "Hallo Clara", "x@initech.fr", "fr" },
		{ "Termin about Initech", "", "x@initech.fr", "de" },
		{ "Termin", "This is about Initech", "x@initech.fr", "fr" },
		{ "", "", "x@initech.fr", "fr" },
		{ "Jan van Dijk, Los Altos", "", "x@initech.fr", "fr" },
		/* abbreviations and names are no words */
		{ "Demo 3pm IST, MIT sync", "", "x@initech.fr", "fr" },
		{ "Call with Priya Das", "", "x@initech.fr", "fr" },
		/* what a conference service wrote says nothing */
		{ "Demo", "https://zoom.us/j/1\nTeilnehmen: das und das", "x@initech.fr", "fr" },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		const char *people = ub_textf(arena, "by anna@ours.example,%s", cases[i].guest).ptr;
		struct ub_text language =
		    facts_titled(cases[i].title, cases[i].text, people, NULL, NULL, "")->customer_language;
		cr_expect(ub_text_is(language, cases[i].language), "%s, %s: %.*s", cases[i].title,
		    cases[i].text, UB_ARGS(language));
	}
}
