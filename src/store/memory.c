/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A store in memory: items, aliases and meetings, and the table of the store's functions.
 */
#include "memory-private.h"

#include <stdlib.h>

/* ---- orders ---- */

static int compare_items(const void *left, const void *right)
{
	const struct ub_store_item *a = left, *b = right;
	const struct ub_text *const of_a[] = { &a->organization, &a->meeting_uid, &a->identity };
	const struct ub_text *const of_b[] = { &b->organization, &b->meeting_uid, &b->identity };
	return record_compare_texts(of_a, of_b, UB_COUNT(of_a));
}

static int compare_seen(const void *left, const void *right)
{
	const struct ub_store_seen *a = left, *b = right;
	const struct ub_text *const of_a[] = { &a->organization, &a->upstream, &a->href };
	const struct ub_text *const of_b[] = { &b->organization, &b->upstream, &b->href };
	return record_compare_texts(of_a, of_b, UB_COUNT(of_a));
}

static int compare_meetings(const void *left, const void *right)
{
	const struct ub_store_seen *a = left, *b = right;
	const struct ub_text *const of_a[] = { &a->organization, &a->meeting_uid, &a->href, &a->upstream };
	const struct ub_text *const of_b[] = { &b->organization, &b->meeting_uid, &b->href, &b->upstream };
	return record_compare_texts(of_a, of_b, UB_COUNT(of_a));
}

static int compare_item_places(const void *left, const void *right)
{
	const struct ub_store_item *a = left, *b = right;
	const struct ub_text *const of_a[] = { &a->organization, &a->upstream, &a->href };
	const struct ub_text *const of_b[] = { &b->organization, &b->upstream, &b->href };
	int order = record_compare_texts(of_a, of_b, UB_COUNT(of_a));
	order = order ? order : (b->changed > a->changed) - (b->changed < a->changed);
	return order ? order : compare_items(left, right);
}

struct alias {
	struct ub_text upstream, from, to;
	int64_t changed;
};

static const size_t alias_texts[] = {
	offsetof(struct alias, upstream),
	offsetof(struct alias, from),
	offsetof(struct alias, to),
};
static const struct shape alias_shape = { sizeof(struct alias), alias_texts, UB_COUNT(alias_texts) };

static int compare_aliases(const void *left, const void *right)
{
	const struct alias *a = left, *b = right;
	const struct ub_text *const of_a[] = { &a->upstream, &a->from };
	const struct ub_text *const of_b[] = { &b->upstream, &b->from };
	return record_compare_texts(of_a, of_b, UB_COUNT(of_a));
}

/* Stores a copy in place of the record that compares equal. */
static enum ub_store_result replace(struct set *set, const struct shape *shape, const void *from)
{
	bool found;
	size_t at = record_set_find(set, from, &found);
	if (!found && set->n >= UB_STORE_MEMORY_MAX)
		return UB_STORE_FULL;
	void *record = record_new(shape, from, 0);
	if (!found) {
		record_set_add(set, record);
		return UB_STORE_OK;
	}
	free(set->items[at]);
	set->items[at] = record;
	return UB_STORE_OK;
}

/* ---- items ---- */

static void forget_item(struct memory *memory, struct ub_store_item *item)
{
	record_set_remove(&memory->item_places, item);
	record_set_remove(&memory->items, item);
	free(item);
}

static bool keep_item(struct memory *memory, const struct ub_store_item *item)
{
	struct ub_store_item *former = record_set_get(&memory->items, item);
	bool room = former || memory->items.n < UB_STORE_MEMORY_MAX;
	if (room) {
		void *record = record_new(&record_item_shape, item, 0); /* the text may be the former one's */
		if (former)
			forget_item(memory, former);
		record_set_add(&memory->items, record);
		record_set_add(&memory->item_places, record);
	}
	return room;
}

static enum ub_store_result memory_put_item(
    struct ub_store *store, const struct ub_store_item *item, const struct ub_store_event *event)
{
	struct memory *memory = memory_lock(store);
	bool room = !item || keep_item(memory, item);
	if (event && room)
		memory_add_event(memory, event);
	memory_unlock(memory);
	return room ? UB_STORE_OK : UB_STORE_FULL;
}

