# SPDX-License-Identifier: Apache-2.0
"""More requests than may be at a server at once: some wait, in order and not for ever, and others are told to come again."""
import json
import os
import select
import signal
import socket
import sys
import threading

import byteserver
import certificates
import relays
import support
import tap
import upgrading
import wireformat

AT_ONCE, WAITING = 2, 3
WAIT_MS = 600
PASSED_ON = b"PUT %s HTTP/1.1\r\nHost: h\r\nContent-Type: image/png\r\n%sContent-Length: %d\r\n\r\n"
HELD = b"PUT %s HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100000


class Narrow(relays.Relay):
    """Requests may wait for a minute there."""

    connect_ms = 60000

    def __init__(self, folder, port, at_once=AT_ONCE, waiting=WAITING, threads=1):
        """With one thread, requests come in the order in which they were sent."""
        self.limits = [f"requests={at_once}", f"waiting={waiting}", f"connect_ms={self.connect_ms}"]
        super().__init__(folder, port, threads=threads)

    def options(self):
        return ["answer_ms=60000", *self.limits]


class Hurried(Narrow):
    connect_ms = WAIT_MS


class Late:
    """A server that answers a request with its target, when it is told to."""

    def __init__(self, server):
        self.server = server
        self.come, self.here, self.most = [], {}, 0  # targets: all, those that have no answer; how many there were at once
        server.serve(self.story)

    def story(self, client):
        while client.stream.bytes or client.stream.fill():
            head = client.read_head()
            self.here[head.target] = turn = threading.Event()
            self.come.append(head.target)
            self.most = max(self.most, len(self.here))
            assert turn.wait(30), head.target
            if head.field("Expect"):
                client.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            client.stream.take(int(head.field("Content-Length") or 0))
            del self.here[head.target]
            client.answer(head.target)

    def await_come(self, *targets):
        tap.eventually(lambda: self.come == list(targets), f"{targets} come to the server, {self.come}")

    def let_go(self, target):
        tap.eventually(lambda: target in self.here, f"{target} comes to the server")
        self.here[target].set()


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.server = self.start(byteserver.ByteServer)
        self.relays = []
        return self

    def relay(self, *limits, kind=Narrow, **more):
        relay = self.start(kind, self.server.port, *limits, **more)
        self.relays.append(relay)
        return relay

    def daemon(self, limits, settings="", kind=support.Upbeat, upstream=None, **more):
        """With the settings of a file, and the engine."""
        self.server.calendar_of = None
        text = f"{support.ORGANIZATION}limits: {{{limits}}}\n{settings}"
        upbeat = self.start(kind, upstream or self.server, settings=text, **more)
        self.relays.append(upbeat)
        return upbeat

    def peer(self, relay):
        return self.enter_context(relays.Peer(relay.port, 20))

    def asks(self, relay, target, method=b"GET"):
        """A client that has asked."""
        peer = self.peer(relay)
        peer.send(method + b" " + target + b" HTTP/1.1\r\nHost: h\r\n\r\n")
        return peer

    def overfill(self, relay, n=1):
        """Clients that wait for a place, which are n, by their targets; and one for whom there was no room. Of several
        threads nobody knows whose comes first."""
        peers = {b"/w%d" % i: self.asks(relay, b"/w%d" % i) for i in range(n + 1)}
        (told,), _, _ = select.select([peer.socket for peer in peers.values()], [], [], 20)
        (target,) = [target for target, peer in peers.items() if peer.socket is told]
        another = peers.pop(target)
        refused(another)
        return peers, another

    def fill(self, relay, late, n=AT_ONCE):
        """Clients whose requests are at the server: /0, /1 and so on."""
        there = []
        for i in range(n):
            there.append(self.asks(relay, b"/%d" % i))
            tap.eventually(lambda i=i: len(late.here) == i + 1, "it is at the server")
        return there


def answered(peer, target):
    answer = peer.receive()
    tap.equal((answer.status, answer.body), (200, target), "answer")


def refused(peer, method=b"GET"):
    answer = peer.receive(method)
    tap.equal((answer.status, answer.field("Retry-After")), (503, b"10"), "answer")
    return answer


