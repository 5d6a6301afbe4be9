# SPDX-License-Identifier: Apache-2.0
"""Calendar objects whose reading never ends. The program that runs here reads without end where X-SPIN is in the text:
tests/tools/spinning.c."""
import http.client
import os
import pathlib
import re
import sys
import threading
import time

import amending
import calendars
import support
import tap

os.environ["UPBEAT"] = os.path.join(os.environ["builddir"], "tests/tools/spinning")
SPIN = "X-SPIN:for ever\n"
ASIDE = 3  # a key's state
DIES = 2  # engines, until a key is set aside
WHY = "reading a calendar object took more than a second of processor time"
LONG = 30.0  # seconds, for engines that die and are started again
MANY = 10  # polls


class Traffic:
    """What clients do while engines die: each user polls all the time, so that credentials are at hand. A request fails
    after half a minute; an engine ends when it has read for a minute what no key is to blame for."""

    def __init__(self, upbeat):
        self.upbeat, self.seen, self.wrong, self.ending = upbeat, 0, [], threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while self.seen < MANY or not self.ending.is_set():
            for user in support.USERS:
                status = self.poll(user)
                self.seen += 1
                if status != 207:
                    self.wrong.append(status)
            time.sleep(0.05)

    def poll(self, user):
        try:
            return support.request("PROPFIND", self.upbeat.calendar_of(user), user, fields={"Depth": "0"}).status
        except (OSError, http.client.HTTPException) as failure:
            return str(failure)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()
        tap.equal(self.wrong, [], "requests that did not pass")


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.radicale = self.start(support.Radicale)
        self.store = self.folder / "upbeat.db"
        rules = amending.write_rules(self.folder)
        self.upbeat = self.start(
            support.Upbeat,
            self.radicale,
            settings=amending.ORGANIZATION,
            store=f"sqlite:{self.store}",
            rules=f"[{support.TOP}/rules, {rules}]",
        )
        return self

    def calendar(self, user):
        return calendars.Calendar(self.upbeat.calendar_of(user), user)

    def put(self, user, uid, **more):
        status = self.calendar(user).put(f"{uid}.ics", calendars.meeting(uid=uid, organizer=user, **more)).status
        assert status in (201, 204), f"PUT: {status}"

    def items_of(self, user, uid):
        return self.calendar(user).items_of(uid)

    def ended(self):
        """The status or signal of each engine that has ended."""
        return re.findall(r"the engine ended with (\w+ \d+)", self.upbeat.said())

    def crashes(self):
        """How often engines have died of each key."""
        return dict(support.rows_in(self.store, "SELECT href, crashes FROM key"))

    def keys(self):
        return sorted(support.keys_in(self.store))

    def ask(self, *words):
        return support.run(*words[:1], "-c", self.upbeat.settings, *words[1:])

    def is_set_aside(self, href):
        return any(key[0] == href and key[1] == ASIDE for key in self.keys())

    def goes_on(self, ends):
        """Whether at least so many engines have ended, and another one is there: the store tells of a death before it."""
        return len(self.ended()) >= ends and self.upbeat.has_engine()


def engine_file(upbeat, name):
    """What a file of the engine's process says; nothing where there is no engine."""
    engine = support.engine_of(upbeat.pid)
    return pathlib.Path(f"/proc/{engine}/{name}").read_text() if engine else ""


def engine_spent(upbeat):
    """The engine's processor time in seconds, without what it spent for others: proc_pid_stat(5), the 14th number."""
    numbers = engine_file(upbeat, "stat").rpartition(")")[2].split()
    return int(numbers[11]) / os.sysconf("SC_CLK_TCK") if numbers else 0


@tap.case("an object that is read without end ends two engines, and then is set aside; traffic passes")
def _(story):
    href = story.radicale.calendar_of("alice") + "endless.ics"
    with Traffic(story.upbeat):
        story.put("alice", "endless", more=SPIN)
        tap.eventually(lambda: story.crashes().get(href) == 1, "the key is suspected", LONG)
        tap.eventually(lambda: story.is_set_aside(href), "the key is set aside", LONG)
        tap.eventually(lambda: story.goes_on(DIES), "an engine", LONG)
    tap.equal(story.ended(), ["status 4"] * DIES, "ends of engines")
    tap.equal(story.keys(), [(href, ASIDE, WHY)], "keys")
    tap.equal(story.upbeat.said().count(f"{href}: {WHY}; the engine ends"), DIES, "what the log says")


@tap.case("meetings of others that are stored meanwhile get their items, and are not suspected")
def _(story):
    before = len(story.ended())
    with Traffic(story.upbeat):
        story.put("alice", "endless-too", more=SPIN)
        for n in range(6):
            story.put("bob", f"sound-{n}", start=calendars.business_day(8 + n))
            assert all(crashes == 0 for href, crashes in story.crashes().items() if "sound" in href), story.crashes()
        tap.eventually(lambda: len(story.ended()) > before, "an engine dies", LONG)
        tap.eventually(story.upbeat.has_engine, "another engine", LONG)
        words = engine_file(story.upbeat, "cmdline").split("\0")
        assert "--after-crash" not in words, "all that was worked on is suspected"
        tap.eventually(lambda: len(story.ended()) == before + DIES, "another engine dies", LONG)
        for n in range(6):
            tap.eventually(lambda: story.items_of("bob", f"sound-{n}"), f"items of sound-{n}", LONG)
        tap.eventually(lambda: all(state == ASIDE for _, state, _ in story.keys()), "nothing is left to do", LONG)
    tap.equal(len(story.keys()), 2, "keys")
    tap.equal(len(story.ended()), before + DIES, "ends of engines")


