/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "control-private.h"
#include "folder.h"
#include "leaks.h"
#include "passed.h"
#include "queue-private.h"
#include "upbeat/http.h"
#include "upbeat/wire.h"

#define UPSTREAM UB_TEXT("http://127.0.0.1:1")
#define NOW      INT64_C(1793606400000) /* 2026-11-02T08:00:00Z */

static struct ub_arena *arena;
static struct ub_configuration_input configuration;
static struct ub_control_input here;
static struct ub_snapshot *snapshot;
static struct ub_store *store;

static void set_up(void)
{
	arena = ub_arena_new();
	enter_folder();
	write_file("rules.yaml",
	    "format: 1\nrules:\n  - name: prep\n    for: meeting\n    when: meeting.customer\n    create:\n"
	    "      - task: agenda\n        title: Send the agenda\n        due: 2 days before start\n");
	write_file("settings", "listen: 127.0.0.1:0\nupstream: http://127.0.0.1:1\nrules: .\n"
			       "organization: {domains: [ours.example]}\n");
	struct ub_diags diags = UB_DIAGS(arena);
	configuration = (struct ub_configuration_input){ .snapshot = { .settings_path = "settings" } };
	snapshot = ub_snapshot_load(&configuration.snapshot, &diags);
	cr_assert(snapshot);
	store = ub_store_memory_open();
	here = (struct ub_control_input){ .fd = -1,
		.configuration = ub_configuration_new(ub_snapshot_hold(snapshot), &configuration),
		.store = store,
		.upstream = UPSTREAM,
		.settings_path = "settings" };
	const struct ub_queue_input queue = { .configuration = here.configuration,
		.store = store,
		.upstream = UPSTREAM,
		.relay_fd = -1,
		.memory_fd = -1 };
	here.queue = ub_queue_new(&queue);
}

static void tear_down(void)
{
	ub_queue_stop(&here.queue);
	ub_configuration_free(&here.configuration);
	ub_snapshot_release(&snapshot);
	ub_store_close(&store);
	ub_arena_free(&arena);
	ub_leak_check();
}

TestSuite(control, .init = set_up, .fini = tear_down);

static void put_keys(struct ub_store *of, const char *principal, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct ub_key key = { .upstream = UPSTREAM,
			.href = ub_textf(arena, "/%s/%zu.ics", principal, i),
			.principal = ub_text(principal) };
		cr_assert_eq(ub_store_put(of, &key, 1, NOW, NOW), UB_STORE_OK);
	}
}

static void let_all_wait(struct ub_store *of)
{
	struct ub_job job;
	while (ub_store_take(of, NOW, 1000, arena, &job) == UB_STORE_OK)
		cr_assert_eq(ub_store_wait(of, &job, NOW, UB_TEXT("not heard of")), UB_STORE_OK);
}

static const char *status(bool json)
{
	struct ub_buf out = UB_BUF(arena);
	struct ub_telling telling = { .daemon = &here, .snapshot = snapshot, .json = json, .out = &out };
	cr_assert_eq(control_tell_status(&telling), 0);
	return ub_buf_cstr(&out);
}

static const char *explain(const char *uid, int wanted)
{
	struct ub_buf out = UB_BUF(arena);
	struct ub_telling telling = { .daemon = &here, .snapshot = snapshot, .out = &out };
	cr_assert_eq(control_explain_meeting(&telling, ub_text(uid), UB_TEXT_NONE), wanted);
	return ub_buf_cstr(&out);
}

static const char *find(const char *question, bool json, int wanted)
{
	struct ub_buf out = UB_BUF(arena);
	struct ub_telling telling = { .daemon = &here, .snapshot = snapshot, .json = json, .out = &out };
	cr_assert_eq(control_find_meeting(&telling, ub_text(question)), wanted);
	return ub_buf_cstr(&out);
}

#define SAYS(text, part)     cr_assert(strstr((text), (part)), "no `%s` in:\n%s", (part), (text))
#define SAYS_NOT(text, part) cr_assert(!strstr((text), (part)), "`%s` in:\n%s", (part), (text))

