# SPDX-License-Identifier: Apache-2.0
"""Proxies and fronts before Upbeat: whose word on the client is believed, and whose is not."""
import os
import socket
import struct
import sys
import time

import byteserver
import certificates
import support
import tap
import wireformat

PROXY, FRONT, STRANGER = "127.0.0.3", "127.0.0.2", "127.0.0.1"  # all of them are the loopback interface
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
V1 = b"PROXY TCP4 192.0.2.1 10.0.0.1 4096 443\r\n"
V1_SIX = b"PROXY TCP6 2001:db8::7 2001:db8::8 4096 443\r\n"
REQUEST = b"GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
CLAIMS = (b"GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\nForwarded: for=203.0.113.5;proto=https\r\n"
          b"X-Forwarded-For: 203.0.113.5\r\nX-Forwarded-Proto: https\r\nX-Real-IP: 203.0.113.5\r\nX-Remote-User: root\r\n\r\n")
DISGUISED = CLAIMS.replace(b"X-Remote-User", b"X_Remote_User").replace(b"X-Forwarded-Proto", b"X-Forwarded_Ssl")


def v2(command, family, addresses, more=b""):
    return SIGNATURE + bytes([command, family]) + struct.pack("!H", len(addresses + more)) + addresses + more


FOUR = socket.inet_aton("192.0.2.1") + socket.inet_aton("10.0.0.1") + struct.pack("!HH", 4096, 443)
V2 = v2(0x21, 0x11, FOUR, b"\x03\0\x04abcd")
LOCAL = v2(0x20, 0, b"")


class Upbeat(support.Upbeat):
    def __init__(self, folder, upstream, path, **more):
        self.secure = support.free_port()
        self.path = path
        super().__init__(folder, upstream, **more)

    def listen(self):
        proxies = f"proxy_protocol: [{PROXY}/32, unix]"
        return (f"[{{address: '127.0.0.1:{self.port}', tls: no, {proxies}}}, "
                f"{{address: '127.0.0.1:{self.secure}', {proxies}}}, "
                f"{{address: 'unix:{self.path}', tls: no, {proxies}}}]")


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.server = self.start(byteserver.ByteServer)
        self.server.serve(self.remember)
        self.authority = certificates.Authority(self.folder)
        certificate, key = self.authority.issue("cal", "IP:127.0.0.1")
        settings = f"forwarded_from: {FRONT}\ntls: {{certificate: {certificate}, key: {key}}}\n"
        self.upbeat = self.start(Upbeat, self.server, self.folder / "http", settings=support.ORGANIZATION + settings)
        return self

    def remember(self, client):
        while request := client.read_request():
            self.server.seen.append(request)
            client.answer()

    def connect(self, source, port=None):
        plain = socket.create_connection(("127.0.0.1", port or self.upbeat.port), 20, source_address=(source, 0))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return plain

    def ask(self, connection, *pieces):
        """What the server saw of the request; None if the client got no answer, and the status if it is no 200."""
        self.server.seen.clear()
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(0.002)
        try:
            answer = wireformat.read_response(wireformat.Stream(lambda: connection.recv(65536)), b"GET")
        except (wireformat.Incomplete, ConnectionResetError):
            return None
        return self.server.seen[0] if answer.status == 200 else answer.status


def client_of(request):
    return request.field("Forwarded"), request.field("X-Forwarded-For"), request.field("X-Forwarded-Proto")


WORDS = {
    "version 1": (V1, b"192.0.2.1"),
    "version 1, IPv6": (V1_SIX, b"2001:db8::7"),
    "version 2": (V2, b"192.0.2.1"),
    "the proxy itself": (LOCAL, PROXY.encode()),
    "a client that it does not know": (b"PROXY UNKNOWN\r\n", PROXY.encode()),
}


@tap.case("the server is told of the client that a named proxy tells of, in whatever pieces")
def _(story):
    for what, (header, client) in WORDS.items():
        quoted = b"[%s]" % client if b":" in client else client
        wanted = (b'for="%s";host="h";proto=http' % quoted, client, b"http")
        whole = header + REQUEST
        for pieces in ([whole], [header, REQUEST], [whole[i : i + 1] for i in range(len(header) + 3)] + [whole[len(header) + 3 :]]):
            with story.connect(PROXY) as connection:
                request = story.ask(connection, *pieces)
                tap.equal(client_of(request), wanted, f"{what} in {len(pieces)} pieces")
                tap.equal(request.start, b"GET /a HTTP/1.1", "request line")


