# SPDX-License-Identifier: Apache-2.0
"""No text of the shipped rules has an empty field, whatever the invitation lacks; and the minutes add up."""
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
SETTINGS = """\
listen: 127.0.0.1:8642
upstream: http://127.0.0.1:5232
rules: [{rules}]
organization: {{domains: [ours.example], time_zone: Europe/Berlin, holidays: [de], language: {language},
  teams: {{coaches: [carla@ours.example]}}}}
accounts: [{{source: yaml, path: accounts.yaml}}]
"""
ACCOUNTS = """\
accounts:
  - id: acme
    name: Acme GmbH
    domains: [acme.example]
    stakeholders: [{email: guest0@acme.example, name: C. Tho, title: CTO, executive: true, concerns: [lock-in]}]
    tickets: [{title: Data loss, severity: critical}]
    actions: [{title: Send the list of users}]
"""
TITLES = ("", "", " ", "\u00a0", "Roadmap", "Quarterly review", "Deep dive: single sign-on", "Renewal", "a" * 300)
NAMES = ("", " ", "\u200b", "Clara Kund", "Kund\\, Clara (EXT)", "Prof. Dr. Max Muster", "O'Neil", "\u738b\u5c0f\u660e", "CFO")
LENGTHS = (0, 1, 2, 5, 10, 14, 15, 20, 25, 30, 31, 32, 45, 60, 73, 90, 119, 120, 180, 300, 480, 600, 1440, 1920, 2880, 7200)
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


def check(item, minutes):
    title, text = item["title"], item["description"]
    assert title and not re.search(r"[:,]$|  | \?|: *$", title), f"title {title!r}"
    assert not empty_fields(text), f"{item['id']}: {empty_fields(text)}"
    assert not misnumbered(text), f"{item['id']}: {misnumbered(text)} in\n{text}"
    shares = [int(found) for found in re.findall(r"\((\d+) min\)$", mail_of(text), re.M)]
    assert not shares or sum(shares) == minutes < 24 * 60, f"{item['id']}: {shares} of {minutes}\n{text}"


@tap.case("random invitations: no empty field, each list counts from 1, minutes add up")
def _():
    chance, seen = random.Random(SEED), 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "accounts.yaml").write_text(ACCOUNTS)
        for number in range(MEETINGS):
            language = "de" if number % 3 == 0 else "en"
            (folder / "upbeat.yaml").write_text(SETTINGS.format(rules=TOP / "rules", language=language))
            minutes, text = meeting(number, chance)
            for item in items(folder, text):
                seen += 1
                try:
                    check(item, minutes)
                except AssertionError as error:
                    raise AssertionError(f"seed {SEED}, meeting {number}: {error}\n{text}") from None
    assert seen > 3 * MEETINGS, f"only {seen} items"


def begins(text, what):
    """When the parts of the agenda begin that a line of the text names, in minutes after the start."""
    times = re.findall(rf"^- (\d\d):(\d\d) {what}", text, re.M)
    return [int(hour) * 60 + int(minute) - 9 * 60 for hour, minute in times]


@tap.case("mail, prep call, run sheet and wrap-up go by one time table, from 5 minutes to 10 hours")
def _():
    lengths = [*range(5, 130), *range(130, 601, 10), 299, 301, 599]
    kinds = ("Roadmap", "Quarterly review")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "accounts.yaml").write_text(ACCOUNTS)
        (folder / "upbeat.yaml").write_text(SETTINGS.format(rules=TOP / "rules", language="en"))
        for number, length in enumerate(lengths):
            domain = ("acme.example", "new.example")[number // 2 % 2]
            lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN", "BEGIN:VEVENT", "UID:m"]
            lines += [f"SUMMARY:{kinds[number % 2]}", "DTSTART;TZID=Europe/Berlin:20261112T090000"]
            lines += [f"DURATION:PT{length}M", "ORGANIZER:mailto:anna@ours.example"]
            lines += [f"ATTENDEE:mailto:guest{guest}@{domain}" for guest in range(3)]
            found = {item["id"]: item for item in items(folder, "\r\n".join([*lines, "END:VEVENT", "END:VCALENDAR", ""]))}
            prep, seen = found["prep/prep"]["description"], 0
            for item in found.values():
                shares = [int(n) for n in re.findall(r"\((\d+) min\)$", mail_of(item["description"]), re.M)]
                if not shares:
                    continue
                seen += 1
                assert min(shares) > 0, f"{length} minutes, {item['id']}: {shares}"
                tap.equal(sum(shares), length, f"{length} minutes, {item['id']}: {shares}")
                if length >= 15:
                    tap.equal(begins(prep, "Next step"), [length - shares[-1]] * 2, f"{length}: next step")
                    start = datetime.fromisoformat(found["turning-point/wrap-up"]["start"])
                    tap.equal(start.hour * 60 + start.minute - 540, length - shares[-1], f"{length}: wrap-up")
                if "A break" in mail_of(item["description"]):
                    tap.equal(begins(prep, "A break"), [sum(shares[:3])], f"{length}: break")
            assert seen, f"{length} minutes: no agenda"


sys.exit(tap.run())
