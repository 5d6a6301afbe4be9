# SPDX-License-Identifier: Apache-2.0
"""The server behind the soak: it keeps objects, believes every password, and sends each request's nonce back, in the
header and in the body. What a request asks for in X-Do, it does to the answer: hesitates, stops in the middle, resets.

    origin.py PORT CERTIFICATE KEY

SIGUSR1: all connections are reset and nobody listens, until the second SIGUSR1.
"""
import asyncio
import contextlib
import hashlib
import pathlib
import signal
import socket
import ssl
import struct
import sys

TESTS = pathlib.Path(__file__).parents[1]
sys.path.insert(0, str(TESTS / "e2e"))

from lying_server import CALENDAR, MULTISTATUS, PRINCIPAL, RESPONSE

import nonces

OBJECTS = {}  # bytes by path
REASONS = {200: b"OK", 201: b"Created", 204: b"No Content", 207: b"Multi-Status", 404: b"Not Found", 412: b"Precondition Failed"}
XML, ICS = b"application/xml; charset=utf-8", b"text/calendar; charset=utf-8"


def etag(body):
    return b'"%s"' % hashlib.sha256(body).hexdigest()[:16].encode()


# ---- requests ----


class Request:
    def __init__(self, head):
        line, *rest = head.split(b"\r\n")
        method, target, _ = line.split(b" ")
        self.method, self.path = method.decode(), target.partition(b"?")[0].decode()
        self.fields = {}
        for each in rest:
            name, _, value = each.partition(b":")
            self.fields[name.lower().decode()] = value.strip().decode()
        self.nonce, self.do = self.fields.get("x-nonce", ""), self.fields.get("x-do", "")
        self.user = self.path.split("/")[1]
        self.body = b""

    async def read_body(self, reader, writer):
        if self.fields.get("expect"):
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "chunked" in self.fields.get("transfer-encoding", ""):
            while size := int((await reader.readline()).partition(b";")[0], 16):
                self.body += await reader.readexactly(size)
                await reader.readline()
            while (await reader.readline()).strip():
                pass
        else:
            self.body = await reader.readexactly(int(self.fields.get("content-length", 0)))


# ---- answers: status, type, body, further fields ----


def properties(path):
    user = path.split("/")[1]
    if path.endswith("/cal/"):
        tags = b"".join(etag(text) for text in members_of(path).values())
        own = CALENDAR.format(user=user) + f"<S:getctag xmlns:S='http://calendarserver.org/ns/'>{etag(tags).decode()}</S:getctag>"
    elif path.endswith("/"):
        own = PRINCIPAL.format(user=user)
    else:
        own = f"<D:getetag>{etag(OBJECTS[path]).decode()}</D:getetag>"
    own += f"<D:current-user-principal><D:href>/{user}/</D:href></D:current-user-principal>"
    return RESPONSE.format(href=path, properties=own)


def members_of(path):
    return {name: text for name, text in OBJECTS.items() if name.startswith(path)}


def told(path):
    """The objects of a calendar whose href a report may name."""
    return "".join(
        RESPONSE.format(href=name, properties=f"<D:getetag>{etag(text).decode()}</D:getetag>"
                        f"<C:calendar-data><![CDATA[{text.decode()}]]></C:calendar-data>")
        for name, text in members_of(path).items())


def xml(request, responses):
    mark = f"<!-- {request.nonce} -->" if request.nonce else ""
    return 207, XML, (MULTISTATUS.format(responses) + mark).encode(), []


def of_object(request):
    there = OBJECTS.get(request.path)
    said = request.nonce.encode()
    if request.method == "PUT":
        if (there is not None and request.fields.get("if-none-match") == "*") or \
                request.fields.get("if-match", etag(there or b"").decode()) != etag(there or b"").decode():
            return 412, b"text/plain", said, []
        OBJECTS[request.path] = request.body
        return 201 if there is None else 200, b"text/plain", said, [b"ETag: " + etag(request.body)]
    if there is None:
        return 404, b"text/plain", said, []
    if request.method == "DELETE":
        del OBJECTS[request.path]
        return 200, b"text/plain", said, []
    return 200, ICS, there, [b"ETag: " + etag(there)]


