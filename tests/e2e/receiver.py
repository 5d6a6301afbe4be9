# SPDX-License-Identifier: Apache-2.0
"""A receiver of events on the loopback interface, for the story of event sinks: it answers as it is told to, and
remembers what it was sent."""
import contextlib
import http.server
import json
import socket
import ssl
import threading


class Receiver:
    """`answer(fields, event)` gives (status, fields, body)."""

    def __init__(self, port=0, tls=None):
        """`tls`: a folder with a certificate, from crm.make_certificate()."""
        self.got = []  # (fields, event, body) of all requests that were answered by 2xx
        self.asked = []  # the same of all requests
        self.connections = []
        self.answer = lambda fields, event: (204, {}, b"")
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                receiver.connections.append(self.connection)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                event = json.loads(body)
                said = (dict(self.headers), event, body)
                receiver.asked.append(said)
                status, fields, page = receiver.answer(self.headers, event)
                if status // 100 == 2:
                    receiver.got.append(said)
                self.send_response(status)
                for name, value in fields.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                """Clients that go away while they wait."""

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls / "cert.pem", tls / "key.pem")
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self):
        """Each event once, in the order in which they came."""
        return list({event["id"]: event for _, event, _ in self.got}.values())

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
