# SPDX-License-Identifier: Apache-2.0
"""Whatever an invitation lacks: no text has an empty field, minutes add up, times are as promised, nothing is told to more
people than the meeting is."""
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta

import tap

TOP = pathlib.Path(os.environ["srcdir"]).resolve()
AT = "2026-11-02 09:00"
SEED = int(os.environ.get("SEED", "7"))
MEETINGS = 100
LINES = 30  # in a description, without the mail
SETTINGS = """\
listen: 127.0.0.1:8642
upstream: http://127.0.0.1:5232
rules: [{rules}]
organization: {{domains: [ours.example], time_zone: Europe/Berlin, holidays: [de], language: {language},
  profile: {profile}, teams: {{coaches: [carla@ours.example]}}}}
accounts: [{{source: yaml, path: accounts.yaml}}]
"""
ACCOUNTS = """\
accounts:
  - id: acme
    name: Acme GmbH
    domains: [acme.example]
    stakeholders: [{email: guest0@acme.example, name: C. Tho, title: CTO, executive: true, concerns: [lock-in]}]
    tickets: [{title: Data loss, severity: critical}]
    actions: [{title: Send the list of users, due: 2026-10-01, audience: customer}]
"""
TITLES = ("", "", " ", "\u00a0", "Roadmap", "Quarterly review", "Deep dive: single sign-on", "Renewal", "a" * 300)
NAMES = ("", " ", "\u200b", "Clara Kund", "Kund\\, Clara (EXT)", "Prof. Dr. Max Muster", "O'Neil", "\u738b\u5c0f\u660e", "CFO")
LENGTHS = (0, 1, 2, 3, 5, 10, 14, 15, 20, 25, 30, 31, 32, 45, 60, 73, 90, 119, 120, 180, 300, 480, 600, 1440, 1920, 2880, 7200)
# What an empty field leaves behind.
EMPTY = (
    r"^(Subject|Betreff): *(:|$)",
    r"(for|f\u00fcr|with|to|of) +([,?:]|\.(?!\.)|$)",
    r"\S  ",
    r"^(Hello|Guten Tag) *,",
    r"\[(, *)*\]|\([ ,]*\)",
    r"^\d+\. *([,(]|$)",
    r"^(For:)? *,",
    r": [,:]",
    r"(\b\d\d:\d\d)( CET)? (to|bis|until) \1",
    r"^- *[,:]|^- *$",
)


def header(key, name):
    return f'{key};CN="{name}"' if name else key


def meeting(number, chance):
    start = datetime(2026, 11, chance.randint(9, 27), chance.randint(0, 23), chance.choice((0, 15, 30)))
    minutes = chance.choice(LENGTHS + (chance.randint(1, 600),))
    domain = chance.choice(("acme.example", "new.example", "gmail.com"))
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN", "BEGIN:VEVENT", f"UID:meeting-{number}"]
    lines += ["DTSTAMP:20261001T000000Z", f"DTSTART;TZID=Europe/Berlin:{start:%Y%m%dT%H%M%S}"]
    lines += chance.choice(([f"SUMMARY:{chance.choice(TITLES)}"], []))
    lines += [f"DTEND;TZID=Europe/Berlin:{start + timedelta(minutes=minutes):%Y%m%dT%H%M%S}"] if minutes else []
    lines += ["ORGANIZER:mailto:anna@ours.example"] if chance.random() < 0.7 else []
    for person in ("anna", "ben", "carl")[: chance.randint(1, 3)]:
        lines.append(f"{header('ATTENDEE', chance.choice(NAMES))}:mailto:{person}@ours.example")
    for guest in range(chance.choice((0, 1, 1, 2, 3, 5, 12))):
        lines.append(f"{header('ATTENDEE', chance.choice(NAMES))}:mailto:guest{guest}@{domain}")
    lines += [f"CLASS:{chance.choice(('PRIVATE', 'CONFIDENTIAL', 'PUBLIC'))}"] if chance.random() < 0.2 else []
    for key in ("DESCRIPTION", "LOCATION"):
        lines += [f"{key}:{chance.choice(('', 'Bring the list', 'https://zoom.us/j/1'))}"] if chance.random() < 0.5 else []
    return minutes, "\r\n".join([*lines, "END:VEVENT", "END:VCALENDAR", ""])


