# SPDX-License-Identifier: Apache-2.0
"""Seven weeks of reviews, for two owners: their accounts come from a file that is edited meanwhile, spoilt, cut in half and
taken away, and from a system that is switched off and on. What stands in the calendars keeps the rhythm, week by week."""
import datetime
import json
import os
import signal
import sys
import time

import calendars
import crm
import support
import tap
from recurring import answered

SOON = 20.0
DAY = datetime.timedelta(days=1)
HORIZON = 60 * DAY
MONDAY = calendars.business_day(5, 8)
MONDAY = MONDAY - MONDAY.weekday() * DAY  # the next one, before anybody works
OWNERS = ("alice", "bob")
FILE, SYSTEM = 0, 1  # which source that is
SETTINGS = f"""{support.ORGANIZATION}deletion_grace: 1s
control: control
accounts:
  - {{source: csv, path: FOLDER/accounts.csv, refresh: 1s}}
  - source: http
    refresh: 1s
    preset: hubspot
    url: SYSTEM/companies
    map: {{health: /properties/health, owner: /properties/owner, team: /properties/team}}
"""
# What the period of a rhythm is that a day lies in, as a number that counts on.
PERIOD = {
    "red": lambda day: (day - datetime.date(2024, 1, 1)).days // 7,
    "yellow": lambda day: day.year * 12 + day.month,
    "green": lambda day: day.year * 4 + (day.month - 1) // 3,
}


def team(owner):
    return [f"{owner}@ours.example", "carol@ours.example"]


def rows(tickets, **accounts):
    """A table of accounts: (owner, health) by the account's id."""
    lines = ["id,name,domains,health,owner,team,tickets"]
    for name, (owner, health) in accounts.items():
        lines.append(f"{name},{name.title()},{name}.example,{health},{owner}@ours.example,{';'.join(team(owner))},{tickets}")
    return "".join(f"{line}\r\n" for line in lines)


def review_of(reviews, uid):
    return next(review.item for each in reviews.values() for review in each if review.item.value("UID") == uid)


def told(reviews, uid):
    return review_of(reviews, uid).text("DESCRIPTION")


def state_of(reviews, uid):
    item = review_of(reviews, uid)
    (parameters,) = (parameters for parameters, value in item.all("ATTENDEE") if "carol" in value)
    return parameters.get("PARTSTAT"), item.value("SEQUENCE")


