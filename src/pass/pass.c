/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The pass over an object, from the calendar's owner to what is remembered of the meeting: for a meeting that
 * stands, and for one that is gone.
 */
#include "pass-private.h"

#include "upbeat/http.h"
#include "upbeat/settings.h"

static bool claim(struct ub_pass *pass, struct ub_text meeting_uid, struct ub_text *why)
{
	*why = UB_TEXT("the meeting is being worked on");
	return pass_claim(pass, meeting_uid);
}

/* Puts the keys of other people's copies of the meeting: their items went with this copy, and another copy
 * may want its own. A copy is looked at when its owner is next heard of. */
static void look_at_other_copies(struct ub_pass *pass, struct ub_text meeting_uid)
{
	struct ub_store_seens seens = { 0 };
	if (ub_store_seens(pass->store, ub_organization, meeting_uid, pass->arena, &seens) != UB_STORE_OK)
		return;
	for (size_t i = 0; i < seens.n; i++) {
		const struct ub_store_seen *seen = &seens.items[i];
		if (ub_text_eq(seen->owner, pass->identity.owner))
			continue;
		ub_log(pass->log, UB_LOG_INFO, "%.*s: its items were removed; the copy at %.*s is looked at",
		    UB_ARGS(pass->job->key.href), UB_ARGS(seen->href));
		pass_look_at(pass, seen);
	}
}

/* A double of the meeting may be about to follow it: a client has been told to, or a system for customers
 * does so a little later. */
static int64_t when_doubles_have_followed(const struct ub_pass *pass)
{
	return (pass->now + pass->snapshot->settings->deletion_grace) * 1000;
}

/* Looks at the items, decides what to do about them, and does it. `input` is that of the first decision,
 * which was made without the items. */
static enum ub_pass_end follow(struct ub_pass *pass, struct ub_decide_input *input,
    struct ub_decision *decision, struct ub_texts names, struct ub_text *why)
{
	struct ub_findings findings;
	struct ub_said said;
	struct ub_acts acts;
	if (decision->facts->account)
		pass->account = decision->facts->account->id;
	enum ub_outcome outcome = pass_fetch_items(pass, decision->event->uid, names, &findings);
	*why = ub_textf(pass->arena, "looking for the items: %s", ub_outcome_text(outcome));
	if (outcome != UB_OUTCOME_OK)
		/* refused: what may not be read may not be created either */
		return pass_end_of(outcome);
	input->existing = findings.existing;
	input->n_existing = findings.n;
	pass_ask_for_times(pass, decision->plan, findings.existing, findings.n, &said);
	if (said.wait)
		return *why = said.why, UB_PASS_AGAIN;
	if (!pass_choose_times(pass, input, decision, &findings, &said.people))
		return *why = UB_TEXT("the store cannot tell when people are taken"), UB_PASS_AGAIN;
	pass_apply(pass, decision->plan, &findings, &acts);
	if (acts.created)
		pass_remove_leftovers(pass, decision->event->uid);
	/* Whoever invites and deletes the meeting calls it off for everybody. */
	const struct ub_person *organizer = decision->facts->meeting.organizer;
	bool called_off = input->gone && organizer && ub_text_eq(organizer->email, pass->identity.owner);
	if (acts.removed && !called_off)
		look_at_other_copies(pass, decision->event->uid);
	*why = ub_textf(pass->arena, "%zu created, %zu changed, %zu removed, %zu refused by the server%s",
	    acts.created, acts.changed, acts.removed, acts.refused,
	    input->doubles.n ? "; what rules ask for stands beside the same meeting under another UID" : "");
	return acts.end;
}

/* ---- a meeting that is gone ---- */

static enum ub_pass_end take_items_away(
    struct ub_pass *pass, const struct ub_store_seen *seen, struct ub_text *why)
{
	struct ub_decide_input input = { .snapshot = pass->snapshot,
		.watched = pass->watched,
		.text = seen->text,
		.owner = seen->owner,
		.calendar = pass->identity.calendar_name,
		.form = pass_form(pass),
		.titles_ask_again = pass_titles_ask_again(pass),
		.gone = true,
		.now = pass->now };
	struct ub_decision decision;
	ub_decide(&input, &decision, pass->arena);
	if (!decision.facts)
		return UB_PASS_SETTLED;
	return follow(pass, &input, &decision,
	    ub_plan_names(pass->snapshot->rules, seen->meeting_uid, seen->owner, decision.turns, pass->arena),
	    why);
}

