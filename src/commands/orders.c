/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Orders for everybody, `undo --everybody` and `backfill --everybody`, and for a user whose password is not
 * given. Each user's part is a key in the store: the service account does it, or it waits for his next
 * request.
 */
#include <string.h>

#include "control-private.h"
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

/* A backfill takes the place of what is left of an undo, and the other way round; of one user's, if one is
 * named. */
static void withdraw_opposite(const struct ub_telling *telling, const struct said *said, struct ub_text user)
{
	struct ub_known_jobs jobs = ub_queue_jobs(telling->daemon->queue, telling->out->arena);
	for (size_t i = 0; i < jobs.n; i++) {
		const struct ub_job *job = &jobs.items[i].job;
		struct said other;
		bool his = user.len == 0 || ub_text_eq(job->key.principal, user);
		if (his && job->key.kind == UB_KEY_ORDER &&
		    understand(job->key.href, &other, telling->out->arena) &&
		    other.backfill != said->backfill)
			(void)!ub_store_forget(telling->daemon->store, job);
	}
}

/* Takes the user's name from the end of the words. Empty: everybody is meant. */
static struct ub_text take_user(struct ub_text *words)
{
	const struct ub_text mark = UB_TEXT(UB_ORDER_USER);
	size_t at = ub_text_find(*words, mark, 0);
	if (at == SIZE_MAX)
		return UB_TEXT_NONE;
	struct ub_text user = ub_text_sub(*words, at + mark.len, words->len);
	*words = ub_text_sub(*words, 0, at);
	return user;
}

static void tell_taken(const struct ub_telling *telling, struct ub_text user, size_t n)
{
	struct ub_buf *out = telling->out;
	if (user.len == 0) {
		ub_buf_printf(out,
		    "%zu user%s known; for each it is done at the next request. upbeat status tells who is "
		    "left.\n",
		    n, n == 1 ? " is" : "s are");
		return;
	}
	bool served = ub_queue_service(telling->daemon->queue, out->arena).word == UB_SERVICE_ACCEPTED;
	ub_buf_printf(out, "%s for ", served ? "the service account does it" : "it is done");
	ub_buf_shown(out, user);
	ub_buf_printf(
	    out, "%s. upbeat status tells whether it is left.\n", served ? " now" : " at the next request");
}

/* Puts each one's part. False: the store has not taken it. */
static bool put_parts(const struct ub_telling *telling, struct ub_text words, const struct ub_texts *whom)
{
	const struct ub_control_input *daemon = telling->daemon;
	struct ub_key *keys = UB_NEW_ARRAY(telling->out->arena, struct ub_key, whom->n);
	int64_t now = ub_sys_now() * 1000;
	for (size_t i = 0; i < whom->n; i++)
		keys[i] = (struct ub_key){ .kind = UB_KEY_ORDER,
			.upstream = daemon->upstream,
			.href = words,
			.principal = whom->items[i] };
	if (whom->n && ub_store_put(daemon->store, keys, whom->n, now, now) != UB_STORE_OK)
		return ub_buf_printf(telling->out, "%s\n", ub_store_problem(daemon->store)), false;
	ub_queue_wake(daemon->queue);
	return true;
}

int control_take_order(const struct ub_telling *telling, struct ub_text words)
{
	const struct ub_control_input *daemon = telling->daemon;
	struct ub_arena *arena = telling->out->arena;
	struct ub_texts whom = { 0 };
	struct said said;
	struct ub_text user = take_user(&words);
	if (!understand(words, &said, arena))
		return ub_buf_str(telling->out, "no such order is known\n"), 1;
	if (said.backfill && telling->snapshot->without_rules)
		return ub_buf_str(telling->out,
			   "there are no rules until their mistakes are mended: upbeat status\n"),
		       1;
	if (user.len)
		*ub_push(arena, &whom) = user;
	else if (ub_store_principals(daemon->store, daemon->upstream, arena, &whom) != UB_STORE_OK)
		return ub_buf_printf(telling->out, "%s\n", ub_store_problem(daemon->store)), 1;
	withdraw_opposite(telling, &said, user);
	if (!put_parts(telling, words, &whom))
		return 1;
	tell_taken(telling, user, whom.n);
	return 0;
}
