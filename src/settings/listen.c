/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Where clients come to: addresses, unix sockets, and sockets that systemd has.
 */
#include <string.h>

#include "settings-private.h"

enum { MODE = 0660 }; /* of a unix socket, unless the settings say */

static const char noun[] = "an address and port like `127.0.0.1:8642`, `unix:PATH` or `systemd`";

static bool is_after(struct ub_text text, struct ub_text start, struct ub_text *rest)
{
	*rest = ub_text_sub(text, start.len, text.len);
	return ub_text_starts(text, start) && rest->len > 0;
}

static bool read_place(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct reading *reading = reader->context;
	struct ub_settings_listen *listen = out;
	struct authority authority = { 0 };
	struct ub_text rest;
	bool whole = node->kind == UB_YAML_SCALAR && !memchr(node->text.ptr, 0, node->text.len);
	listen->place = node->place;
	if (whole && is_after(node->text, UB_TEXT("unix:"), &rest)) {
		listen->kind = UB_LISTEN_LOCAL;
		listen->path = settings_path_from(reader->arena, reading->directory, rest);
	} else if (whole &&
		   (ub_text_is(node->text, "systemd") || is_after(node->text, UB_TEXT("systemd:"), &rest))) {
		listen->kind = UB_LISTEN_PASSED;
		listen->name = ub_text_is(node->text, "systemd") ? UB_TEXT_NONE : rest;
	} else if (whole && settings_parse_authority(node->text, &authority)) {
		listen->host = authority.host;
		listen->port = authority.port;
	} else {
		return ub_yaml_expected(reader, node, type->noun);
	}
	return true;
}

/* ---- networks ---- */

static bool read_network(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node,
    const char *expected, struct ub_networks *networks)
{
	struct ub_network network;
	if (node->kind == UB_YAML_SCALAR && ub_text_is(node->text, "unix")) {
		networks->local = true;
		return true;
	}
	if (node->kind != UB_YAML_SCALAR || !ub_net_parse_network(node->text, &network))
		return ub_yaml_expected(reader, node, expected);
	*ub_push(reader->arena, networks) = network;
	return true;
}

static bool read_networks(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_networks *networks = UB_NEW(reader->arena, struct ub_networks);
	bool good = true, list = node->kind == UB_YAML_LIST;
	for (size_t i = 0; i < (list ? node->n : 1); i++)
		good &= read_network(reader, list ? node->items[i] : node, type->noun, networks);
	*(const struct ub_networks **)out = networks;
	return good;
}

const struct ub_yaml_type settings_type_networks = { .shape = UB_YAML_CUSTOM,
	.noun = "a network like `10.0.0.0/8`, an address, or `unix`",
	.read = read_networks,
	UB_YAML_ANY_OF(&ub_yaml_type_text_or_list) };

/* ---- places ---- */

/* Octal, as of chmod(1). */
static bool read_mode(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	unsigned mode = 0;
	bool good = node->kind == UB_YAML_SCALAR && (node->text.len == 3 || node->text.len == 4);
	for (size_t i = 0; good && i < node->text.len; i++) {
		good = node->text.ptr[i] >= '0' && node->text.ptr[i] <= '7';
		mode = mode * 8 + (unsigned)(node->text.ptr[i] - '0');
	}
	if (!good || mode > 0777)
		return ub_yaml_expected(reader, node, type->noun);
	*(unsigned *)out = mode;
	return true;
}

static const struct ub_yaml_type type_place = { .shape = UB_YAML_CUSTOM,
	.noun = noun,
	.read = read_place,
	.pattern = "^(unix:.|systemd(:.|$)|.*:[0-9]+$)" };
static const struct ub_yaml_type type_mode = {
	.shape = UB_YAML_CUSTOM, .noun = "a mode like \"0660\"", .read = read_mode
};

static const struct ub_yaml_field listen_fields[] = {
	{ "address", &type_place, 0, true, "an address and port, `unix:` and a path, or `systemd`" },
	{ "mode", &type_mode, offsetof(struct ub_settings_listen, mode), false,
	    "who may connect to the unix socket; \"0660\" if not said" },
	{ "proxy_protocol", &settings_type_networks, offsetof(struct ub_settings_listen, proxies), false,
	    "networks of proxies whose connections begin with a header of the PROXY protocol" },
	{ "tls", &ub_yaml_type_bool, offsetof(struct ub_settings_listen, tls), false,
	    "whether clients speak TLS there; as far as there are certificates if not said" },
};

static bool check_map(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct ub_settings_listen *listen = out;
	const struct ub_yaml_node *mode = ub_yaml_get(node, "mode");
	(void)type;
	if (!mode || listen->kind == UB_LISTEN_LOCAL)
		return true;
	struct ub_diag *diag = ub_error(reader->diags, "listen-mode", mode->place, "this is no unix socket");
	ub_diag_set_help(reader->diags, diag, "take `mode` out, or write `address: unix:PATH`");
	return false;
}

