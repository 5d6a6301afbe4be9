# SPDX-License-Identifier: Apache-2.0
"""A server that schedules sends invitations and answers by itself, and writes them into what its users have stored."""
import datetime
import sys

import calendars
import support
import tap
from recurring import AFTER, THREE, WEEK, Story, answered, due, instance, of_one, series, times

HOUR = datetime.timedelta(hours=1)


def etags(calendar):
    """The ETags of what is not the series itself."""
    return {href: etag for href, (etag, _) in calendar.objects().items() if not href.endswith("/m.ics")}


def preps(calendar, uid):
    """The prep calls before the instances: when each begins, by its UID."""
    calls = [item for item in calendar.items_of(uid) if ": prep for " in item.text("SUMMARY")]
    return {item.value("UID"): item.time("DTSTART") for item in calls if item.value("STATUS") != "CANCELLED"}


@tap.case("a colleague's copy of the series gets no items of its own, also when the colleague accepts")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("copy", start, attendees=THREE)
    before = etags(real)
    bob = story.calendar("bob")
    name, text = story.delivered("bob", "copy")
    story.change(story.calendar("bob", story.upbeat), answered(text, "ACCEPTED", "bob"), name)
    tap.equal({item.value("UID") for item in bob.items_of("copy")}, set(preps(real, "copy")), "items, but for the prep call")
    text = real.get("m.ics").text
    tap.contains(text, "PARTSTAT=ACCEPTED", "what the server has written into alice's object")
    story.change(seen, text)
    tap.equal(etags(real), before, "ETags of alice's items")


@tap.case("a colleague's answer to a prep call is no change of alice's, and stays when the item changes")
def _(story):
    start = calendars.business_day(8, 11)
    seen, real = story.store_series("answer", start, attendees=THREE)
    uid = min(preps(real, "answer"))
    name, text = story.delivered("bob", uid)
    story.change(story.calendar("bob", story.upbeat), answered(text, "ACCEPTED", "bob"), name)
    before = etags(real)
    story.change(seen, series("answer", start, attendees=THREE))
    tap.equal(etags(real), before, "ETags of alice's items")
    story.change(seen, series("answer", start, attendees=THREE, title="Weekly meeting Acme"))
    item = next(item for item in real.items_of("answer") if item.value("UID") == uid)
    tap.contains(item.text("SUMMARY"), "Weekly meeting", "title")
    answers = {value: parameters["PARTSTAT"] for parameters, value in item.all("ATTENDEE")}
    tap.equal(answers["mailto:bob@ours.example"], "ACCEPTED", "bob's answer")


@tap.case("the prep calls are in the colleague's calendar too, move along there and are called off with the series")
def _(story):
    start = calendars.business_day(8, 11)
    demos = {"rule": "FREQ=WEEKLY;INTERVAL=4;COUNT=4", "title": "Demo for Acme", "attendees": THREE}
    seen, real = story.store_series("calls", start, **demos)
    before = preps(real, "calls")
    tap.equal(len(before), 2, [item.text("SUMMARY") for item in real.items_of("calls")])
    tap.equal(preps(story.calendar("bob"), "calls"), before, "bob's")
    days = 1 if start.weekday() < 4 else 3  # to a business day, for which the prep calls are too early
    story.change(seen, series("calls", start + datetime.timedelta(days=days), **demos))
    after = preps(real, "calls")
    tap.equal(set(after), set(before), "the items are the same")
    assert after != before, f"they are where they were: {after}"
    tap.equal(preps(story.calendar("bob"), "calls"), after, "bob's, then")
    tap.equal(seen.delete("m.ics").status // 100, 2, "DELETE")
    tap.eventually(lambda: not real.items_of("calls"), "nothing is left", 5 + calendars.GRACE)
    tap.equal(preps(story.calendar("bob"), "calls"), {}, "bob's, at last")


@tap.case("an instance that the customer has declined loses its items when the series is looked at again")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("no", start)
    customer = story.calendar(story.server.CUSTOMER)
    name, text = story.delivered(story.server.CUSTOMER, "no")
    assert customer.put(name, of_one(text, start, "DECLINED", "cto")).status in (201, 204), "PUT"
    text = real.get("m.ics").text
    tap.contains(text, "RECURRENCE-ID", "what the server has written into alice's object")
    story.change(seen, text)
    tap.equal(sorted(due(real, "no")), [(start + WEEK).date(), (start + 2 * WEEK).date()], "instances")


@tap.case("a client that knows no ETag changes a series by its Schedule-Tag")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("tag", start, attendees=THREE)
    before = times(real, "tag")
    answer = seen.get("m.ics")
    tag = answer.field("Schedule-Tag")
    assert tag, answer.fields
    answer = seen.put("m.ics", series("tag", start + HOUR, attendees=THREE), **{"If-Schedule-Tag-Match": tag})
    tap.equal(answer.status, 204, "PUT")
    story.settle()
    after = times(real, "tag")
    tap.equal(set(after), set(before), "the items are the same")
    tap.equal(sorted(after.values()), [start + HOUR + AFTER, start + WEEK + HOUR + AFTER], "when")
    stale = seen.put("m.ics", series("tag", start, attendees=THREE), **{"If-Schedule-Tag-Match": tag})
    tap.equal(stale.status, 412, "PUT with a tag that is over")
    story.settle()
    tap.equal(times(real, "tag"), after, "items")


@tap.case("an invitation that is called off by the customer loses its items when alice's client has seen it")
def _(story):
    start = calendars.business_day(6, 11)
    text = series("off", start, attendees=("cto@acme.example", "alice"), organizer="cto@acme.example")
    seen, real, name = story.invite(text)
    story.change(seen, answered(text, "ACCEPTED"), name)
    tap.equal(len(due(real, "off")), 2, "instances")
    tap.equal(story.calendar(story.server.CUSTOMER).delete("off.ics").status // 100, 2, "DELETE")
    tap.contains(real.get(name).text, "STATUS:CANCELLED", "what the server has made of alice's object")
    tap.equal(seen.delete(name).status // 100, 2, "DELETE")
    tap.eventually(lambda: not real.items_of("off"), "nothing is left", 5 + calendars.GRACE)


@tap.case("a colleague is asked to one instance alone")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("one", start)
    before = times(real, "one")
    story.change(seen, series("one", start, overrides=[instance("one", start + WEEK, start + WEEK, attendees=THREE)]))
    name, text = story.delivered("bob", "one")
    tap.equal(text.count("BEGIN:VEVENT"), 1, "events in bob's object, which has no series")
    story.change(story.calendar("bob", story.upbeat), answered(text, "ACCEPTED", "bob"), name)
    tap.equal(times(real, "one"), before, "alice's items")
    tap.equal(story.calendar("bob").items_of("one"), [], "bob's")


sys.exit(tap.run_in_each(support.worlds(Story, (support.Cyrus,))))
