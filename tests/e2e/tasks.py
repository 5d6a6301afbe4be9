# SPDX-License-Identifier: Apache-2.0
"""Where clients show no to-dos, to-dos are events; and they become what the settings say, as their user left them."""
import sys
import time

import calendars
import support
import tap

RULES = """\
format: 1
rules:
  - name: before
    when: meeting.customer
    create:
      - task: agenda
        title: "Send the agenda: {{ meeting.title }}"
        due: 1 business day before start
        reminders: [30m, 1 business day before agenda.due]
"""
SOON = 10


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        self.rules = self.folder / "only"
        self.rules.mkdir()
        (self.rules / "rules.yaml").write_text(RULES)
        self.begin("events")
        return self

    def begin(self, tasks):
        settings = support.ORGANIZATION + f"tasks: {tasks}\n"
        self.upbeat = self.start(
            support.Upbeat, self.server, settings, store=f"sqlite:{self.store}", rules=self.rules
        )

    def restart(self, tasks):
        tap.equal(self.upbeat.stop(), 0, "exit status")
        self.begin(tasks)

    def new_calendar(self):
        path = self.new_path(self.server)
        return path, calendars.Calendar(self.server.url + path, "alice")

    def put(self, path, text):
        calendar = calendars.Calendar(self.upbeat.url + path, "alice")
        assert calendar.put("m.ics", text).status in (201, 204), "PUT"


def only(real, uid, kind):
    def look():
        items = [item for item in real.items_of(uid) if item.kind == kind]
        return items or None

    (item,) = tap.eventually(look, f"a {kind} of {uid}", SOON)
    return item


def edit(real, uid, changes):
    """Changes the item of the meeting on the server, as a client would."""
    for href, (_, text) in real.objects().items():
        if "X-UPBEAT-ITEM" in text and uid in text:
            for old, new in changes:
                tap.contains(text, old, "the item")
                text = text.replace(old, new)
            assert real.put(href.rsplit("/", 1)[1], text).status in (201, 204), "PUT of the item"
            return
    raise AssertionError("no item")


@tap.case("a to-do becomes an event of the whole day, shown as free, that reminds at the minute")
def _(story):
    path, real = story.new_calendar()
    story.put(path, calendars.meeting(uid="one", start=calendars.business_day(10)))
    item = only(real, "one", "VEVENT")
    due = calendars.business_day(9)
    tap.equal(item.value("DTSTART"), f"{due:%Y%m%d}", "day")
    tap.equal(item.value("TRANSP"), "TRANSPARENT", "busy time")
    text = "".join(text for _, text in real.objects().values())
    tap.equal(text.count("TRIGGER;VALUE=DATE-TIME:"), 2, "reminders at a point in time")


@tap.case("switched, it becomes a to-do and keeps what its user changed; switched again, an event")
def _(story):
    path, real = story.new_calendar()
    text = calendars.meeting(uid="two", start=calendars.business_day(10))
    story.put(path, text)
    only(real, "two", "VEVENT")
    edit(real, "two", [("SUMMARY:Send", "LOCATION:Desk\r\nSUMMARY:Really send")])
    names = set(real.objects())
    for tasks, kind in (("todos", "VTODO"), ("events", "VEVENT")):
        story.restart(tasks)
        story.put(path, text)
        item = only(real, "two", kind)
        tap.contains(item.text("SUMMARY"), "Really send the agenda", "title")
        tap.equal(item.text("LOCATION"), "Desk", "place")
        tap.equal(set(real.objects()), names, "objects")
        before = real.objects()
        story.put(path, text)
        time.sleep(1)
        tap.equal(real.objects(), before, "after the same PUT again")


@tap.case("a to-do that is done is left alone")
def _(story):
    story.restart("todos")
    path, real = story.new_calendar()
    text = calendars.meeting(uid="three", start=calendars.business_day(10))
    story.put(path, text)
    only(real, "three", "VTODO")
    edit(real, "three", [("STATUS:NEEDS-ACTION", "STATUS:COMPLETED")])
    story.restart("events")
    story.put(path, text)
    time.sleep(2)
    tap.equal(only(real, "three", "VTODO").value("STATUS"), "COMPLETED", "state")


@tap.case("no sanitizer has complained")
def _(story):
    tap.equal(story.upbeat.stop(), 0, "exit status")
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Story, (support.Radicale,))))
