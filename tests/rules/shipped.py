# SPDX-License-Identifier: Apache-2.0
"""What the shipped rules make of meetings, with and without an account; and that the holidays are what they claim."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from datetime import datetime

import tap

TOP = pathlib.Path(os.environ["srcdir"])
RULES = TOP / "rules"
PARTS = ("INTRODUCTIONS", "CUSTOMER OVERVIEW", "PURPOSE, GOAL, AGENDA", "PRESSURE TEST", "ACTIONS, OWNERS, BLOCKERS")
ORDINARY = ("prep/prep", "prep/before", "run-sheet/sheet", "follow-up/follow-up")
SETTINGS = """\
listen: 127.0.0.1:8642
upstream: http://127.0.0.1:5232
organization: {domains: [ours.example], time_zone: Europe/Berlin, holidays: [de], not_customers: ["*@recorder.example"]}
"""
SITE = """\
format: 1
change:
  - {rule: shared-agenda, enabled: yes}
  - {rule: recorder, enabled: yes}
"""
ACCOUNT = """\
accounts:
  - id: acme
    name: Acme GmbH
    domains: [acme.example]
    health: red
    tier: TIER
    stakeholders: [{email: cto@acme.example, name: C. Tho, title: CTO, persona: blunt, concerns: [lock-in]}]
    risks: [{title: A new director}]
"""


def event(title="Roadmap", start="20261112T140000", end="20261112T150000", guests=("cto@acme.example",), more=""):
    people = ["anna@ours.example", "ben@ours.example", *guests]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN", "BEGIN:VEVENT", "UID:one"]
    lines += ["DTSTAMP:20261101T000000Z", f"SUMMARY:{title}", "ORGANIZER:mailto:anna@ours.example"]
    zone = ";TZID=Europe/Berlin" if "T" in start else ";VALUE=DATE"
    lines += [f"DTSTART{zone}:{start}", f"DTEND{zone}:{end}"]
    lines += [f"ATTENDEE:mailto:{each}" for each in people]
    lines += [each for each in [more] if each] + ["END:VEVENT", "END:VCALENDAR", ""]
    return "\r\n".join(lines)


def decide(text, account=None, at="2026-11-02 09:00", rules=(RULES,)):
    """What `upbeat explain` says."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        source = "accounts: [{source: yaml, path: accounts.yaml}]\n" if account else ""
        layers = f"rules: [{', '.join(str(pathlib.Path(layer).resolve()) for layer in rules)}]\n"
        (path / "upbeat.yaml").write_text(SETTINGS + source + layers)
        (path / "accounts.yaml").write_text(account or "")
        command = [os.environ["UPBEAT"], "explain", "-c", path / "upbeat.yaml", "--at", at, "--json", "-"]
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60)
    tap.equal((done.returncode, done.stderr), (0, ""), done.stdout)
    answer = json.loads(done.stdout)
    assert all(rule["verdict"] != "cannot-tell" for rule in answer["rules"]), answer["rules"]
    return answer


def explain(*given, **named):
    """The items by their id."""
    return {item["id"]: item for item in decide(*given, **named)["items"]}


def length(item):
    return (datetime.fromisoformat(item["end"]) - datetime.fromisoformat(item["start"])).total_seconds() / 60


def minutes(text):
    return [int(found) for found in re.findall(r"\((\d+) min\)", text)]


@tap.case("upbeat check has nothing to say of them")
def _():
    done = subprocess.run([os.environ["UPBEAT"], "check", RULES], capture_output=True, text=True, timeout=60)
    tap.equal((done.returncode, done.stderr), (0, ""), done.stdout)
    tap.contains(done.stdout, "no problems", "summary")


@tap.case("their tests pass")
def _():
    command = [os.environ["UPBEAT"], "test", "--coverage", RULES]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    tap.equal((done.returncode, done.stderr), (0, ""), done.stdout)
    tap.contains(done.stdout, " passed, 0 failed", "summary")


@tap.case("a customer meeting gets a prep call and what follows from it, without an account, too")
def _():
    items = explain(event())
    tap.equal(sorted(items), sorted(ORDINARY), "items")
    tap.equal([item["title"] for item in items.values() if "prep" in item["title"].lower()], ["Acme: prep for Roadmap"], "prep")
    tap.equal(items["prep/prep"]["start"], "2026-11-09T09:00:00+01:00", "prep")
    tap.equal(items["prep/prep"]["attendees"], ["anna@ours.example", "ben@ours.example"], "prep's attendees")
    tap.equal(items["prep/before"]["due"], "2026-11-10T09:30:00+01:00", "due")
    tap.equal(items["run-sheet/sheet"]["busy"], False, "the sheet is busy")


