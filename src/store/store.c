/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The functions of every store: each passes its arguments to the table. What all stores do alike is done
 * here.
 */
#include "store-private.h"

#include <stdlib.h>

int64_t store_expiry(enum ub_doubt doubt, int64_t now)
{
	return now + (doubt == UB_DOUBT_CALLER ? UB_CREDENTIAL_MS : UB_WAIT_MS);
}

const char *ub_store_job_state_word(enum ub_job_state state)
{
	static const char *const words[] = {
		[UB_JOB_QUEUED] = "queued",
		[UB_JOB_LEASED] = "leased",
		[UB_JOB_WAITING] = "waiting",
		[UB_JOB_ASIDE] = "aside",
	};
	return words[state];
}

const char *ub_store_copy_state_word(enum ub_copy_state state)
{
	static const char *const words[] = {
		[UB_COPY_WANTED] = "wanted",
		[UB_COPY_STANDS] = "stands",
		[UB_COPY_DECLINED] = "declined",
		[UB_COPY_REMOVED] = "removed",
		[UB_COPY_SERVERS] = "server",
	};
	return words[state];
}

void ub_store_close(struct ub_store **store)
{
	if (*store)
		(*store)->ops->close(*store);
	*store = NULL;
}

const char *ub_store_problem(struct ub_store *store)
{
	return store->ops->problem(store);
}

struct ub_key ub_store_key_copied(const struct ub_key *key, struct ub_arena *arena)
{
	struct ub_key copy = *key;
	copy.upstream = ub_text_copy(arena, key->upstream);
	copy.href = ub_text_copy(arena, key->href);
	copy.principal = ub_text_copy(arena, key->principal);
	copy.collection = ub_text_copy(arena, key->collection);
	return copy;
}

/* The href of a key of all accounts. That of one account goes on with a slash and its id. */
#define ACCOUNTS "accounts"

struct ub_key ub_store_account_key(
    struct ub_text upstream, struct ub_text principal, struct ub_text id, struct ub_arena *arena)
{
	return (struct ub_key){ .kind = UB_KEY_ACCOUNT,
		.upstream = upstream,
		.href = id.len ? ub_textf(arena, ACCOUNTS "/%.*s", UB_ARGS(id)) : UB_TEXT(ACCOUNTS),
		.principal = principal };
}

struct ub_key ub_store_copy_key(
    struct ub_text upstream, struct ub_text item, struct ub_text person, struct ub_arena *arena)
{
	return (struct ub_key){ .kind = UB_KEY_COPY,
		.upstream = upstream,
		.href = item,
		.principal = ub_textf(arena, UB_STORE_BY_ADDRESS "%.*s", UB_ARGS(person)) };
}

struct ub_text ub_store_copy_person(const struct ub_key *key)
{
	return ub_text_sub(key->principal, sizeof(UB_STORE_BY_ADDRESS) - 1, key->principal.len);
}

struct ub_text ub_store_account_of(const struct ub_key *key)
{
	return ub_text_sub(key->href, sizeof(ACCOUNTS "/") - 1, key->href.len);
}

enum ub_store_result ub_store_keep(struct ub_store *store)
{
	return store->ops->keep(store);
}

int64_t ub_store_unkept(struct ub_store *store)
{
	return store->ops->unkept(store);
}

uint64_t ub_store_losses(const struct ub_store *store)
{
	return store->ops->losses(store);
}

/* ---- objects of which something is remembered ---- */

static enum ub_store_result tell_object(
    struct ub_store *store, enum ub_store_result result, struct ub_text href, struct ub_text uid)
{
	if (store->tell && result == UB_STORE_OK)
		store->tell(store->told, href, uid);
	return result;
}

enum ub_store_result ub_store_tell_objects(struct ub_store *store, ub_store_object_fn *tell, void *context)
{
	if (store->tell != tell) {
		store->tell = tell;
		store->told = context;
	}
	return store->ops->objects(store);
}

static enum ub_store_result put(
    struct ub_store *store, const struct ub_key *keys, size_t n, bool hurry, int64_t now, int64_t due)
{
	enum ub_store_result result = store->ops->put(store, keys, n, hurry, now, due);
	for (size_t i = 0; i < n; i++)
		if (keys[i].kind == UB_KEY_OBJECT)
			result = tell_object(store, result, keys[i].href, UB_TEXT_NONE);
	return result;
}

/* ---- the queue ---- */

enum ub_store_result ub_store_put(
    struct ub_store *store, const struct ub_key *keys, size_t n, int64_t now, int64_t due)
{
	return put(store, keys, n, false, now, due);
}

enum ub_store_result ub_store_hurry(
    struct ub_store *store, const struct ub_key *keys, size_t n, int64_t now, int64_t due)
{
	return put(store, keys, n, true, now, due);
}

