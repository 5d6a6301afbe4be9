# SPDX-License-Identifier: Apache-2.0
"""Who sends or reads hardly anything, takes all connections, or asks for what no proxy passes on: the answer, the end of
the connection and the line in the log."""
import os
import signal
import socket
import sys
import threading
import time

import relays
import support
import tap
import wireformat

HEAD_MS, PAUSE_MS, TOTAL_MS = 600, 400, 1000
CLIENTS, OF_ADDRESS = 6, 3
PROXY = "127.0.0.3"
GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
PUT = b"PUT /a.%s HTTP/1.1\r\nHost: h\r\nAuthorization: Basic c2VjcmV0OndvcmRz\r\nContent-Length: %d\r\n\r\n"


class Impatient(relays.Relay):
    def options(self):
        return [*super().options(), f"head_ms={HEAD_MS}", f"pause_ms={PAUSE_MS}", f"total_ms={TOTAL_MS}", "answer_ms=60000"]


class Small(relays.Relay):
    def options(self):
        return [*super().options(), f"clients={CLIENTS}"]


class Story(relays.Story):
    def __enter__(self):
        super().__enter__()
        self.impatient = self.start(Impatient, self.server.port)
        self.relays.append(self.impatient)
        return self


def lines(relay, words):
    return [line for line in relay.said().splitlines() if words in line]


# ---- slow clients ----


def drip(peer, data, every=0.05):
    """Sends a byte now and then, until the relay answers or ends the connection. The seconds that took."""
    start = time.monotonic()
    peer.socket.setblocking(False)
    for byte in data:
        try:
            peer.socket.send(bytes([byte]))
        except OSError:
            break
        time.sleep(every)
        try:
            if peer.socket.recv(1, socket.MSG_PEEK) is not None:
                break
        except BlockingIOError:
            pass
        except OSError:
            break
    peer.socket.settimeout(10)
    return time.monotonic() - start


def slow_case(what, before, relay_ms, said):
    @tap.case(f"{what} that comes byte by byte ends with status 408 after the time for all of it")
    def _(world):
        relays.answer_all(world)
        with world.peer(world.impatient) as peer:
            peer.send(before)
            took = drip(peer, b"x" * 1000)
            answer = peer.receive()
            tap.equal((answer.status, answer.field("Connection")), (408, b"close"), "answer")
            tap.contains(answer.body.decode(), said, "body")
            peer.socket.shutdown(socket.SHUT_WR)
            assert peer.ended()
        assert took > relay_ms / 1000 * 0.8, f"after {took} s"
        assert lines(world.impatient, "with status 408"), world.impatient.said()


slow_case("a head", b"GET / HTTP/1.1\r\nA: ", HEAD_MS, "the rest of its head has not come")
slow_case("a body that is held", PUT % (b"ics", 1000), TOTAL_MS, "it took too long in all")
slow_case("a body that is passed on", PUT % (b"png", 1000), TOTAL_MS, "it took too long in all")


@tap.case("a body that stands still ends with status 408")
def _(world):
    relays.answer_all(world)
    for name in (b"ics", b"png"):
        with world.peer(world.impatient) as peer:
            peer.send(PUT % (name, 1000) + b"x" * 10)
            tap.equal(peer.receive().status, 408, f"status of {name}")


@tap.case("one line a minute tells of those who are too slow, with the address and nothing that they have sent")
def _(world):
    found = lines(world.impatient, "with status 408")
    assert len(found) <= 2, f"more than one of each thread: {found}"
    tap.contains(found[0], "a request from 127.0.0.1 was refused with status 408: ", "line")
    for words in ("c2VjcmV0", "xxx", "a.ics"):
        assert words not in world.impatient.said()


# ---- slow servers, and slow readers of answers ----


@tap.case("an answer that comes byte by byte is cut off after the time for all of it")
def _(world):
    def story(client):
        client.read_request()
        client.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            client.send(b"x")
            time.sleep(0.05)

    world.serve(story)
    with world.peer(world.impatient) as peer:
        try:
            answer = peer.ask(b"GET", b"/")
        except (ConnectionResetError, wireformat.Incomplete):
            pass
        else:
            raise AssertionError(f"{answer}")
    found = lines(world.impatient, "an answer for 127.0.0.1 was cut off: ")
    tap.contains(found[0], "it took too long in all", "line")


