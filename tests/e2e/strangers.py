# SPDX-License-Identifier: Apache-2.0
"""Strangers: what somebody without a password can do. He fills no store, and no password that nobody checked is used.

UPBEAT_N says how many uploads are cut off (`make flood`: 100000); then a customer's PUT is timed beside them, too.
"""
import base64
import http.server
import json
import multiprocessing
import os
import socket
import statistics
import sys
import threading
import time

import calendars
import support
import tap

CREDENTIAL_SECONDS = 60  # UB_CREDENTIAL_MS
STORED_MAX = 64  # UB_STRANGERS_STORED
FLOOD = "UPBEAT_N" in os.environ
N = int(os.environ.get("UPBEAT_N", "400"))
PER_SECOND = 500 if FLOOD else 100  # a machine that runs many tests at once has little time for each
HOP = ("connection", "host", "content-length", "transfer-encoding", "keep-alive")
# What a server answers to everybody, before it looks at a password.
BEFORE_PASSWORDS = {"/ghost": 404, "/method": 405, "/moved": 301, "/busy": 503}


def wrong(user):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:wrong".encode()).decode()}


class Front:
    """A server before the server, which answers some paths to everybody, holds answers back when told so, and remembers
    every request with its credentials."""

    def __init__(self, server):
        self.seen = []
        self.refuse = None  # a function of method and path: a status to answer with, or None
        front = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self, status, body=b"", fields=()):
                self.send_response(status)
                for name, value in fields:
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def pass_on(self):
                authorization = self.headers.get("Authorization")
                front.seen.append((self.command, self.path, authorization))
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length)
                if len(body) < length:
                    self.close_connection = True
                    return
                status = next((BEFORE_PASSWORDS[path] for path in BEFORE_PASSWORDS if self.path.startswith(path)), None)
                status = status or (front.refuse and front.refuse(self.command, self.path))
                if status:
                    self.answer(status, fields=[("Location", "/elsewhere/x.ics")] if status == 301 else [])
                    return
                fields = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
                answer = support.request(self.command, server.url + self.path, None, body or None, fields)
                self.answer(
                    answer.status, answer.body, [each for each in answer.fields if each[0].lower() not in HOP]
                )

            def __getattr__(self, name):
                if name.startswith("do_"):
                    return self.pass_on
                raise AttributeError(name)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 1024

        self.http = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True).start()

    def used(self, user, word):
        """The requests that came with that password."""
        wanted = "Basic " + base64.b64encode(f"{user}:{word}".encode()).decode()
        return [(method, path) for method, path, authorization in self.seen if authorization == wanted]

    def stop(self):
        self.http.shutdown()
        self.http.server_close()


class SharedRadicale(support.Radicale):
    """One on which bob, her assistant, may write in carol's calendars."""

    RIGHTS = """\
[own]
user: .+
collection: {user}(/.*)?
permissions: RrWw
[root]
user: .+
collection:
permissions: R
[assistant]
user: bob
collection: carol(/.*)?
permissions: RrWw
"""

    def __init__(self, folder):
        super().__init__(folder, rights=self.RIGHTS)


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.server = self.start(SharedRadicale)
        self.front = Front(self.server)
        self.callback(self.front.stop)
        self.url = self.front.url
        self.store = self.folder / "upbeat.db"
        settings = f"{support.ORGANIZATION}control: {self.folder}/control\ndeletion_grace: 1s\n"
        self.upbeat = self.start(support.Upbeat, self, settings=settings, store=f"sqlite:{self.store}")
        return self

    def calendar_of(self, user):
        return self.server.calendar_of(user)

    def ask(self, method, path, user=None, body=None, fields=None):
        return support.request(method, self.upbeat.url + path, user, body, fields)

    def keys(self):
        return support.keys_in(self.store)

    def status(self):
        return json.loads(support.run("status", "--json", "-c", self.upbeat.settings).stdout)

    def items(self, user):
        objects = calendars.Calendar(self.server.url + self.calendar_of(user), user).objects()
        return [href for href, (_, text) in objects.items() if "X-UPBEAT-ITEM" in text]


