/* SPDX-License-Identifier: Apache-2.0 */
#include "story.h"

static struct ub_key doubtful(struct story *s, int number, const char *principal, enum ub_doubt doubt)
{
	struct ub_key k = key("/c/", principal);
	k.href = ub_textf(s->arena, "/c/%d", number);
	k.doubt = doubt;
	return k;
}

static void put_doubtful(struct story *s, int number, const char *principal, enum ub_doubt doubt, int64_t now)
{
	struct ub_key k = doubtful(s, number, principal, doubt);
	OK(ub_store_put(s->store, &k, 1, now, now));
}

static size_t count(struct story *s)
{
	struct ub_jobs jobs;
	OK(ub_store_jobs(s->store, s->arena, &jobs));
	return jobs.n;
}

static size_t expire(struct story *s, int64_t now)
{
	struct ub_jobs gone;
	OK(ub_store_expire(s->store, now, s->arena, &gone));
	return gone.n;
}

static bool has(struct story *s, int number)
{
	struct ub_jobs jobs;
	struct ub_text href = ub_textf(s->arena, "/c/%d", number);
	OK(ub_store_jobs(s->store, s->arena, &jobs));
	for (size_t i = 0; i < jobs.n; i++)
		if (ub_text_eq(jobs.items[i].key.href, href))
			return true;
	return false;
}

STORY(forgets_a_strangers_key_with_his_credentials)
{
	put_doubtful(s, 1, "nobody", UB_DOUBT_CALLER, 10);
	cr_assert_eq(expire(s, 10 + UB_CREDENTIAL_MS - 1), 0);
	cr_assert_eq(expire(s, 10 + UB_CREDENTIAL_MS), 1);
	cr_assert_eq(count(s), 0);
}

STORY(keeps_the_key_of_one_who_is_known_for_ninety_days)
{
	put_doubtful(s, 1, "anna", UB_DOUBT_WRITE, 10);
	put_doubtful(s, 2, "anna", UB_DOUBT_NONE, 10);
	cr_assert_eq(expire(s, 10 + UB_WAIT_MS - 1), 0);
	cr_assert_eq(expire(s, 10 + UB_WAIT_MS), 2);
}

STORY(forgets_no_key_that_is_being_worked_on)
{
	put_doubtful(s, 1, "nobody", UB_DOUBT_CALLER, 0);
	struct ub_job job = take(s, 10);
	cr_assert_eq(expire(s, UB_WAIT_MS), 0);
	OK(ub_store_settle(s->store, &job, 20));
}

STORY(trusts_a_stranger_who_is_heard_of)
{
	cr_assert_eq(ub_store_knows(s->store, UB_TEXT("http://up"), UB_TEXT("anna")), UB_STORE_NONE);
	put_doubtful(s, 1, "anna", UB_DOUBT_CALLER, 0);
	put_doubtful(s, 2, "ben", UB_DOUBT_CALLER, 0);
	OK(ub_store_heard(s->store, UB_TEXT("http://up"), UB_TEXT("anna"), 5, NULL));
	OK(ub_store_knows(s->store, UB_TEXT("http://up"), UB_TEXT("anna")));
	cr_assert_eq(ub_store_knows(s->store, UB_TEXT("http://up"), UB_TEXT("ben")), UB_STORE_NONE);
	cr_assert_eq(ub_store_knows(s->store, UB_TEXT("http://other"), UB_TEXT("anna")), UB_STORE_NONE);
	cr_assert_eq(expire(s, UB_CREDENTIAL_MS), 1);
	cr_assert(has(s, 1));
	cr_assert_eq(only_job(s).key.doubt, UB_DOUBT_WRITE);
}

STORY(trusts_a_key_that_was_put_as_a_strangers_just_after_he_was_heard_of)
{
	OK(ub_store_heard(s->store, UB_TEXT("http://up"), UB_TEXT("anna"), 5, NULL));
	put_doubtful(s, 1, "anna", UB_DOUBT_CALLER, 10);
	OK(ub_store_heard(s->store, UB_TEXT("http://up"), UB_TEXT("anna"), 20, NULL));
	cr_assert_eq(expire(s, 10 + UB_CREDENTIAL_MS), 0);
	cr_assert_eq(only_job(s).key.doubt, UB_DOUBT_WRITE);
}

STORY(believes_the_lesser_doubt_of_a_key_that_is_put_again)
{
	put_doubtful(s, 1, "anna", UB_DOUBT_CALLER, 0);
	put_doubtful(s, 1, "anna", UB_DOUBT_NONE, 5);
	put_doubtful(s, 1, "anna", UB_DOUBT_CALLER, 6);
	cr_assert_eq(only_job(s).key.doubt, UB_DOUBT_NONE);
	cr_assert_eq(only_job(s).expires, 5 + UB_WAIT_MS);
}

