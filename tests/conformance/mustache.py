# SPDX-License-Identifier: Apache-2.0
"""The template engine against Mustache's specification and against our own cases."""
import os
import pathlib
import subprocess
import sys

import tap

HERE = pathlib.Path(__file__).parent
RUNNER = pathlib.Path(os.environ["builddir"]) / "tests/conformance/mustache"


def run(directory):
    done = subprocess.run([RUNNER, directory], capture_output=True, text=True, timeout=60)
    tap.note(done.stdout + done.stderr)
    last = (done.stdout.splitlines() or [""])[-1]
    assert done.returncode == 0 and last.endswith(" passed, 0 failed"), last or "no output"
    return last


@tap.case("our own cases hold")
def _():
    run(HERE / "mustache-own")


@tap.case("the specification holds but for the documented list")
def _():
    directory = pathlib.Path(os.environ["UPBEAT_CONFORMANCE"]) / "mustache"
    if not directory.is_dir():
        raise tap.Skip(f"{directory} is not there")
    tap.report(f"mustache: {run(directory)}")


@tap.case("a directory without cases is a usage error")
def _():
    done = subprocess.run([RUNNER, HERE / "nowhere"], capture_output=True, text=True, timeout=60)
    tap.equal(done.returncode, 3, "status")


sys.exit(tap.run())
