# SPDX-License-Identifier: Apache-2.0
"""Several servers behind one Upbeat, by host and path; one of them is reached by a unix socket."""
import json
import os
import re
import signal
import sys

import byteserver
import calendars
import doors
import support
import tap


class Behind:
    """What support.Upbeat has to know of the calendar server."""

    def __init__(self, server, door):
        self.url = f"{{url: 'http://unix:{door.path}:/', hosts: [127.0.0.1, cal.example]}}"
        self.calendar_of = server.calendar_of


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.radicale = self.start(support.Radicale)
        self.door = self.start(doors.Door, self.radicale)
        self.books, self.wiki = self.start(byteserver.ByteServer), self.start(byteserver.ByteServer)
        for server in (self.books, self.wiki):
            self.remember(server)
        others = (f"other_upstreams:\n- {self.books.url}/alice/books/\n"
                  f"- {{url: '{self.wiki.url}', hosts: [wiki.example, Notes.Example]}}\n")
        self.upbeat = self.start(
            support.Upbeat, Behind(self.radicale, self.door), settings=support.ORGANIZATION + others,
            store=f"sqlite:{self.folder}/store")
        return self

    @staticmethod
    def remember(server):
        def story(client):
            while request := client.read_request():
                server.seen.append(request)
                client.answer(b"mine", fields=b"ETag: \"1\"\r\n")

        server.serve(story)

    def ask(self, method, path, host="cal.example", user="alice", body=None, **fields):
        return support.request(method, self.upbeat.url + path, user, body, {"Host": host, **fields})


@tap.case("a meeting that is stored by way of a unix socket gets its items by that way, too")
def meets(world):
    calendar = calendars.Calendar(world.upbeat.calendar_of("alice"), "alice")
    before = world.door.taken
    tap.equal(calendar.put("m.ics", calendars.meeting(uid="by-socket")).status, 201, "PUT")
    there = calendars.Calendar(world.radicale.url + world.radicale.calendar_of("alice"), "alice")
    tap.eventually(lambda: len(there.items_of("by-socket")) >= 4, "its items", 10)
    assert world.door.taken > before + 1, "the engine comes by the socket as well"


@tap.case("host and path say which server has a request")
def leads(world):
    tap.equal(world.ask("PROPFIND", "/alice/", Depth="0").status, 207, "the calendar server")
    for path, host, server in (("/alice/books/a", "cal.example", world.books), ("/alice/books", "x", world.books),
                               ("/alice/%62ooks/../books/b", "CAL.example:80", world.books),
                               ("/alice/books/a", "wiki.example", world.books),
                               ("/alice/bookshop", "wiki.example", world.wiki), ("/", "notes.example.", world.wiki)):
        server.seen.clear()
        tap.equal(world.ask("GET", path, host).text, "mine", f"{host}{path}")
        tap.equal(len(server.seen), 1, f"requests for {host}{path}")
        tap.equal(server.seen[0].start.decode(), f"GET {path} HTTP/1.1", "the request")
        tap.equal(server.seen[0].field("Host").decode(), host, "Host")
    tap.equal(world.ask("GET", "/alice/books/../x").status, 404, "of the calendar server: it has no such thing")
    assert "No server" not in world.ask("GET", "/alice/books/../x").text


@tap.case("what no server is there for is refused, and the connection goes on")
def refuses(world):
    answer = world.ask("GET", "/alice/", "other.example")
    tap.equal(answer.status, 404, "a host that one server has by another path")
    tap.contains(answer.text, "No server is here for this path", "the answer")
    tap.equal(answer.field("Connection"), None, "Connection")
    tap.eventually(lambda: "was refused with status 404" in world.upbeat.said(), "a line in the log")
    answer = world.ask("MOVE", "/alice/calendar/m.ics", Destination=world.upbeat.url + "/alice/books/m.ics")
    tap.equal(answer.status, 502, "a move to another server")
    tap.contains(answer.text, "the destination is at another server", "the answer")