def cut_off_uploads(port, number, per_second):
    """So many uploads under invented names, each cut off after its first byte."""
    begun = time.monotonic()
    for i in range(number):
        name = base64.b64encode(f"nobody{i}:x".encode()).decode()
        head = f"PUT /c/{i}.ics HTTP/1.1\r\nHost: h\r\nAuthorization: Basic {name}\r\nContent-Length: 2000000\r\n\r\nB"
        with socket.create_connection(("127.0.0.1", port)) as peer:
            peer.sendall(head.encode())
            peer.shutdown(socket.SHUT_WR)
        pause = begun + (i + 1) / per_second - time.monotonic()
        if pause > 0:
            time.sleep(pause)


def time_of_puts(story, number, name):
    """How long a customer's PUT takes, in the median, in seconds."""
    times = []
    for i in range(number):
        body = calendars.meeting(uid=f"{name}-{i}", title="Stand-up", attendees=("alice", "bob"))
        begun = time.monotonic()
        answer = story.ask("PUT", f"{story.calendar_of('alice')}{name}-{i}.ics", "alice", body)
        times.append(time.monotonic() - begun)
        tap.equal(answer.status, 201, "PUT")
        time.sleep(0.02)
    return statistics.median(times)


@tap.case("cut off uploads of invented users fill no store")
def _(story):
    without = time_of_puts(story, 40, "quiet")
    attack = multiprocessing.Process(target=cut_off_uploads, args=(story.upbeat.port, N, PER_SECOND), daemon=True)
    attack.start()
    beside = time_of_puts(story, 40, "beside")
    attack.join()
    story.attacked = time.monotonic()
    tap.equal(attack.exitcode, 0, "the attack's exit status")
    assert [href for href, *_ in story.keys() if href.startswith("/c/")], "the attack has left no trace: did it come in?"
    assert len(story.keys()) <= STORED_MAX + 2, f"{len(story.keys())} keys"
    tap.report(f"PUT beside {N} cut off uploads, {PER_SECOND} a second: {beside / without:.2f} of its time without them")
    if FLOOD:
        assert beside <= 1.5 * without, f"{without * 1000:.1f} ms without, {beside * 1000:.1f} ms beside them"


@tap.case("a password that nobody checked is not used, whatever the answer was")
def _(story):
    path = story.calendar_of("alice")
    story.front.refuse = lambda method, target: 503 if method == "PROPFIND" and target == path else None
    tap.equal(story.ask("PUT", f"{path}m.ics", "alice", calendars.meeting(uid="kept")).status, 201, "PUT")
    for refused in BEFORE_PASSWORDS:
        answer = story.ask("DELETE", f"{refused}/x.ics", fields=wrong("alice"))
        tap.equal(answer.status, BEFORE_PASSWORDS[refused], refused)
        answer = story.ask("PUT", f"{refused}/y.ics", body="BEGIN:VCALENDAR", fields=wrong("alice"))
        tap.equal(answer.status, BEFORE_PASSWORDS[refused], refused)
    tap.equal(story.ask("PUT", f"{path}z.ics", body="BEGIN:VCALENDAR", fields=wrong("alice")).status, 401, "PUT")
    time.sleep(1.5)
    story.front.refuse = None
    tap.eventually(lambda: story.items("alice"), "alice's items", 10)
    sent = [each for each in story.front.used("alice", "wrong") if not each[1].endswith(("x.ics", "y.ics", "z.ics"))]
    tap.equal(sent, [], "requests of Upbeat with the wrong password")


@tap.case("a redirect alone teaches nobody another path")
def _(story):
    tap.equal(story.ask("PUT", "/moved/y.ics", "alice", calendars.meeting(uid="moved")).status, 301, "PUT")
    tap.eventually(lambda: "/moved/y.ics" not in [href for href, *_ in story.keys()], "the engine has heard of it", 10)
    tap.equal(support.rows_in(story.store, "SELECT * FROM alias"), [], "aliases")


