# SPDX-License-Identifier: Apache-2.0
"""What is changed past Upbeat, in the server's own pages or by a client that goes to the server itself, is followed."""
import datetime
import re
import sys
import time
import urllib.parse

import calendars
import recorder
import support
import tap

SOON = 5.0
EVERY = 1  # seconds between two looks for changes
WEEK = datetime.timedelta(days=7)


class Story(calendars.World):
    """A recorder between Upbeat and the server tells what the server was asked."""

    def __enter__(self):
        support.ServerWorld.__enter__(self)
        settings = f"{self.settings}sync_every: {EVERY}s\n"
        _, self.upbeat, self.behind = recorder.between(self, self.server, settings=settings, store=f"sqlite:{self.store}")
        return self

    def with_items(self, uid, start):
        """A meeting that was stored through Upbeat, in a calendar of its own, and its prep call."""
        seen, real = self.new_calendar()
        tap.equal(seen.put("m.ics", calendars.meeting(uid=uid, start=start)).status, 201, "PUT")
        self.settle()
        return seen, real, self.prep_of(real, uid)

    def preps_of(self, calendar, uid):
        return [item for item in calendar.items_of(uid) if ": prep for " in item.text("SUMMARY")]

    def prep_of(self, calendar, uid):
        preps = self.preps_of(calendar, uid)
        tap.equal(len(preps), 1, f"prep calls of {uid}")
        return preps[0]

    def looks(self, calendar):
        """What is remembered of the looks for changes in the calendar."""
        path = urllib.parse.urlsplit(calendar.url).path
        return support.rows_in(self.store, "SELECT token, tag, known FROM sync WHERE collection = ?", path)

    def asked(self, calendar):
        """The methods of the requests to the server, about the calendar itself, so far."""
        path = re.escape(urllib.parse.urlsplit(calendar.url).path.encode())
        with self.behind.lock:
            sent = [connection.client_bytes for connection in self.behind.connections]
        return [method.decode() for each in sent for method in re.findall(rb"([A-Z]+) " + path + rb" HTTP/1", each)]

    def first_poll(self, calendar):
        """The first look at the calendar has come to its end."""
        calendar.poll()
        tap.eventually(lambda: self.looks(calendar), "the first look", SOON)
        time.sleep(EVERY)


