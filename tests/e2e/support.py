# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end stories share: CalDAV servers and Upbeat, started for one story and ended with it; HTTP.

    with support.world() as world:
        sys.exit(tap.run(world))

Everything listens on the loopback interface, on ports that were free, and writes into a folder of its own that goes
when the story ends. Processes are ended by their pid, whatever happens to the story.
"""
import atexit
import base64
import contextlib
import dataclasses
import http.client
import importlib.util
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import tap

TOP = pathlib.Path(os.environ["srcdir"])
SERVERS = pathlib.Path(__file__).with_name("servers")
USERS = ("alice", "bob", "carol")
SERVICE = "upbeat"  # the name of the service account, where a story has one
ORGANIZATION = """\
organization:
  domains: [ours.example]
  time_zone: Europe/Berlin
  working_hours: Mon-Fri 09:00-17:30
  users: "{user}@ours.example"
"""
# The rights file of a Radicale in which everybody has what is his own, and the service account all that is not shut to it.
RIGHTS = f"""\
[root]
user: .+
collection:
permissions: R

[shut]
user: {SERVICE}
collection: {{shut}}(/.*)?
permissions: Rr

[service]
user: {SERVICE}
collection: .*
permissions: RrWw

[own]
user: .+
collection: {{{{user}}}}(/.*)?
permissions: RrWw
"""
# What the sanitizers write before they end a process.
SANITIZER_SAYS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:")


def password(user):
    return f"{user}pw"


def free_port():
    """A port that nobody listens on. Somebody else may take it before it is used; nobody has been seen to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# ---- HTTP ----


@dataclasses.dataclass
class Answer:
    status: int
    fields: list  # of (name, value), as they came
    body: bytes

    def field(self, name):
        """The first field of that name, or None."""
        return next((value for key, value in self.fields if key.lower() == name.lower()), None)

    @property
    def text(self):
        return self.body.decode()


def basic(user):
    return "Basic " + base64.b64encode(f"{user}:{password(user)}".encode()).decode()


TRUSTED = None  # of clients: an ssl.SSLContext for https URLs


def request(method, url, user=None, body=None, fields=None, timeout=30):
    """One request on a connection of its own. Any answer is returned, whatever its status."""
    parts = urllib.parse.urlsplit(url)
    fields = dict(fields or {})
    if user:
        fields.setdefault("Authorization", basic(user))
    connection = (
        http.client.HTTPSConnection(parts.hostname, parts.port, timeout=timeout, context=TRUSTED)
        if parts.scheme == "https"
        else http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout))
    try:
        target = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
        connection.request(method, target, body.encode() if isinstance(body, str) else body, fields)
        answer = connection.getresponse()
        return Answer(answer.status, answer.getheaders(), answer.read())
    finally:
        connection.close()


# ---- processes ----