/* The meeting does not stand at its href any more. */
static enum ub_pass_end let_go(struct ub_pass *pass, const struct ub_store_seen *seen, struct ub_text *why)
{
	struct ub_text place;
	if (!claim(pass, seen->meeting_uid, why))
		return UB_PASS_AGAIN;
	enum ub_outcome outcome = pass_find_elsewhere(pass, seen, &place);
	*why = ub_textf(pass->arena, "looking for the meeting elsewhere: %s", ub_outcome_text(outcome));
	if (outcome != UB_OUTCOME_OK)
		return pass_end_of(outcome);
	*why = UB_TEXT("the service account may not look for the meeting everywhere");
	if (place.len == 0 && pass->forbidden)
		return UB_PASS_FORBIDDEN;
	*why = ub_textf(pass->arena, "the meeting stands at %.*s now", UB_ARGS(place));
	enum ub_pass_end end = place.len ? UB_PASS_SETTLED : take_items_away(pass, seen, why);
	if (end == UB_PASS_SETTLED) {
		pass_forget(pass, seen);
		pass_note_joined(pass, seen->meeting_uid);
		if (place.len == 0)
			pass_look_at_doubles(pass, seen, NULL, pass->now * 1000);
	}
	return end;
}

static enum ub_pass_end follow_deletion(struct ub_pass *pass, struct ub_text *why)
{
	struct ub_store_seen seen;
	pass_forget_appointments(pass, pass->job->key.href);
	enum ub_outcome outcome = pass_note_item_gone(pass);
	*why = ub_textf(pass->arena, "looking for the item elsewhere: %s", ub_outcome_text(outcome));
	if (outcome != UB_OUTCOME_OK && outcome != UB_OUTCOME_REFUSED)
		return pass_end_of(outcome);
	*why = outcome == UB_OUTCOME_OK
		   ? UB_TEXT("the object is not there")
		   : UB_TEXT("the item is not there, and could not be looked for elsewhere");
	pass_note_copy_gone(pass);
	if (!pass_find_seen(pass, &seen))
		return UB_PASS_SETTLED;
	pass->again = pass->job->put + pass->snapshot->settings->deletion_grace * 1000;
	if (pass->now * 1000 < pass->again)
		return *why = UB_TEXT("the meeting was deleted; it may turn up elsewhere"), UB_PASS_AGAIN;
	/* Something that its user has stored in time may be this meeting. */
	enum ub_store_result untried = ub_store_untried(pass->queue, pass->job, pass->again);
	pass->again = 0;
	if (untried != UB_STORE_NONE)
		return *why = UB_TEXT("the meeting was deleted; it may be what its user has just stored"),
		       UB_PASS_AGAIN;
	return let_go(pass, &seen, why);
}

/* ---- a meeting that stands ---- */

/* By how many seconds the end of the meeting was brought forward since a pass last settled it. */
static int64_t brought_forward(const struct ub_store_seen *former, const struct ub_decision *decision)
{
	if (!former || !ub_text_eq(former->meeting_uid, decision->event->uid))
		return 0;
	return former->end / 1000 - decision->facts->meeting.end;
}

/* Whose the items are that the store knows of. */
struct owners {
	bool known;      /* the owner has or had items */
	bool ours;       /* items of the owner stand */
	bool colleagues; /* items of somebody else stand */
};

/* False: the store cannot tell. */
static bool owners_of_items(struct ub_pass *pass, struct ub_text meeting_uid, struct owners *owners)
{
	struct ub_store_items items = { 0 };
	*owners = (struct owners){ false, false, false };
	if (ub_store_items(pass->store, ub_organization, meeting_uid, pass->arena, &items) != UB_STORE_OK) {
		pass_complain(pass);
		return false;
	}
	for (size_t i = 0; i < items.n; i++) {
		const struct ub_store_item *item = &items.items[i];
		bool ours = ub_text_eq(item->owner, pass->identity.owner);
		/* An item that its owner has deleted counts as standing: nobody else makes it anew. What he
		 * has taken out of the meeting itself has no UID, and does not count. */
		bool stands =
		    item->state == UB_ITEM_DELETED ? item->uid.len > 0 : item->state != UB_ITEM_REMOVED;
		owners->known |= ours;
		owners->ours |= ours && stands;
		owners->colleagues |= !ours && stands;
	}
	return true;
}

