# SPDX-License-Identifier: Apache-2.0
"""The world of the stories that hold on every server: a team, a customer, and what each has in his calendar."""
import email
import os
import pathlib
import re
import signal
import urllib.parse

import calendars
import recorder
import recurring
import support
import tap

SOON = 10.0
TEAM = ("alice", "bob", "carol", "dave", "erin", "frank")
THREE = ("alice", "bob", "cto@acme.example")
# The collections in which a server keeps what it has sent to a user.
INBOXES = {support.Cyrus: "/dav/calendars/user/{}/Inbox/", support.Davical: "/davical/caldav.php/{}/.in/"}
NAMES = """\
<?xml version="1.0"?>
<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>
"""
METHODS = "GET|PUT|POST|DELETE|OPTIONS|PROPFIND|REPORT|MKCALENDAR|MOVE"
ACCOUNTS = "accounts: [{{id: acme, name: Acme, domains: [acme.example], background: {}}}]\n"


def is_prep(item):
    return ": prep for " in item.text("SUMMARY") and item.value("STATUS") != "CANCELLED"


def is_of(uid, text):
    return re.search(rf"(?m)^UID:{uid}\r?$", text) is not None


def starts(item):
    return item.time("DTSTART").astimezone(calendars.BERLIN)


def people(item):
    """Who is on it: SOGo does not list the organizer among the attendees."""
    return item.addresses() | item.addresses("ORGANIZER")


def dragged(text, start, duration):
    """The text of an event, as a client stores it that has moved it to that time."""
    for name, time in (("DTSTART", start), ("DTEND", start + duration)):
        text = re.sub(rf"({name};TZID=[^:]*):\d+T\d+", rf"\1:{time:%Y%m%dT%H%M%S}", text)
    return text


