# SPDX-License-Identifier: Apache-2.0
"""What passes Upbeat is what was sent. Recorders stand on both sides of Upbeat, a real CalDAV server behind.

Each request carries a field with its number. By the number, a request that the client's side recorded is found again on
the server's side. Requests of the engine's own have no number. All events are internal: nothing is made beside them.
"""
import http.client
import importlib.util
import os
import signal
import sys
import time

import calendars
import recorder
import support
import tap
import wireformat

NUMBER = "X-Story"
DAV = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
XML = {"Content-Type": "application/xml; charset=utf-8"}
ICS = {"Content-Type": "text/calendar; charset=utf-8"}
PROPFIND = f"<D:propfind {DAV}><D:prop><D:getetag/><D:resourcetype/><D:sync-token/></D:prop></D:propfind>"
QUERY = calendars.QUERY
PROPPATCH = f"<D:propertyupdate {DAV}><D:set><D:prop><D:displayname>M\u00fcller &amp; S\u00f6hne</D:displayname></D:prop></D:set></D:propertyupdate>"
SYNC = f"<D:sync-collection {DAV}><D:sync-token/><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>"


def multiget(*hrefs):
    listed = "".join(f"<D:href>{href}</D:href>" for href in hrefs)
    return f"<C:calendar-multiget {DAV}><D:prop><D:getetag/><C:calendar-data/></D:prop>{listed}</C:calendar-multiget>"


def event(uid, summary="Stand-up", start="20300105T100000Z"):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//stories//EN", "BEGIN:VEVENT", f"UID:{uid}"]
    lines += ["DTSTAMP:20260101T000000Z", f"DTSTART:{start}", "DURATION:PT30M", f"SUMMARY:{summary}"]
    return "\r\n".join(lines + ["END:VEVENT", "END:VCALENDAR", ""]).encode()


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.server = self.start(support.Radicale)
        self.before, self.upbeat, self.behind = recorder.between(self, self.server)
        self.number = 0
        self.calendar = "/alice/team/"
        return self

    def ask(self, connection, method, target, body=None, fields=None, user="alice", **more):
        """One request as a client's library sends it: its answer."""
        self.number += 1
        fields = {**(fields or {}), NUMBER: str(self.number)}
        if user:
            fields["Authorization"] = support.basic(user)
        connection.request(method, target, body, fields, **more)
        answer = connection.getresponse()
        return support.Answer(answer.status, answer.getheaders(), answer.read())

    def compare(self):
        """Compares both sides of everything since the last time. Returns the number of exchanges."""
        time.sleep(0.1)
        theirs = {number(request): (request, answers) for request, answers in cut_all(self.behind)}
        compared = 0
        for request, answers in cut_all(self.before):
            arrived, given = theirs.pop(number(request))
            where = request.start.decode()
            tap.equal(wireformat.request_difference(request, arrived), "", where)
            tap.equal(len([each for each in given if each.status != 100]), len(final(answers)), f"{where}: answers")
            for sent, got in zip(final(given), final(answers)):
                tap.equal(wireformat.response_difference(sent, got), "", f"{where}: answer")
            compared += 1
        return compared


def number(message):
    return message.field(NUMBER)


def final(answers):
    return [answer for answer in answers if answer.status != 100]


def cut_all(side):
    """The exchanges of clients. The engine has connections of its own, on which an answer may be under way."""
    connections = [both for both in side.take() if NUMBER.lower().encode() in both[0].lower()]
    exchanges = [pair for both in connections for pair in wireformat.cut(*both)]
    return [(request, answers) for request, answers in exchanges if number(request)]


