# SPDX-License-Identifier: Apache-2.0
"""A prep call that its user has moved stays there, and goes along when the meeting moves away from it."""
import re
import sys

import calendars
import support
import tap
from recurring import Story

THREE = ("alice", "bob", "cto@acme.example")


class Dragged(Story):
    def meet(self, uid, start):
        seen, real = self.new_calendar()
        self.save(seen, uid, start)
        return seen, real

    def save(self, seen, uid, start, title="Demo for Acme"):
        self.change(seen, calendars.meeting(title, start, attendees=THREE, uid=uid))

    def prep(self, real, uid):
        return next(item for item in real.items_of(uid) if ": prep for " in item.text("SUMMARY"))

    def starts(self, real, uid):
        return self.prep(real, uid).time("DTSTART").astimezone(calendars.BERLIN)

    def drag(self, seen, real, uid, start):
        """As a client does, through Upbeat."""
        prep = self.prep(real, uid).value("UID")
        href, (_, text) = next((href, found) for href, found in real.objects().items() if f"UID:{prep}" in found[1])
        end = start + self.prep(real, uid).duration()
        text = re.sub(r"(DTSTART;TZID=[^:]*):\d+T\d+", rf"\1:{start:%Y%m%dT%H%M%S}", text)
        text = re.sub(r"(DTEND;TZID=[^:]*):\d+T\d+", rf"\1:{end:%Y%m%dT%H%M%S}", text)
        self.change(seen, text, href.rsplit("/", 1)[1])


@tap.case("a prep call that was moved by hand stays, goes along with the meeting, and once more with it")
def _(story):
    seen, real = story.meet("along", calendars.business_day(10, 11))
    put = calendars.business_day(9, 15, 30)
    story.drag(seen, real, "along", put)
    story.save(seen, "along", calendars.business_day(10, 11), "Another demo for Acme")
    tap.equal(story.starts(real, "along"), put, "after a retitle")
    for days in (15, 6):
        story.save(seen, "along", calendars.business_day(days, 11))
        tap.equal(story.starts(real, "along"), calendars.business_day(days - 1, 15, 30), f"the meeting is in {days} days")
        said = "Moved along with the meeting from where its user had put it."
        tap.contains(story.prep(real, "along").text("DESCRIPTION"), said, "description")
        before = real.objects()
        story.change(seen, seen.get("m.ics").text)
        tap.equal({**real.objects(), **{h: o for h, o in before.items() if h.endswith("/m.ics")}}, before, "a second pass")
    said = support.run("explain", "-c", story.upbeat.settings, "along").stdout
    tap.contains(said, "it was moved along with the meeting from where its user had put it", "explain")


@tap.case("one that is moved again by hand goes along from there")
def _(story):
    seen, real = story.meet("again", calendars.business_day(10, 11))
    story.drag(seen, real, "again", calendars.business_day(9, 15, 30))
    story.save(seen, "again", calendars.business_day(15, 11))
    story.drag(seen, real, "again", calendars.business_day(15, 9, 30))
    story.save(seen, "again", calendars.business_day(8, 11))
    tap.equal(story.starts(real, "again"), calendars.business_day(8, 9, 30), "on the meeting's day, as it was put")


@tap.case("a to-do that was put off by hand goes along with the meeting, and once more with it")
def _(story):
    seen, real = story.meet("todo", calendars.business_day(10, 11))

    def todo():
        return next(item for item in real.items_of("todo") if ": follow up " in item.text("SUMMARY"))

    def due():
        return todo().time("DUE").astimezone(calendars.BERLIN)

    put = calendars.business_day(12, 16)
    uid = todo().value("UID")
    href, (_, text) = next((href, found) for href, found in real.objects().items() if f"UID:{uid}" in found[1])
    text = re.sub(r"(DUE;TZID=[^:]*):\d+T\d+", rf"\1:{put:%Y%m%dT%H%M%S}", text)
    story.change(seen, text, href.rsplit("/", 1)[1])
    story.save(seen, "todo", calendars.business_day(10, 11), "Another demo for Acme")
    tap.equal(due(), put, "after a retitle")
    for days in (15, 6):
        story.save(seen, "todo", calendars.business_day(days, 11))
        tap.equal(due(), calendars.business_day(days + 2, 16), f"the meeting is in {days} days")
        before = real.objects()
        story.change(seen, seen.get("m.ics").text)
        tap.equal({**real.objects(), **{h: o for h, o in before.items() if h.endswith("/m.ics")}}, before, "a second pass")
    said = support.run("explain", "-c", story.upbeat.settings, "todo").stdout
    tap.contains(said, "it was moved along with the meeting from where its user had put it", "explain")


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Dragged)))