class Review:
    """A review in its owner's calendar."""

    def __init__(self, href, etag, item):
        self.href, self.etag, self.item = href, etag, item
        self.start = item.time("DTSTART")

    def day(self):
        return self.start.astimezone(calendars.BERLIN).date()

    def __repr__(self):
        return f"{self.start:%a %d %b %H:%M}"


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        self.crm = crm.Crm(self.folder)
        self.callback(self.crm.stop)
        self.in_file = {
            "acme": ("alice", "red"), "beta": ("alice", "yellow"), "gamma": ("bob", "green"), "delta": ("bob", "red"),
            "epsilon": ("bob", "yellow")}
        self.in_system = {"zeta": ("alice", "red"), "eta": ("bob", "red")}
        self.tickets = ""
        self.edit()
        self.tell()
        self.now = MONDAY
        settings = SETTINGS.replace("FOLDER", str(self.folder)).replace("SYSTEM", self.crm.url)
        self.upbeat = self.start(
            support.Upbeat, self.server, store=f"sqlite:{self.store}", settings=settings, **self.clock())
        return self

    # ---- sources ----

    def write(self, text):
        """Puts a new file in place of the old one."""
        new = self.folder / "new.csv"
        new.write_text(text)
        new.rename(self.folder / "accounts.csv")

    def edit(self, **accounts):
        """Says these things of these accounts; None: the row is gone."""
        self.in_file = {name: says for name, says in {**self.in_file, **accounts}.items() if says}
        self.write(rows(self.tickets, **self.in_file))

    def tell(self, **accounts):
        """Has the system say these things, too."""
        self.in_system.update(accounts)
        self.crm.answer = crm.hubspot([
            {"id": name, "name": name.title(), "domain": f"{name}.example", "health": health,
             "owner": f"{owner}@ours.example", "team": team(owner)}
            for name, (owner, health) in self.in_system.items()])

    def status(self):
        return json.loads(support.run("status", "-c", self.upbeat.settings, "--json").stdout)

    def source(self, number):
        return self.status()["accounts"][number]

    # ---- time ----

    def clock(self):
        return support.clock(int((self.now - datetime.datetime.now(calendars.BERLIN)).total_seconds()))

    def go_on(self, weeks=1):
        """Upbeat is ended, and begins again so much later."""
        self.upbeat.stop()
        self.now += weeks * 7 * DAY
        self.upbeat.environment.update(self.clock())
        self.upbeat.launch()

    # ---- calendars ----

    def come_by(self):
        """Clients that only look."""
        for user in OWNERS:
            answer = support.request("PROPFIND", self.upbeat.calendar_of(user), user, "", {"Depth": "0"})
            assert answer.status == 207, f"PROPFIND: {answer.status}"

    def calendar(self, user):
        return calendars.Calendar(self.server.url + self.server.calendar_of(user), user)

    def reviews(self):
        """All reviews that their owners have: by the account's id a list, in order."""
        found = {}
        for user in OWNERS:
            for href, (etag, text) in self.calendar(user).objects().items():
                for item in calendars.components(text):
                    name, _, what = item.text("SUMMARY").partition(": ")
                    if item.kind == "VEVENT" and what == "review" and item.addresses("ORGANIZER") == {f"{user}@ours.example"}:
                        found.setdefault((user, name.lower()), []).append(Review(href, etag, item))
        return {key: sorted(reviews, key=lambda review: review.start) for key, reviews in found.items()}

    def copies(self):
        """What the server has put into carol's calendar: (href, text) by UID."""
        objects = self.calendar("carol").objects().items()
        return {calendars.components(text)[0].value("UID"): (href, text) for href, (_, text) in objects}

    def messages_to(self, user):
        inbox = calendars.Calendar(f"{self.server.url}{self.server.home_of(user)}Inbox/", user)
        return {href: etag for href, (etag, _) in inbox.objects().items()}

    def ahead(self, reviews):
        return [review for review in reviews if review.start > self.now]

    def faults(self):
        """What of the reviews to come is not as the accounts' health asks for: none twice in a period, none left out from
        the present one or the next to the last within the horizon, and none with whom the account is not."""
        found, wrong = self.reviews(), []
        accounts = {(owner, name): health for name, (owner, health) in {**self.in_file, **self.in_system}.items()}
        for key in found.keys() - accounts.keys():
            wrong += [f"{key} has {self.ahead(found[key])}"] if self.ahead(found[key]) else []
        for key, health in accounts.items():
            ahead = self.ahead(found.get(key, []))
            if not self.is_rhythm(PERIOD[health], [review.day() for review in ahead]):
                wrong.append(f"{key}, {health}: {ahead}")
        return wrong

    def is_rhythm(self, period, days):
        has = [period(day) for day in days]
        first, last = period(self.now.date()), period((self.now + HORIZON).date())
        if not has or has != list(range(has[0], has[-1] + 1)) or any(day.weekday() > 4 for day in days):
            return False
        return has[0] in (first, first + 1) and last - 1 <= has[-1] <= max(first + 1, last)

    def keep_rhythm(self):
        """Until the calendars are so, while clients of the owners look."""
        def look():
            self.come_by()
            time.sleep(0.1)
            wrong[:] = support.keys_in(self.store) or self.faults()
            return not wrong

        wrong = []
        try:
            tap.eventually(look, "the rhythm", SOON)
        except AssertionError:
            raise AssertionError(f"at {self.now}: " + "; ".join(map(str, wrong))) from None
        return self.reviews()

    def lengths(self, user, account):
        """In how many minutes its reviews to come are over."""
        minutes = lambda review: (review.item.time("DTEND") - review.start).total_seconds() / 60
        return {minutes(review) for review in self.ahead(self.reviews()[user, account])}

    def left(self, before, after, but=()):
        """Fails unless what stood before stands as before; `but`: accounts of which only what is over has to."""
        for key, reviews in before.items():
            stays = [review for review in reviews if key[1] not in but or review.start < self.now]
            now = {review.href: review.start for review in after.get(key, [])}
            moved = [(review, now.get(review.href)) for review in stays if now.get(review.href) != review.start]
            tap.equal(moved, [], f"what was moved of {key}")

    def until(self, number, what, **members):
        """Until status says so of the source."""
        tap.eventually(lambda: members.items() <= self.source(number).items(), what, SOON)


