/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "store-private.h"
#include "upbeat/decision.h"
#include "upbeat/history.h"

/* The meetings with an account: what passes tell the store of them, and what rules read. */

#define ACCOUNTS "accounts: [{source: yaml, path: accounts.conf}]\n"

static const char rules[] =
    "format: 1\n"
    "rules:\n"
    "  - name: say\n"
    "    when: meeting.customer && !meeting.title.contains('Lunch')\n"
    "    create:\n"
    "      - task: say\n"
    "        title: \"{{ has(account.next_meeting) && account.next_meeting == meeting.start"
    " ? 'First' : 'Later' }} {{ has(account.last_meeting) ? date(account.last_meeting, '%-d') : 'none' }}"
    " {{ has(account.seen) ? string(account.seen.meetings) + '/' + string(size(account.seen.people)) : '' }}"
    "\"\n"
    "        due: 2 hours before start\n";

static void set_up(void)
{
	world_set_up_with(rules, ACCOUNTS);
}

TestSuite(history, .init = set_up, .fini = world_tear_down);

static const char acme[] = "ATTENDEE:mailto:cto@acme.example\r\n";
static const char beta[] = "ATTENDEE:mailto:cto@beta.example\r\n";

static const char *path_of(const char *uid)
{
	return ub_textf(arena, "/alice/meetings/%s.ics", uid).ptr;
}

/* An hour from 13:00 UTC on that day of November. */
static void write_meeting(const char *uid, int on, const char *title, const char *more)
{
	struct ub_text text = ub_textf(arena,
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test//EN\r\nBEGIN:VEVENT\r\nUID:%s\r\n"
	    "DTSTAMP:20261101T000000Z\r\nDTSTART:202611%02dT130000Z\r\nDTEND:202611%02dT140000Z\r\n"
	    "SUMMARY:%s\r\nORGANIZER:mailto:alice@ours.example\r\nATTENDEE:mailto:alice@ours.example\r\n"
	    "%sEND:VEVENT\r\nEND:VCALENDAR\r\n",
	    uid, on, on, title, more);
	upstream_store(up, path_of(uid), text.ptr);
}

/* Works on the keys that passes have put, until there is none. Returns how many there were. */
static size_t drain(void)
{
	struct ub_job job;
	size_t n = 0;
	while (ub_store_take(store, now * 1000, UB_LEASE_MS, arena, &job) == UB_STORE_OK) {
		cr_assert_eq(pass_of(&job), UB_PASS_SETTLED, "%s", why);
		cr_assert_eq(ub_store_settle(store, &job, now * 1000), UB_STORE_OK);
		cr_assert_lt(++n, 100, "there is no end to it");
	}
	return n;
}

/* Stores the meeting. Returns how many others were looked at anew. */
static size_t put(const char *uid, int on, const char *more)
{
	write_meeting(uid, on, "Roadmap", more);
	cr_assert_eq(run_on(path_of(uid)), UB_PASS_SETTLED, "%s", why);
	return drain();
}

/* The title of the meeting's only item. */
static const char *says(const char *uid)
{
	struct ub_store_items items;
	cr_assert_eq(ub_store_items(store, ub_organization, ub_text(uid), arena, &items), UB_STORE_OK);
	cr_assert_eq(items.n, 1, "%s has %zu items", uid, items.n);
	struct ub_text text = ub_text(upstream_object(up, ub_text_cstr(arena, items.items[0].href)));
	size_t from = ub_text_find(text, UB_TEXT("SUMMARY:"), 0) + 8;
	return ub_text_cstr(arena, ub_text_sub(text, from, ub_text_find(text, UB_TEXT("\r\n"), from)));
}

Test(history, the_next_meeting_alone_says_it_in_whatever_order_they_are_stored)
{
	cr_expect_eq(put("m20", 20, acme), 0);
	cr_expect_str_eq(says("m20"), "First none 0/0");
	cr_expect_eq(put("m25", 25, acme), 0, "the next one stays");
	cr_expect_str_eq(says("m25"), "Later none 0/0");
	cr_expect_eq(put("m10", 10, acme), 2);
	cr_expect_str_eq(says("m10"), "First none 0/0");
	cr_expect_str_eq(says("m20"), "Later none 0/0");
	cr_expect_str_eq(says("m25"), "Later none 0/0");
}

Test(history, another_meeting_says_it_when_the_next_one_is_moved_or_deleted)
{
	put("m10", 10, acme);
	put("m20", 20, acme);
	cr_expect_eq(put("m10", 25, acme), 1);
	cr_expect_str_eq(says("m20"), "First none 0/0");
	cr_expect_str_eq(says("m10"), "Later none 0/0");
	upstream_delete(up, path_of("m20"), "");
	int64_t gone = now;
	now += 3600;
	cr_assert_eq(run_from(path_of("m20"), gone), UB_PASS_SETTLED, "%s", why);
	cr_expect_eq(drain(), 1);
	cr_expect_str_eq(says("m10"), "First none 0/0");
}

Test(history, another_meeting_says_it_when_the_next_one_counts_no_more)
{
	static const char *const more[] = { "STATUS:CANCELLED\r\n", "CLASS:PRIVATE\r\n",
		"CATEGORIES:no-upbeat\r\n", "ATTENDEE:mailto:cto@beta.example\r\n" };
	for (size_t i = 0; i < UB_COUNT(more); i++) {
		put("m20", 20, acme);
		cr_expect_geq(put("m10", 10, acme), 1, "%s", more[i]);
		cr_expect_str_eq(says("m20"), "Later none 0/0", "%s", more[i]);
		put("m10", 10, ub_textf(arena, "%s%s", acme, more[i]).ptr);
		cr_expect_str_eq(says("m20"), "First none 0/0", "%s", more[i]);
	}
	put("m10", 10, acme);
	put("m10", 10, "");
	cr_expect_str_eq(says("m20"), "First none 0/0", "nobody from outside comes any more");
}

