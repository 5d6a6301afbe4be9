/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "credentials.h"
#include "leaks.h"

static struct ub_arena *arena;
static struct ub_credentials *credentials;

static void setup(void)
{
	arena = ub_arena_new();
	credentials = ub_credentials_new();
}

static void teardown(void)
{
	ub_credentials_free(&credentials);
	ub_arena_free(&arena);
	ub_leak_check();
}

TestSuite(credentials, .init = setup, .fini = teardown);

Test(credentials, are_given_until_their_time_is_up)
{
	ub_credentials_keep(credentials, UB_TEXT("alice"), UB_TEXT("Basic x"), UB_TEXT("cal.example"), 1000);
	struct ub_credential *taken =
	    ub_credentials_take(credentials, UB_TEXT("alice"), 1000 + UB_CREDENTIAL_MS - 1);
	cr_assert(
	    taken && ub_text_is(taken->authorization, "Basic x") && ub_text_is(taken->host, "cal.example"));
	ub_credential_free(&taken);
	cr_assert_null(taken = ub_credentials_take(credentials, UB_TEXT("alice"), 1000 + UB_CREDENTIAL_MS));
	cr_assert_null(taken = ub_credentials_take(credentials, UB_TEXT("bob"), 1000));
	ub_credentials_expire(credentials, 1000 + UB_CREDENTIAL_MS);
	cr_assert_null(
	    taken = ub_credentials_take(credentials, UB_TEXT("alice"), 1000), "expired ones are gone");
}

Test(credentials, that_are_good_are_displaced_by_no_others)
{
	ub_credentials_keep(credentials, UB_TEXT("alice"), UB_TEXT("Basic good"), UB_TEXT_NONE, 0);
	ub_credentials_keep(credentials, UB_TEXT("alice"), UB_TEXT("Basic other"), UB_TEXT_NONE, 10);
	struct ub_credential *taken = ub_credentials_take(credentials, UB_TEXT("alice"), 10);
	cr_assert(taken && ub_text_is(taken->authorization, "Basic good"));
	ub_credential_free(&taken);
	cr_assert_null(taken = ub_credentials_take(credentials, UB_TEXT("alice"), UB_CREDENTIAL_MS),
	    "nor renewed by them");
}

Test(credentials, are_renewed_by_themselves)
{
	ub_credentials_keep(credentials, UB_TEXT("alice"), UB_TEXT("Basic x"), UB_TEXT_NONE, 0);
	ub_credentials_keep(credentials, UB_TEXT("alice"), UB_TEXT("Basic x"), UB_TEXT_NONE, 10);
	struct ub_credential *taken = ub_credentials_take(credentials, UB_TEXT("alice"), UB_CREDENTIAL_MS);
	cr_assert(taken);
	ub_credential_free(&taken);
}

Test(credentials, make_room_for_others_when_they_are_refused_or_old)
{
	ub_credentials_keep(credentials, UB_TEXT("alice"), UB_TEXT("Basic old"), UB_TEXT_NONE, 0);
	struct ub_credential *old = ub_credentials_take(credentials, UB_TEXT("alice"), 0);
	ub_credentials_drop(credentials, UB_TEXT("alice"), old);
	ub_credentials_keep(credentials, UB_TEXT("alice"), UB_TEXT("Basic new"), UB_TEXT_NONE, 0);
	/* It is told once more that the old ones are refused. */
	ub_credentials_drop(credentials, UB_TEXT("alice"), old);
	ub_credential_free(&old);
	struct ub_credential *taken = ub_credentials_take(credentials, UB_TEXT("alice"), 0);
	cr_assert(taken && ub_text_is(taken->authorization, "Basic new"));
	ub_credential_free(&taken);
	ub_credentials_keep(
	    credentials, UB_TEXT("alice"), UB_TEXT("Basic newer"), UB_TEXT_NONE, UB_CREDENTIAL_MS);
	taken = ub_credentials_take(credentials, UB_TEXT("alice"), UB_CREDENTIAL_MS);
	cr_assert(taken && ub_text_is(taken->authorization, "Basic newer"));
	ub_credential_free(&taken);
}
