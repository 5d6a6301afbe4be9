# SPDX-License-Identifier: Apache-2.0
"""The first steps. upbeat init and upbeat doctor: what is not there is found by asking for it, and each finding says what to do."""
import http.server
import json
import os
import re
import socket
import sys
import threading

import calendars
import certificates
import support
import tap


class Page(http.server.BaseHTTPRequestHandler):
    """Asks everybody to sign in by a browser, whatever he wants."""

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b"<!DOCTYPE html><title>Sign in</title><form action=/login>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_OPTIONS = do_PROPFIND = do_PUT = answer

    def log_message(self, *_):
        pass


class Pages(http.server.ThreadingHTTPServer):
    """What stands in the place of a server while it is open."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Page)
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def calendar_of(self, user):
        return f"/{user}/calendar/"

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.authority = certificates.Authority(self.folder)
        support.TRUSTED = self.authority.trust()
        self.server = self.start(support.Radicale, tls=self.authority.issue("dav", "IP:127.0.0.1", days=5))
        self.pair = self.authority.issue("cal", "DNS:cal.ours.example", days=60)
        self.password = self.secret("alice")
        return self

    def secret(self, user, mode=0o600):
        path = self.folder / f"{user}-{mode:o}.password"
        path.write_text(support.password(user) + "\n")
        os.chmod(path, mode)
        return path

    def doctor(self, more="", *arguments, user=None, organization=support.ORGANIZATION, url=None, ca=None, listen="127.0.0.1:1"):
        """(exit status, {what: [(word, text, help)]}) with these further settings."""
        settings = self.folder / "upbeat.yaml"
        url = url or self.server.url
        trust = f"upstream_tls: {{ca: {ca or self.authority.certificate}}}\n" if url.startswith("https") else ""
        settings.write_text(f"listen: {listen}\nupstream: {url}\n{trust}{more}{organization}")
        sign_in = ["--user", user, "--password-file", self.secret(user)] if user else []
        done = support.run("doctor", "-c", settings, "--json", *sign_in, *arguments)
        tap.equal(done.stderr, "", "standard error")
        found = {}
        for line in json.loads(done.stdout)["findings"]:
            found.setdefault(line["what"], []).append((line["word"], line["text"], line.get("help")))
        return done.returncode, found


def has(found, what, word, text):
    """Whether one line about it says so; all lines that are not good say what to do, or are notes."""
    lines = found.get(what, [])
    assert any(line[0] == word and re.search(text, line[1]) for line in lines), f"{what}: no {word} line: {text}, {lines}"
    for line in lines:
        assert line[0] in ("good", "note") or line[2], line


@tap.case("where all is well, it says so, and what the server can do for a user")
def _(story):
    certificate, key = story.pair
    status, found = story.doctor(f"tls: {{certificate: {certificate}, key: {key}}}\nstore: sqlite:{story.folder}/u.db\n",
                                 user="alice")
    tap.equal(status, 0, found)
    has(found, "store", "good", "can be written")
    has(found, "rules", "good", r"and \d+ rules are without fault")
    has(found, "time zone", "good", r"data is of version 20\d\d")
    has(found, "tls", "good", "is good for another (59|60) days")
    has(found, "clock", "good", "agree")
    has(found, "sign-in", "good", "Basic")
    for text in ("alice is signed in", "/alice/calendar/", "alice@ours.example", "sync-collection", "busy times: "):
        has(found, "user", "good", text)
    has(found, "user", "note", "it sends no invitations")
    has(found, "service", "note", "there is no service account")
    has(found, "daemon", "note", "no daemon is reached")


@tap.case("a place that no daemon could have, for its control socket or for clients, is told with what to do")
def _(story):
    control, taken = story.folder / "control", socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    with taken:
        status, found = story.doctor(listen=f"127.0.0.1:{port}")
    tap.equal(status, 1, found)
    has(found, "listen", "bad", rf"127.0.0.1 port {port}: Address already in use")
    for listen, words in (("192.0.2.1:8642", "192.0.2.1 port 8642: Cannot assign requested address"),
                          ("nowhere.invalid:8642", "nowhere.invalid port 8642: ")):
        has(story.doctor(listen=listen)[1], "listen", "bad", words)
    control.write_text("precious")
    has(story.doctor()[1], "control", "bad", "there is something else than a daemon's socket")
    tap.equal(control.read_text(), "precious", "what stands there")
    control.unlink()
    has(story.doctor(f"control: {story.folder}/none/control\n")[1], "control", "bad", "none, where .*: No such file or directory")
    has(story.doctor(listen="unix:/run/upbeat-none/http")[1], "listen", "note", "/run/upbeat-none, where")
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(f"{story.folder}/clients")
        other.listen()
        has(story.doctor(listen="unix:clients")[1], "listen", "bad", "clients: another program listens there")
    status, found = story.doctor(listen=f"127.0.0.1:{port}")
    tap.equal((status, "listen" in found, "control" in found), (0, False, False), found)


@tap.case("what stands in the place of the store and is none is told")
def _(story):
    for path in (story.folder, story.secret("alice")):
        status, found = story.doctor(f"store: sqlite:{path}\n")
        tap.equal(status, 1, "exit status")
        has(found, "store", "bad", f"{path} is no store")
    empty = story.folder / "empty.db"
    empty.touch()
    has(story.doctor(f"store: sqlite:{empty}\n")[1], "store", "good", "can be written")


@tap.case("certificates that end soon, have ended or fit no key are told")
def _(story):
    certificate, key = story.pair
    old, its_key = story.authority.issue("old", "DNS:cal.ours.example", days=-1)
    has(story.doctor()[1], "server", "warning", "the certificate of the server is good for another [45] days")
    status, found = story.doctor(f"tls: [{{certificate: {old}, key: {its_key}}}, {{certificate: {certificate}, key: {its_key}}}]\n")
    tap.equal(status, 1, "exit status")
    has(found, "tls", "bad", "has expired")
    has(found, "tls", "bad", f"the key {its_key}: key values mismatch")
    _, found = story.doctor(f"tls: {{certificate: {certificate}, key: {certificate}}}\n")
    has(found, "tls", "bad", f"the key {certificate}: nothing of that kind can be read there as PEM")
    assert key.exists()


@tap.case("a server that is not there, not trusted or shows nothing is told with its reason")
def _(story):
    status, found = story.doctor(url=f"http://127.0.0.1:{support.free_port()}")
    tap.equal((status, "user" in found), (1, False), found)
    has(found, "server", "bad", "is not reached: ")
    status, found = story.doctor(url=f"https://127.0.0.1:{support.free_port()}")
    tap.equal([line[0] for line in found["server"]], ["bad"], f"{found}: of nobody's certificate nothing is said")
    unknown = certificates.Authority(story.folder, "unknown").certificate
    status, found = story.doctor(ca=unknown)
    tap.equal(status, 1, "exit status")
    has(found, "server", "bad", "the certificate of the server is not accepted: ")


@tap.case("a page for people, which stands where a CalDAV server should, is told")
def _(story):
    with Pages() as pages:
        status, found = story.doctor(url=pages.url)
        has(found, "sign-in", "warning", r"answered with a page for people at / \(status 200\)")
        tap.equal(status, 0, "exit status: calendars may be elsewhere on this server")
        status, found = story.doctor(url=pages.url, user="alice")
        has(found, "user", "bad", "the server does not say who alice is: ")
        tap.equal(status, 1, "exit status")
        upbeat = story.start(support.Upbeat, pages)
        calendar = calendars.Calendar(upbeat.calendar_of("alice"), "alice")
        tap.equal(calendar.put("m.ics", calendars.meeting()).status, 200, "the answer passes")
        tap.eventually(lambda: "alice gets nothing: the server does not say whose calendar it is" in upbeat.said(), "the log", 20)
        upbeat.stop()


@tap.case("a wrong password, an address outside the organization, and a service account without rights are told")
def _(story):
    story.secret("alice").write_text("wrong\n")
    settings = story.folder / "upbeat.yaml"
    done = support.run("doctor", "-c", settings, "--user", "alice", "--password-file", story.folder / "alice-600.password")
    tap.equal(done.returncode, 1, done.stdout)
    _, found = story.doctor(user="alice", organization=support.ORGANIZATION.replace("{user}@ours", "{user}@theirs"))
    has(found, "user", "bad", "is in none of the organization's domains")
    _, found = story.doctor(f"service: {{user: bob, password_file: {story.secret('bob', 0o644)}}}\n", user="alice")
    has(found, "service", "warning", "other users can read ")
    has(found, "service", "good", "the account is signed in, as /bob/")
    has(found, "service", "bad", "alice")
    _, found = story.doctor(f"service: {{user: bob, password_file: {story.folder}/nowhere}}\n")
    has(found, "service", "bad", "nowhere")


@tap.case("a daemon that runs is found, and people get lines to read")
def _(story):
    store = f"sqlite:{story.folder}/run.db"
    upbeat = story.start(support.Upbeat, story.server, store=store, settings=support.ORGANIZATION +
                         f"upstream_tls: {{ca: {story.authority.certificate}}}\n")
    done = support.run("doctor", "-c", upbeat.settings)
    tap.equal(done.returncode, 0, done.stdout)
    tap.contains(done.stdout, "good     daemon: it runs", "output")
    tap.contains(done.stdout, "\n0 bad, 1 warning\n", "output")
    tap.equal(support.run("doctor").returncode, 3, "without settings")


class Loud(http.server.BaseHTTPRequestHandler):
    """A server whose words would colour a terminal, and hide a line."""

    def answer(self):
        self.send_response(401)
        self.send_header("DAV", "1, \x1b[2K\x1b[31mred")
        self.send_header("WWW-Authenticate", "Basic\x1b[1A")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_OPTIONS = do_PROPFIND = answer

    def log_message(self, *_):
        pass


@tap.case("a server's own words do nothing to a terminal")
def _(story):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Loud) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings = story.folder / "loud.yaml"
        settings.write_text(f"listen: 127.0.0.1:1\nupstream: http://127.0.0.1:{server.server_port}\n{support.ORGANIZATION}")
        done = support.run("doctor", "-c", settings)
        server.shutdown()
    tap.contains(done.stdout, "red", "what the server says")
    tap.contains(done.stdout, "the server takes Basic", "what it takes")
    assert "\x1b" not in done.stdout, done.stdout


@tap.case("init writes settings that pass check, and asks on a terminal; a meeting stored then gets its items")
def _(story):
    plain, home = story.start(support.Radicale), story.folder / "site"
    port = support.free_port()
    done = support.run("init", "--upstream", plain.url, "--domain", "ours.example", "--time-zone", "Europe/Berlin",
                       "--holidays", "de", "--listen", f"127.0.0.1:{port}", home)
    tap.equal((done.returncode, done.stderr), (0, ""), done.stdout)
    checked = support.run("check", "--strict", "-c", home / "upbeat.yaml")
    tap.equal(checked.returncode, 0, checked.stdout)

    class Serving(support.Process):
        def __init__(self, folder):
            super().__init__("upbeat", [support.program(), "serve", "-c", home / "upbeat.yaml"], folder)
            self.wait_for(lambda: support.has_engine(self), "its engine is ready")

    story.start(Serving)
    calendar = calendars.Calendar(f"http://127.0.0.1:{port}{plain.calendar_of('alice')}", "alice")
    tap.equal(calendar.put("m.ics", calendars.meeting(uid="m")).status, 201, "PUT")
    tap.eventually(lambda: len(calendar.items_of("m")) == 4, "items", 10.0)


@tap.case("init writes over nothing, and takes back what would not pass check")
def _(story):
    home = story.folder / "taken"
    home.mkdir()
    (home / "accounts.csv").write_text("mine\n")
    usual = ["--upstream", "http://127.0.0.1:1", "--domain", "ours.example"]
    done = support.run("init", *usual, home)
    tap.equal((done.returncode, sorted(path.name for path in home.iterdir())), (1, ["accounts.csv"]), done.stderr)
    tap.contains(done.stderr, "is there already, and nothing is written", "what it says")
    for wrong, words in ((["--time-zone", "Berlin"], "unknown-time-zone"), (["--holidays", "xx"], "no-holidays"),
                         (["--upstream", "http://dav.ours.example"], "upstream-plain"), (["--domain", "a'b"], "domain")):
        done = support.run("init", *usual, *wrong, story.folder / "wrong")
        tap.equal((done.returncode, (story.folder / "wrong").exists()), (1, False), done.stderr)
        tap.contains(done.stderr, words, "what it says")
    done = support.run("init", "--domain", "ours.example", story.folder / "wrong")
    tap.equal(done.returncode, 3, done.stderr)
    tap.contains(done.stderr, "--upstream is missing", "what it says")


with support.world(Story) as world:
    sys.exit(tap.run(world))
