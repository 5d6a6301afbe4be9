# SPDX-License-Identifier: Apache-2.0
"""A rule for accounts or for teams gets another name while Upbeat runs: with `was` all that it has made goes on."""
import datetime
import os
import re
import shutil
import signal
import sys
import time

import calendars
import support
import tap

SOON = 10.0


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        self.rules = self.folder / "rules"
        shutil.copytree(support.TOP / "rules", self.rules, ignore=shutil.ignore_patterns("tests"))
        accounts = self.folder / "accounts.yaml"
        accounts.write_text(
            "accounts:\n  - {id: acme, name: Acme, domains: [acme.example], health: red, owner: alice@ours.example, "
            "team: [alice@ours.example, bob@ours.example]}\n"
        )
        settings = (
            f"{support.ORGANIZATION}  teams: {{practice: [alice@ours.example, bob@ours.example]}}\ndeletion_grace: 1s\n"
            f"accounts: [{{source: yaml, path: {accounts}}}]\n"
        )
        store = f"sqlite:{self.store}"
        self.upbeat = self.start(support.Upbeat, self.server, store=store, settings=settings, rules=self.rules)
        return self

    def of(self, user="alice"):
        """A user's calendar as he sees it through Upbeat, and as it is on the server."""
        path = self.server.calendar_of(user)
        return tuple(calendars.Calendar(server.url + path, user) for server in (self.upbeat, self.server))

    def items(self, title):
        """What has the title in alice's calendar: by name, ETag and text."""
        found = {}
        for href, (etag, text) in self.of()[1].objects().items():
            if any(item.text("SUMMARY").startswith(title) for item in calendars.components(text) if item.kind != "VTIMEZONE"):
                found[href] = (etag, text)
        return found

    def standing(self):
        """All that is in alice's calendar, without what an item says of its rule, and of when it was written."""
        what = r"(?m)^(?:UID|SEQUENCE|DTSTART|DTEND|DUE|SUMMARY|ORGANIZER|ATTENDEE|STATUS|TRANSP|X-UPBEAT-ITEM)[:;].*$"
        whole = lambda text: re.sub("\r?\n ", "", text)
        return {href: re.findall(what, whole(text)) for href, (_, text) in self.of()[1].objects().items()}

    def come_by(self):
        answer = support.request("PROPFIND", self.of()[0].url, "alice", "", {"Depth": "0"})
        assert answer.status == 207, f"PROPFIND: {answer.status}"
        self.settle()

    def eventually(self, holds, what):
        tap.eventually(lambda: self.come_by() or holds(), what, SOON)

    def rename(self, file, name, to, was=True):
        rules = self.rules / f"{file}.yaml"
        text = re.sub(r"(?m)^    was: .*\n", "", rules.read_text())
        former = f"\n    was: [{name}]" if was else ""
        assert f"- name: {name}\n" in text, text
        rules.write_text(text.replace(f"- name: {name}\n", f"- name: {to}{former}\n"))
        before = self.upbeat.said().count("reload: done")
        os.kill(self.upbeat.pid, signal.SIGHUP)
        tap.eventually(lambda: self.upbeat.said().count("reload: done") > before, "the reload", SOON)
        time.sleep(1)  # until the engine has looked what there is
        self.come_by()
        self.come_by()

    def known(self, sql):
        return support.rows_in(self.store, sql)


def start_of(text):
    return next(item.time("DTSTART") for item in calendars.components(text) if item.kind == "VEVENT")


@tap.case("a red account has weekly reviews and a to-do, and the team its sessions")
def _(story):
    story.of()[0].put("hello.ics", calendars.meeting("Lunch", calendars.business_day(3), 30, ("alice",), "hello"))
    story.eventually(lambda: len(story.items("Acme: review")) >= 8, "reviews")
    story.eventually(lambda: len(story.items("Practice: ")) >= 2, "sessions")
    tap.equal(len(story.items("Acme: invite them")), 1, "to-dos")


