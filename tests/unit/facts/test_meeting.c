/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "arena.h"
#include "facts/world.h"

TestSuite(meeting, .init = arena_set_up, .fini = arena_tear_down);
TestSuite(eligible, .init = arena_set_up, .fini = arena_tear_down);

static const char *verdict(const struct ub_event *event)
{
	const char *reason = ub_facts_not_eligible(event, world_org(arena), world_now());
	return reason ? reason : "";
}

/* A change to an ordinary customer meeting, and why that is no business of the rules. */
static void change(struct ub_event *event, const char *what)
{
	static const struct ub_zone *const floating = NULL;
	if (!strcmp(what, "task"))
		event->component = UB_COMPONENT_TASK;
	else if (!strcmp(what, "not-an-event"))
		event->component = UB_COMPONENT_OTHER;
	else if (!strcmp(what, "generated"))
		event->marks.item = UB_TEXT("x");
	else if (!strcmp(what, "no-uid"))
		event->uid = UB_TEXT_NONE;
	else if (!strcmp(what, "no-start"))
		event->start.given = false;
	else if (!strcmp(what, "cancelled"))
		event->status = UB_STATUS_CANCELLED;
	else if (!strcmp(what, "opted-out"))
		event->summary = UB_TEXT("Roadmap #NoPrep");
	else if (!strcmp(what, "single-instance"))
		event->override_only = true;
	else if (!strcmp(what, "recurring"))
		event->repeats = UB_REPEATS_WEEK;
	else if (!strcmp(what, "past"))
		event->end =
		    (struct ub_when){ .given = true, .civil = { 2026, 11, 2, 9, 0, 0 }, .zone = floating },
		event->start =
		    (struct ub_when){ .given = true, .civil = { 2026, 11, 2, 8, 0, 0 }, .zone = floating };
}

/* What a description says, and the text that is read. */
static const struct {
	const char *given, *text;
} descriptions[] = {
	{ "Hello<br>please bring the <b>price list</b>.<ul><li>Export&nbsp;API</li></ul>",
	    "Hello\nplease bring the price list.\n- Export API" },
	{ "<ol><li><p>One</p></li><li></li><li>Two<ul><li>a</li></ul></li></ol>End",
	    "- One\n- Two\n- a\nEnd" },
	{ "<p>One</p><p>Two</p>", "One\nTwo" },
	{ "<html><head><title>x</title><style>p { a: b }</style></head><body>One</body></html>", "One" },
	{ "<table><tr><td>a</td><td>b</td></tr></table>", "a b" },
	{ "<!-- no -->One<BR/>Two<br />Three", "One\nTwo\nThree" },
	{ "R&amp;D, M&#252;ller &#xFC; &lt;3 &unknown; &", "R&D, M\xC3\xBCller \xC3\xBC <3 &unknown; &" },
	{ "&#0;&#xD800;&#x110000;&#8203;a", "&#0;&#xD800;&#x110000;a" },
	{ "a < b, c > d, <https://acme.example/x> <bob@acme.example> <x>",
	    "a < b, c > d, <https://acme.example/x> <bob@acme.example> <x>" },
	{ "<a href=\"https://acme.example/list\">the list</a>", "the list" },
	{ "<a href=\"https://meet.jit.si/x\">Here</a>", "https://meet.jit.si/x\nHere" },
	{ "cut off <a href=\"https://acme.exa", "cut off" },
	{ "cut off <", "cut off <" },
	{ "cut off </", "cut off </" },
	{ "cut off &am", "cut off &am" },
	{ "<script>x", "" },
	{ "", "" },
};

Test(meeting, html_in_a_description_is_read)
{
	for (size_t i = 0; i < UB_COUNT(descriptions); i++) {
		struct ub_event *event = world_event(arena, "x");
		event->description = ub_text(descriptions[i].given);
		struct ub_text text = world_facts(arena, event, NULL)->meeting.description;
		cr_expect(
		    ub_text_is(text, descriptions[i].text), "%s: %.*s", descriptions[i].given, UB_ARGS(text));
	}
}

