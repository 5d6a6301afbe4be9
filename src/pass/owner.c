/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Whose the calendar of the pass is, and who logs in as him.
 */
#include "pass-private.h"

/* Remembers which principal's href on the server is the caller's: for keys of which only the owner's href is
 * known. */
static void learn_login(struct ub_pass *pass)
{
	const struct ub_key *key = &pass->job->key;
	struct ub_text href = pass->identity.caller_href, login;
	if (href.len == 0 ||
	    (ub_store_login(pass->store, key->upstream, href, pass->arena, &login) == UB_STORE_OK &&
		ub_text_eq(login, key->principal)))
		return;
	if (ub_store_put_login(pass->store, key->upstream, key->principal, href) == UB_STORE_FAILED)
		pass_complain(pass);
}

/* The principal that the calendar's owner logs in as. Empty: nobody knows, or the name is the caller's, who
 * yet is not the owner. */
static struct ub_text find_owner_login(struct ub_pass *pass)
{
	const struct ub_key *key = &pass->job->key;
	struct ub_text href = pass->identity.owner_href, login = UB_TEXT_NONE;
	if (href.len && ub_store_login(pass->store, key->upstream, href, pass->arena, &login) != UB_STORE_OK)
		login = ub_identity_login_of(href, pass->arena);
	return ub_text_eq(login, key->principal) ? UB_TEXT_NONE : login;
}

enum ub_pass_end pass_look_at_owner(struct ub_pass *pass, struct ub_text *why)
{
	enum ub_outcome outcome = ub_identity_of(pass->snapshot->identities, pass->caller, pass->collection,
	    pass->snapshot->org, pass->monotonic / 1000, &pass->identity, pass->arena);
	*why = ub_textf(pass->arena, "the calendar's properties: %s", ub_outcome_text(outcome));
	pass->unsaid = outcome == UB_OUTCOME_REFUSED && !pass->caller->service;
	if (pass->unsaid)
		*why = UB_TEXT(
		    "the server does not say whose calendar it is, or answers with a page for people");
	if (outcome != UB_OUTCOME_OK)
		return pass_end_at_collection(pass, outcome);
	if (pass->caller->service && pass->identity.calendar && !pass->identity.acts_for_owner) {
		*why = UB_TEXT("the service account finds nobody whose calendar it is, or it is its own");
		return UB_PASS_FORBIDDEN;
	}
	if (!pass->caller->service)
		learn_login(pass);
	if (pass->identity.calendar && !pass->identity.acts_for_owner) {
		pass->owner_login = find_owner_login(pass);
		*why =
		    pass->owner_login.len
			? UB_TEXT("stored by somebody else: waits for the calendar's owner")
			: UB_TEXT(
			      "the calendar is somebody else's, and nobody knows who logs in as its owner");
		return UB_PASS_NOT_OWNER;
	}
	if (!pass->identity.calendar)
		*why = UB_TEXT("not in a calendar");
	else if (pass->identity.owner.len == 0)
		*why = UB_TEXT("the owner's address is not known: set organization.users");
	return UB_PASS_SETTLED;
}
