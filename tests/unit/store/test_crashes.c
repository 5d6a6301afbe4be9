/* SPDX-License-Identifier: Apache-2.0 */

/* Keys in work when a lease runs out, an engine dies, or the machine does. */
#include "story.h"

STORY(takes_nothing_from_a_job_whose_lease_ran_out)
{
	put(s, "/c/a", 0);
	struct ub_job old = take(s, 0);
	GIVES(ub_store_settle(s->store, &old, LEASE), STALE);
	struct ub_job job = take(s, LEASE);
	cr_assert_eq(job.crashes, 1);
	GIVES(ub_store_settle(s->store, &old, LEASE + 1), STALE);
	GIVES(ub_store_retry(s->store, &old, LEASE + 1, 0, UB_TEXT_NONE), STALE);
	GIVES(ub_store_wait(s->store, &old, LEASE + 1, UB_TEXT_NONE), STALE);
	OK(ub_store_settle(s->store, &job, LEASE + 1));
}

STORY(sets_a_key_aside_that_nobody_comes_to_an_end_with)
{
	put(s, "/c/a", 0);
	int64_t now = 0;
	for (unsigned i = 0; i < UB_STORE_CRASHES_MAX; i++, now += LEASE)
		cr_assert_eq(take(s, now).crashes, i);
	cr_assert(nothing_due(s, now));
	struct ub_job aside = only_job(s);
	cr_assert(aside.state == UB_JOB_ASIDE && aside.reason.len > 0);
	put(s, "/c/a", now);
	cr_assert_eq(take(s, now).crashes, 0);
}

STORY(tries_again_what_was_put_while_it_was_about_to_be_set_aside)
{
	put(s, "/c/a", 0);
	int64_t now = 0;
	for (unsigned i = 0; i < UB_STORE_CRASHES_MAX; i++, now += LEASE)
		take(s, now);
	put(s, "/c/a", now - 1);
	cr_assert_eq(take(s, now).crashes, UB_STORE_CRASHES_MAX);
	cr_assert(nothing_due(s, now + LEASE));
	cr_assert_eq(only_job(s).state, UB_JOB_ASIDE);
}

STORY(counts_no_crash_when_the_machine_died)
{
	put(s, "/c/a", 0);
	for (unsigned i = 0; i <= UB_STORE_CRASHES_MAX; i++) {
		struct ub_job job = take(s, 10);
		cr_assert_eq(job.crashes, 0);
		OK(ub_store_claim(s->store, &job, 10, ORG, UB_TEXT("uid-1")));
		OK(ub_store_recover(s->store, false, 10));
		GIVES(ub_store_settle(s->store, &job, 10), STALE);
	}
	put(s, "/c/b", 0);
	struct ub_job other = take(s, 10);
	IS(other.key.href, "/c/b");
	OK(ub_store_claim(s->store, &other, 10, ORG, UB_TEXT("uid-1")));
}

STORY(sets_aside_what_engines_died_at)
{
	put(s, "/c/a", 0);
	for (unsigned i = 0; i < UB_STORE_CRASHES_MAX; i++) {
		cr_assert_eq(take(s, 10).crashes, i);
		OK(ub_store_recover(s->store, true, 10));
	}
	OK(ub_store_recover(s->store, true, 10)); /* one engine died without work */
	cr_assert(nothing_due(s, 10));
	cr_assert_eq(only_job(s).state, UB_JOB_ASIDE);
}

STORY(gives_what_was_put_again_while_an_engine_died_at_it)
{
	put(s, "/c/a", 0);
	for (unsigned i = 0; i <= UB_STORE_CRASHES_MAX; i++) {
		take(s, 10);
		put(s, "/c/a", 10);
		OK(ub_store_recover(s->store, true, 10));
	}
	IS(take(s, 10).key.href, "/c/a");
}

/* Leases three keys, which are due again after a crash, and puts a fourth one. */
static void crash_at_three(struct story *s)
{
	put(s, "/c/a", 0);
	put(s, "/c/b", 1);
	put(s, "/c/c", 2);
	for (int i = 0; i < 3; i++)
		take(s, 10);
	OK(ub_store_recover(s->store, true, 20));
	put(s, "/c/new", 30);
}

