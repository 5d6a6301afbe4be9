# SPDX-License-Identifier: Apache-2.0
"""Clients say by certificates who they are, and the server is told: nobody else can say so."""
import base64
import http.client
import os
import signal
import socket
import ssl
import sys

import calendars
import certificates
import recorder
import support
import tap

SOON = 10.0


class Upbeat(support.Upbeat):
    """Listens at two places: with TLS, and plain."""

    SCHEME = "https"

    def listen(self):
        self.plain = support.free_port()
        return f"[127.0.0.1:{self.port}, {{address: 127.0.0.1:{self.plain}, tls: no}}]"


class Story(support.World):
    """A Radicale that believes what it is told of its users, behind something that writes down what it is told."""

    def __enter__(self):
        super().__enter__()
        self.radicale = self.start(support.Radicale, auth="radicale_auth", rights=support.RIGHTS.format(shut="nobody"))
        self.behind = self.start(recorder.Recorder, self.radicale.port)
        self.authority = certificates.Authority(self.folder)
        self.people = certificates.Authority(self.folder, "people")
        support.TRUSTED = self.authority.trust()
        self.pair = self.authority.issue("cal", "DNS:cal.ours.example,IP:127.0.0.1")
        other = self.authority.issue("kal", "DNS:kal.ours.example")
        self.tls = "tls:\n" + "".join(f"  - {{certificate: {c}, key: {k}}}\n" for c, k in (self.pair, other))
        secret = self.folder / "secret"
        secret.touch(0o600)
        secret.write_text(support.password(support.SERVICE))
        self.upbeat = self.open(f"client_certificates: {{ca: {self.people.certificate}, user_header: X-Remote-User}}\n"
                                f"service: {{user: {support.SERVICE}, password_file: {secret}}}\n")
        return self

    def open(self, settings):
        return self.start(Upbeat, recorder.Upstream(self.radicale, self.behind), settings=support.ORGANIZATION + self.tls + settings)

    def of(self, user):
        """What clients of the user speak TLS with."""
        context = self.authority.trust()
        context.load_cert_chain(*self.people.issue(user, f"email:{user}@ours.example"))
        return context

    def connect(self, context, upbeat=None, name="cal.ours.example"):
        plain = socket.create_connection(("127.0.0.1", (upbeat or self.upbeat).port), timeout=20)
        return context.wrap_socket(plain, server_hostname=name)

    def ask(self, connection, method="PROPFIND", path="/alice/", body=b"", fields=()):
        """The status, and what the server was told."""
        self.behind.take()
        head = [f"{method} {path} HTTP/1.1", "Host: cal.ours.example", "Depth: 0", f"Content-Length: {len(body)}", *fields, "", ""]
        connection.sendall("\r\n".join(head).encode() + body)
        answer = http.client.HTTPResponse(connection, method=method)
        answer.begin()
        answer.read()
        return answer.status, b"".join(client for client, _ in self.behind.take()).decode()


def is_refused(story, context, upbeat, why):
    """In TLS 1.3 the client hears of it when it reads. The log says why, once in a while."""
    try:
        with story.connect(context, upbeat) as connection:
            status, _ = story.ask(connection)
    except (OSError, http.client.HTTPException):
        status = None
    tap.equal(status, None, "no answer")
    tap.eventually(lambda: why in upbeat.said(), f"in the log: {why}", SOON)


@tap.case("the server is told the certificate (RFC 9440) and its common name, in each request of the connection")
def _(story):
    context = story.of("alice")
    der = ssl.PEM_cert_to_DER_cert((story.folder / "alice.pem").read_text())
    for name in ("cal.ours.example", "kal.ours.example"):
        with story.connect(context, name=name) as connection:
            for _ in range(2):
                status, told = story.ask(connection)
                tap.equal(status, 207, "status")
                tap.contains(told, f"\r\nClient-Cert: :{base64.b64encode(der).decode()}:\r\n", "what the server was told")
                tap.contains(told, "\r\nX-Remote-User: alice\r\n", "what the server was told")


@tap.case("nobody says of himself who he is, however he spells it")
def _(story):
    claims = ("Client-Cert: :AAAA:", "client-cert-chain: :AAAA:", "X-Remote-User: alice", "x_remote_user: alice",
              "X-Remote_User: alice", "X_FORWARDED_USER: alice")
    for context, user in ((story.authority.trust(), None), (story.of("bob"), "bob")):
        for fields in ((claim,) for claim in claims), [claims], [("Connection: X-Remote-User", claims[2])]:
            for said in fields:
                with story.connect(context) as connection:
                    status, told = story.ask(connection, fields=said)
                tap.equal(status in (401, 403), True, f"{said}: {status}")
                assert "alice\r\n" not in told and "AAAA" not in told, told
                tap.equal(told.count("X-Remote-User: "), user is not None, told)


@tap.case("nobody on this machine says so at a plain place either, unless the settings name him as a front")
def _(story):
    trusting = story.open(f"client_certificates: {{ca: {story.people.certificate}, user_header: X-Remote-User}}\n"
                          "forwarded_from: 127.0.0.1\n")
    for upbeat, believed in ((story.upbeat, False), (trusting, True)):
        with socket.create_connection(("127.0.0.1", upbeat.plain), timeout=20) as connection:
            _, told = story.ask(connection, fields=("X-Remote-User: alice", "Client-Cert: :AAAA:"))
        tap.equal(("alice\r\n" in told, "AAAA" in told), (believed, believed), told)


