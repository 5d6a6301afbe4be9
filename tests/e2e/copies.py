# SPDX-License-Identifier: Apache-2.0
"""Where the server sends no invitations, the service account writes a copy of the prep call into the calendar of each
colleague who is invited to it, and keeps it in step. What he makes of his copy is his, and his answer reaches the owner."""
import json
import re
import sys

import calendars
import support
import tap
from recurring import WEEK, Story, answered, of_one, series

SOON = 10.0
FOUR = ("alice", "bob", "carol", "cto@acme.example")
ALARM = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:mine\r\nTRIGGER:-PT42M\r\nEND:VALARM\r\nEND:VEVENT"


class Radicale(support.Radicale):
    """One in which the service account may look and write everywhere, until a calendar is shut to it."""

    def __init__(self, folder):
        super().__init__(folder, (*support.USERS, support.SERVICE), rights=support.RIGHTS.format(shut="nobody"))
        self.rights = folder / "rights"

    def shut(self, user):
        self.rights.write_text(support.RIGHTS.format(shut=user))


class Copies(Story):
    def __init__(self, server):
        super().__init__(server)
        secret = self.folder / "secret"
        secret.touch(0o600)
        secret.write_text(support.password(support.SERVICE))
        self.settings += f"service: {{user: {support.SERVICE}, password_file: {secret}}}\nsync_every: 1s\n"

    def meet(self, uid, days=8):
        """Alice meets the customer, with bob and carol: her calendar through Upbeat and on the server, and the prep's UID."""
        self.start_at = calendars.business_day(days, 11)
        seen, real = self.new_calendar()
        self.save(seen, uid)
        return seen, real, self.prep(real, uid).value("UID")

    def save(self, seen, uid, title="Roadmap with Acme", start=None, attendees=FOUR, more=""):
        self.change(seen, calendars.meeting(title, start or self.start_at, attendees=attendees, uid=uid, more=more))

    def prep(self, real, uid):
        return next(item for item in real.items_of(uid) if ": prep for " in item.text("SUMMARY"))

    def invited(self, real, uid):
        return self.prep(real, uid).addresses() - {"alice@ours.example"}

    def copy(self, user, uid):
        """The copy that a user has of the item of that UID, or None."""
        found = [text for _, text in self.calendar(user).objects().values() if re.search(rf"(?m)^UID:{uid}\r?$", text)]
        assert len(found) < 2, found
        return calendars.components(found[0])[0] if found else None

    def act(self, user, uid, method, text=None):
        """A user changes or deletes his copy, through Upbeat."""
        name, now = self.delivered(user, uid)
        through = self.calendar(user, self.upbeat)
        answer = through.put(name, text(now)) if text else through.delete(name)
        tap.equal(answer.status // 100, 2, method)
        self.settle()

    def explained(self, uid):
        return support.run("explain", "-c", self.upbeat.settings, uid).stdout

    def status(self, *words):
        return support.run("status", "-c", self.upbeat.settings, *words).stdout


def partstat(component, name):
    return next(p.get("PARTSTAT", "NEEDS-ACTION") for p, value in component.all("ATTENDEE") if f"{name}@" in value.lower())


def same(item, copy):
    """Whether clients show both as one meeting."""
    assert copy, "there is no copy"
    for name in ("UID", "DTSTART", "DTEND", "SUMMARY", "ORGANIZER", "SEQUENCE", "DESCRIPTION"):
        tap.equal(copy.value(name), item.value(name), name)
    tap.equal(copy.addresses(), item.addresses(), "attendees")


@tap.case("each colleague who is invited has a copy of the prep call, and of nothing else; how is told")
def _(story):
    seen, real, prep = story.meet("made")
    for user in ("bob", "carol"):
        same(story.prep(real, "made"), story.copy(user, prep))
        theirs = [item.value("UID") for item in real.items_of("made") if f"{user}@ours.example" in item.addresses()]
        tap.equal(sorted(item.value("UID") for item in story.calendar(user).items_of("made")), sorted(theirs), f"what {user} has")
    way = "colleagues get copies of items, which the service account writes"
    tap.contains(story.upbeat.said(), f"the server sends no invitations, and there is a service account: {way}", "the log")
    tap.contains(story.status(), f"Delivery  copies: {way} (the server sends no", "status")
    tap.equal(json.loads(story.status("--json"))["delivery"]["way"], "copies", "status")
    tap.contains(story.explained("made"), "bob@ours.example has a copy at /bob/", "explain")


@tap.case("it moves with the prep call, has its new title, and goes with the meeting")
def _(story):
    seen, real, prep = story.meet("kept")
    story.save(seen, "kept", "Another title", calendars.business_day(14, 15))
    item = story.prep(real, "kept")
    tap.contains(item.text("SUMMARY"), "Another title", "title")
    for user in ("bob", "carol"):
        same(item, story.copy(user, prep))
    tap.equal(seen.delete("m.ics").status // 100, 2, "DELETE")
    tap.eventually(lambda: not real.items_of("kept") and not story.copy("bob", prep) and not story.copy("carol", prep), "all gone", SOON)
    story.settle()


@tap.case("a second look writes nothing, and a restart changes nothing")
def _(story):
    seen, real, prep = story.meet("still")
    before = story.calendar("bob").objects()
    story.change(seen, seen.get("m.ics").text)
    tap.equal(story.upbeat.stop(), 0, "exit status")
    story.upbeat.launch()
    story.change(seen, seen.get("m.ics").text)
    tap.equal(story.calendar("bob").objects(), before, "bob's calendar")


@tap.case("what its owner changes by hand in the prep call is in the copies, and what he deletes is gone from them")
def _(story):
    seen, real, prep = story.meet("dragged")
    name, text = next((h.rsplit("/", 1)[1], t) for h, (_, t) in real.objects().items() if prep in t)
    story.change(seen, text.replace("SUMMARY:", "SUMMARY:By hand: "), name)
    tap.contains(story.copy("bob", prep).text("SUMMARY"), "By hand: ", "bob's title")
    tap.equal(seen.delete(name).status // 100, 2, "DELETE")
    tap.eventually(lambda: not story.copy("bob", prep) and not story.copy("carol", prep), "no copies", SOON)


@tap.case("a colleague's own alarms, notes and lines stay in his copy")
def _(story):
    seen, real, prep = story.meet("notes")
    before = len(story.calendar("bob").objects())

    def write(text):
        text = re.sub(r"\r?\n ", "", text)
        text = re.sub(r"(?m)^(DESCRIPTION:[^\r\n]*)", r"\1\\nMy own note", text, count=1)
        return re.sub(r"BEGIN:VALARM.*END:VALARM\r?\n", "", text, flags=re.S).replace("END:VEVENT", "X-MINE:1\r\n" + ALARM)

    story.act("bob", prep, "PUT", write)
    story.save(seen, "notes", "Another title", calendars.business_day(12, 15))
    name, text = story.delivered("bob", prep)
    copy = story.copy("bob", prep)
    tap.contains(copy.text("SUMMARY"), "Another title", "title")
    tap.equal(copy.time("DTSTART"), story.prep(real, "notes").time("DTSTART"), "start")
    tap.contains(copy.text("DESCRIPTION"), "My own note", "description")
    tap.equal(re.findall(r"TRIGGER\S*", text), ["TRIGGER:-PT42M"], "alarms")
    tap.equal(copy.value("X-MINE"), "1", "his own line")
    assert "My own note" not in story.prep(real, "notes").text("DESCRIPTION"), "his note is in the item"
    tap.equal(len(story.calendar("bob").objects()), before, "bob's objects: no item is made for a copy")


@tap.case("when he accepts, the owner sees it, and the prep call counts as the same version")
def _(story):
    seen, real, prep = story.meet("accepted")
    before = story.prep(real, "accepted")
    story.act("bob", prep, "PUT", lambda text: answered(text, "ACCEPTED", "bob"))
    item = story.prep(real, "accepted")
    tap.equal(partstat(item, "bob"), "ACCEPTED", "bob's answer in the item")
    tap.equal(item.value("SEQUENCE"), before.value("SEQUENCE"), "SEQUENCE")
    tap.equal(item.value("DTSTAMP"), before.value("DTSTAMP"), "DTSTAMP")
    story.save(seen, "accepted", "Another title")
    tap.equal(partstat(story.prep(real, "accepted"), "bob"), "ACCEPTED", "his answer after a new title")
    tap.equal(partstat(story.copy("bob", prep), "bob"), "ACCEPTED", "the same in his copy")
    story.save(seen, "accepted", start=calendars.business_day(14, 11))
    tap.equal(partstat(story.prep(real, "accepted"), "bob"), "NEEDS-ACTION", "his answer after a move")
    tap.equal(partstat(story.copy("bob", prep), "bob"), "NEEDS-ACTION", "the same in his copy")


@tap.case("who deletes or declines his copy is left off when the prep call is next written, and not asked again")
def _(story):
    for uid, method, text in (("deleted", "DELETE", None), ("declined", "PUT", lambda text: answered(text, "DECLINED", "bob"))):
        seen, real, prep = story.meet(uid)
        story.act("bob", prep, method, text)
        tap.equal(partstat(story.prep(real, uid), "bob"), "DECLINED", "his answer")
        story.save(seen, uid, "Another title")
        tap.equal(story.invited(real, uid), {"carol@ours.example"}, "invited")
        tap.equal(story.copy("bob", prep), None, "what bob has of it")
        story.save(seen, uid, start=calendars.business_day(14, 11))
        tap.equal(story.copy("bob", prep), None, "what bob has of it after a move")
        same(story.prep(real, uid), story.copy("carol", prep))
        tap.contains(story.explained(uid), "bob@ours.example has declined it (seen on ", "explain")


@tap.case("a copy that he deletes past Upbeat is missed when he next polls")
def _(story):
    seen, real, prep = story.meet("past")
    story.calendar("bob", self_polls := story.upbeat).objects()
    story.settle()
    name, _ = story.delivered("bob", prep)
    tap.equal(story.calendar("bob").delete(name).status // 100, 2, "DELETE")

    def seen_by_poll():
        support.request("PROPFIND", self_polls.calendar_of("bob"), "bob", None, {"Depth": "1"})
        return partstat(story.prep(real, "past"), "bob") == "DECLINED"

    tap.eventually(seen_by_poll, "his answer is known", SOON)
    story.settle()


@tap.case("the organizer brings him back")
def _(story):
    seen, real, prep = story.meet("back")
    story.act("bob", prep, "DELETE")
    story.save(seen, "back", "Another title")
    tap.equal(story.copy("bob", prep), None, "what bob has of it")
    name, text = next((h.rsplit("/", 1)[1], t) for h, (_, t) in real.objects().items() if prep in t)
    line = "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:bob@ours.example\r\n"
    story.change(seen, re.sub(r"(?m)^DTSTAMP", line + "DTSTAMP", text, count=1), name)
    same(story.prep(real, "back"), story.copy("bob", prep))


@tap.case("who is not in the meeting any more loses the copy")
def _(story):
    seen, real, prep = story.meet("left")
    story.save(seen, "left", attendees=("alice", "bob", "cto@acme.example"))
    tap.equal(story.copy("carol", prep), None, "what carol has of it")
    same(story.prep(real, "left"), story.copy("bob", prep))


@tap.case("a calendar that refuses keeps nothing from the others; it is told once, and tried again")
def _(story):
    if not isinstance(story.server, Radicale):
        raise tap.Skip("this server knows no rights")
    story.server.shut("carol")
    story.start_at = calendars.business_day(8, 11)
    seen, real = story.new_calendar()
    tap.equal(seen.put("m.ics", calendars.meeting(start=story.start_at, attendees=FOUR, uid="refused")).status, 201, "PUT")
    tap.eventually(lambda: any(": prep for " in item.text("SUMMARY") for item in real.items_of("refused")), "the prep call", SOON)
    prep = story.prep(real, "refused").value("UID")
    tap.eventually(lambda: story.copy("bob", prep), "bob's copy", SOON)
    told = "for carol@ours.example: it cannot be written: refused (status 403)"
    tap.eventually(lambda: told in story.upbeat.said(), "a line in the log", SOON)
    tap.contains(story.explained("refused"), "carol@ours.example has no copy: it cannot be written: refused (status 403)", "explain")
    tap.equal(story.copy("carol", prep), None, "carol's copy")
    story.server.shut("nobody")
    tap.eventually(lambda: story.copy("carol", prep), "carol's copy", 30)
    story.settle()
    lines = [line.split("the copy of ")[1] for line in story.upbeat.said().splitlines() if told in line]
    tap.equal(len(lines), len(set(lines)), "lines in the log for each copy")
    same(story.prep(real, "refused"), story.copy("carol", prep))


@tap.case("who takes the meeting over has one prep call, and the others have copies of his")
def _(story):
    text = calendars.meeting(start=calendars.business_day(8, 11), attendees=FOUR, uid="over", organizer="cto@acme.example")
    seen, real = story.new_calendar()
    story.change(seen, answered(text, "ACCEPTED", "alice"))
    prep = story.prep(real, "over").value("UID")
    theirs = story.calendar("bob").items_of("over")
    story.calendar("bob", story.upbeat).put("over.ics", answered(text, "ACCEPTED", "bob"))
    story.settle()
    tap.equal(len(story.calendar("bob").items_of("over")), len(theirs), "bob has copies of alice's items alone")
    tap.equal(seen.delete("m.ics").status // 100, 2, "DELETE")
    uids = {item.value("UID") for item in theirs}
    tap.eventually(lambda: any(item.value("UID") not in uids for item in story.calendar("bob").items_of("over")), "bob's items", SOON)
    story.settle()
    own = story.prep(story.calendar("bob"), "over")
    assert own.value("UID") != prep, "it is alice's"
    tap.equal([story.copy(user, prep) for user in ("bob", "carol")], [None, None], "copies of alice's prep call")
    same(own, story.copy("carol", own.value("UID")))


@tap.case("whom the customer invites one by one share one prep call")
def _(story):
    seen, real = story.new_calendar()
    text = {
        user: answered(
            calendars.meeting(start=calendars.business_day(9, 14), attendees=(user, "cto@acme.example"), uid="each", organizer="cto@acme.example"),
            "ACCEPTED",
            user,
        )
        for user in ("alice", "bob")
    }
    story.change(seen, text["alice"])
    called = lambda: [item for item in real.items_of("each") if ": prep for " in item.text("SUMMARY")]
    tap.equal(called(), [], "prep calls of alice alone")
    through = story.calendar("bob", story.upbeat)
    tap.equal(through.put("each.ics", text["bob"]).status, 201, "PUT")
    tap.eventually(called, "a prep call, as there are two now", SOON)
    story.settle()
    prep = story.prep(real, "each").value("UID")
    tap.equal(story.invited(real, "each"), {"bob@ours.example"}, "invited")
    same(story.prep(real, "each"), story.copy("bob", prep))
    copy = f"of bob@ours.example, .* \\(invites him to what the one explained has\\)\n"
    assert re.search(copy, story.explained("each")), story.explained("each")
    theirs = [item.value("UID") for item in real.items_of("each") if "bob@ours.example" in item.addresses()]
    tap.equal(sorted(item.value("UID") for item in story.calendar("bob").items_of("each")), sorted(theirs), "what bob has")
    tap.equal(through.delete("each.ics").status // 100, 2, "DELETE")
    tap.eventually(lambda: not story.copy("bob", prep), "bob has no copy of it any more", SOON)
    story.settle()
    tap.equal(called(), [], "prep calls of alice alone again")


@tap.case("whom the customer invites to one instance of a series has a copy of the prep call for that one")
def _(story):
    start = calendars.business_day(11, 14)
    seen, real = story.new_calendar()
    text = {
        user: series("weekly", start, title="Workshop", attendees=(user, "cto@acme.example"), organizer="cto@acme.example")
        for user in ("alice", "bob")
    }
    master = text["bob"][text["bob"].index("BEGIN:VEVENT"):text["bob"].index("END:VCALENDAR")]
    only = of_one(text["bob"], start + WEEK, "ACCEPTED", "bob").replace(master, "")
    tap.equal(only.count("BEGIN:VEVENT"), 1, "components of bob's copy")
    story.change(seen, answered(text["alice"], "ACCEPTED"))
    if story.calendar("bob", story.upbeat).put("weekly.ics", only).status == 400:
        raise tap.Skip("this server takes no object without its series")
    called = lambda: [item for item in real.items_of("weekly") if ": prep for " in item.text("SUMMARY")]
    tap.eventually(called, "a prep call for two", SOON)
    story.settle()
    (prep,) = called()
    tap.equal(prep.addresses(), {"alice@ours.example", "bob@ours.example"}, "invited")
    assert start < prep.time("DTSTART") < start + WEEK, prep.time("DTSTART")
    same(prep, story.copy("bob", prep.value("UID")))


@tap.case("undo takes the copies away, too")
def _(story):
    seen, real, prep = story.meet("undone")
    answer = support.run("undo", "-c", story.upbeat.settings, "--all", "--everybody")
    tap.equal(answer.returncode, 0, answer.stderr)
    tap.eventually(lambda: not real.items_of("undone"), "no items", SOON)
    tap.eventually(lambda: not story.copy("bob", prep) and not story.copy("carol", prep), "no copies", SOON)
    story.settle()


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Copies, (Radicale, support.Xandikos))))
