# SPDX-License-Identifier: Apache-2.0
"""The plugins that upbeat-plugin(3) shows are compiled as the page says, loaded, and do what it says."""
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

import manpage
import tap

TOP = pathlib.Path(os.environ["srcdir"])
PAGE = TOP / "src/directory/upbeat-plugin.3"
SETTINGS = """\
listen: 127.0.0.1:1
upstream: http://127.0.0.1:2
organization: {domains: [ours.example], holidays: []}
accounts: [{source: lines, path: accounts}]
"""
SINK_SETTINGS = """\
listen: 127.0.0.1:0
upstream: http://127.0.0.1:2
store: sqlite:upbeat.db
organization: {domains: [ours.example], holidays: []}
events: [{sink: spool, folder: spool}]
"""


class Tree:
    """What looks like a build tree, in which the plugin lies, with a copy of the program."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.program = self.root / "tests/upbeat"
        (self.root / "tests").mkdir()
        (self.root / "config.status").touch()
        shutil.copy(os.environ["UPBEAT"], self.program)
        (self.root / "u.yaml").write_text(SETTINGS)
        (self.root / "sink.yaml").write_text(f"{SINK_SETTINGS}rules: {TOP.resolve()}/rules\n")

    def compile(self, name, text, *more):
        (self.root / f"{name}.c").write_text(text)
        module = self.root / f"tests/plugin/{name}/.libs/{name}.so"
        module.parent.mkdir(parents=True, exist_ok=True)
        command = re.search(r"^cc (.*) -o lines.so lines.c$", PAGE.read_text(), re.M)[1].split()
        done = subprocess.run(
            ["cc", *command, *more, "-I", TOP / "include", "-o", module, f"{name}.c"], cwd=self.root,
            capture_output=True, text=True, timeout=60)
        tap.equal((done.returncode, done.stderr), (0, ""), "cc")

    def check(self, accounts):
        (self.root / "accounts").write_text(accounts)
        rules = ["check", "-c", "u.yaml", TOP / "rules"]
        done = subprocess.run([self.program, *rules], cwd=self.root, capture_output=True, text=True, timeout=60)
        assert not done.stderr, done.stderr
        return done.returncode, done.stdout


@tap.case("the plugin of the page compiles without a warning, and reads accounts")
def _(tree):
    tree.compile("lines", dict(manpage.examples(PAGE))["lines.c"], "-Wall", "-Wextra", "-Werror")
    status, said = tree.check("acme Acme GmbH\nbeta Beta\n")
    assert status == 0 and "2 of 2 accounts have no owner" in said and "1 warning" in said, said
    status, said = tree.check("acme Acme GmbH\nacme Acme again\n")
    assert status == 1 and "accounts:2:1: error[account-twice]" in said, said


@tap.case("a mistake in its file is told at its line")
def _(tree):
    status, said = tree.check("acme Acme GmbH\nbeta\n")
    assert status == 1 and "accounts:2:1: error[source-failed]: the line has no name" in said, said
    assert "help: put a blank and the name behind the id" in said, said


@tap.case("the same plugin, compiled for another ABI, is refused")
def _(tree):
    text = dict(manpage.examples(PAGE))["lines.c"]
    tree.compile("lines", text.replace("= UB_PLUGIN_ABI", "= UB_PLUGIN_ABI + 1"))
    status, said = tree.check("acme Acme GmbH\n")
    assert status == 1 and "it was made for the plugin ABI 2, and this is ABI 1" in said, said


@tap.case("the sink of the page compiles without a warning, and gets the events that wait in the store")
def _(tree):
    tree.compile("spool", dict(manpage.examples(PAGE))["spool.c"], "-Wall", "-Wextra", "-Werror")
    store, spool = tree.root / "upbeat.db", tree.root / "spool"
    with (tree.root / "log").open("w") as log:
        upbeat = subprocess.Popen([tree.program, "serve", "-c", "sink.yaml"], cwd=tree.root, stderr=log)
    try:
        tap.eventually(lambda: count(store, "sink") == 1, "the store knows the sink", 20)
        with sqlite3.connect(store, timeout=20) as database:
            database.execute("INSERT INTO event(id, text) VALUES('first', '{}'), ('second', '[1]')")
        database.close()
        tap.eventually(lambda: "make the folder, and let Upbeat write there" in (tree.root / "log").read_text(), "an error", 20)
        spool.mkdir()
        tap.eventually(lambda: count(store, "event") == 0, "all are delivered", 20)
    finally:
        upbeat.terminate()
        upbeat.wait(20)
    files = {path.name: json.loads(path.read_text()) for path in spool.glob("*.json")}
    tap.equal(files, {"first.json": {}, "second.json": [1]}, "files")


def count(store, table):
    if not store.exists():
        return None
    database = sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=20)
    try:
        return database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    except sqlite3.OperationalError:  # the table is about to be made
        return None
    finally:
        database.close()


with tempfile.TemporaryDirectory() as folder:
    sys.exit(tap.run(Tree(folder)))
