# SPDX-License-Identifier: Apache-2.0
"""The relay's connections: shared, kept, given up, and ended with the program."""
import os
import pathlib
import random
import socket
import sys
import threading
import time

import relays
import support
import tap
import wireformat


# ---- connections ----


@tap.case("requests of many clients go over one connection to the server")
def _(world):
    server = relays.answer_all(world, b"x")
    with world.peer() as one, world.peer() as another:
        for peer in (one, another, one, another):
            for _ in range(3):
                tap.equal(peer.ask(b"PROPFIND", b"/").body, b"x", "body")
    assert server.connections <= 2, f"{server.connections} connections, one a thread"


@tap.case("a write goes over a connection of its own")
def _(world):
    server = relays.answer_all(world)
    with world.peer() as peer:
        peer.ask(b"GET", b"/")
        before = server.connections
        tap.equal(peer.ask(b"PUT", b"/a.ics", body=b"x").status, 200, "status")
        tap.equal(server.connections, before + 1, "connections")


def drop_second(world):
    """A server that answers a connection's first request, and ends the connection at the second one."""

    def story(client):
        request = client.read_request()
        world.server.seen.append(request)
        client.answer(b"%d" % client.number)
        if again := client.read_request():
            world.server.seen.append(again)

    return world.serve(story)


@tap.case("a read on a connection that the server has just ended is sent once more on another")
def _(world):
    server = drop_second(world)
    with world.peer() as peer:
        tap.equal(peer.ask(b"PROPFIND", b"/1", body=b"first").body, b"0", "body")
        tap.equal(peer.ask(b"PROPFIND", b"/2", body=b"second" * 1000).body, b"1", "body")
    tap.equal([request.target for request in server.seen], [b"/1", b"/2", b"/2"], "requests")
    tap.equal(server.seen[2].body, b"second" * 1000, "body")


@tap.case("a write that gets no answer is not sent again")
def _(world):
    def story(client):
        world.server.seen.append(client.read_request())

    server = world.serve(story)
    with world.peer() as peer:
        answer = peer.ask(b"PUT", b"/a.ics", body=b"x")
        tap.equal(answer.status, 502, "status")
        tap.equal(len(server.seen), 1, "requests")
        tap.equal(peer.ask(b"PUT", b"/b.ics", body=b"x").status, 502, "on the same connection")


@tap.case("a request without credentials goes over no connection that has carried some")
def _(world):
    def story(client):
        while client.read_request():
            client.answer(b"%d" % client.number)

    world.serve(story)
    basic = b"Authorization: Basic YTpi\r\n"
    with world.peer() as peer:
        signed_in = peer.ask(b"GET", b"/", basic).body
        other = peer.ask(b"GET", b"/").body
        assert other != signed_in, (signed_in, other)
        tap.equal(peer.ask(b"GET", b"/").body, other, "it is used again by those without")
        later = peer.ask(b"GET", b"/", basic).body
        tap.equal(later, other, "and by one with credentials, as the one that was used last")
        assert peer.ask(b"GET", b"/").body not in (signed_in, other)


@tap.case("a connection that authenticates itself is nobody else's")
def _(world):
    def story(client):
        while client.read_request():
            client.answer(b"%d" % client.number)

    server = world.serve(story)
    ntlm = b"Authorization: NTLM TlRMTVNTUAAB\r\n"
    with world.peer() as one, world.peer() as another:
        own = one.ask(b"GET", b"/", ntlm).body
        tap.equal(one.ask(b"GET", b"/").body, own, "it stays")
        tap.equal(one.ask(b"PUT", b"/a.ics", body=b"x").body, own, "for writes too")
        for _ in range(4):
            assert another.ask(b"GET", b"/").body != own
        assert another.ask(b"GET", b"/", ntlm).body != own
    assert server.connections >= 3


# ---- bytes that nobody asked for ----

STRAY = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray"


