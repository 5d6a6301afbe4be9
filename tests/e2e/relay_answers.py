# SPDX-License-Identifier: Apache-2.0
"""Answers of every kind pass the relay as they came."""
import hashlib
import os
import sys
import time

import relays
import tap
import wireformat

EMPTY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def passes(world, answer, method=b"GET", complete=True):
    """What the client gets of an answer; up to the end of the connection, if that ends the answer."""

    def story(client):
        client.read_request()
        client.send(answer)
        if complete:
            client.read_request()

    world.serve(story)
    with world.peer() as peer:
        return peer.ask(method, b"/")


@tap.case("an answer that lasts until the server closes passes, and the connection ends")
def _(world):
    body = os.urandom(3 * relays.MEGABYTE)
    answer = passes(world, b"HTTP/1.0 200 OK\r\nServer: old\r\n\r\n" + body, complete=False)
    tap.equal(hashlib.sha256(answer.body).digest(), hashlib.sha256(body).digest(), "body")
    tap.equal(answer.start, b"HTTP/1.1 200 OK", "status line")
    tap.equal(answer.lines, [b"Server: old", b"Connection: close"], "fields")


@tap.case("an answer that is reset does not look complete")
def _(world):
    def story(client):
        client.read_request()
        client.send(b"HTTP/1.0 200 OK\r\n\r\nhalf")
        time.sleep(0.2)
        client.reset()

    world.serve(story)
    with world.peer() as peer:
        try:
            answer = peer.ask(b"GET", b"/")
        except ConnectionResetError:
            return
        raise AssertionError(f"{answer}")


@tap.case("an answer that ends too early passes as far as it goes")
def _(world):
    part = os.urandom(100000)

    def story(client):
        client.read_request()
        client.send(b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + part)

    world.serve(story)
    with world.peer() as peer:
        peer.send(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        wireformat.read_head(peer.stream)
        tap.equal(hashlib.sha256(peer.stream.take_rest()).digest(), hashlib.sha256(part).digest(), "body")


@tap.case("an answer that ends too early ends the connection")
def _(world):
    for answer in (
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense",
    ):
        try:
            got = passes(world, answer, complete=False)
        except (wireformat.Incomplete, ConnectionResetError):
            continue
        raise AssertionError(f"{got}")


@tap.case("chunks, their extensions and trailers pass as they came")
def _(world):
    body = b"5;a=\"b;c\"\r\nhello\r\n00a \t; x\r\n0123456789\r\n0\r\nX-Sum: 1\r\nx-sum:2\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\ntransfer-ENCODING: Chunked\r\n\r\n"
    answer = passes(world, head + body)
    tap.equal(answer.raw_body, body, "body")
    tap.equal(answer.lines, head.split(b"\r\n")[1:-2], "fields")


@tap.case("answers without a body leave the connection in order")
def _(world):
    without = [
        (b"HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"),
        (b"HEAD", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        (b"HEAD", b"HTTP/1.1 200 OK\r\n\r\n"),
        (b"GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\nETag: \"x\"\r\n\r\n"),
        (b"PROPFIND", b"HTTP/1.1 204 No Content\r\n\r\n"),
        (b"GET", b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"),
        (b"GET", b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"),
    ]
    left = list(without)

    def story(client):
        while client.read_request():
            client.send(left.pop(0)[1])

    world.serve(story)
    with world.peer() as peer:
        for method, answer in without:
            got = peer.ask(method, b"/")
            lines = answer.split(b"\r\n\r\n")[0].split(b"\r\n")
            tap.equal([got.start] + got.lines, lines, "head")


@tap.case("interim answers pass before the final one")
def _(world):
    def story(client):
        client.read_request()
        client.send(b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nLink: </b>\r\n\r\n")
        time.sleep(0.05)
        client.send(EMPTY)
        client.read_request()

    world.serve(story)
    with world.peer() as peer:
        tap.equal(peer.ask(b"GET", b"/").status, 102, "first")
        hints = peer.receive()
        tap.equal(hints.lines, [b"Link: </a>", b"Link: </b>"], "second")
        tap.equal(peer.receive().status, 200, "third")
        peer.send(b"GET / HTTP/1.0\r\n\r\n")
        tap.equal(peer.receive().status, 200, "an HTTP/1.0 client gets the final one only")


@tap.case("what would lead the client past the proxy ends here; all else passes in order")
def _(world):
    head = (
        b"HTTP/1.1 200 Fine, thanks\r\nDAV: 1, 2\r\ndav: calendar-access\r\nX-Odd:\tv \r\nAlt-Svc: h2=\":443\"\r\n"
        b"Upgrade: h2c\r\nKeep-Alive: timeout=5\r\nConnection: Upgrade, x-hop\r\nX-Hop: 1\r\n"
        b"Location: http://elsewhere/\r\nContent-Length: 0\r\n\r\n"
    )
    answer = passes(world, head)
    tap.equal(answer.start, b"HTTP/1.1 200 Fine, thanks", "status line")
    wanted = [b"DAV: 1, 2", b"dav: calendar-access", b"X-Odd:\tv ", b"Location: http://elsewhere/", b"Content-Length: 0"]
    tap.equal(answer.lines, wanted, "fields")


sys.exit(relays.run())
