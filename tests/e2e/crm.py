# SPDX-License-Identifier: Apache-2.0
"""A system with customers, for the stories of the HTTP source: a server on the loopback interface that answers as it is
told to, and remembers what it was asked."""
import http.server
import json
import ssl
import subprocess
import threading
import urllib.parse

import tap

RULES = """\
format: 1
rules:
  - name: prep
    create: [{task: look, title: "{{ account.name }} is {{ account.health }}", due: 1 business day before start}]
"""
COMPANIES = [
    {"id": f"{n}", "name": f"Company {n}", "domain": f"c{n}.example", "health": "Healthy"} for n in range(1, 5)
] + [{"id": "512", "name": "Acme", "domain": "acme.example", "health": "At Risk", "renewal": "2027-03-31T00:00:00Z"}]
HUBSPOT = """preset: hubspot, url: "{url}/crm/v3/objects/companies?limit=2&properties=name,domain,health",
    map: {{health: /properties/health, renewal: /properties/renewal}}, health_words: {{At Risk: red, Healthy: green}}"""


class Crm:
    """`answer(path, query, fields)` gives (status, fields, body); a body that is no bytes becomes JSON. After stop() nobody
    listens; start() has it listen again where it did."""

    def __init__(self, folder, tls=False):
        self.asked, self.answer = [], lambda path, query, fields: (404, {}, b"")
        self.folder, self.tls, self.port, self.listens = folder, tls, 0, False
        self.start()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    def start(self):
        crm = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if not crm.listens:  # a connection from before
                    self.close_connection = True
                    return
                parts = urllib.parse.urlsplit(self.path)
                query = dict(urllib.parse.parse_qsl(parts.query))
                crm.asked.append((parts.path, query, dict(self.headers)))
                status, fields, body = crm.answer(parts.path, query, self.headers)
                body = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **fields}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_PROPFIND = do_REPORT = do_GET  # an address book's

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                """Clients that go away, or do not like the certificate."""

        self.server = Server(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        if self.tls:
            make_certificate(self.folder)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.folder / "cert.pem", self.folder / "key.pem")
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.listens = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.listens = False
        self.server.shutdown()
        self.server.server_close()


def make_certificate(folder):
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
               "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        raise tap.Skip("there is no openssl to make a certificate") from None


def hubspot(rows, size=2):
    """Answers as HubSpot does when asked for companies: a page of objects, and what to ask for the next page."""
    def answer(path, query, _):
        at = int(query.get("after", 0))
        results = [
            {"id": each["id"], "properties": {key: value for key, value in each.items() if key != "id"},
             "createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-11-01T00:00:00.000Z", "archived": False}
            for each in rows[at : at + size]]
        page = {"results": results}
        if at + size < len(rows):
            page["paging"] = {"next": {"after": str(at + size), "link": f"{path}?after={at + size}"}}
        return 200, {}, page
    return answer


def salesforce(rows, size=2):
    """Answers as Salesforce does to a query: records, their number, and where the next ones are."""
    def answer(path, _, __):
        at = int(path.rsplit("-", 1)[1]) if "-" in path else 0
        records = [
            {"attributes": {"type": "Account", "url": f"/services/data/v60.0/sobjects/Account/{each['Id']}"}, **each}
            for each in rows[at : at + size]]
        page = {"totalSize": len(rows), "done": at + size >= len(rows), "records": records}
        if not page["done"]:
            page["nextRecordsUrl"] = f"/services/data/v60.0/query/01gRO0000016PIAYA2-{at + size}"
        return 200, {}, page
    return answer
