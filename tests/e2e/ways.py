# SPDX-License-Identifier: Apache-2.0
"""Clients store a meeting in many ways, and each way leads to one set of items beside the meeting."""
import gzip
import sys
import threading
import time
import zlib

import calendars
import recorder
import support
import tap

ICS = {"Content-Type": "text/calendar; charset=utf-8"}
WRITES = (b"PUT ", b"DELETE ", b"POST ", b"MOVE ")


class Story(support.ServerWorld):
    """A recorder between Upbeat and the server tells what the server was asked."""

    def __enter__(self):
        super().__enter__()
        settings = f"{support.ORGANIZATION}deletion_grace: 1s\n"
        self.before, self.upbeat, self.behind = recorder.between(
            self, self.server, settings=settings, store=f"sqlite:{self.store}"
        )
        return self

    def new_calendar(self):
        """An empty calendar of alice: its path, as she sees it through Upbeat, and as it is on the server."""
        path = self.new_path()
        return path, calendars.Calendar(self.upbeat.url + path, "alice"), calendars.Calendar(self.server.url + path, "alice")

    def one_set(self, real, uid):
        """Exactly one prep call, and no item twice."""
        self.settle()
        items = real.items_of(uid)
        titles = [item.text("SUMMARY") for item in items]
        tap.equal(len([title for title in titles if ": prep for " in title]), 1, f"prep calls among {titles}")
        tap.equal(len(titles), len(set(titles)), f"items of each title in {titles}")
        return items

    def writes(self):
        """The writes that have reached the server since the last time."""
        return [request for request, _ in self.behind.take() if request.startswith(WRITES)]


@tap.case("a body that is compressed is read, and reaches the server as it came")
def _(story):
    tried = 0
    for coding, pack in (("gzip", gzip.compress), ("deflate", zlib.compress)):
        path, _, real = story.new_calendar()
        body = pack(calendars.meeting(uid=coding).encode())
        story.behind.take()
        answer = support.request("PUT", f"{story.upbeat.url}{path}m.ics", "alice", body, {**ICS, "Content-Encoding": coding})
        sent = [request for request in story.writes() if b"m.ics" in request.split(b"\r\n")[0]]
        assert sent and sent[0].endswith(body), f"{coding}: the server got other bytes"
        other, _, _ = story.new_calendar()
        direct = support.request("PUT", f"{story.server.url}{other}m.ics", "alice", body, {**ICS, "Content-Encoding": coding})
        tap.equal(answer.status, direct.status, f"{coding}: the answer")
        if answer.status == 201 and real.get("m.ics").text.startswith("BEGIN:"):
            story.one_set(real, coding)
            tried += 1
    if tried == 0:
        raise tap.Skip("this server takes no compressed bodies")


@tap.case("however its path is spelt, a meeting is one")
def _(story):
    path, _, real = story.new_calendar()
    parent, name = path.rstrip("/").rsplit("/", 1)
    spellings = (f"{path}m.ics", f"{parent}//{name}/m.ics", f"{parent}/./{name}/m.ics", f"{parent}/{name}/%6D.ics", f"{path}m.ics?x=1")
    for spelling in spellings:
        answer = support.request("PUT", story.upbeat.url + spelling, "alice", calendars.meeting(uid="spelt"), ICS)
        assert answer.status in (201, 204), f"{spelling}: {answer.status}"
    tap.equal(len([href for href in real.objects() if href.endswith("m.ics")]), 1, "resources")
    story.one_set(real, "spelt")


@tap.case("a meeting that is posted to its collection gets its items")
def _(story):
    path, _, real = story.new_calendar()
    answer = support.request("POST", story.upbeat.url + path, "alice", calendars.meeting(uid="posted"), ICS)
    if answer.status not in (200, 201):
        raise tap.Skip(f"this server answers {answer.status} to a POST")
    story.one_set(real, "posted")


@tap.case("a method that another one stands for, and the server does not honour, changes nothing")
def _(story):
    path, calendar, real = story.new_calendar()
    calendar.put("m.ics", calendars.meeting(uid="override"))
    before = {item.value("UID") for item in story.one_set(real, "override")}
    fields = {**ICS, "X-HTTP-Method-Override": "DELETE"}
    answer = support.request("POST", f"{story.upbeat.url}{path}m.ics", "alice", "", fields)
    assert answer.status >= 400, f"the server honours it: {answer.status}"
    time.sleep(1.5)
    story.settle()
    tap.equal({item.value("UID") for item in real.items_of("override")}, before, "items")


@tap.case("the same again: a second pass writes nothing")
def _(story):
    _, calendar, real = story.new_calendar()
    text = calendars.meeting(uid="twice")
    calendar.put("m.ics", text)
    story.one_set(real, "twice")
    story.behind.take()
    calendar.put("m.ics", text)
    story.settle()
    tap.equal(len(story.writes()), 1, "writes that reached the server: the client's own")


@tap.case("two clients at the same time make one set of items")
def _(story):
    _, calendar, real = story.new_calendar()
    text = calendars.meeting(uid="both")
    clients = [threading.Thread(target=calendar.put, args=("m.ics", text)) for _ in range(6)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    story.one_set(real, "both")


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Story)))