/* What stands in a description, and what of it a person wrote. */
static const struct {
	const char *given, *text;
} own_texts[] = {
	{ "Please bring the price list.\n\n-::~:~::-\nJoin with Google Meet: "
	  "https://meet.google.com/abc-defg-hij\n-::~:~::-",
	    "Please bring the price list." },
	{ "Hello all,\nthe list please.\n________________________________________\nMicrosoft Teams meeting\n"
	  "Join: <https://teams.microsoft.com/l/meetup-join/19>\nMeeting ID: 1\n"
	  "________________________________________\nBest, Clara",
	    "Hello all,\nthe list please.\nBest, Clara" },
	{ "Anna is inviting you to a scheduled Zoom meeting.\n\nJoin Zoom "
	  "Meeting\nhttps://zoom.us/j/1?pwd=x\n\n"
	  "Meeting ID: 1\nPasscode: 2\n+49 69 7104 9922,,1# Germany\nBring the list",
	    "Bring the list" },
	{ "We meet here: https://meet.jit.si/roadmap and talk.", "We meet here:  and talk." },
	{ "<ul><li>https://zoom.us/j/1</li><li>Meeting ID: 1</li><li>+49 69 1</li><li>Prices</li></ul>",
	    "- Prices" },
	{ "https://zoom.us/j/1\n1. Prices\n  - from May  \n   Passcode: 2\n2. Dates",
	    "1. Prices\n  - from May\n2. Dates" },
	{ "https://zoom.us/j/1\n- Join strategies in SQL\n- Password: reset flow\n- Passcode: 42",
	    "- Join strategies in SQL\n- Password: reset flow" },
	{ "--- Agenda ---\nRoadmap: what comes in spring", "--- Agenda ---\nRoadmap: what comes in spring" },
	{ "Zoom: https://zoom.us/j/1", "" },
	{ "https://meet.jit.si/roadmap", "" },
	{ "https://meet.goto.com/123", "" },
	{ "https://teams.live.com/meet/93", "" },
	{ "(https://whereby.com/x)\n+1 646 876 9923,,1#", "" },
	{ "Merci d'apporter les tarifs.\n\nAnna vous invite \xC3\xA0 une r\xC3\xA9union Zoom planifi\xC3\xA9"
	  "e.\nhttps://zoom.us/j/1\nID de r\xC3\xA9union : 1\nCode secret : 2",
	    "Merci d'apporter les tarifs." },
	{ "Preise\n......................\nAn Skype-Besprechung teilnehmen<https://meet.lync.com/x/y>\n"
	  "Skype-Web-App\n......................",
	    "Preise" },
	{ "Prices\nAnna invites you to join this Webex meeting.\n2:00 PM  |  (UTC+01:00) Berlin  |  1 hr\n"
	  "https://ours.webex.com/j.php?MTID=1",
	    "Prices" },
	/* a booking page */
	{ "Event Name: 30 Minutes\n\nLocation: This is a Zoom web conference.\nYou can join this meeting "
	  "from "
	  "your computer.\nhttps://calendly.com/events/1/zoom_meeting\nPlease share anything: SSO\nNeed to "
	  "make "
	  "changes to this event?\nCancel: https://calendly.com/cancellations/1\nPowered by Calendly.com",
	    "Please share anything: SSO" },
	{ "Your question: SSO\nTo reschedule or cancel this meeting click here: "
	  "https://meetings.hubspot.com/manage-meetings?x=1",
	    "Your question: SSO" },
	{ "What:\n30 min with Clara\n\nInvitee Time Zone:\nEurope/Berlin\n\nWho:\nAnna\nanna@ours.example\n"
	  "\nWhere:\nhttps://app.cal.com/video/1\n\nAdditional notes:\nShow SSO\n\n"
	  "Need to reschedule or cancel?\nhttps://cal.com/booking/1",
	    "Show SSO" },
	{ "<b>Booked by</b>\nClara\nclara@acme.example\n<br><b>Your topic?</b>\nSSO", "Your topic?\nSSO" },
	{ "Notes: SSO\nReschedule: https://savvycal.com/r/1\nCancel: https://savvycal.com/c/1",
	    "Notes: SSO" },
	{ "What:\nSSO\nhttps://zoom.us/j/1", "What:\nSSO" },
	/* blocks of several parts, and of what is no conference */
	{ "Preise\n____________________________\nBeitreten: https://teams.microsoft.com/meet/3?p=x\n"
	  "____________________\nHilfe<https://aka.ms/x> | Systemreferenz\n____________________________",
	    "Preise" },
	{ "____________________\nhttps://teams.microsoft.com/meet/3?p=x\n____________________\n\nSee "
	  "https://acme.example/list\n____________________\nBest, Clara",
	    "See https://acme.example/list\nBest, Clara" },
	{ "Prices\n-::~:~::-\nView your event at https://calendar.google.com/calendar/event?eid=1\n-::~:~::-",
	    "Prices" },
	{ "Prices\n=============Conference=============\nhttps://chime.aws/1\nUse a "
	  "microphone\n==============",
	    "Prices" },
	{ "Prices\nhttps://acme.webex.com/j.php?MTID=1\n-- Do not delete or change any of the following "
	  "text. "
	  "--\nWhat Webex says",
	    "Prices" },
	/* what Zoom and GoTo write without a line around it */
	{ "Time: Dec 15, 2026 10:00 AM Berlin\nhttps://zoom.us/j/1\nView meeting insights with Zoom AI "
	  "Companion\nhttps://us02web.zoom.us/launch/edl?muid=1\n\xE2\x80\xA2 1@zoomcrc.com\n"
	  "        \xE2\x80\xA2 +49 69 1 Germany\n\xE2\x80\xA2 Prices\nTime: one hour",
	    "\xE2\x80\xA2 Prices\nTime: one hour" },
	{ "SSO: +49 users\nPlease join my meeting from your computer.\nhttps://meet.goto.com/1\n"
	  "Access Code: 1\nGermany: +49 721 6059 6510",
	    "SSO: +49 users" },
	/* passed on */
	{ "-----Original Appointment-----\nFrom: Clara <clara@acme.example>\nSent: Monday\nWhen: 2:00 PM "
	  "(UTC)\n\n"
	  "Please show SSO: all of it.\nTime: one hour",
	    "Please show SSO: all of it.\nTime: one hour" },
	{ "CAUTION: This email originated from outside of the organization.\nSSO", "SSO" },
	{ "--- Prices\nFrom: May", "--- Prices\nFrom: May" },
	/* without a service's link nothing is a service's */
	{ "Meeting ID: 1\nTopic: prices", "Meeting ID: 1\nTopic: prices" },
	{ "____________________\nBring the list", "____________________\nBring the list" },
	{ "https://acme.example/list", "https://acme.example/list" },
	{ "-::~:~::-", "-::~:~::-" },
	{ "", "" },
};

