/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The process is killed at any of a pass's requests, before or after the server has carried it out. What the
 * store has kept by then is all that the next process knows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "leaks.h"
#include "world.h"

enum { PATH = FOLDER_PATH + sizeof("/second-wal") };

static const char *const ends[] = { "", "-wal" };
static char folder[FOLDER_PATH];
static const char *more_settings;
static bool killed; /* the first process */

/* The server's thread asks for paths, too. */
static const char *path_of(char path[PATH], const char *name, const char *end)
{
	(void)snprintf(path, PATH, "%s/%s%s", folder, name, end);
	return path;
}

static void open_store(const char *name)
{
	struct ub_text problem;
	char path[PATH];
	store = ub_store_sqlite_open(path_of(path, name, ""), 0, arena, &problem);
	cr_assert(store, "%.*s", UB_ARGS(problem));
}

static void set_up(void)
{
	world_set_up_with(world_rules, more_settings);
	make_folder(folder);
	ub_store_close(&store);
	open_store("first");
	killed = false;
	now = NOW;
	day = "20261112";
}

static void setup(void)
{
	more_settings = "";
	set_up();
}

TestSuite(kills, .init = setup, .fini = world_tear_down);

static void copy(const char *from, const char *to)
{
	char bytes[65536];
	FILE *in = fopen(from, "r"), *out = fopen(to, "w");
	if (!in || !out)
		abort();
	for (size_t n; (n = fread(bytes, 1, sizeof(bytes), in)) > 0;)
		fwrite(bytes, 1, n, out);
	fclose(in);
	fclose(out);
}

/* The files as a process leaves them that is killed now. While it waits for the server, it writes nothing. */
static void leave_files(void)
{
	char from[PATH], to[PATH];
	for (size_t i = 0; i < UB_COUNT(ends); i++)
		copy(path_of(from, "first", ends[i]), path_of(to, "second", ends[i]));
}

/* Works until the nth request, where the process is killed, and begins the next one. *killed: there are so
 * many requests. */
static void work_until_killed(size_t nth, bool after)
{
	upstream_die_at(up, nth, after, leave_files);
	work_on_all();
	killed = upstream_revive(up);
	if (!killed)
		return;
	ub_store_close(&store);
	open_store("second");
	cr_assert_eq(ub_store_recover(store, true, now * 1000), UB_STORE_OK);
}

static void start_anew(void)
{
	world_tear_down();
	set_up();
}

/* Tells a story for each request, killed before and after it. Returns how many kills there were. */
static size_t at_each_request(void (*story)(size_t nth, bool after))
{
	size_t kills = 0;
	for (size_t nth = 1;; nth++)
		for (int after = 0; after < 2; after++) {
			story(nth, after);
			kills += killed;
			if (!killed)
				return kills;
			start_anew();
		}
}

static void make_items(size_t nth, bool after)
{
	store_meeting(MEETING, guest, "");
	put_meeting_key();
	work_until_killed(nth, after);
	work_on_all();
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 3, "killed at request %zu: %s", nth, why);
	put_meeting_key();
	size_t puts = upstream_requests(up, "PUT");
	work_on_all();
	cr_assert_eq(upstream_requests(up, "PUT"), puts, "killed at request %zu: %s", nth, why);
}

Test(kills, make_no_item_twice_and_lose_none)
{
	cr_expect_geq(at_each_request(make_items), 10);
}

static void delete_meeting_meanwhile(size_t nth, bool after)
{
	store_meeting(MEETING, guest, "");
	put_meeting_key();
	work_until_killed(nth, after);
	upstream_delete(up, MEETING, "");
	put_meeting_key();
	work_on_all();
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 0, "killed at request %zu: %s", nth, why);
}

Test(kills, leave_no_items_of_a_meeting_that_is_deleted_meanwhile)
{
	cr_expect_geq(at_each_request(delete_meeting_meanwhile), 10);
}

static void move_meeting(size_t nth, bool after)
{
	store_meeting(MEETING, guest, "");
	put_meeting_key();
	work_on_all();
	day = "20261119";
	store_meeting(MEETING, guest, "");
	put_meeting_key();
	work_until_killed(nth, after);
	work_on_all();
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 3, "killed at request %zu: %s", nth, why);
	cr_assert_eq(upstream_containing(up, "20261119T130000Z"), 1, "the meeting");
	struct ub_store_items items;
	cr_assert_eq(ub_store_items(store, ub_organization, UB_TEXT("m-1"), arena, &items), UB_STORE_OK);
	for (size_t i = 0; i < items.n; i++)
		cr_assert_eq(items.items[i].outcome.occasion_start, INT64_C(1795093200000),
		    "killed at request %zu: item %zu does not know that it went along", nth, i);
}

Test(kills, let_items_go_along_all_the_same)
{
	cr_expect_geq(at_each_request(move_meeting), 8);
}