def hears_nothing(peer):
    peer.socket.setblocking(False)
    try:
        raise AssertionError(f"it was told {peer.socket.recv(1000)}")
    except BlockingIOError:
        peer.socket.settimeout(20)


def status(upbeat):
    """What `upbeat status` tells of requests."""
    return json.loads(support.run("status", "--json", "-c", upbeat.settings).stdout)["requests"]


@tap.case("so many requests are at the server at once, more wait in the order of their coming, and one more comes again later")
def _(world):
    late = Late(world.server)
    relay = world.relay()
    there = world.fill(relay, late)
    waiting = [world.asks(relay, b"/w%d" % i) for i in range(WAITING)]
    another = world.asks(relay, b"/another")
    assert refused(another).body.endswith(b".\n")
    for peer in waiting:
        hears_nothing(peer)
    late.let_go(b"/1")
    answered(there[1], b"/1")
    late.await_come(b"/0", b"/1", b"/w0")
    another.send(b"GET /more HTTP/1.1\r\nHost: h\r\n\r\n")  # its connection goes on, and there is room in the queue
    come = [b"/0", b"/1", b"/w0"]
    for free, target in ((b"/0", b"/w1"), (b"/w0", b"/w2"), (b"/w1", b"/more")):
        late.let_go(free)
        come.append(target)
        late.await_come(*come)
    for peer, target in zip((there[0], *waiting, another), (b"/0", b"/w0", b"/w1", b"/w2", b"/more")):
        late.let_go(target) if target in late.here else None
        answered(peer, target)
    tap.equal(late.most, AT_ONCE, "requests at the server at once")
    (line,) = [line for line in relay.said().splitlines() if "was refused" in line]
    tap.contains(line, f"the server 127.0.0.1:{world.server.port} has 2 requests and 3 wait: one from 127.0.0.1 was refused", "line")


@tap.case("the requests of all threads are counted together, and wake each other")
def _(world):
    late = Late(world.server)
    relay = world.relay(AT_ONCE, 100, threads=4)
    peers = {b"/%d" % i: world.asks(relay, b"/%d" % i) for i in range(40)}
    for i in range(40):
        tap.eventually(lambda i=i: len(late.come) > i, f"a request number {i}")
        late.let_go(late.come[i])
    for target, peer in peers.items():
        answered(peer, target)
    tap.equal(late.most, AT_ONCE, "requests at the server at once")


@tap.case("who waits for too long is told to come again, on a connection that goes on")
def _(world):
    late = Late(world.server)
    relay = world.relay(1, 2, kind=Hurried)
    (first,) = world.fill(relay, late, 1)
    waiting = [world.asks(relay, b"/a"), world.asks(relay, b"/b", b"HEAD")]
    refused(waiting[0])
    tap.equal(refused(waiting[1], b"HEAD").field("Connection"), b"", "connection")
    late.let_go(b"/0")
    answered(first, b"/0")
    for peer in waiting:
        peer.send(b"GET /again HTTP/1.1\r\nHost: h\r\n\r\n")
        late.let_go(b"/again")
        answered(peer, b"/again")
        late.here.clear()
    late.await_come(b"/0", b"/again", b"/again")
    tap.contains(relay.said(), "was refused, as it has waited for too long", "log")


@tap.case("who hangs up waits no more, and who hangs up at the server gives his place away")
def _(world):
    late = Late(world.server)
    relay = world.relay(1, 1)
    (first,) = world.fill(relay, late, 1)
    gone = world.asks(relay, b"/gone")
    refused(world.asks(relay, b"/another"))
    gone.socket.close()
    second = world.asks(relay, b"/second")
    refused(world.asks(relay, b"/third"))
    first.socket.close()  # the relay sees it when it has the answer
    late.let_go(b"/0")
    late.let_go(b"/second")
    answered(second, b"/second")
    late.await_come(b"/0", b"/second")


