/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The queue of the memory store.
 */
#include "memory-private.h"

#include <stdlib.h>
#include <string.h>

struct claim {
	struct ub_text organization, meeting_uid;
	const struct entry *entry; /* whose lease holds the claim, or has run out */
};

static const size_t claim_texts[] = {
	offsetof(struct claim, organization),
	offsetof(struct claim, meeting_uid),
};
static const struct shape claim_shape = { sizeof(struct claim), claim_texts, UB_COUNT(claim_texts) };

int memory_compare_claims(const void *left, const void *right)
{
	const struct claim *a = left, *b = right;
	const struct ub_text *const of_a[] = { &a->organization, &a->meeting_uid };
	const struct ub_text *const of_b[] = { &b->organization, &b->meeting_uid };
	return record_compare_texts(of_a, of_b, UB_COUNT(of_a));
}

/* ---- entries ---- */

static void set_text(char **to, struct ub_text text)
{
	free(*to);
	*to = NULL;
	if (text.len == 0)
		return;
	*to = strndup(text.ptr, text.len);
	if (!*to)
		abort();
}

static void set_reason(struct entry *entry, struct ub_text reason)
{
	set_text(&entry->reason, reason);
}

static void free_texts(struct entry *entry)
{
	free(entry->reason);
	free(entry->version);
}

static void release_claims(struct memory *memory, const struct entry *entry)
{
	for (size_t i = memory->claims.n; i > 0; i--) {
		struct claim *claim = memory->claims.items[i - 1];
		if (claim->entry != entry)
			continue;
		record_set_remove(&memory->claims, claim);
		free(claim);
	}
}

static struct entry *add(
    struct memory *memory, const struct ub_key *key, enum ub_job_state state, int64_t now, int64_t due)
{
	struct entry *entry =
	    record_new(&record_key_shape, key, sizeof(struct entry) - sizeof(struct ub_key));
	entry->id = ++memory->last_id;
	entry->state = state;
	entry->put = now;
	entry->due = due;
	entry->again = INT64_MAX;
	entry->expires = store_expiry(key->doubt, now);
	record_set_add(&memory->keys, entry);
	record_set_add(&memory->queue, entry);
	record_set_add(&memory->owned, entry);
	memory_queue_join_orders(memory, entry);
	return entry;
}

static void drop(struct memory *memory, struct entry *entry)
{
	release_claims(memory, entry);
	memory_queue_leave(memory, entry);
	memory_queue_leave_orders(memory, entry);
	record_set_remove(&memory->owned, entry);
	record_set_remove(&memory->keys, entry);
	free_texts(entry);
	free(entry);
}

void memory_queue_free(struct memory *memory)
{
	for (size_t i = 0; i < memory->keys.n; i++)
		free_texts(memory->keys.items[i]);
	record_set_free(&memory->claims);
	record_set_free(&memory->keys);
	struct set *const orders[] = { &memory->queue, &memory->leases, &memory->owned, &memory->expiring,
		&memory->doubtful, &memory->doubtful_of };
	for (size_t i = 0; i < UB_COUNT(orders); i++)
		free(orders[i]->items);
}

static void job_out(const struct entry *entry, struct ub_arena *arena, struct ub_job *job)
{
	*job = (struct ub_job){
		.id = entry->id,
		.lease = entry->lease,
		.state = entry->state,
		.put = entry->put,
		.due = entry->due,
		.attempts = entry->attempts,
		.crashes = entry->crashes,
		.failures = entry->failures,
		.expires = entry->expires,
		.reason = ub_text_copy(arena, ub_text(entry->reason)),
		.version = ub_text_copy(arena, ub_text(entry->version)),
	};
	record_out(&record_key_shape, &entry->key, arena, &job->key);
}

/* ---- putting ---- */

/* A key that is there is put once more, or is handed over to its principal. */
static void renew(struct memory *memory, struct entry *entry, enum ub_doubt doubt, int64_t now)
{
	int64_t expires = store_expiry(doubt, now);
	memory_queue_leave_orders(memory, entry);
	entry->put = now;
	entry->failures = 0;
	if (doubt < entry->key.doubt)
		entry->key.doubt = doubt;
	if (expires > entry->expires)
		entry->expires = expires;
	memory_queue_join_orders(memory, entry);
}

