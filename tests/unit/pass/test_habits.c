/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/ical.h"
#include "upbeat/limits.h"
#include "world.h"

#include <stdio.h>
#include <string.h>

/* What passes find out of the server by what comes of their writes. */

static void set_up(void)
{
	world_set_up();
	store_and_run();
}

TestSuite(habits, .init = set_up, .fini = world_tear_down);

/* How a server stores an event to whom another title is another event: it sets an answer back. The chair is
 * not asked to answer (RSVP). */
static const char *set_back(const char *before, const char *text)
{
	static const char accepted[] = "PARTSTAT=ACCEPTED;RSVP", asked[] = "PARTSTAT=NEEDS-ACTION;RSVP";
	static char stored[16384];
	const char *at = strstr(text, accepted), *was = strstr(before, "\r\nSUMMARY:"),
		   *is = strstr(text, "\r\nSUMMARY:");
	if (!at || !was || !is || strncmp(was, is, 2 + strcspn(is + 2, "\r")) == 0)
		return text;
	snprintf(stored, sizeof stored, "%.*s%s%s", (int)(at - text), text, asked, at + strlen(accepted));
	return stored;
}

static struct ub_text prep(void)
{
	struct ub_store_items items = { 0 };
	cr_assert_eq(ub_store_items(store, ub_organization, UB_TEXT("m-1"), arena, &items), UB_STORE_OK);
	for (size_t i = 0; i < items.n; i++)
		if (ub_text_is(items.items[i].id, "prep/prep"))
			return items.items[i].href;
	cr_assert_fail("no prep call");
	return UB_TEXT_NONE;
}

static struct ub_text text_of(struct ub_text href)
{
	return ub_text(upstream_object(up, ub_text_cstr(arena, href)));
}

static bool has(const char *words)
{
	return ub_text_find(text_of(prep()), ub_text(words), 0) != SIZE_MAX;
}

/* Bob accepts the prep call. */
static void accept(void)
{
	static const char asked[] = "PARTSTAT=NEEDS-ACTION";
	struct ub_buf line = UB_BUF(arena);
	struct ub_text href = prep(), text = text_of(href);
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '\r' && i + 2 < text.len && text.ptr[i + 2] == ' ')
			i += 2;
		else
			ub_buf_char(&line, text.ptr[i]);
	text = ub_buf_text(&line);
	size_t at = ub_text_find(text, ub_text(asked), 0);
	cr_assert_neq(at, SIZE_MAX, "%.*s", UB_ARGS(text));
	struct ub_text rest = ub_text_sub(text, at + strlen(asked), text.len);
	text = ub_textf(arena, "%.*sPARTSTAT=ACCEPTED%.*s", UB_ARGS(ub_text_sub(text, 0, at)), UB_ARGS(rest));
	upstream_store(up, ub_text_cstr(arena, href), text.ptr);
}

static void retitle(const char *title)
{
	struct ub_text text = ub_text(upstream_object(up, MEETING));
	size_t at = ub_text_find(text, UB_TEXT("SUMMARY:"), 0) + strlen("SUMMARY:");
	size_t end = ub_text_find(text, UB_TEXT("\r"), at);
	text = ub_textf(arena, "%.*s%s%.*s", UB_ARGS(ub_text_sub(text, 0, at)), title,
	    UB_ARGS(ub_text_sub(text, end, text.len)));
	upstream_store(up, MEETING, text.ptr);
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
}

static void expect_known(bool known, bool there)
{
	bool is_there;
	cr_expect_eq(ub_identities_knows(snapshot->identities, UB_HABIT_TITLES, &is_there), known);
	cr_expect(!known || is_there == there);
}

Test(habits, a_title_that_costs_answers_follows_once)
{
	upstream_store_as(up, set_back);
	accept();
	retitle("Another");
	cr_expect(has("SUMMARY:Prep: Another\r\n"));
	cr_expect(has("PARTSTAT=NEEDS-ACTION;RSVP"), "the server has not set it back");
	expect_known(true, true);
	accept();
	retitle("A third");
	cr_expect(has("SUMMARY:Prep: Another\r\n"));
	cr_expect(has("PARTSTAT=ACCEPTED;RSVP"));
	day = "20261119";
	store_and_run();
	day = "20261112";
	cr_expect(has("SUMMARY:Prep: Roadmap\r\n"), "moved: %s", why);
}

