# SPDX-License-Identifier: Apache-2.0
"""`make demo`: a CalDAV server, Upbeat in front of it, and one customer meeting stored through both.

Shows what appears beside the meeting, and why; how that follows when the meeting is moved, and goes when it is called
off; how a customer that was well turns red, and is met each week instead of each quarter; then stays up for a calendar
client, until Ctrl-C.
With DEMO_ONCE set it ends by itself. The exit status is 0 only if all of it was seen.
"""
import datetime
import json
import os
import pathlib
import re
import shutil
import signal
import sys
import textwrap
import time

signal.signal(signal.SIGINT, signal.SIG_DFL)  # until there is something to end

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "e2e")]

import calendars  # noqa: E402
import support  # noqa: E402
import tap  # noqa: E402

ZONE = calendars.BERLIN
SETTINGS = f"{support.ORGANIZATION}control: control\naccounts:\n  - {{source: yaml, path: PATH}}\n"
PATIENCE = 15  # seconds
NAME = "roadmap.ics"
UID = "roadmap-with-acme"
ITEMS = 4
SHOWN = {"VEVENT": 16, "VTODO": 4}  # lines of an item's text
REVIEW = "Globex: review"
WEEKLY = 7  # reviews at least of a red account: the horizon of 60 days has eight weeks
GUESTS = {"cto@acme.example": "Clara Tho", "security@acme.example": "Sami Kurt"}
INDENT, COLUMN = "    ", 30
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Screen:
    """The terminal: colour only where there is one, lines no longer than can be read well."""

    def __init__(self):
        self.colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        self.width = min(shutil.get_terminal_size((100, 24)).columns, 110)

    def tint(self, code, text):
        return f"\033[{code}m{text}\033[0m" if self.colour else text

    def bold(self, text):
        return self.tint("1", text)

    def dim(self, text):
        return self.tint("2", text)

    def good(self, text):
        return self.tint("32", text)

    def say(self, text=""):
        print(f"  {text}" if text else "", flush=True)

    def entry(self, when, title, who):
        """A calendar's line, and who comes below it."""
        print(f"{INDENT}{when:<{COLUMN - len(INDENT)}}{self.bold(title)}")
        self.beside(who)

    def beside(self, text, style=None, most=1000):
        """Text in the second column, its first lines."""
        style = style or (lambda line: line)
        lines = text.splitlines()
        if len(lines) > most + 1:
            lines = [*lines[:most], f"... {len(lines) - most} more lines"]
        for line in lines:
            hang = " " * (len(line) - len(line.lstrip()) + (2 if line.lstrip().startswith("- ") else 0))
            for piece in textwrap.wrap(line, self.width - COLUMN, subsequent_indent=hang) or [""]:
                print(f"{'':{COLUMN}}{style(piece)}".rstrip())


def time_of(moment):
    moment = moment.astimezone(ZONE)
    return f"{moment:%a} {moment.day:>2} {moment:%b}  {moment:%H:%M}"


def span_of(item):
    start = item.time("DTSTART")
    if not isinstance(start, datetime.datetime):
        return f"{start:%a} {start.day:>2} {start:%b}  all day"
    return f"{time_of(start)}-{(start + item.duration()).astimezone(ZONE):%H:%M}"


def moment_of(item):
    return time_of(when(item)) if item.kind == "VTODO" else span_of(item).partition("-")[0]


def people(addresses):
    return ", ".join(sorted(addresses)) or "for alice alone"


def meeting_text(days=0, uid=UID, more=""):
    attendees = ["alice", "bob", *GUESTS]
    start = calendars.business_day(8) + datetime.timedelta(days=days)
    text = calendars.meeting("Roadmap with Acme", start, 60, attendees, uid, more)
    for address, name in GUESTS.items():
        text = text.replace(f"RSVP=TRUE:mailto:{address}", f"RSVP=TRUE;CN={name}:mailto:{address}")
    return text


def explain(world, upbeat, text):
    """What `upbeat explain --json` says: for each item's title its rule, what the rule is for and what decided it."""
    path = world.folder / NAME
    path.write_bytes(text.encode())
    run = support.run("explain", "-c", upbeat.settings, "--json", path)
    assert run.returncode == 0, f"upbeat explain ended with {run.returncode}:\n{run.stderr}"
    told = json.loads(run.stdout)
    decided = {rule["name"]: rule["why"] for rule in told["rules"]}
    return {item["title"]: (item["why"], decided.get(item["id"].split("/")[0])) for item in told["items"]}


