/* SPDX-License-Identifier: Apache-2.0 */

/*
 * When an event changes, Cyrus 3.6 keeps what a guest has said of the time in his own copy (TRANSP), beside
 * what the event says of it, and from then on refuses whatever he stores there, his answer to the invitation
 * too, because of the two. His own word comes last. A copy with one TRANSP is taken, and nobody is told of
 * it.
 */
#include "pass-private.h"

static bool is_guests(const struct ub_pass *pass, const struct ub_event *event)
{
	return event->organizer && !ub_text_eq(event->organizer->address, pass->identity.owner);
}

void pass_mend(struct ub_pass *pass, const struct ub_event *event, const struct ub_response *response)
{
	struct ub_request request = { .method = "PUT",
		.target = pass->job->key.href,
		.content_type = "text/calendar; charset=utf-8",
		.if_match = response->etag };
	struct ub_response answer;
	if (!is_guests(pass, event) || response->etag.len == 0 ||
	    !ub_ical_untwice(response->body, "TRANSP", &request.body, pass->arena))
		return;
	enum ub_outcome outcome = pass_send(pass, &request, &answer);
	ub_log(pass->log, UB_LOG_INFO, "%.*s: the server has put a second TRANSP there; one is taken out: %s",
	    UB_ARGS(pass->job->key.href), ub_outcome_text(outcome));
}
