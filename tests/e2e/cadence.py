# SPDX-License-Identifier: Apache-2.0
"""Reviews come at a rhythm that the account's health sets, on the calendar of whoever owns the account."""
import datetime
import json
import os
import re
import signal
import sys
import time

import calendars
import support
import tap

SOON = 10.0
SETTINGS = f"{support.ORGANIZATION}deletion_grace: 1s\ncontrol: control\n"
TODAY = datetime.datetime.now(calendars.BERLIN).date()
HORIZON = datetime.timedelta(days=60)


def account(name, health, owner="alice", more=""):
    team = "[alice@ours.example, bob@ours.example]"
    return f"  - {{id: {name}, name: {name.title()}, domains: [{name}.example], health: {health}, owner: {owner}@ours.example, team: {team}{more}}}\n"


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        self.accounts = self.folder / "accounts.yaml"
        self.upbeat = None
        self.have(account("acme", "green"))
        settings = f"{SETTINGS}accounts: [{{source: yaml, path: {self.accounts}}}]\n"
        self.upbeat = self.start(support.Upbeat, self.server, store=f"sqlite:{self.store}", settings=settings)
        return self

    def have(self, *accounts):
        self.say("accounts:\n" + "".join(accounts))

    def say(self, text):
        """Changes the account file, and has it read."""
        self.accounts.write_text(text)
        if self.upbeat:
            os.kill(self.upbeat.pid, signal.SIGHUP)
            time.sleep(1)  # until the engine has looked what there is

    def of(self, user):
        """A user's calendar as he sees it through Upbeat, and as it is on the server."""
        path = self.server.calendar_of(user)
        return tuple(calendars.Calendar(server.url + path, user) for server in (self.upbeat, self.server))

    def come_by(self, user="alice"):
        """A client that only looks."""
        answer = support.request("PROPFIND", self.of(user)[0].url, user, "", {"Depth": "0"})
        assert answer.status == 207, f"PROPFIND: {answer.status}"

    def reviews(self, user="alice", of="Acme"):
        """The days of the reviews of an account, in order, with the items themselves."""
        found = {}
        for href, (etag, text) in self.of(user)[1].objects().items():
            for item in calendars.components(text):
                if item.kind == "VEVENT" and item.text("SUMMARY") == f"{of}: review":
                    found[item.time("DTSTART").date()] = (href, etag, text)
        return dict(sorted(found.items()))

    def eventually(self, holds, what, user="alice"):
        """The reviews, once they are so; a client of the user's looks meanwhile."""
        def look():
            self.come_by(user)
            self.settle()
            return holds(self.reviews(user))

        tap.eventually(look, what, SOON)
        return self.reviews(user)


def minutes(text):
    (event,) = calendars.components(text)
    return (event.time("DTEND") - event.time("DTSTART")).total_seconds() / 60


def weeks(days):
    return [day.isocalendar()[:2] for day in days]


@tap.case("a list of tasks gets no reviews, wherever it stands")
def _(story):
    if not isinstance(story.server, support.Radicale):
        raise tap.Skip("the server's calendars take everything")
    for name in ("0-tasks", "zz-tasks"):
        body = (
            '<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>'
            '<C:supported-calendar-component-set><C:comp name="VTODO"/></C:supported-calendar-component-set>'
            "</D:prop></D:set></C:mkcalendar>"
        )
        path = f"{story.server.home_of('alice')}{name}/"
        answer = support.request("MKCALENDAR", story.server.url + path, "alice", body, {"Content-Type": "application/xml"})
        tap.equal(answer.status, 201, "MKCALENDAR")


@tap.case("a green account has a review in this quarter or the next one, on its owner's calendar")
def _(story):
    seen, _ = story.of("alice")
    seen.put("hello.ics", calendars.meeting("Lunch", calendars.business_day(3), 30, ("alice",), "hello"))
    found = story.eventually(lambda found: found, "a review")
    assert len(found) <= 2, found
    for day in found:
        tap.equal(day.weekday() < 5, True, f"{day} is a working day")
        assert day >= TODAY, day


@tap.case("nothing changes when it is looked at again")
def _(story):
    before = story.reviews()
    story.have(account("acme", "green"))
    story.come_by()
    story.settle()
    tap.equal(story.reviews(), before, "reviews")


@tap.case("when the account turns red, there is a review a week")
def _(story):
    story.have(account("acme", "red"))
    found = story.eventually(lambda found: len(found) >= 8, "weekly reviews")
    tap.equal(len(set(weeks(found))), len(found), "weeks with a review")
    assert max(found) <= TODAY + HORIZON + datetime.timedelta(days=7), f"none is further ahead: {max(found)}"


@tap.case("one that its owner deletes does not come back")
def _(story):
    found = story.reviews()
    gone = list(found)[3]
    seen, real = story.of("alice")
    assert seen.delete(found[gone][0].rsplit("/", 1)[1]).status in (200, 204), "DELETE"
    story.settle()
    story.have(account("acme", "red"), account("beta", "green", "bob"))
    story.come_by()
    story.settle()
    tap.equal(weeks(story.reviews()), [week for week in weeks(found) if week != gone.isocalendar()[:2]], "weeks")


