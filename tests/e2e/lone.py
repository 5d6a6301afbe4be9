# SPDX-License-Identifier: Apache-2.0
"""Events that concern nobody but their owner: no request to the server, no key, and still all that depends on them."""
import collections
import json
import os
import signal
import sys

import calendars
import support
import tap
from lying_server import LyingServer


class Server(LyingServer):
    """Tells the truth, and notes what Upbeat itself asks, by method. `refuses`: the status of the next PUT."""

    def __init__(self, folder):
        super().__init__(folder)
        self.counts = collections.Counter()
        self.refuses = None

    def answer(self, method, path, fields, body):
        if fields.get("User-Agent") == "upbeat":
            self.counts[method] += 1
        elif method == "PUT" and self.refuses:
            status, self.refuses = self.refuses, None
            return status, "text/plain", b""
        return super().answer(method, path, fields, body)


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.server = self.start(Server)
        self.store = self.folder / "upbeat.db"
        settings = f"{support.ORGANIZATION}control: control\ndeletion_grace: 1s\nsync_every: 0s\n"
        self.upbeat = self.start(support.Upbeat, self.server, settings, f"sqlite:{self.store}")
        self.calendar = calendars.Calendar(self.upbeat.calendar_of("alice"), "alice")
        return self

    def settle(self):
        tap.eventually(lambda: not support.keys_in(self.store), "nothing is left to do", 15)

    def put(self, uid, wanted=(201, 204), **meeting):
        meeting = {"attendees": (), "start": calendars.business_day(10), **meeting}
        answer = self.calendar.put(f"{uid}.ics", calendars.meeting(uid=uid, **meeting))
        assert answer.status in wanted, f"PUT: {answer.status}"

    def asked(self):
        """What Upbeat has asked since this was last called."""
        counts = dict(self.server.counts)
        self.server.counts.clear()
        return counts

    def taken(self):
        """(UID, hours) of what takes alice, by the store."""
        rows = support.rows_in(self.store, "SELECT uid, (ending - beginning) / 3600000.0 FROM appointment WHERE item = 0")
        return dict(rows)

    def prep_of(self, uid):
        return [item for item in calendars.Calendar(self.server.url + "/alice/cal/", "alice").items_of(uid)]


@tap.case("the first event in a calendar is looked at, to learn whose the calendar is")
def _(story):
    story.put("first")
    tap.eventually(lambda: story.server.counts["GET"], "it is looked at")
    story.settle()
    story.asked()


@tap.case("the next ones cost no request and no key, and their owner is known to be taken")
def _(story):
    for n in range(5):
        story.put(f"lone-{n}", start=calendars.business_day(11 + n), minutes=90)
    tap.equal(support.keys_in(story.store), [], "keys")
    tap.eventually(lambda: len([uid for uid in story.taken() if uid.startswith("lone-")]) == 5, "all take time")
    tap.equal(story.taken()["lone-4"], 1.5, "hours")
    tap.equal(story.asked(), {}, "requests of Upbeat")


@tap.case("one that is shown as free, or called off, gives its time back")
def _(story):
    story.put("lone-0", start=calendars.business_day(11), more="TRANSP:TRANSPARENT")
    story.put("lone-1", start=calendars.business_day(12), title="Cancelled: dentist")
    tap.eventually(lambda: not {"lone-0", "lone-1"} & set(story.taken()), "nobody is taken by them")
    tap.equal(story.asked(), {}, "requests of Upbeat")


@tap.case("explain says why such an event gets nothing")
def _(story):
    story.put("physio", title="Physio", start=calendars.business_day(16))
    explain = lambda: support.run("explain", "-c", story.upbeat.settings, "physio").stdout
    tap.eventually(lambda: "nobody from outside takes part" in explain(), "explain")


@tap.case("one that the server refuses leaves nothing; after an error of the server it is looked at")
def _(story):
    story.server.refuses = 403
    story.put("refused", wanted=(403,))
    story.server.refuses = 500
    story.put("failed", wanted=(500,))
    tap.eventually(lambda: story.asked().get("GET"), "a look")
    story.settle()
    assert not {"refused", "failed"} & set(story.taken()), story.taken()