static const struct ub_yaml_type type_map = {
	.shape = UB_YAML_FIELDS, UB_YAML_TABLE(listen_fields), .check = check_map
};

static bool read_listen(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	(void)type;
	*(struct ub_settings_listen *)out = (struct ub_settings_listen){ .mode = MODE, .tls = true };
	return ub_yaml_read(reader, node->kind == UB_YAML_MAP ? &type_map : &type_place, node, out);
}

static const struct ub_yaml_type type_listen = {
	.shape = UB_YAML_CUSTOM, .noun = noun, .read = read_listen, UB_YAML_ANY_OF(&type_place, &type_map)
};
const struct ub_yaml_type settings_type_listens = {
	.shape = UB_YAML_ONE_OR_LIST_OF, .item = &type_listen, .item_size = sizeof(struct ub_settings_listen)
};

static const struct ub_yaml_node *entry(const struct ub_yaml_node *node, size_t i)
{
	return node->kind == UB_YAML_LIST ? node->items[i] : node;
}

static void check_number(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node)
{
	struct ub_diag *diag;
	if (node->n > UB_LISTENS_MAX) {
		diag = ub_error(reader->diags, "listen-many", node->items[UB_LISTENS_MAX]->place,
		    "there are more than %d places to listen at", UB_LISTENS_MAX);
		ub_diag_set_help(reader->diags, diag, "let some of them be one address, like `0.0.0.0:443`");
	} else if (node->n == 0) {
		diag = ub_error(reader->diags, "listen-many", node->place, "there is no place to listen at");
		ub_diag_set_help(reader->diags, diag, "name an address and port like `127.0.0.1:8642`");
	}
}

static bool same_place(const struct ub_settings_listen *one, const struct ub_settings_listen *other)
{
	if (one->kind != other->kind)
		return false;
	switch (one->kind) {
	case UB_LISTEN_LOCAL:
		return ub_text_eq(one->path, other->path);
	case UB_LISTEN_PASSED:
		return ub_text_eq(one->name, other->name);
	default:
		return one->port != 0 && one->port == other->port &&
		       ub_text_eq_nocase(one->host, other->host);
	}
}

/* Of what is said about a place twice, the connections would have now the one and now the other. */
static void check_twice(const struct ub_yaml_reader *reader, const struct ub_settings *settings)
{
	for (size_t i = 1; i < settings->n_listens; i++)
		for (size_t k = 0; k < i; k++) {
			if (!same_place(&settings->listens[i], &settings->listens[k]))
				continue;
			struct ub_diag *diag = ub_error(reader->diags, "listen-many",
			    settings->listens[i].place, "this place is in the list already");
			ub_diag_set_help(reader->diags, diag, "take one of the two out");
			return;
		}
}

static bool listens_at(const struct ub_settings *settings, const struct ub_settings_server *server)
{
	for (size_t i = 0; i < settings->n_listens; i++) {
		const struct ub_settings_listen *listen = &settings->listens[i];
		if (server->socket.len ? ub_text_eq(listen->path, server->socket)
				       : listen->port != 0 && listen->port == server->port &&
					     ub_text_eq_nocase(listen->host, server->host))
			return true;
	}
	return false;
}

/* A relay whose upstream is its own address gets each request back as the next one, without end. */
static void check_upstream(const struct ub_yaml_reader *reader, const struct ub_settings *settings,
    const struct ub_settings_upstream *upstream)
{
	for (size_t i = 0; i < upstream->n_servers; i++) {
		if (!listens_at(settings, &upstream->servers[i]))
			continue;
		struct ub_diag *diag = ub_error(reader->diags, "upstream-is-upbeat",
		    upstream->servers[i].place, "this is where Upbeat itself listens");
		ub_diag_set_help(reader->diags, diag, "name the address of the CalDAV server");
		return;
	}
}

/* TLS that is asked for, without a certificate. */
static void check_tls(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node)
{
	const struct ub_yaml_node *tls = node->kind == UB_YAML_MAP ? ub_yaml_get(node, "tls") : NULL;
	if (!tls || tls->kind != UB_YAML_SCALAR ||
	    !(ub_text_is(tls->text, "yes") || ub_text_is(tls->text, "true")))
		return;
	struct ub_diag *diag = ub_error(reader->diags, "listen-tls", tls->place, "there is no certificate");
	ub_diag_set_help(reader->diags, diag, "name it and its key under `tls`, beside `listen`");
}

void settings_check_listens(
    const struct ub_yaml_reader *reader, const struct ub_yaml_node *root, const struct ub_settings *settings)
{
	const struct ub_yaml_node *node = ub_yaml_get(root, "listen");
	if (!node)
		return;
	if (node->kind == UB_YAML_LIST)
		check_number(reader, node);
	check_twice(reader, settings);
	check_upstream(reader, settings, &settings->upstream);
	for (size_t i = 0; i < settings->n_others; i++)
		check_upstream(reader, settings, &settings->others[i]);
	for (size_t i = 0; settings->n_tls == 0 && i < settings->n_listens; i++)
		check_tls(reader, entry(node, i));
}
