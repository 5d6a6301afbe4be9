/* SPDX-License-Identifier: Apache-2.0 */
#include "lone.h"

#include <stdlib.h>
#include <string.h>

#include "queue-private.h"
#include "upbeat/http.h"

enum { TEXTS = 7 };

static void list_texts(struct ub_lone_write *write, struct ub_text *texts[TEXTS])
{
	texts[0] = &write->key.upstream;
	texts[1] = &write->key.href;
	texts[2] = &write->key.principal;
	texts[3] = &write->key.collection;
	texts[4] = &write->object.uid;
	texts[5] = &write->object.title;
	texts[6] = &write->owner;
}

struct ub_lone_write *queue_lone_write_copy(const struct ub_lone_write *write)
{
	struct ub_lone_write from = *write;
	struct ub_text *texts[TEXTS];
	size_t size = sizeof(from);
	list_texts(&from, texts);
	for (size_t i = 0; i < TEXTS; i++)
		size += texts[i]->len;
	struct ub_lone_write *copy = malloc(size);
	if (!copy)
		abort();
	*copy = *write;
	list_texts(copy, texts);
	char *at = (char *)(copy + 1);
	for (size_t i = 0; i < TEXTS; i++) {
		if (texts[i]->len)
			texts[i]->ptr = memcpy(at, texts[i]->ptr, texts[i]->len);
		at += texts[i]->len;
	}
	return copy;
}

void queue_lone_write_free(struct ub_lone_write **write)
{
	free(*write);
	*write = NULL;
}

/* ---- before the write goes on ---- */

/* Whose calendar it is. Empty: that is not known yet, or it is no calendar. */
static struct ub_text find_owner(
    struct ub_queue *queue, const struct ub_snapshot *snapshot, const struct ub_key *key, struct ub_text host)
{
	struct ub_identity identity;
	bool known = ub_identity_known(snapshot->identities, key->principal, host,
	    ub_http_href_collection(key->href), &identity, queue->arena);
	return known && identity.calendar ? identity.owner : UB_TEXT_NONE;
}

static bool is_remembered(struct ub_queue *queue, const struct ub_lone_write *lone)
{
	if (!queue_knows_object(queue, lone->key.href, lone->object.uid))
		return false;
	const struct ub_store_object object = { .organization = ub_organization,
		.upstream = lone->key.upstream,
		.href = lone->key.href,
		.uid = lone->object.uid };
	return ub_store_remembers(queue->input.store, &object) != UB_STORE_NONE ||
	       ub_store_remembers(queue->shelter, &object) != UB_STORE_NONE;
}

bool queue_is_lone(struct ub_queue *queue, const struct ub_wire_write *write, const struct ub_key *key,
    int64_t announced, struct ub_lone_write *lone)
{
	if (write->write != UB_WRITE_PUT || write->body.len == 0 || key->principal.len == 0 ||
	    key->doubt != UB_DOUBT_WRITE)
		return false;
	struct ub_snapshot *snapshot = queue_snapshot(queue);
	*lone = (struct ub_lone_write){ .key = *key,
		.owner = find_owner(queue, snapshot, key, write->host),
		.client = ub_clients_family_of_agent(write->agent),
		.announced = announced };
	bool is_lone = lone->owner.len && ub_decide_lone(snapshot, write->body, lone->owner, ub_sys_now(),
					      &lone->object, queue->arena);
	ub_snapshot_release(&snapshot);
	return is_lone && !is_remembered(queue, lone);
}

/* ---- after the server has stored the object ---- */

struct stored_lone {
	struct stored_lone *next;
	struct ub_lone_write *write;
	struct ub_credential *credential;
};

static void note_clients(struct ub_queue *queue, const struct ub_lone_write *write)
{
	queue_note_client(queue, write->key.principal, write->client);
	if (write->object.meets)
		queue_note_client(queue, write->key.principal, write->object.product);
}

/* For those who ask why there is nothing. */
static void keep_passed(struct ub_queue *queue, const struct ub_lone_write *write)
{
	const struct ub_passed_meeting passed = { .uid = write->object.uid,
		.owner = write->owner,
		.href = write->key.href,
		.title = write->object.title,
		.start = write->object.start,
		.end = write->object.end,
		.why = UB_TEXT(UB_DECIDED_INTERNAL) };
	if (write->object.meets)
		queue_passed_keep(queue->passed, &passed);
}

void queue_stored_lone(struct ub_queue *queue, struct ub_lone_write **write,
    struct ub_credential **credential, struct ub_text etag)
{
	struct stored_lone *stored = calloc(1, sizeof(*stored));
	if (!stored)
		abort();
	*stored = (struct stored_lone){ .write = *write, .credential = *credential };
	*write = NULL;
	*credential = NULL;
	note_clients(queue, stored->write);
	keep_passed(queue, stored->write);
	ub_looks_note(queue->looks, queue->input.store, stored->write->key.href, etag);
	if (!queue->stored)
		queue->settle_stored = ub_sys_monotonic_ms() + UB_UNKEPT_MS;
	*(queue->stored ? &queue->last_stored->next : &queue->stored) = stored;
	queue->last_stored = stored;
}