static void lose_guests(size_t nth, bool after)
{
	store_meeting(MEETING, guest, "");
	put_meeting_key();
	work_on_all();
	store_meeting(MEETING, "", "");
	put_meeting_key();
	work_until_killed(nth, after);
	work_on_all();
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 1, "killed at request %zu: %s", nth, why);
	store_meeting(MEETING, guest, "");
	put_meeting_key();
	work_on_all();
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 3,
	    "killed at request %zu, a removal counts as the user's: %s", nth, why);
}

Test(kills, do_not_make_a_removal_the_users)
{
	cr_expect_geq(at_each_request(lose_guests), 8);
}

/* What is made anew is another object than the removed one, of which the store knew nothing when it was
 * killed. */
static void make_again(size_t nth, bool after)
{
	for (int turn = 0; turn < 2; turn++) {
		store_meeting(MEETING, turn ? "" : guest, "");
		put_meeting_key();
		work_on_all();
	}
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 1);
	store_meeting(MEETING, guest, "");
	put_meeting_key();
	work_until_killed(nth, after);
	work_on_all();
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 3, "killed at request %zu: %s", nth, why);
	store_meeting(MEETING, "", "");
	put_meeting_key();
	work_on_all();
	cr_assert_eq(upstream_count(up, "/alice/meetings/"), 1,
	    "killed at request %zu, an item is nobody's: %s", nth, why);
}

Test(kills, know_again_what_was_made_again)
{
	cr_expect_geq(at_each_request(make_again), 8);
}

/* ---- colleagues' copies ---- */

static void setup_copies(void)
{
	more_settings = world_copies;
	set_up();
}

TestSuite(kills_of_copies, .init = setup_copies, .fini = world_tear_down);

/* Alice's meeting with bob, who has a calendar, and what follows from it. */
static void meet_bob(void)
{
	upstream_store(up, "/bob/meetings/", "");
	store_meeting(MEETING, guest, "");
	put_meeting_key();
}

static struct ub_store_copy bobs_copy(void)
{
	struct ub_store_copies copies;
	cr_assert_eq(ub_store_copies(store, ub_organization, UB_TEXT("m-1"), arena, &copies), UB_STORE_OK);
	cr_assert_eq(copies.n, 1);
	return copies.items[0];
}

static void store_meeting_without_bob(void)
{
	upstream_store(up, MEETING,
	    ub_textf(arena,
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test//EN\r\nBEGIN:VEVENT\r\nUID:m-1\r\n"
		"DTSTAMP:20261101T000000Z\r\nDTSTART:%sT130000Z\r\nDTEND:%sT140000Z\r\nSUMMARY:Roadmap\r\n"
		"ORGANIZER:mailto:alice@ours.example\r\nATTENDEE:mailto:alice@ours.example\r\n"
		"%sEND:VEVENT\r\nEND:VCALENDAR\r\n",
		day, day, guest)
		.ptr);
}

/* Bob has one copy, of which the store knows that it is in step. */
static void expect_copy(size_t nth)
{
	cr_assert_eq(upstream_count(up, "/bob/meetings/"), 2, "killed at request %zu: %s", nth, why);
	struct ub_store_copy copy = bobs_copy();
	cr_assert_eq(copy.state, UB_COPY_STANDS, "killed at request %zu: %s", nth, why);
	cr_assert(upstream_object(up, ub_text_cstr(arena, copy.href)), "killed at request %zu", nth);
	size_t puts = upstream_requests(up, "PUT");
	put_meeting_key();
	work_on_all();
	cr_assert_eq(upstream_requests(up, "PUT"), puts, "killed at request %zu: %s", nth, why);
}

static void make_copy(size_t nth, bool after)
{
	meet_bob();
	work_until_killed(nth, after);
	work_on_all();
	expect_copy(nth);
}

Test(kills_of_copies, write_none_twice_and_lose_none)
{
	cr_expect_geq(at_each_request(make_copy), 16);
}

static void move_copy(size_t nth, bool after)
{
	meet_bob();
	work_on_all();
	day = "20261119";
	meet_bob();
	work_until_killed(nth, after);
	work_on_all();
	expect_copy(nth);
	const char *copy = upstream_object(up, ub_text_cstr(arena, bobs_copy().href));
	cr_assert(strstr(copy, "20261116T"), "killed at request %zu: %s", nth, copy);
}

Test(kills_of_copies, let_them_follow_all_the_same)
{
	cr_expect_geq(at_each_request(move_copy), 12);
}

/* His answer, of which only his copy tells. */
static void take_answer(size_t nth, bool after)
{
	meet_bob();
	work_on_all();
	struct ub_store_copy copy = bobs_copy();
	const char *href = ub_text_cstr(arena, copy.href);
	struct ub_text text = ub_text(upstream_object(up, href)), asked = UB_TEXT("PARTSTAT=NEEDS-ACTION");
	size_t at = ub_text_find(text, asked, ub_text_find(text, UB_TEXT("ATTENDEE"), 0));
	cr_assert_neq(at, SIZE_MAX, "%s", text.ptr);
	upstream_store(up, href,
	    ub_textf(arena, "%.*sPARTSTAT=ACCEPTED%s", (int)at, text.ptr, text.ptr + at + asked.len).ptr);
	const struct ub_key key = ub_store_copy_key(copy.upstream, copy.item, copy.person, arena);
	cr_assert_eq(ub_store_put(store, &key, 1, now * 1000, now * 1000), UB_STORE_OK);
	work_until_killed(nth, after);
	work_on_all();
	expect_copy(nth);
	cr_assert_eq(upstream_containing(up, "PARTSTAT=ACCEPTED"), 2, "killed at request %zu: %s", nth, why);
}

