# SPDX-License-Identifier: Apache-2.0
"""`upbeat report` tells what became of meetings, items and accounts, in four formats."""
import csv
import datetime
import html.parser
import io
import json
import sqlite3
import sys
import threading

import calendars
import support
import tap

SOON = 10.0
ACME = '=HYPERLINK("http://evil.example")'
BETA = '<script>alert("x")</script>'
ACCOUNTS = f"""\
accounts:
  - id: acme
    name: '{ACME}'
    domains: [acme.example]
    health: red
    owner: alice@ours.example
    team: [alice@ours.example, bob@ours.example]
    stakeholders: [{{email: cto@acme.example, name: C. Tho, executive: true}}]
  - id: beta
    name: '{BETA}'
    domains: [beta.example]
"""
# A Monday far enough ahead that nothing of the present meddles.
MONDAY = datetime.datetime.now(calendars.BERLIN).replace(hour=8, minute=0, second=0, microsecond=0)
MONDAY += datetime.timedelta(days=14 - MONDAY.weekday())


def day(n, hour=14, minute=0):
    """The n-th business day after that Monday, as the machine's clock shows it."""
    moment = MONDAY.replace(hour=hour, minute=minute)
    return moment + datetime.timedelta(days=n // 5 * 7 + n % 5)


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        accounts = self.folder / "accounts.yaml"
        accounts.write_text(ACCOUNTS)
        settings = f"{support.ORGANIZATION}control: control\ndeletion_grace: 1s\naccounts: [{{source: yaml, path: {accounts}}}]\n"
        self.now = MONDAY
        self.upbeat = self.start(
            support.Upbeat, self.server, store=f"sqlite:{self.store}", settings=settings, **self.clock())
        path = self.server.calendar_of("alice")
        self.seen, self.real = (calendars.Calendar(server.url + path, "alice") for server in (self.upbeat, self.server))
        return self

    def clock(self):
        return support.clock(int((self.now - datetime.datetime.now(calendars.BERLIN)).total_seconds()))

    def step(self, moment):
        """Goes on at another time."""
        self.upbeat.stop()
        self.now = moment
        self.upbeat.environment.update(self.clock())
        self.upbeat.launch()

    def put(self, uid, start, account):
        text = calendars.meeting("Talk", start, 60, ("alice", "bob", f"cto@{account}.example"), uid)
        assert self.seen.put(f"{uid}.ics", text).status in (201, 204), "PUT"
        self.settle()

    def items(self, uid):
        """name of the resource and text of each item of the meeting, by what its title says it is."""
        found = {}
        for href, (_, text) in self.real.objects().items():
            for item in calendars.components(text):
                if item.value("RELATED-TO") == uid:
                    kind = next((word for word in ("prep for", "before", "follow up") if word in item.text("SUMMARY")), None)
                    found[kind] = (href.rsplit("/", 1)[1], text)
        return found

    def complete(self, uid, kind):
        """As a client does it."""
        name, text = self.items(uid)[kind]
        at = self.now.astimezone(datetime.timezone.utc)
        done = f"STATUS:COMPLETED\r\nPERCENT-COMPLETE:100\r\nCOMPLETED:{at:%Y%m%dT%H%M%SZ}"
        changed = text.replace("STATUS:NEEDS-ACTION", done)
        assert changed != text and self.seen.put(name, changed).status in (201, 204), "PUT"
        self.settle()

    def periods(self):
        return support.rows_in(self.store, "SELECT beginning FROM period")

    def run(self, at, *more, settings=None):
        return support.run("report", "-c", settings or self.upbeat.settings, "--at", f"{at:%Y-%m-%d %H:%M}", *more)

    def report(self, at, *more):
        answer = self.run(at, "--format", "json", *more)
        tap.equal((answer.returncode, answer.stderr), (0, ""), "report")
        return json.loads(answer.stdout)


def counts(report, figure):
    return {part: n for part, n in report["figures"][figure]["counts"].items() if n}


def percents(report):
    return {name: figure["percent"] for name, figure in report["figures"].items()}


@tap.case("of an empty store, nothing can be told")
def _(story):
    report = story.report(MONDAY)
    tap.equal(set(percents(report).values()), {None}, "shares")
    tap.equal((report["meetings"], report["groups"], report["unmet"]), (0, [], []), "all else")
    assert "cannot be told" in story.run(MONDAY).stdout, "text"


@tap.case("a prep that its user deletes leaves a meeting to come unprepared, at once")
def _(story):
    story.put("acme-1", day(10), "acme")
    story.put("acme-2", day(15), "acme")
    story.put("beta-1", day(10, 10), "beta")
    assert set(story.items("beta-1")) >= {"prep for", "before", "follow up"}, story.items("beta-1")
    assert story.seen.delete(story.items("beta-1")["prep for"][0]).status in (200, 204), "DELETE"
    story.settle()
    unprepared = story.report(MONDAY)["unprepared"]
    tap.equal([(one["account"], one["owner"], one["start"][:16]) for one in unprepared],
        [("beta", "alice@ours.example", f"{day(10, 10):%Y-%m-%dT%H:%M}")], "unprepared")


@tap.case("what is completed in a client is known to be")
def _(story):
    story.complete("acme-1", "before")
    tap.equal(counts(story.report(MONDAY), "agenda"), {}, "agendas that are due")
    tap.equal(counts(story.report(day(10, 9)), "agenda"), {"in_time": 1, "open": 1}, "agendas")


@tap.case("after the meetings, the report says exactly what came of them")
def _(story):
    tap.eventually(story.periods, "the account's period", SOON)
    story.step(day(10, 16))
    story.complete("acme-1", "follow up")
    report = story.report(day(12, 18))
    tap.equal(report["meetings"], 2, "meetings held")
    tap.equal(counts(report, "prep"), {"ahead": 1, "deleted": 1}, "preps")
    tap.equal(counts(report, "agenda"), {"in_time": 1, "open": 1}, "agendas")
    tap.equal(counts(report, "next_step"), {"booked": 1, "not_booked": 1}, "next steps")
    tap.equal(counts(report, "executives"), {"once": 1}, "executives")
    tap.equal(counts(report, "follow_up"), {"same_day": 1, "open": 1}, "follow-ups")
    tap.equal(counts(report, "cadence_red"), {"kept": 1}, "cadence")
    tap.equal(percents(report)["next_step"], 50, "share")
    tap.equal(percents(report)["cadence_green"], None, "what cannot be told")
    tap.equal(report["unprepared"], [], "it is over")


@tap.case("by account and by owner it says the same of each")
def _(story):
    report = story.report(day(12, 18), "--by", "account")
    by = {group["key"]: group for group in report["groups"]}
    tap.equal(sorted(by), ["acme", "beta"], "accounts")
    tap.equal((by["acme"]["name"], by["beta"]["name"]), (ACME, BETA), "names")
    tap.equal(counts(by["acme"], "prep"), {"ahead": 1}, "acme's preps")
    tap.equal(counts(by["beta"], "next_step"), {"not_booked": 1}, "beta's next steps")
    report = story.report(day(12, 18), "--by", "owner")
    tap.equal([group["key"] for group in report["groups"]], ["alice@ours.example"], "owners")
    late = story.report(day(12, 18), "--since", f"{day(11):%Y-%m-%d}")
    tap.equal((late["meetings"], counts(late, "prep")), (0, {}), "since then")


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.words.append(data)


@tap.case("hostile names of accounts are names in HTML and CSV")
def _(story):
    answer = story.run(day(12, 18), "--by", "account", "--format", "html")
    page = Page(answer.stdout)
    tap.equal([tag for tag, _ in page.tags if tag in ("script", "link", "img", "iframe", "object")], [], "elements")
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on") and "http:" not in (value or ""), f"{tag} {name}={value}"
    assert BETA in page.words and ACME in page.words, "the names stand there as they are"
    answer = story.run(day(12, 18), "--by", "account", "--format", "csv")
    rows = list(csv.reader(io.StringIO(answer.stdout, newline=""), strict=True))
    tap.equal({len(row) for row in rows}, {6}, "cells of rows")
    tap.equal({row[1] for row in rows[1:]} - {"all"}, {"'" + ACME, BETA}, "names")
    assert ["acme", "'" + ACME, "prep", "ahead", "1", "100"] in rows, rows


@tap.case("it is read while the daemon writes")
def _(story):
    stop, failed = threading.Event(), []

    def write():
        for n in range(1000):
            if stop.is_set():
                return
            start = day(20 + n % 20, 9 + n % 8)
            story.seen.put(f"busy-{n}.ics", calendars.meeting("Talk", start, 30, ("alice", "cto@beta.example"), f"busy-{n}"))

    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(10):
        answer = story.run(day(12, 18))
        failed += [answer.stderr] if answer.returncode or answer.stderr else []
    stop.set()
    writer.join()
    tap.equal(failed, [], "failures")


@tap.case("a store of an earlier version, and one that is not there, are told of")
def _(story):
    story.settle()
    other = story.folder / "other"
    other.mkdir()
    settings = other / "upbeat.yaml"
    text = story.upbeat.settings.read_text().replace(f"sqlite:{story.store}", f"sqlite:{other}/old.db")
    settings.write_text(text)
    answer = story.run(MONDAY, settings=settings)
    tap.equal(answer.returncode, 1, "status without a store")
    assert "old.db" in answer.stderr, answer.stderr
    with sqlite3.connect(f"file:{story.store}?mode=ro", uri=True) as database, sqlite3.connect(other / "old.db") as copy:
        database.backup(copy)
    with sqlite3.connect(other / "old.db") as copy:
        copy.execute("PRAGMA user_version = 4")
    answer = story.run(MONDAY, settings=settings)
    tap.equal(answer.returncode, 1, "status with an old store")
    assert "earlier version" in answer.stderr, answer.stderr


@tap.case("options that are none are told of")
def _(story):
    for option, said in (("--by=month", "quarter, account or owner"), ("--format=pdf", "text, html, csv or json"),
        ("--since=yesterday", "no date"), ("--since=2999-01-01", "yet to come")):
        answer = story.run(MONDAY, option)
        tap.equal(answer.returncode, 3, option)
        assert said in answer.stderr, answer.stderr


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Story, (support.Radicale,))))
