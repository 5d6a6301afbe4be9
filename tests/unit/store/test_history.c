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
		.start = start,
		.end = end };
}

static struct ub_store_meeting of(const char *uid, const char *instance, int64_t start)
{
	return (struct ub_store_meeting){ .organization = ORG,
		.meeting_uid = ub_text(uid),
		.instance = ub_text(instance),
		.account = UB_TEXT("acme"),
		.name = UB_TEXT("Acme"),
		.owner = UB_TEXT("anna@ours.example"),
		.guests = UB_TEXT("cto@acme.example\nceo@acme.example"),
		.executives = UB_TEXT("ceo@acme.example"),
		.ours = UB_TEXT("anna@ours.example"),
		.start = start,
		.end = start + 100 };
}

/* An object with n meetings is looked at. */
static void say(struct story *s, const char *uid, const struct ub_store_meeting *meetings, size_t n,
    enum ub_store_said said, int64_t now)
{
	OK(ub_store_put_meetings(s->store, ORG, ub_text(uid), meetings, n, said, now, s->arena));
}

static void see(struct story *s, const char *uid, const char *account, int64_t start, int64_t now)
{
	struct ub_store_meeting one = of(uid, "", start);
	one.account = ub_text(account);
	say(s, uid, &one, 1, UB_STORE_SAYS_ALL, now);
}

static struct ub_store_meetings all_of(struct story *s)
{
	struct ub_store_meetings found;
	OK(ub_store_all_meetings(s->store, ORG, s->arena, &found));
	return found;
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
	struct ub_store_meetings found;
	see(s, "later", "acme", 300, 10);
	see(s, "first", "acme", 100, 10);
	see(s, "first", "acme", 100, 10);
	see(s, "theirs", "beta", 100, 10);
	cr_expect_str_eq(known(s, "acme"), "first later", "each once");
	cr_expect_str_eq(known(s, "beta"), "theirs");
	cr_expect_str_eq(known(s, "gamma"), "");
	cr_expect_str_eq(known(s, ""), "");
	OK(ub_store_account_meetings(s->store, UB_TEXT("other"), UB_TEXT("acme"), s->arena, &found));
	cr_expect_eq(found.n, 0);
	cr_expect_eq(all_of(s).n, 3);
}

STORY(gives_back_what_is_known_of_a_meeting_with_an_account)
{
	struct ub_store_meetings found;
	see(s, "m1", "acme", 100, 10);
	see(s, "m1", "acme", 100, 50);
	OK(ub_store_account_meetings(s->store, ORG, UB_TEXT("acme"), s->arena, &found));
	cr_assert_eq(found.n, 1);
	const struct ub_store_meeting *one = &found.items[0];
	IS(one->name, "Acme");
	IS(one->owner, "anna@ours.example");
	IS(one->guests, "cto@acme.example\nceo@acme.example");
	IS(one->executives, "ceo@acme.example");
	IS(one->ours, "anna@ours.example");
	IS(one->instance, "");
	cr_expect(one->start == 100 && one->end == 200 && one->first_seen == 10 && one->called_off == 0);
}

STORY(follows_a_meeting_that_moves_or_goes_over_to_another_account)
{
	see(s, "m1", "acme", 100, 10);
	see(s, "m2", "acme", 300, 10);
	see(s, "m1", "acme", 500, 20);
	cr_expect_str_eq(known(s, "acme"), "m2 m1", "it was moved");
	cr_expect_eq(all_of(s).items[0].first_seen, 10, "and yet is the same");
	see(s, "m1", "beta", 500, 30);
	cr_expect_str_eq(known(s, "acme"), "m2");
	cr_expect_str_eq(known(s, "beta"), "m1");
}

STORY(knows_of_what_was_called_off_and_that_it_may_come_back)
{
	see(s, "m1", "acme", 100, 10);
	say(s, "m1", NULL, 0, UB_STORE_SAYS_ALL, 20);
	cr_expect_str_eq(known(s, "acme"), "");
	cr_expect_eq(all_of(s).items[0].called_off, 20);
	say(s, "m1", NULL, 0, UB_STORE_SAYS_ALL, 30);
	cr_expect_eq(all_of(s).items[0].called_off, 20, "since then");
	see(s, "m1", "acme", 100, 40);
	cr_expect_str_eq(known(s, "acme"), "m1");
	cr_expect_eq(all_of(s).items[0].first_seen, 10);
	say(s, "m1", NULL, 0, UB_STORE_SAYS_ALL, 250);
	cr_expect_eq(all_of(s).items[0].called_off, 250, "it stands, and says that it did not take place");
}

