# SPDX-License-Identifier: Apache-2.0
"""The same meeting stands in calendars under two UIDs: a client has given a new one, a system for customers has its own, or
the user has copied the event. It gets one set of items, and a copy that becomes a meeting of its own gets another one."""
import sys
import threading

import calendars
import support
import tap
from recurring import THREE, TWO, WEEK, Story, due, series

CRM = "Acme Corp. - Meeting (synchronised)"


class Doubles(Story):
    def __init__(self, server):
        super().__init__(server)
        self.settings += "doubles: once\n"
        self.minute = 0

    def next_time(self):
        """No two cases have their meetings at one time, on whatever days."""
        self.minute += 1
        return calendars.business_day(7, 11, self.minute)

    def put(self, seen, uid, start, title="Roadmap with Acme", attendees=THREE, more="", organizer="alice"):
        text = calendars.meeting(title, start, attendees=attendees, uid=uid, more=more, organizer=organizer)
        self.change(seen, text, f"{uid}.ics")

    def two(self, first, second, **more):
        """A meeting, and its double in another calendar: both calendars through Upbeat, and as they are on the server."""
        start = self.next_time()
        seen, real = self.new_calendar()
        copy_seen, copy_real = self.new_calendar()
        self.put(seen, first, start)
        self.put(copy_seen, second, start, **more)
        return start, (seen, real), (copy_seen, copy_real)

    def explained(self, uid):
        return support.run("explain", "-c", self.upbeat.settings, uid).stdout


def state(real, uid):
    """The items of a meeting as they are: whoever writes one changes its ETag."""
    return {href: etag for href, (etag, text) in real.objects().items() if "X-UPBEAT-ITEM" in text and uid in text}


@tap.case("an invitation that a client has imported under a new UID gets nothing more, and explain says why")
def _(story):
    _, (_, real), (copy_seen, copy) = story.two("invited", "imported")
    assert real.items_of("invited"), "no items"
    tap.equal(copy.items_of("imported"), [], "items of the double")
    said = " ".join(story.explained("imported").split())
    tap.contains(said, "`Roadmap with Acme` (UID invited), at the same time with the same guests, has it", "explain")
    before = state(real, "invited")
    copy_seen.delete("imported.ics")
    story.settle()
    tap.equal(state(real, "invited"), before, "the first one's items once the double is deleted")


@tap.case("what a system for customers writes beside the meeting gets nothing, whatever its title and though it has no organizer")
def _(story):
    start, (_, real), (copy_seen, copy) = story.two("met", "crm")
    for title in (CRM, f"{CRM} (2)"):
        text = calendars.meeting(title, start, attendees=TWO, uid="crm")
        story.change(copy_seen, "\r\n".join(line for line in text.split("\r\n") if "ORGANIZER" not in line), "crm.ics")
        tap.equal(copy.items_of("crm"), [], "items of the double")
    assert real.items_of("met"), "no items"


@tap.case("when the first one is deleted or called off, the other one gets its items")
def _(story):
    start, (seen, real), (_, copy) = story.two("deleted", "stays")
    before = len(real.items_of("deleted"))
    tap.equal(seen.delete("deleted.ics").status // 100, 2, "DELETE")
    story.settle()
    tap.equal((len(real.items_of("deleted")), len(copy.items_of("stays"))), (0, before), "items")
    start, (seen, real), (_, copy) = story.two("off", "on")
    story.put(seen, "off", start, more="STATUS:CANCELLED")
    tap.equal((len(real.items_of("off")), len(copy.items_of("on"))), (0, before), "items")


@tap.case("a copy that is moved, for the next meeting, has items of its own; so has one that the first one moves away from")
def _(story):
    start, (seen, real), (copy_seen, copy) = story.two("now", "next")
    before = state(real, "now")
    story.put(copy_seen, "next", start + WEEK)
    tap.equal(state(real, "now"), before, "the first one's items")
    tap.equal(len(copy.items_of("next")), len(before), "the copy's items")
    story.put(copy_seen, "next", start)
    tap.equal((state(real, "now"), len(copy.items_of("next"))), (before, 0), "once the copy is moved back")
    story.put(seen, "now", start + WEEK)
    tap.equal((len(real.items_of("now")), len(copy.items_of("next"))), (len(before), len(before)), "the first one is moved")


@tap.case("an instance of a series that stands as a meeting of its own, too, gets its items once; and so does a copied series")
def _(story):
    start = story.next_time()
    seen, real = story.store_series("weekly", start)
    before = state(real, "weekly")
    other, copy = story.new_calendar()
    for n in (0, 1, 5):
        text = calendars.meeting("CRM: Weekly sync Acme", start + n * WEEK, 30, TWO, f"alone-{n}")
        story.change(other, text, f"alone-{n}.ics")
        tap.equal(copy.items_of(f"alone-{n}"), [], f"items of {n}")
    story.change(other, series("copied", start), "copied.ics")
    tap.equal((copy.items_of("copied"), state(real, "weekly")), ([], before), "items")
    story.change(seen, series("weekly", start, more=f"EXDATE;TZID=Europe/Berlin:{start:%Y%m%dT%H%M%S}"))
    tap.equal(sorted(due(real, "weekly")), [(start + WEEK).date(), (start + 2 * WEEK).date()], "instances of the series")
    those = [len(copy.items_of(uid)) for uid in ("alone-0", "copied")]
    tap.equal(sorted(n > 0 for n in those), [False, True], f"what was left out is one other's now: {those}")


@tap.case("two that are stored at once get one set")
def _(story):
    for n in range(5):
        start, both = story.next_time(), [story.new_calendar() for _ in range(2)]
        texts = [calendars.meeting(start=start, attendees=THREE, uid=f"at-once-{n}-{k}") for k in range(2)]
        threads = [threading.Thread(target=seen.put, args=("m.ics", text)) for (seen, _), text in zip(both, texts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        story.settle()
        counts = sorted(len(real.items_of(f"at-once-{n}-{k}")) for k, (_, real) in enumerate(both))
        tap.equal((counts[0], counts[1] > 0), (0, True), f"items: {counts}")


@tap.case("a restart changes nothing of it")
def _(story):
    start = story.next_time()
    seen, real = story.new_calendar()
    story.put(seen, "before", start)
    before = state(real, "before")
    tap.equal(story.upbeat.stop(), 0, "exit status")
    story.upbeat.launch()
    other, copy = story.new_calendar()
    story.put(other, "after", start)
    tap.equal((state(real, "before"), copy.items_of("after")), (before, []), "items")
    assert before, "no items"


@tap.case("a colleague's copy under another UID gets nothing")
def _(story):
    start = story.next_time()
    seen, real = story.new_calendar()
    story.put(seen, "hers", start)
    story.put(story.calendar("bob", story.upbeat), "his", start)
    assert real.items_of("hers"), "no items"
    tap.equal(story.calendar("bob").items_of("his"), [], "items of the double")


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Doubles)))
