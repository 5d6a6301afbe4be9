/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `upbeat undo`: takes away what rules have made, by the marks that it bears; nothing else has to be known.
 * Only the organizer's copies are items. Colleagues' copies of them go by the server's own scheduling.
 */
#include "calendar-walk.h"
#include "upbeat/deliver.h"
#include "upbeat/events.h"
#include "upbeat/ical.h"
#include "upbeat/json.h"
#include "upbeat/settings.h"
#include "upbeat/copies.h"
#include "upbeat/store.h"

struct undo {
	const struct ub_undo_input *input;
	struct ub_undo_result *result;
	struct ub_buf *out;
	json_t *list; /* NULL: for people */
	struct ub_walk walk;
	const struct ub_walk_calendar *calendar;
};

/* One object, as it stands on the server. */
struct object {
	struct ub_text href, etag;
	const struct ub_ical *ical;
	const struct ub_event *event; /* NULL: the object cannot be read */
};

/* ---- telling ---- */

static void tell(struct undo *undo, const struct object *object, const char *what, const char *why)
{
	struct ub_text title = object->event ? object->event->summary : UB_TEXT_NONE;
	if (undo->list) {
		json_t *line = ub_json_object();
		ub_json_set(line, "href", ub_json_text(object->href));
		ub_json_set(line, "title", ub_json_text(title));
		ub_json_set(line, "what", ub_json_word(what));
		if (why)
			ub_json_set(line, "why", ub_json_word(why));
		ub_json_add(undo->list, line);
		return;
	}
	ub_buf_printf(undo->out, "%-8s  ", what);
	if (object->event) {
		ub_buf_shown(undo->out, title.len ? title : UB_TEXT("(no title)"));
		ub_buf_str(undo->out, "  ");
	}
	ub_buf_shown(undo->out, object->href);
	ub_buf_str(undo->out, why ? ": " : "");
	ub_buf_shown(undo->out, ub_text(why));
	ub_buf_char(undo->out, '\n');
}

static void fail(struct undo *undo, const struct object *object, const char *why)
{
	undo->result->failed++;
	tell(undo, object, "failed", why);
}

static bool keep(struct undo *undo, const struct object *object, const char *why)
{
	undo->result->kept++;
	tell(undo, object, "kept", why);
	return true;
}

/* ---- one object ---- */

static bool is_wanted(const struct undo *undo, struct ub_text rule_mark)
{
	struct ub_texts marks = undo->input->rule_marks;
	return marks.n == 0 || ub_texts_have(marks, rule_mark);
}

static bool is_organizers(const struct undo *undo, const struct ub_event *event)
{
	return !event->organizer ||
	       ub_text_eq_nocase(event->organizer->address, undo->calendar->identity.owner);
}

/* Remembers an item's state; before the removal too, so that nobody takes that for the user's own deletion.
 * False: not remembered. */
static bool remember(struct undo *undo, const struct object *object, enum ub_item_state state)
{
	const struct ub_marks *marks = &object->event->marks;
	struct ub_store_item item = { .organization = ub_organization,
		.meeting_uid = object->event->related_to,
		.identity = marks->item,
		.rule = marks->rule,
		.owner = undo->calendar->identity.owner,
		.generation = marks->generation,
		.upstream = undo->input->snapshot->settings->upstream.base,
		.uid = object->event->uid,
		.href = object->href,
		.state = state,
		.changed = ub_sys_now() * 1000 };
	return !undo->input->remember || undo->input->remember(undo->input->context, &item);
}

static const char *why_not(struct undo *undo, enum ub_outcome outcome, const struct ub_response *response)
{
	return ub_text_cstr(undo->walk.arena, walk_why_not(&undo->walk, outcome, response));
}

static bool is_done(enum ub_outcome outcome)
{
	return outcome == UB_OUTCOME_OK || outcome == UB_OUTCOME_GONE;
}

static bool report(struct undo *undo, const struct object *object, enum ub_outcome outcome,
    const struct ub_response *response, const char *done, size_t *count)
{
	if (is_done(outcome)) {
		++*count;
		tell(undo, object, done, NULL);
		return true;
	}
	fail(undo, object, why_not(undo, outcome, response));
	return outcome != UB_OUTCOME_DENIED;
}

