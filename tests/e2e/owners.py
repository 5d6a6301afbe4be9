# SPDX-License-Identifier: Apache-2.0
"""Reviews go over to a new owner once somebody with that address is there; what keeps accounts from that is told."""
import json
import sys

import calendars
import support
import tap

SOON = 10.0
SETTINGS = f"{support.ORGANIZATION}deletion_grace: 1s\ncontrol: control\n"


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        self.accounts = self.folder / "accounts.csv"
        self.upbeat = None
        self.have("acme,alice@ours.example")
        settings = f"{SETTINGS}accounts: [{{source: csv, path: {self.accounts}}}]\n"
        self.upbeat = self.start(support.Upbeat, self.server, store=f"sqlite:{self.store}", settings=settings)
        return self

    def have(self, *rows):
        """Changes the accounts, and has them read."""
        text = "id,owner,name,health\n" + "".join(f"{row},{row.split(',')[0].title()},red\n" for row in rows)
        self.accounts.write_text(text)
        if self.upbeat:
            said = support.run("refresh", "-c", self.upbeat.settings)
            tap.equal(said.returncode, 0, said.stdout + said.stderr)

    def of(self, user):
        path = self.server.calendar_of(user)
        return tuple(calendars.Calendar(server.url + path, user) for server in (self.upbeat, self.server))

    def come_by(self, *users):
        for user in users:
            answer = support.request("PROPFIND", self.of(user)[0].url, user, "", {"Depth": "0"})
            tap.equal(answer.status, 207, "PROPFIND")

    def be_seen(self, user):
        self.of(user)[0].put("hello.ics", calendars.meeting("Lunch", calendars.business_day(3), 30, (user,), f"hello-{user}"))

    def reviews(self, user, of="Acme"):
        return {href for href, (_, text) in self.of(user)[1].objects().items() if f"SUMMARY:{of}: review" in text}

    def eventually(self, holds, what, *users):
        """Waits until it holds; clients of these users look meanwhile."""
        def look():
            self.come_by(*users)
            self.settle()
            return holds()

        tap.eventually(look, what, SOON)

    def status(self):
        said = support.run("status", "-c", self.upbeat.settings)
        tap.equal(said.returncode, 0, said.stderr)
        return said.stdout


@tap.case("an owner whom nobody has seen is told of, and where he stands")
def _(story):
    tap.contains(
        story.status(),
        f"owner alice@ours.example of account acme: nobody with that address has been seen; its reviews wait; check the spelling in {story.accounts}:2",
        "status",
    )
    story.upbeat.wait_for(lambda: "accounts: owner alice@ours.example of account acme: nobody" in story.upbeat.said(), "the log tells of it")


@tap.case("once he is there, he has the reviews, and nothing is told any more")
def _(story):
    story.be_seen("alice")
    story.eventually(lambda: len(story.reviews("alice")) >= 8, "reviews", "alice")
    assert "nobody with that address" not in story.status(), story.status()


@tap.case("a misspelt owner leaves the former one's reviews where they stand")
def _(story):
    before = story.reviews("alice")
    story.have("acme,bbo@ours.example", "beta,bbo@ours.example")
    for _ in range(3):
        story.come_by("alice")
        story.settle()
    tap.equal(story.reviews("alice"), before, "alice's reviews")
    tap.contains(story.status(), "owner bbo@ours.example of account acme and 1 more: nobody with that address has been seen; their reviews wait", "status")
    story.upbeat.wait_for(lambda: "accounts: owner bbo@ours.example of account acme and 1 more" in story.upbeat.said(), "the log tells of it")


@tap.case("an owner who comes late has them from then on")
def _(story):
    before = story.reviews("alice")
    story.have("acme,bob@ours.example")
    story.come_by("alice")
    story.settle()
    tap.equal(story.reviews("alice"), before, "alice's reviews")
    story.be_seen("bob")
    story.eventually(lambda: len(story.reviews("bob")) >= 8, "bob's reviews", "bob")
    story.eventually(lambda: not story.reviews("alice"), "no reviews of alice's", "alice", "bob")


@tap.case("an account without owner is told of, by check and by explain, too")
def _(story):
    story.have("acme,bob@ours.example", "beta,")
    where = f"{story.accounts}:3"
    tap.contains(story.status(), f"account beta: no owner, so that nobody has its reviews; name an owner in {where}", "status")
    said = support.run("check", "-c", story.upbeat.settings)
    tap.contains(said.stdout + said.stderr, "1 of 2 accounts have no owner, and no reviews: `beta` first", "check")
    said = support.run("explain", "-c", story.upbeat.settings, "--account", "beta")
    tap.equal(said.returncode, 0, said.stderr)
    tap.contains(said.stdout, "the account has no owner", "explain")
    tap.contains(said.stdout, "Name the owner's address", "explain")
    assert "time alone" not in said.stdout, said.stdout
    owners = json.loads(support.run("status", "-c", story.upbeat.settings, "--json").stdout)["owners"]
    tap.equal([(one["finding"], one["accounts"]) for one in owners], [("missing", 1)], "owners")


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Story)))
