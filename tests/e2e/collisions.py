# SPDX-License-Identifier: Apache-2.0
"""No item stands where one of its people is taken: by another item, or by a meeting of any kind."""
import concurrent.futures
import datetime
import itertools
import json
import random
import sys

import calendars
import support
import tap

SOON = 5.0
RULES = """\
format: 1
rules:
  - name: prep
    when: meeting.customer
    create:
      - event: prep
        title: "Prep: {{ meeting.title }}"
        between: [3 business days before start, 2 business days before start]
        duration: 30m
        attendees: meeting.internal
      - event: wrap-up
        title: "Wrap-up: {{ meeting.title }}"
        between: [end, 1 business day after end]
        duration: 30m
        attendees: meeting.internal
  - name: dry-run
    when: meeting.customer && meeting.title.contains("Demo")
    create:
      - event: dry-run
        title: "Dry run: {{ meeting.title }}"
        at: 3 days before start
        duration: 1h
        attendees: meeting.internal
"""
SEED = 13


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        rules = self.folder / "rules"
        rules.mkdir()
        (rules / "rules.yaml").write_text(RULES)
        self.upbeat = self.start(
            support.Upbeat, self.server, store=f"sqlite:{self.store}", rules=rules, settings=f"{support.ORGANIZATION}control: control\n"
        )
        return self

    def of(self, user):
        """A user's calendar as he sees it through Upbeat, and as it is on the server."""
        path = self.server.calendar_of(user)
        return tuple(calendars.Calendar(server.url + path, user) for server in (self.upbeat, self.server))

    def put(self, user, uid, **meeting):
        answer = self.of(user)[0].put(f"{uid}.ics", calendars.meeting(uid=uid, organizer=user, **meeting))
        assert answer.status in (201, 204), f"PUT: {answer.status}"

    def item(self, user, uid, kind="Prep"):
        found = [item for item in self.of(user)[1].items_of(uid) if item.text("SUMMARY").startswith(kind)]
        return found[0] if len(found) == 1 else None

    def time_of(self, user, uid, kind="Prep"):
        item = self.item(user, uid, kind)
        return item and item.time("DTSTART").astimezone(calendars.BERLIN)

    def etags(self, user):
        return {href: etag for href, (etag, _) in self.of(user)[1].objects().items()}


def clock(moment):
    return f"{moment:%H:%M}"


@tap.case("three customer meetings of the same two people on one day get three preps at different times")
def _(story):
    for n, hour in enumerate((10, 12, 15)):
        story.put("alice", f"day-{n}", start=calendars.business_day(10, hour), attendees=("alice", "bob", f"cto@acme{n}.example"))
    story.settle()
    times = sorted(story.time_of("alice", f"day-{n}") for n in range(3))
    tap.equal([clock(time) for time in times], ["09:00", "09:30", "10:00"], "preps")
    before = story.etags("alice")
    for n, hour in enumerate((10, 12, 15)):
        story.put("alice", f"day-{n}", start=calendars.business_day(10, hour), attendees=("alice", "bob", f"cto@acme{n}.example"))
    story.settle()
    changed = [href for href, etag in story.etags("alice").items() if before[href] != etag and "day-" not in href]
    tap.equal(changed, [], "items that a second pass has written")


@tap.case("an internal meeting at nine pushes the prep, also one of a colleague in his own calendar")
def _(story):
    start = calendars.business_day(20)
    story.put("alice", "standup", start=calendars.business_day(17, 9), minutes=30, attendees=("alice", "bob"))
    story.put("bob", "bobs", start=calendars.business_day(17, 9, 30), minutes=60, attendees=None, more="CLASS:PRIVATE")
    story.settle()
    story.put("alice", "pushed", start=start)
    story.settle()
    tap.equal(clock(story.time_of("alice", "pushed")), "10:30", "prep")


