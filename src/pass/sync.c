/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The pass over a calendar in which something may have changed past Upbeat: in the server's own pages, by a
 * client that goes to the server itself, or by the server's scheduling. It only finds out which objects are
 * to be looked at and puts their keys. An object that Upbeat has read or written as it is now is none of
 * these.
 *
 * Where the server can say what has changed since a token (RFC 6578), it is asked for that. Otherwise, and
 * where it has refused tokens that it has given, the calendar is listed and compared with the list before.
 * The first look at a calendar is for what the store remembers there: what is older is for `backfill`.
 *
 * What the server says need not be true, as each object is looked at before anything is done: the worst that
 * a wrong answer does is a look too many. ub_store_sync.known has the versions of objects, as numbers in
 * ascending order and in base64: of those that were dealt with since the token, if they were too many for one
 * look, or of all those that were listed.
 */
#include "pass-private.h"

#include <inttypes.h>
#include <stdlib.h>

#include "upbeat/http.h"

enum { VERSION_BYTES = 8 };

struct versions {
	uint64_t *items;
	size_t n, cap;
};

struct syncing {
	struct ub_pass *pass;
	struct ub_text principal;     /* on whose behalf objects are looked at */
	struct ub_store_sync state;   /* as the store has it, and as it will be */
	struct versions known, fresh; /* what was dealt with before, and is now */
	struct ub_map *remembered;    /* of the calendar's objects: struct ub_store_place by href */
	struct ub_store_places places;
	UB_VEC(struct ub_key) keys;
	size_t left;   /* changes for the next look */
	bool unlisted; /* the server does not list the calendar, or it has too much in it */
};

/* ---- versions of objects ---- */