@contextlib.contextmanager
def undisturbed():
    """What tells the script to end is heard after the block: a child is not started and then forgotten."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard = []
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    handlers = {number: signal.signal(number, lambda number, _: heard.append(number)) for number in numbers}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    for number in heard:
        signal.raise_signal(number)


class Process:
    """A child with its output in a file; ended by its pid."""

    started = []  # all processes, also those whose constructor did not come to its end

    def __init__(self, name, command, folder, **environment):
        self.name = name
        self.log = pathlib.Path(folder) / f"{name}.log"
        self.command = [str(word) for word in command]
        self.environment = {**os.environ, **environment}
        self.launch()

    def launch(self):
        """Starts the process in a process group of its own; also again, after its end."""
        self.said_before = len(self.said()) if self.log.exists() else 0
        with self.log.open("ab") as log, undisturbed():
            self.child = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment,
                start_new_session=True,
            )
            Process.started.append(self)

    @property
    def pid(self):
        return self.child.pid

    def said(self):
        return self.log.read_text(errors="replace")

    def wait_for(self, question, what, seconds=20):
        """Until question() is true; fails at once if the process ends."""
        end = time.monotonic() + seconds * tap.PATIENCE
        while not question():
            status = self.child.poll()
            assert status is None, f"{self.name} ended with {status}:\n{self.said()}"
            assert time.monotonic() < end, f"{self.name}: {what}, not within {seconds} s:\n{self.said()}"
            time.sleep(0.02)

    def kill_group(self):
        """Kills the process and all that it has started at once, as when the machine dies."""
        os.killpg(self.pid, signal.SIGKILL)
        self.child.wait()

    def stop(self, seconds=15):
        """Asks the process to end, and kills it if need be. Returns the exit status."""
        if self.child.poll() is None:
            self.child.terminate()
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.child.kill()
            return self.child.wait()


@atexit.register
def stop_what_is_left():
    """Also what a world has started that never opened."""
    for process in reversed(Process.started):
        process.stop()


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


# ---- servers ----


def are_there(paths):
    return all(pathlib.Path(path).exists() for path in paths)


class Server(Process):
    """A CalDAV server; calendar_of(user) is the path of the user's calendar, which exists."""

    CALENDAR = "/{user}/calendar/"
    SYNCS = True  # it knows sync-collection
    RENAMES = True  # it takes a MOVE within a calendar
    IS_WELL_KNOWN = True  # /.well-known/caldav leads to it
    SCHEDULES = False  # whether who is invited has the meeting from the server

    def __init__(self, name, command, folder, port, scheme="http", **environment):
        super().__init__(name, command, folder, **environment)
        self.port = port
        self.url = f"{scheme}://127.0.0.1:{port}"
        self.wait_for(lambda: listens(port), "it listens")

    def calendar_of(self, user):
        return self.CALENDAR.format(user=user)

    def home_of(self, user):
        """The path of what holds the user's calendars."""
        return self.calendar_of(user).rsplit("/", 2)[0] + "/"

    def make_calendars(self, users):
        for user in users:
            answer = request("MKCALENDAR", self.url + self.calendar_of(user), user)
            assert answer.status in (201, 405, 409), f"MKCALENDAR for {user}: {answer.status}"


class Radicale(Server):
    """HTTP/1.0, closes each connection, does not schedule."""

    def __init__(self, folder, users=USERS, auth="htpasswd", rights=None, tls=None):
        """auth: its way to sign in, which may be a module of this folder. rights: the text of a rights file, instead of
        owner_only. tls: the files of a certificate and its key."""
        port = free_port()
        folder = pathlib.Path(folder)
        (folder / "users").write_text("".join(f"{user}:{password(user)}\n" for user in users))
        (folder / "rights").write_text(rights or "")
        (folder / "radicale.conf").write_text(
            f"[server]\nhosts = 127.0.0.1:{port}\nmax_connections = 100\n"
            + (f"ssl = True\ncertificate = {tls[0]}\nkey = {tls[1]}\n" if tls else "") +
            f"[auth]\ntype = {auth}\nhtpasswd_filename = {folder}/users\n"
            "htpasswd_encryption = plain\ndelay = 0\n"
            f"[rights]\ntype = {'from_file' if rights else 'owner_only'}\nfile = {folder}/rights\n"
            f"[storage]\nfilesystem_folder = {folder}/collections\n"
            "[logging]\nlevel = warning\n"
        )
        command = [sys.executable, "-B", "-m", "radicale", "--config", folder / "radicale.conf"]
        here = str(pathlib.Path(__file__).parent)
        super().__init__("radicale", command, folder, port, "https" if tls else "http", PYTHONPATH=here)
        self.make_calendars(users)


class Xandikos(Server):
    """HTTP/1.1, keeps its objects in Git, knows no MOVE, does not schedule. SERVICE may look and write everywhere."""

    CALENDAR = "/{user}/calendars/calendar/"
    RENAMES = IS_WELL_KNOWN = False

    def __init__(self, folder, users=USERS):
        if importlib.util.find_spec("xandikos") is None:
            raise tap.Skip("there is no Xandikos")
        port = free_port()
        users = [f"{user}:{password(user)}" for user in (SERVICE, *users)]
        program = SERVERS / "xandikos_server.py"
        super().__init__("xandikos", [sys.executable, "-B", program, pathlib.Path(folder) / "data", port, *users], folder, port)


