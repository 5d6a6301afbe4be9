/* SPDX-License-Identifier: Apache-2.0 */
#include "rewrite.h"

/* Fields that concern one connection only (RFC 9110 7.6.1), or by which a client would get past the proxy. */
static const struct ub_text hop_by_hop[] = {
	{ "Connection", 10 },
	{ "Keep-Alive", 10 },
	{ "Proxy-Connection", 16 },
	{ "TE", 2 },
	{ "Upgrade", 7 },
	{ "HTTP2-Settings", 14 },
};

/* Fields that are kept although Connection names them: without them the request would be another one. */
static const struct ub_text end_to_end[] = {
	{ "Authorization", 13 },
	{ "Content-Encoding", 16 },
	{ "Content-Length", 14 },
	{ "Content-Type", 12 },
	{ "Depth", 5 },
	{ "Destination", 11 },
	{ "Host", 4 },
	{ "If", 2 },
	{ "If-Match", 8 },
	{ "If-None-Match", 13 },
	{ "If-Schedule-Tag-Match", 21 },
	{ "Overwrite", 9 },
	{ "Transfer-Encoding", 17 },
	{ "X-HTTP-Method", 13 },
	{ "X-HTTP-Method-Override", 22 },
	{ "X-Method-Override", 17 },
};

/* What a front could say of its clients. Some of it is believed by servers: a user's very name. */
static const struct ub_text forwarded[] = {
	{ "client-cert", 11 },
	{ "client-cert-chain", 17 },
	{ "forwarded", 9 },
	{ "x-real-ip", 9 },
	{ "x-remote-user", 13 },
};
static const struct ub_text forwarded_families[] = {
	{ "x-forwarded-", 12 },
	{ "x-webobjects-", 13 },
};

static bool is(struct ub_text name, struct ub_text wanted)
{
	return name.len == wanted.len && ub_text_eq_nocase(name, wanted);
}

static bool is_one_of(struct ub_text name, const struct ub_text *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is(name, names[i]))
			return true;
	return false;
}

static bool is_of_front(const struct rewrite *rewrite, struct ub_text name)
{
	for (size_t i = 0; i < UB_COUNT(forwarded); i++)
		if (ub_http_same_variable(name, forwarded[i]))
			return true;
	for (size_t i = 0; i < UB_COUNT(forwarded_families); i++) {
		struct ub_text family = forwarded_families[i];
		if (ub_http_same_variable(ub_text_sub(name, 0, family.len), family))
			return true;
	}
	return rewrite->user_field.len && ub_http_same_variable(name, rewrite->user_field);
}

static bool is_nominated(const struct ub_http_head *head, struct ub_text name)
{
	if (is_one_of(name, end_to_end, UB_COUNT(end_to_end)))
		return false;
	for (size_t i = 0; i < head->n; i++) {
		struct ub_text list = head->fields[i].value, element;
		if (!ub_text_eq_nocase(head->fields[i].name, UB_TEXT("Connection")))
			continue;
		while (ub_text_split(&list, ',', &element))
			if (ub_text_eq_nocase(ub_text_trim(element), name))
				return true;
	}
	return false;
}

/* A length of 0 is as good as none, and some servers are known by it. */
static bool tells_of_body(const struct ub_http_field *field)
{
	return is(field->name, UB_TEXT("Content-Length")) && !ub_text_is(field->value, "0");
}

static bool is_dropped(const struct rewrite *rewrite, const struct ub_http_field *field)
{
	const struct ub_text name = field->name;
	if (is_one_of(name, hop_by_hop, UB_COUNT(hop_by_hop)))
		return true;
	if (rewrite->edge && !rewrite->response && is_of_front(rewrite, name))
		return true;
	if (rewrite->drop_expect && is(name, UB_TEXT("Expect")))
		return true;
	if (rewrite->drop_coding && is(name, UB_TEXT("Transfer-Encoding")))
		return true;
	if (rewrite->drop_length && tells_of_body(field))
		return true;
	if (rewrite->give_length && is(name, UB_TEXT("Trailer")))
		return true;
	if (rewrite->drop_validators && (is(name, UB_TEXT("ETag")) || is(name, UB_TEXT("Last-Modified")) ||
					    is(name, UB_TEXT("Schedule-Tag"))))
		return true;
	return rewrite->response && is(name, UB_TEXT("Alt-Svc"));
}

static void add_length(struct buffer *out, uint64_t length)
{
	char digits[24];
	size_t at = sizeof(digits);
	do
		digits[--at] = (char)('0' + length % 10);
	while ((length /= 10) > 0);
	relay_buffer_add(out, UB_TEXT("Content-Length: "));
	relay_buffer_add(out, ub_text_n(digits + at, sizeof(digits) - at));
	relay_buffer_add(out, UB_TEXT("\r\n"));
}

static void add_start(const struct ub_http_head *head, bool response, struct buffer *out)
{
	struct ub_text start = head->start;
	if (response) {
		relay_buffer_add(out, UB_TEXT("HTTP/1.1"));
		start = ub_text_sub(start, 8, start.len);
	}
	relay_buffer_add(out, start);
	relay_buffer_add(out, UB_TEXT("\r\n"));
}

/* ---- at the edge ---- */

static struct ub_text scheme_of(bool secure)
{
	return secure ? UB_TEXT("https://") : UB_TEXT("http://");
}

