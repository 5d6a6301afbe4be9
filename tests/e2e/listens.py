# SPDX-License-Identifier: Apache-2.0
"""Clients come by several addresses, by a unix socket, and by sockets that systemd has; systemd is told."""
import os
import pathlib
import signal
import socket
import subprocess
import sys

import byteserver
import certificates
import support
import tap
import wireformat

QUESTION = b"OPTIONS / HTTP/1.1\r\nHost: h\r\n\r\n"
# Opens what systemd would have, and becomes the program: NAME=KIND:PORT-OR-PATH,... PROGRAM ARGUMENT...
PASS = """\
import os, socket, sys
def open_socket(what):
    kind, place = what.split(":")
    if kind == "local":
        opened = socket.socket(socket.AF_UNIX)
        opened.bind(place)
    else:
        opened = socket.socket(type=socket.SOCK_DGRAM if kind == "datagrams" else socket.SOCK_STREAM)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(("127.0.0.1", int(place)))
    if kind != "datagrams":
        opened.listen()
    return opened
words = [word.split("=") for word in sys.argv[1].split(",")]
sockets = [open_socket(what) for _, what in words]
high = [os.dup2(opened.fileno(), 50 + i) for i, opened in enumerate(sockets)]
for i, fd in enumerate(high):
    os.dup2(fd, 3 + i)
    os.close(fd)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(words)), LISTEN_FDNAMES=":".join(n for n, _ in words))
os.execvp(sys.argv[2], sys.argv[2:])
"""


class Upbeat(support.Upbeat):
    def __init__(self, *arguments, places, passed="", **more):
        self.places, self.passed = places, passed
        super().__init__(*arguments, **more)

    def listen(self):
        return "[" + ", ".join(place.format(port=self.port) for place in self.places) + "]"

    def launch(self):
        if self.passed:
            self.command = [sys.executable, "-c", PASS, self.passed.format(port=self.port), *self.command]
            self.passed = ""
        super().launch()


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.server = self.start(byteserver.ByteServer)
        self.server.serve(byteserver.answers)
        self.path = self.folder / "http"
        return self

    def open(self, *places, settings="", **more):
        return self.start(Upbeat, self.server, places=places, settings=support.ORGANIZATION + settings, **more)

    def refuses(self, words, places, passed=""):
        """The daemon does not start, and says why."""
        settings = self.folder / "refused.yaml"
        port = support.free_port()
        settings.write_text(f"listen: {places.format(port=port)}\nupstream: {self.server.url}\n"
                            f"rules: {support.TOP}/rules\n{support.ORGANIZATION}")
        command = [support.program(), "serve", "-c", settings]
        if passed:
            command = [sys.executable, "-c", PASS, passed.format(port=port), *command]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        tap.equal(done.returncode, 1, "exit status")
        tap.contains(done.stderr, words, "the reason")


def answered(family, place, wrap=lambda plain: plain):
    with socket.socket(family) as plain:
        plain.settimeout(10)
        plain.connect(place)
        with wrap(plain) as connection:
            connection.sendall(QUESTION)
            stream = wireformat.Stream(lambda: connection.recv(65536))
            tap.equal(wireformat.read_response(stream, b"OPTIONS").status, 200, f"status at {place}")


@tap.case("clients come by two addresses and a unix socket, with TLS and without")
def _(story):
    authority = certificates.Authority(story.folder)
    certificate, key = authority.issue("cal", "IP:127.0.0.1")
    other = support.free_port()
    upbeat = story.open("{{address: '127.0.0.1:{port}', tls: no}}",
                        f"127.0.0.1:{other}", f"{{{{address: 'unix:{story.path}', mode: '0600', tls: no}}}}",
                        settings=f"tls: {{certificate: {certificate}, key: {key}}}\n")
    for _ in range(8):  # more than there are threads
        answered(socket.AF_INET, ("127.0.0.1", upbeat.port))
        answered(socket.AF_UNIX, str(story.path))
    trust = authority.trust()
    answered(socket.AF_INET, ("127.0.0.1", other), lambda plain: trust.wrap_socket(plain, server_hostname="127.0.0.1"))
    tap.equal(story.path.stat().st_mode & 0o777, 0o600, "mode")
    for words in (f"listening on 127.0.0.1:{other}", f"listening on unix:{story.path}"):
        tap.contains(upbeat.said(), words, "the log")
    tap.equal(upbeat.stop(), 0, "exit status")
    assert not story.path.exists(), "the unix socket is still there"
    upbeat.is_sane()


