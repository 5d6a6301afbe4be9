# SPDX-License-Identifier: Apache-2.0
"""An amended meeting on the wire: which requests stay as they came, what the server gets, what its answer says."""
import os
import signal
import sys

import amending
import byteserver
import calendars
import relays
import support
import tap

BASIC = b"Authorization: " + support.basic("alice").encode() + b"\r\n"
TYPE = b"Content-Type: text/calendar\r\n"
VALIDATORS = b'ETag: "1"\r\nlast-modified: Thu, 01 Jan 2026 00:00:00 GMT\r\nSchedule-Tag: "2"\r\n'


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.server = self.start(byteserver.ByteServer)
        self.upbeat = self.start(
            support.Upbeat,
            amending_upstream(self.server),
            settings=amending.ORGANIZATION,
            rules=amending.write_rules(self.folder),
        )
        self.made = 0
        self.upbeat.wait_for(self.amends, "it amends")
        return self

    def amends(self):
        """The engine has told the relay that it wants to see meetings."""
        return b"X-UPBEAT-ADDED" in self.put(calendars.meeting(uid="first").encode())[0].body

    def answering(self, status=b"201 Created", fields=VALIDATORS, body=b""):
        """From now on each PUT gets this answer, and is remembered. Requests of the engine's own get a 404."""

        def story(client):
            while request := client.read_request():
                if request.method != b"PUT":
                    client.answer(status=b"404 Not Found")
                    continue
                self.server.seen.append(request)
                if status.startswith(b"204"):
                    client.send(b"HTTP/1.1 " + status + b"\r\n" + fields + b"\r\n")
                else:
                    client.answer(body, status, fields)

        self.server.serve(story)

    def put(self, text, fields=BASIC + TYPE, **answer):
        """The request as it arrived, and the answer."""
        self.answering(**answer)
        self.made += 1
        with relays.Peer(self.upbeat.port) as peer:
            got = peer.ask(b"PUT", b"/alice/calendar/%d.ics" % self.made, fields, text)
        (request,) = self.server.seen
        return request, got


def amending_upstream(server):
    """A server of bytes, in the form in which Upbeat wants a server."""
    server.calendar_of = lambda user: f"/{user}/calendar/"
    return server


def meeting(uid):
    return calendars.meeting(uid=uid).encode()


@tap.case("ETag, Schedule-Tag and Last-Modified are withheld, whatever their case; the rest is passed")
def _(story):
    for status in (b"201 Created", b"200 OK", b"204 No Content"):
        request, answer = story.put(meeting("withheld"), status=status)
        assert b"X-UPBEAT-ADDED" in request.body, request.body
        validators = [value for name in ("ETag", "Schedule-Tag", "Last-Modified") for value in answer.fields(name)]
        tap.equal(validators, [], f"validators with {status}")


@tap.case("an answer with Content-Location and a representation passes whole, one without it does not")
def _(story):
    fields = VALIDATORS + b"Content-Location: /alice/calendar/x.ics\r\n"
    _, answer = story.put(meeting("represented"), fields=BASIC + TYPE + b"Prefer: return=representation\r\n")
    tap.equal(answer.fields("ETag"), [], "ETag where the preference was not honoured")
    story.answering(fields=fields, body=b"BEGIN:VCALENDAR")
    with relays.Peer(story.upbeat.port) as peer:
        answer = peer.ask(b"PUT", b"/alice/calendar/whole.ics", BASIC + TYPE, meeting("whole"))
    tap.equal((answer.field("ETag"), answer.body), (b'"1"', b"BEGIN:VCALENDAR"), "the whole answer")
    for status in (b"201 Created", b"204 No Content"):
        story.answering(status=status, fields=fields)
        with relays.Peer(story.upbeat.port) as peer:
            answer = peer.ask(b"PUT", b"/alice/calendar/empty.ics", BASIC + TYPE, meeting("empty"))
        tap.equal(answer.fields("ETag"), [], "ETag with an empty body")


@tap.case("what was refused is said in full, with the ETag of what stands there")
def _(story):
    for status in (b"412 Precondition Failed", b"403 Forbidden", b"507 Insufficient Storage"):
        request, answer = story.put(meeting("refused"), status=status, body=b"BEGIN:VCALENDAR")
        assert b"X-UPBEAT-ADDED" in request.body, request.body
        tap.equal((answer.field("ETag"), answer.body), (b'"1"', b"BEGIN:VCALENDAR"), f"{status}")


