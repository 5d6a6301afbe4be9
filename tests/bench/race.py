# SPDX-License-Identifier: Apache-2.0
"""Races Upbeat, nginx and haproxy as reverse proxies of the same server: plain and with TLS, reads and writes, at 1, 32
and 256 connections. Each has one processor to itself, the load and the server behind share the rest. They take turns.
Printed are medians of the rounds: processor time a request, which is user and system time of all the processes of a
contender; requests a second; the wait for an answer. What Upbeat does after its answers is counted, and shown apart.

Debian packages: nginx, haproxy, wrk, openssl. Run where the program was built.

    UPBEAT_RACE="plain:put meeting:32" make bench    only that: TLS or plain, kind, connections; each may be left empty
    UPBEAT_RACE_SECONDS=2 UPBEAT_RACE_ROUNDS=3       how long, how often
"""
import contextlib
import dataclasses
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(os.environ["srcdir"])
sys.path.insert(0, str(TOP / "tests" / "e2e"))

import calendars
import support

SECONDS = float(os.environ.get("UPBEAT_RACE_SECONDS", "2"))
ROUNDS = int(os.environ.get("UPBEAT_RACE_ROUNDS", "3"))
PROGRAMS = ("nginx", "haproxy", "wrk", "openssl")
CONNECTIONS = (1, 32, 256)
KINDS = ("get 300 B", "get 8 KB", "propfind", "put 4 KB", "put meeting")
FIRST, *REST = sorted(os.sched_getaffinity(0))
COLLECTION = "/users/alice/work"
PERSON = """\
<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:response>\
<d:href>$uri</d:href><d:propstat><d:prop><d:current-user-principal><d:href>/users/alice/</d:href></d:current-user-principal>\
<d:owner><d:href>/users/alice/</d:href></d:owner><d:displayname>Work</d:displayname>\
<d:resourcetype><d:collection/><c:calendar/></d:resourcetype><c:calendar-home-set><d:href>/users/alice/</d:href></c:calendar-home-set>\
<c:calendar-user-address-set><d:href>mailto:alice@ours.example</d:href></c:calendar-user-address-set>\
<c:supported-calendar-component-set><c:comp name="VEVENT"/><c:comp name="VTODO"/></c:supported-calendar-component-set>\
</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response></d:multistatus>"""
SERVER = """\
daemon off; master_process off; pid {folder}/server.pid; error_log stderr crit; worker_rlimit_nofile 8192;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 100000000; keepalive_timeout 600s; client_body_buffer_size 64k;
client_body_temp_path {folder}/server-body; types {{ text/calendar ics; }}
server {{ listen 127.0.0.1:{port} backlog=1024; root {folder}/files;
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
local n = 0
local body = [[{body}]]
local function at(name, seconds)
  return name .. ";TZID=Europe/Berlin:" .. os.date("!%Y%m%dT%H%M%S", seconds)
end
request = function()
  n = n + 1
  local text = body
  if {counts} then
    local start = {start} + n % 4000 * 3600
    text = string.gsub(body, "\\nUID:", "\\nUID:" .. n .. "-{tag}-")
    text = string.gsub(text, "DTSTART;TZID=Europe/Berlin:%w+", at("DTSTART", start))
    text = string.gsub(text, "DTEND;TZID=Europe/Berlin:%w+", at("DTEND", start + 1800))
  end
  return wrk.format("{method}", string.gsub("{path}", "#", n .. "-{tag}"), head, text)
end
done = function(summary, latency)
  local errors = summary.errors
  print(string.format("RESULT %d %d %d %d %d", summary.requests, summary.duration, latency:percentile(50),
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
    later: float  # processor time a request after the last answer


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
        return [pid, *map(int, pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]

    def cpu(self):
        """User and system time of the process and its children, in microseconds."""
        return sum(time.clock_gettime(((~pid) << 3) | 2) for pid in self.pids()) * 1e6

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
    def __init__(self, folder):
        self.folder, self.stack, self.tag = pathlib.Path(folder), contextlib.ExitStack(), 0
        self.objects = objects()
        self.place = self.folder / "files" / COLLECTION[1:]
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
             "/CN=localhost", "-keyout", self.folder / "key.pem", "-out", self.folder / "cert.pem"], check=True, capture_output=True)
        (self.folder / "both.pem").write_text((self.folder / "cert.pem").read_text() + (self.folder / "key.pem").read_text())
        self.upstream = support.free_port()
        self.write("server.conf", SERVER, port=self.upstream, person=PERSON)
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
            f"control: control-{mark}\nlog: {{level: error}}\nrules: {TOP}/rules\nsync_every: 0s\n{support.ORGANIZATION}"
            + (f"tls: {{certificate: {self.folder}/cert.pem, key: {self.folder}/key.pem}}\n" if tls else ""))
        upbeat = self.start([support.program(), "serve", "-c", settings], ports[0], [FIRST])
        return {"upbeat": upbeat,
                "nginx": self.start(["nginx", "-p", self.folder, "-c", nginx], ports[1], [FIRST]),
                "haproxy": self.start(["haproxy", "-db", "-f", haproxy], ports[2], [FIRST])}

    def clear(self):
        shutil.rmtree(self.place, ignore_errors=True)
        self.place.mkdir(parents=True)
        for kind in ("get 300 B", "get 8 KB"):
            (self.place / f"{kind.split()[1]}.ics").write_text(self.objects[kind])

    def load(self, kind):
        method, *name = kind.upper().split(" ", 1)
        path = COLLECTION + {"PUT": "/#.ics", "GET": f"/{name[0].split()[0] if name else ''}.ics", "PROPFIND": "/"}[method]
        body = PERSON if method == "PROPFIND" else self.objects[kind] if method == "PUT" else ""
        self.tag += 1
        script = self.folder / "load.lua"
        script.write_text(LOAD.format(method=method, path=path, body=body, tag=self.tag, start=int(time.time()) // 3600 * 3600 + 86400, counts=str(method == "PUT").lower(),
                                      type="text/calendar; charset=utf-8" if method == "PUT" else "text/xml"))
        return script

    def run(self, contender, tls, kind, connections, seconds):
        process, port = contender
        self.clear()
        process.rest()
        before = process.cpu()
        said = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "-s", self.load(kind), f"{'https' if tls else 'http'}://127.0.0.1:{port}"],
            check=True, capture_output=True, text=True, preexec_fn=lambda: os.sched_setaffinity(0, REST or [FIRST])).stdout
        after = process.cpu()
        process.rest()
        found = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+)", said)
        assert found and found[5] == "0" and int(found[1]) > 0, f"{kind}: {said}"
        requests, duration, p50, p99 = map(int, found.groups()[:4])
        return Run((after - before) / requests, requests / duration * 1e6, p50, p99, (process.cpu() - after) / requests)

    def compare(self, contenders, tls, kind, connections):
        runs = {name: [] for name in contenders}
        for _ in range(ROUNDS):
            for name, contender in contenders.items():
                runs[name].append(self.run(contender, tls, kind, connections, SECONDS))
        medians = {name: Run(*(statistics.median(getattr(run, field.name) for run in all_of) for field in dataclasses.fields(Run)))
                   for name, all_of in runs.items()}
        other = medians["nginx"]
        for name, median in medians.items():
            print(f"| {'TLS' if tls else 'plain'} | {kind} | {connections} | {name} | {median.cpu:.1f} ({median.cpu / other.cpu:.2f}) "
                  f"| {median.later:.1f} | {median.rate:.0f} ({median.rate / other.rate:.2f}) "
                  f"| {median.p50 / 1000:.2f} ({median.p50 / other.p50:.2f}) | {median.p99 / 1000:.2f} ({median.p99 / other.p99:.2f}) |", flush=True)


def main():
    missing = [name for name in PROGRAMS if not shutil.which(name)]
    if missing:
        print(f"  not run: there is no {', '.join(missing)}")
        return
    wanted = (os.environ.get("UPBEAT_RACE", "") + "::").split(":")[:3]
    with tempfile.TemporaryDirectory(prefix="upbeat-race-") as folder:
        race = Race(folder)
        with race.stack:
            print("| TLS | request | connections | relay | processor time in us (to nginx) | later | requests/s | median wait in ms | 99 % |")
            print("|---|---|---|---|---|---|---|---|---|")
            for tls in (False, True):
                if wanted[0] not in ("", "tls" if tls else "plain"):
                    continue
                contenders = race.contenders(tls)
                for kind in KINDS:
                    for connections in CONNECTIONS:
                        if wanted[1] in ("", kind) and wanted[2] in ("", str(connections)):
                            race.compare(contenders, tls, kind, connections)


main()
