#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Changes the program a little, again and again, and tells which changes no test notices.

    mutate.py [--seed N] [--number N] [--file PATH]... [--match TEXT]... [--jobs N] [--work DIR] [--list]

Each mutant has one operator or constant changed (mutants.py), in a copy of the sources; yours are only read. What it
touches is built again, and the tests of its folder run, the cheapest first, until one fails. A mutant that survives
wants a test that notices it; or, where nothing can notice it, an entry in mutants-equivalent with the reason. The
same seed and sources give the same mutants. The exit status is 1 when one survives.
"""
import argparse
import concurrent.futures
import contextlib
import fcntl
import functools
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import mutants

TOP = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("src/plan", "src/rules", "src/http", "src/ical")
EQUIVALENTS = TOP / "tests/tools/mutants-equivalent"
PROGRAM = "tests/upbeat-san"
# Besides the unit tests of a folder itself: those of who uses it, and what the whole program says.
WHOLE = ("tests/golden/run.py", "tests/rules/shipped.py", "tests/rules/preview.py")
TESTS = {
    "plan": (("pass", "commands", "ruletest"), WHOLE),
    "rules": (("plan", "configuration", "pass", "ruletest"), (*WHOLE, "tests/docs/schema.py")),
    "http": (("relay", "pass", "commands"), ()),
    "ical": (("directory", "pass", "commands"), WHOLE),
}
# What a process of a test may take: of the processor some times what all of the test took without a mutant. The clock
# is for what waits in vain, and long enough for a machine with other work.
SLOWER, LEAST_SECONDS, LEAST_WAIT, MEMORY_MB = 3, 20, 180, 4000
BUILD_SECONDS = 1800
# What names the test that failed: of TAP, and of `upbeat test`.
FAILED = re.compile(r"not ok (?:\d+ )?- (.*?)(?:  ?\([\d.]+s\))?$|(.*): failed: ")
BUILT = shutil.ignore_patterns(
    ".git", ".deps", "*.o", "*.a", "*.log", "*.trs", "config.status", "Makefile", "libtool", "autom4te.cache")

running, running_lock = set(), threading.Lock()


# ---- processes ----


def end_group(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def started(command, folder, seconds):
    """A process in a group of its own, which ends with all its children; each may use the processor so long."""
    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=limit)
    with running_lock:
        running.add(process)
    try:
        yield process
    finally:
        end_group(process)
        process.wait()
        process.stdout.close()
        with running_lock:
            running.discard(process)


def run(command, folder, seconds=BUILD_SECONDS):
    """All that a command says; its status, or None when it took too long."""
    with started(command, folder, seconds) as process:
        try:
            said, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            return None, ""
        return process.returncode, said.decode(errors="replace")


def must(command, folder):
    status, said = run(command, folder)
    if status != 0:
        sys.exit(f"{said}mutate: {' '.join(command)}: status {status}")


# ---- tests ----


class Test:
    def __init__(self, name, command, target):
        self.name, self.command, self.target = name, command, target
        self.seconds, self.processor_seconds, self.wait = 0.0, BUILD_SECONDS, BUILD_SECONDS

    def measure(self, folder):
        """How long it takes where nothing is changed; it has to pass there."""
        start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        failed = self.failure(folder)
        if failed:
            sys.exit(f"mutate: fails without a mutant: {failed}")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.seconds = time.monotonic() - start
        self.processor_seconds = max(LEAST_SECONDS, SLOWER * used)
        self.wait = max(LEAST_WAIT, 10 * self.seconds)

    def failure(self, folder):
        """What failed: None for nothing, and a word for a test that took too long."""
        with started(self.in_environment(), folder, self.processor_seconds) as process:
            over = threading.Timer(self.wait, end_group, [process])
            over.start()
            try:
                for line in process.stdout:
                    match = FAILED.match(line.decode(errors="replace").rstrip())
                    if match:
                        return f"{self.name}: {match.group(1) or match.group(2)}"
                status = process.wait()
            finally:
                timely = over.is_alive()
                over.cancel()
        if not timely:
            return "times out"
        return f"{self.name}: status {status}" if status else None

    def in_environment(self):
        options = f"hard_rss_limit_mb={MEMORY_MB}:print_legend=0"
        return ["env", "srcdir=.", f"ASAN_OPTIONS={options}", "sh", "-c", '. tests/environment; exec "$@"', "sh",
                *self.command]


@functools.cache
def unit_test(module):
    program = f"tests/unit/{module}/{module}"
    return Test(program, [program, "--fail-fast"], program)


@functools.cache
def script(path):
    return Test(path, [sys.executable, "-B", path], PROGRAM)


def tests_of(folder):
    """The tests that concern a folder; those of its own stand first."""
    module = pathlib.PurePath(folder).name
    users, scripts = TESTS.get(module, ((), WHOLE))
    rules = [test_of_rules()] if scripts else []
    return [*map(unit_test, (module, *users)), *rules, *map(script, scripts)]


@functools.cache
def test_of_rules():
    return Test("upbeat test rules", [PROGRAM, "test", "rules"], PROGRAM)


# ---- copies ----


def source_files():
    """Of a checkout what is under version control; of anything else all but what was built."""
    if not (TOP / ".git").exists():
        return None
    return subprocess.run(["git", "ls-files"], cwd=TOP, check=True, capture_output=True, text=True).stdout.splitlines()


def copy_sources(copy):
    """Brings the copy up to date; what is the same keeps its time, so that it is not built again."""
    files = source_files()
    if files is None:
        shutil.copytree(TOP, copy, ignore=BUILT, symlinks=True, dirs_exist_ok=True)
        return
    known = copy / ".copied"
    for name in set(known.read_text().splitlines() if known.exists() else ()) - set(files):
        (copy / name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            os.removedirs((copy / name).parent)
    known.write_text("\n".join(files))
    for name in files:
        source, target = TOP / name, copy / name
        if not source.exists():
            target.unlink(missing_ok=True)
        elif not target.exists() or source.read_bytes() != target.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            shutil.copymode(source, target)


def configure(copy):
    command = ["./autogen.sh", "--no-install", "--disable-werror"]
    compilers = [(name, os.environ.get(name, default)) for name, default in (("CC", "gcc"), ("CXX", "g++"))]
    if shutil.which("ccache"):
        compilers = [(name, each if "ccache" in each else f"ccache {each}") for name, each in compilers]
    must(command + [f"{name}={each}" for name, each in compilers], copy)


def prepare(work, tests, jobs):
    """A built copy for each job, the first of them configured and the others its copies."""
    copies = [work / f"copy-{i + 1}" for i in range(jobs)]
    copies[0].mkdir(parents=True, exist_ok=True)
    lock = os.open(work, os.O_RDONLY)  # ours until the end
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit(f"mutate: somebody else works in {work}")
    copy_sources(copies[0])
    print(f"# building in {copies[0]}", flush=True)
    if not (copies[0] / "Makefile").exists():
        configure(copies[0])
    must(["make", "-s", f"-j{jobs}", *sorted({test.target for test in tests})], copies[0])
    for copy in copies[1:]:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(copies[0], copy, symlinks=True)
    return copies


# ---- mutants ----


def draw(paths, seed):
    """All mutants in the order in which they are tried: the folders take turns, and within one, lines that were not
    changed yet come first."""
    chance = random.Random(seed)
    folders = {}
    for path in paths:
        of_line = {}
        for mutant in mutants.in_source(path, (TOP / path).read_text()):
            of_line.setdefault(mutant.line, []).append(mutant)
        for each in of_line.values():
            chance.shuffle(each)
            folders.setdefault(os.path.dirname(path), []).extend(enumerate(each))
    turns = []
    for drawn in folders.values():
        chance.shuffle(drawn)
        drawn.sort(key=lambda each: each[0])
        turns += [(turn, mutant) for turn, (_, mutant) in enumerate(drawn)]
    turns.sort(key=lambda each: each[0])
    return [mutant for _, mutant in turns]


def outdated(reasons, drawn):
    """Reasons for what is in these sources no more."""
    files = {mutant.file for mutant in drawn}
    return [each for each in reasons if each.where.split()[0] in files and
            not any(each.fits(mutant) for mutant in drawn)]


def sources(named):
    """The C sources in what is named, files or folders, by their paths below the top."""
    for name in named:
        path = TOP / name if (TOP / name).exists() else pathlib.Path(name).resolve()
        for each in sorted(path.glob("*.c")) if path.is_dir() else [path]:
            yield str(each.relative_to(TOP))


def fate(mutant, copy, tests):
    """Builds the mutant and tries the tests: "survived" or what became of it."""
    source = copy / mutant.file
    original = source.read_text()
    source.write_text(mutant.text)
    try:
        built = set()
        for test in tests:
            if test.target not in built and run(["make", "-s", test.target], copy)[0] != 0:
                return "does not compile (not counted)"
            built.add(test.target)
            failed = test.failure(copy)
            if failed:
                return "times out (killed)" if failed == "times out" else f"killed by {failed}"
    finally:
        source.write_text(original)
    return "survived"


class Trial:
    """Mutants until enough of them counted, the same ones however many jobs there are."""

    def __init__(self, drawn, number, reasons):
        self.drawn, self.number, self.reasons = iter(drawn), number, reasons
        self.counts = {}  # of a folder: killed, survived
        self.other = {"does not compile": 0, "reasoned": 0}

    def reason(self, mutant):
        return next((each.why for each in self.reasons if each.fits(mutant)), None)

    def next(self):
        """The next mutant that is worth building, or None."""
        for mutant in self.drawn:
            why = self.reason(mutant)
            if not why:
                return mutant
            self.other["reasoned"] += 1
            print(f"{mutant}: reasoned (not counted): {why}", flush=True)
        return None

    def record(self, mutant, result):
        print(f"{mutant}: {result}", flush=True)
        counts = self.counts.setdefault(os.path.dirname(mutant.file), [0, 0])
        if result.startswith("does not compile"):
            self.other["does not compile"] += 1
            return False
        counts[result == "survived"] += 1
        return True

    def run(self, copies, tests):
        with concurrent.futures.ThreadPoolExecutor(len(copies)) as pool:
            try:
                self.run_in(pool, list(copies), tests)
            except KeyboardInterrupt:
                print("# interrupted", flush=True)
                with running_lock:
                    for process in running:
                        end_group(process)

    def run_in(self, pool, free, tests):
        waiting, begun = {}, 0
        while True:
            mutant = self.next() if free and begun < self.number else None
            if mutant:
                copy = free.pop()
                begun += 1
                job = pool.submit(fate, mutant, copy, tests[os.path.dirname(mutant.file)])
                waiting[job] = mutant, copy
                continue
            if not waiting:
                return
            for job in concurrent.futures.wait(waiting, return_when="FIRST_COMPLETED").done:
                mutant, copy = waiting.pop(job)
                free.append(copy)
                begun -= not self.record(mutant, job.result())

    def survivors(self):
        return sum(survived for _, survived in self.counts.values())

    def summary(self, seed):
        parts = [f"{folder} {killed} of {killed + survived}" for folder, (killed, survived) in
                 sorted(self.counts.items())]
        killed = sum(counts[0] for counts in self.counts.values())
        rest = ", ".join(f"{n} {what}" for what, n in self.other.items())
        return (f"seed {seed}: {killed + self.survivors()} mutants, {killed} killed, {self.survivors()} survived "
                f"(killed: {', '.join(parts)}); not counted: {rest}")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="for another choice of mutants (1)")
    parser.add_argument("--number", type=int, default=50, metavar="N", help="how many mutants have to count (50)")
    parser.add_argument("--file", action="append", metavar="PATH", help="a source or folder to change; may be repeated "
                        f"({', '.join(FOLDERS)})")
    parser.add_argument("--match", action="append", metavar="TEXT", help="only mutants that are told with this text, such "
                        "as the line of one that survived; may be repeated")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="mutants at once, each in a copy "
                        "of its own (one a processor)")
    parser.add_argument("--work", type=pathlib.Path, metavar="DIR", help="keeps the built copies there for the next "
                        "time; without it they go")
    parser.add_argument("--list", action="store_true", help="tells the mutants and tries none")
    return parser.parse_args()


def main():
    given = arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):  # of `make mutate`, whose jobs are not ours
        os.environ.pop(name, None)
    reasons = mutants.equivalents(EQUIVALENTS.read_text())
    drawn = draw(list(sources(given.file or FOLDERS)), given.seed)
    for each in outdated(reasons, drawn):
        print(f"# mutants-equivalent has what is no mutant of {each.where} any more: {each.before} -> {each.after}")
    if given.match:
        drawn = [mutant for mutant in drawn if any(text in str(mutant) for text in given.match)]
    if given.list:
        for mutant in drawn[:given.number]:
            print(mutant)
        return 0
    tests = {folder: tests_of(folder) for folder in {os.path.dirname(mutant.file) for mutant in drawn}}
    trial = Trial(drawn, given.number, reasons)
    with contextlib.ExitStack() as stack:
        work = given.work or pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="upbeat-mutate-")))
        all_tests = list(dict.fromkeys(sum(tests.values(), [])))
        copies = prepare(work.resolve(), all_tests, max(1, given.jobs))
        for test in all_tests:
            test.measure(copies[0])
        for each in tests.values():
            each[1:] = sorted(each[1:], key=lambda test: test.seconds)
        trial.run(copies, tests)
    print(trial.summary(given.seed))
    return 1 if trial.survivors() else 0


sys.exit(main())
