# SPDX-License-Identifier: Apache-2.0
"""A customer meeting stored by an ordinary client gets its prep call on the server; nothing else gets anything."""
import datetime
import re
import subprocess
import sys
import time
import urllib.parse

import calendars
import support
import tap

SOON = 2.0  # seconds from the answer to the PUT until the items are there
ITEMS = 4  # of an ordinary customer meeting
OURS = {"alice@ours.example", "bob@ours.example"}
AGENDA = ("introductions", "customer", "purpose", "pressure test", "actions")
NESTED = "".join(f"BEGIN:X-{n}\n" for n in range(40)) + "".join(f"END:X-{n}\n" for n in reversed(range(40)))


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        self.upbeat = self.start(support.Upbeat, self.server)
        return self

    def new_calendar(self):
        """An empty calendar of alice, as she sees it through Upbeat."""
        path = self.new_path()
        return calendars.Calendar(self.upbeat.url + path, "alice")

    def on_server(self, calendar):
        """The same calendar, asked of the server itself."""
        return calendars.Calendar(calendar.url.replace(self.upbeat.url, self.server.url), calendar.user)

    def settle(self):
        """Waits until everything that was stored before is dealt with: a meeting that is stored now has its items."""
        calendar, uid = self.new_calendar(), f"control-{self.made}"
        tap.equal(calendar.put("control.ics", calendars.meeting(uid=uid)).status, 201, "PUT")
        all_items(self.on_server(calendar), uid)
        time.sleep(0.3)


def all_items(calendar, uid, seconds=SOON):
    """Prep call, to-dos and run sheet of a meeting, as soon as all are there."""

    def look():
        items = calendar.items_of(uid)
        return items if len(items) >= ITEMS else None

    return tap.eventually(look, f"items of {uid}", seconds)


def is_prep(item):
    return "prep" in item.text("SUMMARY").lower()


def only_prep(items):
    preps = [item for item in items if item.kind == "VEVENT" and is_prep(item)]
    tap.equal(len(preps), 1, "events with prep in their title")
    return preps[0]


def check_prep(prep, uid, meeting_start):
    start = prep.time("DTSTART").astimezone(calendars.BERLIN)
    end = start + prep.duration()
    days = calendars.business_days_between(start.date(), meeting_start.date())
    assert days in (2, 3), f"{days} business days before the meeting"
    assert start.weekday() < 5, f"on a {start:%A}"
    assert datetime.time(9) <= start.time() and end.time() <= datetime.time(17, 30), f"{start} to {end}"
    tap.equal(prep.addresses(), OURS, "attendees")
    tap.equal(prep.addresses("ORGANIZER"), {"alice@ours.example"}, "organizer")
    tap.equal(prep.all("RELATED-TO"), [({"RELTYPE": "PARENT"}, uid)], "RELATED-TO")
    check_agenda(prep.text("DESCRIPTION"), prep.duration())


def check_agenda(text, duration):
    parts = re.findall(r"^\d\. (.+) \(\d+ min\)$", text, re.M)
    tap.equal(len(parts), len(AGENDA), "timed parts")
    for heading, subject in zip(parts, AGENDA):
        tap.contains(heading.lower(), subject, "heading")
    tap.equal(sum(map(int, re.findall(r" \((\d+) min\)$", text, re.M))), duration.total_seconds() / 60, "minutes of the agenda")


@tap.case("a meeting stored with curl gets one prep call, in its window, for ours alone, with an agenda that adds up")
def _(story):
    calendar, start = story.new_calendar(), calendars.business_day(10)
    text = calendars.meeting(uid="by-curl", start=start)
    curl = ["curl", "-sS", "-u", f"alice:{support.password('alice')}", "-w", "%{http_code}"]
    curl += ["-H", "Content-Type: text/calendar", "-T", "-", calendar.url + "by-curl.ics"]
    run = subprocess.run(curl, input=text.encode(), capture_output=True)
    tap.equal((run.stdout, run.stderr), (b"201", b""), "curl says")
    items = all_items(story.on_server(calendar), "by-curl")
    check_prep(only_prep(items), "by-curl", start)


@tap.case("a meeting stored with python3-caldav does, too")
def _(story):
    try:
        import caldav
    except ImportError as error:
        raise tap.Skip("python3-caldav is not installed") from error
    start = calendars.business_day(11, 10, 30)
    with caldav.DAVClient(story.upbeat.url, username="alice", password=support.password("alice")) as client:
        calendar = client.principal().make_calendar(name="By caldav")
        calendar.save_event(calendars.meeting(uid="by-caldav", start=start))
        seen = calendars.Calendar(str(calendar.url), "alice")
        items = all_items(story.on_server(seen), "by-caldav")
        check_prep(only_prep(items), "by-caldav", start)
        tap.equal(len(calendar.events()), 3, "events that the client sees")


