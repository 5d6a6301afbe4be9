# SPDX-License-Identifier: Apache-2.0
"""Items follow their meeting: they move with it in place and go with it; the user's hand wins."""
import datetime
import pathlib
import sys
import time

import calendars
import support
import tap

SOON = 5.0


class Story(calendars.World):
    items = 0  # of an ordinary customer meeting, as the first one has shown

    def with_items(self, uid, **meeting):
        """A meeting in a calendar of its own, and its items."""
        seen, real = self.new_calendar()
        tap.equal(seen.put("m.ics", calendars.meeting(uid=uid, **meeting)).status, 201, "PUT")
        self.settle()
        found = len(real.items_of(uid))
        self.items = self.items or found
        tap.equal(found, self.items or "some", f"items of {uid}")
        return seen, real


def prep_of(calendar, uid):
    preps = [item for item in calendar.items_of(uid) if "prep" in item.text("SUMMARY").lower()]
    return preps[0] if len(preps) == 1 else None


@tap.case("a second PUT of the same changes nothing")
def _(story):
    seen, real = story.with_items("same")
    before = {href: etag for href, (etag, _) in real.objects().items() if not href.endswith("/m.ics")}
    seen.put("m.ics", calendars.meeting(uid="same"))
    time.sleep(1.5)
    after = {href: etag for href, (etag, _) in real.objects().items() if not href.endswith("/m.ics")}
    tap.equal(after, before, "ETags of the items")


@tap.case("a meeting that loses its last guest loses its items, and gets new ones with a new guest")
def _(story):
    seen, real = story.with_items("guests")
    uids = {item.value("UID") for item in real.items_of("guests")}
    seen.put("m.ics", calendars.meeting(uid="guests", attendees=("alice", "bob")))
    tap.eventually(lambda: not real.items_of("guests"), "no items", SOON)
    seen.put("m.ics", calendars.meeting(uid="guests", attendees=("alice", "bob", "cfo@acme.example")))
    tap.eventually(lambda: len(real.items_of("guests")) == story.items, "items again", SOON)
    tap.equal(uids & {item.value("UID") for item in real.items_of("guests")}, set(), "UIDs used again")


@tap.case("a meeting that its client deletes and stores elsewhere keeps its one set of items")
def _(story):
    seen, real = story.with_items("carried")
    other, other_real = story.new_calendar()
    before = {item.value("UID") for item in real.items_of("carried")}
    assert seen.delete("m.ics").status in (200, 204), "DELETE"
    tap.equal(other.put("m.ics", calendars.meeting(uid="carried")).status, 201, "PUT")
    time.sleep(calendars.GRACE + 2)
    items = [*real.items_of("carried"), *other_real.items_of("carried")]
    tap.equal({item.value("UID") for item in items}, before, "items")
    tap.equal(len(items), story.items, "items")


@tap.case("what the user changed stays as it is when the meeting moves")
def _(story):
    start = calendars.business_day(10)
    seen, real = story.with_items("mine", start=start)
    href, (_, text) = next((href, found) for href, found in real.objects().items() if "SUMMARY:Acme: prep" in found[1])
    name = href.rsplit("/", 1)[1]
    text = "\r\n".join(text.replace("SUMMARY:Acme: prep for Roadmap", "SUMMARY:My own title").splitlines())
    seen.put(name, text + "\r\n")
    later = start + datetime.timedelta(days=7)
    seen.put("m.ics", calendars.meeting(uid="mine", start=later))

    def moved():
        (component,) = calendars.components(real.get(name).body.decode())
        days = calendars.business_days_between(component.time("DTSTART").date(), later.date())
        return component if days in (2, 3) else None

    tap.equal(tap.eventually(moved, "the prep call a week later", SOON).text("SUMMARY"), "My own title", "title")


