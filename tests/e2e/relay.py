# SPDX-License-Identifier: Apache-2.0
"""The relay between clients that send what they like and a server that answers what it likes, byte for byte."""
import hashlib
import json
import os
import pathlib
import random
import re
import signal
import socket
import sys
import threading
import time

import byteserver
import support
import tap
import wireformat

HERE = pathlib.Path(__file__).parent
MEGABYTE = 1024 * 1024
HOLD_MAX = MEGABYTE
HEAD_MAX = 32 * 1024
FIELDS_MAX = 128
ANSWER_MS = 1200
CONNECT_MS = 400
IDLE_MS = 3000
EMPTY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Relay(support.Process):
    """The relay by itself, with the engine of the tests or none."""

    def __init__(self, folder, port, *, engine=False, host="127.0.0.1", before=()):
        self.port = support.free_port()
        self.engine_folder = pathlib.Path(folder)
        command = [*before, os.environ["builddir"] + "/tests/tools/relay", self.port, host, port]
        command += [f"answer_ms={ANSWER_MS}", f"connect_ms={CONNECT_MS}", f"idle_ms={IDLE_MS}"]
        if engine:
            self.behave("commit")
            command += ["--", sys.executable, HERE / "engine.py", folder]
        super().__init__("relay", command, folder)
        self.wait_for(lambda: "listening on" in self.said(), "it listens")

    def behave(self, manner):
        (self.engine_folder / "manner").write_text(manner)

    def told(self, kind, target=None):
        """What the engine was told, of one kind; the answers to writes of one target."""
        path = self.engine_folder / "told"
        told = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        writes = [each for each in told if each["kind"] == 1 and target in (None, each.get("target"))]
        if kind == "write":
            return writes
        ids = [each["id"] for each in writes]
        return [each for each in told if each["kind"] == 2 and each["id"] in ids]

    def engine_pid(self):
        children = pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return int(children[0]) if children else 0

    def has_engine(self):
        said = self.said()
        return said.count("the engine is ready") > said.count("the engine ended")

    def open_files(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def processor_seconds(self):
        user, kernel = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(kernel)) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """Resident kilobytes."""
        return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{self.pid}/status").read_text())[1])


class Peer:
    """A client's connection."""

    def __init__(self, port, timeout=10):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.stream = wireformat.Stream(lambda: self.socket.recv(65536))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def receive(self, method=b"GET"):
        return wireformat.read_response(self.stream, method)

    def ask(self, method, target, fields=b"", body=b""):
        length = b"Content-Length: %d\r\n" % len(body) if body else b""
        self.send(method + b" " + target + b" HTTP/1.1\r\nHost: h\r\n" + fields + length + b"\r\n" + body)
        return self.receive(method)

    def ended(self):
        """The relay has ended the connection, and nothing more came."""
        try:
            return not self.stream.bytes and not self.socket.recv(1)
        except ConnectionResetError:
            return True


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.server = self.start(byteserver.ByteServer)
        self.relay = self.start(Relay, self.server.port)
        self.with_engine = self.start(Relay, self.server.port, engine=True)
        self.at_first = self.relay.open_files()
        return self

    def peer(self, relay=None):
        return Peer((relay or self.relay).port)

    def serve(self, story):
        self.server.serve(story)
        time.sleep(0.02)  # the connections of the story before have ended
        return self.server


def answer_all(world, body=b""):
    """A server that answers everything and remembers the requests."""

    def story(client):
        while request := client.read_request():
            world.server.seen.append(request)
            client.answer(body)

    return world.serve(story)


# ---- connections ----


@tap.case("requests of many clients go over one connection to the server")
def _(world):
    server = answer_all(world, b"x")
    with world.peer() as one, world.peer() as another:
        for peer in (one, another, one, another):
            for _ in range(3):
                tap.equal(peer.ask(b"PROPFIND", b"/").body, b"x", "body")
    assert server.connections <= 2, f"{server.connections} connections, one a thread"


@tap.case("a write goes over a connection of its own")
def _(world):
    server = answer_all(world)
    with world.peer() as peer:
        peer.ask(b"GET", b"/")
        before = server.connections
        tap.equal(peer.ask(b"PUT", b"/a.ics", body=b"x").status, 200, "status")
        tap.equal(server.connections, before + 1, "connections")


def drop_second(world):
    """A server that answers the first request of a connection and ends it when the second one has come."""

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


@tap.case("a client that asks no more is let go after a while")
def _(world):
    answer_all(world)
    with world.peer() as peer:
        peer.ask(b"GET", b"/")
        start = time.monotonic()
        assert peer.ended()
        assert time.monotonic() - start > IDLE_MS / 1000 * 0.8