@tap.case("the to-do before the meeting is due two days ahead, after the prep call; the run sheet takes the day, and rings twice")
def _(story):
    calendar, start = story.new_calendar(), calendars.business_day(10)
    calendar.put("a.ics", calendars.meeting(uid="a", start=start))
    items = all_items(story.on_server(calendar), "a")
    prep = only_prep(items)
    (task,) = [item for item in items if item.kind == "VTODO" and ": before " in item.text("SUMMARY")]
    due, prep_end = task.time("DUE"), prep.time("DTSTART") + prep.duration()
    assert prep_end < due <= start - datetime.timedelta(days=2), f"due {due}"
    assert task.time("DTSTART") < due, "a to-do that reminds has a start"
    tap.equal(task.addresses(), set(), "attendees of the to-do")
    (sheet,) = [item for item in items if item.kind == "VEVENT" and not is_prep(item)]
    tap.equal((sheet.time("DTSTART"), sheet.duration().days), (start.date(), 1), "day of the run sheet")
    tap.equal(sheet.value("TRANSP"), "TRANSPARENT", "busy time of the run sheet")
    tap.equal(sheet.addresses(), OURS, "attendees of the run sheet")
    texts = [text for _, text in story.on_server(calendar).objects().values() if sheet.value("UID") in text]
    rings = re.findall(r"^TRIGGER;VALUE=DATE-TIME:(\S+)", texts[0], re.M)
    expected = [start - datetime.timedelta(minutes=5), start + datetime.timedelta(minutes=52)]
    tap.equal(rings, [f"{each.astimezone(datetime.timezone.utc):%Y%m%dT%H%M%SZ}" for each in expected], "when it rings")


@tap.case("the same PUT again changes nothing")
def _(story):
    calendar, text = story.new_calendar(), calendars.meeting(uid="again")
    calendar.put("again.ics", text)
    all_items(story.on_server(calendar), "again")
    before = story.on_server(calendar).objects()
    for _ in range(3):
        assert calendar.put("again.ics", text).status in (201, 204), "PUT"
    story.settle()
    tap.equal(story.on_server(calendar).objects(), before, "the calendar")


@tap.case("items are neither meetings nor their own occasion: no prep for a prep")
def _(story):
    calendar = story.new_calendar()
    calendar.put("a.ics", calendars.meeting(uid="occasion"))
    all_items(story.on_server(calendar), "occasion")
    objects = story.on_server(calendar).objects()
    for href, (_, text) in objects.items():
        name = href.rsplit("/", 1)[1]
        assert calendar.put(name, text).status in (201, 204), f"PUT of {name}"
    story.settle()
    tap.equal(set(story.on_server(calendar).objects()), set(objects), "objects")


TASK = """\
BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//upbeat//stories//EN\r
BEGIN:VTODO\r
UID:task\r
DTSTAMP:20260101T000000Z\r
SUMMARY:Call the customer\r
ORGANIZER:mailto:alice@ours.example\r
ATTENDEE:mailto:alice@ours.example\r
ATTENDEE:mailto:cto@acme.example\r
END:VTODO\r
END:VCALENDAR\r
"""
ABSENCE = """\
BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//upbeat//stories//EN\r
BEGIN:VEVENT\r
UID:absence\r
DTSTAMP:20260101T000000Z\r
DTSTART;VALUE=DATE:{start:%Y%m%d}\r
SUMMARY:Away\r
ORGANIZER:mailto:alice@ours.example\r
ATTENDEE:mailto:alice@ours.example\r
ATTENDEE:mailto:cto@acme.example\r
END:VEVENT\r
END:VCALENDAR\r
"""
NOTHING_FOR = (
    ("an internal meeting", lambda: calendars.meeting(attendees=("alice", "bob", "carol"))),
    ("an appointment of one's own", lambda: calendars.meeting(attendees=())),
    ("a task", lambda: TASK),
    ("a cancelled meeting", lambda: calendars.meeting(more="STATUS:CANCELLED")),
    ("a past meeting", lambda: calendars.meeting(start=calendars.business_day(-3))),
    ("a private meeting", lambda: calendars.meeting(more="CLASS:PRIVATE")),
    ("a confidential meeting", lambda: calendars.meeting(more="CLASS:CONFIDENTIAL")),
    ("a meeting of a class that nobody knows", lambda: calendars.meeting(more="CLASS:X-BOARD")),
    ("an all-day absence", lambda: ABSENCE.format(start=calendars.business_day(10))),
    ("a meeting whose title says so", lambda: calendars.meeting(title="Roadmap #noprep")),
    ("a meeting whose description says so", lambda: calendars.meeting(more="DESCRIPTION:Nothing to prepare. #noprep")),
    ("a meeting of the opt-out category", lambda: calendars.meeting(more="CATEGORIES:no-upbeat")),
)


