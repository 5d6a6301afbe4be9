# SPDX-License-Identifier: Apache-2.0
"""The service account looks for changes in calendars that the settings name, though no client of their owners comes
through Upbeat; and for callers who come by a sign-in that Upbeat cannot use again."""
import datetime
import json
import os
import shutil
import signal
import sys
import time

import calendars
import support
import tap

SOON = 10.0
EVERY = 1  # seconds between two looks for changes
SERVICE = "upbeat"
WEEK = datetime.timedelta(days=7)
RIGHTS = f"""\
[root]
user: .+
collection:
permissions: R

[service]
user: {SERVICE}
collection: .*
permissions: RrWw

[own]
user: .+
collection: {{user}}(/.*)?
permissions: RrWw
"""


class Radicale(support.Radicale):
    def __init__(self, folder):
        super().__init__(folder, (*support.USERS, "dora"), auth="radicale_auth", rights=RIGHTS)

    def forget_tokens(self):
        for folder in self.log.parent.rglob("sync-token"):
            shutil.rmtree(folder)


class Story(support.ServerWorld):
    def __init__(self):
        super().__init__(Radicale)

    def __enter__(self):
        super().__enter__()
        secret = self.folder / "secret"
        secret.touch(0o600)
        secret.write_text(support.password(SERVICE))
        path, none = self.server.calendar_of("alice"), f"{self.server.home_of('alice')}none/"
        settings = (f"{support.ORGANIZATION}deletion_grace: 1s\nsync_every: {EVERY}s\n"
                    f"service: {{user: {SERVICE}, password_file: {secret}, poll: [{path}, {none}, {path}]}}\n")
        self.none = none
        self.upbeat = self.start(support.Upbeat, self.server, settings, f"sqlite:{self.store}")
        return self

    def real(self, user):
        return calendars.Calendar(self.server.url + self.server.calendar_of(user), user)

    def looked(self, user):
        path = self.server.calendar_of(user)
        return support.rows_in(self.store, "SELECT 1 FROM sync WHERE collection = ?", path) != []

    def put(self, user, uid, start, name=None, others=()):
        """Stores a meeting at the server itself."""
        text = calendars.meeting(uid=uid, start=start, organizer=user, attendees=(user, *others, "cto@acme.example"))
        tap.equal(self.real(user).put(f"{name or uid}.ics", text).status // 100, 2, "PUT")

    def items(self, user, uid):
        return self.real(user).items_of(uid)

    def starts(self, user, uid):
        return sorted(item.time("DTSTART") for item in self.items(user, uid) if item.kind == "VEVENT")

    def status(self):
        answer = support.run("status", "-c", self.upbeat.settings, "--json")
        tap.equal(answer.returncode, 0, answer.stderr)
        return json.loads(answer.stdout)


@tap.case("a meeting that is stored at the server gets its items, and they are its owner's")
def _(story):
    tap.eventually(lambda: story.looked("alice"), "the first look", SOON)
    story.put("alice", "polled", calendars.business_day(10))
    tap.eventually(lambda: story.items("alice", "polled"), "items", SOON)
    story.settle()
    for item in story.items("alice", "polled"):
        assert item.addresses("ORGANIZER") | item.addresses() <= {"alice@ours.example"}, item.properties


@tap.case("it is moved there, and they go along; it is deleted there, and they are gone")
def _(story):
    before = story.starts("alice", "polled")
    assert before, "no event"
    story.put("alice", "polled", calendars.business_day(10) + WEEK)
    tap.eventually(lambda: story.starts("alice", "polled") == [start + WEEK for start in before], "items a week later", SOON)
    story.settle()
    tap.equal(story.real("alice").delete("polled.ics").status // 100, 2, "DELETE")
    tap.eventually(lambda: not story.items("alice", "polled"), "no items", SOON)
    story.settle()


@tap.case("colleagues have copies, though nobody but the service account was there to find out that the server invites nobody")
def _(story):
    tap.equal(story.status()["delivery"]["way"], "unknown", "the way before")
    story.put("alice", "both", calendars.business_day(15), others=("bob",))
    tap.eventually(lambda: story.items("bob", "both"), "bob's copies", SOON)
    story.settle()
    theirs = {item.value("UID") for item in story.items("alice", "both") if "bob@ours.example" in item.addresses()}
    tap.equal({item.value("UID") for item in story.items("bob", "both")}, theirs, "copies")
    tap.equal(story.status()["delivery"]["way"], "copies", "the way")


@tap.case("a calendar that is not there is told once, status says so, and it is asked for after pauses that grow")
def _(story):
    time.sleep(3 * EVERY)
    said = f"{story.none}, which `poll` of `service` names, cannot be looked at: "
    tap.equal(story.upbeat.said().count(said), 1, "log lines")
    poll = story.status()["service"]["poll"]
    tap.equal((poll["calendars"], [failing["calendar"] for failing in poll["failing"]]), (2, [story.none]), "status --json")
    text = support.run("status", "-c", story.upbeat.settings).stdout
    tap.contains(text, f"1 of 2 calendars in `poll` cannot be looked at: {story.none}: ", "status")


@tap.case("a calendar that the settings do not name is left alone")
def _(story):
    story.put("bob", "bobs", calendars.business_day(11))
    time.sleep(2 * EVERY)
    assert not story.looked("bob") and not story.items("bob", "bobs"), "bob's calendar was looked at"


@tap.case("when the server is down, that is told once; when it is back, what has changed is followed")
def _(story):
    path = story.server.calendar_of("alice")
    said = f"{path}, which `poll` of `service` names, cannot be looked at: "
    story.server.stop()
    tap.eventually(lambda: said in story.upbeat.said(), "a line in the log", SOON)
    time.sleep(3 * EVERY)
    tap.equal(story.upbeat.said().count(said), 1, "log lines")
    story.server.launch()
    story.server.wait_for(lambda: support.listens(story.server.port), "it listens")
    story.put("alice", "after", calendars.business_day(12))
    tap.eventually(lambda: story.items("alice", "after"), "items", 30)
    tap.contains(story.upbeat.said(), f"{path} can be looked at again", "the log")
    story.settle()


@tap.case("a server that has forgotten its tokens is followed all the same")
def _(story):
    before = story.starts("alice", "after")
    story.server.forget_tokens()
    story.put("alice", "after", calendars.business_day(12) + WEEK)
    tap.eventually(lambda: story.starts("alice", "after") == [start + WEEK for start in before], "items a week later", SOON)
    story.settle()


@tap.case("who polls by a sign-in that cannot be used again has the service account look")
def _(story):
    signs_in = {
        "bob": {"Authorization": 'Digest username="bob", response="secret"'},
        "carol": {"X-Remote-User": "carol"},  # by a front, which has looked who she is
    }
    for user, fields in signs_in.items():
        url = story.upbeat.calendar_of(user)
        poll = lambda: support.request("PROPFIND", url, None, None, {"Depth": "0", **fields}).status
        tap.equal(poll(), 207, "PROPFIND")
        tap.eventually(lambda: story.looked(user), "the first look", SOON)
        story.put(user, f"{user}-polls", calendars.business_day(13))
        assert not story.items(user, f"{user}-polls"), "items before a poll"
        time.sleep(EVERY)
        tap.equal(poll(), 207, "PROPFIND")
        tap.eventually(lambda: story.items(user, f"{user}-polls"), "items", SOON)
    assert 'response="secret"' not in story.upbeat.said(), "the log has what Digest says"


@tap.case("settings that name other calendars hold from a reload on")
def _(story):
    text = story.upbeat.settings.read_text()
    story.upbeat.settings.write_text(text.replace("poll: [", f"poll: [{story.server.calendar_of('dora')}, "))
    os.kill(story.upbeat.pid, signal.SIGHUP)
    tap.eventually(lambda: story.looked("dora"), "the first look", SOON)
    story.put("dora", "doras", calendars.business_day(14))
    tap.eventually(lambda: story.items("dora", "doras"), "items", SOON)
    story.settle()


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


with support.world(Story) as story:
    sys.exit(tap.run(story))
