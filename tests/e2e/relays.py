# SPDX-License-Identifier: Apache-2.0
"""What the stories of the relay share: the relay by itself, between clients that send what they like and a server that
answers what it likes, byte for byte.

    sys.exit(relays.run())
"""
import json
import os
import pathlib
import re
import socket
import sys
import time

import byteserver
import support
import tap
import wireformat

HERE = pathlib.Path(__file__).parent
MEGABYTE = 1024 * 1024
HEAD_MAX = 32 * 1024
BLOCK = 32 * 1024  # what the relay reads at once
ANSWER_MS = 1200
CONNECT_MS = 400
IDLE_MS = 3000


class Relay(support.Process):
    """The relay by itself, with the engine of the tests or none."""

    def __init__(self, folder, port, *, engine=False, host="127.0.0.1", before=(), threads=2):
        self.port = support.free_port()
        self.engine_folder = pathlib.Path(folder)
        command = [*before, os.environ["builddir"] + "/tests/tools/relay", self.port, host, port]
        command += [*self.options(), f"threads={threads}"]
        if engine:
            self.behave("commit")
            command += ["--", sys.executable, HERE / "engine.py", folder]
        super().__init__("relay", command, folder)
        self.wait_for(lambda: "listening on" in self.said(), "it listens")

    def options(self):
        return [f"answer_ms={ANSWER_MS}", f"connect_ms={CONNECT_MS}", f"idle_ms={IDLE_MS}"]

    def behave(self, manner):
        (self.engine_folder / "manner").write_text(manner)

    def told(self, kind, target=None):
        """What the engine was told: writes or answers, all of them or those of one target."""
        path = self.engine_folder / "told"
        told = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        writes = [each for each in told if each["kind"] == 1 and target in (None, each.get("target"))]
        if kind == "write":
            return writes
        ids = [each["id"] for each in writes]
        return [each for each in told if each["kind"] == 2 and each["id"] in ids]

    def engine_pid(self):
        return support.engine_of(self.pid)

    def has_engine(self):
        return support.has_engine(self)

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
        self.relays = [self.relay]
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


def arrives(world, data, method=b"GET", relay=None):
    """The request as the server saw it, and the answer."""
    server = answer_all(world)
    with world.peer(relay) as peer:
        peer.send(data)
        answer = peer.receive(method)
    tap.equal(len(server.seen), 1, "requests")
    return server.seen[0], answer


def send_if_possible(peer, data):
    try:
        peer.send(data)
    except OSError:
        pass


def no_sanitizer_complained(world):
    for relay in world.relays:
        for words in support.SANITIZER_SAYS:
            assert words not in relay.said(), relay.said()


def run(kind=Story):
    """Runs the cases, and one more: nothing went wrong in the program. Returns the exit status."""
    tap.case("no sanitizer complained")(no_sanitizer_complained)
    with support.world(kind) as world:
        return tap.run(world)
