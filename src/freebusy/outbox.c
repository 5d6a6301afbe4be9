/* SPDX-License-Identifier: Apache-2.0 */
#include "freebusy-private.h"

#include "upbeat/sys.h"

/*
 * Questions about others at the owner's scheduling outbox (RFC 6638 5): one request for all of them. The
 * server tells of each by himself, or why not. What it tells counts only if it is of him, covers what was
 * asked for, and is as it should be.
 */

static bool is_other(const struct look *look, const struct ub_busy_person *person)
{
	return !ub_text_eq(person->address, look->question->identity->owner);
}

static struct ub_text question_of(struct look *look, const struct ub_texts *people)
{
	unsigned char unique[16];
	struct ub_buf out = UB_BUF(look->arena);
	ub_sys_random(unique, sizeof unique);
	ub_buf_printf(&out,
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Upbeat//EN\r\nMETHOD:REQUEST\r\nBEGIN:VFREEBUSY\r\n"
	    "UID:%.*s\r\nDTSTAMP:%.*s\r\nDTSTART:%.*s\r\nDTEND:%.*s\r\nORGANIZER:mailto:%.*s\r\n",
	    UB_ARGS(ub_base64url(look->arena, unique, sizeof unique)), UB_ARGS(look_time(look, ub_sys_now())),
	    UB_ARGS(look_time(look, look->range.start)), UB_ARGS(look_time(look, look->range.end)),
	    UB_ARGS(look->question->identity->owner));
	for (size_t i = 0; i < people->n; i++)
		ub_buf_printf(&out, "ATTENDEE:mailto:%.*s\r\n", UB_ARGS(people->items[i]));
	ub_buf_str(&out, "END:VFREEBUSY\r\nEND:VCALENDAR\r\n");
	return ub_buf_text(&out);
}

/* Takes what the answer says of the person. */
static void take(struct look *look, const struct ub_dav_recipients *answer, struct ub_busy_person *person)
{
	person->words = UB_TEXT("the server's answer does not name him");
	for (size_t i = 0; i < answer->n; i++) {
		const struct ub_dav_recipient *recipient = &answer->items[i];
		if (!ub_text_eq(recipient->address, person->address))
			continue;
		if (!ub_text_starts(recipient->status, UB_TEXT("2.")))
			person->words = ub_textf(look->arena, "the server does not say (%.*s)",
			    UB_ARGS(look_shown(look, recipient->status)));
		else if (look_read_busy(look, recipient->data, person))
			person->words = UB_TEXT("the server's scheduling outbox");
		return;
	}
}

static void take_all(struct look *look, const struct ub_dav_recipients *answer, struct ub_busy_people *people)
{
	for (size_t i = 0; i < people->n; i++) {
		struct ub_busy_person *person = &people->items[i];
		if (is_other(look, person))
			take(look, answer, person);
	}
}

/* Nobody is told of. */
static void fail(struct look *look, struct ub_text why, bool passing, struct ub_busy_people *people)
{
	for (size_t i = 0; i < people->n; i++) {
		struct ub_busy_person *person = &people->items[i];
		if (!is_other(look, person))
			continue;
		person->words = why;
		person->state = passing ? UB_FREEBUSY_AGAIN : UB_FREEBUSY_UNKNOWN;
	}
}

/* Whether the service account's own principal has calendars, and no outbox or no inbox. */
static bool lacks_a_box_itself(struct look *look)
{
	struct ub_dav_principal own;
	struct ub_response response;
	const struct ub_request request = { .method = "PROPFIND",
		.target = look->question->identity->caller_href,
		.depth = "0",
		.content_type = "application/xml; charset=utf-8",
		.body = ub_dav_principal_query };
	return request.target.len && look_send(look, &request, &response) == UB_OUTCOME_OK &&
	       ub_dav_read_principal(response.body, &own, look->arena) && own.n_homes &&
	       (own.outbox.len == 0 || own.inbox.len == 0);
}

/* Notes whether the server schedules. One that refuses this caller, or tells him nonsense, may all the same;
 * to the service account, what it may not see looks as if it was not there. An outbox without an inbox tells
 * busy times alone, as that of sabre/dav before 2.1. `status`: of the answer; 0: the owner has no outbox. */
static void note_invites(struct look *look, bool answers, int status)
{
	bool service = look->question->caller->service, inbox = look->question->identity->inbox.len > 0;
	bool lacks_a_box = status == 0 || (answers && !inbox);
	bool none = status == 405 || status == 501 || (!service && (status == 404 || lacks_a_box));
	if (service && lacks_a_box && !look->knows_invites)
		none = lacks_a_box_itself(look);
	if (none || (answers && inbox))
		look->invites = none ? UB_INVITES_NONE : UB_INVITES_SENT;
}

static void send(struct look *look, const struct ub_texts *others, struct ub_busy_people *people)
{
	struct ub_response response;
	struct ub_dav_recipients answer;
	const struct ub_request request = { .method = "POST",
		.target = look->question->identity->outbox,
		.content_type = "text/calendar; charset=utf-8; component=VFREEBUSY; method=REQUEST",
		.body = question_of(look, others) };
	enum ub_outcome outcome = look_send(look, &request, &response);
	bool read = outcome == UB_OUTCOME_OK && ub_dav_read_recipients(response.body, &answer, look->arena);
	struct ub_text why = look_why(look, outcome, &response);
	bool passing = look_may_pass(outcome);
	if (read) {
		take_all(look, &answer, people);
		look_went(&look->ways.outbox);
	} else {
		fail(look, why, passing, people);
		look_failed(look, &look->ways.outbox, passing, why);
	}
	if (response.status)
		note_invites(look, read, response.status);
}

void look_at_outbox(struct look *look, struct ub_busy_people *people)
{
	struct ub_texts others = { 0 };
	for (size_t i = 0; i < people->n; i++)
		if (is_other(look, &people->items[i]))
			*ub_push(look->arena, &others) = people->items[i].address;
	if (others.n == 0)
		return;
	if (look->question->identity->outbox.len == 0) {
		note_invites(look, false, 0);
		fail(look, UB_TEXT("the server has no scheduling outbox"), false, people);
	} else if (look_is_shut(look, &look->ways.outbox))
		fail(look, look->ways.outbox.why, false, people);
	else
		send(look, &others, people);
}
