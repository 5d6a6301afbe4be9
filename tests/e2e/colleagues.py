# SPDX-License-Identifier: Apache-2.0
"""Whoever declines a prep call, or deletes his copy of it, is not asked again; only he or the organizer brings him back."""
import re
import sys

import calendars
import support
import tap
from recurring import Story, answered

FOUR = ("alice", "bob", "carol", "cto@acme.example")


def is_of(uid, text):
    return re.search(rf"(?m)^UID:{uid}\r?$", text) is not None


class Colleagues(Story):
    def meet(self, uid, days=8):
        """Alice meets the customer, with bob and carol: her calendar through Upbeat and on the server, and the prep's UID."""
        self.start_at = calendars.business_day(days, 11)
        seen, real = self.new_calendar()
        self.save(seen, uid)
        tap.equal(self.invited(real, uid), {"bob@ours.example", "carol@ours.example"}, "invited")
        return seen, real, self.prep(real, uid).value("UID")

    def save(self, seen, uid, title="Roadmap with Acme", start=None):
        self.change(seen, calendars.meeting(title, start or self.start_at, attendees=FOUR, uid=uid))

    def prep(self, real, uid):
        return next(item for item in real.items_of(uid) if ": prep for " in item.text("SUMMARY"))

    def invited(self, real, uid):
        return self.prep(real, uid).addresses() - {"alice@ours.example"}

    def copies(self, user, uid):
        """How many objects of that UID a user has."""
        return sum(is_of(uid, text) for _, text in self.calendar(user).objects().values())

    def drop(self, user, uid):
        """A user deletes his copy, through Upbeat."""
        name, _ = self.delivered(user, uid)
        tap.equal(self.calendar(user, self.upbeat).delete(name).status // 100, 2, "DELETE")
        self.settle()

    def answer(self, user, uid, partstat):
        name, text = self.delivered(user, uid)
        self.change(self.calendar(user, self.upbeat), answered(text, partstat, user), name)

    def object_of(self, real, uid):
        """The name and the text of what alice has of that UID."""
        return next((href.rsplit("/", 1)[1], text) for href, (_, text) in real.objects().items() if is_of(uid, text))

    def explained(self, uid):
        return support.run("explain", "-c", self.upbeat.settings, uid).stdout


@tap.case("a colleague who has deleted his copy is not asked again when the meeting is retitled or moved")
def _(story):
    seen, real, prep = story.meet("deleted")
    story.drop("bob", prep)
    before = story.object_of(real, prep)
    story.change(seen, seen.get("m.ics").text)
    tap.equal(story.object_of(real, prep), before, "the prep: nothing is written for that alone")
    story.save(seen, "deleted", "Another title")
    tap.contains(story.prep(real, "deleted").text("SUMMARY"), "Another title", "title")
    tap.equal(story.invited(real, "deleted"), {"carol@ours.example"}, "invited")
    tap.equal(story.copies("bob", prep), 0, "what bob has of it")
    story.save(seen, "deleted", start=calendars.business_day(14, 11))
    tap.equal(story.invited(real, "deleted"), {"carol@ours.example"}, "invited after the move")
    tap.equal(story.copies("bob", prep), 0, "what bob has of it after the move")
    tap.equal(story.copies("carol", prep), 1, "what carol has of it")
    tap.contains(story.explained("deleted"), "bob@ours.example has declined it (seen on ", "explain")


@tap.case("he is not asked again either when the item is made anew")
def _(story):
    seen, real, prep = story.meet("anew")
    story.answer("bob", prep, "DECLINED")
    text = seen.get("m.ics").text
    story.change(seen, text.replace("SUMMARY:Roadmap", "SUMMARY:#noprep Roadmap"))
    tap.equal(real.items_of("anew"), [], "items of a meeting that wants none")
    story.save(seen, "anew")
    assert story.prep(real, "anew").value("UID") != prep, "it is the same item"
    tap.equal(story.invited(real, "anew"), {"carol@ours.example"}, "invited")


@tap.case("he comes back when he accepts, or when the organizer adds him by hand")
def _(story):
    seen, real, prep = story.meet("back")
    story.answer("bob", prep, "DECLINED")
    story.change(seen, seen.get("m.ics").text)
    story.answer("bob", prep, "ACCEPTED")
    story.save(seen, "back", "Another title")
    tap.equal(story.invited(real, "back"), {"bob@ours.example", "carol@ours.example"}, "invited, as he has accepted")
    story.drop("bob", prep)
    story.save(seen, "back", "A third title")
    tap.equal(story.invited(real, "back"), {"carol@ours.example"}, "invited, as he has deleted it")
    name, text = story.object_of(real, prep)
    line = "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:bob@ours.example\r\n"
    story.change(seen, text.replace("DTSTAMP", line + "DTSTAMP", 1), name)
    tap.equal(story.copies("bob", prep), 1, "what bob has of it")
    story.save(seen, "back", start=calendars.business_day(14, 11))
    tap.equal(story.invited(real, "back"), {"bob@ours.example", "carol@ours.example"}, "invited, as alice has added him")
    tap.equal(story.copies("bob", prep), 1, "what bob has of it, moved")


@tap.case("who takes the meeting over has one prep call, and does not invite to it who has left the meeting")
def _(story):
    names = ("cto@acme.example", "alice", "bob", "carol")
    text = calendars.meeting(start=calendars.business_day(8, 11), attendees=names, uid="over", organizer="cto@acme.example")
    seen, real, name = story.invite(text)
    story.change(seen, answered(text, "ACCEPTED", "alice"), name)
    for user in ("bob", "carol"):
        copy, text = story.delivered(user, "over")
        story.change(story.calendar(user, story.upbeat), answered(text, "ACCEPTED", user), copy)
    prep = story.prep(real, "over").value("UID")
    tap.equal([story.copies(user, prep) for user in ("alice", "bob", "carol")], [1, 1, 1], "copies of alice's prep call")
    tap.equal(seen.delete(name).status // 100, 2, "DELETE")

    def preps(user):
        items = story.calendar(user).items_of("over")
        return [item for item in items if ": prep for " in item.text("SUMMARY") and item.value("STATUS") != "CANCELLED"]

    tap.eventually(lambda: any(prep != own.value("UID") for own in preps("bob")), "one of them has taken over", 10)
    story.settle()
    tap.contains(story.delivered("bob", "over")[1], "mailto:alice@", "bob's copy of the meeting, which still lists alice")
    for user in ("bob", "carol"):
        tap.equal(story.copies(user, prep), 0, f"what {user} has of alice's prep call")
        (own,) = preps(user)
        tap.equal(own.addresses(), {"bob@ours.example", "carol@ours.example"}, f"on {user}'s prep call")
    tap.equal(story.copies("alice", own.value("UID")), 0, "what alice has of it")


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Colleagues, (support.Cyrus,))))
