/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The queue of the SQLite store.
 */
#include "sqlite-private.h"

/* A row of the table `key`. `due`: of a queued key, when it is due; of a leased key, when the lease runs out;
 * otherwise INT64_MAX. `again`: when a key is due that was put again while it was leased; otherwise
 * INT64_MAX. */
struct row {
	struct ub_job job;
	int64_t again;
};

static bool read_row(
    struct sqlite *s, struct sqlite3_stmt *statement, struct ub_arena *arena, struct row *row)
{
	if (!sql_next(s, statement))
		return false;
	int c = 0;
	struct ub_job *job = &row->job;
	job->id = (uint64_t)sql_int(statement, &c);
	job->lease = (uint64_t)sql_int(statement, &c);
	job->key.kind = (enum ub_key_kind)sql_int(statement, &c);
	job->key.upstream = sql_text(statement, &c, arena);
	job->key.href = sql_text(statement, &c, arena);
	job->key.principal = sql_text(statement, &c, arena);
	job->key.collection = sql_text(statement, &c, arena);
	job->state = (enum ub_job_state)sql_int(statement, &c);
	job->put = sql_int(statement, &c);
	job->due = sql_int(statement, &c);
	row->again = sql_int(statement, &c);
	job->attempts = (unsigned)sql_int(statement, &c);
	job->crashes = (unsigned)sql_int(statement, &c);
	job->reason = sql_text(statement, &c, arena);
	job->key.doubt = (enum ub_doubt)sql_int(statement, &c);
	job->failures = (unsigned)sql_int(statement, &c);
	job->expires = sql_int(statement, &c);
	job->version = sql_text(statement, &c, arena);
	return true;
}

static bool find_row(struct sqlite *s, const struct ub_key *key, struct ub_arena *arena, struct row *row)
{
	struct sqlite3_stmt *found =
	    sql_bound(s, KEY_FIND, "ittt", (int64_t)key->kind, &key->upstream, &key->href, &key->principal);
	bool there = read_row(s, found, arena, row);
	sql_reset(found);
	return there;
}