Test(control, tells_who_is_waited_for)
{
	put_keys(store, "bob", 2);
	put_keys(store, "carol", 1);
	let_all_wait(store);
	put_keys(store, "alice", 1);
	const char *said = status(false);
	SAYS(said, "1 queued, 0 being worked on, 3 waiting, 0 set aside\n");
	SAYS(said, "  bob: 2 keys, since 2026-11-02 08:00:00 UTC\n");
	SAYS(said, "  carol: 1 key, since ");
	SAYS(said, "    /bob/1.ics: not heard of\n");
	SAYS_NOT(said, "/alice/");
}

Test(control, tells_what_is_kept_in_memory_only)
{
	SAYS_NOT(status(false), "in memory only");
	put_keys(here.queue->shelter, "bob", 3);
	SAYS(status(false), "3 of them in memory only");
	SAYS(status(true), "\"in_memory_only\": 3");
}

Test(control, shows_people_so_many_keys_and_no_more)
{
	put_keys(store, "bob", UB_STATUS_KEYS_SHOWN);
	let_all_wait(store);
	SAYS_NOT(status(false), " more (");
	put_keys(store, "carol", 1);
	let_all_wait(store);
	SAYS(status(false), "    and 1 more (--json tells of up to 1000)\n");
}

static size_t count(const char *text, const char *part)
{
	size_t n = 0;
	for (const char *at = text; (at = strstr(at, part)); at++)
		n++;
	return n;
}

Test(control, tells_programs_of_so_many_keys_and_no_more)
{
	put_keys(store, "bob", UB_STATUS_KEYS_MAX);
	cr_assert_eq(count(status(true), "\"href\""), UB_STATUS_KEYS_MAX);
	put_keys(store, "carol", 1);
	cr_assert_eq(count(status(true), "\"href\""), UB_STATUS_KEYS_MAX);
	SAYS(status(true), "\"queued\": 1001");
}

Test(control, sends_nothing_to_a_terminal_but_text)
{
	put_keys(store, "\033[2Jbob", 1);
	let_all_wait(store);
	SAYS_NOT(status(false), "\033");
	SAYS_NOT(explain("\033[2J", 1), "\033");
}

static struct ub_store_seen seen_of(const char *owner)
{
	return (struct ub_store_seen){ .organization = ub_organization,
		.meeting_uid = UB_TEXT("m-1"),
		.upstream = UPSTREAM,
		.href = ub_textf(arena, "/%s/m.ics", owner),
		.owner = ub_textf(arena, "%s@ours.example", owner),
		.text = UB_TEXT("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t//EN\r\nBEGIN:VEVENT\r\n"
				"UID:m-1\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:29261112T130000Z\r\n"
				"DTEND:29261112T140000Z\r\nSUMMARY:Roadmap\r\n"
				"ORGANIZER:mailto:alice@ours.example\r\n"
				"ATTENDEE:mailto:cto@acme.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"),
		.end = INT64_MAX,
		.changed = NOW };
}