static enum ub_store_result memory_item_at(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text href, struct ub_arena *arena, struct ub_store_item *out)
{
	const struct ub_store_item first = {
		.organization = organization, .upstream = upstream, .href = href, .changed = INT64_MAX
	};
	struct memory *memory = memory_lock(store);
	size_t at = record_set_find(&memory->item_places, &first, NULL);
	const struct ub_store_item *item = at < memory->item_places.n ? memory->item_places.items[at] : NULL;
	bool there = item && ub_text_eq(item->organization, organization) &&
		     ub_text_eq(item->upstream, upstream) && ub_text_eq(item->href, href);
	if (there)
		record_out(&record_item_shape, item, arena, out);
	memory_unlock(memory);
	return there ? UB_STORE_OK : UB_STORE_NONE;
}

static enum ub_store_result memory_items(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_items *items)
{
	const struct ub_store_item first = { .organization = organization, .meeting_uid = meeting_uid };
	struct memory *memory = memory_lock(store);
	*items = (struct ub_store_items){ 0 };
	for (size_t i = record_set_find(&memory->items, &first, NULL); i < memory->items.n; i++) {
		const struct ub_store_item *item = memory->items.items[i];
		if (!ub_text_eq(item->organization, organization) ||
		    (meeting_uid.len && !ub_text_eq(item->meeting_uid, meeting_uid)))
			break;
		record_out(&record_item_shape, item, arena, ub_push(arena, items));
	}
	memory_unlock(memory);
	return UB_STORE_OK;
}

static enum ub_store_result memory_item_uids(struct ub_store *store, struct ub_text organization,
    struct ub_text prefix, struct ub_text owner, struct ub_arena *arena, struct ub_texts *uids)
{
	const struct ub_store_item first = { .organization = organization, .meeting_uid = prefix };
	struct memory *memory = memory_lock(store);
	for (size_t i = record_set_find(&memory->items, &first, NULL); i < memory->items.n; i++) {
		const struct ub_store_item *item = memory->items.items[i];
		if (!ub_text_eq(item->organization, organization) ||
		    !ub_text_starts(item->meeting_uid, prefix))
			break;
		bool stands = item->state != UB_ITEM_REMOVED && item->state != UB_ITEM_DELETED;
		bool told = uids->n && ub_text_eq(uids->items[uids->n - 1], item->meeting_uid);
		if (stands && !told && ub_text_eq(item->owner, owner))
			*ub_push(arena, uids) = ub_text_copy(arena, item->meeting_uid);
	}
	memory_unlock(memory);
	return UB_STORE_OK;
}

/* ---- series ---- */

static void rename_items(
    struct memory *memory, struct ub_text organization, struct ub_text from, struct ub_text to)
{
	const struct ub_store_item first = { .organization = organization, .meeting_uid = from };
	for (;;) {
		size_t at = record_set_find(&memory->items, &first, NULL);
		struct ub_store_item *item = at < memory->items.n ? memory->items.items[at] : NULL;
		if (!item || !ub_text_eq(item->organization, organization) ||
		    !ub_text_eq(item->meeting_uid, from))
			return;
		struct ub_store_item renamed = *item;
		renamed.meeting_uid = to;
		void *record = record_new(&record_item_shape, &renamed, 0);
		struct ub_store_item *former = record_set_get(&memory->items, record);
		if (former)
			forget_item(memory, former);
		forget_item(memory, item);
		record_set_add(&memory->items, record);
		record_set_add(&memory->item_places, record);
	}
}

static enum ub_store_result memory_rename_series(
    struct ub_store *store, struct ub_text organization, struct ub_text from, struct ub_text to)
{
	struct memory *memory = memory_lock(store);
	memory_rename_appointments(memory, organization, from, to);
	rename_items(memory, organization, from, to);
	memory_rename_periods(memory, organization, from, to);
	memory_rename_rhythm(memory, organization, from, to);
	memory_unlock(memory);
	return UB_STORE_OK;
}

/* ---- aliases ---- */

