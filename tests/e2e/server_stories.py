# SPDX-License-Identifier: Apache-2.0
"""The stories that hold on every server: what users see in their calendars when a meeting is made, changed and called off.

UPBEAT_SERVERS names the servers, with spaces between: the two of `make check` are Radicale and, where it is installed,
Cyrus, which schedules. `make check-servers` takes all five. What a server lacks (MOVE) is skipped there. UPBEAT_N is how
many changes make a storm.
"""
import datetime
import os
import sys
import time

import calendars
import support
import tap
from on_servers import SOON, TEAM, World, dragged, is_of, people, starts
from recurring import WEEK, answered, due, instance, series

DAY = datetime.timedelta(days=1)
ITEMS = 4  # of an ordinary customer meeting
OURS = {"alice@ours.example", "bob@ours.example"}
FOUR = ("alice", "bob", "carol", "cto@acme.example")
TIMES = int(os.environ.get("UPBEAT_N", 4))  # changes that make a storm


@tap.case("create: a customer meeting gets its items, and nobody from outside is on them")
def _(story):
    start = story.next_day()
    _, real = story.meet("create", start)
    items = real.items_of("create")
    tap.equal(len(items), ITEMS, [item.text("SUMMARY") for item in items])
    for item in items:
        assert people(item) <= OURS, item.properties
    prep = story.prep(real, "create")
    tap.equal(people(prep), OURS, "who is on the prep call")
    assert 0 < calendars.business_days_between(starts(prep).date(), start.date()) <= 3, starts(prep)


@tap.case("move: the items go along with the meeting, in place")
def _(story):
    start = story.next_day()
    seen, real = story.meet("move", start)
    before, hrefs = story.prep(real, "move"), set(real.objects())
    story.save(seen, "move", start + WEEK)
    after = story.prep(real, "move")
    tap.equal(after.value("UID"), before.value("UID"), "UID")
    tap.equal(int(after.value("SEQUENCE")) > int(before.value("SEQUENCE")), True, "a higher SEQUENCE")
    tap.equal(starts(after).date(), starts(before).date() + WEEK, "day")
    tap.contains(after.text("DESCRIPTION"), f"{start + WEEK:%a %-d %b %Y}", "the agenda")
    tap.equal(set(real.objects()), hrefs, "hrefs")


@tap.case("retitle: the items have the new title, and stay where they are")
def _(story):
    start = story.next_day()
    seen, real = story.meet("retitle", start)
    before = story.prep(real, "retitle")
    story.save(seen, "retitle", start, "Roadmap 2 with Acme")
    after = story.prep(real, "retitle")
    tap.contains(after.text("SUMMARY"), "Roadmap 2", "title")
    tap.equal((after.value("UID"), starts(after)), (before.value("UID"), starts(before)), "UID and time")


@tap.case("guest added: a colleague is on the prep call too, a customer never")
def _(story):
    start = story.next_day()
    seen, real = story.meet("guest", start)
    story.save(seen, "guest", start, attendees=(*FOUR, "cfo@acme.example"))
    prep = story.prep(real, "guest")
    tap.equal(people(prep), {*OURS, "carol@ours.example"}, "who is on the prep call")
    tap.equal([story.copies(user, prep.value("UID")) for user in ("bob", "carol")], [1, 1], "copies of bob and carol")


@tap.case("guest removed: who has left the meeting leaves its prep call")
def _(story):
    start = story.next_day()
    seen, real = story.meet("leaves", start, attendees=FOUR)
    story.save(seen, "leaves", start)
    prep = story.prep(real, "leaves")
    tap.equal(people(prep), OURS, "who is on the prep call")
    tap.equal([story.copies(user, prep.value("UID")) for user in ("bob", "carol")], [1, 0], "copies of bob and carol")


@tap.case("cancel: a meeting that is called off takes its items away")
def _(story):
    start = story.next_day()
    seen, real = story.meet("cancel", start)
    prep = story.prep(real, "cancel").value("UID")
    story.save(seen, "cancel", start, more="STATUS:CANCELLED")
    story.gone(real, "cancel")
    tap.equal(story.copies("bob", prep), 0, "what bob has of the prep call")


