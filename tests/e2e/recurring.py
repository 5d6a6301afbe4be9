# SPDX-License-Identifier: Apache-2.0
"""What the stories of series share: the objects as clients store them, a world with a customer who invites, and the items
of the instances."""
import datetime
import re

import calendars
import support
import tap

SECOND, WEEK = datetime.timedelta(seconds=1), datetime.timedelta(days=7)
TWO, THREE = ("alice", "cto@acme.example"), ("alice", "bob", "cto@acme.example")
AFTER = datetime.timedelta(hours=2, minutes=30)  # from the beginning of a meeting to when its follow-up is due


def instance(uid, old, new, more="", title="Weekly sync Acme", attendees=TWO):
    """The override of one instance, as a client stores it in the same object."""
    of = f"RECURRENCE-ID;TZID=Europe/Berlin:{old:%Y%m%dT%H%M%S}"
    text = calendars.meeting(title, new, 30, attendees, uid, f"{of}\n{more}")
    return text[text.index("BEGIN:VEVENT"):text.index("END:VCALENDAR")]


def series(
    uid,
    start,
    rule="FREQ=WEEKLY;COUNT=20",
    more="",
    overrides=(),
    title="Weekly sync Acme",
    attendees=TWO,
    organizer="alice",
):
    """The object of a series, with the overrides of some instances."""
    text = calendars.meeting(title, start, 30, attendees, uid, f"RRULE:{rule}\n{more}", organizer)
    return text.replace("END:VCALENDAR", "".join(overrides) + "END:VCALENDAR")


def of_one(text, at, partstat, name="alice"):
    """The object of a series with an override of the instance at that time, in which a guest has that PARTSTAT."""
    event = text[text.index("BEGIN:VEVENT"):text.index("END:VCALENDAR")]
    event = re.sub(r"(?m)^RRULE.*\r?\n", f"RECURRENCE-ID;TZID=Europe/Berlin:{at:%Y%m%dT%H%M%S}\r\n", event)
    event = re.sub(r"(DTSTART[^:]*):\d+T\d+", rf"\1:{at:%Y%m%dT%H%M%S}", event)
    event = re.sub(r"(DTEND[^:]*):\d+T\d+", rf"\1:{at + datetime.timedelta(minutes=30):%Y%m%dT%H%M%S}", event)
    return text.replace("END:VCALENDAR", answered(event, partstat, name) + "END:VCALENDAR")


def answered(text, partstat, name="alice"):
    """The text with that PARTSTAT of a guest's."""
    text = re.sub(r"\r?\n ", "", text)
    return re.sub(rf"(?m)^(ATTENDEE[^:]*PARTSTAT=)[A-Z-]+(?=[^:]*:mailto:{name}@)", rf"\g<1>{partstat}", text)


class Story(calendars.World):
    def __init__(self, server):
        super().__init__(server)
        # Who invites us is a customer only if we know the account.
        accounts = self.folder / "accounts.yaml"
        accounts.write_text("accounts: [{id: acme, name: Acme, domains: [acme.example]}]\n")
        self.settings += f"accounts: [{{source: yaml, path: {accounts}}}]\n"

    def store_series(self, uid, start, **more):
        seen, real = self.new_calendar()
        tap.equal(seen.put("m.ics", series(uid, start, **more)).status, 201, "PUT")
        self.settle()
        return seen, real

    def change(self, seen, text, name="m.ics"):
        answer = seen.put(name, text)
        assert answer.status in (201, 204), f"PUT: {answer}"
        self.settle()

    def calendar(self, user, server=None):
        """The one that a user has from the beginning, on the server itself or through what is given."""
        return calendars.Calendar((server or self.server).url + self.server.calendar_of(user), user)

    def invite(self, text):
        """A customer invites alice, or does so again. Her calendar through Upbeat, on the server, and the object's name:
        a server that schedules has put the object there, in other cases her client is about to."""
        uid = re.search(r"(?m)^UID:(.*?)\r?$", text)[1]
        if not self.server.SCHEDULES:
            return *self.new_calendar(), "m.ics"
        answer = self.calendar(self.server.CUSTOMER).put(f"{uid}.ics", text)
        assert answer.status in (201, 204), f"PUT: {answer}"
        return self.calendar("alice", self.upbeat), self.calendar("alice"), self.delivered("alice", uid)[0]

    def delivered(self, user, uid):
        """The name and the text of what the server has put into a user's calendar."""
        objects = self.calendar(user).objects().items()
        found = [(href.rsplit("/", 1)[1], text) for href, (_, text) in objects if re.search(rf"(?m)^UID:{uid}$", text)]
        tap.equal(len(found), 1, f"objects of {uid} with {user}")
        return found[0]


def times(real, uid):
    """When each to-do after an instance is due, in Berlin, by its UID."""
    todos = [item for item in real.items_of(uid) if ": follow up " in item.text("SUMMARY")]
    return {item.value("UID"): item.time("DUE").astimezone(calendars.BERLIN) for item in todos}


def due(real, uid):
    """On which days that is, which tells the instances; and each to-do's UID."""
    return {at.date(): uid for uid, at in times(real, uid).items()}
