/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include <pthread.h>
#include <stdio.h>

#include "folder.h"
#include "leaks.h"
#include "upbeat/http.h"
#include "world.h"

/* A rule set for this test, so that the shipped one may change. */
const char world_rules[] = "format: 1\n"
			   "rules:\n"
			   "  - name: prep\n"
			   "    for: meeting\n"
			   "    when: meeting.customer\n"
			   "    create:\n"
			   "      - event: prep\n"
			   "        title: \"Prep: {{ meeting.title }}\"\n"
			   "        between: [3 business days before start, 2 business days before start]\n"
			   "        duration: 15m\n"
			   "        attendees: meeting.internal\n"
			   "      - task: agenda\n"
			   "        title: Send the agenda\n"
			   "        due: 2 days before start\n";
static const char settings_text[] = "listen: 127.0.0.1:0\n"
				    "upstream: http://127.0.0.1:1\n"
				    "rules: .\n"
				    "organization:\n"
				    "  domains: [ours.example]\n"
				    "  time_zone: Europe/Berlin\n"
				    "  users: \"{user}@ours.example\"\n";

const char world_copies[] = "deliver: copies\n"
			    "service: {user: upbeat, password_file: accounts.conf}\n";

const char world_mails[] = "deliver: mail\n"
			   "mail: {server: \"smtp://127.0.0.1:1\", from: upbeat@ours.example}\n";

/* For tests whose settings name the file. */
static const char accounts_text[] =
    "accounts:\n"
    "  - {id: acme, name: Acme, domains: [acme.example], owner: alice@ours.example}\n"
    "  - {id: beta, name: Beta, domains: [beta.example]}\n";

static char folder[FOLDER_PATH];
struct ub_arena *arena;
struct ub_snapshot *snapshot;
struct ub_store *store;
static struct ub_client *client;
static struct ub_looks *looks;
struct upstream *up;

static const char *put_file(const char *name, const char *text)
{
	const char *path = ub_textf(arena, "%s/%s", folder, name).ptr;
	write_file(path, text);
	return path;
}

void world_set_up_with(const char *rules, const char *more_settings)
{
	arena = ub_arena_new();
	ub_dav_init();
	make_folder(folder);
	put_file("rules.yaml", rules);
	put_file("accounts.conf", accounts_text);
	struct ub_diags diags = UB_DIAGS(arena);
	/* The settings file must not count as a rule file. */
	struct ub_text settings = ub_textf(arena, "%s%s", settings_text, more_settings);
	struct ub_snapshot_input input = { .settings_path = put_file("upbeat.conf", settings.ptr) };
	snapshot = ub_snapshot_load(&input, &diags);
	struct ub_buf said = UB_BUF(arena);
	ub_diags_print(&diags, &said, false);
	cr_assert(snapshot, "%s", ub_buf_cstr(&said));
	store = ub_store_memory_open();
	looks = ub_looks_new();
	up = upstream_start();
	client = ub_client_new(upstream_base(up));
}

void world_set_up(void)
{
	world_set_up_with(world_rules, "");
}

void world_tear_down(void)
{
	ub_client_free(&client);
	upstream_stop(&up);
	ub_store_close(&store);
	ub_looks_free(&looks);
	ub_snapshot_release(&snapshot);
	ub_dav_cleanup();
	ub_arena_free(&arena);
	ub_leak_check();
}

const char *day = "20261112";
int64_t now = NOW;

void store_meeting(const char *path, const char *guests, const char *more)
{
	struct ub_text text = ub_textf(arena,
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test//EN\r\nBEGIN:VEVENT\r\nUID:m-1\r\n"
	    "DTSTAMP:20261101T000000Z\r\nDTSTART:%sT130000Z\r\nDTEND:%sT140000Z\r\nSUMMARY:"
	    "Roadmap\r\n"
	    "ORGANIZER:mailto:alice@ours.example\r\nATTENDEE:mailto:alice@ours.example\r\n"
	    "ATTENDEE:mailto:bob@ours.example\r\n%s%sEND:VEVENT\r\nEND:VCALENDAR\r\n",
	    day, day, guests, more);
	upstream_store(up, path, text.ptr);
}

const char guest[] = "ATTENDEE:mailto:cto@acme.example\r\n";

