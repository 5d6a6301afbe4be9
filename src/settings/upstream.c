/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Where requests go on to: the CalDAV server, and other servers beside it.
 */
#include <string.h>

#include "settings-private.h"

enum { SOCKET_MAX = 107 }; /* what the address of a unix socket has room for */

static bool refuse(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node, size_t from,
    const char *code, const char *message, const char *help)
{
	struct ub_diag *diag =
	    ub_error(reader->diags, code, ub_yaml_place(node, from, node->text.len), "%s", message);
	ub_diag_set_help(reader->diags, diag, "%s", help);
	return false;
}

/* ---- a URL ---- */

static bool is_path_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       memchr("-._~@!$&'()*+,;=:", c, 17);
}

/* Whether the path is written as all clients write it, so that requests can be compared with it. */
static bool is_plain_path(struct ub_text path)
{
	struct ub_text rest = path, segment;
	(void)ub_text_split(&rest, '/', &segment);
	while (ub_text_split(&rest, '/', &segment)) {
		if (segment.len == 0 || ub_text_is(segment, ".") || ub_text_is(segment, ".."))
			return false;
		for (size_t i = 0; i < segment.len; i++)
			if (!is_path_char(segment.ptr[i]))
				return false;
	}
	return true;
}

static bool take_path(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node, size_t slash,
    struct endpoint *endpoint)
{
	size_t end = node->text.len;
	while (end > slash && node->text.ptr[end - 1] == '/')
		end--;
	endpoint->path = ub_text_sub(node->text, slash, end);
	return is_plain_path(endpoint->path) ||
	       refuse(reader, node, slash, "upstream-path", "this is no path to compare requests with",
		   "write it without `?`, `#`, `%` and empty or dotted parts");
}

static bool take_authority(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, size_t scheme, struct endpoint *endpoint)
{
	struct authority authority = { .port = endpoint->tls ? 443 : 80 };
	size_t slash = ub_text_find(node->text, UB_TEXT("/"), scheme), end = slash;
	if (slash == SIZE_MAX)
		slash = end = node->text.len;
	if (ub_text_find(ub_text_sub(node->text, 0, end), UB_TEXT("@"), 0) != SIZE_MAX)
		return refuse(reader, node, scheme, "upstream-password",
		    "the upstream is given without a user", "clients' own credentials are passed on");
	if (!settings_parse_authority(ub_text_sub(node->text, scheme, end), &authority) ||
	    authority.port == 0)
		return ub_yaml_expected(reader, node, type->noun);
	bool six = ub_text_find(authority.host, UB_TEXT(":"), 0) != SIZE_MAX;
	endpoint->server.host = authority.host;
	endpoint->server.port = authority.port;
	endpoint->server.base = ub_textf(reader->arena, six ? "%s://[%.*s]:%u" : "%s://%.*s:%u",
	    endpoint->tls ? "https" : "http", UB_ARGS(authority.host), (unsigned)authority.port);
	return take_path(reader, node, slash, endpoint);
}

/* "http://unix:SOCKET" or "http://unix:SOCKET:/path". */
static bool take_socket(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, size_t from, struct endpoint *endpoint)
{
	const struct reading *reading = reader->context;
	size_t colon = ub_text_find(node->text, UB_TEXT(":/"), from);
	size_t end = colon == SIZE_MAX ? node->text.len : colon;
	if (end == from)
		return ub_yaml_expected(reader, node, type->noun);
	endpoint->server.socket =
	    settings_path_from(reader->arena, reading->directory, ub_text_sub(node->text, from, end));
	endpoint->server.base = ub_textf(reader->arena, "http://unix:%.*s", UB_ARGS(endpoint->server.socket));
	if (endpoint->server.socket.len > SOCKET_MAX)
		return refuse(reader, node, from, "upstream-socket",
		    "the path of a socket has 107 bytes at most", "have the socket in a shorter directory");
	return colon == SIZE_MAX || take_path(reader, node, colon + 1, endpoint);
}

static bool read_url(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct ub_text local = UB_TEXT("http://unix:");
	struct endpoint *endpoint = out;
	const bool tls = ub_text_starts(node->text, UB_TEXT("https://"));
	const struct ub_text scheme = tls ? UB_TEXT("https://") : UB_TEXT("http://");
	*endpoint = (struct endpoint){ .tls = tls, .server = { .place = node->place } };
	if (node->kind != UB_YAML_SCALAR || !ub_text_starts(node->text, scheme) ||
	    memchr(node->text.ptr, 0, node->text.len))
		return ub_yaml_expected(reader, node, type->noun);
	return ub_text_starts(node->text, local) ? take_socket(reader, type, node, local.len, endpoint)
						 : take_authority(reader, type, node, scheme.len, endpoint);
}

