/* SPDX-License-Identifier: Apache-2.0 */

/*
 * When users' accounts are looked at: on each day, when accounts or rules have changed, and when somebody is
 * first heard of. Each user has a key for all his accounts, which waits for his next request or is worked on
 * by the service account, and puts the key of each account. One more key, on nobody's behalf, is for owners
 * who were not heard of.
 */
#include "queue-private.h"

#include <string.h>

#include "upbeat/decision.h"
#include "upbeat/directory.h"
#include "upbeat/settings.h"

/* What was in force when everybody's key was last put. */
struct ub_tended {
	struct ub_arena *arena;
	struct ub_accounts *accounts; /* held; NULL: there is no source of any */
	ub_instant rules;
	ub_day day;
	bool owners;               /* there is a service account for owners who were not heard of */
	struct ub_map *principals; /* whose keys were put since */
	size_t heard;              /* how many were heard of then */
	int64_t next;              /* when to look again who was heard of, in milliseconds since 1970 */
	int64_t tell; /* when to log what keeps accounts from being planned; INT64_MAX: it is done */
	unsigned char told[UB_SHA256_SIZE]; /* digest of what was logged last */
};

struct ub_tended *queue_tended_new(void)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_tended *tended = UB_NEW(arena, struct ub_tended);
	tended->arena = arena;
	tended->principals = ub_map_new(arena);
	tended->tell = INT64_MAX;
	return tended;
}

void queue_tended_free(struct ub_tended **tended)
{
	struct ub_tended *mine = *tended;
	*tended = NULL;
	if (!mine)
		return;
	struct ub_accounts *accounts = mine->accounts;
	ub_accounts_release(&accounts);
	struct ub_arena *arena = mine->arena; /* what is freed is in this arena */
	ub_arena_free(&arena);
}

/* Held. NULL: the settings name no source of accounts; teams alone are looked at. */
static struct ub_accounts *accounts_of(const struct ub_snapshot *snapshot)
{
	return snapshot->directory ? ub_directory_accounts(snapshot->directory) : NULL;
}

/* Begins anew: everybody's key is to be put. */
static struct ub_tended *begin(
    struct ub_tended *former, const struct ub_snapshot *snapshot, ub_day day, int64_t now)
{
	struct ub_tended *tended = queue_tended_new();
	tended->tell = now + UB_OWNERS_TELL_MS;
	memcpy(tended->told, former->told, sizeof(tended->told));
	tended->accounts = accounts_of(snapshot);
	tended->rules = snapshot->loaded;
	tended->day = day;
	tended->owners = snapshot->settings->service.secret.path.len > 0;
	queue_tended_free(&former);
	return tended;
}

static bool is_current(const struct ub_tended *tended, const struct ub_snapshot *snapshot, ub_day day)
{
	struct ub_accounts *accounts = accounts_of(snapshot);
	bool current =
	    accounts == tended->accounts && snapshot->loaded == tended->rules && day == tended->day;
	ub_accounts_release(&accounts);
	return current;
}

/* Puts the keys of some users whose keys were not put yet. */
static void put_keys(struct ub_queue *queue, struct ub_tended *tended, int64_t now)
{
	struct ub_texts heard;
	size_t n = 0;
	if (ub_store_principals(queue->input.store, queue->input.upstream, queue->arena, &heard) !=
	    UB_STORE_OK) {
		queue_complain(queue, queue->input.store);
		return;
	}
	if (tended->owners)
		*ub_push(queue->arena, &heard) = UB_TEXT_NONE;
	struct ub_key *keys = UB_NEW_ARRAY(queue->arena, struct ub_key, heard.n);
	for (size_t i = 0; i < heard.n && n < UB_ACCOUNT_USERS_AT_ONCE; i++)
		if (!ub_map_get(tended->principals, heard.items[i]))
			keys[n++] = ub_store_account_key(
			    queue->input.upstream, heard.items[i], UB_TEXT_NONE, queue->arena);
	if (n == 0)
		return;
	if (ub_store_put(queue->input.store, keys, n, now, now) != UB_STORE_OK) {
		queue_complain(queue, queue->input.store);
		return;
	}
	if (n == UB_ACCOUNT_USERS_AT_ONCE)
		tended->next = now; /* there may be more */
	for (size_t i = 0; i < n; i++)
		ub_map_put(tended->principals, ub_text_copy(tended->arena, keys[i].principal), tended);
	ub_queue_wake(queue);
}

/* ---- what keeps accounts from being planned ---- */

static void log_findings(struct ub_queue *queue, const struct ub_owner_findings *findings)
{
	for (size_t i = 0; i < findings->n && i < UB_OWNERS_SHOWN; i++)
		ub_log(queue->input.log, UB_LOG_WARNING, "accounts: %.*s", UB_ARGS(findings->items[i].text));
	if (findings->n > UB_OWNERS_SHOWN)
		ub_log(queue->input.log, UB_LOG_WARNING,
		    "accounts: and %zu more findings about owners: upbeat status --json",
		    findings->n - UB_OWNERS_SHOWN);
}

/* Logs it once it is another than before. Who is there has had the time to be seen. */
static void tell_of_owners(struct ub_queue *queue, const struct ub_snapshot *snapshot, int64_t now)
{
	struct ub_owner_findings findings;
	struct ub_buf all = UB_BUF(queue->arena);
	unsigned char digest[UB_SHA256_SIZE];
	if (now < queue->tended->tell)
		return;
	queue->tended->tell = INT64_MAX;
	if (!ub_owners_look(
		snapshot, queue->input.store, queue->input.upstream, now, &findings, queue->arena)) {
		queue_complain(queue, queue->input.store);
		return;
	}
	for (size_t i = 0; i < findings.n; i++)
		ub_buf_printf(&all, "%.*s\n", UB_ARGS(findings.items[i].text));
	ub_sha256(ub_buf_text(&all), digest);
	if (memcmp(digest, queue->tended->told, sizeof(digest)) != 0)
		log_findings(queue, &findings);
	memcpy(queue->tended->told, digest, sizeof(digest));
}

void queue_tend_accounts(struct ub_queue *queue, int64_t now)
{
	struct ub_snapshot *snapshot = queue_snapshot(queue);
	bool wanted = ub_snapshot_plans_ahead(snapshot);
	ub_day day = ub_cal_local_day(snapshot->org->standard.zone, now / 1000);
	if (wanted && !is_current(queue->tended, snapshot, day))
		queue->tended = begin(queue->tended, snapshot, day, now);
	tell_of_owners(queue, snapshot, now);
	ub_snapshot_release(&snapshot);
	size_t heard = ub_map_size(queue->known);
	if (!wanted || (heard == queue->tended->heard && now < queue->tended->next))
		return;
	queue->tended->heard = heard;
	queue->tended->next = now + UB_LOOKS_MS;
	put_keys(queue, queue->tended, now);
}
