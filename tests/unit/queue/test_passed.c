/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "passed.h"

TestSuite(passed, .fini = ub_leak_check);

static struct ub_passed_meeting meeting(struct ub_text uid, const char *owner, const char *title)
{
	return (struct ub_passed_meeting){ .uid = uid,
		.owner = ub_text(owner),
		.title = ub_text(title),
		.start = 1,
		.end = 2,
		.why = UB_TEXT("because") };
}

Test(passed, keeps_the_last_of_each_and_no_more_than_the_limit)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_passed *passed = queue_passed_new();
	struct ub_passed_meeting of_anna = meeting(UB_TEXT("m"), "anna", "First");
	struct ub_passed_meeting of_ben = meeting(UB_TEXT("m"), "ben", "First");
	struct ub_passed_meeting again = meeting(UB_TEXT("m"), "anna", "Second");
	queue_passed_keep(passed, &of_anna);
	queue_passed_keep(passed, &of_ben);
	queue_passed_keep(passed, &again);
	struct ub_passed_meetings list = queue_passed_list(passed, arena);
	cr_assert_eq(list.n, 2);
	cr_assert(ub_text_is(list.items[0].title, "Second") && ub_text_is(list.items[0].owner, "anna"));
	cr_assert(ub_text_is(list.items[0].why, "because") && ub_text_is(list.items[1].title, "First"));
	for (int i = 0; i < UB_PASSED_MAX - 1; i++) {
		struct ub_passed_meeting other = meeting(ub_textf(arena, "%d", i), "", "");
		queue_passed_keep(passed, &other);
	}
	list = queue_passed_list(passed, arena);
	cr_assert_eq(list.n, UB_PASSED_MAX);
	for (size_t i = 0; i < list.n; i++)
		cr_assert(!ub_text_is(list.items[i].owner, "anna"), "the oldest has gone");
	const char *const titles[] = { "much longer than any that was kept in this place before it",
		"short" };
	for (size_t i = 0; i < UB_COUNT(titles); i++) {
		struct ub_passed_meeting other = meeting(UB_TEXT("0"), "", titles[i]);
		queue_passed_keep(passed, &other);
		list = queue_passed_list(passed, arena);
		size_t at = 0;
		while (at < list.n && !ub_text_is(list.items[at].uid, "0"))
			at++;
		cr_assert(at < list.n && ub_text_is(list.items[at].title, titles[i]));
		cr_assert(ub_text_is(list.items[at].why, "because"));
	}
	queue_passed_free(&passed);
	cr_assert_null(passed);
	ub_arena_free(&arena);
}

Test(passed, tells_those_without_a_uid_by_their_hrefs)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_passed *passed = queue_passed_new();
	static const char *const hrefs[] = { "/a.ics", "/b.ics", "/a.ics" };
	for (size_t i = 0; i < UB_COUNT(hrefs); i++) {
		struct ub_passed_meeting unread = meeting(UB_TEXT_NONE, "anna", "");
		unread.href = ub_text(hrefs[i]);
		queue_passed_keep(passed, &unread);
	}
	struct ub_passed_meetings list = queue_passed_list(passed, arena);
	cr_assert_eq(list.n, 2);
	cr_assert(ub_text_is(list.items[0].href, "/a.ics") && ub_text_is(list.items[1].href, "/b.ics"));
	queue_passed_free(&passed);
	ub_arena_free(&arena);
}