@tap.case("a series of colleagues pushes a prep on each of its days, and gives the time back when it ends")
def _(story):
    rule = "RRULE:FREQ=WEEKLY;COUNT=12"
    start = calendars.business_day(32)
    first = calendars.business_day(29, 9) - datetime.timedelta(weeks=4)
    story.put("alice", "jour-fixe", start=first, minutes=60, attendees=("alice", "bob"), more=rule)
    story.settle()
    story.put("alice", "beside", start=start)
    story.settle()
    tap.equal(clock(story.time_of("alice", "beside")), "10:00", "prep")
    story.put("alice", "jour-fixe", start=first, minutes=60, attendees=("alice", "bob"), more="RRULE:FREQ=WEEKLY;COUNT=1")
    story.settle()
    story.put("alice", "instead", start=start + datetime.timedelta(hours=2))
    story.settle()
    tap.equal(clock(story.time_of("alice", "instead")), "09:00", "prep of another meeting")


@tap.case("explain says who is busy, and nothing of what takes him")
def _(story):
    answer = support.run("explain", "-c", story.upbeat.settings, "pushed")
    tap.contains(answer.stdout, "is busy", "explain")
    assert "standup" not in answer.stdout, answer.stdout


@tap.case("a meeting that is stored over a prep moves it, and nothing else is written")
def _(story):
    story.put("alice", "over", start=calendars.business_day(30))
    story.settle()
    when = story.time_of("alice", "over")
    tap.equal(clock(when), "09:00", "prep")
    other = story.etags("alice")
    story.put("bob", "later", start=when, minutes=90, attendees=("bob", "alice"))
    tap.eventually(lambda: clock(story.time_of("alice", "over")) == "10:30", "the prep after the meeting", SOON)
    story.settle()
    moved = [href for href, etag in story.etags("alice").items() if other[href] != etag]
    tap.equal(len(moved), 1, "objects written")
    story.of("bob")[0].delete("later.ics")
    story.settle()
    story.put("alice", "over", start=calendars.business_day(30))
    story.settle()
    tap.equal(clock(story.time_of("alice", "over")), "10:30", "the prep, which stays")


def days_off(uid, day, days, more=""):
    """Whole days on which somebody is not there."""
    text = calendars.meeting("Vacation", day, 30, None, uid, more)
    times = f"DTSTART;VALUE=DATE:{day:%Y%m%d}\r\nDTEND;VALUE=DATE:{day + datetime.timedelta(days=days):%Y%m%d}\r\n"
    head, _, rest = text.partition("DTSTART;TZID")
    return head + times + rest[rest.index("SUMMARY"):]


@tap.case("a vacation that is stored over a prep moves it out of these days, and one that is shown as free does not")
def _(story):
    story.put("alice", "before-vacation", start=calendars.business_day(55))
    story.settle()
    when = story.time_of("alice", "before-vacation")
    days = [calendars.business_day(n, 9).date() for n in (51, 52, 53)]
    tap.equal(when.date(), days[1], "prep")
    story.of("alice")[0].put("note.ics", days_off("note", when, 1, "TRANSP:TRANSPARENT"))
    story.settle()
    tap.equal(story.time_of("alice", "before-vacation"), when, "prep on a day with a note")
    story.of("bob")[0].put("vacation.ics", days_off("vacation", when, 1))
    tap.eventually(lambda: story.time_of("alice", "before-vacation").date() == days[2], "the prep on the next day", SOON)
    story.of("bob")[0].put("vacation.ics", days_off("vacation", when, (days[2] - days[1]).days + 1))
    tap.eventually(lambda: story.time_of("alice", "before-vacation").date() == days[0], "the prep before the vacation", SOON)


@tap.case("a prep that its user has moved stays, and others keep out of its way")
def _(story):
    story.put("alice", "mine", start=calendars.business_day(40))
    story.settle()
    seen, real = story.of("alice")
    when = story.time_of("alice", "mine")
    href, (_, text) = next((href, found) for href, found in real.objects().items() if "SUMMARY:Prep" in found[1] and "RELATED-TO;RELTYPE=PARENT:mine" in found[1].replace("\r\n ", ""))
    name = href.rsplit("/", 1)[1]
    for hour in ("0900", "0930"):
        new = {"0900": "1100", "0930": "1130"}[hour]
        text = text.replace(f"T{hour}00", f"T{new}00")
    tap.equal(seen.put(name, text).status in (201, 204), True, "PUT of the item")
    story.settle()
    story.put("alice", "lunch", start=when + datetime.timedelta(hours=2), minutes=30, attendees=("alice", "bob"))
    story.settle()
    tap.equal(clock(story.time_of("alice", "mine")), "11:00", "the prep that was moved")
    story.put("alice", "morning", start=when, minutes=120, attendees=("alice", "bob"))
    story.put("alice", "second", start=calendars.business_day(40, 16))
    story.settle()
    tap.equal(clock(story.time_of("alice", "second")), "11:30", "the other meeting's prep")


