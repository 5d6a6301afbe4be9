# SPDX-License-Identifier: Apache-2.0
"""What README.md tells people to do works, every line of it."""
import base64
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import tap

sys.path.append(str(pathlib.Path(os.environ["srcdir"]) / "tests/e2e"))
import calendars  # noqa: E402
import support  # noqa: E402

TOP = pathlib.Path(os.environ["srcdir"])
BUILD = pathlib.Path(os.environ["builddir"])
README = (TOP / "README.md").read_text()
FIRST_HOUR = re.search(r"^((?:    (?:printf|python3|src/upbeat serve|curl) .*\n)+)", README, re.M)[1]
INSTALLATION = re.search(r"^((?:    (?:make deb|apt-get|upbeat|systemctl).*\n)+)", README, re.M)[1]
TARGETS = (BUILD / "Makefile").read_text()


def run(command, **more):
    return subprocess.run(command, cwd=TOP, capture_output=True, text=True, **more)


def is_fine(completed):
    assert completed.returncode == 0, f"status {completed.returncode}\n{completed.stdout}{completed.stderr}"
    return completed.stdout


def try_program(line):
    """A line that calls the program, with the one under test in its place."""
    words = shlex.split(line)
    if words[1] == "help" and not (shutil.which("man") or shutil.which("mandoc")):
        raise tap.Skip("there is no man to show it")
    assert is_fine(run([os.environ["UPBEAT"], *words[1:]])), "it says nothing"


def try_demo(_):
    if os.environ.get("UPBEAT_QUICK"):
        raise tap.Skip("left out by UPBEAT_QUICK")
    shown = is_fine(run([sys.executable, TOP / "tests/demo/demo.py"], env={**os.environ, "DEMO_ONCE": "1"}))
    for words in ("(rule prep)", "moves it by a week", "nothing is left beside it", "review a week, each"):
        tap.contains(shown, words, "the demo")
    assert "\033" not in shown, "colour where there is no terminal"


def try_check(line):
    """The one that is running; what continuous integration does is the same."""
    tap.contains((TOP / ".ci/run").read_text(), line, ".ci/run")
    has_target("check")


def try_one_test(line):
    """One of those that `make check` runs; what else the line says, tests look for."""
    test, *more = shlex.split(line)[2:]
    name = test.removeprefix("TESTS=")
    assert re.search(rf"\s{re.escape(name)}(\$\(EXEEXT\))?\s", TARGETS), f"make check does not run {name}"
    for variable in more:
        tap.contains((TOP / name).read_text(), f'"{variable.partition("=")[0]}"', name)


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


def try_first_hour(line):
    tap.contains(FIRST_HOUR, line, "what `the first hour` tries")


def try_installation(line):
    """`make check-deb` runs it in a Debian of its own."""
    tap.contains(INSTALLATION, line, "what `make check-deb` tries")
    has_target("check-deb")


HOW = (
    (r"apt-get install |upbeat |systemctl ", try_installation),
    (r"printf |python3 -m radicale |src/upbeat serve |curl ", try_first_hour),
    (r"src/upbeat ", try_program),
    (r"\./autogen\.sh && make demo$", try_demo),
    (r"\./autogen\.sh && make check$", try_check),
    (r"make check TESTS=", try_one_test),
    (r"make [a-z-]+$|\./configure .*$", try_targets),
)


def tries(line):
    @tap.case(line)
    def _():
        for pattern, how in HOW:
            if re.match(pattern, line):
                return how(line)
        raise AssertionError("no check knows how to try this line")


@tap.case("the race's table has a line for each of its runs")
def _():
    """The table is made by the run, which looks for these marks."""
    race = (TOP / "tests/bench/race.py").read_text()
    begin, end = re.findall(r"<!-- [\w ]+ -->", race)
    table = README.partition(begin)[2].partition(end)[0]
    kinds = re.findall(r'"([^"]+)"', re.search(r"^KINDS = \((.*)\)$", race, re.M)[1])
    for tls in ("plain", "tls"):
        for kind in kinds:
            for connections in (1, 32, 256):
                tap.contains(table, f"| {tls} | {kind} | {connections} | ", "the table")