@tap.case("an answer that does not begin is given up after the time for all of it, whatever else may take longer")
def _(world):
    over = threading.Event()

    def story(client):
        client.read_request()
        over.wait(20)

    world.serve(story)
    with world.peer(world.impatient) as peer:
        answer = peer.ask(b"GET", b"/")
        over.set()
    tap.equal(answer.status, 504, "status")
    tap.contains(answer.body.decode(), "it took too long in all", "body")


@tap.case("an answer that nobody reads is given up")
def _(world):
    ended = threading.Event()

    def story(client):
        client.read_request()
        client.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        try:
            while True:
                client.send(b"x" * 100000)
        finally:
            ended.set()

    world.serve(story)
    with world.peer(world.impatient) as peer:
        peer.send(GET)
        assert ended.wait(10), "the server's connection is still open"


@tap.case("interim answers without end do not keep a request for ever")
def _(world):
    def story(client):
        client.read_request()
        for _ in range(30):
            client.send(b"HTTP/1.1 102 Processing\r\n\r\n")
            time.sleep(0.1)

    world.serve(story)
    with world.peer(world.impatient) as peer:
        status = peer.ask(b"PROPFIND", b"/").status
        while status == 102:
            status = peer.receive().status
        tap.equal(status, 504, "status")


# ---- too many ----


@tap.case("a client for whom there is no place is told to come again")
def _(world):
    relays.answer_all(world)
    relay = world.start(Small, world.server.port)
    world.relays.append(relay)
    peers = [world.peer(relay) for _ in range(CLIENTS)]
    try:
        for peer in peers:
            tap.equal(peer.ask(b"GET", b"/").status, 200, "status")
        with world.peer(relay) as another:
            answer = another.ask(b"GET", b"/")
            tap.equal((answer.status, answer.field("Retry-After")), (503, b"10"), "answer")
            tap.equal(answer.field("Connection"), b"close", "connection")
            another.socket.shutdown(socket.SHUT_WR)
            assert another.ended()
        tap.equal(peers[0].ask(b"GET", b"/").status, 200, "those who have one keep it")
        peers.pop().socket.close()

        def finds_a_place():
            with world.peer(relay) as another:
                return another.ask(b"GET", b"/").status == 200

        tap.eventually(finds_a_place, "a place that has become free")
    finally:
        for peer in peers:
            peer.socket.close()
    tap.contains(lines(relay, "with status 503")[0], "too many clients are connected", "line")


class Proxied(support.Upbeat):
    def listen(self):
        return f"{{address: '127.0.0.1:{self.port}', proxy_protocol: {PROXY}/32}}"


@tap.case("one address has so many connections and no more, whoever else comes")
def _(world):
    relays.answer_all(world)
    limits = f"limits: {{connections_per_address: {OF_ADDRESS}, connections: 100}}\n"
    world.server.calendar_of = None
    upbeat = world.start(Proxied, world.server, settings=support.ORGANIZATION + limits)
    open_ones = []

    def ask(client):
        plain = socket.create_connection(("127.0.0.1", upbeat.port), 10, source_address=(PROXY, 0))
        plain.sendall(b"PROXY TCP%d %s %s 4096 443\r\n" % (6 if b":" in client else 4, client, client) + GET)
        open_ones.append(plain)
        return wireformat.read_response(wireformat.Stream(lambda: plain.recv(65536)), b"GET").status

    try:
        for client, others in ((b"192.0.2.1", b"192.0.2.1"), (b"2001:db8::1", b"2001:db8::ffff:1")):
            tap.equal([ask(client) for _ in range(OF_ADDRESS)], [200] * OF_ADDRESS, "statuses")
            tap.equal(ask(others), 503, "status of one more")
        tap.equal([ask(b"192.0.2.2"), ask(b"2001:db8:0:1::1")], [200, 200], "others")
        for connection in open_ones:
            connection.close()
        tap.eventually(lambda: ask(b"192.0.2.1") == 200, "a place that has become free")
    finally:
        for connection in open_ones:
            connection.close()
    tap.contains(lines(upbeat, "with status 503")[0], "from 192.0.2.1 was refused", "line")
    upbeat.is_sane()


