# SPDX-License-Identifier: Apache-2.0
"""`upbeat plan` tells what new rules would change, by what the running daemon has seen, and changes nothing."""
import contextlib
import json
import re
import sqlite3
import sys

import calendars
import support
import tap

CHANGED = "format: 1\nchange:\n  - {rule: prep, items: {prep: {duration: 20m}}}\n"
ITEM = "prep/prep"


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        for name, text in (("site", "format: 1\nrules: []\n"), ("new", CHANGED)):
            (self.folder / name).mkdir()
            (self.folder / name / "site.yaml").write_text(text)
        rules = f"[{support.TOP}/rules, {self.folder}/site]"
        self.upbeat = self.start(support.Upbeat, self.server, store=f"sqlite:{self.store}", rules=rules)
        path = self.new_path(self.server)
        self.seen, self.real = (calendars.Calendar(each.url + path, "alice") for each in (self.upbeat, self.server))
        return self

    def put(self, uid, **more):
        tap.equal(self.seen.put(f"{uid}.ics", calendars.meeting(uid=uid, **more)).status // 100, 2, "PUT")
        self.settle()

    def plan(self, status, *words):
        run = support.run("plan", "-c", self.upbeat.settings, *words)
        tap.equal(run.returncode, status, f"plan: {run.stdout}{run.stderr}")
        return run.stdout

    def changed(self):
        plan = json.loads(self.plan(2, "--json", self.folder / "new"))
        return plan["summary"], {(each["uid"], change["item"]) for each in plan["meetings"] for change in each["changes"]}


@tap.case("it changes nothing, and shows what a longer item changes in the meetings that have it")
def _(story):
    story.plan(0, story.folder / "new")
    story.put("customer")
    story.put("ours", attendees=("alice", "bob"))
    before = story.real.objects()
    tap.contains(story.plan(0, story.folder / "site"), "Nothing would change in ", "the same rules")
    counts, changed = story.changed()
    tap.contains(changed, ("customer", ITEM), "what would change")
    tap.equal({uid for uid, _ in changed}, {"customer"}, "meetings that would change")
    tap.equal((counts["moved"], counts["people_touched"], counts["refused"]), (2, 2, 0), "moved, people, refused")
    tap.equal(story.real.objects(), before, "the calendar")


@tap.case("a store that is being written to is read all the same")
def _(story):
    with contextlib.closing(sqlite3.connect(story.store, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        tap.contains(story.changed()[1], ("customer", ITEM), "what would change")


@tap.case("who comes by a copy of his own comes to the meeting of which another one has the items")
def _(story):
    bobs = calendars.Calendar(story.upbeat.url + story.server.calendar_of("bob"), "bob")
    for calendar, user in ((story.seen, "alice"), (bobs, "bob")):
        text = re.sub(r"ORGANIZER.*\r\n", "", calendars.meeting(uid="each", attendees=(user, "cto@acme.example")))
        tap.equal(calendar.put("each.ics", text).status, 201, "PUT")
        story.settle()
    assert any(item.addresses() > {"bob@ours.example"} for item in story.real.items_of("each")), "nothing is for both"
    tap.contains(story.changed()[1], ("each", ITEM), "what would change")


@tap.case("a meeting that cannot be read is named, beside what is found of the others")
def _(story):
    story.put("damaged")
    with contextlib.closing(sqlite3.connect(story.store, isolation_level=None)) as store:
        store.execute("UPDATE seen SET text = 'BEGIN:VCALENDAR' WHERE meeting_uid = 'damaged'")
    said = story.plan(1, story.folder / "new")
    tap.contains(said, "damaged.ics: cannot be read", "plan")
    tap.contains(said, ITEM, "plan")


sys.exit(tap.run_in_each(support.worlds(Story)))
