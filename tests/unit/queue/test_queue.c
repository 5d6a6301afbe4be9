/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "folder.h"
#include "leaks.h"
#include "queue-private.h"
#include "store-private.h"
#include "upbeat/http.h"

#define UPSTREAM    UB_TEXT("http://127.0.0.1:1")
#define PATIENCE_MS (20000 * UB_SLOWNESS)

static struct ub_arena *arena;
static struct ub_configuration_input configuration_input;
static struct ub_configuration *configuration;
static struct ub_store *store;
static struct ub_queue *queue;
static struct ub_log *quiet;
static int relay; /* its end of the socket */
static unsigned char scratch[UB_WIRE_FRAME_MAX];

/* The linker puts this function in the place of the pass's (--wrap): rules are at work on a meeting until the
 * test says that they are done, or fails. */
struct ub_text __wrap_ub_pass_add_to_meeting(
    const struct ub_meeting_put *put, struct ub_additions *write, struct ub_arena *arena);

static atomic_bool at_work;

struct ub_text __wrap_ub_pass_add_to_meeting(
    const struct ub_meeting_put *put, struct ub_additions *write, struct ub_arena *results)
{
	(void)put, (void)results;
	for (int waited = 0; atomic_load(&at_work) && waited < PATIENCE_MS; waited++)
		usleep(1000);
	*write = (struct ub_additions){ 0 };
	return UB_TEXT_NONE;
}

static const char amending_rules[] = "format: 1\nrules:\n  - name: customers\n    for: meeting\n"
				     "    when: meeting.customer\n    amend:\n      - category: customer\n"
				     "        name: Customer\n";

static void begin(const char *rules)
{
	int fds[2];
	arena = ub_arena_new();
	enter_folder();
	write_file("rules.yaml", rules);
	write_file("settings", "listen: 127.0.0.1:0\nupstream: http://127.0.0.1:1\nrules: .\n"
			       "organization: {domains: [ours.example], users: '{user}@ours.example'}\n");
	struct ub_diags diags = UB_DIAGS(arena);
	configuration_input = (struct ub_configuration_input){ .snapshot = { .settings_path = "settings" } };
	struct ub_snapshot *snapshot = ub_snapshot_load(&configuration_input.snapshot, &diags);
	cr_assert(snapshot, "%.*s", UB_ARGS(diags.list.n ? diags.list.items[0].message : UB_TEXT_NONE));
	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), 0);
	relay = fds[0];
	quiet = ub_log_new(STDERR_FILENO, UB_LOG_ERROR, UB_LOG_TEXT, "test");
	configuration = ub_configuration_new(snapshot, &configuration_input);
	store = ub_store_memory_open();
	const struct ub_queue_input input = { .configuration = configuration,
		.store = store,
		.upstream = UPSTREAM,
		.relay_fd = fds[1],
		.memory_fd = -1,
		.log = quiet };
	queue = ub_queue_new(&input);
}

static void set_up(void)
{
	begin("format: 1\nrules: []\n");
}

static void end(void)
{
	int other = queue->input.relay_fd;
	atomic_store(&at_work, false);
	ub_queue_stop(&queue);
	ub_configuration_free(&configuration);
	ub_store_close(&store);
	ub_log_free(&quiet);
	close(relay);
	close(other);
	ub_arena_free(&arena);
	ub_leak_check();
}

TestSuite(queue, .init = set_up, .fini = end);

static void send_frame(const struct ub_wire_frame *frame)
{
	cr_assert_eq(ub_wire_send(relay, frame, scratch), UB_WIRE_OK);
}

/* A write that is announced now. */
static void write_frame(uint32_t slot, const char *user, const char *href, const char *body)
{
	const struct ub_wire_frame frame = { .kind = UB_WIRE_WRITE,
		.id = { slot, 1 },
		.write = { .write = UB_WRITE_PUT,
		    .method = UB_TEXT("PUT"),
		    .target = ub_text(href),
		    .href = ub_text(href),
		    .host = UB_TEXT("cal.example"),
		    .authorization = ub_http_basic(ub_text(user), UB_TEXT("pw"), arena),
		    .announced = (uint16_t)ub_sys_monotonic_ms(),
		    .body = ub_text(body) } };
	send_frame(&frame);
}

static void answer_frame(uint32_t slot, int status)
{
	const struct ub_wire_frame frame = {
		.kind = UB_WIRE_ANSWERED, .id = { slot, 1 }, .answered = { .status = (uint16_t)status }
	};
	send_frame(&frame);
}