Test(control, explains_the_copy_that_has_the_items)
{
	struct ub_store_seen alices = seen_of("alice"), bobs = seen_of("bob");
	struct ub_store_item item = { .organization = ub_organization,
		.meeting_uid = UB_TEXT("m-1"),
		.identity = UB_TEXT("x"),
		.id = UB_TEXT("prep/agenda"),
		.owner = bobs.owner,
		.upstream = UPSTREAM,
		.uid = UB_TEXT("u"),
		.href = UB_TEXT("/bob/u.ics"),
		.generation = 1,
		.state = UB_ITEM_DELETED };
	cr_assert_eq(ub_store_put_seen(store, &alices), UB_STORE_OK);
	cr_assert_eq(ub_store_put_seen(store, &bobs), UB_STORE_OK);
	cr_assert_eq(ub_store_put_item(store, &item), UB_STORE_OK);
	SAYS(explain("m-1", 0),
	    "/alice/m.ics, of alice@ours.example, 2026-11-02 08:00:00 (the one explained)\n");
	SAYS(explain("m-1", 0), "  prep/agenda: deleted by its user: it stays away, /bob/u.ics");
	item.state = UB_ITEM_EXISTS;
	cr_assert_eq(ub_store_put_item(store, &item), UB_STORE_OK);
	SAYS(explain("m-1", 0), "/bob/m.ics, of bob@ours.example, 2026-11-02 08:00:00 (the one explained)\n");
	item.outcome.gone = NOW;
	cr_assert_eq(ub_store_put_item(store, &item), UB_STORE_OK);
	SAYS(explain("m-1", 0), "  prep/agenda: missing: it could not be looked for elsewhere, /bob/u.ics");
	SAYS_NOT(explain("m-1", 0), "What is to be looked at");
	put_keys(store, "other", 1);
	struct ub_key key = { .upstream = UPSTREAM, .href = bobs.href, .principal = UB_TEXT("bob") };
	cr_assert_eq(ub_store_put(store, &key, 1, NOW, NOW), UB_STORE_OK);
	SAYS(explain("m-1", 0), "What is to be looked at\n  /bob/m.ics: queued\n");
	SAYS_NOT(explain("m-1", 0), "/other/");
}

/* The meeting of a customer, who has invited nobody but the copy's owner. */
static struct ub_store_seen invited_alone(const char *owner, const char *lines)
{
	struct ub_store_seen seen = seen_of(owner);
	seen.text = ub_textf(arena,
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t//EN\r\nBEGIN:VEVENT\r\n"
	    "UID:m-1\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:29261112T130000Z\r\n"
	    "DTEND:29261112T140000Z\r\nSUMMARY:Roadmap\r\n%sORGANIZER:mailto:cto@acme.example\r\n"
	    "ATTENDEE:mailto:%s@ours.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
	    lines, owner);
	return seen;
}

Test(control, explains_who_comes_by_a_copy_of_his_own)
{
	static const char line[] = "/bob/m.ics, of bob@ours.example, 2026-11-02 08:00:00";
	struct ub_store_seen alices = invited_alone("alice", ""), bobs = invited_alone("bob", "");
	cr_assert_eq(ub_store_put_seen(store, &alices), UB_STORE_OK);
	cr_assert_eq(ub_store_put_seen(store, &bobs), UB_STORE_OK);
	SAYS(
	    explain("m-1", 0), ub_textf(arena, "%s (invites him to what the one explained has)\n", line).ptr);
	SAYS(explain("m-1", 0), "bob@ours.example");
	bobs = invited_alone("bob", "STATUS:CANCELLED\r\n");
	cr_assert_eq(ub_store_put_seen(store, &bobs), UB_STORE_OK);
	SAYS(explain("m-1", 0), ub_textf(arena, "%s\n", line).ptr);
}

/* ---- what is told ---- */

static const char *backfill(const char *hrefs, struct ub_text authorization, int wanted)
{
	struct ub_buf out = UB_BUF(arena);
	struct ub_telling telling = { .daemon = &here, .snapshot = snapshot, .out = &out };
	const struct ub_wire_ask ask = {
		.ask = UB_ASK_BACKFILL, .subject = ub_text(hrefs), .authorization = authorization
	};
	cr_assert_eq(control_take_backfill(&telling, &ask), wanted);
	return ub_buf_cstr(&out);
}

static bool are_kept(struct ub_text authorization)
{
	struct ub_credential *kept =
	    queue_credentials_take(here.queue->credentials, UB_TEXT("alice"), ub_sys_monotonic_ms());
	bool same = kept && ub_text_eq(kept->authorization, authorization);
	queue_credential_free(&kept);
	return same;
}

