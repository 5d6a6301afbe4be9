# SPDX-License-Identifier: Apache-2.0
"""A new process takes the place of a daemon that runs: no connection is refused, and no write is missed."""
import json
import os
import signal
import socket
import sys
import threading
import time

import calendars
import support
import tap
import upgrading

FILLER = "COMMENT:" + "x" * 60 + "\r\n"


def kill_engine(relay):
    os.kill(support.engine_of(relay), signal.SIGKILL)


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.radicale = self.start(support.Radicale)
        self.told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.callback(self.told.close)
        self.told.bind(str(self.folder / "notify"))
        self.told.setblocking(False)
        self.upbeat = self.start(upgrading.Upbeat, self.radicale, store=f"sqlite:{self.folder}/store",
                                 NOTIFY_SOCKET=str(self.folder / "notify"))
        return self

    def calendar(self, user="alice"):
        return calendars.Calendar(self.upbeat.calendar_of(user), user)

    def items_of(self, uid, seconds=20):
        """As many as a customer meeting has."""
        tap.eventually(lambda: len(self.calendar().items_of(uid)) >= 4, f"items of {uid}", seconds)

    def stored(self, uid):
        """As items_of(), but nobody looks for changes meanwhile."""
        real = calendars.Calendar(self.radicale.url + self.radicale.calendar_of("alice"), "alice")
        tap.eventually(lambda: len(real.items_of(uid)) >= 4, f"items of {uid}", 20)

    def states(self):
        states = []
        while True:
            try:
                states.append(self.told.recv(4096).decode())
            except BlockingIOError:
                return states


