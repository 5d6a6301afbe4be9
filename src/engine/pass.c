/* SPDX-License-Identifier: Apache-2.0 */
#include "pass.h"

#include "upbeat/ical.h"
#include "upbeat/settings.h"

const struct ub_text ub_organization = { "default", sizeof("default") - 1 };

static enum ub_pass_end end_of(enum ub_outcome outcome)
{
	switch (outcome) {
	case UB_OUTCOME_DENIED:
		return UB_PASS_DENIED;
	case UB_OUTCOME_AGAIN:
	case UB_OUTCOME_UNCERTAIN:
	case UB_OUTCOME_CONFLICT:
		return UB_PASS_AGAIN;
	default:
		return UB_PASS_SETTLED;
	}
}

static enum ub_outcome get(struct ub_pass *pass, struct ub_text href, struct ub_response *response)
{
	struct ub_request request = { .method = "GET",
		.target = href,
		.host = pass->caller->host,
		.authorization = pass->caller->authorization };
	return ub_client_send(pass->caller->client, &request, response, pass->arena);
}

static struct ub_text collection_of(struct ub_text href)
{
	while (href.len > 1 && href.ptr[href.len - 1] != '/')
		href.len--;
	return href;
}

static struct ub_text item_href(const struct ub_pass *pass, const struct ub_item *item)
{
	return ub_textf(pass->arena, "%.*s%.*s", UB_ARGS(pass->collection), UB_ARGS(item->name));
}

/* ---- look ---- */

/* Whether the calendar is the caller's, so that what is created in it is organised by its owner. */
static enum ub_pass_end look_at_owner(struct ub_pass *pass, struct ub_text *why)
{
	enum ub_outcome outcome = ub_identity_of(pass->identities, pass->caller, pass->collection,
	    pass->snapshot->org, pass->monotonic / 1000, &pass->identity, pass->arena);
	*why = ub_textf(pass->arena, "the calendar's properties: %s", ub_outcome_text(outcome));
	if (outcome != UB_OUTCOME_OK)
		return end_of(outcome);
	if (pass->identity.calendar && !pass->identity.caller_is_owner) {
		*why = UB_TEXT("the calendar is somebody else's: waits for its owner");
		return UB_PASS_NOT_OWNER;
	}
	if (!pass->identity.calendar)
		*why = UB_TEXT("not in a calendar");
	else if (pass->identity.owner.len == 0)
		*why = UB_TEXT("the owner's address is not known: set organization.users");
	return UB_PASS_SETTLED;
}

/* The items that the plan would create, as they stand in the calendar. */
static enum ub_outcome look_at_items(
    struct ub_pass *pass, const struct ub_plan *plan, struct ub_existing *existing, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < plan->steps.n; i++) {
		const struct ub_item *item = plan->steps.items[i].item;
		struct ub_response response;
		enum ub_outcome outcome = get(pass, item_href(pass, item), &response);
		if (outcome == UB_OUTCOME_GONE)
			continue;
		if (outcome != UB_OUTCOME_OK)
			return outcome;
		existing[(*n)++] = (struct ub_existing){ .uid = item->uid,
			.name = item->name,
			.generation = item->generation,
			.item_mark = item->marks.item };
	}
	return UB_OUTCOME_OK;
}

/* One that was made before, maybe in another calendar: *gone when the user has deleted it. What went with its
 * whole calendar was not deleted for its own sake. */
static enum ub_outcome look_at_known(
    struct ub_pass *pass, const struct ub_store_item *item, bool *there, bool *gone)
{
	struct ub_response response;
	struct ub_identity identity;
	enum ub_outcome outcome = get(pass, item->href, &response);
	*there = outcome == UB_OUTCOME_OK;
	*gone = outcome == UB_OUTCOME_GONE;
	if (!*gone || ub_text_eq(collection_of(item->href), pass->collection))
		return *gone ? UB_OUTCOME_OK : outcome;
	outcome = ub_identity_of(pass->identities, pass->caller, collection_of(item->href),
	    pass->snapshot->org, pass->monotonic / 1000, &identity, pass->arena);
	*gone = outcome != UB_OUTCOME_GONE;
	return outcome == UB_OUTCOME_GONE ? UB_OUTCOME_OK : outcome;
}