@tap.case("requests that were sent one behind the other wait together, and are answered in order")
def _(world):
    late = Late(world.server)
    relay = world.relay(1, 1)
    (first,) = world.fill(relay, late, 1)
    peer = world.peer(relay)
    peer.send(b"".join(b"GET /p%d HTTP/1.1\r\nHost: h\r\n\r\n" % i for i in range(3)))
    refused(world.asks(relay, b"/refused"))
    for target in (b"/0", b"/p0", b"/p1", b"/p2"):
        late.let_go(target)
    answered(first, b"/0")
    for i in range(3):
        answered(peer, b"/p%d" % i)


@tap.case("no body is asked for and none is read before there is a place; one that was held goes on as a whole")
def _(world):
    late = Late(world.server)
    relay = world.relay(1, 3)
    (first,) = world.fill(relay, late, 1)
    asking, passing, held = (world.peer(relay) for _ in range(3))
    asking.send(PASSED_ON % (b"/a", b"Expect: 100-continue\r\n", 4))
    passing.send(PASSED_ON % (b"/b", b"", 100 * relays.MEGABYTE))
    held.send(HELD % b"/c.ics")
    usable, unusable = world.peer(relay), world.peer(relay)
    usable.send(HELD % b"/d.ics")
    tap.equal(refused(usable).field("Connection"), b"", "all of it had come")
    passing.socket.settimeout(1)
    sent = 0
    try:
        while sent < 100 * relays.MEGABYTE:
            sent += passing.socket.send(b"x" * relays.MEGABYTE)
    except TimeoutError:
        pass
    assert sent < 50 * relays.MEGABYTE, f"{sent} bytes were taken"
    unusable.send(PASSED_ON % (b"/d", b"", relays.MEGABYTE))
    tap.equal(refused(unusable).field("Connection"), b"close", "the body was still to come")
    hears_nothing(asking)
    passing.socket.close()
    late.let_go(b"/0")
    answered(first, b"/0")
    late.let_go(b"/a")
    tap.equal(asking.receive().status, 100, "status")
    asking.send(b"text")
    answered(asking, b"/a")
    late.let_go(b"/c.ics")
    answered(held, b"/c.ics")


@tap.case("a daemon that ends has those who wait served before")
def _(world):
    late = Late(world.server)
    relay = world.relay(1, 1, threads=2)
    (first,) = world.fill(relay, late, 1)
    waiting, _ = world.overfill(relay)
    os.kill(relay.pid, signal.SIGTERM)
    tap.eventually(lambda: "stopping" in relay.said(), "it is told to end")
    late.let_go(b"/0")
    answered(first, b"/0")
    for target, peer in waiting.items():
        late.let_go(target)
        answer = peer.receive()
        tap.equal((answer.body, answer.field("Connection")), (target, b"close"), "answer")
    tap.equal(relay.child.wait(10), 0, "status")


# ---- the daemon ----


class Secure(support.Upbeat):
    """With one thread, as it has one processor."""

    SCHEME = "https"

    def launch(self):
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(before)})
        try:
            super().launch()
        finally:
            os.sched_setaffinity(0, before)


@tap.case("with TLS, too, who hangs up waits no more, and who is refused asks again on his connection")
def _(world):
    late = Late(world.server)
    authority = certificates.Authority(world.folder)
    certificate, key = authority.issue("cal", "IP:127.0.0.1")

    upbeat = world.daemon("requests_per_server: 1, waiting_per_server: 1, connect: 1m",
                          f"tls: {{certificate: {certificate}, key: {key}}}\n", kind=Secure)

    def asks(target):
        peer = world.peer(upbeat)
        peer.socket = world.enter_context(authority.trust().wrap_socket(peer.socket, server_hostname="127.0.0.1"))
        peer.send(b"GET " + target + b" HTTP/1.1\r\nHost: h\r\n\r\n")
        return peer

    first = asks(b"/0")
    late.await_come(b"/0")
    gone, another = asks(b"/gone"), asks(b"/another")
    refused(another)
    gone.socket.close()
    tap.eventually(lambda: status(upbeat)[0]["waiting"] == 0, "it waits no more")
    another.send(b"GET /again HTTP/1.1\r\nHost: h\r\n\r\n")
    tap.eventually(lambda: status(upbeat)[0]["waiting"] == 1, "another waits in its place")
    refused(asks(b"/one-more"))
    late.let_go(b"/0")
    answered(first, b"/0")
    late.let_go(b"/again")
    answered(another, b"/again")
    late.await_come(b"/0", b"/again")


