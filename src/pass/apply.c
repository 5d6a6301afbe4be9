/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Carries out a plan: creates, changes and removes items on the server, and remembers them in the store.
 */
#include "pass-private.h"

/* `event`: what is to be told with that; NULL: nothing. */
static void remember(
    struct ub_pass *pass, const struct ub_store_item *item, const struct ub_store_event *event)
{
	if (ub_store_put_item_event(pass->store, item, event) != UB_STORE_OK)
		pass_complain(pass);
}

/* The base of an item as it was written. */
static struct ub_text base_of(struct ub_pass *pass, struct ub_text text)
{
	struct ub_ical_refusal refusal;
	return pass_base(ub_ical_read(text, pass->snapshot->zones, pass->arena, &refusal));
}

/* An item that stands, as the store is to know it. What became of it is left to the caller. */
static struct ub_store_item standing(const struct ub_pass *pass, const struct ub_item *item,
    struct ub_text href, struct ub_text etag, struct ub_text base)
{
	return (struct ub_store_item){ .organization = ub_organization,
		.meeting_uid = item->parent_uid,
		.identity = item->marks.item,
		.rule = item->marks.rule,
		.id = item->id,
		.owner = pass->identity.owner,
		.generation = item->generation,
		.upstream = pass->job->key.upstream,
		.uid = item->uid,
		.href = href,
		.etag = etag,
		.base = base,
		.state = UB_ITEM_EXISTS,
		.changed = pass->now * 1000 };
}

/* Has what colleagues have of the item follow, as it was written. */
static void deliver(struct ub_pass *pass, struct ub_text meeting_uid, struct ub_text href,
    struct ub_text etag, struct ub_text text)
{
	struct ub_ical_refusal refusal;
	const struct ub_ical *ical = ub_ical_parse(pass->arena, text, &refusal);
	const struct ub_event *event =
	    ical ? ub_ical_event(ical, pass->snapshot->zones, pass->arena, &refusal) : NULL;
	const struct pass_item item = { meeting_uid, href, etag, ical, event };
	if (event)
		pass_deliver(pass, &item);
}

static void say(struct ub_pass *pass, struct ub_text what, const char *done, enum ub_outcome outcome,
    const struct ub_response *response)
{
	bool good = outcome == UB_OUTCOME_OK;
	ub_log(pass->log, good ? UB_LOG_INFO : UB_LOG_WARNING, "%.*s for %.*s: %s%s%s%.*s", UB_ARGS(what),
	    UB_ARGS(pass->job->key.href), good ? "" : "not ", done, good ? "" : ": ",
	    UB_ARGS(good                  ? UB_TEXT_NONE
		    : response->error.len ? response->error
					  : ub_text(ub_outcome_text(outcome))));
}

/* Sends an item's text. `before`: as it stands; NULL: it is new, and has no ETag. */
static enum ub_outcome put(struct ub_pass *pass, struct ub_text href, struct ub_text body,
    const struct ub_ical *before, struct ub_text etag, struct ub_response *response)
{
	struct ub_text outsider = ub_decide_outsider(body, before, pass->snapshot->org, pass->arena);
	if (outsider.len) {
		*response = (struct ub_response){ .error = ub_textf(pass->arena,
						      "it would invite %.*s, who is not one of ours",
						      UB_ARGS(outsider)) };
		return UB_OUTCOME_REFUSED;
	}
	struct ub_request request = { .method = "PUT",
		.target = href,
		.content_type = "text/calendar; charset=utf-8",
		.body = body,
		.create_only = etag.len == 0,
		.if_match = etag };
	/* Items of a meeting that nobody remembers would stand for ever when it goes. */
	if (!pass->kept)
		pass_keep(pass);
	pass->kept = true;
	return pass_send(pass, &request, response);
}

static struct ub_ical_writing writing_of(const struct ub_pass *pass, bool as_event)
{
	return (struct ub_ical_writing){
		.zones = pass->snapshot->zones, .now = pass->now, .task_as_event = as_event
	};
}

/* Whether the item does not stand, and nobody is about to try again. */
static bool is_given_up(enum ub_outcome outcome)
{
	return outcome == UB_OUTCOME_REFUSED || outcome == UB_OUTCOME_GONE || outcome == UB_OUTCOME_DENIED;
}

/* Whether the task is to stand as an event. */
static bool as_event(const struct ub_pass *pass, const struct ub_item *item)
{
	return item->kind == UB_ITEM_TASK && (item->form.task_as_event || !pass->identity.takes_tasks);
}

/* Whether an item whose PUT did not succeed may stand all the same, so that the next pass looks there. Nobody
 * else has an object of that name: what is in the way was made by an engine that died before the store had
 * kept it. */
