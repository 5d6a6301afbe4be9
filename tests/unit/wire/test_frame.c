/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "leaks.h"
#include "upbeat/wire.h"

TestSuite(frame, .fini = ub_leak_check);

static struct ub_wire_frame a_write(void)
{
	return (struct ub_wire_frame){
		.kind = UB_WIRE_WRITE,
		.id = { 0xfedcba98, 0x01234567 },
		.write = {
			.write = UB_WRITE_MOVE,
			.overridden = true,
			.certified = true,
			.stored = true,
			.announced = 0xfedc,
			.etag = UB_TEXT("\"e\""),
			.method = UB_TEXT("POST"),
			.target = UB_TEXT("//a/./b.ics?x"),
			.href = UB_TEXT("/a/b.ics"),
			.destination = UB_TEXT("/c/b.ics"),
			.host = UB_TEXT("h:80"),
			.authorization = UB_TEXT("Basic eDp5"),
			.body = UB_TEXT("BEGIN:VCALENDAR\r\n"),
			.if_match = UB_TEXT("\"e\""),
			.remote_user = UB_TEXT("alice"),
			.agent = UB_TEXT("Evolution/3.46.4"),
		},
	};
}

static struct ub_wire_frame an_answer(void)
{
	return (struct ub_wire_frame){
		.kind = UB_WIRE_ANSWERED,
		.id = { 7, 8 },
		.answered = { .status = 201,
		    .amended = true,
		    .etag = UB_TEXT("\"e\""),
		    .location = UB_TEXT("/l") },
	};
}

/* Decodes bytes at the end of their memory. */
static enum ub_wire_result decode(
    const unsigned char *bytes, size_t n, struct ub_wire_frame *frame, void **copy)
{
	*copy = malloc(n);
	memcpy(*copy, bytes, n);
	return ub_wire_decode(*copy, n, frame);
}

Test(frame, of_a_write_arrives_as_it_was_sent)
{
	unsigned char bytes[256];
	struct ub_wire_frame sent = a_write(), got;
	void *copy;
	size_t n = ub_wire_encode(&sent, bytes, sizeof(bytes));
	cr_assert_gt(n, 0);
	cr_assert_eq(decode(bytes, n, &got, &copy), UB_WIRE_OK);
	cr_assert_eq(got.kind, UB_WIRE_WRITE);
	cr_assert_eq(got.id.slot, sent.id.slot);
	cr_assert_eq(got.id.generation, sent.id.generation);
	cr_assert_eq(got.write.write, UB_WRITE_MOVE);
	cr_assert(got.write.overridden && got.write.certified && got.write.stored);
	cr_assert_eq(got.write.announced, sent.write.announced);
	cr_assert(ub_text_eq(got.write.etag, sent.write.etag));
	cr_assert(ub_text_eq(got.write.method, sent.write.method));
	cr_assert(ub_text_eq(got.write.target, sent.write.target));
	cr_assert(ub_text_eq(got.write.href, sent.write.href));
	cr_assert(ub_text_eq(got.write.destination, sent.write.destination));
	cr_assert(ub_text_eq(got.write.host, sent.write.host));
	cr_assert(ub_text_eq(got.write.authorization, sent.write.authorization));
	cr_assert(ub_text_eq(got.write.body, sent.write.body));
	cr_assert(ub_text_eq(got.write.if_match, sent.write.if_match));
	cr_assert(ub_text_eq(got.write.remote_user, sent.write.remote_user));
	cr_assert(ub_text_eq(got.write.agent, sent.write.agent));
	free(copy);
}

Test(frame, of_an_answer_arrives_as_it_was_sent)
{
	unsigned char bytes[256];
	struct ub_wire_frame sent = an_answer(), got;
	size_t n = ub_wire_encode(&sent, bytes, sizeof(bytes));
	cr_assert_eq(ub_wire_decode(bytes, n, &got), UB_WIRE_OK);
	cr_assert_eq(got.answered.status, 201);
	cr_assert(got.answered.amended);
	cr_assert(ub_text_is(got.answered.etag, "\"e\""));
	cr_assert(ub_text_is(got.answered.schedule_tag, ""));
	cr_assert(ub_text_is(got.answered.location, "/l"));
}

Test(frame, without_texts_arrives)
{
	static const enum ub_wire_kind kinds[] = { UB_WIRE_READY, UB_WIRE_COMMITTED, UB_WIRE_HEARD,
		UB_WIRE_HELLO };
	for (size_t i = 0; i < UB_COUNT(kinds); i++) {
		unsigned char bytes[32];
		struct ub_wire_frame sent = { .kind = kinds[i], .id = { 1, 2 } }, got;
		size_t n = ub_wire_encode(&sent, bytes, sizeof(bytes));
		cr_assert_eq(ub_wire_decode(bytes, n, &got), UB_WIRE_OK);
		cr_assert_eq(got.kind, kinds[i]);
		cr_assert_eq(got.id.generation, 2);
	}
}

