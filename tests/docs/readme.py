# SPDX-License-Identifier: Apache-2.0
"""What README.md tells people to do works, every line of it."""
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

import tap

TOP = pathlib.Path(os.environ["srcdir"])
BUILD = pathlib.Path(os.environ["builddir"])
README = (TOP / "README.md").read_text()
TARGETS = (BUILD / "Makefile").read_text()


def run(command, **more):
    return subprocess.run(command, cwd=TOP, capture_output=True, text=True, **more)


def is_fine(completed):
    assert completed.returncode == 0, f"status {completed.returncode}\n{completed.stdout}{completed.stderr}"
    return completed.stdout


def try_program(line):
    """A line that calls the program, with the one under test in its place."""
    words = shlex.split(line)
    assert is_fine(run([os.environ["UPBEAT"], *words[1:]])), "it says nothing"


def try_demo(_):
    if os.environ.get("UPBEAT_QUICK"):
        raise tap.Skip("left out by UPBEAT_QUICK")
    shown = is_fine(run([sys.executable, TOP / "tests/demo/demo.py"], env={**os.environ, "DEMO_ONCE": "1"}))
    for words in ("(rule prep)", "moves it by a week", "nothing is left beside it"):
        tap.contains(shown, words, "the demo")
    assert "\033" not in shown, "colour where there is no terminal"


def try_check(line):
    """The one that is running; what continuous integration does is the same."""
    tap.contains((TOP / ".ci/run").read_text(), line, ".ci/run")
    has_target("check")


def try_targets(line):
    for part in line.split(" && "):
        words = shlex.split(part)
        if words[0] == "make":
            has_target(words[1])
        else:
            has_switches(words[1:])


def has_target(name):
    assert re.search(rf"^{name}:", TARGETS, re.M), f"make knows no {name}"


def has_switches(words):
    known = is_fine(run([TOP / "configure", "--help"]))
    for word in words:
        if word.startswith("--"):
            tap.contains(known, word, "configure --help")


HOW = (
    (r"src/upbeat ", try_program),
    (r"\./autogen\.sh && make demo$", try_demo),
    (r"\./autogen\.sh && make check$", try_check),
    (r"make (bench|fuzz|soak|hour|flood|mutate|check-threads|check-valgrind)$|\./configure .*$", try_targets),
)


def tries(line):
    @tap.case(line)
    def _():
        for pattern, how in HOW:
            if re.match(pattern, line):
                return how(line)
        raise AssertionError("no check knows how to try this line")


for each in re.findall(r"^    (\S.*)$", README, re.M):
    tries(each)


@tap.case("the settings are complete")
def _():
    (settings,) = re.findall(r"```yaml\n(.*?)```", README, re.S)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "upbeat.yaml"
        path.write_text(f"rules: {TOP}/rules\n{settings}")
        is_fine(run([os.environ["UPBEAT"], "check", "-c", path]))


@tap.case("the folders are there")
def _():
    for name in re.findall(r"`([a-z]+(?:/[a-z]+)*/)`", README):
        assert (TOP / name).is_dir() or (TOP / "tests" / name).is_dir(), f"no folder {name}"


@tap.case("the files that src/README names are there")
def _():
    names = re.findall(r"\b[a-z/]+/[a-z0-9-]+\.(?:c|cc|h)\b", (TOP / "src/README").read_text())
    assert len(names) > 30, f"{len(names)} names"
    tap.equal([name for name in names if not (TOP / "src" / name).is_file()], [], "missing")


@tap.case("src/README explains each word in one line, in the order of the alphabet")
def _():
    lines = (TOP / "src/README").read_text().split("\n\n")[-1].splitlines()
    words = [line[:12].strip() for line in lines]
    tap.equal(words, sorted(words), "words")
    for word, line in zip(words, lines):
        tap.contains(line[12:].lower(), word.split()[-1], word)


sys.exit(tap.run())
