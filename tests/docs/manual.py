# SPDX-License-Identifier: Apache-2.0
"""The manual pages are clean, and their examples work.

A literal display behind a comment `.\\" file DIRECTORY/PATH` is that file; each such DIRECTORY is a rule directory
in which `upbeat check` finds nothing to say.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import tap

TOP = pathlib.Path(os.environ["srcdir"])
PAGES = sorted(TOP.glob("src/*/*.[1-8]"))
FILE = re.compile(r'\.\\" file (\S+)')


def text_of(line):
    """A line of a literal display as it is shown."""
    return line.removeprefix(r"\&").replace(r"\e", "\\").replace(r"\&", "")


def examples(page):
    """The files that a page shows, as (path, text)."""
    path, lines = None, None
    for line in page.read_text().splitlines():
        mark = FILE.fullmatch(line)
        if mark:
            path = mark[1]
        elif path and line.startswith(".Bd -literal"):
            lines = []
        elif path and line == ".Ed":
            yield path, "".join(f"{each}\n" for each in lines)
            path = lines = None
        elif lines is not None:
            lines.append(text_of(line))
    assert path is None, f"{page.name}: no display behind the mark of {path}"


def write(root, page):
    """Writes the files of a page; returns the directories."""
    directories = []
    for path, text in examples(page):
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        directories.append(root / pathlib.PurePath(path).parts[0])
    return sorted(set(directories))


@tap.case("every page is clean mdoc")
def _():
    if not shutil.which("mandoc"):
        raise tap.Skip("mandoc is not installed")
    for page in PAGES:
        done = subprocess.run(["mandoc", "-Tlint", page], capture_output=True, text=True, timeout=60)
        # whether other pages are installed says nothing of this one
        found = [line for line in done.stdout.splitlines() if "referenced manual not found" not in line]
        tap.equal(found, [], page.name)


@tap.case("the rule directories that the pages show are without fault")
def _():
    seen = 0
    for page in PAGES:
        with tempfile.TemporaryDirectory() as root:
            for directory in write(pathlib.Path(root), page):
                done = subprocess.run(
                    [os.environ["UPBEAT"], "check", directory], capture_output=True, text=True, timeout=60)
                tap.equal((done.returncode, done.stderr), (0, ""), done.stdout)
                tap.contains(done.stdout, "no problems", f"{page.name}, {directory.name}")
                seen += 1
    assert seen >= 2, f"{seen} directories are no example"


sys.exit(tap.run())