Test(frame, of_the_engines_words_arrives_as_it_was_sent)
{
	unsigned char bytes[256];
	struct ub_wire_frame sent = { .kind = UB_WIRE_COMMITTED, .committed = { UB_TEXT("another body") } },
			     got;
	size_t n = ub_wire_encode(&sent, bytes, sizeof(bytes));
	cr_assert_eq(ub_wire_decode(bytes, n, &got), UB_WIRE_OK);
	cr_assert(ub_text_is(got.committed.body, "another body"));
	for (unsigned i = 0; i < 4; i++) {
		sent = (struct ub_wire_frame){ .kind = UB_WIRE_BODIES,
			.bodies = { (i & 1) != 0, (i & 2) != 0 } };
		n = ub_wire_encode(&sent, bytes, sizeof(bytes));
		cr_assert_eq(ub_wire_decode(bytes, n, &got), UB_WIRE_OK);
		cr_assert_eq(got.bodies.wanted, sent.bodies.wanted);
		cr_assert_eq(got.bodies.lone_go_ahead, sent.bodies.lone_go_ahead);
	}
}

Test(frame, of_a_question_and_its_answer_arrives_as_it_was_sent)
{
	unsigned char bytes[256];
	struct ub_wire_frame sent = { .kind = UB_WIRE_ASK,
		.ask = { .ask = UB_ASK_EXPLAIN, .json = true, .subject = UB_TEXT("uid@here") } };
	struct ub_wire_frame got;
	size_t n = ub_wire_encode(&sent, bytes, sizeof(bytes));
	cr_assert_eq(ub_wire_decode(bytes, n, &got), UB_WIRE_OK);
	cr_assert_eq(got.ask.ask, UB_ASK_EXPLAIN);
	cr_assert(got.ask.json && !got.ask.colour);
	cr_assert(ub_text_is(got.ask.subject, "uid@here"));
	sent = (struct ub_wire_frame){ .kind = UB_WIRE_REPLY,
		.reply = { .more = true, .status = 1, .text = UB_TEXT("a\nb") } };
	n = ub_wire_encode(&sent, bytes, sizeof(bytes));
	cr_assert_eq(ub_wire_decode(bytes, n, &got), UB_WIRE_OK);
	cr_assert(got.reply.more);
	cr_assert_eq(got.reply.status, 1);
	cr_assert(ub_text_is(got.reply.text, "a\nb"));
}

Test(frame, of_how_often_polls_are_told_arrives_as_it_was_sent)
{
	unsigned char bytes[64];
	struct ub_wire_frame got, sent = { .kind = UB_WIRE_POLLS, .polls = UB_SYNC_SECONDS_MAX };
	size_t n = ub_wire_encode(&sent, bytes, sizeof(bytes));
	cr_assert_eq(ub_wire_decode(bytes, n, &got), UB_WIRE_OK);
	cr_assert(got.kind == UB_WIRE_POLLS && got.polls == UB_SYNC_SECONDS_MAX);
}

Test(frame, of_certificates_arrives_as_it_was_sent)
{
	static const char *const problems[] = { "", "the key /k.pem: no start line" };
	unsigned char bytes[64];
	for (size_t i = 0; i < UB_COUNT(problems); i++) {
		struct ub_wire_frame got, sent = { .kind = UB_WIRE_TLS, .tls = { ub_text(problems[i]) } };
		size_t n = ub_wire_encode(&sent, bytes, sizeof(bytes));
		cr_assert_eq(ub_wire_decode(bytes, n, &got), UB_WIRE_OK);
		cr_assert(got.kind == UB_WIRE_TLS && ub_text_is(got.tls.problem, problems[i]));
	}
}

