/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "leaks.h"
#include "run.h"

/* The ends of the socket between two relays. */
static int older, newer;
static struct successor successor;
static unsigned char *scratch;

static void set_up(void)
{
	int pair[2];
	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
	older = pair[0];
	newer = pair[1];
	successor = (struct successor){ .fd = older, .host_fd = -1 };
	scratch = malloc(UB_WIRE_FRAME_MAX);
}

static void tear_down(void)
{
	close(older);
	close(newer);
	free(scratch);
	ub_leak_check();
}

TestSuite(handover, .init = set_up, .fini = tear_down);

static void open_pair(int *mine, int *given)
{
	int pair[2];
	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	*mine = pair[0];
	*given = pair[1];
}

/* Whether what is sent at one end comes to the other one. */
static bool are_joined(int one, int other)
{
	char byte = 0;
	return send(one, "x", 1, 0) == 1 && recv(other, &byte, 1, MSG_DONTWAIT) == 1 && byte == 'x';
}

Test(handover, gives_sockets_to_each_engine_of_the_successor)
{
	int guests = relay_successor_ready(newer);
	cr_assert_eq(relay_successor_hear(&successor, scratch), UB_WIRE_OK);
	cr_assert_geq(successor.host_fd, 0);
	for (unsigned i = 0; i < 2; i++) {
		int mine[2], given[2], got[2];
		open_pair(&mine[0], &given[0]);
		open_pair(&mine[1], &given[1]);
		cr_assert(relay_guests_take(guests, given, 2));
		cr_assert_eq(relay_successor_engine(&successor, got, 2, scratch), UB_WIRE_OK);
		for (unsigned k = 0; k < 2; k++) {
			cr_assert(are_joined(mine[k], got[k]));
			close(got[k]);
			cr_assert_eq(recv(mine[k], scratch, 1, MSG_DONTWAIT), 0, "nobody else has it");
			close(mine[k]);
		}
	}
	close(guests);
	cr_assert_eq(relay_successor_engine(&successor, NULL, 2, scratch), UB_WIRE_CLOSED);
	cr_assert_eq(successor.host_fd, -1);
}

Test(handover, takes_no_sockets_of_which_there_are_not_as_many_as_loops)
{
	int guests = relay_successor_ready(newer), mine, given, got[2];
	cr_assert_eq(relay_successor_hear(&successor, scratch), UB_WIRE_OK);
	open_pair(&mine, &given);
	cr_assert(relay_guests_take(guests, &given, 1));
	cr_assert_eq(relay_successor_engine(&successor, got, 2, scratch), UB_WIRE_NONE);
	cr_assert_eq(recv(mine, scratch, 1, MSG_DONTWAIT), 0, "nobody has it");
	close(mine);
	close(guests);
	close(successor.host_fd);
}

/* As versions do that do not know of guests. */
Test(handover, needs_no_socket_for_guests)
{
	const struct ub_wire_frame ready = { .kind = UB_WIRE_READY };
	cr_assert_eq(ub_wire_send(newer, &ready, scratch), UB_WIRE_OK);
	cr_assert_eq(relay_successor_hear(&successor, scratch), UB_WIRE_OK);
	cr_assert_eq(successor.host_fd, -1);
}

Test(handover, tells_the_range_of_ids)
{
	const struct ub_wire_frame end = { .kind = UB_WIRE_PLACE, .id = { 1, 0 } };
	struct inherited inherited = { .n = 0 };
	cr_assert_eq(ub_wire_send(older, &end, scratch), UB_WIRE_OK);
	cr_assert(relay_inherit(&inherited, newer, scratch));
	cr_assert_eq(inherited.range, 1);
	relay_inherited_close(&inherited);
}
