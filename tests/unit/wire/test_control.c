/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "folder.h"
#include "leaks.h"
#include "upbeat/sys.h"
#include "upbeat/wire.h"

static char folder[FOLDER_PATH];
static struct ub_arena *arena;
static struct ub_text why;

static void set_up(void)
{
	arena = ub_arena_new();
	cr_assert_eq(chdir(make_folder(folder)), 0);
}

static void tear_down(void)
{
	unlink("control");
	cr_assert_eq(rmdir(folder), 0, "something was left behind");
	ub_arena_free(&arena);
	ub_leak_check();
}

TestSuite(control, .init = set_up, .fini = tear_down);

static int listen_at(const char *path)
{
	int fd = ub_wire_control_listen(path, 0, arena, &why);
	cr_assert_geq(fd, 0, "%.*s", UB_ARGS(why));
	return fd;
}

Test(control, takes_questions_and_goes_when_it_is_closed)
{
	int fd = listen_at("control");
	int client = ub_wire_control_connect("control", arena, &why);
	cr_assert_geq(client, 0);
	close(client);
	ub_wire_control_close(fd, "control", arena);
	cr_assert_eq(access("control", F_OK), -1);
}

Test(control, has_a_high_number_that_no_program_inherits_and_is_its_users_alone)
{
	struct stat status;
	int fd = listen_at("control");
	cr_assert_gt(fd, UB_WIRE_CONTROL_FD);
	cr_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	cr_assert_eq(stat("control", &status), 0);
	cr_assert_eq(status.st_mode & 0777, 0600);
	ub_wire_control_close(fd, "control", arena);
}

Test(control, of_a_dead_daemon_is_replaced)
{
	int dead = listen_at("control");
	close(dead);
	cr_assert_eq(ub_wire_control_connect("control", arena, &why), -1);
	cr_assert(ub_text_starts(why, UB_TEXT("control: no daemon is running there: start it")));
	ub_wire_control_close(listen_at("control"), "control", arena);
}

Test(control, of_a_living_daemon_is_waited_for_and_left_alone)
{
	int living = listen_at("control");
	int64_t before = ub_sys_monotonic_ms();
	cr_assert_eq(ub_wire_control_listen("control", 120, arena, &why), -1);
	cr_assert_geq(ub_sys_monotonic_ms() - before, 120);
	cr_assert(ub_text_is(why, "control: another daemon is running there"));
	int client = ub_wire_control_connect("control", arena, &why);
	cr_assert_geq(client, 0);
	close(client);
	ub_wire_control_close(living, "control", arena);
}

Test(control, leaves_alone_what_is_no_daemons_socket)
{
	close(open("control", O_CREAT | O_WRONLY, 0600));
	cr_assert_eq(ub_wire_control_listen("control", 0, arena, &why), -1);
	cr_assert(ub_text_is(why, "control: there is something else than a daemon's socket"));
	cr_assert_eq(unlink("control"), 0);
	cr_assert_eq(symlink("nowhere", "control"), 0);
	cr_assert_eq(ub_wire_control_listen("control", 0, arena, &why), -1);
	cr_assert_eq(unlink("control"), 0);
	/* A listening socket of another kind. */
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "control" };
	int stream = socket(AF_UNIX, SOCK_STREAM, 0);
	cr_assert_eq(bind(stream, (struct sockaddr *)&address, sizeof(address)), 0);
	cr_assert_eq(listen(stream, 1), 0);
	cr_assert_eq(ub_wire_control_listen("control", 0, arena, &why), -1);
	cr_assert_eq(access("control", F_OK), 0);
	close(stream);
}

/* The address of a socket has room for 107 bytes. */
Test(control, may_have_a_long_path)
{
	char deep[200];
	memset(deep, 'd', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	cr_assert_eq(mkdir(deep, 0700), 0);
	const char *path = ub_textf(arena, "%s/%s/control", folder, deep).ptr;
	int fd = listen_at(path);
	int client = ub_wire_control_connect(path, arena, &why);
	cr_assert_geq(client, 0);
	close(client);
	ub_wire_control_close(fd, path, arena);
	cr_assert_eq(rmdir(deep), 0);
}

Test(control, says_where_it_cannot_be)
{
	cr_assert_eq(ub_wire_control_listen("no/where/control", 0, arena, &why), -1);
	cr_assert(ub_text_is(why, "no/where/control: No such file or directory"));
}

Test(control, waits_no_longer_than_it_may)
{
	static unsigned char scratch[UB_WIRE_FRAME_MAX];
	struct ub_wire_frame frame = { .kind = UB_WIRE_REPLY, .reply = { .text = UB_TEXT("text") } };
	int pair[2];
	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	int64_t before = ub_sys_monotonic_ms();
	cr_assert_eq(ub_wire_receive_until(pair[1], &frame, scratch, before + 60), UB_WIRE_NONE);
	cr_assert_geq(ub_sys_monotonic_ms() - before, 60);
	before = ub_sys_monotonic_ms();
	enum ub_wire_result result = UB_WIRE_OK;
	for (int i = 0; i < 100000 && result == UB_WIRE_OK; i++)
		result = ub_wire_send_until(pair[0], &frame, scratch, before + 300);
	cr_assert_eq(result, UB_WIRE_FULL);
	cr_assert_geq(ub_sys_monotonic_ms() - before, 300);
	close(pair[0]);
	close(pair[1]);
}