Test(meeting, own_text_is_what_no_conference_service_wrote)
{
	for (size_t i = 0; i < UB_COUNT(own_texts); i++) {
		struct ub_event *event = world_event(arena, "x");
		event->description = ub_text(own_texts[i].given);
		struct ub_text text = world_facts(arena, event, NULL)->meeting.own_text;
		cr_expect(ub_text_is(text, own_texts[i].text), "%s: %.*s", own_texts[i].given, UB_ARGS(text));
	}
}

Test(eligible, each_reason_by_its_word_and_sentence)
{
	static const char *const words[] = { "task", "not-an-event", "generated", "no-uid", "no-start",
		"cancelled", "opted-out", "single-instance", "recurring", "past" };
	for (size_t i = 0; i < UB_COUNT(words); i++) {
		struct ub_event *event =
		    world_meeting(arena, "Roadmap", "by anna@ours.example, cto@acme.example");
		cr_expect_str_empty(verdict(event));
		change(event, words[i]);
		cr_expect_str_eq(verdict(event), words[i]);
		cr_expect_str_neq(ub_facts_not_eligible_text(words[i]), words[i]);
	}
}

Test(eligible, a_meeting_counts_until_it_is_over)
{
	struct ub_event *event = world_event(arena, "x");
	event->start.civil = (struct ub_civil){ 2026, 11, 2, 8, 0, 0 };
	event->end.civil = (struct ub_civil){ 2026, 11, 2, 9, 0, 1 };
	cr_expect_str_empty(verdict(event));
	event->end.civil.second = 0;
	cr_expect_str_eq(verdict(event), "past");
}

