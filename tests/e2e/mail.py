# SPDX-License-Identifier: Apache-2.0
"""Where the server sends no invitations and there is no service account, colleagues are invited by mail: once to each
version of the prep call, and whoever is not wanted any more is told so. Nobody waits for the mail server."""
import base64
import contextlib
import json
import re
import sqlite3
import sys
import threading
import time

import calendars
import certificates
import support
import tap
from post_office import PostOffice
from recurring import Story, answered

SOON = 10.0
FOUR = ("alice", "bob", "carol", "cto@acme.example")
PREP = ": prep for "
WAIT = ": mails to colleagues wait until it works"


class Mail(Story):
    def __init__(self, server):
        super().__init__(server)
        self.office = PostOffice()
        self.callback(lambda: self.office.stop())
        self.settings += f"mail: {{server: \"smtp://127.0.0.1:{self.office.port}\", from: upbeat@ours.example}}\n"

    def secret(self):
        path = self.folder / "secret"
        path.touch(0o600)
        path.write_text(support.password("alice") + "\n")
        return path

    def meet(self, uid, days=8, title="Roadmap with Acme"):
        self.start_at = calendars.business_day(days, 11)
        seen, real = self.new_calendar()
        self.save(seen, uid, title)
        return seen, real, self.prep(real, uid).value("UID")

    def save(self, seen, uid, title="Roadmap with Acme", start=None, attendees=FOUR, more=""):
        self.change(seen, calendars.meeting(title, start or self.start_at, attendees=attendees, uid=uid, more=more))

    def prep(self, real, uid):
        return next(item for item in real.items_of(uid) if PREP in item.text("SUMMARY"))

    def object(self, real, prep):
        return next((h.rsplit("/", 1)[1], t) for h, (_, t) in real.objects().items() if f"UID:{prep}" in t)

    def mails(self, name, prep):
        """The mails that somebody got on the item of that UID."""
        return [letter for letter in self.office.to(name) if f"UID:{prep}" in letter.calendar]

    def got(self, name, prep, n, seconds=SOON):
        """The same, once there are n of them."""
        tap.eventually(lambda: len(self.mails(name, prep)) == n, f"{n} mails to {name}", seconds)
        return self.mails(name, prep)

    def status(self):
        return json.loads(support.run("status", "-c", self.upbeat.settings, "--json").stdout)["mail"]

    def rows(self, columns, where):
        return support.rows_in(self.store, f"SELECT {columns} FROM mail WHERE {where}")

    def nothing_waits(self):
        tap.eventually(lambda: not self.rows("1", "state = 0"), "no mail waits", SOON)

    def forge(self, uid, *people):
        """Puts mails to those people into the store, as if they had the ones to bob. Upbeat does not run."""
        with contextlib.closing(sqlite3.connect(self.store, isolation_level=None)) as database:
            for person in people:
                database.execute(
                    "INSERT INTO mail SELECT organization, upstream, item, ?, uid, meeting_uid, owner, name, kind, version, id, sequence, title,"
                    " text, object, made, expires, 0, 0, due, 0, '', 0 FROM mail WHERE person = 'bob@ours.example' AND meeting_uid = ? LIMIT 1",
                    (person, uid),
                )

    def explained(self, uid, *words):
        return support.run("explain", "-c", self.upbeat.settings, uid, *words).stdout


