/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "fixture.h"
#include "leaks.h"
#include "upbeat/deliver.h"

/* What a mail on an item says. */

TestSuite(letter, .fini = ub_leak_check);

#define DAY INT64_C(86400)

struct desk {
	struct ub_arena *arena;
	struct ub_zones *zones;
	struct ub_org org;
	ub_instant now;
};

static struct desk open_desk(void)
{
	struct desk desk = { .arena = ub_arena_new(), .zones = fixture_zones() };
	desk.org.standard = (struct ub_org_person){ .match = UB_TEXT("*"),
		.zone = fixture_zone(desk.zones, "Europe/Berlin"),
		.language = UB_TEXT("en") };
	desk.now = fixture_instant("2026-11-02T08:00:00Z");
	return desk;
}

static void close_desk(struct desk *desk)
{
	ub_arena_free(&desk->arena);
	ub_cal_zones_free(&desk->zones);
}

static struct ub_text object(struct desk *desk, int sequence, const char *start, const char *more)
{
	return ub_textf(desk->arena,
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:u1\r\nDTSTAMP:20261101T080000Z\r\n"
	    "SEQUENCE:%d\r\nDTSTART:%s\r\nDURATION:PT30M\r\nSUMMARY:Acme: prep\r\n%s"
	    "ORGANIZER;CN=Anna:mailto:anna@ours.example\r\nATTENDEE:mailto:ben@ours.example\r\nEND:VEVENT\r\n"
	    "END:VCALENDAR\r\n",
	    sequence, start, more);
}

/* False: there is nothing to tell. */
static bool invite(
    struct desk *desk, struct ub_text text, const struct ub_store_mail *former, struct ub_store_mail *mail)
{
	struct ub_ical_refusal refusal;
	const struct ub_ical *ical = ub_ical_parse(desk->arena, text, &refusal);
	const struct ub_event *event = ical ? ub_ical_event(ical, desk->zones, desk->arena, &refusal) : NULL;
	const struct ub_deliver_item item = { .org = &desk->org,
		.organization = UB_TEXT("o"),
		.upstream = UB_TEXT("http://up"),
		.href = UB_TEXT("/anna/u1.ics"),
		.meeting_uid = UB_TEXT("m"),
		.owner = UB_TEXT("anna@ours.example"),
		.ical = ical,
		.event = event };
	cr_assert(event);
	return ub_deliver_invitation(
	    &item, UB_TEXT("ben@ours.example"), former, desk->now, mail, desk->arena);
}

static bool has(struct ub_text text, const char *part)
{
	return ub_text_find(text, ub_text(part), 0) != SIZE_MAX;
}

Test(letter, invites_to_an_item_until_it_is_over)
{
	struct desk desk = open_desk();
	struct ub_store_mail mail;
	cr_assert(invite(&desk, object(&desk, 0, "20261109T090000Z", "LOCATION:Room 1\r\n"), NULL, &mail));
	cr_assert(mail.kind == UB_MAIL_INVITATION && mail.made == desk.now * 1000);
	cr_assert_eq(mail.expires / 1000, fixture_instant("2026-11-09T09:30:00Z"));
	cr_assert(has(mail.object, "METHOD:REQUEST\r\n") && has(mail.object, "SEQUENCE:0\r\n"));
	cr_assert(ub_text_is(mail.title, "Acme: prep") && ub_text_is(mail.name, "Anna"));
	cr_assert(ub_text_is(mail.text, "Acme: prep\nMonday, 9 November 2026, 10:00 - 10:30 CET\nRoom 1\n"),
	    "%.*s", UB_ARGS(mail.text));
	cr_assert_not(invite(&desk, object(&desk, 0, "20261102T073000Z", ""), NULL, &mail));
	cr_assert(invite(&desk, object(&desk, 0, "20261102T073000Z", "RRULE:FREQ=DAILY\r\n"), NULL, &mail));
	cr_assert_gt(mail.expires / 1000, desk.now);
	close_desk(&desk);
}