STORY(gives_what_was_in_flight_at_a_crash_alone)
{
	crash_at_three(s);
	for (int i = 0; i < 3; i++) {
		struct ub_job job = take(s, 40);
		cr_assert_eq(job.crashes, 1);
		cr_assert(nothing_due(s, 40), "something beside it");
		OK(ub_store_settle(s->store, &job, 40));
	}
	IS(take(s, 40).key.href, "/c/new");
}

STORY(lets_what_is_leased_end_before_it_gives_one_that_is_to_be_alone)
{
	crash_at_three(s);
	struct ub_job first = take(s, 40);
	OK(ub_store_retry(s->store, &first, 40, 60, UB_TEXT_NONE));
	for (int i = 0; i < 2; i++) {
		struct ub_job job = take(s, 40);
		OK(ub_store_settle(s->store, &job, 40));
	}
	struct ub_job fresh = take(s, 50);
	IS(fresh.key.href, "/c/new");
	cr_assert(nothing_due(s, 60));
	int64_t due;
	OK(ub_store_next_due(s->store, &due));
	cr_assert_eq(due, 50 + LEASE, "not before the other ends");
	OK(ub_store_settle(s->store, &fresh, 60));
	cr_assert_eq(take(s, 60).id, first.id);
}

STORY(sets_the_one_aside_that_is_at_fault_and_no_innocent)
{
	crash_at_three(s);
	for (struct ub_job job;;) {
		job = take(s, 40);
		if (ub_text_is(job.key.href, "/c/new"))
			break;
		if (ub_text_is(job.key.href, "/c/b"))
			OK(ub_store_recover(s->store, true, 40));
		else
			OK(ub_store_settle(s->store, &job, 40));
	}
	struct ub_jobs jobs;
	OK(ub_store_jobs(s->store, s->arena, &jobs));
	cr_assert_eq(jobs.n, 2);
	IS(jobs.items[1].key.href, "/c/b");
	cr_assert_eq(jobs.items[1].state, UB_JOB_ASIDE);
}

STORY(does_not_wait_for_a_lease_that_ran_out)
{
	put(s, "/c/a", 0);
	put(s, "/c/b", 5);
	struct ub_job a = take(s, 0);
	(void)take(s, 10);
	OK(ub_store_extend(s->store, &a, 10, 3 * LEASE));
	IS(take(s, 10 + 3 * LEASE).key.href, "/c/a"); /* b's ran out first, a's is over as well */
}

STORY(gives_at_once_what_a_dead_daemon_had_put_off)
{
	put(s, "/c/a", 5000);
	cr_assert(nothing_due(s, 10));
	OK(ub_store_recover(s->store, false, 10));
	cr_assert_eq(take(s, 10).crashes, 0);
}

/* ---- a key that is known to be to blame ---- */

STORY(sets_aside_what_engines_ended_because_of_for_that_reason)
{
	put(s, "/c/a", 0);
	for (unsigned i = 0; i < UB_STORE_CRASHES_MAX; i++) {
		struct ub_job job = take(s, 10);
		cr_assert_eq(job.crashes, i);
		OK(ub_store_claim(s->store, &job, 10, ORG, UB_TEXT("uid-1")));
		OK(ub_store_blame(s->store, &job, 10, UB_TEXT("it is endless")));
		GIVES(ub_store_settle(s->store, &job, 10), STALE);
		OK(ub_store_recover(s->store, false, 10));
	}
	cr_assert(nothing_due(s, 10));
	struct ub_job aside = only_job(s);
	cr_assert_eq(aside.state, UB_JOB_ASIDE);
	IS(aside.reason, "it is endless");
	put(s, "/c/b", 10);
	struct ub_job other = take(s, 10);
	OK(ub_store_claim(s->store, &other, 10, ORG, UB_TEXT("uid-1")));
	put(s, "/c/a", 20);
	OK(ub_store_settle(s->store, &other, 20));
	cr_assert_eq(take(s, 20).crashes, 0);
}

STORY(suspects_no_other_key_when_it_knows_which_is_to_blame)
{
	put(s, "/c/a", 0);
	put(s, "/c/b", 1);
	struct ub_job a = take(s, 10), b = take(s, 10);
	OK(ub_store_blame(s->store, &a, 10, UB_TEXT("it is endless")));
	OK(ub_store_recover(s->store, false, 20));
	for (int i = 0; i < 2; i++) {
		struct ub_job job = take(s, 20);
		cr_assert_eq(job.crashes, job.id == a.id);
		cr_assert_eq(job.id == a.id, job.id != b.id);
		cr_assert(job.id == b.id || nothing_due(s, 20), "it is worked on alone");
		OK(ub_store_settle(s->store, &job, 20));
	}
}

