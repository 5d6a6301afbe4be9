/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which meetings there are with an account: what a pass tells the store of it, and whose items it has looked
 * at anew.
 *
 * Rules may say a thing in the next meeting with an account alone. So when another meeting becomes the next
 * one, or the next one moves, some of those that are to come are looked at anew. That comes to an end: keys
 * are put only when a meeting begins or ceases to count as one with the account, moves or goes. None of this
 * depends on other meetings.
 */
#include "pass-private.h"

#include "upbeat/directory.h"
#include "upbeat/history.h"

/* An account whose meetings a change may concern, and the next one before the change. */
struct watch {
	struct ub_text account;
	bool any;
	struct ub_store_meeting next; /* if there is any */
};

struct watches {
	struct watch items[2]; /* a meeting may leave one account for another */
	size_t n;
};

static bool look_up(struct ub_pass *pass, struct ub_text account, struct ub_store_meetings *meetings)
{
	bool known = ub_store_account_meetings(
			 pass->store, ub_organization, account, pass->arena, meetings) == UB_STORE_OK;
	if (!known)
		pass_complain(pass);
	return known;
}

static bool is_to_come(const struct ub_pass *pass, const struct ub_store_meeting *meeting)
{
	return meeting->end / 1000 > pass->now;
}

static void find_next(struct ub_pass *pass, const struct ub_store_meetings *meetings, struct watch *watch)
{
	watch->any = false;
	for (size_t i = 0; i < meetings->n; i++) {
		const struct ub_store_meeting *meeting = &meetings->items[i];
		if (!is_to_come(pass, meeting) || (watch->any && meeting->start >= watch->next.start))
			continue;
		watch->any = true;
		watch->next = *meeting;
	}
}

static void begin_watch(struct ub_pass *pass, struct watches *watches, struct ub_text account)
{
	struct ub_store_meetings meetings;
	bool watched = watches->n && ub_text_eq(watches->items[0].account, account);
	if (!pass->snapshot->rules->reads_history || account.len == 0 || watched ||
	    !look_up(pass, account, &meetings))
		return;
	struct watch *watch = &watches->items[watches->n++];
	watch->account = account;
	find_next(pass, &meetings, watch);
}

/* ---- looking anew ---- */

static bool has_items(const struct ub_store_items *items, struct ub_text owner)
{
	for (size_t i = 0; i < items->n; i++)
		if (items->items[i].state != UB_ITEM_REMOVED && ub_text_eq(items->items[i].owner, owner))
			return true;
	return false;
}

/* Looks at the copy whose owner has the items; if nobody has any, at all copies. */
static void look_at_meeting(struct ub_pass *pass, struct ub_text uid)
{
	struct ub_store_seens seens = { 0 };
	struct ub_store_items items = { 0 };
	if (ub_store_seens(pass->store, ub_organization, uid, pass->arena, &seens) != UB_STORE_OK ||
	    ub_store_items(pass->store, ub_organization, uid, pass->arena, &items) != UB_STORE_OK) {
		pass_complain(pass);
		return;
	}
	bool some = false;
	for (size_t i = 0; i < seens.n; i++)
		some |= has_items(&items, seens.items[i].owner);
	for (size_t i = 0; i < seens.n; i++) {
		if (some && !has_items(&items, seens.items[i].owner))
			continue;
		ub_log(pass->log, UB_LOG_INFO,
		    "%.*s: the next meeting with its account is another one now; %.*s is looked at anew",
		    UB_ARGS(pass->job->key.href), UB_ARGS(seens.items[i].href));
		pass_look_at(pass, &seens.items[i]);
	}
}

static void look_at_those_to_come(
    struct ub_pass *pass, const struct ub_store_meetings *meetings, struct ub_text but)
{
	struct ub_map *looked = ub_map_new(pass->arena);
	for (size_t i = 0; i < meetings->n && ub_map_size(looked) < UB_HISTORY_LOOKS_MAX; i++) {
		const struct ub_store_meeting *meeting = &meetings->items[i];
		if (!is_to_come(pass, meeting) || ub_text_eq(meeting->meeting_uid, but) ||
		    ub_map_put(looked, meeting->meeting_uid, pass))
			continue;
		look_at_meeting(pass, meeting->meeting_uid);
	}
}