Test(history, follows_a_meeting_from_one_account_to_another)
{
	put("a20", 20, acme);
	put("b20", 20, beta);
	put("m10", 10, acme);
	cr_expect_str_eq(says("a20"), "Later none 0/0");
	cr_expect_str_eq(says("b20"), "First none 0/0");
	cr_expect_eq(put("m10", 10, beta), 2);
	cr_expect_str_eq(says("a20"), "First none 0/0");
	cr_expect_str_eq(says("b20"), "Later none 0/0");
}

Test(history, a_meeting_to_which_no_rule_applies_does_not_count)
{
	put("m20", 20, acme);
	write_meeting("lunch", 10, "Lunch", acme);
	cr_assert_eq(run_on(path_of("lunch")), UB_PASS_SETTLED, "%s", why);
	cr_expect_eq(drain(), 0);
	cr_expect_str_eq(says("m20"), "First none 0/0");
	put("plain", 12, "ATTENDEE:mailto:cto@unknown.example\r\n");
	cr_expect_str_eq(says("plain"), "Later none", "nothing is known without an account");
}

Test(history, tells_when_they_last_met_how_often_and_whom)
{
	put("m10", 10, acme);
	put("m12", 12, "ATTENDEE:mailto:cto@acme.example\r\nATTENDEE:mailto:ceo@acme.example\r\n");
	now = NOW + 13 * 86400; /* the 15th */
	put("m20", 20, acme);
	cr_expect_str_eq(says("m20"), "First 12 2/2");
	/* A meeting that is stored when it is over was held, too. */
	write_meeting("m14", 14, "Roadmap", acme);
	write_meeting("lunch", 15, "Lunch", acme);
	run_on(path_of("m14"));
	run_on(path_of("lunch"));
	put("m25", 25, acme);
	cr_expect_str_eq(says("m25"), "Later 14 3/2");
}

Test(history, counts_the_copies_of_a_meeting_once)
{
	put("m10", 10, acme);
	struct ub_store_seen copy;
	cr_assert_eq(
	    ub_store_seen(store, ub_organization, UB_TEXT("up"), ub_text(path_of("m10")), arena, &copy),
	    UB_STORE_OK);
	copy.href = UB_TEXT("/bob/meetings/m10.ics");
	copy.owner = UB_TEXT("bob@ours.example");
	cr_assert_eq(ub_store_put_seen(store, &copy), UB_STORE_OK);
	now = NOW + 13 * 86400;
	put("m20", 20, acme);
	cr_expect_str_eq(says("m20"), "First 10 1/1");
}

Test(history, a_meeting_is_the_next_one_until_it_is_over)
{
	put("m10", 10, acme);
	put("m20", 20, acme);
	now = NOW + 8 * 86400 + 6 * 3600 - 1; /* the 10th, a second before 14:00 UTC */
	put("m20", 20, ub_textf(arena, "%sLOCATION:here\r\n", acme).ptr);
	cr_expect_str_eq(says("m20"), "Later none 0/0");
	now++;
	put("m20", 20, acme);
	cr_expect_str_eq(says("m20"), "First 10 1/1");
}

Test(history, looks_at_so_many_meetings_and_no_more)
{
	for (int i = 0; i < UB_HISTORY_LOOKS_MAX; i++)
		put(ub_textf(arena, "m%d", i).ptr, 12 + i, acme);
	cr_expect_eq(put("first", 11, acme), UB_HISTORY_LOOKS_MAX);
	put("more", 24, acme);
	cr_expect_eq(put("first", 10, acme), UB_HISTORY_LOOKS_MAX);
	cr_expect_str_eq(says("m0"), "Later none 0/0");
}

static const struct ub_store_ops *good;

/* The store knows of a meeting's own instances, and of no account's meetings. */
static enum ub_store_result no_meetings(struct ub_store *of, struct ub_text organization, struct ub_text uid,
    struct ub_text account, struct ub_arena *in, struct ub_store_meetings *found)
{
	return account.len ? UB_STORE_FAILED : good->meetings(of, organization, uid, account, in, found);
}

Test(history, writes_nothing_while_the_store_cannot_tell_of_other_meetings)
{
	good = store->ops;
	struct ub_store_ops failing = *good;
	failing.meetings = no_meetings;
	store->ops = &failing;
	write_meeting("m10", 10, "Roadmap", acme);
	cr_expect_eq(run_on(path_of("m10")), UB_PASS_AGAIN, "%s", why);
	cr_expect_eq(upstream_requests(up, "PUT"), 0);
	store->ops = good;
	cr_expect_eq(run_on(path_of("m10")), UB_PASS_SETTLED, "%s", why);
}

static void set_up_others(void)
{
	world_set_up_with("format: 1\nrules:\n  - name: prep\n    when: meeting.customer\n    create:\n"
			  "      - task: prep\n        title: Prepare\n        due: 2 hours before start\n",
	    ACCOUNTS);
}

TestSuite(no_history, .init = set_up_others, .fini = world_tear_down);

Test(no_history, rules_that_do_not_ask_cost_nothing)
{
	good = store->ops;
	struct ub_store_ops failing = *good;
	failing.meetings = no_meetings;
	store->ops = &failing;
	cr_expect(!snapshot->rules->reads_history);
	cr_expect_eq(put("m20", 20, acme), 0);
	cr_expect_eq(put("m10", 10, acme), 0, "no meeting is looked at anew");
	store->ops = good;
}
