# SPDX-License-Identifier: Apache-2.0
"""A series: each of its next two instances has items, which go along with it, and are topped up as instances pass."""
import contextlib
import datetime
import sqlite3
import sys

import calendars
import support
import tap

SOON = 5.0
WEEK = datetime.timedelta(days=7)


def instance(uid, old, new, minutes=30, more="", title="Weekly sync Acme"):
    """The override of one instance, as a client stores it in the same object."""
    text = calendars.meeting(title, new, minutes, ("alice", "cto@acme.example"), uid, f"RECURRENCE-ID;TZID=Europe/Berlin:{old:%Y%m%dT%H%M%S}\n{more}")
    return text[text.index("BEGIN:VEVENT"):text.index("END:VCALENDAR")]


def series(uid, start, rule="FREQ=WEEKLY;COUNT=20", more="", overrides=(), title="Weekly sync Acme", attendees=("alice", "cto@acme.example")):
    text = calendars.meeting(title, start, 30, attendees, uid, f"RRULE:{rule}\n{more}")
    return text.replace("END:VCALENDAR", "".join(overrides) + "END:VCALENDAR")


class Story(calendars.World):
    def store_series(self, uid, start, **more):
        seen, real = self.new_calendar()
        tap.equal(seen.put("m.ics", series(uid, start, **more)).status, 201, "PUT")
        self.settle()
        return seen, real

    def change(self, seen, text):
        assert seen.put("m.ics", text).status in (201, 204), "PUT"
        self.settle()


def due(real, uid):
    """When the to-dos after the instances are due, which tells the instances; and each to-do's UID."""
    todos = [item for item in real.items_of(uid) if ": follow up " in item.text("SUMMARY")]
    return {item.time("DUE").astimezone(calendars.BERLIN).date(): item.value("UID") for item in todos}


@tap.case("the next two instances have their items: agenda and follow-up, for one of ours")
def _(story):
    start = calendars.business_day(6, 11)
    _, real = story.store_series("weekly", start)
    items = real.items_of("weekly")
    tap.equal(len(items), 4, [item.text("SUMMARY") for item in items])
    tap.equal(sorted(due(real, "weekly")), [start.date(), (start + WEEK).date()], "instances")
    agendas = [item for item in items if ": before " in item.text("SUMMARY")]
    tap.equal({item.time("DUE").date() for item in agendas}, {start.date(), (start + WEEK).date()}, "agendas, that morning")


@tap.case("the same PUT again changes nothing")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("again", start)
    before = real.objects()
    story.change(seen, series("again", start))
    tap.equal({href: etag for href, (etag, _) in real.objects().items() if "m.ics" not in href},
              {href: etag for href, (etag, _) in before.items() if "m.ics" not in href}, "ETags")


@tap.case("an exception's items go, and those of the next instance come; the others stay the same")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("exception", start)
    before = due(real, "exception")
    story.change(seen, series("exception", start, more=f"EXDATE;TZID=Europe/Berlin:{start:%Y%m%dT%H%M%S}"))
    after = due(real, "exception")
    tap.equal(sorted(after), [(start + WEEK).date(), (start + 2 * WEEK).date()], "instances")
    tap.equal(after[(start + WEEK).date()], before[(start + WEEK).date()], "the item of the second instance")


@tap.case("an instance that is moved takes its items along, one that is called off loses them")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("override", start)
    before = due(real, "override")
    moved = start + datetime.timedelta(days=1 if start.weekday() < 4 else -1)
    story.change(seen, series("override", start, overrides=[instance("override", start, moved)]))
    after = due(real, "override")
    tap.equal(sorted(after), sorted([moved.date(), (start + WEEK).date()]), "instances")
    tap.equal(set(after.values()), set(before.values()), "the items are the same")
    off = instance("override", start, moved, more="STATUS:CANCELLED")
    story.change(seen, series("override", start, overrides=[off]))
    tap.equal(sorted(due(real, "override")), [(start + WEEK).date(), (start + 2 * WEEK).date()], "instances")


@tap.case("the whole series moves, by an hour, a day, to another weekday: the items go along and keep their UIDs")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("shifted", start)
    uids = set(due(real, "shifted").values())
    days = 1 if start.weekday() < 4 else -1
    for later in (start + datetime.timedelta(hours=1), start + datetime.timedelta(days=days, hours=2)):
        story.change(seen, series("shifted", later))
        after = due(real, "shifted")
        tap.equal(sorted(after), [later.date(), (later + WEEK).date()], f"instances at {later}")
        tap.equal(set(after.values()), uids, f"UIDs at {later}")