class Upload:
    """A PUT of which half the body has been sent."""

    def __init__(self, world, uid):
        text = calendars.meeting(uid=uid).replace("SUMMARY:", FILLER * 1000 + "SUMMARY:")
        path = f"{world.radicale.calendar_of('alice')}{uid}.ics"
        head = (f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1:{world.upbeat.port}\r\nContent-Type: text/calendar\r\n"
                f"Authorization: {support.basic('alice')}\r\nContent-Length: {len(text.encode())}\r\n\r\n")
        self.rest = text[len(text) // 2 :].encode()
        self.socket = socket.create_connection(("127.0.0.1", world.upbeat.port), 20)
        self.socket.sendall((head + text[: len(text) // 2]).encode())

    def finish(self):
        """The status line."""
        self.socket.sendall(self.rest)
        with self.socket, self.socket.makefile("rb") as answer:
            return answer.readline().decode().strip()


class Visitors:
    """Clients that come one after another, each with a connection of its own."""

    def __init__(self, world):
        self.world, self.failures, self.served, self.over = world, [], 0, False
        self.thread = threading.Thread(target=self.come, daemon=True)
        self.thread.start()

    def come(self):
        while not self.over:
            try:
                answer = support.request("PROPFIND", self.world.upbeat.url + "/alice/", "alice", fields={"Depth": "0"})
                self.failures += [answer.status] if answer.status != 207 else []
            except OSError as problem:
                self.failures.append(problem)
            self.served += 1

    def leave(self):
        self.over = True
        self.thread.join()
        tap.equal(self.failures, [], "failures")
        assert self.served > 10, self.served


@tap.case("an upload across an upgrade is answered, nobody is refused, and all meetings get their items")
def goes_on(world):
    visitors = Visitors(world)
    upload = Upload(world, "half-way")
    time.sleep(0.2)
    old, new = world.upbeat.upgrade()
    tap.contains(world.states(), f"MAINPID={new}", "what systemd is told")
    assert upgrading.is_alive(old), "it has an upload"
    tap.equal(world.calendar().put("m.ics", calendars.meeting(uid="meanwhile")).status, 201, "PUT")
    tap.equal(upload.finish(), "HTTP/1.1 201 Created", "the upload's answer")
    tap.eventually(lambda: not upgrading.is_alive(old) or world.upbeat.child.poll() == 0, "the old process ends", 20)
    world.items_of("half-way")
    world.items_of("meanwhile")
    visitors.leave()
    status = json.loads(support.run("status", "--json", "-c", world.upbeat.settings).stdout)
    tap.equal(status["relay_pid"], new, "the relay of which status tells")
    tap.equal(world.upbeat.child.wait(10), 0, "the old process's status")


@tap.case("the new process can be replaced in its turn, and new settings hold")
def again(world):
    text = world.upbeat.settings.read_text()
    tap.eventually(lambda: world.upbeat.said().count("the engine is ready") == 2, "it has an engine", 20)
    world.upbeat.settings.write_text(text + "sync_every: 17s\n")
    old, _ = world.upbeat.upgrade()
    tap.eventually(lambda: not upgrading.is_alive(old), "the old process ends", 20)
    tap.equal(world.calendar().put("n.ics", calendars.meeting(uid="again")).status, 201, "PUT")
    world.items_of("again")


@tap.case("what the old process stores when its engine is gone is told to the engine of the new one")
def hosted(world):
    tap.eventually(lambda: world.upbeat.said().count("the engine is ready") == 3, "it has an engine", 20)
    at_once, late = Upload(world, "at-once"), Upload(world, "late")
    time.sleep(0.2)
    old, new = world.upbeat.upgrade()
    kill_engine(old)  # which would stay for 45 seconds
    tap.contains(at_once.finish(), "201", "the first answer")
    tap.eventually(lambda: f"the engine of process {new} is told" in world.upbeat.said(), "the log", 20)
    world.stored("at-once")
    assert upgrading.is_alive(old), "it has another upload"
    kill_engine(new)
    tap.eventually(lambda: world.upbeat.said().count(f"the engine of process {new} is told") == 2, "the log again", 20)
    tap.contains(late.finish(), "201", "the second answer")
    world.stored("late")
    tap.eventually(lambda: not upgrading.is_alive(old), "the old process ends", 20)


@tap.case("a client that has connected before the upgrade and asks after it is answered")
def has_come(world):
    tap.eventually(lambda: world.upbeat.said().count("the engine is ready") == 5, "it has an engine", 20)
    with socket.create_connection(("127.0.0.1", world.upbeat.port), 20) as client, client.makefile("rb") as answer:
        time.sleep(0.2)
        old, _ = world.upbeat.upgrade()
        client.sendall(b"OPTIONS /alice/ HTTP/1.1\r\nHost: h\r\n\r\n")
        tap.contains(answer.readline(), b"HTTP/1.1 ", "the status line")
    tap.eventually(lambda: not upgrading.is_alive(old), "the old process ends", 20)


@tap.case("with settings that have mistakes, the old process goes on")
def fails(world):
    tap.eventually(lambda: world.upbeat.said().count("the engine is ready") == 6, "it has an engine", 20)
    before, text = world.upbeat.current(), world.upbeat.settings.read_text()
    world.upbeat.settings.write_text(text.replace("upstream:", "downstream:"))
    os.kill(before, signal.SIGUSR2)
    tap.eventually(lambda: "ended before it could take over; this one goes on" in world.upbeat.said(), "the log", 20)
    world.upbeat.settings.write_text(text)
    tap.equal(world.upbeat.current(), before, "who is there")
    tap.equal(world.calendar().put("o.ics", calendars.meeting(uid="after-all")).status, 201, "PUT")
    world.items_of("after-all")
    world.upbeat.is_sane()


@tap.case("a control socket that cannot be made is tried for again, not all the time, and the engine comes with it")
def cannot_be_controlled(world):
    said, place = world.upbeat.said, world.folder / "later"
    ready, text = said().count("the engine is ready"), world.upbeat.settings.read_text()
    world.upbeat.settings.write_text(f"{text}control: {place}/control\n")
    old, _ = world.upbeat.upgrade()
    tap.eventually(lambda: not upgrading.is_alive(old), "the old process ends", 20)
    time.sleep(1)  # for more, if there were any
    tries = said().count("the control socket: ")
    assert 1 <= tries <= 4, f"{tries} tries"
    place.mkdir()
    tap.eventually(lambda: said().count("the engine is ready") > ready, "it has an engine", 20)


if __name__ == "__main__":
    with support.world(Story) as story:
        sys.exit(tap.run(story))