/*
 * Whether the URL names the other side as this side does not know it. Upstreams compare a Destination with
 * how they name themselves (mod_dav refuses one of another scheme), and a client that went where a Location
 * of the upstream's own leads would leave TLS, or would find nobody. What a Location should say to a client
 * behind a front, only the front knows. *path: what follows the host.
 */
static bool leads_across(
    const struct rewrite *rewrite, struct ub_text host, struct ub_text url, struct ub_text *path)
{
	struct ub_text scheme = scheme_of(rewrite->response ? !rewrite->plain : rewrite->secure);
	if ((rewrite->response && !rewrite->edge) || host.len == 0 ||
	    !ub_text_eq_nocase(ub_text_sub(url, 0, scheme.len), scheme))
		return false;
	size_t end = ub_text_find(url, UB_TEXT("/"), scheme.len);
	struct ub_text authority = ub_text_sub(url, scheme.len, end == SIZE_MAX ? url.len : end);
	*path = ub_text_sub(url, scheme.len + authority.len, url.len);
	if (ub_text_eq_nocase(authority, host))
		return rewrite->secure == rewrite->plain;
	return rewrite->response && ub_text_eq_nocase(authority, rewrite->upstream);
}

static void add_url(const struct rewrite *rewrite, struct ub_text name, struct ub_text host,
    struct ub_text path, struct buffer *out)
{
	relay_buffer_add(out, name);
	relay_buffer_add(out, UB_TEXT(": "));
	relay_buffer_add(out, scheme_of(rewrite->response ? rewrite->secure : !rewrite->plain));
	relay_buffer_add(out, host);
	relay_buffer_add(out, path);
	relay_buffer_add(out, UB_TEXT("\r\n"));
}

static void add_words(struct buffer *out, const char *before, struct ub_text text, const char *after)
{
	relay_buffer_add(out, ub_text(before));
	relay_buffer_add(out, text);
	relay_buffer_add(out, ub_text(after));
}

/* RFC 7239, and the older fields that servers look at. */
static void add_client(const struct ub_http_head *head, const struct rewrite *rewrite, struct buffer *out)
{
	const char *scheme = rewrite->secure ? "https\r\n" : "http\r\n";
	struct ub_text peer = ub_text(rewrite->peer);
	bool six = ub_text_find(peer, UB_TEXT(":"), 0) != SIZE_MAX;
	if (peer.len)
		add_words(out, six ? "Forwarded: for=\"[" : "Forwarded: for=\"", peer, six ? "]\"" : "\"");
	else
		relay_buffer_add(out, UB_TEXT("Forwarded: for=unknown"));
	if (head->host.len)
		add_words(out, ";host=\"", head->host, "\"");
	add_words(out, ";proto=", UB_TEXT_NONE, scheme);
	if (peer.len)
		add_words(out, "X-Forwarded-For: ", peer, "\r\n");
	if (head->host.len)
		add_words(out, "X-Forwarded-Host: ", head->host, "\r\n");
	add_words(out, "X-Forwarded-Proto: ", UB_TEXT_NONE, scheme);
	relay_buffer_add(out, rewrite->certificate);
}

/* ---- heads ---- */

/* The field whose URL may be put into the words of the other side. There may be several. */
static struct ub_text url_field(const struct rewrite *rewrite)
{
	return rewrite->response ? UB_TEXT("Location") : UB_TEXT("Destination");
}

/* A URL in an answer gets another host, which may be longer; one in a request keeps its own, which is told
 * twice more. Either may get a longer scheme. */
size_t relay_rewritten(const struct ub_http_head *head, const struct rewrite *rewrite)
{
	const size_t more = 384; /* all other fields that are added, without the host */
	struct ub_text host = rewrite->response ? rewrite->host : head->host;
	size_t urls = 0;
	for (size_t i = 0; i < head->n; i++)
		urls += is(head->fields[i].name, url_field(rewrite));
	size_t hosts = (rewrite->response ? urls : 2) * host.len;
	return head->bytes.len + hosts + urls + rewrite->certificate.len + more;
}

static void add_field(const struct ub_http_head *head, const struct rewrite *rewrite,
    const struct ub_http_field *field, struct buffer *out)
{
	struct ub_text host = rewrite->response ? rewrite->host : head->host, path;
	if (rewrite->give_length &&
	    (is(field->name, UB_TEXT("Transfer-Encoding")) || is(field->name, UB_TEXT("Content-Length"))))
		add_length(out, rewrite->length);
	else if (is(field->name, url_field(rewrite)) && leads_across(rewrite, host, field->value, &path))
		add_url(rewrite, field->name, host, path, out);
	else
		relay_buffer_add(out, field->line);
}

void relay_rewrite(const struct ub_http_head *head, const struct rewrite *rewrite, struct buffer *out)
{
	bool nominations = ub_http_field(head, "Connection") != NULL;
	add_start(head, rewrite->response, out);
	for (size_t i = 0; i < head->n; i++) {
		const struct ub_http_field *field = &head->fields[i];
		if (is_dropped(rewrite, field) || (nominations && is_nominated(head, field->name)))
			continue;
		add_field(head, rewrite, field, out);
	}
	if (rewrite->edge && !rewrite->response)
		add_client(head, rewrite, out);
	if (rewrite->connection) {
		relay_buffer_add(out, UB_TEXT("Connection: "));
		relay_buffer_add(out, ub_text(rewrite->connection));
		relay_buffer_add(out, UB_TEXT("\r\n"));
	}
	relay_buffer_add(out, UB_TEXT("\r\n"));
}
