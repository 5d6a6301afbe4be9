# SPDX-License-Identifier: Apache-2.0
"""An hour of mixed traffic through the ordinary program: hundreds of connections, plain and with TLS, that ask, stall, close
one side and reset, while the server is restarted, rules and certificates are read again, and the engine is killed. No
answer goes to another request, nothing fails but by the server's absence, and neither process grows or loses a file.

UPBEAT_SOAK_SECONDS says how long (3600 by default for `make soak`, a few seconds in `make check`), UPBEAT_SOAK_CONNECTIONS how
many connections at a time, UPBEAT_SOAK_RATE about how many requests a second, UPBEAT_SEED repeats the choices (not the timing).

In the first half the engine is killed again and again; in the second half it lives, so that its own growth would show. What
is compared is memory that the process has written itself (Pss_Anon of smaps_rollup: heap, stacks, data), and all that is
resident (Rss), while no connection is open: of the relay after the warm-up and at the end, of the engine that lives on after
its warm-up and at the end.

The warm-up of an hour, nine minutes, lets grow what has a bound. Most of it is in pages that a free piece holds in a thread's
cache in malloc(), 448 pieces at most: 1.8 MB a thread. Then places for as many clients as there were at once, what OpenSSL
remembers of the first twenty reloads, the rules before and after a reload, SQLite's pages. A run with less than WARM_SECONDS
of it tells the sizes and compares nothing.
"""
import asyncio
import collections
import contextlib
import os
import pathlib
import random
import re
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "e2e"))

import calendars
import certificates
import support
import tap
import traffic

SECONDS = float(os.environ.get("UPBEAT_SOAK_SECONDS", "4"))
CONNECTIONS = int(os.environ.get("UPBEAT_SOAK_CONNECTIONS", "60" if SECONDS < 60 else "500"))
RATE = float(os.environ.get("UPBEAT_SOAK_RATE", "150"))
SEED = int(os.environ.get("UPBEAT_SEED") or random.SystemRandom().randrange(1 << 32))
ALLOWED = 1.05  # of what it was
tap.CASE_SECONDS += SECONDS
KEPT = 8  # connections to the server that the engine may keep
TRIM_SECONDS = 121  # until both have given back what nobody has used for a minute
MEMORY_SECONDS = 120  # in shorter runs nobody looks
WARM = 0.15  # of the time
WARM_SECONDS = 240  # until what has a bound has come near to it
AFTERWARDS = 1.0  # seconds after the server's return in which a request may still fail by its absence
RULES = """\
format: 1
rules:
  - name: soak
    when: meeting.customer
    create:
      - event: soak
        title: "Soak {n}: {{{{ meeting.title }}}}"
        between: [3 business days before start, 2 business days before start]
        duration: {minutes}m
        attendees: meeting.internal
"""


class Origin(support.Process):
    def __init__(self, folder, pair):
        self.port = support.free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        program = pathlib.Path(__file__).with_name("origin.py")
        super().__init__("origin", [sys.executable, "-B", program, self.port, *pair], folder)
        self.wait_for(lambda: support.listens(self.port), "it listens")

    def calendar_of(self, user):
        return f"/{user}/cal/"


class Upbeat(support.Upbeat):
    """Listens at two places: with TLS, and plain."""

    def listen(self):
        self.plain = support.free_port()
        return f"[127.0.0.1:{self.port}, {{address: 127.0.0.1:{self.plain}, tls: no}}]"