/* Where the time of the last write to an href stands. Others may have the same place, and take it. */
static struct latest_write *latest_of(struct ub_queue *queue, struct ub_text href, uint32_t *tag)
{
	uint64_t hash = ub_text_hash(href);
	*tag = (uint32_t)(hash >> 32);
	return &queue->latest[(hash ^ hash >> 32) % UB_LATEST_WRITES];
}

void queue_overtake_lone(struct ub_queue *queue, struct ub_text href, int64_t announced)
{
	uint32_t tag;
	struct latest_write *latest = latest_of(queue, href, &tag);
	if (latest->tag != tag || latest->announced < announced)
		*latest = (struct latest_write){ announced, tag };
}

/* Another write may have been worked on, or settled, before this one. What this one says may be no longer so
 * by then. */
static bool is_overtaken(struct ub_queue *queue, const struct ub_lone_write *write)
{
	uint32_t tag;
	const struct latest_write *latest = latest_of(queue, write->key.href, &tag);
	return latest->tag == tag && latest->announced > write->announced;
}

/* Whether a pass has to look: an item stands where the owner is taken now, the calendar had another event at
 * the href, or another write to it, of the same moment, is remembered by now. */
static bool matters(struct ub_queue *queue, const struct ub_lone_write *write)
{
	struct ub_store_appointments there = { 0 };
	enum ub_store_result item = UB_STORE_NONE;
	enum ub_store_result result = ub_store_copy_appointments(
	    queue->input.store, ub_organization, write->key.upstream, write->key.href, queue->arena, &there);
	if (result == UB_STORE_OK && write->object.takes_time)
		item = ub_store_item_stands(queue->input.store, ub_organization, write->owner,
		    write->object.start * 1000, write->object.end * 1000);
	bool matters = result != UB_STORE_OK || item != UB_STORE_NONE || is_remembered(queue, write);
	for (size_t i = 0; i < there.n; i++)
		matters |= !ub_text_eq(there.items[i].uid, write->object.uid);
	return matters;
}

static void look_at(struct ub_queue *queue, const struct stored_lone *stored)
{
	const struct ub_key *key = &stored->write->key;
	queue_put(queue, key, 1, false, queue_now());
	queue_wake_principal(
	    queue, key->principal, stored->credential->authorization, stored->credential->host);
	ub_queue_wake(queue);
}

/* Milliseconds; 0: there is no such time. */
static int64_t milliseconds(ub_instant instant)
{
	return instant == UB_INSTANT_NONE ? 0 : instant * 1000;
}

/* False: the store cannot do so now. */
static bool put_appointment(struct ub_queue *queue, const struct ub_lone_write *write)
{
	const struct ub_store_appointment event = { .organization = ub_organization,
		.uid = write->object.uid,
		.person = write->owner,
		.meeting_uid = write->object.uid,
		.upstream = write->key.upstream,
		.href = write->key.href,
		.start = milliseconds(write->object.start),
		.end = milliseconds(write->object.end) };
	bool changed;
	enum ub_store_result result = ub_store_put_appointment(queue->input.store, &event, &event.person,
	    write->object.takes_time, false, queue->arena, &changed);
	queue_note_result(queue, queue->input.store, result);
	return result != UB_STORE_FAILED;
}

/* While the disk is full, a pass tries until it can be remembered when the owner is taken. */
static void settle_first(struct ub_queue *queue)
{
	struct stored_lone *stored = queue->stored;
	const struct ub_lone_write *write = stored->write;
	if (is_overtaken(queue, write) || matters(queue, write) || !put_appointment(queue, write))
		look_at(queue, stored);
	queue->stored = stored->next;
	queue_lone_write_free(&stored->write);
	queue_credential_free(&stored->credential);
	free(stored);
}

/* Who chooses times holds the lock for some milliseconds, for which traffic does not wait. */
int64_t queue_settle_lone(struct ub_queue *queue, int64_t now, int64_t longest)
{
	if (!queue->stored)
		return longest;
	int64_t left = queue->settle_stored - now;
	if (left > 0)
		return left < longest ? left : longest;
	if (pthread_mutex_trylock(&queue->times) != 0)
		return UB_LONE_BUSY_MS;
	for (size_t i = 0; i < UB_LONE_BATCH && queue->stored; i++)
		settle_first(queue);
	pthread_mutex_unlock(&queue->times);
	return queue->stored ? 0 : longest;
}

void queue_settle_last_lone(struct ub_queue *queue)
{
	while (queue->stored)
		settle_first(queue);
}