static void end_watch(struct ub_pass *pass, const struct watches *watches, struct ub_text uid)
{
	for (size_t i = 0; i < watches->n; i++) {
		const struct watch *before = &watches->items[i];
		struct watch now;
		struct ub_store_meetings meetings;
		if (!look_up(pass, before->account, &meetings))
			return;
		find_next(pass, &meetings, &now);
		if (before->any != now.any ||
		    (now.any && (before->next.start != now.next.start ||
				    !ub_text_eq(before->next.meeting_uid, now.next.meeting_uid))))
			look_at_those_to_come(pass, &meetings, uid);
	}
}

/* ---- what changes ---- */

/* Whether a copy of the meeting elsewhere counts as one with an account. */
static bool counts_elsewhere(struct ub_pass *pass, const struct ub_store_seen *seen)
{
	struct ub_store_seens copies = { 0 };
	if (ub_store_seens(pass->store, ub_organization, seen->meeting_uid, pass->arena, &copies) !=
	    UB_STORE_OK)
		return true;
	for (size_t i = 0; i < copies.n; i++)
		if (copies.items[i].account.len && !ub_text_eq(copies.items[i].href, seen->href))
			return true;
	return false;
}

/* Whether the customer's account may just not have been read. */
static bool may_lack_account(const struct ub_pass *pass, const struct ub_decision *decision)
{
	const struct ub_facts *facts = decision->facts;
	if (facts->n_accounts || !facts->meeting.customer || !pass->snapshot->directory)
		return false;
	struct ub_accounts *accounts = ub_directory_accounts(pass->snapshot->directory);
	bool whole = ub_accounts_whole(accounts);
	ub_accounts_release(&accounts);
	return !whole;
}

static void put_meetings(struct ub_pass *pass, struct ub_text meeting_uid,
    const struct ub_store_meeting *meetings, size_t n, enum ub_store_said said)
{
	if (ub_store_put_meetings(pass->store, ub_organization, meeting_uid, meetings, n, said,
		pass->now * 1000, pass->arena) != UB_STORE_OK)
		pass_complain(pass);
}

static void remember_meetings(
    struct ub_pass *pass, const struct ub_decision *decision, const struct ub_store_seen *seen)
{
	struct ub_store_meeting *meetings;
	bool private = decision->event->class != UB_CLASS_PUBLIC;
	size_t n = ub_remember_meetings(decision, seen->account, seen->owner, &meetings, pass->arena);
	if (seen->account.len || (!counts_elsewhere(pass, seen) && !may_lack_account(pass, decision)))
		put_meetings(
		    pass, seen->meeting_uid, meetings, n, private ? UB_STORE_SAYS_MUM : UB_STORE_SAYS_ALL);
}

/* The address of whoever owns the account. Empty: nobody knows. */
static struct ub_text owner_of(struct ub_pass *pass, struct ub_text id)
{
	struct ub_text owner = UB_TEXT_NONE;
	if (id.len == 0 || !pass->snapshot->directory)
		return owner;
	struct ub_accounts *accounts = ub_directory_accounts(pass->snapshot->directory);
	const struct ub_account *account = ub_accounts_find(accounts, id);
	if (account)
		owner = ub_text_copy(pass->arena, account->owner);
	ub_accounts_release(&accounts);
	return owner;
}

static void look_at_account(struct ub_pass *pass, struct ub_text id)
{
	struct ub_text owner = owner_of(pass, id);
	if (owner.len)
		pass_look_at_account(pass, owner, id);
}