Test(habits, a_title_that_costs_nothing_goes_on_following_and_is_looked_at_once)
{
	accept();
	retitle("Another");
	expect_known(true, false);
	size_t before = upstream_requests(up, "GET");
	retitle("A third");
	size_t second = upstream_requests(up, "GET") - before;
	retitle("A fourth");
	cr_expect_eq(upstream_requests(up, "GET") - before, 2 * second);
	cr_expect(has("SUMMARY:Prep: A fourth\r\n"));
	cr_expect(has("PARTSTAT=ACCEPTED;RSVP"));
}

Test(habits, tell_nothing_where_nobody_has_answered_or_the_time_is_another)
{
	upstream_store_as(up, set_back);
	retitle("Another");
	expect_known(false, false);
	accept();
	day = "20261119";
	store_and_run();
	day = "20261112";
	cr_expect(has("SUMMARY:Prep: Roadmap\r\n"));
	cr_expect(has("PARTSTAT=NEEDS-ACTION;RSVP"));
	expect_known(false, false);
}

Test(habits, what_was_found_out_goes_before_the_servers_word)
{
	const struct ub_identity sogo = { .groupdav = true }, other = { .groupdav = false };
	struct ub_identities *present = ub_identities_new();
	cr_expect(ub_identities_titles_ask_again(snapshot->identities, &sogo));
	cr_expect_not(ub_identities_titles_ask_again(snapshot->identities, &other));
	cr_expect(ub_identities_learn(present, UB_HABIT_TITLES, false));
	cr_expect_not(ub_identities_learn(present, UB_HABIT_TITLES, false));
	ub_identities_learn_from(snapshot->identities, present);
	cr_expect_not(ub_identities_titles_ask_again(snapshot->identities, &sogo));
	cr_expect(ub_identities_learn(present, UB_HABIT_TITLES, true));
	ub_identities_learn_from(snapshot->identities, present);
	cr_expect(ub_identities_titles_ask_again(snapshot->identities, &other));
	cr_expect(ub_identities_titles_ask_again(snapshot->identities, NULL));
	ub_identities_free(&present);
}

/* ---- messages ---- */

/* The agenda alone follows the meeting's title here. */
static const char agenda_rules[] =
    "format: 1\n"
    "rules:\n"
    "  - name: prep\n"
    "    for: meeting\n"
    "    when: meeting.customer\n"
    "    create:\n"
    "      - event: prep\n"
    "        title: Prepare\n"
    "        between: [3 business days before start, 2 business days before start]\n"
    "        duration: 15m\n"
    "        attendees: meeting.internal\n";

static void set_up_agendas(void)
{
	world_set_up_with(agenda_rules, "");
	upstream_set_default_calendar(up, "/alice/meetings/");
	now = NOW;
	store_and_run();
	now += 60;
}

static void tear_down_agendas(void)
{
	now = NOW;
	world_tear_down();
}

TestSuite(agendas, .init = set_up_agendas, .fini = tear_down_agendas);

static void expect_messages(bool known, bool there)
{
	bool is_there;
	cr_expect_eq(ub_identities_knows(snapshot->identities, UB_HABIT_MESSAGES, &is_there), known);
	cr_expect(!known || is_there == there);
}

static struct ub_text replaced(struct ub_text text, const char *from, const char *to)
{
	size_t at = ub_text_find(text, ub_text(from), 0);
	cr_assert_neq(at, SIZE_MAX, "no %s in %.*s", from, UB_ARGS(text));
	return ub_textf(arena, "%.*s%s%.*s", UB_ARGS(ub_text_sub(text, 0, at)), to,
	    UB_ARGS(ub_text_sub(text, at + strlen(from), text.len)));
}

/* The prep call as alice has it who is a guest of bob's, and in her inbox the message of that call with that
 * METHOD, which was sent when the call was as in `sent`. */
