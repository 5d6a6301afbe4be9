# SPDX-License-Identifier: Apache-2.0
"""What a rule plans for a team stands on its lead's calendar, and goes over to a new lead."""
import os
import re
import signal
import sys
import time

import calendars
import support
import tap

SOON = 10.0
TITLE = "Practice: get a meeting back"


def teams(*members):
    return f"teams: {{practice: [{', '.join(f'{name}@ours.example' for name in members)}]}}"


def whole(text):
    """Without the folds of long lines."""
    return re.sub("\r?\n ", "", text)


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        settings = f"{support.ORGANIZATION}  {teams('alice', 'bob')}\ndeletion_grace: 1s\ncontrol: control\n"
        self.upbeat = self.start(support.Upbeat, self.server, store=f"sqlite:{self.store}", settings=settings)
        return self

    def say(self, pattern, text):
        """Changes the settings, and has them read."""
        settings = self.upbeat.settings.read_text()
        changed = re.sub(pattern, text, settings)
        assert changed != settings, pattern
        self.upbeat.settings.write_text(changed)
        os.kill(self.upbeat.pid, signal.SIGHUP)
        time.sleep(1)  # until the engine has looked what there is

    def of(self, user):
        path = self.server.calendar_of(user)
        return tuple(calendars.Calendar(server.url + path, user) for server in (self.upbeat, self.server))

    def practices(self, user):
        """The sessions in a user's calendar that are his own, by their days: path and text."""
        found = {}
        for href, (_, text) in self.of(user)[1].objects().items():
            for item in calendars.components(text):
                if item.kind == "VEVENT" and item.text("SUMMARY") == TITLE and re.search(rf"^ORGANIZER[^:]*:mailto:{user}@", whole(text), re.M):
                    found[item.time("DTSTART").date()] = (href, whole(text))
        return dict(sorted(found.items()))

    def eventually(self, holds, what, user):
        def look():
            for name in ("alice", "bob"):
                answer = support.request("PROPFIND", self.of(name)[0].url, name, "", {"Depth": "0"})
                assert answer.status == 207, f"PROPFIND: {answer.status}"
            self.settle()
            return holds(self.practices(user))

        tap.eventually(look, what, SOON)
        return self.practices(user)


@tap.case("a session a month stands on the calendar of the first member, and invites the others")
def _(story):
    for user in ("alice", "bob"):
        story.of(user)[0].put("hello.ics", calendars.meeting("Lunch", calendars.business_day(3), 30, (user,), f"hello-{user}"))
    found = story.eventually(lambda found: len(found) >= 2, "sessions", "alice")
    tap.equal(len({day.month for day in found}), len(found), "months with a session")
    for _, text in found.values():
        tap.contains(text, "mailto:bob@ours.example", "a session")
        tap.contains(text, "For: team practice", "a session")
    tap.equal(story.practices("bob"), {}, "sessions of bob's own")


@tap.case("one that the lead deletes does not come back")
def _(story):
    found = story.practices("alice")
    last = list(found)[-1]
    seen, _ = story.of("alice")
    assert seen.delete(found[last][0].rsplit("/", 1)[1]).status in (200, 204), "DELETE"
    story.settle()
    story.say(r"deletion_grace: 1s", "deletion_grace: 2s")
    story.eventually(lambda found: True, "a look", "alice")
    assert last not in story.practices("alice"), "it is back"


@tap.case("when another one leads the team, what is ahead goes over")
def _(story):
    story.say(re.escape(teams("alice", "bob")), teams("bob", "alice"))
    story.eventually(lambda found: not found, "no sessions of alice's", "alice")
    story.eventually(lambda found: len(found) >= 2, "bob's sessions", "bob")


@tap.case("when the team is no more, what is ahead goes")
def _(story):
    story.say(re.escape(teams("bob", "alice")), teams("bob", "alice").replace("practice", "sales"))
    story.eventually(lambda found: not found, "no sessions", "bob")


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Story)))
