# SPDX-License-Identifier: Apache-2.0
"""Attacks by what two parsers read in two ways: each is refused, or arrives as what nobody reads in two ways. Where nginx is
installed, it gets the same bytes: it is never the stricter one.

What becomes of an attack: REFUSED (a status of the proxy's own, or the connection ends before anything odd has passed), MENDED
(what is odd is gone) or PASSED (what is odd has passed).
"""
import concurrent.futures
import dataclasses
import os
import re
import shutil
import socket
import sys
import threading

import relays
import support
import tap

PASSED, MENDED, REFUSED = range(3)
WORDS = ["PASSED", "MENDED", "REFUSED"]
QUIET = 5  # seconds after which nothing more is expected
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nmine"
NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log /dev/null crit;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {folder}/nginx-body; proxy_temp_path {folder}/nginx-proxy;
  fastcgi_temp_path {folder}/nginx-1; uwsgi_temp_path {folder}/nginx-2; scgi_temp_path {folder}/nginx-3;
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://127.0.0.1:{upstream}; proxy_http_version 1.1; proxy_set_header Host $http_host;
      proxy_set_header Connection ""; proxy_next_upstream off; proxy_read_timeout 5s; }}
  }}
}}
"""


@dataclasses.dataclass
class Attack:
    name: str
    data: bytes
    odd: bytes  # a pattern of what must not pass
    want: object  # the status by which Upbeat refuses it, or MENDED
    request: bytes = b"GET"  # of an attack by a response: the method of the request
    whole: bool = True  # of an attack by a response: the server closes the connection behind it


# ---- requests ----

REQUESTS, RESPONSES = [], []


def request(name, data, odd, want=400):
    REQUESTS.append(Attack(name, data, odd, want))


def field(name, line, odd=None, want=400, body=b"", start=b"PUT /a.png HTTP/1.1\r\n"):
    """An attack by one line of an otherwise good head."""
    request(name, start + b"Host: h\r\nConnection: close\r\n" + line + b"\r\n\r\n" + body, odd or re.escape(line), want)


def start(name, line, want=400, odd=None):
    request(name, line + b"\r\nHost: h\r\nConnection: close\r\n\r\n", odd or b"^" + re.escape(line), want)


def chunks(name, body, odd, want=400, path=b"/a.png"):
    head = b"PUT %s HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    request(name, head % path + body, odd, want)


HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n"
CL, TE = b"Content-Length: %d", b"Transfer-Encoding: chunked"
EMPTY = b"0\r\n\r\n"

field("a length and a coding", CL % 5 + b"\r\n" + TE, b"(?i)length:.*coding:", body=EMPTY)
field("a coding and a length", TE + b"\r\n" + CL % 5, b"(?i)coding:.*length:", body=EMPTY + HIDDEN)
field("a length of a coding that hides a request", CL % (5 + len(HIDDEN)) + b"\r\n" + TE, b"hidden", body=EMPTY + HIDDEN)
field("two lengths", CL % 5 + b"\r\n" + CL % 0, b"(?s)Length: 5.*Length: 0", body=b"hello")
field("the same length twice", CL % 5 + b"\r\n" + CL % 5, b"(?s)Length: 5.*Length: 5", body=b"hello")
field("a list of lengths", b"Content-Length: 5, 5", body=b"hello")
field("a length with a sign", b"Content-Length: +5", body=b"hello")
field("a negative length", b"Content-Length: -5", body=b"hello")
field("a hexadecimal length", b"Content-Length: 0x5", body=b"hello")
field("an empty length", b"Content-Length:", b"Content-Length:\\s*\r\n")
field("a length with a space in it", b"Content-Length: 1 0", body=b"hello")
field("a length with a letter", b"Content-Length: 5a", body=b"hello")
field("a length with a semicolon", b"Content-Length: 5;5", body=b"hello")
field("a length of more than 64 bits", b"Content-Length: 18446744073709551621", body=b"hello")
field("a length behind a vertical tab", b"Content-Length:\x0b5", body=b"hello")
field("a length by an underscore", b"Content_Length: 5", body=HIDDEN)
field("a coding by an underscore", b"Transfer_Encoding: chunked", body=EMPTY)
field("an unknown coding", b"Transfer-Encoding: gzip", body=EMPTY)
field("a coding before chunked", b"Transfer-Encoding: gzip, chunked", body=EMPTY)
field("a coding behind chunked", b"Transfer-Encoding: chunked, identity", body=EMPTY)
field("chunked twice", b"Transfer-Encoding: chunked, chunked", body=EMPTY)
field("two fields of codings", TE + b"\r\nTransfer-Encoding: identity", b"identity", body=EMPTY)
field("chunked in quotes", b'Transfer-Encoding: "chunked"', body=EMPTY)
field("chunked with a parameter", b"Transfer-Encoding: chunked;a=b", body=EMPTY)
field("chunked behind a vertical tab", b"Transfer-Encoding: \x0bchunked", body=EMPTY)
field("a word that has chunked in it", b"Transfer-Encoding: xchunked", body=EMPTY)
field("an empty coding", b"Transfer-Encoding:", b"Transfer-Encoding:\\s*\r\n", body=EMPTY)
field("chunks of HTTP/1.0", TE, b"chunked", body=EMPTY, start=b"PUT /a.png HTTP/1.0\r\n")
field("a folded line", b"A: b\r\n Content-Length: 5", b"\r\n Content", body=b"hello")
field("a line that a tab folds", b"A: b\r\n\tContent-Length: 5", b"\r\n\tContent", body=b"hello")
field("a folded coding", b"Transfer-Encoding:\r\n chunked", body=EMPTY)
field("a space before the colon", b"Content-Length : 5", body=b"hello")
field("a tab before the colon", b"Content-Length\t: 5", body=b"hello")
field("a NUL in a name", b"Content-Length\0: 5", body=b"hello")
field("a NUL in a value", b"A: b\0c")
field("a CR in a value", b"A: b\rContent-Length: 5", b"b\rContent", body=b"hello")
field("a line that ends in LF", b"A: b\nContent-Length: 5", b"b\nContent", body=b"hello")
field("a head that ends in LF", b"A: b\n\nGET /hidden HTTP/1.1\r\nHost: h", b"hidden")
field("a control character", b"A: b\x01c")
field("a DEL", b"A: b\x7fc")
field("a line without a colon", b"Content-Length 5", body=b"hello")
field("an empty name", b": 5")
field("a space in a name", b"Transfer Encoding: chunked", body=EMPTY)
field("brackets in a name", b"Content-Length(x): 5", body=b"hello")
field("a name of eight bits", b"Content\xa0Length: 5", body=b"hello")
field("a method in a field", b"X-HTTP-Method-Override: TRACE", want=405)
field("a tunnel in a field by an underscore", b"X_HTTP_Method: CONNECT", want=405)
field("two methods in fields", b"X-HTTP-Method: PUT\r\nX-Method-Override: DELETE", b"(?s)PUT.*DELETE", want=405)
field("an answer without a body by a field", b"X-HTTP-Method-Override: HEAD", want=405)
field("a space behind chunked", b"Transfer-Encoding: chunked ", rb"chunked ", body=EMPTY)
field("a tab behind chunked", b"Transfer-Encoding: chunked	", rb"chunked	", body=EMPTY)
field("a tab before chunked", b"Transfer-Encoding:	chunked", rb"	chunked", body=EMPTY)
field("a tab before a length", b"Content-Length:	5", rb"	5", body=b"hello")
field("a space behind a length", b"Content-Length: 5 ", rb"5 ", body=b"hello")
field("an upgrade to HTTP/2", b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA", b"(?i)upgrade: *h2c|http2-settings", MENDED)
field("an upgrade to a web socket", b"Upgrade: websocket\r\nSec-WebSocket-Key: AAAA", b"(?i)upgrade: *websocket", MENDED)
field("too many fields", b"A: b\r\n" * 128 + b"A: b", rb"(A: b\s+){129}", want=431)
field("a head that is too long", b"A: " + b"b" * 40000, want=431)
request("a length that is named as the connection's own", b"PUT /a.png HTTP/1.1\r\nHost: h\r\nConnection: close, Content-Length\r\n"
        b"Content-Length: 5\r\n\r\nhello", b"^(?!.*Length: 5)", MENDED)
request("a Host that is named as the connection's own", b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close, Host\r\n\r\n",
        b"^(?!.*Host: h)", MENDED)
request("no Host", b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", b"GET")
request("two Hosts", b"GET / HTTP/1.1\r\nHost: h\r\nHost: i\r\nConnection: close\r\n\r\n", b"Host: i")
request("an empty Host", b"GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n", b"GET")
request("a Host with a path", b"GET / HTTP/1.1\r\nHost: h/../i\r\nConnection: close\r\n\r\n", b"h/../i")
request("a Host with a user", b"GET / HTTP/1.1\r\nHost: u@h\r\nConnection: close\r\n\r\n", b"u@h")
request("a Host with a comma", b"GET / HTTP/1.1\r\nHost: h,i\r\nConnection: close\r\n\r\n", b"h,i")
start("an absolute target of another host", b"GET http://i/ HTTP/1.1", odd=b"Host: h")
start("an absolute target with a user", b"GET http://u@h/ HTTP/1.1")
start("an absolute target of another scheme", b"GET ftp://h/ HTTP/1.1")
start("an authority alone", b"GET h:80 HTTP/1.1")
start("a tunnel", b"CONNECT h:80 HTTP/1.1", 405)
start("a trace", b"TRACE / HTTP/1.1", 405)
start("a trace by another name", b"TRACK / HTTP/1.1", 405)
start("a star that is not for OPTIONS", b"PROPFIND * HTTP/1.1")
start("two spaces in the request line", b"GET  / HTTP/1.1")
start("a tab in the request line", b"GET\t/ HTTP/1.1")
start("a space at its end", b"GET / HTTP/1.1 ")
start("a control character in a target", b"GET /a\x01b HTTP/1.1")
start("a NUL in a target", b"GET /a\0b HTTP/1.1")
start("a space in a target", b"GET /a b HTTP/1.1")
start("a request of HTTP/0.9", b"GET /")
start("the preface of HTTP/2", b"PRI * HTTP/2.0", 505)
start("a later version", b"GET / HTTP/2.0", 505)
start("a version of more digits", b"GET / HTTP/11.1")
start("a version with something behind it", b"GET / HTTP/1.1x")
start("a version in lower case", b"GET / http/1.1")
start("a method that is none", b"GE(T / HTTP/1.1")
start("a line before the request line", b" GET / HTTP/1.1")
start("a request line that is too long", b"GET /" + b"a" * 9000 + b" HTTP/1.1", 414)
for path, how in ((b"/a.png", "on the way"), (b"/a.ics", "held")):
    chunks(f"a hexadecimal size, {how}", b"0x5\r\nhello\r\n0\r\n\r\n", b"0x5", path=path)
    chunks(f"a size of more than 64 bits, {how}", b"10000000000000005\r\nhello\r\n0\r\n\r\n", b"10000000000000005", path=path)
    chunks(f"a size that ends in LF, {how}", b"5\nhello\r\n0\r\n\r\n", b"5\nhello", path=path)
    chunks(f"a chunk that is longer than its size, {how}", b"5\r\nhelloXX0\r\n\r\n", b"helloXX", path=path)
    chunks(f"a length as a trailer, {how}", b"0\r\nContent-Length: 5\r\n\r\n", b"Content-Length: 5", path=path)
chunks("a size with a sign", b"+5\r\nhello\r\n0\r\n\r\n", rb"\+5")
chunks("a negative size", b"-1\r\nhello\r\n0\r\n\r\n", b"-1")
chunks("an empty size", b"\r\nhello\r\n0\r\n\r\n", b"\r\n\r\n\r\nhello")
chunks("a size with an underscore", b"1_0\r\n0123456789abcdef\r\n0\r\n\r\n", b"1_0")
chunks("a space before a size", b" 5\r\nhello\r\n0\r\n\r\n", b" 5\r\nhello")
chunks("a size that is no number", b"five\r\nhello\r\n0\r\n\r\n", b"five")
chunks("a LF in an extension", b"5;a\nb\r\nhello\r\n0\r\n\r\n", b";a\nb")
chunks("a CR in an extension", b"5;a\rb\r\nhello\r\n0\r\n\r\n", b";a\rb")
chunks("a NUL in an extension", b"5;a\0b\r\nhello\r\n0\r\n\r\n", b";a\0b")
chunks("an extension that is too long", b"5;" + b"a" * 5000 + b"\r\nhello\r\n0\r\n\r\n", b"aaaa")
chunks("a chunk that ends in LF", b"5\r\nhello\n0\r\n\r\n", b"hello\n0")
chunks("an end in LF", b"5\r\nhello\r\n0\r\n\n", b"0\r\n\n")
chunks("a coding as a trailer", b"0\r\nTransfer-Encoding: gzip\r\n\r\n", b"gzip")
chunks("credentials as a trailer", b"0\r\nAuthorization: Basic YTpi\r\n\r\n", b"YTpi")
chunks("a method as a trailer", b"0\r\nX_HTTP_Method_Override: DELETE\r\n\r\n", b"DELETE")
chunks("a folded trailer", b"0\r\nA: b\r\n c\r\n\r\n", b"\r\n c")
chunks("trailers that are too long", b"0\r\nA: " + b"b" * 9000 + b"\r\n\r\n", b"bbbb")

# ---- responses ----


def response(name, data, odd, want=502, method=b"GET", whole=True):
    RESPONSES.append(Attack(name, data, odd, want, method, whole))


def answer(name, line, odd=None, want=502, body=b"hello"):
    response(name, b"HTTP/1.1 200 OK\r\n" + line + b"\r\n\r\n" + body, odd or re.escape(line), want)


def answer_chunks(name, body, odd, want="cut"):
    response(name, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body, odd, want)


def status_line(name, line, want=502):
    response(name, line + b"\r\nContent-Length: 5\r\n\r\nhello", b"^" + re.escape(line), want)


OTHER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother"
answer("an answer with a length and a coding", CL % 5 + b"\r\n" + TE, b"(?is)length:.*coding:", body=EMPTY)
answer("an answer with two lengths", CL % 5 + b"\r\n" + CL % 50, b"(?s)Length: 5\r.*Length: 50")
answer("an answer with a list of lengths", b"Content-Length: 5, 5")
answer("an answer with a length with a sign", b"Content-Length: +5")
answer("an answer with a negative length", b"Content-Length: -5")
answer("an answer with a length of more than 64 bits", b"Content-Length: 18446744073709551621")
answer("an answer with an unknown coding", b"Transfer-Encoding: gzip")
answer("an answer with a coding before chunked", b"Transfer-Encoding: gzip, chunked", body=EMPTY)
answer("an answer with two codings", TE + b"\r\n" + TE, b"(?s)chunked.*chunked", body=EMPTY)
answer("an answer with a length by an underscore", b"Content_Length: 50\r\nContent-Length: 5", b"Content_Length")
answer("an answer with a folded line", b"A: b\r\n Set-Cookie: c=d\r\nContent-Length: 5", b"\r\n Set")
answer("an answer with a space before a colon", b"Content-Length : 5")
answer("an answer with a NUL", b"A: b\0c\r\nContent-Length: 5", b"\0")
answer("an answer with a CR in a value", b"A: b\rSet-Cookie: c=d\r\nContent-Length: 5", b"\rSet")
answer("an answer with a space behind chunked", b"Transfer-Encoding: chunked ", rb"chunked ", body=EMPTY)
answer("an answer with a tab behind chunked", b"Transfer-Encoding: chunked	", rb"chunked	", body=EMPTY)
answer("an answer with a space behind a length", b"Content-Length: 5 ", rb"5 ")
answer("an answer with lines that end in LF", b"A: b\nSet-Cookie: c=d\r\nContent-Length: 5", b"b\nSet")
answer("an answer with a control character", b"A: b\x01c\r\nContent-Length: 5", b"\x01")
answer("an answer with a line without a colon", b"Set-Cookie c=d\r\nContent-Length: 5", b"Set-Cookie c")
answer("an answer with brackets in a name", b"A(b): c\r\nContent-Length: 5", rb"A\(b\)")
answer("an answer with too many fields", b"A: b\r\n" * 129 + b"Content-Length: 5", rb"(A: b\s+){129}")
answer("an answer whose head is too long", b"A: " + b"b" * 40000 + b"\r\nContent-Length: 5", b"bbbb")
answer("an answer that leads to another protocol", b'Alt-Svc: h2=":443"\r\nUpgrade: h2c\r\nContent-Length: 5', b"(?i)alt-svc|h2c", MENDED)
response("an answer with chunks of HTTP/1.0", b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"chunked")
response("another protocol that nobody has asked for", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"
         b"hello", b"101|h2c")
response("interim answers without end", b"HTTP/1.1 102 Processing\r\n\r\n" * 100 + OTHER, rb"(HTTP/1.1 102 Processing\s+){40}")
response("no head at all", b"<html>hello</html>\r\n\r\n", b"<html>")
status_line("a status line of another protocol", b"ICY 200 OK")
status_line("a status line of HTTP/2", b"HTTP/2.0 200 OK")
status_line("a status of two digits", b"HTTP/1.1 20 OK")
status_line("a status of four digits", b"HTTP/1.1 2000 OK")
status_line("a status below 100", b"HTTP/1.1 099 OK")
status_line("a status that is no number", b"HTTP/1.1 abc OK")
status_line("a tab in the status line", b"HTTP/1.1\t200 OK")
answer_chunks("an answer with a hexadecimal size", b"0x5\r\nhello\r\n0\r\n\r\n", b"0x5\r\n|hello")
answer_chunks("an answer with a size of more than 64 bits", b"10000000000000005\r\nhello\r\n0\r\n\r\n", b"hello")
answer_chunks("an answer with a size that ends in LF", b"5\nhello\r\n0\r\n\r\n", b"5\nhello")
answer_chunks("an answer with a chunk that is too long", b"5\r\nhelloXX0\r\n\r\n", b"helloXX")
answer_chunks("an answer with a LF in an extension", b"5;a\nb\r\nhello\r\n0\r\n\r\n", b"a\nb")
answer_chunks("an answer with a cookie as a trailer", b"5\r\nhello\r\n0\r\nSet-Cookie: a=b\r\n\r\n", b"Set-Cookie: a=b\r\n")
answer_chunks("an answer with a length as a trailer", b"5\r\nhello\r\n0\r\nContent-Length: 9\r\n\r\n", b"Length: 9\r\n")
answer_chunks("chunks that break off", b"5\r\nhello\r\n5\r\nhe", b"0\r\n\r\n$")
response("a body that breaks off", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", b"hello.{45}", "cut")
response("another answer behind the first", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello" + OTHER, b"other", MENDED, whole=False)
response("another answer behind one of no content", b"HTTP/1.1 204 No Content\r\n\r\n" + OTHER, b"other", MENDED, whole=False)
response("a length in an answer of no content", b"HTTP/1.1 204 No Content\r\nContent-Length: 42\r\n\r\n" + OTHER, b"Length: 42|other", MENDED,
         whole=False)
response("a coding in an answer that has no body", b"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n" + OTHER,
         b"chunked|other", MENDED, whole=False)
response("a length in an interim answer", b"HTTP/1.1 103 Early Hints\r\nContent-Length: 42\r\n\r\n" + PLAIN, b"Length: 42", MENDED)
response("a body of an answer that has none", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 63\r\n\r\n" + OTHER, b"other", MENDED,
         whole=False)
response("a body for HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 42\r\n\r\n" + OTHER, b"other", MENDED, b"HEAD", whole=False)

# ---- who sends them ----


class Origin:
    """A server that takes anything, answers what it is told to, and remembers each connection's bytes."""

    def __init__(self, folder):
        del folder
        self.answer = PLAIN
        self.whole = True
        self.seen = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    @staticmethod
    def is_request(data):
        """The head is there, and the body as far as it can be told."""
        head, end, body = bytes(data).partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d{1,9})\r", head + b"\r")
        if re.search(rb"(?i)transfer-encoding: *chunked", head):
            return bool(end) and body.endswith(b"0\r\n\r\n")
        return bool(end) and len(body) >= int(length[1] if length else 0)

    def talk(self, connection):
        data = bytearray()
        self.seen.append(data)
        connection.settimeout(QUIET)
        try:
            while not self.is_request(data) and (piece := connection.recv(65536)):
                data += piece
        except OSError:
            pass  # what has come will do
        with connection:
            if not data or self.listener.fileno() < 0:
                return
            try:
                next_one = b"/next" in data
                connection.sendall(PLAIN if next_one else self.answer)
                connection.settimeout(QUIET)
                if not self.whole and not next_one:
                    connection.recv(65536)
            except OSError:
                pass

    def stop(self):
        self.listener.close()


