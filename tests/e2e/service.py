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
# Everybody has what is his own, bob what is alice's, too, and the service account everything.
RIGHTS = f"""\
[root]
user: .+
collection:
permissions: R

[service]
user: {SERVICE}
collection: .*
permissions: RrWw

[assistant]
user: bob
collection: alice(/.*)?
permissions: RrWw

[own]
user: .+
collection: {{user}}(/.*)?
permissions: RrWw
"""


class Story(support.ServerWorld):
    """A Radicale that lets the service account in everywhere, and an Upbeat with or without it."""

    def __init__(self):
        super().__init__(lambda folder: support.Radicale(folder, auth="radicale_auth", rights=RIGHTS))

    def __enter__(self):
        super().__enter__()
        answer = support.request("MKCALENDAR", self.server.url + self.server.calendar_of("dora"), "dora")
        tap.equal(answer.status, 201, "MKCALENDAR")
        self.secret = self.folder / "secret"
        self.write_secret(support.password(SERVICE))
        self.without = f"{support.ORGANIZATION}deletion_grace: 1s\n"
        self.upbeat = self.start(support.Upbeat, self.server, self.without, f"sqlite:{self.store}")
        self.head = self.upbeat.settings.read_text().removesuffix(self.without)
        return self

    def put_as(self, user, name, text, **fields):
        """Stores an object for somebody who signs in by these fields."""
        url = self.seen(user).url + name
        answer = support.request("PUT", url, None, text, {"Content-Type": "text/calendar", **fields})
        tap.equal(answer.status, 201, "PUT")

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
    account = {"user": SERVICE, "state": "accepted", "why": "", "poll": {"calendars": 0, "failing": []}}
    tap.equal(story.status()["service"], account, "status")
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


@tap.case("an assistant's meeting in a manager's calendar gets the manager's items")
def _(story):
    text = calendars.meeting(uid="managers", organizer="alice", attendees=("alice", "cto@acme.example"))
    tap.equal(support.request("PUT", story.seen("alice").url + "managers.ics", "bob", text).status, 201, "PUT")
    tap.eventually(lambda: story.items("alice", "managers"), "alice's items", SOON)
    for item in story.items("alice", "managers"):
        assert item.addresses("ORGANIZER") | item.addresses() <= {"alice@ours.example"}, item.properties


@tap.case("whoever signs in by a front or Digest is served, and named once")
def _(story):
    story.put_as("carol", "front.ics", of("carol", "front"), **{"X-Remote-User": "carol"})
    story.put_as("carol", "front2.ics", of("carol", "front2"), **{"X-Remote-User": "carol"})
    story.put_as("bob", "digest.ics", of("bob", "digest"), Authorization='Digest username="bob", response="secret"')
    for user, uid in (("carol", "front"), ("carol", "front2"), ("bob", "digest")):
        tap.eventually(lambda: story.items(user, uid), f"items of {uid}", SOON)
        for item in story.items(user, uid):
            assert item.addresses("ORGANIZER") | item.addresses() <= {f"{user}@ours.example"}, item.properties
    tap.equal(story.status()["unusable_sign_ins"], ["carol (named by a front)", "bob (Digest)"], "status")
    said = support.run("status", "-c", story.upbeat.settings).stdout
    tap.contains(said, "2 users whose sign-in cannot be used again: carol (named by a front), bob (Digest)", "status")
    tap.equal(story.upbeat.said().count("carol (named by a front): this sign-in cannot be used again"), 1, "log lines")
    assert "secret\"" not in story.upbeat.said(), "the log has what Digest says"


@tap.case("a meeting that such a caller deletes loses its items")
def _(story):
    url = story.seen("carol").url + "front2.ics"
    tap.equal(support.request("DELETE", url, None, None, {"X-Remote-User": "carol"}).status, 200, "DELETE")
    tap.eventually(lambda: not story.items("carol", "front2"), "no items", SOON)


@tap.case("without the account they are told of, and nothing of theirs is kept")
def _(story):
    story.settle()
    story.say("")
    story.restart()
    story.put_as("carol", "lost.ics", of("carol", "lost"), **{"X-Remote-User": "carol"})
    said = "carol (named by a front): this sign-in cannot be used again; nothing is made of what is stored so; a service account"
    tap.eventually(lambda: said in story.upbeat.said(), "a line in the log", SOON)
    tap.contains(support.run("status", "-c", story.upbeat.settings).stdout, "a service account would serve them", "status")
    tap.equal(support.keys_in(story.store), [], "keys")


@tap.case("a bearer token is used again as a password is")
def _(story):
    story.put_as("carol", "token.ics", of("carol", "token"), Authorization="Bearer carolpw")
    tap.eventually(lambda: story.items("carol", "token"), "carol's items", SOON)
    assert "Bearer" not in story.upbeat.said() and "carolpw" not in story.upbeat.said(), "the token is in the log"


@tap.case("the account may sign in by a bearer token, too")
def _(story):
    story.real("bob").put("oldest.ics", of("bob", "oldest"))
    story.say(f"service: {{token_file: {story.secret}}}\n")
    story.restart()
    story.order("backfill", "--everybody")
    tap.eventually(lambda: story.items("bob", "oldest"), "bob's items", SOON)
    story.say(story.account)
    story.restart()
    story.settle()


@tap.case("an owner whom nobody has seen gets reviews, and a lead who is gone loses them")
def _(story):
    accounts = story.folder / "accounts.yaml"
    team = "team: [dora@ours.example]"
    accounts.write_text(f"accounts:\n  - {{id: acme, name: Acme, domains: [acme.example], health: red, owner: dora@ours.example, {team}}}\n")
    story.say(story.account + f"accounts: [{{source: yaml, path: {accounts}}}]\n")
    story.reload()
    reviews = lambda: [text for _, text in story.real("dora").objects().values() if "SUMMARY:Acme: review" in text]
    tap.eventually(lambda: len(reviews()) > 3, "dora's reviews", SOON)
    for text in reviews():
        for event in calendars.components(text):
            assert event.addresses("ORGANIZER") | event.addresses() <= {"dora@ours.example"}, text
    tap.equal([owner["finding"] for owner in story.status()["owners"]], [], "what is told of owners")
    accounts.write_text(accounts.read_text().replace("dora", "alice"))
    story.reload()
    tap.eventually(lambda: not reviews(), "none of dora's", SOON)
    story.settle()


@tap.case("backfill and undo of one user, who has never come by, need no password of his")
def _(story):
    for user in ("alice", "dora"):
        story.real(user).put("ordered.ics", of(user, f"ordered-{user}"))
    tap.contains(story.order("backfill", "--user", "dora"), "the service account does it for dora now", "backfill")
    tap.eventually(lambda: story.items("dora", "ordered-dora"), "dora's items", SOON)
    story.settle()
    tap.equal(story.items("alice", "ordered-alice"), [], "items of alice, who was not named")
    kept = len(story.items("alice", "old"))
    assert kept, "alice has none"
    tap.contains(story.order("undo", "--all", "--user", "dora"), "the service account does it for dora now", "undo")
    tap.eventually(lambda: not story.items("dora", "ordered-dora"), "no items of dora's", SOON)
    story.settle()
    tap.equal(len(story.items("alice", "old")), kept, "items of alice, who was not named")
    for words in (("backfill", "--dry-run"), ("undo", "--all", "--dry-run"), ("undo", "--all", "--calendar", "/dora/")):
        answer = support.run(*words, "--user", "dora", "-c", story.upbeat.settings)
        tap.equal((answer.returncode, "--password-file FILE tell" in answer.stderr), (3, True), f"{words}: {answer.stderr}")


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