def nothing_for(what, make):
    @tap.case(f"nothing for {what}")
    def _(story):
        calendar = story.new_calendar()
        tap.equal(calendar.put("only.ics", make()).status, 201, "PUT")
        story.settle()
        tap.equal(len(story.on_server(calendar).objects()), 1, "objects in the calendar")


for each in NOTHING_FOR:
    nothing_for(*each)

# The server takes the first two of these and refuses the others; Upbeat can read none.
UNREADABLE = (
    ("nested too deeply", lambda: calendars.meeting(more=NESTED)),
    ("with an endless rule", lambda: calendars.meeting(more="RRULE:FREQ=DAILY;BYDAY=" + "MO," * 5000 + "MO")),
    ("without its end", lambda: calendars.meeting()[:-60]),
    ("without a start", lambda: calendars.meeting().replace("DTSTART;", "X-START;")),
    ("of no calendar at all", lambda: "hello\r\n"),
    ("of no bytes", lambda: ""),
)


def without_place(story, calendar, answer):
    """Status and body, without the name of the calendar (which may be quoted)."""
    names = [calendar.url, story.upbeat.url, story.server.url, calendar.url.removeprefix(story.upbeat.url)]
    names.append(calendar.url.removeprefix(story.server.url))
    text = answer.body.decode(errors="replace")
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "").replace(urllib.parse.quote(name), "")
    return answer.status, text


@tap.case("what cannot be read passes untouched and is answered as the server answers")
def _(story):
    # Fields that differ from one answer to the next, and those of the connection, are not compared.
    own = {"date", "connection", "transfer-encoding", "content-length", "server", "last-modified", "keep-alive"}
    for what, make in UNREADABLE:
        text = make()
        calendar, direct = story.new_calendar(), story.on_server(story.new_calendar())
        through, plain = calendar.put("a.ics", text), direct.put("a.ics", text)
        told = [without_place(story, each, answer) for each, answer in ((calendar, through), (direct, plain))]
        tap.equal(told[0], told[1], f"the answer to an event {what}")
        names = [{name.lower() for name, _ in answer.fields} - own for answer in (through, plain)]
        tap.equal(names[0], names[1], f"fields of the answer to an event {what}")
        story.settle()
        real = story.on_server(calendar)
        stored, expected = real.get("a.ics"), direct.get("a.ics")
        told = [without_place(story, each, answer) for each, answer in ((real, stored), (direct, expected))]
        tap.equal(told[0], told[1], f"the event {what}")
        tap.equal(len(story.on_server(calendar).objects()), stored.status == 200, f"objects beside an event {what}")


@tap.case("what the server mends is read as the server has it")
def _(story):
    if story.kind is support.Xandikos:
        raise tap.Skip("it keeps the bytes as they came")
    calendar, title = story.new_calendar(), "Caf\N{LATIN SMALL LETTER E WITH ACUTE}"
    text = calendars.meeting(uid="latin", title=title).encode("latin-1")
    tap.equal(calendar.put("latin.ics", text).status, 201, "PUT")
    prep = only_prep(all_items(story.on_server(calendar), "latin"))
    tap.contains(prep.text("SUMMARY"), title, "title of the prep call")


@tap.case("nobody's password, nobody's calendar: refused requests leave nothing behind")
def _(story):
    calendar = story.new_calendar()
    fields = {"Content-Type": "text/calendar"}
    text = calendars.meeting(uid="refused")
    url = calendar.url + "refused.ics"
    tap.equal(support.request("PUT", url, None, text, fields).status, 401, "PUT of nobody")
    wrong = {**fields, "Authorization": "Basic YWxpY2U6d3Jvbmc="}
    tap.equal(support.request("PUT", url, None, text, wrong).status, 401, "PUT with a wrong password")
    tap.equal(support.request("PUT", url, "bob", text, fields).status, 403, "PUT into a calendar of alice's")
    story.settle()
    tap.equal(story.on_server(calendar).objects(), {}, "the calendar")


@tap.case("of a line from which no address can be read the log names the number alone, and explain the words")
def _(story):
    text = calendars.meeting(uid="unread", more="ATTENDEE;CN=Clara:Clara of Acme")
    if story.new_calendar().put("m.ics", text).status != 201:
        raise tap.Skip("this server refuses it")
    story.settle()
    said = next((line for line in story.upbeat.said().splitlines() if "nobody is meant" in line), "nothing")
    assert re.search(r"/m\.ics: no address can be read, so nobody is meant: ATTENDEE in line \d+$", said), said
    assert "Clara" not in story.upbeat.said(), "the log tells what stands in the line"
    answer = support.run("explain", "-c", story.upbeat.settings, "unread")
    tap.contains(answer.stdout, "`Clara of Acme` stands in the invitation as somebody's address, and is none", "explain")


@tap.case("no sanitizer has complained, and Upbeat ends when told to")
def _(story):
    tap.equal(story.upbeat.stop(), 0, "exit status")
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Story)))
