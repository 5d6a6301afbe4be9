/* SPDX-License-Identifier: Apache-2.0 */

/* How the service account finds somebody, at a small server to which everybody is /%61lice. */
#include <criterion/criterion.h>

#include "leaks.h"
#include "upbeat/identity.h"
#include "upstream.h"

static struct ub_arena *arena;
static struct upstream *up;
static struct ub_caller caller;
static struct ub_identities *identities;
static struct ub_text domain = { "ours.example", 12 };
static struct ub_org org;

static void setup(void)
{
	ub_dav_init();
	arena = ub_arena_new();
	up = upstream_start();
	caller = (struct ub_caller){ .client = ub_client_new(upstream_base(up)),
		.authorization = UB_TEXT("Basic eA=="),
		.service = true };
	identities = ub_identities_new();
	org = (struct ub_org){ .domains = { &domain, 1, 1 }, .users = UB_TEXT("{user}@ours.example") };
}

static void teardown(void)
{
	ub_identities_free(&identities);
	ub_client_free(&caller.client);
	upstream_stop(&up);
	ub_arena_free(&arena);
	ub_dav_cleanup();
	ub_leak_check();
}

TestSuite(principal, .init = setup, .fini = teardown);

static enum ub_outcome find_with(
    const char *login, const char *address, const char *pattern, struct ub_text *href)
{
	const struct ub_whom whom = { ub_text(login), ub_text(address), ub_text(pattern) };
	return ub_identity_find(identities, &caller, &whom, &org, 0, href, arena);
}

static void finds(const char *login, const char *address, const char *wanted)
{
	struct ub_text href;
	cr_assert_eq(find_with(login, address, "", &href), UB_OUTCOME_OK, "%s %s", login, address);
	cr_expect(ub_text_is(href, wanted), "%.*s", UB_ARGS(href));
}

static void finds_nobody(const char *login, const char *address)
{
	struct ub_text href;
	cr_expect_eq(find_with(login, address, "", &href), UB_OUTCOME_GONE, "%s %s", login, address);
}

Test(principal, is_found_beside_the_service_accounts_own_by_the_name)
{
	finds("bob", "", "/bob");
}

Test(principal, is_found_by_the_name_that_the_address_is_made_of)
{
	finds("", "bob@ours.example", "/bob");
}

Test(principal, is_found_by_the_beginning_of_an_address_that_it_then_has)
{
	org.users = UB_TEXT_NONE;
	finds("", "bob@ours.example", "/bob");
	finds_nobody("", "bob@elsewhere.example");
}

Test(principal, is_not_one_who_has_another_address)
{
	finds_nobody("bob", "carol@ours.example");
}

Test(principal, is_whom_the_server_finds_if_the_address_is_his)
{
	upstream_store(up, "/alice/others/", "");
	finds("", "alice@ours.example", "/alice/others");
	finds("", "bob@ours.example", "/bob");
}

Test(principal, is_looked_for_by_the_name_where_the_server_cannot_search)
{
	static const int statuses[] = { 403, 404, 405, 501 };
	for (size_t i = 0; i < UB_COUNT(statuses); i++) {
		ub_identities_free(&identities);
		identities = ub_identities_new();
		upstream_fail(up, "REPORT", 1, statuses[i]);
		finds("", "bob@ours.example", "/bob");
	}
}

Test(principal, is_never_the_service_account)
{
	finds_nobody("alice", "");
}

Test(principal, is_nobody_by_a_name_that_leads_elsewhere)
{
	finds_nobody(".", "");
	finds_nobody("..", "");
	finds_nobody("", "..@elsewhere.example");
}

Test(principal, is_where_the_settings_say)
{
	struct ub_text href;
	cr_assert_eq(find_with("bob", "", "/{user}/principal/", &href), UB_OUTCOME_OK);
	cr_expect(ub_text_is(href, "/bob/principal"), "%.*s", UB_ARGS(href));
}

Test(principal, is_looked_for_again_when_the_server_could_not_say)
{
	struct ub_text href;
	upstream_fail(up, "PROPFIND", 1, 503);
	cr_expect_eq(find_with("bob", "", "", &href), UB_OUTCOME_AGAIN);
	upstream_fail(up, "PROPFIND", 1, 401);
	cr_expect_eq(find_with("bob", "", "", &href), UB_OUTCOME_DENIED);
	upstream_fail(up, "REPORT", 1, 503);
	cr_expect_eq(find_with("bob", "", "", &href), UB_OUTCOME_AGAIN);
	finds("bob", "", "/bob");
}

Test(principal, is_remembered_for_a_while)
{
	finds("bob", "", "/bob");
	size_t asked = upstream_requests(up, "PROPFIND") + upstream_requests(up, "REPORT");
	finds("bob", "", "/bob");
	cr_expect_eq(upstream_requests(up, "PROPFIND") + upstream_requests(up, "REPORT"), asked);
}