def same_case(sentence, expected, wanted):
    """A case: the function yields requests, (method, target, body, fields). On one connection, they are answered with
    the expected statuses, and are the same on both sides."""

    @tap.case(sentence)
    def _(world):
        connection = http.client.HTTPConnection("127.0.0.1", world.before.port, timeout=20)
        statuses = []
        asked = wanted(world)
        answer = None
        while True:
            try:
                method, target, *rest = asked.send(answer)
            except StopIteration:
                break
            body, fields = (rest + [None, None])[:2]
            body = body.encode() if isinstance(body, str) else body
            answer = world.ask(connection, method, target, body, fields)
            statuses.append(answer.status)
        connection.close()
        tap.equal(statuses, expected, "statuses")
        tap.equal(world.compare(), len(expected), "exchanges compared")


def same(sentence, *expected):
    return lambda wanted: same_case(sentence, list(expected), wanted)


@same("MKCALENDAR and PROPPATCH, escaped or not", 201, 201, 207)
def _(world):
    yield "MKCALENDAR", world.calendar
    yield "MKCALENDAR", "/alice/t%40b%20c/"
    yield "PROPPATCH", world.calendar, PROPPATCH, XML


@same("OPTIONS", 200, 200)
def _(world):
    yield "OPTIONS", "/"
    yield "OPTIONS", world.calendar


@same("a PUT that creates, updates, conflicts, and one that cannot be read", 201, 201, 412, 412, 201, 400)
def _(world):
    href = world.calendar + "a.ics"
    first = yield "PUT", href, event("a"), {**ICS, "If-None-Match": "*"}
    yield "PUT", href, event("a", "Moved"), {**ICS, "If-Match": first.field("ETag")}
    yield "PUT", href, event("a", "Again"), {**ICS, "If-Match": first.field("ETag")}
    yield "PUT", href, event("a", "Again"), {**ICS, "If-None-Match": "*"}
    yield "PUT", world.calendar + "b.ics", event("b"), ICS
    yield "PUT", world.calendar + "c.ics", b"no calendar at all", ICS


@same("PROPFIND of depth 0 and 1", 207, 207, 207)
def _(world):
    yield "PROPFIND", world.calendar, PROPFIND, {**XML, "Depth": "0"}
    yield "PROPFIND", world.calendar, PROPFIND, {**XML, "depth": "1", "Accept-Encoding": "gzip"}
    yield "PROPFIND", "/", None, {"Depth": "0"}


@same("REPORT: calendar-query, multiget, sync-collection", 207, 207, 207)
def _(world):
    yield "REPORT", world.calendar, QUERY, {**XML, "Depth": "1"}
    yield "REPORT", world.calendar, multiget(world.calendar + "a.ics", world.calendar + "none.ics"), XML
    yield "REPORT", world.calendar, SYNC, {**XML, "Prefer": "return=minimal"}


@same("GET and HEAD, there and not there", 200, 200, 200, 404, 404, 200)
def _(world):
    yield "GET", world.calendar + "a.ics"
    yield "HEAD", world.calendar + "a.ics"
    yield "GET", world.calendar + "./x/..//%61.ics?y=1"
    yield "GET", world.calendar + "none.ics"
    yield "HEAD", world.calendar + "none.ics"
    yield "GET", world.calendar


@same("MOVE, COPY and DELETE", 201, 502, 405, 200, 404)
def _(world):
    there = f"http://127.0.0.1:{world.before.port}{world.calendar}d.ics"
    yield "MOVE", world.calendar + "b.ics", None, {"Destination": there, "Overwrite": "F"}
    yield "MOVE", world.calendar + "d.ics", None, {"Destination": "http://elsewhere.example/alice/x.ics"}
    yield "COPY", world.calendar + "d.ics", None, {"Destination": there}
    yield "DELETE", world.calendar + "d.ics"
    yield "DELETE", world.calendar + "d.ics"


@same("what the server does not know", 405, 405, 405)
def _(world):
    yield "X-NONSENSE", "/"
    yield "LOCK", world.calendar
    yield "POST", world.calendar + "a.ics", b"", {"X-HTTP-Method-Override": "DELETE"}