static void hear(void)
{
	cr_assert(ub_queue_hear(queue, NULL, 0));
}

/* The slot of the next write that the relay is told of within so many milliseconds. -1: none. */
static int committed(int milliseconds, struct ub_text *body)
{
	struct ub_wire_frame frame;
	struct pollfd polled = { .fd = relay, .events = POLLIN };
	while (poll(&polled, 1, milliseconds) == 1 && ub_wire_receive(relay, &frame, scratch) == UB_WIRE_OK)
		if (frame.kind == UB_WIRE_COMMITTED) {
			*body = ub_text_copy(arena, frame.committed.body);
			return (int)frame.id.slot;
		}
	return -1;
}

static size_t keys_in(struct ub_store *of)
{
	struct ub_jobs jobs;
	cr_assert_eq(ub_store_jobs(of, arena, &jobs), UB_STORE_OK);
	return jobs.n;
}

static bool has_credentials(const char *user)
{
	struct ub_credential *taken =
	    queue_credentials_take(queue->credentials, ub_text(user), ub_sys_monotonic_ms());
	bool has = taken != NULL;
	queue_credential_free(&taken);
	return has;
}

Test(queue, keeps_credentials_after_a_good_answer_to_that_request_and_no_other)
{
	static const int useless[] = { 0, 301, 401, 403, 404, 405, 409, 412, 423, 500, 503 };
	static const int good[] = { 200, 201, 204, 207, 304 };
	for (size_t i = 0; i < UB_COUNT(useless); i++) {
		write_frame(1, "alice", "/a/1.ics", "");
		answer_frame(1, useless[i]);
		hear();
		cr_expect_not(has_credentials("alice"), "%d", useless[i]);
	}
	for (size_t i = 0; i < UB_COUNT(good); i++) {
		const char *user = ub_textf(arena, "user%d", good[i]).ptr;
		write_frame(1, user, "/a/1.ics", "");
		answer_frame(1, good[i]);
		hear();
		cr_expect(has_credentials(user), "%d", good[i]);
	}
}

Test(queue, keeps_most_keys_of_strangers_in_memory_only)
{
	for (uint32_t i = 0; i < UB_STRANGERS_STORED + 10; i++) {
		struct ub_text user = ub_textf(arena, "nobody%u", i), href = ub_textf(arena, "/c/%u.ics", i);
		write_frame(i, user.ptr, href.ptr, "");
		hear();
	}
	cr_expect_eq(keys_in(store), UB_STRANGERS_STORED);
	cr_expect_eq(keys_in(queue->shelter), 10);
	/* One of the strangers proves his identity, and his key is kept like everybody's. */
	answer_frame(UB_STRANGERS_STORED + 9, 201);
	hear();
	cr_expect_eq(keys_in(store), UB_STRANGERS_STORED + 1);
}

/* The only key in the store, once a worker is done with it or has given it back. */
static struct ub_jobs worked_on(void)
{
	struct ub_jobs jobs = { 0 };
	int waited = 0;
	for (; waited < PATIENCE_MS; waited += 10) {
		cr_assert_eq(ub_store_jobs(store, arena, &jobs), UB_STORE_OK);
		if (jobs.n == 0 || (jobs.items[0].attempts && jobs.items[0].state != UB_JOB_LEASED))
			break;
		usleep(10000);
	}
	cr_assert_lt(waited, PATIENCE_MS, "no worker is done with it");
	return jobs;
}

Test(queue, settles_a_key_whose_only_write_was_refused)
{
	write_frame(1, "alice", "/a/1.ics", "");
	answer_frame(1, 403);
	hear();
	ub_queue_start(queue);
	cr_expect_eq(worked_on().n, 0);
}

Test(queue, settles_no_key_of_a_good_write_for_a_later_one_that_was_refused)
{
	write_frame(1, "alice", "/a/1.ics", "");
	answer_frame(1, 201);
	hear();
	/* Nobody comes to it, as the workers have much to do or there are no rules. */
	queue_writes_expire(queue->writes, ub_sys_monotonic_ms() + UB_CREDENTIAL_MS + 1);
	write_frame(2, "alice", "/a/1.ics", "");
	answer_frame(2, 403);
	hear();
	ub_queue_start(queue);
	cr_expect_eq(worked_on().n, 1, "it is looked at");
}

