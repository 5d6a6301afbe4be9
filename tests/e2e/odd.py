# SPDX-License-Identifier: Apache-2.0
"""Servers with manners that neither Radicale nor Xandikos has: no ETag in answers, COPY, another method honoured."""
import http.server
import sys
import threading

import calendars
import support
import tap

ICS = {"Content-Type": "text/calendar; charset=utf-8"}
HOP = ("connection", "host", "content-length", "transfer-encoding", "keep-alive")


def odd(server):
    """A handler that passes all requests on to a server, and gives the server odd manners."""

    class Odd(http.server.BaseHTTPRequestHandler):
        def pass_on(self):
            method = self.headers.get("X-HTTP-Method-Override", self.command)
            fields = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))) or None
            path = self.path
            if method == "COPY":
                method, path = "PUT", "/" + self.headers["Destination"].split("/", 3)[3]
                found = support.request("GET", server.url + self.path, None, None, fields)
                body, fields = found.body, {"Authorization": self.headers["Authorization"], **ICS}
            answer = support.request(method, server.url + path, None, body, fields)
            self.send_response(answer.status)
            hidden = HOP if method != "PUT" else (*HOP, "etag")
            for name, value in answer.fields:
                if name.lower() not in hidden:
                    self.send_header(name, value)
            if answer.status != 204:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def __getattr__(self, name):
            if name.startswith("do_"):
                return self.pass_on
            raise AttributeError(name)

        def log_message(self, *_):
            pass

    return Odd


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.server = self.start(support.Radicale)
        front = http.server.ThreadingHTTPServer(("127.0.0.1", 0), odd(self.server))
        self.callback(front.server_close)
        self.callback(front.shutdown)
        threading.Thread(target=front.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{front.server_port}"
        self.store = self.folder / "upbeat.db"
        settings = f"{support.ORGANIZATION}deletion_grace: 1s\n"
        self.upbeat = self.start(support.Upbeat, self, settings=settings, store=f"sqlite:{self.store}")
        return self

    def new_calendar(self, name):
        path = f"{self.server.home_of('alice')}{name}/"
        tap.equal(support.request("MKCALENDAR", self.upbeat.url + path, "alice").status, 201, "MKCALENDAR")
        return (calendars.Calendar(server.url + path, "alice") for server in (self.upbeat, self.server))

    def settle(self):
        tap.eventually(lambda: not support.keys_in(self.store), "nothing is left to do", 15)

    def with_items(self, uid):
        """A meeting in a calendar of its own; the UIDs of its items."""
        seen, real = self.new_calendar(uid)
        answer = seen.put("m.ics", calendars.meeting(uid=uid))
        tap.equal((answer.status, answer.field("ETag")), (201, None), "PUT")
        self.settle()
        uids = sorted(item.value("UID") for item in real.items_of(uid))
        assert uids, "no items"
        return seen, real, uids


@tap.case("answers without an ETag: one set of items, which goes along")
def _(story):
    seen, real, uids = story.with_items("tagless")
    prep_of = lambda items: [item.time("DTSTART") for item in items if ": prep for " in item.text("SUMMARY")]  # noqa: E731
    before = prep_of(real.items_of("tagless"))
    seen.put("m.ics", calendars.meeting(uid="tagless", start=calendars.business_day(20)))
    story.settle()
    items = real.items_of("tagless")
    tap.equal(sorted(item.value("UID") for item in items), uids, "items")
    assert prep_of(items) > before, "they stayed"


@tap.case("a copied meeting keeps its one set of items")
def _(story):
    seen, real, uids = story.with_items("copied")
    other, other_real = story.new_calendar("copy")
    answer = support.request("COPY", seen.url + "m.ics", "alice", None, {"Destination": other.url + "m.ics"})
    tap.equal(answer.status, 201, "COPY")
    story.settle()
    items = [*real.items_of("copied"), *other_real.items_of("copied")]
    tap.equal(sorted(item.value("UID") for item in items), uids, "items")


@tap.case("a DELETE that a POST stands for takes the items away, where the server honours it")
def _(story):
    seen, real, _ = story.with_items("posted")
    fields = {**ICS, "X-HTTP-Method-Override": "DELETE"}
    answer = support.request("POST", seen.url + "m.ics", "alice", "", fields)
    assert answer.status in (200, 204), f"POST: {answer.status}"
    tap.eventually(lambda: not real.objects(), "an empty calendar", 10)


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


with support.world(Story) as story:
    sys.exit(tap.run(story))