@tap.case("delete: nothing is left")
def _(story):
    seen, real = story.meet("delete")
    prep = story.prep(real, "delete").value("UID")
    tap.equal(seen.delete("m.ics").status // 100, 2, "DELETE")
    tap.eventually(lambda: not real.objects(), "an empty calendar", SOON + calendars.GRACE)
    tap.eventually(lambda: not story.copies("bob", prep), "bob has nothing of the prep call", SOON)


@tap.case("MOVE to another calendar: the meeting keeps its one set of items, which follow it there")
def _(story):
    start = story.next_day()
    seen, real = story.meet("elsewhere", start)
    other, other_real = story.new_calendar()
    before = {item.value("UID") for item in real.items_of("elsewhere")}
    answer = support.request("MOVE", seen.url + "m.ics", "alice", None, {"Destination": other.url + "m.ics"})
    if answer.status >= 400:
        raise tap.Skip(f"this server answers {answer.status} to a MOVE")
    time.sleep(calendars.GRACE + 1)
    story.settle()

    def items():
        return [*real.items_of("elsewhere"), *other_real.items_of("elsewhere")]

    tap.equal(sorted(item.value("UID") for item in items()), sorted(before), "items")
    name, _ = story.find(other_real, "elsewhere")  # SOGo gives it another one
    story.save(other, "elsewhere", start + WEEK, "Roadmap 2 with Acme", name=name)
    tap.equal(sorted(item.value("UID") for item in items()), sorted(before), "items after a change")
    tap.equal([item.text("SUMMARY") for item in items() if ": prep for" in item.text("SUMMARY")],
              ["Acme: prep for Roadmap 2"], "prep calls")


@tap.case("series with an override: the next two instances have their items, and those of a moved one go along")
def _(story):
    # DAViCal itself fails at an override if a guest of the series is one of its users.
    start, guests = story.next_day(), ("alice", "buyer@acme.example")
    seen, real = story.store_series("series", start, attendees=guests)
    before = due(real, "series")
    tap.equal(sorted(before), [start.date(), (start + WEEK).date()], "instances")
    moved = start + WEEK + (DAY if start.weekday() < 4 else -DAY)
    override = instance("series", start + WEEK, moved, attendees=guests)
    story.change(seen, series("series", start, attendees=guests, overrides=[override]))
    tap.equal(due(real, "series"), {start.date(): before[start.date()], moved.date(): before[(start + WEEK).date()]}, "to-dos")


@tap.case("the customer's invitation, accepted by two: one prep call, which both see")
def _(story):
    users = ("alice", "bob")
    text = calendars.meeting(start=story.next_day(), attendees=("cto@acme.example", *users), uid="theirs", organizer="cto@acme.example")
    if story.server.SCHEDULES:
        story.invite(text)
        for user in users:
            story.answer(user, "theirs", "ACCEPTED")
    else:
        for user in users:
            story.change(story.calendar(user, story.upbeat), answered(text, "ACCEPTED", user), "theirs.ics")
    preps = {user: story.preps(story.calendar(user), "theirs") for user in users}
    tap.equal(len({prep.value("UID") for found in preps.values() for prep in found}), 1, "prep calls")
    tap.equal([len(found) for found in preps.values()], [1, 1], "copies of alice and bob")


@tap.case("pin: a prep call that its user has dragged stays, and goes along with the meeting")
def _(story):
    start = story.next_day()
    seen, real = story.meet("pin", start)
    prep = story.prep(real, "pin")
    name, text = story.find(real, prep.value("UID"))
    put = calendars.business_day(story.days - 1, 15, 30)
    story.change(seen, dragged(text, put, prep.duration()), name)
    story.save(seen, "pin", start, "Roadmap 2 with Acme")
    tap.equal(starts(story.prep(real, "pin")), put, "after a retitle")
    story.save(seen, "pin", start + WEEK, "Roadmap 2 with Acme")
    tap.equal(starts(story.prep(real, "pin")), put + WEEK, "after a move")


@tap.case("delete stays deleted, for the organizer: a prep call that she deletes is never made again")
def _(story):
    start = story.next_day()
    seen, real = story.meet("unwanted", start)
    name, _ = story.find(real, story.prep(real, "unwanted").value("UID"))
    tap.equal(seen.delete(name).status // 100, 2, "DELETE")
    story.settle()
    story.save(seen, "unwanted", start + WEEK, "Roadmap 2 with Acme")
    tap.equal(story.preps(real, "unwanted"), [], "prep calls")
    tap.equal(len(real.items_of("unwanted")), ITEMS - 1, "the other items")


@tap.case("delete stays deleted, for a colleague: who deletes his copy of a prep call is not asked again")
def _(story):
    start = story.next_day()
    seen, real = story.meet("dropped", start, attendees=FOUR)
    prep = story.prep(real, "dropped").value("UID")
    name, _ = story.delivered("bob", prep)
    tap.equal(story.calendar("bob", story.upbeat).delete(name).status // 100, 2, "DELETE")
    story.settle()
    for change in ({"title": "Roadmap 2 with Acme", "start": start}, {"start": start + WEEK}):
        story.save(seen, "dropped", attendees=FOUR, **change)
        tap.equal([story.copies(user, prep) for user in ("bob", "carol")], [0, 1], f"copies of bob and carol after {change}")


@tap.case("opt-out: #noprep in the title keeps items away, and takes away those that are there")
def _(story):
    start = story.next_day()
    seen, real = story.new_calendar()
    story.save(seen, "none", start, "Roadmap with Acme #noprep")
    tap.equal(real.items_of("none"), [], "items")
    story.save(seen, "none", start)
    story.prep(real, "none")
    story.save(seen, "none", start, "Roadmap with Acme #noprep")
    story.gone(real, "none")


def put_past(real, uid, start):
    text = calendars.meeting(uid=uid, start=start, attendees=("alice", "bob", "cto@acme.example"))
    tap.equal(real.put("m.ics", text).status // 100, 2, "PUT")


def moved_in_the_second_of_the_first_look(story):
    """The last change before the look is in that second, too: SOGo has one token for both."""
    start = calendars.business_day(50, 11)  # no other story is there
    seen, real = story.meet("at-once", start)
    before = story.prep(real, "at-once")
    time.sleep(1 - time.time() % 1)
    put_past(real, "at-once", start)
    seen.poll()
    tap.eventually(lambda: story.looked(real), "the first look", SOON)
    put_past(real, "at-once", start + WEEK)
    time.sleep(1)
    seen.poll()
    tap.eventually(lambda: starts(story.prep(real, "at-once")) == starts(before) + WEEK, "the prep call a week later", SOON)


@tap.case("changed in the server directly: what went past Upbeat is followed at the next poll")
def _(story):
    moved_in_the_second_of_the_first_look(story)
    start = story.next_day()
    seen, real = story.meet("past", start)
    before = story.prep(real, "past")
    put_past(real, "past", start + WEEK)
    seen.poll()
    tap.eventually(lambda: starts(story.prep(real, "past")) == starts(before) + WEEK, "the prep call a week later", SOON)
    story.settle()
    tap.equal(story.prep(real, "past").value("UID"), before.value("UID"), "UID")
    time.sleep(1)
    tap.equal(real.delete("m.ics").status // 100, 2, "DELETE")
    seen.poll()
    story.gone(real, "past")


@tap.case("polled: what goes past Upbeat while nobody comes by is found by the service account")
def _(story):
    if story.server.SCHEDULES:
        raise tap.Skip("Upbeat has no service account there")
    real, start = story.calendar("frank"), calendars.business_day(8, 11)

    def put(start):
        text = calendars.meeting(uid="polled", start=start, organizer="frank", attendees=("frank", "cto@acme.example"))
        tap.equal(real.put("polled.ics", text).status // 100, 2, "PUT")

    tap.eventually(lambda: story.looked(real), "the first look", SOON)
    put(start)
    tap.eventually(lambda: real.items_of("polled"), "items", SOON)
    story.settle()
    for item in real.items_of("polled"):
        assert people(item) <= {"frank@ours.example"}, item.properties

    def events():
        return {item.value("UID"): item.time("DTSTART") for item in real.items_of("polled") if item.kind == "VEVENT"}

    moved = {uid: day + WEEK for uid, day in events().items()}
    put(start + WEEK)
    tap.eventually(lambda: events() == moved, "the same events a week later", SOON)
    story.settle()
    tap.equal(real.delete("polled.ics").status // 100, 2, "DELETE")
    story.gone(real, "polled")


@tap.case("reply kept: a colleague's answer to the prep call outlives a new agenda and a move of nothing")
def _(story):
    start = story.next_day()
    seen, real = story.meet("reply", start)
    prep = story.prep(real, "reply").value("UID")
    story.answer("bob", prep, "ACCEPTED")
    story.refresh("A maker of engines.")
    story.save(seen, "reply", start)
    tap.contains(story.prep(real, "reply").text("DESCRIPTION"), "A maker of engines.", "the new agenda")
    tap.equal(story.partstat(story.prep(real, "reply"), "bob"), "ACCEPTED", "bob's answer in alice's")
    story.save(seen, "reply", start, more="LOCATION:Here")
    tap.equal(story.partstat(story.prep(real, "reply"), "bob"), "ACCEPTED", "bob's answer in alice's, then")
    (own,) = calendars.components(story.delivered("bob", prep)[1])
    tap.equal(story.partstat(own, "bob"), "ACCEPTED", "bob's answer in his own")


@tap.case("kill -9: an engine that is killed right after a store, an answer, a move and a deletion has done all of it later")
def _(story):
    start = story.next_day()
    seen, real = story.new_calendar()

    def is_done(question, what):
        def look():
            for user in ("alice", "bob"):  # what was left of anybody's is done at his next request
                story.calendar(user, story.upbeat).poll()
            return question() and not support.keys_in(story.store)

        tap.eventually(look, what, SOON * 4)

    def after_kill(answer):
        story.kill_engine()
        tap.equal(answer.status // 100, 2, "the answer")

    def is_with_bob(moved=0 * WEEK):
        """Whether bob has the prep call, once, and a week later if it was moved."""
        (prep,) = story.preps(real, "killed")
        return story.copies("bob", uid) == 1 and starts(prep) == starts(before) + moved and times_of_bobs() == {starts(prep)}

    def times_of_bobs():
        texts = [text for _, text in story.calendar("bob").objects().values() if is_of(uid, text)]
        return {starts(event) for text in texts for event in calendars.components(text)}

    after_kill(seen.put("m.ics", calendars.meeting(uid="killed", start=start)))
    is_done(lambda: len(real.items_of("killed")) == ITEMS, "all items")
    before = story.prep(real, "killed")
    uid = before.value("UID")
    is_done(is_with_bob, "bob's copy of the prep call")
    name, text = story.delivered("bob", uid)
    after_kill(story.calendar("bob", story.upbeat).put(name, answered(text, "ACCEPTED", "bob")))
    is_done(lambda: story.partstat(story.prep(real, "killed"), "bob") == "ACCEPTED", "bob's answer in alice's")
    after_kill(seen.put("m.ics", calendars.meeting(uid="killed", start=start + WEEK)))
    is_done(lambda: is_with_bob(WEEK), "the prep call a week later, with bob too")
    tap.equal(len(real.items_of("killed")), ITEMS, "items")
    after_kill(seen.delete("m.ics"))
    is_done(lambda: not real.objects() and story.copies("bob", uid) == 0, "an empty calendar, and nothing with bob")


def storm(story, uid):
    """A meeting with five colleagues, its prep call's UID, and what each of them was sent about that so far."""
    start, guests = story.next_day(), (*TEAM, "cto@acme.example")
    seen, real = story.meet(uid, start, attendees=guests)
    prep = story.prep(real, uid).value("UID")

    def save(weeks):
        story.save(seen, uid, start + weeks * WEEK, attendees=guests)
        tap.equal([story.copies(user, prep) for user in TEAM[1:]], [1] * 5, "copies of the prep call")

    def sent():
        return {user: story.messages(user, prep) for user in TEAM[1:]}

    return real, prep, save, sent


@tap.case("storm of moves: each of five colleagues has one prep call, and at most one message a move")
def _(story):
    real, prep, save, sent = storm(story, "moves")
    name, _ = story.find(real, prep)
    before, writes = sent(), story.writes(real, name)
    for n in range(1, TIMES + 1):
        save(n % 3)
        now = sent()
        tap.equal([user for user in now if len(now[user] - before[user]) > 1], [], f"who got more than one message at move {n}")
        tap.equal(story.writes(real, name) - writes, n, "how often the prep call was stored")
        before = now
    story.answer("bob", prep, "ACCEPTED")
    tap.equal(story.partstat(story.prep(real, "moves"), "bob"), "ACCEPTED", "bob's answer, at last")


@tap.case("storm of agendas: new agendas reset no reply, and send no message but one by which Upbeat finds out that each would")
def _(story):
    bob = story.calendar("bob", story.upbeat)
    bob.poll()
    real, prep, save, sent = storm(story, "agendas")
    story.answer("bob", prep, "ACCEPTED")
    before = sent()

    def messages():
        return {len(now - before[user]) for user, now in sent().items()}

    def renew(n):
        story.refresh(f"Fact {n}.")
        save(0)
        now = story.prep(real, "agendas")
        tap.equal(story.partstat(now, "bob"), "ACCEPTED", "bob's answer")
        return now.text("DESCRIPTION")

    tap.contains(renew(0), "Fact 0.", "the new agenda")
    each_is_sent = messages() != {0}
    if each_is_sent:
        tap.eventually(lambda: bob.poll() or "makes a message of whatever is written" in story.upbeat.said(), "Upbeat has found out", SOON)
        story.settle()
    for n in range(1, TIMES):
        tap.contains(renew(n), "Fact 0." if each_is_sent else f"Fact {n}.", "the agenda, which waits where each is a message")
    tap.equal(messages(), {1 if each_is_sent else 0}, "messages to each colleague")
    save(1)
    for text in (story.prep(real, "agendas").text("DESCRIPTION"), calendars.components(story.delivered("carol", prep)[1])[0].text("DESCRIPTION")):
        tap.contains(text, f"Fact {TIMES - 1}.", "the agenda that goes along with a move")


@tap.case("answer to a run sheet: after a move, the answer of a guest whose client looks for changes is taken")
def _(story):
    start = story.next_day()
    bob = story.calendar("bob", story.upbeat)
    bob.poll()
    seen, real = story.meet("sheet", start)

    def sheet():
        return next(item for item in real.items_of("sheet") if ": run sheet " in item.text("SUMMARY"))

    story.save(seen, "sheet", start + WEEK)

    def times_taken():
        """How often bob's copy says whether it takes his time: Cyrus refuses what says it twice, as its own does."""
        bob.poll()
        return story.delivered("bob", sheet().value("UID"))[1].count("TRANSP:")

    tap.eventually(lambda: times_taken() == 1, "bob's copy can be stored", SOON)
    story.answer("bob", sheet().value("UID"), "ACCEPTED")
    tap.equal(story.partstat(sheet(), "bob"), "ACCEPTED", "bob's answer")


@tap.case("nothing went wrong in the program")
def _(story):
    story.upbeat.is_sane()


def servers():
    names = os.environ.get("UPBEAT_SERVERS", "").split()
    if not names:
        names = ["Radicale", "Cyrus" if support.Cyrus.is_there() else "Xandikos"]
    return [getattr(support, name) for name in names]


if __name__ == "__main__":
    sys.exit(tap.run_in_each(support.worlds(World, servers())))
