# SPDX-License-Identifier: Apache-2.0
"""Races Upbeat, nginx and haproxy as reverse proxies of the same server: plain and with TLS, reads and writes, at 1, 32
and 256 connections. Each has one processor to itself, the load and the server behind share the rest. They take turns.
Printed are medians of the rounds: processor time a request, which is user and system time of all the processes of a
contender; requests a second; the wait for an answer. What Upbeat makes of a meeting is counted, and shown apart: the
time of its workers, and all after the last answer. Customers' meetings are spread over 500 users, each with a customer of
his own, and as many days as it takes. First comes what an idle connection costs: private memory of all processes, after
one request on each. All speak TLS 1.3: Debian's nginx would not, and wrk, which opens all connections at once and is busy
with its own side of that for long, waits for the first answers elsewhere then.

Debian packages: nginx, haproxy, wrk, openssl. Run where the program was built.

    UPBEAT_RACE="plain:put meeting:32" make bench    only that: TLS or plain, kind, connections; each may be left empty
    UPBEAT_RACE_SECONDS=1 UPBEAT_RACE_ROUNDS=3       how long, how often
    UPBEAT_RACE_README=1                             the lines of this run replace theirs in README.md's table
"""
import base64
import contextlib
import dataclasses
import datetime
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(os.environ["srcdir"])
sys.path.insert(0, str(TOP / "tests" / "e2e"))

import calendars
import support

SECONDS = float(os.environ.get("UPBEAT_RACE_SECONDS", "1"))
ROUNDS = int(os.environ.get("UPBEAT_RACE_ROUNDS", "3"))
PROGRAMS = ("nginx", "haproxy", "wrk", "openssl")
CONNECTIONS = (1, 32, 256)
KINDS = ("get 300 B", "get 8 KB", "propfind", "put 4 KB", "put meeting")
FIRST, *REST = sorted(os.sched_getaffinity(0))
COLLECTION = "/users/alice/work"
USERS = 500  # who store meetings; one person alone stores appointments
DAYS = 200
MEETINGS = 300  # of one run, as Upbeat makes something of each before the next run
IDLE = 3000  # connections whose memory is measured: few would fill what is free already
MARKS = ("<!-- make bench wrote this table -->\n", "<!-- end of the race -->\n")
PERSON = """\
<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:response>\
<d:href>$uri</d:href><d:propstat><d:prop><d:current-user-principal><d:href>/users/$remote_user/</d:href></d:current-user-principal>\
<d:owner><d:href>/users/$remote_user/</d:href></d:owner><d:displayname>Work</d:displayname>\
<d:resourcetype><d:collection/><c:calendar/></d:resourcetype><c:calendar-home-set><d:href>/users/$remote_user/</d:href></c:calendar-home-set>\
<c:calendar-user-address-set><d:href>mailto:$remote_user@ours.example</d:href></c:calendar-user-address-set>\
<c:supported-calendar-component-set><c:comp name="VEVENT"/><c:comp name="VTODO"/></c:supported-calendar-component-set>\
</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response></d:multistatus>"""
SERVER = """\
daemon off; master_process off; pid {folder}/server.pid; error_log stderr crit; worker_rlimit_nofile 8192;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 100000000; keepalive_timeout 600s; client_body_buffer_size 64k;
client_body_temp_path {objects}/body; types {{ text/calendar ics; }}
server {{ listen 127.0.0.1:{port} backlog=1024; root {objects};
location / {{ dav_methods PUT DELETE; create_full_put_path on;
if ($request_method = PROPFIND) {{ return 207 '{person}'; }}
if ($request_method = REPORT) {{ return 207 '<multistatus xmlns="DAV:"/>'; }}
if ($request_method = OPTIONS) {{ add_header DAV "1, calendar-access"; return 200; }} }} }} }}
"""
NGINX = """\
daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr crit; worker_rlimit_nofile 8192;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 100000000; keepalive_timeout 600s; client_body_buffer_size 64k;
client_body_temp_path {folder}/nginx-body; proxy_temp_path {folder}/nginx-proxy;
upstream u {{ server 127.0.0.1:{upstream}; keepalive 512; keepalive_requests 100000000; }}
server {{ listen 127.0.0.1:{port} backlog=1024 {ssl}; ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
ssl_protocols TLSv1.2 TLSv1.3;
location / {{ proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme; }} }} }}
"""
HAPROXY = """\
global
  nbthread 1
  maxconn 4096
defaults
  mode http
  option http-keep-alive
  http-reuse always
  option forwardfor
  timeout connect 5s
  timeout client 600s
  timeout server 600s
frontend f
  bind 127.0.0.1:{port} {ssl}
  default_backend b
backend b
  server s 127.0.0.1:{upstream}
"""
LOAD = """\
local head = {{ ["Authorization"] = "Basic YWxpY2U6YWxpY2Vwdw==", ["User-Agent"] = "Mozilla/5.0 Thunderbird/128.0",
  ["Content-Type"] = "{type}" }}
local users = {{ {users} }}
local days = {{ {days} }}
local tag = {tag}
n = 0
setup = function(thread)
  only = thread
end
local body = string.gsub([[{body}]], "\\n", "\\r\\n")
local function at(name, day, time)
  return name .. ";TZID=Europe/Berlin:" .. day .. "T" .. time
end
local function stored(name, day, hour)
  local text = string.gsub(body, "\\nUID:", "\\nUID:" .. name .. "-")
  text = string.gsub(text, "DTSTART;TZID=Europe/Berlin:%w+", at("DTSTART", day, string.format("%02d0000", hour)))
  return string.gsub(text, "DTEND;TZID=Europe/Berlin:%w+", at("DTEND", day, string.format("%02d3000", hour)))
end
request = function()
  n = n + 1
  local name, path, text = n .. "-" .. tag, "{path}", body
  if "{kind}" == "put 4 KB" then
    text = stored(name, days[n % #days + 1], n % 12 + 8)
  elseif "{kind}" == "put meeting" then
    local user = n % #users + 1
    if n == {most} then wrk.thread:stop() end
    head["Authorization"] = users[user]
    text = string.gsub(stored(name, days[(math.floor(n / #users) + tag) % #days + 1], 15), "alice", "u" .. user)
    text = string.gsub(text, "acme", "c" .. user)
    path = string.gsub(path, "alice", "u" .. user)
  end
  return wrk.format("{method}", string.gsub(path, "#", name), head, text)
end
done = function(summary, latency)
  local errors = summary.errors
  print(string.format("RESULT %d %d %d %d %d %d", only:get("n"), summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
"""