int64_t pace, spent;

static int64_t clock_ms(void)
{
	return now * 1000 + (spent += pace);
}

struct ub_text owner_login;

bool served, forbidden;

const char *why;

static pthread_mutex_t times = PTHREAD_MUTEX_INITIALIZER;

/* The service account, which acts for the colleague whose copy it is. */
static struct ub_caller service_for(const struct ub_job *job)
{
	struct ub_text person = ub_store_copy_person(&job->key);
	return (struct ub_caller){ .client = client,
		.principal = job->key.principal,
		.authorization = UB_TEXT("Basic eQ=="),
		.service = true,
		.behalf = ub_textf(arena, "/%.*s/",
		    UB_ARGS(ub_text_sub(person, 0, ub_text_find(person, UB_TEXT("@"), 0)))) };
}

static enum ub_pass_end run_pass(struct ub_pass *pass, struct ub_text *said)
{
	switch (pass->job->key.kind) {
	case UB_KEY_ACCOUNT:
		return ub_pass_account(pass, said);
	case UB_KEY_SYNC:
		return ub_pass_sync(pass, said);
	case UB_KEY_COPY:
		return ub_pass_copy(pass, said);
	default:
		return ub_pass_run(pass, said);
	}
}

enum ub_pass_end pass_of(const struct ub_job *job)
{
	struct ub_caller caller = { client, UB_TEXT("alice"), UB_TEXT("alice"), UB_TEXT("Basic eA=="),
		UB_TEXT_NONE };
	caller.service = served;
	upstream_serve(up, served);
	if (job->key.kind == UB_KEY_COPY)
		caller = service_for(job);
	struct ub_pass pass = { .snapshot = snapshot,
		.store = store,
		.queue = store,
		.looks = looks,
		.job = job,
		.caller = &caller,
		.times = &times,
		.now = now,
		.monotonic = 1000,
		.clock = clock_ms,
		.arena = arena };
	struct ub_text said = UB_TEXT_NONE;
	enum ub_pass_end end = run_pass(&pass, &said);
	owner_login = pass.owner_login;
	forbidden = pass.forbidden;
	why = ub_text_cstr(arena, said);
	return end;
}

enum ub_pass_end run_from(const char *href, int64_t put)
{
	struct ub_key key = { UB_KEY_OBJECT, UB_TEXT("up"), ub_text(href), UB_TEXT("alice"), UB_TEXT_NONE };
	struct ub_job job;
	cr_assert_eq(ub_store_put(store, &key, 1, put * 1000, 0), UB_STORE_OK);
	cr_assert_eq(ub_store_take(store, now * 1000, UB_LEASE_MS, arena, &job), UB_STORE_OK);
	enum ub_pass_end end = pass_of(&job);
	cr_assert_eq(ub_store_settle(store, &job, now * 1000 + spent), UB_STORE_OK);
	now += spent / 1000;
	spent = 0;
	return end;
}

enum ub_pass_end run_on(const char *href)
{
	return run_from(href, now);
}

void store_and_run(void)
{
	store_meeting(MEETING, guest, "");
	run_on(MEETING);
}

void put_meeting_key(void)
{
	const struct ub_key key = { UB_KEY_OBJECT, UB_TEXT("up"), UB_TEXT(MEETING), UB_TEXT("alice"),
		UB_TEXT_NONE };
	cr_assert_eq(ub_store_put(store, &key, 1, now * 1000, now * 1000), UB_STORE_OK);
}

void work_on_all(void)
{
	struct ub_job job;
	for (int i = 0; i < 10; i++) {
		if (ub_store_take(store, now * 1000, UB_LEASE_MS, arena, &job) != UB_STORE_OK)
			return;
		enum ub_pass_end end = pass_of(&job);
		if (end == UB_PASS_SETTLED)
			cr_assert_eq(ub_store_settle(store, &job, now * 1000), UB_STORE_OK);
		else
			cr_assert_eq(
			    ub_store_retry(store, &job, now * 1000, now * 1000, UB_TEXT_NONE), UB_STORE_OK);
		if (upstream_dead(up))
			return;
		now += 60;
	}
	cr_assert_fail("the key comes to no end: %s", why);
}
