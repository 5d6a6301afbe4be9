/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "leaks.h"
#include "upbeat/wire.h"

TestSuite(wire_socket, .fini = ub_leak_check);

static void open_pair(int pair[2])
{
	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
}

Test(wire_socket, carries_frames_and_wipes_what_it_sent)
{
	static unsigned char scratch[UB_WIRE_FRAME_MAX], in[UB_WIRE_FRAME_MAX];
	struct ub_wire_frame sent = {
		.kind = UB_WIRE_WRITE,
		.write = { .write = UB_WRITE_PUT, .authorization = UB_TEXT("Basic secret") },
	};
	struct ub_wire_frame got;
	int pair[2];
	open_pair(pair);
	cr_assert_eq(ub_wire_receive(pair[1], &got, in), UB_WIRE_NONE);
	cr_assert_eq(ub_wire_send(pair[0], &sent, scratch), UB_WIRE_OK);
	cr_assert_null(memmem(scratch, sizeof(scratch), "secret", 6));
	cr_assert_eq(ub_wire_receive(pair[1], &got, in), UB_WIRE_OK);
	cr_assert(ub_text_is(got.write.authorization, "Basic secret"));
	close(pair[0]);
	cr_assert_eq(ub_wire_receive(pair[1], &got, in), UB_WIRE_CLOSED);
	cr_assert_eq(ub_wire_send(pair[1], &sent, scratch), UB_WIRE_CLOSED);
	close(pair[1]);
}

Test(wire_socket, does_not_wait_for_a_reader)
{
	static unsigned char scratch[UB_WIRE_FRAME_MAX];
	const struct ub_wire_frame frame = { .kind = UB_WIRE_READY };
	enum ub_wire_result result = UB_WIRE_OK;
	int pair[2];
	open_pair(pair);
	for (int i = 0; i < 100000 && result == UB_WIRE_OK; i++)
		result = ub_wire_send(pair[0], &frame, scratch);
	cr_assert_eq(result, UB_WIRE_FULL);
	close(pair[0]);
	close(pair[1]);
}

/* The greatest frame passes. A greater one is refused, both when sent, and when another program has sent
 * it. */
Test(wire_socket, carries_frames_up_to_the_limit)
{
	static char text[UB_WIRE_FRAME_MAX + 1];
	static unsigned char scratch[UB_WIRE_FRAME_MAX], in[UB_WIRE_FRAME_MAX], huge[UB_WIRE_FRAME_MAX + 1];
	enum { OVERHEAD = 16 + 4 * 11 };
	struct ub_wire_frame frame = { .kind = UB_WIRE_WRITE }, got;
	int pair[2];
	open_pair(pair);
	memset(text, 'a', sizeof(text));
	frame.write.write = UB_WRITE_PUT;
	frame.write.target = ub_text_n(text, UB_WIRE_FRAME_MAX - OVERHEAD);
	cr_assert_eq(ub_wire_send(pair[0], &frame, scratch), UB_WIRE_OK);
	cr_assert_eq(ub_wire_receive(pair[1], &got, in), UB_WIRE_OK);
	cr_assert_eq(got.write.target.len, UB_WIRE_FRAME_MAX - OVERHEAD);
	frame.write.target.len++;
	cr_assert_eq(ub_wire_send(pair[0], &frame, scratch), UB_WIRE_INVALID);
	cr_assert_eq(send(pair[0], huge, sizeof(huge), 0), (ssize_t)sizeof(huge));
	cr_assert_eq(ub_wire_receive(pair[1], &got, in), UB_WIRE_INVALID);
	close(pair[0]);
	close(pair[1]);
}

/* ---- messages of several frames ---- */