Test(eligible, opting_out_is_by_a_word_of_its_own_or_a_category)
{
	static const struct {
		const char *title, *description, *category;
		bool out;
	} cases[] = {
		{ "Roadmap #noprep", "", "", true },
		{ "#NOPREP: Roadmap", "", "", true },
		{ "Roadmap #nopreparation", "", "", false },
		{ "Roadmap noprep", "", "", false },
		{ "Roadmap", "Nothing to be done.\n\n#noprep", "", true },
		{ "Roadmap", "#nopreparation needed: noprep", "", false },
		{ "Roadmap", "", "No-Upbeat", true },
		{ "Roadmap", "", "NoPrep", true },
		{ "Roadmap", "", "#noprep", true },
		{ "Roadmap", "", "upbeat", false },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_event *event = world_event(arena, cases[i].title);
		event->description = ub_text(cases[i].description);
		*ub_push(arena, &event->categories) = ub_text(cases[i].category);
		cr_expect_eq(verdict(event)[0] != '\0', cases[i].out, "%s", cases[i].title);
	}
}

Test(eligible, a_stored_message_is_the_meeting_that_it_is_about)
{
	static const char *const methods[] = { "PUBLISH", "REQUEST", "REPLY", "ADD", "x" };
	struct ub_event *event = world_event(arena, "x");
	for (size_t i = 0; i < UB_COUNT(methods); i++) {
		event->method = ub_text(methods[i]);
		cr_expect_str_empty(verdict(event), "%s", methods[i]);
	}
	event->method = UB_TEXT("cancel");
	cr_expect_str_eq(verdict(event), "cancelled");
}