# ---- no answer ----


@tap.case("a server that is not there is a 502, in words, and the connection goes on")
def _(world):
    relay = world.start(Relay, support.free_port())
    with world.peer(relay) as peer:
        answer = peer.ask(b"GET", b"/")
        tap.equal(answer.status, 502, "status")
        tap.contains(answer.body, b"cannot be reached", "body")
        tap.equal(answer.field("Content-Type"), b"text/plain; charset=utf-8", "type")
        tap.equal(peer.ask(b"HEAD", b"/").status, 502, "status")
        tap.equal(peer.ask(b"PUT", b"/a.ics", body=b"x" * 100000).status, 502, "status")
    assert relay.said().count("cannot be reached") == 1, "said once a minute"


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
nonsense_case("too large", b"HTTP/1.1 200 OK\r\nA: " + b"x" * HEAD_MAX + b"\r\n\r\n")


@tap.case("a server that does not answer is a 504")
def _(world):
    world.serve(lambda client: client.read_request() and client.read_request())
    with world.peer() as peer:
        start = time.monotonic()
        tap.equal(peer.ask(b"GET", b"/").status, 504, "status")
        took = time.monotonic() - start
        assert ANSWER_MS / 1000 * 0.9 < took < ANSWER_MS / 1000 * 3, f"after {took} s"


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
        relay = world.start(Relay, port)
        with world.peer(relay) as peer:
            tap.equal(peer.ask(b"GET", b"/").status, 504, "status")
        for each in waiting:
            each.close()


# ---- answers of every kind ----


def passes(world, answer, method=b"GET", complete=True):
    """What the client gets of an answer, to the end of the connection if that ends it."""

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
    body = os.urandom(3 * MEGABYTE)
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


# ---- requests of every kind ----


def arrives(world, data, method=b"GET", relay=None):
    """The request as the server saw it, and the answer."""
    server = answer_all(world)
    with world.peer(relay) as peer:
        peer.send(data)
        answer = peer.receive(method)
    tap.equal(len(server.seen), 1, "requests")
    return server.seen[0], answer


@tap.case("a request arrives as it was sent, but for what belongs to the connection")
def _(world):
    head = (
        b"X-ODD~Method //a/./%7e/../b?x=/&y# HTTP/1.1\r\nhOsT: public.example:8443\r\nX-b:1\r\nX-A: \t2  \r\n"
        b"x-B: 3\r\nEmpty:\r\nX-Umlaut: \xc3\xa4\xff\r\n"
    )
    request, _ = arrives(world, head + b"Connection: TE\r\nTE: trailers\r\nUpgrade: h2c\r\n\r\n")
    tap.equal(b"\r\n".join([request.start] + request.lines) + b"\r\n", head, "request")


@tap.case("one empty line before a request does no harm")
def _(world):
    request, _ = arrives(world, b"\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n")
    tap.equal(request.start, b"GET /a HTTP/1.1", "request line")


