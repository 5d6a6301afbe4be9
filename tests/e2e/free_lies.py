# SPDX-License-Identifier: Apache-2.0
"""What a server tells of busy times, and cannot be used, is unknown: the item is placed all the same, explain says why, and
the traffic goes on."""
import datetime
import json
import re
import sys
import threading

import calendars
import free_rules
import support
import tap
from lying_server import RESPONSE, LyingServer, multistatus

SOON = 10


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.server = self.start(LyingServer)
        rules = free_rules.write(self.folder)
        settings = f"{support.ORGANIZATION}control: control\nsync_every: 0s\n"
        store = f"sqlite:{self.folder / 'upbeat.db'}"
        self.upbeat = self.start(support.Upbeat, self.server, settings, store, rules)
        self.users = 0
        return self

    def new_user(self):
        """Nobody who was told something before: what was refused is not asked for again."""
        self.users += 1
        return f"alice{self.users}"

    def settle(self):
        tap.eventually(lambda: not support.keys_in(self.folder / "upbeat.db"), "nothing is left to do", 15)

    def store(self, user, *colleagues):
        """Stores a meeting of these, or of bob, a day later for each user: the time at nine on the first day of its prep."""
        people = (user, *(colleagues or ("bob",)), "cto@acme.example")
        text = calendars.meeting(uid=f"of-{user}", start=calendars.business_day(12 + self.users), attendees=people, organizer=user)
        answer = calendars.Calendar(self.upbeat.calendar_of(user), user).put("m.ics", text)
        tap.equal(answer.status, 201, "PUT")
        return calendars.business_day(9 + self.users, 9)

    def prep_of(self, user):
        found = [
            item for path, text in list(self.server.objects.items()) if path.startswith(f"/{user}/")
            for item in calendars.components(text.decode()) if item.text("SUMMARY").startswith("Prep")
        ]
        return found[0].time("DTSTART").astimezone(calendars.BERLIN) if found else None

    def told(self, user):
        return support.run("explain", "-c", self.upbeat.settings, f"of-{user}").stdout

    def expect_unknown(self, user, why, whose="bob"):
        nine = self.store(user)
        tap.equal(tap.eventually(lambda: self.prep_of(user), "the prep", SOON), nine, "prep")
        tap.contains(self.told(user), f"note: the busy times of {whose}@ours.example are not known: {why}", "explain")


def reply(question, attendee="bob", recipient="bob", busy="", status="2.0;Success", more=lambda text: text):
    """An answer to a question, which differs from a good one in what is said."""
    covers = "\r\n".join(re.findall(r"DT(?:START|END):[^\r]*", question))
    data = more(
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VFREEBUSY\r\nUID:1\r\n{covers}\r\n"
        f"ATTENDEE:mailto:{attendee}@ours.example\r\n{busy}END:VFREEBUSY\r\nEND:VCALENDAR\r\n")
    text = (
        '<C:schedule-response xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><C:response>'
        f"<C:recipient><D:href>mailto:{recipient}@ours.example</D:href></C:recipient>"
        f"<C:request-status>{status}</C:request-status><C:calendar-data>{data}</C:calendar-data>"
        "</C:response></C:schedule-response>")
    return 200, "application/xml", text.encode()


def reply_to_all(question):
    """An answer that nobody is busy."""
    people = re.findall(r"ATTENDEE:mailto:(\w+)", question)
    pages = [reply(question, person, person)[2].decode() for person in people]
    inner = "".join(re.search(r"<C:response>.*</C:response>", page, re.S)[0] for page in pages)
    return 200, "application/xml", re.sub(r"<C:response>.*</C:response>", lambda _: inner, pages[0], flags=re.S).encode()


