# SPDX-License-Identifier: Apache-2.0
"""Calendar clients of others on a server: each stores a meeting, sees the items that come of it, to-dos too, edits one and
deletes one, and its user's hand wins; then all are quiet. What is not installed is skipped.

UPBEAT_SERVERS names the servers, with spaces between; without it, there is Radicale alone.
"""
import importlib.util
import json
import os
import pathlib
import re
import select
import shutil
import subprocess
import sys
import threading
import time
import uuid

import calendars
import support
import tap
import thunderbird_client
from thunderbird_client import Thunderbird

RULES = """\
format: 1
rules:
  - name: prep
    when: meeting.customer
    create:
      - event: prep
        title: "Prep: {{ meeting.title }}"
        between: [3 business days before start, 1 business day before start]
        duration: 30m
        agenda: aim
        reminders: [10m]
      - task: agenda
        title: "Agenda: {{ meeting.title }}"
        due: 1 business day before start
        reminders: [1h]
"""
AIM = "Aim: {{ meeting.title }}\n- one\n- two\n"
SOON = 15
# These let two writes through that both name the same version, with Upbeat and without: one of them is lost.
TAKE_TURNS = ("Davical", "Sabredav", "Sogo")
# The states and tokens of these count seconds: who has looked within the second of a change is never told of it.
COUNTS_SECONDS = ("Sogo",)
QUIET = 1.5  # seconds in which whoever answers himself would have done so
EVOLUTION = ("dbus-run-session", "gnome-keyring-daemon")


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        rules = self.folder / "only"
        (rules / "templates").mkdir(parents=True)
        (rules / "rules.yaml").write_text(RULES)
        (rules / "templates/aim.md").write_text(AIM)
        settings = support.ORGANIZATION + "deletion_grace: 1s\nsync_every: 1s\n"
        self.upbeat = self.start(support.Upbeat, self.server, settings, f"sqlite:{self.store}", rules)
        return self

    def is_among(self, servers):
        return type(self.server).__name__ in servers

    def settle(self):
        if self.is_among(COUNTS_SECONDS):
            time.sleep(1.1)
        # What a client came in between of is tried again later and later.
        tap.eventually(lambda: not support.keys_in(self.store), "nothing is left to do", 40)

    def new_calendar(self):
        """An empty calendar of alice: through Upbeat, and as it is."""
        path = self.new_path()
        return tuple(calendars.Calendar(server.url + path, "alice") for server in (self.upbeat, self.server))

    def items(self, real, uid):
        """Prep and to-do of the meeting, once both are there."""

        def look():
            found = {item.kind: item for item in real.items_of(uid)}
            return found if len(found) == 2 else None

        found = tap.eventually(look, f"both items of {uid}", SOON)
        return found["VEVENT"], found["VTODO"]

    def retitle(self, seen, real, uid, title):
        """Another client gives the meeting another title, which the items follow unless they are the user's."""
        href = next(href for href, (_, text) in real.objects().items() if f"UID:{uid}" in text and "cto@acme" in text)
        name = href.rsplit("/", 1)[1]
        self.settle()
        answer = seen.put(name, meeting(uid, title, self.user))
        assert answer.status in (200, 201, 204), f"PUT: {answer.status}"
        self.settle()

    def writes(self):
        """What Upbeat has written so far."""
        return len(re.findall(r"(?m): (?:created|changed|removed)$", self.upbeat.said()))

    def is_quiet(self, look=lambda: None):
        """Fails if Upbeat or anybody else writes, now or when the client looks again."""
        self.settle()
        before = self.writes(), self.seen_real.objects()
        look()
        time.sleep(QUIET)
        self.settle()
        tap.equal(self.writes(), before[0], "writes of Upbeat after all was done")
        tap.equal(self.seen_real.objects(), before[1], "objects after all was done")

    def begin(self, user="alice"):
        """A calendar of the user, through Upbeat and as it is, and the UID of his meeting."""
        self.user = user
        seen, self.seen_real = self.new_calendar() if user == "alice" else self.calendar_of(user)
        return seen, self.seen_real, str(uuid.uuid4())

    def calendar_of(self, user):
        path = self.server.calendar_of(user)
        return tuple(calendars.Calendar(server.url + path, user) for server in (self.upbeat, self.server))

    def check_hand(self, seen, real, uid, title, gone):
        """What the user did by the client stays when the meeting changes."""
        tap.eventually(lambda: title in titles(real, uid), f"the title {title!r} on the server", SOON)
        tap.eventually(lambda: gone not in titles(real, uid), f"{gone!r} is gone on the server", SOON)
        self.settle()
        self.retitle(seen, real, uid, "A third title")
        tap.equal(titles(real, uid), [title], "items after the meeting was given another title")