class Sabredav(Server):
    """HTTP/1.1, closes each connection, knows no sync-collection, does not schedule. SERVICE may look and write everywhere."""

    CALENDAR = "/calendars/{user}/calendar/"
    SYNCS = RENAMES = IS_WELL_KNOWN = False
    NEEDS = ("/usr/share/php/Sabre/autoload.php", "/usr/bin/php", "/usr/share/doc/php-sabre-dav/examples/sql")

    def __init__(self, folder, users=USERS):
        if not are_there(self.NEEDS):
            raise tap.Skip("there is no sabre/dav")
        port = free_port()
        words = [f"{user}:{password(user)}" for user in (SERVICE, *users)]
        program = SERVERS / "sabredav_server.py"
        super().__init__("sabredav", [sys.executable, "-B", program, pathlib.Path(folder) / "data", port, *words], folder, port)
        self.make_calendars(users)


class Scheduler(Server):
    """A server that schedules: who is invited has the meeting in his calendar, under a name of the server's own. A customer
    is one of its users, too. Besides the server, its starter starts what the server needs."""

    SCHEDULES = True
    CUSTOMER = "cto"  # of acme.example
    NEEDS = ()  # paths without which the server is not there

    @classmethod
    def is_there(cls):
        return are_there(cls.NEEDS)

    def __init__(self, folder, users=USERS):
        name = type(self).__name__
        if not self.is_there():
            raise tap.Skip(f"there is no {name}")
        port = free_port()
        addresses = [*(f"{user}@ours.example" for user in users), f"{self.CUSTOMER}@acme.example"]
        program = SERVERS / f"{name.lower()}_server.py"
        command = [sys.executable, "-B", program, pathlib.Path(folder) / "s", port, *addresses]
        super().__init__(name.lower(), command, folder, port)
        self.wait_for(lambda: "ready" in self.said().split("\n"), "its users are there", 60)


class Cyrus(Scheduler):
    """HTTP/1.1. What has attendees is given no ETag when it is stored."""

    CALENDAR = "/dav/calendars/user/{user}/Default/"
    NEEDS = ("/usr/lib/cyrus/bin/httpd",)


class Davical(Scheduler):
    """HTTP/1.1, PHP. What has attendees is given no ETag when it is stored."""

    CALENDAR = "/davical/caldav.php/{user}/calendar/"
    NEEDS = ("/usr/share/davical/dba/create-database.sh", "/usr/sbin/apache2", "/usr/bin/psql", "/usr/lib/postgresql")


class Sogo(Scheduler):
    """HTTP/1.1, closes each connection without a word. Its users' first calendar is the one that gets invitations."""

    CALENDAR = "/SOGo/dav/{user}/Calendar/personal/"
    NEEDS = ("/usr/sbin/sogod", "/usr/bin/memcached", "/usr/bin/psql", "/usr/lib/postgresql")


class Upbeat(Process):
    """`upbeat serve` in front of a server. Further settings are YAML text; environment goes to the process. A restart
    loses what is remembered, unless there is another store."""

    SCHEME = "http"

    def __init__(self, folder, upstream, settings=ORGANIZATION, store="memory", rules=TOP / "rules", **environment):
        self.port = free_port()
        self.url = f"{self.SCHEME}://127.0.0.1:{self.port}"
        self.upstream = upstream
        self.settings = pathlib.Path(folder) / "upbeat.yaml"
        # Stories have many meetings at one time with the same guests.
        doubles = "" if "doubles:" in settings else "doubles: each\n"
        self.settings.write_text(
            f"listen: {self.listen()}\nupstream: {upstream.url}\nrules: {rules}\nstore: {store}\n{doubles}{settings}"
        )
        super().__init__("upbeat", [program(), "serve", "-c", self.settings], folder, **environment)

    def launch(self):
        super().launch()
        self.wait_for(lambda: listens(self.port) and self.has_engine(), "it listens and its engine is ready")

    def listen(self):
        """The value of `listen`."""
        return f"127.0.0.1:{self.port}"

    def has_engine(self):
        return has_engine(self)

    def calendar_of(self, user):
        return self.url + self.upstream.calendar_of(user)

    def is_sane(self):
        """Fails if a sanitizer complained of the relay or the engine."""
        said = self.said()
        for words in SANITIZER_SAYS:
            assert words not in said, said