Test(control, keeps_only_credentials_that_hand_something_over)
{
	struct ub_text good = ub_http_basic(UB_TEXT("alice"), UB_TEXT("good"), arena);
	struct ub_text other = ub_http_basic(UB_TEXT("alice"), UB_TEXT("other"), arena);
	SAYS(backfill("{}", UB_TEXT_NONE, 1), "there are no credentials");
	SAYS(backfill("{}", good, 0), "0 0\n");
	cr_assert_not(are_kept(good), "nothing needs them");
	SAYS(backfill("{\"objects\": [\"/alice/1.ics\", 7, \"/alice/2.ics\"]}", good, 0), "2 0\n");
	cr_assert(are_kept(good));
	SAYS(backfill("{}", other, 0), "2 0\n");
	cr_assert(are_kept(good), "who only asks has not shown that his are good");
	SAYS(backfill("{\"accounts\": true}", good, 0), "3 0\n");
}

Test(control, does_not_try_refused_credentials_for_ever)
{
	struct ub_text refused = ub_http_basic(UB_TEXT("alice"), UB_TEXT("refused"), arena);
	backfill("{\"objects\": [\"/alice/1.ics\"]}", refused, 0);
	struct ub_credential *kept =
	    queue_credentials_take(here.queue->credentials, UB_TEXT("alice"), ub_sys_monotonic_ms());
	struct ub_job job;
	int64_t now = ub_sys_now() * 1000 + 1000;
	cr_assert_eq(ub_store_take(store, now, 1000, arena, &job), UB_STORE_OK);
	queue_credentials_drop(here.queue->credentials, UB_TEXT("alice"), kept);
	queue_credential_free(&kept);
	cr_assert_eq(ub_store_wait(store, &job, now, UB_TEXT("not accepted")), UB_STORE_OK);
	SAYS(backfill("{}", refused, 0), "0 1\n");
	cr_assert_not(are_kept(refused));
	SAYS(backfill("{\"objects\": [\"/alice/2.ics\"]}", refused, 0), "2 0\n");
}

static enum ub_item_state state_after(const char *json, int wanted)
{
	struct ub_buf out = UB_BUF(arena);
	struct ub_telling telling = { .daemon = &here, .snapshot = snapshot, .out = &out };
	struct ub_store_items items = { 0 };
	cr_assert_eq(control_take_removal(&telling, ub_text(json)), wanted);
	cr_assert_eq(ub_store_items(store, ub_organization, UB_TEXT("m-1"), arena, &items), UB_STORE_OK);
	cr_assert_eq(items.n, 1);
	return items.items[0].state;
}

Test(control, remembers_what_becomes_of_an_item_and_nothing_else)
{
#define ITEM "{\"meeting\": \"m-1\", \"identity\": \"i\", \"generation\": 1, \"state\": "
	cr_assert_eq(state_after(ITEM "4}", 0), UB_ITEM_REMOVING);
	cr_assert_eq(state_after(ITEM "2}", 1), UB_ITEM_REMOVING, "that is for its user to do");
	cr_assert_eq(state_after(ITEM "\"3\"}", 1), UB_ITEM_REMOVING);
	cr_assert_eq(state_after("{\"meeting\": \"m-1\", \"identity\": \"i\"}", 1), UB_ITEM_REMOVING);
	cr_assert_eq(state_after("not even JSON", 1), UB_ITEM_REMOVING);
	cr_assert_eq(state_after(ITEM "3}", 0), UB_ITEM_REMOVED);
#undef ITEM
}

Test(control, finds_out_of_which_account_a_removed_item_is)
{
	struct ub_buf out = UB_BUF(arena);
	struct ub_telling telling = { .daemon = &here, .snapshot = snapshot, .out = &out };
	const struct ub_store_item review = { .organization = ub_organization,
		.meeting_uid = UB_TEXT("cadence/mark/acme"),
		.identity = UB_TEXT("i"),
		.owner = UB_TEXT("bob@ours.example"),
		.uid = UB_TEXT("u-1"),
		.state = UB_ITEM_EXISTS };
	struct ub_store_items items = { 0 };
	struct ub_text const removed = UB_TEXT("{\"meeting\": \"\", \"identity\": \"i\", \"uid\": \"u-1\","
					       " \"owner\": \"bob@ours.example\", \"state\": 3}");
	cr_assert_eq(control_take_removal(&telling, removed), 0, "nobody remembers it");
	cr_assert_eq(ub_store_put_item(store, &review), UB_STORE_OK);
	cr_assert_eq(control_take_removal(&telling, removed), 0);
	cr_assert_eq(ub_store_items(store, ub_organization, review.meeting_uid, arena, &items), UB_STORE_OK);
	cr_assert(items.n == 1 && items.items[0].state == UB_ITEM_REMOVED);
}

