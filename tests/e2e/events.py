# SPDX-License-Identifier: Apache-2.0
"""What Upbeat makes, changes and removes is told to a webhook and to a file: each event at least once and in order,
whatever the receiver does, and whenever the engine dies. Neither traffic nor rules wait for it."""
import base64
import datetime
import hashlib
import hmac
import json
import os
import signal
import sqlite3
import sys
import time

import calendars
import crm
import receiver
import support
import tap

SOON = 10.0
QUICK = 2.0  # seconds within which a client has its answer, whatever sinks do
EVENTS_MAX = 20000
TOKEN, SECRET = "ev-4711", "whsec_" + base64.b64encode(b"a key of some length").decode()
RULES = """\
format: 1
rules:
  - name: prep
    create:
      - {event: call, title: "Prep {{ meeting.title }}", duration: 30m, at: 1 business day before start}
      - {task: agenda, title: "Agenda {{ meeting.title }}", due: 2 business days before start}
"""
SETTINGS = f"""{support.ORGANIZATION}control: control
deletion_grace: 1s
events:
  - {{sink: webhook, url: "URL/hook", token_file: token, secret_file: secret, timeout: 4s}}
  - {{sink: log, name: trail, path: events.log}}
"""


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        self.receiver = receiver.Receiver()
        self.callback(lambda: self.receiver.stop())
        (self.folder / "rules").mkdir()
        (self.folder / "rules" / "prep.yaml").write_text(RULES)
        self.upbeat = self.start(
            Upbeat, self.server, settings=SETTINGS.replace("URL", self.receiver.url),
            store=f"sqlite:{self.store}", rules=self.folder / "rules",
            http_proxy="http://127.0.0.1:9", no_proxy="")  # would be told of events, were it asked
        self.trail = self.upbeat.settings.with_name("events.log")
        path = self.server.calendar_of("alice")
        self.seen, self.kept = (calendars.Calendar(server.url + path, "alice") for server in (self.upbeat, self.server))
        return self

    def status(self, *more):
        return support.run("status", "-c", self.upbeat.settings, *more)

    def sink(self, name="webhook"):
        answer = self.status("--json")
        sinks = json.loads(answer.stdout)["events"] if answer.returncode == 0 else []
        return next((sink for sink in sinks if sink["name"] == name), None)

    def put(self, uid, start=None, title="Roadmap"):
        begin = time.monotonic()
        answer = self.seen.put(f"{uid}.ics", calendars.meeting(uid=uid, start=start, title=title))
        assert answer.status in (201, 204), answer.status
        assert time.monotonic() - begin < QUICK * tap.PATIENCE, "the client waited"

    def events_of(self, uid, what=None):
        return [event for event in self.receiver.events()
                if event.get("meeting") == uid and what in (None, event["what"])]

    def told(self, uid, what, n=2):
        """The n events of the meeting, once they have come."""
        tap.eventually(lambda: len(self.events_of(uid, what)) >= n, f"{n} {what} of {uid}", SOON)
        return self.events_of(uid, what)

    def lines(self):
        return [json.loads(line) for line in self.trail.read_text().splitlines()]

    def make_and_tell(self, uid):
        self.put(uid)
        self.settle()
        self.told(uid, "created")


