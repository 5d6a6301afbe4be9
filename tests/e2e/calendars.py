# SPDX-License-Identifier: Apache-2.0
"""Calendar objects for the stories: meetings to store, and what is found in a calendar, read plainly (RFC 5545)."""
import contextlib
import datetime
import re
import time
import uuid
import xml.etree.ElementTree
import zoneinfo

import support

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
# Clients send their zone along; these rules hold since 1996.
VTIMEZONE = """\
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
END:STANDARD
END:VTIMEZONE
"""
QUERY_FOR = """\
<?xml version="1.0"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
  <D:prop><D:getetag/><C:calendar-data/></D:prop>
  <C:filter><C:comp-filter name="VCALENDAR">{}</C:comp-filter></C:filter>
</C:calendar-query>
"""
QUERY = QUERY_FOR.format("")  # for everything
STATE = """\
<?xml version="1.0"?>
<propfind xmlns="DAV:"><prop><sync-token/><getctag xmlns="http://calendarserver.org/ns/"/></prop></propfind>
"""


# ---- days ----


def business_day(n, hour=14, minute=0, zone=BERLIN):
    """The time on the nth business day (Monday to Friday) after today."""
    day = datetime.datetime.now(zone).replace(hour=hour, minute=minute, second=0, microsecond=0)
    step = datetime.timedelta(days=1 if n > 0 else -1)
    for _ in range(abs(n)):
        day += step
        while day.weekday() >= 5:
            day += step
    return day


def business_days_between(earlier, later):
    """How many business days lie from one date to the other; the first does not count."""
    days = (later - earlier).days
    return sum((earlier + datetime.timedelta(days=n)).weekday() < 5 for n in range(1, days + 1))


# ---- writing ----


def mailto(name):
    """alice is one of ours; an address stands for itself."""
    return f"mailto:{name if '@' in name else name + '@ours.example'}"


def meeting(
    title="Roadmap with Acme",
    start=None,
    minutes=60,
    attendees=("alice", "bob", "cto@acme.example", "buyer@acme.example"),
    uid=None,
    more="",
    organizer="alice",
):
    """The text of a meeting, as a client stores it."""
    start = start or business_day(10)
    end = start + datetime.timedelta(minutes=minutes)
    lines = [
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//upbeat//stories//EN",
        VTIMEZONE.strip(),
        "BEGIN:VEVENT",
        f"UID:{uid or uuid.uuid4()}",
        f"DTSTAMP:{datetime.datetime.now(datetime.timezone.utc):%Y%m%dT%H%M%SZ}",
        f"DTSTART;TZID=Europe/Berlin:{start:%Y%m%dT%H%M%S}",
        f"DTEND;TZID=Europe/Berlin:{end:%Y%m%dT%H%M%S}",
        f"SUMMARY:{title}",
    ]
    if attendees:
        lines.append(f"ORGANIZER:{mailto(organizer)}")
        lines += [f"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:{mailto(name)}" for name in attendees]
    lines += [more.strip()] if more else []
    lines.append("END:VEVENT\nEND:VCALENDAR\n")
    return "\n".join(lines).replace("\n", "\r\n")


# ---- reading ----


class Component:
    """A component's properties by name, in order; kind is VEVENT or VTODO."""

    def __init__(self, kind, lines):
        self.kind = kind
        self.properties = [split_line(line) for line in lines]

    def all(self, name):
        return [(parameters, value) for key, parameters, value in self.properties if key == name]

    def value(self, name):
        found = self.all(name)
        return found[0][1] if found else None

    def text(self, name):
        """A TEXT value without its escapes."""
        escapes = {"n": "\n", "N": "\n"}
        return re.sub(r"\\(.)", lambda match: escapes.get(match[1], match[1]), self.value(name) or "")

    def time(self, name):
        """A date-time with its zone; a floating one has none, a date is a date."""
        (parameters, value), *_ = self.all(name)
        if len(value) == 8:
            return datetime.datetime.strptime(value, "%Y%m%d").date()
        moment = datetime.datetime.strptime(value[:15], "%Y%m%dT%H%M%S")
        if value.endswith("Z"):
            return moment.replace(tzinfo=datetime.timezone.utc)
        return moment.replace(tzinfo=zoneinfo.ZoneInfo(parameters["TZID"])) if "TZID" in parameters else moment

    def duration(self):
        return self.time("DTEND") - self.time("DTSTART")

    def addresses(self, name="ATTENDEE"):
        return {value.lower().removeprefix("mailto:") for _, value in self.all(name)}


