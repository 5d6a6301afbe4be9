# SPDX-License-Identifier: Apache-2.0
"""Instances of a series, one by one: how many of them get what, and what the commands tell of each."""
import datetime
import json
import os
import signal
import sys

import calendars
import recurring
import support
import tap
from recurring import WEEK, due, instance, series

SIGNAL = """\
format: 1
rules:
  - name: close
    for: meeting
    when: meeting.customer
    create:
      - {event: signal, title: Close, at: 8m before end, duration: 8m, busy: no, instances: %s}
"""


class Story(recurring.Story):
    """With a site's rule for a signal at the end of each of so many instances, which is off at first."""

    def __enter__(self):
        self.site = self.folder / "site"
        self.site.mkdir()
        self.set_signals(1, "    enabled: no\n")
        self.rules = f"[{support.TOP}/rules, {self.site}]"
        self.password = self.folder / "password"
        self.password.write_text(support.password("alice") + "\n")
        self.password.chmod(0o600)
        return super().__enter__()

    def set_signals(self, number, more=""):
        (self.site / "site.yaml").write_text((SIGNAL % number).replace("    for: meeting\n", f"    for: meeting\n{more}"))

    def reload(self):
        before = self.upbeat.said().count("reload: done")
        os.kill(self.upbeat.pid, signal.SIGHUP)
        tap.eventually(lambda: self.upbeat.said().count("reload: done") > before, "the reload", 10)

    def run(self, command, *arguments, status=0):
        words = [command, "-c", self.upbeat.settings]
        if command in ("undo", "backfill"):
            words += ["--user", "alice", "--password-file", self.password]
        run = support.run(*words, *arguments)
        tap.equal(run.returncode, status, f"{command}: {run.stdout}{run.stderr}")
        return run.stdout

    def look_again(self, uid):
        """When the timer looks at the series again."""
        ((when,),) = support.rows_in(self.store, "SELECT look_again FROM seen WHERE meeting_uid = ?", uid)
        return when // 1000


def signals(real, uid):
    return sorted(item.time("DTSTART").astimezone(calendars.BERLIN).date()
                  for item in real.items_of(uid) if item.text("SUMMARY").endswith("Close"))


def weeks(start, number):
    return [(start + n * WEEK).date() for n in range(number)]


@tap.case("a rule says how many instances get its item, and the items beyond a smaller number go; other rules go on")
def _(story):
    start = calendars.business_day(6, 11)
    story.set_signals(4)
    story.reload()
    try:
        seen, real = story.store_series("signals", start)
        tap.equal(signals(real, "signals"), weeks(start, 4), "with 4")
        tap.equal(sorted(due(real, "signals")), weeks(start, 2), "what the shipped rules make")
        href, text = next((href, text) for href, (_, text) in real.objects().items()
                          if "SUMMARY:Close" in text and f"{start + 2 * WEEK:%Y%m%dT}" in text)
        assert seen.put(href.rsplit("/", 1)[1], text.replace("SUMMARY:Close", "SUMMARY:My Close")).status in (201, 204), "PUT"
        story.settle()
        story.set_signals(1)
        story.reload()
        story.change(seen, series("signals", start, more="LOCATION:Here"))
        tap.equal(signals(real, "signals"), [weeks(start, 4)[n] for n in (0, 2)], "with 1, and what its user changed")
        tap.equal(sorted(due(real, "signals")), weeks(start, 2), "what the shipped rules make")
        end = start + datetime.timedelta(minutes=30)
        tap.equal(story.look_again("signals"), int(end.timestamp()), "when it is looked at again")
        before = real.objects()
        story.change(seen, series("signals", start, more="LOCATION:Here"))
        tap.equal({href: found for href, found in real.objects().items() if "m.ics" not in href},
                  {href: found for href, found in before.items() if "m.ics" not in href}, "once more")
    finally:
        story.set_signals(1, "    enabled: no\n")
        story.reload()


@tap.case("an invitation to single instances of a series is prepared for each")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.new_calendar()
    one, two = (instance("single", day, day) for day in (start, start + 2 * WEEK))
    text = series("single", start)
    head = text[:text.index("BEGIN:VEVENT")]
    status = seen.put("m.ics", f"{head}{one}{two}END:VCALENDAR\r\n").status
    if status == 400:
        raise tap.Skip("this server takes no object without its series")
    tap.equal(status, 201, "PUT")
    story.settle()
    tap.equal(sorted(due(real, "single")), [start.date(), (start + 2 * WEEK).date()], "instances")
    uids = due(real, "single")
    moved = start + 2 * WEEK + datetime.timedelta(hours=1)
    story.change(seen, f"{head}{one}{instance('single', start + 2 * WEEK, moved)}END:VCALENDAR\r\n")
    tap.equal(due(real, "single"), uids, "items of the one that was moved")
    story.change(seen, f"{head}{one}END:VCALENDAR\r\n")
    tap.equal(sorted(due(real, "single")), [start.date()], "instances that are left")