class Upbeat(support.Upbeat):
    def __init__(self, folder, *arguments, **more):
        for name, text in (("token", TOKEN), ("secret", SECRET)):
            with open(os.open(folder / name, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
                file.write(text + "\n")
        super().__init__(folder, *arguments, **more)


def is_signed(fields, event, body):
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    content = f"{event['id']}.{fields['webhook-timestamp']}.".encode() + body
    code = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return fields["webhook-signature"] == f"v1,{code}"


def time_of(event):
    return datetime.datetime.fromisoformat(event["due" if event["kind"] == "task" else "start"])


def standing(story, uid):
    return {item.value("UID"): item for item in story.kept.items_of(uid)}


# ---- what is told ----


@tap.case("a new meeting gives an event for each item, and the event says what stands in the calendar")
def _(story):
    story.put("first")
    story.settle()
    events, items = story.told("first", "created"), standing(story, "first")
    tap.equal(sorted(event["uid"] for event in events), sorted(items), "UIDs")
    for event in events:
        item = items[event["uid"]]
        when = item.time("DUE" if item.kind == "VTODO" else "DTSTART")
        tap.equal((event["rule"], event["item"], event["kind"]),
                  ("prep", *(("agenda", "task") if item.kind == "VTODO" else ("call", "event"))), "item")
        tap.equal((event["title"], time_of(event)), (item.text("SUMMARY"), when), "title and time")
        tap.equal((event["owner"], event["meeting"]), ("alice@ours.example", "first"), "owner and meeting")
        tap.equal(support.request("GET", story.server.url + event["href"], "alice").status, 200, event["href"])
        assert "prep" in event["why"] and event["why"] in item.text("DESCRIPTION"), event["why"]
        told = datetime.datetime.fromisoformat(event["time"])
        assert abs((told - datetime.datetime.now(datetime.timezone.utc)).total_seconds()) < 60, event["time"]


@tap.case("each request has the token, the id and a signature")
def _(story):
    for fields, event, body in story.receiver.got:
        tap.equal((fields["Authorization"], fields["webhook-id"], fields["Content-Type"]),
                  (f"Bearer {TOKEN}", event["id"], "application/json"), "fields")
        assert is_signed(fields, event, body), fields
    assert TOKEN not in story.upbeat.said() and SECRET not in story.upbeat.said()


@tap.case("a meeting that moves, and one that goes, are told")
def _(story):
    before = {event["uid"]: event for event in story.events_of("first")}
    story.put("first", calendars.business_day(12))
    story.settle()
    for event in story.told("first", "changed"):
        assert event["id"] != before[event["uid"]]["id"] and time_of(event) > time_of(before[event["uid"]]), event
    tap.equal(story.seen.delete("first.ics").status // 100, 2, "DELETE")
    story.settle()
    removed = story.told("first", "removed")
    tap.equal({event["uid"] for event in removed}, set(before), "UIDs")
    assert all(event["why"] for event in removed), removed
    tap.equal(len(story.events_of("first")), 6, "events of the meeting")


@tap.case("the title of a private meeting's items is not told")
def _(story):
    answer = story.seen.put("quiet.ics", calendars.meeting(uid="quiet", title="Secret plan", more="CLASS:CONFIDENTIAL"))
    tap.equal(answer.status, 201, "PUT")
    story.settle()
    story.make_and_tell("open")
    assert not any("Secret plan" in body.decode() for *_, body in story.receiver.got)


@tap.case("the file has the same events, each in a line, and goes on in a new file when it is moved away")
def _(story):
    tap.eventually(lambda: len(story.lines()) >= len(story.receiver.events()), "lines", SOON)
    tap.equal(story.lines(), story.receiver.events(), "events")
    tap.equal(story.trail.stat().st_mode & 0o777, 0o600, "mode")
    story.trail.rename(story.trail.with_suffix(".1"))
    story.make_and_tell("rotated")
    tap.eventually(lambda: story.trail.exists() and len(story.lines()) == 2, "a new file", SOON)


@tap.case("status tells how many were delivered")
def _(story):
    n = len(story.receiver.events())
    tap.eventually(lambda: story.sink()["delivered"] == story.sink("trail")["delivered"] == n, "counts", SOON)
    tap.equal({**story.sink("trail"), "delivered": 0},
              {"name": "trail", "sink": "log", "delivered": 0, "waiting": 0, "refused": 0, "dropped": 0,
               "failed": False}, "the log")
    said = story.status().stdout
    assert f"webhook: {n} delivered, 0 waiting\n" in said and f"trail (log): {n} delivered, 0 waiting\n" in said, said


# ---- receivers that do not do what they should ----


def fails_and_recovers(story, uid, answer, words):
    """While the receiver answers so, clients and rules go on, and events wait; then they come in their order."""
    before = len(story.receiver.events())
    story.receiver.answer = answer
    story.put(uid)
    story.settle()
    tap.equal(len(standing(story, uid)), 2, "items")
    tap.eventually(lambda: story.sink()["failed"], "a failure", SOON)
    sink = story.sink()
    assert words in sink["why"] and sink["waiting"] >= 2, sink
    tap.equal(story.sink("trail")["failed"], False, "the other sink")
    story.receiver.answer = lambda *_: (204, {}, b"")
    story.told(uid, "created")
    tap.equal([event["meeting"] for event in story.receiver.events()[before:]], [uid] * 2, "order")
    tap.eventually(lambda: not story.sink()["failed"] and story.sink()["waiting"] == 0, "all is well", SOON)
    assert "; last problem: " in story.status().stdout


@tap.case("a receiver with an error of its own gets the events later")
def _(story):
    fails_and_recovers(story, "error", lambda *_: (500, {}, b""), "the receiver answers with status 500")


@tap.case("a page for people is no obstacle, and is not repeated in messages")
def _(story):
    page = b"<html><h1>Bad gateway</h1></html>"
    fails_and_recovers(story, "page", lambda *_: (502, {"Content-Type": "text/html"}, page), "status 502")
    assert "gateway" not in story.upbeat.said()


@tap.case("a receiver that wants a pause gets it")
def _(story):
    times = []

    def answer(*_):
        times.append(time.monotonic())
        return 429, {"Retry-After": "3"}, b""

    story.receiver.answer = answer
    story.put("pause")
    story.settle()
    tap.eventually(lambda: len(times) >= 2, "a second try", SOON)
    story.receiver.answer = lambda *_: (204, {}, b"")
    story.told("pause", "created")
    assert times[1] - times[0] >= 3, times


@tap.case("a token that is not accepted loses no event")
def _(story):
    fails_and_recovers(story, "token", lambda *_: (401, {}, b""), "the receiver does not accept the token")


@tap.case("a redirect to another host is not followed, and nothing is sent there")
def _(story):
    other = receiver.Receiver()
    story.callback(other.stop)
    fails_and_recovers(story, "redirect", lambda *_: (307, {"Location": f"{other.url}/hook"}, b""),
                       "redirects are not followed")
    tap.equal(other.asked, [], "what the other host was sent")


@tap.case("a receiver that hangs holds up neither traffic nor rules")
def _(story):
    def hang(*_):
        time.sleep(5)
        return 204, {}, b""

    fails_and_recovers(story, "hang", hang, "the receiver is not reached: Timeout was reached")


@tap.case("a receiver that is away gets the events when it is back")
def _(story):
    port = story.receiver.port
    story.receiver.stop()
    got = story.receiver.got
    uids = [f"away-{n}" for n in range(3)]
    for uid in uids:
        story.put(uid)
    story.settle()
    tap.eventually(lambda: story.sink()["waiting"] == 6, "events wait", SOON)
    story.receiver = receiver.Receiver(port)
    story.receiver.got = got
    for uid in uids:
        story.told(uid, "created")


@tap.case("an event that is refused is left out, counted and told once, and the next ones come")
def _(story):
    refused = []

    def answer(_, event):
        if event.get("item") == "agenda":
            refused.append(event["id"])
            return 422, {}, b"<html>no</html>"
        return 200, {"Content-Type": "text/html"}, b"<html>fine</html>"

    story.receiver.answer = answer
    story.put("refused")
    story.settle()
    story.told("refused", "created", 1)
    tap.eventually(lambda: story.sink()["refused"] == 1 and story.sink()["waiting"] == 0, "counts", SOON)
    story.receiver.answer = lambda *_: (204, {}, b"")
    story.make_and_tell("after")
    tap.equal(len(refused), 1, "tries")
    sink = story.sink()
    assert not sink["failed"] and f"the event {refused[0]} with status 422" in sink["why"], sink
    tap.equal(story.upbeat.said().count("is refused for good"), 1, "lines in the log")


# ---- engines that die ----


def engine_pid(story):
    answer = story.status("--json")
    return json.loads(answer.stdout)["engine_pid"] if answer.returncode == 0 else None


def suspects(story):
    """The keys at which an engine died: another death at one of them would set it aside."""
    return support.rows_in(story.store, "SELECT href FROM key WHERE crashes > 0")


def poll(story):
    """A client that comes by, so that Upbeat has its credentials again."""
    support.request("PROPFIND", story.seen.url, "alice", fields={"Depth": "0"})


@tap.case("when the engine is killed again and again, no event of what stands is missing")
def _(story):
    uids = [f"killed-{n}" for n in range(12)]
    for n, uid in enumerate(uids):
        tap.eventually(lambda: poll(story) or not suspects(story), "what the last engine left is done with", SOON)
        story.put(uid)
        time.sleep(0.05 * (n % 4))
        pid = engine_pid(story)
        if n % 2 and pid:
            os.kill(pid, signal.SIGKILL)
            tap.eventually(story.upbeat.has_engine, "the next engine", SOON)
    tap.eventually(lambda: poll(story) or not support.keys_in(story.store), "nothing is left to do", 30)
    for uid in uids:
        created = {event["uid"] for event in story.told(uid, "created")}
        tap.equal(created, set(standing(story, uid)), f"items of {uid}")


@tap.case("what was written while the store could not note it is told at the next look")
def _(story):
    story.make_and_tell("lost")
    story.upbeat.stop()
    with sqlite3.connect(story.store) as database:
        tap.equal(database.execute("DELETE FROM item WHERE meeting_uid = 'lost' AND id = 'prep/call'").rowcount, 1, "rows")
        tap.equal(database.execute("UPDATE item SET base = 'before' WHERE meeting_uid = 'lost' AND id = 'prep/agenda'")
                  .rowcount, 1, "rows")
    database.close()
    ids = [event["id"] for _, event, _ in story.receiver.got if event["meeting"] == "lost" and event["item"] == "call"]
    story.upbeat.launch()
    story.put("lost")
    story.settle()
    changed = story.told("lost", "changed", 1)
    tap.equal([event["item"] for event in changed], ["agenda"], "the change that nobody was told")
    again = lambda: [event["id"] for _, event, _ in story.receiver.got
                     if event["meeting"] == "lost" and event["item"] == "call"]
    tap.eventually(lambda: again() == ids * 2, "the creation, again and with the same id", SOON)


@tap.case("more than 20,000 waiting events are bounded: the oldest go, and that is told")
def _(story):
    story.upbeat.stop()
    with sqlite3.connect(story.store) as database:
        line = json.dumps({"id": "x", "what": "created", "meeting": "many"})
        database.executemany("INSERT INTO event(id, text) VALUES(?, ?)", ((f"x{n}", line) for n in range(EVENTS_MAX)))
    database.close()
    story.receiver.answer = lambda *_: (503, {"Retry-After": "5"}, b"")
    story.upbeat.launch()
    story.put("bound")
    story.settle()
    tap.eventually(lambda: "events have waited too long, and are lost" in story.upbeat.said(), "in the log", SOON)
    sink = story.sink()
    tap.equal((sink["dropped"], sink["waiting"]), (2, EVENTS_MAX), sink)
    assert "2 lost, as too many waited" in story.status().stdout
    # The file takes them faster than a receiver.
    tap.eventually(lambda: story.sink("trail")["waiting"] == 0, "all are in the file", 60)
    tap.equal([event["meeting"] for event in story.lines()[-3:]], ["many", "bound", "bound"], "the last lines")
    before = len(story.receiver.got)
    story.receiver.answer = lambda *_: (204, {}, b"")
    tap.eventually(lambda: len(story.receiver.got) > before, "events again", SOON)
    tap.equal(story.receiver.got[before][0]["webhook-id"], "x2", "the oldest that is left")


# ---- settings ----


def reload(story, events):
    text = story.upbeat.settings.read_text().split("events:")[0]
    story.upbeat.settings.write_text(f"{text}events:\n{events}")
    before = story.upbeat.said().count("reload: done")
    os.kill(story.upbeat.pid, signal.SIGHUP)
    tap.eventually(lambda: story.upbeat.said().count("reload: done") > before, "a reload", SOON)


@tap.case("a certificate that nobody vouches for gets nothing, and one's own authority can be named")
def _(story):
    crm.make_certificate(story.folder)
    secure = receiver.Receiver(tls=story.folder)
    story.callback(secure.stop)
    reload(story, f"  - {{sink: webhook, name: secure, url: '{secure.url}'}}\n")
    tap.eventually(lambda: story.sink("secure"), "the sink", SOON)
    story.put("certified")
    tap.eventually(lambda: "`ca_file`" in story.sink("secure").get("why", ""), "why", SOON)
    tap.equal(secure.asked, [], "what it was sent")
    reload(story, f"  - {{sink: webhook, name: secure, url: '{secure.url}', ca_file: {story.folder}/cert.pem}}\n")
    tap.eventually(lambda: len(secure.events()) == 2, "events", SOON)


@tap.case("a sink that cannot be used is told of, and the others and all traffic go on")
def _(story):
    reload(story, "  - {sink: webhok, url: x}\n  - {sink: webhook, name: odd, url: x, tokn: y}\n"
                  f"  - {{sink: webhook, name: plain, url: 'http://hooks.example/'}}\n  - {{sink: log, name: trail, path: events.log}}\n")
    tap.eventually(lambda: story.sink("plain") and story.sink("plain")["failed"], "the sinks", SOON)
    assert "there is no event sink `webhok`" in story.sink("webhok")["why"], story.sink("webhok")
    assert "unknown key `tokn`" in story.sink("odd")["why"], story.sink("odd")
    assert "for everybody to read" in story.sink("plain")["why"], story.sink("plain")
    n = story.sink("trail")["delivered"]
    story.put("still")
    story.settle()
    tap.eventually(lambda: story.sink("trail")["delivered"] == n + 2, "events", SOON)
    checked = support.run("check", "-c", story.upbeat.settings, "--json")
    codes = {finding["code"] for finding in json.loads(checked.stdout)["findings"]}
    tap.equal((checked.returncode, codes >= {"no-plugin", "unknown-key", "sink-failed"}), (1, True), checked.stdout)


@tap.case("without sinks, nothing is kept for any")
def _(story):
    reload(story, "  []\n")
    tap.eventually(lambda: story.sink("trail") is None, "no sinks", SOON)
    story.put("nobody")
    story.settle()
    rows = [support.rows_in(story.store, f"SELECT * FROM {table}") for table in ("event", "sink")]
    tap.equal(rows, [[], []], "events and sinks")
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Story, (support.Radicale,))))