def put(calendar, uid, start, name="m.ics"):
    answer = calendar.put(name, calendars.meeting(uid=uid, start=start))
    tap.equal(answer.status // 100, 2, "PUT")


def name_of(calendar, component):
    """The name of the object with the component."""
    uid = component.value("UID")
    return next(href.rsplit("/", 1)[1] for href, (_, text) in calendar.objects().items() if f"UID:{uid}" in text)


def rename(source, target, uid, start):
    """Gives a meeting another name on the server itself, and has it begin at another time."""
    tap.equal(source.delete("m.ics").status // 100, 2, "DELETE")
    tap.equal(target.put("other-name.ics", calendars.meeting(uid=uid, start=start)).status // 100, 2, "PUT")


def follows(story, seen, calendar, uid, before):
    """After the deletion at its old name has been seen, the meeting has the same items, a week later."""
    seen.delete("m.ics")
    tap.eventually(
        lambda: story.prep_of(calendar, uid).time("DTSTART") - before.time("DTSTART") == WEEK,
        "the prep call a week later",
        SOON + calendars.GRACE,
    )
    story.settle()
    tap.equal(story.prep_of(calendar, uid).value("UID"), before.value("UID"), "UID")


@tap.case("a meeting that has another name by now keeps its items when its old name is found to be gone")
def _(story):
    start = calendars.business_day(10)
    seen, real, before = story.with_items("renamed", start)
    rename(real, real, "renamed", start + WEEK)
    follows(story, seen, real, "renamed", before)


@tap.case("a meeting that is in another calendar by now keeps its items")
def _(story):
    start = calendars.business_day(12)
    seen, real, before = story.with_items("carried", start)
    _, other = story.new_calendar()
    rename(real, other, "carried", start + WEEK)
    follows(story, seen, real, "carried", before)


@tap.case("a meeting that the server's own MOVE has taken elsewhere keeps its items")
def _(story):
    seen, real, before = story.with_items("moved", calendars.business_day(14))
    fields = {"Destination": real.url + "other-name.ics"}
    answer = support.request("MOVE", real.url + "m.ics", "alice", None, fields)
    if answer.status >= 400:
        raise tap.Skip(f"this server answers {answer.status} to a MOVE")
    seen.delete("m.ics")
    story.settle()
    tap.equal(story.prep_of(real, "moved").value("UID"), before.value("UID"), "UID")


@tap.case("a meeting that stands nowhere any more takes its items away")
def _(story):
    seen, real, _ = story.with_items("gone", calendars.business_day(10))
    real.delete("m.ics")
    seen.delete("m.ics")
    tap.eventually(lambda: not real.items_of("gone"), "no items", SOON + calendars.GRACE)


def has_moved(story, calendar, uid, before):
    return story.prep_of(calendar, uid).time("DTSTART") - before.time("DTSTART") == WEEK


@tap.case("a meeting that was moved on the server is followed at the very first poll")
def _(story):
    start = calendars.business_day(16, 11)
    seen, real, before = story.with_items("first", start)
    put(real, "first", start + WEEK)
    seen.poll()
    tap.eventually(lambda: has_moved(story, real, "first", before), "the prep call a week later", SOON)
    story.settle()
    tap.equal(story.prep_of(real, "first").value("UID"), before.value("UID"), "UID")


@tap.case("a meeting that was moved on the server between two polls is followed at the second one")
def _(story):
    start = calendars.business_day(18, 11)
    seen, real, before = story.with_items("second", start)
    story.first_poll(seen)
    put(real, "second", start + WEEK)
    seen.poll()
    tap.eventually(lambda: has_moved(story, real, "second", before), "the prep call a week later", SOON)


@tap.case("a meeting that was renamed and moved on the server is followed")
def _(story):
    start = calendars.business_day(28, 11)
    seen, real, before = story.with_items("both", start)
    story.first_poll(seen)
    rename(real, real, "both", start + WEEK)
    seen.poll()
    tap.eventually(lambda: has_moved(story, real, "both", before), "the prep call a week later", SOON + calendars.GRACE)
    story.settle()
    tap.equal(story.prep_of(real, "both").value("UID"), before.value("UID"), "UID")


@tap.case("a meeting that was deleted on the server takes its items away")
def _(story):
    seen, real, _ = story.with_items("deleted", calendars.business_day(19, 11))
    story.first_poll(seen)
    real.delete("m.ics")
    seen.poll()
    tap.eventually(lambda: not real.objects(), "an empty calendar", SOON + calendars.GRACE)


@tap.case("a meeting that was made on the server gets its items, and what stood there before is left alone")
def _(story):
    seen, real = story.new_calendar()
    put(real, "old", calendars.business_day(20, 11), "old.ics")
    story.first_poll(seen)
    put(real, "made", calendars.business_day(21, 11))
    seen.poll()
    tap.eventually(lambda: story.preps_of(real, "made"), "its prep call", SOON)
    story.settle()
    tap.equal(real.items_of("old"), [], "items of the old meeting")


def days_of_sheets(calendar, uid):
    return [item.time("DTSTART") for item in calendar.items_of(uid) if "run sheet" in item.text("SUMMARY")]


@tap.case("a prep call that was deleted on the server is never made again")
def _(story):
    start = calendars.business_day(22, 11)
    seen, real, prep = story.with_items("unwanted", start)
    story.first_poll(seen)
    tap.equal(real.delete(name_of(real, prep)).status // 100, 2, "DELETE")
    seen.poll()
    time.sleep(EVERY)
    put(real, "unwanted", start + WEEK)
    seen.poll()
    day = (start + WEEK).date()
    tap.eventually(lambda: day in days_of_sheets(real, "unwanted"), "the run sheet a week later", SOON)
    story.settle()
    tap.equal(story.preps_of(real, "unwanted"), [], "prep calls")


@tap.case("a prep call that was dragged on the server stays where it was put")
def _(story):
    start = calendars.business_day(24, 11)
    seen, real, prep = story.with_items("dragged", start)
    story.first_poll(seen)
    name, day = name_of(real, prep), calendars.business_day(20, 16)
    text = real.get(name).text
    for field in ("DTSTART", "DTEND"):
        text = text.replace(f":{prep.value(field)}", f":{day:%Y%m%dT}{prep.value(field)[9:]}")
    tap.equal(real.put(name, text).status // 100, 2, "PUT")
    seen.poll()
    time.sleep(EVERY)
    answer = real.put("m.ics", calendars.meeting("Roadmap 2 with Acme", uid="dragged", start=start))
    tap.equal(answer.status // 100, 2, "PUT")
    seen.poll()
    tap.eventually(lambda: "Roadmap 2" in story.prep_of(real, "dragged").text("SUMMARY"), "the new title", SOON)
    tap.equal(story.prep_of(real, "dragged").time("DTSTART").date(), day.date(), "day")


@tap.case("polls of a calendar in which nothing changes cost one request in so many seconds, and nothing is written")
def _(story):
    seen, real, _ = story.with_items("idle", calendars.business_day(26, 11))
    story.first_poll(seen)
    seen.poll()
    story.settle()
    time.sleep(EVERY)
    before, state, asked = real.objects(), story.looks(seen), story.asked(seen)
    begun = time.monotonic()
    for _ in range(20):
        seen.poll()
    time.sleep(0.5)
    most = 1 + int((time.monotonic() - begun) / EVERY)
    new = story.asked(seen)[len(asked):]
    assert 1 <= len(new) - 20 <= most, f"{len(new) - 20} requests besides the client's 20: {new}"
    tap.equal(real.objects(), before, "objects")
    tap.equal(story.looks(seen), state, "what is remembered of the looks")


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Story, (support.Radicale, support.Xandikos, support.Cyrus))))