class Process:
    """One of the two processes, looked at from outside."""

    def __init__(self, name, pid):
        self.name, self.pid, self.path = name, pid, pathlib.Path(f"/proc/{pid}")

    def files(self):
        """What is open: how many of each kind, or of each name."""
        found = collections.Counter()
        for each in (self.path / "fd").iterdir():
            with contextlib.suppress(OSError):
                found[re.sub(r":\[\d+\]", "", os.readlink(each))] += 1
        return found

    def memory(self):
        """kB that it has written itself, and that are resident."""
        text = (self.path / "smaps_rollup").read_text()
        return {name: int(re.search(rf"^{name}:\s+(\d+)", text, re.M)[1]) for name in ("Pss_Anon", "Rss")}


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.dice = random.Random(SEED)
        self.authority = certificates.Authority(self.folder)
        self.trusted = self.authority.trust()
        self.origin = self.start(Origin, self.authority.issue("dav", "DNS:dav.ours.example,IP:127.0.0.1"))
        self.rules = self.folder / "rules"
        self.rules.mkdir()
        self.reloads = self.restarts = self.kills = self.told = 0
        self.write_rules()
        certificate, key = self.new_certificate()
        self.store = self.folder / "upbeat.db"
        self.upbeat = self.start(Upbeat, self.origin, f"""{support.ORGANIZATION}\
deletion_grace: 1s
sync_every: 5s
tls: {{certificate: {certificate}, key: {key}}}
upstream_tls: {{ca: {self.authority.certificate}}}
""", f"sqlite:{self.store}", f"[{support.TOP / 'rules'}, {self.rules}]")
        ports = {True: self.upbeat.port, False: self.upbeat.plain}
        self.crowd = traffic.Crowd(CONNECTIONS, RATE, ports, self.trusted, self.dice)
        self.began = time.monotonic()
        return self

    # ---- what disturbs ----

    def write_rules(self):
        text = RULES.format(n=self.reloads, minutes=30 + self.reloads % 4 * 5)
        (self.rules / "rules.yaml").write_text(text)

    def new_certificate(self):
        return self.authority.issue("cal", "DNS:cal.ours.example,IP:127.0.0.1")

    async def reload(self):
        self.reloads += 1
        self.write_rules()
        await asyncio.to_thread(self.new_certificate)
        os.kill(self.upbeat.pid, signal.SIGHUP)

    async def restart_server(self):
        """Gone, with all its connections, and back after a moment."""
        self.restarts += 1
        self.crowd.away.append((time.monotonic(), None))
        os.kill(self.origin.pid, signal.SIGUSR1)
        # Two signals at once would be one to it.
        await asyncio.to_thread(self.origin.wait_for, lambda: not support.listens(self.origin.port), "it is gone")
        await asyncio.sleep(0.3 + self.dice.random())
        os.kill(self.origin.pid, signal.SIGUSR1)
        await asyncio.to_thread(self.origin.wait_for, lambda: support.listens(self.origin.port), "it is back")
        await asyncio.sleep(AFTERWARDS * tap.PATIENCE)
        self.crowd.away[-1] = (self.crowd.away[-1][0], time.monotonic())

    async def kill_engine(self):
        """Not one that is only starting: the back-off between starts is another matter."""
        engine = support.engine_of(self.upbeat.pid)
        if engine and self.upbeat.has_engine():
            self.kills += 1
            os.kill(engine, signal.SIGKILL)
            await asyncio.to_thread(self.upbeat.wait_for, lambda: self.ended() >= self.kills, "its engine's end")

    def ended(self):
        return self.upbeat.said().count("the engine ended")

    async def each(self, what, seconds, over):
        """Does it again and again, each time to its end, until it is over."""
        while True:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(over.wait(), seconds())
                return
            await what()

    def disturb(self, what, seconds, over):
        return self.each(what, lambda: seconds * (0.5 + self.dice.random()), over)

    async def tell(self):
        """A line each ten seconds for whoever looks, and each minute for the log."""
        self.told += 1
        if sys.stderr.isatty():
            print(self.state(), file=sys.stderr, flush=True)
        elif self.told % 6 == 0:
            tap.note(self.state())

    def state(self):
        counts = self.crowd.counts
        sizes = ", ".join(f"{each.name} {each.memory()['Rss']} kB" for each in self.processes())
        return (f"{time.monotonic() - self.began:.0f} of {SECONDS:.0f} s: {counts['good']} good answers, {counts['wrong']} wrong, "
                f"{counts['failed']} failed, {counts['failed while the server was away']} while the server was away; {sizes}")

    async def drive(self, seconds, kills):
        """Traffic for so long, and what disturbs it: more often in a short run, so that all of it comes up."""
        scale = min(1.0, SECONDS / 1200)
        plan = [(self.reload, max(1.0, 30 * scale)), (self.restart_server, max(2.5, 60 * scale))]
        if kills:
            plan.append((self.kill_engine, max(2.0, 90 * scale)))
        over = asyncio.Event()
        tasks = [asyncio.create_task(self.disturb(*what, over)) for what in plan]
        tasks.append(asyncio.create_task(self.each(self.tell, lambda: 10, over)))
        await self.crowd.drive(seconds)
        over.set()
        await asyncio.gather(*tasks)
        tap.eventually(self.upbeat.has_engine, "an engine", 60)

    # ---- what is looked at ----

    def processes(self):
        engine = support.engine_of(self.upbeat.pid)
        return [Process("relay", self.upbeat.pid)] + ([Process("engine", engine)] if engine else [])

    def settle(self):
        """Nobody is connected, and the engine has nothing left to do: each user looks once, and brings his credentials."""
        def is_idle():
            for user in traffic.USERS:
                support.request("PROPFIND", f"http://127.0.0.1:{self.upbeat.plain}/{user}/cal/", user, None, {"Depth": "0"}, 120)
            time.sleep(1)
            return not [key for key in support.keys_in(self.store) if key[1] != 2]

        tap.eventually(is_idle, "nothing is left to do", 240)
        tap.eventually(lambda: not self.lost("relay", self.upbeat.pid), "the relay's connections are closed", 60)

    def lost(self, name, pid):
        """What the process has open beyond what its first requests have opened, and beside connections that it keeps."""
        more = Process(name, pid).files() - self.files_at_first[name]
        if name == "engine" and more["socket"] <= KEPT:
            del more["socket"]
        return dict(more)

    def measure(self, when):
        time.sleep(TRIM_SECONDS)
        found = {each.name: each.memory() for each in self.processes()}
        tap.note(f"{when}: " + "; ".join(f"{name}: {sizes['Pss_Anon']} kB of its own, {sizes['Rss']} kB resident"
                                         for name, sizes in found.items()))
        return found

    async def live(self):
        """The whole time, in four parts, with a look at the processes after each."""
        self.first_requests()
        if SECONDS < MEMORY_SECONDS:
            return await self.drive(SECONDS, kills=True)
        await self.drive(SECONDS * WARM, kills=True)
        self.settle()
        self.warm = self.measure("after the warm-up")
        await self.drive(SECONDS * 0.35, kills=True)
        self.settle()
        self.measure("half-way")
        await self.drive(SECONDS * WARM, kills=False)
        self.settle()
        self.lived = self.measure("when the last engine is warm")
        await self.drive(SECONDS * 0.35, kills=False)
        self.settle()
        self.last = self.measure("at the end")

    def first_requests(self):
        """What opens files for good. The relay opens none: what it opens for a request, it closes."""
        self.files_at_first = {"relay": Process("relay", self.upbeat.pid).files()}
        for user in traffic.USERS[:2]:
            url = f"http://127.0.0.1:{self.upbeat.plain}/{user}/cal/first.ics"
            text = calendars.meeting(uid=f"first-{user}", attendees=(user, "cto@acme.example"), organizer=user)
            tap.equal(support.request("PUT", url, user, text).status, 201, "PUT")
        tap.eventually(lambda: not support.keys_in(self.store), "its items are there", 60)
        self.files_at_first["engine"] = Process("engine", support.engine_of(self.upbeat.pid)).files()


