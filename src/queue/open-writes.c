/* SPDX-License-Identifier: Apache-2.0 */
#include "open-writes.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A key that open or recently answered writes have put. */
struct record {
	struct record *next; /* in the same bucket */
	size_t open;         /* number of writes without an answer */
	/* a write was carried out, or may have been, since the key was last worked on */
	bool done;
	int64_t opened; /* when a write last put the key */
	enum ub_key_kind kind;
	struct ub_text upstream, href, principal, collection; /* in the bytes behind the struct */
};

struct write {
	struct write *next; /* in the same bucket */
	struct ub_wire_id id;
	struct record *records[2];
	size_t n_records;
	struct ub_credential *credential;
	const struct ub_client_family *client;
	struct ub_lone_write *lone; /* NULL: it has keys */
	int64_t announced;
};

#define BUCKETS 1024

struct ub_writes {
	pthread_mutex_t mutex;
	struct write *by_id[BUCKETS];
	struct record *by_key[BUCKETS];
	size_t n; /* number of open writes */
};

struct ub_writes *queue_writes_new(void)
{
	struct ub_writes *writes = calloc(1, sizeof(*writes));
	if (!writes || pthread_mutex_init(&writes->mutex, NULL) != 0)
		abort();
	return writes;
}

static struct write **find_write(struct ub_writes *writes, struct ub_wire_id id)
{
	struct write **at = &writes->by_id[(id.slot ^ (id.generation * 31u)) % BUCKETS];
	while (*at && ((*at)->id.slot != id.slot || (*at)->id.generation != id.generation))
		at = &(*at)->next;
	return at;
}

static struct record **find_record(struct ub_writes *writes, const struct ub_key *key)
{
	struct record **at = &writes->by_key[(ub_text_hash(key->href) ^ key->kind) % BUCKETS];
	while (*at && ((*at)->kind != key->kind || !ub_text_eq((*at)->href, key->href) ||
			  !ub_text_eq((*at)->principal, key->principal) ||
			  !ub_text_eq((*at)->upstream, key->upstream)))
		at = &(*at)->next;
	return at;
}

static struct ub_text place(char **at, struct ub_text text)
{
	struct ub_text placed = { memcpy(*at, text.ptr, text.len), text.len };
	*at += text.len;
	return placed;
}

static struct record *record_new(const struct ub_key *key)
{
	struct record *record = calloc(1,
	    sizeof(*record) + key->upstream.len + key->href.len + key->principal.len + key->collection.len);
	if (!record)
		abort();
	char *bytes = (char *)(record + 1);
	record->kind = key->kind;
	record->upstream = place(&bytes, key->upstream);
	record->href = place(&bytes, key->href);
	record->principal = place(&bytes, key->principal);
	record->collection = place(&bytes, key->collection);
	return record;
}

static void record_free(struct ub_writes *writes, struct record *record)
{
	struct ub_key key = { record->kind, record->upstream, record->href, record->principal,
		record->collection };
	struct record **at = find_record(writes, &key);
	*at = record->next;
	free(record);
}

/* Takes a write out of its bucket and closes its records. `changed`: the write may have changed something. A
 * record without a change stays for queue_writes_of_key() to tell of, unless `forget`. */
static void close_write(struct ub_writes *writes, struct write **at, bool changed, bool forget)
{
	struct write *write = *at;
	*at = write->next;
	for (size_t i = 0; i < write->n_records; i++) {
		struct record *record = write->records[i];
		record->open--;
		record->done |= changed;
		if (forget && !record->open && !record->done)
			record_free(writes, record);
	}
	queue_credential_free(&write->credential);
	queue_lone_write_free(&write->lone);
	free(write);
	writes->n--;
}

void queue_writes_free(struct ub_writes **writes)
{
	if (!*writes)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		while ((*writes)->by_id[i])
			close_write(*writes, &(*writes)->by_id[i], false, true);
	/* The records come last, as the writes pointed to them. */
	for (size_t i = 0; i < BUCKETS; i++)
		while ((*writes)->by_key[i])
			record_free(*writes, (*writes)->by_key[i]);
	pthread_mutex_destroy(&(*writes)->mutex);
	free(*writes);
	*writes = NULL;
}