@tap.case("a request may come byte by byte")
def _(world):
    server = answer_all(world)
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
    answer_all(world, b"x")
    with world.peer() as peer:
        peer.send(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        peer.socket.shutdown(socket.SHUT_WR)
        tap.equal(peer.receive().body, b"x", "body")
        assert peer.ended()


@tap.case("HTTP/1.0 clients get what they expect")
def _(world):
    server = answer_all(world, b"x")
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
    b"CONNECT elsewhere:443 HTTP/1.1\r\nHost: h\r\n\r\n": 400,
    b"GET / HTTP/1.1\r\nHost: h\r\n" + b"A: b\r\n" * FIELDS_MAX + b"\r\n": 431,
    b"GET /" + b"x" * HEAD_MAX: 431,
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
    request, _ = arrives(world, head + b"x" * (HEAD_MAX - len(head) - 4) + b"\r\n\r\n")
    tap.equal(len(request.field("A")), HEAD_MAX - len(head) - 4, "length")


# ---- bodies ----


def chunks(body, size):
    pieces = (body[i : i + size] for i in range(0, len(body), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@tap.case("a held body goes on with its length, and one past the limit as it came")
def _(world):
    head = b"PUT /a.ics HTTP/1.1\r\nHost: h\r\nX-Before: 1\r\nTransfer-Encoding: chunked\r\nX-After: 2\r\n\r\n"
    for size, held in ((0, True), (1, True), (HOLD_MAX - 100, True), (HOLD_MAX + 1, False), (3 * HOLD_MAX, False)):
        body = os.urandom(size)
        request, _ = arrives(world, head + chunks(body, MEGABYTE))
        tap.equal(request.chunked, not held, f"chunked, {size} bytes")
        assert request.body == body, f"another body of {size} bytes"
        framing = b"Content-Length: %d" % size if held else b"Transfer-Encoding: chunked"
        tap.equal(request.lines, [b"Host: h", b"X-Before: 1", framing, b"X-After: 2"], "fields")


@tap.case("chunks that do not concern us stay chunks")
def _(world):
    body = b"3;x=y\r\nabc\r\n0\r\nT: 1\r\n\r\n"
    head = b"PUT /a.png HTTP/1.1\r\nHost: h\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n"
    request, _ = arrives(world, head + body)
    tap.equal(request.raw_body, body, "body")


@tap.case("who holds the body gives the word to send it")
def _(world):
    server = answer_all(world)
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
    body = os.urandom(4 * MEGABYTE)

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
        sender = threading.Thread(target=send_if_possible, args=(peer, b"x" * 8000000))
        sender.start()
        tap.equal(peer.receive().body, b"too much", "answer")
        peer.socket.close()
        sender.join()


def send_if_possible(peer, data):
    try:
        peer.send(data)
    except OSError:
        pass


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
    up, down = os.urandom(10 * MEGABYTE), os.urandom(10 * MEGABYTE)
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
        client.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (400 * MEGABYTE))
        piece = b"x" * MEGABYTE
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
        while sent < 400 * MEGABYTE:
            sent += peer.socket.send(b"x" * MEGABYTE)
    except TimeoutError:
        pass
    assert sent < 50 * MEGABYTE, f"{sent} bytes went somewhere"
    grown = world.relay.memory() - before
    assert grown < 4096, f"{grown} KB more memory"
    peer.socket.close()


@tap.case("three hundred clients at once are served")
def _(world):
    answer_all(world, b"x")
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
    answer_all(world, b"x")
    few = ["sh", "-c", 'ulimit -n 40; exec "$@"', "few"]
    relay = world.start(Relay, world.server.port, before=few)
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
    answer_all(world, b"x")
    relay = world.start(Relay, world.server.port, host="localhost")
    with world.peer(relay) as peer:
        for _ in range(3):
            tap.equal(peer.ask(b"PUT", b"/a.ics", body=b"x").body, b"x", "body")


@tap.case("a server whose name nobody knows is a 502")
def _(world):
    relay = world.start(Relay, world.server.port, host="nobody.invalid")
    with world.peer(relay) as peer:
        tap.equal(peer.ask(b"GET", b"/").status, 502, "status")
    tap.contains(relay.said(), "the upstream's name nobody.invalid is not known", "log")


# ---- the engine ----

PUT = (
    b"PUT //c/./%%7ee-%d.ics?x HTTP/1.1\r\nHost: public:1\r\nAuthorization: Basic eDp5\r\n"
    b"Content-Type: text/calendar\r\nContent-Length: %d\r\n\r\n"
)


def is_gone(pid):
    """It has ended, whether or not somebody has taken note."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def remember_times(world):
    def story(client):
        while client.read_request():
            world.server.seen.append(time.monotonic())
            client.answer(status=b"201 Created", fields=b"ETag: \"e\"\r\nLocation: /l\r\n")

    return world.serve(story)


@tap.case("a write is told to the engine before it is forwarded, and its answer after")
def _(world):
    relay = world.with_engine
    relay.behave("slow")
    server = remember_times(world)
    with world.peer(relay) as peer:
        peer.send(PUT % (1, 4) + b"body")
        tap.equal(peer.receive().status, 201, "status")
    relay.behave("commit")
    target = "//c/./%7ee-1.ics?x"
    (write,) = relay.told("write", target)
    answer = tap.eventually(lambda: relay.told("answer", target), "the answer")[0]
    tap.equal(write["write"], "PUT", "write")
    tap.equal(write["href"], "/c/~e-1.ics", "href")
    tap.equal(write["host"], "public:1", "host")
    tap.equal(write["authorization"], "Basic eDp5", "authorization")
    tap.equal([answer[name] for name in ("status", "etag", "location")], [201, '"e"', "/l"], "answer")
    assert server.seen[0] - write["at"] > 0.14, "it was forwarded before the engine's word"


@tap.case("every kind of write is told, and nothing else")
def _(world):
    relay = world.with_engine
    answer_all(world)
    requests = [
        (b"DELETE", b"/w/1", b"", "DELETE", False),
        (b"MOVE", b"/w/2", b"Destination: http://public/w/%41/\r\n", "MOVE", False),
        (b"COPY", b"/w/3", b"Destination: /w/b\r\n", "COPY", False),
        (b"POST", b"/w/4?add-member", b"Content-Type: text/calendar\r\n", "add-member", False),
        (b"POST", b"/w/5", b"X-HTTP-Method-Override: DELETE\r\n", "DELETE", True),
        (b"PUT", b"/w/6.ics", b"", "PUT", False),
    ]
    with world.peer(relay) as peer:
        for method, target, fields, *_ in requests:
            tap.equal(peer.ask(method, target, fields, b"x").status, 200, "status")
        for method in (b"GET", b"PROPFIND", b"REPORT", b"MKCALENDAR", b"PROPPATCH", b"POST", b"OPTIONS"):
            tap.equal(peer.ask(method, b"/w/none").status, 200, "status")
        peer.ask(b"PUT", b"/w/none.vcf", b"Content-Type: text/vcard\r\n", b"x")
    for _, target, _, write, overridden in requests:
        (told,) = relay.told("write", target.decode())
        tap.equal((told["write"], told["overridden"]), (write, overridden), f"{target}")
    tap.equal(relay.told("write", "/w/2")[0]["destination"], "/w/A", "destination")
    tap.equal([told for told in relay.told("write") if "none" in told["target"]], [], "others")


@tap.case("an engine that does not answer delays a write by a quarter of a second")
def _(world):
    relay = world.with_engine
    relay.behave("mute")
    remember_times(world)
    with world.peer(relay) as peer:
        start = time.monotonic()
        peer.send(PUT % (2, 4) + b"body")
        tap.equal(peer.receive().status, 201, "status")
        took = time.monotonic() - start
    assert 0.2 < took < 0.6, f"{took} s"
    target = "//c/./%7ee-2.ics?x"
    tap.eventually(lambda: relay.told("answer", target), "this engine has heard of it")
    relay.behave("commit")
    os.kill(relay.engine_pid(), signal.SIGKILL)
    tap.eventually(lambda: len(relay.told("answer", target)) == 2, "the next engine is told what this one never confirmed")


@tap.case("an engine that is killed while a client uploads is not noticed, and the next one is told")
def _(world):
    relay = world.with_engine
    remember_times(world)
    for delay in (0, 0.3):
        number = 10 + int(delay * 10)
        with world.peer(relay) as peer:
            tap.eventually(relay.has_engine, "an engine", 15)
            body = b"b" * 200000
            peer.send(PUT % (number, len(body)) + body[:100000])
            os.kill(relay.engine_pid(), signal.SIGKILL)
            time.sleep(delay)
            start = time.monotonic()
            peer.send(body[100000:])
            tap.equal(peer.receive().status, 201, "status")
            assert time.monotonic() - start < 0.2, "nobody is waited for"
        target = f"//c/./%7ee-{number}.ics?x"
        tap.eventually(lambda: relay.told("answer", target), "the answer is told to the next engine")
        tap.equal(relay.told("write", target)[0]["href"], f"/c/~e-{number}.ics", "href")


@tap.case("a write whose answer never comes is told so")
def _(world):
    relay = world.with_engine
    tap.eventually(relay.has_engine, "an engine", 15)
    world.serve(lambda client: client.read_request())
    with world.peer(relay) as peer:
        peer.send(PUT % (20, 1) + b"x")
        tap.equal(peer.receive().status, 502, "status")
    answer = tap.eventually(lambda: relay.told("answer", "//c/./%7ee-20.ics?x"), "the answer")[0]
    tap.equal(answer["status"], 0, "status")


@tap.case("nobody is waited for when the engine dies with a write in its hands")
def _(world):
    relay = world.with_engine
    tap.eventually(relay.has_engine, "an engine", 15)
    relay.behave("mute")
    remember_times(world)
    with world.peer(relay) as peer:
        peer.send(PUT % (30, 1) + b"x")
        tap.eventually(lambda: relay.told("write", "//c/./%7ee-30.ics?x"), "the write")
        start = time.monotonic()
        os.kill(relay.engine_pid(), signal.SIGKILL)
        tap.equal(peer.receive().status, 201, "status")
        assert time.monotonic() - start < 0.2, f"{time.monotonic() - start} s"
    relay.behave("commit")


# ---- beginning and end ----


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
    relay = world.start(Relay, world.server.port, engine=True)
    engine = tap.eventually(relay.engine_pid, "an engine")
    with world.peer(relay) as peer:
        answer_all(world)
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
    relay = world.start(Relay, world.server.port)
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
    relay = world.start(Relay, world.server.port, engine=True)
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
                send_if_possible(peer, data[: chance.choice([len(data), chance.randrange(len(data))])])
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


@tap.case("no sanitizer complained")
def _(world):
    for relay in (world.relay, world.with_engine):
        for words in support.SANITIZER_SAYS:
            assert words not in relay.said(), relay.said()


if __name__ == "__main__":
    with support.world(Story) as story:
        sys.exit(tap.run(story))