@tap.case("other limits hold from the next process on, which counts for itself; the old one has those who wait served")
def _(world):
    late = Late(world.server)
    upbeat = world.daemon("requests_per_server: 1, waiting_per_server: 1, connect: 1m", kind=upgrading.Upbeat,
                          store=f"sqlite:{world.folder}/store")
    (first,) = world.fill(upbeat, late, 1)
    waiting, another = world.overfill(upbeat)
    tap.equal(status(upbeat), [{"upstream": world.server.url, "waiting": 1, "refused": 1}], "status")
    line = f"Requests  1 wait for a place at {world.server.url}; 1 have found none\n"
    tap.contains(support.run("status", "-c", upbeat.settings).stdout, line, "status")
    upbeat.settings.write_text(upbeat.settings.read_text().replace("per_server: 1", "per_server: 2"))
    os.kill(upbeat.pid, signal.SIGHUP)
    tap.eventually(lambda: "`limits` has changed: that takes a restart" in upbeat.said(), "the log")
    another.send(b"GET /another HTTP/1.1\r\nHost: h\r\n\r\n")
    refused(another)
    old, _ = upbeat.upgrade()
    here = [world.asks(upbeat, b"/new%d" % i) for i in range(2)]
    for i in range(2):
        late.let_go(b"/new%d" % i)
    for i, peer in enumerate(here):
        answered(peer, b"/new%d" % i)
    late.let_go(b"/0")
    answered(first, b"/0")
    for target, peer in waiting.items():
        late.let_go(target)
        answered(peer, target)
    tap.eventually(lambda: not upgrading.is_alive(old) or upbeat.child.poll() == 0, "the old process ends", 20)


class Both:
    def __init__(self, *servers):
        self.url = f"[{', '.join(server.url for server in servers)}]"
        self.calendar_of = None


@tap.case("of equal servers the one with a place is next, at once or when there is one; another upstream is not concerned")
def _(world):
    servers = [world.start(byteserver.ByteServer) for _ in range(2)]
    lates = [Late(server) for server in servers]
    world.server.serve(byteserver.answers)
    upbeat = world.daemon("requests_per_server: 1, waiting_per_server: 1, connect: 1m",
                          f"other_upstreams: [{world.server.url}/books/]\n", upstream=Both(*servers))
    one = world.peer(upbeat)
    one.send(b"GET /1 HTTP/1.1\r\nHost: h\r\n\r\n")
    tap.eventually(lambda: lates[0].here or lates[1].here, "it is at one of them")
    mine = lates[0] if lates[0].here else lates[1]
    other = lates[1] if lates[0].here else lates[0]
    mine.let_go(b"/1")
    answered(one, b"/1")
    thief = world.asks(upbeat, b"/2")  # takes turns, and may be at either
    tap.eventually(lambda: lates[0].here or lates[1].here, "it is at one of them")
    one.send(b"GET /3 HTTP/1.1\r\nHost: h\r\n\r\n")
    tap.eventually(lambda: lates[0].here and lates[1].here, "each has one")
    waiting, _ = world.overfill(upbeat, 2)  # one for each of the servers
    tap.equal(world.asks(upbeat, b"/books/a").receive().status, 200, "another upstream")
    for target in list(other.here):
        other.let_go(target)
    tap.eventually(lambda: other.come[-1][:2] == b"/w", "one has the place that is free")
    for target in list(mine.here):
        mine.let_go(target)
    tap.eventually(lambda: mine.come[-1][:2] == b"/w", "and so has the other")
    for late in lates:
        late.let_go(late.come[-1])
    answered(thief, b"/2")
    answered(one, b"/3")
    for target, peer in waiting.items():
        answered(peer, target)
    tap.equal([late.most for late in lates], [1, 1], "requests at once")


if __name__ == "__main__":
    sys.exit(relays.run(Story))