Test(queue, skips_a_frame_of_a_kind_that_it_does_not_know)
{
	struct ub_text body;
	unsigned char bytes[64];
	const struct ub_wire_frame ready = { .kind = UB_WIRE_READY };
	size_t n = ub_wire_encode(&ready, bytes, sizeof(bytes));
	write_frame(1, "alice", "/a/1.ics", "");
	bytes[1] = 31; /* the kind */
	cr_assert_eq(send(relay, bytes, n, 0), (ssize_t)n);
	hear();
	cr_expect_eq(committed(0, &body), 1);
	cr_expect_eq(committed(0, &body), -1, "it is no second write");
}

/* How often the relay was told since the last time that all has come. */
static int heard(void)
{
	struct ub_wire_frame frame;
	int n = 0;
	while (ub_wire_receive(relay, &frame, scratch) == UB_WIRE_OK)
		n += frame.kind == UB_WIRE_HEARD;
	return n;
}

Test(queue, says_once_a_turn_that_what_went_ahead_has_come)
{
	const struct ub_wire_frame stored = { .kind = UB_WIRE_WRITE,
		.write = { .write = UB_WRITE_PUT,
		    .href = UB_TEXT("/a/1.ics"),
		    .authorization = ub_http_basic(UB_TEXT("alice"), UB_TEXT("pw"), arena),
		    .body = UB_TEXT("body"),
		    .stored = true } };
	send_frame(&stored);
	send_frame(&stored);
	hear();
	cr_expect_eq(heard(), 1);
	write_frame(1, "alice", "/a/2.ics", "");
	hear();
	cr_expect_eq(heard(), 0, "that one was answered by itself");
}

Test(queue, takes_so_many_frames_at_once_and_then_lets_the_writes_go_on)
{
	int size = 1 << 20;
	cr_assert_eq(setsockopt(relay, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)), 0);
	for (uint32_t i = 1; i <= UB_BATCH_MAX + 1; i++)
		send_frame(&(struct ub_wire_frame){ .kind = UB_WIRE_HELLO, .id = { i, 1 } });
	hear();
	cr_expect_eq(ub_queue_relay(queue).predecessors, UB_BATCH_MAX);
	hear();
	cr_expect_eq(ub_queue_relay(queue).predecessors, UB_BATCH_MAX + 1);
}

Test(queue, brings_keys_back_from_memory_once_a_second)
{
	struct ub_key key = { .kind = UB_KEY_OBJECT,
		.upstream = UPSTREAM,
		.href = UB_TEXT("/a/1.ics"),
		.principal = UB_TEXT("alice") };
	ub_queue_start(queue);
	int64_t begun = ub_sys_monotonic_ms();
	cr_assert_eq(ub_store_put(queue->shelter, &key, 1, queue_now(), INT64_MAX - 1), UB_STORE_OK);
	cr_assert_leq(ub_queue_tend(queue), UB_SWEEP_MS);
	cr_expect_eq(keys_in(queue->shelter), 0);
	cr_expect_geq(queue->tend_stores, begun + UB_SWEEP_MS);
	key.href = UB_TEXT("/a/2.ics");
	cr_assert_eq(ub_store_put(queue->shelter, &key, 1, queue_now(), INT64_MAX - 1), UB_STORE_OK);
	queue->tend_stores = ub_sys_monotonic_ms() + PATIENCE_MS;
	cr_assert_leq(ub_queue_tend(queue), UB_SWEEP_MS);
	cr_expect_eq(keys_in(queue->shelter), 1, "just so");
	queue->tend_stores = ub_sys_monotonic_ms();
	cr_assert_leq(ub_queue_tend(queue), UB_SWEEP_MS);
	cr_expect_eq(keys_in(queue->shelter), 0);
}

static const char meeting[] =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//EN\r\nBEGIN:VEVENT\r\nUID:m-1\r\n"
    "DTSTAMP:20260101T000000Z\r\nDTSTART:21001118T140000Z\r\nDTEND:21001118T150000Z\r\nSUMMARY:Roadmap\r\n"
    "ORGANIZER:mailto:alice@ours.example\r\nATTENDEE:mailto:alice@ours.example\r\n"
    "ATTENDEE:mailto:cto@acme.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

static void begin_slowly(void)
{
	atomic_store(&at_work, true);
	begin(amending_rules);
	ub_queue_start(queue);
	cr_assert_leq(ub_queue_tend(queue), UB_SWEEP_MS);
}

