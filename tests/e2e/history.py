# SPDX-License-Identifier: Apache-2.0
"""A critical finding is told in the next meeting with its account, and in no other one."""
import concurrent.futures
import datetime
import json
import random
import sys

import calendars
import support
import tap

SOON = 8.0
TOLD = "Critical: Data loss"
ACCOUNTS = """\
accounts:
  - id: acme
    name: Acme
    domains: [acme.example]
    tickets: [{{id: T-1, title: Data loss, severity: critical, opened: {opened}}}]
  - id: beta
    name: Beta
    domains: [beta.example]
    tickets: [{{id: T-2, title: Data loss again, severity: critical, opened: {opened}}}]
"""
SEED = 13
NEXT_ALONE = """\
format: 1
rules:
  - name: next
    when: is_customer_meeting && has(account.next_meeting) && account.next_meeting == meeting.start
    create: [{task: look, title: "The next one", due: 1 business day before start}]
"""
SETTINGS = f"{support.ORGANIZATION}deletion_grace: 1s\ncontrol: control\n"


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        opened = datetime.date.today() - datetime.timedelta(days=10)
        accounts = self.folder / "accounts.yaml"
        accounts.write_text(ACCOUNTS.format(opened=opened))
        settings = f"{SETTINGS}accounts: [{{source: yaml, path: {accounts}}}]\n"
        self.upbeat = self.start(support.Upbeat, self.server, store=f"sqlite:{self.store}", settings=settings)
        return self

    def of(self, user):
        """A user's calendar as he sees it through Upbeat, and as it is on the server."""
        path = self.server.calendar_of(user)
        return tuple(calendars.Calendar(server.url + path, user) for server in (self.upbeat, self.server))

    def put(self, uid, user="alice", **meeting):
        answer = self.of(user)[0].put(f"{uid}.ics", calendars.meeting(uid=uid, **meeting))
        assert answer.status in (201, 204), f"PUT: {answer.status}"
        self.settle()

    def tells(self, user="alice"):
        """The UIDs of the meetings whose to-dos tell of the finding."""
        found = set()
        for _, text in self.of(user)[1].objects().values():
            for item in calendars.components(text):
                if item.kind == "VTODO" and TOLD in item.text("DESCRIPTION"):
                    found.add(item.value("RELATED-TO"))
        return found

    def told_by(self, *uids):
        tap.eventually(lambda: self.tells() == set(uids), f"the finding in {uids} alone", SOON)
        self.settle()
        tap.equal(self.tells(), set(uids), "meetings that tell of the finding")

    def etags(self):
        return {href: etag for href, (etag, _) in self.of("alice")[1].objects().items()}


@tap.case("of three meetings, stored in the wrong order, the earliest one tells of it")
def _(story):
    story.put("second", start=calendars.business_day(15))
    story.told_by("second")
    story.put("third", start=calendars.business_day(20))
    story.told_by("second")
    story.put("first", start=calendars.business_day(10))
    story.told_by("first")


@tap.case("looking at all of them again writes nothing")
def _(story):
    before = story.etags()
    for uid, day in (("third", 20), ("first", 10), ("second", 15)):
        story.put(uid, start=calendars.business_day(day))
    written = {href.rsplit("/", 1)[1] for href, etag in story.etags().items() if before[href] != etag}
    tap.equal(written - {"first.ics", "second.ics", "third.ics"}, set(), "items written")


@tap.case("a lunch before that tells nobody, a meeting with others neither, and nothing changes")
def _(story):
    story.put("lunch", title="Lunch with Acme", start=calendars.business_day(8, 12))
    story.put("other", title="Roadmap", start=calendars.business_day(8, 16), attendees=("alice", "cto@other.example"))
    story.told_by("first")


@tap.case("the earliest one is deleted, and the next one tells of it")
def _(story):
    story.of("alice")[0].delete("first.ics")
    story.told_by("second")


@tap.case("that one is moved behind the last, and a colleague's copy changes nothing")
def _(story):
    story.put("second", start=calendars.business_day(25))
    story.told_by("third")
    story.put("third", user="bob", start=calendars.business_day(20))
    story.told_by("third")


@tap.case("explain tells the same of the meeting")
def _(story):
    for uid, told in (("third", True), ("second", False)):
        answer = support.run("explain", "-c", story.upbeat.settings, "--json", uid)
        tap.equal(TOLD in answer.stdout, told, f"explain of {uid} tells of it")
        facts = json.loads(answer.stdout)["facts"]["account"]
        tap.equal(facts["next_meeting"], calendars.business_day(20).isoformat(), "fact")
        assert "last_meeting" not in facts, "nobody has met yet"


@tap.case("plan knows of the other meetings: a rule for the next meeting alone changes that one")
def _(story):
    (story.folder / "new").mkdir()
    (story.folder / "new" / "new.yaml").write_text(NEXT_ALONE)
    answer = support.run("plan", "-c", story.upbeat.settings, "--json", story.folder / "new")
    plan = json.loads(answer.stdout)
    changed = [(each["uid"], change["item"], change["change"]) for each in plan["meetings"] for change in each["changes"]]
    tap.equal(sorted(set(changed)), [("third", "next/look", "created")], "what would change")


@tap.case("of twenty meetings that are stored and moved by many at once, the earliest one tells of it")
def _(story):
    chance = random.Random(SEED)
    seen, people = story.of("alice")[0], ("alice", "cto@beta.example")

    def store(uid, day, hour):
        text = calendars.meeting(uid=uid, start=calendars.business_day(day, hour), attendees=people)
        return seen.put(f"{uid}.ics", text).status in (201, 204)

    meetings = {f"beta-{n}": (chance.randrange(30, 60), 9 + n % 8) for n in range(20)}
    with concurrent.futures.ThreadPoolExecutor(8) as many:
        assert all(many.map(lambda uid: store(uid, *meetings[uid]), meetings))
        for uid in chance.sample(list(meetings), 10):
            meetings[uid] = (chance.randrange(25, 60), meetings[uid][1])
        assert all(many.map(lambda uid: store(uid, *meetings[uid]), meetings))
    story.settle()
    story.told_by("third", min(meetings, key=meetings.get))


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Story, (support.Radicale,))))