def split_line(line):
    """NAME;PARAMETER=VALUE:VALUE to its three parts."""
    match = re.match(r'([^;:]+)((?:;[^=:;]+=(?:"[^"]*"|[^;:]*))*):(.*)$', line, re.S)
    assert match, f"no content line: {line!r}"
    parameters = dict(re.findall(r';([^=]+)=("[^"]*"|[^;]*)', match[2]))
    return match[1].upper(), {key.upper(): value.strip('"') for key, value in parameters.items()}, match[3]


def components(text):
    """The events and tasks of an object."""
    lines = re.sub(r"\r?\n[ \t]", "", text).splitlines()
    found, kind, own, depth = [], None, [], 0
    for line in lines:
        word, _, value = line.partition(":")
        if word == "BEGIN" and kind is None and value in ("VEVENT", "VTODO"):
            kind, own, depth = value, [], 0
        elif word == "END" and value == kind and depth == 0:
            found.append(Component(kind, own))
            kind = None
        elif kind:
            depth += (word == "BEGIN") - (word == "END")
            if depth == 0 and word != "END":
                own.append(line)
    return found


# ---- a calendar on a server ----


class Calendar:
    """A user's calendar as a client sees it through a URL."""

    def __init__(self, url, user):
        self.url, self.user = url, user

    def put(self, name, text, **fields):
        fields = {"Content-Type": "text/calendar; charset=utf-8", **fields}
        return support.request("PUT", self.url + name, self.user, text, fields)

    def get(self, name):
        return support.request("GET", self.url + name, self.user)

    def delete(self, name):
        return support.request("DELETE", self.url + name, self.user)

    def objects(self):
        """The objects in it: (ETag, text) by href."""
        # SOGo finds nothing for who wants everything.
        return self.query("") or {**self.query('<C:comp-filter name="VEVENT"/>'), **self.query('<C:comp-filter name="VTODO"/>')}

    def query(self, wanted):
        fields = {"Depth": "1", "Content-Type": "application/xml"}
        answer = support.request("REPORT", self.url, self.user, QUERY_FOR.format(wanted), fields)
        assert answer.status == 207, f"REPORT: {answer.status} {answer.body!r}"
        dav, caldav = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
        return {
            response.findtext(f"{dav}href"): (
                response.findtext(f".//{dav}getetag"),
                response.findtext(f".//{caldav}calendar-data"),
            )
            for response in xml.etree.ElementTree.fromstring(answer.body).iter(f"{dav}response")
        }

    def poll(self):
        """Looks for changes as a client does."""
        fields = {"Depth": "0", "Content-Type": "application/xml"}
        answer = support.request("PROPFIND", self.url, self.user, STATE, fields)
        assert answer.status == 207, f"PROPFIND: {answer.status}"

    def items_of(self, uid):
        """What Upbeat keeps for the meeting: components that are RELATED-TO it."""
        return [
            component
            for _, text in self.objects().values()
            for component in components(text)
            if uid in (value for _, value in component.all("RELATED-TO"))
        ]


GRACE = 1  # seconds for which a deletion may still be a move, instead of 30


class World(support.ServerWorld):
    """A server with Upbeat in front of it, which does not wait long until it takes a deletion for one."""

    def __init__(self, server):
        super().__init__(server)
        self.settings = f"{support.ORGANIZATION}deletion_grace: {GRACE}s\n"
        self.rules = support.TOP / "rules"

    def __enter__(self):
        super().__enter__()
        self.upbeat = self.start(support.Upbeat, self.server, self.settings, f"sqlite:{self.store}", self.rules)
        return self

    @contextlib.contextmanager
    def at(self, moment, store):
        """Upbeat is ended, and begins again at that time with that store; afterwards it is as it was."""
        before = self.upbeat, self.store
        before[0].stop()
        ahead = int(moment.timestamp() - time.time())
        try:
            self.upbeat = self.start(
                support.Upbeat, self.server, self.settings, f"sqlite:{store}", **support.clock(ahead)
            )
            self.store = store
            yield
        finally:
            self.upbeat.stop()
            self.upbeat, self.store = before
            self.upbeat.launch()

    def new_calendar(self):
        """An empty calendar of alice: as she sees it through Upbeat, and as it is on the server."""
        path = self.new_path()
        return tuple(Calendar(server.url + path, "alice") for server in (self.upbeat, self.server))