@tap.case("what its user has changed in the item of one instance stays with it")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("hand", start)
    href, (_, text) = next((href, found) for href, found in real.objects().items() if ": follow up " in found[1])
    assert seen.put(href.rsplit("/", 1)[1], text.replace("SUMMARY:", "SUMMARY:My ")).status in (201, 204), "PUT"
    story.settle()
    later = start + datetime.timedelta(hours=1)
    story.change(seen, series("hand", later))
    titles = [item.text("SUMMARY") for item in real.items_of("hand") if "follow up" in item.text("SUMMARY")]
    tap.equal(sum(title.startswith("My ") for title in titles), 1, titles)


@tap.case("a series that ends early, and one that is deleted, take their items along")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("ends", start)
    until = start.astimezone(datetime.timezone.utc)
    story.change(seen, series("ends", start, rule=f"FREQ=WEEKLY;UNTIL={until:%Y%m%dT%H%M%SZ}"))
    tap.equal(sorted(due(real, "ends")), [start.date()], "instances")
    tap.equal(seen.delete("m.ics").status // 100, 2, "DELETE")
    tap.eventually(lambda: not real.items_of("ends"), "nothing is left", SOON + calendars.GRACE)


@tap.case("`this and following`, as clients write it: the old series ends, a new one begins with items of its own")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("split", start)
    cut = start + WEEK
    until = (cut - datetime.timedelta(seconds=1)).astimezone(datetime.timezone.utc)
    story.change(seen, series("split", start, rule=f"FREQ=WEEKLY;UNTIL={until:%Y%m%dT%H%M%SZ}"))
    rest = cut + datetime.timedelta(hours=2)
    tap.equal(seen.put("rest.ics", series("split-rest", rest, rule="FREQ=WEEKLY;COUNT=19")).status, 201, "PUT")
    story.settle()
    tap.equal(sorted(due(real, "split")), [start.date()], "instances of the old one")
    tap.equal(sorted(due(real, "split-rest")), [rest.date(), (rest + WEEK).date()], "instances of the new one")


@tap.case("a meeting that becomes weekly, and a series that becomes one meeting again")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.new_calendar()
    single = calendars.meeting("Weekly sync Acme", start, 30, ("alice", "cto@acme.example"), "becomes")
    tap.equal(seen.put("m.ics", single).status, 201, "PUT")
    story.settle()
    uid = due(real, "becomes")[start.date()]
    story.change(seen, series("becomes", start))
    after = due(real, "becomes")
    tap.equal(sorted(after), [start.date(), (start + WEEK).date()], "instances")
    tap.equal(after[start.date()], uid, "the item of the first")
    story.change(seen, single)
    tap.equal(due(real, "becomes"), {start.date(): uid}, "of the one meeting")


@tap.case("a guest who comes to one instance alone makes that one a customer meeting")
def _(story):
    start = calendars.business_day(6, 11)
    other = start + WEEK
    text = calendars.meeting("Sync", other, 30, ("alice", "bob", "cto@acme.example"), "guest", f"RECURRENCE-ID;TZID=Europe/Berlin:{other:%Y%m%dT%H%M%S}")
    override = text[text.index("BEGIN:VEVENT"):text.index("END:VCALENDAR")]
    _, real = story.store_series("guest", start, overrides=[override], title="Sync", attendees=("alice", "bob"))
    tap.equal(sorted(due(real, "guest")), [other.date()], "instances")


@tap.case("a series is looked at again when its next instance is over")
def _(story):
    start = calendars.business_day(6, 11)
    story.store_series("topped", start)
    with contextlib.closing(sqlite3.connect(story.store, timeout=30)) as store:
        (when,) = store.execute("SELECT look_again FROM seen WHERE meeting_uid = 'topped'").fetchone()
    end = start + datetime.timedelta(minutes=30)
    tap.equal(when, int(end.timestamp()) * 1000, "when")


@tap.case("what cannot be expanded counts by its first date, and passes")
def _(story):
    start = calendars.business_day(6, 11)
    _, real = story.store_series("bomb", start, rule="FREQ=HOURLY;COUNT=5")
    tap.equal(sorted(due(real, "bomb")), [start.date()], "instances")


sys.exit(tap.run_in_each(support.worlds(Story)))
