/* SPDX-License-Identifier: Apache-2.0 */
#include "alias.h"

#include <stdlib.h>
#include <string.h>

#include "upbeat/http.h"

/* An alias holds for the user alone whom the server has told it: nobody can lead another user's keys
 * astray. */
static struct ub_text scoped(struct ub_text principal, struct ub_text href, struct ub_arena *arena)
{
	return ub_textf(arena, "%.*s\n%.*s", UB_ARGS(principal), UB_ARGS(href));
}

/* "h:80" of "http://h:80/path". Empty: `location` is a path alone. */
static struct ub_text authority_of(struct ub_text location)
{
	size_t scheme = ub_text_find(location, UB_TEXT("://"), 0);
	if (scheme == SIZE_MAX || ub_text_starts(location, UB_TEXT("/")))
		return UB_TEXT_NONE;
	struct ub_text rest = ub_text_sub(location, scheme + 3, location.len), authority;
	(void)ub_text_split(&rest, '/', &authority);
	return authority;
}

/* Whether `location` is a place on this server: a path, or a URL with the name that the client or Upbeat uses
 * for it. */
static bool is_here(struct ub_text location, struct ub_text host, struct ub_text upstream)
{
	struct ub_text authority = authority_of(location);
	if (ub_text_starts(location, UB_TEXT("//")))
		return false;
	return authority.len == 0 ? ub_text_starts(location, UB_TEXT("/"))
				  : ub_text_eq_nocase(authority, host) ||
					ub_text_eq_nocase(authority, authority_of(upstream));
}

struct redirect {
	int64_t at;
	struct ub_text principal, from, to; /* in the bytes behind the struct */
};

struct ub_redirects {
	struct redirect *noted[UB_REDIRECTS_MAX];
	size_t next;
};

struct ub_redirects *queue_redirects_new(void)
{
	struct ub_redirects *redirects = calloc(1, sizeof(*redirects));
	if (!redirects)
		abort();
	return redirects;
}

void queue_redirects_free(struct ub_redirects **redirects)
{
	for (size_t i = 0; i < UB_REDIRECTS_MAX; i++)
		free((*redirects)->noted[i]);
	free(*redirects);
	*redirects = NULL;
}

static struct ub_text place(char **at, struct ub_text text)
{
	struct ub_text placed = { memcpy(*at, text.ptr, text.len), text.len };
	*at += text.len;
	return placed;
}

/* Notes a redirect in place of the oldest one. */
static void note(struct ub_redirects *redirects, const struct ub_alias_answer *answer, struct ub_text to)
{
	struct ub_text principal = answer->key->principal, from = answer->key->href;
	struct redirect **at = &redirects->noted[redirects->next];
	redirects->next = (redirects->next + 1) % UB_REDIRECTS_MAX;
	free(*at);
	*at = malloc(sizeof(**at) + principal.len + from.len + to.len);
	if (!*at)
		abort();
	char *bytes = (char *)(*at + 1);
	**at = (struct redirect){ answer->now, place(&bytes, principal), place(&bytes, from),
		place(&bytes, to) };
}

/* Whether the answer is to the redirected write, repeated where the server has sent it. */
static bool is_confirmed(const struct redirect *redirect, const struct ub_alias_answer *answer)
{
	return redirect && answer->now - redirect->at < UB_CREDENTIAL_MS &&
	       ub_text_eq(redirect->principal, answer->key->principal) &&
	       ub_text_eq(redirect->to, answer->key->href);
}

static bool confirm(struct ub_redirects *redirects, struct ub_store *store,
    const struct ub_alias_answer *answer, struct ub_arena *arena)
{
	bool good = true;
	for (size_t i = 0; i < UB_REDIRECTS_MAX; i++) {
		struct redirect *redirect = redirects->noted[i];
		if (!is_confirmed(redirect, answer))
			continue;
		good &= ub_store_put_alias(store, answer->key->upstream,
			    scoped(redirect->principal, redirect->from, arena),
			    scoped(redirect->principal, redirect->to, arena), answer->now) == UB_STORE_OK;
		free(redirect);
		redirects->noted[i] = NULL;
	}
	return good;
}

bool queue_alias_learn(struct ub_redirects *redirects, struct ub_store *store,
    const struct ub_alias_answer *answer, struct ub_arena *arena)
{
	const struct ub_key *key = answer->key;
	bool permanent = answer->status == 301 || answer->status == 308;
	if (ub_http_proves_identity(answer->status))
		return confirm(redirects, store, answer, arena);
	if (!permanent || key->kind != UB_KEY_OBJECT ||
	    !is_here(answer->location, answer->host, key->upstream))
		return true;
	struct ub_text to = ub_http_href_canonical(arena, answer->location);
	if (to.len && !ub_text_eq(to, key->href))
		note(redirects, answer, to);
	return true;
}

struct ub_text queue_alias_of(struct ub_store *store, struct ub_text upstream, struct ub_text principal,
    struct ub_text href, struct ub_arena *arena)
{
	struct ub_text to;
	if (ub_store_alias(store, upstream, scoped(principal, href, arena), arena, &to) != UB_STORE_OK)
		return href;
	return ub_text_sub(to, principal.len + 1, to.len);
}