@tap.case("each account has its reviews, with the team")
def _(story):
    for user in OWNERS:
        path = story.upbeat.calendar_of(user)
        calendars.Calendar(path, user).put("hello.ics", calendars.meeting("Lunch", story.now + 3 * DAY, 30, (user,)))
    for (owner, _), reviews in story.keep_rhythm().items():
        for review in reviews:
            tap.equal(review.item.addresses(), {f"{owner}@ours.example", "carol@ours.example"}, "attendees")


@tap.case("a server that schedules gives them to the team; a new ticket in the agenda asks nobody again and keeps replies")
def _(story):
    if not story.server.SCHEDULES:
        raise tap.Skip("the server does not schedule")
    copies = story.copies()
    reviews = story.reviews()
    tap.equal(set(copies), {review.item.value("UID") for each in reviews.values() for review in each}, "carol's reviews")
    uid = reviews["alice", "acme"][1].item.value("UID")
    href, text = copies[uid]
    answer = story.calendar("carol").put(href.rsplit("/", 1)[1], answered(text, "ACCEPTED", "carol"))
    assert answer.status in (201, 204), f"PUT: {answer}"
    before = story.reviews()
    tap.equal(state_of(before, uid), ("ACCEPTED", "0"), "carol's reply and SEQUENCE in alice's object")
    inbox = story.messages_to("carol")
    story.tickets = "Login loop [2026-10-01]"
    story.edit()
    tap.eventually(lambda: story.come_by() or "Login loop" in told(story.reviews(), uid), "the ticket in the agenda", SOON)
    story.settle()
    story.left(before, story.reviews())
    tap.equal(state_of(story.reviews(), uid), ("ACCEPTED", "0"), "carol's reply and SEQUENCE, then")
    tap.equal(story.messages_to("carol"), inbox, "messages to carol")
    (item,) = calendars.components(story.copies()[uid][1])
    tap.equal([parameters["PARTSTAT"] for parameters, value in item.all("ATTENDEE") if "carol" in value], ["ACCEPTED"], "carol's own")


@tap.case("a week later there is one more of each weekly one, and all others are as they were")
def _(story):
    before = story.reviews()
    story.go_on()
    after = story.keep_rhythm()
    story.left(before, after)
    tap.equal(len(after["alice", "acme"]), len(before["alice", "acme"]) + 1, "reviews of Acme")


@tap.case("the file is edited: weekly ones come and go with health, also if the engine is killed meanwhile")
def _(story):
    before = story.reviews()
    story.edit(gamma=("bob", "red"), delta=("bob", "green"))

    def some_are_there():
        story.come_by()
        return len(story.reviews().get(("bob", "gamma"), [])) > 1

    tap.eventually(some_are_there, "the first weekly ones", SOON)
    os.kill(story.status()["engine_pid"], signal.SIGKILL)
    story.left(before, story.keep_rhythm(), but=("gamma", "delta"))


@tap.case("the system is switched off: its accounts' reviews stay, and go on over a restart")
def _(story):
    before = story.reviews()
    story.crm.stop()
    story.until(SYSTEM, "a failure", failed=True, accounts=2)
    story.edit(beta=("alice", "red"))
    after = story.keep_rhythm()
    story.left(before, after, but=("beta",))
    story.go_on()
    story.left(after, story.keep_rhythm())
    story.until(SYSTEM, "that it has not answered since", kept=True, failed=True, accounts=2)


@tap.case("it is switched on, and says that one of them is well now")
def _(story):
    before = story.reviews()
    story.tell(eta=("bob", "green"))
    story.crm.start()
    story.left(before, story.keep_rhythm(), but=("eta",))


