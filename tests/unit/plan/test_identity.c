/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "plan-private.h"

TestSuite(identity, .fini = ub_leak_check);

static const struct ub_item_key key = { { "m1@acme.example", 15 }, { "anna@ours.example", 17 }, { "prep", 4 },
	{ "prep", 4 } };

Test(identity, uid_is_a_uuid_of_version_8)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_text uid = plan_uid(&key, 1, arena);
	cr_assert_eq(uid.len, 36);
	for (size_t i = 0; i < uid.len; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		cr_assert_eq(uid.ptr[i] == '-', dash, "%.*s", UB_ARGS(uid));
	}
	cr_assert_eq(uid.ptr[14], '8');
	cr_assert(uid.ptr[19] == '8' || uid.ptr[19] == '9' || uid.ptr[19] == 'a' || uid.ptr[19] == 'b');
	ub_arena_free(&arena);
}

/* These identities find items in calendars. With other ones, every existing item would be a stranger. */
Test(identity, never_changes_between_versions)
{
	struct ub_arena *arena = ub_arena_new();
	cr_expect(ub_text_is(plan_uid(&key, 1, arena), "92baaf9d-e004-864a-b189-729a24000418"), "%.*s",
	    UB_ARGS(plan_uid(&key, 1, arena)));
	cr_expect(ub_text_is(plan_item_mark(&key, arena), "odbFpCuUwjXAufqWVgMn"), "%.*s",
	    UB_ARGS(plan_item_mark(&key, arena)));
	cr_expect(ub_text_is(ub_plan_rule_mark(UB_TEXT("prep"), arena), "Hz7l6H_JI5s5"), "%.*s",
	    UB_ARGS(ub_plan_rule_mark(UB_TEXT("prep"), arena)));
	ub_arena_free(&arena);
}

Test(identity, differs_in_every_part_and_generation)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_item_key keys[5];
	for (size_t i = 0; i < UB_COUNT(keys); i++)
		keys[i] = key;
	keys[0].meeting_uid = UB_TEXT("m2@acme.example");
	keys[1].owner = UB_TEXT("ben@ours.example");
	keys[2].family = UB_TEXT("prep2");
	keys[3].item = UB_TEXT("prep2");
	/* the same bytes, cut elsewhere */
	keys[4].family = UB_TEXT("prepp");
	keys[4].item = UB_TEXT("rep");
	struct ub_map *seen = ub_map_new(arena);
	ub_map_put(seen, plan_uid(&key, 1, arena), seen);
	cr_assert_null(ub_map_put(seen, plan_uid(&key, 2, arena), seen));
	for (size_t i = 0; i < UB_COUNT(keys); i++) {
		cr_assert_null(ub_map_put(seen, plan_uid(&keys[i], 1, arena), seen), "key %zu", i);
		cr_assert_null(ub_map_put(seen, plan_item_mark(&keys[i], arena), seen), "key %zu", i);
	}
	ub_arena_free(&arena);
}

Test(identity, shows_nothing_of_the_meeting)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_text name = plan_name(plan_uid(&key, 1, arena), arena);
	cr_assert(ub_text_ends(name, UB_TEXT(".ics")));
	cr_assert_eq(ub_text_find(name, UB_TEXT("prep"), 0), SIZE_MAX);
	cr_assert_eq(ub_text_find(name, UB_TEXT("acme"), 0), SIZE_MAX);
	ub_arena_free(&arena);
}

Test(identity, lists_first_generation_names_and_those_of_earlier_rule_names)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_text was[] = { UB_TEXT("prep-call") };
	struct ub_rule_item items[] = { { .name = UB_TEXT("prep") }, { .name = UB_TEXT("mail") } };
	struct ub_rule rule = { .name = UB_TEXT("short"),
		.group = UB_TEXT("prep"),
		.was = { was, 1, 1 },
		.items = items,
		.n_items = 2 };
	const struct ub_rule *list[] = { &rule };
	struct ub_ruleset rules = { .rules = list, .n_rules = 1 };
	struct ub_texts names =
	    ub_plan_names(&rules, key.meeting_uid, key.owner, (struct ub_turns){ 0 }, arena);
	cr_assert_eq(names.n, 4);
	cr_assert(ub_text_eq(names.items[0], plan_name(plan_uid(&key, 1, arena), arena)));
	struct ub_item_key earlier = key;
	earlier.family = was[0];
	cr_assert(ub_text_eq(names.items[1], plan_name(plan_uid(&earlier, 1, arena), arena)));
	ub_arena_free(&arena);
}