def answer(request):
    if request.path.startswith("/soak/") and not request.nonce:
        return 404, b"text/plain", b"", []
    if request.path.startswith("/soak/"):
        size = int(request.path.rsplit("/", 1)[1])
        digest = hashlib.sha256(request.body).hexdigest()
        return 200, b"text/plain", nonces.body(request.nonce, size, digest), []
    if request.method == "PROPFIND":
        members = []
        if request.fields.get("depth") == "1":
            members = [f"/{request.user}/cal/"] if request.path == f"/{request.user}/" else members_of(request.path)
        if not request.path.endswith("/") and request.path not in OBJECTS:
            return 404, b"text/plain", request.nonce.encode(), []
        return xml(request, "".join(map(properties, [request.path, *members])))
    if request.method == "REPORT":
        if b"sync-collection" in request.body:
            return 403, b"text/plain", request.nonce.encode(), []
        return xml(request, told(request.path))
    if request.method == "POST":
        return 405, b"text/plain", request.nonce.encode(), []
    return of_object(request)


# ---- connections ----


class Connection:
    open = set()

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    def reset(self):
        with contextlib.suppress(OSError, AttributeError):
            self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def serve(self):
        Connection.open.add(self)
        try:
            while await self.serve_one():
                pass
        except (OSError, EOFError, asyncio.IncompleteReadError, ValueError, ssl.SSLError):
            pass
        finally:
            Connection.open.discard(self)
            self.writer.close()

    async def serve_one(self):
        """One request and its answer: whether there may be another one."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        request = Request(head[:-4])
        if request.do != "early":
            await request.read_body(self.reader, self.writer)
        if request.do == "late":
            await asyncio.sleep(1.5)
        status, kind, body, fields = answer(request)
        if not body and request.do in ("reset", "cut"):
            request.do = "close"  # nothing is missing when it breaks off, and so the end is announced
        lines = [b"HTTP/1.1 %d %s" % (status, REASONS.get(status, b"Whatever")), b"Content-Type: " + kind, *fields]
        if request.nonce:
            lines.append(b"X-Nonce: " + request.nonce.encode())
        if request.method == "HEAD":
            lines.append(b"Content-Length: %d" % len(body))
            body = b""
        elif request.do == "chunked":
            lines.append(b"Transfer-Encoding: chunked")
            body = b"".join(b"%x;x=y\r\n%s\r\n" % (len(piece), piece) for piece in nonces.pieces(body)) + b"0\r\nX-T: t\r\n\r\n"
        elif request.do in ("close", "early"):
            lines.append(b"Connection: close")
        else:
            lines.append(b"Content-Length: %d" % len(body))
        self.writer.write(b"\r\n".join(lines) + b"\r\n\r\n")
        return await self.send(body, request.do)

    async def send(self, body, do):
        half = len(body) // 2
        self.writer.write(body[:half])
        await self.writer.drain()
        if do == "slow":
            await asyncio.sleep(2)
        if do == "reset":
            await asyncio.sleep(0.05)
            self.reset()
            return False
        if do == "cut":
            return False
        self.writer.write(body[half:])
        await self.writer.drain()
        return do not in ("close", "early")


async def main(port, certificate, key):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    turn = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, turn.set)
    loop.set_exception_handler(lambda *_: None)  # clients reset connections all the time
    while True:
        server = await asyncio.start_server(lambda *both: Connection(*both).serve(), "127.0.0.1", port, ssl=context,
                                            limit=1 << 20, backlog=1024)
        await turn.wait()
        turn.clear()
        server.close()
        for each in list(Connection.open):
            each.reset()
        await turn.wait()
        turn.clear()


asyncio.run(main(int(sys.argv[1]), *sys.argv[2:]))
