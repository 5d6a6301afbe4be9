# SPDX-License-Identifier: Apache-2.0
"""TLS on both sides: clients see Upbeat's certificates, Upbeat checks the server's, and calendars get their items."""
import contextlib
import http.client
import json
import os
import pathlib
import re
import select
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

import calendars
import certificates
import recorder
import support
import tap

SOON = 10.0
TRIES = 10  # of what two processes race for
MANY = 300  # clients who come at once


class Upbeat(support.Upbeat):
    SCHEME = "https"


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.authority = certificates.Authority(self.folder)
        self.trusted = self.authority.trust()
        support.TRUSTED = self.trusted
        self.pair = self.authority.issue("dav", "DNS:dav.ours.example,IP:127.0.0.1")
        self.server = self.start(support.Radicale, tls=self.pair)
        self.certificate, self.key = self.authority.issue("cal", "DNS:cal.ours.example,IP:127.0.0.1")
        other, its_key = self.authority.issue("kalender", "DNS:kalender.ours.example")
        self.upbeat = self.open(f"""\
control: control
tls:
  - {{certificate: {self.certificate}, key: {self.key}}}
  - {{certificate: {other}, key: {its_key}}}
upstream_tls: {{ca: {self.authority.certificate}, name: dav.ours.example}}
""")
        return self

    def open(self, settings, kind=Upbeat):
        return self.start(kind, self.server, settings=support.ORGANIZATION + settings)

    def connect(self, name="cal.ours.example", context=None, port=None):
        """A TLS connection to Upbeat by a client that wants the host of that name."""
        plain = socket.create_connection(("127.0.0.1", port or self.upbeat.port), timeout=20)
        return (context or self.trusted).wrap_socket(plain, server_hostname=name)

    def ask(self, connection, path="/", method="OPTIONS", body=b""):
        connection.sendall(
            f"{method} {path} HTTP/1.1\r\nHost: cal.ours.example\r\nAuthorization: {support.basic('alice')}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = http.client.HTTPResponse(connection, method=method)
        answer.begin()
        answer.read()
        return answer.status

    def client(self, *words, port=None, text=""):
        """What openssl's own client says of Upbeat."""
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port or self.upbeat.port}", "-CAfile",
                   self.authority.certificate, "-servername", "cal.ours.example", *words]
        return subprocess.run(command, input=text, capture_output=True, text=True, timeout=30, check=False)


def refused(upbeat, words):
    """Clients are answered, but not by the server, whose certificate is not good; the log says why."""
    tap.equal(support.request("OPTIONS", upbeat.url + "/", "alice").status, 502, "status")
    tap.eventually(lambda: words in upbeat.said(), f"in the log: {words}")


@tap.case("who speaks no TLS, breaks off or says nothing is in nobody's way")
def _(story):
    with socket.create_connection(("127.0.0.1", story.upbeat.port)) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        plain.settimeout(10)
        try:
            tap.equal(plain.recv(1000)[:5] == b"HTTP/", False, "no answer that could be read")
        except ConnectionResetError:
            pass
    tap.eventually(lambda: "the TLS of a client at 127.0.0.1 failed: http request" in story.upbeat.said(), "in the log")
    silent = [socket.create_connection(("127.0.0.1", story.upbeat.port)) for _ in range(30)]
    for half in silent[:10]:
        half.sendall(b"\x16\x03\x01\x02\x00\x01")
    with story.connect() as connection:
        tap.equal(story.ask(connection), 200, "OPTIONS")
    for each in silent:
        each.close()


@tap.case("a meeting gets its items, with TLS on both sides")
def _(story):
    calendar = calendars.Calendar(story.upbeat.calendar_of("alice"), "alice")
    tap.equal(calendar.put("m.ics", calendars.meeting(uid="m")).status, 201, "PUT")
    tap.eventually(lambda: len(calendar.items_of("m")) == 4, "items", SOON)


