/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>

#include "story.h"

STORY(gives_keys_in_the_order_in_which_they_are_due)
{
	put(s, "/c/late", 300);
	put(s, "/c/soon", 100);
	put(s, "/c/next", 200);
	IS(take(s, 1000).key.href, "/c/soon");
	IS(take(s, 1000).key.href, "/c/next");
	IS(take(s, 1000).key.href, "/c/late");
	cr_assert(nothing_due(s, 1000));
}

STORY(gives_no_key_before_it_is_due)
{
	put(s, "/c/a", 100);
	cr_assert(nothing_due(s, 99));
	struct ub_job job = take(s, 100);
	IS(job.key.upstream, "http://up");
	IS(job.key.principal, "anna");
	IS(job.key.collection, "/c/");
	cr_assert(job.attempts == 1 && job.crashes == 0 && job.state == UB_JOB_LEASED);
}

STORY(keeps_one_of_equal_keys_and_the_earlier_time)
{
	put(s, "/c/a", 500);
	put(s, "/c/a", 100);
	put(s, "/c/a", 900);
	cr_assert_eq(only_job(s).due, 100);
}

STORY(keeps_keys_of_two_principals_and_kinds_apart)
{
	struct ub_key keys[] = { key("/c/a", "anna"), key("/c/a", "ben"), key("/c/a", "anna"),
		key("/c/a", "anna") };
	keys[2].kind = UB_KEY_COLLECTION;
	keys[3].upstream = UB_TEXT("http://other");
	OK(ub_store_put(s->store, keys, 4, 0, 0));
	for (int i = 0; i < 4; i++)
		take(s, 1);
	cr_assert(nothing_due(s, 1));
}

STORY(forgets_a_key_that_is_settled)
{
	struct ub_jobs jobs;
	put(s, "/c/a", 0);
	struct ub_job job = take(s, 10);
	OK(ub_store_settle(s->store, &job, 20));
	OK(ub_store_jobs(s->store, s->arena, &jobs));
	cr_assert_eq(jobs.n, 0);
	GIVES(ub_store_settle(s->store, &job, 20), STALE);
}

STORY(looks_again_when_a_key_was_put_while_it_was_worked_on)
{
	put(s, "/c/a", 0);
	struct ub_job job = take(s, 10);
	put(s, "/c/a", 50);
	put(s, "/c/a", 70);
	cr_assert(nothing_due(s, 100));
	OK(ub_store_settle(s->store, &job, 100));
	cr_assert(nothing_due(s, 49));
	cr_assert_eq(take(s, 50).attempts, 1);
}

STORY(takes_a_key_back_until_later_with_the_reason)
{
	put(s, "/c/a", 0);
	struct ub_job job = take(s, 10);
	OK(ub_store_retry(s->store, &job, 20, 500, UB_TEXT("the server is away")));
	cr_assert(nothing_due(s, 499));
	struct ub_job listed = only_job(s);
	IS(listed.reason, "the server is away");
	cr_assert_eq(listed.state, UB_JOB_QUEUED);
	cr_assert_eq(take(s, 500).attempts, 2);
}

STORY(does_not_wait_for_the_retry_when_a_key_was_put_meanwhile)
{
	put(s, "/c/a", 0);
	struct ub_job job = take(s, 10);
	put(s, "/c/a", 15);
	OK(ub_store_retry(s->store, &job, 20, 500, UB_TEXT_NONE));
	IS(take(s, 20).key.href, "/c/a");
}

STORY(does_not_wait_for_the_principal_when_a_key_was_put_meanwhile)
{
	put(s, "/c/a", 0);
	struct ub_job job = take(s, 10);
	put(s, "/c/a", 15);
	OK(ub_store_wait(s->store, &job, 20, UB_TEXT("no credentials")));
	IS(take(s, 20).key.href, "/c/a");
}