@tap.case("what goes to another server is none of the engine's business: it gets no keys and no credentials")
def separate(world):
    world.wiki.seen.clear()
    body = calendars.meeting(uid="elsewhere")
    for host, path in (("wiki.example", "/alice/calendar/e.ics"), ("cal.example", "/alice/books/e.ics")):
        answer = world.ask("PUT", path, host, "carol", body, **{"Content-Type": "text/calendar"})
        tap.equal(answer.status, 200, "PUT")
        tap.equal(world.ask("PROPFIND", path.rpartition("/")[0] + "/", host, "carol", Depth="1").status, 200, "PROPFIND")
    # Whatever would come of these is due before what comes of a meeting that is stored later.
    calendar = calendars.Calendar(world.upbeat.calendar_of("bob"), "bob")
    tap.equal(calendar.put("m.ics", calendars.meeting(uid="later")).status, 201, "PUT")
    there = calendars.Calendar(world.radicale.url + world.radicale.calendar_of("bob"), "bob")
    tap.eventually(lambda: len(there.items_of("later")) >= 4, "its items", 10)
    tap.equal(len(world.wiki.seen), 2, "requests at the other server")
    assert all(seen.field("User-Agent") != b"upbeat" for seen in world.wiki.seen + world.books.seen)
    names = support.rows_in(f"{world.folder}/store", "SELECT DISTINCT upstream, principal FROM principal")
    tap.equal({name for _, name in names} & {"carol"}, set(), "whom the store knows")
    tap.equal({upstream for upstream, _ in names}, {f"http://unix:{world.folder}/dav.sock"}, "the upstream of the store")
    tap.equal([key for key in support.keys_in(f"{world.folder}/store") if "e.ics" in key[0]], [], "keys")


@tap.case("where the calendar server has a path of its own, discovery leads there and all else is somewhere else")
def has_a_path(world):
    class Below:
        url = world.radicale.url + "/alice/"
        calendar_of = world.radicale.calendar_of

    folder = world.folder / "below"
    folder.mkdir()
    upbeat = support.Upbeat(folder, Below())
    try:
        for method in ("GET", "PROPFIND"):
            answer = support.request(method, upbeat.url + "/.well-known/caldav", "alice")
            tap.equal((answer.status, answer.field("Location")), (301, "/alice/"), "discovery")
        tap.equal(support.request("PROPFIND", upbeat.url + "/alice/", "alice").status, 207, "under the path")
        tap.equal(support.request("PROPFIND", upbeat.url + "/", "alice").status, 404, "above it")
        tap.equal(support.request("GET", upbeat.url + "/alice/../bob/", "alice").status, 404, "out of it")
        calendar = calendars.Calendar(upbeat.calendar_of("alice"), "alice")
        tap.equal(calendar.put("p.ics", calendars.meeting(uid="below")).status, 201, "PUT")
        tap.eventually(lambda: len(calendar.items_of("below")) >= 4, "its items", 10)
    finally:
        upbeat.stop()
    upbeat.is_sane()


@tap.case("doctor looks at each server, and a reload tells that other servers take a restart")
def tells(world):
    found = support.run("doctor", "-c", world.upbeat.settings).stdout
    tap.contains(found, f"http://unix:{world.folder}/dav.sock answers", "of the calendar server")
    tap.contains(found, f"{world.wiki.url.removesuffix('/')} answers with status 200", "of another")
    world.upbeat.settings.write_text(
        re.sub("Notes.Example", "else.example", world.upbeat.settings.read_text()))
    tap.equal(support.run("status", "-c", world.upbeat.settings).returncode, 0, "status")
    os.kill(world.upbeat.pid, signal.SIGHUP)


    def codes():
        status = json.loads(support.run("status", "--json", "-c", world.upbeat.settings).stdout)
        return [each["code"] for each in (status["reload"] or {"findings": []})["findings"]]

    tap.eventually(lambda: codes() == ["needs-restart"], "what the reload says")


if __name__ == "__main__":
    with support.world(Story) as story:
        sys.exit(tap.run(story))
