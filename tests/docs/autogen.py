# SPDX-License-Identifier: Apache-2.0
"""autogen.sh, on a system of stubs: what it installs and how, what it runs, what it says."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import tap

TOP = pathlib.Path(os.environ["srcdir"])
TOOLS = ("sh", "awk", "find", "dirname", "mkdir", "cat", "chmod", "env")
# Each writes down how it was called.
STUBS = {
    "dpkg-query": 'shift 2; for p; do case " $MISSING " in *" $p "*) ;; *) echo "installed $p";; esac; done',
    "apt-get": 'echo "apt-get $* [$DEBIAN_FRONTEND]" >>"$CALLS"; exit ${APT_STATUS:-0}',
    "sudo": 'echo sudo >>"$CALLS"; exec "$@"',
    "id": 'echo "${USER_ID:-0}"',
    "autoreconf": 'echo "autoreconf $*" >>"$CALLS"; cat made >configure; printf x >Makefile.in; chmod +x configure',
}
CONFIGURE = """#!/bin/sh
echo "configure $*" >>"$CALLS"
shift
printf '#!/bin/sh\\necho "%s"\\n' "$*" >config.status
chmod +x config.status
"""


class System:
    """A folder with autogen.sh in it and a path on which only the stubs are found."""

    def __init__(self, folder, without=()):
        self.tree, self.path, self.calls = folder / "tree", folder / "bin", folder / "calls"
        for made in (self.tree, self.path):
            made.mkdir()
        shutil.copy(TOP / "autogen.sh", self.tree)
        (self.tree / "made").write_text(CONFIGURE)
        for name in ("configure.ac", "Makefile.am"):
            (self.tree / name).touch()
        for name in TOOLS:
            (self.path / name).symlink_to(shutil.which(name))
        for name, text in STUBS.items():
            if name not in without:
                (self.path / name).write_text(f"#!/bin/sh\n{text}\n")
                (self.path / name).chmod(0o755)

    def run(self, *arguments, **environment):
        """The completed process; what was called is in .calls from then on."""
        self.calls.write_text("")
        environment = {"PATH": str(self.path), "CALLS": str(self.calls), "MISSING": "", **environment}
        command = [self.path / "sh", self.tree / "autogen.sh", *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=environment)

    def called(self):
        return self.calls.read_text().splitlines()


def case(sentence, **more):
    def register(function):
        @tap.case(sentence)
        def _():
            with tempfile.TemporaryDirectory() as folder:
                function(System(pathlib.Path(folder), **more))

    return register


@case("nothing is missing: it configures, with its arguments, and asks apt for nothing")
def _(system):
    tap.equal(system.run("--enable-werror", "CC=clang").returncode, 0, "status")
    tap.equal(system.called(), ["autoreconf -i", "configure --quiet --enable-werror CC=clang"], "calls")


@case("a second run is quick")
def _(system):
    system.run("--enable-werror")
    run = system.run("--enable-werror")
    tap.equal(system.called(), [], "calls")
    tap.contains(run.stdout, "already configured", "it says")
    system.run("--disable-werror")
    tap.equal(system.called(), ["configure --quiet --disable-werror"], "calls with other arguments")


@case("what is missing is installed, said, and asks nothing")
def _(system):
    run = system.run(MISSING="libpsl-dev curl")
    tap.contains(run.stdout, "installing from Debian packages: libpsl-dev curl\n", "it says")
    tap.equal(len(system.called()), 4, "calls")
    update, install, *_ = system.called()
    tap.contains(update, "apt-get -qq update", "first call")
    assert install.endswith("install libpsl-dev curl [noninteractive]") and " -y " in install, install


@case("--no-install prints the line and goes on")
def _(system):
    run = system.run("--no-install", "--enable-coverage", MISSING="make g++")
    tap.contains(run.stdout, "\n    apt-get install --no-install-recommends make g++\n", "it says")
    tap.equal(system.called(), ["autoreconf -i", "configure --quiet --enable-coverage"], "calls")


@case("who is not root uses sudo")
def _(system):
    tap.equal(system.run(MISSING="curl", USER_ID="1000").returncode, 0, "status")
    tap.equal(system.called().count("sudo"), 2, "calls of sudo")


@case("who is not root and has no sudo is told what root would run", without=("sudo",))
def _(system):
    run = system.run(MISSING="curl", USER_ID="1000")
    tap.equal((run.returncode, system.called()), (1, []), "status and calls")
    tap.contains(run.stderr, "apt-get install curl", "it says")


@case("when apt fails nothing is configured")
def _(system):
    run = system.run(MISSING="curl", APT_STATUS="100")
    tap.equal((run.returncode, len(system.called())), (1, 1), "status and number of calls")
    tap.contains(run.stderr, "apt-get update failed", "it says")


@case("a server that only some stories want may be missing", without=("sudo",))
def _(system):
    tap.equal(system.run(MISSING="cyrus-caldav").returncode, 0, "status")
    tap.contains(system.called()[1], "install cyrus-caldav", "second call")
    for environment in ({"APT_STATUS": "100"}, {"USER_ID": "1000"}):
        run = system.run(MISSING="cyrus-caldav", **environment)
        tap.equal(run.returncode, 0, f"status with {environment}")
        tap.contains(run.stdout, "not installed: cyrus-caldav", "it says")


@case("elsewhere than on Debian it says what is needed and goes on", without=("dpkg-query", "apt-get"))
def _(system):
    run = system.run()
    tap.equal((run.returncode, system.called()), (0, ["autoreconf -i", "configure --quiet"]), "status and calls")
    tap.contains(run.stdout, "this is no Debian system", "it says")
    tap.contains(run.stdout, "libical-dev", "it says")


@case("without autoreconf it says what to install", without=("autoreconf",))
def _(system):
    run = system.run()
    tap.equal(run.returncode, 1, "status")
    tap.contains(run.stderr, "autoreconf is missing", "it says")


sys.exit(tap.run())