static const struct ub_yaml_type type_url = { .shape = UB_YAML_CUSTOM,
	.noun = "a URL like `https://dav.ours.example` or `http://unix:/run/dav.sock`",
	.read = read_url,
	.pattern = "^https?://." };
static const struct ub_yaml_type type_urls = {
	.shape = UB_YAML_ONE_OR_LIST_OF, .item = &type_url, .item_size = sizeof(struct endpoint)
};

/* ---- an upstream ---- */

static bool read_host(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	/* One colon begins a port; an IPv6 address has several. */
	size_t colon = ub_text_find(node->text, UB_TEXT(":"), 0);
	bool port = colon != SIZE_MAX && ub_text_find(node->text, UB_TEXT(":"), colon + 1) == SIZE_MAX;
	if (node->kind != UB_YAML_SCALAR || port || !settings_is_host(node->text))
		return ub_yaml_expected(reader, node, type->noun);
	*(struct ub_text *)out = ub_text_lower(reader->arena, node->text);
	return true;
}

static const struct ub_yaml_type type_host = {
	.shape = UB_YAML_CUSTOM, .noun = "a host's name or address, without a port", .read = read_host
};
static const struct ub_yaml_type type_hosts = {
	.shape = UB_YAML_ONE_OR_LIST_OF, .item = &type_host, .item_size = sizeof(struct ub_text)
};

static const struct ub_yaml_field map_fields[] = {
	{ "url", &type_urls, offsetof(struct upstream, urls), true,
	    "where it is; a list for several servers that are equal" },
	{ "hosts", &type_hosts, offsetof(struct upstream, hosts), false,
	    "the names by which clients ask for it; any if not said" },
	{ "tls", &settings_type_trust, offsetof(struct upstream, trust), false,
	    "how its certificate is checked, as in `upstream_tls`" },
	{ "plain", &ub_yaml_type_bool, offsetof(struct upstream, plain), false,
	    "whether `http://` may lead to another machine, as in `upstream_plain`" },
};
static const struct ub_yaml_type type_map = FIELDS(map_fields);

static bool read_upstream(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct upstream *upstream = out;
	(void)type;
	upstream->node = node;
	return node->kind == UB_YAML_MAP ? ub_yaml_read(reader, &type_map, node, upstream)
					 : ub_yaml_read(reader, &type_urls, node, &upstream->urls);
}

const struct ub_yaml_type settings_type_upstream = { .shape = UB_YAML_CUSTOM,
	.noun = "a URL, a list of URLs, or a map with `url`",
	.read = read_upstream,
	UB_YAML_ANY_OF(&type_urls, &type_map) };
const struct ub_yaml_type settings_type_upstreams = LIST_OF(settings_type_upstream, struct upstream);

/* ---- what does not go together ---- */

static void complain(const struct ub_yaml_reader *reader, const char *code, struct ub_place place,
    const char *message, const char *help)
{
	struct ub_diag *diag = ub_error(reader->diags, code, place, "%s", message);
	ub_diag_set_help(reader->diags, diag, "%s", help);
}

static void complain_of_many(const struct ub_yaml_reader *reader, struct ub_place place, int allowed,
    const char *what, const char *help)
{
	struct ub_diag *diag =
	    ub_error(reader->diags, "upstream-many", place, "there are more than %d %s", allowed, what);
	ub_diag_set_help(reader->diags, diag, "%s", help);
}

/* Passwords that would be read on the way. */
static void check_plain(
    const struct ub_yaml_reader *reader, const struct upstream *upstream, const char *instead)
{
	for (size_t i = 0; i < upstream->urls.n; i++) {
		const struct endpoint *url = &upstream->urls.items[i];
		if (url->tls || upstream->plain || url->server.host.len == 0 ||
		    settings_is_this_machine(url->server.host))
			continue;
		struct ub_diag *diag = ub_error(reader->diags, "upstream-plain", url->server.place,
		    "passwords would pass to another machine for everybody on the way to read");
		ub_diag_set_help(reader->diags, diag,
		    "write `https://`, or `%s: yes` where the network between may see everything", instead);
		return;
	}
}

static void check_equals(const struct ub_yaml_reader *reader, const struct upstream *upstream)
{
	if (upstream->urls.n > UB_SERVERS_MAX)
		complain_of_many(reader, upstream->urls.items[UB_SERVERS_MAX].server.place, UB_SERVERS_MAX,
		    "servers", "let a balancer stand before them");
	for (size_t i = 1; i < upstream->urls.n; i++) {
		const struct endpoint *url = &upstream->urls.items[i];
		if (url->tls != upstream->urls.items[0].tls ||
		    !ub_text_eq(url->path, upstream->urls.items[0].path))
			complain(reader, "upstream-equals", url->server.place,
			    "servers that are equal have one scheme and one path",
			    "give this one an entry of its own in `other_upstreams`");
	}
}