STORY(wakes_what_waits_for_a_principal)
{
	struct ub_key keys[] = { key("/c/a", "anna"), key("/c/b", "ben") };
	size_t woken;
	OK(ub_store_put(s->store, keys, 2, 0, 0));
	for (int i = 0; i < 2; i++) {
		struct ub_job job = take(s, 10);
		OK(ub_store_wait(s->store, &job, 20, UB_TEXT("no credentials")));
	}
	cr_assert(nothing_due(s, INT64_MAX - 1));
	OK(ub_store_heard(s->store, UB_TEXT("http://up"), UB_TEXT("ben"), 30, &woken));
	cr_assert_eq(woken, 1);
	IS(take(s, 30).key.href, "/c/b");
	cr_assert(nothing_due(s, 30));
	OK(ub_store_heard(s->store, UB_TEXT("http://elsewhere"), UB_TEXT("anna"), 30, NULL));
	cr_assert(nothing_due(s, 30));
}

STORY(forgets_a_key_that_nobody_has_touched_since)
{
	put(s, "/c/a", 0);
	struct ub_job queued = only_job(s);
	struct ub_job leased = take(s, 10);
	GIVES(ub_store_forget(s->store, &queued), NONE);
	GIVES(ub_store_forget(s->store, &leased), NONE);
	OK(ub_store_wait(s->store, &leased, 20, UB_TEXT("no credentials")));
	struct ub_job waiting = only_job(s), changed = waiting;
	changed.put++;
	GIVES(ub_store_forget(s->store, &changed), NONE);
	OK(ub_store_forget(s->store, &waiting));
	GIVES(ub_store_forget(s->store, &waiting), NONE);
}

STORY(lists_for_whom_keys_wait)
{
	struct ub_key keys[] = { key("/c/a", "anna"), key("/c/b", "ben"), key("/c/c", "anna"),
		key("/c/d", "zoe") };
	struct ub_texts waiting;
	/* One of anna's waits, the other one and ben's are queued; zoe's is being worked on. */
	OK(ub_store_put(s->store, &keys[0], 1, 0, 0));
	struct ub_job job = take(s, 10);
	OK(ub_store_wait(s->store, &job, 20, UB_TEXT("no credentials")));
	OK(ub_store_put(s->store, &keys[3], 1, 0, 0));
	take(s, 10);
	OK(ub_store_put(s->store, &keys[1], 2, 0, 0));
	OK(ub_store_waiting(s->store, UB_TEXT("http://up"), s->arena, &waiting));
	cr_assert_eq(waiting.n, 2);
	cr_assert(ub_text_is(waiting.items[0], "anna") != ub_text_is(waiting.items[1], "anna"));
	cr_assert(ub_text_is(waiting.items[0], "ben") != ub_text_is(waiting.items[1], "ben"));
	OK(ub_store_waiting(s->store, UB_TEXT("http://other"), s->arena, &waiting));
	cr_assert_eq(waiting.n, 0);
}

STORY(lists_whom_the_server_knows)
{
	struct ub_texts known;
	OK(ub_store_heard(s->store, UB_TEXT("http://up"), UB_TEXT("anna"), 10, NULL));
	OK(ub_store_heard(s->store, UB_TEXT("http://up"), UB_TEXT("anna"), 20, NULL));
	OK(ub_store_heard(s->store, UB_TEXT("http://other"), UB_TEXT("ben"), 10, NULL));
	OK(ub_store_principals(s->store, UB_TEXT("http://up"), s->arena, &known));
	cr_assert_eq(known.n, 1);
	cr_assert(ub_text_is(known.items[0], "anna"));
}