static bool may_stand(enum ub_outcome outcome)
{
	return outcome == UB_OUTCOME_UNCERTAIN || outcome == UB_OUTCOME_CONFLICT;
}

static enum ub_outcome create(struct ub_pass *pass, const struct ub_item *item, struct ub_acts *acts)
{
	struct ub_ical_writing writing = writing_of(pass, as_event(pass, item));
	struct ub_text href = pass_href_of(pass, item);
	struct ub_text text = ub_ical_write(item, &writing, pass->arena);
	struct ub_response response;
	enum ub_outcome outcome = put(pass, href, text, NULL, UB_TEXT_NONE, &response);
	struct ub_store_item stored = standing(pass, item, href, response.etag, base_of(pass, text));
	stored.outcome = ub_remember_item(item, writing.task_as_event, pass->arena);
	stored.outcome.made = pass->now * 1000;
	if (outcome == UB_OUTCOME_OK) {
		remember(pass, &stored, pass_tell_created(pass, item, href));
		deliver(pass, item->parent_uid, href, response.etag, text);
	} else if (may_stand(outcome)) {
		stored.state = UB_ITEM_UNCERTAIN;
		remember(pass, &stored, NULL);
	}
	if (is_given_up(outcome))
		pass_forget_appointments(pass, href);
	acts->created += outcome == UB_OUTCOME_OK;
	say(pass, item->id, "created", outcome, &response);
	return outcome;
}

/* Remembers an item that stands and that the store did not know to stand so: the answer to its PUT was lost,
 * or the store has lost its memory. Otherwise, when the user deletes the item, it would count as one that
 * never was. */
static void remember_standing(struct ub_pass *pass, const struct ub_step *step, const struct ub_found *found,
    struct ub_text etag, struct ub_text base, const struct ub_store_outcome *outcome,
    const struct ub_store_event *event)
{
	struct ub_store_item stored = standing(pass, step->item, found->href, etag, base);
	if (step->existing->item_mark.len) /* that of an earlier name of its rule, maybe */
		stored.identity = step->existing->item_mark;
	stored.outcome = *outcome;
	remember(pass, &stored, event);
}

/* Whether the item is still to be moved along with the meeting: how far, only the meeting's former time
 * tells. */
static bool is_behind(const struct ub_step *step, unsigned written)
{
	bool stands = step->item->kind == UB_ITEM_TASK ? step->item->due == step->existing->due
						       : step->item->start == step->existing->start;
	return step->item->along && !stands && !(written & UB_PROPERTY_TIME);
}

/* What is known of an item that stands. `written`: the properties (enum ub_property) that were written just
 * now. */
static struct ub_store_outcome outcome_of(
    const struct ub_pass *pass, const struct ub_step *step, const struct ub_found *found, unsigned written)
{
	struct ub_item item = *step->item;
	if (!(written & UB_PROPERTY_TIME)) /* another time, if it was to get one, is still to come */
		item.declines.own = step->existing->declines.own;
	struct ub_store_outcome planned = ub_remember_item(&item, as_event(pass, &item), pass->arena);
	struct ub_store_outcome outcome =
	    found->known ? found->known->outcome : (struct ub_store_outcome){ .made = 0 };
	ub_remember_standing(step->existing, pass->now, &outcome, pass->arena);
	outcome.counts_as = planned.counts_as;
	outcome.account = planned.account;
	if (written)
		outcome.declined = planned.declined;
	if (written == UB_PROPERTY_ALL) /* it may stand as the other kind of object now */
		outcome.kind = planned.kind;
	if (is_behind(step, written))
		return outcome;
	outcome.occasion_start = planned.occasion_start;
	outcome.occasion_end = planned.occasion_end;
	if (written & UB_PROPERTY_TIME) {
		outcome.start = planned.start;
		outcome.end = planned.end;
		outcome.moved_along = 0;
	}
	if (step->item->along)
		outcome.moved_along = pass->now * 1000;
	return outcome;
}

static void note_as_it_stands(struct ub_pass *pass, const struct ub_step *step, const struct ub_found *found)
{
	struct ub_store_outcome outcome = outcome_of(pass, step, found, 0);
	if (!found->remembered) {
		remember_standing(pass, step, found, found->etag, pass_base(step->existing->event), &outcome,
		    pass_tell_untold(pass, step, found));
	} else if (found->known) {
		struct ub_store_item known = *found->known;
		pass_note_outcome(pass, &known, &outcome);
	}
}

static void deliver_as_it_stands(struct ub_pass *pass, const struct ub_step *step,
    const struct ub_found *found, const struct ub_findings *findings)
{
	const struct pass_item item = { findings->meeting_uid, found->href, found->etag, found->ical,
		step->existing->event };
	pass_deliver(pass, &item);
}

