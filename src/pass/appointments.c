/* SPDX-License-Identifier: Apache-2.0 */

/*
 * When people are taken: what a pass tells the store of it, and what it goes by.
 *
 * No item of ours is to stand at a time at which one of its people is taken, by a meeting or by another item.
 * Two passes must not choose the same time at once. So whoever chooses times looks at the appointments and
 * stores its own under one lock, before anything is sent to the server.
 *
 * When an event is stored over items that stand, their meetings or accounts are looked at anew, and the items
 * move. So do
 * they when an item is put over them whose rule says its time (`at`), or which looks at nobody's times. That
 * comes to an end. A pass puts keys if the event that it looks at takes people at another time than before,
 * which a client's write does, or a series as time passes; or for an item that it makes, which is made once.
 * It puts none for an item that stands and moves out of somebody's way, and such an item moves to a time that
 * nobody has taken.
 */
#include "pass-private.h"

#include <assert.h>

static void lock(struct ub_pass *pass)
{
	int failed = pthread_mutex_lock(pass->times);
	assert(!failed);
}

static void unlock(struct ub_pass *pass)
{
	int failed = pthread_mutex_unlock(pass->times);
	assert(!failed);
}

void pass_look_at(struct ub_pass *pass, const struct ub_store_seen *seen)
{
	pass_look_at_later(pass, seen, pass->now * 1000);
}

void pass_look_at_later(struct ub_pass *pass, const struct ub_store_seen *seen, int64_t due)
{
	struct ub_key key = { .kind = UB_KEY_OBJECT,
		.upstream = seen->upstream,
		.href = seen->href,
		.principal = seen->principal,
		.collection = seen->collection };
	if (ub_store_put(pass->store, &key, 1, pass->now * 1000, due) != UB_STORE_OK)
		pass_complain(pass);
}

void pass_look_at_account(struct ub_pass *pass, struct ub_text owner, struct ub_text id)
{
	struct ub_text upstream = pass->job->key.upstream, address = ub_text_lower(pass->arena, owner);
	struct ub_store_owners owners;
	if (ub_store_owners(pass->store, upstream, address, pass->arena, &owners) != UB_STORE_OK) {
		pass_complain(pass);
		return;
	}
	const struct ub_store_owner *holder = ub_owners_holder(&owners, address, pass->now * 1000);
	if (!holder)
		return;
	const struct ub_key key = ub_store_account_key(upstream, holder->principal, id, pass->arena);
	ub_log(pass->log, UB_LOG_INFO, "%.*s: %.*s is looked at anew for %.*s", UB_ARGS(pass->job->key.href),
	    UB_ARGS(id.len ? id : UB_TEXT("what stands for teams")), UB_ARGS(holder->principal));
	if (ub_store_put(pass->store, &key, 1, pass->now * 1000, pass->now * 1000) != UB_STORE_OK)
		pass_complain(pass);
}

/* ---- what an object says ---- */

/* Whether the event takes people's time, as a day of vacation does. Of a series its instances do. */
static bool takes_time(const struct ub_pass *pass, const struct ub_event *event,
    const struct ub_meeting *meeting, const char *not_eligible)
{
	bool one = event->is_instance || (event->repeats == UB_REPEATS_NOT && !event->override_only);
	return one && !event->transparent && event->status != UB_STATUS_CANCELLED &&
	       meeting->start < meeting->end && meeting->end > pass->now &&
	       !(not_eligible && ub_text_is(ub_text(not_eligible), "cancelled"));
}

static struct ub_store_appointment appointment_of(const struct ub_pass *pass, struct ub_text uid,
    struct ub_text meeting_uid, struct ub_text href, ub_instant start, ub_instant end)
{
	return (struct ub_store_appointment){ .organization = ub_organization,
		.uid = uid,
		.person = ub_text_lower(pass->arena, pass->identity.owner),
		.meeting_uid = meeting_uid,
		.upstream = pass->job->key.upstream,
		.href = href,
		.start = start * 1000,
		.end = end * 1000 };
}

