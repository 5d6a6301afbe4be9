/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "open-writes.h"
#include "leaks.h"

static struct ub_arena *arena;
static struct ub_writes *writes;
static struct ub_key key;

static void setup(void)
{
	arena = ub_arena_new();
	writes = queue_writes_new();
	key = (struct ub_key){ UB_KEY_OBJECT, UB_TEXT("http://up"), UB_TEXT("/alice/c/1.ics"),
		UB_TEXT("alice"), UB_TEXT_NONE };
}

static void teardown(void)
{
	queue_writes_free(&writes);
	ub_arena_free(&arena);
	ub_leak_check();
}

TestSuite(writes, .init = setup, .fini = teardown);

static void announce(uint32_t slot, uint32_t generation, int64_t now)
{
	const struct ub_announced_write announced = { .id = { slot, generation },
		.keys = &key,
		.n_keys = 1,
		.authorization = UB_TEXT("Basic x"),
		.host = UB_TEXT("cal.example"),
		.client = ub_clients_family_of_agent(UB_TEXT("DAVx5/4.5")),
		.now = now };
	queue_writes_announce(writes, &announced);
}

static bool answer(uint32_t slot, uint32_t generation, bool changed)
{
	struct ub_answered_write answered;
	if (!queue_writes_answer(writes, (struct ub_wire_id){ slot, generation }, changed, &answered, arena))
		return false;
	cr_assert(ub_text_is(answered.credential->authorization, "Basic x"));
	cr_assert(answered.n_keys == 1 && ub_text_is(answered.keys[0].href, "/alice/c/1.ics"));
	queue_credential_free(&answered.credential);
	return true;
}

Test(writes, wait_for_the_answer_and_are_then_worked_on_once)
{
	announce(1, 1, 0);
	cr_assert_eq(queue_writes_of_key(writes, &key), UB_WRITE_OPEN);
	cr_assert(answer(1, 1, true));
	cr_assert(!answer(1, 1, true), "an answer counts once");
	cr_assert_eq(queue_writes_of_key(writes, &key), UB_WRITE_DONE);
	cr_assert_eq(queue_writes_of_key(writes, &key), UB_WRITE_UNHEARD);
}

Test(writes, that_were_refused_leave_nothing_to_do)
{
	announce(1, 1, 0);
	cr_assert(answer(1, 1, false));
	cr_assert_eq(queue_writes_of_key(writes, &key), UB_WRITE_VOID);
	cr_assert_eq(queue_writes_of_key(writes, &key), UB_WRITE_UNHEARD);
}

Test(writes, of_one_key_count_together)
{
	announce(1, 1, 0);
	announce(2, 1, 0);
	cr_assert(answer(1, 1, false));
	cr_assert_eq(queue_writes_of_key(writes, &key), UB_WRITE_OPEN, "the other one may still succeed");
	cr_assert(answer(2, 1, true));
	cr_assert_eq(queue_writes_of_key(writes, &key), UB_WRITE_DONE);
}

Test(writes, whose_id_is_given_to_another_exchange_are_looked_at)
{
	announce(1, 1, 0);
	announce(1, 1, 0);
	cr_assert_eq(queue_writes_of_key(writes, &key), UB_WRITE_DONE);
	cr_assert_eq(queue_writes_of_key(writes, &key), UB_WRITE_OPEN);
}

Test(writes, without_an_answer_are_forgotten_in_time)
{
	announce(1, 1, 0);
	queue_writes_expire(writes, UB_CREDENTIAL_MS);
	cr_assert_eq(queue_writes_of_key(writes, &key), UB_WRITE_OPEN);
	queue_writes_expire(writes, UB_CREDENTIAL_MS + 1);
	cr_assert_eq(queue_writes_of_key(writes, &key), UB_WRITE_UNHEARD);
	cr_assert(!answer(1, 1, true));
}

Test(writes, are_remembered_up_to_the_limit)
{
	for (uint32_t i = 0; i <= UB_WRITES_MAX; i++)
		announce(i, 7, 0);
	cr_assert(answer(UB_WRITES_MAX - 1, 7, true));
	cr_assert(!answer(UB_WRITES_MAX, 7, true));
}