Test(queue_amending, holds_up_nobody_elses_write, .init = begin_slowly, .fini = end)
{
	struct ub_text body;
	write_frame(1, "alice", "/a/1.ics", meeting);
	hear();
	write_frame(2, "bob", "/b/1.ics", "");
	hear();
	cr_expect_eq(committed(0, &body), 2);
	cr_expect_eq(committed(0, &body), -1, "rules are at work on the other one");
	cr_expect_eq(keys_in(store), 2, "whose key is kept before");
}

Test(queue_amending, lets_a_meeting_go_on_as_it_came_once_its_time_is_up, .init = begin_slowly, .fini = end)
{
	struct ub_text body;
	write_frame(1, "alice", "/a/1.ics", meeting);
	hear();
	int64_t wait = ub_queue_tend(queue);
	int slot = committed(0, &body);
	if (slot < 0) { /* on a busy machine its time may have been up by then */
		cr_expect(wait > 0 && wait <= UB_AMEND_MS, "%lld", (long long)wait);
		usleep((useconds_t)(UB_AMEND_MS + 20) * 1000);
		cr_assert_leq(ub_queue_tend(queue), UB_SWEEP_MS);
		slot = committed(0, &body);
	}
	cr_expect_eq(slot, 1);
	cr_expect_eq(body.len, 0);
	/* The next meeting's turn comes when the rules are done with this one. */
	atomic_store(&at_work, false);
	write_frame(2, "alice", "/a/2.ics", meeting);
	hear();
	cr_expect_eq(committed(PATIENCE_MS, &body), 2, "and not once more when the rules are done");
}

/* ---- polls ---- */

static void poll_frame(const char *user, const char *path)
{
	const struct ub_wire_frame frame = { .kind = UB_WIRE_PRINCIPAL,
		.principal = { ub_http_basic(ub_text(user), UB_TEXT("pw"), arena), UB_TEXT("cal.example"),
		    ub_text(path) } };
	send_frame(&frame);
	hear();
}

/* How often the relay is told to tell of polls. -1: it was told nothing. */
static int told_polls(void)
{
	struct ub_wire_frame frame;
	int told = -1;
	queue_tell_polls(queue);
	while (ub_wire_receive(relay, &frame, scratch) == UB_WIRE_OK)
		if (frame.kind == UB_WIRE_POLLS)
			told = (int)frame.polls;
	return told;
}

Test(queue, tells_once_how_often_it_wants_to_hear_of_polls)
{
	cr_assert_eq(told_polls(), UB_SYNC_SECONDS);
	cr_assert_eq(told_polls(), -1);
}

Test(queue, looks_at_a_calendar_that_is_polled_and_bothers_the_store_with_nothing)
{
	struct ub_jobs jobs;
	cr_assert_eq(told_polls(), UB_SYNC_SECONDS);
	poll_frame("anna", "/anna/%6Dain");
	poll_frame("anna", "/anna/main/");
	cr_assert_eq(ub_store_jobs(queue->polls, arena, &jobs), UB_STORE_OK);
	cr_assert_eq(jobs.n, 1);
	cr_assert_eq(jobs.items[0].key.kind, UB_KEY_SYNC);
	cr_assert(ub_text_is(jobs.items[0].key.href, "/anna/main/"), "%.*s", UB_ARGS(jobs.items[0].key.href));
	cr_assert(ub_text_is(jobs.items[0].key.principal, "anna"));
	cr_assert_eq(keys_in(store), 0);
	cr_assert_eq(keys_in(queue->shelter), 0);
	cr_assert_eq(ub_queue_jobs(queue, arena).n, 0, "nobody is bothered with it");
	struct ub_credential *credential =
	    queue_credentials_take(queue->credentials, UB_TEXT("anna"), ub_sys_monotonic_ms());
	cr_assert(credential);
	queue_credential_free(&credential);
}

Test(queue, looks_at_a_calendar_once_however_often_it_is_polled)
{
	struct ub_job job;
	cr_assert_eq(told_polls(), UB_SYNC_SECONDS);
	for (int i = 0; i < 3; i++) {
		poll_frame("anna", "/anna/main/");
		enum ub_store_result taken = ub_store_take(queue->polls, queue_now(), 1000, arena, &job);
		cr_assert_eq(taken, i == 0 ? UB_STORE_OK : UB_STORE_NONE);
		if (taken == UB_STORE_OK)
			cr_assert_eq(ub_store_settle(queue->polls, &job, queue_now()), UB_STORE_OK);
	}
	poll_frame("ben", "/anna/main/");
	poll_frame("anna", "/anna/home/");
	cr_assert_eq(keys_in(queue->polls), 2);
}