def block(kind):
    (text,) = re.findall(rf"```{kind}\n(.*?)```", README, re.S)
    return text


def of_here(text, ports):
    """README's text with ports that are free here, and this tree's programs."""
    for old, new in ports.items():
        text = text.replace(f"127.0.0.1:{old}", f"127.0.0.1:{new}")
    return text.replace("src/upbeat", os.environ["UPBEAT"]).replace("python3", sys.executable)


class Shell(support.Process):
    """A line of a terminal that stays."""

    def __init__(self, folder, line, where):
        super().__init__("shell", ["sh", "-c", f"cd '{where}' && exec {line}"], folder)


def run_first_hour(world):
    """The block's lines, one after the other; the calendar's address as README has it."""
    ports = {port: support.free_port() for port in (5232, 8642)}
    (world.folder / "radicale.conf").write_text(of_here(block("ini"), ports))
    (world.folder / "upbeat.yaml").write_text(f"rules: {TOP}/rules\n{of_here(block('yaml'), ports)}")
    prepare, server, proxy, make = of_here(FIRST_HOUR, ports).strip().splitlines()
    subprocess.run(prepare, shell=True, cwd=world.folder, check=True)
    for line, port in ((server, ports[5232]), (proxy, ports[8642])):
        process = world.start(Shell, line, world.folder)
        process.wait_for(lambda port=port: support.listens(port), "it listens")
    _, _, credentials, _, method, url = shlex.split(make)
    login = {"Authorization": "Basic " + base64.b64encode(credentials.encode()).decode()}
    assert support.request(method, url, fields=login).status == 201, method
    return url, login, ports


@tap.case("the first hour: server, proxy and address in full, and a meeting gets its items")
def _():
    if os.environ.get("UPBEAT_QUICK"):
        raise tap.Skip("left out by UPBEAT_QUICK")
    with support.World() as world:
        url, login, ports = run_first_hour(world)
        for told in re.findall(r"`(http://127\.0\.0\.1:8642/\S*)`", README):
            answer = support.request("PROPFIND", of_here(told, ports), fields={**login, "Depth": "0"})
            assert answer.status == 207, f"{told}: {answer.status}"
        meeting = calendars.meeting("Roadmap", calendars.business_day(8), 60, ["alice", "cto@acme.example"])
        assert support.request("PUT", f"{url}roadmap.ics", body=meeting, fields=login).status == 201, "PUT"
        stored = lambda: support.request("PROPFIND", url, fields={**login, "Depth": "1"}).text.count(".ics</")  # noqa: E731
        tap.eventually(lambda: stored() > 1, "items beside the meeting", 20)


for each in re.findall(r"^    (\S.*)$", README, re.M):
    tries(each)
for each in re.findall(r"^\| `((?:make|\./configure) .*?)` \|", README, re.M):
    tries(each)


@tap.case("no target is kept from people")
def _():
    ours = "".join(path.read_text() for path in [TOP / "Makefile.am", *sorted(TOP.glob("*/**/Makefile.inc"))])
    targets = set(re.findall(r"^\.PHONY: ([a-z-]+)$", ours, re.M)) - {"check-apart", "check-build"}  # parts of others
    missing = [target for target in sorted(targets) if not target.startswith("distclean-") and f"make {target}" not in README]
    tap.equal(missing, [], "targets that README.md does not tell of")


@tap.case("the settings are complete")
def _():
    settings = block("yaml")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "upbeat.yaml"
        path.write_text(f"rules: {TOP}/rules\n{settings}")
        is_fine(run([os.environ["UPBEAT"], "check", "-c", path]))


@tap.case("the table of stories by server has each story, in the order of the programs")
def _():
    programs = [(TOP / "tests/e2e" / name).read_text() for name in ("server_stories.py", "client_stories.py", "discovery.py")]
    rows = re.findall(r"(?m)^\| (.*?) \|(?: (?:passed|FAILED|not there) \|)+$", README)
    names = [name for program in programs for name in re.findall(r'(?m)^@tap\.case\("([^":]+)', program)]
    tap.equal(rows, names, "rows; make check-servers UPBEAT_README_UPDATE=1 writes them")


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