enum ub_store_result ub_store_take(
    struct ub_store *store, int64_t now, int64_t lease_ms, struct ub_arena *arena, struct ub_job *job)
{
	return store->ops->take(store, now, lease_ms, arena, job);
}

enum ub_store_result ub_store_recover(struct ub_store *store, bool crashed, int64_t now)
{
	return store->ops->recover(store, crashed, now);
}

enum ub_store_result ub_store_blame(
    struct ub_store *store, const struct ub_job *job, int64_t now, struct ub_text reason)
{
	return store->ops->blame(store, job, now, reason);
}

enum ub_store_result ub_store_reads(
    struct ub_store *store, const struct ub_job *job, int64_t now, struct ub_text version)
{
	return store->ops->reads(store, job, now, version);
}

enum ub_store_result ub_store_extend(
    struct ub_store *store, const struct ub_job *job, int64_t now, int64_t lease_ms)
{
	return store->ops->extend(store, job, now, lease_ms);
}

enum ub_store_result ub_store_claim(struct ub_store *store, const struct ub_job *job, int64_t now,
    struct ub_text organization, struct ub_text meeting_uid)
{
	return store->ops->claim(store, job, now, organization, meeting_uid);
}

enum ub_store_result ub_store_settle(struct ub_store *store, const struct ub_job *job, int64_t now)
{
	return store->ops->settle(store, job, now);
}

enum ub_store_result ub_store_retry(
    struct ub_store *store, const struct ub_job *job, int64_t now, int64_t due, struct ub_text reason)
{
	return store->ops->requeue(store, job, now, UB_JOB_QUEUED, due, reason);
}

enum ub_store_result ub_store_wait(
    struct ub_store *store, const struct ub_job *job, int64_t now, struct ub_text reason)
{
	return store->ops->requeue(store, job, now, UB_JOB_WAITING, INT64_MAX, reason);
}

enum ub_store_result ub_store_forget(struct ub_store *store, const struct ub_job *job)
{
	return store->ops->forget(store, job);
}

enum ub_store_result ub_store_set_aside(
    struct ub_store *store, const struct ub_job *job, int64_t now, struct ub_text reason)
{
	return store->ops->requeue(store, job, now, UB_JOB_ASIDE, INT64_MAX, reason);
}

enum ub_store_result ub_store_hand_over(struct ub_store *store, const struct ub_job *job, int64_t now,
    struct ub_text principal, struct ub_text reason)
{
	struct ub_key to = job->key;
	to.principal = principal;
	to.doubt = UB_DOUBT_NONE; /* whoever stored the object was answered well */
	return store->ops->hand_over(store, job, now, &to, reason);
}

enum ub_store_result ub_store_expire(
    struct ub_store *store, int64_t now, struct ub_arena *arena, struct ub_jobs *gone)
{
	*gone = (struct ub_jobs){ 0 };
	return store->ops->expire(store, now, arena, gone);
}

enum ub_store_result ub_store_strangers(struct ub_store *store, size_t *n)
{
	*n = 0;
	return store->ops->strangers(store, n);
}

enum ub_store_result ub_store_heard(
    struct ub_store *store, struct ub_text upstream, struct ub_text principal, int64_t now, size_t *woken)
{
	size_t n = 0;
	return store->ops->heard(store, upstream, principal, now, woken ? woken : &n);
}

enum ub_store_result ub_store_knows(struct ub_store *store, struct ub_text upstream, struct ub_text principal)
{
	return store->ops->knows(store, upstream, principal);
}

enum ub_store_result ub_store_put_login(
    struct ub_store *store, struct ub_text upstream, struct ub_text principal, struct ub_text href)
{
	return store->ops->put_login(store, upstream, principal, href);
}

enum ub_store_result ub_store_login(struct ub_store *store, struct ub_text upstream, struct ub_text href,
    struct ub_arena *arena, struct ub_text *principal)
{
	return store->ops->login(store, upstream, href, arena, principal);
}

enum ub_store_result ub_store_put_owner(
    struct ub_store *store, struct ub_text upstream, const struct ub_store_owner *owner)
{
	return store->ops->put_owner(store, upstream, owner);
}

static int compare_owners(const void *left, const void *right)
{
	const struct ub_store_owner *a = left, *b = right;
	int order = ub_text_cmp(a->address, b->address);
	if (order == 0)
		order = (a->claimed > b->claimed) - (a->claimed < b->claimed);
	if (order == 0)
		order = ub_text_cmp(a->href, b->href);
	return order ? order : ub_text_cmp(a->principal, b->principal);
}

