/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "leaks.h"
#include "relay-private.h"

TestSuite(memory, .fini = ub_leak_check);

Test(memory, of_a_buffer_is_wiped_before_others_get_it)
{
	struct blocks blocks = { 0 };
	struct buffer buffer = { 0 };
	cr_assert(relay_buffer_room(&blocks, &buffer));
	char *was = buffer.ptr;
	relay_buffer_add(&buffer, UB_TEXT("Authorization: secret"));
	buffer.start = buffer.end;
	cr_assert(relay_buffer_room(&blocks, &buffer));
	relay_buffer_add(&buffer, UB_TEXT("x"));
	relay_buffer_release(&blocks, &buffer);
	cr_assert(relay_buffer_room(&blocks, &buffer));
	cr_assert_eq(buffer.ptr, was, "the block is used again");
	cr_assert_null(memmem(was + sizeof(void *), 64, "secret", 6));
	relay_buffer_release(&blocks, &buffer);
	relay_blocks_free(&blocks);
}

Test(memory, of_a_buffer_grows_and_is_counted)
{
	struct blocks blocks = { 0 };
	struct buffer buffer = { 0 };
	relay_buffer_more(&blocks, &buffer, UB_RELAY_BUFFER);
	cr_assert_eq(blocks.large, 0);
	buffer.end = UB_RELAY_BUFFER;
	buffer.ptr[0] = 'a';
	cr_assert_not(relay_buffer_room(&blocks, &buffer), "it is full");
	relay_buffer_reserve(&blocks, &buffer, UB_RELAY_BUFFER + 1);
	cr_assert_eq(blocks.large, UB_RELAY_BUFFER + 1);
	cr_assert(relay_buffer_room(&blocks, &buffer));
	cr_assert_eq(buffer.ptr[0], 'a');
	buffer.start = 5;
	buffer.end = buffer.cap;
	cr_assert(relay_buffer_room(&blocks, &buffer), "what was passed on makes room");
	cr_assert_eq(buffer.start, 0);
	relay_buffer_release(&blocks, &buffer);
	cr_assert_eq(blocks.large, 0);
	relay_blocks_free(&blocks);
}

Test(memory, of_unused_blocks_is_limited)
{
	static struct buffer buffers[UB_RELAY_BUFFERS_KEPT + 1];
	struct blocks blocks = { 0 };
	for (size_t i = 0; i < UB_COUNT(buffers); i++)
		cr_assert(relay_buffer_room(&blocks, &buffers[i]));
	for (size_t i = 0; i < UB_COUNT(buffers); i++)
		relay_buffer_release(&blocks, &buffers[i]);
	cr_assert_eq(blocks.n, UB_RELAY_BUFFERS_KEPT);
	relay_blocks_free(&blocks);
}

Test(memory, that_was_not_needed_for_a_while_goes)
{
	enum { BURST = 9, USUAL = 3 };
	struct buffer buffers[BURST] = { 0 };
	struct blocks blocks = { 0 };
	const unsigned left[] = { BURST, USUAL, USUAL, 0 };
	const unsigned uses[] = { BURST, USUAL, USUAL, 0 };
	for (size_t turn = 0; turn < UB_COUNT(left); turn++) {
		for (unsigned i = 0; i < uses[turn]; i++)
			cr_assert(relay_buffer_room(&blocks, &buffers[i]));
		for (unsigned i = 0; i < uses[turn]; i++)
			relay_buffer_release(&blocks, &buffers[i]);
		relay_blocks_trim(&blocks);
		cr_expect_eq(blocks.n, left[turn], "turn %zu: %u", turn, blocks.n);
	}
	relay_blocks_free(&blocks);
}

/* ---- a message on its way ---- */

static void open_links(struct link *ours, int *theirs)
{
	int pair[2];
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	*ours = (struct link){ .fd = pair[0], .kind = LINK_UPSTREAM, .readable = true, .writable = true };
	*theirs = pair[1];
}

Test(memory, of_a_kept_request_lets_it_be_sent_twice)
{
	struct blocks blocks = { 0 };
	struct flow flow = { .keep = true, .body = { .framing = UB_HTTP_LENGTH, .left = 4 } };
	struct link link;
	char got[64];
	int theirs;
	open_links(&link, &theirs);
	relay_buffer_more(&blocks, &flow.head, 64);
	relay_buffer_add(&flow.head, UB_TEXT("head\r\n\r\n"));
	relay_buffer_more(&blocks, &flow.raw, 64);
	relay_buffer_add(&flow.raw, UB_TEXT("bodyGET next"));
	cr_assert_eq(relay_flow_track(&flow), UB_HTTP_DONE);
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(relay_flow_drain(&flow, &link), IO_SOME);
		cr_assert(relay_flow_drained(&flow));
		cr_assert_eq(read(theirs, got, sizeof(got)), 12);
		cr_assert_eq(memcmp(got, "head\r\n\r\nbody", 12), 0);
		relay_flow_rewind(&flow);
		cr_assert_not(relay_flow_drained(&flow));
	}
	cr_assert_eq(relay_flow_drain(&flow, &link), IO_SOME);
	relay_flow_unkeep(&flow);
	relay_flow_next(&blocks, &flow);
	cr_assert(ub_text_is(relay_buffer_text(&flow.raw), "GET next"), "the next request is there still");
	relay_flow_release(&blocks, &flow);
	relay_blocks_free(&blocks);
	relay_link_close(&link, -1);
	close(theirs);
}

Test(memory, of_a_stream_is_one_buffer_however_long_it_is)
{
	struct blocks blocks = { 0 };
	struct flow flow = { .body = { .framing = UB_HTTP_UNTIL_CLOSE } };
	struct link from, to;
	int writer, reader;
	static char piece[UB_RELAY_BUFFER];
	open_links(&from, &writer);
	open_links(&to, &reader);
	for (int i = 0; i < 100; i++) {
		cr_assert_eq(write(writer, piece, sizeof(piece)), (ssize_t)sizeof(piece));
		from.readable = true;
		cr_assert_eq(relay_flow_fill(&blocks, &flow, &from), IO_SOME);
		cr_assert_eq(relay_flow_track(&flow), UB_HTTP_MORE);
		cr_assert_eq(relay_flow_drain(&flow, &to), IO_SOME);
		cr_assert_eq(read(reader, piece, sizeof(piece)), (ssize_t)sizeof(piece));
		cr_assert_eq(flow.raw.cap, UB_RELAY_BUFFER);
	}
	cr_assert_eq(blocks.large, 0);
	relay_flow_release(&blocks, &flow);
	relay_blocks_free(&blocks);
	relay_link_close(&from, -1);
	relay_link_close(&to, -1);
	close(writer);
	close(reader);
}
