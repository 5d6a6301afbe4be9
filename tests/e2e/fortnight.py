# SPDX-License-Identifier: Apache-2.0
"""Two weeks of two people, stored meeting by meeting: what stands in their calendars then, counted and shown as a week
view; and the same when the meetings come in another order."""
import dataclasses
import datetime
import itertools
import re
import sys

import calendars
import support
import tap

PEOPLE = ("alice", "bob")  # the account executive, and who looks after customers; each stores what the own calendar shows
OURS = {*PEOPLE, "carol", "dave"}
MOST = 37  # items of two people in two weeks
ACCOUNTS = """\
accounts:
  - id: lumen
    name: Lumen AG
    domains: [lumen.example]
    health: yellow
    tier: strategic
    stakeholders:
      - {email: vera.dahl@lumen.example, name: Vera Dahl, title: CTO, executive: true, economic_buyer: true, concerns: [dates]}
      - {email: idris.kaya@lumen.example, name: Idris Kaya, title: Head of Security, concerns: [where the data lies]}
      - {email: rosa.lind@lumen.example, name: Rosa Lind, title: Platform Lead, champion: true}
  - id: kestrel
    name: Kestrel SE
    domains: [kestrel.example]
    health: green
    tier: growth
    stakeholders:
      - {email: eva.stern@kestrel.example, name: Eva Stern, title: VP Engineering, executive: true}
      - {email: tim.rau@kestrel.example, name: Tim Rau, title: Admin}
    insights: [{title: A known hole on 12 hosts, severity: critical}]
  - {id: orchid, name: Orchid, domains: [orchid.example], health: red, tier: smb}
"""
VERA, IDRIS, ROSA = "vera.dahl@lumen.example", "idris.kaya@lumen.example", "rosa.lind@lumen.example"
EVA, TIM, JOE = "eva.stern@kestrel.example", "tim.rau@kestrel.example", "joe.wu@orchid.example"
FOUR = ("prep", "before", "sheet", "follow-up")
PRIVATE = ("Dentist", "Zahn", "Therapy", "clinic.example")


@dataclasses.dataclass
class Meeting:
    """One of the fortnight; the first of the attendees invites. Day 0 is the first Monday."""

    uid: str
    day: int
    time: str
    minutes: int
    title: str
    attendees: tuple
    items: tuple = ()
    more: str = ""

    def people(self):
        return [name for name in self.attendees if name in OURS]

    def start(self):
        hour, minute = map(int, self.time.split(":"))
        return MONDAY + datetime.timedelta(days=self.day, hours=hour, minutes=minute)

    def times(self):
        """When the meeting takes place in the fortnight."""
        start, length = self.start(), datetime.timedelta(minutes=self.minutes)
        weeks = (0, 1) if "RRULE" in self.more else (0,)
        return [(start + datetime.timedelta(weeks=n), start + datetime.timedelta(weeks=n) + length) for n in weeks]

    def text(self):
        attendees = self.attendees if len(self.attendees) > 1 else ()
        return calendars.meeting(
            self.title, self.start(), self.minutes, attendees, self.uid, self.more, organizer=self.attendees[0]
        )