/* Who cannot tell what there is changes nothing. */
static enum ub_pass_end store_fails(struct ub_text *why)
{
	*why = UB_TEXT("the store cannot tell which items there are");
	return UB_PASS_AGAIN;
}

/* Whether the object is an item whose marks a client has dropped. */
static bool is_stripped_item(struct ub_pass *pass, const struct ub_event *event)
{
	struct ub_store_items items = { 0 };
	if (event->related_to.len == 0 || ub_store_items(pass->store, ub_organization, event->related_to,
					      pass->arena, &items) != UB_STORE_OK)
		return false;
	for (size_t i = 0; i < items.n; i++)
		if (items.items[i].uid.len && ub_text_eq(items.items[i].uid, event->uid))
			return true;
	return false;
}

/* Lets the meeting go that stood at the href before, if something else stands there now: another meeting, or
 * a task that a client has made of the meeting. */
static enum ub_pass_end let_former_go(struct ub_pass *pass, const struct ub_store_seen *former,
    const struct ub_decision *decision, struct ub_text *why)
{
	if (decision->refused || !former ||
	    (decision->facts && ub_text_eq(former->meeting_uid, decision->event->uid)))
		return UB_PASS_SETTLED;
	pass_forget_appointments(pass, former->href);
	return let_go(pass, former, why);
}

/* Remembers the meeting as it is now when nothing is left to do. If the meeting is eligible, that has
 * happened already, so that it is known when it is deleted meanwhile; if not, the pass that comes after a
 * failure has to know what the meeting was. */
static enum ub_pass_end remember_at_end(struct ub_pass *pass, const struct ub_decision *decision,
    const struct ub_response *response, const struct ub_store_seen *former, enum ub_pass_end end)
{
	if (end == UB_PASS_SETTLED && decision->plan->not_eligible)
		pass_remember(pass, decision, response, former);
	pass_remember_look(pass);
	return end;
}

/* For those who ask why there is nothing. */
static void tell_passed(struct ub_pass *pass, const struct ub_unread *meeting, struct ub_text why)
{
	struct ub_passed_meeting *passed = UB_NEW(pass->arena, struct ub_passed_meeting);
	*passed = (struct ub_passed_meeting){ .uid = meeting->uid,
		.owner = pass->identity.owner,
		.href = pass->job->key.href,
		.title = meeting->title,
		.start = meeting->start,
		.end = meeting->end,
		.why = why };
	pass->passed = passed;
}

/* Nobody from outside comes, and the owner has no items. */
static enum ub_pass_end pass_over(struct ub_pass *pass, const struct ub_decision *decision,
    const struct ub_response *response, const struct ub_store_seen *former, struct ub_text why)
{
	const struct ub_meeting *meeting = &decision->facts->meeting;
	bool public = meeting->event->class == UB_CLASS_PUBLIC;
	tell_passed(pass,
	    &(struct ub_unread){
		meeting->event->uid, public ? meeting->title : UB_TEXT_NONE, meeting->start, meeting->end },
	    why);
	/* the copy of a meeting that counted, or of a series, whose instances take people's time */
	if (decision->look_again != UB_INSTANT_NONE ||
	    (former && (former->account.len || former->look_again)))
		pass_remember(pass, decision, response, former);
	return UB_PASS_SETTLED;
}

/* What is remembered at the href. NULL: nothing. */
static const struct ub_store_seen *find_former(struct ub_pass *pass)
{
	struct ub_store_seen *former = UB_NEW(pass->arena, struct ub_store_seen);
	return pass_find_seen(pass, former) ? former : NULL;
}

/* Names the lines alone: what stands in them may be somebody's address after all. */
static void log_unread(struct ub_pass *pass, const struct ub_event *event)
{
	struct ub_buf lines = UB_BUF(pass->arena);
	if (event->organizer && event->organizer->unread.len)
		ub_buf_printf(&lines, " ORGANIZER in line %zu,", event->organizer->line);
	for (size_t i = 0; i < event->n_attendees; i++)
		if (event->attendees[i].unread.len)
			ub_buf_printf(&lines, " ATTENDEE in line %zu,", event->attendees[i].line);
	struct ub_text said = ub_buf_text(&lines);
	if (said.len)
		ub_log(pass->log, UB_LOG_INFO, "%.*s: no address can be read, so nobody is meant:%.*s",
		    UB_ARGS(pass->job->key.href), UB_ARGS(ub_text_sub(said, 0, said.len - 1)));
}