@tap.case("what is said of the body's very bytes, or of another encoding, leaves it as it came")
def _(story):
    latin = b"Content-Type: text/calendar; component=VEVENT; Charset=ISO-8859-1\r\n"
    for fields in (
        BASIC + latin,
        BASIC + TYPE + b"Content-MD5: x\r\n",
        BASIC + TYPE + b"Repr-Digest: sha-256=:x:\r\n",
        b'Authorization: Digest username="alice", qop=auth-int\r\n' + TYPE,
    ):
        sent = meeting("bytes")
        request, answer = story.put(sent, fields=fields)
        tap.equal(request.body, sent, f"{fields}")
        tap.equal(answer.field("ETag"), b'"1"', f"ETag with {fields}")
    request, _ = story.put(meeting("utf8"), fields=BASIC + b'Content-Type: text/calendar;charset="UTF-8"\r\n')
    assert b"X-UPBEAT-ADDED" in request.body, request.body


@tap.case("conditions are passed as they came, and 100 Continue is said once")
def _(story):
    fields = BASIC + TYPE + b'If-None-Match: *\r\nExpect: 100-continue\r\nPrefer: return=minimal\r\n'
    story.answering()
    body = meeting("expected")
    with relays.Peer(story.upbeat.port) as peer:
        peer.send(b"PUT /alice/calendar/e.ics HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n" % len(body) + fields + b"\r\n")
        tap.equal(peer.receive().status, 100, "interim")
        peer.send(body)
        tap.equal(peer.receive().status, 201, "final")
    (request,) = story.server.seen
    tap.equal((request.field("If-None-Match"), request.fields("Expect")), (b"*", []), "fields")
    assert b"X-UPBEAT-ADDED" in request.body, request.body


@tap.case("requests that come together are told apart, each with its own length")
def _(story):
    story.answering()
    put = b"PUT /alice/calendar/p%d.ics HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n" + BASIC + TYPE + b"\r\n"
    small = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    bodies = [meeting("p0"), small, meeting("p2")]
    with relays.Peer(story.upbeat.port) as peer:
        peer.send(b"".join(put % (i, len(body)) + body for i, body in enumerate(bodies)))
        answers = [peer.receive() for _ in bodies]
    tap.equal([bool(answer.fields("ETag")) for answer in answers], [False, True, False], "ETags")
    first, second, third = story.server.seen
    assert b"X-UPBEAT-ADDED" in first.body and b"UID:p0" in first.body, first.body
    tap.equal(second.body, small, "the one between")
    assert b"X-UPBEAT-ADDED" in third.body and b"UID:p2" in third.body, third.body


@tap.case("a meeting of the largest size that is looked at, and one beyond it, arrive whole")
def _(story):
    limit = 64 * 1024
    for more, amended in ((2000, True), (0, False), (-1, False)):
        lines = f"X-PADDING:{'x' * (limit - more - len(meeting('large')) - 12)}"
        body = calendars.meeting(uid="large", more=lines).encode()
        tap.equal(len(body), limit - more, "size")
        request, answer = story.put(body)
        tap.equal(b"X-UPBEAT-ADDED" in request.body, amended, f"{more} bytes less")
        tap.equal(bool(answer.fields("ETag")), not amended, "ETag")


@tap.case("an engine that sleeps is not waited for: the body goes on as it came, and its late word is of no effect")
def _(story):
    engine = support.engine_of(story.upbeat.pid)
    sent = meeting("s1")
    story.answering()
    with relays.Peer(story.upbeat.port) as peer:
        os.kill(engine, signal.SIGSTOP)
        try:
            answer = peer.ask(b"PUT", b"/alice/calendar/s1.ics", BASIC + TYPE, sent)
        finally:
            os.kill(engine, signal.SIGCONT)
        tap.equal(answer.field("ETag"), b'"1"', "ETag")
        tap.equal(story.server.seen[0].body, sent, "body")
        tap.eventually(lambda: b"X-UPBEAT-ADDED" in story.put(meeting("s2"))[0].body, "it amends again", 10)
        story.answering()
        answer = peer.ask(b"PUT", b"/alice/calendar/s3.ics", BASIC + TYPE, meeting("s3"))
    assert b"UID:s3" in story.server.seen[0].body, story.server.seen[0].body


@tap.case("nothing of it disturbed the sanitizers")
def _(story):
    story.upbeat.is_sane()


with support.world(Story) as story:
    sys.exit(tap.run(story))