static struct record *open_record(struct ub_writes *writes, const struct ub_key *key, int64_t now)
{
	struct record **at = find_record(writes, key);
	if (!*at)
		*at = record_new(key);
	(*at)->open++;
	(*at)->opened = now;
	return *at;
}

static struct write *write_new(struct ub_writes *writes, const struct ub_announced_write *announced)
{
	struct write *write = calloc(1, sizeof(*write));
	if (!write)
		abort();
	write->id = announced->id;
	write->announced = announced->now;
	write->credential = queue_credential_new(announced->authorization, announced->host);
	write->client = announced->client;
	write->lone = announced->lone ? queue_lone_write_copy(announced->lone) : NULL;
	for (size_t i = 0; i < announced->n_keys && i < UB_COUNT(write->records); i++)
		write->records[write->n_records++] = open_record(writes, &announced->keys[i], announced->now);
	return write;
}

void queue_writes_announce(struct ub_writes *writes, const struct ub_announced_write *announced)
{
	pthread_mutex_lock(&writes->mutex);
	struct write **at = find_write(writes, announced->id);
	if (*at)
		close_write(writes, at, true, false); /* nobody has told of its answer: look */
	if (writes->n < UB_WRITES_MAX) {
		struct write *write = write_new(writes, announced);
		at = find_write(writes, announced->id);
		write->next = *at;
		*at = write;
		writes->n++;
	}
	pthread_mutex_unlock(&writes->mutex);
}

static struct ub_key copy_key(const struct record *record, struct ub_arena *arena)
{
	const struct ub_key key = { record->kind, record->upstream, record->href, record->principal,
		record->collection };
	return ub_store_key_copied(&key, arena);
}

bool queue_writes_answer(struct ub_writes *writes, struct ub_wire_id id, bool changed,
    struct ub_answered_write *out, struct ub_arena *arena)
{
	pthread_mutex_lock(&writes->mutex);
	struct write **at = find_write(writes, id);
	bool known = *at != NULL;
	if (known) {
		*out = (struct ub_answered_write){ .credential = (*at)->credential,
			.client = (*at)->client,
			.lone = (*at)->lone,
			.n_keys = (*at)->n_records };
		(*at)->lone = NULL;
		for (size_t i = 0; i < out->n_keys; i++)
			out->keys[i] = copy_key((*at)->records[i], arena);
		(*at)->credential = NULL;
		close_write(writes, at, changed, false);
	}
	pthread_mutex_unlock(&writes->mutex);
	return known;
}

enum ub_write_state queue_writes_of_key(struct ub_writes *writes, const struct ub_key *key)
{
	enum ub_write_state state = UB_WRITE_UNHEARD;
	pthread_mutex_lock(&writes->mutex);
	struct record *record = *find_record(writes, key);
	if (record) {
		state = record->done ? UB_WRITE_DONE : record->open ? UB_WRITE_OPEN : UB_WRITE_VOID;
		record->done = false;
		if (!record->open)
			record_free(writes, record);
	}
	pthread_mutex_unlock(&writes->mutex);
	return state;
}

static void expire_writes(struct ub_writes *writes, struct write **at, int64_t now)
{
	while (*at) {
		if (now - (*at)->announced > UB_CREDENTIAL_MS)
			close_write(writes, at, false, true);
		else
			at = &(*at)->next;
	}
}

static void expire_records(struct record **at, int64_t now)
{
	while (*at) {
		struct record *record = *at;
		if (record->open || now - record->opened <= UB_CREDENTIAL_MS) {
			at = &record->next;
			continue;
		}
		*at = record->next;
		free(record);
	}
}

void queue_writes_expire(struct ub_writes *writes, int64_t now)
{
	pthread_mutex_lock(&writes->mutex);
	for (size_t i = 0; writes->n && i < BUCKETS; i++)
		expire_writes(writes, &writes->by_id[i], now);
	for (size_t i = 0; i < BUCKETS; i++)
		expire_records(&writes->by_key[i], now);
	pthread_mutex_unlock(&writes->mutex);
}
