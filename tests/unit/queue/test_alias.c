/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "alias.h"
#include "leaks.h"

static struct ub_arena *arena;
static struct ub_store *store;
static struct ub_redirects *redirects;

static void setup(void)
{
	arena = ub_arena_new();
	store = ub_store_memory_open();
	redirects = queue_redirects_new();
}

static void teardown(void)
{
	queue_redirects_free(&redirects);
	ub_store_close(&store);
	ub_arena_free(&arena);
	ub_leak_check();
}

TestSuite(alias, .init = setup, .fini = teardown);

static const struct ub_text upstream = { "http://127.0.0.1:5232", 21 };

static struct ub_key key_of(const char *principal, const char *href)
{
	return (struct ub_key){ .kind = UB_KEY_OBJECT,
		.upstream = upstream,
		.href = ub_text(href),
		.principal = ub_text(principal),
		.collection = UB_TEXT_NONE };
}

static int64_t now;

static void answer(const char *principal, const char *href, int status, const char *location)
{
	struct ub_key key = key_of(principal, href);
	const struct ub_alias_answer answer = { .key = &key,
		.status = status,
		.location = ub_text(location),
		.host = UB_TEXT("cal.example"),
		.now = now };
	cr_assert(queue_alias_learn(redirects, store, &answer, arena));
}

/* A client that is redirected repeats its write at the new path. */
static void learn(int status, const char *location, const char *path)
{
	answer("alice", "/bob/cal/m.ics", status, location);
	answer("alice", path, 201, "");
}

static const char *alias_of(const char *principal)
{
	struct ub_text to =
	    queue_alias_of(store, upstream, ub_text(principal), UB_TEXT("/bob/cal/m.ics"), arena);
	return ub_text_cstr(arena, to);
}

Test(alias, is_where_the_server_has_moved_it_for_good)
{
	cr_expect_str_eq(alias_of("alice"), "/bob/cal/m.ics");
	learn(301, "/user/alice/bob.cal/m%2eics?x", "/user/alice/bob.cal/m.ics");
	cr_expect_str_eq(alias_of("alice"), "/user/alice/bob.cal/m.ics");
}

Test(alias, is_nobody_elses)
{
	learn(308, "/elsewhere/m.ics", "/elsewhere/m.ics");
	cr_expect_str_eq(alias_of("bob"), "/bob/cal/m.ics");
}

Test(alias, may_name_this_server_in_either_way)
{
	learn(301, "https://cal.example/x.ics", "/x.ics");
	cr_expect_str_eq(alias_of("alice"), "/x.ics");
	learn(301, "http://127.0.0.1:5232/y.ics", "/y.ics");
	cr_expect_str_eq(alias_of("alice"), "/y.ics");
}

Test(alias, is_not_made_of_anything_else)
{
	static const char *const locations[] = { "https://evil.example/x.ics", "//evil.example/x.ics",
		"x.ics", "", "/bob/cal/m.ics", "https://cal.example@evil.example/x.ics" };
	for (size_t i = 0; i < UB_COUNT(locations); i++)
		learn(301, locations[i], "/x.ics");
	learn(302, "/x.ics", "/x.ics");
	learn(307, "/x.ics", "/x.ics");
	learn(201, "/x.ics", "/x.ics");
	cr_expect_str_eq(alias_of("alice"), "/bob/cal/m.ics");
}

Test(alias, is_learnt_only_when_the_same_user_writes_well_where_he_was_sent_to)
{
	static const int useless[] = { 0, 301, 401, 403, 404, 405, 412, 500, 503 };
	answer("alice", "/bob/cal/m.ics", 301, "/x.ics");
	for (size_t i = 0; i < UB_COUNT(useless); i++)
		answer("alice", "/x.ics", useless[i], "");
	answer("bob", "/x.ics", 201, "");
	answer("alice", "/other.ics", 201, "");
	cr_expect_str_eq(alias_of("alice"), "/bob/cal/m.ics");
	answer("alice", "/x.ics", 204, "");
	cr_expect_str_eq(alias_of("alice"), "/x.ics");
}

Test(alias, is_not_learnt_from_a_redirect_of_long_ago)
{
	answer("alice", "/bob/cal/m.ics", 301, "/x.ics");
	now = UB_CREDENTIAL_MS;
	answer("alice", "/x.ics", 204, "");
	cr_expect_str_eq(alias_of("alice"), "/bob/cal/m.ics");
}

Test(alias, is_not_learnt_from_more_redirects_than_are_kept)
{
	answer("alice", "/bob/cal/m.ics", 301, "/x.ics");
	for (int i = 0; i < UB_REDIRECTS_MAX; i++)
		answer("mallory", ub_text_cstr(arena, ub_textf(arena, "/%d", i)), 301, "/y.ics");
	answer("alice", "/x.ics", 204, "");
	cr_expect_str_eq(alias_of("alice"), "/bob/cal/m.ics");
}
