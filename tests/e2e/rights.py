# SPDX-License-Identifier: Apache-2.0
"""What the daemon gives up: root's rights, and calls of the kernel that it does not need."""
import os
import pathlib
import pwd
import re
import shutil
import socket
import sys

import calendars
import support
import tap

NOBODY = "nobody"


def processes(upbeat):
    """The relay and its engine."""
    relay = upbeat.child.pid
    return {"relay": relay, **{"engine": pid for pid in support.children_of(relay)}}


def status(pid, name):
    return re.search(rf"^{name}:\s*(.*)$", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M)[1]


def low_port():
    """A free port that only root may bind."""
    limit = int(pathlib.Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text())
    for port in range(limit - 1, max(limit - 200, 0), -1):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise tap.Skip("no port is for root alone")


class AtLowPort(support.Upbeat):
    def listen(self):
        os.chmod(self.settings.parent, 0o755)
        self.port = low_port()
        self.url = f"{self.SCHEME}://127.0.0.1:{self.port}"
        return f"127.0.0.1:{self.port}"


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.server = self.start(support.Radicale)
        return self

    def makes_prep(self, upbeat, uid):
        calendar = calendars.Calendar(upbeat.calendar_of("alice"), "alice")
        answer = calendar.put(f"{uid}.ics", calendars.meeting(uid=uid))
        assert answer.status == 201, f"PUT: {answer.status}"
        tap.eventually(lambda: calendar.items_of(uid), "its items", 10)


@tap.case("both processes can get no more rights, and have calls of the kernel forbidden to them")
def _(story):
    upbeat = story.start(support.Upbeat, story.server)
    for name, pid in processes(upbeat).items():
        tap.equal(status(pid, "NoNewPrivs"), "1", f"{name}: NoNewPrivs")
        tap.equal(status(pid, "Seccomp"), "2", f"{name}: Seccomp")
    tap.equal("the daemon runs as root; `user` in the settings names" in upbeat.said(), os.geteuid() == 0, "told of root")
    story.makes_prep(upbeat, "confined")
    upbeat.is_sane()


@tap.case("credentials are in memory that no swap device gets")
def _(story):
    upbeat = story.start(support.Upbeat, story.server)
    for name, pid in processes(upbeat).items():
        kilobytes = int(status(pid, "VmLck").split()[0])
        assert kilobytes >= 1024, f"{name}: {kilobytes} kB are locked"


@tap.case("started by root, it runs as the user of the settings, without any right of root's, at a port for root")
def _(story):
    if os.geteuid() != 0:
        raise tap.Skip("this is not root")
    user = pwd.getpwnam(NOBODY)
    home = story.folder / "nobody"
    shutil.copytree(support.TOP / "rules", home / "rules")
    for path in (home, *home.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid)
    os.chmod(story.folder, 0o755)
    settings = f"{support.ORGANIZATION}user: {NOBODY}\ncontrol: {home}/control\n"
    upbeat = story.start(AtLowPort, story.server, settings, f"sqlite:{home}/upbeat.db", rules=home / "rules")
    for name, pid in processes(upbeat).items():
        tap.equal(set(status(pid, "Uid").split()), {str(user.pw_uid)}, f"{name}: Uid")
        tap.equal(set(status(pid, "Gid").split()), {str(user.pw_gid)}, f"{name}: Gid")
        tap.equal(int(status(pid, "CapEff"), 16) | int(status(pid, "CapPrm"), 16), 0, f"{name}: rights")
    tap.equal((home / "upbeat.db").stat().st_uid, user.pw_uid, "the store's owner")
    assert "runs as root" not in upbeat.said(), upbeat.said()
    story.makes_prep(upbeat, "as-nobody")
    upbeat.is_sane()


@tap.case("what the user may not read is told before anything starts")
def _(story):
    if os.geteuid() != 0:
        raise tap.Skip("this is not root")
    path = story.folder / "hidden.yaml"
    path.write_text(f"listen: 127.0.0.1:0\nupstream: {story.server.url}\nuser: {NOBODY}\n{support.ORGANIZATION}")
    path.chmod(0o600)
    run = support.run("serve", "-c", path)
    tap.equal(run.returncode, 1, "exit status")
    tap.contains(run.stderr, f"cannot read {path}: Permission denied", "standard error")


@tap.case("a unix socket where that user may not write is told with what helps")
def _(story):
    if os.geteuid() != 0:
        raise tap.Skip("this is not root")
    home = story.folder / "nobody"
    closed = story.folder / "closed"
    closed.mkdir(0o755)
    for settings in (f"listen: unix:{closed}/http\ncontrol: {home}/control2\n",
                     f"listen: 127.0.0.1:0\ncontrol: {closed}/control\n"):
        path = home / "closed.yaml"
        path.write_text(f"{settings}upstream: {story.server.url}\nuser: {NOBODY}\nrules: {home}/rules\n"
                        f"store: memory\n{support.ORGANIZATION}")
        run = support.run("serve", "-c", path)
        tap.equal(run.returncode, 1, "exit status")
        tap.contains(run.stderr, "Permission denied: the user as whom the daemon runs has to be able to write", "why")


@tap.case("a user that there is not, or may not become, is a clear error")
def _(story):
    path = story.folder / "unknown.yaml"
    path.write_text(f"listen: 127.0.0.1:0\nupstream: {story.server.url}\nuser: nobody-at-all\n{support.ORGANIZATION}")
    run = support.run("serve", "-c", path)
    tap.equal(run.returncode, 1, "exit status")
    tap.contains(run.stderr, "user: nobody-at-all: there is no such user", "standard error")


with support.world(Story) as world:
    sys.exit(tap.run(world))