@tap.case("their owner deletes one, moves another one and writes notes into a third")
def _(story):
    reviews = sorted(story.items("Acme: review").items(), key=lambda one: start_of(one[1][1]))
    seen, _ = story.of()
    name = lambda href: href.rsplit("/", 1)[1]
    story.gone, (href, (_, text)) = reviews[3][0], reviews[4]
    assert seen.delete(name(story.gone)).status in (200, 204), "DELETE"
    at = start_of(text) + datetime.timedelta(hours=5)
    moved = re.sub(r"(DTSTART[^:]*:)\d+T\d+", rf"\g<1>{at:%Y%m%dT%H%M%S}", text)
    moved = re.sub(r"(DTEND[^:]*:)\d+T\d+", rf"\g<1>{at + datetime.timedelta(minutes=30):%Y%m%dT%H%M%S}", moved)
    assert seen.put(name(href), moved).status in (201, 204), "PUT"
    story.come_by()
    story.come_by()
    tap.equal(len(story.items("Acme: review")), len(reviews) - 1, "reviews")


@tap.case("with `was`, nothing is made, moved or taken away, and nobody is asked again")
def _(story):
    calendar = story.standing()
    periods = story.known("SELECT beginning, ending, first_seen FROM period WHERE account = 'acme' ORDER BY 1, 2")
    deleted = story.known("SELECT href FROM item WHERE state = (SELECT state FROM item WHERE href = '%s')" % story.gone)
    tap.equal(len(periods), 1, "periods that are known")
    story.rename("cadence", "cadence", "rhythm")
    story.rename("practice", "practice", "rehearsal")
    story.eventually(lambda: len(story.known("SELECT DISTINCT meeting_uid FROM item WHERE account = 'acme'")) >= 1, "items")
    tap.equal(story.standing(), calendar, "the calendar")
    tap.equal(story.known("SELECT beginning, ending, first_seen FROM period WHERE account = 'acme' ORDER BY 1, 2"), periods, "periods")
    tap.equal(story.known("SELECT href FROM item WHERE state = (SELECT state FROM item WHERE href = '%s')" % story.gone), deleted, "what was deleted")


@tap.case("what is known of them goes by the present name")
def _(story):
    said = support.run("explain", "-c", story.upbeat.settings, "--account", "acme").stdout
    assert "deleted by its user: it stays away" in said, said
    tap.equal(said.count("stands, "), len(story.items("Acme: ")), said)
    uids = "SELECT count(DISTINCT meeting_uid) FROM item WHERE account = 'acme' AND id LIKE '%/review'"
    tap.equal(story.known(uids), [(1,)], "series of reviews")
    tap.equal(story.known("SELECT count(DISTINCT uid) FROM period WHERE account = 'acme'"), [(1,)], "series of periods")


@tap.case("the renamed rule goes on with them when the account changes")
def _(story):
    before = set(story.items("Acme: review"))
    accounts = story.folder / "accounts.yaml"
    accounts.write_text(accounts.read_text().replace("health: red", "health: green"))
    os.kill(story.upbeat.pid, signal.SIGHUP)
    time.sleep(1)  # until the engine has looked what there is
    story.eventually(lambda: len(story.items("Acme: review")) <= 3, "a review a quarter, and the one that was moved")
    assert set(story.items("Acme: review")) & before, "none of the former ones stays"


@tap.case("without `was`, what was made stays as of a rule that is gone, and other items are made beside it")
def _(story):
    former = story.items("Practice: ")
    story.rename("practice", "rehearsal", "drill", was=False)
    story.eventually(lambda: len(story.items("Practice: ")) >= 2 * len(former), "other sessions")
    tap.equal(former.items() <= story.items("Practice: ").items(), True, "the former ones stay")


@tap.case("undo takes away what was made under a former name, and with a rule what was made under those that it lists")
def _(story):
    password = story.folder / "password"
    password.write_text(support.password("alice") + "\n")
    password.chmod(0o600)
    words = ["-c", story.upbeat.settings, "--user", "alice", "--password-file", password]
    both = len(story.items("Practice: "))
    done = support.run("undo", *words, "--rule", "practice")
    tap.equal((done.returncode, len(story.items("Practice: "))), (0, both // 2), done.stdout + done.stderr)
    done = support.run("undo", *words, "--rule", "rhythm", "--force")
    tap.equal((done.returncode, len(story.items("Acme: review")) <= 1), (0, True), done.stdout + done.stderr)


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Story)))