@tap.case("the prep call's five parts stand in order, their minutes add up, alignment has most of them")
def _():
    for account in (None, ACCOUNT.replace("TIER", "strategic")):
        prep = explain(event(), account)["prep/prep"]
        places = [prep["description"].find(part) for part in PARTS]
        assert -1 not in places and places == sorted(places), prep["description"]
        given = minutes(prep["description"])
        tap.equal((len(given), sum(given)), (5 if account else 6, length(prep)), "minutes")
        tap.equal([given.index(each) for each in sorted(given)[-2:]], [3, 2], "the pressure test, then alignment")


@tap.case("the prep call is longer when there is more to agree on")
def _():
    many = [f"guest{n}@acme.example" for n in range(4)]
    cases = (
        (event(), None, 30),
        (event(guests=["cto@acme.example", *many]), ACCOUNT.replace("TIER", "small"), 30),
        (event(end="20261112T153000"), ACCOUNT.replace("TIER", "small"), 30),
        (event(), ACCOUNT.replace("TIER", "small"), 15),
        (event(), ACCOUNT.replace("TIER", "Strategic"), 30),
        (event(guests=["new@acme.example"]), ACCOUNT.replace("TIER", "small"), 30),
        (event(), ACCOUNT.replace("TIER", "small").replace("title: CTO", "executive: true"), 30),
    )
    for text, account, expected in cases:
        tap.equal(length(explain(text, account)["prep/prep"]), expected, f"{text}\n{account}")


@tap.case("what the account's source knows is in the prep call, and never in the mail")
def _():
    items = explain(event(), ACCOUNT.replace("TIER", "small"))
    todo = items["prep/before"]["description"]
    for known in ("health red", "lock-in", "C. Tho (blunt)", "A new director"):
        tap.contains(items["prep/prep"]["description"], known, "prep call")
    mail = todo[todo.index("Subject:"):]
    assert not re.search(r"red\b|blunt|lock-in|director", mail), mail
    tap.equal(sum(minutes(mail)), 60, "minutes of the mail")


@tap.case("the last minutes belong to the next step: eight of them, four in a short meeting; a very short one has no sheet")
def _():
    for end, at in (("20261112T150000", "14:52"), ("20261112T143000", "14:26")):
        tap.contains(explain(event(end=end))["run-sheet/sheet"]["description"], f"- {at} Next step.", "sheet")
    assert "run-sheet/sheet" not in explain(event(end="20261112T142500"))


@tap.case("what changes the meeting itself is off; switched on, guests see a timed agenda and the recorder comes")
def _():
    meeting = event(more="LOCATION:https://meet.jit.si/acme")
    tap.equal(decide(meeting)["amendments"], [], "amendments of the shipped rules")
    with tempfile.TemporaryDirectory() as site:
        (pathlib.Path(site) / "site.yaml").write_text(SITE)
        agenda, recorder = decide(meeting, rules=(RULES, site))["amendments"]
    tap.equal(sum(minutes(agenda["text"])), 60, "minutes")
    tap.equal((recorder["kind"], recorder["text"]), ("attendee", "notes@recorder.example"), "recorder")


@tap.case("a zone that only the client knows, or UTC, keeps no item away")
def _():
    zone = "BEGIN:VTIMEZONE\r\nTZID:Ours\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\n"
    zone += "TZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    own = event().replace("Europe/Berlin", "Ours").replace("BEGIN:VEVENT", f"{zone}BEGIN:VEVENT")
    utc = event(start="20261112T130000Z", end="20261112T140000Z").replace(";TZID=Europe/Berlin", "")
    expected = {each: item.get("due") for each, item in explain(event()).items()}
    for text in (own, utc):
        tap.equal({each: item.get("due") for each, item in explain(text).items()}, expected, text)


@tap.case("what strangers write into a title stays a title")
def _():
    prep = explain(event(title=r"{{#meeting.external}}x{{ 1/0 }}\n\n## Ours {weight=9}"))["prep/prep"]
    tap.equal(prep["title"], "Acme: prep for {{#meeting.external}}x{{ 1/0 }} ## Ours {weight=9}", "title")
    tap.equal(sum(minutes(prep["description"])), 30, "minutes")


@tap.case("an internal meeting and an all-day entry get nothing")
def _():
    tap.equal(explain(event(guests=[])), {}, "internal")
    tap.equal(explain(event(start="20261112", end="20261113")), {}, "all day")


@tap.case("holidays are avoided")
def _():
    # Whit Monday is on 2026-05-25: two to three business days before Thursday are Friday and Tuesday
    prep = explain(event(start="20260528T140000", end="20260528T150000"), at="2026-05-11 09:00")["prep/prep"]
    tap.equal(prep["start"], "2026-05-22T09:00:00+02:00", "prep")


@tap.case("the holidays are what their definitions give")
def _():
    for country in ("de", "us"):
        done = subprocess.run([sys.executable, "-B", RULES / "holidays/generate", country], capture_output=True)
        tap.equal(done.stderr, b"", country)
        assert done.stdout == (RULES / f"holidays/{country}.ics").read_bytes(), f"{country}.ics: generate it again"


sys.exit(tap.run())