@tap.case("each colleague who is invited gets one mail with the invitation, and nobody from outside; how is told")
def _(story):
    seen, real, prep = story.meet("made", title="Straße & Größe\\, \\\"Acme\\\"")
    item = story.prep(real, "made")
    for name in ("bob", "carol"):
        letter, = story.got(name, prep, 1)
        tap.equal(letter.sender.split(" ")[0], "FROM:<upbeat@ours.example>", "envelope")
        tap.equal(letter.method, "REQUEST", "method")
        tap.equal(letter.message["To"], f"{name}@ours.example", "To")
        tap.equal(letter.message["Reply-To"], "alice@ours.example", "Reply-To")
        tap.equal(letter.message["From"].addresses[0].addr_spec, "upbeat@ours.example", "From")
        tap.equal(letter.subject, item.text("SUMMARY"), "Subject")
        tap.equal([part for part in letter.parts], ["text/plain", "text/calendar"], "parts")
        event, = calendars.components(letter.parts["text/calendar"].get_content())
        for word in ("UID", "DTSTART", "DTEND", "SUMMARY", "ORGANIZER", "DESCRIPTION", "SEQUENCE"):
            tap.equal(event.value(word), item.value(word), word)
        tap.equal(event.addresses(), item.addresses(), "attendees")
        assert "X-UPBEAT" not in letter.calendar and "VALARM" not in letter.calendar, letter.calendar
        tap.contains(letter.calendar, "METHOD:REQUEST", "the object")
        tap.contains(letter.parts["text/plain"].get_content(), item.text("SUMMARY"), "text")
    tap.equal({letter.to for letter in story.office.letters}, {"bob@ours.example", "carol@ours.example"}, "all mails")
    why = "the server sends no invitations, and there is no service account, but a mail server"
    tap.contains(story.upbeat.said(), f"{why}: colleagues are invited by mail", "the log")
    told = support.run("status", "-c", story.upbeat.settings).stdout
    tap.contains(told, f"Delivery  mail: colleagues are invited by mail ({why})", "status")
    tap.contains(told, f"Mail      smtp://127.0.0.1:{story.office.port}, as upbeat@ours.example: ", "status")
    tap.contains(story.explained("made"), "mail to bob@ours.example: invitation, sent 20", "explain")
    said = json.loads(story.explained("made", "--json"))["store"]["mails"]
    assert {(mail["person"], mail["what"], mail["state"]) for mail in said} >= {("carol@ours.example", "invitation", "sent")}, said


@tap.case("a move is one more mail, and neither a new title nor a second look nor a restart is any; nobody from outside gets one")
def _(story):
    seen, real, prep = story.meet("kept")
    first, = story.got("bob", prep, 1)
    story.save(seen, "kept", "Another title")
    tap.contains(story.prep(real, "kept").text("SUMMARY"), "Another title", "the prep call was written once more")
    story.nothing_waits()
    tap.equal(len(story.mails("bob", prep)), 1, "mails")
    story.save(seen, "kept", start=calendars.business_day(14, 15))
    second = story.got("bob", prep, 2)[1]
    tap.equal(second.method, "REQUEST", "method")
    tap.equal(second.subject, f"Changed: {story.prep(real, 'kept').text('SUMMARY')}", "Subject")
    event, = calendars.components(second.parts["text/calendar"].get_content())
    tap.equal(event.value("DTSTART"), story.prep(real, "kept").value("DTSTART"), "start")
    assert first.message["Message-ID"] != second.message["Message-ID"], first.message["Message-ID"]
    tap.equal(story.upbeat.stop(), 0, "exit status")
    story.forge("kept", "cto@acme.example", "x%40acme.example@ours.example", "x@ours.example\r\nRCPT TO:<cto@acme.example>")
    story.upbeat.launch()
    tap.eventually(lambda: len(story.rows("1", "state = 2 AND problem = 'the address is not one of ours'")) == 3, "refusals", SOON)
    tap.contains(story.upbeat.said(), "mail: cto@acme.example is not told of ", "the log")
    story.change(seen, seen.get("m.ics").text)
    story.save(seen, "kept", start=calendars.business_day(14, 15), title="A third title")
    story.nothing_waits()
    tap.equal([len(story.mails(name, prep)) for name in ("bob", "carol")], [2, 2], "mails")
    assert "acme" not in repr([said for said in story.office.said if said[0] == "RCPT"]), story.office.said


@tap.case("who is not in the meeting any more is told so alone, and may come back")
def _(story):
    seen, real, prep = story.meet("left")
    story.got("carol", prep, 1)
    story.save(seen, "left", attendees=("alice", "bob", "cto@acme.example"))
    letter = story.got("carol", prep, 2)[1]
    tap.equal(letter.method, "CANCEL", "method")
    event, = calendars.components(letter.parts["text/calendar"].get_content())
    tap.equal(event.addresses() - {"alice@ours.example"}, {"carol@ours.example"}, "attendees")
    tap.equal(event.value("STATUS"), None, "STATUS: it takes place")
    tap.equal(len(story.mails("bob", prep)), 1, "mails to bob")
    story.save(seen, "left")
    back = story.got("carol", prep, 3)
    tap.equal(back[2].method, "REQUEST", "method")
    tap.equal(len({letter.message["Message-ID"] for letter in back}), 3, "Message-IDs")