/* Whether the item stands as the other kind of object than it has to, in the calendar that is known. What no
 * rule or setting asks for, but the user's clients, is for new items alone. An item that is over, or to which
 * somebody outside was invited, has no state to write, and stays. */
static bool is_of_other_kind(
    const struct ub_pass *pass, const struct ub_step *step, const struct ub_found *found, bool task)
{
	bool has_to = step->item->form.kind_settled || (task && !pass->identity.takes_tasks);
	return step->item->kind == UB_ITEM_TASK && has_to && as_event(pass, step->item) == task &&
	       (step->may_write & UB_PROPERTY_STATE) && ub_text_starts(found->href, pass->collection) &&
	       step->existing->event->repeats == UB_REPEATS_NOT;
}

/* The object's text as it is to be. */
static struct ub_ical_revision now_wanted(
    struct ub_pass *pass, const struct ub_step *step, const struct ub_found *found)
{
	bool task = step->existing->event->component == UB_COMPONENT_TASK;
	struct ub_ical_writing writing = writing_of(pass, step->item->kind == UB_ITEM_TASK && !task);
	struct ub_ical_revision converted = { .written = UB_PROPERTY_ALL };
	if (is_of_other_kind(pass, step, found, task)) {
		writing.task_as_event = task;
		if (ub_ical_convert(found->ical, step->item, &writing, &converted.text, pass->arena))
			return converted;
		writing.task_as_event = !task;
	}
	return ub_ical_revise(found->ical, step->item, step->may_write, &writing, pass->arena);
}

static enum ub_outcome keep(struct ub_pass *pass, const struct ub_step *step,
    const struct ub_findings *findings, struct ub_acts *acts)
{
	const struct ub_found *found = &findings->found[step->existing - findings->existing];
	struct ub_response response;
	if (!found->ical)
		return UB_OUTCOME_OK;
	ub_sys_reading_begin(pass->watched);
	const struct ub_ical_revision now = now_wanted(pass, step, found);
	ub_sys_reading_end(pass->watched);
	if (now.overlap)
		ub_log(pass->log, UB_LOG_ERROR, "%.*s: two changes to it overlap; it stays as it is",
		    UB_ARGS(found->href));
	note_as_it_stands(pass, step, found);
	if (!now.written || pass_agenda_waits(pass, step, found, now.written))
		return deliver_as_it_stands(pass, step, found, findings), UB_OUTCOME_OK;
	/* Without an ETag nobody could tell what would be overwritten (RFC 9110 13.1.1). */
	if (found->etag.len == 0)
		return UB_OUTCOME_REFUSED;
	enum ub_outcome outcome = put(pass, found->href, now.text, found->ical, found->etag, &response);
	struct ub_store_outcome became = outcome_of(pass, step, found, now.written);
	if (outcome == UB_OUTCOME_OK)
		remember_standing(pass, step, found, response.etag, base_of(pass, now.text), &became,
		    pass_tell_changed(pass, step, found, now.text));
	else if (is_given_up(outcome))
		pass_reserve(pass, step, found->href,
		    (struct ub_interval){ step->existing->start, step->existing->end });
	if (outcome == UB_OUTCOME_OK) {
		deliver(pass, findings->meeting_uid, found->href, response.etag, now.text);
		pass_learn_titles(pass, step->existing->event, found->href, now.written);
		pass_note_agenda(pass, step, found, now.written, now.text);
	}
	acts->changed += outcome == UB_OUTCOME_OK;
	say(pass, step->item->id, "changed", outcome, &response);
	return outcome;
}

/* An item that is left as it stands, but for its CLASS. */
static enum ub_outcome hide(struct ub_pass *pass, const struct ub_step *step,
    const struct ub_findings *findings, struct ub_acts *acts)
{
	const struct ub_found *found = &findings->found[step->existing - findings->existing];
	struct ub_response response;
	bool hidden;
	if (!found->ical)
		return UB_OUTCOME_OK;
	ub_sys_reading_begin(pass->watched);
	struct ub_text text =
	    ub_ical_hide(found->ical, step->class, pass->snapshot->zones, &hidden, pass->arena);
	ub_sys_reading_end(pass->watched);
	if (!hidden)
		return UB_OUTCOME_OK;
	if (found->etag.len == 0)
		return UB_OUTCOME_REFUSED;
	enum ub_outcome outcome = put(pass, found->href, text, found->ical, found->etag, &response);
	acts->changed += outcome == UB_OUTCOME_OK;
	if (outcome == UB_OUTCOME_OK)
		remember(pass, NULL, pass_tell_hidden(pass, step, found, findings->meeting_uid));
	say(pass, step->existing->name, "hidden", outcome, &response);
	return outcome;
}