STORY(keeps_what_was_held_when_its_object_goes)
{
	see(s, "held", "acme", 100, 10);
	see(s, "ahead", "acme", 300, 10);
	say(s, "held", NULL, 0, UB_STORE_SAYS_GONE, 250);
	say(s, "ahead", NULL, 0, UB_STORE_SAYS_GONE, 250);
	cr_expect_str_eq(known(s, "acme"), "held");
	cr_expect_eq(all_of(s).n, 2, "one of them called off");
}

STORY(remembers_nothing_of_what_has_become_private)
{
	see(s, "m1", "acme", 100, 10);
	see(s, "m2", "acme", 100, 10);
	say(s, "m1", NULL, 0, UB_STORE_SAYS_MUM, 250);
	cr_expect_eq(all_of(s).n, 1);
	IS(all_of(s).items[0].meeting_uid, "m2");
}

STORY(knows_each_instance_of_a_series)
{
	struct ub_store_meeting weeks[] = { of("w", "1", 100), of("w", "2", 800), of("w", "3", 1500) };
	say(s, "w", weeks, 3, UB_STORE_SAYS_ALL, 10);
	cr_expect_str_eq(known(s, "acme"), "w w w");
	say(s, "w", weeks + 2, 1, UB_STORE_SAYS_ALL, 300);
	struct ub_store_meetings all = all_of(s);
	cr_assert_eq(all.n, 3);
	cr_expect_eq(all.items[0].called_off, 0, "the first was held");
	cr_expect_eq(all.items[1].called_off, 300, "the second was called off");
	cr_expect_eq(all.items[2].called_off, 0);
	struct ub_store_meeting moved[] = { of("w", "3m", 1600), of("w", "4m", 2300) };
	say(s, "w", moved, 2, UB_STORE_SAYS_ALL, 400);
	all = all_of(s);
	cr_expect_eq(all.n, 3, "the held one and the moved ones");
	cr_expect_str_eq(known(s, "acme"), "w w w");
	cr_expect_eq(all.items[1].first_seen, 400);
}

STORY(does_not_pile_up_what_was_called_off)
{
	struct ub_store_meeting *many =
	    UB_NEW_ARRAY(s->arena, struct ub_store_meeting, UB_STORE_CALLED_OFF_MAX + 1);
	for (size_t i = 0; i < UB_STORE_CALLED_OFF_MAX + 1; i++)
		many[i] = of("w", ub_textf(s->arena, "%04zu", i).ptr, 1000 + (int64_t)i * 1000);
	say(s, "w", many, UB_STORE_CALLED_OFF_MAX, UB_STORE_SAYS_ALL, 10);
	say(s, "w", many, 1, UB_STORE_SAYS_ALL, 20);
	cr_expect_eq(all_of(s).n, UB_STORE_CALLED_OFF_MAX, "all but one called off");
	say(s, "w", many, UB_STORE_CALLED_OFF_MAX + 1, UB_STORE_SAYS_ALL, 30);
	say(s, "w", many, 1, UB_STORE_SAYS_ALL, 40);
	cr_expect_eq(all_of(s).n, 1, "one more than that, and what is called off goes");
}

STORY(forgets_meetings_and_periods_by_age)
{
	const struct ub_store_period old = {
		.organization = ORG, .uid = UB_TEXT("u"), .start = 0, .end = 99
	};
	see(s, "old", "acme", 100, 10);
	see(s, "young", "acme", 101, 10);
	OK(ub_store_put_period(s->store, ORG, UB_TEXT("u"), &old, 50));
	OK(ub_store_prune(s->store, 1000, 500, 99));
	cr_expect_eq(all_of(s).n, 2, "the texts go earlier");
	OK(ub_store_prune(s->store, 1000, 500, 201));
	cr_expect_str_eq(known(s, "acme"), "young");
	struct ub_store_periods periods;
	OK(ub_store_periods(s->store, ORG, s->arena, &periods));
	cr_expect_eq(periods.n, 0);
}

/* ---- periods ---- */

static const char *periods_of(struct story *s)
{
	struct ub_store_periods found;
	struct ub_buf out = UB_BUF(s->arena);
	OK(ub_store_periods(s->store, ORG, s->arena, &found));
	for (size_t i = 0; i < found.n; i++)
		ub_buf_printf(&out, "%s%.*s %lld-%lld %.*s %lld", i ? ", " : "", UB_ARGS(found.items[i].uid),
		    (long long)found.items[i].start, (long long)found.items[i].end,
		    UB_ARGS(found.items[i].health), (long long)found.items[i].first_seen);
	return ub_buf_cstr(&out);
}