static void put_again(
    struct memory *memory, struct entry *entry, enum ub_doubt doubt, int64_t now, int64_t due)
{
	renew(memory, entry, doubt, now);
	if (entry->state == UB_JOB_LEASED) {
		entry->again = due < entry->again ? due : entry->again;
		return;
	}
	if (entry->state == UB_JOB_ASIDE)
		entry->crashes = 0;
	if (entry->state != UB_JOB_QUEUED)
		entry->attempts = 1; /* this is not its first time */
	if (entry->state == UB_JOB_WAITING || (entry->state == UB_JOB_ASIDE && !entry->version))
		set_reason(entry, UB_TEXT_NONE);
	memory_queue_move(memory, entry, UB_JOB_QUEUED, due < entry->due ? due : entry->due);
}

/* Drops the first `excess` entries from place `i` on, except leased ones. */
static void drop_oldest(struct memory *memory, const struct set *set, size_t i, size_t excess)
{
	for (; excess > 0 && i < set->n; excess--) {
		struct entry *entry = set->items[i];
		if (entry->state == UB_JOB_LEASED)
			i++;
		else
			drop(memory, entry);
	}
}

static void trim(struct memory *memory, const struct ub_key *key)
{
	const struct set *of = &memory->doubtful_of;
	size_t first = memory_queue_first_of(of, key->upstream, key->principal), n = 0;
	while (memory_queue_is_of(of, first + n, key->upstream, key->principal))
		n++;
	if (n > UB_STORE_DOUBTFUL_OF_ONE)
		drop_oldest(memory, of, first, n - UB_STORE_DOUBTFUL_OF_ONE);
	if (memory->doubtful.n > UB_STORE_DOUBTFUL_MAX)
		drop_oldest(memory, &memory->doubtful, 0, memory->doubtful.n - UB_STORE_DOUBTFUL_MAX);
}

static bool has_room(const struct memory *memory, const struct ub_key *keys, size_t n)
{
	size_t more = 0;
	for (size_t i = 0; i < n; i++)
		more += record_set_get(&memory->keys, &keys[i]) == NULL;
	return memory->keys.n + more <= UB_STORE_MEMORY_MAX;
}

enum ub_store_result memory_put(
    struct ub_store *store, const struct ub_key *keys, size_t n, bool hurry, int64_t now, int64_t due)
{
	(void)hurry;
	struct memory *memory = memory_lock(store);
	bool room = has_room(memory, keys, n);
	for (size_t i = 0; i < n && room; i++) {
		struct entry *entry = record_set_get(&memory->keys, &keys[i]);
		if (entry)
			put_again(memory, entry, keys[i].doubt, now, due);
		else
			add(memory, &keys[i], UB_JOB_QUEUED, now, due);
		if (keys[i].doubt != UB_DOUBT_NONE)
			trim(memory, &keys[i]);
	}
	memory_unlock(memory);
	return room ? UB_STORE_OK : UB_STORE_FULL;
}

/* ---- taking ---- */

/* Ends a lease whose work came to no end. `why`: the worker died at the key, or hangs; empty: the key has
 * nothing to do with it. A key that was put again meanwhile is tried again, but not at the version at which
 * workers died, if that is known. */
static void end_lease(struct memory *memory, struct entry *entry, struct ub_text why, int64_t now)
{
	entry->crashes += why.len > 0;
	bool over = why.len && entry->crashes >= UB_STORE_CRASHES_MAX;
	bool aside = over && entry->again == INT64_MAX, known = over && entry->version;
	release_claims(memory, entry);
	entry->lease = 0;
	entry->again = INT64_MAX;
	if (aside || known)
		set_reason(entry, why);
	if (known)
		entry->crashes = 0;
	memory_queue_move(memory, entry, aside ? UB_JOB_ASIDE : UB_JOB_QUEUED, aside ? INT64_MAX : now);
}

enum ub_store_result memory_recover(struct ub_store *store, bool crashed, int64_t now)
{
	struct memory *memory = memory_lock(store);
	while (memory->leases.n > 0)
		end_lease(memory, memory->leases.items[0],
		    crashed ? UB_TEXT(UB_STORE_ASIDE_REASON) : UB_TEXT_NONE, now);
	for (size_t i = 0; i < memory->keys.n; i++) {
		struct entry *entry = memory->keys.items[i];
		if (entry->state == UB_JOB_QUEUED && entry->due > now)
			memory_queue_move(memory, entry, UB_JOB_QUEUED, now);
		if (entry->key.doubt != UB_DOUBT_CALLER)
			continue;
		memory_queue_leave_orders(memory, entry);
		entry->expires = store_expiry(UB_DOUBT_CALLER, now);
		memory_queue_join_orders(memory, entry);
	}
	memory_unlock(memory);
	return UB_STORE_OK;
}