@tap.case("an override for this and the following instances takes all of them along")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("following", start)
    uids = due(real, "following")
    later = start + WEEK + datetime.timedelta(hours=2)
    override = instance("following", start + WEEK, later).replace("RECURRENCE-ID;", "RECURRENCE-ID;RANGE=THISANDFUTURE;")
    story.change(seen, series("following", start, overrides=[override]))
    tap.equal(due(real, "following"), uids, "items")
    times = sorted(item.time("DUE").astimezone(calendars.BERLIN).strftime("%H:%M")
                   for item in real.items_of("following") if ": before " in item.text("SUMMARY"))
    tap.equal(times, ["09:00", "11:00"], "when the agendas are due")


@tap.case("an instance that a client detaches is a meeting of its own")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("attached", start)
    story.change(seen, series("attached", start, more=f"EXDATE;TZID=Europe/Berlin:{start:%Y%m%dT%H%M%S}"))
    alone = calendars.meeting("Weekly sync Acme", start, 30, ("alice", "cto@acme.example"), "detached")
    tap.equal(seen.put("alone.ics", alone).status, 201, "PUT")
    story.settle()
    tap.equal(sorted(due(real, "attached")), weeks(start, 3)[1:], "instances of the series")
    tap.equal(sorted(due(real, "detached")), [start.date()], "the one")


@tap.case("explain tells of one instance, and for which instance each item was made")
def _(story):
    start = calendars.business_day(6, 11)
    story.store_series("told", start, title="Sync told")
    said = story.run("explain", "told", "--instance", weeks(start, 4)[3].isoformat())
    tap.contains(said, f"meeting.start: {start + 3 * WEEK:%Y-%m-%dT%H:%M}", "the fourth")
    tap.contains(said, "it is made when this is one of the next 2 instances", "its turn")
    tap.contains(said, f"follow-up/follow-up for {weeks(start, 2)[1]}: stands", "what was made")
    answer = json.loads(story.run("explain", "told", "--json"))
    tap.equal({item["instance"] for item in answer["store"]["items"]}, {item["instance"] for item in answer["items"]}, "--json")
    day = (start + datetime.timedelta(days=1)).date()
    tap.contains(story.run("explain", "told", "--instance", day.isoformat()), "has no instance on that day", "another day")
    story.run("explain", "told", "--instance", "monday", status=3)
    said = story.run("explain", "Sync Told", "--on", weeks(start, 4)[2].isoformat())
    tap.contains(said, f"meeting.start: {start + 2 * WEEK:%Y-%m-%dT%H:%M}", "the third, by its day")


@tap.case("a plan tells what new rules would do in each instance")
def _(story):
    start = calendars.business_day(6, 11)
    seen, _ = story.store_series("planned", start)
    new = story.folder / "new"
    new.mkdir()
    (new / "site.yaml").write_text(SIGNAL % 3)
    plan = json.loads(story.run("plan", "--json", new, status=2))
    (meeting,) = [each for each in plan["meetings"] if each["uid"] == "planned"]
    tap.equal([change["item"] for change in meeting["changes"]], ["close/signal"] * 3, "changes")
    tap.equal(len({change["instance"] for change in meeting["changes"]}), 3, "instances")
    (new / "site.yaml").write_text("format: 1\nchange: [{rule: follow-up, items: {follow-up: {instances: 1}}}]\n")
    plan = json.loads(story.run("plan", "--json", new, status=2))
    (meeting,) = [each for each in plan["meetings"] if each["uid"] == "planned"]
    tap.equal([(change["item"], change["change"]) for change in meeting["changes"]], [("follow-up/follow-up", "removed")], "changes")
    assert seen.delete("m.ics").status // 100 == 2, "DELETE"


@tap.case("a series that stood before gets what it misses, and undo takes away what was made for each instance")
def _(story):
    start = calendars.business_day(6, 11)
    path = story.new_path()
    real = calendars.Calendar(story.server.url + path, "alice")
    tap.equal(real.put("m.ics", series("old", start)).status, 201, "PUT")
    before = real.objects()
    said = story.run("backfill", "--calendar", path, "--dry-run")
    tap.equal(said.count("follow up"), 2, said)
    tap.equal(real.objects(), before, "after --dry-run")
    story.run("backfill", "--calendar", path)
    tap.equal(sorted(due(real, "old")), weeks(start, 2), "instances")
    story.run("undo", "--rule", "follow-up", "--calendar", path)
    tap.equal((sorted(due(real, "old")), len(real.items_of("old"))), ([], 2), "without its follow-ups")
    story.run("undo", "--all", "--calendar", path)
    tap.equal(real.objects(), before, "after undo of all")


sys.exit(tap.run_in_each(support.worlds(Story)))
