/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_STORE_STORY_H
#define UPBEAT_TESTS_STORE_STORY_H

/* The behaviour of every store. Each story runs on each store. */
#include <criterion/criterion.h>

#include "upbeat/history.h"

struct story {
	struct ub_store *store;
	struct ub_arena *arena;
};

#define STORY(title)                                                                                         \
	static void title(struct story *s);                                                                  \
	Test(store, title)                                                                                   \
	{                                                                                                    \
		tell(title);                                                                                 \
	}                                                                                                    \
	static void title(struct story *s)

void tell(void (*story)(struct story *));

#define OK(call)            cr_assert_eq((call), UB_STORE_OK)
#define IS(a, b)            cr_assert(ub_text_is((a), (b)), "got: %.*s", UB_ARGS(a))
#define LEASE               ((int64_t)1000)
#define ORG                 UB_TEXT("ours")
#define GIVES(call, result) cr_assert_eq((call), UB_STORE_##result)

/* A key that anna put, due from that time on. */
struct ub_key key(const char *href, const char *principal);
void put(struct story *s, const char *href, int64_t due);
struct ub_job take(struct story *s, int64_t now);
bool nothing_due(struct story *s, int64_t now);
struct ub_job only_job(struct story *s);

#endif