/* The copy of the meeting whose owner has the item. */
static bool is_copy_with_item(const struct ub_store_seen *seen, const struct ub_store_items *items,
    const struct ub_store_appointment *appointment)
{
	for (size_t i = 0; i < items->n; i++)
		if (ub_text_eq(items->items[i].uid, appointment->uid))
			return ub_text_eq(items->items[i].owner, seen->owner);
	return true;
}

/* What a rule for accounts has made has no meeting that could be looked at. */
static void look_at_review_of(struct ub_pass *pass, const struct ub_store_appointment *appointment)
{
	struct ub_store_items items = { 0 };
	struct ub_text uid = appointment->meeting_uid, id = ub_cadence_id(uid);
	const struct ub_rule *rule = ub_cadence_maker(pass->snapshot->rules, uid, pass->arena);
	if (ub_store_items(pass->store, ub_organization, uid, pass->arena, &items) != UB_STORE_OK)
		pass_complain(pass);
	for (size_t i = 0; i < items.n && rule; i++)
		if (ub_text_eq(items.items[i].uid, appointment->uid))
			pass_look_at_account(
			    pass, items.items[i].owner, rule->subject == UB_FOR_TEAM ? UB_TEXT_NONE : id);
}

static void look_at_copies_of(
    struct ub_pass *pass, const struct ub_store_appointment *appointment, const char *why)
{
	struct ub_store_seens seens = { 0 };
	struct ub_store_items items = { 0 };
	struct ub_text uid = appointment->meeting_uid;
	if (ub_store_seens(pass->store, ub_organization, uid, pass->arena, &seens) != UB_STORE_OK ||
	    ub_store_items(pass->store, ub_organization, uid, pass->arena, &items) != UB_STORE_OK) {
		pass_complain(pass);
		return;
	}
	for (size_t i = 0; i < seens.n; i++) {
		if (!is_copy_with_item(&seens.items[i], &items, appointment))
			continue;
		ub_log(pass->log, UB_LOG_INFO, "%.*s: %s; %.*s is looked at anew",
		    UB_ARGS(pass->job->key.href), why, UB_ARGS(seens.items[i].href));
		pass_look_at(pass, &seens.items[i]);
	}
}

void pass_look_at_meeting_of(
    struct ub_pass *pass, const struct ub_store_appointment *appointment, const char *why)
{
	if (ub_cadence_is_uid(appointment->meeting_uid))
		look_at_review_of(pass, appointment);
	else
		look_at_copies_of(pass, appointment, why);
}

/* Items of other meetings at the time of the event, one of each meeting. */
static void find_collisions(struct ub_pass *pass, const struct ub_store_appointment *event,
    struct ub_texts people, struct ub_store_appointments *collisions)
{
	struct ub_map *meetings = ub_map_new(pass->arena);
	for (size_t i = 0; i < people.n; i++) {
		struct ub_store_appointments then;
		if (ub_store_appointments(pass->store, ub_organization, people.items[i], event->start,
			event->end, pass->arena, &then) != UB_STORE_OK) {
			pass_complain(pass);
			return;
		}
		for (size_t j = 0; j < then.n; j++) {
			const struct ub_store_appointment *other = &then.items[j];
			if (!other->item || ub_text_eq(other->meeting_uid, event->meeting_uid) ||
			    ub_map_get(meetings, other->meeting_uid))
				continue;
			ub_map_put(meetings, other->meeting_uid, pass);
			*ub_push(pass->arena, collisions) = *other;
		}
	}
}

/* Stores whom the event takes. True: somebody is taken at another time than before; *collisions are the items
 * that stand then. */
static bool put(struct ub_pass *pass, const struct ub_store_appointment *event, struct ub_texts people,
    bool whole, struct ub_store_appointments *collisions)
{
	bool changed;
	if (ub_store_put_appointment(
		pass->store, event, people.items, people.n, whole, pass->arena, &changed) != UB_STORE_OK) {
		pass_complain(pass);
		return false;
	}
	if (changed)
		find_collisions(pass, event, people, collisions);
	return changed;
}

static void look_at_meetings_of(struct ub_pass *pass, const struct ub_store_appointments *collisions)
{
	struct ub_map *meetings = ub_map_new(pass->arena);
	for (size_t i = 0; i < collisions->n; i++) {
		if (!ub_map_put(meetings, collisions->items[i].meeting_uid, pass))
			pass_look_at_meeting_of(
			    pass, &collisions->items[i], "it stands where an item of another meeting does");
	}
}