Test(kills_of_copies, lose_no_answer)
{
	cr_expect_geq(at_each_request(take_answer), 6);
}

/* A key that was being worked on comes after others that are put meanwhile. */
static void put_off(void)
{
	struct ub_job job;
	if (ub_store_take(store, now * 1000, UB_LEASE_MS, arena, &job) == UB_STORE_OK)
		cr_assert_eq(
		    ub_store_retry(store, &job, now * 1000, (now + 30) * 1000, UB_TEXT_NONE), UB_STORE_OK);
}

/* Bob is not invited any more, and then again. */
static void remove_copy(size_t nth, bool after)
{
	meet_bob();
	work_on_all();
	store_meeting_without_bob();
	put_meeting_key();
	work_until_killed(nth, after);
	if (!killed)
		cr_assert_eq(upstream_count(up, "/bob/meetings/"), 1, "%s", why);
	put_off();
	meet_bob();
	work_on_all();
	expect_copy(nth);
}

Test(kills_of_copies, do_not_make_a_removal_the_colleagues)
{
	cr_expect_geq(at_each_request(remove_copy), 12);
}

static void delete_meeting_of_copy(size_t nth, bool after)
{
	meet_bob();
	work_on_all();
	upstream_delete(up, MEETING, "");
	put_meeting_key();
	work_until_killed(nth, after);
	work_on_all();
	cr_assert_eq(upstream_count(up, "/bob/meetings/"), 1, "killed at request %zu: %s", nth, why);
}

Test(kills_of_copies, leave_no_copy_of_what_is_gone)
{
	cr_expect_geq(at_each_request(delete_meeting_of_copy), 12);
}

/* ---- mails to colleagues ---- */

static void setup_mails(void)
{
	more_settings = world_mails;
	set_up();
}

TestSuite(kills_of_mails, .init = setup_mails, .fini = world_tear_down);

static struct ub_store_mail bobs_mail(size_t nth)
{
	struct ub_store_mails mails;
	cr_assert_eq(ub_store_mails(store, ub_organization, UB_TEXT("m-1"), arena, &mails), UB_STORE_OK);
	cr_assert_eq(mails.n, 1, "killed at request %zu: %s", nth, why);
	return mails.items[0];
}

/* Bob's mail waits, says that, and stays so. */
static void expect_mail(size_t nth, enum ub_mail_kind kind)
{
	struct ub_store_mail mail = bobs_mail(nth);
	cr_assert(mail.state == UB_MAIL_WAITING && mail.kind == kind, "killed at request %zu: %s, %s", nth,
	    ub_store_mail_kind_word(mail.kind), ub_store_mail_state_word(mail.state));
	put_meeting_key();
	work_on_all();
	cr_assert(ub_text_eq(bobs_mail(nth).id, mail.id), "killed at request %zu", nth);
}

static void make_mail(size_t nth, bool after)
{
	store_meeting(MEETING, guest, "");
	put_meeting_key();
	work_until_killed(nth, after);
	work_on_all();
	expect_mail(nth, UB_MAIL_INVITATION);
}

Test(kills_of_mails, lose_none_and_make_none_anew)
{
	cr_expect_geq(at_each_request(make_mail), 10);
}

/* Bob was told, and something else becomes of the meeting. */
static void change_after_mail(size_t nth, bool after, const char *to, const char *guests)
{
	store_meeting(MEETING, guest, "");
	put_meeting_key();
	work_on_all();
	struct ub_store_mail mail = bobs_mail(nth);
	mail.state = UB_MAIL_SENT;
	mail.reached = true;
	cr_assert_eq(ub_store_note_mail(store, &mail), UB_STORE_OK);
	day = to;
	store_meeting(MEETING, guests, "");
	put_meeting_key();
	work_until_killed(nth, after);
	work_on_all();
}

static void move_after_mail(size_t nth, bool after)
{
	change_after_mail(nth, after, "20261119", guest);
	expect_mail(nth, UB_MAIL_CHANGE);
}

Test(kills_of_mails, do_not_keep_a_move_from_anybody)
{
	cr_expect_geq(at_each_request(move_after_mail), 8);
}

static void call_off_after_mail(size_t nth, bool after)
{
	change_after_mail(nth, after, "20261112", "");
	expect_mail(nth, UB_MAIL_CANCELLATION);
}

Test(kills_of_mails, leave_nobody_who_waits_for_what_is_called_off)
{
	cr_expect_geq(at_each_request(call_off_after_mail), 8);
}