Test(wire_socket, carries_several_frames_in_one_message)
{
	static unsigned char in[UB_WIRE_FRAME_MAX];
	struct ub_wire_outbox out = { 0 };
	struct ub_wire_message message;
	struct ub_wire_frame frame = { .kind = UB_WIRE_COMMITTED, .committed = { .patient = true } };
	int pair[2];
	open_pair(pair);
	for (frame.id.slot = 0; frame.id.slot < 3; frame.id.slot++)
		cr_assert(ub_wire_outbox_add(&out, &frame));
	cr_assert_eq(ub_wire_outbox_send(&out, pair[0]), UB_WIRE_OK);
	cr_assert_eq(out.n, 0);
	cr_assert_eq(ub_wire_hear(pair[1], &message, in), UB_WIRE_OK);
	for (uint32_t slot = 0; slot < 3; slot++) {
		cr_assert_eq(ub_wire_next(&message, &frame), UB_WIRE_OK);
		cr_assert(frame.id.slot == slot && frame.committed.patient);
	}
	cr_assert_eq(ub_wire_next(&message, &frame), UB_WIRE_NONE);
	cr_assert_eq(ub_wire_hear(pair[1], &message, in), UB_WIRE_NONE);
	ub_wire_outbox_free(&out);
	close(pair[0]);
	close(pair[1]);
}

/* What the other side has no room for stays; and what there is no room for is not begun. */
Test(wire_socket, keeps_what_finds_no_room)
{
	static unsigned char in[UB_WIRE_FRAME_MAX], bytes[UB_WIRE_FRAME_MAX];
	struct ub_wire_outbox out = { 0 };
	struct ub_wire_message message;
	enum ub_wire_result result;
	int pair[2];
	open_pair(pair);
	cr_assert(ub_wire_outbox_add_bytes(&out, bytes, sizeof(bytes) - 1));
	cr_assert_not(ub_wire_outbox_add_bytes(&out, bytes, 2));
	cr_assert_eq(out.n, sizeof(bytes) - 1);
	while ((result = ub_wire_send_bytes(pair[0], bytes, sizeof(bytes))) == UB_WIRE_OK)
		;
	cr_assert_eq(ub_wire_outbox_send(&out, pair[0]), UB_WIRE_FULL);
	cr_assert_eq(out.n, sizeof(bytes) - 1);
	while (ub_wire_hear(pair[1], &message, in) == UB_WIRE_OK)
		;
	cr_assert_eq(ub_wire_outbox_send(&out, pair[0]), UB_WIRE_OK);
	close(pair[1]);
	cr_assert(ub_wire_outbox_add_bytes(&out, bytes, 1));
	cr_assert_eq(ub_wire_outbox_send(&out, pair[0]), UB_WIRE_CLOSED);
	cr_assert_eq(out.n, 0);
	ub_wire_outbox_free(&out);
	close(pair[0]);
}

Test(wire_socket, ends_a_message_at_what_is_no_frame)
{
	static unsigned char in[UB_WIRE_FRAME_MAX], scratch[128];
	const struct ub_wire_frame ready = { .kind = UB_WIRE_READY };
	struct ub_wire_frame frame;
	struct ub_wire_message message;
	int pair[2];
	open_pair(pair);
	size_t n = ub_wire_encode(&ready, scratch, sizeof(scratch));
	scratch[n] = 99;
	cr_assert_eq(ub_wire_send_bytes(pair[0], scratch, n + 20), UB_WIRE_OK);
	cr_assert_eq(ub_wire_hear(pair[1], &message, in), UB_WIRE_OK);
	cr_assert_eq(ub_wire_next(&message, &frame), UB_WIRE_OK);
	cr_assert_eq(ub_wire_next(&message, &frame), UB_WIRE_INVALID);
	cr_assert_eq(ub_wire_next(&message, &frame), UB_WIRE_NONE);
	close(pair[0]);
	close(pair[1]);
}

Test(wire_socket, carries_open_files)
{
	static unsigned char in[UB_WIRE_FRAME_MAX], scratch[128];
	const struct ub_wire_frame ready = { .kind = UB_WIRE_READY };
	struct ub_wire_message message;
	int pair[2], inner[2];
	char byte;
	open_pair(pair);
	open_pair(inner);
	size_t n = ub_wire_encode(&ready, scratch, sizeof(scratch));
	cr_assert_eq(ub_wire_send_files(pair[0], scratch, n, inner, 2), UB_WIRE_OK);
	cr_assert_eq(ub_wire_hear(pair[1], &message, in), UB_WIRE_OK);
	cr_assert_eq(message.n_files, 2);
	cr_assert_eq(send(message.files[0], "x", 1, 0), 1);
	cr_assert_eq(recv(message.files[1], &byte, 1, 0), 1);
	for (size_t i = 0; i < 2; i++) {
		close(message.files[i]);
		close(inner[i]);
		close(pair[i]);
	}
}