# ---- what is refused, and what is not done twice ----


@tap.case("whatever is refused is one line with the reason")
def _(world):
    refused = {
        b"GET / HTTP/1.1\r\nHost: h\r\nAuthorization: Basic c2VjcmV0\r\nContent-Length : 1\r\n\r\n": (400, "white space before a colon"),
        b"TRACE / HTTP/1.1\r\nHost: h\r\nAuthorization: Basic c2VjcmV0\r\n\r\n": (405, "a method that is not served here"),
        b"GET / HTTP/3.0\r\nHost: h\r\nAuthorization: Basic c2VjcmV0\r\n\r\n": (505, "neither HTTP/1.1 nor HTTP/1.0"),
        b"GET /" + b"c2VjcmV0" * 2000 + b" HTTP/1.1\r\nHost: h\r\n\r\n": (414, "a request line that is too long"),
    }
    relay = world.start(relays.Relay, world.server.port, threads=1)
    world.relays.append(relay)
    for data, (status, why) in refused.items():
        for _ in range(3):
            with world.peer(relay) as peer:
                peer.send(data)
                tap.equal(peer.receive().status, status, why)
        found = lines(relay, f"a request from 127.0.0.1 was refused with status {status}: {why}")
        tap.equal(len(found), 1, f"lines of {status}")
    assert "c2VjcmV0" not in relay.said()


@tap.case("a write whose bytes were sent over a connection that was in use is not sent again")
def _(world):
    def story(client):
        while request := client.read_request():
            world.server.seen.append(request)
            if request.method == b"PUT" and request.target == b"/lost.ics":
                return
            client.answer()

    server = world.serve(story)
    relay = world.start(relays.Relay, server.port, threads=1)
    world.relays.append(relay)
    with world.peer(relay) as peer:
        peer.ask(b"GET", b"/")
        time.sleep(0.05)  # the relay has seen that the server leaves its connections open

        def goes_over_the_same():
            before = server.connections
            tap.equal(peer.ask(b"PUT", b"/a.ics", body=b"x").status, 200, "status")
            return server.connections == before

        tap.eventually(goes_over_the_same, "a write over a connection that was in use")
        for fields in (b"", b"X-HTTP-Method-Override: PROPFIND\r\n"):
            before = len(server.seen)
            tap.equal(peer.ask(b"PUT", b"/lost.ics", fields, body=b"x").status, 502, "status")
            tap.equal(len(server.seen), before + 1, "requests")


@tap.case("an engine that takes nothing more costs no request: writes pass without it")
def _(world):
    relays.answer_all(world)
    relay = world.start(relays.Relay, world.server.port, engine=True, threads=1)
    world.relays.append(relay)
    tap.eventually(relay.has_engine, "an engine")
    engine = relay.engine_pid()
    os.kill(engine, signal.SIGSTOP)
    try:
        statuses = []

        def write(number):
            with world.peer(relay) as peer:
                for i in range(40):
                    target = b"/%d-%d.ics" % (number, i) + b"x" * 4000 + b".ics"
                    statuses.append(peer.ask(b"PUT", target, body=b"x").status)
                    if lines(relay, "does not keep up"):
                        return

        writers = [threading.Thread(target=write, args=(number,)) for number in range(50)]
        for each in writers:
            each.start()
        for each in writers:
            each.join()
        assert lines(relay, "does not keep up"), "the engine's socket took all"
        tap.equal(set(statuses), {200}, "statuses")
        with world.peer(relay) as peer:
            tap.equal(peer.ask(b"PUT", b"/e.ics", body=b"x").status, 200, "status of one more")
    finally:
        os.kill(engine, signal.SIGCONT)


sys.exit(relays.run(Story))
