/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

#include "upbeat/decision.h"

/* Keys of accounts: which there are, and into which calendar their items go. */

static const char rules[] = "format: 1\n"
			    "rules:\n"
			    "  - name: check-in\n"
			    "    for: account\n"
			    "    every: month\n"
			    "    create:\n"
			    "      - event: call\n"
			    "        title: \"{{ account.name }}\"\n"
			    "        duration: 15m\n";

static void set_up(void)
{
	world_set_up_with(rules, "accounts: [{source: yaml, path: accounts.conf}]\n");
	upstream_store(up, "/alice/first/", "");
	upstream_store(up, "/alice/second/", "");
}

TestSuite(accounts, .init = set_up, .fini = world_tear_down);

static struct ub_key key_of(const char *id)
{
	return ub_store_account_key(UB_TEXT("up"), UB_TEXT("alice"), ub_text(id), arena);
}

static void put(const char *id)
{
	struct ub_key key = key_of(id);
	cr_assert_eq(ub_store_put(store, &key, 1, now * 1000, now * 1000), UB_STORE_OK);
}

/* Works on the next key, and returns its href; NULL: there is none. */
static const char *work(void)
{
	struct ub_job job;
	if (ub_store_take(store, now * 1000, UB_LEASE_MS, arena, &job) != UB_STORE_OK)
		return NULL;
	cr_assert_eq(pass_of(&job), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(ub_store_settle(store, &job, now * 1000), UB_STORE_OK);
	return ub_text_cstr(arena, job.key.href);
}

Test(accounts, keys_name_their_account)
{
	struct ub_key all = key_of(NULL), one = key_of("acme/1");
	cr_expect_eq(ub_store_account_of(&all).len, 0);
	cr_expect(ub_text_is(ub_store_account_of(&one), "acme/1"));
	cr_expect(ub_text_is(one.href, "accounts/acme/1"));
}

Test(accounts, the_key_of_all_puts_one_for_each_that_the_user_owns)
{
	put(NULL);
	cr_assert_str_eq(work(), "accounts");
	cr_assert_eq(upstream_containing(up, "SUMMARY:Acme"), 0);
	cr_assert_str_eq(work(), "accounts/acme");
	cr_assert_gt(upstream_containing(up, "SUMMARY:Acme"), 0);
	cr_assert_null(work(), "beta is nobody's");
}

Test(accounts, what_belongs_to_no_meeting_goes_into_the_first_calendar)
{
	put("acme");
	work();
	cr_assert_gt(upstream_count(up, "/alice/first/"), 1);
	cr_assert_eq(upstream_count(up, "/alice/second/"), 1);
}

Test(accounts, it_goes_into_the_calendar_that_the_server_puts_invitations_into)
{
	upstream_set_default_calendar(up, "http://public.example/alice/second");
	put("acme");
	work();
	cr_assert_eq(upstream_count(up, "/alice/first/"), 1);
	cr_assert_gt(upstream_count(up, "/alice/second/"), 1);
}

Test(accounts, a_default_calendar_of_somebody_else_does_not_count)
{
	upstream_set_default_calendar(up, "/bob/calendar/");
	put("acme");
	work();
	cr_assert_gt(upstream_count(up, "/alice/first/"), 1);
	cr_assert_eq(upstream_count(up, "/bob/"), 0);
}

Test(accounts, the_calendar_is_not_looked_for_again_for_each_account)
{
	put("acme");
	work();
	size_t asked = upstream_requests(up, "PROPFIND");
	put("acme");
	work();
	cr_assert_eq(upstream_requests(up, "PROPFIND"), asked);
}

/* ---- whose address it is ---- */

static void see(const char *principal, int64_t heard)
{
	const struct ub_store_owner owner = { .address = UB_TEXT("alice@ours.example"),
		.href = ub_textf(arena, "/%s", principal),
		.principal = ub_text(principal),
		.claimed = heard };
	cr_assert_eq(ub_store_heard(store, UB_TEXT("up"), owner.principal, heard, NULL), UB_STORE_OK);
	cr_assert_eq(ub_store_put_owner(store, UB_TEXT("up"), &owner), UB_STORE_OK);
}

static struct ub_owner_findings findings(void)
{
	struct ub_owner_findings all;
	cr_assert(ub_owners_look(snapshot, store, UB_TEXT("up"), now * 1000, &all, arena));
	return all;
}

static bool says(struct ub_text text, const char *piece)
{
	return ub_text_find(text, ub_text(piece), 0) != SIZE_MAX;
}

Test(accounts, of_two_users_with_one_address_the_first_one_has_the_reviews)
{
	see("alicia", now * 1000 - 1);
	cr_assert_eq(ub_store_heard(store, UB_TEXT("up"), UB_TEXT("alice"), now * 1000, NULL), UB_STORE_OK);
	put("acme");
	work();
	cr_assert_eq(upstream_containing(up, "SUMMARY:Acme"), 0);
	cr_assert(strstr(why, "alicia has the address"), "%s", why);
	struct ub_owner_findings all = findings();
	cr_assert_eq(all.items[0].kind, UB_OWNER_SHARED);
	cr_assert(
	    says(all.items[0].text, "the users alicia and alice both have the address alice@ours.example"),
	    "%.*s", UB_ARGS(all.items[0].text));
}

Test(accounts, a_user_who_is_gone_for_long_has_no_address_any_more)
{
	see("alicia", now * 1000 - UB_CLAIM_MS - 1);
	cr_assert_eq(ub_store_heard(store, UB_TEXT("up"), UB_TEXT("alice"), now * 1000, NULL), UB_STORE_OK);
	put("acme");
	work();
	cr_assert_gt(upstream_containing(up, "SUMMARY:Acme"), 0);
	struct ub_owner_findings all = findings();
	cr_assert(all.n == 1 && all.items[0].kind == UB_OWNER_MISSING, "beta alone has no owner");
}