@tap.case("a meeting that is deleted or shown as free gives its time back")
def _(story):
    day = calendars.business_day(47, 9)
    story.put("alice", "gone", start=day, minutes=60, attendees=("alice", "bob"))
    story.put("alice", "free", start=day + datetime.timedelta(hours=1), minutes=60, attendees=("alice", "bob"))
    story.settle()
    story.of("alice")[0].delete("gone.ics")
    story.put("alice", "free", start=day + datetime.timedelta(hours=1), minutes=60, attendees=("alice", "bob"), more="TRANSP:TRANSPARENT")
    story.settle()
    story.put("alice", "back", start=calendars.business_day(50))
    story.settle()
    tap.equal(clock(story.time_of("alice", "back")), "09:00", "prep")


@tap.case("an item whose rule says its time pushes a prep")
def _(story):
    demo = calendars.business_day(85, 9)
    demo += datetime.timedelta(days=(3 - demo.weekday()) % 7)  # a Thursday
    monday = demo - datetime.timedelta(days=3)
    story.put("alice", "other", start=demo.replace(hour=16))
    story.settle()
    tap.equal(story.time_of("alice", "other"), monday, "prep")
    story.put("alice", "demo", start=demo, title="Demo for Acme")
    story.settle()
    tap.equal(story.time_of("alice", "demo", "Dry run"), monday, "dry run")
    tap.equal(clock(story.time_of("alice", "other")), "10:00", "prep that was pushed")


# ---- at random ----


def random_meetings(chance):
    """(user, uid, meeting) of a fortnight: most with customers, some internal, some of one alone."""
    for n in range(30):
        user = chance.choice(("alice", "bob"))
        start = calendars.business_day(60 + chance.randrange(10), chance.randrange(9, 17), chance.choice((0, 15, 30, 45)))
        people = chance.choice(
            [("alice", "bob", f"cto@acme{n}.example")] * 4 + [(user, f"cto@acme{n}.example")] * 2 + [("alice", "bob"), None]
        )
        yield user, f"random-{n}", {"start": start, "minutes": chance.choice((15, 30, 60, 90)), "attendees": people}


def taken(story):
    """(start, end, title, is an item) of each event, by person."""
    found = {"alice": [], "bob": []}
    for user in found:
        for _, text in story.of(user)[1].objects().values():
            for event in calendars.components(text):
                uid = event.value("RELATED-TO") or event.value("UID")
                if not uid.startswith("random-"):
                    continue
                people = {address.split("@")[0] for address in event.addresses() if address.endswith("@ours.example")} | {user}
                entry = (event.time("DTSTART"), event.time("DTEND"), event.text("SUMMARY"), bool(event.value("RELATED-TO")))
                for person in people:
                    found[person].append(entry)
    return found


@tap.case("of thirty meetings in a fortnight, stored by many at once, no item lies on anything")
def _(story):
    chance = random.Random(SEED)
    meetings = list(random_meetings(chance))
    with concurrent.futures.ThreadPoolExecutor(8) as many:
        list(many.map(lambda each: story.put(each[0], each[1], **each[2]), meetings))
    story.settle()
    for user, uid, meeting in chance.sample(meetings, 10):
        meeting["start"] += datetime.timedelta(minutes=chance.choice((-60, 45, 120)))
        story.put(user, uid, **meeting)
    story.settle()
    items = 0
    for person, events in taken(story).items():
        items += sum(event[3] for event in events)
        for one, other in itertools.combinations(sorted(events), 2):
            if (one[3] or other[3]) and one[0] < other[1] and other[0] < one[1]:
                assert False, f"{person}: {one} and {other}"
    tap.note(f"{items} times of items, of two people")
    assert items > 40, f"only {items} items"


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Story, (support.Radicale,))))