/* Whether the object is one of Upbeat's items, or takes itself for one. When the event takes people is noted,
 * and of an item, what became of it. */
static bool is_own_item(struct ub_pass *pass, const struct ub_decision *decision,
    const struct ub_response *response, struct ub_text *why)
{
	bool marked = decision->event->marks.item.len != 0;
	bool stripped = !marked && is_stripped_item(pass, decision->event);
	bool forged = !marked && !stripped && ub_cadence_is_uid(decision->event->uid);
	pass_note_appointment(pass, decision, marked || stripped);
	if (marked || stripped) {
		pass_note_moved(pass, decision->event);
		pass_note_item(pass, response->body, response->etag);
		pass_note_copy(pass, response->etag);
		pass_mend(pass, decision->event, response);
		pass_learn_messages(pass, decision->event, response);
	}
	if (stripped)
		*why = UB_TEXT("it is one of Upbeat's own items, without its marks");
	if (forged)
		*why = UB_TEXT("its UID has the form of those that stand for accounts");
	return marked || stripped || forged;
}

/* What tells this version of an object from others where the server gives no ETag: all ETags have quotes. */
static struct ub_text version_of(const struct ub_pass *pass, const struct ub_response *response)
{
	return response->etag.len ? response->etag
				  : ub_digest(pass->arena, response->body, UB_VERSION_DIGEST_BYTES);
}

/* Keeps which version is about to be read of an object of which an engine may have died; none: it was read.
 * The version at which a key was set aside is forgotten, as this is another one. */
static void note_reading(struct ub_pass *pass, struct ub_text version)
{
	const struct ub_job *job = pass->job;
	if (!job->crashes)
		version = UB_TEXT_NONE;
	if ((job->crashes || job->version.len) &&
	    ub_store_reads(pass->queue, job, pass->clock(), version) == UB_STORE_FAILED)
		pass_complain(pass);
}

/* Why nothing is done, if it is so. */
static struct ub_text why_nothing(struct ub_pass *pass, const struct ub_decision *decision)
{
	if (decision->refused)
		return ub_textf(pass->arena, "cannot be read: %s", decision->refused);
	if (decision->plan->not_eligible)
		return ub_text(ub_facts_not_eligible_text(decision->plan->not_eligible));
	if (decision->facts && decision->facts->meeting.external.n == 0)
		return UB_TEXT(UB_DECIDED_INTERNAL);
	return UB_TEXT("no rule asks for anything");
}

/* Reads the object, and decides what follows from it. */
static void decide(struct ub_pass *pass, const struct ub_response *response, struct ub_decide_input *input,
    struct ub_decision *decision)
{
	*input = (struct ub_decide_input){ .snapshot = pass->snapshot,
		.watched = pass->watched,
		.text = response->body,
		.owner = pass->identity.owner,
		.calendar = pass->identity.calendar_name,
		.form = pass_form(pass),
		.titles_ask_again = pass_titles_ask_again(pass),
		.now = pass->now };
	note_reading(pass, version_of(pass, response));
	ub_decide(input, decision, pass->arena);
	note_reading(pass, UB_TEXT_NONE);
}

/* A colleague has the items: this is another copy of his meeting. */
static enum ub_pass_end leave_to_colleague(struct ub_pass *pass, const struct ub_decision *decision,
    const struct ub_response *response, const struct ub_store_seen *former, struct ub_text *why)
{
	pass_remove_leftovers(pass, decision->event->uid);
	*why = UB_TEXT("its items are in a colleague's calendar");
	(void)remember_at_end(pass, decision, response, former, UB_PASS_SETTLED);
	if (!former || !ub_text_eq(former->etag, response->etag))
		pass_note_joined(pass, decision->event->uid);
	return UB_PASS_SETTLED;
}

/* A server may write a text anew for each who asks, and say that it is the same. */
static bool is_changed(const struct ub_store_seen *former, const struct ub_response *response)
{
	if (former->etag.len && ub_text_eq(former->etag, response->etag))
		return false;
	return !ub_text_eq(former->text, response->body);
}