/* One event as it was read, or one instance of a series. */
struct noting {
	struct ub_store_appointment event;
	const struct ub_meeting *meeting;
	bool takes_time;
	bool changed;         /* somebody is taken at another time than before */
	struct ub_map *noted; /* UIDs */
	struct ub_store_appointments collisions;
};

static void note(struct ub_pass *pass, struct noting *noting)
{
	const struct ub_meeting *meeting = noting->meeting;
	struct ub_texts people = { 0 };
	bool whole = meeting->organizer && meeting->organizer == meeting->owner;
	for (size_t i = 0; i < meeting->internal.n && noting->takes_time; i++)
		*ub_push(pass->arena, &people) = meeting->internal.items[i]->email;
	ub_map_put(noting->noted, noting->event.uid, noting);
	noting->changed |= put(pass, &noting->event, people, whole, &noting->collisions);
}

/* The store knows each instance by a UID of its own. */
static void note_instances(struct ub_pass *pass, struct noting *noting, const struct ub_decision *decision)
{
	struct ub_text uid = noting->event.uid;
	size_t room = UB_SERIES_APPOINTMENTS; /* an invitation may name any number of ours */
	for (size_t i = 0; i < decision->ahead.n; i++) {
		size_t n = decision->ahead.items[i]->meeting.internal.n;
		if (n > room)
			break;
		room -= n;
		const struct ub_event *event = decision->ahead.items[i]->meeting.event;
		struct ub_text name = ub_plan_instance_name(event, pass->arena);
		noting->meeting = &decision->ahead.items[i]->meeting;
		noting->event.uid = ub_textf(pass->arena, "%.*s\n%.*s", UB_ARGS(uid), UB_ARGS(name));
		noting->event.start = noting->meeting->start * 1000;
		noting->event.end = noting->meeting->end * 1000;
		noting->takes_time = takes_time(pass, event, noting->meeting, NULL);
		note(pass, noting);
	}
}

/* What the copy has said of instances that it does not have any more. */
static void forget_instances(struct ub_pass *pass, struct noting *noting)
{
	struct ub_store_appointments known;
	const struct ub_store_appointment event = noting->event;
	if (ub_store_copy_appointments(pass->store, ub_organization, event.upstream, event.href, pass->arena,
		&known) != UB_STORE_OK) {
		pass_complain(pass);
		return;
	}
	for (size_t i = 0; i < known.n; i++) {
		const struct ub_store_appointment *old = &known.items[i];
		if (ub_map_get(noting->noted, old->uid) || old->end <= pass->now * 1000)
			continue;
		noting->event.uid = old->uid;
		noting->takes_time = false;
		note(pass, noting);
	}
}

/* Whose item it is. One of a rule for accounts does not say so itself. */
static struct ub_text meeting_of_item(struct ub_pass *pass, const struct ub_event *read)
{
	struct ub_store_appointments known;
	if (read->related_to.len)
		return read->related_to;
	if (ub_store_copy_appointments(pass->store, ub_organization, pass->job->key.upstream,
		pass->job->key.href, pass->arena, &known) != UB_STORE_OK) {
		pass_complain(pass);
		return read->uid;
	}
	for (size_t i = 0; i < known.n; i++)
		if (ub_text_eq(known.items[i].uid, read->uid))
			return known.items[i].meeting_uid;
	return read->uid;
}

void pass_note_appointment(struct ub_pass *pass, const struct ub_decision *decision, bool item)
{
	const struct ub_event *read = decision->event;
	const struct ub_meeting *meeting = &decision->facts->meeting;
	struct noting noting = { .meeting = meeting,
		.takes_time = takes_time(pass, read, meeting, decision->plan->not_eligible),
		.noted = ub_map_new(pass->arena),
		.event = appointment_of(pass, read->uid, item ? meeting_of_item(pass, read) : read->uid,
		    pass->job->key.href, meeting->start, meeting->end) };
	noting.event.item = item;
	lock(pass);
	if (decision->ahead.n)
		note_instances(pass, &noting, decision);
	else
		note(pass, &noting);
	if (!item)
		forget_instances(pass, &noting);
	unlock(pass);
	pass->moved = noting.changed;
	look_at_meetings_of(pass, &noting.collisions);
}

