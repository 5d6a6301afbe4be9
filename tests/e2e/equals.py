# SPDX-License-Identifier: Apache-2.0
"""Several servers that are equal: two doors to one Radicale, which are opened and shut."""
import http.client
import json
import sys

import byteserver
import calendars
import doors
import support
import tap


class Behind:
    def __init__(self, server, doors):
        self.url = "[" + ", ".join(f"'http://unix:{door.path}'" for door in doors) + "]"
        self.calendar_of = server.calendar_of


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.radicale = self.start(support.Radicale)
        self.doors = [self.start(doors.Door, self.radicale, f"{name}.sock") for name in ("one", "two")]
        self.upbeat = self.start(support.Upbeat, Behind(self.radicale, self.doors))
        return self

    def client(self):
        return http.client.HTTPConnection("127.0.0.1", self.upbeat.port, timeout=20)

    def used(self, what):
        """How many connections each of the doors has taken meanwhile."""
        before = [door.taken for door in self.doors]
        what()
        return [door.taken - number for door, number in zip(self.doors, before)]

    def servers(self):
        told = support.run("status", "--json", "-c", self.upbeat.settings)
        return [each["answers"] for each in json.loads(told.stdout)["servers"]]


def ask(client):
    client.request("PROPFIND", "/alice/", headers={"Authorization": support.basic("alice"), "Depth": "0"})
    answer = client.getresponse()
    answer.read()
    return answer.status


@tap.case("clients are shared out, and each stays with its server")
def shares(world):
    for client in [world.client() for _ in range(2)]:
        used = world.used(lambda: [tap.equal(ask(client), 207, "PROPFIND") for _ in range(6)])
        assert min(used) <= 1 and max(used) >= 6, used  # one may be the check that a server is up
        client.close()
    clients = [world.client() for _ in range(8)]
    used = world.used(lambda: [ask(client) for client in clients])
    assert min(used) >= 3, used


@tap.case("when one is down, no request fails, of clients that are there and of new ones, and the engine goes on")
def goes_on(world):
    there = [world.client() for _ in range(4)]
    for client in there:
        ask(client)
    world.doors[0].shut()
    for client in there + [world.client() for _ in range(4)]:
        tap.equal(ask(client), 207, "PROPFIND")
    calendar = calendars.Calendar(world.upbeat.calendar_of("alice"), "alice")
    tap.equal(calendar.put("m.ics", calendars.meeting(uid="by-the-other")).status, 201, "PUT")
    tap.eventually(lambda: len(calendar.items_of("by-the-other")) >= 4, "its items", 10)
    tap.equal(world.servers(), [False, True], "what status tells")
    tap.contains(support.run("status", "-c", world.upbeat.settings).stdout, f"{world.doors[0].path} is not reached", "status")


@tap.case("when both are down, clients are told; one that is up again has requests")
def comes_back(world):
    tap.eventually(lambda: "one.sock takes no connections; its equals" in world.upbeat.said(), "a line in the log", 10)
    world.doors[1].shut()
    tap.equal(ask(world.client()), 502, "PROPFIND")
    world.doors[0].reopen()
    tap.equal(ask(world.client()), 207, "all are down, and are tried all the same")
    tap.eventually(lambda: "one.sock takes connections again" in world.upbeat.said(), "a line in the log", 10)
    world.doors[1].reopen()
    tap.eventually(lambda: "two.sock takes connections again" in world.upbeat.said(), "a line in the log", 10)
    used = world.used(lambda: [ask(world.client()) for _ in range(8)])
    assert min(used) >= 3, used
    tap.equal(world.servers(), [True, True], "what status tells")


@tap.case("a request of which a byte was sent goes to no other server")
def is_sent_once(world):
    dying, living = world.start(byteserver.ByteServer), world.start(byteserver.ByteServer)

    def die(client):
        if head := client.read_head():  # nothing comes from who only looks whether the server is up
            dying.seen.append(head)

    def live(client):
        while request := client.read_request():
            living.seen.append(request)
            client.answer()

    dying.serve(die)
    living.serve(live)

    class Both:
        url = f"[{dying.url}, {living.url}]"

    upbeat = world.start(support.Upbeat, Both(), settings="organization: {domains: [x.example]}\n")
    statuses = [support.request("PUT", upbeat.url + "/a", "alice", "text").status for _ in range(8)]
    sent = [sum(request.method == b"PUT" for request in server.seen) for server in (dying, living)]
    tap.equal([statuses.count(502), statuses.count(200)], sent, "answers and requests")
    assert all(sent), sent


if __name__ == "__main__":
    with support.world(Story) as story:
        sys.exit(tap.run(story))