static enum ub_store_result memory_put_alias(
    struct ub_store *store, struct ub_text upstream, struct ub_text from, struct ub_text to, int64_t now)
{
	const struct alias alias = { upstream, from, to, now };
	struct memory *memory = memory_lock(store);
	enum ub_store_result result = replace(&memory->aliases, &alias_shape, &alias);
	memory_unlock(memory);
	return result;
}

static enum ub_store_result memory_alias(struct ub_store *store, struct ub_text upstream, struct ub_text from,
    struct ub_arena *arena, struct ub_text *to)
{
	const struct alias like = { .upstream = upstream, .from = from };
	struct memory *memory = memory_lock(store);
	const struct alias *alias = record_set_get(&memory->aliases, &like);
	if (alias)
		*to = ub_text_copy(arena, alias->to);
	memory_unlock(memory);
	return alias ? UB_STORE_OK : UB_STORE_NONE;
}

/* ---- meetings as they were last seen ---- */

static bool forget(struct memory *memory, const struct ub_store_seen *like)
{
	struct ub_store_seen *seen = record_set_get(&memory->seen, like);
	if (!seen)
		return false;
	record_set_remove(&memory->meetings, seen);
	record_set_remove(&memory->seen, seen);
	memory->seen_bytes -= seen->text.len;
	free(seen);
	return true;
}

static bool has_room(struct memory *memory, const struct ub_store_seen *seen)
{
	const struct ub_store_seen *former = record_set_get(&memory->seen, seen);
	size_t others = memory->seen_bytes - (former ? former->text.len : 0);
	return (former || memory->seen.n < UB_STORE_MEMORY_MAX) &&
	       seen->text.len <= UB_STORE_MEMORY_TEXTS - others;
}

static enum ub_store_result memory_put_seen(struct ub_store *store, const struct ub_store_seen *seen)
{
	struct memory *memory = memory_lock(store);
	bool room = has_room(memory, seen);
	if (room) {
		(void)forget(memory, seen);
		void *record = record_new(&record_seen_shape, seen, 0);
		record_set_add(&memory->seen, record);
		record_set_add(&memory->meetings, record);
		memory->seen_bytes += seen->text.len;
	}
	memory_unlock(memory);
	return room ? UB_STORE_OK : UB_STORE_FULL;
}

static enum ub_store_result memory_seen(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text href, struct ub_arena *arena, struct ub_store_seen *out)
{
	const struct ub_store_seen like = {
		.organization = organization, .upstream = upstream, .href = href
	};
	struct memory *memory = memory_lock(store);
	const struct ub_store_seen *seen = record_set_get(&memory->seen, &like);
	if (seen)
		record_out(&record_seen_shape, seen, arena, out);
	memory_unlock(memory);
	return seen ? UB_STORE_OK : UB_STORE_NONE;
}

static enum ub_store_result memory_forget_seen(
    struct ub_store *store, struct ub_text organization, struct ub_text upstream, struct ub_text href)
{
	const struct ub_store_seen like = {
		.organization = organization, .upstream = upstream, .href = href
	};
	struct memory *memory = memory_lock(store);
	bool was_there = forget(memory, &like);
	memory_unlock(memory);
	return was_there ? UB_STORE_OK : UB_STORE_NONE;
}

static enum ub_store_result memory_seens(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_seens *seens)
{
	const struct ub_store_seen first = { .organization = organization, .meeting_uid = meeting_uid };
	struct memory *memory = memory_lock(store);
	*seens = (struct ub_store_seens){ 0 };
	for (size_t i = record_set_find(&memory->meetings, &first, NULL); i < memory->meetings.n; i++) {
		const struct ub_store_seen *seen = memory->meetings.items[i];
		if (!ub_text_eq(seen->organization, organization) ||
		    (meeting_uid.len && !ub_text_eq(seen->meeting_uid, meeting_uid)))
			break;
		record_out(&record_seen_shape, seen, arena, ub_push(arena, seens));
	}
	memory_unlock(memory);
	return UB_STORE_OK;
}

static enum ub_store_result memory_seens_due(
    struct ub_store *store, int64_t now, struct ub_arena *arena, struct ub_store_seens *seens)
{
	struct memory *memory = memory_lock(store);
	for (size_t i = 0; i < memory->meetings.n && seens->n < UB_STORE_LOOKS; i++) {
		const struct ub_store_seen *seen = memory->meetings.items[i];
		if (seen->look_again && seen->look_again <= now)
			record_out(&record_seen_shape, seen, arena, ub_push(arena, seens));
	}
	memory_unlock(memory);
	return UB_STORE_OK;
}

