/* SPDX-License-Identifier: Apache-2.0 */
#include "alias.h"

#include "upbeat/http.h"
#include "upbeat/settings.h"

/* What one user was told of a path is true for him: nobody can lead another one's keys astray. */
static struct ub_text scoped(struct ub_text principal, struct ub_text href, struct ub_arena *arena)
{
	return ub_textf(arena, "%.*s\n%.*s", UB_ARGS(principal), UB_ARGS(href));
}

/* "h:80" of "http://h:80/path"; empty: a path alone. */
static struct ub_text authority_of(struct ub_text location)
{
	size_t scheme = ub_text_find(location, UB_TEXT("://"), 0);
	if (scheme == SIZE_MAX || ub_text_starts(location, UB_TEXT("/")))
		return UB_TEXT_NONE;
	struct ub_text rest = ub_text_sub(location, scheme + 3, location.len), authority;
	(void)ub_text_split(&rest, '/', &authority);
	return authority;
}

static bool is_here(struct ub_text location, struct ub_text host, struct ub_text upstream)
{
	struct ub_text authority = authority_of(location);
	if (ub_text_starts(location, UB_TEXT("//")))
		return false;
	return authority.len == 0 ? ub_text_starts(location, UB_TEXT("/"))
				  : ub_text_eq_nocase(authority, host) ||
					ub_text_eq_nocase(authority, authority_of(upstream));
}

bool ub_alias_learn(struct ub_store *store, const struct ub_key *key, int status, struct ub_text location,
    struct ub_text host, struct ub_arena *arena)
{
	bool permanent = status == 301 || status == 308;
	if (!permanent || key->kind != UB_KEY_OBJECT || !is_here(location, host, key->upstream))
		return true;
	struct ub_text to = ub_http_href_canonical(arena, location);
	if (to.len == 0 || ub_text_eq(to, key->href))
		return true;
	return ub_store_put_alias(store, key->upstream, scoped(key->principal, key->href, arena),
		   scoped(key->principal, to, arena)) != UB_STORE_FAILED;
}

struct ub_text ub_alias_of(struct ub_store *store, struct ub_text upstream, struct ub_text principal,
    struct ub_text href, struct ub_arena *arena)
{
	struct ub_text to;
	if (ub_store_alias(store, upstream, scoped(principal, href, arena), arena, &to) != UB_STORE_OK)
		return href;
	return ub_text_sub(to, principal.len + 1, to.len);
}