static void check_trust(const struct ub_yaml_reader *reader, const struct upstream *upstream,
    const struct ub_yaml_node *node, const char *where)
{
	if (!node || upstream->urls.n == 0 || upstream->urls.items[0].tls)
		return;
	struct ub_diag *diag =
	    ub_error(reader->diags, "upstream-tls", node->place, "the upstream is spoken to without TLS");
	ub_diag_set_help(reader->diags, diag, "write `https://` in `%s`, or take this out", where);
}

static bool shares_a_host(const struct upstream *a, const struct upstream *b)
{
	bool shared = a->hosts.n == 0 && b->hosts.n == 0;
	for (size_t i = 0; i < a->hosts.n; i++)
		for (size_t k = 0; k < b->hosts.n; k++)
			shared |= ub_text_eq(a->hosts.items[i], b->hosts.items[k]);
	return shared;
}

/* A request that two upstreams would have. */
static void check_twice(
    const struct ub_yaml_reader *reader, const struct upstream *one, const struct upstream *other)
{
	if (one->urls.n == 0 || other->urls.n == 0 || !shares_a_host(one, other) ||
	    !ub_text_eq(one->urls.items[0].path, other->urls.items[0].path))
		return;
	complain(reader, "upstream-twice", other->urls.items[0].server.place,
	    "another upstream has the same path and the same hosts",
	    "give each of them a path in its URL, or `hosts`");
}

static void check_one(const struct ub_yaml_reader *reader, const struct upstream *upstream, const char *plain)
{
	const struct ub_yaml_node *node = upstream->node;
	check_plain(reader, upstream, plain);
	check_equals(reader, upstream);
	if (node && node->kind == UB_YAML_MAP)
		check_trust(reader, upstream, ub_yaml_get(node, "tls"), "url");
}

void settings_check_upstreams(const struct ub_yaml_reader *reader, const struct ub_yaml_node *root,
    const struct upstream *first, const struct upstreams *others)
{
	check_one(reader, first, "upstream_plain");
	check_trust(reader, first, ub_yaml_get(root, "upstream_tls"), "upstream");
	if (others->n >= UB_UPSTREAMS_MAX)
		complain_of_many(reader, others->items[UB_UPSTREAMS_MAX - 1].node->place,
		    UB_UPSTREAMS_MAX - 1, "other upstreams", "let some of them share a front of their own");
	for (size_t i = 0; i < others->n; i++) {
		check_one(reader, &others->items[i], "plain");
		check_twice(reader, first, &others->items[i]);
		for (size_t k = 0; k < i; k++)
			check_twice(reader, &others->items[k], &others->items[i]);
	}
}

/* ---- what comes of it ---- */

void settings_fill_upstream(
    struct ub_arena *arena, struct ub_settings_upstream *to, const struct upstream *from)
{
	*to = (struct ub_settings_upstream){ .base = UB_TEXT_NONE };
	to->servers = UB_NEW_ARRAY(arena, struct ub_settings_server, from->urls.n);
	to->n_servers = from->urls.n;
	for (size_t i = 0; i < from->urls.n; i++)
		to->servers[i] = from->urls.items[i].server;
	if (from->urls.n) {
		to->base = to->servers[0].base;
		to->path = from->urls.items[0].path;
		to->tls = from->urls.items[0].tls;
	}
	to->hosts = from->hosts;
	to->name = from->trust.name;
	to->ca = from->trust.ca;
}

struct ub_text ub_settings_bases(const struct ub_settings_upstream *upstream, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < upstream->n_servers; i++)
		ub_buf_printf(&out, "%s%.*s", i > 0 ? "\n" : "", UB_ARGS(upstream->servers[i].base));
	return ub_buf_text(&out);
}

void ub_settings_set_bases(
    struct ub_settings_upstream *upstream, struct ub_text bases, struct ub_arena *arena)
{
	UB_VEC(struct ub_settings_server) servers = { 0 };
	struct ub_text rest = ub_text_copy(arena, bases), base;
	while (servers.n < UB_SERVERS_MAX && ub_text_split(&rest, '\n', &base))
		*ub_push(arena, &servers) = (struct ub_settings_server){ .base = base };
	upstream->servers = servers.items;
	upstream->n_servers = servers.n;
	upstream->base = servers.items[0].base;
}
