/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "unusable.h"

TestSuite(unusable, .fini = ub_leak_check);

static void name_is(const char *authorization, const char *remote_user, bool certified, const char *wanted)
{
	struct ub_arena *arena = ub_arena_new();
	const struct ub_wire_write write = { .href = UB_TEXT("/alice/calendar/m.ics"),
		.certified = certified,
		.authorization = ub_text(authorization),
		.remote_user = ub_text(remote_user) };
	struct ub_text name = queue_unusable_name(&write, arena);
	cr_expect(ub_text_is(name, wanted), "%.*s", UB_ARGS(name));
	ub_arena_free(&arena);
}

Test(unusable, are_named_without_secrets)
{
	name_is("Digest username=\"alice\", response=\"s3cret\"", "", false, "alice (Digest)");
	name_is(
	    "digest realm=\"x\", response=\"s3cret\"", "", false, "somebody in /alice/calendar/ (digest)");
	name_is("Negotiate YIIZ", "", false, "somebody in /alice/calendar/ (Negotiate)");
	name_is("Negotiate YIIZ", "alice", false, "alice (Negotiate)");
	name_is("", "alice", false, "alice (named by a front)");
	name_is("", "alice", true, "alice (by certificate)");
	name_is("", "", true, "somebody in /alice/calendar/ (by certificate)");
	name_is("", "", false, "somebody in /alice/calendar/ (no Authorization)");
	name_is("s3cret", "", false, "somebody in /alice/calendar/ (no Authorization)");
	name_is("averyveryverylongs3cret x", "", false, "somebody in /alice/calendar/ (no Authorization)");
}

Test(unusable, are_noted_once_up_to_a_limit)
{
	struct ub_unusable *unusable = queue_unusable_new();
	struct ub_arena *arena = ub_arena_new();
	for (int i = 0; i < UB_UNUSABLE_MAX; i++)
		cr_assert(queue_unusable_note(unusable, ub_textf(arena, "user%d (Digest)", i)));
	cr_assert_not(queue_unusable_note(unusable, UB_TEXT("user0 (Digest)")));
	cr_assert_eq(queue_unusable_list(unusable, arena).more, 0);
	cr_assert_not(queue_unusable_note(unusable, UB_TEXT("one more (Digest)")));
	struct ub_queue_unusable list = queue_unusable_list(unusable, arena);
	cr_assert_eq(list.names.n, UB_UNUSABLE_MAX);
	cr_assert_eq(list.more, 1);
	queue_unusable_free(&unusable);
	ub_arena_free(&arena);
}
