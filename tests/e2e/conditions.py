# SPDX-License-Identifier: Apache-2.0
"""Hostile surroundings: a full disk, a store that cannot be opened. Traffic passes, or one clear line says why Upbeat
does not start. Files that are not Upbeat's stay as they were.
"""
import contextlib
import os
import pathlib
import sqlite3
import subprocess
import sys
import threading
import time

import calendars
import support
import tap

SOON = 5.0
ITEMS = 4  # of an ordinary customer meeting
LOCK_PATIENCE = 5.0  # UB_STORE_LOCK_MS


def privileged(*command):
    """A command that root may run, where mounting is allowed at all."""
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if result.returncode != 0:
        raise tap.Skip(f"{command[0]}: {result.stderr.strip()}")


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.radicale = self.start(support.Radicale)
        self.made = 0
        return self

    def new_folder(self):
        self.made += 1
        folder = self.folder / f"store-{self.made}"
        folder.mkdir()
        return folder

    def refused(self, store):
        """What `serve` says, in one line, instead of starting on this store."""
        settings = self.new_folder() / "upbeat.yaml"
        settings.write_text(
            f"listen: 127.0.0.1:{support.free_port()}\nupstream: {self.radicale.url}\nrules: {support.TOP}/rules\n"
            f"store: sqlite:{store}\n{support.ORGANIZATION}"
        )
        ended = support.run("serve", "-c", settings)
        tap.equal(ended.returncode, 1, f"the status, with {ended.stderr!r}")
        tap.equal(len(ended.stderr.splitlines()), 1, f"lines of {ended.stderr!r}")
        tap.contains(ended.stderr, f"the store: {store}: ", "what is said")
        return ended.stderr

    def is_left_alone(self, store, because):
        """The store is refused, and the store and its folder stay as they were."""
        before = contents(store.parent)
        tap.contains(self.refused(store), because, "what is said")
        tap.equal(contents(store.parent), before, "the folder")


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def run_sql(store, *statements):
    with contextlib.closing(sqlite3.connect(store)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


@contextlib.contextmanager
def mounted(folder, *arguments):
    privileged("mount", *arguments, folder)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(folder):
    """Leaves no byte free."""
    piece = b"x" * 65536
    with (folder / "filler").open("wb", buffering=0) as file:
        while piece:
            try:
                file.write(piece)
            except OSError:
                piece = piece[: len(piece) // 2]


def complaints(upbeat):
    return [line for line in upbeat.said().splitlines() if "store" in line]


@contextlib.contextmanager
def on_small_disk(story, settings):
    """A daemon whose store is on a disk that fill() can fill, that disk, and alice's calendar."""
    with mounted(story.new_folder(), "-t", "tmpfs", "-o", "size=8m", "tmpfs") as folder:
        upbeat = story.start(support.Upbeat, story.radicale, f"{support.ORGANIZATION}{settings}", f"sqlite:{folder}/upbeat.db")
        yield upbeat, folder, calendars.Calendar(upbeat.calendar_of("alice"), "alice")
        upbeat.stop()
        upbeat.is_sane()


def put_meetings(calendar, *names):
    for name in names:
        began = time.monotonic()
        tap.equal(calendar.put(f"{name}.ics", calendars.meeting(uid=name)).status, 201, "PUT")
        assert time.monotonic() - began < 2 * tap.PATIENCE, "the PUT took too long"


def items_of(calendar, names):
    return sum(len(calendar.items_of(name)) for name in names)


@tap.case("while the disk is full meetings pass and get their items; with space again nothing is left to do, and all is known")
def _(story):
    with on_small_disk(story, "deletion_grace: 1s\n") as (upbeat, folder, calendar):
        store, meetings = folder / "upbeat.db", [f"full-{n}" for n in range(20)]
        fill(folder)
        put_meetings(calendar, *meetings)
        tap.eventually(lambda: items_of(calendar, meetings) == 20 * ITEMS, "items while the disk is full", 30)
        tap.equal(len(complaints(upbeat)), 1, f"lines in {complaints(upbeat)}")
        tap.contains(complaints(upbeat)[0], "full", "what is said")
        (folder / "filler").unlink()
        put_meetings(calendar, "space")
        tap.eventually(lambda: len(calendar.items_of("space")) == ITEMS, "items with space again", SOON)
        known = lambda: support.rows_in(store, "SELECT count(*) FROM seen") == [(21,)] and not support.keys_in(store)
        tap.eventually(known, "all meetings are known, and all keys worked off", 60)
        tap.equal(items_of(calendar, meetings), 20 * ITEMS, "items")
        for name in meetings:
            calendar.delete(f"{name}.ics")
        tap.eventually(lambda: items_of(calendar, meetings) == 0, "the items go with their meetings", 30)


@tap.case("meetings that are stored and deleted while the disk is full take their items with them")
def _(story):
    with on_small_disk(story, "deletion_grace: 1s\n") as (upbeat, folder, calendar):
        brief, later = [f"brief-{n}" for n in range(5)], [f"later-{n}" for n in range(5)]
        fill(folder)
        put_meetings(calendar, *brief, *later)
        tap.eventually(lambda: items_of(calendar, brief + later) == 10 * ITEMS, "items while the disk is full", 30)
        for name in brief:
            calendar.delete(f"{name}.ics")
        tap.eventually(lambda: items_of(calendar, brief) == 0, "the items go with their meetings", 30)
        tap.equal(items_of(calendar, later), 5 * ITEMS, "items of the others")
        for name in later[1:]:
            calendar.delete(f"{name}.ics")
        (folder / "filler").unlink()
        tap.eventually(lambda: items_of(calendar, later) == ITEMS, "those of meetings deleted just before there is space", 30)
        tap.eventually(lambda: not support.keys_in(folder / "upbeat.db"), "all keys are worked off", 60)
        tap.equal(support.rows_in(folder / "upbeat.db", "SELECT meeting_uid FROM seen"), [(later[0],)], "what is known")


@tap.case("what was to be done when the disk became full is done once, and again with space, not over and over")
def _(story):
    with on_small_disk(story, "deletion_grace: 3s\nlog: {level: debug}\n") as (upbeat, folder, calendar):
        meetings = [f"gone-{n}" for n in range(5)]
        put_meetings(calendar, *meetings)
        tap.eventually(lambda: items_of(calendar, meetings) == 5 * ITEMS, "items", 30)
        for name in meetings:
            calendar.delete(f"{name}.ics")
        tap.eventually(lambda: upbeat.said().count("it may turn up elsewhere") >= 5, "they are waited for", 20)
        passes = lambda: upbeat.said().count(" removed, ")
        before = passes()
        fill(folder)
        tap.eventually(lambda: any("full" in line for line in complaints(upbeat)), "what is said", 20)
        time.sleep(3)  # for more, if there were any
        assert passes() - before <= 5, f"{passes() - before} passes over 5 meetings"
        (folder / "filler").unlink()
        tap.eventually(lambda: items_of(calendar, meetings) == 0, "items with space again", 20)


@tap.case("when people were taken while the disk was full, the next look at their calendars finds out")
def _(story):
    with on_small_disk(story, "sync_every: 1s\n") as (upbeat, folder, calendar):

        def are_taken(n):
            calendar.poll()
            return support.rows_in(folder / "upbeat.db", "SELECT count(*) FROM appointment") == [(n,)]

        def put(name):
            text = calendars.meeting(uid=name, start=calendars.business_day(8), attendees=())
            tap.equal(calendar.put(f"{name}.ics", text).status, 201, "PUT")

        put("first")
        tap.eventually(lambda: are_taken(1), "with space", 20)
        tap.eventually(lambda: support.rows_in(folder / "upbeat.db", "SELECT * FROM sync"), "the calendar is followed", 20)
        fill(folder)
        put("second")
        tap.eventually(lambda: complaints(upbeat), "what is said", 20)
        (folder / "filler").unlink()
        tap.eventually(lambda: are_taken(2), "with space again", 20)


VERSION_17 = (
    "DROP TABLE appointment",
    "CREATE TABLE appointment(organization TEXT, uid TEXT, person TEXT, meeting_uid TEXT NOT NULL, upstream TEXT NOT NULL,"
    " href TEXT NOT NULL, item INTEGER NOT NULL, beginning INTEGER NOT NULL, ending INTEGER NOT NULL,"
    " PRIMARY KEY(organization, uid, person)) WITHOUT ROWID",
    "CREATE INDEX appointment_of ON appointment(organization, person, ending)",
    "CREATE INDEX appointment_at ON appointment(organization, upstream, href)",
    "CREATE INDEX appointment_of_item ON appointment(organization, person, ending) WHERE item = 1",
    "PRAGMA user_version = 17",
)


class Waiting(support.Upbeat):
    """Listens, and has no engine yet."""

    def has_engine(self):
        return True


@tap.case("a new version that finds no room to bring the store up to date lets calendars pass, says so, and does it with room")
def _(story):
    with mounted(story.new_folder(), "-t", "tmpfs", "-o", "size=8m", "tmpfs") as folder:
        store = f"sqlite:{folder}/upbeat.db"
        upbeat = story.start(support.Upbeat, story.radicale, f"{support.ORGANIZATION}deletion_grace: 1s\n", store)
        calendar = calendars.Calendar(upbeat.calendar_of("alice"), "alice")
        put_meetings(calendar, "before")
        tap.eventually(lambda: len(calendar.items_of("before")) == ITEMS, "items", SOON)
        upbeat.stop()
        run_sql(folder / "upbeat.db", *VERSION_17)
        fill(folder)
        upbeat = story.start(Waiting, story.radicale, f"{support.ORGANIZATION}deletion_grace: 1s\n", store)
        calendar = calendars.Calendar(upbeat.calendar_of("alice"), "alice")
        put_meetings(calendar, "meanwhile")
        said = upbeat.said().splitlines()
        assert any("upbeat.db: " in line and "calendars pass" in line for line in said), said
        tap.equal(len(calendar.items_of("meanwhile")), 0, "items without an engine")
        (folder / "filler").unlink()
        tap.eventually(lambda: len(calendar.items_of("meanwhile")) == ITEMS, "items with room", 40)
        calendar.delete("before.ics")
        tap.eventually(lambda: not calendar.items_of("before"), "what the earlier version knew is known", 20)
        upbeat.stop()
        upbeat.is_sane()


@tap.case("a full disk lets no store be made: one line, no start")
def _(story):
    with mounted(story.new_folder(), "-t", "tmpfs", "-o", "size=1m", "tmpfs") as folder:
        fill(folder)
        tap.contains(story.refused(folder / "upbeat.db"), "full", "what is said")


@tap.case("a read-only store: one line, no start")
def _(story):
    folder = story.new_folder()
    run_sql(folder / "old.db", "CREATE TABLE x(y)")
    with mounted(folder, "--bind", folder):
        privileged("mount", "-o", "remount,ro,bind", folder)
        story.is_left_alone(folder / "old.db", "Read-only file system")
        story.is_left_alone(folder / "new.db", "Read-only file system")


@tap.case("a store that another daemon has is waited for, then refused")
def _(story):
    store = story.new_folder() / "upbeat.db"
    upbeat = story.start(support.Upbeat, story.radicale, store=f"sqlite:{store}")
    began = time.monotonic()
    tap.contains(story.refused(store), "in use by another daemon", "what is said")
    assert LOCK_PATIENCE <= time.monotonic() - began < LOCK_PATIENCE + 3, "how long it was waited for"
    tap.equal(support.request("OPTIONS", upbeat.url, "alice").status, 200, "the other daemon's answer")


@tap.case("a predecessor that is about to end is waited for")
def _(story):
    store = story.new_folder() / "upbeat.db"
    first = story.start(support.Upbeat, story.radicale, store=f"sqlite:{store}")
    threading.Timer(1.0, first.stop).start()
    second = story.start(support.Upbeat, story.radicale, store=f"sqlite:{store}")
    calendar = calendars.Calendar(second.calendar_of("bob"), "bob")
    tap.equal(calendar.put("m.ics", calendars.meeting(uid="heir", organizer="bob")).status, 201, "PUT")
    tap.eventually(lambda: len(calendar.items_of("heir")) == ITEMS, "items", SOON)


@tap.case("a file that is no database is refused and stays as it was")
def _(story):
    store = story.new_folder() / "letter"
    store.write_text("Dear Sir or Madam,\n" * 100)
    story.is_left_alone(store, "file is not a database")


@tap.case("another program's database is refused and stays as it was")
def _(story):
    store = story.new_folder() / "songs.db"
    run_sql(store, "CREATE TABLE song(title)", "INSERT INTO song VALUES('Air')")
    story.is_left_alone(store, "the database of another program")
    run_sql(store, "DROP TABLE song", "PRAGMA application_id = 1")
    story.is_left_alone(store, "the database of another program")


@tap.case("a store of a newer schema is refused and stays as it was")
def _(story):
    store = story.new_folder() / "upbeat.db"
    story.start(support.Upbeat, story.radicale, store=f"sqlite:{store}").stop()
    run_sql(store, "PRAGMA user_version = 99")
    story.is_left_alone(store, "its schema has the number 99")


@tap.case("a folder, or what is below a file, is no store")
def _(story):
    folder = story.new_folder()
    (folder / "file").touch()
    tap.contains(story.refused(folder / "file" / "upbeat.db"), "Not a directory", "what is said")
    tap.contains(story.refused(folder / "none" / "upbeat.db"), "No such file", "what is said")
    tap.contains(story.refused(folder), "Is a directory", "what is said")
    tap.equal(contents(folder), {"file": b""}, "the folder")


with support.world(Story) as opened:
    sys.exit(tap.run(opened))