static int compare_versions(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

static void sort(struct versions *versions)
{
	if (versions->n)
		qsort(versions->items, versions->n, sizeof(*versions->items), compare_versions);
}

static bool has(const struct versions *versions, uint64_t version)
{
	return versions->n && bsearch(&version, versions->items, versions->n, sizeof(*versions->items),
				  compare_versions) != NULL;
}

static void read_versions(struct ub_text code, struct versions *versions, struct ub_arena *arena)
{
	struct ub_text bytes;
	if (!ub_base64_decode(arena, code, &bytes))
		return;
	for (size_t i = 0; i + VERSION_BYTES <= bytes.len; i += VERSION_BYTES) {
		uint64_t version = 0;
		for (unsigned k = 0; k < VERSION_BYTES; k++)
			version = version << 8 | (unsigned char)bytes.ptr[i + k];
		*ub_push(arena, versions) = version;
	}
	sort(versions);
}

static struct ub_text write_versions(struct versions *versions, struct ub_arena *arena)
{
	struct ub_buf bytes = UB_BUF(arena);
	sort(versions);
	for (size_t i = 0; i < versions->n; i++)
		for (unsigned k = VERSION_BYTES; k > 0; k--)
			ub_buf_char(&bytes, (char)(versions->items[i] >> (8 * (k - 1))));
	return ub_base64(arena, ub_buf_text(&bytes));
}

/* ---- what is to be looked at ---- */

static void look_at(struct syncing *syncing, struct ub_text href)
{
	const struct ub_key *key = &syncing->pass->job->key;
	*ub_push(syncing->pass->arena, &syncing->keys) = (struct ub_key){ .kind = UB_KEY_OBJECT,
		.upstream = key->upstream,
		.href = href,
		.principal = syncing->principal,
		.collection = syncing->pass->collection };
}

/* Whether Upbeat knows the object as it is now, or knows nothing of one that is gone. */
static bool is_known(const struct syncing *syncing, struct ub_text href, const struct ub_dav_change *change)
{
	const struct ub_store_place *place = ub_map_get(syncing->remembered, href);
	if (change->gone)
		return !place;
	return (place && change->etag.len && ub_text_eq(place->etag, change->etag)) ||
	       pass_has_looked(syncing->pass, href, change->etag);
}

/* The canonical href of a member of the calendar itself; empty: it is something else. */
static struct ub_text member_of(const struct syncing *syncing, const struct ub_dav_change *change)
{
	struct ub_text collection = syncing->pass->collection;
	struct ub_text href = ub_http_href_canonical(syncing->pass->arena, change->href);
	bool inside = href.len > collection.len && ub_text_eq(ub_http_href_collection(href), collection);
	return inside ? href : UB_TEXT_NONE;
}

/* Takes a change, unless it was dealt with. There may be more than can be looked at now. */
static void take_change(struct syncing *syncing, const struct ub_dav_change *change)
{
	struct ub_text href = member_of(syncing, change);
	uint64_t version = pass_version(href, change->etag);
	if (href.len == 0 || has(&syncing->known, version) || is_known(syncing, href, change))
		return;
	if (syncing->keys.n >= UB_SYNC_LOOKS) {
		syncing->left++;
		return;
	}
	look_at(syncing, href);
	*ub_push(syncing->pass->arena, &syncing->fresh) = version;
}

/* What was dealt with need not be looked at once more when the server tells of it again. */
static void keep_fresh(struct syncing *syncing)
{
	for (size_t i = 0; i < syncing->fresh.n; i++)
		*ub_push(syncing->pass->arena, &syncing->known) = syncing->fresh.items[i];
	if (syncing->known.n > UB_SYNC_LISTED)
		syncing->known.n = 0;
}

/* ---- asking ---- */

static enum ub_outcome ask(struct syncing *syncing, const char *method, const char *depth,
    struct ub_text body, struct ub_response *response)
{
	struct ub_pass *pass = syncing->pass;
	const struct ub_request request = { .method = method,
		.target = pass->collection,
		.depth = depth,
		.content_type = "application/xml; charset=utf-8",
		.body = body };
	return pass_send(pass, &request, response);
}

static enum ub_outcome ask_changes(struct syncing *syncing, const char *method, const char *depth,
    struct ub_text body, struct ub_dav_changes *changes)
{
	struct ub_response response;
	enum ub_outcome outcome = ask(syncing, method, depth, body, &response);
	if (outcome == UB_OUTCOME_OK && !ub_dav_read_changes(response.body, changes, syncing->pass->arena))
		return UB_OUTCOME_REFUSED;
	/* A server that cannot read its own token may say so by a 500. */
	bool broken = response.status >= 500 && response.status != 503;
	return outcome == UB_OUTCOME_AGAIN && broken ? UB_OUTCOME_REFUSED : outcome;
}

/* ---- by a token ---- */

/* *refused: the server does not know the token any more, or its answer is no answer. */
static enum ub_outcome take_page(struct syncing *syncing, struct ub_dav_changes *changes, bool *refused)
{
	struct ub_store_sync *state = &syncing->state;
	struct ub_text query = ub_dav_sync_query(state->token, UB_SYNC_CHANGES, syncing->pass->arena);
	enum ub_outcome outcome = ask_changes(syncing, "REPORT", "0", query, changes);
	*refused = outcome == UB_OUTCOME_REFUSED || outcome == UB_OUTCOME_GONE ||
		   outcome == UB_OUTCOME_CONFLICT || (outcome == UB_OUTCOME_OK && changes->token.len == 0);
	if (outcome != UB_OUTCOME_OK || *refused)
		return outcome;
	for (size_t i = 0; i < changes->n; i++)
		take_change(syncing, &changes->items[i]);
	/* Of one answer either all is dealt with, or it is asked for again; and by the same token the server
	 * tells of the same once more. */
	if (syncing->left || ub_text_eq(state->token, changes->token)) {
		keep_fresh(syncing);
		changes->more = false;
		return outcome;
	}
	state->token = changes->token;
	syncing->known.n = 0;
	syncing->fresh.n = 0;
	return outcome;
}

static enum ub_outcome follow_token(struct syncing *syncing, bool *refused)
{
	struct ub_dav_changes changes = { .more = true };
	enum ub_outcome outcome = UB_OUTCOME_OK;
	for (unsigned i = 0; i < UB_SYNC_REQUESTS && outcome == UB_OUTCOME_OK && changes.more; i++) {
		outcome = take_page(syncing, &changes, refused);
		if (*refused)
			return outcome;
	}
	if (outcome == UB_OUTCOME_OK)
		syncing->state.refused = 0;
	return outcome;
}

/* ---- what the store remembers ---- */

/* Takes what is gone, or is another version than the store remembers. */
static void compare(struct syncing *syncing, const struct ub_dav_change *change)
{
	struct ub_text href = member_of(syncing, change);
	const struct ub_store_place *place = href.len ? ub_map_get(syncing->remembered, href) : NULL;
	if (place && (change->gone || (place->etag.len && !is_known(syncing, href, change))))
		look_at(syncing, href);
}

/* Asks for the versions of some of the places. A server that cannot say leaves them as they are. */
static enum ub_outcome compare_some(struct syncing *syncing, size_t from, size_t to)
{
	struct ub_arena *arena = syncing->pass->arena;
	struct ub_text *hrefs = UB_NEW_ARRAY(arena, struct ub_text, to - from);
	struct ub_dav_changes changes = { 0 };
	for (size_t i = from; i < to; i++)
		hrefs[i - from] = syncing->places.items[i].href;
	enum ub_outcome outcome = ask_changes(
	    syncing, "REPORT", "1", ub_dav_multiget_query(hrefs, to - from, false, arena), &changes);
	for (size_t i = 0; i < changes.n; i++)
		compare(syncing, &changes.items[i]);
	return outcome;
}

static enum ub_outcome compare_remembered(struct syncing *syncing)
{
	size_t n = syncing->places.n;
	for (size_t i = 0; i < n; i += UB_MULTIGET) {
		size_t to = n - i < UB_MULTIGET ? n : i + UB_MULTIGET;
		enum ub_outcome outcome = compare_some(syncing, i, to);
		if (outcome == UB_OUTCOME_AGAIN || outcome == UB_OUTCOME_DENIED)
			return outcome;
	}
	return UB_OUTCOME_OK;
}

/* ---- the first token ---- */

/* What may be the token of a second before: RFC 6578 4 has tokens be URIs, but SOGo's is the number of the
 * second in which something has changed last. Empty: the token is no number. */
static struct ub_text number_before(struct ub_text token, struct ub_arena *arena)
{
	uint64_t number = 0;
	for (size_t i = 0; i < token.len; i++) {
		if (token.ptr[i] < '0' || token.ptr[i] > '9' || number > UINT32_MAX)
			return UB_TEXT_NONE;
		number = number * 10 + (uint64_t)(token.ptr[i] - '0');
	}
	return number ? ub_textf(arena, "%" PRIu64, number - 1) : UB_TEXT_NONE;
}

/* Takes the token of the calendar as it is now. By a number of seconds, SOGo never tells of what changes
 * later in that second. So it is asked for what has changed in the second so far, which is not looked at, as
 * it was there before; and with its answer it gives a token by which it tells of all that comes. */
static enum ub_outcome take_first_token(struct syncing *syncing, struct ub_text token)
{
	struct ub_store_sync *state = &syncing->state;
	struct ub_arena *arena = syncing->pass->arena;
	struct ub_text before = number_before(token, arena);
	struct ub_dav_changes changes = { 0 };
	state->token = token;
	if (before.len == 0)
		return UB_OUTCOME_OK;
	enum ub_outcome outcome =
	    ask_changes(syncing, "REPORT", "0", ub_dav_sync_query(before, UB_SYNC_CHANGES, arena), &changes);
	if (outcome == UB_OUTCOME_AGAIN || outcome == UB_OUTCOME_DENIED)
		return outcome;
	if (outcome != UB_OUTCOME_OK || changes.token.len == 0 || changes.more)
		return UB_OUTCOME_OK;
	for (size_t i = 0; i < changes.n; i++)
		*ub_push(arena, &syncing->known) =
		    pass_version(member_of(syncing, &changes.items[i]), changes.items[i].etag);
	sort(&syncing->known);
	state->token = changes.token;
	return UB_OUTCOME_OK;
}

/* ---- by lists ---- */

/* Takes what is remembered and is not in the list. */
static void take_missing(struct syncing *syncing, const struct ub_dav_changes *list)
{
	struct ub_map *listed = ub_map_new(syncing->pass->arena);
	for (size_t i = 0; i < list->n; i++) {
		struct ub_text href = member_of(syncing, &list->items[i]);
		if (href.len)
			ub_map_put(listed, href, syncing);
	}
	for (size_t i = 0; i < syncing->places.n; i++)
		if (!ub_map_get(listed, syncing->places.items[i].href))
			look_at(syncing, syncing->places.items[i].href);
}

/* Remembers the versions in the list. A calendar that suddenly has nothing in it is remembered as it was: if
 * the list is wrong, nothing in it is new when it comes back. */
static void keep_list(struct syncing *syncing, const struct ub_dav_changes *list)
{
	if (list->n == 0)
		return;
	syncing->known.n = 0;
	for (size_t i = 0; i < list->n; i++) {
		struct ub_text href = member_of(syncing, &list->items[i]);
		if (href.len)
			*ub_push(syncing->pass->arena, &syncing->known) =
			    pass_version(href, list->items[i].etag);
	}
}

/* `tag`: how the server has described the state of the calendar before it was listed. A list that cannot be
 * had is not asked for again before the calendar changes. */
static enum ub_outcome take_list(struct syncing *syncing, bool first, struct ub_text tag)
{
	struct ub_dav_changes list = { 0 };
	enum ub_outcome outcome = ask_changes(syncing, "PROPFIND", "1", ub_dav_etags_query, &list);
	syncing->unlisted = outcome == UB_OUTCOME_REFUSED || list.n > UB_SYNC_LISTED;
	if (syncing->unlisted) {
		syncing->state.tag = tag;
		return UB_OUTCOME_OK;
	}
	if (outcome != UB_OUTCOME_OK)
		return outcome;
	take_missing(syncing, &list);
	for (size_t i = 0; i < list.n; i++)
		if (first)
			compare(syncing, &list.items[i]);
		else
			take_change(syncing, &list.items[i]);
	if (syncing->left) {
		keep_fresh(syncing);
		return outcome;
	}
	keep_list(syncing, &list);
	syncing->state.tag = tag;
	return outcome;
}

/* Whether the server can be followed by tokens, as far as is known. */
static bool goes_by_tokens(const struct syncing *syncing, const struct ub_dav_state *now)
{
	return now->token.len && syncing->state.refused < UB_SYNC_REFUSALS;
}

/* Looks at the calendar without a token: for the first time, after a token was refused, or because there are
 * none. */
static enum ub_outcome follow_list(struct syncing *syncing, bool first)
{
	struct ub_store_sync *state = &syncing->state;
	struct ub_response response;
	struct ub_dav_state now;
	enum ub_outcome outcome = ask(syncing, "PROPFIND", "0", ub_dav_state_query, &response);
	if (outcome != UB_OUTCOME_OK || !ub_dav_read_state(response.body, &now, syncing->pass->arena))
		return outcome == UB_OUTCOME_OK ? UB_OUTCOME_REFUSED : outcome;
	if (first && goes_by_tokens(syncing, &now)) {
		outcome = take_first_token(syncing, now.token);
		return outcome == UB_OUTCOME_OK ? compare_remembered(syncing) : outcome;
	}
	struct ub_text tag = now.tag.len ? now.tag : now.token;
	return tag.len && ub_text_eq(tag, state->tag) ? outcome : take_list(syncing, first, tag);
}

/* ---- the look ---- */

/* What the store knows of the calendar. False: it cannot tell. *first: nothing. */
static bool recall(struct syncing *syncing, bool *first)
{
	struct ub_pass *pass = syncing->pass;
	const struct ub_key *key = &pass->job->key;
	enum ub_store_result result =
	    ub_store_sync(pass->store, key->upstream, pass->collection, pass->arena, &syncing->state);
	*first = result == UB_STORE_NONE;
	if (result == UB_STORE_FAILED ||
	    ub_store_places(pass->store, ub_organization, key->upstream, pass->collection, pass->now * 1000,
		pass->arena, &syncing->places) != UB_STORE_OK)
		return pass_complain(pass), false;
	for (size_t i = 0; i < syncing->places.n; i++)
		ub_map_put(syncing->remembered, syncing->places.items[i].href, &syncing->places.items[i]);
	read_versions(syncing->state.known, &syncing->known, pass->arena);
	return true;
}

static bool is_same(const struct ub_store_sync *a, const struct ub_store_sync *b)
{
	return ub_text_eq(a->token, b->token) && ub_text_eq(a->tag, b->tag) &&
	       ub_text_eq(a->known, b->known) && a->refused == b->refused &&
	       b->looked - a->looked < UB_UPKEEP_MS;
}

/* The keys come first: if the store does not take them, the same is asked again. */
static bool remember(struct syncing *syncing, const struct ub_store_sync *before)
{
	struct ub_pass *pass = syncing->pass;
	struct ub_store_sync *state = &syncing->state;
	if (!pass_put_keys(pass, syncing->keys.items, syncing->keys.n))
		return false;
	state->upstream = pass->job->key.upstream;
	state->collection = pass->collection;
	state->known = write_versions(&syncing->known, pass->arena);
	state->looked = pass->now * 1000;
	if (is_same(before, state) || ub_store_put_sync(pass->store, state) == UB_STORE_OK)
		return true;
	pass_complain(pass);
	return false;
}

static enum ub_outcome follow(struct syncing *syncing, bool first)
{
	bool refused = false;
	enum ub_outcome outcome = UB_OUTCOME_OK;
	if (!first && syncing->state.token.len)
		outcome = follow_token(syncing, &refused);
	else
		return follow_list(syncing, first);
	if (!refused)
		return outcome;
	syncing->state.refused++;
	syncing->state.token = UB_TEXT_NONE;
	syncing->known.n = 0;
	return follow_list(syncing, true);
}

/* What the service account finds is looked at for the calendar's owner, under the name that he signs in with
 * if he was ever there. */
static struct ub_text principal_of(struct ub_pass *pass)
{
	const struct ub_key *key = &pass->job->key;
	struct ub_text login = UB_TEXT_NONE, owner = pass->identity.owner_href;
	if (!pass->caller->service)
		return key->principal;
	if (owner.len &&
	    ub_store_login(pass->store, key->upstream, owner, pass->arena, &login) != UB_STORE_OK)
		return UB_TEXT_NONE;
	return login;
}

enum ub_pass_end ub_pass_sync(struct ub_pass *pass, struct ub_text *why)
{
	bool first;
	struct syncing syncing = { .pass = pass, .remembered = ub_map_new(pass->arena) };
	pass->collection = pass->job->key.href;
	pass->held = pass->now * 1000;
	enum ub_pass_end end = pass_look_at_owner(pass, why);
	if (end != UB_PASS_SETTLED)
		return end;
	if (!pass->identity.calendar || pass->identity.owner.len == 0)
		return pass->caller->service ? UB_PASS_FORBIDDEN : end;
	syncing.principal = principal_of(pass);
	*why = UB_TEXT("the store cannot tell how far its changes were looked at");
	if (!recall(&syncing, &first))
		return UB_PASS_AGAIN;
	const struct ub_store_sync before = syncing.state;
	enum ub_outcome outcome = follow(&syncing, first);
	*why = ub_textf(pass->arena, "its changes: %s", ub_outcome_text(outcome));
	if (outcome != UB_OUTCOME_OK)
		return pass_end_at_collection(pass, outcome);
	if (!remember(&syncing, &before))
		return UB_PASS_AGAIN;
	if (syncing.keys.n)
		ub_log(pass->log, UB_LOG_INFO, "%.*s: %zu changed past Upbeat and %s looked at%s",
		    UB_ARGS(pass->collection), syncing.keys.n, syncing.keys.n == 1 ? "is" : "are",
		    syncing.left ? ", the others at the next poll" : "");
	*why = syncing.unlisted ? UB_TEXT("its list is refused, or too long to be followed")
				: ub_textf(pass->arena, "%zu to be looked at", syncing.keys.n);
	return UB_PASS_SETTLED;
}
