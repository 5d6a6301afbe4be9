# SPDX-License-Identifier: Apache-2.0
"""The instances of series against those that two libraries of other hands find, python3-dateutil and ical.js: random
rules across changes of clocks, and the rules of a corpus.

Both work on wall times here, without knowing gaps and folds. What they give is resolved as RFC 5545 3.3.5 says, and so
are EXDATEs: two wall times that mean the same instant are the same. (3.3.10 has an instance at a "nonexistent local
time" ignored. Neither library does so, nor do clients: they show it as 3.3.5 reads it, "using the UTC offset before the
gap", and so do we.)

Both leave out a DTSTART that does not match the rule, and do not count it. RFC 5545 3.8.5.3: "The "DTSTART" property
defines the first instance in the recurrence set", and 3.3.10: "The "DTSTART" property value always counts as the first
occurrence". So they are asked without COUNT and UNTIL, which are looked at here.

What dateutil does otherwise than RFC 5545 besides, and is not compared or put right here:
- BYWEEKNO without a day means the whole week to it. 3.3.10: "Information, not contained in the rule, necessary to
  determine the various recurrence instance start time and dates are derived from the Start Time (DTSTART)": the
  weekday of DTSTART is meant.
- An UNTIL that is a DATE ends at that midnight. 3.3.10: "the UNTIL rule part [...] bounds the recurrence rule in an
  inclusive manner": it is the last day.
- BYWEEKNO with weeks that do not begin on Monday: it counts a year's last week by the length of the next year. 3.3.10:
  "The WKST rule part specifies the day on which the workweek starts", and a week is the first "that contains at least
  four (4) days in that calendar year".

What ical.js does otherwise is in OTHERWISE below. Any other difference is a failure, and so is an entry that explains
none.
"""
import datetime
import functools
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import zoneinfo

import tap

try:
    from dateutil import rrule
except ImportError:
    rrule = None

RULES = int(os.environ.get("UPBEAT_SERIES_RULES", 10000))
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
datetime.MAXYEAR = 2050  # to it dateutil looks for the instances of a rule that has none


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
        days=choose.choice((0, -1, -2, -7, -14, -30, -31, -364, -365, -366, -1461, -1461 - 8000 * (choose.random() < 0.3)))
        + choose.randint(-3, 3),
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


def bare(parts):
    """The rule without its end, as the libraries are asked for it."""
    return ";".join(f"{name}={value}" for name, value in parts.items() if name not in ("COUNT", "UNTIL"))


def cut(found, parts, start, until, zone):
    """A library's instances on the wall clock, put right as said above."""
    count = int(parts.get("COUNT", 0))
    last = parts.get("UNTIL")
    if last:  # there and back, as a time in a gap is another one then
        last = datetime.datetime.fromtimestamp(instant(last, zone), zone).replace(tzinfo=None)
    kept = [start]
    for wall in found:
        if wall > until or (last and wall > last) or (count and len(kept) >= count):
            break
        if wall != start:
            kept.append(wall)
    return kept


def walls(parts, start, until, zone):
    """dateutil's."""
    return cut(rrule.rrulestr(bare(parts), dtstart=start), parts, start, until, zone)


def last_wall(series, window):
    """Up to which wall time there may be instances in the window."""
    until = datetime.datetime.fromtimestamp(window[1], zoneinfo.ZoneInfo(series[0])).replace(tzinfo=None)
    return until + datetime.timedelta(days=2)


def expected(series, window, left_out, found=None):
    """The instants of the series that begin or end within the window; each takes half an hour. Those that dateutil
    finds, or of what was found."""
    name, _, start, parts = series
    zone = zoneinfo.ZoneInfo(name)
    until = last_wall(series, window)
    found = walls(parts, start, until, zone) if found is None else cut(found, parts, start, until, zone)
    at = {instant(wall, zone) for wall in found} - {instant(wall, zone) for wall in left_out}
    return sorted(each for each in at if each + 1800 > window[0] and each < window[1])


def body_of(lines):
    return "\n".join(("BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:u", *lines, "END:VEVENT", "END:VCALENDAR"))