/* ---- over the socket ---- */

static void ask(enum ub_ask what, struct ub_buf *out, int *exit_status)
{
	static unsigned char scratch[UB_WIRE_FRAME_MAX];
	struct ub_wire_frame frame = { .kind = UB_WIRE_ASK, .ask = { .ask = what, .json = true } };
	struct ub_text why;
	int64_t deadline = ub_sys_monotonic_ms() + UB_CONTROL_PATIENCE_MS;
	int fd = ub_wire_control_connect("control", arena, &why);
	cr_assert_geq(fd, 0);
	cr_assert_eq(ub_wire_send_until(fd, &frame, scratch, deadline), UB_WIRE_OK);
	do {
		cr_assert_eq(ub_wire_receive_until(fd, &frame, scratch, deadline), UB_WIRE_OK);
		cr_assert_leq(frame.reply.text.len, UB_WIRE_PIECE_MAX);
		ub_buf_add(out, frame.reply.text);
	} while (frame.reply.more);
	*exit_status = frame.reply.status;
	close(fd);
}

Test(control, answers_in_pieces_and_says_what_it_does_not_know)
{
	struct ub_text why;
	struct ub_buf whole = UB_BUF(arena), unknown = UB_BUF(arena);
	int exit_status;
	put_keys(store, "bob", UB_STATUS_KEYS_MAX);
	here.fd = ub_wire_control_listen("control", 0, arena, &why);
	struct ub_control *control = ub_control_start(&here);
	ask(UB_ASK_STATUS, &whole, &exit_status);
	cr_assert_eq(exit_status, 0);
	cr_assert_gt(whole.len, 2 * UB_WIRE_PIECE_MAX);
	cr_assert_eq(strcmp(ub_buf_cstr(&whole) + whole.len - 2, "}\n"), 0);
	ask((enum ub_ask)200, &unknown, &exit_status);
	cr_assert_eq(exit_status, 1);
	SAYS(ub_buf_cstr(&unknown), "does not know this question");
	ub_control_join(&control);
	ub_wire_control_close(here.fd, "control", arena);
}

Test(control, may_be_without_a_socket)
{
	struct ub_control *control = ub_control_start(&here);
	cr_assert_null(control);
	ub_control_join(&control);
}

Test(control, tells_of_what_could_not_be_read_where_it_stands_and_why)
{
	const struct ub_passed_meeting large = { .owner = UB_TEXT("alice@ours.example"),
		.href = UB_TEXT("/alice/calendar/Large.ics"),
		.start = UB_INSTANT_NONE,
		.end = UB_INSTANT_NONE,
		.why = UB_TEXT("it cannot be read: the text is too long") };
	struct ub_passed_meeting other = large;
	other.href = UB_TEXT("/alice/calendar/large-2.ics");
	queue_passed_keep(here.queue->passed, &large);
	SAYS(find("{\"text\":\"large\"}", false, 0),
	    "at a time that is not known, of alice@ours.example, (no title), at /alice/calendar/Large.ics\n"
	    "It was looked at and gets nothing: it cannot be read: the text is too long.\n");
	const char *said = find("{\"owner\":\"alice@ours.example\"}", true, 0);
	SAYS(said, "\"href\": \"/alice/calendar/Large.ics\"");
	SAYS_NOT(said, "\"start\"");
	SAYS(find("{\"text\":\"large\",\"on\":\"2026-11-02\"}", false, 1), "No meeting is known");
	queue_passed_keep(here.queue->passed, &other);
	SAYS(find("{\"text\":\"large\"}", false, 1), "2 meetings are known");
}