static enum ub_store_result memory_seen_looked(struct ub_store *store, const struct ub_store_seen *like)
{
	struct memory *memory = memory_lock(store);
	struct ub_store_seen *seen = record_set_get(&memory->seen, like);
	bool same = seen && seen->look_again == like->look_again;
	if (same)
		seen->look_again = 0;
	memory_unlock(memory);
	return same ? UB_STORE_OK : UB_STORE_NONE;
}

/* ---- forgetting by age ---- */

static bool is_remembered(const struct memory *memory, const struct ub_store_item *item)
{
	const struct ub_store_seen first = { .organization = item->organization,
		.meeting_uid = item->meeting_uid };
	size_t at = record_set_find(&memory->meetings, &first, NULL);
	const struct ub_store_seen *seen = at < memory->meetings.n ? memory->meetings.items[at] : NULL;
	return seen && ub_text_eq(seen->organization, item->organization) &&
	       ub_text_eq(seen->meeting_uid, item->meeting_uid);
}

static enum ub_store_result memory_prune(struct ub_store *store, int64_t now, int64_t before, int64_t history)
{
	struct memory *memory = memory_lock(store);
	for (size_t i = memory->seen.n; i > 0; i--) {
		const struct ub_store_seen *seen = memory->seen.items[i - 1];
		if (seen->end < before)
			forget(memory, seen);
	}
	for (size_t i = memory->items.n; i > 0; i--) {
		struct ub_store_item *item = memory->items.items[i - 1];
		if (item->changed < history && !is_remembered(memory, item))
			forget_item(memory, item);
	}
	for (size_t i = memory->aliases.n; i > 0; i--) {
		struct alias *alias = memory->aliases.items[i - 1];
		if (alias->changed >= before)
			continue;
		record_set_remove(&memory->aliases, alias);
		free(alias);
	}
	memory_prune_principals(memory, before);
	memory_prune_meetings(memory, history);
	memory_prune_appointments(memory, now);
	memory_prune_syncs(memory, before);
	memory_prune_clients(memory, before);
	memory_prune_copies(memory, before);
	memory_prune_mails(memory, before);
	memory_unlock(memory);
	return UB_STORE_OK;
}

/* ---- the store ---- */

static void memory_close(struct ub_store *store)
{
	struct memory *memory = (struct memory *)store;
	memory_queue_free(memory);
	record_set_free(&memory->items);
	record_set_free(&memory->aliases);
	record_set_free(&memory->principals);
	record_set_free(&memory->seen);
	free(memory->meetings.items);
	free(memory->item_places.items);
	record_set_free(&memory->met);
	free(memory->met_with.items);
	record_set_free(&memory->periods);
	record_set_free(&memory->rhythms);
	record_set_free(&memory->appointments);
	record_set_free(&memory->syncs);
	record_set_free(&memory->clients);
	record_set_free(&memory->copies);
	record_set_free(&memory->mails);
	free(memory->taken.items);
	record_set_free(&memory->events);
	record_set_free(&memory->sinks);
	pthread_mutex_destroy(&memory->lock);
	free(memory);
}

static const char *memory_problem(struct ub_store *store)
{
	(void)store;
	return "the memory store is full"; /* nothing else can go wrong with it */
}

static enum ub_store_result memory_keep(struct ub_store *store)
{
	(void)store;
	return UB_STORE_OK;
}

static int64_t memory_unkept(struct ub_store *store)
{
	(void)store;
	return INT64_MAX;
}

static uint64_t memory_losses(const struct ub_store *store)
{
	(void)store;
	return 0;
}

static bool memory_is_lost(struct ub_store *store)
{
	(void)store;
	return false;
}