FORTNIGHT = (
    Meeting("team", 0, "10:00", 45, "Sales team weekly", ("alice", "bob", "carol", "dave")),
    Meeting("discovery", 1, "10:00", 60, "Discovery: Pinnata", ("alice", "carol", "mia@pinnata.example", "tom@pinnata.example"), FOUR),
    # Two for each of the two instances that lie ahead: agenda and follow-up.
    Meeting("weekly", 1, "11:30", 30, "Weekly sync Orchid", ("bob", JOE), ("before", "before", "follow-up", "follow-up"), "RRULE:FREQ=WEEKLY;COUNT=20"),
    Meeting("demo", 2, "14:00", 60, "Demo for Lumen leadership", ("alice", "bob", "carol", VERA, "ralf.kern@lumen.example", ROSA), FOUR),
    Meeting("check-in", 2, "16:00", 15, "Check-in Kestrel", ("bob", TIM), ("before", "follow-up")),
    Meeting("deep-dive", 3, "11:00", 60, "Technical deep dive: SSO", ("alice", "carol", IDRIS, ROSA), FOUR),
    Meeting("one-on-one", 3, "15:00", 30, "1:1 Alice / Bob", ("alice", "bob")),
    Meeting("interview", 4, "10:00", 60, "Interview: June Dow (SE)", ("alice", "bob", "june.dow@gmail.com")),
    Meeting("lunch", 4, "12:30", 60, "Lunch with Rosa", ("alice", ROSA)),
    Meeting(
        "workshop", 7, "13:00", 90, "Workshop: migration plan",
        ("alice", "bob", "carol", "dave", ROSA, IDRIS, "ole@lumen.example", "ute@lumen.example"), FOUR,
    ),
    Meeting("dentist", 8, "08:00", 60, "Dentist", ("alice",), (), "LOCATION:Dr. Zahn\nCLASS:PRIVATE"),
    Meeting("qbr", 8, "10:00", 60, "QBR Kestrel Q4", ("bob", "alice", EVA, TIM), (*FOUR, "look")),
    Meeting("therapy", 9, "13:00", 60, "Therapy", ("alice", "x@clinic.example"), (), "CLASS:PRIVATE"),
    Meeting("vendor", 9, "15:00", 45, "SuiteCo: demo of our new sales suite", ("rep@suiteco.example", "alice")),
    Meeting("jour-fixe", 9, "16:45", 30, "Jour fixe Kestrel", ("bob", TIM, EVA), ("before", "sheet", "follow-up")),
    Meeting("school", 9, "19:00", 60, "Parents evening", ("t@school.example", "alice")),
    Meeting(
        "questionnaire", 10, "09:30", 45, "Lumen / Ours: security questionnaire", (VERA, "alice", "carol", IDRIS),
        ("prep", "sheet", "follow-up"),
    ),
    Meeting("renewal", 10, "16:30", 30, "Lumen renewal: commercial terms", ("bob", "alice", VERA, "ralf.kern@lumen.example"), FOUR),
)
KINDS = {"prep for ": "prep", "look into ": "look", "before ": "before", "run sheet ": "sheet", "follow up ": "follow-up"}


# Midnight of the first Monday: the first prep call, which is on the Wednesday before, is still to come.
TODAY = datetime.datetime.now(calendars.BERLIN).replace(hour=0, minute=0, second=0, microsecond=0)
MONDAY = TODAY + datetime.timedelta(days=21 - TODAY.weekday())
DAY_OFF = (MONDAY - datetime.timedelta(days=3)).date()  # on which a prep call would lie


HOLIDAY = """\
BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//upbeat//stories//EN\r
BEGIN:VEVENT\r
UID:day-off\r
DTSTAMP:20260101T000000Z\r
DTSTART;VALUE=DATE:{:%Y%m%d}\r
SUMMARY:Founders' day\r
END:VEVENT\r
END:VCALENDAR\r
"""


# ---- what stands in the calendars ----


class Item:
    """One of Upbeat's items: its component, and its object for what is nested in that."""

    def __init__(self, component, text):
        self.component, self.object = component, re.sub(r"\r?\n[ \t]", "", text)
        self.title, self.meeting = component.text("SUMMARY"), component.value("RELATED-TO")
        self.is_task = component.kind == "VTODO"
        self.is_busy = not self.is_task and component.value("TRANSP") != "TRANSPARENT"

    def kind(self):
        return next((kind for words, kind in KINDS.items() if words in self.title.lower()), self.title)

    def people(self, owner):
        return {address.split("@")[0] for address in self.component.addresses()} or {owner}

    def begin(self):
        moment = self.component.time("DUE" if self.is_task else "DTSTART")
        return moment.astimezone(calendars.BERLIN) if isinstance(moment, datetime.datetime) else moment

    def end(self):
        return self.begin() if self.is_task else self.component.time("DTEND")

    def reminders(self):
        """When a to-do reminds: spans before it is due, or points in time."""
        found = []
        for parameters, value in re.findall(r"^TRIGGER([^:]*):(\S+)", self.object, re.M):
            if "DATE-TIME" in parameters:
                moment = datetime.datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
            else:
                moment = self.begin().astimezone(datetime.timezone.utc) + span(value)
            found.append(moment.astimezone(calendars.BERLIN))
        return found