/* An engine of an earlier version sends an empty set of buckets. */
Test(frame, of_who_waits_and_of_who_was_heard_of_arrives_as_it_was_sent)
{
	unsigned char bytes[1024], set[UB_WIRE_WAITING_BYTES + 1] = { [3] = 0x81 };
	struct ub_wire_frame got, sent = { .kind = UB_WIRE_PRINCIPAL,
		.principal = {
		    UB_TEXT("Basic eDp5"), UB_TEXT("h:80"), UB_TEXT("/a/c/"), UB_TEXT("DAVx5/4.5") } };
	size_t n = ub_wire_encode(&sent, bytes, sizeof(bytes));
	cr_assert_eq(ub_wire_decode(bytes, n, &got), UB_WIRE_OK);
	cr_assert(
	    ub_text_is(got.principal.authorization, "Basic eDp5") && ub_text_is(got.principal.host, "h:80"));
	cr_assert(ub_text_is(got.principal.polled, "/a/c/") && ub_text_is(got.principal.agent, "DAVx5/4.5"));
	for (size_t len = 0; len <= sizeof(set); len++) {
		sent = (struct ub_wire_frame){ .kind = UB_WIRE_WAITING, .waiting = { { (char *)set, len } } };
		n = ub_wire_encode(&sent, bytes, sizeof(bytes));
		bool good = len == 0 || len == UB_WIRE_WAITING_BYTES;
		cr_assert_eq(ub_wire_decode(bytes, n, &got), good ? UB_WIRE_OK : UB_WIRE_INVALID, "%zu", len);
		cr_assert(!good || ub_text_eq(got.waiting.buckets, sent.waiting.buckets));
	}
}

Test(frame, may_lack_the_texts_that_came_later)
{
	unsigned char bytes[32];
	struct ub_wire_frame sent = { .kind = UB_WIRE_READY }, got;
	size_t n = ub_wire_encode(&sent, bytes, sizeof(bytes));
	bytes[1] = UB_WIRE_COMMITTED;
	cr_assert_eq(ub_wire_decode(bytes, n, &got), UB_WIRE_OK);
	cr_assert_eq(got.committed.body.len, 0);
}

Test(frame, needs_exactly_its_room)
{
	unsigned char bytes[256];
	struct ub_wire_frame write = a_write();
	size_t n = ub_wire_encode(&write, bytes, sizeof(bytes));
	cr_assert_eq(ub_wire_encode(&write, bytes, n), n);
	for (size_t size = 0; size < n; size++)
		cr_assert_eq(ub_wire_encode(&write, bytes, size), 0, "%zu", size);
}

Test(frame, that_is_cut_or_prolonged_is_none)
{
	unsigned char bytes[256] = { 0 };
	struct ub_wire_frame write = a_write(), got;
	size_t whole = ub_wire_encode(&write, bytes, sizeof(bytes));
	for (size_t n = 0; n <= whole + 8; n++) {
		void *copy;
		enum ub_wire_result result = decode(bytes, n, &got, &copy);
		cr_expect_eq(result, n == whole ? UB_WIRE_OK : UB_WIRE_INVALID, "%zu: %d", n, result);
		free(copy);
	}
}

/* Whatever value one byte has, nothing outside of the frame is touched. The sanitizers check that. */
Test(frame, with_any_byte_changed_is_read_within_its_bounds)
{
	unsigned char bytes[256];
	struct ub_wire_frame write = a_write(), got;
	size_t n = ub_wire_encode(&write, bytes, sizeof(bytes));
	for (size_t i = 0; i < n; i++) {
		unsigned char was = bytes[i];
		for (unsigned value = 0; value < 256; value++) {
			void *copy;
			bytes[i] = (unsigned char)value;
			enum ub_wire_result result = decode(bytes, n, &got, &copy);
			cr_expect_leq((int)result, (int)UB_WIRE_INVALID);
			free(copy);
		}
		bytes[i] = was;
	}
}

Test(frame, of_an_unknown_kind_is_told_apart_from_a_bad_one)
{
	unsigned char bytes[32];
	struct ub_wire_frame sent = { .kind = UB_WIRE_READY }, got;
	size_t n = ub_wire_encode(&sent, bytes, sizeof(bytes));
	bytes[1] = 255;
	cr_assert_eq(ub_wire_decode(bytes, n, &got), UB_WIRE_UNKNOWN);
	bytes[1] = 0;
	cr_assert_eq(ub_wire_decode(bytes, n, &got), UB_WIRE_UNKNOWN);
	bytes[1] = UB_WIRE_READY;
	bytes[0] = 2;
	cr_assert_eq(ub_wire_decode(bytes, n, &got), UB_WIRE_INVALID);
}

Test(frame, of_a_write_that_writes_nothing_is_none)
{
	unsigned char bytes[256];
	struct ub_wire_frame write = a_write(), got;
	size_t n = ub_wire_encode(&write, bytes, sizeof(bytes));
	bytes[2] = UB_WRITE_NONE;
	cr_assert_eq(ub_wire_decode(bytes, n, &got), UB_WIRE_INVALID);
	bytes[2] = UB_WRITE_ADD_MEMBER;
	cr_assert_eq(ub_wire_decode(bytes, n, &got), UB_WIRE_OK);
	bytes[2] = UB_WRITE_ADD_MEMBER + 1;
	cr_assert_eq(ub_wire_decode(bytes, n, &got), UB_WIRE_INVALID);
}