static bool is_listed(const struct ub_existing *existing, size_t n, struct ub_text mark)
{
	for (size_t i = 0; i < n; i++)
		if (ub_text_eq(existing[i].item_mark, mark))
			return true;
	return false;
}

/* What the store knows to have been made, where it does not stand under the name that it would be given now.
 */
static enum ub_outcome look_at_store(
    struct ub_pass *pass, const struct ub_store_items *known, struct ub_existing *existing, size_t *n)
{
	for (size_t i = 0; i < known->n; i++) {
		const struct ub_store_item *item = &known->items[i];
		bool there = false, gone = item->state == UB_ITEM_DELETED;
		if (item->state == UB_ITEM_REMOVED || is_listed(existing, *n, item->identity))
			continue;
		enum ub_outcome outcome = gone ? UB_OUTCOME_OK : look_at_known(pass, item, &there, &gone);
		if (outcome != UB_OUTCOME_OK)
			return outcome;
		if (there || gone)
			existing[(*n)++] = (struct ub_existing){ .uid = item->uid,
				.name = ub_textf(pass->arena, "%.*s.ics", UB_ARGS(item->uid)),
				.generation = item->generation,
				.item_mark = item->identity,
				.deleted_by_user = gone };
	}
	return UB_OUTCOME_OK;
}

/* ---- act ---- */

static void record(struct ub_pass *pass, const struct ub_item *item, const struct ub_response *response,
    enum ub_item_state state)
{
	struct ub_store_item stored = { .organization = ub_organization,
		.meeting_uid = item->parent_uid,
		.identity = item->marks.item,
		.rule = item->marks.rule,
		.id = item->id,
		.owner = pass->identity.owner,
		.generation = item->generation,
		.upstream = pass->job->key.upstream,
		.uid = item->uid,
		.href = item_href(pass, item),
		.etag = response->etag,
		.base = UB_TEXT_NONE,
		.state = state,
		.changed = pass->now * 1000 };
	if (ub_store_put_item(pass->store, &stored) != UB_STORE_OK)
		ub_log(pass->log, UB_LOG_WARNING, "%.*s: not remembered: %s", UB_ARGS(item->id),
		    ub_store_problem(pass->store));
}

static enum ub_outcome create(struct ub_pass *pass, const struct ub_item *item)
{
	struct ub_ical_writing writing = { .zones = pass->snapshot->zones,
		.now = pass->now,
		.task_as_event = item->kind == UB_ITEM_TASK && !pass->identity.takes_tasks };
	struct ub_request request = { .method = "PUT",
		.target = item_href(pass, item),
		.host = pass->caller->host,
		.authorization = pass->caller->authorization,
		.content_type = "text/calendar; charset=utf-8",
		.body = ub_ical_write(item, &writing, pass->arena),
		.create_only = true };
	struct ub_response response;
	enum ub_outcome outcome = ub_client_send(pass->caller->client, &request, &response, pass->arena);
	if (outcome == UB_OUTCOME_OK)
		record(pass, item, &response, UB_ITEM_EXISTS);
	ub_log(pass->log, outcome == UB_OUTCOME_OK ? UB_LOG_INFO : UB_LOG_WARNING, "%.*s for %.*s: %s%s%.*s",
	    UB_ARGS(item->id), UB_ARGS(pass->job->key.href),
	    outcome == UB_OUTCOME_OK ? "created" : ub_outcome_text(outcome), response.error.len ? ": " : "",
	    UB_ARGS(response.error));
	return outcome;
}

