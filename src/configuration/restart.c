/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a daemon goes on with until it is started anew, whatever its settings say by now: the relay listens
 * already and knows its upstreams, and the store is open. (The input of a snapshot keeps the upstream's
 * address.)
 */
#include "configuration-private.h"

#include "upbeat/settings.h"

/* ---- what is the same ---- */

static bool same_path(const struct ub_settings_path *one, const struct ub_settings_path *other)
{
	return ub_text_eq(one->path, other->path);
}

static bool same_certificates(const struct ub_settings *read, const struct ub_settings *old)
{
	bool same = read->n_tls == old->n_tls;
	for (size_t i = 0; same && i < read->n_tls; i++)
		same = same_path(&read->tls[i].certificate, &old->tls[i].certificate) &&
		       same_path(&read->tls[i].key, &old->tls[i].key);
	return same;
}

static bool same_networks(const struct ub_networks *one, const struct ub_networks *other)
{
	if (!one || !other)
		return one == other;
	bool same = one->n == other->n && one->local == other->local;
	for (size_t i = 0; same && i < one->n; i++)
		same = ub_net_same(&one->items[i], &other->items[i]);
	return same;
}

static bool same_listen(const struct ub_settings_listen *one, const struct ub_settings_listen *other)
{
	return one->kind == other->kind && one->port == other->port && one->mode == other->mode &&
	       one->tls == other->tls && same_networks(one->proxies, other->proxies) &&
	       ub_text_eq(one->host, other->host) && ub_text_eq(one->path, other->path) &&
	       ub_text_eq(one->name, other->name);
}

static bool same_listens(const struct ub_settings *read, const struct ub_settings *old)
{
	bool same = read->n_listens == old->n_listens;
	for (size_t i = 0; same && i < read->n_listens; i++)
		same = same_listen(&read->listens[i], &old->listens[i]);
	return same;
}

static bool same_forwarded_from(const struct ub_settings *read, const struct ub_settings *old)
{
	return same_networks(read->forwarded_from, old->forwarded_from);
}

static bool same_clients(const struct ub_settings *read, const struct ub_settings *old)
{
	const struct ub_settings_clients *one = &read->clients, *other = &old->clients;
	return same_path(&one->ca, &other->ca) && same_path(&one->crl, &other->crl) &&
	       one->required == other->required && ub_text_eq(one->user_field, other->user_field);
}

static bool same_limits(const struct ub_settings *read_all, const struct ub_settings *old_all)
{
	const struct ub_settings_limits *read = &read_all->limits, *old = &old_all->limits;
	return read->connections == old->connections && read->of_address == old->of_address &&
	       read->requests == old->requests && read->waiting == old->waiting && read->head == old->head &&
	       read->pause == old->pause && read->connect == old->connect && read->answer == old->answer &&
	       read->total == old->total && read->idle == old->idle && read->rate == old->rate;
}

/* Whose requests an upstream has, and how its certificate is checked. Where it is was looked at before. */
static bool same_upstream(const struct ub_settings_upstream *one, const struct ub_settings_upstream *other)
{
	bool same = ub_text_eq(one->path, other->path) && one->hosts.n == other->hosts.n;
	for (size_t i = 0; same && i < one->hosts.n; i++)
		same = ub_text_eq(one->hosts.items[i], other->hosts.items[i]);
	return same;
}

static bool same_trust(const struct ub_settings_upstream *one, const struct ub_settings_upstream *other)
{
	return same_path(&one->ca, &other->ca) && ub_text_eq(one->name, other->name);
}

static bool same_first_upstream(const struct ub_settings *read, const struct ub_settings *old)
{
	return same_upstream(&read->upstream, &old->upstream);
}

static bool same_first_trust(const struct ub_settings *read, const struct ub_settings *old)
{
	return same_trust(&read->upstream, &old->upstream);
}

static bool same_others(const struct ub_settings *read, const struct ub_settings *old)
{
	bool same = read->n_others == old->n_others;
	for (size_t i = 0; same && i < read->n_others; i++) {
		const struct ub_settings_upstream *one = &read->others[i], *other = &old->others[i];
		same =
		    one->n_servers == other->n_servers && same_upstream(one, other) && same_trust(one, other);
		for (size_t k = 0; same && k < one->n_servers; k++)
			same = ub_text_eq(one->servers[k].base, other->servers[k].base);
	}
	return same;
}

static bool same_store(const struct ub_settings *read, const struct ub_settings *old)
{
	return read->store == old->store && ub_text_eq(read->store_path, old->store_path);
}

static bool same_control(const struct ub_settings *read, const struct ub_settings *old)
{
	return ub_text_eq(read->control, old->control);
}

static bool same_user(const struct ub_settings *read, const struct ub_settings *old)
{
	return ub_text_eq(read->user, old->user);
}

static const struct {
	const char *key;
	bool (*is_same)(const struct ub_settings *read, const struct ub_settings *old);
} lasting[] = {
	{ "listen", same_listens },
	{ "forwarded_from", same_forwarded_from },
	{ "tls", same_certificates },
	{ "client_certificates", same_clients },
	{ "upstream", same_first_upstream },
	{ "upstream_tls", same_first_trust },
	{ "other_upstreams", same_others },
	{ "limits", same_limits },
	{ "user", same_user },
	{ "store", same_store },
	{ "control", same_control },
};

/* ---- what stays ---- */

static const struct ub_networks *copy_networks(struct ub_arena *arena, const struct ub_networks *from)
{
	struct ub_networks *copy = from ? UB_NEW(arena, struct ub_networks) : NULL;
	for (size_t i = 0; from && i < from->n; i++)
		*ub_push(arena, copy) = from->items[i];
	if (copy)
		copy->local = from->local;
	return copy;
}

static void copy_listens(struct ub_arena *arena, struct ub_settings *to, const struct ub_settings *from)
{
	to->n_listens = from->n_listens;
	to->listens = UB_NEW_ARRAY(arena, struct ub_settings_listen, from->n_listens);
	for (size_t i = 0; i < from->n_listens; i++) {
		struct ub_settings_listen *listen = &to->listens[i];
		*listen = from->listens[i];
		listen->host = ub_text_copy(arena, listen->host);
		listen->path = ub_text_copy(arena, listen->path);
		listen->name = ub_text_copy(arena, listen->name);
		listen->proxies = copy_networks(arena, listen->proxies);
		listen->place = (struct ub_place){ 0 };
	}
}

/* The present snapshot may be gone before the new one: texts are copied. */
void snapshot_keep_started(
    struct ub_snapshot *snapshot, const struct ub_snapshot *present, struct ub_diags *diags)
{
	const struct ub_settings *old = present->settings, *read = snapshot->settings;
	struct ub_arena *arena = snapshot->arena;
	struct ub_settings *kept = UB_NEW(arena, struct ub_settings);
	for (size_t i = 0; i < UB_COUNT(lasting); i++)
		if (!lasting[i].is_same(read, old))
			snapshot_needs_restart(diags, lasting[i].key);
	*kept = *read;
	copy_listens(arena, kept, old);
	kept->forwarded_from = copy_networks(arena, old->forwarded_from);
	kept->limits = old->limits;
	kept->upstream.path = ub_text_copy(arena, old->upstream.path);
	kept->store = old->store;
	kept->store_path = ub_text_copy(arena, old->store_path);
	kept->control = ub_text_copy(arena, old->control);
	snapshot->settings = kept;
}