STORY(tries_again_what_was_put_again_before_it_is_blamed)
{
	put(s, "/c/a", 0);
	for (unsigned i = 0; i <= UB_STORE_CRASHES_MAX; i++) {
		struct ub_job job = take(s, 10);
		put(s, "/c/a", 10);
		OK(ub_store_blame(s->store, &job, 10, UB_TEXT("it is endless")));
	}
	IS(take(s, 10).key.href, "/c/a");
}

STORY(blames_nobody_after_the_lease)
{
	put(s, "/c/a", 0);
	struct ub_job old = take(s, 0), job = take(s, LEASE);
	GIVES(ub_store_blame(s->store, &old, LEASE + 1, UB_TEXT("it is endless")), STALE);
	OK(ub_store_settle(s->store, &job, LEASE + 1));
}

/* ---- the version of an object at which engines have died ---- */

/* Is taken, reads that version, and dies of it. */
static void die_reading(struct story *s, const char *version)
{
	struct ub_job job = take(s, 10);
	OK(ub_store_reads(s->store, &job, 10, ub_text(version)));
	OK(ub_store_blame(s->store, &job, 10, UB_TEXT("it is endless")));
}

STORY(remembers_at_which_version_it_has_set_a_key_aside_however_it_is_put)
{
	put(s, "/c/a", 0);
	for (unsigned i = 0; i < UB_STORE_CRASHES_MAX; i++)
		die_reading(s, "v1");
	IS(only_job(s).version, "v1");
	put(s, "/c/a", 10);
	for (int i = 0; i < 2; i++) {
		struct ub_job job = take(s, 10);
		cr_assert_eq(job.crashes, 0);
		IS(job.version, "v1");
		IS(job.reason, "it is endless");
		OK(ub_store_set_aside(s->store, &job, 10, job.reason));
		OK(ub_store_hurry(s->store, &job.key, 1, 10, 10));
	}
	struct ub_job job = take(s, 10);
	OK(ub_store_wait(s->store, &job, 10, UB_TEXT("nobody is there")));
	IS(only_job(s).version, "v1");
	IS(only_job(s).reason, "it is endless");
	put(s, "/c/a", 10);
	job = take(s, 10);
	OK(ub_store_reads(s->store, &job, 10, UB_TEXT_NONE));
	OK(ub_store_wait(s->store, &job, 10, UB_TEXT("nobody is there")));
	IS(only_job(s).version, "");
	IS(only_job(s).reason, "nobody is there");
}

STORY(remembers_the_version_though_the_key_is_put_while_engines_die_of_it)
{
	put(s, "/c/a", 0);
	for (unsigned i = 0; i < UB_STORE_CRASHES_MAX; i++) {
		struct ub_job job = take(s, 10);
		OK(ub_store_reads(s->store, &job, 10, UB_TEXT("v1")));
		put(s, "/c/a", 10);
		OK(ub_store_blame(s->store, &job, 10, UB_TEXT("it is endless")));
	}
	struct ub_job job = take(s, 10);
	cr_assert_eq(job.crashes, 0, "whoever takes it compares versions");
	IS(job.version, "v1");
	IS(job.reason, "it is endless");
}

STORY(forgets_the_version_that_was_read_without_harm)
{
	put(s, "/c/a", 0);
	die_reading(s, "v1");
	struct ub_job job = take(s, 10);
	cr_assert_eq(job.crashes, 1);
	OK(ub_store_reads(s->store, &job, 10, UB_TEXT("v1")));
	OK(ub_store_retry(s->store, &job, 10, 10, UB_TEXT_NONE));
	IS(only_job(s).version, "");
	die_reading(s, "v2");
	put(s, "/c/a", 10);
	job = take(s, 10);
	IS(job.version, "v2");
	put(s, "/c/a", 10);
	OK(ub_store_settle(s->store, &job, 10));
	IS(only_job(s).version, "");
}

STORY(notes_no_version_after_the_lease)
{
	put(s, "/c/a", 0);
	struct ub_job old = take(s, 0), job = take(s, LEASE);
	GIVES(ub_store_reads(s->store, &old, LEASE + 1, UB_TEXT("v1")), STALE);
	OK(ub_store_settle(s->store, &job, LEASE + 1));
}
