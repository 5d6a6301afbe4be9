# SPDX-License-Identifier: Apache-2.0
"""A meeting becomes something that gets no items, or others: what lies ahead goes, what is over or still of use stays."""
import datetime
import re
import sys
import urllib.parse

import calendars
import support
import tap

SOON = 20.0


class Story(calendars.World):
    def with_items(self, text, uid):
        """A meeting in a calendar of its own, with its items."""
        seen, real = self.new_calendar()
        assert seen.put("m.ics", text).status == 201, "PUT"
        self.settle()
        assert real.items_of(uid), f"no items of {uid}"
        return seen, real

    def becomes(self, uid, text):
        """The items that are left when the meeting has become something else."""
        seen, real = self.with_items(calendars.meeting(uid=uid), uid)
        answer = seen.put("m.ics", text)
        assert answer.status in (200, 201, 204), f"{uid}: {answer.status} {answer.text}"
        self.settle()
        return real.items_of(uid)

    def explained(self, uid):
        return support.run("explain", "-c", self.upbeat.settings, uid).stdout


def titles(items):
    return sorted(item.text("SUMMARY") for item in items)


def all_day(text):
    """The same on a whole day."""
    return re.sub(r"(DTSTART|DTEND);TZID=Europe/Berlin:(\d{8})T\d{6}", r"\1;VALUE=DATE:\2", text.replace(
        f"DTEND;TZID=Europe/Berlin:{calendars.business_day(10):%Y%m%d}",
        f"DTEND;TZID=Europe/Berlin:{calendars.business_day(10) + datetime.timedelta(days=1):%Y%m%d}",
    ))


@tap.case("a meeting that is moved into the past takes along what is ahead, and gets all anew when it is moved back")
def _(story):
    seen, real = story.with_items(calendars.meeting(uid="past"), "past")
    before = titles(real.items_of("past"))
    seen.put("m.ics", calendars.meeting(uid="past", start=calendars.business_day(-7)))
    tap.eventually(lambda: not real.items_of("past"), "no items", SOON)
    said = story.explained("past")
    tap.contains(said, "Nothing is planned: the event is over", "explain")
    tap.contains(said, "prep/prep: removed", "explain")
    seen.put("m.ics", calendars.meeting(uid="past"))
    tap.eventually(lambda: titles(real.items_of("past")) == before, "items again", SOON)


@tap.case("what the user changed stays when the meeting is moved into the past")
def _(story):
    for uid, changed in (("hand-past", {"start": calendars.business_day(-7)}),):
        seen, real = story.with_items(calendars.meeting(uid=uid), uid)
        href, (_, text) = next((href, found) for href, found in real.objects().items() if "SUMMARY:Acme: prep" in found[1])
        seen.put(href.rsplit("/", 1)[1], text.replace("SUMMARY:Acme: prep", "SUMMARY:My own prep"))
        seen.put("m.ics", calendars.meeting(uid=uid, **changed))
        tap.eventually(lambda: len(real.items_of(uid)) == 1, "all others gone", SOON)
        tap.contains(titles(real.items_of(uid))[0], "My own prep", "what is left")
        said = next(line for line in story.explained(uid).splitlines() if line.startswith("  prep/prep: "))
        tap.contains(said, "stays", "explain")


@tap.case("a meeting that has just come to its end keeps its follow-up when a guest's answer is stored")
def _(story):
    start = datetime.datetime.now(calendars.BERLIN) - datetime.timedelta(minutes=55)
    text = calendars.meeting(uid="ended", start=start)
    seen, real = story.with_items(text, "ended")
    before = titles(real.items_of("ended"))
    earlier = text.replace(f"T{start:%H%M%S}", f"T{start - datetime.timedelta(minutes=1):%H%M%S}")
    with story.at(start + datetime.timedelta(minutes=60, seconds=1), story.store):
        seen = calendars.Calendar(story.upbeat.url + urllib.parse.urlsplit(seen.url).path, "alice")
        for changed, what in (
            (text.replace("NEEDS-ACTION;RSVP=TRUE:mailto:cto@", "ACCEPTED:mailto:cto@"), "items after an answer"),
            (earlier, "items after a small correction"),
        ):
            assert seen.put("m.ics", changed).status in (200, 201, 204), "PUT"
            story.settle()
            tap.equal(titles(real.items_of("ended")), before, what)
        tap.contains(story.explained("ended"), "follow-up/follow-up: stands", "explain")
        story.upbeat.is_sane()


@tap.case("a meeting that is called off takes its items along, however its client says so")
def _(story):
    plain = calendars.meeting(uid="off")
    for number, text in enumerate((
        plain.replace("VERSION:2.0", "VERSION:2.0\r\nMETHOD:CANCEL"),
        plain.replace("END:VEVENT", "STATUS:CANCELLED\r\nEND:VEVENT"),
        *(plain.replace("SUMMARY:", f"SUMMARY:{word} ") for word in (
            "Canceled:", "Cancelled:", "Canceled event:", "CANCELED", "[Cancelled]", "Abgesagt:", "Abgesagt -", "Annulé :",
        )),
    )):
        tap.equal(titles(story.becomes(f"off-{number}", text.replace("UID:off", f"UID:off-{number}"))), [], text)


@tap.case("a meeting that becomes another one has the items of the other one")
def _(story):
    for number, text in enumerate((
        all_day(calendars.meeting(uid="other")),
        calendars.meeting(uid="other", attendees=()),
        calendars.meeting(uid="other", attendees=("alice", "bob")),
        calendars.meeting(uid="other", organizer="cto@acme.example"),
        calendars.meeting(uid="other", more="CLASS:PRIVATE"),
        calendars.meeting(uid="other", more="CATEGORIES:no-upbeat"),
        calendars.meeting(uid="other").replace("NEEDS-ACTION;RSVP=TRUE:mailto:alice", "DECLINED:mailto:alice"),
    )):
        uid = f"other-{number}"
        left = titles(story.becomes(uid, text.replace("UID:other", f"UID:{uid}")))
        seen, real = story.new_calendar()
        seen.put("m.ics", text.replace("UID:other", f"UID:fresh-{number}"))
        story.settle()
        tap.equal(left, titles(real.items_of(f"fresh-{number}")), text)


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Story)))
