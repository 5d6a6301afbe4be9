# SPDX-License-Identifier: Apache-2.0
"""What `upbeat plan` says of changed rules is what `explain` says by the one and the other, for each meeting."""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

import tap

TOP = pathlib.Path(os.environ["srcdir"]).resolve()
AT = "2026-11-02 09:00"
SETTINGS = """\
listen: 127.0.0.1:8642
upstream: http://127.0.0.1:5232
rules: [{rules}, {site}]
organization: {{domains: [ours.example], time_zone: Europe/Berlin, holidays: [de]}}
"""
SITE = "format: 1\nrules: []\n"
CHANGED = "format: 1\nchange:\n  - {rule: prep, items: {prep: {duration: 20m}}}\n"
MEETINGS = 120


def meeting(number, chance):
    """Of all lengths, with customers or among ourselves, of many kinds, some of them over or called off."""
    title = chance.choice(("Roadmap", "Quarterly review", "Kick-off", "Deep dive", "Demo", "Lunch #noprep"))
    people = ["anna", "ben", "carl", "dora"][: chance.randint(1, 4)]
    attendees = [f"{name}@ours.example" for name in people]
    attendees += [f"guest{n}@acme.example" for n in range(chance.choice((0, 1, 1, 2, 6)))]
    day, hour = chance.randint(1, 28), chance.randint(7, 18)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN", "BEGIN:VEVENT", f"UID:meeting-{number}"]
    lines += ["DTSTAMP:20261001T000000Z", f"SUMMARY:{title}", "ORGANIZER:mailto:anna@ours.example"]
    lines += [f"DTSTART;TZID=Europe/Berlin:2026{chance.choice(('10', '11', '12'))}{day:02}T{hour:02}0000"]
    lines += [f"DURATION:PT{chance.choice((10, 15, 30, 45, 60, 90, 240))}M"]
    lines += [f"ATTENDEE:mailto:{each}" for each in attendees]
    lines += ["STATUS:CANCELLED"] if chance.random() < 0.1 else []
    return "\r\n".join([*lines, "END:VEVENT", "END:VCALENDAR", ""])


def upbeat(*words, status=(0,), text=None):
    command = [os.environ["UPBEAT"], *(str(word) for word in words)]
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=120)
    assert done.returncode in status and not done.stderr, f"{words}: {done.returncode}\n{done.stderr}"
    return json.loads(done.stdout)


def write_rules(folder, site):
    """Settings with the shipped rules and a site's."""
    (folder / "rules").mkdir(parents=True)
    (folder / "rules/site.yaml").write_text(site)
    settings = folder / "upbeat.yaml"
    settings.write_text(SETTINGS.format(rules=TOP / "rules", site=folder / "rules"))
    return settings


def items(settings, text):
    """What stands in calendars by these rules: id to what a person sees of it."""
    found = upbeat("explain", "-c", settings, "--at", AT, "--json", "-", text=text)["items"]
    seen = ("title", "start", "end", "due", "attendees", "description")
    return {item["id"]: tuple(str(item.get(key)) for key in seen) for item in found}


@tap.case("one rule's duration is changed: just the items that this changes are shown")
def _():
    chance = random.Random(5)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        present = write_rules(folder / "present", SITE)
        changed = write_rules(folder / "changed", CHANGED)
        (folder / "meetings").mkdir()
        expected = set()
        for number in range(MEETINGS):
            text = meeting(number, chance)
            (folder / f"meetings/{number}.ics").write_text(text)
            before, after = items(present, text), items(changed, text)
            expected |= {(f"meeting-{number}", key) for key in before | after if before.get(key) != after.get(key)}
        words = ["plan", "-c", present, "--from", folder / "meetings", "--at", AT, "--json", folder / "changed/rules"]
        plan = upbeat(*words, status=(2,))
        shown = {(each["uid"], change["item"]) for each in plan["meetings"] for change in each["changes"]}
        tap.note(f"{len(expected)} items of {MEETINGS} meetings")
        assert len(expected) > MEETINGS / 4, "hardly anything is changed"
        tap.equal(shown ^ expected, set(), "items shown or changed, but not both")
        tap.equal(sum(len(each["changes"]) for each in plan["meetings"]), len(expected), "changes")
        for each in plan["meetings"]:
            for change in each["changes"]:
                if change["item"] == "prep/prep":
                    tap.equal(change["after"]["start"], change["before"]["start"], f"start of {change['item']}")
                assert change["item"] in ("prep/prep", "prep/before"), change
        counts = plan["summary"]
        tap.equal((counts["created"], counts["removed"], counts["left"]), (0, 0, 0), "items that come or go")
        same = write_rules(folder / "same", SITE).parent / "rules"
        tap.equal(upbeat(*words[:-1], same)["meetings"], [], "what the same rules change")


sys.exit(tap.run())