static void open_period(
    struct story *s, const char *uid, int64_t start, int64_t end, const char *health, int64_t now)
{
	const struct ub_store_period period = { .organization = ORG,
		.uid = ub_text(uid),
		.start = start,
		.end = end,
		.account = UB_TEXT("acme"),
		.name = UB_TEXT("Acme"),
		.owner = UB_TEXT("anna@ours.example"),
		.health = ub_text(health) };
	OK(ub_store_put_period(s->store, ORG, ub_text(uid), &period, now));
}

STORY(keeps_the_periods_that_are_over_and_one_that_is_open)
{
	open_period(s, "a", 0, 100, "green", 5);
	open_period(s, "b", 0, 100, "", 6);
	cr_expect_str_eq(periods_of(s), "a 0-100 green 5, b 0-100  6");
	open_period(s, "a", 0, 100, "yellow", 50);
	open_period(s, "a", 100, 200, "yellow", 101);
	cr_expect_str_eq(periods_of(s), "a 0-100 yellow 5, a 100-200 yellow 101, b 0-100  6");
	open_period(s, "a", 140, 150, "red", 145);
	cr_expect_str_eq(periods_of(s), "a 0-100 yellow 5, a 140-150 red 101, b 0-100  6",
	    "another rhythm takes the open one's place, and is known for as long");
	OK(ub_store_put_period(s->store, ORG, UB_TEXT("a"), NULL, 147));
	cr_expect_str_eq(periods_of(s), "a 0-100 yellow 5, b 0-100  6");
}

STORY(lets_a_series_go_by_another_uid)
{
	const struct ub_store_item items[] = {
		{ .organization = ORG,
		    .meeting_uid = UB_TEXT("a"),
		    .identity = UB_TEXT("i"),
		    .uid = UB_TEXT("x"),
		    .href = UB_TEXT("/x"),
		    .owner = UB_TEXT("anna@ours.example"),
		    .state = UB_ITEM_DELETED },
		{ .organization = ORG,
		    .meeting_uid = UB_TEXT("a"),
		    .identity = UB_TEXT("k"),
		    .uid = UB_TEXT("y"),
		    .href = UB_TEXT("/y"),
		    .owner = UB_TEXT("anna@ours.example") },
		{ .organization = ORG,
		    .meeting_uid = UB_TEXT("aa"),
		    .identity = UB_TEXT("i"),
		    .uid = UB_TEXT("z"),
		    .href = UB_TEXT("/z"),
		    .owner = UB_TEXT("anna@ours.example") },
	};
	const struct ub_store_appointment taken = { .organization = ORG,
		.uid = UB_TEXT("y"),
		.person = UB_TEXT("anna@ours.example"),
		.meeting_uid = UB_TEXT("a"),
		.href = UB_TEXT("/y"),
		.start = 10,
		.end = 20,
		.item = true };
	struct ub_store_items found = { 0 };
	struct ub_store_appointments when = { 0 };
	bool changed;
	for (size_t i = 0; i < UB_COUNT(items); i++)
		OK(ub_store_put_item(s->store, &items[i]));
	OK(ub_store_put_appointment(s->store, &taken, &taken.person, 1, true, s->arena, &changed));
	open_period(s, "a", 0, 100, "green", 5);
	open_period(s, "a", 100, 200, "red", 105);
	open_period(s, "b", 100, 200, "yellow", 150);
	OK(ub_store_rename_series(s->store, ORG, UB_TEXT("a"), UB_TEXT("b")));
	cr_expect_str_eq(
	    periods_of(s), "b 0-100 green 5, b 100-200 yellow 150", "what is known already stays");
	OK(ub_store_items(s->store, ORG, UB_TEXT("a"), s->arena, &found));
	cr_expect_eq(found.n, 0);
	OK(ub_store_items(s->store, ORG, UB_TEXT("b"), s->arena, &found));
	cr_assert_eq(found.n, 2);
	cr_expect(ub_text_is(found.items[0].uid, "x") && found.items[0].state == UB_ITEM_DELETED);
	OK(ub_store_appointments(s->store, ORG, taken.person, 0, 100, s->arena, &when));
	cr_assert_eq(when.n, 1);
	cr_expect(ub_text_is(when.items[0].meeting_uid, "b"));
	OK(ub_store_items(s->store, ORG, UB_TEXT("aa"), s->arena, &found));
	cr_expect_eq(found.n, 1, "another series stays");
	OK(ub_store_rename_series(s->store, ORG, UB_TEXT("b"), UB_TEXT("b")));
	OK(ub_store_items(s->store, ORG, UB_TEXT("b"), s->arena, &found));
	cr_expect_eq(found.n, 2);
}

