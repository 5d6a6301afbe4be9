# SPDX-License-Identifier: Apache-2.0
"""An item that needs another one comes and goes with it; a meeting counts once, whoever has a copy of it."""
import json
import sys

import calendars
import support
import tap

SOON = 5.0
RULES = """\
format: 1
rules:
  - name: ready
    when: meeting.customer
    create:
      - {task: ready, title: Get ready, due: 1 hour before start, needs: prep/prep}
  - name: prep
    when: meeting.customer && !meeting.title.startsWith("Lunch")
    create:
      - {event: prep, title: Prep, at: 3 hours before start, duration: 15m}
"""
SHORTER = "format: 1\nchange:\n  - {rule: prep, items: {prep: {duration: 10m}}}\n"


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        for name, text in (("rules", RULES), ("new", SHORTER)):
            (self.folder / name).mkdir()
            (self.folder / name / "a.yaml").write_text(text)
        self.upbeat = self.start(
            support.Upbeat, self.server, store=f"sqlite:{self.store}", rules=self.folder / "rules")
        return self

    def calendar(self):
        """An empty calendar of alice: as she sees it through Upbeat, and as it is on the server."""
        path = self.new_path()
        return tuple(calendars.Calendar(server.url + path, "alice") for server in (self.upbeat, self.server))

    def meet(self, seen, uid, **more):
        tap.equal(seen.put("m.ics", calendars.meeting(uid=uid, **more)).status // 100, 2, "PUT")
        self.settle()


def titles(calendar, uid):
    return sorted(item.text("SUMMARY") for item in calendar.items_of(uid))


@tap.case("both come, and both go when the title says that there is no prep")
def _(story):
    seen, real = story.calendar()
    story.meet(seen, "both")
    tap.equal(titles(real, "both"), ["Get ready", "Prep"], "items")
    story.meet(seen, "both", title="Lunch")
    tap.eventually(lambda: not real.items_of("both"), "no items", SOON)


@tap.case("the one that needs the other goes with the other that its user deletes, and stays away")
def _(story):
    seen, real = story.calendar()
    story.meet(seen, "deleted")
    href = next(href for href, (_, text) in real.objects().items() if "SUMMARY:Prep" in text)
    seen.delete(href.rsplit("/", 1)[1])
    story.settle()
    story.meet(seen, "deleted", title="Roadmap, again")
    tap.eventually(lambda: not real.items_of("deleted"), "no items", SOON)
    said = support.run("explain", "-c", story.upbeat.settings, "deleted").stdout
    tap.contains(said, "it needs `prep/prep`, which was deleted by hand", "explain")


@tap.case("plan looks at a meeting once, at the copy beside which the items are")
def _(story):
    path = story.server.calendar_of("bob")
    seen, real = (calendars.Calendar(server.url + path, "bob") for server in (story.upbeat, story.server))
    story.meet(seen, "shared")
    tap.equal(titles(real, "shared"), ["Get ready", "Prep"], "items of bob's")
    mine, _ = story.calendar()
    story.meet(mine, "shared")
    run = support.run("plan", "--json", "-c", story.upbeat.settings, story.folder / "new")
    tap.equal(run.returncode, 2, f"plan: {run.stdout}{run.stderr}")
    plan = json.loads(run.stdout)
    shared = [(each["owner"], len(each["changes"])) for each in plan["meetings"] if each["uid"] == "shared"]
    tap.equal(shared, [("bob@ours.example", 1)], "what would change")


sys.exit(tap.run_in_each(support.worlds(Story)))
