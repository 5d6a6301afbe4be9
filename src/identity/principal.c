/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Finds the principal of somebody who was not there: for the service account.
 */
#include "identity-private.h"

#include "upbeat/http.h"

struct search {
	const struct ub_caller *caller;
	const struct ub_whom *whom;
	const struct ub_org *org;
	struct ub_text own; /* the service account's principal, canonical */
	struct ub_text address;
	struct ub_arena *arena;
	struct ub_response response; /* the last one */
};

static bool has_address(const struct ub_dav_principal *principal, struct ub_text address)
{
	for (size_t i = 0; i < principal->n_addresses; i++)
		if (ub_text_eq_nocase(principal->addresses[i], address))
			return true;
	return false;
}

/* Looks whether the principal at `href` has calendars, and the wanted address if it has any. `named`: the
 * place alone tells who it is, if there are no addresses. GONE: it is not the wanted one. */
static enum ub_outcome look_at(struct search *search, struct ub_text href, bool named)
{
	struct ub_dav_principal principal;
	enum ub_outcome outcome = identity_propfind(
	    search->caller, href, "0", ub_dav_principal_query, &search->response, search->arena);
	if (outcome != UB_OUTCOME_OK)
		return identity_is_passing(outcome) ? outcome : UB_OUTCOME_GONE;
	if (!ub_dav_read_principal(search->response.body, &principal, search->arena) ||
	    principal.n_homes == 0)
		return UB_OUTCOME_GONE;
	bool says = principal.n_addresses && search->address.len;
	bool right = says ? has_address(&principal, search->address) : named;
	return right ? UB_OUTCOME_OK : UB_OUTCOME_GONE;
}

/* ---- by the address ---- */

static void add_escaped(struct ub_buf *out, struct ub_text text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == '<' || c == '>' || c == '&')
			ub_buf_printf(out, "&#%d;", c);
		else
			ub_buf_char(out, c);
	}
}

/* The body of a REPORT (RFC 3744 9.4) for whoever has the address (RFC 6638 2.4.1). */
static struct ub_text query(struct ub_text address, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	ub_buf_str(&out,
	    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
	    "<principal-property-search xmlns=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\">"
	    "<property-search><prop><C:calendar-user-address-set/></prop><match>mailto:");
	add_escaped(&out, address);
	ub_buf_str(&out, "</match></property-search><prop><displayname/></prop>"
			 "<apply-to-principal-collection-set/></principal-property-search>\n");
	return ub_buf_text(&out);
}

static enum ub_outcome find_by_address(struct search *search, struct ub_text *href)
{
	struct ub_dav_members found = { 0 };
	const struct ub_request request = { .method = "REPORT",
		.target = ub_textf(search->arena, "%.*s/", UB_ARGS(search->own)),
		.host = search->caller->host,
		.authorization = search->caller->authorization,
		.depth = "0",
		.content_type = "application/xml; charset=utf-8",
		.body = query(search->address, search->arena) };
	enum ub_outcome outcome =
	    ub_client_send(search->caller->client, &request, &search->response, search->arena);
	/* 501: the server knows no such search, and never will (SOGo). */
	if (identity_is_passing(outcome) && search->response.status != 501)
		return outcome;
	if (outcome != UB_OUTCOME_OK || !ub_dav_read_members(search->response.body, &found, search->arena))
		return UB_OUTCOME_GONE;
	outcome = UB_OUTCOME_GONE;
	/* A server may also give those whose addresses only begin so. */
	for (size_t i = 0; i < found.n && i < UB_DAV_FOUND_MAX && outcome == UB_OUTCOME_GONE; i++) {
		*href = found.items[i].href;
		outcome = look_at(search, *href, false);
	}
	return outcome;
}

/* ---- by the name ---- */

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '.' || c == '_' || c == '~' || c == '@';
}

static void add_segment(struct ub_buf *out, struct ub_text name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (is_plain(name.ptr[i]))
			ub_buf_char(out, name.ptr[i]);
		else
			ub_buf_printf(out, "%%%02X", (unsigned char)name.ptr[i]);
	}
}

/* The path of a user's principal: where the settings say, or else beside the service account's own. */
static struct ub_text path_of(const struct search *search, struct ub_text login)
{
	const struct ub_text mark = UB_TEXT("{user}");
	struct ub_text pattern = search->whom->pattern;
	struct ub_buf out = UB_BUF(search->arena);
	size_t at = ub_text_find(pattern, mark, 0);
	ub_buf_add(&out, pattern.len ? ub_text_sub(pattern, 0, at) : ub_http_href_collection(search->own));
	add_segment(&out, login);
	ub_buf_add(&out, pattern.len ? ub_text_sub(pattern, at + mark.len, pattern.len) : UB_TEXT("/"));
	return ub_buf_text(&out);
}

/* Without his login, the first part of his address stands for it; then his addresses have to tell that it is
 * he, unless the settings say that addresses are made so. */
static enum ub_outcome find_by_name(struct search *search, struct ub_text *href)
{
	struct ub_text login = search->whom->login, rest = search->address;
	bool named = true;
	if (login.len == 0)
		login = ub_org_address_user(search->org, search->address);
	if (login.len == 0)
		named = !ub_text_split(&rest, '@', &login);
	/* "." and ".." are no names of anybody, and lead elsewhere. */
	if (login.len == 0 || ub_text_is(login, ".") || ub_text_is(login, ".."))
		return UB_OUTCOME_GONE;
	*href = path_of(search, login);
	return look_at(search, *href, named);
}

/* ---- both ---- */

static enum ub_outcome find(struct search *search, struct ub_text *href)
{
	struct ub_text own;
	enum ub_outcome outcome = ub_identity_self(search->caller, &own, &search->response, search->arena);
	if (outcome != UB_OUTCOME_OK)
		return outcome;
	search->own = ub_http_href_canonical(search->arena, own);
	outcome = search->address.len ? find_by_address(search, href) : UB_OUTCOME_GONE;
	if (outcome == UB_OUTCOME_GONE)
		outcome = find_by_name(search, href);
	if (outcome == UB_OUTCOME_OK)
		*href = ub_http_href_canonical(search->arena, *href);
	/* The service account is nobody. */
	return outcome == UB_OUTCOME_OK && ub_text_eq(*href, search->own) ? UB_OUTCOME_GONE : outcome;
}

enum ub_outcome ub_identity_find(struct ub_identities *identities, const struct ub_caller *caller,
    const struct ub_whom *whom, const struct ub_org *org, int64_t now, struct ub_text *href,
    struct ub_arena *arena)
{
	struct search search = { .caller = caller, .whom = whom, .org = org, .arena = arena };
	struct identity_entry entry = { .identity = { .calendar = false } };
	search.address = whom->address.len ? whom->address : ub_org_user_address(org, whom->login, arena);
	struct ub_text key = identity_key(
	    caller, ub_textf(arena, "%.*s\n%.*s", UB_ARGS(whom->login), UB_ARGS(whom->address)), arena);
	bool known = identity_recall(identities, key, now, &entry, arena);
	enum ub_outcome outcome = known ? UB_OUTCOME_OK : find(&search, &entry.calendar);
	if (!known && outcome == UB_OUTCOME_OK)
		identity_remember(identities, key, now, &entry);
	*href = entry.calendar;
	return outcome;
}