/* A meeting may be what the rhythm of its account asks for. Its owner's key waits for him, if need be. */
static void look_at_accounts(
    struct ub_pass *pass, const struct ub_store_seen *seen, const struct ub_store_seen *former)
{
	struct ub_text former_account = former ? former->account : UB_TEXT_NONE;
	bool same = ub_text_eq(former_account, seen->account);
	if (!pass->snapshot->rules->n_account_rules || (former && former->start == seen->start && same))
		return;
	look_at_account(pass, seen->account);
	if (!same)
		look_at_account(pass, former_account);
}

/* Losses are counted from before it is told: another pass may lose what this one has told. */
static void put_seen(struct ub_pass *pass, const struct ub_store_seen *seen)
{
	pass->losses = ub_store_losses(pass->store);
	pass->remembered = seen;
	enum ub_store_result result = ub_store_put_seen(pass->store, seen);
	if (result == UB_STORE_OK)
		return;
	pass->unkept = result == UB_STORE_FAILED;
	pass_complain(pass);
	pass_shelter(pass);
}

bool pass_find_seen(struct ub_pass *pass, struct ub_store_seen *seen)
{
	const struct ub_key *key = &pass->job->key;
	struct ub_store *const stores[] = { pass->store, pass->shelter };
	for (size_t i = 0; i < UB_COUNT(stores) && stores[i]; i++)
		if (ub_store_seen(stores[i], ub_organization, key->upstream, key->href, pass->arena, seen) ==
		    UB_STORE_OK)
			return true;
	return false;
}

void pass_remember(struct ub_pass *pass, const struct ub_decision *decision,
    const struct ub_response *response, const struct ub_store_seen *former)
{
	const struct ub_meeting *meeting = &decision->facts->meeting;
	struct ub_store_seen *seen = UB_NEW(pass->arena, struct ub_store_seen);
	*seen = (struct ub_store_seen){ .organization = ub_organization,
		.meeting_uid = decision->event->uid,
		.upstream = pass->job->key.upstream,
		.href = pass->job->key.href,
		.collection = pass->collection,
		.principal = pass->job->key.principal,
		.owner = pass->identity.owner,
		.etag = response->etag,
		.schedule_tag = response->schedule_tag,
		.text = response->body,
		.account = ub_decide_account(pass->snapshot, decision, pass->arena),
		.start = meeting->start * 1000,
		.end = meeting->end * 1000,
		.changed = pass->now * 1000,
		.look_again = decision->look_again == UB_INSTANT_NONE ? 0 : decision->look_again * 1000 };
	struct watches watches = { .n = 0 };
	begin_watch(pass, &watches, seen->account);
	begin_watch(pass, &watches, former ? former->account : UB_TEXT_NONE);
	put_seen(pass, seen);
	remember_meetings(pass, decision, seen);
	end_watch(pass, &watches, seen->meeting_uid);
	look_at_accounts(pass, seen, former);
}

void pass_remember_look(struct ub_pass *pass)
{
	const struct ub_key *key = &pass->job->key;
	struct ub_store_seen seen;
	if (pass->look_again == 0 || ub_store_seen(pass->store, ub_organization, key->upstream, key->href,
					 pass->arena, &seen) != UB_STORE_OK)
		return;
	if (seen.look_again && seen.look_again <= pass->look_again)
		return;
	seen.look_again = pass->look_again;
	if (ub_store_put_seen(pass->store, &seen) != UB_STORE_OK)
		pass_complain(pass);
}

void pass_forget(struct ub_pass *pass, const struct ub_store_seen *seen)
{
	struct watches watches = { .n = 0 };
	begin_watch(pass, &watches, seen->account);
	if (ub_store_forget_seen(pass->store, ub_organization, seen->upstream, seen->href) == UB_STORE_FAILED)
		pass_complain(pass);
	if (seen->account.len && !counts_elsewhere(pass, seen))
		put_meetings(pass, seen->meeting_uid, NULL, 0, UB_STORE_SAYS_GONE);
	end_watch(pass, &watches, seen->meeting_uid);
	look_at_accounts(pass, seen, NULL);
}