def utc(moment):
    return moment.astimezone(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")


@tap.case("a good answer counts")
def _(story):
    user = story.new_user()
    nine = calendars.business_day(9 + story.users, 9)
    story.server.outbox = lambda body: reply(body, busy=f"FREEBUSY:{utc(nine)}/PT45M\r\n")
    story.store(user)
    prep = tap.eventually(lambda: story.prep_of(user), "the prep", SOON)
    tap.equal(prep, nine + datetime.timedelta(minutes=45), "prep")


@tap.case("a server invites who has an outbox that answers, and an inbox")
def _(story):
    for story.server.has_inboxes, way in ((False, "owner"), (True, "schedule")):
        user = story.new_user()
        story.server.outbox = reply_to_all
        story.store(user)
        tap.eventually(lambda: story.prep_of(user), "the prep", SOON)
        status = support.run("status", "-c", story.upbeat.settings, "--json")
        tap.equal(json.loads(status.stdout)["delivery"]["way"], way, f"the way, with inboxes: {story.server.has_inboxes}")


@tap.case("eight people are asked for in as many requests as two, and nobody is asked again for what is known")
def _(story):
    asked = story.server.asked
    counts = []
    for colleagues in (("bob",), tuple(f"colleague{n}" for n in range(7))):
        user = story.new_user()
        story.server.outbox = reply_to_all
        asked.clear()
        story.store(user, *colleagues)
        tap.eventually(lambda: story.prep_of(user), "the prep", SOON)
        story.settle()
        found = [(method, path) for method, path in asked if not path.endswith(".ics")]
        counts.append(len(found))
        tap.equal(sorted(found), sorted([
            ("PROPFIND", f"/{user}/cal/"), ("PROPFIND", f"/{user}/"), ("PROPFIND", f"/{user}/"),
            ("REPORT", f"/{user}/cal/"), ("POST", f"/{user}/outbox/")]), "requests besides those for objects")
        tap.report(f"busy times of {len(colleagues) + 1}: 3 requests of {len(asked)} for a meeting and its prep")
    asked.clear()
    calendar = calendars.Calendar(story.upbeat.calendar_of(user), user)
    tap.equal(calendar.put("m.ics", calendar.get("m.ics").text).status, 201, "PUT of the same")
    story.settle()
    tap.equal([each for each in asked if each[0] in ("REPORT", "POST", "PROPFIND")], [], "requests for what is known")


@tap.case("of the outbox nothing counts that is HTML, too long, floating, for another one, or of another time")
def _(story):
    def floating(body):
        return reply(body, busy="FREEBUSY:20990101T090000/20990101T100000\r\n")

    lies = (
        (lambda body: (200, "text/html", b"<html>Sign in</html>"), "the server's answer (200) cannot be read"),
        (lambda body: (200, "application/xml", b" " * 10_000_000), "asking the server failed: the answer is too large"),
        (lambda body: (405, "text/plain", b""), "the server does not say (405)"),
        (floating, "the server's answer cannot be used: `20990101T090000/20990101T100000` is no time of UTC"),
        (lambda body: reply(body, attendee="carol"), "the server's answer is about somebody else"),
        (lambda body: reply(body, recipient="carol"), "the server's answer does not name him"),
        (lambda body: reply(body, more=lambda text: text.replace("DTSTART:2", "DTSTART:3")), "the server's answer is about another time"),
        (lambda body: reply(body, more=lambda text: "<html/>"), "the server's answer cannot be used: "),
        (lambda body: reply(body, more=lambda text: text.replace("REPLY", "REQUEST")), "the server's answer cannot be used: its METHOD is `REQUEST`"),
        (lambda body: reply(body, status="3.7;Invalid\n\x85calendar user"), "the server does not say (3.7;Invalid??calendar user)"),
    )
    for lie, why in lies:
        story.server.outbox = lie
        story.expect_unknown(story.new_user(), why)


@tap.case("of a calendar nothing counts that is HTML, of no use, or kept back")
def _(story):
    story.server.outbox = reply
    gone = "<D:response><D:href>/x.ics</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>"
    broken = RESPONSE.format(href="/odd.ics", properties="<C:calendar-data>BEGIN:VCALENDAR</C:calendar-data>")
    lies = (
        ((200, "text/html", b"<html>Sign in</html>"), "/{user}/cal/: the server's answer (200) cannot be read"),
        ((403, "text/plain", b""), "/{user}/cal/: the server does not say (403)"),
        ((207, "application/xml", multistatus(gone, gone)), "the server keeps back what is in /{user}/cal/"),
        ((207, "application/xml", multistatus(broken)), "/odd.ics cannot be read"),
    )
    for lie, why in lies:
        user = story.new_user()
        story.server.report = lambda _user, _body, lie=lie: lie
        story.expect_unknown(user, why.format(user=user), user)
    story.server.report = None


@tap.case("a question that hangs holds up the item, and nobody's traffic")
def _(story):
    answers = threading.Event()

    def hang(body):
        answers.wait(60)
        return reply(body)

    story.server.outbox = hang
    user = story.new_user()
    nine = story.store(user)
    tap.eventually(lambda: ("POST", f"/{user}/outbox/") in story.server.asked, "the question", SOON)
    seen = calendars.Calendar(story.upbeat.calendar_of(user), user)
    tap.equal(seen.get("m.ics").status, 200, "GET meanwhile")
    tap.equal(seen.put("other.ics", calendars.meeting(uid="other", attendees=None)).status, 201, "PUT meanwhile")
    tap.equal(story.prep_of(user), None, "the prep meanwhile")
    answers.set()
    tap.equal(tap.eventually(lambda: story.prep_of(user), "the prep", SOON), nine, "prep")


@tap.case("of several meetings that come while a question is open, one asks for all")
def _(story):
    answers, asked = threading.Event(), story.server.asked

    def hold(body):
        answers.wait(60)
        return reply(body)

    story.server.outbox = hold
    user = story.new_user()
    outbox, calendar = ("POST", f"/{user}/outbox/"), calendars.Calendar(story.upbeat.calendar_of(user), user)
    story.store(user)
    tap.eventually(lambda: outbox in asked, "the question", SOON)
    for n in range(3):
        start = calendars.business_day(12 + story.users, 15 + n)
        text = calendars.meeting(uid=f"{user}-{n}", start=start, attendees=(user, "bob", "cto@acme.example"), organizer=user)
        tap.equal(calendar.put(f"{n}.ics", text).status, 201, "PUT")
    tap.eventually(lambda: {("GET", f"/{user}/cal/{n}.ics") for n in range(3)} <= set(asked), "all are looked at", SOON)
    answers.set()
    story.settle()
    preps = sum(b"SUMMARY:Prep" in text for path, text in story.server.objects.items() if path.startswith(f"/{user}/"))
    tap.equal((preps, asked.count(outbox)), (4, 2), "preps and questions")


@tap.case("a server that is busy, or does not answer, is asked again; after half a minute the items are placed without it")
def _(story):
    end = threading.Event()
    busy, silent = story.new_user(), story.new_user()

    def fail(body):
        if f"mailto:{silent}@" in body:
            end.wait(300)
        return 503, "text/plain", b""

    story.server.outbox = fail
    for user in (busy, silent):
        story.store(user)
    for user, why in ((busy, "the server does not say (503)"), (silent, "asking the server failed: ")):
        tap.eventually(lambda user=user: story.prep_of(user), "the prep", 90)
        tap.contains(story.told(user), f"note: the busy times of bob@ours.example are not known: {why}", "explain")
    end.set()


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


with support.world(Story) as story:
    status = tap.run(story)
sys.exit(status)