static enum ub_outcome take_away(struct undo *undo, const struct object *object, struct ub_response *response)
{
	struct ub_request request = { .method = "DELETE", .target = object->href, .if_match = object->etag };
	bool remembered = remember(undo, object, UB_ITEM_REMOVING);
	enum ub_outcome outcome = walk_send(&undo->walk, request, response);
	if (is_done(outcome))
		undo->result->unremembered += !(remember(undo, object, UB_ITEM_REMOVED) || remembered);
	else if (outcome != UB_OUTCOME_UNCERTAIN)
		(void)remember(undo, object, UB_ITEM_EXISTS);
	return outcome;
}

static bool remove_item(struct undo *undo, const struct object *object)
{
	struct ub_response response = { .error = UB_TEXT_NONE };
	if (!is_wanted(undo, object->event->marks.rule))
		return true;
	if (!undo->input->force &&
	    ub_ical_user_changes(object->ical, undo->walk.snapshot->zones, undo->walk.arena))
		return keep(undo, object, "it was changed by hand; --force removes it all the same");
	if (object->etag.len == 0)
		return keep(
		    undo, object, "the server gives no ETag, so nobody could tell what would be lost");
	if (undo->input->dry_run)
		return report(undo, object, UB_OUTCOME_OK, &response, "remove", &undo->result->removed);
	enum ub_outcome outcome = take_away(undo, object, &response);
	return report(undo, object, outcome, &response, "removed", &undo->result->removed);
}

/* Takes out of a meeting what rules have added to it. */
static bool restore_meeting(struct undo *undo, const struct object *object)
{
	const struct ub_texts *marks = &undo->input->rule_marks;
	struct ub_response response = { .error = UB_TEXT_NONE };
	struct ub_ical_refusal refusal;
	const struct ub_ical *ical = object->ical;
	struct ub_text text = UB_TEXT_NONE;
	size_t all = 0;
	for (size_t i = 0; ical && i < (marks->n ? marks->n : 1); i++) {
		const struct ub_ical_amended restored =
		    ub_ical_restore(ical, marks->n ? marks->items[i] : UB_TEXT_NONE, undo->walk.arena);
		if (restored.overlap)
			return keep(undo, object, "two changes to it overlap, which is a fault of upbeat");
		text = restored.text;
		all += restored.n;
		ical = ub_ical_parse(undo->walk.arena, text, &refusal);
	}
	if (all == 0)
		return true;
	if (object->etag.len == 0)
		return keep(
		    undo, object, "the server gives no ETag, so nobody could tell what would be lost");
	if (undo->input->dry_run)
		return report(undo, object, UB_OUTCOME_OK, &response, "restore", &undo->result->restored);
	struct ub_request request = { .method = "PUT",
		.target = object->href,
		.content_type = "text/calendar; charset=utf-8",
		.body = text,
		.if_match = object->etag };
	enum ub_outcome outcome = walk_send(&undo->walk, request, &response);
	return report(undo, object, outcome, &response, "restored", &undo->result->restored);
}

static void read_object(
    struct undo *undo, struct object *object, struct ub_text text, struct ub_ical_refusal *refusal)
{
	struct ub_arena *arena = undo->walk.arena;
	ub_sys_reading_begin(undo->input->watched);
	object->ical = ub_ical_parse(arena, text, refusal);
	object->event =
	    object->ical ? ub_ical_event(object->ical, undo->walk.snapshot->zones, arena, refusal) : NULL;
	ub_sys_reading_end(undo->input->watched);
}

static bool act_on(struct undo *undo, struct object *object, struct ub_text text)
{
	struct ub_ical_refusal refusal;
	read_object(undo, object, text, &refusal);
	if (object->event && !is_organizers(undo, object->event)) {
		undo->result->foreign++;
		return true;
	}
	if (object->event)
		return object->event->marks.item.len ? remove_item(undo, object)
						     : restore_meeting(undo, object);
	fail(undo, object,
	    ub_text_cstr(undo->walk.arena,
		ub_textf(undo->walk.arena, "it bears marks and cannot be read: line %zu: %.*s", refusal.line,
		    UB_ARGS(refusal.message))));
	return true;
}

