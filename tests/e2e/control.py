# SPDX-License-Identifier: Apache-2.0
"""Somebody looks after the daemon: asks for its state and its knowledge, gives it new rules, stops it."""
import concurrent.futures
import contextlib
import http.server
import json
import os
import pathlib
import re
import signal
import socket
import stat
import sys
import threading
import time

import calendars
import support
import tap

SOON = 5.0
RULE = """\
format: 1
rules:
  - name: prep
    for: meeting
    when: meeting.customer && !meeting.title.contains("Lunch")
    create:
      - event: prep
        title: "TITLE: {{ meeting.title }}"
        between: [3 business days before start, 2 business days before start]
        duration: 15m
        free: nobody
        attendees: meeting.internal
"""


class Upbeat(support.Upbeat):
    """With rules of its own, which the story changes, and a store that outlives the engine."""

    def __init__(self, folder, upstream):
        self.rules = pathlib.Path(folder) / "rules"
        self.rules.mkdir()
        self.write_rule()
        super().__init__(folder, upstream, store="sqlite:store.db")
        self.control = self.settings.parent / "control"

    def launch(self):
        self.change("rules", self.rules)
        super().launch()

    def write_rule(self, title="Prep", text=RULE):
        (self.rules / "rules.yaml").write_text(text.replace("TITLE", title))

    def change(self, key, value):
        """Gives another value to a key in the settings' first lines."""
        lines = self.settings.read_text().splitlines()
        lines = [f"{key}: {value}" if line.startswith(f"{key}:") else line for line in lines]
        self.settings.write_text("\n".join(lines) + "\n")

    def ask(self, *words):
        return support.run(*words, "-c", self.settings)

    def status(self):
        answer = self.ask("status", "--json")
        tap.equal((answer.returncode, answer.stderr), (0, ""), "upbeat status")
        return json.loads(answer.stdout)

    def explain(self, uid, *words):
        return self.ask("explain", uid, *words)

    def reload(self):
        """SIGHUP, and what came of it."""
        before = self.said().count(" engine: reload: done") + self.said().count(" engine: reload: failed")
        os.kill(self.pid, signal.SIGHUP)

        def done():
            return self.said().count(" engine: reload: done") + self.said().count(" engine: reload: failed") > before

        tap.eventually(done, "the reload", SOON)
        return tap.eventually(lambda: self.status()["reload"], "status of the reload", SOON)