@dataclasses.dataclass
class Run:
    """One round of one contender: microseconds but for the rate."""

    cpu: float
    rate: float
    p50: float
    p99: float
    later: float  # processor time a request of what is made of it: by workers, or after the last answer


def objects():
    """What is stored: a small and a larger event, an appointment of nobody else's of 4 KB, and a customer's meeting."""
    start = calendars.business_day(10)
    alone = calendars.meeting(uid="alone", start=start, attendees=()).replace("\r\n", "\n")
    words = "".join(f"DESCRIPTION:{'x' * 70}\n" if n == 0 else f" {'x' * 70}\n" for n in range(120))
    def filled(size):
        room = size - len(alone)
        return alone if room < 80 else alone.replace("END:VEVENT", words[: room // 72 * 72 + 8] .rstrip() + "\nEND:VEVENT")
    return {"get 300 B": filled(300), "get 8 KB": filled(8000), "put 4 KB": filled(4000),
            "put meeting": calendars.meeting(uid="meeting", start=start, attendees=("alice", "bob", "cto@acme.example"))}


class Process:
    """A program on the processors given, in a folder; ended by its pid."""

    def __init__(self, arguments, port, processors):
        self.process = subprocess.Popen(arguments, preexec_fn=lambda: os.sched_setaffinity(0, processors))
        end = time.monotonic() + 20
        while not support.listens(port):
            assert self.process.poll() is None and time.monotonic() < end, f"{arguments[0]} does not listen"
            time.sleep(0.02)

    def pids(self):
        pid = self.process.pid
        return [pid, *support.children_of(pid)]

    def cpu(self):
        """User and system time of the process and its children, in microseconds."""
        return sum(time.clock_gettime(((~pid) << 3) | 2) for pid in self.pids()) * 1e6

    def workers(self):
        """That of Upbeat's workers alone, which make something of what was stored."""
        tasks = (task for pid in self.pids() for task in pathlib.Path(f"/proc/{pid}/task").iterdir())
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks
                   if (task / "comm").read_text() == "worker\n") / 1e3

    def memory(self):
        """Bytes that the process and its children have for themselves."""
        texts = (pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in self.pids())
        return sum(int(kb) * 1024 for text in texts for kb in re.findall(r"Private_\w+: +(\d+)", text))

    def rest(self):
        """Waits until the process has nothing left to do."""
        before, quiet = self.cpu(), 0
        while quiet < 5:
            time.sleep(0.1)
            now = self.cpu()
            quiet = quiet + 1 if now - before < 2000 else 0
            before = now

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Race:
    """`objects_folder` is where the server behind has its files: in memory, as its disk is not what is measured."""

    def __init__(self, folder, objects_folder):
        self.folder, self.stack, self.tag = pathlib.Path(folder), contextlib.ExitStack(), 0
        self.objects = objects()
        self.place = pathlib.Path(objects_folder) / COLLECTION[1:]
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
             "/CN=localhost", "-keyout", self.folder / "key.pem", "-out", self.folder / "cert.pem"], check=True, capture_output=True)
        (self.folder / "both.pem").write_text((self.folder / "cert.pem").read_text() + (self.folder / "key.pem").read_text())
        self.upstream = support.free_port()
        self.write("server.conf", SERVER, port=self.upstream, person=PERSON, objects=objects_folder)
        self.start(["nginx", "-p", folder, "-c", self.folder / "server.conf"], self.upstream, REST or [FIRST])

    def write(self, name, text, **values):
        (self.folder / name).write_text(text.format(folder=self.folder, upstream=self.upstream if name != "server.conf" else 0, **values))
        return self.folder / name

    def start(self, arguments, port, processors):
        process = Process([str(argument) for argument in arguments], port, processors)
        self.stack.callback(process.close)
        return process, port

    def contenders(self, tls):
        """By name: (process, port). They stay until the race ends."""
        ports = [support.free_port() for _ in range(3)]
        mark = "tls" if tls else "plain"
        nginx = self.write(f"nginx-{mark}.conf", NGINX, port=ports[1], ssl="ssl" if tls else "")
        haproxy = self.write(f"haproxy-{mark}.cfg", HAPROXY, port=ports[2], ssl=f"ssl crt {self.folder}/both.pem" if tls else "")
        settings = self.folder / f"upbeat-{mark}.yaml"
        settings.write_text(
            f"listen: 127.0.0.1:{ports[0]}\nupstream: http://127.0.0.1:{self.upstream}\nstore: sqlite:{self.folder}/{mark}.db\n"
            f"control: control-{mark}\nlog: {{level: error}}\nrules: {TOP}/rules\nsync_every: 0s\ndoubles: each\n{support.ORGANIZATION}"
            + (f"tls: {{certificate: {self.folder}/cert.pem, key: {self.folder}/key.pem}}\n" if tls else ""))
        upbeat = self.start([support.program(), "serve", "-c", settings], ports[0], [FIRST])
        contenders = {"upbeat": upbeat,
                      "nginx": self.start(["nginx", "-p", self.folder, "-c", nginx], ports[1], [FIRST]),
                      "haproxy": self.start(["haproxy", "-db", "-f", haproxy], ports[2], [FIRST])}
        for contender in contenders.values():
            self.run(contender, tls, "put 4 KB", 1, 1)  # who has stored something is known
        return contenders

    def clear(self):
        shutil.rmtree(self.place, ignore_errors=True)
        self.place.mkdir(parents=True)
        for kind in ("get 300 B", "get 8 KB"):
            (self.place / f"{kind.split()[1]}.ics").write_text(self.objects[kind])

    def load(self, kind):
        method, *name = kind.upper().split(" ", 1)
        path = COLLECTION + {"PUT": "/#.ics", "GET": f"/{name[0].split()[0] if name else ''}.ics", "PROPFIND": "/"}[method]
        body = PERSON if method == "PROPFIND" else self.objects[kind].replace("\r\n", "\n") if method == "PUT" else ""
        self.tag += 1
        script = self.folder / "load.lua"
        users = ", ".join(f'"Basic {base64.b64encode(f"u{n}:pw".encode()).decode()}"' for n in range(1, USERS + 1))
        first = calendars.business_day(10).date()
        days = (first + datetime.timedelta(days=n) for n in range(DAYS))
        script.write_text(LOAD.format(
            method=method, kind=kind, path=path, body=body, tag=self.tag, users=users, most=MEETINGS,
            days=", ".join(f'"{day:%Y%m%d}"' for day in days if day.weekday() < 5),
            type="text/calendar; charset=utf-8" if method == "PUT" else "text/xml"))
        return script

    def run(self, contender, tls, kind, connections, seconds):
        """None: no request was answered."""
        process, port = contender
        self.clear()
        process.rest()
        before, made = process.cpu(), process.workers()
        said = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "-s", self.load(kind), f"{'https' if tls else 'http'}://127.0.0.1:{port}"],
            check=True, capture_output=True, text=True, preexec_fn=lambda: os.sched_setaffinity(0, REST or [FIRST])).stdout
        after, made = process.cpu(), process.workers() - made
        process.rest()
        found = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)", said)
        assert found and found[6] == "0", f"{kind}: {said}"
        if found[2] == "0":
            return None
        sent, answered, duration, p50, p99 = map(int, found.groups()[:5])
        return Run((after - before - made) / sent, answered / duration * 1e6, p50, p99, (process.cpu() - after + made) / sent)

    def try_run(self, contender, tls, kind, connections, seconds):
        """On a machine that is busy otherwise, a second may go by before all connections are there."""
        for longer in (1, 2, 4):
            run = self.run(contender, tls, kind, connections, seconds * longer)
            if run:
                return run
        raise AssertionError(f"{kind}: no request was answered")

    def compare(self, contenders, tls, kind, connections):
        """Medians by the contender's name."""
        runs = {name: [] for name in contenders}
        for _ in range(ROUNDS):
            for name, contender in contenders.items():
                runs[name].append(self.try_run(contender, tls, kind, connections, SECONDS))
        return {name: Run(*(statistics.median(getattr(run, field.name) for run in all_of) for field in dataclasses.fields(Run)))
                for name, all_of in runs.items()}

    def idle(self, contender, tls):
        """Bytes that a connection costs which has had one answer."""
        process, port = contender
        context = ssl.create_default_context(cafile=self.folder / "cert.pem")
        with contextlib.ExitStack() as stack:
            def connect():
                plain = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
                return stack.enter_context(context.wrap_socket(plain, server_hostname="localhost")) if tls else plain
            def ask():
                connection = connect()
                connection.sendall(f"GET {COLLECTION}/300.ics HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                assert connection.recv(65536).startswith(b"HTTP/1.1 200"), "no answer"
            self.clear()
            ask()
            process.rest()
            before = process.memory()
            for _ in range(IDLE):
                ask()
            return (process.memory() - before) / IDLE


# ---- what is told ----


def share(figure, other):
    return f"{figure / other:.2f}" if other else "-"


def tell(tls, kind, connections, medians):
    other = medians["nginx"]
    for name, median in medians.items():
        print(f"| {tls} | {kind} | {connections} | {name} | {median.cpu:.1f} ({share(median.cpu, other.cpu)}) "
              f"| {median.later:.1f} | {median.rate:.0f} ({share(median.rate, other.rate)}) "
              f"| {median.p50 / 1000:.2f} ({share(median.p50, other.p50)}) | {median.p99 / 1000:.2f} ({share(median.p99, other.p99)}) |",
              flush=True)


def row(tls, kind, connections, medians):
    """A line of README's table."""
    ours, other = medians["upbeat"], medians["nginx"]
    rate = "-" if kind == "put meeting" else share(ours.rate, other.rate)  # a run ends after MEETINGS
    times = " | ".join(f"{medians[name].cpu:.0f}" for name in ("upbeat", "nginx", "haproxy"))
    return (f"| {tls} | {kind} | {connections} | {times} | {share(ours.cpu, other.cpu)} | {rate} "
            f"| {share(ours.p50, other.p50)} | {share(ours.p99, other.p99)} |")


def write_readme(rows, load):
    head = ("| | request | connections | µs of Upbeat | of nginx | of haproxy | to nginx's | requests/s to nginx's | median wait | 99 % |\n"
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
    tail = (f"\nRounds: {ROUNDS}, of {SECONDS:g} s each. The machine has {os.cpu_count()} processors; its load average was "
            f"{load:.1f} when the\nlast run began.\n")
    path = TOP / "README.md"
    before, _, rest = path.read_text().partition(MARKS[0])
    table, end, after = rest.partition(MARKS[1])
    assert end, f"README.md has no {MARKS[0]}"
    lines = {name_of(line): line for line in table.splitlines() if line.startswith(("| plain |", "| tls |"))}
    lines.update({name_of(line): line for line in rows})
    order = [("plain", "tls"), ("idle, bytes each", *KINDS), tuple(map(str, (*CONNECTIONS, IDLE)))]
    places = sorted(lines, key=lambda name: [names.index(part) for names, part in zip(order, name)])
    path.write_text(before + MARKS[0] + "\n" + head + "\n".join(lines[place] for place in places) + "\n" + tail + "\n" + end + after)


def name_of(line):
    """By which a line of the table is known."""
    return tuple(part.strip() for part in line.split("|")[1:4])


def race_all(race, wanted):
    """Prints what is found out, and returns it as lines of README's table."""
    rows = []
    print("| TLS | request | connections | relay | processor time in us (to nginx) | later | requests/s | median wait in ms | 99 % |")
    print("|---|---|---|---|---|---|---|---|---|")
    for tls in ("plain", "tls"):
        if wanted[0] not in ("", tls):
            continue
        contenders = race.contenders(tls == "tls")
        if wanted[1] in ("", "idle"):
            idle = {name: race.idle(contender, tls == "tls") for name, contender in contenders.items()}
            print(f"| {tls} | idle: bytes a connection | {IDLE} | "
                  + ", ".join(f"{name} {bytes_:.0f} ({share(bytes_, idle['nginx'])})" for name, bytes_ in idle.items()) + " |", flush=True)
            rows.append(f"| {tls} | idle, bytes each | {IDLE} | {idle['upbeat']:.0f} | {idle['nginx']:.0f} | {idle['haproxy']:.0f} "
                        f"| {share(idle['upbeat'], idle['nginx'])} | | | |")
        for kind in KINDS:
            for connections in CONNECTIONS:
                if wanted[1] in ("", kind) and wanted[2] in ("", str(connections)):
                    medians = race.compare(contenders, tls == "tls", kind, connections)
                    tell(tls, kind, connections, medians)
                    rows.append(row(tls, kind, connections, medians))
    return rows


def main():
    missing = [name for name in PROGRAMS if not shutil.which(name)]
    if missing:
        print(f"  not run: there is no {', '.join(missing)}")
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    wanted = (os.environ.get("UPBEAT_RACE", "") + "::").split(":")[:3]
    load = os.getloadavg()[0]
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with (tempfile.TemporaryDirectory(prefix="upbeat-race-") as folder,
          tempfile.TemporaryDirectory(prefix="upbeat-race-", dir=memory) as objects_folder):
        race = Race(folder, objects_folder)
        with race.stack:
            rows = race_all(race, wanted)
    if os.environ.get("UPBEAT_RACE_README"):
        write_readme(rows, load)


if __name__ == "__main__":
    main()