@tap.case("a meeting that becomes private takes its items away; what stays, as its user changed it, is private too")
def _(story):
    seen, real = story.with_items("hidden")
    href, (_, text) = next((href, found) for href, found in real.objects().items() if "SUMMARY:Acme: prep" in found[1])
    name = href.rsplit("/", 1)[1]
    seen.put(name, text.replace("SUMMARY:Acme: prep", "SUMMARY:My own prep"))
    seen.put("m.ics", calendars.meeting(uid="hidden", more="CLASS:PRIVATE"))
    tap.eventually(lambda: len(real.items_of("hidden")) == 1, "all others gone", SOON)
    tap.eventually(lambda: real.items_of("hidden")[0].value("CLASS") == "PRIVATE", "the prep call hidden", SOON)
    seen.put("m.ics", calendars.meeting(uid="hidden"))
    tap.eventually(lambda: len(real.items_of("hidden")) == story.items, "all again", SOON)
    tap.eventually(lambda: {item.value("CLASS") for item in real.items_of("hidden")} == {None}, "shown again", SOON)


ANY_MEETING = """\
format: 1
define:
  is_customer_meeting: meeting.customer
"""


@tap.case("what a site's own rules make of a private meeting is as private as the meeting, whatever becomes of that")
def _(story):
    site = pathlib.Path(story.folder) / "site"
    site.mkdir()
    (site / "site.yaml").write_text(ANY_MEETING)
    rules = f"[{support.TOP / 'rules'}, {site}]"
    upbeat = story.start(support.Upbeat, story.server, rules=rules)
    path = story.new_path()
    seen, real = (calendars.Calendar(server.url + path, "alice") for server in (upbeat, story.server))
    for word, classes in (
        ("CLASS:PRIVATE", {"PRIVATE"}),
        ("CLASS:CONFIDENTIAL", {"CONFIDENTIAL"}),
        ("CLASS:PUBLIC", {None}),
        ("CLASS:X-BOARD", {"PRIVATE"}),
        ("STATUS:CONFIRMED", {None}),
    ):
        seen.put("m.ics", calendars.meeting(uid="classes", more=word))

        def told():
            items = real.items_of("classes")
            return len(items) == story.items and {item.value("CLASS") for item in items} == classes

        tap.eventually(told, f"items of a meeting with {word}", SOON)
    tap.equal(upbeat.stop(), 0, "exit status")
    upbeat.is_sane()


@tap.case("an item that the user deleted stays away")
def _(story):
    start = calendars.business_day(10)
    seen, real = story.with_items("away", start=start)
    href = next(href for href, (_, text) in real.objects().items() if "SUMMARY:Acme: prep" in text)
    seen.delete(href.rsplit("/", 1)[1])
    seen.put("m.ics", calendars.meeting(uid="away", start=start + datetime.timedelta(days=7)))
    time.sleep(2)
    tap.equal(prep_of(real, "away"), None, "the prep call")
    said = support.run("explain", "-c", story.upbeat.settings, "away").stdout
    tap.contains(said, "prep/prep: deleted by its user: it stays away", "explain")
    tap.equal(len(real.items_of("away")), story.items - 1, "the other items")


@tap.case("a meeting in two people's calendars has one set of items, which one takes over when the other's copy goes")
def _(story):
    text = calendars.meeting(uid="shared")
    path = story.server.calendar_of("bob")
    of_bob = [calendars.Calendar(server.url + path, "bob") for server in (story.upbeat, story.server)]
    tap.equal(of_bob[0].put("m.ics", text).status, 201, "PUT of bob's")
    tap.eventually(lambda: len(of_bob[1].items_of("shared")) == story.items, "items of bob's", SOON)
    seen, real = story.new_calendar()
    tap.equal(seen.put("m.ics", text).status, 201, "PUT of alice's")
    time.sleep(1)
    tap.equal(real.items_of("shared"), [], "items of alice's")
    of_bob[0].delete("m.ics")
    tap.eventually(lambda: not of_bob[1].items_of("shared"), "none of bob's", SOON + calendars.GRACE)
    seen.put("other.ics", calendars.meeting(uid="other", attendees=("alice", "bob")))
    # Bob has left: nobody is there to hold a prep call with.
    tap.eventually(lambda: len(real.items_of("shared")) == story.items - 1, "items of alice's", SOON)
    tap.equal(prep_of(real, "shared"), None, "the prep call")


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Story)))
