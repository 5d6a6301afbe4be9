# SPDX-License-Identifier: Apache-2.0
"""What is ordered for everybody is done for each user at the next request, and a restart does not forget it."""
import json
import sys
import time

import calendars
import support
import tap

SOON = 5.0


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        self.upbeat = self.start(support.Upbeat, self.server, store=f"sqlite:{self.store}")
        self.seen, self.real = (
            {user: calendars.Calendar(server.url + self.server.calendar_of(user), user) for user in ("alice", "bob")}
            for server in (self.upbeat, self.server)
        )
        return self

    def restart(self):
        """The credentials that the engine has kept are gone then."""
        tap.equal(self.upbeat.stop(), 0, "exit status")
        self.upbeat.launch()

    def items(self, user):
        return self.real[user].items_of(f"m-{user}")

    def comes_by(self, user):
        """An ordinary client asks for its calendar again and again; the relay learns a little later who is waited for."""
        return self.seen[user].objects()

    def order(self, *words, status=0):
        answer = support.run(*words, "-c", self.upbeat.settings, "--everybody")
        tap.equal(answer.returncode, status, f"{words}: {answer.stdout}{answer.stderr}")
        return answer.stdout + answer.stderr

    def left(self):
        answer = support.run("status", "-c", self.upbeat.settings, "--json")
        return {order["order"]: order["users_left"] for order in json.loads(answer.stdout)["orders"]}


@tap.case("undo --everybody takes the items of each user away when he comes by, over a restart, and makes none anew")
def _(story):
    for user in ("alice", "bob"):
        text = calendars.meeting(uid=f"m-{user}", organizer=user, attendees=(user, "cto@acme.example"))
        tap.equal(story.seen[user].put("m.ics", text).status, 201, "PUT")
        story.settle()
        assert story.items(user), f"no items of {user}"
    story.restart()
    tap.contains(story.order("undo", "--all"), "2 users are known; for each it is done at the next request", "the order")
    tap.equal(story.left(), {"undo --all": 2}, "who is left")
    story.restart()
    said = support.run("status", "-c", story.upbeat.settings).stdout
    tap.contains(said, "Ordered   undo --all --everybody: 2 users left\n", "status")
    story.comes_by("alice")
    tap.eventually(lambda: not story.items("alice"), "none of alice's", SOON)
    tap.eventually(lambda: story.left() == {"undo --all": 1}, "bob is left", SOON)
    assert story.items("bob"), "bob has not come by"
    story.comes_by("alice")
    story.comes_by("bob")
    tap.eventually(lambda: not story.items("bob"), "none of bob's", SOON)
    tap.eventually(lambda: story.left() == {}, "nobody is left", SOON)
    time.sleep(1)
    tap.equal([len(story.items(user)) for user in ("alice", "bob")], [0, 0], "items that came back")


@tap.case("backfill --everybody gives each user what is missing")
def _(story):
    for user in ("alice", "bob"):
        text = calendars.meeting(uid=f"old-{user}", organizer=user, attendees=(user, "cto@acme.example"))
        story.real[user].put("old.ics", text)
    story.restart()
    story.order("backfill")
    tap.equal(story.left(), {"backfill": 2}, "who is left")
    for user in ("alice", "bob"):

        def has_all():
            story.comes_by(user)
            return story.real[user].items_of(f"old-{user}") and story.items(user)

        tap.eventually(has_all, f"items of {user}", SOON)
    tap.eventually(lambda: story.left() == {}, "nobody is left", SOON)


@tap.case("undo --everybody of one rule leaves the others' items, and a backfill ordered later takes its place")
def _(story):
    story.settle()
    before = {item.value("UID") for item in story.items("alice")}
    story.restart()
    story.order("undo", "--rule", "follow-up")
    tap.eventually(lambda: story.comes_by("alice") and story.left() == {"undo --rule follow-up": 1}, "bob is left", SOON)
    after = {item.value("UID") for item in story.items("alice")}
    assert after and after < before, f"{after} of {before}"
    story.order("backfill")
    tap.equal(set(story.left()), {"backfill"}, "what is ordered")


@tap.case("what makes no sense together is refused")
def _(story):
    tap.contains(story.order("undo", "--all", "--user", "alice", status=3), "--everybody and --user do not go together", "undo")
    tap.contains(story.order("backfill", "--dry-run", status=3), "--everybody and --dry-run do not go together", "backfill")


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Story)))
