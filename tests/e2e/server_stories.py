# SPDX-License-Identifier: Apache-2.0
"""The stories that hold on every server: what users see in their calendars when a meeting is made, changed and called off.

UPBEAT_SERVERS names the servers, with spaces between: the two of `make check` are Radicale and, where it is installed,
Cyrus, which schedules. `make check-servers` takes all five. What a server lacks (MOVE, invitations) is skipped there.
"""
import datetime
import os
import re
import sys
import time

import calendars
import support
import tap
from recurring import Story, answered

SOON = 8.0
WEEK = datetime.timedelta(days=7)
ITEMS = 4  # of an ordinary customer meeting
TEAM = ("alice", "bob", "carol", "dave", "erin", "frank")
OURS = {"alice@ours.example", "bob@ours.example"}
THREE = ("alice", "bob", "cto@acme.example")


def is_prep(item):
    return ": prep for " in item.text("SUMMARY") and item.value("STATUS") != "CANCELLED"


def is_of(uid, text):
    return re.search(rf"(?m)^UID:{uid}\r?$", text) is not None


class World(Story):
    def start(self, kind, *arguments, **more):
        if isinstance(kind, type) and issubclass(kind, support.Server):
            more["users"] = TEAM
        return super().start(kind, *arguments, **more)

    def __enter__(self):
        self.day = 8
        return super().__enter__()

    def next_day(self):
        """A day of a story's own, so that the items of one are not in the way of another's."""
        self.day += 1
        return calendars.business_day(self.day, 11)

    def meet(self, uid, start=None, **more):
        """A customer meeting with its items: the calendar through Upbeat and on the server."""
        seen, real = self.new_calendar()
        self.save(seen, uid, start or self.next_day(), **more)
        self.prep(real, uid)
        return seen, real

    def save(self, seen, uid, start, attendees=THREE, name="m.ics", **more):
        self.change(seen, calendars.meeting(uid=uid, start=start, attendees=attendees, **more), name)

    def prep(self, calendar, uid):
        preps = [item for item in calendar.items_of(uid) if is_prep(item)]
        tap.equal(len(preps), 1, f"prep calls of {uid}")
        return preps[0]


def starts(item):
    return item.time("DTSTART").astimezone(calendars.BERLIN)


@tap.case("create: a customer meeting gets its items, and nobody from outside is on them")
def _(story):
    start = story.next_day()
    _, real = story.meet("create", start)
    items = real.items_of("create")
    tap.equal(len(items), ITEMS, [item.text("SUMMARY") for item in items])
    for item in items:
        assert item.addresses() | item.addresses("ORGANIZER") <= OURS, item.properties
    prep = story.prep(real, "create")
    tap.equal(prep.addresses() | prep.addresses("ORGANIZER"), OURS, "who is on the prep call")
    assert 0 < calendars.business_days_between(starts(prep).date(), start.date()) <= 3, starts(prep)


@tap.case("move: the items go along with the meeting, in place")
def _(story):
    start = story.next_day()
    seen, real = story.meet("move", start)
    before, hrefs = story.prep(real, "move"), set(real.objects())
    story.save(seen, "move", start + WEEK)
    after = story.prep(real, "move")
    tap.equal(after.value("UID"), before.value("UID"), "UID")
    tap.equal(starts(after).date(), starts(before).date() + WEEK, "day")
    tap.equal(set(real.objects()), hrefs, "hrefs")


@tap.case("delete: nothing is left")
def _(story):
    seen, real = story.meet("delete")
    tap.equal(seen.delete("m.ics").status // 100, 2, "DELETE")
    tap.eventually(lambda: not real.objects(), "an empty calendar", SOON + calendars.GRACE)


@tap.case("nothing went wrong in the program")
def _(story):
    story.upbeat.is_sane()


def servers():
    names = os.environ.get("UPBEAT_SERVERS", "").split()
    if not names:
        names = ["Radicale", "Cyrus" if support.Cyrus.is_there() else "Xandikos"]
    return [getattr(support, name) for name in names]


if __name__ == "__main__":
    sys.exit(tap.run_in_each(support.worlds(World, servers())))