def answer_of(size):
    """An answer that has so many bytes with its head."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
    return head % (size - len(head % size)) + b"x" * (size - len(head % size))


def stray_case(when, size, pause, fields=b""):
    @tap.case(f"stray bytes {when} are not the next client's answer")
    def _(world):
        def story(client):
            while client.read_request():
                client.send(answer_of(size) + (b"" if pause else STRAY))
                if pause:
                    time.sleep(pause)
                    client.send(STRAY)

        server = world.serve(story)
        relay = world.start(relays.Relay, server.port, threads=1)
        world.relays.append(relay)
        with world.peer(relay) as one, world.peer(relay) as another:
            for peer in (one, one, another, one, another):
                answer = peer.ask(b"GET", b"/", fields)
                assert answer.body.startswith(b"x"), f"got {answer.body[:20]!r}"
                time.sleep(pause * 2)
        tap.equal(server.connections, 5, "connections")


stray_case("behind a short answer", 1000, 0)
stray_case("behind one that fills the relay's block", relays.BLOCK, 0)
stray_case("behind one that fills it, on a connection that authenticates itself", relays.BLOCK, 0, b"Authorization: NTLM T\r\n")
stray_case("that come a while after the answer", 1000, 0.05)
stray_case("that come a while after it on a connection that authenticates itself", 1000, 0.05, b"Authorization: NTLM T\r\n")


@tap.case("a connection whose answer fills the relay's block is used again")
def _(world):
    def story(client):
        while client.read_request():
            client.send(answer_of(relays.BLOCK))

    server = world.serve(story)
    with world.peer() as peer:
        for _ in range(5):
            tap.equal(peer.ask(b"GET", b"/").status, 200, "status")
    tap.equal(server.connections, 1, "connections")


@tap.case("a client that asks no more is let go after a while")
def _(world):
    relays.answer_all(world)
    with world.peer() as peer:
        peer.ask(b"GET", b"/")
        start = time.monotonic()
        assert peer.ended()
        assert time.monotonic() - start > relays.IDLE_MS / 1000 * 0.8


# ---- no answer ----


@tap.case("a server that is not there is a 502, in words, and the connection goes on")
def _(world):
    relay = world.start(relays.Relay, support.free_port())
    with world.peer(relay) as peer:
        answer = peer.ask(b"GET", b"/")
        tap.equal(answer.status, 502, "status")
        tap.contains(answer.body, b"cannot be reached", "body")
        tap.equal(answer.field("Content-Type"), b"text/plain; charset=utf-8", "type")
        tap.equal(peer.ask(b"HEAD", b"/").status, 502, "status")
        tap.equal(peer.ask(b"PUT", b"/a.ics", body=b"x" * 100000).status, 502, "status")
    assert relay.said().count("cannot be reached") == 1, "said once a minute"


@tap.case("while no server can be reached, one client's thousands of requests do not keep another waiting")
def _(world):
    count = 50000
    request = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
    # TCP connects to no broadcast address: each request is refused at once, without waiting for anything.
    relay = world.start(relays.Relay, 1, host="255.255.255.255", threads=1)
    world.relays.append(relay)
    with world.peer(relay) as one, world.peer(relay) as many:
        one.send(request)
        size = len(one.socket.recv(65536))
        come = 0

        def hear():
            nonlocal come
            while come < count * size:
                come += len(many.socket.recv(relays.MEGABYTE))

        threads = [threading.Thread(target=many.send, args=(request * count,)), threading.Thread(target=hear)]
        for thread in threads:
            thread.start()
        tap.eventually(lambda: come > 0, "the first answer")
        meanwhile = []
        for _ in range(3):
            before = come
            one.send(request)
            one.socket.recv(65536)
            meanwhile.append((come - before) // size)
        for thread in threads:
            thread.join()
    tap.note(f"{meanwhile} answers of {count} while one was awaited")
    assert min(meanwhile) < count / 50, f"{meanwhile}"


@tap.case("a server that resets is a 502")
def _(world):
    def story(client):
        client.read_request()
        client.reset()

    world.serve(story)
    with world.peer() as peer:
        tap.equal(peer.ask(b"GET", b"/").status, 502, "status")


def nonsense_case(what, answer):
    @tap.case(f"an answer that is {what} is a 502")
    def _(world):
        def story(client):
            client.read_request()
            client.send(answer)
            client.read_request()

        world.serve(story)
        with world.peer() as peer:
            status = peer.ask(b"GET", b"/").status
            while status == 102:
                status = peer.receive().status
            tap.equal(status, 502, "status")


nonsense_case("none", b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
nonsense_case("ambiguous", b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
nonsense_case("of another protocol", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n")
nonsense_case("always an interim one", b"HTTP/1.1 102 Processing\r\n\r\n" * 40)
nonsense_case("too large", b"HTTP/1.1 200 OK\r\nA: " + b"x" * relays.HEAD_MAX + b"\r\n\r\n")


@tap.case("a server that does not answer is a 504")
def _(world):
    world.serve(lambda client: client.read_request() and client.read_request())
    with world.peer() as peer:
        start = time.monotonic()
        tap.equal(peer.ask(b"GET", b"/").status, 504, "status")
        took = time.monotonic() - start
        assert relays.ANSWER_MS / 1000 * 0.9 < took < relays.ANSWER_MS / 1000 * 3, f"after {took} s"


@tap.case("a server that takes no connection is a 504")
def _(world):
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        time.sleep(0.1)
        relay = world.start(relays.Relay, port)
        with world.peer(relay) as peer:
            tap.equal(peer.ask(b"GET", b"/").status, 504, "status")
        for each in waiting:
            each.close()


# ---- beginning and end ----


def is_gone(pid):
    """The process has ended, whether or not its parent has taken note."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@tap.case("a port that is taken is one clear line")