class Nginx(support.Process):
    def __init__(self, folder, upstream):
        self.port = support.free_port()
        settings = f"{folder}/nginx.conf"
        with open(settings, "w", encoding="utf-8") as file:
            file.write(NGINX.format(folder=folder, port=self.port, upstream=upstream))
        super().__init__("nginx", ["nginx", "-p", folder, "-c", settings], folder)
        self.wait_for(lambda: support.listens(self.port), "it listens")


def talk(port, data):
    """All that comes back until the end, or until nothing comes any more; and whether the connection has ended."""
    got = bytearray()
    with socket.create_connection(("127.0.0.1", port), QUIET) as connection:
        try:
            connection.sendall(data)
            while piece := connection.recv(65536):
                got += piece
            return bytes(got), True
        except TimeoutError:
            return bytes(got), False
        except OSError:
            return bytes(got), True


def status_of(got):
    return int(got[9:12]) if re.match(rb"HTTP/1\.1 \d{3}", got) else 0


def refused(got):
    return not got or status_of(got) >= 400


def attack_by_request(proxy, origin, attack):
    """(what became of it, the status)"""
    origin.seen = []
    got, _ = talk(proxy.port, attack.data)
    arrived = b"\n".join(bytes(each) for each in origin.seen)
    status = status_of(got)
    if arrived and re.search(attack.odd, arrived, re.S):
        return PASSED, status
    return (REFUSED if refused(got) else MENDED), status