@tap.case("the same version ends no further engine, though it is stored again while it is read")
def _(story):
    before = len(story.ended())
    href = story.radicale.calendar_of("alice") + "again.ics"
    body, calendar = calendars.meeting(more=SPIN), story.calendar("alice")
    with Traffic(story.upbeat):
        while len(story.ended()) < before + DIES:
            tap.contains([201, 204], calendar.put("again.ics", body).status, "PUT")
            time.sleep(0.1)
        tap.eventually(lambda: story.is_set_aside(href), "the key is set aside", LONG)
        tap.eventually(lambda: story.goes_on(before + DIES), "an engine", LONG)
    tap.equal(len(story.ended()), before + DIES, "ends of engines")


@tap.case("status tells which keys were set aside, and why")
def _(story):
    said = story.ask("status").stdout
    tap.contains(said, "Set aside; store it again to have it tried again", "status")
    tap.contains(said, f"    {story.radicale.calendar_of('alice')}endless.ics: {WHY}\n", "status")
    tap.contains(story.ask("status", "--json").stdout, WHY, "status --json")


@tap.case("explain tells it of a meeting that could be read once; a version that can be read is tried again")
def _(story):
    href = story.radicale.calendar_of("carol") + "changed.ics"
    story.put("carol", "changed")
    tap.eventually(lambda: story.items_of("carol", "changed"), "items", LONG)
    ended = len(story.ended())
    with Traffic(story.upbeat):
        story.put("carol", "changed", more=SPIN)
        tap.eventually(lambda: story.is_set_aside(href), "the key is set aside", LONG)
        tap.eventually(lambda: story.goes_on(ended + DIES), "an engine", LONG)
    tap.contains(story.ask("explain", "changed").stdout, f"  {href}: aside, {WHY}\n", "explain")
    assert story.items_of("carol", "changed"), "the items were removed"
    ended = len(story.ended())
    story.put("carol", "changed", title="Roadmap with Acme, second try")
    tap.eventually(lambda: href not in story.crashes(), "the key is done with", LONG)
    tap.equal(len(story.ended()), ended, "ends of engines")


@tap.case("commands that read a file end with a message")
def _(story):
    path = story.folder / "endless.ics"
    path.write_text(calendars.meeting(more=SPIN))
    answer = support.run("explain", "--rules", support.TOP / "rules", path)
    tap.equal((answer.returncode, answer.stdout), (1, ""), "explain")
    tap.contains(answer.stderr, f"{path}: reading it took more than a second of processor time; given up", "explain")
    rules = story.folder / "tested"
    (rules / "tests").mkdir(parents=True)
    (rules / "rules.yaml").write_text("format: 1\nrules: []\n")
    (rules / "tests/all.yaml").write_text(
        "format: 1\ntests:\n  - name: it ends\n    at: 2026-11-02 09:00\n    event: endless.ics\n    expect_only: []\n"
    )
    (rules / "tests/endless.ics").write_text(calendars.meeting(more=SPIN))
    answer = support.run("test", rules)
    tap.equal((answer.returncode, answer.stdout), (1, ""), f"test: {answer.stderr}")
    tap.contains(answer.stderr, "a calendar object: reading it took more than a second", "test")


@tap.case("a body that the server refuses ends no engine and no request, and no key is blamed")
def _(story):
    ended, keys = len(story.ended()), story.keys()
    url = story.upbeat.calendar_of("bob") + "sound-0.ics"
    body = calendars.meeting(uid="sound-0", organizer="bob", more=SPIN)
    spent = engine_spent(story.upbeat)

    def is_read():
        """On a busy machine a body's time may be up before it is looked at; then the next one is."""
        answer = support.request("PUT", url, None, body, {"Authorization": "Basic Ym9iOndyb25n"})
        tap.equal(answer.status, 401, "PUT")
        return engine_spent(story.upbeat) > spent + 2

    with Traffic(story.upbeat):
        tap.eventually(is_read, "a body is read without end", LONG)
        story.put("bob", "sound-7", start=calendars.business_day(14))
        tap.eventually(lambda: story.items_of("bob", "sound-7"), "items", LONG)
        tap.eventually(lambda: story.keys() == keys, "the keys of before", LONG)
    tap.equal(len(story.ended()), ended, "ends of engines")


@tap.case("no sanitizer complains")
def _(story):
    story.upbeat.kill_group()  # the refused body is being read
    story.upbeat.is_sane()


with support.world(Story) as opened:
    sys.exit(tap.run(opened))
