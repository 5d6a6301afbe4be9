/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The pass over one colleague's copy of an item, by the service account: looks at both as they are now, takes
 * his answer over into the item, and brings his copy into step with it.
 */
#include "pass-private.h"

#include "upbeat/deliver.h"
#include "upbeat/http.h"

/* An object as it stands on the server. */
struct standing {
	struct ub_text etag;
	const struct ub_ical *ical;   /* NULL: it does not stand */
	const struct ub_event *event; /* the same */
};

struct copying {
	struct ub_pass *pass;
	struct ub_store_copy copy; /* as the store has it, and as it will be */
	struct standing item, stands;
	const struct ub_party *party; /* the colleague in the item; NULL: he is not invited */
	bool deleted;                 /* he has deleted his copy */
	struct ub_text *why;
};

/* ---- looking ---- */

static const struct ub_party *find_party(const struct ub_event *event, struct ub_text person)
{
	return event ? ub_facts_attendee(event, person) : NULL;
}

/* Reads an object of that UID. False: the text is none. */
static bool read_object(
    struct ub_pass *pass, const struct ub_response *response, struct ub_text uid, struct standing *standing)
{
	struct ub_ical_refusal refusal;
	ub_sys_reading_begin(pass->watched);
	const struct ub_ical *ical = ub_ical_parse(pass->arena, response->body, &refusal);
	const struct ub_event *event =
	    ical ? ub_ical_event(ical, pass->snapshot->zones, pass->arena, &refusal) : NULL;
	ub_sys_reading_end(pass->watched);
	if (!event || !ub_text_eq(event->uid, uid))
		return false;
	*standing = (struct standing){ response->etag, ical, event };
	return true;
}

/* Looks at an object that may be gone. *gone: it is, and the service account would see it if it was not. */
static enum ub_pass_end look_at(
    struct copying *copying, struct ub_text href, struct standing *standing, bool *gone)
{
	struct ub_pass *pass = copying->pass;
	struct ub_response response;
	*gone = false;
	pass->collection = ub_http_href_collection(href);
	enum ub_outcome outcome = pass_get(pass, href, &response);
	*copying->why = ub_textf(pass->arena, "%.*s: %s", UB_ARGS(href), ub_outcome_text(outcome));
	if (outcome == UB_OUTCOME_GONE) {
		*gone = pass_sees_all(pass);
		return *gone ? UB_PASS_SETTLED : UB_PASS_FORBIDDEN;
	}
	if (outcome == UB_OUTCOME_REFUSED)
		return UB_PASS_FORBIDDEN;
	if (outcome == UB_OUTCOME_OK)
		*gone = !read_object(pass, &response, copying->copy.uid, standing);
	return pass_end_of(outcome);
}

static enum ub_pass_end look(struct copying *copying)
{
	struct ub_store_copy *copy = &copying->copy;
	bool gone;
	enum ub_pass_end end = look_at(copying, copy->item, &copying->item, &gone);
	if (end != UB_PASS_SETTLED)
		return end;
	copying->party = find_party(copying->item.event, copy->person);
	if (copy->href.len == 0 || copy->state == UB_COPY_WANTED || copy->state == UB_COPY_SERVERS)
		return UB_PASS_SETTLED;
	/* One that is removed may stand all the same: nobody has heard the answer. */
	end = look_at(copying, copy->href, &copying->stands, &gone);
	copying->deleted = gone && copy->state == UB_COPY_STANDS;
	return end;
}

/* ---- what comes of it ---- */

static bool remember(struct copying *copying)
{
	struct ub_store_copy *copy = &copying->copy;
	copy->changed = copying->pass->now * 1000;
	if (ub_store_put_copy(copying->pass->store, copy) == UB_STORE_OK)
		return true;
	pass_complain(copying->pass);
	return false;
}

