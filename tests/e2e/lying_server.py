# SPDX-License-Identifier: Apache-2.0
"""A CalDAV server of the tests that keeps objects, believes every password, and answers questions about busy times as it
is told to."""
import base64
import contextlib
import hashlib
import http.server
import socket
import threading

RESPONSE = "<D:response><D:href>{href}</D:href><D:propstat><D:prop>{properties}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
MULTISTATUS = '<?xml version="1.0"?><D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">{}</D:multistatus>'
CALENDAR = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype><D:owner><D:href>/{user}/</D:href></D:owner>"
PRINCIPAL = """\
<D:resourcetype><D:collection/><D:principal/></D:resourcetype>
<C:calendar-user-address-set><D:href>mailto:{user}@ours.example</D:href></C:calendar-user-address-set>
<C:calendar-home-set><D:href>/{user}/</D:href></C:calendar-home-set>
<C:schedule-outbox-URL><D:href>/{user}/outbox/</D:href></C:schedule-outbox-URL>"""
INBOX = "<C:schedule-inbox-URL><D:href>/{user}/inbox/</D:href></C:schedule-inbox-URL>"


def multistatus(*responses):
    return MULTISTATUS.format("".join(responses)).encode()


class LyingServer:
    """Each user has a home that is also his principal, one calendar, an inbox and an outbox, and nobody else may look there.
    `outbox(body)` and `report(user, body)` give (status, type, bytes); without a report the objects are told truly."""

    SCHEDULES = False

    def __init__(self, _folder):
        self.objects = {}  # bytes by path
        self.asked = []  # (method, path)
        self.outbox = lambda body: (405, "text/plain", b"")
        self.report = None
        self.has_inboxes = True
        self.connections = []
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                server.connections.append(self.connection)

            def handle_one(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                server.asked.append((self.command, self.path))
                status, kind, page, *etag = server.answer(self.command, self.path, self.headers, body)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(page)))
                for value in etag:
                    self.send_header("ETag", value)
                self.end_headers()
                self.wfile.write(page)

            do_GET = do_PUT = do_DELETE = do_PROPFIND = do_REPORT = do_POST = handle_one

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                """Clients that go away while they wait."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def calendar_of(self, user):
        return f"/{user}/cal/"

    def properties(self, path):
        user = path.split("/")[1]
        own = (CALENDAR if path.endswith("/cal/") else PRINCIPAL + INBOX * self.has_inboxes).format(user=user)
        own += f"<D:current-user-principal><D:href>/{user}/</D:href></D:current-user-principal>"
        return RESPONSE.format(href=path, properties=own)

    def told(self, path):
        """All objects of a calendar."""
        return multistatus(*(
            RESPONSE.format(href=name, properties=f"<C:calendar-data><![CDATA[{text.decode()}]]></C:calendar-data>")
            for name, text in self.objects.items() if name.startswith(path)))

    def answer(self, method, path, fields, body):
        user = path.split("/")[1]
        asks = base64.b64decode(fields.get("Authorization", "Basic ").removeprefix("Basic ")).decode().partition(":")[0]
        if user != asks:
            return 403, "text/plain", b""
        if method == "PROPFIND":
            paths = [path] + ([f"/{user}/cal/"] if fields.get("Depth") == "1" and path == f"/{user}/" else [])
            return 207, "application/xml", multistatus(*map(self.properties, paths))
        if method == "REPORT":
            return self.report(user, body) if self.report else (207, "application/xml", self.told(path))
        if method == "POST":
            return self.outbox(body.decode())
        return self.of_object(method, path, fields, body)

    def of_object(self, method, path, fields, body):
        there = self.objects.get(path)
        etag = f'"{hashlib.sha256(there or b"").hexdigest()[:16]}"'
        if method == "PUT":
            if (there and fields.get("If-None-Match") == "*") or fields.get("If-Match", etag) != etag:
                return 412, "text/plain", b""
            self.objects[path] = body
            return 201, "text/plain", b"", f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if there is None:
            return 404, "text/plain", b""
        if method == "DELETE":
            del self.objects[path]
            return 204, "text/plain", b""
        return 200, "text/calendar", there, etag

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