@tap.case("who has declined hears no more of it")
def _(story):
    seen, real, prep = story.meet("declined")
    story.got("bob", prep, 1)
    name, text = story.object(real, prep)
    story.change(seen, answered(text, "DECLINED", "bob"), name)
    story.save(seen, "declined", start=calendars.business_day(14, 11))
    story.got("carol", prep, 2)
    story.nothing_waits()
    tap.equal(len(story.mails("bob", prep)), 1, "mails to bob")


@tap.case("when the meeting is called off, so is the prep call, to all who were told of it, also right after a restart")
def _(story):
    seen, real, prep = story.meet("gone")
    story.got("bob", prep, 1), story.got("carol", prep, 1)
    tap.equal(story.upbeat.stop(), 0, "exit status")
    story.upbeat.launch()
    tap.equal(seen.delete("m.ics").status // 100, 2, "DELETE")
    for name in ("bob", "carol"):
        letter = story.got(name, prep, 2, 20)[1]
        event, = calendars.components(letter.parts["text/calendar"].get_content())
        tap.equal((letter.method, event.value("STATUS"), event.value("SEQUENCE")), ("CANCEL", "CANCELLED", "1"), "what is told")
    story.settle()


@tap.case("undo calls off what it takes away")
def _(story):
    seen, real, prep = story.meet("undone")
    story.got("bob", prep, 1)
    answer = support.run("undo", "-c", story.upbeat.settings, "--all", "--everybody")
    tap.equal(answer.returncode, 0, answer.stderr)
    tap.equal(story.got("bob", prep, 2)[1].method, "CANCEL", "method")


@tap.case("while the mail server is down, traffic and items do not wait; it is told once, and mails go out later, each once")
def _(story):
    port, told = story.office.port, story.upbeat.said().count(WAIT)
    story.office.stop()
    seen, real, prep = story.meet("down")
    story.save(seen, "down", start=calendars.business_day(14, 15))
    tap.eventually(lambda: story.status()["failed"], "status tells", SOON)
    tap.contains(story.explained("down"), "mail to bob@ours.example: invitation, not sent yet", "explain")
    tap.contains(support.run("status", "-c", story.upbeat.settings).stdout, "; it fails since 20", "status")
    story.office = PostOffice(port)
    story.upbeat.child.send_signal(support.signal.SIGHUP)
    letter, = story.got("bob", prep, 1, 30)
    event, = calendars.components(letter.parts["text/calendar"].get_content())
    tap.equal(event.value("DTSTART"), story.prep(real, "down").value("DTSTART"), "only the latest is sent")
    story.nothing_waits()
    tap.equal(story.upbeat.said().count(WAIT), told + 1, "lines in the log")
    tap.contains(story.upbeat.said(), "mail: mails are sent again", "the log")


@tap.case("an address that the mail server refuses keeps nothing from others; one that it puts off is tried again")
def _(story):
    put_off = []

    def answer(verb, argument):
        if verb == "RCPT" and "<bob@" in argument:
            return "550 5.1.1 no such mailbox"
        if verb == "RCPT" and len(put_off) < 2:
            return put_off.append(argument) or "450 4.2.0 come again"
        return None

    story.office.answer = answer
    seen, real, prep = story.meet("refused")
    story.got("carol", prep, 1, 20)
    tap.contains(
        story.explained("refused"), "mail to bob@ours.example: invitation, refused: the mail server says: 550 5.1.1 no such", "explain"
    )
    assert story.status()["refused"] > 0 and not story.status()["failed"], story.status()
    story.office.answer = lambda verb, argument: None
    story.save(seen, "refused", start=calendars.business_day(14, 15))
    tap.equal(story.got("bob", prep, 1)[0].method, "REQUEST", "the next change")
    story.nothing_waits()


@tap.case("a mail that got no answer is sent once more, and is taken back all the same when it is not wanted any more")
def _(story):
    lost = []
    story.office.answer = lambda verb, argument: (lost.append(argument) or "close") if verb == "END" and not lost else None
    seen, real, prep = story.meet("lost")
    story.got("bob", prep, 1, 20), story.got("carol", prep, 1, 20)
    tap.equal(len(lost), 1, "mails without an answer")
    story.nothing_waits()
    story.office.answer = lambda verb, argument: "close" if verb == "END" else None
    seen, real, prep = story.meet("unsure")
    tried = "meeting_uid = 'unsure' AND problem LIKE '%does not say whether it has taken the mail%'"
    tap.eventually(lambda: story.rows("1", tried), "an attempt", SOON)
    told = story.rows("person, uid", tried)
    tap.equal(seen.delete("m.ics").status // 100, 2, "DELETE")
    story.settle()
    story.office.answer = lambda verb, argument: None
    story.upbeat.child.send_signal(support.signal.SIGHUP)
    story.nothing_waits()
    for person, uid in told:
        letters = [letter.method for letter in story.office.letters if letter.to == person and f"UID:{uid}" in letter.calendar]
        tap.equal(letters, ["CANCEL"], f"mails to {person} that were taken")


@tap.case("kill -9 between the item and its mails, and while one is on its way: each is sent, and as one")
def _(story):
    on_its_way = threading.Event()

    def answer(verb, argument):
        if verb == "END":
            on_its_way.set()
            time.sleep(0.1)

    story.office.answer = answer
    story.start_at = calendars.business_day(9, 10)
    seen, real = story.new_calendar()
    tap.equal(seen.put("m.ics", calendars.meeting(start=story.start_at, attendees=FOUR, uid="killed")).status, 201, "PUT")
    tap.eventually(lambda: any(PREP in item.text("SUMMARY") for item in real.items_of("killed")), "the prep call", SOON)
    for _ in range(2):
        tap.eventually(on_its_way.is_set, "a mail is on its way", SOON)
        story.upbeat.kill_group()
        on_its_way.clear()
        story.upbeat.launch()
    story.office.answer = lambda verb, argument: None
    story.change(seen, seen.get("m.ics").text)
    prep = story.prep(real, "killed").value("UID")
    for name in ("bob", "carol"):
        tap.eventually(lambda: story.mails(name, prep), f"a mail to {name}", SOON)
    story.nothing_waits()
    for name in ("bob", "carol"):
        tap.equal(len({letter.message["Message-ID"] for letter in story.mails(name, prep)}), 1, f"Message-IDs to {name}")


@tap.case("STARTTLS and signing in: no mail and no password passes without TLS, and no password is told")
def _(story):
    authority = certificates.Authority(story.folder)
    secret = story.secret()
    word = support.password("alice")
    code = base64.b64encode(f"\0post\0{word}".encode()).decode()
    story.office.stop()
    pair = authority.issue("mail", "IP:127.0.0.1")
    story.office = office = PostOffice(tls=pair, login=("post", word))
    settings = story.upbeat.settings.read_text()
    plain = PostOffice(login=("post", word))

    def reload(port):
        mail = (f"mail: {{server: \"smtp://127.0.0.1:{port}\", from: upbeat@ours.example, user: post, "
                f"password_file: {secret}, ca: {authority.certificate}}}\n")
        story.upbeat.settings.write_text(re.sub(r"(?m)^mail:.*\n", mail, settings))
        story.upbeat.child.send_signal(support.signal.SIGHUP)
        return support.run("doctor", "-c", story.upbeat.settings).stdout

    tap.contains(reload(plain.port), "STARTTLS", "doctor")
    seen, real, prep = story.meet("secret")
    tap.eventually(lambda: story.status()["failed"], "no mail without TLS", SOON)
    tap.equal([verb for verb, _, _ in plain.said if verb in ("AUTH", "MAIL")], [], "what passed without TLS")
    plain.stop()
    office.answer = lambda verb, argument: f"535 5.7.8 who is {argument}?" if verb == "AUTH" else None
    tap.contains(reload(office.port), "the mail server refuses the user or the password: 535 5.7.8", "doctor")
    tap.eventually(lambda: "refuses the user or the password: 535" in support.run("status", "-c", story.upbeat.settings).stdout,
                   "status", SOON)
    office.answer = lambda verb, argument: None
    tap.contains(reload(office.port), "answers, with TLS, and knows the user", "doctor")
    story.got("bob", prep, 1, 20)
    tap.equal({secure for verb, _, secure in office.said if verb in ("AUTH", "MAIL", "DATA")}, {True}, "under TLS")
    for text in (story.upbeat.said(), support.run("status", "-c", story.upbeat.settings).stdout, story.explained("secret")):
        assert word not in text and code not in text, "the password is told"


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Mail, (support.Radicale,))))