STORY(counts_the_keys_of_strangers)
{
	size_t n;
	put_doubtful(s, 1, "nobody", UB_DOUBT_CALLER, 0);
	put_doubtful(s, 2, "noone", UB_DOUBT_CALLER, 0);
	put_doubtful(s, 3, "anna", UB_DOUBT_WRITE, 0);
	put_doubtful(s, 4, "anna", UB_DOUBT_NONE, 0);
	OK(ub_store_strangers(s->store, &n));
	cr_assert_eq(n, 2);
}

STORY(keeps_so_many_doubtful_keys_of_one_principal_and_the_oldest_goes)
{
	put_doubtful(s, -1, "anna", UB_DOUBT_NONE, 0);
	put_doubtful(s, -2, "ben", UB_DOUBT_WRITE, 0);
	for (int i = 0; i < UB_STORE_DOUBTFUL_OF_ONE; i++)
		put_doubtful(s, i, "anna", UB_DOUBT_WRITE, 1 + i);
	cr_assert_eq(count(s), UB_STORE_DOUBTFUL_OF_ONE + 2);
	put_doubtful(s, UB_STORE_DOUBTFUL_OF_ONE, "anna", UB_DOUBT_WRITE, 1 + UB_STORE_DOUBTFUL_OF_ONE);
	cr_assert_eq(count(s), UB_STORE_DOUBTFUL_OF_ONE + 2);
	cr_assert(!has(s, 0) && has(s, 1) && has(s, -1) && has(s, -2));
}

STORY(keeps_so_many_doubtful_keys_in_all_and_a_strangers_goes_first)
{
	struct ub_key *keys = UB_NEW_ARRAY(s->arena, struct ub_key, UB_STORE_DOUBTFUL_MAX);
	for (int i = 0; i < UB_STORE_DOUBTFUL_MAX; i++) {
		keys[i] = doubtful(s, i, "", i == 7 ? UB_DOUBT_CALLER : UB_DOUBT_WRITE);
		keys[i].principal = ub_textf(s->arena, "user%d", i / 100);
	}
	OK(ub_store_put(s->store, keys, 7, 0, 0));
	OK(ub_store_put(s->store, keys + 7, UB_STORE_DOUBTFUL_MAX - 7, 5, 5));
	cr_assert_eq(count(s), UB_STORE_DOUBTFUL_MAX);
	put_doubtful(s, UB_STORE_DOUBTFUL_MAX, "anna", UB_DOUBT_WRITE, 9);
	cr_assert_eq(count(s), UB_STORE_DOUBTFUL_MAX);
	cr_assert(!has(s, 7));
	put_doubtful(s, UB_STORE_DOUBTFUL_MAX + 1, "anna", UB_DOUBT_WRITE, 9);
	cr_assert(!has(s, 0) && has(s, 1));
}

STORY(gives_strangers_their_time_anew_after_a_restart)
{
	put_doubtful(s, 1, "anna", UB_DOUBT_CALLER, 0);
	OK(ub_store_recover(s->store, true, UB_CREDENTIAL_MS));
	cr_assert_eq(expire(s, UB_CREDENTIAL_MS), 0);
	cr_assert_eq(expire(s, 2 * UB_CREDENTIAL_MS), 1);
}

STORY(knows_who_logs_in_as_a_principal)
{
	struct ub_text login;
	const struct ub_text up = UB_TEXT("http://up"), boss = UB_TEXT("/principals/boss/");
	GIVES(ub_store_put_login(s->store, up, UB_TEXT("boss@ours"), boss), NONE);
	OK(ub_store_heard(s->store, up, UB_TEXT("boss@ours"), 0, NULL));
	OK(ub_store_put_login(s->store, up, UB_TEXT("boss@ours"), boss));
	OK(ub_store_login(s->store, up, boss, s->arena, &login));
	IS(login, "boss@ours");
	GIVES(ub_store_login(s->store, up, UB_TEXT("/principals/other/"), s->arena, &login), NONE);
	OK(ub_store_href_of(s->store, up, UB_TEXT("boss@ours"), s->arena, &login));
	IS(login, "/principals/boss/");
	OK(ub_store_heard(s->store, up, UB_TEXT("anna"), 0, NULL));
	GIVES(ub_store_href_of(s->store, up, UB_TEXT("anna"), s->arena, &login), NONE);
	GIVES(ub_store_href_of(s->store, UB_TEXT("http://other"), UB_TEXT("boss@ours"), s->arena, &login),
	    NONE);
	/* He has another name by now. */
	OK(ub_store_heard(s->store, up, UB_TEXT("boss"), UB_STORE_HEARD_MS * 2, NULL));
	OK(ub_store_put_login(s->store, up, UB_TEXT("boss"), boss));
	OK(ub_store_login(s->store, up, boss, s->arena, &login));
	IS(login, "boss");
}