def items(folder, text):
    command = [os.environ["UPBEAT"], "explain", "-c", folder / "upbeat.yaml", "--owner", "anna@ours.example"]
    done = subprocess.run([*command, "--at", AT, "--json", "-"], input=text, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{done.stderr}\n{text}"
    return json.loads(done.stdout)["items"]


def empty_fields(text):
    return [line for line in text.splitlines() if any(re.search(each, line) for each in EMPTY)]


def misnumbered(text):
    """Numbers that do not count up from 1, from one heading or paragraph to the next."""
    numbers = [int(found) for found in re.findall(r"^(\d+)\. ", text, re.M)]
    return [n for before, n in zip([0, *numbers], numbers) if n not in (1, before + 1)]


def mail_of(text):
    return text.partition("--- Mail to the customer ---")[2].partition("--- End of mail ---")[0]


def notes_of(text):
    """What is for us alone."""
    return "".join(part.rpartition("--- End of mail ---")[2] for part in text.partition("--- Mail to the customer ---")[::2])


def when(text):
    return datetime.fromisoformat(text)


def works(moment):
    """Mon-Fri 09:00-17:30; the end of a day is working time."""
    return moment.weekday() < 5 and 9 * 60 <= moment.hour * 60 + moment.minute <= 17 * 60 + 30


def check_times(found, start, end):
    """A to-do is due in working time, after the prep call that it follows, and before or after the meeting."""
    prep, todo, after = (found.get(each) for each in ("prep/prep", "prep/before", "follow-up/follow-up"))
    for item in found.values():
        if item["kind"] == "task":
            due = when(item["due"])
            assert works(due) or due == start, f"{item['id']} is due {due:%a %F %R}"
            assert all(works(due - timedelta(seconds=each)) or each == 0 for each in item["reminders"]), item
    if prep and start.hour in range(6, 22):
        assert when(prep["start"]).hour in range(6, 22), f"prep call at {prep['start']}"
    if prep and todo and when(prep["end"]) < start:
        assert when(prep["end"]) <= when(todo["due"]) <= start, f"{prep['end']}, {todo['due']}, {start}"
    if after:
        assert when(after["due"]) >= end, f"follow-up at {after['due']} of a meeting until {end}"


def check(item, minutes):
    title, text = item["title"], item["description"]
    assert title and not re.search(r"[:,]$|  | \?|: *$", title), f"title {title!r}"
    assert not empty_fields(text), f"{item['id']}: {empty_fields(text)}"
    assert not misnumbered(text), f"{item['id']}: {misnumbered(text)} in\n{text}"
    assert "\n\n\n" not in text, f"{item['id']}: a gap in\n{text}"
    lines = [line for line in notes_of(text).splitlines() if line]
    assert len(lines) <= LINES, f"{item['id']}: {len(lines)} lines in\n{text}"
    lines = [line for line in lines if not line.startswith("- ")]  # two guests may have one name
    assert len(set(lines)) == len(lines), f"{item['id']}: a line twice in\n{text}"
    shares = [int(found) for found in re.findall(r"\((\d+) min\)$", mail_of(text), re.M)]
    assert not shares or sum(shares) == minutes < 24 * 60, f"{item['id']}: {shares} of {minutes}\n{text}"


@tap.case("random invitations: no empty field, lists count from 1, minutes add up, times as promised, CLASS inherited")
def _():
    chance, seen, kinds = random.Random(SEED), 0, set()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "accounts.yaml").write_text(ACCOUNTS)
        for number in range(MEETINGS):
            language, profile = "de" if number % 3 == 0 else "en", ("full", "standard", "light")[number % 5 % 3]
            (folder / "upbeat.yaml").write_text(SETTINGS.format(rules=TOP / "rules", language=language, profile=profile))
            minutes, text = meeting(number, chance)
            found = {item["id"]: item for item in items(folder, text)}
            seen, kinds = seen + len(found), kinds | set(found)
            try:
                assert not found or not re.search("^CLASS:(PRIVATE|CONF)", text, re.M), "items of a private meeting"
                begin = datetime.fromisoformat(f"{re.search('DTSTART.*:(.*)', text)[1].strip()}+01:00")
                check_times(found, begin, begin + timedelta(minutes=minutes))
                for item in found.values():
                    check(item, minutes)
            except AssertionError as error:
                raise AssertionError(f"seed {SEED}, meeting {number}: {error}\n{text}") from None
    tap.note(f"{seen} items of {MEETINGS} meetings")
    assert seen > MEETINGS and len(kinds) > 5, f"only {seen} items of {kinds}"


