/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The form that all clients of a user show.
 */
#include "upbeat/clients.h"

static bool is_among(const struct ub_clients *clients, const char *id)
{
	for (size_t i = 0; i < clients->n; i++)
		if (ub_text_is(ub_text(clients->items[i]->id), id))
			return true;
	return false;
}

/* Whether whoever uses this client sees no to-dos by it, nor by what stands beside it on the same device. */
static bool lacks_todos(const struct ub_clients *clients, const struct ub_client_family *client)
{
	return client->todos == UB_SHOWS_NOT && !(client->with && is_among(clients, client->with));
}

static void add_name(struct ub_text *names, const struct ub_client_family *client, struct ub_arena *arena)
{
	*names =
	    names->len ? ub_textf(arena, "%.*s, %s", UB_ARGS(*names), client->name) : ub_text(client->name);
}

struct ub_form ub_clients_form(const struct ub_clients *clients, struct ub_arena *arena)
{
	struct ub_form form = { 0 };
	unsigned html = 0;
	for (size_t i = 0; i < clients->n; i++) {
		const struct ub_client_family *client = clients->items[i];
		if (client->tool)
			continue;
		html |= client->html;
		add_name(client->html ? &form.html_in : &form.plain_in, client, arena);
		if (lacks_todos(clients, client))
			add_name(&form.no_todos, client, arena);
		if (client->first_alarm)
			add_name(&form.one_alarm, client, arena);
	}
	form.task_as_event = form.no_todos.len > 0;
	form.nearest_first = form.one_alarm.len > 0;
	form.html = form.plain_in.len ? 0 : html;
	return form;
}