/* Whether the entry has to wait for leased ones: one of them is to be worked on alone. */
static bool is_held_back(const struct memory *memory, const struct entry *entry)
{
	for (size_t i = 0; i < memory->leases.n; i++) {
		const struct entry *leased = memory->leases.items[i];
		if (entry->crashes || leased->crashes)
			return true;
	}
	return false;
}

static struct entry *first_due(struct memory *memory, int64_t now)
{
	const struct ub_text why = UB_TEXT(UB_STORE_ASIDE_REASON);
	for (struct entry *oldest; memory->leases.n > 0; end_lease(memory, oldest, why, now)) {
		oldest = memory->leases.items[0];
		if (oldest->due > now)
			break;
	}
	struct entry *first = memory->queue.n ? memory->queue.items[0] : NULL;
	return first && first->due <= now && !is_held_back(memory, first) ? first : NULL;
}

enum ub_store_result memory_take(
    struct ub_store *store, int64_t now, int64_t lease_ms, struct ub_arena *arena, struct ub_job *job)
{
	struct memory *memory = memory_lock(store);
	struct entry *entry = first_due(memory, now);
	if (entry) {
		entry->lease = ++memory->last_lease;
		entry->attempts++;
		memory_queue_move(memory, entry, UB_JOB_LEASED, now + lease_ms);
		job_out(entry, arena, job);
	}
	memory_unlock(memory);
	return entry ? UB_STORE_OK : UB_STORE_NONE;
}

/* The entry that the job is the right to work on. NULL: the lease is over. */
static struct entry *leased(struct memory *memory, const struct ub_job *job, int64_t now)
{
	struct entry *entry = record_set_get(&memory->keys, &job->key);
	bool ours = entry && entry->id == job->id && entry->lease == job->lease && entry->due > now;
	return ours && entry->state == UB_JOB_LEASED ? entry : NULL;
}

enum ub_store_result memory_blame(
    struct ub_store *store, const struct ub_job *job, int64_t now, struct ub_text reason)
{
	struct memory *memory = memory_lock(store);
	struct entry *entry = leased(memory, job, now);
	if (entry)
		end_lease(memory, entry, reason, now);
	memory_unlock(memory);
	return entry ? UB_STORE_OK : UB_STORE_STALE;
}

enum ub_store_result memory_reads(
    struct ub_store *store, const struct ub_job *job, int64_t now, struct ub_text version)
{
	struct memory *memory = memory_lock(store);
	struct entry *entry = leased(memory, job, now);
	if (entry)
		set_text(&entry->version, version);
	memory_unlock(memory);
	return entry ? UB_STORE_OK : UB_STORE_STALE;
}

enum ub_store_result memory_extend(
    struct ub_store *store, const struct ub_job *job, int64_t now, int64_t lease_ms)
{
	struct memory *memory = memory_lock(store);
	struct entry *entry = leased(memory, job, now);
	if (entry)
		memory_queue_move(memory, entry, UB_JOB_LEASED, now + lease_ms);
	memory_unlock(memory);
	return entry ? UB_STORE_OK : UB_STORE_STALE;
}

static enum ub_store_result claim(struct memory *memory, struct entry *entry, int64_t now,
    struct ub_text organization, struct ub_text meeting_uid)
{
	const struct claim wanted = { organization, meeting_uid, entry };
	struct claim *held = record_set_get(&memory->claims, &wanted);
	if (held && held->entry != entry && held->entry->due > now)
		return UB_STORE_BUSY;
	if (held)
		held->entry = entry;
	else
		record_set_add(&memory->claims, record_new(&claim_shape, &wanted, 0));
	return UB_STORE_OK;
}

enum ub_store_result memory_claim(struct ub_store *store, const struct ub_job *job, int64_t now,
    struct ub_text organization, struct ub_text meeting_uid)
{
	struct memory *memory = memory_lock(store);
	struct entry *entry = leased(memory, job, now);
	enum ub_store_result result =
	    entry ? claim(memory, entry, now, organization, meeting_uid) : UB_STORE_STALE;
	memory_unlock(memory);
	return result;
}

/* ---- letting go ---- */

/* Ends the work on an entry. One that was put again meanwhile begins anew. */
static void let_go(struct memory *memory, struct entry *entry)
{
	if (entry->again == INT64_MAX) {
		drop(memory, entry);
		return;
	}
	release_claims(memory, entry);
	set_reason(entry, UB_TEXT_NONE);
	set_text(&entry->version, UB_TEXT_NONE);
	entry->attempts = entry->crashes = entry->failures = 0;
	memory_queue_move(memory, entry, UB_JOB_QUEUED, entry->again);
	entry->again = INT64_MAX;
}