/* Looks at one object. False: there is no use in going on. */
static bool look_at(
    void *context, const struct ub_walk_calendar *calendar, const struct ub_dav_member *member)
{
	struct undo *undo = context;
	struct ub_response response;
	struct object object = { .href = member->href };
	enum ub_outcome outcome =
	    walk_send(&undo->walk, (struct ub_request){ .method = "GET", .target = member->href }, &response);
	undo->calendar = calendar;
	undo->result->seen++;
	if (outcome == UB_OUTCOME_GONE)
		return true;
	if (outcome != UB_OUTCOME_OK) {
		fail(undo, &object, why_not(undo, outcome, &response));
		return outcome != UB_OUTCOME_DENIED;
	}
	/* Most objects bear no mark: they need not be read. */
	if (ub_text_find(response.body, UB_TEXT("X-UPBEAT-"), 0) == SIZE_MAX)
		return true;
	object.etag = response.etag.len ? response.etag : member->etag;
	return act_on(undo, &object, response.body);
}

/* ---- all ---- */

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void summarize_json(struct undo *undo)
{
	const struct ub_undo_result *result = undo->result;
	const struct {
		const char *name;
		size_t n;
	} counts[] = {
		{ "removed", result->removed },
		{ "restored", result->restored },
		{ "kept", result->kept },
		{ "failed", result->failed },
		{ "unremembered", result->unremembered },
		{ "foreign", result->foreign },
		{ "seen", result->seen },
	};
	json_t *object = ub_json_object();
	for (size_t i = 0; i < UB_COUNT(counts); i++)
		ub_json_set(object, counts[i].name, ub_json_number(counts[i].n));
	ub_json_set(object, "objects", undo->list);
	ub_json_print(object, undo->out);
}

static void summarize(struct undo *undo)
{
	const struct ub_undo_result *result = undo->result;
	const char *would = undo->input->dry_run ? " would be" : "";
	if (undo->list) {
		summarize_json(undo);
		return;
	}
	ub_buf_printf(undo->out,
	    "%zu item%s%s removed, %zu meeting%s%s restored, %zu kept, %zu failed; %zu object%s seen",
	    result->removed, plural(result->removed), would, result->restored, plural(result->restored),
	    would, result->kept, result->failed, result->seen, plural(result->seen));
	if (result->unremembered)
		ub_buf_printf(undo->out, "; %zu of those removed will be taken for deleted by their user",
		    result->unremembered);
	if (result->foreign)
		ub_buf_printf(undo->out, "; %zu bear marks and are organized by somebody else: left alone",
		    result->foreign);
	ub_buf_char(undo->out, '\n');
}

static void fail_calendar(void *context, struct ub_text href, struct ub_text why)
{
	struct undo *undo = context;
	fail(undo, &(struct object){ .href = href }, ub_text_cstr(undo->walk.arena, why));
}

bool ub_undo(const struct ub_undo_input *input, struct ub_undo_result *result, struct ub_buf *out)
{
	struct undo undo = { .input = input, .result = result, .out = out };
	struct ub_walk_calendars calendars;
	const struct ub_walk_visit visit = {
		.look = look_at, .fail = fail_calendar, .progress = input->progress, .context = &undo
	};
	*result = (struct ub_undo_result){ .why = UB_TEXT_NONE };
	walk_begin(&undo.walk, input->snapshot, &input->login, input->access, out->arena);
	bool good = walk_calendars(&undo.walk, input->calendar, &calendars);
	if (good) {
		if (input->json)
			undo.list = ub_json_array();
		good = walk_through(&undo.walk, &calendars, &visit);
		summarize(&undo);
	}
	result->why = undo.walk.why;
	walk_end(&undo.walk);
	return good;
}

/* Of which series the item is, by a rule for accounts: the item does not say so itself. Empty: none is known.
 * False: the store cannot tell. */
