# SPDX-License-Identifier: Apache-2.0
"""What is changed past Upbeat, in the server's own pages or by a client that goes to the server itself, is followed."""
import datetime
import sys

import calendars
import support
import tap

SOON = 5.0
WEEK = datetime.timedelta(days=7)


class Story(calendars.World):
    def with_items(self, uid, start):
        """A meeting that was stored through Upbeat, in a calendar of its own, and its prep call."""
        seen, real = self.new_calendar()
        tap.equal(seen.put("m.ics", calendars.meeting(uid=uid, start=start)).status, 201, "PUT")
        self.settle()
        return seen, real, self.prep_of(real, uid)

    def prep_of(self, calendar, uid):
        preps = [item for item in calendar.items_of(uid) if ": prep for " in item.text("SUMMARY")]
        tap.equal(len(preps), 1, f"prep calls of {uid}")
        return preps[0]


def move(source, target, uid, start):
    """Moves a meeting on the server itself, and has it begin at another time."""
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
    move(real, real, "renamed", start + WEEK)
    follows(story, seen, real, "renamed", before)


@tap.case("a meeting that is in another calendar by now keeps its items")
def _(story):
    start = calendars.business_day(12)
    seen, real, before = story.with_items("carried", start)
    _, other = story.new_calendar()
    move(real, other, "carried", start + WEEK)
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


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Story, (support.Radicale, support.Xandikos, support.Cyrus))))