def random_case(choose):
    series = random_series(choose)
    name, change, start, parts = series
    zone = zoneinfo.ZoneInfo(name)
    at = instant(change, zone)
    window = (at - 86400 * choose.choice((400, 40, 3, 1)), at + 86400 * choose.choice((5, 60, 400, 400, 1100)))
    left_out = set()
    if rrule and choose.random() < 0.3:
        first = walls(parts, start, start + datetime.timedelta(days=choose.choice((20, 200, 800))), zone)
        left_out = set(choose.sample(first, min(len(first), 3)))
    lines = [f"DTSTART;TZID={name}:{start:%Y%m%dT%H%M%S}", "DURATION:PT30M", f"RRULE:{as_text(parts, zone)}"]
    lines += [f"EXDATE;TZID={name}:{wall:%Y%m%dT%H%M%S}" for wall in left_out]
    return series, window, left_out, lines, body_of(lines)


def shown(instants):
    return " ".join(stamp(each) for each in instants[:12])


# ---- random rules ----


@functools.cache
def random_cases():
    """(series, window, what is left out, lines) of each, and the program's answers."""
    choose = random.Random(20261129)
    cases = [random_case(choose) for _ in range(RULES)]
    return [case[:4] for case in cases], ask([(*case[1], MOST, case[4]) for case in cases])


def instants_of(answer):
    return [int(word) for word in answer.split() if word != "+"]


def tell(different):
    for lines, window, what in different[:20]:
        tap.note(" | ".join(lines) + f" | {stamp(window[0])}-{stamp(window[1])}")
        tap.note(what)


@tap.case("random rules across changes of clocks have the instances that dateutil finds")
def _():
    if not rrule:
        raise tap.Skip("python3-dateutil is not there")
    cases, answers = random_cases()
    different, unknown, instants = [], 0, 0
    for (series, window, left_out, lines), (_, answer) in zip(cases, answers):
        wanted = expected(series, window, left_out)
        if answer.startswith("cannot"):
            unknown += 1
            if len(wanted) > 1 and not answer.endswith("BYSETPOS along with too much else"):
                different.append((lines, window, f"{answer}\nwanted {shown(wanted)}"))
            continue
        got = instants_of(answer)
        instants += len(got)
        if got != wanted[:MOST]:
            different.append((lines, window, f"got    {shown(got)}\nwanted {shown(wanted)}"))
    tell(different)
    times = sorted(took for took, _ in answers)
    tap.report(f"{RULES} random rules, {instants} instances as dateutil's, {unknown} rules not expanded; microseconds under the "
               f"sanitizers: median {times[len(times) // 2]}, most {times[-1]}")
    slow = max(zip(answers, cases))
    tap.note(f"slowest: {slow[0][0]} us: {' | '.join(slow[1][3])}")
    tap.equal(len(different), 0, "different ones")


# ---- ical.js ----


def weekday_numbers(parts):
    return [int(word) for word in re.findall(r"\d+", parts.get("BYDAY", ""))]


def several_times(parts):
    return any("," in str(parts.get(name, "")) for name in ("BYHOUR", "BYMINUTE"))


def numbers(parts, name):
    return [int(word) for word in str(parts.get(name, "0")).split(",")]


def has_negative(parts, name):
    return min(numbers(parts, name)) < 0


