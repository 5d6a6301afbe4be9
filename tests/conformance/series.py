# SPDX-License-Identifier: Apache-2.0
"""The instances of series against those that python3-dateutil finds: random rules across clock changes, and the rules
of a corpus.

What dateutil does otherwise than RFC 5545, and is not compared or put right here:
- It leaves out a DTSTART that does not match, and does not count it. RFC 5545 3.8.5.3 has DTSTART count as the first
  instance always.
- BYWEEKNO without a day means the whole week to it. RFC 5545 3.3.10 takes from DTSTART what the rule leaves out, so
  the weekday of DTSTART is meant.
- An UNTIL that is a DATE ends at that midnight. It is the last day here, as the RFC's "inclusive" means it.
- It works on wall times, without knowing gaps and folds. What it gives is resolved here as RFC 5545 3.3.5 says, and
  so are EXDATEs: two wall times that mean the same instant are the same.
- BYWEEKNO with weeks that do not begin on Monday: it counts a year's last week by the length of the next year.
"""
import datetime
import os
import pathlib
import random
import re
import subprocess
import sys
import zoneinfo

import tap

try:
    from dateutil import rrule
except ImportError:
    rrule = None

RULES = int(os.environ.get("UPBEAT_SERIES_RULES", 3000))
MOST = 2000
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# A zone, and the local days about which its clocks were changed.
ZONES = {
    "Europe/Berlin": ("2026-03-29", "2026-10-25"),
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "Australia/Sydney": ("2026-04-05", "2026-10-04"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),
    "Pacific/Apia": ("2011-12-30", "2012-04-01"),
}
UTC = datetime.timezone.utc