def titles(calendar, uid):
    return sorted(item.text("SUMMARY") for item in calendar.items_of(uid))


def meeting(uid, title="Roadmap", user="alice"):
    return calendars.meeting(title, uid=uid, organizer=user, attendees=(user, "cto@acme.example"))


def has(*programs):
    for program in programs:
        if not shutil.which(program):
            raise tap.Skip(f"there is no {program}")


def run(command, text=None, good=(0,), **environment):
    """Runs a client to its end: what it has said."""
    without_proxy = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    done = subprocess.run(
        [str(word) for word in command], input=text, capture_output=True, text=True, timeout=120,
        env={**without_proxy, **environment})
    assert done.returncode in good, f"{command[0]}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


# ---- vdirsyncer and khal ----

VDIRSYNCER = """\
[general]
status_path = "{folder}/status"
[pair story]
a = "here"
b = "there"
collections = null
conflict_resolution = "b wins"
[storage here]
type = "filesystem"
path = "{folder}/files"
fileext = ".ics"
[storage there]
type = "caldav"
url = "{url}"
username = "{user}"
password = "{password}"
"""
KHAL = """\
[calendars]
[[story]]
path = {folder}/files
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = Europe/Berlin
default_timezone = Europe/Berlin
[sqlite]
path = {folder}/khal.db
[default]
default_calendar = story
"""


class Files:
    """A folder that vdirsyncer keeps in step with a calendar, and that khal reads."""

    def __init__(self, story, url):
        self.folder = story.folder / f"files-{uuid.uuid4()}"
        (self.folder / "files").mkdir(parents=True)
        values = {"folder": self.folder, "url": url, "user": "alice", "password": support.password("alice")}
        (self.folder / "vdirsyncer").write_text(VDIRSYNCER.format(**values))
        (self.folder / "khal").write_text(KHAL.format(**values))
        self.vdirsyncer("discover", text="y\ny\n")

    def vdirsyncer(self, *words, text=None):
        return run(["vdirsyncer", "-c", self.folder / "vdirsyncer", *words], text)

    def sync(self):
        return self.vdirsyncer("sync")

    def khal(self, *words):
        return run(["khal", "-c", self.folder / "khal", *words])

    def with_text(self, text):
        (found,) = [path for path in (self.folder / "files").iterdir() if text in path.read_text()]
        return found

    def edit(self, old, new):
        path = self.with_text(old)
        path.write_text(path.read_text().replace(old, new))


@tap.case("vdirsyncer and khal: sync, see, edit, delete")
def _(story):
    has("vdirsyncer", "khal")
    seen, real, uid = story.begin()
    files = Files(story, seen.url)
    (files.folder / "files" / f"{uid}.ics").write_text(meeting(uid))
    files.sync()
    prep, _ = story.items(real, uid)
    story.settle()
    files.sync()
    tap.contains(files.with_text("SUMMARY:Agenda: ").read_text(), "BEGIN:VTODO", "the to-do's file")
    day = f"{prep.time('DTSTART'):%Y-%m-%d}"
    tap.contains(files.khal("list", day, "1d"), "Prep: Roadmap", "khal's day")
    files.edit("SUMMARY:Prep: Roadmap", "SUMMARY:Mine")
    files.with_text("BEGIN:VTODO").unlink()
    files.sync()
    story.check_hand(seen, real, uid, "Mine", "Agenda: Roadmap")
    files.sync()
    tap.contains(files.khal("list", day, "1d"), "Mine", "khal's day, later")
    story.is_quiet(lambda: tap.equal(files.sync().count("Copying"), 0, "what is left to sync"))