static void remember_removal(struct ub_pass *pass, const struct ub_existing *existing,
    const struct ub_found *found, struct ub_text meeting_uid, enum ub_item_state state,
    const struct ub_store_event *event)
{
	const struct ub_store_item *known = found->known;
	struct ub_store_item item = { .organization = ub_organization,
		.meeting_uid = meeting_uid,
		.identity = existing->item_mark.len ? existing->item_mark : existing->uid,
		.rule = existing->event->marks.rule,
		.id = pass_id(found),
		.owner = pass->identity.owner,
		.generation = existing->generation,
		.upstream = pass->job->key.upstream,
		.uid = existing->uid,
		.href = found->href,
		.etag = known ? known->etag : UB_TEXT_NONE,
		.base = pass_base(existing->event),
		.state = state,
		.changed = pass->now * 1000,
		.outcome = known ? known->outcome : (struct ub_store_outcome){ .made = 0 } };
	item.outcome.gone = state == UB_ITEM_EXISTS ? 0 : pass->now * 1000;
	remember(pass, &item, event);
}

/* Deletes an item. Its removal is remembered before, so that an item whose deletion was answered to nobody is
 * not taken for deleted by its user. */
static enum ub_outcome take_away(struct ub_pass *pass, const struct ub_step *step,
    const struct ub_findings *findings, struct ub_acts *acts)
{
	const struct ub_existing *existing = step->existing;
	const struct ub_found *found = &findings->found[existing - findings->existing];
	struct ub_request request = { .method = "DELETE", .target = found->href, .if_match = found->etag };
	struct ub_response response;
	/* Without an ETag nobody could tell what would be lost (RFC 9110 13.1.1). */
	if (found->etag.len == 0)
		return UB_OUTCOME_REFUSED;
	remember_removal(pass, existing, found, findings->meeting_uid, UB_ITEM_REMOVING, NULL);
	pass_keep(pass);
	enum ub_outcome outcome = pass_send(pass, &request, &response);
	if (outcome == UB_OUTCOME_GONE)
		outcome = UB_OUTCOME_OK;
	if (outcome == UB_OUTCOME_OK) {
		const struct pass_item gone = { findings->meeting_uid, found->href, UB_TEXT_NONE, NULL,
			NULL };
		pass_forget_appointments(pass, found->href);
		remember_removal(pass, existing, found, findings->meeting_uid,
		    step->by_owner ? UB_ITEM_DELETED : UB_ITEM_REMOVED,
		    pass_tell_removed(pass, existing, found, findings->meeting_uid, step->why));
		pass_deliver(pass, &gone);
	} else if (outcome != UB_OUTCOME_UNCERTAIN) {
		remember_removal(pass, existing, found, findings->meeting_uid, UB_ITEM_EXISTS, NULL);
	}
	acts->removed += outcome == UB_OUTCOME_OK;
	say(pass, existing->name, "removed", outcome, &response);
	return outcome;
}

static enum ub_outcome act(struct ub_pass *pass, const struct ub_step *step,
    const struct ub_findings *findings, struct ub_acts *acts)
{
	if (step->action == UB_ACTION_CREATE)
		return create(pass, step->item, acts);
	if (step->action == UB_ACTION_HIDE)
		return hide(pass, step, findings, acts);
	return step->action == UB_ACTION_KEEP ? keep(pass, step, findings, acts)
					      : take_away(pass, step, findings, acts);
}

/* Whether the step removes what another step makes anew. The store knows one item of an identity: if the new
 * one came first, its record would be lost with the old one. */
static bool makes_way(const struct ub_plan *plan, const struct ub_step *step)
{
	for (size_t i = 0; i < plan->steps.n && step->action == UB_ACTION_REMOVE; i++) {
		const struct ub_step *other = &plan->steps.items[i];
		if (other->action == UB_ACTION_CREATE &&
		    ub_text_eq(other->item->marks.item, step->existing->item_mark))
			return true;
	}
	return false;
}

static void act_on(struct ub_pass *pass, const struct ub_plan *plan, const struct ub_findings *findings,
    bool way, struct ub_acts *acts)
{
	for (size_t i = 0; i < plan->steps.n && acts->end != UB_PASS_DENIED; i++) {
		if (makes_way(plan, &plan->steps.items[i]) != way)
			continue;
		enum ub_outcome outcome = act(pass, &plan->steps.items[i], findings, acts);
		acts->refused += outcome == UB_OUTCOME_REFUSED || outcome == UB_OUTCOME_GONE;
		if (pass_end_of(outcome) != UB_PASS_SETTLED)
			acts->end = pass_end_of(outcome);
	}
}

void pass_apply(struct ub_pass *pass, const struct ub_plan *plan, const struct ub_findings *findings,
    struct ub_acts *acts)
{
	*acts = (struct ub_acts){ .end = UB_PASS_SETTLED };
	act_on(pass, plan, findings, true, acts);
	act_on(pass, plan, findings, false, acts);
}
