# SPDX-License-Identifier: Apache-2.0
"""What the tests of conformance share: the runner of a language over its conformance data and over our own cases.

    sys.exit(conformance.run("cel"))
"""
import os
import pathlib
import subprocess

import tap

HERE = pathlib.Path(__file__).parent


def start(language, directory):
    program = pathlib.Path(os.environ["builddir"]) / "tests/conformance" / language
    return subprocess.run([program, directory], capture_output=True, text=True, timeout=60)


def holds(language, directory):
    """All cases of the directory hold: the runner's last line."""
    done = start(language, directory)
    tap.note(done.stdout + done.stderr)
    last = (done.stdout.splitlines() or [""])[-1]
    assert done.returncode == 0 and last.endswith(" passed, 0 failed"), last or "no output"
    return last


def run(language):
    """Runs the language's tests; the exit status."""

    @tap.case("our own cases hold")
    def _():
        holds(language, HERE / f"{language}-own")

    @tap.case("the conformance data hold, but for what is listed with them")
    def _():
        directory = pathlib.Path(os.environ["UPBEAT_CONFORMANCE"]) / language
        if not directory.is_dir():
            raise tap.Skip(f"{directory} is not there")
        tap.report(f"{language}: {holds(language, directory)}")

    @tap.case("a directory without cases is a usage error")
    def _():
        tap.equal(start(language, HERE / "nowhere").returncode, 3, "status")

    return tap.run()