@tap.case("explain tells what stands for an account, and what its owner has deleted")
def _(story):
    said = support.run("explain", "-c", story.upbeat.settings, "--account", "acme", "--json")
    tap.equal(said.returncode, 0, said.stderr)
    made = json.loads(said.stdout)["cadences"][0]["made"]
    hrefs = {href for href, _, _ in story.reviews().values()}
    tap.equal({item["href"] for item in made if item["state"] == "exists" and item["id"] == "cadence/review"}, hrefs, "what stands")
    tap.equal([item["state"] for item in made].count("deleted"), 1, "what was deleted")
    shown = support.run("explain", "-c", story.upbeat.settings, "--account", "acme").stdout
    assert "deleted by its user: it stays away" in shown, shown


@tap.case("a meeting with the customer counts instead of a review")
def _(story):
    seen, _ = story.of("alice")
    found = story.reviews()
    day = list(found)[-1]
    start = datetime.datetime.combine(day, datetime.time(15), calendars.BERLIN)
    seen.put("real.ics", calendars.meeting("Roadmap", start, 60, ("alice", "cto@acme.example"), "real"))
    week = day.isocalendar()[:2]
    story.eventually(lambda found: week not in weeks(found), "no review beside the meeting")


@tap.case("a meeting with the customer that a colleague stores counts, too, at the owner's next request")
def _(story):
    found = story.reviews()
    day = list(found)[-1]
    start = datetime.datetime.combine(day, datetime.time(15), calendars.BERLIN)
    story.of("bob")[0].put("bobs.ics", calendars.meeting("Exports", start, 60, ("bob", "cto@acme.example"), "bobs"))
    week = day.isocalendar()[:2]
    story.eventually(lambda found: week not in weeks(found), "no review beside the colleague's meeting")
    assert story.of("bob")[0].delete("bobs.ics").status in (200, 204), "DELETE"
    story.eventually(lambda found: story.come_by("bob") or week in weeks(found), "the review again, without that meeting")


@tap.case("a meeting on top of a review pushes it at once, whoever comes")
def _(story):
    for number, guests in enumerate((("alice", "cto@globex.example"), ("alice",))):
        found = story.reviews()
        day = list(found)[-1 - number]
        start = next(item.time("DTSTART") for item in calendars.components(found[day][2]) if item.kind == "VEVENT")
        story.of("alice")[0].put(f"top-{number}.ics", calendars.meeting("Kick-off", start, 60, guests, f"top-{number}"))
        href = found[day][0]
        at = lambda found: [item.time("DTSTART") for _, (there, _, text) in found.items() if there == href for item in calendars.components(text) if item.kind == "VEVENT"]
        moved = story.eventually(lambda found: at(found) and at(found) != [start], f"another time for the review of {day}")
        tap.equal(len(moved), len(found), "reviews")
        tap.equal(at(moved)[0].isocalendar()[:2], start.isocalendar()[:2], "its week")


@tap.case("so does one of a colleague who is to come to the review")
def _(story):
    found = story.reviews()
    day = list(found)[-3]
    start = next(item.time("DTSTART") for item in calendars.components(found[day][2]) if item.kind == "VEVENT")
    story.of("bob")[0].put("doctor.ics", calendars.meeting("Training", start, 60, ("bob",), "doctor"))
    href = found[day][0]
    story.eventually(lambda found: not any(there == href and start.strftime("%Y%m%dT%H%M%S") in text for there, _, text in found.values()), "another time")


@tap.case("when the account is green again, the weekly ones stay for now, and explain tells until when")
def _(story):
    before = story.reviews()
    story.have(account("acme", "green"))
    after = story.eventually(lambda found: all(minutes(text) == 45 for _, _, text in found.values()), "reviews as of a green account")
    tap.equal(weeks(after), weeks(before), "weeks with a review")
    until = TODAY + datetime.timedelta(days=7)
    shown = support.run("explain", "-c", story.upbeat.settings, "--account", "acme").stdout
    tap.contains(shown, f"It stays every week until {until:%a %F}, and returns to every quarter then", "explain")


@tap.case("where a site wants them to go, they do")
def _(story):
    text = story.upbeat.settings.read_text()
    story.upbeat.settings.write_text(text.replace("organization:\n", "organization:\n  rhythm_hold_days: 0\n"))
    story.have(account("acme", "green"))
    story.eventually(lambda found: 0 < len(found) <= 2, "a review a quarter")


