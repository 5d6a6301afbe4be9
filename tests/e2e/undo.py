# SPDX-License-Identifier: Apache-2.0
"""What rules have made is taken away again, to the byte; and older meetings get what they miss."""
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import calendars
import manpage
import support
import tap

SITE = """\
format: 1
change:
  - {rule: shared-agenda, enabled: yes, when: meeting.customer}
"""
TASK = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//upbeat//stories//EN
BEGIN:VTODO
UID:
DTSTAMP:20261101T000000Z
SUMMARY:Water the plants
END:VTODO
END:VCALENDAR
"""
SOON = 10


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        site = self.folder / "site"
        site.mkdir()
        (site / "site.yaml").write_text(SITE)
        self.password = self.folder / "password"
        self.password.write_text(support.password("alice") + "\n")
        self.password.chmod(0o600)
        self.upbeat = self.start(
            support.Upbeat, self.server, store=f"sqlite:{self.store}", rules=f"[{support.TOP}/rules, {site}]"
        )
        self.sent = {}
        return self

    def new_calendar(self):
        """An empty calendar of alice: its path, and itself through Upbeat and on the server."""
        path = self.new_path(self.server)
        return path, *(calendars.Calendar(each.url + path, "alice") for each in (self.upbeat, self.server))

    def run(self, command, *arguments, status=0):
        words = [command, "-c", self.upbeat.settings, "--user", "alice", "--password-file", self.password]
        run = support.run(*words, *arguments)
        tap.equal(run.returncode, status, f"{command}: {run.stdout}{run.stderr}")
        return run.stdout if "--json" in arguments else run.stdout + run.stderr

    def with_items(self, uid):
        path, seen, real = self.new_calendar()
        self.sent[uid] = calendars.meeting(uid=uid, more="DESCRIPTION:Plans")
        tap.equal(seen.put("m.ics", self.sent[uid]).status, 201, "PUT")
        self.settle()
        assert len(real.items_of(uid)) >= 3, "items"
        assert has_agenda(real), "the shared agenda"
        return path, seen, real

    def untouched(self, uid):
        """What the server makes of the same meeting without Upbeat."""
        _, _, real = self.new_calendar()
        real.put("m.ics", self.sent[uid])
        return real.get("m.ics").body

    def with_history(self, uid):
        """A calendar that was in use before there was Upbeat."""
        path, seen, real = self.new_calendar()
        long = "DESCRIPTION:" + "Wir sprechen über das, was uns alle beschäftigt. " * 4
        texts = (
            calendars.meeting(uid=f"{uid}-customer", more=long),
            calendars.meeting(uid=f"{uid}-ours", attendees=("alice", "bob")),
            calendars.meeting(uid=f"{uid}-alone", attendees=()),
            calendars.meeting(uid=f"{uid}-theirs", organizer="cto@acme.example"),
            TASK.replace("UID:", f"UID:{uid}-task"),
        )
        for number, text in enumerate(texts):
            real.put(f"{number}.ics", text)
        return path, seen, real


def has_agenda(calendar):
    """What a rule has added to the meeting itself."""
    return b"--- Agenda ---" in b"".join(calendar.get("m.ics").body.replace(b"\r\n", b"\n").split(b"\n "))


def is_untouched(story, real, uid):
    tap.equal(len(real.objects()), 1, "objects")
    tap.equal(real.get("m.ics").body, story.untouched(uid), "the meeting")


def bytes_in(calendar):
    """Each object as a GET gives it: its ETag and its bytes."""
    answers = {href: calendar.get(href.rsplit("/", 1)[1]) for href in calendar.objects()}
    return {href: (answer.field("ETag"), answer.body) for href, answer in answers.items()}


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


@tap.case("undo of all leaves each byte of a calendar that was there before as it was")
def _(story):
    path, _, real = story.with_history("history")
    before = bytes_in(real)
    story.run("backfill", "--calendar", path)
    assert len(real.items_of("history-customer")) >= 3, "items"
    told = story.run("undo", "--all", "--calendar", path)
    tap.contains(told, " 0 meetings restored, 0 kept, 0 failed", "undo")
    tap.equal(bytes_in(real), before, "objects")


@tap.case("what stands in her calendar and was organized by somebody else is not hers to undo")
def _(story):
    _, _, real = story.with_items("copies")
    item = next(text for _, text in real.objects().values() if "SUMMARY:Acme: prep" in text)
    elsewhere, _, other = story.new_calendar()
    # As the server's scheduling delivers it: organized by a colleague, with her among those invited.
    copy = item.replace("ORGANIZER;", "ORGANIZER;X-OF=bob;").replace("mailto:alice@", "mailto:x@")
    copy = copy.replace("mailto:bob@", "mailto:alice@").replace("mailto:x@", "mailto:bob@").replace("UID:", "UID:c-", 1)
    other.put("copy.ics", "\r\n".join(copy.splitlines()) + "\r\n")
    before = bytes_in(other)
    told = json.loads(story.run("undo", "--all", "--json", "--calendar", elsewhere))
    tap.equal((told["removed"], told["kept"], told["failed"], told["seen"]), (0, 0, 0, 1), "undo")
    tap.equal(bytes_in(other), before, "the copy")
    other.delete("copy.ics")


@tap.case("undo of a rule finds what it made under its earlier name, and of a name that no rule has now")
def _(story):
    path, _, real = story.with_items("renamed")
    rules = story.folder / "renamed"
    rules.mkdir(exist_ok=True)
    (rules / "rules.yaml").write_text(
        "format: 1\nrules:\n  - name: after-care\n    was: [follow-up]\n    for: meeting\n    enabled: no\n"
        "    when: meeting.customer\n    create:\n"
        "      - {task: follow-up, title: Follow up, due: 30m after end}\n"
    )
    settings = story.folder / "renamed.yaml"
    lines = story.upbeat.settings.read_text().splitlines()
    lines = [f"rules: {rules}" if line.startswith("rules:") else line for line in lines]
    settings.write_text("\n".join([*lines, f"control: {story.upbeat.settings.parent}/control\n"]))

    def undo(rule):
        words = ["undo", "-c", settings, "--user", "alice", "--password-file", story.password, "--calendar", path]
        run = support.run(*words, "--rule", rule)
        tap.equal(run.returncode, 0, run.stdout + run.stderr)
        return run.stdout + run.stderr

    titles = lambda: sorted(item.text("SUMMARY") for item in real.items_of("renamed"))
    before = titles()
    tap.equal(sum(": follow up " in title for title in before), 1, "titles")
    tap.contains(undo("after-care"), "1 item removed", "undo by the new name")
    tap.equal(titles(), [title for title in before if ": follow up " not in title], "titles")
    tap.contains(undo("turning-point"), "there is no rule or group turning-point", "undo of what is no rule any more")
    assert not [title for title in titles() if ": next step, " in title], titles()


@tap.case("with a mistake in the rules all can be undone, and a single rule cannot")
def _(story):
    path, _, real = story.with_items("broken")
    site = story.folder / "site" / "site.yaml"
    site.write_text(SITE.replace("change:", "chnage:"))
    tap.contains(story.run("undo", "--rule", "prep", "--calendar", path, status=1), "unknown key `chnage`", "undo")
    story.run("undo", "--all", "--calendar", path)
    site.write_text(SITE)
    is_untouched(story, real, "broken")


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


@tap.case("what was undone is still known by the name of its rule")
def _(story):
    path, _, _ = story.with_items("named")
    story.run("undo", "--all", "--calendar", path)
    said = support.run("explain", "-c", story.upbeat.settings, "named").stdout
    tap.contains(said, "  prep/prep: removed, ", "explain")


@tap.case("undo of one rule leaves what the others made")
def _(story):
    path, _, real = story.with_items("one")
    said = story.run("undo", "--rule", "follow-up", "--calendar", path)
    tap.contains(said, "follow-up is still in force", "undo")
    titles = [item.text("SUMMARY") for item in real.items_of("one")]
    assert not [title for title in titles if ": follow up " in title], titles
    assert [title for title in titles if ": prep for " in title], titles
    assert has_agenda(real), "the shared agenda"


@tap.case("what its user changed stays, unless it is forced")
def _(story):
    path, _, real = story.with_items("mine")
    href, (_, text) = next((href, found) for href, found in real.objects().items() if "SUMMARY:Acme: prep" in found[1])
    lines = text.replace("SUMMARY:Acme: prep", "SUMMARY:My own").splitlines()
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
        preps = [item for item in real.items_of(f"old-{n}") if ": prep for " in item.text("SUMMARY")]
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
    tap.eventually(lambda: len(real.objects()) > 12, "it has begun", SOON)
    child.send_signal(signal.SIGKILL)
    child.wait()
    story.run("backfill", "--calendar", path)
    titles = [sorted(item.text("SUMMARY") for item in real.items_of(f"cut-{n}")) for n in range(12)]
    assert "Acme: prep for Roadmap" in titles[0], titles[0]
    for n in range(12):
        tap.equal(len(set(titles[n])), len(titles[n]), f"titles of {titles[n]}")
        tap.equal(titles[n], titles[0], f"items of meeting {n}")


@tap.case("a backfill ends, though something of the user's waits for somebody else, and says so")
def _(story):
    path, _, real = story.new_calendar()
    real.put("m.ics", calendars.meeting(uid="beside"))
    database = sqlite3.connect(story.store)
    upstream = story.server.url
    with database:
        database.execute(
            "INSERT INTO key(kind, upstream, href, principal, collection, state, put, due, again, lease, attempts,"
            " crashes, reason, doubt, failures, expires) VALUES(0, ?, '/boss/calendar/m.ics', 'alice', '', 2, 0,"
            " 9223372036854775807, 9223372036854775807, 0, 1, 0, 'waits', 0, 0, 9223372036854775807)",
            (upstream,),
        )
    database.close()
    said = story.run("backfill", "--calendar", path, status=1)
    tap.contains(said, "1 wait; upbeat status tells for what", "backfill")
    assert len(real.items_of("beside")) >= 3, "items"
    database = sqlite3.connect(story.store)
    with database:
        database.execute("DELETE FROM key WHERE href = '/boss/calendar/m.ics'")
    database.close()


@tap.case("the manual's examples with a daemon go as shown")
def _(story):
    story.run("undo", "--all")
    _, seen, _ = story.new_calendar()
    seen.put("m.ics", calendars.meeting(uid="manual", title="Roadmap"))
    story.settle()
    programs = story.folder / "programs"
    programs.mkdir(exist_ok=True)
    (programs / "upbeat").unlink(missing_ok=True)
    (programs / "upbeat").symlink_to(support.program())
    folder = story.upbeat.settings.parent
    (folder / "password").write_text(story.password.read_text())
    (folder / "password").chmod(0o600)
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    sessions = list(manpage.sessions(support.TOP / "src/cli/upbeat.1", daemon=True))
    tap.equal(len(sessions), 3, "commands")
    for command, printed in sessions:
        run = subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True)
        said = run.stderr + run.stdout
        assert manpage.matches(said, printed), f"{command}\n{said}"


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
    history, _, old = story.with_history("past")
    before = bytes_in(old)
    story.run("backfill", "--calendar", history)
    assert len(old.items_of("past-customer")) >= 3, "items"
    tap.equal(story.upbeat.stop(), 0, "exit status")
    story.upbeat.is_sane()
    for each in story.folder.glob("upbeat.db*"):
        each.unlink()
    run = support.run("backfill", "-c", story.upbeat.settings, "--user", "alice", "--password-file", story.password)
    tap.equal(run.returncode, 1, run.stdout + run.stderr)
    story.run("undo", "--all")
    is_untouched(story, real, "lost")
    tap.equal(bytes_in(old), before, "the calendar that was there before")
    for number in range(1, story.made + 1):
        calendar = calendars.Calendar(f"{story.server.url}{story.server.home_of('alice')}story-{number}/", "alice")
        marked = [href for href, (_, text) in calendar.objects().items() if "X-UPBEAT" in text]
        tap.equal(marked, [], f"what bears marks in calendar {number}")


sys.exit(tap.run_in_each(support.worlds(Story)))