static struct ub_store_owners owners_of(struct story *s, const char *address)
{
	struct ub_store_owners owners;
	OK(ub_store_owners(s->store, UB_TEXT("http://up"), ub_text(address), s->arena, &owners));
	return owners;
}

static void put_owner(struct story *s, const char *principal, const char *address, int64_t now)
{
	const struct ub_store_owner owner = { .address = ub_text(address),
		.href = ub_textf(s->arena, "/%s/", principal),
		.principal = ub_text(principal),
		.claimed = now };
	OK(ub_store_heard(s->store, UB_TEXT("http://up"), owner.principal, now, NULL));
	OK(ub_store_put_owner(s->store, UB_TEXT("http://up"), &owner));
}

STORY(knows_who_has_an_address_and_who_had_it_first)
{
	const struct ub_store_owner stranger = { .address = UB_TEXT("a@ours"),
		.principal = UB_TEXT("stranger") };
	GIVES(ub_store_put_owner(s->store, UB_TEXT("http://up"), &stranger), NONE);
	put_owner(s, "zoe", "a@ours", 10);
	put_owner(s, "anna", "a@ours", 20);
	put_owner(s, "ben", "b@ours", 5);
	put_owner(s, "zoe", "a@ours", 30); /* as she has it since 10 */
	struct ub_store_owners owners = owners_of(s, "a@ours");
	cr_assert_eq(owners.n, 2);
	IS(owners.items[0].principal, "zoe");
	IS(owners.items[0].href, "/zoe/");
	cr_assert_eq(owners.items[0].claimed, 10);
	IS(owners.items[1].principal, "anna");
	cr_assert_eq(owners_of(s, "").n, 3);
	IS(owners_of(s, "").items[2].address, "b@ours");
	cr_assert_eq(owners_of(s, "a@our").n, 0);
	put_owner(s, "zoe", "c@ours", 40); /* she has another address by now */
	IS(owners_of(s, "a@ours").items[0].principal, "anna");
	cr_assert_eq(owners_of(s, "c@ours").items[0].claimed, 40);
}

STORY(wakes_all_that_waits_but_strangers_keys)
{
	const struct ub_text up = UB_TEXT("http://up");
	put_doubtful(s, 1, "anna", UB_DOUBT_NONE, 0);
	struct ub_job job = take(s, 1);
	OK(ub_store_wait(s->store, &job, 2, UB_TEXT("not now")));
	put_doubtful(s, 2, "ben", UB_DOUBT_CALLER, 0);
	struct ub_job stranger = take(s, 3);
	OK(ub_store_wait(s->store, &stranger, 4, UB_TEXT("not now")));
	OK(ub_store_wake(s->store, UB_TEXT("http://other"), 5));
	GIVES(ub_store_take(s->store, 6, 10, s->arena, &job), NONE);
	OK(ub_store_wake(s->store, up, 7));
	job = take(s, 8);
	cr_assert_eq(job.key.doubt, UB_DOUBT_NONE);
	GIVES(ub_store_take(s->store, 9, 10, s->arena, &job), NONE);
}

STORY(hands_a_key_over_to_the_owner_for_whom_it_waits)
{
	put(s, "/c/a", 0);
	struct ub_job job = take(s, 10);
	OK(ub_store_hand_over(s->store, &job, 20, UB_TEXT("boss"), UB_TEXT("waits for the owner")));
	struct ub_job handed = only_job(s);
	IS(handed.key.principal, "boss");
	IS(handed.key.href, "/c/a");
	IS(handed.reason, "waits for the owner");
	cr_assert_eq(handed.state, UB_JOB_WAITING);
	/* Anna's polls change nothing. */
	OK(ub_store_heard(s->store, UB_TEXT("http://up"), UB_TEXT("anna"), 30, NULL));
	cr_assert(nothing_due(s, 1000));
	OK(ub_store_heard(s->store, UB_TEXT("http://up"), UB_TEXT("boss"), 30, NULL));
	IS(take(s, 30).key.principal, "boss");
	GIVES(ub_store_hand_over(s->store, &job, 40, UB_TEXT("boss"), UB_TEXT_NONE), STALE);
}

