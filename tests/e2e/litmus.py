# SPDX-License-Identifier: Apache-2.0
"""`make check-litmus`: litmus, which tries all that WebDAV has, passes as much through Upbeat as against mod_dav itself, plain
and with TLS, on either side of Upbeat."""
import pathlib
import re
import subprocess
import sys

import certificates
import support
import tap

PASSES = 100  # at least, or something is wrong with the server itself
SETS = ("basic", "copymove", "props", "locks", "http")
NEEDS = ("/usr/sbin/apache2", "/usr/lib/apache2/modules/mod_dav_fs.so", "/usr/bin/litmus")


class Moddav(support.Server):
    CALENDAR = "/dav/"

    def __init__(self, folder, pair=()):
        port = support.free_port()
        command = [sys.executable, "-B", support.SERVERS / "moddav_server.py", folder / "s", port, "alice", *pair]
        super().__init__("moddav", command, folder, port, "https" if pair else "http")


class Upbeat(support.Upbeat):
    SCHEME = "https"


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        if not all(pathlib.Path(path).exists() for path in NEEDS):
            tap.skip_all("this needs apache2 and litmus")
        authority = certificates.Authority(self.folder)
        pair = authority.issue("dav", "DNS:localhost,IP:127.0.0.1")
        self.tls = f"tls: {{certificate: {pair[0]}, key: {pair[1]}}}\n"
        self.trust = f"upstream_tls: {{ca: {authority.certificate}}}\n"
        self.plain, self.secure = self.start(Moddav), self.start(Moddav, pair)
        self.direct = {server: self.litmus(server.url) for server in (self.plain, self.secure)}
        return self

    def litmus(self, url):
        """What each test came to: {(set, number, name): word}."""
        command = ["litmus", "-k", f"{url}/dav/", "alice", support.password("alice")]
        environment = {"PATH": "/usr/bin:/bin", "TESTS": " ".join(SETS), "LC_ALL": "C"}
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=300, check=False)
        found = {}
        for name in SETS:
            part = done.stdout.partition(f"-> running `{name}':")[2].partition("<- summary")[0]
            for number, test, word in re.findall(r"(?ms)^ *(\d+)\. (\w+)\.*.*?(pass|FAIL|SKIPPED)", part):
                found[name, number, test] = word
        return found

    def as_many(self, kind, server, settings, like):
        """Through one of Upbeat in front of the server as much passes as directly at the other one. litmus itself leaves
        one test out where it speaks TLS."""
        front = self.start(kind, server, settings=support.ORGANIZATION + settings)
        through = self.litmus(front.url)
        tap.equal(through, self.direct[like], "tests")
        tap.report(f"litmus: {passes(through)} of {len(through)} pass, as directly")
        front.is_sane()


def passes(found):
    return list(found.values()).count("pass")


@tap.case("the server itself passes, plain and with TLS")
def _(story):
    for found in story.direct.values():
        assert passes(found) >= PASSES, found


@tap.case("through Upbeat, plain")
def _(story):
    story.as_many(support.Upbeat, story.plain, "", story.plain)


@tap.case("through Upbeat, with TLS to the client")
def _(story):
    story.as_many(Upbeat, story.plain, story.tls, story.secure)


@tap.case("through Upbeat, with TLS to the server")
def _(story):
    story.as_many(support.Upbeat, story.secure, story.trust, story.plain)


@tap.case("through Upbeat, with TLS on both sides")
def _(story):
    story.as_many(Upbeat, story.secure, story.tls + story.trust, story.secure)


with support.world(Story) as world:
    sys.exit(tap.run(world))