# What ical.js does otherwise, in rules with which frequency and parts, and why it is as we have it: RFC 5545 3.3.10, and
# dateutil agrees with us on each of them. early: it has instances at the beginning that we have not, and no other ones.
OTHERWISE = (
    ("takes no notice of BYWEEKNO",
     lambda parts, start, early: parts["FREQ"] == "YEARLY" and "BYWEEKNO" in parts,
     "The BYWEEKNO rule part specifies a COMMA-separated list of ordinals specifying weeks of the year."),
    ("takes BYSETPOS within the month in a yearly rule with BYMONTH, and no notice of it in one without",
     lambda parts, start, early: parts["FREQ"] == "YEARLY" and "BYSETPOS" in parts,
     "BYSETPOS operates on a set of recurrence instances in one interval of the recurrence rule."),
    ("takes no notice of a weekday's number that no month can have",
     lambda parts, start, early: parts["FREQ"] == "YEARLY" and max(weekday_numbers(parts), default=0) > 5,
     "If present, this indicates the nth occurrence of a specific day within the MONTHLY or YEARLY \"RRULE\"."),
    ("takes one time of day in a yearly rule",
     lambda parts, start, early: parts["FREQ"] == "YEARLY" and several_times(parts),
     "The table: BYHOUR and BYMINUTE with YEARLY are Expand."),
    ("takes BYMONTHDAY in the month of DTSTART alone",
     lambda parts, start, early: parts["FREQ"] == "YEARLY" and "BYMONTHDAY" in parts and "BYMONTH" not in parts,
     "The table: BYMONTHDAY with YEARLY is Expand."),
    ("counts from the end of a month of another length",
     lambda parts, start, early: parts["FREQ"] == "YEARLY" and has_negative(parts, "BYMONTHDAY"),
     "For example, -10 represents the tenth to the last day of the month."),
    ("takes the next month's first day for one that a month has not",
     lambda parts, start, early: (parts["FREQ"] == "YEARLY" or parts["FREQ"] == "MONTHLY" and several_times(parts))
     and max(start.day, *numbers(parts, "BYMONTHDAY")) > 28,
     "Recurrence rules may generate recurrence instances with an invalid date (e.g., February 30) [...]. Such recurrence "
     "instances MUST be ignored and MUST NOT be counted as part of the recurrence set."),
    ("refuses BYYEARDAY with BYMONTH",
     lambda parts, start, early: parts["FREQ"] == "YEARLY" and "BYYEARDAY" in parts and "BYMONTH" in parts,
     "If multiple BYxxx rule parts are specified, then after evaluating the specified FREQ and INTERVAL rule parts, the "
     "BYxxx rule parts are applied to the current set of evaluated occurrences in the following order: BYMONTH, BYWEEKNO, "
     "BYYEARDAY, BYMONTHDAY [...]."),
    ("takes the month of DTSTART for one of BYMONTH's in a monthly rule, or leaves out a year's, or counts INTERVAL in "
     "months of BYMONTH's",
     lambda parts, start, early: parts["FREQ"] == "MONTHLY" and "BYMONTH" in parts,
     "The table: BYMONTH with MONTHLY is Limit. The INTERVAL rule part contains a positive integer representing at which "
     "intervals the recurrence rule repeats."),
    ("takes further times of day on the first of the month in a monthly rule with days of the week",
     lambda parts, start, early: parts["FREQ"] == "MONTHLY" and "BYDAY" in parts and several_times(parts),
     "The table: BYDAY with MONTHLY is a special expand, the BYHOUR and BYMINUTE after it are Expand."),
    ("takes no notice of days from a month's end in a daily rule",
     lambda parts, start, early: parts["FREQ"] == "DAILY" and has_negative(parts, "BYMONTHDAY"),
     "For example, -10 represents the tenth to the last day of the month."),
    ("does not look whether its first instances match",
     lambda parts, start, early: early and parts["FREQ"] != "YEARLY",
     "The table: BYMONTH is Limit, and so are BYSETPOS and with DAILY BYMONTHDAY and BYDAY."),
)