class Hasty:
    """A server with TLS that answers as soon as it has read the head, and goes away: closing with bytes unread resets."""

    def __init__(self, pair):
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(*pair)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self.listener.getsockname()[1]}"

    def accept(self):
        """A connection whose client has begun with TLS."""
        plain, _ = self.listener.accept()
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # what waits to be sent would go with the reset
        plain.recv(1, socket.MSG_PEEK)
        return plain

    def answer(self, plain, status):
        with contextlib.suppress(OSError), self.context.wrap_socket(plain, server_side=True) as connection:
            said = b""
            while b"\r\n\r\n" not in said:
                said += connection.recv(1000)
            connection.sendall(f"HTTP/1.1 {status} So\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode())

    def serve(self, times, status):
        for _ in range(times):
            self.answer(self.accept(), status)


def beside(what, *arguments):
    """Does it in a thread of its own, which does not keep a story from its end."""
    thread = threading.Thread(target=what, args=arguments, daemon=True)
    thread.start()
    return thread


@tap.case("a server with TLS that refuses an upload and goes away is heard")
def _(story):
    server = Hasty(story.pair)
    upbeat = story.start(Upbeat, server, f"{support.ORGANIZATION}upstream_tls: {{ca: {story.authority.certificate}}}\n"
                         f"tls: {{certificate: {story.certificate}, key: {story.key}}}\n")
    beside(server.serve, TRIES, 413)
    for _ in range(TRIES):
        with story.connect(port=upbeat.port) as connection:
            tap.equal(story.ask(connection, "/x.png", "PUT", bytes(4000000)), 413, "status")


@tap.case("each name that a client may ask for has its certificate, and another name the first one")
def _(story):
    for name in ("cal.ours.example", "kalender.ours.example"):
        with story.connect(name) as connection:
            tap.contains(str(connection.getpeercert()["subjectAltName"]), name, "certificate")
    anyone = story.authority.trust()
    anyone.check_hostname = False
    with story.connect("elsewhere.example", anyone) as connection:
        tap.contains(str(connection.getpeercert()["subjectAltName"]), "cal.ours.example", "certificate")


@tap.case("old versions are refused, 1.2 and 1.3 are spoken, and sessions are resumed")
def _(story):
    for old in ("-tls1", "-tls1_1"):
        said = story.client(old, "-cipher", "ALL:@SECLEVEL=0")
        assert said.returncode != 0, said.stdout
    saved = story.folder / "session"
    for new in ("-tls1_2", "-tls1_3"):
        tap.contains(story.client(new, "-sess_out", saved, "-ign_eof" if new == "-tls1_3" else "-no_ign_eof").stdout
                     if new == "-tls1_2" else kept_session(story, saved), "Verify return code: 0", new)
        again = story.client(new, "-sess_in", saved)
        assert re.search(r"^Reused, ", again.stdout, re.M), again.stdout


@tap.case("weak ciphers and signatures are refused, nothing is compressed, and no client begins a second handshake")
def _(story):
    certificate, key = story.authority.issue("rsa", "IP:127.0.0.1", kind=("rsa:2048",))
    other = story.open(f"tls: {{certificate: {certificate}, key: {key}}}\nupstream_tls: {{ca: {story.authority.certificate}}}\n")
    for port in (story.upbeat.port, other.port):
        for weak in ("NULL", "aNULL", "3DES", "kRSA", "SHA1", "SHA256", "ECDHE+SHA384", "PSK"):
            said = story.client("-tls1_2", "-cipher", f"{weak}:@SECLEVEL=0", port=port)
            assert said.returncode != 0, f"{weak}: {said.stdout}"
        tap.contains(story.client("-tls1_2", port=port).stdout, "Verify return code: 0", "others")
    for version in ("-tls1_2", "-tls1_3"):
        said = story.client(version, "-comp").stdout
        tap.contains(said, "Compression: NONE", version)
        assert re.search(r"Server Temp Key: (X25519|ECDH)", said), f"no forward secrecy: {said}"
    tap.contains(story.client("-tls1_2").stdout, "Secure Renegotiation IS supported", "renegotiation")
    again = story.client("-tls1_2", text="R\n")
    tap.contains(again.stderr, "no renegotiation", "a second handshake")
    for weak in ("RSA+SHA1", "ECDSA+SHA1"):
        assert story.client("-tls1_2", "-sigalgs", weak).returncode != 0, weak


def kept_session(story, saved):
    """A ticket of TLS 1.3 comes after the handshake: the client asks for something, and waits for the answer."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{story.upbeat.port}", "-CAfile",
               story.authority.certificate, "-tls1_3", "-sess_out", saved, "-ign_eof"]
    wish = "OPTIONS / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    return subprocess.run(command, input=wish, capture_output=True, text=True, timeout=30, check=True).stdout


@tap.case("large bodies pass both ways, byte for byte, and one connection carries many requests")
def _(story):
    path = story.server.calendar_of("alice") + "large.ics"
    long = "".join(f"X-LINE-{n}:{n * 7919}\n" for n in range(60000))
    text = calendars.meeting(uid="large", attendees=(), more=long)
    tap.equal(support.request("PUT", story.upbeat.url + path, "alice", text).status, 201, "PUT")
    direct = support.request("GET", story.server.url + path, "alice")
    through = support.request("GET", story.upbeat.url + path, "alice")
    tap.equal((through.status, len(through.body) > 1000000, through.body == direct.body), (200, True, True), "GET")
    with story.connect() as connection:
        for _ in range(50):
            tap.equal(story.ask(connection), 200, "OPTIONS")


@tap.case("a certificate that is replaced is shown at SIGHUP, and open connections go on")
def _(story):
    with story.connect() as before:
        tap.equal(story.ask(before), 200, "before")
        serial = before.getpeercert()["serialNumber"]
        story.authority.issue("cal", "DNS:cal.ours.example,IP:127.0.0.1")
        story.upbeat.child.send_signal(signal.SIGHUP)

        def is_new():
            with story.connect() as connection:
                return connection.getpeercert()["serialNumber"] != serial

        tap.eventually(is_new, "the new certificate")
        tap.equal(story.ask(before), 200, "the connection from before")


def tls_problem(story):
    """What `status` says of certificates that could not be read again, to people and to programs."""
    said = support.run("status", "-c", story.upbeat.settings)
    told = support.run("status", "-c", story.upbeat.settings, "--json")
    if said.returncode or told.returncode:
        return "status failed"  # the next engine is not ready yet
    problem = json.loads(told.stdout)["tls_problem"]
    line = f"TLS       as before the last reload: {problem}\n" if problem else ""
    return problem if line in said.stdout and ("TLS  " in said.stdout) == bool(line) else "it changes just now"


@tap.case("what cannot be used at SIGHUP leaves the certificate as it was, and the log and status say why")
def _(story):
    tap.equal(tls_problem(story), None, "before")
    good = story.key.read_text()
    for text, words in (
        ("nonsense", f"the key {story.key}: "),
        (certificates.openssl("ecparam", "-name", "prime256v1", "-genkey"), f"the key {story.key}: key values mismatch"),
        (certificates.openssl("genrsa", "2048"), f"the certificate is for another key than {story.key}: ")):
        story.key.write_text(text)
        story.upbeat.child.send_signal(signal.SIGHUP)
        tap.eventually(lambda: f"TLS goes on as before: {words}" in story.upbeat.said(), words)
        with story.connect() as connection:
            tap.equal(story.ask(connection), 200, "OPTIONS")
        tap.eventually(lambda: words in (tls_problem(story) or ""), "in status")
    engine = json.loads(support.run("status", "-c", story.upbeat.settings, "--json").stdout)["engine_pid"]
    os.kill(engine, signal.SIGKILL)
    tap.eventually(lambda: words in (tls_problem(story) or ""), "the next engine knows it, too", SOON)
    story.key.write_text(good)
    story.upbeat.child.send_signal(signal.SIGHUP)
    tap.eventually(lambda: tls_problem(story) is None, "the certificate is good again")


@tap.case("a server's certificate of another name, or of an authority that nobody trusts, gets no password")
def _(story):
    ca = story.authority.certificate
    refused(story.open(f"upstream_tls: {{ca: {ca}, name: elsewhere.example}}\n", support.Upbeat), "hostname mismatch")
    unknown = certificates.Authority(story.folder, "unknown").certificate
    refused(story.open(f"upstream_tls: {{ca: {unknown}}}\n", support.Upbeat), "certificate")
    refused(story.open("", support.Upbeat), "certificate")
    reached = story.open(f"upstream_tls: {{ca: {ca}}}\n", support.Upbeat)
    tap.equal(support.request("OPTIONS", reached.url + "/", "alice").status, 200, "its address is in the certificate")


@tap.case("a server that is not trusted any more has no session to come back with")
def _(story):
    server = Hasty(story.pair)
    trusted = story.folder / "trusted.pem"
    trusted.write_text(story.authority.certificate.read_text())
    upbeat = story.start(support.Upbeat, server, f"{support.ORGANIZATION}upstream_tls: {{ca: {trusted}}}\n")
    statuses = []
    asking = beside(lambda: statuses.append(support.request("OPTIONS", upbeat.url + "/", "alice").status))
    begun = server.accept()
    trusted.write_text(certificates.Authority(story.folder, "other").certificate.read_text())
    upbeat.child.send_signal(signal.SIGHUP)
    tap.eventually(lambda: "reload: " in upbeat.said(), "the engine is told after the relay has read the file")
    server.answer(begun, 200)
    asking.join()
    tap.equal(statuses, [200], "what had begun before")
    beside(server.serve, 1, 200)
    refused(upbeat, "certificate")


@tap.case("a certificate, a key or an authority that cannot be read keeps the daemon from starting, and it says why")
def _(story):
    missing = story.folder / "missing.pem"
    for settings, words in (
        (f"tls: {{certificate: {missing}, key: {story.key}}}", f"the certificate {missing}: No such file or directory"),
        (f"tls: {{certificate: {story.certificate}, key: {missing}}}", f"the key {missing}: No such file or directory"),
        (f"upstream_tls: {{ca: {missing}}}", f"the authorities in {missing}: No such file or directory")):
        file = story.folder / "bad.yaml"
        file.write_text(f"listen: 127.0.0.1:{support.free_port()}\nupstream: {story.server.url}\n{settings}\n"
                        + support.ORGANIZATION)
        said, found = support.run("serve", "-c", file), support.run("check", "-c", file)
        tap.equal((said.returncode, found.returncode), (1, 1), said.stderr)
        tap.contains(said.stderr, words, "what it says")
        tap.contains(found.stdout, f"error[tls-file]: {words}", "what check says")


@tap.case("where Upbeat's TLS ends, a MOVE to an absolute URL arrives, and the server is told of the client")
def _(story):
    plain = story.start(support.Radicale)
    behind = story.start(recorder.Recorder, plain.port)
    front = story.start(Upbeat, recorder.Upstream(plain, behind), settings=support.ORGANIZATION +
                        f"tls: {{certificate: {story.certificate}, key: {story.key}}}\n")
    path = plain.calendar_of("alice")
    put = support.request("PUT", front.url + path + "a.ics", "alice", calendars.meeting(uid="a", attendees=()))
    tap.equal(put.status, 201, "PUT")
    moved = support.request("MOVE", front.url + path + "a.ics", "alice",
                            fields={"Destination": front.url + path + "b.ics", "X-Forwarded-For": "9.9.9.9"})
    tap.equal(moved.status, 201, "MOVE")
    sent = b"".join(client for client, _ in behind.take()).decode()
    host = front.url.removeprefix("https://")
    for field in (f"Destination: http://{host}{path}b.ics", "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: https",
                  f'Forwarded: for="127.0.0.1";host="{host}";proto=https', f"X-Forwarded-Host: {host}"):
        tap.contains(sent, field + "\r\n", "what the server got")
    assert "9.9.9.9" not in sent, sent


def hello_of(context):
    """The first bytes of a client."""
    outgoing = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="cal.ours.example")
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


@tap.case("who is connected does not wait for the handshakes of all who come at once")
def _(story):
    processors = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(processors)})  # so that the relay has one thread
    upbeat = story.open(f"tls: {{certificate: {story.certificate}, key: {story.key}}}\n"
                        f"upstream_tls: {{ca: {story.authority.certificate}}}\n")
    os.sched_setaffinity(0, processors)
    with contextlib.ExitStack() as stack:
        known = stack.enter_context(story.connect(port=upbeat.port))
        tap.equal(story.ask(known), 200, "OPTIONS")
        many = [stack.enter_context(socket.create_connection(("127.0.0.1", upbeat.port))) for _ in range(MANY)]
        tap.eventually(lambda: len(os.listdir(f"/proc/{upbeat.pid}/fd")) > MANY, "all are accepted")
        os.kill(upbeat.pid, signal.SIGSTOP)
        for client in many:
            client.sendall(hello_of(story.trusted))
        known.sendall(b"TRACE / HTTP/1.1\r\nHost: cal.ours.example\r\n\r\n")  # which the relay itself answers
        os.kill(upbeat.pid, signal.SIGCONT)
        said = known.recv(12)
        os.kill(upbeat.pid, signal.SIGSTOP)
        answered, _, _ = select.select(many, [], [], 0)
        os.kill(upbeat.pid, signal.SIGCONT)
        tap.equal(said, b"HTTP/1.1 405", "answer")
        assert len(answered) < MANY // 2, f"{len(answered)} handshakes went before"


def memory_of(pid):
    """All that the process could read, in pieces."""
    with open(f"/proc/{pid}/mem", "rb") as memory:
        for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
            first, last = (int(edge, 16) for edge in line.split()[0].split("-"))
            if line.split()[1].startswith("rw") and last - first < 1 << 30:
                try:
                    memory.seek(first)
                    yield memory.read(last - first)
                except (OSError, ValueError):
                    pass  # a piece without pages


@tap.case("the relay's memory has no password when its connections have ended")
def _(story):
    upbeat = story.open(f"tls: {{certificate: {story.certificate}, key: {story.key}}}\n"
                        f"upstream_tls: {{ca: {story.authority.certificate}}}\n")
    path = story.server.calendar_of("bob")
    for n in range(20):
        text = calendars.meeting(uid=f"s{n}", attendees=("bob", "cto@acme.example"), organizer="bob")
        tap.equal(support.request("PUT", f"{upbeat.url}{path}s{n}.ics", "bob", text).status, 201, "PUT")
    secret = support.basic("bob")[6:].encode()

    def has_none():
        return not any(secret in piece for piece in memory_of(upbeat.pid))

    tap.eventually(has_none, "nothing of it is found")


@tap.case("nothing was written that the sanitizers complain of")
def _(story):
    time.sleep(0.2)
    story.upbeat.is_sane()
    assert isinstance(story.trusted, ssl.SSLContext)


with support.world(Story) as world:
    sys.exit(tap.run(world))