@tap.case("the file has vanished: its accounts' reviews stay, and go on over a restart")
def _(story):
    before = story.reviews()
    (story.folder / "accounts.csv").unlink()
    story.until(FILE, "a failure", failed=True, accounts=5)
    story.tell(eta=("bob", "red"))
    after = story.keep_rhythm()
    story.left(before, after, but=("eta",))
    story.go_on()
    story.left(after, story.keep_rhythm())
    story.until(FILE, "that it is from before", kept=True, failed=True, accounts=5)
    tap.contains(support.run("status", "-c", story.upbeat.settings).stdout, ", from before the start; it fails since", "status")


@tap.case("it is there again")
def _(story):
    before = story.reviews()
    story.edit()
    story.until(FILE, "it is read", kept=False, failed=False, accounts=5)
    story.left(before, story.keep_rhythm())


@tap.case("an account turns red, and is well and ill by turns: its weekly reviews stay, and explain tells until when")
def _(story):
    story.edit(delta=("bob", "red"))
    before = story.keep_rhythm()
    for health, minutes in (("green", 45), ("red", 30), ("green", 45)):
        story.write(rows(story.tickets, **{**story.in_file, "delta": ("bob", health)}))
        tap.eventually(lambda: story.come_by() or story.lengths("bob", "delta") == {minutes}, f"{minutes} minutes", SOON)
        after = story.keep_rhythm()
        story.left(before, after, but=("delta",))  # longer ones may need another time
        hrefs = [{review.href for review in reviews["bob", "delta"]} for reviews in (before, after)]
        tap.equal(hrefs[1], hrefs[0], "reviews of Delta")
    said = support.run("explain", "-c", story.upbeat.settings, "--account", "delta", "--json", "--at", f"{story.now:%F %R}")
    until = datetime.datetime.combine(story.now.date() + 7 * DAY, datetime.time(), calendars.BERLIN)
    waiting = {"every": "every quarter", "until": until.isoformat()}
    tap.equal(json.loads(said.stdout)["cadences"][0]["waiting"], waiting, "what waits")


@tap.case("a week after it turned red it is met by quarter again, and turning red anew does not wait")
def _(story):
    story.edit(delta=("bob", "green"))
    before = story.reviews()
    story.go_on()
    after = story.keep_rhythm()
    story.left(before, after, but=("delta",))
    story.edit(delta=("bob", "red"))
    story.left(after, story.keep_rhythm(), but=("delta",))


@tap.case("half of it is gone: this is told, nothing moves, and only who says so has their reviews taken away")
def _(story):
    before, whole = story.reviews(), dict(story.in_file)
    gone = ("beta", "gamma", "delta")
    story.edit(**{name: None for name in gone})
    story.until(FILE, "a failure", failed=True, accounts=5)
    tap.contains(story.source(FILE)["why"], "3 of 5 accounts are gone", "why")
    rest, story.in_file = story.in_file, whole
    story.tell(zeta=("alice", "green"))
    after = story.keep_rhythm()
    story.left(before, after, but=("zeta",))
    tap.equal(support.run("refresh", "-c", story.upbeat.settings, "--force").returncode, 0, "refresh --force")
    story.in_file = rest
    story.left(after, story.keep_rhythm(), but=gone)


@tap.case("an account goes over to a new owner, and what is over stays with the former one")
def _(story):
    before = story.reviews()
    story.edit(acme=("bob", "red"))
    story.left(before, story.keep_rhythm(), but=("acme",))
    assert [each for each in story.reviews()["alice", "acme"] if each.start < story.now], "alice had none"


@tap.case("an account is gone, and its reviews to come are, too")
def _(story):
    before = story.reviews()
    story.edit(acme=None)
    story.left(before, story.keep_rhythm(), but=("acme",))


@tap.case("two quiet weeks later all is in its rhythm, and looking once more writes nothing")
def _(story):
    before = story.reviews()
    story.go_on(2)
    story.left(before, story.keep_rhythm())
    story.left(before, story.keep_rhythm())
    etags = lambda: {user: {href: etag for href, (etag, _) in story.calendar(user).objects().items()} for user in OWNERS}
    was = etags()
    story.go_on(0)
    story.keep_rhythm()
    tap.equal(etags(), was, "ETags")


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Story, (support.Radicale, support.Cyrus))))