Test(eligible, a_title_can_say_that_the_meeting_is_called_off)
{
	static const struct {
		const char *title, *verdict;
	} cases[] = { { "Canceled: Roadmap", "cancelled" }, { " CANCELLED: Roadmap", "cancelled" },
		{ "Canceled event: Roadmap", "cancelled" }, { "Abgesagt: Roadmap", "cancelled" },
		{ "Annul\xC3\xA9 : Roadmap", "cancelled" }, { "Canceled orders", "" },
		{ "Why it was canceled: Roadmap", "" }, { "Cancellation", "" },
		{ "[Canceled] Roadmap", "cancelled" }, { "CANCELED Roadmap", "cancelled" },
		{ "CANCELED", "cancelled" }, { "Abgesagt - Roadmap", "cancelled" },
		{ "(abgesagt) Roadmap", "cancelled" }, { "Abgesagt-Quote", "" }, { "Canceled", "cancelled" },
		{ "Annul\xC3\xA9"
		  "e : Roadmap",
		    "cancelled" },
		{ "", "" }, { "[", "" }, { "\xE5\xB7\xB2\xE5\x8F\x96\xE6\xB6\x88: Roadmap", "cancelled" },
		{ "CANCELEDX", "" }, { "\xE2\x9D\x8C Canceled: Roadmap", "cancelled" },
		{ "\xF0\x9F\x9A\xAB *** CANCELED *** Roadmap", "cancelled" },
		{ "FW: Canceled: Roadmap", "cancelled" }, { "WG: AW: Abgesagt: Roadmap", "cancelled" },
		{ "Fwd: Canceled orders", "" }, { "Roadmap (cancelled)", "cancelled" },
		{ "Roadmap [Abgesagt]", "cancelled" }, { "Roadmap - CANCELED", "cancelled" },
		{ "Roadmap \xE2\x80\x93 entf\xC3\xA4llt!", "cancelled" },
		{ "Roadmap | canceled", "cancelled" }, { "What was cancelled", "" },
		{ "Jour fixe entfällt", "cancelled" }, { "Termin fällt aus!", "cancelled" },
		{ "Fällt aus: Roadmap", "cancelled" }, { "Roadmap abgesagt", "cancelled" },
		{ "Canceled event with note: Roadmap", "cancelled" }, { "Zahlung entfällt", "" },
		{ "Stornopauschale entfällt", "" }, { "Die Umlage entfällt bald", "" },
		{ "entfällt", "cancelled" }, { "Orders: cancelled", "" }, { "Pre-cancelled", "" },
		{ "Roadmap (not cancelled)", "" }, { "\xE2\x9D", "" }, { ")", "" },
		{ "Re: Roadmap (cancelled)", "cancelled" }, { "10:30 Roadmap (cancelled)!", "cancelled" },
		{ "Border crossings [canceled]", "cancelled" }, { "Data model: orders (cancelled)", "" },
		{ "Acme: Roadmap (cancelled)", "cancelled" }, { "Weekly status (cancelled)", "cancelled" },
		{ "Order review - cancelled", "cancelled" }, { "Order states | cancelled", "" },
		{ "Checkout flows - cancelled", "" }, { "Buchungen \xE2\x80\x93 storniert", "" },
		{ "Stornoprozess (storniert)", "" }, { "Roadmap\xEF\xBC\x9A Q3 (cancelled)", "cancelled" },
		{ "Roadmap (Q3 - cancelled)", "" }, { "Roadmap (cancelled]", "" },
		{ "Roadmap\xE2\x80\x94orders (cancelled)", "" } };
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		cr_expect_str_eq(
		    verdict(world_event(arena, cases[i].title)), cases[i].verdict, "%s", cases[i].title);
}

Test(meeting, text_from_strangers_cannot_move_the_cursor)
{
	struct ub_event *event = world_event(arena, "a\x1b[2J\r\nb\tc \xE2\x80\xAE"
						    "dcba \xC2\x9B"
						    "e\xff");
	event->description = UB_TEXT("one\r\ntwo\x07\n\tthree\xE2\x80\xA8"
				     "four");
	event->location = UB_TEXT("  R\xC3\xB6merstra\xC3\x9F"
				  "e 1\n");
	const struct ub_meeting *meeting = &world_facts(arena, event, NULL)->meeting;
	cr_expect(ub_text_is(meeting->title, "a[2J b c dcba e\xEF\xBF\xBD"), "%.*s", UB_ARGS(meeting->title));
	cr_expect(ub_text_is(meeting->description, "one\ntwo\n\tthree\nfour"));
	cr_expect(ub_text_is(meeting->location, "R\xC3\xB6merstra\xC3\x9F"
						"e 1"));
}

Test(meeting, a_conference_link_is_found_in_the_text)
{
	static const struct {
		const char *location, *description, *link;
	} cases[] = {
		{ "", "Join: https://acme.zoom.us/j/123?pwd=x. See you", "https://acme.zoom.us/j/123?pwd=x" },
		{ "https://meet.google.com/abc-defg-hij", "https://zoom.us/j/1",
		    "https://meet.google.com/abc-defg-hij" },
		{ "", "<https://teams.microsoft.com/l/meetup-join/19%3a>",
		    "https://teams.microsoft.com/l/meetup-join/19%3a" },
		{ "", "https://example.com/ then https://meet.jit.si/Room", "https://meet.jit.si/Room" },
		{ "", "https://notzoom.us/j/1 https://zoom.us.evil.example/j/1 https://zoom.us/pricing", "" },
		{ "https://meet.google.com/", "https://", "" },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_event *event = world_event(arena, "x");
		event->location = ub_text(cases[i].location);
		event->description = ub_text(cases[i].description);
		struct ub_text found = world_facts(arena, event, NULL)->meeting.conference;
		cr_expect(ub_text_is(found, cases[i].link), "%.*s", UB_ARGS(found));
	}
}