@tap.case("what an assistant stores in a boss's calendar waits for the boss, and comes with her next request")
def _(story):
    calendar = story.calendar_of("carol")
    meeting = calendars.meeting(uid="assisted", organizer="carol", attendees=("carol", "cto@acme.example"))
    tap.equal(story.ask("PUT", f"{calendar}assisted.ics", "bob", meeting).status, 201, "PUT")

    def waits():
        return [key for key in story.status()["keys"] if key["href"] == f"{calendar}assisted.ics"]

    tap.eventually(lambda: [key["state"] for key in waits()] == ["waiting"], "it waits", 10)
    tap.equal(waits()[0]["principal"], "carol", "whom it waits for")
    for _ in range(5):
        tap.equal(story.ask("PROPFIND", story.calendar_of("bob"), "bob", fields={"Depth": "0"}).status, 207, "a poll")
        time.sleep(0.3)
    looks = story.front.used("bob", support.password("bob")).count(("PROPFIND", calendar))
    tap.equal(looks, 1, "looks at her calendar as bob")
    tap.equal(story.items("carol"), [], "items")
    tap.equal(story.ask("PROPFIND", calendar, "carol", fields={"Depth": "0"}).status, 207, "a poll")
    tap.eventually(lambda: story.items("carol"), "items of the boss", 10)
    tap.eventually(lambda: not waits(), "nothing waits any more", 10)


@tap.case("what an assistant stores while the boss is there comes at once")
def _(story):
    before = len(story.items("carol"))
    meeting = calendars.meeting(
        uid="at-once", organizer="carol", attendees=("carol", "cto@acme.example"), start=calendars.business_day(15)
    )
    tap.equal(story.ask("PUT", f"{story.calendar_of('carol')}at-once.ics", "bob", meeting).status, 201, "PUT")
    tap.eventually(lambda: len(story.items("carol")) > before, "items of the boss", 10)


@tap.case("what the server refuses at each request of its user is set aside in the end, and told")
def _(story):
    calendar = story.calendar_of("alice")
    path = f"{calendar}forbidden.ics"
    story.front.refuse = lambda method, target: 401 if method == "PUT" and target != path else None
    meeting = calendars.meeting(uid="forbidden", start=calendars.business_day(9))
    tap.equal(story.ask("PUT", path, "alice", meeting).status, 201, "PUT")

    def state():
        story.ask("PROPFIND", calendar, "alice", fields={"Depth": "0"})
        return [key["state"] for key in story.status()["keys"] if key["href"] == path]

    tap.eventually(lambda: state() == ["aside"], "it is set aside", 60)
    tap.contains(story.upbeat.said(), f"{path}: set aside: ", "the log")
    asked = len(story.front.seen)
    for _ in range(20):
        state()
        time.sleep(0.2)
    polls = [each for each in story.front.seen[asked:] if each[:2] != ("PROPFIND", calendar)]
    tap.equal([each for each in polls if each[0] == "PUT"], [], "further tries")
    story.front.refuse = None
    meeting = calendars.meeting(uid="forbidden", start=calendars.business_day(8))
    assert story.ask("PUT", path, "alice", meeting).status in (201, 204), "stored again"
    tap.eventually(lambda: state() == [], "it is tried again", 15)


@tap.case("strangers' keys are gone with their credentials")
def _(story):
    pause = story.attacked + CREDENTIAL_SECONDS + 3 - time.monotonic()
    time.sleep(max(0, pause))
    tap.eventually(lambda: not [href for href, *_ in story.keys() if href.startswith("/c/")], "their keys are gone", 10)
    counts = story.status()
    tap.equal([key["href"] for key in counts["keys"] if key["href"].startswith("/c/")], [], "keys in memory")


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


with support.world(Story) as story:
    sys.exit(tap.run(story))
