# SPDX-License-Identifier: Apache-2.0
"""A daemon dies, and the next one goes on with the work that is left."""
import base64
import contextlib
import http.client
import os
import pathlib
import signal
import sys
import threading
import time

import calendars
import support
import tap

WAITING = 2  # a key's state
WRONG = "Basic " + base64.b64encode(b"alice:wrong").decode()


class Daemon(support.Upbeat):
    """One with a store in a file."""

    def __init__(self, folder, upstream, **environment):
        self.store = pathlib.Path(folder) / "store"
        super().__init__(folder, upstream, store=f"sqlite:{self.store}", **environment)

    def engine_arguments(self):
        """Of an engine that is ready, else nothing."""
        pid = support.engine_of(self.pid)
        if not pid or not self.has_engine():
            return []
        return pathlib.Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.radicale = self.start(support.Radicale)
        self.upbeat = self.start(Daemon, self.radicale)
        return self


@tap.case("the engine is started by the command that the environment names")
def _(story):
    plain = story.start(Daemon, story.radicale, UPBEAT_ENGINE_WRAPPER="")
    tap.equal(plain.engine_arguments()[:2], ["upbeat", "engine"], "what is started without one")
    wrapped = story.start(Daemon, story.radicale, UPBEAT_ENGINE_WRAPPER=" env  WRAPPED=yes ")
    tap.equal(wrapped.engine_arguments()[:2], [os.path.realpath(support.program()), "engine"], "what env started")
    tap.equal(wrapped.stop(), 0, "exit status")


@tap.case("only an engine that died by itself is counted against what it was working on")
def _(story):
    upbeat = story.upbeat
    assert "--after-crash" not in tap.eventually(upbeat.engine_arguments, "an engine")
    for _ in range(2):
        killed = support.engine_of(upbeat.pid)
        os.kill(killed, signal.SIGKILL)
        tap.eventually(lambda: support.engine_of(upbeat.pid) not in (None, killed), "the next engine")
        arguments = tap.eventually(upbeat.engine_arguments, "an engine that is ready")
        tap.equal(arguments[-1], "--after-crash", "the last argument")
    upbeat.kill_group()
    upbeat.launch()
    assert "--after-crash" not in tap.eventually(upbeat.engine_arguments, "an engine")


def poll(story, user):
    """What a client does from time to time."""
    answer = support.request("PROPFIND", story.upbeat.calendar_of(user), user, fields={"Depth": "0"})
    tap.equal(answer.status, 207, f"PROPFIND by {user}")


def put_and_be_gone(calendar, name, text):
    with contextlib.suppress(OSError, http.client.HTTPException):
        calendar.put(name, text)


def die_before_prep(story, calendar, name, text):
    """The daemon dies while the server gets the meeting. Only the store knows of the meeting then."""
    upbeat, radicale = story.upbeat, story.radicale
    os.kill(radicale.pid, signal.SIGSTOP)
    client = threading.Thread(target=put_and_be_gone, args=(calendar, name, text))
    client.start()
    tap.eventually(lambda: support.keys_in(upbeat.store), "the key")
    time.sleep(0.5)  # the request is with the server
    upbeat.kill_group()
    client.join()
    os.kill(radicale.pid, signal.SIGCONT)
    upbeat.launch()


def waits(story):
    states = [state for _, state, _ in support.keys_in(story.upbeat.store)]
    return states == [WAITING]


def titles(calendar, uid):
    return sorted(item.text("SUMMARY") for item in calendar.items_of(uid))


@tap.case("a meeting whose daemon died before its prep gets it, once, when its user is next heard of")
def _(story):
    uid = "killed-early"
    through = calendars.Calendar(story.upbeat.calendar_of("alice"), "alice")
    server = calendars.Calendar(story.radicale.url + story.radicale.calendar_of("alice"), "alice")
    die_before_prep(story, through, "early.ics", calendars.meeting(uid=uid))
    tap.eventually(lambda: "early.ics" in str(list(server.objects())), "the meeting on the server")
    tap.eventually(lambda: waits(story), "the key waits")
    time.sleep(1.5)  # each second, the relay is told for whom keys wait
    poll(story, "bob")
    support.request("PROPFIND", story.upbeat.calendar_of("alice"), "alice", fields={"Authorization": WRONG})
    time.sleep(0.7)
    assert waits(story), "woken by somebody else"
    tap.equal(server.items_of(uid), [], "items before")
    poll(story, "alice")
    tap.eventually(lambda: not support.keys_in(story.upbeat.store), "the key is done with")
    names = titles(server, uid)
    tap.equal(sum(": prep for " in name for name in names), 1, f"prep calls of {names}")
    poll(story, "alice")
    time.sleep(0.5)
    tap.equal(titles(server, uid), names, "items after another request")


@tap.case("no sanitizer complains")
def _(story):
    story.upbeat.is_sane()


with support.world(Story) as opened:
    sys.exit(tap.run(opened))
