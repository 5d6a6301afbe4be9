# SPDX-License-Identifier: Apache-2.0
"""A series: each of its next two instances has items, which go along with it, and are topped up as instances pass."""
import datetime
import re
import sys

import calendars
import support
import tap
from recurring import AFTER, SECOND, THREE, WEEK, Story, answered, due, instance, of_one, series, times

SOON = 5.0


@tap.case("the next two instances have their items: agenda and follow-up, for one of ours")
def _(story):
    start = calendars.business_day(6, 11)
    _, real = story.store_series("weekly", start)
    items = real.items_of("weekly")
    tap.equal(len(items), 4, [item.text("SUMMARY") for item in items])
    tap.equal(sorted(due(real, "weekly")), [start.date(), (start + WEEK).date()], "instances")
    agendas = [item for item in items if ": before " in item.text("SUMMARY")]
    tap.equal({item.time("DUE").date() for item in agendas}, {start.date(), (start + WEEK).date()}, "agendas, that morning")


@tap.case("the same PUT again changes nothing")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("again", start)
    before = real.objects()
    story.change(seen, series("again", start))
    tap.equal({href: etag for href, (etag, _) in real.objects().items() if "m.ics" not in href},
              {href: etag for href, (etag, _) in before.items() if "m.ics" not in href}, "ETags")


@tap.case("an exception's items go, and those of the next instance come; the others stay the same")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("exception", start)
    before = due(real, "exception")
    story.change(seen, series("exception", start, more=f"EXDATE;TZID=Europe/Berlin:{start:%Y%m%dT%H%M%S}"))
    after = due(real, "exception")
    tap.equal(sorted(after), [(start + WEEK).date(), (start + 2 * WEEK).date()], "instances")
    tap.equal(after[(start + WEEK).date()], before[(start + WEEK).date()], "the item of the second instance")


@tap.case("an instance that is moved takes its items along, one that is called off loses them")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("override", start)
    before = due(real, "override")
    moved = start + datetime.timedelta(days=1 if start.weekday() < 4 else -1)
    story.change(seen, series("override", start, overrides=[instance("override", start, moved)]))
    after = due(real, "override")
    tap.equal(sorted(after), sorted([moved.date(), (start + WEEK).date()]), "instances")
    tap.equal(set(after.values()), set(before.values()), "the items are the same")
    off = instance("override", start, moved, more="STATUS:CANCELLED")
    story.change(seen, series("override", start, overrides=[off]))
    tap.equal(sorted(due(real, "override")), [(start + WEEK).date(), (start + 2 * WEEK).date()], "instances")


@tap.case("the whole series moves, by an hour, a day, to another weekday: the items go along and keep their UIDs")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("shifted", start)
    uids = set(due(real, "shifted").values())
    days = 1 if start.weekday() < 4 else -1
    weekday = start + datetime.timedelta(days=(4 if start.weekday() < 2 else 0) - start.weekday())
    for later, rule in ((start + datetime.timedelta(hours=1), ""), (start + datetime.timedelta(days=days, hours=2), ""),
                        (weekday, f";BYDAY={weekday:%a}".upper()[:-1])):
        story.change(seen, series("shifted", later, rule="FREQ=WEEKLY;COUNT=20" + rule))
        after = due(real, "shifted")
        tap.equal(sorted(after), [later.date(), (later + WEEK).date()], f"instances at {later}")
        tap.equal(set(after.values()), uids, f"UIDs at {later}")


@tap.case("what its user has changed in the item of one instance stays with it")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("hand", start)
    href, (_, text) = next((href, found) for href, found in real.objects().items() if ": follow up " in found[1])
    assert seen.put(href.rsplit("/", 1)[1], text.replace("SUMMARY:", "SUMMARY:My ")).status in (201, 204), "PUT"
    story.settle()
    later = start + datetime.timedelta(hours=1)
    story.change(seen, series("hand", later))
    titles = [item.text("SUMMARY") for item in real.items_of("hand") if "follow up" in item.text("SUMMARY")]
    tap.equal(sum(title.startswith("My ") for title in titles), 1, titles)