enum ub_store_result memory_settle(struct ub_store *store, const struct ub_job *job, int64_t now)
{
	struct memory *memory = memory_lock(store);
	struct entry *entry = leased(memory, job, now);
	if (entry)
		let_go(memory, entry);
	memory_unlock(memory);
	return entry ? UB_STORE_OK : UB_STORE_STALE;
}

enum ub_store_result memory_requeue(struct ub_store *store, const struct ub_job *job, int64_t now,
    enum ub_job_state state, int64_t due, struct ub_text reason)
{
	struct memory *memory = memory_lock(store);
	struct entry *entry = leased(memory, job, now);
	if (entry) {
		release_claims(memory, entry);
		if (entry->crashes)
			set_text(&entry->version, UB_TEXT_NONE);
		if (!entry->version)
			set_reason(entry, reason);
		entry->failures = job->failures;
		if (entry->again != INT64_MAX)
			memory_queue_move(
			    memory, entry, UB_JOB_QUEUED, entry->again < due ? entry->again : due);
		else
			memory_queue_move(memory, entry, state, due);
		entry->again = INT64_MAX;
	}
	memory_unlock(memory);
	return entry ? UB_STORE_OK : UB_STORE_STALE;
}

enum ub_store_result memory_forget(struct ub_store *store, const struct ub_job *job)
{
	struct memory *memory = memory_lock(store);
	struct entry *entry = record_set_get(&memory->keys, &job->key);
	bool same = entry && entry->id == job->id && entry->lease == job->lease && entry->put == job->put &&
		    entry->state != UB_JOB_LEASED;
	if (same)
		drop(memory, entry);
	memory_unlock(memory);
	return same ? UB_STORE_OK : UB_STORE_NONE;
}

/* The principal has such a key already. Whoever works on it may have looked too early; what was set aside may
 * come to another end now. */
static void hand_again(
    struct memory *memory, struct entry *entry, enum ub_doubt doubt, int64_t now, struct ub_text reason)
{
	renew(memory, entry, doubt, now);
	if (entry->state == UB_JOB_LEASED) {
		entry->again = now < entry->again ? now : entry->again;
	} else if (entry->state == UB_JOB_ASIDE) {
		entry->attempts = 1; /* this is not its first time */
		entry->crashes = 0;
		set_reason(entry, reason);
		memory_queue_move(memory, entry, UB_JOB_WAITING, INT64_MAX);
	}
}

enum ub_store_result memory_hand_over(struct ub_store *store, const struct ub_job *job, int64_t now,
    const struct ub_key *to, struct ub_text reason)
{
	struct memory *memory = memory_lock(store);
	struct entry *entry = leased(memory, job, now), *other = record_set_get(&memory->keys, to);
	if (entry && other)
		hand_again(memory, other, to->doubt, now, reason);
	else if (entry)
		set_reason(add(memory, to, UB_JOB_WAITING, now, INT64_MAX), reason);
	if (entry)
		let_go(memory, entry);
	memory_unlock(memory);
	return entry ? UB_STORE_OK : UB_STORE_STALE;
}

enum ub_store_result memory_expire(
    struct ub_store *store, int64_t now, struct ub_arena *arena, struct ub_jobs *gone)
{
	struct memory *memory = memory_lock(store);
	for (size_t i = 0; i < memory->expiring.n;) {
		struct entry *entry = memory->expiring.items[i];
		if (entry->expires > now)
			break;
		if (entry->state == UB_JOB_LEASED) {
			i++;
			continue;
		}
		job_out(entry, arena, ub_push(arena, gone));
		drop(memory, entry);
	}
	memory_unlock(memory);
	return UB_STORE_OK;
}

enum ub_store_result memory_strangers(struct ub_store *store, size_t *n)
{
	/* Strangers come first: up to where the others would begin. */
	const struct entry others = { .key = { .doubt = UB_DOUBT_WRITE }, .put = INT64_MIN };
	struct memory *memory = memory_lock(store);
	*n = record_set_find(&memory->doubtful, &others, NULL);
	memory_unlock(memory);
	return UB_STORE_OK;
}

/* ---- whose keys are ---- */

size_t memory_queue_wake(
    struct memory *memory, struct ub_text upstream, struct ub_text principal, int64_t now)
{
	const struct set *owned = &memory->owned;
	size_t n = 0;
	for (size_t i = memory_queue_first_of(owned, upstream, principal);
	     memory_queue_is_of(owned, i, upstream, principal); i++) {
		struct entry *entry = owned->items[i];
		if (entry->state != UB_JOB_WAITING)
			continue;
		memory_queue_move(memory, entry, UB_JOB_QUEUED, now);
		n++;
	}
	return n;
}

