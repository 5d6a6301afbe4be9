# SPDX-License-Identifier: Apache-2.0
"""The manual pages are clean, and their examples work.

Of a file DIRECTORY/PATH that a page shows, DIRECTORY is a rule directory in which `upbeat check` finds nothing to say.
Sessions are run beside the page's files; those that take a daemon are run by tests/e2e/undo.py.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import manpage
import tap

TOP = pathlib.Path(os.environ["srcdir"])
DIAGNOSTICS = pathlib.Path(os.environ["builddir"], "src/cli/upbeat-diagnostics.7")  # written when building
PAGES = sorted({*TOP.glob("src/*/*.[1-8]"), DIAGNOSTICS})


def write(root, page):
    """Writes the files of a page; returns the directories."""
    directories = []
    for path, text in manpage.examples(page):
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        if "/" in path:
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


@tap.case("the page about rules has every client that shows somebody a calendar")
def _():
    families = (TOP / "src/clients/families.c").read_text().split("{ .id = ")[1:]
    page = (TOP / "src/rules/upbeat-rules.5").read_text()
    rows = re.search(r"\.Bl -column .*?\n(.*?)\.El", page[page.index(".Ss What clients show") :], re.S)[1]
    names = [re.search(r'\.name = "([^"]+)"', family)[1] for family in families if ".tool = true" not in family]
    for name in names:
        known = not name.startswith("a ")  # "a client that is not known"; an app stands beside another client
        words = [word for word in re.findall(r"[A-Za-z]\w+", name) if word[0].isupper() or word == "vdirsyncer"]
        assert not known or any(word in rows for word in words), f"{name} is not in the table"
    assert len(names) > 8, names


@tap.case("the page about servers says the same of each, and its settings are without fault")
def _():
    page = TOP / "src/settings/upbeat-servers.7"
    names = re.findall(r"(?m)^\.Ss (.*)$", page.read_text())
    settings = dict(manpage.examples(page))
    tap.equal((len(names), len(settings)), (9, 9), names)
    for part in page.read_text().split("\n.Ss ")[1:]:
        said = [line.replace(r"\&", "") for line in re.findall(r"(?m)^\.It (.*)$", part)]
        tap.equal(said, ["At the server", "Service account", "What is there", "What is not"], part[:20])
    with tempfile.TemporaryDirectory() as root:
        write(pathlib.Path(root), page)
        secret = pathlib.Path(root, "service-password")
        secret.touch(0o600)
        secret.write_text("secret\n")
        certificate = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                       "-subj", "/CN=calendar", "-keyout", "calendar.key", "-out", "calendar.pem"]
        if not shutil.which("openssl"):
            raise tap.Skip("there is no openssl to make certificates")
        subprocess.run(certificate, cwd=root, check=True, capture_output=True, timeout=60)
        for name in settings:
            done = subprocess.run([os.environ["UPBEAT"], "check", "--strict", "-c", pathlib.Path(root, name)],
                                  capture_output=True, text=True, timeout=60)
            tap.equal((done.returncode, done.stderr), (0, ""), name)


@tap.case("the sessions that the pages show go as shown")
def _():
    seen = 0
    with tempfile.TemporaryDirectory() as programs:
        pathlib.Path(programs, "upbeat").symlink_to(os.environ["UPBEAT"])
        path = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
        for page in PAGES:
            with tempfile.TemporaryDirectory() as root:
                write(pathlib.Path(root), page)
                for command, pattern in manpage.sessions(page):
                    done = subprocess.run(
                        command, shell=True, cwd=root, env=path, capture_output=True, text=True, timeout=60)
                    said = done.stdout + done.stderr
                    assert manpage.matches(said, pattern), f"{page.name}: {command}\n{said}"
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


@tap.case("upbeat help shows the pages of the tree that it was built in")
def _():
    if not (shutil.which("man") or shutil.which("mandoc")):
        raise tap.Skip("there is no man to show them")
    for topics, page in ((("commands", "upbeat"), "src/cli/upbeat.1"), (("settings", "upbeat.conf"), "src/settings/upbeat.conf.5"),
                         (("rules", "upbeat-rules"), "src/rules/upbeat-rules.5"), (("servers",), "src/settings/upbeat-servers.7"),
                         (("diagnostics",), DIAGNOSTICS)):
        described = re.search(r"^\.Nd (.*)$", (TOP / page).read_text(), re.M)[1]
        for topic in topics:
            done = subprocess.run(
                [os.environ["UPBEAT"], "help", topic], cwd="/", capture_output=True, text=True, timeout=60,
                env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "200", "MANPATH": "/nowhere"})
            tap.contains(done.stdout, described, f"{topic}: {done.stderr}")


sys.exit(tap.run())