def span(text):
    """A duration of RFC 5545, such as -PT16H or -P1DT2H."""
    sign, *numbers = re.fullmatch(r"([-+]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", text).groups()
    weeks, days, hours, minutes, seconds = (int(number or 0) for number in numbers)
    length = datetime.timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -length if sign == "-" else length


def is_working_time(moment):
    """Mon-Fri 09:00-17:30 and no day off; the end of a day is working time."""
    local = moment.astimezone(calendars.BERLIN)
    return local.weekday() < 5 and local.date() != DAY_OFF and "09:00" <= f"{local:%H:%M}" <= "17:30"


class Story(support.ServerWorld):
    def __init__(self, meetings):
        super().__init__(support.Radicale)
        self.meetings = meetings

    def __enter__(self):
        super().__enter__()
        (self.folder / "off.ics").write_text(HOLIDAY.format(DAY_OFF))
        (self.folder / "accounts.yaml").write_text(ACCOUNTS)
        settings = f"{support.ORGANIZATION}  holidays: [{self.folder}/off.ics]\n"
        settings += f"accounts: [{{source: yaml, path: {self.folder}/accounts.yaml}}]\n"
        self.upbeat = self.start(support.Upbeat, self.server, settings, store=f"sqlite:{self.store}")
        return self

    def of(self, user, server=None):
        return calendars.Calendar((server or self.upbeat).url + self.server.calendar_of(user), user)

    def store_meeting(self, meeting, statuses):
        """Puts the meeting into the calendar of everybody of the two who comes."""
        for user in [name for name in meeting.people() if name in PEOPLE]:
            answer = self.of(user).put(f"{meeting.uid}.ics", meeting.text())
            assert answer.status in statuses, f"PUT of {meeting.uid} by {user}: {answer.status}"

    def store_all(self, *statuses):
        for meeting in self.meetings:
            self.store_meeting(meeting, statuses)
        self.settle()

    def etags(self):
        """The ETags of all items."""
        found = [found for user in PEOPLE for found in self.of(user, self.server).objects().items()]
        return {href: etag for href, (etag, text) in found if "X-UPBEAT-ITEM" in text}

    def items(self):
        """(owner, item) of all items in both calendars, as the server has them."""
        return [
            (user, Item(component, text))
            for user in PEOPLE
            for _, text in self.of(user, self.server).objects().values()
            for component in calendars.components(text)
            if component.value("RELATED-TO")
        ]


# ---- what is asked of a fortnight ----


def count(story):
    found = {meeting.uid: [] for meeting in FORTNIGHT}
    for _, item in story.items():
        found[item.meeting].append(item.kind())
    wrong = [
        f"{meeting.title}: {sorted(found[meeting.uid])}, not {sorted(meeting.items)}"
        for meeting in FORTNIGHT
        if sorted(found[meeting.uid]) != sorted(meeting.items)
    ]
    assert not wrong, "\n".join(wrong)
    assert sum(map(len, found.values())) <= MOST, found


def taken(story):
    """(start, end, title, is an item) of all that takes a person of ours, by person."""
    busy = {person: [] for person in sorted(OURS)}
    for meeting in FORTNIGHT:
        for (start, end), person in itertools.product(meeting.times(), meeting.people()):
            busy[person].append((start, end, meeting.title, False))
    for owner, item in story.items():
        for person in item.people(owner) if item.is_busy else ():
            busy[person].append((item.begin(), item.end(), item.title, True))
    return busy


