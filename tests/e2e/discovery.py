# SPDX-License-Identifier: Apache-2.0
"""Clients find their calendars on a public name that the server knows nothing of, with Upbeat's TLS in front.

A client is given https://calendar.example and a user, goes on as RFC 6764 has it and as Apple's clients and DAVx5 do, and
follows redirects with absolute addresses. The name leads to loopback here; any address that leads elsewhere, or out of TLS, is
one that a client would not find. UPBEAT_SERVERS names the servers.
"""
import http.client
import os
import re
import socket
import sys
import types
import urllib.parse
import xml.etree.ElementTree as ElementTree

import calendars
import certificates
import on_servers
import support
import tap

NAME = "calendar.example"
ORIGIN = f"https://{NAME}"
XML = {"Content-Type": "application/xml; charset=utf-8"}
SPACES = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/"'
DAV, CALDAV = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
REDIRECTS = (301, 302, 303, 307, 308)
# The first request of each, its properties in its order.
APPLE = "<current-user-principal/><principal-URL/><resourcetype/>"
DAVX5 = "<resourcetype/><displayname/><current-user-principal/><C:calendar-home-set/><C:calendar-description/><S:getctag/>"
PRINCIPAL = "<C:calendar-home-set/><C:calendar-user-address-set/><current-user-principal/><displayname/><principal-collection-set/>"
COLLECTIONS = "<resourcetype/><displayname/><C:supported-calendar-component-set/><current-user-privilege-set/><S:getctag/><sync-token/>"


def propfind(properties):
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<propfind {SPACES}><prop>{properties}</prop></propfind>'


