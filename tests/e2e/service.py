# SPDX-License-Identifier: Apache-2.0
"""With an account of Upbeat's own on the server, nothing waits for users: what is left is done while they are away."""
import json
import os
import signal
import sys

import calendars
import support
import tap

SOON = 10.0
SERVICE = "upbeat"
# Everybody has what is his own, the service account everything.
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


class Story(support.ServerWorld):
    """A Radicale that lets the service account in everywhere, and an Upbeat with or without it."""

    def __init__(self):
        super().__init__(lambda folder: support.Radicale(folder, (*support.USERS, SERVICE), rights=RIGHTS))

    def __enter__(self):
        super().__enter__()
        self.secret = self.folder / "secret"
        self.write_secret(support.password(SERVICE))
        self.without = f"{support.ORGANIZATION}deletion_grace: 1s\n"
        self.upbeat = self.start(support.Upbeat, self.server, self.without, f"sqlite:{self.store}")
        self.head = self.upbeat.settings.read_text().removesuffix(self.without)
        return self

    def write_secret(self, text):
        self.secret.touch(0o600)
        self.secret.write_text(text)

    def say(self, settings):
        """Puts other settings in the place of those that there are."""
        self.upbeat.settings.write_text(self.head + self.without + settings)

    def reload(self):
        before = self.upbeat.said().count("reload: ")
        os.kill(self.upbeat.pid, signal.SIGHUP)
        tap.eventually(lambda: self.upbeat.said().count("reload: ") > before, "a reload", SOON)

    def restart(self):
        """Passwords of users that the engine has kept are gone then."""
        tap.equal(self.upbeat.stop(), 0, "exit status")
        self.upbeat.launch()

    def real(self, user):
        return calendars.Calendar(self.server.url + self.server.calendar_of(user), user)

    def seen(self, user):
        return calendars.Calendar(self.upbeat.calendar_of(user), user)

    def items(self, user, uid):
        return self.real(user).items_of(uid)

    def status(self):
        answer = support.run("status", "-c", self.upbeat.settings, "--json")
        tap.equal(answer.returncode, 0, answer.stderr)
        return json.loads(answer.stdout)

    def order(self, *words):
        answer = support.run(*words, "-c", self.upbeat.settings)
        tap.equal(answer.returncode, 0, f"{words}: {answer.stdout}{answer.stderr}")
        return answer.stdout + answer.stderr

    @property
    def account(self):
        return f"service: {{user: {SERVICE}, password_file: {self.secret}}}\n"


def of(user, uid, **more):
    return calendars.meeting(uid=uid, organizer=user, attendees=(user, "cto@acme.example"), **more)


@tap.case("without the account, what is left waits for its user")
def _(story):
    tap.equal(story.seen("alice").put("m.ics", of("alice", "first")).status, 201, "PUT")
    story.settle()
    assert story.items("alice", "first"), "no items"
    story.real("alice").put("old.ics", of("alice", "old"))
    story.restart()
    story.order("backfill", "--everybody")
    tap.eventually(lambda: story.status()["counts"]["waiting"] == 1, "a key that waits", SOON)
    tap.equal(story.items("alice", "old"), [], "items")


@tap.case("a secret that cannot be used is told, and keeps nothing from passing")
def _(story):
    for text, wrong in (("", "it is empty"), ("a\nb\n", "it has more than one line"), ("a\r\n", "its line ends in a carriage return")):
        story.write_secret(text)
        story.say(story.account)
        answer = support.run("check", "-c", story.upbeat.settings)
        tap.equal(answer.returncode, 1, answer.stderr)
        tap.contains(answer.stdout, "service-file", "check")
        tap.contains(answer.stdout, wrong, "check")
    story.reload()
    tap.eventually(lambda: story.status()["service"]["state"] == "unreadable", "the state", SOON)
    tap.contains(story.status()["service"]["why"], "carriage return", "why")
    tap.equal(story.seen("bob").put("m.ics", of("bob", "bobs")).status, 201, "PUT")
    tap.eventually(lambda: story.items("bob", "bobs"), "bob's items, by bob's own password", SOON)


@tap.case("a wrong password is told once, with what to do, and users are served by their own as before")
def _(story):
    story.write_secret("wrong\n")
    tap.eventually(lambda: story.status()["service"]["state"] == "refused", "the state", SOON)
    why = story.status()["service"]["why"]
    tap.contains(why, "the server does not accept it (status 401)", "why")
    tap.contains(why, str(story.secret), "why")
    assert "wrong" not in story.upbeat.said(), "the password is in the log"
    tap.equal(story.upbeat.said().count("the service account: "), 1, "lines in the log")
    tap.equal(story.seen("bob").put("n.ics", of("bob", "bobs-second")).status, 201, "PUT")
    tap.eventually(lambda: story.items("bob", "bobs-second"), "bob's items", SOON)
    tap.equal(story.items("alice", "old"), [], "alice's items")
    said = support.run("status", "-c", story.upbeat.settings).stdout
    tap.contains(said, "Service   upbeat: refused: the server does not accept it", "status")


@tap.case("when the file has the right one, what waits is done at once, without its user")
def _(story):
    story.write_secret(support.password(SERVICE) + "\n")
    tap.eventually(lambda: story.items("alice", "old"), "alice's items", SOON)
    story.settle()
    tap.equal(story.status()["service"], {"user": SERVICE, "state": "accepted", "why": ""}, "status")
    tap.contains(story.upbeat.said(), "the server accepts the service account upbeat", "the log")


@tap.case("the items are their owner's, as if he had been there")
def _(story):
    for uid in ("first", "old"):
        items = story.items("alice", uid)
        people = set().union(*(item.addresses("ORGANIZER") | item.addresses() for item in items))
        assert people <= {"alice@ours.example"}, people
        tap.equal(len(items), len(story.items("alice", "first")), "items")


@tap.case("what was waiting before a restart is done after it, without its user")
def _(story):
    story.say("")
    story.restart()
    story.real("alice").put("older.ics", of("alice", "older"))
    story.order("backfill", "--everybody")
    tap.eventually(lambda: story.status()["counts"]["waiting"] == 2, "keys that wait", SOON)
    story.say(story.account)
    story.restart()
    tap.eventually(lambda: story.items("alice", "older"), "alice's items", SOON)
    story.settle()


@tap.case("undo --everybody waits for nobody")
def _(story):
    story.order("undo", "--all", "--everybody")
    tap.eventually(lambda: not story.items("alice", "old") and not story.items("bob", "bobs"), "no items", SOON)
    story.settle()


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


with support.world(Story) as story:
    sys.exit(tap.run(story))
