/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Whether the daemon runs; if it does not, whether it could take its places: the control socket, and where
 * clients come to.
 */
#include "doctor-private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "upbeat/relay.h"
#include "upbeat/settings.h"
#include "upbeat/wire.h"

/* The folder, with errno of why nobody can write there. A unit's folder in /run is there while the unit runs.
 */
static void tell_folder(struct doctor *doctor, const char *what, const char *folder)
{
	bool missing = errno == ENOENT || errno == ENOTDIR;
	bool comes = missing && ub_text_starts(ub_text(folder), UB_TEXT("/run/"));
	doctor_tell(doctor, comes ? UB_DOCTOR_NOTE : UB_DOCTOR_BAD, what,
	    comes     ? "a unit of systemd makes it, if it names it in RuntimeDirectory="
	    : missing ? "make that folder, and give it to the user that the daemon runs as"
		      : "call this as the user that the daemon runs as, and give that user the folder",
	    "%s, where the socket is to be: %s", folder, strerror(errno));
}

/* False: no daemon could have a socket at the path now, which is told. */
static bool look_at_path(struct doctor *doctor, const char *what, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *folder =
	    slash ? ub_text_cstr(doctor->arena, ub_text_n(path, slash > path ? (size_t)(slash - path) : 1))
		  : ".";
	struct stat status;
	bool other = lstat(path, &status) == 0 && !S_ISSOCK(status.st_mode);
	if (other)
		doctor_tell(doctor, UB_DOCTOR_BAD, what,
		    "move that away, or name another path in the settings",
		    "%s: there is something else than a daemon's socket", path);
	else if (access(folder, W_OK | X_OK) != 0)
		tell_folder(doctor, what, folder);
	else
		return true;
	return false;
}

static void look_at_address(struct doctor *doctor, const struct ub_settings_listen *listen)
{
	struct ub_text why;
	int error = ub_relay_try_listen(listen->host, listen->port, &why, doctor->arena);
	bool denied = error == EACCES || error == EPERM;
	const char *help =
	    error < 0 ? "write an address of this machine into `listen`, or a name that leads to one"
	    : error == EADDRINUSE
		? "`ss -ltnp` shows who has it: end that program, or write another port into `listen`"
	    : error == EADDRNOTAVAIL ? "it is no address of this machine, `ip address` shows those: write "
				       "one of them into `listen`"
	    : denied ? "a port below 1024 takes root or CAP_NET_BIND_SERVICE, which the daemon may have"
		     : "write another address into `listen`";
	if (error)
		doctor_tell(doctor, denied ? UB_DOCTOR_NOTE : UB_DOCTOR_BAD, "listen", help,
		    "%.*s port %u: %.*s", UB_ARGS(listen->host), (unsigned)listen->port, UB_ARGS(why));
}

static void look_at_local(struct doctor *doctor, const char *path)
{
	const struct ub_local local = { .path = path, .type = SOCK_STREAM };
	int fd = look_at_path(doctor, "listen", path) ? ub_sys_local_connect(&local, doctor->arena) : -1;
	if (fd < 0)
		return;
	close(fd);
	doctor_tell(doctor, UB_DOCTOR_BAD, "listen", "end that program, or write another path into `listen`",
	    "%s: another program listens there", path);
}

static void look_at_places(struct doctor *doctor)
{
	for (size_t i = 0; i < doctor->settings->n_listens; i++) {
		const struct ub_settings_listen *listen = &doctor->settings->listens[i];
		if (listen->kind == UB_LISTEN_ADDRESS)
			look_at_address(doctor, listen);
		else if (listen->kind == UB_LISTEN_LOCAL)
			look_at_local(doctor, ub_text_cstr(doctor->arena, listen->path));
	}
}

void doctor_daemon(struct doctor *doctor)
{
	struct ub_text why;
	const char *path = ub_text_cstr(doctor->arena, doctor->settings->control);
	int fd = ub_wire_control_connect(path, doctor->arena, &why);
	if (fd >= 0) {
		close(fd);
		doctor_tell(
		    doctor, UB_DOCTOR_GOOD, "daemon", NULL, "it runs; upbeat status shows how it is doing");
		return;
	}
	/* Behind a socket that the caller may not use, the daemon may run, and have its places. */
	bool hidden = access(path, W_OK) != 0 && errno == EACCES;
	if (!hidden && !look_at_path(doctor, "control", path))
		return look_at_places(doctor);
	doctor_tell(doctor, UB_DOCTOR_NOTE, "daemon", "start it: upbeat serve -c FILE",
	    "no daemon is reached: %.*s", UB_ARGS(why));
	if (!hidden)
		look_at_places(doctor);
}