STORY(hands_over_to_an_owner_who_has_such_a_key)
{
	struct ub_key his = key("/c/a", "boss");
	put(s, "/c/a", 0);
	struct ub_job job = take(s, 10);
	OK(ub_store_put(s->store, &his, 1, 15, 15));
	put(s, "/c/a", 15);
	OK(ub_store_hand_over(s->store, &job, 20, UB_TEXT("boss"), UB_TEXT("waits")));
	cr_assert_eq(count(s), 2);
	IS(take(s, 20).key.href, "/c/a");
	IS(take(s, 20).key.href, "/c/a");
	cr_assert(nothing_due(s, 1000));
}

STORY(hands_over_to_an_owner_whose_key_is_being_worked_on)
{
	struct ub_key his = key("/c/a", "boss");
	OK(ub_store_put(s->store, &his, 1, 0, 0));
	struct ub_job of_boss = take(s, 0);
	put(s, "/c/a", 5);
	struct ub_job of_anna = take(s, 5);
	OK(ub_store_hand_over(s->store, &of_anna, 10, UB_TEXT("boss"), UB_TEXT("waits")));
	OK(ub_store_settle(s->store, &of_boss, 20));
	/* His pass may have looked before anna stored it: another one follows. */
	IS(only_job(s).key.principal, "boss");
	IS(take(s, 20).key.principal, "boss");
}

STORY(hands_over_to_an_owner_whose_key_was_set_aside)
{
	struct ub_key his = key("/c/a", "boss");
	OK(ub_store_put(s->store, &his, 1, 0, 0));
	struct ub_job job = take(s, 0);
	job.failures = 3;
	OK(ub_store_set_aside(s->store, &job, 1, UB_TEXT("refused")));
	put(s, "/c/a", 5);
	job = take(s, 5);
	OK(ub_store_hand_over(s->store, &job, 10, UB_TEXT("boss"), UB_TEXT("waits")));
	cr_assert_eq(only_job(s).state, UB_JOB_WAITING);
	IS(only_job(s).reason, "waits");
	OK(ub_store_heard(s->store, UB_TEXT("http://up"), UB_TEXT("boss"), 30, NULL));
	cr_assert_eq(take(s, 30).failures, 0);
}

STORY(counts_failures_until_a_key_is_put_again)
{
	put(s, "/c/a", 0);
	struct ub_job job = take(s, 10);
	job.failures = 3;
	OK(ub_store_retry(s->store, &job, 20, 20, UB_TEXT("refused")));
	job = take(s, 20);
	cr_assert_eq(job.failures, 3);
	job.failures = 4;
	OK(ub_store_wait(s->store, &job, 30, UB_TEXT("refused")));
	OK(ub_store_heard(s->store, UB_TEXT("http://up"), UB_TEXT("anna"), 30, NULL));
	job = take(s, 30);
	cr_assert_eq(job.failures, 4);
	OK(ub_store_set_aside(s->store, &job, 40, UB_TEXT("refused")));
	cr_assert(nothing_due(s, INT64_MAX - 1));
	cr_assert_eq(only_job(s).state, UB_JOB_ASIDE);
	IS(only_job(s).reason, "refused");
	put(s, "/c/a", 50);
	cr_assert_eq(take(s, 50).failures, 0);
}

STORY(tells_whether_anything_waits_for_somebody)
{
	const struct ub_text up = UB_TEXT("http://up");
	GIVES(ub_store_waits(s->store, up, UB_TEXT("anna")), NONE);
	put(s, "/c/a", 0);
	OK(ub_store_waits(s->store, up, UB_TEXT("anna")));
	GIVES(ub_store_waits(s->store, up, UB_TEXT("ann")), NONE);
	GIVES(ub_store_waits(s->store, UB_TEXT("http://other"), UB_TEXT("anna")), NONE);
	struct ub_job job = take(s, 10);
	GIVES(ub_store_waits(s->store, up, UB_TEXT("anna")), NONE);
	OK(ub_store_wait(s->store, &job, 20, UB_TEXT_NONE));
	OK(ub_store_waits(s->store, up, UB_TEXT("anna")));
}

STORY(prunes_principals_and_aliases_that_are_not_heard_of_any_more)
{
	struct ub_text to;
	const struct ub_text up = UB_TEXT("http://up");
	OK(ub_store_heard(s->store, up, UB_TEXT("anna"), 100, NULL));
	OK(ub_store_put_alias(s->store, up, UB_TEXT("/a"), UB_TEXT("/b"), 100));
	OK(ub_store_prune(s->store, 100, 100, 100));
	OK(ub_store_knows(s->store, up, UB_TEXT("anna")));
	OK(ub_store_alias(s->store, up, UB_TEXT("/a"), s->arena, &to));
	OK(ub_store_prune(s->store, 101, 101, 101));
	GIVES(ub_store_knows(s->store, up, UB_TEXT("anna")), NONE);
	GIVES(ub_store_alias(s->store, up, UB_TEXT("/a"), s->arena, &to), NONE);
}