Test(queue, makes_nothing_of_a_poll_that_it_does_not_want_or_cannot_repeat)
{
	poll_frame("anna", "/anna/main/");
	cr_assert_eq(keys_in(queue->polls), 0, "the relay was told nothing yet");
	cr_assert_eq(told_polls(), UB_SYNC_SECONDS);
	const struct ub_wire_frame digest = { .kind = UB_WIRE_PRINCIPAL,
		.principal = { UB_TEXT("Digest username=\"anna\""), UB_TEXT("h"), UB_TEXT("/anna/main/") } };
	send_frame(&digest);
	hear();
	poll_frame("anna", "");
	cr_assert_eq(keys_in(queue->polls), 0);
}

static enum ub_store_result put_fails(
    struct ub_store *of, const struct ub_key *keys, size_t n, bool again, int64_t now, int64_t due)
{
	(void)of, (void)keys, (void)n, (void)again, (void)now, (void)due;
	return UB_STORE_FAILED;
}

static enum ub_store_result change_fails(
    struct ub_store *of, const struct ub_store_appointments *out, const struct ub_store_appointments *in)
{
	(void)of, (void)out, (void)in;
	return UB_STORE_FAILED;
}

/* The server has stored a lone object. `announced`: when, on the monotonic clock. */
static void store_lone(int64_t announced)
{
	const struct ub_lone_write said = { .key = { .kind = UB_KEY_OBJECT,
						.upstream = UPSTREAM,
						.href = UB_TEXT("/a/1.ics"),
						.principal = UB_TEXT("alice") },
		.object = { .uid = UB_TEXT("l-1"), .takes_time = true, .start = 3600, .end = 7200 },
		.owner = UB_TEXT("alice@ours.example"),
		.announced = announced };
	struct ub_lone_write *write = queue_lone_write_copy(&said);
	struct ub_credential *credential = queue_credential_new(UB_TEXT("Basic YTpi"), UB_TEXT("h"));
	queue_stored_lone(queue, &write, &credential, UB_TEXT_NONE);
}

static void settle_lone_on_full_disk(void)
{
	const struct ub_store_ops *const ops = store->ops;
	struct ub_store_ops full = *ops;
	full.put = put_fails;
	full.change_appointments = change_fails;
	store_lone(1);
	store->ops = &full;
	cr_assert_eq(queue_settle_lone(queue, INT64_MAX, 7), 7);
	store->ops = ops;
}

Test(queue, keeps_a_lone_object_in_memory_whose_time_the_store_does_not_take)
{
	settle_lone_on_full_disk();
	cr_expect_eq(keys_in(queue->shelter), 1);
}

Test(queue, keeps_a_lone_object_in_memory_that_matters_and_whose_key_the_store_does_not_take)
{
	queue_overtake_lone(queue, UB_TEXT("/a/1.ics"), 2);
	settle_lone_on_full_disk();
	cr_expect_eq(keys_in(queue->shelter), 1);
}

/* While the store says whether it knows the first writer, another write to the object is announced. */
static enum ub_store_result knows_slowly(
    struct ub_store *of, struct ub_text upstream, struct ub_text principal)
{
	(void)of, (void)upstream, (void)principal;
	usleep(3000);
	if (store->ops->knows == knows_slowly)
		write_frame(2, "bob", "/a/1.ics", "");
	return UB_STORE_OK;
}

/* Passes have found nothing that is to be remembered. */
static void work_off_all(void)
{
	struct ub_job job;
	int64_t then = queue_now() + UB_CREDENTIAL_MS;
	while (ub_store_take(store, then, UB_LEASE_MS, arena, &job) == UB_STORE_OK)
		cr_assert_eq(ub_store_settle(store, &job, then), UB_STORE_OK);
}

Test(queue, takes_no_write_that_comes_during_a_turn_for_one_of_long_ago)
{
	struct ub_store_appointments there = { 0 };
	const struct ub_store_ops *const ops = store->ops;
	struct ub_store_ops slow = *ops;
	slow.knows = knows_slowly;
	store_lone(ub_sys_monotonic_ms());
	write_frame(1, "alice", "/a/0.ics", "");
	store->ops = &slow;
	hear();
	store->ops = ops;
	work_off_all();
	cr_assert_eq(queue_settle_lone(queue, INT64_MAX, 7), 7);
	cr_assert_eq(
	    ub_store_copy_appointments(store, ub_organization, UPSTREAM, UB_TEXT("/a/1.ics"), arena, &there),
	    UB_STORE_OK);
	cr_expect_eq(there.n, 0, "the other write came later");
}