void memory_queue_vouch(struct memory *memory, struct ub_text upstream, struct ub_text principal)
{
	const struct set *owned = &memory->owned;
	for (size_t i = memory_queue_first_of(owned, upstream, principal);
	     memory_queue_is_of(owned, i, upstream, principal); i++) {
		struct entry *entry = owned->items[i];
		if (entry->key.doubt != UB_DOUBT_CALLER)
			continue;
		memory_queue_leave_orders(memory, entry);
		entry->key.doubt = UB_DOUBT_WRITE;
		entry->expires = store_expiry(UB_DOUBT_WRITE, entry->put);
		memory_queue_join_orders(memory, entry);
	}
}

enum ub_store_result memory_wake(struct ub_store *store, struct ub_text upstream, int64_t now)
{
	struct memory *memory = memory_lock(store);
	for (size_t i = 0; i < memory->owned.n; i++) {
		struct entry *entry = memory->owned.items[i];
		if (entry->state == UB_JOB_WAITING && entry->key.doubt != UB_DOUBT_CALLER &&
		    ub_text_eq(entry->key.upstream, upstream))
			memory_queue_move(memory, entry, UB_JOB_QUEUED, now);
	}
	memory_unlock(memory);
	return UB_STORE_OK;
}

static bool is_wanted(const struct entry *entry)
{
	return entry->state == UB_JOB_WAITING || entry->state == UB_JOB_QUEUED;
}

enum ub_store_result memory_waits(struct ub_store *store, struct ub_text upstream, struct ub_text principal)
{
	struct memory *memory = memory_lock(store);
	const struct set *owned = &memory->owned;
	bool found = false;
	for (size_t i = memory_queue_first_of(owned, upstream, principal);
	     !found && memory_queue_is_of(owned, i, upstream, principal); i++)
		found = is_wanted(owned->items[i]);
	memory_unlock(memory);
	return found ? UB_STORE_OK : UB_STORE_NONE;
}

enum ub_store_result memory_waiting(
    struct ub_store *store, struct ub_text upstream, struct ub_arena *arena, struct ub_texts *principals)
{
	struct memory *memory = memory_lock(store);
	const struct set *owned = &memory->owned;
	for (size_t i = memory_queue_first_of(owned, upstream, UB_TEXT_NONE); i < owned->n; i++) {
		const struct entry *entry = owned->items[i];
		struct ub_text principal = entry->key.principal;
		if (!ub_text_eq(entry->key.upstream, upstream))
			break;
		if (is_wanted(entry) &&
		    (principals->n == 0 || !ub_text_eq(principals->items[principals->n - 1], principal)))
			*ub_push(arena, principals) = ub_text_copy(arena, principal);
	}
	memory_unlock(memory);
	return UB_STORE_OK;
}

enum ub_store_result memory_untried(struct ub_store *store, const struct ub_job *job, int64_t until)
{
	struct memory *memory = memory_lock(store);
	bool found = false;
	for (size_t i = 0; i < memory->queue.n && !found; i++) {
		const struct entry *entry = memory->queue.items[i];
		bool first = entry->state == UB_JOB_QUEUED
				 ? entry->attempts == 0
				 : entry->state == UB_JOB_LEASED && entry->attempts == 1;
		found = first && entry->id != job->id && entry->put <= until &&
			ub_text_eq(entry->key.upstream, job->key.upstream) &&
			ub_text_eq(entry->key.principal, job->key.principal);
	}
	memory_unlock(memory);
	return found ? UB_STORE_OK : UB_STORE_NONE;
}

enum ub_store_result memory_next_due(struct ub_store *store, int64_t *due)
{
	struct memory *memory = memory_lock(store);
	const struct entry *first = memory->queue.n ? memory->queue.items[0] : NULL;
	if (first && first->state == UB_JOB_QUEUED && is_held_back(memory, first))
		first = memory->leases.items[0];
	*due = first ? first->due : INT64_MAX;
	memory_unlock(memory);
	return UB_STORE_OK;
}

enum ub_store_result memory_jobs(struct ub_store *store, struct ub_arena *arena, struct ub_jobs *jobs)
{
	struct memory *memory = memory_lock(store);
	*jobs = (struct ub_jobs){ 0 };
	for (size_t i = 0; i < memory->queue.n; i++)
		job_out(memory->queue.items[i], arena, ub_push(arena, jobs));
	memory_unlock(memory);
	return UB_STORE_OK;
}
