# SPDX-License-Identifier: Apache-2.0
"""A plugin that ends whatever process opens it: calendars pass, the engine goes on without it and says so."""
import json
import os
import signal
import sys

import calendars
import crm
import support
import tap

SOON = 15.0
SETTINGS = f"""{support.ORGANIZATION}control: control
accounts:
  - {{source: crash}}
  - {{source: slow, path: SLOW}}
  - {{source: csv, path: ACCOUNTS, refresh: 1s}}
"""


class Upbeat(support.Upbeat):
    def has_engine(self):
        """Engines that ended before they were ready do not count."""
        said = self.said()
        return said.rfind("the engine is ready") > said.rfind("the engine ended")


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        (self.folder / "rules").mkdir()
        (self.folder / "rules" / "prep.yaml").write_text(crm.RULES)
        (self.folder / "accounts.csv").write_text("id,name,domains,health\nacme,Acme,acme.example,red\n")
        (self.folder / "slow").write_text("0.5")
        self.upbeat = self.start(
            Upbeat, self.server, store=f"sqlite:{self.store}", rules=self.folder / "rules",
            settings=SETTINGS.replace("ACCOUNTS", str(self.folder / "accounts.csv"))
                             .replace("SLOW", str(self.folder / "slow")))
        return self

    def status(self, member):
        answer = support.run("status", "-c", self.upbeat.settings, "--json")
        return json.loads(answer.stdout)[member] if answer.returncode == 0 else []

    def sources(self):
        return self.status("accounts")

    def sinks(self):
        return self.status("events")

    def put(self, uid):
        """Looks again and again, as clients do: the engine may be away, and then needs a request to go on."""
        path = self.server.calendar_of("alice")
        calendar = calendars.Calendar(self.upbeat.url + path, "alice")
        assert calendar.put(f"{uid}.ics", calendars.meeting(uid=uid)).status in (201, 204)
        tap.eventually(
            lambda: [item.text("SUMMARY") for item in calendar.items_of(uid)] == ["Acme is red"], "the item", SOON)
        self.settle()


@tap.case("the third engine leaves the plugin out, and works with those that were at work beside it")
def _(story):
    told = "the engine has ended 2 times while the plugin `crash` was at work, so it is left out"
    tap.eventually(lambda: told in story.upbeat.said(), f"in the log: {told}", SOON)
    said = story.upbeat.said()
    tap.equal(said.count("the engine ended"), 2, said)
    story.put("first")
    broken, slow, good = story.sources()
    tap.equal((broken["failed"], slow["failed"], good["failed"], good["accounts"]), (True, False, False, 1), "status")
    assert "replace the plugin" in broken["why"], broken


@tap.case("an engine that dies later of something else starts without it, too")
def _(story):
    answer = support.run("status", "-c", story.upbeat.settings, "--json")
    os.kill(json.loads(answer.stdout)["engine_pid"], signal.SIGKILL)
    tap.eventually(lambda: story.upbeat.said().count("the engine ended") == 3 and len(story.sources()) == 3,
                   "the next engine", SOON)
    story.put("second")


@tap.case("an event sink that ends engines is left out, too, and the other sink is told of events")
def _(story):
    story.upbeat.stop()
    trail = story.folder / "events.log"
    settings = story.upbeat.settings.read_text().replace("  - {source: crash}\n", "")
    story.upbeat.settings.write_text(
        f"{settings}events:\n  - {{sink: faulty, fault: crash}}\n  - {{sink: log, path: {trail}}}\n")
    before = len(story.upbeat.said())
    story.upbeat.launch()
    story.put("third")
    told = "the engine has ended 2 times while the plugin `faulty` was at work, so it is left out"
    tap.eventually(lambda: told in story.upbeat.said()[before:], f"in the log: {told}", SOON)
    story.put("fourth")
    tap.eventually(lambda: story.sinks()[1]["delivered"] == 2, "events", SOON)
    broken, good = story.sinks()
    tap.equal((broken["failed"], broken["waiting"], good["failed"], good["waiting"]), (True, 2, False, 0), (broken, good))
    ids = {json.loads(line)["id"] for line in trail.read_text().splitlines()}
    tap.equal(len(ids), 2, "different events in the file")


sys.exit(tap.run_in_each(support.worlds(Story, (support.Radicale,))))
