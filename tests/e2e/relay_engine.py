# SPDX-License-Identifier: Apache-2.0
"""Writes are told to the engine, which never holds the traffic up."""
import itertools
import os
import signal
import sys
import time

import relays
import tap

PUT = (
    b"PUT //c/./%%7ee-%d.ics?x HTTP/1.1\r\nHost: public:1\r\nAuthorization: Basic eDp5\r\n"
    b"Content-Type: text/calendar\r\nContent-Length: %d\r\n\r\n"
)


class Impatient(relays.Relay):
    def options(self):
        return [*super().options(), "engine_ms=1000"]


class Story(relays.Story):
    def __enter__(self):
        super().__enter__()
        self.with_engine = self.start(relays.Relay, self.server.port, engine=True)
        self.relays.append(self.with_engine)
        return self


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
    relays.answer_all(world)
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


def time_of_put(world, relay, number):
    with world.peer(relay) as peer:
        start = time.monotonic()
        peer.send(PUT % (number, 4) + b"body")
        tap.equal(peer.receive().status, 201, "status")
        return time.monotonic() - start


@tap.case("an engine that does not answer delays a write by two seconds, and those after it by a quarter of a second")
def _(world):
    relay = world.with_engine
    relay.behave("mute")
    remember_times(world)
    took = time_of_put(world, relay, 2)
    assert 1.9 < took < 2.5, f"{took} s"
    took = time_of_put(world, relay, 3)
    assert 0.2 < took < 0.6, f"{took} s"
    target = "//c/./%7ee-2.ics?x"
    tap.eventually(lambda: relay.told("answer", target), "this engine has heard of it")
    relay.behave("commit")
    os.kill(relay.engine_pid(), signal.SIGKILL)
    tap.eventually(lambda: len(relay.told("answer", target)) == 2, "the next engine is told what this one never confirmed")


@tap.case("an engine that hangs is ended, and the next one is told what it never confirmed")
def _(world):
    relay = world.start(Impatient, world.server.port, engine=True)
    world.relays.append(relay)
    tap.eventually(relay.has_engine, "an engine", 15)
    hung = relay.engine_pid()
    relay.behave("mute")
    remember_times(world)
    numbers = itertools.count(50)

    def is_ended_by_one_more():
        time_of_put(world, relay, next(numbers))
        return relay.engine_pid() != hung

    tap.eventually(is_ended_by_one_more, "its end", 20)
    relay.behave("commit")
    tap.equal(relay.said().count("the engine hangs: writes wait for it in vain; it is ended"), 1, "its end is said once")
    number = next(numbers)
    assert number > 53, f"{number}: it has its time"
    target = "//c/./%7ee-50.ics?x"
    tap.eventually(lambda: len(relay.told("answer", target)) == 2, "the next engine is told of the first one", 15)


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


@tap.case("a SIGHUP does not end an engine that is only starting")
def _(world):
    relay = world.with_engine
    tap.eventually(relay.has_engine, "an engine", 15)
    killed = relay.engine_pid()
    os.kill(killed, signal.SIGKILL)
    tap.eventually(lambda: relay.engine_pid() not in (None, killed), "another engine", 15)
    os.kill(relay.pid, signal.SIGHUP)
    tap.eventually(relay.has_engine, "an engine that is ready", 15)
    assert "ended with signal 1 " not in relay.said(), relay.said()


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
        killed = relay.engine_pid()
        os.kill(killed, signal.SIGKILL)
        tap.equal(peer.receive().status, 201, "status")
        assert time.monotonic() - start < 0.2, f"{time.monotonic() - start} s"
    relay.behave("commit")
    tap.eventually(lambda: relay.engine_pid() not in (None, killed), "the next engine")


@tap.case("an engine that stood still and goes on is waited for as before")
def _(world):
    relay = world.with_engine
    tap.eventually(relay.has_engine, "an engine", 15)
    remember_times(world)
    for number in (40, 50):
        engine = relay.engine_pid()
        os.kill(engine, signal.SIGSTOP)
        first, second = (time_of_put(world, relay, number + i) for i in range(2))
        os.kill(engine, signal.SIGCONT)
        assert first > 1.9 and second < 1, f"{first} s, then {second} s"
        target = f"//c/./%7ee-{number + 1}.ics?x"
        tap.eventually(lambda target=target: relay.told("answer", target), "the engine goes on")
        time_of_put(world, relay, number + 2)


sys.exit(relays.run(Story))