def is_cut(got, ended):
    """The answer ends before its own framing says so."""
    head, _, body = got.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)\r", head + b"\r")
    if status_of(got) == 304:
        return False
    if re.search(rb"(?i)transfer-encoding", head):
        return ended and not body.endswith(b"\r\n0\r\n\r\n")
    return ended and length is not None and len(body) < int(length[1])


def attack_by_response(proxy, origin, attack):
    origin.answer, origin.whole = attack.data, attack.whole
    got, ended = talk(proxy.port, attack.request + b" / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    status = status_of(got)
    last = got[got.rfind(b"HTTP/1.1 "):]
    if refused(last) and not re.search(attack.odd, got, re.S):
        return REFUSED, status_of(last)
    if re.search(attack.odd, got, re.S):
        return PASSED, status
    return (REFUSED, "cut") if attack.request != b"HEAD" and is_cut(got, ended) else (MENDED, status)


def next_one_is_whole(proxy):
    """Whoever asks next gets his own answer."""
    got, _ = talk(proxy.port, b"GET /next HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    return got.startswith(b"HTTP/1.1 200") and got.endswith(b"mine")


def try_all(proxy, origin):
    """What became of each, by its name."""
    found = {attack.name: attack_by_request(proxy, origin, attack) for attack in REQUESTS}
    for attack in RESPONSES:
        found[attack.name] = attack_by_response(proxy, origin, attack)
        if not next_one_is_whole(proxy):
            found[attack.name] = PASSED, "the next request gets another answer"
    return found


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        origin = self.start(Origin)
        relay = self.start(relays.Relay, origin.port)
        self.relays = [relay]
        sides = [(relay, origin)]
        self.has_nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin") is not None
        if self.has_nginx:
            other = self.start(Origin)
            sides.append((self.start(Nginx, other.port), other))
        with concurrent.futures.ThreadPoolExecutor() as pool:
            self.found, *rest = pool.map(lambda side: try_all(*side), sides)
        self.nginx = rest[0] if rest else {}
        return self


def attack_case(attack, kind):
    @tap.case(f"{kind}: {attack.name}")
    def _(world):
        became, status = world.found[attack.name]
        if attack.want == MENDED:
            tap.equal(WORDS[became], "MENDED", "what became of it")
        else:
            tap.equal((WORDS[became], status), ("REFUSED", attack.want), "what became of it")


assert len({attack.name for attack in REQUESTS + RESPONSES}) == len(REQUESTS + RESPONSES) >= 60
for each in REQUESTS:
    attack_case(each, "by a request")
for each in RESPONSES:
    attack_case(each, "by an answer")


@tap.case("nginx is never the stricter one")
def _(world):
    if not world.has_nginx:
        raise tap.Skip("nginx is not installed")
    count = [0, 0, 0]
    weaker = []
    for name, (became, status) in world.found.items():
        theirs, their_status = world.nginx[name]
        count[(became > theirs) - (became < theirs) + 1] += 1
        if became < theirs:
            weaker.append(f"{name}: {WORDS[became]} {status}, nginx {WORDS[theirs]} {their_status}")
    tap.note(f"of {sum(count)} attacks, Upbeat is stricter in {count[2]}, as strict in {count[1]}")
    assert not weaker, "\n".join(weaker)


sys.exit(relays.run(Story))
