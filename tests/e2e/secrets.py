# SPDX-License-Identifier: Apache-2.0
"""No credential reaches a disk: not in the store, not in the log, not in a core dump."""
import base64
import json
import os
import pathlib
import signal
import sys

import calendars
import support
import tap

WRONG = "Sesame-open-4711"
TOKEN = "token-of-somebody-0815"
ICS = {"Content-Type": "text/calendar"}


def forms(text):
    """A secret as it may stand somewhere: plain, in base64 (at any offset), for programs."""
    plain = text.encode()
    yield plain
    for shift in range(3):
        code = base64.b64encode(b"x" * shift + plain)
        yield code[4 if shift else 0 : -4]
    yield json.dumps(text)[1:-1].encode()


SECRETS = {form for text in (support.password("alice"), support.password("bob"), WRONG, TOKEN) for form in forms(text)}
SECRETS = {form for form in SECRETS if len(form) > 4} | {support.basic(user)[6:].encode() for user in support.USERS}


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.server = self.start(support.Radicale)
        self.store = self.folder / "upbeat.db"
        settings = f"{support.ORGANIZATION}log: {{level: debug}}\ndeletion_grace: 1s\n"
        self.upbeat = self.start(support.Upbeat, self.server, settings=settings, store=f"sqlite:{self.store}")
        return self

    def processes(self):
        """The relay and the engine, its child."""
        return [self.upbeat.pid, *support.children_of(self.upbeat.pid)]


@tap.case("traffic of all kinds leaves no credential in the store's files and in the log")
def _(story):
    for user in ("alice", "bob"):
        calendar = calendars.Calendar(story.upbeat.calendar_of(user), user)
        for n in range(5):
            calendar.put(f"{n}.ics", calendars.meeting(uid=f"{user}-{n}", attendees=(user, "cto@acme.example"), organizer=user))
        calendar.delete("0.ics")
    url = story.upbeat.calendar_of("alice")
    wrong = {**ICS, "Authorization": "Basic " + base64.b64encode(f"alice:{WRONG}".encode()).decode()}
    tap.equal(support.request("PUT", url + "w.ics", None, calendars.meeting(), wrong).status, 401, "a wrong password")
    bearer = {**ICS, "Authorization": f"Bearer {TOKEN}"}
    tap.equal(support.request("PUT", url + "b.ics", None, calendars.meeting(), bearer).status, 401, "a token")
    story.upbeat.kill_group()
    story.upbeat.launch()
    support.request("PROPFIND", url, "alice", None, {"Depth": "0"})
    support.request("PROPFIND", story.upbeat.calendar_of("bob"), "bob", None, {"Depth": "0"})
    tap.eventually(lambda: not [key for key in support.keys_in(story.store) if key[1] != 2], "all is worked off", 20)
    files = [*story.folder.glob("upbeat.db*"), story.upbeat.log, story.upbeat.settings]
    assert len(files) >= 3, files
    assert b"alice" in story.store.read_bytes() + pathlib.Path(f"{story.store}-wal").read_bytes(), "who waits is known"
    for path in files:
        found = [secret for secret in SECRETS if secret in path.read_bytes()]
        tap.equal(found, [], f"secrets in {path.name}")


@tap.case("what is searched for would be found")
def _(_):
    found = lambda text: [secret for secret in SECRETS if secret in text]  # noqa: E731
    assert found(support.basic("alice").encode()), "in base64"
    assert found(f"Bearer {TOKEN}".encode()), "a token"


@tap.case("neither process may leave a core dump, and the engine that dies leaves none")
def _(story):
    processes = story.processes()
    tap.equal(len(processes), 2, "processes")
    for pid in processes:
        limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
        (line,) = [line for line in limits.splitlines() if line.startswith("Max core file size")]
        tap.equal(line.split()[4:6], ["0", "0"], "core file size")
    os.kill(processes[1], signal.SIGSEGV)
    tap.eventually(lambda: len(now := story.processes()) == 2 and now[1] != processes[1], "another engine", 10)
    cores = [path for path in (*story.folder.rglob("core*"), *pathlib.Path().glob("core*")) if path.is_file()]
    tap.equal(cores, [], "core dumps")


sys.exit(tap.run_in_each(support.worlds(lambda _: Story(), [support.Radicale])))