def nothing_collides(story):
    for person, events in taken(story).items():
        for one, other in itertools.combinations(events, 2):
            overlap = one[0] < other[1] and other[0] < one[1]
            assert not (overlap and (one[3] or other[3])), f"{person}: {one[2]!r} at {one[0]} and {other[2]!r} at {other[0]}"


def in_working_time(story):
    for _, item in story.items():
        times = [("due", item.begin()), *(("reminds", each) for each in item.reminders())] if item.is_task else []
        times += [("begins", item.begin()), ("ends", item.end())] if item.is_busy else []
        for what, moment in times:
            assert is_working_time(moment), f"{item.title}: {what} {moment:%a %F %R}"


def only_for_ours(story):
    for _, item in story.items():
        people = item.component.addresses() | item.component.addresses("ORGANIZER")
        assert all(address.endswith("@ours.example") for address in people), f"{item.title}: {people}"


def nothing_private(story):
    for _, item in story.items():
        for word in PRIVATE:
            assert word.lower() not in item.object.lower(), f"{item.title}: {word}"
    said = story.upbeat.said()
    assert not [word for word in PRIVATE if word in said], said


# ---- shown ----


def rows(story):
    """(day, time, sign, times, people, title): what somebody who looks at both calendars at once would see."""
    for meeting in FORTNIGHT:
        for start, end in meeting.times():
            title = "(private)" if "CLASS:PRIVATE" in meeting.more else meeting.title
            yield start.date(), f"{start:%H:%M}", " ", f"{start:%H:%M}-{end:%H:%M}", meeting.people(), title
    for owner, item in story.items():
        begin, end = item.begin(), item.end()
        if item.is_task:
            yield begin.date(), f"{begin:%H:%M}", "[]", f"{begin:%H:%M}", [owner], item.title
        elif item.is_busy:
            yield begin.date(), f"{begin:%H:%M}", "+", f"{begin:%H:%M}-{end:%H:%M}", item.people(owner), item.title
        else:
            yield begin, "", "+", "all day", item.people(owner), item.title


def show(story):
    day = None
    tap.note("+ an event of Upbeat's, [] a to-do of Upbeat's; a and b: it stands before Alice, before Bob")
    for row in sorted(rows(story), key=lambda row: (row[0], row[1], row[5])):
        name = f"{row[0]:%a %e %b}" if row[0] != day else ""
        day = row[0]
        seen = "".join(person[0] if person in row[4] else " " for person in PEOPLE)
        tap.note(f"{name:<10}  {seen}  {row[2]:<2} {row[3]:<11}  {row[5]}")


@tap.case("eighteen meetings get their items, meeting by meeting, and no more than 37 in all")
def _(story):
    story.store_all(201)
    show(story)
    count(story)
    tap.report(f"{len(story.items())} items of two people in two weeks")


@tap.case("no item lies on another one, or on a meeting, of one of its people")
def _(story):
    nothing_collides(story)


@tap.case("nothing is due, reminds of a to-do or takes anybody outside working time or on a day off")
def _(story):
    in_working_time(story)


@tap.case("no customer is invited to anything, and nothing private is told")
def _(story):
    only_for_ours(story)
    nothing_private(story)


@tap.case("all meetings stored once more, unchanged, change nothing")
def _(story):
    items = story.etags()
    story.store_all(201, 204)
    tap.equal(story.etags(), items, "the items")


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


ORDERS = {"from first to last": FORTNIGHT, "from last to first": FORTNIGHT[::-1]}
support.leave_out_when_quick()
sys.exit(tap.run_in_each([(name, lambda order=order: support.world(lambda: Story(order))) for name, order in ORDERS.items()]))
