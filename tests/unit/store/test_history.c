/* SPDX-License-Identifier: Apache-2.0 */
#include "story.h"

/* The meetings with an account, as every store keeps them. */

static struct ub_store_seen meeting(
    const char *uid, const char *href, const char *account, int64_t start, int64_t end)
{
	return (struct ub_store_seen){ .organization = ORG,
		.meeting_uid = ub_text(uid),
		.upstream = UB_TEXT("http://up"),
		.href = ub_text(href),
		.text = UB_TEXT("BEGIN:VCALENDAR"),
		.account = ub_text(account),
		.guests = UB_TEXT("cto@acme.example\nceo@acme.example"),
		.start = start,
		.end = end };
}

static void see(
    struct story *s, const char *uid, const char *href, const char *account, int64_t start, int64_t end)
{
	struct ub_store_seen seen = meeting(uid, href, account, start, end);
	OK(ub_store_put_seen(s->store, &seen));
}

/* The UIDs of the account's meetings. */
static const char *known(struct story *s, const char *account)
{
	struct ub_store_meetings found;
	struct ub_buf uids = UB_BUF(s->arena);
	OK(ub_store_account_meetings(s->store, ORG, ub_text(account), s->arena, &found));
	for (size_t i = 0; i < found.n; i++)
		ub_buf_printf(&uids, "%s%.*s", i ? " " : "", UB_ARGS(found.items[i].meeting_uid));
	return ub_buf_cstr(&uids);
}

STORY(tells_the_meetings_with_an_account_by_what_ends_first)
{
	see(s, "later", "/c/b", "acme", 300, 400);
	see(s, "first", "/c/a", "acme", 100, 200);
	see(s, "first", "/d/a", "acme", 100, 200);
	see(s, "theirs", "/c/c", "beta", 100, 200);
	see(s, "nobody's", "/c/d", "", 100, 200);
	cr_expect_str_eq(known(s, "acme"), "first first later", "each copy of each");
	cr_expect_str_eq(known(s, "beta"), "theirs");
	cr_expect_str_eq(known(s, "gamma"), "");
	struct ub_store_meetings found;
	OK(ub_store_account_meetings(s->store, UB_TEXT("other"), UB_TEXT("acme"), s->arena, &found));
	cr_expect_eq(found.n, 0);
}

STORY(gives_back_when_a_meeting_with_an_account_is_and_who_comes)
{
	struct ub_store_meetings found;
	struct ub_store_seen seen;
	see(s, "m1", "/c/a", "acme", 100, 200);
	OK(ub_store_account_meetings(s->store, ORG, UB_TEXT("acme"), s->arena, &found));
	cr_assert_eq(found.n, 1);
	IS(found.items[0].guests, "cto@acme.example\nceo@acme.example");
	cr_expect(found.items[0].start == 100 && found.items[0].end == 200);
	OK(ub_store_seen(s->store, ORG, UB_TEXT("http://up"), UB_TEXT("/c/a"), s->arena, &seen));
	IS(seen.account, "acme");
	IS(seen.guests, "cto@acme.example\nceo@acme.example");
	cr_expect_eq(seen.start, 100);
}

STORY(follows_a_meeting_that_moves_to_another_account_or_goes)
{
	see(s, "m1", "/c/a", "acme", 100, 200);
	see(s, "m2", "/c/b", "acme", 300, 400);
	see(s, "m1", "/c/a", "acme", 500, 600);
	cr_expect_str_eq(known(s, "acme"), "m2 m1", "it was moved");
	see(s, "m1", "/c/a", "beta", 500, 600);
	cr_expect_str_eq(known(s, "acme"), "m2");
	cr_expect_str_eq(known(s, "beta"), "m1");
	see(s, "m1", "/c/a", "", 500, 600);
	cr_expect_str_eq(known(s, "beta"), "");
	OK(ub_store_forget_seen(s->store, ORG, UB_TEXT("http://up"), UB_TEXT("/c/b")));
	cr_expect_str_eq(known(s, "acme"), "");
	see(s, "m1", "/c/a", "acme", 100, 200);
	OK(ub_store_prune(s->store, 1000, 201));
	cr_expect_str_eq(known(s, "acme"), "");
}

/* ---- series ---- */

static size_t due_by(struct story *s, int64_t now)
{
	struct ub_store_seens due;
	OK(ub_store_seens_due(s->store, now, s->arena, &due));
	return due.n;
}

STORY(tells_which_series_are_to_be_looked_at_again)
{
	struct ub_store_seen once = meeting("once", "/c/a", "", 100, 200);
	struct ub_store_seen weekly = meeting("weekly", "/c/b", "", 100, 200);
	weekly.look_again = 500;
	OK(ub_store_put_seen(s->store, &once));
	OK(ub_store_put_seen(s->store, &weekly));
	cr_expect_eq(due_by(s, 499), 0);
	cr_expect_eq(due_by(s, 500), 1);
	struct ub_store_seens due;
	OK(ub_store_seens_due(s->store, 1000, s->arena, &due));
	cr_assert_eq(due.n, 1);
	IS(due.items[0].meeting_uid, "weekly");
	cr_expect_eq(due.items[0].look_again, 500);
	weekly.look_again = 0;
	OK(ub_store_put_seen(s->store, &weekly));
	cr_expect_eq(due_by(s, 1000), 0);
}