@tap.case("a challenge, and where the service is")
def _(world):
    connection = http.client.HTTPConnection("127.0.0.1", world.before.port, timeout=20)
    refused = world.ask(connection, "PROPFIND", world.calendar, None, {"Depth": "0"}, user=None)
    tap.equal(refused.status, 401, "status")
    tap.contains(refused.field("WWW-Authenticate"), "Basic realm", "challenge")
    put = world.ask(connection, "PUT", world.calendar + "e.ics", event("e"), ICS, user=None)
    tap.equal(put.status, 401, "status")
    known = world.ask(connection, "GET", "/.well-known/caldav", user=None)
    tap.equal(known.status // 100, 3, "a redirect")
    connection.close()
    tap.equal(world.compare(), 3, "exchanges compared")


@tap.case("an upload in chunks is stored by a server that knows none")
def _(world):
    connection = http.client.HTTPConnection("127.0.0.1", world.before.port, timeout=20)
    data = event("f", "Chunked")
    pieces = [data[i : i + 7] for i in range(0, len(data), 7)]
    target = world.calendar + "f.ics"
    stored = world.ask(connection, "PUT", target, iter(pieces), {**ICS, "Transfer-Encoding": "chunked"}, encode_chunked=True)
    tap.equal(stored.status, 201, "status")
    got = world.ask(connection, "GET", target)
    assert b"SUMMARY:Chunked" in got.body
    connection.close()
    tap.equal(world.compare(), 2, "exchanges compared")


@tap.case("a client that asks first is told to go on")
def _(world):
    data = event("g")
    world.number += 1
    head = f"PUT {world.calendar}g.ics HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n{NUMBER}: {world.number}\r\n"
    head += f"Authorization: {support.basic('alice')}\r\nContent-Type: text/calendar\r\nContent-Length: {len(data)}\r\n\r\n"
    with support.socket.create_connection(("127.0.0.1", world.before.port), 20) as client:
        stream = wireformat.Stream(lambda: client.recv(65536))
        client.sendall(head.encode())
        tap.equal(wireformat.read_response(stream, b"PUT").status, 100, "status")
        client.sendall(data)
        tap.equal(wireformat.read_response(stream, b"PUT").status, 201, "status")
    tap.equal(world.compare(), 1, "exchanges compared")


@tap.case("the engine is killed while a client uploads: the client notices nothing")
def _(world):
    data = event("h", "Stand-up " + "x" * 100000)
    world.number += 1
    head = f"PUT {world.calendar}h.ics HTTP/1.1\r\nHost: h\r\n{NUMBER}: {world.number}\r\n"
    head += f"Authorization: {support.basic('alice')}\r\nContent-Type: text/calendar\r\nContent-Length: {len(data)}\r\n\r\n"
    with support.socket.create_connection(("127.0.0.1", world.before.port), 20) as client:
        stream = wireformat.Stream(lambda: client.recv(65536))
        client.sendall(head.encode() + data[:50000])
        killed = tap.eventually(lambda: support.engine_of(world.upbeat.pid), "the engine")
        os.kill(killed, signal.SIGKILL)
        client.sendall(data[50000:])
        tap.equal(wireformat.read_response(stream, b"PUT").status, 201, "status")
    tap.equal(world.compare(), 1, "exchanges compared")
    tap.eventually(lambda: support.engine_of(world.upbeat.pid) not in (None, killed), "the next engine")


@tap.case("a calendar is deleted, with all that is in it")
def _(world):
    connection = http.client.HTTPConnection("127.0.0.1", world.before.port, timeout=20)
    tap.equal(world.ask(connection, "DELETE", world.calendar).status, 200, "status")
    tap.equal(world.ask(connection, "PROPFIND", world.calendar, None, {"Depth": "0"}).status, 404, "status")
    connection.close()
    tap.equal(world.compare(), 2, "exchanges compared")


@tap.case("no sanitizer complained")
def _(world):
    world.upbeat.is_sane()


if __name__ == "__main__":
    if not importlib.util.find_spec("radicale"):
        tap.skip_all("Radicale is not installed")
    with support.world(Story) as story:
        sys.exit(tap.run(story))
