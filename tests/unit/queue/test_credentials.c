/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "credentials.h"
#include "leaks.h"

static struct ub_arena *arena;
static struct ub_credentials *credentials;

static void setup(void)
{
	arena = ub_arena_new();
	credentials = queue_credentials_new();
}

static void teardown(void)
{
	queue_credentials_free(&credentials);
	ub_arena_free(&arena);
	ub_leak_check();
}

TestSuite(credentials, .init = setup, .fini = teardown);

Test(credentials, are_given_until_their_time_is_up)
{
	queue_credentials_keep(
	    credentials, UB_TEXT("alice"), UB_TEXT("Basic x"), UB_TEXT("cal.example"), 1000);
	struct ub_credential *taken =
	    queue_credentials_take(credentials, UB_TEXT("alice"), 1000 + UB_CREDENTIAL_MS - 1);
	cr_assert(
	    taken && ub_text_is(taken->authorization, "Basic x") && ub_text_is(taken->host, "cal.example"));
	queue_credential_free(&taken);
	cr_assert_null(
	    taken = queue_credentials_take(credentials, UB_TEXT("alice"), 1000 + UB_CREDENTIAL_MS));
	cr_assert_null(taken = queue_credentials_take(credentials, UB_TEXT("bob"), 1000));
	queue_credentials_expire(credentials, 1000 + UB_CREDENTIAL_MS);
	cr_assert_null(
	    taken = queue_credentials_take(credentials, UB_TEXT("alice"), 1000), "expired ones are gone");
}

Test(credentials, that_are_good_are_displaced_by_no_others)
{
	queue_credentials_keep(credentials, UB_TEXT("alice"), UB_TEXT("Basic good"), UB_TEXT_NONE, 0);
	queue_credentials_keep(credentials, UB_TEXT("alice"), UB_TEXT("Basic other"), UB_TEXT_NONE, 10);
	struct ub_credential *taken = queue_credentials_take(credentials, UB_TEXT("alice"), 10);
	cr_assert(taken && ub_text_is(taken->authorization, "Basic good"));
	queue_credential_free(&taken);
	cr_assert_null(taken = queue_credentials_take(credentials, UB_TEXT("alice"), UB_CREDENTIAL_MS),
	    "nor renewed by them");
}

Test(credentials, are_renewed_by_themselves)
{
	queue_credentials_keep(credentials, UB_TEXT("alice"), UB_TEXT("Basic x"), UB_TEXT_NONE, 0);
	queue_credentials_keep(credentials, UB_TEXT("alice"), UB_TEXT("Basic x"), UB_TEXT_NONE, 10);
	struct ub_credential *taken = queue_credentials_take(credentials, UB_TEXT("alice"), UB_CREDENTIAL_MS);
	cr_assert(taken);
	queue_credential_free(&taken);
}

Test(credentials, make_room_for_others_when_they_are_refused_or_old)
{
	queue_credentials_keep(credentials, UB_TEXT("alice"), UB_TEXT("Basic old"), UB_TEXT_NONE, 0);
	struct ub_credential *old = queue_credentials_take(credentials, UB_TEXT("alice"), 0);
	queue_credentials_drop(credentials, UB_TEXT("alice"), old);
	queue_credentials_keep(credentials, UB_TEXT("alice"), UB_TEXT("Basic new"), UB_TEXT_NONE, 0);
	/* It is told once more that the old ones are refused. */
	queue_credentials_drop(credentials, UB_TEXT("alice"), old);
	queue_credential_free(&old);
	struct ub_credential *taken = queue_credentials_take(credentials, UB_TEXT("alice"), 0);
	cr_assert(taken && ub_text_is(taken->authorization, "Basic new"));
	queue_credential_free(&taken);
	queue_credentials_keep(
	    credentials, UB_TEXT("alice"), UB_TEXT("Basic newer"), UB_TEXT_NONE, UB_CREDENTIAL_MS);
	taken = queue_credentials_take(credentials, UB_TEXT("alice"), UB_CREDENTIAL_MS);
	cr_assert(taken && ub_text_is(taken->authorization, "Basic newer"));
	queue_credential_free(&taken);
}