class World(recurring.Story):
    """A recorder between Upbeat and the server tells what was written."""

    def start(self, kind, *arguments, **more):
        if kind is support.Radicale:
            more = {"users": (*TEAM, support.SERVICE), "rights": support.RIGHTS.format(shut="nobody")}
        elif isinstance(kind, type) and issubclass(kind, support.Server):
            more["users"] = TEAM
        return super().start(kind, *arguments, **more)

    def __enter__(self):
        support.ServerWorld.__enter__(self)
        self.days = 8
        self.tell_accounts("A maker of rockets.")
        settings = f"{self.settings}sync_every: 1s\n{self.service()}"
        _, self.upbeat, self.behind = recorder.between(self, self.server, settings=settings, store=f"sqlite:{self.store}")
        return self

    def service(self):
        """Where the server invites nobody, a service account writes what colleagues have, and looks at frank's calendar."""
        if self.server.SCHEDULES:
            return ""
        polled = self.server.calendar_of("frank")
        secret = self.folder / "secret"
        secret.touch(0o600)
        secret.write_text(support.password(support.SERVICE))
        return f"service: {{user: {support.SERVICE}, password_file: {secret}, poll: [{polled}]}}\n"

    def tell_accounts(self, background):
        (self.folder / "accounts.yaml").write_text(ACCOUNTS.format(background))

    def next_day(self):
        """A day of a story's own, so that the items of one are not in the way of another's."""
        self.days += 1
        return calendars.business_day(self.days, 11)

    def meet(self, uid, start=None, **more):
        """A customer meeting with its items: the calendar through Upbeat and on the server."""
        seen, real = self.new_calendar()
        self.save(seen, uid, start or self.next_day(), **more)
        self.prep(real, uid)
        return seen, real

    def save(self, seen, uid, start, title="Roadmap with Acme", attendees=THREE, more="", name="m.ics"):
        self.change(seen, calendars.meeting(title, start, 60, attendees, uid, more), name)

    def preps(self, calendar, uid):
        return [item for item in calendar.items_of(uid) if is_prep(item)]

    def prep(self, calendar, uid):
        preps = self.preps(calendar, uid)
        tap.equal(len(preps), 1, f"prep calls of {uid}")
        return preps[0]

    def find(self, calendar, uid):
        """The name and the text of the object with that UID."""
        found = [(href.rsplit("/", 1)[1], text) for href, (_, text) in calendar.objects().items() if is_of(uid, text)]
        tap.equal(len(found), 1, f"objects of {uid}")
        return found[0]

    def gone(self, calendar, uid):
        tap.eventually(lambda: not calendar.items_of(uid), "no items", SOON + calendars.GRACE)
        self.settle()

    def looked(self, calendar):
        """Whether Upbeat has looked for changes in a calendar."""
        path = urllib.parse.urlsplit(calendar.url).path
        return support.rows_in(self.store, "SELECT 1 FROM sync WHERE collection = ?", path) != []

    # ---- colleagues ----

    def copies(self, user, uid):
        """How many objects of that UID a user has that have not been called off."""
        texts = (text for _, text in self.calendar(user).objects().values())
        return sum(is_of(uid, text) and "STATUS:CANCELLED" not in text for text in texts)

    def answer(self, user, uid, partstat):
        """A user answers an invitation, through Upbeat."""
        name, text = self.delivered(user, uid)
        self.change(self.calendar(user, self.upbeat), recurring.answered(text, partstat, user), name)

    def partstat(self, item, user):
        return {value: of.get("PARTSTAT") for of, value in item.all("ATTENDEE")}.get(f"mailto:{user}@ours.example")

    # ---- what was sent ----

    def messages(self, user, uid):
        """What tells the messages about that UID that the server has sent to a user."""
        if not self.server.SCHEDULES:
            return set()
        if type(self.server) in INBOXES:
            return set(self.in_inbox(INBOXES[type(self.server)].format(user), user, uid))
        letters = pathlib.Path(self.server.log.parent / "s/mail").glob("*.eml")
        return {path.name for path in letters if is_letter(path.read_bytes(), user, uid)}

    def in_inbox(self, path, user, uid):
        """DAViCal has one object for each UID, Cyrus one for each message."""
        fields = {"Depth": "1", "Content-Type": "application/xml"}
        answer = support.request("PROPFIND", self.server.url + path, user, NAMES, fields)
        tap.equal(answer.status, 207, "PROPFIND of the inbox")
        for href in re.findall(r"href>([^<]*\.ics)</", answer.text):
            got = support.request("GET", self.server.url + href, user)
            if is_of(uid, got.text):
                yield href, got.field("ETag")

    def writes(self, calendar, name):
        """How often an object of that name was stored, by Upbeat or by a client behind it."""
        path = urllib.parse.urlsplit(calendar.url).path + name
        with self.behind.lock:
            return sum(stored(each).count(path) for each in self.behind.connections)

    def refresh(self, background):
        """The accounts' file has changed, and is read at once."""
        self.tell_accounts(background)
        answer = support.run("refresh", "-c", self.upbeat.settings)
        tap.equal(answer.returncode, 0, answer.stdout + answer.stderr)

    def kill_engine(self):
        os.kill(support.engine_of(self.upbeat.pid), signal.SIGKILL)


def stored(connection):
    """The paths of the PUTs that were answered: SOGo closes a connection without a word, and leaves the next request so."""
    answers = len(re.findall(rb"HTTP/1[.]. [2-5]\d\d ", connection.server_bytes))
    requests = re.findall(rf"({METHODS}) (\S+) HTTP/1[.]1\r\n".encode(), connection.client_bytes)
    return [urllib.parse.unquote(path.decode()) for method, path in requests[:answers] if method == b"PUT"]


def is_letter(content, user, uid):
    """Whether a letter of the mail sink tells the user of that UID."""
    receivers, _, text = content.partition(b"\n")
    if f"{user}@ours.example" not in receivers.decode().split():
        return False
    parts = [part for part in email.message_from_bytes(text).walk() if part.get_content_type() == "text/calendar"]
    return any(is_of(uid, part.get_payload(decode=True).decode()) for part in parts)