/* What the server does not take is told once, and tried again after pauses. */
static enum ub_pass_end fail(
    struct copying *copying, const char *what, enum ub_outcome outcome, const struct ub_response *response)
{
	struct ub_pass *pass = copying->pass;
	struct ub_text problem = response->status
				     ? ub_textf(pass->arena, "%s: %s (status %d)", what,
					   ub_outcome_text(outcome), response->status)
				     : ub_textf(pass->arena, "%s: %s", what, ub_outcome_text(outcome));
	bool news = !ub_text_eq(problem, copying->copy.problem);
	*copying->why = ub_textf(pass->arena, "%.*s: %.*s", UB_ARGS(copying->copy.person), UB_ARGS(problem));
	if (news)
		ub_log(pass->log, UB_LOG_WARNING, "the copy of %.*s for %.*s: %.*s",
		    UB_ARGS(copying->copy.item), UB_ARGS(copying->copy.person), UB_ARGS(problem));
	copying->copy.problem = problem;
	if (news)
		(void)remember(copying);
	enum ub_pass_end end = pass_end_of(outcome);
	return end == UB_PASS_SETTLED ? UB_PASS_CONFLICT : end;
}

static enum ub_pass_end done(struct copying *copying, enum ub_copy_state state, const char *what)
{
	struct ub_pass *pass = copying->pass;
	copying->copy.state = state;
	copying->copy.problem = UB_TEXT_NONE;
	*copying->why = ub_textf(pass->arena, "the copy for %.*s: %s", UB_ARGS(copying->copy.person), what);
	ub_log(pass->log, UB_LOG_INFO, "the copy of %.*s for %.*s: %s", UB_ARGS(copying->copy.item),
	    UB_ARGS(copying->copy.person), what);
	return remember(copying) ? UB_PASS_SETTLED : UB_PASS_AGAIN;
}

/* ---- his answer ---- */

/* An answer to what the item was before it was moved is none, unless he does not want it at all. */
static enum ub_partstat answer_of(const struct copying *copying)
{
	const struct ub_party *party = find_party(copying->stands.event, copying->copy.person);
	if (copying->deleted)
		return UB_PARTSTAT_DECLINED;
	if (!party)
		return UB_PARTSTAT_NEEDS_ACTION;
	bool present = copying->stands.event->sequence >= copying->item.event->sequence;
	return present || party->partstat == UB_PARTSTAT_DECLINED ? party->partstat
								  : UB_PARTSTAT_NEEDS_ACTION;
}

/* The item has his answer now, and counts as looked at. */
static void take_item(struct copying *copying, struct ub_text text, const struct ub_response *response)
{
	struct ub_pass *pass = copying->pass;
	const struct ub_response now = { .body = text, .etag = response->etag };
	if (!read_object(pass, &now, copying->copy.uid, &copying->item))
		copying->item.etag = UB_TEXT_NONE;
	copying->party = find_party(copying->item.event, copying->copy.person);
	pass->identity.owner = copying->copy.owner;
	pass_note_item(pass, text, response->etag);
}

static enum ub_pass_end take_answer_over(struct copying *copying)
{
	struct ub_pass *pass = copying->pass;
	enum ub_partstat answer = answer_of(copying);
	struct ub_response response;
	if (answer == UB_PARTSTAT_NEEDS_ACTION || answer == copying->party->partstat)
		return UB_PASS_SETTLED;
	struct ub_text text = ub_ical_answer(copying->item.ical, copying->copy.person, answer, pass->arena);
	if (text.len == 0 || copying->item.etag.len == 0)
		return UB_PASS_SETTLED;
	const struct ub_request request = { .method = "PUT",
		.target = copying->copy.item,
		.content_type = "text/calendar; charset=utf-8",
		.body = text,
		.if_match = copying->item.etag };
	enum ub_outcome outcome = pass_send(pass, &request, &response);
	if (outcome != UB_OUTCOME_OK)
		return fail(copying, "his answer cannot be put into the item", outcome, &response);
	take_item(copying, text, &response);
	return UB_PASS_SETTLED;
}

/* ---- his copy ---- */

/* A name that is free for sure follows from the UID, as it does for the item. */
static struct ub_text name_of(const struct copying *copying)
{
	struct ub_text item = copying->copy.item;
	return ub_text_sub(item, ub_http_href_collection(item).len, item.len);
}

