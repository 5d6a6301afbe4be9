/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "world.h"

/* What bob is to be told by mail of alice's prep call. Nobody sends it here. */

static void setup(void)
{
	world_set_up_with(world_rules, world_mails);
	now = NOW;
	day = "20261112";
	store_meeting(MEETING, guest, "");
	put_meeting_key();
	work_on_all();
}

TestSuite(mails, .init = setup, .fini = world_tear_down);

static struct ub_store_mails all(void)
{
	struct ub_store_mails mails;
	cr_assert_eq(ub_store_mails(store, ub_organization, UB_TEXT("m-1"), arena, &mails), UB_STORE_OK);
	return mails;
}

static struct ub_store_mail bobs(void)
{
	struct ub_store_mails mails = all();
	cr_assert_eq(mails.n, 1);
	cr_assert(ub_text_is(mails.items[0].person, "bob@ours.example"));
	return mails.items[0];
}

static void send_it(void)
{
	struct ub_store_mail mail = bobs();
	mail.state = UB_MAIL_SENT;
	mail.reached = true;
	cr_assert_eq(ub_store_note_mail(store, &mail), UB_STORE_OK);
}

static void work_again(void)
{
	put_meeting_key();
	work_on_all();
}

Test(mails, invite_once)
{
	struct ub_store_mail first = bobs();
	cr_expect(first.kind == UB_MAIL_INVITATION && first.state == UB_MAIL_WAITING);
	cr_expect(ub_text_is(first.title, "Prep: Roadmap") && ub_text_is(first.owner, "alice@ours.example"));
	send_it();
	work_again();
	cr_expect_eq(bobs().state, UB_MAIL_SENT);
	store_meeting(MEETING, guest, "DESCRIPTION:Another agenda\r\n");
	work_again();
	cr_expect_eq(bobs().state, UB_MAIL_SENT);
	day = "20261119";
	store_meeting(MEETING, guest, "");
	work_again();
	struct ub_store_mail second = bobs();
	cr_expect(second.kind == UB_MAIL_CHANGE && second.state == UB_MAIL_WAITING);
	cr_expect_not(ub_text_eq(first.id, second.id));
	cr_expect_neq(
	    ub_text_find(second.object, UB_TEXT("20261116T"), 0), SIZE_MAX, "%.*s", UB_ARGS(second.object));
}

Test(mails, take_back_what_was_sent)
{
	send_it();
	store_meeting(MEETING, "", "");
	work_again();
	cr_expect(bobs().state == UB_MAIL_WAITING && bobs().kind == UB_MAIL_CANCELLATION);
}

Test(mails, take_back_nothing_else)
{
	store_meeting(MEETING, "", "");
	work_again();
	cr_expect_eq(bobs().state, UB_MAIL_NEEDLESS);
}

/* Guests of ours besides bob. */
static const char *colleagues(size_t n)
{
	struct ub_buf lines = UB_BUF(arena);
	ub_buf_str(&lines, guest);
	for (size_t i = 0; i < n; i++)
		ub_buf_printf(&lines, "ATTENDEE:mailto:p%zu@ours.example\r\n", i);
	return ub_buf_cstr(&lines);
}

Test(mails, go_to_as_many_as_the_limit)
{
	store_meeting(MEETING, colleagues(UB_MAIL_READERS_MAX - 1), "");
	work_again();
	cr_expect_eq(all().n, UB_MAIL_READERS_MAX);
	store_meeting(MEETING, colleagues(UB_MAIL_READERS_MAX), "");
	work_again();
	struct ub_text last = ub_textf(arena, "p%d@ours.example", UB_MAIL_READERS_MAX - 1);
	cr_expect_eq(upstream_containing(up, last.ptr), 2, "the meeting and the prep call");
	cr_expect_eq(all().n, UB_MAIL_READERS_MAX);
}