static const struct ub_store_ops ops = {
	.name = "memory",
	.close = memory_close,
	.problem = memory_problem,
	.put = memory_put,
	.recover = memory_recover,
	.take = memory_take,
	.blame = memory_blame,
	.reads = memory_reads,
	.extend = memory_extend,
	.claim = memory_claim,
	.settle = memory_settle,
	.requeue = memory_requeue,
	.forget = memory_forget,
	.hand_over = memory_hand_over,
	.expire = memory_expire,
	.strangers = memory_strangers,
	.heard = memory_heard,
	.knows = memory_knows,
	.put_login = memory_put_login,
	.login = memory_login,
	.put_owner = memory_put_owner,
	.owners = memory_owners,
	.href_of = memory_href_of,
	.wake = memory_wake,
	.principals = memory_principals,
	.waiting = memory_waiting,
	.waits = memory_waits,
	.untried = memory_untried,
	.next_due = memory_next_due,
	.jobs = memory_jobs,
	.put_item = memory_put_item,
	.items = memory_items,
	.item_uids = memory_item_uids,
	.item_at = memory_item_at,
	.put_alias = memory_put_alias,
	.alias = memory_alias,
	.put_seen = memory_put_seen,
	.seen = memory_seen,
	.forget_seen = memory_forget_seen,
	.seens = memory_seens,
	.seens_due = memory_seens_due,
	.seen_looked = memory_seen_looked,
	.meetings = memory_meetings,
	.change_meetings = memory_change_meetings,
	.put_period = memory_put_period,
	.periods = memory_periods,
	.rename_series = memory_rename_series,
	.put_rhythm = memory_put_rhythm,
	.rhythm = memory_rhythm,
	.forget_rhythm = memory_forget_rhythm,
	.event_appointments = memory_event_appointments,
	.change_appointments = memory_change_appointments,
	.appointments = memory_appointments,
	.item_stands = memory_item_stands,
	.copy_appointments = memory_copy_appointments,
	.forget_appointments = memory_forget_appointments,
	.put_sync = memory_put_sync,
	.sync = memory_sync,
	.note_client = memory_note_client,
	.clients = memory_clients,
	.places = memory_places,
	.remembers = memory_remembers,
	.objects = memory_objects,
	.put_copy = memory_put_copy,
	.copy = memory_copy,
	.copy_at = memory_copy_at,
	.copies = memory_copies,
	.put_mail = memory_put_mail,
	.note_mail = memory_note_mail,
	.mails = memory_mails,
	.mails_due = memory_mails_due,
	.count_mails = memory_count_mails,
	.set_sinks = memory_set_sinks,
	.sinks = memory_sinks,
	.events = memory_events,
	.events_done = memory_events_done,
	.prune = memory_prune,
	.keep = memory_keep,
	.unkept = memory_unkept,
	.losses = memory_losses,
	.is_lost = memory_is_lost,
};

struct ub_store *ub_store_memory_open(void)
{
	struct memory *memory = calloc(1, sizeof(*memory));
	if (!memory || pthread_mutex_init(&memory->lock, NULL))
		abort();
	memory->store.ops = &ops;
	memory->keys.compare = memory_compare_keys;
	memory->queue.compare = memory->leases.compare = memory_compare_queue;
	memory->owned.compare = memory_compare_owned;
	memory->expiring.compare = memory_compare_expiring;
	memory->doubtful.compare = memory_compare_doubtful;
	memory->doubtful_of.compare = memory_compare_doubtful_of;
	memory->principals.compare = memory_compare_principals;
	memory->claims.compare = memory_compare_claims;
	memory->items.compare = compare_items;
	memory->item_places.compare = compare_item_places;
	memory->aliases.compare = compare_aliases;
	memory->seen.compare = compare_seen;
	memory->meetings.compare = compare_meetings;
	memory->met.compare = memory_compare_met;
	memory->met_with.compare = memory_compare_met_with;
	memory->periods.compare = memory_compare_periods;
	memory->rhythms.compare = memory_compare_rhythms;
	memory->appointments.compare = memory_compare_appointments;
	memory->taken.compare = memory_compare_taken;
	memory->syncs.compare = memory_compare_syncs;
	memory->clients.compare = memory_compare_clients;
	memory->copies.compare = memory_compare_copies;
	memory->mails.compare = memory_compare_mails;
	memory->events.compare = memory_compare_events;
	memory->sinks.compare = memory_compare_sinks;
	return &memory->store;
}
