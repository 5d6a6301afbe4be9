/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Who is to get a copy of an item, or a mail on it: where the server sends no invitations, each colleague who
 * is invited gets a key of his own for his copy. One whose calendar refuses it so keeps nothing from the
 * others, nor from the item.
 */
#include "pass-private.h"

#include "upbeat/deliver.h"

/* ---- the way ---- */

/* Said once: nothing else shows how colleagues get to see what they are invited to. */
static void tell_of_way(struct ub_pass *pass, const struct ub_delivery *delivery)
{
	bool news;
	(void)ub_freebusy_invites(pass->snapshot->freebusy, &news);
	if (news)
		ub_log(pass->log, delivery->way == UB_WAY_OWNER ? UB_LOG_WARNING : UB_LOG_INFO, "%s: %s",
		    delivery->why, ub_way_text(delivery->way));
}

static struct ub_delivery way_now(struct ub_pass *pass)
{
	return ub_deliver_by(pass->snapshot->settings, ub_freebusy_invites(pass->snapshot->freebusy, NULL));
}

void pass_tell_of_way(struct ub_pass *pass)
{
	const struct ub_delivery delivery = way_now(pass);
	if (delivery.way != UB_WAY_UNKNOWN)
		tell_of_way(pass, &delivery);
}

/* Asks the server for somebody's busy times: its answer shows whether it schedules. */
static void find_way(struct ub_pass *pass, struct ub_text person)
{
	struct ub_busy_people people;
	const struct ub_freebusy_question question = { .caller = pass->caller,
		.identity = &pass->identity,
		.collection = pass->collection,
		.org = pass->snapshot->org,
		.people = { &person, 1, 1 },
		.range = { pass->now, pass->now + 1 },
		.since = pass->monotonic - UB_FREEBUSY_KEPT_MS,
		.watched = pass->watched };
	ub_freebusy_ask(pass->snapshot->freebusy, &question, &people, pass->arena);
	pass_tell_of_way(pass);
}

/* ---- whom ---- */

static bool knows_copies(struct ub_pass *pass, const struct pass_item *item)
{
	if (pass->knows_copies)
		return true;
	pass->knows_copies = ub_store_copies(pass->store, ub_organization, item->meeting_uid, pass->arena,
				 &pass->copies) == UB_STORE_OK;
	if (!pass->knows_copies)
		pass_complain(pass);
	return pass->knows_copies;
}

static const struct ub_store_copy *find_copy(
    const struct ub_pass *pass, const struct pass_item *item, struct ub_text person)
{
	for (size_t i = 0; i < pass->copies.n; i++)
		if (ub_text_eq(pass->copies.items[i].item, item->href) &&
		    ub_text_eq(pass->copies.items[i].person, person))
			return &pass->copies.items[i];
	return NULL;
}

static bool is_wanted(
    const struct ub_party *party, const struct pass_item *item, const struct ub_store_copy *known)
{
	if (!known || known->state == UB_COPY_REMOVED)
		return party->partstat != UB_PARTSTAT_DECLINED;
	return known->state != UB_COPY_SERVERS && !(item->etag.len && ub_text_eq(known->source, item->etag));
}

/* ---- their keys ---- */

struct delivering {
	struct ub_pass *pass;
	const struct pass_item *item;
	UB_VEC(struct ub_key) keys;
};

static void put(struct ub_pass *pass, const struct ub_key *keys, size_t n)
{
	if (n && !pass_put_keys(pass, keys, n))
		ub_log(pass->log, UB_LOG_WARNING, "%.*s: %zu cop%s stay behind until it is looked at again",
		    UB_ARGS(keys->href), n, n == 1 ? "y" : "ies");
}

static void add_key(struct delivering *delivering, struct ub_text person)
{
	*ub_push(delivering->pass->arena, &delivering->keys) = ub_store_copy_key(
	    delivering->pass->job->key.upstream, delivering->item->href, person, delivering->pass->arena);
}