enum ub_store_result ub_store_owners(struct ub_store *store, struct ub_text upstream, struct ub_text address,
    struct ub_arena *arena, struct ub_store_owners *owners)
{
	*owners = (struct ub_store_owners){ 0 };
	enum ub_store_result result = store->ops->owners(store, upstream, address, arena, owners);
	if (owners->n)
		qsort(owners->items, owners->n, sizeof(*owners->items), compare_owners);
	return result;
}

enum ub_store_result ub_store_href_of(struct ub_store *store, struct ub_text upstream,
    struct ub_text principal, struct ub_arena *arena, struct ub_text *href)
{
	return store->ops->href_of(store, upstream, principal, arena, href);
}

enum ub_store_result ub_store_wake(struct ub_store *store, struct ub_text upstream, int64_t now)
{
	return store->ops->wake(store, upstream, now);
}

enum ub_store_result ub_store_principals(
    struct ub_store *store, struct ub_text upstream, struct ub_arena *arena, struct ub_texts *principals)
{
	*principals = (struct ub_texts){ 0 };
	return store->ops->principals(store, upstream, arena, principals);
}

enum ub_store_result ub_store_waiting(
    struct ub_store *store, struct ub_text upstream, struct ub_arena *arena, struct ub_texts *principals)
{
	*principals = (struct ub_texts){ 0 };
	return store->ops->waiting(store, upstream, arena, principals);
}

enum ub_store_result ub_store_waits(struct ub_store *store, struct ub_text upstream, struct ub_text principal)
{
	return store->ops->waits(store, upstream, principal);
}

enum ub_store_result ub_store_untried(struct ub_store *store, const struct ub_job *job, int64_t until)
{
	return store->ops->untried(store, job, until);
}

enum ub_store_result ub_store_next_due(struct ub_store *store, int64_t *due)
{
	return store->ops->next_due(store, due);
}

enum ub_store_result ub_store_jobs(struct ub_store *store, struct ub_arena *arena, struct ub_jobs *jobs)
{
	return store->ops->jobs(store, arena, jobs);
}

enum ub_store_result ub_store_put_item(struct ub_store *store, const struct ub_store_item *item)
{
	return ub_store_put_item_event(store, item, NULL);
}

enum ub_store_result ub_store_put_item_event(
    struct ub_store *store, const struct ub_store_item *item, const struct ub_store_event *event)
{
	enum ub_store_result result = store->ops->put_item(store, item, event);
	return item ? tell_object(store, result, item->href, item->meeting_uid) : result;
}

enum ub_store_result ub_store_items(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_items *items)
{
	return store->ops->items(store, organization, meeting_uid, arena, items);
}

enum ub_store_result ub_store_item_uids(struct ub_store *store, struct ub_text organization,
    struct ub_text prefix, struct ub_text owner, struct ub_arena *arena, struct ub_texts *uids)
{
	*uids = (struct ub_texts){ 0 };
	return store->ops->item_uids(store, organization, prefix, owner, arena, uids);
}

enum ub_store_result ub_store_item_at(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text href, struct ub_arena *arena, struct ub_store_item *item)
{
	return store->ops->item_at(store, organization, upstream, href, arena, item);
}

enum ub_store_result ub_store_put_alias(
    struct ub_store *store, struct ub_text upstream, struct ub_text from, struct ub_text to, int64_t now)
{
	return store->ops->put_alias(store, upstream, from, to, now);
}

enum ub_store_result ub_store_alias(struct ub_store *store, struct ub_text upstream, struct ub_text from,
    struct ub_arena *arena, struct ub_text *to)
{
	struct ub_text next = from;
	enum ub_store_result result = UB_STORE_OK;
	size_t hops = 0;
	for (; hops < UB_STORE_ALIAS_HOPS && result == UB_STORE_OK; hops++) {
		*to = next;
		result = store->ops->alias(store, upstream, *to, arena, &next);
	}
	if (result == UB_STORE_OK)
		*to = next;
	return result == UB_STORE_NONE && hops > 1 ? UB_STORE_OK : result;
}

enum ub_store_result ub_store_put_seen(struct ub_store *store, const struct ub_store_seen *seen)
{
	if (seen->text.len > UB_STORE_TEXT_MAX)
		return UB_STORE_FULL;
	return tell_object(store, store->ops->put_seen(store, seen), seen->href, seen->meeting_uid);
}

enum ub_store_result ub_store_seen(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text href, struct ub_arena *arena, struct ub_store_seen *seen)
{
	return store->ops->seen(store, organization, upstream, href, arena, seen);
}

enum ub_store_result ub_store_forget_seen(
    struct ub_store *store, struct ub_text organization, struct ub_text upstream, struct ub_text href)
{
	return store->ops->forget_seen(store, organization, upstream, href);
}