@tap.case("one that becomes a customer's meeting gets its items, and loses them when it is one no more")
def _(story):
    story.put("grows", start=calendars.business_day(20))
    story.put("grows", start=calendars.business_day(20), attendees=("alice", "bob", "cto@acme.example"))
    story.settle()
    assert story.prep_of("grows"), "there are no items"
    story.put("grows", start=calendars.business_day(20))
    story.settle()
    tap.eventually(lambda: not story.prep_of("grows"), "the items are gone")


@tap.case("one over a prep moves the prep; and a prep is put where none stands")
def _(story):
    story.put("pushed", start=calendars.business_day(30), attendees=("alice", "bob", "cto@acme.example"))
    story.settle()
    prep = next(item for item in story.prep_of("pushed") if item.kind == "VEVENT" and item.value("TRANSP") != "TRANSPARENT")
    when = prep.time("DTSTART").astimezone(calendars.BERLIN)
    story.put("over", start=when, minutes=45)
    def moved():
        now = [item for item in story.prep_of("pushed") if item.value("UID") == prep.value("UID")]
        return now and now[0].time("DTSTART") != prep.time("DTSTART")
    tap.eventually(moved, "the prep moves", 10)
    story.settle()


@tap.case("another event at its place takes its place")
def _(story):
    story.put("place", start=calendars.business_day(17), minutes=30)
    tap.eventually(lambda: "place" in story.taken(), "it takes time")
    answer = story.calendar.put("place.ics", calendars.meeting(uid="other", start=calendars.business_day(18), attendees=()))
    assert answer.status in (201, 204), f"PUT: {answer.status}"
    tap.eventually(lambda: "other" in story.taken() and "place" not in story.taken(), "the other takes time")
    story.upbeat.is_sane()


@tap.case("one goes on while the engine does nothing; what the engine knows of waits for it")
def _(story):
    story.put("known", start=calendars.business_day(33), attendees=("alice", "bob", "cto@acme.example"))
    story.settle()
    late = lambda: "did not confirm a write" in story.upbeat.said()
    engine = json.loads(support.run("status", "-c", story.upbeat.settings, "--json").stdout)["engine_pid"]
    os.kill(engine, signal.SIGSTOP)
    try:
        for n in range(3):
            story.put(f"ahead-{n}", start=calendars.business_day(34 + n), minutes=30)
        assert not late(), "they have waited"
        story.put("known", start=calendars.business_day(33))
        tap.eventually(late, "the write of what is known waits")
    finally:
        os.kill(engine, signal.SIGCONT)
    tap.eventually(lambda: {f"ahead-{n}" for n in range(3)} <= set(story.taken()), "their owner is taken")
    tap.eventually(lambda: not story.prep_of("known"), "the items are gone", 15)


@tap.case("the engine gives way to the relay")
def _(story):
    engine = json.loads(support.run("status", "-c", story.upbeat.settings, "--json").stdout)["engine_pid"]
    relay = os.getpriority(os.PRIO_PROCESS, story.upbeat.pid)
    tap.equal(os.getpriority(os.PRIO_PROCESS, engine), min(relay + 5, 19), "its niceness")


@tap.case("no more goes ahead than an engine that does nothing can be told")
def _(story):
    upbeat = story.start(support.Upbeat, story.server, f"{support.ORGANIZATION}control: control\nsync_every: 0s\n")
    calendar = calendars.Calendar(upbeat.calendar_of("alice"), "alice")
    engine = json.loads(support.run("status", "-c", upbeat.settings, "--json").stdout)["engine_pid"]
    late = lambda: "did not confirm a write" in upbeat.said()
    title = "\n".join(["long", *[" " + "x" * 70] * 500])  # a description would not be told
    os.kill(engine, signal.SIGSTOP)
    try:
        for n in range(100):  # each thread lets 256 KB go ahead
            event = calendars.meeting(title, uid=f"large-{n}", start=calendars.business_day(38), attendees=())
            tap.equal(calendar.put(f"large-{n}.ics", event).status, 201, "status")
            if late():
                break
    finally:
        os.kill(engine, signal.SIGCONT)
    assert late() and n > 2, f"{n} of 36 KB went ahead"
    upbeat.is_sane()


with support.world(Story) as world:
    sys.exit(tap.run(world))