/* One item that the server refuses keeps none of the others from being made. */
static enum ub_pass_end act(struct ub_pass *pass, const struct ub_plan *plan, struct ub_text *why)
{
	enum ub_pass_end end = UB_PASS_SETTLED;
	size_t created = 0, refused = 0;
	for (size_t i = 0; i < plan->steps.n; i++) {
		if (plan->steps.items[i].action != UB_ACTION_CREATE)
			continue;
		enum ub_outcome outcome = create(pass, plan->steps.items[i].item);
		created += outcome == UB_OUTCOME_OK;
		refused += outcome == UB_OUTCOME_REFUSED || outcome == UB_OUTCOME_GONE;
		if (end_of(outcome) != UB_PASS_SETTLED)
			end = end_of(outcome);
		if (end == UB_PASS_DENIED)
			break;
	}
	*why = ub_textf(pass->arena, "%zu created, %zu refused by the server", created, refused);
	return end;
}

/* ---- the pass ---- */

static enum ub_pass_end not_looked(struct ub_pass *pass, enum ub_outcome outcome, struct ub_text *why)
{
	*why = ub_textf(pass->arena, "looking for the items: %s", ub_outcome_text(outcome));
	return end_of(outcome); /* refused: what may not be read may not be created either */
}

/* Decides anew when items stand in the calendar already; `decision` is then the one that counts. */
static enum ub_pass_end settle_existing(
    struct ub_pass *pass, struct ub_decide_input *input, struct ub_decision *decision, struct ub_text *why)
{
	struct ub_store_items known = { 0 };
	if (ub_store_items(pass->store, ub_organization, decision->event->uid, pass->arena, &known) ==
	    UB_STORE_FAILED)
		ub_log(pass->log, UB_LOG_WARNING, "the store: %s", ub_store_problem(pass->store));
	size_t n = 0;
	struct ub_existing *existing =
	    UB_NEW_ARRAY(pass->arena, struct ub_existing, decision->plan->steps.n + known.n);
	enum ub_outcome outcome = look_at_items(pass, decision->plan, existing, &n);
	if (outcome == UB_OUTCOME_OK)
		outcome = look_at_store(pass, &known, existing, &n);
	if (outcome != UB_OUTCOME_OK)
		return not_looked(pass, outcome, why);
	input->existing = existing;
	input->n_existing = n;
	if (n)
		ub_decide(input, decision, pass->arena);
	return act(pass, decision->plan, why);
}

static enum ub_pass_end decide_and_act(struct ub_pass *pass, struct ub_text text, struct ub_text *why)
{
	struct ub_decide_input input = { .snapshot = pass->snapshot,
		.text = text,
		.owner = pass->identity.owner,
		.calendar = pass->identity.calendar_name,
		.now = pass->now };
	struct ub_decision decision;
	ub_decide(&input, &decision, pass->arena);
	if (decision.refused)
		*why = ub_textf(pass->arena, "cannot be read: %s", decision.refused);
	else if (decision.plan->not_eligible)
		*why = ub_text(ub_facts_not_eligible_text(decision.plan->not_eligible));
	else if (decision.plan->steps.n == 0)
		*why = UB_TEXT("no rule asks for anything");
	else if (ub_store_claim(pass->queue, pass->job, pass->now * 1000, ub_organization,
		     decision.event->uid) != UB_STORE_OK)
		return *why = UB_TEXT("the meeting is being worked on"), UB_PASS_AGAIN;
	else
		return settle_existing(pass, &input, &decision, why);
	return UB_PASS_SETTLED;
}

enum ub_pass_end ub_pass_run(struct ub_pass *pass, struct ub_text *why)
{
	struct ub_response response;
	pass->collection = collection_of(pass->job->key.href);
	enum ub_pass_end end = look_at_owner(pass, why);
	if (end != UB_PASS_SETTLED || !pass->identity.calendar || pass->identity.owner.len == 0)
		return end;
	enum ub_outcome outcome = get(pass, pass->job->key.href, &response);
	if (outcome != UB_OUTCOME_OK) {
		*why = ub_textf(pass->arena, "the object: %s", ub_outcome_text(outcome));
		return end_of(outcome);
	}
	return decide_and_act(pass, response.body, why);
}
