/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Orders for everybody: `undo --everybody` and `backfill --everybody`. The daemon has no credentials of its
 * own, so that each user's part waits, as a key in the store, for his next request.
 */
#include <string.h>

#include "calendar-walk.h"
#include "control-private.h"
#include "upbeat/settings.h"
#include "upbeat/wire.h"

/* ---- what an order says: the words of the command line ---- */

struct said {
	bool backfill, force;
	struct ub_texts rules; /* of undo; none: all */
};

/* False: no order. */
static bool understand(struct ub_text words, struct said *said, struct ub_arena *arena)
{
	struct ub_text word;
	bool good = ub_text_split(&words, ' ', &word), undo = ub_text_is(word, "undo");
	*said = (struct said){ .backfill = ub_text_is(word, "backfill") };
	while (good && words.len && ub_text_split(&words, ' ', &word)) {
		bool rule = undo && ub_text_is(word, "--rule") && words.len;
		if (rule && ub_text_split(&words, ' ', &word))
			*ub_push(arena, &said->rules) = word;
		else if (undo && ub_text_is(word, "--force"))
			said->force = true;
		else if (!(undo && ub_text_is(word, "--all")))
			good = false;
	}
	return good && (undo || said->backfill);
}

/* ---- carried out ---- */

static struct ub_walk_access access_of(const struct ub_order *order)
{
	return (struct ub_walk_access){ order->caller, order->goes_on, order->context };
}

static bool remember(void *context, const struct ub_store_item *item)
{
	return ub_undo_remember(context, item);
}

static bool undo(const struct ub_order *order, const struct said *said, struct ub_text *why)
{
	struct ub_buf out = UB_BUF(order->arena);
	struct ub_walk_access access = access_of(order);
	struct ub_undo_result result;
	struct ub_undo_input input = { .snapshot = order->snapshot,
		.access = &access,
		.watched = order->watched,
		.force = said->force,
		.remember = remember,
		.context = order->store };
	for (size_t i = 0; i < said->rules.n; i++) {
		struct ub_texts marks =
		    ub_plan_marks_of(order->snapshot->rules, said->rules.items[i], order->arena);
		for (size_t k = 0; k < marks.n; k++)
			*ub_push(order->arena, &input.rule_marks) = marks.items[k];
	}
	bool good = ub_undo(&input, &result, &out);
	*why = good ? ub_textf(order->arena, "%zu removed, %zu restored, %zu kept, %zu failed",
			  result.removed, result.restored, result.kept, result.failed)
		    : result.why;
	return good;
}

/* Puts the keys of the user's meetings and accounts, which the daemon then looks at with the same
 * credentials.
 */
static bool put_keys(
    const struct ub_order *order, const struct ub_backfill_result *result, struct ub_text *why)
{
	const struct ub_texts *hrefs = &result->hrefs;
	struct ub_key *keys = UB_NEW_ARRAY(order->arena, struct ub_key, hrefs->n + 1);
	int64_t now = ub_sys_now() * 1000;
	for (size_t i = 0; i < hrefs->n; i++)
		keys[i] = (struct ub_key){ .kind = UB_KEY_OBJECT,
			.upstream = order->key->upstream,
			.href = hrefs->items[i],
			.principal = order->key->principal };
	size_t n = hrefs->n;
	if (result->accounts)
		keys[n++] = ub_store_account_key(
		    order->key->upstream, order->key->principal, UB_TEXT_NONE, order->arena);
	if (n == 0 || ub_store_put(order->store, keys, n, now, now) == UB_STORE_OK)
		return true;
	*why = ub_text_copy(order->arena, ub_text(ub_store_problem(order->store)));
	return false;
}

static bool backfill(const struct ub_order *order, struct ub_text *why)
{
	struct ub_buf out = UB_BUF(order->arena);
	struct ub_walk_access access = access_of(order);
	struct ub_backfill_result result;
	struct ub_backfill_input input = {
		.snapshot = order->snapshot, .access = &access, .watched = order->watched
	};
	bool good = ub_backfill(&input, &result, &out);
	*why = good ? ub_textf(order->arena, "%zu of %zu objects are looked at, %zu failed", result.hrefs.n,
			  result.seen, result.failed)
		    : result.why;
	return good && put_keys(order, &result, why);
}

bool ub_order_carry_out(const struct ub_order *order, struct ub_text *why)
{
	struct said said;
	*why = UB_TEXT("no such order is known");
	if (!understand(order->key->href, &said, order->arena))
		return true;
	bool good = said.backfill ? backfill(order, why) : undo(order, &said, why);
	/* If the engine ends meanwhile, the next one looks at all anew. */
	return good && order->goes_on(order->context);
}

/* ---- given ---- */

/* A backfill takes the place of what is left of an undo, and the other way round. */
static void withdraw_opposite(const struct ub_telling *telling, const struct said *said)
{
	struct ub_known_jobs jobs = ub_queue_jobs(telling->daemon->queue, telling->out->arena);
	for (size_t i = 0; i < jobs.n; i++) {
		const struct ub_job *job = &jobs.items[i].job;
		struct said other;
		if (job->key.kind == UB_KEY_ORDER && understand(job->key.href, &other, telling->out->arena) &&
		    other.backfill != said->backfill)
			(void)!ub_store_forget(telling->daemon->store, job);
	}
}

int control_take_order(const struct ub_telling *telling, struct ub_text words)
{
	const struct ub_control_input *daemon = telling->daemon;
	struct ub_arena *arena = telling->out->arena;
	struct ub_texts everybody;
	struct said said;
	int64_t now = ub_sys_now() * 1000;
	if (!understand(words, &said, arena))
		return ub_buf_str(telling->out, "no such order is known\n"), 1;
	if (said.backfill && telling->snapshot->without_rules)
		return ub_buf_str(telling->out,
			   "there are no rules until their mistakes are mended: upbeat status\n"),
		       1;
	if (ub_store_principals(daemon->store, daemon->upstream, arena, &everybody) != UB_STORE_OK)
		return ub_buf_printf(telling->out, "%s\n", ub_store_problem(daemon->store)), 1;
	struct ub_key *keys = UB_NEW_ARRAY(arena, struct ub_key, everybody.n);
	for (size_t i = 0; i < everybody.n; i++)
		keys[i] = (struct ub_key){ .kind = UB_KEY_ORDER,
			.upstream = daemon->upstream,
			.href = words,
			.principal = everybody.items[i] };
	withdraw_opposite(telling, &said);
	if (everybody.n && ub_store_put(daemon->store, keys, everybody.n, now, now) != UB_STORE_OK)
		return ub_buf_printf(telling->out, "%s\n", ub_store_problem(daemon->store)), 1;
	ub_queue_wake(daemon->queue);
	ub_buf_printf(telling->out,
	    "%zu user%s known; for each it is done at the next request. upbeat status tells who is left.\n",
	    everybody.n, everybody.n == 1 ? " is" : "s are");
	return 0;
}