def _(world):
    command = [os.environ["builddir"] + "/tests/tools/relay", world.relay.port, "127.0.0.1", 1]
    process = support.Process("second", command, world.folder)
    tap.equal(process.child.wait(10), 1, "status")
    lines = process.said().splitlines()
    tap.equal(len(lines), 1, f"lines of {lines}")
    tap.contains(lines[0], f"cannot listen on 127.0.0.1 port {world.relay.port}: Address already in use", "line")


@tap.case("asked to end, it ends at once when nothing is open")
def _(world):
    relay = world.start(relays.Relay, world.server.port, engine=True)
    engine = tap.eventually(relay.engine_pid, "an engine")
    with world.peer(relay) as peer:
        relays.answer_all(world)
        tap.equal(peer.ask(b"GET", b"/").status, 200, "status")
        start = time.monotonic()
        tap.equal(relay.stop(), 0, "status")
        assert time.monotonic() - start < 1, f"{time.monotonic() - start} s"
        assert peer.ended()
    assert is_gone(engine), "the engine is still there"


@tap.case("asked to end, it finishes what is open, and takes nothing new")
def _(world):
    def story(client):
        client.read_request()
        time.sleep(0.5)
        client.answer(b"late")
        client.read_request()

    world.serve(story)
    relay = world.start(relays.Relay, world.server.port)
    with world.peer(relay) as peer:
        peer.send(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        time.sleep(0.1)
        relay.child.terminate()
        answer = peer.receive()
        tap.equal((answer.body, answer.field("Connection")), (b"late", b"close"), "answer")
        tap.equal(relay.child.wait(5), 0, "status")
    assert not support.listens(relay.port)


@tap.case("killed, it takes the engine with it")
def _(world):
    relay = world.start(relays.Relay, world.server.port, engine=True)
    engine = tap.eventually(relay.engine_pid, "an engine")
    relay.child.kill()
    relay.child.wait()
    tap.eventually(lambda: is_gone(engine), "the engine's end")


@tap.case("clients and servers that do anything at any moment leave nothing behind")
def _(world):
    seed = random.randrange(1 << 32)
    tap.note(f"seed {seed}")

    def story(client):
        chance = random.Random(f"{seed} {client.number}")
        while client.read_head():
            at = chance.random()
            if at < 0.1:
                return client.reset()
            if at < 0.2:
                return None
            if at < 0.3:
                client.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * chance.randrange(100000))
                return None
            if at < 0.4:
                client.send(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * chance.randrange(100000))
                return client.reset() if chance.random() < 0.5 else None
            client.answer(b"x" * chance.choice([0, 1, 100000]))
        return None

    def client(number):
        chance = random.Random(f"{seed} client {number}")
        for _ in range(20):
            with world.peer() as peer:
                body = b"b" * chance.choice([0, 5, 70000])
                head = chance.choice([b"GET /", b"PROPFIND /", b"PUT /a.ics", b"PUT /a.png", b"DELETE /a"])
                data = head + b" HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % len(body) + body
                relays.send_if_possible(peer, data[: chance.choice([len(data), chance.randrange(len(data))])])
                if chance.random() < 0.7:
                    peer.socket.settimeout(0.05)
                    try:
                        peer.receive()
                    except (OSError, wireformat.Incomplete):
                        pass

    world.serve(story)
    clients = [threading.Thread(target=client, args=(number,)) for number in range(16)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    tap.eventually(lambda: world.relay.open_files() <= world.at_first, "as few open files as at first", 15)


sys.exit(relays.run())
