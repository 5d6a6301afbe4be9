/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "leaks.h"
#include "relay-private.h"

TestSuite(link, .fini = ub_leak_check);

Test(link, has_no_event_after_its_end_though_a_child_still_has_the_socket)
{
	int pair[2], epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event;
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	struct link link = { .fd = pair[0], .kind = LINK_UPSTREAM };
	int childs = dup(pair[0]);
	cr_assert(relay_link_watch(&link, epoll_fd));
	cr_assert_eq(epoll_wait(epoll_fd, &event, 1, 0), 1);
	relay_link_close(&link, epoll_fd);
	close(pair[1]);
	cr_assert_eq(epoll_wait(epoll_fd, &event, 1, 0), 0);
	close(childs);
	close(epoll_fd);
}
