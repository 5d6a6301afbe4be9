/* SPDX-License-Identifier: Apache-2.0 */

/* The service account from its file to the server's word, against a small server. */
#include <criterion/criterion.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "leaks.h"
#include "service.h"
#include "upbeat/settings.h"
#include "upstream.h"

static const char path[] = "secret";
static struct ub_arena *arena;
static struct ub_log *quiet;
static struct ub_service *service;
static struct ub_client *client;
static struct upstream *up;
static struct ub_settings_service settings;
static int64_t now;
static int nothing; /* takes what is told of mistakes that are meant */

static void write_secret(const char *text)
{
	write_file(path, text);
	chmod(path, 0600);
}

static void setup(void)
{
	ub_dav_init();
	arena = ub_arena_new();
	enter_folder();
	write_secret("s3cret\n");
	nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
	quiet = ub_log_new(nothing, UB_LOG_ERROR, UB_LOG_TEXT, "test");
	service = queue_service_new(quiet);
	up = upstream_start();
	client = ub_client_new(upstream_base(up));
	settings = (struct ub_settings_service){ .user = UB_TEXT("upbeat"), .secret.path = ub_text(path) };
	now = 0;
}

static void teardown(void)
{
	queue_service_free(&service);
	ub_client_free(&client);
	upstream_stop(&up);
	ub_log_free(&quiet);
	close(nothing);
	ub_arena_free(&arena);
	ub_dav_cleanup();
	ub_leak_check();
}

TestSuite(service, .init = setup, .fini = teardown);

/* Tends the account; `loaded` tells settings that were read from others. */
static bool tend(ub_instant loaded)
{
	return queue_service_tend(service, &settings, loaded, client, now, arena);
}

static enum ub_service_word word(void)
{
	return queue_service_state(service, arena).word;
}

static void signs_in_with(const char *wanted)
{
	struct ub_credential *credential = queue_service_take(service);
	cr_assert(credential);
	cr_expect(ub_text_is(credential->authorization, wanted), "%.*s", UB_ARGS(credential->authorization));
	queue_credential_free(&credential);
}

static void is_not_used(void)
{
	cr_assert_not(queue_service_accepted(service));
	cr_assert_null(queue_service_take(service));
}

Test(service, is_used_once_the_server_accepts_it_and_wakes_what_waits_once)
{
	is_not_used();
	cr_assert(tend(1));
	cr_assert_eq(word(), UB_SERVICE_ACCEPTED);
	signs_in_with("Basic dXBiZWF0OnMzY3JldA==");
	cr_assert_not(tend(1));
	cr_assert_eq(upstream_requests(up, "PROPFIND"), 1);
}

Test(service, signs_in_by_a_token_where_the_settings_say_so)
{
	settings = (struct ub_settings_service){ .secret.path = ub_text(path), .token = true };
	cr_assert(tend(1));
	signs_in_with("Bearer s3cret");
}

Test(service, is_none_where_the_settings_name_none)
{
	settings = (struct ub_settings_service){ .token = false };
	cr_assert_not(tend(1));
	cr_assert_eq(word(), UB_SERVICE_NONE);
	cr_assert_not(queue_service_named(service));
	cr_assert_eq(upstream_requests(up, "PROPFIND"), 0);
}

Test(service, goes_when_the_settings_do_not_name_it_any_more)
{
	cr_assert(tend(1));
	settings = (struct ub_settings_service){ .token = false };
	cr_assert_not(tend(2));
	is_not_used();
}

Test(service, asks_again_after_pauses_that_grow_when_it_is_refused)
{
	upstream_fail(up, "PROPFIND", 1, 401);
	cr_assert_not(tend(1));
	cr_assert_eq(word(), UB_SERVICE_REFUSED);
	is_not_used();
	now = UB_SERVICE_PAUSE_MS - 1;
	cr_assert_not(tend(1));
	upstream_fail(up, "PROPFIND", 1, 401);
	now = UB_SERVICE_PAUSE_MS;
	cr_assert_not(tend(1));
	cr_assert_eq(word(), UB_SERVICE_REFUSED);
	now += 2 * UB_SERVICE_PAUSE_MS - 1;
	cr_assert_not(tend(1));
	now++;
	cr_assert(tend(1));
}

Test(service, is_tried_at_once_when_its_file_has_another_secret)
{
	upstream_fail(up, "PROPFIND", 1, 401);
	cr_assert_not(tend(1));
	write_secret("another one\n");
	cr_assert(tend(1));
	signs_in_with("Basic dXBiZWF0OmFub3RoZXIgb25l");
}

Test(service, waits_for_a_server_that_is_away)
{
	upstream_fail(up, "PROPFIND", 1, 503);
	cr_assert_not(tend(1));
	cr_assert_eq(word(), UB_SERVICE_UNTRIED);
	now = UB_RETRY_MS;
	cr_assert(tend(1));
}

Test(service, has_a_file_that_cannot_be_read_until_it_can)
{
	unlink(path);
	cr_assert_not(tend(1));
	cr_assert_eq(word(), UB_SERVICE_UNREADABLE);
	cr_assert(queue_service_named(service));
	is_not_used();
	write_secret("s3cret\n");
	cr_assert(tend(1));
}

Test(service, is_asked_about_again_when_the_server_refuses_it_later)
{
	cr_assert(tend(1));
	struct ub_credential *used = queue_service_take(service);
	queue_service_doubt(service, used, now);
	is_not_used();
	upstream_fail(up, "PROPFIND", 1, 401);
	cr_assert_not(tend(1));
	cr_assert_eq(word(), UB_SERVICE_REFUSED);
	write_secret("another one\n");
	cr_assert(tend(1), "what has waited meanwhile is woken");
	queue_service_doubt(service, used, now);
	cr_assert(queue_service_accepted(service), "what was refused is not what there is now");
	queue_credential_free(&used);
}

/* The server refuses what it had accepted, and accepts it when it is asked. */
static void refuse_for_a_moment(void)
{
	struct ub_credential *used = queue_service_take(service);
	cr_assert(used);
	queue_service_doubt(service, used, now);
	queue_credential_free(&used);
	cr_assert_not(tend(1), "it may be refused the same thing again");
	cr_assert(queue_service_accepted(service));
}

static void wakes_after(int64_t pause)
{
	now += pause - 1;
	cr_expect_not(tend(1), "%lld", (long long)pause);
	now++;
	cr_expect(tend(1), "%lld", (long long)pause);
	cr_expect_not(tend(1), "once");
}

Test(service, wakes_what_came_to_wait_while_the_server_refused_it_after_pauses_that_grow)
{
	cr_assert(tend(1));
	refuse_for_a_moment();
	wakes_after(UB_RETRY_MS);
	refuse_for_a_moment();
	wakes_after(2 * UB_RETRY_MS);
	now += 2 * UB_RETRY_LATE_MS;
	refuse_for_a_moment();
	wakes_after(UB_RETRY_MS);
}
