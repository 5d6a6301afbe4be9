# SPDX-License-Identifier: Apache-2.0
"""What rules have made is taken away again, to the byte; and what stood before gets what it misses."""
import json
import signal
import subprocess
import sys
import time

import calendars
import support
import tap

SITE = """\
format: 1
change:
  - {rule: shared-agenda, enabled: yes, when: meeting.customer}
"""
SOON = 10


class Story(support.World):
    def __init__(self, server):
        super().__init__()
        self.kind = server

    def __enter__(self):
        super().__enter__()
        self.server = self.start(self.kind)
        site = self.folder / "site"
        site.mkdir()
        (site / "site.yaml").write_text(SITE)
        self.password = self.folder / "password"
        self.password.write_text(support.password("alice") + "\n")
        self.password.chmod(0o600)
        self.store = self.folder / "upbeat.db"
        self.upbeat = self.start(
            support.Upbeat, self.server, store=f"sqlite:{self.store}", rules=f"[{support.TOP}/rules, {site}]"
        )
        self.made = 0
        return self

    def new_calendar(self):
        """An empty calendar of alice: its path, and itself through Upbeat and on the server."""
        self.made += 1
        path = f"{self.server.home_of('alice')}undo-{self.made}/"
        tap.equal(support.request("MKCALENDAR", self.server.url + path, "alice").status, 201, "MKCALENDAR")
        return path, *(calendars.Calendar(each.url + path, "alice") for each in (self.upbeat, self.server))

    def settle(self):
        tap.eventually(lambda: not support.keys_in(self.store), "nothing is left to do", SOON)

    def run(self, command, *arguments, status=0):
        words = [command, "-c", self.upbeat.settings, "--user", "alice", "--password-file", self.password]
        run = support.run(*words, *arguments)
        tap.equal(run.returncode, status, f"{command}: {run.stdout}{run.stderr}")
        return run.stdout + run.stderr

    def with_items(self, uid):
        path, seen, real = self.new_calendar()
        tap.equal(seen.put("m.ics", calendars.meeting(uid=uid, more="DESCRIPTION:Plans")).status, 201, "PUT")
        self.settle()
        assert len(real.items_of(uid)) >= 3, "items"
        assert has_agenda(real), "the shared agenda"
        return path, seen, real

    def untouched(self, uid):
        """What the server makes of the same meeting without Upbeat."""
        _, _, real = self.new_calendar()
        real.put("m.ics", calendars.meeting(uid=uid, more="DESCRIPTION:Plans"))
        return real.get("m.ics").body


def has_agenda(calendar):
    """What a rule has added to the meeting itself."""
    return b"--- Agenda ---" in b"".join(calendar.get("m.ics").body.replace(b"\r\n", b"\n").split(b"\n "))


def without_stamp(body):
    return [line for line in body.replace(b"\r\n ", b"").splitlines() if not line.startswith(b"DTSTAMP")]


def is_untouched(story, real, uid):
    tap.equal(len(real.objects()), 1, "objects")
    tap.equal(without_stamp(real.get("m.ics").body), without_stamp(story.untouched(uid)), "the meeting")


@tap.case("undo of all leaves the calendar as if there had been no Upbeat")
def _(story):
    path, _, real = story.with_items("all")
    before = real.objects()
    said = story.run("undo", "--all", "--calendar", path, "--dry-run")
    tap.contains(said, "would be removed", "--dry-run")
    tap.equal(real.objects(), before, "after --dry-run")
    told = json.loads(story.run("undo", "--all", "--calendar", path, "--json"))
    tap.equal((told["restored"], told["kept"], told["failed"]), (1, 0, 0), "restored, kept, failed")
    tap.equal(told["removed"], len(before) - 1, "removed")
    is_untouched(story, real, "all")


@tap.case("what was undone comes back under other UIDs when the meeting is stored again: it was not its user's doing")
def _(story):
    path, seen, real = story.with_items("again")
    uids = {item.value("UID") for item in real.items_of("again")}
    story.run("undo", "--all", "--calendar", path)
    seen.put("m.ics", calendars.meeting(uid="again", more="DESCRIPTION:Plans"))
    story.settle()
    items = real.items_of("again")
    tap.equal(len(items), len(uids), "items")
    tap.equal(uids & {item.value("UID") for item in items}, set(), "UIDs used again")