static void write_row(struct sqlite *s, const struct row *row)
{
	const struct ub_job *job = &row->job;
	sql_run(s, sql_bound(s, KEY_SET, "iiiiiiitiiiti", (int64_t)job->lease, (int64_t)job->state, job->put,
		       job->due, row->again, (int64_t)job->attempts, (int64_t)job->crashes, &job->reason,
		       (int64_t)job->key.doubt, (int64_t)job->failures, job->expires, &job->version,
		       (int64_t)job->id));
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* A key that is there is put once more, or is handed over to its principal. */
static void renew(struct ub_job *job, enum ub_doubt doubt, int64_t now)
{
	int64_t expires = store_expiry(doubt, now);
	job->put = now;
	job->failures = 0;
	if (doubt < job->key.doubt)
		job->key.doubt = doubt;
	if (expires > job->expires)
		job->expires = expires;
}

static void put_again(struct sqlite *s, struct row *row, enum ub_doubt doubt, int64_t now, int64_t due)
{
	struct ub_job *job = &row->job;
	renew(job, doubt, now);
	if (job->state == UB_JOB_LEASED) {
		row->again = earlier(due, row->again);
	} else {
		if (job->state == UB_JOB_ASIDE)
			job->crashes = 0;
		if (job->state != UB_JOB_QUEUED)
			job->attempts = 1; /* this is not its first time */
		if (job->state == UB_JOB_WAITING || (job->state == UB_JOB_ASIDE && job->version.len == 0))
			job->reason = UB_TEXT_NONE;
		job->state = UB_JOB_QUEUED;
		job->due = earlier(due, job->due);
	}
	write_row(s, row);
}

static void add(struct sqlite *s, const struct ub_key *key, enum ub_job_state state, int64_t now, int64_t due,
    struct ub_text reason)
{
	sql_run(s, sql_bound(s, KEY_ADD, "ittttiiiitii", (int64_t)key->kind, &key->upstream, &key->href,
		       &key->principal, &key->collection, (int64_t)state, now, due, INT64_MAX, &reason,
		       (int64_t)key->doubt, store_expiry(key->doubt, now)));
}

/* Drops the oldest doubtful keys of these principals, and of all, past what is kept of them. */
static void trim(struct sqlite *s, const struct ub_key *keys, size_t n)
{
	bool doubtful = false;
	for (size_t i = 0; i < n && !sql_failed(s); i++) {
		bool same = i > 0 && keys[i - 1].doubt != UB_DOUBT_NONE &&
			    ub_text_eq(keys[i].upstream, keys[i - 1].upstream) &&
			    ub_text_eq(keys[i].principal, keys[i - 1].principal);
		if (keys[i].doubt == UB_DOUBT_NONE || same)
			continue;
		doubtful = true;
		sql_run(s, sql_bound(s, KEY_TRIM_ONE, "tti", &keys[i].upstream, &keys[i].principal,
			       (int64_t)UB_STORE_DOUBTFUL_OF_ONE));
	}
	if (doubtful)
		sql_run(s, sql_bound(s, KEY_TRIM_ALL, "i", (int64_t)UB_STORE_DOUBTFUL_MAX));
}

/* False: nobody would come back to the key but for what is written now. */
static bool put_one(
    struct sqlite *s, const struct ub_key *key, int64_t now, int64_t due, struct ub_arena *arena)
{
	struct row row;
	if (!find_row(s, key, arena, &row)) {
		add(s, key, UB_JOB_QUEUED, now, due, UB_TEXT_NONE);
		return false;
	}
	bool certain = row.job.key.doubt != UB_DOUBT_CALLER && row.job.state != UB_JOB_ASIDE;
	put_again(s, &row, key->doubt, now, due);
	return certain;
}

enum ub_store_result sqlite_put(
    struct ub_store *store, const struct ub_key *keys, size_t n, bool hurry, int64_t now, int64_t due)
{
	struct ub_arena *arena = ub_arena_new();
	struct sqlite *s = sql_begin(store);
	for (size_t i = 0; i < n && !sql_failed(s); i++)
		hurry &= put_one(s, &keys[i], now, due, arena);
	trim(s, keys, n);
	ub_arena_free(&arena);
	return hurry ? sql_end(s, UB_STORE_OK) : sql_end_synced(s, UB_STORE_OK);
}

/* Nobody works on the key any more. */
static void end_work(struct sqlite *s, const struct row *row)
{
	sqlite_work_ends(sql_work(s), row->job.id);
	sql_run(s, sql_bound(s, CLAIM_DROP, "i", (int64_t)row->job.id));
}

/* Ends a lease whose work came to no end. `why`: the worker died at the key, or hangs; empty: the key has
 * nothing to do with it. A key that was put again meanwhile is tried again, but not at the version at which
 * workers died, if that is known. */
static void end_lease(struct sqlite *s, struct row *row, struct ub_text why, int64_t now)
{
	struct ub_job *job = &row->job;
	job->crashes += why.len > 0;
	bool over = why.len && job->crashes >= UB_STORE_CRASHES_MAX;
	bool aside = over && row->again == INT64_MAX, known = over && job->version.len;
	end_work(s, row);
	job->lease = 0;
	job->state = aside ? UB_JOB_ASIDE : UB_JOB_QUEUED;
	job->due = aside ? INT64_MAX : now;
	row->again = INT64_MAX;
	if (aside || known)
		job->reason = why;
	if (known)
		job->crashes = 0;
	write_row(s, row);
}

/* Ends the leases that run out by `until`. */
static void end_leases(
    struct sqlite *s, int64_t until, struct ub_text why, int64_t now, struct ub_arena *arena)
{
	struct row row;
	for (bool there = true; there && !sql_failed(s);) {
		struct sqlite3_stmt *over = sql_bound(s, LEASE_RAN_OUT, "i", until);
		there = read_row(s, over, arena, &row);
		sql_reset(over);
		if (there)
			end_lease(s, &row, why, now);
	}
}

/* Ends the work on keys whose leases went with the process, as nobody had kept them. */
static void end_unkept(struct sqlite *s, struct ub_text why, int64_t now, struct ub_arena *arena)
{
	uint64_t ids[WORK_MAX];
	size_t n = sqlite_work_list(sql_work(s), ids);
	for (size_t i = 0; i < n && !sql_failed(s); i++) {
		struct row row;
		struct sqlite3_stmt *found = sql_bound(s, KEY_OF_ID, "i", (int64_t)ids[i]);
		bool there = read_row(s, found, arena, &row);
		sql_reset(found);
		if (there && row.job.state == UB_JOB_QUEUED)
			end_lease(s, &row, why, now);
		sqlite_work_ends(sql_work(s), ids[i]);
	}
}

enum ub_store_result sqlite_recover(struct ub_store *store, bool crashed, int64_t now)
{
	struct ub_arena *arena = ub_arena_new();
	struct sqlite *s = sql_begin(store);
	struct ub_text why = crashed ? UB_TEXT(UB_STORE_ASIDE_REASON) : UB_TEXT_NONE;
	end_leases(s, INT64_MAX, why, now, arena);
	end_unkept(s, why, now, arena);
	sql_run(s, sql_bound(s, KEY_HURRY, "i", now));
	sql_run(s, sql_bound(s, KEY_RENEW, "i", store_expiry(UB_DOUBT_CALLER, now)));
	ub_arena_free(&arena);
	return sql_end_synced(s, UB_STORE_OK);
}

static bool is_worked_on(const struct sqlite *s, uint64_t id)
{
	uint64_t ids[WORK_MAX];
	size_t n = sqlite_work_list(sql_work(s), ids);
	for (size_t i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return false;
}

/* After a failure, tries whether things can be kept again. Until then the work on a key would be undone, and
 * done over and over. */
static bool can_keep(struct ub_store *store)
{
	struct sqlite *s = sql_enter(store);
	bool fails = sql_fails(s);
	if (sql_leave(s, UB_STORE_OK) == UB_STORE_OK && !fails)
		return true;
	s = sql_begin(store);
	sql_run(s, sql_bound(s, LEASE_NEW, ""));
	return sql_end_kept(s, UB_STORE_OK) == UB_STORE_OK;
}

/* After a loss keys stand as they did before: that the work on them has ended, or that they are due at once,
 * may be lost. Who ends the leases of keys that nobody works on has to know on which somebody does. */
static void make_up_for_loss(struct sqlite *s, int64_t now, struct ub_arena *arena)
{
	uint64_t ids[WORK_MAX];
	size_t n = 0;
	struct sqlite3_stmt *all = sql_bound(s, LEASE_IDS, "");
	for (int c = 0; n < WORK_MAX && sql_work(s) && sql_next(s, all); c = 0)
		ids[n++] = (uint64_t)sql_int(all, &c);
	sql_reset(all);
	for (size_t i = 0; i < n; i++) {
		struct row row;
		struct sqlite3_stmt *found = sql_bound(s, KEY_OF_ID, "i", (int64_t)ids[i]);
		bool idle = !is_worked_on(s, ids[i]) && read_row(s, found, arena, &row);
		sql_reset(found);
		if (idle)
			end_lease(s, &row, UB_TEXT_NONE, now);
	}
	sql_run(s, sql_bound(s, KEY_HURRY, "i", now));
}

/* Whether the key has to wait for leased ones, at most until *until: one of them is to be worked on alone. */
static bool is_held_back(struct sqlite *s, const struct row *row, int64_t *until)
{
	int c = 0;
	struct sqlite3_stmt *all = sql_bound(s, LEASE_ALL, "");
	bool there = sql_next(s, all);
	int64_t leased = there ? sql_int(all, &c) : 0;
	int64_t crashes = there ? sql_int(all, &c) : 0;
	*until = there ? sql_int(all, &c) : 0;
	sql_reset(all);
	return leased > 0 && (row->job.crashes > 0 || crashes > 0);
}

static bool first_by(struct sqlite *s, int64_t due, struct ub_arena *arena, struct row *row)
{
	struct sqlite3_stmt *first = sql_bound(s, KEY_DUE, "i", due);
	bool there = read_row(s, first, arena, row);
	sql_reset(first);
	return there;
}

enum ub_store_result sqlite_take(
    struct ub_store *store, int64_t now, int64_t lease_ms, struct ub_arena *arena, struct ub_job *job)
{
	if (!can_keep(store))
		return UB_STORE_FAILED;
	struct sqlite *s = sql_begin(store);
	struct row row;
	int64_t until;
	if (sql_has_lost(s))
		make_up_for_loss(s, now, arena);
	end_leases(s, now, UB_TEXT(UB_STORE_ASIDE_REASON), now, arena);
	bool there = first_by(s, now, arena, &row) && !is_held_back(s, &row, &until), noted = false;
	if (there) {
		sql_run(s, sql_bound(s, LEASE_NEW, ""));
		row.job.lease = (uint64_t)sql_last_id(s);
		sql_run(s, sql_bound(s, LEASE_FORGET, "i", (int64_t)row.job.lease));
		row.job.attempts++;
		row.job.state = UB_JOB_LEASED;
		row.job.due = now + lease_ms;
		write_row(s, &row);
		*job = row.job;
		noted = sqlite_work_begins(sql_work(s), row.job.id);
	}
	sql_made_up(s);
	enum ub_store_result result = there ? UB_STORE_OK : UB_STORE_NONE;
	return there && !noted ? sql_end_kept(s, result) : sql_end(s, result);
}

/* Reads the row that the job is the right to work on. False: the lease is over. */
static bool leased(
    struct sqlite *s, const struct ub_job *job, int64_t now, struct ub_arena *arena, struct row *row)
{
	return find_row(s, &job->key, arena, row) && row->job.id == job->id && row->job.lease == job->lease &&
	       row->job.due > now && row->job.state == UB_JOB_LEASED;
}

enum ub_store_result sqlite_blame(
    struct ub_store *store, const struct ub_job *job, int64_t now, struct ub_text reason)
{
	struct ub_arena *arena = ub_arena_new();
	struct sqlite *s = sql_begin(store);
	struct row row;
	bool ours = leased(s, job, now, arena, &row);
	if (ours)
		end_lease(s, &row, reason, now);
	ub_arena_free(&arena);
	return sql_end_kept(s, ours ? UB_STORE_OK : UB_STORE_STALE);
}

enum ub_store_result sqlite_reads(
    struct ub_store *store, const struct ub_job *job, int64_t now, struct ub_text version)
{
	struct ub_arena *arena = ub_arena_new();
	struct sqlite *s = sql_begin(store);
	struct row row;
	bool ours = leased(s, job, now, arena, &row);
	if (ours) {
		row.job.version = version;
		write_row(s, &row);
	}
	ub_arena_free(&arena);
	return sql_end_kept(s, ours ? UB_STORE_OK : UB_STORE_STALE);
}

enum ub_store_result sqlite_extend(
    struct ub_store *store, const struct ub_job *job, int64_t now, int64_t lease_ms)
{
	struct ub_arena *arena = ub_arena_new();
	struct sqlite *s = sql_begin(store);
	struct row row;
	bool ours = leased(s, job, now, arena, &row);
	if (ours) {
		row.job.due = now + lease_ms;
		write_row(s, &row);
	}
	ub_arena_free(&arena);
	return sql_end(s, ours ? UB_STORE_OK : UB_STORE_STALE);
}

enum ub_store_result sqlite_claim(struct ub_store *store, const struct ub_job *job, int64_t now,
    struct ub_text organization, struct ub_text meeting_uid)
{
	enum ub_store_result result = UB_STORE_STALE;
	struct ub_arena *arena = ub_arena_new();
	struct sqlite *s = sql_begin(store);
	struct row row;
	if (leased(s, job, now, arena, &row)) {
		int c = 0;
		struct sqlite3_stmt *holder = sql_bound(s, CLAIM_HOLDER, "tt", &organization, &meeting_uid);
		bool taken = sql_next(s, holder) && sql_int(holder, &c) != (int64_t)job->id &&
			     sql_int(holder, &c) > now;
		sql_reset(holder);
		result = taken ? UB_STORE_BUSY : UB_STORE_OK;
		if (!taken)
			sql_run(
			    s, sql_bound(s, CLAIM_SET, "tti", &organization, &meeting_uid, (int64_t)job->id));
	}
	ub_arena_free(&arena);
	return sql_end(s, result);
}

/* Ends the work on a key. One that was put again meanwhile begins anew. */
static void let_go(struct sqlite *s, struct row *row)
{
	struct ub_job *job = &row->job;
	end_work(s, row);
	if (row->again == INT64_MAX) {
		sql_run(s, sql_bound(s, KEY_DROP, "i", (int64_t)job->id));
		return;
	}
	job->reason = job->version = UB_TEXT_NONE;
	job->attempts = job->crashes = job->failures = 0;
	job->state = UB_JOB_QUEUED;
	job->due = row->again;
	row->again = INT64_MAX;
	write_row(s, row);
}

enum ub_store_result sqlite_settle(struct ub_store *store, const struct ub_job *job, int64_t now)
{
	struct ub_arena *arena = ub_arena_new();
	struct sqlite *s = sql_begin(store);
	struct row row;
	bool ours = leased(s, job, now, arena, &row);
	if (ours)
		let_go(s, &row);
	ub_arena_free(&arena);
	return sql_end(s, ours ? UB_STORE_OK : UB_STORE_STALE);
}

enum ub_store_result sqlite_requeue(struct ub_store *store, const struct ub_job *job, int64_t now,
    enum ub_job_state state, int64_t due, struct ub_text reason)
{
	struct ub_arena *arena = ub_arena_new();
	struct sqlite *s = sql_begin(store);
	struct row row;
	bool ours = leased(s, job, now, arena, &row);
	if (ours) {
		end_work(s, &row);
		if (row.job.crashes)
			row.job.version = UB_TEXT_NONE;
		if (row.job.version.len == 0)
			row.job.reason = reason;
		row.job.failures = job->failures;
		row.job.state = row.again != INT64_MAX ? UB_JOB_QUEUED : state;
		row.job.due = earlier(row.again, due);
		row.again = INT64_MAX;
		write_row(s, &row);
	}
	ub_arena_free(&arena);
	return sql_end(s, ours ? UB_STORE_OK : UB_STORE_STALE);
}

enum ub_store_result sqlite_forget(struct ub_store *store, const struct ub_job *job)
{
	struct sqlite *s = sql_begin(store);
	int n = sql_run(s, sql_bound(s, KEY_FORGET, "iii", (int64_t)job->id, (int64_t)job->lease, job->put));
	return sql_end(s, n ? UB_STORE_OK : UB_STORE_NONE);
}

/* The principal has such a key already. Whoever works on it may have looked too early; what was set aside may
 * come to another end now. */
static void hand_again(
    struct sqlite *s, struct row *row, enum ub_doubt doubt, int64_t now, struct ub_text reason)
{
	struct ub_job *job = &row->job;
	renew(job, doubt, now);
	if (job->state == UB_JOB_LEASED) {
		row->again = earlier(now, row->again);
	} else if (job->state == UB_JOB_ASIDE) {
		job->state = UB_JOB_WAITING;
		job->attempts = 1; /* this is not its first time */
		job->crashes = 0;
		job->reason = reason;
	}
	write_row(s, row);
}

enum ub_store_result sqlite_hand_over(struct ub_store *store, const struct ub_job *job, int64_t now,
    const struct ub_key *to, struct ub_text reason)
{
	struct ub_arena *arena = ub_arena_new();
	struct sqlite *s = sql_begin(store);
	struct row row, other;
	bool ours = leased(s, job, now, arena, &row);
	if (ours)
		let_go(s, &row);
	if (ours && find_row(s, to, arena, &other)) {
		hand_again(s, &other, to->doubt, now, reason);
	} else if (ours) {
		add(s, to, UB_JOB_WAITING, now, INT64_MAX, reason);
	}
	ub_arena_free(&arena);
	return sql_end(s, ours ? UB_STORE_OK : UB_STORE_STALE);
}

enum ub_store_result sqlite_expire(
    struct ub_store *store, int64_t now, struct ub_arena *arena, struct ub_jobs *gone)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *expired = sql_bound(s, KEY_EXPIRED, "i", now);
	struct row row;
	while (read_row(s, expired, arena, &row))
		*ub_push(arena, gone) = row.job;
	if (gone->n)
		sql_run(s, sql_bound(s, KEY_EXPIRE, "i", now));
	return sql_leave(s, UB_STORE_OK);
}

enum ub_store_result sqlite_strangers(struct ub_store *store, size_t *n)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *row = sql_bound(s, KEY_STRANGERS, "");
	int c = 0;
	*n = sql_next(s, row) ? (size_t)sql_int(row, &c) : 0;
	sql_reset(row);
	return sql_leave(s, UB_STORE_OK);
}

