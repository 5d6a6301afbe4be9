# SPDX-License-Identifier: Apache-2.0
"""A client stores an item without what it does not know: the item is known all the same, and the user's hand still wins."""
import datetime
import sys

import calendars
import support
import tap

SOON = 5.0
LATER = datetime.timedelta(days=7)


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        self.upbeat = self.start(support.Upbeat, self.server, store=f"sqlite:{self.store}")
        return self

    def with_stripped_prep(self, uid, changed=lambda text: text):
        """A meeting in a calendar of its own, whose prep call a client has stored without marks: the calendar as it is
        seen through Upbeat, as it is on the server, and the prep call's name."""
        path = self.new_path()
        seen, real = (calendars.Calendar(server.url + path, "alice") for server in (self.upbeat, self.server))
        seen.put("m.ics", calendars.meeting(uid=uid))
        self.settle()
        href, text = next((href, text) for href, (_, text) in real.objects().items() if "SUMMARY:Acme: prep" in text)
        lines = [line for line in text.splitlines() if not line.startswith("X-")]
        name = href.rsplit("/", 1)[1]
        answer = seen.put(name, changed("\r\n".join(lines) + "\r\n"))
        assert answer.status in (201, 204), answer.status
        self.settle()
        return seen, real, name

    def prep(self, calendar, name):
        (component,) = calendars.components(calendar.get(name).body.decode())
        return component

    def line_of(self, uid):
        said = support.run("explain", "-c", self.upbeat.settings, uid).stdout
        return next(line for line in said.splitlines() if line.startswith("  prep/prep: "))


@tap.case("an item without its marks goes along with its meeting, and has them again")
def _(story):
    seen, real, name = story.with_stripped_prep("stripped")
    before = story.prep(real, name)
    tap.equal(before.value("X-UPBEAT-ITEM"), None, "the mark")
    count = len(real.items_of("stripped"))
    seen.put("m.ics", calendars.meeting(uid="stripped", start=calendars.business_day(10) + LATER))
    tap.eventually(lambda: story.prep(real, name).time("DTSTART").date() - before.time("DTSTART").date() == LATER, "a week later", SOON)
    after = story.prep(real, name)
    for mark in ("ITEM", "RULE", "GENERATION", "BASE"):
        assert after.value(f"X-UPBEAT-{mark}"), f"no {mark}"
    tap.equal(len(real.items_of("stripped")), count, "items")
    line = story.line_of("stripped")
    assert line.startswith("  prep/prep: stands, ") and "marks" not in line, line


@tap.case("what its user changed in it meanwhile stays")
def _(story):
    change = lambda text: text.replace("SUMMARY:Acme: prep", "SUMMARY:My own prep")
    seen, real, name = story.with_stripped_prep("changed", change)
    before = story.prep(real, name)
    seen.put("m.ics", calendars.meeting(uid="changed", start=calendars.business_day(10) + LATER))
    tap.eventually(lambda: story.prep(real, name).time("DTSTART").date() - before.time("DTSTART").date() == LATER, "a week later", SOON)
    tap.contains(story.prep(real, name).text("SUMMARY"), "My own prep", "title")


@tap.case("an item without its marks goes when its meeting is called off")
def _(story):
    seen, real, _ = story.with_stripped_prep("off")
    seen.put("m.ics", calendars.meeting(uid="off", more="STATUS:CANCELLED"))
    tap.eventually(lambda: not real.items_of("off"), "no items", SOON)


@tap.case("when the store is lost too, it counts as its user's own until the meeting is called off")
def _(story):
    seen, real, name = story.with_stripped_prep("lost")
    before = real.get(name).body
    tap.equal(story.upbeat.stop(), 0, "exit status")
    for path in story.store.parent.glob(story.store.name + "*"):
        path.unlink()
    story.upbeat.launch()
    later = calendars.meeting(uid="lost", start=calendars.business_day(10) + LATER)
    seen.put("m.ics", later)
    story.settle()
    tap.equal(real.get(name).body, before, "the prep call")
    tap.contains(story.line_of("lost"), "its marks are gone, so all of it counts as its user's", "explain")
    seen.put("m.ics", later.replace("END:VEVENT", "STATUS:CANCELLED\r\nEND:VEVENT"))
    tap.eventually(lambda: not real.items_of("lost"), "no items", SOON)


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Story)))