static enum ub_pass_end write_copy(struct copying *copying, struct ub_text href)
{
	struct ub_pass *pass = copying->pass;
	struct ub_response response;
	bool first = copying->stands.ical == NULL;
	if (!first && copying->stands.etag.len == 0)
		return done(copying, UB_COPY_STANDS, "left as it is, as the server gives no ETag");
	ub_sys_reading_begin(pass->watched);
	struct ub_text text =
	    ub_ical_copy(copying->item.ical, copying->stands.ical, pass->snapshot->zones, pass->arena);
	ub_sys_reading_end(pass->watched);
	if (text.len == 0)
		return done(copying, copying->copy.state, "the item cannot be copied as it is");
	const struct ub_request request = { .method = "PUT",
		.target = href,
		.content_type = "text/calendar; charset=utf-8",
		.body = text,
		.create_only = first,
		.if_match = copying->stands.etag };
	enum ub_outcome outcome = pass_send(pass, &request, &response);
	if (outcome != UB_OUTCOME_OK)
		return fail(
		    copying, first ? "it cannot be written" : "it cannot be changed", outcome, &response);
	pass_note_look(pass, href, response.etag);
	copying->copy.href = href;
	copying->copy.etag = response.etag;
	copying->copy.source = copying->item.etag;
	return done(copying, UB_COPY_STANDS, first ? "written" : "brought into step");
}

/* Looks whether the calendar has the item already: by the server's own invitation, or as a copy of which the
 * store does not know. */
static enum ub_pass_end find_there(struct copying *copying, struct ub_text calendar, bool *servers)
{
	struct ub_pass *pass = copying->pass;
	struct ub_dav_members found;
	enum ub_outcome outcome = pass_search_calendar(pass, calendar, copying->copy.uid, &found);
	*servers = false;
	*copying->why = UB_TEXT("looking for the item in his calendar");
	if (outcome == UB_OUTCOME_AGAIN || outcome == UB_OUTCOME_DENIED)
		return pass_end_of(outcome);
	for (size_t i = 0; i < found.n; i++) {
		struct ub_text href = ub_http_href_canonical(pass->arena, found.items[i].href);
		struct ub_response response;
		outcome = href.len ? pass_get(pass, href, &response) : UB_OUTCOME_GONE;
		if (pass_breaks_off(pass, outcome))
			return pass_end_of(outcome);
		if (outcome != UB_OUTCOME_OK ||
		    !read_object(pass, &response, copying->copy.uid, &copying->stands))
			continue;
		copying->copy.href = href;
		*servers = !ub_ical_is_copy(copying->stands.ical);
	}
	return UB_PASS_SETTLED;
}

static enum ub_outcome find_calendar(struct copying *copying, struct ub_text *calendar)
{
	struct ub_pass *pass = copying->pass;
	return ub_identity_calendar(
	    pass->snapshot->identities, pass->caller, pass->monotonic / 1000, calendar, pass->arena);
}

/* A copy that is still wanted may stand all the same: nobody has heard the answer. */
static enum ub_pass_end find_unheard(struct copying *copying)
{
	struct ub_text calendar;
	bool servers;
	if (copying->copy.state != UB_COPY_WANTED)
		return UB_PASS_SETTLED;
	enum ub_outcome outcome = find_calendar(copying, &calendar);
	*copying->why =
	    ub_textf(copying->pass->arena, "looking for his calendar: %s", ub_outcome_text(outcome));
	return outcome == UB_OUTCOME_OK ? find_there(copying, calendar, &servers) : pass_end_of(outcome);
}

static enum ub_pass_end create(struct copying *copying)
{
	struct ub_pass *pass = copying->pass;
	struct ub_response none = { .status = 0 };
	struct ub_text calendar;
	bool servers;
	enum ub_outcome outcome = find_calendar(copying, &calendar);
	if (outcome != UB_OUTCOME_OK)
		return fail(copying, "no calendar of his is found", outcome, &none);
	enum ub_pass_end end = find_there(copying, calendar, &servers);
	if (end != UB_PASS_SETTLED)
		return end;
	if (servers)
		return done(copying, UB_COPY_SERVERS, "the server has brought it itself");
	return write_copy(copying, copying->stands.ical ? copying->copy.href
							: ub_textf(pass->arena, "%.*s%.*s", UB_ARGS(calendar),
							      UB_ARGS(name_of(copying))));
}

/* The removal is remembered before, so that a copy whose removal was answered to nobody is not taken for
 * deleted by him. */
