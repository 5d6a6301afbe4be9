# SPDX-License-Identifier: Apache-2.0
"""Test scripts that print TAP: cases are functions that assert, named by a sentence.

    @tap.case("a stored meeting gets its prep call")
    def _(world):
        tap.equal(len(world.events()), 1, "events")

    tap.run(world)
"""
import collections
import contextlib
import os
import signal
import sys
import time
import traceback

CASES = []
RESULTS = collections.Counter()  # of the cases that were run: passed, failed, skipped
# How many times as long a story waits for what must come: more where the programs run slowly, under a tool.
PATIENCE = float(os.environ.get("UPBEAT_PATIENCE", 1))
CASE_SECONDS = 900 * PATIENCE  # that a case may take; then it fails, and tells where it stood


class Skip(Exception):
    """Raised by a case that cannot run here; the text says why."""


def case(sentence):
    def register(function):
        CASES.append((sentence, function))
        return function

    return register


def equal(got, wanted, what):
    assert got == wanted, f"{what}: wanted {wanted!r}, got {got!r}"


def contains(text, part, what):
    assert part in text, f"{what}: no {part!r} in {text!r}"


def eventually(question, what, seconds=5.0):
    """The first true answer of question() within the time; the assertion fails with the last one."""
    end = time.monotonic() + seconds * PATIENCE
    while True:
        answer = question()
        if answer:
            return answer
        assert time.monotonic() < end, f"{what}: not within {seconds} s, last {answer!r}"
        time.sleep(0.05)


def note(text):
    for line in str(text).splitlines():
        print(f"# {line}", flush=True)


def report(text):
    """A line that `make check` shows at its end."""
    note(f"report: {text}")


def skip_all(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


def place_in_case(failure):
    """File and line of the case's own statement, whatever helper it failed in."""
    frames = traceback.extract_tb(failure.__traceback__)
    own = [frame for frame in frames if frame.name == "_"] or frames
    return f"{own[-1].filename}:{own[-1].lineno}"


@contextlib.contextmanager
def limited(seconds):
    """Fails what takes longer, so that a run ends that waits for what never comes."""

    def end(*_):
        raise AssertionError(f"not done within {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def run_case(number, sentence, function, arguments):
    start = time.monotonic()
    try:
        with limited(CASE_SECONDS):
            function(*arguments)
    except Skip as why:
        print(f"ok {number} - {sentence} # SKIP {why}", flush=True)
        RESULTS["skipped"] += 1
        return True
    except AssertionError as failure:
        print(f"not ok {number} - {sentence}", flush=True)
        note(f"{place_in_case(failure)}: {failure or 'is not so'}")
        RESULTS["failed"] += 1
        return False
    except Exception:  # whatever went wrong, the case failed and the next one runs
        print(f"not ok {number} - {sentence}", flush=True)
        note(traceback.format_exc())
        RESULTS["failed"] += 1
        return False
    print(f"ok {number} - {sentence} ({time.monotonic() - start:.2f}s)", flush=True)
    RESULTS["passed"] += 1
    return True


def counted():
    """What a run by itself ends with, as `make check` does."""
    skipped = f", {RESULTS['skipped']} skipped" if RESULTS["skipped"] else ""
    return f"{RESULTS['passed']} passed, {RESULTS['failed']} failed{skipped}"


def run_in_each(worlds):
    """Runs all cases in each world, whose names the cases then tell: (name, a function that opens the world) pairs. A
    world that cannot be opened here (Skip) has its cases skipped."""
    print(f"1..{len(CASES) * len(worlds)}", flush=True)
    number, good = 0, True
    for name, open_world in worlds:
        with contextlib.ExitStack() as stack:
            try:
                arguments, missing = (stack.enter_context(open_world()),), None
            except Skip as why:
                arguments, missing = (), why
            for sentence, function in CASES:
                number += 1
                if missing:
                    print(f"ok {number} - {name}: {sentence} # SKIP {missing}", flush=True)
                else:
                    good &= run_case(number, f"{name}: {sentence}", function, arguments)
    return 0 if good else 1


def run(*arguments):
    """Runs all cases in order; the exit status is 0 only if none failed."""
    print(f"1..{len(CASES)}", flush=True)
    good = [run_case(number, *each, arguments) for number, each in enumerate(CASES, 1)]
    return 0 if all(good) else 1
