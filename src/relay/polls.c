/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Clients look for changes by asking for a calendar's state again and again. The engine does the same for
 * what has not gone through Upbeat, when it is told of such a poll.
 *
 * A request costs three hashes here. The place of a user's client and a collection has the mark of who was
 * told last: the upper half says who, the lower half when, in seconds. Two that fall into one place take it
 * from each other, and the engine is told more often; it knows by itself when it has last looked.
 */
#include "relay-private.h"

enum { TIME_BITS = 32 };

/* The collection that the request looks at, as sent. Empty: it looks at none. */
static struct ub_text collection_of(const struct ub_http_head *head)
{
	struct ub_text rest = head->target, path;
	bool lists = ub_text_is(head->method, "PROPFIND") || ub_text_is(head->method, "REPORT");
	bool gets = ub_text_is(head->method, "GET") || ub_text_is(head->method, "HEAD");
	(void)ub_text_split(&rest, '?', &path);
	bool object = ub_text_ends_nocase(path, UB_TEXT(".ics"));
	if (object && (lists || gets))
		return ub_http_href_collection(path);
	return lists || (gets && ub_text_ends(path, UB_TEXT("/"))) ? path : UB_TEXT_NONE;
}

struct poll relay_poll(struct loop *loop, const struct ub_http_head *head, struct ub_text *collection)
{
	uint32_t every = loop->shared->poll_every, now = (uint32_t)(loop->now / 1000);
	*collection = every ? collection_of(head) : UB_TEXT_NONE;
	if (collection->len == 0)
		return (struct poll){ .due = false };
	/* By the golden ratio, as otherwise the hashes could cancel each other. Each of a user's clients
	 * counts for itself, so that the engine learns of all of them. */
	uint64_t hash = ub_text_hash(ub_http_value(head, "Authorization")) * UINT64_C(0x9e3779b97f4a7c15) +
			ub_text_hash(ub_http_value(head, "User-Agent"));
	hash = hash * UINT64_C(0x9e3779b97f4a7c15) + ub_text_hash(*collection);
	uint64_t who = hash >> TIME_BITS;
	struct poll poll = { .place = hash % UB_RELAY_POLLS, .mark = who << TIME_BITS | now };
	poll.before = loop->shared->polls[poll.place];
	poll.due = poll.before >> TIME_BITS != who || now - (uint32_t)poll.before >= every;
	return poll;
}

bool relay_poll_take(struct shared *shared, const struct poll *poll)
{
	uint64_t before = poll->before;
	return poll->due && atomic_compare_exchange_strong(&shared->polls[poll->place], &before, poll->mark);
}