def ask(objects):
    """The program's answers to (from, until, most, text)."""
    program = pathlib.Path(os.environ["builddir"]) / "tests/conformance/series"
    text = "".join(f"{start} {end} {most}\n{body}\n.\n" for start, end, most, body in objects)
    done = subprocess.run([program], input=text, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0 and done.stderr == "", done.stderr[-2000:] or done.returncode
    answers = [line.split(" ", 1) for line in done.stdout.splitlines()]
    tap.equal(len(answers), len(objects), "answers")
    return [(int(answer[0]), answer[1] if len(answer) > 1 else "") for answer in answers]


def instant(wall, zone):
    """RFC 5545 3.3.5: in a gap the offset before it, in a fold the first of the two."""
    return int(wall.replace(tzinfo=zone, fold=0).timestamp())


def some(choose, values, most=3):
    return sorted(choose.sample(list(values), choose.randint(1, min(most, len(values)))))


def joined(values):
    return ",".join(str(value) for value in values)


def days_of_month(choose):
    return joined(some(choose, [1, 2, 8, 13, 15, 28, 29, 30, 31, -1, -2, -7]))


def numbered(choose, most):
    return joined(choose.choice((1, 2, 3, most, -1, -2)) for _ in range(1)) + choose.choice(DAYS)


def random_parts(choose):
    """The parts of a rule, as RFC 5545 lets them stand together."""
    frequency = choose.choice(("DAILY", "WEEKLY", "WEEKLY", "MONTHLY", "MONTHLY", "YEARLY", "YEARLY"))
    parts = {"FREQ": frequency}
    if choose.random() < 0.5:
        parts["INTERVAL"] = choose.choice((1, 2, 3, 4, 6, 12))
    if choose.random() < 0.3:
        parts["BYMONTH"] = joined(some(choose, range(1, 13), 4))
    days = choose.random()
    if frequency in ("DAILY", "WEEKLY") and days < 0.6:
        parts["BYDAY"] = joined(some(choose, DAYS, 5))
    elif frequency == "DAILY" and days < 0.75:
        parts["BYMONTHDAY"] = days_of_month(choose)
    elif frequency == "MONTHLY" and days < 0.3:
        parts["BYDAY"] = numbered(choose, 5)
    elif frequency == "MONTHLY" and days < 0.5:
        parts["BYMONTHDAY"] = days_of_month(choose)
    elif frequency == "MONTHLY" and days < 0.6:
        parts.update(BYMONTHDAY="13,14,15", BYDAY=joined(some(choose, DAYS, 5)))
    elif frequency == "MONTHLY" and days < 0.85:
        parts.update(BYDAY=joined(some(choose, DAYS, 5)), BYSETPOS=choose.choice((1, 2, -1, "1,-1", 3)))
    elif frequency == "YEARLY" and days < 0.2:
        parts["BYDAY"] = numbered(choose, 4 if "BYMONTH" in parts else 20)
    elif frequency == "YEARLY" and days < 0.4:
        parts["BYMONTHDAY"] = days_of_month(choose)
    elif frequency == "YEARLY" and days < 0.5:
        parts["BYYEARDAY"] = joined(some(choose, (1, 60, 100, 200, 366, -1, -100)))
    elif frequency == "YEARLY" and days < 0.6 and "BYMONTH" not in parts and "INTERVAL" not in parts:
        parts.update(BYWEEKNO=joined(some(choose, (1, 10, 20, 52, 53, -1))), BYDAY=joined(some(choose, DAYS)))
    elif frequency == "YEARLY" and days < 0.75:
        parts.update(BYDAY=joined(some(choose, DAYS, 5)), BYSETPOS=choose.choice((1, 2, -1, "1,-1", 5)))
    if choose.random() < 0.15:
        parts["BYHOUR"] = joined(some(choose, (0, 1, 2, 3, 9, 14, 23), 2))
    if choose.random() < 0.1:
        parts["BYMINUTE"] = joined(some(choose, (0, 15, 30, 59), 2))
    if choose.random() < 0.3 and "BYWEEKNO" not in parts:
        parts["WKST"] = choose.choice(("MO", "SU", "SA"))
    return parts


def random_series(choose):
    """A zone, DTSTART and the parts of a rule that is about a change of clocks."""
    name = choose.choice(list(ZONES))
    change = datetime.datetime.fromisoformat(choose.choice(ZONES[name]))
    start = change + datetime.timedelta(
        days=choose.choice((0, 0, -1, -2, -7, -14, -30, -31, -364, -365, -366, -1461, -9000)) + choose.randint(-3, 3),
        hours=choose.choice((0, 1, 2, 2, 3, 9, 14, 23)), minutes=choose.choice((0, 0, 30)))
    parts = random_parts(choose)
    if choose.random() < 0.3:
        parts["COUNT"] = choose.choice((1, 2, 5, 10, 30, 200))
    elif choose.random() < 0.3:
        parts["UNTIL"] = change + datetime.timedelta(days=choose.choice((-1, 0, 0, 1, 40, 400)), hours=choose.randint(0, 23))
    return name, change, start, parts


def as_text(parts, zone):
    return ";".join(f"{name}={stamp(instant(value, zone)) if name == 'UNTIL' else value}" for name, value in parts.items())


def stamp(at):
    return datetime.datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%SZ")


def walls(parts, start, until, zone):
    """dateutil's instances on the wall clock, put right as said above."""
    parts = dict(parts)
    count = int(parts.pop("COUNT", 0))
    last = parts.pop("UNTIL", None)
    if last:  # there and back, as a time in a gap is another one then
        last = datetime.datetime.fromtimestamp(instant(last, zone), zone).replace(tzinfo=None)
    found = [start]
    for wall in rrule.rrulestr(";".join(f"{name}={value}" for name, value in parts.items()), dtstart=start):
        if wall > until or (last and wall > last) or (count and len(found) >= count):
            break
        if wall != start:
            found.append(wall)
    return found


def expected(series, window, left_out):
    """The instants of the series that begin or end within the window; each takes half an hour."""
    name, _, start, parts = series
    zone = zoneinfo.ZoneInfo(name)
    until = datetime.datetime.fromtimestamp(window[1], zone).replace(tzinfo=None) + datetime.timedelta(days=2)
    at = {instant(wall, zone) for wall in walls(parts, start, until, zone)} - {instant(wall, zone) for wall in left_out}
    return sorted(each for each in at if each + 1800 > window[0] and each < window[1])


def body_of(lines):
    return "\n".join(("BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:u", *lines, "END:VEVENT", "END:VCALENDAR"))


def random_case(choose):
    series = random_series(choose)
    name, change, start, parts = series
    zone = zoneinfo.ZoneInfo(name)
    begin = instant(change, zone) + 86400 * choose.choice((-400, -40, -3, 0))
    window = (begin, begin + 86400 * choose.choice((5, 60, 400, 1500)))
    left_out = set()
    if choose.random() < 0.3:
        first = walls(parts, start, start + datetime.timedelta(days=2000), zone)
        left_out = set(choose.sample(first, min(len(first), 3)))
    lines = [f"DTSTART;TZID={name}:{start:%Y%m%dT%H%M%S}", "DURATION:PT30M", f"RRULE:{as_text(parts, zone)}"]
    lines += [f"EXDATE;TZID={name}:{wall:%Y%m%dT%H%M%S}" for wall in left_out]
    return series, window, left_out, lines, body_of(lines)


def shown(instants):
    return " ".join(stamp(each) for each in instants[:12])


@tap.case("random rules across changes of clocks have the instances that dateutil finds")
def _():
    if not rrule:
        raise tap.Skip("python3-dateutil is not there")
    choose = random.Random(20261129)
    cases = [random_case(choose) for _ in range(RULES)]
    answers = ask([(*window, MOST, body) for _, window, _, _, body in cases])
    different, unknown, instants = [], 0, 0
    for (series, window, left_out, lines, _), (_, answer) in zip(cases, answers):
        wanted = expected(series, window, left_out)
        if answer.startswith("cannot"):
            unknown += 1
            if len(wanted) > 1 and not answer.endswith("BYSETPOS along with too much else"):
                different.append((lines, window, f"{answer}\nwanted {shown(wanted)}"))
            continue
        got = [int(word) for word in answer.split() if word != "+"]
        instants += len(got)
        if got != wanted[:MOST]:
            different.append((lines, window, f"got    {shown(got)}\nwanted {shown(wanted)}"))
    for lines, window, what in different[:20]:
        tap.note(" | ".join(lines) + f" | {stamp(window[0])}-{stamp(window[1])}")
        tap.note(what)
    times = sorted(took for took, _ in answers)
    tap.report(f"{RULES} random rules, {instants} instances as dateutil's, {unknown} rules not expanded; microseconds under the "
               f"sanitizers: median {times[len(times) // 2]}, most {times[-1]}")
    slow = max(zip(answers, cases))
    tap.note(f"slowest: {slow[0][0]} us: {' | '.join(slow[1][3])}")
    tap.equal(len(different), 0, "different ones")


def corpus_rules(folder):
    """The different rules of the corpus, as far as they are text."""
    rules = set()
    for path in sorted(folder.glob("*.ics")):
        text = re.sub(r"\r?\n[ \t]", "", path.read_bytes().decode("utf-8", "replace"))
        rules.update(re.findall(r"(?mi)^RRULE[^:\n]*:([ -~]+?)\r?$", text))
    return sorted(rules)


def parts_of(rule, zone):
    """The parts for walls(); None: dateutil means something else by it, see above, or cannot read it."""
    parts = dict(part.split("=", 1) for part in rule.upper().split(";") if "=" in part)
    until = parts.get("UNTIL")
    if "BYWEEKNO" in parts and parts.get("WKST", "MO") != "MO":
        return None
    if "BYWEEKNO" in parts and not parts.keys() & {"BYDAY", "BYMONTHDAY", "BYYEARDAY"}:
        parts["BYDAY"] = "TU"
    if until:
        wall = datetime.datetime.strptime(until.rstrip("Z"), "%Y%m%dT%H%M%S" if "T" in until else "%Y%m%d")
        if "T" not in until:
            wall += datetime.timedelta(seconds=86399)
        if until.endswith("Z"):
            wall = wall.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
        parts["UNTIL"] = wall
    return parts


@tap.case("the rules of the corpus have the instances that dateutil finds")
def _():
    folder = pathlib.Path(os.environ["UPBEAT_CORPUS"]) / "ics"
    if not folder.is_dir():
        raise tap.Skip(f"{folder} is not there")
    if not rrule:
        raise tap.Skip("python3-dateutil is not there")
    name, start = "America/New_York", datetime.datetime(1997, 9, 2, 9)
    zone = zoneinfo.ZoneInfo(name)
    window = (instant(start, zone) - 86400, instant(start, zone) + 86400 * 3000)
    rules = corpus_rules(folder)
    bodies = [body_of([f"DTSTART;TZID={name}:{start:%Y%m%dT%H%M%S}", "DURATION:PT30M", f"RRULE:{rule}"]) for rule in rules]
    answers = ask([(*window, MOST, body) for body in bodies])
    same, untold, apart, different = 0, {}, 0, 0
    for rule, (_, answer) in zip(rules, answers):
        if not re.match(r"-?[0-9+]|$", answer):
            untold[answer] = untold.get(answer, 0) + 1
            continue
        try:
            parts = parts_of(rule, zone)
            wanted = parts and expected((name, None, start, parts), window, ())
        except ValueError as error:
            tap.note(f"dateutil cannot read {rule}: {error}")
            parts = None
        if not parts:
            apart += 1
            continue
        got = [int(word) for word in answer.split() if word != "+"]
        same += got == wanted[:MOST]
        if got != wanted[:MOST]:
            different += 1
            tap.note(f"{rule}\ngot    {shown(got)}\nwanted {shown(wanted)}")
    for answer, n in sorted(untold.items()):
        tap.note(f"{n} rules: {answer}")
    tap.report(f"{len(rules)} rules of the corpus: {same} as dateutil's, {sum(untold.values())} not expanded, {apart} not "
               f"compared, slowest {max(took for took, _ in answers)} us")
    tap.equal(different, 0, "different ones")


sys.exit(tap.run())
