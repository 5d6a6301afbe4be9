/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The memory of meetings with accounts, and of how often there should be some: what every store does alike.
 */
#include "store-private.h"

static const struct ub_store_meeting *find_instance(
    const struct ub_store_meeting *meetings, size_t n, struct ub_text instance)
{
	for (size_t i = 0; i < n; i++)
		if (ub_text_eq(meetings[i].instance, instance))
			return &meetings[i];
	return NULL;
}

static bool is_same(const struct ub_store_meeting *a, const struct ub_store_meeting *b)
{
	const struct ub_text *const of_a[] = { &a->account, &a->name, &a->owner, &a->guests, &a->executives,
		&a->ours };
	const struct ub_text *const of_b[] = { &b->account, &b->name, &b->owner, &b->guests, &b->executives,
		&b->ours };
	return a->start == b->start && a->end == b->end && a->called_off == b->called_off &&
	       record_compare_texts(of_a, of_b, UB_COUNT(of_a)) == 0;
}

/* Whether a series was moved as a whole: an instance is known by the time that it first had. */
static bool is_moved(const struct ub_store_meetings *known, const struct ub_store_meeting *meetings, size_t n)
{
	if (n == 0)
		return false;
	for (size_t i = 0; i < known->n; i++)
		if (find_instance(meetings, n, known->items[i].instance))
			return false;
	return true;
}

/* What becomes of a meeting of which the object says nothing any more. */
struct missing {
	enum ub_store_said said;
	bool forget; /* what was to come */
	int64_t now;
};

static void miss(const struct missing *missing, const struct ub_store_meeting *meeting,
    struct ub_arena *arena, struct ub_store_meetings *out, struct ub_store_meetings *in)
{
	bool to_come = meeting->end > missing->now;
	/* The object of a meeting that is no series tells of it also when it is over. */
	bool told = to_come || (missing->said == UB_STORE_SAYS_ALL && meeting->instance.len == 0);
	if (missing->said == UB_STORE_SAYS_MUM || (told && missing->forget)) {
		*ub_push(arena, out) = *meeting;
	} else if (told && !meeting->called_off) {
		struct ub_store_meeting *called_off = ub_push(arena, in);
		*called_off = *meeting;
		called_off->called_off = missing->now;
	}
}

enum ub_store_result ub_store_put_meetings(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, const struct ub_store_meeting *meetings, size_t n, enum ub_store_said said,
    int64_t now, struct ub_arena *arena)
{
	struct ub_store_meetings known = { 0 }, out = { 0 }, in = { 0 };
	enum ub_store_result result =
	    store->ops->meetings(store, organization, meeting_uid, UB_TEXT_NONE, arena, &known);
	for (size_t i = 0; i < n && result == UB_STORE_OK; i++) {
		const struct ub_store_meeting *before =
		    find_instance(known.items, known.n, meetings[i].instance);
		struct ub_store_meeting meeting = meetings[i];
		meeting.first_seen = before ? before->first_seen : now;
		meeting.called_off = 0;
		if (!before || !is_same(before, &meeting))
			*ub_push(arena, &in) = meeting;
	}
	const struct missing missing = { said,
		is_moved(&known, meetings, n) || known.n > UB_STORE_CALLED_OFF_MAX, now };
	for (size_t i = 0; i < known.n && result == UB_STORE_OK; i++)
		if (!find_instance(meetings, n, known.items[i].instance))
			miss(&missing, &known.items[i], arena, &out, &in);
	if (result != UB_STORE_OK || out.n + in.n == 0)
		return result;
	return store->ops->change_meetings(store, &out, &in);
}

enum ub_store_result ub_store_account_meetings(struct ub_store *store, struct ub_text organization,
    struct ub_text account, struct ub_arena *arena, struct ub_store_meetings *meetings)
{
	*meetings = (struct ub_store_meetings){ 0 };
	return account.len ? store->ops->meetings(store, organization, UB_TEXT_NONE, account, arena, meetings)
			   : UB_STORE_OK;
}

enum ub_store_result ub_store_all_meetings(struct ub_store *store, struct ub_text organization,
    struct ub_arena *arena, struct ub_store_meetings *meetings)
{
	*meetings = (struct ub_store_meetings){ 0 };
	return store->ops->meetings(store, organization, UB_TEXT_NONE, UB_TEXT_NONE, arena, meetings);
}

enum ub_store_result ub_store_put_period(struct ub_store *store, struct ub_text organization,
    struct ub_text uid, const struct ub_store_period *period, int64_t now)
{
	return store->ops->put_period(store, organization, uid, period, now);
}

enum ub_store_result ub_store_rename_series(
    struct ub_store *store, struct ub_text organization, struct ub_text from, struct ub_text to)
{
	return ub_text_eq(from, to) ? UB_STORE_OK : store->ops->rename_series(store, organization, from, to);
}

enum ub_store_result ub_store_periods(struct ub_store *store, struct ub_text organization,
    struct ub_arena *arena, struct ub_store_periods *periods)
{
	*periods = (struct ub_store_periods){ 0 };
	return store->ops->periods(store, organization, arena, periods);
}

enum ub_store_result ub_store_put_rhythm(struct ub_store *store, const struct ub_store_rhythm *rhythm)
{
	struct ub_store_rhythm known;
	struct ub_arena *arena = ub_arena_new();
	enum ub_store_result result =
	    store->ops->rhythm(store, rhythm->organization, rhythm->uid, arena, &known);
	bool same = result == UB_STORE_OK && known.since == rhythm->since &&
		    ub_text_eq(known.every, rhythm->every) && ub_text_eq(known.former, rhythm->former) &&
		    ub_text_eq(known.wording, rhythm->wording);
	ub_arena_free(&arena);
	return same || result == UB_STORE_FAILED ? result : store->ops->put_rhythm(store, rhythm);
}

enum ub_store_result ub_store_rhythm(struct ub_store *store, struct ub_text organization, struct ub_text uid,
    struct ub_arena *arena, struct ub_store_rhythm *rhythm)
{
	return store->ops->rhythm(store, organization, uid, arena, rhythm);
}

/* Of most UIDs without a rhythm nothing is known, and a read is cheaper than a transaction. */
enum ub_store_result ub_store_forget_rhythm(
    struct ub_store *store, struct ub_text organization, struct ub_text uid)
{
	struct ub_store_rhythm known;
	struct ub_arena *arena = ub_arena_new();
	enum ub_store_result result = store->ops->rhythm(store, organization, uid, arena, &known);
	ub_arena_free(&arena);
	if (result == UB_STORE_OK)
		return store->ops->forget_rhythm(store, organization, uid);
	return result == UB_STORE_NONE ? UB_STORE_OK : result;
}