@functools.cache
def ical_js():
    """The module's file, which npm brings into the build's folder, at one version and checked by its digest."""
    source = pathlib.Path(__file__).with_name("ical-js")
    folder = pathlib.Path(os.environ["builddir"]) / "npm"
    module = pathlib.Path("node_modules/ical.js/dist/ical.js")
    for name in ("node", "npm"):
        if not shutil.which(name):
            raise tap.Skip(f"there is no {name}")
    if not (folder / module).exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(source / name, folder / name)
        options = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--fetch-retries=1")
        done = subprocess.run(["npm", "ci", *options], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            tap.note(done.stderr.partition("\n")[0])
            raise tap.Skip("npm cannot bring ical.js")
    return source / "instances.mjs", folder / module


def most_of(parts):
    """How many instances of a rule ical.js is asked for: it is slow, most of all with BYSETPOS in months."""
    if parts["FREQ"] == "DAILY" and "BYMONTHDAY" in parts and max(numbers(parts, "BYMONTHDAY")) < 0:
        return 0  # it would look for the first one without end
    return 6 if parts["FREQ"] == "MONTHLY" and "BYSETPOS" in parts else 120


def ask_ical_js(questions):
    """Its answers to (parts, start, until): wall times, or a string that says what went wrong."""
    lines = [
        json.dumps({"rule": bare(parts), "start": start.isoformat(), "until": until.isoformat(), "most": most_of(parts)})
        for parts, start, until in questions
    ]
    done = subprocess.run(["node", *ical_js()], input="\n".join(lines), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    tap.equal(len(answers), len(questions), "answers of ical.js")
    return [each if isinstance(each, str) else [datetime.datetime.fromisoformat(word) for word in each] for each in answers]


def reach(series, window, found):
    """As much of the window as ical.js was asked for; the time before it, if that is nothing."""
    if isinstance(found, str) or not found or len(found) < most_of(series[3]):
        return window
    zone = zoneinfo.ZoneInfo(series[0])
    begin, end = instant(series[2], zone) - 86400, instant(found[-1], zone)
    return (window[0] if end > window[0] else begin), min(end, window[1])


def begins_early(got, found, start, parts):
    """Whether what was found has instances at the beginning, after DTSTART, that we have not, and no other ones: then it
    comes to the end of COUNT before us, also if they lie before the window."""
    got, found = [each for each in got if each != start], [each for each in found if each != start]
    n = next((i for i, each in enumerate(found) if each in got), len(found))
    rest = found[n:]
    return (n > 0 or "COUNT" in parts) and got[: len(rest)] == rest and (len(got) == len(rest) or "COUNT" in parts)


class Comparison:
    """Of the program's instances with those of ical.js."""

    def __init__(self):
        self.same, self.instants, self.different = 0, 0, []
        self.explained = [0] * len(OTHERWISE)

    def add(self, series, window, left_out, lines, got, found):
        """found is what ical.js answered, got are instants."""
        wanted, what = None, found
        if not isinstance(found, str):
            wanted = expected(series, window, left_out, found)
            got = [each for each in got if each + 1800 > window[0] and each < window[1]]
            what = f"got    {shown(got)}\nwanted {shown(wanted)}"
        if got == wanted:
            self.same += 1
            self.instants += len(got)
            return
        early = wanted is not None and begins_early(got, wanted, instant(series[2], zoneinfo.ZoneInfo(series[0])), series[3])
        why = next((i for i, (_, applies, _) in enumerate(OTHERWISE) if applies(series[3], series[2], early)), None)
        if why is None:
            self.different.append((lines, window, what))
        else:
            self.explained[why] += 1

    def tell(self, rules):
        for (does, _, why), n in zip(OTHERWISE, self.explained):
            if n:
                tap.note(f"{n} rules: ical.js {does}. RFC 5545: {why}")
        tell(self.different)
        tap.report(f"{rules}: {self.same} with {self.instants} instances as ical.js's, {sum(self.explained)} different as "
                   "explained")
        tap.equal(len(self.different), 0, "different ones that nothing explains")


@tap.case("random rules across changes of clocks have the instances that ical.js finds, but for what is explained")
def _():
    ical_js()
    cases, answers = random_cases()
    found = ask_ical_js([(series[3], series[2], last_wall(series, window)) for series, window, _, _ in cases])
    windows = [reach(series, window, each) for (series, window, _, _), each in zip(cases, found)]
    before = [i for i, (case, window) in enumerate(zip(cases, windows)) if window[0] != case[1][0]]
    asked = ask([(*windows[i], MOST, body_of(cases[i][3])) for i in before])
    answers = {**dict(enumerate(answers)), **dict(zip(before, asked))}
    comparison = Comparison()
    for i, (series, _, left_out, lines) in enumerate(cases):
        if not answers[i][1].startswith("cannot"):
            comparison.add(series, windows[i], left_out, lines, instants_of(answers[i][1]), found[i])
    comparison.tell(f"{RULES} random rules")
    idle = [does for (does, _, _), n in zip(OTHERWISE, comparison.explained) if not n]
    tap.equal(idle if RULES >= 3000 else [], [], "explanations of nothing")


# ---- the corpus ----


def corpus_rules(folder):
    """The different rules of the corpus, as far as they are text."""
    rules = set()
    for path in sorted(folder.glob("*.ics")):
        text = re.sub(r"\r?\n[ \t]", "", path.read_bytes().decode("utf-8", "replace"))
        rules.update(re.findall(r"(?mi)^RRULE[^:\n]*:([ -~]+?)\r?$", text))
    return sorted(rules)


def parts_of(rule, zone):
    """The parts for walls(); None: dateutil means something else by it, see above, or cannot read it."""
    parts = dict(part.strip().split("=", 1) for part in rule.upper().split(";") if "=" in part)
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


CORPUS_START = datetime.datetime(1997, 9, 2, 9)  # that of the RFC's examples
CORPUS_ZONE = "America/New_York"


@functools.cache
def corpus():
    """The rules of the corpus, the window they are looked at in, and the program's answers."""
    folder = pathlib.Path(os.environ["UPBEAT_CORPUS"]) / "ics"
    if not folder.is_dir():
        raise tap.Skip(f"{folder} is not there")
    at = instant(CORPUS_START, zoneinfo.ZoneInfo(CORPUS_ZONE))
    window, rules = (at - 86400, at + 86400 * 3000), corpus_rules(folder)
    lines = [f"DTSTART;TZID={CORPUS_ZONE}:{CORPUS_START:%Y%m%dT%H%M%S}", "DURATION:PT30M"]
    return rules, window, ask([(*window, MOST, body_of([*lines, f"RRULE:{rule}"])) for rule in rules])


def is_told(answer):
    return re.match(r"-?[0-9+]|$", answer)


@tap.case("the rules of the corpus have the instances that dateutil finds")
def _():
    if not rrule:
        raise tap.Skip("python3-dateutil is not there")
    rules, window, answers = corpus()
    zone = zoneinfo.ZoneInfo(CORPUS_ZONE)
    same, untold, apart, different = 0, {}, 0, 0
    for rule, (_, answer) in zip(rules, answers):
        if not is_told(answer):
            untold[answer] = untold.get(answer, 0) + 1
            continue
        try:
            parts = parts_of(rule, zone)
            wanted = parts and expected((CORPUS_ZONE, None, CORPUS_START, parts), window, ())
        except ValueError as error:
            tap.note(f"dateutil cannot read {rule}: {error}")
            parts = None
        if not parts:
            apart += 1
            continue
        got = instants_of(answer)
        same += got == wanted[:MOST]
        if got != wanted[:MOST]:
            different += 1
            tap.note(f"{rule}\ngot    {shown(got)}\nwanted {shown(wanted)}")
    for answer, n in sorted(untold.items()):
        tap.note(f"{n} rules: {answer}")
    tap.report(f"{len(rules)} rules of the corpus: {same} as dateutil's, {sum(untold.values())} not expanded, {apart} not "
               f"compared, slowest {max(took for took, _ in answers)} us")
    tap.equal(different, 0, "different ones")


@tap.case("the rules of the corpus have the instances that ical.js finds, but for what is explained")
def _():
    ical_js()
    rules, window, answers = corpus()
    told = [(rule, instants_of(answer)) for rule, (_, answer) in zip(rules, answers) if is_told(answer)]
    series = [(CORPUS_ZONE, None, CORPUS_START, parts_of(rule, zoneinfo.ZoneInfo(CORPUS_ZONE))) for rule, _ in told]
    compared = [(each, rule, got) for each, (rule, got) in zip(series, told) if each[3]]
    found = ask_ical_js([(each[3], CORPUS_START, last_wall(each, window)) for each, _, _ in compared])
    comparison = Comparison()
    for (each, rule, got), answer in zip(compared, found):
        comparison.add(each, reach(each, window, answer), (), [rule], got, answer)
    comparison.tell(f"{len(compared)} rules of the corpus")


sys.exit(tap.run())
