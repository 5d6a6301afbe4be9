# SPDX-License-Identifier: Apache-2.0
"""What can be told of the container file without building it; `make check-deb` builds it where buildah is installed."""
import json
import os
import pathlib
import re
import subprocess
import sys

import tap

TOP = pathlib.Path(os.environ["srcdir"])
PACKAGING = TOP / "src/packaging"
TEXT = (PACKAGING / "container/Containerfile").read_text()
LINES = re.sub(r"\\\n", " ", re.sub(r"(?m)^#.*\n", "", TEXT)).split("\n")
STEPS = [tuple(line.split(None, 1)) for line in LINES if line.strip()]
KNOWN = ("FROM", "RUN", "COPY", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD")


def values(word):
    return [value.strip() for name, value in STEPS if name == word]


@tap.case("it begins with Debian 12 from wherever the reader has images from, and each step is one that engines know")
def _():
    tap.equal((STEPS[0], len(values("FROM"))), (("FROM", "debian:12"), 1), "images")
    tap.equal([name for name, _ in STEPS if name not in KNOWN], [], "unknown steps")


@tap.case("it ends as a user who is not root, and whom the package takes as he is")
def _():
    (user,) = values("USER")
    made = re.search(r"useradd .*\s(\S+) +&&|useradd .*\s(\S+)$", values("RUN")[0])
    tap.equal((user, made[1] or made[2]), ("upbeat", "upbeat"), "the user")
    tap.contains((PACKAGING / "debian/upbeat.postinst").read_text(), f"getent passwd {user}", "the package's script")
    assert re.search(r"--uid [1-9]\d*", values("RUN")[0]), "his number is not said"


@tap.case("what it copies are packages that are made")
def _():
    made = re.findall(r"(?m)^Package: (\S+)", (PACKAGING / "debian/control").read_text())
    copied = [re.fullmatch(r"(\S+)_\*\.deb", word)[1] for word in values("COPY")[0].split()[:-1]]
    tap.equal([name for name in copied if name not in made], [], "no such package")
    assert "upbeat" in copied and "upbeat-plugins" in copied, copied


@tap.case("what it runs are commands of the program, on settings that outlive it")
def _():
    (entry,), (start,), (health,) = (values(word) for word in ("ENTRYPOINT", "CMD", "HEALTHCHECK"))
    tap.equal(json.loads(entry), ["upbeat"], "program")
    for command, *words in (json.loads(start), json.loads(health.removeprefix("CMD "))[1:]):
        shown = subprocess.run([os.environ["UPBEAT"], command, "--help"], capture_output=True, text=True, timeout=60, check=True)
        tap.contains(shown.stdout, words[0], command)
        assert any(words[1].startswith(f"{volume}/") for volume in values("VOLUME")[0].split()), words
    assert "/var/lib/upbeat" in values("VOLUME")[0].split(), "the store is lost with the container"


@tap.case("the commands that it tells a reader are commands of the program and of make")
def _():
    told = re.findall(r"(?m)^#\t(.*)$", TEXT)
    tap.equal([line.split()[0] for line in told], ["make", "podman", "podman", "podman"], "commands")
    shown = subprocess.run([os.environ["UPBEAT"], "init", "--help"], capture_output=True, text=True, timeout=60, check=True).stdout
    for option in re.findall(r"--(?:listen|upstream|domain)\b", told[2]):
        tap.contains(shown, option, "upbeat init")
    tap.contains(told[2], "0.0.0.0:" + values("EXPOSE")[0], "the port")


sys.exit(tap.run())
