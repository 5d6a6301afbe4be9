# SPDX-License-Identifier: Apache-2.0
"""The manual pages are clean, and their examples work.

A literal display behind a comment `.\\" file PATH` is that file. Of DIRECTORY/PATH, DIRECTORY is a rule directory in
which `upbeat check` finds nothing to say. A display that begins with `$ ` is a session beside those files: each such
line is run by the shell and must print what follows it, where `...` stands for anything, as a line for any lines.
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
DIAGNOSTICS = pathlib.Path(os.environ["builddir"], "src/cli/upbeat-diagnostics.7")  # written when building
PAGES = sorted({*TOP.glob("src/*/*.[1-8]"), DIAGNOSTICS})
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
        if "/" in path:
            directories.append(root / pathlib.PurePath(path).parts[0])
    return sorted(set(directories))


def sessions(page):
    """The commands of a page and what each prints, as (command, lines)."""
    for display in re.findall(r"^\.Bd -literal.*\n((?:.*\n)*?)\.Ed$", page.read_text(), re.M):
        if not display.startswith("$ "):
            continue
        for command in re.split(r"^\$ ", display, flags=re.M)[1:]:
            line, *printed = command.splitlines()
            yield text_of(line), [text_of(each) for each in printed]


def matches(printed, pattern):
    """Whether lines are as shown."""
    whole = "".join("(?:.*\n)*" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + "\n"
                    for line in pattern)
    return re.fullmatch(whole, printed)


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


@tap.case("the sessions that the pages show go as shown")
def _():
    seen = 0
    with tempfile.TemporaryDirectory() as programs:
        pathlib.Path(programs, "upbeat").symlink_to(os.environ["UPBEAT"])
        path = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
        for page in PAGES:
            with tempfile.TemporaryDirectory() as root:
                write(pathlib.Path(root), page)
                for command, pattern in sessions(page):
                    done = subprocess.run(
                        command, shell=True, cwd=root, env=path, capture_output=True, text=True, timeout=60)
                    said = done.stdout + done.stderr
                    assert matches(said, pattern), f"{page.name}: {command}\n{said}"
                    seen += 1
    assert seen >= 5, f"{seen} commands are no session"


@tap.case("every code of a finding is in upbeat-diagnostics(7), once, with its explanation")
def _():
    done = subprocess.run(
        [os.environ["UPBEAT"], "check", "--explain"], capture_output=True, text=True, timeout=60, check=True)
    codes = [line.split()[0] for line in done.stdout.splitlines()]
    assert len(codes) > 100, codes
    entries = re.findall(r"^\.It Sy (\S+)\n\.Em .+\n\.Pp\n(?=[^.\n])", DIAGNOSTICS.read_text(), re.M)
    tap.equal(entries, codes, DIAGNOSTICS.name)


sys.exit(tap.run())
