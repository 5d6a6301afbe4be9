# SPDX-License-Identifier: Apache-2.0
"""The house rules, over the whole project."""
import os
import pathlib
import subprocess
import sys

import tap

TOP = pathlib.Path(os.environ["srcdir"])
BUILD = pathlib.Path(os.environ["builddir"])


def passes(name, *arguments):
    run = subprocess.run([TOP / "tests/lint" / name, *arguments], capture_output=True, text=True)
    if run.returncode == 77:
        raise tap.Skip(run.stdout.strip())
    assert run.returncode == 0, f"status {run.returncode}\n{run.stdout}{run.stderr}"


@tap.case("no folder includes another that src/LAYERS does not allow")
def _():
    passes("layers", TOP)


@tap.case("files need each other in no circle that src/CIRCLES does not list")
def _():
    passes("circles", TOP, BUILD)


@tap.case("names that are not static say whose they are, and for whom")
def _():
    passes("prefixes", TOP, BUILD)


@tap.case("each library has one door")
def _():
    passes("doors", TOP)


@tap.case("the core is pure, nothing is a writable global")
def _():
    passes("purity", BUILD / "src/libcore.a", BUILD / "src/libshell.a")


@tap.case("every code of a finding is explained")
def _():
    passes("codes", TOP)


@tap.case("files and functions keep the style")
def _():
    passes("style", TOP)


@tap.case("no macro returns, jumps or declares for its caller")
def _():
    passes("macros", TOP)


@tap.case("sources are formatted")
def _():
    passes("format", TOP)


@tap.case("clang has no warning, headers stand alone")
def _():
    passes("compile", TOP)


@tap.case("holiday calendars are what their script makes")
def _():
    passes("holidays", TOP)


@tap.case("every file is shipped")
def _():
    passes("shipped", TOP, BUILD / "tests/shipped-files")


sys.exit(tap.run())