async def shown_serial(story):
    """The number of the certificate that a new client sees."""
    _, writer = await asyncio.open_connection("127.0.0.1", story.upbeat.port, ssl=story.trusted, server_hostname="cal.ours.example")
    serial = writer.get_extra_info("ssl_object").getpeercert()["serialNumber"]
    writer.close()
    return serial


@tap.case("every answer is the one to its request, and nothing fails but what the clients or the server break off")
def _(story):
    tap.note(f"UPBEAT_SEED={SEED} UPBEAT_SOAK_SECONDS={SECONDS:.0f} UPBEAT_SOAK_CONNECTIONS={CONNECTIONS}")
    asyncio.run(story.live())
    counts = story.crowd.counts
    tap.note(f"{SECONDS:.0f} s, {CONNECTIONS} connections, {story.reloads} reloads, {story.restarts} restarts of the server, "
             f"{story.kills} kills of the engine")
    tap.note(", ".join(f"{name}: {n}" for name, n in sorted(counts.items())))
    assert counts["good"] > SECONDS * min(RATE, 20) / 10, f"hardly any traffic: {counts}"
    tap.equal(story.crowd.wrong, [], "answers to something else")
    tap.equal(story.crowd.failures, [], "what failed")


@tap.case("new connections are shown the last certificate, and the last rules hold")
def _(story):
    if story.reloads:
        wanted = certificates.openssl("x509", "-in", story.folder / "cal.pem", "-noout", "-serial").strip().partition("=")[2]
        tap.eventually(lambda: asyncio.run(shown_serial(story)) == wanted, "the last certificate", 20)
        assert "reload: failed" not in story.upbeat.said(), story.upbeat.said()


@tap.case("when all clients are gone, the relay has as many files as at first, and the engine as after its first requests")
def _(story):
    for process in story.processes():
        tap.eventually(lambda: not story.lost(process.name, process.pid), f"{process.name}: {story.lost(process.name, process.pid)}", 60)


@tap.case("neither process has grown since its warm-up")
def _(story):
    if SECONDS * WARM < WARM_SECONDS:
        raise tap.Skip(f"{SECONDS:.0f} s are too short for a warm-up")
    for name, warm in (("relay", story.warm["relay"]), ("engine", story.lived["engine"])):
        for kind, before in warm.items():
            after = story.last[name][kind]
            assert after <= before * ALLOWED, f"{name}, {kind}: {before} kB have become {after} kB"


@tap.case("the engine ended only when it was killed, the daemon ends when told to, and nobody complained")
def _(story):
    tap.equal(story.ended(), story.kills, "ends of the engine")
    tap.equal(story.upbeat.stop(30), 0, "exit status")
    story.upbeat.is_sane()


with support.world(Story) as world:
    failed = tap.run(world)
    if failed:
        worth = [line for line in world.upbeat.said().splitlines() if " info engine: " not in line]
        tap.note("\n".join(worth)[-20000:])
    if "UPBEAT_SOAK_SECONDS" in os.environ:
        print(tap.counted())
    sys.exit(failed)