@tap.case("undo of one rule leaves what the others made")
def _(story):
    path, _, real = story.with_items("one")
    said = story.run("undo", "--rule", "follow-up", "--calendar", path)
    tap.contains(said, "follow-up is still in force", "undo")
    titles = [item.text("SUMMARY") for item in real.items_of("one")]
    assert not [title for title in titles if title.startswith("Follow up")], titles
    assert [title for title in titles if title.startswith("Prep")], titles
    assert has_agenda(real), "the shared agenda"


@tap.case("what its user changed stays, unless it is forced")
def _(story):
    path, _, real = story.with_items("mine")
    href, (_, text) = next((href, found) for href, found in real.objects().items() if "SUMMARY:Prep" in found[1])
    lines = text.replace("SUMMARY:Prep", "SUMMARY:My own").splitlines()
    real.put(href.rsplit("/", 1)[1], "\r\n".join(lines) + "\r\n")
    said = story.run("undo", "--all", "--calendar", path, status=1)
    tap.contains(said, "changed by hand", "undo")
    tap.equal(len(real.items_of("mine")), 1, "items")
    story.run("undo", "--all", "--calendar", path, "--force")
    is_untouched(story, real, "mine")


@tap.case("meetings that stood before get what they miss, once")
def _(story):
    path, _, real = story.new_calendar()
    for n in range(5):
        real.put(f"{n}.ics", calendars.meeting(uid=f"old-{n}"))
    said = story.run("backfill", "--calendar", path, "--dry-run")
    tap.contains(said, "for 5 meetings", "--dry-run")
    tap.equal(len(real.objects()), 5, "objects after --dry-run")
    story.run("backfill", "--calendar", path)
    for n in range(5):
        preps = [item for item in real.items_of(f"old-{n}") if item.text("SUMMARY").startswith("Prep")]
        tap.equal(len(preps), 1, f"prep calls of meeting {n}")
    before = real.objects()
    story.run("backfill", "--calendar", path)
    tap.equal(real.objects(), before, "after the second time")


@tap.case("what is interrupted goes on when it is called again")
def _(story):
    path, _, real = story.new_calendar()
    for n in range(12):
        real.put(f"{n}.ics", calendars.meeting(uid=f"cut-{n}"))
    words = [support.program(), "backfill", "-c", story.upbeat.settings, "--user", "alice"]
    words += ["--password-file", story.password, "--calendar", path]
    child = subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.3)
    child.send_signal(signal.SIGINT)
    child.wait()
    story.run("backfill", "--calendar", path)
    for n in range(12):
        preps = [item for item in real.items_of(f"cut-{n}") if item.text("SUMMARY").startswith("Prep")]
        tap.equal(len(preps), 1, f"prep calls of meeting {n}")


@tap.case("a wrong password, a calendar that is none, and what was not said are told plainly")
def _(story):
    wrong = story.folder / "wrong"
    wrong.write_text("nonsense\n")
    run = support.run("undo", "-c", story.upbeat.settings, "--all", "--user", "alice", "--password-file", wrong)
    tap.equal(run.returncode, 1, run.stderr)
    tap.contains(run.stderr, "does not accept this password of alice", "undo")
    tap.contains(run.stderr, "others can read it", "undo")
    said = story.run("undo", "--all", "--calendar", "/alice/nowhere/", status=1)
    tap.contains(said, "/alice/nowhere/", "undo")
    run = support.run("undo", "-c", story.upbeat.settings, "--all")
    tap.equal(run.returncode, 3, run.stderr)


@tap.case("the marks suffice: all is undone after the database was lost, in all calendars, with no daemon")
def _(story):
    path, _, real = story.with_items("lost")
    tap.equal(story.upbeat.stop(), 0, "exit status")
    story.upbeat.is_sane()
    for each in story.folder.glob("upbeat.db*"):
        each.unlink()
    run = support.run("backfill", "-c", story.upbeat.settings, "--user", "alice", "--password-file", story.password)
    tap.equal(run.returncode, 1, run.stdout + run.stderr)
    story.run("undo", "--all")
    is_untouched(story, real, "lost")
    for number in range(1, story.made + 1):
        calendar = calendars.Calendar(f"{story.server.url}{story.server.home_of('alice')}undo-{number}/", "alice")
        marked = [href for href, (_, text) in calendar.objects().items() if "X-UPBEAT" in text]
        tap.equal(marked, [], f"what bears marks in calendar {number}")


sys.exit(tap.run_in_each(support.worlds(Story)))