class Server(http.server.ThreadingHTTPServer):
    """A server that takes what is stored. Any other request is refused (401), or hangs while `mute`."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Refusing)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.mute = False
        self.asked = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def calendar_of(self, user):
        return f"/{user}/calendar/"


class Refusing(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_PUT(self):
        self.answer(201)

    def do_PROPFIND(self):
        self.server.asked.set()
        while self.server.mute:
            time.sleep(0.05)
        self.answer(401)

    do_GET = do_PROPFIND

    def log_message(self, *_):
        pass


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.radicale = self.start(support.Radicale)
        self.upbeat = self.start(Upbeat, self.radicale)
        self.seen, self.real = (
            calendars.Calendar(server.url + self.radicale.calendar_of("alice"), "alice")
            for server in (self.upbeat, self.radicale)
        )
        return self

    def put(self, uid, **meeting):
        status = self.seen.put(f"{uid}.ics", calendars.meeting(uid=uid, **meeting)).status
        assert status in (201, 204), f"PUT: {status}"

    def title_of_prep(self, uid, **meeting):
        """Stores a meeting, and waits for its one item."""
        self.put(uid, **meeting)
        (item,) = tap.eventually(lambda: self.real.items_of(uid), f"the item of {uid}", SOON)
        return item.text("SUMMARY")


def refuses_to_start(settings, *words):
    """A second daemon with these settings says so in one line that has all the words."""
    answer = support.run("serve", "-c", settings)
    tap.equal(answer.returncode, 1, f"exit status, {answer.stderr}")
    tap.equal(answer.stderr.count("\n"), 1, f"lines of {answer.stderr!r}")
    for word in words:
        tap.contains(answer.stderr, word, "what is said")


# ---- status ----


@tap.case("status tells of processes, settings, rules and store, in words")
def _(story):
    answer = story.upbeat.ask("status")
    tap.equal((answer.returncode, answer.stderr), (0, ""), "upbeat status")
    for words in (
        "is running.\n",
        f"Relay     process {story.upbeat.pid}, since 20",
        f"Settings  {story.upbeat.settings}\n",
        "Rules     1 rule, read 2",
        f", of {story.upbeat.rules}\n",
        "Reload    none since the start\n",
        "Store     sqlite ",
        "Keys      0 queued, 0 being worked on, 0 waiting, 0 set aside\n",
    ):
        tap.contains(answer.stdout, words, "status")


@tap.case("and for programs")
def _(story):
    status = story.upbeat.status()
    tap.equal(status["relay_pid"], story.upbeat.pid, "relay")
    tap.equal(status["rules"]["directories"], [str(story.upbeat.rules)], "rule directories")
    tap.equal((status["rules"]["count"], status["reload"], status["engine_restarts"]), (1, None, 0), "rules")
    tap.equal(status["store"]["kind"], "sqlite", "store")
    tap.equal((status["waiting"], status["keys"]), ([], []), "keys")


@tap.case("the socket alone tells which daemon is meant; it is its user's alone")
def _(story):
    answer = support.run("status", "--control", story.upbeat.control)
    tap.contains(answer.stdout, "is running.", "status")
    tap.equal(stat.S_IMODE(story.upbeat.control.stat().st_mode), 0o600, "mode")


@tap.case("what waits is told, for whom and why, and no password")
def _(story):
    upbeat = story.start(Upbeat, Server())
    url = upbeat.calendar_of("bob") + "waits.ics"
    tap.equal(support.request("PUT", url, "bob", calendars.meeting(uid="waits")).status, 201, "PUT")
    status = tap.eventually(lambda: (s := upbeat.status())["waiting"] and s, "a key that waits", SOON)
    (waiting,) = status["waiting"]
    tap.equal((waiting["principal"], waiting["keys"]), ("bob", 1), "who waits")
    tap.equal(status["counts"]["waiting"], 1, "count")
    (key,) = status["keys"]
    tap.equal((key["href"], key["state"]), ("/bob/calendar/waits.ics", "waiting"), "the key")
    said = upbeat.ask("status").stdout
    tap.contains(said, "Waiting for the next request of\n  bob: 1 key, since 2", "status")
    tap.contains(said, "    /bob/calendar/waits.ics: ", "status")
    for secret in (support.password("bob"), support.basic("bob").split()[1]):
        assert secret not in said + json.dumps(status), "a secret in the status"
    tap.contains(upbeat.explain("waits").stdout, "1 key waits", "explain of what was not looked at yet")
    tap.equal(upbeat.stop(), 0, "exit status")


@tap.case("who says nothing, or something else, keeps nobody else from asking")
def _(story):
    with contextlib.ExitStack() as silent:
        for words in (b"", b"hello", b"\x01\x7f" + bytes(14)):
            client = silent.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
            client.connect(str(story.upbeat.control))
            if words:
                client.send(words)
        started = time.monotonic()
        story.upbeat.status()
        assert time.monotonic() - started < 4, "asking took too long"


# ---- explain ----


@tap.case("a meeting is explained by its UID, as from a file, with what was made for it")
def _(story):
    tap.equal(story.title_of_prep("explained"), "Prep: Roadmap with Acme", "title")
    answer = story.upbeat.explain("explained")
    tap.equal((answer.returncode, answer.stderr), (0, ""), "explain")
    for words in ("Facts\n", "  yes          prep", "Prep: Roadmap with Acme", "prep/prep: stands, /alice/calendar/"):
        tap.contains(answer.stdout, words, "explain")
    file = story.folder / "explained.ics"
    file.write_text(story.real.get("explained.ics").text)
    of_file = story.upbeat.explain(str(file), "--owner", "alice@ours.example").stdout
    rules = of_file[of_file.index("Rules\n") : of_file.index("Items\n")]
    tap.contains(answer.stdout, rules, "the rules as of the file")


@tap.case("and for programs")
def _(story):
    answer = json.loads(story.upbeat.explain("explained", "--json").stdout)
    tap.equal((answer["seen"], answer["uid"]), (True, "explained"), "which")
    tap.equal([item["id"] for item in answer["items"]], ["prep/prep"], "items wanted")
    (copy,) = answer["store"]["copies"]
    tap.equal((copy["href"], copy["owner"]), ("/alice/calendar/explained.ics", "alice@ours.example"), "the copy")
    (item,) = answer["store"]["items"]
    tap.equal((item["id"], item["state"]), ("prep/prep", "exists"), "the item")
    tap.equal(item["uid"], story.real.items_of("explained")[0].value("UID"), "UID of the item")


@tap.case("a meeting is found by a part of its title, its owner and its day; of several, all are listed")
def _(story):
    upbeat, day = story.upbeat, calendars.business_day(15)
    for number in (1, 2):
        text = calendars.meeting(f"Zugspitze {number} mit Ümläut", uid=f"find-{number}", start=calendars.business_day(14 + number))
        story.seen.put(f"find-{number}.ics", text)
    story.seen.put("team.ics", calendars.meeting("Zugspitze team", uid="team", start=day, attendees=("alice", "bob")))
    story.seen.put("secret.ics", calendars.meeting("Secret", uid="secret", attendees=("alice", "bob"), more="CLASS:PRIVATE"))
    tap.eventually(lambda: upbeat.explain("secret").returncode == 0, "all are seen", SOON)
    answer = upbeat.explain("zugspitze 2 MIT ümlÄUT")
    tap.equal((answer.returncode, answer.stderr), (0, ""), "a part of the title")
    tap.contains(answer.stdout, "/alice/calendar/find-2.ics", "a part of the title")
    answer = upbeat.explain("zugspitze")
    tap.equal(answer.returncode, 1, "exit status with several")
    tap.contains(answer.stdout, "3 meetings are known", "several")
    for line in (
        f"  {day:%Y-%m-%d} 14:00, of alice@ours.example, Zugspitze 1 mit Ümläut, UID find-1\n",
        f"  {day:%Y-%m-%d} 14:00, of alice@ours.example, Zugspitze team, UID team (gets nothing)\n",
    ):
        tap.contains(answer.stdout, line, "several")
    found = json.loads(upbeat.explain("zugspitze", "--json").stdout)["matches"]
    tap.equal({match["uid"] for match in found}, {"find-1", "find-2", "team"}, "several, for programs")
    answer = upbeat.explain("zugspitze", "--on", f"{calendars.business_day(16):%Y-%m-%d}", "--owner", "Alice@ours.example")
    tap.contains(answer.stdout, "/alice/calendar/find-2.ics", "by day and owner")
    answer = upbeat.explain("zugspitze", "--owner", "bob@ours.example")
    tap.equal(answer.returncode, 1, "exit status with none")
    tap.contains(answer.stdout, "No meeting is known", "none")
    answer = upbeat.ask("explain", "--on", f"{day:%Y-%m-%d}")
    tap.contains(answer.stdout, "UID find-1\n", "by the day alone")
    answer = upbeat.explain("zugspitze", "--on", "tomorrow")
    tap.equal(answer.returncode, 3, "exit status of a wrong date")


@tap.case("of an internal meeting explain says that it is one; of a private one, nothing of its title")
def _(story):
    answer = story.upbeat.explain("zugspitze team")
    tap.equal((answer.returncode, answer.stderr), (0, ""), "explain")
    tap.contains(answer.stdout, "gets nothing: it is an internal meeting: nobody from outside takes part.", "explain")
    answer = story.upbeat.explain("secret")
    tap.contains(answer.stdout, "it is an internal meeting", "explain")
    assert "Secret" not in answer.stdout, answer.stdout


@tap.case("of a meeting that cannot be read explain says that it was looked at, and why nothing is made")
def _(story):
    text = calendars.meeting("Watzmann with Acme", uid="lost", start=calendars.business_day(17))
    own, zone = text.index("BEGIN:VTIMEZONE"), "END:VTIMEZONE\r\n"
    text = (text[:own] + text[text.index(zone) + len(zone) :]).replace("Europe/Berlin", "Nowhere/Land")
    tap.equal(story.seen.put("lost.ics", text).status, 201, "PUT")
    answer = tap.eventually(lambda: (a := story.upbeat.explain("lost")).returncode == 0 and a, "it is looked at", SOON)
    first = f"{calendars.business_day(17):%Y-%m-%d} 14:00, of alice@ours.example, Watzmann with Acme, UID lost\n"
    why = r"It was looked at and gets nothing: it cannot be read: line \d+: nobody knows the time zone `Nowhere/Land`\.\n"
    assert answer.stdout.startswith(first) and re.match(why, answer.stdout[len(first) :]), answer.stdout
    tap.equal(story.upbeat.explain("watzmann").stdout, answer.stdout, "by a part of its title")
    assert "Nowhere/Land" not in story.upbeat.said(), "the log tells what stands in the object"


@tap.case("a meeting that no rule matches is explained as well")
def _(story):
    story.put("lunch", title="Lunch with Acme")
    answer = tap.eventually(lambda: (a := story.upbeat.explain("lunch")).returncode == 0 and a, "it is seen", SOON)
    tap.contains(answer.stdout, "  no           prep", "explain")
    tap.contains(answer.stdout, "What was made for it\n  nothing\n", "explain")


@tap.case("a UID that was never seen is said to be so")
def _(story):
    answer = story.upbeat.explain("never@seen")
    tap.equal(answer.returncode, 1, "exit status")
    tap.contains(answer.stdout, "No meeting is known with the UID `never@seen` or with that in its title.", "explain")
    tap.equal(json.loads(story.upbeat.explain("never@seen", "--json").stdout)["seen"], False, "for programs")


# ---- who has the control socket ----


@tap.case("a second daemon on the same control socket does not start")
def _(story):
    settings = story.folder / "second.yaml"
    control = f"control: {story.upbeat.control}\n"
    settings.write_text(f"listen: 127.0.0.1:0\nupstream: {story.radicale.url}\n{control}{support.ORGANIZATION}")
    refuses_to_start(settings, str(story.upbeat.control), "another daemon is running")
    story.upbeat.status()


@tap.case("what is no socket is left alone")
def _(story):
    settings, control = story.folder / "third.yaml", story.folder / "control"
    settings.write_text(f"listen: 127.0.0.1:0\nupstream: {story.radicale.url}\n{support.ORGANIZATION}")
    control.write_text("precious")
    refuses_to_start(settings, str(control), "something else")
    tap.equal(control.read_text(), "precious", "the file")
    control.unlink()


@tap.case("the socket of a daemon that was killed is replaced; that of one that ended is gone")
def _(story):
    upbeat = story.start(Upbeat, story.radicale)
    upbeat.stop()
    assert not upbeat.control.exists(), "the socket is still there"
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as stale:
        stale.bind(str(upbeat.control))
    answer = upbeat.ask("status")
    tap.equal(answer.returncode, 1, "exit status")
    tap.contains(answer.stderr, "no daemon is running there", "status of a dead daemon")
    upbeat.launch()
    tap.contains(upbeat.ask("status").stdout, "is running.", "status")
    tap.equal(upbeat.stop(), 0, "exit status")


# ---- reload ----


@tap.case("new rules hold for what is stored after a reload")
def _(story):
    story.upbeat.write_rule(title="Get ready")
    outcome = story.upbeat.reload()
    tap.equal((outcome["done"], outcome["findings"]), (True, []), "reload")
    tap.equal(story.title_of_prep("reloaded"), "Get ready: Roadmap with Acme", "title")


@tap.case("what follows from the settings is found out again")
def _(story):
    text = story.upbeat.settings.read_text()
    story.upbeat.settings.write_text(text.replace('"{user}@ours', '"x-{user}@ours'))
    tap.equal(story.upbeat.reload()["done"], True, "reload")
    story.put("renamed")

    def owner():
        copies = json.loads(story.upbeat.explain("renamed", "--json").stdout)["store"]["copies"]
        return copies and copies[0]["owner"]

    tap.equal(tap.eventually(owner, "the meeting is seen", SOON), "x-alice@ours.example", "owner")
    story.upbeat.settings.write_text(text)
    tap.equal(story.upbeat.reload()["done"], True, "reload")


@tap.case("a rule with a mistake changes nothing, and status shows the mistake in full")
def _(story):
    story.upbeat.write_rule(text=RULE.replace("meeting.customer", "meeting.custommer"))
    outcome = story.upbeat.reload()
    tap.equal(outcome["done"], False, "reload")
    (diagnostic,) = outcome["findings"]
    tap.equal((diagnostic["file"], diagnostic["line"]), (f"{story.upbeat.rules}/rules.yaml", 5), "place")
    said = story.upbeat.ask("status").stdout
    for words in ("failed 2", "rules.yaml:5:19: error[", "^^^^", "help: did you mean `customer`?"):
        tap.contains(said, words, "status")
    tap.contains(story.upbeat.said(), "engine: reload: " + f"{story.upbeat.rules}/rules.yaml:5:", "the log")
    tap.equal(story.title_of_prep("mistaken"), "Get ready: Roadmap with Acme", "title by the old rule")


@tap.case("a rule directory, and settings, that vanish change nothing either")
def _(story):
    story.upbeat.write_rule(title="Back again")
    for path in (story.upbeat.rules, story.upbeat.settings):
        away = path.with_name("away")
        path.rename(away)
        os.kill(story.upbeat.pid, signal.SIGHUP)
        status = lambda: json.loads(support.run("status", "--json", "--control", story.upbeat.control).stdout)
        tap.eventually(lambda: str(path) in json.dumps(status()["reload"]), f"{path.name} is missed", SOON)
        tap.equal(status()["reload"]["done"], False, "reload")
        away.rename(path)
    tap.equal(story.title_of_prep("vanished"), "Get ready: Roadmap with Acme", "title by the old rule")
    tap.equal(story.upbeat.reload()["done"], True, "reload")
    tap.equal(story.title_of_prep("back"), "Back again: Roadmap with Acme", "title")


@tap.case("a new level of the log holds for both processes")
def _(story):
    before = story.upbeat.settings.read_text()
    story.upbeat.settings.write_text(before + "log: {level: error}\n")
    story.upbeat.reload()
    said = story.upbeat.said()
    os.kill(story.upbeat.status()["engine_pid"], signal.SIGKILL)  # of which the relay warns
    tap.eventually(lambda: story.upbeat.status()["reload"] is None, "another engine", SOON)
    story.title_of_prep("quiet")
    tap.equal(story.upbeat.said(), said, "the log")
    story.upbeat.settings.write_text(before)
    os.kill(story.upbeat.pid, signal.SIGHUP)
    tap.eventually(lambda: story.upbeat.status()["reload"], "the reload", SOON)


@tap.case("another address takes a restart, and that is said")
def _(story):
    before = story.upbeat.settings.read_text()
    story.upbeat.change("listen", "127.0.0.1:1")
    outcome = story.upbeat.reload()
    story.upbeat.settings.write_text(before)
    tap.equal(outcome["done"], True, "reload")
    tap.equal([each["code"] for each in outcome["findings"]], ["needs-restart"], "diagnostics")
    tap.contains(outcome["findings"][0]["message"], "`listen`", "message")


@tap.case("no request fails while the daemon reloads ten times")
def _(story):
    path = story.radicale.calendar_of("bob")
    over = threading.Event()

    def work(number):
        calendar = calendars.Calendar(story.upbeat.url + path, "bob")
        answers = []
        while not over.is_set():
            answers.append(calendar.put(f"load-{number}.ics", calendars.meeting(uid=f"load-{number}")).status)
            answers.append(support.request("PROPFIND", story.upbeat.url + path, "bob", None, {"Depth": "0"}).status)
        return answers

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        working = [pool.submit(work, number) for number in range(8)]
        for n in range(10):
            story.upbeat.write_rule(title=f"Load {n}")
            os.kill(story.upbeat.pid, signal.SIGHUP)
            time.sleep(0.2)
        over.set()
        answers = [status for each in working for status in each.result()]
    tap.note(f"{len(answers)} requests")
    tap.equal(set(answers) - {201, 204, 207}, set(), "statuses")
    tap.equal(story.upbeat.reload()["done"], True, "reload")
    tap.equal(story.title_of_prep("loaded"), "Load 9: Roadmap with Acme", "title")


# ---- no rules to begin with ----


@tap.case("started with a mistake in its rules it passes calendars, keeps what stands, and goes on once they are mended")
def _(story):
    upbeat = story.start(Upbeat, story.radicale)
    seen = calendars.Calendar(upbeat.calendar_of("carol"), "carol")
    real = calendars.Calendar(story.radicale.url + story.radicale.calendar_of("carol"), "carol")
    meeting = lambda uid, **more: calendars.meeting(uid=uid, attendees=("carol", "bob", "cto@acme.example"), **more)

    def put(uid, **more):
        tap.contains((201, 204), seen.put(f"{uid}.ics", meeting(uid, **more)).status, "PUT")

    put("stood")
    (item,) = tap.eventually(lambda: real.items_of("stood"), "the item", SOON)
    upbeat.stop()
    upbeat.write_rule(text=RULE.replace("meeting.customer", "meeting.custommer"))
    upbeat.launch()
    for words in ("help: did you mean `customer`?", "serve: calendars pass, but there are no rules", "start: /"):
        tap.eventually(lambda: words in upbeat.said(), f"{words} in the log", SOON)
    put("stored")
    put("stood", more="STATUS:CANCELLED")
    status = tap.eventually(lambda: (s := upbeat.status())["counts"]["queued"] == 2 and s, "two keys wait", SOON)
    tap.equal((status["rules"]["in_force"], status["rules"]["count"]), (False, 0), "rules")
    tap.equal([each["code"] for each in status["reload"]["findings"]], ["no-such-field"], "what is wrong")
    said = upbeat.ask("status").stdout
    tap.contains(said, "Rules     none, and all keys wait until their mistakes are mended", "status")
    tap.contains(said, "rules.yaml:5:19: error[", "status")
    tap.contains(upbeat.explain("stood").stdout, "There are no rules until their mistakes are mended", "explain")
    tap.equal(upbeat.reload()["done"], False, "a reload before they are mended")
    tap.equal([each.value("UID") for each in real.items_of("stood")], [item.value("UID")], "what stands")
    tap.equal(real.items_of("stored"), [], "what was not decided")
    upbeat.write_rule(text=RULE.replace("duration: 15m", "duration: 15 apples"))
    codes = lambda: [each["code"] for each in upbeat.status()["reload"]["findings"]]
    tap.eventually(lambda: codes() == ["bad-time"], "another mistake is told", 10)
    upbeat.write_rule()
    # Nobody asks for a reload. Her credentials may be forgotten by then, so that her next request is needed.
    tap.eventually(lambda: upbeat.status()["rules"]["in_force"], "the rules are looked at again", 20)
    tap.eventually(lambda: seen.get("stored.ics") and real.items_of("stored"), "the item of what was stored", SOON)
    tap.eventually(lambda: not real.items_of("stood"), "what was called off has none", SOON)
    upbeat.is_sane()
    tap.equal(upbeat.stop(), 0, "exit status")


@tap.case("an engine that is started again finds its rule directory gone: it waits for it to come back")
def _(story):
    upbeat = story.start(Upbeat, story.radicale)
    away = upbeat.rules.with_name("away")
    upbeat.rules.rename(away)
    os.kill(upbeat.status()["engine_pid"], signal.SIGKILL)
    without = lambda: not json.loads(upbeat.ask("status", "--json").stdout or "{}").get("rules", {}).get("in_force", 1)
    tap.eventually(without, "another engine", SOON)
    meanwhile = calendars.Calendar(upbeat.calendar_of("alice"), "alice")
    tap.equal(meanwhile.put("meanwhile.ics", calendars.meeting(uid="meanwhile")).status, 201, "PUT")
    away.rename(upbeat.rules)
    tap.eventually(lambda: story.real.items_of("meanwhile"), "the item", 20)


# ---- the store ----


@tap.case("a store that is deleted under the daemon is missed, in the log and by status")
def _(story):
    upbeat = story.start(Upbeat, story.radicale)
    store = upbeat.settings.parent / "store.db"
    tap.eventually(store.exists, "the store", SOON)
    tap.equal(upbeat.status()["store"]["lost"], False, "lost")
    for path in store.parent.glob("store.db*"):
        path.unlink()
    tap.eventually(lambda: "its file was deleted or moved away" in upbeat.said(), "the log", SOON)
    tap.equal(upbeat.status()["store"]["lost"], True, "lost")
    tap.contains(upbeat.ask("status").stdout, "store.db, which was deleted or moved away", "status")


# ---- the end ----


@tap.case("an engine that is killed is started again, and status counts it")
def _(story):
    before = story.upbeat.status()
    os.kill(before["engine_pid"], signal.SIGKILL)
    after = tap.eventually(lambda: (s := story.upbeat.status())["engine_restarts"] == 2 and s, "another engine", SOON)
    tap.equal(after["relay_since"], before["relay_since"], "since when the relay runs")
    tap.contains(story.upbeat.ask("status").stdout, "it was started again 2 times\n", "status")


@tap.case("an engine that is started again has the upstream of its relay, whatever the settings say by now")
def _(story):
    before = story.upbeat.settings.read_text()
    story.upbeat.change("upstream", "http://127.0.0.1:1")
    tap.contains(story.upbeat.reload()["findings"][0]["message"], "`upstream`", "warning")
    tap.equal(story.title_of_prep("same-server"), "Load 9: Roadmap with Acme", "title after the reload")
    os.kill(story.upbeat.status()["engine_pid"], signal.SIGKILL)
    tap.eventually(lambda: story.upbeat.status()["engine_restarts"] == 3, "another engine", SOON)
    tap.equal(story.title_of_prep("same-server-again"), "Load 9: Roadmap with Acme", "title after the restart")
    story.upbeat.settings.write_text(before)


@tap.case("an engine that does not answer is said not to")
def _(story):
    engine = story.upbeat.status()["engine_pid"]
    os.kill(engine, signal.SIGSTOP)
    try:
        answer = story.upbeat.ask("status")
    finally:
        os.kill(engine, signal.SIGCONT)
    tap.equal((answer.returncode, answer.stdout), (1, ""), "status")
    tap.contains(answer.stderr, "the engine does not answer", "what is said")
    story.upbeat.status()


@tap.case("the daemon ends at once when it is idle")
def _(story):
    started = time.monotonic()
    tap.equal(story.upbeat.stop(), 0, "exit status")
    assert time.monotonic() - started < 2, f"it took {time.monotonic() - started:.1f} s"


@tap.case("a pass that does not end is ended after ten seconds, and its key stays")
def _(story):
    server = Server()
    server.mute = True
    upbeat = story.start(Upbeat, server)
    url = upbeat.calendar_of("bob") + "slow.ics"
    tap.equal(support.request("PUT", url, "bob", calendars.meeting(uid="slow")).status, 201, "PUT")
    assert server.asked.wait(SOON), "the engine has not begun"
    started = time.monotonic()
    tap.equal(upbeat.stop(seconds=20), 0, "exit status")
    assert time.monotonic() - started < 15, f"it took {time.monotonic() - started:.1f} s"
    server.mute = False
    (key,) = support.keys_in(upbeat.settings.parent / "store.db")
    tap.equal(key[0], "/bob/calendar/slow.ics", "the key")
    upbeat.is_sane()


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


with support.world(Story) as opened:
    sys.exit(tap.run(opened))