STORY(keeps_a_period_that_is_over_beside_a_longer_one_that_began_with_it)
{
	open_period(s, "a", 0, 100, "yellow", 5);
	open_period(s, "a", 100, 200, "yellow", 101);
	open_period(s, "a", 0, 300, "green", 150);
	cr_expect_str_eq(periods_of(s), "a 0-100 yellow 5, a 0-300 green 101");
	open_period(s, "a", 0, 300, "", 160);
	cr_expect_str_eq(periods_of(s), "a 0-100 yellow 5, a 0-300  101");
}

/* ---- rhythms ---- */

static void keep_rhythm(
    struct story *s, const char *uid, const char *every, const char *former, int64_t since)
{
	const struct ub_store_rhythm rhythm = { .organization = ORG,
		.uid = ub_text(uid),
		.every = ub_text(every),
		.former = ub_text(former),
		.wording = UB_TEXT("w"),
		.since = since };
	OK(ub_store_put_rhythm(s->store, &rhythm));
}

static const char *rhythm_of(struct story *s, const char *uid)
{
	struct ub_store_rhythm found;
	enum ub_store_result result = ub_store_rhythm(s->store, ORG, ub_text(uid), s->arena, &found);
	if (result == UB_STORE_NONE)
		return "none";
	OK(result);
	IS(found.organization, "ours");
	IS(found.uid, uid);
	return ub_textf(s->arena, "%.*s after %.*s since %lld by %.*s", UB_ARGS(found.every),
	    UB_ARGS(found.former), (long long)found.since, UB_ARGS(found.wording))
	    .ptr;
}

STORY(keeps_the_rhythm_in_force_and_the_one_before)
{
	cr_expect_str_eq(rhythm_of(s, "a"), "none");
	keep_rhythm(s, "a", "week", "", 5);
	keep_rhythm(s, "b", "quarter", "week", 6);
	cr_expect_str_eq(rhythm_of(s, "a"), "week after  since 5 by w");
	keep_rhythm(s, "a", "2 weeks", "week", 7);
	keep_rhythm(s, "a", "2 weeks", "week", 7);
	cr_expect_str_eq(rhythm_of(s, "a"), "2 weeks after week since 7 by w");
	keep_rhythm(s, "a", "2 weeks", "week", 8);
	cr_expect_str_eq(rhythm_of(s, "a"), "2 weeks after week since 8 by w");
	OK(ub_store_forget_rhythm(s->store, UB_TEXT("others"), UB_TEXT("a")));
	OK(ub_store_forget_rhythm(s->store, ORG, UB_TEXT("b")));
	OK(ub_store_forget_rhythm(s->store, ORG, UB_TEXT("b")));
	cr_expect_str_eq(rhythm_of(s, "b"), "none");
	cr_expect_str_eq(rhythm_of(s, "a"), "2 weeks after week since 8 by w");
}

STORY(lets_a_rhythm_go_by_another_uid)
{
	keep_rhythm(s, "a", "week", "", 5);
	OK(ub_store_rename_series(s->store, ORG, UB_TEXT("a"), UB_TEXT("b")));
	cr_expect_str_eq(rhythm_of(s, "a"), "none");
	cr_expect_str_eq(rhythm_of(s, "b"), "week after  since 5 by w");
	keep_rhythm(s, "a", "quarter", "", 6);
	OK(ub_store_rename_series(s->store, ORG, UB_TEXT("a"), UB_TEXT("b")));
	cr_expect_str_eq(rhythm_of(s, "a"), "none");
	cr_expect_str_eq(rhythm_of(s, "b"), "week after  since 5 by w", "what is known already stays");
}

STORY(forgets_rhythms_by_age)
{
	keep_rhythm(s, "old", "week", "", 99);
	keep_rhythm(s, "young", "week", "", 100);
	OK(ub_store_prune(s->store, 1000, 500, 100));
	cr_expect_str_eq(rhythm_of(s, "old"), "none");
	cr_expect_str_eq(rhythm_of(s, "young"), "week after  since 100 by w");
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
