# SPDX-License-Identifier: Apache-2.0
"""What Upbeat says, word for word.

tests/golden/GROUP/CASE/ is a case: its input, and in `expected` what the program prints about it and its exit
status. `command` in the case, or in the group for all its cases, holds the program's arguments; it runs inside the
case's folder. To take what it prints now for right, and look at the difference in git:

    make tests/upbeat-san && UPBEAT_GOLDEN_UPDATE=1 make check TESTS=tests/golden/run.py
"""
import difflib
import os
import pathlib
import shlex
import subprocess
import sys

import tap

HERE = pathlib.Path(os.environ["srcdir"]) / "tests/golden"
UPDATE = os.environ.get("UPBEAT_GOLDEN_UPDATE") == "1"


def arguments_of(folder):
    for command in (folder / "command", folder.parent / "command"):
        if command.exists():
            return shlex.split(command.read_text())
    raise AssertionError(f"no `command` in {folder} or above")


def run_upbeat(folder):
    command = [os.environ["UPBEAT"], *arguments_of(folder)]
    run = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    said = run.stdout.decode()
    if run.stderr:
        said += "---- standard error\n" + run.stderr.decode()
    return f"{said}---- status {run.returncode}\n"


def compare(folder):
    expected = folder / "expected"
    said = run_upbeat(folder)
    if UPDATE:
        expected.write_text(said)
        return
    wanted = expected.read_text() if expected.exists() else ""
    difference = difflib.unified_diff(wanted.splitlines(True), said.splitlines(True), "expected", "said")
    assert said == wanted, "\n" + "".join(difference)


for path in sorted(HERE.glob("*/*/")):
    tap.case(f"{path.parent.name}: {path.name.replace('-', ' ')}")(lambda folder=path: compare(folder))
sys.exit(tap.run())