@tap.case("a series that ends early, and one that is deleted, take their items along")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("ends", start)
    until = start.astimezone(datetime.timezone.utc)
    story.change(seen, series("ends", start, rule=f"FREQ=WEEKLY;UNTIL={until:%Y%m%dT%H%M%SZ}"))
    tap.equal(sorted(due(real, "ends")), [start.date()], "instances")
    tap.equal(seen.delete("m.ics").status // 100, 2, "DELETE")
    tap.eventually(lambda: not real.items_of("ends"), "nothing is left", SOON + calendars.GRACE)


def spring_change():
    """The day of the next one in Berlin, at 11:00: the last Sunday of March."""
    for year in range(datetime.date.today().year, 9999):
        day = datetime.datetime(year, 3, 31, 11, tzinfo=calendars.BERLIN)
        day -= datetime.timedelta(days=(day.weekday() + 1) % 7)
        if day > calendars.business_day(20):
            return day


def utc(moment):
    return f"{moment.astimezone(datetime.timezone.utc):%Y%m%dT%H%M%SZ}"


@tap.case("`this and following` as Evolution writes it: the old series ends a second before, the new one has a new UID")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("split", start)
    kept = due(real, "split")[start.date()]
    rest = start + WEEK + datetime.timedelta(hours=2)
    tap.equal(seen.put("rest.ics", series("split-rest", rest, rule="FREQ=WEEKLY;COUNT=19")).status, 201, "PUT")
    ended = f"FREQ=WEEKLY;UNTIL={utc(start + WEEK - SECOND)}"
    story.change(seen, series("split", start, rule=ended))
    tap.equal(due(real, "split"), {start.date(): kept}, "instances of the old one")
    tap.equal(sorted(due(real, "split-rest")), [rest.date(), (rest + WEEK).date()], "instances of the new one")
    # What was moved by itself later stays behind, and Evolution shows it.
    left = instance("split", start + 2 * WEEK, start + 2 * WEEK + datetime.timedelta(hours=1))
    story.change(seen, series("split", start, rule=ended, overrides=[left]))
    tap.equal(sorted(due(real, "split")), [start.date(), (start + 2 * WEEK).date()], "instances of the old one, then")


@tap.case("`this and following` as Thunderbird's users do it, by hand: the old series ends with an instance, a copy begins")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("by-hand", start)
    kept = due(real, "by-hand")[start.date()]
    story.change(seen, series("by-hand", start, rule=f"FREQ=WEEKLY;UNTIL={utc(start)}", more="X-MOZ-GENERATION:1"))
    rest = start + WEEK + datetime.timedelta(hours=2)
    rule = f"FREQ=WEEKLY;UNTIL={utc(rest + 18 * WEEK)}"
    story.change(seen, series("by-hand-rest", rest, rule=rule, more="X-MOZ-GENERATION:1"), "rest.ics")
    tap.equal(due(real, "by-hand"), {start.date(): kept}, "instances of the old one")
    tap.equal(sorted(due(real, "by-hand-rest")), [rest.date(), (rest + WEEK).date()], "instances of the new one")


@tap.case("`this and following` as Apple Calendar writes it: the parts are related to what was split")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("apple", start)
    kept = due(real, "apple")[start.date()]
    of = "RELATED-TO;RELTYPE=X-CALENDARSERVER-RECURRENCE-SET:C0FFEE00-1397-417D-A8A8-EC29643BAE12"
    story.change(seen, series("apple", start, rule=f"FREQ=WEEKLY;UNTIL={utc(start + WEEK - SECOND)}", more=of))
    rest = start + WEEK + datetime.timedelta(hours=2)
    moved = rest + WEEK + datetime.timedelta(hours=1)
    story.change(seen, series("apple-rest", rest, rule="FREQ=WEEKLY;COUNT=19", more=of,
                              overrides=[instance("apple-rest", rest + WEEK, moved, more=of)]), "rest.ics")
    tap.equal(due(real, "apple"), {start.date(): kept}, "instances of the old one")
    tap.equal(sorted(times(real, "apple-rest").values()), [rest + AFTER, moved + AFTER], "when")


@tap.case("`this and following` as Apple Calendar wrote it until 2017: what follows keeps the UID, what was has another")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("old-apple", start)
    rest = start + WEEK + datetime.timedelta(hours=2)
    ended = f"FREQ=WEEKLY;UNTIL={utc(start + WEEK - SECOND)}"
    tap.equal(seen.put("past.ics", series("old-apple-past", start, rule=ended)).status, 201, "PUT")
    story.change(seen, series("old-apple", rest, rule="FREQ=WEEKLY;COUNT=19"))
    tap.equal(sorted(due(real, "old-apple-past")), [start.date()], "instances of what was")
    tap.equal(sorted(due(real, "old-apple")), [rest.date(), (rest + WEEK).date()], "instances of what follows")


@tap.case("`this and following` as KDE writes it, in the same object: the items go along and keep their UIDs")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("range", start)
    before = set(times(real, "range"))
    rest = instance("range", start + WEEK, start + WEEK + datetime.timedelta(hours=2))
    rest = rest.replace("RECURRENCE-ID;", "RECURRENCE-ID;RANGE=THISANDFUTURE;")
    story.change(seen, series("range", start, overrides=[rest]))
    after = times(real, "range")
    tap.equal(set(after), before, "the items are the same")
    tap.equal(sorted(after.values()), [start + AFTER, start + WEEK + datetime.timedelta(hours=2) + AFTER], "when")


@tap.case("a meeting that becomes weekly, and a series that becomes one meeting again")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.new_calendar()
    single = calendars.meeting("Weekly sync Acme", start, 30, ("alice", "cto@acme.example"), "becomes")
    tap.equal(seen.put("m.ics", single).status, 201, "PUT")
    story.settle()
    uid = due(real, "becomes")[start.date()]
    story.change(seen, series("becomes", start))
    after = due(real, "becomes")
    tap.equal(sorted(after), [start.date(), (start + WEEK).date()], "instances")
    tap.equal(after[start.date()], uid, "the item of the first")
    story.change(seen, single)
    tap.equal(due(real, "becomes"), {start.date(): uid}, "of the one meeting")


@tap.case("a guest who is added to one instance makes that one a customer meeting")
def _(story):
    start = calendars.business_day(6, 11)
    other = start + WEEK
    seen, real = story.store_series("guest", start, title="Sync", attendees=("alice", "bob"))
    tap.equal(real.items_of("guest"), [], "items of a meeting of ours")
    override = instance("guest", other, other, title="Sync", attendees=THREE)
    story.change(seen, series("guest", start, overrides=[override], title="Sync", attendees=("alice", "bob")))
    tap.equal(sorted(due(real, "guest")), [other.date()], "instances")


@tap.case("an instance that is left out by a midnight, as some clients name a day, loses its items")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("midnight", start)
    before = due(real, "midnight")
    story.change(seen, series("midnight", start, more=f"EXDATE:{start:%Y%m%d}T000000Z"))
    after = due(real, "midnight")
    tap.equal(sorted(after), [(start + WEEK).date(), (start + 2 * WEEK).date()], "instances")
    tap.equal(after[(start + WEEK).date()], before[(start + WEEK).date()], "the item of the second instance")


@tap.case("an instance that is moved beyond the next one takes its items along, and back")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("beyond", start)
    before = due(real, "beyond")
    beyond = start + WEEK + datetime.timedelta(hours=2)
    story.change(seen, series("beyond", start, overrides=[instance("beyond", start, beyond)]))
    after = {uid: at - AFTER for uid, at in times(real, "beyond").items()}
    first, second = before[start.date()], before[(start + WEEK).date()]
    tap.equal(after, {first: beyond, second: start + WEEK}, "instances")
    story.change(seen, series("beyond", start))
    tap.equal(due(real, "beyond"), before, "the items, back")


@tap.case("a rule that has one instance makes a lone meeting, whose items become those of a series again")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("lone", start)
    titles = lambda: sorted(item.text("SUMMARY") for item in real.items_of("lone") if ": follow up " in item.text("SUMMARY"))
    tap.equal([title.count(" on ") for title in titles()], [1, 1], titles())
    before = due(real, "lone")
    story.change(seen, series("lone", start, rule="FREQ=WEEKLY;COUNT=1"))
    tap.equal(titles(), ["Acme: follow up Weekly sync"], "without a date")
    tap.equal(due(real, "lone"), {start.date(): before[start.date()]}, "the item")
    story.change(seen, series("lone", start, rule="FREQ=WEEKLY;COUNT=2"))
    tap.equal(due(real, "lone")[start.date()], before[start.date()], "the item, of a series")
    tap.equal([title.count(" on ") for title in titles()], [1, 1], titles())


@tap.case("across the spring change, with an exception and an override: to-dos keep the time of day, items their UIDs")
def _(story):
    sunday = spring_change()
    first = sunday - datetime.timedelta(days=11)  # a Wednesday, 11:00
    with story.at(first - datetime.timedelta(days=7), story.folder / "spring.db"):
        exception = f"EXDATE;TZID=Europe/Berlin:{first + WEEK:%Y%m%dT%H%M%S}"
        seen, real = story.store_series("spring", first, more=exception)
        before = times(real, "spring")
        second = first + 2 * WEEK
        tap.equal(sorted(before.values()), [first + AFTER, second + AFTER], "when")
        moved = instance("spring", second, second + datetime.timedelta(hours=2))
        moved = re.sub("RECURRENCE-ID.*", f"RECURRENCE-ID:{utc(second)}\r", moved)  # as Evolution names an instance
        story.change(seen, series("spring", first, more=exception, overrides=[moved]))
        after = times(real, "spring")
        tap.equal(sorted(after.values()), [first + AFTER, second + datetime.timedelta(hours=2) + AFTER], "when, then")
        tap.equal(set(after), set(before), "the items are the same")


@tap.case("a customer invites to a series: it has its items, and they go along when the customer moves it")
def _(story):
    start = calendars.business_day(6, 11)
    text = series("invited", start, attendees=("cto@acme.example", "alice"), organizer="cto@acme.example")
    seen, real, name = story.invite(text)
    story.change(seen, answered(text, "ACCEPTED"), name)
    uids = times(real, "invited")
    tap.equal(sorted(due(real, "invited")), [start.date(), (start + WEEK).date()], "instances")
    later = start + datetime.timedelta(hours=1)
    text = series("invited", later, attendees=("cto@acme.example", "alice"), organizer="cto@acme.example", more="SEQUENCE:2")
    if story.server.SCHEDULES:
        text = story.delivered("alice", "invited")[1] if story.invite(text) else ""
        tap.contains(text, f"{later:%Y%m%dT%H%M%S}", "what the server has put in alice's calendar")
    story.change(seen, answered(text, "ACCEPTED"), name)
    after = times(real, "invited")
    tap.equal(set(after), set(uids), "the items are the same")
    tap.equal(sorted(after.values()), [later + AFTER, later + WEEK + AFTER], "when")


@tap.case("an instance that alice has declined loses its items, and the next one has them")
def _(story):
    start = calendars.business_day(6, 11)
    text = series("declined", start, attendees=("cto@acme.example", "alice"), organizer="cto@acme.example")
    seen, real, name = story.invite(text)
    text = answered(text, "ACCEPTED")
    story.change(seen, text, name)
    before = due(real, "declined")
    story.change(seen, of_one(text, start, "DECLINED"), name)
    after = due(real, "declined")
    tap.equal(sorted(after), [(start + WEEK).date(), (start + 2 * WEEK).date()], "instances")
    tap.equal(after[(start + WEEK).date()], before[(start + WEEK).date()], "the item of the second instance")


@tap.case("a series is looked at again when its next instance is over")
def _(story):
    start = calendars.business_day(6, 11)
    story.store_series("topped", start)
    ((when,),) = support.rows_in(story.store, "SELECT look_again FROM seen WHERE meeting_uid = 'topped'")
    end = start + datetime.timedelta(minutes=30)
    tap.equal(when, int(end.timestamp()) * 1000, "when")


@tap.case("what cannot be expanded counts by its first date, and passes")
def _(story):
    start = calendars.business_day(6, 11)
    _, real = story.store_series("bomb", start, rule="FREQ=HOURLY;COUNT=5")
    tap.equal(sorted(due(real, "bomb")), [start.date()], "instances")


@tap.case("after four weeks a series has the items of the instances that are the next ones then")
def _(story):
    start = calendars.business_day(6, 11)
    seen, real = story.store_series("weeks", start)
    before = due(real, "weeks")
    now = datetime.datetime.now(calendars.BERLIN) + 4 * WEEK
    ahead = [each for each in (start + n * WEEK for n in range(20)) if each + datetime.timedelta(minutes=30) > now][:2]
    with story.at(now, story.store):
        # Upbeat has no credentials of alice's until her client comes.
        seen = calendars.Calendar(story.upbeat.url + seen.url[seen.url.index("/", 8):], "alice")
        wanted = sorted([*before, *(each.date() for each in ahead)])
        came = lambda: seen.get("m.ics").status == 200 and sorted(due(real, "weeks")) == wanted
        tap.eventually(came, f"items on {wanted}", 15)
        after = due(real, "weeks")
        tap.equal({day: after[day] for day in before}, before, "those of the instances that are over")


sys.exit(tap.run_in_each(support.worlds(Story, (support.Radicale, support.Xandikos, support.Cyrus))))