@tap.case("an item of any rule hides as much as its meeting does")
def _():
    site = "format: 1\ndefine:\n  is_customer_meeting: meeting.customer\n"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "accounts.yaml").write_text(ACCOUNTS)
        (folder / "site").mkdir()
        (folder / "site/definitions.yaml").write_text(site)
        rules = f"{TOP / 'rules'}, {folder / 'site'}"
        (folder / "upbeat.yaml").write_text(SETTINGS.format(rules=rules, language="en", profile="full"))
        for given, expected in (("PRIVATE", "private"), ("CONFIDENTIAL", "confidential"), ("PUBLIC", "public"), ("X-OURS", "private")):
            lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN", "BEGIN:VEVENT", "UID:m", f"CLASS:{given}"]
            lines += ["SUMMARY:QBR", "DTSTART;TZID=Europe/Berlin:20261112T090000", "DURATION:PT1H"]
            lines += ["ORGANIZER:mailto:anna@ours.example", "ATTENDEE:mailto:ben@ours.example", "ATTENDEE:mailto:cto@acme.example"]
            found = items(folder, "\r\n".join([*lines, "END:VEVENT", "END:VCALENDAR", ""]))
            tap.equal({item["class"] for item in found}, {expected}, given)
            assert len(found) >= 5, found


def begins(text, what):
    """When the parts of the agenda begin that a line of the text names, in minutes after the start."""
    times = re.findall(rf"^- (\d\d):(\d\d) {what}", text, re.M)
    return [int(hour) * 60 + int(minute) - 9 * 60 for hour, minute in times]


@tap.case("mail, run sheet and the signal in it go by one time table, from 5 minutes to 10 hours")
def _():
    lengths = [*range(5, 130), *range(130, 601, 10), 299, 301, 599]
    kinds = ("Roadmap", "Quarterly review", "Demo", "Renewal", "Deep dive", "Workshop", "Discovery")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "accounts.yaml").write_text(ACCOUNTS)
        (folder / "upbeat.yaml").write_text(SETTINGS.format(rules=TOP / "rules", language="en", profile="standard"))
        for number, length in enumerate(lengths):
            domain = ("acme.example", "new.example")[number // 2 % 2]
            lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN", "BEGIN:VEVENT", "UID:m"]
            lines += [f"SUMMARY:{kinds[number % len(kinds)]}", "DTSTART;TZID=Europe/Berlin:20261112T090000"]
            lines += [f"DURATION:PT{length}M", "ORGANIZER:mailto:anna@ours.example"]
            lines += [f"ATTENDEE:mailto:guest{guest}@{domain}" for guest in range(3)]
            found = {item["id"]: item for item in items(folder, "\r\n".join([*lines, "END:VEVENT", "END:VCALENDAR", ""]))}
            mail = mail_of(found["prep/before"]["description"])
            shares = [int(n) for n in re.findall(r"\((\d+) min\)$", mail, re.M)]
            assert shares and min(shares) > 0, f"{length} minutes: {shares}"
            tap.equal(sum(shares), length, f"{length} minutes: {shares}")
            tap.equal(len(re.findall(r"^\d\. ", mail, re.M)), 3 if length < 20 else 4, f"{length} minutes: points")
            tap.equal("run-sheet/sheet" in found, length >= 30, f"{length} minutes: sheet")
            if length < 30:
                continue
            sheet, seconds = found["run-sheet/sheet"]["description"], found["run-sheet/sheet"]["reminders"]
            tap.equal(begins(sheet, "Next step"), [length - shares[-1]], f"{length}: next step")
            assert -(9 * 60 + length - shares[-1]) * 60 in seconds, f"{length}: signal {seconds}"
            points = [re.sub(r"^\d\. | \(.*", "", line) for line in mail.splitlines() if re.match(r"[23]\. ", line)]
            starts = [shares[0], sum(shares[:3] if "A break" in mail else shares[:2])]
            tap.equal([begins(sheet, re.escape(point)) for point in points], [[at] for at in starts], f"{length}: points")
            if "A break" in mail:
                tap.equal(begins(sheet, "A break"), [sum(shares[:2])], f"{length}: break")


sys.exit(tap.run())
