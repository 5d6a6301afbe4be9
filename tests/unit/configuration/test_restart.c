/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "configuration-private.h"
#include "upbeat/settings.h"

static struct ub_arena *arena;

static void set_up(void)
{
	arena = ub_arena_new();
}

static void tear_down(void)
{
	ub_arena_free(&arena);
	ub_leak_check();
}

TestSuite(restart, .init = set_up, .fini = tear_down);

static struct ub_settings *settings(void)
{
	struct ub_settings *settings = UB_NEW(arena, struct ub_settings);
	settings->listens = UB_NEW(arena, struct ub_settings_listen);
	settings->listens->host = UB_TEXT("127.0.0.1");
	settings->n_listens = 1;
	settings->tls = UB_NEW(arena, struct ub_settings_tls);
	settings->n_tls = 1;
	settings->others = UB_NEW(arena, struct ub_settings_upstream);
	settings->n_others = 1;
	return settings;
}

/* What the daemon warns of when the settings become `read`, which then are those that it goes on with. */
static const char *said_of(struct ub_settings **read)
{
	struct ub_diags diags = UB_DIAGS(arena);
	struct ub_buf out = UB_BUF(arena);
	const struct ub_snapshot present = { .settings = settings() };
	struct ub_snapshot snapshot = { .settings = *read, .arena = arena };
	snapshot_keep_started(&snapshot, &present, &diags);
	*read = (struct ub_settings *)snapshot.settings;
	for (size_t i = 0; i < diags.list.n; i++)
		ub_buf_add(&out, diags.list.items[i].message);
	return ub_buf_cstr(&out);
}

static void expect(struct ub_settings *read, const char *key)
{
	const char *wanted = ub_textf(arena, "`%s` has changed: that takes a restart", key).ptr;
	cr_expect_str_eq(said_of(&read), wanted);
}

Test(restart, is_told_of_each_key_by_itself)
{
	static const struct ub_networks somewhere = { .local = true };
	struct ub_settings *read = settings();
	read->listens->port = 80;
	expect(read, "listen");
	(read = settings())->forwarded_from = &somewhere;
	expect(read, "forwarded_from");
	(read = settings())->tls->key.path = UB_TEXT("key.pem");
	expect(read, "tls");
	(read = settings())->clients.ca.path = UB_TEXT("ca.pem");
	expect(read, "client_certificates");
	(read = settings())->clients.user_field = UB_TEXT("X-Remote-User");
	expect(read, "client_certificates");
	(read = settings())->upstream.path = UB_TEXT("/dav");
	expect(read, "upstream");
	(read = settings())->upstream.name = UB_TEXT("dav.example");
	expect(read, "upstream_tls");
	(read = settings())->n_others = 0;
	expect(read, "other_upstreams");
	(read = settings())->limits.rate = 1;
	expect(read, "limits");
	(read = settings())->user = UB_TEXT("upbeat");
	expect(read, "user");
	(read = settings())->store_path = UB_TEXT("store");
	expect(read, "store");
	(read = settings())->control = UB_TEXT("control");
	expect(read, "control");
}

Test(restart, nothing_is_told_of_what_a_reload_takes_over)
{
	struct ub_settings *read = settings();
	read->deletion_grace = 7;
	cr_expect_str_eq(said_of(&read), "");
	cr_expect_eq(read->deletion_grace, 7);
}

Test(restart, what_was_taken_at_the_start_stays)
{
	struct ub_settings *read = settings();
	read->listens->host = UB_TEXT("192.0.2.1");
	read->limits.rate = 1;
	read->control = UB_TEXT("control");
	said_of(&read);
	cr_expect(ub_text_is(read->listens->host, "127.0.0.1"));
	cr_expect_eq(read->limits.rate, 0);
	cr_expect_eq(read->control.len, 0);
}