# ---- python3-caldav ----


@tap.case("python3-caldav: sync, see, edit, complete, delete")
def _(story):
    if importlib.util.find_spec("caldav") is None:
        raise tap.Skip("there is no python3-caldav")
    import caldav

    seen, real, uid = story.begin()
    client = caldav.DAVClient(url=seen.url, username="alice", password=support.password("alice"))
    calendar = caldav.Calendar(client=client, url=seen.url)
    calendar.save_event(meeting(uid))
    story.items(real, uid)
    story.settle()
    (prep,) = [event for event in calendar.events() if "Prep: Roadmap" in event.data]
    (todo,) = calendar.todos()
    tap.contains(todo.data, "SUMMARY:Agenda: Roadmap", "the to-do")
    todo.complete()
    tap.equal(calendar.todos(), [], "to-dos that are open")
    prep.data = prep.data.replace("Prep: Roadmap", "Mine")
    prep.save()
    story.retitle(seen, real, uid, "Another title")
    tap.equal(titles(real, uid), ["Agenda: Roadmap", "Mine"], "what is done and what is the user's, after a new title")
    (todo,) = calendar.todos(include_completed=True)
    tap.contains(todo.data, "STATUS:COMPLETED", "the to-do that was done")
    todo.delete()
    story.check_hand(seen, real, uid, "Mine", "Agenda: Roadmap")
    story.settle()
    if not story.server.SYNCS:
        return
    state = calendar.objects_by_sync_token(load_objects=False)
    story.is_quiet(lambda: tap.equal([len(changes) for changes in state.sync()], [0, 0], "what is left to sync"))


# ---- cadaver ----


@tap.case("cadaver: list, get, put, delete")
def _(story):
    has("cadaver")
    seen, real, uid = story.begin()
    home = story.folder / f"cadaver-{uid}"
    home.mkdir()
    (home / ".netrc").write_text(f"machine 127.0.0.1\nlogin alice\npassword {support.password('alice')}\n")
    (home / ".netrc").chmod(0o600)

    def cadaver(*lines):
        return run(["sh", "-c", 'cd "$1" && cadaver "$2"', "sh", home, seen.url], "\n".join([*lines, "quit\n"]), HOME=str(home))

    (home / "m.ics").write_text(meeting(uid))
    tap.contains(cadaver("put m.ics"), "succeeded", "put")
    story.items(real, uid)
    story.settle()
    names = {
        kind: href.rsplit("/", 1)[1] for kind in ("VEVENT", "VTODO") for href, (_, text) in real.objects().items()
        if f"BEGIN:{kind}" in text and "X-UPBEAT-ITEM" in text}
    listed = cadaver("ls", f"get {names['VEVENT']} prep.ics")
    for name in names.values():
        tap.contains(listed, name[:20], "the list")
    tap.contains((home / "prep.ics").read_text(), "Prep: Roadmap", "the prep call that was got")
    (home / "prep.ics").write_text((home / "prep.ics").read_text().replace("SUMMARY:Prep: Roadmap", "SUMMARY:Mine"))
    tap.equal(cadaver(f"put prep.ics {names['VEVENT']}", f"delete {names['VTODO']}").count("succeeded"), 2, "put and delete")
    story.check_hand(seen, real, uid, "Mine", "Agenda: Roadmap")
    story.is_quiet(lambda: cadaver("ls"))


# ---- Evolution Data Server ----