STORY(tells_whether_a_principal_has_something_untried)
{
	struct ub_key keys[] = { key("/c/gone", "anna"), key("/c/new", "anna"), key("/c/ben", "ben") };
	OK(ub_store_put(s->store, &keys[0], 1, 0, 0));
	struct ub_job gone = take(s, 0);
	GIVES(ub_store_untried(s->store, &gone, 100), NONE);
	OK(ub_store_put(s->store, &keys[2], 1, 5, 5));
	GIVES(ub_store_untried(s->store, &gone, 100), NONE);
	OK(ub_store_put(s->store, &keys[1], 1, 10, 4));
	GIVES(ub_store_untried(s->store, &gone, 9), NONE);
	OK(ub_store_untried(s->store, &gone, 10));
	struct ub_job new = take(s, 20);
	IS(new.key.href, "/c/new");
	OK(ub_store_untried(s->store, &gone, 10));
	OK(ub_store_retry(s->store, &new, 30, 40, UB_TEXT("again")));
	GIVES(ub_store_untried(s->store, &gone, 10), NONE);
}

STORY(queues_a_waiting_key_that_is_put_again)
{
	put(s, "/c/a", 0);
	struct ub_job job = take(s, 10);
	OK(ub_store_wait(s->store, &job, 20, UB_TEXT("no credentials")));
	put(s, "/c/a", 30);
	struct ub_job listed = only_job(s);
	cr_assert(listed.state == UB_JOB_QUEUED && listed.due == 30 && listed.reason.len == 0);
	cr_assert_eq(take(s, 30).attempts, 2, "not its first time");
}

STORY(lets_one_job_at_a_time_have_a_meeting)
{
	put(s, "/c/a", 0);
	put(s, "/c/b", 0);
	struct ub_job a = take(s, 10), b = take(s, 10);
	OK(ub_store_claim(s->store, &a, 20, ORG, UB_TEXT("uid-1")));
	OK(ub_store_claim(s->store, &a, 20, ORG, UB_TEXT("uid-1")));
	OK(ub_store_claim(s->store, &a, 20, ORG, UB_TEXT("uid-2")));
	GIVES(ub_store_claim(s->store, &b, 20, ORG, UB_TEXT("uid-1")), BUSY);
	OK(ub_store_claim(s->store, &b, 20, UB_TEXT("theirs"), UB_TEXT("uid-1")));
	OK(ub_store_settle(s->store, &a, 30));
	OK(ub_store_claim(s->store, &b, 40, ORG, UB_TEXT("uid-1")));
	OK(ub_store_claim(s->store, &b, 40, ORG, UB_TEXT("uid-2")));
}

STORY(lets_a_meeting_go_when_its_job_goes_back)
{
	put(s, "/c/a", 0);
	put(s, "/c/b", 0);
	struct ub_job a = take(s, 10), b = take(s, 10);
	OK(ub_store_claim(s->store, &a, 20, ORG, UB_TEXT("uid-1")));
	OK(ub_store_retry(s->store, &a, 20, 500, UB_TEXT_NONE));
	OK(ub_store_claim(s->store, &b, 20, ORG, UB_TEXT("uid-1")));
}

STORY(gives_a_meeting_to_others_when_the_lease_ran_out)
{
	put(s, "/c/a", 0);
	put(s, "/c/b", 500);
	struct ub_job a = take(s, 10);
	OK(ub_store_claim(s->store, &a, 20, ORG, UB_TEXT("uid-1")));
	struct ub_job b = take(s, 600);
	GIVES(ub_store_claim(s->store, &b, 10 + LEASE - 1, ORG, UB_TEXT("uid-1")), BUSY);
	OK(ub_store_claim(s->store, &b, 10 + LEASE, ORG, UB_TEXT("uid-1")));
	GIVES(ub_store_claim(s->store, &a, 10 + LEASE, ORG, UB_TEXT("uid-1")), STALE);
}

STORY(extends_a_lease)
{
	put(s, "/c/a", 0);
	struct ub_job job = take(s, 0);
	OK(ub_store_extend(s->store, &job, LEASE - 1, LEASE));
	cr_assert(nothing_due(s, 2 * LEASE - 2));
	OK(ub_store_settle(s->store, &job, 2 * LEASE - 2));
	GIVES(ub_store_extend(s->store, &job, 2 * LEASE, LEASE), STALE);
}