/* The copy is remembered before its key is put: the key alone does not say of which item it is. */
static void want(
    struct delivering *delivering, const struct ub_store_copy *known, const struct ub_party *party)
{
	struct ub_pass *pass = delivering->pass;
	const struct pass_item *item = delivering->item;
	const struct ub_store_copy copy = { .organization = ub_organization,
		.upstream = pass->job->key.upstream,
		.item = item->href,
		.person = party->address,
		.uid = item->event->uid,
		.meeting_uid = item->meeting_uid,
		.owner = pass->identity.owner,
		.state = UB_COPY_WANTED,
		.changed = pass->now * 1000 };
	bool fresh = !known || known->state == UB_COPY_REMOVED;
	if (fresh && ub_store_put_copy(pass->store, &copy) != UB_STORE_OK)
		pass_complain(pass);
	else
		add_key(delivering, party->address);
}

static void want_all(struct delivering *delivering)
{
	const struct ub_event *event = delivering->item->event;
	for (size_t i = 0; i < event->n_attendees; i++) {
		const struct ub_party *party = &event->attendees[i];
		if (!pass_is_to_get(delivering->pass, event, party))
			continue;
		const struct ub_store_copy *known =
		    find_copy(delivering->pass, delivering->item, party->address);
		if (is_wanted(party, delivering->item, known))
			want(delivering, known, party);
	}
}

/* Those who had a copy and are not invited any more. */
static void take_back(struct delivering *delivering)
{
	const struct ub_store_copies *copies = &delivering->pass->copies;
	const struct ub_event *event = delivering->item->event;
	for (size_t i = 0; i < copies->n; i++) {
		const struct ub_store_copy *copy = &copies->items[i];
		bool there = copy->state != UB_COPY_REMOVED && copy->state != UB_COPY_SERVERS;
		if (there && ub_text_eq(copy->item, delivering->item->href) &&
		    !(event && ub_facts_attendee(event, copy->person)))
			add_key(delivering, copy->person);
	}
}

/* The first colleague who is invited to the event. Empty: nobody is. */
static struct ub_text first_invited(const struct ub_pass *pass, const struct ub_event *event)
{
	for (size_t i = 0; event && event->organizer && i < event->n_attendees; i++)
		if (pass_is_to_get(pass, event, &event->attendees[i]))
			return event->attendees[i].address;
	return UB_TEXT_NONE;
}

void pass_deliver(struct ub_pass *pass, const struct pass_item *item)
{
	struct delivering delivering = { .pass = pass, .item = item };
	const struct ub_event *event = item->event;
	if (event && event->component != UB_COMPONENT_EVENT)
		return;
	struct ub_text first = first_invited(pass, event);
	if (first.len && way_now(pass).way == UB_WAY_UNKNOWN)
		find_way(pass, first);
	/* Whoever was told before is told the end, too, while it is not found out again which way is gone. */
	enum ub_way way = way_now(pass).way;
	bool ends = way == UB_WAY_UNKNOWN && first.len == 0;
	if (way == UB_WAY_MAIL || ends)
		pass_mail(pass, item);
	if ((way != UB_WAY_COPIES && way != UB_WAY_UNKNOWN) || !knows_copies(pass, item))
		return;
	if (first.len && way == UB_WAY_COPIES)
		want_all(&delivering);
	take_back(&delivering);
	put(pass, delivering.keys.items, delivering.keys.n);
}

/* ---- a copy that its colleague has changed ---- */

static void note_copy(struct ub_pass *pass, struct ub_text etag)
{
	const struct ub_key *key = &pass->job->key;
	struct ub_store_copy copy;
	enum ub_store_result result =
	    ub_store_copy_at(pass->store, ub_organization, key->upstream, key->href, pass->arena, &copy);
	if (result == UB_STORE_FAILED)
		pass_complain(pass);
	bool there =
	    result == UB_STORE_OK && (copy.state == UB_COPY_STANDS || copy.state == UB_COPY_DECLINED);
	if (!there || (etag.len && ub_text_eq(copy.etag, etag)))
		return;
	const struct ub_key again = ub_store_copy_key(key->upstream, copy.item, copy.person, pass->arena);
	put(pass, &again, 1);
}

void pass_note_copy(struct ub_pass *pass, struct ub_text etag)
{
	note_copy(pass, etag);
}

void pass_note_copy_gone(struct ub_pass *pass)
{
	note_copy(pass, UB_TEXT_NONE);
}