class Evolution(support.Process):
    """Evolution Data Server in a D-Bus session of its own; ask(command, argument...) gives its answer."""

    PROGRAM = pathlib.Path(__file__).with_name("evolution_client.py")
    SESSION = 'printf k | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$@"'

    def __init__(self, folder, url):
        home = pathlib.Path(folder)
        for name in ("run", "config", "data", "cache"):
            (home / name).mkdir(mode=0o700)
        environment = {
            "HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run"), "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_DATA_HOME": str(home / "data"), "XDG_CACHE_HOME": str(home / "cache"), "GIO_USE_PROXY_RESOLVER": "dummy"}
        self.log = home / "evolution.log"
        with self.log.open("wb") as log, support.undisturbed():
            self.child = subprocess.Popen(
                ["dbus-run-session", "--", "sh", "-c", self.SESSION, "sh", sys.executable, "-B", str(self.PROGRAM), url, "alice",
                 support.password("alice")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                env={**os.environ, **environment}, start_new_session=True, text=True, bufsize=1)
            support.Process.started.append(self)
        self.name = "evolution"
        tap.equal(self.answer(), "ready", "Evolution Data Server")

    def answer(self):
        ready, _, _ = select.select([self.child.stdout], [], [], 60 * tap.PATIENCE)
        line = self.child.stdout.readline() if ready else ""
        assert line, f"Evolution Data Server says nothing:\n{self.said()}"
        return json.loads(line)

    def ask(self, *words):
        self.child.stdin.write(json.dumps(words) + "\n")
        return self.answer()

    def stop(self, seconds=15):
        """The session ends with the program, which ends with its input, and takes its services along: it is not told to."""
        if not self.child.stdin.closed:
            self.child.stdin.close()
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill_group()
            return self.child.returncode


def component_of(text):
    """What stands in a VCALENDAR besides its VTIMEZONE."""
    return text[text.index("BEGIN:VEVENT") : text.index("END:VCALENDAR")]


@tap.case("Evolution: sync, see, edit, complete, delete")
def _(story):
    has(*EVOLUTION)
    probe = "import gi; gi.require_version('ECal', '2.0'); gi.require_version('EDataServer', '1.2')"
    if subprocess.run([sys.executable, "-c", probe], capture_output=True).returncode:
        raise tap.Skip("there is no Evolution Data Server with its introspection")
    seen, real, uid = story.begin()
    evolution = story.start(Evolution, seen.url)
    tap.equal(evolution.ask("create", "VEVENT", component_of(meeting(uid))), True, "create")
    story.items(real, uid)
    story.settle()

    def shown():
        found = {title: (kind, own) for kind, own, title in evolution.ask("list")}
        return found if len(found) == 3 else None

    found = tap.eventually(shown, "the meeting and its items", SOON)
    tap.equal(sorted(found), ["Agenda: Roadmap", "Prep: Roadmap", "Roadmap"], "what it shows")
    tap.equal(found["Agenda: Roadmap"][0], "VTODO", "what the to-do is to it")
    tap.equal(evolution.ask("retitle", *found["Prep: Roadmap"], "Mine"), True, "retitle")
    tap.equal(evolution.ask("complete", found["Agenda: Roadmap"][1]), True, "complete")
    story.retitle(seen, real, uid, "Another title")
    tap.equal(titles(real, uid), ["Agenda: Roadmap", "Mine"], "what is done and what is the user's, after a new title")
    tap.eventually(lambda: "Another title" in (shown() or {}), "the meeting's new title", SOON)
    tap.equal(evolution.ask("remove", *found["Agenda: Roadmap"]), True, "remove")
    story.check_hand(seen, real, uid, "Mine", "Agenda: Roadmap")
    story.is_quiet(lambda: evolution.ask("list"))


# ---- Thunderbird ----


@tap.case("Thunderbird: sync, see, list, edit, complete, delete")
def _(story):
    if "UPBEAT_SERVERS" not in os.environ:
        raise tap.Skip("Thunderbird takes its time: make check-servers has it")
    has("thunderbird")
    seen, real, uid = story.begin("bob")  # who has no other client, and so gets HTML
    thunderbird = story.start(Thunderbird, seen.url, "bob")
    thunderbird.do(thunderbird_client.CREATE, meeting(uid, user="bob"))
    story.items(real, uid)
    story.settle()

    def shown():
        found = {title: (kind, html) for kind, title, html in thunderbird.do(thunderbird_client.SHOWN)}
        return found if len(found) == 3 else None

    found = tap.eventually(shown, "the meeting and its items", SOON)
    tap.equal(found["Agenda: Roadmap"][0], "VTODO", "what the to-do is to it")
    tap.contains(found["Prep: Roadmap"][1], "<ul><li>one<li>two</ul>", "the prep call's text")
    listed = thunderbird.do(thunderbird_client.TASKS)
    tap.equal(listed["all"], ["Agenda: Roadmap"], "all of its list of tasks")
    tap.equal(listed["throughcurrent"], [], "its list of current tasks, before the to-do begins")
    tap.equal(listed["unticked"], [], "its list of tasks while the calendar is not ticked")
    thunderbird.do(thunderbird_client.RETITLE, "Prep: Roadmap", "Mine")
    thunderbird.do(thunderbird_client.COMPLETE, "Agenda: Roadmap")
    story.retitle(seen, real, uid, "Another title")
    tap.equal(titles(real, uid), ["Agenda: Roadmap", "Mine"], "what is done and what is the user's, after a new title")
    tap.eventually(lambda: "Another title" in (shown() or {}), "the meeting's new title", SOON)
    thunderbird.do(thunderbird_client.REMOVE, "Agenda: Roadmap")
    story.check_hand(seen, real, uid, "Mine", "Agenda: Roadmap")
    story.is_quiet(lambda: thunderbird.do(thunderbird_client.SHOWN))


# ---- two at once ----


def edit_until_taken(calendar, name, agent, old, new):
    """Changes an object as a client does that minds others: what it has read must still stand."""
    for _ in range(100):
        answer = calendar.get(name)
        (etag,), text = [value for key, value in answer.fields if key.lower() == "etag"][:1], answer.text
        unfolded = re.sub(r"\r?\n[ \t]", "", text)
        assert old(unfolded), f"what {agent} wants to change is not there:\n{unfolded}"
        changed = new(unfolded).replace("\r\n", "\n").replace("\n", "\r\n")
        status = calendar.put(name, changed, **{"If-Match": etag, "User-Agent": agent}).status
        if status in (200, 201, 204):
            return
        assert status in (409, 412), f"PUT by {agent}: {status}"
    raise AssertionError(f"{agent} was never let through")


@tap.case("two clients at once: each one's change is kept, and so is the meeting's")
def _(story):
    seen, real, uid = story.begin()
    assert seen.put("m.ics", meeting(uid)).status == 201, "PUT"
    story.items(real, uid)
    story.settle()
    (name,) = [href.rsplit("/", 1)[1] for href, (_, text) in real.objects().items() if "SUMMARY:Prep: " in text]
    failures = []

    def in_thread(function, *arguments):
        def work():
            try:
                function(*arguments)
            except Exception as failure:  # whatever it is, the case has to fail
                failures.append(failure)

        return threading.Thread(target=work)

    for n in range(6):
        threads = [
            in_thread(edit_until_taken, seen, name, "one client", lambda text: "SUMMARY:" in text,
                      lambda text: re.sub(r"(?m)^SUMMARY:.*$", f"SUMMARY:Title {n}\r", text)),
            in_thread(edit_until_taken, seen, name, "another client", lambda text: "own notes below ---" in text,
                      lambda text: text.replace("own notes below ---", f"own notes below ---\\nNote {n}")),
            in_thread(lambda: seen.put("m.ics", meeting(uid, f"Roadmap {n}"))),
        ]
        for thread in threads:
            thread.start()
            if story.is_among(TAKE_TURNS):
                thread.join()
                story.settle()
        for thread in threads:
            thread.join()
        assert not failures, failures
    tap.eventually(lambda: "Agenda: Roadmap 5" in titles(real, uid), "the to-do's last title", SOON)
    story.settle()
    prep, _ = story.items(real, uid)
    tap.equal(prep.text("SUMMARY"), "Title 5", "the title that one client gave")
    for n in range(6):
        tap.contains(prep.text("DESCRIPTION"), f"Note {n}", "the notes that the other one made")
    tap.contains(prep.text("DESCRIPTION"), "Aim: Roadmap 5", "the agenda")
    story.is_quiet()


@tap.case("nothing went wrong among clients")
def _(story):
    tap.equal(story.upbeat.stop(), 0, "exit status")
    story.upbeat.is_sane()


def servers():
    return [getattr(support, name) for name in os.environ.get("UPBEAT_SERVERS", "Radicale").split()]


if __name__ == "__main__":
    sys.exit(tap.run_in_each(support.worlds(Story, servers())))