@tap.case("a unix socket that a killed daemon left is taken, one of a living daemon and a file are not")
def _(story):
    first = story.open("127.0.0.1:{port}", f"unix:{story.path}")
    tap.equal(story.path.stat().st_mode & 0o777, 0o660, "mode unless one is said")
    story.refuses("another daemon is running there", f"'unix:{story.path}'")
    first.kill_group()
    assert story.path.is_socket(), "nothing was left"
    second = story.open("127.0.0.1:{port}", f"unix:{story.path}")
    answered(socket.AF_UNIX, str(story.path))
    second.stop()
    story.path.write_text("kept")
    story.refuses("there is something else than a daemon's socket", f"'unix:{story.path}'")
    tap.equal(story.path.read_text(), "kept", "the file")
    story.path.unlink()


@tap.case("a daemon that ends leaves the socket of a successor, whom somebody has made way for")
def _(story):
    first = story.open("127.0.0.1:{port}", f"unix:{story.path}")
    story.path.unlink()
    second = story.open("127.0.0.1:{port}", f"unix:{story.path}")
    tap.equal(first.stop(), 0, "exit status")
    answered(socket.AF_UNIX, str(story.path))
    tap.equal(second.stop(), 0, "exit status")
    assert not story.path.exists(), "the unix socket is still there"


@tap.case("sockets that systemd passes are taken by their names, and stay when the daemon ends")
def _(story):
    upbeat = story.open("systemd:web", "systemd:local", passed=f"web=stream:{{port}},local=local:{story.path}")
    for _ in range(8):
        answered(socket.AF_INET, ("127.0.0.1", upbeat.port))
        answered(socket.AF_UNIX, str(story.path))
    tap.contains(upbeat.said(), "as it was passed", "the log")
    environment = pathlib.Path(f"/proc/{support.engine_of(upbeat.pid)}/environ").read_text()
    assert "LISTEN_" not in environment, "the engine is told of sockets, too"
    tap.equal(upbeat.stop(), 0, "exit status")
    assert story.path.exists(), "the socket is systemd's"
    story.path.unlink()
    everything = story.open("systemd", passed="a=stream:{port}")
    answered(socket.AF_INET, ("127.0.0.1", everything.port))
    everything.is_sane()


@tap.case("sockets that do not fit the settings keep the daemon from starting, in words")
def _(story):
    story.refuses("systemd has passed no socket that is left for this place", "systemd")
    story.refuses("no socket that is left for this place with the name web", "'systemd:web'", "b=stream:{port}")
    story.refuses("a socket that the settings do not name with the name b", "'systemd:web'",
                  f"web=stream:{{port}},b=stream:{support.free_port()}")
    story.refuses("it needs ListenStream= and Accept=no", "systemd", "a=datagrams:{port}")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        story.refuses("Address already in use", f"['127.0.0.1:{{port}}', '127.0.0.1:{taken.getsockname()[1]}']")


@tap.case("systemd is told when the daemon is ready, reads its settings again, and stops")
def _(story):
    path = story.folder / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(path))
        heard.settimeout(20)
        upbeat = story.open("127.0.0.1:{port}", NOTIFY_SOCKET=str(path))
        tap.equal(heard.recv(1000), b"READY=1", "first")
        upbeat.child.send_signal(signal.SIGHUP)
        said = heard.recv(1000).split(b"\n")
        tap.equal(said[0], b"RELOADING=1", "second")
        tap.equal(said[1][:15], b"MONOTONIC_USEC=", "when")
        tap.equal(heard.recv(1000), b"READY=1", "third")
        upbeat.child.terminate()
        tap.equal(heard.recv(1000), b"STOPPING=1", "last")
        tap.equal(upbeat.stop(), 0, "exit status")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind("\0" + f"upbeat-test-{os.getpid()}")
        heard.settimeout(20)
        story.open("127.0.0.1:{port}", NOTIFY_SOCKET=f"@upbeat-test-{os.getpid()}")
        tap.equal(heard.recv(1000), b"READY=1", "by a name that is in no file system")


with support.world(Story) as world:
    sys.exit(tap.run(world))