enum ub_store_result ub_store_seens(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_seens *seens)
{
	return store->ops->seens(store, organization, meeting_uid, arena, seens);
}

enum ub_store_result ub_store_seens_due(
    struct ub_store *store, int64_t now, struct ub_arena *arena, struct ub_store_seens *seens)
{
	*seens = (struct ub_store_seens){ 0 };
	return store->ops->seens_due(store, now, arena, seens);
}

enum ub_store_result ub_store_seen_looked(struct ub_store *store, const struct ub_store_seen *seen)
{
	return store->ops->seen_looked(store, seen);
}

/* ---- events ---- */

enum ub_store_result ub_store_put_sync(struct ub_store *store, const struct ub_store_sync *sync)
{
	return store->ops->put_sync(store, sync);
}

enum ub_store_result ub_store_note_client(struct ub_store *store, const struct ub_store_client *client)
{
	return store->ops->note_client(store, client);
}

enum ub_store_result ub_store_clients(struct ub_store *store, struct ub_text upstream,
    struct ub_text principal, int64_t since, struct ub_arena *arena, struct ub_store_clients *clients)
{
	*clients = (struct ub_store_clients){ 0 };
	return store->ops->clients(store, upstream, principal, since, arena, clients);
}

enum ub_store_result ub_store_sync(struct ub_store *store, struct ub_text upstream, struct ub_text collection,
    struct ub_arena *arena, struct ub_store_sync *sync)
{
	return store->ops->sync(store, upstream, collection, arena, sync);
}

/* Of one object, what has an ETag comes first. */
static int compare_places(const void *left, const void *right)
{
	const struct ub_store_place *a = left, *b = right;
	int order = ub_text_cmp(a->href, b->href);
	return order ? order : (a->etag.len == 0) - (b->etag.len == 0);
}

enum ub_store_result ub_store_places(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text collection, int64_t since, struct ub_arena *arena,
    struct ub_store_places *places)
{
	size_t n = 0;
	*places = (struct ub_store_places){ 0 };
	enum ub_store_result result =
	    store->ops->places(store, organization, upstream, collection, since, arena, places);
	if (places->n)
		qsort(places->items, places->n, sizeof(*places->items), compare_places);
	for (size_t i = 0; i < places->n && n < UB_STORE_PLACES; i++)
		if (n == 0 || !ub_text_eq(places->items[n - 1].href, places->items[i].href))
			places->items[n++] = places->items[i];
	places->n = n;
	return result;
}

enum ub_store_result ub_store_remembers(struct ub_store *store, const struct ub_store_object *object)
{
	return store->ops->remembers(store, object);
}

enum ub_store_result ub_store_put_copy(struct ub_store *store, const struct ub_store_copy *copy)
{
	return tell_object(store, store->ops->put_copy(store, copy), copy->href, UB_TEXT_NONE);
}

enum ub_store_result ub_store_copy(struct ub_store *store, const struct ub_store_copy *like,
    struct ub_arena *arena, struct ub_store_copy *copy)
{
	return store->ops->copy(store, like, arena, copy);
}

enum ub_store_result ub_store_copy_at(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text href, struct ub_arena *arena, struct ub_store_copy *copy)
{
	return store->ops->copy_at(store, organization, upstream, href, arena, copy);
}

enum ub_store_result ub_store_copies(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_copies *copies)
{
	*copies = (struct ub_store_copies){ 0 };
	return store->ops->copies(store, organization, meeting_uid, arena, copies);
}

enum ub_store_result ub_store_set_sinks(
    struct ub_store *store, const struct ub_text *names, size_t n, struct ub_arena *arena)
{
	return store->ops->set_sinks(store, names, n, arena);
}

enum ub_store_result ub_store_sinks(
    struct ub_store *store, struct ub_arena *arena, struct ub_store_sinks *sinks)
{
	*sinks = (struct ub_store_sinks){ 0 };
	return store->ops->sinks(store, arena, sinks);
}

enum ub_store_result ub_store_events(struct ub_store *store, struct ub_text sink, size_t max,
    struct ub_arena *arena, struct ub_store_events *events)
{
	*events = (struct ub_store_events){ 0 };
	return store->ops->events(store, sink, max, arena, events);
}

enum ub_store_result ub_store_events_done(
    struct ub_store *store, struct ub_text sink, uint64_t after, uint64_t until, uint64_t refused)
{
	return store->ops->events_done(store, sink, after, until, refused);
}

enum ub_store_result ub_store_prune(struct ub_store *store, int64_t now, int64_t before, int64_t history)
{
	return store->ops->prune(store, now, before, history);
}

bool ub_store_is_lost(struct ub_store *store)
{
	return store->ops->is_lost(store);
}
