/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The form of a user's items, by what the settings say and by the clients that he was seen to come by.
 */
#include "decision-private.h"
#include "upbeat/settings.h"
#include "upbeat/store.h"

/* A family of a later version is one of which nothing is known. */
static const struct ub_client_family *family_of(struct ub_text id)
{
	const struct ub_client_family *client = ub_clients_find_family(id);
	return client ? client : ub_clients_find_family(UB_TEXT("other"));
}

/* What the settings say holds for everybody, and for what stands. */
static void settle(const struct ub_settings *settings, struct ub_form *form)
{
	form->kind_settled = settings->tasks != UB_TASKS_AUTO;
	if (!form->kind_settled)
		return;
	form->task_as_event = settings->tasks == UB_TASKS_EVENTS;
	form->no_todos = UB_TEXT_NONE;
}

bool ub_decide_form(const struct ub_settings *settings, struct ub_store *store, const struct ub_key *key,
    int64_t now, struct ub_form *form, struct ub_arena *arena)
{
	struct ub_store_clients seen;
	struct ub_clients clients = { 0 };
	bool known = ub_store_clients(store, key->upstream, key->principal, now - UB_CLIENT_KEPT_MS, arena,
			 &seen) == UB_STORE_OK;
	for (size_t i = 0; known && i < seen.n; i++)
		*ub_push(arena, &clients) = family_of(seen.items[i].client);
	*form = ub_clients_form(&clients, arena);
	settle(settings, form);
	return known;
}
