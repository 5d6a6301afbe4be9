# SPDX-License-Identifier: Apache-2.0
"""Requests of every kind pass the relay as they came, or are refused in words."""
import random
import socket
import sys
import time

import relays
import tap

FIELDS_MAX = 128
START_MAX = 8 * 1024


@tap.case("a request arrives as it was sent, but for what belongs to the connection")
def _(world):
    head = (
        b"X-ODD~Method //a/./%7e/../b?x=/&y# HTTP/1.1\r\nhOsT: public.example:8443\r\nX-b:1\r\nX-A: \t2  \r\n"
        b"x-B: 3\r\nEmpty:\r\nX-Umlaut: \xc3\xa4\xff\r\n"
    )
    request, _ = relays.arrives(world, head + b"Connection: TE\r\nTE: trailers\r\nUpgrade: h2c\r\n\r\n")
    tap.equal(b"\r\n".join([request.start] + request.lines) + b"\r\n", head, "request")


@tap.case("one empty line before a request does no harm")
def _(world):
    request, _ = relays.arrives(world, b"\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n")
    tap.equal(request.start, b"GET /a HTTP/1.1", "request line")


@tap.case("a request may come byte by byte")
def _(world):
    server = relays.answer_all(world)
    data = b"PUT /a.ics HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"
    with world.peer() as peer:
        peer.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i in range(len(data)):
            peer.send(data[i : i + 1])
            time.sleep(0.001)
        tap.equal(peer.receive().status, 200, "status")
    tap.equal(server.seen[0].body, b"abcd", "body")


@tap.case("pipelined requests are answered in order")
def _(world):
    def story(client):
        while request := client.read_request():
            time.sleep(random.random() / 50)
            client.answer(request.target + b" " + request.body)

    world.serve(story)
    with world.peer() as peer:
        put = b"PUT /%d.ics HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n%d\r\n0\r\n\r\n"
        get = b"GET /%d HTTP/1.1\r\nHost: h\r\n\r\n"
        peer.send(b"".join(put % (i, i) + get % i for i in range(10)))
        for i in range(10):
            tap.equal(peer.receive().body, b"/%d.ics %d" % (i, i), "answer")
            tap.equal(peer.receive().body, b"/%d " % i, "answer")


@tap.case("a client that says it sends no more is answered still")
def _(world):
    relays.answer_all(world, b"x")
    with world.peer() as peer:
        peer.send(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        peer.socket.shutdown(socket.SHUT_WR)
        tap.equal(peer.receive().body, b"x", "body")
        assert peer.ended()


@tap.case("HTTP/1.0 clients get what they expect")
def _(world):
    server = relays.answer_all(world, b"x")
    with world.peer() as peer:
        peer.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        answer = peer.receive()
        tap.equal(answer.field("Connection"), b"keep-alive", "connection")
        peer.send(b"GET /2 HTTP/1.0\r\n\r\n")
        tap.equal(peer.receive().field("Connection"), b"close", "connection")
        assert peer.ended()
    tap.equal(server.seen[0].start, b"GET / HTTP/1.0", "the server need not guess either")


REFUSED = {
    b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n": 400,
    b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length : 1\r\n\r\n": 400,
    b"GET / HTTP/1.1\nHost: h\n\n": 400,
    b"GET / HTTP/1.1\r\n\r\n": 400,
    b"\x16\x03\x01\x02\x00\x01": 400,
    b"GET / HTTP/2.0\r\nHost: h\r\n\r\n": 505,
    b"CONNECT elsewhere:443 HTTP/1.1\r\nHost: h\r\n\r\n": 405,
    b"TRACE / HTTP/1.1\r\nHost: h\r\n\r\n": 405,
    b"POST / HTTP/1.1\r\nHost: h\r\nX-HTTP-Method-Override: TRACE\r\nContent-Length: 0\r\n\r\n": 405,
    b"GET /" + b"x" * START_MAX + b" HTTP/1.1\r\nHost: h\r\n\r\n": 414,
    b"GET / HTTP/1.1\r\nHost: h\r\n" + b"A: b\r\n" * FIELDS_MAX + b"\r\n": 431,
    b"GET /" + b"x" * relays.HEAD_MAX: 431,
    b"PUT /a.ics HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n": 400,
    b"PROPFIND / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n": 400,
}


@tap.case("what is not clear is refused, in words, and the connection ends")
def _(world):
    server = world.serve(lambda client: client.read_request())
    for data, status in REFUSED.items():
        with world.peer() as peer:
            peer.send(data + b"GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n")
            answer = peer.receive()
            tap.equal(answer.status, status, f"{data[:80]}")
            tap.equal(answer.field("Connection"), b"close", "connection")
            assert answer.body.endswith(b".\n"), answer.body
            peer.socket.shutdown(socket.SHUT_WR)
            assert peer.ended(), f"{data[:80]}: more came"
    tap.equal(server.seen, [], "requests that arrived")


@tap.case("a head may be as long as the limit")
def _(world):
    head = b"GET / HTTP/1.1\r\nHost: h\r\nA: "
    request, _ = relays.arrives(world, head + b"x" * (relays.HEAD_MAX - len(head) - 4) + b"\r\n\r\n")
    tap.equal(len(request.field("A")), relays.HEAD_MAX - len(head) - 4, "length")


sys.exit(relays.run())