def preloaded(library):
    """The environment of a process into which one of tests/tools is preloaded."""
    sanitizer = f"{os.environ.get('ASAN_OPTIONS', '')}:verify_asan_link_order=0"
    return {"LD_PRELOAD": f"{os.environ['builddir']}/tests/tools/{library}.so", "ASAN_OPTIONS": sanitizer}


def clock(ahead):
    """The environment of a process whose clock is so many seconds ahead."""
    return {**preloaded("clock"), "CLOCK_AHEAD": str(ahead)}


def slow_disk(milliseconds):
    """The environment of a process for which the disk takes so much longer now and then."""
    return {**preloaded("slow-disk"), "SLOW_DISK_MS": str(milliseconds)}


def children_of(pid):
    """The process ids of the children of a process's first thread: of a relay, its engine."""
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def engine_of(relay):
    """The process id of a relay's engine, or None: a signal to the process 0 would go to all tests that run."""
    return next(iter(children_of(relay)), None)


def has_engine(process):
    """Whether a relay's last word of its engine is that it is ready."""
    said = process.said()[process.said_before :]
    return said.count("the engine is ready") > said.count("the engine ended")


def rows_in(store, query, *values):
    """What a query finds in a store's file; the values stand for its question marks."""
    database = sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=10)
    try:
        return database.execute(query, values).fetchall()
    finally:
        database.close()


def keys_in(store):
    """(href, state, reason) of the keys in a store's file."""
    return rows_in(store, "SELECT href, state, reason FROM key")


def program():
    return os.environ["UPBEAT"]


def run(*arguments, text=None, timeout=60):
    """Runs the program with the arguments to its end: the completed process, output as text."""
    command = [program(), *(str(argument) for argument in arguments)]
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=timeout * tap.PATIENCE)


# ---- a story's world ----


class World(contextlib.ExitStack):
    """A folder, and the processes that were started in it. On leaving, the last one is ended first."""

    def __init__(self):
        super().__init__()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="upbeat-story-"))
        self.callback(shutil.rmtree, self.folder, ignore_errors=True)

    def start(self, kind, *arguments, **more):
        """Starts kind(folder, ...) in a folder of its own, and stops it when the story ends."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{kind.__name__.lower()}-", dir=self.folder))
        before = len(Process.started)
        try:
            process = kind(folder, *arguments, **more)
            self.callback(process.stop)
        except BaseException:  # also when the script is told to end
            for half in Process.started[before:]:
                half.stop()
            raise
        return process


class ServerWorld(World):
    """A world with a server of one kind and a path for Upbeat's store. The story starts Upbeat."""

    def __init__(self, server):
        super().__init__()
        self.kind = server

    def __enter__(self):
        super().__enter__()
        self.server = self.start(self.kind)
        self.store = self.folder / "upbeat.db"
        self.made = 0
        return self

    def new_path(self, through=None):
        """The path of a new, empty calendar of alice, made through Upbeat or through what is given."""
        self.made += 1
        path = f"{self.server.home_of('alice')}story-{self.made}/"
        tap.equal(request("MKCALENDAR", (through or self.upbeat).url + path, "alice").status, 201, "MKCALENDAR")
        return path

    def settle(self):
        tap.eventually(lambda: not keys_in(self.store), "nothing is left to do", 15)


def leave_out_when_quick():
    """With UPBEAT_QUICK, skips the whole script."""
    if os.environ.get("UPBEAT_QUICK"):
        tap.skip_all("an end-to-end test, left out by UPBEAT_QUICK")


def world(kind=World):
    """The world of one story, ended in order when the script is told to end. UPBEAT_QUICK leaves the story out."""
    leave_out_when_quick()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    return kind()


def worlds(kind, servers=(Radicale, Xandikos)):
    """The world of one story on each server, kind(server), for tap.run_in_each()."""
    leave_out_when_quick()  # here: a plan of no tests must be the only plan that is printed
    return [(server.__name__, lambda server=server: world(lambda: kind(server))) for server in servers]