void pass_forget_appointments(struct ub_pass *pass, struct ub_text href)
{
	if (ub_store_forget_appointments(pass->store, ub_organization, pass->job->key.upstream, href) !=
	    UB_STORE_OK)
		pass_complain(pass);
}

/* ---- the times of items ---- */

/* Whether the item, once the step is carried out, is shown as busy. */
static bool will_be_busy(const struct ub_step *step)
{
	bool as_it_stands = step->existing && step->existing->event && !(step->may_write & UB_PROPERTY_STATE);
	return step->item->kind == UB_ITEM_EVENT &&
	       (as_it_stands ? !step->existing->event->transparent : step->item->busy);
}

/* As pass_reserve(). *collisions: items of other meetings that stand then. */
static void reserve(struct ub_pass *pass, const struct ub_step *step, struct ub_text href,
    struct ub_interval time, struct ub_store_appointments *collisions)
{
	const struct ub_item *item = step->item;
	struct ub_store_appointment event =
	    appointment_of(pass, item->uid, item->parent_uid, href, time.start, time.end);
	struct ub_texts people = { 0 };
	event.item = true;
	if (will_be_busy(step) && time.end > pass->now) {
		*ub_push(pass->arena, &people) = event.person;
		for (size_t i = 0; i < item->attendees.n; i++)
			*ub_push(pass->arena, &people) = item->attendees.items[i]->email;
	}
	put(pass, &event, people, true, collisions);
}

void pass_reserve(
    struct ub_pass *pass, const struct ub_step *step, struct ub_text href, struct ub_interval time)
{
	struct ub_store_appointments unneeded = { 0 };
	lock(pass);
	reserve(pass, step, href, time, &unneeded);
	unlock(pass);
}

static void reserve_all(struct ub_pass *pass, const struct ub_plan *plan, const struct ub_findings *findings,
    struct ub_store_appointments *collisions)
{
	for (size_t i = 0; i < findings->n; i++)
		if (findings->existing[i].state != UB_EXISTING_STANDS)
			pass_forget_appointments(pass, findings->found[i].href);
	for (size_t i = 0; i < plan->steps.n; i++) {
		const struct ub_step *step = &plan->steps.items[i];
		struct ub_store_appointments then = { 0 };
		if (!step->item)
			continue;
		struct ub_text href = step->existing
					  ? findings->found[step->existing - findings->existing].href
					  : pass_href_of(pass, step->item);
		reserve(pass, step, href, (struct ub_interval){ step->item->start, step->item->end }, &then);
		for (size_t j = 0; j < then.n && (pass->moved || step->action == UB_ACTION_CREATE); j++)
			*ub_push(pass->arena, collisions) = then.items[j];
	}
}

/* Keeps the times that the plan has, if all was known, and lets others choose. */
static bool end_choice(
    struct ub_pass *pass, bool known, const struct ub_decision *decision, const struct ub_findings *findings)
{
	struct ub_store_appointments collisions = { 0 };
	if (known)
		reserve_all(pass, decision->plan, findings, &collisions);
	unlock(pass);
	look_at_meetings_of(pass, &collisions);
	if (!known)
		pass_complain(pass);
	return known;
}

bool pass_choose_review_times(struct ub_pass *pass, struct ub_cadence_input *input,
    struct ub_decision *decision, const struct ub_findings *findings, const struct ub_busy_people *server)
{
	const struct ub_taken taken = { .store = pass->store, .server = server };
	lock(pass);
	bool known = ub_decide_cadence_as_known(&taken, pass->collection, input, decision, pass->arena);
	return end_choice(pass, known, decision, findings);
}

bool pass_choose_times(struct ub_pass *pass, struct ub_decide_input *input, struct ub_decision *decision,
    const struct ub_findings *findings, const struct ub_busy_people *server)
{
	const struct ub_taken taken = { .store = pass->store, .server = server };
	lock(pass);
	bool known = ub_decide_as_known(&taken, input, decision, pass->arena);
	return end_choice(pass, known, decision, findings);
}