Test(meeting, the_event_s_own_conference_goes_first)
{
	struct ub_event *event = world_event(arena, "x");
	event->conference = UB_TEXT("https://video.example/1");
	event->location = UB_TEXT("https://zoom.us/j/1");
	cr_expect(ub_text_is(world_facts(arena, event, NULL)->meeting.conference, "https://video.example/1"));
}

Test(meeting, floating_and_all_day_times_are_those_of_the_owner)
{
	struct ub_event *event = world_meeting(arena, "x", "by joe@us.ours.example");
	event->start = (struct ub_when){ .given = true, .civil = { 2026, 11, 12, 9, 0, 0 } };
	event->end = (struct ub_when){ 0 };
	const struct ub_meeting *meeting = &world_facts(arena, event, NULL)->meeting;
	cr_expect(ub_text_is(ub_cal_zone_name(meeting->zone), "America/New_York"));
	cr_expect_eq(ub_cal_civil(ub_cal_utc(), meeting->start).hour, 14);
	cr_expect_eq(meeting->end, meeting->start);
	event->start.date = true;
	meeting = &world_facts(arena, event, NULL)->meeting;
	cr_expect_eq(ub_cal_civil(ub_cal_utc(), meeting->start).hour, 5);
}

Test(meeting, today_begins_at_midnight_in_the_zone_of_the_organization)
{
	const struct ub_facts *facts = world_facts(arena, world_event(arena, "x"), NULL);
	struct ub_civil today = ub_cal_civil(ub_cal_utc(), facts->today);
	cr_expect(today.day == 1 && today.hour == 23);
}

Test(meeting, is_dumped_with_the_other_meetings_that_are_known)
{
	struct ub_account *account = world_account(arena);
	struct ub_account_history history = { UB_INSTANT_NONE, world_now(), 0, { NULL, 0, 0 } };
	struct ub_buf out = UB_BUF(arena);
	account->history = &history;
	ub_facts_dump(
	    world_facts(arena, world_meeting(arena, "x", "anna@ours.example, cto@acme.example"), account),
	    &out);
	struct ub_text dump = ub_buf_text(&out);
	cr_expect_neq(
	    ub_text_find(dump, UB_TEXT("account.next_meeting: 2026-11-02T09:00:00+01:00\n"), 0), SIZE_MAX);
	cr_expect_eq(ub_text_find(dump, UB_TEXT("last_meeting"), 0), SIZE_MAX);
}

Test(meeting, is_dumped_by_the_names_that_rules_use)
{
	struct ub_event *event =
	    world_meeting(arena, "Roadmap", "by anna@ours.example, cto@acme.example, cfo@acme.example");
	struct ub_buf out = UB_BUF(arena);
	ub_facts_dump(world_facts(arena, event, NULL), &out);
	cr_assert_str_eq(ub_buf_cstr(&out), "meeting.uid: m-1\n"
					    "meeting.title: Roadmap\n"
					    "meeting.start: 2026-11-12T14:00:00+01:00\n"
					    "meeting.end: 2026-11-12T15:00:00+01:00\n"
					    "meeting.duration: 1 hour\n"
					    "meeting.all_day: false\n"
					    "meeting.time_zone: Europe/Berlin\n"
					    "meeting.organizer: anna@ours.example\n"
					    "meeting.owner: anna@ours.example\n"
					    "meeting.attendees: cto@acme.example, cfo@acme.example\n"
					    "meeting.internal: anna@ours.example\n"
					    "meeting.external: cto@acme.example, cfo@acme.example\n"
					    "meeting.customer: true\n"
					    "meeting.organized_by_us: true\n"
					    "meeting.private: false\n"
					    "meeting.class: public\n"
					    "has_account: false\n"
					    "account.name: Acme\n"
					    "account.domains: acme.example\n"
					    "today: 2026-11-02\n");
}
