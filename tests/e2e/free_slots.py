# SPDX-License-Identifier: Apache-2.0
"""An item is put where its people are free, by what their server says of them: also of what never came by Upbeat."""
import datetime
import json
import sys

import calendars
import free_rules
import support
import tap
from recurring import instance, series

HALF = datetime.timedelta(minutes=30)
DAY = datetime.timedelta(days=1)
SOON = 5
ALONE = ("alice", "cto@acme.example")


class OpenRadicale(support.Radicale):
    """Everybody may read everybody's calendars."""

    def __init__(self, folder):
        super().__init__(folder, rights="[all]\nuser: .+\ncollection: .*\npermissions: RrWw\n")


# How a server tells of a colleague's times; None: not at all.
TELLS = {support.Radicale: None, OpenRadicale: "1 calendar on the server", support.Cyrus: "the server's scheduling outbox"}


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        rules = free_rules.write(self.folder)
        settings = f"{support.ORGANIZATION}deletion_grace: 1s\ncontrol: control\n"
        self.upbeat = self.start(support.Upbeat, self.server, settings, f"sqlite:{self.store}", rules)
        self.other = self.new_path()
        self.days = 5
        return self

    def of(self, user, path=None):
        """A calendar as its user sees it through Upbeat, and as it is on the server."""
        path = path or self.server.calendar_of(user)
        return tuple(calendars.Calendar(server.url + path, user) for server in (self.upbeat, self.server))

    def next_day(self):
        """The day of another prep, at nine: no case comes near another one's. The meeting is three days later."""
        self.days += 7
        return calendars.business_day(self.days, 9), calendars.business_day(self.days + 3)

    def store_past(self, start, minutes=30, uid=None, more="", user="alice", attendees=None, path=None):
        """Stores an event at the server itself."""
        uid = uid or f"past-{start:%d-%H-%M}"
        text = calendars.meeting("Dentist", start, minutes, attendees, uid, more, user)
        self.put_past(uid, text, user, path)

    def put_past(self, uid, text, user="alice", path=None):
        answer = self.of(user, path)[1].put(f"{uid}.ics", text)
        assert answer.status in (201, 204), f"PUT at the server: {answer.status} {answer.body!r}"

    def prep_of(self, uid, start, attendees=ALONE):
        """Stores a meeting through Upbeat: when its prep begins."""
        seen, real = self.of("alice")
        answer = seen.put(f"{uid}.ics", calendars.meeting(uid=uid, start=start, attendees=attendees))
        assert answer.status in (201, 204), f"PUT: {answer.status}"
        self.settle()
        return self.when(uid)

    def when(self, uid):
        found = self.of("alice")[1].items_of(uid)
        tap.equal(len(found), 1, "items")
        return found[0].time("DTSTART").astimezone(calendars.BERLIN)

    def explain(self, uid, *more):
        return support.run("explain", "-c", self.upbeat.settings, *more, uid).stdout


@tap.case("an event that was stored past Upbeat pushes the prep to the next free quarter of an hour")
def _(story):
    nine, meeting = story.next_day()
    story.store_past(nine, 40)
    tap.equal(story.prep_of("past", meeting), nine + datetime.timedelta(minutes=45), "prep")
    text = story.explain("past")
    tap.contains(text, "is busy", "explain")
    tap.contains(text, "When people are busy", "explain")
    tap.contains(text, "alice@ours.example: by ", "explain")
    assert "Dentist" not in text, text


@tap.case("an event in another calendar of hers counts as well")
def _(story):
    nine, meeting = story.next_day()
    story.store_past(nine, path=story.other)
    tap.equal(story.prep_of("other", meeting), nine + HALF, "prep")


@tap.case("what is transparent, cancelled or declined takes no time")
def _(story):
    nine, meeting = story.next_day()
    story.store_past(nine, uid="transparent", more="TRANSP:TRANSPARENT")
    story.store_past(nine, uid="cancelled", more="STATUS:CANCELLED")
    text = calendars.meeting("Offsite", nine, 30, ("bob", "alice"), "declined", organizer="bob")
    text = text.replace("PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:alice", "PARTSTAT=DECLINED:mailto:alice")
    story.put_past("declined", text)
    tap.equal(story.prep_of("free", meeting), nine, "prep")


