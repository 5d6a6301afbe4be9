/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "alias.h"
#include "leaks.h"

static struct ub_arena *arena;
static struct ub_store *store;

static void setup(void)
{
	arena = ub_arena_new();
	store = ub_store_memory_open();
}

static void teardown(void)
{
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

static void learn(int status, const char *location)
{
	struct ub_key key = key_of("alice", "/bob/cal/m.ics");
	cr_assert(ub_alias_learn(store, &key, status, ub_text(location), UB_TEXT("cal.example"), arena));
}

static const char *alias_of(const char *principal)
{
	struct ub_text to =
	    ub_alias_of(store, upstream, ub_text(principal), UB_TEXT("/bob/cal/m.ics"), arena);
	return ub_text_cstr(arena, to);
}

Test(alias, is_where_the_server_has_moved_it_for_good)
{
	cr_expect_str_eq(alias_of("alice"), "/bob/cal/m.ics");
	learn(301, "/user/alice/bob.cal/m%2eics?x");
	cr_expect_str_eq(alias_of("alice"), "/user/alice/bob.cal/m.ics");
}

Test(alias, is_nobody_elses)
{
	learn(308, "/elsewhere/m.ics");
	cr_expect_str_eq(alias_of("bob"), "/bob/cal/m.ics");
}

Test(alias, may_name_this_server_in_either_way)
{
	learn(301, "https://cal.example/x.ics");
	cr_expect_str_eq(alias_of("alice"), "/x.ics");
	learn(301, "http://127.0.0.1:5232/y.ics");
	cr_expect_str_eq(alias_of("alice"), "/y.ics");
}

Test(alias, is_not_made_of_anything_else)
{
	static const char *const locations[] = { "https://evil.example/x.ics", "//evil.example/x.ics",
		"x.ics", "", "/bob/cal/m.ics", "https://cal.example@evil.example/x.ics" };
	for (size_t i = 0; i < UB_COUNT(locations); i++)
		learn(301, locations[i]);
	learn(302, "/x.ics");
	learn(307, "/x.ics");
	learn(201, "/x.ics");
	cr_expect_str_eq(alias_of("alice"), "/bob/cal/m.ics");
}