@tap.case("one that its owner has moved stays there, and its agenda goes on with what is known of the account")
def _(story):
    seen, _ = story.of("alice")
    day, (href, _, text) = list(story.reviews().items())[-1]
    start = calendars.business_day(20, 15)
    moved = re.sub(r"(DTSTART[^:]*:)\d+T\d+", rf"\g<1>{start:%Y%m%dT%H%M%S}", text)
    moved = re.sub(r"(DTEND[^:]*:)\d+T\d+", rf"\g<1>{start + datetime.timedelta(minutes=45):%Y%m%dT%H%M%S}", moved)
    assert seen.put(href.rsplit("/", 1)[1], moved).status in (201, 204), "PUT"
    story.settle()
    story.have(account("acme", "green", more=", tickets: [{id: T-17, title: Login loop, severity: high, opened: 2026-10-01}]"))
    told = lambda found: start.date() in found and "Login loop" in re.sub(r"\r?\n ", "", found[start.date()][2])
    found = story.eventually(told, "the ticket in the agenda")
    if start.date() != day:
        assert day not in found, "none where it was"
    sequence = lambda text: re.search(r"(?m)^SEQUENCE:(\d+)", text)[1]
    tap.equal(sequence(found[start.date()][2]), sequence(text), "SEQUENCE: nobody is asked again")


@tap.case("an account source that fails moves nothing")
def _(story):
    before = story.reviews()
    story.say("accounts: [")
    story.come_by()
    story.settle()
    tap.equal(story.reviews(), before, "reviews")


@tap.case("a new owner has the reviews, and the former one has them no more")
def _(story):
    story.have(account("acme", "red", "bob"))
    seen, _ = story.of("bob")
    seen.put("hello.ics", calendars.meeting("Lunch", calendars.business_day(3), 30, ("bob",), "hello-bob"))
    story.eventually(lambda found: len(found) >= 8, "bob's reviews", "bob")
    story.eventually(lambda found: not found, "no reviews of alice")


@tap.case("each account is looked at by itself")
def _(story):
    story.have(account("acme", "red", "bob"), account("beta", "red", "bob"))
    story.eventually(lambda found: len(found) >= 8, "bob's reviews", "bob")
    story.have(account("acme", "red", "bob"), account("beta", "green", "bob"))
    tap.eventually(lambda: story.come_by("bob") or story.settle() or len(story.reviews("bob", "Beta")) <= 2, "beta's reviews", SOON)
    tap.equal(len(story.reviews("bob")) >= 8, True, "acme's reviews stay")


@tap.case("nor does one that fails when Upbeat starts")
def _(story):
    before = story.reviews("bob")
    story.say("accounts: [")
    story.upbeat.stop()
    story.upbeat.launch()
    time.sleep(2)  # until the engine has looked who has accounts

    def look():
        story.come_by("bob")
        story.come_by()
        return not support.keys_in(story.store)

    tap.eventually(look, "nothing is left to do", SOON)
    tap.equal(story.reviews("bob"), before, "reviews")


@tap.case("undo takes the reviews away without taking that for their owner's wish, and backfill gives them again")
def _(story):
    story.have(account("acme", "red", "bob"))
    before = story.eventually(lambda found: len(found) >= 8, "bob's reviews", "bob")
    password = story.folder / "password"
    password.write_text(support.password("bob") + "\n")
    password.chmod(0o600)
    words = ["-c", story.upbeat.settings, "--user", "bob", "--password-file", password]
    done = support.run("undo", *words, "--rule", "cadence", "--force")
    tap.equal((done.returncode, list(story.reviews("bob"))), (0, []), done.stdout + done.stderr)
    told = support.run("backfill", *words, "--dry-run").stdout
    assert re.search(r"^Acme  account acme$", told, re.M) and "and 1 accounts;" in told, told
    done = support.run("backfill", *words)
    tap.equal(done.returncode, 0, done.stdout + done.stderr)
    tap.equal(list(story.reviews("bob")), [day for day in before if day > TODAY], "the same days")


@tap.case("undo for everybody, too")
def _(story):
    done = support.run("undo", "-c", story.upbeat.settings, "--everybody", "--rule", "cadence")
    tap.equal(done.returncode, 0, done.stderr)
    story.eventually(lambda found: not found, "no reviews", "bob")
    said = json.loads(support.run("explain", "-c", story.upbeat.settings, "--account", "acme", "--json").stdout)
    states = [item["state"] for cadence in said["cadences"] for item in cadence["made"] if item["owner"] == "bob@ours.example"]
    assert "removed" in states and "exists" not in states, states


@tap.case("when a site switches the rule off, what stands ahead goes, for accounts that are gone, too")
def _(story):
    story.have(account("acme", "red", "bob"))
    story.eventually(lambda found: len(found) >= 8, "bob's reviews", "bob")
    site = story.folder / "site"
    site.mkdir()
    (site / "rules.yaml").write_text("format: 1\nchange:\n  - {rule: cadence, enabled: no}\n")
    text = story.upbeat.settings.read_text()
    story.upbeat.settings.write_text(re.sub("(?m)^rules: (.*)$", rf"rules: [\1, {site}]", text))
    story.say("accounts: []\n")
    story.eventually(lambda found: not found, "no reviews", "bob")


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Story)))