STORY(says_when_to_look_next)
{
	int64_t due;
	OK(ub_store_next_due(s->store, &due));
	cr_assert_eq(due, INT64_MAX);
	put(s, "/c/a", 70);
	put(s, "/c/b", 5000);
	OK(ub_store_next_due(s->store, &due));
	cr_assert_eq(due, 70);
	take(s, 100);
	OK(ub_store_next_due(s->store, &due));
	cr_assert_eq(due, 100 + LEASE);
}

/* ---- items, aliases, meetings ---- */

static struct ub_store_item item(const char *uid, const char *identity, int64_t changed)
{
	return (struct ub_store_item){ .organization = ORG,
		.meeting_uid = ub_text(uid),
		.identity = ub_text(identity),
		.rule = UB_TEXT("rule"),
		.id = UB_TEXT("prep/prep"),
		.owner = UB_TEXT("anna@ours.example"),
		.generation = 1,
		.upstream = UB_TEXT("http://up"),
		.uid = UB_TEXT("item-uid"),
		.href = UB_TEXT("/c/item"),
		.etag = UB_TEXT("\"1\""),
		.base = UB_TEXT("abc"),
		.state = UB_ITEM_EXISTS,
		.changed = changed };
}

STORY(remembers_items_by_meeting)
{
	struct ub_store_items items;
	struct ub_store_item all[] = { item("m2", "x", 1), item("m1", "b", 1), item("m1", "a", 1) };
	for (size_t i = 0; i < 3; i++)
		OK(ub_store_put_item(s->store, &all[i]));
	all[1].state = UB_ITEM_DELETED;
	all[1].generation = 2;
	all[1].etag = UB_TEXT("");
	OK(ub_store_put_item(s->store, &all[1]));
	OK(ub_store_items(s->store, ORG, UB_TEXT("m1"), s->arena, &items));
	cr_assert_eq(items.n, 2);
	IS(items.items[0].identity, "a");
	IS(items.items[0].base, "abc");
	IS(items.items[1].etag, "");
	cr_assert(items.items[1].state == UB_ITEM_DELETED && items.items[1].generation == 2);
	OK(ub_store_items(s->store, ORG, UB_TEXT_NONE, s->arena, &items));
	cr_assert_eq(items.n, 3);
	OK(ub_store_items(s->store, UB_TEXT("theirs"), UB_TEXT_NONE, s->arena, &items));
	cr_assert_eq(items.n, 0);
}

STORY(tells_of_which_meetings_somebody_has_items)
{
	struct ub_texts uids;
	struct ub_store_item all[] = { item("a/1", "x", 1), item("a/1", "y", 1), item("a/2", "x", 1),
		item("a/3", "x", 1), item("a0", "x", 1), item("b/1", "x", 1), item("a/4", "x", 1) };
	all[2].state = UB_ITEM_REMOVED;
	all[3].state = UB_ITEM_REMOVING;
	all[6].owner = UB_TEXT("somebody@ours.example");
	for (size_t i = 0; i < UB_COUNT(all); i++)
		OK(ub_store_put_item(s->store, &all[i]));
	OK(ub_store_item_uids(s->store, ORG, UB_TEXT("a/"), all[0].owner, s->arena, &uids));
	cr_assert_eq(uids.n, 2);
	IS(uids.items[0], "a/1");
	IS(uids.items[1], "a/3");
}

STORY(finds_an_item_by_its_place)
{
	struct ub_store_item found, one = item("m1", "a", 5), later = item("m2", "b", 6);
	OK(ub_store_put_item(s->store, &one));
	OK(ub_store_put_item(s->store, &later));
	OK(ub_store_item_at(s->store, ORG, one.upstream, one.href, s->arena, &found));
	IS(found.meeting_uid, "m2");
	one.changed = 7;
	one.outcome.counts_as = UB_TEXT("prep");
	OK(ub_store_put_item(s->store, &one));
	OK(ub_store_item_at(s->store, ORG, one.upstream, one.href, s->arena, &found));
	IS(found.meeting_uid, "m1");
	IS(found.outcome.counts_as, "prep");
	GIVES(ub_store_item_at(s->store, ORG, UB_TEXT("http://other"), one.href, s->arena, &found), NONE);
	GIVES(ub_store_item_at(s->store, ORG, one.upstream, UB_TEXT("/c/none"), s->arena, &found), NONE);
	one.href = UB_TEXT("/c/moved");
	OK(ub_store_put_item(s->store, &one));
	OK(ub_store_item_at(s->store, ORG, later.upstream, later.href, s->arena, &found));
	IS(found.meeting_uid, "m2");
}

