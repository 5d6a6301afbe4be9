# SPDX-License-Identifier: Apache-2.0
"""No prep call is lost when everything is killed. Clients store customer meetings all at once; meanwhile Upbeat's
whole process group is killed at random moments and started again. Clients repeat what failed, as real ones do. At the
end each client polls once, and every meeting has exactly one prep call.

UPBEAT_N says how many meetings, UPBEAT_SEED repeats the choices (not the timing) of a run.
"""
import dataclasses
import datetime
import http.client
import os
import pathlib
import queue
import random
import sys
import tempfile
import threading
import time
import urllib.parse

import calendars
import support
import tap

N = int(os.environ.get("UPBEAT_N", "24"))
SEED = int(os.environ.get("UPBEAT_SEED") or random.SystemRandom().randrange(1 << 32))
CONNECTIONS = 4  # of each user
# Credentials live for a minute. In that time even the slower servers take the items of this many meetings.
BATCH = 60
KILLS = 3  # of each batch
PATIENCE = 60.0  # seconds that a batch may take from the poll to its end
WEEK = datetime.timedelta(days=7)
ASIDE = 3  # enum ub_job_state


@dataclasses.dataclass
class Meeting:
    user: str
    uid: str
    starts: list  # one for each version that the client stores, in order

    def text(self, start):
        attendees = (self.user, "zoe", "cto@acme.example", "buyer@acme.example")
        return calendars.meeting(uid=self.uid, start=start, attendees=attendees, organizer=self.user)


class Progress:
    """A line that tells how far the run is, and is written over each time."""

    def __init__(self, what):
        self.what, self.shown = what, sys.stderr.isatty()

    def show(self, text):
        if self.shown:
            print(f"\r\033[K{self.what}: {text}", end="", file=sys.stderr, flush=True)

    def end(self):
        if self.shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


class Client:
    """One connection of a calendar client, kept as long as it lasts."""

    def __init__(self, url, user):
        self.address, self.user, self.connection = urllib.parse.urlsplit(url), user, None

    def send(self, method, path, body=None, **fields):
        if not self.connection:
            self.connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=60)
        try:
            self.connection.request(method, path, body, {"Authorization": support.basic(self.user), **fields})
            answer = self.connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            self.close()
            return None

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def insist(self, method, path, body=None, **fields):
        """Tries again until the server has answered for good."""
        end = time.monotonic() + PATIENCE
        tries = 0
        while time.monotonic() < end:
            status = self.send(method, path, body, **fields)
            if status is not None and status < 500:
                return status, tries
            tries += 1
            time.sleep(0.1)
        raise AssertionError(f"{method} {path} was never answered")


class Crowd:
    """Connections of several users that store meetings, each in its user's calendar."""

    def __init__(self, upbeat, path_of, meetings, dice):
        self.upbeat, self.path_of = upbeat, path_of
        self.stored, self.failures, self.lock = 0, [], threading.Lock()
        self.todo = {user: queue.SimpleQueue() for user in support.USERS}
        for meeting in meetings:
            self.todo[meeting.user].put(meeting)
        self.threads = [
            threading.Thread(target=self.work, args=(user, dice.random() < 0.5))
            for user in support.USERS
            for _ in range(CONNECTIONS)
        ]

    def work(self, user, careful):
        client = Client(self.upbeat.url, user)
        try:
            while not self.todo[user].empty():
                self.store(client, self.todo[user].get_nowait(), careful)
        except (AssertionError, queue.Empty) as failure:
            if isinstance(failure, AssertionError):
                self.failures.append(str(failure))
        client.close()

    def store(self, client, meeting, careful):
        path = f"{self.path_of(meeting.user)}{meeting.uid}.ics"
        fields = {"Content-Type": "text/calendar; charset=utf-8"}
        for n, start in enumerate(meeting.starts):
            condition = {"If-None-Match": "*"} if careful and n == 0 else {}
            status, tries = client.insist("PUT", path, meeting.text(start).encode(), **fields, **condition)
            # A careful client that tried before finds what that try has stored.
            assert status in (200, 201, 204) or (status == 412 and tries and condition), f"PUT {path}: {status}"
        with self.lock:
            self.stored += 1

    def is_done(self):
        return not any(thread.is_alive() for thread in self.threads)