static enum ub_pass_end decide_and_act(
    struct ub_pass *pass, const struct ub_response *response, struct ub_text *why)
{
	struct ub_decide_input input;
	struct ub_decision decision;
	struct ub_texts names = { 0 };
	struct owners owners = { .known = true };
	decide(pass, response, &input, &decision);
	*why = why_nothing(pass, &decision);
	const struct ub_store_seen *former = find_former(pass);
	enum ub_pass_end gone = let_former_go(pass, former, &decision, why);
	if (gone != UB_PASS_SETTLED)
		return gone;
	if (decision.event && !decision.facts)
		pass_note_moved(pass, decision.event);
	if (decision.refused)
		tell_passed(pass, &decision.unread,
		    ub_textf(pass->arena, "it cannot be read: %.*s", UB_ARGS(decision.refused_text)));
	if (!decision.facts || decision.event->uid.len == 0)
		return pass_note_item(pass, response->body, response->etag), UB_PASS_SETTLED;
	if (is_own_item(pass, &decision, response, why))
		return UB_PASS_SETTLED;
	log_unread(pass, decision.event);
	pass_note_product(pass, decision.facts);
	/* A customer's meeting may have items that only their marks tell of. For any other meeting the store
	 * alone is asked. */
	bool customer = decision.facts->meeting.customer;
	bool wanted = decision.plan->steps.n || decision.plan->amendments.n;
	if (!customer && !wanted && !owners_of_items(pass, decision.event->uid, &owners))
		return store_fails(why);
	if (!owners.known)
		return pass_over(pass, &decision, response, former, *why);
	if (!claim(pass, decision.event->uid, why))
		return UB_PASS_AGAIN;
	input.brought_forward =
	    decision.event == decision.facts->meeting.event ? brought_forward(former, &decision) : 0;
	if (!decision.plan->not_eligible)
		pass_remember(pass, &decision, response, former);
	if (!former || is_changed(former, response))
		pass_look_at_doubles(pass, former, &decision, when_doubles_have_followed(pass));
	if (!pass_settle_removals(pass->store, &decision, response, pass->arena))
		pass_complain(pass);
	/* A meeting stands in the calendars of all who come, and gets one set of items. */
	if (!owners_of_items(pass, decision.event->uid, &owners))
		return store_fails(why);
	if (owners.colleagues && !owners.ours)
		return leave_to_colleague(pass, &decision, response, former, why);
	if (!pass_claim_occasions(pass, &decision))
		return *why = UB_TEXT("a double of the meeting is being worked on"), UB_PASS_AGAIN;
	if (customer || decision.plan->steps.n)
		names = ub_plan_names(pass->snapshot->rules, decision.event->uid, pass->identity.owner,
		    decision.turns, pass->arena);
	return remember_at_end(
	    pass, &decision, response, former, follow(pass, &input, &decision, names, why));
}

/* ---- the pass ---- */

/* Whether engines have died of this very version, after which the key was set aside. */
static bool is_fatal(const struct ub_pass *pass, const struct ub_response *response)
{
	const struct ub_job *job = pass->job;
	return job->crashes == 0 && job->version.len && ub_text_eq(job->version, version_of(pass, response));
}

enum ub_pass_end ub_pass_run(struct ub_pass *pass, struct ub_text *why)
{
	struct ub_response response;
	pass->collection = ub_http_href_collection(pass->job->key.href);
	pass->held = pass->now * 1000;
	enum ub_pass_end end = pass_look_at_owner(pass, why);
	if (end != UB_PASS_SETTLED || !pass->identity.calendar || pass->identity.owner.len == 0)
		return end;
	enum ub_outcome outcome = pass_get(pass, pass->job->key.href, &response);
	*why = ub_textf(pass->arena, "the object: %s", ub_outcome_text(outcome));
	if (outcome == UB_OUTCOME_GONE)
		return pass_sees_all(pass) ? follow_deletion(pass, why) : UB_PASS_FORBIDDEN;
	if (outcome != UB_OUTCOME_OK)
		return pass_end_of(outcome);
	*why = pass->job->reason.len ? pass->job->reason : UB_TEXT("engines have ended at it as it is");
	end = is_fatal(pass, &response) ? UB_PASS_FATAL : decide_and_act(pass, &response, why);
	if (end == UB_PASS_SETTLED || end == UB_PASS_FATAL)
		pass_note_look(pass, pass->job->key.href, response.etag);
	return end;
}