Test(letter, shows_times_on_the_readers_clock_and_in_his_language)
{
	struct desk desk = open_desk();
	struct ub_org_person ben = { .match = UB_TEXT("ben@ours.example"),
		.zone = fixture_zone(desk.zones, "America/New_York"),
		.language = UB_TEXT("de") };
	struct ub_store_mail mail;
	desk.org.people = &ben;
	desk.org.n_people = 1;
	cr_assert(invite(&desk, object(&desk, 0, "20261109T090000Z", ""), NULL, &mail));
	cr_assert(has(mail.text, "Montag, 9. November 2026, 04:00 - 04:30 EST"), "%.*s", UB_ARGS(mail.text));
	const struct ub_settings_mail settings = { .from = UB_TEXT("upbeat@ours.example") };
	struct ub_mail composed = ub_deliver_compose(&mail, &settings, &desk.org, desk.arena);
	cr_assert(ub_text_is(composed.subject, "Acme: prep") && has(composed.text, "Anna l\xc3\xa4"
										   "dt ein zu:\n\n"));
	mail.kind = UB_MAIL_CANCELLATION;
	composed = ub_deliver_compose(&mail, &settings, &desk.org, desk.arena);
	cr_assert(ub_text_is(composed.subject, "Abgesagt: Acme: prep"));
	cr_assert_str_eq(composed.method, "CANCEL");
	cr_assert(ub_text_is(composed.reply_to, "anna@ours.example") &&
		  ub_text_is(composed.to, "ben@ours.example"));
	ben.language = UB_TEXT("fr");
	cr_assert(invite(&desk, object(&desk, 0, "20261109T090000Z", ""), NULL, &mail));
	cr_assert(has(mail.text, "lundi 9 novembre 2026, 04:00 - 04:30 EST"), "%.*s", UB_ARGS(mail.text));
	composed = ub_deliver_compose(&mail, &settings, &desk.org, desk.arena);
	cr_assert(has(composed.text, "Anna vous invite :\n\n"));
	close_desk(&desk);
}

Test(letter, tells_of_another_time_and_of_another_sequence_and_of_nothing_else)
{
	struct desk desk = open_desk();
	struct ub_store_mail first, next;
	static const struct {
		int sequence;
		const char *start, *more;
		bool news;
	} later[] = {
		{ 0, "20261109T090000Z", "", false },
		{ 0, "20261109T090000Z", "DESCRIPTION:Another agenda\r\n", false },
		{ 0, "20261109T100000Z", "", true },
		{ 1, "20261109T090000Z", "", true },
		{ 1, "20261109T100000Z", "", true },
	};
	cr_assert(invite(&desk, object(&desk, 0, "20261109T090000Z", ""), NULL, &first));
	for (size_t i = 0; i < UB_COUNT(later); i++) {
		struct ub_text text = object(&desk, later[i].sequence, later[i].start, later[i].more);
		cr_assert_eq(invite(&desk, text, &first, &next), later[i].news, "%zu", i);
		cr_assert(!later[i].news || !ub_text_eq(first.id, next.id));
	}
	close_desk(&desk);
}

Test(letter, has_the_same_id_whenever_it_is_made)
{
	struct desk desk = open_desk();
	struct ub_store_mail first, again;
	struct ub_text text = object(&desk, 0, "20261109T090000Z", "");
	cr_assert(invite(&desk, text, NULL, &first));
	desk.now += DAY;
	cr_assert(invite(&desk, text, NULL, &again));
	cr_assert(ub_text_eq(first.id, again.id));
	close_desk(&desk);
}