static void look_as_guest(struct ub_text sent, const char *method)
{
	struct ub_text own =
	    replaced(text_of(prep()), "ORGANIZER;CN=Alice:mailto:alice@", "ORGANIZER:mailto:bob@");
	struct ub_text message = replaced(sent, "VERSION:2.0\r\n", method);
	upstream_store(up, "/alice/inbox/message.ics", message.ptr);
	upstream_store(up, ub_text_cstr(arena, prep()), own.ptr);
	cr_assert_eq(run_on(ub_text_cstr(arena, prep())), UB_PASS_SETTLED, "%s", why);
}

Test(agendas, a_message_as_new_as_the_agenda_shows_that_each_writing_is_one)
{
	retitle("Another");
	look_as_guest(text_of(prep()), "VERSION:2.0\r\nMETHOD:REQUEST\r\n");
	expect_messages(true, true);
}

Test(agendas, an_older_message_shows_that_not_each_writing_is_one)
{
	struct ub_text sent = ub_text_copy(arena, text_of(prep()));
	retitle("Another");
	look_as_guest(sent, "VERSION:2.0\r\nMETHOD:REQUEST\r\n");
	expect_messages(true, false);
}

Test(agendas, what_is_no_invitation_and_what_changed_more_than_the_agenda_show_nothing)
{
	look_as_guest(text_of(prep()), "VERSION:2.0\r\nMETHOD:REQUEST\r\n");
	expect_messages(false, false);
	tear_down_agendas();
	set_up_agendas();
	retitle("Another");
	look_as_guest(text_of(prep()), "VERSION:2.0\r\nMETHOD:REPLY\r\n");
	expect_messages(false, false);
}

/* When the meeting is to be looked at again; 0: no need. */
static int64_t look_again(void)
{
	struct ub_store_seen seen;
	cr_assert_eq(ub_store_seen(store, ub_organization, UB_TEXT("up"), UB_TEXT(MEETING), arena, &seen),
	    UB_STORE_OK);
	return seen.look_again / 1000;
}

Test(agendas, wait_a_day_where_each_writing_is_a_message)
{
	cr_assert(ub_identities_learn(snapshot->identities, UB_HABIT_MESSAGES, true));
	retitle("Another");
	cr_expect(has("For: Roadmap"));
	cr_expect_eq(look_again(), NOW + UB_AGENDA_SECONDS);
	now = NOW + UB_AGENDA_SECONDS - 1;
	retitle("A third");
	cr_expect(has("For: Roadmap"));
	cr_expect_eq(look_again(), NOW + UB_AGENDA_SECONDS);
	now = NOW + UB_AGENDA_SECONDS;
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_expect(has("For: A third"));
	cr_expect_eq(look_again(), 0);
}

Test(agendas, go_along_with_what_is_a_message_anyway)
{
	cr_assert(ub_identities_learn(snapshot->identities, UB_HABIT_MESSAGES, true));
	retitle("Another");
	day = "20261119";
	store_meeting(MEETING, guest, "");
	retitle("A third");
	day = "20261112";
	cr_expect(has("For: A third"));
	cr_expect_eq(look_again(), 0);
}

Test(agendas, are_written_once_more_when_the_item_is_near)
{
	cr_assert(ub_identities_learn(snapshot->identities, UB_HABIT_MESSAGES, true));
	/* The call is three business days before Thursday, at the first quarter of an hour that is free. */
	struct ub_text text = text_of(prep());
	struct ub_ical_refusal refusal;
	const struct ub_event *event = ub_ical_read(text, snapshot->zones, arena, &refusal);
	ub_instant start = ub_cal_instant(event->start.zone, event->start.civil);
	now = start - UB_AGENDA_NEAR_SECONDS - 3600;
	retitle("Another");
	cr_expect(has("For: Another"));
	now += 60;
	retitle("A third");
	cr_expect(has("For: Another"));
	cr_expect_eq(look_again(), start - UB_AGENDA_NEAR_SECONDS);
	now = start - UB_AGENDA_NEAR_SECONDS;
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
	cr_expect(has("For: A third"));
	now += 60;
	retitle("A fourth");
	cr_expect(has("For: A third"));
}
