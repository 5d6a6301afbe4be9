# SPDX-License-Identifier: Apache-2.0
"""What users change in an item by hand stays theirs, through Upbeat or past it, while the rest follows the meeting."""
import re
import sys
import urllib.parse

import calendars
import support
import tap
from recurring import Story, answered

EVERY = 1  # seconds between two looks for changes
SOON = 5.0
THREE = ("alice", "bob", "cto@acme.example")
# One more item, at a fixed time.
SIGNAL = """\
format: 1
rules:
  - name: signal
    for: meeting
    when: is_customer_meeting
    create:
      - event: signal
        title: Turn to the next step
        at: 8m before end
        duration: 8m
        busy: false
"""
STATE = """\
<?xml version="1.0"?>
<propfind xmlns="DAV:"><prop><sync-token/><getctag xmlns="http://calendarserver.org/ns/"/></prop></propfind>
"""


class Hand(Story):
    def __init__(self, server):
        super().__init__(server)
        self.settings += f"sync_every: {EVERY}s\n"
        site = self.folder / "site"
        site.mkdir()
        (site / "signal.yaml").write_text(SIGNAL)
        self.rules = f"[{support.TOP}/rules, {site}]"

    def meet(self, uid, days=8, title="Demo for Acme"):
        """A meeting with its items: alice's calendar through Upbeat and on the server."""
        seen, real = self.new_calendar()
        self.save(seen, uid, days, title)
        return seen, real

    def save(self, seen, uid, days=8, title="Demo for Acme"):
        start = calendars.business_day(days, 11)
        self.change(seen, calendars.meeting(title, start, attendees=THREE, uid=uid))

    def items(self, real, uid, words=": prep for "):
        return [item for item in real.items_of(uid) if words in item.text("SUMMARY")]

    def item(self, real, uid, words=": prep for "):
        found = self.items(real, uid, words)
        tap.equal(len(found), 1, f"items of {uid}")
        return found[0]

    def starts(self, real, uid):
        return self.item(real, uid).time("DTSTART").astimezone(calendars.BERLIN)

    def object_of(self, real, item):
        """The name of an item's object and its text, unfolded."""
        uid = item.value("UID")
        href, (_, text) = next((href, found) for href, found in real.objects().items() if f"UID:{uid}" in found[1])
        return href.rsplit("/", 1)[1], re.sub(r"\r?\n[ \t]", "", text)

    def edit(self, seen, real, item, change):
        """The user changes an item by a client that goes through Upbeat."""
        name, text = self.object_of(real, item)
        assert change(text) != text, f"nothing changes: {text}"
        self.change(seen, change(text), name)

    def edit_past(self, seen, real, item, change):
        """He does so in the server's own pages. Then his client looks for changes until one is there."""
        self.poll(seen)
        tap.eventually(lambda: self.was_looked_at(seen), "the first look", SOON)
        name, text = self.object_of(real, item)
        assert change(text) != text, f"nothing changes: {text}"
        tap.equal(real.put(name, change(text)).status // 100, 2, "PUT")
        put = real.get(name).body
        tap.eventually(lambda: self.poll(seen) or real.get(name).body != put, "what Upbeat makes of it", SOON)
        self.settle()

    def edit_unseen(self, seen, real, item, change):
        """The same, where Upbeat has nothing to do about it."""
        name, text = self.object_of(real, item)
        tap.equal(real.put(name, change(text)).status // 100, 2, "PUT")
        self.poll(seen)
        self.settle()

    def poll(self, seen):
        fields = {"Depth": "0", "Content-Type": "application/xml"}
        tap.equal(support.request("PROPFIND", seen.url, seen.user, STATE, fields).status, 207, "PROPFIND")

    def was_looked_at(self, seen):
        path = urllib.parse.urlsplit(seen.url).path
        return support.rows_in(self.store, "SELECT 1 FROM sync WHERE collection = ?", path)

    def explained(self, uid):
        return support.run("explain", "-c", self.upbeat.settings, uid).stdout

    def is_quiet(self, seen, real):
        """Another look at the meeting writes nothing."""
        before = real.objects()
        self.change(seen, seen.get("m.ics").text)
        after = {**real.objects(), **{href: found for href, found in before.items() if href.endswith("/m.ics")}}
        tap.equal(after, before, "after another look")


def declined(text):
    return answered(text, "DECLINED")


def called_off(text):
    return re.sub(r"BEGIN:VEVENT(\r?\n)", r"BEGIN:VEVENT\1STATUS:CANCELLED\1", text, count=1)


# ---- declined by the owner ----


@tap.case("a prep call that its owner declines gets another time once, and is not made again after the second time")
def _(story):
    seen, real = story.meet("declined")
    first, before = story.starts(real, "declined"), story.item(real, "declined")
    story.edit(seen, real, before, declined)
    second = story.starts(real, "declined")
    assert second > first, f"it is still at {second}"
    text = story.object_of(real, before)[1]
    tap.equal("DECLINED" in text, False, "it is declined")
    said = f"its owner has declined it at {first:%a %F %H:%M} (seen on "
    tap.contains(story.explained("declined"), said, "explain")
    story.is_quiet(seen, real)
    story.save(seen, "declined", title="Another demo for Acme")
    tap.equal(story.starts(real, "declined"), second, "after a retitle")
    story.edit(seen, real, story.item(real, "declined"), declined)
    tap.equal(story.items(real, "declined"), [], "after the second time")
    for days in (8, 12):
        story.save(seen, "declined", days)
        tap.equal(story.items(real, "declined"), [], f"the meeting is in {days} days")
    tap.contains(story.explained("declined"), "its owner has declined it twice, and it stays away", "explain")


@tap.case("so does one that he calls off in the server's own pages, wherever he has moved it")
def _(story):
    seen, real = story.meet("off")
    first, put = story.starts(real, "off"), calendars.business_day(7, 16, 30)

    def move(text):
        text = re.sub(r"(DTSTART;TZID=[^:]*):\d+T\d+", rf"\1:{put:%Y%m%dT%H%M%S}", text)
        return re.sub(r"(DTEND;TZID=[^:]*):\d+T\d+", rf"\1:{put + (before.duration()):%Y%m%dT%H%M%S}", text)

    before = story.item(real, "off")
    story.edit(seen, real, before, move)
    tap.equal(story.starts(real, "off"), put, "moved")
    story.edit_past(seen, real, story.item(real, "off"), called_off)
    tap.equal(story.starts(real, "off"), first, "as it was first")
    tap.equal(story.item(real, "off").value("STATUS"), None, "STATUS")
    story.edit_past(seen, real, story.item(real, "off"), called_off)
    tap.equal(story.items(real, "off"), [], "after the second time")
    story.is_quiet(seen, real)


@tap.case("what has no other time goes when its owner calls it off")
def _(story):
    seen, real = story.meet("signal")
    signal = story.item(real, "signal", "next step")
    story.edit(seen, real, signal, called_off)
    tap.equal(story.items(real, "signal", "next step"), [], "signals")
    story.save(seen, "signal", 12)
    tap.equal(story.items(real, "signal", "next step"), [], "signals after a move")
    tap.equal(len(story.items(real, "signal")), 1, "prep calls")


# ---- property by property ----


def line(pattern, to):
    """Changes the event's first line that matches; the rest of the object stays."""
    return lambda text: re.sub(rf"(?m)^{pattern}(\r?)$", lambda found: to + found[found.lastindex], text, count=1)


def words(old, new):
    return lambda text: text.replace(old, new, 1)


def without(pattern):
    return lambda text: re.sub(rf"(?ms)^{pattern}\r?\n", "", text, count=1)


retitled = line("SUMMARY:.*?", "SUMMARY:My own title")
alarm_changed = words("TRIGGER:-PT10M", "TRIGGER:-PT45M")
alarm_removed = without("BEGIN:VALARM.*?END:VALARM")
alarm_added = words("BEGIN:VALARM", "BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:Mine\nTRIGGER:-P1D\nEND:VALARM\nBEGIN:VALARM")
above = words("DESCRIPTION:For: ", r"DESCRIPTION:Call Ben first!\n\nFor: ")
below = words("own notes below ---", r"own notes below ---\nAsk for the price")
within = words("1. INTRODUCTIONS", r"Mine\n1. INTRODUCTIONS")
agenda_deleted = without("DESCRIPTION:For: [^\r\n]*")
guest_added = words("ATTENDEE", "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:carol@ours.example\nATTENDEE")
guest_removed = without("ATTENDEE[^\r\n]*mailto:bob@[^\r\n]*")
ALICE, BOB, CAROL = (f"{name}@ours.example" for name in ("alice", "bob", "carol"))
FOLLOWS = "For: Another title, "


def triggers(text):
    return sorted(re.findall(r"(?m)^TRIGGER:(\S+)", text))


def after(story, uid, edit, *changes):
    """A user makes the changes; the meeting is moved and retitled. The item and its text then."""
    seen, real = story.meet(uid)
    before = story.item(real, uid)

    def change(text):
        for each in changes:
            assert each(text) != text, f"nothing changes: {text}"
            text = each(text)
        return text.replace("\r\n", "\n").replace("\n", "\r\n")

    edit(seen, real, before, change)
    story.save(seen, uid, 12, "Another title")
    story.is_quiet(seen, real)
    uid_of = before.value("UID")
    item = next(item for item in real.items_of(uid) if item.value("UID") == uid_of)
    moved = business_days_of(item) - business_days_of(before)
    tap.equal(moved, calendars.business_days_between(calendars.business_day(8).date(), calendars.business_day(12).date()), "days")
    return item, story.object_of(real, item)[1]


def business_days_of(item):
    today = calendars.business_day(0).date()
    return calendars.business_days_between(today, item.time("DTSTART").date())


@tap.case("a title, an alarm, a guest and notes above the agenda stay, and the agenda follows below them")
def _(story):
    item, text = after(story, "a", story.edit, retitled, alarm_changed, guest_added, above)
    tap.equal(item.text("SUMMARY"), "My own title", "title")
    tap.equal(triggers(text), ["-PT45M"], "alarms")
    tap.equal(item.addresses(), {ALICE, BOB, CAROL}, "guests")
    tap.equal(item.text("DESCRIPTION").startswith("Call Ben first!\n\nFor: "), True, "notes above the agenda")
    tap.contains(item.text("DESCRIPTION"), FOLLOWS, "agenda")


@tap.case("without an alarm and a guest it stays, too, changed in the server's own pages, and so do notes below the agenda")
def _(story):
    item, text = after(story, "b", story.edit_unseen, alarm_removed, guest_removed, below)
    tap.contains(item.text("SUMMARY"), "Another title", "title")
    tap.equal(triggers(text), [], "alarms")
    tap.equal(item.addresses(), {ALICE}, "guests")
    tap.equal(item.text("DESCRIPTION").endswith("own notes below ---\nAsk for the price"), True, "notes below")
    tap.contains(item.text("DESCRIPTION"), FOLLOWS, "agenda")


@tap.case("a further alarm stays, and an agenda that was changed within, as a whole")
def _(story):
    item, text = after(story, "c", story.edit, alarm_added, within)
    tap.contains(item.text("SUMMARY"), "Another title", "title")
    tap.equal(triggers(text), ["-P1D", "-PT10M"], "alarms")
    tap.contains(item.text("DESCRIPTION"), "Mine\n1. INTRODUCTIONS", "agenda")
    tap.equal(FOLLOWS in item.text("DESCRIPTION"), False, "the agenda is a new one")


@tap.case("an agenda that was deleted in the server's own pages stays away")
def _(story):
    item, _ = after(story, "d", story.edit_unseen, agenda_deleted)
    tap.contains(item.text("SUMMARY"), "Another title", "title")
    tap.equal(item.text("DESCRIPTION"), "", "agenda")


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Hand)))