@tap.case("TLS begins behind the header, and a unix socket may be a proxy's, too")
def _(story):
    with story.connect(PROXY, story.upbeat.secure) as plain:
        plain.sendall(V2)
        with story.authority.trust().wrap_socket(plain, server_hostname="127.0.0.1") as connection:
            wanted = (b'for="192.0.2.1";host="h";proto=https', b"192.0.2.1", b"https")
            tap.equal(client_of(story.ask(connection, REQUEST)), wanted, "the client")
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(story.upbeat.path))
        wanted = (b'for="192.0.2.1";host="h";proto=http', b"192.0.2.1", b"http")
        tap.equal(client_of(story.ask(connection, V1 + REQUEST)), wanted, "the client by a unix socket")


@tap.case("nobody else's header is taken: it is no request")
def _(story):
    for header in (V1, V2):
        with story.connect(STRANGER) as connection:
            tap.equal(story.ask(connection, header + REQUEST), 400, "status")
        with story.connect(FRONT) as connection:
            tap.equal(story.ask(connection, header + REQUEST), 400, "status")
    with story.connect(STRANGER) as connection:
        wanted = (b'for="127.0.0.1";host="h";proto=http', b"127.0.0.1", b"http")
        tap.equal(client_of(story.ask(connection, REQUEST)), wanted, "the client")


WRONG = {
    "no PROXY header": REQUEST,
    "an address that is none": b"PROXY TCP4 192.0.2.999 10.0.0.1 1 2\r\n",
    "a line that is too long": b"PROXY UNKNOWN " + b"x" * 200,
    "an unknown version": SIGNATURE + b"\x31\x11\0\0",
    "addresses that are cut short": v2(0x21, 0x11, FOUR[:11]),
    "a header that is too long": SIGNATURE + b"\x21\x11\xff\xff",
}


@tap.case("a named proxy without a good header is let go, and the log says who it was and why, once a minute")
def _(story):
    for header in WRONG.values():
        with story.connect(PROXY) as connection:
            tap.equal(story.ask(connection, header + b"Authorization: Basic c2VjcmV0\r\n\r\n"), None, f"{header[:40]}")
    for cut in (b"", V1[:10], V2[:14]):
        with story.connect(PROXY) as connection:
            connection.sendall(cut)
            connection.shutdown(socket.SHUT_WR)
            try:
                tap.equal(connection.recv(100), b"", "an answer to what ended too early")
            except ConnectionResetError:
                pass  # the bytes that came were not read
    said = story.upbeat.said()
    told = [line for line in said.splitlines() if f"the proxy at {PROXY} was refused: " in line]
    assert 1 <= len(told) <= os.cpu_count() and any(words in told[0] for words in WRONG), said
    assert "c2VjcmV0" not in said, "credentials in the log"
    with story.connect(PROXY) as connection:
        tap.equal(story.ask(connection, V1 + REQUEST).field("X-Forwarded-For"), b"192.0.2.1", "the next one")


@tap.case("a front's word on its clients is passed on, and nobody else's")
def _(story):
    with story.connect(FRONT) as connection:
        request = story.ask(connection, CLAIMS)
        lines = [line for line in CLAIMS.split(b"\r\n")[1:-2] if not line.startswith(b"Connection")]
        tap.equal(request.lines, lines, "what a front says")
    with story.connect(STRANGER) as connection:
        request = story.ask(connection, CLAIMS)
        wanted = (b'for="127.0.0.1";host="h";proto=http', b"127.0.0.1", b"http")
        tap.equal(client_of(request), wanted, "the client")
        tap.equal((request.fields("X-Real-IP"), request.fields("X-Remote-User")), ([], []), "what a stranger says")
    with story.connect(STRANGER) as connection:
        request = story.ask(connection, DISGUISED)
        assert not any(b"_" in line for line in request.lines), f"with underscores: {request.lines}"
    with story.connect(PROXY) as connection:
        request = story.ask(connection, V1 + CLAIMS)
        tap.equal(request.field("X-Forwarded-For"), b"192.0.2.1", "what a client says behind a proxy")
        tap.equal(request.fields("X-Remote-User"), [], "what a client says behind a proxy")


@tap.case("nothing went wrong in the program")
def _(story):
    story.upbeat.is_sane()


with support.world(Story) as world:
    sys.exit(tap.run(world))
