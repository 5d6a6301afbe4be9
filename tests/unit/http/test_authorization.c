/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "arena.h"
#include "upbeat/http.h"

TestSuite(authorization, .init = arena_set_up, .fini = arena_tear_down);

Test(authorization, names_the_user_of_a_basic_value)
{
	cr_assert(ub_text_is(ub_http_principal(UB_TEXT("Basic YWxpY2U6YWxpY2Vwdw=="), arena), "alice"));
	cr_assert(ub_text_is(ub_http_principal(UB_TEXT("basic  YWxpY2U6YWxpY2Vwdw=="), arena), "alice"));
	cr_assert(ub_text_is(ub_http_user(UB_TEXT("Basic YWxpY2U6cHc6cHc="), arena), "alice"),
	    "a password may hold colons");
}

Test(authorization, names_nobody_for_what_cannot_be_used_again)
{
	const char *const useless[] = { "", "Basic", "Basic ", "Basic !!!!",
		"Basic YWxpY2U=", "Digest username=\"alice\"", "Negotiate YII=", "Bearer",
		"BasicYWxpY2U6YWxpY2Vwdw==" };
	for (size_t i = 0; i < UB_COUNT(useless); i++)
		cr_assert_eq(ub_http_principal(ub_text(useless[i]), arena).len, 0, "%s", useless[i]);
}

Test(authorization, tells_bearers_apart_without_keeping_the_token)
{
	struct ub_text a = ub_http_principal(UB_TEXT("Bearer secret-a"), arena);
	struct ub_text b = ub_http_principal(UB_TEXT("Bearer secret-b"), arena);
	cr_assert(a.len && b.len && !ub_text_eq(a, b));
	cr_assert_eq(ub_text_find(a, UB_TEXT("secret"), 0), SIZE_MAX);
	cr_assert_eq(ub_http_user(UB_TEXT("Bearer secret-a"), arena).len, 0);
}
