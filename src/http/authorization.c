/* SPDX-License-Identifier: Apache-2.0 */
#include "http-private.h"

#include <string.h>

/* Whether the value is of this scheme; *rest is what stands behind the scheme's name. */
static bool has_scheme(struct ub_text authorization, struct ub_text scheme, struct ub_text *rest)
{
	if (authorization.len > UB_AUTHORIZATION_MAX || authorization.len <= scheme.len ||
	    authorization.ptr[scheme.len] != ' ' ||
	    !ub_text_eq_nocase(ub_text_sub(authorization, 0, scheme.len), scheme))
		return false;
	*rest = ub_text_trim(ub_text_sub(authorization, scheme.len, authorization.len));
	return rest->len > 0;
}

struct ub_text ub_http_user(struct ub_text authorization, struct ub_arena *arena)
{
	struct ub_text code, plain, user = UB_TEXT_NONE;
	if (!has_scheme(authorization, UB_TEXT("Basic"), &code) || !ub_base64_decode(arena, code, &plain))
		return UB_TEXT_NONE;
	size_t colon = ub_text_find(plain, UB_TEXT(":"), 0);
	if (colon != SIZE_MAX)
		user = ub_text_copy(arena, ub_text_sub(plain, 0, colon));
	explicit_bzero((char *)plain.ptr, plain.len);
	return user;
}

struct ub_text ub_http_principal(struct ub_text authorization, struct ub_arena *arena)
{
	struct ub_text token;
	if (!has_scheme(authorization, UB_TEXT("Bearer"), &token))
		return ub_http_user(authorization, arena);
	struct ub_text digest = ub_digest(arena, token, 16);
	return ub_textf(arena, "token:%.*s", UB_ARGS(digest));
}

bool ub_http_proves_identity(int status)
{
	return (status >= 200 && status < 300) || status == 304;
}

struct ub_text ub_http_basic(struct ub_text user, struct ub_text password, struct ub_arena *arena)
{
	struct ub_text plain = ub_textf(arena, "%.*s:%.*s", UB_ARGS(user), UB_ARGS(password));
	return ub_textf(arena, "Basic %.*s", UB_ARGS(ub_base64(arena, plain)));
}