STORY(follows_aliases_to_their_end)
{
	struct ub_text to;
	const struct ub_text up = UB_TEXT("http://up");
	GIVES(ub_store_alias(s->store, up, UB_TEXT("/a"), s->arena, &to), NONE);
	OK(ub_store_put_alias(s->store, up, UB_TEXT("/a"), UB_TEXT("/x"), 0));
	OK(ub_store_put_alias(s->store, up, UB_TEXT("/a"), UB_TEXT("/b"), 0));
	OK(ub_store_put_alias(s->store, up, UB_TEXT("/b"), UB_TEXT("/c"), 0));
	OK(ub_store_alias(s->store, up, UB_TEXT("/a"), s->arena, &to));
	IS(to, "/c");
	GIVES(ub_store_alias(s->store, UB_TEXT("http://other"), UB_TEXT("/a"), s->arena, &to), NONE);
}

STORY(follows_aliases_only_so_far)
{
	struct ub_text to;
	const struct ub_text up = UB_TEXT("http://up");
	for (int i = 0; i <= UB_STORE_ALIAS_HOPS; i++)
		OK(ub_store_put_alias(
		    s->store, up, ub_textf(s->arena, "/%d", i), ub_textf(s->arena, "/%d", i + 1), 0));
	OK(ub_store_alias(s->store, up, UB_TEXT("/1"), s->arena, &to));
	cr_assert(ub_text_eq(to, ub_textf(s->arena, "/%d", 1 + UB_STORE_ALIAS_HOPS)));
	OK(ub_store_alias(s->store, up, UB_TEXT("/0"), s->arena, &to));
	cr_assert(ub_text_eq(to, ub_textf(s->arena, "/%d", UB_STORE_ALIAS_HOPS)));
}

static struct ub_store_seen seen(const char *uid, const char *href, int64_t end)
{
	return (struct ub_store_seen){ .organization = ORG,
		.meeting_uid = ub_text(uid),
		.upstream = UB_TEXT("http://up"),
		.href = ub_text(href),
		.collection = UB_TEXT("/c/"),
		.principal = UB_TEXT("anna"),
		.owner = UB_TEXT("anna@ours.example"),
		.etag = UB_TEXT("\"1\""),
		.schedule_tag = UB_TEXT("\"s\""),
		.text = UB_TEXT("BEGIN:VCALENDAR"),
		.end = end,
		.changed = 5 };
}

STORY(remembers_meetings_as_they_were_last_seen)
{
	struct ub_store_seen out, a = seen("m1", "/c/a", 100), b = seen("m1", "/d/a", 100),
				  c = seen("m2", "/c/c", 50);
	struct ub_store_seens all;
	OK(ub_store_put_seen(s->store, &a));
	OK(ub_store_put_seen(s->store, &b));
	OK(ub_store_put_seen(s->store, &c));
	a.text = UB_TEXT("changed");
	a.meeting_uid = UB_TEXT("m3"); /* the path now holds another meeting */
	OK(ub_store_put_seen(s->store, &a));
	OK(ub_store_seen(s->store, ORG, UB_TEXT("http://up"), UB_TEXT("/c/a"), s->arena, &out));
	IS(out.text, "changed");
	IS(out.schedule_tag, "\"s\"");
	OK(ub_store_seens(s->store, ORG, UB_TEXT("m1"), s->arena, &all));
	cr_assert_eq(all.n, 1);
	IS(all.items[0].href, "/d/a");
	OK(ub_store_seens(s->store, ORG, UB_TEXT_NONE, s->arena, &all));
	cr_assert_eq(all.n, 3);
	OK(ub_store_forget_seen(s->store, ORG, UB_TEXT("http://up"), UB_TEXT("/c/a")));
	GIVES(ub_store_seen(s->store, ORG, UB_TEXT("http://up"), UB_TEXT("/c/a"), s->arena, &out), NONE);
	GIVES(ub_store_forget_seen(s->store, ORG, UB_TEXT("http://up"), UB_TEXT("/c/a")), NONE);
}

