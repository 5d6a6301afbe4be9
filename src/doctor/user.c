/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor-private.h"

#include "upbeat/freebusy.h"
#include "upbeat/settings.h"
#include "upbeat/sys.h"

enum { WEEK = 7 * 24 * 3600 };

static const char user[] = "user";

static struct ub_caller caller_of(const struct doctor *doctor)
{
	return (struct ub_caller){ .client = doctor->client,
		.user = doctor->input->user,
		.principal = doctor->input->user,
		.authorization = doctor->input->authorization };
}

static void look_at_addresses(struct doctor *doctor, const struct ub_identity *identity)
{
	if (identity->owner.len && ub_org_is_ours(doctor->settings->org, identity->owner))
		doctor_tell(
		    doctor, UB_DOCTOR_GOOD, user, NULL, "the address is %.*s", UB_ARGS(identity->owner));
	else if (identity->owner.len)
		doctor_tell(doctor, UB_DOCTOR_BAD, user, "name its domain under `organization: domains`",
		    "the address %.*s is in none of the organization's domains", UB_ARGS(identity->owner));
	else
		doctor_tell(doctor, UB_DOCTOR_BAD, user,
		    "say how addresses are made of names: `organization: users: \"{user}@ours.example\"`",
		    "the server does not say which address the user has");
}

static void look_at_changes(struct doctor *doctor, const struct ub_caller *caller, struct ub_text href)
{
	struct ub_response response;
	struct ub_dav_state state;
	const struct ub_request request = { .method = "PROPFIND",
		.target = href,
		.authorization = caller->authorization,
		.depth = "0",
		.content_type = "application/xml; charset=utf-8",
		.body = ub_dav_state_query };
	bool told = ub_client_send(doctor->client, &request, &response, doctor->arena) == UB_OUTCOME_OK &&
		    ub_dav_read_state(response.body, &state, doctor->arena);
	if (told && state.token.len)
		doctor_tell(
		    doctor, UB_DOCTOR_GOOD, user, NULL, "changes past Upbeat are found by sync-collection");
	else
		doctor_tell(doctor, UB_DOCTOR_NOTE, user, NULL,
		    "changes past Upbeat are found by listing whole calendars, as the server tells no "
		    "changes");
}

/* A question about the user himself, by the ways that passes use, too. */
static void look_at_busy_times(struct doctor *doctor, const struct ub_caller *caller,
    const struct ub_identity *identity, struct ub_text calendar)
{
	const struct ub_snapshot *snapshot = doctor->input->snapshot;
	struct ub_busy_people answers = { 0 };
	struct ub_freebusy_question question = { .caller = caller,
		.identity = identity,
		.collection = calendar,
		.org = doctor->settings->org,
		.range = { doctor->input->now, doctor->input->now + WEEK },
		.since = ub_sys_monotonic_ms() };
	*ub_push(doctor->arena, &question.people) = identity->owner;
	ub_freebusy_ask(snapshot->freebusy, &question, &answers, doctor->arena);
	for (size_t i = 0; i < answers.n; i++)
		doctor_tell(doctor,
		    answers.items[i].state == UB_FREEBUSY_KNOWN ? UB_DOCTOR_GOOD : UB_DOCTOR_WARNING, user,
		    answers.items[i].state == UB_FREEBUSY_KNOWN
			? NULL
			: "items are placed all the same, perhaps on top of other things",
		    "busy times: %.*s", UB_ARGS(answers.items[i].words));
}

static void look_at_calendar(struct doctor *doctor, const struct ub_caller *caller)
{
	struct ub_identities *identities = doctor->input->snapshot->identities;
	int64_t now = ub_sys_monotonic_ms() / 1000;
	struct ub_identity identity;
	struct ub_text href;
	if (ub_identity_calendar(identities, caller, now, &href, doctor->arena) != UB_OUTCOME_OK ||
	    ub_identity_of(identities, caller, href, doctor->settings->org, now, &identity, doctor->arena) !=
		UB_OUTCOME_OK) {
		doctor_tell(doctor, UB_DOCTOR_BAD, user, "make a calendar in the user's home, by any client",
		    "there is no calendar of the user's own that takes events");
		return;
	}
	doctor_tell(doctor, UB_DOCTOR_GOOD, user, NULL, "the calendar for reviews is %.*s", UB_ARGS(href));
	doctor->calendar = href;
	doctor->identity = identity;
	if (!identity.takes_tasks)
		doctor_tell(doctor, UB_DOCTOR_NOTE, user, NULL,
		    "it takes no to-dos: they stand there as events of a whole day");
	look_at_addresses(doctor, &identity);
	look_at_changes(doctor, caller, href);
	if (identity.owner.len)
		look_at_busy_times(doctor, caller, &identity, href);
	bool invites = identity.outbox.len && identity.inbox.len;
	doctor_tell(doctor, invites ? UB_DOCTOR_GOOD : UB_DOCTOR_NOTE, user, NULL,
	    invites ? "the server has an outbox and an inbox: it says that it sends invitations itself; "
		      "--try finds "
		      "out"
	    : identity.outbox.len
		? "the server has an outbox for busy times and no inbox: it sends no invitations"
		: "the server has no outbox: it sends no invitations");
}

void doctor_user(struct doctor *doctor)
{
	struct ub_caller caller = caller_of(doctor);
	struct ub_response response;
	struct ub_text principal;
	enum ub_outcome outcome = ub_identity_self(&caller, &principal, &response, doctor->arena);
	if (outcome != UB_OUTCOME_OK) {
		struct ub_text why = doctor_why(doctor, &response);
		doctor_tell(doctor, UB_DOCTOR_BAD, user,
		    outcome == UB_OUTCOME_DENIED ? "look at the name and at the password in the file"
						 : "look into the server's own log",
		    "the server does not say who %.*s is: %.*s", UB_ARGS(doctor->input->user), UB_ARGS(why));
		return;
	}
	doctor_tell(doctor, UB_DOCTOR_GOOD, user, NULL, "%.*s is signed in, as %.*s",
	    UB_ARGS(doctor->input->user), UB_ARGS(principal));
	look_at_calendar(doctor, &caller);
}
