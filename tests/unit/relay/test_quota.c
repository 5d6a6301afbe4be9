/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "relay-private.h"

TestSuite(quota, .fini = ub_leak_check);

Test(quota, has_places_for_as_many_as_it_says)
{
	struct quota quota;
	relay_quota_init(&quota, 3, 0);
	for (int i = 0; i < 3; i++)
		cr_assert(relay_quota_come(&quota));
	cr_assert_not(relay_quota_come(&quota));
	cr_assert_not(relay_quota_come(&quota), "who finds no place takes none");
	relay_quota_go(&quota);
	cr_assert(relay_quota_come(&quota));
	cr_assert_not(relay_quota_come(&quota));
}

Test(quota, gives_an_address_half_of_all_unless_it_is_said)
{
	struct quota quota;
	relay_quota_init(&quota, 1, 0);
	cr_assert_eq(quota.most_of_address, 1);
	relay_quota_init(&quota, 11, 0);
	cr_assert_eq(quota.most_of_address, 5);
	relay_quota_init(&quota, 11, 7);
	cr_assert_eq(quota.most_of_address, 7);
}

Test(quota, counts_each_address_by_itself)
{
	struct quota quota;
	relay_quota_init(&quota, 100, 2);
	cr_assert(relay_quota_take(&quota, 7));
	cr_assert(relay_quota_take(&quota, 7));
	cr_assert_not(relay_quota_take(&quota, 7));
	cr_assert(relay_quota_take(&quota, 0));
	relay_quota_give(&quota, 7);
	cr_assert(relay_quota_take(&quota, 7));
	cr_assert_not(relay_quota_take(&quota, 7));
	relay_quota_free(&quota);
}

/* The same by an array, for addresses that come and go in any order. */
Test(quota, agrees_with_plain_counting)
{
	enum { ADDRESSES = 1000, STEPS = 200000, MOST = 3 };
	static uint32_t counts[ADDRESSES];
	struct quota quota;
	uint32_t random = 1;
	relay_quota_init(&quota, 100, MOST);
	for (int i = 0; i < STEPS; i++) {
		random = random * 1664525 + 1013904223;
		uint32_t address = (random >> 8) % ADDRESSES;
		if (random >> 31 && counts[address] > 0) {
			relay_quota_give(&quota, address);
			counts[address]--;
		} else {
			bool taken = relay_quota_take(&quota, address);
			cr_assert_eq(taken, counts[address] < MOST);
			counts[address] += taken;
		}
	}
	size_t n = 0;
	for (int i = 0; i < ADDRESSES; i++)
		n += counts[i] > 0;
	cr_assert_eq(quota.n, n);
	for (uint32_t i = 0; i < ADDRESSES; i++)
		while (counts[i]-- > 0)
			relay_quota_give(&quota, i);
	cr_assert_eq(quota.n, 0);
	relay_quota_free(&quota);
}
