/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <unistd.h>

#include "leaks.h"
#include "poller.h"
#include "retry.h"

enum { EVERY = 30000 };

static struct ub_arena *arena;
static struct ub_log *quiet;
static struct ub_poller *poller;

static void setup(void)
{
	arena = ub_arena_new();
	quiet = ub_log_new(STDERR_FILENO, UB_LOG_ERROR, UB_LOG_TEXT, "test");
	poller = queue_poller_new(quiet);
}

static void teardown(void)
{
	queue_poller_free(&poller);
	ub_log_free(&quiet);
	ub_arena_free(&arena);
	ub_leak_check();
}

TestSuite(poller, .init = setup, .fini = teardown);

static void set(const char *words)
{
	struct ub_texts calendars = { 0 };
	struct ub_text rest = ub_text(words), word;
	while (ub_text_split(&rest, ' ', &word))
		*ub_push(arena, &calendars) = word;
	queue_poller_set(poller, calendars);
}

static void next_is(int64_t now, const char *wanted)
{
	struct ub_text got = queue_poller_next(poller, now, arena);
	cr_assert(ub_text_is(got, wanted), "at %lld: got %.*s", (long long)now, UB_ARGS(got));
}

static void done(const char *calendar, const char *why, int64_t now)
{
	queue_poller_done(poller, ub_text(calendar), ub_text(why), EVERY, now);
}

Test(poller, looks_at_each_calendar_in_turn_and_at_two_at_once)
{
	set("/a/ /b /c/./ /a");
	next_is(0, "/a/");
	next_is(0, "/b/");
	next_is(0, "");
	done("/b/", "", 10);
	next_is(10, "/c/");
	done("/a/", "", 20);
	done("/c/", "", 30);
	next_is(EVERY + 9, "");
	next_is(EVERY + 10, "/b/");
	next_is(EVERY + 30, "/a/");
	next_is(EVERY + 30, "");
	cr_assert_eq(queue_poller_state(poller, arena).calendars, 3);
}

Test(poller, waits_longer_for_what_fails_again_and_again)
{
	int64_t now = 0;
	set("/a/");
	for (unsigned i = 1; i <= 100; i++) {
		int64_t pause = queue_retry_after(i) > EVERY ? queue_retry_after(i) : EVERY;
		next_is(now, "/a/");
		done("/a/", "down", now);
		next_is(now + pause - 1, "");
		now += pause;
	}
	cr_expect_gt(now, 60 * UB_RETRY_LATE_MS);
	next_is(now, "/a/");
	done("/a/", "", now);
	next_is(now + EVERY - 1, "");
	next_is(now + EVERY, "/a/");
}

Test(poller, tells_what_fails_until_it_does_not)
{
	set("/a/ /b/");
	next_is(0, "/a/");
	done("/a/", "down", 0);
	const struct ub_queue_polled failing = queue_poller_state(poller, arena);
	cr_assert_eq(failing.failing.n, 1);
	cr_expect(ub_text_is(failing.failing.items[0].calendar, "/a/"));
	cr_expect(ub_text_is(failing.failing.items[0].why, "down"));
	done("/a/", "", 0);
	cr_assert_eq(queue_poller_state(poller, arena).failing.n, 0);
}

Test(poller, knows_calendars_that_stay_in_the_settings)
{
	set("/a/ /b/");
	next_is(0, "/a/");
	next_is(0, "/b/");
	done("/b/", "down", 0);
	set("/c/ /b/ /a/");
	next_is(0, "/c/");
	next_is(0, "");
	done("/a/", "", 0);
	done("/c/", "", 0);
	cr_assert_eq(queue_poller_state(poller, arena).failing.n, 1);
	set("");
	next_is(INT64_MAX, "");
	done("/a/", "down", 0);
	cr_assert_eq(queue_poller_state(poller, arena).failing.n, 0);
}