class Batch:
    """Meetings in a calendar of each user that nothing else is in."""

    def __init__(self, server, upbeat, store, number, size):
        self.dice = random.Random(f"{SEED}/{server.name}/{number}")
        self.server, self.upbeat, self.store, self.number = server, upbeat, store, number
        for user in support.USERS:
            answer = support.request("MKCALENDAR", server.url + self.path_of(user), user)
            tap.equal(answer.status, 201, "MKCALENDAR")
        self.meetings = [self.meeting(n) for n in range(size)]
        self.progress = Progress(f"{server.name}, batch {number + 1}")

    def path_of(self, user):
        return f"{self.server.home_of(user)}crash-{self.number}/"

    def meeting(self, n):
        start = calendars.business_day(self.dice.randrange(8, 30), self.dice.randrange(9, 16))
        moves = self.dice.random() < 0.2
        return Meeting(self.dice.choice(support.USERS), f"{self.number}-{n}", [start, start + WEEK][: 1 + moves])

    def run(self):
        """Runs all stores at once, and kills everything now and then. Returns how often."""
        crowd = Crowd(self.upbeat, self.path_of, self.meetings, self.dice)
        moments = sorted(self.dice.randrange(len(self.meetings)) for _ in range(KILLS))
        for thread in crowd.threads:
            thread.start()
        for moment in moments:
            while crowd.stored < moment and not crowd.is_done():
                self.progress.show(f"{crowd.stored} of {len(self.meetings)} stored")
                time.sleep(0.01)
            time.sleep(self.dice.random() * 0.2)
            self.upbeat.kill_group()
            self.upbeat.launch()
        for thread in crowd.threads:
            thread.join()
        tap.equal(crowd.failures, [], "uploads that failed")

    def poll(self):
        """Each client polls once. What happens afterwards needs no client any more."""
        for user in support.USERS:
            for _ in range(CONNECTIONS):
                client = Client(self.upbeat.url, user)
                tap.equal(client.insist("PROPFIND", self.path_of(user), Depth="1")[0], 207, "PROPFIND")
                client.close()

    def complaints(self):
        """What is wrong on the server, which is asked directly."""
        found = []
        for user in support.USERS:
            calendar = calendars.Calendar(self.server.url + self.path_of(user), user)
            texts = [text for _, text in calendar.objects().values()]
            found += complaints_of([m for m in self.meetings if m.user == user], texts)
        return found

    def evidence(self, complaints):
        """What is wrong, and whatever Upbeat has warned of: a write that went on unconfirmed may be lost."""
        warnings = [line for line in self.upbeat.said().splitlines() if " warning " in line or " error " in line]
        keys = support.keys_in(self.store)
        return "\n".join([f"{len(complaints)} wrong: {complaints[:5]}; {keys[:5]}", *warnings[-10:]])

    def settle(self):
        end = time.monotonic() + PATIENCE
        while support.keys_in(self.store) or self.complaints():
            complaints = self.complaints()
            self.progress.show(f"{len(complaints)} to be worked off")
            assert time.monotonic() < end, self.evidence(complaints)
            time.sleep(0.5)
        self.progress.end()


def complaints_of(meetings, texts):
    events = [component for text in texts for component in calendars.components(text)]
    stored = {event.value("UID"): event for event in events if not event.all("RELATED-TO")}
    items = [event for event in events if event.all("RELATED-TO")]
    found = [f"{m.uid} is not there" for m in meetings if m.uid not in stored]
    found += [f"orphan of {i.value('RELATED-TO')}" for i in items if i.value("RELATED-TO") not in stored]
    for meeting in meetings:
        titles = sorted(item.text("SUMMARY") for item in items if item.value("RELATED-TO") == meeting.uid)
        preps = [item for item in items if item.value("RELATED-TO") == meeting.uid and is_prep(item)]
        if len(preps) != 1 or len(titles) < 3 or len(set(titles)) != len(titles):
            found.append(f"{meeting.uid} has {titles}")
        elif not timedelta_is_sound(meeting, preps[0]):
            found.append(f"{meeting.uid} at {meeting.starts[-1]} has its prep call {preps[0].time('DTSTART')}")
    return found


def is_prep(item):
    return ": prep for " in item.text("SUMMARY")


def timedelta_is_sound(meeting, prep):
    """The prep call is less than a week before the start in the meeting's last version."""
    days = (meeting.starts[-1] - prep.time("DTSTART").astimezone(calendars.BERLIN)).days
    return 0 < days < 7


class Story(support.World):
    def __init__(self):
        super().__init__()
        self.batches = -(-N // BATCH)
        tap.note(f"seed {SEED}: UPBEAT_SEED={SEED} UPBEAT_N={N}")

    def survive(self, kind, **environment):
        server = self.start(kind)
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        store, site = folder / "store.db", folder / "site"
        site.mkdir()
        # More meetings than a fortnight has room for: what stands when is another story.
        (site / "site.yaml").write_text("format: 1\nchange:\n  - {rule: prep, items: {prep: {free: nobody}}}\n")
        upbeat = self.start(support.Upbeat, server, store=f"sqlite:{store}", rules=f"[{support.TOP}/rules, {site}]", **environment)
        began = time.monotonic()
        for number in range(self.batches):
            batch = Batch(server, upbeat, store, number, min(BATCH, N - number * BATCH))
            batch.run()
            batch.poll()
            batch.settle()
            tap.equal([key for key in support.keys_in(store) if key[1] == ASIDE], [], "set aside")
        time.sleep(2)
        tap.equal(batch.complaints(), [], "complaints after a while")
        upbeat.is_sane()
        took = time.monotonic() - began
        tap.note(f"{server.name}: {N} meetings, {KILLS * self.batches} kills, {took:.0f} s")


@tap.case("Radicale: every meeting has its one prep call, whatever was killed when")
def _(story):
    story.survive(support.Radicale)


@tap.case("Xandikos: every meeting has its one prep call, whatever was killed when")
def _(story):
    story.survive(support.Xandikos)


@tap.case("a slow disk: no write goes on before it is there")
def _(story):
    story.survive(support.Radicale, **support.slow_disk(600))


with support.world(Story) as opened:
    sys.exit(tap.run(opened))