static enum ub_pass_end take_away(struct copying *copying)
{
	struct ub_pass *pass = copying->pass;
	enum ub_copy_state before = copying->copy.state;
	struct ub_response response;
	enum ub_pass_end end = find_unheard(copying);
	const struct ub_request request = {
		.method = "DELETE", .target = copying->copy.href, .if_match = copying->stands.etag
	};
	if (end != UB_PASS_SETTLED)
		return end;
	if (!copying->stands.ical || !ub_ical_is_copy(copying->stands.ical) || copying->stands.etag.len == 0)
		return done(copying, UB_COPY_REMOVED, "there is none any more");
	copying->copy.state = UB_COPY_REMOVED;
	if (!remember(copying))
		return UB_PASS_AGAIN;
	pass_keep(pass);
	enum ub_outcome outcome = pass_send(pass, &request, &response);
	if (outcome == UB_OUTCOME_OK || outcome == UB_OUTCOME_GONE)
		return done(copying, UB_COPY_REMOVED, "removed");
	if (outcome != UB_OUTCOME_UNCERTAIN) {
		copying->copy.state = before;
		(void)remember(copying);
	}
	return fail(copying, "it cannot be removed", outcome, &response);
}

/* Whether he does not want it. Asking all attendees again, as a client does that moves the item, does not
 * bring him back. */
static bool has_declined(const struct copying *copying)
{
	return copying->party->partstat == UB_PARTSTAT_DECLINED ||
	       (copying->copy.state == UB_COPY_DECLINED &&
		   copying->party->partstat == UB_PARTSTAT_NEEDS_ACTION);
}

static enum ub_pass_end bring_into_step(struct copying *copying)
{
	struct ub_store_copy *copy = &copying->copy;
	bool known = copying->stands.ical && ub_text_eq(copying->stands.etag, copy->etag);
	if (has_declined(copying)) {
		copy->etag = copying->stands.etag;
		copy->source = copying->item.etag;
		return done(
		    copying, UB_COPY_DECLINED, copying->deleted ? "he has deleted it" : "he has declined it");
	}
	if (!copying->stands.ical)
		return create(copying);
	if (!ub_text_eq(copy->source, copying->item.etag) || copy->problem.len)
		return write_copy(copying, copy->href);
	copy->etag = copying->stands.etag;
	*copying->why = UB_TEXT("it is in step");
	copy->state = UB_COPY_STANDS;
	return known || remember(copying) ? UB_PASS_SETTLED : UB_PASS_AGAIN;
}

/* ---- the pass ---- */

/* False: there is nothing to do. */
static bool recall(struct copying *copying, enum ub_pass_end *end)
{
	struct ub_pass *pass = copying->pass;
	const struct ub_key *key = &pass->job->key;
	const struct ub_store_copy like = { .organization = ub_organization,
		.upstream = key->upstream,
		.item = key->href,
		.person = ub_store_copy_person(key) };
	const struct ub_delivery delivery =
	    ub_deliver_by(pass->snapshot->settings, ub_freebusy_invites(pass->snapshot->freebusy, NULL));
	enum ub_store_result result = ub_store_copy(pass->store, &like, pass->arena, &copying->copy);
	*end = result == UB_STORE_FAILED ? UB_PASS_AGAIN : UB_PASS_SETTLED;
	*copying->why = UB_TEXT("the store knows nothing of the copy");
	if (result == UB_STORE_FAILED)
		pass_complain(pass);
	if (result == UB_STORE_OK && delivery.way != UB_WAY_COPIES && delivery.way != UB_WAY_UNKNOWN)
		*copying->why = ub_textf(pass->arena, "copies are not written: %s", delivery.why);
	else
		return result == UB_STORE_OK;
	return false;
}

enum ub_pass_end ub_pass_copy(struct ub_pass *pass, struct ub_text *why)
{
	struct copying copying = { .pass = pass, .why = why };
	enum ub_pass_end end;
	pass->held = pass->now * 1000;
	if (!recall(&copying, &end))
		return end;
	end = look(&copying);
	if (end != UB_PASS_SETTLED)
		return end;
	if (!copying.party)
		return take_away(&copying);
	end = take_answer_over(&copying);
	return end != UB_PASS_SETTLED ? end : bring_into_step(&copying);
}