@tap.case("an instance of a series takes its time where it was moved to, and gives back where it was")
def _(story):
    nine, meeting = story.next_day()
    first = nine - 2 * 7 * DAY
    moved = instance("series", nine, nine + 2 * HALF, attendees=None)
    story.put_past("series", series("series", first, "FREQ=WEEKLY;COUNT=9", overrides=(moved,), attendees=None))
    tap.equal(story.prep_of("moved", meeting), nine, "prep")
    story.store_past(nine + HALF, uid="between")
    tap.equal(story.prep_of("second", meeting + 2 * HALF), nine + 3 * HALF, "second prep")


@tap.case("a whole day that is taken moves the prep to the next one")
def _(story):
    nine, meeting = story.next_day()
    day = f"{nine:%Y%m%d}"
    text = calendars.meeting("Vacation", nine, 30, None, "vacation")
    lines = [line for line in text.splitlines() if not line.startswith(("DTSTART;", "DTEND;"))]
    lines.insert(lines.index("BEGIN:VEVENT") + 1, f"DTSTART;VALUE=DATE:{day}")
    story.put_past("vacation", "\r\n".join(lines) + "\r\n")
    assert story.prep_of("day", meeting).date() > nine.date(), "the prep is on a day off"


@tap.case("a prep stays where it is when she is free again, and makes way to what takes its time")
def _(story):
    nine, meeting = story.next_day()
    story.store_past(nine, uid="for-now")
    tap.equal(story.prep_of("stay", meeting), nine + HALF, "prep")
    story.of("alice")[1].delete("for-now.ics")
    tap.equal(story.prep_of("stay", meeting), nine + HALF, "the prep, stored again")
    story.store_past(nine + HALF, 60, uid="later")
    moved = story.prep_of("stay", meeting + HALF)
    tap.equal(moved, nine, "the prep of the meeting that was moved by half an hour")


@tap.case("five looks at a meeting that stays the same write nothing")
def _(story):
    nine, meeting = story.next_day()
    story.store_past(nine)
    story.prep_of("same", meeting)
    real = story.of("alice")[1]
    before = {href: etag for href, (etag, _) in real.objects().items() if not href.endswith("/same.ics")}
    for _ in range(5):
        story.prep_of("same", meeting)
    after = {href: etag for href, (etag, _) in real.objects().items() if not href.endswith("/same.ics")}
    tap.equal(after, before, "ETags of all else")


# ---- colleagues ----

TWO = ("alice", "bob", "cto@acme.example")


@tap.case("a colleague's event pushes the prep where the server tells of it; where not, explain says why")
def _(story):
    nine, meeting = story.next_day()
    story.store_past(nine, 40, user="bob")
    tells = TELLS[story.kind]
    wanted = nine + datetime.timedelta(minutes=45) if tells else nine
    tap.equal(story.prep_of("two", meeting, TWO), wanted, "prep")
    text = story.explain("two")
    if tells:
        tap.contains(text, f"bob@ours.example: by {tells}", "explain")
    else:
        why = "the server has no scheduling outbox; his calendars: the server does not say (403)"
        tap.contains(text, f"note: the busy times of bob@ours.example are not known: {why}\n", "explain")
        tap.contains(text, f"bob@ours.example: not known: {why}, 20", "explain")
    busy = json.loads(story.explain("two", "--json"))["busy"]
    known = {person["address"]: person["known"] for person in busy}
    tap.equal(known, {"alice@ours.example": True, "bob@ours.example": tells is not None}, "known")


@tap.case("that a server sends no invitations is told once in the log, in status, and in explain")
def _(story):
    sends = isinstance(story.server, support.Cyrus)
    status = json.loads(support.run("status", "-c", story.upbeat.settings, "--json").stdout)
    tap.equal(status["invitations"], sends, "invitations")
    words = "the server sends no"
    tap.equal(story.upbeat.said().count(words), 0 if sends else 1, "lines in the log")
    tap.equal("colleagues do not see the items that they are invited to" in story.explain("two"), not sends, "explain tells")


@tap.case("the prep in the colleague's own calendar does not push itself when the meeting is moved")
def _(story):
    nine, meeting = story.next_day()
    tap.equal(story.prep_of("itself", meeting, TWO), nine, "prep")
    tap.equal(story.prep_of("itself", meeting + HALF, TWO), nine, "the prep of the meeting that was moved")


@tap.case("nobody knows the times of a colleague whom the server does not know")
def _(story):
    nine, meeting = story.next_day()
    tap.equal(story.prep_of("dora", meeting, ("alice", "dora", "cto@acme.example")), nine, "prep")
    tap.contains(story.explain("dora"), "the busy times of dora@ours.example are not known: the server ", "explain")


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Story, TELLS)))
