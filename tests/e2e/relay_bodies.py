# SPDX-License-Identifier: Apache-2.0
"""Bodies pass the relay both ways, held or not, at the pace of the slower side."""
import os
import sys
import threading
import time

import relays
import tap
import wireformat

HOLD_MAX = relays.MEGABYTE


def chunks(body, size):
    pieces = (body[i : i + size] for i in range(0, len(body), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@tap.case("a held body goes on with its length, and one past the limit as it came")
def _(world):
    head = b"PUT /a.ics HTTP/1.1\r\nHost: h\r\nX-Before: 1\r\nTransfer-Encoding: chunked\r\nX-After: 2\r\n\r\n"
    for size, held in ((0, True), (1, True), (HOLD_MAX - 100, True), (HOLD_MAX + 1, False), (3 * HOLD_MAX, False)):
        body = os.urandom(size)
        request, _ = relays.arrives(world, head + chunks(body, relays.MEGABYTE))
        tap.equal(request.chunked, not held, f"chunked, {size} bytes")
        assert request.body == body, f"another body of {size} bytes"
        framing = b"Content-Length: %d" % size if held else b"Transfer-Encoding: chunked"
        tap.equal(request.lines, [b"Host: h", b"X-Before: 1", framing, b"X-After: 2"], "fields")


@tap.case("a long head stays as it was while the body behind it comes in pieces and is held")
def _(world):
    server = relays.answer_all(world)
    lines = [b"Host: h", b"X-Empty:", *(b"X-%d: %s" % (i, b"v" * 300) for i in range(90)), b"Expect: 100-continue"]
    body = os.urandom(300000)
    data = b"PUT /a.ics HTTP/1.1\r\n" + b"\r\n".join(lines) + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(body, 4567)
    with world.peer() as peer:
        for at in range(0, len(data), 7000):
            peer.send(data[at : at + 7000])
            time.sleep(0.001)
        tap.equal(peer.receive().status, 100, "status")
        tap.equal(peer.receive().status, 200, "status")
        tap.equal(peer.ask(b"PUT", b"/b.ics", body=b"next").status, 200, "status")
    first, second = server.seen
    tap.equal(first.lines, [*lines[:-1], b"Content-Length: 300000"], "fields")
    assert first.body == body
    tap.equal(second.body, b"next", "body")


@tap.case("chunks that do not concern us stay chunks")
def _(world):
    body = b"3;x=y\r\nabc\r\n0\r\nT: 1\r\n\r\n"
    head = b"PUT /a.png HTTP/1.1\r\nHost: h\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n"
    request, _ = relays.arrives(world, head + body)
    tap.equal(request.raw_body, body, "body")


@tap.case("who holds the body gives the word to send it")
def _(world):
    server = relays.answer_all(world)
    with world.peer() as peer:
        head = b"PUT /a.ics HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
        peer.send(head)
        tap.equal(peer.receive().status, 100, "status")
        tap.equal(server.seen, [], "the server need not know yet")
        peer.send(b"body")
        tap.equal(peer.receive().status, 200, "status")
    tap.equal(server.seen[0].fields("Expect"), [], "Expect")
    tap.equal(server.seen[0].body, b"body", "body")


@tap.case("a body of the longest length is held, a longer one is not")
def _(world):
    def story(client):
        world.server.seen.append(client.read_head().field("Expect"))

    for length, expect in ((HOLD_MAX, None), (HOLD_MAX + 1, b"100-continue")):
        server = world.serve(story)
        with world.peer() as peer:
            head = b"PUT /a.ics HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
            peer.send(head % length)
            if expect:
                tap.eventually(lambda: server.seen == [expect], "the server is asked")
            else:
                tap.equal(peer.receive().status, 100, "status")
                tap.equal(server.seen, [], "the server need not know yet")


@tap.case("where nothing is held the server gives the word")
def _(world):
    heads = []

    def story(client):
        while True:
            head = client.read_head()
            heads.append(head)
            if head.target == b"/no":
                client.answer(status=b"401 Unauthorized")
                return
            client.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            client.stream.take(4)
            client.answer()

    world.serve(story)
    head = b"PROPFIND %s HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
    with world.peer() as peer:
        peer.send(head % b"/yes")
        tap.equal(peer.receive().status, 100, "status")
        peer.send(b"body")
        tap.equal(peer.receive().status, 200, "status")
        peer.send(head % b"/no")
        tap.equal(peer.receive().status, 401, "status")
        assert peer.ended(), "a body that may or may not come cannot be told from a request"
    tap.equal(heads[0].field("Expect"), b"100-continue", "Expect")


@tap.case("an answer before the end of the upload arrives, and the upload goes on")
def _(world):
    body = os.urandom(4 * relays.MEGABYTE)

    def story(client):
        client.read_head()
        client.answer(b"early")
        world.server.seen.append(client.stream.take(len(body)))
        client.read_request()

    server = world.serve(story)
    with world.peer() as peer:
        peer.send(b"PUT /x.png HTTP/1.1\r\nHost: h\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n" % len(body))
        tap.equal(peer.receive().body, b"early", "answer")
        peer.send(body)
        tap.eventually(lambda: server.seen, "the upload")
        assert server.seen[0] == body
        tap.equal(peer.ask(b"GET", b"/").status, 200, "the connection goes on")


@tap.case("a server that refuses an upload and goes away is heard")
def _(world):
    def story(client):
        client.read_head()
        client.answer(b"too much", status=b"413 Content Too Large", fields=b"Connection: close\r\n")

    world.serve(story)
    with world.peer() as peer:
        peer.send(b"PUT /x.png HTTP/1.1\r\nHost: h\r\nContent-Type: image/png\r\nContent-Length: 8000000\r\n\r\n")
        sender = threading.Thread(target=relays.send_if_possible, args=(peer, b"x" * 8000000))
        sender.start()
        tap.equal(peer.receive().body, b"too much", "answer")
        peer.socket.close()
        sender.join()


@tap.case("a client that goes away during an upload ends it at the server")
def _(world):
    def story(client):
        client.read_head()
        try:
            client.stream.take(1000)
        except (wireformat.Incomplete, OSError):
            world.server.seen.append("ended")

    server = world.serve(story)
    peer = world.peer()
    peer.send(b"PROPFIND / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nhalf")
    time.sleep(0.1)
    peer.socket.close()
    tap.eventually(lambda: server.seen == ["ended"], "the end at the server")


@tap.case("ten megabytes pass both ways, however they are framed")
def _(world):
    up, down = os.urandom(10 * relays.MEGABYTE), os.urandom(10 * relays.MEGABYTE)
    framed = {
        b"/length": b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(down) + down,
        b"/chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(down, 12345),
        b"/close": b"HTTP/1.1 200 OK\r\n\r\n" + down,
    }

    def story(client):
        while request := client.read_request():
            world.server.seen.append(request.body == up)
            client.send(framed[request.target])
            if request.target == b"/close":
                return

    server = world.serve(story)
    for target in framed:
        for head, body in (
            (b"Content-Length: %d\r\n" % len(up), up),
            (b"Transfer-Encoding: chunked\r\n", chunks(up, 54321)),
        ):
            with world.peer() as peer:
                sender = threading.Thread(
                    target=peer.send, args=(b"PUT " + target + b" HTTP/1.1\r\nHost: h\r\n" + head + b"\r\n" + body,)
                )
                sender.start()
                answer = peer.receive()
                sender.join()
                assert answer.body == down, f"{target}: {len(answer.body)} bytes"
    tap.equal(server.seen, [True] * 6, "uploads")


@tap.case("a client that does not read makes the server wait, and costs no memory")
def _(world):
    sent = []

    def story(client):
        client.read_request()
        client.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (400 * relays.MEGABYTE))
        piece = b"x" * relays.MEGABYTE
        for _ in range(400):
            client.send(piece)
            sent.append(len(piece))

    world.serve(story)
    before = world.relay.memory()
    with world.peer() as peer:
        peer.send(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        time.sleep(0.5)
        stuck = len(sent)
        time.sleep(0.5)
        tap.equal(len(sent), stuck, "megabytes sent while nobody read")
        assert stuck < 50, f"{stuck} megabytes went somewhere"
        grown = world.relay.memory() - before
        assert grown < 4096, f"{grown} KB more memory"


@tap.case("a server that does not read makes the client wait, and costs no memory")
def _(world):
    world.serve(lambda client: client.read_head() and time.sleep(1.5))
    before = world.relay.memory()
    peer = world.peer()
    peer.socket.settimeout(0.5)
    peer.send(b"PUT /x.png HTTP/1.1\r\nHost: h\r\nContent-Type: image/png\r\nContent-Length: 400000000\r\n\r\n")
    sent = 0
    try:
        while sent < 400 * relays.MEGABYTE:
            sent += peer.socket.send(b"x" * relays.MEGABYTE)
    except TimeoutError:
        pass
    assert sent < 50 * relays.MEGABYTE, f"{sent} bytes went somewhere"
    grown = world.relay.memory() - before
    assert grown < 4096, f"{grown} KB more memory"
    peer.socket.close()


@tap.case("three hundred clients at once are served")
def _(world):
    relays.answer_all(world, b"x")
    peers = [world.peer() for _ in range(300)]
    for turn in range(2):
        for i, peer in enumerate(peers):
            peer.send(b"GET /%d/%d HTTP/1.1\r\nHost: h\r\n\r\n" % (turn, i))
        for peer in peers:
            tap.equal(peer.receive().body, b"x", "body")
    for peer in peers:
        peer.socket.close()


@tap.case("more clients than there are file descriptors wait for their turn, without a turmoil")
def _(world):
    relays.answer_all(world, b"x")
    few = ["sh", "-c", 'ulimit -n 40; exec "$@"', "few"]
    relay = world.start(relays.Relay, world.server.port, before=few)
    idle = [world.peer(relay) for _ in range(60)]
    time.sleep(1)
    assert relay.processor_seconds() < 0.7, f"{relay.processor_seconds()} s of processor time"
    tap.contains(relay.said(), "no more are taken: the limit of open files is reached", "log")
    for peer in idle[:-1]:
        peer.socket.close()
    got = []

    def client():
        with world.peer(relay) as peer:
            got.append(peer.ask(b"GET", b"/").body)

    clients = [threading.Thread(target=client) for _ in range(60)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    tap.equal(got, [b"x"] * 60, "answers")


@tap.case("a server known by name is found at whichever of its addresses takes the connection")
def _(world):
    relays.answer_all(world, b"x")
    relay = world.start(relays.Relay, world.server.port, host="localhost")
    with world.peer(relay) as peer:
        for _ in range(3):
            tap.equal(peer.ask(b"PUT", b"/a.ics", body=b"x").body, b"x", "body")


@tap.case("a server whose name nobody knows is a 502")
def _(world):
    relay = world.start(relays.Relay, world.server.port, host="nobody.invalid")
    with world.peer(relay) as peer:
        tap.equal(peer.ask(b"GET", b"/").status, 502, "status")
    tap.contains(relay.said(), "the upstream's name nobody.invalid is not known", "log")


sys.exit(relays.run())