STORY(remembers_texts_up_to_the_limit)
{
	struct ub_store_seen big = seen("m1", "/c/a", 100);
	for (size_t extra = 0; extra < 2; extra++) {
		struct ub_buf buf = UB_BUF(s->arena);
		ub_buf_pad(&buf, 'x', UB_STORE_TEXT_MAX + extra);
		big.text = ub_buf_text(&buf);
		cr_assert_eq(ub_store_put_seen(s->store, &big), extra ? UB_STORE_FULL : UB_STORE_OK);
	}
}

STORY(forgets_by_age_but_not_the_items_of_a_meeting_to_come)
{
	struct ub_store_seen past = seen("past", "/c/a", 99), coming = seen("coming", "/c/b", 100);
	struct ub_store_item items[] = { item("past", "a", 1), item("coming", "a", 1), item("gone", "a", 99),
		item("gone", "b", 100) };
	struct ub_store_seens seens;
	struct ub_store_items left;
	OK(ub_store_put_seen(s->store, &past));
	OK(ub_store_put_seen(s->store, &coming));
	for (size_t i = 0; i < UB_COUNT(items); i++)
		OK(ub_store_put_item(s->store, &items[i]));
	OK(ub_store_prune(s->store, 100, 100, 100));
	OK(ub_store_seens(s->store, ORG, UB_TEXT_NONE, s->arena, &seens));
	cr_assert_eq(seens.n, 1);
	OK(ub_store_items(s->store, ORG, UB_TEXT_NONE, s->arena, &left));
	cr_assert_eq(left.n, 2);
	IS(left.items[0].meeting_uid, "coming");
	IS(left.items[1].identity, "b");
}

/* ---- several threads ---- */

#define WORKERS 4
#define KEYS    200

struct worker {
	struct ub_store *store;
	size_t settled, failed;
	uint64_t last;
};

static void work_on(struct worker *worker, struct ub_arena *arena, const struct ub_job *job)
{
	enum ub_store_result result = ub_store_claim(worker->store, job, 1, ORG, UB_TEXT("same-uid"));
	if (result == UB_STORE_BUSY)
		worker->failed += ub_store_retry(worker->store, job, 1, 1, UB_TEXT("busy")) != UB_STORE_OK;
	else
		worker->settled += ub_store_settle(worker->store, job, 1) == UB_STORE_OK;
	ub_arena_reset(arena);
}

static void *run_worker(void *context)
{
	struct worker *worker = context;
	struct ub_arena *arena = ub_arena_new();
	struct ub_job job;
	while (ub_store_take(worker->store, 1, LEASE, arena, &job) == UB_STORE_OK)
		work_on(worker, arena, &job);
	ub_arena_free(&arena);
	return NULL;
}

STORY(gives_each_key_to_one_of_several_threads)
{
	pthread_t threads[WORKERS];
	struct worker workers[WORKERS] = { 0 };
	size_t settled = 0;
	for (int i = 0; i < KEYS; i++)
		put(s, ub_textf(s->arena, "/c/%d", i).ptr, 0);
	for (int i = 0; i < WORKERS; i++) {
		workers[i].store = s->store;
		cr_assert_eq(pthread_create(&threads[i], NULL, run_worker, &workers[i]), 0);
	}
	for (int i = 0; i < WORKERS; i++) {
		pthread_join(threads[i], NULL);
		settled += workers[i].settled;
		cr_assert_eq(workers[i].failed, 0);
	}
	cr_assert_eq(settled, KEYS);
}