class Client:
    """It connects to the public name, as its user has typed it, and to nothing else."""

    def __init__(self, story, user, agent):
        self.story, self.user, self.agent = story, user, agent
        self.went = []  # the addresses of redirects

    def once(self, method, url, body=None, fields=None):
        parts = urllib.parse.urlsplit(url)
        assert (parts.scheme, parts.netloc) in (("https", NAME), ("https", f"{NAME}:443")), f"{url} leads away: {self.went}"
        plain = socket.create_connection(("127.0.0.1", self.story.upbeat.port), timeout=60)
        connection = http.client.HTTPConnection(NAME)
        connection.sock = self.story.trusted.wrap_socket(plain, server_hostname=NAME)
        try:
            fields = {"User-Agent": self.agent, **({"Authorization": support.basic(self.user)} if self.user else {}), **(fields or {})}
            target = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
            connection.request(method, target, body.encode() if body else None, fields)
            answer = connection.getresponse()
            return support.Answer(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    def ask(self, method, url, body=None, fields=None):
        """The answer, and the address that it is from in the end."""
        for _ in range(6):
            answer = self.once(method, url, body, fields)
            if answer.status not in REDIRECTS:
                return answer, url
            url = urllib.parse.urljoin(url, answer.field("Location"))
            self.went.append(url)
        raise AssertionError(f"redirects without end: {self.went}")

    def properties(self, url, properties, depth=0):
        """What is told of each resource: {its address: the element of what was found}."""
        answer, url = self.ask("PROPFIND", url, propfind(properties), {**XML, "Depth": str(depth)})
        if answer.status != 207:
            return {}
        found = {}
        for response in ElementTree.fromstring(answer.body).iter(f"{DAV}response"):
            good = [part for part in response.iter(f"{DAV}propstat") if " 200 " in part.findtext(f"{DAV}status")]
            found[urllib.parse.urljoin(url, response.findtext(f"{DAV}href"))] = [part.find(f"{DAV}prop") for part in good]
        return found

    def href(self, url, name, properties):
        """The address that a property of a resource has; None: it has no such property."""
        for props in self.properties(url, properties).values():
            for prop in props:
                href = prop.findtext(f"{name}/{DAV}href")
                if href:
                    return urllib.parse.urljoin(url, href.strip())
        return None


def is_calendar(props):
    return any(prop.find(f"{DAV}resourcetype/{CALDAV}calendar") is not None for prop in props)


def calendars_from(client, principal):
    home = client.href(principal, f"{CALDAV}calendar-home-set", PRINCIPAL)
    assert home, f"{principal} has no calendar-home-set"
    return [url for url, props in client.properties(home, COLLECTIONS, 1).items() if is_calendar(props)]


def same(url, path):
    return urllib.parse.unquote(urllib.parse.urlsplit(url).path).rstrip("/") == path.rstrip("/")


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        authority = certificates.Authority(self.folder)
        certificate, key = authority.issue("calendar", f"DNS:{NAME},IP:127.0.0.1")
        self.trusted = authority.trust()
        support.TRUSTED = self.trusted
        self.upbeat = self.start(Upbeat, self.upstream(), store=f"sqlite:{self.store}", settings=support.ORGANIZATION +
                                 f"tls: {{certificate: {certificate}, key: {key}}}\n")
        return self

    def start(self, kind, *arguments, **more):
        if kind is self.kind:
            more["users"] = on_servers.TEAM
        return super().start(kind, *arguments, **more)

    def upstream(self):
        """SOGo itself has no well-known address: Upbeat has, for a server at a path."""
        path = self.typed() if self.kind is support.Sogo else ""
        return types.SimpleNamespace(url=self.server.url + path, calendar_of=self.server.calendar_of)

    def places(self):
        """Where a client begins, in its order: the first where somebody answers who it is, is taken."""
        return [f"{ORIGIN}/.well-known/caldav", f"{ORIGIN}/", f"{ORIGIN}/principals/", ORIGIN + self.typed()]

    def typed(self):
        """What a user types where there is no well-known address."""
        return re.sub(r"alice/.*", "", self.server.calendar_of("alice"))


class Upbeat(support.Upbeat):
    SCHEME = "https"


def find_calendars(story, agent, first):
    client = Client(story, "alice", agent)
    asked = (client.href(place, f"{DAV}current-user-principal", first) for place in story.places())
    principal = next(filter(None, asked), None)
    assert principal, f"nobody says who alice is; went to {client.went}"
    if story.server.IS_WELL_KNOWN:  # otherwise that is the affair of a web server before it
        assert client.went, "the well-known address leads nowhere"
    found = calendars_from(client, principal)
    ours = [url for url in found if same(url, story.server.calendar_of("alice"))]
    tap.equal(len(ours), 1, found)
    return client, ours[0]


@tap.case("Apple finds the calendar: from the name alone to the calendar, where a meeting is stored and found again")
def _(story):
    client, url = find_calendars(story, "macOS/14.0 (23A344) dataaccessd/1.0", APPLE)
    options, _ = client.ask("OPTIONS", url)
    tap.contains(",".join(value for name, value in options.fields if name.lower() == "dav"), "calendar-access", "DAV")
    text = calendars.meeting(start=calendars.business_day(9), uid="apple", attendees=())
    put, _ = client.ask("PUT", f"{url}apple.ics", text, {"Content-Type": "text/calendar", "If-None-Match": "*"})
    tap.equal(put.status, 201, "PUT")
    members = client.properties(url, "<getetag/><getcontenttype/>", 1)
    assert any(same(member, urllib.parse.urlsplit(url).path + "apple.ics") for member in members), members


@tap.case("DAVx5 finds the calendar: without a password first, then to the same calendar, and a multiget by its addresses")
def _(story):
    stranger = Client(story, None, "DAVx5/4.4")
    answer, _ = stranger.ask("PROPFIND", story.places()[-1], propfind(DAVX5), {**XML, "Depth": "0"})
    tap.equal(answer.status, 401, "a stranger")
    client, url = find_calendars(story, "DAVx5/4.4.1-ose (2024/06/01; dav4jvm; okhttp/4.12.0) Android/14", DAVX5)
    text = calendars.meeting(start=calendars.business_day(10), uid="davx5", attendees=())
    put, _ = client.ask("PUT", f"{url}davx5.ics", text, {"Content-Type": "text/calendar", "If-None-Match": "*"})
    tap.equal(put.status, 201, "PUT")
    path = urllib.parse.urlsplit(url).path + "davx5.ics"
    wish = f'<C:calendar-multiget {SPACES}><prop><getetag/><C:calendar-data/></prop><href>{path}</href></C:calendar-multiget>'
    got, _ = client.ask("REPORT", url, wish, {**XML, "Depth": "1"})
    tap.contains(got.text, "UID:davx5", "multiget")


@tap.case("absolute addresses: a collection without its slash, and a MOVE")
def _(story):
    client = Client(story, "alice", "tests")
    url = ORIGIN + story.server.calendar_of("alice")
    text = calendars.meeting(start=calendars.business_day(11), uid="moved", attendees=())
    put, _ = client.ask("PUT", f"{url}moved.ics", text, {"Content-Type": "text/calendar"})
    assert put.status in (201, 204), put.status
    without, _ = client.ask("PROPFIND", url.rstrip("/"), propfind(COLLECTIONS), {**XML, "Depth": "0"})
    tap.equal(without.status, 207, "PROPFIND without a slash")
    if not story.server.RENAMES:
        raise tap.Skip("the server takes no MOVE within a calendar")
    moved, _ = client.ask("MOVE", f"{url}moved.ics", None, {"Destination": f"{url}there.ics", "Overwrite": "F"})
    assert 200 <= moved.status < 300, f"MOVE: {moved.status} {moved.text}"
    # Not what is there: SOGo gives it a name of its own.
    tap.equal(client.ask("GET", f"{url}moved.ics")[0].status, 404, "where it was")


@tap.case("doctor: what it tries comes out as the server is, and is gone afterwards")
def _(story):
    path = {user: story.folder / user for user in ("alice", "bob")}
    for user, file in path.items():
        file.touch(0o600)
        file.write_text(support.password(user))
    settings = story.folder / "doctor.yaml"
    settings.write_text(f"listen: 127.0.0.1:1\nupstream: {story.upstream().url}\nrules: {support.TOP}/rules\n{support.ORGANIZATION}"
                        f"service: {{user: bob, password_file: {path['bob']}}}\n")
    said = support.run("doctor", "-c", settings, "--user", "alice", "--password-file", path["alice"], "--try").stdout
    invites = "good     try: the server invites: bob@" if story.server.SCHEDULES else "note     try: the server invites nobody"
    syncs = "good     try: sync-collection has" if story.server.SYNCS else "note     try: sync-collection has not told of it"
    for words in ("good     sign-in: the server takes ", "good     try: an event can be stored", syncs,
                  "good     try: a to-do can be stored", invites):
        tap.contains(said, words, "what it says")
    for user in path:
        listed = support.request("PROPFIND", story.server.url + story.server.calendar_of(user), user, fields={"Depth": "1"})
        assert "upbeat-doctor" not in listed.text, f"left with {user}: {listed.text}"


@tap.case("nothing went wrong on the way")
def _(story):
    story.upbeat.is_sane()


def servers():
    return [getattr(support, name) for name in os.environ.get("UPBEAT_SERVERS", "Radicale Xandikos").split()]


if __name__ == "__main__":
    sys.exit(tap.run_in_each(support.worlds(Story, servers())))
