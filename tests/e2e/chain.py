# SPDX-License-Identifier: Apache-2.0
"""Two calendar servers, each with a daemon of its own: one daemon has the clients, and the other one is behind it. Their
settings are those of upbeat.conf(5)."""
import datetime
import json
import re
import sys

import calendars
import certificates
import manpage
import recorder
import support
import tap

HOSTS = ("cal.ours.example", "cal.two.example")
CLAIMS = {"X-Forwarded-For": "203.0.113.5", "X-Forwarded-Proto": "gopher", "X-Remote-User": "root"}
START = calendars.business_day(10)


class Daemon(support.Process):
    def __init__(self, folder, settings):
        self.settings = settings
        super().__init__(settings.parent.name, [support.program(), "serve", "-c", settings], folder)
        self.wait_for(lambda: support.has_engine(self), "its engine is ready")

    def status(self):
        return json.loads(support.run("status", "--json", "-c", self.settings).stdout)


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.servers = [self.start(support.Radicale) for _ in HOSTS]
        self.behind = [self.start(recorder.Recorder, server.port) for server in self.servers]
        authority = certificates.Authority(self.folder)
        certificate, key = authority.issue("cal", "IP:127.0.0.1")
        support.TRUSTED = authority.trust()
        self.port, door = support.free_port(), self.folder / "http"
        places = {"0.0.0.0:443": f"127.0.0.1:{self.port}", "cal.pem": certificate, "cal.key": key,
                  "/run/upbeat-two/http": door, ":5232": f":{self.behind[0].port}", ":5233": f":{self.behind[1].port}"}
        self.two, self.one = (self.start(Daemon, self.settings(name, places)) for name in ("two", "one"))
        return self

    def settings(self, name, places):
        """Those of the manual, in a folder of their own, with places that are here."""
        text = dict(manpage.examples(support.TOP / "src/settings/upbeat.conf.5"))[f"chain-{name}.yaml"]
        for place, here in places.items():
            text = text.replace(place, str(here))
        path = self.folder / name / "upbeat.yaml"
        path.parent.mkdir()
        path.write_text(f"{text}rules: {support.TOP}/rules\n")
        return path

    def ask(self, method, host, path, body=None, **fields):
        return support.request(method, f"https://127.0.0.1:{self.port}{path}", "alice", body, {"Host": host, **fields})

    def calendar(self, number):
        """On the server itself."""
        server = self.servers[number]
        return calendars.Calendar(server.url + server.calendar_of("alice"), "alice")

    def heads(self, number):
        """The heads of the requests that a server was asked since the last time, and that are no engine's."""
        sent = b"".join(there for there, _ in self.behind[number].take())
        heads = re.findall(rb"(?m)^[A-Z]+ /\S* HTTP/1[.]1\r\n(?:[^\r\n]+\r\n)+\r\n", sent)
        return [head.decode() for head in heads if b"User-Agent: upbeat" not in head]


@tap.case("a meeting that is stored at either host has its items on that server, by the rules of its own daemon")
def meets(world):
    for number, host in enumerate(HOSTS):
        text = calendars.meeting(uid=host, start=START).replace("@ours.example", "@" + host.removeprefix("cal."))
        path = world.servers[number].calendar_of("alice") + "m.ics"
        tap.equal(world.ask("PUT", host, path, text, **{"Content-Type": "text/calendar"}).status, 201, f"PUT at {host}")
        tap.eventually(lambda number=number, host=host: len(world.calendar(number).items_of(host)) >= 4, f"items of {host}", 20)
    for number, host in enumerate(HOSTS):
        tap.equal(world.calendar(number).items_of(HOSTS[1 - number]), [], f"items of the other meeting at {host}")
        people = {address for item in world.calendar(number).items_of(host) for address in item.addresses()}
        domain = host.removeprefix("cal.")
        tap.equal({address for address in people if not address.endswith(domain)}, set(), "who is not of the organization")


@tap.case("a meeting is followed when it moves, and its items go with it, at either host")
def moves(world):
    for number, host in enumerate(HOSTS):
        before = {item.value("UID") for item in world.calendar(number).items_of(host)}
        text = calendars.meeting(uid=host, start=START + datetime.timedelta(days=7))
        text = text.replace("@ours.example", "@" + host.removeprefix("cal."))
        path = world.servers[number].calendar_of("alice") + "m.ics"
        tap.equal(world.ask("PUT", host, path, text, **{"Content-Type": "text/calendar"}).status // 100, 2, f"PUT at {host}")
        day = START.date() + datetime.timedelta(days=7)

        def sheets(number=number, host=host):
            return [item for item in world.calendar(number).items_of(host) if "run sheet" in item.text("SUMMARY")]

        tap.eventually(lambda: [item.time("DTSTART") for item in sheets()] == [day], f"the run sheet at {host}", 20)
        tap.equal({item.value("UID") for item in world.calendar(number).items_of(host)}, before, "UIDs")


@tap.case("either server is told of the client as the first daemon sees it, and not what the client says")
def tells_of_clients(world):
    for number, host in enumerate(HOSTS):
        world.heads(number)
        path = world.servers[number].calendar_of("alice")
        tap.equal(world.ask("PROPFIND", host, path, Depth="0", **CLAIMS).status, 207, f"PROPFIND at {host}")
        (head,) = world.heads(number)
        said = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        tap.equal((said.get("X-Forwarded-For"), said.get("X-Forwarded-Proto"), said.get("X-Forwarded-Host")),
                  ("127.0.0.1", "https", host), f"what the server of {host} is told")
        for claim in CLAIMS.values():
            assert claim not in head, head


@tap.case("either daemon tells of its own meetings alone, and the first engine of nothing that passes to the other")
def separate(world):
    for number, daemon in enumerate((world.one, world.two)):
        tap.equal(daemon.status()["relay_pid"], daemon.pid, "whose status")
        hrefs = support.rows_in(daemon.settings.with_name("upbeat.db"), "SELECT DISTINCT upstream FROM principal")
        tap.equal(hrefs, [(world.behind[number].url,)], "the server of the store")
        for words in support.SANITIZER_SAYS:
            assert words not in daemon.said(), daemon.said()


if __name__ == "__main__":
    with support.world(Story) as story:
        sys.exit(tap.run(story))