/* ---- looking ---- */

enum ub_store_result sqlite_untried(struct ub_store *store, const struct ub_job *job, int64_t until)
{
	struct sqlite *s = sql_enter(store);
	bool found = sql_has_row(s, sql_bound(s, KEY_UNTRIED, "ttii", &job->key.upstream, &job->key.principal,
					(int64_t)job->id, until));
	return sql_leave(s, found ? UB_STORE_OK : UB_STORE_NONE);
}

enum ub_store_result sqlite_next_due(struct ub_store *store, int64_t *due)
{
	struct ub_arena *arena = ub_arena_new();
	struct sqlite *s = sql_enter(store);
	struct row row;
	int64_t until;
	bool there = !sql_fails(s) && first_by(s, INT64_MAX, arena, &row);
	*due = there ? row.job.due : INT64_MAX;
	if (there && row.job.state == UB_JOB_QUEUED && is_held_back(s, &row, &until))
		*due = until;
	ub_arena_free(&arena);
	return sql_leave(s, UB_STORE_OK);
}

enum ub_store_result sqlite_jobs(struct ub_store *store, struct ub_arena *arena, struct ub_jobs *jobs)
{
	struct sqlite *s = sql_enter(store);
	struct sqlite3_stmt *all = sql_bound(s, KEY_ALL, "");
	struct row row;
	*jobs = (struct ub_jobs){ 0 };
	while (read_row(s, all, arena, &row))
		*ub_push(arena, jobs) = row.job;
	return sql_leave(s, UB_STORE_OK);
}