@tap.case("a meeting that is stored by certificate gets its items by the service account, and its user is named once")
def _(story):
    body = calendars.meeting(uid="certified", organizer="alice", attendees=("alice", "cto@acme.example")).encode()
    path = story.radicale.calendar_of("alice")
    with story.connect(story.of("alice")) as connection:
        status, _ = story.ask(connection, "PUT", f"{path}certified.ics", body, ("Content-Type: text/calendar",))
    tap.equal(status, 201, "PUT")
    real = calendars.Calendar(story.radicale.url + path, "alice")
    tap.eventually(lambda: real.items_of("certified"), "alice's items", SOON)
    tap.equal(story.upbeat.said().count("alice (by certificate): this sign-in cannot be used again"), 1, "lines in the log")


@tap.case("a certificate that somebody else vouches for is refused, and one that is not there where it is required")
def _(story):
    stranger = story.authority.trust()
    stranger.load_cert_chain(*certificates.Authority(story.folder, "strangers").issue("alice", "email:alice@ours.example"))
    is_refused(story, stranger, story.upbeat, "failed: unable to get local issuer certificate")
    server = story.authority.trust()
    server.load_cert_chain(*story.people.issue("served", "DNS:x.example", usage="serverAuth"))
    is_refused(story, server, story.open(f"client_certificates: {{ca: {story.people.certificate}}}\n"), "failed: unsuitable certificate purpose")
    strict = story.open(f"client_certificates: {{ca: {story.people.certificate}, required: yes}}\n")
    is_refused(story, story.authority.trust(), strict, "failed: peer did not return a certificate")
    with story.connect(story.of("alice"), strict) as connection:
        _, told = story.ask(connection)
    tap.equal(("Client-Cert: " in told, "X-Remote-User" in told), (True, False), told)


@tap.case("who is revoked is refused after SIGHUP, and has no session to come back with")
def _(story):
    crl = story.people.revoke()
    upbeat = story.open(f"client_certificates: {{ca: {story.people.certificate}, crl: {crl}, user_header: X-Remote-User}}\n")
    alice, bob = story.of("alice"), story.of("bob")
    with story.connect(bob, upbeat) as connection:
        tap.equal(story.ask(connection, path="/bob/")[0], 207, "before")
        session = connection.session
    story.people.revoke("bob")
    os.kill(upbeat.pid, signal.SIGHUP)
    tap.eventually(lambda: "reload: done" in upbeat.said(), "a reload", SOON)
    is_refused(story, bob, upbeat, "failed: certificate revoked")
    try:
        plain = socket.create_connection(("127.0.0.1", upbeat.port), timeout=20)
        with bob.wrap_socket(plain, server_hostname="cal.ours.example", session=session) as connection:
            status, _ = story.ask(connection, path="/bob/")
    except (OSError, http.client.HTTPException):
        status = None
    tap.equal(status, None, "by the session of before")
    with story.connect(alice, upbeat) as connection:
        tap.equal(story.ask(connection)[0], 207, "alice")


@tap.case("a name that cannot be told is not told, and one that is too long for a field neither")
def _(story):
    for number, (subject, told_name) in enumerate((
        ("/O=ours", None), ("/CN=alice/CN=bob", None), ("/CN=Bj\u00f6rk", "Bj\u00f6rk"), ("/CN=alice/OU=bob", "alice"))):
        context = story.authority.trust()
        context.load_cert_chain(*story.people.issue(f"odd{number}", "email:odd@ours.example", subject=subject))
        with story.connect(context) as connection:
            _, told = story.ask(connection)
        tap.equal("Client-Cert: " in told, True, told)
        users = [line.partition(": ")[2] for line in told.split("\r\n") if line.startswith("X-Remote-User")]
        tap.equal(users, [told_name] if told_name else [], subject)
    context = story.authority.trust()
    names = ",".join(f"DNS:a-long-name-of-some-host-{n}.ours.example" for n in range(200))
    context.load_cert_chain(*story.people.issue("large", names))
    upbeat = story.open(f"client_certificates: {{ca: {story.people.certificate}, user_header: X-Remote-User}}\n")
    with story.connect(context, upbeat) as connection:
        _, told = story.ask(connection)
    assert "Client-Cert" not in told and "X-Remote-User" not in told, told
    tap.contains(upbeat.said(), "the certificate of a client at 127.0.0.1 is too large", "log")


@tap.case("what cannot be used is told before the daemon starts")
def _(story):
    missing = story.folder / "missing.pem"
    for value, words in ((f"{{ca: {missing}}}", f"the authorities in {missing}: "),
                         (f"{{ca: {story.pair[1]}}}", f"the authorities in {story.pair[1]}: "),
                         (f"{{ca: {story.people.certificate}, crl: {missing}}}", f"what is revoked in {missing}: ")):
        file = story.folder / "bad.yaml"
        file.write_text(f"listen: 127.0.0.1:{support.free_port()}\nupstream: {story.radicale.url}\n{story.tls}"
                        f"client_certificates: {value}\n{support.ORGANIZATION}")
        for command in "serve", "doctor":
            said = support.run(command, "-c", file)
            tap.equal(said.returncode, 1, said.stderr)
            tap.contains(said.stderr + said.stdout, words, f"what {command} says")


@tap.case("nothing was written that the sanitizers complain of")
def _(story):
    story.upbeat.is_sane()


with support.world(Story) as world:
    sys.exit(tap.run(world))