def reason(screen, reasons, title):
    assert title in reasons, f"upbeat explain knows nothing of {title!r}: {sorted(reasons)}"
    purpose, decided = reasons[title]
    assert purpose and decided, f"upbeat explain gives no reason for {title!r}"
    screen.beside(f"why: {purpose}\n     {decided}", screen.good)
    print()


def show_meeting(screen, text, what):
    (meeting,) = calendars.components(text)
    screen.say(what)
    print()
    screen.entry(span_of(meeting), meeting.text("SUMMARY"), people(meeting.addresses()))
    print()


def own_text(item):
    """What it says, without the line down to which it is kept up to date, and what is shown below anyway."""
    lines = item.text("DESCRIPTION").splitlines()
    return "\n".join(line for line in lines if not line.startswith(("--- ", "For: ", "Why: "))).strip()


def show_item(screen, item, reasons):
    moment = span_of(item) if item.kind == "VEVENT" else f"{time_of(item.time('DUE'))}  due"
    title = item.text("SUMMARY")
    assert item.text("DESCRIPTION"), f"{title!r} says nothing"
    screen.entry(moment, title if item.kind == "VEVENT" else f"[ ] {title}", people(item.addresses()))
    screen.beside(own_text(item), screen.dim, SHOWN[item.kind])
    reason(screen, reasons, title)


def when(item):
    """When it begins or is due; what is all day, at that day's beginning."""
    time = item.time("DTSTART" if item.kind == "VEVENT" else "DUE")
    if isinstance(time, datetime.datetime):
        return time
    return datetime.datetime.combine(time, datetime.time(), ZONE)


def in_order(items):
    """As they come; fails if the prep call or the run sheet is missing."""
    items = sorted(items, key=when)
    events = [item.text("SUMMARY") for item in items if item.kind == "VEVENT"]
    assert len(events) == 2 and ": prep for " in events[0] and "run sheet" in events[1], f"instead of prep call and run sheet there are {events}"
    return items


def play(world, screen):
    screen.say(screen.bold("Upbeat: a customer meeting gets what it needs"))
    print()
    radicale = world.start(support.Radicale)
    accounts = world.folder / "accounts.yaml"
    shutil.copy(HERE / "accounts.yaml", accounts)
    upbeat = world.start(support.Upbeat, radicale, SETTINGS.replace("PATH", str(accounts)))
    screen.say(f"CalDAV server (Radicale)  {radicale.url}")
    screen.say(f"Upbeat in front of it     {upbeat.url}")
    print()
    text = meeting_text()
    show_meeting(screen, text, "Alice's calendar client stores a meeting:")
    calendar = calendars.Calendar(upbeat.calendar_of("alice"), "alice")
    begun = time.monotonic()
    answer = calendar.put(NAME, text)
    assert answer.status == 201, f"the server answers {answer.status} to the meeting"
    stored = calendars.Calendar(radicale.url + radicale.calendar_of("alice"), "alice")
    enough = lambda: (found := stored.items_of(UID)) and len(found) >= ITEMS and found  # noqa: E731
    items = tap.eventually(enough, "prep call, to-dos and run sheet on the server", PATIENCE)
    screen.say(f"{(time.monotonic() - begun) * 1000:.0f} ms later the server holds, beside it:")
    print()
    reasons = explain(world, upbeat, text)
    for item in in_order(items):
        show_item(screen, item, reasons)
    screen.say(f"All times are {ZONE.key}'s, the organization's. The guests see none of this.")
    print()
    move(screen, calendar, stored, items)
    call_off(screen, calendar, stored)
    turn_red(screen, upbeat, accounts, calendar, stored)
    return upbeat


def move(screen, calendar, stored, before):
    """A week later; fails unless each item goes along, the same one as before."""
    text = meeting_text(days=7)
    show_meeting(screen, text, "Alice moves it by a week:")
    begun = time.monotonic()
    assert calendar.put(NAME, text).status in (201, 204), "the server does not take the moved meeting"
    old = {item.value("UID"): item for item in before}

    def moved():
        items = stored.items_of(UID)
        same = {item.value("UID") for item in items} == set(old)
        return same and all(when(item) > when(old[item.value("UID")]) for item in items) and items

    items = tap.eventually(moved, "everything a week later, in place", PATIENCE)
    screen.say(f"{(time.monotonic() - begun) * 1000:.0f} ms later all of it has gone along:")
    print()
    for item in in_order(items):
        was = old[item.value("UID")]
        print(f"{INDENT}{moment_of(was)} -> {moment_of(item)}   {screen.bold(item.text('SUMMARY'))}")
    print()