static bool find_series(
    struct ub_store *store, const struct ub_store_item *item, struct ub_text *uid, struct ub_arena *arena)
{
	struct ub_texts uids;
	struct ub_store_item at;
	*uid = UB_TEXT_NONE;
	if (ub_store_item_at(store, item->organization, item->upstream, item->href, arena, &at) ==
		UB_STORE_OK &&
	    ub_text_eq(at.uid, item->uid)) {
		*uid = at.meeting_uid;
		return true;
	}
	/* Its user has moved it into another calendar. */
	if (ub_store_item_uids(store, item->organization, UB_TEXT(UB_CADENCE_PREFIX), item->owner, arena,
		&uids) != UB_STORE_OK)
		return false;
	for (size_t i = 0; i < uids.n && uid->len == 0; i++) {
		struct ub_store_items known = { 0 };
		if (ub_store_items(store, item->organization, uids.items[i], arena, &known) != UB_STORE_OK)
			return false;
		for (size_t k = 0; k < known.n; k++)
			if (ub_text_eq(known.items[k].uid, item->uid))
				*uid = uids.items[i];
	}
	return true;
}

/* The store leaves the event if there is no sink. */
static struct ub_store_event removal_of(const struct ub_store_item *item, struct ub_arena *arena)
{
	const struct ub_text account = ub_cadence_id(item->meeting_uid);
	const struct ub_happening happening = { .what = UB_EVENT_REMOVED,
		.now = item->changed / 1000,
		.zone = ub_cal_utc(),
		.item = item->id,
		.owner = item->owner,
		.uid = item->uid,
		.href = item->href,
		.meeting = account.len ? UB_TEXT_NONE : item->meeting_uid,
		.account = account,
		.why = UB_TEXT("what the rule has made was taken away by `upbeat undo`") };
	return ub_events_make(&happening, arena);
}

/* Has the copies that colleagues have of a removed item follow. */
static bool look_at_copies(struct ub_store *store, const struct ub_store_item *item, struct ub_arena *arena)
{
	struct ub_store_copies copies;
	UB_VEC(struct ub_key) keys = { 0 };
	if (ub_store_copies(store, item->organization, item->meeting_uid, arena, &copies) != UB_STORE_OK)
		return false;
	for (size_t i = 0; i < copies.n; i++)
		if (ub_text_eq(copies.items[i].item, item->href) && copies.items[i].state != UB_COPY_REMOVED)
			*ub_push(arena, &keys) =
			    ub_store_copy_key(item->upstream, item->href, copies.items[i].person, arena);
	return keys.n == 0 ||
	       ub_store_put(store, keys.items, keys.n, item->changed, item->changed) == UB_STORE_OK;
}

bool ub_undo_remember(struct ub_store *store, const struct ub_store_item *item)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_store_items known = { 0 };
	struct ub_store_item kept = *item;
	bool good = item->meeting_uid.len || find_series(store, item, &kept.meeting_uid, arena);
	if (good && kept.meeting_uid.len == 0) {
		ub_arena_free(&arena); /* nobody remembers the item */
		return true;
	}
	good = good &&
	       ub_store_items(store, item->organization, kept.meeting_uid, arena, &known) != UB_STORE_FAILED;
	for (size_t i = 0; good && i < known.n; i++) {
		if (!ub_text_eq(known.items[i].identity, item->identity))
			continue;
		kept.id = known.items[i].id;
		kept.etag = known.items[i].etag;
		kept.outcome = known.items[i].outcome;
		kept.outcome.gone = item->state == UB_ITEM_EXISTS ? 0 : item->changed;
	}
	const struct ub_store_event removal = removal_of(&kept, arena);
	const bool removed = item->state == UB_ITEM_REMOVED;
	good = good && ub_store_put_item_event(store, &kept, removed ? &removal : NULL) == UB_STORE_OK;
	if (removed)
		good = good &&
		       ub_store_forget_appointments(store, item->organization, item->upstream, item->href) ==
			   UB_STORE_OK &&
		       look_at_copies(store, &kept, arena) &&
		       ub_deliver_call_off(
			   store, kept.organization, kept.meeting_uid, kept.href, kept.changed / 1000, arena);
	ub_arena_free(&arena);
	return good;
}