Test(letter, takes_back_once)
{
	struct desk desk = open_desk();
	struct ub_store_mail first, back, again;
	cr_assert(invite(&desk, object(&desk, 4, "20261109T090000Z", ""), NULL, &first));
	first.state = UB_MAIL_SENT;
	cr_assert(ub_deliver_cancellation(&first, true, desk.now, &back, desk.arena));
	cr_assert(back.kind == UB_MAIL_CANCELLATION && back.sequence == 5);
	cr_assert(has(back.object, "METHOD:CANCEL\r\n") && has(back.object, "STATUS:CANCELLED\r\n"));
	cr_assert_not(ub_deliver_cancellation(&back, true, desk.now, &again, desk.arena));
	cr_assert(ub_deliver_cancellation(&first, false, desk.now, &back, desk.arena));
	cr_assert(back.kind == UB_MAIL_LEFT_OFF && back.sequence == 4 && !has(back.object, "STATUS"));
	cr_assert_not(ub_text_eq(back.id, first.id));
	first.state = UB_MAIL_NEEDLESS;
	cr_assert_not(ub_deliver_cancellation(&first, true, desk.now, &back, desk.arena));
	first.state = UB_MAIL_SENT;
	cr_assert_not(ub_deliver_cancellation(&first, true, desk.now + 30 * DAY, &back, desk.arena));
	close_desk(&desk);
}

Test(letter, never_falls_behind_what_its_reader_has)
{
	struct desk desk = open_desk();
	struct ub_store_mail first, back, again, moved;
	cr_assert(invite(&desk, object(&desk, 2, "20261109T090000Z", ""), NULL, &first));
	cr_assert(ub_deliver_cancellation(&first, true, desk.now, &back, desk.arena));
	cr_assert(invite(&desk, object(&desk, 2, "20261109T090000Z", ""), &back, &again));
	cr_assert(again.sequence == 4 && has(again.object, "SEQUENCE:4\r\n"));
	cr_assert_not(ub_text_eq(again.id, first.id) && ub_text_eq(again.id, back.id));
	cr_assert_not(invite(&desk, object(&desk, 2, "20261109T090000Z", ""), &again, &moved));
	cr_assert(invite(&desk, object(&desk, 3, "20261110T090000Z", ""), &again, &moved));
	cr_assert_eq(moved.sequence, 4);
	close_desk(&desk);
}

Test(letter, of_one_part_taken_back_and_given_again_has_ids_of_its_own)
{
	struct desk desk = open_desk();
	struct ub_store_mail first, back, again;
	struct ub_text text = object(&desk, 2, "20261109T090000Z", "");
	cr_assert(invite(&desk, text, NULL, &first));
	cr_assert(ub_deliver_cancellation(&first, false, desk.now, &back, desk.arena));
	cr_assert(invite(&desk, text, &back, &again));
	cr_assert(ub_text_eq(again.version, first.version) && !ub_text_eq(again.id, first.id));
	cr_assert_eq(again.sequence, 2);
	close_desk(&desk);
}

/* An item whose object has exactly that size as a message. */
static bool invite_to_size(struct desk *desk, size_t size, struct ub_store_mail *mail)
{
	struct ub_store_mail plain;
	struct ub_buf more = UB_BUF(desk->arena);
	cr_assert(invite(desk, object(desk, 0, "20261109T090000Z", "X-PAD:\r\n"), NULL, &plain));
	ub_buf_str(&more, "X-PAD:");
	ub_buf_pad(&more, 'x', size - plain.object.len);
	ub_buf_str(&more, "\r\n");
	return invite(desk, object(desk, 0, "20261109T090000Z", ub_buf_cstr(&more)), NULL, mail);
}

Test(letter, of_what_is_too_large_is_remembered_and_empty)
{
	struct desk desk = open_desk();
	struct ub_store_mail mail, back;
	cr_assert(invite_to_size(&desk, UB_MAIL_OBJECT_MAX, &mail));
	cr_assert_eq(mail.object.len, UB_MAIL_OBJECT_MAX);
	cr_assert(invite_to_size(&desk, UB_MAIL_OBJECT_MAX + 1, &mail));
	cr_assert(mail.object.len == 0 && mail.text.len == 0 && mail.id.len);
	mail.state = UB_MAIL_REFUSED;
	cr_assert_not(ub_deliver_cancellation(&mail, true, desk.now, &back, desk.arena));
	close_desk(&desk);
}
