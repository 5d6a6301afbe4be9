/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The clients of the user, and the form of his items.
 */
#include "pass-private.h"

#include "upbeat/clients.h"

struct ub_form pass_form(struct ub_pass *pass)
{
	struct ub_form form;
	if (!ub_decide_form(
		pass->snapshot->settings, pass->store, &pass->job->key, pass->now * 1000, &form, pass->arena))
		pass_complain(pass);
	return form;
}

static bool is_noted(struct ub_pass *pass, const struct ub_store_client *note)
{
	struct ub_store_clients seen;
	if (ub_store_clients(pass->store, note->upstream, note->principal, note->seen - UB_CLIENT_NOTED_MS,
		pass->arena, &seen) != UB_STORE_OK)
		return true;
	for (size_t i = 0; i < seen.n; i++)
		if (ub_text_eq(seen.items[i].client, note->client))
			return true;
	return false;
}

/* What others have sent was made by their clients. */
void pass_note_product(struct ub_pass *pass, const struct ub_facts *facts)
{
	const struct ub_person *organizer = facts->meeting.organizer;
	const struct ub_client_family *client = ub_clients_family_of_product(facts->meeting.event->prodid);
	bool own = !organizer || ub_text_eq(organizer->email, pass->identity.owner);
	if (!client || client->tool || !own)
		return;
	const struct ub_store_client note = { .upstream = pass->job->key.upstream,
		.principal = pass->job->key.principal,
		.client = ub_text(client->id),
		.seen = pass->now * 1000 };
	if (!is_noted(pass, &note) && ub_store_note_client(pass->store, &note) != UB_STORE_OK)
		pass_complain(pass);
}
