# SPDX-License-Identifier: Apache-2.0
"""The plugin that upbeat-plugin(3) shows is compiled as the page says, loaded, and does what it says."""
import os
import pathlib
import re
import shutil
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


class Tree:
    """What looks like a build tree, in which the plugin lies, with a copy of the program."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.program = self.root / "tests/upbeat"
        self.module = self.root / "tests/plugin/lines/.libs/lines.so"
        self.module.parent.mkdir(parents=True)
        (self.root / "config.status").touch()
        shutil.copy(os.environ["UPBEAT"], self.program)
        (self.root / "u.yaml").write_text(SETTINGS)

    def compile(self, text, *more):
        (self.root / "lines.c").write_text(text)
        command = re.search(r"^cc (.*) -o lines.so lines.c$", PAGE.read_text(), re.M)[1].split()
        done = subprocess.run(
            ["cc", *command, *more, "-I", TOP / "include", "-o", self.module, "lines.c"], cwd=self.root,
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
    tree.compile(dict(manpage.examples(PAGE))["lines.c"], "-Wall", "-Wextra", "-Werror")
    status, said = tree.check("acme Acme GmbH\nbeta Beta\n")
    assert status == 0 and "no problems" in said, said
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
    tree.compile(text.replace("= UB_PLUGIN_ABI", "= UB_PLUGIN_ABI + 1"))
    status, said = tree.check("acme Acme GmbH\n")
    assert status == 1 and "it was made for the plugin ABI 2, and this is ABI 1" in said, said


with tempfile.TemporaryDirectory() as folder:
    sys.exit(tap.run(Tree(folder)))