def call_off(screen, calendar, stored):
    screen.say("Alice calls it off:")
    print()
    begun = time.monotonic()
    text = meeting_text(days=7, more="STATUS:CANCELLED\nSEQUENCE:2")
    assert calendar.put(NAME, text).status in (201, 204), "the server does not take the cancellation"
    tap.eventually(lambda: not stored.items_of(UID), "nothing beside a meeting that is called off", PATIENCE)
    screen.say(f"{(time.monotonic() - begun) * 1000:.0f} ms later nothing is left beside it.")
    print()


def reviews(calendar):
    items = [item for _, text in calendar.objects().values() for item in calendars.components(text)]
    return sorted((item for item in items if item.text("SUMMARY") == REVIEW), key=when)


def is_weekly(items):
    """One a week, week after week, and none of those of before."""
    mondays = [(day := when(item).astimezone(ZONE).date()) - datetime.timedelta(days=day.weekday()) for item in items]
    lengths = {item.duration() for item in items}
    return len(items) >= WEEKLY and len(lengths) == 1 and mondays == [
        mondays[0] + datetime.timedelta(weeks=n) for n in range(len(items))]


def turn_red(screen, upbeat, accounts, calendar, stored):
    """Fails unless there is one review a week in place of one a quarter, each with what is known of the account."""
    before = tap.eventually(lambda: reviews(stored), "a review of Globex", PATIENCE)
    assert len(before) <= 2, f"a green account has {len(before)} reviews"
    screen.say("Globex, another customer of Alice's, is well. It has a review a quarter:")
    print()
    for item in before:
        screen.entry(span_of(item), item.text("SUMMARY"), people(item.addresses()))
    print()
    accounts.write_text(accounts.read_text().replace("health: green", "health: red"))
    answer = support.run("refresh", "-c", upbeat.settings)
    assert answer.returncode == 0, f"upbeat refresh: {answer.stdout}{answer.stderr}"
    screen.say("Overnight the CRM has turned Globex red. Alice's client looks into her calendar, as clients do:")
    print()
    begun = time.monotonic()
    looks = lambda: calendar.objects() and is_weekly(items := reviews(stored)) and items  # noqa: E731
    items = tap.eventually(looks, "a review of Globex each week", PATIENCE)
    screen.say(f"{(time.monotonic() - begun) * 1000:.0f} ms later there is a review a week, each with its agenda:")
    print()
    show_reviews(screen, items)


def show_reviews(screen, items):
    """The first one with what it says, and when the others are."""
    for item in items:
        tap.contains(item.text("DESCRIPTION"), "Import stops", f"agenda of {span_of(item)}")
    first, *others = items
    screen.entry(span_of(first), first.text("SUMMARY"), people(first.addresses()))
    screen.beside(own_text(first), screen.dim, SHOWN["VEVENT"])
    why = re.search(r"(?m)^Why: (.*)", first.text("DESCRIPTION"))
    assert why, f"the review does not say why: {first.text('DESCRIPTION')}"
    screen.beside(f"why: {why[1]}", screen.good)
    for item in others:
        print(f"{INDENT}{span_of(item):<{COLUMN - len(INDENT)}}{screen.bold(item.text('SUMMARY'))}")
    print()


def stay(screen, upbeat):
    calendars.Calendar(upbeat.calendar_of("alice"), "alice").put("again.ics", meeting_text(uid=f"{UID}-again"))
    screen.say(screen.bold("Look at it with any calendar client, and store meetings of your own:"))
    print()
    print(f"{INDENT}address   {upbeat.url}/")
    print(f"{INDENT}user      alice")
    print(f"{INDENT}password  {support.password('alice')}")
    print(f"{INDENT}calendar  {upbeat.calendar_of('alice')}")
    print()
    screen.say("The meeting is there once more, with all that belongs to it.")
    screen.say("A meeting with somebody from outside ours.example is a customer meeting. Ctrl-C ends the demo.")
    sys.stdout.flush()
    while True:
        time.sleep(0.5)
        status = upbeat.child.poll()
        assert status is None, f"Upbeat ended with {status}:\n{upbeat.said()}"


def end(*_):
    """Once: a second Ctrl-C does not keep the servers from being stopped."""
    for number in ENDS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def main():
    screen = Screen()
    for number in ENDS:
        signal.signal(number, end)
    try:
        with support.World() as world:
            upbeat = play(world, screen)
            if not os.environ.get("DEMO_ONCE"):
                stay(screen, upbeat)
    except KeyboardInterrupt:
        print()
        screen.say("Ended; the servers are stopped, their data is gone.")
    except AssertionError as failure:
        print(f"demo: {failure}", file=sys.stderr)
        return 1
    return 0


sys.exit(main())
